use std::collections::HashMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Result, SmsWordId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::messages::words::{self, Filter, Verdict, Word};
use zhibu_tenancy::{Cx, tenants};

use super::session::TenantBrief;
use super::sms::{SmsWordKind, SmsWordState};
use crate::{SMS_AUDIT, SMS_REVIEW};

/// A signature or template as operators review it (短信审核).
#[derive(SimpleObject)]
pub(super) struct SmsCase {
    id: SmsWordId,
    tenant: TenantBrief,
    kind: SmsWordKind,
    name: String,
    text: String,
    variables: Vec<String>,
    note: String,
    state: SmsWordState,
    /// The carrier's sign name or template code.
    carrier_code: Option<String>,
    /// The carrier's names for the variables, in their order.
    carrier_variables: Vec<String>,
    reason: Option<String>,
    applied_at: DateTime<Utc>,
    applied_by: String,
    reviewed_at: Option<DateTime<Utc>>,
    reviewed_by: Option<String>,
}

/// The carrier's approval of a signature or template.
#[derive(InputObject)]
pub(super) struct ApproveSmsInput {
    id: SmsWordId,
    /// 签名名称 or 模板CODE
    code: String,
    /// The carrier's names for the template's variables, in their order.
    #[graphql(default)]
    variables: Vec<String>,
}

/// Rows with their tenants, in one more statement.
async fn show(cx: &Cx, rows: Vec<Word>) -> Result<Vec<SmsCase>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.tenant_id).collect();
    let mut read = cx.read(SMS_AUDIT).await?;
    let named: HashMap<Uuid, TenantBrief> =
        tenants::by_ids(&ids, read.conn()?).await?.into_iter().map(|row| (row.id, row.into())).collect();
    let case = |row: Word| {
        Ok(SmsCase {
            tenant: named.get(&row.tenant_id).cloned().ok_or_else(Error::missing)?,
            kind: SmsWordKind::of(&row.kind),
            state: SmsWordState::of(&row.state),
            id: row.id.into(),
            name: row.name,
            text: row.text,
            variables: row.variables,
            note: row.note,
            carrier_code: row.carrier_code,
            carrier_variables: row.carrier_variables,
            reason: row.reason,
            applied_at: row.applied_at,
            applied_by: row.applied_by,
            reviewed_at: row.reviewed_at,
            reviewed_by: row.reviewed_by,
        })
    };
    rows.into_iter().map(case).collect()
}

async fn decide(cx: &Cx, id: SmsWordId, verdict: Verdict) -> Result<SmsCase> {
    let row = words::review(cx, SMS_REVIEW, id, &verdict).await?;
    show(cx, vec![row]).await?.pop().ok_or_else(Error::missing)
}

#[derive(Default)]
pub(super) struct SmsReviewQuery;

#[Object]
impl SmsReviewQuery {
    /// All tenants' signatures and templates, newest first.
    async fn sms_cases(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        kind: Option<SmsWordKind>,
        state: Option<SmsWordState>,
    ) -> Result<Listed<SmsCase>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let filter = Filter { kind: kind.map(SmsWordKind::code), state: state.map(SmsWordState::code) };
        let total = if ctx.shows(&["totalCount"]) { Some(words::count(cx, SMS_AUDIT, filter).await?) } else { None };
        let page = words::list(cx, SMS_AUDIT, filter, &args).await?;
        Ok(Listed::new(Page { nodes: show(cx, page.nodes).await?, info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct SmsReviewMutation;

#[Object]
impl SmsReviewMutation {
    /// Enters what the carrier has approved; the tenant's messages leave in it at once.
    async fn approve_sms(&self, ctx: &Context<'_>, input: ApproveSmsInput) -> Result<SmsCase> {
        let verdict = Verdict::Approve { code: input.code, variables: input.variables };
        decide(ctx.cx()?, input.id, verdict).await
    }

    /// Sends an application back, also one that had passed.
    async fn refuse_sms(&self, ctx: &Context<'_>, id: SmsWordId, reason: String) -> Result<SmsCase> {
        decide(ctx.cx()?, id, Verdict::Refuse(reason)).await
    }
}
