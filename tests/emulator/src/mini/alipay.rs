//! Alipay's gateway, strict: the signed text is rebuilt, and answers are signed. RSA and AES are the program `openssl`'s.

use std::collections::HashMap;

use chrono::{Duration, NaiveDateTime};
use serde_json::{Value, json};

use super::{Call, Mini, Unfit, Use, grant, spend, subject};
use crate::crypto::{base64, unbase64};
use crate::openssl::{Key, cbc, signed, verified};
use crate::state::State;

/// The one app.
pub(crate) const APP: &str = "2021000000000001";
/// Its key for encrypted content (AES, base64).
pub(crate) const AES_KEY: &str = "dmVjdG9yLWFlcy1rZXkxNg==";

const KEYS: &str = include_str!("../../../../providers/vectors/keys.json");

/// A throw-away key of the vectors: `alipay_app`, `alipay_platform`; `private` or `public`; DER in base64.
pub(crate) fn key(owner: &str, half: &str) -> String {
    let keys: Value = serde_json::from_str(KEYS).unwrap_or_default();
    keys.get(owner).and_then(|key| key.get(half)?.as_str()).unwrap_or_default().to_owned()
}

/// code, sub_code, whether a correct client could not have caused it.
type Refusal = (&'static str, &'static str, bool);

pub(crate) fn answer(state: &mut State, call: &Call<'_>) -> Value {
    let fields = crate::oidc::fields(&String::from_utf8_lossy(call.body));
    let (name, node) = match work(state, call, &fields) {
        Ok(node) => ("alipay_system_oauth_token_response", node),
        Err((code, sub_code, at_fault)) => {
            if at_fault {
                state.report.push(format!("alipay: {code} {sub_code}"));
            }
            (
                "error_response",
                json!({"code": code, "msg": "Invalid Arguments", "sub_code": sub_code, "sub_msg": "拒绝"}),
            )
        }
    };
    let sign = sign(node.to_string().as_bytes());
    json!({name: node, "sign": sign})
}

fn sign(text: &[u8]) -> String {
    base64(&signed(&Key::Private(&key("alipay_platform", "private")), text).unwrap_or_default())
}

fn work(state: &mut State, call: &Call<'_>, fields: &HashMap<String, String>) -> Result<Value, Refusal> {
    let of = |name: &str| fields.get(name).map_or("", String::as_str);
    let form = call.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if call.method != http::Method::POST || !form.starts_with("application/x-www-form-urlencoded") {
        return Err(("40002", "isv.invalid-format", true));
    }
    if of("app_id") != APP {
        return Err(("40002", "isv.invalid-app-id", true));
    }
    if of("sign_type") != "RSA2" || !of("charset").eq_ignore_ascii_case("utf-8") || of("version") != "1.0" {
        return Err(("40002", "isv.invalid-signature-type", true));
    }
    let now = (state.now() + Duration::hours(8)).naive_utc();
    let stamp = NaiveDateTime::parse_from_str(of("timestamp"), "%Y-%m-%d %H:%M:%S")
        .map_err(|_| ("40002", "isv.invalid-timestamp", true))?;
    if (now - stamp).abs() > Duration::minutes(15) {
        return Err(("40002", "isv.invalid-timestamp", true));
    }
    let mut pairs: Vec<String> = fields
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.sort();
    let signature = unbase64(of("sign")).unwrap_or_default();
    if !verified(&Key::Public(&key("alipay_app", "public")), pairs.join("&").as_bytes(), &signature) {
        return Err(("40002", "isv.invalid-signature", true));
    }
    if of("method") != "alipay.system.oauth.token" {
        return Err(("40006", "isv.insufficient-isv-permissions", true));
    }
    if of("grant_type") != "authorization_code" || fields.contains_key("biz_content") {
        return Err(("40002", "isv.grant-type-invalid", true));
    }
    let mobile = spend(state, Mini::Alipay, Use::Login, APP, of("code"))
        .map_err(|unfit| ("40002", "isv.code-invalid", unfit == Unfit::OtherUse))?;
    let token = grant(state, Mini::Alipay, "");
    Ok(json!({"open_id": subject(Mini::Alipay, &mobile), "access_token": token, "expires_in": 1_296_000,
        "auth_start": of("timestamp"), "refresh_token": token, "re_expires_in": 2_592_000}))
}

/// What `my.getPhoneNumber` gives the client; without a number, a refusal.
pub(crate) fn phone_reply(mobile: Option<&str>) -> Value {
    let plain = match mobile {
        Some(mobile) => json!({"code": "10000", "msg": "Success", "mobile": mobile}),
        None => json!({"code": "40003", "msg": "Insufficient Conditions", "subCode": "isv.invalid-auth-relations",
            "subMsg": "无效的授权关系"}),
    };
    let key = unbase64(AES_KEY).unwrap_or_default();
    let response = base64(&cbc(true, &key, &[0; 16], &padded(plain.to_string().into_bytes(), 16)).unwrap_or_default());
    let sign = sign(format!("\"{response}\"").as_bytes());
    json!({"response": response, "sign": sign, "sign_type": "RSA2", "encrypt_type": "AES", "charset": "UTF-8"})
}

pub(crate) fn padded(mut text: Vec<u8>, block: usize) -> Vec<u8> {
    let pad = block - text.len() % block;
    text.resize(text.len() + pad, u8::try_from(pad).unwrap_or(0));
    text
}
