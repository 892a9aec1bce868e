use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::schema::{branch_assignments, memberships, people};

crate::coded! {
    /// Kind of member (人员类别).
    MemberType {
        /// 正式党员
        Formal = "formal",
        /// 预备党员
        Probationary = "probationary",
    }
}

crate::coded! {
    /// State of the membership (党籍状态).
    MembershipStatus {
        /// 正常
        Normal = "normal",
        /// 停止党籍
        Suspended = "suspended",
    }
}

crate::coded! {
    /// Why a membership ended (减少原因).
    EndReason {
        /// 调出系统外
        TransferOut = "transfer_out",
        /// 去世
        Deceased = "deceased",
        /// 退党除名
        Withdrew = "withdrew",
        /// 自行脱党除名
        SelfLeft = "self_left",
        /// 劝其退党
        PersuadedOut = "persuaded_out",
        /// 劝而不退除名
        PersuadedStruck = "persuaded_struck",
        /// 开除党籍
        Expelled = "expelled",
        /// 取消预备党员资格
        ProbationCancelled = "probation_cancelled",
        /// 不予承认
        NotRecognised = "not_recognised",
        /// 错录删除
        DataError = "data_error",
    }
}

/// A stored person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct PersonRow {
    /// Its id.
    pub id: Uuid,
    /// Counts edits.
    pub version: i32,
    /// 姓名
    pub name: String,
    /// Sorting key.
    pub pinyin: String,
    /// 公民身份号码, sealed
    pub id_number: Vec<u8>,
    /// 性别
    pub sex: String,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 档案出生日期
    pub archive_birth_date: Option<NaiveDate>,
    /// Why it differs.
    pub archive_birth_reason: Option<String>,
    /// 民族
    pub ethnicity: String,
    /// 籍贯
    pub native_place: Option<String>,
    /// 学历
    pub education_level: String,
    /// 学位
    pub degree: Option<String>,
    /// 毕业院校
    pub school: Option<String>,
    /// 专业
    pub major: Option<String>,
    /// 参加工作时间
    pub first_work_date: Option<NaiveDate>,
    /// 工作岗位
    pub work_post: String,
    /// 工作单位及职务
    pub employer: Option<String>,
    /// 职称
    pub professional_title: Option<String>,
    /// 手机号, sealed
    pub mobile: Vec<u8>,
    /// 固定电话, sealed
    pub landline: Option<Vec<u8>>,
    /// 家庭住址, sealed
    pub home_address: Option<Vec<u8>>,
    /// 困难、退役等
    pub special_group: Option<String>,
    /// 备注
    pub remark: Option<String>,
    /// The account the person signs in with.
    pub account_id: Option<Uuid>,
    /// In the history library since.
    pub left_at: Option<DateTime<Utc>>,
    /// Which of the fields that may be empty are filled, a bit each.
    pub filled: i32,
}

/// A stored membership episode.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MembershipRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// 人员类别
    pub member_type: String,
    /// 加入党组织日期
    pub join_date: NaiveDate,
    /// 转为正式党员日期
    pub conversion_date: Option<NaiveDate>,
    /// 党籍状态
    pub status: String,
    /// 权利限制
    pub right_limit: String,
    /// 失去联系日期
    pub lost_on: Option<NaiveDate>,
    /// 失联原因
    pub lost_reason: Option<String>,
    /// 流动党员
    pub floating: bool,
    /// 外出流向
    pub flow_direction: Option<String>,
    /// Recorded here from this day.
    pub since: NaiveDate,
    /// Until this day.
    pub until: Option<NaiveDate>,
    /// 减少原因
    pub end_reason: Option<String>,
    /// 说明
    pub end_note: Option<String>,
}

/// A stored assignment to a branch.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = branch_assignments)]
pub struct AssignmentRow {
    /// Its id.
    pub id: Uuid,
    /// Of which membership.
    pub membership_id: Uuid,
    /// 所在党支部
    pub organisation_id: Uuid,
    /// 党小组
    pub group_id: Option<Uuid>,
    /// From this day.
    pub since: NaiveDate,
    /// Until this day.
    pub until: Option<NaiveDate>,
}

/// A member as lists and forms need it: the person with the latest membership and assignment.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The person.
    pub person: PersonRow,
    /// The latest membership.
    pub membership: MembershipRow,
    /// The latest assignment.
    pub assignment: AssignmentRow,
}

/// A post in an organisation (党内职务) for a time.
#[derive(Debug, Clone, Queryable)]
pub struct PostRow {
    /// Whose.
    pub person: Uuid,
    /// Where.
    pub organisation: Uuid,
    /// Dictionary code.
    pub post: String,
    /// From this day.
    pub since: NaiveDate,
    /// Until this day.
    pub until: Option<NaiveDate>,
}

impl MembershipRow {
    /// Its kind.
    pub fn kind(&self) -> MemberType {
        MemberType::from_code(&self.member_type).unwrap_or(MemberType::Formal)
    }
}
