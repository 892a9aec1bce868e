//! Queries on cases of development.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Jsonb, Nullable, SmallInt, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{DevelopmentCaseId, DevelopmentDocumentId, Error, OrganisationId, Page, PageArgs, Result, check};
use zhibu_directory::member::rules as names;
use zhibu_directory::organisation::{self, Reach};
use zhibu_directory::schema::{branch_assignments, memberships, organisations, people};
use zhibu_tenancy::{Conn, Cx, tenants};

use crate::actions::Summary;
use crate::model::{CaseRow, DocumentRow, EventRow, RecordRow, ReminderRow};
use crate::rules::plan::Side;
use crate::rules::{Done, Event, File, Given, Outcome};
use crate::schema::{
    development_cases as cases, development_documents, development_events, development_records,
    development_reminders as reminders,
};
use crate::settings;

/// Which cases are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    pub search: Option<String>,
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// 阶段
    pub stage: Option<i16>,
    /// 当前步骤
    pub step: Option<i16>,
    /// At which side it waits.
    pub side: Option<Side>,
    /// A deadline has passed before this day.
    pub overdue: Option<NaiveDate>,
    /// Somebody was to be reminded until this day.
    pub remind: Option<NaiveDate>,
    /// Those of whom a mentor or sponsor can help no longer.
    pub gap: bool,
    /// Those that have ended, instead of those that go on.
    pub closed: bool,
}

/// Numbers of one stage.
#[derive(Debug, Clone, QueryableByName)]
pub struct StageCount {
    /// 1 to 5
    #[diesel(sql_type = SmallInt)]
    pub stage: i16,
    /// How many go on.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// How many of them are overdue.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    /// How many want attention.
    #[diesel(sql_type = BigInt)]
    pub remind: i64,
    /// Of how many a mentor or sponsor can help no longer.
    #[diesel(sql_type = BigInt)]
    pub gaps: i64,
}

/// A case with all that the rules know of it.
pub struct Loaded {
    /// The case.
    pub row: CaseRow,
    /// Where it stands: the path of its organisation.
    pub path: String,
    /// Short name of its organisation.
    pub branch: String,
    /// For the rules.
    pub file: File,
    /// What was recorded, oldest first.
    pub records: Vec<RecordRow>,
    /// What happened beside, oldest first.
    pub events: Vec<EventRow>,
    /// Papers that were kept.
    pub documents: Vec<DocumentRow>,
    /// The nearest committee above: its path, and that of the nearest with the right to approve.
    pub committees: Committees,
}

impl Loaded {
    /// What the calendar needs of it.
    pub fn filed(self) -> Filed {
        Filed { row: self.row, file: self.file, committees: self.committees }
    }
}

/// Who decides above a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committees {
    /// The nearest committee.
    pub nearest: Option<Above>,
    /// The nearest that may approve members.
    pub approving: Option<Above>,
}

/// A committee above a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Above {
    /// Which.
    pub id: Uuid,
    /// Its path.
    pub path: String,
}

type Boxed = cases::BoxedQuery<'static, Pg>;

async fn matching(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let mut query = cases::table.into_boxed();
    query = if filter.closed {
        query.filter(cases::closed_at.is_not_null())
    } else {
        query.filter(cases::closed_at.is_null())
    };
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(cases::organisation_id.eq_any(places));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let number = check::id_number(text, cx.app.world.today(), true).ok();
        query = match (check::mobile(text), number) {
            (Some(mobile), _) => query.filter(cases::mobile_index.eq(vault.blind(&mobile))),
            (None, Some(number)) => query.filter(cases::id_index.eq(vault.blind(&number.text))),
            (None, None) => query.filter(cases::search.contains(vec![names::search_key(text)])),
        };
    }
    if let Some(stage) = filter.stage {
        query = query.filter(cases::stage.eq(stage));
    }
    if let Some(step) = filter.step {
        query = query.filter(cases::step.eq(step));
    }
    if let Some(side) = filter.side {
        query = query.filter(cases::side.eq(side.code()));
    }
    if let Some(day) = filter.overdue {
        query = query.filter(cases::due.lt(day));
    }
    if let Some(day) = filter.remind {
        query = query.filter(cases::remind.le(day));
    }
    if filter.gap {
        query = query.filter(cases::gap.and(cases::closed_at.is_null()));
    }
    Ok(query)
}

