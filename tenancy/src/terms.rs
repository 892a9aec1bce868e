//! What an operator decides about a tenant after its activation (OP-8, OP-12): plan, places, last day of use,
//! suspension and the end.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use zhibu_core::{ANYONE, Error, Permission, Result, TenantId, check};

use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Space};
use crate::jobs::Job;
use crate::life;
use crate::module::Registry;
use crate::schema::{policy, sessions, tenants};
use crate::tenants::{TenantRow, seats};

/// What changes; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Name of the plan.
    pub plan: Option<String>,
    /// Places for members.
    pub seats: Option<i32>,
    /// Last day of use, or none for one without end.
    pub expires_on: Option<Option<NaiveDate>>,
}

/// Ten years: dates beyond are slips of the finger.
const FAR: chrono::Duration = chrono::Duration::days(3660);

impl Terms {
    /// The row as it shall be.
    fn over(&self, row: &TenantRow, today: NaiveDate) -> Result<TenantRow> {
        let mut row = row.clone();
        if let Some(plan) = &self.plan {
            row.plan = check::text("plan", "套餐", plan, 1, 30)?;
        }
        if let Some(seats) = self.seats {
            if !(1..=1_000_000).contains(&seats) {
                return Err(Error::invalid("seats", "席位应为1至1000000"));
            }
            row.seats = seats;
        }
        if let Some(day) = self.expires_on {
            if day.is_some_and(|day| day < today - FAR || day > today + FAR) {
                return Err(Error::invalid("expiresOn", "到期日应在前后十年之内"));
            }
            row.expires_on = day;
        }
        Ok(row)
    }
}

/// Changes plan, places or last day of use. The number of places may not fall below the members there are.
pub async fn change(
    cx: &Cx,
    permission: Permission,
    tenant: TenantId,
    terms: &Terms,
    reason: &str,
) -> Result<TenantRow> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    let mut write = cx.write(permission).await?;
    let before = locked(tenant, &mut write).await?;
    if before.state != "active" {
        return Err(Error::refuse("NOT_ACTIVE", "租户尚未就绪"));
    }
    let after = terms.over(&before, cx.app.world.today())?;
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let entry = Entry::new("tenant.terms_changed", "tenant", tenant.0)
        .change("plan", before.plan, after.plan.clone())
        .change("seats", before.seats, after.seats)
        .change("expiresOn", day(before.expires_on), day(after.expires_on));
    if entry.is_empty() {
        return Ok(after);
    }
    diesel::update(tenants::table.find(tenant.0))
        .set((tenants::plan.eq(&after.plan), tenants::seats.eq(after.seats), tenants::expires_on.eq(after.expires_on)))
        .execute(write.conn()?)
        .await?;
    write.audit(entry.note("reason", reason)).await?;
    if after.seats == before.seats {
        write.commit().await?;
    } else {
        reseat(write, &after).await?;
    }
    cx.app.tenants.invalidate(&tenant).await;
    Ok(after)
}

/// Makes the platform's row durable while the tenant's copy is locked, so that nobody is added beyond the new number.
/// What is cut off between the two is carried over by the job.
async fn reseat(mut write: Write<'_>, row: &TenantRow) -> Result<()> {
    let tenant = row.id.into();
    write.enqueue(&CarryTerms { tenant }).await?;
    let inside = Cx::system(write.cx.app.clone(), Space::Tenant(tenant));
    let mut there = inside.write(ANYONE).await?;
    let copied = copy_seats(&mut there, row).await?;
    let taken = taken(&there.cx.app.registry, there.conn()?).await?;
    if taken > i64::from(row.seats) {
        let words = format!("现有党员{taken}名，席位不能少于此数");
        return Err(Error::invalid("seats", words));
    }
    write.commit().await?;
    if copied { there.commit().await } else { Ok(()) }
}

/// How many of a tenant's places are taken.
pub(crate) async fn taken(registry: &Registry, conn: &mut Conn) -> Result<i64> {
    let mut taken = 0;
    for count in registry.modules.iter().filter_map(|module| module.seats_taken) {
        taken += count(conn).await?;
    }
    Ok(taken)
}

/// Copies the number of places into the tenant's own row; whether there was something to copy.
async fn copy_seats(there: &mut Write<'_>, row: &TenantRow) -> Result<bool> {
    let before = seats(there, true).await?;
    if before == row.seats {
        return Ok(false);
    }
    diesel::update(policy::table).set(policy::seats.eq(row.seats)).execute(there.conn()?).await?;
    there.audit(Entry::new("tenant.terms_changed", "tenant", row.id).change("seats", before, row.seats)).await?;
    Ok(true)
}

/// The tenant's row, held until the end of the transaction; of a closed one nothing changes any more. Not `FOR UPDATE`:
/// a tenant's transaction that reserves a sign-in name must not wait for it while it holds the tenant's policy.
pub(crate) async fn locked(tenant: TenantId, write: &mut Write<'_>) -> Result<TenantRow> {
    let row: Option<TenantRow> = tenants::table
        .find(tenant.0)
        .select(TenantRow::as_select())
        .for_no_key_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let row = row.ok_or_else(Error::missing)?;
    if row.closed_at.is_some() {
        return Err(Error::refuse("TENANT_CLOSED", "租户已终止，不能再修改"));
    }
    Ok(row)
}

