//! Seals over the audit rows (封存): a chain in which each seal lists the rows written since the one before, so that a
//! row taken away, altered or slipped in shows, and which one it is.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{ANYONE, Error, Result};

use super::redact::redacted;
use crate::cx::Cx;
use crate::db::{Conn, Mode, Space};
use crate::keys::{Vault, hash, hex};
use crate::schema::{audit, audit_heads, audit_seals};

/// Rows that one seal covers at most.
const BATCH: i64 = 1000;
const ID: usize = 16;
const DIGEST: usize = 32;

/// Everything of a row that must stay as it is.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = audit)]
pub(super) struct Whole {
    pub(super) id: Uuid,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    address: String,
    request_id: Uuid,
    action: String,
    object_kind: String,
    object_id: Option<Uuid>,
    pub(super) changes: Value,
}

/// A seal as it is stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_seals)]
struct Seal {
    number: i32,
    at: DateTime<Utc>,
    rows: Vec<u8>,
    mark: Vec<u8>,
}

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// A row that a seal lists is not there.
    Removed {
        /// The seal.
        seal: i32,
        /// The row.
        row: Uuid,
        /// When it was written.
        at: Option<DateTime<Utc>>,
    },
    /// A row is not what it was when it was sealed.
    Altered {
        /// The seal.
        seal: i32,
        /// The row.
        row: Uuid,
    },
    /// A row says that it is sealed and no seal lists it.
    Added {
        /// The seal it names.
        seal: i32,
        /// The row.
        row: Uuid,
    },
    /// A seal is not there.
    SealRemoved {
        /// Its number.
        seal: i32,
    },
    /// A seal does not fit the one before or was altered itself.
    SealAltered {
        /// Its number.
        seal: i32,
    },
}

/// What looking through a chain has shown.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Seals.
    pub seals: i32,
    /// Rows they list.
    pub rows: usize,
    /// Rows that wait for the next seal.
    pub waiting: i64,
    /// The last seal's mark, to be noted somewhere else.
    pub mark: Option<String>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Removed { seal, row, at } => {
                let at = at.map(|at| format!("（写于{}）", at.format("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
                write!(f, "记录{row}{at}已被删除，封存批次{seal}")
            }
            Self::Altered { seal, row } => write!(f, "记录{row}已被修改，封存批次{seal}"),
            Self::Added { seal, row } => write!(f, "记录{row}是后来加入的，冒称封存批次{seal}"),
            Self::SealRemoved { seal } => write!(f, "封存批次{seal}已被删除"),
            Self::SealAltered { seal } => write!(f, "封存批次{seal}已被修改"),
        }
    }
}

/// A row's digest: SHA-256 over its columns in a form that does not depend on how the database keeps them.
pub(super) fn digest(row: &Whole) -> Result<Vec<u8>> {
    let columns = (
        (row.id, row.at.timestamp_micros(), &row.actor_kind, row.actor_id, &row.actor_name, &row.address),
        (row.request_id, &row.action, &row.object_kind, row.object_id, sorted(&row.changes)),
    );
    Ok(hash(&serde_json::to_vec(&columns).map_err(Error::bug)?))
}

/// The same value with the fields of its objects in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let ordered: BTreeMap<&String, Value> = fields.iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(ordered.into_iter().map(|(key, value)| (key.clone(), value)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Makes the marks of one space: under the tenant's own key, which goes with it wherever it is moved.
struct Marker<'a> {
    cx: &'a Cx,
}

impl Marker<'_> {
    async fn mark(&self, seal: &Seal, before: &[u8]) -> Result<Vec<u8>> {
        let parts = [&seal.number.to_be_bytes()[..], before, &seal.at.timestamp_micros().to_be_bytes(), &seal.rows];
        let text = format!("audit seal {}", hex(&hash(&parts.concat())));
        Ok(self.cx.vault().await?.blind(&text))
    }
}

/// Seals what has been written since the last time.
pub async fn seal(cx: &Cx) -> Result<()> {
    while batch(cx).await? {}
    Ok(())
}

/// One seal; true when more may wait.
async fn batch(cx: &Cx) -> Result<bool> {
    let mut write = cx.write(ANYONE).await?;
    let last: Option<Seal> = audit_seals::table
        .order(audit_seals::number.desc())
        .select(Seal::as_select())
        .first(write.conn()?)
        .await
        .optional()?;
    let rows: Vec<Whole> = audit::table
        .filter(audit::seal.is_null())
        .order(audit::id)
        .limit(BATCH)
        .select(Whole::as_select())
        .load(write.conn()?)
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let mut listed = Vec::with_capacity(rows.len() * (ID + DIGEST));
    for row in &rows {
        listed.extend(row.id.as_bytes());
        listed.extend(digest(row)?);
    }
    let number = last.as_ref().map_or(1, |last| last.number + 1);
    // The database keeps microseconds.
    let at = DateTime::from_timestamp_micros(cx.app.world.now().timestamp_micros()).unwrap_or_default();
    let mut new = Seal { number, at, rows: listed, mark: Vec::new() };
    new.mark = Marker { cx }.mark(&new, last.as_ref().map_or(&[][..], |last| &last.mark)).await?;
    // Of two that seal at once the second fails here, on the number.
    diesel::insert_into(audit_seals::table).values(&new).execute(write.conn()?).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    diesel::update(audit::table.filter(audit::id.eq_any(ids)))
        .set(audit::seal.eq(number))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    if let Space::Tenant(tenant) = cx.space() {
        let mut beside = cx.beside(Space::Platform).await?;
        diesel::insert_into(audit_heads::table)
            .values((
                audit_heads::tenant_id.eq(tenant.0),
                audit_heads::number.eq(number),
                audit_heads::mark.eq(&new.mark),
            ))
            .on_conflict(audit_heads::tenant_id)
            .do_update()
            .set((
                audit_heads::number.eq(excluded(audit_heads::number)),
                audit_heads::mark.eq(excluded(audit_heads::mark)),
            ))
            .execute(beside.conn()?)
            .await?;
        beside.commit_quietly().await?;
    }
    tracing::info!(space = ?cx.space(), seal = number, mark = hex(&new.mark), "audit sealed");
    Ok(i64::try_from(rows.len()).map_err(Error::bug)? == BATCH)
}

