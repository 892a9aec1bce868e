//! The 25 steps and the edges between them as data: `config/development_steps.csv` and `config/development_edges.csv`.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use chrono::{Days, Months, NaiveDate};

use zhibu_core::tally::Rule;

const STEPS_CSV: &str = include_str!("../../../../config/development_steps.csv");
const EDGES_CSV: &str = include_str!("../../../../config/development_edges.csv");

/// A calendar duration; months end at the month's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// So many days.
    Days(u64),
    /// So many calendar months.
    Months(u32),
}

/// A day that others are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The day of a step.
    Step(u8),
    /// The day on which the branch has sent the resolution of this assembly upwards.
    Submitted(u8),
    /// The day on which probation begins: that of the admission assembly, once approved.
    ProbationStart,
    /// The day on which probation ends, extension included.
    ProbationEnd,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// 申请人（发展对象、预备党员）本人
    Person,
    /// 党支部书记
    Secretary,
    /// 党支部委员会
    Branch,
    /// 培养联系人
    Mentor,
    /// 入党介绍人
    Sponsor,
    /// 上级党委
    Committee,
    /// 有审批权限的上级党委
    Approver,
    /// 组织员或党委委员
    Organiser,
}

/// At which side a step waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum)]
#[graphql(name = "DevelopmentSide")]
pub enum Side {
    /// 本人
    Person,
    /// 党支部
    Branch,
    /// 上级党委
    Committee,
}

/// Where somebody stands on the way into the Party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum)]
#[graphql(name = "DevelopmentStanding")]
pub enum Standing {
    /// 群众
    Mass,
    /// 入党申请人
    Applicant,
    /// 入党积极分子
    Activist,
    /// 发展对象
    Candidate,
    /// 预备党员
    Probationary,
    /// 正式党员
    Formal,
}

/// What has to hold before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// At least 18 on the day.
    Adult,
    /// No other open case.
    NoOpenCase,
    /// No member yet.
    NotMember,
    /// This step is done.
    Step(u8),
    /// So many full members are named.
    People(usize, usize),
    /// Those who are named are full members with all rights.
    Formal,
    /// Observed for so long, counted from the day as an activist.
    Observed(Span),
    /// The political review is not older than a year.
    ReviewValid,
    /// Shown to the public, where and for how long the tenant says.
    Notice,
    /// A committee above the branch may approve.
    Authority,
    /// So many days before probation ends, or later.
    ProbationEnd(u64),
    /// Every document of the steps before is there.
    AllDocuments,
    /// Somebody confirms this (key and words).
    Confirm(&'static str, &'static str),
}

/// Until when a step should be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// How long.
    pub span: Span,
    /// From when.
    pub from: Anchor,
    /// By regulation, not only by practice.
    pub hard: bool,
    /// The longest that it can be put off to, where the regulation knows one.
    pub longest: Option<Span>,
}

/// What comes of a step that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// It stays open.
    Stay,
    /// Everything from this step on is to be done again.
    BackTo(u8),
    /// The case ends.
    Rejected,
    /// Probation is cancelled.
    Cancelled,
}

/// When somebody is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remind {
    /// So long after the deadline's anchor, less some days.
    After(Span, u64),
    /// Every day of so many after the deadline.
    Overdue(u64),
    /// When the wait is over.
    WaitEnd,
    /// Again and again, from a day on.
    Every(u32, Anchor),
    /// So long before probation ends.
    BeforeEnd(Span),
    /// So long after the assembly.
    AfterAssembly(Span),
}

