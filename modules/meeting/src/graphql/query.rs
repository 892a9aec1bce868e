use std::collections::HashMap;

use async_graphql::{Context, Enum, Object};
use chrono::{Datelike, Duration};
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, MeetingVoteId, OrganisationId, Page, PageArgs, Result};
use zhibu_directory::member::{self, Whom};
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::{Conn, Cx};

use super::input::{MeetingFilter, MeetingPeopleFilter};
use super::types::*;
use crate::actions::{self, Seen};
use crate::model::{
    MeetingAttend, MeetingMode, MeetingQuorum, MeetingRow, MeetingState, MeetingVoteState, PersonRow, VoteRow,
};
use crate::rules::count;
use crate::store::Found;
use crate::{ATTEND, LIST_READ, MANAGE, STATS_READ, TYPES_READ, statistics, store};

/// Candidates that are told at once.
const CANDIDATES: i64 = 2_000;

/// The three lists of one's own meetings (M-1.3).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum MyMeetings {
    /// 未开始
    Upcoming,
    /// 进行中
    Ongoing,
    /// 已结束
    Over,
}

impl MyMeetings {
    fn states(self) -> &'static [MeetingState] {
        match self {
            Self::Upcoming => &[MeetingState::Published],
            Self::Ongoing => &[MeetingState::Running, MeetingState::MinutesPending],
            Self::Over => &[MeetingState::Finished, MeetingState::Cancelled],
        }
    }
}

pub(super) async fn kinds(conn: &mut Conn) -> Result<HashMap<String, String>> {
    Ok(store::types(conn).await?.into_iter().map(|kind| (kind.code, kind.name)).collect())
}

async fn shown(page: Page<Found>, me: Option<Uuid>, conn: &mut Conn) -> Result<Page<Meeting>> {
    let ids: Vec<Uuid> = page.nodes.iter().map(|found| found.row.id).collect();
    let places = match me {
        Some(me) => store::places_of(me, &ids, &mut *conn).await?,
        None => HashMap::new(),
    };
    let counts = store::counts(&ids, &mut *conn).await?;
    let kinds = kinds(conn).await?;
    let shown = Shown { kinds: &kinds, counts: &counts, places: &places };
    Ok(Page { nodes: page.nodes.into_iter().map(|found| shown.meeting(found)).collect(), info: page.info })
}

/// The votes of a meeting as the caller sees them; prepared ones are for those who hold it.
async fn votes(
    ctx: &Context<'_>,
    id: MeetingId,
    manages: bool,
    place: Option<&PersonRow>,
    conn: &mut Conn,
) -> Result<Vec<MeetingVote>> {
    let mut votes = store::votes(id, &mut *conn).await?;
    votes.retain(|vote| vote.opened_at.is_some() || manages);
    let ids: Vec<Uuid> = votes.iter().map(|vote| vote.id).collect();
    let open: Vec<Uuid> =
        votes.iter().filter(|vote| vote.state() == MeetingVoteState::Open).map(|vote| vote.id).collect();
    let voted = if open.is_empty() || !ctx.shows(&["votes", "voted"]) {
        HashMap::new()
    } else {
        store::voted(&open, &mut *conn).await?
    };
    let mine = match place {
        Some(place) if !ids.is_empty() => store::voter(&ids, place.person_id, conn).await?,
        _ => HashMap::new(),
    };
    let shown = |vote: VoteRow| {
        let (cast, me) = (voted.get(&vote.id).copied(), mine.get(&vote.id));
        let begun = vote.opened_at.is_some();
        MeetingVote::of(vote, begun.then(|| cast.unwrap_or_default()), me)
    };
    Ok(votes.into_iter().map(shown).collect())
}

/// The room of a video meeting.
async fn room(cx: &Cx, row: &MeetingRow, manages: bool, conn: &mut Conn) -> Result<Option<MeetingRoom>> {
    if row.mode == MeetingMode::Offline.code() {
        return Ok(None);
    }
    let under_way = store::recordings(row.id.into(), conn).await?;
    let (ours, running) = (actions::has_room(cx, row), row.state() == MeetingState::Running);
    Ok(Some(MeetingRoom {
        open: running && (ours || row.link.is_some()),
        records: running && ours && manages && cx.app.video.records(),
        recording: under_way.iter().any(|state| state == "recording"),
        saving: under_way.iter().any(|state| state == "saving"),
    }))
}

