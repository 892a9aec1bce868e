//! 资料变更申请: what a member wants changed of the own record, and an administrator approves or refuses. What is approved goes
//! through the same edit as the member form.

pub(crate) mod export;
mod fields;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, PersonId, RecordRequestId, Result, check};
use zhibu_tenancy::audit::Entry as Told;
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Conn, Write, identity, tenants};

pub use fields::RecordField;

use crate::member::{self, Entry, Place, rules};
use crate::organisation::{self, Reach};
use crate::schema::{branch_assignments, memberships, record_requests as requests};

crate::coded! {
    /// Where a request stands.
    RequestState {
        /// 待审核
        Waiting = "waiting",
        /// 已同意
        Approved = "approved",
        /// 已拒绝
        Refused = "refused",
        /// 已撤回
        Withdrawn = "withdrawn",
    }
}

impl RequestState {
    /// What users call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "待审核",
            Self::Approved => "已同意",
            Self::Refused => "已拒绝",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// A stored request.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Whose record.
    pub person_id: Uuid,
    /// The branch at that time.
    pub organisation_id: Uuid,
    state: String,
    changes: Vec<u8>,
    /// Why.
    pub reason: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Who decided.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// A field before, when it was asked for, and after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// As it was.
    pub before: Option<String>,
    /// As it is to be; nothing takes it away.
    pub after: Option<String>,
}

/// What is asked for.
pub type Changes = BTreeMap<RecordField, Change>;

impl Row {
    /// Where it stands.
    pub fn state(&self) -> RequestState {
        RequestState::from_code(&self.state).unwrap_or(RequestState::Withdrawn)
    }

    /// What is asked for.
    pub fn changes(&self, vault: &Vault) -> Result<Changes> {
        serde_json::from_slice(&vault.open(&self.changes)?).map_err(Error::bug)
    }
}

fn one(error: Error) -> Vec<Error> {
    vec![error]
}

/// Asks for changes of the caller's own record; every fault is told.
pub async fn ask(
    write: &mut Write<'_>,
    wanted: Vec<(RecordField, Option<String>)>,
    reason: &str,
) -> Result<RecordRequestId, Vec<Error>> {
    let reason = check::text("reason", "申请理由", reason, 2, 200).map_err(one)?;
    let by = identity::must_be_account(write.cx).map_err(one)?.clone();
    let vault = tenants::vault(&write.cx.app, by.tenant.id).await.map_err(one)?;
    let conn = write.conn().map_err(one)?;
    let entry = member::own(by.account, conn).await.map_err(one)?.ok_or_else(|| one(Error::missing()))?;
    let free = identity::hold_self_service(conn).await.map_err(one)?;
    let mut facts = member::facts(&entry);
    let mut changes = Changes::new();
    for (field, value) in wanted {
        if free.iter().any(|key| key == field.key()) {
            return Err(one(Error::refuse("FIELD_OPEN", "此项可以自行修改，不需要申请").at(field.key())));
        }
        let after = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let before = field.of(&entry, &vault).map_err(one)?;
        if before != after {
            field.put(&mut facts, after.clone(), write.cx.app.world.today()).map_err(one)?;
            changes.insert(field, Change { before, after });
        }
    }
    if changes.is_empty() {
        return Err(one(Error::refuse("NOTHING_CHANGED", "没有需要变更的内容")));
    }
    rules::accept(facts, write.cx.app.world.today(), by.tenant.demo)?;
    insert(write, &entry, &changes, &reason, &vault).await.map_err(one)
}

async fn insert(
    write: &mut Write<'_>,
    entry: &Entry,
    changes: &Changes,
    reason: &str,
    vault: &Vault,
) -> Result<RecordRequestId> {
    let id: RecordRequestId = write.cx.app.world.id();
    let keys: Vec<&str> = changes.keys().map(|field| field.key()).collect();
    diesel::insert_into(requests::table)
        .values((
            requests::id.eq(id.0),
            requests::person_id.eq(entry.person.id),
            requests::organisation_id.eq(entry.assignment.organisation_id),
            requests::state.eq("waiting"),
            requests::fields.eq(&keys),
            requests::changes.eq(vault.seal(&serde_json::to_vec(changes).map_err(Error::bug)?)?),
            requests::reason.eq(reason),
            requests::asked_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    let told = Told::new("record_request.asked", "record_request", id.0);
    write.audit(told.note("name", entry.person.name.clone()).note("fields", keys)).await?;
    Ok(id)
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("record_requests_waiting") => Error::refuse("REQUEST_WAITING", "您已有待审核的申请，请等待审核或先撤回"),
        _ => error,
    }
}

/// The caller's own requests, the latest first.
pub async fn own(person: Uuid, conn: &mut Conn) -> Result<Vec<Row>> {
    let own = requests::table.filter(requests::person_id.eq(person)).order(requests::id.desc()).limit(20);
    Ok(own.select(Row::as_select()).load(conn).await?)
}

type Boxed = requests::BoxedQuery<'static, Pg>;

async fn matching(reach: &Reach, state: Option<RequestState>, conn: &mut Conn) -> Result<Boxed> {
    let mut query = requests::table.into_boxed();
    if let Some(places) = organisation::part(reach, None, conn).await? {
        // Where the member is now decides, not where they asked.
        let here = memberships::table
            .inner_join(branch_assignments::table)
            .filter(memberships::until.is_null().and(branch_assignments::until.is_null()))
            .filter(branch_assignments::organisation_id.eq_any(places))
            .select(memberships::person_id);
        query = query.filter(requests::person_id.eq_any(here));
    }
    if let Some(state) = state {
        query = query.filter(requests::state.eq(state.code()));
    }
    Ok(query)
}

/// One page of the requests inside the reach, the latest first.
pub async fn list(reach: &Reach, state: Option<RequestState>, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let mut query = matching(reach, state, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(requests::id.lt(after));
    }
    let rows = query.order(requests::id.desc()).select(Row::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &Row| row.id))
}

