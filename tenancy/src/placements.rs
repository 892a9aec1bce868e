//! Placements (数据库节点): the databases that hold tenants' schemas. The control plane stands in the installation's own
//! one, which is the placement `default`; each further one has its own queue, catalogues and doors.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Permission, Result, Secret, TenantId, check};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Lanes, Mode, Space};
use crate::migrate;
use crate::portable::carrier::Carrier;
use crate::remembered::Ears;
use crate::schema::{placements, tenants};

/// The installation's own database.
pub const DEFAULT: &str = "default";

/// What kind of database a placement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One PostgreSQL server.
    Postgres,
    /// A Citus cluster that spreads whole schemas over its nodes.
    Citus,
}

impl Kind {
    /// Its name in the database and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Citus => "citus",
        }
    }

    fn of(key: &str) -> Self {
        if key == "citus" { Self::Citus } else { Self::Postgres }
    }
}

/// A placement, with the connections to it.
pub struct Place {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    pub(crate) ddl_url: String,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) ears: Arc<Ears>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

impl Place {
    /// The address of its queue: a session connection.
    pub fn queue(&self) -> &str {
        &self.ddl_url
    }

    fn met(app: &App, id: String, kind: Kind, ddl_url: String, lanes: Arc<Lanes>) -> Self {
        let ears = match kind {
            Kind::Postgres => app.remembered.listen(&ddl_url),
            // No triggers there tell of changes.
            Kind::Citus => Arc::default(),
        };
        Self { id, kind, ddl_url, lanes, ears }
    }

    /// Whether the control plane stands in the same database.
    pub fn is_home(&self) -> bool {
        self.id == DEFAULT
    }
}

/// The placements this process has met. An address that was changed counts after a restart.
#[derive(Default)]
pub(crate) struct Known(RwLock<HashMap<String, Arc<Place>>>);

impl Known {
    fn get(&self, id: &str) -> Option<Arc<Place>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn keep(&self, place: Place) -> Arc<Place> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(place.id.clone()).or_insert_with(|| Arc::new(place)).clone()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = placements)]
struct Row {
    id: String,
    kind: String,
    query_url: Option<Vec<u8>>,
    ddl_url: Option<Vec<u8>>,
}

impl Row {
    fn open(self, app: &App) -> Result<Place> {
        let url = |sealed: &Option<Vec<u8>>| sealed.as_ref().map(|url| app.keys.platform.open_text(url)).transpose();
        let lanes = match url(&self.query_url)? {
            Some(url) => Arc::new(Lanes::new(url.expose(), app.settings.connections, app.settings.statements)?),
            None => app.db.clone(),
        };
        let ddl_url = url(&self.ddl_url)?.map_or_else(|| app.ddl_url.clone(), |url| url.expose().to_owned());
        Ok(Place::met(app, self.id, Kind::of(&self.kind), ddl_url, lanes))
    }
}

/// The placement of this name.
pub(crate) async fn get(app: &App, id: &str) -> Result<Arc<Place>> {
    if let Some(place) = app.places.get(id) {
        return Ok(place);
    }
    let mut unit = app.lookups.begin(Space::Platform, Mode::Read).await?;
    let row: Option<Row> = placements::table.find(id).select(Row::as_select()).first(unit.conn()?).await.optional()?;
    unit.commit().await?;
    let row = row.ok_or_else(|| Error::refuse("NO_PLACEMENT", format!("没有名为 {id} 的数据库节点")))?;
    Ok(app.places.keep(row.open(app)?))
}

/// The placement of this name, if this process has met it.
pub(crate) fn met(app: &App, id: &str) -> Option<Arc<Place>> {
    app.places.get(id)
}

/// Where a tenant stands.
pub(crate) async fn of(app: &App, tenant: TenantId) -> Result<Arc<Place>> {
    get(app, &crate::tenants::info(app, tenant).await?.placement).await
}

