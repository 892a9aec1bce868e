//! Validators of the field's numbers and names (domain §2.3), shared by forms and imports.

use chrono::NaiveDate;

use crate::{Error, Result};

const USCC: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 统一社会信用代码 (GB 32100): 18 characters with a check character; the result is in capitals.
pub fn uscc(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let values: Vec<usize> = code.chars().map(|c| USCC.find(c)).collect::<Option<_>>()?;
    let (check, body) = values.split_last()?;
    if body.len() != 17 {
        return None;
    }
    let mut weight = 1;
    let mut sum = 0;
    for value in body {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    ((31 - sum % 31) % 31 == *check).then_some(code)
}

/// What an identity number says about its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdNumber {
    /// 18 characters, the check character in capitals.
    pub text: String,
    /// Digits 7 to 14.
    pub birth: NaiveDate,
    /// Dictionary code: `1` male, `2` female.
    pub sex: &'static str,
}

/// Region prefixes that exist or existed, residence permits included.
const REGIONS: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
];

/// 公民身份号码 (GB 11643): region, a real day of birth not in the future and less than 150 years ago, check
/// character. The made-up region 99 counts in demo tenants only. The error is a sentence for people.
pub fn id_number(text: &str, today: NaiveDate, demo: bool) -> Result<IdNumber, &'static str> {
    let text: String = text.chars().filter(|c| *c != ' ').collect::<String>().to_ascii_uppercase();
    let (body, last) = text.split_at_checked(17).ok_or("公民身份号码应为18位")?;
    if last.len() != 1 || !body.bytes().all(|b| b.is_ascii_digit()) {
        return Err("公民身份号码应为18位");
    }
    if !last.starts_with(id_check(body)) {
        return Err("公民身份号码校验位错误");
    }
    let region = body.get(..2).unwrap_or_default();
    if !(REGIONS.contains(&region) || demo && region == "99") {
        return Err("公民身份号码的地区码不存在");
    }
    let birth = body.get(6..14).and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
    let birth = birth.filter(|day| *day <= today && today.years_since(*day).is_some_and(|years| years < 150));
    let birth = birth.ok_or("公民身份号码中的出生日期不正确")?;
    let odd = body.bytes().last().is_some_and(|digit| digit % 2 == 1);
    Ok(IdNumber { birth, sex: if odd { "1" } else { "2" }, text })
}

/// The check character of the first 17 digits.
fn id_check(body: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let at = usize::try_from(sum % 11).unwrap_or_default();
    "10X98765432".chars().nth(at).unwrap_or_default()
}

/// An old identity number of 15 digits as its 18-character successor, born in the last century.
pub fn id_number_15(text: &str) -> Option<String> {
    if text.len() != 15 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let body = format!("{}19{}", text.get(..6)?, text.get(6..)?);
    let check = id_check(&body);
    Some(format!("{body}{check}"))
}

/// A mainland mobile number, spaces, hyphens and +86 removed.
pub fn mobile(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    let mut chars = digits.chars();
    let right = digits.len() == 11
        && chars.next() == Some('1')
        && matches!(chars.next(), Some('3'..='9'))
        && chars.all(|c| c.is_ascii_digit());
    right.then(|| digits.to_owned())
}

/// A mobile or landline number (`0` area code, seven or eight digits).
pub fn phone(text: &str) -> Option<String> {
    mobile(text).or_else(|| {
        let text = text.trim();
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let plain = text.len() - digits.len() <= 1 && digits.bytes().all(|b| b.is_ascii_digit());
        (plain && digits.starts_with('0') && (10..=12).contains(&digits.len())).then(|| text.to_owned())
    })
}

/// The days that dates of people and filters lie between; others are slips of the hand, or no days of the database.
pub fn day(field: &str, day: NaiveDate) -> Result<()> {
    let known = NaiveDate::from_ymd_opt(1850, 1, 1)..NaiveDate::from_ymd_opt(2201, 1, 1);
    if known.contains(&Some(day)) {
        return Ok(());
    }
    Err(Error::invalid(field, "日期应在1850年至2200年之间"))
}

