//! What may be done with a transfer (domain §4.1, §4.2). Pure decisions: no database, no clock.

use chrono::{Datelike, Days, NaiveDate};
use zhibu_core::{Error, Result};

use super::model::{TransferKind as Kind, TransferSide as Side, TransferStatus as Status};

/// How often a transfer may be returned for correction; then whoever stands above decides.
pub const MOST_RETURNS: i16 = 3;
/// A letter is valid for so many days at most.
pub const MOST_DAYS: i32 = 90;
/// Months of unpaid dues that are pointed out.
const ARREARS: i32 = 6;

/// How urgent something is.
#[derive(async_graphql::Enum, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MobilityLevel {
    /// 提醒
    Yellow,
    /// 超期
    Red,
}

/// Who decides, in order.
fn chain(kind: Kind, same_committee: bool) -> &'static [Side] {
    match (kind, same_committee) {
        (Kind::Internal, true) => &[Side::TargetBranch],
        (Kind::Internal, false) => &[Side::Source, Side::TargetCommittee, Side::TargetBranch],
        (Kind::Inbound, _) => &[Side::TargetCommittee, Side::TargetBranch],
        (Kind::Outbound, _) => &[Side::Source, Side::Receipt],
        (Kind::Batch, _) => &[],
    }
}

/// Which committees have agreed. What was decided stands when the tree changes, whoever decides by then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreed {
    /// The one that lets the member go.
    pub source: bool,
    /// The one that receives.
    pub target: bool,
}

impl Agreed {
    /// The same after a side has agreed.
    pub fn with(self, side: Side) -> Self {
        Self { source: self.source || side == Side::Source, target: self.target || side == Side::TargetCommittee }
    }
}

/// Whose turn it is: the first who has not agreed yet. Of those who decide, the branch that receives is the last.
pub fn due(kind: Kind, same_committee: bool, agreed: Agreed) -> Side {
    let open = |side: &&Side| match side {
        Side::Source => !agreed.source,
        Side::TargetCommittee => !agreed.target,
        Side::TargetBranch | Side::Receipt | Side::Starter => true,
    };
    chain(kind, same_committee).iter().find(open).copied().unwrap_or(Side::TargetBranch)
}

/// How a transfer stands when it is a side's turn.
pub fn status(side: Side) -> Status {
    match side {
        Side::Starter => Status::Returned,
        Side::Source => Status::SourceReview,
        Side::TargetCommittee | Side::TargetBranch => Status::TargetReview,
        Side::Receipt => Status::LetterIssued,
    }
}

/// The last day of a letter, from its days of validity.
pub fn valid_until(issued: NaiveDate, days: i32) -> Result<NaiveDate> {
    let days = u64::try_from(days).ok().filter(|days| (1..=u64::from(MOST_DAYS.unsigned_abs())).contains(days));
    let days = days.ok_or_else(|| Error::invalid("validDays", "有效期应为1至90天"))?;
    issued.checked_add_days(Days::new(days)).ok_or_else(|| Error::invalid("validDays", "有效期应为1至90天"))
}

/// True when a letter is out of date. Its last day still counts.
pub fn expired(valid_until: NaiveDate, today: NaiveDate) -> bool {
    today > valid_until
}

/// 党费交至: a month in the form `2026-10`, at most a year ahead.
pub fn month(field: &str, text: &str, today: NaiveDate) -> Result<String> {
    let fault = || Error::invalid(field, "请按“2026-10”的格式填写党费交至的年月");
    let (year, month) = text.trim().split_once('-').ok_or_else(fault)?;
    if year.len() != 4 || month.len() != 2 {
        return Err(fault());
    }
    let (year, month): (i32, u32) = (year.parse().map_err(|_| fault())?, month.parse().map_err(|_| fault())?);
    let day = NaiveDate::from_ymd_opt(year, month, 1).ok_or_else(fault)?;
    let ahead = months(day, today);
    if year < 1950 || ahead < -12 {
        return Err(fault());
    }
    Ok(format!("{year:04}-{month:02}"))
}

/// Whole months from one day's month to another's.
fn months(from: NaiveDate, to: NaiveDate) -> i32 {
    let count = |day: NaiveDate| day.year() * 12 + i32::try_from(day.month0()).unwrap_or_default();
    count(to) - count(from)
}

