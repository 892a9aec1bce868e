use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use zhibu_directory::coded;

use crate::schema::{
    meeting_files, meeting_minutes, meeting_people, meeting_plans, meeting_types, meeting_voters, meeting_votes,
    meetings,
};

coded! {
    /// Where a meeting stands (会议状态).
    MeetingState {
        /// 草稿
        Draft = "draft",
        /// 未开始
        Published = "published",
        /// 进行中
        Running = "running",
        /// 待纪要
        MinutesPending = "minutes_pending",
        /// 已结束
        Finished = "finished",
        /// 已取消
        Cancelled = "cancelled",
    }
}

coded! {
    /// How one takes part (会议方式).
    MeetingMode {
        /// 线下会议
        Offline = "offline",
        /// 视频会议
        Video = "video",
        /// 线上线下结合
        Hybrid = "hybrid",
    }
}

coded! {
    /// Who should attend a kind of meeting (参会范围).
    MeetingAttend {
        /// 全体党员
        Members = "members",
        /// 班子成员
        Committee = "committee",
        /// 指定人员
        Named = "named",
    }
}

coded! {
    /// How often a kind is to be held at least (频次).
    MeetingEvery {
        /// 每月
        Month = "month",
        /// 每季度
        Quarter = "quarter",
        /// 每年
        Year = "year",
    }
}

coded! {
    /// How many of those who should attend must be there (到会要求).
    MeetingQuorum {
        /// 无
        None = "none",
        /// 半数以上（含半数）
        Half = "half",
        /// 超过半数
        MoreThanHalf = "more_than_half",
        /// 三分之二以上
        TwoThirds = "two_thirds",
        /// 五分之四以上
        FourFifths = "four_fifths",
    }
}

coded! {
    /// What somebody is in a meeting (参会身份).
    MeetingPart {
        /// 应到
        Should = "should",
        /// 不计入应到
        Exempt = "exempt",
        /// 列席
        Observer = "observer",
    }
}

coded! {
    /// Whether somebody was there (出勤).
    MeetingAttendance {
        /// 出席
        Present = "present",
        /// 迟到
        Late = "late",
        /// 请假
        Leave = "leave",
        /// 缺席
        Absent = "absent",
    }
}

coded! {
    /// How somebody signed in (签到方式).
    MeetingWay {
        /// 扫码签到
        Qr = "qr",
        /// 定位签到
        Place = "place",
        /// 管理员登记
        List = "list",
        /// 视频入会
        Video = "video",
    }
}

coded! {
    /// Where a request for leave stands (请假状态).
    MeetingLeaveState {
        /// 待审批
        Asked = "asked",
        /// 已同意
        Granted = "granted",
        /// 未同意
        Refused = "refused",
    }
}

coded! {
    /// Why somebody cannot come (请假类型).
    MeetingLeaveKind {
        /// 病假
        Sick = "sick",
        /// 事假
        Personal = "personal",
        /// 公务
        Duty = "duty",
        /// 外出
        Away = "away",
        /// 其他
        Other = "other",
    }
}

coded! {
    /// Where a vote stands (投票状态).
    MeetingVoteState {
        /// 未开始
        Prepared = "prepared",
        /// 投票中
        Open = "open",
        /// 已结束
        Ended = "ended",
    }
}

coded! {
    /// What decides a vote (计票规则).
    MeetingVoteRule {
        /// 仅统计票数
        None = "none",
        /// 一般决议：到会半数以上，赞成超过应到会有表决权人数的半数
        Resolution = "resolution",
        /// 接收、转正：到会超过半数，赞成超过应到会有表决权人数的半数
        Assembly = "assembly",
        /// 选举：到会五分之四以上，得票超过实到会有表决权人数的半数当选
        Election = "election",
    }
}

coded! {
    /// What an uploaded file is to a meeting (文件类别).
    MeetingFileKind {
        /// 会议材料
        Material = "material",
        /// 照片
        Photo = "photo",
        /// 视频
        Video = "video",
        /// 会议录像
        Recording = "recording",
    }
}

impl MeetingWay {
    /// As the audit tells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Qr => "扫码签到",
            Self::Place => "定位签到",
            Self::List => "管理员登记",
            Self::Video => "视频入会",
        }
    }
}

impl MeetingAttendance {
    /// As the audit tells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Present => "出席",
            Self::Late => "迟到",
            Self::Leave => "请假",
            Self::Absent => "缺席",
        }
    }
}

/// A kind of meeting.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_types)]
pub struct TypeRow {
    /// Stable key; of the usual ones as in the dictionary `meeting_type`.
    pub code: String,
    /// 名称
    pub name: String,
    /// Place in lists.
    pub sort: i16,
    /// 参会范围
    pub attend: String,
    /// 频次
    pub every: Option<String>,
    /// 到会要求
    pub quorum: String,
    /// Kinds of organisations that may hold it.
    pub held_by: Vec<String>,
    /// Kinds of organisations that must hold it.
    pub required_of: Vec<String>,
    /// Organisations that may hold it, with all below, by a superior's decision.
    pub allowed_at: Vec<Uuid>,
    /// Organisations that may not.
    pub forbidden_at: Vec<Uuid>,
    /// Of these the ones for which a superior has decided, each with it.
    pub deciders: serde_json::Value,
    /// The tenant made it.
    pub own: bool,
    /// It can be chosen for new meetings.
    pub active: bool,
    /// Counts edits.
    pub version: i32,
}

