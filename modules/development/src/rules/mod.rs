//! Where a case of development (党员发展) stands and what may be done with it (domain §3). Pure decisions: no database,
//! no clock.

pub mod ladder;
pub mod plan;
pub mod practice;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::Error;

use plan::{Anchor, Deadline, EDGES, Failing, From, Need, Remind, STEPS, Side, Span, Standing, Step, step_of};
use practice::{NOTICE_STEPS, Practices};
use zhibu_core::tally::Ballot;

/// The least to which a wait by practice may be shortened, with a reason.
const SOFT_LEAST: Span = Span::Months(3);
/// The paper that proves a public notice.
const NOTICE_PAPER: &str = "public_notice";
/// Observations that an activist has before becoming a candidate.
const OBSERVATIONS: usize = 2;
/// The last step that may have been done before there was a file here: the Party admits by what is recorded.
pub const ADOPTED: u8 = 11;
/// How long probation lasts.
const PROBATION: Span = Span::Months(12);

/// What an assembly decides about a probationary member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
#[graphql(name = "ConversionDecision")]
pub enum Decision {
    /// 按期转正
    Convert,
    /// 延长预备期
    Extend,
    /// 取消预备党员资格
    Cancel,
}

/// How a case ended, or that it goes on; codes of the dictionary `development_outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
#[graphql(name = "DevelopmentOutcome")]
pub enum Outcome {
    /// 进行中
    InProgress,
    /// 暂缓
    Suspended,
    /// 按期转正
    Converted,
    /// 延长预备期 (the case goes on)
    Extended,
    /// 取消预备党员资格
    Cancelled,
    /// 未通过
    Rejected,
    /// 本人撤回
    Withdrawn,
    /// 随单位变动转出
    Moved,
    /// 终止: the membership or the person's way ended otherwise
    Ended,
}

/// What happens to a case beside its steps: the exceptional edges that people record, and what other work brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
#[graphql(name = "DevelopmentEvent")]
pub enum Event {
    /// 报送上级: the branch has sent the resolution of the assembly upwards
    Submit,
    /// 考察记录 during training or probation
    Observe,
    /// 暂缓
    Hold,
    /// 恢复
    Resume,
    /// 本人撤回申请
    Withdraw,
    /// 随单位变动转出
    UnitChange,
    /// 延长审批
    ExtendReview,
    /// 推迟讨论转正
    Postpone,
    /// 严重违纪，取消预备党员资格
    DisciplineSerious,
    /// 预备期内调动
    Transfer,
    /// 不予承认预备党员身份, by the branch that took a probationary member in
    NotRecognised,
    /// 终止发展
    Close,
    /// 党员身份终止: the member has left, which ends what was open
    Ended,
    /// 从党员历史库还原
    Restored,
    /// 更换培养联系人、入党介绍人
    Replace,
    /// 转到其他党支部
    Relocate,
}

/// What is given with a step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Given {
    /// What was confirmed, by key.
    pub confirmed: Vec<String>,
    /// Who was named: talkers, mentors, sponsors.
    pub people: Vec<Uuid>,
    /// What was counted.
    pub ballot: Option<Ballot>,
    /// Days of training.
    pub days: Option<i32>,
    /// Hours of training.
    pub hours: Option<i32>,
    /// 入党志愿书编号
    pub form_no: Option<String>,
    /// 档案存放地点
    pub place: Option<String>,
    /// First day of the public notice.
    pub notice_from: Option<NaiveDate>,
    /// Last day of the public notice.
    pub notice_to: Option<NaiveDate>,
    /// What the assembly decided about a probationary member.
    pub decision: Option<Decision>,
    /// By how many months probation is extended.
    pub months: Option<u32>,
    /// Why a wait by practice was shortened.
    pub early: Option<String>,
    /// It was done by another Party organisation, which keeps the papers in the person's own file.
    pub elsewhere: bool,
    /// 说明
    pub note: Option<String>,
}

/// Who helps somebody on the way: mentors, and sponsors once there are.
#[derive(Debug, Clone, Copy)]
pub struct Helpers<'f> {
    /// The step they are named with.
    pub step: &'static Step,
    /// Who.
    pub people: &'f [Uuid],
    /// Since when.
    pub since: NaiveDate,
}

/// A step as it was done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    /// On this day.
    pub on: NaiveDate,
    /// With this.
    pub given: Given,
    /// With these documents.
    pub documents: BTreeSet<String>,
}

/// All that is known of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// 出生日期
    pub birth: NaiveDate,
    /// The steps that are done and count.
    pub done: BTreeMap<u8, Done>,
    /// Documents that wait for their step.
    pub waiting: BTreeSet<(u8, String)>,
    /// How it stands.
    pub outcome: Outcome,
    /// When it was on hold.
    pub holds: Vec<(NaiveDate, Option<NaiveDate>)>,
    /// Days on which resolutions went upwards, by assembly.
    pub submitted: BTreeMap<u8, NaiveDate>,
    /// Days on which the person was observed.
    pub observed: Vec<NaiveDate>,
    /// By how many months probation was extended.
    pub extended: Option<u32>,
    /// The committee has taken more time to approve.
    pub review_extended: bool,
    /// The discussion of conversion was put off.
    pub postponed: bool,
    /// Came from another branch during probation.
    pub transferred: bool,
    /// Nothing more is done: the member has left, or an administrator has closed the case.
    pub ended: bool,
    /// Days on which others were named for a step than when it was done.
    pub replaced: BTreeMap<u8, NaiveDate>,
    /// A committee above the branch may approve members.
    pub authority: bool,
    /// What the tenant has decided, from which days on.
    pub practices: Arc<Practices>,
}

/// Why a step cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable.
    pub code: &'static str,
    /// For people.
    pub words: String,
}

/// How a step looks today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "DevelopmentStepState")]
pub enum State {
    /// 已完成
    Done,
    /// 可办理
    Open,
    /// 暂不能办理
    Closed,
}

