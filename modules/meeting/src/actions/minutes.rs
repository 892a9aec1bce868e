//! 会议纪要: the first version ends the meeting and settles who was there; later ones correct it, with the reason.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, MeetingId, PersonId, Result, check, event};
use zhibu_tenancy::{Cx, Write};

use super::{Checked, at_version, entry, managed, must, recordings, touch, video};
use crate::model::{MeetingAttendance, MeetingLeaveState, MeetingPart, MeetingState};
use crate::schema::{meeting_minutes as minutes, meeting_people as people, meetings};
use crate::{MANAGE, store};

/// What is written.
#[derive(Debug, Clone)]
pub struct Minutes {
    /// 会议内容
    pub body: String,
    /// 会议决议
    pub resolutions: Option<String>,
    /// 待办事项
    pub tasks: Option<String>,
    /// 更正原因, of a later version.
    pub reason: Option<String>,
}

/// Writes the minutes of a meeting as it was at `version`.
pub async fn write(cx: &Cx, id: MeetingId, version: i32, text: &Minutes) -> Result<Checked<()>> {
    let mut faults = Vec::new();
    let body = check::lines("body", "会议内容", &text.body, 10, 50_000).map_err(|fault| faults.push(fault));
    let mut lines = |field: &str, label: &str, value: &Option<String>| match value.as_deref().map(str::trim) {
        Some(value) if !value.is_empty() => {
            check::lines(field, label, value, 1, 10_000).map_err(|fault| faults.push(fault)).ok()
        }
        _ => None,
    };
    let resolutions = lines("resolutions", "会议决议", &text.resolutions);
    let tasks = lines("tasks", "待办事项", &text.tasks);
    let reason = lines("reason", "更正原因", &text.reason);
    let mut write = cx.write(MANAGE).await?;
    let found = at_version(&mut write, id, version).await?;
    must(&found, &[MeetingState::Running, MeetingState::MinutesPending, MeetingState::Finished])?;
    let correcting = found.row.state() == MeetingState::Finished;
    if correcting && reason.is_none() {
        faults.push(Error::invalid("reason", "请填写更正原因"));
    }
    let (Ok(body), true) = (body, faults.is_empty()) else { return Ok(Err(faults)) };
    let number = store::minutes(id, write.conn()?).await?.into_iter().next().map_or(1, |last| last.number + 1);
    if !correcting {
        super::hold::votes_over(&mut write, id).await?;
        super::hold::shut(&mut write, id).await?;
        settle(&mut write, id).await?;
        recordings::saving(&mut write, id).await?;
        diesel::update(meetings::table.find(id.0))
            .set((
                meetings::state.eq(MeetingState::Finished.code()),
                meetings::ended_at.eq(found.row.ended_at.unwrap_or(cx.now())),
            ))
            .execute(write.conn()?)
            .await?;
    }
    let counts = store::counts(&[id.0], write.conn()?).await?.remove(&id.0).unwrap_or_default();
    diesel::insert_into(minutes::table)
        .values((
            minutes::meeting_id.eq(id.0),
            minutes::number.eq(number),
            minutes::body.eq(&body),
            minutes::resolutions.eq(&resolutions),
            minutes::tasks.eq(&tasks),
            minutes::reason.eq(reason.as_deref().filter(|_| correcting)),
            minutes::should.eq(counts.should),
            minutes::present.eq(counts.present),
            minutes::late.eq(counts.late),
            minutes::on_leave.eq(counts.leave),
            minutes::absent.eq(counts.absent),
            minutes::account_name.eq(cx.actor()),
            minutes::created_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    diesel::update(meetings::table.find(id.0))
        .set((meetings::version.eq(found.row.version + 1), meetings::updated_at.eq(cx.now())))
        .execute(write.conn()?)
        .await?;
    let action = if correcting { "meeting.minutes_corrected" } else { "meeting.minuted" };
    let told = entry(action, &found).note("number", number).note("reason", reason.unwrap_or_default());
    write.audit(told).await?;
    if !correcting {
        write.emit(event::MEETING_ATTENDED, id.0, None).await?;
    }
    write.commit().await?;
    touch(cx, id);
    if found.row.state() == MeetingState::Running {
        video::close(cx, &found.row).await?;
    }
    Ok(Ok(()))
}

/// Of whom nothing is known was absent, unless leave was granted.
async fn settle(write: &mut Write<'_>, id: MeetingId) -> Result<()> {
    let open = || {
        people::meeting_id.eq(id.0).and(people::part.eq(MeetingPart::Should.code())).and(people::attendance.is_null())
    };
    diesel::update(people::table.filter(open()).filter(people::leave_state.eq(MeetingLeaveState::Granted.code())))
        .set(people::attendance.eq(MeetingAttendance::Leave.code()))
        .execute(write.conn()?)
        .await?;
    diesel::update(people::table.filter(open()))
        .set(people::attendance.eq(MeetingAttendance::Absent.code()))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Notes that people who were not there have caught up (补学), or takes that back.
pub async fn makeup(cx: &Cx, id: MeetingId, chosen: &[PersonId], on: bool) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    must(&found, &[MeetingState::Finished])?;
    let missed = [MeetingAttendance::Leave.code(), MeetingAttendance::Absent.code()];
    let of = people::table
        .filter(people::meeting_id.eq(id.0).and(people::person_id.eq_any(store::ids(chosen))))
        .filter(people::attendance.eq_any(missed));
    let names: Vec<String> =
        diesel::update(of).set(people::makeup.eq(on)).returning(people::name).get_results(write.conn()?).await?;
    if names.is_empty() || names.len() != chosen.len() {
        return Err(Error::invalid("people", "只能为请假或缺席的人员登记补学"));
    }
    let action = if on { "meeting.makeup_recorded" } else { "meeting.makeup_taken_back" };
    write.audit(entry(action, &found).note("people", names.join("、"))).await?;
    write.commit().await?;
    Ok(())
}
