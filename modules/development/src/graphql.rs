//! Cases of development in GraphQL.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::{Context, InputObject, MergedObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::tally::{Ballot, Rule};
use zhibu_core::{
    DevelopmentCaseId, DevelopmentDocumentId, Error, OrganisationId, Page, PageArgs, PersonId, Result, check, mask,
};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::messages::MESSAGES_SEND;
use zhibu_tenancy::{Conn, Cx, identity, tenants};

use crate::actions::{self, Applicant};
use crate::carry;
use crate::helpers;
use crate::model::{CaseRow, DocumentRow, RecordRow};
use crate::papers::{self, Upload};
use crate::quota::{self, DevelopmentQuota, PlanMutation, PlanQuery};
use crate::rules::ladder::{self, Level, Rung};
use crate::rules::plan::{STEPS, Side, Standing, Step, step_of};
use crate::rules::{Act, Decision, Event, Given, Outcome, State, StepLook};
use crate::settings::graphql::{PracticeMutation, PracticeQuery};
use crate::store::{self, Filed, Filter, Loaded};
use crate::{APPROVE, EDIT, READ};

/// One of the 25 steps (步骤), as the regulation has it.
#[derive(SimpleObject)]
pub struct DevelopmentStep {
    no: i32,
    /// 1 to 5
    stage: i32,
    /// 阶段
    stage_title: String,
    title: String,
    /// Who acts, in words.
    actor: String,
    side: Side,
    /// Documents it needs, dictionary `development_doc`.
    documents: Vec<String>,
    /// What the person is afterwards.
    standing: Standing,
    /// 依据
    basis: String,
}

