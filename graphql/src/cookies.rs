//! Tokens of the console travel in httpOnly cookies that only the GraphQL path sees.

use async_graphql::Context;
use http::HeaderMap;
use zhibu_core::{Error, Result, Secret};
use zhibu_tenancy::identity::Tokens;
use zhibu_tenancy::{Audience, Cx};

/// The refresh token that came with the request.
#[derive(Clone)]
pub struct RefreshCookie(pub Option<Secret>);

fn names(audience: Audience) -> (&'static str, &'static str, &'static str) {
    match audience {
        // A mini-program has no cookies; in a browser it is the console's.
        Audience::Console | Audience::Mini => ("zhibu_access", "zhibu_refresh", "/graphql"),
        Audience::Operator => ("zhibu_operator_access", "zhibu_operator_refresh", "/operator/graphql"),
    }
}

/// The access and refresh tokens of a request.
pub(crate) fn read(headers: &HeaderMap, audience: Audience) -> (Option<Secret>, Option<Secret>) {
    let (access, refresh, _) = names(audience);
    let find = |name: &str| {
        let lines = headers.get_all(http::header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| Secret::new(value))
    };
    (find(access), find(refresh))
}

/// The access token of a program that keeps its tokens itself.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let line = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    line.strip_prefix("Bearer ").map(Secret::new)
}

/// Hands a session's tokens to the browser.
pub fn set(ctx: &Context<'_>, cx: &Cx, audience: Audience, tokens: &Tokens) -> Result<()> {
    for line in lines(cx, audience, tokens)? {
        ctx.append_http_header(http::header::SET_COOKIE, line);
    }
    Ok(())
}

/// The cookies of a session's tokens, for answers that are not GraphQL's.
pub fn lines(cx: &Cx, audience: Audience, tokens: &Tokens) -> Result<[http::HeaderValue; 2]> {
    let (access, refresh, path) = names(audience);
    Ok([
        line(cx, access, tokens.access.expose(), path, cx.app.settings.access_minutes * 60)?,
        line(cx, refresh, tokens.refresh.expose(), path, tokens.days * 86_400)?,
    ])
}

/// Takes the tokens back.
pub fn clear(ctx: &Context<'_>, cx: &Cx, audience: Audience) -> Result<()> {
    let (access, refresh, path) = names(audience);
    put(ctx, cx, access, "", path, 0)?;
    put(ctx, cx, refresh, "", path, 0)
}

fn put(ctx: &Context<'_>, cx: &Cx, name: &str, value: &str, path: &str, seconds: i64) -> Result<()> {
    ctx.append_http_header(http::header::SET_COOKIE, line(cx, name, value, path, seconds)?);
    Ok(())
}

/// One cookie that no script reads.
pub fn line(cx: &Cx, name: &str, value: &str, path: &str, seconds: i64) -> Result<http::HeaderValue> {
    let secure = if cx.app.settings.secure_cookies { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    http::HeaderValue::from_str(&line).map_err(Error::bug)
}
