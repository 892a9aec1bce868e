//! Connections and units of work. A tenant-bound unit is the only way to SQL.

mod conn;
mod fault;
mod place;
mod row;
mod statements;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts,
};
use diesel_async::SimpleAsyncConnection;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, select_ok};
use zhibu_core::{Error, Result, TenantId};

pub use conn::Conn;
pub use row::PgRow;

/// How long a request waits for a connection before it is told to come back.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// Connections retire by age, and by the tenants they have met: the server's process remembers every table it has seen.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
const TENANTS: usize = 200;
/// How long a tenant waits for its own lanes before it takes any: longer than nearly every unit of work, much shorter
/// than somebody's import.
const HOME: Duration = Duration::from_millis(20);
/// The search path names nothing, so SQL outside a unit of work fails loudly; nothing here is any tenant's.
const SESSION: [&str; 6] = [
    "search_path = ''",
    "statement_timeout = '15s'",
    "lock_timeout = '5s'",
    "idle_in_transaction_session_timeout = '60s'",
    "client_min_messages = 'warning'",
    "TimeZone = 'UTC'",
];

/// Whose tables a unit of work sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    statements: usize,
}

impl Manager for Opener {
    type Type = Conn;
    type Error = diesel::ConnectionError;

    async fn create(&self) -> Result<Conn, Self::Error> {
        let mut conn = Conn::open(&self.url, self.statements).await?;
        // A pooler in transaction mode gives every transaction another session.
        if self.statements > 0 {
            let session = SESSION.map(|one| format!("SET {one}")).join("; ");
            conn.batch_execute(&session).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        }
        Ok(conn)
    }

    async fn recycle(&self, conn: &mut Conn, metrics: &Metrics) -> RecycleResult<Self::Error> {
        if conn.is_spoilt() || conn.tenants() > TENANTS || metrics.created.elapsed() > LIFETIME {
            return Err(RecycleError::message("retired"));
        }
        Ok(())
    }
}

/// Connections in lanes. A tenant has as many of them as it has units of work under way, always the same ones
/// (rendezvous hash), which know its tables and have its statements ready: a backend that knows every tenant is slow and
/// fat. It waits a moment for one of these, and only then takes any.
pub struct Lanes {
    lanes: Vec<Pool<Opener>>,
    /// What a transaction sets for itself because its session cannot be relied on.
    session: String,
    busy: Busy,
}

/// How many units of work each space has under way.
type Busy = Arc<Mutex<HashMap<Space, usize>>>;

/// One of the units of work under way, counted for as long as it lives.
struct Counted {
    busy: Busy,
    space: Space,
}

impl Counted {
    /// Counts one more; tells how many there are now.
    fn one_more(busy: &Busy, space: Space) -> (Self, usize) {
        let mut all = busy.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(space).or_default();
        *count += 1;
        (Self { busy: busy.clone(), space }, *count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.space) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.space);
            }
        }
    }
}

/// One transaction on one connection, bound to one schema and role. Dropped without [`Unit::commit`] it is
/// rolled back.
pub struct Unit {
    conn: Option<Object<Opener>>,
    counted: Option<Counted>,
}

impl Lanes {
    /// `size` connections to `url`, opened on demand, each with room for so many prepared `statements`. With none
    /// nothing outlives a transaction, and a pooler in transaction mode may stand between.
    pub fn new(url: &str, size: usize, statements: usize) -> Result<Self> {
        let lane = || {
            Pool::builder(Opener { url: url.to_owned(), statements })
                .max_size(1)
                .runtime(deadpool::Runtime::Tokio1)
                .build()
                .map_err(Error::bug)
        };
        Ok(Self {
            lanes: (0..size.max(1)).map(|_| lane()).collect::<Result<_>>()?,
            session: if statements > 0 {
                String::new()
            } else {
                SESSION.map(|one| format!("SET LOCAL {one}; ")).concat()
            },
            busy: Busy::default(),
        })
    }

    /// Starts a unit of work. The switch to the role is one awaited batch, never joined with what follows it.
    pub(crate) async fn begin(&self, space: Space, mode: Mode) -> Result<Unit> {
        let started = std::time::Instant::now();
        let mut unit = self.idle(space).await?;
        metrics::histogram!("zhibu_pool_wait_seconds").record(started.elapsed().as_secs_f64());
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN",
        };
        let switch = format!("{begin}; {}SET LOCAL ROLE {}", self.session, role(space));
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
        unit.conn()?.settle(Some((space, schema(space))));
        Ok(unit)
    }

    /// A boxed future, or the layouts of all that wait for it get too deep for the compiler.
    fn idle(&self, space: Space) -> BoxFuture<'_, Result<Unit>> {
        self.take(space).boxed()
    }

    async fn take(&self, space: Space) -> Result<Unit> {
        let (counted, under_way) = Counted::one_more(&self.busy, space);
        let mut order: Vec<(u64, &Pool<Opener>)> =
            self.lanes.iter().zip(0..).map(|(lane, n)| (score(space, n), lane)).collect();
        order.sort_unstable_by_key(|(score, _)| *score);
        let lanes: Vec<&Pool<Opener>> = order.into_iter().map(|(_, lane)| lane).collect();
        let home = lanes.get(..under_way).unwrap_or(&lanes);
        let conn = match free(home, HOME).await {
            Err(PoolError::Timeout(TimeoutType::Wait)) => free(&lanes, PATIENCE).await,
            taken => taken,
        };
        let mut conn = conn.map_err(Error::unavailable)?;
        conn.settle(None);
        Ok(Unit { conn: Some(conn), counted: Some(counted) })
    }
}

/// The first of these lanes that gets free within `wait`, in their order when several are. Opening a connection may
/// take longer than that.
async fn free(lanes: &[&Pool<Opener>], wait: Duration) -> Result<Object<Opener>, PoolError<diesel::ConnectionError>> {
    let at_once = Timeouts { wait: Some(Duration::ZERO), create: Some(PATIENCE), recycle: Some(PATIENCE) };
    for lane in lanes {
        match lane.timeout_get(&at_once).await {
            Err(PoolError::Timeout(TimeoutType::Wait)) => {}
            taken => return taken,
        }
    }
    let patient = Timeouts { wait: Some(wait), ..at_once };
    let (taken, _) = select_ok(lanes.iter().map(|lane| lane.timeout_get(&patient).boxed())).await?;
    Ok(taken)
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
        if let Some(conn) = self.conn.as_mut() {
            conn.settle(None);
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
        let (Some(mut conn), counted) = (self.conn.take(), self.counted.take()) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            drop(Object::take(conn));
            return;
        };
        runtime.spawn(async move {
            let rolled_back = tokio::time::timeout(PATIENCE, conn.batch_execute("ROLLBACK")).await;
            if matches!(rolled_back, Ok(Ok(()))) {
                conn.settle(None);
                drop(conn);
            } else {
                drop(Object::take(conn));
            }
            drop(counted);
        });
    }
}