/// Months of dues that are unpaid, where that is worth pointing out.
pub fn arrears(paid_to: Option<&str>, today: NaiveDate) -> Option<i32> {
    let (year, month) = paid_to?.split_once('-')?;
    let day = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
    Some(months(day, today)).filter(|months| *months > ARREARS)
}

/// How urgently a receipt is missed.
pub fn overdue(issued: NaiveDate, today: NaiveDate) -> Option<MobilityLevel> {
    match (today - issued).num_days() {
        90.. => Some(MobilityLevel::Red),
        30..=89 => Some(MobilityLevel::Yellow),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pc_3_2_3_everybody_decides_in_order() {
        let walk = |kind, same| {
            let mut agreed = Agreed::default();
            let mut sides = vec![due(kind, same, agreed)];
            while !matches!(sides.last().unwrap(), Side::TargetBranch | Side::Receipt) {
                agreed = agreed.with(*sides.last().unwrap());
                sides.push(due(kind, same, agreed));
            }
            sides
        };
        assert_eq!(walk(Kind::Internal, true), [Side::TargetBranch]);
        assert_eq!(walk(Kind::Internal, false), [Side::Source, Side::TargetCommittee, Side::TargetBranch]);
        assert_eq!(walk(Kind::Inbound, false), [Side::TargetCommittee, Side::TargetBranch]);
        assert_eq!(walk(Kind::Outbound, false), [Side::Source, Side::Receipt]);
    }

    #[test]
    fn pc_3_2_3_nobody_is_left_out_or_asked_twice_when_committees_change() {
        let (none, one, both) =
            (Agreed::default(), Agreed { source: true, target: false }, Agreed { source: true, target: true });
        for (kind, same, agreed, side) in [
            // What was one committee's affair concerns two.
            (Kind::Internal, false, none, Side::Source),
            // Two have become one: what they had to agree about is nobody's any more.
            (Kind::Internal, true, none, Side::TargetBranch),
            (Kind::Internal, true, one, Side::TargetBranch),
            // And two again: whoever has agreed is not asked again.
            (Kind::Internal, false, one, Side::TargetCommittee),
            (Kind::Internal, false, both, Side::TargetBranch),
            (Kind::Inbound, false, none, Side::TargetCommittee),
            (Kind::Inbound, false, Agreed { source: false, target: true }, Side::TargetBranch),
            (Kind::Outbound, false, none, Side::Source),
            (Kind::Outbound, false, one, Side::Receipt),
        ] {
            assert_eq!(due(kind, same, agreed), side, "{kind:?} {same} {agreed:?}");
        }
    }

    #[test]
    fn pc_3_2_3_a_letter_is_valid_through_its_last_day() {
        let issued = day("2026-11-26");
        for (days, until) in [
            (1, Some("2026-11-27")),
            (30, Some("2026-12-26")),
            (90, Some("2027-02-24")),
            (0, None),
            (91, None),
            (-1, None),
        ] {
            assert_eq!(valid_until(issued, days).ok(), until.map(day), "{days}");
        }
        assert!(!expired(day("2026-12-26"), day("2026-12-26")));
        assert!(expired(day("2026-12-26"), day("2026-12-27")));
    }

    #[test]
    fn pc_3_2_3_receipts_and_dues_are_missed_in_time() {
        for (today, level) in [
            ("2026-02-09", None),
            ("2026-02-10", Some(MobilityLevel::Yellow)),
            ("2026-04-10", Some(MobilityLevel::Yellow)),
            ("2026-04-11", Some(MobilityLevel::Red)),
        ] {
            assert_eq!(overdue(day("2026-01-11"), day(today)), level, "{today}");
        }
        let today = day("2026-11-26");
        for (paid, months) in [("2026-11", None), ("2026-05", None), ("2026-04", Some(7)), ("2027-01", None)] {
            assert_eq!(arrears(Some(paid), today), months, "{paid}");
        }
        for (text, right) in [
            ("2026-10", true),
            (" 2027-11 ", true),
            ("2027-12", false),
            ("2026-13", false),
            ("2026-1", false),
            ("202610", false),
            ("1949-12", false),
            ("+026-10", false),
        ] {
            assert_eq!(month("duesPaidTo", text, today).is_ok(), right, "{text}");
        }
    }
}
