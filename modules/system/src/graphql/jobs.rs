use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures_util::Stream;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, ProgressId, Result};
use zhibu_graphql::{Listed, Request, follow};
use zhibu_tenancy::{Cx, jobs, tenants};

use super::session::TenantBrief;
use crate::{JOBS_READ, JOBS_RETRY, TENANTS_READ};

/// A job that has used up its tries.
#[derive(SimpleObject)]
pub(super) struct DeadJob {
    id: ID,
    task: String,
    tenant: Option<TenantBrief>,
    attempts: i32,
    error: String,
    created_at: DateTime<Utc>,
}

/// Where a long job stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobState {
    /// 排队
    Queued,
    /// 进行中
    Running,
    /// 完成
    Done,
    /// 失败
    Failed,
}

/// How far a long job is.
#[derive(SimpleObject, Clone, PartialEq)]
pub(super) struct JobProgress {
    id: ProgressId,
    state: JobState,
    percent: i16,
    message: Option<String>,
}

impl From<jobs::Progress> for JobProgress {
    fn from(p: jobs::Progress) -> Self {
        let state = match p.state.as_str() {
            "queued" => JobState::Queued,
            "running" => JobState::Running,
            "done" => JobState::Done,
            _ => JobState::Failed,
        };
        Self { id: p.id.into(), state, percent: p.percent, message: p.message }
    }
}

#[derive(Default)]
pub(super) struct JobQuery;

#[Object]
impl JobQuery {
    /// Jobs that have used up their tries, newest first.
    async fn dead_jobs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<DeadJob>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let total = if ctx.shows(&["totalCount"]) { Some(jobs::dead_count(cx, JOBS_READ).await?) } else { None };
        let page = jobs::dead(cx, JOBS_READ, &args).await?;
        let ids: Vec<Uuid> = page.nodes.iter().filter_map(|job| job.tenant).collect();
        let mut read = cx.read(JOBS_READ).await?;
        let named: HashMap<Uuid, TenantBrief> =
            tenants::by_ids(&ids, read.conn()?).await?.into_iter().map(|row| (row.id, row.into())).collect();
        let show = |job: jobs::DeadJob| DeadJob {
            id: job.id.to_string().into(),
            tenant: job.tenant.and_then(|id| named.get(&id).cloned()),
            task: job.task,
            attempts: job.attempts,
            error: job.error,
            created_at: job.created_at,
        };
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(show).collect(), info: page.info }, total))
    }

    /// How far a long job is.
    async fn job_progress(&self, ctx: &Context<'_>, id: ProgressId) -> Result<JobProgress> {
        Ok(jobs::progress(ctx.cx()?, TENANTS_READ, id.0).await?.into())
    }
}

#[derive(Default)]
pub(super) struct JobMutation;

#[Object]
impl JobMutation {
    /// Gives a dead letter new tries.
    async fn retry_job(&self, ctx: &Context<'_>, id: ID) -> Result<bool> {
        let cx = ctx.cx()?;
        cx.allow(JOBS_RETRY)?;
        let number = id.parse().map_err(|_| Error::missing())?;
        jobs::retry(cx, JOBS_RETRY, number).await?;
        Ok(true)
    }
}

#[derive(Default)]
pub(super) struct JobSubscription;

#[Subscription]
impl JobSubscription {
    /// How far a long job is, as it changes.
    async fn job_progress(
        &self,
        ctx: &Context<'_>,
        id: ProgressId,
    ) -> Result<impl Stream<Item = Result<JobProgress>> + use<>> {
        ctx.cx()?.allow(TENANTS_READ)?;
        let read = move |cx: Arc<Cx>| async move { Ok(jobs::progress(&cx, TENANTS_READ, id.0).await?.into()) };
        follow(ctx, &id.to_string(), read, |p: &JobProgress| matches!(p.state, JobState::Done | JobState::Failed))
    }
}
