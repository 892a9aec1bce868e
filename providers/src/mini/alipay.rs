//! Alipay (支付宝小程序): the gateway's RSA2, and the reply of `my.getPhoneNumber`.

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::FixedOffset;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;
use zhibu_core::{Error, Secret, World};

use super::{Person, aes, mainland, ours, text};
use crate::wire::{Wire, unread, written};
use crate::{Fault, ProviderError};

const GATEWAY: &str = "https://openapi.alipay.com/gateway.do";
const BEIJING: i32 = 8 * 3600;

/// A mini-program's account at Alipay.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlipayAccount {
    /// 应用 APPID
    #[serde(deserialize_with = "written")]
    pub app_id: String,
    /// 应用私钥: PKCS#8, as PEM or as the bare text that Alipay's tool gives.
    pub private_key: Secret,
    /// 支付宝公钥, as PEM or bare.
    pub alipay_public_key: String,
    /// 接口内容加密密钥 (AES), base64.
    pub aes_key: Secret,
    /// Another gateway, the sandbox's for instance; the caller decides whether that is legal.
    #[serde(default)]
    pub endpoint: Option<Url>,
}

/// What `my.getPhoneNumber` gave the client, to be handed on as it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct PhoneReply {
    /// The cipher.
    pub response: String,
    /// Over the cipher and its two quotation marks.
    pub sign: String,
    /// `RSA2`, if said.
    #[serde(default, alias = "signType")]
    pub sign_type: Option<String>,
    /// `AES`, if said.
    #[serde(default, alias = "encryptType")]
    pub encrypt_type: Option<String>,
    /// `UTF-8`, if said.
    #[serde(default)]
    pub charset: Option<String>,
}

/// Asks Alipay.
#[derive(Debug)]
pub struct Alipay {
    app_id: String,
    gateway: Url,
    key: KeyPair,
    theirs: Vec<u8>,
    aes_key: Secret,
    wire: Wire,
    world: World,
}

impl Alipay {
    /// A client for one app; refuses keys that cannot be read.
    pub fn new(account: AlipayAccount, world: World) -> Result<Self, Error> {
        Self::over(account, world, Wire::brief()?)
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: AlipayAccount, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Self::over(account, world, Wire::patient(whole)?)
    }

    fn over(account: AlipayAccount, world: World, wire: Wire) -> Result<Self, Error> {
        let wrong = |what: &str| Error::bug(format!("alipay: {what} cannot be read"));
        let private = der(account.private_key.expose()).ok_or_else(|| wrong("the private key"))?;
        let key = KeyPair::from_pkcs8(&private).map_err(|_| wrong("the private key"))?;
        let theirs = der(&account.alipay_public_key).ok_or_else(|| wrong("Alipay's public key"))?;
        if STANDARD.decode(account.aes_key.expose()).ok().is_none_or(|key| key.len() != 16) {
            return Err(wrong("the AES key"));
        }
        let gateway = account.endpoint.map_or_else(|| Url::parse(GATEWAY), Ok).map_err(Error::bug)?;
        Ok(Self { app_id: account.app_id, gateway, key, theirs, aes_key: account.aes_key, wire, world })
    }

    /// Who made a login code with `my.getAuthCode`.
    pub async fn sign_in(&self, code: &Secret) -> Result<Person, ProviderError> {
        let asked = [("grant_type", "authorization_code"), ("code", code.expose())];
        let node = self.call("alipay.system.oauth.token", &asked).await?;
        // New apps get no `user_id`, old ones no `open_id`.
        let subject = text(&node, "open_id").or_else(|| text(&node, "user_id"));
        let subject = subject.ok_or_else(|| ProviderError::new(Fault::Unknown))?;
        Ok(Person { app: self.app_id.clone(), subject: Secret::new(subject), mobile: None })
    }

    /// The number in a reply of `my.getPhoneNumber`, eleven digits. The reply says neither whose it is nor when it was made.
    #[expect(clippy::unused_async, reason = "asked like the other platforms")]
    pub async fn phone(&self, reply: &PhoneReply) -> Result<String, ProviderError> {
        let plain = open_phone(reply, &self.theirs, &self.aes_key).ok_or_else(|| ours(Fault::Rejected, "SIGNATURE"))?;
        let plain: Value = serde_json::from_slice(&plain).map_err(|_| ours(Fault::Invalid, "REPLY"))?;
        if text(&plain, "code") != Some("10000") {
            let code = text(&plain, "subCode").or_else(|| text(&plain, "code")).unwrap_or("REPLY");
            return Err(ours(Fault::Rejected, code));
        }
        text(&plain, "mobile").and_then(mainland).ok_or_else(|| ours(Fault::Rejected, "NUMBER"))
    }

