//! 发展党员计划: how many an organisation, with all below it, may take to the pre-review within a year.

pub(crate) mod export;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Page, PageArgs, Result};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_directory::schema::organisations;
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx};

use crate::rules::practice::QuotaRule;
use crate::schema::development_quotas as quotas;
use crate::store::Loaded;
use crate::{APPROVE, READ};

/// The step that takes a place of the plan.
pub(crate) const STEP: u8 = 13;

/// Those below an organisation `o` who were taken to the pre-review here within a year and not refused since.
const USED: &str = "(SELECT count(*) FROM own.development_records r JOIN own.development_cases c ON c.id = r.case_id \
    JOIN own.organisations b ON b.id = c.organisation_id WHERE r.step = 13 AND r.counts AND r.voided_at IS NULL \
    AND NOT coalesce((r.given->>'elsewhere')::boolean, false) \
    AND r.happened_on BETWEEN make_date($1, 1, 1) AND make_date($1, 12, 31) AND c.outcome <> 'rejected' \
    AND (b.path = o.path OR starts_with(b.path, o.path || '.')))";

/// The plan of a year.
#[derive(SimpleObject)]
pub struct DevelopmentQuota {
    organisation: OrganisationRef,
    year: i32,
    /// None where nothing was set.
    places: Option<i32>,
    /// Taken to the pre-review within the year, with all organisations below.
    used: i64,
    /// What happens when it is used up.
    rule: QuotaRule,
    /// The caller may set it.
    mine: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Nullable<Integer>)]
    places: Option<i32>,
    #[diesel(sql_type = BigInt)]
    used: i64,
}

impl Row {
    fn left(&self) -> i64 {
        i64::from(self.places.unwrap_or(i32::MAX)) - self.used
    }

    fn shown(self, year: i32, rule: QuotaRule, mine: bool) -> DevelopmentQuota {
        let organisation = (OrganisationId::from(self.id), self.name).into();
        DevelopmentQuota { organisation, year, places: self.places, used: self.used, rule, mine }
    }
}

/// The plan above a case that leaves the least on a day; held, nobody else takes the place meanwhile.
async fn tightest(loaded: &Loaded, on: NaiveDate, hold: bool, conn: &mut Conn) -> Result<Option<Row>> {
    let path = &loaded.path;
    let mut above: Vec<&str> = path.match_indices('.').filter_map(|(at, _)| path.get(..at)).collect();
    above.push(path);
    if hold {
        let year = i16::try_from(on.year()).map_err(Error::bug)?;
        let of: Vec<Uuid> = organisations::table
            .filter(organisations::path.eq_any(&above))
            .select(organisations::id)
            .load(conn)
            .await?;
        quotas::table
            .filter(quotas::year.eq(year).and(quotas::organisation_id.eq_any(of)))
            .order(quotas::organisation_id)
            .select(quotas::organisation_id)
            .for_update()
            .load::<Uuid>(conn)
            .await?;
    }
    let query = format!(
        "SELECT o.id, o.short_name AS name, o.path, q.places, {USED} AS used FROM own.development_quotas q \
         JOIN own.organisations o ON o.id = q.organisation_id WHERE q.year = $1 AND o.path = ANY ($2)"
    );
    let rows: Vec<Row> =
        diesel::sql_query(query).bind::<Integer, _>(on.year()).bind::<Array<Text>, _>(above).load(conn).await?;
    Ok(rows.into_iter().min_by_key(Row::left))
}

/// The plan that a case is up to, before it has its place.
pub(crate) async fn of_case(
    loaded: &Loaded,
    on: NaiveDate,
    mine: bool,
    conn: &mut Conn,
) -> Result<Option<DevelopmentQuota>> {
    if loaded.row.closed_at.is_some() || loaded.file.done.contains_key(&STEP) || !loaded.file.done.contains_key(&7) {
        return Ok(None);
    }
    let rule = loaded.file.practices.on(on).quota;
    Ok(tightest(loaded, on, false, conn).await?.map(|row| row.shown(on.year(), rule, mine)))
}

/// Refuses what is beyond the plan, where the tenant says so.
pub(crate) async fn keep(loaded: &Loaded, on: NaiveDate, conn: &mut Conn) -> Result<()> {
    if loaded.file.practices.on(on).quota != QuotaRule::Block {
        return Ok(());
    }
    match tightest(loaded, on, true, conn).await? {
        Some(row) if row.left() <= 0 => {
            let places = row.places.unwrap_or_default();
            let words = format!("{}{}年发展党员计划{places}名已用完，不能再预审", row.name, on.year());
            Err(Error::refuse("QUOTA_USED_UP", words).at("on"))
        }
        _ => Ok(()),
    }
}

fn year(year: i32) -> Result<i16> {
    let good = i16::try_from(year).ok().filter(|year| (2000..=2100).contains(year));
    good.ok_or_else(|| Error::invalid("year", "年份不正确"))
}