/// A person on the way into the Party (发展对象档案). What is sensitive is masked.
#[derive(SimpleObject)]
pub struct DevelopmentCase {
    id: DevelopmentCaseId,
    /// Counts what was recorded; give it back when recording.
    version: i32,
    name: String,
    branch: OrganisationRef,
    /// 公民身份号码, masked
    id_number: String,
    /// 手机号, masked
    mobile: String,
    /// Dictionary `sex`
    sex: String,
    birth_date: NaiveDate,
    /// Full years today.
    age: Option<u32>,
    /// Dictionary `ethnicity`
    ethnicity: String,
    /// Dictionary `education_level`
    education_level: String,
    /// Dictionary `work_post`
    work_post: String,
    employer: Option<String>,
    /// A mentor or sponsor can help no longer.
    gap: bool,
    outcome: Outcome,
    standing: Standing,
    /// 1 to 5
    stage: i32,
    /// The first step that is not done.
    step: Option<i32>,
    step_title: Option<String>,
    /// At which side it waits.
    side: Option<Side>,
    /// Who acts next, in words.
    actor: Option<String>,
    /// The earliest legal day of the next step.
    earliest: Option<NaiveDate>,
    /// The first deadline.
    latest: Option<NaiveDate>,
    overdue: bool,
    /// From when somebody is reminded.
    remind: Option<NaiveDate>,
    /// The member that came of it.
    person: Option<PersonId>,
    started_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

/// A probationary member without a case.
#[derive(SimpleObject)]
pub struct DevelopmentUnfiled {
    person: PersonId,
    name: String,
    branch: OrganisationRef,
    /// 入党日期
    join_date: NaiveDate,
}

/// What is confirmed with a step.
#[derive(SimpleObject)]
pub struct Confirmation {
    key: String,
    words: String,
}

/// How a meeting counts.
#[derive(async_graphql::Enum, Clone, Copy, PartialEq, Eq)]
pub enum VoteRule {
    /// 支部大会: more than half present, more than half of all agree, written opinions included
    Assembly,
    /// 支部委员会: half present, more than half of all agree
    Committee,
    /// 上级党委: more than half present, more than half of all agree
    Approving,
}

/// A step of a case today.
#[derive(SimpleObject)]
pub struct DevelopmentStepLook {
    no: i32,
    state: State,
    /// The day on which it was done.
    on: Option<NaiveDate>,
    /// The earliest legal day.
    earliest: Option<NaiveDate>,
    /// The last legal day.
    latest: Option<NaiveDate>,
    /// The last day is one of the regulation.
    hard: bool,
    overdue: bool,
    /// Why it is closed.
    closed: Vec<String>,
    /// Documents that are missing, dictionary `development_doc`.
    missing: Vec<String>,
    /// Days on which somebody is reminded.
    reminders: Vec<NaiveDate>,
    /// What was recorded, in words.
    given: Vec<String>,
    /// The caller may record it.
    mine: bool,
    /// What has to be confirmed.
    confirmations: Vec<Confirmation>,
    /// The least and the most full members to name; none where nobody is named.
    people: Option<Vec<i32>>,
    /// How it is voted on.
    vote: Option<VoteRule>,
    /// Days or hours of training are asked for.
    training: bool,
    /// The number of the admission form is asked for.
    form_no: bool,
    /// The days of the public notice are asked for: so many working days at least.
    notice: Option<u32>,
    /// Documents it needs, dictionary `development_doc`.
    documents: Vec<String>,
    /// What the assembly decided is asked for.
    decision: bool,
    /// Where the files are kept is asked for.
    place: bool,
    /// Its wait is practice and may be shortened with a reason.
    shortens: bool,
    /// It may be recorded as not passed.
    may_fail: bool,
}

/// What happened in a case, for its timeline.
#[derive(SimpleObject)]
pub struct DevelopmentMoment {
    id: String,
    on: NaiveDate,
    title: String,
    words: Vec<String>,
    by: String,
    at: DateTime<Utc>,
    /// The step it belongs to.
    step: Option<i32>,
    /// It was not passed.
    failed: bool,
    /// Why it no longer counts.
    voided: Option<String>,
}

/// A paper of a case (发展材料).
#[derive(SimpleObject)]
pub struct DevelopmentDocument {
    id: DevelopmentDocumentId,
    step: i32,
    /// Dictionary `development_doc`
    kind: String,
    file_name: String,
    /// Bytes.
    file_size: i32,
    by: String,
    at: DateTime<Utc>,
    /// It waits for its step and may be taken away.
    removable: bool,
    /// It belongs to what no longer counts.
    past: bool,
}

/// A mentor or sponsor (培养联系人、入党介绍人).
#[derive(SimpleObject)]
pub struct DevelopmentHelper {
    person: PersonId,
    name: String,
    /// Why they can help no longer.
    gap: Option<String>,
}

/// A case with its steps, its timeline and its papers.
#[derive(SimpleObject)]
pub struct DevelopmentFile {
    case: DevelopmentCase,
    steps: Vec<DevelopmentStepLook>,
    /// Why steps that were done no longer count.
    lapse: Option<String>,
    /// What the caller may record beside the steps today.
    events: Vec<Event>,
    /// The case may go to another branch.
    movable: bool,
    /// Newest first.
    timeline: Vec<DevelopmentMoment>,
    documents: Vec<DevelopmentDocument>,
    /// 预备期满
    probation_end: Option<NaiveDate>,
    /// Observations recorded so far.
    observed: i32,
    /// The step that the caller may take back.
    undoable: Option<i32>,
    /// Who helps now: mentors, and sponsors once there are.
    helpers: Vec<DevelopmentHelper>,
    /// The step they are named with.
    helper_step: Option<i32>,
    /// The caller may name others.
    replaceable: bool,
    /// The plan of the year that leaves the least, before the pre-review.
    quota: Option<DevelopmentQuota>,
}

/// Cases of one stage in numbers.
#[derive(SimpleObject)]
pub struct DevelopmentStage {
    /// 1 to 5
    stage: i32,
    title: String,
    /// How many go on.
    count: i64,
    /// How many of them have missed a deadline.
    overdue: i64,
    /// How many want attention.
    remind: i64,
    /// Of how many a mentor or sponsor can help no longer.
    gaps: i64,
}

/// Something the caller was reminded of (节点提醒).
#[derive(SimpleObject)]
pub struct DevelopmentReminder {
    id: String,
    /// The case.
    case: DevelopmentCaseId,
    /// Whose.
    name: String,
    branch: OrganisationRef,
    level: Level,
    /// In words.
    words: String,
    at: DateTime<Utc>,
    /// Members who are to act, for a text message to them; the caller is not among them.
    actors: Vec<PersonId>,
    /// Whose case it is, when that is a member.
    person: Option<PersonId>,
}

/// Where a browser puts the file.
#[derive(SimpleObject)]
pub struct DevelopmentTicket {
    id: DevelopmentDocumentId,
    /// Signed link for one PUT of just this length and type.
    url: String,
    content_type: &'static str,
}

/// A link to a paper, for a few minutes.
#[derive(SimpleObject)]
pub struct DevelopmentLink {
    url: String,
    file_name: String,
}

/// Which cases are looked for.
#[derive(InputObject, Default)]
pub(crate) struct DevelopmentFilter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    stage: Option<i32>,
    step: Option<i32>,
    /// At which side they wait.
    side: Option<Side>,
    /// Only those that have missed a deadline.
    overdue: Option<bool>,
    /// Only those of which somebody is reminded today.
    remind: Option<bool>,
    /// Only those of whom a mentor or sponsor can help no longer.
    gap: Option<bool>,
    /// Those that have ended, instead of those that go on.
    closed: Option<bool>,
}

