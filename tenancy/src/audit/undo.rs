//! Taking changes back (撤销): the audit says what was before, and the object's own action puts it there again, with the
//! same rules, the same permission of whoever takes it back and an audit row of its own that refers to the first.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as Id};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, Kind, Permission, Result, dictionary};

use super::{Row, UNDOES};
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::identity;
use crate::schema::audit;

/// Changes that may be taken back at once.
const MOST: usize = 50;

/// How the changes of one word are taken back: a line in its module's list.
pub struct Undo {
    /// The audit's word.
    pub action: &'static str,
    /// All that are needed to change such an object; the first decides about the data.
    pub permissions: &'static [Permission],
    /// Fields that the audit does not hold as they were, since they are masked there or told in short.
    pub untold: &'static [&'static str],
    /// How such an object is called.
    pub name: Option<Name>,
    /// Makes the object what it was before, by the action that changes such objects.
    pub back: Back,
}

/// Takes one change back.
pub type Back = for<'a> fn(&'a mut Write<'_>, &'a Row) -> BoxFuture<'a, Result<()>>;

/// The name of an object.
pub type Name = for<'a> fn(&'a mut Conn, Uuid) -> BoxFuture<'a, Result<Option<String>>>;

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only says what would come of it.
    Preview,
    /// Takes back what can be taken back.
    Possible,
    /// Takes back everything or nothing.
    All,
}

/// A change that was chosen, and what comes of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The change.
    pub row: Row,
    /// The object's name.
    pub name: Option<String>,
    /// Why it stays.
    pub refusal: Option<Error>,
}

/// What comes of what was chosen.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The changes, in the order in which they are taken back: the newest first.
    pub steps: Vec<Step>,
    /// It has been done.
    pub done: bool,
}

/// True when the caller could take a change back if the object still is what the change has made of it.
pub fn may(cx: &Cx, row: &Row) -> bool {
    let allowed = |undo: &Undo| undo.permissions.iter().all(|permission| cx.allow(*permission).is_ok());
    known(cx, row).is_ok_and(allowed)
}

/// Those of these changes that have been taken back.
pub async fn undone(ids: &[Uuid], conn: &mut Conn) -> Result<HashSet<Uuid>> {
    #[derive(QueryableByName)]
    struct Undone {
        #[diesel(sql_type = Id)]
        id: Uuid,
    }
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let query = "SELECT (changes -> 'undoes' ->> 1)::uuid AS id FROM own.audit \
        WHERE changes ? 'undoes' AND changes -> 'undoes' ->> 1 = ANY($1)";
    let rows: Vec<Undone> = diesel::sql_query(query).bind::<Array<Text>, _>(ids).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes changes back in one transaction, the newest first, so that several of one object lead back step by step. Whoever
/// asks what would come of it gets the answer of the same transaction, which then is not made.
pub async fn undo(cx: &Cx, permission: Permission, mut ids: Vec<Uuid>, mode: Mode) -> Result<Outcome> {
    ids.sort_unstable();
    ids.dedup();
    if !(1..=MOST).contains(&ids.len()) {
        return Err(Error::invalid("ids", format!("每次可撤销1至{MOST}条记录")));
    }
    let mut write = cx.write(permission).await?;
    cx.identity()?;
    // Two who take the same change back come one after the other.
    let rows: Vec<Row> = audit::table
        .filter(audit::id.eq_any(&ids))
        .order(audit::id.desc())
        .select(Row::as_select())
        .for_update()
        .load(write.conn()?)
        .await?;
    if rows.len() != ids.len() {
        return Err(Error::missing().at("ids"));
    }
    let undone = undone(&ids, write.conn()?).await?;
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        let (name, refusal) = step(&mut write, &row, undone.contains(&row.id)).await?;
        steps.push(Step { row, name, refusal });
    }
    let possible = steps.iter().filter(|step| step.refusal.is_none()).count();
    let done = match mode {
        Mode::Preview => false,
        Mode::Possible => possible > 0,
        Mode::All => possible == steps.len(),
    };
    if done {
        write.commit().await?;
        identity::forget_mine(cx).await?;
    }
    Ok(Outcome { steps, done })
}

