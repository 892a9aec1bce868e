//! The embedded default database: a private PostgreSQL cluster run over the host's own programs.
//!
//! What it promises: a Unix socket only, in a folder nobody else can enter; peer authentication, so no password
//! exists; durable unless told otherwise; an unprivileged account when started by root; one server however many
//! starters; a clean stop with us, and a restart when the server dies under us.
//!
//! ```text
//! <home>/            ours
//!   start.lock       one starter at a time
//!   users.lock       shared by every process that uses the cluster
//!   *.conf           written at every start
//!   start.log        what the server says before its own log opens
//!   cluster/         the data; the server's account
//!   run/             the socket; the server's account, 0700
//! ```

mod account;
mod binaries;
mod cluster;
mod error;
mod home;
mod options;
mod server;
mod settings;

pub use cluster::Cluster;
pub use error::Error;
pub use options::Options;

/// The superuser of the cluster: owns the schemas and runs DDL.
pub const OWNER: &str = "zhibu_owner";

/// The login role of requests and jobs: no right of its own on any table.
pub const APP: &str = "zhibu_app";
