//! The export of requests for changes (资料变更申请).

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column, sensitive};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Cx, Read, tenants};

use super::{RecordField, RequestState, Row, count, list};
use crate::member;
use crate::organisation::{self, Reach};
use crate::{MEMBER_READ, MEMBER_REVEAL};

/// Exports requests for changes.
pub(crate) struct Requests;

const COLUMNS: &[ExportColumn] = &[
    column("name", "党员", 12),
    column("branch", "申请时所在党支部", 24),
    column("state", "状态", 10),
    column("fields", "变更项", 30),
    column("changes", "变更内容", 60),
    sensitive("whole", "变更内容（完整）", 60),
    column("reason", "申请理由", 30),
    column("at", "申请时间", 18),
    column("decidedBy", "审核人", 12),
    column("decidedAt", "审核时间", 18),
    column("refusal", "拒绝原因", 30),
];

/// A filter, as the list has it.
#[derive(async_graphql::InputObject)]
struct Wanted {
    state: Option<RequestState>,
}

fn state(value: &Value) -> Result<Option<RequestState>> {
    Ok(zhibu_graphql::filter::<Wanted>(value)?.state)
}

#[async_trait]
impl Exporter for Requests {
    fn kind(&self) -> &'static str {
        "record_request"
    }

    fn title(&self) -> &'static str {
        "资料变更申请"
    }

    fn permission(&self) -> Permission {
        MEMBER_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, _: &mut Read<'_>) -> Result<String> {
        Ok(state(value)?.map(|state| format!("状态：{}", state.words())).unwrap_or_default())
    }

    async fn count(&self, _: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        count(&reach, state(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Requests {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = list(&reach, state(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let people: Vec<Uuid> = page.nodes.iter().map(|row| row.person_id).collect();
        let people = member::names(&people, read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let branches = organisation::names(&at, read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        batch(&page, columns, |key, row| cell(key, row, (&people, &branches), &vault))
    }
}

type Names = HashMap<Uuid, String>;

fn cell(key: &str, row: &Row, (people, branches): (&Names, &Names), vault: &Vault) -> Result<Cell> {
    let told = |shown: fn(RecordField, &str) -> String| -> Result<Cell> {
        let side =
            |field, text: &Option<String>| text.as_deref().map_or("（空）".to_owned(), |text| shown(field, text));
        let changes = row.changes(vault)?.into_iter().map(|(field, change)| {
            format!("{}：{} → {}", field.label(), side(field, &change.before), side(field, &change.after))
        });
        Ok(Cell::joined(changes, "；"))
    };
    Ok(match key {
        "name" => people.get(&row.person_id).cloned().into(),
        "branch" => branches.get(&row.organisation_id).cloned().into(),
        "state" => Cell::Text(row.state().words().to_owned()),
        "fields" => Cell::joined(row.changes(vault)?.into_keys().map(RecordField::label), "、"),
        "changes" => told(RecordField::masked)?,
        "whole" => told(RecordField::words)?,
        "reason" => Cell::Text(row.reason.clone()),
        "at" => Cell::moment(row.asked_at),
        "decidedBy" => row.decided_name.clone().into(),
        "decidedAt" => row.decided_at.map_or(Cell::Blank, Cell::moment),
        "refusal" => row.refusal.clone().into(),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
