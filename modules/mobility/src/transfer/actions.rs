//! What is done with transfers: load, decide, write, in one transaction.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, PersonId, Result, TransferId, check, dictionary, mask};
use zhibu_directory::member::{self, EndReason, Facts, Mark, MembershipStatus, Place, rules as member_rules};
use zhibu_directory::organisation::{self, Reach};
use zhibu_directory::schema::people;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{self, Arrival, HandOver};
use zhibu_tenancy::{Cx, Write, letters, tenants};

use super::handshake;
use super::model::{Record, Row, TransferKind as Kind, TransferSide as Side, TransferStatus as Status};
use super::papers::{self, Code, LETTER, Letter};
use super::rules::{self, Agreed};
use super::store::{self, Organisation};
use crate::schema::{flows, transfer_codes, transfer_events, transfer_inbox, transfer_letters, transfers};
use crate::{TRANSFER_ACCEPT, TRANSFER_START, may};

/// A transfer within the tenant (系统内调动).
#[derive(Debug, Clone)]
pub struct Internal {
    /// Who.
    pub person: PersonId,
    /// 接收党支部
    pub to: OrganisationId,
    /// Dictionary `transfer_reason`.
    pub reason: String,
    /// 说明
    pub note: Option<String>,
    /// 党费交至
    pub dues_paid_to: Option<String>,
}

/// A transfer out of the tenant (调出系统外).
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Who.
    pub person: PersonId,
    /// 接收党组织; a receiving code says it by itself
    pub to_name: Option<String>,
    /// The receiving code, for an electronic letter.
    pub receiver: Option<String>,
    /// Dictionary `transfer_reason`.
    pub reason: String,
    /// 说明
    pub note: Option<String>,
    /// 党费交至
    pub dues_paid_to: Option<String>,
}

/// A transfer into the tenant by a letter on paper (系统外调入).
#[derive(Debug, Clone)]
pub struct Inbound {
    /// 接收党支部
    pub branch: OrganisationId,
    /// What the letter says of the member.
    pub facts: Facts,
    /// 转出党组织
    pub from_name: String,
    /// 介绍信编号
    pub letter_no: String,
    /// 开具日期
    pub issued_on: NaiveDate,
    /// 有效期（天）
    pub valid_days: i32,
    /// Dictionary `transfer_reason`.
    pub reason: String,
    /// 说明
    pub note: Option<String>,
    /// 党费交至
    pub dues_paid_to: Option<String>,
}

/// What whoever issues a letter adds.
#[derive(Debug, Clone)]
pub struct LetterForm {
    /// 有效期（天）
    pub valid_days: i32,
    /// 通讯地址
    pub address: String,
    /// 联系电话
    pub phone: String,
}

impl LetterForm {
    /// Checks and tidies it; every fault is told.
    fn accept(self, today: NaiveDate) -> Result<(Self, NaiveDate)> {
        let until = rules::valid_until(today, self.valid_days)?;
        let address = check::text("address", "通讯地址", &self.address, 2, 100)?;
        let phone = check::phone(&self.phone).ok_or_else(|| Error::invalid("phone", "联系电话格式不正确"))?;
        Ok((Self { address, phone, ..self }, until))
    }
}

/// A new transfer's row.
#[derive(Insertable)]
#[diesel(table_name = transfers)]
pub(super) struct New {
    pub(super) id: Uuid,
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) side: &'static str,
    pub(super) waits_at: Option<Uuid>,
    pub(super) person_id: Option<Uuid>,
    pub(super) name: String,
    pub(super) search: Vec<String>,
    pub(super) id_index: Vec<u8>,
    pub(super) mobile_index: Vec<u8>,
    pub(super) from_id: Option<Uuid>,
    pub(super) from_name: String,
    pub(super) to_id: Option<Uuid>,
    pub(super) to_name: String,
    pub(super) source_id: Option<Uuid>,
    pub(super) target_id: Option<Uuid>,
    pub(super) reason: String,
    pub(super) note: Option<String>,
    pub(super) dues_paid_to: Option<String>,
    pub(super) record: Option<Vec<u8>>,
    pub(super) receiver: Option<String>,
    pub(super) letter_no: Option<String>,
    pub(super) issued_on: Option<NaiveDate>,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) target_agreed: bool,
}

/// What a form says beside who and where to.
struct Words {
    reason: String,
    note: Option<String>,
    dues_paid_to: Option<String>,
}

fn words(reason: &str, note: Option<&str>, paid_to: Option<&str>, today: NaiveDate) -> Result<Words> {
    if !dictionary::has("transfer_reason", reason) {
        return Err(Error::invalid("reason", "请选择调动原因"));
    }
    let paid_to = paid_to.map(str::trim).filter(|text| !text.is_empty());
    Ok(Words {
        reason: reason.to_owned(),
        note: check::optional("note", "说明", note, 200)?,
        dues_paid_to: paid_to.map(|text| rules::month("duesPaidTo", text, today)).transpose()?,
    })
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("transfers_open") => Error::refuse("TRANSFER_OPEN", "该党员已有办理中的调动").at("person"),
        _ => error,
    }
}

/// The reach of a transaction that decides by the tree; nobody rebuilds that meanwhile. Everything here takes its locks in the
/// order of what moves members: the tree, the person, then what hangs on them.
pub(super) async fn reach(write: &mut Write<'_>) -> Result<Reach> {
    organisation::keep_tree(write).await?;
    Reach::of(&write.scope.clone(), write.conn()?).await
}

/// Holds the member of a transfer, before the transfer itself is held.
pub(super) async fn hold_member(write: &mut Write<'_>, id: TransferId) -> Result<()> {
    let of = transfers::table.find(id.0).select(transfers::person_id);
    let person: Option<Option<Uuid>> = of.first(write.conn()?).await.optional()?;
    // Nobody where there is none, so that no answer comes faster.
    member::locked(write, person.flatten().unwrap_or_default().into()).await
}

