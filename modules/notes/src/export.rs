//! The exports of pledges and study notes (PC-3.2.7a).

use async_trait::async_trait;
use serde_json::Value;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::organisation;
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use crate::graphql::WritingFilter;
use crate::model::{Row, Shelf};
use crate::store::{self, Filter, List, Viewer};

/// Exports the texts of a module.
pub(crate) struct Texts(pub(crate) &'static Shelf);

const PLEDGE: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("branch", "所在党支部", 24),
    column("kind", "承诺类型", 14),
    column("year", "承诺年度", 10),
    column("title", "标题", 30),
    column("body", "正文", 60),
    column("state", "状态", 10),
    column("publishedOn", "发布日期", 12),
    column("recommendedOn", "推荐日期", 12),
];

const NOTE: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("branch", "所在党支部", 24),
    column("title", "标题", 30),
    column("source", "学习内容", 24),
    column("body", "正文", 60),
    column("length", "字数", 8),
    column("state", "状态", 10),
    column("publishedOn", "发布日期", 12),
    column("recommendedOn", "推荐日期", 12),
];

fn filter(value: &Value) -> Result<Filter> {
    zhibu_graphql::filter::<WritingFilter>(value)?.read()
}

#[async_trait]
impl Exporter for Texts {
    fn kind(&self) -> &'static str {
        self.0.key
    }

    fn title(&self) -> &'static str {
        self.0.title()
    }

    fn permission(&self) -> Permission {
        self.0.read
    }

    fn columns(&self) -> &'static [ExportColumn] {
        if self.0.yearly() { PLEDGE } else { NOTE }
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let filter = filter(value)?;
        let mut words = Vec::new();
        if let Some(under) = filter.under {
            words.push(organisation::words_under(under, read).await?);
        }
        let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
        let yes = |yes: bool| if yes { "是" } else { "否" }.to_owned();
        say("搜索", filter.search.as_deref().map(mask::searched));
        say("党员", filter.person.map(|_| "所选党员".to_owned()));
        say("本人的", filter.mine.then(|| yes(true)));
        say("承诺类型", filter.kind.map(|kind| dictionary::words("pledge_type", kind.code())));
        say("承诺年度", filter.year.map(|year| year.to_string()));
        say("状态", filter.state.map(|state| state.word().to_owned()));
        say("已推荐", filter.recommended.map(yes));
        say("疑似雷同", filter.similar.then(|| yes(true)));
        say("发布日期从", filter.from.map(|day| day.to_string()));
        say("发布日期至", filter.to.map(|day| day.to_string()));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let (viewer, filter) = (Viewer::of(cx, &read.scope.clone(), read.conn()?).await?, filter(value)?);
        store::count(&List { shelf: self.0, viewer: &viewer, filter: &filter, whole: true }, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Texts {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let (viewer, filter) = (Viewer::of(cx, &read.scope.clone(), read.conn()?).await?, filter(value)?);
        let list = List { shelf: self.0, viewer: &viewer, filter: &filter, whole: true };
        let page = store::list(&list, &PageArgs::batch(after), read.conn()?).await?;
        batch(&page, columns, cell)
    }
}

fn cell(key: &str, row: &Row) -> Result<Cell> {
    Ok(match key {
        "name" => Cell::Text(row.name.clone()),
        "branch" => Cell::Text(row.branch.clone()),
        "kind" => row.kind.as_deref().map(|kind| dictionary::words("pledge_type", kind)).into(),
        "year" => row.year.map_or(Cell::Blank, |year| Cell::Integer(year.into())),
        "title" => Cell::Text(row.title.clone()),
        "source" => row.source.clone().into(),
        "body" => Cell::Text(row.body.clone()),
        "length" => Cell::Integer(row.length.into()),
        "state" => Cell::Text(row.state().word().to_owned()),
        "publishedOn" => row.published_at.into(),
        "recommendedOn" => row.recommended_at.into(),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
