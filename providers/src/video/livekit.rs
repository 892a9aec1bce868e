//! LiveKit, a server of our own: tokens let people in, Twirp calls with JSON do the rest. A refusal is a status with
//! `{code, msg}`; what the server's door refuses comes as plain words.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use zhibu_core::{Error, World};

use super::token::{Claims, Grant};
use super::webhook::verify;
use super::{Account, EgressId, Host, JoinInfo, Member, Recording, Unproven, Video, VideoEvent, not_open};
use crate::wire::Wire;
use crate::{Fault, ProviderError, keys};

/// A room stays open so long with nobody in it, in seconds: people come early.
const EMPTY: u32 = 1800;
/// No meeting is longer, so no token is.
const LONGEST: Duration = Duration::hours(24);
const LONGEST_NAME: usize = 128;

/// One LiveKit server.
#[derive(Debug)]
pub struct LiveKit {
    account: Account,
    fingerprint: String,
    wire: Wire,
    world: World,
}

impl LiveKit {
    /// A client for one server.
    pub fn new(account: Account, world: World) -> Result<Self, Error> {
        Ok(Self { fingerprint: keys::fingerprint(&account.key.id), account, wire: Wire::new()?, world })
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: Account, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Ok(Self { wire: Wire::patient(whole)?, ..Self::new(account, world)? })
    }

    async fn ask(&self, method: &str, grant: Grant, asked: &Value) -> Result<Value, ProviderError> {
        let url = self.account.api_url.join(&format!("twirp/livekit.{method}")).map_err(|_| invalid("api_url"))?;
        let claims = Claims::call(&self.account.key, grant, self.world.now());
        let token = claims.signed(&self.account.key.secret).map_err(|_| invalid("token"))?;
        let request = self.wire.post(url).bearer_auth(token.expose()).header("content-type", "application/json");
        let (http, body) = self.wire.bytes(request.body(asked.to_string())).await?;
        judge(http, &body)
    }
}

fn invalid(what: &str) -> ProviderError {
    ProviderError::new(Fault::Invalid).with_code(what)
}

pub(crate) fn judge(http: u16, body: &[u8]) -> Result<Value, ProviderError> {
    let body = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
    let code = body.as_ref().and_then(|body| body.get("code")?.as_str()).map(str::to_owned);
    let kind = match (http, body, code.as_deref()) {
        (200, Some(body), _) => return Ok(body),
        (401 | 403, ..) => Fault::AuthConfig,
        (_, _, Some("not_found" | "already_exists" | "failed_precondition" | "aborted")) => Fault::Rejected,
        (400..=499, ..) => Fault::Invalid,
        _ => Fault::Unknown,
    };
    Err(ProviderError { provider_code: code, http: Some(http), ..ProviderError::new(kind) })
}

/// Good as well when there is nothing left to end.
fn ended(outcome: Result<Value, ProviderError>) -> Result<(), ProviderError> {
    match outcome {
        Err(error) if matches!(error.provider_code.as_deref(), Some("not_found" | "failed_precondition")) => Ok(()),
        other => other.map(drop),
    }
}

fn check_room(room: &str) -> Result<(), ProviderError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let good = (1..=LONGEST_NAME).contains(&room.len()) && room.bytes().all(legal);
    if good { Ok(()) } else { Err(invalid("room")) }
}

/// LiveKit fills in words between braces; we mean what we say.
fn check_key(key: &str) -> Result<(), ProviderError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let plain = key.bytes().all(legal) && !key.starts_with('/') && !key.contains("..") && !key.contains("//");
    if plain && key.len() > 4 && key.ends_with(".mp4") { Ok(()) } else { Err(invalid("key")) }
}

/// What a recording is ordered with.
fn order(room: &str, key: &str, to: &Recording) -> Value {
    json!({"room_name": room, "layout": "speaker", "preset": "H264_720P_30", "file_outputs": [{
        "file_type": "MP4", "filepath": key, "disable_manifest": true,
        "s3": {"access_key": to.key_id, "secret": to.key_secret.expose(), "region": to.region, "bucket": to.bucket,
            "endpoint": to.endpoint.as_str().trim_end_matches('/'), "force_path_style": to.path_style}}]})
}

#[async_trait]
impl Video for LiveKit {
    async fn create(&self, room: &str) -> Result<(), ProviderError> {
        check_room(room)?;
        let grant = Grant { room_create: true, ..Grant::default() };
        self.ask("RoomService/CreateRoom", grant, &json!({"name": room, "empty_timeout": EMPTY})).await.map(drop)
    }

