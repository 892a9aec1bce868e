//! What people do with their own messages: read them, agree to more through WeChat.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AnnouncementId, Error, Result, SELF};
use zhibu_tenancy::{Cx, Write, messages, push};

use super::me;
use crate::schema::{announcement_people as people, deliveries, message_consents};
use crate::store;

/// The most that somebody is read at once.
const MOST: usize = 100;
/// As many messages of a template as anybody is believed to want: more taps than these count no more.
const AGREED: i32 = 200;

/// Marks messages as read: they climb no further, and what has not left yet is called off.
pub async fn read(cx: &Cx, ids: &[AnnouncementId]) -> Result<i64> {
    if ids.len() > MOST {
        return Err(Error::invalid("ids", "一次最多标记100条"));
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    mark(cx, Some(&ids)).await
}

/// Marks everything as read.
pub async fn read_all(cx: &Cx) -> Result<i64> {
    mark(cx, None).await
}

async fn mark(cx: &Cx, ids: Option<&[Uuid]>) -> Result<i64> {
    let mut write = cx.write(SELF).await?;
    let Some(person) = me(cx, write.conn()?).await? else { return Ok(0) };
    let mut unread = diesel::update(people::table.filter(people::person_id.eq(person).and(people::read_at.is_null())))
        .set((
            people::read_at.eq(cx.now()),
            people::next_number.eq(None::<i16>),
            people::due_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        ))
        .into_boxed();
    if let Some(ids) = ids {
        unread = unread.filter(people::announcement_id.eq_any(ids));
    }
    let marked: Vec<Uuid> = unread.returning(people::announcement_id).get_results(write.conn()?).await?;
    call_off(&mut write, &marked, person).await?;
    let left = store::count_mine(person, true, write.conn()?).await?;
    write.commit_quietly().await?;
    Ok(left)
}

async fn call_off(write: &mut Write<'_>, ids: &[Uuid], person: Uuid) -> Result<()> {
    let ladders = store::ladders(ids, write.conn()?).await?;
    let orders: Vec<Uuid> = ladders.into_iter().filter_map(|rung| rung.campaign_id).collect();
    if !orders.is_empty() {
        messages::call_off(&orders, Some(&[person]), write.conn()?).await?;
    }
    let queued = deliveries::person_id.eq(person).and(deliveries::state.eq("queued"));
    diesel::update(deliveries::table.filter(queued.and(deliveries::announcement_id.eq_any(ids))))
        .set((
            deliveries::state.eq("cancelled"),
            deliveries::due_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            deliveries::settled_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Notes that the caller has agreed to one more message of each of these templates (订阅次数).
pub async fn consent(cx: &Cx, templates: &[String]) -> Result<()> {
    let account = cx.identity()?.account.0;
    let ours = push::consented_template(&cx.app);
    let agreed: HashSet<&str> = templates.iter().map(String::as_str).collect();
    if let Some(strange) = agreed.iter().find(|one| Some(**one) != ours) {
        return Err(Error::invalid("templates", format!("没有模板{strange}")));
    }
    let mut write = cx.write(SELF).await?;
    for template in agreed {
        let row = (
            message_consents::account_id.eq(account),
            message_consents::template.eq(template),
            message_consents::remaining.eq(1),
        );
        diesel::insert_into(message_consents::table)
            .values(row)
            .on_conflict((message_consents::account_id, message_consents::template))
            .do_update()
            .set(message_consents::remaining.eq(message_consents::remaining + 1))
            .execute(write.conn()?)
            .await?;
        let many = message_consents::table.find((account, template)).filter(message_consents::remaining.gt(AGREED));
        diesel::update(many).set(message_consents::remaining.eq(AGREED)).execute(write.conn()?).await?;
    }
    write.commit_quietly().await
}
