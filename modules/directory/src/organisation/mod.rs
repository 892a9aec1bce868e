//! The organisation (组织).

mod actions;
pub(crate) mod export;
pub(crate) mod import;
mod model;
pub(crate) mod past;
pub(crate) mod past_export;
pub mod rules;
mod scope;
mod store;
mod term;
pub(crate) mod undo;

pub use actions::{Candidate, add_administrator, create, remove, remove_administrator, reveal_phone, seed, update};
pub(crate) use actions::{erase, taken};
pub use model::{
    Administrator, Listing, OrgStatus, OrgType, OrganisationAttention, Row, Span, Unit, UnitRelation, Wanted,
};
pub use past::{Then, as_of, count_as_of, keep_tree, members_as_of, names_as_of, reach_on};
pub use scope::Reach;
pub(crate) use store::groups;
pub use store::{
    Filter, TERM_END, ancestors, children_types, complete, count, get, ids, kinds, list, members, names, part, places,
    roots, spans, taken_names, tree, waiting, words_under,
};
pub use term::{begin_term, hold, prolong_term, take_back_term};
