//! Queries on texts. The two tables differ in a few columns only, so the statements are put together here.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as Id};
use diesel::{OptionalExtension, QueryableByName};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Page, PageArgs, PersonId, Result, WritingId, grams, midnight};
use zhibu_directory::member::{self, rules as names};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::policy::Scope;
use zhibu_tenancy::{Conn, Cx, tenants};

use crate::likeness;
use crate::model::{Branch, Deed, Month, PledgeType, Row, Shelf, Sum, WritingState};
use crate::rules::Facts;

/// Branches that statistics name.
const BRANCHES: i64 = 500;
/// Texts that are compared whole.
const COMPARED: i64 = 40;

/// Which texts are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or its pinyin, or of the title.
    pub search: Option<String>,
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// Of this member.
    pub person: Option<PersonId>,
    /// Only one's own.
    pub mine: bool,
    /// 承诺类型
    pub kind: Option<PledgeType>,
    /// 承诺年度
    pub year: Option<i16>,
    /// Where they stand.
    pub state: Option<WritingState>,
    /// Recommended or not.
    pub recommended: Option<bool>,
    /// Only those much like another one.
    pub similar: bool,
    /// Published on this day or later.
    pub from: Option<NaiveDate>,
    /// Published on this day or earlier.
    pub to: Option<NaiveDate>,
}

/// Whose eyes a list is seen with.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The organisations whose texts they see; none for a member.
    pub reach: Option<Reach>,
    /// Themselves: the person and the branch.
    pub me: Option<(Uuid, Uuid)>,
    account: Uuid,
}

impl Viewer {
    /// What a scope opens to the caller.
    pub async fn of(cx: &Cx, scope: &Scope, conn: &mut Conn) -> Result<Self> {
        let reach = if scope.is_own_only() { None } else { Some(Reach::of(scope, conn).await?) };
        let account = cx.identity().ok().filter(|identity| identity.guest.is_none()).map(|identity| identity.account);
        let me = match account {
            Some(account) => member::own(account, conn).await?,
            None => None,
        };
        let me = me.map(|entry| (entry.person.id, entry.assignment.organisation_id));
        Ok(Self { reach, me, account: account.map(|account| account.0).unwrap_or_default() })
    }

    /// Nobody's eyes.
    pub fn nobody() -> Self {
        Self { reach: None, me: None, account: Uuid::nil() }
    }

    /// True when a text is theirs to change.
    pub fn governs(&self, row: &Row) -> bool {
        self.is(row.person_id) || self.reach.as_ref().is_some_and(|reach| reach.covers(&row.path))
    }

    /// True when it is them.
    pub fn is(&self, person: Uuid) -> bool {
        self.me.is_some_and(|(me, _)| me == person)
    }
}

/// A value for a statement.
enum Bind {
    Id(Uuid),
    Ids(Vec<Uuid>),
    Text(Option<String>),
    Texts(Vec<String>),
    Small(Option<i16>),
    Number(i32),
    Large(i64),
    Longs(Vec<i64>),
    At(Option<DateTime<Utc>>),
}

/// A statement with its values.
#[derive(Default)]
struct Asked {
    sql: String,
    binds: Vec<Bind>,
}

type Query = BoxedSqlQuery<'static, Pg, SqlQuery>;