/// One page of the cases, those with the nearest deadline first.
pub async fn list(cx: &Cx, reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<CaseRow>> {
    let mut query = matching(cx, reach, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some((due, id)) = page.after::<(NaiveDate, Uuid)>()? {
        query = query.filter(cases::due.ge(due)).filter(cases::due.gt(due).or(cases::id.gt(id)));
    }
    let rows = query.order((cases::due, cases::id)).select(CaseRow::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &CaseRow| (row.due, row.id)))
}

/// How many match.
pub async fn count(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(cx, reach, filter, conn).await?.count().get_result(conn).await?)
}

/// Cases that go on by stage; stages without any are left out.
pub async fn stages(
    reach: &Reach,
    under: Option<OrganisationId>,
    today: NaiveDate,
    conn: &mut Conn,
) -> Result<Vec<StageCount>> {
    let places = organisation::part(reach, under, conn).await?;
    let query = diesel::sql_query(
        "SELECT stage, count(*) AS count, count(*) FILTER (WHERE due < $2) AS overdue, \
         count(*) FILTER (WHERE remind <= $2) AS remind, count(*) FILTER (WHERE gap) AS gaps FROM own.development_cases \
         WHERE closed_at IS NULL AND ($1 IS NULL OR organisation_id = ANY ($1)) GROUP BY stage ORDER BY stage",
    );
    let query = query.bind::<Nullable<Array<Id>>, _>(places);
    Ok(query.bind::<Date, _>(today).load(conn).await?)
}

/// One case inside the reach; outside looks like not there. `hold` locks it for the transaction.
pub async fn load(reach: &Reach, id: DevelopmentCaseId, hold: bool, conn: &mut Conn) -> Result<Loaded> {
    let found = cases::table.find(id.0).select(CaseRow::as_select());
    let row: Option<CaseRow> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    // Of a case that is not there the organisation of nobody is looked for, so that no answer comes faster.
    let at = row.as_ref().map(|row| row.organisation_id).unwrap_or_default();
    let place = organisation::places(&[at], conn).await?.remove(&at);
    let (branch, path) = place.filter(|(_, path)| reach.covers(path)).ok_or_else(Error::missing)?;
    let row = row.ok_or_else(Error::missing)?;
    let records: Vec<RecordRow> = development_records::table
        .filter(development_records::case_id.eq(id.0))
        .order((development_records::created_at, development_records::id))
        .select(RecordRow::as_select())
        .load(conn)
        .await?;
    let events: Vec<EventRow> = development_events::table
        .filter(development_events::case_id.eq(id.0))
        .order((development_events::created_at, development_events::id))
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let documents: Vec<DocumentRow> = development_documents::table
        .filter(development_documents::case_id.eq(id.0).and(development_documents::state.eq("kept")))
        .order((development_documents::step, development_documents::created_at))
        .select(DocumentRow::as_select())
        .load(conn)
        .await?;
    let committees = committees(&[&path], conn).await?.remove(&path).unwrap_or_default();
    let practices = settings::practices(conn).await?;
    let mut file = file(&row, &records, &events, &documents, committees.approving.is_some())?;
    file.practices = practices;
    Ok(Loaded { row, path, branch, file, records, events, documents, committees })
}

/// A case with what the rules know of it.
#[derive(Debug)]
pub struct Filed {
    /// The case.
    pub row: CaseRow,
    /// For the rules.
    pub file: File,
    /// Who decides above its branch.
    pub committees: Committees,
}

