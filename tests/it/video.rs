//! Video meetings (PC-4.3c, PC-4.3h): who gets into the room, what its server tells, and recordings as files of the meeting.

use chrono::{DateTime, Duration};
use http::Method;
use serde_json::{Value, json};
use zhibu_emulator::{Double, Webhook};
use zhibu_storage::Key;
use zhibu_tests::{PASSWORD, Town, until};

use crate::meeting::{Hall, it, save, step};
use crate::organisations::with;

const ENTER: &str = "mutation($id: ID!) { meeting { it: enterVideo(id: $id) { page url token } } }";
const ROOM: &str = "query($id: ID!) { meeting { it: meeting(id: $id) { room { open records recording saving } \
    files { id kind fileName size } } } }";
const SEATS: &str =
    "query($m: ID!) { meeting { it: people(meeting: $m, first: 100) { nodes { person attendance way joinedAt } } } }";
const OPEN: &str = "mutation($id: ID!) { meeting { it: openFile(id: $id) { url } } }";

/// A town whose video server is played by the emulator, with a meeting of the first branch in it.
struct Studio {
    h: Hall,
    double: Double,
    id: String,
}

impl Studio {
    async fn start() -> Self {
        Box::pin(Self::open()).await
    }

    async fn open() -> Self {
        let double = Double::start().await.unwrap();
        // The town is two minutes ahead of the machine.
        double.advance(120);
        let account = double.accounts()["livekit"].clone();
        let settings = json!({
            "provider": "livekit", "url": format!("ws://{}", double.livekit), "api_url": format!("http://{}", double.livekit),
            "key_id": account["key_id"], "key_secret": account["key_secret"],
            "recording": {"endpoint": "http://127.0.0.1:9", "bucket": "media", "key_id": "recorder", "key_secret": "its own", "path_style": true},
        });
        let settings = serde_json::from_value(settings).unwrap();
        let t = Town::plan().set(move |config| config.video = settings).start().await;
        let mut h = Hall::in_town(t).await;
        let id = h.planned(json!({"mode": "VIDEO", "place": null})).await;
        Self { h, double, id }
    }

    fn pass(&self, seconds: i64) {
        self.h.t.pass(Duration::seconds(seconds));
        self.double.advance(seconds);
    }

    fn id(&self) -> Value {
        json!({"id": self.id})
    }

    fn room(&self) -> String {
        let plain = |id: &str| id.replace('-', "");
        format!("t{}-{}", plain(&self.h.t.home.id.to_string()), plain(&self.id))
    }

    async fn tell(&self, event: &Webhook, times: u32) -> bool {
        self.double.webhook(&format!("{}/callbacks/video", self.h.t.origin()), event, times).await
    }

    fn joined(&self, person: usize) -> Webhook {
        Webhook::ParticipantJoined { room: self.room(), identity: self.h.people[person].clone() }
    }

    async fn seat(&mut self, person: usize) -> Value {
        let seats = it(self.h.secretary.ok(SEATS, json!({"m": self.id})).await)["nodes"].clone();
        seats.as_array().unwrap().iter().find(|seat| seat["person"] == self.h.people[person]).unwrap().clone()
    }

    async fn sql(&self, text: &str) -> String {
        self.h.t.sql().await.one(&text.replace("own.", &format!("{}.", self.h.t.home.schema()))).await
    }

    async fn audited(&self, action: &str) -> String {
        self.sql(&format!("SELECT count(*) FROM own.audit WHERE action = '{action}'")).await
    }

    async fn shown(&mut self) -> Value {
        it(self.h.secretary.ok(ROOM, self.id()).await)
    }

    /// Lays what was recorded where the recorder lays it.
    async fn lay(&self, recording: &str, bytes: Vec<u8>) -> Key {
        let name = format!("{}.mp4", recording.replace('-', ""));
        let key = Key::platform(["recordings", &self.h.t.home.id.to_string(), &name]).unwrap();
        let (app, there) = (self.h.t.app(), key.clone());
        self.h.t.inside(async move { app.store.put(&there, bytes.into(), "video/mp4").await.unwrap() }).await;
        key
    }
}

fn mp4() -> Vec<u8> {
    [b"\0\0\0\x18ftypmp42".as_slice(), &[7; 4000]].concat()
}

