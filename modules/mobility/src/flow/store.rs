//! Queries on floating members and on those out of contact.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, FlowId, LostCaseId, OrganisationId, Page, PageArgs, Result, check};
use zhibu_directory::member::rules as names;
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::{Conn, Cx, tenants};

use super::model::{ContactRow, FlowKind, FlowRow, FlowStatus, LostRow, LostState};
use crate::schema::{flows, lost_cases, mobility_contacts as contacts};

/// Which floating members are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    pub search: Option<String>,
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// 流动类型
    pub kind: Option<FlowKind>,
    /// 流动状态
    pub status: Option<FlowStatus>,
    /// Dictionary `flow_direction`.
    pub direction: Option<String>,
    /// Without contact since before this day.
    pub silent: Option<NaiveDate>,
    /// Expected back before this day.
    pub overdue: Option<NaiveDate>,
    /// Those that have ended, instead of those that go on.
    pub closed: bool,
}

type Boxed = flows::BoxedQuery<'static, Pg>;

async fn matching(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let mut query = flows::table.into_boxed();
    query = if filter.closed {
        query.filter(flows::closed_at.is_not_null())
    } else {
        query.filter(flows::closed_at.is_null())
    };
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(flows::organisation_id.eq_any(places));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let number = check::id_number(text, cx.app.world.today(), true).ok();
        query = match (check::mobile(text), number) {
            (Some(mobile), _) => query.filter(flows::mobile_index.eq(vault.blind(&mobile))),
            (None, Some(number)) => query.filter(flows::id_index.eq(vault.blind(&number.text))),
            (None, None) => query.filter(flows::search.contains(vec![names::search_key(text)])),
        };
    }
    if let Some(kind) = filter.kind {
        query = query.filter(flows::kind.eq(kind.code()));
    }
    if let Some(status) = filter.status {
        query = query.filter(flows::status.eq(status.code()));
    }
    if let Some(direction) = filter.direction.clone() {
        query = query.filter(flows::direction.eq(direction));
    }
    if let Some(day) = filter.silent {
        query = query.filter(flows::contacted_on.lt(day));
    }
    if let Some(day) = filter.overdue {
        query = query.filter(flows::expected_on.lt(day));
    }
    Ok(query)
}

/// One page of the floating members, those unheard of for longest first.
pub async fn list(cx: &Cx, reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<FlowRow>> {
    let mut query = matching(cx, reach, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
        query = query.filter(flows::contacted_on.ge(day)).filter(flows::contacted_on.gt(day).or(flows::id.gt(id)));
    }
    let rows = query.order((flows::contacted_on, flows::id)).select(FlowRow::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &FlowRow| (row.contacted_on, row.id)))
}

/// How many match.
pub async fn count(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(cx, reach, filter, conn).await?.count().get_result(conn).await?)
}

/// One record inside the reach; outside looks like not there. `hold` locks it for the transaction.
pub async fn load(reach: &Reach, id: FlowId, hold: bool, conn: &mut Conn) -> Result<FlowRow> {
    let found = flows::table.find(id.0).select(FlowRow::as_select());
    let row: Option<FlowRow> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    let at = row.as_ref().map(|row| row.organisation_id).unwrap_or_default();
    let place = organisation::places(&[at], conn).await?.remove(&at);
    place.filter(|(_, path)| reach.covers(path)).ok_or_else(Error::missing)?;
    row.ok_or_else(Error::missing)
}

/// The contacts of a floating member, newest first.
pub async fn contacts_of(flow: Uuid, conn: &mut Conn) -> Result<Vec<ContactRow>> {
    let found =
        contacts::table.filter(contacts::flow_id.eq(flow)).order((contacts::happened_on.desc(), contacts::id.desc()));
    Ok(found.limit(200).select(ContactRow::as_select()).load(conn).await?)
}

async fn contacts_matching(
    cx: &Cx,
    reach: &Reach,
    filter: &Filter,
    conn: &mut Conn,
) -> Result<contacts::BoxedQuery<'static, Pg>> {
    let with = matching(cx, reach, filter, conn).await?.select(flows::id.nullable());
    Ok(contacts::table.filter(contacts::flow_id.eq_any(with)).into_boxed())
}

/// One page of the contacts with the floating members that match, each with whose it is, the last recorded first.
pub async fn all_contacts(
    cx: &Cx,
    reach: &Reach,
    filter: &Filter,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<(FlowRow, ContactRow)>> {
    let mut query = contacts_matching(cx, reach, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(contacts::id.lt(after));
    }
    let query = query.order(contacts::id.desc()).select((contacts::flow_id, ContactRow::as_select()));
    let rows: Vec<(Option<Uuid>, ContactRow)> = query.load(conn).await?;
    let page = page.page(rows, |(_, row)| row.id);
    let of: Vec<Uuid> = page.nodes.iter().filter_map(|(flow, _)| *flow).collect();
    let of = flows::table.filter(flows::id.eq_any(of)).select(FlowRow::as_select()).load(conn).await?;
    let of: HashMap<Uuid, FlowRow> = of.into_iter().map(|row: FlowRow| (row.id, row)).collect();
    let nodes = page.nodes.into_iter().filter_map(|(flow, row)| Some((of.get(&flow?)?.clone(), row)));
    Ok(Page { nodes: nodes.collect(), info: page.info })
}

/// How many there are.
pub async fn count_contacts(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(contacts_matching(cx, reach, filter, conn).await?.count().get_result(conn).await?)
}

/// Numbers of floating members.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Summary {
    /// 流出
    #[diesel(sql_type = BigInt)]
    pub out: i64,
    /// 流入, counted for themselves and in no branch's total
    #[diesel(sql_type = BigInt)]
    pub come_in: i64,
    /// Without contact for 90 days.
    #[diesel(sql_type = BigInt)]
    pub silent: i64,
    /// Without contact for 180 days.
    #[diesel(sql_type = BigInt)]
    pub very_silent: i64,
    /// Expected back before today.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
}

