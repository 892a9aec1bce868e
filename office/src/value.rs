//! From what a cell holds to what was meant: tidy text, days, numbers without `.0`.

use crate::template::{Column, Format};
use chrono::{Days, NaiveDate};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// What a cell of an upload holds after tidying.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Blank,
    /// Tidy text; numbers are text too.
    Text(String),
    /// A day, only in columns for days.
    Date(NaiveDate),
    /// A cell that cannot be read, with the sentence that says why.
    Bad(&'static str),
}

/// What stands in a sheet's XML.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    Text(String),
    Number(f64),
    /// A number whose style shows it as a day.
    Day(f64),
    Bool(bool),
    Error,
    /// A formula without a stored result.
    Unknown,
}

const LOST_DIGITS: &str = "号码末位已被Excel改为0，请把该列设为文本格式后重新填写";
const ERROR_CELL: &str = "单元格是公式错误值，请改为正确的内容";
const NO_RESULT: &str = "公式没有计算结果，请用Excel打开并保存后再上传";

/// From here on a number has more digits than a spreadsheet keeps.
const LOST_FROM: f64 = 1e15;
/// 1910-01-01 as a serial: a smaller plain number in a column of days is rather a year than a day.
const FIRST_PLAIN_SERIAL: f64 = 3654.0;

impl Value {
    /// The value as text; a day as `YYYY-MM-DD`.
    pub fn text(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.clone()),
            Value::Date(day) => Some(day.to_string()),
            Value::Blank | Value::Bad(_) => None,
        }
    }

    pub(crate) fn of(raw: &Raw, column: &Column, from_1904: bool) -> Value {
        match raw {
            Raw::Error => Value::Bad(ERROR_CELL),
            Raw::Unknown => Value::Bad(NO_RESULT),
            Raw::Bool(true) => Value::Text("是".to_owned()),
            Raw::Bool(false) => Value::Text("否".to_owned()),
            Raw::Number(number) | Raw::Day(number) if number.abs() >= LOST_FROM => Value::Bad(LOST_DIGITS),
            Raw::Day(number) => from_day(*number, column, from_1904),
            Raw::Number(number) => from_number(*number, column, from_1904),
            Raw::Text(text) => from_text(text, column),
        }
    }
}

fn from_day(number: f64, column: &Column, from_1904: bool) -> Value {
    match (&column.format, serial(number, from_1904)) {
        (Format::Date, Some(day)) => Value::Date(day),
        (Format::Month, Some(day)) => Value::Text(day.format("%Y-%m").to_string()),
        (Format::Text(..) | Format::Enum(_) | Format::OneOf(_), Some(day)) => Value::Text(day.to_string()),
        _ => Value::Text(number.to_string()),
    }
}

fn from_number(number: f64, column: &Column, from_1904: bool) -> Value {
    // `to_string` of a float never has an exponent, nor `.0`.
    let text = number.to_string();
    match column.format {
        Format::Date | Format::Month => match day(&text) {
            Some(day) => in_days(day, column),
            None if number >= FIRST_PLAIN_SERIAL && number.fract() == 0.0 => from_day(number, column, from_1904),
            None => Value::Text(text),
        },
        _ => Value::Text(text),
    }
}

fn from_text(text: &str, column: &Column) -> Value {
    let text = plain(&tidy(text));
    if text.is_empty() {
        return Value::Blank;
    }
    match column.format {
        Format::Date | Format::Month => match day(&text) {
            Some(day) => in_days(day, column),
            None => match month(&text) {
                Some(day) if column.format == Format::Month => in_days(day, column),
                _ => Value::Text(text),
            },
        },
        Format::Code(_) | Format::Digits(..) | Format::Mobile if exponent(&text) => Value::Bad(LOST_DIGITS),
        Format::Code(_) | Format::Digits(..) | Format::Mobile | Format::Integer(..) | Format::Money(..) => {
            Value::Text(text.chars().filter(|c| !c.is_whitespace()).collect())
        }
        _ => Value::Text(text),
    }
}

fn in_days(day: NaiveDate, column: &Column) -> Value {
    match column.format {
        Format::Month => Value::Text(day.format("%Y-%m").to_string()),
        _ => Value::Date(day),
    }
}

/// NFKC, without control, zero-width and directional characters, trimmed; line breaks stay.
pub(crate) fn tidy(text: &str) -> String {
    let kept = |c| match c {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        c if c.is_control() || invisible(c) => None,
        c => Some(c),
    };
    let tidied: String = match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => text.chars().filter_map(kept).collect(),
        _ => text.nfkc().filter_map(kept).collect(),
    };
    tidied.trim().to_owned()
}

/// Characters that nobody sees and copying from the web brings along.
pub(crate) fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Takes back what [`crate::harmless`] did to a text.
fn plain(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if crate::harmless(rest) != rest => rest.trim().to_owned(),
        _ => text.to_owned(),
    }
}

/// `1.1010119900101E+17`: an identity number that was once a number.
fn exponent(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number(digits) && number(power.trim_start_matches('+'))
}

/// A day's serial number; the day 1900-02-29, which spreadsheets believe in, is none.
pub(crate) fn serial(number: f64, from_1904: bool) -> Option<NaiveDate> {
    let known = if from_1904 { 0.0..2_957_004.0 } else { 1.0..2_958_466.0 };
    if !known.contains(&number) {
        return None;
    }
    let days: u64 = number.trunc().to_string().parse().ok()?;
    let epoch = match (from_1904, days) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        (false, 60) => return None,
        (false, ..60) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    epoch.checked_add_days(Days::new(days))
}

