//! Numbers for the home page (首页): what there is inside the reach, how it has grown, what needs attention.

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{OrganisationId, Result};
use zhibu_tenancy::Conn;

use crate::organisation::{self, Reach};

/// A number with what it counts: a code, a band, a month or a name.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, async_graphql::SimpleObject)]
pub struct Count {
    /// What is counted.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// How many members are in an organisation and below it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, async_graphql::SimpleObject)]
#[graphql(complex)]
pub struct BranchCount {
    #[diesel(sql_type = Id)]
    #[graphql(skip)]
    organisation: Uuid,
    /// Its short name.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

#[async_graphql::ComplexObject]
impl BranchCount {
    /// The organisation.
    async fn id(&self) -> OrganisationId {
        self.organisation.into()
    }
}

/// Organisations of one kind, with what waits in them.
#[derive(Debug, Clone, QueryableByName)]
pub struct Kind {
    /// Dictionary `org_type`.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Those whose term ends within six months.
    #[diesel(sql_type = BigInt)]
    pub ending: i64,
    /// Those whose term has ended.
    #[diesel(sql_type = BigInt)]
    pub over: i64,
    /// Those whose record was never completed.
    #[diesel(sql_type = BigInt)]
    pub unfinished: i64,
    /// Members assigned to them.
    #[diesel(sql_type = BigInt)]
    pub members: i64,
}

/// Members by kind and age, counted today.
#[derive(Debug, Clone, QueryableByName)]
pub struct Heads {
    /// 预备党员
    #[diesel(sql_type = BigInt)]
    pub probationary: i64,
    /// 女党员
    #[diesel(sql_type = BigInt)]
    pub women: i64,
    /// 流动党员
    #[diesel(sql_type = BigInt)]
    pub floating: i64,
    /// 失联党员
    #[diesel(sql_type = BigInt)]
    pub lost: i64,
    /// Thirty or younger.
    #[diesel(sql_type = BigInt)]
    pub to_30: i64,
    /// 31 to 40.
    #[diesel(sql_type = BigInt)]
    pub to_40: i64,
    /// 41 to 50.
    #[diesel(sql_type = BigInt)]
    pub to_50: i64,
    /// 51 to 60.
    #[diesel(sql_type = BigInt)]
    pub to_60: i64,
    /// Older than sixty.
    #[diesel(sql_type = BigInt)]
    pub over_60: i64,
    /// Probation ends within thirty days.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// Probation has ended.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
}

/// One month of growth (增减).
#[derive(Debug, Clone, PartialEq, Eq, async_graphql::SimpleObject)]
pub struct Month {
    /// `2026-11`
    pub month: String,
    /// Members recorded in it.
    pub added: i64,
    /// Members who left in it.
    pub left: i64,
    /// Members at its end.
    pub total: i64,
}

/// The organisations that are looked at; none stands for the whole tenant.
pub type Places = Option<Vec<Uuid>>;

/// Organisations by kind, most frequent first, in one pass; kinds that only have members of old come last, with none.
pub async fn kinds(places: &Places, today: NaiveDate, conn: &mut Conn) -> Result<Vec<Kind>> {
    let sql = "SELECT org_type AS key, count(*) FILTER (WHERE active) AS count, \
        count(*) FILTER (WHERE active AND term_end >= $2 AND term_end < $3) AS ending, \
        count(*) FILTER (WHERE active AND term_end < $2) AS over, \
        count(*) FILTER (WHERE active AND contact_name IS NULL) AS unfinished, sum(member_count) AS members \
        FROM (SELECT org_type, contact_name, member_count, status = 'active' AS active, \
            greatest((term_start + make_interval(years => term_years))::date, term_extended_to) AS term_end \
            FROM own.organisations WHERE $1 IS NULL OR id = ANY ($1)) o GROUP BY org_type ORDER BY 2 DESC, 1";
    let soon = today.checked_add_months(Months::new(6)).unwrap_or(today);
    let query = diesel::sql_query(sql).bind::<Nullable<Array<Id>>, _>(places).bind::<Date, _>(today);
    Ok(query.bind::<Date, _>(soon).load(conn).await?)
}

/// Members of each organisation directly below `top` (the root, or the one that was chosen), everything below it
/// included; those with the most members first, at most twelve.
pub async fn branches(reach: &Reach, under: Option<OrganisationId>, conn: &mut Conn) -> Result<Vec<BranchCount>> {
    let top = match under {
        Some(id) => organisation::get(reach, id, conn).await?,
        None => match organisation::roots(reach, conn).await?.into_iter().next() {
            Some(top) => top,
            None => return Ok(Vec::new()),
        },
    };
    // What lies below a path stands between its '.' and the next character, '/': a range of the index.
    let sql = "SELECT o.id AS organisation, o.short_name AS key, o.member_count + (SELECT coalesce(sum(b.member_count), 0) FROM own.organisations b \
        WHERE b.path > o.path || '.' AND b.path < o.path || '/') AS count \
        FROM own.organisations o WHERE o.parent_id = $1 AND o.status IN ('active', 'preparing') ORDER BY 3 DESC, o.path LIMIT 12";
    Ok(diesel::sql_query(sql).bind::<Id, _>(top.id).load(conn).await?)
}

/// Members counted by kind and age.
pub async fn heads(places: &Places, today: NaiveDate, conn: &mut Conn) -> Result<Heads> {
    let born = |years: u32| today.checked_sub_months(Months::new(12 * years)).unwrap_or(today);
    let query = diesel::sql_query(if places.is_some() { SOME } else { ALL });
    Ok(query
        .bind::<Nullable<Array<Id>>, _>(places)
        .bind::<Date, _>(today)
        // Born on this day or before: so many years old, or older.
        .bind::<Date, _>(born(31))
        .bind::<Date, _>(born(41))
        .bind::<Date, _>(born(51))
        .bind::<Date, _>(born(61))
        .get_result(conn)
        .await?)
}

/// Counted over the members of some organisations.
const SOME: &str = "SELECT count(*) FILTER (WHERE m.member_type = 'probationary') AS probationary, \
    count(*) FILTER (WHERE p.sex = '2') AS women, \
    count(*) FILTER (WHERE m.floating) AS floating, \
    count(*) FILTER (WHERE m.lost_on IS NOT NULL) AS lost, \
    count(*) FILTER (WHERE p.birth_date > $3) AS to_30, \
    count(*) FILTER (WHERE p.birth_date <= $3 AND p.birth_date > $4) AS to_40, \
    count(*) FILTER (WHERE p.birth_date <= $4 AND p.birth_date > $5) AS to_50, \
    count(*) FILTER (WHERE p.birth_date <= $5 AND p.birth_date > $6) AS to_60, \
    count(*) FILTER (WHERE p.birth_date <= $6) AS over_60, \
    count(*) FILTER (WHERE m.member_type = 'probationary' AND m.join_date + interval '1 year' >= $2 \
        AND m.join_date + interval '1 year' < $2 + 30) AS due, \
    count(*) FILTER (WHERE m.member_type = 'probationary' AND m.join_date + interval '1 year' < $2) AS overdue \
    FROM own.people p JOIN own.memberships m ON m.person_id = p.id AND m.until IS NULL \
    JOIN own.branch_assignments b ON b.membership_id = m.id AND b.until IS NULL \
    WHERE p.left_at IS NULL AND b.organisation_id = ANY ($1)";

/// The same over the whole tenant, where whoever is here has one membership: each number is a range of an index. The
/// columns before the one that matters are named with all their values, so that the index leads to it.
const ALL: &str = "SELECT \
    (SELECT count(*) FROM own.memberships WHERE until IS NULL AND member_type = 'probationary') AS probationary, \
    (SELECT count(*) FROM own.people WHERE left_at IS NULL AND sex = '2') AS women, \
    (SELECT count(*) FROM own.memberships WHERE until IS NULL AND member_type IN ('formal', 'probationary') \
        AND status IN ('normal', 'suspended') AND floating) AS floating, \
    (SELECT count(*) FROM own.memberships WHERE until IS NULL AND member_type IN ('formal', 'probationary') \
        AND status IN ('normal', 'suspended') AND floating IN (true, false) AND lost_on IS NOT NULL) AS lost, \
    (SELECT count(*) FROM own.people WHERE left_at IS NULL AND birth_date > $3) AS to_30, \
    (SELECT count(*) FROM own.people WHERE left_at IS NULL AND birth_date <= $3 AND birth_date > $4) AS to_40, \
    (SELECT count(*) FROM own.people WHERE left_at IS NULL AND birth_date <= $4 AND birth_date > $5) AS to_50, \
    (SELECT count(*) FROM own.people WHERE left_at IS NULL AND birth_date <= $5 AND birth_date > $6) AS to_60, \
    (SELECT count(*) FROM own.people WHERE left_at IS NULL AND birth_date <= $6) AS over_60, \
    due, overdue FROM (SELECT count(*) FILTER (WHERE over >= $2 AND over < $2 + 30) AS due, \
        count(*) FILTER (WHERE over < $2) AS overdue FROM (SELECT join_date + interval '1 year' AS over \
        FROM own.memberships WHERE until IS NULL AND member_type = 'probationary') ends) probation WHERE $1 IS NULL";

#[derive(QueryableByName)]
struct Moves {
    #[diesel(sql_type = Text)]
    month: String,
    #[diesel(sql_type = BigInt)]
    added: i64,
    #[diesel(sql_type = BigInt)]
    gone: i64,
}

/// The last twelve months, oldest first, reckoned back from how many there are now.
pub async fn growth(places: &Places, now: i64, today: NaiveDate, conn: &mut Conn) -> Result<Vec<Month>> {
    let sql = if places.is_some() { MOVES_OF_SOME } else { MOVES };
    let months: Vec<NaiveDate> =
        (0..12).rev().filter_map(|back| today.with_day(1)?.checked_sub_months(Months::new(back))).collect();
    let first = months.iter().copied().next().unwrap_or(today);
    let moves: Vec<Moves> =
        diesel::sql_query(sql).bind::<Nullable<Array<Id>>, _>(places).bind::<Date, _>(first).load(conn).await?;
    let mut total = now;
    let mut grown: Vec<Month> = Vec::new();
    for month in months.iter().rev().map(|day| day.format("%Y-%m").to_string()) {
        let (added, left) = moves.iter().find(|m| m.month == month).map_or((0, 0), |m| (m.added, m.gone));
        grown.push(Month { month, added, left, total });
        total = total - added + left;
    }
    grown.reverse();
    Ok(grown)
}

/// Who came and went, by month.
const MOVES: &str = "SELECT to_char(day, 'YYYY-MM') AS month, sum(a)::bigint AS added, sum(l)::bigint AS gone FROM ( \
    SELECT since AS day, count(*) AS a, 0 AS l FROM own.memberships WHERE since >= $2 GROUP BY since \
    UNION ALL SELECT until, 0, count(*) FROM own.memberships WHERE until >= $2 GROUP BY until) moves \
    WHERE $1 IS NULL GROUP BY 1";

/// The same for some organisations.
const MOVES_OF_SOME: &str = "SELECT to_char(day, 'YYYY-MM') AS month, sum(a)::bigint AS added, sum(l)::bigint AS gone FROM ( \
    SELECT m.since AS day, 1 AS a, 0 AS l, m.id FROM own.memberships m WHERE m.since >= $2 \
    UNION ALL SELECT m.until, 0, 1, m.id FROM own.memberships m WHERE m.until >= $2) moves \
    WHERE EXISTS (SELECT FROM own.branch_assignments b WHERE b.membership_id = moves.id \
    AND b.organisation_id = ANY ($1)) GROUP BY 1";