/// Floating members of a reach in numbers.
pub async fn summary(places: Option<Vec<Uuid>>, today: NaiveDate, conn: &mut Conn) -> Result<Summary> {
    let query = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE kind = 'out') AS out, count(*) FILTER (WHERE kind = 'in') AS come_in, \
         count(*) FILTER (WHERE contacted_on < $2 - 90 AND contacted_on >= $2 - 180) AS silent, \
         count(*) FILTER (WHERE contacted_on < $2 - 180) AS very_silent, \
         count(*) FILTER (WHERE expected_on < $2) AS overdue FROM own.flows \
         WHERE closed_at IS NULL AND ($1 IS NULL OR organisation_id = ANY ($1))",
    );
    Ok(query.bind::<Nullable<Array<Id>>, _>(places).bind::<Date, _>(today).get_result(conn).await?)
}

/// Which lost members are looked for.
#[derive(Debug, Clone, Default)]
pub struct LostFilter {
    /// Part of the name or its pinyin.
    pub search: Option<String>,
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// How the case stands.
    pub state: Option<LostState>,
    /// Those that have ended, instead of those that go on.
    pub closed: bool,
}

async fn lost_matching(
    reach: &Reach,
    filter: &LostFilter,
    conn: &mut Conn,
) -> Result<lost_cases::BoxedQuery<'static, Pg>> {
    let mut query = lost_cases::table.into_boxed();
    query = if filter.closed {
        query.filter(lost_cases::closed_at.is_not_null())
    } else {
        query.filter(lost_cases::closed_at.is_null())
    };
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(lost_cases::organisation_id.eq_any(places));
    }
    if let Some(state) = filter.state {
        query = query.filter(lost_cases::state.eq(state.code()));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        query = query.filter(lost_cases::search.contains(vec![names::search_key(text)]));
    }
    Ok(query)
}

/// One page of the lost members, those lost for longest first.
pub async fn lost(reach: &Reach, filter: &LostFilter, page: &PageArgs, conn: &mut Conn) -> Result<Page<LostRow>> {
    let mut rows = lost_matching(reach, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
        rows = rows.filter(lost_cases::lost_on.ge(day)).filter(lost_cases::lost_on.gt(day).or(lost_cases::id.gt(id)));
    }
    let rows = rows.order((lost_cases::lost_on, lost_cases::id)).select(LostRow::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &LostRow| (row.lost_on, row.id)))
}

/// How many there are.
pub async fn count_lost(reach: &Reach, filter: &LostFilter, conn: &mut Conn) -> Result<i64> {
    Ok(lost_matching(reach, filter, conn).await?.count().get_result(conn).await?)
}

/// One case inside the reach. `hold` locks it for the transaction.
pub async fn lost_one(reach: &Reach, id: LostCaseId, hold: bool, conn: &mut Conn) -> Result<LostRow> {
    let found = lost_cases::table.find(id.0).select(LostRow::as_select());
    let row: Option<LostRow> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    let at = row.as_ref().map(|row| row.organisation_id).unwrap_or_default();
    let place = organisation::places(&[at], conn).await?.remove(&at);
    place.filter(|(_, path)| reach.covers(path)).ok_or_else(Error::missing)?;
    row.ok_or_else(Error::missing)
}

/// What was tried and decided about a lost member, newest first.
pub async fn contacts_of_lost(case: Uuid, conn: &mut Conn) -> Result<Vec<ContactRow>> {
    let found =
        contacts::table.filter(contacts::lost_id.eq(case)).order((contacts::happened_on.desc(), contacts::id.desc()));
    Ok(found.limit(200).select(ContactRow::as_select()).load(conn).await?)
}

/// Lost members about whom something could be decided today.
pub async fn decidable(places: Option<Vec<Uuid>>, today: NaiveDate, conn: &mut Conn) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = diesel::sql_query(
        "SELECT count(*) AS count FROM own.lost_cases WHERE closed_at IS NULL AND ($1 IS NULL OR organisation_id = ANY ($1)) \
         AND (CASE state WHEN 'open' THEN lost_on + interval '6 months' ELSE suspended_on + interval '24 months' END) < $2",
    );
    let found: Found = query.bind::<Nullable<Array<Id>>, _>(places).bind::<Date, _>(today).get_result(conn).await?;
    Ok(found.count)
}
