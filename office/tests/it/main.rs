//! Workbooks from outside: read, marked, written.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod common;
mod mark;
mod paper;
mod read;
mod write;
