//! Queries on terms and elections.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ElectionDocumentId, ElectionId, Error, OrganisationId, Page, PageArgs, Result};
use zhibu_directory::member::{self, HeldPost};
use zhibu_directory::organisation::{self, Reach, Row, TERM_END};
use zhibu_directory::schema::{organisations, people};
use zhibu_tenancy::{Conn, tenants};

use crate::model::{CandidateRow, DocumentRow, ElectionRow, ReminderRow};
use crate::rules;
use crate::schema::{
    leadership_candidates, leadership_documents, leadership_elections as elections, leadership_endings,
    leadership_excused, leadership_reminders, leadership_seats,
};

/// The day that stands for a term without end.
const NEVER: &str = "9999-12-31";

zhibu_directory::coded! {
    /// What is the matter with a term (任期状态).
    TermAttention {
        /// 半年内届满
        Ending = "ending",
        /// 一个月内届满
        Soon = "soon",
        /// 已届满
        Over = "over",
        /// 书记空缺
        Vacant = "vacant",
        /// 换届办理中
        Electing = "electing",
        /// 未登记任期
        Unset = "unset",
    }
}

/// Which organisations are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a name.
    pub search: Option<String>,
    /// This organisation and everything below.
    pub under: Option<OrganisationId>,
    /// Those of which this is true.
    pub attention: Option<TermAttention>,
}

/// How many organisations something is the matter with.
#[derive(Debug, Clone, QueryableByName)]
pub struct Summary {
    /// Organisations with a term of their own.
    #[diesel(sql_type = BigInt)]
    pub elected: i64,
    /// Those whose term ends within half a year.
    #[diesel(sql_type = BigInt)]
    pub ending: i64,
    /// Those whose term ends within a month.
    #[diesel(sql_type = BigInt)]
    pub soon: i64,
    /// Those whose term has ended.
    #[diesel(sql_type = BigInt)]
    pub over: i64,
    /// Those without a secretary for longer than a month.
    #[diesel(sql_type = BigInt)]
    pub vacant: i64,
    /// Those with an election under way.
    #[diesel(sql_type = BigInt)]
    pub electing: i64,
    /// Those of which it is not known when the term began.
    #[diesel(sql_type = BigInt)]
    pub unset: i64,
}

type Boxed = organisations::BoxedQuery<'static, Pg>;

/// No secretary for longer than a month, as of a day.
fn vacant(today: NaiveDate) -> String {
    let before = today.checked_sub_days(Days::new(30)).unwrap_or(today);
    // A day is digits and dashes.
    format!(
        "(organisations.term_years IS NOT NULL AND NOT EXISTS (SELECT FROM own.posts p WHERE p.organisation_id = organisations.id \
         AND p.post = 'secretary' AND p.until IS NULL) AND coalesce((SELECT max(p.until) FROM own.posts p \
         WHERE p.organisation_id = organisations.id AND p.post = 'secretary' AND p.until IS NOT NULL), \
         organisations.term_start, (organisations.created_at AT TIME ZONE 'Asia/Shanghai')::date) < '{before}'::date)"
    )
}

fn wanted(attention: TermAttention, today: NaiveDate) -> String {
    use TermAttention as T;
    let within = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(today);
    match attention {
        T::Ending => format!("({TERM_END} BETWEEN '{today}'::date AND '{}'::date)", within(180)),
        T::Soon => format!("({TERM_END} BETWEEN '{today}'::date AND '{}'::date)", within(30)),
        T::Over => format!("({TERM_END} < '{today}'::date)"),
        T::Vacant => vacant(today),
        T::Electing => "EXISTS (SELECT FROM own.leadership_elections e WHERE e.organisation_id = organisations.id \
            AND e.closed_at IS NULL)"
            .to_owned(),
        T::Unset => format!("(organisations.term_years IS NOT NULL AND {TERM_END} IS NULL)"),
    }
}

async fn matching(reach: &Reach, filter: &Filter, today: NaiveDate, conn: &mut Conn) -> Result<Boxed> {
    let mut query = organisations::table
        .filter(reach.condition())
        .filter(organisations::status.eq("active").and(organisations::org_type.ne("party_group")))
        .into_boxed();
    if let Some(under) = filter.under {
        let path = organisation::get(reach, under, conn).await?.path;
        query = query.filter(organisations::path.eq(path.clone()).or(organisations::path.like(format!("{path}.%"))));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = tenants::contains(text);
        query = query.filter(organisations::full_name.like(like.clone()).or(organisations::short_name.like(like)));
    }
    if let Some(attention) = filter.attention {
        query = query.filter(sql::<Bool>(&wanted(attention, today)));
    }
    Ok(query)
}