/// One step today.
#[derive(Debug, Clone, PartialEq)]
pub struct StepLook {
    /// Which.
    pub no: u8,
    /// How it looks.
    pub state: State,
    /// The day on which it was done.
    pub on: Option<NaiveDate>,
    /// The earliest day that is legal, as far as it can be told.
    pub earliest: Option<NaiveDate>,
    /// The day until which it should be done.
    pub latest: Option<NaiveDate>,
    /// That day has passed.
    pub overdue: bool,
    /// Why it is closed.
    pub closed: Vec<Reason>,
    /// Documents that it needs.
    pub documents: Vec<String>,
    /// Documents that are missing.
    pub missing: Vec<String>,
    /// So many working days of public notice are asked for with it.
    pub notice: Option<u32>,
    /// Its wait is practice and may be shortened with a reason.
    pub shortens: bool,
    /// Days on which somebody is reminded.
    pub reminders: Vec<NaiveDate>,
}

/// A case today.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// All steps, in order.
    pub steps: Vec<StepLook>,
    /// The first that is not done.
    pub next: Option<u8>,
    /// Its stage; the last when all is done.
    pub stage: u8,
    /// What the person is.
    pub standing: Standing,
    /// At which side it waits.
    pub side: Option<Side>,
    /// From when the next step is legal.
    pub earliest: Option<NaiveDate>,
    /// The first day until which something should be done.
    pub latest: Option<NaiveDate>,
    /// From when somebody is reminded.
    pub remind: Option<NaiveDate>,
    /// Why steps that were done no longer count.
    pub lapse: Option<Reason>,
}

/// What somebody wants to record of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// On this day.
    pub on: NaiveDate,
    /// With this.
    pub given: Given,
    /// It was not passed; a vote tells by itself.
    pub failed: bool,
}

/// What is to be done beside recording it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Becomes a probationary member, having joined on this day.
    Admit(NaiveDate),
    /// Becomes a full member from this day.
    Convert(NaiveDate),
    /// Probation is cancelled.
    Cancel,
}

/// What comes of recording a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// It was passed.
    pub passed: bool,
    /// It counts as done: what extends or ends probation is decided but leads no further.
    pub counts: bool,
    /// Steps whose earlier records no longer count.
    pub void: BTreeSet<u8>,
    /// How the case stands then.
    pub outcome: Outcome,
    /// Probation becomes longer by so many months.
    pub extends: Option<u32>,
    /// What else is to be done.
    pub effect: Effect,
}

impl Outcome {
    /// The dictionary's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Suspended => "suspended",
            Self::Converted => "converted",
            Self::Extended => "extended",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Moved => "moved",
            Self::Ended => "ended",
        }
    }

    /// The outcome of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        use Outcome as O;
        [
            O::InProgress,
            O::Suspended,
            O::Converted,
            O::Extended,
            O::Cancelled,
            O::Rejected,
            O::Withdrawn,
            O::Moved,
            O::Ended,
        ]
        .into_iter()
        .find(|one| one.code() == code)
    }

    /// The case goes on.
    pub fn is_open(self) -> bool {
        matches!(self, Self::InProgress | Self::Suspended | Self::Extended)
    }
}

impl Event {
    /// As it is stored, and as the file of edges calls it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Observe => "observe",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Withdraw => "withdraw",
            Self::UnitChange => "unit_change",
            Self::ExtendReview => "extend_review",
            Self::Postpone => "postpone",
            Self::DisciplineSerious => "discipline_serious",
            Self::Transfer => "transfer",
            Self::NotRecognised => "not_recognised",
            Self::Close => "close",
            Self::Ended => "ended",
            Self::Restored => "restored",
            Self::Replace => "replace",
            Self::Relocate => "relocate",
        }
    }

    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Submit,
        Self::Observe,
        Self::Hold,
        Self::Resume,
        Self::Withdraw,
        Self::UnitChange,
        Self::ExtendReview,
        Self::Postpone,
        Self::DisciplineSerious,
        Self::Transfer,
        Self::NotRecognised,
        Self::Close,
        Self::Ended,
        Self::Restored,
        Self::Replace,
        Self::Relocate,
    ];

    /// The event of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Submit => "决议报送上级",
            Self::Observe => "考察记录",
            Self::Hold => "暂缓",
            Self::Resume => "恢复",
            Self::Withdraw => "本人撤回申请",
            Self::UnitChange => "随单位变动转出",
            Self::ExtendReview => "延长审批时间",
            Self::Postpone => "推迟讨论转正",
            Self::DisciplineSerious => "严重违纪取消预备党员资格",
            Self::Transfer => "预备期内转移组织关系",
            Self::NotRecognised => "不予承认预备党员身份",
            Self::Close => "终止发展",
            Self::Ended => "党员身份终止",
            Self::Restored => "从党员历史库还原",
            Self::Replace => "更换培养联系人或入党介绍人",
            Self::Relocate => "转到其他党支部",
        }
    }
}

fn reason(code: &'static str, words: impl Into<String>) -> Reason {
    Reason { code, words: words.into() }
}

impl File {
    /// A case that has just begun.
    pub fn new(birth: NaiveDate) -> Self {
        Self {
            birth,
            done: BTreeMap::new(),
            waiting: BTreeSet::new(),
            outcome: Outcome::InProgress,
            holds: Vec::new(),
            submitted: BTreeMap::new(),
            observed: Vec::new(),
            extended: None,
            review_extended: false,
            postponed: false,
            transferred: false,
            ended: false,
            replaced: BTreeMap::new(),
            authority: true,
            practices: practice::usual(),
        }
    }

    fn day(&self, no: u8) -> Option<NaiveDate> {
        self.done.get(&no).map(|done| done.on)
    }

