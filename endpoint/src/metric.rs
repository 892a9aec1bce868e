//! What a request looks like in metrics: a bounded set of names, never its content.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_graphql::parser::types::OperationType;

use crate::{Transport, answer::Outcome};

const NAMES: usize = 500;

/// Operation names that may become labels.
pub(crate) struct Names {
    known: Mutex<HashSet<String>>,
    open: bool,
}

impl Names {
    /// The given names; without any, the first well-formed ones to succeed.
    pub(crate) fn new(known: &[String]) -> Self {
        let known: HashSet<String> = known.iter().filter(|name| is_plain(name)).take(NAMES).cloned().collect();
        Self { open: known.is_empty(), known: Mutex::new(known) }
    }

    /// The name as a label. Only what was executed may add one.
    pub(crate) fn label(&self, name: Option<&str>, executed: bool) -> String {
        let Some(name) = name.filter(|name| is_plain(name)) else {
            return "other".into();
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(name) {
            if !self.open || !executed || known.len() >= NAMES {
                return "other".into();
            }
            known.insert(name.to_owned());
        }
        name.to_owned()
    }
}

fn is_plain(name: &str) -> bool {
    (1..=40).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

pub(crate) fn kind_label(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

fn transport_label(transport: Transport) -> &'static str {
    match transport {
        Transport::Http => "http",
        Transport::WebSocket => "websocket",
    }
}

pub(crate) fn request(operation: String, kind: OperationType, transport: Transport, outcome: Outcome, took: Duration) {
    metrics::counter!(
        "graphql_requests_total",
        "operation" => operation.clone(),
        "type" => kind_label(kind),
        "transport" => transport_label(transport),
        "outcome" => outcome.label(),
    )
    .increment(1);
    metrics::histogram!(
        "graphql_request_seconds",
        "operation" => operation,
        "type" => kind_label(kind),
    )
    .record(took.as_secs_f64());
}

/// A request that the schema never saw.
pub(crate) fn refusal(code: &'static str, transport: Transport) {
    metrics::counter!(
        "graphql_refusals_total",
        "code" => code,
        "transport" => transport_label(transport),
    )
    .increment(1);
}

pub(crate) fn socket_opened() {
    metrics::gauge!("graphql_sockets").increment(1.0);
}

pub(crate) fn socket_closed(code: u16) {
    metrics::gauge!("graphql_sockets").decrement(1.0);
    metrics::counter!("graphql_socket_closes_total", "code" => code.to_string()).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded() {
        let names = Names::new(&[]);
        assert_eq!(names.label(Some("Members"), false), "other");
        assert_eq!(names.label(Some("Members"), true), "Members");
        assert_eq!(names.label(Some("Members"), false), "Members");
        for bad in ["", "a b", "名", &"a".repeat(41)] {
            assert_eq!(names.label(Some(bad), true), "other");
        }
        assert_eq!(names.label(None, true), "other");
        for n in 1..NAMES {
            assert_eq!(names.label(Some(&format!("n{n}")), true), format!("n{n}"));
        }
        assert_eq!(names.label(Some("late"), true), "other");
    }

    #[test]
    fn known_names_close_the_set() {
        let names = Names::new(&["Members".to_owned()]);
        assert_eq!(names.label(Some("Members"), true), "Members");
        assert_eq!(names.label(Some("Junk"), true), "other");
    }
}
