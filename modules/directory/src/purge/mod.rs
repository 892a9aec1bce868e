//! 彻底删除 (PC-3.2.5): a former member's record is removed for ever, by two. One administrator proposes it and says why,
//! another one sees by name what goes and what stays, and confirms.

mod actions;
mod erase;
pub(crate) mod export;
mod store;

pub use actions::{confirm, propose, refuse, withdraw};
pub(crate) use erase::RemoveFiles;
pub use store::{Proposal, ProposalState, count, list, one, remains};
