//! The member (党员): the person, the membership episodes and branch assignments as dated history, posts.

mod actions;
mod attending;
mod completeness;
pub(crate) mod export;
pub(crate) mod former;
pub(crate) mod gaps;
pub(crate) mod import;
mod model;
mod named;
mod own;
mod posts;
mod roles;
pub mod rules;
mod store;
pub(crate) mod undo;

pub use actions::{
    Heads, Mark, Newcomer, Place, Revealed, add_all, create, create_all, follow_account, hold, in_the_open, leave,
    locked, mark, relocate, restore, reveal, seats_taken, update,
};
pub use attending::{Attender, Whom, attenders, own_id};
pub use completeness::{
    BASE, BRANCHES, Completeness, Gap, Optional, completeness, hold_required, required, set_required, undo_required,
};
pub(crate) use export::words as filter_words;
pub use import::TABLES;
pub use model::{AssignmentRow, EndReason, Entry, MemberType, MembershipRow, MembershipStatus, PersonRow, PostRow};
pub use named::{Meant, Named, meant};
pub use own::{OwnField, complete, facts, own, set};
pub use posts::{
    Appointment, Ending, HeldPost, Recorded, appoint, end as end_held_posts, forget as forget_posts, held_on, names,
    past_on, place_of_post, present, record as record_posts, recorded as recorded_posts, vacant_since,
};
pub use roles::{derive as derive_roles, role_of};
pub use rules::Facts;
pub use store::{
    Filter, FormerFilter, Sort, addressees, count, count_former, episodes, everyone, former, get, latest, list,
    posts_of, those,
};
