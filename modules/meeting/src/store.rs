//! Queries, one function each; no decisions.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{
    Error, MeetingFileId, MeetingId, MeetingPlanId, MeetingVoteId, OrganisationId, Page, PageArgs, PersonId, Result,
    grams, midnight,
};
use zhibu_directory::organisation::{self, Reach};
use zhibu_directory::schema::organisations;
use zhibu_tenancy::{Conn, tenants};

use crate::model::{
    Counts, FileRow, MeetingAttendance, MeetingMode, MeetingPart, MeetingRow, MeetingState, MinutesRow, NoteRow,
    PersonRow, PlanRow, TypeRow, VoteRow, VoterRow,
};
use crate::schema::{
    meeting_files, meeting_minutes, meeting_people, meeting_plans, meeting_types, meeting_voters, meeting_votes,
    meetings,
};

/// A meeting with the organisation that holds it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The meeting.
    pub row: MeetingRow,
    /// 组织简称
    pub organisation: String,
    /// Where that stands in the tree.
    pub path: String,
}

/// Which meetings are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the title.
    pub search: Option<String>,
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Where they stand.
    pub states: Vec<MeetingState>,
    /// How one takes part.
    pub mode: Option<MeetingMode>,
    /// Beginning on this day or later.
    pub from: Option<NaiveDate>,
    /// Beginning on this day or earlier.
    pub to: Option<NaiveDate>,
}

type Boxed = meetings::BoxedQuery<'static, Pg>;

async fn matching(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let mut query = meetings::table.into_boxed();
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(meetings::organisation_id.eq_any(places));
    }
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = tenants::contains(search);
        query = query.filter(meetings::grams.contains(grams(search)).and(meetings::title.ilike(like)));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(meetings::types.contains(vec![kind.clone()]));
    }
    if !filter.states.is_empty() {
        let states: Vec<&str> = filter.states.iter().map(|state| state.code()).collect();
        query = query.filter(meetings::state.eq_any(states));
    }
    if let Some(mode) = filter.mode {
        query = query.filter(meetings::mode.eq(mode.code()));
    }
    if let Some(from) = filter.from.and_then(midnight) {
        query = query.filter(meetings::starts_at.ge(from));
    }
    if let Some(to) = filter.to.and_then(|day| day.succ_opt()).and_then(midnight) {
        query = query.filter(meetings::starts_at.lt(to));
    }
    Ok(query)
}

/// Place in a list of meetings: those that begin last come first.
type Spot = (DateTime<Utc>, Uuid);

async fn page_of(query: Boxed, page: &PageArgs, conn: &mut Conn) -> Result<Page<Found>> {
    let mut query = query
        .select(MeetingRow::as_select())
        .order((meetings::starts_at.desc(), meetings::id.desc()))
        .limit(page.limit())
        .offset(page.offset());
    if let Some((at, id)) = page.after::<Spot>()? {
        query = query.filter(meetings::starts_at.lt(at).or(meetings::starts_at.eq(at).and(meetings::id.lt(id))));
    }
    let rows: Vec<MeetingRow> = query.load(&mut *conn).await?;
    let page = page.page(rows, |row| (row.starts_at, row.id));
    Ok(Page { nodes: placed(page.nodes, conn).await?, info: page.info })
}

/// Meetings with the organisations that hold them.
async fn placed(rows: Vec<MeetingRow>, conn: &mut Conn) -> Result<Vec<Found>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let places = organisation::places(&ids, conn).await?;
    let found = |row: MeetingRow| {
        let (organisation, path) = places.get(&row.organisation_id).cloned().unwrap_or_default();
        Found { row, organisation, path }
    };
    Ok(rows.into_iter().map(found).collect())
}

/// One page of what somebody administers or may see.
pub async fn list(reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Found>> {
    page_of(matching(reach, filter, conn).await?, page, conn).await
}

/// How many match.
pub async fn count(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(reach, filter, conn).await?.count().get_result(conn).await?)
}

