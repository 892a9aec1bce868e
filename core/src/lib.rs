//! What every crate speaks: ids, time, errors, pages, permissions, and what a module says about itself. No I/O.

pub mod check;
pub mod dictionary;
mod error;
pub mod event;
mod grams;
mod id;
pub mod mask;
mod migration;
mod page;
mod permission;
mod secret;
pub mod tally;
mod world;

pub use error::{Error, Kind, Result};
pub use grams::{grams, letters};
pub use id::{
    AccountId, AnnouncementId, BatchId, CampaignId, CertificateId, ChangeId, CodeId, ContributionFileId,
    ContributionId, DevelopmentCaseId, DevelopmentDocumentId, ElectionDocumentId, ElectionId, ExportId, FeedbackId,
    FlowId, ImportId, LetterId, LostCaseId, MeetingFileId, MeetingId, MeetingPlanId, MeetingVoteId, MessageId,
    NoticeId, NoticeMessageId, OperatorId, OrganisationCommandId, OrganisationId, PersonId, PictureId, PostId,
    ProgressId, PurgeId, ReceivingCodeId, RecordRequestId, RoleId, SampleId, ScheduleId, SessionId, SmsWordId,
    SsoAppId, SsoLinkId, SupportId, TenantId, TransferId, WritingId,
};
pub use migration::Migration;
pub use page::{Cursor, Page, PageArgs, PageInfo};
pub use permission::{ANYONE, CHANGE_PASSWORD, Permission, SELF};
pub use secret::Secret;
pub use world::{Clock, World, day, midnight, moment};

// The macros below name these crates for their callers.
#[doc(hidden)]
pub use {async_graphql, diesel, serde, uuid};
