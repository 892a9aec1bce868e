//! The export of contributions (PC-3.2.8).

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::organisation;
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use crate::READ;
use crate::graphql::ContributionFilter;
use crate::model::Row;
use crate::rules::{self, KINDS};
use crate::store::{self, Filter, Viewer};

/// Exports contributions.
pub(crate) struct Contributions;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("branch", "所在党支部", 24),
    column("kind", "类型", 14),
    column("servedOn", "日期", 12),
    column("place", "地点", 20),
    column("hours", "时长（小时）", 12),
    column("body", "内容", 60),
    column("proofs", "证明材料", 10),
    column("recordedBy", "登记人", 12),
];

fn filter(value: &Value) -> Result<Filter> {
    zhibu_graphql::filter::<ContributionFilter>(value)?.read()
}

#[async_trait]
impl Exporter for Contributions {
    fn kind(&self) -> &'static str {
        "contribution"
    }

    fn title(&self) -> &'static str {
        "发挥作用情况"
    }

    fn permission(&self) -> Permission {
        READ
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
        let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
        say("搜索", filter.search.as_deref().map(mask::searched));
        say("党员", filter.person.map(|_| "所选党员".to_owned()));
        let kinds: Vec<String> = filter.kinds.iter().map(|kind| dictionary::words(KINDS, kind)).collect();
        say("类型", Some(kinds.join("、")).filter(|text| !text.is_empty()));
        say("日期从", filter.from.map(|day| day.to_string()));
        say("日期至", filter.to.map(|day| day.to_string()));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
        store::count(&viewer, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Contributions {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
        let page = store::list(&viewer, &filter(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let ids = |of: fn(&Row) -> Uuid| page.nodes.iter().map(of).collect::<Vec<Uuid>>();
        let people = store::people(&ids(|row| row.person_id), read.conn()?).await?;
        let branches = organisation::names(&ids(|row| row.organisation_id), read.conn()?).await?;
        let proofs = store::proofs(&ids(|row| row.id), read.conn()?).await?;
        let named = |names: &HashMap<Uuid, String>, id: Uuid| Cell::Text(names.get(&id).cloned().unwrap_or_default());
        let cell = |key: &str, row: &Row| {
            Ok(match key {
                "name" => named(&people, row.person_id),
                "branch" => named(&branches, row.organisation_id),
                "kind" => Cell::words(KINDS, &row.kind),
                "servedOn" => Cell::Date(row.served_on),
                "place" => row.place.clone().into(),
                "hours" => row.minutes.map(|minutes| rules::hours(minutes.into())).into(),
                "body" => Cell::Text(row.body.clone()),
                "proofs" => {
                    let count = proofs.get(&row.id).map_or(0, Vec::len);
                    Cell::Integer(i64::try_from(count).map_err(Error::bug)?)
                }
                "recordedBy" => Cell::Text(row.account_name.clone()),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        };
        batch(&page, columns, cell)
    }
}
