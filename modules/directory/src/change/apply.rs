//! Carrying a command out: one transaction that holds the tree alone. Locks are taken in the order of everything else
//! that moves members: people, rights, organisations.

use diesel::prelude::*;
use diesel::sql_types::{Bytea, Date, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as Id};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Result};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{self, HandOver};
use zhibu_tenancy::{Write, identity};

use super::model::{Finding, OrganisationCommandKind as Kind, Split};
use super::preview::{Looked, look};
use super::rules::Plan;
use super::store::{self, Mover};
use crate::organisation::past::{new_parent, note};
use crate::organisation::{self, Reach, Row, rules};
use crate::schema::{branch_assignments, organisations, people, posts};

/// The role every member holds on the own branch.
const ROLE: &str = "member";

/// The refusal of what something is in the way of.
pub(super) fn blocked(blockers: &[Finding]) -> Error {
    let words = blockers.iter().map(|one| {
        let names: Vec<&str> = one.items.iter().take(3).map(|item| item.name.as_str()).collect();
        match (names.is_empty(), one.count) {
            (true, _) => one.words.clone(),
            (false, count @ ..=3) => format!("{}（{}，共{count}项）", one.words, names.join("、")),
            (false, count) => format!("{}（{}等{count}项）", one.words, names.join("、")),
        }
    });
    Error::refuse("BLOCKED", words.collect::<Vec<_>>().join("；"))
}

/// Looks again and does it, unless something is in the way. The tree is held alone.
pub(super) async fn carry_out(write: &mut Write<'_>, reach: &Reach, plan: &Plan) -> Result<()> {
    let cx = write.cx;
    let looked = look(cx, reach, plan, write.conn()?).await?;
    if !looked.preview.blockers.is_empty() {
        return Err(blocked(&looked.preview.blockers));
    }
    match (plan.kind, &looked.into, &plan.split) {
        (Kind::Migrate, Some(into), _) => migrate(write, &looked.subject, into).await,
        (Kind::Merge, Some(into), _) => Box::pin(merge(write, &looked, into, plan)).await,
        (Kind::Split, _, Some(split)) => Box::pin(divide(write, &looked, split, plan)).await,
        (Kind::Dissolve, ..) => dissolve(write, &looked.subject, plan).await,
        (Kind::Delete, ..) => delete(write, &looked.subject).await,
        (Kind::Migrate | Kind::Merge | Kind::Split, ..) => Err(Error::bug("a command without its object")),
    }
}

async fn migrate(write: &mut Write<'_>, subject: &Row, into: &Row) -> Result<()> {
    let above = subject.parent_id.unwrap_or_default();
    hold_moving(write, &subject.path).await?;
    lock(write, &[subject.id, above, into.id]).await?;
    let below = ids_below(write, &subject.path).await?;
    let code = move_below(write, subject, into.id).await?;
    holdings::reroute(write, &below).await?;
    let names = organisation::names(&[above], write.conn()?).await?;
    let entry = Entry::new("organisation.moved", "organisation", subject.id)
        .change("parent", json!(names.get(&above)), into.short_name.clone())
        .change("orgCode", subject.code.clone(), code);
    write.audit(entry).await
}

/// Everything at and below a path.
async fn ids_below(write: &mut Write<'_>, path: &str) -> Result<Vec<Uuid>> {
    Ok(store::subtree(path, write.conn()?).await?.into_iter().map(|(id, ..)| id).collect())
}

/// Takes rows in one order, without keeping those waiting who only refer to them.
async fn lock(write: &mut Write<'_>, ids: &[Uuid]) -> Result<()> {
    let rows = organisations::table.filter(organisations::id.eq_any(ids)).order(organisations::id);
    rows.select(organisations::id).for_no_key_update().load::<Uuid>(write.conn()?).await?;
    Ok(())
}

/// Waits for whoever is putting members into what moves: a new path is a new key, which their references hold up. Taken
/// before what they still need.
async fn hold_moving(write: &mut Write<'_>, path: &str) -> Result<()> {
    let rows = organisations::table
        .filter(organisations::path.eq(path).or(organisations::path.like(format!("{path}.%"))))
        .order(organisations::id);
    rows.select(organisations::id).for_update().load::<Uuid>(write.conn()?).await?;
    Ok(())
}

