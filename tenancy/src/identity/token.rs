use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Result, SessionId, TenantId};

use crate::app::App;

const ISSUER: &str = "zhibu";
/// A signing key serves this many seconds (30 days); the one before still opens what it signed.
const KEY_LIFE: i64 = 30 * 86_400;

/// Which door a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The tenants' console.
    Console,
    /// The operators' console.
    Operator,
    /// The tenants' console's API, for programs that keep their tokens themselves.
    Mini,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    typ: String,
    nbf: i64,
    exp: i64,
    #[serde(rename = "sid")]
    pub(crate) session: SessionId,
    #[serde(rename = "tid")]
    pub(crate) tenant: Option<TenantId>,
}

impl Audience {
    fn name(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Operator => "operator",
            Self::Mini => "mini",
        }
    }
}

/// A short-lived access token.
pub(crate) fn issue(app: &App, audience: Audience, tenant: Option<TenantId>, session: SessionId) -> Result<String> {
    let now = app.world.now().timestamp();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: audience.name().to_owned(),
        typ: "access".to_owned(),
        nbf: now,
        exp: now + app.settings.access_minutes * 60,
        session,
        tenant,
    };
    let id = key_id(now);
    let header = Header { kid: Some(id.to_string()), ..Header::new(Algorithm::HS256) };
    let key = EncodingKey::from_secret(&app.keys.token(id));
    jsonwebtoken::encode(&header, &claims, &key).map_err(Error::bug)
}

/// The number of the signing key in use at a moment.
fn key_id(at: i64) -> i64 {
    at.div_euclid(KEY_LIFE)
}

/// The claims of a token that is ours, for this door, and alive by the request's clock.
pub(crate) fn verify(app: &App, token: &str, audience: Audience) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[audience.name()]);
    // Our own clock decides below.
    rules.validate_exp = false;
    let now = app.world.now().timestamp();
    let id: i64 = jsonwebtoken::decode_header(token).ok()?.kid?.parse().ok()?;
    if !(key_id(now) - 1..=key_id(now)).contains(&id) {
        return None;
    }
    let key = DecodingKey::from_secret(&app.keys.token(id));
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).ok()?.claims;
    (claims.typ == "access" && claims.nbf <= now && now < claims.exp).then_some(claims)
}
