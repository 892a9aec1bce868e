//! 班子管理: who leads an organisation and for how long, and the elections by which that changes
//! (manual 3.1.2; feature PC-3.1.2; domain §1.4). Posts stand in `directory`, where roles follow from them.

pub mod actions;
mod election_export;
mod export;
pub mod graphql;
mod holdings;
mod import;
/// Rows.
pub mod model;
pub mod papers;
mod purge;
pub mod reminders;
pub mod rules;
pub mod schema;
pub mod store;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::Module;

/// See who leads, and elections.
pub const READ: Permission = Permission::of("org.leadership", "org.leadership.read");
/// Prepare elections and record what was voted.
pub const EDIT: Permission = Permission::of("org.leadership", "leadership.edit");
/// Reply as the superior.
pub const APPROVE: Permission = Permission::of("org.leadership", "leadership.approve");

/// The module.
pub static MODULE: Module = Module {
    key: "leadership",
    title: "班子换届",
    base: false,
    permissions: &[READ, EDIT, APPROVE],
    shared: &[],
    tenant: &[
        migration!("../../migrations/tenant/leadership", "0001_init"),
        migration!("../../migrations/tenant/leadership", "0002_term_numbers"),
    ],
    seed: None,
    jobs: |worker| worker,
    importers: &[&import::Terms],
    exporters: &[&export::Terms, &election_export::Elections],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: Some(&holdings::Elections),
    hourly: Some(|cx| Box::pin(reminders::hourly(cx))),
    hears: None,
    tells: None,
    woken: None,
    certificate: None,
    footprint: None,
    purge: Some(&purge::Votes),
};