/// What a token says; its signature is the emulator's matter.
fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    let bits: String = body
        .bytes()
        .map(|byte| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".iter().position(|b| *b == byte))
        .map(|at| format!("{:06b}", at.unwrap()))
        .collect();
    let bytes: Vec<u8> =
        (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap()).collect();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn pc_4_3c_only_the_invited_get_into_the_room_and_only_while_the_meeting_goes_on() {
    let mut s = Box::pin(Studio::start()).await;
    let id = s.id();
    assert_eq!(s.h.members[0].refused(ENTER, id.clone()).await.code, "MEETING_STATE");
    s.h.secretary.ok(&step("start"), id.clone()).await;
    let entrance = it(s.h.members[0].ok(ENTER, id.clone()).await);
    let token = entrance["token"].as_str().unwrap();
    let came = s.double.join(token).unwrap();
    assert_eq!((&came["room"], &came["identity"]), (&json!(s.room()), &json!(s.h.people[0])));
    assert_eq!((&came["name"], &came["publishes"], &came["hidden"]), (&json!("张三"), &json!(true), &json!(false)));
    assert_eq!(came["role"], json!(null));
    // Good until half an hour after the planned end, for nothing but this room.
    let ends = it(s.h.members[0]
        .ok("query($id: ID!) { meeting { it: meeting(id: $id) { meeting { endsAt } } } }", id.clone())
        .await);
    let ends: DateTime<chrono::Utc> = ends["meeting"]["endsAt"].as_str().unwrap().parse().unwrap();
    let said = claims(token);
    assert_eq!(said["exp"], (ends + Duration::minutes(30)).timestamp());
    assert_eq!(
        said["video"],
        json!({"roomJoin": true, "room": s.room(), "canPublish": true, "canSubscribe": true, "canPublishData": true})
    );
    let page = entrance["page"].as_str().unwrap();
    assert!(page.contains("/meet#url=ws://") && page.ends_with(token), "{page}");
    // Who holds it speaks first in it; nobody else gets in.
    let holds = it(s.h.secretary.ok(ENTER, id.clone()).await);
    assert_eq!(s.double.join(holds["token"].as_str().unwrap()).unwrap()["role"], "speaker");
    assert!(s.double.calls().contains(&"livekit CreateRoom".to_owned()));
    assert_eq!(s.h.li.refused(ENTER, id.clone()).await.code, "NOT_FOUND");
    assert_eq!(s.h.t.visitor().refused(ENTER, id.clone()).await.code, "UNAUTHENTICATED");
    s.h.t.tenant("中共外单位委员会", "outsider", None, &["meeting"]).await;
    let mut other = s.h.t.first_sign_in("outsider", None).await;
    for query in [ENTER, &step("startRecording"), &step("stopRecording")] {
        assert_eq!(other.refused(query, id.clone()).await.code, "NOT_FOUND", "{query}");
    }
    // A meeting in a hall has no room; one that is held elsewhere has the address that was typed.
    for (form, answer) in [
        (json!({"title": "线下会议"}), Err("NO_VIDEO")),
        (json!({"mode": "HYBRID", "link": "https://meeting.example.cn/123"}), Ok("https://meeting.example.cn/123")),
    ] {
        let there = json!({"id": s.h.planned(form).await});
        s.h.secretary.ok(&step("start"), there.clone()).await;
        match answer {
            Err(code) => assert_eq!(s.h.members[0].refused(ENTER, there).await.code, code),
            Ok(link) => {
                let entrance = it(s.h.members[0].ok(ENTER, there).await);
                assert_eq!(entrance, json!({"page": link, "url": null, "token": null}));
            }
        }
    }
    // When the meeting is over the room is closed.
    s.h.secretary.ok(&step("end"), id.clone()).await;
    assert!(s.double.calls().contains(&"livekit DeleteRoom".to_owned()));
    assert_eq!(s.h.members[0].refused(ENTER, id).await.code, "MEETING_STATE");
    assert_eq!(s.double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_4_3c_without_a_video_server_a_meeting_is_the_link_that_was_typed() {
    let mut h = Hall::in_town(Town::start().await).await;
    let nothing = json!({"id": h.planned(json!({"mode": "VIDEO", "place": null})).await});
    h.secretary.ok(&step("start"), nothing.clone()).await;
    assert_eq!(h.members[0].refused(ENTER, nothing.clone()).await.code, "VIDEO_NOT_OPEN");
    assert_eq!(h.secretary.refused(&step("startRecording"), nothing.clone()).await.code, "RECORDING_NOT_OPEN");
    assert_eq!(it(h.secretary.ok(ROOM, nothing).await)["room"]["open"], false);
    let typed = with(h.form(), json!({"mode": "VIDEO", "place": null, "link": "https://meeting.example.cn/9"}));
    let made = it(h.secretary.ok(&save(), json!({"i": typed, "p": true})).await);
    let id = json!({"id": made["meeting"]["id"]});
    h.secretary.ok(&step("start"), id.clone()).await;
    assert_eq!(it(h.members[0].ok(ENTER, id).await)["page"], "https://meeting.example.cn/9");
    let answer = h.t.visitor().send(Method::POST, "/callbacks/video", &[("authorization", "x")], "{}").await;
    assert_ne!(answer.status, 200, "nobody listens");
}

#[tokio::test]
async fn pc_4_3d_who_is_in_the_room_has_signed_in_once_signing_in_is_open() {
    let mut s = Box::pin(Studio::start()).await;
    s.h.secretary.ok(&step("start"), s.id()).await;
    // Early: it is noted that they came, no more. One of them leaves again.
    assert!(s.tell(&s.joined(0), 1).await && s.tell(&s.joined(1), 1).await);
    assert_eq!(s.seat(0).await["attendance"], json!(null));
    assert!(s.seat(0).await["joinedAt"].is_string());
    assert_eq!(s.audited("meeting.video_joined").await, "2");
    s.pass(5);
    assert!(s.tell(&Webhook::ParticipantLeft { room: s.room(), identity: s.h.people[1].clone() }, 1).await);
    s.h.secretary.ok(&step("openSignIn"), s.id()).await;
    assert_eq!((&s.seat(0).await["attendance"], &s.seat(0).await["way"]), (&json!("PRESENT"), &json!("VIDEO")));
    assert_eq!(s.seat(1).await["attendance"], json!(null), "gone before it was opened");
    // Who comes now signs in by coming; told three times, it happened once.
    s.pass(5);
    assert!(s.tell(&s.joined(2), 3).await);
    assert_eq!(s.seat(2).await["way"], "VIDEO");
    assert_eq!(s.audited("meeting.signed_in").await, "2");
    // What is told again does not undo what the administrator recorded since.
    let (proof, body) = s.double.signed(&s.joined(1));
    let post = async |s: &Studio, proof: &str, body: &str| {
        let headers = [("authorization", proof), ("content-type", "application/webhook+json")];
        let headers = if proof.is_empty() { &headers[1..] } else { &headers[..] };
        s.h.t.visitor().send(Method::POST, "/callbacks/video", headers, body.to_owned()).await.status
    };
    assert_eq!(post(&s, &proof, &body).await, 200);
    assert_eq!(s.seat(1).await["way"], "VIDEO");
    let record = "mutation($id: ID!, $p: [ID!]!) { meeting { it: recordAttendance(id: $id, people: $p, attendance: ABSENT) { manages } } }";
    s.h.secretary.ok(record, json!({"id": s.id, "p": [s.h.people[1]]})).await;
    assert_eq!(post(&s, &proof, &body).await, 200);
    assert_eq!(s.seat(1).await["attendance"], "ABSENT", "a repetition");
    // Late by the moment they came, not by the moment it was told.
    s.pass(1_000);
    assert!(s.tell(&s.joined(3), 1).await);
    s.h.secretary = s.h.t.signed_in("shuji", PASSWORD).await;
    assert_eq!(s.seat(3).await["attendance"], "LATE");
    // Nobody who is not on the list, no room of anybody else's, nothing without a proof, changed or old.
    let li = Webhook::ParticipantJoined { room: s.room(), identity: s.h.people[4].clone() };
    assert!(s.tell(&li, 1).await && s.tell(&Webhook::RoomStarted { room: "lobby".into() }, 1).await);
    let elsewhere = s.room().replacen('t', "t0", 1);
    let elsewhere = Webhook::ParticipantJoined { room: elsewhere, identity: s.h.people[1].clone() };
    assert!(s.tell(&elsewhere, 1).await);
    s.pass(5);
    let (proof, body) = s.double.signed(&s.joined(1));
    assert_eq!(post(&s, "", &body).await, 401);
    assert_eq!(post(&s, &proof, &body.replace("participant_joined", "participant_left")).await, 401);
    assert_eq!(post(&s, &format!("{proof}x"), &body).await, 401);
    s.h.t.pass(Duration::seconds(600));
    assert_eq!(post(&s, &proof, &body).await, 401, "old");
    s.h.secretary = s.h.t.signed_in("shuji", PASSWORD).await;
    assert_eq!(s.seat(1).await["attendance"], "ABSENT");
    assert_eq!(s.double.report(), Vec::<String>::new());
}

/// A recording that goes on: its file and its number at the server.
async fn begun(s: &mut Studio) -> (String, String) {
    s.h.secretary.ok(&step("startRecording"), s.id()).await;
    let one =
        async |what: &str| s.sql(&format!("SELECT {what} FROM own.meeting_files WHERE state = 'recording'")).await;
    (one("id").await, one("egress").await)
}

#[tokio::test]
async fn pc_4_3h_a_recording_becomes_a_file_of_the_meeting() {
    let mut s = Box::pin(Studio::start()).await;
    let (start, stop) = (step("startRecording"), step("stopRecording"));
    assert_eq!(s.h.secretary.refused(&start, s.id()).await.code, "MEETING_STATE");
    s.h.secretary.ok(&step("start"), s.id()).await;
    assert_eq!(s.h.members[0].refused(&start, s.id()).await.code, "DENIED");
    // Nobody is in the room yet.
    assert_eq!(s.h.secretary.refused(&start, s.id()).await.code, "ROOM_EMPTY");
    assert_eq!(s.shown().await["room"], json!({"open": true, "records": true, "recording": false, "saving": false}));
    s.h.secretary.ok(ENTER, s.id()).await;
    let (file, egress) = begun(&mut s).await;
    s.h.secretary.ok(&start, s.id()).await;
    assert_eq!(
        s.double.calls().iter().filter(|call| *call == "livekit StartRoomCompositeEgress").count(),
        2,
        "once more than was refused"
    );
    assert_eq!(s.shown().await["room"]["recording"], true);
    assert_eq!(it(s.h.members[0].ok(ROOM, s.id()).await)["room"]["records"], false);
    let early = step("removeFile");
    assert_eq!(s.h.secretary.refused(&early, json!({"id": file})).await.code, "NOT_FOUND", "it goes on");
    s.h.secretary.ok(&stop, s.id()).await;
    s.h.secretary.ok(&stop, s.id()).await;
    assert_eq!(s.shown().await["room"], json!({"open": true, "records": true, "recording": false, "saving": true}));
    // The recorder lays it, the server tells of it, twice.
    let laid = s.lay(&file, mp4()).await;
    let ended = Webhook::EgressEnded { egress, failed: false };
    assert!(s.tell(&ended, 2).await);
    until("the recording is a file", async || s.shown().await["files"][0]["kind"] == "RECORDING").await;
    assert!(s.tell(&ended, 1).await);
    let shown = s.shown().await;
    assert_eq!((&shown["files"][0]["size"], &shown["room"]["saving"]), (&json!(mp4().len()), &json!(false)));
    assert!(shown["files"][0]["fileName"].as_str().unwrap().starts_with("会议录像"), "{shown}");
    let link = it(s.h.members[0].ok(OPEN, json!({"id": file})).await);
    let read = s.h.members[0].send(Method::GET, link["url"].as_str().unwrap(), &[], "").await;
    assert!(read.bytes[..] == mp4()[..]);
    assert_eq!(s.h.li.refused(OPEN, json!({"id": file})).await.code, "NOT_FOUND");
    until("nothing is left where it was laid", async || {
        let (app, laid) = (s.h.t.app(), laid.clone());
        s.h.t.inside(async move { app.store.head(&laid).await.is_err() }).await
    })
    .await;
    assert_eq!(s.audited("meeting.recording_kept").await, "1");
    assert_eq!(s.double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_4_3h_a_recording_that_comes_to_nothing_says_why() {
    let mut s = Box::pin(Studio::start()).await;
    s.h.secretary.ok(&step("start"), s.id()).await;
    s.h.secretary.ok(ENTER, s.id()).await;
    let why = async |s: &Studio| {
        let last = "SELECT changes::text FROM own.audit WHERE action = 'meeting.recording_lost' ORDER BY at DESC, id DESC LIMIT 1";
        s.sql(last).await
    };
    let gone = "SELECT count(*) FROM own.meeting_files";
    // The recorder has failed.
    let (_, egress) = begun(&mut s).await;
    assert!(s.tell(&Webhook::EgressEnded { egress, failed: true }, 2).await);
    assert_eq!((s.sql(gone).await.as_str(), s.audited("meeting.recording_lost").await.as_str()), ("0", "1"));
    // What was laid is no video.
    let (file, egress) = begun(&mut s).await;
    s.lay(&file, vec![1; 100]).await;
    assert!(s.tell(&Webhook::EgressEnded { egress, failed: false }, 1).await);
    until("it is gone", async || s.sql(gone).await == "0").await;
    assert!(why(&s).await.contains("不是有效的视频文件"));
    // There is no room left in the tenant's storage.
    let (file, egress) = begun(&mut s).await;
    let laid = s.lay(&file, mp4()).await;
    s.sql(&format!(
        "INSERT INTO platform.quotas (tenant_id, storage_bytes) VALUES ('{}', 1000) RETURNING 1",
        s.h.t.home.id
    ))
    .await;
    assert!(s.tell(&Webhook::EgressEnded { egress, failed: false }, 1).await);
    until("it is gone", async || s.sql(gone).await == "0").await;
    assert!(why(&s).await.contains("存储空间已用完"));
    until("nor is it kept elsewhere", async || {
        let (app, laid) = (s.h.t.app(), laid.clone());
        s.h.t.inside(async move { app.store.head(&laid).await.is_err() }).await
    })
    .await;
    // The end of the meeting ends what still goes on; its file comes afterwards.
    s.sql("DELETE FROM platform.quotas RETURNING 1").await;
    let (file, egress) = begun(&mut s).await;
    s.h.secretary.ok(&step("end"), s.id()).await;
    assert_eq!(s.shown().await["room"]["saving"], true);
    s.lay(&file, mp4()).await;
    assert!(s.tell(&Webhook::EgressEnded { egress, failed: false }, 1).await);
    until("the recording is a file", async || s.shown().await["files"][0]["kind"] == "RECORDING").await;
}

#[tokio::test]
async fn pc_4_3i_minutes_of_a_meeting_that_goes_on_end_its_room_and_its_recording() {
    let mut s = Box::pin(Studio::start()).await;
    s.h.secretary.ok(&step("start"), s.id()).await;
    s.h.secretary.ok(ENTER, s.id()).await;
    let (file, egress) = begun(&mut s).await;
    let version = "query($id: ID!) { meeting { it: meeting(id: $id) { meeting { version } } } }";
    let version = it(s.h.secretary.ok(version, s.id()).await)["meeting"]["version"].clone();
    let minute = "mutation($id: ID!, $v: Int!, $i: MeetingMinutesInput!) { meeting { it: writeMinutes(id: $id, version: $v, input: $i) { manages } } }";
    let text = json!({"body": "会议学习了有关文件，讨论并通过了年度工作总结。"});
    s.h.secretary.ok(minute, json!({"id": s.id, "v": version, "i": text})).await;
    let room = s.shown().await["room"].clone();
    assert_eq!((&room["recording"], &room["saving"]), (&json!(false), &json!(true)));
    assert!(s.double.calls().iter().any(|call| call == "livekit DeleteRoom"), "{:?}", s.double.calls());
    s.lay(&file, mp4()).await;
    assert!(s.tell(&Webhook::EgressEnded { egress, failed: false }, 1).await);
    until("the recording is a file", async || s.shown().await["files"][0]["kind"] == "RECORDING").await;
    assert_eq!(s.double.report(), Vec::<String>::new());
}