    /// The day others are counted from.
    pub fn anchor(&self, anchor: Anchor) -> Option<NaiveDate> {
        match anchor {
            Anchor::Step(no) => self.day(no),
            Anchor::Submitted(no) => self.submitted.get(&no).copied(),
            Anchor::ProbationStart => self.day(17).and(self.day(15)),
            Anchor::ProbationEnd => self.probation_end(),
        }
    }

    /// 预备期满: a year after the assembly, later by what it was extended.
    pub fn probation_end(&self) -> Option<NaiveDate> {
        let end = PROBATION.after(self.anchor(Anchor::ProbationStart)?);
        Some(Span::Months(self.extended.unwrap_or_default()).after(end))
    }

    /// What the person is: the last step that counts tells.
    pub fn standing(&self) -> Standing {
        match self.outcome {
            Outcome::Withdrawn => return Standing::Mass,
            Outcome::Rejected => return self.reached().min(Standing::Activist),
            Outcome::Cancelled => return Standing::Mass,
            _ => {}
        }
        self.reached()
    }

    fn reached(&self) -> Standing {
        STEPS.iter().rfind(|step| self.done.contains_key(&step.no)).map_or(Standing::Mass, |step| step.after)
    }

    /// What no longer counts at a day: a resolution that was not sent or decided in time, a review that is too old.
    pub fn lapsed(&self, at: NaiveDate) -> Option<(BTreeSet<u8>, Reason)> {
        let from = |no: u8| self.done.keys().copied().filter(|one| *one >= no).collect::<BTreeSet<u8>>();
        if !self.outcome.is_open() || self.ended {
            return None;
        }
        let (mut void, mut why) = (BTreeSet::new(), None);
        if let (Some(assembly), None) = (self.day(15), self.day(17)) {
            (void, why) = match self.submitted.get(&15) {
                None if at > Span::Months(6).after(assembly) => {
                    let words = "支部大会决议超过6个月未报上级党委，决议作废，须从支部委员会审查重新办理";
                    (from(12), Some(reason("ASSEMBLY_VOID", words)))
                }
                None if at > Span::Months(3).after(assembly) => {
                    let words = "支部大会决议超过3个月未报上级党委，须重新召开支部大会表决";
                    (from(15), Some(reason("ASSEMBLY_STALE", words)))
                }
                Some(sent) if at > Span::Months(6).after(*sent) => {
                    let words = "上级党委超过6个月未审批，支部大会决议须重新表决";
                    (from(15), Some(reason("APPROVAL_STALE", words)))
                }
                _ => (void, why),
            };
        }
        // The review has to hold when the branch committee decides, which it may have to do once more.
        let reviewed_anew = void.contains(&12) || !self.done.contains_key(&12);
        if let Some((until, months)) = self.review().filter(|(until, _)| reviewed_anew && at > *until) {
            void.insert(10);
            let words = format!("政治审查已超过{}（有效期至{until}），须重新进行", Span::Months(months).words());
            why = why.or(Some(reason("REVIEW_EXPIRED", words)));
        }
        why.map(|why| (void, why))
    }

    /// Until when the political review holds, and for how many months: as it was when it was made.
    fn review(&self) -> Option<(NaiveDate, u32)> {
        let on = self.day(10)?;
        let months = self.practices.on(on).review;
        Some((Span::Months(months).after(on), months))
    }

    /// The wait of a step; what is practice as it is on the day on which it would be done.
    fn wait(&self, step: &Step, on: NaiveDate) -> Option<(Span, Anchor)> {
        let (span, from) = step.wait?;
        Some(if step.soft_wait { (Span::Months(self.practices.on(on).wait), from) } else { (span, from) })
    }

    /// A wait may be shortened down to what is the least.
    fn shortens(&self, step: &Step, on: NaiveDate) -> bool {
        step.soft_wait && self.wait(step, on).is_some_and(|(span, _)| span != SOFT_LEAST)
    }

    /// So many working days of public notice are asked for with a step that is done on a day. What was shown once is not
    /// shown again.
    fn notice(&self, step: &Step, on: NaiveDate) -> Option<u32> {
        let practice = self.practices.on(on);
        let from = practice.notice?;
        let (at, none) = (NOTICE_STEPS.contains(&step.no) && step.no >= from, self.noticed().is_none());
        // At the first of them that is still to be done: who was past the step when the practice changed is shown too.
        let first = NOTICE_STEPS.iter().all(|no| *no < from || *no >= step.no || self.done.contains_key(no));
        (at && none && first).then_some(practice.notice_days)
    }

    /// The step with which the public notice was recorded.
    fn noticed(&self) -> Option<u8> {
        let shown = |no: &u8| self.done.get(no).is_some_and(|done| done.given.notice_to.is_some());
        NOTICE_STEPS.into_iter().find(shown)
    }

    /// The documents of a step; the proof of a public notice where it was or would be asked for.
    pub fn documents(&self, step: &Step, on: NaiveDate) -> Vec<String> {
        let done = self.done.contains_key(&step.no);
        let noticed = if done { self.noticed() == Some(step.no) } else { self.notice(step, on).is_some() };
        let mut kinds: Vec<String> = step.documents.iter().filter(|kind| *kind != NOTICE_PAPER).cloned().collect();
        if noticed {
            kinds.push(NOTICE_PAPER.to_owned());
        }
        kinds
    }

    /// The same case without what no longer counts at a day.
    fn effective(&self, at: NaiveDate) -> (Self, BTreeSet<u8>, Option<Reason>) {
        let mut file = self.clone();
        let Some((void, reason)) = self.lapsed(at) else { return (file, BTreeSet::new(), None) };
        file.forget(&void);
        (file, void, Some(reason))
    }

    fn forget(&mut self, void: &BTreeSet<u8>) {
        self.done.retain(|no, _| !void.contains(no));
        self.submitted.retain(|no, _| !void.contains(no));
        self.replaced.retain(|no, _| !void.contains(no));
        if void.contains(&15) {
            self.review_extended = false;
        }
    }

