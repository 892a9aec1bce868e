//! LiveKit, strict: Twirp calls with JSON, a token with the right grant for each; people who come in; and signed webhooks.

mod jwt;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::webhook::Webhook;
pub(crate) use self::webhook::{event, signature};
use crate::state::State;

/// The one key.
pub(crate) const KEY: (&str, &str) = ("APIemulated00001", "EmulatedLiveKitSecret000000000000000000001");
/// Seconds that a token for one call is good for, at most: whoever finds it finds nothing.
const CALL: i64 = 600;
/// Seconds that somebody's token is good for, at most.
const DAY: i64 = 86_400 + 1800;

/// Whoever holds meetings by video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// LiveKit
    LiveKit,
}

/// A recording.
#[derive(Debug, Clone)]
struct Recording {
    id: String,
    room: String,
    path: String,
    bucket: String,
    over: bool,
}

/// What the server remembers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Who is in which room.
    rooms: BTreeMap<String, BTreeSet<String>>,
    recordings: Vec<Recording>,
}

/// A refusal: status, code, words, and whether a correct client could have caused it.
type Refusal = (u16, &'static str, &'static str, bool);

const fn wrong(code: &'static str, words: &'static str) -> Refusal {
    (400, code, words, true)
}

/// The door: its words are no JSON object.
const fn door(words: &'static str) -> Refusal {
    (401, "", words, true)
}

const DENIED: Refusal = (401, "unauthenticated", "permissions denied", true);

/// The last part of the path.
pub(crate) fn op(head: &Parts) -> &str {
    head.uri.path().rsplit('/').next().unwrap_or_default()
}

/// The answer to one request.
pub(crate) fn answer(state: &mut State, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
    state.mini.calls.push(format!("livekit {}", op(head)));
    match work(state, head, body) {
        Ok(answer) => (StatusCode::OK, answer),
        Err((status, code, words, at_fault)) => {
            if at_fault {
                state.report.push(format!("livekit: {} {code} {words}", op(head)));
            }
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, if code.is_empty() { Value::from(words) } else { json!({"code": code, "msg": words}) })
        }
    }
}

fn work(state: &mut State, head: &Parts, body: &Bytes) -> Result<Value, Refusal> {
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header("authorization").strip_prefix("Bearer ").ok_or(door("no bearer token"))?;
    let claims = jwt::open(KEY.1, KEY.0, token, state.now().timestamp()).map_err(door)?;
    if head.method != http::Method::POST {
        return Err((404, "bad_route", "every call is a POST", true));
    }
    if header("content-type") != "application/json" {
        return Err((404, "bad_route", "unexpected content type", true));
    }
    let life = |name: &str| claims.get(name).and_then(Value::as_i64).unwrap_or(0);
    if life("exp") - life("nbf") > CALL {
        state.report.push("livekit: a token for a call lives too long".to_owned());
    }
    let grant = claims.get("video").cloned().unwrap_or_default();
    if grant.get("roomJoin").is_some() {
        state.report.push("livekit: a token for a call lets somebody in".to_owned());
    }
    let may = |name: &str| if grant.get(name) == Some(&Value::Bool(true)) { Ok(()) } else { Err(DENIED) };
    match head.uri.path() {
        "/twirp/livekit.RoomService/CreateRoom" => may("roomCreate").and_then(|()| create(state, body)),
        "/twirp/livekit.RoomService/DeleteRoom" => may("roomCreate").and_then(|()| delete(state, body)),
        "/twirp/livekit.RoomService/ListParticipants" => may("roomAdmin").and_then(|()| list(state, body, &grant)),
        "/twirp/livekit.Egress/StartRoomCompositeEgress" => may("roomRecord").and_then(|()| record(state, body)),
        "/twirp/livekit.Egress/StopEgress" => may("roomRecord").and_then(|()| stop(state, body)),
        _ => Err((404, "bad_route", "no handler for path", true)),
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| wrong("malformed", "the json request could not be decoded"))
}

