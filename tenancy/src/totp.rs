//! One-time passwords of an authenticator app (动态口令, TOTP).

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};
use zhibu_core::{Error, Result, Secret};

/// What somebody puts into the app.
#[derive(Debug, Clone)]
pub struct Key {
    /// Base-32 secret, for those who type it.
    pub secret: String,
    /// The same as `otpauth://` address, for a QR code.
    pub url: String,
}

fn of(secret: &[u8], name: &str) -> Result<Totp> {
    Builder::new()
        .with_secret(totp_rs::Secret::from(secret))
        .with_issuer(Some("zhibu".to_owned()))
        .with_account_name(name.replace(':', "-"))
        .build()
        .map_err(|e| Error::bug(format!("{e:?}")))
}

/// The secret as the app takes it.
pub(crate) fn key(secret: &[u8], name: &str) -> Result<Key> {
    let url = of(secret, name)?.to_url().map_err(|e| Error::bug(format!("{e:?}")))?;
    Ok(Key { secret: totp_rs::Secret::from(secret).to_base32(), url })
}

/// The step a code belongs to, if it is right now.
pub(crate) fn step(secret: &[u8], name: &str, code: &Secret, now: DateTime<Utc>) -> Result<Option<i64>> {
    let now = u64::try_from(now.timestamp()).unwrap_or_default();
    let step = of(secret, name)?.check(code.expose().trim(), now);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The refusal of a wrong code.
pub(crate) fn wrong() -> Error {
    Error::refuse("WRONG_CODE", "动态口令错误").at("totp")
}