#[derive(InputObject)]
struct ApplicantInput {
    branch: OrganisationId,
    name: String,
    id_number: String,
    ethnicity: String,
    education_level: String,
    work_post: String,
    employer: Option<String>,
    mobile: String,
}

#[derive(InputObject)]
struct BallotInput {
    /// 应到会有表决权人数
    should: i32,
    /// 实到会人数
    present: i32,
    /// 到会赞成票
    yes: i32,
    /// 会前书面赞成意见
    #[graphql(default)]
    written: i32,
    /// 反对票
    #[graphql(default)]
    no: i32,
    /// 弃权票
    #[graphql(default)]
    abstain: i32,
}

#[derive(InputObject)]
struct DevelopmentActInput {
    on: NaiveDate,
    /// It was not passed; a vote tells by itself.
    failed: Option<bool>,
    confirmed: Option<Vec<String>>,
    people: Option<Vec<PersonId>>,
    ballot: Option<BallotInput>,
    days: Option<i32>,
    hours: Option<i32>,
    form_no: Option<String>,
    place: Option<String>,
    notice_from: Option<NaiveDate>,
    notice_to: Option<NaiveDate>,
    decision: Option<Decision>,
    months: Option<i32>,
    /// Why a wait by practice was shortened.
    early: Option<String>,
    note: Option<String>,
}

#[derive(InputObject)]
struct DevelopmentUpload {
    step: i32,
    /// Dictionary `development_doc`
    kind: String,
    /// With its ending.
    file_name: String,
    /// Bytes.
    size: i64,
}

fn number(no: i32) -> Result<u8> {
    u8::try_from(no).ok().filter(|no| step_of(*no).is_some()).ok_or_else(|| Error::invalid("step", "步骤应为1至25"))
}

impl DevelopmentFilter {
    pub(crate) fn read(self, today: NaiveDate) -> Result<Filter> {
        let small = |field: &str, number: Option<i32>| {
            number.map(i16::try_from).transpose().map_err(|_| Error::invalid(field, "没有这样的阶段或步骤"))
        };
        Ok(Filter {
            search: self.search,
            under: self.under,
            stage: small("stage", self.stage)?,
            step: small("step", self.step)?,
            side: self.side,
            overdue: self.overdue.unwrap_or_default().then_some(today),
            remind: self.remind.unwrap_or_default().then_some(today),
            gap: self.gap.unwrap_or_default(),
            closed: self.closed.unwrap_or_default(),
        })
    }
}

impl DevelopmentActInput {
    fn read(self) -> Result<Act> {
        for (field, texts) in [("confirmed", self.confirmed.as_deref().unwrap_or_default())] {
            if texts.len() > 10 || texts.iter().any(|text| text.len() > 40) {
                return Err(Error::invalid(field, "确认事项过多"));
            }
        }
        if self.people.as_ref().is_some_and(|people| people.len() > 10) {
            return Err(Error::invalid("people", "所选人员过多"));
        }
        let months = self.months.map(u32::try_from).transpose();
        Ok(Act {
            on: self.on,
            failed: self.failed.unwrap_or_default(),
            given: Given {
                confirmed: self.confirmed.unwrap_or_default(),
                people: self.people.unwrap_or_default().into_iter().map(|id| id.0).collect(),
                ballot: self.ballot.map(|b| Ballot {
                    should: b.should,
                    present: b.present,
                    yes: b.yes,
                    written: b.written,
                    no: b.no,
                    abstain: b.abstain,
                }),
                days: self.days,
                hours: self.hours,
                form_no: self.form_no,
                place: self.place,
                notice_from: self.notice_from,
                notice_to: self.notice_to,
                decision: self.decision,
                months: months.map_err(|_| Error::invalid("months", "延长时间应为6至12个月"))?,
                early: self.early,
                note: self.note,
                elsewhere: false,
            },
        })
    }
}

/// What rows of cases are shown with.
struct Shown {
    names: HashMap<Uuid, String>,
    vault: Arc<Vault>,
    today: NaiveDate,
}

impl Shown {
    async fn of(cx: &Cx, rows: &[&CaseRow], conn: &mut Conn) -> Result<Self> {
        let at: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
        Ok(Self {
            names: organisation::names(&at, conn).await?,
            vault: tenants::vault(&cx.app, cx.tenant()?).await?,
            today: cx.app.world.today(),
        })
    }

