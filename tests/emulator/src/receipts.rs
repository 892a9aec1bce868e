//! Pushes receipts as carriers do, and expects exactly the acknowledgement they expect.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::Shared;
use crate::state::{Part, Sent};
use crate::{aliyun, tencent};

/// 1, 5 and 10 minutes, a thousand times faster.
const AGAIN: [Duration; 3] = [Duration::from_millis(60), Duration::from_millis(300), Duration::from_millis(600)];

/// Pushes the receipt of a message until it is acknowledged; writes down what was not.
pub(crate) async fn push(shared: &Shared, sent: &Sent) {
    let receipts = shared.state().receipts.clone();
    let (to, body, thanks) = match sent.provider {
        Part::Aliyun => {
            (receipts.aliyun, aliyun::receipt(sent, !receipts.failing), json!({"code": 0, "msg": "接收成功"}))
        }
        Part::Tencent => {
            (receipts.tencent, tencent::receipt(sent, !receipts.failing), json!({"result": 0, "errmsg": "OK"}))
        }
    };
    let Some(to) = to else { return };
    for pause in std::iter::once(Duration::ZERO).chain(AGAIN) {
        tokio::time::sleep(pause).await;
        if post(&to, &body).await == Some(thanks.clone()) {
            return;
        }
        shared.state().report.push(format!("{:?}: the receipt of {} was not acknowledged", sent.provider, sent.id));
    }
}

async fn post(to: &str, body: &Value) -> Option<Value> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::post(to)
        .header("content-type", "application/json;charset=UTF-8")
        .body(Full::from(body.to_string()))
        .ok()?;
    let answer = client.request(request).await.ok()?;
    if answer.status() != 200 {
        return None;
    }
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    serde_json::from_slice(&body).ok()
}
