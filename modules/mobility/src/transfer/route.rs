//! Where open transfers go when the tree changes: what was decided stands, and what is open goes to whoever decides by the
//! tree as it is then.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_directory::organisation;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{Regrouping, Rerouted};
use zhibu_tenancy::{Conn, Write};

use super::actions::event;
use super::model::{Row, TransferSide as Side};
use super::{rules, store};
use crate::schema::transfers;

/// Committees by the organisations they decide for.
type Committees = HashMap<Uuid, (Uuid, String)>;

/// Where a transfer stands by the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    source: Option<Uuid>,
    target: Option<Uuid>,
    side: Side,
    at: Option<Uuid>,
}

/// Whose turn it is by the committees of a tree.
fn turn(row: &Row, committees: &Committees) -> Option<Turn> {
    let of = |branch: Option<Uuid>| branch.and_then(|id| committees.get(&id)).map(|(id, _)| *id);
    let (source, target) = (of(row.from_id), of(row.to_id));
    let there = Row { source_id: source, target_id: target, ..row.clone() };
    // One that was sent back stays with whoever started it.
    let back = row.side()? == Side::Starter;
    let side = if back { Side::Starter } else { rules::due(row.kind(), there.within_one(), row.agreed()) };
    Some(Turn { source, target, side, at: there.place(side) })
}

/// Open transfers that these organisations give, receive or decide about.
async fn concerned(at: &[Uuid], hold: bool, conn: &mut Conn) -> Result<Vec<Row>> {
    let branches = transfers::from_id.eq_any(at).or(transfers::to_id.eq_any(at));
    let committees = transfers::source_id.eq_any(at).or(transfers::target_id.eq_any(at));
    let open = transfers::table.filter(transfers::closed_at.is_null()).filter(branches.or(committees));
    let open = open.order(transfers::id).select(Row::as_select());
    Ok(if hold { open.for_update().load(conn).await? } else { open.load(conn).await? })
}

/// The paths of the branches of transfers.
async fn paths(rows: &[Row], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = rows.iter().flat_map(|row| [row.from_id, row.to_id]).flatten().collect();
    let places = organisation::places(&ids, conn).await?;
    Ok(places.into_iter().map(|(id, (_, path))| (id, path)).collect())
}

/// Sends what is open around these organisations to whoever decides by the tree as it is now. What changes is told in the
/// timeline and the audit.
pub(crate) async fn reroute(write: &mut Write<'_>, at: &[Uuid]) -> Result<()> {
    let rows = concerned(at, true, write.conn()?).await?;
    let paths = paths(&rows, write.conn()?).await?;
    let committees = store::committees(&paths, None, write.conn()?).await?;
    let mut told = Vec::new();
    for row in &rows {
        let Some(turn) = turn(row, &committees) else { continue };
        let before = Turn {
            source: row.source_id,
            target: row.target_id,
            side: row.side().unwrap_or(turn.side),
            at: row.waits_at,
        };
        if turn == before {
            continue;
        }
        diesel::update(transfers::table.find(row.id))
            .set((
                (transfers::source_id.eq(turn.source), transfers::target_id.eq(turn.target)),
                (transfers::side.eq(turn.side.code()), transfers::waits_at.eq(turn.at)),
                transfers::status.eq(status(row, turn.side)),
                (transfers::version.eq(row.version + 1), transfers::updated_at.eq(write.cx.now())),
            ))
            .execute(write.conn()?)
            .await?;
        let names = organisation::names(&[before.at, turn.at].map(Option::unwrap_or_default), write.conn()?).await?;
        let named = |at: Option<Uuid>| at.and_then(|at| names.get(&at)).cloned().unwrap_or_default();
        if (turn.side, turn.at) != (before.side, before.at) {
            let note = format!("组织变更，原由{}办理", named(before.at));
            event(write, row.id, "rerouted", (&named(turn.at), &note)).await?;
        }
        let entry = Entry::new("transfer.rerouted", "transfer", row.id).note("name", row.name.clone());
        told.push(entry.note("organisation", named(turn.at)));
    }
    if told.is_empty() { Ok(()) } else { write.audit_all(told).await }
}

/// How a transfer stands after its turn went elsewhere: a letter that has run out does not come to life by that.
fn status(row: &Row, side: Side) -> &str {
    if row.side() == Some(side) { &row.status } else { rules::status(side).code() }
}

/// What would go to whom if the tree changed so, each open transfer in words.
pub(crate) async fn rerouted(at: &[Uuid], change: &Regrouping, conn: &mut Conn) -> Result<Vec<Rerouted>> {
    let rows = concerned(at, false, conn).await?;
    let paths = paths(&rows, conn).await?;
    let committees = store::committees(&paths, Some(change), conn).await?;
    let mut names: HashMap<Uuid, String> = committees.values().cloned().collect();
    let ends: Vec<Uuid> = rows.iter().flat_map(|row| [row.from_id, row.to_id, row.waits_at]).flatten().collect();
    names.extend(organisation::names(&ends, conn).await?);
    let path = |id: Option<Uuid>| id.and_then(|id| paths.get(&id)).map(String::as_str).unwrap_or_default();
    let told = |row: &Row| {
        let (from, to) = (path(row.from_id), path(row.to_id));
        let words = match (change.merged, turn(row, &committees)) {
            (true, _) if from == change.from && to == change.into => "党员调动因两个党支部合并而办结".to_owned(),
            (true, _) if to == change.from && from == change.into => "党员调动因两个党支部合并而撤回".to_owned(),
            (_, Some(turn)) => {
                // Whoever is merged hands over to the one that takes the place.
                let at = turn.at.filter(|at| !change.merged || path(Some(*at)) != change.from);
                let name = at.and_then(|at| names.get(&at)).map_or(change.into_name.as_str(), String::as_str);
                words(row, &turn, name, at == row.waits_at)
            }
            (_, None) => return None,
        };
        Some(Rerouted { kind: "transfer", words, id: row.id, name: row.name.clone() })
    };
    Ok(rows.iter().filter_map(told).collect())
}

/// To whom a transfer goes, in words.
fn words(row: &Row, turn: &Turn, name: &str, stays: bool) -> String {
    match (turn.side, stays && Some(turn.side) == row.side()) {
        (_, true) => format!("党员调动仍由{name}办理"),
        (Side::Starter, _) => format!("已退回的党员调动改由{name}重新提交"),
        (Side::Source, _) => format!("党员调动改由{name}审核转出"),
        (Side::TargetCommittee, _) => format!("党员调动改由{name}审核接收"),
        (Side::TargetBranch, _) => format!("党员调动改由{name}接收"),
        (Side::Receipt, _) => format!("介绍信已经开出，回执改由{name}登记，请告知接收方"),
    }
}