fn end() -> String {
    format!("coalesce({TERM_END}, '{NEVER}'::date)")
}

/// One page of organisations, those whose term ends first; those without a known end come last.
pub async fn list(
    reach: &Reach,
    filter: &Filter,
    today: NaiveDate,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Row>> {
    let mut query = matching(reach, filter, today, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
        let here = sql::<Date>(&end());
        query = query.filter(here.clone().gt(day).or(here.eq(day).and(organisations::id.gt(id))));
    }
    let rows = query.order((sql::<Date>(&end()), organisations::id)).select(Row::as_select()).load(conn).await?;
    let never: NaiveDate = NEVER.parse().map_err(Error::bug)?;
    Ok(page.page(rows, |row: &Row| (row.term_end().unwrap_or(never), row.id)))
}

/// How many match.
pub async fn count(reach: &Reach, filter: &Filter, today: NaiveDate, conn: &mut Conn) -> Result<i64> {
    Ok(matching(reach, filter, today, conn).await?.count().get_result(conn).await?)
}

/// How many something is the matter with, in one pass.
pub async fn summary(
    reach: &Reach,
    under: Option<OrganisationId>,
    today: NaiveDate,
    conn: &mut Conn,
) -> Result<Summary> {
    let places = organisation::part(reach, under, conn).await?;
    let of = |attention| wanted(attention, today);
    let query = format!(
        "SELECT count(*) FILTER (WHERE term_years IS NOT NULL) AS elected, count(*) FILTER (WHERE {}) AS ending, \
         count(*) FILTER (WHERE {}) AS soon, count(*) FILTER (WHERE {}) AS over, count(*) FILTER (WHERE {}) AS vacant, \
         count(*) FILTER (WHERE {}) AS electing, count(*) FILTER (WHERE {}) AS unset FROM own.organisations \
         WHERE status = 'active' AND org_type <> 'party_group' AND ($1 IS NULL OR id = ANY ($1))",
        of(TermAttention::Ending),
        of(TermAttention::Soon),
        of(TermAttention::Over),
        of(TermAttention::Vacant),
        of(TermAttention::Electing),
        of(TermAttention::Unset),
    );
    let query = diesel::sql_query(query).bind::<Nullable<diesel::sql_types::Array<Id>>, _>(places);
    Ok(query.get_result(conn).await?)
}

/// What a list shows with its organisations.
#[derive(Debug, Default)]
pub struct Beside {
    /// Posts that are held, by organisation.
    pub posts: HashMap<Uuid, Vec<HeldPost>>,
    /// Without a secretary since.
    pub vacant: HashMap<Uuid, NaiveDate>,
    /// Elections under way.
    pub open: HashMap<Uuid, ElectionRow>,
}

/// The same for all rows at once, one statement each.
pub async fn beside(ids: &[Uuid], conn: &mut Conn) -> Result<Beside> {
    let mut posts: HashMap<Uuid, Vec<HeldPost>> = HashMap::new();
    for post in member::held_on(ids, conn).await? {
        posts.entry(post.organisation).or_default().push(post);
    }
    let open: Vec<ElectionRow> = elections::table
        .filter(elections::organisation_id.eq_any(ids.to_vec()).and(elections::closed_at.is_null()))
        .select(ElectionRow::as_select())
        .load(conn)
        .await?;
    Ok(Beside {
        posts,
        vacant: member::vacant_since(Some(ids), conn).await?,
        open: open.into_iter().map(|row| (row.organisation_id, row)).collect(),
    })
}

/// Elections of an organisation, the newest first, at most a hundred.
pub async fn history(id: Uuid, conn: &mut Conn) -> Result<Vec<ElectionRow>> {
    let mut rows: Vec<ElectionRow> = elections::table
        .filter(elections::organisation_id.eq(id))
        .order((elections::created_at.desc(), elections::id.desc()))
        .limit(100)
        .select(ElectionRow::as_select())
        .load(conn)
        .await?;
    // What was taken over from before was recorded last.
    rows.sort_by_key(|row| std::cmp::Reverse(row.assembly_on.unwrap_or_else(|| row.created_at.date_naive())));
    Ok(rows)
}

/// Elections of the organisations that a filter means, also of those whose election is over.
async fn elections_matching(
    reach: &Reach,
    filter: &Filter,
    today: NaiveDate,
    conn: &mut Conn,
) -> Result<elections::BoxedQuery<'static, Pg>> {
    let there = matching(reach, filter, today, conn).await?.select(organisations::id);
    Ok(elections::table.filter(elections::organisation_id.eq_any(there)).into_boxed())
}

