//! 通知公告、消息和日程 (manual 4.5, mini 1.11, 1.15, 9.7; features PC-4.5, M-1.11, M-1.15, M-9.7): what people are told, by
//! a ladder from the message inside the system over platforms and text messages to calls, and who has read it.

pub mod actions;
mod climb;
pub mod graphql;
mod hear;
/// Rows and enumerations.
pub mod model;
mod purge;
mod push;
pub mod rules;
pub mod schema;
pub mod store;

use zhibu_core::{Permission, event, migration};
use zhibu_tenancy::Module;
use zhibu_tenancy::events::Ears;

/// See the notices of one's organisations and who has read them (通知公告).
pub const READ: Permission = Permission::of("notice", "notice.read");
/// Send notices, remind of them, withdraw and remove them.
pub const SEND: Permission = Permission::of("notice", "notice.send");
/// Decide how people are told on which occasion, and what it may cost.
pub const RULES: Permission = Permission::of("notice", "notice.rules");

static EARS: Ears = Ears {
    events: &[
        event::MEETING_PUBLISHED,
        event::MEETING_CHANGED,
        event::MEETING_CANCELLED,
        event::MEETING_SOON,
        event::MEETING_LEAVE_ANSWERED,
        event::MEETING_STARTED,
        event::MEETING_ATTENDED,
    ],
    hear: |cx, what| Box::pin(hear::hear(cx, what)),
};

/// The module.
pub static MODULE: Module = Module {
    key: "messaging",
    title: "通知公告",
    base: false,
    permissions: &[READ, SEND, RULES],
    shared: &[],
    tenant: &[migration!("../../migrations/tenant/messaging", "0001_init")],
    seed: None,
    jobs: zhibu_tenancy::jobs::define::<climb::Climb>,
    importers: &[],
    exporters: &[],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: None,
    certificate: None,
    footprint: None,
    purge: Some(&purge::Told),
    // A time that nobody was woken at is not lost.
    hourly: Some(|cx| Box::pin(climb::climb(cx))),
    hears: Some(&EARS),
    tells: None,
    woken: Some(|cx| Box::pin(climb::climb(cx))),
};
