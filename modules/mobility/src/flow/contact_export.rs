//! The export of contacts with floating members (流动党员联系记录, PC-3.2.2): those with the members a list shows.

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use super::export::{filter, in_words};
use super::store;
use crate::FLOW_READ;

/// Exports contacts.
pub(crate) struct Contacts;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("kind", "流动类型", 10),
    column("branch", "本系统党支部", 24),
    column("on", "联系日期", 12),
    column("way", "联系方式", 12),
    column("words", "情况", 60),
    column("by", "登记人", 12),
    column("at", "登记时间", 18),
];

#[async_trait]
impl Exporter for Contacts {
    fn kind(&self) -> &'static str {
        "flow_contact"
    }

    fn title(&self) -> &'static str {
        "流动党员联系记录"
    }

    fn permission(&self) -> Permission {
        FLOW_READ
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
        store::count_contacts(cx, &reach, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Contacts {
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
        let page = store::all_contacts(cx, &reach, &filter, &PageArgs::batch(after), read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|(flow, _)| flow.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        batch(&page, columns, |key, (flow, contact)| {
            Ok(match key {
                "name" => Cell::Text(flow.name.clone()),
                "kind" => Cell::words("flow_kind", &flow.kind),
                "branch" => names.get(&flow.organisation_id).cloned().into(),
                "on" => Cell::Date(contact.happened_on),
                "way" if contact.way == "returned" => Cell::Text("返回".to_owned()),
                "way" => Cell::Text(dictionary::words("contact_way", &contact.way)),
                "words" => Cell::Text(contact.words.clone()),
                "by" => Cell::Text(contact.account_name.clone()),
                "at" => Cell::moment(contact.created_at),
                other => return Err(Error::bug(format!("no column {other}"))),
            })
        })
    }
}
