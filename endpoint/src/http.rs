//! GraphQL over HTTP.

use std::{net::SocketAddr, sync::Arc};

use async_graphql::parser::types::OperationType;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Request, State, WebSocketUpgrade},
    response::Response,
    routing::any,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::{
    App, Connection, Limits, Stop, Transport,
    accept::{self, Media},
    answer::{Answer, internal},
    metric::{self, Names},
    origin,
    params::Params,
    prepare,
    refusal::{Refusal, trace_id},
    run,
    socket::{self, Slots},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything one endpoint shares between its requests and sockets.
pub(crate) struct Endpoint<A> {
    pub(crate) app: Arc<A>,
    pub(crate) limits: Limits,
    pub(crate) stop: Stop,
    pub(crate) names: Names,
    pub(crate) slots: Slots,
}

/// Serves POST, GET and WebSocket upgrades at `limits.path`.
pub fn router<A: App>(app: Arc<A>, limits: Limits, stop: Stop) -> Router {
    let path = limits.path.clone();
    let endpoint =
        Arc::new(Endpoint { app, names: Names::new(&limits.operation_names), slots: Slots::default(), limits, stop });
    Router::new().route(&path, any(handle::<A>)).with_state(endpoint)
}

async fn handle<A: App>(State(endpoint): State<Arc<Endpoint<A>>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let conn = connection(&mut parts);
    let id = Arc::clone(&conn.request_id);
    let mut response = if is_upgrade(&parts.headers) {
        upgrade(endpoint, conn, &mut parts).await
    } else {
        Box::pin(answer(&endpoint, conn, &parts, body)).await
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn connection(parts: &mut Parts) -> Connection {
    let given = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let request_id = match given.filter(|id| is_request_id(id)) {
        Some(id) => id.into(),
        None => trace_id().to_string().into(),
    };
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let mut extensions = parts.extensions.clone();
    extensions.remove::<hyper::upgrade::OnUpgrade>();
    Connection { headers: parts.headers.clone(), peer, transport: Transport::Http, request_id, extensions }
}

fn is_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn upgrade<A: App>(endpoint: Arc<Endpoint<A>>, mut conn: Connection, parts: &mut Parts) -> Response {
    conn.transport = Transport::WebSocket;
    if let Err(refusal) = origin::check_socket(&conn.headers, &endpoint.limits.origins) {
        return refuse(&refusal, Media::Json, Transport::WebSocket);
    }
    match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => socket::accept(endpoint, conn, upgrade),
        Err(rejection) => {
            let refusal = Refusal::of_request(rejection.status(), "BAD_REQUEST", "WebSocket 握手无效");
            refuse(&refusal, Media::Json, Transport::WebSocket)
        }
    }
}

async fn answer<A: App>(endpoint: &Endpoint<A>, conn: Connection, parts: &Parts, body: Body) -> Response {
    let media = match accept::negotiate(&parts.headers) {
        Ok(media) => media,
        Err(refusal) => return refuse(&refusal, Media::Json, Transport::Http),
    };
    match request(endpoint, parts, body).await {
        Ok(prepared) => respond(run::execute(endpoint, &conn, prepared).await, media),
        Err(refusal) => refuse(&refusal, media, Transport::Http),
    }
}

/// Reads the request up to what the application may run.
async fn request<A: App>(endpoint: &Endpoint<A>, parts: &Parts, body: Body) -> Result<prepare::Prepared, Refusal> {
    let limits = &endpoint.limits;
    let is_get = match parts.method {
        Method::GET => true,
        Method::POST => false,
        _ => return Err(wrong_method("GET, POST", "只支持 GET 与 POST")),
    };
    origin::check_request(&parts.headers, &limits.origins)?;
    let params = if is_get {
        Params::from_query(parts.uri.query().unwrap_or_default())?
    } else {
        accept::check_body(&parts.headers)?;
        Params::from_json(&read(body, &parts.headers, limits).await?)?
    };
    let prepared = prepare::prepare(&*endpoint.app, limits, params)?;
    match prepared.kind {
        OperationType::Mutation if is_get => Err(wrong_method("POST", "变更操作只能用 POST")),
        OperationType::Subscription => Err(Refusal::bad_request("订阅只能通过 WebSocket")),
        OperationType::Query | OperationType::Mutation => Ok(prepared),
    }
}

fn wrong_method(allow: &'static str, message: &str) -> Refusal {
    Refusal { allow: Some(allow), ..Refusal::of_request(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message) }
}

async fn read(body: Body, headers: &HeaderMap, limits: &Limits) -> Result<bytes::Bytes, Refusal> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|length: usize| length > limits.body) {
        return Err(too_large());
    }
    let reading = Limited::new(body, limits.body).collect();
    match tokio::time::timeout(limits.body_time, reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::bad_request("请求体读取失败")),
        Err(_) => Err(hang_up(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", "请求体接收超时")),
    }
}

fn too_large() -> Refusal {
    hang_up(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "请求体过大")
}

fn hang_up(status: StatusCode, code: &'static str, message: &str) -> Refusal {
    Refusal { hang_up: true, ..Refusal::of_request(status, code, message) }
}

/// Answers a refusal; a document's refusal is 200 for legacy clients.
pub(crate) fn refuse(refusal: &Refusal, media: Media, transport: Transport) -> Response {
    metric::refusal(refusal.code, transport);
    let answer = Answer::refused(refusal.error());
    let status = if refusal.of_document && media == Media::Json { StatusCode::OK } else { refusal.status };
    let mut response = json(&answer, status, media);
    let headers = response.headers_mut();
    if let Some(allow) = refusal.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(after) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, after.as_secs().into());
    }
    if refusal.hang_up {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn respond(mut answer: Answer, media: Media) -> Response {
    let headers = std::mem::take(&mut answer.headers);
    let mut response = json(&answer, answer.status(media == Media::Json), media);
    let mut last = None;
    for (name, value) in headers {
        last = name.or(last);
        if let Some(name) = last.clone().filter(is_resolvers) {
            response.headers_mut().append(name, value);
        }
    }
    if let Some(after) = answer.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, after.as_secs().into());
    }
    response
}

/// Headers of the body and the connection are not the resolvers' to set.
fn is_resolvers(name: &HeaderName) -> bool {
    ![
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::UPGRADE,
        header::CACHE_CONTROL,
    ]
    .contains(name)
}

fn json(answer: &Answer, status: StatusCode, media: Media) -> Response {
    let (status, body) = match serde_json::to_vec(answer) {
        Ok(body) => (status, body),
        Err(error) => {
            let id = trace_id();
            tracing::error!(error_id = %id, "answer cannot be written as JSON: {error}");
            let fault = Answer::refused(internal(id));
            (StatusCode::INTERNAL_SERVER_ERROR, serde_json::to_vec(&fault).unwrap_or_default())
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response
}