/// A day written as text, a time of day after it is dropped.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let text = without_time(text);
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&text, "%Y%m%d").ok();
    }
    match numbers(&text)?.as_slice() {
        [year, month, day] => date(year, month, day),
        _ => None,
    }
}

/// A month written as text, as its first day.
pub(crate) fn month(text: &str) -> Option<NaiveDate> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&format!("{text}01"), "%Y%m%d").ok();
    }
    match numbers(&text)?.as_slice() {
        [year, month] => date(year, month, "1"),
        _ => None,
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let short = |part: &str| (1..=2).contains(&part.len());
    if year.len() != 4 || !short(month) || !short(day) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The numbers between one kind of separator: `-`, `/`, `.` or 年月日.
fn numbers(text: &str) -> Option<Vec<String>> {
    let chinese = text.contains('年');
    let mark = ['-', '/', '.'].into_iter().find(|mark| text.contains(*mark));
    let parts: Vec<&str> = match (chinese, mark) {
        (true, None) => text.trim_end_matches(['日', '号', '月']).split(['年', '月']).collect(),
        (false, Some(mark)) => text.split(mark).collect(),
        _ => return None,
    };
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.iter().all(digits).then(|| parts.into_iter().map(str::to_owned).collect())
}

fn without_time(text: &str) -> String {
    let clock =
        |tail: &str| tail.contains(':') && tail.chars().all(|c| c.is_ascii_digit() || ":.Z+APMapm ".contains(c));
    let cut = text.split_once([' ', 'T']).filter(|(_, tail)| clock(tail)).map_or(text, |(head, _)| head);
    cut.chars().filter(|c| !c.is_whitespace()).collect()
}

/// An amount in yuan as fen; thousands separators are allowed, a third decimal is not.
pub(crate) fn fen(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '¥')).collect();
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Template;

    fn ymd(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn days_in_all_spellings() {
        for text in [
            "2019-03-01",
            "2019-3-1",
            "2019/3/1",
            "2019/03/01",
            "2019.3.1",
            "20190301",
            "2019年3月1日",
            "2019年03月01号",
            "2019-03-01 00:00:00",
            "2019-03-01T08:30:00.000Z",
            "2019 年 3 月 1 日",
        ] {
            assert_eq!(day(text), ymd(2019, 3, 1), "{text}");
        }
        for text in [
            "2019-02-29",
            "2019-13-01",
            "19-03-01",
            "2019-03",
            "2019",
            "01/03/2019",
            "2019-3/1",
            "2019--1",
            "2019年3月",
            "",
            "２０１９",
            "2019-03-01 abc",
            "201903011",
            "2019-003-01",
            "三月",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn serial_numbers() {
        assert_eq!(serial(43525.0, false), ymd(2019, 3, 1));
        assert_eq!(serial(43525.75, false), ymd(2019, 3, 1));
        assert_eq!(serial(42063.0, true), ymd(2019, 3, 1));
        assert_eq!(serial(1.0, false), ymd(1900, 1, 1));
        assert_eq!(serial(59.0, false), ymd(1900, 2, 28));
        assert_eq!(serial(60.0, false), None);
        assert_eq!(serial(61.0, false), ymd(1900, 3, 1));
        assert_eq!(serial(2_958_465.0, false), ymd(9999, 12, 31));
        for none in [-1.0, 0.0, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert_eq!(serial(none, false), None, "{none}");
        }
    }

    #[test]
    fn texts_are_tidied() {
        assert_eq!(tidy("\u{3000}张\u{200b}三\u{a0}\u{feff}"), "张三");
        assert_eq!(tidy("１３８（ａ）\u{7}"), "138(a)");
        assert_eq!(tidy("a\r\nb\tc"), "a\nb c");
    }

    #[test]
    fn amounts() {
        assert_eq!(fen("5020.00"), Some(502_000));
        assert_eq!(fen("5,020.5"), Some(502_050));
        assert_eq!(fen("-0.07"), Some(-7));
        for bad in ["", ".5", "1.234", "1.2.3", "abc", "--1", "99999999999999999999"] {
            assert_eq!(fen(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_by_column() {
        let member = Template::of("member").unwrap();
        let value = |raw: Raw, key: &str| Value::of(&raw, member.column(key).unwrap(), false);
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(value(Raw::Number(13_800_000_000.0), "mobile"), text("13800000000"));
        assert_eq!(value(Raw::Number(320_104_199_001_010_000.0), "id_number"), Value::Bad(LOST_DIGITS));
        assert_eq!(value(Raw::Text("3.20104E+17".into()), "id_number"), Value::Bad(LOST_DIGITS));
        assert_eq!(value(Raw::Text("32010419900101001X".into()), "id_number"), text("32010419900101001X"));
        assert_eq!(value(Raw::Number(43525.0), "join_date"), Value::Date(ymd(2019, 3, 1).unwrap()));
        assert_eq!(value(Raw::Number(20_190_301.0), "join_date"), Value::Date(ymd(2019, 3, 1).unwrap()));
        assert_eq!(value(Raw::Number(2019.0), "join_date"), text("2019"));
        assert_eq!(value(Raw::Number(2019.3), "join_date"), text("2019.3"));
        assert_eq!(value(Raw::Day(43525.0), "remark"), text("2019-03-01"));
        assert_eq!(value(Raw::Number(1.5), "remark"), text("1.5"));
        assert_eq!(value(Raw::Bool(true), "is_lost"), text("是"));
        assert_eq!(value(Raw::Text("  ".into()), "remark"), Value::Blank);
    }
}
