//! Which tenants are at the newest version (升级进度, design §5): by rings, with what would be done and what failed.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result, TenantId};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Conn, Mode, Space};
use crate::jobs::Job;
use crate::migrate::{self, Chosen};
use crate::schema::{erasures, migration, moves, tenants};
use crate::tenants::TenantRow;

/// When a tenant is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ring {
    /// 先行: before all others, which wait while one of these fails.
    Canary,
    /// 普通
    Stable,
}

impl Ring {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::Stable => "stable",
        }
    }

    fn named(name: &str) -> Self {
        if name == Self::Canary.name() { Self::Canary } else { Self::Stable }
    }
}

/// What a run knows of a tenant before it begins.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: Uuid,
    pub(crate) ring: Ring,
    pub(crate) modules: Vec<String>,
    pub(crate) wanted: String,
    version: Option<String>,
    name: String,
    state: String,
}

impl Known {
    pub(crate) fn is_current(&self) -> bool {
        self.version.as_ref() == Some(&self.wanted)
    }

    /// Its name when nobody is let in although its tables are the newest: a command about it was cut off.
    pub(crate) fn shut(&self) -> Option<(Uuid, String)> {
        (self.is_current() && self.state == "maintenance").then(|| (self.id, self.name.clone()))
    }
}

/// All tenants that have tables, in order. One that is being moved is held at its source, and comes at the next run; one
/// whose erasure was cut off gets none anew.
pub(crate) async fn known(app: &App, conn: &mut Conn) -> Result<Vec<Known>> {
    let rows: Vec<TenantRow> = tenants::table
        .filter(tenants::state.eq_any(["active", "maintenance"]))
        .filter(tenants::id.ne_all(moves::table.select(moves::tenant_id)))
        .filter(tenants::id.ne_all(erasures::table.filter(erasures::certificate.is_null()).select(erasures::tenant_id)))
        .select(TenantRow::as_select())
        .order(tenants::id)
        .load(conn)
        .await?;
    let mut versions: HashMap<Vec<String>, String> = HashMap::new();
    let known = |row: TenantRow| {
        let wanted = versions
            .entry(row.modules.clone())
            .or_insert_with_key(|modules| migrate::version(&app.registry, modules))
            .clone();
        let (ring, version) = (Ring::named(&row.ring), row.schema_version);
        Known { id: row.id, ring, modules: row.modules, wanted, version, name: row.name, state: row.state }
    };
    Ok(rows.into_iter().map(known).collect())
}

/// The tenants that this program does not serve, since their tables are older than it; with the version they wait for.
#[derive(Debug, Default)]
pub(crate) struct Held(RwLock<HashMap<Uuid, String>>);

impl Held {
    /// Holds these, and nobody else any more.
    pub(crate) fn hold(&self, all: Vec<Known>) {
        let waiting = all.into_iter().map(|one| (one.id, one.wanted)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = waiting;
    }

    /// True until its tables are what it waits for.
    pub(crate) fn holds(&self, row: &TenantRow) -> bool {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.get(&row.id).is_some_and(|wanted| row.schema_version.as_ref() != Some(wanted))
    }
}

/// Where a tenant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// 最新
    Current,
    /// 待升级
    Behind,
    /// 失败: in maintenance.
    Failed,
}

/// A module of a tenant.
#[derive(Debug, Clone, Serialize)]
pub struct ModuleSteps {
    /// Its key.
    pub module: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The last step that was applied.
    pub version: Option<String>,
    /// What is missing, in order.
    pub missing: Vec<&'static str>,
}

/// A tenant of the fleet.
#[derive(Debug, Clone, Serialize)]
pub struct Ship {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// When its turn is.
    pub ring: Ring,
    /// Where it stands.
    pub standing: Standing,
    /// Its modules; empty when its schema cannot be looked at.
    pub modules: Vec<ModuleSteps>,
    /// The step at which the last try stopped.
    pub failed_step: Option<String>,
    /// Why.
    pub error: Option<String>,
    /// When it was brought up to date.
    pub migrated_at: Option<DateTime<Utc>>,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Summary {
    /// At the newest version.
    pub current: usize,
    /// Not yet.
    pub behind: usize,
    /// In maintenance.
    pub failed: usize,
}

/// Which tenants are looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// One ring.
    pub ring: Option<Ring>,
    /// One standing.
    pub standing: Option<Standing>,
}

