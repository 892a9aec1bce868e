//! The namespace `directory`.

mod certificate;
mod changes;
mod command;
mod completeness;
mod member;
mod organisation;
mod overview;
mod own;
mod purge;
mod request;

pub use certificate::*;
pub use changes::*;
pub use command::*;
pub use completeness::*;
pub use member::*;
pub use organisation::*;
pub use overview::*;
pub use own::*;
pub use purge::*;
pub use request::*;

use async_graphql::{MergedObject, SimpleObject};
use zhibu_core::OrganisationId;

/// An organisation by its id and short name.
#[derive(SimpleObject, Clone)]
pub struct OrganisationRef {
    /// Its id.
    pub id: OrganisationId,
    /// 组织简称
    pub short_name: String,
}

impl From<(OrganisationId, String)> for OrganisationRef {
    fn from((id, short_name): (OrganisationId, String)) -> Self {
        Self { id, short_name }
    }
}

/// 组织与党员
#[derive(MergedObject, Default)]
pub struct DirectoryQuery(
    OrganisationQuery,
    CommandQuery,
    MemberQuery,
    OverviewQuery,
    OwnQuery,
    CertificateQuery,
    PurgeQuery,
    RequestQuery,
    CompletenessQuery,
);

/// 组织与党员
#[derive(MergedObject, Default)]
#[graphql(serial)]
pub struct DirectoryMutation(
    OrganisationMutation,
    CommandMutation,
    MemberMutation,
    CertificateMutation,
    PurgeMutation,
    RequestMutation,
    CompletenessMutation,
);
