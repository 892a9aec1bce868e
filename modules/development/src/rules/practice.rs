//! What is practice and not regulation (发展设置): a tenant decides it, each time from a day on, with its working days.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{Datelike, NaiveDate, Weekday};

use super::plan::{STEPS, Span, Step, step_of};

/// Holidays and the working days in exchange for them, as the State Council has announced them.
const HOLIDAYS: &str = include_str!("../../../../config/holidays.csv");

/// The steps before which a public notice may be asked for (公示).
pub const NOTICE_STEPS: [u8; 3] = [12, 13, 15];

/// What a full year's plan does when it is used up (发展党员计划).
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "DevelopmentQuotaRule")]
pub enum QuotaRule {
    /// 只提示
    Warn,
    /// 超出不能预审
    Block,
}

impl QuotaRule {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }

    /// The rule of a code.
    pub fn from_code(code: &str) -> Self {
        if code == "block" { Self::Block } else { Self::Warn }
    }
}

/// What holds from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// Months between the application and the activist.
    pub wait: u32,
    /// The step that asks for a public notice; none where there is none.
    pub notice: Option<u8>,
    /// For so many working days.
    pub notice_days: u32,
    /// Months for which a political review holds.
    pub review: u32,
    /// Months until which a step should be done, where that is not as usual.
    pub deadlines: BTreeMap<u8, u32>,
    /// What a plan that is used up does.
    pub quota: QuotaRule,
}

impl Default for Practice {
    fn default() -> Self {
        let deadlines = BTreeMap::new();
        Self { wait: 6, notice: Some(12), notice_days: 5, review: 12, deadlines, quota: QuotaRule::Warn }
    }
}

/// What a tenant has decided, and its working days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Practices {
    /// From the day on, the earliest first; before it is as usual.
    pub rows: BTreeMap<NaiveDate, Practice>,
    /// Days that are worked, or not, otherwise than their day of the week says.
    pub days: BTreeMap<NaiveDate, bool>,
    usual: Practice,
}

/// As it is where nothing was decided.
pub fn usual() -> Arc<Practices> {
    static USUAL: LazyLock<Arc<Practices>> = LazyLock::new(|| Arc::new(Practices::new(BTreeMap::new(), [])));
    Arc::clone(&USUAL)
}

impl Practices {
    /// What was decided, with the tenant's own days over those that are known.
    pub fn new(rows: BTreeMap<NaiveDate, Practice>, own: impl IntoIterator<Item = (NaiveDate, bool)>) -> Self {
        let mut days: BTreeMap<NaiveDate, bool> = announced().iter().map(|day| (day.day, day.works)).collect();
        days.extend(own);
        Self { rows, days, usual: Practice::default() }
    }

    /// What holds on a day.
    pub fn on(&self, day: NaiveDate) -> &Practice {
        self.rows.range(..=day).next_back().map_or(&self.usual, |(_, practice)| practice)
    }

    /// Days on which something else begins to hold.
    pub fn changes(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.rows.keys().copied()
    }

    /// Working days between two days, both included.
    pub fn working_days(&self, from: NaiveDate, to: NaiveDate) -> usize {
        let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let works = |day: &NaiveDate| self.days.get(day).copied().unwrap_or_else(|| !weekend(day));
        from.iter_days().take_while(|day| *day <= to).take(100).filter(works).count()
    }

    /// How long a step may take, from the day it is counted from.
    pub fn span(&self, step: &Step, from: NaiveDate) -> Option<Span> {
        let deadline = step.deadline?;
        let own = self.on(from).deadlines.get(&step.no).filter(|_| !deadline.hard);
        Some(own.map_or(deadline.span, |months| Span::Months(*months)))
    }
}

/// A day that is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Which.
    pub day: NaiveDate,
    /// It is worked.
    pub works: bool,
    /// Why.
    pub name: String,
}

/// The days that are known without anybody having entered them.
pub fn announced() -> &'static [Announced] {
    static DAYS: LazyLock<Vec<Announced>> = LazyLock::new(|| {
        let mut reader = csv::Reader::from_reader(HOLIDAYS.as_bytes());
        let day = |row: csv::StringRecord| {
            let works = row.get(1)? == "work";
            Some(Announced { day: row.get(0)?.parse().ok()?, works, name: row.get(2)?.to_owned() })
        };
        reader.records().filter_map(Result::ok).filter_map(day).collect()
    });
    &DAYS
}

/// The steps whose time a tenant may set: what is practice and counted in months.
pub fn settable() -> impl Iterator<Item = &'static Step> {
    let soft = |step: &&Step| step.deadline.is_some_and(|deadline| !deadline.hard && deadline.span != Span::Days(0));
    STEPS.iter().filter(soft)
}

/// Whether a tenant may set a step's time.
pub fn is_settable(no: u8) -> bool {
    step_of(no).is_some_and(|step| settable().any(|one| one.no == step.no))
}
