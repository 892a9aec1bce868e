//! The GraphQL endpoint: GraphQL over HTTP and over WebSocket (`graphql-transport-ws`)
//! at one path, with every limit that must hold before a schema sees a request.
//! It knows nothing of tenants or databases: the application is behind [`App`].
//!
//! # Status codes
//!
//! What is refused before the body is understood (media types, origin, size, malformed
//! JSON or parameters) has its own status whatever the client accepts. After that:
//!
//! | answer | `application/graphql-response+json` | `application/json` |
//! |---|---|---|
//! | data (also partial) | 200 | 200 |
//! | caps, parsing, validation, variables | 400 | 200 |
//! | no data, `UNAUTHENTICATED` / `FORBIDDEN` | 401 / 403 | 200 |
//! | no data or null, `UNAVAILABLE` / `TIMEOUT` | 503 and `Retry-After` | the same |
//! | no data or null, `TOO_MANY` | 429 and `Retry-After` | the same |
//! | no data, `INTERNAL` | 500 | the same |
//!
//! The specification asks that answers in `application/json` be 200 for every well-formed
//! request, as a SHOULD; outages and throttling deviate from it so that proxies, monitors
//! and simple clients see them. A mutation by GET is 405 in both.

mod accept;
mod answer;
mod http;
mod limits;
mod metric;
mod origin;
mod params;
mod prepare;
mod refusal;
mod run;
mod scan;
mod serve;
mod shape;
mod socket;

use std::{net::SocketAddr, sync::Arc, time::Instant};

use ::http::{Extensions, HeaderMap};
use async_graphql::{Request, Response};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use http::router;
pub use limits::{Limits, guarded};
pub use refusal::CODES;
pub use serve::serve;

/// What the endpoint needs from the application.
#[async_trait]
pub trait App: Send + Sync + 'static {
    /// Runs a query or mutation. Request data is attached here, and introspection is
    /// switched off here (`request.introspection_mode`) for callers who may not have it.
    async fn execute(&self, conn: &Connection, request: Request) -> Response;

    /// Runs a subscription; dropping the stream ends it.
    fn subscribe(self: Arc<Self>, conn: Arc<Connection>, request: Request) -> BoxStream<'static, Response>;

    /// Decides at `connection_init` whether this socket may start. Whatever the operations
    /// on it need to know of the caller goes into `conn.extensions`.
    async fn connect(&self, conn: &mut Connection, init: serde_json::Value) -> Result<SocketSession, Refused>;

    /// The text of a persisted document, for requests with `documentId` and no `query`.
    fn document(&self, _id: &str) -> Option<Arc<str>> {
        None
    }
}

/// How a request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// One HTTP request.
    Http,
    /// A message on a WebSocket.
    WebSocket,
}

/// Where a request came from.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Headers of the HTTP request, or of the upgrade.
    pub headers: HeaderMap,
    /// Address of the other end of the TCP connection (a proxy's, behind a proxy).
    pub peer: Option<SocketAddr>,
    /// HTTP or WebSocket.
    pub transport: Transport,
    /// `x-request-id` of the request when well-formed, else a new one.
    pub request_id: Arc<str>,
    /// What layers before the endpoint, or [`App::connect`], left here.
    pub extensions: Extensions,
}

/// A socket that may start, and when it has to end.
#[derive(Debug, Clone, Default)]
pub struct SocketSession {
    /// Sockets with the same key count against `Limits::sockets_per_key`.
    pub key: Option<String>,
    /// When the session runs out: the socket closes with 4401.
    pub expires: Option<Instant>,
    /// Cancelled when the session ends early: the socket closes with 4401.
    pub ended: CancellationToken,
    /// Payload of `connection_ack`.
    pub payload: Option<serde_json::Value>,
}

/// Why a socket may not start.
#[derive(Debug, Clone)]
pub struct Refused {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

impl Refused {
    /// This caller may not open a socket: 4403.
    pub fn forbidden(reason: impl Into<String>) -> Self {
        Self { code: 4403, reason: reason.into() }
    }

    /// No valid session: 4401.
    pub fn unauthenticated(reason: impl Into<String>) -> Self {
        Self { code: 4401, reason: reason.into() }
    }

    /// Cannot tell now, try again: 1013.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self { code: 1013, reason: reason.into() }
    }
}

/// Tells the endpoint to stop and knows when its sockets are gone.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    pub(crate) token: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Stop {
    /// Stops when `token` is cancelled.
    pub fn new(token: CancellationToken) -> Self {
        Self { token, tasks: TaskTracker::new() }
    }

    /// Closes every socket with 1001; running HTTP requests finish.
    pub fn now(&self) {
        self.token.cancel();
    }

    /// Waits until every socket, and every connection of [`serve()`], is closed.
    pub async fn done(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
