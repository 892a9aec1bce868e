//! Spreadsheets in and out: imports that can be looked at before they write and undone afterwards, exports that are
//! made in the background. Only tenants import; tenants and operators export.

pub mod export;
pub mod import;

use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_storage::Key;

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

/// A folder of this process for one job's files, gone with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(id: Uuid) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("zhibu-{}-{}", std::process::id(), id.simple()));
        std::fs::create_dir_all(&folder).map_err(Error::bug)?;
        Ok(Self(folder))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let folder: &Path = &self.0;
        if let Err(error) = std::fs::remove_dir_all(folder) {
            tracing::warn!(%error, "a job's folder was not removed");
        }
    }
}

/// Removes the files of imports and exports whose time is over.
pub(crate) async fn sweep(cx: &Cx) -> Result<()> {
    if let Space::Tenant(_) = cx.space() {
        import::sweep(cx).await?;
    }
    export::sweep(cx).await
}
