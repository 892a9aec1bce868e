use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_directory::coded;
use zhibu_tenancy::messages::Channel;

use crate::schema::{announcement_people, announcement_rungs, announcements, deliveries, schedules};

coded! {
    /// How somebody is told, after the message inside the system (通知方式).
    AnnouncementRung {
        /// 平台消息 (微信订阅消息、钉钉工作通知)
        Push = "push",
        /// 短信
        Sms = "sms",
        /// 语音电话
        Voice = "voice",
    }
}

impl AnnouncementRung {
    /// The telephone's channel; none for platforms.
    pub fn channel(self) -> Option<Channel> {
        match self {
            Self::Push => None,
            Self::Sms => Some(Channel::Sms),
            Self::Voice => Some(Channel::Voice),
        }
    }

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Push => "平台消息",
            Self::Sms => "短信",
            Self::Voice => "语音电话",
        }
    }
}

coded! {
    /// Why people are told something (场合).
    AnnouncementOccasion {
        /// 通知公告
        Announcement = "announcement",
        /// 会议通知
        MeetingPublished = "meeting_published",
        /// 会议变更
        MeetingChanged = "meeting_changed",
        /// 会议取消
        MeetingCancelled = "meeting_cancelled",
        /// 会议提醒
        MeetingSoon = "meeting_soon",
        /// 请假结果
        MeetingLeave = "meeting_leave",
        /// 日程提醒
        Schedule = "schedule",
    }
}

impl AnnouncementOccasion {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Announcement => "通知公告",
            Self::MeetingPublished => "会议通知",
            Self::MeetingChanged => "会议变更",
            Self::MeetingCancelled => "会议取消",
            Self::MeetingSoon => "会议提醒",
            Self::MeetingLeave => "请假结果",
            Self::Schedule => "日程提醒",
        }
    }

    /// Nobody else's business.
    pub fn is_private(self) -> bool {
        self == Self::Schedule
    }

    /// It cannot be switched off: somebody has asked for just this message.
    pub fn always(self) -> bool {
        matches!(self, Self::Announcement | Self::Schedule)
    }
}

coded! {
    /// Where a notice stands (通知状态).
    AnnouncementState {
        /// 已发布
        Sent = "sent",
        /// 已撤回
        Withdrawn = "withdrawn",
    }
}

coded! {
    /// What became of a rung for one person (送达状态).
    AnnouncementDeliveryState {
        /// 待发送
        Queued = "queued",
        /// 发送中
        Sending = "sending",
        /// 已发送
        Sent = "sent",
        /// 已送达; of a call: 已接听
        Delivered = "delivered",
        /// 失败; of a call: 未接通
        Failed = "failed",
        /// 未发送: there is no way to this person, or no budget
        Skipped = "skipped",
        /// 已取消: read or withdrawn before
        Cancelled = "cancelled",
    }
}

coded! {
    /// How somebody wants to be reminded (提醒方式).
    ScheduleWay {
        /// 站内消息
        App = "app",
        /// 平台消息
        Push = "push",
        /// 短信
        Sms = "sms",
        /// 电话
        Voice = "voice",
    }
}

impl ScheduleWay {
    /// The rung it is; none: the message inside the system alone.
    pub fn rung(self) -> Option<AnnouncementRung> {
        match self {
            Self::App => None,
            Self::Push => Some(AnnouncementRung::Push),
            Self::Sms => Some(AnnouncementRung::Sms),
            Self::Voice => Some(AnnouncementRung::Voice),
        }
    }
}

coded! {
    /// How often a reminder comes (重复).
    ScheduleRepeat {
        /// 不重复
        Never = "never",
        /// 每天
        Daily = "daily",
        /// 每周
        Weekly = "weekly",
        /// 每月
        Monthly = "monthly",
        /// 每年
        Yearly = "yearly",
    }
}

/// A rung of a rule's ladder, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRung {
    /// Which.
    pub rung: AnnouncementRung,
    /// Minutes after the one before.
    pub after_minutes: i32,
    /// The template of text messages or calls.
    pub template_id: Option<Uuid>,
    /// Its name when it was chosen.
    pub template_name: Option<String>,
}

/// What a tenant has decided about an occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// People are told.
    pub enabled: bool,
    /// And how, after the message inside the system.
    pub ladder: Vec<RuleRung>,
}