    fn case(&self, row: &CaseRow) -> Result<DevelopmentCase> {
        let masked =
            |sealed: &[u8], mask: fn(&str) -> String| self.vault.open_text(sealed).map(|text| mask(text.expose()));
        let step = row.step.and_then(|step| step_of(store::no(step)));
        let at = OrganisationId::from(row.organisation_id);
        Ok(DevelopmentCase {
            id: row.id.into(),
            version: row.version,
            name: row.name.clone(),
            branch: (at, self.names.get(&row.organisation_id).cloned().unwrap_or_default()).into(),
            id_number: masked(&row.id_number, mask::id_number)?,
            mobile: masked(&row.mobile, mask::phone)?,
            sex: row.sex.clone(),
            birth_date: row.birth_date,
            age: self.today.years_since(row.birth_date),
            ethnicity: row.ethnicity.clone(),
            education_level: row.education_level.clone(),
            work_post: row.work_post.clone(),
            employer: row.employer.clone(),
            gap: row.gap && row.closed_at.is_none(),
            outcome: row.outcome(),
            standing: Standing::from_code(&row.standing).unwrap_or(Standing::Mass),
            stage: row.stage.into(),
            step: row.step.map(i32::from),
            step_title: step.map(|step| step.title.clone()),
            side: step.map(Step::side),
            actor: step.map(Step::actor_words),
            earliest: row.earliest,
            latest: row.due(),
            overdue: row.closed_at.is_none() && row.due < self.today,
            remind: row.remind,
            person: row.person_id.map(Into::into),
            started_at: row.created_at,
            closed_at: row.closed_at,
        })
    }
}

/// What was given with a step, in words.
pub(crate) fn told(given: &Given, names: &HashMap<Uuid, String>) -> Vec<String> {
    let mut words = Vec::new();
    if !given.people.is_empty() {
        let named = given.people.iter().filter_map(|id| names.get(id).cloned()).collect::<Vec<_>>().join("、");
        words.push(format!("人员：{named}"));
    }
    if let Some(b) = &given.ballot {
        let written = if b.written > 0 { format!("（另有书面赞成{}）", b.written) } else { String::new() };
        words.push(format!(
            "应到{}人，实到{}人，赞成{}票{written}，反对{}票，弃权{}票",
            b.should, b.present, b.yes, b.no, b.abstain
        ));
    }
    words.extend(given.decision.map(|decision| match (decision, given.months) {
        (Decision::Convert, _) => "决定：按期转正".to_owned(),
        (Decision::Extend, months) => format!("决定：延长预备期{}个月", months.unwrap_or_default()),
        (Decision::Cancel, _) => "决定：取消预备党员资格".to_owned(),
    }));
    if let (Some(from), Some(to)) = (given.notice_from, given.notice_to) {
        words.push(format!("公示：{from}至{to}"));
    }
    words.extend(given.days.map(|days| format!("集中培训{days}天")));
    words.extend(given.hours.map(|hours| format!("集中培训{hours}学时")));
    words.extend(given.form_no.as_ref().map(|text| format!("入党志愿书编号：{text}")));
    words.extend(given.place.as_ref().map(|text| format!("存放地点：{text}")));
    words.extend(given.early.as_ref().map(|text| format!("提前的理由：{text}")));
    words.extend(given.note.clone());
    words
}

fn standing(look: &StepLook, step: &Step, given: Vec<String>, mine: bool) -> DevelopmentStepLook {
    DevelopmentStepLook {
        no: look.no.into(),
        state: look.state,
        on: look.on,
        earliest: look.earliest,
        latest: look.latest,
        hard: step.deadline.is_some_and(|deadline| deadline.hard),
        overdue: look.overdue,
        closed: look.closed.iter().map(|why| why.words.clone()).collect(),
        missing: look.missing.clone(),
        reminders: look.reminders.clone(),
        given,
        mine,
        confirmations: step
            .confirmations()
            .into_iter()
            .map(|(key, words)| Confirmation { key: key.to_owned(), words: words.to_owned() })
            .collect(),
        people: step
            .people()
            .map(|(least, most)| [least, most].into_iter().filter_map(|number| i32::try_from(number).ok()).collect()),
        vote: step.vote.map(|rule| match rule {
            Rule::Assembly => VoteRule::Assembly,
            Rule::Approving => VoteRule::Approving,
            Rule::Committee | Rule::Election => VoteRule::Committee,
        }),
        training: step.training,
        form_no: step.fixes("form_no"),
        notice: look.notice,
        documents: look.documents.clone(),
        decision: step.fixes("decision"),
        place: step.fixes("archive_place"),
        shortens: look.shortens,
        may_fail: step.vote.is_none() && step.failing != crate::rules::plan::Failing::Stay,
    }
}

