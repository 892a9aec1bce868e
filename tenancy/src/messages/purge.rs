//! What text messages know of somebody whose record goes for ever: what was sent and what it cost stays, to whom does not.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;

use crate::purge::{Gone, NAMELESS, Purge, Remains};
use crate::schema::messages;
use crate::{Conn, Write};

/// 短信记录
pub struct Sent;

#[async_trait]
impl Purge for Sent {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let count = messages::table.filter(messages::person_id.eq(person)).count().get_result(conn).await?;
        let note = "保留计费数据，姓名、手机号和内容清除；平台的发送记录（加密）最长保留180天";
        Ok(vec![Remains { title: "短信记录", count: Some(count), goes: false, note }])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        let own = messages::person_id.eq(person);
        diesel::update(messages::table.filter(own.and(messages::state.eq("queued"))))
            .set(messages::state.eq("cancelled"))
            .execute(write.conn()?)
            .await?;
        let vault = write.cx.vault().await?;
        let nothing = vault.seal(b"")?;
        diesel::update(messages::table.filter(own.and(messages::state.ne("sending"))))
            .set((
                messages::person_name.eq(NAMELESS),
                messages::mobile.eq(&nothing),
                messages::filled.eq(vault.seal(b"[]")?),
            ))
            .execute(write.conn()?)
            .await?;
        Ok(Gone::default())
    }
}
