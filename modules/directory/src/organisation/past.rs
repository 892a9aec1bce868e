//! Organisations as they were (组织沿革): one dated row for each time in which nothing of name, kind, state and place
//! changed. A report for a day of the past shows the tree of that day.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Result};
use zhibu_tenancy::policy::Scope;
use zhibu_tenancy::{Conn, Write};

use super::scope::Reach;
use crate::schema::{organisation_parents, organisation_states, organisations};

/// An organisation on a day.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organisation_states)]
pub struct Then {
    /// Which.
    pub organisation_id: Uuid,
    /// Its place in the tree.
    pub path: String,
    /// 组织代码
    pub code: String,
    /// 组织全称
    pub full_name: String,
    /// 组织简称
    pub short_name: String,
    /// 组织类别
    pub org_type: String,
    /// 组织状态
    pub status: String,
}

/// Who holds the shape of the tree until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Adds to it or edits in it, beside others.
    Beside,
    /// Rebuilds it, alone.
    Alone,
}

/// Waits for whoever rebuilds the tree. The root's row of superiors stands for its shape: nobody else locks that.
pub(crate) async fn hold_tree(write: &mut Write<'_>, hold: Hold) -> Result<()> {
    let row = organisation_parents::table
        .filter(organisation_parents::parent_id.is_null())
        .order(organisation_parents::id)
        .select(organisation_parents::id)
        .limit(1);
    match hold {
        Hold::Beside => row.for_share().load::<Uuid>(write.conn()?).await?,
        Hold::Alone => row.for_update().load::<Uuid>(write.conn()?).await?,
    };
    Ok(())
}

/// Waits for whoever rebuilds the tree, and lets nobody do so until the transaction ends. First in a transaction that decides
/// by the tree and changes what a command hands over.
pub async fn keep_tree(write: &mut Write<'_>) -> Result<()> {
    hold_tree(write, Hold::Beside).await
}

/// Notes what organisations are from today on, after any change of them. A second change on one day replaces the first.
pub(crate) async fn note(write: &mut Write<'_>, ids: &[Uuid]) -> Result<()> {
    let today = write.cx.app.world.today();
    let fresh: Vec<Uuid> = ids.iter().map(|_| write.cx.app.world.id()).collect();
    diesel::sql_query(
        "UPDATE own.organisation_states s SET until = $1 FROM own.organisations o WHERE s.organisation_id = o.id \
         AND s.until IS NULL AND s.since < $1 AND o.id = ANY ($2) AND (s.path, s.code, s.full_name, s.short_name, \
         s.org_type, s.status) IS DISTINCT FROM (o.path, o.code, o.full_name, o.short_name, o.org_type, o.status)",
    )
    .bind::<Date, _>(today)
    .bind::<Array<Id>, _>(ids)
    .execute(write.conn()?)
    .await?;
    diesel::sql_query(
        "UPDATE own.organisation_states s SET path = o.path, code = o.code, full_name = o.full_name, \
         short_name = o.short_name, org_type = o.org_type, status = o.status FROM own.organisations o \
         WHERE s.organisation_id = o.id AND s.until IS NULL AND s.since >= $1 AND o.id = ANY ($2)",
    )
    .bind::<Date, _>(today)
    .bind::<Array<Id>, _>(ids)
    .execute(write.conn()?)
    .await?;
    diesel::sql_query(
        "INSERT INTO own.organisation_states (id, organisation_id, path, code, full_name, short_name, org_type, \
         status, since) SELECT t.fresh, o.id, o.path, o.code, o.full_name, o.short_name, o.org_type, o.status, $1 \
         FROM unnest($2, $3) AS t(organisation, fresh) JOIN own.organisations o ON o.id = t.organisation \
         WHERE NOT EXISTS (SELECT FROM own.organisation_states s WHERE s.organisation_id = o.id AND s.until IS NULL)",
    )
    .bind::<Date, _>(today)
    .bind::<Array<Id>, _>(ids)
    .bind::<Array<Id>, _>(fresh)
    .execute(write.conn()?)
    .await?;
    Ok(())
}

/// Notes an organisation that has just been made.
pub(super) async fn note_new(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let (fresh, today) = (write.cx.app.world.id::<Uuid>(), write.cx.app.world.today());
    diesel::sql_query(
        "INSERT INTO own.organisation_states (id, organisation_id, path, code, full_name, short_name, org_type, \
         status, since) SELECT $1, id, path, code, full_name, short_name, org_type, status, $2 \
         FROM own.organisations WHERE id = $3",
    )
    .bind::<Id, _>(fresh)
    .bind::<Date, _>(today)
    .bind::<Id, _>(id)
    .execute(write.conn()?)
    .await?;
    Ok(())
}

