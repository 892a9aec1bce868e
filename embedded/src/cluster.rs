use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::binaries::Binaries;
use crate::home::Home;
use crate::server::{Server, start_log};
use crate::settings::{self, Files};
use crate::{APP, Error, OWNER, Options};

/// How long a start may take: a crash recovery is inside.
const START: Duration = Duration::from_secs(300);
/// How long a fast shutdown may take before it becomes an immediate one.
const STOP: Duration = Duration::from_secs(180);
/// How often the server is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// The pause between two restarts that fail grows up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A running PostgreSQL cluster. Cheap to clone; the clones are one cluster.
#[derive(Clone)]
#[must_use]
pub struct Cluster {
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    home: PathBuf,
    socket: PathBuf,
    server: Mutex<Server>,
    stopping: watch::Sender<bool>,
    /// Locked shared: the cluster has a user.
    users: File,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("home", &self.shared.home).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Options for the cluster that lives in `home`.
    pub fn options(home: &Path) -> Options {
        Options::new(home)
    }

    pub(crate) async fn start(options: Options) -> Result<Self, Error> {
        let started = bring_up(&options).await?;
        let users = Home::users(&started.home)?;
        users.lock_shared().map_err(Error::at(&started.home))?;
        // From here on others may start or stop: they see a user.
        drop(started.lock);
        let shared = Shared {
            options,
            home: started.home,
            socket: started.socket,
            server: Mutex::new(started.server),
            stopping: watch::Sender::new(false),
            users,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The address of a database of this cluster for one of the two roles, for libpq and everything like it.
    pub fn url(&self, role: &str, database: &str) -> String {
        url(&self.shared.socket, role, database)
    }

    /// Creates the database unless it exists.
    pub async fn ensure_database(&self, name: &str) -> Result<(), Error> {
        let client = connect(&self.url(OWNER, "postgres")).await?;
        if client.query_opt("select 1 from pg_database where datname = $1", &[&name]).await?.is_some() {
            return Ok(());
        }
        match client.batch_execute(&format!("create database \"{}\"", name.replace('"', "\"\""))).await {
            // Another starter was faster.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(()),
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Looks after the server and starts it again when it dies under us. Ends with [`Cluster::stop`].
    pub async fn watch(&self) {
        let mut stopping = self.shared.stopping.subscribe();
        let mut pause = LOOK;
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = sleep(pause) => {}
            }
            let mut server = self.shared.server.lock().await;
            if *stopping.borrow() || server.alive() {
                continue;
            }
            tracing::error!("PostgreSQL has died; starting it again");
            match bring_up(&self.shared.options).await {
                Ok(started) => {
                    *server = started.server;
                    pause = LOOK;
                }
                Err(error) => {
                    pause = LONGEST_PAUSE.min(pause.saturating_mul(2));
                    tracing::error!(%error, ?pause, "PostgreSQL could not be started again");
                }
            }
        }
    }

    /// Stops the server cleanly and waits for its end.
    ///
    /// A server that we did not start, or that outlives us, stays as long as another process uses it.
    pub async fn stop(self) -> Result<(), Error> {
        self.shared.stopping.send_replace(true);
        let server = self.shared.server.lock().await.clone();
        let home = self.shared.home.clone();
        // Nobody adopts what is about to end.
        let (_, _lock) = blocking(move || Home::lock(&home)).await?;
        if !server.tied && self.shared.users.try_lock().is_err() {
            tracing::debug!("PostgreSQL stays: another process uses it");
            return Ok(());
        }
        server.signal(Signal::INT);
        if gone(&server, STOP).await {
            return Ok(());
        }
        tracing::warn!("PostgreSQL does not stop; it will recover at its next start");
        server.signal(Signal::QUIT);
        if gone(&server, STOP).await {
            return Ok(());
        }
        Err(Error::Silent { task: "did not stop", waited: STOP.saturating_mul(2), last: "no sign".to_owned() })
    }
}

/// What [`bring_up`] has made: the server, and the starters' lock for as long as it is wanted.
struct Started {
    lock: File,
    home: PathBuf,
    socket: PathBuf,
    server: Server,
}

/// The part of a start that blocks: lock, folders, programs, and data.
fn prepare(options: &Options) -> Result<(File, Home, Binaries), Error> {
    let (path, lock) = Home::lock(&options.home)?;
    let home = Home::prepare(&path)?;
    let binaries = Binaries::find(options, &home.account, &home.data)?;
    settings::create(&home, &binaries, options.durable)?;
    Ok((lock, home, binaries))
}

/// Adopts the running server or starts one, and waits until it answers.
async fn bring_up(options: &Options) -> Result<Started, Error> {
    let wanted = options.clone();
    let (lock, home, binaries) = blocking(move || prepare(&wanted)).await?;
    let deadline = Instant::now() + START;
    loop {
        if let Some((server, socket)) = Server::running(&home) {
            // One that is going down refuses until it is gone; then it is our turn.
            if answers(&server, &socket, deadline).await? {
                tracing::debug!("PostgreSQL adopted");
                return finish(lock, home, socket, server).await;
            }
            continue;
        }
        let files = Files::write(&home, options)?;
        let server = Server::spawn(&home, &binaries, &files, !options.leave_running)?;
        if answers(&server, &home.socket, deadline).await? {
            let socket = home.socket.clone();
            return finish(lock, home, socket, server).await;
        }
        let log = start_log(&home);
        let words = std::fs::read_to_string(&log).map_err(Error::at(&log))?;
        // Children of a killed server need a moment to notice and leave.
        if !words.contains("pre-existing shared memory block") || Instant::now() > deadline {
            return Err(Error::Start { log, words: last_lines(&words) });
        }
        sleep(LOOK).await;
    }
}

async fn finish(lock: File, home: Home, socket: PathBuf, server: Server) -> Result<Started, Error> {
    let client = connect(&url(&socket, OWNER, "postgres")).await?;
    if client.query_opt("select 1 from pg_roles where rolname = $1", &[&APP]).await?.is_none() {
        client.batch_execute(&format!("create role {APP} login nosuperuser noinherit")).await?;
    }
    Ok(Started { lock, home: home.path, socket, server })
}

/// Waits for the first answer; `false` when the process has ended before it.
async fn answers(server: &Server, socket: &Path, deadline: Instant) -> Result<bool, Error> {
    let address = url(socket, OWNER, "postgres");
    loop {
        let last = match timeout(Duration::from_secs(5), connect(&address)).await {
            Ok(Ok(_)) => return Ok(true),
            Ok(Err(error)) if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
                return Err(error.into());
            }
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        if !server.exists() {
            return Ok(false);
        }
        if Instant::now() > deadline {
            return Err(Error::Silent { task: "did not answer", waited: START, last });
        }
        sleep(Duration::from_millis(25)).await;
    }
}

async fn gone(server: &Server, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while server.alive() {
        if Instant::now() > deadline {
            return false;
        }
        sleep(Duration::from_millis(10)).await;
    }
    true
}

async fn connect(address: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the cluster has ended");
        }
    });
    Ok(client)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panic) => Err(Error::Io { path: PathBuf::from("postgres"), source: std::io::Error::other(panic) }),
    }
}

fn url(socket: &Path, role: &str, database: &str) -> String {
    format!("postgres://{}@/{}?host={}", escape(role), escape(database), escape(&socket.to_string_lossy()))
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_parts_apart() {
        let address = url(Path::new("/var/lib/支 部/run"), "zhibu_app", "a@b");
        assert_eq!(address, "postgres://zhibu_app@/a%40b?host=%2Fvar%2Flib%2F%E6%94%AF%20%E9%83%A8%2Frun");
    }
}
