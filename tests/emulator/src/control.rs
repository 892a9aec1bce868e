//! `/_ctl/…`, or without the prefix: what tests tell the emulator.

use bytes::Bytes;
use chrono::DateTime;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mini::{Mini, Use, alipay, dingtalk, issue, notice, person, subject, subscribe, wechat};
use crate::state::State;
use crate::{livekit, voice};

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
        (&Method::POST, "/consents") => told(body, |consent: Consent| {
            let openid = subject(Mini::Wechat, &consent.mobile);
            state.mini.consents.insert((openid, consent.template), consent.messages);
        }),
        (&Method::POST, "/templates") => told(body, |template: Template| {
            state.mini.templates.insert(template.id, template.keys);
        }),
        (&Method::GET, "/told") => (StatusCode::OK, json!(state.mini.told)),
        (&Method::POST, "/read") => told(body, |who: Whose| {
            state.mini.readers.insert(subject(Mini::Dingtalk, &who.mobile));
        }),
        (&Method::POST, "/voice") => told(body, |order| state.voice.order = order),
        (&Method::GET, "/rung") => (StatusCode::OK, json!(state.voice.rung)),
        (&Method::POST, "/join") => asked(body, |with: Token| match livekit::join(state, &with.token) {
            Ok(joined) => joined,
            Err(why) => json!({"refused": why}),
        }),
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    mobile: String,
    template: String,
    /// How many may still come.
    messages: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    id: String,
    keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
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
        "subscribe": subscribe::TEMPLATES.iter().map(|(id, keys)| json!({"id": id, "keys": keys})).collect::<Vec<_>>(),
        "notice": {"agent": notice::AGENT, "templates":
            notice::TEMPLATES.iter().map(|(id, keys)| json!({"id": id, "keys": keys})).collect::<Vec<_>>()},
        "voice": voice::account(),
        "livekit": {"key_id": livekit::KEY.0, "key_secret": livekit::KEY.1},
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
