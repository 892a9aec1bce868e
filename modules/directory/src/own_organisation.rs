//! What a member sees of the organisation they belong to (我的组织, M-9.3).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{OrganisationId, Result};
use zhibu_tenancy::Conn;

use crate::member::{self, HeldPost};
use crate::organisation::{self, Reach, Row};
use crate::schema::posts;

/// The order in which a committee is named; other posts follow.
const RANKS: [&str; 4] = ["secretary", "deputy_secretary", "standing_member", "committee_member"];

/// An organisation below, with the members of everything below it.
#[derive(Debug, QueryableByName)]
pub(crate) struct Below {
    #[diesel(sql_type = Id)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = Text)]
    pub(crate) short_name: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) members: i64,
}

/// Who holds the posts of an organisation, the secretary first.
pub(crate) async fn committee(id: Uuid, conn: &mut Conn) -> Result<Vec<HeldPost>> {
    let mut held = member::held_on(&[id], conn).await?;
    held.sort_by_key(|held| RANKS.iter().position(|post| *post == held.post).unwrap_or(RANKS.len()));
    Ok(held)
}

/// The organisations from the top down to the superior.
pub(crate) async fn chain(path: &str, conn: &mut Conn) -> Result<Vec<(OrganisationId, String)>> {
    let mut above: Vec<_> = organisation::ancestors(&[path], conn).await?.into_iter().collect();
    above.sort();
    Ok(above.into_iter().map(|(_, one)| one).collect())
}

/// What is directly below the organisations in whose committees somebody sits, and below what they may see anyway.
pub(crate) async fn below(person: Uuid, branch: &Row, seen: &Reach, conn: &mut Conn) -> Result<Vec<Below>> {
    let held = posts::table.filter(posts::person_id.eq(person).and(posts::until.is_null()));
    let mut above: Vec<Uuid> = held.select(posts::organisation_id).load(&mut *conn).await?;
    above.extend(organisation::roots(seen, conn).await?.into_iter().map(|top| top.id));
    if seen.covers_below(&branch.path) {
        above.push(branch.id);
    }
    // Paths have three digits a level, and only the point is followed by the stroke.
    Ok(diesel::sql_query(
        "SELECT o.id, o.short_name, (SELECT coalesce(sum(b.member_count), 0) FROM own.organisations b \
             WHERE b.path = o.path OR (b.path > o.path || '.' AND b.path < o.path || '/')) AS members \
         FROM own.organisations o WHERE o.parent_id = ANY($1) AND o.status IN ('active', 'preparing') ORDER BY o.path LIMIT 200",
    )
    .bind::<Array<Id>, _>(above)
    .load(conn)
    .await?)
}
