//! Pushes events as DingTalk and LiveKit do, and expects exactly the acknowledgement they expect.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Shared;
use crate::livekit::{self, Webhook};
use crate::mini::dingtalk::{self, Push};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order<T> {
    url: String,
    event: T,
    /// The same event so often.
    #[serde(default)]
    times: Option<u32>,
}

/// An event of DingTalk over the control port.
pub(crate) async fn told(shared: &Shared, body: &Bytes) -> (StatusCode, Value) {
    match serde_json::from_slice::<Order<Push>>(body) {
        Ok(order) => (StatusCode::OK, json!({"acknowledged": dingtalk(shared, &order.url, &order.event).await})),
        Err(fault) => (StatusCode::BAD_REQUEST, json!({"error": fault.to_string()})),
    }
}

/// A webhook of LiveKit over the control port.
pub(crate) async fn told_webhook(shared: &Shared, body: &Bytes) -> (StatusCode, Value) {
    match serde_json::from_slice::<Order<Webhook>>(body) {
        Ok(order) => {
            let acknowledged = webhook(shared, &order.url, &order.event, order.times.unwrap_or(1)).await;
            (StatusCode::OK, json!({"acknowledged": acknowledged}))
        }
        Err(fault) => (StatusCode::BAD_REQUEST, json!({"error": fault.to_string()})),
    }
}

/// Pushes one event; whether it was acknowledged with the sealed word. What was not is written down.
pub(crate) async fn dingtalk(shared: &Shared, url: &str, event: &Push) -> bool {
    let (query, body) = {
        let mut state = shared.state();
        let message = dingtalk::message(&mut state, event);
        let nonce = format!("emu{}", state.next());
        dingtalk::sealed(&message, state.now().timestamp_millis(), &nonce)
    };
    let json = [("content-type", "application/json")];
    // DingTalk waits so long.
    let answer = post(&format!("{url}?{query}"), &json, body.to_string(), Duration::from_millis(1500)).await;
    let good = answer.as_deref().and_then(dingtalk::opened).as_deref() == Some("success");
    if !good {
        shared.state().report.push(format!("dingtalk: {event:?} was not acknowledged with the sealed word"));
    }
    good
}

/// Posts one event so often, with a new token each time; whether every time was acknowledged with 200. What was not is
/// written down.
pub(crate) async fn webhook(shared: &Shared, url: &str, event: &Webhook, times: u32) -> bool {
    let body = livekit::event(&mut shared.state(), event);
    let mut good = true;
    for _ in 0..times.max(1) {
        let token = livekit::signature(&shared.state(), &body);
        let headers = [("content-type", "application/webhook+json"), ("authorization", token.as_str())];
        good &= post(url, &headers, body.clone(), Duration::from_secs(5)).await.is_some();
    }
    if !good {
        shared.state().report.push(format!("livekit: {event:?} was not acknowledged with 200"));
    }
    good
}

/// What is answered with 200 within the time.
pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: String, wait: Duration) -> Option<Vec<u8>> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = headers.iter().fold(Request::post(url), |request, (name, value)| request.header(*name, *value));
    let call = async {
        let answer = client.request(request.body(Full::from(body)).ok()?).await.ok()?;
        let good = answer.status() == StatusCode::OK;
        let body = answer.into_body().collect().await.ok()?.to_bytes().to_vec();
        good.then_some(body)
    };
    tokio::time::timeout(wait, call).await.ok()?
}