/// One of the 25 steps.
#[derive(Debug, Clone)]
pub struct Step {
    /// 1 to 25.
    pub no: u8,
    /// Stable key.
    pub key: String,
    /// 1 to 5.
    pub stage: u8,
    /// 阶段
    pub stage_title: String,
    /// 步骤
    pub title: String,
    /// Who acts.
    pub actors: Vec<Actor>,
    /// What the person is afterwards.
    pub after: Standing,
    /// What has to hold.
    pub needs: Vec<Need>,
    /// How long to wait at least, from when; a soft wait may be shortened.
    pub wait: Option<(Span, Anchor)>,
    /// The wait is practice, not regulation.
    pub soft_wait: bool,
    /// Until when.
    pub deadline: Option<Deadline>,
    /// How it is voted on.
    pub vote: Option<Rule>,
    /// Which training suffices is asked for.
    pub training: bool,
    /// Documents, codes of the dictionary `development_doc`.
    pub documents: Vec<String>,
    /// What it fixes.
    pub sets: Vec<String>,
    /// When somebody is reminded.
    pub reminders: Vec<Remind>,
    /// What comes of a failure.
    pub failing: Failing,
    /// 依据
    pub basis: String,
}

/// An edge that is not simply the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// From where.
    pub from: From,
    /// What happens.
    pub event: String,
    /// Where to.
    pub to: String,
    /// On which condition, in words.
    pub guard: String,
}

/// Where an edge begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// In these stages.
    Stages(RangeInclusive<u8>),
    /// At this step.
    Step(u8),
    /// While the case is on hold.
    Suspended,
}

/// The steps, in order.
pub static STEPS: LazyLock<Vec<Step>> = LazyLock::new(|| rows(STEPS_CSV).iter().filter_map(step).collect());
/// The edges that are not simply the next step.
pub static EDGES: LazyLock<Vec<Edge>> =
    LazyLock::new(|| rows(EDGES_CSV).iter().filter(|row| cell(row, 1) != "complete").filter_map(edge).collect());

/// The step of a number.
pub fn step_of(no: u8) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.no == no)
}

impl Span {
    /// Reads `P6M`, `P1Y`, `P15D`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('P')?;
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number: u32 = number.parse().ok()?;
        Some(match unit {
            "D" => Self::Days(number.into()),
            "M" => Self::Months(number),
            "Y" => Self::Months(number * 12),
            _ => return None,
        })
    }

    /// So long after a day.
    pub fn after(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Days(days) => day.checked_add_days(Days::new(days)),
            Self::Months(months) => day.checked_add_months(Months::new(months)),
        }
        .unwrap_or(day)
    }

    /// So long before a day.
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Days(days) => day.checked_sub_days(Days::new(days)),
            Self::Months(months) => day.checked_sub_months(Months::new(months)),
        }
        .unwrap_or(day)
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Days(days) => format!("{days}天"),
            Self::Months(months) if months % 12 == 0 => format!("{}年", months / 12),
            Self::Months(months) => format!("{months}个月"),
        }
    }
}

impl Anchor {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "applied_on" => Self::Step(1),
            "activist_on" => Self::Step(3),
            "activist_filed_on" => Self::Step(4),
            "candidate_decided_on" => Self::Step(7),
            "candidate_on" => Self::Step(8),
            "branch_reviewed_on" => Self::Step(12),
            "pre_reviewed_on" => Self::Step(13),
            "assembly_on" => Self::Step(15),
            "assembly_submitted_on" => Self::Submitted(15),
            "probation_start" => Self::ProbationStart,
            "probation_end" => Self::ProbationEnd,
            "approved_on" => Self::Step(17),
            "conversion_submitted_on" => Self::Submitted(23),
            "conversion_approved_on" => Self::Step(24),
            _ => return None,
        })
    }

    /// In words.
    pub fn words(self) -> String {
        let title = |no: u8| step_of(no).map(|step| step.title.clone()).unwrap_or_default();
        match self {
            Self::Step(no) => format!("第{no}步“{}”之日", title(no)),
            Self::Submitted(no) => format!("第{no}步的决议报送上级之日"),
            Self::ProbationStart => "预备期开始之日".to_owned(),
            Self::ProbationEnd => "预备期满之日".to_owned(),
        }
    }
}

