//! What has to be held (应开), what was (实开), and who is late with it (domain §6.3, §6.4).

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::model::MeetingEvery;

/// Days before the end of a period from which it is told, and from which it is urgent.
const BLUE: u64 = 10;
const YELLOW: u64 = 3;

/// An organisation as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Founded; nothing: long ago.
    pub from: Option<NaiveDate>,
    /// Closed.
    pub to: Option<NaiveDate>,
}

/// How urgent a warning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, async_graphql::Enum)]
pub enum MeetingAlert {
    /// 蓝色
    Blue,
    /// 黄色
    Yellow,
    /// 红色
    Red,
}

/// A period in which a kind has to be held once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
}

impl MeetingEvery {
    /// Months of one period.
    fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// Which period of its year a month lies in, from 0.
    pub fn of_month(self, month: u32) -> u32 {
        (month.max(1) - 1) / self.months()
    }

    /// The periods of a year.
    pub fn periods(self, year: i32) -> Vec<Period> {
        let months = self.months();
        let first = |month: u32| match month {
            13.. => NaiveDate::from_ymd_opt(year + 1, 1, 1),
            _ => NaiveDate::from_ymd_opt(year, month, 1),
        };
        (0..12 / months)
            .filter_map(|at| {
                let from = first(at * months + 1)?;
                let to = first((at + 1) * months + 1)?.pred_opt()?;
                Some(Period { from, to })
            })
            .collect()
    }
}

impl Period {
    /// True when the organisation was there from its first to its last day.
    fn whole(self, life: Life) -> bool {
        life.from.is_none_or(|from| from <= self.from) && life.to.is_none_or(|to| to > self.to)
    }
}

/// How much of a kind one organisation had to hold in a year, and held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// 应开: periods that are over, and those not over that are fulfilled.
    pub required: i32,
    /// Periods fulfilled: what the rate counts.
    pub fulfilled: i32,
    /// 实开: all that were held.
    pub held: i32,
}

/// Scores a year. `held`: meetings by month, 1 to 12.
pub fn score(every: MeetingEvery, year: i32, life: Life, today: NaiveDate, held: &HashMap<u32, i32>) -> Score {
    let mut score = Score { held: held.values().sum(), ..Score::default() };
    for (at, period) in (0u32..).zip(every.periods(year)) {
        let done = held.iter().any(|(month, count)| every.of_month(*month) == at && *count > 0);
        if !period.whole(life) || period.from > today || (period.to >= today && !done) {
            continue;
        }
        score.required += 1;
        score.fulfilled += i32::from(done);
    }
    score
}

/// A warning about the period that is not over, or about the last one when that is over and was not fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// How urgent.
    pub level: MeetingAlert,
    /// Which period.
    pub period: Period,
}

