//! The fields that a member may ask to have changed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Result, check, dictionary, mask};
use zhibu_tenancy::keys::Vault;

use crate::member::{self, Entry, Facts, OwnField};

/// A field of a record that a member may ask to have changed. The number one signs in with is changed by proving it; branch
/// and state by decisions of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "camelCase")]
pub enum RecordField {
    /// 姓名
    Name,
    /// 公民身份号码; day of birth and sex follow
    IdNumber,
    /// 档案出生日期
    ArchiveBirthDate,
    /// 出生日期不一致的原因
    ArchiveBirthReason,
    /// 民族, dictionary `ethnicity`
    Ethnicity,
    /// 籍贯
    NativePlace,
    /// 困难、退役等情况, dictionary `special_group`
    SpecialGroup,
    /// 加入党组织日期
    JoinDate,
    /// 转为正式党员日期
    ConversionDate,
    /// 工作岗位, dictionary `work_post`
    WorkPost,
    /// 工作单位及职务
    Employer,
    /// 职称
    ProfessionalTitle,
    /// 参加工作时间
    FirstWorkDate,
    /// 学历, dictionary `education_level`
    EducationLevel,
    /// 学位, dictionary `degree`
    Degree,
    /// 毕业院校
    School,
    /// 专业
    Major,
    /// 固定电话
    Landline,
    /// 家庭住址
    HomeAddress,
}

impl RecordField {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::IdNumber,
        Self::ArchiveBirthDate,
        Self::ArchiveBirthReason,
        Self::Ethnicity,
        Self::NativePlace,
        Self::SpecialGroup,
        Self::JoinDate,
        Self::ConversionDate,
        Self::WorkPost,
        Self::Employer,
        Self::ProfessionalTitle,
        Self::FirstWorkDate,
        Self::EducationLevel,
        Self::Degree,
        Self::School,
        Self::Major,
        Self::Landline,
        Self::HomeAddress,
    ];

    /// The field that a tenant may leave to people themselves.
    fn own(self) -> Option<OwnField> {
        OwnField::ALL.into_iter().find(|field| field.key() == self.key())
    }

    /// Its name in forms and in the audit.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::IdNumber => "idNumber",
            Self::ArchiveBirthDate => "archiveBirthDate",
            Self::ArchiveBirthReason => "archiveBirthReason",
            Self::Ethnicity => "ethnicity",
            Self::NativePlace => "nativePlace",
            Self::SpecialGroup => "specialGroup",
            Self::JoinDate => "joinDate",
            Self::ConversionDate => "conversionDate",
            Self::WorkPost => "workPost",
            Self::Employer => "employer",
            Self::ProfessionalTitle => "professionalTitle",
            Self::FirstWorkDate => "firstWorkDate",
            Self::EducationLevel => "educationLevel",
            Self::Degree => "degree",
            Self::School => "school",
            Self::Major => "major",
            Self::Landline => "landline",
            Self::HomeAddress => "homeAddress",
        }
    }

    /// What users call it.
    pub fn label(self) -> String {
        dictionary::words("audit_field", self.key())
    }

    /// The dictionary its values come from.
    pub fn dictionary(self) -> Option<&'static str> {
        match self {
            Self::Ethnicity => Some("ethnicity"),
            Self::SpecialGroup => Some("special_group"),
            Self::WorkPost => Some("work_post"),
            Self::EducationLevel => Some("education_level"),
            Self::Degree => Some("degree"),
            _ => None,
        }
    }

    /// A value as it is shown to whoever has not said why they want it in full.
    pub fn masked(self, value: &str) -> String {
        match self {
            Self::IdNumber => mask::id_number(value),
            Self::Landline => mask::phone(value),
            Self::HomeAddress => mask::address(value),
            _ => self.words(value),
        }
    }

    /// A value in words.
    pub fn words(self, value: &str) -> String {
        self.dictionary().and_then(|kind| dictionary::label(kind, value)).unwrap_or(value).to_owned()
    }

    /// Its value in a record.
    pub fn of(self, entry: &Entry, vault: &Vault) -> Result<Option<String>> {
        let (person, terms) = (&entry.person, &entry.membership);
        let open = |sealed: &[u8]| vault.open_text(sealed).map(|text| text.expose().to_owned());
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        Ok(match self {
            Self::Name => Some(person.name.clone()),
            Self::IdNumber => Some(open(&person.id_number)?),
            Self::ArchiveBirthDate => day(person.archive_birth_date),
            Self::ArchiveBirthReason => person.archive_birth_reason.clone(),
            Self::Ethnicity => Some(person.ethnicity.clone()),
            Self::NativePlace => person.native_place.clone(),
            Self::SpecialGroup => person.special_group.clone(),
            Self::JoinDate => day(Some(terms.join_date)),
            Self::ConversionDate => day(terms.conversion_date),
            Self::WorkPost => Some(person.work_post.clone()),
            Self::Employer => person.employer.clone(),
            Self::ProfessionalTitle => person.professional_title.clone(),
            Self::FirstWorkDate => day(person.first_work_date),
            Self::EducationLevel => Some(person.education_level.clone()),
            Self::Degree => person.degree.clone(),
            Self::School => person.school.clone(),
            Self::Major => person.major.clone(),
            Self::Landline => person.landline.as_deref().map(open).transpose()?,
            Self::HomeAddress => person.home_address.as_deref().map(open).transpose()?,
        })
    }

    /// Puts a value into a record.
    pub(super) fn put(self, facts: &mut Facts, value: Option<String>, today: NaiveDate) -> Result<()> {
        let day = |text: &str| -> Result<NaiveDate> {
            text.parse().map_err(|_| Error::invalid(self.key(), "日期格式应为 2026-01-31"))
        };
        let must = |words: &'static str| value.clone().ok_or_else(|| Error::invalid(self.key(), words));
        if let Some(field) = self.own() {
            return member::set(facts, field, value);
        }
        match self {
            Self::IdNumber => {
                let text = must("公民身份号码不能为空")?;
                let number = check::id_number(&text, today, true).map_err(|words| Error::invalid("idNumber", words))?;
                facts.sex = number.sex.to_owned();
                facts.birth_date = number.birth;
                facts.id_number = Some(text);
            }
            Self::ArchiveBirthDate => facts.archive_birth_date = value.as_deref().map(day).transpose()?,
            Self::ArchiveBirthReason => facts.archive_birth_reason = value,
            Self::JoinDate => facts.join_date = day(&must("加入党组织日期不能为空")?)?,
            Self::ConversionDate => facts.conversion_date = value.as_deref().map(day).transpose()?,
            _ => facts.name = must("姓名不能为空")?,
        }
        Ok(())
    }
}
