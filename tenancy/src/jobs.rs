//! Work in the background: enqueued in the writer's transaction, done at least once, dead letters visible.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Json, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use graphile_worker::{Cron, IntoTaskHandlerResult, TaskHandler, Worker, WorkerContext, WorkerOptions};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, TenantId};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Conn, Mode, Space};
use crate::life::Life;
use crate::schema::{mini_tickets, outbox, progress, sms_codes, tenant_choices, throttles, usage};

/// How long the requests of a day are remembered.
const USAGE_DAYS: u64 = 400;

/// A unit of background work: a serialisable struct that may run more than once and finds its data by id.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its stable name.
    const NAME: &'static str;
    /// Tries before it becomes a dead letter.
    const ATTEMPTS: i32 = 8;

    /// Does the work in the tenant (or on the platform) that enqueued it.
    fn run(self, cx: &Cx) -> impl Future<Output = Result<()>> + Send;

    /// Tells those who wait that the last try has failed, by a bug or a dead service.
    fn give_up(self, _: &Cx) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// A job with the tenant it belongs to, as the queue carries it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Carried<J> {
    tenant: Option<TenantId>,
    job: J,
}

#[derive(Clone)]
struct Runner(Arc<App>);

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runner")
    }
}

impl<J: Job> TaskHandler for Carried<J> {
    const IDENTIFIER: &'static str = J::NAME;

    async fn run(self, worker: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(Runner(app)) = worker.get_ext::<Runner>().cloned() else { return Err("no application".to_owned()) };
        let space = self.tenant.map_or(Space::Platform, Space::Tenant);
        let cx = Cx::system(app, space);
        let last = worker.job().attempts() >= worker.job().max_attempts();
        settled(&cx).await;
        let again = if last { serde_json::from_value::<Self>(worker.payload().clone()).ok() } else { None };
        let done = self.job.run(&cx).await;
        cx.close().await;
        if let (Err(_), Some(again)) = (&done, again) {
            let told = again.job.give_up(&cx).await;
            cx.close().await;
            if let Err(error) = told {
                tracing::warn!(task = J::NAME, code = error.code, cause = ?error.cause, "nobody was told of a dead job");
            }
        }
        let outcome = if done.is_ok() { "done" } else { "failed" };
        metrics::counter!("zhibu_jobs", "task" => J::NAME, "outcome" => outcome).increment(1);
        done.map_err(|error| {
            tracing::warn!(task = J::NAME, code = error.code, cause = ?error.cause, "job failed");
            error.to_string()
        })
    }
}

/// Waits a while for a tenant that is on its way to another placement: its jobs go on there.
async fn settled(cx: &Cx) {
    let Space::Tenant(tenant) = cx.space() else { return };
    for _ in 0..60 {
        match crate::tenants::info(&cx.app, tenant).await {
            Ok(tenant) if tenant.moving => tokio::time::sleep(Duration::from_millis(500)).await,
            _ => return,
        }
    }
}

/// Adds a job to a worker.
pub fn define<J: Job>(worker: WorkerOptions) -> WorkerOptions {
    worker.define_job::<Carried<J>>()
}

diesel::define_sql_function! {
    /// Enqueues for the tenant of the running transaction's role.
    #[sql_name = "shared.enqueue"]
    fn enqueue_job(task: Text, job: Json, key: Nullable<Text>, attempts: Integer);
}

/// Puts a job into the running transaction. With a key there is at most one waiting.
pub(crate) async fn enqueue<J: Job>(job: &J, key: Option<&str>, conn: &mut Conn) -> Result<()> {
    let job = serde_json::to_value(job).map_err(Error::bug)?;
    diesel::select(enqueue_job(J::NAME, job, key, J::ATTEMPTS)).execute(conn).await?;
    Ok(())
}