/// A meeting whole, for whoever may see it. What is not shown is not looked up: when a vote opens, every phone asks at once.
pub(super) async fn whole(ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
    let cx = ctx.cx()?;
    let shows = |field: &str| ctx.shows(&[field]);
    let row_shows = |fields: &[&str]| fields.iter().any(|field| ctx.shows(&["meeting", field]));
    let mut read = actions::reading(cx).await?;
    let seen = actions::see(cx, id, &mut read).await?;
    let Seen { found, manages, reads, place } = seen;
    let conn = read.conn()?;
    let row = found.row.clone();
    let counts = if shows("quorate") || row_shows(&["should", "attended", "late", "onLeave", "absent"]) {
        store::counts(&[row.id], &mut *conn).await?
    } else {
        HashMap::new()
    };
    let all = if shows("quorate") || shows("quorum") || row_shows(&["types"]) {
        store::types(&mut *conn).await?
    } else {
        Vec::new()
    };
    let quorum = all
        .iter()
        .filter(|kind| row.types.contains(&kind.code))
        .filter_map(|kind| MeetingQuorum::from_code(&kind.quorum))
        .max_by_key(|quorum| MeetingQuorum::ALL.iter().position(|one| one == quorum))
        .unwrap_or(MeetingQuorum::None);
    let votes = if shows("votes") { votes(ctx, id, manages, place.as_ref(), &mut *conn).await? } else { Vec::new() };
    let files = if shows("files") { store::files(id, &mut *conn).await? } else { Vec::new() };
    let minutes = if shows("minutes") { store::minutes(id, &mut *conn).await? } else { Vec::new() };
    let room = if shows("room") { room(cx, &row, manages, &mut *conn).await? } else { None };
    let note = match &place {
        Some(place) if shows("note") => store::note(id, place.person_id, &mut *conn).await?,
        _ => None,
    };
    let asking = store::PeopleFilter { asking: true, ..store::PeopleFilter::default() };
    let leave_waiting =
        if reads && shows("leaveWaiting") { store::count_people(id, &asking, &mut *conn).await? } else { 0 };
    let note_count = if reads && shows("noteCount") { store::count_notes(id, &mut *conn).await? } else { 0 };
    let named: Vec<Uuid> = [row.host_id, row.recorder_id].into_iter().flatten().collect();
    let names = if named.is_empty() || !(shows("host") || shows("recorder")) {
        HashMap::new()
    } else {
        member::names(&named, &mut *conn).await?
    };
    let person =
        |id: Option<Uuid>| id.and_then(|id| Some(MeetingPerson { id: id.into(), name: names.get(&id).cloned()? }));
    let fence = match (row.latitude, row.longitude, row.radius) {
        (Some(latitude), Some(longitude), Some(radius)) => Some(MeetingFence::of(latitude, longitude, radius)),
        _ => None,
    };
    let names_of_kinds = all.into_iter().map(|kind| (kind.code, kind.name)).collect();
    let places = place.into_iter().map(|place| (row.id, place)).collect();
    let sums = counts.get(&row.id).copied().unwrap_or_default();
    let meeting = Shown { kinds: &names_of_kinds, counts: &counts, places: &places }.meeting(found);
    Ok(MeetingWhole {
        manages,
        agenda: row.agenda,
        link: row.link,
        room,
        speaker: row.speaker,
        observers: row.observers,
        host: person(row.host_id),
        recorder: person(row.recorder_id),
        late_minutes: row.late_minutes,
        fence,
        attend: MeetingAttend::from_code(&row.attend).unwrap_or(MeetingAttend::Members),
        quorum,
        quorate: count::enough(quorum, sums),
        started_at: row.started_at,
        ended_at: row.ended_at,
        cancelled_reason: row.cancelled_reason,
        leave_waiting,
        note_count,
        votes,
        files: files.into_iter().map(Into::into).collect(),
        minutes: minutes.into_iter().map(Into::into).collect(),
        note: note.map(Into::into),
        meeting,
    })
}

/// 组织生活
#[derive(Default)]
pub struct MeetingQuery;

