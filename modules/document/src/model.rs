use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::schema::sample_texts;

/// What a sample text is for (dictionary `sample_kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum SampleKind {
    /// 党员承诺
    Pledge,
    /// 学习心得
    StudyNote,
    /// 党课
    Lecture,
    /// 工作计划
    WorkPlan,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum SampleState {
    /// 草稿
    Draft,
    /// 已发布
    Published,
    /// 已下架
    Withdrawn,
}

impl SampleKind {
    /// The dictionary's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pledge => "pledge",
            Self::StudyNote => "study_note",
            Self::Lecture => "lecture",
            Self::WorkPlan => "work_plan",
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Pledge, Self::StudyNote, Self::Lecture, Self::WorkPlan].into_iter().find(|kind| kind.code() == code)
    }
}

impl SampleState {
    /// The code in the column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Withdrawn].into_iter().find(|state| state.code() == code)
    }
}

/// A stored sample text.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sample_texts)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Counts edits.
    pub version: i32,
    /// What it is for.
    pub kind: String,
    /// 标题
    pub title: String,
    /// 摘要
    pub summary: String,
    /// 正文, paragraphs separated by blank lines
    pub body: String,
    /// Where it stands.
    pub state: String,
    /// The rendered Word file.
    pub file_key: Option<String>,
    /// When tenants first saw this version.
    pub published_at: Option<DateTime<Utc>>,
    /// Last edit.
    pub updated_at: DateTime<Utc>,
}
