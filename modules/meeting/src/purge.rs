//! What goes when somebody's record is removed for ever (PC-3.2.5): the name and the words; the numbers of meetings stay.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::purge::{Gone, Purge, Remains};
use zhibu_tenancy::{Conn, Write};

use crate::schema::{meeting_people as people, meeting_voters as voters};

/// What stands instead of a name.
const NOBODY: &str = "已删除人员";

/// 组织生活
pub(crate) struct Meetings;

#[async_trait]
impl Purge for Meetings {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let of: i64 = people::table.filter(people::person_id.eq(person)).count().get_result(&mut *conn).await?;
        let written = people::table.filter(people::person_id.eq(person).and(people::note.is_not_null()));
        let written: i64 = written.count().get_result(conn).await?;
        let told = |title, count, goes, note| Remains { title, count: Some(count), goes, note };
        Ok(vec![
            told("会议考勤", of, false, "姓名、请假原因和签到说明删除，出勤人数保留"),
            told("会议笔记", written, true, "全文删除"),
        ])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        let meetings: Vec<Uuid> =
            people::table.filter(people::person_id.eq(person)).select(people::meeting_id).load(write.conn()?).await?;
        diesel::update(people::table.filter(people::person_id.eq(person)))
            .set((
                people::name.eq(NOBODY),
                people::pinyin.eq(""),
                people::part_reason.eq(None::<String>),
                people::sign_note.eq(None::<String>),
                people::leave_kind.eq(None::<String>),
                people::leave_reason.eq(None::<String>),
                people::leave_answer.eq(None::<String>),
                people::note.eq(None::<String>),
                people::latitude.eq(None::<f64>),
                people::longitude.eq(None::<f64>),
                people::distance.eq(None::<i32>),
            ))
            .execute(write.conn()?)
            .await?;
        diesel::update(voters::table.filter(voters::person_id.eq(person)))
            .set(voters::name.eq(NOBODY))
            .execute(write.conn()?)
            .await?;
        Ok(Gone { files: Vec::new(), told: meetings.into_iter().map(|id| ("meeting", id)).collect() })
    }
}
