use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::schema::{leadership_candidates, leadership_documents, leadership_elections, leadership_reminders};

zhibu_directory::coded! {
    /// What kind of change of the leadership it is (dictionary `election_type`).
    ElectionKind {
        /// 换届选举
        General = "general",
        /// 补选
        ByElection = "by_election",
        /// 届中调整
        MidTerm = "mid_term",
        /// 上级任命
        Appointment = "appointment",
        /// 提前换届
        Early = "early",
        /// 延期换届
        Postponed = "postponed",
    }
}

zhibu_directory::coded! {
    /// How far an election is (dictionary `election_state`).
    ElectionState {
        /// 草稿
        Draft = "draft",
        /// 已请示
        Requested = "requested",
        /// 上级已批复
        Replied = "replied",
        /// 已选举
        Held = "held",
        /// 已报告结果
        Reported = "reported",
        /// 已批准
        Confirmed = "confirmed",
        /// 未批准
        Refused = "refused",
        /// 已撤回
        Withdrawn = "withdrawn",
    }
}

zhibu_directory::coded! {
    /// Why somebody is not counted among those who should be there (dictionary `election_excuse`).
    ElectionExcuse {
        /// 患有精神病或其他疾病，不能表达本人意志
        CannotExpress = "cannot_express",
        /// 出国半年以上
        Abroad = "abroad",
        /// 正在服刑
        Serving = "serving",
        /// 年老体弱卧床不起或长期生病，生活不能自理
        Bedridden = "bedridden",
        /// 工作调动、外出半年以上，按规定应当转走组织关系而未转走
        Away = "away",
    }
}

zhibu_directory::coded! {
    /// A paper of an election (dictionary `election_doc`).
    ElectionPaper {
        /// 换届请示
        Request = "request",
        /// 上级批复
        Reply = "reply",
        /// 选举办法、选票、计票单等
        Ballot = "ballot",
        /// 选举结果报告
        Report = "report",
        /// 选举结果批复
        ResultReply = "result_reply",
        /// 其他
        Other = "other",
    }
}

zhibu_directory::coded! {
    /// How urgent something is (预警级别).
    TermLevel {
        /// 蓝色
        Blue = "blue",
        /// 黄色
        Yellow = "yellow",
        /// 红色
        Red = "red",
    }
}

impl ElectionKind {
    /// A new term begins with it.
    pub fn begins_term(self) -> bool {
        matches!(self, Self::General | Self::Early)
    }

    /// Somebody votes.
    pub fn votes(self) -> bool {
        !matches!(self, Self::Appointment | Self::Postponed)
    }

    /// Posts may end with it within a term.
    pub fn ends_posts(self) -> bool {
        matches!(self, Self::ByElection | Self::MidTerm | Self::Appointment)
    }
}

impl ElectionState {
    /// Nothing more happens to it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Confirmed | Self::Refused | Self::Withdrawn)
    }
}

/// A stored election (换届记录).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leadership_elections)]
pub struct ElectionRow {
    /// Its id.
    pub id: Uuid,
    /// Counts the changes.
    pub version: i32,
    /// 党组织
    pub organisation_id: Uuid,
    /// Dictionary `election_type`.
    pub kind: String,
    /// Dictionary `election_state`.
    pub state: String,
    /// 事由
    pub reason: Option<String>,
    /// 拟召开大会日期
    pub planned_on: Option<NaiveDate>,
    /// 拟延期至
    pub postponed_to: Option<NaiveDate>,
    /// Delegates vote instead of all members.
    pub by_delegates: bool,
    /// 请示日期
    pub requested_on: Option<NaiveDate>,
    /// 请示文号
    pub request_no: Option<String>,
    /// 批复日期
    pub replied_on: Option<NaiveDate>,
    /// 批复文号
    pub reply_no: Option<String>,
    /// What the superior said.
    pub reply_note: Option<String>,
    /// 选举大会日期
    pub assembly_on: Option<NaiveDate>,
    /// 应到会有选举权人数
    pub should: Option<i32>,
    /// 实到会有选举权人数
    pub present: Option<i32>,
    /// 发出选票
    pub issued: Option<i32>,
    /// 收回选票
    pub returned: Option<i32>,
    /// 有效选票
    pub valid: Option<i32>,
    /// 分工会议
    pub division: Option<Value>,
    /// 报告日期
    pub reported_on: Option<NaiveDate>,
    /// 批准日期
    pub confirmed_on: Option<NaiveDate>,
    /// 批准文号
    pub confirm_no: Option<String>,
    /// The term that began with it.
    pub term_start: Option<NaiveDate>,
    /// Its end, or the end that was put off.
    pub term_end: Option<NaiveDate>,
    /// 届次, of a term that was taken over.
    pub term_no: Option<i16>,
    /// Who opened it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl ElectionRow {
    /// Its kind.
    pub fn kind(&self) -> ElectionKind {
        ElectionKind::from_code(&self.kind).unwrap_or(ElectionKind::General)
    }

    /// How far it is.
    pub fn state(&self) -> ElectionState {
        ElectionState::from_code(&self.state).unwrap_or(ElectionState::Draft)
    }
}

/// Somebody who stands for a post (候选人).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leadership_candidates)]
pub struct CandidateRow {
    /// Its id.
    pub id: Uuid,
    /// Who.
    pub person_id: Uuid,
    /// Dictionary `post`.
    pub post: String,
    /// 赞成票
    pub yes: Option<i32>,
    /// 反对票
    pub no: Option<i32>,
    /// 弃权票
    pub abstain: Option<i32>,
    /// 当选
    pub elected: Option<bool>,
    /// What the committee gave them to do (分工).
    pub duty: Option<String>,
}

impl CandidateRow {
    /// The post that begins when the result is confirmed.
    pub fn office(&self) -> &str {
        self.duty.as_deref().unwrap_or(&self.post)
    }
}

/// A paper of an election.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leadership_documents)]
pub struct DocumentRow {
    /// Its id.
    pub id: Uuid,
    /// Of which election.
    pub election_id: Uuid,
    /// Dictionary `election_doc`.
    pub kind: String,
    /// `uploading`, `kept` or `removed`.
    pub state: String,
    /// The name of the file.
    pub file_name: String,
    /// Its bytes.
    pub file_size: i32,
    /// Who uploaded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What somebody was reminded of.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leadership_reminders)]
pub struct ReminderRow {
    /// Its id.
    pub id: Uuid,
    /// Of which organisation.
    pub organisation_id: Uuid,
    /// The rule.
    pub rule: String,
    /// How urgent.
    pub level: String,
    /// The day of the rung.
    pub day: NaiveDate,
    /// The day it is about.
    pub about: NaiveDate,
    /// To whom.
    pub recipients: Vec<Uuid>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}
