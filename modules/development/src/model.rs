use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::rules::Outcome;
use crate::schema::{
    development_cases, development_documents, development_events, development_records, development_reminders,
};

/// The day that stands for no deadline.
pub fn never() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// A stored case (发展档案).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = development_cases)]
pub struct CaseRow {
    /// Its id.
    pub id: Uuid,
    /// Counts what was recorded.
    pub version: i32,
    /// 所在党支部
    pub organisation_id: Uuid,
    /// The member that came of it.
    pub person_id: Option<Uuid>,
    /// 姓名
    pub name: String,
    /// 公民身份号码, sealed
    pub id_number: Vec<u8>,
    /// 性别
    pub sex: String,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 民族
    pub ethnicity: String,
    /// 学历
    pub education_level: String,
    /// 工作岗位
    pub work_post: String,
    /// 工作单位及职务
    pub employer: Option<String>,
    /// 手机号, sealed
    pub mobile: Vec<u8>,
    /// How it stands.
    pub outcome: String,
    /// 1 to 5
    pub stage: i16,
    /// The first step that is not done.
    pub step: Option<i16>,
    /// What the person is.
    pub standing: String,
    /// At which side it waits.
    pub side: Option<String>,
    /// From when the next step is legal.
    pub earliest: Option<NaiveDate>,
    /// The first deadline.
    pub due: NaiveDate,
    /// From when somebody is reminded.
    pub remind: Option<NaiveDate>,
    /// Months by which probation was extended.
    pub extended: Option<i16>,
    /// A mentor or sponsor can help no longer.
    pub gap: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
}

impl CaseRow {
    /// How it stands.
    pub fn outcome(&self) -> Outcome {
        Outcome::from_code(&self.outcome).unwrap_or(Outcome::InProgress)
    }

    /// The first deadline, if there is one.
    pub fn due(&self) -> Option<NaiveDate> {
        Some(self.due).filter(|day| *day < never())
    }
}

/// A step as it was recorded.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = development_records)]
pub struct RecordRow {
    /// Its id.
    pub id: Uuid,
    /// 1 to 25
    pub step: i16,
    /// On which day it happened.
    pub happened_on: NaiveDate,
    /// It was passed.
    pub passed: bool,
    /// It leads on.
    pub counts: bool,
    /// What was given.
    pub given: Value,
    /// Who recorded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Since when it no longer counts.
    pub voided_at: Option<DateTime<Utc>>,
    /// Why.
    pub void_reason: Option<String>,
}

/// What happened beside the steps.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = development_events)]
pub struct EventRow {
    /// Its id.
    pub id: Uuid,
    /// What.
    pub event: String,
    /// On which day.
    pub happened_on: NaiveDate,
    /// The assembly it is about.
    pub step: Option<i16>,
    /// 说明
    pub note: String,
    /// Who recorded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Since when it no longer counts.
    pub voided_at: Option<DateTime<Utc>>,
    /// Who was named with it.
    pub people: Option<Vec<Uuid>>,
}

/// A paper of a case.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = development_documents)]
pub struct DocumentRow {
    /// Its id.
    pub id: Uuid,
    /// Of which case.
    pub case_id: Uuid,
    /// For which step.
    pub step: i16,
    /// Dictionary `development_doc`.
    pub kind: String,
    /// The record it belongs to.
    pub record_id: Option<Uuid>,
    /// `uploading`, `kept` or `removed`.
    pub state: String,
    /// The name of the file.
    pub file_name: String,
    /// Its bytes.
    pub file_size: i32,
    /// Its type.
    pub content_type: String,
    /// Who uploaded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What somebody was reminded of.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = development_reminders)]
pub struct ReminderRow {
    /// Its id.
    pub id: Uuid,
    /// Of which case.
    pub case_id: Uuid,
    /// Of which step.
    pub step: i16,
    /// The rule.
    pub rule: String,
    /// How urgent.
    pub level: String,
    /// The day of the rung.
    pub day: NaiveDate,
    /// The day it is about.
    pub about: NaiveDate,
    /// The accounts of those who were told.
    pub recipients: Vec<Uuid>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}
