//! What is done with contributions, each in one transaction: load, decide, write.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ContributionId, Error, PersonId, Result};
use zhibu_directory::member;
use zhibu_directory::organisation::Reach;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx, Write};

use crate::WRITE;
use crate::model::Row;
use crate::rules::{self, Facts};
use crate::schema::{contribution_files as files, contributions};
use crate::store::{self, Viewer};

/// Faults of a form, or what was made of it.
pub type Checked<T> = std::result::Result<T, Vec<Error>>;

/// Which contribution is saved.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// A new one of a member.
    New(PersonId),
    /// One that is there, as it was at a version.
    Old(ContributionId, i32),
}

/// Whose eyes a change is made with: those of somebody who administers organisations, never a member's own.
pub(crate) async fn viewer(write: &mut Write<'_>) -> Result<Viewer> {
    if write.scope.is_own_only() {
        return Err(Error::denied());
    }
    Ok(Viewer::Reach(Reach::of(&write.scope.clone(), write.conn()?).await?))
}

/// What is recorded, where.
#[derive(Debug, Clone)]
pub(crate) struct Newcomer {
    pub(crate) person: Uuid,
    pub(crate) name: String,
    pub(crate) branch: Uuid,
    pub(crate) facts: Facts,
}

/// Records a contribution or edits one.
pub async fn save(cx: &Cx, which: Which, facts: &Facts) -> Result<Checked<ContributionId>> {
    let facts = match rules::accept(facts, cx.app.world.today()) {
        Ok(facts) => facts,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut write = cx.write(WRITE).await?;
    let viewer = viewer(&mut write).await?;
    let id = match which {
        Which::New(person) => {
            let Viewer::Reach(reach) = &viewer else { return Err(Error::denied()) };
            let Ok(entry) = member::get(reach, person, write.conn()?).await else {
                return Ok(Err(vec![Error::invalid("person", "该党员不存在、已离开或无权限")]));
            };
            let new = Newcomer {
                person: entry.person.id,
                name: entry.person.name,
                branch: entry.assignment.organisation_id,
                facts,
            };
            let id = add_all(&mut write, vec![new]).await?.pop();
            id.map(ContributionId::from).ok_or_else(|| Error::bug("no contribution"))?
        }
        Which::Old(id, version) => {
            let before = at_version(&mut write, &viewer, id, version).await?;
            edit(&mut write, &before, &facts).await?;
            id
        }
    };
    write.commit().await?;
    Ok(Ok(id))
}

/// Records many at once; the members were looked up within the caller's reach.
pub(crate) async fn add_all(write: &mut Write<'_>, new: Vec<Newcomer>) -> Result<Vec<Uuid>> {
    let app = write.cx.app.clone();
    let (by, now) = (write.cx.actor(), write.cx.now());
    let ids: Vec<Uuid> = new.iter().map(|_| app.world.id()).collect();
    let rows: Vec<_> = new
        .iter()
        .zip(&ids)
        .map(|(new, id)| {
            (
                contributions::id.eq(*id),
                contributions::person_id.eq(new.person),
                contributions::organisation_id.eq(new.branch),
                contributions::account_name.eq(by.clone()),
                contributions::created_at.eq(now),
                contributions::updated_at.eq(now),
                (
                    contributions::kind.eq(new.facts.kind.clone()),
                    contributions::served_on.eq(new.facts.served_on),
                    contributions::place.eq(new.facts.place.clone()),
                    contributions::minutes.eq(new.facts.minutes),
                    contributions::body.eq(new.facts.body.clone()),
                ),
            )
        })
        .collect();
    diesel::insert_into(contributions::table).values(rows).execute(write.conn()?).await?;
    let told = new.iter().zip(&ids).map(|(new, id)| entry("contribution.created", *id, &new.name, &new.facts.kind));
    write.audit_all(told.collect()).await?;
    Ok(ids)
}

async fn edit(write: &mut Write<'_>, before: &Row, facts: &Facts) -> Result<()> {
    let name = name(write.conn()?, before).await?;
    let entry = Entry::new("contribution.edited", "contribution", before.id)
        .change("contributionKind", before.kind.clone(), facts.kind.clone())
        .change("servedOn", before.served_on.to_string(), facts.served_on.to_string())
        .change("place", before.place.clone(), facts.place.clone())
        .change("minutes", before.minutes, facts.minutes)
        .change("body", before.body.clone(), facts.body.clone())
        .note("name", name);
    diesel::update(contributions::table.find(before.id))
        .set((
            contributions::kind.eq(&facts.kind),
            contributions::served_on.eq(facts.served_on),
            contributions::place.eq(&facts.place),
            contributions::minutes.eq(facts.minutes),
            contributions::body.eq(&facts.body),
            contributions::version.eq(before.version + 1),
            contributions::updated_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry).await
}

pub(crate) async fn at_version(
    write: &mut Write<'_>,
    viewer: &Viewer,
    id: ContributionId,
    version: i32,
) -> Result<Row> {
    let (row, _) = store::one(viewer, id, true, write.conn()?).await?;
    if row.version == version { Ok(row) } else { Err(Error::conflict()) }
}

/// The name of whoever did it.
pub(crate) async fn name(conn: &mut Conn, row: &Row) -> Result<String> {
    Ok(store::people(&[row.person_id], conn).await?.remove(&row.person_id).unwrap_or_default())
}

pub(crate) fn entry(action: &'static str, id: Uuid, name: &str, kind: &str) -> Entry {
    Entry::new(action, "contribution", id).note("name", name.to_owned()).note("contributionKind", kind.to_owned())
}

/// Removes a contribution with its proofs.
pub async fn remove(cx: &Cx, id: ContributionId, version: i32) -> Result<()> {
    let mut write = cx.write(WRITE).await?;
    let viewer = viewer(&mut write).await?;
    let row = at_version(&mut write, &viewer, id, version).await?;
    let proofs: Vec<Uuid> =
        files::table.filter(files::contribution_id.eq(id.0)).select(files::id).load(write.conn()?).await?;
    let name = name(write.conn()?, &row).await?;
    diesel::delete(contributions::table.find(id.0)).execute(write.conn()?).await?;
    write.audit(entry("contribution.removed", row.id, &name, &row.kind)).await?;
    write.commit().await?;
    crate::proofs::discard(cx, &proofs).await
}
