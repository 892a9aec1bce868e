//! Queries on contributions.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ContributionId, Error, OrganisationId, Page, PageArgs, PersonId, Result};
use zhibu_directory::member::{self, rules as names};
use zhibu_directory::organisation::{self, Reach};
use zhibu_directory::schema::people;
use zhibu_tenancy::policy::Scope;
use zhibu_tenancy::{Conn, Cx};

use crate::model::{Branch, FileRow, Kind, Row, Sum};
use crate::schema::{contribution_files as files, contributions};

/// Branches that statistics name.
const BRANCHES: i64 = 500;

/// Which contributions are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or its pinyin.
    pub search: Option<String>,
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// Of this member.
    pub person: Option<PersonId>,
    /// Dictionary `contribution_kind`
    pub kinds: Vec<String>,
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// On this day or earlier.
    pub to: Option<NaiveDate>,
}

/// Whose eyes a list is seen with.
#[derive(Debug, Clone)]
pub enum Viewer {
    /// Whoever administers these organisations.
    Reach(Reach),
    /// A member, who sees what is their own.
    Own(Uuid),
}

impl Viewer {
    /// What a scope opens to the caller.
    pub async fn of(cx: &Cx, scope: &Scope, conn: &mut Conn) -> Result<Self> {
        if !scope.is_own_only() {
            return Ok(Self::Reach(Reach::of(scope, conn).await?));
        }
        let me = member::own(cx.identity()?.account, conn).await?;
        Ok(Self::Own(me.map(|entry| entry.person.id).unwrap_or_default()))
    }
}

type Boxed = contributions::BoxedQuery<'static, Pg>;

async fn matching(viewer: &Viewer, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let mut query = contributions::table.into_boxed();
    match viewer {
        Viewer::Reach(reach) => {
            if let Some(places) = organisation::part(reach, filter.under, conn).await? {
                query = query.filter(contributions::organisation_id.eq_any(places));
            }
        }
        // A member sees nothing of what lies around.
        Viewer::Own(_) if filter.under.is_some() => return Err(Error::missing()),
        Viewer::Own(me) => query = query.filter(contributions::person_id.eq(*me)),
    }
    if let Some(person) = filter.person {
        query = query.filter(contributions::person_id.eq(person.0));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let found = people::table.filter(people::search.contains(vec![names::search_key(text)])).select(people::id);
        query = query.filter(contributions::person_id.eq_any(found));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(contributions::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(day) = filter.from {
        query = query.filter(contributions::served_on.ge(day));
    }
    if let Some(day) = filter.to {
        query = query.filter(contributions::served_on.le(day));
    }
    Ok(query)
}

/// One page, the latest first.
pub async fn list(viewer: &Viewer, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let mut query = matching(viewer, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
        let later = contributions::served_on.lt(day).or(contributions::id.lt(id));
        query = query.filter(contributions::served_on.le(day)).filter(later);
    }
    let ordered = query.order((contributions::served_on.desc(), contributions::id.desc()));
    let rows: Vec<Row> = ordered.select(Row::as_select()).load(conn).await?;
    Ok(page.page(rows, |row| (row.served_on, row.id)))
}

/// How many match.
pub async fn count(viewer: &Viewer, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(viewer, filter, conn).await?.count().get_result(conn).await?)
}

/// One that somebody may see, with the path of its branch; what they may not looks like not there. `hold` locks it for
/// the transaction.
pub async fn one(viewer: &Viewer, id: ContributionId, hold: bool, conn: &mut Conn) -> Result<(Row, String)> {
    let found = contributions::table.find(id.0).select(Row::as_select());
    let row: Option<Row> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    // Of one that is not there the organisation of nobody is looked for, so that no answer comes faster.
    let at = row.as_ref().map(|row| row.organisation_id).unwrap_or_default();
    let path = organisation::places(&[at], conn).await?.remove(&at).map(|(_, path)| path).unwrap_or_default();
    let row = row.filter(|row| match viewer {
        Viewer::Reach(reach) => reach.covers(&path),
        Viewer::Own(me) => row.person_id == *me,
    });
    row.map(|row| (row, path)).ok_or_else(Error::missing)
}

/// Names of people by id.
pub async fn people(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> =
        people::table.filter(people::id.eq_any(ids.to_vec())).select((people::id, people::name)).load(conn).await?;
    Ok(rows.into_iter().collect())
}

/// The kept proofs of these contributions.
pub async fn proofs(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Vec<FileRow>>> {
    let rows: Vec<FileRow> = files::table
        .filter(files::contribution_id.eq_any(ids.to_vec()).and(files::state.eq("kept")))
        .order(files::id)
        .select(FileRow::as_select())
        .load(conn)
        .await?;
    let mut found: HashMap<Uuid, Vec<FileRow>> = HashMap::new();
    for row in rows {
        found.entry(row.contribution_id).or_default().push(row);
    }
    Ok(found)
}

/// What was done in a span of days: in all, by kind, by branch, and how many branches have nothing.
pub struct Statistics {
    /// In all.
    pub sum: Sum,
    /// Kinds with something, the most frequent first.
    pub kinds: Vec<Kind>,
    /// Branches with members, those with the most first.
    pub branches: Vec<Branch>,
    /// Branches with members and nothing.
    pub silent: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const NUMBERS: &str =
    "count(*) AS count, count(DISTINCT c.person_id) AS people, coalesce(sum(c.minutes), 0) AS minutes";
const SPAN: &str =
    "FROM own.contributions c WHERE ($1 IS NULL OR c.organisation_id = ANY ($1)) AND c.served_on BETWEEN $2 AND $3";

/// The numbers of a span of days.
pub async fn statistics(
    reach: &Reach,
    under: Option<OrganisationId>,
    (from, to): (NaiveDate, NaiveDate),
    conn: &mut Conn,
) -> Result<Statistics> {
    let places = organisation::part(reach, under, conn).await?;
    let asked = |sql: String| {
        let query = diesel::sql_query(sql).bind::<Nullable<Array<Id>>, _>(places.clone());
        query.bind::<Date, _>(from).bind::<Date, _>(to)
    };
    let sum = asked(format!("SELECT {NUMBERS} {SPAN}")).get_result(conn).await?;
    let kinds = asked(format!("SELECT c.kind, {NUMBERS} {SPAN} GROUP BY c.kind ORDER BY 2 DESC, 1")).load(conn).await?;
    let served = format!("WITH served AS (SELECT c.organisation_id, {NUMBERS} {SPAN} GROUP BY 1)");
    let branches = format!(
        "{served} SELECT o.id, o.short_name AS name, o.member_count AS members, coalesce(s.count, 0) AS count, \
         coalesce(s.people, 0) AS people, coalesce(s.minutes, 0)::bigint AS minutes FROM own.organisations o \
         LEFT JOIN served s ON s.organisation_id = o.id WHERE (o.member_count > 0 OR s.count > 0) \
         AND ($1 IS NULL OR o.id = ANY ($1)) ORDER BY coalesce(s.count, 0) DESC, o.path LIMIT {BRANCHES}"
    );
    let branches = asked(branches).load(conn).await?;
    let silent = format!(
        "{served} SELECT count(*) AS count FROM own.organisations o WHERE o.member_count > 0 AND o.status = 'active' \
         AND NOT EXISTS (SELECT FROM served s WHERE s.organisation_id = o.id) AND ($1 IS NULL OR o.id = ANY ($1))"
    );
    let silent: Counted = asked(silent).get_result(conn).await?;
    Ok(Statistics { sum, kinds, branches, silent: silent.count })
}
