use async_graphql::SimpleObject;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{OrganisationCommandId, PersonId};

use super::rules::Plan;
use crate::schema::organisation_commands;

crate::coded! {
    /// What is done with an organisation (组织变更类型).
    OrganisationCommandKind {
        /// 迁移
        Migrate = "migrate",
        /// 合并
        Merge = "merge",
        /// 分立
        Split = "split",
        /// 撤销
        Dissolve = "dissolve",
        /// 删除
        Delete = "delete",
    }
}

crate::coded! {
    /// How far a command is (组织变更状态).
    CommandState {
        /// 待确认
        Waiting = "waiting",
        /// 待生效
        Confirmed = "confirmed",
        /// 已完成
        Done = "done",
        /// 已拒绝
        Refused = "refused",
        /// 已撤回
        Withdrawn = "withdrawn",
    }
}

impl CommandState {
    /// What users call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "待确认",
            Self::Confirmed => "待生效",
            Self::Done => "已完成",
            Self::Refused => "已拒绝",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// The new organisation that a split makes, and who goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Split {
    /// 组织全称
    pub full_name: String,
    /// 组织简称
    pub short_name: String,
    /// Members.
    pub members: Vec<PersonId>,
}

/// A stored command.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organisation_commands)]
pub struct CommandRow {
    /// Its id.
    pub id: Uuid,
    /// Counts decisions.
    pub version: i32,
    /// What is done.
    pub kind: String,
    /// How far it is.
    pub state: String,
    /// With which organisation.
    pub organisation_id: Uuid,
    /// Its name when it was asked for.
    pub organisation_name: String,
    /// The new superior, or the organisation that takes the members.
    pub into_id: Option<Uuid>,
    /// Its name when it was asked for.
    pub into_name: Option<String>,
    /// What a split makes.
    pub split: Option<Value>,
    /// 生效日期
    pub effective_on: NaiveDate,
    /// 批准文号
    pub approval_no: Option<String>,
    /// 原因
    pub reason: String,
    /// Who asked.
    pub asked_by: Option<Uuid>,
    /// Their name.
    pub asked_name: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Who decided.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// What was in the way when its day had come.
    pub obstacle: Option<String>,
    /// When it was carried out.
    pub done_at: Option<DateTime<Utc>>,
}

impl CommandRow {
    /// What is done.
    pub fn kind(&self) -> OrganisationCommandKind {
        OrganisationCommandKind::from_code(&self.kind).unwrap_or(OrganisationCommandKind::Migrate)
    }

    /// How far it is.
    pub fn state(&self) -> CommandState {
        CommandState::from_code(&self.state).unwrap_or(CommandState::Withdrawn)
    }

    /// What a split makes.
    pub fn split(&self) -> Option<Split> {
        self.split.clone().and_then(|split| serde_json::from_value(split).ok())
    }

    /// What was asked for.
    pub fn plan(&self) -> Plan {
        Plan {
            kind: self.kind(),
            organisation: self.organisation_id.into(),
            into: self.into_id.map(Into::into),
            split: self.split(),
            effective_on: self.effective_on,
            approval_no: self.approval_no.clone(),
            reason: self.reason.clone(),
            command: Some(OrganisationCommandId(self.id)),
        }
    }
}

/// Something that a finding names.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct Item {
    /// Its id, for a link by the finding's kind.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// One consequence of a command, or one thing in its way.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct Finding {
    /// What the items are: `member`, `post`, `administrator`, `organisation`, `command`, `hint`, or a module's key.
    pub kind: String,
    /// In words.
    pub words: String,
    /// How many there are; the items are the first twenty.
    pub count: i32,
    /// Named.
    pub items: Vec<Item>,
}

/// What a command would do, and what is in its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, SimpleObject)]
pub struct Preview {
    /// What follows from it.
    pub consequences: Vec<Finding>,
    /// What is in its way; with any of them it cannot be asked for.
    pub blockers: Vec<Finding>,
    /// The administrator of the receiving organisation has to confirm it.
    pub needs_confirmation: bool,
}

/// Items that a finding names at most.
const SHOWN: usize = 20;

impl Finding {
    /// A finding about these things.
    pub(super) fn of(kind: &str, words: impl Into<String>, items: Vec<Item>) -> Self {
        let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
        Self { kind: kind.to_owned(), words: words.into(), count, items: items.into_iter().take(SHOWN).collect() }
    }

    /// A sentence alone.
    pub(super) fn hint(words: impl Into<String>) -> Self {
        Self { count: 0, ..Self::of("hint", words, Vec::new()) }
    }
}