#[Object]
impl MeetingQuery {
    /// The meetings of the caller's organisations, those that begin last first (PC-4.3c).
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<MeetingFilter>,
    ) -> Result<Listed<Meeting>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let filter = filter.unwrap_or_default().read()?;
        let mut read = cx.read(LIST_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(store::count(&reach, &filter, read.conn()?).await?) } else { None };
        let page = store::list(&reach, &filter, &args, read.conn()?).await?;
        Ok(Listed::new(shown(page, None, read.conn()?).await?, total))
    }

    /// The meetings the caller is on the list of (M-1.3).
    async fn mine(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        which: MyMeetings,
    ) -> Result<Listed<Meeting>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(ATTEND).await?;
        let me = member::own_id(cx.identity()?.account, read.conn()?).await?.unwrap_or_default();
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count_of(me, which.states(), read.conn()?).await?)
        } else {
            None
        };
        let page = store::list_of(me, which.states(), &args, read.conn()?).await?;
        Ok(Listed::new(shown(page, Some(me), read.conn()?).await?, total))
    }

    /// One meeting whole, for those who hold it and those on its list.
    async fn meeting(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        whole(ctx, id).await
    }

    /// The list of a meeting by name, for those who may see their organisation's meetings.
    async fn people(
        &self,
        ctx: &Context<'_>,
        meeting: MeetingId,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<MeetingPeopleFilter>,
    ) -> Result<Listed<MeetingPlace>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(LIST_READ).await?;
        if !actions::see(cx, meeting, &mut read).await?.reads {
            return Err(Error::missing());
        }
        let filter = filter.unwrap_or_default().into();
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count_people(meeting, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = store::people(meeting, &filter, &args, read.conn()?).await?;
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(Into::into).collect(), info: page.info }, total))
    }

    /// What people have written down in a meeting, for those who hold it (PC-4.3g).
    async fn notes(
        &self,
        ctx: &Context<'_>,
        meeting: MeetingId,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<MeetingNote>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(LIST_READ).await?;
        if !actions::see(cx, meeting, &mut read).await?.manages {
            return Err(Error::missing());
        }
        let total =
            if ctx.shows(&["totalCount"]) { Some(store::count_notes(meeting, read.conn()?).await?) } else { None };
        let page = store::notes(meeting, &args, read.conn()?).await?;
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(Into::into).collect(), info: page.info }, total))
    }

    /// The roll of a vote, for those who hold the meeting: who has voted, and in a named vote for what.
    async fn voters(
        &self,
        ctx: &Context<'_>,
        vote: MeetingVoteId,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        voted: Option<bool>,
    ) -> Result<Listed<MeetingVoter>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(LIST_READ).await?;
        let row = store::vote(vote, read.conn()?).await?;
        if !actions::see(cx, row.meeting_id.into(), &mut read).await?.manages {
            return Err(Error::missing());
        }
        let page = store::roll(vote, voted, &args, read.conn()?).await?;
        let total = match voted {
            None => row.roll.map(i64::from),
            Some(voted) => Some(store::count_roll(vote, voted, read.conn()?).await?),
        };
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(Into::into).collect(), info: page.info }, total))
    }

    /// Who would be on the list of a meeting of an organisation, by name; at most 2000.
    async fn candidates(
        &self,
        ctx: &Context<'_>,
        organisation: OrganisationId,
        attend: MeetingAttend,
    ) -> Result<Vec<MeetingCandidate>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(MANAGE).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let at = organisation::get(&reach, organisation, read.conn()?).await?;
        let whom = match attend {
            MeetingAttend::Committee => Whom::Committee(at.id),
            MeetingAttend::Members | MeetingAttend::Named => Whom::Members(at.id),
        };
        let found = member::attenders(&whom, CANDIDATES, read.conn()?).await?;
        let places: Vec<Uuid> = found.iter().map(|who| who.organisation).collect();
        let names = organisation::names(&places, read.conn()?).await?;
        let told = |who: member::Attender| MeetingCandidate {
            votes: who.votes(),
            away: match (who.lost, who.floating) {
                (true, _) => Some("失联".to_owned()),
                (_, true) => Some("流动党员".to_owned()),
                _ => None,
            },
            organisation: (who.organisation.into(), names.get(&who.organisation).cloned().unwrap_or_default()).into(),
            person: MeetingPerson { id: who.person.into(), name: who.name },
        };
        Ok(found.into_iter().map(told).collect())
    }

    /// The kinds of meetings of the tenant (PC-4.3b).
    async fn types(&self, ctx: &Context<'_>) -> Result<Vec<MeetingType>> {
        let cx = ctx.cx()?;
        let mut read = match cx.allow(TYPES_READ) {
            Ok(_) => cx.read(TYPES_READ).await?,
            Err(_) => cx.read(LIST_READ).await?,
        };
        Ok(store::types(read.conn()?).await?.into_iter().map(Into::into).collect())
    }

    /// Which kinds an organisation may hold, and who has decided it.
    async fn type_limits(&self, ctx: &Context<'_>, organisation: OrganisationId) -> Result<Vec<MeetingTypeLimit>> {
        let cx = ctx.cx()?;
        let permission = if cx.allow(TYPES_READ).is_ok() { TYPES_READ } else { MANAGE };
        let mut read = cx.read(permission).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let at = organisation::get(&reach, organisation, read.conn()?).await?;
        let decided = store::limits(&at.path, read.conn()?).await?;
        let deciders: Vec<Uuid> = decided.values().map(|(by, _)| *by).collect();
        let names = organisation::names(&deciders, read.conn()?).await?;
        let kinds = store::types(read.conn()?).await?;
        let told = |kind: crate::model::TypeRow| {
            let usual = kind.held_by.contains(&at.org_type);
            let found = decided.get(&kind.code);
            let own = found.filter(|(by, _)| *by == at.id);
            MeetingTypeLimit {
                allowed: kind.active && found.map_or(usual, |(_, allowed)| *allowed),
                decided: own.map(|(_, allowed)| *allowed),
                decided_by: found
                    .filter(|(by, _)| *by != at.id)
                    .map(|(by, _)| ((*by).into(), names.get(by).cloned().unwrap_or_default()).into()),
                kind: kind.into(),
            }
        };
        Ok(kinds.into_iter().map(told).collect())
    }

    /// The plan of an organisation for a year, by month.
    async fn plans(&self, ctx: &Context<'_>, organisation: OrganisationId, year: i32) -> Result<Vec<MeetingPlan>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(LIST_READ).await?;
        let year = i16::try_from(year)
            .ok()
            .filter(|year| (2000..=2200).contains(year))
            .ok_or_else(|| Error::invalid("year", "年度不正确"))?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let at = organisation::get(&reach, organisation, read.conn()?).await?;
        let rows = store::plans(at.id, year, read.conn()?).await?;
        let day = |year: i32| chrono::NaiveDate::from_ymd_opt(year, 1, 1).and_then(zhibu_core::midnight);
        let (Some(from), Some(to)) = (day(year.into()), day(i32::from(year) + 1)) else {
            return Err(Error::invalid("year", "年度不正确"));
        };
        let held = store::held_in(at.id, from, to, read.conn()?).await?;
        let kinds = kinds(read.conn()?).await?;
        let was_held = |row: &crate::model::PlanRow| {
            held.iter().any(|meeting| {
                let month = (meeting.starts_at + Duration::hours(8)).month();
                meeting.types.contains(&row.type_code) && i64::from(month) == i64::from(row.month)
            })
        };
        Ok(rows
            .into_iter()
            .map(|row| {
                let held = was_held(&row);
                MeetingPlan::of(row, &kinds, held)
            })
            .collect())
    }

    /// 开展情况 of a year; this year unless another one is named (PC-4.3a).
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        under: Option<OrganisationId>,
        year: Option<i32>,
    ) -> Result<MeetingStatistics> {
        let cx = ctx.cx()?;
        let today = cx.app.world.today();
        let year = year.unwrap_or_else(|| today.year());
        if !(2000..=2200).contains(&year) {
            return Err(Error::invalid("year", "年度不正确"));
        }
        let mut read = cx.read(STATS_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let told = statistics::year(&reach, under, year, today, read.conn()?).await?;
        let sum = |of: fn(&statistics::OfKind) -> i32| told.kinds.iter().map(of).sum();
        Ok(MeetingStatistics {
            held: told.held,
            open: told.open,
            required: sum(|kind| kind.score.required),
            fulfilled: sum(|kind| kind.score.fulfilled),
            should: told.should,
            attended: told.attended,
            taught: told.taught,
            members: told.members,
            months: (1..).zip(told.months).map(|(month, held)| MeetingMonth { month, held }).collect(),
            kinds: told
                .kinds
                .into_iter()
                .map(|one| MeetingKindScore {
                    kind: MeetingKind { code: one.kind.code, name: one.kind.name },
                    required: one.score.required,
                    fulfilled: one.score.fulfilled,
                    held: one.score.held,
                })
                .collect(),
            organisations: told
                .places
                .into_iter()
                .map(|one| MeetingPlaceScore {
                    organisation: (one.id.into(), one.name).into(),
                    required: one.score.required,
                    fulfilled: one.score.fulfilled,
                    held: one.score.held,
                    should: one.should,
                    attended: one.attended,
                })
                .collect(),
            warnings: told
                .late
                .into_iter()
                .map(|one| MeetingWarning {
                    organisation: (one.id.into(), one.name).into(),
                    kind: one.kind,
                    level: one.level,
                    from: one.period.from,
                    to: one.period.to,
                })
                .collect(),
        })
    }
}
