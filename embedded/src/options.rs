use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{Cluster, Error};

/// How to run the cluster; [`Cluster::options`] makes one, [`Options::start`] uses it.
#[derive(Debug, Clone)]
#[must_use]
pub struct Options {
    pub(crate) home: PathBuf,
    pub(crate) durable: bool,
    pub(crate) leave_running: bool,
    pub(crate) bin_dir: Option<PathBuf>,
    pub(crate) search_path: Option<OsString>,
    pub(crate) settings: Vec<(String, String)>,
}

impl Options {
    pub(crate) fn new(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
            durable: true,
            leave_running: false,
            bin_dir: None,
            search_path: None,
            settings: Vec::new(),
        }
    }

    /// Whether an acknowledged write survives a power cut. Only tests say no.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// Whether the server outlives this process and waits for the next one to adopt it. For tests.
    pub fn leave_running(mut self, leave_running: bool) -> Self {
        self.leave_running = leave_running;
        self
    }

    /// The folder of `postgres` and `initdb`; nothing else is looked at then.
    pub fn bin_dir(mut self, bin_dir: Option<PathBuf>) -> Self {
        self.bin_dir = bin_dir;
        self
    }

    /// The caller's `PATH`, looked through after the usual places of the distributions.
    pub fn search_path(mut self, search_path: Option<OsString>) -> Self {
        self.search_path = search_path;
        self
    }

    /// One more line of `postgresql.conf`; it wins over ours.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Creates the cluster if there is none, then adopts the running server or starts one.
    ///
    /// Returns when the server answers and has its two roles.
    pub async fn start(self) -> Result<Cluster, Error> {
        Cluster::start(self).await
    }
}