/// One page of them, the newest first.
pub async fn elections(
    reach: &Reach,
    filter: &Filter,
    today: NaiveDate,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<ElectionRow>> {
    let mut query = elections_matching(reach, filter, today, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(elections::id.lt(after));
    }
    let rows = query.order(elections::id.desc()).select(ElectionRow::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &ElectionRow| row.id))
}

/// How many there are.
pub async fn count_elections(reach: &Reach, filter: &Filter, today: NaiveDate, conn: &mut Conn) -> Result<i64> {
    Ok(elections_matching(reach, filter, today, conn).await?.count().get_result(conn).await?)
}

/// Who was elected, by election: the post and the name, in the order of the form.
pub type Elected = HashMap<Uuid, Vec<(String, String)>>;

/// Those who were elected in these elections, or appointed.
pub async fn elected(ids: &[Uuid], conn: &mut Conn) -> Result<Elected> {
    let rows: Vec<(Uuid, CandidateRow)> = leadership_candidates::table
        .filter(leadership_candidates::election_id.eq_any(ids.to_vec()).and(leadership_candidates::elected.eq(true)))
        .order((leadership_candidates::election_id, leadership_candidates::position))
        .select((leadership_candidates::election_id, CandidateRow::as_select()))
        .load(conn)
        .await?;
    let who: Vec<Uuid> = rows.iter().map(|(_, one)| one.person_id).collect();
    let names = member::names(&who, conn).await?;
    let mut found = Elected::new();
    for (election, one) in rows {
        let name = names.get(&one.person_id).cloned().unwrap_or_default();
        found.entry(election).or_default().push((one.office().to_owned(), name));
    }
    Ok(found)
}

/// An election with all that belongs to it.
#[derive(Debug)]
pub struct Loaded {
    /// The election.
    pub row: ElectionRow,
    /// Its organisation.
    pub at: Row,
    /// Seats by post, in the order of the form.
    pub seats: Vec<(String, i16)>,
    /// Candidates, in the order of the form.
    pub candidates: Vec<CandidateRow>,
    /// Who is not counted, and why.
    pub excused: Vec<(Uuid, String)>,
    /// Posts that end with it, and why.
    pub endings: Vec<(Uuid, String)>,
    /// Papers that were kept.
    pub documents: Vec<DocumentRow>,
    /// Names of the people in it.
    pub names: HashMap<Uuid, String>,
}

impl Loaded {
    /// Seats by post.
    pub fn seats(&self) -> BTreeMap<String, i16> {
        self.seats.iter().cloned().collect()
    }

    /// The name of somebody in it.
    pub fn name(&self, person: Uuid) -> String {
        self.names.get(&person).cloned().unwrap_or_default()
    }
}

/// The organisation of an election; of one that is not there the organisation of nobody, so that no answer comes faster.
pub async fn place(id: ElectionId, conn: &mut Conn) -> Result<OrganisationId> {
    let found = elections::table.find(id.0).select(elections::organisation_id).first::<Uuid>(conn).await.optional()?;
    Ok(found.unwrap_or_default().into())
}

/// All of one election of an organisation; `hold` locks it for the transaction.
pub async fn load(at: Row, id: ElectionId, hold: bool, conn: &mut Conn) -> Result<Loaded> {
    let found = elections::table.find(id.0).select(ElectionRow::as_select());
    let row: ElectionRow = if hold { found.for_update().first(conn).await? } else { found.first(conn).await? };
    let seats: Vec<(String, i16)> = leadership_seats::table
        .filter(leadership_seats::election_id.eq(id.0))
        .order(leadership_seats::position)
        .select((leadership_seats::post, leadership_seats::seats))
        .load(conn)
        .await?;
    let candidates: Vec<CandidateRow> = leadership_candidates::table
        .filter(leadership_candidates::election_id.eq(id.0))
        .order(leadership_candidates::position)
        .select(CandidateRow::as_select())
        .load(conn)
        .await?;
    let excused: Vec<(Uuid, String)> = leadership_excused::table
        .filter(leadership_excused::election_id.eq(id.0))
        .order(leadership_excused::person_id)
        .select((leadership_excused::person_id, leadership_excused::reason))
        .load(conn)
        .await?;
    let endings: Vec<(Uuid, String)> = leadership_endings::table
        .filter(leadership_endings::election_id.eq(id.0))
        .order(leadership_endings::post_id)
        .select((leadership_endings::post_id, leadership_endings::reason))
        .load(conn)
        .await?;
    let documents: Vec<DocumentRow> = leadership_documents::table
        .filter(leadership_documents::election_id.eq(id.0).and(leadership_documents::state.eq("kept")))
        .order((leadership_documents::created_at, leadership_documents::id))
        .select(DocumentRow::as_select())
        .load(conn)
        .await?;
    let mut who: Vec<Uuid> = candidates.iter().map(|one| one.person_id).collect();
    who.extend(excused.iter().map(|(person, _)| *person));
    let names = member::names(&who, conn).await?;
    Ok(Loaded { row, at, seats, candidates, excused, endings, documents, names })
}

