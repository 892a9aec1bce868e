//! Workbooks from outside: read, marked, written.

mod common;
mod mark;
mod read;
mod write;
