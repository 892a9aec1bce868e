//! Queries on organisations.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Page, PageArgs, Result, mask};
use zhibu_tenancy::{Conn, Cx, Read, identity, tenants};

use super::model::{Administrator, Listing, OrgType, OrganisationAttention, Row, Span, Unit, Wanted};
use super::scope::Reach;
use crate::schema::{organisation_parents, organisation_units, organisations};

/// Nodes one look at the tree may bring.
const TREE: i64 = 500;

/// The day on which the present term ends (任期届满): so many years after it began, or the day to which it was prolonged.
/// An index stands on the same expression.
pub const TERM_END: &str = "greatest((organisations.term_start + make_interval(years => organisations.term_years))::date, \
    organisations.term_extended_to)";

/// Which organisations are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a name, or the start of a code.
    pub search: Option<String>,
    /// This organisation and everything below.
    pub under: Option<OrganisationId>,
    /// These kinds.
    pub types: Vec<OrgType>,
    /// Those that wait for this, as of a day.
    pub attention: Option<(OrganisationAttention, NaiveDate)>,
    /// Those that were merged or dissolved instead of those that work.
    pub closed: bool,
}

type Condition = Box<dyn BoxableExpression<organisations::table, Pg, SqlType = Nullable<Bool>>>;

/// Active organisations that wait for something on a day.
pub fn waiting(what: OrganisationAttention, today: NaiveDate) -> Condition {
    let active = organisations::status.eq("active");
    let end = || sql::<Nullable<Date>>(TERM_END);
    let soon = today.checked_add_months(Months::new(6)).unwrap_or(today);
    match what {
        OrganisationAttention::Unfinished => Box::new(active.and(organisations::contact_name.is_null()).nullable()),
        OrganisationAttention::TermEnding => Box::new(active.and(end().ge(today)).and(end().lt(soon))),
        OrganisationAttention::TermOver => Box::new(active.and(end().lt(today))),
    }
}

type Boxed<'a> = organisations::BoxedQuery<'a, Pg>;

fn matching(reach: &Reach, filter: &Filter, under: Option<String>) -> Boxed<'static> {
    let mut query = organisations::table.filter(reach.condition()).into_boxed();
    if let Some(path) = under {
        query = query.filter(organisations::path.eq(path.clone()).or(organisations::path.like(format!("{path}.%"))));
    }
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        let like = tenants::contains(search);
        let code = like.trim_start_matches('%').to_owned();
        query = query.filter(
            organisations::full_name
                .like(like.clone())
                .or(organisations::short_name.like(like))
                .or(organisations::code.like(code)),
        );
    }
    if !filter.types.is_empty() {
        query = query.filter(organisations::org_type.eq_any(filter.types.iter().map(|t| t.code()).collect::<Vec<_>>()));
    }
    if let Some((what, today)) = filter.attention {
        query = query.filter(waiting(what, today));
    }
    query
}

async fn place(reach: &Reach, id: Option<OrganisationId>, conn: &mut Conn) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    Ok(Some(get(reach, id, conn).await?.path))
}

/// One page in tree order.
pub async fn list(reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let under = place(reach, filter.under, conn).await?;
    let mut query = matching(reach, filter, under)
        .filter(working(filter.closed))
        .select(Row::as_select())
        .order(organisations::path)
        .limit(page.limit())
        .offset(page.offset());
    if let Some(after) = page.after::<String>()? {
        query = query.filter(organisations::path.gt(after));
    }
    Ok(page.page(query.load(conn).await?, |row| row.path.clone()))
}

/// How many match.
pub async fn count(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    let under = place(reach, filter.under, conn).await?;
    Ok(matching(reach, filter, under).filter(working(filter.closed)).count().get_result(conn).await?)
}

/// Those that work, or those that were closed; of members and rights both count.
fn working(closed: bool) -> Box<dyn BoxableExpression<organisations::table, Pg, SqlType = Bool>> {
    const WORKING: [&str; 2] = ["active", "preparing"];
    if closed {
        Box::new(organisations::status.ne_all(WORKING))
    } else {
        Box::new(organisations::status.eq_any(WORKING))
    }
}

/// One organisation inside the reach; outside looks like not there.
pub async fn get(reach: &Reach, id: OrganisationId, conn: &mut Conn) -> Result<Row> {
    Ok(organisations::table
        .filter(organisations::id.eq(id.0))
        .filter(reach.condition())
        .select(Row::as_select())
        .first(conn)
        .await?)
}

