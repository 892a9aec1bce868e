//! 组织生活 in GraphQL.

mod input;
mod live;
mod mutation;
mod query;
mod types;

pub use input::MeetingFilter;
pub use live::*;
pub use mutation::*;
pub use query::MeetingQuery;
pub use types::*;
