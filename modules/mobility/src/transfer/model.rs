use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_directory::member::Facts;
use zhibu_tenancy::holdings::Along;

use super::rules::Agreed;
use crate::schema::{transfer_codes, transfer_events, transfer_inbox, transfer_letters, transfers};

crate::coded! {
    /// Between whom a membership passes (调动类型).
    TransferKind {
        /// 系统内调动
        Internal = "internal",
        /// 系统外调入
        Inbound = "inbound",
        /// 调出系统外
        Outbound = "outbound",
        /// 整建制转接, with an organisation that was merged or split
        Batch = "batch",
    }
}

crate::coded! {
    /// How a transfer stands (调动状态).
    TransferStatus {
        /// 转出组织审核
        SourceReview = "source_review",
        /// 已开介绍信
        LetterIssued = "letter_issued",
        /// 接收组织审核
        TargetReview = "target_review",
        /// 已退回
        Returned = "returned",
        /// 已接收
        Accepted = "accepted",
        /// 回执已归档
        ReceiptFiled = "receipt_filed",
        /// 已撤回
        Withdrawn = "withdrawn",
        /// 介绍信过期
        Expired = "expired",
    }
}

crate::coded! {
    /// Whose turn it is.
    TransferSide {
        /// Whoever started it, after a return.
        Starter = "starter",
        /// 转出党委
        Source = "source",
        /// 接收党委
        TargetCommittee = "target_committee",
        /// 接收党支部
        TargetBranch = "target_branch",
        /// The receipt is waited for.
        Receipt = "receipt",
    }
}

crate::coded! {
    /// How an electronic letter that has arrived stands.
    InboxState {
        /// 待处理
        Waiting = "waiting",
        /// 办理中
        Taken = "taken",
        /// 已接收
        Accepted = "accepted",
        /// 已拒收
        Refused = "refused",
        /// 已失效
        Lapsed = "lapsed",
    }
}

/// A stored transfer (党员调动).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transfers)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Counts what was done.
    pub version: i32,
    /// Between whom.
    pub kind: String,
    /// How it stands.
    pub status: String,
    /// Whose turn it is.
    pub side: Option<String>,
    /// At which organisation it waits.
    pub waits_at: Option<Uuid>,
    /// Whose membership; none while the person comes from outside.
    pub person_id: Option<Uuid>,
    /// 姓名
    pub name: String,
    /// 转出党支部
    pub from_id: Option<Uuid>,
    /// Its name, also when it is not one of ours.
    pub from_name: String,
    /// 接收党支部
    pub to_id: Option<Uuid>,
    /// Its name, also when it is not one of ours.
    pub to_name: String,
    /// 转出党委
    pub source_id: Option<Uuid>,
    /// 接收党委
    pub target_id: Option<Uuid>,
    /// Dictionary `transfer_reason`.
    pub reason: String,
    /// 说明
    pub note: Option<String>,
    /// 党费交至, year and month
    pub dues_paid_to: Option<String>,
    /// How often it was returned.
    pub returns: i16,
    /// What a letter says of somebody from outside, sealed.
    pub record: Option<Vec<u8>>,
    /// The receiving code of an electronic letter.
    pub receiver: Option<String>,
    /// The letter in force.
    pub letter_id: Option<Uuid>,
    /// 介绍信编号
    pub letter_no: Option<String>,
    /// 开具日期
    pub issued_on: Option<NaiveDate>,
    /// 有效期至
    pub valid_until: Option<NaiveDate>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// The committee that lets the member go has agreed, whichever that was then.
    pub source_agreed: bool,
    /// The committee that receives has agreed, whichever that was then.
    pub target_agreed: bool,
}

impl Row {
    /// Between whom.
    pub fn kind(&self) -> TransferKind {
        TransferKind::from_code(&self.kind).unwrap_or(TransferKind::Internal)
    }

    /// Whose turn it is.
    pub fn side(&self) -> Option<TransferSide> {
        self.side.as_deref().and_then(TransferSide::from_code)
    }

    /// How it stands on a day: a letter is out of date by the calendar, not by what a job wrote down.
    pub fn status_on(&self, today: NaiveDate) -> TransferStatus {
        let stored = TransferStatus::from_code(&self.status).unwrap_or(TransferStatus::Returned);
        let over = self.valid_until.is_some_and(|day| super::rules::expired(day, today));
        if stored == TransferStatus::LetterIssued && over { TransferStatus::Expired } else { stored }
    }

    /// Which committees have agreed.
    pub fn agreed(&self) -> Agreed {
        Agreed { source: self.source_agreed, target: self.target_agreed }
    }

    /// True when one committee decides for both branches.
    pub fn within_one(&self) -> bool {
        self.source_id == self.target_id
    }

