//! What can be taken out of transfers (PC-3.2.3): the list as a workbook, and letters of introduction as PDF.

use async_trait::async_trait;
use chrono::{Duration, NaiveDate};
use serde_json::Value;
use zhibu_core::{Error, PageArgs, Permission, Result, TransferId, dictionary, mask};
use zhibu_directory::MEMBER_REVEAL;
use zhibu_directory::organisation::{self, Reach};
use zhibu_office::paper::Paper;
use zhibu_tenancy::exchange::export::{Cell, ExportColumn, Exporter, Forms, Made, Rows};
use zhibu_tenancy::{Cx, Read};

use super::actions::record_of;
use super::model::{Row, TransferSide};
use super::paper;
use super::store::{self, Filter};
use crate::graphql::TransferFilter;
use crate::{TRANSFER_ACCEPT, TRANSFER_READ};

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

    fn reveals(&self) -> Option<Permission> {
        None
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        Ok(in_words(filter(value, NaiveDate::default())?, read).await?.join("；"))
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

/// So many letters are read whole at a time.
const FORMS: i32 = 50;

const ID_NUMBER: ExportColumn =
    ExportColumn { key: "idNumber", title: "公民身份号码和手机号", width: 20, sensitive: true };

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

fn wanted(value: &Value, today: NaiveDate) -> Result<(Option<TransferId>, Filter)> {
    let wanted = zhibu_graphql::filter::<Wanted>(value)?;
    Ok((wanted.transfer, wanted.list.read(today)?))
}

#[async_trait]
impl Exporter for Letters {
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

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let (transfer, filter) = wanted(value, NaiveDate::default())?;
        let mut words = Vec::new();
        if let Some(transfer) = transfer {
            let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
            let row = store::load(&reach, transfer, false, read.conn()?).await?;
            let number = row.letter_no.filter(|_| row.letter_id.is_some());
            let number = number.ok_or_else(|| Error::refuse("NO_LETTER", "该调动还没有开具介绍信"))?;
            words.push(format!("{}的介绍信{number}", row.name));
        }
        words.extend(in_words(filter, read).await?);
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let (transfer, filter) = wanted(value, cx.app.world.today())?;
        if transfer.is_some() {
            return Ok(1);
        }
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(cx, &reach, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Forms(self)
    }
}

#[async_trait]
impl Forms for Letters {
    async fn forms(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<(Vec<Paper>, Option<String>)> {
        let (transfer, mut filter) = wanted(value, cx.app.world.today())?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let (rows, next) = match transfer {
            Some(id) => (vec![store::load(&reach, id, false, read.conn()?).await?], None),
            None => {
                if filter.waiting.is_some() {
                    filter.waiting = Some(organisation::part(&reach, None, read.conn()?).await?);
                }
                let args = PageArgs::new(Some(FORMS), after, None)?;
                let page = store::list(cx, &reach, &filter, &args, read.conn()?).await?;
                let mut rows = page.nodes;
                // Of many at once only those that are to be handed over; one that is over is printed alone.
                rows.retain(|row| row.side() == Some(TransferSide::Receipt));
                (rows, page.info.end_cursor.filter(|_| page.info.has_next_page))
            }
        };
        let committees: Vec<_> = rows.iter().filter_map(|row| row.source_id).collect();
        let places = organisation::places(&committees, read.conn()?).await?;
        let ids: Vec<_> = rows.iter().filter_map(|row| row.letter_id).collect();
        let letters = store::letters_in_force(&ids, read.conn()?).await?;
        let whole = columns.iter().any(|column| column.key == ID_NUMBER.key);
        let mut papers = Vec::new();
        for row in &rows {
            // As for whoever prints one: theirs is the committee that issued it.
            let theirs = row.source_id.and_then(|id| places.get(&id)).is_some_and(|(_, path)| reach.covers(path));
            let letter = row.letter_id.filter(|_| theirs).and_then(|id| letters.get(&id));
            if let Some(letter) = letter.filter(|letter| !letter.record.is_empty()) {
                papers.push(paper::letter(row, letter, &record_of(cx, &letter.record).await?, whole));
            }
        }
        Ok((papers, next))
    }
}