/// How many there are.
pub async fn count(reach: &Reach, state: Option<RequestState>, conn: &mut Conn) -> Result<i64> {
    Ok(matching(reach, state, conn).await?.count().get_result(conn).await?)
}

/// One inside the reach, by where the member is now; outside looks like not there. `hold` locks it for the transaction.
pub async fn get(reach: &Reach, id: RecordRequestId, hold: bool, conn: &mut Conn) -> Result<(Row, Entry)> {
    let found = requests::table.find(id.0).select(Row::as_select());
    let row: Option<Row> =
        if hold { found.for_update().first(conn).await.optional()? } else { found.first(conn).await.optional()? };
    let of = row.as_ref().map(|row| row.person_id).unwrap_or_default();
    let entry = member::latest(reach, of.into(), conn).await?;
    row.map(|row| (row, entry)).ok_or_else(Error::missing)
}

async fn waiting(write: &mut Write<'_>, id: RecordRequestId) -> Result<(Row, Entry)> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let (row, entry) = get(&reach, id, true, write.conn()?).await?;
    if row.state() != RequestState::Waiting {
        return Err(Error::refuse("ALREADY_DECIDED", "该申请已处理"));
    }
    let own = write.cx.identity().is_ok_and(|identity| Some(identity.account.0) == entry.person.account_id);
    if own {
        return Err(Error::refuse("OWN_REQUEST", "不能审核本人的申请，请由其他管理员审核"));
    }
    Ok((row, entry))
}

async fn settle(write: &mut Write<'_>, id: Uuid, state: RequestState, refusal: Option<&str>) -> Result<()> {
    let by = write.cx.identity()?.clone();
    diesel::update(requests::table.find(id))
        .set((
            requests::state.eq(state.code()),
            requests::decided_by.eq(by.account.0),
            requests::decided_name.eq(&by.display_name),
            requests::decided_at.eq(write.cx.now()),
            requests::refusal.eq(refusal),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Approves a request, with the record as the administrator saw it at `version`: what was asked for goes through the edit of
/// the member form.
pub async fn approve(write: &mut Write<'_>, id: RecordRequestId, version: i32) -> Result<PersonId> {
    identity::must_be_account(write.cx)?;
    let (row, entry) = waiting(write, id).await?;
    if entry.person.left_at.is_some() {
        return Err(Error::refuse("MEMBER_LEFT", "该党员已移入历史库，不能变更资料"));
    }
    let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
    let vault = tenants::vault(&write.cx.app, tenant.id).await?;
    let mut facts = member::facts(&entry);
    let today = write.cx.app.world.today();
    let changes = row.changes(&vault)?;
    for (field, change) in &changes {
        field.put(&mut facts, change.after.clone(), today)?;
    }
    let facts = rules::accept(facts, today, tenant.demo).map_err(|mut faults| faults.swap_remove(0))?;
    let place =
        Place { branch: entry.assignment.organisation_id.into(), group: entry.assignment.group_id.map(Into::into) };
    let person = entry.person.id.into();
    member::update(write, person, version, place, &facts).await?;
    settle(write, row.id, RequestState::Approved, None).await?;
    let keys: Vec<&str> = changes.keys().map(|field| field.key()).collect();
    let told = Told::new("record_request.approved", "record_request", row.id);
    write.audit(told.note("name", entry.person.name).note("fields", keys)).await?;
    Ok(person)
}

/// Refuses a request.
pub async fn refuse(write: &mut Write<'_>, id: RecordRequestId, reason: &str) -> Result<()> {
    let reason = check::text("reason", "拒绝原因", reason, 2, 200)?;
    identity::must_be_account(write.cx)?;
    let (row, entry) = waiting(write, id).await?;
    settle(write, row.id, RequestState::Refused, Some(&reason)).await?;
    let told = Told::new("record_request.refused", "record_request", row.id);
    write.audit(told.note("name", entry.person.name).note("reason", reason)).await
}

/// Takes the own request back.
pub async fn withdraw(write: &mut Write<'_>, id: RecordRequestId) -> Result<()> {
    let by = identity::must_be_account(write.cx)?.account;
    let me = member::own(by, write.conn()?).await?.ok_or_else(Error::missing)?;
    let own = requests::table.find(id.0).filter(requests::person_id.eq(me.person.id)).select(Row::as_select());
    let row = own.for_update().first(write.conn()?).await.optional()?.ok_or_else(Error::missing)?;
    if row.state() != RequestState::Waiting {
        return Err(Error::refuse("ALREADY_DECIDED", "该申请已处理"));
    }
    settle(write, row.id, RequestState::Withdrawn, None).await?;
    let told = Told::new("record_request.withdrawn", "record_request", row.id);
    write.audit(told.note("name", me.person.name)).await
}

/// What is asked for in full, to somebody who says why; leaves an audit row.
pub async fn reveal(write: &mut Write<'_>, id: RecordRequestId, reason: &str) -> Result<Changes> {
    let reason = check::text("reason", "查看原因", reason, 2, 100)?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let (row, entry) = get(&reach, id, false, write.conn()?).await?;
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let changes = row.changes(&vault)?;
    write.audit(Told::new("member.revealed", "person", entry.person.id).note("reason", reason)).await?;
    Ok(changes)
}
