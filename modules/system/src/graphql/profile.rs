use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use zhibu_core::{Error, Result};
use zhibu_directory::graphql::{Member, own_member};
use zhibu_directory::member::{self, OwnField};
use zhibu_graphql::{Request, all_faults};
use zhibu_tenancy::{Cx, identity};

use crate::{PROFILE, TENANT_SETTINGS};

/// A field that a tenant may leave to people themselves.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "OwnField")]
pub(super) enum ProfileField {
    /// 民族, dictionary `ethnicity`
    Ethnicity,
    /// 籍贯
    NativePlace,
    /// 学历, dictionary `education_level`
    EducationLevel,
    /// 学位, dictionary `degree`
    Degree,
    /// 毕业院校
    School,
    /// 专业
    Major,
    /// 参加工作时间, as a day
    FirstWorkDate,
    /// 工作岗位, dictionary `work_post`
    WorkPost,
    /// 工作单位及职务
    Employer,
    /// 职称
    ProfessionalTitle,
    /// 困难、退役等情况, dictionary `special_group`
    SpecialGroup,
    /// 固定电话
    Landline,
    /// 家庭住址
    HomeAddress,
}

/// What the tenant knows of the caller (个人基础信息).
#[derive(SimpleObject)]
pub(super) struct Profile {
    /// The own record; none for who is no member.
    member: Option<Member>,
    /// The fields that people may change themselves.
    editable: Vec<ProfileField>,
}

/// A new value of a field.
#[derive(InputObject)]
pub(super) struct ProfileChange {
    field: ProfileField,
    /// A text, a code or a day; nothing takes it away.
    value: Option<String>,
}

fn fields(keys: &[String]) -> Vec<OwnField> {
    OwnField::ALL.into_iter().filter(|field| keys.iter().any(|key| key == field.key())).collect()
}

async fn shown(cx: &Cx) -> Result<Profile> {
    let member = own_member(cx, PROFILE).await?;
    let mut read = cx.read(PROFILE).await?;
    let keys = identity::self_service(read.conn()?).await?;
    Ok(Profile { member, editable: fields(&keys).into_iter().map(Into::into).collect() })
}

#[derive(Default)]
pub(super) struct ProfileQuery;

#[Object]
impl ProfileQuery {
    /// What the tenant knows of the caller, and what of it the caller may change (个人基础信息).
    async fn profile(&self, ctx: &Context<'_>) -> Result<Profile> {
        shown(ctx.cx()?).await
    }
}

#[derive(Default)]
pub(super) struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Changes fields of the caller's own member record as it was at `version`.
    async fn update_profile(&self, ctx: &Context<'_>, version: i32, changes: Vec<ProfileChange>) -> Result<Profile> {
        let cx = ctx.cx()?;
        let changes: Vec<(OwnField, Option<String>)> =
            changes.into_iter().map(|change| (change.field.into(), change.value)).collect();
        let mut write = cx.write(PROFILE).await?;
        let allowed = fields(&identity::hold_self_service(write.conn()?).await?);
        if let Some((field, _)) = changes.iter().find(|(field, _)| !allowed.contains(field)) {
            return Err(Error::refuse("FIELD_CLOSED", "此项由管理员维护，不能自行修改").at(field.key()));
        }
        let now = member::complete(&mut write, version, &changes).await.map_err(|faults| all_faults(ctx, faults))?;
        if now == version {
            write.commit_quietly().await?
        } else {
            write.commit().await?
        }
        shown(cx).await
    }

    /// Decides which fields of their own record people may change.
    async fn set_self_service(&self, ctx: &Context<'_>, fields: Vec<ProfileField>) -> Result<Profile> {
        let cx = ctx.cx()?;
        cx.allow(TENANT_SETTINGS)?;
        let chosen: Vec<OwnField> = fields.into_iter().map(Into::into).collect();
        let keys = OwnField::ALL.into_iter().filter(|field| chosen.contains(field)).map(|field| field.key().to_owned());
        identity::set_self_service(cx, PROFILE, keys.collect()).await?;
        shown(cx).await
    }
}