impl Actor {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "applicant" | "member" => Self::Person,
            "branch_secretary" => Self::Secretary,
            "branch_committee" => Self::Branch,
            "mentor" => Self::Mentor,
            "sponsor" | "sponsors" => Self::Sponsor,
            "org_admin(committee)" => Self::Committee,
            "org_admin(committee with approval right)" => Self::Approver,
            "organiser" | "committee member" => Self::Organiser,
            _ => return None,
        })
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Person => "本人",
            Self::Secretary => "党支部书记",
            Self::Branch => "党支部委员会",
            Self::Mentor => "培养联系人",
            Self::Sponsor => "入党介绍人",
            Self::Committee => "上级党委",
            Self::Approver => "有审批权限的上级党委",
            Self::Organiser => "组织员或党委委员",
        }
    }
}

impl Side {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Branch => "branch",
            Self::Committee => "committee",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Person => "本人",
            Self::Branch => "党支部",
            Self::Committee => "上级党委",
        }
    }
}

impl Standing {
    /// As in the steps' file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mass => "mass",
            Self::Applicant => "applicant",
            Self::Activist => "activist",
            Self::Candidate => "candidate",
            Self::Probationary => "member:probationary",
            Self::Formal => "member:formal",
        }
    }

    /// The standing of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Self::Mass, Self::Applicant, Self::Activist, Self::Candidate, Self::Probationary, Self::Formal];
        all.into_iter().find(|one| one.code() == code)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Mass => "群众",
            Self::Applicant => "入党申请人",
            Self::Activist => "入党积极分子",
            Self::Candidate => "发展对象",
            Self::Probationary => "预备党员",
            Self::Formal => "正式党员",
        }
    }
}

impl Step {
    /// At which side it waits; a step of several is the branch's.
    pub fn side(&self) -> Side {
        use Actor as A;
        if self.actors.iter().all(|actor| matches!(actor, A::Committee | A::Approver | A::Organiser)) {
            Side::Committee
        } else if self.actors.iter().all(|actor| matches!(actor, A::Person | A::Sponsor)) {
            Side::Person
        } else {
            Side::Branch
        }
    }

    /// Only a committee with the right to approve may do it.
    pub fn approves(&self) -> bool {
        self.actors.contains(&Actor::Approver)
    }

    /// Who acts, in words.
    pub fn actor_words(&self) -> String {
        self.actors.iter().map(|actor| actor.words()).collect::<Vec<_>>().join("、")
    }

    /// The steps that have to be done before. A meeting decides about everything before it, a step that says nothing
    /// else follows the one its dates are counted from.
    pub fn after_steps(&self) -> Vec<u8> {
        let mut steps: Vec<u8> =
            self.needs.iter().filter_map(|need| if let Need::Step(no) = need { Some(*no) } else { None }).collect();
        if self.vote.is_some() {
            steps = (1..self.no).collect();
        } else if steps.is_empty() && self.no > 1 {
            steps.push(17);
        }
        steps
    }

    /// How many full members are named with it.
    pub fn people(&self) -> Option<(usize, usize)> {
        self.needs
            .iter()
            .find_map(|need| if let Need::People(least, most) = need { Some((*least, *most)) } else { None })
    }

    /// What has to be confirmed with it: key and words.
    pub fn confirmations(&self) -> Vec<(&'static str, &'static str)> {
        let confirm = |need: &Need| if let Need::Confirm(key, words) = need { Some((*key, *words)) } else { None };
        self.needs.iter().filter_map(confirm).collect()
    }

    /// True when it fixes this.
    pub fn fixes(&self, what: &str) -> bool {
        self.sets.iter().any(|set| set.starts_with(what))
    }
}

fn rows(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).records().filter_map(Result::ok).collect()
}

fn cell(row: &csv::StringRecord, at: usize) -> &str {
    row.get(at).unwrap_or_default()
}

fn split(text: &str, by: char) -> impl Iterator<Item = &str> {
    text.split(by).map(str::trim).filter(|part| !part.is_empty())
}