    /// Days on hold since a day.
    fn held(&self, since: NaiveDate, at: NaiveDate) -> u64 {
        let days = self.holds.iter().map(|(from, until)| (until.unwrap_or(at) - (*from).max(since)).num_days().max(0));
        u64::try_from(days.sum::<i64>()).unwrap_or_default()
    }

    fn earliest(&self, step: &Step, shortened: bool, at: NaiveDate) -> Option<NaiveDate> {
        let mut earliest: Option<NaiveDate> = None;
        let mut not_before = |day: Option<NaiveDate>| {
            earliest = day.map_or(earliest, |day| Some(earliest.map_or(day, |one| one.max(day))));
        };
        if let Some((span, from)) = self.wait(step, at) {
            let span = if shortened && step.soft_wait { SOFT_LEAST } else { span };
            not_before(match from {
                Anchor::ProbationStart => self.probation_end(),
                from => self.waited(from, span, at),
            });
        }
        for need in &step.needs {
            match need {
                Need::Observed(span) => not_before(self.waited(Anchor::Step(3), *span, at)),
                Need::ProbationEnd(days) => {
                    not_before(self.probation_end().map(|end| Span::Days(*days).before(end)));
                }
                _ => {}
            }
        }
        for no in step.after_steps() {
            not_before(self.day(no));
        }
        if matches!(step.no, 17 | 24) {
            not_before(self.submitted.get(&if step.no == 17 { 15 } else { 23 }).copied());
        }
        earliest
    }

    fn waited(&self, from: Anchor, span: Span, at: NaiveDate) -> Option<NaiveDate> {
        let from = self.anchor(from)?;
        Some(Span::Days(self.held(from, at)).after(span.after(from)))
    }

    fn latest(&self, step: &Step) -> Option<NaiveDate> {
        let Deadline { from, longest, .. } = step.deadline?;
        let start = self.anchor(from)?;
        let span = self.practices.span(step, start)?;
        let resumed = self.holds.iter().filter_map(|(_, until)| *until).max();
        let start = resumed.map_or(start, |day| day.max(start));
        let put_off = (step.no == 17 && self.review_extended) || (step.no == 23 && self.postponed);
        Some(match longest.filter(|_| put_off) {
            // What may be put off by `+6M` is put off beyond its span, what has a maximum up to it.
            Some(longest) if step.no == 23 => longest.after(span.after(start)),
            Some(longest) => longest.after(start),
            None => span.after(start),
        })
    }

    /// Documents of a step that are there.
    fn there(&self, no: u8) -> BTreeSet<&str> {
        let waiting = self.waiting.iter().filter(|(at, _)| *at == no).map(|(_, kind)| kind.as_str());
        let kept = self.done.get(&no).into_iter().flat_map(|done| done.documents.iter().map(String::as_str));
        waiting.chain(kept).collect()
    }

    /// Documents of a step that are not there.
    pub fn missing(&self, step: &Step, on: NaiveDate) -> Vec<String> {
        if self.done.get(&step.no).is_some_and(|done| done.given.elsewhere) {
            return Vec::new();
        }
        let there = self.there(step.no);
        self.documents(step, on).into_iter().filter(|kind| !there.contains(kind.as_str())).collect()
    }

    /// Why a step cannot be done on a day, whatever is given with it.
    fn closed(&self, step: &Step, on: NaiveDate, shortened: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        match self.outcome {
            _ if self.ended => reasons.push(reason("CASE_CLOSED", "发展工作已结束")),
            Outcome::Suspended => reasons.push(reason("CASE_SUSPENDED", "发展工作已暂缓，恢复后才能继续办理")),
            outcome if !outcome.is_open() && step.no != 25 => reasons.push(reason("CASE_CLOSED", "发展工作已结束")),
            Outcome::Converted | Outcome::InProgress | Outcome::Extended => {}
            _ => reasons.push(reason("CASE_CLOSED", "发展工作已结束")),
        }
        let undone: Vec<u8> = step.after_steps().into_iter().filter(|no| !self.done.contains_key(no)).collect();
        // The first is the one to go on with; a list of all tells nobody more.
        if let Some(no) = undone.iter().min().copied() {
            let title = step_of(no).map(|step| step.title.as_str()).unwrap_or_default();
            let more = if undone.len() > 1 { format!("等{}个步骤", undone.len()) } else { String::new() };
            reasons.push(reason("EARLIER_STEP", format!("须先完成第{no}步“{title}”{more}")));
        }
        if let Some(day) = self.earliest(step, shortened, on).filter(|day| on < *day) {
            reasons.push(reason("TOO_EARLY", self.too_early(step, day, on)));
        }
        if step.no == 7 || step.no == 6 {
            let seen = self.observed.iter().filter(|day| self.day(3).is_some_and(|from| **day >= from)).count();
            if seen < OBSERVATIONS {
                let words = format!("考察记录至少{OBSERVATIONS}次（每半年一次），现有{seen}次");
                reasons.push(reason("OBSERVATIONS", words));
            }
        }
        if step.needs.contains(&Need::Authority) && !self.authority {
            reasons.push(reason("NO_APPROVER", "上级党组织中没有具有预备党员审批权限的党委"));
        }
        if let Some(assembly) = [(17, 15), (24, 23)].into_iter().find(|(no, _)| *no == step.no).map(|(_, at)| at)
            && self.done.contains_key(&assembly)
            && !self.submitted.contains_key(&assembly)
        {
            reasons.push(reason("NOT_SUBMITTED", "支部大会决议尚未登记报送上级党委"));
        }
        // Of what the regulation gives a longest time, the committee's decision cannot come after it.
        if step.deadline.is_some_and(|deadline| deadline.hard && deadline.longest.is_some())
            && let Some(latest) = self.latest(step).filter(|latest| on > *latest)
        {
            let words = format!("已超过审批期限（{latest}），特殊情况请先登记延长审批（最长6个月）");
            reasons.push(reason("TOO_LATE", words));
        }
        if step.needs.contains(&Need::AllDocuments) {
            for earlier in STEPS.iter().filter(|one| one.no < step.no && self.done.contains_key(&one.no)) {
                for kind in self.missing(earlier, on) {
                    let label = zhibu_core::dictionary::label("development_doc", &kind).unwrap_or(&kind);
                    reasons.push(reason("DOCUMENT_MISSING", format!("第{}步缺少材料：{label}", earlier.no)));
                }
            }
        }
        reasons
    }

