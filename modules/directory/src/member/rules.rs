//! What a member's record may say (domain §2). Pure decisions: no database, no clock.

use chrono::{Datelike, Days, Months, NaiveDate};
use pinyin::ToPinyin;
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, check};

use super::model::{MemberType, MembershipStatus};
use crate::organisation::OrgType;

/// Longest part of a name that is kept for searching.
const PART: usize = 6;

/// What a form or an import row gives about a member. What is sealed may be left out when editing: it stays.
/// Fields are named as in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// 姓名
    pub name: String,
    /// 公民身份号码
    #[serde(skip)]
    pub id_number: Option<String>,
    /// 性别, dictionary code
    pub sex: String,
    /// 出生日期 by the identity number
    pub birth_date: NaiveDate,
    /// 档案出生日期, where it differs
    pub archive_birth_date: Option<NaiveDate>,
    /// Why it differs.
    pub archive_birth_reason: Option<String>,
    /// 民族, dictionary code
    pub ethnicity: String,
    /// 籍贯
    pub native_place: Option<String>,
    /// 学历, dictionary code
    pub education_level: String,
    /// 学位, dictionary code
    pub degree: Option<String>,
    /// 毕业院校
    pub school: Option<String>,
    /// 专业
    pub major: Option<String>,
    /// 参加工作时间
    pub first_work_date: Option<NaiveDate>,
    /// 工作岗位, dictionary code
    pub work_post: String,
    /// 工作单位及职务
    pub employer: Option<String>,
    /// 职称
    pub professional_title: Option<String>,
    /// 手机号
    #[serde(skip)]
    pub mobile: Option<String>,
    /// 固定电话; empty takes it away
    #[serde(skip)]
    pub landline: Option<String>,
    /// 家庭住址; empty takes it away
    #[serde(skip)]
    pub home_address: Option<String>,
    /// 困难、退役等, dictionary code
    pub special_group: Option<String>,
    /// 备注
    pub remark: Option<String>,
    /// 人员类别
    pub member_type: MemberType,
    /// 加入党组织日期
    pub join_date: NaiveDate,
    /// 转为正式党员日期
    pub conversion_date: Option<NaiveDate>,
    /// 党籍状态; changes later only by a decision of its own
    pub status: MembershipStatus,
    /// 失去联系日期, when lost
    pub lost_on: Option<NaiveDate>,
    /// 失联原因, dictionary code
    pub lost_reason: Option<String>,
    /// 是否流动党员
    pub floating: bool,
    /// 外出流向, dictionary code
    pub flow_direction: Option<String>,
}

/// Kinds of organisation that have members of their own (domain §1.1).
pub fn has_members(kind: OrgType) -> bool {
    use OrgType as T;
    matches!(kind, T::Branch | T::JointBranch | T::ProvisionalBranch | T::MobileBranch)
}

