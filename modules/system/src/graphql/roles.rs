use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Page, PageArgs, Result, RoleId, dictionary};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::identity::{self, Draft};
use zhibu_tenancy::policy;
use zhibu_tenancy::{Cx, Write};

use super::access::reach_words;
use crate::{ROLES_MANAGE, ROLES_READ};

/// How far a role of the tenant's own reaches from the organisation it is held on (数据范围).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleReach {
    /// 整个租户
    All,
    /// 该组织及全部下级
    Subtree,
    /// 该组织的下级，不含本级
    Below,
    /// 仅该组织
    Node,
}

/// A role (角色) with what it allows.
#[derive(SimpleObject)]
pub(super) struct RoleInfo {
    /// Key of a built-in role, or the id of one the tenant has made.
    key: String,
    name: String,
    note: Option<String>,
    /// Made by the tenant, which may change it.
    own: bool,
    /// Counts the edits of an own role.
    version: i32,
    /// The data scope of an own role.
    reach: Option<RoleReach>,
    /// People who hold an own role.
    holders: i64,
    /// What it allows.
    rights: Vec<Right>,
}

/// One thing a role allows.
#[derive(SimpleObject)]
pub(super) struct Right {
    /// The permission.
    key: &'static str,
    label: &'static str,
    /// How far it reaches, in words.
    reach: &'static str,
}

/// Somebody who holds a role.
#[derive(SimpleObject)]
pub(super) struct RoleHolder {
    account: AccountId,
    user_name: String,
    display_name: String,
    organisation: OrganisationRef,
    since: DateTime<Utc>,
}

/// A role as it is typed.
#[derive(InputObject)]
pub(super) struct RoleInput {
    /// 角色名称
    name: String,
    /// 说明
    note: Option<String>,
    reach: RoleReach,
    /// Keys of `abilities`.
    permissions: Vec<String>,
}

impl From<RoleReach> for policy::Reach {
    fn from(reach: RoleReach) -> Self {
        match reach {
            RoleReach::All => Self::All,
            RoleReach::Subtree => Self::Subtree,
            RoleReach::Below => Self::Below,
            RoleReach::Node => Self::Node,
        }
    }
}

impl RoleReach {
    fn of(reach: policy::Reach) -> Option<Self> {
        match reach {
            policy::Reach::All => Some(Self::All),
            policy::Reach::Subtree => Some(Self::Subtree),
            policy::Reach::Below => Some(Self::Below),
            policy::Reach::Node => Some(Self::Node),
            policy::Reach::Own => None,
        }
    }
}

impl From<RoleInput> for Draft {
    fn from(input: RoleInput) -> Self {
        Self { name: input.name, note: input.note, reach: input.reach.into(), permissions: input.permissions }
    }
}

/// The roles of the matrix that a tenant's people may hold, in its order; then the tenant's own.
async fn all(cx: &Cx) -> Result<Vec<RoleInfo>> {
    let mut read = cx.read(ROLES_READ).await?;
    cx.identity()?;
    let known: Vec<_> = cx.app.registry.permissions();
    let told = |key: &'static str, reach: policy::Reach| {
        dictionary::label("permission", key).map(|label| Right { key, label, reach: reach_words(reach) })
    };
    let mut roles: Vec<RoleInfo> = Vec::new();
    for role in dictionary::of("role").filter(|role| !role.code.starts_with("platform_")) {
        let rights = known.iter().filter_map(|one| told(one.key, cx.app.policy.reach(&role.code, *one)?));
        let rights: Vec<Right> = rights.collect();
        if !rights.is_empty() {
            roles.push(RoleInfo {
                key: role.code.clone(),
                name: role.label.clone(),
                note: None,
                own: false,
                version: 0,
                reach: None,
                holders: 0,
                rights,
            });
        }
    }
    for (role, holders) in identity::roles(read.conn()?).await? {
        let reach = policy::Reach::named(&role.reach).ok_or_else(|| Error::bug("reach of a role"))?;
        let allowed = known.iter().filter(|one| role.permissions.iter().any(|key| key == one.key));
        roles.push(RoleInfo {
            key: role.id.to_string(),
            rights: allowed.filter_map(|one| told(one.key, reach)).collect(),
            name: role.name,
            note: role.note,
            own: true,
            version: role.version,
            reach: RoleReach::of(reach),
            holders,
        });
    }
    Ok(roles)
}

