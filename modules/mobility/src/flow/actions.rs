//! What is done with floating members and with those out of contact: load, decide, write, in one transaction.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, FlowId, LostCaseId, OrganisationId, Permission, PersonId, Result, check, dictionary};
use zhibu_directory::member::{self, EndReason, Mark, MembershipStatus, rules as member_rules};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write, tenants};

use super::model::{FlowKind, FlowRow, LostDecision, LostRow, LostState};
use super::{rules, store};
use crate::schema::{flows, lost_cases, mobility_contacts as contacts};
use crate::transfer::store as transfer_store;
use crate::{FLOW_EDIT, TRANSFER_ACCEPT, may};

/// Whom a record of floating is about.
#[derive(Debug, Clone)]
pub enum Person {
    /// A member of ours who flows out.
    Ours(PersonId),
    /// A member of others who flows in.
    Theirs {
        /// 本系统党支部 that looks after them
        branch: OrganisationId,
        /// 姓名
        name: String,
        /// 公民身份号码
        id_number: String,
        /// 手机号
        mobile: String,
    },
}

/// What a form says of a flow.
#[derive(Debug, Clone)]
pub struct FlowForm {
    /// The Party organisation on the other side.
    pub other_name: Option<String>,
    /// 对方联系人及电话
    pub other_contact: Option<String>,
    /// Dictionary `flow_direction`.
    pub direction: String,
    /// Dictionary `flow_reason`.
    pub reason: String,
    /// 流动日期
    pub started_on: NaiveDate,
    /// 预计返回日期
    pub expected_on: Option<NaiveDate>,
    /// 活动证编号
    pub certificate_no: Option<String>,
    /// 说明
    pub note: Option<String>,
}

/// Faults of an input, or what was made of it.
pub(super) type Checked<T> = std::result::Result<T, Vec<Error>>;