/// Checks and tidies a record; every fault is told, each with its field. `demo` lets made-up identity numbers pass.
pub fn accept(mut facts: Facts, today: NaiveDate, demo: bool) -> Result<Facts, Vec<Error>> {
    let mut faults = Vec::new();
    texts(&mut facts, &mut faults);
    identity(&mut facts, today, demo, &mut faults);
    choices(&facts, &mut faults);
    dates(&facts, today, &mut faults);
    joining(&facts, today, &mut faults);
    if let Some(mobile) = &facts.mobile {
        match check::mobile(mobile) {
            Some(mobile) => facts.mobile = Some(mobile),
            None => faults.push(Error::invalid("mobile", "手机号格式不正确")),
        }
    }
    if let Some(landline) = facts.landline.as_deref().map(str::trim).filter(|text| !text.is_empty())
        && check::phone(landline).is_none()
    {
        faults.push(Error::invalid("landline", "固定电话格式不正确，例如 025-12345678"));
    }
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

fn texts(facts: &mut Facts, faults: &mut Vec<Error>) {
    let mut keep = |result: zhibu_core::Result<String>, place: &mut String| match result {
        Ok(text) => *place = text,
        Err(fault) => faults.push(fault),
    };
    let name = facts.name.replace(['•', '・', '.'], "·");
    keep(check::text("name", "姓名", &name, 2, 50), &mut facts.name);
    let optional: [(&str, &str, &mut Option<String>, usize); 7] = [
        ("nativePlace", "籍贯", &mut facts.native_place, 60),
        ("school", "毕业院校", &mut facts.school, 60),
        ("major", "专业", &mut facts.major, 60),
        ("employer", "工作单位及职务", &mut facts.employer, 100),
        ("professionalTitle", "职称", &mut facts.professional_title, 40),
        ("remark", "备注", &mut facts.remark, 200),
        ("archiveBirthReason", "出生日期不一致的原因", &mut facts.archive_birth_reason, 100),
    ];
    for (field, label, place, most) in optional {
        match check::optional(field, label, place.as_deref(), most) {
            Ok(text) => *place = text,
            Err(fault) => faults.push(fault),
        }
    }
    if let Some(address) = &facts.home_address
        && let Err(fault) = check::optional("homeAddress", "家庭住址", Some(address), 120)
    {
        faults.push(fault);
    }
}

fn identity(facts: &mut Facts, today: NaiveDate, demo: bool, faults: &mut Vec<Error>) {
    let Some(text) = &facts.id_number else { return };
    let number = match check::id_number(text, today, demo) {
        Ok(number) => number,
        Err(words) => return faults.push(Error::invalid("idNumber", words)),
    };
    if number.sex != facts.sex {
        faults.push(Error::invalid("sex", "性别与公民身份号码不一致"));
    }
    if number.birth != facts.birth_date {
        faults.push(Error::invalid("birthDate", "出生日期与公民身份号码不一致"));
    }
    facts.id_number = Some(number.text);
}

/// Codes of a dictionary that are headings, not values.
const EDUCATION_GROUPS: &[&str] = &["10", "20", "30", "40", "60", "70", "80"];

fn choices(facts: &Facts, faults: &mut Vec<Error>) {
    let mut one = |field: &str, kind: &str, code: &str, words: &'static str| {
        if !zhibu_core::dictionary::has(kind, code) {
            faults.push(Error::invalid(field, words));
        }
    };
    one("sex", "sex", &facts.sex, "性别不在可选范围");
    one("ethnicity", "ethnicity", &facts.ethnicity, "民族不在56个民族范围");
    one("workPost", "work_post", &facts.work_post, "工作岗位不在可选范围");
    let optional = [
        ("degree", "degree", &facts.degree, "学位不在可选范围"),
        ("specialGroup", "special_group", &facts.special_group, "困难、退役等情况不在可选范围"),
        ("lostReason", "lost_contact_reason", &facts.lost_reason, "失联原因不在可选范围"),
        ("flowDirection", "flow_direction", &facts.flow_direction, "外出流向不在可选范围"),
    ];
    for (field, kind, code, words) in optional {
        if let Some(code) = code {
            one(field, kind, code, words);
        }
    }
    one("educationLevel", "education_level", &facts.education_level, "学历不在可选范围");
    if EDUCATION_GROUPS.contains(&facts.education_level.as_str()) {
        faults.push(Error::invalid("educationLevel", "请选择具体学历，不能选择学历大类"));
    }
    if facts.floating && facts.flow_direction.is_none() {
        faults.push(Error::invalid("flowDirection", "流动党员需填写外出流向"));
    }
    if !facts.floating && facts.flow_direction.is_some() {
        faults.push(Error::invalid("flowDirection", "不是流动党员，不应填写外出流向"));
    }
}

