//! What goes when somebody's record is removed for ever (PC-3.2.5).

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::purge::{Gone, Purge, Remains};
use zhibu_tenancy::{Conn, Write};

use crate::proofs;
use crate::schema::{contribution_files as files, contributions};

/// 发挥作用情况
pub(crate) struct Served;

#[async_trait]
impl Purge for Served {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let own = contributions::table.filter(contributions::person_id.eq(person));
        let count: i64 = own.count().get_result(conn).await?;
        let of = files::table.filter(files::contribution_id.eq_any(own.select(contributions::id)));
        let proofs: i64 = of.count().get_result(conn).await?;
        let told = |title, count, note| Remains { title, count: Some(count), goes: true, note };
        Ok(vec![
            told("发挥作用情况", count, "记录全部删除，不再计入统计"),
            told("发挥作用证明材料", proofs, "文件从存储中删除"),
        ])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        let own: Vec<Uuid> = contributions::table
            .filter(contributions::person_id.eq(person))
            .select(contributions::id)
            .for_update()
            .load(write.conn()?)
            .await?;
        let proofs: Vec<Uuid> = diesel::delete(files::table.filter(files::contribution_id.eq_any(&own)))
            .returning(files::id)
            .get_results(write.conn()?)
            .await?;
        diesel::delete(contributions::table.filter(contributions::id.eq_any(&own))).execute(write.conn()?).await?;
        let files = proofs.into_iter().map(|id| (proofs::FOLDER, id)).collect();
        Ok(Gone { files, told: own.into_iter().map(|id| ("contribution", id)).collect() })
    }
}
