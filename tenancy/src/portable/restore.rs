//! A tenant brought back to an earlier export, while all others work.

use std::collections::HashSet;
use std::path::Path;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{ANYONE, Error, Permission, Result, Secret, TenantId};

use super::carrier::Carrier;
use super::parcel::Unpacked;
use super::{Moved, erase, import, scratch};
use crate::app::FRESH;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Space, schema};
use crate::migrate;
use crate::placements::{self, Place};
use crate::remembered::RIGHTS;
use crate::schema::{audit_heads, logins, moves, tenants};
use crate::tenants::TenantRow;

/// Puts a tenant back to what a file holds. The new schema is made beside the old one while everybody works; people are
/// out only while the two change places, and everybody signs in anew. Plan, seats and dates stay as they are today. One
/// that was cut off is completed by doing it again.
pub async fn restore(cx: &Cx, permission: Permission, id: TenantId, from: &Path, passphrase: &Secret) -> Result<Moved> {
    cx.allow(permission)?;
    let app = &cx.app;
    let file = Unpacked::open(from, passphrase.clone(), scratch(app)?).await?;
    if file.manifest.contents.tenant.id != id.0 {
        return Err(Error::refuse("OTHER_TENANT", "导出文件属于另一个租户"));
    }
    let control = Carrier::open(&app.ddl_url).await?;
    control.hold(id).await?;
    let row = restorable(cx, permission, id).await?;
    let place = placements::get(app, &row.placement).await?;
    let carrier = Carrier::open(&place.ddl_url).await?;
    let beside = beside(id, 'r');
    import::lay(app, &carrier, &place, &beside, &file).await?;
    carrier.run(&format!("UPDATE {beside}.policy SET seats = {}", row.seats)).await?;
    import::put(app, id, &file).await?;
    set_state(cx, permission, id, "maintenance").await?;
    if let Err(error) = swap(cx, permission, id, (&carrier, &place), &file).await {
        carrier.run(&format!("DROP SCHEMA IF EXISTS {beside} CASCADE")).await?;
        set_state(cx, permission, id, "active").await?;
        return Err(error);
    }
    let modules = &file.manifest.contents.tenant.modules;
    migrate::tenant(app, id, &app.registry.of(modules).collect::<Vec<_>>()).await?;
    erase::forget_jobs(&carrier, id).await?;
    finish(cx, permission, id, &file).await?;
    clear_objects(cx, id, &file).await?;
    carrier.run(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self::beside(id, 'o'))).await?;
    Ok(Moved { slug: row.slug, name: row.name, ..Moved::of(&file.manifest) })
}

/// Takes back a restoration that was cut off before the two schemas changed places: the tenant is as it was, and works.
pub async fn abort(cx: &Cx, permission: Permission, id: TenantId) -> Result<()> {
    cx.allow(permission)?;
    let control = Carrier::open(&cx.app.ddl_url).await?;
    control.hold(id).await?;
    let row = restorable(cx, permission, id).await?;
    let carrier = Carrier::open(&placements::get(&cx.app, &row.placement).await?.ddl_url).await?;
    if carrier.has(&beside(id, 'o')).await? {
        return Err(Error::refuse("RESTORE_SWAPPED", "数据已换成导出时的内容，请重新执行恢复命令以完成收尾"));
    }
    // Whoever failed to be brought up to date is not a matter of this.
    let out = row.state == "maintenance" && row.error.is_none();
    let prepared = beside(id, 'r');
    if !out && !carrier.has(&prepared).await? {
        return Err(Error::refuse("NOT_RESTORING", "该租户没有未完成的恢复"));
    }
    carrier.run(&format!("DROP SCHEMA IF EXISTS {prepared} CASCADE")).await?;
    let mut write = cx.write(permission).await?;
    if out {
        diesel::update(tenants::table.find(id.0)).set(tenants::state.eq("active")).execute(write.conn()?).await?;
    }
    write.audit(Entry::new("tenant.restore_aborted", "tenant", id.0)).await?;
    write.commit().await?;
    cx.app.tenants.invalidate(&id).await;
    cx.app.live.touch(&crate::life::topic(id));
    Ok(())
}

