//! An operator's way into a tenant (服务商支持): asked for by the operator, opened by the tenant for a time, read-only
//! unless more is granted, ended by either side at any moment.
//!
//! What was decided stands in the tenant's own schema, so that every act of the guest is judged in the transaction it
//! happens in. The platform knows only who has asked which tenant.

mod ask;
mod decide;
mod session;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OperatorId, Permission, Result, SessionId, TenantId};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::schema::support;

pub use ask::{Ask, Asked, ask, count, enter, list, withdraw};
pub use decide::{end, grant, history, refuse, standing};
pub use session::open;
pub(crate) use session::{caller, leave, recheck, refresh};

/// See what operators have asked for and done (服务商支持).
pub const SUPPORT_READ: Permission = Permission::of("system.support", "system.support.read");
/// Let operators in and send them out. Kept apart from the roles a tenant makes.
pub const SUPPORT_MANAGE: Permission = Permission::of("system.support", "system.support.manage");
/// See which tenants were asked (operators).
pub const SUPPORT_ASKED: Permission = Permission::of("plat.support", "plat.support.read");
/// Ask tenants and go in (operators).
pub const SUPPORT_ASK: Permission = Permission::of("plat.support", "plat.support.ask");

/// Most hours a tenant can be asked for.
pub const MOST_HOURS: i16 = 72;
/// A request that nobody answers lapses.
const ANSWERED_WITHIN: Duration = Duration::days(7);

/// What nobody gets by support, however much the tenant grants: whatever would let the guest stay, act as somebody else,
/// or take personal data along.
const NEVER: &[&str] = &[
    "role.manage",
    "org.admin",
    "org.merge_dissolve",
    "tenant.settings",
    "user.unlock_reset",
    "system.sso.manage",
    "system.sms.manage",
    "member.messages.send",
    "development.approve",
    "leadership.edit",
    "leadership.approve",
    "transfer.accept",
    "pledge.write",
    "study_note.write",
    "contribution.write",
    "system.support.manage",
    "data.export",
    "member.view_sensitive",
    "member.purge",
    "org.reveal_contact",
];

/// The operator behind a session that a tenant has opened to support.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The request that was granted.
    pub grant: Uuid,
    /// Who.
    pub operator: OperatorId,
    /// Their name.
    pub name: String,
    /// May change things.
    pub write: bool,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 待处理
    Asked,
    /// 无人答复
    Lapsed,
    /// 支持中
    Granted,
    /// 已拒绝
    Refused,
    /// 已到时
    Expired,
    /// 已结束
    Ended,
}

/// A request and what became of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = support)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Who has asked.
    pub operator_id: Uuid,
    /// Their name then.
    pub operator_name: String,
    /// What for.
    pub reason: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// With changes.
    pub write: bool,
    /// For how long.
    pub hours: i16,
    state: String,
    /// Who has granted or refused it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Until when it was granted.
    pub until: Option<DateTime<Utc>>,
    /// Who has ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Where it stands at a moment: what runs out does so without anything running.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match self.state.as_str() {
            "asked" if now >= self.asked_at + ANSWERED_WITHIN => State::Lapsed,
            "asked" => State::Asked,
            "granted" if self.until.is_none_or(|until| until <= now) => State::Expired,
            "granted" => State::Granted,
            "refused" => State::Refused,
            _ => State::Ended,
        }
    }
}

/// True when a guest holds it: what the tenant's administrator may see, and with `write` also change.
fn open_to_guests(permission: Permission, write: bool) -> bool {
    !NEVER.contains(&permission.key) && (write || reads(permission))
}

/// True for permissions that only show.
fn reads(permission: Permission) -> bool {
    permission.key.ends_with(".read") || permission.key.ends_with(".view")
}