impl Asked {
    fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), binds: Vec::new() }
    }

    fn add(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Keeps a value; the text that stands for it.
    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len())
    }

    fn query(self) -> Query {
        let start = diesel::sql_query(self.sql).into_boxed::<Pg>();
        self.binds.into_iter().fold(start, |query, bind| match bind {
            Bind::Id(id) => query.bind::<Id, _>(id),
            Bind::Ids(ids) => query.bind::<Array<Id>, _>(ids),
            Bind::Text(text) => query.bind::<Nullable<Text>, _>(text),
            Bind::Texts(texts) => query.bind::<Array<Text>, _>(texts),
            Bind::Small(number) => query.bind::<Nullable<SmallInt>, _>(number),
            Bind::Number(number) => query.bind::<Integer, _>(number),
            Bind::Large(number) => query.bind::<BigInt, _>(number),
            Bind::Longs(numbers) => query.bind::<Array<BigInt>, _>(numbers),
            Bind::At(at) => query.bind::<Nullable<Timestamptz>, _>(at),
        })
    }

    async fn run(self, conn: &mut Conn) -> Result<usize> {
        Ok(self.query().execute(conn).await?)
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn columns(shelf: &Shelf, body: &str) -> String {
    format!(
        "SELECT w.id, w.version, w.person_id, p.name, w.organisation_id, o.short_name AS branch, o.path, w.account_id, \
         w.title, {body} AS body, w.length, w.state, w.recommended_at, w.published_at, w.created_at, w.updated_at, {} \
         FROM {} w JOIN own.people p ON p.id = w.person_id JOIN own.organisations o ON o.id = w.organisation_id",
        shelf.own, shelf.table
    )
}

/// Adds what somebody may see: what their organisations wrote, what they wrote, and with `colleagues` what their branch
/// published. A draft is seen by whoever it is of and whoever typed it in.
async fn visible(asked: &mut Asked, viewer: &Viewer, colleagues: bool, conn: &mut Conn) -> Result<()> {
    let mut ways = Vec::new();
    if let Some(reach) = &viewer.reach {
        match organisation::part(reach, None, conn).await? {
            None => ways.push("true".to_owned()),
            Some(places) => ways.push(format!("w.organisation_id = ANY ({})", asked.bind(Bind::Ids(places)))),
        }
    }
    let mut drafts = format!("w.account_id = {}", asked.bind(Bind::Id(viewer.account)));
    if let Some((me, branch)) = viewer.me {
        let me = asked.bind(Bind::Id(me));
        ways.push(format!("w.person_id = {me}"));
        drafts = format!("{drafts} OR w.person_id = {me}");
        if colleagues {
            let branch = asked.bind(Bind::Id(branch));
            ways.push(format!("w.state = 'published' AND w.organisation_id = {branch}"));
        }
    }
    let ways = if ways.is_empty() { "false".to_owned() } else { ways.join(" OR ") };
    asked.add(&format!(" WHERE ({ways}) AND (w.state <> 'draft' OR {drafts})"));
    Ok(())
}

/// Adds the conditions of a filter.
async fn narrow(asked: &mut Asked, shelf: &Shelf, viewer: &Viewer, filter: &Filter, conn: &mut Conn) -> Result<()> {
    if let Some(under) = filter.under {
        let places = match &viewer.reach {
            Some(reach) => organisation::part(reach, Some(under), conn).await?,
            // A member sees the own branch and nothing of what lies around it.
            None => Some(
                viewer.me.filter(|(_, branch)| *branch == under.0).map(|(_, b)| vec![b]).ok_or_else(Error::missing)?,
            ),
        };
        if let Some(places) = places {
            let places = asked.bind(Bind::Ids(places));
            asked.add(&format!(" AND w.organisation_id = ANY ({places})"));
        }
    }
    let me = filter.mine.then(|| viewer.me.map(|(me, _)| me).unwrap_or_default());
    for person in [filter.person.map(|person| person.0), me].into_iter().flatten() {
        let person = asked.bind(Bind::Id(person));
        asked.add(&format!(" AND w.person_id = {person}"));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let key = asked.bind(Bind::Texts(vec![names::search_key(text)]));
        let like = asked.bind(Bind::Text(Some(tenants::contains(&text.to_lowercase()))));
        let grams = asked.bind(Bind::Texts(grams(text)));
        let table = shelf.table;
        asked.add(&format!(
            " AND w.id IN (SELECT id FROM {table} WHERE person_id IN (SELECT id FROM own.people WHERE search @> {key}) \
             UNION ALL SELECT id FROM {table} WHERE grams @> {grams} AND lower(title) LIKE {like})"
        ));
    }
    if shelf.yearly() {
        if let Some(kind) = filter.kind {
            let kind = asked.bind(Bind::Text(Some(kind.code().to_owned())));
            asked.add(&format!(" AND w.kind = {kind}"));
        }
        if let Some(year) = filter.year {
            let year = asked.bind(Bind::Small(Some(year)));
            asked.add(&format!(" AND w.year = {year}"));
        }
    } else if filter.similar {
        asked.add(" AND w.likeness IS NOT NULL");
    }
    if let Some(state) = filter.state {
        let state = asked.bind(Bind::Text(Some(state.code().to_owned())));
        asked.add(&format!(" AND w.state = {state}"));
    }
    match filter.recommended {
        Some(true) => asked.add(" AND w.recommended_at IS NOT NULL"),
        Some(false) => asked.add(" AND w.recommended_at IS NULL"),
        None => {}
    }
    if let Some(from) = filter.from.and_then(midnight) {
        let from = asked.bind(Bind::At(Some(from)));
        asked.add(&format!(" AND w.published_at >= {from}"));
    }
    if let Some(to) = filter.to.and_then(|day| day.succ_opt()).and_then(midnight) {
        let to = asked.bind(Bind::At(Some(to)));
        asked.add(&format!(" AND w.published_at < {to}"));
    }
    Ok(())
}

/// What a list is asked for.
pub struct List<'a> {
    /// Of which module.
    pub shelf: &'a Shelf,
    /// With whose eyes.
    pub viewer: &'a Viewer,
    /// Which ones.
    pub filter: &'a Filter,
    /// Texts whole, not their beginnings.
    pub whole: bool,
}

