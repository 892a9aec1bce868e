//! The mini-program as a web page (H5) under `/m`: the files of a build, read from its folder, so that it may be built
//! while the server runs.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use tower_http::services::ServeDir;

const STUB: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
    content=\"width=device-width\"><title>支部</title><body><h1>手机网页版尚未构建</h1>\
    <p>正在构建时请稍后刷新；也可以在 miniapp 目录运行 <code>npm run build:h5</code>。</p></body></html>";
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    connect-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Its routes; without a folder there is only a page that says so.
pub(crate) fn router(folder: Option<&Path>) -> Router {
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned);
    // Pages find their own way by the address.
    let page = get(page).with_state::<()>(folder.clone());
    let router = match folder {
        Some(folder) => {
            let files = ServeDir::new(folder).precompressed_br().precompressed_gzip();
            Router::new().nest_service("/m", files.append_index_html_on_directories(false).fallback(page))
        }
        None => Router::new().nest_service("/m", page),
    };
    router.layer(from_fn(kept))
}

async fn page(State(folder): State<Option<PathBuf>>) -> Response {
    let built = match folder {
        Some(folder) => tokio::fs::read_to_string(folder.join("index.html")).await.ok(),
        None => None,
    };
    let html = built.unwrap_or_else(|| STUB.to_owned());
    let mut answer = Html(html).into_response();
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer
}

/// The bundler names files by what is in them, but not the page and pictures.
async fn kept(request: Request, next: Next) -> Response {
    if request.uri().path() == "/m" {
        return Redirect::permanent("/m/").into_response();
    }
    let path = request.uri().path();
    let hashed = path.starts_with("/m/static/") && !path.starts_with("/m/static/images/");
    let mut answer = next.run(request).await;
    let life = if hashed && answer.status().is_success() { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(life));
    answer
}