/// All placements, the installation's own first.
pub async fn all(app: &App) -> Result<Vec<Arc<Place>>> {
    let mut unit = app.lookups.begin(Space::Platform, Mode::Read).await?;
    let mut rows: Vec<Row> =
        placements::table.select(Row::as_select()).order(placements::id).load(unit.conn()?).await?;
    unit.commit().await?;
    rows.sort_by_key(|row| row.id != DEFAULT);
    rows.into_iter()
        .map(|row| app.places.get(&row.id).map_or_else(|| row.open(app).map(|p| app.places.keep(p)), Ok))
        .collect()
}

/// A placement as it is registered.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Where requests and jobs go.
    pub query_url: Secret,
    /// Where schemas are made.
    pub ddl_url: Secret,
}

/// How a placement is.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Standing {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Tenants that stand there by the control plane.
    pub tenants: i64,
    /// Schemas of tenants that are there.
    pub schemas: Option<i64>,
    /// Of those the ones that the cluster spreads.
    pub spread: Option<i64>,
    /// Jobs that have used up their tries.
    pub dead_jobs: Option<i64>,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Registers a placement: its queue, roles, catalogues and doors are made, then tenants may stand there.
pub async fn add(cx: &Cx, permission: Permission, new: &Registration) -> Result<()> {
    cx.allow(permission)?;
    let app = &cx.app;
    let id = check::text("id", "名称", &new.id, 2, 30)?;
    if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(Error::invalid("id", "名称只能用小写字母、数字和连字符"));
    }
    let there: i64 = {
        let mut read = cx.read(permission).await?;
        placements::table.find(&id).count().get_result(read.conn()?).await?
    };
    if there > 0 {
        return Err(Error::invalid("id", "该名称已被使用"));
    }
    cx.close().await;
    let lanes = Arc::new(Lanes::new(new.query_url.expose(), app.settings.connections, app.settings.statements)?);
    let place = Place::met(app, id, new.kind, new.ddl_url.expose().to_owned(), lanes);
    let carrier = Carrier::open(&place.ddl_url).await?;
    if !carrier.texts("SELECT 'x' WHERE to_regclass('platform.tenants') IS NOT NULL", &[]).await?.is_empty() {
        return Err(Error::refuse("PLACEMENT_IN_USE", "该数据库已是一个系统的主库，不能登记为节点"));
    }
    if place.kind == Kind::Citus {
        let found = carrier.texts("SELECT extname::text FROM pg_extension WHERE extname = 'citus'", &[]).await?;
        if found.is_empty() {
            return Err(Error::refuse("NO_CITUS", "该数据库没有安装 citus 扩展"));
        }
    }
    migrate::placement(app, &place).await?;
    same_server(&new.query_url, &carrier).await?;
    copy_catalogues(app, &place).await?;
    let mut write = cx.write(permission).await?;
    diesel::insert_into(placements::table)
        .values((
            placements::id.eq(&place.id),
            placements::kind.eq(place.kind.key()),
            placements::query_url.eq(app.keys.platform.seal(new.query_url.expose().as_bytes())?),
            placements::ddl_url.eq(app.keys.platform.seal(new.ddl_url.expose().as_bytes())?),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("placement.added", "placement", None);
    write.audit(entry.note("placement", &*place.id).note("kind", place.kind.key())).await?;
    write.commit().await
}

/// Refuses two addresses that do not lead to the same database, and a login of requests that may do too much.
async fn same_server(query_url: &Secret, ddl: &Carrier) -> Result<()> {
    let query = Carrier::open(query_url.expose()).await?;
    let rights = query
        .texts("SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolinherit)", &[])
        .await?;
    if let Some(role) = rights.into_iter().flatten().flatten().next() {
        let words = format!("查询地址的账号 {role} 权限过大，应为 NOSUPERUSER NOINHERIT");
        return Err(Error::refuse("QUERY_LOGIN", words));
    }
    let mark = "SELECT pg_try_advisory_lock(7263452)::text";
    ddl.texts(mark, &[]).await?;
    let taken = query.texts(mark, &[]).await?;
    if taken.into_iter().flatten().flatten().next().as_deref() == Some("true") {
        return Err(Error::refuse("OTHER_DATABASE", "查询地址与建库地址不是同一个数据库"));
    }
    Ok(())
}

/// How every placement is.
pub async fn standing(cx: &Cx, permission: Permission) -> Result<Vec<Standing>> {
    let mut read = cx.read(permission).await?;
    let counted: Vec<(String, i64)> = tenants::table
        .group_by(tenants::placement)
        .select((tenants::placement, diesel::dsl::count_star()))
        .load(read.conn()?)
        .await?;
    drop(read);
    cx.close().await;
    let mut all = Vec::new();
    for place in self::all(&cx.app).await? {
        let tenants = counted.iter().find(|(id, _)| *id == place.id).map_or(0, |(_, count)| *count);
        let mut standing = Standing {
            id: place.id.clone(),
            kind: place.kind,
            tenants,
            schemas: None,
            spread: None,
            dead_jobs: None,
            faults: Vec::new(),
        };
        if let Err(error) = look(&place, &mut standing).await {
            let cause = error.cause.as_ref().map_or_else(|| error.to_string(), ToString::to_string);
            standing.faults.push(format!("无法连接: {cause}"));
        }
        all.push(standing);
    }
    Ok(all)
}

async fn look(place: &Place, standing: &mut Standing) -> Result<()> {
    let carrier = Carrier::open(&place.ddl_url).await?;
    let number = async |sql: &str| -> Result<Option<i64>> {
        let rows = carrier.texts(sql, &[]).await?;
        Ok(rows.into_iter().flatten().flatten().next().and_then(|text| text.parse().ok()))
    };
    let schemas = number("SELECT count(*)::text FROM pg_namespace WHERE nspname ~ '^t_[0-9a-f]{32}$'").await?;
    standing.schemas = schemas;
    standing.dead_jobs = number("SELECT shared.dead_job_count()::text").await?;
    if schemas.is_some_and(|schemas| schemas != standing.tenants) {
        standing.faults.push(format!(
            "登记的租户{}个，实际的 schema {}个",
            standing.tenants,
            schemas.unwrap_or_default()
        ));
    }
    if place.kind == Kind::Citus {
        let sql = "SELECT count(*)::text FROM citus_schemas WHERE schema_name::text ~ '^t_[0-9a-f]{32}$'";
        standing.spread = number(sql).await?;
        if standing.spread != schemas {
            standing.faults.push("有 schema 没有成为 Citus 分布式 schema".to_owned());
        }
    }
    let mut unit = place.lanes.begin(Space::Platform, Mode::Read).await?;
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1")).get_result::<i32>(unit.conn()?).await?;
    unit.commit().await
}

/// Brings the catalogues that every tenant reads to the other placements, where they differ.
pub async fn spread_catalogues(app: &App) -> Result<()> {
    for place in all(app).await?.iter().filter(|place| !place.is_home()) {
        if let Err(error) = copy_catalogues(app, place).await {
            tracing::warn!(placement = place.id, code = error.code, cause = ?error.cause, "catalogues not copied");
        }
    }
    Ok(())
}

async fn copy_catalogues(app: &App, place: &Place) -> Result<()> {
    let (home, there) = (Carrier::open(&app.ddl_url).await?, Carrier::open(&place.ddl_url).await?);
    home.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut held = Vec::new();
    for table in home.tables("shared").await? {
        held.push((home.take("shared", &table, None).await?, table));
    }
    // One replica at a time; the others find everything in place.
    there.run("BEGIN; SELECT pg_advisory_xact_lock(7263453)").await?;
    if there.proves("shared", held.iter().map(|(held, _)| held)).await.is_ok() {
        return Ok(());
    }
    let folder = crate::portable::scratch(app)?;
    let file = folder.file("piece");
    for (_, table) in held.iter().rev() {
        there.run(&format!("DELETE FROM shared.\"{}\"", table.name)).await?;
    }
    for (_, table) in &held {
        home.take("shared", table, Some(&file)).await?;
        there.give("shared", table, &file).await?;
    }
    there.run("COMMIT").await
}
