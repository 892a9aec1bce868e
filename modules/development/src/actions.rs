//! What is done with cases: load, decide, write, in one transaction.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;
use zhibu_core::{DevelopmentCaseId, Error, OrganisationId, Permission, PersonId, Result, Secret, check, dictionary};
use zhibu_directory::member::{self, EndReason, Facts, MemberType, MembershipStatus, Place};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx, Write, tenants};

use crate::model::{EventRow, never};
use crate::rules::plan::{STEPS, Side, Step, step_of};
use crate::rules::{Act, Effect, Event, File, Outcome, Verdict};
use crate::schema::{development_cases as cases, development_documents, development_events, development_records};
use crate::store::{self, Loaded};
use crate::{APPROVE, EDIT, calendar, helpers, quota};

/// What the form of a new case gives.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// 所在党支部
    pub branch: OrganisationId,
    /// 姓名
    pub name: String,
    /// 公民身份号码
    pub id_number: String,
    /// 民族
    pub ethnicity: String,
    /// 学历
    pub education_level: String,
    /// 工作岗位
    pub work_post: String,
    /// 工作单位及职务
    pub employer: Option<String>,
    /// 手机号
    pub mobile: String,
}

/// Faults of an input, or what was made of it.
pub type Checked<T> = std::result::Result<T, Vec<Error>>;

/// What lists need to know of a case, as the rules and the calendar tell it.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = cases, treat_none_as_null = true)]
pub(crate) struct Summary {
    pub(crate) stage: i16,
    pub(crate) step: Option<i16>,
    pub(crate) standing: String,
    pub(crate) side: Option<String>,
    pub(crate) earliest: Option<NaiveDate>,
    pub(crate) due: NaiveDate,
    pub(crate) remind: Option<NaiveDate>,
    pub(crate) turns_on: NaiveDate,
    pub(crate) helpers: Option<serde_json::Value>,
}

impl Summary {
    /// As it is on a day, until the next one on which it changes by itself.
    pub(crate) fn on(file: &File, today: NaiveDate) -> Self {
        let look = file.look(today);
        let running = file.outcome != Outcome::Suspended;
        let helpers = file.helpers();
        Self {
            stage: look.stage.into(),
            step: look.next.map(i16::from),
            standing: look.standing.code().to_owned(),
            side: look.side.map(|side| side.code().to_owned()),
            earliest: look.earliest.filter(|_| running),
            due: look.latest.filter(|_| running && look.next.is_some()).unwrap_or_else(never),
            remind: look.remind.filter(|_| running),
            turns_on: file.turns(today).unwrap_or_else(never),
            helpers: helpers.map(|helpers| json!({"people": helpers.people, "since": helpers.since})),
        }
    }
}