/// The same for many cases, with as many statements as for one. What cannot be read of one does not keep the others.
pub async fn with_files(rows: Vec<CaseRow>, conn: &mut Conn) -> Result<Vec<Filed>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let at: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let records: Vec<(Uuid, RecordRow)> = development_records::table
        .filter(development_records::case_id.eq_any(&ids))
        .order((development_records::created_at, development_records::id))
        .select((development_records::case_id, RecordRow::as_select()))
        .load(conn)
        .await?;
    let events: Vec<(Uuid, EventRow)> = development_events::table
        .filter(development_events::case_id.eq_any(&ids))
        .order((development_events::created_at, development_events::id))
        .select((development_events::case_id, EventRow::as_select()))
        .load(conn)
        .await?;
    let documents: Vec<DocumentRow> = development_documents::table
        .filter(development_documents::case_id.eq_any(&ids).and(development_documents::state.eq("kept")))
        .select(DocumentRow::as_select())
        .load(conn)
        .await?;
    let places = organisation::places(&at, conn).await?;
    let paths: BTreeSet<&str> = places.values().map(|(_, path)| path.as_str()).collect();
    let committees = committees(&paths.into_iter().collect::<Vec<_>>(), conn).await?;
    let (mut records, mut events) = (by_case(records), by_case(events));
    let mut documents = by_case(documents.into_iter().map(|row| (row.case_id, row)).collect());
    let practices = settings::practices(conn).await?;
    let mut filed = Vec::with_capacity(rows.len());
    for row in rows {
        let path = places.get(&row.organisation_id).map(|(_, path)| path.as_str()).unwrap_or_default();
        let committees = committees.get(path).cloned().unwrap_or_default();
        let records = records.remove(&row.id).unwrap_or_default();
        let events = events.remove(&row.id).unwrap_or_default();
        let documents = documents.remove(&row.id).unwrap_or_default();
        match file(&row, &records, &events, &documents, committees.approving.is_some()) {
            Ok(mut file) => {
                file.practices = Arc::clone(&practices);
                filed.push(Filed { row, file, committees });
            }
            Err(error) => {
                tracing::warn!(case = %row.id, code = error.code, cause = ?error.cause, "a case cannot be read and was left out");
            }
        }
    }
    Ok(filed)
}

