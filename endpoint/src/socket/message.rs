//! Messages of the protocol, in and out.

use async_graphql::ServerError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Close;
use crate::{answer::Answer, params::Params};

const LONGEST_ID: usize = 128;

/// What a client says.
pub(crate) enum Incoming {
    Init(Value),
    Ping(Option<Value>),
    Pong,
    Subscribe(String, Box<Params>),
    Complete(String),
}

impl Incoming {
    /// Reads one message; anything the protocol does not know closes the socket.
    pub(crate) fn parse(text: &str) -> Result<Self, Close> {
        let mut fields: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| Close::bad_message("Invalid message"))?;
        let payload = fields.remove("payload").filter(|payload| !payload.is_null());
        let id = fields.remove("id");
        match (fields.get("type").and_then(Value::as_str), payload) {
            (Some("connection_init"), payload) => Ok(Self::Init(payload.map_or(Ok(Value::Null), an_object)?)),
            (Some("ping"), payload) => Ok(Self::Ping(payload.map(an_object).transpose()?)),
            (Some("pong"), _) => Ok(Self::Pong),
            (Some("subscribe"), Some(payload)) => Ok(Self::Subscribe(an_id(id)?, Box::new(params(payload)?))),
            (Some("complete"), _) => Ok(Self::Complete(an_id(id)?)),
            _ => Err(Close::bad_message("Invalid message")),
        }
    }
}

fn an_object(payload: Value) -> Result<Value, Close> {
    if payload.is_object() { Ok(payload) } else { Err(Close::bad_message("Invalid payload")) }
}

fn an_id(id: Option<Value>) -> Result<String, Close> {
    match id {
        Some(Value::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => Ok(id),
        _ => Err(Close::bad_message("Invalid id")),
    }
}

fn params(payload: Value) -> Result<Params, Close> {
    let params = Params::deserialize(an_object(payload)?).map_err(|_| Close::bad_message("Invalid payload"))?;
    if params.query.is_none() && params.document_id.is_none() {
        return Err(Close::bad_message("Invalid payload"));
    }
    Ok(params)
}

pub(crate) fn ack(payload: Option<Value>) -> String {
    with_payload("connection_ack", payload)
}

pub(crate) fn pong(payload: Option<Value>) -> String {
    with_payload("pong", payload)
}

fn with_payload(kind: &str, payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({"type": kind, "payload": payload}).to_string(),
        None => json!({"type": kind}).to_string(),
    }
}

#[derive(Serialize)]
struct Outgoing<'a, P> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    payload: &'a P,
}

pub(crate) fn next(id: &str, answer: &Answer) -> Option<String> {
    serde_json::to_string(&Outgoing { id, kind: "next", payload: answer }).ok()
}

pub(crate) fn error(id: &str, errors: &Vec<ServerError>) -> String {
    serde_json::to_string(&Outgoing { id, kind: "error", payload: errors })
        .unwrap_or_else(|_| json!({"id": id, "type": "error", "payload": []}).to_string())
}

pub(crate) fn complete(id: &str) -> String {
    json!({"id": id, "type": "complete"}).to_string()
}