/// A transfer with its member, both held.
pub(super) async fn held(write: &mut Write<'_>, reach: &Reach, id: TransferId) -> Result<Row> {
    hold_member(write, id).await?;
    store::load(reach, id, true, write.conn()?).await
}

/// The branch and committee on one side of a transfer.
struct End {
    branch: Organisation,
    committee: (Uuid, String),
}

async fn end(write: &mut Write<'_>, branch: OrganisationId, field: &str) -> Result<End> {
    let branch = store::branch(branch, field, write.conn()?).await?;
    let committee = store::committee(&branch.path, write.conn()?).await?;
    Ok(End { branch, committee })
}

/// A member inside the reach who can be transferred, held for the transaction.
async fn leaving(write: &mut Write<'_>, id: PersonId) -> Result<member::Entry> {
    let reach = reach(write).await?;
    member::get(&reach, id, write.conn()?).await.map_err(|error| error.at("person"))?;
    let entry = member::hold(write, id).await?;
    if entry.membership.status == "suspended" {
        return Err(Error::refuse("MEMBER_SUSPENDED", "该党员已停止党籍，不能办理调动").at("person"));
    }
    Ok(entry)
}

/// A row of somebody who leaves, before it is said where to.
fn of_member(cx: &Cx, entry: &member::Entry, from: &Organisation, words: Words) -> New {
    let (person, now) = (&entry.person, cx.now());
    New {
        id: cx.app.world.id(),
        kind: Kind::Internal.code(),
        status: Status::TargetReview.code(),
        side: Side::TargetBranch.code(),
        waits_at: None,
        person_id: Some(person.id),
        name: person.name.clone(),
        search: member_rules::search_parts(&person.name),
        // Filled from the person's own columns below.
        id_index: Vec::new(),
        mobile_index: Vec::new(),
        from_id: Some(from.id),
        from_name: from.short_name.clone(),
        to_id: None,
        to_name: String::new(),
        source_id: None,
        target_id: None,
        reason: words.reason,
        note: words.note,
        dues_paid_to: words.dues_paid_to,
        record: None,
        receiver: None,
        letter_no: None,
        issued_on: None,
        valid_until: None,
        created_at: now,
        updated_at: now,
        target_agreed: false,
    }
}

/// Blind indexes of a number and a mobile number.
pub(super) async fn blinds(write: &Write<'_>, facts: &Facts) -> Result<(Vec<u8>, Vec<u8>)> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let blind = |text: &Option<String>| vault.blind(text.as_deref().unwrap_or_default());
    Ok((blind(&facts.id_number), blind(&facts.mobile)))
}

async fn opened(write: &Write<'_>, entry: &member::Entry) -> Result<Facts> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    member::in_the_open(entry, &vault)
}

/// Puts a new transfer down with its first event and audit row.
pub(super) async fn insert(write: &mut Write<'_>, new: New, at: &str) -> Result<TransferId> {
    let (id, name, kind) = (new.id, new.name.clone(), new.kind);
    let (from, to) = (new.from_name.clone(), new.to_name.clone());
    diesel::insert_into(transfers::table).values(new).execute(write.conn()?).await.map_err(taken)?;
    event(write, id, "started", (at, "")).await?;
    let label = dictionary::label("transfer_kind", kind).unwrap_or(kind);
    let entry = Entry::new("transfer.started", "transfer", id).note("name", name).note("kind", label);
    write.audit(entry.note("from", from).note("to", to)).await?;
    Ok(id.into())
}

/// Notes what happened, for the timeline.
pub(crate) async fn event(write: &mut Write<'_>, id: Uuid, what: &str, (at, note): (&str, &str)) -> Result<()> {
    let row = (
        transfer_events::id.eq(write.cx.app.world.id::<Uuid>()),
        transfer_events::transfer_id.eq(id),
        transfer_events::event.eq(what),
        transfer_events::organisation_name.eq(at),
        transfer_events::note.eq(note),
        transfer_events::account_name.eq(write.cx.actor()),
        transfer_events::created_at.eq(write.cx.now()),
    );
    diesel::insert_into(transfer_events::table).values(row).execute(write.conn()?).await?;
    Ok(())
}

/// Records the members who went with an organisation that was merged or split (整建制转接): each has a transfer that is done,
/// beside those that were started one by one.
pub(crate) async fn went_along(write: &mut Write<'_>, order: &HandOver) -> Result<()> {
    const TOGETHER: usize = 500;
    let names = organisation::names(&[order.from], write.conn()?).await?;
    let from_name = names.get(&order.from).cloned().unwrap_or_default();
    for some in order.moved.chunks(TOGETHER) {
        let found: Vec<(Uuid, String, Vec<u8>, Vec<u8>)> = people::table
            .filter(people::id.eq_any(some))
            .order(people::id)
            .select((people::id, people::name, people::id_index, people::mobile_index))
            .load(write.conn()?)
            .await?;
        let (app, now, by) = (write.cx.app.clone(), write.cx.now(), write.cx.actor());
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for (person, name, id_index, mobile_index) in found {
            let id = app.world.id::<Uuid>();
            events.push((
                transfer_events::id.eq(app.world.id::<Uuid>()),
                transfer_events::transfer_id.eq(id),
                transfer_events::event.eq("accepted"),
                transfer_events::organisation_name.eq(&order.to_name),
                transfer_events::note.eq("随组织变更整建制转接"),
                transfer_events::account_name.eq(by.clone()),
                transfer_events::created_at.eq(now),
            ));
            rows.push((
                (transfers::id.eq(id), transfers::kind.eq(Kind::Batch.code())),
                (transfers::status.eq(Status::Accepted.code()), transfers::person_id.eq(person)),
                (transfers::search.eq(member_rules::search_parts(&name)), transfers::name.eq(name)),
                (transfers::id_index.eq(id_index), transfers::mobile_index.eq(mobile_index)),
                (transfers::from_id.eq(order.from), transfers::from_name.eq(&from_name)),
                (transfers::to_id.eq(order.to), transfers::to_name.eq(&order.to_name)),
                transfers::reason.eq("unit_change"),
                (transfers::created_at.eq(now), transfers::updated_at.eq(now), transfers::closed_at.eq(now)),
            ));
        }
        diesel::insert_into(transfers::table).values(rows).execute(write.conn()?).await?;
        diesel::insert_into(transfer_events::table).values(events).execute(write.conn()?).await?;
    }
    Ok(())
}

