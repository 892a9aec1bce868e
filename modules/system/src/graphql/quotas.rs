use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, SimpleObject};
use zhibu_core::{Result, TenantId};
use zhibu_graphql::Request;
use zhibu_tenancy::quotas::{self, Change, Level, level};

use crate::{TENANT_SETTINGS, TENANTS_LIFE};

/// What a limit is of.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum QuotaKind {
    /// 存储空间
    Storage,
    /// 本月短信
    Sms,
    /// 今日请求
    Requests,
}

/// A limit of the own tenant that is four fifths used, or wholly.
#[derive(SimpleObject)]
pub(super) struct QuotaWarning {
    kind: QuotaKind,
    used: i64,
    limit: i64,
    /// Nothing is left: what needs more is refused.
    full: bool,
}

/// The limits of a tenant; what is left out stays as it is, null is without limit.
#[derive(InputObject)]
pub(super) struct TenantQuotasInput {
    tenant: TenantId,
    /// Bytes of its files.
    storage_bytes: MaybeUndefined<i64>,
    /// Text messages a month.
    sms_month: MaybeUndefined<i32>,
    /// Requests a day.
    requests_day: MaybeUndefined<i64>,
    reason: String,
}

#[derive(Default)]
pub(super) struct QuotaQuery;

#[Object]
impl QuotaQuery {
    /// The own tenant's limits that are nearly or wholly used, for its administrators (OP-8).
    async fn quota_warnings(&self, ctx: &Context<'_>) -> Result<Vec<QuotaWarning>> {
        let cx = ctx.cx()?;
        cx.allow(TENANT_SETTINGS)?;
        let used = quotas::used(cx, cx.tenant()?).await?;
        let warning = |one: quotas::Used| {
            let level = level(one.used, Some(one.limit));
            let kind = match one.kind {
                "storage" => QuotaKind::Storage,
                "sms" => QuotaKind::Sms,
                _ => QuotaKind::Requests,
            };
            (level != Level::Fine).then_some(QuotaWarning {
                kind,
                used: one.used,
                limit: one.limit,
                full: level == Level::Full,
            })
        };
        Ok(used.into_iter().filter_map(warning).collect())
    }
}

fn given<T>(limit: MaybeUndefined<T>) -> Option<Option<T>> {
    match limit {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(limit) => Some(Some(limit)),
    }
}

#[derive(Default)]
pub(super) struct QuotaMutation;

#[Object]
impl QuotaMutation {
    /// Sets the limits of a tenant (OP-8).
    async fn set_tenant_quotas(&self, ctx: &Context<'_>, input: TenantQuotasInput) -> Result<bool> {
        let change = Change {
            storage_bytes: given(input.storage_bytes),
            sms_month: given(input.sms_month),
            requests_day: given(input.requests_day),
        };
        quotas::set(ctx.cx()?, TENANTS_LIFE, input.tenant, change, &input.reason).await?;
        Ok(true)
    }
}
