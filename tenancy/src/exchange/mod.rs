//! Spreadsheets in and out: imports that can be looked at before they write and undone afterwards, exports that are
//! made in the background. Only tenants import; tenants and operators export.

mod cells;
pub mod export;
mod forms;
pub mod import;
pub(crate) mod scratch;

use std::time::Duration;

use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_storage::Key;

use self::scratch::Scratch;
use crate::app::App;
use crate::cx::Cx;
use crate::db::Space;

/// The type of an Excel workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Signed links to files live this long.
const LINK: Duration = Duration::from_secs(300);
/// Days for which files of imports and exports are kept.
pub const KEEP_DAYS: i64 = 7;

fn key(cx: &Cx, folder: &str, id: Uuid, file: &str) -> Result<Key> {
    let id = id.simple().to_string();
    let segments = [folder, &id, file];
    match cx.space() {
        Space::Tenant(tenant) => Key::tenant(tenant, segments),
        Space::Platform => Key::platform(segments),
    }
}

/// A folder for a job's files, of this run alone.
pub(crate) fn scratch(cx: &Cx, id: Uuid) -> Result<Scratch> {
    let run: Uuid = cx.app.world.id();
    Scratch::make(&cx.app.scratch, &format!("{}-{}", id.simple(), run.simple())).map_err(Error::bug)
}

/// Removes what jobs of killed processes left on the disk: for the start of a server.
pub fn clear_scratch(app: &App) -> Result<()> {
    let count = scratch::clear(&app.scratch).map_err(Error::bug)?;
    if count > 0 {
        tracing::info!(count, "folders of jobs that were cut off are removed");
    }
    Ok(())
}

/// Removes the files of imports and exports whose time is over.
pub(crate) async fn sweep(cx: &Cx) -> Result<()> {
    if let Space::Tenant(_) = cx.space() {
        import::sweep(cx).await?;
    }
    export::sweep(cx).await
}
