//! The operator's side.

use std::collections::HashMap;

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, Secret, TenantId, check};

use super::{MOST_HOURS, Row, State, finish, forget};
use crate::audit::Entry;
use crate::cx::{Caller, Cx};
use crate::db::{Mode, Space};
use crate::identity::fresh_session;
use crate::life::Life;
use crate::schema::{support, support_requests, tenants};
use crate::tenants::{self as all, TenantRow};

/// A way in is for the next minute.
const TICKET: Duration = Duration::minutes(1);

/// What an operator asks for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Of whom.
    pub tenant: TenantId,
    /// What for; the tenant reads it.
    pub reason: String,
    /// With changes.
    pub write: bool,
    /// For how long.
    pub hours: i32,
}

/// A request as operators see it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its id.
    pub id: Uuid,
    /// The tenant.
    pub tenant: TenantRow,
    /// What became of it; none when the tenant cannot be reached.
    pub row: Option<Row>,
}

/// The same request, inside a tenant.
fn inside(cx: &Cx, tenant: TenantId) -> Cx {
    Cx::new(cx.app.clone(), Caller::System(Space::Tenant(tenant)), cx.origin.clone())
}

/// Asks a tenant's administrators to be let in.
pub async fn ask(cx: &Cx, permission: Permission, ask: &Ask) -> Result<Asked> {
    cx.allow(permission)?;
    let reason = check::text("reason", "原因", &ask.reason, 4, 200)?;
    let hours = i16::try_from(ask.hours)
        .ok()
        .filter(|hours| (1..=MOST_HOURS).contains(hours))
        .ok_or_else(|| Error::invalid("hours", format!("时长应为1至{MOST_HOURS}小时")))?;
    let operator = cx.operator()?.clone();
    let _turn = cx.app.supporting.lock().await;
    let mut write = cx.write(permission).await?;
    let tenant = tenants::table.find(ask.tenant.0).select(TenantRow::as_select()).first(write.conn()?).await?;
    let life = crate::life::life(&tenant.term(), crate::life::Spans::of(&cx.app.settings), cx.app.world.today());
    if tenant.state != "active" || life >= Life::Suspended {
        return Err(Error::refuse("NOT_ACTIVE", "租户未在使用中，不能申请支持"));
    }
    let id: Uuid = cx.app.world.id();
    diesel::insert_into(support_requests::table)
        .values((
            support_requests::id.eq(id),
            support_requests::tenant_id.eq(tenant.id),
            support_requests::operator_id.eq(operator.id.0),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = || {
        let entry = Entry::new("support.asked", "support", id).note("reason", reason.clone());
        entry.note("write", ask.write).note("hours", hours)
    };
    write.audit(entry().note("tenant", tenant.name.clone())).await?;
    let within = inside(cx, ask.tenant);
    let mut there = within.beside(Space::Tenant(ask.tenant)).await?;
    // Of several at once, here or at other replicas, each after the first finds it open.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('support:' || $1::text || $2::text, 0))")
        .bind::<diesel::sql_types::Uuid, _>(ask.tenant.0)
        .bind::<diesel::sql_types::Uuid, _>(operator.id.0)
        .execute(there.conn()?)
        .await?;
    let open: Vec<Row> = support::table
        .filter(support::state.eq_any(["asked", "granted"]).and(support::operator_id.eq(operator.id.0)))
        .select(Row::as_select())
        .load(there.conn()?)
        .await?;
    if open.iter().any(|row| matches!(row.state(cx.now()), State::Asked | State::Granted)) {
        return Err(Error::refuse("SUPPORT_OPEN", "您对该租户已有一次未结束的支持"));
    }
    let row: Row = diesel::insert_into(support::table)
        .values((
            support::id.eq(id),
            support::operator_id.eq(operator.id.0),
            support::operator_name.eq(&operator.user_name),
            support::reason.eq(&reason),
            support::asked_at.eq(cx.now()),
            support::write.eq(ask.write),
            support::hours.eq(hours),
            support::state.eq("asked"),
        ))
        .returning(Row::as_returning())
        .get_result(there.conn()?)
        .await?;
    there.audit(entry().by_operator(operator.id, operator.user_name.clone())).await?;
    // The platform first: a request that reaches nobody harms less than one that nobody has on record.
    write.commit().await?;
    there.commit().await?;
    Ok(Asked { id, tenant, row: Some(row) })
}

/// The requests of all operators, newest first, each as its tenant has it now.
pub async fn list(cx: &Cx, permission: Permission, tenant: Option<TenantId>, page: &PageArgs) -> Result<Page<Asked>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let mut query = support_requests::table
        .select((support_requests::id, support_requests::tenant_id))
        .order(support_requests::id.desc())
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(support_requests::id.lt(after));
    }
    if let Some(tenant) = tenant {
        query = query.filter(support_requests::tenant_id.eq(tenant.0));
    }
    let ids: Vec<(Uuid, Uuid)> = query.load(read.conn()?).await?;
    let wanted: Vec<Uuid> = ids.iter().map(|(_, tenant)| *tenant).collect();
    let named: HashMap<Uuid, TenantRow> =
        all::by_ids(&wanted, read.conn()?).await?.into_iter().map(|row| (row.id, row)).collect();
    drop(read);
    // Nobody needs a second connection while holding one.
    cx.close().await;
    let mut rows: HashMap<Uuid, Row> = HashMap::new();
    for tenant in named.keys() {
        let of: Vec<Uuid> = ids.iter().filter(|(_, one)| one == tenant).map(|(id, _)| *id).collect();
        match there(cx, (*tenant).into(), &of).await {
            Ok(found) => rows.extend(found.into_iter().map(|row| (row.id, row))),
            Err(error) => tracing::warn!(%tenant, code = error.code, "support requests not read"),
        }
    }
    let asked = ids.into_iter().filter_map(|(id, tenant)| {
        Some(Asked { id, tenant: named.get(&tenant)?.clone(), row: rows.get(&id).cloned() })
    });
    Ok(page.page(asked.collect(), |asked| asked.id))
}

