//! What a record may say. Pure decisions: no database, no clock.

use chrono::NaiveDate;
use zhibu_core::{Error, check, dictionary};

/// The dictionary of the kinds.
pub const KINDS: &str = "contribution_kind";
/// The longest time that one record may tell.
const LONGEST: i32 = 1000 * 60;

/// What the form gives, and after [`accept`] what is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Dictionary `contribution_kind`
    pub kind: String,
    /// 日期
    pub served_on: NaiveDate,
    /// 地点
    pub place: Option<String>,
    /// 时长
    pub minutes: Option<i32>,
    /// 内容
    pub body: String,
}

/// Checks and tidies a record; every fault is told.
pub fn accept(facts: &Facts, today: NaiveDate) -> Result<Facts, Vec<Error>> {
    let mut faults = Vec::new();
    if !dictionary::has(KINDS, &facts.kind) {
        faults.push(Error::invalid("kind", "请选择类型"));
    }
    if facts.served_on > today {
        faults.push(Error::invalid("servedOn", "日期不能晚于今天"));
    }
    faults.extend(check::day("servedOn", facts.served_on).err());
    let mut place = None;
    match check::optional("place", "地点", facts.place.as_deref(), 60) {
        Ok(text) => place = text,
        Err(fault) => faults.push(fault),
    }
    if facts.minutes.is_some_and(|minutes| !(1..=LONGEST).contains(&minutes)) {
        faults.push(Error::invalid("minutes", "时长应大于0，且不超过1000小时"));
    }
    let mut body = String::new();
    match check::lines("body", "内容", facts.body.trim(), 2, 2000) {
        Ok(text) => body = text,
        Err(fault) => faults.push(fault),
    }
    if faults.is_empty() { Ok(Facts { place, body, ..facts.clone() }) } else { Err(faults) }
}

/// Minutes of a time in hours as people write it: `2`, `2.5`, `1.25`.
pub fn minutes(hours: &str) -> Option<i32> {
    let (whole, part) = hours.split_once('.').unwrap_or((hours, "0"));
    if part.is_empty()
        || part.len() > 2
        || whole.len() > 4
        || !format!("{whole}{part}").bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let whole: i32 = whole.parse().ok()?;
    let hundredths: i32 = format!("{part:0<2}").parse().ok()?;
    let minutes = whole * 60 + hundredths * 60 / 100;
    (1..=LONGEST).contains(&minutes).then_some(minutes)
}

/// Minutes as hours, without zeros that say nothing.
pub fn hours(minutes: i64) -> String {
    let hundredths = minutes * 100 / 60;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pc_3_2_8_every_fault_names_its_field() {
        let today = day("2026-11-26");
        let good = Facts {
            kind: "volunteer".into(),
            served_on: today,
            place: Some(" 社区 ".into()),
            minutes: Some(90),
            body: "  参加社区志愿服务 ".into(),
        };
        let accepted = accept(&good, today).unwrap();
        assert_eq!((accepted.place.as_deref(), accepted.body.as_str()), (Some("社区"), "参加社区志愿服务"));
        for (facts, field) in [
            (Facts { kind: "none".into(), ..good.clone() }, "kind"),
            (Facts { served_on: day("2026-11-27"), ..good.clone() }, "servedOn"),
            (Facts { served_on: day("0001-01-01"), ..good.clone() }, "servedOn"),
            (Facts { place: Some("地".repeat(61)), ..good.clone() }, "place"),
            (Facts { minutes: Some(0), ..good.clone() }, "minutes"),
            (Facts { minutes: Some(LONGEST + 1), ..good.clone() }, "minutes"),
            (Facts { body: "好".into(), ..good.clone() }, "body"),
            (Facts { body: "好".repeat(2001), ..good.clone() }, "body"),
        ] {
            let faults = accept(&facts, today).unwrap_err();
            assert_eq!(faults.iter().filter_map(|f| f.field.as_deref()).collect::<Vec<_>>(), [field]);
        }
        let worst = Facts { kind: String::new(), minutes: Some(-1), body: String::new(), ..good };
        assert_eq!(accept(&worst, today).unwrap_err().len(), 3, "all of them are told");
    }

    #[test]
    fn pc_3_2_8_hours_are_read_as_people_write_them() {
        for (text, found) in [
            ("2", Some(120)),
            ("2.5", Some(150)),
            ("0.25", Some(15)),
            ("1000", Some(60_000)),
            ("1000.5", None),
            ("0", None),
            ("-1", None),
            ("2.", None),
            ("2.125", None),
            ("两", None),
            ("99999", None),
        ] {
            assert_eq!(minutes(text), found, "{text}");
        }
        for (minutes, text) in [(150, "2.5"), (120, "2"), (15, "0.25"), (600, "10"), (0, "0")] {
            assert_eq!(hours(minutes), text);
        }
    }
}