/// One page, the newest first.
pub async fn list(list: &List<'_>, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let body = if list.whole { "w.body" } else { "left(w.body, 120)" };
    let mut asked = Asked::new(columns(list.shelf, body));
    visible(&mut asked, list.viewer, true, conn).await?;
    narrow(&mut asked, list.shelf, list.viewer, list.filter, conn).await?;
    if let Some(after) = page.after::<Uuid>()? {
        let after = asked.bind(Bind::Id(after));
        asked.add(&format!(" AND w.id < {after}"));
    }
    let (limit, offset) = (asked.bind(Bind::Large(page.limit())), asked.bind(Bind::Large(page.offset())));
    asked.add(&format!(" ORDER BY w.id DESC LIMIT {limit} OFFSET {offset}"));
    let rows: Vec<Row> = asked.query().load(conn).await?;
    Ok(page.page(rows, |row| row.id))
}

/// How many match.
pub async fn count(list: &List<'_>, conn: &mut Conn) -> Result<i64> {
    let mut asked = Asked::new(format!("SELECT count(*) AS count FROM {} w", list.shelf.table));
    visible(&mut asked, list.viewer, true, conn).await?;
    narrow(&mut asked, list.shelf, list.viewer, list.filter, conn).await?;
    let counted: Counted = asked.query().get_result(conn).await?;
    Ok(counted.count)
}

/// One text that somebody may see; what they may not looks like not there.
pub async fn one(shelf: &Shelf, viewer: &Viewer, id: WritingId, conn: &mut Conn) -> Result<Row> {
    let mut asked = Asked::new(columns(shelf, "w.body"));
    visible(&mut asked, viewer, true, conn).await?;
    found(asked, id, "", conn).await
}

/// One text that somebody may change, held for the transaction.
pub async fn held(shelf: &Shelf, viewer: &Viewer, id: WritingId, conn: &mut Conn) -> Result<Row> {
    let mut asked = Asked::new(columns(shelf, "w.body"));
    visible(&mut asked, viewer, false, conn).await?;
    found(asked, id, " FOR UPDATE OF w", conn).await
}

async fn found(mut asked: Asked, id: WritingId, hold: &str, conn: &mut Conn) -> Result<Row> {
    let id = asked.bind(Bind::Id(id.0));
    asked.add(&format!(" AND w.id = {id}{hold}"));
    asked.query().get_result(conn).await.optional()?.ok_or_else(Error::missing)
}

/// Texts by their ids, whoever may see them, held for the transaction.
pub(crate) async fn several(shelf: &Shelf, ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Row>> {
    let mut asked = Asked::new(columns(shelf, "''"));
    let ids = asked.bind(Bind::Ids(ids.to_vec()));
    asked.add(&format!(" WHERE w.id = ANY ({ids}) ORDER BY w.id FOR UPDATE OF w"));
    Ok(asked.query().load(conn).await?)
}

/// What is told of a text when another one comes in.
#[derive(QueryableByName)]
pub(crate) struct Written {
    #[diesel(sql_type = Id)]
    pub(crate) person_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) kind: Option<String>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub(crate) year: Option<i16>,
    #[diesel(sql_type = Text)]
    pub(crate) title: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub(crate) published: bool,
}

