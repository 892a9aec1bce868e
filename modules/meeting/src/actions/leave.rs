//! Leave (请假): asked for before a meeting begins, answered by whoever holds it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, MeetingId, PersonId, Result, check, event};
use zhibu_tenancy::Cx;

use super::{entry, managed, me, must, touch};
use crate::model::{MeetingAttendance, MeetingLeaveKind, MeetingLeaveState, MeetingPart, MeetingState};
use crate::schema::meeting_people as people;
use crate::{ATTEND, MANAGE, store};

/// Asks for leave, or asks again with other words.
pub async fn ask(cx: &Cx, id: MeetingId, kind: MeetingLeaveKind, reason: &str) -> Result<()> {
    cx.allow(ATTEND)?;
    let reason = check::text("reason", "请假原因", reason, 2, 200)?;
    let mut write = cx.write(ATTEND).await?;
    let place = me(&mut write, id).await?;
    let found = store::held(id, write.conn()?).await?;
    must(&found, &[MeetingState::Published])?;
    if place.part != MeetingPart::Should.code() {
        return Err(Error::refuse("LEAVE_NOT_NEEDED", "您不计入应到人数，不需要请假"));
    }
    if place.leave_state.as_deref() == Some(MeetingLeaveState::Granted.code()) {
        return Err(Error::refuse("LEAVE_GRANTED", "请假已同意，如需修改请先撤回"));
    }
    diesel::update(people::table.find((id.0, place.person_id)))
        .set((
            people::leave_state.eq(MeetingLeaveState::Asked.code()),
            people::leave_kind.eq(kind.code()),
            people::leave_reason.eq(&reason),
            people::leave_at.eq(cx.now()),
            people::leave_answer.eq(None::<String>),
            people::leave_by.eq(None::<String>),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.leave_asked", &found).note("name", place.name)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Takes a request back before the meeting begins.
pub async fn take_back(cx: &Cx, id: MeetingId) -> Result<()> {
    let mut write = cx.write(ATTEND).await?;
    let place = me(&mut write, id).await?;
    let found = store::held(id, write.conn()?).await?;
    must(&found, &[MeetingState::Published])?;
    if place.leave_state.is_none() {
        return Err(Error::refuse("NO_LEAVE", "没有请假申请"));
    }
    diesel::update(people::table.find((id.0, place.person_id)))
        .set((
            people::attendance.eq(None::<String>),
            people::leave_state.eq(None::<String>),
            people::leave_kind.eq(None::<String>),
            people::leave_reason.eq(None::<String>),
            people::leave_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            people::leave_answer.eq(None::<String>),
            people::leave_by.eq(None::<String>),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.leave_taken_back", &found).note("name", place.name)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Grants or refuses leave, at the latest before the minutes.
pub async fn answer(cx: &Cx, id: MeetingId, person: PersonId, granted: bool, words: Option<&str>) -> Result<()> {
    let words = check::optional("answer", "答复", words, 200)?;
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    must(&found, &[MeetingState::Published, MeetingState::Running, MeetingState::MinutesPending])?;
    let place = store::person(id, person.0, write.conn()?).await?.ok_or_else(Error::missing)?;
    if place.leave_state.is_none() {
        return Err(Error::refuse("NO_LEAVE", "没有请假申请"));
    }
    let state = if granted { MeetingLeaveState::Granted } else { MeetingLeaveState::Refused };
    // Whoever came after all was there.
    let attendance = match (place.signed_at.is_some(), granted) {
        (true, _) => place.attendance.clone(),
        (false, true) => Some(MeetingAttendance::Leave.code().to_owned()),
        (false, false) => None,
    };
    diesel::update(people::table.find((id.0, person.0)))
        .set((
            people::leave_state.eq(state.code()),
            people::leave_answer.eq(&words),
            people::leave_by.eq(cx.actor()),
            people::attendance.eq(attendance),
        ))
        .execute(write.conn()?)
        .await?;
    let action = if granted { "meeting.leave_granted" } else { "meeting.leave_refused" };
    write.audit(entry(action, &found).note("name", place.name)).await?;
    write.emit(event::MEETING_LEAVE_ANSWERED, id.0, Some(person.0)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}
