//! What the endpoint itself says no to.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use http::StatusCode;
use uuid::Uuid;

/// Codes the endpoint puts into `extensions.code` on its own.
pub const CODES: &[&str] = &[
    "BAD_INPUT",
    "BAD_REQUEST",
    "FORBIDDEN_ORIGIN",
    "INTERNAL",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "PARSE_ERROR",
    "TIMEOUT",
    "TOO_COMPLEX",
    "TOO_LARGE",
    "TOO_MANY",
    "UNAVAILABLE",
    "UNKNOWN_DOCUMENT",
    "UNSUPPORTED_MEDIA_TYPE",
    "VALIDATION_ERROR",
];

/// A request that the schema never sees.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The document was understood as a request: legacy clients get 200.
    pub(crate) of_document: bool,
    pub(crate) locations: Vec<Pos>,
    pub(crate) allow: Option<&'static str>,
    pub(crate) retry_after: Option<Duration>,
    /// The rest of the body was not read.
    pub(crate) hang_up: bool,
}

impl Refusal {
    /// A request with a status of its own, whatever the client accepts.
    pub(crate) fn of_request(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            of_document: false,
            locations: Vec::new(),
            allow: None,
            retry_after: None,
            hang_up: false,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::of_request(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// A well-formed request whose document or variables are refused.
    pub(crate) fn of_document(code: &'static str, message: impl Into<String>) -> Self {
        Self { of_document: true, ..Self::of_request(StatusCode::BAD_REQUEST, code, message) }
    }

    pub(crate) fn error(&self) -> ServerError {
        let mut error = coded(self.code, self.message.clone());
        error.locations.clone_from(&self.locations);
        error
    }
}

/// An id that ties an answer to a line of the log.
#[expect(clippy::disallowed_methods, reason = "no domain object: nothing foresees it")]
pub(crate) fn trace_id() -> Uuid {
    Uuid::now_v7()
}

/// An error with a code and no path.
pub(crate) fn coded(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    error
}

pub(crate) fn set_code(error: &mut ServerError, code: &str) {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
}
