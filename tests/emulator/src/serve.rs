//! Listeners, and how faults look on the wire.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::livekit::Host;
use crate::mini::{self, Call, Mini};
use crate::receipts::Due;
use crate::state::{Fault, Part, Who};
use crate::{Shared, aliyun, control, livekit, push, receipts, tencent};

/// What a port plays.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Port {
    Control,
    Provider(Part),
    Mini(Mini),
    Video,
}

type Body = BoxBody<Bytes, io::Error>;

pub(crate) async fn listen(listener: TcpListener, port: Port, shared: Shared) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| one(port, shared.clone(), request));
            // A fault ends the connection; that is its purpose.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn one(port: Port, shared: Shared, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    match port {
        Port::Control if head.uri.path().trim_start_matches("/_ctl") == "/push" => {
            let (status, answer) = push::told(&shared, &body).await;
            Ok(json_body(status, &answer))
        }
        Port::Control if head.uri.path().trim_start_matches("/_ctl") == "/webhook" => {
            let (status, answer) = push::told_webhook(&shared, &body).await;
            Ok(json_body(status, &answer))
        }
        Port::Control => {
            let (status, answer) = control::answer(&mut shared.state(), &head, &body);
            Ok(json_body(status, &answer))
        }
        Port::Provider(part) => {
            let name = match part {
                Part::Aliyun => "x-acs-action",
                Part::Tencent => "x-tc-action",
            };
            let op = head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            play(part.into(), op, &shared, || work(part, &shared, &head, &body)).await
        }
        Port::Mini(platform) => {
            let call = Call::of(platform, &head, &body);
            play(platform.into(), &call.op, &shared, || mini::answer(&mut shared.state(), platform, &call)).await
        }
        Port::Video => {
            let work = || livekit::answer(&mut shared.state(), &head, &body);
            play(Host::LiveKit.into(), livekit::op(&head), &shared, work).await
        }
    }
}

fn work(part: Part, shared: &Shared, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
    let mut state = shared.state();
    match part {
        Part::Aliyun => aliyun::answer(&mut state, head, body),
        Part::Tencent => tencent::answer(&mut state, head, body),
    }
}

async fn play(
    who: Who,
    op: &str,
    shared: &Shared,
    work: impl Fn() -> (StatusCode, Value),
) -> io::Result<Response<Body>> {
    let fault = shared.state().fault(who, op);
    match &fault {
        Some(Fault::Hang { after: false }) => return std::future::pending().await,
        Some(Fault::Reset { after: false }) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Status { status, after: false }) => return Ok(page(*status)),
        Some(Fault::TooMany { seconds }) => {
            let mut answer = page(429);
            answer.headers_mut().insert("retry-after", (*seconds).into());
            return Ok(answer);
        }
        Some(Fault::Revoked) => {
            if let Who::Mini(platform) = who {
                mini::revoke(&mut shared.state(), platform);
            }
        }
        _ => {}
    }
    let before = taken(shared);
    let (mut status, mut answer) = work();
    let reported = shared.state().report.len();
    if fault == Some(Fault::Repeated) {
        (status, answer) = work();
        // Not the client's doing.
        shared.state().report.truncate(reported);
    }
    tell(shared, before, fault.as_ref()).await;
    match fault {
        Some(Fault::Hang { .. }) => std::future::pending().await,
        Some(Fault::Reset { .. }) => Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Status { status, .. }) => Ok(page(status)),
        Some(Fault::Html) => Ok(page(200)),
        Some(Fault::OtherJson) => Ok(json_body(StatusCode::OK, &json!({"ok": [1, 2, 3]}))),
        Some(Fault::Truncate) => Ok(broken(&answer)),
        Some(Fault::Drip) => Ok(drip(&answer)),
        Some(Fault::ExtraFields) => Ok(json_body(status, &with(answer, &json!({"NobodyAnnouncedThis": {"Code": 7}})))),
        _ => Ok(json_body(status, &answer)),
    }
}

/// How many messages and calls carriers have taken.
fn taken(shared: &Shared) -> (usize, usize) {
    let state = shared.state();
    (state.sent.len(), state.voice.rung.len())
}

/// Sends the receipts of what was just taken.
async fn tell(shared: &Shared, before: (usize, usize), fault: Option<&Fault>) {
    if fault == Some(&Fault::LostReceipt) {
        return;
    }
    let new: Vec<Due> = {
        let state = shared.state();
        let messages = state.sent.iter().skip(before.0).cloned().map(Due::Message);
        messages.chain(state.voice.rung.iter().skip(before.1).cloned().map(Due::Call)).collect()
    };
    for due in new {
        if fault == Some(&Fault::EarlyReceipt) {
            receipts::push(shared, &due).await;
            continue;
        }
        let times = if fault == Some(&Fault::DoubleReceipt) { 2 } else { 1 };
        for _ in 0..times {
            let (shared, due) = (shared.clone(), due.clone());
            tokio::spawn(async move {
                // The answer is with the client by then.
                tokio::time::sleep(Duration::from_millis(300)).await;
                receipts::push(&shared, &due).await;
            });
        }
    }
}

/// An object with further fields.
pub(crate) fn with(mut answer: Value, further: &Value) -> Value {
    if let (Some(answer), Some(further)) = (answer.as_object_mut(), further.as_object()) {
        answer.extend(further.clone());
    }
    answer
}

fn full(text: String) -> Body {
    Full::from(text).map_err(|never: Infallible| match never {}).boxed()
}

fn json_body(status: StatusCode, answer: &Value) -> Response<Body> {
    let mut response = Response::new(full(answer.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json;charset=utf-8"));
    response
}

fn page(status: u16) -> Response<Body> {
    let mut response = Response::new(full("<html><body>网关错误</body></html>".to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response
}

/// Half of the answer, then the connection breaks.
fn broken(answer: &Value) -> Response<Body> {
    let text = answer.to_string().into_bytes();
    let half = Bytes::from(text.iter().take(text.len() / 2).copied().collect::<Vec<u8>>());
    let parts = [Ok(Frame::data(half)), Err(io::ErrorKind::ConnectionReset.into())];
    Response::new(BodyExt::boxed(StreamBody::new(stream::iter(parts))))
}

/// A byte in a quarter of a second.
fn drip(answer: &Value) -> Response<Body> {
    let bytes = stream::iter(answer.to_string().into_bytes()).then(|byte| async move {
        tokio::time::sleep(Duration::from_millis(250)).await;
        Ok(Frame::data(Bytes::from(vec![byte])))
    });
    Response::new(BodyExt::boxed(StreamBody::new(Box::pin(bytes))))
}
