//! Elections when organisations change: what is under way is told, and does not go on in another organisation (组织变更).

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Result, dictionary};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{HandOver, Holding, Holdings};
use zhibu_tenancy::{Conn, Write};

use crate::schema::leadership_elections as elections;

/// 换届记录 of organisations.
pub(crate) struct Elections;

#[async_trait]
impl Holdings for Elections {
    async fn held(&self, at: &[Uuid], ever: bool, conn: &mut Conn) -> Result<Vec<Holding>> {
        let mut query = elections::table
            .filter(elections::organisation_id.eq_any(at.to_vec()))
            .order((elections::created_at, elections::id))
            .select((elections::id, elections::kind, elections::organisation_id))
            .into_boxed();
        if !ever {
            query = query.filter(elections::closed_at.is_null());
        }
        let rows: Vec<(Uuid, String, Uuid)> = query.load(conn).await?;
        let told = |(id, kind, organisation): (Uuid, String, Uuid)| Holding {
            kind: "leadership",
            title: "换届记录",
            id,
            name: dictionary::label("election_type", &kind).unwrap_or(&kind).to_owned(),
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
        let ids: Vec<Uuid> = diesel::update(elections::table)
            .filter(elections::organisation_id.eq(order.from).and(elections::closed_at.is_null()))
            .set((
                elections::state.eq("withdrawn"),
                elections::version.eq(elections::version + 1),
                elections::reply_note.eq(format!("组织已合并到{}", order.to_name)),
                elections::updated_at.eq(now),
                elections::closed_at.eq(now),
            ))
            .returning(elections::id)
            .get_results(write.conn()?)
            .await?;
        let told = |id: &Uuid| {
            Entry::new("election.withdrawn", "election", *id).note("reason", format!("组织已合并到{}", order.to_name))
        };
        write.audit_all(ids.iter().map(told).collect()).await
    }
}
