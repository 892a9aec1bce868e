//! From announced to over: publishing, beginning, signing in, ending, calling off.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, Result, check, event};
use zhibu_tenancy::{Cx, Write};

use super::{at_version, entry, managed, must, recordings, touch, video};
use crate::model::{MeetingState, MeetingVoteState};
use crate::schema::{meeting_files, meeting_people as people, meeting_votes, meetings};
use crate::store::Found;
use crate::{MANAGE, actions, store};

/// Announces a meeting to those on its list.
pub async fn publish(cx: &Cx, id: MeetingId, version: i32) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let held = managed(&mut write, id).await?;
    // The repetition of a request whose answer was lost.
    if held.row.state() == MeetingState::Published && held.row.version == version + 1 {
        return Ok(());
    }
    let found = at_version(&mut write, id, version).await?;
    must(&found, &[MeetingState::Draft])?;
    announce(&mut write, &found).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// The same inside a transaction.
pub(super) async fn announce(write: &mut Write<'_>, found: &Found) -> Result<()> {
    stand(write, found, MeetingState::Published).await?;
    write.audit(entry("meeting.published", found)).await?;
    write.emit(event::MEETING_PUBLISHED, found.row.id, None).await
}

async fn stand(write: &mut Write<'_>, found: &Found, state: MeetingState) -> Result<()> {
    diesel::update(meetings::table.find(found.row.id))
        .set((
            meetings::state.eq(state.code()),
            meetings::version.eq(found.row.version + 1),
            meetings::updated_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Begins a meeting. Beginning twice is beginning once.
pub async fn start(cx: &Cx, id: MeetingId) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    if found.row.state() == MeetingState::Running {
        return Ok(());
    }
    must(&found, &[MeetingState::Published])?;
    stand(&mut write, &found, MeetingState::Running).await?;
    diesel::update(meetings::table.find(id.0)).set(meetings::started_at.eq(cx.now())).execute(write.conn()?).await?;
    write.audit(entry("meeting.started", &found)).await?;
    write.emit(event::MEETING_STARTED, id.0, None).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Opens signing in: from now on the codes on the screen are good.
pub async fn open_sign_in(cx: &Cx, id: MeetingId) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    if found.row.sign_open {
        return Ok(());
    }
    must(&found, &[MeetingState::Running])?;
    diesel::update(meetings::table.find(id.0))
        .set((meetings::sign_open.eq(true), meetings::sign_round.eq(found.row.sign_round + 1)))
        .execute(write.conn()?)
        .await?;
    video::sign_those_inside(&mut write, &found.row).await?;
    write.audit(entry("meeting.sign_in_opened", &found)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Closes signing in; where people were is forgotten.
pub async fn close_sign_in(cx: &Cx, id: MeetingId) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    if !found.row.sign_open {
        return Ok(());
    }
    shut(&mut write, id).await?;
    write.audit(entry("meeting.sign_in_closed", &found)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Closes signing in inside a transaction that holds the meeting.
pub(super) async fn shut(write: &mut Write<'_>, id: MeetingId) -> Result<()> {
    diesel::update(meetings::table.find(id.0)).set(meetings::sign_open.eq(false)).execute(write.conn()?).await?;
    diesel::update(people::table.filter(people::meeting_id.eq(id.0).and(people::latitude.is_not_null())))
        .set((people::latitude.eq(None::<f64>), people::longitude.eq(None::<f64>)))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// So long after its planned end, and after it began, a meeting still takes signatures.
const FORGOTTEN: Duration = Duration::hours(12);

/// Closes signing in of meetings that nobody has ended: where people were is kept no longer than that.
pub(crate) async fn close_forgotten(cx: &Cx) -> Result<()> {
    let since = cx.now() - FORGOTTEN;
    let forgotten: Vec<Uuid> = {
        let open = meetings::sign_open.and(meetings::ends_at.lt(since)).and(meetings::started_at.lt(since));
        let mut read = cx.read(MANAGE).await?;
        meetings::table.filter(open).select(meetings::id).load(read.conn()?).await?
    };
    cx.close().await;
    for id in forgotten {
        let mut write = cx.write(MANAGE).await?;
        let found = store::held(id.into(), write.conn()?).await?;
        if !found.row.sign_open {
            continue;
        }
        shut(&mut write, id.into()).await?;
        write.audit(entry("meeting.sign_in_closed", &found)).await?;
        write.commit().await?;
        touch(cx, id.into());
    }
    Ok(())
}

/// Refuses to go on while somebody may still vote: a vote is ended by hand.
pub(super) async fn votes_over(write: &mut Write<'_>, id: MeetingId) -> Result<()> {
    let open: i64 = meeting_votes::table
        .filter(meeting_votes::meeting_id.eq(id.0).and(meeting_votes::state.eq(MeetingVoteState::Open.code())))
        .count()
        .get_result(write.conn()?)
        .await?;
    if open > 0 { Err(Error::refuse("VOTES_OPEN", "还有投票正在进行，请先结束投票")) } else { Ok(()) }
}

/// Ends a meeting (散会); its minutes are still to be written.
pub async fn end(cx: &Cx, id: MeetingId) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    if found.row.state() == MeetingState::MinutesPending {
        return Ok(());
    }
    must(&found, &[MeetingState::Running])?;
    votes_over(&mut write, id).await?;
    shut(&mut write, id).await?;
    stand(&mut write, &found, MeetingState::MinutesPending).await?;
    diesel::update(meetings::table.find(id.0)).set(meetings::ended_at.eq(cx.now())).execute(write.conn()?).await?;
    recordings::saving(&mut write, id).await?;
    write.audit(entry("meeting.ended", &found)).await?;
    write.commit().await?;
    touch(cx, id);
    video::close(cx, &found.row).await
}

/// Calls a meeting off that has not begun.
pub async fn cancel(cx: &Cx, id: MeetingId, version: i32, reason: &str) -> Result<()> {
    let reason = check::text("reason", "取消原因", reason, 2, 200)?;
    let mut write = cx.write(MANAGE).await?;
    let found = at_version(&mut write, id, version).await?;
    must(&found, &[MeetingState::Published])?;
    stand(&mut write, &found, MeetingState::Cancelled).await?;
    diesel::update(meetings::table.find(id.0))
        .set(meetings::cancelled_reason.eq(&reason))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.cancelled", &found).note("reason", reason)).await?;
    write.emit(event::MEETING_CANCELLED, id.0, None).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Removes a draft.
pub async fn drop_draft(cx: &Cx, id: MeetingId, version: i32) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = at_version(&mut write, id, version).await?;
    must(&found, &[MeetingState::Draft])?;
    let gone: Vec<(uuid::Uuid, Option<String>)> =
        diesel::delete(meeting_files::table.filter(meeting_files::meeting_id.eq(id.0)))
            .returning((meeting_files::id, meeting_files::upload))
            .get_results(write.conn()?)
            .await?;
    diesel::delete(meeting_votes::table.filter(meeting_votes::meeting_id.eq(id.0))).execute(write.conn()?).await?;
    diesel::delete(people::table.filter(people::meeting_id.eq(id.0))).execute(write.conn()?).await?;
    diesel::delete(meetings::table.find(id.0)).execute(write.conn()?).await?;
    write.audit(entry("meeting.removed", &found)).await?;
    write.commit().await?;
    actions::discard(cx, &gone).await
}
