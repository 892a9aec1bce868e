use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{Page, PageArgs, ProgressId, Result, TenantId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::{activation, entitlement, tenants};

use crate::{FIRST_ADMIN, TENANTS_MODULES, TENANTS_READ};

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

#[derive(InputObject)]
pub(super) struct TenantFilter {
    state: Option<TenantState>,
    /// Part of the name.
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
}

/// A long job that was started.
#[derive(SimpleObject)]
pub(super) struct JobRef {
    id: ProgressId,
}

impl From<tenants::TenantRow> for Tenant {
    fn from(row: tenants::TenantRow) -> Self {
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
            .map(|f| tenants::TenantFilter { state: f.state.map(|s| code(s).to_owned()), search: f.search })
            .unwrap_or_default();
        let total =
            if ctx.shows(&["totalCount"]) { Some(tenants::count(cx, TENANTS_READ, &filter).await?) } else { None };
        let page = tenants::list(cx, TENANTS_READ, &filter, &args).await?;
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(Into::into).collect(), info: page.info }, total))
    }

    /// One tenant.
    async fn tenant(&self, ctx: &Context<'_>, id: TenantId) -> Result<Tenant> {
        Ok(tenants::get(ctx.cx()?, TENANTS_READ, id).await?.into())
    }
}

#[derive(Default)]
pub(super) struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Unlocks a tenant's first administrator and resets the password to the initial one, when nobody can get in.
    async fn reset_first_administrator(&self, ctx: &Context<'_>, tenant: TenantId) -> Result<bool> {
        activation::reset_administrator(ctx.cx()?, FIRST_ADMIN, tenant).await?;
        Ok(true)
    }

    /// Switches a module of a tenant on or off. Switched off, its tables in this tenant go, with what is in them.
    async fn set_tenant_module(&self, ctx: &Context<'_>, tenant: TenantId, module: String, on: bool) -> Result<JobRef> {
        Ok(JobRef { id: entitlement::switch(ctx.cx()?, TENANTS_MODULES, tenant, &module, on).await?.into() })
    }
}
