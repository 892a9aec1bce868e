//! Posts (党内职务) as dated rows: who holds which, since when, and how they begin and end. Roles follow from them by
//! themselves (`roles.rs`), so that nothing else is given or taken here.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, PostId, Result, dictionary};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Write};

use crate::schema::{memberships, people, posts};

/// A post with whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct HeldPost {
    /// Its id.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// Their account, if they have one.
    pub account: Option<Uuid>,
    /// Where.
    pub organisation: Uuid,
    /// Dictionary `post`.
    pub post: String,
    /// First day.
    pub since: NaiveDate,
    /// Day after the last.
    pub until: Option<NaiveDate>,
    /// Dictionary `post_end_reason`.
    pub end_reason: Option<String>,
    /// Given by the superior instead of voted for.
    pub appointed: bool,
}

/// A post that begins.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// Who.
    pub person: Uuid,
    /// Their name, for the audit.
    pub name: String,
    /// Dictionary `post`.
    pub post: String,
}

/// A post that ends, and why (dictionary `post_end_reason`).
#[derive(Debug, Clone)]
pub struct Ending {
    /// Which.
    pub post: HeldPost,
    /// Why.
    pub reason: String,
}

type Columns = (
    posts::id,
    posts::person_id,
    people::name,
    people::account_id,
    posts::organisation_id,
    posts::post,
    posts::since,
    posts::until,
    posts::end_reason,
    posts::appointed,
);

const COLUMNS: Columns = (
    posts::id,
    posts::person_id,
    people::name,
    people::account_id,
    posts::organisation_id,
    posts::post,
    posts::since,
    posts::until,
    posts::end_reason,
    posts::appointed,
);

/// Posts that are held on these organisations.
pub async fn held_on(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<HeldPost>> {
    Ok(posts::table
        .inner_join(people::table)
        .filter(posts::organisation_id.eq_any(ids.to_vec()).and(posts::until.is_null()))
        .order((posts::organisation_id, posts::since, posts::id))
        .select(COLUMNS)
        .load(conn)
        .await?)
}

/// Posts that were held on an organisation and have ended, the newest first, at most so many.
pub async fn past_on(id: Uuid, most: i64, conn: &mut Conn) -> Result<Vec<HeldPost>> {
    Ok(posts::table
        .inner_join(people::table)
        .filter(posts::organisation_id.eq(id).and(posts::until.is_not_null()))
        .order((posts::until.desc(), posts::since.desc(), posts::id.desc()))
        .limit(most)
        .select(COLUMNS)
        .load(conn)
        .await?)
}

/// The organisation of a post; of one that is not there the organisation of nobody.
pub async fn place_of_post(id: PostId, conn: &mut Conn) -> Result<OrganisationId> {
    let found = posts::table.find(id.0).select(posts::organisation_id).first::<Uuid>(conn).await.optional()?;
    Ok(found.unwrap_or_default().into())
}

/// Who of these people is a full member with all rights today, wherever.
pub async fn present(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Uuid>> {
    Ok(memberships::table
        .filter(memberships::person_id.eq_any(ids.to_vec()).and(memberships::until.is_null()))
        .filter(memberships::member_type.eq("formal"))
        .filter(memberships::status.eq("normal").and(memberships::right_limit.eq("none")))
        .select(memberships::person_id)
        .load(conn)
        .await?)
}

/// Names of people by id.
pub async fn names(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> =
        people::table.filter(people::id.eq_any(ids.to_vec())).select((people::id, people::name)).load(conn).await?;
    Ok(rows.into_iter().collect())
}

#[derive(QueryableByName)]
struct Vacant {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Date)]
    since: NaiveDate,
}

/// Since when these active, elected organisations have had no secretary (书记空缺); those that have one are left out.
pub async fn vacant_since(ids: Option<&[Uuid]>, conn: &mut Conn) -> Result<HashMap<Uuid, NaiveDate>> {
    // Whoever never had one lacks it since the term began, or since it is known here.
    let sql = "SELECT o.id, coalesce((SELECT max(p.until) FROM own.posts p WHERE p.organisation_id = o.id \
        AND p.post = 'secretary' AND p.until IS NOT NULL), o.term_start, (o.created_at AT TIME ZONE 'Asia/Shanghai')::date) AS since \
        FROM own.organisations o WHERE o.status = 'active' AND o.term_years IS NOT NULL \
        AND ($1 IS NULL OR o.id = ANY ($1)) AND NOT EXISTS (SELECT FROM own.posts p \
        WHERE p.organisation_id = o.id AND p.post = 'secretary' AND p.until IS NULL)";
    let rows: Vec<Vacant> = diesel::sql_query(sql)
        .bind::<diesel::sql_types::Nullable<Array<Id>>, _>(ids.map(<[Uuid]>::to_vec))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.since)).collect())
}