/// What these people have written, but for what is withdrawn.
pub(crate) async fn written(shelf: &Shelf, people: &[Uuid], conn: &mut Conn) -> Result<Vec<Written>> {
    let mut asked = Asked::new(format!(
        "SELECT w.person_id, w.title, w.state = 'published' AS published, {} FROM {} w",
        shelf.own, shelf.table
    ));
    let people = asked.bind(Bind::Ids(people.to_vec()));
    asked.add(&format!(" WHERE w.person_id = ANY ({people}) AND w.state <> 'withdrawn'"));
    Ok(asked.query().load(conn).await?)
}

/// Whose a new text is.
pub struct Writer {
    /// The member.
    pub person: Uuid,
    /// Their branch.
    pub branch: Uuid,
    /// Who typed it in.
    pub account: Uuid,
}

/// The columns that a form fills, with their values.
fn filled(asked: &mut Asked, shelf: &Shelf, facts: &Facts) -> Vec<(&'static str, String)> {
    let length = i32::try_from(facts.body.chars().filter(|c| !c.is_whitespace()).count()).unwrap_or(i32::MAX);
    let mut set = vec![
        ("title", asked.bind(Bind::Text(Some(facts.title.clone())))),
        ("grams", asked.bind(Bind::Texts(grams(&facts.title)))),
        ("body", asked.bind(Bind::Text(Some(facts.body.clone())))),
        ("length", asked.bind(Bind::Number(length))),
    ];
    if shelf.yearly() {
        set.push(("kind", asked.bind(Bind::Text(facts.kind.map(|kind| kind.code().to_owned())))));
        set.push(("year", asked.bind(Bind::Small(facts.year))));
    } else {
        set.push(("source", asked.bind(Bind::Text(facts.source.clone()))));
        set.push(("bands", asked.bind(Bind::Longs(likeness::bands(&facts.body)))));
    }
    set
}

/// Puts a draft into its table.
pub async fn insert(
    shelf: &Shelf,
    id: WritingId,
    writer: &Writer,
    facts: &Facts,
    at: DateTime<Utc>,
    conn: &mut Conn,
) -> Result<()> {
    let mut asked = Asked::default();
    let mut set = filled(&mut asked, shelf, facts);
    set.push(("id", asked.bind(Bind::Id(id.0))));
    set.push(("person_id", asked.bind(Bind::Id(writer.person))));
    set.push(("organisation_id", asked.bind(Bind::Id(writer.branch))));
    set.push(("account_id", asked.bind(Bind::Id(writer.account))));
    let at = asked.bind(Bind::At(Some(at)));
    set.extend([("created_at", at.clone()), ("updated_at", at), ("state", "'draft'".to_owned())]);
    let (columns, values): (Vec<&str>, Vec<String>) = set.into_iter().unzip();
    asked.add(&format!("INSERT INTO {} ({}) VALUES ({})", shelf.table, columns.join(", "), values.join(", ")));
    asked.run(conn).await?;
    Ok(())
}

/// Writes what a form says.
pub async fn update(shelf: &Shelf, id: Uuid, facts: &Facts, at: DateTime<Utc>, conn: &mut Conn) -> Result<()> {
    let mut asked = Asked::default();
    let set: Vec<String> =
        filled(&mut asked, shelf, facts).into_iter().map(|(column, value)| format!("{column} = {value}")).collect();
    let (at, id) = (asked.bind(Bind::At(Some(at))), asked.bind(Bind::Id(id)));
    let set = set.join(", ");
    asked.add(&format!("UPDATE {} SET {set}, version = version + 1, updated_at = {at} WHERE id = {id}", shelf.table));
    asked.run(conn).await?;
    Ok(())
}

/// What a text is after something was done with it.
pub struct Standing {
    /// Where it stands.
    pub state: WritingState,
    /// Since when it is published.
    pub published_at: Option<DateTime<Utc>>,
    /// Since when it is recommended.
    pub recommended_at: Option<DateTime<Utc>>,
}

