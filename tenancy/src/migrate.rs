//! Schema history: platform first, then tenants in bounded parallel; one history per module, recorded in the
//! transaction of its statements; an up-to-date tenant costs no connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use uuid::Uuid;
use zhibu_core::{Error, Migration, Result, TenantId, migration};

use crate::app::App;
use crate::db::{Conn, Space, role, schema};
use crate::fleet::{self, Known, Ring};
use crate::keys::{hash, hex};
use crate::module::{Module, Registry};
use crate::placements::{self, Kind, Place};
use crate::schema::tenants;

const PLATFORM: &[Migration] = &[
    migration!("../migrations/platform", "0001_init"),
    migration!("../migrations/platform", "0002_exports"),
    migration!("../migrations/platform", "0003_audit"),
    migration!("../migrations/platform", "0004_deliveries"),
    migration!("../migrations/platform", "0005_life"),
    migration!("../migrations/platform", "0006_sso"),
    migration!("../migrations/platform", "0007_placements"),
    migration!("../migrations/platform", "0010_fleet"),
    migration!("../migrations/platform", "0011_support"),
    migration!("../migrations/platform", "0012_quotas"),
    migration!("../migrations/platform", "0013_sms"),
    migration!("../migrations/platform", "0014_letters"),
    migration!("../migrations/platform", "0015_environment"),
    migration!("../migrations/platform", "0016_mini"),
    migration!("../migrations/platform", "0017_feedback"),
    migration!("../migrations/platform", "0018_calls"),
];
const SETUP: &str = include_str!("../../migrations/platform/setup.sql");
const FUNCTIONS: &str = include_str!("../../migrations/platform/functions.sql");
const RECORD: &str = "CREATE TABLE IF NOT EXISTS migration (module text NOT NULL, version text NOT NULL, \
    hash text NOT NULL, at timestamptz NOT NULL, CONSTRAINT migration_key PRIMARY KEY (module, version))";
/// More workers than cores do not help.
const WORKERS: usize = 4;
/// A connection is left after so many tenants: the server's process remembers every table it has made.
const TENANTS: usize = 100;

/// What a run over all tenants did.
#[derive(Debug, Default, Clone, serde::Serialize)]
pub struct Report {
    /// Tenants brought up to date.
    pub migrated: Vec<Uuid>,
    /// Tenants that failed and are in maintenance, with the reason.
    pub failed: Vec<(Uuid, String)>,
    /// Tenants that needed nothing.
    pub current: usize,
    /// Tenants of the stable ring that wait for the canary ring.
    pub held: Vec<Uuid>,
    /// Tenants that needed nothing and yet are in maintenance, with their names: a restoration was cut off.
    pub shut: Vec<(Uuid, String)>,
}

/// Why a history went no further.
pub(crate) struct Stopped {
    /// The step, as module/step.
    step: Option<String>,
    error: Error,
}

impl<E: Into<Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self { step: None, error: error.into() }
    }
}

/// A connection that may make schemas.
pub(crate) async fn ddl(url: &str) -> Result<AsyncPgConnection> {
    let mut conn = AsyncPgConnection::establish(url).await.map_err(Error::unavailable)?;
    conn.batch_execute("SET lock_timeout = '5s'; SET statement_timeout = '120s'; SET client_min_messages = 'warning'")
        .await?;
    Ok(conn)
}

/// Brings the control plane and the shared catalogues up to date. Safe to run on several replicas at once.
pub async fn platform(app: &Arc<App>) -> Result<()> {
    // Making a worker brings the queue's schema up to date; the doors below look into it.
    crate::jobs::worker(app, &app.ddl_url, 1).await?;
    foundation(app, &app.ddl_url, PLATFORM).await?;
    for place in placements::all(app).await?.iter().filter(|place| !place.is_home()) {
        // One that is down is its tenants' trouble only.
        if let Err(error) = placement(app, place).await {
            tracing::error!(placement = place.id, code = error.code, cause = ?error.cause, "placement not prepared");
        }
    }
    Ok(())
}

/// Brings a further placement's queue, catalogues and doors up to date.
pub(crate) async fn placement(app: &Arc<App>, place: &Place) -> Result<()> {
    crate::jobs::worker(app, &place.ddl_url, 1).await?;
    foundation(app, &place.ddl_url, &[]).await
}

