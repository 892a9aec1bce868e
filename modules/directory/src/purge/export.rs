//! The export of proposals to remove records for ever (彻底删除申请, PC-3.2.5). Of a record that is gone there is no name.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use zhibu_core::{Error, PageArgs, Permission, Result};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::store::{self, Proposal};
use crate::MEMBER_PURGE;
use crate::organisation::Reach;

/// Exports proposals.
pub(crate) struct Purges;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("state", "状态", 12),
    column("reason", "原因", 30),
    column("by", "申请人", 12),
    column("at", "申请时间", 18),
    column("expiresAt", "有效期至", 18),
    column("decidedBy", "处理人", 12),
    column("decidedAt", "处理时间", 18),
    column("refusal", "拒绝原因", 30),
];

/// A filter, as the list has it.
#[derive(async_graphql::InputObject)]
struct Wanted {
    /// Only those that can be confirmed now.
    waiting: Option<bool>,
}

fn waiting(value: &Value) -> Result<bool> {
    Ok(zhibu_graphql::filter::<Wanted>(value)?.waiting.unwrap_or_default())
}

fn at(cx: &Cx, value: &Value) -> Result<Option<DateTime<Utc>>> {
    Ok(waiting(value)?.then(|| cx.now()))
}

#[async_trait]
impl Exporter for Purges {
    fn kind(&self) -> &'static str {
        "purge"
    }

    fn title(&self) -> &'static str {
        "彻底删除申请"
    }

    fn permission(&self) -> Permission {
        MEMBER_PURGE
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, _: &mut Read<'_>) -> Result<String> {
        Ok(if waiting(value)? { "状态：待确认".to_owned() } else { String::new() })
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(&reach, at(cx, value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Purges {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(&reach, at(cx, value)?, &PageArgs::batch(after), read.conn()?).await?;
        let names = Proposal::names(&page.nodes, read.conn()?).await?;
        batch(&page, columns, |key, row| {
            Ok(match key {
                "name" => names.get(&row.person_id).cloned().into(),
                "state" => Cell::Text(row.state(cx.now()).words().to_owned()),
                "reason" => Cell::Text(row.reason.clone()),
                "by" => Cell::Text(row.proposed_name.clone()),
                "at" => Cell::moment(row.proposed_at),
                "expiresAt" => Cell::moment(row.expires_at),
                "decidedBy" => row.decided_name.clone().into(),
                "decidedAt" => row.decided_at.map_or(Cell::Blank, Cell::moment),
                "refusal" => row.refusal.clone().into(),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        })
    }
}