/// Starts a transfer within the tenant (PC-3.2.3).
pub async fn start_internal(cx: &Cx, form: Internal) -> Result<TransferId> {
    may(cx, TRANSFER_START)?;
    let today = cx.app.world.today();
    let said = words(&form.reason, form.note.as_deref(), form.dues_paid_to.as_deref(), today)?;
    let mut write = cx.write(TRANSFER_START).await?;
    let entry = leaving(&mut write, form.person).await?;
    let from = end(&mut write, entry.assignment.organisation_id.into(), "person").await?;
    let to = end(&mut write, form.to, "to").await?;
    if from.branch.id == to.branch.id {
        return Err(Error::invalid("to", "该党员已在所选党支部"));
    }
    let same = from.committee.0 == to.committee.0;
    let side = rules::due(Kind::Internal, same, Agreed::default());
    let (id_index, mobile_index) = blinds(&write, &opened(&write, &entry).await?).await?;
    let new = New {
        side: side.code(),
        status: rules::status(side).code(),
        waits_at: Some(if same { to.branch.id } else { from.committee.0 }),
        id_index,
        mobile_index,
        to_id: Some(to.branch.id),
        to_name: to.branch.short_name,
        source_id: Some(from.committee.0),
        target_id: Some(to.committee.0),
        ..of_member(cx, &entry, &from.branch, said)
    };
    let id = insert(&mut write, new, &from.branch.short_name).await?;
    write.commit().await?;
    Ok(id)
}

/// Starts a transfer out of the tenant (PC-3.2.3).
pub async fn start_outbound(cx: &Cx, form: Outbound) -> Result<TransferId> {
    may(cx, TRANSFER_START)?;
    let today = cx.app.world.today();
    let said = words(&form.reason, form.note.as_deref(), form.dues_paid_to.as_deref(), today)?;
    let (to_name, receiver) = receiving(cx, form.to_name.as_deref(), form.receiver.as_deref())?;
    let mut write = cx.write(TRANSFER_START).await?;
    let entry = leaving(&mut write, form.person).await?;
    let from = end(&mut write, entry.assignment.organisation_id.into(), "person").await?;
    let (id_index, mobile_index) = blinds(&write, &opened(&write, &entry).await?).await?;
    let new = New {
        kind: Kind::Outbound.code(),
        side: Side::Source.code(),
        status: Status::SourceReview.code(),
        waits_at: Some(from.committee.0),
        id_index,
        mobile_index,
        to_name,
        source_id: Some(from.committee.0),
        receiver,
        ..of_member(cx, &entry, &from.branch, said)
    };
    let id = insert(&mut write, new, &from.branch.short_name).await?;
    write.commit().await?;
    Ok(id)
}

/// Who receives: by a name, or by the code that they have given.
fn receiving(cx: &Cx, name: Option<&str>, code: Option<&str>) -> Result<(String, Option<String>)> {
    let Some(text) = code.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok((check::text("toName", "接收党组织", name.unwrap_or_default(), 2, 100)?, None));
    };
    let code = papers::code(text, cx.app.world.today())?.body;
    if code.tenant == cx.tenant()?.0 {
        return Err(Error::refuse("CODE_OWN", "这是本系统出具的接收码，请改用系统内调动").at("receiver"));
    }
    let text = text.split_whitespace().collect();
    let name = if code.organisation_name == code.tenant_name {
        code.organisation_name
    } else {
        format!("{}（{}）", code.organisation_name, code.tenant_name)
    };
    Ok((name, Some(text)))
}

/// Starts a transfer into the tenant from a letter on paper (PC-3.2.3). The facts were checked as a form's.
pub async fn start_inbound(cx: &Cx, form: Inbound) -> Result<TransferId> {
    may(cx, TRANSFER_START)?;
    let today = cx.app.world.today();
    let said = words(&form.reason, form.note.as_deref(), form.dues_paid_to.as_deref(), today)?;
    let from_name = check::text("fromName", "转出党组织", &form.from_name, 2, 100)?;
    let letter_no = check::text("letterNo", "介绍信编号", &form.letter_no, 1, 40)?;
    check::day("issuedOn", form.issued_on)?;
    if form.issued_on > today {
        return Err(Error::invalid("issuedOn", "开具日期不能晚于今天"));
    }
    let until = rules::valid_until(form.issued_on, form.valid_days)?;
    if rules::expired(until, today) {
        return Err(letter_expired().at("issuedOn"));
    }
    let mut write = cx.write(TRANSFER_START).await?;
    let reach = reach(&mut write).await?;
    let to = end(&mut write, form.branch, "branch").await?;
    if !reach.covers(&to.branch.path) {
        return Err(Error::invalid("branch", "党支部不存在或无权限"));
    }
    let new = arriving(&mut write, form.facts, &to.branch, to.committee.0, said).await?;
    let new = New {
        side: Side::TargetCommittee.code(),
        waits_at: Some(to.committee.0),
        from_name,
        letter_no: Some(letter_no),
        issued_on: Some(form.issued_on),
        valid_until: Some(until),
        ..new
    };
    let id = insert(&mut write, new, &to.branch.short_name).await?;
    write.commit().await?;
    Ok(id)
}

