//! Relying party of OpenID Connect: discovery, the code flow with PKCE, and the proof of who somebody is. Everything is
//! fetched through the guarded fetcher, since a tenant chooses the address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};
use zhibu_core::{Error, Result, Secret};

use crate::fetch::{Fetcher, Lookup, Machine};

/// Seconds by which an issuer's clock may differ.
const LEEWAY: i64 = 60;
/// What signs; a shared secret or nothing never does.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

/// What the configuration says.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Issuers on this machine are good, without TLS: for trying things out.
    #[serde(default)]
    pub allow_loopback: bool,
}

/// What an issuer says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Provider {
    issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Keys of an issuer.
pub type Keys = Vec<Jwk>;

/// Who we are at an issuer.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The issuer, exactly.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub secret: Secret,
}

/// What a code is exchanged with.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The code.
    pub code: Secret,
    /// The verifier whose challenge was sent.
    pub verifier: Secret,
    /// Where the browser came back to.
    pub redirect_uri: String,
    /// The nonce that was sent.
    pub nonce: String,
}

/// Somebody, as the issuer proves them.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    iss: String,
    /// Who, for ever, at this issuer.
    pub sub: String,
    aud: Value,
    #[serde(default)]
    azp: Option<String>,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    at_hash: Option<String>,
    #[serde(default)]
    phone_number: Option<String>,
    #[serde(default)]
    phone_number_verified: Option<bool>,
}

impl Claims {
    /// The telephone number, when the issuer has proved it.
    pub fn verified_phone(&self) -> Option<&str> {
        self.phone_number.as_deref().filter(|_| self.phone_number_verified == Some(true))
    }
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer, exactly.
    pub issuer: &'a str,
    /// Our name there.
    pub client_id: &'a str,
    /// The nonce that was sent.
    pub nonce: &'a str,
    /// The access token that came along.
    pub access_token: Option<&'a str>,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Signed by a key we do not know (yet).
    #[error("unknown key")]
    UnknownKey,
    /// Wrong in what it says or how it is signed.
    #[error("{0}")]
    Wrong(&'static str),
}

/// The challenge of a verifier (PKCE, S256).
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// Judges an ID token by an issuer's keys.
pub fn judge(token: &str, keys: &Keys, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Claims, Fault> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Fault::Wrong("header"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Fault::Wrong("algorithm"));
    }
    let signs = |key: &&Jwk| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    let mut usable = keys.iter().filter(signs);
    let key = match &header.kid {
        Some(kid) => usable.find(|key| key.common.key_id.as_ref() == Some(kid)),
        // Without a name there must be no choice.
        None => usable.next().filter(|_| usable.next().is_none()),
    };
    let key = DecodingKey::from_jwk(key.ok_or(Fault::UnknownKey)?).map_err(|_| Fault::Wrong("key"))?;
    let mut rules = Validation::new(header.alg);
    // Our own clock and our own strictness decide below.
    (rules.validate_exp, rules.validate_aud) = (false, false);
    rules.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|_| Fault::Wrong("signature"))?.claims;
    says(&claims, expected, now.timestamp())?;
    if let (Some(given), Some(access)) = (&claims.at_hash, expected.access_token) {
        let hash = if header.alg == Algorithm::EdDSA { &digest::SHA512 } else { &digest::SHA256 };
        let whole = digest::digest(hash, access.as_bytes());
        let half = whole.as_ref().get(..whole.as_ref().len() / 2).unwrap_or_default();
        if *given != URL_SAFE_NO_PAD.encode(half) {
            return Err(Fault::Wrong("at_hash"));
        }
    }
    Ok(claims)
}