/// A worker for every module's jobs in one placement's queue; made but not running. Making it brings the queue's own
/// schema up to date.
pub async fn worker(app: &Arc<App>, ddl_url: &str, concurrency: usize) -> Result<Worker> {
    let mut options = WorkerOptions::default()
        .schema("jobs")
        .database_url(ddl_url)
        .max_pg_conn(u32::try_from(concurrency).unwrap_or(4) + 3)
        .concurrency(concurrency)
        .poll_interval(Duration::from_secs(2))
        .listen_os_shutdown_signals(false)
        .heartbeat_interval(Duration::from_secs(5))
        .sweep_interval(Duration::from_secs(10))
        .sweep_threshold(Duration::from_secs(30))
        .recovery_delay(Duration::from_secs(1))
        .add_extension(Runner(app.clone()));
    options = define::<crate::identity::SendSms>(options);
    options = define::<crate::messages::SendMessages>(options);
    options = define::<crate::messages::SendDue>(options);
    options = define::<crate::messages::CarryOutcomes>(options);
    options = define::<crate::activation::Provision>(options);
    options = define::<crate::dingtalk::Open>(options);
    options = define::<crate::entitlement::SwitchModule>(options);
    options = define::<crate::terms::CarryTerms>(options);
    options = define::<crate::fleet::BringUp>(options);
    options = define::<crate::sso::WarnOfQuota>(options);
    options = define::<Housekeeping>(options);
    options = define::<crate::events::Heard>(options);
    options = define::<crate::wakes::Woken>(options);
    options = define::<crate::exchange::import::CheckImport>(options);
    options = define::<crate::exchange::import::ApplyImport>(options);
    options = define::<crate::exchange::import::UndoImport>(options);
    options = define::<crate::exchange::export::MakeExport>(options);
    for module in &app.registry.modules {
        options = (module.jobs)(options);
    }
    let hourly = Cron::hourly_at::<Carried<Housekeeping>>(17)
        .map(|cron| {
            cron.fill(graphile_worker::CrontabFill::hours(1))
                .payload_value(serde_json::json!({"tenant": null, "job": {}}))
        })
        .map_err(|e| Error::bug(e.to_string()))?;
    let minutely = Cron::every_minute::<Carried<crate::messages::SendDue>>()
        .payload_value(serde_json::json!({"tenant": null, "job": {}}));
    // What the clock starts is started once, by the installation's own queue; it goes over all placements.
    if ddl_url == app.ddl_url {
        options = options.with_cron(hourly).with_cron(minutely);
    }
    options.init().await.map_err(|e| Error::unavailable(e.to_string()))
}

/// Throws away what has lost its meaning: counters, spent codes, text messages after half a year. Does what modules have
/// to do every hour.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Housekeeping {}

impl Job for Housekeeping {
    const NAME: &'static str = "housekeeping";

    async fn run(self, cx: &Cx) -> Result<()> {
        let yesterday = cx.now() - chrono::Duration::days(1);
        let mut write = cx.beside(Space::Platform).await?;
        diesel::delete(outbox::table.filter(outbox::created_at.lt(cx.now() - chrono::Duration::days(180))))
            .execute(write.conn()?)
            .await?;
        diesel::delete(progress::table.filter(progress::created_at.lt(cx.now() - chrono::Duration::days(30))))
            .execute(write.conn()?)
            .await?;
        diesel::delete(throttles::table.filter(throttles::span_start.lt(yesterday))).execute(write.conn()?).await?;
        diesel::delete(sms_codes::table.filter(sms_codes::expires_at.lt(yesterday))).execute(write.conn()?).await?;
        diesel::delete(mini_tickets::table.filter(mini_tickets::expires_at.lt(cx.now())))
            .execute(write.conn()?)
            .await?;
        diesel::delete(tenant_choices::table.filter(tenant_choices::expires_at.lt(cx.now())))
            .execute(write.conn()?)
            .await?;
        let kept = cx.app.world.today() - chrono::Days::new(USAGE_DAYS);
        diesel::delete(usage::table.filter(usage::day.lt(kept))).execute(write.conn()?).await?;
        let tenants: Vec<Uuid> = crate::schema::tenants::table
            .filter(crate::schema::tenants::state.eq("active"))
            .select(crate::schema::tenants::id)
            .load(write.conn()?)
            .await?;
        write.commit_quietly().await?;
        for space in [Space::Platform].into_iter().chain(tenants.into_iter().map(|id| Space::Tenant(id.into()))) {
            let inside = Cx::system(cx.app.clone(), space);
            // One tenant's trouble is not the others'.
            if let Err(error) = crate::exchange::sweep(&inside).await {
                tracing::warn!(?space, code = error.code, cause = ?error.cause, "old files were not removed");
            }
            if let Err(error) = crate::sso::sweep(&inside).await {
                tracing::warn!(?space, code = error.code, cause = ?error.cause, "old tickets were not removed");
            }
            if space != Space::Platform
                && let Err(error) = crate::identity::mend_index(&inside).await
            {
                tracing::warn!(?space, code = error.code, cause = ?error.cause, "the sign-in index was not mended");
            }
            if let Space::Tenant(tenant) = space {
                hourly(&inside, tenant).await;
            }
            if let Err(error) = crate::appearance::sweep(&inside).await {
                tracing::warn!(?space, code = error.code, cause = ?error.cause, "old pictures were not removed");
            }
            if let Err(error) = crate::audit::seal::seal(&inside).await {
                tracing::warn!(?space, code = error.code, cause = ?error.cause, "the audit was not sealed");
            }
        }
        if let Err(error) = crate::outbox::ask_about_calls(cx).await {
            tracing::warn!(code = error.code, cause = ?error.cause, "calls were not asked about");
        }
        Ok(())
    }
}

