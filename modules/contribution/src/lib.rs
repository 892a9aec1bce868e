//! 发挥作用情况: what members did for others, recorded for each of them with a proof, counted, and shown on their activity
//! certificates (manual 3.2.8; feature PC-3.2.8).

pub mod actions;
mod certificate;
mod export;
mod footprint;
pub mod graphql;
mod import;
/// Rows.
pub mod model;
pub mod proofs;
mod purge;
pub mod rules;
pub mod schema;
pub mod store;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::Module;

/// See contributions.
pub const READ: Permission = Permission::of("member.contribution", "member.contribution.read");
/// Record, edit and remove them.
pub const WRITE: Permission = Permission::of("member.contribution", "contribution.write");

/// The module.
pub static MODULE: Module = Module {
    key: "contribution",
    title: "发挥作用情况",
    base: false,
    permissions: &[READ, WRITE],
    shared: &[],
    tenant: &[migration!("../../migrations/tenant/contribution", "0001_init")],
    seed: None,
    jobs: |worker| worker,
    importers: &[&import::Contributions],
    exporters: &[&export::Contributions],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: None,
    certificate: Some(&certificate::Served),
    footprint: Some(&footprint::SERVED),
    purge: Some(&purge::Served),
    hourly: None,
    hears: None,
    tells: None,
    woken: None,
};
