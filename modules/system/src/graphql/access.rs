use async_graphql::{Context, Object, SimpleObject};
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Result, dictionary};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::Request;
use zhibu_tenancy::identity::{self, Obstacle};
use zhibu_tenancy::policy;

use crate::USERS_READ;

/// Something that people may be allowed to do.
#[derive(SimpleObject)]
pub(super) struct Ability {
    key: &'static str,
    label: &'static str,
    /// The module it belongs to.
    module: &'static str,
}

/// Whether somebody may do something, and why (权限说明).
#[derive(SimpleObject)]
pub(super) struct Access {
    allowed: bool,
    /// The reason in one sentence.
    sentence: String,
    roles: Vec<RoleAccess>,
}

/// A role somebody holds, with what it says about one thing.
#[derive(SimpleObject)]
pub(super) struct RoleAccess {
    label: String,
    organisation: OrganisationRef,
    /// How far it reaches, in words; nothing when it does not allow it.
    reach: Option<&'static str>,
}

pub(super) fn reach_words(reach: policy::Reach) -> &'static str {
    dictionary::label("reach", reach.name()).unwrap_or(reach.name())
}

fn against(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Account(state) if state == "locked" => "不能：账号已锁定，解锁后才能登录".into(),
        Obstacle::Account(_) => "不能：账号已停用".into(),
        Obstacle::Module(title) => format!("不能：没有开通“{title}”模块，请联系服务商"),
        Obstacle::Menu(label) => format!("不能：菜单“{label}”已停用，可在“用户菜单”中启用"),
        Obstacle::Roles => "不能：所担任的角色都没有这项权限".into(),
    }
}

#[derive(Default)]
pub(super) struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Everything that a role of a tenant may allow.
    async fn abilities(&self, ctx: &Context<'_>) -> Result<Vec<Ability>> {
        let cx = ctx.cx()?;
        cx.allow(USERS_READ)?;
        let registry = &cx.app.registry;
        let told = registry.permissions().into_iter().filter_map(|permission| {
            let label = dictionary::label("permission", permission.key)?;
            let module = registry.module(registry.owner(permission)?)?.title;
            Some(Ability { key: permission.key, label, module })
        });
        Ok(told.collect())
    }

    /// Whether somebody may do something, at all or with one organisation, and why.
    async fn access(
        &self,
        ctx: &Context<'_>,
        account: AccountId,
        permission: String,
        organisation: Option<OrganisationId>,
    ) -> Result<Access> {
        let cx = ctx.cx()?;
        let mut read = cx.read(USERS_READ).await?;
        let own = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let held = identity::assignments(&cx.app, Some(&[account.0]), None, read.conn()?).await?;
        // Whoever administers a part is told of people with a role in it, and of these roles only.
        let mut seen: Vec<Uuid> = Vec::new();
        for assignment in &held {
            if own.is_all() || organisation::get(&own, assignment.organisation.into(), read.conn()?).await.is_ok() {
                seen.push(assignment.organisation);
            }
        }
        if seen.is_empty() && !own.is_all() {
            return Err(Error::missing());
        }
        let (_, explained) = identity::explain(cx, account, &permission, read.conn()?).await?;
        let names = organisation::names(&seen, read.conn()?).await?;
        let roles = explained.roles.iter().filter(|held| seen.contains(&held.at.0)).map(|held| RoleAccess {
            label: held.label.clone(),
            organisation: OrganisationRef {
                id: held.at,
                short_name: names.get(&held.at.0).cloned().unwrap_or_default(),
            },
            reach: held.reach.map(reach_words),
        });
        let roles = roles.collect();
        let (allowed, sentence) = match (&explained.obstacle, explained.scope, organisation) {
            (Some(obstacle), ..) => (false, against(obstacle)),
            (None, Some(scope), Some(at)) => {
                let name = organisation::get(&own, at, read.conn()?).await?.short_name;
                let theirs = Reach::of(&scope, read.conn()?).await?;
                match organisation::get(&theirs, at, read.conn()?).await {
                    Ok(_) => (true, format!("可以，包括“{name}”")),
                    Err(error) if error.code == "NOT_FOUND" => {
                        (false, format!("不能：有这项权限，但“{name}”不在其范围内"))
                    }
                    Err(error) => return Err(error),
                }
            }
            (None, ..) => (true, "可以，范围见下表".into()),
        };
        Ok(Access { allowed, sentence, roles })
    }
}
