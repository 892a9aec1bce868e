//! What goes and what stays when somebody's record is removed for ever (彻底删除, PC-3.2.5): each module tells what it has of
//! the person, and takes away what is personal.

use async_trait::async_trait;
use uuid::Uuid;
use zhibu_core::Result;

use crate::{Conn, Cx, Write, tenants};

/// What stands in the place of a name that is gone.
pub const NAMELESS: &str = "已清除";

/// Something that a module has of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// What it is, in words.
    pub title: &'static str,
    /// How many; none where there is nothing to count.
    pub count: Option<i64>,
    /// It is removed; otherwise it stays without saying whose it was.
    pub goes: bool,
    /// What becomes of it.
    pub note: &'static str,
}

/// What was taken away and goes on to be: files after the commit, and what the audit has told about these things.
#[derive(Debug, Default)]
pub struct Gone {
    /// Files of the tenant in the store: folder and id.
    pub files: Vec<(&'static str, Uuid)>,
    /// Kinds and ids of things, as the audit names them.
    pub told: Vec<(&'static str, Uuid)>,
}

/// A module's part in a purge.
#[async_trait]
pub trait Purge: Send + Sync + 'static {
    /// What the module has of a person.
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>>;
    /// Takes away what is personal.
    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone>;
}

/// What all modules of the caller's tenant have of a person.
pub async fn remains(cx: &Cx, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
    let mut all = Vec::new();
    for part in parts(cx).await? {
        all.extend(part.remains(person, &mut *conn).await?);
    }
    Ok(all.into_iter().filter(|one| one.count != Some(0)).collect())
}

/// Lets all modules of the tenant take away what is personal.
pub async fn purge(write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
    let mut all = Gone::default();
    for part in parts(write.cx).await? {
        let gone = part.purge(write, person).await?;
        all.files.extend(gone.files);
        all.told.extend(gone.told);
    }
    Ok(all)
}

async fn parts(cx: &Cx) -> Result<Vec<&'static dyn Purge>> {
    let tenant = tenants::info(&cx.app, cx.tenant()?).await?;
    Ok(cx.app.registry.of(&tenant.modules).filter_map(|module| module.purge).collect())
}
