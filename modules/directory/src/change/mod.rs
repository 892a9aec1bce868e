//! 组织变更: organisations are moved, merged, split, dissolved and deleted by commands with an effective date, previewed,
//! confirmed by those concerned, carried out in one transaction (manual 3.1.1; features PC-3.1.1b to d; domain §1.5).

mod actions;
mod apply;
pub(crate) mod export;
mod model;
mod preview;
pub mod rules;
mod store;

pub(crate) use actions::permission;
pub use actions::{confirm, hourly, refuse, request, withdraw};
pub use model::{CommandRow, CommandState, Finding, Item, OrganisationCommandKind, Preview, Split};
pub use preview::preview;
pub use rules::Plan;
pub use store::{Filter, count, get, list, receivers};