    /// The organisation whose turn it is when it is a side's.
    pub fn place(&self, side: TransferSide) -> Option<Uuid> {
        match side {
            TransferSide::Starter => self.starter(),
            TransferSide::Source | TransferSide::Receipt => self.source_id,
            TransferSide::TargetCommittee => self.target_id,
            TransferSide::TargetBranch => self.to_id,
        }
    }

    /// The organisation that started it.
    pub fn starter(&self) -> Option<Uuid> {
        if self.kind() == TransferKind::Inbound { self.to_id } else { self.from_id }
    }
}

/// What happened in a transfer.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transfer_events)]
pub struct EventRow {
    /// Its id.
    pub id: Uuid,
    /// What.
    pub event: String,
    /// At which organisation.
    pub organisation_name: String,
    /// 说明
    pub note: String,
    /// Who recorded it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A letter of introduction that was issued here (介绍信).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transfer_letters)]
pub struct LetterRow {
    /// Its id.
    pub id: Uuid,
    /// Of which transfer.
    pub transfer_id: Uuid,
    /// 开具党委
    pub committee_name: String,
    /// 编号
    pub number: String,
    /// 开具日期
    pub issued_on: NaiveDate,
    /// 有效期至
    pub valid_until: NaiveDate,
    /// Who issued it.
    pub issuer: String,
    /// 通讯地址
    pub address: String,
    /// 联系电话
    pub phone: String,
    /// What it says, sealed.
    pub record: Vec<u8>,
    /// The signed text of an electronic letter.
    pub document: Option<String>,
    /// 回执编号
    pub receipt_no: Option<String>,
    /// 回执日期
    pub receipt_on: Option<NaiveDate>,
    /// The signed text of an electronic receipt.
    pub receipt: Option<String>,
}

/// A receiving code (接收码).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transfer_codes)]
pub struct CodeRow {
    /// Its id.
    pub id: Uuid,
    /// For which committee.
    pub organisation_id: Uuid,
    /// The private key, sealed; destroyed when the code has run out.
    pub secret: Option<Vec<u8>>,
    /// The signed text that others paste.
    pub document: String,
    /// 有效期至
    pub expires_on: NaiveDate,
    /// Who made it.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Since when it takes no letters.
    pub closed_at: Option<DateTime<Utc>>,
}

/// An electronic letter that has arrived.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transfer_inbox)]
pub struct InboxRow {
    /// The letter's id.
    pub id: Uuid,
    /// The receiving code it was sealed for.
    pub code_id: Uuid,
    /// For which committee.
    pub organisation_id: Uuid,
    /// How it stands.
    pub state: String,
    /// 姓名
    pub name: String,
    /// 介绍信编号
    pub number: String,
    /// The tenant that wrote it.
    pub from_tenant: Uuid,
    /// 转出党组织
    pub from_name: String,
    /// The key of the installation that signed it.
    pub signer: String,
    /// It comes from this installation.
    pub here: bool,
    /// 开具日期
    pub issued_on: NaiveDate,
    /// 有效期至
    pub valid_until: NaiveDate,
    /// What it says, sealed.
    pub record: Vec<u8>,
    /// When it arrived.
    pub arrived_at: DateTime<Utc>,
    /// What became of it.
    pub transfer_id: Option<Uuid>,
    /// The signed receipt.
    pub receipt: Option<String>,
    /// Why it was refused.
    pub note: Option<String>,
    /// When it was dealt with.
    pub closed_at: Option<DateTime<Utc>>,
    /// SHA-256 of its text, hexadecimal.
    pub digest: Option<String>,
}

/// All that a letter says of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The record without what is sensitive.
    pub facts: Facts,
    /// 公民身份号码
    pub id_number: String,
    /// 手机号
    pub mobile: String,
    /// 固定电话
    pub landline: Option<String>,
    /// 家庭住址
    pub home_address: Option<String>,
    /// 转出党支部
    pub branch: String,
    /// Where to, as the letter has it.
    pub to: String,
    /// Dictionary `transfer_reason`.
    pub reason: String,
    /// 党费交至
    pub dues_paid_to: Option<String>,
    /// 开具党委的通讯地址
    pub address: String,
    /// 开具党委的联系电话
    pub phone: String,
    /// What other modules tell, such as the case of development.
    pub along: Vec<Along>,
}

impl Record {
    /// The whole record as a form gives it.
    pub fn whole(&self) -> Facts {
        Facts {
            id_number: Some(self.id_number.clone()),
            mobile: Some(self.mobile.clone()),
            landline: self.landline.clone(),
            home_address: self.home_address.clone(),
            // What is true of the place that was left.
            floating: false,
            flow_direction: None,
            lost_on: None,
            lost_reason: None,
            ..self.facts.clone()
        }
    }
}