    async fn call(&self, method: &str, asked: &[(&str, &str)]) -> Result<Value, ProviderError> {
        let beijing = FixedOffset::east_opt(BEIJING).ok_or_else(|| ProviderError::new(Fault::Invalid))?;
        let at = self.world.now().with_timezone(&beijing).format("%Y-%m-%d %H:%M:%S").to_string();
        let common = [
            ("app_id", self.app_id.as_str()),
            ("method", method),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", &at),
            ("version", "1.0"),
        ];
        let params: Vec<(&str, &str)> = common.iter().chain(asked).copied().collect();
        let sign = sign(&self.key, &content(&params)).ok_or_else(|| ProviderError::new(Fault::AuthConfig))?;
        let request = self
            .wire
            .post(self.gateway.clone())
            .header("content-type", "application/x-www-form-urlencoded;charset=utf-8")
            .body(form(&params, &sign));
        let (http, body) = self.wire.bytes(request).await?;
        judge(http, &body, &format!("{}_response", method.replace('.', "_")), &self.theirs)
    }
}

/// The bytes of a key, whether or not it has the lines of a PEM around it.
pub(crate) fn der(key: &str) -> Option<Vec<u8>> {
    let lines = key.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).ok()
}

/// The text that is signed: sorted, unescaped, without what is empty.
pub(crate) fn content(params: &[(&str, &str)]) -> String {
    let mut pairs: Vec<_> = params.iter().filter(|(_, value)| !value.is_empty()).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

pub(crate) fn sign(key: &KeyPair, text: &str) -> Option<String> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
    Some(STANDARD.encode(signature))
}

pub(crate) fn form(params: &[(&str, &str)], sign: &str) -> String {
    let pairs = params.iter().filter(|(_, value)| !value.is_empty());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).append_pair("sign", sign).finish()
}

fn verifies(key: &[u8], text: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(text, &signature).is_ok()
}

/// The node of an answer as it was written, and whether it is signed.
pub(crate) fn signed_node<'a>(body: &'a [u8], name: &str, key: &[u8]) -> Option<(&'a str, bool)> {
    let members: BTreeMap<String, &'a RawValue> = serde_json::from_slice(body).ok()?;
    let node = members.get(name)?.get();
    let sign: Option<String> = members.get("sign").and_then(|sign| serde_json::from_str(sign.get()).ok());
    Some((node, sign.is_some_and(|sign| verifies(key, node.as_bytes(), &sign))))
}

fn judge(http: u16, body: &[u8], name: &str, key: &[u8]) -> Result<Value, ProviderError> {
    let found = signed_node(body, name, key).or_else(|| signed_node(body, "error_response", key));
    let (node, proven) = found.ok_or_else(|| unread(http))?;
    let node: Value = serde_json::from_str(node).map_err(|_| unread(http))?;
    let code = text(&node, "code").unwrap_or("10000");
    if code == "10000" {
        // Without its signature a good answer is nobody's.
        return if proven { Ok(node) } else { Err(ours(Fault::Invalid, "SIGNATURE")) };
    }
    let sub_code = text(&node, "sub_code").unwrap_or_default();
    let kind = match code {
        _ if sub_code.starts_with("isv.code-") => Fault::Rejected,
        _ if sub_code.starts_with("isv.invalid-signature") || sub_code.starts_with("isv.invalid-app-id") => {
            Fault::AuthConfig
        }
        "20000" => Fault::Unknown,
        "40005" => Fault::RateLimited { retry_after: None },
        "20001" | "40003" | "40006" => Fault::AuthConfig,
        _ => Fault::Invalid,
    };
    let code = if sub_code.is_empty() { code } else { sub_code };
    Err(ProviderError { http: Some(http), ..ProviderError::new(kind) }.with_code(code))
}

/// Verifies first, then decrypts; `None` for whatever reason.
pub(crate) fn open_phone(reply: &PhoneReply, key: &[u8], aes_key: &Secret) -> Option<Vec<u8>> {
    let said = |what: &Option<String>, expected: &str| what.as_deref().is_none_or(|what| what == expected);
    if !said(&reply.sign_type, "RSA2") || !said(&reply.encrypt_type, "AES") {
        return None;
    }
    if !verifies(key, format!("\"{}\"", reply.response).as_bytes(), &reply.sign) {
        return None;
    }
    aes::open(&STANDARD.decode(aes_key.expose()).ok()?, [0; 16], &STANDARD.decode(&reply.response).ok()?, 16)
}