fn dates(facts: &Facts, today: NaiveDate, faults: &mut Vec<Error>) {
    if facts.birth_date > today {
        faults.push(Error::invalid("birthDate", "出生日期不能晚于今天"));
    }
    if facts.archive_birth_date.is_some_and(|date| date != facts.birth_date) && facts.archive_birth_reason.is_none() {
        faults.push(Error::invalid("archiveBirthReason", "档案出生日期与公民身份号码不一致，请填写原因"));
    }
    if facts.archive_birth_date.is_some_and(|date| date > today) {
        faults.push(Error::invalid("archiveBirthDate", "档案出生日期不能晚于今天"));
    }
    faults.extend(facts.archive_birth_date.and_then(|date| check::day("archiveBirthDate", date).err()));
    if let Some(date) = facts.first_work_date {
        if date <= facts.birth_date {
            faults.push(Error::invalid("firstWorkDate", "参加工作时间不能早于出生日期"));
        } else if date > today {
            faults.push(Error::invalid("firstWorkDate", "参加工作时间不能晚于今天"));
        }
    }
    match facts.lost_on {
        None if facts.lost_reason.is_some() => {
            faults.push(Error::invalid("lostOn", "失联党员需填写失去联系日期"));
        }
        Some(date) if date > today => faults.push(Error::invalid("lostOn", "失去联系日期不能晚于今天")),
        Some(date) if date < facts.join_date => {
            faults.push(Error::invalid("lostOn", "失去联系日期不能早于加入党组织日期"));
        }
        _ => {}
    }
}

/// Joins from 1969-04-01 to 1977-08-11 had no probation.
fn without_probation(join: NaiveDate) -> bool {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
    (day(1969, 4, 1)..=day(1977, 8, 11)).contains(&join)
}

/// The eighteenth birthday; those born on 29 February have it on 1 March.
pub fn of_age(birth: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(birth.year() + 18, birth.month(), birth.day())
        .or_else(|| NaiveDate::from_ymd_opt(birth.year() + 18, 3, 1))
        .unwrap_or(birth)
}

/// The last day of a probation that began on `join`: a year less a day.
pub fn probation_end(join: NaiveDate) -> NaiveDate {
    join.checked_add_months(Months::new(12)).and_then(|day| day.checked_sub_days(Days::new(1))).unwrap_or(join)
}

fn joining(facts: &Facts, today: NaiveDate, faults: &mut Vec<Error>) {
    let founded = NaiveDate::from_ymd_opt(1921, 7, 1).unwrap_or_default();
    if facts.join_date > today {
        faults.push(Error::invalid("joinDate", "加入党组织日期不能晚于今天"));
    } else if facts.join_date < founded {
        faults.push(Error::invalid("joinDate", "加入党组织日期不能早于1921年7月1日"));
    } else if facts.join_date < of_age(facts.birth_date) {
        faults.push(Error::invalid("joinDate", "入党时未满18周岁"));
    }
    let free = without_probation(facts.join_date);
    match (facts.member_type, facts.conversion_date) {
        (MemberType::Probationary, Some(_)) => {
            faults.push(Error::invalid("conversionDate", "预备党员不应填写转正日期"));
        }
        (MemberType::Formal, None) if !free => {
            faults.push(Error::invalid("conversionDate", "正式党员需填写转为正式党员日期"));
        }
        (MemberType::Formal, Some(date)) if date > today => {
            faults.push(Error::invalid("conversionDate", "转正日期不能晚于今天"));
        }
        (MemberType::Formal, Some(date))
            if date < facts.join_date || !free && date < probation_end(facts.join_date) =>
        {
            faults.push(Error::invalid("conversionDate", "转正日期不能早于预备期满"));
        }
        _ => {}
    }
}

/// Years of Party membership (党龄) on a day: from the conversion, or from joining where there was no probation.
pub fn party_age(
    join: NaiveDate,
    conversion: Option<NaiveDate>,
    member_type: MemberType,
    on: NaiveDate,
) -> Option<u32> {
    if member_type == MemberType::Probationary {
        return None;
    }
    on.years_since(conversion.unwrap_or(join))
}

/// Hints that do not block: field and sentence.
pub fn hints(facts: &Facts) -> Vec<(&'static str, &'static str)> {
    let sixteen = facts.birth_date.checked_add_months(Months::new(192)).unwrap_or(facts.birth_date);
    let early = facts.first_work_date.filter(|date| *date < sixteen);
    early.map(|_| ("firstWorkDate", "参加工作时未满16周岁，请核对")).into_iter().collect()
}

