//! What goes when somebody's record is removed for ever (PC-3.2.5): the words about them. Who stood and what was voted stays
//! for the numbers.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::purge::{Gone, Purge, Remains};
use zhibu_tenancy::{Conn, Write};

use crate::schema::{leadership_candidates as candidates, leadership_excused as excused};

/// 选举记录
pub(crate) struct Votes;

#[async_trait]
impl Purge for Votes {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let stood: i64 =
            candidates::table.filter(candidates::person_id.eq(person)).count().get_result(&mut *conn).await?;
        let absent: i64 = excused::table.filter(excused::person_id.eq(person)).count().get_result(conn).await?;
        let told = |title, count, goes, note| Remains { title, count: Some(count), goes, note };
        Ok(vec![
            told("选举缺席说明", absent, true, "原因清除，应到会人数不变"),
            told("候选人记录", stood, false, "不含姓名和分工，只保留职务和得票数"),
        ])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        diesel::update(excused::table.filter(excused::person_id.eq(person)))
            .set(excused::reason.eq(""))
            .execute(write.conn()?)
            .await?;
        diesel::update(candidates::table.filter(candidates::person_id.eq(person)))
            .set(candidates::duty.eq(None::<String>))
            .execute(write.conn()?)
            .await?;
        Ok(Gone::default())
    }
}
