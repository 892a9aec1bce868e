//! The tenant's side.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, SELF, check};

use super::{Row, SUPPORT_MANAGE, State, finish, forget};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::schema::support;

/// What operators have asked for, newest first.
pub async fn history(cx: &Cx, permission: Permission, page: &PageArgs) -> Result<(Page<Row>, i64)> {
    let after: Option<Uuid> = page.after()?;
    cx.allow(permission)?;
    cx.identity()?;
    let mut read = cx.read(permission).await?;
    let mut query = support::table
        .select(Row::as_select())
        .order(support::id.desc())
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(support::id.lt(after));
    }
    let rows = query.load(read.conn()?).await?;
    let total = support::table.count().get_result(read.conn()?).await?;
    Ok((page.page(rows, |row| row.id), total))
}

/// What is open at present: whoever is in, for everybody to see; who asks, for those who can answer.
pub async fn standing(cx: &Cx) -> Result<Vec<Row>> {
    cx.allow(SELF)?;
    cx.identity()?;
    let mut read = cx.read(SELF).await?;
    let answers = cx.allow(SUPPORT_MANAGE).is_ok();
    let rows: Vec<Row> = support::table
        .filter(support::state.eq_any(["asked", "granted"]))
        .select(Row::as_select())
        .order(support::id.desc())
        .limit(20)
        .load(read.conn()?)
        .await?;
    let shown = |row: &Row| match row.state(cx.now()) {
        State::Granted => true,
        State::Asked => answers,
        State::Lapsed | State::Refused | State::Expired | State::Ended => false,
    };
    Ok(rows.into_iter().filter(shown).collect())
}

/// Lets the operator in, for as long as was asked or shorter, with changes only if they were asked for.
pub async fn grant(cx: &Cx, permission: Permission, id: Uuid, hours: i32, with_changes: bool) -> Result<Row> {
    let mut write = cx.write(permission).await?;
    let row = asked(id, &mut write).await?;
    let hours = i16::try_from(hours)
        .ok()
        .filter(|hours| (1..=row.hours).contains(hours))
        .ok_or_else(|| Error::invalid("hours", format!("时长应为1至{}小时", row.hours)))?;
    if with_changes && !row.write {
        return Err(Error::invalid("write", "服务商只申请了查看"));
    }
    let until = cx.now() + Duration::hours(hours.into());
    let entry = Entry::new("support.granted", "support", id).note("operator", row.operator_name);
    write.audit(entry.note("write", with_changes).note("hours", hours)).await?;
    let granted = diesel::update(support::table.find(id))
        .set((
            support::state.eq("granted"),
            support::write.eq(with_changes),
            support::hours.eq(hours),
            support::until.eq(until),
            support::decided_by.eq(&cx.identity()?.display_name),
            support::decided_at.eq(cx.now()),
        ))
        .returning(Row::as_returning())
        .get_result(write.conn()?)
        .await?;
    write.commit().await?;
    Ok(granted)
}

/// Does not let the operator in.
pub async fn refuse(cx: &Cx, permission: Permission, id: Uuid, reason: &str) -> Result<Row> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    let mut write = cx.write(permission).await?;
    let row = asked(id, &mut write).await?;
    let entry = Entry::new("support.refused", "support", id).note("operator", row.operator_name);
    write.audit(entry.note("reason", reason)).await?;
    let refused = diesel::update(support::table.find(id))
        .set((
            support::state.eq("refused"),
            support::decided_by.eq(&cx.identity()?.display_name),
            support::decided_at.eq(cx.now()),
        ))
        .returning(Row::as_returning())
        .get_result(write.conn()?)
        .await?;
    write.commit().await?;
    Ok(refused)
}

/// Sends the operator out.
pub async fn end(cx: &Cx, permission: Permission, id: Uuid) -> Result<Row> {
    let mut write = cx.write(permission).await?;
    let (row, session) = finish(&mut write, id, &cx.identity()?.display_name).await?;
    write.audit(Entry::new("support.ended", "support", id).note("operator", row.operator_name)).await?;
    let ended = support::table.find(id).select(Row::as_select()).first(write.conn()?).await?;
    write.commit().await?;
    forget(&cx.app, cx.tenant()?, session).await;
    Ok(ended)
}

/// A request that waits for an answer, held.
async fn asked(id: Uuid, write: &mut Write<'_>) -> Result<Row> {
    let row: Option<Row> =
        support::table.find(id).select(Row::as_select()).for_update().first(write.conn()?).await.optional()?;
    let row = row.ok_or_else(Error::missing)?;
    match row.state(write.cx.now()) {
        State::Asked => Ok(row),
        State::Lapsed => Err(Error::refuse("SUPPORT_LAPSED", "申请已超过七天，请让服务商重新申请")),
        State::Granted | State::Refused | State::Expired | State::Ended => {
            Err(Error::refuse("SUPPORT_DECIDED", "这项申请已经处理"))
        }
    }
}
