//! What is done with a notice that was sent: reminding, withdrawing, removing.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AnnouncementId, Error, Result, check};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write, messages};

use super::managed;
use crate::climb::Climb;
use crate::schema::{announcement_people as people, announcements, deliveries};
use crate::store::Found;
use crate::{SEND, store};

fn must_stand(found: &Found) -> Result<()> {
    match found.row.withdrawn_at {
        Some(_) => Err(Error::refuse("WITHDRAWN", "该通知已撤回")),
        None => Ok(()),
    }
}

fn entry(action: &'static str, found: &Found) -> Entry {
    Entry::new(action, "announcement", found.row.id).note("title", found.row.title.clone())
}

/// So long after a reminder the next is one of its own: a request that is repeated costs nothing twice.
const REMINDED: Duration = Duration::minutes(10);

/// Moves everybody who has not read it to the next rung now (催读); how many.
pub async fn remind(cx: &Cx, id: AnnouncementId) -> Result<usize> {
    let mut write = cx.write(SEND).await?;
    let found = managed(&mut write, id).await?;
    must_stand(&found)?;
    let now = write.cx.now();
    let last: Option<DateTime<Utc>> =
        announcements::table.find(id.0).select(announcements::reminded_at).first(write.conn()?).await?;
    if last.is_some_and(|last| last > now - REMINDED) {
        return Err(Error::refuse("JUST_REMINDED", "刚刚已经催读，请至少间隔10分钟"));
    }
    let waiting = people::announcement_id.eq(id.0).and(people::read_at.is_null()).and(people::due_at.is_not_null());
    let moved = diesel::update(people::table.filter(waiting.and(people::due_at.gt(now))))
        .set(people::due_at.eq(now))
        .execute(write.conn()?)
        .await?;
    if moved == 0 {
        return Err(Error::refuse("NOBODY_TO_REMIND", "未读人员都没有下一级通知方式，不能再催"));
    }
    diesel::update(announcements::table.find(id.0))
        .set(announcements::reminded_at.eq(now))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("announcement.reminded", &found).note("people", moved)).await?;
    write.enqueue(&Climb {}).await?;
    write.commit().await?;
    Ok(moved)
}

/// Nobody is sent anything more.
pub(crate) async fn stop(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let nothing = (people::next_number.eq(None::<i16>), people::due_at.eq(None::<chrono::DateTime<chrono::Utc>>));
    let waiting = people::announcement_id.eq(id).and(people::due_at.is_not_null());
    diesel::update(people::table.filter(waiting)).set(nothing).execute(write.conn()?).await?;
    let queued = deliveries::announcement_id.eq(id).and(deliveries::state.eq("queued"));
    diesel::update(deliveries::table.filter(queued))
        .set((
            deliveries::state.eq("cancelled"),
            deliveries::due_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            deliveries::settled_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let orders: Vec<Uuid> =
        store::ladders(&[id], write.conn()?).await?.into_iter().filter_map(|rung| rung.campaign_id).collect();
    messages::call_off(&orders, None, write.conn()?).await?;
    Ok(())
}

/// Takes a notice back.
pub async fn withdraw(cx: &Cx, id: AnnouncementId, reason: &str) -> Result<()> {
    let reason = check::text("reason", "撤回原因", reason, 2, 200)?;
    let mut write = cx.write(SEND).await?;
    let found = managed(&mut write, id).await?;
    must_stand(&found)?;
    stop(&mut write, id.0).await?;
    diesel::update(announcements::table.find(id.0))
        .set((
            announcements::withdrawn_at.eq(cx.now()),
            announcements::withdrawn_by.eq(cx.actor()),
            announcements::withdrawn_reason.eq(&reason),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("announcement.withdrawn", &found).note("reason", reason)).await?;
    write.commit().await
}

/// Removes a notice from all lists; what was sent and paid stays on record.
pub async fn remove(cx: &Cx, id: AnnouncementId) -> Result<()> {
    let mut write = cx.write(SEND).await?;
    let found = managed(&mut write, id).await?;
    stop(&mut write, id.0).await?;
    diesel::update(announcements::table.find(id.0))
        .set(announcements::removed_at.eq(cx.now()))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("announcement.removed", &found)).await?;
    write.commit().await
}