/// The name of the schema that is being made (`r`), and of the old one (`o`).
pub(super) fn beside(id: TenantId, letter: char) -> String {
    format!("{letter}_{}", id.0.simple())
}

async fn restorable(cx: &Cx, permission: Permission, id: TenantId) -> Result<TenantRow> {
    let row = crate::tenants::get(cx, permission, id).await?;
    cx.close().await;
    let mut write = cx.write(permission).await?;
    let moving: i64 = moves::table.filter(moves::tenant_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if moving > 0 {
        return Err(Error::refuse("TENANT_MOVING", "租户正在迁移，请先完成迁移"));
    }
    erase::not_begun(id, write.conn()?).await?;
    if row.closed_at.is_some() {
        return Err(Error::refuse("TENANT_CLOSED", "租户已终止，不能再修改"));
    }
    if !["active", "maintenance"].contains(&row.state.as_str()) {
        return Err(Error::refuse("NOT_ACTIVE", "租户尚未就绪"));
    }
    Ok(row)
}

/// Opens or closes the door, and waits until every replica knows.
async fn set_state(cx: &Cx, permission: Permission, id: TenantId, state: &str) -> Result<()> {
    let mut write = cx.write(permission).await?;
    diesel::update(tenants::table.find(id.0)).set(tenants::state.eq(state.to_owned())).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    cx.app.tenants.invalidate(&id).await;
    cx.app.live.touch(&crate::life::topic(id));
    tokio::time::sleep(2 * FRESH).await;
    Ok(())
}

/// Lets the two schemas change places, and the sign-in index follow. Names that others have taken since stop it.
async fn swap(
    cx: &Cx,
    permission: Permission,
    id: TenantId,
    (carrier, place): (&Carrier, &Place),
    file: &Unpacked,
) -> Result<()> {
    let mut write = cx.write(permission).await?;
    diesel::delete(logins::table.filter(logins::tenant_id.eq(id.0))).execute(write.conn()?).await?;
    diesel::delete(audit_heads::table.find(id.0)).execute(write.conn()?).await?;
    import::reserve(&mut write, file).await?;
    let (now, new, old) = (schema(Space::Tenant(id)), beside(id, 'r'), beside(id, 'o'));
    tracing::info!(placement = place.id, schema = now, "schemas change places");
    carrier
        .run(&format!(
            "BEGIN; DROP SCHEMA IF EXISTS {old} CASCADE; ALTER SCHEMA {now} RENAME TO {old}; \
             ALTER SCHEMA {new} RENAME TO {now}; NOTIFY {RIGHTS}, '{now}'; COMMIT"
        ))
        .await?;
    write.commit_quietly().await
}

/// Opens the door; the tenant's own log tells why everything is as it was.
async fn finish(cx: &Cx, permission: Permission, id: TenantId, file: &Unpacked) -> Result<()> {
    let (app, modules) = (&cx.app, &file.manifest.contents.tenant.modules);
    let entry = || {
        let entry = Entry::new("tenant.restored", "tenant", id.0);
        entry.note("contentHash", &*file.manifest.content_hash).note("madeAt", file.manifest.made_at.to_rfc3339())
    };
    let inside = Cx::system(app.clone(), Space::Tenant(id));
    let mut there = inside.write(ANYONE).await?;
    there.audit(entry()).await?;
    there.commit().await?;
    let mut write = cx.write(permission).await?;
    diesel::update(tenants::table.find(id.0))
        .set((
            tenants::state.eq("active"),
            tenants::error.eq(None::<String>),
            tenants::modules.eq(modules),
            tenants::schema_version.eq(migrate::version(&app.registry, modules)),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry()).await?;
    write.commit().await?;
    app.tenants.invalidate(&id).await;
    Ok(())
}

/// Removes objects that came after the export: no row knows of them any more.
async fn clear_objects(cx: &Cx, id: TenantId, file: &Unpacked) -> Result<()> {
    let kept: HashSet<&str> = file.manifest.contents.objects.iter().map(|item| item.key.as_str()).collect();
    for object in cx.app.store.list(id).await? {
        if !kept.contains(object.below.as_str()) {
            cx.app.store.delete(&object.key).await?;
        }
    }
    Ok(())
}
