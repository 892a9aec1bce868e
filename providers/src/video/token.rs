//! LiveKit's tokens: JWT, HS256, one key. Pure: time comes in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use zhibu_core::{Error, Secret};

use super::{Member, Role};
use crate::sign::{AccessKey, mac};

/// A token of ours is good so long for one call to the server.
const CALL: Duration = Duration::minutes(10);
/// The words that everybody's library begins with; LiveKit's are in this order.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// What a token permits. LiveKit takes a missing `canPublish` for a yes: in a room everything is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(serde::Deserialize), serde(default, deny_unknown_fields))]
pub(crate) struct Grant {
    #[serde(skip_serializing_if = "no")]
    pub(crate) room_join: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) room: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) can_publish: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) can_subscribe: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) can_publish_data: Option<bool>,
    #[serde(skip_serializing_if = "no")]
    pub(crate) hidden: bool,
    #[serde(skip_serializing_if = "no")]
    pub(crate) room_create: bool,
    #[serde(skip_serializing_if = "no")]
    pub(crate) room_record: bool,
    #[serde(skip_serializing_if = "no")]
    pub(crate) room_admin: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn no(flag: &bool) -> bool {
    !flag
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize), serde(deny_unknown_fields))]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) nbf: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) iat: Option<i64>,
    pub(crate) exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// What pages read about somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Attributes>,
    pub(crate) video: Grant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub(crate) struct Attributes {
    role: String,
}

impl Claims {
    /// For one call of ours to the server.
    pub(crate) fn call(key: &AccessKey, video: Grant, now: DateTime<Utc>) -> Self {
        Self {
            iss: key.id.clone(),
            nbf: now.timestamp(),
            iat: None,
            exp: (now + CALL).timestamp(),
            sub: None,
            name: None,
            attributes: None,
            video,
        }
    }

    /// For somebody in one room.
    pub(crate) fn join(key: &AccessKey, room: &str, member: &Member, until: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let speaks = member.role != Role::Viewer;
        Self {
            iss: key.id.clone(),
            nbf: now.timestamp(),
            iat: Some(now.timestamp()),
            exp: until.timestamp(),
            sub: Some(member.identity.clone()),
            name: Some(member.name.clone()).filter(|name| !name.is_empty()),
            attributes: (member.role == Role::Speaker).then(|| Attributes { role: "speaker".to_owned() }),
            video: Grant {
                room_join: true,
                room: Some(room.to_owned()),
                can_publish: Some(speaks),
                can_subscribe: Some(true),
                can_publish_data: Some(speaks),
                hidden: !speaks,
                ..Grant::default()
            },
        }
    }

    pub(crate) fn signed(&self, secret: &Secret) -> Result<Secret, Error> {
        let claims = serde_json::to_vec(self).map_err(Error::bug)?;
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(mac(secret.expose().as_bytes(), &text));
        Ok(Secret::new(format!("{text}.{signature}")))
    }
}
