//! The one binary, as a library: configuration, the installation it opens, and what it serves.

mod appearance;
mod callbacks;
pub mod command;
mod command_files;
mod command_fleet;
pub mod config;
mod console;
mod demo;
mod doctor;
mod health;
mod http;
mod installation;
mod miniapp;
pub mod observe;
mod oidc;
mod say;
mod serve;
mod sso;
mod uploads;

pub use config::{Config, Profile};
pub use installation::{Installation, registry};
pub use serve::{Served, serve};
