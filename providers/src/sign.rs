//! How carriers want requests signed: Aliyun's ACS3, Tencent Cloud's TC3, Tencent Meeting's own.
//! Pure: time and nonce come in as headers.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac_sm3::{KeyInit, Mac};
use sm3::Digest;
use zhibu_core::Secret;

/// An account's key at a cloud: a name and a secret.
#[derive(Debug, Clone)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: Secret,
}

/// The hash that an ACS3 signature is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    /// 国密
    Sm3,
}

impl Hash {
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "ACS3-HMAC-SHA256",
            Self::Sm3 => "ACS3-HMAC-SM3",
        }
    }

    pub(crate) fn hex(self, bytes: &[u8]) -> String {
        match self {
            Self::Sha256 => sha256(bytes),
            Self::Sm3 => hex(&sm3::Sm3::digest(bytes)),
        }
    }

    pub(crate) fn mac(self, key: &[u8], text: &str) -> String {
        match self {
            Self::Sha256 => hex(&mac(key, text)),
            Self::Sm3 => hmac_sm3::Hmac::<sm3::Sm3>::new_from_slice(key).map_or_else(
                // HMAC takes keys of every length.
                |_| String::new(),
                |mac| hex(&mac.chain_update(text).finalize().into_bytes()),
            ),
        }
    }
}

/// A request as ACS3 sees it.
#[derive(Debug, Default)]
pub(crate) struct Acs<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Vec<(&'a str, String)>,
    /// Lower-case names; the hash of the body is added.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: &'a [u8],
}

/// What signing gives; the intermediate texts are what carriers print when they disagree.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) canonical_query: String,
    pub(crate) body_hash: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with published examples"))]
    pub(crate) canonical: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with published examples"))]
    pub(crate) string_to_sign: String,
    pub(crate) authorization: String,
}

/// Signs with ACS3 (阿里云 V3 签名). Every `x-acs-` header, the host and the content type are covered.
pub(crate) fn acs3(hash: Hash, key: &AccessKey, request: &Acs<'_>) -> Signed {
    let body_hash = hash.hex(request.body);
    let mut query: Vec<String> =
        request.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    query.sort();
    let canonical_query = query.join("&");
    let mut headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (*name, value.trim())).collect();
    headers.push(("x-acs-content-sha256", &body_hash));
    headers.sort_unstable();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical = format!("{}\n{}\n{canonical_query}\n{lines}\n{names}\n{body_hash}", request.method, request.path);
    let string_to_sign = format!("{}\n{}", hash.name(), hash.hex(canonical.as_bytes()));
    let signature = hash.mac(key.secret.expose().as_bytes(), &string_to_sign);
    let authorization = format!("{} Credential={},SignedHeaders={names},Signature={signature}", hash.name(), key.id);
    Signed { canonical_query, body_hash, canonical, string_to_sign, authorization }
}

/// A request as TC3 sees it: always a POST of JSON to `/`.
#[derive(Debug)]
pub(crate) struct Tc<'a> {
    pub(crate) host: &'a str,
    pub(crate) service: &'a str,
    /// Signed as a header when there.
    pub(crate) action: Option<&'a str>,
    pub(crate) payload: &'a str,
    pub(crate) at: DateTime<Utc>,
}

/// The content type that is signed and therefore sent exactly so.
pub(crate) const TC_JSON: &str = "application/json; charset=utf-8";

/// Signs with TC3 (腾讯云 V3 签名). The day of the scope is UTC's.
pub(crate) fn tc3(key: &AccessKey, request: &Tc<'_>) -> Signed {
    let body_hash = sha256(request.payload.as_bytes());
    let (mut lines, mut names) =
        (format!("content-type:{TC_JSON}\nhost:{}\n", request.host), "content-type;host".to_owned());
    if let Some(action) = request.action {
        lines.push_str(&format!("x-tc-action:{}\n", action.to_lowercase()));
        names.push_str(";x-tc-action");
    }
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{body_hash}");
    let day = request.at.format("%Y-%m-%d").to_string();
    let scope = format!("{day}/{}/tc3_request", request.service);
    let string_to_sign =
        format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", request.at.timestamp(), sha256(canonical.as_bytes()));
    let signature = hex(&mac(&tc3_key(key, &day, request.service), &string_to_sign));
    let authorization =
        format!("TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", key.id);
    Signed { canonical_query: String::new(), body_hash, canonical, string_to_sign, authorization }
}

pub(crate) fn tc3_key(key: &AccessKey, day: &str, service: &str) -> Vec<u8> {
    let day = mac(format!("TC3{}", key.secret.expose()).as_bytes(), day);
    mac(&mac(&day, service), "tc3_request")
}

/// `X-TC-Signature` of Tencent Meeting (腾讯会议): base64 of the hexadecimal text. `head` is
/// `X-TC-Key=…&X-TC-Nonce=…&X-TC-Timestamp=…`.
pub fn meeting(secret: &Secret, method: &str, head: &str, uri: &str, body: &str) -> String {
    STANDARD.encode(hex(&mac(secret.expose().as_bytes(), &format!("{method}\n{head}\n{uri}\n{body}"))))
}

/// RFC 3986: everything but letters, digits and `-_.~` is escaped.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

pub(crate) fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// HMAC-SHA256 in base64.
pub(crate) fn mac64(key: &[u8], text: &str) -> String {
    STANDARD.encode(mac(key, text))
}

/// SHA-256 as lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
