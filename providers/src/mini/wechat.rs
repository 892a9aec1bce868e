//! WeChat mini-program (微信小程序). Errors come with HTTP 200: `errcode` tells, absent or 0 is good.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use zhibu_core::{Error, Secret, World};

use super::token::Tokens;
use super::{Person, aes, mainland, ours, text};
use crate::wire::{Wire, written};
use crate::{Fault, ProviderError};

const HOST: &str = "https://api.weixin.qq.com/";

/// A mini-program's account at WeChat.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatAccount {
    /// 小程序 AppID
    #[serde(deserialize_with = "written")]
    pub appid: String,
    /// 小程序 AppSecret
    pub secret: Secret,
    /// Another host; the caller decides whether that is legal.
    #[serde(default)]
    pub endpoint: Option<Url>,
}

/// Asks WeChat.
#[derive(Debug)]
pub struct Wechat {
    account: WechatAccount,
    base: Url,
    wire: Wire,
    tokens: Tokens,
    world: World,
}

impl Wechat {
    /// A client for one mini-program.
    pub fn new(account: WechatAccount, world: World) -> Result<Self, Error> {
        Self::over(account, world, Wire::brief()?)
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: WechatAccount, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Self::over(account, world, Wire::patient(whole)?)
    }

    fn over(account: WechatAccount, world: World, wire: Wire) -> Result<Self, Error> {
        let base = account.endpoint.clone().map_or_else(|| Url::parse(HOST), Ok).map_err(Error::bug)?;
        Ok(Self { account, base, wire, tokens: Tokens::default(), world })
    }

    /// Who made a login code with `wx.login`.
    pub async fn sign_in(&self, code: &Secret) -> Result<Person, ProviderError> {
        let mut url = self.at("sns/jscode2session")?;
        url.query_pairs_mut()
            .append_pair("appid", &self.account.appid)
            .append_pair("secret", self.account.secret.expose())
            .append_pair("js_code", code.expose())
            .append_pair("grant_type", "authorization_code");
        let (http, body) = self.wire.json(self.wire.get(url)).await?;
        let body = judge(http, body)?;
        let subject = text(&body, "openid").ok_or_else(|| odd(http))?;
        Ok(Person { app: self.account.appid.clone(), subject: Secret::new(subject), mobile: None })
    }

    /// The number behind a code of the button `getPhoneNumber`, eleven digits.
    pub async fn phone(&self, code: &Secret) -> Result<String, ProviderError> {
        let asked = json!({"code": code.expose()});
        let body = self.with_token("wxa/business/getuserphonenumber", &asked).await?;
        read_phone(body.get("phone_info").unwrap_or(&Value::Null), &self.account.appid)
    }

    /// Asks with a token, and once more with a new one when WeChat does not take the old one any more.
    pub(super) async fn with_token(&self, path: &str, asked: &Value) -> Result<Value, ProviderError> {
        let token = self.token().await?;
        let outcome = self.ask(path, &token, asked).await;
        // WeChat looks at the token first: nothing was done yet, no code is spent.
        if outcome.as_ref().is_err_and(is_stale) {
            self.tokens.drop(&self.account.appid, &token);
            return self.ask(path, &self.token().await?, asked).await;
        }
        outcome
    }

    async fn ask(&self, path: &str, token: &Secret, asked: &Value) -> Result<Value, ProviderError> {
        let mut url = self.at(path)?;
        url.query_pairs_mut().append_pair("access_token", token.expose());
        let (http, body) = self.wire.json(self.wire.post(url).body(asked.to_string())).await?;
        judge(http, body)
    }

    /// WeChat gives every caller the same token until shortly before its end, so that servers need not agree on one.
    async fn token(&self) -> Result<Secret, ProviderError> {
        let (whose, now) = (&self.account.appid, self.world.now());
        if let Some(token) = self.tokens.of(whose, now) {
            return Ok(token);
        }
        let asked = json!({"grant_type": "client_credential", "appid": whose, "secret": self.account.secret.expose(),
            "force_refresh": false});
        let request = self.wire.post(self.at("cgi-bin/stable_token")?).body(asked.to_string());
        let (http, body) = self.wire.json(request).await?;
        let body = judge(http, body)?;
        let token = Secret::new(text(&body, "access_token").ok_or_else(|| odd(http))?);
        let seconds = body.get("expires_in").and_then(Value::as_i64).unwrap_or(0);
        self.tokens.keep(whose, &token, now, seconds);
        Ok(token)
    }