fn of_person(person: Uuid, states: &[MeetingState]) -> Boxed {
    let of = meeting_people::table.filter(meeting_people::person_id.eq(person)).select(meeting_people::meeting_id);
    let states: Vec<&str> = states.iter().map(|state| state.code()).collect();
    meetings::table.filter(meetings::id.eq_any(of)).filter(meetings::state.eq_any(states)).into_boxed()
}

/// One page of the meetings that somebody is on the list of.
pub async fn list_of(person: Uuid, states: &[MeetingState], page: &PageArgs, conn: &mut Conn) -> Result<Page<Found>> {
    page_of(of_person(person, states), page, conn).await
}

/// How many there are.
pub async fn count_of(person: Uuid, states: &[MeetingState], conn: &mut Conn) -> Result<i64> {
    Ok(of_person(person, states).count().get_result(conn).await?)
}

/// One meeting, whoever may see it.
pub async fn one(id: MeetingId, conn: &mut Conn) -> Result<Found> {
    let row: MeetingRow = meetings::table.find(id.0).select(MeetingRow::as_select()).first(&mut *conn).await?;
    placed(vec![row], conn).await?.pop().ok_or_else(Error::missing)
}

/// One meeting, held for the transaction.
pub async fn held(id: MeetingId, conn: &mut Conn) -> Result<Found> {
    let row: MeetingRow =
        meetings::table.find(id.0).select(MeetingRow::as_select()).for_no_key_update().first(&mut *conn).await?;
    placed(vec![row], conn).await?.pop().ok_or_else(Error::missing)
}

/// One meeting that nobody changes before the transaction is over; many may look at once.
pub async fn kept(id: MeetingId, conn: &mut Conn) -> Result<MeetingRow> {
    Ok(meetings::table.find(id.0).select(MeetingRow::as_select()).for_share().first(conn).await?)
}

/// How many of the lists of meetings were there.
pub async fn counts(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Counts>> {
    let rows: Vec<(Uuid, Option<String>, i64)> = meeting_people::table
        .filter(meeting_people::meeting_id.eq_any(ids.to_vec()))
        .filter(meeting_people::part.eq(MeetingPart::Should.code()))
        .group_by((meeting_people::meeting_id, meeting_people::attendance))
        .select((meeting_people::meeting_id, meeting_people::attendance, count_star()))
        .load(conn)
        .await?;
    let mut all: HashMap<Uuid, Counts> = HashMap::new();
    for (id, attendance, count) in rows {
        let counts = all.entry(id).or_default();
        let count = i32::try_from(count).map_err(Error::bug)?;
        counts.should += count;
        match attendance.as_deref().and_then(MeetingAttendance::from_code) {
            Some(MeetingAttendance::Present) => counts.present += count,
            Some(MeetingAttendance::Late) => counts.late += count,
            Some(MeetingAttendance::Leave) => counts.leave += count,
            Some(MeetingAttendance::Absent) => counts.absent += count,
            None => {}
        }
    }
    Ok(all)
}

/// Who on a list is looked for.
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// Part of the name.
    pub search: Option<String>,
    /// What they are in it.
    pub part: Option<MeetingPart>,
    /// Whether they were there.
    pub attendance: Option<MeetingAttendance>,
    /// Only those of whom nothing is known yet.
    pub open: bool,
    /// Only those who wait for an answer to their request for leave.
    pub asking: bool,
}

fn people_of(meeting: MeetingId, filter: &PeopleFilter) -> meeting_people::BoxedQuery<'static, Pg> {
    let mut query = meeting_people::table.filter(meeting_people::meeting_id.eq(meeting.0)).into_boxed();
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = tenants::contains(&search.to_lowercase());
        query = query.filter(meeting_people::name.like(like.clone()).or(meeting_people::pinyin.like(like)));
    }
    if let Some(part) = filter.part {
        query = query.filter(meeting_people::part.eq(part.code()));
    }
    if let Some(attendance) = filter.attendance {
        query = query.filter(meeting_people::attendance.eq(attendance.code()));
    }
    if filter.open {
        query = query.filter(meeting_people::attendance.is_null());
    }
    if filter.asking {
        query = query.filter(meeting_people::leave_state.eq("asked"));
    }
    query
}

