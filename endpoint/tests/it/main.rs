//! The endpoint on a real port, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod caps;
mod http;
mod observed;
mod schema;
mod server;
mod socket;
mod stop;