fn moments(loaded: &Loaded, names: &HashMap<Uuid, String>) -> Vec<DevelopmentMoment> {
    let of_step = |record: &RecordRow| {
        let step = step_of(store::no(record.step));
        let given: Given = serde_json::from_value(record.given.clone()).unwrap_or_default();
        DevelopmentMoment {
            id: record.id.to_string(),
            on: record.happened_on,
            title: step.map(|step| step.title.clone()).unwrap_or_default(),
            words: told(&given, names),
            by: record.account_name.clone(),
            at: record.created_at,
            step: Some(record.step.into()),
            failed: !record.passed,
            voided: record.voided_at.map(|_| record.void_reason.clone().unwrap_or_default()),
        }
    };
    let mut all: Vec<DevelopmentMoment> = loaded.records.iter().map(of_step).collect();
    all.extend(loaded.events.iter().map(|event| {
        DevelopmentMoment {
            id: event.id.to_string(),
            on: event.happened_on,
            title: match Event::from_code(&event.event) {
                Some(Event::Replace) if event.step == Some(5) => "更换培养联系人",
                Some(Event::Replace) => "更换入党介绍人",
                Some(event) => event.words(),
                None => "其他事项",
            }
            .to_owned(),
            words: {
                let named = event.people.iter().flatten().filter_map(|id| names.get(id).cloned()).collect::<Vec<_>>();
                let named =
                    Some(named).filter(|named| !named.is_empty()).map(|named| format!("现为：{}", named.join("、")));
                named.into_iter().chain(Some(event.note.clone()).filter(|note| !note.is_empty())).collect()
            },
            by: event.account_name.clone(),
            at: event.created_at,
            step: event.step.map(i32::from),
            failed: false,
            voided: event.voided_at.map(|_| match Event::from_code(&event.event) {
                Some(Event::Ended) => "已从党员历史库还原".to_owned(),
                _ => "相关步骤已重新办理".to_owned(),
            }),
        }
    }));
    all.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    all
}

fn record_of<'l>(row: &DocumentRow, loaded: &'l Loaded) -> Option<&'l RecordRow> {
    loaded.records.iter().find(|record| Some(record.id) == row.record_id)
}

/// Whether a paper belongs to what no longer counts.
pub(crate) fn is_past(row: &DocumentRow, loaded: &Loaded) -> bool {
    record_of(row, loaded).is_some_and(|record| record.voided_at.is_some() || !record.counts)
}

/// Who was named in a step.
pub(crate) fn named(record: &RecordRow) -> Vec<Uuid> {
    let given: Given = serde_json::from_value(record.given.clone()).unwrap_or_default();
    given.people
}

/// Who was named in the steps of a case.
pub(crate) fn people(loaded: &Loaded) -> Vec<Uuid> {
    let instead = loaded.events.iter().filter_map(|event| event.people.clone()).flatten();
    loaded.records.iter().flat_map(named).chain(instead).collect::<BTreeSet<Uuid>>().into_iter().collect()
}

fn paper(row: &DocumentRow, loaded: &Loaded) -> DevelopmentDocument {
    let record = record_of(row, loaded);
    DevelopmentDocument {
        id: row.id.into(),
        step: row.step.into(),
        kind: row.kind.clone(),
        file_name: row.file_name.clone(),
        file_size: row.file_size,
        by: row.account_name.clone(),
        at: row.created_at,
        removable: record.is_none() && loaded.row.closed_at.is_none(),
        past: is_past(row, loaded),
    }
}

