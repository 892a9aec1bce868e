//! What goes when somebody's record is removed for ever (PC-3.2.5): the name and the reminders; how many were told stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_directory::schema as directory;
use zhibu_tenancy::purge::{Gone, NAMELESS, Purge, Remains};
use zhibu_tenancy::{Conn, Write, messages};

use crate::model::AnnouncementOccasion;
use crate::schema::{announcement_people as people, announcements, deliveries, message_consents, schedules};
use crate::store;

/// 通知和日程
pub(crate) struct Told;

#[async_trait]
impl Purge for Told {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let told = people::table.filter(people::person_id.eq(person)).count().get_result(&mut *conn).await?;
        let own = schedules::table.filter(schedules::person_id.eq(person)).count().get_result(conn).await?;
        let one = |title, count, goes, note| Remains { title, count: Some(count), goes, note };
        Ok(vec![
            one("收到的通知", told, false, "姓名删除，通知的人数和已读数保留"),
            one("日程", own, true, "全部删除，包括由日程发出的提醒"),
        ])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        diesel::delete(schedules::table.filter(schedules::person_id.eq(person))).execute(write.conn()?).await?;
        // What was said to them alone says what it was about.
        let theirs = people::table.filter(people::person_id.eq(person)).select(people::announcement_id);
        let alone = [AnnouncementOccasion::Schedule.code(), AnnouncementOccasion::MeetingLeave.code()];
        let alone: Vec<Uuid> = diesel::update(announcements::table.filter(announcements::id.eq_any(theirs)))
            .filter(announcements::occasion.eq_any(alone))
            .set((
                announcements::title.eq(NAMELESS),
                announcements::text.eq(""),
                announcements::grams.eq(Vec::<String>::new()),
                announcements::facts.eq(serde_json::Value::Array(Vec::new())),
                announcements::account_name.eq(NAMELESS),
            ))
            .returning(announcements::id)
            .get_results(write.conn()?)
            .await?;
        let orders: Vec<Uuid> =
            store::ladders(&alone, write.conn()?).await?.into_iter().filter_map(|rung| rung.campaign_id).collect();
        messages::unname(&orders, write.conn()?).await?;
        let account = directory::people::table.find(person).select(directory::people::account_id);
        let account: Option<Option<Uuid>> = account.first(write.conn()?).await.optional()?;
        if let Some(account) = account.flatten() {
            let agreed = message_consents::table.filter(message_consents::account_id.eq(account));
            diesel::delete(agreed).execute(write.conn()?).await?;
        }
        let queued = deliveries::person_id.eq(person).and(deliveries::state.eq_any(["queued", "sending"]));
        diesel::update(deliveries::table.filter(queued))
            .set(deliveries::state.eq("cancelled"))
            .execute(write.conn()?)
            .await?;
        let none =
            (deliveries::due_at.eq(None::<chrono::DateTime<chrono::Utc>>), deliveries::reference.eq(None::<String>));
        diesel::update(deliveries::table.filter(deliveries::person_id.eq(person)))
            .set(none)
            .execute(write.conn()?)
            .await?;
        let told: Vec<Uuid> = diesel::update(people::table.filter(people::person_id.eq(person)))
            .set((
                people::name.eq(NAMELESS),
                people::pinyin.eq(""),
                people::next_number.eq(None::<i16>),
                people::due_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            ))
            .returning(people::announcement_id)
            .get_results(write.conn()?)
            .await?;
        Ok(Gone { files: Vec::new(), told: told.into_iter().map(|id| ("announcement", id)).collect() })
    }
}
