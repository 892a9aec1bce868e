//! What a tenant uses (OP-8): numbers only, nothing of what is in it.

use chrono::{DateTime, Datelike, Duration, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use zhibu_core::{Permission, Result, TenantId};

use crate::cx::Cx;
use crate::db::{Conn, Mode, Space, schema};
use crate::quotas::{self, Quotas};
use crate::schema::{accounts, tenants};
use crate::terms;

/// A tenant's meters.
#[derive(Debug, Clone, Default)]
pub struct Meters {
    /// Members, who take places.
    pub members: i64,
    /// Places.
    pub seats: i32,
    /// Accounts that are not disabled.
    pub accounts: i64,
    /// Bytes of its files; none when the store does not tell.
    pub storage: Option<u64>,
    /// Bytes of its tables.
    pub database: i64,
    /// The placement on which they stand.
    pub placement: String,
    /// Text messages ordered in its name since the first of the month.
    pub messages: i64,
    /// Calls ordered in its name since the first of the month.
    pub calls: i64,
    /// Requests of its people today.
    pub requests: i64,
    /// Its limits.
    pub quotas: Quotas,
    /// Password-free sign-ins since the first of the month.
    pub sso_uses: i64,
    /// Password-free sign-ins that are left.
    pub sso_left: i64,
    /// When somebody last signed in.
    pub last_sign_in: Option<DateTime<Utc>>,
}

/// Reads the meters of a tenant that is there.
pub async fn read(cx: &Cx, permission: Permission, tenant: TenantId) -> Result<Meters> {
    let mut meters = Meters::default();
    cx.allow(permission)?;
    cx.app.requests.flush(&cx.app, cx.now()).await?;
    let made = {
        let mut read = cx.read(permission).await?;
        let row: (i32, Option<DateTime<Utc>>, String) = tenants::table
            .find(tenant.0)
            .select((tenants::seats, tenants::activated_at, tenants::placement))
            .first(read.conn()?)
            .await?;
        (meters.seats, meters.placement) = (row.0, row.2);
        meters.messages = quotas::messages(tenant, cx.now(), read.conn()?).await?;
        meters.requests = quotas::requests(tenant, cx.now(), read.conn()?).await?;
        meters.quotas = quotas::of(tenant, read.conn()?).await?;
        let since = (month(cx.now()) + Duration::hours(8)).date_naive();
        (meters.sso_uses, meters.sso_left) = crate::sso::meter(tenant, since, read.conn()?).await?;
        row.1.is_some()
    };
    // One connection at a time.
    cx.close().await;
    if made {
        let mut unit = cx.app.begin(Space::Tenant(tenant), Mode::Read).await?;
        meters.members = terms::taken(&cx.app.registry, unit.conn()?).await?;
        (meters.accounts, meters.last_sign_in) = accounts::table
            .filter(accounts::state.ne("disabled"))
            .select((diesel::dsl::count_star(), diesel::dsl::max(accounts::last_sign_in_at)))
            .first(unit.conn()?)
            .await?;
        meters.database = size(tenant, unit.conn()?).await?;
        unit.commit().await?;
    }
    // The other numbers do not depend on a store that is down or forbids listing.
    meters.storage = quotas::stored(cx, tenant)
        .await
        .inspect_err(|error| tracing::warn!(code = error.code, cause = ?error.cause, "the size of a tenant's files is not known"))
        .ok();
    Ok(meters)
}

/// Bytes of a tenant's tables with their indexes, on the node that is asked.
async fn size(tenant: TenantId, conn: &mut Conn) -> Result<i64> {
    const SIZE: &str = "(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = ";
    let query = diesel::dsl::sql::<BigInt>(SIZE).bind::<Text, _>(schema(Space::Tenant(tenant))).sql(")");
    Ok(diesel::select(query).get_result(conn).await?)
}

/// The first moment of the month, as the calendar in China has it.
pub(crate) fn month(now: DateTime<Utc>) -> DateTime<Utc> {
    let china = Duration::hours(8);
    let day = (now + china).date_naive();
    day.with_day(1).unwrap_or(day).and_time(NaiveTime::MIN).and_utc() - china
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn op_8_a_month_begins_at_midnight_in_china() {
        for (now, begin) in [
            ("2026-11-30T15:59:59Z", "2026-10-31T16:00:00Z"),
            ("2026-11-30T16:00:00Z", "2026-11-30T16:00:00Z"),
            ("2026-12-31T15:00:00Z", "2026-11-30T16:00:00Z"),
        ] {
            let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            assert_eq!(month(moment(now)), moment(begin), "{now}");
        }
    }
}