impl TypeRow {
    /// In whose name it was decided what holds at an organisation: a superior's, or its own.
    pub fn decider(&self, at: Uuid) -> Uuid {
        let by = self.deciders.get(at.to_string()).and_then(serde_json::Value::as_str);
        by.and_then(|by| by.parse().ok()).unwrap_or(at)
    }
}

/// A meeting.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meetings)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct MeetingRow {
    pub id: Uuid,
    pub version: i32,
    pub organisation_id: Uuid,
    pub types: Vec<String>,
    pub title: String,
    pub mode: String,
    pub state: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: Option<String>,
    pub link: Option<String>,
    pub agenda: String,
    pub speaker: Option<String>,
    pub observers: Option<String>,
    pub attend: String,
    pub host_id: Option<Uuid>,
    pub recorder_id: Option<Uuid>,
    pub late_minutes: i16,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub radius: Option<i16>,
    pub sign_round: i16,
    pub sign_open: bool,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub account_name: String,
    pub cancelled_reason: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl MeetingRow {
    /// Where it stands.
    pub fn state(&self) -> MeetingState {
        MeetingState::from_code(&self.state).unwrap_or(MeetingState::Draft)
    }
}

/// Somebody on the list of a meeting.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_people)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct PersonRow {
    pub meeting_id: Uuid,
    pub person_id: Uuid,
    pub name: String,
    pub pinyin: String,
    pub organisation_id: Uuid,
    pub part: String,
    pub part_reason: Option<String>,
    pub chosen: bool,
    pub votes: bool,
    pub attendance: Option<String>,
    pub signed_at: Option<DateTime<Utc>>,
    pub way: Option<String>,
    pub sign_note: Option<String>,
    pub distance: Option<i32>,
    pub leave_state: Option<String>,
    pub leave_kind: Option<String>,
    pub leave_reason: Option<String>,
    pub leave_at: Option<DateTime<Utc>>,
    pub leave_answer: Option<String>,
    pub makeup: bool,
    pub joined_at: Option<DateTime<Utc>>,
}

/// A vote in a meeting.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_votes)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct VoteRow {
    pub id: Uuid,
    pub version: i32,
    pub meeting_id: Uuid,
    pub title: String,
    pub options: Vec<String>,
    pub most: i16,
    pub secret: bool,
    pub rule: String,
    pub state: String,
    pub should: Option<i32>,
    pub roll: Option<i32>,
    pub voted: Option<i32>,
    pub counts: Option<Vec<i32>>,
    pub opened_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
}

impl VoteRow {
    /// Where it stands.
    pub fn state(&self) -> MeetingVoteState {
        MeetingVoteState::from_code(&self.state).unwrap_or(MeetingVoteState::Prepared)
    }

    /// What decides it.
    pub fn rule(&self) -> MeetingVoteRule {
        MeetingVoteRule::from_code(&self.rule).unwrap_or(MeetingVoteRule::None)
    }
}

/// Somebody on the roll of a vote.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_voters)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct VoterRow {
    pub vote_id: Uuid,
    pub person_id: Uuid,
    pub name: String,
    pub voted: bool,
    pub choices: Option<Vec<i16>>,
}

/// What somebody wrote down in a meeting.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_people)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct NoteRow {
    pub person_id: Uuid,
    pub name: String,
    pub note: Option<String>,
    pub note_version: i32,
    pub noted_at: Option<DateTime<Utc>>,
}

/// A file of a meeting.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_files)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct FileRow {
    pub id: Uuid,
    pub meeting_id: Uuid,
    pub kind: String,
    pub state: String,
    pub file_name: String,
    pub file_size: i64,
    pub content_type: String,
    pub upload: Option<String>,
    pub egress: Option<String>,
    pub library: bool,
    pub account_name: String,
    pub created_at: DateTime<Utc>,
}

/// A version of the minutes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_minutes)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct MinutesRow {
    pub meeting_id: Uuid,
    pub number: i16,
    pub body: String,
    pub resolutions: Option<String>,
    pub tasks: Option<String>,
    pub reason: Option<String>,
    pub should: i32,
    pub present: i32,
    pub late: i32,
    pub on_leave: i32,
    pub absent: i32,
    pub account_name: String,
    pub created_at: DateTime<Utc>,
}

/// A line of a yearly plan.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = meeting_plans)]
#[expect(missing_docs, reason = "columns are described where they are made, in migrations/")]
pub struct PlanRow {
    pub id: Uuid,
    pub version: i32,
    pub organisation_id: Uuid,
    pub year: i16,
    pub month: i16,
    pub type_code: String,
    pub topic: String,
}

/// How many of a list were there; those of [`MeetingPart::Should`] only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// 应到
    pub should: i32,
    /// 出席
    pub present: i32,
    /// 迟到
    pub late: i32,
    /// 请假
    pub leave: i32,
    /// 缺席
    pub absent: i32,
}

impl Counts {
    /// 实到
    pub fn attended(self) -> i32 {
        self.present + self.late
    }
}