fn named(room: &str) -> Result<(), Refusal> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if (1..=128).contains(&room.len()) && room.bytes().all(legal) {
        Ok(())
    } else {
        Err(wrong("invalid_argument", "room name"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    #[serde(default)]
    empty_timeout: u32,
    #[serde(default)]
    max_participants: u32,
}

fn create(state: &mut State, body: &Bytes) -> Result<Value, Refusal> {
    let asked: Create = read(body)?;
    named(&asked.name)?;
    let now = state.now();
    let people = state.video.rooms.entry(asked.name.clone()).or_default().len();
    // Twirp answers in the words of the definition, numbers of 64 bits as text.
    Ok(json!({"sid": format!("RM_{}", asked.name), "name": asked.name, "empty_timeout": asked.empty_timeout,
        "max_participants": asked.max_participants, "creation_time": now.timestamp().to_string(),
        "num_participants": people}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Room {
    room: String,
}

const NO_ROOM: Refusal = (404, "not_found", "requested room does not exist", false);

fn delete(state: &mut State, body: &Bytes) -> Result<Value, Refusal> {
    let Room { room } = read(body)?;
    named(&room)?;
    state.video.rooms.remove(&room).ok_or(NO_ROOM)?;
    state.video.recordings.iter_mut().filter(|one| one.room == room).for_each(|one| one.over = true);
    Ok(json!({}))
}

fn list(state: &State, body: &Bytes, grant: &Value) -> Result<Value, Refusal> {
    let Room { room } = read(body)?;
    named(&room)?;
    // Who administers one room knows nothing of others.
    if grant.get("room").and_then(Value::as_str) != Some(&room) {
        return Err(DENIED);
    }
    let people = state.video.rooms.get(&room).into_iter().flatten();
    let people: Vec<Value> =
        people.map(|one| json!({"sid": format!("PA_{one}"), "identity": one, "state": "ACTIVE"})).collect();
    Ok(json!({"participants": people}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    room_name: String,
    #[serde(rename = "layout")]
    _layout: String,
    #[serde(rename = "preset")]
    _preset: String,
    file_outputs: Vec<Output>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    file_type: String,
    filepath: String,
    #[serde(default, rename = "disable_manifest")]
    _disable_manifest: bool,
    s3: S3,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
    access_key: String,
    secret: String,
    region: String,
    endpoint: String,
    bucket: String,
    #[serde(rename = "force_path_style")]
    _force_path_style: bool,
}

fn record(state: &mut State, body: &Bytes) -> Result<Value, Refusal> {
    let asked: Record = read(body)?;
    named(&asked.room_name)?;
    if !state.video.rooms.contains_key(&asked.room_name) {
        return Err(NO_ROOM);
    }
    let [output] = asked.file_outputs.as_slice() else { return Err(wrong("invalid_argument", "one file, please")) };
    let s3 = &output.s3;
    let whole = [&s3.access_key, &s3.secret, &s3.region, &s3.bucket].iter().all(|text| !text.is_empty());
    let there = s3.endpoint.is_empty() || s3.endpoint.starts_with("http");
    let path = &output.filepath;
    if !whole || !there || output.file_type != "MP4" || !path.ends_with(".mp4") || path.starts_with('/') {
        return Err(wrong("invalid_argument", "where the file goes"));
    }
    let id = format!("EG_{:06}", state.next());
    state.video.recordings.push(Recording {
        id: id.clone(),
        room: asked.room_name.clone(),
        path: path.clone(),
        bucket: s3.bucket.clone(),
        over: false,
    });
    Ok(json!({"egress_id": id, "room_id": format!("RM_{}", asked.room_name), "room_name": asked.room_name,
        "status": "EGRESS_STARTING", "started_at": "0", "ended_at": "0", "error": ""}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stop {
    egress_id: String,
}

fn stop(state: &mut State, body: &Bytes) -> Result<Value, Refusal> {
    let Stop { egress_id } = read(body)?;
    let found = state.video.recordings.iter_mut().find(|one| one.id == egress_id);
    let found = found.ok_or((404, "not_found", "egress does not exist", false))?;
    if found.over {
        return Err((412, "failed_precondition", "egress with status EGRESS_COMPLETE cannot be stopped", false));
    }
    found.over = true;
    Ok(json!({"egress_id": egress_id, "room_name": found.room, "status": "EGRESS_ENDING"}))
}

/// Somebody comes in with a token; says where and who, or why not.
pub(crate) fn join(state: &mut State, token: &str) -> Result<Value, &'static str> {
    let now = state.now().timestamp();
    let claims = jwt::open(KEY.1, KEY.0, token, now)?;
    let grant = claims.get("video").cloned().unwrap_or_default();
    let said = |name: &str| grant.get(name).and_then(Value::as_bool);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (room, identity) = (text(&grant, "room"), text(&claims, "sub"));
    if said("roomJoin") != Some(true) || named(&room).is_err() || identity.is_empty() {
        return Err("the token lets nobody in");
    }
    let [publish, subscribe, data] = ["canPublish", "canSubscribe", "canPublishData"].map(said);
    for (good, what) in [
        (publish.is_some() && subscribe.is_some() && data.is_some(), "what is not said is permitted"),
        (["roomCreate", "roomRecord", "roomAdmin", "roomList"].iter().all(|name| said(name).is_none()), "too much"),
        (claims.get("exp").and_then(Value::as_i64).is_some_and(|exp| exp - now <= DAY), "too long"),
    ] {
        if !good {
            state.report.push(format!("livekit: somebody's token: {what}"));
        }
    }
    state.video.rooms.entry(room.clone()).or_default().insert(identity.clone());
    Ok(json!({"room": room, "identity": identity, "name": text(&claims, "name"), "publishes": publish,
        "subscribes": subscribe, "hidden": said("hidden").unwrap_or(false),
        "role": claims.pointer("/attributes/role")}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{base64, sha256};

    const LIVEKIT: &str = include_str!("../../../../providers/vectors/livekit.json");

    #[test]
    fn tokens_and_webhooks_of_the_examples_are_judged() {
        let suite: Value = serde_json::from_str(LIVEKIT).unwrap();
        let now = suite["test_clock_unix"].as_i64().unwrap();
        let (mut tokens, mut webhooks) = (0, 0);
        for case in suite["cases"].as_array().unwrap() {
            let text = |at: &str| case.pointer(at).unwrap().as_str().unwrap();
            let open = |token: &str| jwt::open(text("/input/api_secret"), text("/input/api_key"), token, now);
            match text("/kind") {
                "token" => {
                    assert_eq!(open(text("/expect/jwt")).as_ref(), Ok(&case["input"]["claims"]), "{}", case["id"]);
                    tokens += 1;
                }
                _ => {
                    let claims = open(text("/input/headers/Authorization"));
                    let hash = base64(&sha256(text("/input/body").as_bytes()));
                    let good = claims.is_ok_and(|claims| claims["sha256"] == *hash);
                    assert_eq!(good, case["expect"]["valid"], "{}", case["id"]);
                    webhooks += 1;
                }
            }
        }
        assert_eq!((tokens, webhooks), (4, 6));
    }

    #[test]
    fn somebody_s_token_must_say_what_it_permits() {
        let mut state = State::default();
        let now = state.now().timestamp();
        let token = |video: Value, exp: i64| {
            jwt::seal(KEY.1, &json!({"iss": KEY.0, "sub": "m1", "nbf": now, "exp": exp, "video": video}))
        };
        let whole = json!({"roomJoin": true, "room": "t1-1", "canPublish": false, "canSubscribe": true,
            "canPublishData": false});
        assert_eq!(join(&mut state, &token(whole.clone(), now + 60)).unwrap()["publishes"], false);
        assert_eq!(state.report, Vec::<String>::new());
        assert!(join(&mut state, &token(json!({"roomJoin": true, "room": "t1-1"}), now + 60)).is_ok());
        assert!(join(&mut state, &token(whole.clone(), now + 200_000)).is_ok());
        assert_eq!(state.report.len(), 2, "{:?}", state.report);
        assert_eq!(join(&mut state, &token(whole, now - 61)), Err("expired"));
        assert!(join(&mut state, &token(json!({"roomCreate": true}), now + 60)).is_err());
    }
}
