//! The program `zhibu` as a process: what it prints and logs, and what becomes of it and its database when they are
//! killed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod carriers;
mod command_line;
mod killed;
mod logs;
mod portable;
mod program;
mod replicas;