/// Looks through the whole chain of the space.
pub async fn verify(cx: &Cx) -> Result<Verdict> {
    let head: Option<(i32, Vec<u8>)> = match cx.space() {
        Space::Platform => None,
        Space::Tenant(tenant) => {
            let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
            let head = audit_heads::table.find(tenant.0).select((audit_heads::number, audit_heads::mark));
            let head = head.first(unit.conn()?).await.optional()?;
            unit.commit().await?;
            head
        }
    };
    let mut verdict = Verdict { seals: 0, rows: 0, waiting: 0, mark: None, faults: Vec::new() };
    let vault = cx.vault().await?;
    let mut read = cx.read(ANYONE).await?;
    let (mut before, mut listed): (Vec<u8>, HashMap<i32, i64>) = (Vec::new(), HashMap::new());
    loop {
        let expected = verdict.seals + 1;
        let seal: Option<Seal> = audit_seals::table
            .filter(audit_seals::number.ge(expected))
            .order(audit_seals::number)
            .select(Seal::as_select())
            .first(read.conn()?)
            .await
            .optional()?;
        let Some(seal) = seal else { break };
        verdict.faults.extend((expected..seal.number).map(|seal| Fault::SealRemoved { seal }));
        let fits = Marker { cx }.mark(&seal, &before).await? == seal.mark;
        let recorded = head.as_ref().is_none_or(|(number, mark)| *number != seal.number || *mark == seal.mark);
        // After a gap nothing fits; the gap itself is told.
        if (!fits && expected == seal.number) || !recorded {
            verdict.faults.push(Fault::SealAltered { seal: seal.number });
        }
        let rows = compare(&seal, &vault, read.conn()?, &mut verdict.faults).await?;
        listed.insert(seal.number, i64::try_from(rows).map_err(Error::bug)?);
        verdict.rows += rows;
        verdict.seals = seal.number;
        verdict.mark = Some(hex(&seal.mark));
        before = seal.mark;
    }
    let kept = head.map_or(0, |(number, _)| number);
    verdict.faults.extend((verdict.seals + 1..=kept).map(|seal| Fault::SealRemoved { seal }));
    strangers(&listed, read.conn()?, &mut verdict.faults).await?;
    verdict.waiting = audit::table.filter(audit::seal.is_null()).count().get_result(read.conn()?).await?;
    Ok(verdict)
}

/// Compares the rows that a seal lists with those there are; how many it lists.
async fn compare(seal: &Seal, vault: &Vault, conn: &mut Conn, faults: &mut Vec<Fault>) -> Result<usize> {
    let listed: Vec<(Uuid, &[u8])> = seal
        .rows
        .chunks(ID + DIGEST)
        .filter_map(|entry| entry.split_at_checked(ID))
        .filter_map(|(id, digest)| Some((Uuid::from_slice(id).ok()?, digest)))
        .collect();
    let ids: Vec<Uuid> = listed.iter().map(|(id, _)| *id).collect();
    let rows: Vec<Whole> = audit::table.filter(audit::id.eq_any(ids)).select(Whole::as_select()).load(conn).await?;
    let there: HashMap<Uuid, &Whole> = rows.iter().map(|row| (row.id, row)).collect();
    for (id, kept) in &listed {
        match there.get(id) {
            None => faults.push(Fault::Removed { seal: seal.number, row: *id, at: written(*id) }),
            // What it told may have been taken out, and nothing else.
            Some(row) if digest(row)? != *kept && !redacted(row, vault)? => {
                faults.push(Fault::Altered { seal: seal.number, row: *id })
            }
            Some(_) => {}
        }
    }
    Ok(listed.len())
}

/// The moment an id was made.
fn written(id: Uuid) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(id.as_u128() >> 80).ok()?)
}

/// Rows that name a seal which does not list them.
async fn strangers(listed: &HashMap<i32, i64>, conn: &mut Conn, faults: &mut Vec<Fault>) -> Result<()> {
    let counted: Vec<(Option<i32>, i64)> = audit::table
        .filter(audit::seal.is_not_null())
        .group_by(audit::seal)
        .select((audit::seal, diesel::dsl::count_star()))
        .load(&mut *conn)
        .await?;
    for (seal, count) in counted.into_iter().filter_map(|(seal, count)| Some((seal?, count))) {
        if listed.get(&seal) == Some(&count) {
            continue;
        }
        let kept: Option<Vec<u8>> =
            audit_seals::table.find(seal).select(audit_seals::rows).first(&mut *conn).await.optional()?;
        let kept = kept.unwrap_or_default();
        let known: Vec<Uuid> =
            kept.chunks(ID + DIGEST).filter_map(|entry| Uuid::from_slice(entry.get(..ID)?).ok()).collect();
        let rows: Vec<Uuid> = audit::table
            .filter(audit::seal.eq(seal).and(audit::id.ne_all(known)))
            .select(audit::id)
            .load(&mut *conn)
            .await?;
        faults.extend(rows.into_iter().map(|row| Fault::Added { seal, row }));
    }
    Ok(())
}