fn by_case<T>(rows: Vec<(Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut all: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (case, row) in rows {
        all.entry(case).or_default().push(row);
    }
    all
}

/// The committees above branches, by path.
pub async fn committees(paths: &[&str], conn: &mut Conn) -> Result<HashMap<String, Committees>> {
    let above = |path: &str| path.match_indices('.').filter_map(|(at, _)| path.get(..at)).map(str::to_owned).collect();
    let wanted: BTreeSet<String> = paths.iter().flat_map(|path| -> Vec<String> { above(path) }).collect();
    let rows: Vec<(Uuid, String, bool)> = organisations::table
        .filter(organisations::path.eq_any(wanted))
        .filter(organisations::org_type.eq_any(["party_committee", "work_committee"]))
        .filter(organisations::status.eq("active"))
        .order(organisations::path.desc())
        .select((organisations::id, organisations::path, organisations::can_approve_members))
        .load(conn)
        .await?;
    // The longest of the paths above a branch is that of the nearest.
    let above = |of: &str, one: &str| of.strip_prefix(one).is_some_and(|rest| rest.starts_with('.'));
    let told = |(id, path, _): &(Uuid, String, bool)| Above { id: *id, path: path.clone() };
    let decide = |path: &&str| {
        let nearest = rows.iter().find(|(_, one, _)| above(path, one)).map(told);
        let approving = rows.iter().find(|(_, one, approves)| *approves && above(path, one)).map(told);
        ((*path).to_owned(), Committees { nearest, approving })
    };
    Ok(paths.iter().map(decide).collect())
}

/// What the rules know of a case.
fn file(
    row: &CaseRow,
    records: &[RecordRow],
    events: &[EventRow],
    documents: &[DocumentRow],
    authority: bool,
) -> Result<File> {
    let mut done = BTreeMap::new();
    for record in records.iter().filter(|record| record.counts && record.voided_at.is_none()) {
        let given: Given = serde_json::from_value(record.given.clone()).map_err(Error::bug)?;
        let own = documents.iter().filter(|document| document.record_id == Some(record.id));
        let documents: BTreeSet<String> = own.map(|document| document.kind.clone()).collect();
        done.insert(no(record.step), Done { on: record.happened_on, given, documents });
    }
    let waiting = documents.iter().filter(|document| document.record_id.is_none());
    let mut file = File::new(row.birth_date);
    file.done = done;
    file.waiting = waiting.map(|document| (no(document.step), document.kind.clone())).collect();
    file.outcome = row.outcome();
    file.extended = row.extended.and_then(|months| u32::try_from(months).ok());
    file.authority = authority;
    for event in events.iter().filter(|event| event.voided_at.is_none()) {
        let on = event.happened_on;
        match Event::from_code(&event.event) {
            Some(Event::Submit) => {
                file.submitted.extend(event.step.map(|step| (no(step), on)));
            }
            Some(Event::Observe) => file.observed.push(on),
            Some(Event::Hold) => file.holds.push((on, None)),
            Some(Event::Resume) => {
                if let Some(hold) = file.holds.last_mut() {
                    hold.1 = Some(on);
                }
            }
            Some(Event::ExtendReview) => file.review_extended = true,
            Some(Event::Postpone) => file.postponed = true,
            Some(Event::Transfer) => file.transferred = true,
            Some(Event::Replace) => {
                let step = event.step.map(no);
                if let Some((step, done)) = step.and_then(|step| Some((step, file.done.get_mut(&step)?))) {
                    done.given.people = event.people.clone().unwrap_or_default();
                    file.replaced.insert(step, on);
                }
            }
            Some(Event::NotRecognised | Event::Close | Event::Ended) => file.ended = true,
            Some(
                Event::Withdraw | Event::UnitChange | Event::DisciplineSerious | Event::Restored | Event::Relocate,
            )
            | None => {}
        }
    }
    Ok(file)
}

/// A step's number as the rules have it.
pub fn no(step: i16) -> u8 {
    u8::try_from(step).unwrap_or_default()
}

/// One paper with its case.
pub async fn document(id: DevelopmentDocumentId, conn: &mut Conn) -> Result<DocumentRow> {
    let found = development_documents::table.find(id.0).filter(development_documents::state.ne("removed"));
    Ok(found.select(DocumentRow::as_select()).first(conn).await?)
}

/// Who of these is a full member with all rights.
pub async fn full_members(ids: &[Uuid], conn: &mut Conn) -> Result<usize> {
    let found: i64 = memberships::table
        .filter(memberships::person_id.eq_any(ids.to_vec()))
        .filter(memberships::until.is_null())
        .filter(memberships::member_type.eq("formal"))
        .filter(memberships::status.eq("normal").and(memberships::right_limit.eq("none")))
        .count()
        .get_result(conn)
        .await?;
    usize::try_from(found).map_err(Error::bug)
}

/// The present members inside a reach who have these accounts, by account.
pub async fn members_of(reach: &Reach, accounts: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Uuid>> {
    let of = people::account_id.assume_not_null();
    let mut found = people::table
        .inner_join(memberships::table.inner_join(branch_assignments::table))
        .filter(of.eq_any(accounts.to_vec()).and(people::left_at.is_null()))
        .filter(memberships::until.is_null().and(branch_assignments::until.is_null()))
        .into_boxed::<Pg>();
    if let Some(places) = organisation::part(reach, None, conn).await? {
        found = found.filter(branch_assignments::organisation_id.eq_any(places));
    }
    Ok(found.select((of, people::id)).load::<(Uuid, Uuid)>(conn).await?.into_iter().collect())
}

/// Names of people by id.
pub async fn people_names(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> =
        people::table.filter(people::id.eq_any(ids.to_vec())).select((people::id, people::name)).load(conn).await?;
    Ok(rows.into_iter().collect())
}

/// True when a present member has this number.
pub async fn is_member(id_index: &[u8], conn: &mut Conn) -> Result<bool> {
    let found: i64 = people::table
        .filter(people::id_index.eq(id_index.to_vec()).and(people::left_at.is_null()))
        .count()
        .get_result(conn)
        .await?;
    Ok(found > 0)
}

/// The branch that a present member is assigned to.
pub async fn branch_of(person: Uuid, conn: &mut Conn) -> Result<Option<Uuid>> {
    let found = branch_assignments::table
        .inner_join(memberships::table)
        .filter(memberships::person_id.eq(person).and(memberships::until.is_null()))
        .filter(branch_assignments::until.is_null())
        .select(branch_assignments::organisation_id);
    Ok(found.first(conn).await.optional()?)
}

/// What an account was reminded of within a week, the newest first.
pub async fn reminders(account: Uuid, today: NaiveDate, conn: &mut Conn) -> Result<Vec<ReminderRow>> {
    let from = today.checked_sub_days(Days::new(7)).unwrap_or(today);
    Ok(reminders::table
        .filter(reminders::recipients.contains(vec![account]))
        .filter(reminders::created_at.ge(from.and_time(chrono::NaiveTime::MIN).and_utc()))
        .order((reminders::created_at.desc(), reminders::about, reminders::id))
        .limit(100)
        .select(ReminderRow::as_select())
        .load(conn)
        .await?)
}

/// Cases that go on, and those of which a branch is told that they were refused, by id.
pub async fn told_cases(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<CaseRow>> {
    let told = cases::closed_at.is_null().or(cases::outcome.eq(Outcome::Rejected.code()));
    Ok(cases::table.filter(cases::id.eq_any(ids).and(told)).select(CaseRow::as_select()).load(conn).await?)
}

/// Writes what lists know of many cases by one statement.
pub(crate) async fn summarise(all: impl Iterator<Item = (Uuid, Summary)>, conn: &mut Conn) -> Result<()> {
    let mut columns = Columns::default();
    all.for_each(|(id, summary)| columns.add(id, summary));
    if columns.ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE own.development_cases c SET stage = f.stage, step = f.step, standing = f.standing, side = f.side, \
         earliest = f.earliest, due = f.due, remind = f.remind, turns_on = f.turns_on, helpers = f.helpers \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         AS f (id, stage, step, standing, side, earliest, due, remind, turns_on, helpers) WHERE f.id = c.id",
    )
    .bind::<Array<Id>, _>(columns.ids)
    .bind::<Array<SmallInt>, _>(columns.stages)
    .bind::<Array<Nullable<SmallInt>>, _>(columns.steps)
    .bind::<Array<Text>, _>(columns.standings)
    .bind::<Array<Nullable<Text>>, _>(columns.sides)
    .bind::<Array<Nullable<Date>>, _>(columns.earliest)
    .bind::<Array<Date>, _>(columns.due)
    .bind::<Array<Nullable<Date>>, _>(columns.reminds)
    .bind::<Array<Date>, _>(columns.turns)
    .bind::<Array<Nullable<Jsonb>>, _>(columns.helpers)
    .execute(conn)
    .await?;
    Ok(())
}

/// What is written of many cases, by column.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    stages: Vec<i16>,
    steps: Vec<Option<i16>>,
    standings: Vec<String>,
    sides: Vec<Option<String>>,
    earliest: Vec<Option<NaiveDate>>,
    due: Vec<NaiveDate>,
    reminds: Vec<Option<NaiveDate>>,
    turns: Vec<NaiveDate>,
    helpers: Vec<Option<serde_json::Value>>,
}

impl Columns {
    fn add(&mut self, id: Uuid, summary: Summary) {
        self.ids.push(id);
        self.stages.push(summary.stage);
        self.steps.push(summary.step);
        self.standings.push(summary.standing);
        self.sides.push(summary.side);
        self.earliest.push(summary.earliest);
        self.due.push(summary.due);
        self.reminds.push(summary.remind);
        self.turns.push(summary.turns_on);
        self.helpers.push(summary.helpers);
    }
}

/// Which of these people are members no longer.
pub async fn gone(ids: &[Uuid], conn: &mut Conn) -> Result<BTreeSet<Uuid>> {
    let left = people::table.filter(people::id.eq_any(ids).and(people::left_at.is_not_null())).select(people::id);
    Ok(left.load::<Uuid>(conn).await?.into_iter().collect())
}
