use std::collections::HashMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{NoticeId, Page, PageArgs, Result, SELF, TenantId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::life::Spans;
use zhibu_tenancy::{Cx, notices, tenants};

use super::session::TenantBrief;
use super::tenants::TenantLife;
use crate::{NOTICES, TENANT_SETTINGS, TENANTS_READ};

/// What operators tell tenants' administrators (通知).
#[derive(SimpleObject)]
pub(super) struct Notice {
    id: NoticeId,
    title: String,
    text: String,
    /// First day it shows.
    since: NaiveDate,
    /// Last day it shows.
    until: NaiveDate,
    /// To whom; null: to all.
    tenants: Option<Vec<TenantBrief>>,
    created_at: DateTime<Utc>,
    created_by: String,
    withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(InputObject)]
pub(super) struct NoticeInput {
    title: String,
    /// Plain text of some lines.
    text: String,
    since: NaiveDate,
    until: NaiveDate,
    /// To whom; null: to all.
    tenants: Option<Vec<TenantId>>,
}

/// A notice as a tenant reads it.
#[derive(SimpleObject)]
pub(super) struct NoticeText {
    id: NoticeId,
    title: String,
    text: String,
}

/// Where the own tenant stands, for the top of its console.
#[derive(SimpleObject)]
pub(super) struct Standing {
    life: TenantLife,
    /// Last day of use; none: without end.
    expires_on: Option<NaiveDate>,
    /// Last day on which everything still works.
    grace_until: Option<NaiveDate>,
    /// Last day on which it can be read.
    readable_until: Option<NaiveDate>,
    /// How the operator is reached; may be empty.
    contact: String,
    /// What operators tell, newest first; for the tenant's administrators only.
    notices: Vec<NoticeText>,
}

/// Rows with the tenants they name, in one more statement.
async fn show(cx: &Cx, rows: Vec<notices::Notice>) -> Result<Vec<Notice>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.tenants.clone()).flatten().collect();
    let mut read = cx.read(TENANTS_READ).await?;
    let named: HashMap<Uuid, TenantBrief> =
        tenants::by_ids(&ids, read.conn()?).await?.into_iter().map(|row| (row.id, row.into())).collect();
    let notice = |row: notices::Notice| Notice {
        tenants: row.tenants.map(|ids| ids.iter().filter_map(|id| named.get(id).cloned()).collect()),
        id: row.id.into(),
        title: row.title,
        text: row.text,
        since: row.since,
        until: row.until,
        created_at: row.created_at,
        created_by: row.created_by,
        withdrawn_at: row.withdrawn_at,
    };
    Ok(rows.into_iter().map(notice).collect())
}

#[derive(Default)]
pub(super) struct NoticeQuery;

#[Object]
impl NoticeQuery {
    /// Notices to tenants, newest first.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<Notice>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let total = if ctx.shows(&["totalCount"]) { Some(notices::count(cx, NOTICES).await?) } else { None };
        let page = notices::list(cx, NOTICES, &args).await?;
        Ok(Listed::new(Page { nodes: show(cx, page.nodes).await?, info: page.info }, total))
    }

    /// Where the own tenant stands.
    async fn standing(&self, ctx: &Context<'_>) -> Result<Standing> {
        let cx = ctx.cx()?;
        cx.allow(SELF)?;
        let (tenant, spans) = (cx.identity()?.tenant.clone(), Spans::of(&cx.app.settings));
        let last = tenant.term.expires_on;
        let text = |row: notices::Notice| NoticeText { id: row.id.into(), title: row.title, text: row.text };
        Ok(Standing {
            life: tenant.life(&cx.app).into(),
            expires_on: last,
            grace_until: last.map(|day| spans.grace_until(day)),
            readable_until: last.map(|day| spans.readable_until(day)),
            contact: cx.app.settings.operator_contact.clone(),
            notices: notices::current(cx, TENANT_SETTINGS).await?.into_iter().map(text).collect(),
        })
    }
}

#[derive(Default)]
pub(super) struct NoticeMutation;

#[Object]
impl NoticeMutation {
    /// Publishes a notice to tenants' administrators.
    async fn publish_notice(&self, ctx: &Context<'_>, input: NoticeInput) -> Result<Notice> {
        let cx = ctx.cx()?;
        let draft = notices::Draft {
            title: input.title,
            text: input.text,
            since: input.since,
            until: input.until,
            tenants: input.tenants.map(|ids| ids.into_iter().map(|id| id.0).collect()),
        };
        let row = notices::publish(cx, NOTICES, &draft).await?;
        show(cx, vec![row]).await?.pop().ok_or_else(zhibu_core::Error::missing)
    }

    /// Takes a notice back.
    async fn withdraw_notice(&self, ctx: &Context<'_>, id: NoticeId) -> Result<Notice> {
        let cx = ctx.cx()?;
        let row = notices::withdraw(cx, NOTICES, id).await?;
        show(cx, vec![row]).await?.pop().ok_or_else(zhibu_core::Error::missing)
    }
}