/// What is late today. `held`: meetings by year and month.
pub fn warning(every: MeetingEvery, life: Life, today: NaiveDate, held: &HashMap<(i32, u32), i32>) -> Option<Warning> {
    let done = |period: Period| {
        held.iter().any(|((year, month), count)| {
            *count > 0
                && NaiveDate::from_ymd_opt(*year, *month, 1).is_some_and(|day| day >= period.from && day <= period.to)
        })
    };
    let years = every.periods(today.year() - 1).into_iter().chain(every.periods(today.year()));
    let begun: Vec<Period> = years.filter(|period| period.from <= today).collect();
    let current = begun.last().copied()?;
    let before = begun.iter().rev().nth(1).copied();
    // What a year has missed is told in spring; afterwards it only stands in the way of what is due this year.
    let told_still = every != MeetingEvery::Year || today.month() <= 3;
    if let Some(period) = before.filter(|period| told_still && period.whole(life) && !done(*period)) {
        return Some(Warning { level: MeetingAlert::Red, period });
    }
    let from = |days: u64| current.to.checked_sub_days(Days::new(days)).is_some_and(|day| today >= day);
    // A year's meeting is told in its last quarter already: nobody arranges it within ten days.
    let told = match every {
        MeetingEvery::Year if today.month() >= 12 => Some(MeetingAlert::Yellow),
        MeetingEvery::Year if today.month() >= 11 => Some(MeetingAlert::Blue),
        MeetingEvery::Year => None,
        _ if from(YELLOW) => Some(MeetingAlert::Yellow),
        _ if from(BLUE) => Some(MeetingAlert::Blue),
        _ => None,
    };
    let open = current.whole(Life { to: None, ..life }) && life.to.is_none() && !done(current);
    told.filter(|_| open).map(|level| Warning { level, period: current })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const EVER: Life = Life { from: None, to: None };

    #[test]
    fn pc_4_3a_what_had_to_be_held_counts_whole_periods_only() {
        let quarters = |life, today: &str, held: &[(u32, i32)]| {
            score(MeetingEvery::Quarter, 2026, life, day(today), &held.iter().copied().collect())
        };
        let told = |score: Score| (score.required, score.fulfilled, score.held);
        // Founded within the second quarter: the third and the fourth count.
        let young = Life { from: Some(day("2026-05-10")), to: None };
        assert_eq!(told(quarters(young, "2027-01-05", &[])), (2, 0, 0));
        // Three in one quarter are one of two.
        assert_eq!(told(quarters(EVER, "2026-07-01", &[(1, 2), (3, 1)])), (2, 1, 3));
        // The quarter that goes on counts once it is fulfilled.
        assert_eq!(told(quarters(EVER, "2026-05-01", &[(1, 1)])), (1, 1, 1));
        assert_eq!(told(quarters(EVER, "2026-05-01", &[(1, 1), (4, 1)])), (2, 2, 2));
        let closed = Life { from: None, to: Some(day("2026-06-30")) };
        assert_eq!(told(quarters(closed, "2027-01-05", &[])), (1, 0, 0));
        assert_eq!(told(score(MeetingEvery::Year, 2026, EVER, day("2026-12-31"), &HashMap::new())), (0, 0, 0));
        assert_eq!(told(score(MeetingEvery::Year, 2026, EVER, day("2027-01-01"), &HashMap::new())), (1, 0, 0));
        assert_eq!(MeetingEvery::Month.periods(2026).len(), 12);
    }

    #[test]
    fn pc_4_3a_a_branch_without_its_quarterly_assembly_is_warned_about() {
        let quarter = |today: &str, held: &[((i32, u32), i32)]| {
            warning(MeetingEvery::Quarter, EVER, day(today), &held.iter().copied().collect())
                .map(|warning| (warning.level, warning.period.from.to_string()))
        };
        let first = ((2026, 2), 1);
        assert_eq!(quarter("2026-05-01", &[first]), None);
        assert_eq!(quarter("2026-06-19", &[first]), None);
        assert_eq!(quarter("2026-06-20", &[first]), Some((MeetingAlert::Blue, "2026-04-01".into())));
        assert_eq!(quarter("2026-06-27", &[first]), Some((MeetingAlert::Yellow, "2026-04-01".into())));
        assert_eq!(quarter("2026-06-27", &[first, ((2026, 6), 1)]), None);
        assert_eq!(quarter("2026-07-01", &[first]), Some((MeetingAlert::Red, "2026-04-01".into())));
        // The last quarter of the year before.
        assert_eq!(quarter("2026-01-02", &[]), Some((MeetingAlert::Red, "2025-10-01".into())));
        let year = |today: &str, held: &[((i32, u32), i32)]| {
            warning(MeetingEvery::Year, EVER, day(today), &held.iter().copied().collect()).map(|warning| warning.level)
        };
        let before = ((2025, 12), 1);
        assert_eq!(year("2026-10-31", &[before]), None);
        assert_eq!(year("2026-11-01", &[before]), Some(MeetingAlert::Blue));
        assert_eq!(year("2026-12-01", &[before]), Some(MeetingAlert::Yellow));
        assert_eq!(year("2027-01-01", &[before]), Some(MeetingAlert::Red));
        assert_eq!(year("2027-04-01", &[before]), None, "not the whole next year");
        let young = Life { from: Some(day("2026-05-10")), to: None };
        assert_eq!(warning(MeetingEvery::Quarter, young, day("2026-07-01"), &HashMap::new()), None);
    }
}
