//! Files that phones send: a mini-program can only post a form, and only to addresses it was registered with. The form goes
//! where the ticket's signed link allows, and nowhere else.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;
use zhibu_core::Result;
use zhibu_tenancy::App;

/// What any upload may have, and the form around it.
const LARGEST: usize = 21 * 1024 * 1024;

/// `POST /uploads?link=…&type=…&length=…` with the file as the form's field `file`.
pub(crate) fn router(app: &Arc<App>) -> Router {
    Router::new().route("/uploads", post(upload)).layer(DefaultBodyLimit::max(LARGEST)).with_state(app.clone())
}

/// The ticket, as the request for an upload gave it.
#[derive(serde::Deserialize)]
struct Ticket {
    link: String,
    #[serde(rename = "type")]
    content_type: String,
    length: u64,
}

async fn upload(State(app): State<Arc<App>>, Query(ticket): Query<Ticket>, form: Multipart) -> Response {
    match put(&app, &ticket, form).await {
        Ok(status) => status.into_response(),
        Err(error) => {
            tracing::error!(code = error.code, cause = ?error.cause, "an upload was not stored");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn put(app: &App, ticket: &Ticket, mut form: Multipart) -> Result<StatusCode> {
    let Ticket { link, content_type, length } = ticket;
    // Before anything of the file is read.
    let allowed = app.store.allowed_by(link, content_type, *length, app.world.now()).await?;
    let Some(key) = allowed else { return Ok(StatusCode::FORBIDDEN) };
    loop {
        match form.next_field().await {
            Ok(Some(field)) if field.name() == Some("file") => {
                let bytes = match field.bytes().await {
                    Ok(bytes) => bytes,
                    Err(refused) => return Ok(refused.status()),
                };
                if u64::try_from(bytes.len()).ok() != Some(*length) {
                    return Ok(StatusCode::BAD_REQUEST);
                }
                app.store.put(&key, bytes, content_type).await?;
                return Ok(StatusCode::NO_CONTENT);
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(StatusCode::BAD_REQUEST),
            Err(refused) => return Ok(refused.status()),
        }
    }
}
