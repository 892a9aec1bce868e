use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use zhibu_core::{Page, PageArgs, ProgressId, Result, TenantId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::life::{self, Spans};
use zhibu_tenancy::{Cx, activation, entitlement, meters, tenants, terms};

use crate::{FIRST_ADMIN, TENANTS_LIFE, TENANTS_MODULES, TENANTS_READ};

/// Where a tenant stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum TenantState {
    /// 开通中
    Provisioning,
    /// 正常
    Active,
    /// 开通失败
    Failed,
    /// 维护中
    Maintenance,
}

/// Where a tenant stands in its life.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "zhibu_tenancy::life::Life")]
pub(super) enum TenantLife {
    /// 正常
    Active,
    /// 宽限期
    Grace,
    /// 只读
    ReadOnly,
    /// 已停用
    Suspended,
    /// 已终止
    Closed,
}

#[derive(InputObject)]
pub(super) struct TenantFilter {
    state: Option<TenantState>,
    life: Option<TenantLife>,
    /// Part of the name, or the short name.
    search: Option<String>,
}

/// A tenant as the operator sees it: no member data.
#[derive(SimpleObject)]
pub(super) struct Tenant {
    id: TenantId,
    name: String,
    slug: String,
    state: TenantState,
    plan: String,
    modules: Vec<String>,
    seats: i32,
    demo: bool,
    created_at: DateTime<Utc>,
    activated_at: Option<DateTime<Utc>>,
    percent: i16,
    error: Option<String>,
    /// Where it stands today, by its last day and what operators have decided.
    life: TenantLife,
    /// Last day of use; none: without end.
    expires_on: Option<NaiveDate>,
    /// Last day on which everything still works.
    grace_until: Option<NaiveDate>,
    /// Last day on which it can be read.
    readable_until: Option<NaiveDate>,
    /// When an operator suspended it.
    suspended_at: Option<DateTime<Utc>>,
    suspend_reason: Option<String>,
    /// When an operator closed it.
    closed_at: Option<DateTime<Utc>>,
    close_reason: Option<String>,
}

/// What changes of a tenant's terms; what is left out stays.
#[derive(InputObject)]
pub(super) struct TenantTermsInput {
    tenant: TenantId,
    plan: Option<String>,
    /// Not below the members there are.
    seats: Option<i32>,
    /// Last day of use; null: without end.
    expires_on: MaybeUndefined<NaiveDate>,
    reason: String,
}

/// What a tenant uses.
#[derive(SimpleObject)]
pub(super) struct TenantMeters {
    /// Members, who take places.
    members: i64,
    /// Places.
    seats: i32,
    /// Accounts that are not disabled.
    accounts: i64,
    /// Bytes of its tables.
    database_bytes: i64,
    /// The placement on which its tables stand.
    placement: String,
    /// None when the store does not tell.
    storage_bytes: Option<u64>,
    /// Text messages in its name since the first of the month.
    sms_this_month: i64,
    /// Calls in its name since the first of the month.
    voice_this_month: i64,
    /// Requests of its people today.
    requests_today: i64,
    /// Limits; none: as much as it likes.
    storage_quota: Option<i64>,
    sms_quota: Option<i32>,
    requests_quota: Option<i64>,
    /// Password-free sign-ins since the first of the month.
    sso_this_month: i64,
    /// Password-free sign-ins that are left.
    sso_left: i64,
    last_sign_in_at: Option<DateTime<Utc>>,
}

/// A long job that was started.
#[derive(SimpleObject)]
pub(super) struct JobRef {
    id: ProgressId,
}

impl Tenant {
    fn of(cx: &Cx, row: tenants::TenantRow) -> Self {
        let spans = Spans::of(&cx.app.settings);
        let life = life::life(&row.term(), spans, cx.app.world.today()).into();
        let state = match row.state.as_str() {
            "provisioning" => TenantState::Provisioning,
            "active" => TenantState::Active,
            "failed" => TenantState::Failed,
            _ => TenantState::Maintenance,
        };
        Self {
            id: row.id.into(),
            name: row.name,
            slug: row.slug,
            state,
            plan: row.plan,
            modules: row.modules,
            seats: row.seats,
            demo: row.demo,
            created_at: row.created_at,
            activated_at: row.activated_at,
            percent: row.percent,
            error: row.error,
            life,
            expires_on: row.expires_on,
            grace_until: row.expires_on.map(|day| spans.grace_until(day)),
            readable_until: row.expires_on.map(|day| spans.readable_until(day)),
            suspended_at: row.suspended_at,
            suspend_reason: row.suspend_reason,
            closed_at: row.closed_at,
            close_reason: row.close_reason,
        }
    }
}

fn code(state: TenantState) -> &'static str {
    match state {
        TenantState::Provisioning => "provisioning",
        TenantState::Active => "active",
        TenantState::Failed => "failed",
        TenantState::Maintenance => "maintenance",
    }
}

