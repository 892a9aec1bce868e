//! Queries on transfers.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, LetterId, OrganisationId, Page, PageArgs, Result, TransferId, check};
use zhibu_directory::member::rules as names;
use zhibu_directory::organisation::{self, OrgType, Reach};
use zhibu_directory::schema::{organisations, people};
use zhibu_tenancy::holdings::Regrouping;
use zhibu_tenancy::{Conn, Cx, tenants};

use super::model::{CodeRow, EventRow, InboxRow, InboxState, LetterRow, Row, TransferKind, TransferStatus};
use crate::schema::{transfer_codes, transfer_events, transfer_inbox, transfer_letters, transfers};

/// Which transfers are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    pub search: Option<String>,
    /// That concern this organisation or what is below.
    pub under: Option<OrganisationId>,
    /// 调动类型
    pub kind: Option<TransferKind>,
    /// 状态
    pub status: Option<TransferStatus>,
    /// Open or ended.
    pub open: Option<bool>,
    /// That wait at one of these organisations for a decision; all of them when the inner value is none.
    pub waiting: Option<Option<Vec<Uuid>>>,
    /// Whose receipt has been missed since before this day.
    pub missed: Option<NaiveDate>,
    /// Started on this day or later.
    pub from: Option<NaiveDate>,
    /// Started on this day or earlier.
    pub to: Option<NaiveDate>,
}

type Boxed = transfers::BoxedQuery<'static, Pg>;
type Condition = Box<dyn BoxableExpression<transfers::table, Pg, SqlType = Nullable<Bool>>>;

/// Transfers that concern organisations: those that give, that receive, and the committees that decide.
fn concern(places: &[Uuid]) -> Condition {
    let places = || places.to_vec();
    let branches = transfers::from_id.eq_any(places()).or(transfers::to_id.eq_any(places()));
    Box::new(branches.or(transfers::source_id.eq_any(places())).or(transfers::target_id.eq_any(places())))
}

async fn matching(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let mut query = transfers::table.into_boxed();
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(concern(&places));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let number = check::id_number(text, cx.app.world.today(), true).ok();
        query = match (check::mobile(text), number) {
            (Some(mobile), _) => query.filter(transfers::mobile_index.eq(vault.blind(&mobile))),
            (None, Some(number)) => query.filter(transfers::id_index.eq(vault.blind(&number.text))),
            (None, None) => query.filter(transfers::search.contains(vec![names::search_key(text)])),
        };
    }
    if let Some(kind) = filter.kind {
        query = query.filter(transfers::kind.eq(kind.code()));
    }
    query = by_status(query, filter.status, cx.app.world.today());
    match filter.open {
        Some(true) => query = query.filter(transfers::closed_at.is_null()),
        Some(false) => query = query.filter(transfers::closed_at.is_not_null()),
        None => {}
    }
    if let Some(places) = &filter.waiting {
        query = query.filter(transfers::side.eq_any(["starter", "source", "target_committee", "target_branch"]));
        if let Some(places) = places {
            query = query.filter(transfers::waits_at.eq_any(places.clone()));
        }
    }
    if let Some(day) = filter.missed {
        query = query.filter(transfers::issued_on.le(day));
        query = query.filter(transfers::status.eq_any(["letter_issued", "expired"]));
    }
    let at = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc() - chrono::Duration::hours(8);
    if let Some(day) = filter.from {
        query = query.filter(transfers::created_at.ge(at(day)));
    }
    if let Some(day) = filter.to.and_then(|day| day.succ_opt()) {
        query = query.filter(transfers::created_at.lt(at(day)));
    }
    Ok(query)
}

/// What a list calls expired is so by the calendar, also before the job has written it down.
fn by_status(query: Boxed, status: Option<TransferStatus>, today: NaiveDate) -> Boxed {
    match status {
        Some(TransferStatus::Expired) => query
            .filter(transfers::status.eq_any(["letter_issued", "expired"]))
            .filter(transfers::valid_until.lt(today)),
        Some(TransferStatus::LetterIssued) => {
            query.filter(transfers::status.eq("letter_issued")).filter(transfers::valid_until.ge(today))
        }
        Some(status) => query.filter(transfers::status.eq(status.code())),
        None => query,
    }
}

/// One page of the transfers, the newest first.
pub async fn list(cx: &Cx, reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let mut query = matching(cx, reach, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some(id) = page.after::<Uuid>()? {
        query = query.filter(transfers::id.lt(id));
    }
    let rows = query.order(transfers::id.desc()).select(Row::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &Row| row.id))
}

/// How many match.
pub async fn count(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(cx, reach, filter, conn).await?.count().get_result(conn).await?)
}

