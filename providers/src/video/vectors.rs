//! LiveKit's examples in `vectors/`.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use zhibu_core::Secret;

use super::token::{Claims, Grant};
use super::webhook::verify;
use super::{EgressId, Member, Role, Unproven, VideoEventKind};
use crate::sign::AccessKey;

const LIVEKIT: &str = include_str!("../../vectors/livekit.json");

fn cases(kind: &str, count: usize) -> (DateTime<Utc>, Vec<Value>) {
    let suite: Value = serde_json::from_str(LIVEKIT).unwrap();
    let all = suite["cases"].as_array().unwrap().iter();
    let cases: Vec<Value> = all.filter(|case| case["kind"] == kind).cloned().collect();
    assert_eq!(cases.len(), count, "{kind}");
    (DateTime::from_timestamp(suite["test_clock_unix"].as_i64().unwrap(), 0).unwrap(), cases)
}

fn of<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}"))
}

fn key(input: &Value) -> AccessKey {
    AccessKey { id: of(input, "api_key").to_owned(), secret: Secret::new(of(input, "api_secret")) }
}

#[test]
fn tokens_are_signed_as_published() {
    let (now, cases) = cases("token", 4);
    for case in cases {
        let (id, input) = (of(&case, "id"), &case["input"]);
        let key = key(input);
        let claims: Claims = serde_json::from_value(input["claims"].clone()).unwrap();
        let signed = claims.signed(&key.secret).unwrap();
        assert_eq!(signed.expose(), of(&case["expect"], "jwt"), "{id}");
        let join = |identity: &str, name: &str, role| {
            let member = Member { identity: identity.to_owned(), name: name.to_owned(), role };
            Claims::join(&key, "t0007-mtg-00000042", &member, now + Duration::hours(1), now)
        };
        let ours = match id {
            "token.member" => join("t0007-m0000012", "张三", Role::Member),
            "token.viewer" => join("t0007-screen-1", "", Role::Viewer),
            "token.server.create" => Claims::call(&key, Grant { room_create: true, ..Grant::default() }, now),
            "token.server.record" => Claims::call(&key, Grant { room_record: true, ..Grant::default() }, now),
            other => panic!("{other}"),
        };
        assert_eq!(ours, claims, "{id}: what we say of ourselves");
    }
}

#[test]
fn webhooks_are_proven() {
    let (now, cases) = cases("webhook", 6);
    for case in cases {
        let (id, input) = (of(&case, "id"), &case["input"]);
        let (token, body) = (of(&input["headers"], "Authorization"), of(input, "body"));
        let outcome = verify(&key(input), token, body.as_bytes(), now);
        assert_eq!(outcome.is_ok(), case["expect"]["valid"], "{id} {outcome:?}");
        let fault = outcome.err().map(|Unproven(what)| what);
        let expected = match id {
            "webhook.bad.body" => Some("sha256"),
            "webhook.bad.secret" | "webhook.bad.alg_none" => Some("signature"),
            "webhook.bad.expired" => Some("exp"),
            _ => None,
        };
        assert_eq!(fault, expected, "{id}");
        if expected.is_none() {
            let refused = |key: &AccessKey, token: &str, body: &str, at| {
                verify(key, token, body.as_bytes(), at).err().map(|Unproven(what)| what)
            };
            let other = AccessKey { id: "APIother".to_owned(), ..key(input) };
            assert_eq!(refused(&other, token, body, now), Some("iss"), "{id}");
            assert_eq!(refused(&key(input), token, &format!("{body} "), now), Some("sha256"), "{id}");
            assert_eq!(refused(&key(input), token, body, now + Duration::minutes(6)), Some("exp"), "{id}");
            assert_eq!(refused(&key(input), token, body, now - Duration::minutes(2)), Some("nbf"), "{id}");
            assert_eq!(refused(&key(input), &format!("Bearer {token}"), body, now), Some("signature"), "{id}");
        }
    }
}

#[test]
fn webhooks_are_read() {
    let (now, cases) = cases("webhook", 6);
    let event = |id: &str| {
        let input = &cases.iter().find(|case| case["id"] == id).unwrap()["input"];
        let token = of(&input["headers"], "Authorization");
        verify(&key(input), token, of(input, "body").as_bytes(), now).unwrap()
    };
    let joined = event("webhook.joined");
    assert_eq!((joined.id.as_str(), joined.kind), ("EV_vec1", VideoEventKind::Joined));
    assert_eq!((joined.room.as_str(), joined.identity.as_deref()), ("t0007-mtg-00000042", Some("t0007-m0000012")));
    assert_eq!((joined.at, joined.egress), (now, None));
    let ended = event("webhook.egress_ended");
    assert_eq!((ended.kind, ended.room.as_str()), (VideoEventKind::RecordingEnded, "t0007-mtg-00000042"));
    let egress = ended.egress.unwrap();
    assert_eq!((egress.id, egress.complete, egress.error), (EgressId("EG_vec".to_owned()), true, None));
    let file = egress.file.unwrap();
    assert_eq!((file.key.as_str(), file.location.as_str()), ("t0007/mtg/42.mp4", "s3://media/t0007/mtg/42.mp4"));
    assert_eq!((file.size, file.seconds), (1_048_576, 3600));
}
