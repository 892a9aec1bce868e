//! What a ladder may be, what templates know by themselves, and when a reminder comes next. Pure.

use chrono::{DateTime, Duration, Months, Utc};
use uuid::Uuid;
use zhibu_core::Error;
use zhibu_tenancy::messages::text::OWN;

use crate::model::{AnnouncementRung, ScheduleRepeat};

/// Variables that a notice fills in by itself, beside the member's own.
pub const FACTS: [&str; 4] = ["标题", "时间", "地点", "单位"];
/// A week: nobody waits longer for the next rung.
pub const LONGEST: i32 = 7 * 24 * 60;
/// As many characters as carriers take for a value.
const VALUE: usize = 35;

/// A rung as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub rung: AnnouncementRung,
    /// Minutes after the one before.
    pub after_minutes: i32,
    /// The template of text messages or calls.
    pub template: Option<Uuid>,
    /// What the sender gives for its variables.
    pub given: Vec<(String, String)>,
}

/// What is wrong with a ladder.
pub fn faults(ladder: &[Step]) -> Vec<Error> {
    let mut faults = Vec::new();
    for (at, step) in ladder.iter().enumerate() {
        let field = |name: &str| format!("ladder.{at}.{name}");
        if ladder.iter().take(at).any(|before| before.rung == step.rung) {
            faults.push(Error::invalid(field("rung"), format!("{}只能选择一次", step.rung.words())));
        }
        if !(0..=LONGEST).contains(&step.after_minutes) {
            faults.push(Error::invalid(field("afterMinutes"), "间隔应为0至10080分钟（7天）"));
        }
        if step.rung.channel().is_some() && step.template.is_none() {
            faults.push(Error::invalid(field("template"), format!("请选择{}的模板", step.rung.words())));
        }
    }
    faults
}

/// True for a variable that nobody has to give.
pub fn known(variable: &str) -> bool {
    OWN.contains(&variable) || FACTS.contains(&variable)
}

/// A fact as carriers take it: one line without brackets, not too long.
pub fn fact(text: &str) -> String {
    let plain: String =
        text.chars().filter(|c| !"【】{}".contains(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let plain = plain.trim();
    match plain.chars().count() {
        0 => "详见通知".to_owned(),
        long if long <= VALUE => plain.to_owned(),
        _ => plain.chars().take(VALUE - 1).chain(['…']).collect(),
    }
}

/// The first time of a series after a moment; none: it is over.
pub fn next(first: DateTime<Utc>, repeats: ScheduleRepeat, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let china = Duration::hours(8);
    let start = (first + china).naive_utc();
    let nth = |n: u32| {
        let local = match repeats {
            ScheduleRepeat::Never => (n == 0).then_some(start)?,
            ScheduleRepeat::Daily => start.checked_add_signed(Duration::days(n.into()))?,
            ScheduleRepeat::Weekly => start.checked_add_signed(Duration::days(7 * i64::from(n)))?,
            // The last day of a shorter month stands for the day it does not have.
            ScheduleRepeat::Monthly => start.checked_add_months(Months::new(n))?,
            ScheduleRepeat::Yearly => start.checked_add_months(Months::new(n.checked_mul(12)?))?,
        };
        Some(local.and_utc() - china)
    };
    let span = match repeats {
        ScheduleRepeat::Never => return nth(0).filter(|at| *at > after),
        ScheduleRepeat::Daily => 1,
        ScheduleRepeat::Weekly => 7,
        ScheduleRepeat::Monthly => 31,
        ScheduleRepeat::Yearly => 366,
    };
    // Never beyond the one that is looked for.
    let near = u32::try_from(((after - first).num_days() / span).max(0)).unwrap_or_default();
    (near..near.saturating_add(1_000)).find_map(|n| nth(n).filter(|at| *at > after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn pc_4_5_a_ladder_has_each_rung_once_and_templates_where_they_cost() {
        let step = |rung, after_minutes, template| Step { rung, after_minutes, template, given: Vec::new() };
        let some = Some(Uuid::from_u128(1));
        let good = [
            step(AnnouncementRung::Push, 0, None),
            step(AnnouncementRung::Sms, 60, some),
            step(AnnouncementRung::Voice, LONGEST, some),
        ];
        assert!(faults(&good).is_empty() && faults(&[]).is_empty());
        let fields = |ladder: &[Step]| faults(ladder).into_iter().filter_map(|fault| fault.field).collect::<Vec<_>>();
        let twice = [step(AnnouncementRung::Sms, 0, some), step(AnnouncementRung::Sms, 5, some)];
        assert_eq!(fields(&twice), ["ladder.1.rung"]);
        assert_eq!(fields(&[step(AnnouncementRung::Voice, 0, None)]), ["ladder.0.template"]);
        assert_eq!(fields(&[step(AnnouncementRung::Push, -1, None)]), ["ladder.0.afterMinutes"]);
        assert_eq!(fields(&[step(AnnouncementRung::Push, LONGEST + 1, None)]), ["ladder.0.afterMinutes"]);
    }

    #[test]
    fn pc_4_5_facts_fit_into_templates() {
        assert_eq!(fact("关于{召开}【党员大会】\n的通知"), "关于召开党员大会 的通知");
        assert_eq!(fact("  "), "详见通知");
        assert_eq!(fact(&"长".repeat(36)).chars().count(), 35);
        assert!(known("姓名") && known("时间") && !known("金额"));
    }

    #[test]
    fn m_1_11_reminders_come_again_by_the_calendar() {
        let first = at("2027-01-31T01:00:00Z");
        for (repeats, after, expected) in [
            (ScheduleRepeat::Never, "2027-01-31T00:59:59Z", Some("2027-01-31T01:00:00Z")),
            (ScheduleRepeat::Never, "2027-01-31T01:00:00Z", None),
            (ScheduleRepeat::Daily, "2027-01-31T01:00:00Z", Some("2027-02-01T01:00:00Z")),
            (ScheduleRepeat::Weekly, "2027-02-07T00:59:59Z", Some("2027-02-07T01:00:00Z")),
            (ScheduleRepeat::Monthly, "2027-01-31T01:00:00Z", Some("2027-02-28T01:00:00Z")),
            (ScheduleRepeat::Monthly, "2027-02-28T01:00:00Z", Some("2027-03-31T01:00:00Z")),
            (ScheduleRepeat::Monthly, "2037-05-31T01:00:00Z", Some("2037-06-30T01:00:00Z")),
            (ScheduleRepeat::Yearly, "2028-01-31T01:00:00Z", Some("2029-01-31T01:00:00Z")),
        ] {
            assert_eq!(next(first, repeats, at(after)), expected.map(at), "{repeats:?} {after}");
        }
        // The 29th of February is the 28th in other years, and the 29th again when there is one.
        let leap = at("2028-02-29T04:00:00Z");
        assert_eq!(next(leap, ScheduleRepeat::Yearly, leap), Some(at("2029-02-28T04:00:00Z")));
        assert_eq!(next(leap, ScheduleRepeat::Yearly, at("2031-03-01T00:00:00Z")), Some(at("2032-02-29T04:00:00Z")));
        // By China's calendar: one in the morning of the 1st there is the 31st in Greenwich.
        let early = at("2027-01-31T17:00:00Z");
        assert_eq!(next(early, ScheduleRepeat::Monthly, early), Some(at("2027-02-28T17:00:00Z")));
    }
}
