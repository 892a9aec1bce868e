use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Uuid as Id};
use uuid::Uuid;

use crate::schema::{contribution_files, contributions};

/// A contribution as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contributions)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Counts edits.
    pub version: i32,
    /// Whose it is.
    pub person_id: Uuid,
    /// The branch they were in when it was recorded.
    pub organisation_id: Uuid,
    /// Dictionary `contribution_kind`
    pub kind: String,
    /// 日期
    pub served_on: NaiveDate,
    /// 地点
    pub place: Option<String>,
    /// 时长
    pub minutes: Option<i32>,
    /// 内容
    pub body: String,
    /// Who recorded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Last edit.
    pub updated_at: DateTime<Utc>,
}

/// A proof as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contribution_files)]
pub struct FileRow {
    /// Its id.
    pub id: Uuid,
    /// Of which contribution.
    pub contribution_id: Uuid,
    /// `uploading` or `kept`
    pub state: String,
    /// With its ending.
    pub file_name: String,
    /// Bytes.
    pub file_size: i32,
    /// Media type.
    pub content_type: String,
    /// Who brought it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A span in one sum.
#[derive(Debug, Clone, QueryableByName)]
pub struct Sum {
    /// Contributions.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Members who made them.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Minutes together.
    #[diesel(sql_type = BigInt)]
    pub minutes: i64,
}

/// One kind in a span.
#[derive(Debug, Clone, QueryableByName)]
pub struct Kind {
    /// Dictionary `contribution_kind`
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Contributions.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Members who made them.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Minutes together.
    #[diesel(sql_type = BigInt)]
    pub minutes: i64,
}

/// One branch in a span.
#[derive(Debug, Clone, QueryableByName)]
pub struct Branch {
    /// Its id.
    #[diesel(sql_type = Id)]
    pub id: Uuid,
    /// Its short name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its members today.
    #[diesel(sql_type = Integer)]
    pub members: i32,
    /// Contributions.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Members who made them.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Minutes together.
    #[diesel(sql_type = BigInt)]
    pub minutes: i64,
}