/// Ends posts on a day, each with its reason and a row of the history of whoever held it. The roles that followed from
/// them end in the same transaction.
pub async fn end(write: &mut Write<'_>, endings: &[Ending], on: NaiveDate) -> Result<()> {
    let mut told = Vec::new();
    for reason in reasons(endings) {
        let ids: Vec<Uuid> = endings.iter().filter(|one| one.reason == reason).map(|one| one.post.id).collect();
        // A post that was recorded later than the day begins and ends on one day.
        let ended = diesel::sql_query(
            "UPDATE own.posts SET until = greatest(since, $1), end_reason = $2 WHERE id = ANY ($3) AND until IS NULL",
        )
        .bind::<Date, _>(on)
        .bind::<diesel::sql_types::Text, _>(reason)
        .bind::<Array<Id>, _>(&ids)
        .execute(write.conn()?)
        .await?;
        if ended != ids.len() {
            return Err(Error::conflict());
        }
    }
    for Ending { post, reason } in endings {
        told.push(
            Entry::new("member.post_ended", "person", post.person)
                .note("name", post.name.clone())
                .note("post", dictionary::words("post", &post.post))
                .note("until", post.since.max(on).to_string())
                .note("reason", dictionary::label("post_end_reason", reason).unwrap_or(reason)),
        );
    }
    write.audit_all(told).await
}

fn reasons(endings: &[Ending]) -> Vec<&str> {
    let mut reasons: Vec<&str> = endings.iter().map(|one| one.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// Posts begin on a day. The roles that follow from them begin in the same transaction.
pub async fn appoint(
    write: &mut Write<'_>,
    at: (Uuid, &str),
    new: &[Appointment],
    since: NaiveDate,
    appointed: bool,
) -> Result<()> {
    let app = write.cx.app.clone();
    let rows: Vec<_> = new
        .iter()
        .map(|one| {
            (
                posts::id.eq(app.world.id::<Uuid>()),
                posts::person_id.eq(one.person),
                posts::organisation_id.eq(at.0),
                posts::post.eq(&one.post),
                posts::since.eq(since),
                posts::appointed.eq(appointed),
            )
        })
        .collect();
    diesel::insert_into(posts::table).values(rows).execute(write.conn()?).await.map_err(taken)?;
    let told = new.iter().map(|one| {
        Entry::new("member.post_began", "person", one.person)
            .note("name", one.name.clone())
            .note("organisation", at.1.to_owned())
            .note("post", dictionary::words("post", &one.post))
            .note("since", since.to_string())
    });
    write.audit_all(told.collect()).await
}

/// A post as it was held before it was known here.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its id.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// Their name, for the audit.
    pub name: String,
    /// Dictionary `post`.
    pub post: String,
    /// First day.
    pub since: NaiveDate,
    /// Day after the last, of one that has ended with its term.
    pub until: Option<NaiveDate>,
    /// Given by the superior instead of voted for.
    pub appointed: bool,
}

/// Takes over posts that were held before, or still are.
pub async fn record(write: &mut Write<'_>, at: (Uuid, &str), rows: &[Recorded]) -> Result<()> {
    let new: Vec<_> = rows
        .iter()
        .map(|one| {
            (
                posts::id.eq(one.id),
                posts::person_id.eq(one.person),
                posts::organisation_id.eq(at.0),
                posts::post.eq(&one.post),
                posts::since.eq(one.since),
                posts::until.eq(one.until),
                posts::end_reason.eq(one.until.map(|_| "term_expired")),
                posts::appointed.eq(one.appointed),
            )
        })
        .collect();
    diesel::insert_into(posts::table).values(new).execute(write.conn()?).await.map_err(taken)?;
    let told = rows.iter().map(|one| {
        Entry::new("member.post_began", "person", one.person)
            .note("name", one.name.clone())
            .note("organisation", at.1.to_owned())
            .note("post", dictionary::words("post", &one.post))
            .note("since", one.since.to_string())
            .note("until", one.until.map(|day| day.to_string()))
    });
    write.audit_all(told.collect()).await
}

/// Posts by id, also those that have ended.
pub async fn recorded(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<HeldPost>> {
    Ok(posts::table.inner_join(people::table).filter(posts::id.eq_any(ids.to_vec())).select(COLUMNS).load(conn).await?)
}

/// Takes back posts that were taken over by mistake; the roles that followed from them go with them.
pub async fn forget(write: &mut Write<'_>, rows: &[HeldPost]) -> Result<()> {
    let ids: Vec<Uuid> = rows.iter().map(|one| one.id).collect();
    diesel::delete(posts::table.filter(posts::id.eq_any(ids))).execute(write.conn()?).await?;
    let told = rows.iter().map(|one| {
        Entry::new("member.post_ended", "person", one.person)
            .note("name", one.name.clone())
            .note("post", dictionary::words("post", &one.post))
            .note("reason", "撤销导入")
    });
    write.audit_all(told.collect()).await
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("posts_one_secretary") => Error::invalid("post", "该组织已有书记，请先结束其职务"),
        Some("posts_current") => Error::invalid("post", "该党员已担任此职务"),
        _ => error,
    }
}
