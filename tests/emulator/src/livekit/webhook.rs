//! What LiveKit tells, signed: the token names the hash of the body.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{KEY, jwt};
use crate::crypto::{base64, sha256};
use crate::state::State;

/// What a webhook tells; what it announces is so from now on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Webhook {
    /// The first person came.
    RoomStarted {
        /// Where.
        room: String,
    },
    /// The last one has gone.
    RoomFinished {
        /// Where.
        room: String,
    },
    /// Somebody came.
    ParticipantJoined {
        /// Where.
        room: String,
        /// Who.
        identity: String,
    },
    /// Somebody went.
    ParticipantLeft {
        /// Where.
        room: String,
        /// Who.
        identity: String,
    },
    /// A recording is over.
    EgressEnded {
        /// Which.
        egress: String,
        /// Whether it came to nothing.
        #[serde(default)]
        failed: bool,
    },
}

/// The body of a webhook.
pub(crate) fn event(state: &mut State, webhook: &Webhook) -> String {
    let at = state.now();
    let place =
        |room: &str| json!({"sid": format!("RM_{room}"), "name": room, "creationTime": at.timestamp().to_string()});
    let person =
        |who: &str| json!({"sid": format!("PA_{who}"), "identity": who, "joinedAt": at.timestamp().to_string()});
    let mut told = match webhook {
        Webhook::RoomStarted { room } => {
            state.video.rooms.entry(room.clone()).or_default();
            json!({"event": "room_started", "room": place(room)})
        }
        Webhook::RoomFinished { room } => {
            state.video.rooms.remove(room);
            json!({"event": "room_finished", "room": place(room)})
        }
        Webhook::ParticipantJoined { room, identity } => {
            state.video.rooms.entry(room.clone()).or_default().insert(identity.clone());
            json!({"event": "participant_joined", "room": place(room), "participant": person(identity)})
        }
        Webhook::ParticipantLeft { room, identity } => {
            state.video.rooms.entry(room.clone()).or_default().remove(identity);
            json!({"event": "participant_left", "room": place(room), "participant": person(identity)})
        }
        Webhook::EgressEnded { egress, failed } => {
            json!({"event": "egress_ended", "egressInfo": recorded(state, egress, *failed)})
        }
    };
    if let Some(told) = told.as_object_mut() {
        told.insert("id".to_owned(), format!("EV_emu{:06}", state.next()).into());
        told.insert("createdAt".to_owned(), at.timestamp().to_string().into());
        told.insert("nobodyAnnouncedThis".to_owned(), json!({"x": 1}));
    }
    told.to_string()
}

fn recorded(state: &mut State, egress: &str, failed: bool) -> Value {
    let ended = state.now().timestamp();
    let Some(one) = state.video.recordings.iter_mut().find(|one| one.id == egress) else {
        return json!({"egressId": egress, "roomName": "", "status": "EGRESS_ABORTED", "error": "unknown"});
    };
    one.over = true;
    // Nanoseconds, as text.
    let nanos = |seconds: i64| format!("{seconds}000000000");
    let mut info = json!({"egressId": one.id, "roomId": format!("RM_{}", one.room), "roomName": one.room,
        "startedAt": nanos(ended - 3600), "endedAt": nanos(ended)});
    let more = if failed {
        json!({"status": "EGRESS_FAILED", "error": "no space left"})
    } else {
        json!({"status": "EGRESS_COMPLETE", "fileResults": [{"filename": one.path, "duration": nanos(3600),
            "size": "1048576", "location": format!("s3://{}/{}", one.bucket, one.path)}]})
    };
    if let (Some(info), Value::Object(more)) = (info.as_object_mut(), more) {
        info.extend(more);
    }
    info
}

/// The header that proves a body; no word before the token.
pub(crate) fn signature(state: &State, body: &str) -> String {
    let now = state.now().timestamp();
    jwt::seal(KEY.1, &json!({"iss": KEY.0, "nbf": now, "exp": now + 300, "sha256": base64(&sha256(body.as_bytes()))}))
}
