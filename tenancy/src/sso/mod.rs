//! Password-free sign-in (免密登录, PC-2.6, OP-2): people of a tenant come in from a system of their own, by a ticket
//! that its server asks for under a signature, or from an identity provider.
//!
//! An application is the tenant's, but its key must be found before the tenant is known: it stands on the control plane,
//! and the tenant's transactions reach it through doors. Tickets, links and flows lie in the tenant's own tables.

pub mod apps;
pub mod links;
pub mod oidc;
pub mod rules;
pub mod schema;
mod tickets;
mod warn;

use chrono::{Duration, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
pub use tickets::{Entered, Minted, mint, redeem};
pub(crate) use warn::WarnOfQuota;
use zhibu_core::{Result, TenantId};

use crate::cx::Cx;
use crate::db::{Conn, Space};
use schema::{sso_apps, sso_flows, sso_nonces, sso_tickets, sso_uses};

/// Throws away nonces, tickets and flows that mean nothing any more.
pub(crate) async fn sweep(cx: &Cx) -> Result<()> {
    let space = cx.space();
    let mut write = cx.beside(space).await?;
    match space {
        Space::Platform => {
            let old = sso_nonces::at.lt(cx.now() - rules::NONCE_LIFE);
            diesel::delete(sso_nonces::table.filter(old)).execute(write.conn()?).await?;
        }
        Space::Tenant(_) => {
            let day = cx.now() - Duration::days(1);
            diesel::delete(sso_tickets::table.filter(sso_tickets::expires_at.lt(day))).execute(write.conn()?).await?;
            diesel::delete(sso_flows::table.filter(sso_flows::expires_at.lt(day))).execute(write.conn()?).await?;
        }
    }
    write.commit_quietly().await
}

/// What a tenant has used since a day, and what it has left.
pub(crate) async fn meter(tenant: TenantId, since: NaiveDate, conn: &mut Conn) -> Result<(i64, i64)> {
    let used: Option<i64> = sso_uses::table
        .inner_join(sso_apps::table.on(sso_apps::id.eq(sso_uses::app_id)))
        .filter(sso_apps::tenant_id.eq(tenant.0).and(sso_uses::day.ge(since)))
        .select(diesel::dsl::sum(sso_uses::uses))
        .first(&mut *conn)
        .await?;
    let left: Option<i64> = sso_apps::table
        .filter(sso_apps::tenant_id.eq(tenant.0).and(sso_apps::status.eq("approved")))
        .select(diesel::dsl::sum(sso_apps::quota_left))
        .first(conn)
        .await?;
    Ok((used.unwrap_or_default(), left.unwrap_or_default()))
}
