use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{ChangeId, PageArgs, PageInfo, Result, dictionary};
use zhibu_tenancy::{Conn, audit};

/// One recorded change (变更记录).
#[derive(SimpleObject)]
pub struct Change {
    id: ChangeId,
    at: DateTime<Utc>,
    by: String,
    action: String,
    fields: Vec<FieldChange>,
}

/// One field of a change.
#[derive(SimpleObject)]
pub struct FieldChange {
    field: String,
    label: String,
    before: Option<String>,
    after: Option<String>,
}

/// A page of changes.
#[derive(SimpleObject)]
pub struct ChangeConnection {
    nodes: Vec<Change>,
    page_info: PageInfo,
}

impl ChangeConnection {
    /// The changes of one object, newest first.
    pub(super) async fn of(kind: &str, id: Uuid, args: &PageArgs, conn: &mut Conn) -> Result<Self> {
        let rows = audit::history(kind, id, args.after()?, args.limit(), conn).await?;
        let page = args.page(rows, |row| row.id);
        Ok(Self { nodes: page.nodes.into_iter().map(Change::from).collect(), page_info: page.info })
    }
}

impl From<audit::Row> for Change {
    fn from(row: audit::Row) -> Self {
        let fields = row.changes.as_object().into_iter().flatten().map(|(field, pair)| {
            let kind = kind_of(field, &row.action);
            let side = |at: usize| pair.get(at).and_then(words).map(|text| translate(kind, text));
            FieldChange { field: field.clone(), label: label(field).to_owned(), before: side(0), after: side(1) }
        });
        Self {
            id: row.id.into(),
            at: row.at,
            by: row.actor_name,
            action: action(&row.action).to_owned(),
            fields: fields.collect(),
        }
    }
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        other => Some(other.to_string()),
    }
}

fn translate(kind: Option<&str>, text: String) -> String {
    kind.and_then(|kind| dictionary::label(kind, &text)).map_or(text, str::to_owned)
}

/// The dictionary that a field's values come from.
fn kind_of(field: &str, action: &str) -> Option<&'static str> {
    Some(match field {
        "type" => "org_type",
        "unitRelation" => "org_unit_relation",
        "sex" => "sex",
        "ethnicity" => "ethnicity",
        "educationLevel" => "education_level",
        "degree" => "degree",
        "workPost" => "work_post",
        "specialGroup" => "special_group",
        "memberType" => "member_type",
        "lostReason" => "lost_contact_reason",
        "flowDirection" => "flow_direction",
        "reason" if action == "member.left" => "membership_end_reason",
        _ => return None,
    })
}

fn action(action: &str) -> &str {
    match action {
        "organisation.created" => "新增",
        "organisation.updated" => "修改",
        "organisation.administrator_set" => "设置管理员",
        "organisation.administrator_removed" => "取消管理员",
        "organisation.phone_revealed" => "查看联系电话",
        "member.created" => "新增",
        "member.updated" => "修改",
        "member.left" => "删除（移入历史库）",
        "member.restored" => "还原",
        "member.revealed" => "查看敏感信息",
        other => other,
    }
}

fn label(field: &str) -> &str {
    match field {
        "fullName" => "组织全称",
        "shortName" => "组织简称",
        "type" => "组织类别",
        "parent" => "上级组织",
        "externalCode" => "上级系统代码",
        "foundedOn" => "成立日期",
        "approvalNo" => "批准成立文号",
        "unitRelation" => "所在单位情况",
        "units" => "单位",
        "divisionCode" => "行政区划",
        "contactName" => "联系人",
        "contactPhone" => "联系电话",
        "termYears" => "届期(年)",
        "termStart" => "本届起始日期",
        "sort" => "排序号",
        "canApproveMembers" => "可审批发展党员",
        "villageOrCommunity" => "村、社区",
        "account" => "账号",
        "reason" => "原因",
        "note" => "说明",
        "name" => "姓名",
        "sex" => "性别",
        "birthDate" => "出生日期",
        "archiveBirthDate" => "档案出生日期",
        "archiveBirthReason" => "出生日期不一致的原因",
        "ethnicity" => "民族",
        "nativePlace" => "籍贯",
        "educationLevel" => "学历",
        "degree" => "学位",
        "school" => "毕业院校",
        "major" => "专业",
        "firstWorkDate" => "参加工作时间",
        "workPost" => "工作岗位",
        "employer" => "工作单位及职务",
        "professionalTitle" => "职称",
        "specialGroup" => "困难、退役等情况",
        "remark" => "备注",
        "memberType" => "人员类别",
        "joinDate" => "加入党组织日期",
        "conversionDate" => "转为正式党员日期",
        "lostOn" => "失去联系日期",
        "lostReason" => "失联原因",
        "floating" => "流动党员",
        "flowDirection" => "外出流向",
        "branch" => "所在党支部",
        "idNumber" => "公民身份号码",
        "mobile" => "手机号",
        "landline" => "固定电话",
        "homeAddress" => "家庭住址",
        other => other,
    }
}