/// Refuses a guest what decides who can sign in as whom: accounts, their mobile numbers, their roles. With a number of
/// one's own on somebody's account one would stay after the end.
pub(crate) fn no_guest(cx: &Cx) -> Result<()> {
    match cx.identity() {
        Ok(identity) if identity.guest.is_some() => {
            Err(Error::refuse("SUPPORT_ACCOUNTS", "服务商支持不能新增账号、修改手机号或授予角色"))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Ends a request or a grant; the session that hangs on it, to be forgotten after the commit.
async fn finish(write: &mut Write<'_>, id: Uuid, by: &str) -> Result<(Row, Option<SessionId>)> {
    let now = write.cx.now();
    let row: Option<(Row, Option<Uuid>)> = support::table
        .find(id)
        .select((Row::as_select(), support::session_id))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let (row, session) = row.ok_or_else(Error::missing)?;
    if !matches!(row.state(now), State::Asked | State::Granted) {
        return Err(Error::refuse("SUPPORT_OVER", "这次支持已经结束"));
    }
    diesel::update(support::table.find(id))
        .set((
            support::state.eq("ended"),
            support::ended_by.eq(by),
            support::ended_at.eq(now),
            support::session_id.eq(None::<Uuid>),
            support::ticket_hash.eq(None::<Vec<u8>>),
        ))
        .execute(write.conn()?)
        .await?;
    Ok((row, session.map(Into::into)))
}

/// Ends whatever is open, when nobody may come into the tenant any more; how many there were.
pub(crate) async fn end_all(write: &mut Write<'_>) -> Result<usize> {
    let now = write.cx.now();
    let ended: Vec<Uuid> = diesel::update(support::table)
        .filter(support::state.eq("asked").or(support::state.eq("granted").and(support::until.gt(now))))
        .set((
            support::state.eq("ended"),
            support::ended_by.eq("系统"),
            support::ended_at.eq(now),
            support::session_id.eq(None::<Uuid>),
            support::ticket_hash.eq(None::<Vec<u8>>),
        ))
        .returning(support::id)
        .get_results(write.conn()?)
        .await?;
    if ended.is_empty() {
        return Ok(0);
    }
    write.audit_all(ended.iter().map(|id| Entry::new("support.ended", "support", *id)).collect()).await?;
    Ok(ended.len())
}

/// Forgets a guest's session here at once; other replicas do within a second.
async fn forget(app: &App, tenant: TenantId, session: Option<SessionId>) {
    if let Some(session) = session {
        crate::identity::forget(app, tenant, session).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_runs_out_by_the_clock_alone() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let row = |state: &str, until: Option<i64>| Row {
            id: Uuid::nil(),
            operator_id: Uuid::nil(),
            operator_name: String::new(),
            reason: String::new(),
            asked_at: now,
            write: false,
            hours: 1,
            state: state.to_owned(),
            decided_by: None,
            decided_at: None,
            until: until.map(|seconds| now + Duration::seconds(seconds)),
            ended_by: None,
            ended_at: None,
        };
        for (state, until, later, expected) in [
            ("asked", None, 0, State::Asked),
            ("asked", None, 7 * 86_400 - 1, State::Asked),
            ("asked", None, 7 * 86_400, State::Lapsed),
            ("granted", Some(60), 59, State::Granted),
            ("granted", Some(60), 60, State::Expired),
            ("granted", None, 0, State::Expired),
            ("refused", None, 0, State::Refused),
            ("ended", Some(60), 0, State::Ended),
        ] {
            assert_eq!(row(state, until).state(now + Duration::seconds(later)), expected, "{state} {later}");
        }
    }

    #[test]
    fn support_opens_what_shows_and_never_what_lets_a_guest_stay() {
        for (key, reading, writing) in [
            ("member.info.read", true, true),
            ("dashboard.view", true, true),
            ("member.edit", false, true),
            ("role.manage", false, false),
            ("data.export", false, false),
            ("member.view_sensitive", false, false),
        ] {
            let permission = Permission::new(key);
            assert_eq!(open_to_guests(permission, false), reading, "{key}");
            assert_eq!(open_to_guests(permission, true), writing, "{key}");
        }
    }
}