/// The fleet: a page of it, how many match, and how many stand where. Only the tenants of the page that are not at the
/// newest version cost a connection.
pub async fn look(
    cx: &Cx,
    permission: Permission,
    filter: Filter,
    offset: usize,
    limit: usize,
) -> Result<(Vec<Ship>, usize, Summary)> {
    let mut read = cx.read(permission).await?;
    let rows: Vec<TenantRow> = tenants::table
        .filter(tenants::state.eq_any(["active", "maintenance"]))
        .select(TenantRow::as_select())
        .order((tenants::ring, tenants::id))
        .load(read.conn()?)
        .await?;
    drop(read);
    // Nobody needs a second connection while holding one.
    cx.close().await;
    let mut summary = Summary::default();
    let mut found = Vec::new();
    for row in rows {
        let standing = standing(&cx.app, &row);
        match standing {
            Standing::Current => summary.current += 1,
            Standing::Behind => summary.behind += 1,
            Standing::Failed => summary.failed += 1,
        }
        let ring = Ring::named(&row.ring);
        if filter.ring.is_none_or(|one| one == ring) && filter.standing.is_none_or(|one| one == standing) {
            found.push((row, ring, standing));
        }
    }
    let total = found.len();
    let mut ships = Vec::new();
    for (row, ring, standing) in found.into_iter().skip(offset).take(limit) {
        let modules = match standing {
            Standing::Current => applied(&cx.app, &row, None),
            Standing::Behind | Standing::Failed => match steps(&cx.app, row.id.into()).await {
                Ok(steps) => applied(&cx.app, &row, Some(&steps)),
                Err(error) => {
                    tracing::warn!(tenant = %row.id, code = error.code, "steps of a tenant not read");
                    Vec::new()
                }
            },
        };
        ships.push(Ship {
            id: row.id,
            name: row.name,
            ring,
            standing,
            modules,
            failed_step: row.failed_step,
            error: row.error,
            migrated_at: row.migrated_at,
        });
    }
    Ok((ships, total, summary))
}

fn standing(app: &App, row: &TenantRow) -> Standing {
    if row.state == "maintenance" {
        Standing::Failed
    } else if row.schema_version.as_ref() == Some(&migrate::version(&app.registry, &row.modules)) {
        Standing::Current
    } else {
        Standing::Behind
    }
}

async fn steps(app: &App, tenant: TenantId) -> Result<Vec<(String, String)>> {
    let mut unit = app.begin(Space::Tenant(tenant), Mode::Read).await?;
    let steps = migration::table.select((migration::module, migration::version)).load(unit.conn()?).await?;
    unit.commit().await?;
    Ok(steps)
}

/// What each module is up to; without steps everything is there.
fn applied(app: &App, row: &TenantRow, steps: Option<&[(String, String)]>) -> Vec<ModuleSteps> {
    let has =
        |module: &str, version: &str| steps.is_none_or(|all| all.iter().any(|(m, v)| m == module && v == version));
    let module = |module: &'static crate::Module| {
        let versions = || module.tenant.iter().map(|step| step.version);
        ModuleSteps {
            module: module.key,
            title: module.title,
            version: versions().rfind(|version| has(module.key, version)).map(str::to_owned),
            missing: versions().filter(|version| !has(module.key, version)).collect(),
        }
    };
    app.registry.of(&row.modules).filter(|one| !one.tenant.is_empty()).map(module).collect()
}

/// Moves a tenant to a ring.
pub async fn set_ring(cx: &Cx, permission: Permission, tenant: TenantId, ring: Ring) -> Result<()> {
    let mut write = cx.write(permission).await?;
    let before: String =
        tenants::table.find(tenant.0).select(tenants::ring).for_no_key_update().first(write.conn()?).await?;
    let entry = Entry::new("tenant.ring_set", "tenant", tenant.0).change("ring", before, ring.name());
    if entry.is_empty() {
        return Ok(());
    }
    diesel::update(tenants::table.find(tenant.0)).set(tenants::ring.eq(ring.name())).execute(write.conn()?).await?;
    write.audit(entry).await?;
    write.commit().await
}

/// Brings everybody up to date, ring by ring, or tries one tenant again; in the background.
pub async fn start(cx: &Cx, permission: Permission, tenant: Option<TenantId>) -> Result<()> {
    let mut write = cx.write(permission).await?;
    if let Some(tenant) = tenant {
        let known: i64 = tenants::table.find(tenant.0).count().get_result(write.conn()?).await?;
        if known == 0 {
            return Err(Error::missing());
        }
    }
    write.audit(Entry::new("fleet.started", "tenant", tenant.map(|tenant| tenant.0))).await?;
    write.enqueue(&BringUp { tenant }).await?;
    write.commit().await
}

/// Brings tenants up to date. May run again: those that are need nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BringUp {
    tenant: Option<TenantId>,
}

impl Job for BringUp {
    const NAME: &'static str = "bring_up";

    async fn run(self, cx: &Cx) -> Result<()> {
        let chosen = self.tenant.map_or(Chosen::All, Chosen::One);
        let report = Box::pin(migrate::over(&cx.app, chosen, |_, _| {})).await?;
        tracing::info!(
            migrated = report.migrated.len(),
            failed = report.failed.len(),
            held = report.held.len(),
            shut = report.shut.len(),
            "fleet brought up"
        );
        Ok(())
    }
}
