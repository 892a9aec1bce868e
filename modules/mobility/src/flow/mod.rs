//! Floating members (党员流动): who flows out and whom we look after for others, contacts with them, and members who are out
//! of contact (失联).

mod actions;
pub(crate) mod contact_export;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod lost_export;
mod model;
pub mod rules;
pub mod store;

pub use actions::{
    FlowForm, Person, close_flow, contact, decide, edit, find_lost, lost_contact, open, open_lost, start,
};
pub use model::{ContactRow, FlowKind, FlowRow, FlowStatus, LostDecision, LostRow, LostState};