    fn join(
        &self,
        room: &str,
        member: &Member,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<JoinInfo>, ProviderError> {
        check_room(room)?;
        if member.identity.is_empty() {
            return Err(invalid("identity"));
        }
        if until <= now || until - now > LONGEST {
            return Err(invalid("until"));
        }
        let claims = Claims::join(&self.account.key, room, member, until, now);
        let token = claims.signed(&self.account.key.secret).map_err(|_| invalid("token"))?;
        Ok(Some(JoinInfo { url: self.account.url.to_string(), token }))
    }

    async fn present(&self, room: &str) -> Result<Vec<String>, ProviderError> {
        check_room(room)?;
        let grant = Grant { room_admin: true, room: Some(room.to_owned()), ..Grant::default() };
        let body = match self.ask("RoomService/ListParticipants", grant, &json!({"room": room})).await {
            Err(error) if error.provider_code.as_deref() == Some("not_found") => return Ok(Vec::new()),
            other => other?,
        };
        let people = body.get("participants").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(people.iter().filter_map(|one| Some(one.get("identity")?.as_str()?.to_owned())).collect())
    }

    async fn end(&self, room: &str) -> Result<(), ProviderError> {
        check_room(room)?;
        let grant = Grant { room_create: true, ..Grant::default() };
        ended(self.ask("RoomService/DeleteRoom", grant, &json!({"room": room})).await)
    }

    async fn start_recording(&self, room: &str, key: &str) -> Result<EgressId, ProviderError> {
        check_room(room)?;
        check_key(key)?;
        let to = self.account.recording.as_ref().ok_or_else(not_open)?;
        let grant = Grant { room_record: true, ..Grant::default() };
        let body = self.ask("Egress/StartRoomCompositeEgress", grant, &order(room, key, to)).await?;
        // Twirp answers in the words of the definition; newer servers may be told otherwise.
        let id = ["egress_id", "egressId"].into_iter().find_map(|name| body.get(name)?.as_str());
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| ProviderError::new(Fault::Unknown))?;
        Ok(EgressId(id.to_owned()))
    }

    async fn stop_recording(&self, egress: &EgressId) -> Result<(), ProviderError> {
        let grant = Grant { room_record: true, ..Grant::default() };
        ended(self.ask("Egress/StopEgress", grant, &json!({"egress_id": egress.0})).await)
    }

    fn verify_webhook(&self, authorization: &str, body: &[u8], now: DateTime<Utc>) -> Result<VideoEvent, Unproven> {
        verify(&self.account.key, authorization, body, now)
    }

    fn host(&self) -> Host {
        Host::LiveKit
    }

    fn fingerprint(&self) -> Option<&str> {
        Some(&self.fingerprint)
    }

    fn records(&self) -> bool {
        self.account.recording.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_whose_matter_they_are() {
        for (http, body, kind) in [
            (401, "invalid token", Fault::AuthConfig),
            (401, r#"{"code":"unauthenticated","msg":"permissions denied"}"#, Fault::AuthConfig),
            (404, r#"{"code":"not_found","msg":"requested room does not exist"}"#, Fault::Rejected),
            (404, r#"{"code":"bad_route","msg":"no handler"}"#, Fault::Invalid),
            (400, r#"{"code":"malformed","msg":"json"}"#, Fault::Invalid),
            (412, r#"{"code":"failed_precondition","msg":"egress is over"}"#, Fault::Rejected),
            (200, "<html>", Fault::Unknown),
        ] {
            assert_eq!(judge(http, body.as_bytes()).unwrap_err().kind, kind, "{http} {body}");
        }
        assert!(judge(200, b"{}").is_ok());
    }

    #[test]
    fn rooms_and_keys_are_what_they_say() {
        for (room, good) in [("t0007-mtg-00000042", true), ("", false), ("a/b", false), ("房间", false), ("a b", false)]
        {
            assert_eq!(check_room(room).is_ok(), good, "{room}");
        }
        for (key, good) in [
            ("t0007/mtg/42.mp4", true),
            ("/t0007/42.mp4", false),
            ("t0007/../42.mp4", false),
            ("{room_name}.mp4", false),
            ("t0007/mtg/42", false),
            (".mp4", false),
        ] {
            assert_eq!(check_key(key).is_ok(), good, "{key}");
        }
    }
}
