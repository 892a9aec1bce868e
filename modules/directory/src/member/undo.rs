//! Edits of members are taken back by another edit; a move to another branch by a move back from today.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_tenancy::audit::{Row, undo};
use zhibu_tenancy::{Conn, Write, tenants};

use super::model::Entry;
use super::{Place, actions, own, rules, store};
use crate::organisation::{self, Reach};
use crate::schema::{branch_assignments, people};

/// Makes a member's record what it was before an edit.
pub(crate) async fn back(write: &mut Write<'_>, change: &Row) -> Result<()> {
    let id = change.object_id.ok_or_else(Error::missing)?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let entry = store::get(&reach, id.into(), write.conn()?).await?;
    let before = undo::restored(&own::facts(&entry), change, &["branch"])?;
    let place = place(write, &entry, change).await?;
    let demo = tenants::info(&write.cx.app, write.cx.tenant()?).await?.demo;
    let today = write.cx.app.world.today();
    let before = rules::accept(before, today, demo).map_err(|mut faults| faults.swap_remove(0))?;
    actions::update(write, id.into(), entry.person.version, place, &before).await.map(drop)
}

/// What the member is called.
pub(crate) async fn name(conn: &mut Conn, id: Uuid) -> Result<Option<String>> {
    Ok(people::table.find(id).select(people::name).first(conn).await.optional()?)
}

/// Where the member belongs then: where the membership was before, if the change moved it. The audit tells branches by
/// their names, so the way leads over the branches that the membership has been in.
async fn place(write: &mut Write<'_>, entry: &Entry, change: &Row) -> Result<Place> {
    let present =
        Place { branch: entry.assignment.organisation_id.into(), group: entry.assignment.group_id.map(Into::into) };
    let Some((before, after)) = undo::field(change, "branch") else { return Ok(present) };
    let been: Vec<(Uuid, Option<Uuid>)> = branch_assignments::table
        .filter(branch_assignments::membership_id.eq(entry.membership.id))
        .order(branch_assignments::id.desc())
        .select((branch_assignments::organisation_id, branch_assignments::group_id))
        .load(write.conn()?)
        .await?;
    let ids: Vec<Uuid> = been.iter().flat_map(|(branch, group)| [Some(*branch), *group]).flatten().collect();
    let names = organisation::names(&ids, write.conn()?).await?;
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let words = |(branch, group): &(Uuid, Option<Uuid>)| actions::place_words(name(*branch), group.map(name));
    let here = (present.branch.0, present.group.map(|group| group.0));
    if *after != words(&here) {
        return Err(undo::changed("branch"));
    }
    let (branch, group) = been.iter().find(|one| *before == words(one)).ok_or_else(|| undo::changed("branch"))?;
    Ok(Place { branch: (*branch).into(), group: group.map(Into::into) })
}
