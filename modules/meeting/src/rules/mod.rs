//! Pure decisions: forms, codes that rotate, places, counting votes, what has to be held.

pub mod count;
pub mod form;
pub mod geo;
pub mod periods;
pub mod token;
