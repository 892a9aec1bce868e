//! 通知公告、消息和日程 in GraphQL.

mod input;
mod mutation;
mod query;
mod types;

pub use input::*;
pub use mutation::MessagingMutation;
pub use query::MessagingQuery;
pub use types::*;