/// Characters that nobody sees, or that change how others are read: names that look alike would differ.
pub fn invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text field of several lines: trimmed, without characters that cannot be seen, of `min` to `max` characters.
pub fn lines(field: &str, label: &str, text: &str, min: usize, max: usize) -> Result<String> {
    within(field, label, text, (min, max), |c| !matches!(c, '\n' | '\t'))
}

/// A text field of one line: trimmed, without characters that cannot be seen, of `min` to `max` characters.
pub fn text(field: &str, label: &str, text: &str, min: usize, max: usize) -> Result<String> {
    within(field, label, text, (min, max), |_| true)
}

fn within(
    field: &str,
    label: &str,
    text: &str,
    (min, max): (usize, usize),
    counts: fn(char) -> bool,
) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 && min > 0 {
        return Err(Error::invalid(field, format!("{label}不能为空")));
    }
    if length < min || length > max {
        return Err(Error::invalid(field, format!("{label}应为{min}至{max}个字")));
    }
    if text.chars().any(|c| invisible(c) && counts(c)) {
        return Err(Error::invalid(field, format!("{label}含有不可见字符")));
    }
    Ok(text.to_owned())
}

/// An optional text field: empty counts as absent.
pub fn optional(field: &str, label: &str, value: Option<&str>, max: usize) -> Result<Option<String>> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => text(field, label, value, 1, max).map(Some),
    }
}

