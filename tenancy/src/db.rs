//! Connections and units of work. A tenant-bound unit is the only way to SQL.

use std::time::Duration;

use deadpool::managed::{Manager, Metrics, Object, Pool, RecycleError, RecycleResult, Timeouts};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zhibu_core::{Error, Result, TenantId};

/// A connection inside a unit of work.
pub type Conn = AsyncPgConnection;

/// How long a request waits for a connection before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(3);
/// Connections retire, since every tenant seen costs memory in the backend.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// The session's own search path names nothing, so SQL outside a unit of work fails loudly.
const SESSION: &str = "SET search_path = ''; SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
                       SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = 'warning'";

/// Whose tables a unit of work sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// The control plane.
    Platform,
    /// One tenant.
    Tenant(TenantId),
}

/// What a unit of work may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One consistent picture, nothing changes.
    Read,
    /// One transaction.
    Write,
}

/// Opens connections of one login role.
#[derive(Debug)]
pub struct Opener {
    url: String,
}

impl Manager for Opener {
    type Type = Conn;
    type Error = diesel::ConnectionError;

    async fn create(&self) -> Result<Conn, Self::Error> {
        let mut conn = Conn::establish(&self.url).await?;
        conn.batch_execute(SESSION).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }

    async fn recycle(&self, conn: &mut Conn, metrics: &Metrics) -> RecycleResult<Self::Error> {
        use diesel_async::pooled_connection::PoolableConnection;
        if conn.is_broken() || metrics.created.elapsed() > LIFETIME {
            return Err(RecycleError::message("retired"));
        }
        Ok(())
    }
}

/// Connections in lanes: a tenant prefers the same few ones (rendezvous hash), since a backend re-plans its
/// statements whenever the schema changes, and takes any idle one when they are busy.
pub struct Lanes {
    lanes: Vec<Pool<Opener>>,
    permits: Arc<Semaphore>,
}

/// One transaction on one connection, bound to one schema and role. Dropped without [`Unit::commit`] it is
/// rolled back.
pub struct Unit {
    conn: Option<Object<Opener>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Lanes {
    /// `size` connections to `url`, opened on demand.
    pub fn new(url: &str, size: usize) -> Result<Self> {
        let lane = || {
            Pool::builder(Opener { url: url.to_owned() })
                .max_size(1)
                .runtime(deadpool::Runtime::Tokio1)
                .build()
                .map_err(Error::bug)
        };
        Ok(Self {
            lanes: (0..size.max(1)).map(|_| lane()).collect::<Result<_>>()?,
            permits: Arc::new(Semaphore::new(size.max(1))),
        })
    }

    /// Starts a unit of work. The switch to the role and schema is one awaited batch, never joined with what
    /// follows it.
    pub(crate) async fn begin(&self, space: Space, mode: Mode) -> Result<Unit> {
        let started = std::time::Instant::now();
        let mut unit = self.idle(space).await?;
        metrics::histogram!("zhibu_pool_wait_seconds").record(started.elapsed().as_secs_f64());
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN",
        };
        let schema = schema(space);
        let role = role(space);
        let switch = format!("{begin}; SET LOCAL ROLE {role}; SET LOCAL search_path TO {schema}");
        if let Err(error) = unit.conn()?.batch_execute(&switch).await {
            // A connection the server has closed meanwhile: throw it away and try a fresh one, once.
            unit.discard();
            drop(unit);
            tracing::debug!(%error, "connection replaced");
            unit = self.idle(space).await?;
            if let Err(error) = unit.conn()?.batch_execute(&switch).await {
                unit.discard();
                return Err(Error::unavailable(error));
            }
        }
        Ok(unit)
    }

    async fn idle(&self, space: Space) -> Result<Unit> {
        let wait = tokio::time::timeout(PATIENCE, self.permits.clone().acquire_owned());
        let permit = wait.await.map_err(|_| Error::unavailable("no connection free"))?.map_err(Error::unavailable)?;
        let mut order: Vec<(u64, &Pool<Opener>)> =
            self.lanes.iter().zip(0..).map(|(lane, n)| (score(space, n), lane)).collect();
        order.sort_unstable_by_key(|(score, _)| *score);
        let at_once = Timeouts { wait: Some(Duration::ZERO), create: Some(PATIENCE), recycle: Some(PATIENCE) };
        let mut last = None;
        for (_, lane) in order {
            match lane.timeout_get(&at_once).await {
                Ok(conn) => return Ok(Unit { conn: Some(conn), permit: Some(permit) }),
                Err(error @ deadpool::managed::PoolError::Backend(_)) => return Err(Error::unavailable(error)),
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(|| Error::unavailable("no lane"), Error::unavailable))
    }
}

fn score(space: Space, lane: u64) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    match space {
        Space::Platform => 0u128.hash(&mut hasher),
        Space::Tenant(id) => id.0.as_u128().hash(&mut hasher),
    }
    lane.hash(&mut hasher);
    hasher.finish()
}

/// The schema of a space, safe to stand in SQL: it is made of an id.
pub fn schema(space: Space) -> String {
    match space {
        Space::Platform => "platform".to_owned(),
        Space::Tenant(id) => format!("t_{}", id.0.simple()),
    }
}

/// The role that owns or reaches a space.
pub fn role(space: Space) -> String {
    match space {
        Space::Platform => "zhibu_platform".to_owned(),
        Space::Tenant(_) => schema(space),
    }
}

impl Unit {
    /// The connection.
    pub fn conn(&mut self) -> Result<&mut Conn> {
        self.conn.as_deref_mut().ok_or_else(|| Error::bug("unit of work is over"))
    }

    /// Makes the work durable.
    pub async fn commit(mut self) -> Result<()> {
        let done = self.conn()?.batch_execute("COMMIT").await;
        if done.is_err() {
            self.discard();
        }
        self.conn = None;
        done.map_err(Error::from)
    }

    fn discard(&mut self) {
        if let Some(conn) = self.conn.take() {
            drop(Object::take(conn));
        }
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        let (Some(mut conn), permit) = (self.conn.take(), self.permit.take()) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            drop(Object::take(conn));
            return;
        };
        runtime.spawn(async move {
            let rolled_back = tokio::time::timeout(PATIENCE, conn.batch_execute("ROLLBACK")).await;
            if matches!(rolled_back, Ok(Ok(()))) {
                drop(conn);
            } else {
                drop(Object::take(conn));
            }
            // The lane is free before anybody else is let in.
            drop(permit);
        });
    }
}
