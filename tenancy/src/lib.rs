//! Tenants, and everything that keeps them apart: placements and units of work, activation and migrations,
//! identity and sessions, roles, menus, jobs, audit, live topics.
//!
//! The way to the database is [`Cx`]: no permission, no connection.

pub mod about;
pub mod activation;
mod app;
pub mod appearance;
pub mod attest;
pub mod audit;
pub mod codes;
mod cx;
pub mod db;
pub mod dingtalk;
pub mod entitlement;
pub mod events;
pub mod exchange;
pub mod feedback;
pub mod fleet;
pub mod footprint;
pub mod holdings;
pub mod identity;
pub mod jobs;
pub mod keys;
pub mod letters;
pub mod life;
mod live;
pub mod messages;
pub mod meters;
pub mod migrate;
mod mini;
mod module;
pub mod notices;
pub mod operator;
pub mod outbox;
pub mod paper;
pub mod placements;
pub mod policy;
pub mod portable;
pub mod purge;
pub mod push;
pub mod quotas;
pub mod relocate;
mod remembered;
pub mod schema;
pub mod sections;
pub mod sso;
pub mod support;
pub mod tenants;
pub mod terms;
pub mod totp;
pub mod wakes;

pub use app::{App, Parts, Settings};
pub use cx::{Caller, Cx, Origin, Read, Write};
pub use db::{Conn, Space};
pub use graphile_worker::Worker;
pub use identity::token::Audience;
pub use jobs::Job;
pub use live::Live;
pub use mini::Platforms;
pub use module::{Count, Derive, Hourly, Menu, Module, Registry, Seed, Start};
