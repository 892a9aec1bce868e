//! Statements that the server keeps ready, as many as are allowed, for each tenant its own.

use std::any::TypeId;
use std::num::NonZeroUsize;

use diesel::QueryResult;
use lru::LruCache;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Statement};

use super::Space;
use super::fault::fault;

/// What tells one statement from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// Diesel's type says what the SQL is.
    Type(TypeId),
    /// The SQL with the placeholder in it, and the types of its values.
    Text(String, Vec<u32>),
}

/// A statement of one tenant.
pub(super) type Key = (Space, Source);

/// The statements that one connection has ready. One that has to make room is closed on the server, when the driver's
/// last handle goes.
pub(super) struct Statements {
    ready: Option<LruCache<Key, Statement>>,
    /// A statement is on its way: whoever waited for it may have gone, and then nobody would ever close it.
    pub(super) under_way: bool,
}

impl Statements {
    /// Room for so many; none means that nothing is prepared, as a pooler in transaction mode needs it.
    pub(super) fn new(room: usize) -> Self {
        Self { ready: NonZeroUsize::new(room).map(LruCache::new), under_way: false }
    }

    /// Whether anything is prepared at all.
    pub(super) fn is_on(&self) -> bool {
        self.ready.is_some()
    }

    /// One that is ready.
    pub(super) fn get(&mut self, key: &Key) -> Option<Statement> {
        self.ready.as_mut()?.get(key).cloned()
    }

    /// Makes one ready.
    pub(super) async fn prepare(
        &mut self,
        client: &Client,
        key: Key,
        sql: &str,
        types: &[Type],
    ) -> QueryResult<Statement> {
        self.under_way = true;
        let prepared = client.prepare_typed(sql, types).await;
        self.under_way = false;
        let statement = prepared.map_err(fault)?;
        if let Some(ready) = &mut self.ready {
            ready.put(key, statement.clone());
        }
        Ok(statement)
    }

    /// Lets one go.
    pub(super) fn forget(&mut self, key: &Key) {
        if let Some(ready) = &mut self.ready {
            ready.pop(key);
        }
    }
}
