//! Meetings by video against the emulator.

use std::time::Duration;

use zhibu_core::{Clock, Secret, World};
use zhibu_emulator::{Double, Fault as Wrong, Host, Webhook, rule};
use zhibu_providers::video::{EgressId, LiveKit, Member, Role, Settings, Unproven, VideoEventKind};
use zhibu_providers::{Fault, Video};

use crate::post::{header, listen};

const ROOM: &str = "t0007-mtg-00000042";
const KEY: &str = "t0007/meetings/42/1.mp4";

fn settings(double: &Double) -> Settings {
    let account = &double.accounts()["livekit"];
    serde_json::from_value(serde_json::json!({
        "provider": "livekit", "url": "ws://127.0.0.1:7880", "api_url": format!("http://{}", double.livekit),
        "key_id": account["key_id"], "key_secret": account["key_secret"],
        "recording": {"endpoint": "http://127.0.0.1:9000", "bucket": "media", "key_id": "rec", "key_secret": "s3",
            "path_style": true},
    }))
    .unwrap()
}

fn client(double: &Double, change: impl FnOnce(&mut Settings)) -> LiveKit {
    let mut settings = settings(double);
    change(&mut settings);
    LiveKit::patient(settings.account(false).unwrap(), World::default(), Duration::from_millis(700)).unwrap()
}

fn member(identity: &str, role: Role) -> Member {
    Member { identity: identity.to_owned(), name: "张三".to_owned(), role }
}