/// Writes where a text stands.
pub async fn stand(shelf: &Shelf, id: Uuid, standing: Standing, conn: &mut Conn) -> Result<()> {
    let mut asked = Asked::default();
    let (state, id) = (asked.bind(Bind::Text(Some(standing.state.code().to_owned()))), asked.bind(Bind::Id(id)));
    let (published, recommended) =
        (asked.bind(Bind::At(standing.published_at)), asked.bind(Bind::At(standing.recommended_at)));
    asked.add(&format!(
        "UPDATE {} SET state = {state}, published_at = {published}, recommended_at = {recommended}, \
         version = version + 1 WHERE id = {id}",
        shelf.table
    ));
    asked.run(conn).await?;
    Ok(())
}

/// Takes a text away.
pub async fn remove(shelf: &Shelf, id: Uuid, conn: &mut Conn) -> Result<()> {
    let mut asked = Asked::new(format!("DELETE FROM {} WHERE id = $1", shelf.table));
    asked.bind(Bind::Id(id));
    asked.run(conn).await?;
    Ok(())
}

/// Tells whoever listens what happened to a text.
pub async fn tell(
    shelf: &Shelf,
    row: &Row,
    deed: Deed,
    by: (Uuid, &str, DateTime<Utc>),
    conn: &mut Conn,
) -> Result<()> {
    let Some(event) = deed.event() else { return Ok(()) };
    let mut asked = Asked::new(format!(
        "INSERT INTO {} (id, writing_id, person_id, event, account_name, at) VALUES ($1, $2, $3, $4, $5, $6)",
        shelf.events
    ));
    let (id, name, at) = by;
    asked.bind(Bind::Id(id));
    asked.bind(Bind::Id(row.id));
    asked.bind(Bind::Id(row.person_id));
    asked.bind(Bind::Text(Some(event.to_owned())));
    asked.bind(Bind::Text(Some(name.to_owned())));
    asked.bind(Bind::At(Some(at)));
    asked.run(conn).await?;
    Ok(())
}

/// Published texts that have much in common with one, with the per cent, the most similar first.
pub async fn similar(shelf: &Shelf, id: Uuid, body: &str, conn: &mut Conn) -> Result<Vec<(Row, i16)>> {
    let bands = likeness::bands(body);
    if shelf.yearly() || bands.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = Asked::new(columns(shelf, "w.body"));
    let (bands, id) = (asked.bind(Bind::Longs(bands)), asked.bind(Bind::Id(id)));
    let most = asked.bind(Bind::Large(COMPARED));
    asked.add(&format!(
        " WHERE w.state = 'published' AND w.bands && {bands} AND w.id <> {id} ORDER BY w.id LIMIT {most}"
    ));
    let rows: Vec<Row> = asked.query().load(conn).await?;
    let own = likeness::shingles(body);
    let compared = rows.into_iter().map(|row| {
        let common = likeness::common(&own, &likeness::shingles(&row.body));
        (row, common)
    });
    let mut alike: Vec<(Row, i16)> = compared.filter(|(_, common)| *common >= likeness::TOLD).collect();
    alike.sort_by_key(|(row, common)| (std::cmp::Reverse(*common), row.id));
    Ok(alike)
}

/// Notes how much of a text stands in another one.
pub async fn mark(shelf: &Shelf, id: Uuid, likeness: Option<i16>, conn: &mut Conn) -> Result<()> {
    let mut asked = Asked::new(format!("UPDATE {} SET likeness = $1 WHERE id = $2", shelf.table));
    asked.bind(Bind::Small(likeness));
    asked.bind(Bind::Id(id));
    asked.run(conn).await?;
    Ok(())
}

/// How many texts are published of a person, and the latest.
pub async fn published_of(shelf: &Shelf, person: Uuid, most: i64, conn: &mut Conn) -> Result<(i64, Vec<Row>)> {
    let of = " w.person_id = $1 AND w.state = 'published'";
    let mut counted = Asked::new(format!("SELECT count(*) AS count FROM {} w WHERE{of}", shelf.table));
    counted.bind(Bind::Id(person));
    let counted: Counted = counted.query().get_result(&mut *conn).await?;
    let mut asked = Asked::new(columns(shelf, "''"));
    asked.add(&format!(" WHERE{of} ORDER BY w.published_at DESC, w.id DESC LIMIT $2"));
    asked.bind(Bind::Id(person));
    asked.bind(Bind::Large(most));
    Ok((counted.count, asked.query().load(conn).await?))
}

