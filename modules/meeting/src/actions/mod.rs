//! What is done with meetings, each in one transaction: load, decide, write, tell.

mod files;
mod hold;
mod kinds;
mod leave;
mod minutes;
mod notes;
mod plans;
mod recordings;
mod save;
mod sign;
mod video;
mod votes;

use zhibu_core::{Error, MeetingId, Result, TenantId};
use zhibu_directory::member;
use zhibu_directory::organisation::Reach;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Read, Write};

pub(crate) use files::discard;
pub use files::{Link, Part, PartLink, Ticket, Upload, finish, keep, link, parts, remove, request, to_library};
pub(crate) use hold::close_forgotten;
pub use hold::{cancel, close_sign_in, drop_draft, end, open_sign_in, publish, start};
pub use kinds::{Kind, limit, save_kind};
pub use leave::{answer as answer_leave, ask as ask_leave, take_back as take_back_leave};
pub use minutes::{Minutes, makeup, write as write_minutes};
pub use notes::write as write_note;
pub use plans::{PlanForm, remove as remove_plan, save as save_plan};
pub(crate) use recordings::{KeepRecording, hourly};
pub use recordings::{start_recording, stop_recording};
pub use save::{Which, add, save};
pub use sign::{By, record, sign_in};
pub(crate) use video::has_room;
pub use video::{Entrance, enter, told};
pub use votes::{cast, drop_vote, end as end_vote, prepare, start as start_vote};

use crate::model::{MeetingState, PersonRow};
use crate::store::{self, Found};
use crate::{ATTEND, LIST_READ, MANAGE};

/// Faults of a form, or what was made of it.
pub type Checked<T> = std::result::Result<T, Vec<Error>>;

/// What the caller is to a meeting.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The meeting.
    pub found: Found,
    /// The caller holds and minutes it.
    pub manages: bool,
    /// The caller sees it among those of the own organisations.
    pub reads: bool,
    /// The caller's place on its list.
    pub place: Option<PersonRow>,
}

/// The topic on which a meeting's changes are told.
pub fn topic(tenant: TenantId, id: MeetingId) -> String {
    format!("meeting:{tenant}:{id}")
}

/// Says that something in a meeting has changed; after the commit.
pub(crate) fn touch(cx: &Cx, id: MeetingId) {
    if let Ok(tenant) = cx.tenant() {
        cx.app.live.touch(&topic(tenant, id));
    }
}

/// Opens the request's picture under whichever right the caller has.
pub async fn reading(cx: &Cx) -> Result<Read<'_>> {
    match cx.allow(LIST_READ) {
        Ok(_) => cx.read(LIST_READ).await,
        Err(_) => cx.read(ATTEND).await,
    }
}

/// A meeting, for whoever administers it, may see it, or is on its list once it is announced.
pub async fn see(cx: &Cx, id: MeetingId, read: &mut Read<'_>) -> Result<Seen> {
    let conn = read.conn()?;
    let found = store::one(id, &mut *conn).await?;
    let manages = Reach::held(cx, MANAGE, &mut *conn).await?.covers(&found.path);
    let reads = manages || Reach::held(cx, LIST_READ, &mut *conn).await?.covers(&found.path);
    let mut place = None;
    if let Ok(identity) = cx.identity()
        && identity.guest.is_none()
        && cx.allow(ATTEND).is_ok()
        && found.row.state() != MeetingState::Draft
        && let Some(me) = member::own_id(identity.account, &mut *conn).await?
    {
        place = store::person(id, me, &mut *conn).await?;
    }
    if reads || place.is_some() { Ok(Seen { found, manages, reads, place }) } else { Err(Error::missing()) }
}

/// A meeting that the caller administers, held for the transaction.
async fn managed(write: &mut Write<'_>, id: MeetingId) -> Result<Found> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let found = store::held(id, write.conn()?).await?;
    if reach.covers(&found.path) { Ok(found) } else { Err(Error::missing()) }
}

/// The same as it was at a version.
async fn at_version(write: &mut Write<'_>, id: MeetingId, version: i32) -> Result<Found> {
    let found = managed(write, id).await?;
    if found.row.version == version { Ok(found) } else { Err(Error::conflict()) }
}

/// The caller as somebody on the list of a meeting that is announced.
async fn me(write: &mut Write<'_>, id: MeetingId) -> Result<PersonRow> {
    let account = write.cx.identity()?.account;
    let Some(me) = member::own_id(account, write.conn()?).await? else { return Err(not_invited()) };
    store::person(id, me, write.conn()?).await?.ok_or_else(not_invited)
}

fn not_invited() -> Error {
    Error::refuse("NOT_INVITED", "您不在该会议的参会名单中，请联系会议管理员")
}

/// Refuses what a meeting does not allow where it stands.
fn must(found: &Found, states: &[MeetingState]) -> Result<()> {
    if states.contains(&found.row.state()) {
        return Ok(());
    }
    let words = match found.row.state() {
        MeetingState::Draft => "会议尚未发布",
        MeetingState::Published => "会议尚未开始",
        MeetingState::Running => "会议正在进行",
        MeetingState::MinutesPending => "会议已散会，待填写纪要",
        MeetingState::Finished => "会议已结束",
        MeetingState::Cancelled => "会议已取消",
    };
    Err(Error::refuse("MEETING_STATE", format!("{words}，不能进行此操作")))
}

fn entry(action: &'static str, found: &Found) -> Entry {
    Entry::new(action, "meeting", found.row.id)
        .note("title", found.row.title.clone())
        .note("organisation", found.organisation.clone())
}