/// The tops of the reach: what an organisation picker starts with.
pub async fn roots(reach: &Reach, conn: &mut Conn) -> Result<Vec<Row>> {
    let mut query = organisations::table
        .filter(reach.condition())
        .filter(working(false))
        .select(Row::as_select())
        .order((organisations::depth, organisations::path))
        .limit(TREE)
        .into_boxed();
    if reach.is_all() {
        query = query.filter(organisations::parent_id.is_null());
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let mut tops: Vec<Row> = Vec::new();
    for row in rows {
        if !tops.iter().any(|top| row.path.starts_with(&format!("{}.", top.path))) {
            tops.push(row);
        }
    }
    Ok(tops)
}

/// `depth` levels below `root` (or below the tops of the reach), in tree order, at most 500 nodes.
pub async fn tree(reach: &Reach, root: Option<OrganisationId>, depth: i16, conn: &mut Conn) -> Result<Vec<Row>> {
    let tops = match root {
        Some(root) => vec![get(reach, root, conn).await?],
        None => roots(reach, conn).await?,
    };
    let mut query = organisations::table
        .filter(reach.condition())
        .filter(working(false))
        .select(Row::as_select())
        .order(organisations::path)
        .limit(TREE)
        .into_boxed();
    let mut wanted: Box<dyn BoxableExpression<organisations::table, Pg, SqlType = diesel::sql_types::Bool>> =
        Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("false"));
    for top in &tops {
        let below = organisations::path.like(format!("{}.%", top.path)).and(organisations::depth.le(top.depth + depth));
        wanted = Box::new(wanted.or(organisations::id.eq(top.id)).or(below));
    }
    query = query.filter(wanted);
    let mut rows: Vec<Row> = query.load(conn).await?;
    order_siblings(&mut rows);
    Ok(rows)
}

/// Tree order with siblings by their sort number, then by age.
fn order_siblings(rows: &mut [Row]) {
    let sorts: HashMap<String, i16> = rows.iter().map(|row| (row.path.clone(), row.sort)).collect();
    rows.sort_by_cached_key(|row| {
        let ends = row.path.match_indices('.').map(|(at, _)| at).chain([row.path.len()]);
        ends.filter_map(|end| row.path.get(..end))
            .map(|part| (sorts.get(part).copied().unwrap_or_default(), part.to_owned()))
            .collect::<Vec<_>>()
    });
}

/// The ids of everything inside the reach, or of one part of it.
pub async fn ids(reach: &Reach, under: Option<OrganisationId>, conn: &mut Conn) -> Result<Vec<Uuid>> {
    let under = place(reach, under, conn).await?;
    Ok(matching(reach, &Filter::default(), under).select(organisations::id).load(conn).await?)
}

/// The same, or none when that is the whole tenant.
pub async fn part(reach: &Reach, under: Option<OrganisationId>, conn: &mut Conn) -> Result<Option<Vec<Uuid>>> {
    let under = place(reach, under, conn).await?;
    // Only the root has one level.
    if reach.is_all() && under.as_deref().is_none_or(|path| !path.contains('.')) {
        return Ok(None);
    }
    Ok(Some(matching(reach, &Filter::default(), under).select(organisations::id).load(conn).await?))
}

/// The Party groups of a branch, for conditions.
#[diesel::dsl::auto_type]
pub(crate) fn groups(at: Uuid) -> _ {
    organisations::table
        .filter(organisations::parent_id.eq(at).and(organisations::org_type.eq("party_group")))
        .select(organisations::id)
}

