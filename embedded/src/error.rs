use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why the cluster does not run; the sentence tells an operator what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No server programs on this machine.
    #[error(
        "no PostgreSQL server programs found (looked in {0}); install the package `postgresql`, or name their folder"
    )]
    NoPrograms(String),

    /// A program of the server failed or could not be run.
    #[error("{program} failed: {output}")]
    Program {
        /// The program.
        program: PathBuf,
        /// What it said.
        output: String,
    },

    /// The data was written by another major version.
    #[error(
        "the data in {data} is of PostgreSQL {written}, the programs in {programs} are PostgreSQL {installed}; \
         install postgresql-{written}, or move the data with pg_upgrade"
    )]
    Major {
        /// The data folder.
        data: PathBuf,
        /// The major version that wrote it.
        written: u32,
        /// The folder of the programs.
        programs: PathBuf,
        /// Their major version.
        installed: u32,
    },

    /// The unprivileged account cannot reach the data.
    #[error(
        "the folder {folder} is closed to the account {account} that runs PostgreSQL for root; \
         put the data where that account can reach it, for example /var/lib/zhibu"
    )]
    Closed {
        /// The first folder on the way that refuses.
        folder: PathBuf,
        /// The account.
        account: String,
    },

    /// The folder is somebody else's.
    #[error("{path} belongs to user id {owner}, not to us; use another folder or run as that user")]
    Foreign {
        /// The path.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },

    /// The operating system has no such account.
    #[error("the operating system knows no account {0}; PostgreSQL needs one to run as")]
    NoAccount(String),

    /// The server ended while starting.
    #[error("PostgreSQL does not start; its last words ({log}): {words}")]
    Start {
        /// Where it wrote them.
        log: PathBuf,
        /// The end of that file.
        words: String,
    },

    /// The server runs and does not answer, or does not end.
    #[error("PostgreSQL {task} for {waited:?}: {last}")]
    Silent {
        /// What was waited for.
        task: &'static str,
        /// How long.
        waited: Duration,
        /// The last thing heard.
        last: String,
    },

    /// A setting that cannot be written.
    #[error("`{0}` is no PostgreSQL setting")]
    Setting(String),

    /// A file or a process refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or program.
        path: PathBuf,
        /// The refusal.
        source: std::io::Error,
    },

    /// The server refused a statement or a connection.
    #[error("PostgreSQL refused: {0}")]
    Sql(#[from] tokio_postgres::Error),
}

impl Error {
    /// For `map_err`: what happened at `path`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}
