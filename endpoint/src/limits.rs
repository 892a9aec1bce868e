//! How much one request, socket or caller may ask for.

use std::time::Duration;

use async_graphql::SchemaBuilder;

/// Limits of the endpoint. The defaults are those of production.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Path of the endpoint.
    pub path: String,
    /// Origins that may call with cookies or open sockets, beside the request's own host
    /// (`https://console.example.org`).
    pub origins: Vec<String>,
    /// Bytes of a request body.
    pub body: usize,
    /// Time to receive a request's headers (applied by [`crate::serve()`]).
    pub header_time: Duration,
    /// Time to receive a request's body.
    pub body_time: Duration,
    /// Time to answer a query or mutation.
    pub request_time: Duration,
    /// Time that connections have to finish after a stop (applied by [`crate::serve()`]).
    pub stop_time: Duration,
    /// TCP connections at once (applied by [`crate::serve()`]).
    pub connections: usize,
    /// Bytes of a document.
    pub document: usize,
    /// Lexical tokens of a document.
    pub tokens: usize,
    /// Brackets inside brackets in a document.
    pub nesting: usize,
    /// Operations in a document.
    pub operations: usize,
    /// Aliases in a document, fragments expanded.
    pub aliases: usize,
    /// Fields at the root of an operation, fragments expanded.
    pub root_fields: usize,
    /// Directives in a document.
    pub directives: usize,
    /// Selections in a document, fragments expanded.
    pub selections: usize,
    /// Values that may be copied beyond using each variable once.
    pub variable_copies: usize,
    /// Depth of a query, for [`guarded`].
    pub depth: usize,
    /// Complexity of a query, for [`guarded`].
    pub complexity: usize,
    /// Bytes of a WebSocket message.
    pub message: usize,
    /// Time between the upgrade and `connection_init`.
    pub init_time: Duration,
    /// Time between pings; a socket silent for three of them is dropped.
    pub keepalive: Duration,
    /// Time to hand one message to a slow reader.
    pub write_time: Duration,
    /// Running operations of one socket.
    pub subscriptions: usize,
    /// Sockets of one [`crate::SocketSession::key`].
    pub sockets_per_key: usize,
    /// Sockets in all.
    pub sockets: usize,
    /// Operation names that metrics may show. Empty: the first 500 well-formed ones.
    pub operation_names: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            path: "/graphql".into(),
            origins: Vec::new(),
            body: 1 << 20,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            request_time: Duration::from_secs(30),
            stop_time: Duration::from_secs(30),
            connections: 20_000,
            document: 20_000,
            tokens: 2_000,
            nesting: 40,
            operations: 10,
            aliases: 100,
            root_fields: 20,
            directives: 20,
            selections: 5_000,
            variable_copies: 100_000,
            depth: 15,
            complexity: 10_000,
            message: 64 << 10,
            init_time: Duration::from_secs(3),
            keepalive: Duration::from_secs(20),
            write_time: Duration::from_secs(10),
            subscriptions: 20,
            sockets_per_key: 10,
            sockets: 20_000,
            operation_names: Vec::new(),
        }
    }
}

/// Gives a schema the limits that act after validation, and no suggestions of field names.
pub fn guarded<Q, M, S>(builder: SchemaBuilder<Q, M, S>, limits: &Limits) -> SchemaBuilder<Q, M, S> {
    builder
        .limit_depth(limits.depth)
        .limit_complexity(limits.complexity)
        .limit_recursive_depth(limits.nesting)
        .limit_aliases(limits.aliases)
        .limit_directives(limits.directives)
        .disable_suggestions()
}
