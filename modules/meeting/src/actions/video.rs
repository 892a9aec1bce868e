//! Video meetings (视频会议): letting people into the room, and what its server tells of them. A meeting with an address of
//! its own is held elsewhere.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, Result, Secret, TenantId};
use zhibu_directory::member;
use zhibu_providers::video::{Member, Role, VideoEvent, VideoEventKind};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{App, Cx, Space, Write, tenants};

use super::sign::{self, Mark};
use super::{must, not_invited, reading, recordings, see, touch};
use crate::ATTEND;
use crate::model::{MeetingMode, MeetingRow, MeetingState, MeetingWay};
use crate::schema::{meeting_people as people, meetings};

/// A token is good so long after the end that was planned, or after it was asked for.
const AFTER: Duration = Duration::minutes(30);
/// No token is good for longer.
const LONGEST: Duration = Duration::hours(24);

/// Where somebody enters a meeting.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// The page to open; whoever has it enters as the caller.
    pub page: String,
    /// The server of our room; nothing when the meeting is held elsewhere.
    pub url: Option<String>,
    /// The caller's ticket into it.
    pub token: Option<Secret>,
}

/// A meeting's room, as the server knows it.
pub(super) fn room(tenant: TenantId, id: Uuid) -> String {
    format!("t{}-{}", tenant.0.simple(), id.simple())
}

/// Whose room it is.
fn of_room(room: &str) -> Option<(TenantId, MeetingId)> {
    let (tenant, meeting) = room.strip_prefix('t')?.split_once('-')?;
    Some((tenant.parse().ok()?, meeting.parse().ok()?))
}

/// Whether a meeting has a room of ours.
pub(crate) fn has_room(cx: &Cx, row: &MeetingRow) -> bool {
    row.mode != MeetingMode::Offline.code() && row.link.is_none() && cx.app.video.is_open()
}

/// Lets the caller into a meeting that goes on: those on its list and those who hold it.
pub async fn enter(cx: &Cx, id: MeetingId) -> Result<Entrance> {
    let mut read = reading(cx).await?;
    let seen = see(cx, id, &mut read).await?;
    let account = cx.identity()?.account;
    let own = member::own_id(account, read.conn()?).await?;
    drop(read);
    cx.close().await;
    if seen.place.is_none() && !seen.manages {
        return Err(not_invited());
    }
    let row = &seen.found.row;
    if row.mode == MeetingMode::Offline.code() {
        return Err(Error::refuse("NO_VIDEO", "该会议为线下会议，没有视频会议"));
    }
    must(&seen.found, &[MeetingState::Running])?;
    if let Some(link) = &row.link {
        return Ok(Entrance { page: link.clone(), url: None, token: None });
    }
    if !has_room(cx, row) {
        return Err(Error::refuse("VIDEO_NOT_OPEN", "未开通视频会议，也没有填写会议链接，请联系会议管理员"));
    }
    let room = room(cx.tenant()?, row.id);
    let holds = seen.manages || (row.host_id.is_some() && row.host_id == own);
    if holds {
        open(cx, &room).await;
    }
    let member = Member {
        identity: own.unwrap_or(account.0).to_string(),
        name: seen.place.map_or_else(|| cx.actor(), |place| place.name),
        role: if holds { Role::Speaker } else { Role::Member },
    };
    let now = cx.now();
    let until = (row.ends_at.max(now) + AFTER).min(now + LONGEST);
    let joined = cx.app.video.join(&room, &member, until, now).map_err(Error::bug)?;
    let joined = joined.ok_or_else(|| Error::bug("a video server without rooms"))?;
    // After the hash nothing is sent to a server, so no log has it.
    let page = format!("{}/meet#url={}&token={}", cx.app.settings.public_url, joined.url, joined.token.expose());
    Ok(Entrance { page, url: Some(joined.url), token: Some(joined.token) })
}

/// Opens a room before anybody comes. Where that fails the server opens it for whoever comes first.
async fn open(cx: &Cx, room: &str) {
    if let Err(error) = cx.app.video.create(room).await {
        tracing::warn!(kind = ?error.kind, code = error.provider_code, "a room was not opened");
    }
}

/// Closes the room of a meeting that is over; recordings end with it.
pub(super) async fn close(cx: &Cx, row: &MeetingRow) -> Result<()> {
    if has_room(cx, row)
        && let Err(error) = cx.app.video.end(&room(cx.tenant()?, row.id)).await
    {
        tracing::warn!(kind = ?error.kind, code = error.provider_code, "a room was not closed");
    }
    Ok(())
}

