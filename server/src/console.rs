//! The console's files: hashed assets for ever, the page itself with a fresh nonce for every answer.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::RustEmbed;
use zhibu_core::World;
use zhibu_tenancy::keys::hex;

#[derive(RustEmbed)]
#[folder = "../web/console/dist"]
#[allow_missing = true]
struct Files;

const STUB: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>支部</title>\
    <body><h1>控制台尚未构建</h1><p>请运行 <code>script/server</code>，或在 web 目录运行 <code>npm run build</code>。</p></body></html>";
const NONCE: &str = "__CSP_NONCE__";
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Serves everything that is no API.
pub(crate) async fn console(State(world): State<World>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    // The page itself has a nonce, by whatever name it is asked for.
    let file = path != "index.html"
        && (path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')));
    if file { asset(path, &headers) } else { page(&world) }
}

fn page(world: &World) -> Response {
    let nonce = hex(&world.bytes::<16>());
    let html = Files::get("index.html")
        .map_or_else(|| STUB.to_owned(), |file| String::from_utf8_lossy(&file.data).replace(NONCE, &nonce));
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src-elem 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let mut answer = ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], html)
        .into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer.headers_mut().insert(COOP, HeaderValue::from_static("same-origin"));
    answer
}

fn asset(path: &str, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let packed = [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(name, end)| {
        accepted.contains(name).then(|| Files::get(&format!("{path}{end}"))).flatten().map(|file| (Some(name), file))
    });
    let Some(plain) = Files::get(path) else { return (StatusCode::NOT_FOUND, "未找到").into_response() };
    let kind = plain.metadata.mimetype().to_owned();
    let (encoding, file) = packed.unwrap_or((None, plain));
    let life = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = Response::new(Body::from(file.data.into_owned()));
    let set = answer.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        set.insert(header::CONTENT_TYPE, kind);
    }
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(life));
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    answer
}
