//! Turns the application's response into what a client may see: every error has a code,
//! nothing internal shows, and the status fits.

use std::{collections::BTreeMap, time::Duration};

use async_graphql::{Response, ServerError, Value};
use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::refusal::{coded, set_code, trace_id};

/// How a request ended, for metrics and the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    /// Data with errors, or a field error that emptied the data.
    FieldErrors,
    /// Nothing was executed.
    RequestError,
    Unavailable,
    TooMany,
    Internal,
}

impl Outcome {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::FieldErrors => "field_errors",
            Self::RequestError => "request_error",
            Self::Unavailable => "unavailable",
            Self::TooMany => "too_many",
            Self::Internal => "internal",
        }
    }
}

/// A response as it goes over the wire. Nothing executed means no `data` at all.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) extensions: BTreeMap<String, Value>,
    #[serde(skip)]
    pub(crate) headers: http::HeaderMap,
}

impl Answer {
    pub(crate) fn new(response: Response) -> Self {
        let Response { mut errors, data, extensions, http_headers, .. } = response;
        let executed = errors.is_empty() || data != Value::Null || errors.iter().any(|error| !error.path.is_empty());
        for error in &mut errors {
            settle(error);
        }
        Self { errors, data: executed.then_some(data), extensions, headers: http_headers }
    }

    /// An answer that is one error, from before or around the application.
    pub(crate) fn refused(error: ServerError) -> Self {
        Self { errors: vec![error], data: None, extensions: BTreeMap::new(), headers: http::HeaderMap::new() }
    }

    fn has(&self, code: &str) -> bool {
        self.errors.iter().any(|error| code_of(error) == Some(code))
    }

    pub(crate) fn outcome(&self) -> Outcome {
        if self.errors.is_empty() {
            return Outcome::Ok;
        }
        match &self.data {
            Some(Value::Null) | None => {}
            Some(_) => return Outcome::FieldErrors,
        }
        if self.has("UNAVAILABLE") || self.has("TIMEOUT") {
            Outcome::Unavailable
        } else if self.has("TOO_MANY") {
            Outcome::TooMany
        } else if self.data.is_some() {
            Outcome::FieldErrors
        } else if self.has("INTERNAL") {
            Outcome::Internal
        } else {
            Outcome::RequestError
        }
    }

    /// Status in `application/graphql-response+json`; the legacy type knows 200 instead of
    /// the 4xx of a request error.
    pub(crate) fn status(&self, legacy: bool) -> StatusCode {
        match self.outcome() {
            Outcome::Ok | Outcome::FieldErrors => StatusCode::OK,
            Outcome::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Outcome::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Outcome::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Outcome::RequestError if legacy => StatusCode::OK,
            Outcome::RequestError if self.has("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
            Outcome::RequestError if self.has("FORBIDDEN") => StatusCode::FORBIDDEN,
            Outcome::RequestError => StatusCode::BAD_REQUEST,
        }
    }

    /// When the client may try again: the longest `extensions.retryAfter` in seconds.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        if !matches!(self.outcome(), Outcome::Unavailable | Outcome::TooMany) {
            return None;
        }
        let asked = self.errors.iter().filter_map(|error| match error.extensions.as_ref()?.get("retryAfter")? {
            Value::Number(seconds) => seconds.as_u64(),
            _ => None,
        });
        Some(Duration::from_secs(asked.max().unwrap_or(1)))
    }
}

/// The stable code of an error.
pub(crate) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        Value::Enum(code) => Some(code),
        _ => None,
    }
}

/// Gives an error a code. One that has none and comes from a resolver is a bug of ours:
/// the client learns an id only.
fn settle(error: &mut ServerError) {
    if code_of(error).is_some() {
        return;
    }
    match guess(error) {
        Some(code) => set_code(error, code),
        None => hide(error),
    }
}

/// Knows the library's own errors by the words it uses.
fn guess(error: &ServerError) -> Option<&'static str> {
    const LIMITS: [&str; 5] = [
        "Query is too complex.",
        "Query is nested too deep.",
        "The recursion depth of the query",
        "The amount of aliases of the query",
        "The number of directives on the field",
    ];
    const INPUTS: [&str; 2] = ["Failed to parse \"", "Expected input type \""];
    let starts = |words: &[&str]| words.iter().any(|word| error.message.starts_with(word));
    if error.source.is_some() {
        None
    } else if starts(&INPUTS) {
        Some("BAD_INPUT")
    } else if !error.path.is_empty() {
        None
    } else if starts(&LIMITS) {
        Some("TOO_COMPLEX")
    } else {
        Some("VALIDATION_ERROR")
    }
}

/// Logs what happened once, without the details databases put on further lines.
fn hide(error: &mut ServerError) {
    let id = trace_id();
    let first: String = error.message.lines().next().unwrap_or_default().chars().take(200).collect();
    tracing::error!(error_id = %id, path = ?error.path, "resolver failed without a code: {first}");
    let hidden = internal(id);
    error.message = hidden.message;
    error.extensions = hidden.extensions;
    error.source = None;
}

/// The one answer to our own faults.
pub(crate) fn internal(id: Uuid) -> ServerError {
    let mut error = coded("INTERNAL", "服务器内部错误，请稍后再试");
    if let Some(extensions) = &mut error.extensions {
        extensions.set("id", id.to_string());
    }
    error
}
