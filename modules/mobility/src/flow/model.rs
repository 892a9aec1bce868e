use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::schema::{flows, lost_cases, mobility_contacts};

crate::coded! {
    /// Which way a member floats (流动类型).
    FlowKind {
        /// 流出
        Out = "out",
        /// 流入
        In = "in",
    }
}

crate::coded! {
    /// How a floating member's record stands (流动状态).
    FlowStatus {
        /// 流动中
        Active = "active",
        /// 已返回
        Returned = "returned",
        /// 已转组织关系
        Converted = "converted",
        /// 失联
        Lost = "lost",
    }
}

crate::coded! {
    /// How the case of a lost member stands.
    LostState {
        /// 查找中
        Open = "open",
        /// 已停止党籍
        Suspended = "suspended",
        /// 已取得联系
        Found = "found",
        /// 已除名
        Struck = "struck",
    }
}

crate::coded! {
    /// What is decided about a lost member, by people and never by the system (失联处置).
    LostDecision {
        /// 停止党籍
        Suspend = "suspend",
        /// 自行脱党除名
        Strike = "strike",
    }
}

impl LostState {
    /// What users call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "查找中",
            Self::Suspended => "已停止党籍",
            Self::Found => "已取得联系",
            Self::Struck => "已除名",
        }
    }
}

impl LostDecision {
    /// What users call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Suspend => "停止党籍",
            Self::Strike => "自行脱党除名",
        }
    }
}

/// A stored record of a floating member.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = flows)]
pub struct FlowRow {
    /// Its id.
    pub id: Uuid,
    /// Counts what was done.
    pub version: i32,
    /// Which way.
    pub kind: String,
    /// How it stands.
    pub status: String,
    /// The member of ours who flows out.
    pub person_id: Option<Uuid>,
    /// 姓名
    pub name: String,
    /// 公民身份号码, sealed
    pub id_number: Vec<u8>,
    /// 手机号, sealed
    pub mobile: Vec<u8>,
    /// 本系统党支部
    pub organisation_id: Uuid,
    /// The Party organisation on the other side.
    pub other_name: Option<String>,
    /// 对方联系人及电话
    pub other_contact: Option<String>,
    /// Dictionary `flow_direction`.
    pub direction: String,
    /// Dictionary `flow_reason`.
    pub reason: String,
    /// 流动日期
    pub started_on: NaiveDate,
    /// 预计返回日期
    pub expected_on: Option<NaiveDate>,
    /// 活动证编号
    pub certificate_no: Option<String>,
    /// The last contact; the start when there was none.
    pub contacted_on: NaiveDate,
    /// When it ended.
    pub ended_on: Option<NaiveDate>,
    /// 说明
    pub note: Option<String>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
}

impl FlowRow {
    /// Which way.
    pub fn kind(&self) -> FlowKind {
        FlowKind::from_code(&self.kind).unwrap_or(FlowKind::Out)
    }

    /// How it stands.
    pub fn status(&self) -> FlowStatus {
        FlowStatus::from_code(&self.status).unwrap_or(FlowStatus::Active)
    }
}

/// A stored case of a member who is out of contact.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = lost_cases)]
pub struct LostRow {
    /// Its id.
    pub id: Uuid,
    /// Counts what was done.
    pub version: i32,
    /// Who.
    pub person_id: Uuid,
    /// 姓名
    pub name: String,
    /// 所在党支部
    pub organisation_id: Uuid,
    /// How it stands.
    pub state: String,
    /// 失去联系日期
    pub lost_on: NaiveDate,
    /// Dictionary `lost_contact_reason`.
    pub reason: String,
    /// 停止党籍日期
    pub suspended_on: Option<NaiveDate>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
}

impl LostRow {
    /// How it stands.
    pub fn state(&self) -> LostState {
        LostState::from_code(&self.state).unwrap_or(LostState::Open)
    }
}

/// How somebody was kept in contact with, or looked for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mobility_contacts)]
pub struct ContactRow {
    /// Its id.
    pub id: Uuid,
    /// On which day.
    pub happened_on: NaiveDate,
    /// Dictionary `contact_way`, or what was decided.
    pub way: String,
    /// 情况
    pub words: String,
    /// Who recorded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}