impl Rule {
    /// What is usual: inside the system, and through the platform at once.
    pub fn usual() -> Self {
        let push = RuleRung { rung: AnnouncementRung::Push, after_minutes: 0, template_id: None, template_name: None };
        Self { enabled: true, ladder: vec![push] }
    }
}

/// A stored notice.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = announcements)]
pub struct AnnouncementRow {
    /// Its id.
    pub id: Uuid,
    /// In whose name.
    pub organisation_id: Uuid,
    /// Why.
    pub occasion: String,
    /// 标题
    pub title: String,
    /// 内容
    pub text: String,
    /// What it is about.
    pub subject_id: Option<Uuid>,
    /// What templates may name, by variable.
    pub facts: serde_json::Value,
    /// Who sent it.
    pub account_id: Uuid,
    /// Their name.
    pub account_name: String,
    /// To so many.
    pub people: i32,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// By whom.
    pub withdrawn_by: Option<String>,
    /// Why.
    pub withdrawn_reason: Option<String>,
}

impl AnnouncementRow {
    /// Why people were told.
    pub fn occasion(&self) -> AnnouncementOccasion {
        AnnouncementOccasion::from_code(&self.occasion).unwrap_or(AnnouncementOccasion::Announcement)
    }

    /// What templates may name.
    pub fn facts(&self) -> Vec<(String, String)> {
        serde_json::from_value(self.facts.clone()).unwrap_or_default()
    }
}

/// A stored rung of a notice.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = announcement_rungs)]
pub struct RungRow {
    /// Of which notice.
    pub announcement_id: Uuid,
    /// From 1.
    pub number: i16,
    /// Which.
    pub rung: String,
    /// Minutes after the one before.
    pub after_minutes: i32,
    /// The template of text messages or calls.
    pub template_id: Option<Uuid>,
    /// Its name at that time.
    pub template_name: Option<String>,
    /// What the sender gave for its variables.
    pub given: serde_json::Value,
    /// The order of messages, once there is one.
    pub campaign_id: Option<Uuid>,
}

impl RungRow {
    /// Which.
    pub fn rung(&self) -> AnnouncementRung {
        AnnouncementRung::from_code(&self.rung).unwrap_or(AnnouncementRung::Push)
    }

    /// What the sender gave.
    pub fn given(&self) -> Vec<(String, String)> {
        serde_json::from_value(self.given.clone()).unwrap_or_default()
    }
}

/// Somebody a notice is for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = announcement_people)]
pub struct ReaderRow {
    /// Who.
    pub person_id: Uuid,
    /// 姓名
    pub name: String,
    /// Sorting key.
    pub pinyin: String,
    /// The branch at that time.
    pub organisation_id: Uuid,
    /// When they have read it.
    pub read_at: Option<DateTime<Utc>>,
}

/// What became of a rung for somebody; of `handed` ones the table of messages knows.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct DeliveryRow {
    /// Of which notice.
    pub announcement_id: Uuid,
    /// For whom.
    pub person_id: Uuid,
    /// Which rung.
    pub rung: String,
    /// The platform.
    pub via: Option<String>,
    /// A state, or `handed`.
    pub state: String,
    /// Why.
    pub detail: Option<String>,
    /// The platform's number of it.
    pub reference: Option<String>,
    /// How often it was tried.
    pub attempts: i16,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
}

/// A stored reminder.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = schedules)]
pub struct ScheduleRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// Their account.
    pub account_id: Uuid,
    /// 标题
    pub title: String,
    /// 备注
    pub note: String,
    /// The first time.
    pub at: DateTime<Utc>,
    /// How often.
    pub repeats: String,
    /// Minutes before.
    pub ahead_minutes: i32,
    /// How.
    pub way: String,
    /// The time that the next reminder is for.
    pub next_for: Option<DateTime<Utc>>,
    /// When it comes.
    pub next_at: Option<DateTime<Utc>>,
}

impl ScheduleRow {
    /// How often.
    pub fn repeats(&self) -> ScheduleRepeat {
        ScheduleRepeat::from_code(&self.repeats).unwrap_or(ScheduleRepeat::Never)
    }

    /// How.
    pub fn way(&self) -> ScheduleWay {
        ScheduleWay::from_code(&self.way).unwrap_or(ScheduleWay::App)
    }
}
