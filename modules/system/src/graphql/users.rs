use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Page, PageArgs, Result};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::identity::{self, AccountFilter, AccountSort, Assignment};
use zhibu_tenancy::{App, Conn, Cx};

use crate::{USERS_READ, USERS_UNLOCK};

/// State of an account (账号状态).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "zhibu_tenancy::identity::AccountState")]
pub(crate) enum AccountState {
    /// 正常
    Active,
    /// 锁定
    Locked,
    /// 停用
    Disabled,
    /// 待改密
    MustChange,
}

/// Order of the users.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserSort {
    /// By user name.
    UserName,
    /// Most recent sign-in first.
    LastSignIn,
}

#[derive(InputObject, Default)]
pub(crate) struct UserFilter {
    /// Part of a name, or a whole mobile number.
    pub(crate) search: Option<String>,
    pub(crate) state: Option<AccountState>,
    /// Only people with a role on this organisation or below.
    pub(crate) organisation: Option<OrganisationId>,
}

impl UserFilter {
    /// The filter over accounts, narrowed to people with a role within the reach.
    pub(crate) async fn within(self, reach: &Reach, all: bool, conn: &mut Conn) -> Result<AccountFilter> {
        let organisations = match (all, self.organisation) {
            (true, None) => None,
            (_, under) => Some(organisation::ids(reach, under, conn).await?),
        };
        Ok(AccountFilter { search: self.search, state: self.state.map(Into::into), organisations })
    }
}

/// A user (用户) with the roles held.
#[derive(SimpleObject)]
pub(crate) struct User {
    pub(crate) id: AccountId,
    pub(crate) user_name: String,
    pub(crate) display_name: String,
    pub(crate) mobile: Option<String>,
    pub(crate) state: AccountState,
    pub(crate) locked_at: Option<DateTime<Utc>>,
    pub(crate) last_sign_in_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) roles: Vec<UserRole>,
}

/// A role held on an organisation.
#[derive(SimpleObject)]
pub(crate) struct UserRole {
    pub(crate) role: String,
    pub(crate) label: String,
    /// It follows from a post and ends with it.
    pub(crate) by_post: bool,
    pub(crate) organisation: OrganisationRef,
}

#[derive(Default)]
pub(super) struct UserQuery;

#[Object]
impl UserQuery {
    /// The users inside the caller's scope (PC-2.3a).
    async fn users(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<UserFilter>,
        sort: Option<UserSort>,
    ) -> Result<Listed<User>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(USERS_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let filter = filter.unwrap_or_default().within(&reach, read.scope.all, read.conn()?).await?;
        let sort = if sort == Some(UserSort::LastSignIn) { AccountSort::LastSignIn } else { AccountSort::UserName };
        let total = if ctx.shows(&["totalCount"]) {
            Some(identity::count_accounts(cx, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = identity::list_accounts(cx, &filter, sort, &args, read.conn()?).await?;
        let nodes = with_roles(&cx.app, page.nodes, filter.organisations.as_deref(), read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }
}

/// Accounts with their roles, as far as these are held where the caller may look.
pub(crate) async fn with_roles(
    app: &App,
    accounts: Vec<identity::Account>,
    seen: Option<&[Uuid]>,
    conn: &mut Conn,
) -> Result<Vec<User>> {
    let ids: Vec<Uuid> = accounts.iter().map(|a| a.id.0).collect();
    let held = identity::assignments(app, Some(&ids), seen, conn).await?;
    let at: Vec<Uuid> = held.iter().map(|a| a.organisation).collect();
    let names = organisation::names(&at, conn).await?;
    let mut roles: HashMap<Uuid, Vec<UserRole>> = HashMap::new();
    for assignment in held {
        roles.entry(assignment.account).or_default().push(role(assignment, &names));
    }
    let show = |a: identity::Account| User {
        roles: roles.remove(&a.id.0).unwrap_or_default(),
        id: a.id,
        user_name: a.user_name,
        display_name: a.display_name,
        mobile: a.mobile,
        state: a.state.into(),
        locked_at: a.locked_at,
        last_sign_in_at: a.last_sign_in_at,
        created_at: a.created_at,
    };
    Ok(accounts.into_iter().map(show).collect())
}

fn role(assignment: Assignment, names: &HashMap<Uuid, String>) -> UserRole {
    let short_name = names.get(&assignment.organisation).cloned().unwrap_or_default();
    UserRole {
        label: assignment.label,
        role: assignment.role,
        by_post: assignment.by_post,
        organisation: OrganisationRef { id: assignment.organisation.into(), short_name },
    }
}

/// A user whose password was reset.
#[derive(SimpleObject)]
pub(super) struct UnlockedUser {
    #[graphql(flatten)]
    user: User,
    /// The initial password where it is random; it is told this once.
    one_time_password: Option<String>,
}

#[derive(Default)]
pub(super) struct UserMutation;

#[Object]
impl UserMutation {
    /// Unlocks a user and resets the password to the initial one (PC-2.3c).
    async fn unlock_user(&self, ctx: &Context<'_>, id: AccountId) -> Result<UnlockedUser> {
        let cx = ctx.cx()?;
        let mut write = cx.write(USERS_UNLOCK).await?;
        let scope = write.scope.clone();
        let reach = Reach::of(&scope, write.conn()?).await?;
        within(cx, &reach, id, write.conn()?).await?;
        let password = identity::unlock(&mut write, id).await?;
        write.commit().await?;
        let mut read = cx.read(USERS_READ).await?;
        let account = identity::account(cx, id, read.conn()?).await?;
        let user = with_roles(&cx.app, vec![account], None, read.conn()?).await?.pop().ok_or_else(Error::missing)?;
        Ok(UnlockedUser { user, one_time_password: password.map(|password| password.expose().to_owned()) })
    }
}

/// Somebody may be reset only by those whose scope holds everything that person administers, and never by
/// themselves: that is what changing the password is for.
async fn within(cx: &Cx, reach: &Reach, id: AccountId, conn: &mut Conn) -> Result<()> {
    if cx.identity()?.account == id {
        return Err(Error::refuse("OWN_ACCOUNT", "不能重置本人账号，请使用“修改密码”"));
    }
    let held = identity::assignments(&cx.app, Some(&[id.0]), None, conn).await?;
    if held.is_empty() && !reach.is_all() {
        return Err(Error::missing());
    }
    let own_root = cx.identity()?.roles.iter().any(|(role, _)| role == "tenant_admin");
    // A role of the tenant's own may reach further than the place where it is held, and allow what the caller may not.
    if held.iter().any(|a| a.is_own() || a.role == "tenant_admin") && !own_root {
        return Err(Error::missing());
    }
    for assignment in held {
        organisation::get(reach, assignment.organisation.into(), conn).await?;
    }
    Ok(())
}
