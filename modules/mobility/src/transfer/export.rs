//! What can be taken out of transfers (PC-3.2.3): the list as a workbook, and letters of introduction as PDF.

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, TransferId, dictionary, mask};
use zhibu_directory::MEMBER_REVEAL;
use zhibu_directory::organisation::{self, Reach};
use zhibu_office::paper::Paper;
use zhibu_tenancy::exchange::export::{
    Batch, Cell, ExportColumn, Exporter, Made, Records, Rows, batch, column, sensitive,
};
use zhibu_tenancy::{Cx, Read};

use super::actions::record_of;
use super::model::{Row, TransferSide};
use super::paper;
use super::store::{self, Filter};
use crate::graphql::TransferFilter;
use crate::{TRANSFER_ACCEPT, TRANSFER_READ};

/// Exports transfers.
pub(crate) struct Transfers;

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
async fn reached(mut filter: Filter, read: &mut Read<'_>) -> Result<(Filter, Reach)> {
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    if filter.waiting.is_some() {
        filter.waiting = Some(organisation::part(&reach, None, read.conn()?).await?);
    }
    Ok((filter, reach))
}

/// A filter in words.
async fn in_words(filter: Filter, read: &mut Read<'_>) -> Result<Vec<String>> {
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
    Ok(words)
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

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        Ok(in_words(filter(value, NaiveDate::default())?, read).await?.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let (filter, reach) = reached(filter(value, cx.app.world.today())?, read).await?;
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
    ) -> Result<Batch> {
        let today = cx.app.world.today();
        let (filter, reach) = reached(filter(value, today)?, read).await?;
        let page = store::list(cx, &reach, &filter, &PageArgs::batch(after), read.conn()?).await?;
        batch(&page, columns, |key, row| cell(key, row, today))
    }
}

fn cell(key: &str, row: &Row, today: NaiveDate) -> Result<Cell> {
    Ok(match key {
        "name" => Cell::Text(row.name.clone()),
        "kind" => Cell::words("transfer_kind", &row.kind),
        "from" => Cell::Text(row.from_name.clone()),
        "to" => Cell::Text(row.to_name.clone()),
        "reason" => Cell::words("transfer_reason", &row.reason),
        "duesPaidTo" => row.dues_paid_to.clone().into(),
        "status" => Cell::words("transfer_status", row.status_on(today).code()),
        "letterNo" => row.letter_no.clone().into(),
        "issuedOn" => row.issued_on.into(),
        "validUntil" => row.valid_until.into(),
        "startedOn" => Some(row.created_at).into(),
        "closedOn" => row.closed_at.into(),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}

const ID_NUMBER: ExportColumn = sensitive("idNumber", "公民身份号码和手机号", 20);

const FORM: &[ExportColumn] = &[column("form", "介绍信", 20), ID_NUMBER];

/// The letter of introduction (介绍信) of each transfer that has one in force, with its three parts.
pub(crate) struct Letters;

/// A filter: that of the list, or one transfer.
#[derive(async_graphql::InputObject)]
struct Wanted {
    transfer: Option<TransferId>,
    #[graphql(flatten)]
    list: TransferFilter,
}

#[async_trait]
impl Records for Letters {
    type Id = TransferId;
    type Filter = Filter;
    type Row = Row;

    fn kind(&self) -> &'static str {
        "transfer_letter"
    }

    fn title(&self) -> &'static str {
        "组织关系介绍信"
    }

    fn permission(&self) -> Permission {
        TRANSFER_ACCEPT
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        FORM
    }

    fn asked(&self, value: &Value, today: NaiveDate) -> Result<(Option<TransferId>, Filter)> {
        let wanted = zhibu_graphql::filter::<Wanted>(value)?;
        Ok((wanted.transfer, wanted.list.read(today)?))
    }

    async fn one_in_words(&self, transfer: TransferId, read: &mut Read<'_>) -> Result<String> {
        let row = self.one(transfer, read).await?;
        let number = row.letter_no.filter(|_| row.letter_id.is_some());
        let number = number.ok_or_else(|| Error::refuse("NO_LETTER", "该调动还没有开具介绍信"))?;
        Ok(format!("{}的介绍信{number}", row.name))
    }

    async fn in_words(&self, filter: Filter, read: &mut Read<'_>) -> Result<String> {
        Ok(in_words(filter, read).await?.join("；"))
    }

    async fn count(&self, cx: &Cx, filter: &Filter, read: &mut Read<'_>) -> Result<i64> {
        let (filter, reach) = reached(filter.clone(), read).await?;
        store::count(cx, &reach, &filter, read.conn()?).await
    }

    async fn one(&self, transfer: TransferId, read: &mut Read<'_>) -> Result<Row> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::load(&reach, transfer, false, read.conn()?).await
    }

    async fn page(&self, cx: &Cx, filter: &Filter, args: &PageArgs, read: &mut Read<'_>) -> Result<Page<Row>> {
        let (filter, reach) = reached(filter.clone(), read).await?;
        let mut page = store::list(cx, &reach, &filter, args, read.conn()?).await?;
        // Of many at once only those that are to be handed over; one that is over is printed alone.
        page.nodes.retain(|row| row.side() == Some(TransferSide::Receipt));
        Ok(page)
    }

    async fn papers(
        &self,
        cx: &Cx,
        rows: &[Row],
        columns: &[&'static ExportColumn],
        read: &mut Read<'_>,
    ) -> Result<Vec<Paper>> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let committees: Vec<_> = rows.iter().filter_map(|row| row.source_id).collect();
        let places = organisation::places(&committees, read.conn()?).await?;
        let ids: Vec<_> = rows.iter().filter_map(|row| row.letter_id).collect();
        let letters = store::letters_in_force(&ids, read.conn()?).await?;
        let whole = columns.iter().any(|column| column.key == ID_NUMBER.key);
        let mut papers = Vec::new();
        for row in rows {
            // As for whoever prints one: theirs is the committee that issued it.
            let theirs = row.source_id.and_then(|id| places.get(&id)).is_some_and(|(_, path)| reach.covers(path));
            let letter = row.letter_id.filter(|_| theirs).and_then(|id| letters.get(&id));
            if let Some(letter) = letter.filter(|letter| !letter.record.is_empty()) {
                papers.push(paper::letter(row, letter, &record_of(cx, &letter.record).await?, whole));
            }
        }
        Ok(papers)
    }
}