/// Plans of a year by organisation, in the order of the tree.
async fn list(places: Option<Vec<Uuid>>, year: i32, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let after: Option<String> = page.after()?;
    let query = format!(
        "SELECT o.id, o.short_name AS name, o.path, q.places, {USED} AS used FROM own.organisations o \
         LEFT JOIN own.development_quotas q ON q.organisation_id = o.id AND q.year = $1 \
         WHERE o.status = 'active' AND o.org_type NOT IN ('party_group', 'leading_group') \
         AND ($2 IS NULL OR o.id = ANY ($2)) AND ($3 IS NULL OR o.path > $3) ORDER BY o.path LIMIT $4 OFFSET $5"
    );
    let rows: Vec<Row> = diesel::sql_query(query)
        .bind::<Integer, _>(year)
        .bind::<Nullable<Array<Id>>, _>(places)
        .bind::<Nullable<Text>, _>(after)
        .bind::<BigInt, _>(page.limit())
        .bind::<BigInt, _>(page.offset())
        .load(conn)
        .await?;
    Ok(page.page(rows, |row: &Row| row.path.clone()))
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(places: Option<Vec<Uuid>>, conn: &mut Conn) -> Result<i64> {
    let query = "SELECT count(*) AS count FROM own.organisations o WHERE o.status = 'active' \
                 AND o.org_type NOT IN ('party_group', 'leading_group') AND ($1 IS NULL OR o.id = ANY ($1))";
    let found: Counted = diesel::sql_query(query).bind::<Nullable<Array<Id>>, _>(places).get_result(conn).await?;
    Ok(found.count)
}

/// True when whoever has this reach is above an organisation: a plan is set by the superior.
fn sets(reach: &Reach, path: &str) -> bool {
    path.rsplit_once('.').map_or(reach.is_all(), |(above, _)| reach.covers(above))
}

/// Sets how many places an organisation has in a year; none takes the plan away.
async fn set(cx: &Cx, id: OrganisationId, year: i16, places: Option<i32>) -> Result<()> {
    if places.is_some_and(|places| !(0..=100_000).contains(&places)) {
        return Err(Error::invalid("places", "应为0至100000名"));
    }
    let mut write = cx.write(APPROVE).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let row = organisation::get(&reach, id, write.conn()?).await?;
    if !sets(&reach, &row.path) {
        return Err(Error::refuse("NOT_SUPERIOR", "年度计划由上级党组织下达"));
    }
    let found = quotas::table.find((id.0, year));
    let before: Option<i32> = found.select(quotas::places).for_update().first(write.conn()?).await.optional()?;
    match places {
        Some(places) => {
            let values = (
                quotas::organisation_id.eq(id.0),
                quotas::year.eq(year),
                quotas::places.eq(places),
                quotas::account_name.eq(cx.actor()),
                quotas::updated_at.eq(cx.now()),
            );
            let again =
                (quotas::places.eq(places), quotas::account_name.eq(cx.actor()), quotas::updated_at.eq(cx.now()));
            diesel::insert_into(quotas::table)
                .values(values)
                .on_conflict((quotas::organisation_id, quotas::year))
                .do_update()
                .set(again)
                .execute(write.conn()?)
                .await?;
        }
        None => {
            diesel::delete(found).execute(write.conn()?).await?;
        }
    }
    let entry = Entry::new("development_quota.set", "development_quota", id.0)
        .note("organisation", row.short_name)
        .note("year", i32::from(year))
        .change("places", before, places);
    write.audit(entry).await?;
    write.commit().await
}

#[derive(Default)]
pub(crate) struct PlanQuery;

#[Object]
impl PlanQuery {
    /// Plans of a year inside the caller's scope (发展党员计划).
    async fn quotas(
        &self,
        ctx: &Context<'_>,
        year: i32,
        under: Option<OrganisationId>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<DevelopmentQuota>> {
        ctx.cx()?.allow(READ)?;
        let (cx, args, of) = (ctx.cx()?, PageArgs::new(first, after, offset)?, self::year(year)?);
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let approve = Reach::held(cx, APPROVE, read.conn()?).await?;
        let places = organisation::part(&reach, under, read.conn()?).await?;
        let rule = crate::settings::practices(read.conn()?).await?.on(cx.app.world.today()).quota;
        let total = if ctx.shows(&["totalCount"]) { Some(count(places.clone(), read.conn()?).await?) } else { None };
        let page = list(places, of.into(), &args, read.conn()?).await?;
        let nodes = page.nodes.into_iter().map(|row| {
            let mine = sets(&approve, &row.path) && approve.covers(&row.path);
            row.shown(of.into(), rule, mine)
        });
        Ok(Listed::new(Page { nodes: nodes.collect(), info: page.info }, total))
    }
}

#[derive(Default)]
pub(crate) struct PlanMutation;

#[Object(serial)]
impl PlanMutation {
    /// Sets how many places an organisation has in a year; without any the plan is taken away. The result is what was set.
    async fn set_quota(
        &self,
        ctx: &Context<'_>,
        organisation: OrganisationId,
        year: i32,
        places: Option<i32>,
    ) -> Result<Option<i32>> {
        ctx.cx()?.allow(APPROVE)?;
        set(ctx.cx()?, organisation, self::year(year)?, places).await?;
        Ok(places)
    }
}
