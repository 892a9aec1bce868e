//! A tenant erased: schema, role, objects, the platform's rows and the key that opens every copy of its sealed columns.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result, TenantId};

use super::carrier::{Carrier, Held};
use super::certificate::{Certificate, Statement, public_key};
use super::restore::beside;
use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Conn, Space, role, schema};
use crate::keys::{hash, hex};
use crate::life::Life;
use crate::placements::{self, Place};
use crate::schema::{audit_heads, codes, erasures, logins, moves, outbox, progress, tenants};
use crate::tenants::TenantRow;

/// What there was: tables, and the number of objects.
type Found = (Vec<Held>, usize);

/// Erases a tenant that is suspended or closed; `confirm` is its short name. May run again after it was cut off: the row
/// with the key goes last.
pub async fn erase(cx: &Cx, permission: Permission, id: TenantId, confirm: &str) -> Result<Certificate> {
    cx.allow(permission)?;
    let app = &cx.app;
    let control = Carrier::open(&app.ddl_url).await?;
    control.hold(id).await?;
    let row = erasable(cx, permission, id, confirm).await?;
    let place = placements::get(app, &row.placement).await?;
    let carrier = Carrier::open(&place.ddl_url).await?;
    let name = schema(Space::Tenant(id));
    let there = (look(&carrier, &name).await?, app.store.list(id).await?.len());
    let (number, found) = begin(cx, permission, id, there).await?;
    app.tenants.invalidate(&id).await;
    app.live.touch(&crate::life::topic(id));
    app.store.clear(id).await?;
    drop_schema(&carrier, &place, id).await?;
    forget_jobs(&carrier, id).await?;
    let certificate = finish(cx, permission, (number, id), &found).await?;
    app.tenants.invalidate(&id).await;
    app.vaults.invalidate(&id).await;
    Ok(certificate)
}

async fn erasable(cx: &Cx, permission: Permission, id: TenantId, confirm: &str) -> Result<TenantRow> {
    let row = crate::tenants::get(cx, permission, id).await?;
    cx.close().await;
    let spans = crate::life::Spans::of(&cx.app.settings);
    if crate::life::life(&row.term(), spans, cx.app.world.today()) < Life::Suspended {
        return Err(Error::refuse("TENANT_IN_USE", "只能销毁已停用或已终止的租户"));
    }
    if row.slug != confirm {
        return Err(Error::invalid("confirm", "确认的简称与租户不一致"));
    }
    let mut write = cx.write(permission).await?;
    let moving: i64 = moves::table.filter(moves::tenant_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if moving > 0 {
        return Err(Error::refuse("TENANT_MOVING", "租户正在迁移，请先完成迁移"));
    }
    Ok(row)
}

/// Closes the door and notes what is there, on record; whatever follows can be done again. Of a run that was cut off the
/// notes count, since the rest may be gone.
async fn begin(cx: &Cx, permission: Permission, id: TenantId, there: Found) -> Result<(Uuid, Found)> {
    let mut write = cx.write(permission).await?;
    let before: Option<(Uuid, serde_json::Value)> = erasures::table
        .filter(erasures::tenant_id.eq(id.0).and(erasures::certificate.is_null()))
        .select((erasures::id, erasures::found))
        .first(write.conn()?)
        .await
        .optional()?;
    if let Some((number, found)) = before {
        return Ok((number, serde_json::from_value(found).map_err(Error::bug)?));
    }
    diesel::update(tenants::table.find(id.0)).set(tenants::state.eq("maintenance")).execute(write.conn()?).await?;
    let number: Uuid = cx.app.world.id();
    let found = serde_json::to_value(&there).map_err(Error::bug)?;
    let row =
        (erasures::id.eq(number), erasures::tenant_id.eq(id.0), erasures::at.eq(cx.now()), erasures::found.eq(found));
    diesel::insert_into(erasures::table).values(row).execute(write.conn()?).await?;
    write.audit(Entry::new("tenant.erasing", "tenant", id.0)).await?;
    write.commit().await?;
    Ok((number, there))
}

/// Refuses a tenant whose erasure has begun: what is gone does not come back by opening the door.
pub(crate) async fn not_begun(id: TenantId, conn: &mut Conn) -> Result<()> {
    let begun = erasures::table.filter(erasures::tenant_id.eq(id.0).and(erasures::certificate.is_null()));
    let begun: i64 = begun.count().get_result(conn).await?;
    if begun == 0 {
        Ok(())
    } else {
        Err(Error::refuse("TENANT_ERASING", "租户的销毁已经开始，请再次执行销毁命令"))
    }
}

/// What is about to go.
async fn look(carrier: &Carrier, schema: &str) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for table in carrier.tables(schema).await? {
        held.push(carrier.take(schema, &table, None).await?);
    }
    held.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(held)
}

