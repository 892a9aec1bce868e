//! LiveKit's webhooks: a JWT that names the hash of the body. Numbers of 64 bits are texts, what nobody announced is passed
//! over.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::{Egress, EgressId, File, Unproven, VideoEvent, VideoEventKind};
use crate::sign::AccessKey;

/// Seconds by which the server's clock may differ.
const LEEWAY: i64 = 60;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    sha256: String,
}

/// Proves a webhook, then reads it.
pub(crate) fn verify(
    key: &AccessKey,
    authorization: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<VideoEvent, Unproven> {
    let mut rules = Validation::new(Algorithm::HS256);
    // Our own clock and our own strictness decide below.
    (rules.validate_exp, rules.validate_aud) = (false, false);
    rules.required_spec_claims.clear();
    let secret = DecodingKey::from_secret(key.secret.expose().as_bytes());
    let claims = jsonwebtoken::decode::<Claims>(authorization, &secret, &rules).map_err(|_| Unproven("signature"))?;
    let (claims, now) = (claims.claims, now.timestamp());
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, body));
    for (good, what) in [
        (claims.iss == key.id, "iss"),
        (now < claims.exp.saturating_add(LEEWAY), "exp"),
        (claims.nbf.is_none_or(|nbf| nbf <= now + LEEWAY), "nbf"),
        (verify_slices_are_equal(hash.as_bytes(), claims.sha256.as_bytes()).is_ok(), "sha256"),
    ] {
        if !good {
            return Err(Unproven(what));
        }
    }
    read(body).ok_or(Unproven("body"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    event: String,
    id: String,
    #[serde(default)]
    created_at: Value,
    #[serde(default)]
    room: Option<Room>,
    #[serde(default)]
    participant: Option<Participant>,
    #[serde(default)]
    egress_info: Option<EgressInfo>,
}

#[derive(Deserialize)]
struct Room {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Participant {
    #[serde(default)]
    identity: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EgressInfo {
    egress_id: String,
    room_name: String,
    status: String,
    error: String,
    file_results: Vec<FileInfo>,
    /// Where servers of some years ago put the one file.
    file: Option<FileInfo>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FileInfo {
    filename: String,
    location: String,
    size: Value,
    /// Nanoseconds.
    duration: Value,
}

/// A number that may be written as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn read(body: &[u8]) -> Option<VideoEvent> {
    let told: Told = serde_json::from_slice(body).ok()?;
    let kind = match told.event.as_str() {
        "room_started" => VideoEventKind::RoomStarted,
        "room_finished" => VideoEventKind::RoomFinished,
        "participant_joined" => VideoEventKind::Joined,
        "participant_left" => VideoEventKind::Left,
        "egress_started" => VideoEventKind::RecordingStarted,
        "egress_updated" => VideoEventKind::RecordingUpdated,
        "egress_ended" => VideoEventKind::RecordingEnded,
        _ => VideoEventKind::Other,
    };
    let named = told.room.map(|room| room.name);
    let egress = told.egress_info.filter(|info| !info.egress_id.is_empty());
    let room = named.or_else(|| egress.as_ref().map(|info| info.room_name.clone())).unwrap_or_default();
    let identity = told.participant.map(|person| person.identity).filter(|identity| !identity.is_empty());
    let whole = match kind {
        VideoEventKind::Joined | VideoEventKind::Left => identity.is_some() && !room.is_empty(),
        VideoEventKind::RoomStarted | VideoEventKind::RoomFinished => !room.is_empty(),
        VideoEventKind::RecordingStarted | VideoEventKind::RecordingUpdated | VideoEventKind::RecordingEnded => {
            egress.is_some()
        }
        VideoEventKind::Other => true,
    };
    let at = DateTime::from_timestamp(i64::try_from(number(&told.created_at)?).ok()?, 0)?;
    (whole && !told.id.is_empty()).then(|| VideoEvent {
        id: told.id,
        kind,
        room,
        identity,
        egress: egress.map(recorded),
        at,
    })
}

fn recorded(info: EgressInfo) -> Egress {
    let file = info.file_results.into_iter().next().or(info.file).filter(|file| !file.location.is_empty());
    Egress {
        id: EgressId(info.egress_id),
        complete: file.is_some() && ["EGRESS_COMPLETE", "EGRESS_LIMIT_REACHED"].contains(&info.status.as_str()),
        error: Some(info.error).filter(|words| !words.is_empty()),
        file: file.map(|file| File {
            key: file.filename,
            location: file.location,
            size: number(&file.size).unwrap_or(0),
            seconds: number(&file.duration).unwrap_or(0) / 1_000_000_000,
        }),
    }
}