/// Another superior from today on, or none any more.
pub(crate) async fn new_parent(write: &mut Write<'_>, id: Uuid, parent: Option<Uuid>) -> Result<()> {
    let today = write.cx.app.world.today();
    let open = organisation_parents::organisation_id.eq(id).and(organisation_parents::until.is_null());
    diesel::update(organisation_parents::table.filter(open))
        .set(organisation_parents::until.eq(today))
        .execute(write.conn()?)
        .await?;
    let Some(parent) = parent else { return Ok(()) };
    let row = (
        organisation_parents::id.eq(write.cx.app.world.id::<Uuid>()),
        organisation_parents::organisation_id.eq(id),
        organisation_parents::parent_id.eq(parent),
        organisation_parents::since.eq(today),
    );
    diesel::insert_into(organisation_parents::table).values(row).execute(write.conn()?).await?;
    Ok(())
}

type Condition = Box<dyn BoxableExpression<organisation_states::table, Pg, SqlType = Bool>>;

fn on(day: NaiveDate) -> Condition {
    let begun = organisation_states::since.le(day);
    Box::new(begun.and(organisation_states::until.is_null().or(organisation_states::until.assume_not_null().gt(day))))
}

/// The part of the tree that a scope opened on a day: the roles of today, the places of then.
pub async fn reach_on(scope: &Scope, day: NaiveDate, conn: &mut Conn) -> Result<Reach> {
    if scope.is_own_only() {
        return Err(Error::denied());
    }
    let ids: Vec<Uuid> = [&scope.subtrees, &scope.below, &scope.nodes].into_iter().flatten().map(|id| id.0).collect();
    let places: Vec<(Uuid, String)> = organisation_states::table
        .filter(on(day))
        .filter(organisation_states::organisation_id.eq_any(ids))
        .select((organisation_states::organisation_id, organisation_states::path))
        .load(conn)
        .await?;
    Ok(Reach::at(scope, &places))
}

fn inside(reach: &Reach, day: NaiveDate) -> Condition {
    let open = organisation_states::status.eq_any(["active", "preparing"]);
    let there: Condition = Box::new(on(day).and(open));
    if reach.is_all() {
        return there;
    }
    let mut some: Condition = Box::new(diesel::dsl::sql::<Bool>("false"));
    for (path, itself) in reach.prefixes() {
        some = Box::new(some.or(organisation_states::path.like(format!("{path}.%"))));
        if itself {
            some = Box::new(some.or(organisation_states::path.eq(path.to_owned())));
        }
    }
    for node in reach.places() {
        some = Box::new(some.or(organisation_states::path.eq(node.to_owned())));
    }
    Box::new(there.and(some))
}

/// One page of the organisations there were on a day, in tree order.
pub async fn as_of(reach: &Reach, day: NaiveDate, page: &PageArgs, conn: &mut Conn) -> Result<Page<Then>> {
    let mut query = organisation_states::table
        .filter(inside(reach, day))
        .select(Then::as_select())
        .order(organisation_states::path)
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(after) = page.after::<String>()? {
        query = query.filter(organisation_states::path.gt(after));
    }
    Ok(page.page(query.load(conn).await?, |row| row.path.clone()))
}

/// How many there were.
pub async fn count_as_of(reach: &Reach, day: NaiveDate, conn: &mut Conn) -> Result<i64> {
    Ok(organisation_states::table.filter(inside(reach, day)).count().get_result(conn).await?)
}

/// The names of that day of the organisations at these paths.
pub async fn names_as_of(paths: &[String], day: NaiveDate, conn: &mut Conn) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = organisation_states::table
        .filter(on(day))
        .filter(organisation_states::path.eq_any(paths))
        .select((organisation_states::path, organisation_states::short_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

#[derive(QueryableByName)]
struct Heads {
    #[diesel(sql_type = Id)]
    organisation: Uuid,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many members organisations had at the end of a day.
pub async fn members_as_of(ids: &[Uuid], day: NaiveDate, conn: &mut Conn) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<Heads> = diesel::sql_query(
        "SELECT organisation_id AS organisation, count(*) AS count FROM own.branch_assignments \
         WHERE organisation_id = ANY ($1) AND since <= $2 AND (until IS NULL OR until > $2) GROUP BY 1",
    )
    .bind::<Array<Id>, _>(ids)
    .bind::<Date, _>(day)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.organisation, row.count)).collect())
}

/// Takes out an organisation that is deleted, with all that was noted of it: it never was.
pub(super) async fn forget(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    diesel::delete(organisation_states::table.filter(organisation_states::organisation_id.eq(id)))
        .execute(write.conn()?)
        .await?;
    diesel::delete(organisation_parents::table.filter(organisation_parents::organisation_id.eq(id)))
        .execute(write.conn()?)
        .await?;
    diesel::delete(organisations::table.find(id)).execute(write.conn()?).await?;
    Ok(())
}
