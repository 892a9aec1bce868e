//! The export of elections (换届记录): those of the organisations that the list of terms shows.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use zhibu_directory::organisation::{self, Reach};

use crate::READ;
use crate::export::{filter, in_words};
use crate::model::ElectionRow;
use crate::store;

/// Exports elections.
pub(crate) struct Elections;

const COLUMNS: &[ExportColumn] = &[
    column("organisation", "组织简称", 24),
    column("kind", "类型", 12),
    column("state", "状态", 12),
    column("reason", "事由", 30),
    column("byDelegates", "选举方式", 12),
    column("plannedOn", "拟召开日期", 12),
    column("postponedTo", "拟延期至", 12),
    column("requestedOn", "请示日期", 12),
    column("requestNo", "请示文号", 18),
    column("repliedOn", "批复日期", 12),
    column("replyNo", "批复文号", 18),
    column("assemblyOn", "选举大会日期", 14),
    column("should", "应到会人数", 10),
    column("present", "实到会人数", 10),
    column("issued", "发出选票", 10),
    column("returned", "收回选票", 10),
    column("valid", "有效选票", 10),
    column("elected", "当选情况", 60),
    column("reportedOn", "报告日期", 12),
    column("confirmedOn", "批准日期", 12),
    column("confirmNo", "批准文号", 18),
    column("termStart", "任期起始", 12),
    column("termEnd", "任期届满", 12),
    column("createdBy", "登记人", 12),
];

#[async_trait]
impl Exporter for Elections {
    fn kind(&self) -> &'static str {
        "election"
    }

    fn title(&self) -> &'static str {
        "换届记录"
    }

    fn permission(&self) -> Permission {
        READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        in_words(filter(value)?, read).await
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count_elections(&reach, &filter(value)?, cx.app.world.today(), read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Elections {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let (filter, today) = (filter(value)?, cx.app.world.today());
        let page = store::elections(&reach, &filter, today, &PageArgs::batch(after), read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.id).collect();
        let elected = store::elected(&ids, read.conn()?).await?;
        batch(&page, columns, |key, row| cell(key, row, &names, &elected))
    }
}

fn cell(key: &str, row: &ElectionRow, names: &HashMap<Uuid, String>, elected: &store::Elected) -> Result<Cell> {
    let number = |number: Option<i32>| number.map_or(Cell::Blank, |number| Cell::Integer(number.into()));
    Ok(match key {
        "organisation" => names.get(&row.organisation_id).cloned().into(),
        "kind" => Cell::words("election_type", &row.kind),
        "state" => Cell::words("election_state", &row.state),
        "reason" => row.reason.clone().into(),
        "byDelegates" => match row.kind().votes() {
            true => Cell::Text(if row.by_delegates { "党员代表大会" } else { "党员大会" }.to_owned()),
            false => Cell::Blank,
        },
        "plannedOn" => row.planned_on.into(),
        "postponedTo" => row.postponed_to.into(),
        "requestedOn" => row.requested_on.into(),
        "requestNo" => row.request_no.clone().into(),
        "repliedOn" => row.replied_on.into(),
        "replyNo" => row.reply_no.clone().into(),
        "assemblyOn" => row.assembly_on.into(),
        "should" => number(row.should),
        "present" => number(row.present),
        "issued" => number(row.issued),
        "returned" => number(row.returned),
        "valid" => number(row.valid),
        "elected" => {
            let told =
                |(post, name): &(String, String)| format!("{} {name}", zhibu_core::dictionary::words("post", post));
            Cell::joined(elected.get(&row.id).into_iter().flatten().map(told), "、")
        }
        "reportedOn" => row.reported_on.into(),
        "confirmedOn" => row.confirmed_on.into(),
        "confirmNo" => row.confirm_no.clone().into(),
        "termStart" => row.term_start.into(),
        "termEnd" => row.term_end.into(),
        "createdBy" => Cell::Text(row.created_by.clone()),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
