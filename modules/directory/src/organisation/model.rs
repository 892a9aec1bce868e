use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use zhibu_core::OrganisationId;

use crate::schema::{organisation_units, organisations};

crate::coded! {
    /// Kind of organisation (组织类别), which decides what it may do (domain §1.1).
    OrgType {
        /// 党委
        PartyCommittee = "party_committee",
        /// 党工委
        WorkCommittee = "work_committee",
        /// 党总支
        GeneralBranch = "general_branch",
        /// 党支部
        Branch = "branch",
        /// 联合党支部
        JointBranch = "joint_branch",
        /// 临时党委
        ProvisionalCommittee = "provisional_committee",
        /// 临时党总支
        ProvisionalGeneralBranch = "provisional_general_branch",
        /// 临时党支部
        ProvisionalBranch = "provisional_branch",
        /// 流动党员党支部
        MobileBranch = "mobile_branch",
        /// 党组
        LeadingGroup = "leading_group",
        /// 党小组
        PartyGroup = "party_group",
    }
}

/// What an organisation waits for (待办提醒), as the home page counts it.
#[derive(async_graphql::Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganisationAttention {
    /// 组织信息未完善
    Unfinished,
    /// 半年内任期届满
    TermEnding,
    /// 任期已届满
    TermOver,
}

crate::coded! {
    /// State of an organisation (组织状态).
    OrgStatus {
        /// 正常
        Active = "active",
        /// 筹建
        Preparing = "preparing",
        /// 已合并
        Merged = "merged",
        /// 已撤销
        Dissolved = "dissolved",
        /// 已划转
        TransferredOut = "transferred_out",
    }
}

crate::coded! {
    /// How the organisation relates to units (所在单位情况).
    UnitRelation {
        /// 与上级党组织相同
        SameAsParent = "same_as_parent",
        /// 法人单位
        LegalUnit = "legal_unit",
        /// 联合党支部
        Joint = "joint",
    }
}

/// A stored organisation.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = organisations)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Counts edits, for two people editing at once.
    pub version: i32,
    /// The superior.
    pub parent_id: Option<Uuid>,
    /// Place in the tree, three digits a level.
    pub path: String,
    /// Level, 1 for the root.
    pub depth: i16,
    /// Direct subordinates.
    pub child_count: i32,
    /// 组织代码
    pub code: String,
    /// Code of the national system.
    pub external_code: Option<String>,
    /// 组织全称
    pub full_name: String,
    /// 组织简称
    pub short_name: String,
    /// 组织类别
    pub org_type: String,
    /// 组织状态
    pub status: String,
    /// 成立日期
    pub founded_on: Option<NaiveDate>,
    /// 批准成立文号
    pub approval_no: Option<String>,
    /// 所在单位情况
    pub unit_relation: Option<String>,
    /// 行政区划, six digits
    pub division_code: Option<String>,
    /// 联系人
    pub contact_name: Option<String>,
    /// 联系电话, sealed
    pub contact_phone: Option<Vec<u8>>,
    /// 届期, years
    pub term_years: Option<i16>,
    /// 本届起始日期
    pub term_start: Option<NaiveDate>,
    /// The day to which the present term was prolonged (延期换届).
    pub term_extended_to: Option<NaiveDate>,
    /// 排序号
    pub sort: i16,
    /// May approve admissions.
    pub can_approve_members: bool,
    /// 村、社区 (a term of five years)
    pub village_or_community: bool,
    /// Into which it was merged.
    pub merged_into: Option<Uuid>,
    /// From which it was split.
    pub split_from: Option<Uuid>,
    /// The day it was merged or dissolved.
    pub closed_on: Option<NaiveDate>,
}

/// A unit (单位) the organisation belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, async_graphql::SimpleObject)]
#[diesel(table_name = organisation_units)]
pub struct Unit {
    /// 单位名称
    pub name: String,
    /// 统一社会信用代码
    pub uscc: Option<String>,
    /// 单位性质类别
    pub nature: String,
    /// 单位建立党组织情况
    pub party_presence: Option<String>,
}

/// An administrator of an organisation (管理员).
#[derive(Debug, Clone, async_graphql::SimpleObject)]
pub struct Administrator {
    /// The account.
    pub account: zhibu_core::AccountId,
    /// 姓名
    pub display_name: String,
    /// 用户名
    pub user_name: String,
    /// Masked mobile number.
    pub mobile: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A superior during a time (上级沿革).
#[derive(Debug, Clone)]
pub struct Span {
    /// The superior; none for the root.
    pub parent: Option<(OrganisationId, String)>,
    /// First day.
    pub since: NaiveDate,
    /// Day after the last.
    pub until: Option<NaiveDate>,
}

/// Which relations a reply shows; they are loaded for all rows at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Administrators.
    pub administrators: bool,
    /// Units.
    pub units: bool,
    /// The way up to the root, the superior included.
    pub path: bool,
}

/// An organisation with the relations that were wanted.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The row.
    pub row: Row,
    /// Administrators.
    pub administrators: Vec<Administrator>,
    /// Units.
    pub units: Vec<Unit>,
    /// From the root to the superior.
    pub path: Vec<(OrganisationId, String)>,
    /// Masked telephone number.
    pub phone: String,
}

impl Row {
    /// The day on which the present term ends (任期届满).
    pub fn term_end(&self) -> Option<NaiveDate> {
        let own =
            self.term_start.zip(self.term_years).and_then(|(start, years)| super::rules::end_of_term(start, years));
        own.max(self.term_extended_to)
    }

    /// Its kind.
    pub fn kind(&self) -> OrgType {
        OrgType::from_code(&self.org_type).unwrap_or(OrgType::Branch)
    }
}
