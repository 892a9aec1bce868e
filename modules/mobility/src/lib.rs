//! 党员调动 and 党员流动: how memberships pass from one Party organisation to another, with letters of introduction on paper
//! and between tenants, and members who live elsewhere for a time or are out of contact (manual 3.2.2, 3.2.3; features
//! PC-3.2.2, PC-3.2.3).

mod coded;
pub mod flow;
mod footprint;
pub mod graphql;
mod holdings;
mod purge;
pub mod schema;
pub mod transfer;

pub(crate) use coded::coded;
use zhibu_core::{Permission, migration};
use zhibu_tenancy::exchange::export::FormsOf;
use zhibu_tenancy::{Cx, Module, jobs};

/// See transfers.
pub const TRANSFER_READ: Permission = Permission::of("member.transfer", "member.transfer.read");
/// Start, correct and withdraw transfers.
pub const TRANSFER_START: Permission = Permission::of("member.transfer", "transfer.start");
/// Decide on transfers, issue letters, take members in.
pub const TRANSFER_ACCEPT: Permission = Permission::of("member.transfer", "transfer.accept");
/// See floating members and those out of contact.
pub const FLOW_READ: Permission = Permission::of("member.flow", "member.flow.read");
/// Record floating members and those out of contact.
pub const FLOW_EDIT: Permission = Permission::of("member.flow", "flow.manage");

/// The module.
pub static MODULE: Module = Module {
    key: "mobility",
    title: "党员流动与调动",
    base: false,
    permissions: &[TRANSFER_READ, TRANSFER_START, TRANSFER_ACCEPT, FLOW_READ, FLOW_EDIT],
    shared: &[],
    tenant: &[
        migration!("../../migrations/tenant/mobility", "0001_init"),
        migration!("../../migrations/tenant/mobility", "0002_agreed"),
        migration!("../../migrations/tenant/mobility", "0003_answers"),
    ],
    seed: None,
    jobs: |worker| jobs::define::<transfer::TakeIn>(jobs::define::<transfer::Deliver>(worker)),
    importers: &[&flow::import::OUT, &flow::import::IN],
    exporters: &[
        &transfer::export::Transfers,
        &FormsOf(transfer::export::Letters),
        &flow::export::Flows,
        &flow::contact_export::Contacts,
        &flow::lost_export::Lost,
    ],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: Some(&holdings::Mobility),
    hourly: Some(|cx| Box::pin(hourly(cx))),
    hears: None,
    tells: None,
    woken: None,
    certificate: None,
    footprint: Some(&footprint::MOVES),
    purge: Some(&purge::Moves),
};

/// Ends what has run out, and takes in what the letter box still holds.
async fn hourly(cx: &Cx) -> zhibu_core::Result<()> {
    transfer::hourly(cx).await
}

/// Refuses whoever may do this to nobody but themselves, before anything of an input is looked at.
pub(crate) fn may(cx: &Cx, permission: Permission) -> zhibu_core::Result<()> {
    if cx.allow(permission)?.is_own_only() { Err(zhibu_core::Error::denied()) } else { Ok(()) }
}
