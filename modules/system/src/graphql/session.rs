use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{AccountId, Error, Result, SELF, SessionId, TenantId};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{RefreshCookie, Request, clear, set};
use zhibu_tenancy::identity::{self, Identity, Tokens};
use zhibu_tenancy::{Audience, Caller, Cx, operator, tenants};

/// A signed-in account with everything the console needs to draw itself.
pub(super) struct Session {
    cx: Arc<Cx>,
    identity: Arc<Identity>,
}

/// A tenant by name.
#[derive(SimpleObject, Clone)]
pub(super) struct TenantBrief {
    pub(super) id: TenantId,
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) demo: bool,
}

/// An entry of the left bar.
#[derive(SimpleObject)]
pub(super) struct Menu {
    key: String,
    parent_key: Option<String>,
    label: String,
    kind: MenuKind,
}

/// A page, or a group of pages.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum MenuKind {
    /// 分组
    Group,
    /// 页面
    Page,
}

/// The own account.
#[derive(SimpleObject)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) user_name: String,
    pub(super) display_name: String,
    /// Masked.
    pub(super) mobile: Option<String>,
    pub(super) has_mobile: bool,
    /// It has a password that the person chose.
    pub(super) has_password: bool,
    /// It asks for one-time passwords beside it (动态口令).
    pub(super) has_totp: bool,
    pub(super) password_changed_at: Option<DateTime<Utc>>,
}

/// What the change-password step needs.
#[derive(SimpleObject)]
pub(super) struct PasswordChange {
    needs_sms_code: bool,
    masked_mobile: Option<String>,
    display_name: String,
    /// The new password must not contain it.
    user_name: String,
}

/// A signed-in device (登录设备).
#[derive(SimpleObject)]
pub(super) struct DeviceSession {
    id: SessionId,
    current: bool,
    device: String,
    address: String,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
}

impl From<&tenants::Tenant> for TenantBrief {
    fn from(tenant: &tenants::Tenant) -> Self {
        Self { id: tenant.id, name: tenant.name.clone(), slug: tenant.slug.clone(), demo: tenant.demo }
    }
}

impl From<tenants::TenantRow> for TenantBrief {
    fn from(row: tenants::TenantRow) -> Self {
        Self { id: row.id.into(), name: row.name, slug: row.slug, demo: row.demo }
    }
}

impl From<identity::Account> for Account {
    fn from(account: identity::Account) -> Self {
        Self {
            id: account.id,
            user_name: account.user_name,
            display_name: account.display_name,
            has_mobile: account.mobile.is_some(),
            has_password: account.has_password,
            has_totp: account.has_totp,
            mobile: account.mobile,
            password_changed_at: account.password_changed_at,
        }
    }
}

impl Account {
    /// What stands in the account's place for an operator whom the tenant has let in.
    fn guest(identity: &Identity) -> Self {
        Self {
            id: identity.account,
            user_name: identity.user_name.clone(),
            display_name: identity.display_name.clone(),
            mobile: None,
            has_mobile: false,
            has_password: false,
            has_totp: false,
            password_changed_at: None,
        }
    }
}

/// The menus of a console that the held permissions open.
pub(super) fn menus(cx: &Cx, console: &str, holds: impl Fn(&str) -> bool) -> Vec<Menu> {
    let visible = cx.app.registry.visible(console, holds);
    let kind = |page| if page { MenuKind::Page } else { MenuKind::Group };
    visible.into_iter().map(|m| Menu { key: m.key, parent_key: m.parent, label: m.label, kind: kind(m.page) }).collect()
}

impl Session {
    /// The session that a pair of new tokens opens, handed to the browser as cookies.
    pub(super) async fn enter(ctx: &Context<'_>, tokens: &Tokens) -> Result<Self> {
        set(ctx, ctx.cx()?, Audience::Console, tokens)?;
        Self::opened(ctx, tokens, Audience::Console).await
    }

    /// The session that a pair of new tokens opens.
    pub(super) async fn opened(ctx: &Context<'_>, tokens: &Tokens, audience: Audience) -> Result<Self> {
        let cx = ctx.cx()?;
        let caller = identity::caller(&cx.app, tokens.access.expose(), audience).await?;
        let cx = Arc::new(Cx::new(cx.app.clone(), caller, cx.origin.clone()));
        Self::of(cx)
    }

