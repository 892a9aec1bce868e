//! A tenant on its way to another placement: read-only for seconds, checked by counts and hashes, and taken up again
//! wherever it was cut off.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result, TenantId};

use crate::app::{App, FRESH};
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Space, role, schema};
use crate::migrate;
use crate::placements::{self, Place};
use crate::portable::carrier::{Carrier, Held};
use crate::portable::{erase, export, scratch, steps};
use crate::schema::{moves, tenants};

/// What a move has done.
#[derive(Debug, Clone, Serialize)]
pub struct Relocated {
    /// The tenant.
    pub tenant: Uuid,
    /// Where it stood.
    pub from: String,
    /// Where it stands.
    pub to: String,
    /// Rows that were carried; none when an earlier run has carried them.
    pub rows: Option<u64>,
    /// Milliseconds for which nothing could be changed, as far as this run knows.
    pub read_only_ms: u128,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = moves)]
struct Move {
    source: String,
    target: String,
    step: String,
}

/// Moves a tenant. Done again after it was cut off, it goes on where that was.
pub async fn relocate(cx: &Cx, permission: Permission, id: TenantId, to: &str) -> Result<Relocated> {
    cx.allow(permission)?;
    let app = &cx.app;
    let target = placements::get(app, to).await?;
    let control = Carrier::open(&app.ddl_url).await?;
    control.hold(id).await?;
    let plan = begin(cx, permission, id, &target).await?;
    let source = placements::get(app, &plan.source).await?;
    let started = std::time::Instant::now();
    let mut rows = None;
    if plan.step == "copying" {
        settle(app, id).await;
        // A copy that failed leaves the tenant where it is; one that was killed leaves it read-only for the next try.
        match Box::pin(copy(cx, permission, id, (&source, &target))).await {
            Ok(copied) => rows = Some(copied),
            Err(error) => {
                take_back(cx, permission, id, &target).await?;
                return Err(error);
            }
        }
    } else {
        settle(app, id).await;
    }
    if plan.step != "leaving" {
        set_step(cx, permission, id, "leaving").await?;
    }
    app.tenants.invalidate(&id).await;
    let read_only_ms = started.elapsed().as_millis();
    leave(&source, id).await?;
    let mut write = cx.write(permission).await?;
    diesel::delete(moves::table.find(id.0)).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    Ok(Relocated { tenant: id.0, from: plan.source, to: plan.target, rows, read_only_ms })
}

/// Takes a move back that was cut off before the switch.
pub async fn abort(cx: &Cx, permission: Permission, id: TenantId) -> Result<()> {
    cx.allow(permission)?;
    let control = Carrier::open(&cx.app.ddl_url).await?;
    control.hold(id).await?;
    match under_way(cx, permission, id).await? {
        Some(plan) if plan.step == "copying" => {
            let target = placements::get(&cx.app, &plan.target).await?;
            leave(&target, id).await?;
            give_up(cx, permission, id).await
        }
        Some(_) => Err(Error::refuse("MOVE_SWITCHED", "租户已切换到新节点，请重新执行迁移命令以完成收尾")),
        None => Err(Error::refuse("NOT_MOVING", "该租户没有未完成的迁移")),
    }
}

/// Leaves the tenant where it was, and nothing of it where it was going; unless it has switched and only the answer was
/// lost.
async fn take_back(cx: &Cx, permission: Permission, id: TenantId, target: &Place) -> Result<()> {
    if under_way(cx, permission, id).await?.is_none_or(|plan| plan.step != "copying") {
        return Ok(());
    }
    if let Err(left) = leave(target, id).await {
        tracing::warn!(placement = target.id, code = left.code, cause = ?left.cause, "a copy may be left");
    }
    give_up(cx, permission, id).await
}

async fn under_way(cx: &Cx, permission: Permission, id: TenantId) -> Result<Option<Move>> {
    let mut write = cx.write(permission).await?;
    Ok(moves::table.find(id.0).select(Move::as_select()).first(write.conn()?).await.optional()?)
}

