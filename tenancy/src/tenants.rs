//! The tenants of the installation (租户): what the control plane knows of them.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, TenantId};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, PATIENCE, Space};
use crate::keys::Vault;
use crate::life::{Life, Spans, Term};
use crate::schema::{moves, tenants};

/// A tenant as requests need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Short name for links.
    pub slug: String,
    /// 入驻党组织名称.
    pub name: String,
    /// Entitled modules.
    pub modules: Vec<String>,
    /// Made-up data only.
    pub demo: bool,
    /// Ready for its people.
    pub active: bool,
    /// What decides whether they may use it.
    pub term: Term,
    /// Where its schema stands.
    pub placement: String,
    /// On its way to another placement: nothing changes for the moment.
    pub moving: bool,
}

/// A tenant as the operator sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tenants)]
pub struct TenantRow {
    /// Its id.
    pub id: Uuid,
    /// Short name for links.
    pub slug: String,
    /// 入驻党组织名称.
    pub name: String,
    /// `provisioning`, `active`, `failed` or `maintenance`.
    pub state: String,
    /// What was sold.
    pub plan: String,
    /// Entitled modules.
    pub modules: Vec<String>,
    /// Sold places.
    pub seats: i32,
    /// Made-up data only.
    pub demo: bool,
    /// Why it failed or is in maintenance.
    pub error: Option<String>,
    /// Progress of activation.
    pub percent: i16,
    /// What is being done.
    pub step: String,
    /// The administrator's sign-in name, masked when a mobile.
    pub administrator: Option<String>,
    /// When the code was used.
    pub created_at: DateTime<Utc>,
    /// When it was ready.
    pub activated_at: Option<DateTime<Utc>>,
    /// Last day of use.
    pub expires_on: Option<NaiveDate>,
    /// When an operator suspended it.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Why.
    pub suspend_reason: Option<String>,
    /// When an operator closed it.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why.
    pub close_reason: Option<String>,
    /// Where its schema stands.
    pub placement: String,
    /// What its schema is up to.
    pub schema_version: Option<String>,
    /// `canary` or `stable`: when it is brought up to date.
    pub ring: String,
    /// The step at which the last try stopped.
    pub failed_step: Option<String>,
    /// When it was brought up to date.
    pub migrated_at: Option<DateTime<Utc>>,
}

impl TenantRow {
    /// What decides where it stands in its life.
    pub fn term(&self) -> Term {
        Term { expires_on: self.expires_on, suspended: self.suspended_at.is_some(), closed: self.closed_at.is_some() }
    }
}

/// Which tenants the operator looks for.
#[derive(Debug, Clone, Default)]
pub struct TenantFilter {
    /// One state.
    pub state: Option<String>,
    /// Where it stands in its life.
    pub life: Option<Life>,
    /// Part of the name, or the short name.
    pub search: Option<String>,
}

/// The operator's list of tenants, newest first.
pub async fn list(cx: &Cx, permission: Permission, filter: &TenantFilter, page: &PageArgs) -> Result<Page<TenantRow>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let mut query = matching(cx, filter)
        .select(TenantRow::as_select())
        .order(tenants::id.desc())
        .limit(page.limit())
        .offset(page.offset());
    if let Some(after) = after {
        query = query.filter(tenants::id.lt(after));
    }
    let rows = query.load(read.conn()?).await?;
    Ok(page.page(rows, |row| row.id))
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission, filter: &TenantFilter) -> Result<i64> {
    Ok(matching(cx, filter).count().get_result(cx.read(permission).await?.conn()?).await?)
}

/// One tenant for the operator.
pub async fn get(cx: &Cx, permission: Permission, id: TenantId) -> Result<TenantRow> {
    let mut read = cx.read(permission).await?;
    Ok(tenants::table.find(id.0).select(TenantRow::as_select()).first(read.conn()?).await?)
}

/// One tenant by its id or short name, as commands are told it.
pub async fn find(cx: &Cx, permission: Permission, word: &str) -> Result<TenantRow> {
    let mut read = cx.read(permission).await?;
    let query = tenants::table.select(TenantRow::as_select()).into_boxed();
    let query = match word.parse::<Uuid>() {
        Ok(id) => query.filter(tenants::id.eq(id)),
        Err(_) => query.filter(tenants::slug.eq(word.to_owned())),
    };
    Ok(query.first(read.conn()?).await?)
}

/// Several tenants at once, for lists that name them.
pub async fn by_ids(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<TenantRow>> {
    Ok(tenants::table.filter(tenants::id.eq_any(ids)).select(TenantRow::as_select()).load(conn).await?)
}

type Boxed = tenants::BoxedQuery<'static, diesel::pg::Pg>;

fn matching(cx: &Cx, filter: &TenantFilter) -> Boxed {
    let mut query = tenants::table.into_boxed();
    if let Some(state) = &filter.state {
        query = query.filter(tenants::state.eq(state.clone()));
    }
    if let Some(life) = filter.life {
        query = query.filter(standing(life, Spans::of(&cx.app.settings), cx.app.world.today()));
    }
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        query = query.filter(tenants::name.like(contains(search)).or(tenants::slug.eq(search.to_lowercase())));
    }
    query
}