/// Posts of the committee that go on beside an election within a term; with a new term none do.
pub async fn staying(loaded: &Loaded, conn: &mut Conn) -> Result<Vec<HeldPost>> {
    let kind = loaded.row.kind();
    if kind.begins_term() || !kind.votes() || loaded.row.state().is_over() {
        return Ok(Vec::new());
    }
    let mut held = member::held_on(&[loaded.at.id], conn).await?;
    held.retain(|post| rules::of_committee(&post.post) && !loaded.endings.iter().any(|(id, _)| *id == post.id));
    Ok(held)
}

/// One paper.
pub async fn document(id: ElectionDocumentId, conn: &mut Conn) -> Result<DocumentRow> {
    let found = leadership_documents::table.find(id.0).filter(leadership_documents::state.ne("removed"));
    Ok(found.select(DocumentRow::as_select()).first(conn).await?)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    standing: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Who may vote in an organisation (有选举权党员), in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Electorate {
    /// Full members whose rights are not limited.
    pub eligible: i64,
    /// 预备党员
    pub probationary: i64,
    /// Full members whose rights are limited or suspended.
    pub limited: i64,
}

/// What lies at a path and below it stands between the path and the next character after its `.`, a range of the index.
const BELOW: &str = "FROM own.organisations o JOIN own.branch_assignments b ON b.organisation_id = o.id AND b.until IS NULL \
    JOIN own.memberships m ON m.id = b.membership_id AND m.until IS NULL \
    WHERE (o.path = $1 OR (o.path > $1 || '.' AND o.path < $1 || '/'))";

/// Counts the members of an organisation and what is below it by whether they may vote.
pub async fn electorate(path: &str, conn: &mut Conn) -> Result<Electorate> {
    let query = format!(
        "SELECT CASE WHEN m.member_type <> 'formal' THEN 'probationary' WHEN m.status = 'normal' AND m.right_limit = 'none' \
         THEN 'eligible' ELSE 'limited' END AS standing, count(*) AS count {BELOW} GROUP BY 1"
    );
    let rows: Vec<Counted> = diesel::sql_query(query).bind::<Text, _>(path).load(conn).await?;
    let of = |standing: &str| rows.iter().find(|row| row.standing == standing).map_or(0, |row| row.count);
    Ok(Electorate { eligible: of("eligible"), probationary: of("probationary"), limited: of("limited") })
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    standing: String,
}

/// Members who may not vote, with the reason: dictionary `member_right_limit`, `suspended` or `probationary`; at most two
/// hundred.
pub async fn voteless(path: &str, conn: &mut Conn) -> Result<Vec<(Uuid, String, String)>> {
    let query = format!(
        "SELECT p.id, p.name, CASE WHEN m.member_type <> 'formal' THEN 'probationary' WHEN m.right_limit <> 'none' \
         THEN m.right_limit ELSE 'suspended' END AS standing {} AND (m.member_type <> 'formal' OR m.status <> 'normal' \
         OR m.right_limit <> 'none') ORDER BY p.pinyin, p.id LIMIT 200",
        BELOW.replace(" WHERE (o.path", " JOIN own.people p ON p.id = m.person_id WHERE (o.path"),
    );
    let rows: Vec<Person> = diesel::sql_query(query).bind::<Text, _>(path).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name, row.standing)).collect())
}

#[derive(QueryableByName)]
struct OnlyId {
    #[diesel(sql_type = Id)]
    id: Uuid,
}

