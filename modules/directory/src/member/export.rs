//! The export of members (PC-8.2).

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, PageArgs, Permission, Result, dictionary, mask};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column, sensitive};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Cx, Read, tenants};

use super::completeness::{self, Optional};
use super::model::Entry;
use super::rules;
use super::store::{self, Filter, Sort};
use crate::graphql::MemberFilter;
use crate::organisation::{self, Reach};
use crate::{MEMBER_READ, MEMBER_REVEAL};

/// Exports members.
pub(crate) struct Members;

const COLUMNS: &[ExportColumn] = &[
    column("name", "姓名", 12),
    sensitive("idNumber", "公民身份号码", 22),
    column("sex", "性别", 6),
    column("birthDate", "出生日期", 12),
    column("age", "年龄", 6),
    column("ethnicity", "民族", 10),
    column("nativePlace", "籍贯", 16),
    column("educationLevel", "学历", 16),
    column("degree", "学位", 10),
    column("school", "毕业院校", 20),
    column("branch", "所在党支部", 24),
    column("group", "党小组", 16),
    column("posts", "党内职务", 16),
    column("memberType", "人员类别", 10),
    column("joinDate", "加入党组织日期", 14),
    column("conversionDate", "转为正式党员日期", 16),
    column("partyAge", "党龄", 6),
    column("workPost", "工作岗位", 24),
    column("employer", "工作单位及职务", 24),
    sensitive("mobile", "手机号", 14),
    sensitive("landline", "固定电话", 14),
    sensitive("homeAddress", "家庭住址", 30),
    column("status", "党籍状态", 10),
    column("lostOn", "失去联系日期", 12),
    column("floating", "是否流动党员", 12),
    column("flowDirection", "外出流向", 16),
    column("specialGroup", "困难、退役等情况", 14),
    column("remark", "备注", 24),
    column("completeness", "资料完整度", 10),
    column("gaps", "未填写的必填项", 30),
];

fn filter(value: &Value) -> Result<Filter> {
    zhibu_graphql::filter::<MemberFilter>(value)?.try_into()
}

/// A filter of members in words.
pub(crate) async fn words(filter: &Filter, read: &mut Read<'_>) -> Result<String> {
    let mut words = Vec::new();
    if let Some(under) = filter.under {
        words.push(organisation::words_under(under, read).await?);
    }
    let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
    let many = |kind: &str, codes: &[String]| {
        (!codes.is_empty())
            .then(|| codes.iter().map(|code| dictionary::words(kind, code)).collect::<Vec<_>>().join("、"))
    };
    let yes = |yes: bool| if yes { "是" } else { "否" }.to_owned();
    say("搜索", filter.search.as_deref().map(mask::searched));
    say("人员类别", filter.member_type.map(|kind| dictionary::words("member_type", kind.code())));
    say("党籍状态", filter.status.map(|status| dictionary::words("membership_status", status.code())));
    say("性别", filter.sex.as_deref().map(|sex| dictionary::words("sex", sex)));
    say("民族", many("ethnicity", &filter.ethnicities));
    say("学历", many("education_level", &filter.education_levels));
    say("工作岗位", many("work_post", &filter.work_posts));
    say("出生日期从", filter.born_from.map(|day| day.to_string()));
    say("出生日期至", filter.born_to.map(|day| day.to_string()));
    say("入党日期从", filter.joined_from.map(|day| day.to_string()));
    say("入党日期至", filter.joined_to.map(|day| day.to_string()));
    say("流动党员", filter.floating.map(yes));
    say("失联", filter.lost.map(yes));
    say("资料不完整", filter.incomplete.map(yes));
    say("未填写", filter.missing.map(|field| field.words()));
    Ok(words.join("；"))
}

#[async_trait]
impl Exporter for Members {
    fn kind(&self) -> &'static str {
        "member"
    }

    fn title(&self) -> &'static str {
        "党员信息"
    }

    fn permission(&self) -> Permission {
        MEMBER_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        words(&filter(value)?, read).await
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(cx, &reach, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Members {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(cx, &reach, &filter(value)?, Sort::Name, &PageArgs::batch(after), read.conn()?).await?;
        let people: Vec<Uuid> = page.nodes.iter().map(|entry| entry.person.id).collect();
        let posts = store::posts_of(&people, true, read.conn()?).await?;
        let at: Vec<Uuid> = page
            .nodes
            .iter()
            .flat_map(|e| [Some(e.assignment.organisation_id), e.assignment.group_id])
            .flatten()
            .collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let today = cx.app.world.today();
        let rules = completeness::required(read.conn()?).await?;
        batch(&page, columns, |key, entry| {
            let held = posts.get(&entry.person.id).map(Vec::as_slice).unwrap_or_default();
            let named = |id: Uuid| names.get(&id).cloned();
            Ok(match key {
                "branch" => named(entry.assignment.organisation_id).into(),
                "group" => entry.assignment.group_id.and_then(named).into(),
                "posts" => Cell::joined(held.iter().map(|post| dictionary::words("post", &post.post)), "、"),
                "completeness" => Cell::Text(format!("{}%", rules.per_cent(entry.person.filled))),
                "gaps" => Cell::joined(rules.gaps(entry.person.filled).into_iter().map(Optional::words), "、"),
                key => cell(key, entry, &vault, today)?,
            })
        })
    }
}

pub(super) fn cell(key: &str, entry: &Entry, vault: &Vault, today: chrono::NaiveDate) -> Result<Cell> {
    let (person, terms) = (&entry.person, &entry.membership);
    let open = |sealed: &[u8]| vault.open_text(sealed).map(|text| Cell::Text(text.expose().to_owned()));
    let may = |sealed: &Option<Vec<u8>>| sealed.as_deref().map_or(Ok(Cell::Blank), open);
    let years = |years: Option<u32>| years.map_or(Cell::Blank, |years| Cell::Integer(years.into()));
    let coded = |kind: &str, code: &Option<String>| code.as_deref().map(|code| dictionary::words(kind, code)).into();
    Ok(match key {
        "name" => Cell::Text(person.name.clone()),
        "idNumber" => open(&person.id_number)?,
        "sex" => Cell::words("sex", &person.sex),
        "birthDate" => Cell::Date(person.birth_date),
        "age" => years(today.years_since(person.birth_date)),
        "ethnicity" => Cell::words("ethnicity", &person.ethnicity),
        "nativePlace" => person.native_place.clone().into(),
        "educationLevel" => Cell::words("education_level", &person.education_level),
        "degree" => coded("degree", &person.degree),
        "school" => person.school.clone().into(),
        "memberType" => Cell::words("member_type", &terms.member_type),
        "joinDate" => Cell::Date(terms.join_date),
        "conversionDate" => terms.conversion_date.into(),
        "partyAge" => years(rules::party_age(terms.join_date, terms.conversion_date, terms.kind(), today)),
        "workPost" => Cell::words("work_post", &person.work_post),
        "employer" => person.employer.clone().into(),
        "mobile" => open(&person.mobile)?,
        "landline" => may(&person.landline)?,
        "homeAddress" => may(&person.home_address)?,
        "status" => Cell::words("membership_status", &terms.status),
        "lostOn" => terms.lost_on.into(),
        "floating" => Cell::Text(if terms.floating { "是" } else { "否" }.to_owned()),
        "flowDirection" => coded("flow_direction", &terms.flow_direction),
        "specialGroup" => coded("special_group", &person.special_group),
        "remark" => person.remark.clone().into(),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
