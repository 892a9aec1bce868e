//! Password-free sign-in over HTTP (免密登录): integrators' servers ask for tickets, and people's browsers spend them.
//!
//! The ticket comes in the fragment of the address, which no log and no preview of a link sees; a page of three lines
//! posts it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use zhibu_core::{Error, Kind, Result, Secret, World};
use zhibu_graphql::{address, session_cookies};
use zhibu_providers::oidc::Client;
use zhibu_tenancy::keys::hex;
use zhibu_tenancy::sso::rules::{self, Asked};
use zhibu_tenancy::sso::{self, Entered};
use zhibu_tenancy::{App, Audience, Caller, Cx, Origin};

use crate::installation::Installation;
use crate::oidc;

const LARGEST: usize = 8 * 1024;

/// What the routes share.
#[derive(Clone)]
pub(crate) struct Sso {
    pub(crate) app: Arc<App>,
    proxies: Vec<IpAddr>,
    /// The origin that people reach us under, without a slash at its end.
    pub(crate) public: String,
    pub(crate) issuers: Arc<Client>,
}

/// The routes.
pub(crate) fn router(installation: &Installation) -> Result<Router> {
    let sso = Sso {
        app: installation.app.clone(),
        proxies: installation.config.trusted_proxies.clone(),
        public: installation.config.public()?.as_str().trim_end_matches('/').to_owned(),
        issuers: Arc::new(Client::new(installation.config.oidc)),
    };
    Ok(Router::new()
        .route("/sso/v1/tickets", post(tickets))
        .route("/sso/login", get(page).post(login))
        .route("/sso/oidc/callback", get(oidc::back))
        .route("/sso/oidc/{app}", get(oidc::start))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(sso))
}

impl Sso {
    /// The context of a stranger's request.
    pub(crate) fn stranger(&self, peer: SocketAddr, headers: &HeaderMap) -> Cx {
        let device = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let origin = Origin {
            request: self.app.world.id(),
            address: address(Some(peer.ip()), headers, &self.proxies).map(|ip| ip.to_string()).unwrap_or_default(),
            device: device.to_owned(),
        };
        Cx::new(self.app.clone(), Caller::Stranger, origin)
    }
}

async fn tickets(State(sso): State<Sso>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let cx = sso.stranger(peer, &head.headers);
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return refusal(&cx, &Error::refuse("REQUEST_FORMAT", "请求体过大"));
    };
    let named =
        |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let asked = Asked {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        app: named("x-sso-app"),
        timestamp: named("x-sso-timestamp"),
        nonce: named("x-sso-nonce"),
        algorithm: named("x-sso-algorithm"),
        signature: named("x-sso-signature"),
        body: body.to_vec(),
    };
    match Box::pin(sso::mint(&cx, &asked)).await {
        Ok(minted) => {
            let ticket = minted.ticket.expose();
            let mut answer = json!({
                "ticket": ticket,
                "expires_in": minted.expires_in,
                "login_url": format!("{}/sso/login#t={ticket}&a={}", sso.public, minted.app),
            });
            if let (Some(answer), Some(state)) = (answer.as_object_mut(), minted.state) {
                answer.insert("state".to_owned(), state.into());
            }
            private(Json(answer).into_response())
        }
        Err(error) => refusal(&cx, &error),
    }
}

/// How these few pages look.
const LOOK: &str = "body{max-width:28em;margin:20vh auto 0;padding:0 24px;font:16px/1.8 system-ui,sans-serif;color:#1f1f1f;\
    text-align:center}h1{font-size:22px}a{color:#b5121b}small{color:#595959}";

