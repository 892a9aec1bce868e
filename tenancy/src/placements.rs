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
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

impl Place {
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
            Some(url) => Arc::new(Lanes::new(url.expose(), app.settings.connections)?),
            None => app.db.clone(),
        };
        let ddl_url = url(&self.ddl_url)?.map_or_else(|| app.ddl_url.clone(), |url| url.expose().to_owned());
        Ok(Place { kind: Kind::of(&self.kind), id: self.id, ddl_url, lanes })
    }
}

/// The placement of this name.
pub(crate) async fn get(app: &App, id: &str) -> Result<Arc<Place>> {
    if let Some(place) = app.places.get(id) {
        return Ok(place);
    }
    let mut unit = app.db.begin(Space::Platform, Mode::Read).await?;
    let row: Option<Row> = placements::table.find(id).select(Row::as_select()).first(unit.conn()?).await.optional()?;
    unit.commit().await?;
    let row = row.ok_or_else(|| Error::refuse("NO_PLACEMENT", format!("没有名为 {id} 的数据库节点")))?;
    Ok(app.places.keep(row.open(app)?))
}

/// Where a tenant stands.
pub(crate) async fn of(app: &App, tenant: TenantId) -> Result<Arc<Place>> {
    get(app, &crate::tenants::info(app, tenant).await?.placement).await
}

/// All placements, the installation's own first.
pub async fn all(app: &App) -> Result<Vec<Arc<Place>>> {
    let mut unit = app.db.begin(Space::Platform, Mode::Read).await?;
    let mut rows: Vec<Row> =
        placements::table.select(Row::as_select()).order(placements::id).load(unit.conn()?).await?;
    unit.commit().await?;
    rows.sort_by_key(|row| row.id != DEFAULT);
    rows.into_iter()
        .map(|row| Ok(app.places.get(&row.id).map_or_else(|| row.open(app).map(|p| app.places.keep(p)), Ok)?))
        .collect()
}
