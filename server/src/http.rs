//! All routes of the server.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use zhibu_core::{Error, Result};
use zhibu_endpoint::{Limits, Stop};
use zhibu_graphql::{Door, Gateway};
use zhibu_tenancy::Audience;

use crate::config::Profile;
use crate::health::{Health, healthz, metrics, providers, readyz};
use crate::installation::{Installation, media};
use crate::{appearance, callbacks, console, miniapp, observe, sso, uploads};

/// The limits of one door.
pub(crate) fn limits(installation: &Installation, path: &str) -> Result<Limits> {
    let mut origins = installation.config.origins.clone();
    origins.push(installation.config.public()?.origin().ascii_serialization());
    Ok(Limits { path: path.to_owned(), origins, ..Limits::default() })
}

/// What the console asks, by hash: it sends the hash alone.
const DOCUMENTS: &str = include_str!("../../web/api/persisted.json");

/// A debug build takes the pages from the disk, so their questions too.
fn documents() -> Cow<'static, str> {
    let there = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/api/persisted.json");
    let read = if cfg!(debug_assertions) { std::fs::read_to_string(there).ok() } else { None };
    read.map_or(Cow::Borrowed(DOCUMENTS), Cow::Owned)
}

/// The routes.
pub(crate) fn router(installation: &Installation, health: Health, stop: &Stop) -> Result<Router> {
    let production = installation.config.profile == Profile::Production;
    let documents: HashMap<String, String> = serde_json::from_str(&documents()).map_err(Error::bug)?;
    let documents: Arc<HashMap<String, Arc<str>>> =
        Arc::new(documents.into_iter().map(|(k, v)| (k, v.into())).collect());
    let mut router = Router::new();
    for (audience, path) in [(Audience::Console, "/graphql"), (Audience::Operator, "/operator/graphql")] {
        let limits = limits(installation, path)?;
        let schema = zhibu_modules::schema(&limits);
        let door = Door {
            audience,
            open_schema: !production,
            proxies: installation.config.trusted_proxies.clone(),
            documents: documents.clone(),
        };
        let gateway = Arc::new(Gateway::new(installation.app.clone(), schema, door));
        router = router.merge(zhibu_endpoint::router(gateway, limits, stop.clone()));
    }
    if let Some(media) = media(installation)? {
        router = router.merge(media);
    }
    let probes = Router::new()
        .route("/healthz", get(healthz))
        .route("/healthz/providers", get(providers))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Health { metrics: observe::metrics(), ..health });
    let pages = Router::new().fallback(console::console).with_state(installation.app.world.clone());
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let mut router = router
        .merge(probes)
        .merge(callbacks::router(
            &installation.app,
            installation.config.sms.callback_secret.as_ref(),
            installation.config.voice.callback_secret.as_ref(),
        ))
        .merge(sso::router(installation)?)
        .merge(appearance::router(&installation.app))
        .merge(uploads::router(&installation.app))
        .merge(miniapp::router(installation.config.miniapp.as_deref()))
        .merge(pages)
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"));
    if production {
        router = router.layer(header(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    } else {
        router = router.layer(header(HeaderName::from_static("x-sandbox"), "1"));
    }
    Ok(router)
}
