//! What modules put on a member's activity certificate (党员活动证): a read model over what each of them has recorded.

use async_trait::async_trait;
use chrono::NaiveDate;
use uuid::Uuid;
use zhibu_core::{Permission, Result};

use crate::{Conn, Cx, identity, tenants};

/// One thing in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub on: NaiveDate,
    /// What.
    pub title: String,
    /// Where, how long, in which words.
    pub detail: Option<String>,
}

/// A part of the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The module's key.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// How many there are in all.
    pub count: i64,
    /// All of them in one sentence.
    pub words: Option<String>,
    /// The latest ones.
    pub lines: Vec<Line>,
}

/// A module's part of the certificate.
#[async_trait]
pub trait Sections: Send + Sync + 'static {
    /// What seeing it anywhere needs.
    fn permission(&self) -> Permission;
    /// What is recorded of a person, the latest first, at most so many lines.
    async fn section(&self, person: Uuid, most: i64, conn: &mut Conn) -> Result<Section>;
}

/// The sections of all modules that the caller's tenant has, and that the caller may see: of others only who may see more
/// than their own.
pub async fn of(cx: &Cx, person: Uuid, own: bool, most: i64, conn: &mut Conn) -> Result<Vec<Section>> {
    let tenant = tenants::info(&cx.app, cx.tenant()?).await?;
    let mut all = Vec::new();
    for part in cx.app.registry.of(&tenant.modules).filter_map(|module| module.certificate) {
        // Work that goes on without whoever asked for it sees no more than they do.
        let held = match cx.behalf() {
            Some((asker, _)) => identity::scope_of(cx, *asker, part.permission(), &mut *conn).await?,
            None => cx.allow(part.permission()).ok(),
        };
        if !own && held.is_none_or(|scope| scope.is_own_only()) {
            continue;
        }
        all.push(part.section(person, most, &mut *conn).await?);
    }
    Ok(all)
}