/// A row as a step; one that is not understood is none, which the tests would tell.
fn step(row: &csv::StringRecord) -> Option<Step> {
    let needs: Option<Vec<Vec<Need>>> = split(cell(row, 9), ';').map(need).collect();
    let actors: Option<Vec<Actor>> = split(cell(row, 6), '|').map(Actor::parse).collect();
    let anchored = |span: usize, from: usize| -> Option<Option<(Span, Anchor)>> {
        if cell(row, span).is_empty() {
            return Some(None);
        }
        Some(Some((Span::parse(cell(row, span))?, Anchor::parse(cell(row, from))?)))
    };
    let (wait, deadline) = (anchored(10, 11)?, anchored(12, 13)?);
    let kind = cell(row, 14);
    let hard = kind.starts_with("hard");
    let longest = kind
        .split_once("max ")
        .and_then(|(_, span)| Span::parse(span.trim_start_matches('+').split([' ', ')']).next().unwrap_or_default()));
    let quorum = cell(row, 16);
    let vote = match cell(row, 15) {
        "" => None,
        _ => Some(Rule::parse(quorum, cell(row, 17))?),
    };
    let wait_from = wait.map(|(_, from)| from);
    let reminders: Option<Vec<Remind>> = split(cell(row, 20), ';').map(|text| remind(text, wait_from)).collect();
    Some(Step {
        no: cell(row, 0).parse().ok()?,
        key: cell(row, 1).to_owned(),
        stage: cell(row, 2).parse().ok()?,
        stage_title: cell(row, 3).to_owned(),
        title: cell(row, 4).to_owned(),
        actors: actors?,
        after: Standing::from_code(cell(row, 8))?,
        needs: needs?.into_iter().flatten().collect(),
        wait,
        soft_wait: wait.is_some() && !hard,
        deadline: deadline.map(|(span, from)| Deadline { span, from, hard, longest }),
        vote,
        training: cell(row, 17).starts_with("days"),
        documents: split(cell(row, 18), ';').map(str::to_owned).collect(),
        sets: split(cell(row, 19), ';').map(str::to_owned).collect(),
        reminders: reminders?,
        failing: failing(cell(row, 21))?,
        // What follows the article is a remark for engineers.
        basis: cell(row, 22).split([';', '(']).next().unwrap_or_default().trim().to_owned(),
    })
}

fn need(text: &str) -> Option<Vec<Need>> {
    let numbered = |text: &str| -> Option<Vec<Need>> {
        let text = text.strip_prefix("step")?;
        let (numbers, _) = text.trim_start_matches('s').split_once('_')?;
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        Some((first.parse::<u8>().ok()?..=last.parse().ok()?).map(Need::Step).collect())
    };
    if let Some(steps) = numbered(text) {
        return Some(steps);
    }
    let confirm = |key, words| Some(vec![Need::Confirm(key, words)]);
    Some(vec![match text {
        "age_at(applied_on)>=18" => Need::Adult,
        "no_open_development_case" => Need::NoOpenCase,
        "not_member" => Need::NotMember,
        "talker_is_formal_member" => return Some(vec![Need::People(1, 3), Need::Formal]),
        "mentor_count in 1..2" => Need::People(1, 2),
        "sponsor_count==2" => Need::People(2, 2),
        "mentors_formal_and_full_rights" | "sponsors_formal" | "sponsors_not_on_party_probation" => Need::Formal,
        "review_valid" => Need::ReviewValid,
        "public_notice_done(if tenant setting)" => Need::Notice,
        "committee_can_approve" | "org is not general_branch/leading_group/provisional" => Need::Authority,
        "today>=probation_end" => Need::ProbationEnd(0),
        "today>=probation_end-P7D" => Need::ProbationEnd(7),
        "all_required_docs_present" => Need::AllDocuments,
        "recommended_by_members_or_mass_org" => {
            return confirm("recommended", "已经党员推荐或群团组织推优");
        }
        "opinions_heard(group,mentor,members,mass)" => {
            return confirm("opinions_heard", "已听取党小组、培养联系人、党员和群众意见");
        }
        "opinions_heard" => return confirm("opinions_heard", "已征求党员和群众意见"),
        "not_leaving_within(P3M)" => return confirm("staying", "三个月内不会离开现工作、学习单位"),
        "applicant_present" => return confirm("applicant_present", "发展对象本人到会"),
        "at_least_one_sponsor_present" => return confirm("sponsor_present", "至少一名入党介绍人到会"),
        "talker_is_committee_member_or_organiser" => {
            return confirm("talker_authorised", "谈话人是党委委员或组织员");
        }
        "group_opinion" => return confirm("group_opinion", "党小组已提出意见"),
        "committee_reviewed" => return confirm("committee_reviewed", "支部委员会已审查"),
        _ => Need::Observed(Span::parse(text.strip_prefix("observed>=")?)?),
    }])
}