/// Puts an organisation with everything below it under another superior; the new code.
async fn move_below(write: &mut Write<'_>, row: &Row, into: Uuid) -> Result<String> {
    let (path, depth, last): (String, i16, i16) = organisations::table
        .find(into)
        .select((organisations::path, organisations::depth, organisations::last_child))
        .first(write.conn()?)
        .await?;
    if last >= rules::MOST_CHILDREN {
        return Err(Error::invalid("into", "一个组织最多999个下级"));
    }
    let here: String = organisations::table.find(row.id).select(organisations::path).first(write.conn()?).await?;
    let there = format!("{path}.{:03}", last + 1);
    let below = ids_below(write, &here).await?;
    diesel::sql_query(
        "UPDATE own.organisations SET path = $1 || substr(path, $2), depth = depth + $3, \
         code = replace($1 || substr(path, $2), '.', '') WHERE id = ANY ($4)",
    )
    .bind::<Text, _>(&there)
    .bind::<Integer, _>(i32::try_from(here.len() + 1).map_err(Error::bug)?)
    .bind::<SmallInt, _>(depth + 1 - row.depth)
    .bind::<diesel::sql_types::Array<Id>, _>(&below)
    .execute(write.conn()?)
    .await
    .map_err(organisation::taken)?;
    diesel::update(organisations::table.find(row.id))
        .set((organisations::parent_id.eq(into), organisations::version.eq(organisations::version + 1)))
        .execute(write.conn()?)
        .await
        .map_err(organisation::taken)?;
    diesel::update(organisations::table.find(into))
        .set((organisations::last_child.eq(last + 1), organisations::child_count.eq(organisations::child_count + 1)))
        .execute(write.conn()?)
        .await?;
    leave_superior(write, row).await?;
    new_parent(write, row.id, Some(into)).await?;
    note(write, &below).await?;
    Ok(there.replace('.', ""))
}