/// How a case stands since somebody has acted.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = cases, treat_none_as_null = true)]
struct Settled {
    outcome: String,
    extended: Option<i16>,
    updated_at: chrono::DateTime<chrono::Utc>,
    closed_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// The columns of a case after something was done in it. The calendar looks at it once more: there may be something to
/// remind somebody of today.
fn settled(cx: &Cx, file: &File) -> (Summary, Settled) {
    let today = cx.app.world.today();
    let summary = Summary { turns_on: today, ..Summary::on(file, today) };
    let settled = Settled {
        outcome: file.outcome.code().to_owned(),
        extended: file.extended.and_then(|months| i16::try_from(months).ok()),
        updated_at: cx.now(),
        closed_at: summary.step.is_none().then(|| cx.now()),
    };
    (summary, settled)
}

/// What one needs to be allowed to record a step.
pub fn permission(step: &Step) -> Permission {
    if step.side() == Side::Committee { APPROVE } else { EDIT }
}

/// True when whoever has this reach acts for the committee that a step is up to.
pub fn decides(reach: &Reach, step: &Step, loaded: &Loaded) -> bool {
    let committees = &loaded.committees;
    let above = if step.approves() { &committees.approving } else { &committees.nearest };
    // What has no committee above it here is recorded by whoever holds the whole tenant; the rules refuse approvals.
    step.side() != Side::Committee || above.as_ref().map_or(reach.is_all(), |above| reach.covers(&above.path))
}

/// A case, held in the order of what moves members: the tree, the person, the case. Nobody rebuilds the tree meanwhile.
pub(crate) async fn held(write: &mut Write<'_>, id: DevelopmentCaseId) -> Result<(Loaded, Reach)> {
    organisation::keep_tree(write).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let of = cases::table.find(id.0).select(cases::person_id);
    let person: Option<Option<Uuid>> = of.first(write.conn()?).await.optional()?;
    // Nobody where there is none, so that no answer comes faster.
    member::locked(write, person.flatten().unwrap_or_default().into()).await?;
    Ok((store::load(&reach, id, true, write.conn()?).await?, reach))
}

pub(crate) async fn open(write: &mut Write<'_>, id: DevelopmentCaseId, version: i32) -> Result<(Loaded, Reach)> {
    let (loaded, reach) = held(write, id).await?;
    if loaded.row.version != version {
        return Err(Error::conflict());
    }
    Ok((loaded, reach))
}

/// Writes how a case stands after something was done in it.
pub(crate) async fn settle(write: &mut Write<'_>, id: Uuid, version: i32, file: &File) -> Result<()> {
    let settled = settled(write.cx, file);
    diesel::update(cases::table.find(id)).set((settled, cases::version.eq(version + 1))).execute(write.conn()?).await?;
    helpers::look(&[id], write.conn()?).await?;
    Ok(())
}

/// Checks what a form says of an applicant; every fault is told.
pub fn accept(mut form: Applicant, today: NaiveDate, demo: bool) -> Checked<(Applicant, check::IdNumber)> {
    let mut faults = Vec::new();
    let mut keep = |result: Result<String>, place: &mut String| match result {
        Ok(text) => *place = text,
        Err(fault) => faults.push(fault),
    };
    let name = form.name.replace(['•', '・', '.'], "·");
    keep(check::text("name", "姓名", &name, 2, 50), &mut form.name);
    let mobile = check::mobile(&form.mobile).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"));
    keep(mobile, &mut form.mobile);
    match check::optional("employer", "工作单位及职务", form.employer.as_deref(), 100) {
        Ok(text) => form.employer = text,
        Err(fault) => faults.push(fault),
    }
    for (field, kind, code) in [
        ("ethnicity", "ethnicity", &form.ethnicity),
        ("educationLevel", "education_level", &form.education_level),
        ("workPost", "work_post", &form.work_post),
    ] {
        if !dictionary::has(kind, code) {
            faults.push(Error::invalid(field, "请选择列表中的值"));
        }
    }
    match check::id_number(&form.id_number, today, demo) {
        Ok(number) if faults.is_empty() => Ok((form, number)),
        Ok(_) => Err(faults),
        Err(words) => {
            faults.push(Error::invalid("idNumber", words));
            Err(faults)
        }
    }
}

/// Opens a case (新建发展档案, PC-3.2.4).
pub async fn start(cx: &Cx, form: Applicant) -> Result<Checked<DevelopmentCaseId>> {
    let mut write = cx.write(EDIT).await?;
    let made = match begin(&mut write, form).await? {
        Ok(made) => made,
        Err(faults) => return Ok(Err(faults)),
    };
    write.commit().await?;
    Ok(Ok(made))
}

/// The same within a transaction.
pub async fn begin(write: &mut Write<'_>, form: Applicant) -> Result<Checked<DevelopmentCaseId>> {
    let cx = write.cx;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let tenant = tenants::info(&cx.app, cx.tenant()?).await?;
    let (form, number) = match accept(form, cx.app.world.today(), tenant.demo) {
        Ok(accepted) => accepted,
        Err(faults) => return Ok(Err(faults)),
    };
    let branch = match branch(&reach, form.branch, write).await {
        Ok(branch) => branch,
        Err(fault) => return Ok(Err(vec![fault])),
    };
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let blind = vault.blind(&number.text);
    if store::is_member(&blind, write.conn()?).await? {
        return Ok(Err(vec![Error::invalid("idNumber", "该公民身份号码的人员已是党员")]));
    }
    let opening = Opening {
        branch: form.branch,
        branch_name: branch,
        person: None,
        name: form.name,
        id_number: number.text,
        sex: number.sex.to_owned(),
        birth: number.birth,
        ethnicity: form.ethnicity,
        education_level: form.education_level,
        work_post: form.work_post,
        employer: form.employer,
        mobile: form.mobile,
    };
    let file = File::new(number.birth);
    Ok(Ok(put(write, opening, &file).await?))
}

/// Whom a case is about, and where it is kept.
pub(crate) struct Opening {
    pub branch: OrganisationId,
    pub branch_name: String,
    pub person: Option<Uuid>,
    pub name: String,
    pub id_number: String,
    pub sex: String,
    pub birth: NaiveDate,
    pub ethnicity: String,
    pub education_level: String,
    pub work_post: String,
    pub employer: Option<String>,
    pub mobile: String,
}

/// Puts a case down as it stands.
pub(crate) async fn put(write: &mut Write<'_>, opening: Opening, file: &File) -> Result<DevelopmentCaseId> {
    let cx = write.cx;
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let id: DevelopmentCaseId = cx.app.world.id();
    diesel::insert_into(cases::table)
        .values((
            (
                cases::id.eq(id.0),
                cases::organisation_id.eq(opening.branch.0),
                cases::person_id.eq(opening.person),
                cases::name.eq(&opening.name),
                cases::pinyin.eq(member::rules::pinyin(&opening.name)),
                cases::search.eq(member::rules::search_parts(&opening.name)),
                cases::id_number.eq(vault.seal(opening.id_number.as_bytes())?),
                cases::id_index.eq(vault.blind(&opening.id_number)),
                cases::sex.eq(opening.sex),
                cases::birth_date.eq(opening.birth),
            ),
            cases::ethnicity.eq(&opening.ethnicity),
            cases::education_level.eq(&opening.education_level),
            cases::work_post.eq(&opening.work_post),
            cases::employer.eq(&opening.employer),
            cases::mobile.eq(vault.seal(opening.mobile.as_bytes())?),
            cases::mobile_index.eq(vault.blind(&opening.mobile)),
            cases::created_at.eq(cx.now()),
            settled(cx, file),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    let entry = Entry::new("development.started", "development", id.0).note("name", opening.name);
    write.audit(entry.note("branch", opening.branch_name)).await?;
    Ok(id)
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("development_cases_open") => Error::invalid("idNumber", "该人员已有进行中的发展档案"),
        Some("development_records_form") => {
            Error::refuse("FORM_NO_TAKEN", "该入党志愿书编号已用于另一份发展档案，请核对编号").at("formNo")
        }
        _ => error,
    }
}

/// Writes the steps that a case brings with it.
pub async fn adopt(write: &mut Write<'_>, id: DevelopmentCaseId, file: &File) -> Result<()> {
    keep_records(write, id, file).await?;
    diesel::update(cases::table.find(id.0)).set(settled(write.cx, file)).execute(write.conn()?).await?;
    Ok(())
}

/// The same without looking at the case anew.
pub(crate) async fn keep_records(write: &mut Write<'_>, id: DevelopmentCaseId, file: &File) -> Result<()> {
    let cx = write.cx;
    let mut rows = Vec::new();
    for (no, done) in &file.done {
        rows.push((
            development_records::id.eq(cx.app.world.id::<Uuid>()),
            development_records::case_id.eq(id.0),
            development_records::step.eq(i16::from(*no)),
            development_records::happened_on.eq(done.on),
            development_records::passed.eq(true),
            development_records::counts.eq(true),
            development_records::given.eq(serde_json::to_value(&done.given).map_err(Error::bug)?),
            development_records::account_name.eq(cx.actor()),
            development_records::created_at.eq(cx.now()),
        ));
    }
    if !rows.is_empty() {
        diesel::insert_into(development_records::table).values(rows).execute(write.conn()?).await?;
    }
    Ok(())
}

/// The short name of a branch within the reach that has members of its own.
async fn branch(reach: &Reach, id: OrganisationId, write: &mut Write<'_>) -> Result<String> {
    let row = organisation::get(reach, id, write.conn()?)
        .await
        .map_err(|_| Error::invalid("branch", "党支部不存在或无权限"))?;
    if !member::rules::has_members(row.kind()) {
        return Err(Error::invalid("branch", "请选择党支部，党委、总支、党小组不直接发展党员"));
    }
    if row.status != "active" {
        return Err(Error::invalid("branch", "该党支部已撤销、合并或未启用"));
    }
    Ok(row.short_name)
}

/// Records a step with what it asks for, and whatever follows from it.
pub async fn complete(cx: &Cx, id: DevelopmentCaseId, version: i32, no: u8, act: Act) -> Result<Checked<()>> {
    let step = step_of(no).ok_or_else(|| Error::invalid("step", "步骤应为1至25"))?;
    check::day("on", act.on)?;
    let mut write = cx.write(permission(step)).await?;
    let outcome = complete_in(&mut write, id, version, step, act).await?;
    if outcome.is_ok() {
        write.commit().await?;
    }
    Ok(outcome)
}

/// The same within a transaction.
pub async fn complete_in(
    write: &mut Write<'_>,
    id: DevelopmentCaseId,
    version: i32,
    step: &Step,
    mut act: Act,
) -> Result<Checked<()>> {
    let (mut loaded, reach) = open(write, id, version).await?;
    if !decides(&reach, step, &loaded) {
        return Err(Error::refuse("NOT_YOUR_COMMITTEE", "该步骤由支部的上级党委办理，您不能代为登记"));
    }
    if let Err(faults) = tidy(&mut act) {
        return Ok(Err(faults));
    }
    let today = write.cx.app.world.today();
    let verdict = match loaded.file.decide(step.no, &act, today) {
        Ok(verdict) => verdict,
        Err(faults) => return Ok(Err(faults)),
    };
    let named: BTreeSet<Uuid> = act.given.people.iter().copied().collect();
    let named: Vec<Uuid> = named.into_iter().collect();
    if !named.is_empty() && store::full_members(&named, write.conn()?).await? != named.len() {
        return Ok(Err(vec![Error::invalid("people", "所选人员须为权利不受限制的正式党员")]));
    }
    if step.no == quota::STEP && verdict.passed {
        quota::keep(&loaded, act.on, write.conn()?).await?;
    }
    record(write, &loaded, step, &act, &verdict).await?;
    loaded.file.take(step.no, &act, &verdict);
    let person = follow(write, &loaded, step, &act, &verdict).await?;
    if let Some(person) = person {
        diesel::update(cases::table.find(id.0)).set(cases::person_id.eq(person.0)).execute(write.conn()?).await?;
    }
    settle(write, id.0, version, &loaded.file).await?;
    let entry =
        entry(if verdict.passed { "development.step_done" } else { "development.step_failed" }, &loaded, step, act.on);
    if verdict.outcome == Outcome::Rejected && step.side() == Side::Committee {
        calendar::refused(write, loaded.filed(), step.no).await?;
    }
    write.audit(entry).await?;
    Ok(Ok(()))
}

/// A number of an admission form as it is compared: without blanks, in one width and case.
fn form_key(number: &str) -> String {
    let narrow = |letter: char| match letter {
        '！'..='～' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        _ => letter,
    };
    number.chars().filter(|letter| !letter.is_whitespace()).map(narrow).collect::<String>().to_uppercase()
}

fn entry(action: &'static str, loaded: &Loaded, step: &Step, on: NaiveDate) -> Entry {
    let told = if action == "development.step_done" {
        Entry::new("development.step_done", "development", loaded.row.id)
    } else {
        Entry::new("development.step_failed", "development", loaded.row.id)
    };
    told.note("name", loaded.row.name.clone())
        .note("step", format!("{} {}", step.no, step.title))
        .note("happenedOn", json!(on))
}

/// Tidies the texts of what was given.
fn tidy(act: &mut Act) -> Checked<()> {
    let given = &mut act.given;
    let texts: [(&str, &str, &mut Option<String>, usize); 4] = [
        ("formNo", "入党志愿书编号", &mut given.form_no, 40),
        ("place", "档案存放地点", &mut given.place, 60),
        ("early", "提前的理由", &mut given.early, 200),
        ("note", "说明", &mut given.note, 500),
    ];
    let mut faults = Vec::new();
    for (field, label, place, most) in texts {
        match check::optional(field, label, place.as_deref(), most) {
            Ok(text) => *place = text,
            Err(fault) => faults.push(fault),
        }
    }
    for (field, day) in [("noticeFrom", given.notice_from), ("noticeTo", given.notice_to)] {
        faults.extend(day.and_then(|day| check::day(field, day).err()));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

async fn record(write: &mut Write<'_>, loaded: &Loaded, step: &Step, act: &Act, verdict: &Verdict) -> Result<()> {
    let (now, case, id) = (write.cx.now(), loaded.row.id, write.cx.app.world.id::<Uuid>());
    let void: Vec<i16> = verdict.void.iter().copied().map(i16::from).collect();
    if !void.is_empty() {
        let reason = match (verdict.passed, verdict.extends) {
            (true, Some(_)) => "延长预备期后重新办理",
            (true, None) => "超过有效期，重新办理",
            (false, _) => "未通过，退回重新办理",
        };
        let current = development_records::case_id.eq(case).and(development_records::voided_at.is_null());
        let old: Vec<Uuid> = diesel::update(development_records::table)
            .filter(current.and(development_records::counts).and(development_records::step.eq_any(&void)))
            .set((
                development_records::voided_at.eq(now),
                development_records::void_reason.eq(reason),
                // Its number is free again.
                development_records::form_no.eq(None::<String>),
            ))
            .returning(development_records::id)
            .get_results(write.conn()?)
            .await?;
        if !verdict.passed {
            // Papers that were put together before are there for the next time.
            diesel::update(development_documents::table)
                .filter(development_documents::record_id.eq_any(old))
                .set(development_documents::record_id.eq(None::<Uuid>))
                .execute(write.conn()?)
                .await?;
        }
        let mut gone = vec![Event::Submit.code(), Event::Replace.code()];
        if void.contains(&15) {
            gone.push(Event::ExtendReview.code());
        }
        diesel::update(development_events::table)
            .filter(development_events::case_id.eq(case).and(development_events::event.eq_any(gone)))
            .filter(development_events::step.eq_any(&void).and(development_events::voided_at.is_null()))
            .set(development_events::voided_at.eq(now))
            .execute(write.conn()?)
            .await?;
    }
    let number = act.given.form_no.as_deref().filter(|_| step.fixes("form_no") && verdict.counts).map(form_key);
    diesel::insert_into(development_records::table)
        .values((
            development_records::id.eq(id),
            development_records::case_id.eq(case),
            development_records::step.eq(i16::from(step.no)),
            development_records::happened_on.eq(act.on),
            development_records::passed.eq(verdict.passed),
            development_records::counts.eq(verdict.counts),
            development_records::given.eq(serde_json::to_value(&act.given).map_err(Error::bug)?),
            development_records::account_name.eq(write.cx.actor()),
            development_records::created_at.eq(now),
            development_records::form_no.eq(number),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    let waiting = development_documents::case_id.eq(case).and(development_documents::record_id.is_null());
    diesel::update(development_documents::table)
        .filter(waiting.and(development_documents::step.eq(i16::from(step.no))))
        .filter(development_documents::state.eq("kept"))
        .set(development_documents::record_id.eq(id))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Makes, changes or ends the membership that a decision is about.
async fn follow(
    write: &mut Write<'_>,
    loaded: &Loaded,
    step: &Step,
    act: &Act,
    verdict: &Verdict,
) -> Result<Option<PersonId>> {
    match verdict.effect {
        Effect::Admit(join) => Ok(Some(admit(write, loaded, join).await?)),
        Effect::Convert(on) => {
            amend(write, loaded, |facts| {
                facts.member_type = MemberType::Formal;
                facts.conversion_date = Some(on);
            })
            .await?;
            Ok(None)
        }
        Effect::Cancel => {
            let note = format!("第{}步“{}”：{}", step.no, step.title, act.on);
            cancel(write, loaded, EndReason::ProbationCancelled, &note).await?;
            Ok(None)
        }
        Effect::None => Ok(None),
    }
}

async fn admit(write: &mut Write<'_>, loaded: &Loaded, join: NaiveDate) -> Result<PersonId> {
    let (row, today) = (&loaded.row, write.cx.app.world.today());
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let text = |secret: Secret| secret.expose().to_owned();
    let facts = Facts {
        name: row.name.clone(),
        id_number: Some(text(vault.open_text(&row.id_number)?)),
        sex: row.sex.clone(),
        birth_date: row.birth_date,
        archive_birth_date: None,
        archive_birth_reason: None,
        ethnicity: row.ethnicity.clone(),
        native_place: None,
        education_level: row.education_level.clone(),
        degree: None,
        school: None,
        major: None,
        first_work_date: None,
        work_post: row.work_post.clone(),
        employer: row.employer.clone(),
        professional_title: None,
        mobile: Some(text(vault.open_text(&row.mobile)?)),
        landline: None,
        home_address: None,
        special_group: None,
        remark: None,
        member_type: MemberType::Probationary,
        join_date: join,
        conversion_date: None,
        status: MembershipStatus::Normal,
        lost_on: None,
        lost_reason: None,
        floating: false,
        flow_direction: None,
    };
    let demo = tenants::info(&write.cx.app, write.cx.tenant()?).await?.demo;
    let facts = member::rules::accept(facts, today, demo).map_err(first)?;
    member::create(write, Place { branch: row.organisation_id.into(), group: None }, &facts).await
}

fn first(faults: Vec<Error>) -> Error {
    faults.into_iter().next().unwrap_or_else(|| Error::bug("no fault"))
}

/// Changes the record of the member that came of a case.
async fn amend(write: &mut Write<'_>, loaded: &Loaded, change: impl FnOnce(&mut Facts)) -> Result<()> {
    let Some(person) = loaded.row.person_id else { return Err(gone()) };
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let entry = member::get(&reach, person.into(), write.conn()?).await.map_err(|_| gone())?;
    let (p, m) = (&entry.person, &entry.membership);
    let mut facts = Facts {
        name: p.name.clone(),
        id_number: None,
        sex: p.sex.clone(),
        birth_date: p.birth_date,
        archive_birth_date: p.archive_birth_date,
        archive_birth_reason: p.archive_birth_reason.clone(),
        ethnicity: p.ethnicity.clone(),
        native_place: p.native_place.clone(),
        education_level: p.education_level.clone(),
        degree: p.degree.clone(),
        school: p.school.clone(),
        major: p.major.clone(),
        first_work_date: p.first_work_date,
        work_post: p.work_post.clone(),
        employer: p.employer.clone(),
        professional_title: p.professional_title.clone(),
        mobile: None,
        landline: None,
        home_address: None,
        special_group: p.special_group.clone(),
        remark: p.remark.clone(),
        member_type: m.kind(),
        join_date: m.join_date,
        conversion_date: m.conversion_date,
        status: MembershipStatus::from_code(&m.status).unwrap_or(MembershipStatus::Normal),
        lost_on: m.lost_on,
        lost_reason: m.lost_reason.clone(),
        floating: m.floating,
        flow_direction: m.flow_direction.clone(),
    };
    change(&mut facts);
    let demo = tenants::info(&write.cx.app, write.cx.tenant()?).await?.demo;
    let facts = member::rules::accept(facts, write.cx.app.world.today(), demo).map_err(first)?;
    let place =
        Place { branch: entry.assignment.organisation_id.into(), group: entry.assignment.group_id.map(Into::into) };
    member::update(write, person.into(), p.version, place, &facts).await?;
    Ok(())
}

fn gone() -> Error {
    Error::refuse("MEMBER_GONE", "该预备党员已不在本级组织，请先在党员信息或党员历史库中核对")
}

/// Ends the membership that came of a case. The case itself ends first, so that it is not told of the member's leaving.
async fn cancel(write: &mut Write<'_>, loaded: &Loaded, reason: EndReason, note: &str) -> Result<()> {
    let Some(person) = loaded.row.person_id else { return Err(gone()) };
    let (now, note) = (write.cx.now(), note.chars().take(200).collect::<String>());
    diesel::update(cases::table.find(loaded.row.id)).set(cases::closed_at.eq(now)).execute(write.conn()?).await?;
    member::leave(write, &[person.into()], reason, &note).await?;
    Ok(())
}

/// Takes back what was recorded last, with a reason, as long as nothing hangs on it.
pub async fn undo(cx: &Cx, id: DevelopmentCaseId, version: i32, no: u8, reason: &str) -> Result<()> {
    let step = step_of(no).ok_or_else(|| Error::invalid("step", "步骤应为1至25"))?;
    let reason = check::text("reason", "撤销原因", reason, 2, 200)?;
    let mut write = cx.write(permission(step)).await?;
    let (mut loaded, reach) = open(&mut write, id, version).await?;
    if !decides(&reach, step, &loaded) {
        return Err(Error::refuse("NOT_YOUR_COMMITTEE", "该步骤由支部的上级党委办理，您不能代为撤销"));
    }
    let last = loaded.records.iter().rfind(|record| record.voided_at.is_none());
    let Some(last) = last.filter(|record| record.step == i16::from(no)).cloned() else {
        return Err(Error::refuse("NOT_LAST", "只能撤销最近登记的一步"));
    };
    if !last.counts {
        return Err(Error::refuse("UNDO_DECISION", "未通过或延长、取消的决定不能撤销，请重新办理"));
    }
    if matches!(no, 17 | 24) {
        return Err(Error::refuse("UNDO_APPROVAL", "审批已写入党员信息，不能撤销"));
    }
    // Who was named instead goes with the step; the branch says nothing of it.
    let beside = [Event::Replace.code(), Event::Relocate.code()];
    let later = |event: &&EventRow| event.voided_at.is_none() && event.created_at > last.created_at;
    let later = loaded.events.iter().find(|event| later(event) && !beside.contains(&event.event.as_str()));
    if let Some(event) = later.and_then(|event| Event::from_code(&event.event)) {
        return Err(Error::refuse("NOT_LAST", format!("之后已登记“{}”，不能撤销", event.words())));
    }
    diesel::update(development_records::table.find(last.id))
        .set((
            development_records::voided_at.eq(cx.now()),
            development_records::void_reason.eq(&reason),
            development_records::form_no.eq(None::<String>),
        ))
        .execute(write.conn()?)
        .await?;
    diesel::update(development_documents::table.filter(development_documents::record_id.eq(last.id)))
        .set(development_documents::record_id.eq(None::<Uuid>))
        .execute(write.conn()?)
        .await?;
    let replaced = development_events::case_id.eq(id.0).and(development_events::event.eq(Event::Replace.code()));
    diesel::update(development_events::table.filter(replaced.and(development_events::step.eq(i16::from(no)))))
        .filter(development_events::voided_at.is_null())
        .set(development_events::voided_at.eq(cx.now()))
        .execute(write.conn()?)
        .await?;
    if let Some(done) = loaded.file.done.remove(&no) {
        loaded.file.waiting.extend(done.documents.into_iter().map(|kind| (no, kind)));
    }
    settle(&mut write, id.0, version, &loaded.file).await?;
    let told = Entry::new("development.step_undone", "development", id.0)
        .note("name", loaded.row.name.clone())
        .note("step", format!("{} {}", step.no, step.title))
        .note("reason", reason);
    write.audit(told).await?;
    write.commit().await
}

/// What one needs to be allowed to record an event.
pub fn event_permission(event: Event) -> Permission {
    let committee =
        matches!(event, Event::ExtendReview | Event::DisciplineSerious | Event::NotRecognised | Event::Close);
    if committee { APPROVE } else { EDIT }
}

/// The step of the committee that decides on an event.
pub(crate) fn decision(event: Event) -> Option<&'static Step> {
    step_of(match event {
        Event::ExtendReview => 17,
        // Any committee above may close what has come to nothing.
        Event::Close => 4,
        _ => 24,
    })
}

/// Records what happens beside the steps.
pub async fn note(
    cx: &Cx,
    id: DevelopmentCaseId,
    version: i32,
    event: Event,
    (on, words): (NaiveDate, &str),
) -> Result<()> {
    let least = if event == Event::Submit { 0 } else { 2 };
    let words = check::lines("note", "说明", words, least, 500)?;
    check::day("on", on)?;
    let mut write = cx.write(event_permission(event)).await?;
    note_in(&mut write, id, version, event, (on, &words)).await?;
    write.commit().await
}

/// The same within a transaction.
pub async fn note_in(
    write: &mut Write<'_>,
    id: DevelopmentCaseId,
    version: i32,
    event: Event,
    (on, words): (NaiveDate, &str),
) -> Result<()> {
    let cx = write.cx;
    let (mut loaded, reach) = open(write, id, version).await?;
    // What a committee decides is recorded where the committee's step is.
    let committee = event_permission(event) == APPROVE;
    if committee && decision(event).is_some_and(|step| !decides(&reach, step, &loaded)) {
        return Err(Error::refuse("NOT_YOUR_COMMITTEE", "该事项由支部的上级党委办理，您不能代为登记"));
    }
    if event == Event::Close && is_present(&loaded, write.conn()?).await? {
        let words = "该同志仍是在册党员，不能终止发展；已去世、出党或转出的，请先在“党员信息”或“党员调动”中办理";
        return Err(Error::refuse("MEMBER_PRESENT", words));
    }
    let before: BTreeSet<u8> = loaded.file.submitted.keys().copied().collect();
    loaded.file.note(event, on, cx.app.world.today())?;
    // The assembly it is about, so that it goes when the assembly no longer counts.
    let step = match event {
        Event::Submit => loaded.file.submitted.keys().copied().find(|step| !before.contains(step)),
        Event::ExtendReview => Some(15),
        _ => None,
    };
    if event == Event::Transfer {
        follow_member(write, &mut loaded).await?;
    }
    insert_event(write, &loaded, event, (on, step, words), None).await?;
    match event {
        Event::DisciplineSerious => cancel(write, &loaded, EndReason::ProbationCancelled, words).await?,
        Event::NotRecognised => cancel(write, &loaded, EndReason::NotRecognised, words).await?,
        _ => {}
    }
    settle(write, id.0, version, &loaded.file).await?;
    let told = Entry::new("development.noted", "development", id.0)
        .note("name", loaded.row.name.clone())
        .note("event", event.words())
        .note("happenedOn", json!(on))
        .note("note", words);
    write.audit(told).await
}

/// True when the member that came of a case is here: nothing about a present member is closed by hand.
pub(crate) async fn is_present(loaded: &Loaded, conn: &mut Conn) -> Result<bool> {
    let Some(person) = loaded.row.person_id else { return Ok(false) };
    Ok(!store::gone(&[person], conn).await?.contains(&person))
}

/// The case of a member who has moved goes to the branch where the member is now.
async fn follow_member(write: &mut Write<'_>, loaded: &mut Loaded) -> Result<()> {
    let Some(person) = loaded.row.person_id else { return Err(gone()) };
    let now = store::branch_of(person, write.conn()?).await?.ok_or_else(gone)?;
    if now == loaded.row.organisation_id {
        return Err(Error::refuse("NOT_MOVED", "该党员的组织关系尚未变动，请先办理党员调动"));
    }
    diesel::update(cases::table.find(loaded.row.id)).set(cases::organisation_id.eq(now)).execute(write.conn()?).await?;
    Ok(())
}

/// Writes what happened beside the steps, with who was named.
pub(crate) async fn insert_event(
    write: &mut Write<'_>,
    loaded: &Loaded,
    event: Event,
    (on, step, words): (NaiveDate, Option<u8>, &str),
    people: Option<&[Uuid]>,
) -> Result<()> {
    diesel::insert_into(development_events::table)
        .values((
            development_events::id.eq(write.cx.app.world.id::<Uuid>()),
            development_events::case_id.eq(loaded.row.id),
            development_events::event.eq(event.code()),
            development_events::happened_on.eq(on),
            development_events::step.eq(step.map(i16::from)),
            development_events::note.eq(words),
            development_events::people.eq(people.map(<[Uuid]>::to_vec)),
            development_events::account_name.eq(write.cx.actor()),
            development_events::created_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Takes a case to another branch of the tenant (随单位变动): what was done counts on.
pub async fn relocate(
    cx: &Cx,
    id: DevelopmentCaseId,
    version: i32,
    to: OrganisationId,
    (on, words): (NaiveDate, &str),
) -> Result<()> {
    let words = check::lines("note", "说明", words, 2, 500)?;
    check::day("on", on)?;
    let mut write = cx.write(EDIT).await?;
    let (loaded, reach) = open(&mut write, id, version).await?;
    if on > cx.app.world.today() {
        return Err(Error::invalid("on", "日期不能晚于今天"));
    }
    loaded.file.may(Event::UnitChange, cx.app.world.today())?;
    let name = branch(&reach, to, &mut write).await?;
    if to.0 == loaded.row.organisation_id {
        return Err(Error::invalid("branch", "已在该党支部"));
    }
    diesel::update(cases::table.find(id.0)).set(cases::organisation_id.eq(to.0)).execute(write.conn()?).await?;
    let told = format!("{} → {name}：{words}", loaded.branch);
    insert_event(&mut write, &loaded, Event::Relocate, (on, None, &told), None).await?;
    settle(&mut write, id.0, version, &loaded.file).await?;
    let entry = Entry::new("development.relocated", "development", id.0)
        .note("name", loaded.row.name.clone())
        .change("branch", loaded.branch.clone(), name)
        .note("note", words);
    write.audit(entry).await?;
    write.commit().await
}

/// The steps that somebody may record, by number.
pub fn mine(edit: &Reach, approve: &Reach, loaded: &Loaded) -> BTreeSet<u8> {
    let covers = |step: &&Step| match step.side() {
        Side::Committee => approve.covers(&loaded.path) && decides(approve, step, loaded),
        Side::Branch | Side::Person => edit.covers(&loaded.path),
    };
    STEPS.iter().filter(covers).map(|step| step.no).collect()
}

#[cfg(test)]
mod tests {
    use super::form_key;

    #[test]
    fn pc_3_2_4_numbers_of_forms_are_compared_as_people_read_them() {
        for written in ["苏委a001", " 苏委 A001", "苏委Ａ００１"] {
            assert_eq!(form_key(written), "苏委A001", "{written}");
        }
        assert_ne!(form_key("苏委A001"), form_key("苏委A01"));
    }
}