async fn file(cx: &Cx, id: DevelopmentCaseId) -> Result<DevelopmentFile> {
    let mut read = cx.read(READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let loaded = store::load(&reach, id, false, read.conn()?).await?;
    let (edit, approve) = (Reach::held(cx, EDIT, read.conn()?).await?, Reach::held(cx, APPROVE, read.conn()?).await?);
    let today = cx.app.world.today();
    let mine = actions::mine(&edit, &approve, &loaded);
    let present = actions::is_present(&loaded, read.conn()?).await?;
    let names = store::people_names(&people(&loaded), read.conn()?).await?;
    let look = loaded.file.look(today);
    let steps = look.steps.iter().zip(STEPS.iter()).map(|(at, step)| {
        let given = loaded.file.done.get(&step.no).map(|done| told(&done.given, &names)).unwrap_or_default();
        standing(at, step, given, mine.contains(&step.no))
    });
    let may = |event: &Event| {
        let committee = actions::event_permission(*event) == APPROVE;
        if !committee {
            return edit.covers(&loaded.path);
        }
        actions::decision(*event).is_some_and(|step| mine.contains(&step.no)) && !(*event == Event::Close && present)
    };
    let last = loaded.records.iter().rfind(|record| record.voided_at.is_none());
    let undoable = last.filter(|record| record.counts && !matches!(record.step, 17 | 24)).filter(|record| {
        mine.contains(&store::no(record.step))
            && loaded.row.closed_at.is_none()
            && !loaded.events.iter().any(|event| event.voided_at.is_none() && event.created_at > record.created_at)
    });
    Ok(DevelopmentFile {
        case: Shown::of(cx, &[&loaded.row], read.conn()?).await?.case(&loaded.row)?,
        steps: steps.collect(),
        lapse: look.lapse.map(|why| why.words),
        events: loaded.file.events(today).into_iter().filter(may).collect(),
        movable: edit.covers(&loaded.path) && loaded.file.may(Event::UnitChange, today).is_ok(),
        timeline: moments(&loaded, &names),
        documents: loaded.documents.iter().map(|row| paper(row, &loaded)).collect(),
        probation_end: loaded.file.probation_end(),
        observed: i32::try_from(loaded.file.observed.len()).unwrap_or(i32::MAX),
        undoable: undoable.map(|record| record.step.into()),
        helpers: helpers::of(id.0, read.conn()?)
            .await?
            .into_iter()
            .map(|one| DevelopmentHelper { person: one.person.into(), name: one.name, gap: one.gap })
            .collect(),
        helper_step: loaded.file.helpers().map(|helpers| helpers.step.no.into()),
        replaceable: edit.covers(&loaded.path) && loaded.file.helpers().is_some(),
        quota: quota::of_case(&loaded, today, false, read.conn()?).await?,
    })
}

/// What somebody was reminded of and is still so, the most urgent first.
async fn reminders(cx: &Cx) -> Result<Vec<DevelopmentReminder>> {
    let (today, account) = (cx.app.world.today(), identity::must_be_account(cx)?.account);
    let mut read = cx.read(READ).await?;
    let told = store::reminders(account.0, today, read.conn()?).await?;
    let ids: Vec<Uuid> = told.iter().map(|row| row.case_id).collect();
    let rows = store::told_cases(&ids, read.conn()?).await?;
    // Whoever lost the right since is told nothing, and what was settled since is left out.
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let at: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let people: Vec<Uuid> = rows.iter().filter_map(|row| row.person_id).collect();
    let (places, gone) = (organisation::places(&at, read.conn()?).await?, store::gone(&people, read.conn()?).await?);
    let filed = store::with_files(rows, read.conn()?).await?;
    let accounts: BTreeSet<Uuid> = told.iter().flat_map(|row| row.recipients.iter().copied()).collect();
    // Only to whom the caller may send: an order that names somebody out of reach is refused as a whole.
    let sends = Reach::held(cx, MESSAGES_SEND, read.conn()?).await?;
    let members = store::members_of(&sends, &accounts.into_iter().collect::<Vec<_>>(), read.conn()?).await?;
    let filed: HashMap<Uuid, Filed> = filed.into_iter().map(|one| (one.row.id, one)).collect();
    let (mut seen, mut shown) = (BTreeSet::new(), Vec::new());
    for row in told {
        let Some(one) = filed.get(&row.case_id) else { continue };
        let Some((branch, path)) = places.get(&one.row.organisation_id) else { continue };
        let left = one.row.person_id.is_some_and(|person| gone.contains(&person));
        let rungs = one.file.rungs(today);
        let same = |rung: &&Rung| i16::from(rung.step) == row.step && rung.rule.code() == row.rule;
        let of = |rule, level| Rung { step: store::no(row.step), rule, level, day: row.day, about: row.about };
        let rung = match ladder::Rule::from_code(&row.rule) {
            Some(ladder::Rule::Gap) => {
                (one.row.gap && one.row.closed_at.is_none()).then(|| of(ladder::Rule::Gap, Level::Red))
            }
            // It is news for a week, and nothing is to be done about it here.
            Some(ladder::Rule::Refused) => Some(of(ladder::Rule::Refused, Level::Yellow)),
            _ => rungs.iter().find(same).copied(),
        };
        let Some(rung) = rung.filter(|_| reach.covers(path) && !left) else { continue };
        if seen.insert((row.case_id, row.step, row.rule)) {
            shown.push(DevelopmentReminder {
                id: row.id.to_string(),
                case: row.case_id.into(),
                name: one.row.name.clone(),
                branch: (OrganisationId::from(one.row.organisation_id), branch.clone()).into(),
                level: rung.level,
                words: rung.words(today),
                at: row.created_at,
                actors: row
                    .recipients
                    .iter()
                    .filter(|one| **one != account.0)
                    .filter_map(|one| members.get(one).map(|person| (*person).into()))
                    .collect(),
                person: one.row.person_id.map(Into::into),
            });
        }
    }
    shown.sort_by_key(|one| std::cmp::Reverse(one.level));
    Ok(shown)
}

/// 党员发展
#[derive(MergedObject, Default)]
pub struct DevelopmentQuery(DevelopmentCaseQuery, PracticeQuery, PlanQuery);

/// 党员发展
#[derive(MergedObject, Default)]
#[graphql(serial)]
pub struct DevelopmentMutation(DevelopmentCaseMutation, PracticeMutation, PlanMutation);

#[derive(Default)]
pub(crate) struct DevelopmentCaseQuery;

#[Object]
impl DevelopmentCaseQuery {
    /// The 5 stages and 25 steps.
    async fn steps(&self, ctx: &Context<'_>) -> Result<Vec<DevelopmentStep>> {
        ctx.cx()?.allow(READ)?;
        let step = |step: &Step| DevelopmentStep {
            no: step.no.into(),
            stage: step.stage.into(),
            stage_title: step.stage_title.clone(),
            title: step.title.clone(),
            actor: step.actor_words(),
            side: step.side(),
            documents: step.documents.clone(),
            standing: step.after,
            basis: step.basis.clone(),
        };
        Ok(STEPS.iter().map(step).collect())
    }

    /// Cases that go on, by stage.
    async fn stages(&self, ctx: &Context<'_>, under: Option<OrganisationId>) -> Result<Vec<DevelopmentStage>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let counted = store::stages(&reach, under, cx.app.world.today(), read.conn()?).await?;
        Ok((1..=5)
            .filter_map(|stage| {
                let title = STEPS.iter().find(|step| i16::from(step.stage) == stage)?.stage_title.clone();
                let found = counted.iter().find(|one| one.stage == stage);
                let of = |number: fn(&store::StageCount) -> i64| found.map_or(0, number);
                Some(DevelopmentStage {
                    stage: stage.into(),
                    title,
                    count: of(|one| one.count),
                    overdue: of(|one| one.overdue),
                    remind: of(|one| one.remind),
                    gaps: of(|one| one.gaps),
                })
            })
            .collect())
    }

    /// Cases inside the caller's scope, the nearest deadline first (PC-3.2.4).
    async fn cases(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<DevelopmentFilter>,
    ) -> Result<Listed<DevelopmentCase>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let filter = filter.unwrap_or_default().read(cx.app.world.today())?;
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count(cx, &reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = store::list(cx, &reach, &filter, &args, read.conn()?).await?;
        let shown = Shown::of(cx, &page.nodes.iter().collect::<Vec<_>>(), read.conn()?).await?;
        let nodes = page.nodes.iter().map(|row| shown.case(row)).collect::<Result<Vec<_>>>()?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// What the caller was reminded of within a week, the most urgent first.
    async fn reminders(&self, ctx: &Context<'_>) -> Result<Vec<DevelopmentReminder>> {
        reminders(ctx.cx()?).await
    }

    /// Probationary members without a case that goes on, who joined first first: they were admitted elsewhere, or before there
    /// were cases here.
    async fn unfiled(
        &self,
        ctx: &Context<'_>,
        under: Option<OrganisationId>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<DevelopmentUnfiled>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let (page, total) = carry::unfiled(cx, under, &args).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.branch).collect();
        let mut read = cx.read(READ).await?;
        let names = organisation::names(&at, read.conn()?).await?;
        let shown = |row: &carry::Unfiled| DevelopmentUnfiled {
            person: row.person.into(),
            name: row.name.clone(),
            branch: (OrganisationId::from(row.branch), names.get(&row.branch).cloned().unwrap_or_default()).into(),
            join_date: row.join_date,
        };
        let nodes = page.nodes.iter().map(shown).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, Some(total)))
    }

    /// One case with its steps, timeline and papers.
    async fn case(&self, ctx: &Context<'_>, id: DevelopmentCaseId) -> Result<DevelopmentFile> {
        file(ctx.cx()?, id).await
    }
}