/// A row of somebody who comes by an electronic letter; the committee has looked at it.
pub(super) async fn from_letter(write: &mut Write<'_>, record: &Record, branch: OrganisationId) -> Result<New> {
    let today = write.cx.app.world.today();
    let demo = tenants::info(&write.cx.app, write.cx.tenant()?).await?.demo;
    let mut facts = member_rules::accept(record.whole(), today, demo).map_err(first)?;
    facts.status = MembershipStatus::Normal;
    let to = end(write, branch, "branch").await?;
    let reach = reach(write).await?;
    if !reach.covers(&to.branch.path) {
        return Err(Error::invalid("branch", "党支部不存在或无权限"));
    }
    let known = dictionary::has("transfer_reason", &record.reason);
    let reason = if known { record.reason.clone() } else { "other".to_owned() };
    let said = words(&reason, None, record.dues_paid_to.as_deref(), today)?;
    // What was checked is what is kept: its text agrees with what it is found by.
    let kept = with_secrets(Record { facts: facts.clone(), reason, ..record.clone() });
    let new = arriving(write, facts, &to.branch, to.committee.0, said).await?;
    let sealed = Some(seal(write, &kept).await?);
    let (side, waits_at) = (Side::TargetBranch.code(), Some(to.branch.id));
    Ok(New { side, waits_at, record: sealed, target_agreed: true, ..new })
}

fn first(faults: Vec<Error>) -> Error {
    faults.into_iter().next().unwrap_or_else(|| Error::bug("no fault"))
}

async fn arriving(write: &mut Write<'_>, facts: Facts, to: &Organisation, committee: Uuid, said: Words) -> Result<New> {
    let (id_index, mobile_index) = blinds(write, &facts).await?;
    not_here(write, &id_index).await?;
    let now = write.cx.now();
    let record = Record {
        id_number: facts.id_number.clone().ok_or_else(|| Error::invalid("idNumber", "公民身份号码不能为空"))?,
        mobile: facts.mobile.clone().ok_or_else(|| Error::invalid("mobile", "手机号不能为空"))?,
        landline: facts.landline.clone(),
        home_address: facts.home_address.clone(),
        branch: String::new(),
        to: to.short_name.clone(),
        reason: said.reason.clone(),
        dues_paid_to: said.dues_paid_to.clone(),
        address: String::new(),
        phone: String::new(),
        along: Vec::new(),
        facts,
    };
    Ok(New {
        id: write.cx.app.world.id(),
        kind: Kind::Inbound.code(),
        status: Status::TargetReview.code(),
        side: Side::TargetCommittee.code(),
        waits_at: Some(committee),
        person_id: None,
        name: record.facts.name.clone(),
        search: member_rules::search_parts(&record.facts.name),
        id_index,
        mobile_index,
        from_id: None,
        from_name: String::new(),
        to_id: Some(to.id),
        to_name: to.short_name.clone(),
        source_id: None,
        target_id: Some(committee),
        reason: said.reason,
        note: said.note,
        dues_paid_to: said.dues_paid_to,
        record: Some(seal(write, &record).await?),
        receiver: None,
        letter_no: None,
        issued_on: None,
        valid_until: None,
        created_at: now,
        updated_at: now,
        target_agreed: false,
    })
}

async fn not_here(write: &mut Write<'_>, id_index: &[u8]) -> Result<()> {
    match store::member_of(id_index, write.conn()?).await? {
        Some(_) => Err(Error::invalid("idNumber", "该公民身份号码的人员已是本系统党员")),
        None => Ok(()),
    }
}

/// Seals what a letter says under the tenant's key.
pub(super) async fn seal(write: &Write<'_>, record: &Record) -> Result<Vec<u8>> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    vault.seal_for(b"letter", &serde_json::to_vec(record).map_err(Error::bug)?)
}

/// Opens it again; of somebody who was removed for ever there is nothing to open.
pub async fn record_of(cx: &Cx, sealed: &[u8]) -> Result<Record> {
    if sealed.is_empty() {
        return Err(Error::refuse("LETTER_ERASED", "该党员的资料已彻底删除，介绍信内容不再保存"));
    }
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    serde_json::from_slice(&vault.open_for(b"letter", sealed)?).map_err(Error::bug)
}

pub(super) fn letter_expired() -> Error {
    Error::refuse("LETTER_EXPIRED", "介绍信已超过有效期，请转出方重新开具")
}

/// A transfer as it was at `version`, held, where the reach covers the organisation whose turn it is.
async fn turn(write: &mut Write<'_>, id: TransferId, version: i32) -> Result<(Row, Side, String)> {
    let reach = reach(write).await?;
    let row = held(write, &reach, id).await?;
    if row.version != version {
        return Err(Error::conflict());
    }
    let (Some(side), Some(at)) = (row.side(), row.waits_at) else {
        return Err(Error::refuse("TRANSFER_CLOSED", "该调动已办结"));
    };
    let place = organisation::places(&[at], write.conn()?).await?.remove(&at).ok_or_else(Error::missing)?;
    if !reach.covers(&place.1) {
        return Err(Error::refuse("NOT_YOUR_TURN", format!("该调动正由{}办理，您不能代为处理", place.0)));
    }
    Ok((row, side, place.0))
}