/// The same as [`crate::life::life`], as a condition.
fn standing(life: Life, spans: Spans, today: NaiveDate) -> Condition {
    let back = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let readable = u64::from(spans.grace) + u64::from(spans.read_only);
    let (grace, readable) = (back(spans.grace.into()), back(readable));
    let open = tenants::closed_at.is_null().and(tenants::suspended_at.is_null());
    let day = tenants::expires_on;
    match life {
        Life::Active => Box::new(open.and(day.is_null().or(day.assume_not_null().ge(today)))),
        Life::Grace => Box::new(open.and(day.is_not_null().and(day.assume_not_null().between(grace, before(today))))),
        Life::ReadOnly => {
            Box::new(open.and(day.is_not_null().and(day.assume_not_null().between(readable, before(grace)))))
        }
        Life::Suspended => Box::new(
            tenants::closed_at
                .is_null()
                .and(tenants::suspended_at.is_not_null().or(day.is_not_null().and(day.assume_not_null().lt(readable)))),
        ),
        Life::Closed => Box::new(tenants::closed_at.is_not_null()),
    }
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

type Condition = Box<dyn BoxableExpression<tenants::table, diesel::pg::Pg, SqlType = diesel::sql_types::Bool>>;

/// A LIKE pattern that finds `text` anywhere, its own wildcards taken literally.
pub fn contains(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// The tenant's facts for requests, at most a second old.
pub async fn info(app: &App, id: TenantId) -> Result<Arc<Tenant>> {
    if let Some(tenant) = app.tenants.get(&id).await {
        return Ok(tenant);
    }
    app.asked.insert(id, ()).await;
    let turn = tokio::time::timeout(PATIENCE, app.asking.lock()).await.map_err(Error::unavailable)?;
    if let Some(tenant) = app.tenants.get(&id).await {
        return Ok(tenant);
    }
    // All that are in use run out together: with many tenants one question a second, and not one a request.
    let due = app.asked.iter().map(|(id, ())| *id).filter(|id| !app.tenants.contains_key(id));
    let ids: Vec<Uuid> = std::iter::once(id).chain(due).map(|id| id.0).collect();
    let mut unit = app.lookups.begin(Space::Platform, Mode::Read).await?;
    let rows = by_ids(&ids, unit.conn()?).await?;
    // From its locks on, nobody writes to one that is being moved.
    let moving: Vec<Uuid> = moves::table
        .filter(moves::tenant_id.eq_any(&ids).and(moves::step.ne("leaving")))
        .select(moves::tenant_id)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    let mut found = None;
    for row in rows {
        let moving = moving.contains(&row.id);
        let held = app.held.holds(&row);
        let tenant = Tenant::from(row);
        let tenant = Arc::new(Tenant { moving, active: tenant.active && !held, ..tenant });
        if tenant.id == id {
            found = Some(tenant.clone());
        }
        // One that is not ready yet is asked for again: it may be by now, and its first administrator is at the door.
        if tenant.active {
            app.tenants.insert(tenant.id, tenant).await;
        }
    }
    drop(turn);
    found.ok_or_else(Error::missing)
}

impl From<TenantRow> for Tenant {
    fn from(row: TenantRow) -> Self {
        Self {
            id: row.id.into(),
            term: row.term(),
            active: row.state == "active",
            slug: row.slug,
            name: row.name,
            modules: row.modules,
            demo: row.demo,
            placement: row.placement,
            moving: false,
        }
    }
}

/// The key that opens a tenant's sealed columns.
pub async fn vault(app: &App, id: TenantId) -> Result<Arc<Vault>> {
    if let Some(vault) = app.vaults.get(&id).await {
        return Ok(vault);
    }
    let mut unit = app.lookups.begin(Space::Platform, Mode::Read).await?;
    let wrapped: Vec<u8> = tenants::table.find(id.0).select(tenants::wrapped_key).first(unit.conn()?).await?;
    unit.commit().await?;
    let vault = Arc::new(app.keys.tenant(&wrapped)?);
    app.vaults.insert(id, vault.clone()).await;
    Ok(vault)
}

diesel::define_sql_function! {
    /// Renames the tenant of the running transaction.
    #[sql_name = "shared.rename_tenant"]
    fn rename_tenant(name: diesel::sql_types::Text) -> diesel::sql_types::Bool;
}

/// Changes the name under which the organisation joined (PC-1.1b).
pub async fn rename(cx: &Cx, permission: Permission, name: &str) -> Result<Arc<Tenant>> {
    let name = zhibu_core::check::text("name", "入驻党组织名称", name, 2, 100)?;
    let id = cx.identity()?.tenant.id;
    let before = cx.identity()?.tenant.name.clone();
    let mut write: Write<'_> = cx.write(permission).await?;
    write.audit(Entry::new("tenant.renamed", "tenant", id.0).change("name", before, name.clone())).await?;
    let found: bool = match write.away().await? {
        Some((tenant, conn)) => {
            diesel::update(tenants::table.find(tenant.0)).set(tenants::name.eq(&name)).execute(conn).await? > 0
        }
        None => diesel::select(rename_tenant(&name)).get_result(write.conn()?).await?,
    };
    if !found {
        return Err(Error::missing());
    }
    write.commit().await?;
    cx.app.tenants.invalidate(&id).await;
    info(&cx.app, id).await
}

/// Marks a tenant as one with made-up data only.
pub async fn mark_demo(cx: &Cx, id: TenantId) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    diesel::update(tenants::table.find(id.0)).set(tenants::demo.eq(true)).execute(write.conn()?).await?;
    write.audit(Entry::new("tenant.demo", "tenant", id.0)).await?;
    write.commit().await
}

/// How many members the tenant may have. With `hold` until the end of the transaction, so that additions which count
/// what there is wait for each other.
pub async fn seats(write: &mut Write<'_>, hold: bool) -> Result<i32> {
    use crate::schema::policy;
    let seats = policy::table.find(1i16).select(policy::seats);
    Ok(if hold { seats.for_no_key_update().first(write.conn()?).await? } else { seats.first(write.conn()?).await? })
}
