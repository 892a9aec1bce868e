//! What outside services push. Nothing signs a carrier's receipt: the address holds a secret, and a receipt changes nothing
//! but the delivery status of a message that we know. What DingTalk pushes is sealed, and wants a sealed answer. What the video
//! server tells is signed.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use zhibu_core::Secret;
use zhibu_providers::sms::{Carrier, receipt};
use zhibu_providers::video::Unproven;
use zhibu_providers::voice;
use zhibu_tenancy::keys::hash;
use zhibu_tenancy::{App, Cx, Space, dingtalk, outbox};

const LARGEST: usize = 256 * 1024;

#[derive(Clone)]
struct Callbacks {
    app: Arc<App>,
    secret: Secret,
}

/// The routes: of receipts, when a secret is configured, and of DingTalk and the video server, when those are.
pub(crate) fn router(app: &Arc<App>, secret: Option<&Secret>, voice: Option<&Secret>) -> Router {
    let mut router = Router::new();
    if let Some(secret) = secret {
        let state = Callbacks { app: app.clone(), secret: secret.clone() };
        router = router.merge(Router::new().route("/callbacks/sms/{carrier}/{secret}", post(sms)).with_state(state));
    }
    if let Some(secret) = voice {
        let state = Callbacks { app: app.clone(), secret: secret.clone() };
        router =
            router.merge(Router::new().route("/callbacks/voice/{carrier}/{secret}", post(calls)).with_state(state));
    }
    if app.mini.dingtalk.is_some() {
        router = router.merge(Router::new().route("/callbacks/dingtalk", post(suite)).with_state(app.clone()));
    }
    if app.video.is_open() {
        router = router.merge(Router::new().route("/callbacks/video", post(video)).with_state(app.clone()));
    }
    router.layer(DefaultBodyLimit::max(LARGEST))
}

/// DingTalk waits a second and a half for the sealed word; the work it causes is a job's.
async fn suite(State(app): State<Arc<App>>, RawQuery(query): RawQuery, body: Bytes) -> Response {
    let Some(client) = &app.mini.dingtalk else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(events) = client.push(&query.unwrap_or_default(), &body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let kept = dingtalk::received(&Cx::system(app.clone(), Space::Platform), &events).await;
    match kept.and_then(|()| client.reply()) {
        Ok(sealed) => ([(header::CONTENT_TYPE, "application/json")], sealed).into_response(),
        Err(error) => {
            tracing::error!(code = error.code, cause = ?error.cause, "a push was not kept");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// The video server tells again what was not acknowledged.
async fn video(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let proof = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let event = match app.video.verify_webhook(proof, &body, app.world.now()) {
        Ok(event) => event,
        Err(Unproven(what)) => {
            tracing::warn!(what, "a webhook of the video server proves nothing");
            return StatusCode::UNAUTHORIZED.into_response();
        }
    };
    match zhibu_modules::video_told(&app, &event).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            tracing::error!(code = error.code, cause = ?error.cause, "a webhook was not kept");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
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

async fn calls(
    State(callbacks): State<Callbacks>,
    Path((carrier, secret)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let ours = callbacks.app.voice.carrier();
    let known = hash(secret.as_bytes()) == hash(callbacks.secret.expose().as_bytes());
    if ours != voice::Carrier::Aliyun || carrier != ours.key() || !known {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(receipts) = voice::receipt::aliyun(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match outbox::report_calls(&Cx::system(callbacks.app, Space::Platform), &receipts).await {
        Ok(()) => Json(receipt::aliyun_thanks()).into_response(),
        Err(error) => {
            tracing::error!(code = error.code, cause = ?error.cause, "receipts of calls were not kept");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
