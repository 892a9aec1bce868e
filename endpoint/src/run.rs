//! Runs one prepared request inside its time, and survives its panics.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use async_graphql::parser::types::OperationType;
use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use tracing::Instrument;

use crate::{
    App, Connection,
    answer::{Answer, Outcome, internal},
    http::Endpoint,
    metric,
    prepare::Prepared,
    refusal::{coded, trace_id},
};

/// Executes a query or mutation.
pub(crate) async fn execute<A: App>(endpoint: &Endpoint<A>, conn: &Connection, prepared: Prepared) -> Answer {
    let Prepared { request, kind, name } = prepared;
    let started = Instant::now();
    let span = span(conn, kind);
    let work = AssertUnwindSafe(endpoint.app.execute(conn, request)).catch_unwind();
    let answer = match tokio::time::timeout(endpoint.limits.request_time, work).instrument(span.clone()).await {
        Ok(Ok(response)) => span.in_scope(|| Answer::new(response)),
        Ok(Err(panic)) => span.in_scope(|| panicked(&*panic)),
        Err(_) => Answer::refused(coded("TIMEOUT", "处理超时，请稍后再试")),
    };
    let outcome = answer.outcome();
    let label = endpoint.names.label(name.as_deref(), outcome != Outcome::RequestError);
    span.in_scope(|| tracing::debug!(operation = %label, outcome = outcome.label(), "answered"));
    metric::request(label, kind, conn.transport, outcome, started.elapsed());
    answer
}

/// Starts a subscription. A panic ends it with an error.
pub(crate) fn subscribe<A: App>(
    endpoint: &Endpoint<A>,
    conn: Arc<Connection>,
    prepared: Prepared,
) -> BoxStream<'static, Answer> {
    let span = span(&conn, prepared.kind);
    let app = Arc::clone(&endpoint.app);
    let start = AssertUnwindSafe(|| app.subscribe(conn, prepared.request));
    let stream = match std::panic::catch_unwind(start) {
        Ok(stream) => stream,
        Err(panic) => {
            let answer = span.in_scope(|| panicked(&*panic));
            return futures_util::stream::iter([answer]).boxed();
        }
    };
    AssertUnwindSafe(stream)
        .catch_unwind()
        .map(move |item| {
            span.in_scope(|| match item {
                Ok(response) => Answer::new(response),
                Err(panic) => panicked(&*panic),
            })
        })
        .boxed()
}

fn span(conn: &Connection, kind: OperationType) -> tracing::Span {
    tracing::info_span!("graphql", request_id = %conn.request_id, kind = metric::kind_label(kind))
}

/// Logs a panic once and answers with its id.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Answer {
    let id = trace_id();
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or_default();
    let said: String = said.lines().next().unwrap_or_default().chars().take(200).collect();
    tracing::error!(error_id = %id, "panic while answering: {said}");
    Answer::refused(internal(id))
}
