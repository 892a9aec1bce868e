//! What goes when somebody's record is removed for ever (PC-3.2.5).

use async_trait::async_trait;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::purge::{Gone, Purge, Remains};
use zhibu_tenancy::{Conn, Write};

use crate::model::Shelf;
use crate::store;

/// The texts of a module.
pub(crate) struct Texts(pub(crate) &'static Shelf);

#[async_trait]
impl Purge for Texts {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let count = Some(store::count_of(self.0, person, conn).await?);
        let note = "草稿和已发布的全文删除，推荐同时取消";
        Ok(vec![Remains { title: self.0.title(), count, goes: true, note }])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        let gone = store::forget(self.0, person, write.conn()?).await?;
        Ok(Gone { files: Vec::new(), told: gone.into_iter().map(|id| (self.0.key, id)).collect() })
    }
}