fn says(claims: &Claims, expected: &Expected<'_>, now: i64) -> Result<(), Fault> {
    let ours = |name: &Value| name.as_str() == Some(expected.client_id);
    let (meant, several) = match &claims.aud {
        Value::Array(names) => (names.iter().any(ours), names.len() > 1),
        name => (ours(name), false),
    };
    let party = claims.azp.as_deref().map_or(!several, |azp| azp == expected.client_id);
    for (good, what) in [
        (claims.iss == expected.issuer, "iss"),
        (!claims.sub.is_empty() && claims.sub.len() <= 255, "sub"),
        (meant, "aud"),
        (party, "azp"),
        (now < claims.exp.saturating_add(LEEWAY), "exp"),
        (claims.iat <= now + LEEWAY, "iat"),
        (claims.nbf.is_none_or(|nbf| nbf <= now + LEEWAY), "nbf"),
        (claims.nonce.as_deref() == Some(expected.nonce), "nonce"),
    ] {
        if !good {
            return Err(Fault::Wrong(what));
        }
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Exchanged {
    id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

#[derive(Debug, Clone)]
struct Known {
    provider: Arc<Provider>,
    keys: Arc<Keys>,
    /// When its document was read.
    read_at: DateTime<Utc>,
    /// When its keys were.
    keys_at: DateTime<Utc>,
}

/// Speaks to issuers, and remembers for an hour what they said of themselves.
pub struct Client {
    lookup: Arc<dyn Lookup>,
    settings: Settings,
    known: Mutex<HashMap<String, Known>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

fn unusable(cause: impl std::fmt::Display) -> Error {
    tracing::warn!(%cause, "an identity provider cannot be used");
    Error::refuse("OIDC_UNAVAILABLE", "统一身份认证暂时无法使用，请稍后再试或联系管理员")
}

/// Whether an issuer may be written down at all: what the guarded fetcher would refuse by the text of the address alone.
/// One on this machine is left to the settings.
pub fn acceptable(issuer: &str) -> bool {
    let Ok(url) = Url::parse(issuer) else { return false };
    let plain = issuer.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'@');
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let somewhere = match url.host() {
        Some(Host::Domain("localhost")) => ["http", "https"].contains(&url.scheme()),
        Some(Host::Domain(name)) => url.scheme() == "https" && url.port().is_none() && name.contains('.'),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    };
    plain && bare && somewhere
}

impl Client {
    /// A client by the machine's own resolver.
    pub fn new(settings: Settings) -> Self {
        Self { lookup: Arc::new(Machine), settings, known: Mutex::default() }
    }

    /// The address at which somebody signs in, with what we ask.
    pub fn way(&self, provider: &Provider, asked: &[(&str, &str)]) -> Result<String> {
        let mut url = self.good(&provider.authorization_endpoint)?;
        url.query_pairs_mut().extend_pairs(asked);
        Ok(url.into())
    }

    fn good(&self, address: &str) -> Result<Url> {
        let url = Url::parse(address).map_err(unusable)?;
        if url.scheme() == "https" || self.is_here(&url) { Ok(url) } else { Err(unusable("no https")) }
    }

    fn is_here(&self, url: &Url) -> bool {
        self.settings.allow_loopback && url.host_str() == Some("localhost")
    }

    /// A fetcher for the one host of an address.
    fn fetcher(&self, address: &str) -> Result<Fetcher> {
        let url = self.good(address)?;
        let hosts = [url.host_str().unwrap_or_default().to_owned()];
        let fetcher = if self.is_here(&url) {
            Fetcher::with_loopback(&hosts, self.lookup.clone(), url.port())
        } else {
            Fetcher::new(&hosts, self.lookup.clone())
        };
        fetcher.map_err(unusable)
    }

    /// What an issuer says of itself.
    pub async fn provider(&self, issuer: &str, now: DateTime<Utc>) -> Result<Arc<Provider>> {
        Ok(self.known(issuer, now).await?.provider)
    }

    async fn known(&self, issuer: &str, now: DateTime<Utc>) -> Result<Known> {
        let fresh = |known: &&Known| now - known.read_at < Duration::hours(1);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).filter(fresh).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document = self.fetcher(&address)?.json(&address).await.map_err(unusable)?;
        let provider: Provider = serde_json::from_slice(&document).map_err(unusable)?;
        if provider.issuer != issuer {
            return Err(unusable("the document names another issuer"));
        }
        self.good(&provider.authorization_endpoint)?;
        let keys = Arc::new(self.keys(&provider).await?);
        let known = Known { provider: Arc::new(provider), keys, read_at: now, keys_at: now };
        self.remember(issuer, &known);
        Ok(known)
    }

    fn remember(&self, issuer: &str, known: &Known) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), known.clone());
    }

    async fn keys(&self, provider: &Provider) -> Result<Keys> {
        let text = self.fetcher(&provider.jwks_uri)?.json(&provider.jwks_uri).await.map_err(unusable)?;
        keys(&text).map_err(unusable)
    }

    /// Exchanges a code and judges what comes back. A key that is not known yet is looked for once a minute at most.
    pub async fn identify(&self, ours: &Registration, back: &Returned, now: DateTime<Utc>) -> Result<Claims> {
        let mut known = self.known(&ours.issuer, now).await?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", back.code.expose()),
            ("redirect_uri", &back.redirect_uri),
            ("client_id", &ours.client_id),
            ("client_secret", ours.secret.expose()),
            ("code_verifier", back.verifier.expose()),
        ];
        let endpoint = &known.provider.token_endpoint;
        let answer = self.fetcher(endpoint)?.post_form(endpoint, &fields).await.map_err(unusable)?;
        let tokens: Exchanged = serde_json::from_slice(&answer).map_err(|_| unusable("no tokens"))?;
        let expected = Expected {
            issuer: &ours.issuer,
            client_id: &ours.client_id,
            nonce: &back.nonce,
            access_token: tokens.access_token.as_deref(),
        };
        let mut judged = judge(&tokens.id_token, &known.keys, &expected, now);
        if judged.as_ref().is_err_and(|fault| *fault == Fault::UnknownKey)
            && now - known.keys_at >= Duration::minutes(1)
        {
            known.keys_at = now;
            self.remember(&ours.issuer, &known);
            known.keys = Arc::new(self.keys(&known.provider).await?);
            self.remember(&ours.issuer, &known);
            judged = judge(&tokens.id_token, &known.keys, &expected, now);
        }
        judged.map_err(|fault| {
            tracing::warn!(%fault, "an ID token was refused");
            Error::refuse("OIDC_TOKEN_INVALID", "统一身份认证返回的身份信息无效，请重新登录")
        })
    }
}

