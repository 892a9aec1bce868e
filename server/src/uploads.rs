//! Files that phones send: a mini-program can only post a form, and only to addresses it was registered with. The form goes
//! where the ticket's signed link allows, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, Multipart, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zhibu_core::Result;
use zhibu_tenancy::App;

/// What any upload may have, and the form around it.
const LARGEST: usize = 21 * 1024 * 1024;
/// How long a phone may take for one file.
const PATIENCE: Duration = Duration::from_secs(60);
/// Files are held in memory until they are whole; so many at once.
static ROOM: Semaphore = Semaphore::const_new(8);

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
    let Ok(done) = timeout(PATIENCE, put(&app, &ticket, form)).await else {
        return StatusCode::REQUEST_TIMEOUT.into_response();
    };
    match done {
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
    let Ok(_room) = ROOM.try_acquire() else { return Ok(StatusCode::SERVICE_UNAVAILABLE) };
    loop {
        match form.next_field().await {
            Ok(Some(field)) if field.name() == Some("file") => {
                let Some(bytes) = whole(field, *length).await else { return Ok(StatusCode::BAD_REQUEST) };
                app.store.put(&key, bytes, content_type).await?;
                return Ok(StatusCode::NO_CONTENT);
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(StatusCode::BAD_REQUEST),
            Err(refused) => return Ok(refused.status()),
        }
    }
}

/// The file when it has just the length that the ticket says; nothing beyond is kept.
async fn whole(mut field: Field<'_>, length: u64) -> Option<Bytes> {
    let length = usize::try_from(length).ok()?;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.chunk().await.ok()? {
        if bytes.len() + chunk.len() > length {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    (bytes.len() == length).then(|| bytes.freeze())
}