    fn too_early(&self, step: &Step, day: NaiveDate, on: NaiveDate) -> String {
        let why = match self.wait(step, on) {
            Some((_, Anchor::ProbationStart)) => "预备期满".to_owned(),
            Some((span, from)) => format!("自{}起满{}", from.words(), span.words()),
            None => match step.needs.iter().find(|need| matches!(need, Need::ProbationEnd(_) | Need::Observed(_))) {
                Some(Need::ProbationEnd(0)) => "预备期满".to_owned(),
                Some(Need::ProbationEnd(days)) => format!("预备期满前{days}天内"),
                Some(Need::Observed(span)) => format!("培养教育满{}", span.words()),
                _ => "不早于前面步骤的日期".to_owned(),
            },
        };
        let soft =
            if self.shortens(step, on) { "；确已成熟的，满3个月并说明理由后可提前" } else { "" };
        format!("最早{}年{}月{}日可以办理（{why}{soft}）", day.year(), day.month(), day.day())
    }

    fn reminders(&self, step: &Step, at: NaiveDate) -> Vec<NaiveDate> {
        let mut days = BTreeSet::new();
        let latest = self.latest(step);
        let start = step.deadline.and_then(|deadline| self.anchor(deadline.from));
        let usual = step.deadline.map(|deadline| deadline.span);
        for rule in &step.reminders {
            match *rule {
                Remind::After(span, less) => {
                    // The last day is the one that is set.
                    let set = |day| self.practices.span(step, day).filter(|_| Some(span) == usual).unwrap_or(span);
                    days.extend(start.map(|day| Span::Days(less).before(set(day).after(day))));
                }
                Remind::Overdue(count) => {
                    days.extend((1..=count).filter_map(|n| latest.map(|day| Span::Days(n).after(day))));
                }
                Remind::WaitEnd => days.extend(self.earliest(step, false, at)),
                Remind::Every(months, from) => {
                    let until = self.earliest(step, false, at);
                    if let (Some(from), Some(until)) = (self.anchor(from), until) {
                        let all = (1..=24).map(|n| Span::Months(n * months).after(from));
                        days.extend(all.take_while(|day| *day <= until));
                    }
                }
                Remind::BeforeEnd(span) => days.extend(self.probation_end().map(|end| span.before(end))),
                Remind::AfterAssembly(span) => days.extend(self.day(15).map(|day| span.after(day))),
            }
        }
        days.into_iter().collect()
    }

    /// How the case looks on a day.
    pub fn look(&self, today: NaiveDate) -> Look {
        let (file, _, lapse) = self.effective(today);
        let steps: Vec<StepLook> = STEPS.iter().map(|step| file.look_at(step, today)).collect();
        let next =
            if file.goes_on() { steps.iter().find(|step| step.state != State::Done).map(|step| step.no) } else { None };
        let furthest = file.done.keys().next_back().copied().unwrap_or(1);
        let at = next.and_then(step_of);
        let waiting = || steps.iter().filter(|step| Some(step.no) == next || step.state == State::Open);
        let unsent = || {
            let sent = |assembly: u8, decision: u8| {
                let day = file.day(assembly).filter(|_| !file.done.contains_key(&decision))?;
                (!file.submitted.contains_key(&assembly)).then(|| Span::Months(3).after(day))
            };
            next.and(sent(15, 17))
        };
        Look {
            stage: at.or(step_of(furthest)).map(|step| step.stage).unwrap_or(1),
            standing: file.standing(),
            side: at.map(Step::side),
            earliest: steps.iter().find(|step| Some(step.no) == next).and_then(|step| step.earliest),
            latest: waiting().filter_map(|step| step.latest).chain(unsent()).min(),
            remind: waiting().filter_map(|step| step.reminders.first().copied()).min(),
            next,
            lapse,
            steps,
        }
    }

    fn look_at(&self, step: &Step, today: NaiveDate) -> StepLook {
        let on = self.day(step.no);
        let closed = if on.is_some() { Vec::new() } else { self.closed(step, today, false) };
        let latest = self.latest(step);
        let state = match (on, closed.is_empty()) {
            (Some(_), _) => State::Done,
            (None, true) => State::Open,
            (None, false) => State::Closed,
        };
        let running = on.is_none() && self.goes_on();
        StepLook {
            no: step.no,
            state,
            on,
            earliest: self.earliest(step, false, today),
            latest,
            overdue: running && self.outcome != Outcome::Suspended && latest.is_some_and(|latest| today > latest),
            documents: self.documents(step, today),
            missing: self.missing(step, today),
            notice: self.notice(step, today).filter(|_| on.is_none()),
            shortens: self.shortens(step, today),
            reminders: if running { self.reminders(step, today) } else { Vec::new() },
            closed,
        }
    }