/// Names of organisations by id.
pub async fn names(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = organisations::table
        .filter(organisations::id.eq_any(ids))
        .select((organisations::id, organisations::short_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Organisations that have one of these names already: the short name anywhere, the full name below the same superior.
pub async fn taken_names(
    full: &str,
    short: &str,
    parent: Option<Uuid>,
    conn: &mut Conn,
) -> Result<Vec<(OrganisationId, String)>> {
    let same = organisations::full_name.eq(full).and(organisations::parent_id.is_not_distinct_from(parent));
    let rows: Vec<(Uuid, String)> = organisations::table
        .filter(organisations::short_name.eq(short).nullable().or(same.nullable()))
        .select((organisations::id, organisations::short_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}

/// An organisation and those below as the words of a filter. Missing where the reader sees neither it nor anything
/// below.
pub async fn words_under(id: OrganisationId, read: &mut Read<'_>) -> Result<String> {
    let scope = read.scope.clone();
    let reach = Reach::of(&scope, read.conn()?).await?;
    let found = places(&[id.0], read.conn()?).await?.remove(&id.0);
    let (name, _) = found.filter(|(_, path)| reach.covers_below(path)).ok_or_else(Error::missing)?;
    Ok(format!("组织：{name}及下级"))
}

/// Short names and paths of organisations by id.
pub async fn places(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, (String, String)>> {
    let rows: Vec<(Uuid, (String, String))> = organisations::table
        .filter(organisations::id.eq_any(ids))
        .select((organisations::id, (organisations::short_name, organisations::path)))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Kinds of organisations by id.
pub async fn kinds(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, OrgType>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = organisations::table
        .filter(organisations::id.eq_any(ids))
        .select((organisations::id, organisations::org_type))
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, code)| Some((id, OrgType::from_code(&code)?))).collect())
}

/// The kinds of the direct subordinates.
pub async fn children_types(id: Uuid, conn: &mut Conn) -> Result<Vec<OrgType>> {
    let codes: Vec<String> = organisations::table
        .filter(organisations::parent_id.eq(id))
        .select(organisations::org_type)
        .distinct()
        .load(conn)
        .await?;
    Ok(codes.iter().filter_map(|code| OrgType::from_code(code)).collect())
}

/// The organisations from the root to each path's superior.
pub async fn ancestors(paths: &[&str], conn: &mut Conn) -> Result<HashMap<String, (OrganisationId, String)>> {
    let above: Vec<String> = paths.iter().flat_map(|path| prefixes(path)).collect();
    let rows: Vec<(String, Uuid, String)> = organisations::table
        .filter(organisations::path.eq_any(above))
        .select((organisations::path, organisations::id, organisations::short_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(path, id, name)| (path, (id.into(), name))).collect())
}

fn prefixes(path: &str) -> Vec<String> {
    path.match_indices('.').filter_map(|(at, _)| path.get(..at)).map(str::to_owned).collect()
}

/// Loads the wanted relations of all rows, one statement each.
pub async fn complete(cx: &Cx, rows: Vec<Row>, wanted: Wanted, conn: &mut Conn) -> Result<Vec<Listing>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut administrators = if wanted.administrators { administrators(cx, &ids, conn).await? } else { HashMap::new() };
    let mut units: HashMap<Uuid, Vec<Unit>> = HashMap::new();
    if wanted.units {
        let found: Vec<(Uuid, Unit)> = organisation_units::table
            .filter(organisation_units::organisation_id.eq_any(&ids))
            .order((organisation_units::organisation_id, organisation_units::position))
            .select((organisation_units::organisation_id, Unit::as_select()))
            .load(conn)
            .await?;
        for (id, unit) in found {
            units.entry(id).or_default().push(unit);
        }
    }
    let paths: Vec<&str> = rows.iter().map(|row| row.path.as_str()).collect();
    let above = if wanted.path { ancestors(&paths, conn).await? } else { HashMap::new() };
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    rows.into_iter()
        .map(|row| {
            let phone = row.contact_phone.as_ref().map(|sealed| vault.open_text(sealed)).transpose()?;
            Ok(Listing {
                administrators: administrators.remove(&row.id).unwrap_or_default(),
                units: units.remove(&row.id).unwrap_or_default(),
                path: prefixes(&row.path).iter().filter_map(|path| above.get(path).cloned()).collect(),
                phone: phone.map(|p| mask::phone(p.expose())).unwrap_or_default(),
                row,
            })
        })
        .collect()
}

async fn administrators(cx: &Cx, ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Vec<Administrator>>> {
    let held = identity::assignments(&cx.app, None, Some(ids), conn).await?;
    let who: Vec<Uuid> = held.iter().map(|a| a.account).collect();
    let accounts: HashMap<Uuid, identity::Account> =
        identity::accounts_by_ids(cx, &who, conn).await?.into_iter().map(|a| (a.id.0, a)).collect();
    let mut found: HashMap<Uuid, Vec<Administrator>> = HashMap::new();
    for assignment in held.iter().filter(|a| a.role == "org_admin" || a.role == "tenant_admin") {
        let Some(account) = accounts.get(&assignment.account) else { continue };
        found.entry(assignment.organisation).or_default().push(Administrator {
            account: account.id,
            display_name: account.display_name.clone(),
            user_name: account.user_name.clone(),
            mobile: account.mobile.clone(),
            since: assignment.since,
        });
    }
    Ok(found)
}

type SpanRow = (Uuid, Option<Uuid>, Option<String>, NaiveDate, Option<NaiveDate>);

/// The superiors these organisations have had, newest first.
pub async fn spans(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Vec<Span>>> {
    let rows: Vec<SpanRow> = organisation_parents::table
        .left_join(organisations::table.on(organisations::id.nullable().eq(organisation_parents::parent_id)))
        .filter(organisation_parents::organisation_id.eq_any(ids))
        .order((organisation_parents::organisation_id, organisation_parents::since.desc()))
        .select((
            organisation_parents::organisation_id,
            organisation_parents::parent_id,
            organisations::short_name.nullable(),
            organisation_parents::since,
            organisation_parents::until,
        ))
        .load(conn)
        .await?;
    let mut spans: HashMap<Uuid, Vec<Span>> = HashMap::new();
    for (id, parent, name, since, until) in rows {
        spans.entry(id).or_default().push(Span { parent: parent.map(Into::into).zip(name), since, until });
    }
    Ok(spans)
}

/// How many members the organisations of the reach, or of one part of it, have.
pub async fn members(reach: &Reach, under: Option<OrganisationId>, conn: &mut Conn) -> Result<i64> {
    let under = place(reach, under, conn).await?;
    let sum: Option<i64> = matching(reach, &Filter::default(), under)
        .select(diesel::dsl::sum(organisations::member_count))
        .first(conn)
        .await?;
    Ok(sum.unwrap_or_default())
}

/// The units of one organisation, in their order.
pub(super) async fn units(id: Uuid, conn: &mut Conn) -> Result<Vec<Unit>> {
    Ok(organisation_units::table
        .filter(organisation_units::organisation_id.eq(id))
        .order(organisation_units::position)
        .select(Unit::as_select())
        .load(conn)
        .await?)
}