    fn of(cx: Arc<Cx>) -> Result<Self> {
        let identity = cx.identity()?.clone();
        Ok(Self { cx, identity })
    }
}

#[Object]
impl Session {
    async fn id(&self) -> SessionId {
        self.identity.session
    }

    async fn account(&self) -> Result<Account> {
        if self.identity.guest.is_some() {
            return Ok(Account::guest(&self.identity));
        }
        let mut read = self.cx.read(SELF).await?;
        Ok(identity::account(&self.cx, self.identity.account, read.conn()?).await?.into())
    }

    async fn tenant(&self) -> TenantBrief {
        TenantBrief::from(&*self.identity.tenant)
    }

    /// The left bar, groups before their pages.
    async fn menus(&self) -> Vec<Menu> {
        menus(&self.cx, "tenant", |key| self.identity.grants.holds(key))
    }

    /// Keys of the held permissions.
    async fn permissions(&self) -> Vec<&'static str> {
        self.identity.grants.keys()
    }

    /// The tops of the tree the account may see.
    async fn roots(&self) -> Result<Vec<OrganisationRef>> {
        let Ok(mut read) = self.cx.read(zhibu_directory::ORG_READ).await else { return Ok(Vec::new()) };
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let rows = organisation::roots(&reach, read.conn()?).await?;
        Ok(rows.into_iter().map(|row| OrganisationRef { id: row.id.into(), short_name: row.short_name }).collect())
    }
}

#[derive(Default)]
pub(super) struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The session, when somebody is signed in and has no password to change first.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<Session>> {
        let cx = ctx.cx()?;
        match cx.identity() {
            Ok(identity) if identity.purpose == identity::Purpose::Full => Session::of(cx.clone()).map(Some),
            _ => Ok(None),
        }
    }

    /// What the change-password step needs, while it is due.
    async fn password_change(&self, ctx: &Context<'_>) -> Result<Option<PasswordChange>> {
        let cx = ctx.cx()?;
        let Some(mobile) = identity::pending_change(cx).await? else { return Ok(None) };
        let (display_name, user_name) = (cx.identity()?.display_name.clone(), cx.identity()?.user_name.clone());
        Ok(Some(PasswordChange { needs_sms_code: mobile.is_some(), masked_mobile: mobile, display_name, user_name }))
    }

    /// The own signed-in devices.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<DeviceSession>> {
        let cx = ctx.cx()?;
        let current = cx.identity()?.session;
        let devices = identity::devices(cx).await?;
        let show = |d: identity::Device| DeviceSession {
            current: d.id == current.0,
            id: d.id.into(),
            device: d.device,
            address: d.address,
            created_at: d.created_at,
            last_seen_at: d.seen_at,
        };
        Ok(devices.into_iter().map(show).collect())
    }
}

#[derive(Default)]
pub(super) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Exchanges the refresh cookie for new tokens.
    async fn refresh(&self, ctx: &Context<'_>) -> Result<bool> {
        let cx = ctx.cx()?;
        let cookie = ctx.data_opt::<RefreshCookie>().and_then(|c| c.0.clone()).ok_or_else(Error::unauthenticated)?;
        let audience = ctx.data_opt::<Audience>().copied().unwrap_or(Audience::Console);
        let renewed = match audience {
            Audience::Console | Audience::Mini => identity::refresh(cx, &cookie, Audience::Console).await,
            Audience::Operator => operator::refresh(cx, &cookie).await,
        };
        match renewed {
            Ok(tokens) => set(ctx, cx, audience, &tokens).map(|()| true),
            Err(error) => {
                if error.code == "UNAUTHENTICATED" {
                    clear(ctx, cx, audience)?;
                }
                Err(error)
            }
        }
    }

    /// Ends the session.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<bool> {
        let cx = ctx.cx()?;
        if matches!(cx.caller(), Caller::Account(_)) {
            identity::sign_out(cx).await?;
        }
        clear(ctx, cx, Audience::Console)?;
        Ok(true)
    }

    /// Ends one of the own sessions on another device.
    async fn end_session(&self, ctx: &Context<'_>, id: SessionId) -> Result<bool> {
        identity::end(ctx.cx()?, id).await?;
        Ok(true)
    }
}