#[tokio::test]
async fn a_meeting_opens_people_come_and_it_ends() {
    let double = Double::start().await.unwrap();
    let video = client(&double, |_| {});
    let now = World::default().now();
    video.create(ROOM).await.unwrap();
    for (identity, role, publishes, shown, hidden) in [
        ("m1", Role::Speaker, true, Some("speaker"), false),
        ("m2", Role::Member, true, None, false),
        ("screen-1", Role::Viewer, false, None, true),
    ] {
        let until = now + chrono::Duration::hours(2);
        let info = video.join(ROOM, &member(identity, role), until, now).unwrap().unwrap();
        assert_eq!(info.url, "ws://127.0.0.1:7880/");
        let joined = double.join(info.token.expose()).unwrap();
        assert_eq!((&joined["room"], &joined["identity"]), (&ROOM.into(), &identity.into()));
        assert_eq!((&joined["publishes"], &joined["hidden"]), (&publishes.into(), &hidden.into()));
        assert_eq!(joined["role"].as_str(), shown);
    }
    assert_eq!(video.present(ROOM).await.unwrap(), ["m1", "m2", "screen-1"]);
    video.end(ROOM).await.unwrap();
    video.end(ROOM).await.unwrap();
    assert_eq!(video.present(ROOM).await.unwrap(), Vec::<String>::new());
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn a_recording_starts_stops_and_is_told_of() {
    let double = Double::start().await.unwrap();
    let video = client(&double, |_| {});
    let missing = video.start_recording(ROOM, KEY).await.unwrap_err();
    assert_eq!((missing.kind, missing.provider_code.as_deref()), (Fault::Rejected, Some("not_found")));
    video.create(ROOM).await.unwrap();
    let egress = video.start_recording(ROOM, KEY).await.unwrap();
    video.stop_recording(&egress).await.unwrap();
    video.stop_recording(&egress).await.unwrap();
    video.stop_recording(&EgressId("EG_none".to_owned())).await.unwrap();
    let now = World::default().now();
    let (token, body) = double.signed(&Webhook::EgressEnded { egress: egress.0.clone(), failed: false });
    let event = video.verify_webhook(&token, body.as_bytes(), now).unwrap();
    assert_eq!((event.kind, event.room.as_str()), (VideoEventKind::RecordingEnded, ROOM));
    let told = event.egress.unwrap();
    let file = told.file.unwrap();
    assert_eq!((told.id, told.complete, file.key.as_str()), (egress.clone(), true, KEY));
    assert_eq!(
        (file.size, file.seconds, file.location.as_str()),
        (1_048_576, 3600, "s3://media/t0007/meetings/42/1.mp4")
    );
    let (token, body) = double.signed(&Webhook::EgressEnded { egress: egress.0, failed: true });
    let told = video.verify_webhook(&token, body.as_bytes(), now).unwrap().egress.unwrap();
    assert_eq!((told.complete, told.file, told.error.as_deref()), (false, None, Some("no space left")));
    assert_eq!(double.report(), Vec::<String>::new());
    let without = client(&double, |settings| settings.recording = None);
    assert!(!without.records());
    assert_eq!(without.start_recording(ROOM, KEY).await.unwrap_err().provider_code.as_deref(), Some("not_open"));
}

#[tokio::test]
async fn a_wrong_secret_or_an_old_token_lets_nobody_in() {
    let double = Double::start().await.unwrap();
    let wrong = client(&double, |settings| settings.key_secret = Some(Secret::new("another")));
    let error = wrong.create(ROOM).await.unwrap_err();
    assert_eq!((error.kind, error.http), (Fault::AuthConfig, Some(401)));
    let now = World::default().now();
    let hour = now + chrono::Duration::hours(1);
    let token = |video: &LiveKit| video.join(ROOM, &member("m1", Role::Member), hour, now).unwrap().unwrap().token;
    assert_eq!(double.join(token(&wrong).expose()), Err("signature"));
    assert_eq!(double.report().len(), 1, "only the call is reported");
    let video = client(&double, |_| {});
    let good = token(&video);
    double.advance(2 * 3600);
    assert_eq!(double.join(good.expose()), Err("expired"));
    assert_eq!(video.create(ROOM).await.unwrap_err().kind, Fault::AuthConfig, "a token of two hours ago");
    for (room, identity, until) in
        [("房间", "m1", hour), (ROOM, "", hour), (ROOM, "m1", now), (ROOM, "m1", now + chrono::Duration::hours(25))]
    {
        let refused = video.join(room, &member(identity, Role::Member), until, now).unwrap_err();
        assert_eq!(refused.kind, Fault::Invalid, "{room} {identity} {until}");
    }
}

#[tokio::test]
async fn webhooks_are_posted_signed_and_repeated() {
    let double = Double::start().await.unwrap();
    let video = client(&double, |_| {});
    let (url, posted) = listen("").await;
    let joined = Webhook::ParticipantJoined { room: ROOM.to_owned(), identity: "m1".to_owned() };
    assert!(double.webhook(&url, &Webhook::RoomStarted { room: ROOM.to_owned() }, 1).await);
    assert!(double.webhook(&url, &joined, 2).await);
    let now = World::default().now();
    let events: Vec<_> = posted
        .lock()
        .unwrap()
        .iter()
        .map(|(head, body)| {
            assert_eq!(header(head, "content-type"), Some("application/webhook+json"));
            video.verify_webhook(header(head, "authorization").unwrap(), body, now).unwrap()
        })
        .collect();
    assert_eq!(events[0].kind, VideoEventKind::RoomStarted);
    assert_eq!((events[1].kind, events[1].identity.as_deref()), (VideoEventKind::Joined, Some("m1")));
    assert_eq!(events[1], events[2], "a repetition is known by its id");
    assert_ne!(events[0].id, events[1].id);
    assert_eq!(video.present(ROOM).await.unwrap(), ["m1"]);
    assert_eq!(double.report(), Vec::<String>::new());
    assert!(!double.webhook("http://127.0.0.1:1/", &joined, 1).await);
    assert_eq!(double.report().len(), 1, "what nobody takes is reported");
}

#[tokio::test]
async fn a_webhook_that_was_changed_is_refused() {
    let double = Double::start().await.unwrap();
    let video = client(&double, |_| {});
    let now = World::default().now();
    let (token, body) = double.signed(&Webhook::RoomFinished { room: ROOM.to_owned() });
    assert!(video.verify_webhook(&token, body.as_bytes(), now).is_ok());
    let changed = body.replace("mtg", "mtx");
    assert_eq!(video.verify_webhook(&token, changed.as_bytes(), now), Err(Unproven("sha256")));
    let (_, other) = double.signed(&Webhook::RoomStarted { room: ROOM.to_owned() });
    assert_eq!(video.verify_webhook(&token, other.as_bytes(), now), Err(Unproven("sha256")));
    let later = now + chrono::Duration::minutes(7);
    assert_eq!(video.verify_webhook(&token, body.as_bytes(), later), Err(Unproven("exp")));
    let stranger = client(&double, |settings| settings.key_secret = Some(Secret::new("another")));
    assert_eq!(stranger.verify_webhook(&token, body.as_bytes(), now), Err(Unproven("signature")));
    let renamed = client(&double, |settings| settings.key_id = "APIother".to_owned());
    assert_eq!(renamed.verify_webhook(&token, body.as_bytes(), now), Err(Unproven("iss")));
    assert_eq!(video.verify_webhook("", body.as_bytes(), now), Err(Unproven("signature")));
}

#[tokio::test]
async fn a_server_in_trouble_leaves_the_outcome_unknown() {
    for fault in
        [Wrong::Hang { after: true }, Wrong::Status { status: 503, after: false }, Wrong::Truncate, Wrong::Html]
    {
        let double = Double::start().await.unwrap();
        let world = World { clock: Clock::movable() };
        let account = settings(&double).account(false).unwrap();
        let video = LiveKit::patient(account, world, Duration::from_millis(700)).unwrap();
        double.faults(vec![rule(Host::LiveKit, "CreateRoom", Some(1), fault.clone())]);
        assert_eq!(video.create(ROOM).await.unwrap_err().kind, Fault::Unknown, "{fault:?}");
        video.create(ROOM).await.unwrap();
        assert_eq!(double.report(), Vec::<String>::new());
    }
}