impl FlowForm {
    /// Checks and tidies it; every fault is told.
    pub fn accept(mut self, kind: FlowKind, today: NaiveDate) -> Checked<Self> {
        let mut faults = Vec::new();
        for (field, label, place, most) in [
            ("otherName", "对方党组织名称", &mut self.other_name, 100),
            ("otherContact", "对方联系人及电话", &mut self.other_contact, 60),
            ("certificateNo", "活动证编号", &mut self.certificate_no, 30),
            ("note", "说明", &mut self.note, 200),
        ] {
            match check::optional(field, label, place.as_deref(), most) {
                Ok(text) => *place = text,
                Err(fault) => faults.push(fault),
            }
        }
        if kind == FlowKind::In && self.other_name.is_none() {
            faults.push(Error::invalid("otherName", "流出地党组织不能为空"));
        }
        if !dictionary::has("flow_direction", &self.direction) {
            faults.push(Error::invalid("direction", "流向不在可选范围"));
        }
        if !dictionary::has("flow_reason", &self.reason) {
            faults.push(Error::invalid("reason", "流动原因不在可选范围"));
        }
        faults.extend(check::day("startedOn", self.started_on).err());
        if self.started_on > today {
            faults.push(Error::invalid("startedOn", "流动日期不能晚于今天"));
        }
        if let Some(back) = self.expected_on {
            faults.extend(check::day("expectedOn", back).err());
            if back <= self.started_on {
                faults.push(Error::invalid("expectedOn", "预计返回日期应晚于流动日期"));
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }
}

/// A new record's row.
#[derive(Insertable)]
#[diesel(table_name = flows)]
struct New {
    id: Uuid,
    kind: &'static str,
    status: &'static str,
    person_id: Option<Uuid>,
    name: String,
    search: Vec<String>,
    id_number: Vec<u8>,
    id_index: Vec<u8>,
    mobile: Vec<u8>,
    mobile_index: Vec<u8>,
    organisation_id: Uuid,
    #[diesel(embed)]
    form: Columns,
    contacted_on: NaiveDate,
    created_at: chrono::DateTime<chrono::Utc>,
}

/// The columns that a form decides.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = flows, treat_none_as_null = true)]
struct Columns {
    other_name: Option<String>,
    other_contact: Option<String>,
    direction: String,
    reason: String,
    started_on: NaiveDate,
    expected_on: Option<NaiveDate>,
    certificate_no: Option<String>,
    note: Option<String>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

impl Columns {
    fn of(form: &FlowForm, cx: &Cx) -> Self {
        let form = form.clone();
        Self {
            other_name: form.other_name,
            other_contact: form.other_contact,
            direction: form.direction,
            reason: form.reason,
            started_on: form.started_on,
            expected_on: form.expected_on,
            certificate_no: form.certificate_no,
            note: form.note,
            updated_at: cx.now(),
        }
    }
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("flows_open") => Error::refuse("FLOW_OPEN", "该党员已有流动中的记录").at("person"),
        Some("flows_certificate") => Error::invalid("certificateNo", "活动证编号重复"),
        Some("lost_cases_open") => Error::refuse("LOST_OPEN", "该党员已登记失联").at("person"),
        _ => error,
    }
}

/// The reach of a transaction; nobody rebuilds the tree meanwhile. Locks are taken in the order of what moves members: the
/// tree, the person, then what hangs on them.
async fn reach(write: &mut Write<'_>) -> Result<Reach> {
    organisation::keep_tree(write).await?;
    Reach::of(&write.scope.clone(), write.conn()?).await
}

/// Records that a member flows out or that somebody flows in (PC-3.2.2).
pub async fn start(cx: &Cx, person: Person, form: FlowForm) -> Result<Checked<FlowId>> {
    may(cx, FLOW_EDIT)?;
    let mut write = cx.write(FLOW_EDIT).await?;
    let made = match open(&mut write, person, form).await? {
        Ok(made) => made,
        Err(faults) => return Ok(Err(faults)),
    };
    write.commit().await?;
    Ok(Ok(made))
}

/// The same within a transaction.
pub async fn open(write: &mut Write<'_>, person: Person, form: FlowForm) -> Result<Checked<FlowId>> {
    let cx = write.cx;
    let kind = if matches!(person, Person::Ours(_)) { FlowKind::Out } else { FlowKind::In };
    let form = match form.accept(kind, cx.app.world.today()) {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    let new = match person {
        Person::Ours(id) => ours(write, id, &form).await,
        Person::Theirs { branch, name, id_number, mobile } => {
            theirs(write, branch, [name, id_number, mobile], &form).await
        }
    };
    let new = match new {
        Ok(new) => new,
        Err(fault) if fault.field.is_some() => return Ok(Err(vec![fault])),
        Err(error) => return Err(error),
    };
    let (id, name, ours) = (new.id, new.name.clone(), new.person_id);
    diesel::insert_into(flows::table).values(new).execute(write.conn()?).await.map_err(taken)?;
    if let Some(person) = ours {
        member::mark(write, person.into(), Mark::Floating(Some(form.direction.clone()))).await?;
    }
    let label = dictionary::label("flow_kind", kind.code()).unwrap_or_default();
    let entry = Entry::new("flow.started", "flow", id).note("name", name).note("kind", label);
    write.audit(entry.note("startedOn", form.started_on.to_string())).await?;
    Ok(Ok(id.into()))
}

async fn ours(write: &mut Write<'_>, id: PersonId, form: &FlowForm) -> Result<New> {
    let cx = write.cx;
    let reach = reach(write).await?;
    member::get(&reach, id, write.conn()?).await.map_err(|error| error.at("person"))?;
    let entry = member::hold(write, id).await?;
    if form.started_on < entry.membership.join_date {
        return Err(Error::invalid("startedOn", "流动日期不能早于入党日期"));
    }
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let facts = member::in_the_open(&entry, &vault)?;
    let (number, mobile) = (facts.id_number.unwrap_or_default(), facts.mobile.unwrap_or_default());
    Ok(New {
        id: cx.app.world.id(),
        kind: FlowKind::Out.code(),
        status: "active",
        person_id: Some(id.0),
        search: member_rules::search_parts(&facts.name),
        name: facts.name,
        id_number: vault.seal(number.as_bytes())?,
        id_index: vault.blind(&number),
        mobile: vault.seal(mobile.as_bytes())?,
        mobile_index: vault.blind(&mobile),
        organisation_id: entry.assignment.organisation_id,
        form: Columns::of(form, cx),
        contacted_on: form.started_on,
        created_at: cx.now(),
    })
}

async fn theirs(write: &mut Write<'_>, branch: OrganisationId, who: [String; 3], form: &FlowForm) -> Result<New> {
    let cx = write.cx;
    let [name, number, mobile] = who;
    let name = check::text("name", "姓名", &name.replace(['•', '・', '.'], "·"), 2, 50)?;
    let mobile = check::mobile(&mobile).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
    let demo = tenants::info(&cx.app, cx.tenant()?).await?.demo;
    let number = check::id_number(&number, cx.app.world.today(), demo);
    let number = number.map_err(|words| Error::invalid("idNumber", words))?.text;
    let reach = reach(write).await?;
    let at = transfer_store::branch(branch, "branch", write.conn()?).await?;
    if !reach.covers(&at.path) {
        return Err(Error::invalid("branch", "党支部不存在或无权限"));
    }
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let id_index = vault.blind(&number);
    if transfer_store::member_of(&id_index, write.conn()?).await?.is_some() {
        return Err(Error::invalid("idNumber", "该人员是本系统党员，不需要登记流入"));
    }
    Ok(New {
        id: cx.app.world.id(),
        kind: FlowKind::In.code(),
        status: "active",
        person_id: None,
        search: member_rules::search_parts(&name),
        name,
        id_number: vault.seal(number.as_bytes())?,
        id_index,
        mobile: vault.seal(mobile.as_bytes())?,
        mobile_index: vault.blind(&mobile),
        organisation_id: at.id,
        form: Columns::of(form, cx),
        contacted_on: form.started_on,
        created_at: cx.now(),
    })
}

/// An open record as it was at `version`, held.
async fn held(write: &mut Write<'_>, id: FlowId, version: i32) -> Result<FlowRow> {
    let reach = reach(write).await?;
    let of = flows::table.find(id.0).select(flows::person_id);
    let person: Option<Option<Uuid>> = of.first(write.conn()?).await.optional()?;
    // Nobody where there is none, so that no answer comes faster.
    member::locked(write, person.flatten().unwrap_or_default().into()).await?;
    let row = store::load(&reach, id, true, write.conn()?).await?;
    if row.version != version {
        return Err(Error::conflict());
    }
    if row.closed_at.is_some() { Err(Error::refuse("FLOW_CLOSED", "该流动记录已办结")) } else { Ok(row) }
}

/// Corrects a record that goes on.
pub async fn edit(cx: &Cx, id: FlowId, version: i32, form: FlowForm) -> Result<Checked<()>> {
    may(cx, FLOW_EDIT)?;
    let mut write = cx.write(FLOW_EDIT).await?;
    let row = held(&mut write, id, version).await?;
    let form = match form.accept(row.kind(), cx.app.world.today()) {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    if let Some(person) = row.person_id
        && let Some(member) = still_here(member::hold(&mut write, person.into()).await.map(Some))?
        && form.started_on < member.membership.join_date
    {
        return Ok(Err(vec![Error::invalid("startedOn", "流动日期不能早于入党日期")]));
    }
    let heard = row.contacted_on.max(form.started_on);
    diesel::update(flows::table.find(row.id))
        .set((Columns::of(&form, cx), flows::contacted_on.eq(heard), flows::version.eq(version + 1)))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    if let Some(person) = row.person_id {
        let mark = member::mark(&mut write, person.into(), Mark::Floating(Some(form.direction.clone()))).await;
        still_here(mark)?;
    }
    let entry = Entry::new("flow.edited", "flow", row.id)
        .change("flowDirection", row.direction, form.direction)
        .change("reason", row.reason, form.reason)
        .change("startedOn", row.started_on.to_string(), form.started_on.to_string())
        .note("name", row.name);
    write.audit(entry).await?;
    write.commit().await?;
    Ok(Ok(()))
}

/// Somebody who has left us has no membership to be marked.
fn still_here<T: Default>(found: Result<T>) -> Result<T> {
    match found {
        Err(error) if error.code == "NOT_FOUND" => Ok(T::default()),
        other => other,
    }
}

/// A contact as a form gives it, checked.
fn heard(on: NaiveDate, way: &str, words: &str, today: NaiveDate) -> Result<String> {
    check::day("on", on)?;
    if on > today {
        return Err(Error::invalid("on", "日期不能晚于今天"));
    }
    if !dictionary::has("contact_way", way) {
        return Err(Error::invalid("way", "请选择联系方式"));
    }
    check::lines("words", "联系情况", words, 2, 500)
}

async fn note(
    write: &mut Write<'_>,
    (flow, lost): (Option<Uuid>, Option<Uuid>),
    (on, way, words): (NaiveDate, &str, &str),
) -> Result<()> {
    let row = (
        contacts::id.eq(write.cx.app.world.id::<Uuid>()),
        contacts::flow_id.eq(flow),
        contacts::lost_id.eq(lost),
        contacts::happened_on.eq(on),
        contacts::way.eq(way),
        contacts::words.eq(words),
        contacts::account_name.eq(write.cx.actor()),
        contacts::created_at.eq(write.cx.now()),
    );
    diesel::insert_into(contacts::table).values(row).execute(write.conn()?).await?;
    Ok(())
}

/// Records a contact with a floating member (联系登记).
pub async fn contact(cx: &Cx, id: FlowId, version: i32, (on, way, words): (NaiveDate, &str, &str)) -> Result<()> {
    may(cx, FLOW_EDIT)?;
    let words = heard(on, way, words, cx.app.world.today())?;
    let mut write = cx.write(FLOW_EDIT).await?;
    let row = held(&mut write, id, version).await?;
    if on < row.started_on {
        return Err(Error::invalid("on", "联系日期不能早于流动日期"));
    }
    note(&mut write, (Some(row.id), None), (on, way, &words)).await?;
    diesel::update(flows::table.find(row.id))
        .set((
            flows::contacted_on.eq(row.contacted_on.max(on)),
            flows::version.eq(version + 1),
            flows::updated_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("flow.contacted", "flow", row.id).note("name", row.name).note("happenedOn", on.to_string());
    write.audit(entry).await?;
    write.commit().await
}

/// Ends a record: they have come back, or those who flowed in have gone (返回).
pub async fn close_flow(cx: &Cx, id: FlowId, version: i32, (on, words): (NaiveDate, &str)) -> Result<()> {
    may(cx, FLOW_EDIT)?;
    check::day("on", on)?;
    let words = check::text("note", "说明", words, 0, 200)?;
    let mut write = cx.write(FLOW_EDIT).await?;
    let row = held(&mut write, id, version).await?;
    if on < row.started_on || on > cx.app.world.today() {
        return Err(Error::invalid("on", "返回日期应在流动日期之后，且不晚于今天"));
    }
    end(&mut write, &row, "returned", on).await?;
    if !words.is_empty() {
        note(&mut write, (Some(row.id), None), (on, "returned", &words)).await?;
    }
    let entry = Entry::new("flow.returned", "flow", row.id).note("name", row.name.clone());
    write.audit(entry.note("happenedOn", on.to_string())).await?;
    write.commit().await
}

async fn end(write: &mut Write<'_>, row: &FlowRow, status: &str, on: NaiveDate) -> Result<()> {
    let now = write.cx.now();
    diesel::update(flows::table.find(row.id))
        .set((
            flows::status.eq(status),
            flows::ended_on.eq(on),
            flows::closed_at.eq(now),
            flows::updated_at.eq(now),
            flows::version.eq(row.version + 1),
        ))
        .execute(write.conn()?)
        .await?;
    match row.person_id {
        Some(person) => still_here(member::mark(write, person.into(), Mark::Floating(None)).await),
        None => Ok(()),
    }
}

/// Records that a member is out of contact (失联登记); a flow that goes on becomes one of somebody lost.
pub async fn open_lost(cx: &Cx, person: PersonId, (on, reason, words): (NaiveDate, &str, &str)) -> Result<LostCaseId> {
    may(cx, FLOW_EDIT)?;
    check::day("lostOn", on)?;
    let words = check::lines("note", "说明", words, 0, 500)?;
    if !dictionary::has("lost_contact_reason", reason) {
        return Err(Error::invalid("reason", "请选择失联原因"));
    }
    if on > cx.app.world.today() {
        return Err(Error::invalid("lostOn", "失去联系日期不能晚于今天"));
    }
    let mut write = cx.write(FLOW_EDIT).await?;
    let reach = reach(&mut write).await?;
    member::get(&reach, person, write.conn()?).await.map_err(|error| error.at("person"))?;
    let entry = member::hold(&mut write, person).await?;
    if on < entry.membership.join_date {
        return Err(Error::invalid("lostOn", "失去联系日期不能早于入党日期"));
    }
    if entry.membership.status == "suspended" {
        return Err(Error::refuse("MEMBER_SUSPENDED", "该党员已停止党籍，不能登记失联").at("person"));
    }
    let id = cx.app.world.id::<Uuid>();
    diesel::insert_into(lost_cases::table)
        .values((
            lost_cases::id.eq(id),
            lost_cases::person_id.eq(person.0),
            lost_cases::name.eq(&entry.person.name),
            lost_cases::search.eq(member_rules::search_parts(&entry.person.name)),
            lost_cases::organisation_id.eq(entry.assignment.organisation_id),
            lost_cases::state.eq("open"),
            lost_cases::lost_on.eq(on),
            lost_cases::reason.eq(reason),
            lost_cases::created_at.eq(cx.now()),
            lost_cases::updated_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    if !words.is_empty() {
        note(&mut write, (None, Some(id)), (on, "opened", &words)).await?;
    }
    member::mark(&mut write, person, Mark::Lost(Some((on, reason.to_owned())))).await?;
    flow_is(&mut write, person.0, "lost").await?;
    let told = Entry::new("lost.opened", "lost", id).note("name", entry.person.name);
    write.audit(told.note("lostOn", on.to_string())).await?;
    write.commit().await?;
    Ok(id.into())
}

/// The open flow of a member is one of somebody lost, or again one that goes on.
async fn flow_is(write: &mut Write<'_>, person: Uuid, status: &str) -> Result<()> {
    let open = flows::person_id.eq(person).and(flows::closed_at.is_null());
    diesel::update(flows::table.filter(open))
        .set((flows::status.eq(status), flows::version.eq(flows::version + 1), flows::updated_at.eq(write.cx.now())))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// An open case as it was at `version`, held.
async fn held_lost(write: &mut Write<'_>, id: LostCaseId, version: i32) -> Result<LostRow> {
    let reach = reach(write).await?;
    let of = lost_cases::table.find(id.0).select(lost_cases::person_id);
    let person: Option<Uuid> = of.first(write.conn()?).await.optional()?;
    member::locked(write, person.unwrap_or_default().into()).await?;
    let row = store::lost_one(&reach, id, true, write.conn()?).await?;
    if row.version != version {
        return Err(Error::conflict());
    }
    if row.closed_at.is_some() { Err(Error::refuse("LOST_CLOSED", "该失联记录已办结")) } else { Ok(row) }
}

async fn lost_is(write: &mut Write<'_>, row: &LostRow, state: LostState, suspended: Option<NaiveDate>) -> Result<()> {
    let now = write.cx.now();
    let over = matches!(state, LostState::Found | LostState::Struck);
    diesel::update(lost_cases::table.find(row.id))
        .set((
            lost_cases::state.eq(state.code()),
            lost_cases::suspended_on.eq(suspended.or(row.suspended_on)),
            lost_cases::version.eq(row.version + 1),
            lost_cases::updated_at.eq(now),
            lost_cases::closed_at.eq(Some(now).filter(|_| over)),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Records how a lost member was looked for (查找登记).
pub async fn lost_contact(
    cx: &Cx,
    id: LostCaseId,
    version: i32,
    (on, way, words): (NaiveDate, &str, &str),
) -> Result<()> {
    may(cx, FLOW_EDIT)?;
    let words = heard(on, way, words, cx.app.world.today())?;
    let mut write = cx.write(FLOW_EDIT).await?;
    let row = held_lost(&mut write, id, version).await?;
    note(&mut write, (None, Some(row.id)), (on, way, &words)).await?;
    lost_is(&mut write, &row, row.state(), None).await?;
    let entry = Entry::new("lost.searched", "lost", row.id).note("name", row.name).note("happenedOn", on.to_string());
    write.audit(entry).await?;
    write.commit().await
}

/// Ends a case: the member is in contact again. A membership that was suspended is taken up again by this decision, which
/// is the committee's as the suspension was.
pub async fn find_lost(cx: &Cx, id: LostCaseId, version: i32, (on, words): (NaiveDate, &str)) -> Result<()> {
    may(cx, FLOW_EDIT)?;
    let permission = to_find(cx, id).await?;
    may(cx, permission)?;
    check::day("on", on)?;
    let words = check::lines("note", "说明", words, 2, 500)?;
    let mut write = cx.write(permission).await?;
    let row = held_lost(&mut write, id, version).await?;
    // Suspended since it was looked at.
    if row.state() == LostState::Suspended && permission != TRANSFER_ACCEPT {
        return Err(Error::conflict());
    }
    if on < row.lost_on || on > cx.app.world.today() {
        return Err(Error::invalid("on", "日期应在失去联系之后，且不晚于今天"));
    }
    note(&mut write, (None, Some(row.id)), (on, "found", &words)).await?;
    lost_is(&mut write, &row, LostState::Found, None).await?;
    let person = PersonId::from(row.person_id);
    still_here(member::mark(&mut write, person, Mark::Lost(None)).await)?;
    if row.state() == LostState::Suspended {
        still_here(member::mark(&mut write, person, Mark::Status(MembershipStatus::Normal)).await)?;
    }
    flow_is(&mut write, row.person_id, "active").await?;
    let entry = Entry::new("lost.found", "lost", row.id).note("name", row.name).note("happenedOn", on.to_string());
    write.audit(entry).await?;
    write.commit().await
}

/// Whose it is to end a case, by how it stands.
async fn to_find(cx: &Cx, id: LostCaseId) -> Result<Permission> {
    let mut read = cx.read(FLOW_EDIT).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = store::lost_one(&reach, id, false, read.conn()?).await?;
    Ok(if row.state() == LostState::Suspended { TRANSFER_ACCEPT } else { FLOW_EDIT })
}

/// Records what the Party organisation has decided about a lost member, when the time for it has come. Memberships are
/// suspended and ended by who administers them, not by the branch itself.
pub async fn decide(
    cx: &Cx,
    id: LostCaseId,
    version: i32,
    decision: LostDecision,
    (on, words): (NaiveDate, &str),
) -> Result<()> {
    may(cx, TRANSFER_ACCEPT)?;
    check::day("on", on)?;
    let words = check::lines("note", "决定情况", words, 2, 500)?;
    let today = cx.app.world.today();
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let row = held_lost(&mut write, id, version).await?;
    let right = match decision {
        LostDecision::Suspend => row.state() == LostState::Open,
        LostDecision::Strike => row.state() == LostState::Suspended,
    };
    let first = rules::decidable(decision, row.lost_on, row.suspended_on).filter(|_| right);
    let first = first.ok_or_else(|| Error::refuse("LOST_ORDER", "应先停止党籍，两年后仍无法联系的再予除名"))?;
    if on < first {
        return Err(Error::refuse("LOST_EARLY", format!("最早{first}可以作出该决定")).at("on"));
    }
    if on > today {
        return Err(Error::invalid("on", "日期不能晚于今天"));
    }
    note(&mut write, (None, Some(row.id)), (on, decision.code(), &words)).await?;
    let person = PersonId::from(row.person_id);
    let gone = |error: Error| match error.code {
        "NOT_FOUND" => Error::refuse("MEMBER_GONE", "该党员已不在本系统"),
        _ => error,
    };
    let entry = match decision {
        LostDecision::Suspend => {
            lost_is(&mut write, &row, LostState::Suspended, Some(on)).await?;
            let mark = Mark::Status(MembershipStatus::Suspended);
            member::mark(&mut write, person, mark).await.map_err(gone)?;
            Entry::new("lost.suspended", "lost", row.id)
        }
        LostDecision::Strike => {
            lost_is(&mut write, &row, LostState::Struck, None).await?;
            let note: String = words.chars().take(200).collect();
            let struck = Box::pin(member::leave(&mut write, &[person], EndReason::SelfLeft, &note)).await;
            struck.map_err(gone)?;
            Entry::new("lost.struck", "lost", row.id)
        }
    };
    write.audit(entry.note("name", row.name).note("happenedOn", on.to_string())).await?;
    write.commit().await
}
