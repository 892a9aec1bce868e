//! What an organisation may be (domain §1). Pure decisions: no database, no clock.

use std::sync::LazyLock;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Result, check};

use super::model::{OrgType, Unit, UnitRelation};

/// Levels a tree may have.
pub const DEEPEST: i16 = 9;
/// Direct subordinates one organisation may have: three digits a level.
pub const MOST_CHILDREN: i16 = 999;

/// What a form gives about an organisation. Fields are named as in the audit; those that it does not hold as they are
/// are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// 组织全称
    pub full_name: String,
    /// 组织简称
    pub short_name: String,
    /// 组织类别
    #[serde(rename = "type")]
    pub org_type: OrgType,
    /// Code of the national system.
    pub external_code: Option<String>,
    /// 成立日期
    pub founded_on: NaiveDate,
    /// 批准成立文号
    pub approval_no: Option<String>,
    /// 所在单位情况
    pub unit_relation: UnitRelation,
    /// Units.
    #[serde(skip)]
    pub units: Vec<Unit>,
    /// 行政区划
    pub division_code: String,
    /// 联系人
    pub contact_name: String,
    /// 联系电话; none keeps the present one.
    #[serde(skip)]
    pub contact_phone: Option<String>,
    /// 届期
    pub term_years: Option<i16>,
    /// 本届起始日期
    pub term_start: Option<NaiveDate>,
    /// 排序号
    pub sort: i16,
    /// May approve admissions.
    pub can_approve_members: bool,
    /// 村、社区
    pub village_or_community: bool,
}

/// The kinds an organisation of this kind may have directly below it (domain §1.2).
pub fn children(parent: OrgType) -> &'static [OrgType] {
    use OrgType as T;
    match parent {
        T::PartyCommittee | T::WorkCommittee => &[
            T::PartyCommittee,
            T::GeneralBranch,
            T::Branch,
            T::JointBranch,
            T::ProvisionalCommittee,
            T::ProvisionalGeneralBranch,
            T::ProvisionalBranch,
            T::MobileBranch,
            T::LeadingGroup,
        ],
        T::GeneralBranch => &[T::Branch, T::JointBranch, T::ProvisionalBranch, T::MobileBranch],
        T::Branch | T::JointBranch | T::ProvisionalBranch | T::MobileBranch => &[T::PartyGroup],
        T::ProvisionalCommittee | T::ProvisionalGeneralBranch | T::LeadingGroup | T::PartyGroup => &[],
    }
}

/// The kinds a tenant's root may have.
pub const ROOTS: &[OrgType] =
    &[OrgType::PartyCommittee, OrgType::WorkCommittee, OrgType::GeneralBranch, OrgType::Branch, OrgType::LeadingGroup];

/// How long a term lasts, since when, and where that is laid down: a row of `config/term_lengths.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermLength {
    kind: OrgType,
    years: i16,
    village_years: i16,
    valid_from: NaiveDate,
    /// 依据
    pub source: String,
}

static TERM_LENGTHS: LazyLock<Vec<TermLength>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../../../config/term_lengths.csv").as_bytes());
    let read = |row: csv::StringRecord| {
        Some(TermLength {
            kind: OrgType::from_code(row.get(0)?)?,
            years: row.get(1)?.parse().ok()?,
            village_years: row.get(2)?.parse().ok()?,
            valid_from: row.get(3)?.parse().ok()?,
            source: row.get(4)?.to_owned(),
        })
    };
    reader.records().filter_map(Result::ok).filter_map(read).collect()
});

/// The rule for the term of a kind on a day; none for bodies that are not elected.
pub fn term_length(kind: OrgType, on: NaiveDate) -> Option<&'static TermLength> {
    let of_kind = TERM_LENGTHS.iter().filter(|rule| rule.kind == kind && rule.valid_from <= on);
    of_kind.max_by_key(|rule| rule.valid_from)
}

/// Years of a term that begins on a day; none for bodies that are not elected.
pub fn term_years_on(kind: OrgType, village: bool, on: NaiveDate) -> Option<i16> {
    term_length(kind, on).map(|rule| if village { rule.village_years } else { rule.years })
}

/// The day on which a term ends (任期届满): so many years after it began.
pub fn end_of_term(start: NaiveDate, years: i16) -> Option<NaiveDate> {
    start.checked_add_months(Months::new(12 * u32::try_from(years).ok()?))
}

/// Years of a term by kind as the rules are: five for committees, three for branches, five in villages and communities;
/// none for appointed bodies.
pub fn term_years(kind: OrgType, village: bool) -> Option<i16> {
    term_years_on(kind, village, NaiveDate::MAX)
}

