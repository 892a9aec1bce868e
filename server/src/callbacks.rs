//! What carriers push about messages. Nothing signs a receipt: the address holds a secret, and a receipt changes nothing
//! but the delivery status of a message that we know.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use zhibu_core::Secret;
use zhibu_providers::sms::{Carrier, receipt};
use zhibu_tenancy::keys::hash;
use zhibu_tenancy::{App, Cx, Space, outbox};

const LARGEST: usize = 256 * 1024;

#[derive(Clone)]
struct Callbacks {
    app: Arc<App>,
    secret: Secret,
}

/// The route of receipts, when a secret is configured.
pub(crate) fn router(app: &Arc<App>, secret: Option<&Secret>) -> Router {
    let Some(secret) = secret else { return Router::new() };
    Router::new()
        .route("/callbacks/sms/{carrier}/{secret}", post(sms))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Callbacks { app: app.clone(), secret: secret.clone() })
}

async fn sms(
    State(callbacks): State<Callbacks>,
    Path((carrier, secret)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let ours = callbacks.app.sms.carrier();
    // Hashes are compared, so that the time tells nothing about the secret.
    if carrier != ours.key() || hash(secret.as_bytes()) != hash(callbacks.secret.expose().as_bytes()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (receipts, thanks) = match ours {
        Carrier::Aliyun => (receipt::aliyun(&body), receipt::aliyun_thanks()),
        Carrier::Tencent => (receipt::tencent(&body), receipt::tencent_thanks()),
        Carrier::Sandbox | Carrier::Off => return StatusCode::NOT_FOUND.into_response(),
    };
    let Ok(receipts) = receipts else { return StatusCode::BAD_REQUEST.into_response() };
    let cx = Cx::system(callbacks.app, Space::Platform);
    match outbox::report(&cx, &receipts).await {
        Ok(()) => Json(thanks).into_response(),
        Err(error) => {
            tracing::error!(code = error.code, cause = ?error.cause, "receipts were not kept");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
