use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use zhibu_core::{Error, Result, Secret, SsoAppId, SsoLinkId};
use zhibu_graphql::Request;
use zhibu_tenancy::Cx;
use zhibu_tenancy::sso::{apps, links, oidc};

use crate::{SSO_MANAGE, SSO_READ};

/// Where an application stands (免密登录状态).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum SsoStatus {
    /// 待审核
    Applied,
    /// 已通过
    Approved,
    /// 已驳回
    Rejected,
    /// 停用
    Disabled,
}

impl SsoStatus {
    pub(super) fn of(code: &str) -> Self {
        match code {
            "applied" => Self::Applied,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            _ => Self::Disabled,
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Disabled => "disabled",
        }
    }
}

/// An application for password-free sign-in (免密登录应用).
#[derive(SimpleObject)]
pub(super) struct SsoApplication {
    id: SsoAppId,
    /// 应用标识
    app_key: String,
    /// 平台名称
    name: String,
    /// 用途
    purpose: String,
    /// 平台网址
    home_url: String,
    status: SsoStatus,
    /// A secret was made; it is shown at that moment only.
    has_secret: bool,
    /// Until when the secret before the present one is good.
    previous_until: Option<DateTime<Utc>>,
    /// Beginnings of local paths that people may be led to.
    targets: Vec<String>,
    /// Networks of the integrator's servers; empty: any.
    addresses: Vec<String>,
    /// Administrators may come in this way too.
    admit_administrators: bool,
    /// Sign-ins that are left.
    quota_left: i32,
    /// What was left after the last grant.
    quota_pack: i32,
    applied_at: DateTime<Utc>,
    applied_by: String,
    reviewed_at: Option<DateTime<Utc>>,
    /// Why it was rejected or stopped.
    reason: Option<String>,
}

impl From<apps::Application> for SsoApplication {
    fn from(row: apps::Application) -> Self {
        Self {
            status: SsoStatus::of(&row.status),
            has_secret: row.has_secret(),
            id: row.id.into(),
            app_key: row.app_key,
            name: row.name,
            purpose: row.purpose,
            home_url: row.home_url,
            previous_until: row.previous_until,
            targets: row.targets,
            addresses: row.addresses,
            admit_administrators: row.admit_administrators,
            quota_left: row.quota_left,
            quota_pack: row.quota_pack,
            applied_at: row.applied_at,
            applied_by: row.applied_by,
            reviewed_at: row.reviewed_at,
            reason: row.reason,
        }
    }
}

/// Password-free sign-ins of a day.
#[derive(SimpleObject)]
pub(super) struct SsoUses {
    day: NaiveDate,
    uses: i32,
}

/// Whom an outside identity stands for (外部身份绑定).
#[derive(SimpleObject)]
pub(super) struct SsoLink {
    id: SsoLinkId,
    /// An application (`app:<key>`) or an issuer.
    source: String,
    /// The name there.
    subject: String,
    user_name: String,
    display_name: String,
    /// When an administrator approved it; until then it opens nothing.
    approved_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<links::Link> for SsoLink {
    fn from(row: links::Link) -> Self {
        Self {
            id: row.id.into(),
            source: row.source,
            subject: row.subject,
            user_name: row.user_name,
            display_name: row.display_name,
            approved_at: row.approved_at,
            created_at: row.created_at,
        }
    }
}

/// A secret, shown this once.
#[derive(SimpleObject)]
pub(super) struct SsoSecret {
    app_key: String,
    secret: String,
}

#[derive(InputObject)]
pub(super) struct SsoApplyInput {
    name: String,
    purpose: String,
    home_url: String,
}

#[derive(InputObject)]
pub(super) struct SsoRulesInput {
    app: SsoAppId,
    /// Beginnings of local paths that people may be led to.
    targets: Vec<String>,
    /// Networks of the integrator's servers; empty: any.
    addresses: Vec<String>,
    admit_administrators: bool,
}

/// The tenant's own identity provider (统一身份认证); its secret is never shown.
#[derive(SimpleObject)]
pub(super) struct SsoIssuer {
    issuer: String,
    client_id: String,
    /// People may sign in there.
    enabled: bool,
}

impl From<oidc::Issuer> for SsoIssuer {
    fn from(row: oidc::Issuer) -> Self {
        Self { issuer: row.issuer, client_id: row.client_id, enabled: row.enabled }
    }
}

#[derive(InputObject)]
pub(super) struct SsoIssuerInput {
    app: SsoAppId,
    issuer: String,
    client_id: String,
    /// Left out: as it is.
    secret: Option<String>,
    enabled: bool,
}

#[derive(Default)]
pub(super) struct SsoQuery;

#[Object]
impl SsoQuery {
    /// The own tenant's applications, newest first (免密登录).
    async fn sso_applications(&self, ctx: &Context<'_>) -> Result<Vec<SsoApplication>> {
        Ok(apps::mine(ctx.cx()?, SSO_READ).await?.into_iter().map(Into::into).collect())
    }

    /// Sign-ins of an application by day, newest first, 90 days at most.
    async fn sso_uses(&self, ctx: &Context<'_>, app: SsoAppId) -> Result<Vec<SsoUses>> {
        let rows = apps::uses(ctx.cx()?, SSO_READ, app).await?;
        Ok(rows.into_iter().map(|(day, uses)| SsoUses { day, uses }).collect())
    }

