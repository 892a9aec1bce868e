use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::Result;
use zhibu_graphql::Request;
use zhibu_tenancy::about;

use crate::{ABOUT_EDIT, ABOUT_READ};

/// How the operator is reached (关于我们); what is empty is not told.
#[derive(SimpleObject)]
pub(super) struct AboutUs {
    phone: String,
    mail: String,
    address: String,
    /// When somebody is there.
    hours: String,
    text: String,
}

/// The same as operators edit it.
#[derive(SimpleObject)]
pub(super) struct AboutRecord {
    phone: String,
    mail: String,
    address: String,
    hours: String,
    text: String,
    version: i32,
    changed_at: Option<DateTime<Utc>>,
    changed_by: Option<String>,
}

#[derive(InputObject)]
pub(super) struct AboutInput {
    /// 客服电话
    phone: String,
    /// 电子邮箱
    mail: String,
    /// 联系地址
    address: String,
    /// 服务时间
    hours: String,
    /// 平台介绍
    text: String,
}

fn record(row: about::About) -> AboutRecord {
    AboutRecord {
        phone: row.phone,
        mail: row.mail,
        address: row.address,
        hours: row.hours,
        text: row.text,
        version: row.version,
        changed_at: row.changed_at,
        changed_by: row.changed_by,
    }
}

#[derive(Default)]
pub(super) struct AboutQuery;

#[Object]
impl AboutQuery {
    /// How the operator is reached; anybody may know.
    async fn about_us(&self, ctx: &Context<'_>) -> Result<AboutUs> {
        let row = about::read(ctx.cx()?).await?;
        Ok(AboutUs { phone: row.phone, mail: row.mail, address: row.address, hours: row.hours, text: row.text })
    }

    /// The same with who edited it last (operators).
    async fn about_record(&self, ctx: &Context<'_>) -> Result<AboutRecord> {
        let cx = ctx.cx()?;
        cx.allow(ABOUT_READ)?;
        Ok(record(about::read(cx).await?))
    }
}

#[derive(Default)]
pub(super) struct AboutMutation;

#[Object]
impl AboutMutation {
    /// Edits how the operator is reached, as it was at `version` (operators).
    async fn edit_about(&self, ctx: &Context<'_>, version: i32, input: AboutInput) -> Result<AboutRecord> {
        let draft = about::Draft {
            phone: input.phone,
            mail: input.mail,
            address: input.address,
            hours: input.hours,
            text: input.text,
        };
        Ok(record(about::edit(ctx.cx()?, ABOUT_EDIT, version, &draft).await?))
    }
}
