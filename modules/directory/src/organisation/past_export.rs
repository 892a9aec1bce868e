//! The export of the organisations as they were on a day (历史架构).

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::past::{as_of, count_as_of, members_as_of, names_as_of, reach_on};
use crate::ORG_READ;

/// Exports the organisations of a day.
pub(crate) struct Past;

const COLUMNS: &[ExportColumn] = &[
    column("shortName", "组织简称", 24),
    column("fullName", "组织全称", 36),
    column("type", "组织类别", 14),
    column("code", "组织代码", 16),
    column("parent", "上级组织", 24),
    column("status", "组织状态", 10),
    column("memberCount", "本级党员数", 10),
];

/// A filter, as the page has it; without a day today is meant.
#[derive(async_graphql::InputObject)]
struct Wanted {
    date: Option<NaiveDate>,
}

fn day(cx: &Cx, value: &Value) -> Result<NaiveDate> {
    let today = cx.app.world.today();
    let day = zhibu_graphql::filter::<Wanted>(value)?.date.unwrap_or(today);
    if day > today {
        return Err(Error::refuse("FUTURE_DAY", "只能查看今天和以前的组织架构").at("date"));
    }
    Ok(day)
}

#[async_trait]
impl Exporter for Past {
    fn kind(&self) -> &'static str {
        "organisation_past"
    }

    fn title(&self) -> &'static str {
        "历史架构"
    }

    fn permission(&self) -> Permission {
        ORG_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, _: &mut Read<'_>) -> Result<String> {
        let date = zhibu_graphql::filter::<Wanted>(value)?.date;
        Ok(date.map(|day| format!("日期：{day}")).unwrap_or_default())
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let day = day(cx, value)?;
        let reach = reach_on(&read.scope.clone(), day, read.conn()?).await?;
        count_as_of(&reach, day, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Past {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let day = day(cx, value)?;
        let reach = reach_on(&read.scope.clone(), day, read.conn()?).await?;
        let page = as_of(&reach, day, &PageArgs::batch(after), read.conn()?).await?;
        let above = |path: &str| path.rsplit_once('.').map(|(above, _)| above.to_owned());
        let parents: Vec<String> = page.nodes.iter().filter_map(|row| above(&row.path)).collect();
        let names = names_as_of(&parents, day, read.conn()?).await?;
        let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let heads = members_as_of(&ids, day, read.conn()?).await?;
        batch(&page, columns, |key, row| {
            Ok(match key {
                "shortName" => Cell::Text(row.short_name.clone()),
                "fullName" => Cell::Text(row.full_name.clone()),
                "type" => Cell::words("org_type", &row.org_type),
                "code" => Cell::Text(row.code.clone()),
                "parent" => above(&row.path).and_then(|path| names.get(&path).cloned()).into(),
                "status" => Cell::words("org_status", &row.status),
                "memberCount" => Cell::Integer(heads.get(&row.organisation_id).copied().unwrap_or_default()),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        })
    }
}
