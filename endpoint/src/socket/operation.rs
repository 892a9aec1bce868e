//! One operation on a socket, from its subscription to its completion.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use futures_util::StreamExt;
use tokio::{sync::mpsc, time::Instant};

use super::message;
use crate::{
    App, Connection, Transport,
    answer::{Answer, Outcome},
    http::Endpoint,
    metric,
    prepare::Prepared,
    run,
};

/// A message of an operation, on its way to the socket.
pub(super) struct Item {
    pub(super) id: Arc<str>,
    pub(super) serial: u64,
    pub(super) text: String,
    pub(super) last: bool,
}

/// The way from an operation to its socket.
pub(super) struct Line {
    pub(super) id: Arc<str>,
    pub(super) serial: u64,
    pub(super) out: mpsc::Sender<Item>,
}

impl Line {
    async fn say(&self, text: String, last: bool) {
        let item = Item { id: Arc::clone(&self.id), serial: self.serial, text, last };
        // Nobody listens any more only when the socket is gone, and this task with it.
        let _ = self.out.send(item).await;
    }

    async fn next(&self, answer: &Answer) {
        match message::next(&self.id, answer) {
            Some(text) => self.say(text, false).await,
            None => tracing::error!("answer cannot be written as JSON"),
        }
    }
}

/// Runs one operation to its end; aborted when the client completes it.
pub(super) async fn operate<A: App>(endpoint: Arc<Endpoint<A>>, conn: Arc<Connection>, prepared: Prepared, line: Line) {
    let refused = match prepared.kind {
        OperationType::Subscription => stream(&endpoint, conn, prepared, &line).await,
        OperationType::Query | OperationType::Mutation => {
            let answer = run::execute(&endpoint, &conn, prepared).await;
            tell(&line, answer).await
        }
    };
    match refused {
        Some(answer) => line.say(message::error(&line.id, &answer.errors), true).await,
        None => line.say(message::complete(&line.id), true).await,
    }
}

async fn stream<A: App>(
    endpoint: &Endpoint<A>,
    conn: Arc<Connection>,
    prepared: Prepared,
    line: &Line,
) -> Option<Answer> {
    let started = Instant::now();
    let name = prepared.name.clone();
    let count = |outcome: Outcome| {
        let label = endpoint.names.label(name.as_deref(), outcome != Outcome::RequestError);
        let (kind, transport) = (OperationType::Subscription, Transport::WebSocket);
        metric::request(label, kind, transport, outcome, started.elapsed());
    };
    let mut answers = run::subscribe(endpoint, conn, prepared);
    let mut first = true;
    while let Some(answer) = answers.next().await {
        if std::mem::take(&mut first) {
            count(answer.outcome());
        }
        if let Some(refused) = tell(line, answer).await {
            return Some(refused);
        }
    }
    if first {
        count(Outcome::Ok);
    }
    None
}

/// Sends an answer, or gives it back when it says that nothing could be executed.
async fn tell(line: &Line, answer: Answer) -> Option<Answer> {
    if answer.data.is_none() {
        return Some(answer);
    }
    line.next(&answer).await;
    None
}
