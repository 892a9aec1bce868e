//! The export of the history library (党员历史库, PC-3.2.5).

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{PageArgs, Permission, Result, dictionary, mask};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column, sensitive};
use zhibu_tenancy::{Cx, Read, tenants};

use super::export::cell;
use super::store::{self, FormerFilter};
use crate::graphql;
use crate::organisation::{self, Reach};
use crate::{HISTORY_READ, MEMBER_REVEAL};

/// Exports former members.
pub(crate) struct FormerMembers;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    sensitive("idNumber", "公民身份号码", 22),
    column("sex", "性别", 6),
    column("birthDate", "出生日期", 12),
    column("ethnicity", "民族", 10),
    column("educationLevel", "学历", 16),
    column("branch", "原党支部", 24),
    column("memberType", "人员类别", 10),
    column("joinDate", "加入党组织日期", 14),
    column("conversionDate", "转为正式党员日期", 16),
    column("reason", "减少原因", 16),
    column("note", "说明", 30),
    column("leftAt", "移入时间", 18),
    sensitive("mobile", "手机号", 14),
];

fn filter(value: &Value) -> Result<FormerFilter> {
    Ok(zhibu_graphql::filter::<graphql::FormerFilter>(value)?.into())
}

#[async_trait]
impl Exporter for FormerMembers {
    fn kind(&self) -> &'static str {
        "former_member"
    }

    fn title(&self) -> &'static str {
        "党员历史库"
    }

    fn permission(&self) -> Permission {
        HISTORY_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
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
        words.extend(filter.search.as_deref().map(mask::searched).map(|text| format!("搜索：{text}")));
        let reason = filter.reason.map(|reason| dictionary::words("membership_end_reason", reason.code()));
        words.extend(reason.map(|reason| format!("减少原因：{reason}")));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count_former(cx, &reach, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for FormerMembers {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::former(cx, &reach, &filter(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|entry| entry.assignment.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let today = cx.app.world.today();
        batch(&page, columns, |key, entry| {
            Ok(match key {
                "branch" => names.get(&entry.assignment.organisation_id).cloned().into(),
                "reason" => entry
                    .membership
                    .end_reason
                    .as_deref()
                    .map(|code| dictionary::words("membership_end_reason", code))
                    .into(),
                "note" => entry.membership.end_note.clone().into(),
                "leftAt" => entry.person.left_at.map_or(Cell::Blank, Cell::moment),
                key => cell(key, entry, &vault, today)?,
            })
        })
    }
}