/// The kind a new tenant's root gets from its name; the administrator completes the record.
pub fn guess_type(name: &str) -> OrgType {
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    if ends(&["党工委", "工作委员会", "工委"]) {
        OrgType::WorkCommittee
    } else if ends(&["党总支", "总支部委员会", "总支", "总支部"]) {
        OrgType::GeneralBranch
    } else if ends(&["党支部", "支部委员会", "支部"]) {
        OrgType::Branch
    } else if ends(&["党组"]) {
        OrgType::LeadingGroup
    } else {
        OrgType::PartyCommittee
    }
}

/// Checks and tidies what a form or an import row gives; every fault is told, each with its field. `dictionary` knows
/// codes by their kind.
pub fn accept(
    mut facts: Facts,
    today: NaiveDate,
    dictionary: &dyn Fn(&str, &str) -> bool,
) -> Result<Facts, Vec<Error>> {
    let mut faults = Vec::new();
    texts(&mut facts, &mut faults);
    if let Some(phone) = &facts.contact_phone {
        match check::phone(phone) {
            Some(phone) => facts.contact_phone = Some(phone),
            None => faults.push(Error::invalid("contactPhone", "联系电话格式不正确")),
        }
    }
    if facts.founded_on > today {
        faults.push(Error::invalid("foundedOn", "成立日期不能晚于今天"));
    } else if facts.founded_on < NaiveDate::from_ymd_opt(1921, 7, 1).unwrap_or_default() {
        faults.push(Error::invalid("foundedOn", "成立日期不能早于1921年7月1日"));
    }
    if !(0..=9999).contains(&facts.sort) {
        faults.push(Error::invalid("sort", "排序号应为0至9999"));
    }
    if facts.can_approve_members && !matches!(facts.org_type, OrgType::PartyCommittee | OrgType::WorkCommittee) {
        faults.push(Error::invalid("canApproveMembers", "只有党委、党工委可以审批发展党员"));
    }
    faults.extend(division(&facts.division_code, dictionary).err());
    faults.extend(terms(&facts, today).err());
    faults.extend(units(&mut facts, dictionary).err());
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

fn texts(facts: &mut Facts, faults: &mut Vec<Error>) {
    let required: [(&str, &str, &mut String, usize); 3] = [
        ("fullName", "组织全称", &mut facts.full_name, 100),
        ("shortName", "组织简称", &mut facts.short_name, 30),
        ("contactName", "联系人", &mut facts.contact_name, 30),
    ];
    for (field, label, place, most) in required {
        match check::text(field, label, place, 2, most) {
            Ok(text) => *place = text,
            Err(fault) => faults.push(fault),
        }
    }
    let optional: [(&str, &str, &mut Option<String>, usize); 2] = [
        ("externalCode", "上级系统代码", &mut facts.external_code, 40),
        ("approvalNo", "批准成立文号", &mut facts.approval_no, 60),
    ];
    for (field, label, place, most) in optional {
        match check::optional(field, label, place.as_deref(), most) {
            Ok(text) => *place = text,
            Err(fault) => faults.push(fault),
        }
    }
}

fn division(code: &str, dictionary: &dyn Fn(&str, &str) -> bool) -> Result<()> {
    let six = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    let province = code.get(..2).map(|head| format!("{head}0000")).unwrap_or_default();
    if six && dictionary("province", &province) {
        Ok(())
    } else {
        Err(Error::invalid("divisionCode", "行政区划应为六位代码，且省份存在"))
    }
}

fn terms(facts: &Facts, today: NaiveDate) -> Result<()> {
    let elected = term_years(facts.org_type, facts.village_or_community).is_some();
    if let Some(years) = facts.term_years {
        if !elected {
            return Err(Error::invalid("termYears", "该类别组织不设届期"));
        }
        if years != 3 && years != 5 {
            return Err(Error::invalid("termYears", "届期只能为3或5"));
        }
    }
    match facts.term_start {
        Some(_) if !elected => Err(Error::invalid("termStart", "该类别组织不设届期")),
        Some(start) if start < facts.founded_on => Err(Error::invalid("termStart", "本届起始日期早于成立日期")),
        Some(start) if start > today => Err(Error::invalid("termStart", "本届起始日期不能晚于今天")),
        _ => Ok(()),
    }
}

fn units(facts: &mut Facts, dictionary: &dyn Fn(&str, &str) -> bool) -> Result<()> {
    let joint = facts.org_type == OrgType::JointBranch;
    if joint != (facts.unit_relation == UnitRelation::Joint) {
        return Err(Error::invalid("unitRelation", "所在单位情况与组织类别不符"));
    }
    let (least, most, words) = match facts.unit_relation {
        UnitRelation::SameAsParent => (0, 0, "与上级党组织相同时不填单位"),
        UnitRelation::LegalUnit => (1, 1, "请填写一个单位"),
        UnitRelation::Joint => (2, 5, "联合党支部应填写2至5个单位"),
    };
    if !(least..=most).contains(&facts.units.len()) {
        return Err(Error::invalid("units", words));
    }
    for (at, unit) in facts.units.iter_mut().enumerate() {
        let field = |name: &str| format!("units.{at}.{name}");
        unit.name = check::text(&field("name"), "单位名称", &unit.name, 2, 100)?;
        unit.uscc = match unit.uscc.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(code) => {
                let good = check::uscc(code);
                Some(good.ok_or_else(|| Error::invalid(field("uscc"), "统一社会信用代码校验位错误"))?)
            }
        };
        if !dictionary("unit_nature", &unit.nature) {
            return Err(Error::invalid(field("nature"), "单位性质类别不在可选范围"));
        }
        if unit.party_presence.as_deref().is_some_and(|code| !dictionary("unit_party_presence", code)) {
            return Err(Error::invalid(field("partyPresence"), "建立党组织情况不在可选范围"));
        }
    }
    Ok(())
}