    /// The identity provider of an application.
    async fn sso_issuer(&self, ctx: &Context<'_>, app: SsoAppId) -> Result<Option<SsoIssuer>> {
        Ok(oidc::issuer(ctx.cx()?, SSO_READ, app).await?.map(Into::into))
    }

    /// Whom outside identities stand for; those that wait for approval come first.
    async fn sso_links(&self, ctx: &Context<'_>) -> Result<Vec<SsoLink>> {
        let cx = ctx.cx()?;
        cx.identity()?;
        Ok(links::list(cx, SSO_READ).await?.into_iter().map(Into::into).collect())
    }
}

/// By an application that admits administrators one comes in as any of them. Only the tenant's own decides about it,
/// whoever else may manage applications.
async fn decides(cx: &Cx, app: SsoAppId, admitting: bool) -> Result<()> {
    let own = cx.identity()?.roles.iter().any(|(role, _)| role == "tenant_admin");
    // Looked up whatever is wanted: another tenant's, or without the right to, nothing of this is told.
    if own || !apps::own(cx, SSO_MANAGE, app).await?.admit_administrators && !admitting {
        return Ok(());
    }
    Err(Error::refuse("ADMITS_ADMINISTRATORS", "应用允许管理员免密登录时，只有总管理员能设置"))
}

#[derive(Default)]
pub(super) struct SsoMutation;

#[Object]
impl SsoMutation {
    /// Applies for password-free sign-in from a platform of the tenant's own.
    async fn apply_for_sso(&self, ctx: &Context<'_>, input: SsoApplyInput) -> Result<SsoApplication> {
        let draft = apps::Draft { name: input.name, purpose: input.purpose, home_url: input.home_url };
        Ok(apps::apply(ctx.cx()?, SSO_MANAGE, &draft).await?.into())
    }

    /// Makes the secret of an approved application, or exchanges it; it is shown this once. The one before stays good for
    /// a day, unless it is ended at once.
    async fn issue_sso_secret(
        &self,
        ctx: &Context<'_>,
        app: SsoAppId,
        #[graphql(default)] end_previous: bool,
    ) -> Result<SsoSecret> {
        let cx = ctx.cx()?;
        decides(cx, app, false).await?;
        let secret = apps::issue_secret(cx, SSO_MANAGE, app, end_previous).await?;
        let app_key = apps::own(cx, SSO_MANAGE, app).await?.app_key;
        Ok(SsoSecret { app_key, secret: secret.expose().to_owned() })
    }

    /// Decides where people may be led, from where tickets may be asked, and whether administrators come in.
    async fn set_sso_rules(&self, ctx: &Context<'_>, input: SsoRulesInput) -> Result<SsoApplication> {
        let rules = apps::Rules {
            targets: input.targets,
            addresses: input.addresses,
            admit_administrators: input.admit_administrators,
        };
        let cx = ctx.cx()?;
        decides(cx, input.app, rules.admit_administrators).await?;
        Ok(apps::set_rules(cx, SSO_MANAGE, input.app, &rules).await?.into())
    }

    /// Stops an application at once; only an operator starts it again.
    async fn stop_sso(&self, ctx: &Context<'_>, app: SsoAppId, reason: String) -> Result<SsoApplication> {
        Ok(apps::stop(ctx.cx()?, SSO_MANAGE, app, &reason).await?.into())
    }

    /// Sets the identity provider of an application (OpenID Connect).
    async fn set_sso_issuer(&self, ctx: &Context<'_>, input: SsoIssuerInput) -> Result<SsoIssuer> {
        let draft = oidc::IssuerDraft {
            issuer: input.issuer,
            client_id: input.client_id,
            secret: input.secret.filter(|secret| !secret.is_empty()).map(Secret::new),
            enabled: input.enabled,
        };
        let cx = ctx.cx()?;
        decides(cx, input.app, false).await?;
        Ok(oidc::set_issuer(cx, SSO_MANAGE, input.app, &draft).await?.into())
    }

    /// Links an integrator's own number of somebody to an account.
    async fn link_sso_subject(
        &self,
        ctx: &Context<'_>,
        app: SsoAppId,
        subject: String,
        user_name: String,
    ) -> Result<bool> {
        let cx = ctx.cx()?;
        decides(cx, app, false).await?;
        links::link(cx, SSO_MANAGE, app, &subject, &user_name).await?;
        Ok(true)
    }

    /// Approves a link that somebody has asked for.
    async fn approve_sso_link(&self, ctx: &Context<'_>, id: SsoLinkId) -> Result<bool> {
        let cx = ctx.cx()?;
        cx.identity()?;
        links::approve(cx, SSO_MANAGE, id).await?;
        Ok(true)
    }

    /// Takes a link away, or refuses one that was asked for.
    async fn remove_sso_link(&self, ctx: &Context<'_>, id: SsoLinkId) -> Result<bool> {
        let cx = ctx.cx()?;
        cx.identity()?;
        links::remove(cx, SSO_MANAGE, id).await?;
        Ok(true)
    }
}
