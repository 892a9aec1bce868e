//! The cluster of the run: started by the first test, adopted by the others, stopped by the last.

use std::path::{Path, PathBuf};

use sha2::Digest;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use zhibu_embedded::{APP, Cluster, OWNER};

/// A row as text.
type Row = Vec<Option<String>>;

/// A connection of a test's own, as the owner of everything or as the server's login.
pub struct Sql(tokio_postgres::Client);

/// The folder of the cluster and of what goes with it: one a checkout. Short, since a socket's path must be.
pub(crate) fn base() -> PathBuf {
    let key = sha2::Sha256::digest(env!("CARGO_MANIFEST_DIR").as_bytes());
    let key: String = key.iter().take(4).map(|b| format!("{b:02x}")).collect();
    let shared = Path::new("/var/tmp");
    let parent = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    parent.join(format!("zhibu-tests-{key}"))
}

/// Starts the cluster or adopts the running one.
pub(crate) async fn cluster() -> Cluster {
    let mut options = Cluster::options(&base().join("postgres")).durable(false).leave_running(true);
    if counts_statements() {
        options = options
            .setting("shared_preload_libraries", "pg_stat_statements")
            // Of all databases of a run: what is thrown out of the list is not counted any more.
            .setting("pg_stat_statements.max", "50000")
            .setting("pg_stat_statements.track_planning", "off");
    }
    options.start().await.expect("the tests' cluster")
}

/// Whether PostgreSQL's extension that counts statements is installed.
fn counts_statements() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<u32> = versions.filter_map(|v| v.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable();
    let newest = versions.last().map(|v| format!("/usr/lib/postgresql/{v}/lib/pg_stat_statements.so"));
    newest.is_some_and(|file| Path::new(&file).exists())
}

impl Sql {
    /// Connects as the owner, who may see and change everything.
    pub(crate) async fn owner(cluster: &Cluster, database: &str) -> Self {
        Self::open(&cluster.url(OWNER, database)).await
    }

    /// Connects as the login the server's requests use.
    pub(crate) async fn app(cluster: &Cluster, database: &str) -> Self {
        Self::open(&cluster.url(APP, database)).await
    }

    /// Connects to an address.
    pub async fn open(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
        tokio::spawn(connection);
        Self(client)
    }

    /// Runs statements and returns the rows of all of them; panics when one fails.
    pub async fn rows(&self, sql: &str) -> Vec<Row> {
        self.attempt(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements and returns the rows or PostgreSQL's words.
    pub async fn attempt(&self, sql: &str) -> Result<Vec<Row>, String> {
        let words = |e: tokio_postgres::Error| e.as_db_error().map_or_else(|| e.to_string(), ToString::to_string);
        let messages = self.0.simple_query(sql).await.map_err(words)?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// The first column of the first row.
    pub async fn one(&self, sql: &str) -> String {
        let rows = self.rows(sql).await;
        rows.first().and_then(|row| row.first()?.clone()).unwrap_or_else(|| panic!("{sql}: no value"))
    }

    /// The first column of every row.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    }
}
