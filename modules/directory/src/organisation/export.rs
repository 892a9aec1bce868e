//! The export of organisations (PC-8.1.1).

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, dictionary, mask};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column, sensitive};
use zhibu_tenancy::{Cx, Read, tenants};

use super::model::{Listing, OrganisationAttention, Wanted};
use super::scope::Reach;
use super::store::{self, Filter};
use crate::graphql::OrganisationFilter;
use crate::schema::organisations;
use crate::{ORG_READ, ORG_REVEAL};

/// Exports organisations.
pub(crate) struct Organisations;

const COLUMNS: &[ExportColumn] = &[
    column("code", "组织代码", 16),
    column("fullName", "组织全称", 36),
    column("shortName", "组织简称", 22),
    column("type", "组织类别", 14),
    column("parent", "上级组织", 22),
    column("status", "组织状态", 10),
    column("foundedOn", "成立日期", 12),
    column("approvalNo", "批准成立文号", 18),
    column("unitRelation", "所在单位情况", 16),
    column("units", "单位", 30),
    column("divisionCode", "行政区划", 10),
    column("contactName", "联系人", 10),
    sensitive("contactPhone", "联系电话", 16),
    column("termYears", "届期(年)", 8),
    column("termStart", "本届起始日期", 12),
    column("childCount", "直接下级数", 10),
    column("memberCount", "本级党员数", 10),
    column("administrators", "管理员", 20),
    column("splitFrom", "分立自", 22),
    column("closedOn", "合并或撤销日期", 14),
    column("mergedInto", "并入组织", 22),
];

fn filter(cx: &Cx, value: &Value) -> Result<Filter> {
    Ok(zhibu_graphql::filter::<OrganisationFilter>(value)?.on(cx.app.world.today()))
}

fn waits(what: OrganisationAttention) -> &'static str {
    match what {
        OrganisationAttention::Unfinished => "组织信息未完善",
        OrganisationAttention::TermEnding => "半年内任期届满",
        OrganisationAttention::TermOver => "任期已届满",
    }
}

#[async_trait]
impl Exporter for Organisations {
    fn kind(&self) -> &'static str {
        "organisation"
    }

    fn title(&self) -> &'static str {
        "党组织信息"
    }

    fn permission(&self) -> Permission {
        ORG_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(ORG_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let filter = zhibu_graphql::filter::<OrganisationFilter>(value)?;
        let mut words = Vec::new();
        if let Some(under) = filter.under {
            words.push(store::words_under(under, read).await?);
        }
        words.extend(filter.search.map(|text| format!("搜索：{}", mask::searched(&text))));
        if let Some(types) = filter.types.filter(|types| !types.is_empty()) {
            let kinds: Vec<String> = types.iter().map(|kind| dictionary::words("org_type", kind.code())).collect();
            words.push(format!("组织类别：{}", kinds.join("、")));
        }
        words.extend(filter.closed.filter(|closed| *closed).map(|_| "状态：已合并或撤销".to_owned()));
        words.extend(filter.attention.map(|what| format!("待办：{}", waits(what))));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(&reach, &filter(cx, value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Organisations {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(&reach, &filter(cx, value)?, &PageArgs::batch(after), read.conn()?).await?;
        let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.id).collect();
        let heads: Vec<(Uuid, i32)> = organisations::table
            .filter(organisations::id.eq_any(&ids))
            .select((organisations::id, organisations::member_count))
            .load(read.conn()?)
            .await?;
        let kin: Vec<Uuid> = page.nodes.iter().flat_map(|row| [row.merged_into, row.split_from]).flatten().collect();
        let kin = store::names(&kin, read.conn()?).await?;
        let wanted = Wanted { administrators: true, units: true, path: true };
        let listings = store::complete(cx, page.nodes, wanted, read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        batch(&Page { nodes: listings, info: page.info }, columns, |key, listing| {
            match (key, &listing.row.contact_phone) {
                ("contactPhone", Some(sealed)) => Ok(Cell::Text(vault.open_text(sealed)?.expose().to_owned())),
                ("contactPhone", None) => Ok(Cell::Blank),
                ("memberCount", _) => Ok(Cell::Integer(
                    heads.iter().find(|(id, _)| *id == listing.row.id).map_or(0, |(_, count)| *count).into(),
                )),
                ("mergedInto", _) => Ok(listing.row.merged_into.and_then(|id| kin.get(&id).cloned()).into()),
                ("splitFrom", _) => Ok(listing.row.split_from.and_then(|id| kin.get(&id).cloned()).into()),
                (key, _) => cell(key, listing),
            }
        })
    }
}

fn cell(key: &str, listing: &Listing) -> Result<Cell> {
    let row = &listing.row;
    let joined = |texts: Vec<String>| Cell::joined(texts, "；");
    Ok(match key {
        "code" => Cell::Text(row.code.clone()),
        "fullName" => Cell::Text(row.full_name.clone()),
        "shortName" => Cell::Text(row.short_name.clone()),
        "type" => Cell::words("org_type", &row.org_type),
        "parent" => listing.path.last().map(|(_, name)| name.clone()).into(),
        "status" => Cell::words("org_status", &row.status),
        "foundedOn" => row.founded_on.into(),
        "approvalNo" => row.approval_no.clone().into(),
        "unitRelation" => row.unit_relation.as_deref().map(|code| dictionary::words("org_unit_relation", code)).into(),
        "units" => joined(listing.units.iter().map(|unit| unit.name.clone()).collect()),
        "divisionCode" => row.division_code.clone().into(),
        "contactName" => row.contact_name.clone().into(),
        "termYears" => row.term_years.map_or(Cell::Blank, |years| Cell::Integer(years.into())),
        "termStart" => row.term_start.into(),
        "childCount" => Cell::Integer(row.child_count.into()),
        "closedOn" => row.closed_on.into(),
        "administrators" => joined(listing.administrators.iter().map(|who| who.display_name.clone()).collect()),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