/// Roles, catalogues and doors; with the control plane's history also the control plane.
async fn foundation(app: &App, url: &str, control: &[Migration]) -> Result<()> {
    let mut conn = ddl(url).await?;
    conn.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(7263451)").await?;
    conn.batch_execute(SETUP).await?;
    conn.batch_execute("SET LOCAL ROLE zhibu_platform; SET LOCAL search_path TO platform").await?;
    let applied = applied(&mut conn).await?;
    apply(&mut conn, &applied, "platform", control).await.map_err(|stopped| stopped.error)?;
    for module in &app.registry.modules {
        let history = format!("shared/{}", module.key);
        apply(&mut conn, &applied, &history, module.shared).await.map_err(|stopped| stopped.error)?;
    }
    if !control.is_empty() {
        right_key(app, &mut conn).await?;
    }
    conn.batch_execute("RESET ROLE; SET LOCAL search_path TO public").await?;
    conn.batch_execute(FUNCTIONS).await?;
    conn.batch_execute("COMMIT").await?;
    Ok(())
}

/// Refuses a master key other than the one this database was first opened with: nothing sealed would open, nobody
/// would be found, and names would be given twice.
async fn right_key(app: &App, conn: &mut AsyncPgConnection) -> Result<()> {
    let mark = app.keys.mac("installation", b"");
    diesel::sql_query("INSERT INTO installation (id, key_check) VALUES (1, $1) ON CONFLICT DO NOTHING")
        .bind::<Binary, _>(&mark)
        .execute(conn)
        .await?;
    let known: Mark = diesel::sql_query("SELECT key_check FROM installation WHERE id = 1").get_result(conn).await?;
    if known.key_check == mark {
        Ok(())
    } else {
        Err(Error::refuse("KEYS", "主密钥与数据库不匹配，请恢复原来的 keys.json"))
    }
}

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = Binary)]
    key_check: Vec<u8>,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    module: String,
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// The steps that the present schema has behind it.
async fn applied(conn: &mut AsyncPgConnection) -> Result<Vec<Applied>> {
    Ok(diesel::sql_query("SELECT module, version, hash FROM migration").load(conn).await?)
}

/// Applies what is missing of one history into the present schema. A step that was changed after it was applied
/// stops everything.
async fn apply(
    conn: &mut AsyncPgConnection,
    applied: &[Applied],
    module: &str,
    history: &[Migration],
) -> Result<(), Stopped> {
    for step in history {
        let digest = fingerprint(step);
        match applied.iter().find(|a| a.module == module && a.version == step.version) {
            Some(known) if known.hash == digest => {}
            Some(_) => {
                let error = Error::bug(format!("{module}/{} was changed after it was applied", step.version));
                return Err(stopped(module, step, error));
            }
            None => conn.batch_execute(&recorded(module, step)).await.map_err(|e| stopped(module, step, e.into()))?,
        }
    }
    Ok(())
}

fn stopped(module: &str, step: &Migration, error: Error) -> Stopped {
    Stopped { step: Some(format!("{module}/{}", step.version)), error }
}

/// Hash over the histories of the modules a tenant has: equal means nothing to do.
pub(crate) fn version(registry: &Registry, entitled: &[String]) -> String {
    let mut text = String::new();
    for module in registry.of(entitled) {
        for step in module.tenant {
            text.push_str(&format!("{}/{}/{}\n", module.key, step.version, fingerprint(step)));
        }
    }
    hex(&hash(text.as_bytes()))
}