/// Takes one change back, or leaves no trace and says why not; the object's name comes along.
async fn step(write: &mut Write<'_>, row: &Row, undone: bool) -> Result<(Option<String>, Option<Error>)> {
    let undo = match known(write.cx, row) {
        Ok(undo) => undo,
        Err(refusal) => return Ok((None, Some(refusal))),
    };
    let name = match (undo.name, row.object_id) {
        (Some(name), Some(id)) => name(write.conn()?, id).await?,
        _ => None,
    };
    if undone {
        return Ok((name, Some(Error::refuse("ALREADY_UNDONE", "这次变更已经撤销"))));
    }
    write.conn()?.batch_execute("SAVEPOINT undo").await?;
    write.undoing(Some((row.id, row.action.clone())));
    let tried = back(write, undo, row).await;
    let tried = tried.and_then(|()| if write.still_undoing() { Err(same()) } else { Ok(()) });
    write.undoing(None);
    match tried {
        Ok(()) => Ok((name, None)),
        Err(error) if matches!(error.kind, Kind::Refused | Kind::TooMany) => {
            write.conn()?.batch_execute("ROLLBACK TO SAVEPOINT undo").await?;
            // Not yours looks like not there.
            Ok((name.filter(|_| error.code != "NOT_FOUND"), Some(error)))
        }
        Err(error) => Err(error),
    }
}

async fn back(write: &mut Write<'_>, undo: &Undo, row: &Row) -> Result<()> {
    for permission in undo.permissions.iter().rev() {
        write.under(*permission).await?;
    }
    (undo.back)(write, row).await
}

/// How a change is taken back, if its kind ever can be and the audit holds all it needs.
fn known(cx: &Cx, row: &Row) -> Result<&'static Undo> {
    let modules = &cx.identity()?.tenant.modules;
    let undo = cx.app.registry.undo(&row.action, modules);
    let undo = undo.ok_or_else(|| Error::refuse("NOT_UNDOABLE", "这类操作不能撤销"))?;
    match undo.untold.iter().find(|field| row.changes.get(field).is_some()) {
        Some(field) => Err(untold(field)),
        None => Ok(undo),
    }
}

/// The object as it was before the change, if it still is what the change has made of it. `now` bears the names that the
/// audit uses; what stands in `beside` the caller sees to.
pub fn restored<T: Serialize + DeserializeOwned>(now: &T, row: &Row, beside: &[&str]) -> Result<T> {
    let mut object = serde_json::to_value(now).map_err(Error::bug)?;
    let fields = object.as_object_mut().ok_or_else(|| Error::bug("an object without fields"))?;
    for (field, pair) in row.changes.as_object().into_iter().flatten() {
        if field == UNDOES || beside.contains(&field.as_str()) {
            continue;
        }
        let (before, after) = sides(pair);
        let now = fields.get_mut(field).ok_or_else(|| untold(field))?;
        if *now != *after {
            return Err(changed(field));
        }
        *now = before.clone();
    }
    // What a form demands may have been empty once.
    serde_json::from_value(object).map_err(|_| Error::refuse("NOT_UNDOABLE", "原来的内容已不符合现在的要求，不能撤销"))
}

/// A field before and after a change.
pub fn field<'a>(row: &'a Row, name: &str) -> Option<(&'a Value, &'a Value)> {
    row.changes.get(name).map(sides)
}

fn sides(pair: &Value) -> (&Value, &Value) {
    let side = |at: usize| pair.get(at).unwrap_or(&Value::Null);
    (side(0), side(1))
}

/// Somebody has changed it again.
pub fn changed(field: &str) -> Error {
    Error::refuse("CHANGED_SINCE", format!("“{}”之后又被修改过", label(field)))
}

/// What was before cannot be seen in the audit.
fn untold(field: &str) -> Error {
    let words = format!("“{}”的原值在审计日志中不完整（敏感信息只记掩码），不能撤销", label(field));
    Error::refuse("NOT_UNDOABLE", words)
}

fn same() -> Error {
    Error::refuse("CHANGED_SINCE", "现在的内容与变更前相同，无需撤销")
}

fn label(field: &str) -> &str {
    dictionary::label("audit_field", field).unwrap_or(field)
}
