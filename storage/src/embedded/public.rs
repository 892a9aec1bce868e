//! The embedded store on our own origin: reading and uploading by signed link, and nothing else.

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use s3s::service::S3Service;
use url::Url;
use zhibu_core::{Error, Result};

/// What a browser may say about the piece it wants; its cookies and the rest stay here.
const ASKED: [HeaderName; 5] =
    [header::RANGE, header::IF_RANGE, header::IF_MATCH, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE];

/// A file is never a page of ours: not rendered, not sniffed, not run, not kept by a proxy, not read by other origins.
const FENCES: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("private")),
];

#[derive(Clone)]
struct Public {
    service: S3Service,
    host: HeaderValue,
}

/// The path of a link is the one the store knows (`/<bucket>/<key>`), so the signature holds without rewriting; the
/// host is set to the one it was signed for, so the link also works where the page was reached by another name.
pub(super) fn router(service: S3Service, public: &Url, bucket: &str) -> Result<Router> {
    let authority = public.authority();
    let host = HeaderValue::from_str(authority).map_err(Error::bug)?;
    Ok(Router::new().route(&format!("/{bucket}/{{*key}}"), get(read).put(upload)).with_state(Public { service, host }))
}

/// What a browser says about what it uploads; the link's signature binds both.
const TOLD: [HeaderName; 2] = [header::CONTENT_TYPE, header::CONTENT_LENGTH];

/// A piece of an upload; the server reads no more than the length that was signed.
async fn upload(State(public): State<Public>, OriginalUri(uri): OriginalUri, told: HeaderMap, body: Body) -> Response {
    let sized = told.contains_key(header::CONTENT_LENGTH);
    let answer = if signed(&uri) && sized {
        send(public, &uri, Method::PUT, &told, &TOLD, s3s::Body::http_body_unsync(body)).await
    } else {
        Ok(StatusCode::FORBIDDEN.into_response())
    };
    fenced(answer)
}

async fn read(
    State(public): State<Public>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let answer = if signed(&uri) {
        send(public, &uri, method, &asked, &ASKED, s3s::Body::empty()).await
    } else {
        Ok(StatusCode::FORBIDDEN.into_response())
    };
    fenced(answer)
}

fn fenced(answer: Result<Response>) -> Response {
    let mut answer = answer.unwrap_or_else(|error| {
        tracing::error!(cause = ?error.cause, "the embedded store failed");
        StatusCode::BAD_GATEWAY.into_response()
    });
    fence(answer.headers_mut());
    answer
}

fn signed(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    query.split('&').any(|pair| pair.starts_with("X-Amz-Signature="))
}

async fn send(
    public: Public,
    uri: &Uri,
    method: Method,
    given: &HeaderMap,
    passed: &[HeaderName],
    body: s3s::Body,
) -> Result<Response> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut forward = http::Request::builder().method(method).uri(path).header(header::HOST, public.host);
    for name in passed {
        for value in given.get_all(name) {
            forward = forward.header(name, value);
        }
    }
    let forward = forward.body(body).map_err(Error::bug)?;
    let answer = public.service.call(forward).await.map_err(|error| Error::bug(format!("{error:?}")))?;
    if answer.status().is_client_error() || answer.status().is_server_error() {
        // The store's own words about a signature are not for strangers.
        return Ok(answer.status().into_response());
    }
    Ok(answer.map(Body::new))
}

fn fence(headers: &mut HeaderMap) {
    let attachment = |value: &HeaderValue| value.as_bytes().starts_with(b"attachment");
    if !headers.get(header::CONTENT_DISPOSITION).is_some_and(attachment) {
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    headers.extend(FENCES);
}