fn failing(text: &str) -> Option<Failing> {
    if let Some(at) = text.find("back_to_") {
        let digits: String = text.get(at + 8..)?.chars().take_while(char::is_ascii_digit).collect();
        return Some(Failing::BackTo(digits.parse().ok()?));
    }
    Some(match text {
        "drop_to_applicant" => Failing::BackTo(3),
        "cancel_probation" => Failing::Cancelled,
        // An application to the wrong organisation opens no case; what the assembly decides is a decision, no failure.
        "reject_wrong_org" | "decision extend (once only) or cancel" => Failing::Stay,
        _ if text.starts_with("rejected") => Failing::Rejected,
        _ if text.starts_with("stay") => Failing::Stay,
        _ => return None,
    })
}

fn remind(text: &str, wait: Option<Anchor>) -> Option<Remind> {
    if let Some(days) = text.strip_prefix("overdue_daily") {
        return Some(Remind::Overdue(days.parse().ok()?));
    }
    if let Some(rest) = text.strip_prefix("every ") {
        let (span, from) = rest.split_once(" from ")?;
        let Span::Months(months) = Span::parse(span)? else { return None };
        return Some(Remind::Every(months, Anchor::parse(from)?));
    }
    if text.ends_with("each quarter") {
        return Some(Remind::Every(3, wait?));
    }
    if text == "wait_end+0D" || text.ends_with(" reached") {
        return Some(Remind::WaitEnd);
    }
    if let Some(rest) = text.strip_prefix("probation_end") {
        let before = rest.strip_prefix('-').map_or(Some(Span::Days(0)), Span::parse)?;
        return Some(Remind::BeforeEnd(before));
    }
    if let Some(rest) = text.strip_prefix("assembly_on+").or_else(|| text.strip_prefix('+')) {
        return Some(Remind::AfterAssembly(Span::parse(rest.split(' ').next()?)?));
    }
    let (span, less) = text.split_once('-').unwrap_or((text, "0D"));
    Some(Remind::After(Span::parse(span)?, less.trim_end_matches('D').parse().ok()?))
}