#[derive(Default)]
pub(crate) struct DevelopmentCaseMutation;

#[Object(serial)]
impl DevelopmentCaseMutation {
    /// Opens a case (新建).
    async fn start(&self, ctx: &Context<'_>, input: ApplicantInput) -> Result<DevelopmentFile> {
        let cx = ctx.cx()?;
        let form = Applicant {
            branch: input.branch,
            name: input.name,
            id_number: input.id_number,
            ethnicity: input.ethnicity,
            education_level: input.education_level,
            work_post: input.work_post,
            employer: input.employer,
            mobile: input.mobile,
        };
        match actions::start(cx, form).await? {
            Ok(id) => file(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Opens cases for probationary members who were admitted elsewhere (为预备党员建档); how many. Who has one is left alone.
    async fn open_for(&self, ctx: &Context<'_>, people: Vec<PersonId>) -> Result<usize> {
        carry::open_for(ctx.cx()?, &people).await
    }

    /// Records a step.
    async fn complete(
        &self,
        ctx: &Context<'_>,
        id: DevelopmentCaseId,
        version: i32,
        step: i32,
        input: DevelopmentActInput,
    ) -> Result<DevelopmentFile> {
        let cx = ctx.cx()?;
        match actions::complete(cx, id, version, number(step)?, input.read()?).await? {
            Ok(()) => file(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Takes back what was recorded last, with a reason.
    async fn undo(
        &self,
        ctx: &Context<'_>,
        id: DevelopmentCaseId,
        version: i32,
        step: i32,
        reason: String,
    ) -> Result<DevelopmentFile> {
        actions::undo(ctx.cx()?, id, version, number(step)?, &reason).await?;
        file(ctx.cx()?, id).await
    }

    /// Records what happens beside the steps.
    async fn record_event(
        &self,
        ctx: &Context<'_>,
        id: DevelopmentCaseId,
        version: i32,
        event: Event,
        on: NaiveDate,
        #[graphql(default)] note: String,
    ) -> Result<DevelopmentFile> {
        actions::note(ctx.cx()?, id, version, event, (on, &note)).await?;
        file(ctx.cx()?, id).await
    }

    /// Names others to help, with a reason (更换培养联系人、入党介绍人).
    async fn replace_helpers(
        &self,
        ctx: &Context<'_>,
        id: DevelopmentCaseId,
        version: i32,
        people: Vec<PersonId>,
        on: NaiveDate,
        note: String,
    ) -> Result<DevelopmentFile> {
        let people: Vec<Uuid> = people.into_iter().map(|one| one.0).collect();
        helpers::replace(ctx.cx()?, id, version, &people, (on, &note)).await?;
        file(ctx.cx()?, id).await
    }

    /// Takes a case to another branch; what was done counts on.
    async fn relocate(
        &self,
        ctx: &Context<'_>,
        id: DevelopmentCaseId,
        version: i32,
        branch: OrganisationId,
        on: NaiveDate,
        note: String,
    ) -> Result<DevelopmentFile> {
        actions::relocate(ctx.cx()?, id, version, branch, (on, &note)).await?;
        file(ctx.cx()?, id).await
    }

    /// Opens the upload of a paper for a step.
    async fn request_document(
        &self,
        ctx: &Context<'_>,
        id: DevelopmentCaseId,
        input: DevelopmentUpload,
    ) -> Result<DevelopmentTicket> {
        let kind = check::text("kind", "材料", &input.kind, 1, 40)?;
        let upload = Upload { step: number(input.step)?, kind, file_name: input.file_name, size: input.size };
        let ticket = papers::request(ctx.cx()?, id, upload).await?;
        Ok(DevelopmentTicket { id: ticket.id, url: ticket.url, content_type: ticket.content_type })
    }

    /// Looks an uploaded file through and keeps it.
    async fn keep_document(&self, ctx: &Context<'_>, id: DevelopmentDocumentId) -> Result<DevelopmentFile> {
        let case = papers::keep(ctx.cx()?, id).await?;
        file(ctx.cx()?, case).await
    }

    /// Takes away a paper whose step is not done yet.
    async fn remove_document(&self, ctx: &Context<'_>, id: DevelopmentDocumentId) -> Result<DevelopmentFile> {
        let case = papers::remove(ctx.cx()?, id).await?;
        file(ctx.cx()?, case).await
    }

    /// A short link to a paper; who opened it is recorded.
    async fn open_document(&self, ctx: &Context<'_>, id: DevelopmentDocumentId) -> Result<DevelopmentLink> {
        let (url, file_name) = papers::link(ctx.cx()?, id).await?;
        Ok(DevelopmentLink { url, file_name })
    }
}
