//! Who somebody is: accounts, passwords, codes, sessions (PC-1.2, PC-2.3).

mod accounts;
mod delivery;
mod explain;
mod favourites;
mod hasher;
mod index;
mod menus;
mod mini;
mod mini_menus;
mod one_time;
mod password;
mod roles;
mod security;
mod self_service;
mod session;
mod sign_in;
mod sms;
mod throttle;
pub(crate) mod token;

use std::sync::Arc;

use diesel::prelude::*;
use diesel::{dsl, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Permission, Result, SessionId, TenantId, mask};

pub(crate) use accounts::create_as;
pub use accounts::{
    Account, AccountFilter, AccountSort, AccountState, Assignment, Enrolled, NewAccount, NewMobile, Newcomer, account,
    accounts_by_ids, assign, assign_all, assignments, carry_role, change_mine, count_accounts, create, end_roles,
    enrol, enrol_all, find_login, forget_person, list_accounts, prove_mobile, rename, retire, revive, unassign, unlock,
};
pub(crate) use delivery::{SendSms, reference};
pub use explain::{Explanation, Held, Obstacle, explain};
pub use favourites::{favourites, set_favourites};
pub(crate) use hasher::Hasher;
pub use index::mend_index;
pub use menus::{MenuState, menu_states, set_menu, undo_menu};
pub(crate) use mini::person;
pub use mini::{
    Binding, Entered, MiniSignIn, Phone, Privacy, Section, bind, bindings, choose as choose_mini, policy as privacy,
    sign_in, unbind,
};
pub use mini_menus::{
    MiniMenu, mini_menus, order_mini_menus, set_mini_menu, undo_mini_menu, undo_mini_order, usual_label,
};
pub use one_time::{begin_totp, confirm_totp, remove_totp};
pub(crate) use password::accept as accept_password;
pub use password::{Proof, change, change_initial, pending_change};
pub(crate) use roles::beyond_member;
pub use roles::{
    Draft, Holder, Role, change_role, create_role, delete_role, give_role, grantable, holders, role_name, roles,
    take_role, undo_role,
};
pub(crate) use security::from_anywhere;
pub use security::{FORGIVEN, NETWORKS, SESSION_DAYS, SESSIONS_EACH, Security, security, set_security, undo_security};
pub use self_service::{hold_self_service, self_service, set_self_service, undo_self_service};
pub use session::{Client, Device, Tokens, devices, end, refresh, sign_out};
pub(crate) use session::{Exchange, Refreshable, fresh as fresh_session, named as named_refresh, open as open_session};
pub use sign_in::{Outcome, by_password, by_sms, choose};
pub use sms::{SmsPurpose, request_code, request_mobile_code, request_password_code};
pub(crate) use throttle::throttle;
pub use zhibu_providers::mini::PhoneReply;

use crate::app::App;
use crate::cx::Caller;
use crate::db::{Conn, Mode, Space};
pub use crate::operator::Operator;
use crate::policy::Grants;
use crate::remembered::Read;
use crate::schema::{accounts as table, policy, sessions};
use crate::tenants::{self, Tenant};

/// What a session may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Everything the roles allow.
    Full,
    /// The change-password step and nothing else.
    Password,
}

/// An account with a verified session.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its tenant.
    pub tenant: Arc<Tenant>,
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// What the session is for.
    pub purpose: Purpose,
    /// Sign-in name.
    pub user_name: String,
    /// Name for people.
    pub display_name: String,
    /// Masked mobile number.
    pub mobile: Option<String>,
    /// What it may do.
    pub grants: Grants,
    /// Roles and where they are held.
    pub roles: Vec<(String, OrganisationId)>,
    /// State of the tenant's policy when this was read.
    pub epoch: i64,
    /// End of the session if it is not used.
    pub expires_at: chrono::DateTime<chrono::Utc>,
    /// The operator whom the tenant has let in, when it is no account at all.
    pub guest: Option<crate::support::Guest>,
}

/// The same caller as it is now: a socket outlives roles, modules and sessions, so each of its operations asks.
pub async fn again(app: &Arc<App>, caller: &Caller) -> Result<Caller> {
    let now = match caller {
        Caller::Account(identity) => account_caller(app, identity.tenant.id, identity.session).await?,
        Caller::Operator(operator) => crate::operator::caller(app, operator.session).await?,
        Caller::Stranger | Caller::System(_) => return Ok(caller.clone()),
    };
    if matches!(now, Caller::Stranger) { Err(Error::unauthenticated()) } else { Ok(now) }
}

