//! The export of how complete the records of each branch are (资料完整度, PC-3.2.1a).

use async_trait::async_trait;
use serde_json::Value;
use zhibu_core::{Error, OrganisationId, Page, PageArgs, Permission, Result};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::completeness::{Gap, Optional, completeness};
use crate::MEMBER_READ;
use crate::organisation::{self, Reach};

/// Exports how complete the records are, a row for each branch; the members behind it are in the export of members.
pub(crate) struct Gaps;

const COLUMNS: &[ExportColumn] = &[
    column("branch", "党支部", 26),
    column("percent", "完整度", 8),
    column("members", "党员人数", 10),
    column("incomplete", "资料不完整人数", 14),
    column("most", "最常缺的必填项", 18),
    column("lacking", "各必填项未填写人数", 50),
];

/// A filter, as the page has it.
#[derive(async_graphql::InputObject)]
struct Wanted {
    under: Option<OrganisationId>,
}

async fn found(value: &Value, read: &mut Read<'_>) -> Result<(Vec<Optional>, Vec<Gap>)> {
    let under = zhibu_graphql::filter::<Wanted>(value)?.under;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let (rules, _, branches) = completeness(&reach, under, read.conn()?).await?;
    Ok((rules.fields(), branches))
}

#[async_trait]
impl Exporter for Gaps {
    fn kind(&self) -> &'static str {
        "completeness"
    }

    fn title(&self) -> &'static str {
        "资料完整度"
    }

    fn permission(&self) -> Permission {
        MEMBER_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        match zhibu_graphql::filter::<Wanted>(value)?.under {
            Some(under) => organisation::words_under(under, read).await,
            None => Ok(String::new()),
        }
    }

    async fn count(&self, _: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        i64::try_from(found(value, read).await?.1.len()).map_err(Error::bug)
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Gaps {
    /// All at once: they come from one statement, and are ordered by what it found.
    async fn rows(
        &self,
        _: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        _: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let (required, branches) = found(value, read).await?;
        let mut page = PageArgs::batch(None).page(branches, |_| String::new());
        page.info.has_next_page = false;
        let Page { nodes, info } = page;
        batch(&Page { nodes, info }, columns, |key, gap| cell(key, gap, &required))
    }
}

fn cell(key: &str, gap: &Gap, required: &[Optional]) -> Result<Cell> {
    let told = |field: &Optional| {
        let count = gap.lacks(*field);
        (count > 0).then(|| format!("{} {count}", field.words()))
    };
    Ok(match key {
        "branch" => gap.organisation.as_ref().map(|(_, name)| name.clone()).into(),
        "percent" => Cell::Text(format!("{}%", gap.percent())),
        "members" => Cell::Integer(gap.members),
        "incomplete" => Cell::Integer(gap.incomplete),
        "most" => gap.most(required).map(Optional::words).into(),
        "lacking" => Cell::joined(required.iter().filter_map(told), "、"),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