/// The page that takes the ticket out of the address and posts it.
async fn page(State(sso): State<Sso>) -> Response {
    let script = "const part = new URLSearchParams(location.hash.slice(1));\
        history.replaceState(null, '', location.pathname);\
        const form = document.forms[0];\
        form.ticket.value = part.get('t') ?? '';\
        form.app.value = part.get('a') ?? '';\
        form.submit();";
    let body = "<h1>正在登录…</h1><noscript><p>请在浏览器中启用 JavaScript 后重试。</p></noscript>\
         <form method=\"post\" action=\"/sso/login\"><input type=\"hidden\" name=\"ticket\"><input type=\"hidden\" name=\"app\"></form>";
    html(&sso.app.world, StatusCode::OK, body, Some(script))
}

async fn login(
    State(sso): State<Sso>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let cx = sso.stranger(peer, &headers);
    let mut fields: std::collections::HashMap<String, String> =
        url::form_urlencoded::parse(&body).into_owned().collect();
    let mut field = |name: &str| fields.remove(name).unwrap_or_default();
    let (app, ticket) = (field("app"), Secret::new(field("ticket")));
    // Our own page posts, or a program; somebody else's page would sign its visitors in as whom it likes.
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        let error = Error::refuse("FOREIGN_PAGE", "请从单位平台的入口重新打开");
        return if wants_json(&headers) { refusal(&cx, &error) } else { told(&cx, &error) };
    }
    match Box::pin(sso::redeem(&cx, &app, &ticket)).await {
        Ok(entered) => enter(&cx, &entered).unwrap_or_else(|error| refusal(&cx, &error)),
        Err(error) if wants_json(&headers) => refusal(&cx, &error),
        Err(error) => told(&cx, &error),
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("application/json"))
}

/// Leads somebody who came in to where they are going.
pub(crate) fn enter(cx: &Cx, entered: &Entered) -> Result<Response> {
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, entered.target.as_str())]).into_response();
    for line in session_cookies(cx, Audience::Console, &entered.tokens)? {
        answer.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(private(answer))
}

fn log(cx: &Cx, error: &Error) {
    if matches!(error.kind, Kind::Bug | Kind::Unavailable) {
        tracing::error!(request = %cx.origin.request, code = error.code, cause = ?error.cause, "a sign-in failed");
    }
    metrics::counter!("zhibu_sso_refused", "code" => error.code).increment(1);
}

fn code(error: &Error) -> StatusCode {
    StatusCode::from_u16(rules::status(error.code)).unwrap_or(StatusCode::FORBIDDEN)
}

/// A refusal for programs.
fn refusal(cx: &Cx, error: &Error) -> Response {
    log(cx, error);
    let body =
        json!({"code": error.code, "message": error.message, "field": error.field, "request": cx.origin.request});
    let mut answer = (code(error), Json(body)).into_response();
    if let Some(seconds) = error.retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    private(answer)
}

/// A refusal for people.
pub(crate) fn told(cx: &Cx, error: &Error) -> Response {
    log(cx, error);
    let body = format!(
        "<h1>未能登录</h1><p>{}</p><p><a href=\"/\">前往登录页</a></p><p><small>{}</small></p>",
        escaped(&error.message),
        error.code
    );
    html(&cx.app.world, code(error), &body, None)
}

/// A page for people that says one thing.
pub(crate) fn say(cx: &Cx, title: &str, text: &str) -> Response {
    let body = format!("<h1>{}</h1><p>{}</p><p><a href=\"/\">前往登录页</a></p>", escaped(title), escaped(text));
    html(&cx.app.world, StatusCode::OK, &body, None)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn html(world: &World, status: StatusCode, body: &str, script: Option<&str>) -> Response {
    let nonce = hex(&world.bytes::<16>());
    let script = script.map(|script| format!("<script nonce=\"{nonce}\">{script}</script>")).unwrap_or_default();
    let text = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>免密登录</title><style nonce=\"{nonce}\">{LOOK}</style><body>{body}{script}</body></html>"
    );
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let mut answer = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], Body::from(text)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    private(answer)
}

/// Nothing of this is kept by anybody on the way, or told to the next page.
pub(crate) fn private(mut answer: Response) -> Response {
    let set = answer.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    set.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    answer
}
