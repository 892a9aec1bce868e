//! The export of the plans of a year.

use async_trait::async_trait;
use serde_json::Value;
use zhibu_core::{Error, OrganisationId, PageArgs, Permission, Result};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::Row;
use crate::READ;

/// Exports 年度计划.
pub(crate) struct Quotas;

const COLUMNS: &[ExportColumn] = &[
    column("organisation", "党组织", 28),
    column("year", "年份", 8),
    column("places", "计划（名）", 12),
    column("used", "已预审（名）", 12),
    column("left", "剩余（名）", 12),
];

/// A filter: that of the list.
#[derive(async_graphql::InputObject)]
struct DevelopmentQuotaFilter {
    year: i32,
    under: Option<OrganisationId>,
}

fn wanted(value: &Value) -> Result<DevelopmentQuotaFilter> {
    let wanted = zhibu_graphql::filter::<DevelopmentQuotaFilter>(value)?;
    super::year(wanted.year)?;
    Ok(wanted)
}

#[async_trait]
impl Exporter for Quotas {
    fn kind(&self) -> &'static str {
        "development_quota"
    }

    fn title(&self) -> &'static str {
        "发展党员年度计划"
    }

    fn permission(&self) -> Permission {
        READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let wanted = wanted(value)?;
        let mut words = vec![format!("年份：{}", wanted.year)];
        if let Some(under) = wanted.under {
            words.push(organisation::words_under(under, read).await?);
        }
        Ok(words.join("；"))
    }

    async fn count(&self, _: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let places = organisation::part(&reach, wanted(value)?.under, read.conn()?).await?;
        super::count(places, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Quotas {
    async fn rows(
        &self,
        _: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let wanted = wanted(value)?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let places = organisation::part(&reach, wanted.under, read.conn()?).await?;
        let page = super::list(places, wanted.year, &PageArgs::batch(after), read.conn()?).await?;
        batch(&page, columns, |key, row: &Row| {
            Ok(match key {
                "organisation" => Cell::Text(row.name.clone()),
                "year" => Cell::Integer(wanted.year.into()),
                "places" => row.places.map_or(Cell::Blank, |places| Cell::Integer(places.into())),
                "used" => Cell::Integer(row.used),
                "left" => row.places.map_or(Cell::Blank, |_| Cell::Integer(row.left())),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        })
    }
}