/// Finds the caller of an access token. Anything wrong with it makes a stranger.
pub async fn caller(app: &Arc<App>, access: &str, audience: token::Audience) -> Result<Caller> {
    let Some(claims) = token::verify(app, access, audience) else { return Ok(Caller::Stranger) };
    match (audience, claims.tenant) {
        (token::Audience::Operator, _) => crate::operator::caller(app, claims.session).await,
        (token::Audience::Console | token::Audience::Mini, Some(tenant)) => {
            account_caller(app, tenant, claims.session).await
        }
        (token::Audience::Console | token::Audience::Mini, None) => Ok(Caller::Stranger),
    }
}

async fn account_caller(app: &Arc<App>, tenant: TenantId, session: SessionId) -> Result<Caller> {
    let tenant = match tenants::info(app, tenant).await {
        Ok(tenant) if tenant.active => tenant,
        Ok(_) => return Err(Error::unavailable("tenant in maintenance")),
        Err(error) if error.code == "NOT_FOUND" => return Ok(Caller::Stranger),
        Err(error) => return Err(error),
    };
    // Before what is remembered of the session: a tenant that was suspended is empty within the life of one memory.
    if !tenant.life(app).is_open() {
        return Ok(Caller::Stranger);
    }
    if let Some(identity) = app.remembered.get(app, &tenant, session) {
        return Ok(Caller::Account(identity));
    }
    let read = Read::now(app);
    let mut unit = app.begin(Space::Tenant(tenant.id), Mode::Read).await?;
    let mut identity = load(app, &tenant, session, unit.conn()?).await?;
    if identity.is_none() {
        identity = crate::support::caller(app, &tenant, session, unit.conn()?).await?;
    }
    unit.commit().await?;
    let Some(identity) = identity.map(Arc::new) else { return Ok(Caller::Stranger) };
    app.remembered.keep(tenant, read, identity.clone());
    Ok(Caller::Account(identity))
}

/// Menus that are switched off; given roles, and the organisation of each.
type Granted = (Vec<String>, Vec<String>, Vec<Uuid>);

/// What [`Granted`] holds, as part of a statement that is sent anyway: most requests of a large installation come from
/// a session that nobody remembers.
macro_rules! granted {
    ($account:expr) => {{
        use crate::schema::role_assignments as given;
        let given = || given::table.filter(given::account_id.eq($account).and(given::until.is_null())).order(given::id);
        (
            dsl::array::<sql_types::Text, _>(menus::hidden_keys()),
            dsl::array::<sql_types::Text, _>(given().select(given::role)),
            dsl::array::<sql_types::Uuid, _>(given().select(given::organisation_id)),
        )
    }};
}

type SessionRow =
    (Uuid, String, String, String, Option<Vec<u8>>, chrono::DateTime<chrono::Utc>, i64, Vec<String>, Granted);

/// Reads a session with everything it may do, if it is open.
pub(crate) async fn load(
    app: &App,
    tenant: &Arc<Tenant>,
    session: SessionId,
    conn: &mut Conn,
) -> Result<Option<Identity>> {
    let row: Option<SessionRow> = sessions::table
        .inner_join(table::table)
        .inner_join(policy::table.on(policy::id.eq(1)))
        .filter(sessions::id.eq(session.0))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(app.world.now()))
        .filter(table::state.ne("disabled"))
        .select((
            table::id,
            sessions::purpose,
            table::user_name,
            table::display_name,
            table::mobile,
            sessions::expires_at,
            policy::epoch,
            policy::modules,
            granted!(table::id),
        ))
        .first(&mut *conn)
        .await
        .optional()?;
    let Some((account, purpose, user_name, display_name, mobile, expires_at, epoch, modules, granted)) = row else {
        return Ok(None);
    };
    let (held, hidden) = completed(app, account, granted, conn).await?;
    let on = |permission: Permission| open(app, permission, &modules, &hidden);
    let grants = roles::grants(app, &held, on);
    let roles = held.into_iter().map(|one| (one.role, one.at)).collect();
    let mobile = match mobile {
        Some(sealed) => Some(mask::phone(tenants::vault(app, tenant.id).await?.open_text(&sealed)?.expose())),
        None => None,
    };
    let purpose = if purpose == "full" { Purpose::Full } else { Purpose::Password };
    let tenant = Arc::new(Tenant { modules, ..(**tenant).clone() });
    Ok(Some(Identity {
        tenant,
        account: account.into(),
        session,
        purpose,
        user_name,
        display_name,
        mobile,
        grants,
        roles,
        epoch,
        expires_at,
        guest: None,
    }))
}