/// One page of the list of a meeting, by name.
pub async fn people(
    meeting: MeetingId,
    filter: &PeopleFilter,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<PersonRow>> {
    let mut query = people_of(meeting, filter)
        .select(PersonRow::as_select())
        .order((meeting_people::pinyin, meeting_people::person_id))
        .limit(page.limit())
        .offset(page.offset());
    if let Some((pinyin, id)) = page.after::<(String, Uuid)>()? {
        let later = meeting_people::pinyin.gt(pinyin.clone());
        query = query.filter(later.or(meeting_people::pinyin.eq(pinyin).and(meeting_people::person_id.gt(id))));
    }
    let rows: Vec<PersonRow> = query.load(conn).await?;
    Ok(page.page(rows, |row| (row.pinyin.clone(), row.person_id)))
}

/// How many of a list match.
pub async fn count_people(meeting: MeetingId, filter: &PeopleFilter, conn: &mut Conn) -> Result<i64> {
    Ok(people_of(meeting, filter).count().get_result(conn).await?)
}

/// The whole list of a meeting, by name.
pub async fn everybody(meeting: MeetingId, conn: &mut Conn) -> Result<Vec<PersonRow>> {
    Ok(people_of(meeting, &PeopleFilter::default())
        .order((meeting_people::pinyin, meeting_people::person_id))
        .select(PersonRow::as_select())
        .load(conn)
        .await?)
}

/// Somebody on the list of a meeting.
pub async fn person(meeting: MeetingId, person: Uuid, conn: &mut Conn) -> Result<Option<PersonRow>> {
    let row = meeting_people::table.find((meeting.0, person)).select(PersonRow::as_select()).first(conn).await;
    Ok(row.optional()?)
}

/// Somebody's own places in meetings, by meeting.
pub async fn places_of(person: Uuid, ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, PersonRow>> {
    let rows: Vec<PersonRow> = meeting_people::table
        .filter(meeting_people::person_id.eq(person).and(meeting_people::meeting_id.eq_any(ids.to_vec())))
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.meeting_id, row)).collect())
}

/// Those who signed in last, the latest first, with the time.
pub async fn signed(meeting: MeetingId, most: i64, conn: &mut Conn) -> Result<Vec<PersonRow>> {
    Ok(meeting_people::table
        .filter(meeting_people::meeting_id.eq(meeting.0).and(meeting_people::signed_at.is_not_null()))
        .order((meeting_people::signed_at.desc(), meeting_people::person_id.desc()))
        .limit(most)
        .select(PersonRow::as_select())
        .load(conn)
        .await?)
}

/// The votes of a meeting in the order they were made.
pub async fn votes(meeting: MeetingId, conn: &mut Conn) -> Result<Vec<VoteRow>> {
    Ok(meeting_votes::table
        .filter(meeting_votes::meeting_id.eq(meeting.0))
        .order(meeting_votes::id)
        .select(VoteRow::as_select())
        .load(conn)
        .await?)
}

/// One vote, whoever may see it.
pub async fn vote(id: MeetingVoteId, conn: &mut Conn) -> Result<VoteRow> {
    Ok(meeting_votes::table.find(id.0).select(VoteRow::as_select()).first(conn).await?)
}

/// One vote, held for the transaction.
pub async fn held_vote(id: MeetingVoteId, conn: &mut Conn) -> Result<VoteRow> {
    Ok(meeting_votes::table.find(id.0).select(VoteRow::as_select()).for_no_key_update().first(conn).await?)
}

