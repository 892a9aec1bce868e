//! The sections of the activity certificate (党员活动证): what somebody has published.

use async_trait::async_trait;
use chrono::Duration;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::Conn;
use zhibu_tenancy::sections::{Line, Section, Sections};

use crate::model::Shelf;
use crate::store;

/// The published texts of a module.
pub(crate) struct Published(pub(crate) &'static Shelf);

#[async_trait]
impl Sections for Published {
    fn permission(&self) -> zhibu_core::Permission {
        self.0.read
    }

    async fn section(&self, person: Uuid, most: i64, conn: &mut Conn) -> Result<Section> {
        let shelf = self.0;
        let (count, rows) = store::published_of(shelf, person, most, conn).await?;
        let lines = rows.into_iter().filter_map(|row| {
            let kind = row.kind.as_deref().and_then(|kind| zhibu_core::dictionary::label("pledge_type", kind));
            let detail = match (kind, row.year) {
                (Some(kind), Some(year)) => Some(format!("{year}年度{kind}")),
                _ => row.source,
            };
            Some(Line { on: (row.published_at? + Duration::hours(8)).date_naive(), title: row.title, detail })
        });
        Ok(Section { key: shelf.key, title: shelf.title(), count, words: None, lines: lines.collect() })
    }
}