/// Drops a tenant's schema and role from a placement, with what a restoration that was cut off has left beside it.
pub(crate) async fn drop_schema(carrier: &Carrier, place: &Place, id: TenantId) -> Result<()> {
    let (name, role) = (schema(Space::Tenant(id)), role(Space::Tenant(id)));
    tracing::info!(placement = place.id, schema = name, "schema dropped");
    for schema in [beside(id, 'r'), beside(id, 'o'), name] {
        carrier.run(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
    }
    let known = carrier.texts("SELECT rolname::text FROM pg_roles WHERE rolname = $1", &[&role]).await?;
    if known.is_empty() {
        return Ok(());
    }
    // Another database of the same server may hold a tenant of this id; then the role is still needed.
    if let Err(error) = carrier.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await {
        tracing::warn!(role, code = error.code, cause = ?error.cause, "a role stays");
    }
    Ok(())
}

/// Takes what waits for a tenant out of a placement's queue.
pub(super) async fn forget_jobs(carrier: &Carrier, id: TenantId) -> Result<()> {
    carrier.run(&format!("DELETE FROM jobs._private_jobs WHERE payload ->> 'tenant' = '{id}'")).await
}

/// Removes the platform's rows and with them the key, and leaves the proof, all in one transaction.
async fn finish(
    cx: &Cx,
    permission: Permission,
    (number, id): (Uuid, TenantId),
    (held, objects): &Found,
) -> Result<Certificate> {
    let app: &App = &cx.app;
    let mut write = cx.write(permission).await?;
    let key: Vec<u8> = tenants::table.find(id.0).select(tenants::wrapped_key).for_update().first(write.conn()?).await?;
    let conn = write.conn()?;
    let logins = diesel::delete(logins::table.filter(logins::tenant_id.eq(id.0))).execute(conn).await?;
    diesel::delete(outbox::table.filter(outbox::tenant_id.eq(id.0))).execute(conn).await?;
    diesel::delete(progress::table.filter(progress::tenant_id.eq(id.0))).execute(conn).await?;
    super::beside::forget(id, conn).await?;
    diesel::delete(audit_heads::table.find(id.0)).execute(conn).await?;
    diesel::update(codes::table.filter(codes::tenant_id.eq(id.0)))
        .set(codes::tenant_id.eq(None::<Uuid>))
        .execute(conn)
        .await?;
    diesel::delete(tenants::table.find(id.0)).execute(conn).await?;
    let statement = Statement {
        kind: Statement::kind(),
        id: number,
        tenant: id.0,
        erased_at: chrono::DateTime::from_timestamp_micros(cx.now().timestamp_micros()).unwrap_or_default(),
        tables: held.len(),
        rows: held.iter().map(|table| table.rows).sum(),
        objects: *objects,
        logins,
        key_sha256: hex(&hash(&key)),
        tables_sha256: hex(&hash(&serde_json::to_vec(held).map_err(Error::bug)?)),
        public_key: public_key(app)?,
    };
    let certificate = Certificate::sign(app, statement)?;
    let text = serde_json::to_value(&certificate).map_err(Error::bug)?;
    diesel::update(erasures::table.find(number))
        .set((erasures::at.eq(certificate.statement.erased_at), erasures::certificate.eq(text)))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("tenant.erased", "tenant", id.0).note("certificate", number.to_string())).await?;
    write.commit().await?;
    Ok(certificate)
}
