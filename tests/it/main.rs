//! The product from outside: one file a subject, every test on a server and a database of its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod access;
mod activation;
mod audit;
mod carriers;
mod database;
mod documents;
mod exchange;
mod exports;
mod fleet;
mod http;
mod imports;
mod isolation;
mod jobs;
mod life;
mod live;
mod many_members;
mod members;
mod menus;
mod migrations;
mod modules_off;
mod operator;
mod organisations;
mod placements;
mod portable;
mod roles;
mod second_factor;
mod settings;
mod sign_in;
mod sso;
mod statements;
mod support;
mod surface;
mod tidy;
