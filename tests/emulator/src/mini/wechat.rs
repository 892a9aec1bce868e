//! WeChat, strict: every refusal is a 200 with `errcode`.

use chrono::Duration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Mini, Unfit, Use, grant, spend, subject, subscribe};
use crate::state::State;

/// The appid of the one mini-program.
pub(crate) const APPID: &str = "wxemulated0000001";
/// Its secret.
pub(crate) const SECRET: &str = "EmulatedWechatSecret0000000001";

/// A refusal: code, words, and whether a correct client could not have caused it.
pub(super) type Refusal = (i64, &'static str, bool);

pub(crate) fn answer(state: &mut State, call: &Call<'_>) -> Value {
    let outcome = match (call.method.as_str(), call.path) {
        ("GET", "/sns/jscode2session") => session(state, call),
        ("POST", "/cgi-bin/stable_token") => token(state, call),
        ("POST", "/wxa/business/getuserphonenumber") => phone(state, call),
        ("POST", "/cgi-bin/message/subscribe/send") => {
            good_token(state, call).and_then(|()| subscribe::send(state, call.body))
        }
        _ => Err((48001, "api unauthorized", true)),
    };
    outcome.unwrap_or_else(|(code, words, at_fault)| {
        if at_fault {
            state.report.push(format!("wechat: {code} {words}"));
        }
        json!({"errcode": code, "errmsg": format!("{words} rid: 0000")})
    })
}

fn account(appid: &str, secret: &str) -> Result<(), Refusal> {
    match (appid == APPID, secret == SECRET) {
        (false, _) => Err((40013, "invalid appid", true)),
        (_, false) => Err((40125, "invalid appsecret", true)),
        _ => Ok(()),
    }
}

fn mobile_of(state: &mut State, good_for: Use, code: &str) -> Result<String, Refusal> {
    spend(state, Mini::Wechat, good_for, APPID, code).map_err(|unfit| match unfit {
        Unfit::Unknown => (40029, "invalid code", false),
        Unfit::Spent => (40163, "code been used", false),
        Unfit::OtherUse => (40029, "a login code is no phone code", true),
    })
}

fn session(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    account(call.asked("appid"), call.asked("secret"))?;
    if call.query.len() != 4 || call.asked("grant_type") != "authorization_code" || !call.body.is_empty() {
        return Err((40002, "invalid grant_type", true));
    }
    let mobile = mobile_of(state, Use::Login, call.asked("js_code"))?;
    Ok(json!({"openid": subject(Mini::Wechat, &mobile), "session_key": "MDEyMzQ1Njc4OWFiY2RlZg=="}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    grant_type: String,
    appid: String,
    secret: String,
    #[serde(default)]
    force_refresh: bool,
}

/// The same token until five minutes before its end; the old one then lives those five minutes beside the new one.
fn token(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let asked: Asked = serde_json::from_slice(call.body).map_err(|_| (47001, "data format error", true))?;
    account(&asked.appid, &asked.secret)?;
    if asked.grant_type != "client_credential" {
        return Err((40002, "invalid grant_type", true));
    }
    if asked.force_refresh {
        state.report.push("wechat: force_refresh is for people, 20 times a day".to_owned());
    }
    let now = state.now();
    let current = state
        .mini
        .tokens
        .iter()
        .rev()
        .find(|token| token.platform == Mini::Wechat && !token.revoked && token.until - now > Duration::minutes(5));
    let (text, seconds) = match current {
        Some(token) => (token.text.clone(), (token.until - now).num_seconds()),
        None => (grant(state, Mini::Wechat, ""), 7200),
    };
    Ok(json!({"access_token": text, "expires_in": seconds}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phone {
    code: String,
}

fn good_token(state: &State, call: &Call<'_>) -> Result<(), Refusal> {
    let now = state.now();
    let given = call.asked("access_token");
    match state.mini.tokens.iter().find(|token| token.platform == Mini::Wechat && token.text == given) {
        None => Err((40001, "invalid credential, access_token is invalid or not latest", true)),
        Some(token) if token.revoked => Err((40001, "invalid credential", false)),
        Some(token) if token.until < now => Err((42001, "access_token expired", true)),
        Some(_) => Ok(()),
    }
}

fn phone(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    good_token(state, call)?;
    let now = state.now();
    let asked: Phone = serde_json::from_slice(call.body).map_err(|_| (47001, "data format error", true))?;
    let mobile = mobile_of(state, Use::Phone, &asked.code)?;
    let country = if mobile.len() == 11 { "86" } else { "852" };
    Ok(json!({"errcode": 0, "errmsg": "ok", "phone_info": {"phoneNumber": format!("+{country}{mobile}"),
        "purePhoneNumber": mobile, "countryCode": country,
        "watermark": {"timestamp": now.timestamp(), "appid": APPID}}}))
}