/// Takes in what the video server told, once it is proven. It may come twice and in any order; of rooms that are not ours
/// nothing is done.
pub async fn told(app: &Arc<App>, event: &VideoEvent) -> Result<()> {
    let Some((tenant, id)) = of_room(&event.room) else { return Ok(()) };
    match tenants::info(app, tenant).await {
        Ok(info) if info.active && info.modules.iter().any(|key| key == "meeting") => {}
        Err(error) if error.code != Error::missing().code => return Err(error),
        Ok(_) | Err(_) => return Ok(()),
    }
    let cx = Cx::system(app.clone(), Space::Tenant(tenant));
    let who = event.identity.as_deref().and_then(|identity| identity.parse().ok());
    match (event.kind, who, &event.egress) {
        (VideoEventKind::Joined, Some(who), _) => came(&cx, id, who, event.at).await,
        (VideoEventKind::Left, Some(who), _) => went(&cx, id, who, event.at).await,
        (VideoEventKind::RecordingEnded, _, Some(egress)) => recordings::ended(&cx, id, egress).await,
        _ => Ok(()),
    }
}

/// Somebody came into the room: they have signed in when signing in is open, else it is only noted. What is told again
/// moves nothing, nor does what happened before what we know.
async fn came(cx: &Cx, id: MeetingId, who: Uuid, at: DateTime<Utc>) -> Result<()> {
    let mut write = cx.write(ATTEND).await?;
    let meeting: Option<MeetingRow> =
        meetings::table.find(id.0).select(MeetingRow::as_select()).for_share().first(write.conn()?).await.optional()?;
    let Some(meeting) = meeting else { return Ok(()) };
    let earlier = people::joined_at.is_null().or(people::joined_at.lt(at));
    let name: Option<String> = diesel::update(people::table.find((id.0, who)).filter(earlier))
        .set(people::joined_at.eq(at))
        .returning(people::name)
        .get_result(write.conn()?)
        .await
        .optional()?;
    let Some(name) = name else { return Ok(()) };
    let mark = Mark { way: MeetingWay::Video, at, spot: None };
    let signed = meeting.sign_open && counts(&meeting) && sign::mark(&mut write, &meeting, who, &mark).await?;
    let told = if signed {
        Entry::new("meeting.signed_in", "meeting", id.0).note("way", MeetingWay::Video.word())
    } else {
        Entry::new("meeting.video_joined", "meeting", id.0)
    };
    write.audit(told.note("title", meeting.title).note("name", name)).await?;
    write.commit().await?;
    if signed {
        touch(cx, id);
    }
    Ok(())
}

/// Somebody left the room.
async fn went(cx: &Cx, id: MeetingId, who: Uuid, at: DateTime<Utc>) -> Result<()> {
    let mut write = cx.write(ATTEND).await?;
    let earlier = people::left_at.is_null().or(people::left_at.lt(at));
    diesel::update(people::table.find((id.0, who)).filter(earlier))
        .set(people::left_at.eq(at))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await
}

/// Whether being in the room is being there: of a meeting in a hall it is not.
fn counts(meeting: &MeetingRow) -> bool {
    meeting.mode != MeetingMode::Offline.code()
}

/// Signs those in who are in the room when signing in opens: they came early.
pub(super) async fn sign_those_inside(write: &mut Write<'_>, meeting: &MeetingRow) -> Result<()> {
    if !counts(meeting) {
        return Ok(());
    }
    let now = write.cx.now();
    let inside =
        people::joined_at.is_not_null().and(people::left_at.is_null().or(people::left_at.lt(people::joined_at)));
    let found: Vec<(Uuid, String, Option<DateTime<Utc>>)> = people::table
        .filter(people::meeting_id.eq(meeting.id).and(inside.and(people::signed_at.is_null())))
        .select((people::person_id, people::name, people::joined_at))
        .for_update()
        .load(write.conn()?)
        .await?;
    // Late is who came late, not who waited for signing in to open.
    for (person, _, joined) in &found {
        diesel::update(people::table.find((meeting.id, person)))
            .set((
                people::attendance.eq(sign::attendance(meeting, joined.unwrap_or(now)).code()),
                people::signed_at.eq(now),
                people::way.eq(MeetingWay::Video.code()),
            ))
            .execute(write.conn()?)
            .await?;
    }
    let names: Vec<String> = found.into_iter().map(|(_, name, _)| name).collect();
    let told = |name: String| {
        Entry::new("meeting.signed_in", "meeting", meeting.id)
            .note("title", meeting.title.clone())
            .note("name", name)
            .note("way", MeetingWay::Video.word())
    };
    write.audit_all(names.into_iter().map(told).collect()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_4_3c_a_room_says_whose_it_is() {
        let (tenant, meeting) = (Uuid::from_u128(7), Uuid::from_u128(9));
        let name = room(tenant.into(), meeting);
        assert_eq!(of_room(&name), Some((tenant.into(), meeting.into())));
        for other in ["", "t", "lobby", "t1-2", &name[1..], &format!("{name}0")] {
            assert_eq!(of_room(other), None, "{other}");
        }
    }
}