/// The keys of a set; those of kinds that nobody here knows are left out.
fn keys(text: &[u8]) -> Result<Keys, serde_json::Error> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(text)?;
    Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_2_6_every_example_of_a_token_is_judged_as_described() {
        let suite: Value = serde_json::from_str(include_str!("../vectors/oidc.json")).unwrap();
        let now = DateTime::from_timestamp(suite["test_clock_unix"].as_i64().unwrap(), 0).unwrap();
        let (mut challenges, mut tokens) = (0, 0);
        for case in suite["cases"].as_array().unwrap() {
            let input = &case["input"];
            let text = |name: &str| input[name].as_str().unwrap();
            if case["kind"] == "pkce" {
                challenges += 1;
                assert_eq!(challenge(text("verifier")), case["expect"]["challenge"]);
                continue;
            }
            tokens += 1;
            assert_eq!(input["leeway_s"], LEEWAY);
            let expected = Expected {
                issuer: text("issuer"),
                client_id: text("client_id"),
                nonce: text("nonce"),
                access_token: Some(text("access_token")),
            };
            let keys = keys(input["jwks"].to_string().as_bytes()).unwrap();
            let judged = judge(text("id_token"), &keys, &expected, now);
            assert_eq!(Value::from(judged.is_ok()), case["expect"]["valid"], "{}: {judged:?}", case["id"]);
            let unknown = case["id"] == "id.bad.kid_unknown";
            assert_eq!(judged.is_err_and(|fault| fault == Fault::UnknownKey), unknown, "{}", case["id"]);
        }
        assert_eq!((challenges, tokens), (1, 14));
    }

    #[test]
    fn pc_2_6_an_issuer_that_would_never_be_spoken_to_is_not_written_down() {
        for good in
            ["https://op.example.org", "https://op.example.org/realms/x", "http://localhost:9000", "https://localhost"]
        {
            assert!(acceptable(good), "{good}");
        }
        for bad in [
            "http://op.example.org",
            "http://localhost.evil.com",
            "http://localhost@evil.com",
            "https://somebody:word@op.example.org",
            "https://@op.example.org",
            "https://10.0.0.8",
            "https://192.168.1.1/realms/x",
            "https://169.254.169.254",
            "https://2130706433",
            "https://[::1]",
            "https://intranet",
            "https://op.example.org:8443",
            "https://op.example.org?x",
            "https://op.example.org#x",
            "https:\\\\op.example.org",
            "https://op.exa mple.org",
            "ftp://localhost",
            "op.example.org",
        ] {
            assert!(!acceptable(bad), "{bad}");
        }
    }

    #[test]
    fn pc_2_6_an_issuer_is_somewhere_else_and_behind_tls() {
        let (usual, open) = (Client::new(Settings::default()), Client::new(Settings { allow_loopback: true }));
        for (address, everywhere, here) in [
            ("https://op.example.test", true, true),
            ("https://op.example.test/realms/x", true, true),
            ("http://op.example.test", false, false),
            ("http://localhost:9000", false, true),
            ("http://127.0.0.1:9000", false, false),
            ("ftp://op.example.test", false, false),
            ("op.example.test", false, false),
        ] {
            assert_eq!((usual.good(address).is_ok(), open.good(address).is_ok()), (everywhere, here), "{address}");
        }
    }
}