/// Marks the tenant as being moved, from when on nothing changes; or finds the move that was cut off.
async fn begin(cx: &Cx, permission: Permission, id: TenantId, target: &Place) -> Result<Move> {
    if let Some(plan) = under_way(cx, permission, id).await? {
        return if plan.target == target.id {
            Ok(plan)
        } else {
            Err(Error::refuse("TENANT_MOVING", format!("租户正在迁往 {}，请先完成或撤销", plan.target)))
        };
    }
    let mut write = cx.write(permission).await?;
    let found: Option<(String, String, Vec<String>, Option<String>)> = tenants::table
        .find(id.0)
        .select((tenants::state, tenants::placement, tenants::modules, tenants::schema_version))
        .for_no_key_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let (state, source, modules, version) = found.ok_or_else(Error::missing)?;
    if state != "active" {
        return Err(Error::refuse("NOT_ACTIVE", "租户尚未就绪"));
    }
    if source == target.id {
        return Err(Error::refuse("ALREADY_THERE", format!("租户已在 {source}")));
    }
    if version != Some(migrate::version(&cx.app.registry, &modules)) {
        return Err(Error::refuse("NOT_CURRENT", "租户的数据结构不是最新，请先执行 zhibu migrate"));
    }
    let row = (
        moves::tenant_id.eq(id.0),
        moves::source.eq(&source),
        moves::target.eq(&target.id),
        moves::step.eq("copying"),
        moves::since.eq(cx.now()),
    );
    diesel::insert_into(moves::table).values(row).execute(write.conn()?).await?;
    let entry = Entry::new("tenant.move_started", "tenant", id.0);
    write.audit(entry.change("placement", source.clone(), target.id.clone())).await?;
    write.commit().await?;
    Ok(Move { source, target: target.id.clone(), step: "copying".to_owned() })
}

/// Waits until every replica has read the row again.
async fn settle(app: &App, id: TenantId) {
    app.tenants.invalidate(&id).await;
    tokio::time::sleep(2 * FRESH).await;
}

async fn set_step(cx: &Cx, permission: Permission, id: TenantId, step: &str) -> Result<()> {
    let mut write = cx.write(permission).await?;
    diesel::update(moves::table.find(id.0)).set(moves::step.eq(step.to_owned())).execute(write.conn()?).await?;
    write.commit_quietly().await
}

async fn give_up(cx: &Cx, permission: Permission, id: TenantId) -> Result<()> {
    let mut write = cx.write(permission).await?;
    diesel::delete(moves::table.find(id.0).filter(moves::step.eq("copying"))).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    cx.app.tenants.invalidate(&id).await;
    Ok(())
}

/// Copies and switches; the result is the number of rows. Locks on the source keep even a write out that has not heard.
async fn copy(cx: &Cx, permission: Permission, id: TenantId, (source, target): (&Place, &Place)) -> Result<u64> {
    let app = &cx.app;
    let name = schema(Space::Tenant(id));
    let from = Carrier::open(&source.ddl_url).await?.within();
    let tables = from.tables(&name).await?;
    let all: Vec<String> = tables.iter().map(|table| format!("{name}.\"{}\"", table.name)).collect();
    from.run(&format!("BEGIN; LOCK TABLE {} IN SHARE MODE", all.join(", "))).await?;
    let folder = scratch(app)?;
    let mut held: Vec<Held> = Vec::new();
    for table in &tables {
        held.push(from.take(&name, table, Some(&folder.file(&table.name))).await?);
    }
    let histories = export::histories(&from, &name).await?;
    let there = Carrier::open(&target.ddl_url).await?.within();
    let script = migrate::script(target.kind, &name, &role(Space::Tenant(id)), &steps(app, &histories)?);
    there.lay(target.kind, &name, &script).await?;
    there.fill(&name, &held, |table| Ok(folder.file(table))).await?;
    there.run("COMMIT").await?;
    migrate::checked(target, &name).await?;
    // What waits for the locks finds that it may not write here any more.
    from.run(&format!(
        "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}",
        all.join(", "),
        role(Space::Tenant(id))
    ))
    .await?;
    switch(cx, permission, id, (source, target)).await?;
    settle(app, id).await;
    from.run("COMMIT").await?;
    Ok(held.iter().map(|table| table.rows).sum())
}

/// From here on the tenant stands at the target.
async fn switch(cx: &Cx, permission: Permission, id: TenantId, (source, target): (&Place, &Place)) -> Result<()> {
    let mut write = cx.write(permission).await?;
    diesel::update(tenants::table.find(id.0)).set(tenants::placement.eq(&target.id)).execute(write.conn()?).await?;
    diesel::update(moves::table.find(id.0)).set(moves::step.eq("switched")).execute(write.conn()?).await?;
    let entry = Entry::new("tenant.moved", "tenant", id.0);
    write.audit(entry.change("placement", source.id.clone(), target.id.clone())).await?;
    write.commit().await
}

/// Drops what a placement still has of the tenant. Somebody may still be reading there.
async fn leave(place: &Place, id: TenantId) -> Result<()> {
    let mut tries = 0;
    loop {
        let carrier = Carrier::open(&place.ddl_url).await?;
        match erase::drop_schema(&carrier, place, id).await {
            Err(error) if tries < 3 => {
                tracing::info!(placement = place.id, code = error.code, cause = ?error.cause, "still in use");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            done => return done,
        }
    }
}
