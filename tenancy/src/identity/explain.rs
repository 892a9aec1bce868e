//! Why somebody may do something or not (权限说明), decided by the same steps as when they try.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{AccountId, Error, OrganisationId, Permission, Result};

use super::{rights, roles};
use crate::cx::Cx;
use crate::db::Conn;
use crate::policy::{Reach, Scope};
use crate::schema::{accounts, policy};

/// What decides, in this order; the first that is against it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The account may not sign in at all: `locked` or `disabled`.
    Account(String),
    /// The module is not part of what the tenant has.
    Module(&'static str),
    /// A menu is switched off.
    Menu(String),
    /// No role of theirs allows it.
    Roles,
}

/// A role somebody holds, and how far it lets them do the thing.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its name for people.
    pub label: String,
    /// On which organisation.
    pub at: OrganisationId,
    /// Nothing when the role does not allow it.
    pub reach: Option<Reach>,
}

/// Whether somebody may, why, and how far.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What is against it.
    pub obstacle: Option<Obstacle>,
    /// Every role they hold now.
    pub roles: Vec<Held>,
    /// The data it opens: the union over the roles that allow it.
    pub scope: Option<Scope>,
}

/// Explains a permission of somebody's.
pub async fn explain(cx: &Cx, account: AccountId, key: &str, conn: &mut Conn) -> Result<(Permission, Explanation)> {
    let registry = &cx.app.registry;
    let permission = registry.permissions().into_iter().find(|one| one.key == key);
    let permission = permission.ok_or_else(|| Error::invalid("permission", "没有这项操作"))?;
    let (state, modules): (String, Vec<String>) = accounts::table
        .inner_join(policy::table.on(policy::id.eq(1)))
        .filter(accounts::id.eq(account.0))
        .select((accounts::state, policy::modules))
        .first(&mut *conn)
        .await?;
    let (held, hidden) = rights(&cx.app, account.0, conn).await?;
    let scope = roles::grants(&cx.app, &held, |one| one == permission).scope(permission).cloned();
    let tell = |one: roles::HeldRole| Held { reach: one.reach(&cx.app, permission), label: one.label(), at: one.at };
    let roles: Vec<Held> = held.into_iter().map(tell).collect();
    let module = registry.owner(permission).and_then(|key| registry.module(key));
    let lacking = module.filter(|module| !registry.of(&modules).any(|one| one.key == module.key));
    let obstacle = if state != "active" {
        Some(Obstacle::Account(state))
    } else if let Some(module) = lacking {
        Some(Obstacle::Module(module.title))
    } else if let Some(menu) =
        permission.menu.and_then(|key| registry.way_to(key).find(|menu| hidden.contains(&menu.key)))
    {
        Some(Obstacle::Menu(menu.label.clone()))
    } else if scope.is_none() {
        Some(Obstacle::Roles)
    } else {
        None
    };
    Ok((permission, Explanation { scope: scope.filter(|_| obstacle.is_none()), obstacle, roles }))
}