/// One vote that nobody ends before the transaction is over; many may vote at once.
pub async fn kept_vote(id: MeetingVoteId, conn: &mut Conn) -> Result<VoteRow> {
    Ok(meeting_votes::table.find(id.0).select(VoteRow::as_select()).for_share().first(conn).await?)
}

/// How many have voted in open votes.
pub async fn voted(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, i32>> {
    let rows: Vec<(Uuid, i64)> = meeting_voters::table
        .filter(meeting_voters::vote_id.eq_any(ids.to_vec()).and(meeting_voters::voted))
        .group_by(meeting_voters::vote_id)
        .select((meeting_voters::vote_id, count_star()))
        .load(conn)
        .await?;
    rows.into_iter().map(|(id, count)| Ok((id, i32::try_from(count).map_err(Error::bug)?))).collect()
}

/// Somebody's places on rolls.
pub async fn voter(ids: &[Uuid], person: Uuid, conn: &mut Conn) -> Result<HashMap<Uuid, VoterRow>> {
    let rows: Vec<VoterRow> = meeting_voters::table
        .filter(meeting_voters::vote_id.eq_any(ids.to_vec()).and(meeting_voters::person_id.eq(person)))
        .select(VoterRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.vote_id, row)).collect())
}

/// How many of a roll have voted, or have not.
pub async fn count_roll(vote: MeetingVoteId, voted: bool, conn: &mut Conn) -> Result<i64> {
    let of = meeting_voters::vote_id.eq(vote.0).and(meeting_voters::voted.eq(voted));
    Ok(meeting_voters::table.filter(of).count().get_result(conn).await?)
}

/// The roll of a vote, one page.
pub async fn roll(
    vote: MeetingVoteId,
    voted: Option<bool>,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<VoterRow>> {
    let mut query = meeting_voters::table
        .filter(meeting_voters::vote_id.eq(vote.0))
        .select(VoterRow::as_select())
        .order(meeting_voters::person_id)
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(voted) = voted {
        query = query.filter(meeting_voters::voted.eq(voted));
    }
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(meeting_voters::person_id.gt(after));
    }
    Ok(page.page(query.load(conn).await?, |row: &VoterRow| row.person_id))
}

/// The notes of a meeting, one page.
pub async fn notes(meeting: MeetingId, page: &PageArgs, conn: &mut Conn) -> Result<Page<NoteRow>> {
    let mut query = meeting_people::table
        .filter(meeting_people::meeting_id.eq(meeting.0).and(meeting_people::note.is_not_null()))
        .select(NoteRow::as_select())
        .order(meeting_people::person_id)
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(meeting_people::person_id.gt(after));
    }
    Ok(page.page(query.load(conn).await?, |row: &NoteRow| row.person_id))
}

/// How many notes there are.
pub async fn count_notes(meeting: MeetingId, conn: &mut Conn) -> Result<i64> {
    let of = meeting_people::table.filter(meeting_people::meeting_id.eq(meeting.0));
    Ok(of.filter(meeting_people::note.is_not_null()).count().get_result(conn).await?)
}

/// Somebody's note.
pub async fn note(meeting: MeetingId, person: Uuid, conn: &mut Conn) -> Result<Option<NoteRow>> {
    let of = meeting_people::table.find((meeting.0, person)).filter(meeting_people::note.is_not_null());
    Ok(of.select(NoteRow::as_select()).first(conn).await.optional()?)
}

/// The files of a meeting that are there, in the order they came.
pub async fn files(meeting: MeetingId, conn: &mut Conn) -> Result<Vec<FileRow>> {
    Ok(meeting_files::table
        .filter(meeting_files::meeting_id.eq(meeting.0).and(meeting_files::state.eq("kept")))
        .order(meeting_files::id)
        .select(FileRow::as_select())
        .load(conn)
        .await?)
}

