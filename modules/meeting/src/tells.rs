//! What people are told of meetings (会议通知、变更、取消、提醒，请假结果).

use async_trait::async_trait;
use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::event::{self, Event};
use zhibu_core::{MeetingId, Result, moment};
use zhibu_tenancy::events::{Happening, Tells, Tidings};
use zhibu_tenancy::{Conn, Cx};

use crate::model::{MeetingLeaveState, MeetingMode, MeetingPart, MeetingState};
use crate::schema::{meeting_people as people, meetings};
use crate::store::{self, Found};
use crate::{MANAGE, model};

/// So long before it begins people are reminded of a meeting.
const AHEAD: Duration = Duration::hours(24);

/// 组织生活
pub(crate) struct Meetings;

fn place(found: &Found) -> String {
    match (MeetingMode::from_code(&found.row.mode), &found.row.place) {
        (Some(MeetingMode::Video), _) | (_, None) => "线上".to_owned(),
        (_, Some(place)) => place.clone(),
    }
}

/// Those who are expected: everybody on the list who is not excused for good.
async fn expected(id: MeetingId, conn: &mut Conn) -> Result<Vec<Uuid>> {
    let on = people::table.filter(people::meeting_id.eq(id.0).and(people::part.ne(MeetingPart::Exempt.code())));
    Ok(on.select(people::person_id).load(conn).await?)
}

fn occasion(event: Event) -> Option<&'static str> {
    match event {
        event::MEETING_PUBLISHED => Some("meeting_published"),
        event::MEETING_CHANGED => Some("meeting_changed"),
        event::MEETING_CANCELLED => Some("meeting_cancelled"),
        event::MEETING_SOON => Some("meeting_soon"),
        event::MEETING_LEAVE_ANSWERED => Some("meeting_leave"),
        _ => None,
    }
}

#[async_trait]
impl Tells for Meetings {
    async fn tidings(&self, what: Happening, conn: &mut Conn) -> Result<Option<Tidings>> {
        let Some(occasion) = occasion(what.event) else { return Ok(None) };
        let id = MeetingId(what.id);
        let found = match store::one(id, &mut *conn).await {
            Ok(found) => found,
            Err(fault) if fault.code == zhibu_core::Error::missing().code => return Ok(None),
            Err(error) => return Err(error),
        };
        let (row, when, place) = (&found.row, moment(found.row.starts_at), place(&found));
        let open = row.state() == MeetingState::Published;
        let where_and_when = format!("时间：{when}\n地点：{place}");
        let mut said = row.version.to_string();
        let (title, text, to) = match what.event {
            event::MEETING_PUBLISHED if open => {
                let text = format!("{where_and_when}\n请准时参加；不能参加的，请在会前请假。");
                (format!("会议通知：{}", row.title), text, expected(id, conn).await?)
            }
            event::MEETING_CHANGED if open => {
                let text = format!("会议安排有变动，请以下面的为准。\n{where_and_when}");
                (format!("会议变更：{}", row.title), text, expected(id, conn).await?)
            }
            event::MEETING_SOON if open => {
                let text = format!("{where_and_when}\n请准时参加。");
                // Of a meeting that is put off people are reminded again.
                said = row.starts_at.to_rfc3339();
                (format!("会议提醒：{}", row.title), text, expected(id, conn).await?)
            }
            event::MEETING_CANCELLED if row.state() == MeetingState::Cancelled => {
                let why = row.cancelled_reason.as_deref().unwrap_or("无");
                let text = format!("原定于{when}的会议已取消。\n原因：{why}");
                (format!("会议取消：{}", row.title), text, expected(id, conn).await?)
            }
            event::MEETING_LEAVE_ANSWERED => match answered(&found, what.about, conn).await? {
                Some((title, text, person, moment)) => {
                    said = moment;
                    (title, text, vec![person])
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(Tidings {
            occasion,
            organisation: row.organisation_id,
            title: title.chars().take(60).collect(),
            text,
            facts: vec![("时间", when), ("地点", place)],
            people: to,
            moment: said,
            once_each: matches!(what.event, event::MEETING_PUBLISHED | event::MEETING_CANCELLED),
        }))
    }
}

/// Title, text, the person, and what sets this answer apart from another.
type Answered = (String, String, Uuid, String);

async fn answered(found: &Found, about: Option<Uuid>, conn: &mut Conn) -> Result<Option<Answered>> {
    let Some(person) = about else { return Ok(None) };
    let Some(place) = store::person(MeetingId(found.row.id), person, conn).await? else { return Ok(None) };
    let verdict = match place.leave_state.as_deref().and_then(model::MeetingLeaveState::from_code) {
        Some(MeetingLeaveState::Granted) => "已同意",
        Some(MeetingLeaveState::Refused) => "未同意",
        Some(MeetingLeaveState::Asked) | None => return Ok(None),
    };
    let asked = place.leave_at.map(|at| at.to_rfc3339()).unwrap_or_default();
    let moment = format!("{asked} {verdict} {}", place.leave_answer.as_deref().unwrap_or_default());
    let answer = place.leave_answer.map(|words| format!("\n答复：{words}")).unwrap_or_default();
    let text = format!("您对“{}”的请假{verdict}。{answer}", found.row.title);
    Ok(Some((format!("请假{verdict}：{}", found.row.title), text, person, moment)))
}

/// Says of every meeting that begins within a day that it does; who was told is not told again.
pub(crate) async fn hourly(cx: &Cx) -> Result<()> {
    let now = cx.now();
    let mut write = cx.write(MANAGE).await?;
    let soon = meetings::starts_at.gt(now).and(meetings::starts_at.le(now + AHEAD));
    let soon: Vec<Uuid> = meetings::table
        .filter(soon.and(meetings::state.eq(MeetingState::Published.code())))
        // Who is invited for tomorrow has just been told.
        .filter(meetings::updated_at.lt(now - Duration::hours(1)))
        .select(meetings::id)
        .load(write.conn()?)
        .await?;
    for id in soon {
        write.emit(event::MEETING_SOON, id, None).await?;
    }
    write.commit_quietly().await
}
