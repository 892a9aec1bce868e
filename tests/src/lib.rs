//! The harness of the integration tests: a throw-away PostgreSQL cluster that all tests of a run share, a database
//! copied from a template for each test, and the real server on it, spoken to over the network.
//!
//! ```text
//! let mut t = Town::start().await;              // a server, one tenant, one operator
//! let mut admin = t.administrator().await;      // signed in
//! let me = admin.ok("{ system { session { account { userName } } } }", json!({})).await;
//! t.pass(Duration::minutes(5));                 // time goes by as the test wants
//! ```
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod abroad;
mod bouncer;
mod cluster;
pub mod roster;
mod server;
mod socket;
mod template;
mod town;
mod visitor;
pub mod words;

pub use abroad::Abroad;
pub use bouncer::Bouncer;
pub use cluster::Sql;
pub use socket::Socket;
pub use template::PASSWORD;
pub use town::{Plan, Tenant, Town, totp, until};
pub use visitor::{Answer, Refusal, Visitor};
