//! The way to a tenant's identity provider and back (统一身份认证).

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use zhibu_core::{Error, Result, Secret};
use zhibu_graphql::cookie;
use zhibu_tenancy::Cx;
use zhibu_tenancy::sso::oidc::{self, Answer, Back};

use crate::sso::{Sso, enter, private, say, told};

/// Holds the browser that began to the one that comes back.
const COOKIE: &str = "zhibu_sso";
const PATH: &str = "/sso/oidc";
const SECONDS: i64 = 600;

fn callback(sso: &Sso) -> String {
    format!("{}{PATH}/callback", sso.public)
}

/// Sends a browser to the identity provider of an application.
pub(crate) async fn start(
    State(sso): State<Sso>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Response {
    let cx = sso.stranger(peer, &headers);
    let sent = Box::pin(oidc::start(&cx, &sso.issuers, &app, &callback(&sso))).await;
    let answer = sent.and_then(|sent| {
        let cookie = cookie(&cx, COOKIE, sent.browser.expose(), PATH, SECONDS)?;
        let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, sent.url)]).into_response();
        answer.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(private(answer))
    });
    answer.unwrap_or_else(|error| told(&cx, &error))
}

/// What the identity provider sends a browser back with.
#[derive(Deserialize)]
pub(crate) struct Came {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: Option<String>,
}

/// Takes a browser back from the identity provider.
pub(crate) async fn back(
    State(sso): State<Sso>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(came): Query<Came>,
    headers: HeaderMap,
) -> Response {
    let cx = sso.stranger(peer, &headers);
    let answer = Box::pin(take(&sso, &cx, came, &headers)).await;
    let mut answer = answer.unwrap_or_else(|error| told(&cx, &error));
    if let Ok(gone) = cookie(&cx, COOKIE, "", PATH, 0) {
        answer.headers_mut().append(header::SET_COOKIE, gone);
    }
    answer
}

async fn take(sso: &Sso, cx: &Cx, came: Came, headers: &HeaderMap) -> Result<Response> {
    if came.error.is_some() {
        return Err(Error::refuse("OIDC_REFUSED", "统一身份认证没有完成，请重新登录"));
    }
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let browser = pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value).unwrap_or_default();
    let answer = Answer { state: came.state, code: Secret::new(came.code), browser: Secret::new(browser) };
    match oidc::finish(cx, &sso.issuers, &callback(sso), &answer).await? {
        Back::Entered(entered) => enter(cx, &entered),
        Back::Waiting => Ok(say(cx, "已申请绑定", "您的身份已确认。管理员批准绑定后，请重新登录。")),
    }
}
