//! Outside services: one trait a capability, real clients, and the sandbox of each.
//!
//! Today: text messages, with the sandbox only. A sandbox delivers nothing; what it was given stays readable in
//! the operator's outbox.

mod sms;

pub use sms::{Closed, Sandbox, Sms};