    /// Days after which something that was done no longer counts, unless somebody acts.
    fn lapses(&self) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        if let (Some(assembly), None) = (self.day(15), self.day(17)) {
            match self.submitted.get(&15) {
                None => days.extend([3, 6].map(|months| Span::Months(months).after(assembly))),
                Some(sent) => days.push(Span::Months(6).after(*sent)),
            }
        }
        days.extend(self.review().map(|(until, _)| until));
        days
    }

    /// The next day on which the case looks different though nobody does anything: something lapses, becomes legal,
    /// overdue or is to be reminded of. None when only people change it.
    pub fn turns(&self, today: NaiveDate) -> Option<NaiveDate> {
        let next = |day: NaiveDate| Span::Days(1).after(day);
        let mut days: Vec<NaiveDate> = self.lapses().into_iter().map(next).collect();
        for step in self.look(today).steps.iter().filter(|step| step.state != State::Done) {
            days.extend(step.earliest);
            days.extend(step.latest.map(next));
            days.extend(&step.reminders);
        }
        days.extend(self.unsent().into_iter().map(|rung| rung.day));
        days.extend(self.practices.changes());
        days.into_iter().filter(|day| *day > today).min()
    }

    /// What comes of recording a step; everything that speaks against it is told.
    pub fn decide(&self, no: u8, act: &Act, today: NaiveDate) -> Result<Verdict, Vec<Error>> {
        let step = step_of(no).ok_or_else(|| vec![Error::missing()])?;
        let (file, lapsed, _) = self.effective(act.on);
        if file.done.contains_key(&no) {
            return Err(vec![Error::refuse("STEP_DONE", "该步骤已完成")]);
        }
        let mut faults = Vec::new();
        if act.on > today {
            faults.push(Error::invalid("on", "日期不能晚于今天"));
        }
        let early = act.given.early.as_deref().is_some_and(|why| why.chars().count() >= 5);
        faults.extend(file.closed(step, act.on, early).into_iter().map(|why| {
            let error = Error::refuse(why.code, why.words);
            if why.code == "TOO_EARLY" || why.code == "TOO_LATE" { error.at("on") } else { error }
        }));
        let passed = file.check(step, act, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut verdict = Verdict {
            passed,
            counts: passed,
            void: lapsed,
            outcome: file.outcome,
            extends: None,
            effect: Effect::None,
        };
        if passed {
            file.succeed(no, act, &mut verdict);
        } else {
            match step.failing {
                Failing::Stay => {}
                Failing::BackTo(to) => verdict.void.extend(file.done.keys().copied().filter(|one| *one >= to)),
                Failing::Rejected => verdict.outcome = Outcome::Rejected,
                Failing::Cancelled => {
                    verdict.outcome = Outcome::Cancelled;
                    verdict.effect = Effect::Cancel;
                }
            }
        }
        Ok(verdict)
    }

    fn succeed(&self, no: u8, act: &Act, verdict: &mut Verdict) {
        let decided = self.done.get(&23).and_then(|done| done.given.decision);
        match (no, decided) {
            // The day of the assembly is the day of joining, whenever the committee approves.
            (17, _) => verdict.effect = Effect::Admit(self.day(15).unwrap_or(act.on)),
            (24, Some(Decision::Extend)) => {
                verdict.extends = self.done.get(&23).and_then(|done| done.given.months);
                verdict.outcome = Outcome::Extended;
                verdict.void.extend([21, 22, 23]);
                verdict.counts = false;
            }
            (24, Some(Decision::Cancel)) => {
                verdict.outcome = Outcome::Cancelled;
                verdict.effect = Effect::Cancel;
                verdict.counts = false;
            }
            (24, _) => {
                verdict.outcome = Outcome::Converted;
                verdict.effect = Effect::Convert(self.probation_end().unwrap_or(act.on));
            }
            _ => {}
        }
    }

    /// Checks what is given with a step; the answer is whether it passed.
    fn check(&self, step: &Step, act: &Act, faults: &mut Vec<Error>) -> bool {
        let given = &act.given;
        for (key, words) in step.confirmations() {
            if !act.failed && !given.confirmed.iter().any(|one| one == key) {
                faults.push(Error::invalid("confirmed", format!("请确认：{words}")));
            }
        }
        if !act.failed {
            let missing = self.missing(step, act.on);
            for kind in missing {
                let label = zhibu_core::dictionary::label("development_doc", &kind).unwrap_or(&kind);
                faults.push(Error::refuse("DOCUMENT_MISSING", format!("缺少材料：{label}")).at("documents"));
            }
        }
        if step.needs.contains(&Need::Adult) && act.on.years_since(self.birth).is_none_or(|age| age < 18) {
            faults.push(Error::invalid("on", "申请入党时须年满18周岁"));
        }
        if let Some((least, most)) = step.people() {
            let named: BTreeSet<&Uuid> = given.people.iter().collect();
            if !act.failed && !(least..=most).contains(&named.len()) {
                let many = if least == most { least.to_string() } else { format!("{least}至{most}") };
                faults.push(Error::invalid("people", format!("请选择{many}名正式党员")));
            }
        }
        if let Some(least) = self.notice(step, act.on).filter(|_| !act.failed) {
            let shown = |from, to| i64::try_from(self.practices.working_days(from, to)).unwrap_or(i64::MAX);
            match (given.notice_from, given.notice_to) {
                (Some(from), Some(to)) if to <= act.on && shown(from, to) >= least.into() => {}
                (Some(_), Some(to)) if to > act.on => {
                    faults.push(Error::invalid("noticeTo", format!("公示须在“{}”前结束", step.title)));
                }
                _ => faults.push(Error::invalid("noticeFrom", format!("公示时间不少于{least}个工作日（节假日除外）"))),
            }
        }
        if step.training && !act.failed {
            let enough = given.days.is_some_and(|days| (3..=60).contains(&days))
                || given.hours.is_some_and(|hours| (24..=500).contains(&hours));
            if !enough {
                faults.push(Error::invalid("days", "集中培训时间不少于3天或24学时"));
            }
        }
        let filled = |text: &Option<String>, most: usize| {
            text.as_deref().map(|text| text.trim().chars().count()).is_some_and(|n| (1..=most).contains(&n))
        };
        if step.fixes("form_no") && !act.failed && !filled(&given.form_no, 40) {
            faults.push(Error::invalid("formNo", "请填写入党志愿书编号"));
        }
        if step.fixes("archive_place") && !filled(&given.place, 60) {
            faults.push(Error::invalid("place", "请填写档案存放地点"));
        }
        if step.fixes("decision") {
            self.check_decision(given, faults);
        }
        match step.vote {
            None => !act.failed || step.failing == Failing::Stay && self.stays(step, faults),
            Some(rule) => match given.ballot.as_ref().map(|ballot| rule.count(ballot)) {
                None => {
                    faults.push(Error::invalid("ballot", "请填写表决情况"));
                    false
                }
                Some(Err(fault)) => {
                    faults.push(fault);
                    false
                }
                Some(Ok(tally)) if !tally.quorum => {
                    faults.push(Error::refuse("NO_QUORUM", "到会人数未达到规定，会议不能表决").at("present"));
                    false
                }
                Some(Ok(tally)) => tally.passed && !act.failed,
            },
        }
    }

    /// Where nothing comes of a failure there is none to record.
    fn stays(&self, step: &Step, faults: &mut Vec<Error>) -> bool {
        faults.push(Error::invalid("failed", format!("“{}”没有“未通过”的结果，完成后再登记", step.title)));
        false
    }

    fn check_decision(&self, given: &Given, faults: &mut Vec<Error>) {
        match given.decision {
            None => faults.push(Error::invalid("decision", "请选择支部大会的决定")),
            Some(Decision::Extend) if self.extended.is_some() => {
                faults.push(Error::invalid("decision", "预备期只能延长一次"));
            }
            Some(Decision::Extend) if !given.months.is_some_and(|months| (6..=12).contains(&months)) => {
                faults.push(Error::invalid("months", "延长时间应为6至12个月"));
            }
            Some(_) => {}
        }
    }

    /// Takes what was decided into the case.
    pub fn take(&mut self, no: u8, act: &Act, verdict: &Verdict) {
        let documents: BTreeSet<String> =
            self.waiting.iter().filter(|(at, _)| *at == no).map(|(_, kind)| kind.clone()).collect();
        self.waiting.retain(|(at, _)| *at != no);
        // What was put together before comes back for the next time, but not what the failure is about.
        if !verdict.passed {
            for back in &verdict.void {
                let kept = self.done.get(back).into_iter().flat_map(|done| done.documents.iter().cloned());
                self.waiting.extend(kept.map(|kind| (*back, kind)).collect::<Vec<_>>());
            }
        }
        self.forget(&verdict.void);
        if verdict.counts {
            self.done.insert(no, Done { on: act.on, given: act.given.clone(), documents });
        }
        self.extended = verdict.extends.or(self.extended);
        self.outcome = verdict.outcome;
    }

    /// Takes the steps that were done before there was a file here, in order; what cannot be is told by step. Papers and
    /// votes are on paper: the papers have to be added before the case can be archived.
    pub fn adopt(&mut self, steps: &[(u8, NaiveDate)], today: NaiveDate) -> Vec<(u8, String)> {
        let mut faults = Vec::new();
        for (no, on) in steps {
            let Some(step) = step_of(*no).filter(|step| step.no <= ADOPTED) else { continue };
            let mut said: Vec<String> = self
                .closed(step, *on, true)
                .into_iter()
                .filter(|why| why.code != "OBSERVATIONS")
                .map(|why| why.words)
                .collect();
            if *on > today {
                said.push("日期不能晚于今天".to_owned());
            }
            if step.needs.contains(&Need::Adult) && on.years_since(self.birth).is_none_or(|age| age < 18) {
                said.push("申请入党时须年满18周岁".to_owned());
            }
            if said.is_empty() {
                let given = Given { note: Some("导入前已完成".to_owned()), ..Given::default() };
                self.done.insert(*no, Done { on: *on, given, documents: BTreeSet::new() });
            }
            faults.extend(said.into_iter().map(|words| (*no, words)));
        }
        faults
    }

    /// Who helps: the mentors of an activist, then the sponsors until conversion. None before, and in what has ended.
    pub fn helpers(&self) -> Option<Helpers<'_>> {
        if !self.outcome.is_open() || self.done.contains_key(&24) {
            return None;
        }
        let (no, done) = [9, 5].into_iter().find_map(|no| Some((no, self.done.get(&no)?)))?;
        let since = self.replaced.get(&no).copied().unwrap_or(done.on);
        Some(Helpers { step: step_of(no)?, people: &done.given.people, since })
    }

    /// Names others to help from a day on; the answer is the step they are named with.
    pub fn replace(&mut self, people: &[Uuid], on: NaiveDate, today: NaiveDate) -> Result<&'static Step, Error> {
        let Some(Helpers { step, since, people: before }) = self.helpers() else {
            return Err(Error::refuse("NO_HELPERS", "当前没有需要更换的培养联系人或入党介绍人"));
        };
        if on > today {
            return Err(Error::invalid("on", "日期不能晚于今天"));
        }
        if on < since {
            return Err(Error::invalid("on", format!("更换日期不能早于{since}")));
        }
        let named: BTreeSet<&Uuid> = people.iter().collect();
        let (least, most) = step.people().unwrap_or((1, 1));
        if named.len() != people.len() || !(least..=most).contains(&people.len()) {
            let many = if least == most { least.to_string() } else { format!("{least}至{most}") };
            return Err(Error::invalid("people", format!("请选择{many}名正式党员")));
        }
        if named == before.iter().collect() {
            return Err(Error::invalid("people", "所选人员与原来相同"));
        }
        if let Some(done) = self.done.get_mut(&step.no) {
            done.given.people = people.to_vec();
        }
        self.replaced.insert(step.no, on);
        Ok(step)
    }

    /// What may be recorded beside the steps today.
    pub fn events(&self, today: NaiveDate) -> Vec<Event> {
        Event::ALL.into_iter().filter(|event| self.may(*event, today).is_ok()).collect()
    }

    /// Whether an event may be recorded; the edges' file says from where.
    pub fn may(&self, event: Event, on: NaiveDate) -> Result<(), Error> {
        let (file, _, _) = self.effective(on);
        let no = |words: &'static str| Err(Error::refuse("EVENT_NOT_NOW", words));
        if event == Event::Close && file.goes_on() && file.look(on).next.is_some() {
            return Ok(());
        }
        if !file.outcome.is_open() || file.ended {
            return no("发展工作已结束");
        }
        let suspended = file.outcome == Outcome::Suspended;
        if suspended && !matches!(event, Event::Resume | Event::Withdraw | Event::UnitChange) {
            return no("发展工作已暂缓");
        }
        let decided = |assembly: u8, decision: u8| {
            file.done.contains_key(&assembly)
                && !file.done.contains_key(&decision)
                && !file.submitted.contains_key(&assembly)
        };
        match event {
            Event::Submit => {
                return if decided(15, 17) || decided(23, 24) {
                    Ok(())
                } else {
                    no("没有待报送的支部大会决议")
                };
            }
            Event::Observe => {
                let training = file.done.contains_key(&3) && !file.done.contains_key(&8);
                let probation = file.done.contains_key(&17) && !file.done.contains_key(&23);
                return if training || probation {
                    Ok(())
                } else {
                    no("培养教育考察或预备期内才能登记考察记录")
                };
            }
            Event::NotRecognised => {
                let probation = file.done.contains_key(&17) && !file.done.contains_key(&24);
                return if probation && file.transferred {
                    Ok(())
                } else {
                    no("只有预备期内转入的党员可以不予承认")
                };
            }
            // They come of other work and are recorded with it.
            Event::Close | Event::Ended | Event::Restored | Event::Replace | Event::Relocate => {
                return no("此事项不能单独登记");
            }
            _ => {}
        }
        let stage = STEPS.iter().find(|step| !file.done.contains_key(&step.no)).map_or(5, |step| step.stage);
        let opened = |no: u8| {
            !file.done.contains_key(&no)
                && step_of(no).is_some_and(|step| step.after_steps().iter().all(|one| file.done.contains_key(one)))
        };
        let here = EDGES.iter().filter(|edge| edge.event == event.code()).any(|edge| match &edge.from {
            From::Stages(stages) => stages.contains(&stage),
            From::Step(at) if *at == 21 => file.done.contains_key(&17) && !file.done.contains_key(&23),
            From::Step(at) if *at == 23 => file.done.contains_key(&17) && !file.done.contains_key(&23),
            From::Step(at) => opened(*at),
            From::Suspended => suspended,
        });
        if !here {
            return no("当前步骤不能办理此事项");
        }
        match event {
            Event::Hold if suspended => no("发展工作已暂缓"),
            Event::ExtendReview if file.review_extended => no("审批时间只能延长一次"),
            Event::Postpone if file.postponed => no("讨论转正只能推迟一次"),
            Event::Postpone if !file.transferred => no("只有预备期内转入的党员可以推迟讨论转正"),
            _ => Ok(()),
        }
    }

    /// Takes an event into the case; the answer is how the case stands then.
    pub fn note(&mut self, event: Event, on: NaiveDate, today: NaiveDate) -> Result<Outcome, Error> {
        if on > today {
            return Err(Error::invalid("on", "日期不能晚于今天"));
        }
        self.may(event, on)?;
        let (file, _, _) = self.effective(on);
        match event {
            Event::Submit => {
                let assembly = if file.done.contains_key(&15) && !file.done.contains_key(&17) { 15 } else { 23 };
                let held = file.day(assembly).unwrap_or(on);
                if on < held {
                    return Err(Error::invalid("on", "报送日期不能早于支部大会日期"));
                }
                self.submitted.insert(assembly, on);
            }
            Event::Observe => self.observed.push(on),
            Event::Hold => {
                let last = self.done.values().map(|done| done.on).max().unwrap_or(on);
                if on < last {
                    return Err(Error::invalid("on", "暂缓日期不能早于已完成的步骤"));
                }
                self.holds.push((on, None));
                self.outcome = Outcome::Suspended;
            }
            Event::Resume => {
                let Some(hold) = self.holds.last_mut() else { return Err(Error::bug("no hold")) };
                if on < hold.0 {
                    return Err(Error::invalid("on", "恢复日期不能早于暂缓日期"));
                }
                hold.1 = Some(on);
                self.outcome = self.running();
            }
            Event::Withdraw => self.outcome = Outcome::Withdrawn,
            Event::UnitChange => self.outcome = Outcome::Moved,
            Event::ExtendReview => self.review_extended = true,
            Event::Postpone => self.postponed = true,
            Event::DisciplineSerious => self.outcome = Outcome::Cancelled,
            Event::Transfer => self.transferred = true,
            Event::NotRecognised | Event::Close => self.end(Outcome::Ended),
            Event::Ended | Event::Restored | Event::Replace | Event::Relocate => {}
        }
        Ok(self.outcome)
    }

    /// Something is still to be done: the case is open, or converted and not archived yet.
    fn goes_on(&self) -> bool {
        !self.ended && (self.outcome.is_open() || self.outcome == Outcome::Converted)
    }

    /// Ends what goes on; who is a full member already stays one in the numbers.
    pub fn end(&mut self, outcome: Outcome) {
        self.ended = true;
        if self.outcome != Outcome::Converted {
            self.outcome = outcome;
        }
    }

    /// Goes on where it was when it ended.
    pub fn revive(&mut self) {
        self.ended = false;
        self.outcome = match self.holds.last() {
            _ if self.done.contains_key(&24) => Outcome::Converted,
            Some((_, None)) => Outcome::Suspended,
            _ => self.running(),
        };
    }

    fn running(&self) -> Outcome {
        if self.extended.is_some() { Outcome::Extended } else { Outcome::InProgress }
    }
}

#[cfg(test)]
mod tests;
