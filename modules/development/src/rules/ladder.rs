//! The ladder of reminders at the nodes of a case (节点提醒, domain §3.1 and §3.3).

use chrono::NaiveDate;

use super::plan::{Remind, Side, Span, Step, step_of};
use super::{File, Look, Outcome, State, StepLook};

/// So many days before a resolution lapses the branch is told to send it.
const BEFORE_LAPSE: u64 = 7;

/// How urgent a reminder is (预警级别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, async_graphql::Enum)]
#[graphql(name = "DevelopmentLevel")]
pub enum Level {
    /// 蓝色
    Blue,
    /// 黄色
    Yellow,
    /// 红色
    Red,
}

/// What somebody is reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The person is to be observed while a wait goes on.
    Observe,
    /// It may be done from a day on.
    Start,
    /// It should be done until a day.
    Due,
    /// That day has passed.
    Over,
    /// A resolution was not sent upwards.
    Unsent,
    /// What was done no longer counts.
    Lapsed,
    /// Who was named for it can do it no longer.
    Gap,
    /// The committee has not approved.
    Refused,
}

/// A rung of the ladder: told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// Of which step.
    pub step: u8,
    /// What about.
    pub rule: Rule,
    /// How urgent.
    pub level: Level,
    /// The day it stands on.
    pub day: NaiveDate,
    /// The day it is about.
    pub about: NaiveDate,
}

impl Level {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// The level of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Blue, Self::Yellow, Self::Red].into_iter().find(|one| one.code() == code)
    }
}

impl Rule {
    const ALL: [Self; 8] =
        [Self::Observe, Self::Start, Self::Due, Self::Over, Self::Unsent, Self::Lapsed, Self::Gap, Self::Refused];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Start => "start",
            Self::Due => "due",
            Self::Over => "over",
            Self::Unsent => "unsent",
            Self::Lapsed => "lapsed",
            Self::Gap => "gap",
            Self::Refused => "refused",
        }
    }

    /// The rule of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The superior is told too.
    pub fn is_late(self) -> bool {
        matches!(self, Self::Over | Self::Lapsed)
    }
}

impl Rung {
    /// Who acts: the side of its step, of what is to be sent upwards the branch.
    pub fn side(&self) -> Side {
        match self.rule {
            Rule::Start | Rule::Due | Rule::Over | Rule::Observe => step_of(self.step).map_or(Side::Branch, Step::side),
            Rule::Unsent | Rule::Lapsed | Rule::Gap | Rule::Refused => Side::Branch,
        }
    }

    /// In words, as of a day.
    pub fn words(&self, today: NaiveDate) -> String {
        let (no, about) = (self.step, self.about);
        let title = step_of(no).map(|step| step.title.as_str()).unwrap_or_default();
        let days = (about - today).num_days();
        match self.rule {
            Rule::Observe => format!("第{no}步“{title}”到了定期考察的日期{about}，请登记考察记录"),
            Rule::Start => format!("第{no}步“{title}”自{about}起可以办理"),
            Rule::Due if days > 0 => format!("第{no}步“{title}”最迟{about}办理，还有{days}天"),
            Rule::Due if days == 0 => format!("第{no}步“{title}”今天（{about}）是最迟办理日期"),
            Rule::Due | Rule::Over => format!("第{no}步“{title}”已超过最迟办理日期{about}，超期{}天", -days),
            Rule::Unsent => format!("支部大会决议还未报送上级党委，{about}后须重新办理"),
            Rule::Lapsed => format!("自{about}起须从第{no}步“{title}”重新办理"),
            Rule::Refused => format!("第{no}步“{title}”未通过（{about}），请通知本人并做好思想工作"),
            Rule::Gap => "培养联系人或入党介绍人已不能履行职责，请更换".to_owned(),
        }
    }
}

impl File {
    /// The rungs that a case has come to: of each step that waits the highest, and what a resolution has come to.
    pub fn rungs(&self, today: NaiveDate) -> Vec<Rung> {
        let look = self.look(today);
        if self.outcome == Outcome::Suspended {
            return Vec::new();
        }
        let mut rungs: Vec<Rung> = look.waiting().filter_map(|step| rung(step, today)).collect();
        rungs.extend(self.unsent().into_iter().filter(|one| one.day <= today).max_by_key(|one| one.day));
        if let (Some(_), Some(step), Some(day)) = (&look.lapse, look.next, self.lapsed_on(today)) {
            rungs.push(Rung { step, rule: Rule::Lapsed, level: Level::Red, day, about: day });
        }
        rungs
    }

    /// The days on which the branch is told that the resolution of the admission assembly was not sent.
    pub(super) fn unsent(&self) -> Vec<Rung> {
        let Some(assembly) = self.day(15).filter(|_| !self.done.contains_key(&17) && !self.submitted.contains_key(&15))
        else {
            return Vec::new();
        };
        let spans = step_of(15)
            .into_iter()
            .flat_map(|step| &step.reminders)
            .filter_map(|rule| if let Remind::AfterAssembly(span) = rule { Some(span.after(assembly)) } else { None });
        // The later of them is for what has lapsed by then.
        let Some(last) = spans.min() else { return Vec::new() };
        let at = |day, level| Rung { step: 15, rule: Rule::Unsent, level, day, about: last };
        vec![at(Span::Days(BEFORE_LAPSE).before(last), Level::Yellow), at(last, Level::Red)]
    }

    /// Since when something that was done no longer counts.
    fn lapsed_on(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.lapses().into_iter().map(|day| Span::Days(1).after(day)).filter(|day| *day <= today).max()
    }
}

impl Look {
    /// The steps that wait for somebody: the next one, and those that may be done beside it.
    pub fn waiting(&self) -> impl Iterator<Item = &StepLook> {
        self.steps.iter().filter(|step| Some(step.no) == self.next || step.state == State::Open)
    }
}

/// The highest rung that a step has come to. The day after its deadline is one for every step: that is when its superior
/// is told.
fn rung(look: &StepLook, today: NaiveDate) -> Option<Rung> {
    let step = step_of(look.no)?;
    let over = look.latest.map(|day| Span::Days(1).after(day));
    let day = look.reminders.iter().copied().chain(over).filter(|day| *day <= today).max()?;
    let hard = step.deadline.is_some_and(|deadline| deadline.hard);
    let (rule, level, about) = match (look.latest, look.earliest) {
        (Some(latest), _) if today > latest => (Rule::Over, if hard { Level::Red } else { Level::Yellow }, latest),
        (Some(latest), _) => (Rule::Due, Level::Blue, latest),
        (None, Some(earliest)) if earliest > today => (Rule::Observe, Level::Blue, day),
        (None, earliest) => (Rule::Start, Level::Blue, earliest.unwrap_or(day)),
    };
    Some(Rung { step: look.no, rule, level, day, about })
}