/// Notes that a transfer has gone on.
async fn go_on(write: &mut Write<'_>, row: &Row, side: Side, agreed: Agreed) -> Result<()> {
    diesel::update(transfers::table.find(row.id))
        .set((
            (transfers::side.eq(side.code()), transfers::waits_at.eq(row.place(side))),
            (transfers::source_agreed.eq(agreed.source), transfers::target_agreed.eq(agreed.target)),
            transfers::status.eq(rules::status(side).code()),
            transfers::version.eq(row.version + 1),
            transfers::updated_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Notes that a transfer has ended.
pub(super) async fn close(write: &mut Write<'_>, row: &Row, status: Status, person: Option<Uuid>) -> Result<()> {
    let now = write.cx.now();
    diesel::update(transfers::table.find(row.id))
        .set((
            transfers::side.eq(None::<String>),
            transfers::waits_at.eq(None::<Uuid>),
            transfers::status.eq(status.code()),
            transfers::person_id.eq(person),
            transfers::version.eq(row.version + 1),
            transfers::updated_at.eq(now),
            transfers::closed_at.eq(now),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Agrees for the organisation whose turn it is: the next one decides, a letter is issued, or the member is taken in.
pub async fn approve(cx: &Cx, id: TransferId, version: i32, note: &str, letter: Option<LetterForm>) -> Result<()> {
    may(cx, TRANSFER_ACCEPT)?;
    let note = check::text("note", "意见", note, 0, 200)?;
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let (row, side, at) = turn(&mut write, id, version).await?;
    let today = cx.app.world.today();
    if matches!(side, Side::Starter | Side::Receipt) {
        return Err(Error::refuse("NOT_TO_APPROVE", "该调动当前不需要审核"));
    }
    if row.kind() == Kind::Inbound && row.valid_until.is_some_and(|day| rules::expired(day, today)) {
        return Err(letter_expired());
    }
    event(&mut write, row.id, if side == Side::TargetBranch { "accepted" } else { "approved" }, (&at, &note)).await?;
    if side == Side::TargetBranch {
        Box::pin(take_in(&mut write, &row, &at)).await?;
        return write.commit().await;
    }
    let agreed = row.agreed().with(side);
    let next = rules::due(row.kind(), row.within_one(), agreed);
    if next == Side::Receipt {
        let form = letter.ok_or_else(|| Error::invalid("validDays", "请填写介绍信的有效期、地址和电话"))?;
        issue(&mut write, &row, form).await?;
    } else {
        go_on(&mut write, &row, next, agreed).await?;
        let entry = Entry::new("transfer.approved", "transfer", row.id).note("name", row.name.clone());
        write.audit(entry.note("organisation", at)).await?;
    }
    write.commit().await
}

/// The receiving branch takes the member in.
async fn take_in(write: &mut Write<'_>, row: &Row, at: &str) -> Result<()> {
    let to = row.to_id.ok_or_else(|| Error::bug("a transfer without a branch"))?;
    store::branch(to.into(), "to", write.conn()?).await?;
    let person = match row.person_id {
        Some(person) => {
            let now = still_there(write, row, person).await?.assignment.organisation_id;
            // Closed first: what is handed over must not find it open.
            close(write, row, Status::Accepted, Some(person)).await?;
            let (_, there) = Box::pin(member::relocate(write, person.into(), to.into())).await?;
            if convert_flows(write, person).await? {
                member::mark(write, person.into(), Mark::Floating(None)).await?;
            }
            let order = HandOver { from: now, to, to_name: there, people: Some(vec![person]), moved: Vec::new() };
            holdings::hand_over(write, &order).await?;
            person
        }
        None => {
            let sealed = row.record.as_deref().ok_or_else(|| Error::bug("a transfer without a record"))?;
            let record = record_of(write.cx, sealed).await?;
            not_here(write, &blinds(write, &record.whole()).await?.0).await?;
            let place = Place { branch: to.into(), group: None };
            let person = member::create(write, place, &record.whole()).await?.0;
            close(write, row, Status::Accepted, Some(person)).await?;
            holdings::arrive(write, &Arrival { person, from: row.from_name.clone() }, &record.along).await?;
            handshake::answer(write, row.id, (true, at, "")).await?;
            person
        }
    };
    let entry = Entry::new("transfer.accepted", "transfer", row.id).note("name", row.name.clone());
    write.audit(entry.note("organisation", at).note("person", person.to_string())).await
}

/// The member whom a transfer is about, where it was started and in good standing, held for the transaction.
async fn still_there(write: &mut Write<'_>, row: &Row, person: Uuid) -> Result<member::Entry> {
    let entry = member::hold(write, person.into()).await.map_err(or_gone)?;
    if Some(entry.assignment.organisation_id) != row.from_id {
        return Err(Error::refuse("MEMBER_MOVED", "该党员已不在转出党支部，请撤回后重新办理"));
    }
    if entry.membership.status == "suspended" {
        return Err(Error::refuse("MEMBER_SUSPENDED", "该党员已停止党籍，不能办理调动"));
    }
    Ok(entry)
}

/// Of somebody who is not there it is told what to do; anything else is told as it is.
fn or_gone(error: Error) -> Error {
    if error.code == "NOT_FOUND" { gone() } else { error }
}

fn gone() -> Error {
    Error::refuse("MEMBER_GONE", "该党员已不在本系统，请撤回该调动")
}

/// 流动 ends when the membership itself has moved; true when somebody floated.
async fn convert_flows(write: &mut Write<'_>, person: Uuid) -> Result<bool> {
    let (now, today) = (write.cx.now(), write.cx.app.world.today());
    let open = flows::person_id.eq(person).and(flows::closed_at.is_null());
    let ended: Vec<Uuid> = diesel::update(flows::table.filter(open))
        .set((
            flows::status.eq("converted"),
            flows::ended_on.eq(today),
            flows::closed_at.eq(now),
            flows::updated_at.eq(now),
            flows::version.eq(flows::version + 1),
        ))
        .returning(flows::id)
        .get_results(write.conn()?)
        .await?;
    let told = |id: Uuid| Entry::new("flow.converted", "flow", id);
    if ended.is_empty() {
        return Ok(false);
    }
    write.audit_all(ended.into_iter().map(told).collect()).await?;
    Ok(true)
}

/// Issues a letter of introduction with the next number of the committee.
async fn issue(write: &mut Write<'_>, row: &Row, form: LetterForm) -> Result<()> {
    let cx = write.cx;
    let today = cx.app.world.today();
    let (form, until) = form.accept(today)?;
    let code = row.receiver.as_deref().map(|text| papers::code(text, today)).transpose()?.map(|code| code.body);
    // After the last day of its code nobody can open the letter.
    let until = code.as_ref().map_or(until, |code| until.min(code.expires_on));
    let (Some(person), Some(committee)) = (row.person_id, row.source_id) else { return Err(gone()) };
    let entry = still_there(write, row, person).await?;
    let record = Record {
        facts: opened(write, &entry).await?,
        id_number: String::new(),
        mobile: String::new(),
        landline: None,
        home_address: None,
        branch: row.from_name.clone(),
        to: row.to_name.clone(),
        reason: row.reason.clone(),
        dues_paid_to: row.dues_paid_to.clone(),
        address: form.address.clone(),
        phone: form.phone.clone(),
        along: holdings::goes_along(cx, person, write.conn()?).await?,
    };
    let record = with_secrets(record);
    let names = organisation::names(&[committee], write.conn()?).await?;
    let name = names.get(&committee).cloned().unwrap_or_default();
    let year = i16::try_from(today.year()).map_err(Error::bug)?;
    let seq = store::serial(committee, year, write.conn()?).await?;
    let (id, number) = (cx.app.world.id::<Uuid>(), format!("{year}-{seq:04}"));
    let letter = Letter {
        id,
        number: number.clone(),
        code: Uuid::nil(),
        tenant: Uuid::nil(),
        from_tenant: cx.tenant()?.0,
        from_name: name.clone(),
        issued_on: today,
        valid_until: until,
        sealed: String::new(),
    };
    let document = code.map(|code| electronic(cx, &code, letter, &record)).transpose()?;
    diesel::insert_into(transfer_letters::table)
        .values((
            transfer_letters::id.eq(id),
            transfer_letters::transfer_id.eq(row.id),
            transfer_letters::committee_id.eq(committee),
            transfer_letters::committee_name.eq(&name),
            transfer_letters::year.eq(year),
            transfer_letters::seq.eq(seq),
            transfer_letters::number.eq(&number),
            transfer_letters::issued_on.eq(today),
            transfer_letters::valid_until.eq(until),
            transfer_letters::issuer.eq(cx.actor()),
            transfer_letters::address.eq(&form.address),
            transfer_letters::phone.eq(&form.phone),
            transfer_letters::record.eq(seal(write, &record).await?),
            transfer_letters::document.eq(&document),
        ))
        .execute(write.conn()?)
        .await?;
    go_on(write, row, Side::Receipt, row.agreed().with(Side::Source)).await?;
    diesel::update(transfers::table.find(row.id))
        .set((
            transfers::letter_id.eq(id),
            transfers::letter_no.eq(&number),
            transfers::issued_on.eq(today),
            transfers::valid_until.eq(until),
        ))
        .execute(write.conn()?)
        .await?;
    event(write, row.id, "letter_issued", (&name, &number)).await?;
    if document.is_some() {
        write.enqueue(&handshake::Deliver { letter: id }).await?;
    }
    let entry = Entry::new("transfer.letter_issued", "transfer", row.id).note("name", row.name.clone());
    write.audit(entry.note("letterNo", number).note("validUntil", until.to_string())).await
}

/// The record with what is sensitive beside the facts, which leave it out when they are written down.
fn with_secrets(record: Record) -> Record {
    let facts = &record.facts;
    Record {
        id_number: facts.id_number.clone().unwrap_or_default(),
        mobile: facts.mobile.clone().unwrap_or_default(),
        landline: facts.landline.clone(),
        home_address: facts.home_address.clone(),
        ..record
    }
}

/// The signed and sealed text of a letter for whoever gave the receiving code.
fn electronic(cx: &Cx, code: &Code, mut letter: Letter, record: &Record) -> Result<String> {
    let signer = letters::own_key(&cx.app)?;
    letter.code = code.id;
    letter.tenant = code.tenant;
    letter.seal(code, &signer, record)?;
    letters::sign(&cx.app, LETTER, &letter)
}

/// Sends a transfer back to whoever started it, with a reason; three times at most.
pub async fn send_back(cx: &Cx, id: TransferId, version: i32, reason: &str) -> Result<()> {
    may(cx, TRANSFER_ACCEPT)?;
    let reason = check::text("reason", "退回原因", reason, 2, 200)?;
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let (row, side, at) = turn(&mut write, id, version).await?;
    if matches!(side, Side::Starter | Side::Receipt) {
        return Err(Error::refuse("NOT_TO_APPROVE", "该调动当前不需要审核"));
    }
    if row.returns >= rules::MOST_RETURNS {
        return Err(Error::refuse("RETURNS_SPENT", "该调动已退回3次，请予以接收，或由共同的上级党组织决定"));
    }
    back(&mut write, &row, (&at, &reason)).await?;
    write.commit().await
}

/// The same within a transaction, however often it was.
pub(super) async fn back(write: &mut Write<'_>, row: &Row, (at, reason): (&str, &str)) -> Result<()> {
    event(write, row.id, "returned", (at, reason)).await?;
    go_on(write, row, Side::Starter, Agreed::default()).await?;
    diesel::update(transfers::table.find(row.id))
        .set(transfers::returns.eq(row.returns + 1))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("transfer.returned", "transfer", row.id).note("name", row.name.clone());
    write.audit(entry.note("organisation", at).note("reason", reason)).await
}

/// Sends a transfer on again after it was returned, corrected.
pub async fn resubmit(
    cx: &Cx,
    id: TransferId,
    version: i32,
    (to, receiver, paid_to): (Option<OrganisationId>, Option<String>, Option<String>),
    note: &str,
) -> Result<()> {
    may(cx, TRANSFER_START)?;
    let note = check::text("note", "修改说明", note, 2, 200)?;
    let today = cx.app.world.today();
    let paid_to = paid_to.filter(|text| !text.trim().is_empty());
    let paid_to = paid_to.map(|text| rules::month("duesPaidTo", &text, today)).transpose()?;
    let mut write = cx.write(TRANSFER_START).await?;
    let (mut row, side, at) = turn(&mut write, id, version).await?;
    if side != Side::Starter {
        return Err(Error::refuse("NOT_RETURNED", "该调动没有被退回，不需要重新提交"));
    }
    if row.kind() == Kind::Internal
        && let Some(to) = to
    {
        let to = end(&mut write, to, "to").await?;
        if row.from_id == Some(to.branch.id) {
            return Err(Error::invalid("to", "该党员已在所选党支部"));
        }
        (row.to_id, row.to_name, row.target_id) = (Some(to.branch.id), to.branch.short_name, Some(to.committee.0));
    }
    if row.kind() == Kind::Outbound && receiver.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        (row.to_name, row.receiver) = receiving(cx, None, receiver.as_deref())?;
    }
    let next = rules::due(row.kind(), row.within_one(), Agreed::default());
    diesel::update(transfers::table.find(row.id))
        .set((
            transfers::to_id.eq(row.to_id),
            transfers::to_name.eq(&row.to_name),
            transfers::target_id.eq(row.target_id),
            transfers::receiver.eq(&row.receiver),
            transfers::dues_paid_to.eq(paid_to.or_else(|| row.dues_paid_to.clone())),
        ))
        .execute(write.conn()?)
        .await?;
    event(&mut write, row.id, "resubmitted", (&at, &note)).await?;
    go_on(&mut write, &row, next, Agreed::default()).await?;
    let entry = Entry::new("transfer.resubmitted", "transfer", row.id).note("name", row.name.clone());
    write.audit(entry.note("to", row.to_name.clone()).note("note", note)).await?;
    write.commit().await
}

/// Takes a transfer back, with a reason: whoever started it, before it is done. An electronic letter that is out cannot be
/// taken back while it is valid.
pub async fn withdraw(cx: &Cx, id: TransferId, version: i32, reason: &str) -> Result<()> {
    may(cx, TRANSFER_START)?;
    let reason = check::text("reason", "撤回原因", reason, 2, 200)?;
    let mut write = cx.write(TRANSFER_START).await?;
    let reach = reach(&mut write).await?;
    let row = held(&mut write, &reach, id).await?;
    if row.version != version {
        return Err(Error::conflict());
    }
    if row.closed_at.is_some() {
        return Err(Error::refuse("TRANSFER_CLOSED", "该调动已办结"));
    }
    let starter = row.starter().ok_or_else(Error::missing)?;
    let place = organisation::places(&[starter], write.conn()?).await?.remove(&starter).ok_or_else(Error::missing)?;
    if !reach.covers(&place.1) {
        return Err(Error::refuse("NOT_YOURS", "只有发起方可以撤回该调动"));
    }
    let out = row.status_on(cx.app.world.today()) == Status::LetterIssued;
    if out && row.receiver.is_some() {
        return Err(Error::refuse("LETTER_OUT", "电子介绍信已送达对方，有效期内不能撤回；如有需要请联系对方拒收"));
    }
    let arrived = store::inbox_of(row.id, write.conn()?).await?;
    if arrived.is_some() {
        diesel::update(transfer_inbox::table.filter(transfer_inbox::transfer_id.eq(row.id)))
            .set((transfer_inbox::transfer_id.eq(None::<Uuid>), transfer_inbox::state.eq("waiting")))
            .execute(write.conn()?)
            .await?;
    }
    close(&mut write, &row, Status::Withdrawn, row.person_id).await?;
    event(&mut write, row.id, "withdrawn", (&place.0, &reason)).await?;
    let entry = Entry::new("transfer.withdrawn", "transfer", row.id).note("name", row.name.clone());
    write.audit(entry.note("reason", reason)).await?;
    write.commit().await
}

/// Issues another letter for one that has run out, with a reason.
pub async fn reissue(
    cx: &Cx,
    id: TransferId,
    version: i32,
    (reason, receiver): (&str, Option<String>),
    form: LetterForm,
) -> Result<()> {
    may(cx, TRANSFER_ACCEPT)?;
    let reason = check::text("reason", "重开原因", reason, 2, 200)?;
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let (mut row, side, at) = turn(&mut write, id, version).await?;
    if side != Side::Receipt || row.status_on(cx.app.world.today()) != Status::Expired {
        return Err(Error::refuse("LETTER_VALID", "介绍信还在有效期内，不需要重开"));
    }
    // The code that the first letter was sealed for may have run out with it.
    if receiver.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        (row.to_name, row.receiver) = receiving(cx, None, receiver.as_deref())?;
        diesel::update(transfers::table.find(row.id))
            .set((transfers::to_name.eq(&row.to_name), transfers::receiver.eq(&row.receiver)))
            .execute(write.conn()?)
            .await?;
    }
    event(&mut write, row.id, "reissued", (&at, &reason)).await?;
    issue(&mut write, &row, form).await?;
    write.commit().await
}

/// Files a receipt on paper: the membership ends here. Of an electronic letter the signed receipt is expected; whoever
/// files paper in its place says why.
pub async fn file_receipt(
    cx: &Cx,
    id: TransferId,
    version: i32,
    (on, number, note): (NaiveDate, &str, &str),
) -> Result<()> {
    may(cx, TRANSFER_ACCEPT)?;
    let number = check::text("receiptNo", "回执编号", number, 1, 40)?;
    let note = check::text("note", "说明", note, 0, 150)?;
    check::day("receivedOn", on)?;
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let (row, side, at) = turn(&mut write, id, version).await?;
    let (Side::Receipt, Some(letter), Some(issued)) = (side, row.letter_id, row.issued_on) else {
        return Err(Error::refuse("NO_LETTER", "该调动还没有开具介绍信"));
    };
    if on < issued || on > cx.app.world.today() {
        return Err(Error::invalid("receivedOn", "回执日期应在介绍信开具之后，且不晚于今天"));
    }
    if row.valid_until.is_some_and(|day| rules::expired(day, on)) {
        return Err(Error::invalid("receivedOn", "回执日期不能晚于介绍信有效期，逾期的请先重开介绍信"));
    }
    if row.receiver.is_some() && note.chars().count() < 2 {
        return Err(Error::invalid("note", "电子介绍信应登记对方签发的电子回执，改用纸质回执的请说明原因"));
    }
    diesel::update(transfer_letters::table.find(letter))
        .set((transfer_letters::receipt_no.eq(&number), transfer_letters::receipt_on.eq(on)))
        .execute(write.conn()?)
        .await?;
    let told = if note.is_empty() { number } else { format!("{number}；{note}") };
    event(&mut write, row.id, "receipt_filed", (&at, &told)).await?;
    Box::pin(gone_out(&mut write, &row)).await?;
    write.commit().await
}

/// Ends the membership of somebody who was taken in elsewhere.
pub(super) async fn gone_out(write: &mut Write<'_>, row: &Row) -> Result<()> {
    let person = row.person_id.ok_or_else(gone)?;
    let note = format!("调往{}，介绍信{}", row.to_name, row.letter_no.as_deref().unwrap_or_default());
    let note: String = note.chars().take(200).collect();
    close(write, row, Status::ReceiptFiled, Some(person)).await?;
    convert_flows(write, person).await?;
    let left = member::leave(write, &[person.into()], EndReason::TransferOut, &note).await;
    left.map_err(or_gone)?;
    let entry = Entry::new("transfer.receipt_filed", "transfer", row.id).note("name", row.name.clone());
    write.audit(entry.note("to", row.to_name.clone())).await
}

/// A letter in full, to be printed; who printed it is recorded.
pub async fn printed(cx: &Cx, id: TransferId) -> Result<(Row, super::LetterRow, Record)> {
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let reach = reach(&mut write).await?;
    let row = store::load(&reach, id, false, write.conn()?).await?;
    let (Some(letter), Some(committee)) = (row.letter_id, row.source_id) else { return Err(Error::missing()) };
    if !reach.covers(&store::path(committee, write.conn()?).await?) {
        return Err(Error::missing());
    }
    let letter = store::letter(letter, write.conn()?).await?.ok_or_else(Error::missing)?;
    let record = record_of(cx, &letter.record).await?;
    let entry = Entry::new("transfer.letter_printed", "transfer", row.id).note("letterNo", letter.number.clone());
    write.audit(entry.note("idNumber", mask::id_number(&record.id_number))).await?;
    write.commit().await?;
    Ok((row, letter, record))
}

/// What has become due: letters that have run out, here and in the inbox, codes whose key is destroyed, what the letter box
/// holds.
pub async fn hourly(cx: &Cx) -> Result<()> {
    let today = cx.app.world.today();
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let over: Vec<Row> = transfers::table
        .filter(transfers::status.eq("letter_issued").and(transfers::valid_until.lt(today)))
        .order(transfers::id)
        .limit(500)
        .select(Row::as_select())
        .for_update()
        .skip_locked()
        .load(write.conn()?)
        .await?;
    for row in &over {
        diesel::update(transfers::table.find(row.id))
            .set((
                transfers::status.eq("expired"),
                transfers::version.eq(row.version + 1),
                transfers::updated_at.eq(cx.now()),
            ))
            .execute(write.conn()?)
            .await?;
        event(&mut write, row.id, "expired", ("", row.letter_no.as_deref().unwrap_or_default())).await?;
    }
    let spent = transfer_codes::secret.is_not_null().and(transfer_codes::expires_on.lt(today));
    let codes: Vec<Uuid> = diesel::update(transfer_codes::table.filter(spent))
        .set((transfer_codes::secret.eq(None::<Vec<u8>>), transfer_codes::closed_at.eq(cx.now())))
        .returning(transfer_codes::id)
        .get_results(write.conn()?)
        .await?;
    let told = over.iter().map(|row| Entry::new("transfer.expired", "transfer", row.id).note("name", row.name.clone()));
    let told = told.chain(codes.into_iter().map(|id| Entry::new("transfer.code_ended", "transfer_code", id)));
    let mut told: Vec<Entry> = told.collect();
    told.extend(handshake::lapse(&mut write).await?);
    if told.is_empty() {
        write.commit_quietly().await?;
    } else {
        write.audit_all(told).await?;
        write.commit().await?;
    }
    handshake::take_all(cx).await
}
