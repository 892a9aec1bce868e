//! Modules of a tenant, switched on and off by the operator (OP-8's core).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{ANYONE, Error, Permission, Result, TenantId};

use crate::app::FRESH;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Space;
use crate::jobs::{self, Job};
use crate::migrate;
use crate::schema::{policy, tenants};
use crate::terms;

/// Switches a module of a tenant on or off; the result is the number of the job that does it. Switched off, its
/// tables and what is in them go.
pub async fn switch(cx: &Cx, permission: Permission, tenant: TenantId, module: &str, on: bool) -> Result<Uuid> {
    let known = cx.app.registry.module(module).filter(|m| !m.base);
    let known = known.ok_or_else(|| Error::invalid("module", "模块不存在或不可关闭"))?;
    let mut write = cx.write(permission).await?;
    if terms::locked(tenant, &mut write).await?.state != "active" {
        return Err(Error::refuse("NOT_ACTIVE", "租户尚未就绪"));
    }
    let progress = jobs::announce(cx, &task(known.key), Some(tenant), write.conn()?).await?;
    write.enqueue(&SwitchModule { tenant, module: known.key.to_owned(), on, progress }).await?;
    let entry = Entry::new("tenant.module_switched", "tenant", tenant.0).change(known.key, !on, on);
    write.audit(entry).await?;
    write.commit().await?;
    Ok(progress)
}

fn task(module: &str) -> String {
    format!("switch_module:{module}")
}

/// Runs a module's migrations for one tenant, or takes its tables away, then opens or closes it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SwitchModule {
    tenant: TenantId,
    module: String,
    on: bool,
    progress: Uuid,
}

impl Job for SwitchModule {
    const NAME: &'static str = "switch_module";

    async fn run(self, cx: &Cx) -> Result<()> {
        if !jobs::is_newest(cx, &task(&self.module), self.tenant, self.progress).await? {
            // An old dead letter that was tried again must not undo what was decided since.
            return jobs::report(cx, self.progress, "done", 100, Some("已被后来的操作取代")).await;
        }
        jobs::report(cx, self.progress, "running", 10, Some("正在调整数据空间")).await?;
        let done = self.apply(cx).await;
        match &done {
            Ok(()) => jobs::report(cx, self.progress, "done", 100, None).await?,
            Err(error) => jobs::report(cx, self.progress, "failed", 100, Some(&error.message)).await?,
        }
        done
    }
}

impl SwitchModule {
    async fn apply(&self, cx: &Cx) -> Result<()> {
        let module = cx.app.registry.module(&self.module).ok_or_else(|| Error::bug("module not built in"))?;
        if self.on {
            migrate::tenant(&cx.app, self.tenant, &[module]).await?;
            self.entitle(cx).await
        } else {
            // Closed first, and forgotten by every replica, so that nothing asks for tables that are gone.
            self.entitle(cx).await?;
            tokio::time::sleep(2 * FRESH).await;
            migrate::remove(&cx.app, self.tenant, module).await
        }
    }

    async fn entitle(&self, cx: &Cx) -> Result<()> {
        let mut write = cx.beside(Space::Platform).await?;
        let mut modules: Vec<String> = tenants::table
            .find(self.tenant.0)
            .select(tenants::modules)
            .for_no_key_update()
            .first(write.conn()?)
            .await?;
        modules.retain(|m| m != &self.module);
        if self.on {
            modules.push(self.module.clone());
        }
        let version = migrate::version(&cx.app.registry, &modules);
        diesel::update(tenants::table.find(self.tenant.0))
            .set((tenants::modules.eq(&modules), tenants::schema_version.eq(version)))
            .execute(write.conn()?)
            .await?;
        let inside = Cx::system(cx.app.clone(), Space::Tenant(self.tenant));
        let mut tenant = inside.write(ANYONE).await?;
        diesel::update(policy::table)
            .set((policy::modules.eq(&modules), policy::epoch.eq(policy::epoch + 1)))
            .execute(tenant.conn()?)
            .await?;
        let entry =
            Entry::new("tenant.module_switched", "tenant", self.tenant.0).change(&self.module, !self.on, self.on);
        tenant.audit(entry).await?;
        tenant.commit().await?;
        write.commit_quietly().await?;
        cx.app.tenants.invalidate(&self.tenant).await;
        Ok(())
    }
}
