//! The outbox of text messages as the operator of a sandbox reads it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, check};

use crate::cx::Cx;
use crate::schema::outbox;

/// A message nobody was sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// The number.
    pub mobile: String,
    /// The text.
    pub text: String,
    /// `sign_in`, `password` or `mobile`.
    pub purpose: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

type Row = (Uuid, Vec<u8>, Vec<u8>, String, DateTime<Utc>);

fn matching(cx: &Cx, mobile: Option<&str>) -> Result<outbox::BoxedQuery<'static, diesel::pg::Pg>> {
    if !cx.app.sms.is_sandbox() {
        // Real codes are nobody's to read.
        return Err(Error::denied());
    }
    let query = outbox::table.into_boxed();
    Ok(match mobile.map(str::trim).filter(|m| !m.is_empty()) {
        None => query,
        Some(mobile) => {
            let mobile = check::mobile(mobile).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
            query.filter(outbox::mobile_index.eq(cx.app.keys.platform.blind(&mobile)))
        }
    })
}

/// The messages, newest first.
pub async fn list(cx: &Cx, permission: Permission, mobile: Option<&str>, page: &PageArgs) -> Result<Page<Message>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let mut query = matching(cx, mobile)?
        .select((outbox::id, outbox::mobile, outbox::text, outbox::purpose, outbox::created_at))
        .order(outbox::id.desc())
        .limit(page.limit())
        .offset(page.offset());
    if let Some(after) = after {
        query = query.filter(outbox::id.lt(after));
    }
    let rows: Vec<Row> = query.load(read.conn()?).await?;
    let page = page.page(rows, |row| row.0);
    let nodes = page.nodes.into_iter().map(|row| open(cx, row)).collect::<Result<_>>()?;
    Ok(Page { nodes, info: page.info })
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission, mobile: Option<&str>) -> Result<i64> {
    Ok(matching(cx, mobile)?.count().get_result(cx.read(permission).await?.conn()?).await?)
}

fn open(cx: &Cx, (id, mobile, text, purpose, created_at): Row) -> Result<Message> {
    let keys = &cx.app.keys.platform;
    let (mobile, text) = (keys.open_text(&mobile)?, keys.open_text(&text)?);
    Ok(Message { id, mobile: mobile.expose().to_owned(), text: text.expose().to_owned(), purpose, created_at })
}
