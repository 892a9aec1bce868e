//! The export of lost members (失联党员, PC-3.2.2).

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result, mask};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::rules;
use super::store::{self, LostFilter};
use crate::FLOW_READ;
use crate::graphql::LostCaseFilter;

/// Exports lost members.
pub(crate) struct Lost;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("branch", "所在党支部", 24),
    column("lostOn", "失去联系日期", 14),
    column("reason", "失联原因", 18),
    column("state", "状态", 14),
    column("suspendedOn", "停止党籍日期", 14),
    column("suggestion", "提示", 20),
    column("openedOn", "登记日期", 12),
    column("closedOn", "办结日期", 12),
];

fn filter(value: &Value) -> Result<LostFilter> {
    Ok(zhibu_graphql::filter::<LostCaseFilter>(value)?.into())
}

#[async_trait]
impl Exporter for Lost {
    fn kind(&self) -> &'static str {
        "lost"
    }

    fn title(&self) -> &'static str {
        "失联党员"
    }

    fn permission(&self) -> Permission {
        FLOW_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let filter = filter(value)?;
        let mut words = Vec::new();
        if let Some(under) = filter.under {
            words.push(organisation::words_under(under, read).await?);
        }
        words.extend(filter.search.as_deref().map(mask::searched).map(|text| format!("搜索：{text}")));
        words.extend(filter.state.map(|state| format!("状态：{}", state.words())));
        words.extend(filter.closed.then(|| "已办结：是".to_owned()));
        Ok(words.join("；"))
    }

    async fn count(&self, _: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count_lost(&reach, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Lost {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::lost(&reach, &filter(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let today = cx.app.world.today();
        batch(&page, columns, |key, row| {
            Ok(match key {
                "name" => Cell::Text(row.name.clone()),
                "branch" => names.get(&row.organisation_id).cloned().into(),
                "lostOn" => Cell::Date(row.lost_on),
                "reason" => Cell::words("lost_contact_reason", &row.reason),
                "state" => Cell::Text(row.state().words().to_owned()),
                "suspendedOn" => row.suspended_on.into(),
                "suggestion" => rules::suggestion(row.state(), row.lost_on, row.suspended_on, today)
                    .map(|what| format!("可研究{}", what.words()))
                    .into(),
                "openedOn" => Some(row.created_at).into(),
                "closedOn" => row.closed_at.into(),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        })
    }
}
