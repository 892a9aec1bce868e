//! Times at which a module has something to do in a tenant (到时处理): it names the next one, and is woken then.

use chrono::{DateTime, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::Result;

use crate::cx::Cx;
use crate::db::{Mode, Space};
use crate::jobs::{self, Job};
use crate::life::Life;
use crate::schema::wakes;
use crate::tenants;

/// Has the module woken at a time, or earlier where that was asked for before.
pub async fn wake_at(cx: &Cx, module: &'static str, due: DateTime<Utc>) -> Result<()> {
    let tenant = cx.tenant()?;
    let mut write = cx.beside(Space::Platform).await?;
    // A time that is over belongs to whoever is being woken now.
    let earlier = wakes::due_at.gt(write.cx.app.world.now()).and(wakes::due_at.lt(due));
    diesel::insert_into(wakes::table)
        .values((wakes::tenant_id.eq(tenant.0), wakes::module.eq(module), wakes::due_at.eq(due)))
        .on_conflict((wakes::tenant_id, wakes::module))
        .do_update()
        .set(wakes::due_at.eq(case_when(earlier, wakes::due_at).otherwise(excluded(wakes::due_at))))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await
}

/// Wakes whoever has waited long enough.
pub(crate) async fn wake_all(cx: &Cx) -> Result<()> {
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let due: Vec<(Uuid, String, DateTime<Utc>)> =
        wakes::table.filter(wakes::due_at.le(cx.now())).order(wakes::due_at).limit(1_000).load(unit.conn()?).await?;
    unit.commit().await?;
    for (tenant, module, at) in due {
        if let Err(error) = wake(cx, tenant, &module).await {
            // One tenant's trouble is not the others'.
            tracing::warn!(%tenant, module, code = error.code, cause = ?error.cause, "a module was not woken");
            continue;
        }
        let mut write = cx.beside(Space::Platform).await?;
        // What has been named meanwhile stays.
        let row = wakes::table.find((tenant, &module)).filter(wakes::due_at.eq(at));
        diesel::delete(row).execute(write.conn()?).await?;
        write.commit_quietly().await?;
    }
    Ok(())
}

async fn wake(cx: &Cx, tenant: Uuid, module: &str) -> Result<()> {
    let mut unit = cx.app.begin(Space::Tenant(tenant.into()), Mode::Write).await?;
    let key = format!("wake:{module}:{tenant}");
    jobs::enqueue(&Woken { module: module.to_owned() }, Some(&key), unit.conn()?).await?;
    unit.commit().await
}

/// Has a module do what it named a time for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Woken {
    module: String,
}

impl Job for Woken {
    const NAME: &'static str = "module_woken";

    async fn run(self, cx: &Cx) -> Result<()> {
        let info = tenants::info(&cx.app, cx.tenant()?).await?;
        // Where people may change nothing, neither does time.
        if info.life(&cx.app) > Life::Grace {
            return Ok(());
        }
        // What is not done now, the hour does.
        let module = cx.app.registry.of(&info.modules).find(|module| module.key == self.module);
        match module.and_then(|module| module.woken) {
            Some(work) => work(cx).await,
            None => Ok(()),
        }
    }
}
