//! Signing in: by the code on the screen, by the place, by the administrator's list.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, PersonId, Result, check};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write, tenants};

use super::{entry, managed, me, must, not_invited, touch};
use crate::model::{MeetingAttendance, MeetingRow, MeetingState, MeetingWay};
use crate::rules::geo::{self, Fix, Point};
use crate::rules::token;
use crate::schema::meeting_people as people;
use crate::{ATTEND, MANAGE, store};

/// By what somebody signs in.
#[derive(Debug, Clone)]
pub enum By {
    /// The code on the screen.
    Code(String),
    /// Where they are.
    Place(Fix),
}

/// Signs the caller in. Doing it again changes nothing, so a phone may repeat it.
pub async fn sign_in(cx: &Cx, id: MeetingId, by: &By) -> Result<()> {
    cx.allow(ATTEND)?;
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let mut write = cx.write(ATTEND).await?;
    let place = me(&mut write, id).await?;
    let meeting = store::kept(id, write.conn()?).await?;
    if place.signed_at.is_some() {
        return Ok(());
    }
    if !meeting.sign_open {
        let words = match meeting.state() {
            MeetingState::Running => "签到未开启或已关闭，请联系会议管理员",
            MeetingState::Draft | MeetingState::Published => "会议尚未开始，暂不能签到",
            MeetingState::MinutesPending | MeetingState::Finished => "会议已结束，不能签到",
            MeetingState::Cancelled => "会议已取消",
        };
        return Err(Error::refuse("SIGN_IN_CLOSED", words));
    }
    let (way, spot) = match by {
        By::Code(code) => {
            token::verify(code.trim(), id.0, meeting.sign_round, cx.now(), |text| vault.blind(text))?;
            (MeetingWay::Qr, None)
        }
        By::Place(fix) => (MeetingWay::Place, Some((fix.point, inside(&meeting, *fix)?))),
    };
    let new = mark(&mut write, &meeting, place.person_id, &Mark { way, at: cx.now(), spot }).await?;
    // Two taps at once: the other one has signed in.
    if !new {
        return Ok(());
    }
    let told = Entry::new("meeting.signed_in", "meeting", id.0)
        .note("title", meeting.title)
        .note("name", place.name)
        .note("way", way.word());
    write.audit(told).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// How somebody came to be there.
pub(super) struct Mark {
    /// By what.
    pub(super) way: MeetingWay,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// Where, and how many metres away.
    pub(super) spot: Option<(Point, i32)>,
}

/// Marks somebody as there who has not signed in yet; false when they have.
pub(super) async fn mark(write: &mut Write<'_>, meeting: &MeetingRow, who: Uuid, mark: &Mark) -> Result<bool> {
    let changed = diesel::update(people::table.find((meeting.id, who)).filter(people::signed_at.is_null()))
        .set((
            people::attendance.eq(attendance(meeting, mark.at).code()),
            people::signed_at.eq(mark.at),
            people::way.eq(mark.way.code()),
            people::latitude.eq(mark.spot.map(|(point, _)| point.latitude)),
            people::longitude.eq(mark.spot.map(|(point, _)| point.longitude)),
            people::distance.eq(mark.spot.map(|(_, metres)| metres)),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(changed > 0)
}

/// Whether whoever comes at this moment is late.
pub(super) fn attendance(meeting: &MeetingRow, at: DateTime<Utc>) -> MeetingAttendance {
    // Nobody is late for a meeting that itself began late.
    let begun = meeting.started_at.map_or(meeting.starts_at, |started| started.max(meeting.starts_at));
    let late = at > begun + Duration::minutes(meeting.late_minutes.into());
    if late { MeetingAttendance::Late } else { MeetingAttendance::Present }
}

/// How far away, in metres; refused outside of the fence. What the phone does not know exactly is to nobody's harm.
fn inside(meeting: &MeetingRow, fix: Fix) -> Result<i32> {
    let (Some(latitude), Some(longitude), Some(radius)) = (meeting.latitude, meeting.longitude, meeting.radius) else {
        return Err(Error::refuse("NO_PLACE", "该会议未设置签到地点，请扫码签到"));
    };
    let metres = geo::distance(Point { latitude, longitude }, fix.point);
    if metres > f64::from(radius) + fix.accuracy {
        let words = format!("您距会场约{}米，超出签到范围（{radius}米），请到会场后再试", rounded(metres));
        return Err(Error::refuse("TOO_FAR", words));
    }
    Ok(rounded(metres))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "half the way around the earth is 20 million"
)]
fn rounded(metres: f64) -> i32 {
    metres.round() as i32
}

/// Records by hand who was there; for whom it was present or late, with the reason why they did not sign in themselves.
pub async fn record(
    cx: &Cx,
    id: MeetingId,
    chosen: &[PersonId],
    attendance: Option<MeetingAttendance>,
    note: Option<&str>,
) -> Result<()> {
    let note = check::optional("note", "原因", note, 100)?;
    let there = matches!(attendance, Some(MeetingAttendance::Present | MeetingAttendance::Late));
    if there && note.is_none() {
        return Err(Error::invalid("note", "请填写代为登记的原因"));
    }
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    must(&found, &[MeetingState::Running, MeetingState::MinutesPending])?;
    let names = marked(&mut write, id, chosen, attendance, note.as_deref()).await?;
    let told = entry("meeting.attendance_recorded", &found)
        .note("people", names.join("、"))
        .note("attendance", attendance.map_or("未登记", MeetingAttendance::word))
        .note("reason", note.unwrap_or_default());
    write.audit(told).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

async fn marked(
    write: &mut Write<'_>,
    id: MeetingId,
    chosen: &[PersonId],
    attendance: Option<MeetingAttendance>,
    note: Option<&str>,
) -> Result<Vec<String>> {
    let now = write.cx.now();
    let there = matches!(attendance, Some(MeetingAttendance::Present | MeetingAttendance::Late));
    let of = people::table.filter(people::meeting_id.eq(id.0).and(people::person_id.eq_any(store::ids(chosen))));
    let names: Vec<String> = diesel::update(of)
        .set((
            people::attendance.eq(attendance.map(MeetingAttendance::code)),
            people::signed_at.eq(there.then_some(now)),
            people::way.eq(there.then_some(MeetingWay::List.code())),
            people::sign_note.eq(note),
            people::latitude.eq(None::<f64>),
            people::longitude.eq(None::<f64>),
            people::distance.eq(None::<i32>),
        ))
        .returning(people::name)
        .get_results(write.conn()?)
        .await?;
    if names.is_empty() || names.len() != chosen.len() { Err(not_invited().at("people")) } else { Ok(names) }
}
