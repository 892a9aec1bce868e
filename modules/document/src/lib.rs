//! 范文示例: sample texts that the operator publishes to every tenant that has the module; they are read,
//! copied and downloaded as Word files (manual 5.4.3; features OP-6, PC-5.4.3).

pub mod actions;
pub mod graphql;
/// Rows and enumerations.
pub mod model;
mod render;
pub mod rules;
pub mod schema;
pub mod store;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::{Module, jobs};

/// Read and download published texts (tenants).
pub const SAMPLES_READ: Permission = Permission::of("document.samples", "document.samples.read");
/// See the library (operators).
pub const LIBRARY_READ: Permission = Permission::of("plat.samples", "plat.samples.read");
/// Write, publish and withdraw (operators).
pub const LIBRARY_EDIT: Permission = Permission::of("plat.samples", "plat.samples.edit");

/// The module.
pub static MODULE: Module = Module {
    key: "document",
    title: "文档管理",
    base: false,
    permissions: &[SAMPLES_READ, LIBRARY_READ, LIBRARY_EDIT],
    shared: &[migration!("../../migrations/shared/document", "0001_init")],
    tenant: &[migration!("../../migrations/tenant/document", "0001_init")],
    seed: None,
    jobs: jobs::define::<render::Render>,
    importers: &[],
    exporters: &[],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: None,
    certificate: None,
    footprint: None,
    purge: None,
    hourly: None,
    hears: None,
    tells: None,
    woken: None,
};