/// Hints that never block: rules that local need and the superior's approval may override.
pub fn hints(full_name: &str, kind: OrgType, parent: Option<OrgType>) -> Vec<String> {
    let mut hints = Vec::new();
    if !full_name.starts_with("中共") && kind != OrgType::PartyGroup {
        hints.push("组织全称通常以“中共”开头，与印章一致".to_owned());
    }
    if is_direct(kind, parent) {
        hints.push("直属党支部".to_owned());
    }
    hints
}

/// A branch directly under a committee (直属党支部).
pub fn is_direct(kind: OrgType, parent: Option<OrgType>) -> bool {
    let branch = matches!(kind, OrgType::Branch | OrgType::JointBranch);
    branch && matches!(parent, Some(OrgType::PartyCommittee | OrgType::WorkCommittee))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn unit(uscc: Option<&str>) -> Unit {
        Unit { name: "示例公司".into(), uscc: uscc.map(Into::into), nature: "6".into(), party_presence: None }
    }

    fn branch() -> Facts {
        Facts {
            full_name: "中共示例公司第一支部委员会".into(),
            short_name: "第一党支部".into(),
            org_type: OrgType::Branch,
            external_code: None,
            founded_on: day("2019-03-01"),
            approval_no: None,
            unit_relation: UnitRelation::SameAsParent,
            units: vec![],
            division_code: "320100".into(),
            contact_name: "张三".into(),
            contact_phone: Some("025-12345678".into()),
            term_years: Some(3),
            term_start: Some(day("2024-01-01")),
            sort: 0,
            can_approve_members: false,
            village_or_community: false,
        }
    }

    fn fault(change: impl FnOnce(&mut Facts)) -> String {
        let mut facts = branch();
        change(&mut facts);
        let dictionary = |kind: &str, code: &str| {
            matches!((kind, code), ("province", "320000") | ("unit_nature", "6") | ("unit_party_presence", "1"))
        };
        let faults = accept(facts, day("2026-11-24"), &dictionary).err().unwrap_or_default();
        faults.into_iter().filter_map(|e| e.field).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn pc_3_1_1a_fields() {
        assert_eq!(fault(|_| {}), "");
        assert_eq!(fault(|f| f.full_name = " ".into()), "fullName");
        assert_eq!(fault(|f| f.short_name = "支".into()), "shortName");
        assert_eq!(fault(|f| f.founded_on = day("2026-11-25")), "foundedOn,termStart");
        assert_eq!(fault(|f| f.founded_on = day("1921-06-30")), "foundedOn");
        assert_eq!(fault(|f| f.division_code = "990100".into()), "divisionCode");
        assert_eq!(fault(|f| f.division_code = "32010".into()), "divisionCode");
        assert_eq!(fault(|f| f.contact_phone = Some("123".into())), "contactPhone");
        assert_eq!(fault(|f| f.term_years = Some(4)), "termYears");
        assert_eq!(fault(|f| f.term_start = Some(day("2019-02-28"))), "termStart");
        assert_eq!(fault(|f| f.term_start = Some(day("2026-11-25"))), "termStart");
        assert_eq!(fault(|f| f.sort = -1), "sort");
        assert_eq!(fault(|f| f.can_approve_members = true), "canApproveMembers");
    }

    #[test]
    fn pc_3_1_1a_units_follow_the_relation() {
        assert_eq!(fault(|f| f.units = vec![unit(None)]), "units");
        assert_eq!(fault(|f| f.unit_relation = UnitRelation::LegalUnit), "units");
        assert_eq!(fault(|f| f.unit_relation = UnitRelation::Joint), "unitRelation");
        assert_eq!(
            fault(|f| (f.unit_relation, f.units) = (UnitRelation::LegalUnit, vec![unit(Some("91350100M000100Y43"))])),
            ""
        );
        assert_eq!(
            fault(|f| (f.unit_relation, f.units) = (UnitRelation::LegalUnit, vec![unit(Some("91350100M000100Y44"))])),
            "units.0.uscc"
        );
        let joint = |n: usize| {
            move |f: &mut Facts| {
                f.org_type = OrgType::JointBranch;
                f.unit_relation = UnitRelation::Joint;
                f.units = vec![unit(None); n];
            }
        };
        assert_eq!(fault(joint(1)), "units");
        assert_eq!(fault(joint(2)), "");
        assert_eq!(fault(joint(5)), "");
        assert_eq!(fault(joint(6)), "units");
        assert_eq!(
            fault(|f| {
                joint(2)(f);
                f.units[1].nature = "77".into();
            }),
            "units.1.nature"
        );
        assert_eq!(
            fault(|f| {
                joint(2)(f);
                f.units[1].party_presence = Some("8".into());
            }),
            "units.1.partyPresence"
        );
    }

    #[test]
    fn pc_3_1_1a_who_may_stand_below_whom() {
        use OrgType as T;
        let pairs: Vec<(T, T)> = T::ALL.iter().flat_map(|p| children(*p).iter().map(|c| (*p, *c))).collect();
        assert!(pairs.contains(&(T::PartyCommittee, T::PartyCommittee)));
        assert!(pairs.contains(&(T::GeneralBranch, T::Branch)));
        assert!(pairs.contains(&(T::Branch, T::PartyGroup)));
        assert!(!pairs.contains(&(T::GeneralBranch, T::PartyCommittee)));
        assert!(!pairs.contains(&(T::Branch, T::Branch)));
        assert!(!pairs.iter().any(|(p, _)| matches!(p, T::PartyGroup | T::LeadingGroup)));
        assert!(!pairs.iter().any(|(_, c)| *c == T::WorkCommittee));
        assert_eq!(pairs.len(), 9 * 2 + 4 + 4);
    }

    #[test]
    fn terms_by_kind() {
        assert_eq!(term_years(OrgType::PartyCommittee, false), Some(5));
        assert_eq!(term_years(OrgType::Branch, false), Some(3));
        assert_eq!(term_years(OrgType::Branch, true), Some(5));
        assert_eq!(term_years(OrgType::ProvisionalBranch, false), None);
        assert_eq!(super::TERM_LENGTHS.len(), 10, "every row is read");
        let on = |day: &str, village| term_years_on(OrgType::Branch, village, day.parse().unwrap());
        // The rule of the day on which the term begins, not of today.
        assert_eq!((on("2018-06-30", true), on("2018-07-01", true)), (Some(3), Some(5)));
        assert_eq!((on("2018-07-01", false), on("1950-01-01", false)), (Some(3), None));
        assert_eq!(
            fault(|f| {
                f.org_type = OrgType::PartyGroup;
                f.term_start = None;
            }),
            "termYears"
        );
        assert_eq!(
            fault(|f| {
                f.org_type = OrgType::PartyGroup;
                f.term_years = None;
            }),
            "termStart"
        );
    }

    #[test]
    fn the_root_takes_its_kind_from_the_name() {
        for (name, kind) in [
            ("中共示例集团有限公司委员会", OrgType::PartyCommittee),
            ("示例集团党委", OrgType::PartyCommittee),
            ("示例县委直属机关工委", OrgType::WorkCommittee),
            ("示例公司党总支", OrgType::GeneralBranch),
            ("中共示例公司支部委员会", OrgType::Branch),
            ("示例局党组", OrgType::LeadingGroup),
        ] {
            assert_eq!(guess_type(name), kind, "{name}");
        }
    }

    #[test]
    fn hints_never_block() {
        assert_eq!(hints("第一党支部", OrgType::Branch, Some(OrgType::PartyCommittee)).len(), 2);
        assert!(hints("中共示例支部", OrgType::Branch, Some(OrgType::GeneralBranch)).is_empty());
    }
}