/// How the recordings of a meeting stand that are not there yet.
pub async fn recordings(meeting: MeetingId, conn: &mut Conn) -> Result<Vec<String>> {
    Ok(meeting_files::table
        .filter(meeting_files::meeting_id.eq(meeting.0).and(meeting_files::state.eq_any(["recording", "saving"])))
        .select(meeting_files::state)
        .load(conn)
        .await?)
}

/// One file, whoever may see it.
pub async fn file(id: MeetingFileId, conn: &mut Conn) -> Result<FileRow> {
    Ok(meeting_files::table.find(id.0).select(FileRow::as_select()).first(conn).await?)
}

/// The minutes of a meeting, the latest version first.
pub async fn minutes(meeting: MeetingId, conn: &mut Conn) -> Result<Vec<MinutesRow>> {
    Ok(meeting_minutes::table
        .filter(meeting_minutes::meeting_id.eq(meeting.0))
        .order(meeting_minutes::number.desc())
        .select(MinutesRow::as_select())
        .load(conn)
        .await?)
}

/// All kinds of meetings in their order.
pub async fn types(conn: &mut Conn) -> Result<Vec<TypeRow>> {
    Ok(meeting_types::table
        .order((meeting_types::sort, meeting_types::code))
        .select(TypeRow::as_select())
        .load(conn)
        .await?)
}

/// An organisation and those above it with their places in the tree, the highest first.
pub async fn chain(path: &str, conn: &mut Conn) -> Result<Vec<(Uuid, String)>> {
    // 001, 001.002, 001.002.003
    let above: Vec<&str> = path.match_indices('.').map(|(at, _)| &path[..at]).chain([path]).collect();
    Ok(organisations::table
        .filter(organisations::path.eq_any(above))
        .order((organisations::depth, organisations::id))
        .select((organisations::id, organisations::path))
        .load(conn)
        .await?)
}

/// What is decided for an organisation: for each kind the nearest decision, with where it was made.
pub async fn limits(path: &str, conn: &mut Conn) -> Result<HashMap<String, (Uuid, bool)>> {
    let above = chain(path, &mut *conn).await?;
    let mut decided = HashMap::new();
    for kind in types(conn).await? {
        for (at, _) in &above {
            for (places, allowed) in [(&kind.allowed_at, true), (&kind.forbidden_at, false)] {
                if places.contains(at) {
                    decided.insert(kind.code.clone(), (*at, allowed));
                }
            }
        }
    }
    Ok(decided)
}

/// The plan of an organisation for a year.
pub async fn plans(at: Uuid, year: i16, conn: &mut Conn) -> Result<Vec<PlanRow>> {
    Ok(meeting_plans::table
        .filter(meeting_plans::organisation_id.eq(at).and(meeting_plans::year.eq(year)))
        .order((meeting_plans::month, meeting_plans::id))
        .select(PlanRow::as_select())
        .load(conn)
        .await?)
}

/// One line of a plan, held for the transaction.
pub async fn held_plan(id: MeetingPlanId, conn: &mut Conn) -> Result<PlanRow> {
    Ok(meeting_plans::table.find(id.0).select(PlanRow::as_select()).for_update().first(conn).await?)
}

/// Meetings of an organisation that were held in a year: kinds and month.
pub async fn held_in(at: Uuid, from: DateTime<Utc>, to: DateTime<Utc>, conn: &mut Conn) -> Result<Vec<MeetingRow>> {
    Ok(meetings::table
        .filter(meetings::organisation_id.eq(at).and(meetings::state.eq(MeetingState::Finished.code())))
        .filter(meetings::starts_at.ge(from).and(meetings::starts_at.lt(to)))
        .order((meetings::starts_at, meetings::id))
        .limit(1_000)
        .select(MeetingRow::as_select())
        .load(conn)
        .await?)
}

/// Ids as diesel takes them.
pub fn ids(people: &[PersonId]) -> Vec<Uuid> {
    people.iter().map(|person| person.0).collect()
}
