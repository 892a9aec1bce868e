//! The background of a tenant's own sign-in page, the one picture that is served without a session.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use zhibu_tenancy::{App, appearance};

/// `/t/<slug>/picture`; the page itself, `/t/<slug>/login`, is the console's.
pub(crate) fn router(app: &Arc<App>) -> Router {
    Router::new().route("/t/{slug}/picture", get(picture)).with_state(app.clone())
}

async fn picture(State(app): State<Arc<App>>, Path(slug): Path<String>) -> Response {
    match appearance::sign_in_picture(&app, &slug).await {
        Ok(Some(jpeg)) => ([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "public, max-age=60")], jpeg)
            .into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "public, max-age=60")]).into_response(),
        Err(error) => {
            tracing::warn!(code = error.code, cause = ?error.cause, "the picture of a sign-in page was not read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
