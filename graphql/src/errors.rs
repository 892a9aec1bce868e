//! Refusals keep their code and field; bugs are logged once and answered with an opaque id.

use async_graphql::{ErrorExtensionValues, Response, ServerError};
use zhibu_core::{Error, Kind};
use zhibu_tenancy::Cx;

/// Gives every error of ours its code, field and words.
pub(crate) fn polish(mut response: Response, cx: &Cx) -> Response {
    for error in &mut response.errors {
        translate(error, cx);
    }
    response
}

fn translate(error: &mut ServerError, cx: &Cx) {
    let Some(ours) = error.source::<Error>() else { return };
    let mut values = ErrorExtensionValues::default();
    values.set("code", ours.code);
    if let Some(field) = &ours.field {
        values.set("field", field.as_str());
    }
    if let Some(seconds) = ours.retry_after {
        values.set("retryAfter", seconds);
    }
    if matches!(ours.kind, Kind::Bug | Kind::Unavailable) {
        let id = cx.origin.request;
        let path: Vec<String> = error.path.iter().map(|part| format!("{part:?}")).collect();
        tracing::error!(request = %id, path = path.join("."), code = ours.code, cause = ?ours.cause, "request failed");
        values.set("id", id.to_string());
    }
    let message = ours.message.to_string();
    error.message = message;
    error.extensions = Some(values);
}