fn edge(row: &csv::StringRecord) -> Option<Edge> {
    let from = match cell(row, 0) {
        "suspended" => From::Suspended,
        text => match text.strip_prefix("*stage").and_then(|stages| stages.split_once('-')) {
            Some((first, last)) => From::Stages(first.parse().ok()?..=last.parse().ok()?),
            None => From::Step(STEPS.iter().find(|step| step.key == text)?.no),
        },
    };
    Some(Edge { from, event: cell(row, 1).to_owned(), to: cell(row, 2).to_owned(), guard: cell(row, 3).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pc_3_2_4_every_row_of_the_files_is_understood() {
        assert_eq!(STEPS.iter().map(|step| step.no).collect::<Vec<_>>(), (1..=25).collect::<Vec<_>>());
        assert_eq!(STEPS.len(), rows(STEPS_CSV).len());
        // The edges called `complete` are the steps in order, one after the other.
        let complete: Vec<(String, String)> = rows(EDGES_CSV)
            .iter()
            .filter(|row| cell(row, 1) == "complete")
            .map(|row| (cell(row, 0).to_owned(), cell(row, 2).to_owned()))
            .collect();
        let pairs: Vec<(String, String)> =
            STEPS.windows(2).map(|pair| (pair[0].key.clone(), pair[1].key.clone())).collect();
        assert_eq!(complete, pairs);
        assert_eq!(EDGES.len() + complete.len(), rows(EDGES_CSV).len());
        for step in STEPS.iter() {
            for document in &step.documents {
                assert!(zhibu_core::dictionary::has("development_doc", document), "{document}");
            }
            assert!(zhibu_core::dictionary::label("development_stage", &step.stage.to_string()).is_some());
        }
    }

    #[test]
    fn pc_3_2_4_every_stage_has_its_steps_and_standing() {
        let stages: Vec<usize> = (1..=5).map(|stage| STEPS.iter().filter(|step| step.stage == stage).count()).collect();
        assert_eq!(stages, [2, 4, 5, 7, 7]);
        let after: Vec<(u8, Standing)> = STEPS
            .windows(2)
            .filter(|pair| pair[0].after != pair[1].after)
            .map(|pair| (pair[1].no, pair[1].after))
            .collect();
        use Standing as S;
        assert_eq!(after, [(3, S::Activist), (8, S::Candidate), (17, S::Probationary), (24, S::Formal)]);
        let votes: Vec<u8> = STEPS.iter().filter(|step| step.vote.is_some()).map(|step| step.no).collect();
        assert_eq!(votes, [3, 7, 12, 15, 17, 23, 24]);
        let approving: Vec<u8> = STEPS.iter().filter(|step| step.approves()).map(|step| step.no).collect();
        assert_eq!(approving, [13, 17, 24]);
        let above: Vec<u8> = STEPS.iter().filter(|step| step.side() == Side::Committee).map(|step| step.no).collect();
        assert_eq!(above, [4, 8, 11, 13, 16, 17, 18, 24]);
        let asked: Vec<u8> = STEPS.iter().filter(|step| step.people().is_some()).map(|step| step.no).collect();
        assert_eq!(asked, [2, 5, 9]);
    }

    #[test]
    fn pc_3_2_4_months_end_at_the_end_of_the_month() {
        for (from, span, to) in [
            ("2025-01-31", "P1M", "2025-02-28"),
            ("2024-01-31", "P1M", "2024-02-29"),
            ("2025-03-20", "P1Y", "2026-03-20"),
            ("2024-02-29", "P1Y", "2025-02-28"),
            ("2025-08-31", "P6M", "2026-02-28"),
            ("2025-12-20", "P15D", "2026-01-04"),
            ("2025-12-20", "P0D", "2025-12-20"),
        ] {
            assert_eq!(Span::parse(span).unwrap().after(day(from)), day(to), "{from} {span}");
        }
        assert_eq!(Span::parse("P1M").unwrap().before(day("2025-03-31")), day("2025-02-28"));
        for bad in ["", "P", "1M", "PM", "P1W"] {
            assert_eq!(Span::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn pc_3_2_4_failures_lead_where_the_file_says() {
        let back: Vec<(u8, u8)> = STEPS
            .iter()
            .filter_map(|s| if let Failing::BackTo(to) = s.failing { Some((s.no, to)) } else { None })
            .collect();
        assert_eq!(back, [(4, 3), (6, 3), (7, 6), (8, 6), (12, 8), (13, 12), (15, 6), (24, 23)]);
        let rejected: Vec<u8> = STEPS.iter().filter(|s| s.failing == Failing::Rejected).map(|s| s.no).collect();
        assert_eq!(rejected, [10, 17]);
        assert_eq!(step_of(21).unwrap().failing, Failing::Cancelled);
    }
}
