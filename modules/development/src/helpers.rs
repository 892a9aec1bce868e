//! 培养联系人 and 入党介绍人: who of them can help no longer, and who comes instead.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;
use zhibu_core::{DevelopmentCaseId, Error, Result, check, dictionary};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx};

use crate::EDIT;
use crate::actions;
use crate::rules::Event;
use crate::store;

/// A present member who may help: a full member with all rights who was not moved to another branch since being named.
const HELPS: &str = "EXISTS (SELECT FROM own.memberships m WHERE m.person_id = h.id AND m.until IS NULL \
    AND m.member_type = 'formal' AND m.status = 'normal' AND m.right_limit = 'none' AND NOT EXISTS ( \
    SELECT FROM own.branch_assignments b WHERE b.membership_id = m.id AND b.until IS NULL \
    AND b.since > (c.helpers->>'since')::date AND b.organisation_id <> c.organisation_id))";

/// Somebody who helps, as they are now.
#[derive(Debug, Clone, QueryableByName)]
struct Helper {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    helps: bool,
    #[diesel(sql_type = Nullable<Text>)]
    end_reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    right_limit: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    branch: Option<String>,
}

/// A helper of a case by name, and why not, where it is no longer so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Who.
    pub person: Uuid,
    /// 姓名
    pub name: String,
    /// Why they can help no longer.
    pub gap: Option<String>,
}

/// The helpers of a case.
pub async fn of(case: Uuid, conn: &mut Conn) -> Result<Vec<Named>> {
    let query = format!(
        "SELECT h.id, coalesce(p.name, '') AS name, {HELPS} AS helps, CASE WHEN m.until IS NOT NULL THEN m.end_reason END \
         AS end_reason, m.status, m.right_limit, o.short_name AS branch FROM own.development_cases c \
         CROSS JOIN LATERAL (SELECT id::uuid, n FROM jsonb_array_elements_text(c.helpers->'people') WITH ORDINALITY AS one (id, n)) h LEFT JOIN own.people p ON p.id = h.id \
         LEFT JOIN LATERAL (SELECT * FROM own.memberships m WHERE m.person_id = h.id \
         ORDER BY m.until DESC NULLS FIRST, m.since DESC LIMIT 1) m ON true \
         LEFT JOIN own.branch_assignments b ON b.membership_id = m.id AND b.until IS NULL \
         LEFT JOIN own.organisations o ON o.id = b.organisation_id WHERE c.id = $1 ORDER BY h.n"
    );
    let rows: Vec<Helper> = diesel::sql_query(query).bind::<Id, _>(case).load(conn).await?;
    Ok(rows.into_iter().map(Helper::named).collect())
}

impl Helper {
    fn named(self) -> Named {
        let gap = if self.helps { None } else { Some(self.why()) };
        Named { person: self.id, name: self.name, gap }
    }

    fn why(&self) -> String {
        match (&self.end_reason, &self.status, &self.right_limit, &self.branch) {
            (Some(reason), ..) => format!("已离开本组织（{}）", dictionary::words("membership_end_reason", reason)),
            (_, Some(status), ..) if status != "normal" => dictionary::words("membership_status", status),
            (_, _, Some(limit), _) if limit != "none" => dictionary::words("member_right_limit", limit),
            (_, _, _, Some(branch)) => format!("已调到{branch}"),
            _ => "已不是正式党员".to_owned(),
        }
    }
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    gap: bool,
}

/// Open cases with what is known of their helpers now.
fn fresh() -> String {
    format!(
        "SELECT c.id, EXISTS (SELECT FROM \
         (SELECT id::uuid FROM jsonb_array_elements_text(c.helpers->'people') AS one (id)) h WHERE NOT {HELPS}) AS gap \
         FROM own.development_cases c WHERE c.closed_at IS NULL AND (c.gap OR c.helpers IS NOT NULL)"
    )
}

/// Looks at the helpers of these open cases, which the transaction holds; the cases that have come to lack one.
pub(crate) async fn look(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Uuid>> {
    let query = format!(
        "UPDATE own.development_cases mine SET gap = fresh.gap FROM ({} AND c.id = ANY ($1)) fresh \
         WHERE fresh.id = mine.id AND mine.gap <> fresh.gap RETURNING mine.id, mine.gap",
        fresh()
    );
    let rows: Vec<Changed> = diesel::sql_query(query).bind::<Array<Id>, _>(ids).load(conn).await?;
    Ok(rows.into_iter().filter(|row| row.gap).map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Id)]
    id: Uuid,
}

/// Holds the cases whose mark is to change, in the order of their ids; whoever is at one at this moment sets it. What is
/// known of them has to be looked at again by the next statement, since they may have changed before they were held.
pub(crate) async fn changing(conn: &mut Conn) -> Result<Vec<Uuid>> {
    let query = format!(
        "SELECT mine.id FROM own.development_cases mine WHERE mine.id IN (SELECT fresh.id FROM ({}) fresh \
         JOIN own.development_cases old ON old.id = fresh.id AND old.gap <> fresh.gap) ORDER BY mine.id \
         FOR UPDATE SKIP LOCKED",
        fresh()
    );
    let rows: Vec<Held> = diesel::sql_query(query).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Names others instead (更换培养联系人、入党介绍人).
pub async fn replace(
    cx: &Cx,
    id: DevelopmentCaseId,
    version: i32,
    people: &[Uuid],
    (on, words): (NaiveDate, &str),
) -> Result<()> {
    let words = check::lines("note", "更换原因", words, 2, 500)?;
    check::day("on", on)?;
    let mut write = cx.write(EDIT).await?;
    let (mut loaded, _) = actions::open(&mut write, id, version).await?;
    let step = loaded.file.replace(people, on, cx.app.world.today())?;
    if store::full_members(people, write.conn()?).await? != people.len() {
        return Err(Error::invalid("people", "所选人员须为权利不受限制的正式党员"));
    }
    actions::insert_event(&mut write, &loaded, Event::Replace, (on, Some(step.no), &words), Some(people)).await?;
    actions::settle(&mut write, id.0, version, &loaded.file).await?;
    // Who they are stands in the case: the audit of one person names no others.
    let told = Entry::new("development.helpers_replaced", "development", id.0)
        .note("name", loaded.row.name.clone())
        .note("step", format!("{} {}", step.no, step.title))
        .note("helpers", people.len())
        .note("happenedOn", json!(on))
        .note("note", words);
    write.audit(told).await?;
    write.commit().await
}