/// Has a running server do now what it does every hour.
pub async fn hourly_now(cx: &Cx) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    write.enqueue(&Housekeeping {}).await?;
    write.commit_quietly().await
}

/// What the modules of a tenant do every hour; one module's trouble is not the others'.
async fn hourly(cx: &Cx, tenant: TenantId) {
    let Ok(info) = crate::tenants::info(&cx.app, tenant).await else { return };
    // Where people may change nothing, neither does time.
    if info.life(&cx.app) > Life::Grace {
        return;
    }
    for module in cx.app.registry.of(&info.modules) {
        let Some(work) = module.hourly else { continue };
        if let Err(error) = work(cx).await {
            tracing::warn!(%tenant, module = module.key, code = error.code, cause = ?error.cause, "hourly work failed");
        }
    }
}

/// A job that has used up its tries.
#[derive(Debug, Clone, QueryableByName)]
pub struct DeadJob {
    /// Number in the queue.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub task: String,
    /// Its tenant.
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    pub tenant: Option<Uuid>,
    /// Tries made.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    /// What the last one said.
    #[diesel(sql_type = Text)]
    pub error: String,
    /// When it was enqueued.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The dead letters, newest first.
pub async fn dead(cx: &Cx, permission: Permission, page: &PageArgs) -> Result<Page<DeadJob>> {
    let after = page.after::<i64>()?.unwrap_or(i64::MAX);
    let mut read = cx.read(permission).await?;
    let rows: Vec<DeadJob> = diesel::sql_query("SELECT * FROM shared.dead_jobs($1, $2, $3)")
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(page.limit())
        .bind::<BigInt, _>(page.offset())
        .load(read.conn()?)
        .await?;
    Ok(page.page(rows, |row| row.id))
}

diesel::define_sql_function! {
    /// How many dead letters there are.
    #[sql_name = "shared.dead_job_count"]
    fn dead_job_count() -> BigInt;
}
diesel::define_sql_function! {
    /// Gives a dead letter new tries; false when there is none of this number.
    #[sql_name = "shared.retry_job"]
    fn retry_job(id: BigInt) -> diesel::sql_types::Bool;
}

/// How many dead letters there are.
pub async fn dead_count(cx: &Cx, permission: Permission) -> Result<i64> {
    Ok(diesel::select(dead_job_count()).get_result(cx.read(permission).await?.conn()?).await?)
}

/// Tries a dead letter again.
pub async fn retry(cx: &Cx, permission: Permission, id: i64) -> Result<()> {
    let mut write = cx.write(permission).await?;
    let found: bool = diesel::select(retry_job(id)).get_result(write.conn()?).await?;
    if !found {
        return Err(Error::missing());
    }
    write.audit(Entry::new("job.retried", "job", None).note("id", id)).await?;
    write.commit().await
}

/// How far a long job is, for those who wait for it.
#[derive(Debug, Clone, Queryable)]
pub struct Progress {
    /// Its id.
    pub id: Uuid,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// 0 to 100.
    pub percent: i16,
    /// What is being done, or what went wrong.
    pub message: Option<String>,
}

/// Notes a new long job in the running transaction.
pub(crate) async fn announce(cx: &Cx, task: &str, tenant: Option<TenantId>, conn: &mut Conn) -> Result<Uuid> {
    let id: Uuid = cx.app.world.id();
    diesel::insert_into(progress::table)
        .values((
            progress::id.eq(id),
            progress::task.eq(task.to_owned()),
            progress::tenant_id.eq(tenant.map(|t| t.0)),
            progress::state.eq("queued"),
            progress::created_at.eq(cx.now()),
        ))
        .execute(conn)
        .await?;
    Ok(id)
}

/// True while no later job of the same task was announced for the tenant.
pub(crate) async fn is_newest(cx: &Cx, task: &str, tenant: TenantId, id: Uuid) -> Result<bool> {
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let later: i64 = progress::table
        .filter(progress::tenant_id.eq(tenant.0).and(progress::task.eq(task)).and(progress::id.gt(id)))
        .count()
        .get_result(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(later == 0)
}

/// Notes how far a long job is, and tells those who watch.
pub(crate) async fn report(cx: &Cx, id: Uuid, state: &str, percent: i16, message: Option<&str>) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    diesel::update(progress::table.find(id))
        .set((progress::state.eq(state), progress::percent.eq(percent), progress::message.eq(message)))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    cx.app.live.touch(&id.to_string());
    Ok(())
}

/// How far a long job is.
pub async fn progress(cx: &Cx, permission: Permission, id: Uuid) -> Result<Progress> {
    cx.allow(permission)?;
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let row = progress::table
        .find(id)
        .select((progress::id, progress::state, progress::percent, progress::message))
        .first(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(row)
}
