//! The mini-program as a web page (H5) under `/m`, embedded when it has been built.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, header};
use rust_embed::RustEmbed;

use crate::console::file;

#[derive(RustEmbed)]
#[folder = "../miniapp/dist/h5"]
#[allow_missing = true]
struct Files;

const STUB: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
    <title>支部</title><body><h1>小程序网页版尚未构建</h1><p>请运行 <code>script/server</code>，或在 miniapp 目录运行 <code>npm run build:h5</code>。</p></body></html>";
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Its routes.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/m", get(|| async { Redirect::permanent("/m/") }))
        .route("/m/", get(page))
        .route("/m/{*path}", get(any))
}

async fn any(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let named = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if !named || path == "index.html" {
        return page().await;
    }
    // The bundler puts what it has hashed into these folders.
    let hashed = ["js/", "css/", "chunk/", "static/"].iter().any(|folder| path.starts_with(folder));
    file::<Files>(&path, hashed, &headers)
}

/// Pages find their own way by the address.
async fn page() -> Response {
    let html = Files::get("index.html")
        .map_or_else(|| STUB.to_owned(), |file| String::from_utf8_lossy(&file.data).into_owned());
    let mut answer = ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], html)
        .into_response();
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer
}
