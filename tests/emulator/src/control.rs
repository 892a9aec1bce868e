//! `/_ctl/…`: what tests tell the emulator.

use bytes::Bytes;
use chrono::DateTime;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::state::State;

#[derive(Deserialize)]
#[serde(untagged)]
enum ClockSet {
    At { at: i64 },
    Advance { advance: i64 },
}

pub(crate) fn answer(state: &mut State, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
    match (&head.method, head.uri.path()) {
        (&Method::GET, "/_ctl/report") => (StatusCode::OK, json!(state.report)),
        (&Method::GET, "/_ctl/sent") => (StatusCode::OK, json!(state.sent)),
        (&Method::POST, "/_ctl/clock") => told(body, |set: ClockSet| match set {
            ClockSet::At { at } => {
                if let Some(at) = DateTime::from_timestamp(at, 0) {
                    state.set_clock(at);
                }
            }
            ClockSet::Advance { advance } => state.advance(advance),
        }),
        (&Method::POST, "/_ctl/faults") => told(body, |rules| state.faults = rules),
        (&Method::POST, "/_ctl/receipts") => told(body, |receipts| state.receipts = receipts),
        _ => (StatusCode::NOT_FOUND, json!({"error": "no such control"})),
    }
}

fn told<T: serde::de::DeserializeOwned>(body: &Bytes, act: impl FnOnce(T)) -> (StatusCode, Value) {
    match serde_json::from_slice(body) {
        Ok(value) => {
            act(value);
            (StatusCode::OK, json!({}))
        }
        Err(fault) => (StatusCode::BAD_REQUEST, json!({"error": fault.to_string()})),
    }
}