    fn at(&self, path: &str) -> Result<Url, ProviderError> {
        self.base.join(path).map_err(|_| ProviderError::new(Fault::Invalid))
    }
}

/// An answer without what it is asked for.
fn odd(http: u16) -> ProviderError {
    ProviderError { http: Some(http), ..ProviderError::new(Fault::Unknown) }
}

fn is_stale(error: &ProviderError) -> bool {
    matches!(error.provider_code.as_deref(), Some("40001" | "40014" | "42001"))
}

pub(crate) fn judge(http: u16, body: Value) -> Result<Value, ProviderError> {
    let Some(code) = body.get("errcode") else {
        return if http < 400 && body.is_object() { Ok(body) } else { Err(odd(http)) };
    };
    let kind = match code.as_i64() {
        Some(0) => return Ok(body),
        Some(-1) => Fault::Unavailable,
        Some(40003 | 40029 | 40163 | 40226) => Fault::Rejected,
        Some(45009 | 45011) => Fault::RateLimited { retry_after: None },
        Some(
            40001 | 40013 | 40014 | 40037 | 40125 | 40164 | 41002 | 41004 | 41030 | 42001 | 43107 | 48001 | 50002
            | 61024,
        ) => Fault::AuthConfig,
        _ => Fault::Invalid,
    };
    Err(ProviderError { http: Some(http), ..ProviderError::new(kind) }.with_code(code.to_string()))
}

pub(crate) fn read_phone(info: &Value, appid: &str) -> Result<String, ProviderError> {
    let of = info.get("watermark").and_then(|mark| text(mark, "appid"));
    if of != Some(appid) {
        return Err(ours(Fault::Invalid, "WATERMARK"));
    }
    if text(info, "countryCode") != Some("86") {
        return Err(ours(Fault::Rejected, "COUNTRY"));
    }
    text(info, "purePhoneNumber").and_then(mainland).ok_or_else(|| ours(Fault::Rejected, "NUMBER"))
}

/// What old clients hand over instead of a code: encrypted with the session key, marked with the app it was made for.
pub fn old_data(session_key: &Secret, iv: &str, data: &str, appid: &str) -> Option<Value> {
    let key = STANDARD.decode(session_key.expose()).ok()?;
    let iv: [u8; 16] = STANDARD.decode(iv).ok()?.try_into().ok()?;
    let plain = aes::open(&key, iv, &STANDARD.decode(data).ok()?, 16)?;
    let value: Value = serde_json::from_slice(&plain).ok()?;
    let of = value.get("watermark").and_then(|mark| text(mark, "appid"));
    (of == Some(appid)).then_some(value)
}

/// Whether a code image (小程序码) can carry this scene.
pub fn is_scene(scene: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'()*+,/:;=?@-._~".contains(&byte);
    (1..=32).contains(&scene.len()) && scene.bytes().all(legal)
}

/// Whether a subscribe message (订阅消息) can carry this value under this key of its template; WeChat answers 47003 when not.
pub fn is_template_value(key: &str, value: &str) -> bool {
    let kind = key.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let (letters, ascii) = (value.chars().count(), value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    let within = |most: usize| (1..=most).contains(&letters);
    match kind {
        "thing" => within(20),
        "phrase" => within(5) && value.chars().all(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)),
        "name" => within(if ascii { 20 } else { 10 }),
        "character_string" => within(32) && ascii,
        "letter" => within(32) && value.bytes().all(|byte| byte.is_ascii_alphabetic()),
        "symbol" => within(5),
        "number" => within(32) && is_number(value),
        "amount" => within(12) && is_number(value.trim_start_matches(['￥', '¥']).trim_end_matches('元')),
        "phone_number" => within(17) && value.bytes().all(|byte| byte.is_ascii_digit() || b"+-".contains(&byte)),
        "car_number" => within(8),
        "date" | "time" => value.split('~').all(is_moment),
        _ => false,
    }
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole) && digits(rest)
}

fn is_moment(text: &str) -> bool {
    const DAYS: [&str; 2] = ["%Y年%m月%d日", "%Y-%m-%d"];
    let text = text.trim();
    let day = DAYS.iter().any(|form| NaiveDate::parse_from_str(text, form).is_ok());
    let moment = DAYS.iter().any(|form| {
        ["%H:%M", "%H:%M:%S"].iter().any(|time| NaiveDateTime::parse_from_str(text, &format!("{form} {time}")).is_ok())
    });
    day || moment || NaiveTime::parse_from_str(text, "%H:%M").is_ok()
}
