use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{Result, TenantId};
use zhibu_graphql::Request;
use zhibu_tenancy::fleet::{self, Filter, Ship};

use crate::{FLEET_MANAGE, FLEET_READ};

/// When a tenant is brought up to date.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "zhibu_tenancy::fleet::Ring")]
pub(super) enum FleetRing {
    /// 先行
    Canary,
    /// 普通
    Stable,
}

/// Where a tenant stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "zhibu_tenancy::fleet::Standing")]
pub(super) enum FleetStanding {
    /// 最新
    Current,
    /// 待升级
    Behind,
    /// 失败
    Failed,
}

/// A tenant of the fleet.
#[derive(SimpleObject)]
pub(super) struct FleetTenant {
    id: TenantId,
    name: String,
    ring: FleetRing,
    standing: FleetStanding,
    /// Empty when its schema cannot be looked at.
    modules: Vec<FleetModule>,
    /// The step at which the last try stopped, as module/step.
    failed_step: Option<String>,
    error: Option<String>,
    migrated_at: Option<DateTime<Utc>>,
}

/// A module of a tenant.
#[derive(SimpleObject)]
pub(super) struct FleetModule {
    key: &'static str,
    title: &'static str,
    /// The last step that was applied.
    version: Option<String>,
    /// What is missing, in order.
    missing: Vec<&'static str>,
}

/// The fleet, with how many stand where.
#[derive(SimpleObject)]
pub(super) struct Fleet {
    current: i64,
    behind: i64,
    failed: i64,
    /// How many match.
    total_count: i64,
    nodes: Vec<FleetTenant>,
}

#[derive(InputObject)]
pub(super) struct FleetFilter {
    ring: Option<FleetRing>,
    standing: Option<FleetStanding>,
}

impl From<Ship> for FleetTenant {
    fn from(ship: Ship) -> Self {
        let module = |one: fleet::ModuleSteps| FleetModule {
            key: one.module,
            title: one.title,
            version: one.version,
            missing: one.missing,
        };
        Self {
            id: ship.id.into(),
            name: ship.name,
            ring: ship.ring.into(),
            standing: ship.standing.into(),
            modules: ship.modules.into_iter().map(module).collect(),
            failed_step: ship.failed_step,
            error: ship.error,
            migrated_at: ship.migrated_at,
        }
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[derive(Default)]
pub(super) struct FleetQuery;

#[Object]
impl FleetQuery {
    /// Which tenants are at the newest version, the canary ring first (升级进度).
    async fn fleet(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20)] first: i32,
        #[graphql(default)] offset: i32,
        filter: Option<FleetFilter>,
    ) -> Result<Fleet> {
        let filter = filter.map_or_else(Filter::default, |one| Filter {
            ring: one.ring.map(Into::into),
            standing: one.standing.map(Into::into),
        });
        let limit = usize::try_from(first.clamp(1, 100)).unwrap_or(20);
        let offset = usize::try_from(offset).unwrap_or_default();
        let (ships, total, summary) = fleet::look(ctx.cx()?, FLEET_READ, filter, offset, limit).await?;
        Ok(Fleet {
            current: number(summary.current),
            behind: number(summary.behind),
            failed: number(summary.failed),
            total_count: number(total),
            nodes: ships.into_iter().map(Into::into).collect(),
        })
    }
}

#[derive(Default)]
pub(super) struct FleetMutation;

#[Object]
impl FleetMutation {
    /// Moves a tenant to a ring.
    async fn set_fleet_ring(&self, ctx: &Context<'_>, tenant: TenantId, ring: FleetRing) -> Result<bool> {
        fleet::set_ring(ctx.cx()?, FLEET_MANAGE, tenant, ring.into()).await.map(|()| true)
    }

    /// Tries one tenant again, or brings everybody up to date, ring by ring; in the background.
    async fn bring_up_fleet(&self, ctx: &Context<'_>, tenant: Option<TenantId>) -> Result<bool> {
        fleet::start(ctx.cx()?, FLEET_MANAGE, tenant).await.map(|()| true)
    }
}
