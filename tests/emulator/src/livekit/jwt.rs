//! JWT of the emulator's own: HS256 only, over its own HMAC.

use serde_json::{Value, json};

use crate::crypto::{base64, hmac, sha256, unbase64};

fn to_url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn from_url(text: &str) -> Option<Vec<u8>> {
    let strict = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    strict.then(|| unbase64(&text.replace('-', "+").replace('_', "/")))?
}

/// A token over these claims.
pub(crate) fn seal(secret: &str, claims: &Value) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let text = format!("{}.{}", to_url(header.to_string().as_bytes()), to_url(claims.to_string().as_bytes()));
    let signature = to_url(&hmac(sha256, secret.as_bytes(), text.as_bytes()));
    format!("{text}.{signature}")
}

/// The claims of a token that is signed as it must be and good now.
pub(crate) fn open(secret: &str, issuer: &str, token: &str, now: i64) -> Result<Value, &'static str> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return Err("no three parts") };
    let json = |part: &str| serde_json::from_slice::<Value>(&from_url(part)?).ok();
    let head = json(header).ok_or("header")?;
    if head.get("alg").and_then(Value::as_str) != Some("HS256") {
        return Err("algorithm");
    }
    let good = hmac(sha256, secret.as_bytes(), format!("{header}.{claims}").as_bytes());
    if from_url(signature).as_deref() != Some(&good[..]) {
        return Err("signature");
    }
    let claims = json(claims).ok_or("claims")?;
    let at = |name: &str| claims.get(name).and_then(Value::as_i64);
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err("issuer");
    }
    // LiveKit allows a minute.
    if at("exp").is_none_or(|exp| exp + 60 < now) {
        return Err("expired");
    }
    if at("nbf").is_some_and(|nbf| nbf - 60 > now) {
        return Err("not yet");
    }
    Ok(claims)
}
