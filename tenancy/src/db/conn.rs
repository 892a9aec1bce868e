//! The connection inside a unit of work: diesel's queries over the driver, in the schema of the unit.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::sync::{Mutex, PoisonError};

use diesel::connection::{CacheSize, Instrumentation, InstrumentationEvent};
use diesel::pg::{FailedToLookupTypeError, Pg, PgMetadataCacheKey, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AsQuery, QueryBuilder, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::{AnsiTransactionManager, AsyncConnection, AsyncConnectionCore, SimpleAsyncConnection};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, NoTls, RowStream, Statement};

use super::Space;
use super::fault::{fault, is_stale};
use super::place::settle;
use super::row::PgRow;
use super::statements::{Key, Source, Statements};

/// A connection, of which a [`super::Unit`] says whose tables it means.
pub struct Conn {
    client: Client,
    statements: Statements,
    place: Option<(Space, String)>,
    met: HashSet<Space>,
    transaction: AnsiTransactionManager,
    instrumentation: Mutex<Box<dyn Instrumentation>>,
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Conn {
    /// Opens one with room for so many prepared statements.
    pub(super) async fn open(url: &str, statements: usize) -> ConnectionResult<Self> {
        let setup = |error| ConnectionError::CouldntSetupConfiguration(fault(error));
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(setup)?;
        // Ends by itself when the client goes or the server closes; whoever asks next is told.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
        Ok(Self {
            client,
            statements: Statements::new(statements),
            place: None,
            met: HashSet::new(),
            transaction: AnsiTransactionManager::default(),
            instrumentation: Mutex::new(Box::new(|_: InstrumentationEvent<'_>| ())),
        })
    }

    /// The control plane's tables outside a unit of work, for a login that may reach them.
    pub(crate) async fn on_platform(url: &str) -> zhibu_core::Result<Self> {
        let mut conn = Self::open(url, 0).await.map_err(zhibu_core::Error::unavailable)?;
        conn.settle(Some((Space::Platform, super::schema(Space::Platform))));
        Ok(conn)
    }

    /// Says whose tables are meant from now on.
    pub(super) fn settle(&mut self, place: Option<(Space, String)>) {
        self.met.extend(place.iter().map(|(space, _)| *space));
        self.place = place;
    }

    /// How many it has worked for.
    pub(super) fn tenants(&self) -> usize {
        self.met.len()
    }

    /// Nobody may use it again: the server is gone, or has been left with a statement that nobody will close.
    pub(super) fn is_spoilt(&self) -> bool {
        self.client.is_closed() || self.statements.under_way
    }

    fn place(&self) -> QueryResult<&(Space, String)> {
        self.place.as_ref().ok_or_else(homeless)
    }

    fn run<T>(&mut self, query: &T) -> BoxFuture<'_, QueryResult<RowStream>>
    where
        T: QueryFragment<Pg> + QueryId,
    {
        match self.plan(query) {
            Ok((call, plan)) => self.send(call, plan).boxed(),
            Err(error) => std::future::ready(Err(error)).boxed(),
        }
    }

    /// How a query is to be sent; its SQL is only made where it is needed.
    fn plan<T: QueryFragment<Pg> + QueryId>(&mut self, query: &T) -> QueryResult<(Call, Plan)> {
        let space = self.place()?.0;
        let call = Call::new(query)?;
        let named = T::query_id().map(|id| (space, Source::Type(id)));
        if let Some(key) = named.as_ref()
            && let Some(ready) = self.statements.get(key)
        {
            return Ok((call, Plan::Ready((space, key.1.clone()), ready)));
        }
        let mut sql = PgQueryBuilder::default();
        query.to_sql(&mut sql, &Pg)?;
        let sql = sql.finish();
        if !self.statements.is_on() || !query.is_safe_to_cache_prepared(&Pg)? {
            return Ok((call, Plan::Once(sql)));
        }
        let key =
            named.unwrap_or_else(|| (space, Source::Text(sql.clone(), call.types.iter().map(Type::oid).collect())));
        Ok(match self.statements.get(&key) {
            Some(ready) => (call, Plan::Ready(key, ready)),
            None => (call, Plan::Prepare(key, sql)),
        })
    }

    async fn send(&mut self, Call { types, binds }: Call, plan: Plan) -> QueryResult<RowStream> {
        let schema = &self.place.as_ref().ok_or_else(homeless)?.1;
        let (key, statement) = match plan {
            Plan::Once(sql) => {
                let values = binds.into_iter().zip(types);
                return self.client.query_typed_raw(&settle(&sql, schema), values).await.map_err(fault);
            }
            Plan::Ready(key, statement) => (key, statement),
            Plan::Prepare(key, sql) => {
                let sql = settle(&sql, schema);
                (key.clone(), self.statements.prepare(&self.client, key, &sql, &types).await?)
            }
        };
        let sent = self.client.query_raw(&statement, binds).await;
        sent.map_err(|error| {
            if is_stale(&error) {
                self.statements.forget(&key);
            }
            fault(error)
        })
    }
}

/// How a query is sent.
enum Plan {
    /// As it is, in one go, and forgotten.
    Once(String),
    /// By the statement that is ready.
    Ready(Key, Statement),
    /// Made ready first.
    Prepare(Key, String),
}

fn homeless() -> Error {
    Error::QueryBuilderError("SQL outside a unit of work".into())
}

/// The values of a query, as they are sent.
struct Call {
    types: Vec<Type>,
    binds: Vec<Bind>,
}

impl Call {
    fn new<T: QueryFragment<Pg>>(query: &T) -> QueryResult<Self> {
        let mut collected = RawBytesBindCollector::<Pg>::new();
        query.collect_binds(&mut collected, &mut NoTypes, &Pg)?;
        Ok(Self {
            types: collected.metadata.iter().map(known).collect::<QueryResult<_>>()?,
            binds: collected.binds.into_iter().map(Bind).collect(),
        })
    }
}

fn known(found: &PgTypeMetadata) -> QueryResult<Type> {
    let oid = found.oid().map_err(|error| Error::SerializationError(Box::new(error)))?;
    Type::from_oid(oid).ok_or_else(|| Error::SerializationError(format!("type {oid} is not the server's own").into()))
}

/// Tenants have no types of their own: an id found for one of them would be wrong for the next.
struct NoTypes;

impl PgMetadataLookup for NoTypes {
    fn lookup_type(&mut self, name: &str, schema: Option<&str>) -> PgTypeMetadata {
        let key = PgMetadataCacheKey::new(schema.map(|s| s.to_owned().into()), name.to_owned().into());
        PgTypeMetadata::from_result(Err(FailedToLookupTypeError::new(key)))
    }
}

/// A value as diesel has written it.
#[derive(Debug)]
struct Bind(Option<Vec<u8>>);

impl ToSql for Bind {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        Ok(match &self.0 {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(kind, out)
    }
}

impl SimpleAsyncConnection for Conn {
    async fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        let settled = match &self.place {
            Some((_, schema)) => settle(sql, schema),
            None => sql.to_owned(),
        };
        self.client.batch_execute(&settled).await.map_err(fault)
    }
}

impl AsyncConnectionCore for Conn {
    type ExecuteFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = BoxStream<'static, QueryResult<PgRow>>;
    type Row<'conn, 'query> = PgRow;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let sent = self.run(&source.as_query());
        async move { Ok(sent.await?.map_ok(PgRow::from).map_err(fault).boxed()) }.boxed()
    }

    fn execute_returning_count<'conn, 'query, T>(&'conn mut self, source: T) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let sent = self.run(&source);
        async move {
            let mut rows = std::pin::pin!(sent.await?);
            while rows.try_next().await.map_err(fault)?.is_some() {}
            let count = rows.rows_affected().unwrap_or_default();
            count.try_into().map_err(|error| Error::DeserializationError(Box::new(error)))
        }
        .boxed()
    }
}

impl AsyncConnection for Conn {
    type TransactionManager = AnsiTransactionManager;

    async fn establish(url: &str) -> ConnectionResult<Self> {
        Self::open(url, 0).await
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        &mut self.transaction
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        &mut **self.instrumentation.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.instrumentation = Mutex::new(Box::new(instrumentation));
    }

    /// The room is the installation's to say.
    fn set_prepared_statement_cache_size(&mut self, _: CacheSize) {}
}
