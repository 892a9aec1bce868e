//! A tenant as a file (租户迁移): taken out with schema, media and a manifest of hashes, put into another installation,
//! brought back to an earlier state, and erased with a certificate.
//!
//! What travels and what stays is listed in `docs/adr/0019-a-tenant-is-a-file.md`.

mod beside;
pub(crate) mod carrier;
pub mod certificate;
pub mod erase;
pub mod export;
pub mod import;
pub(crate) mod manifest;
mod parcel;
pub mod restore;

mod sealed;

use serde::Serialize;
use uuid::Uuid;
use zhibu_core::{Error, Result, Secret};

use crate::app::App;
use crate::exchange::scratch::Scratch;
use manifest::{Manifest, Step};

/// What an export, import or restoration has moved.
#[derive(Debug, Clone, Serialize)]
pub struct Moved {
    /// The tenant.
    pub tenant: Uuid,
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Tables.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: u64,
    /// Media objects.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 over everything: equal hashes, equal tenants.
    pub content_hash: String,
}

impl Moved {
    fn of(manifest: &Manifest) -> Self {
        let contents = &manifest.contents;
        Self {
            tenant: contents.tenant.id,
            slug: contents.tenant.slug.clone(),
            name: contents.tenant.name.clone(),
            tables: contents.tables.len(),
            rows: contents.tables.iter().map(|table| table.rows).sum(),
            objects: contents.objects.len(),
            bytes: contents.objects.iter().map(|object| object.size).sum(),
            content_hash: manifest.content_hash.clone(),
        }
    }
}

/// The shortest passphrase an export is sealed under.
const PASSPHRASE: usize = 12;

/// Refuses a passphrase that could be guessed at leisure.
fn strong(passphrase: &Secret) -> Result<()> {
    if passphrase.expose().chars().count() < PASSPHRASE {
        return Err(Error::refuse("PASSPHRASE", format!("口令至少{PASSPHRASE}个字符")));
    }
    Ok(())
}

/// A folder for the files of one command.
pub(crate) fn scratch(app: &App) -> Result<Scratch> {
    let name = format!("tenant-{}", app.world.id::<Uuid>().simple());
    Scratch::make(&app.scratch, &name).map_err(Error::unavailable)
}

/// The steps of this build that an export says its schema has. One that is not known here, or reads otherwise, is refused.
pub(crate) fn steps(app: &App, histories: &[Step]) -> Result<Vec<(&'static str, &'static zhibu_core::Migration)>> {
    let mut known = Vec::new();
    for module in &app.registry.modules {
        for step in module.tenant {
            let Some(said) = histories.iter().find(|s| s.module == module.key && s.version == step.version) else {
                continue;
            };
            if said.hash != crate::migrate::fingerprint(step) {
                let words = format!("数据结构版本 {}/{} 与本系统不一致", module.key, step.version);
                return Err(Error::refuse("EXPORT_OTHER", words));
            }
            known.push((module.key, step));
        }
    }
    if let Some(strange) =
        histories.iter().find(|s| !known.iter().any(|(m, k)| *m == s.module && k.version == s.version))
    {
        let words = match app.registry.module(&strange.module) {
            Some(_) => format!("导出文件的数据结构 {}/{} 比本系统新，请先升级", strange.module, strange.version),
            None => format!("本系统没有模块 {}", strange.module),
        };
        return Err(Error::refuse("EXPORT_NEWER", words));
    }
    Ok(known)
}