async fn leave_superior(write: &mut Write<'_>, row: &Row) -> Result<()> {
    diesel::update(organisations::table.find(row.parent_id.unwrap_or_default()))
        .set(organisations::child_count.eq(organisations::child_count - 1))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

async fn merge(write: &mut Write<'_>, looked: &Looked, into: &Row, plan: &Plan) -> Result<()> {
    let subject = &looked.subject;
    hold_people(write, &looked.members).await?;
    for child in &looked.children {
        hold_moving(write, &child.path).await?;
    }
    let accounts: Vec<AccountId> = looked.members.iter().filter_map(|one| one.account).map(Into::into).collect();
    identity::carry_role(write, ROLE, &accounts, subject.id.into(), into.id.into()).await?;
    identity::end_roles(write, subject.id.into()).await?;
    let mut rows: Vec<Uuid> = looked.children.iter().map(|child| child.id).collect();
    rows.extend([subject.id, into.id, subject.parent_id.unwrap_or_default()]);
    lock(write, &rows).await?;
    still(write, subject.id, &looked.members, true).await?;
    transfer(write, subject, (into.id, &into.short_name), &looked.members, true).await?;
    let mut around = ids_below(write, &subject.path).await?;
    around.push(into.id);
    for child in &looked.children {
        let code = move_below(write, child, into.id).await?;
        let entry = Entry::new("organisation.moved", "organisation", child.id)
            .change("parent", subject.short_name.clone(), into.short_name.clone())
            .change("orgCode", child.code.clone(), code);
        write.audit(entry).await?;
    }
    end_posts(write, subject.id, None).await?;
    close(write, subject, "merged", Some(into.id)).await?;
    let (to, to_name) = (into.id, into.short_name.clone());
    let moved = looked.members.iter().map(|one| one.person).collect();
    holdings::hand_over(write, &HandOver { from: subject.id, to, to_name, people: None, moved }).await?;
    holdings::reroute(write, &around).await?;
    let count = looked.members.len();
    let told = Entry::new("organisation.merged", "organisation", subject.id)
        .note("into", into.short_name.clone())
        .note("count", count)
        .note("approvalNo", json!(plan.approval_no))
        .note("reason", plan.reason.clone());
    let received = Entry::new("organisation.received", "organisation", into.id)
        .note("organisation", subject.short_name.clone())
        .note("count", count);
    write.audit_all(vec![told, received]).await
}

async fn divide(write: &mut Write<'_>, looked: &Looked, split: &Split, plan: &Plan) -> Result<()> {
    let subject = &looked.subject;
    let made: OrganisationId = write.cx.app.world.id();
    hold_people(write, &looked.members).await?;
    let accounts: Vec<AccountId> = looked.members.iter().filter_map(|one| one.account).map(Into::into).collect();
    identity::carry_role(write, ROLE, &accounts, subject.id.into(), made).await?;
    lock(write, &[subject.id, subject.parent_id.unwrap_or_default()]).await?;
    still(write, subject.id, &looked.members, false).await?;
    found(write, subject, made.0, split, plan).await?;
    transfer(write, subject, (made.0, &split.short_name), &looked.members, false).await?;
    let people: Vec<Uuid> = looked.members.iter().map(|one| one.person).collect();
    end_posts(write, subject.id, Some(&people)).await?;
    let (to, to_name) = (made.0, split.short_name.clone());
    let moved = people.clone();
    holdings::hand_over(write, &HandOver { from: subject.id, to, to_name, people: Some(people), moved }).await?;
    let told = Entry::new("organisation.split", "organisation", subject.id)
        .note("into", split.short_name.clone())
        .note("count", looked.members.len())
        .note("approvalNo", json!(plan.approval_no))
        .note("reason", plan.reason.clone());
    let created = Entry::new("organisation.created", "organisation", made.0)
        .note("fullName", split.full_name.clone())
        .note("shortName", split.short_name.clone())
        .note("type", subject.org_type.clone())
        .note("splitFrom", subject.short_name.clone());
    write.audit_all(vec![told, created]).await
}

/// Founds the new organisation of a split beside the old one, with what is known of that.
async fn found(write: &mut Write<'_>, subject: &Row, id: Uuid, split: &Split, plan: &Plan) -> Result<()> {
    let above = subject.parent_id.unwrap_or_default();
    let (path, last): (String, i16) = organisations::table
        .find(above)
        .select((organisations::path, organisations::last_child))
        .first(write.conn()?)
        .await?;
    if last >= rules::MOST_CHILDREN {
        return Err(Error::invalid("organisation", "一个组织最多999个下级"));
    }
    let (path, now, today) = (format!("{path}.{:03}", last + 1), write.cx.now(), write.cx.app.world.today());
    diesel::sql_query(
        "INSERT INTO own.organisations (id, parent_id, path, depth, code, full_name, short_name, org_type, status, \
         founded_on, approval_no, unit_relation, division_code, contact_name, contact_phone, term_years, sort, \
         village_or_community, created_at, split_from) SELECT $1, parent_id, $2, depth, $3, $4, $5, org_type, 'active', \
         $6, $7, unit_relation, division_code, contact_name, $8, term_years, sort, village_or_community, $9, id \
         FROM own.organisations WHERE id = $10",
    )
    .bind::<Id, _>(id)
    .bind::<Text, _>(&path)
    .bind::<Text, _>(path.replace('.', ""))
    .bind::<Text, _>(&split.full_name)
    .bind::<Text, _>(&split.short_name)
    .bind::<Date, _>(today)
    .bind::<Nullable<Text>, _>(&plan.approval_no)
    .bind::<Nullable<Bytea>, _>(&subject.contact_phone)
    .bind::<Timestamptz, _>(now)
    .bind::<Id, _>(subject.id)
    .execute(write.conn()?)
    .await
    .map_err(|error| match organisation::taken(error) {
        error if error.field.is_some() => Error::invalid("split.shortName", "新组织的名称与现有组织重复"),
        error => error,
    })?;
    diesel::update(organisations::table.find(above))
        .set((organisations::last_child.eq(last + 1), organisations::child_count.eq(organisations::child_count + 1)))
        .execute(write.conn()?)
        .await?;
    diesel::sql_query(
        "INSERT INTO own.organisation_units (organisation_id, position, name, uscc, nature, party_presence) \
         SELECT $1, position, name, uscc, nature, party_presence FROM own.organisation_units WHERE organisation_id = $2",
    )
    .bind::<Id, _>(id)
    .bind::<Id, _>(subject.id)
    .execute(write.conn()?)
    .await?;
    new_parent(write, id, Some(above)).await?;
    note(write, &[id]).await
}

async fn dissolve(write: &mut Write<'_>, subject: &Row, plan: &Plan) -> Result<()> {
    identity::end_roles(write, subject.id.into()).await?;
    lock(write, &[subject.id, subject.parent_id.unwrap_or_default()]).await?;
    still(write, subject.id, &[], true).await?;
    end_posts(write, subject.id, None).await?;
    close(write, subject, "dissolved", None).await?;
    let told = Entry::new("organisation.dissolved", "organisation", subject.id)
        .note("approvalNo", json!(plan.approval_no))
        .note("reason", plan.reason.clone());
    write.audit(told).await
}

async fn delete(write: &mut Write<'_>, subject: &Row) -> Result<()> {
    identity::end_roles(write, subject.id.into()).await?;
    lock(write, &[subject.id, subject.parent_id.unwrap_or_default()]).await?;
    still(write, subject.id, &[], true).await?;
    organisation::erase(write, subject).await?;
    let told = Entry::new("organisation.deleted", "organisation", subject.id)
        .note("fullName", subject.full_name.clone())
        .note("shortName", subject.short_name.clone());
    write.audit(told).await
}

/// Nobody edits or moves these people meanwhile.
async fn hold_people(write: &mut Write<'_>, members: &[Mover]) -> Result<()> {
    let ids: Vec<Uuid> = members.iter().map(|one| one.person).collect();
    let rows = people::table.filter(people::id.eq_any(ids)).order(people::id);
    rows.select(people::id).for_no_key_update().load::<Uuid>(write.conn()?).await?;
    Ok(())
}

/// The members are still those that were looked at; with `all`, there is nobody else.
async fn still(write: &mut Write<'_>, id: Uuid, looked: &[Mover], all: bool) -> Result<()> {
    let now = store::movers(id, write.conn()?).await?;
    let there = looked.iter().all(|one| now.iter().any(|other| other.membership == one.membership));
    if there && (!all || now.len() == looked.len()) { Ok(()) } else { Err(Error::conflict()) }
}

/// Members belong to another branch from today on, each with a row of the own history.
async fn transfer(
    write: &mut Write<'_>,
    from: &Row,
    (to, name): (Uuid, &str),
    members: &[Mover],
    with_groups: bool,
) -> Result<()> {
    if members.is_empty() {
        return Ok(());
    }
    let (app, today) = (write.cx.app.clone(), write.cx.app.world.today());
    let ids: Vec<Uuid> = members.iter().map(|one| one.membership).collect();
    diesel::update(branch_assignments::table)
        .filter(branch_assignments::membership_id.eq_any(&ids).and(branch_assignments::until.is_null()))
        .set(branch_assignments::until.eq(today))
        .execute(write.conn()?)
        .await?;
    let rows: Vec<_> = members
        .iter()
        .map(|one| {
            (
                branch_assignments::id.eq(app.world.id::<Uuid>()),
                branch_assignments::membership_id.eq(one.membership),
                branch_assignments::organisation_id.eq(to),
                branch_assignments::group_id.eq(one.group.filter(|_| with_groups)),
                branch_assignments::since.eq(today),
            )
        })
        .collect();
    diesel::insert_into(branch_assignments::table).values(rows).execute(write.conn()?).await?;
    let who: Vec<Uuid> = members.iter().map(|one| one.person).collect();
    diesel::update(people::table.filter(people::id.eq_any(who)))
        .set(people::version.eq(people::version + 1))
        .execute(write.conn()?)
        .await?;
    let count = i32::try_from(members.len()).map_err(Error::bug)?;
    for (id, by) in [(from.id, -count), (to, count)] {
        diesel::update(organisations::table.find(id))
            .set(organisations::member_count.eq(organisations::member_count + by))
            .execute(write.conn()?)
            .await?;
    }
    let told = |one: &Mover| {
        Entry::new("member.updated", "person", one.person).change("branch", from.short_name.clone(), name.to_owned())
    };
    write.audit_all(members.iter().map(told).collect()).await
}

/// Posts in an organisation end today, all or those of some people; what has not begun never does.
async fn end_posts(write: &mut Write<'_>, at: Uuid, of: Option<&[Uuid]>) -> Result<()> {
    let today = write.cx.app.world.today();
    let mut held = posts::table
        .filter(posts::until.is_null().or(posts::until.gt(today)))
        .select((posts::id, posts::since))
        .into_boxed();
    held = match of {
        // Whoever goes leaves the groups too.
        Some(of) => held
            .filter(posts::organisation_id.eq(at).or(posts::organisation_id.eq_any(organisation::groups(at))))
            .filter(posts::person_id.eq_any(of.to_vec())),
        None => held.filter(posts::organisation_id.eq(at)),
    };
    let held: Vec<(Uuid, chrono::NaiveDate)> = held.load(write.conn()?).await?;
    let (begun, ahead): (Vec<_>, Vec<_>) = held.into_iter().partition(|(_, since)| *since <= today);
    let reason = if of.is_some() { "transferred" } else { "org_closed" };
    let ids = |rows: Vec<(Uuid, chrono::NaiveDate)>| rows.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    diesel::update(posts::table.filter(posts::id.eq_any(ids(begun))))
        .set((posts::until.eq(today), posts::end_reason.eq(reason)))
        .execute(write.conn()?)
        .await?;
    diesel::delete(posts::table.filter(posts::id.eq_any(ids(ahead)))).execute(write.conn()?).await?;
    Ok(())
}

/// An organisation works no longer; it stays to be read.
async fn close(write: &mut Write<'_>, subject: &Row, status: &str, into: Option<Uuid>) -> Result<()> {
    let today = write.cx.app.world.today();
    diesel::update(organisations::table.find(subject.id))
        .set((
            organisations::status.eq(status),
            organisations::merged_into.eq(into),
            organisations::closed_on.eq(today),
            organisations::version.eq(organisations::version + 1),
        ))
        .execute(write.conn()?)
        .await?;
    leave_superior(write, subject).await?;
    new_parent(write, subject.id, None).await?;
    note(write, &[subject.id]).await
}
