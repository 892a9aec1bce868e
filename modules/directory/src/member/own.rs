//! What people complete of their own record (个人基础信息, PC-2.1): the same record and the same rules as the member form.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, PersonId, Result};
use zhibu_tenancy::policy::Scope;
use zhibu_tenancy::{Conn, Write};

use super::model::{Entry, MembershipStatus};
use super::rules::{self, Facts};
use super::{Place, actions, store};
use crate::organisation::Reach;
use crate::schema::people;

/// A field that a tenant may leave to people themselves. What identifies somebody, what the Party decides and the number
/// one signs in with are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnField {
    /// 民族
    Ethnicity,
    /// 籍贯
    NativePlace,
    /// 学历
    EducationLevel,
    /// 学位
    Degree,
    /// 毕业院校
    School,
    /// 专业
    Major,
    /// 参加工作时间
    FirstWorkDate,
    /// 工作岗位
    WorkPost,
    /// 工作单位及职务
    Employer,
    /// 职称
    ProfessionalTitle,
    /// 困难、退役等情况
    SpecialGroup,
    /// 固定电话
    Landline,
    /// 家庭住址
    HomeAddress,
}

impl OwnField {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 13] = [
        Self::Ethnicity,
        Self::NativePlace,
        Self::SpecialGroup,
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

    /// Its name in forms, in the audit and in what the tenant has chosen.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ethnicity => "ethnicity",
            Self::NativePlace => "nativePlace",
            Self::EducationLevel => "educationLevel",
            Self::Degree => "degree",
            Self::School => "school",
            Self::Major => "major",
            Self::FirstWorkDate => "firstWorkDate",
            Self::WorkPost => "workPost",
            Self::Employer => "employer",
            Self::ProfessionalTitle => "professionalTitle",
            Self::SpecialGroup => "specialGroup",
            Self::Landline => "landline",
            Self::HomeAddress => "homeAddress",
        }
    }
}

/// The present member that an account belongs to.
pub async fn own(account: AccountId, conn: &mut Conn) -> Result<Option<Entry>> {
    let of = people::table.filter(people::account_id.eq(account.0).and(people::left_at.is_null()));
    let id: Option<Uuid> = of.select(people::id).first(conn).await.optional()?;
    let Some(id) = id else { return Ok(None) };
    let whole = Reach::of(&Scope::all(), conn).await?;
    store::get(&whole, PersonId::from(id), conn).await.map(Some)
}

/// Changes fields of the caller's own record as it was at `version`; all faults are told.
pub async fn complete(
    write: &mut Write<'_>,
    version: i32,
    changes: &[(OwnField, Option<String>)],
) -> Result<i32, Vec<Error>> {
    let one = |error: Error| vec![error];
    let identity = write.cx.identity().map_err(one)?.clone();
    let conn = write.conn().map_err(one)?;
    let entry = own(identity.account, conn).await.map_err(one)?.ok_or_else(|| one(Error::missing()))?;
    let mut facts = facts(&entry);
    for (field, value) in changes {
        set(&mut facts, *field, value.clone()).map_err(one)?;
    }
    let facts = rules::accept(facts, write.cx.app.world.today(), identity.tenant.demo)?;
    let place =
        Place { branch: entry.assignment.organisation_id.into(), group: entry.assignment.group_id.map(Into::into) };
    // The record was found by the caller's own account, so it is the caller's whatever organisation it stands in.
    write.scope = Scope::all();
    actions::update(write, entry.person.id.into(), version, place, &facts).await.map(|row| row.version).map_err(one)
}

/// A record as the form gives it; what is sealed is left as it is.
pub fn facts(entry: &Entry) -> Facts {
    let (person, terms) = (entry.person.clone(), &entry.membership);
    Facts {
        name: person.name,
        id_number: None,
        sex: person.sex,
        birth_date: person.birth_date,
        archive_birth_date: person.archive_birth_date,
        archive_birth_reason: person.archive_birth_reason,
        ethnicity: person.ethnicity,
        native_place: person.native_place,
        education_level: person.education_level,
        degree: person.degree,
        school: person.school,
        major: person.major,
        first_work_date: person.first_work_date,
        work_post: person.work_post,
        employer: person.employer,
        professional_title: person.professional_title,
        mobile: None,
        landline: None,
        home_address: None,
        special_group: person.special_group,
        remark: person.remark,
        member_type: terms.kind(),
        join_date: terms.join_date,
        conversion_date: terms.conversion_date,
        status: MembershipStatus::from_code(&terms.status).unwrap_or(MembershipStatus::Normal),
        lost_on: terms.lost_on,
        lost_reason: terms.lost_reason.clone(),
        floating: terms.floating,
        flow_direction: terms.flow_direction.clone(),
    }
}

/// Puts a field of a form into a record; an empty text takes it away.
pub fn set(facts: &mut Facts, field: OwnField, value: Option<String>) -> Result<()> {
    let text = || value.clone().unwrap_or_default();
    let some = value.clone().filter(|text| !text.trim().is_empty());
    match field {
        OwnField::Ethnicity => facts.ethnicity = text(),
        OwnField::NativePlace => facts.native_place = some,
        OwnField::EducationLevel => facts.education_level = text(),
        OwnField::Degree => facts.degree = some,
        OwnField::School => facts.school = some,
        OwnField::Major => facts.major = some,
        OwnField::FirstWorkDate => facts.first_work_date = some.map(|text| day(field, &text)).transpose()?,
        OwnField::WorkPost => facts.work_post = text(),
        OwnField::Employer => facts.employer = some,
        OwnField::ProfessionalTitle => facts.professional_title = some,
        OwnField::SpecialGroup => facts.special_group = some,
        OwnField::Landline => facts.landline = Some(text()),
        OwnField::HomeAddress => facts.home_address = Some(text()),
    }
    Ok(())
}

fn day(field: OwnField, text: &str) -> Result<NaiveDate> {
    text.parse().map_err(|_| Error::invalid(field.key(), "日期格式应为 2026-01-31"))
}