/// How many texts a person has, drafts too.
pub async fn count_of(shelf: &Shelf, person: Uuid, conn: &mut Conn) -> Result<i64> {
    let mut asked = Asked::new(format!("SELECT count(*) AS count FROM {} WHERE person_id = $1", shelf.table));
    asked.bind(Bind::Id(person));
    let counted: Counted = asked.query().get_result(conn).await?;
    Ok(counted.count)
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Id)]
    id: Uuid,
}

/// Takes all texts of a person away, and who did what to them; which ones there were.
pub async fn forget(shelf: &Shelf, person: Uuid, conn: &mut Conn) -> Result<Vec<Uuid>> {
    let mut events = Asked::new(format!("DELETE FROM {} WHERE person_id = $1", shelf.events));
    events.bind(Bind::Id(person));
    events.run(&mut *conn).await?;
    let mut asked = Asked::new(format!("DELETE FROM {} WHERE person_id = $1 RETURNING id", shelf.table));
    asked.bind(Bind::Id(person));
    let gone: Vec<Gone> = asked.query().load(conn).await?;
    Ok(gone.into_iter().map(|one| one.id).collect())
}

/// What was published in a year: in all, by month, by branch, and how many branches have nothing.
pub struct Statistics {
    /// In all.
    pub sum: Sum,
    /// Months with something.
    pub months: Vec<Month>,
    /// Branches with members, those with the most texts first.
    pub branches: Vec<Branch>,
    /// Branches without any.
    pub silent: i64,
}

/// The numbers of a year.
pub async fn statistics(
    shelf: &Shelf,
    reach: &Reach,
    under: Option<OrganisationId>,
    year: i32,
    conn: &mut Conn,
) -> Result<Statistics> {
    let places = organisation::part(reach, under, conn).await?;
    let day = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).and_then(midnight);
    let of = |select: &str, after: &str| {
        let mut asked = Asked::default();
        let (from, to) = (asked.bind(Bind::At(day(year))), asked.bind(Bind::At(day(year + 1))));
        let inside = |column: &str, asked: &mut Asked| {
            places
                .clone()
                .map_or_else(String::new, |places| format!("AND {column} = ANY ({})", asked.bind(Bind::Ids(places))))
        };
        let texts = format!(
            "FROM {} w WHERE w.state = 'published' AND w.published_at >= {from} AND w.published_at < {to} {}",
            shelf.table,
            inside("w.organisation_id", &mut asked)
        );
        let mut sql = format!("{select} {texts} {after}");
        if sql.contains("{inside}") {
            sql = sql.replace("{inside}", &inside("o.id", &mut asked));
        }
        asked.add(&sql);
        asked
    };
    const NUMBERS: &str =
        "count(*) AS count, count(DISTINCT w.person_id) AS people, count(w.recommended_at) AS recommended";
    let sum = of(&format!("SELECT {NUMBERS}"), "").query().get_result(conn).await?;
    let month =
        "SELECT extract(month FROM w.published_at AT TIME ZONE 'Asia/Shanghai')::int AS month, count(*) AS count";
    let months = of(month, "GROUP BY 1 ORDER BY 1").query().load(conn).await?;
    let with = format!("WITH written AS (SELECT w.organisation_id, {NUMBERS}");
    let branches = "GROUP BY 1) SELECT o.id, o.short_name AS name, o.member_count AS members, coalesce(s.count, 0) AS count, \
        coalesce(s.people, 0) AS people, coalesce(s.recommended, 0) AS recommended FROM own.organisations o \
        LEFT JOIN written s ON s.organisation_id = o.id WHERE (o.member_count > 0 OR s.count > 0) {inside} \
        ORDER BY coalesce(s.count, 0) DESC, o.path LIMIT ";
    let branches = of(&with, &format!("{branches}{BRANCHES}")).query().load(conn).await?;
    let silent = "GROUP BY 1) SELECT count(*) AS count FROM own.organisations o WHERE o.member_count > 0 \
        AND o.status = 'active' AND NOT EXISTS (SELECT FROM written s WHERE s.organisation_id = o.id) {inside}";
    let silent: Counted = of(&with, silent).query().get_result(conn).await?;
    Ok(Statistics { sum, months, branches, silent: silent.count })
}
