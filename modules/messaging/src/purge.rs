//! What goes when somebody's record is removed for ever (PC-3.2.5): the name and the reminders; how many were told stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::purge::{Gone, NAMELESS, Purge, Remains};
use zhibu_tenancy::{Conn, Write};

use crate::schema::{announcement_people as people, announcements, deliveries, schedules};

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
        let own: Vec<Uuid> = diesel::delete(schedules::table.filter(schedules::person_id.eq(person)))
            .returning(schedules::id)
            .get_results(write.conn()?)
            .await?;
        // Their own reminders say what they were about.
        diesel::update(announcements::table.filter(announcements::subject_id.eq_any(&own)))
            .set((
                announcements::title.eq(NAMELESS),
                announcements::text.eq(""),
                announcements::grams.eq(Vec::<String>::new()),
                announcements::facts.eq(serde_json::Value::Array(Vec::new())),
            ))
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
