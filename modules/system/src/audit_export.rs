//! The export of the audit log, of a tenant's and of the operators'.

use async_trait::async_trait;
use serde_json::Value;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, dictionary, mask};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read, audit};

use crate::graphql::{AuditEntry, AuditFilter, moment};

/// Exports one side's audit log.
pub(crate) struct Audit {
    pub(crate) kind: &'static str,
    pub(crate) permission: Permission,
}

const COLUMNS: &[ExportColumn] = &[
    column("at", "时间", 20),
    column("by", "操作人", 14),
    column("address", "来源地址", 18),
    column("action", "操作", 18),
    column("kind", "对象", 12),
    column("changes", "变更内容", 80),
];

fn filter(value: &Value) -> Result<audit::Filter> {
    zhibu_graphql::filter::<AuditFilter>(value)?.try_into()
}

#[async_trait]
impl Exporter for Audit {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn title(&self) -> &'static str {
        "审计日志"
    }

    fn permission(&self) -> Permission {
        self.permission
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, _: &mut Read<'_>) -> Result<String> {
        filter(value)?;
        let filter = zhibu_graphql::filter::<AuditFilter>(value)?;
        let label = |kind: &str, code: String| dictionary::label(kind, &code).map_or(code, str::to_owned);
        let mut words = Vec::new();
        words.extend(filter.by.map(|name| format!("操作人：{}", mask::searched(&name))));
        words.extend(filter.kind.map(|kind| format!("对象：{}", label("audit_object", kind))));
        words.extend(filter.action.map(|action| format!("操作：{}", label("audit_action", action))));
        words.extend(filter.since.map(|day| format!("开始日期：{day}")));
        words.extend(filter.until.map(|day| format!("结束日期：{day}")));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        audit::count(cx, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Audit {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let filter = filter(value)?;
        let page = audit::list(cx, &filter, &PageArgs::batch(after), read.conn()?).await?;
        let told = |row: audit::Row| (moment(row.at), AuditEntry::from(row));
        let page = Page { nodes: page.nodes.into_iter().map(told).collect(), info: page.info };
        batch(&page, columns, |key, (at, entry)| cell(key, at, entry))
    }
}

fn cell(key: &str, at: &str, entry: &AuditEntry) -> Result<Cell> {
    Ok(Cell::Text(match key {
        "at" => at.to_owned(),
        "by" => entry.change.by.clone(),
        "address" => entry.address.clone(),
        "action" => entry.change.action.clone(),
        "kind" => entry.kind_label.clone(),
        "changes" => entry.change.in_words(),
        other => return Err(Error::bug(format!("no column {other}"))),
    }))
}