/// One transfer that concerns the reach; others look like not there. `hold` locks it for the transaction.
pub async fn load(reach: &Reach, id: TransferId, hold: bool, conn: &mut Conn) -> Result<Row> {
    let found = transfers::table.find(id.0).select(Row::as_select());
    let row: Option<Row> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    // Of a transfer that is not there the organisation of nobody is looked for, so that no answer comes faster.
    let at: Vec<Uuid> = row.as_ref().map_or_else(|| vec![Uuid::nil()], places_of);
    let places = organisation::places(&at, conn).await?;
    let row = row.ok_or_else(Error::missing)?;
    if places.values().any(|(_, path)| reach.covers(path)) { Ok(row) } else { Err(Error::missing()) }
}

/// The organisations a transfer concerns.
pub fn places_of(row: &Row) -> Vec<Uuid> {
    [row.from_id, row.to_id, row.source_id, row.target_id, row.waits_at].into_iter().flatten().collect()
}

/// The path of an organisation, wherever it is.
pub async fn path(id: Uuid, conn: &mut Conn) -> Result<String> {
    let place = organisation::places(&[id], conn).await?.remove(&id);
    place.map(|(_, path)| path).ok_or_else(Error::missing)
}

/// An organisation as a receiving or giving one.
#[derive(Debug, Clone, Queryable)]
pub struct Organisation {
    /// Its id.
    pub id: Uuid,
    /// 组织简称
    pub short_name: String,
    /// Its place in the tree.
    pub path: String,
    /// 组织类别
    pub org_type: String,
    /// 组织状态
    pub status: String,
}

/// A branch anywhere in the tenant that takes members.
pub async fn branch(id: OrganisationId, field: &str, conn: &mut Conn) -> Result<Organisation> {
    let found: Option<Organisation> = organisations::table
        .find(id.0)
        .select((
            organisations::id,
            organisations::short_name,
            organisations::path,
            organisations::org_type,
            organisations::status,
        ))
        .first(conn)
        .await
        .optional()?;
    let row = found.ok_or_else(|| Error::invalid(field, "党支部不存在"))?;
    if !OrgType::from_code(&row.org_type).is_some_and(names::has_members) {
        return Err(Error::invalid(field, "请选择党支部，党委、总支、党小组不直接管理党员"));
    }
    if row.status != "active" {
        return Err(Error::invalid(field, "该党支部已撤销、合并或未启用"));
    }
    Ok(row)
}

/// The committee that decides for an organisation: the nearest above it or itself, else what stands at the top.
pub async fn committee(path: &str, conn: &mut Conn) -> Result<(Uuid, String)> {
    let here = HashMap::from([(Uuid::nil(), path.to_owned())]);
    committees(&here, None, conn).await?.remove(&Uuid::nil()).ok_or_else(Error::missing)
}

/// The committees that decide for organisations at these paths, by the tree as it is or as it would be after a change.
pub async fn committees(
    paths: &HashMap<Uuid, String>,
    change: Option<&Regrouping>,
    conn: &mut Conn,
) -> Result<HashMap<Uuid, (Uuid, String)>> {
    let lines: Vec<(Uuid, Vec<String>)> = paths.iter().map(|(id, path)| (*id, line(path, change))).collect();
    let all: Vec<&String> = lines.iter().flat_map(|(_, line)| line).collect();
    let rows: Vec<(String, Uuid, String, String)> = organisations::table
        .filter(organisations::path.eq_any(all))
        .select((organisations::path, organisations::id, organisations::short_name, organisations::org_type))
        .load(conn)
        .await?;
    let found: HashMap<String, (Uuid, String, String)> =
        rows.into_iter().map(|(path, id, name, kind)| (path, (id, name, kind))).collect();
    let committee = |kind: &str| ["party_committee", "work_committee", "provisional_committee"].contains(&kind);
    let nearest = |line: &[String]| {
        let mut stand = line.iter().filter_map(|path| found.get(path)).peekable();
        let top = stand.peek().copied();
        stand.rfind(|(.., kind)| committee(kind)).or(top).map(|(id, name, _)| (*id, name.clone()))
    };
    Ok(lines.into_iter().filter_map(|(id, line)| Some((id, nearest(&line)?))).collect())
}

/// What stands above a path, from the top down to itself.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').filter_map(|(at, _)| path.get(..at)).chain([path])
}

/// The same as it would be after a change.
fn line(path: &str, change: Option<&Regrouping>) -> Vec<String> {
    let moves = |change: &&Regrouping| path == change.from || path.starts_with(&format!("{}.", change.from));
    let Some(change) = change.filter(moves) else { return above(path).map(str::to_owned).collect() };
    let kept = |one: &&str| one.len() > change.from.len() || (one.len() == change.from.len() && !change.merged);
    above(&change.into).chain(above(path).filter(kept)).map(str::to_owned).collect()
}

