use std::collections::HashMap;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Result, SsoAppId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::sso::apps::{self, Verdict};
use zhibu_tenancy::{Cx, tenants};

use super::session::TenantBrief;
use super::sso::SsoStatus;
use crate::{SSO_AUDIT, SSO_REVIEW};

/// An application as operators review it (免密登录审核).
#[derive(SimpleObject)]
pub(super) struct SsoCase {
    id: SsoAppId,
    tenant: TenantBrief,
    app_key: String,
    name: String,
    purpose: String,
    home_url: String,
    status: SsoStatus,
    quota_left: i32,
    applied_at: DateTime<Utc>,
    applied_by: String,
    reviewed_at: Option<DateTime<Utc>>,
    reviewed_by: Option<String>,
    /// Why it was rejected or stopped.
    reason: Option<String>,
}

/// Rows with their tenants, in one more statement.
async fn show(cx: &Cx, rows: Vec<apps::Application>) -> Result<Vec<SsoCase>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.tenant_id).collect();
    let mut read = cx.read(SSO_AUDIT).await?;
    let named: HashMap<Uuid, TenantBrief> =
        tenants::by_ids(&ids, read.conn()?).await?.into_iter().map(|row| (row.id, row.into())).collect();
    let case = |row: apps::Application| {
        Ok(SsoCase {
            tenant: named.get(&row.tenant_id).cloned().ok_or_else(Error::missing)?,
            status: SsoStatus::of(&row.status),
            id: row.id.into(),
            app_key: row.app_key,
            name: row.name,
            purpose: row.purpose,
            home_url: row.home_url,
            quota_left: row.quota_left,
            applied_at: row.applied_at,
            applied_by: row.applied_by,
            reviewed_at: row.reviewed_at,
            reviewed_by: row.reviewed_by,
            reason: row.reason,
        })
    };
    rows.into_iter().map(case).collect()
}

async fn decide(cx: &Cx, app: SsoAppId, verdict: Verdict) -> Result<SsoCase> {
    let row = apps::review(cx, SSO_REVIEW, app, &verdict).await?;
    show(cx, vec![row]).await?.pop().ok_or_else(Error::missing)
}

#[derive(Default)]
pub(super) struct SsoReviewQuery;

#[Object]
impl SsoReviewQuery {
    /// All tenants' applications for password-free sign-in, newest first (OP-2).
    async fn sso_cases(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        status: Option<SsoStatus>,
    ) -> Result<Listed<SsoCase>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let status = status.map(SsoStatus::code);
        let total = if ctx.shows(&["totalCount"]) { Some(apps::count(cx, SSO_AUDIT, status).await?) } else { None };
        let page = apps::list(cx, SSO_AUDIT, status, &args).await?;
        Ok(Listed::new(Page { nodes: show(cx, page.nodes).await?, info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct SsoReviewMutation;

#[Object]
impl SsoReviewMutation {
    /// Approves an application, with its free sign-ins, or starts one again that was stopped.
    async fn approve_sso(&self, ctx: &Context<'_>, app: SsoAppId) -> Result<SsoCase> {
        decide(ctx.cx()?, app, Verdict::Approve).await
    }

    /// Rejects an application.
    async fn reject_sso(&self, ctx: &Context<'_>, app: SsoAppId, reason: String) -> Result<SsoCase> {
        decide(ctx.cx()?, app, Verdict::Reject(reason)).await
    }

    /// Stops an application at once.
    async fn disable_sso(&self, ctx: &Context<'_>, app: SsoAppId, reason: String) -> Result<SsoCase> {
        decide(ctx.cx()?, app, Verdict::Disable(reason)).await
    }

    /// Gives an application more sign-ins.
    async fn grant_sso(&self, ctx: &Context<'_>, app: SsoAppId, uses: i32) -> Result<SsoCase> {
        decide(ctx.cx()?, app, Verdict::Grant(uses)).await
    }
}
