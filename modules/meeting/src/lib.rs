//! 组织生活: kinds of meetings and who holds them, meetings with sign-in, live votes, notes, media and minutes, yearly plans,
//! statistics and warnings (manual 4.3; features PC-4.3a–i, M-1.3, M-2.1, M-9.6).

pub mod actions;
mod certificate;
mod export;
mod footprint;
pub mod graphql;
mod holdings;
/// Rows and enumerations.
pub mod model;
mod purge;
pub mod rules;
pub mod schema;
pub mod statistics;
pub mod store;
mod tells;

use zhibu_core::{Permission, Result, migration};
use zhibu_tenancy::exchange::export::FormsOf;
use zhibu_tenancy::{Cx, Module, jobs};

/// See the meetings of one's organisations (活动管理).
pub const LIST_READ: Permission = Permission::of("meeting.list", "meeting.list.read");
/// Plan, hold and minute meetings.
pub const MANAGE: Permission = Permission::of("meeting.list", "meeting.manage");
/// See how much was held (开展情况).
pub const STATS_READ: Permission = Permission::of("meeting.stats", "meeting.stats.read");
/// See kinds of meetings (会议类型管理).
pub const TYPES_READ: Permission = Permission::of("meeting.types", "meeting.types.read");
/// Decide which kinds the organisations below may hold, and in the whole tenant what the kinds are.
pub const TYPES_EDIT: Permission = Permission::of("meeting.types", "meeting.types.edit");
/// Take part: sign in, ask for leave, vote, take notes.
pub const ATTEND: Permission = Permission::new("meeting.attend_vote");

/// The module.
pub static MODULE: Module = Module {
    key: "meeting",
    title: "组织生活",
    base: false,
    permissions: &[LIST_READ, MANAGE, STATS_READ, TYPES_READ, TYPES_EDIT, ATTEND],
    shared: &[],
    tenant: &[
        migration!("../../migrations/tenant/meeting", "0001_init"),
        migration!("../../migrations/tenant/meeting", "0002_video"),
    ],
    seed: None,
    jobs: jobs::define::<actions::KeepRecording>,
    importers: &[],
    exporters: &[&export::Meetings, &FormsOf(export::MinutesForms)],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: Some(&holdings::Open),
    certificate: Some(&certificate::Attended),
    footprint: Some(&footprint::ATTENDED),
    purge: Some(&purge::Meetings),
    hears: None,
    tells: Some(&tells::Meetings),
    woken: None,
    hourly: Some(|cx| Box::pin(hourly(cx))),
};

async fn hourly(cx: &Cx) -> Result<()> {
    // One's trouble is not the others'.
    let done = [actions::close_forgotten(cx).await, actions::hourly(cx).await, tells::hourly(cx).await];
    done.into_iter().collect()
}