/// Branches anywhere in the tenant whose name holds a text, each with the organisation above it.
pub async fn branches(search: &str, conn: &mut Conn) -> Result<Vec<(Uuid, String, String)>> {
    let above = diesel::alias!(organisations as above);
    let kinds = ["branch", "joint_branch", "provisional_branch", "mobile_branch"];
    let text = format!("%{}%", search.trim().replace(['\\', '%', '_'], ""));
    Ok(organisations::table
        .left_join(above.on(organisations::parent_id.eq(above.field(organisations::id).nullable())))
        .filter(organisations::org_type.eq_any(kinds).and(organisations::status.eq("active")))
        .filter(organisations::short_name.like(text))
        .order(organisations::path)
        .limit(30)
        .select((
            organisations::id,
            organisations::short_name,
            diesel::dsl::sql::<diesel::sql_types::Text>("coalesce(above.short_name, '')"),
        ))
        .load(conn)
        .await?)
}

/// What happened in a transfer, oldest first.
pub async fn events(id: Uuid, conn: &mut Conn) -> Result<Vec<EventRow>> {
    let found = transfer_events::table.filter(transfer_events::transfer_id.eq(id)).order(transfer_events::id);
    Ok(found.select(EventRow::as_select()).load(conn).await?)
}

/// The letters of a transfer, newest first.
pub async fn letters(id: Uuid, conn: &mut Conn) -> Result<Vec<LetterRow>> {
    let found = transfer_letters::table.filter(transfer_letters::transfer_id.eq(id)).order(transfer_letters::id.desc());
    Ok(found.select(LetterRow::as_select()).load(conn).await?)
}

/// A letter that was issued here.
pub async fn letter(id: Uuid, conn: &mut Conn) -> Result<Option<LetterRow>> {
    Ok(transfer_letters::table.find(id).select(LetterRow::as_select()).first(conn).await.optional()?)
}

/// Several of them, by their ids.
pub async fn letters_in_force(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, LetterRow>> {
    let found = transfer_letters::table.filter(transfer_letters::id.eq_any(ids.to_vec()));
    let found: Vec<LetterRow> = found.select(LetterRow::as_select()).load(conn).await?;
    Ok(found.into_iter().map(|letter| (letter.id, letter)).collect())
}

/// Address and telephone number that a committee gave in its last letter.
pub async fn letterhead(committee: Uuid, conn: &mut Conn) -> Result<Option<(String, String)>> {
    let last = transfer_letters::table
        .filter(transfer_letters::committee_id.eq(committee))
        .order((transfer_letters::year.desc(), transfer_letters::seq.desc()))
        .select((transfer_letters::address, transfer_letters::phone));
    Ok(last.first(conn).await.optional()?)
}

/// The next serial number of a committee in a year; whoever asks holds the committee's row.
pub async fn serial(committee: Uuid, year: i16, conn: &mut Conn) -> Result<i32> {
    organisations::table
        .find(committee)
        .select(organisations::id)
        .for_no_key_update()
        .first::<Uuid>(&mut *conn)
        .await?;
    let last: Option<i32> = transfer_letters::table
        .filter(transfer_letters::committee_id.eq(committee).and(transfer_letters::year.eq(year)))
        .select(diesel::dsl::max(transfer_letters::seq))
        .first(conn)
        .await?;
    Ok(last.unwrap_or_default() + 1)
}

/// The present member with this number.
pub async fn member_of(id_index: &[u8], conn: &mut Conn) -> Result<Option<Uuid>> {
    let found = people::table.filter(people::id_index.eq(id_index.to_vec()).and(people::left_at.is_null()));
    Ok(found.select(people::id).first(conn).await.optional()?)
}

/// Which of these people have a transfer under way that concerns the reach (转接中): the person and the transfer.
pub async fn transferring(reach: &Reach, ids: &[Uuid], conn: &mut Conn) -> Result<Vec<(Uuid, Uuid)>> {
    let open = transfers::person_id.eq_any(ids.to_vec()).and(transfers::closed_at.is_null());
    let found: Vec<Row> = transfers::table.filter(open).select(Row::as_select()).load(&mut *conn).await?;
    let at: Vec<Uuid> = found.iter().flat_map(places_of).collect();
    let places = organisation::places(&at, conn).await?;
    let concerns =
        |row: &Row| places_of(row).iter().filter_map(|id| places.get(id)).any(|(_, path)| reach.covers(path));
    let seen = found.iter().filter(|row| concerns(row));
    Ok(seen.filter_map(|row| row.person_id.map(|person| (person, row.id))).collect())
}

/// What wants attention, in numbers.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Summary {
    /// Letters that run out within a week.
    #[diesel(sql_type = BigInt)]
    pub expiring: i64,
    /// Letters that have run out.
    #[diesel(sql_type = BigInt)]
    pub expired: i64,
    /// Receipts missed for 30 days.
    #[diesel(sql_type = BigInt)]
    pub late: i64,
    /// Receipts missed for 90 days.
    #[diesel(sql_type = BigInt)]
    pub very_late: i64,
}