/// Refuses whoever is not a tenant's account with a full session.
pub fn must_be_account(cx: &crate::cx::Cx) -> Result<&Arc<Identity>> {
    let identity = cx.identity()?;
    cx.allow(zhibu_core::SELF)?;
    if identity.guest.is_some() { Err(Error::denied()) } else { Ok(identity) }
}

/// What somebody may reach with a permission now, for work that goes on without them.
pub async fn scope_of(
    cx: &crate::cx::Cx,
    account: AccountId,
    permission: Permission,
    conn: &mut Conn,
) -> Result<Option<crate::policy::Scope>> {
    let known: Option<(String, Vec<String>)> = table::table
        .inner_join(policy::table.on(policy::id.eq(1)))
        .filter(table::id.eq(account.0).and(table::state.ne("disabled")))
        .select((table::state, policy::modules))
        .first(&mut *conn)
        .await
        .optional()?;
    let Some((_, modules)) = known else { return Ok(None) };
    let (held, hidden) = rights(&cx.app, account.0, conn).await?;
    let on = |permission: Permission| open(&cx.app, permission, &modules, &hidden);
    let grants = roles::grants(&cx.app, &held, on);
    Ok(grants.scope(permission).cloned())
}

type Rights = (Vec<roles::HeldRole>, Vec<String>);

/// The roles an account holds, and the menus that are switched off.
async fn rights(app: &App, account: Uuid, conn: &mut Conn) -> Result<Rights> {
    let granted: Granted = diesel::select(granted!(account)).get_result(&mut *conn).await?;
    completed(app, account, granted, conn).await
}

/// With the roles that follow from posts.
async fn completed(app: &App, account: Uuid, granted: Granted, conn: &mut Conn) -> Result<Rights> {
    let (hidden, roles, on) = granted;
    Ok((roles::held(app, account, roles.into_iter().zip(on).collect(), conn).await?, hidden))
}

/// Which permissions count in a tenant with these modules, as its menus are switched now.
pub(crate) async fn open_to<'a>(
    app: &'a App,
    modules: &'a [String],
    conn: &mut Conn,
) -> Result<impl Fn(Permission) -> bool + use<'a>> {
    let hidden = menus::hidden(conn).await?;
    Ok(move |permission| open(app, permission, modules, &hidden))
}

/// A permission counts while its module is entitled and no menu on the way to it is switched off.
fn open(app: &App, permission: Permission, modules: &[String], hidden: &[String]) -> bool {
    let Some(owner) = app.registry.owner(permission) else { return false };
    if !app.registry.of(modules).any(|m| m.key == owner) {
        return false;
    }
    permission.menu.is_none_or(|key| app.registry.way_to(key).all(|menu| !hidden.contains(&menu.key)))
}

/// Forgets what this replica remembers of the caller's session, whose account has changed.
pub async fn forget_mine(cx: &crate::cx::Cx) -> Result<()> {
    forget(&cx.app, cx.tenant()?, cx.identity()?.session).await;
    Ok(())
}

/// Forgets what this replica remembers of a session.
pub(crate) async fn forget(app: &App, tenant: TenantId, session: SessionId) {
    app.remembered.forget(tenant, session);
    app.live.touch(&topic(session));
}

/// The topic on which the end of a session is announced, for sockets that hang on it.
pub fn topic(session: SessionId) -> String {
    format!("session:{session}")
}

/// Marks that somebody's rights have changed.
pub(crate) async fn bump(conn: &mut Conn) -> Result<()> {
    diesel::update(policy::table).set(policy::epoch.eq(policy::epoch + 1)).execute(conn).await?;
    Ok(())
}
