//! The one list of modules and the root types made of it. Adding a module is one line here, one Cargo feature
//! and its folder.

#[cfg(feature = "contribution")]
pub use zhibu_contribution as contribution;
#[cfg(feature = "development")]
pub use zhibu_development as development;
pub use zhibu_directory as directory;
#[cfg(feature = "document")]
pub use zhibu_document as document;
#[cfg(feature = "leadership")]
pub use zhibu_leadership as leadership;
#[cfg(feature = "meeting")]
pub use zhibu_meeting as meeting;
#[cfg(feature = "messaging")]
pub use zhibu_messaging as messaging;
#[cfg(feature = "mobility")]
pub use zhibu_mobility as mobility;
#[cfg(any(feature = "pledge", feature = "study_note"))]
pub use zhibu_notes as notes;

use std::sync::Arc;

use async_graphql::{Object, Schema};
use zhibu_core::Result;
use zhibu_endpoint::{Limits, guarded};
use zhibu_providers::video::VideoEvent;
use zhibu_system::graphql::SystemSubscription;
use zhibu_tenancy::{App, Module};

/// Makes the list of modules and the root types: one namespace field a module. A module that a tenant does not
/// have is refused and left out of what introspection shows.
macro_rules! modules {
    (base { $($base:ident: $base_query:path, $base_mutation:path = $base_module:path;)+ }
     optional { $($(#[cfg($($cfg:tt)*)])? $name:ident: $query:path, $mutation:path = $module:path, $key:literal, $guard:literal, $shown:ident, $visible:literal;)* }) => {
        /// The modules of this build, in order.
        pub fn all() -> Vec<&'static Module> {
            vec![$(&$base_module,)+ $($(#[cfg($($cfg)*)])? &$module,)*]
        }

        $($(#[cfg($($cfg)*)])? fn $shown(ctx: &async_graphql::Context<'_>) -> bool { zhibu_graphql::holds_module(ctx, $key) })*

        /// What can be asked.
        #[derive(Default)]
        pub struct Query;

        #[Object]
        impl Query {
            $(async fn $base(&self) -> $base_query { <$base_query>::default() })+
            $($(#[cfg($($cfg)*)])?
            #[graphql(guard = $guard, visible = $visible)]
            async fn $name(&self) -> $query { <$query>::default() })*
        }

        /// What can be done.
        #[derive(Default)]
        pub struct Mutation;

        #[Object(serial)]
        impl Mutation {
            $(async fn $base(&self) -> $base_mutation { <$base_mutation>::default() })+
            $($(#[cfg($($cfg)*)])?
            #[graphql(guard = $guard, visible = $visible)]
            async fn $name(&self) -> $mutation { <$mutation>::default() })*
        }
    };
}

modules! {
    base {
        system: zhibu_system::graphql::SystemQuery, zhibu_system::graphql::SystemMutation = zhibu_system::MODULE;
        directory: zhibu_directory::graphql::DirectoryQuery, zhibu_directory::graphql::DirectoryMutation = zhibu_directory::MODULE;
    }
    optional {
        #[cfg(feature = "leadership")]
        leadership: zhibu_leadership::graphql::LeadershipQuery, zhibu_leadership::graphql::LeadershipMutation = zhibu_leadership::MODULE, "leadership", "zhibu_graphql::ModuleOn(\"leadership\")", shows_leadership, "shows_leadership";
        #[cfg(feature = "contribution")]
        contribution: zhibu_contribution::graphql::ContributionQuery, zhibu_contribution::graphql::ContributionMutation = zhibu_contribution::MODULE, "contribution", "zhibu_graphql::ModuleOn(\"contribution\")", shows_contribution, "shows_contribution";
        #[cfg(feature = "development")]
        development: zhibu_development::graphql::DevelopmentQuery, zhibu_development::graphql::DevelopmentMutation = zhibu_development::MODULE, "development", "zhibu_graphql::ModuleOn(\"development\")", shows_development, "shows_development";
        #[cfg(feature = "document")]
        document: zhibu_document::graphql::DocumentQuery, zhibu_document::graphql::DocumentMutation = zhibu_document::MODULE, "document", "zhibu_graphql::ModuleOn(\"document\")", shows_document, "shows_document";
        #[cfg(feature = "meeting")]
        meeting: zhibu_meeting::graphql::MeetingQuery, zhibu_meeting::graphql::MeetingMutation = zhibu_meeting::MODULE, "meeting", "zhibu_graphql::ModuleOn(\"meeting\")", shows_meeting, "shows_meeting";
        #[cfg(feature = "messaging")]
        messaging: zhibu_messaging::graphql::MessagingQuery, zhibu_messaging::graphql::MessagingMutation = zhibu_messaging::MODULE, "messaging", "zhibu_graphql::ModuleOn(\"messaging\")", shows_messaging, "shows_messaging";
        #[cfg(feature = "mobility")]
        mobility: zhibu_mobility::graphql::MobilityQuery, zhibu_mobility::graphql::MobilityMutation = zhibu_mobility::MODULE, "mobility", "zhibu_graphql::ModuleOn(\"mobility\")", shows_mobility, "shows_mobility";
        #[cfg(feature = "pledge")]
        pledge: zhibu_notes::graphql::PledgeQuery, zhibu_notes::graphql::PledgeMutation = zhibu_notes::PLEDGE, "pledge", "zhibu_graphql::ModuleOn(\"pledge\")", shows_pledge, "shows_pledge";
        #[cfg(feature = "study_note")]
        study_note: zhibu_notes::graphql::StudyNoteQuery, zhibu_notes::graphql::StudyNoteMutation = zhibu_notes::STUDY_NOTE, "study_note", "zhibu_graphql::ModuleOn(\"study_note\")", shows_study_note, "shows_study_note";
    }
}

/// What can be followed: each namespace's streams stand at the root, since a subscription has one root field.
#[derive(async_graphql::MergedSubscription, Default)]
#[graphql(name = "Subscription")]
pub struct Live(SystemSubscription, #[cfg(feature = "meeting")] zhibu_meeting::graphql::MeetingSubscription);

/// The schema.
pub type Graph = Schema<Query, Mutation, Live>;

/// Builds the schema with the limits of the endpoint.
pub fn schema(limits: &Limits) -> Graph {
    guarded(Schema::build(Query, Mutation, Live::default()), limits).finish()
}

/// Hands on what the video server told, to whoever holds meetings.
pub async fn video_told(app: &Arc<App>, event: &VideoEvent) -> Result<()> {
    #[cfg(feature = "meeting")]
    zhibu_meeting::actions::told(app, event).await?;
    #[cfg(not(feature = "meeting"))]
    let _ = (app, event);
    Ok(())
}
