//! Pushes events as DingTalk does, and expects exactly the acknowledgement it expects.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Shared;
use crate::mini::dingtalk::{self, Push};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    url: String,
    event: Push,
}

/// The same over the control port.
pub(crate) async fn told(shared: &Shared, body: &Bytes) -> (StatusCode, Value) {
    match serde_json::from_slice::<Order>(body) {
        Ok(order) => (StatusCode::OK, json!({"acknowledged": dingtalk(shared, &order.url, &order.event).await})),
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
    let answer = post(&format!("{url}?{query}"), &body).await;
    let good = answer.as_deref().and_then(dingtalk::opened).as_deref() == Some("success");
    if !good {
        shared.state().report.push(format!("dingtalk: {event:?} was not acknowledged with the sealed word"));
    }
    good
}

async fn post(url: &str, body: &Value) -> Option<Vec<u8>> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request =
        Request::post(url).header("content-type", "application/json").body(Full::from(body.to_string())).ok()?;
    // DingTalk waits so long.
    let call = tokio::time::timeout(std::time::Duration::from_millis(1500), client.request(request));
    let answer = call.await.ok()?.ok()?;
    if answer.status() != StatusCode::OK {
        return None;
    }
    Some(answer.into_body().collect().await.ok()?.to_bytes().to_vec())
}
