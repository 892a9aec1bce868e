//! What modules hold of organisations: told before an organisation changes (合并、分立、撤销、删除), handed over with it.

use async_trait::async_trait;
use uuid::Uuid;
use zhibu_core::Result;

use crate::{Conn, Cx, Write, tenants};

/// Something that hangs on an organisation, as people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// What it is, for clients that lead there: the module's key.
    pub kind: &'static str,
    /// What it is in words, such as 发展档案.
    pub title: &'static str,
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The organisation it hangs on.
    pub organisation: Uuid,
    /// The person it concerns, when that is a member.
    pub person: Option<Uuid>,
}

/// From where to where a module's work goes.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// The organisation that gives.
    pub from: Uuid,
    /// The one that receives.
    pub to: Uuid,
    /// Its name.
    pub to_name: String,
    /// Only what concerns these people.
    pub people: Option<Vec<Uuid>>,
    /// Members who went with the organisation.
    pub moved: Vec<Uuid>,
}

/// Members whose membership has ended.
#[derive(Debug, Clone)]
pub struct Left {
    /// Who.
    pub people: Vec<Uuid>,
    /// Dictionary `membership_end_reason`.
    pub reason: &'static str,
    /// 说明
    pub note: String,
}

/// How a command changes the tree, for whoever tells beforehand what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regrouping {
    /// The path of what moves or is merged, with everything below.
    pub from: String,
    /// The path of the new superior, or of the one that takes its place.
    pub into: String,
    /// The name of that.
    pub into_name: String,
    /// `into` takes its place; otherwise it moves below.
    pub merged: bool,
}

/// Something open, and in words who would deal with it after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerouted {
    /// What it is, as in [`Holding`].
    pub kind: &'static str,
    /// Who deals with it then.
    pub words: String,
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
}

/// What a module tells those who receive a member.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Along {
    /// What it is, such as 发展档案.
    pub title: String,
    /// What it says, a line each.
    pub lines: Vec<String>,
    /// The same for the module itself, where it is there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel: Option<Parcel>,
}

/// What a module sends to the same module of another tenant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Parcel {
    /// The module's key.
    pub module: String,
    /// What it sends. Whoever receives it trusts nothing of it.
    pub body: serde_json::Value,
}

/// Somebody has come from another Party organisation.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The member, as recorded here.
    pub person: Uuid,
    /// Where from, in words.
    pub from: String,
}

/// A module's part when organisations change.
#[async_trait]
pub trait Holdings: Send + Sync + 'static {
    /// What hangs on these organisations: what is open, or with `ever` also what is over.
    async fn held(&self, at: &[Uuid], ever: bool, conn: &mut Conn) -> Result<Vec<Holding>>;
    /// What goes along when somebody leaves for another Party organisation, in words for those who receive them.
    async fn goes_along(&self, _person: Uuid, _conn: &mut Conn) -> Result<Vec<Along>> {
        Ok(Vec::new())
    }
    /// Goes on with what came along of somebody, with its audit. What cannot be read is as if nothing had come.
    async fn arrives(&self, _write: &mut Write<'_>, _arrival: &Arrival, _parcel: Option<&Parcel>) -> Result<()> {
        Ok(())
    }
    /// Members have left the tenant's organisations: what is open about them ends, with its audit. The people are held.
    async fn left(&self, _write: &mut Write<'_>, _left: &Left) -> Result<()> {
        Ok(())
    }
    /// A former member was taken back, and is held: what ended with the membership goes on, or says why it does not.
    async fn returned(&self, _write: &mut Write<'_>, _person: Uuid) -> Result<()> {
        Ok(())
    }
    /// Hands over what is open, with its audit.
    async fn hand_over(&self, write: &mut Write<'_>, order: &HandOver) -> Result<()>;
    /// Who would deal with what is open around these organisations after a change, where that follows from the tree. What is
    /// told here is not told of [`Holdings::held`] again.
    async fn rerouted(&self, _at: &[Uuid], _change: &Regrouping, _conn: &mut Conn) -> Result<Vec<Rerouted>> {
        Ok(Vec::new())
    }
    /// The tree has changed around these organisations: what is open goes to whoever deals with it now, with its audit. The
    /// tree is held alone.
    async fn reroute(&self, _write: &mut Write<'_>, _at: &[Uuid]) -> Result<()> {
        Ok(())
    }
}

/// What all modules of the caller's tenant have on these organisations.
pub async fn held(cx: &Cx, at: &[Uuid], ever: bool, conn: &mut Conn) -> Result<Vec<Holding>> {
    let mut all = Vec::new();
    for holdings in of(cx).await? {
        all.extend(holdings.held(at, ever, &mut *conn).await?);
    }
    Ok(all)
}

/// What all modules of the caller's tenant tell of somebody who leaves.
pub async fn goes_along(cx: &Cx, person: Uuid, conn: &mut Conn) -> Result<Vec<Along>> {
    let mut all = Vec::new();
    for holdings in of(cx).await? {
        all.extend(holdings.goes_along(person, &mut *conn).await?);
    }
    Ok(all)
}

/// Lets all modules of the tenant go on with what came along of somebody.
pub async fn arrive(write: &mut Write<'_>, arrival: &Arrival, along: &[Along]) -> Result<()> {
    let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
    let modules: Vec<_> = write.cx.app.registry.of(&tenant.modules).collect();
    for module in modules {
        let Some(holdings) = module.holdings else { continue };
        let parcel = along.iter().filter_map(|one| one.parcel.as_ref()).find(|parcel| parcel.module == module.key);
        holdings.arrives(write, arrival, parcel).await?;
    }
    Ok(())
}

/// Lets all modules of the tenant end what is open about members who have left.
pub async fn left(write: &mut Write<'_>, left: &Left) -> Result<()> {
    for holdings in of(write.cx).await? {
        holdings.left(write, left).await?;
    }
    Ok(())
}

/// Lets all modules of the tenant go on with a member who was taken back.
pub async fn returned(write: &mut Write<'_>, person: Uuid) -> Result<()> {
    for holdings in of(write.cx).await? {
        holdings.returned(write, person).await?;
    }
    Ok(())
}

/// Lets all modules of the tenant hand over what is open.
pub async fn hand_over(write: &mut Write<'_>, order: &HandOver) -> Result<()> {
    for holdings in of(write.cx).await? {
        holdings.hand_over(write, order).await?;
    }
    Ok(())
}

/// What of all modules of the caller's tenant would go to whom after a change.
pub async fn rerouted(cx: &Cx, at: &[Uuid], change: &Regrouping, conn: &mut Conn) -> Result<Vec<Rerouted>> {
    let mut all = Vec::new();
    for holdings in of(cx).await? {
        all.extend(holdings.rerouted(at, change, &mut *conn).await?);
    }
    Ok(all)
}

/// Lets all modules of the tenant send what is open to whoever deals with it now.
pub async fn reroute(write: &mut Write<'_>, at: &[Uuid]) -> Result<()> {
    for holdings in of(write.cx).await? {
        holdings.reroute(write, at).await?;
    }
    Ok(())
}

async fn of(cx: &Cx) -> Result<Vec<&'static dyn Holdings>> {
    let tenant = tenants::info(&cx.app, cx.tenant()?).await?;
    Ok(cx.app.registry.of(&tenant.modules).filter_map(|module| module.holdings).collect())
}
