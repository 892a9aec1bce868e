//! `/_ctl/…`, or without the prefix: what tests tell the emulator.

use bytes::Bytes;
use chrono::DateTime;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mini::{Mini, Use, alipay, dingtalk, issue, person, wechat};
use crate::state::State;

#[derive(Deserialize)]
#[serde(untagged)]
enum ClockSet {
    At { at: i64 },
    Advance { advance: i64 },
}

pub(crate) fn answer(state: &mut State, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
    let path = head.uri.path();
    let path = path.strip_prefix("/_ctl").unwrap_or(path);
    match (&head.method, path) {
        (&Method::GET, "/accounts") => (StatusCode::OK, accounts(state)),
        (&Method::GET, "/calls") => (StatusCode::OK, json!(state.mini.calls)),
        (&Method::POST, "/people") => asked(body, |who: Whose| person(state, &who.mobile)),
        (&Method::POST, "/codes") => asked(body, |who: Whose| {
            let platform = who.platform.unwrap_or(Mini::Wechat);
            json!({"code": issue(state, platform, Use::Login, &who.mobile, who.app.as_deref())})
        }),
        (&Method::POST, "/phone") => {
            asked(body, |who: Whose| phone(state, who.platform.unwrap_or(Mini::Wechat), &who.mobile))
        }
        (&Method::GET, "/report") => (StatusCode::OK, json!(state.report)),
        (&Method::GET, "/sent") => (StatusCode::OK, json!(state.sent)),
        (&Method::POST, "/clock") => told(body, |set: ClockSet| match set {
            ClockSet::At { at } => {
                if let Some(at) = DateTime::from_timestamp(at, 0) {
                    state.set_clock(at);
                }
            }
            ClockSet::Advance { advance } => state.advance(advance),
        }),
        (&Method::POST, "/faults") => told(body, |rules| state.faults = rules),
        (&Method::POST, "/receipts") => told(body, |receipts| state.receipts = receipts),
        _ => (StatusCode::NOT_FOUND, json!({"error": "no such control"})),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    mobile: String,
    #[serde(default)]
    platform: Option<Mini>,
    /// Another app than the platform's own.
    #[serde(default)]
    app: Option<String>,
}

/// What the button of a platform hands to the client.
pub(crate) fn phone(state: &mut State, platform: Mini, mobile: &str) -> Value {
    match platform {
        Mini::Wechat => json!({"code": issue(state, platform, Use::Phone, mobile, None)}),
        Mini::Alipay => alipay::phone_reply(Some(mobile)),
        // DingTalk tells the number by itself.
        Mini::Dingtalk => json!({}),
    }
}

/// What a configuration for these platforms needs.
pub(crate) fn accounts(state: &State) -> Value {
    json!({
        "wechat": {"appid": wechat::APPID, "secret": wechat::SECRET},
        "alipay": {"app_id": alipay::APP, "private_key": alipay::key("alipay_app", "private"),
            "alipay_public_key": alipay::key("alipay_platform", "public"), "aes_key": alipay::AES_KEY},
        "dingtalk": {"suite_key": dingtalk::SUITE_KEY, "suite_secret": dingtalk::SUITE_SECRET,
            "token": dingtalk::TOKEN, "aes_key": dingtalk::AES_KEY},
        "corp": dingtalk::CORP, "suite_ticket": state.mini.ticket,
    })
}

fn asked<T: serde::de::DeserializeOwned>(body: &Bytes, act: impl FnOnce(T) -> Value) -> (StatusCode, Value) {
    match serde_json::from_slice(body) {
        Ok(value) => (StatusCode::OK, act(value)),
        Err(fault) => (StatusCode::BAD_REQUEST, json!({"error": fault.to_string()})),
    }
}

fn told<T: serde::de::DeserializeOwned>(body: &Bytes, act: impl FnOnce(T)) -> (StatusCode, Value) {
    asked(body, |value| {
        act(value);
        json!({})
    })
}