/// Letters that are out, by how urgent they are.
pub async fn summary(places: Option<Vec<Uuid>>, today: NaiveDate, conn: &mut Conn) -> Result<Summary> {
    let query = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE valid_until BETWEEN $2 AND $2 + 7) AS expiring, \
         count(*) FILTER (WHERE valid_until < $2) AS expired, \
         count(*) FILTER (WHERE issued_on <= $2 - 30 AND issued_on > $2 - 90) AS late, \
         count(*) FILTER (WHERE issued_on <= $2 - 90) AS very_late FROM own.transfers \
         WHERE status IN ('letter_issued', 'expired') AND closed_at IS NULL AND ($1 IS NULL OR source_id = ANY ($1) \
         OR from_id = ANY ($1))",
    );
    Ok(query.bind::<Nullable<Array<Id>>, _>(places).bind::<Date, _>(today).get_result(conn).await?)
}

/// Receiving codes of a reach, newest first.
pub async fn codes(reach: &Reach, conn: &mut Conn) -> Result<Vec<CodeRow>> {
    let mut query = transfer_codes::table.order(transfer_codes::id.desc()).limit(100).into_boxed();
    if let Some(places) = organisation::part(reach, None, conn).await? {
        query = query.filter(transfer_codes::organisation_id.eq_any(places));
    }
    Ok(query.select(CodeRow::as_select()).load(conn).await?)
}

/// Electronic letters of a reach, newest first.
pub async fn inbox(
    reach: &Reach,
    under: Option<OrganisationId>,
    state: Option<InboxState>,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<(Page<InboxRow>, i64)> {
    let places = organisation::part(reach, under, conn).await?;
    let query = || {
        let mut query = transfer_inbox::table.into_boxed::<Pg>();
        if let Some(places) = &places {
            query = query.filter(transfer_inbox::organisation_id.eq_any(places.clone()));
        }
        if let Some(state) = state {
            query = query.filter(transfer_inbox::state.eq(state.code()));
        }
        query
    };
    let total: i64 = query().count().get_result(&mut *conn).await?;
    let mut rows = query().limit(page.limit()).offset(page.offset());
    if let Some(id) = page.after::<Uuid>()? {
        rows = rows.filter(transfer_inbox::id.lt(id));
    }
    let rows = rows.order(transfer_inbox::id.desc()).select(InboxRow::as_select()).load(conn).await?;
    Ok((page.page(rows, |row: &InboxRow| row.id), total))
}

/// One electronic letter inside the reach. `hold` locks it for the transaction.
pub async fn inbox_one(reach: &Reach, id: LetterId, hold: bool, conn: &mut Conn) -> Result<InboxRow> {
    let found = transfer_inbox::table.find(id.0).select(InboxRow::as_select());
    let row: Option<InboxRow> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    let at = row.as_ref().map(|row| row.organisation_id).unwrap_or_default();
    let place = organisation::places(&[at], conn).await?.remove(&at);
    place.filter(|(_, path)| reach.covers(path)).ok_or_else(Error::missing)?;
    row.ok_or_else(Error::missing)
}

/// The electronic letter that a transfer came of.
pub async fn inbox_of(transfer: Uuid, conn: &mut Conn) -> Result<Option<InboxRow>> {
    let found = transfer_inbox::table.filter(transfer_inbox::transfer_id.eq(transfer));
    Ok(found.select(InboxRow::as_select()).first(conn).await.optional()?)
}

/// Short names of organisations.
pub async fn named(rows: &[Row], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    let at: Vec<Uuid> = rows.iter().flat_map(places_of).collect();
    organisation::names(&at, conn).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_3_2_3_what_stands_above_after_a_change() {
        let change = |merged| Regrouping {
            from: "001.002".into(),
            into: "001.003.001".into(),
            into_name: String::new(),
            merged,
        };
        for (path, change, expected) in [
            ("001.002.001", None, &["001", "001.002", "001.002.001"][..]),
            ("001.002.001", Some(change(false)), &["001", "001.003", "001.003.001", "001.002", "001.002.001"]),
            ("001.002", Some(change(false)), &["001", "001.003", "001.003.001", "001.002"]),
            ("001.002.001", Some(change(true)), &["001", "001.003", "001.003.001", "001.002.001"]),
            ("001.002", Some(change(true)), &["001", "001.003", "001.003.001"]),
            ("001.0021", Some(change(true)), &["001", "001.0021"]),
        ] {
            assert_eq!(line(path, change.as_ref()), expected, "{path} {change:?}");
        }
    }
}
