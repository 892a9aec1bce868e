//! The export of commands that change organisations (组织变更, PC-3.1.1b to d).

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::model::CommandRow;
use super::store::{self, Filter};
use crate::ORG_READ;
use crate::graphql::OrganisationCommandFilter;
use crate::organisation::{self, Reach};

/// Exports commands.
pub(crate) struct Commands;

const COLUMNS: &[ExportColumn] = &[
    column("organisation", "组织", 26),
    column("kind", "类型", 8),
    column("into", "新上级、接收或新设组织", 26),
    column("movers", "分立转入人数", 12),
    column("effectiveOn", "生效日期", 12),
    column("state", "状态", 10),
    column("approvalNo", "批准文号", 18),
    column("reason", "变更原因", 40),
    column("askedBy", "申请人", 12),
    column("askedAt", "申请时间", 18),
    column("decidedBy", "处理人", 12),
    column("decidedAt", "处理时间", 18),
    column("refusal", "拒绝原因", 30),
    column("obstacle", "未能办理的原因", 30),
    column("doneAt", "办理时间", 18),
];

fn filter(value: &Value) -> Result<Filter> {
    Ok(zhibu_graphql::filter::<OrganisationCommandFilter>(value)?.into())
}

#[async_trait]
impl Exporter for Commands {
    fn kind(&self) -> &'static str {
        "organisation_command"
    }

    fn title(&self) -> &'static str {
        "组织变更"
    }

    fn permission(&self) -> Permission {
        ORG_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let filter = filter(value)?;
        let mut words = Vec::new();
        if let Some(id) = filter.organisation {
            let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
            words.push(format!("组织：{}", organisation::get(&reach, id, read.conn()?).await?.short_name));
        }
        words.extend(filter.search.as_deref().map(mask::searched).map(|text| format!("搜索：{text}")));
        let kind = filter.kind.map(|kind| dictionary::words("organisation_command", kind.code()));
        words.extend(kind.map(|kind| format!("类型：{kind}")));
        words.extend(filter.state.map(|state| format!("状态：{}", state.words())));
        Ok(words.join("；"))
    }

    async fn count(&self, _: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(&reach, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Commands {
    async fn rows(
        &self,
        _: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(&reach, &filter(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let ids: Vec<Uuid> =
            page.nodes.iter().flat_map(|row| [Some(row.organisation_id), row.into_id]).flatten().collect();
        let names = organisation::names(&ids, read.conn()?).await?;
        batch(&page, columns, |key, row| cell(key, row, &names))
    }
}

fn cell(key: &str, row: &CommandRow, names: &HashMap<Uuid, String>) -> Result<Cell> {
    // As the list: by the name of today, and by that of then when it was deleted.
    let named = |id: Uuid, then: Option<&String>| names.get(&id).or(then).cloned();
    Ok(match key {
        "organisation" => named(row.organisation_id, Some(&row.organisation_name)).into(),
        "kind" => Cell::words("organisation_command", &row.kind),
        "into" => row
            .into_id
            .and_then(|id| named(id, row.into_name.as_ref()))
            .or_else(|| row.split().map(|split| split.short_name))
            .into(),
        "movers" => match row.split() {
            Some(split) => Cell::Integer(i64::try_from(split.members.len()).map_err(Error::bug)?),
            None => Cell::Blank,
        },
        "effectiveOn" => Cell::Date(row.effective_on),
        "state" => Cell::Text(row.state().words().to_owned()),
        "approvalNo" => row.approval_no.clone().into(),
        "reason" => Cell::Text(row.reason.clone()),
        "askedBy" => Cell::Text(row.asked_name.clone()),
        "askedAt" => Cell::moment(row.asked_at),
        "decidedBy" => row.decided_name.clone().into(),
        "decidedAt" => row.decided_at.map_or(Cell::Blank, Cell::moment),
        "refusal" => row.refusal.clone().into(),
        "obstacle" => row.obstacle.clone().into(),
        "doneAt" => row.done_at.map_or(Cell::Blank, Cell::moment),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