/// Which of these people are full members with all rights, in an organisation or below it.
pub async fn eligible(path: &str, ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Uuid>> {
    let query = format!(
        "SELECT m.person_id AS id {BELOW} AND m.person_id = ANY ($2) AND m.member_type = 'formal' \
         AND m.status = 'normal' AND m.right_limit = 'none'"
    );
    let query = diesel::sql_query(query).bind::<Text, _>(path).bind::<diesel::sql_types::Array<Id>, _>(ids);
    let rows: Vec<OnlyId> = query.load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Keeps people from leaving meanwhile.
pub async fn hold_people(ids: &[Uuid], conn: &mut Conn) -> Result<()> {
    let held = people::table.filter(people::id.eq_any(ids.to_vec())).order(people::id).select(people::id);
    held.for_key_share().load::<Uuid>(conn).await?;
    Ok(())
}

/// What an account was reminded of and is still so, the most urgent day first: the newest of every rule of an
/// organisation, not older than a week.
pub async fn reminders(account: Uuid, today: NaiveDate, conn: &mut Conn) -> Result<Vec<ReminderRow>> {
    let from = today.checked_sub_days(Days::new(7)).unwrap_or(today);
    Ok(leadership_reminders::table
        .filter(leadership_reminders::recipients.contains(vec![account]))
        .filter(leadership_reminders::created_at.ge(from.and_time(chrono::NaiveTime::MIN).and_utc()))
        .order((leadership_reminders::created_at.desc(), leadership_reminders::about, leadership_reminders::id))
        .limit(100)
        .select(ReminderRow::as_select())
        .load(conn)
        .await?)
}

/// Terms of active organisations that end until a day, and their superiors.
pub async fn ending(until: NaiveDate, conn: &mut Conn) -> Result<Vec<(Uuid, Option<Uuid>, NaiveDate)>> {
    Ok(organisations::table
        .filter(organisations::status.eq("active").and(organisations::term_years.is_not_null()))
        .filter(sql::<Nullable<Date>>(TERM_END).le(until))
        .select((organisations::id, organisations::parent_id, sql::<Date>(TERM_END)))
        .load(conn)
        .await?)
}

/// The superiors of organisations.
pub async fn superiors(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Option<Uuid>>> {
    let rows: Vec<(Uuid, Option<Uuid>)> = organisations::table
        .filter(organisations::id.eq_any(ids.to_vec()))
        .select((organisations::id, organisations::parent_id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The end that the present term has by itself, not prolonged.
pub fn own_end(at: &Row) -> Option<NaiveDate> {
    at.term_start.zip(at.term_years).and_then(|(start, years)| organisation::rules::end_of_term(start, years))
}

/// Warnings about an election before it is held.
pub async fn warnings(loaded: &Loaded, conn: &mut Conn) -> Result<Vec<String>> {
    if !loaded.row.kind().votes() || loaded.row.state().is_over() {
        return Ok(Vec::new());
    }
    let electorate = electorate(&loaded.at.path, conn).await?;
    let standing: Vec<String> = loaded.candidates.iter().map(|one| one.post.clone()).collect();
    let mut told =
        rules::warnings(loaded.at.kind(), electorate.eligible + electorate.limited, &loaded.seats(), &standing);
    let excused = i64::try_from(loaded.excused.len()).map_err(Error::bug)?;
    let expected = electorate.eligible - excused;
    if let Some(should) = loaded.row.should.filter(|should| !loaded.row.by_delegates && i64::from(*should) != expected)
    {
        told.push(format!("应到会{should}人，与系统登记的有选举权党员{expected}人不一致，请核对"));
    }
    if loaded.row.by_delegates && electorate.eligible < 500 {
        told.push("党员人数不足500人，一般召开党员大会进行选举；所辖党组织分散的可以召开代表大会".to_owned());
    }
    Ok(told)
}

/// What these organisations may still be reminded of: the ends of their terms, and since when they lack a secretary.
pub async fn open_abouts(ids: &[Uuid], conn: &mut Conn) -> Result<std::collections::HashSet<(Uuid, bool, NaiveDate)>> {
    let ends: Vec<(Uuid, Option<NaiveDate>)> = organisations::table
        .filter(organisations::id.eq_any(ids.to_vec()).and(organisations::status.eq("active")))
        .select((organisations::id, sql::<Nullable<Date>>(TERM_END)))
        .load(conn)
        .await?;
    let vacant = member::vacant_since(Some(ids), conn).await?;
    let ends = ends.into_iter().filter_map(|(id, end)| Some((id, false, end?)));
    Ok(ends.chain(vacant.into_iter().map(|(id, since)| (id, true, since))).collect())
}