/// Lets nobody of a tenant in any more, until it is resumed.
pub async fn suspend(cx: &Cx, permission: Permission, tenant: TenantId, reason: &str) -> Result<TenantRow> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    let mut write = cx.write(permission).await?;
    if locked(tenant, &mut write).await?.suspended_at.is_some() {
        return Err(Error::refuse("ALREADY_SUSPENDED", "租户已停用"));
    }
    diesel::update(tenants::table.find(tenant.0))
        .set((tenants::suspended_at.eq(cx.now()), tenants::suspend_reason.eq(&reason)))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("tenant.suspended", "tenant", tenant.0).note("reason", reason)).await?;
    send_out(write, tenant).await
}

/// Takes an operator's suspension back; what the date says counts again.
pub async fn resume(cx: &Cx, permission: Permission, tenant: TenantId, reason: &str) -> Result<TenantRow> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    let mut write = cx.write(permission).await?;
    if locked(tenant, &mut write).await?.suspended_at.is_none() {
        return Err(Error::refuse("NOT_SUSPENDED", "租户没有被人工停用；到期的租户请修改到期日"));
    }
    crate::portable::erase::not_begun(tenant, write.conn()?).await?;
    diesel::update(tenants::table.find(tenant.0))
        .set((tenants::suspended_at.eq(None::<DateTime<Utc>>), tenants::suspend_reason.eq(None::<String>)))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("tenant.resumed", "tenant", tenant.0).note("reason", reason)).await?;
    let row = locked(tenant, &mut write).await?;
    write.commit().await?;
    cx.app.tenants.invalidate(&tenant).await;
    Ok(row)
}

/// What an operator types to close a tenant.
#[derive(Debug, Clone)]
pub struct Closing {
    /// The tenant's name, as a confirmation.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Ends a tenant for good; its data stays until it is deleted.
pub async fn close(cx: &Cx, permission: Permission, tenant: TenantId, closing: &Closing) -> Result<TenantRow> {
    let reason = check::text("reason", "原因", &closing.reason, 2, 200)?;
    let mut write = cx.write(permission).await?;
    if locked(tenant, &mut write).await?.name != closing.name.trim() {
        return Err(Error::invalid("name", "名称与租户名称不一致"));
    }
    diesel::update(tenants::table.find(tenant.0))
        .set((tenants::closed_at.eq(cx.now()), tenants::close_reason.eq(&reason)))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("tenant.closed", "tenant", tenant.0).note("reason", reason)).await?;
    send_out(write, tenant).await
}

/// Sends everybody of the tenant out: this replica at once, every socket by the topic, the others within a second, when
/// they read the mark. The sessions' own rows end before the operator is answered, so that no replica writes for them from
/// then on; when that is cut off the job does it.
async fn send_out(mut write: Write<'_>, tenant: TenantId) -> Result<TenantRow> {
    let cx = write.cx;
    write.enqueue(&CarryTerms { tenant }).await?;
    let row = tenants::table.find(tenant.0).select(TenantRow::as_select()).first(write.conn()?).await?;
    write.commit().await?;
    cx.app.tenants.invalidate(&tenant).await;
    cx.app.live.touch(&life::topic(tenant));
    if row.activated_at.is_some()
        && let Err(error) = ended(cx, tenant).await
    {
        tracing::warn!(%tenant, code = error.code, cause = ?error.cause, "the sessions are left to the job");
    }
    Ok(row)
}

async fn ended(cx: &Cx, tenant: TenantId) -> Result<()> {
    let inside = Cx::system(cx.app.clone(), Space::Tenant(tenant));
    let mut there = inside.write(ANYONE).await?;
    if end_sessions(&mut there, tenant).await? { there.commit().await } else { Ok(()) }
}

/// Brings what a tenant's own schema holds of its terms into line with the platform's row. May run again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CarryTerms {
    tenant: TenantId,
}

impl Job for CarryTerms {
    const NAME: &'static str = "carry_terms";

    async fn run(self, cx: &Cx) -> Result<()> {
        let mut write = cx.beside(Space::Platform).await?;
        let row: TenantRow = tenants::table
            .find(self.tenant.0)
            .select(TenantRow::as_select())
            .for_no_key_update()
            .first(write.conn()?)
            .await?;
        if row.activated_at.is_none() {
            // Its making writes the present terms.
            return Ok(());
        }
        let inside = Cx::system(cx.app.clone(), Space::Tenant(self.tenant));
        let mut there = inside.write(ANYONE).await?;
        let mut changed = copy_seats(&mut there, &row).await?;
        if row.suspended_at.or(row.closed_at).is_some() {
            changed |= end_sessions(&mut there, self.tenant).await?;
            changed |= crate::support::end_all(&mut there).await? > 0;
        }
        if changed { there.commit().await } else { Ok(()) }
    }
}

async fn end_sessions(there: &mut Write<'_>, tenant: TenantId) -> Result<bool> {
    let now = there.cx.now();
    let ended = diesel::update(sessions::table)
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(now)))
        .set(sessions::ended_at.eq(now))
        .execute(there.conn()?)
        .await?;
    if ended > 0 {
        there.audit(Entry::new("tenant.sessions_ended", "tenant", tenant.0).note("count", ended)).await?;
    }
    Ok(ended > 0)
}
