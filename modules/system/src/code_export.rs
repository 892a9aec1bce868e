//! The export of activation codes (OP-1), which operators order. A code itself is stored nowhere; its last four
//! characters are all there is.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result, mask};
use zhibu_tenancy::codes::{self, CodeFilter, CodeRow, CodeState};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read, tenants};

use crate::{CODES_READ, graphql};

/// Exports activation codes.
pub(crate) struct Codes;

const COLUMNS: &[ExportColumn] = &[
    column("tail", "激活码末四位", 14),
    column("state", "状态", 10),
    column("plan", "套餐", 14),
    column("modules", "模块", 30),
    column("seats", "用户数", 10),
    column("expiresOn", "有效期至", 12),
    column("tenant", "开通的组织", 36),
    column("usedAt", "使用时间", 18),
    column("note", "备注", 30),
    column("issuedAt", "发放时间", 18),
    column("issuedBy", "发放人", 14),
    column("batch", "批次", 38),
    column("revokedAt", "作废时间", 18),
    column("revokeReason", "作废原因", 30),
];

fn filter(value: &Value) -> Result<CodeFilter> {
    Ok(zhibu_graphql::filter::<graphql::CodeFilter>(value)?.into())
}

fn state(state: CodeState) -> &'static str {
    match state {
        CodeState::Issued => "未使用",
        CodeState::Used => "已使用",
        CodeState::Expired => "已过期",
        CodeState::Revoked => "已作废",
    }
}

#[async_trait]
impl Exporter for Codes {
    fn kind(&self) -> &'static str {
        "code"
    }

    fn title(&self) -> &'static str {
        "激活码"
    }

    fn permission(&self) -> Permission {
        CODES_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, _: &mut Read<'_>) -> Result<String> {
        let filter = filter(value)?;
        let mut words = Vec::new();
        words.extend(filter.told().map(|text| format!("关键字：{}", mask::searched(&text))));
        words.extend(filter.state.map(|one| format!("状态：{}", state(one))));
        words.extend(filter.batch.map(|batch| format!("批次：{batch}")));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        codes::count(cx, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Codes {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let page = codes::list(cx, &filter(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let used: Vec<Uuid> = page.nodes.iter().filter_map(|code| code.tenant).collect();
        let names: HashMap<Uuid, String> =
            tenants::by_ids(&used, read.conn()?).await?.into_iter().map(|tenant| (tenant.id, tenant.name)).collect();
        batch(&page, columns, |key, code| cell(cx, key, code, &names))
    }
}

fn modules(cx: &Cx, keys: &[String]) -> String {
    if keys.is_empty() {
        return "仅基础模块".to_owned();
    }
    let title =
        |key: &String| cx.app.registry.module(key).map_or_else(|| key.clone(), |module| module.title.to_owned());
    keys.iter().map(title).collect::<Vec<_>>().join("、")
}

fn cell(cx: &Cx, key: &str, code: &CodeRow, names: &HashMap<Uuid, String>) -> Result<Cell> {
    Ok(match key {
        "tail" => Cell::Text(code.tail.clone()),
        "state" => Cell::Text(state(code.state(cx.app.world.today())).to_owned()),
        "plan" => Cell::Text(code.plan.clone()),
        "modules" => Cell::Text(modules(cx, &code.modules)),
        "seats" => Cell::Integer(code.seats.into()),
        "expiresOn" => Cell::Date(code.expires_on),
        "tenant" => code.tenant.and_then(|id| names.get(&id).cloned()).into(),
        "usedAt" => code.used_at.map_or(Cell::Blank, Cell::moment),
        "note" => code.note.clone().into(),
        "issuedAt" => Cell::moment(code.issued_at),
        "issuedBy" => Cell::Text(code.issued_by.clone().unwrap_or_else(|| "命令行".to_owned())),
        "batch" => Cell::Text(code.batch.to_string()),
        "revokedAt" => code.revoked_at.map_or(Cell::Blank, Cell::moment),
        "revokeReason" => code.revoke_reason.clone().into(),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