#[derive(Default)]
pub(super) struct RoleQuery;

#[Object]
impl RoleQuery {
    /// Every role of the tenant: the built-in ones, then its own (角色权限).
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RoleInfo>> {
        all(ctx.cx()?).await
    }

    /// Keys of `abilities` that a role of the tenant's own may allow.
    async fn grantable(&self, ctx: &Context<'_>) -> Result<Vec<&'static str>> {
        let cx = ctx.cx()?;
        cx.allow(ROLES_READ)?;
        Ok(identity::grantable(&cx.app).map(|permission| permission.key).collect())
    }

    /// Who holds a role of the tenant's own, newest first.
    async fn role_holders(
        &self,
        ctx: &Context<'_>,
        role: RoleId,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<RoleHolder>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(ROLES_READ).await?;
        let page = identity::holders(role, &args, read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|one| one.organisation).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let nodes = page.nodes.into_iter().map(|one| RoleHolder {
            account: one.account.into(),
            user_name: one.user_name,
            display_name: one.display_name,
            organisation: OrganisationRef {
                id: one.organisation.into(),
                short_name: names.get(&one.organisation).cloned().unwrap_or_default(),
            },
            since: one.since,
        });
        Ok(Listed::new(Page { nodes: nodes.collect(), info: page.info }, None))
    }
}

/// Only whoever decides about the whole tenant makes roles and hands them out.
async fn whole<'a>(cx: &'a Cx) -> Result<Write<'a>> {
    let write = cx.write(ROLES_MANAGE).await?;
    if write.scope.all { Ok(write) } else { Err(Error::denied()) }
}

#[derive(Default)]
pub(super) struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Makes a role of the tenant's own; gives all roles.
    async fn create_role(&self, ctx: &Context<'_>, input: RoleInput) -> Result<Vec<RoleInfo>> {
        let cx = ctx.cx()?;
        let mut write = whole(cx).await?;
        identity::create_role(&mut write, input.into()).await?;
        write.commit().await?;
        all(cx).await
    }

    /// Changes one for everybody who holds it.
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        role: RoleId,
        version: i32,
        input: RoleInput,
    ) -> Result<Vec<RoleInfo>> {
        let cx = ctx.cx()?;
        let mut write = whole(cx).await?;
        identity::change_role(&mut write, role, version, input.into()).await?;
        write.commit().await?;
        all(cx).await
    }

    /// Deletes one that nobody holds.
    async fn delete_role(&self, ctx: &Context<'_>, role: RoleId) -> Result<Vec<RoleInfo>> {
        let cx = ctx.cx()?;
        let mut write = whole(cx).await?;
        identity::delete_role(&mut write, role).await?;
        write.commit().await?;
        all(cx).await
    }

    /// Gives somebody a role of the tenant's own on an organisation. Doing it twice changes nothing.
    async fn give_role(
        &self,
        ctx: &Context<'_>,
        role: RoleId,
        account: AccountId,
        organisation: OrganisationId,
    ) -> Result<bool> {
        let mut write = whole(ctx.cx()?).await?;
        let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
        organisation::get(&reach, organisation, write.conn()?).await.map_err(|error| error.at("organisation"))?;
        if identity::give_role(&mut write, role, account, organisation).await? {
            write.commit().await?;
        }
        Ok(true)
    }

    /// Takes a role of the tenant's own away from somebody.
    async fn take_role(
        &self,
        ctx: &Context<'_>,
        role: RoleId,
        account: AccountId,
        organisation: OrganisationId,
    ) -> Result<bool> {
        let mut write = whole(ctx.cx()?).await?;
        identity::take_role(&mut write, role, account, organisation).await?;
        write.commit().await?;
        Ok(true)
    }
}