/// Makes or completes the schema of a tenant in one transaction and returns its version.
pub(crate) async fn tenant(app: &App, id: TenantId, modules: &[&'static Module]) -> Result<()> {
    let place = placements::of(app, id).await?;
    let mut conn = ddl(&place.ddl_url).await?;
    steps(&mut conn, &place, id, modules).await.map_err(|stopped| stopped.error)
}

/// Connections that go from one tenant to the next: opening one costs more than most steps.
#[derive(Default)]
struct Handed(Mutex<Vec<(AsyncPgConnection, String, usize)>>);

impl Handed {
    /// Brings a tenant up to date. A connection on which that failed goes with its transaction.
    async fn bring(&self, app: &App, id: TenantId, modules: &[&'static Module]) -> Result<(), Stopped> {
        let place = placements::of(app, id).await?;
        let kept = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let found = all.iter().position(|(_, at, _)| *at == place.id);
            found.map(|n| all.swap_remove(n))
        };
        let (mut conn, at, tenants) = match kept {
            Some(kept) => kept,
            None => (ddl(&place.ddl_url).await?, place.id.clone(), 0),
        };
        steps(&mut conn, &place, id, modules).await?;
        if tenants < TENANTS {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((conn, at, tenants + 1));
        }
        Ok(())
    }
}

/// Makes or completes a schema, and tells where it stopped.
async fn steps(
    conn: &mut AsyncPgConnection,
    place: &Place,
    id: TenantId,
    modules: &[&'static Module],
) -> Result<(), Stopped> {
    let schema = schema(Space::Tenant(id));
    let start = format!(
        "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{schema}', 0)); {}",
        bare(place.kind, &schema, &role(Space::Tenant(id)))
    );
    conn.batch_execute(&start).await?;
    let applied = applied(conn).await?;
    for module in modules {
        apply(conn, &applied, module.key, module.tenant).await?;
    }
    conn.batch_execute("COMMIT").await?;
    if place.kind == Kind::Citus {
        spread(conn, &schema).await?;
    }
    Ok(())
}

/// Refuses a new schema of a cluster that would stay on one node.
pub(crate) async fn checked(place: &Place, schema: &str) -> Result<()> {
    match place.kind {
        Kind::Postgres => Ok(()),
        Kind::Citus => spread(&mut ddl(&place.ddl_url).await?, schema).await,
    }
}

/// The statements that make a tenant's role and bare schema unless they are there, and step inside.
fn bare(kind: Kind, schema: &str, role: &str) -> String {
    // The nodes of a cluster connect to each other as the tenant's role. New schemas are spread in this session only:
    // set for all, the queue's schema would become a tenant.
    let (login, spread) = match kind {
        Kind::Postgres => ("NOLOGIN", ""),
        Kind::Citus => ("LOGIN", "SET LOCAL citus.enable_schema_based_sharding TO on; "),
    };
    format!(
        "{spread}DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN \
         CREATE ROLE {role} {login} IN ROLE zhibu_tenant; END IF; END $$; \
         GRANT {role} TO zhibu_app; CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}; \
         SET LOCAL ROLE {role}; SET LOCAL search_path TO {schema}; {RECORD}"
    )
}

/// The statements that make a schema as it was after these steps, for a transaction that has begun; `role` owns it.
pub(crate) fn script(kind: Kind, schema: &str, role: &str, steps: &[(&str, &Migration)]) -> String {
    let mut script = bare(kind, schema, role);
    for (module, step) in steps {
        script.push_str(&format!("; {}", recorded(module, step)));
    }
    script.push_str("; RESET ROLE; SET LOCAL search_path TO ''");
    script
}

/// A step and the record of it.
fn recorded(module: &str, step: &Migration) -> String {
    let (up, digest) = (step.up.trim_end().trim_end_matches(';'), fingerprint(step));
    format!("{up}; INSERT INTO migration VALUES ('{module}', '{}', '{digest}', now())", step.version)
}

/// What a step is recognised by.
pub(crate) fn fingerprint(step: &Migration) -> String {
    hex(&hash(step.up.as_bytes()))
}

/// Refuses a schema that the cluster did not take as one to be spread: it would stay on one node, silently.
async fn spread(conn: &mut AsyncPgConnection, schema: &str) -> Result<()> {
    let found: i64 = diesel::select(
        diesel::dsl::sql::<diesel::sql_types::BigInt>("(SELECT count(*) FROM citus_schemas WHERE schema_name::text = ")
            .bind::<Text, _>(schema)
            .sql(")"),
    )
    .get_result(conn)
    .await?;
    if found == 1 {
        Ok(())
    } else {
        Err(Error::refuse("NOT_SPREAD", format!("{schema} 没有成为 Citus 分布式 schema")))
    }
}

/// Takes a module's tables out of a tenant's schema, newest step first.
pub(crate) async fn remove(app: &App, id: TenantId, module: &Module) -> Result<()> {
    let (schema, role) = (schema(Space::Tenant(id)), role(Space::Tenant(id)));
    let mut conn = ddl(&placements::of(app, id).await?.ddl_url).await?;
    conn.batch_execute(&format!(
        "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{schema}', 0)); \
         SET LOCAL ROLE {role}; SET LOCAL search_path TO {schema}"
    ))
    .await?;
    let applied = applied(&mut conn).await?;
    let is_applied = |step: &Migration| applied.iter().any(|a| a.module == module.key && a.version == step.version);
    for step in module.tenant.iter().rev().filter(|step| is_applied(step)) {
        conn.batch_execute(step.down).await?;
        diesel::sql_query("DELETE FROM migration WHERE module = $1 AND version = $2")
            .bind::<Text, _>(module.key)
            .bind::<Text, _>(step.version)
            .execute(&mut conn)
            .await?;
    }
    conn.batch_execute("COMMIT").await?;
    Ok(())
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Everybody: the canary ring, then the others.
    All,
    /// One ring.
    Ring(Ring),
    /// One tenant, whatever its ring.
    One(TenantId),
}

/// Brings every tenant up to date. A failing one goes to maintenance, the rest of its ring go on; a killed run is taken up
/// by the next.
pub async fn tenants(app: &Arc<App>, tell: impl Fn(usize, usize) + Sync) -> Result<Report> {
    over(app, Chosen::All, tell).await
}

/// Brings the chosen tenants up to date, those of the canary ring first. As long as one of these is behind, nobody of
/// the stable ring is touched; this program then does not serve them, the one before still may.
pub async fn over(app: &Arc<App>, chosen: Chosen, tell: impl Fn(usize, usize) + Sync) -> Result<Report> {
    let mut conn = Conn::on_platform(&app.ddl_url).await?;
    let all = fleet::known(app, &mut conn).await?;
    let wanted = |one: &Known| match chosen {
        Chosen::All => true,
        Chosen::Ring(ring) => one.ring == ring,
        Chosen::One(tenant) => one.id == tenant.0,
    };
    let shut: Vec<_> = all.iter().filter(|one| wanted(one)).filter_map(Known::shut).collect();
    let current = all.iter().filter(|one| one.is_current() && wanted(one)).count() - shut.len();
    let mut report = Report { current, shut, ..Report::default() };
    let (canary, stable): (Vec<_>, Vec<_>) =
        all.into_iter().filter(|one| !one.is_current()).partition(|one| one.ring == Ring::Canary);
    let due = canary.iter().chain(&stable).filter(|one| wanted(one)).count();
    let (turn, left) = canary.into_iter().partition::<Vec<_>, _>(&wanted);
    bring(app, turn, &mut conn, &mut report, &|done| tell(done, due)).await?;
    if report.failed.is_empty() && left.is_empty() {
        let (turn, _) = stable.into_iter().partition::<Vec<_>, _>(&wanted);
        bring(app, turn, &mut conn, &mut report, &|done| tell(done, due)).await?;
    } else {
        report.held = stable.iter().filter(|one| wanted(one)).map(|one| one.id).collect();
        app.held.hold(stable);
    }
    Ok(report)
}

/// Brings these up to date, some at a time; how it went is written down meanwhile, for several at once.
async fn bring(
    app: &Arc<App>,
    turn: Vec<Known>,
    conn: &mut Conn,
    report: &mut Report,
    tell: &(impl Fn(usize) + Sync),
) -> Result<()> {
    let handed = Handed::default();
    let (ended, mut outcomes) = mpsc::unbounded_channel();
    let work = async {
        futures_util::stream::iter(turn)
            .for_each_concurrent(WORKERS, |one| async {
                let modules: Vec<_> = app.registry.of(&one.modules).collect();
                let outcome = handed.bring(app, one.id.into(), &modules).await;
                // The other end lives as long as this one.
                let _ = ended.send((one, outcome));
            })
            .await;
        drop(ended);
        Ok::<(), Error>(())
    };
    let note = async {
        let mut some = Vec::new();
        while outcomes.recv_many(&mut some, WORKERS * 4).await > 0 {
            written(app, std::mem::take(&mut some), conn, report).await?;
            tell(report.migrated.len() + report.failed.len());
        }
        Ok(())
    };
    tokio::try_join!(work, note)?;
    Ok(())
}

/// Writes down how it went with these.
async fn written(
    app: &App,
    outcomes: Vec<(Known, Result<(), Stopped>)>,
    conn: &mut Conn,
    report: &mut Report,
) -> Result<()> {
    let mut current: HashMap<String, Vec<Uuid>> = HashMap::new();
    for (one, outcome) in outcomes {
        let Err(Stopped { step, error }) = outcome else {
            current.entry(one.wanted).or_default().push(one.id);
            continue;
        };
        let why = error.cause.as_ref().map_or_else(|| error.to_string(), |c| c.to_string());
        tracing::error!(tenant = %one.id, step, why, "migration failed; tenant in maintenance");
        diesel::update(tenants::table.find(one.id))
            .set((tenants::state.eq("maintenance"), tenants::error.eq(&why), tenants::failed_step.eq(step)))
            .execute(conn)
            .await?;
        app.tenants.invalidate(&TenantId::from(one.id)).await;
        report.failed.push((one.id, why));
    }
    for (version, ids) in current {
        diesel::update(tenants::table.filter(tenants::id.eq_any(&ids)))
            .set((
                tenants::state.eq("active"),
                tenants::schema_version.eq(version),
                tenants::error.eq(None::<String>),
                tenants::failed_step.eq(None::<String>),
                tenants::migrated_at.eq(app.world.now()),
            ))
            .execute(conn)
            .await?;
        for id in &ids {
            app.tenants.invalidate(&TenantId::from(*id)).await;
        }
        report.migrated.extend(ids);
    }
    Ok(())
}
