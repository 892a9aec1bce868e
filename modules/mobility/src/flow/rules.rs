//! What is due with floating members and with those out of contact (domain §4.3). Pure decisions: no database, no clock.

use chrono::{Months, NaiveDate};

use super::model::{LostDecision, LostState};
use crate::transfer::rules::MobilityLevel as Level;

/// Days without contact after which somebody is reminded.
pub const YELLOW: i64 = 90;
/// Days after which it is overdue.
pub const RED: i64 = 180;

/// How urgently a contact is missed.
pub fn silence(contacted: NaiveDate, today: NaiveDate) -> Option<Level> {
    match (today - contacted).num_days() {
        days if days > RED => Some(Level::Red),
        days if days > YELLOW => Some(Level::Yellow),
        _ => None,
    }
}

/// Somebody who has been away for so long at a fixed place should have the membership transferred.
pub fn should_transfer(direction: &str, started: NaiveDate, today: NaiveDate) -> bool {
    !["5", "6"].contains(&direction) && (today - started).num_days() >= RED
}

/// Of somebody who went abroad and has not come back for five years it is to be decided whether to suspend the membership.
pub fn should_suspend(direction: &str, started: NaiveDate, today: NaiveDate) -> bool {
    direction == "5" && started.checked_add_months(Months::new(60)).is_some_and(|day| today > day)
}

/// The first day on which something may be decided about a lost member: half a year out of contact to suspend, two more
/// years to strike off.
pub fn decidable(decision: LostDecision, lost: NaiveDate, suspended: Option<NaiveDate>) -> Option<NaiveDate> {
    let (from, months) = match decision {
        LostDecision::Suspend => (lost, 6),
        LostDecision::Strike => (suspended?, 24),
    };
    from.checked_add_months(Months::new(months))?.succ_opt()
}

/// What is suggested about a lost member today; somebody decides.
pub fn suggestion(
    state: LostState,
    lost: NaiveDate,
    suspended: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<LostDecision> {
    let decision = match state {
        LostState::Open => LostDecision::Suspend,
        LostState::Suspended => LostDecision::Strike,
        LostState::Found | LostState::Struck => return None,
    };
    decidable(decision, lost, suspended).filter(|day| *day <= today).map(|_| decision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pc_3_2_2_contacts_are_missed_after_90_and_180_days() {
        let from = day("2026-01-01");
        for (days, level) in
            [(90, None), (91, Some(Level::Yellow)), (180, Some(Level::Yellow)), (181, Some(Level::Red))]
        {
            assert_eq!(silence(from, from + chrono::Duration::days(days)), level, "{days}");
        }
        for (direction, today, yes) in [
            ("1", "2026-06-29", false),
            ("1", "2026-06-30", true),
            ("5", "2027-06-30", false),
            ("6", "2027-06-30", false),
        ] {
            assert_eq!(should_transfer(direction, from, day(today)), yes, "{direction} {today}");
        }
    }

    #[test]
    fn pc_3_2_2_after_five_years_abroad_suspension_is_suggested() {
        for (direction, today, yes) in [
            ("5", "2031-02-28", false),
            ("5", "2031-03-01", true),
            ("1", "2040-01-01", false),
            ("6", "2040-01-01", false),
        ] {
            assert_eq!(should_suspend(direction, day("2026-02-28"), day(today)), yes, "{direction} {today}");
        }
    }

    #[test]
    fn pc_3_2_2_lost_members_are_decided_about_after_half_a_year_and_two_years() {
        let lost = day("2026-01-31");
        let suggested = |state, suspended: Option<&str>, today| suggestion(state, lost, suspended.map(day), day(today));
        assert_eq!(suggested(LostState::Open, None, "2026-07-31"), None);
        assert_eq!(suggested(LostState::Open, None, "2026-08-01"), Some(LostDecision::Suspend));
        assert_eq!(suggested(LostState::Suspended, Some("2026-08-10"), "2028-08-10"), None);
        assert_eq!(suggested(LostState::Suspended, Some("2026-08-10"), "2028-08-11"), Some(LostDecision::Strike));
        assert_eq!(suggested(LostState::Found, None, "2030-01-01"), None);
        assert_eq!(decidable(LostDecision::Strike, lost, None), None);
    }
}
