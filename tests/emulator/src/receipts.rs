//! Pushes receipts as carriers do, and expects exactly the acknowledgement they expect.

use std::time::Duration;

use serde_json::{Value, json};

use crate::push::post;
use crate::state::{Part, Sent};
use crate::voice::{End, Rung};
use crate::{Shared, aliyun, tencent, voice};

/// 1, 5 and 10 minutes, a thousand times faster.
const AGAIN: [Duration; 3] = [Duration::from_millis(60), Duration::from_millis(300), Duration::from_millis(600)];
const WAIT: Duration = Duration::from_secs(5);

/// What a receipt is due for.
#[derive(Debug, Clone)]
pub(crate) enum Due {
    Message(Sent),
    Call(Rung),
}

impl Due {
    /// Whose it is, and of what.
    fn name(&self) -> String {
        match self {
            Self::Message(sent) => format!("{:?}: the receipt of {}", sent.provider, sent.id),
            Self::Call(rung) => format!("Aliyun: the receipt of the call {}", rung.id),
        }
    }

    /// Where it goes, what it says, and what the carrier wants to hear.
    fn letter(&self, shared: &Shared) -> Option<(String, Value, Value)> {
        let state = shared.state();
        let (receipts, thanks) = (&state.receipts, json!({"code": 0, "msg": "接收成功"}));
        match self {
            Self::Message(sent) if sent.provider == Part::Aliyun => {
                Some((receipts.aliyun.clone()?, aliyun::receipt(sent, !receipts.failing), thanks))
            }
            Self::Message(sent) => {
                let thanks = json!({"result": 0, "errmsg": "OK"});
                Some((receipts.tencent.clone()?, tencent::receipt(sent, !receipts.failing), thanks))
            }
            Self::Call(rung) if rung.end == End::Ringing => None,
            Self::Call(rung) => Some((state.voice.order.receipts.clone()?, voice::receipt(rung), thanks)),
        }
    }
}

/// Pushes a receipt until it is acknowledged; writes down what was not.
pub(crate) async fn push(shared: &Shared, due: &Due) {
    let Some((to, body, thanks)) = due.letter(shared) else { return };
    for pause in std::iter::once(Duration::ZERO).chain(AGAIN) {
        tokio::time::sleep(pause).await;
        let answer = post(&to, &[("content-type", "application/json;charset=UTF-8")], body.to_string(), WAIT).await;
        if answer.and_then(|answer| serde_json::from_slice(&answer).ok()) == Some(thanks.clone()) {
            return;
        }
        shared.state().report.push(format!("{} was not acknowledged", due.name()));
    }
}
