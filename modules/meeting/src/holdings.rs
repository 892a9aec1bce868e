//! Meetings when organisations change: what is announced is told, and goes to whoever takes the organisation's place.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{HandOver, Holding, Holdings};
use zhibu_tenancy::{Conn, Write};

use crate::schema::meetings;

/// Meetings that are not over.
pub(crate) struct Open;

const OPEN: [&str; 4] = ["draft", "published", "running", "minutes_pending"];

#[async_trait]
impl Holdings for Open {
    async fn held(&self, at: &[Uuid], ever: bool, conn: &mut Conn) -> Result<Vec<Holding>> {
        let mut query = meetings::table
            .filter(meetings::organisation_id.eq_any(at.to_vec()))
            .order((meetings::starts_at, meetings::id))
            .select((meetings::id, meetings::title, meetings::organisation_id))
            .into_boxed();
        if !ever {
            query = query.filter(meetings::state.eq_any(OPEN));
        }
        let rows: Vec<(Uuid, String, Uuid)> = query.load(conn).await?;
        let told = |(id, name, organisation)| Holding {
            kind: "meeting",
            title: "组织生活",
            id,
            name,
            organisation,
            person: None,
        };
        Ok(rows.into_iter().map(told).collect())
    }

    async fn hand_over(&self, write: &mut Write<'_>, order: &HandOver) -> Result<()> {
        if order.people.is_some() {
            return Ok(());
        }
        let now = write.cx.now();
        let ids: Vec<Uuid> = diesel::update(meetings::table)
            .filter(meetings::organisation_id.eq(order.from).and(meetings::state.eq_any(OPEN)))
            .set((
                meetings::organisation_id.eq(order.to),
                meetings::version.eq(meetings::version + 1),
                meetings::updated_at.eq(now),
            ))
            .returning(meetings::id)
            .get_results(write.conn()?)
            .await?;
        let told = |id: &Uuid| Entry::new("meeting.handed_over", "meeting", *id).note("to", order.to_name.clone());
        write.audit_all(ids.iter().map(told).collect()).await
    }
}
