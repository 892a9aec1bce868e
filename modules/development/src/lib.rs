//! 党员发展: the way from the application to the full member in 5 stages and 25 steps, as a case for each person
//! (manual 3.2.4; feature PC-3.2.4).

pub mod actions;
pub mod calendar;
pub mod carry;
mod ending;
mod export;
mod footprint;
pub mod graphql;
pub mod helpers;
mod holdings;
mod import;
/// Rows.
pub mod model;
pub mod papers;
mod purge;
pub mod quota;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod store;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::Module;
use zhibu_tenancy::exchange::export::FormsOf;

/// See cases.
pub const READ: Permission = Permission::of("member.development", "member.development.read");
/// Open cases and record what the branch does.
pub const EDIT: Permission = Permission::of("member.development", "development.edit");
/// Record what the committee above decides.
pub const APPROVE: Permission = Permission::of("member.development", "development.approve");

/// The module.
pub static MODULE: Module = Module {
    key: "development",
    title: "党员发展",
    base: false,
    permissions: &[READ, EDIT, APPROVE],
    shared: &[],
    tenant: &[
        migration!("../../migrations/tenant/development", "0001_init"),
        migration!("../../migrations/tenant/development", "0002_calendar"),
        migration!("../../migrations/tenant/development", "0003_reminders"),
        migration!("../../migrations/tenant/development", "0004_form_numbers"),
        migration!("../../migrations/tenant/development", "0005_helpers"),
        migration!("../../migrations/tenant/development", "0006_ends"),
        migration!("../../migrations/tenant/development", "0007_settings"),
    ],
    seed: None,
    jobs: |worker| worker,
    importers: &[&import::Cases],
    exporters: &[&export::Cases, &FormsOf(export::CaseForms), &quota::export::Quotas],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: Some(&holdings::Cases),
    certificate: None,
    footprint: Some(&footprint::STEPS),
    purge: Some(&purge::Cases),
    hourly: Some(|cx| Box::pin(calendar::hourly(cx))),
    hears: None,
    tells: None,
    woken: None,
};
