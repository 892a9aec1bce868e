//! What is done with texts, each in one transaction: load, decide, write, tell.

use chrono::NaiveDate;
use uuid::Uuid;
use zhibu_core::{Error, PersonId, Result, WritingId};
use zhibu_directory::member::{self, Meant};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write};

use crate::model::{Deed, Row, Shelf, WritingState};
use crate::rules::{self, Facts, Form};
use crate::store::{self, Standing, Viewer, Writer};

/// Faults of a form, or what was made of it.
pub type Checked<T> = std::result::Result<T, Vec<Error>>;

/// Which text is saved.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// A new one of a member, or of the caller.
    New(Option<PersonId>),
    /// One that is there, as it was at a version.
    Old(WritingId, i32),
}

/// Writes a draft or edits a text; with `publish` it is published too.
pub async fn save(shelf: &Shelf, cx: &Cx, which: Which, form: &Form, publish: bool) -> Result<Checked<WritingId>> {
    let facts = match rules::accept(shelf, form, cx.app.world.today()) {
        Ok(facts) => facts,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut write = cx.write(shelf.write).await?;
    let viewer = Viewer::of(cx, &write.scope.clone(), write.conn()?).await?;
    let id = match which {
        Which::New(person) => {
            let writer = match writer(cx, &mut write, &viewer, person).await {
                Ok(writer) => writer,
                Err(fault) => return Ok(Err(vec![fault])),
            };
            let id: WritingId = cx.app.world.id();
            store::insert(shelf, id, &writer, &facts, cx.now(), write.conn()?).await?;
            let row = store::held(shelf, &viewer, id, write.conn()?).await?;
            write.audit(entry(shelf, Deed::Created, &row)).await?;
            id
        }
        Which::Old(id, version) => {
            let before = at_version(shelf, &mut write, &viewer, id, version).await?;
            store::update(shelf, id.0, &facts, cx.now(), write.conn()?).await.map_err(|fault| taken(shelf, fault))?;
            let row = store::held(shelf, &viewer, id, write.conn()?).await?;
            let changed = entry(shelf, Deed::Edited, &row)
                .change("kind", before.kind.clone(), row.kind.clone())
                .change("year", before.year, row.year)
                .change("title", before.title.clone(), row.title.clone())
                .change("body", before.body.clone(), row.body.clone())
                .change("source", before.source.clone(), row.source.clone());
            write.audit(changed).await?;
            if row.state() == WritingState::Published {
                compare(shelf, &mut write, &row).await?;
            }
            // Somebody recommended other words.
            if before.recommended_at.is_some() && (&before.title, &before.body) != (&row.title, &row.body) {
                let standing = Standing { state: row.state(), published_at: row.published_at, recommended_at: None };
                stand(shelf, &mut write, &row, Deed::Unrecommended, standing).await?;
            }
            id
        }
    };
    if publish {
        let row = store::held(shelf, &viewer, id, write.conn()?).await?;
        if row.state() != WritingState::Published {
            shown(shelf, &mut write, &row).await?;
        }
    }
    write.commit().await?;
    Ok(Ok(id))
}

/// Whose a new text is: the caller's own, or that of a present member whom the caller administers.
async fn writer(cx: &Cx, write: &mut Write<'_>, viewer: &Viewer, person: Option<PersonId>) -> Result<Writer> {
    let account = cx.identity().map(|identity| identity.account.0).unwrap_or_default();
    let own = viewer.me.filter(|(me, _)| person.is_none_or(|person| person.0 == *me));
    let (person, branch) = match (own, person, &viewer.reach) {
        (Some(own), ..) => own,
        (None, Some(person), Some(reach)) => {
            let entry = member::get(reach, person, write.conn()?).await;
            let entry = entry.map_err(|_| Error::invalid("person", "该党员不存在、已离开或无权限"))?;
            (entry.person.id, entry.assignment.organisation_id)
        }
        (None, Some(_), None) => return Err(Error::invalid("person", "只能以本人名义填写")),
        (None, None, _) => return Err(Error::invalid("person", "请选择党员")),
    };
    Ok(Writer { person, branch, account })
}

async fn at_version(shelf: &Shelf, write: &mut Write<'_>, viewer: &Viewer, id: WritingId, version: i32) -> Result<Row> {
    let row = store::held(shelf, viewer, id, write.conn()?).await?;
    if row.version == version { Ok(row) } else { Err(Error::conflict()) }
}

fn entry(shelf: &Shelf, deed: Deed, row: &Row) -> Entry {
    Entry::new(shelf.deed(deed), shelf.key, row.id).note("name", row.name.clone()).note("title", row.title.clone())
}

fn taken(shelf: &Shelf, error: Error) -> Error {
    match error.field.as_deref() {
        Some("pledges_yearly") if shelf.yearly() => {
            Error::refuse("ALREADY_PLEDGED", "该党员本年度已发布同类承诺，请修改已发布的承诺或先撤回").at("kind")
        }
        _ => error,
    }
}

/// Writes where a text stands, with its audit row and its event.
async fn stand(shelf: &Shelf, write: &mut Write<'_>, row: &Row, deed: Deed, standing: Standing) -> Result<()> {
    let cx = write.cx;
    store::stand(shelf, row.id, standing, write.conn()?).await.map_err(|fault| taken(shelf, fault))?;
    let name = cx.actor();
    store::tell(shelf, row, deed, (cx.app.world.id(), &name, cx.now()), write.conn()?).await?;
    write.audit(entry(shelf, deed, row)).await
}

/// Notes how much of a text stands in another published one.
async fn compare(shelf: &Shelf, write: &mut Write<'_>, row: &Row) -> Result<()> {
    if shelf.yearly() {
        return Ok(());
    }
    let alike = store::similar(shelf, row.id, &row.body, write.conn()?).await?;
    store::mark(shelf, row.id, alike.first().map(|(_, common)| *common), write.conn()?).await
}

async fn shown(shelf: &Shelf, write: &mut Write<'_>, row: &Row) -> Result<()> {
    compare(shelf, write, row).await?;
    let standing =
        Standing { state: WritingState::Published, published_at: Some(write.cx.now()), recommended_at: None };
    stand(shelf, write, row, Deed::Published, standing).await
}

/// A text that comes in whole, published on a day.
pub(crate) struct Newcomer {
    /// Whose.
    pub(crate) who: Meant,
    pub(crate) facts: Facts,
    pub(crate) published_on: NaiveDate,
}

/// The version of a text that came in and was not touched since.
pub(crate) const BROUGHT: i32 = 2;

/// Takes in a text that was published before.
pub(crate) async fn bring_in(shelf: &Shelf, write: &mut Write<'_>, new: &Newcomer) -> Result<Uuid> {
    let (cx, id) = (write.cx, write.cx.app.world.id::<WritingId>());
    let account = cx.account().map(|account| account.0).unwrap_or_default();
    let writer = Writer { person: new.who.person, branch: new.who.branch, account };
    store::insert(shelf, id, &writer, &new.facts, cx.now(), write.conn()?).await?;
    let row = store::several(shelf, &[id.0], write.conn()?).await?.pop().ok_or_else(Error::missing)?;
    let row = Row { body: new.facts.body.clone(), ..row };
    write.audit(entry(shelf, Deed::Created, &row)).await?;
    compare(shelf, write, &row).await?;
    let published_at = zhibu_core::midnight(new.published_on);
    stand(
        shelf,
        write,
        &row,
        Deed::Published,
        Standing { state: WritingState::Published, published_at, recommended_at: None },
    )
    .await?;
    Ok(id.0)
}

/// Takes texts out that came in and were not touched since.
pub(crate) async fn take_back(shelf: &Shelf, write: &mut Write<'_>, rows: &[&Row]) -> Result<()> {
    for row in rows {
        let gone = Standing { state: WritingState::Withdrawn, published_at: None, recommended_at: None };
        stand(shelf, write, row, Deed::Withdrawn, gone).await?;
        store::remove(shelf, row.id, write.conn()?).await?;
        write.audit(entry(shelf, Deed::Removed, row)).await?;
    }
    Ok(())
}

/// Shows a text to the branch and its administrators.
pub async fn publish(shelf: &Shelf, cx: &Cx, id: WritingId, version: i32) -> Result<()> {
    let mut write = cx.write(shelf.write).await?;
    let viewer = Viewer::of(cx, &write.scope.clone(), write.conn()?).await?;
    let row = at_version(shelf, &mut write, &viewer, id, version).await?;
    if row.state() == WritingState::Published {
        return Err(Error::refuse("ALREADY_PUBLISHED", format!("该{}已发布", shelf.noun)));
    }
    shown(shelf, &mut write, &row).await?;
    write.commit().await
}

/// Takes a published text back; a recommendation ends with it.
pub async fn withdraw(shelf: &Shelf, cx: &Cx, id: WritingId, version: i32) -> Result<()> {
    let mut write = cx.write(shelf.write).await?;
    let viewer = Viewer::of(cx, &write.scope.clone(), write.conn()?).await?;
    let row = at_version(shelf, &mut write, &viewer, id, version).await?;
    published(shelf, &row)?;
    let gone = || Standing { state: WritingState::Withdrawn, published_at: None, recommended_at: None };
    if row.recommended_at.is_some() {
        stand(shelf, &mut write, &row, Deed::Unrecommended, gone()).await?;
    }
    stand(shelf, &mut write, &row, Deed::Withdrawn, gone()).await?;
    write.commit().await
}

fn published(shelf: &Shelf, row: &Row) -> Result<()> {
    if row.state() == WritingState::Published {
        return Ok(());
    }
    Err(Error::refuse("NOT_PUBLISHED", format!("该{}未发布", shelf.noun)))
}

/// Recommends a published text to the portal, or takes that back.
pub async fn recommend(shelf: &Shelf, cx: &Cx, id: WritingId, version: i32, on: bool) -> Result<()> {
    let mut write = cx.write(shelf.recommend).await?;
    let viewer = Viewer::of(cx, &write.scope.clone(), write.conn()?).await?;
    let row = at_version(shelf, &mut write, &viewer, id, version).await?;
    // Whoever only holds what is their own recommends nobody.
    if !viewer.reach.as_ref().is_some_and(|reach| reach.covers(&row.path)) {
        return Err(Error::missing());
    }
    published(shelf, &row)?;
    if row.recommended_at.is_some() == on {
        let words = if on { "已推荐" } else { "未推荐" };
        return Err(Error::refuse("ALREADY_SO", format!("该{}{words}", shelf.noun)));
    }
    let deed = if on { Deed::Recommended } else { Deed::Unrecommended };
    let standing = Standing {
        state: WritingState::Published,
        published_at: row.published_at,
        recommended_at: on.then(|| cx.now()),
    };
    stand(shelf, &mut write, &row, deed, standing).await?;
    write.commit().await
}

/// Removes a text that is not published.
pub async fn remove(shelf: &Shelf, cx: &Cx, id: WritingId, version: i32) -> Result<()> {
    let mut write = cx.write(shelf.write).await?;
    let viewer = Viewer::of(cx, &write.scope.clone(), write.conn()?).await?;
    let row = at_version(shelf, &mut write, &viewer, id, version).await?;
    if row.state() == WritingState::Published {
        return Err(Error::refuse("STILL_PUBLISHED", format!("请先撤回该{}再删除", shelf.noun)));
    }
    store::remove(shelf, row.id, write.conn()?).await?;
    write.audit(entry(shelf, Deed::Removed, &row)).await?;
    write.commit().await
}
