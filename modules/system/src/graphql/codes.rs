use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{BatchId, CodeId, Page, PageArgs, Result};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::{Conn, Cx, codes, tenants};

use super::session::TenantBrief;
use crate::{CODES_ISSUE, CODES_READ};

/// Where a code stands (激活码状态).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "zhibu_tenancy::codes::CodeState")]
pub(super) enum CodeState {
    /// 未使用
    Issued,
    /// 已使用
    Used,
    /// 已过期
    Expired,
    /// 已作废
    Revoked,
}

/// Which codes a list shows.
#[derive(InputObject)]
pub(crate) struct CodeFilter {
    state: Option<CodeState>,
    batch: Option<BatchId>,
    /// Last four characters, a whole code, or part of the remark.
    search: Option<String>,
}

impl From<CodeFilter> for codes::CodeFilter {
    fn from(f: CodeFilter) -> Self {
        Self { state: f.state.map(Into::into), batch: f.batch.map(|b| b.0), search: f.search }
    }
}

#[derive(InputObject)]
pub(super) struct IssueCodesInput {
    /// Key of the request: the same key gives the same codes.
    key: BatchId,
    plan: String,
    modules: Vec<String>,
    seats: i32,
    /// Last day of use.
    expires_on: NaiveDate,
    /// For how many months a tenant may be used from its activation; none: without end.
    months: Option<i32>,
    count: i32,
    note: Option<String>,
}

/// New codes; they are readable here and nowhere else.
#[derive(SimpleObject)]
pub(super) struct IssuedCodes {
    codes: Vec<String>,
    batch: BatchId,
}

/// An activation code (激活码).
#[derive(SimpleObject)]
pub(super) struct Code {
    id: CodeId,
    batch: BatchId,
    /// Last four characters.
    tail: String,
    plan: String,
    modules: Vec<String>,
    seats: i32,
    expires_on: NaiveDate,
    state: CodeState,
    note: Option<String>,
    issued_at: DateTime<Utc>,
    issued_by: String,
    used_at: Option<DateTime<Utc>>,
    tenant: Option<TenantBrief>,
    revoked_at: Option<DateTime<Utc>>,
    revoke_reason: Option<String>,
    /// For how many months a tenant may be used from its activation; none: without end.
    months: Option<i32>,
}

/// Rows with the tenants that used them, in one more statement.
async fn show(cx: &Cx, rows: Vec<codes::CodeRow>, conn: &mut Conn) -> Result<Vec<Code>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.tenant).collect();
    let used: HashMap<Uuid, TenantBrief> =
        tenants::by_ids(&ids, conn).await?.into_iter().map(|row| (row.id, row.into())).collect();
    let today = cx.app.world.today();
    let code = |row: codes::CodeRow| Code {
        state: row.state(today).into(),
        tenant: row.tenant.and_then(|id| used.get(&id).cloned()),
        id: row.id.into(),
        batch: row.batch.into(),
        tail: row.tail,
        plan: row.plan,
        modules: row.modules,
        seats: row.seats,
        expires_on: row.expires_on,
        note: row.note,
        issued_at: row.issued_at,
        issued_by: row.issued_by.unwrap_or_else(|| "命令行".to_owned()),
        used_at: row.used_at,
        revoked_at: row.revoked_at,
        revoke_reason: row.revoke_reason,
        months: row.months.map(Into::into),
    };
    Ok(rows.into_iter().map(code).collect())
}

#[derive(Default)]
pub(super) struct CodeQuery;

#[Object]
impl CodeQuery {
    /// Activation codes, newest first (OP-1).
    async fn codes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<CodeFilter>,
    ) -> Result<Listed<Code>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let filter = filter.map(codes::CodeFilter::from).unwrap_or_default();
        let mut read = cx.read(CODES_READ).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(codes::count(cx, &filter, read.conn()?).await?) } else { None };
        let page = codes::list(cx, &filter, &args, read.conn()?).await?;
        Ok(Listed::new(Page { nodes: show(cx, page.nodes, read.conn()?).await?, info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct CodeMutation;

#[Object]
impl CodeMutation {
    /// Issues a batch of codes.
    async fn issue_codes(&self, ctx: &Context<'_>, input: IssueCodesInput) -> Result<IssuedCodes> {
        let order = codes::Order {
            key: input.key.0,
            plan: input.plan,
            modules: input.modules,
            seats: input.seats,
            expires_on: input.expires_on,
            months: input.months.map(|months| i16::try_from(months).unwrap_or(0)),
            count: input.count,
            note: input.note,
            placement: None,
        };
        Ok(IssuedCodes { codes: codes::issue(ctx.cx()?, CODES_ISSUE, &order).await?, batch: input.key })
    }

    /// Makes an unused code useless.
    async fn revoke_code(&self, ctx: &Context<'_>, id: CodeId, reason: String) -> Result<Code> {
        let cx = ctx.cx()?;
        let row = codes::revoke(cx, CODES_ISSUE, id.0, &reason).await?;
        let mut read = cx.read(CODES_READ).await?;
        show(cx, vec![row], read.conn()?).await?.pop().ok_or_else(zhibu_core::Error::missing)
    }
}