async fn there(cx: &Cx, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Row>> {
    let mut unit = cx.app.begin(Space::Tenant(tenant), Mode::Read).await?;
    let rows = support::table.filter(support::id.eq_any(ids)).select(Row::as_select()).load(unit.conn()?).await?;
    unit.commit().await?;
    Ok(rows)
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission, tenant: Option<TenantId>) -> Result<i64> {
    let mut query = support_requests::table.count().into_boxed();
    if let Some(tenant) = tenant {
        query = query.filter(support_requests::tenant_id.eq(tenant.0));
    }
    Ok(query.get_result(cx.read(permission).await?.conn()?).await?)
}

/// The tenant that was asked.
async fn asked_of(id: Uuid, write: &mut crate::cx::Write<'_>) -> Result<TenantRow> {
    Ok(support_requests::table
        .inner_join(tenants::table)
        .filter(support_requests::id.eq(id))
        .select(TenantRow::as_select())
        .first(write.conn()?)
        .await?)
}

/// Takes a request back, or ends what was granted. Any operator may: it only makes less possible.
pub async fn withdraw(cx: &Cx, permission: Permission, id: Uuid) -> Result<Asked> {
    cx.allow(permission)?;
    let operator = cx.operator()?.clone();
    let _turn = cx.app.supporting.lock().await;
    let mut write = cx.write(permission).await?;
    let tenant = asked_of(id, &mut write).await?;
    write.audit(Entry::new("support.ended", "support", id).note("tenant", tenant.name.clone())).await?;
    let within = inside(cx, tenant.id.into());
    let mut there = within.beside(Space::Tenant(tenant.id.into())).await?;
    let (_, session) = finish(&mut there, id, &operator.user_name).await?;
    let entry = Entry::new("support.ended", "support", id);
    there.audit(entry.by_operator(operator.id, operator.user_name.clone())).await?;
    let row: Row = support::table.find(id).select(Row::as_select()).first(there.conn()?).await?;
    write.commit().await?;
    there.commit().await?;
    forget(&cx.app, tenant.id.into(), session).await;
    Ok(Asked { id, tenant, row: Some(row) })
}

/// A ticket that opens the tenant's console, for the operator who has asked and within a minute.
pub async fn enter(cx: &Cx, permission: Permission, id: Uuid) -> Result<Secret> {
    cx.allow(permission)?;
    let operator = cx.operator()?.clone();
    let _turn = cx.app.supporting.lock().await;
    let mut write = cx.write(permission).await?;
    let tenant = asked_of(id, &mut write).await?;
    write.audit(Entry::new("support.entered", "support", id).note("tenant", tenant.name)).await?;
    let within = inside(cx, tenant.id.into());
    let mut there = within.beside(Space::Tenant(tenant.id.into())).await?;
    let (ticket, digest) = fresh_session(cx, Some(tenant.id.into()), id.into(), None);
    let granted = diesel::update(support::table.find(id))
        .filter(support::state.eq("granted").and(support::until.gt(cx.now())))
        .filter(support::operator_id.eq(operator.id.0))
        .set((support::ticket_hash.eq(digest), support::ticket_expires_at.eq(cx.now() + TICKET)))
        .execute(there.conn()?)
        .await?;
    if granted == 0 {
        return Err(Error::refuse("SUPPORT_NOT_GRANTED", "租户没有同意，或支持已经结束"));
    }
    write.commit().await?;
    there.commit_quietly().await?;
    Ok(ticket)
}