#[derive(Default)]
pub(super) struct TenantQuery;

#[Object]
impl TenantQuery {
    /// The installation's tenants, newest first.
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<TenantFilter>,
    ) -> Result<Listed<Tenant>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let filter = filter
            .map(|f| tenants::TenantFilter {
                state: f.state.map(|s| code(s).to_owned()),
                life: f.life.map(Into::into),
                search: f.search,
            })
            .unwrap_or_default();
        let total =
            if ctx.shows(&["totalCount"]) { Some(tenants::count(cx, TENANTS_READ, &filter).await?) } else { None };
        let page = tenants::list(cx, TENANTS_READ, &filter, &args).await?;
        Ok(Listed::new(
            Page { nodes: page.nodes.into_iter().map(|row| Tenant::of(cx, row)).collect(), info: page.info },
            total,
        ))
    }

    /// One tenant.
    async fn tenant(&self, ctx: &Context<'_>, id: TenantId) -> Result<Tenant> {
        let cx = ctx.cx()?;
        Ok(Tenant::of(cx, tenants::get(cx, TENANTS_READ, id).await?))
    }

    /// What a tenant uses (OP-8).
    async fn tenant_meters(&self, ctx: &Context<'_>, tenant: TenantId) -> Result<TenantMeters> {
        let m = meters::read(ctx.cx()?, TENANTS_READ, tenant).await?;
        Ok(TenantMeters {
            members: m.members,
            seats: m.seats,
            accounts: m.accounts,
            database_bytes: m.database,
            placement: m.placement,
            storage_bytes: m.storage,
            sms_this_month: m.messages,
            voice_this_month: m.calls,
            requests_today: m.requests,
            storage_quota: m.quotas.storage_bytes,
            sms_quota: m.quotas.sms_month,
            requests_quota: m.quotas.requests_day,
            sso_this_month: m.sso_uses,
            sso_left: m.sso_left,
            last_sign_in_at: m.last_sign_in,
        })
    }
}

/// A tenant's first administrator who was reset.
#[derive(SimpleObject)]
pub(super) struct ResetAdministrator {
    /// The initial password where it is random; it is told this once.
    one_time_password: Option<String>,
}

#[derive(Default)]
pub(super) struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Unlocks a tenant's first administrator and resets the password to an initial one, from wherever they sign in, when
    /// nobody can get in.
    async fn reset_first_administrator(&self, ctx: &Context<'_>, tenant: TenantId) -> Result<ResetAdministrator> {
        let password = activation::reset_administrator(ctx.cx()?, FIRST_ADMIN, tenant).await?;
        Ok(ResetAdministrator { one_time_password: password.map(|password| password.expose().to_owned()) })
    }

    /// Changes plan, places or last day of use of a tenant (OP-8, OP-12).
    async fn change_tenant_terms(&self, ctx: &Context<'_>, input: TenantTermsInput) -> Result<Tenant> {
        let cx = ctx.cx()?;
        let expires_on = match input.expires_on {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(day) => Some(Some(day)),
        };
        let change = terms::Terms { plan: input.plan, seats: input.seats, expires_on };
        let changed = Box::pin(terms::change(cx, TENANTS_LIFE, input.tenant, &change, &input.reason)).await?;
        Ok(Tenant::of(cx, changed))
    }

    /// Sends everybody of a tenant out and lets nobody in until it is resumed (OP-12).
    async fn suspend_tenant(&self, ctx: &Context<'_>, tenant: TenantId, reason: String) -> Result<Tenant> {
        let cx = ctx.cx()?;
        Ok(Tenant::of(cx, terms::suspend(cx, TENANTS_LIFE, tenant, &reason).await?))
    }

    /// Takes a suspension back (OP-12).
    async fn resume_tenant(&self, ctx: &Context<'_>, tenant: TenantId, reason: String) -> Result<Tenant> {
        let cx = ctx.cx()?;
        Ok(Tenant::of(cx, terms::resume(cx, TENANTS_LIFE, tenant, &reason).await?))
    }

    /// Ends a tenant for good; its name must be given as a confirmation (OP-12).
    async fn close_tenant(&self, ctx: &Context<'_>, tenant: TenantId, name: String, reason: String) -> Result<Tenant> {
        let cx = ctx.cx()?;
        let closing = terms::Closing { name, reason };
        Ok(Tenant::of(cx, terms::close(cx, TENANTS_LIFE, tenant, &closing).await?))
    }

    /// Switches a module of a tenant on or off. Switched off, its tables in this tenant go, with what is in them.
    async fn set_tenant_module(&self, ctx: &Context<'_>, tenant: TenantId, module: String, on: bool) -> Result<JobRef> {
        Ok(JobRef { id: entitlement::switch(ctx.cx()?, TENANTS_MODULES, tenant, &module, on).await?.into() })
    }
}