/// A user name (用户名): 2 to 32 letters, digits, `_`, `.` or `-`, or Chinese characters; in small letters.
/// A mobile number is one too (it is how members sign in), but nobody may take somebody else's: eleven digits
/// are refused here.
pub fn user_name(field: &str, text: &str) -> Result<String> {
    let name = text.trim().to_lowercase();
    let length = name.chars().count();
    if !(2..=32).contains(&length) {
        return Err(Error::invalid(field, "用户名应为2至32个字符"));
    }
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') || ('\u{4e00}'..='\u{9fff}').contains(&c);
    if !name.chars().all(fits) {
        return Err(Error::invalid(field, "用户名只能包含字母、数字、汉字和 _ . -"));
    }
    if mobile(&name).is_some() {
        return Err(Error::invalid(field, "用户名不能是手机号，请改填手机号一栏"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pc_3_1_1a_uscc_checksum() {
        let good = "91350100M000100Y43";
        assert_eq!(uscc(good).as_deref(), Some(good));
        assert_eq!(uscc(" 91350100m000100y43 ").as_deref(), Some(good));
        for at in 0..good.len() {
            for other in USCC.chars() {
                let mut bad: Vec<char> = good.chars().collect();
                if bad[at] == other {
                    continue;
                }
                bad[at] = other;
                assert_eq!(uscc(&bad.iter().collect::<String>()), None, "{bad:?}");
            }
        }
        assert_eq!(uscc("91350100I000100Y43"), None);
        assert_eq!(uscc(""), None);
        assert_eq!(uscc("9135"), None);
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pc_3_2_1a_identity_numbers() {
        let today = day("2026-11-25");
        let good = id_number("11010519491231002x", today, false).unwrap();
        assert_eq!((good.text.as_str(), good.birth, good.sex), ("11010519491231002X", day("1949-12-31"), "2"));
        let other = id_number(" 440524 18800101 0014", day("1990-01-01"), false).unwrap();
        assert_eq!((other.birth, other.sex), (day("1880-01-01"), "1"));
        assert!(id_number("440524188001010014", day("2031-01-01"), false).is_err(), "older than 150 years");
        for digit in '0'..='9' {
            assert!(id_number(&format!("11010519491231002{digit}"), today, false).is_err(), "{digit}");
        }
        for bad in [
            "",
            "1101051949123100",
            "11010519491231002XX",
            "110105194913310021",
            "110105194902300022",
            "一一0105194912310021",
        ] {
            assert!(id_number(bad, today, false).is_err(), "{bad}");
        }
        let future = format!("11010520270101001{}", id_check("11010520270101001"));
        assert!(id_number(&future, today, false).is_err());
        let nowhere = format!("00010519491231002{}", id_check("00010519491231002"));
        assert_eq!(id_number(&nowhere, today, false), Err("公民身份号码的地区码不存在"));
        for demo in ["990101199001010019", "990102198506150027", "990103197002281113"] {
            assert!(id_number(demo, today, true).is_ok() && id_number(demo, today, false).is_err(), "{demo}");
        }
    }

    #[test]
    fn pc_3_2_1b_old_identity_numbers_become_new_ones() {
        assert_eq!(id_number_15("110105491231002").as_deref(), Some("11010519491231002X"));
        assert_eq!(id_number_15("11010549123100X"), None);
        assert_eq!(id_number_15("11010519491231002X"), None);
    }

    #[test]
    fn mobiles() {
        assert_eq!(mobile("+86 138-0000-0000").as_deref(), Some("13800000000"));
        for bad in ["12800000000", "1380000000", "138000000000", "1380000000a", "", "１３８００００００００"]
        {
            assert_eq!(mobile(bad), None, "{bad}");
        }
    }

    #[test]
    fn phones() {
        assert_eq!(phone("025-12345678").as_deref(), Some("025-12345678"));
        assert_eq!(phone("13800000000").as_deref(), Some("13800000000"));
        for bad in ["12345678", "025-1234", "0--2512345678", "电话"] {
            assert_eq!(phone(bad), None, "{bad}");
        }
    }

    #[test]
    fn texts() {
        assert_eq!(text("a", "名称", " 支部 ", 2, 4).unwrap(), "支部");
        for bad in ["", "支", "支部支部支", "支\u{0}部", "支\u{7}部", "支\n部", "支\u{200b}部", "\u{202e}支部"]
        {
            assert_eq!(text("a", "名称", bad, 2, 4).unwrap_err().field.as_deref(), Some("a"), "{bad:?}");
        }
        assert_eq!(lines("a", "正文", "支部\n工作", 2, 9).unwrap(), "支部\n工作");
        assert!(lines("a", "正文", "支部\u{2028}工作", 2, 9).is_err());
    }

    #[test]
    fn user_names() {
        assert_eq!(user_name("u", " Admin.01 ").unwrap(), "admin.01");
        assert_eq!(user_name("u", "张三").unwrap(), "张三");
        for bad in ["a", "13800000000", "a b", "a'b", "😀😀"] {
            assert!(user_name("u", bad).is_err(), "{bad}");
        }
    }

    /// The check character by the recursion of ISO 7064 (MOD 11-2), which needs no weights.
    fn check_character(body: &str) -> char {
        let sum = body.bytes().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
        char::from_digit((12 - sum) % 11, 10).unwrap_or('X')
    }

    /// Identity numbers of people born in the last hundred years, with what they say.
    fn people() -> impl Strategy<Value = (String, NaiveDate, u32)> {
        (prop::sample::select(REGIONS), 0u32..10_000, 0i64..36_500, 0u32..1000).prop_map(
            |(region, place, age, order)| {
                let birth = day("2026-11-25") - chrono::Duration::days(age);
                let body = format!("{region}{place:04}{}{order:03}", birth.format("%Y%m%d"));
                (format!("{body}{}", check_character(&body)), birth, order)
            },
        )
    }

    /// A code of 17 characters with its check character, by the definition: the weighted sum is a multiple of 31.
    fn units() -> impl Strategy<Value = String> {
        prop::collection::vec(0usize..31, 17).prop_map(|values| {
            let sum: usize = values.iter().zip(0..).map(|(value, at)| value * 3usize.pow(at) % 31).sum();
            let last = (0..31).find(|last| (sum + last).is_multiple_of(31)).unwrap();
            values.into_iter().chain([last]).map(|value| USCC.chars().nth(value).unwrap()).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pc_3_2_1a_whoever_was_born_has_a_number_and_no_slip_of_the_pen_passes(
            (number, birth, order) in people(), at in 0usize..18, digit in 0u32..10,
        ) {
            let today = day("2026-11-25");
            let found = id_number(&number.to_lowercase(), today, false).unwrap();
            prop_assert_eq!((&found.text, found.birth), (&number, birth));
            prop_assert_eq!(found.sex, if order % 2 == 1 { "1" } else { "2" });
            prop_assert!(id_number(&number, birth - chrono::Duration::days(1), false).is_err());
            // One wrong digit, or two neighbours exchanged.
            let mut wrong: Vec<char> = number.chars().collect();
            wrong[at] = char::from_digit(digit, 10).unwrap();
            let wrong: String = wrong.into_iter().collect();
            prop_assert!(wrong == number || id_number(&wrong, today, false).is_err());
            let mut swapped: Vec<char> = number.chars().collect();
            swapped.swap(at, (at + 1) % 18);
            let swapped: String = swapped.into_iter().collect();
            prop_assert!(at == 17 || swapped == number || id_number(&swapped, today, false).is_err());
        }

        #[test]
        fn pc_3_2_1b_an_old_number_becomes_the_new_one_of_the_same_person((number, birth, order) in people()) {
            prop_assume!(birth < day("2000-01-01"));
            let old = format!("{}{}", &number[..6], &number[8..17]);
            let found = id_number(&id_number_15(&old).unwrap(), day("2026-11-25"), false).unwrap();
            prop_assert_eq!((found.text, found.birth), (number, birth));
            prop_assert_eq!(found.sex, if order % 2 == 1 { "1" } else { "2" });
        }

        #[test]
        fn pc_3_1_1a_every_unit_code_passes_and_no_wrong_character(
            code in units(), at in 0usize..18, value in 0usize..31,
        ) {
            prop_assert_eq!(uscc(&code.to_lowercase()), Some(code.clone()));
            let mut wrong: Vec<char> = code.chars().collect();
            wrong[at] = USCC.chars().nth(value).unwrap();
            let wrong: String = wrong.into_iter().collect();
            prop_assert!(wrong == code || uscc(&wrong).is_none());
        }

        #[test]
        fn what_is_accepted_is_tidy_and_accepted_again(
            text in "\\PC{0,40}|[0-9Xx +\\-]{0,20}|1[0-9]{10}|0[0-9]{2,3}-?[0-9]{7,8}|[\u{0}-\u{ff}\u{200b}\u{202e}]{0,12}",
        ) {
            if let Ok(number) = id_number(&text, day("2026-11-25"), true) {
                prop_assert_eq!(id_number(&number.text, day("2026-11-25"), true), Ok(number));
            }
            if let Some(number) = mobile(&text) {
                prop_assert!(number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit()));
                prop_assert_eq!(mobile(&number), Some(number));
            }
            if let Some(number) = phone(&text) {
                prop_assert_eq!(phone(&number), Some(number));
            }
            if let Some(code) = uscc(&text) {
                prop_assert_eq!(uscc(&code), Some(code));
            }
            if let Ok(name) = user_name("u", &text) {
                prop_assert_eq!(user_name("u", &name).unwrap(), name.clone());
                prop_assert!(mobile(&name).is_none());
            }
            if let Ok(line) = super::text("a", "名称", &text, 1, 12) {
                prop_assert!((1..=12).contains(&line.chars().count()));
                prop_assert!(line.trim() == line && !line.chars().any(invisible));
            }
            if let Ok(Some(line)) = optional("a", "名称", Some(&text), 12) {
                prop_assert!(!line.is_empty());
            }
            let _ = (id_number_15(&text), lines("a", "正文", &text, 0, 12));
        }
    }
}
