//! The export of transfers (PC-3.2.3).

use async_trait::async_trait;
use chrono::{Duration, NaiveDate};
use serde_json::Value;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::exchange::export::{Cell, ExportColumn, Exporter, Made, Rows};
use zhibu_tenancy::{Cx, Read};

use super::model::Row;
use super::store::{self, Filter};
use crate::TRANSFER_READ;
use crate::graphql::TransferFilter;

/// Exports transfers.
pub(crate) struct Transfers;

const fn column(key: &'static str, title: &'static str, width: u16) -> ExportColumn {
    ExportColumn { key, title, width, sensitive: false }
}

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("kind", "调动类型", 14),
    column("from", "转出党组织", 28),
    column("to", "接收党组织", 28),
    column("reason", "调动原因", 14),
    column("duesPaidTo", "党费交至", 12),
    column("status", "状态", 16),
    column("letterNo", "介绍信编号", 16),
    column("issuedOn", "开具日期", 12),
    column("validUntil", "有效期至", 12),
    column("startedOn", "发起日期", 12),
    column("closedOn", "办结日期", 12),
];

fn filter(value: &Value, today: NaiveDate) -> Result<Filter> {
    zhibu_graphql::filter::<TransferFilter>(value)?.read(today)
}

/// The filter and how far it reaches: what waits, waits with whoever exports, as in the list. A job writes the file, so their
/// reach stands for what they decide.
async fn asked(value: &Value, today: NaiveDate, read: &mut Read<'_>) -> Result<(Filter, Reach)> {
    let mut filter = filter(value, today)?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    if filter.waiting.is_some() {
        filter.waiting = Some(organisation::part(&reach, None, read.conn()?).await?);
    }
    Ok((filter, reach))
}

#[async_trait]
impl Exporter for Transfers {
    fn kind(&self) -> &'static str {
        "transfer"
    }

    fn title(&self) -> &'static str {
        "党员调动"
    }

    fn permission(&self) -> Permission {
        TRANSFER_READ
    }

    fn reveals(&self) -> Option<Permission> {
        None
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let filter = filter(value, NaiveDate::default())?;
        let mut words = Vec::new();
        if let Some(under) = filter.under {
            words.push(organisation::words_under(under, read).await?);
        }
        let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
        let label = |kind: &str, code: &str| dictionary::words(kind, code);
        say("搜索", filter.search.as_deref().map(mask::searched));
        say("调动类型", filter.kind.map(|kind| label("transfer_kind", kind.code())));
        say("状态", filter.status.map(|status| label("transfer_status", status.code())));
        say("办结", filter.open.map(|open| if open { "否" } else { "是" }.to_owned()));
        say("待处理", filter.waiting.map(|_| "是".to_owned()));
        say("回执超期", filter.missed.map(|_| "是".to_owned()));
        say("发起日期从", filter.from.map(|day| day.to_string()));
        say("发起日期至", filter.to.map(|day| day.to_string()));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let (filter, reach) = asked(value, cx.app.world.today(), read).await?;
        store::count(cx, &reach, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Transfers {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<(Vec<Vec<Cell>>, Option<String>)> {
        let today = cx.app.world.today();
        let (filter, reach) = asked(value, today, read).await?;
        let page = store::list(cx, &reach, &filter, &PageArgs::batch(after), read.conn()?).await?;
        let row = |row: &Row| columns.iter().map(|column| cell(column.key, row, today)).collect::<Result<Vec<_>>>();
        let rows = page.nodes.iter().map(row).collect::<Result<Vec<_>>>()?;
        Ok((rows, page.info.end_cursor.filter(|_| page.info.has_next_page)))
    }
}

fn cell(key: &str, row: &Row, today: NaiveDate) -> Result<Cell> {
    let label = |kind: &str, code: &str| Cell::Text(dictionary::words(kind, code));
    let on = |day: Option<NaiveDate>| day.map_or(Cell::Blank, Cell::Date);
    // The day of a moment, where the tenants are.
    let day = |at: chrono::DateTime<chrono::Utc>| (at + Duration::hours(8)).date_naive();
    Ok(match key {
        "name" => Cell::Text(row.name.clone()),
        "kind" => label("transfer_kind", &row.kind),
        "from" => Cell::Text(row.from_name.clone()),
        "to" => Cell::Text(row.to_name.clone()),
        "reason" => label("transfer_reason", &row.reason),
        "duesPaidTo" => row.dues_paid_to.clone().into(),
        "status" => label("transfer_status", row.status_on(today).code()),
        "letterNo" => row.letter_no.clone().into(),
        "issuedOn" => on(row.issued_on),
        "validUntil" => on(row.valid_until),
        "startedOn" => Cell::Date(day(row.created_at)),
        "closedOn" => on(row.closed_at.map(day)),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
