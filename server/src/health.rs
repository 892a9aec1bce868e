//! Liveness, readiness and metrics.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use zhibu_tenancy::{App, Cx, Space, operator};

/// What the probes look at.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) app: Arc<App>,
    pub(crate) ready: Arc<AtomicBool>,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) production: bool,
}

/// The process is alive; asks nothing of anybody.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// Database and store answer, and the server is not about to stop.
pub(crate) async fn readyz(State(health): State<Health>) -> Response {
    if !health.ready.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping").into_response();
    }
    let cx = Cx::system(health.app.clone(), Space::Platform);
    let database = tokio::time::timeout(Duration::from_secs(1), operator::none_yet(&cx)).await;
    if !matches!(database, Ok(Ok(_))) {
        return (StatusCode::SERVICE_UNAVAILABLE, "database").into_response();
    }
    let store = tokio::time::timeout(Duration::from_secs(2), health.app.store.ping()).await;
    if !matches!(store, Ok(Ok(()))) {
        return (StatusCode::SERVICE_UNAVAILABLE, "store").into_response();
    }
    "ready".into_response()
}

/// Figures for the monitor on this machine; others see nothing.
pub(crate) async fn metrics(
    State(health): State<Health>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: http::HeaderMap,
) -> Response {
    match health.metrics {
        Some(handle) if near(peer, &headers) => handle.render().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// An outside service as the monitor watches it; a sandbox in production is an alarm.
#[derive(Serialize)]
struct Provider {
    capability: &'static str,
    provider: &'static str,
    environment: &'static str,
    /// By which a key that was exchanged shows.
    fingerprint: Option<String>,
    last_good: Option<DateTime<Utc>>,
}

/// Which outside services there are, for the monitor on this machine.
pub(crate) async fn providers(
    State(health): State<Health>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: http::HeaderMap,
) -> Response {
    if !near(peer, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let sms = &health.app.sms;
    let video = &health.app.video;
    Json([
        Provider {
            capability: "sms",
            provider: sms.carrier().key(),
            environment: if sms.is_sandbox() || !health.production { "sandbox" } else { "production" },
            fingerprint: sms.fingerprint().map(str::to_owned),
            last_good: sms.last_good(),
        },
        Provider {
            capability: "video",
            provider: video.host().key(),
            environment: if health.production { "production" } else { "sandbox" },
            fingerprint: video.fingerprint().map(str::to_owned),
            last_good: None,
        },
    ])
    .into_response()
}

/// Asked from this machine, and not for somebody else.
fn near(peer: SocketAddr, headers: &http::HeaderMap) -> bool {
    peer.ip().is_loopback() && !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded")
}
