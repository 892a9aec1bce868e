//! The export of floating members (PC-3.2.2).

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::MEMBER_REVEAL;
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column, sensitive};
use zhibu_tenancy::{Cx, Read, tenants};

use super::store::{self, Filter};
use crate::FLOW_READ;
use crate::graphql::FlowFilter;

/// Exports floating members.
pub(crate) struct Flows;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("kind", "流动类型", 10),
    column("branch", "本系统党支部", 24),
    sensitive("idNumber", "公民身份号码", 22),
    sensitive("mobile", "手机号", 14),
    column("otherName", "对方党组织名称", 28),
    // The telephone of somebody else altogether.
    sensitive("otherContact", "对方联系人及电话", 24),
    column("direction", "流向", 16),
    column("reason", "流动原因", 18),
    column("startedOn", "流动日期", 12),
    column("expectedOn", "预计返回日期", 14),
    column("certificateNo", "活动证编号", 16),
    column("contactedOn", "最近联系日期", 14),
    column("status", "状态", 14),
    column("endedOn", "结束日期", 12),
];

pub(super) fn filter(value: &Value, today: NaiveDate) -> Result<Filter> {
    zhibu_graphql::filter::<FlowFilter>(value)?.read(today)
}

/// The list's filter in words.
pub(super) async fn in_words(filter: Filter, read: &mut Read<'_>) -> Result<String> {
    let mut words = Vec::new();
    if let Some(under) = filter.under {
        words.push(organisation::words_under(under, read).await?);
    }
    let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
    let label = |kind: &str, code: &str| dictionary::words(kind, code);
    say("搜索", filter.search.as_deref().map(mask::searched));
    say("流动类型", filter.kind.map(|kind| label("flow_kind", kind.code())));
    say("状态", filter.status.map(|status| label("flow_status", status.code())));
    say("流向", filter.direction.map(|code| label("flow_direction", &code)));
    say("超过90天未联系", filter.silent.map(|_| "是".to_owned()));
    say("超过预计返回日期", filter.overdue.map(|_| "是".to_owned()));
    say("已结束", filter.closed.then(|| "是".to_owned()));
    Ok(words.join("；"))
}

#[async_trait]
impl Exporter for Flows {
    fn kind(&self) -> &'static str {
        "flow"
    }

    fn title(&self) -> &'static str {
        "党员流动"
    }

    fn permission(&self) -> Permission {
        FLOW_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        in_words(filter(value, NaiveDate::default())?, read).await
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let filter = filter(value, cx.app.world.today())?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(cx, &reach, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Flows {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let filter = filter(value, cx.app.world.today())?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(cx, &reach, &filter, &PageArgs::batch(after), read.conn()?).await?;
        let at: Vec<_> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        batch(&page, columns, |key, row| {
            Ok(match key {
                "name" => Cell::Text(row.name.clone()),
                "kind" => Cell::words("flow_kind", &row.kind),
                "branch" => names.get(&row.organisation_id).cloned().into(),
                "idNumber" => Cell::Text(vault.open_text(&row.id_number)?.expose().to_owned()),
                "mobile" => Cell::Text(vault.open_text(&row.mobile)?.expose().to_owned()),
                "otherName" => row.other_name.clone().into(),
                "otherContact" => row.other_contact.clone().into(),
                "direction" => Cell::words("flow_direction", &row.direction),
                "reason" => Cell::words("flow_reason", &row.reason),
                "startedOn" => Cell::Date(row.started_on),
                "expectedOn" => row.expected_on.into(),
                "certificateNo" => row.certificate_no.clone().into(),
                "contactedOn" => Cell::Date(row.contacted_on),
                "status" => Cell::words("flow_status", &row.status),
                "endedOn" => row.ended_on.into(),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        })
    }
}
