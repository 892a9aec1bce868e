//! The export of terms (班子任期台账).

use async_trait::async_trait;
use serde_json::Value;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::organisation::{self, Reach, Row};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use crate::READ;
use crate::graphql::TermFilter;
use crate::store::{self, Beside, Filter, TermAttention};

/// Exports the list of terms.
pub(crate) struct Terms;

const COLUMNS: &[ExportColumn] = &[
    column("shortName", "组织简称", 24),
    column("fullName", "组织全称", 36),
    column("orgType", "组织类别", 12),
    column("termYears", "届期(年)", 8),
    column("termStart", "本届起始日期", 14),
    column("termEnd", "届满日期", 14),
    column("daysLeft", "距届满(天)", 12),
    column("extended", "已延期", 8),
    column("secretary", "书记", 12),
    column("team", "班子成员", 60),
    column("vacantSince", "书记空缺自", 14),
    column("election", "办理中的换届", 20),
];

pub(crate) fn filter(value: &Value) -> Result<Filter> {
    Ok(zhibu_graphql::filter::<TermFilter>(value)?.read())
}

fn attention(what: TermAttention) -> &'static str {
    match what {
        TermAttention::Ending => "半年内届满",
        TermAttention::Soon => "一个月内届满",
        TermAttention::Over => "已届满",
        TermAttention::Vacant => "书记空缺",
        TermAttention::Electing => "换届办理中",
        TermAttention::Unset => "未登记任期",
    }
}

/// The list's filter in words.
pub(crate) async fn in_words(filter: Filter, read: &mut Read<'_>) -> Result<String> {
    let mut words = Vec::new();
    if let Some(under) = filter.under {
        words.push(organisation::words_under(under, read).await?);
    }
    words.extend(filter.search.as_deref().map(mask::searched).map(|text| format!("搜索：{text}")));
    words.extend(filter.attention.map(|what| format!("任期状态：{}", attention(what))));
    Ok(words.join("；"))
}

#[async_trait]
impl Exporter for Terms {
    fn kind(&self) -> &'static str {
        "leadership"
    }

    fn title(&self) -> &'static str {
        "班子任期台账"
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
        store::count(&reach, &filter(value)?, cx.app.world.today(), read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Terms {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let (filter, today) = (filter(value)?, cx.app.world.today());
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(&reach, &filter, today, &PageArgs::batch(after), read.conn()?).await?;
        let ids: Vec<uuid::Uuid> = page.nodes.iter().map(|row| row.id).collect();
        let beside = store::beside(&ids, read.conn()?).await?;
        batch(&page, columns, |key, row| cell(key, row, &beside, today))
    }
}

fn cell(key: &str, row: &Row, beside: &Beside, today: chrono::NaiveDate) -> Result<Cell> {
    let held = beside.posts.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let told =
        |post: &zhibu_directory::member::HeldPost| format!("{} {}", dictionary::words("post", &post.post), post.name);
    Ok(match key {
        "shortName" => Cell::Text(row.short_name.clone()),
        "fullName" => Cell::Text(row.full_name.clone()),
        "orgType" => Cell::words("org_type", &row.org_type),
        "termYears" => row.term_years.map_or(Cell::Blank, |years| Cell::Integer(years.into())),
        "termStart" => row.term_start.into(),
        "termEnd" => row.term_end().into(),
        "daysLeft" => row.term_end().map_or(Cell::Blank, |end| Cell::Integer((end - today).num_days())),
        "extended" => Cell::Text(if row.term_end() > store::own_end(row) { "是" } else { "否" }.to_owned()),
        "secretary" => held.iter().find(|post| post.post == "secretary").map(|post| post.name.clone()).into(),
        "team" => Cell::joined(held.iter().map(told), "、"),
        "vacantSince" => beside.vacant.get(&row.id).copied().into(),
        "election" => beside
            .open
            .get(&row.id)
            .map(|one| {
                format!(
                    "{}（{}）",
                    dictionary::words("election_type", &one.kind),
                    dictionary::words("election_state", &one.state)
                )
            })
            .into(),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