/// The pinyin of a name, syllables apart; what has none stays in small letters.
pub fn pinyin(name: &str) -> String {
    let part = |c: char| c.to_pinyin().map_or_else(|| c.to_lowercase().to_string(), |p| p.plain().replace('ü', "v"));
    name.chars().filter(|c| *c != '·').map(part).collect::<Vec<_>>().join(" ")
}

/// Everything a name is found by: its parts, and the beginnings of its pinyin and initials.
pub fn search_parts(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.to_lowercase().chars().collect();
    let mut parts: Vec<String> = Vec::new();
    for start in 0..chars.len() {
        for length in 1..=PART.min(chars.len() - start) {
            parts.push(chars.iter().skip(start).take(length).collect());
        }
    }
    let syllables = pinyin(name);
    let initials: String = syllables.split(' ').filter_map(|s| s.chars().next()).collect();
    for text in [syllables.replace(' ', ""), initials] {
        let whole: Vec<char> = text.chars().collect();
        parts.extend((1..=whole.len().min(20)).map(|length| whole.iter().take(length).collect::<String>()));
    }
    parts.sort();
    parts.dedup();
    parts
}

/// What a search text is looked up as among [`search_parts`].
pub fn search_key(text: &str) -> String {
    let text: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let most = if text.is_ascii() { 20 } else { PART };
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts() -> Facts {
        Facts {
            name: "欧阳·示例".into(),
            id_number: Some("990101199001010019".into()),
            sex: "1".into(),
            birth_date: day("1990-01-01"),
            archive_birth_date: None,
            archive_birth_reason: None,
            ethnicity: "01".into(),
            native_place: None,
            education_level: "21".into(),
            degree: None,
            school: None,
            major: None,
            first_work_date: None,
            work_post: "121".into(),
            employer: None,
            professional_title: None,
            mobile: Some("+86 138-0000-0000".into()),
            landline: None,
            home_address: None,
            special_group: None,
            remark: None,
            member_type: MemberType::Formal,
            join_date: day("2015-06-20"),
            conversion_date: Some(day("2016-06-19")),
            status: MembershipStatus::Normal,
            lost_on: None,
            lost_reason: None,
            floating: false,
            flow_direction: None,
        }
    }

    fn fields(change: impl FnOnce(&mut Facts)) -> Vec<String> {
        let mut facts = facts();
        change(&mut facts);
        match accept(facts, day("2026-11-25"), true) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().filter_map(|f| f.field).collect(),
        }
    }

    #[test]
    fn pc_3_2_1a_a_good_record_is_tidied() {
        let good = accept(Facts { name: " 欧阳•示例 ".into(), ..facts() }, day("2026-11-25"), true).unwrap();
        assert_eq!((good.name.as_str(), good.mobile.as_deref()), ("欧阳·示例", Some("13800000000")));
    }

    #[test]
    fn pc_3_2_1a_each_fault_names_its_field() {
        type Case = (&'static [&'static str], fn(&mut Facts));
        let cases: Vec<Case> = vec![
            (&["name"], |f| f.name = "张".into()),
            (&["idNumber"], |f| f.id_number = Some("990101199001010018".into())),
            (&["sex"], |f| f.sex = "2".into()),
            (&["birthDate"], |f| f.birth_date = day("1990-01-02")),
            (&["ethnicity"], |f| f.ethnicity = "99".into()),
            (&["educationLevel"], |f| f.education_level = "20".into()),
            (&["educationLevel"], |f| f.education_level = "22x".into()),
            (&["workPost"], |f| f.work_post = "1".into()),
            (&["mobile"], |f| f.mobile = Some("12800000000".into())),
            (&["landline"], |f| f.landline = Some("12".into())),
            (&["joinDate"], |f| {
                (f.join_date, f.conversion_date, f.member_type) = (day("2027-01-01"), None, MemberType::Probationary);
            }),
            (&["joinDate"], |f| (f.join_date, f.conversion_date) = (day("2007-12-31"), Some(day("2009-01-01")))),
            (&["conversionDate"], |f| f.conversion_date = None),
            (&["conversionDate"], |f| f.conversion_date = Some(day("2016-06-18"))),
            (&["conversionDate"], |f| f.member_type = MemberType::Probationary),
            (&["lostOn"], |f| f.lost_reason = Some("1".into())),
            (&["lostOn"], |f| f.lost_on = Some(day("2027-01-01"))),
            (&["flowDirection"], |f| f.floating = true),
            (&["flowDirection"], |f| f.flow_direction = Some("1".into())),
            (&["firstWorkDate"], |f| f.first_work_date = Some(day("1989-01-01"))),
            (&["archiveBirthReason"], |f| f.archive_birth_date = Some(day("1989-01-01"))),
            (&["remark"], |f| f.remark = Some("长".repeat(201))),
            (&["homeAddress"], |f| f.home_address = Some("长".repeat(121))),
            (&["idNumber", "workPost", "mobile"], |f| {
                f.id_number = Some("1".into());
                f.work_post = "1".into();
                f.mobile = Some("1".into());
            }),
        ];
        assert_eq!(fields(|_| {}), Vec::<String>::new());
        for (wanted, change) in cases {
            assert_eq!(fields(change), wanted);
        }
    }

    #[test]
    fn pc_3_2_1a_historical_joins_had_no_probation() {
        let old = |join: &str, conversion: Option<&str>| {
            let (join, conversion) = (day(join), conversion.map(day));
            fields(|f| {
                (f.id_number, f.birth_date) = (None, day("1940-01-01"));
                (f.join_date, f.conversion_date) = (join, conversion);
            })
        };
        assert_eq!(old("1970-07-01", None), Vec::<String>::new());
        assert_eq!(old("1970-07-01", Some("1970-07-01")), Vec::<String>::new());
        assert_eq!(old("1969-03-31", None), ["conversionDate"]);
        assert_eq!(old("1977-08-12", Some("1977-08-12")), ["conversionDate"]);
        assert_eq!(old("1977-08-11", None), Vec::<String>::new());
    }

    #[test]
    fn pc_3_2_1a_work_before_sixteen_is_hinted_at() {
        let began = |date: &str| hints(&Facts { first_work_date: Some(day(date)), ..facts() }).len();
        assert_eq!((began("2005-12-31"), began("2006-01-01"), hints(&facts()).len()), (1, 0, 0));
    }

    #[test]
    fn dates_of_leap_days() {
        assert_eq!(of_age(day("2004-02-29")), day("2022-03-01"));
        assert_eq!(probation_end(day("2024-02-29")), day("2025-02-27"));
        assert_eq!(probation_end(day("2015-06-20")), day("2016-06-19"));
        assert_eq!(
            party_age(day("2015-06-20"), Some(day("2016-06-20")), MemberType::Formal, day("2026-06-19")),
            Some(9)
        );
        assert_eq!(party_age(day("2015-06-20"), None, MemberType::Probationary, day("2026-06-19")), None);
    }

    #[test]
    fn pc_3_2_1a_names_are_found_by_parts_and_pinyin() {
        let parts = search_parts("张小明");
        for text in ["张", "小明", "张小明", "明", "zhang", "zhangxiaoming", "zxm", "z", "ZHANGX", "张 小"] {
            assert!(parts.contains(&search_key(text)), "{text}");
        }
        for text in ["张明", "xm", "李", "ming"] {
            assert!(!parts.contains(&search_key(text)), "{text}");
        }
        assert_eq!(pinyin("吕·A"), "lv a");
        let long = "阿卜杜热合曼·买买提江";
        assert!(search_parts(long).contains(&search_key("热合曼·买买提江")));
    }

    /// Days around which the rules turn, and others.
    fn days() -> impl Strategy<Value = NaiveDate> {
        const TURNS: &[&str] =
            &["1921-07-01", "1969-04-01", "1977-08-11", "1990-01-01", "2008-01-01", "2016-06-19", "2026-11-25"];
        (prop::sample::select(TURNS), prop_oneof![-2i64..3, -40_000i64..9_000])
            .prop_map(|(turn, by)| day(turn) + chrono::Duration::days(by))
    }

    fn words() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(vec!["1", "01", "21", "121", "990101199001010019", "13800000000", "张三", "", "99"])
                .prop_map(str::to_owned),
            "\\PC{0,60}",
        ]
    }

    /// A good record with a few of its fields replaced by anything.
    fn records() -> impl Strategy<Value = Facts> {
        let change = (0..20u8, words(), days(), any::<bool>());
        prop::collection::vec(change, 0..6).prop_map(|changes| {
            let mut f = facts();
            for (field, text, date, yes) in changes {
                let (some, on) = (yes.then(|| text.clone()), yes.then_some(date));
                match field {
                    0 => f.name = text,
                    1 => f.id_number = some,
                    2 => f.sex = text,
                    3 => f.birth_date = date,
                    4 => f.archive_birth_date = on,
                    5 => f.archive_birth_reason = some,
                    6 => f.ethnicity = text,
                    7 => f.education_level = text,
                    8 => f.degree = some,
                    9 => f.first_work_date = on,
                    10 => f.work_post = text,
                    11 => f.mobile = some,
                    12 => f.landline = some,
                    13 => f.home_address = some,
                    14 => f.join_date = date,
                    15 => f.conversion_date = on,
                    16 => f.member_type = if yes { MemberType::Formal } else { MemberType::Probationary },
                    17 => f.lost_on = on,
                    18 => f.lost_reason = some,
                    _ => (f.floating, f.flow_direction) = (yes, (date > day("2000-01-01")).then(|| text.clone())),
                }
            }
            f
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pc_3_2_1a_what_is_accepted_keeps_every_rule_and_every_fault_has_its_field(facts in records()) {
            let today = day("2026-11-25");
            let kept = match accept(facts.clone(), today, true) {
                Ok(kept) => kept,
                Err(faults) => {
                    prop_assert!(!faults.is_empty());
                    for fault in faults {
                        prop_assert!(fault.field.is_some() && fault.code == "INVALID", "{fault:?}");
                    }
                    return Ok(());
                }
            };
            prop_assert!(kept.join_date >= of_age(kept.birth_date) && kept.join_date <= today);
            prop_assert!(kept.lost_on.is_none_or(|on| (kept.join_date..=today).contains(&on)));
            prop_assert_eq!(kept.floating, kept.flow_direction.is_some());
            match (kept.member_type, kept.conversion_date) {
                (MemberType::Probationary, on) => prop_assert_eq!(on, None),
                (MemberType::Formal, None) => prop_assert!(without_probation(kept.join_date)),
                (MemberType::Formal, Some(on)) => {
                    let year = kept.join_date.checked_add_months(Months::new(12)).unwrap();
                    prop_assert!(without_probation(kept.join_date) || on + chrono::Duration::days(1) >= year);
                    prop_assert!(on >= kept.join_date && on <= today);
                }
            }
            if let Some(number) = &kept.id_number {
                prop_assert_eq!(&number[6..14], kept.birth_date.format("%Y%m%d").to_string());
            }
            let again = accept(kept.clone(), today, true);
            prop_assert_eq!(again.map_err(|faults| faults.len()), Ok(kept));
        }

        #[test]
        fn pc_3_2_1a_a_name_is_found_by_each_of_its_parts_and_each_beginning_of_its_pinyin(
            name in "[\u{4e00}-\u{4e40}a-zA-Z·]{2,12}", from in 0usize..12, length in 1usize..7,
        ) {
            let parts = search_parts(&name);
            let part: String = name.chars().skip(from).take(length).collect();
            prop_assert!(part.is_empty() || parts.contains(&search_key(&part)), "{part} of {name}");
            let whole = pinyin(&name).replace(' ', "");
            let start: String = whole.chars().take(length).collect();
            prop_assert!(start.is_empty() || parts.contains(&search_key(&start)), "{start} of {name}");
        }
    }
}
