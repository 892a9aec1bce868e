//! Two replicas on one database, one of which is killed while people vote.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zhibu_core::World;
use zhibu_embedded::{APP, Cluster, OWNER};
use zhibu_tests::roster::{CONFIRM, Line, rest, typed, upload, workbook};
use zhibu_tests::{PASSWORD, Socket, Visitor, until, words};

use crate::program::{House, Running, tomorrow};

/// Members who vote; a page of the list of a meeting has no more.
const VOTERS: u32 = 80;
const SAVE: &str = "mutation($i: MeetingInput!) { meeting { it: save(input: $i, publish: true) { meeting { id } } } }";
const SEATS: &str = "query($m: ID!) { meeting { it: people(meeting: $m, first: 100) { nodes { person } } } }";
const RECORD: &str = "mutation($m: ID!, $p: [ID!]!) { meeting { it: recordAttendance(id: $m, people: $p, attendance: PRESENT, \
    note: \"到会\") { manages } } }";
const PREPARE: &str = "mutation($m: ID!, $i: MeetingVoteInput!) { meeting { it: prepareVote(meeting: $m, input: $i) { votes { id title } } } }";
const VOTE: &str =
    "mutation($id: ID!, $c: [Int!]!) { meeting { it: vote(id: $id, choices: $c) { votes { id hasVoted } } } }";
const MINE: &str = "query($id: ID!) { meeting { it: meeting(id: $id) { votes { id state hasVoted voted } } } }";
const LIVE: &str = "subscription($id: ID!) { meetingLive(id: $id) { state votes { id state } } }";

fn step(name: &str) -> String {
    format!("mutation($id: ID!) {{ meeting {{ it: {name}(id: $id) {{ votes {{ id counts voted }} }} }} }}")
}

fn it(answer: Value) -> Value {
    answer["meeting"]["it"].clone()
}

/// A tenant with members whose accounts all have one password; its schema.
async fn branch(house: &House, server: &Running) -> (Visitor, String) {
    let order = ["code", "issue", "--expires", &tomorrow(), "--module", "meeting", "--json"];
    let codes: Vec<String> = serde_json::from_str(&house.run(&order).await.out).unwrap();
    let ticket = server.activate(&codes[0], "中共新单位支部委员会", None).await;
    server.ready(&ticket).await;
    let mut admin = server.visitor();
    admin.ok(words::SIGN_IN, json!({"name": "boss", "password": "ABC#123"})).await;
    admin.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": null})).await;
    let root = admin.ok("{ directory { organisations(first: 1) { nodes { shortName } } } }", json!({})).await;
    let root = root["directory"]["organisations"]["nodes"][0]["shortName"].as_str().unwrap().to_owned();
    let lines: Vec<Line> = (0..VOTERS).map(|n| typed(&root, "张三", n)).collect();
    let id = upload(&mut admin, "member", workbook(house.folder(), "member", &lines)).await;
    let seen = rest(&mut admin, &id).await["import"].clone();
    assert_eq!(seen["state"], "CHECKED", "{seen}");
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    assert_eq!(rest(&mut admin, &id).await["import"]["state"], "DONE");
    let sql = house.sql().await;
    let schema = sql.one("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants").await;
    sql.rows(&format!(
        "UPDATE {schema}.accounts SET password_state = 'set', password_expires_at = NULL, password_changed_at = now(), \
         password_hash = (SELECT password_hash FROM {schema}.accounts WHERE user_name = 'boss') WHERE user_name <> 'boss'"
    ))
    .await;
    (admin, schema)
}

/// A second server on the first one's database, with its keys.
async fn beside(house: &House, other: &House) -> Running {
    std::fs::create_dir(other.data()).unwrap();
    std::fs::copy(house.data().join("keys.json"), other.data().join("keys.json")).unwrap();
    let cluster = Cluster::options(&house.data().join("postgres")).leave_running(true).start().await.unwrap();
    let (app, owner) = (cluster.url(APP, "zhibu"), cluster.url(OWNER, "zhibu"));
    other.serve(&[("ZHIBU__DATABASE__URL", &app), ("ZHIBU__DATABASE__DDL_URL", &owner)]).await
}

async fn follow(by: &Visitor, origin: &str, meeting: &str) -> Socket {
    let address = origin.strip_prefix("http://").unwrap().parse().unwrap();
    let mut socket = Socket::open(address, "/graphql", &by.cookies()).await;
    socket.subscribe(LIVE, json!({"id": meeting})).await;
    socket
}

/// What a socket shows once it is as it should be, within three seconds.
async fn shows(socket: &mut Socket, what: &str, good: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    loop {
        let shown = socket.next().await.unwrap_or_else(|code| panic!("{what}: closed with {code}"));
        if good(&shown["payload"]["data"]["meetingLive"]) {
            break;
        }
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{what}: after {:?}", began.elapsed());
}

/// Whether a ballot was acknowledged; nothing is known of one whose server is gone.
async fn cast(mut by: Visitor, vote: Value, choice: u32) -> Option<bool> {
    let asked = async move { by.ask(VOTE, json!({"id": vote, "c": [choice]})).await.body };
    let answer = tokio::spawn(asked).await.ok()?;
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    Some(answer["data"]["meeting"]["it"].is_object() || code == Some("ALREADY_VOTED"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pc_4_3f_a_replica_killed_while_people_vote_loses_no_vote_and_counts_none_twice() {
    let (house, other) = (House::new(), House::new());
    let first = house.serve(&[("ZHIBU__SETTINGS__SIGN_INS_PER_ADDRESS", "100000")]).await;
    let (mut admin, schema) = branch(&house, &first).await;
    let second = beside(&house, &other).await;
    let (here, there) = (first.origin.clone(), second.origin.clone());
    let sql = house.sql().await;
    let mut voters = Vec::new();
    for n in 0..VOTERS {
        let mut voter = first.visitor();
        voter.ok(words::SIGN_IN, json!({"name": format!("1370000{n:04}"), "password": PASSWORD})).await;
        voters.push(voter);
    }
    // A meeting with all of them there, a named vote and a secret one.
    let root = admin.ok("{ directory { organisations(first: 1) { nodes { id } } } }", json!({})).await;
    let now = World::default().now();
    let at = |hours| (now + chrono::Duration::hours(hours)).to_rfc3339();
    let form = json!({"organisation": root["directory"]["organisations"]["nodes"][0]["id"], "types": ["branch_assembly"],
        "title": "党员大会", "mode": "OFFLINE", "startsAt": at(0), "endsAt": at(2), "place": "会议室", "agenda": "表决事项",
        "attend": "MEMBERS", "lateMinutes": 10});
    let meeting = it(admin.ok(SAVE, json!({"i": form})).await)["meeting"]["id"].as_str().unwrap().to_owned();
    admin.ok(&step("start"), json!({"id": meeting})).await;
    let seats = it(admin.ok(SEATS, json!({"m": meeting})).await)["nodes"].clone();
    let people: Vec<&Value> = seats.as_array().unwrap().iter().map(|seat| &seat["person"]).collect();
    assert_eq!(people.len(), usize::try_from(VOTERS).unwrap());
    admin.ok(RECORD, json!({"m": meeting, "p": people})).await;
    let mut votes = Vec::new();
    for (title, secret) in [("记名", false), ("不记名", true)] {
        let form = json!({"title": title, "secret": secret, "rule": "NONE", "options": ["甲", "乙", "丙"], "most": 1});
        let made = it(admin.ok(PREPARE, json!({"m": meeting, "i": form})).await);
        let vote = made["votes"].as_array().unwrap().iter().find(|vote| vote["title"] == title).unwrap()["id"].clone();
        admin.ok(&step("startVote"), json!({"id": vote})).await;
        votes.push(vote);
    }
    // Phones follow at both.
    let (mut left, mut cut) = (Vec::new(), Vec::new());
    for (n, voter) in (0..20).zip(&voters) {
        let socket = follow(voter, if n % 2 == 0 { &here } else { &there }, &meeting).await;
        if n % 2 == 0 { left.push(socket) } else { cut.push(socket) }
    }
    for socket in left.iter_mut().chain(&mut cut) {
        shows(socket, "before", |live| live["votes"].as_array().is_some_and(|votes| votes.len() == 2)).await;
    }
    // Everybody votes twice, one half at each; the second dies in the middle.
    let acknowledged = Arc::new(AtomicU32::new(0));
    let mut casting = Vec::new();
    for (n, voter) in (0..VOTERS).zip(&voters) {
        let (at, votes, acknowledged) =
            (voter.to(if n % 2 == 0 { &here } else { &there }.clone()), votes.clone(), acknowledged.clone());
        casting.push(tokio::spawn(async move {
            let mut sure = Vec::new();
            for vote in votes {
                let good = cast(at.clone(), vote, n % 3).await;
                acknowledged.fetch_add(u32::from(good == Some(true)), Ordering::Relaxed);
                sure.push(good);
            }
            sure
        }));
    }
    while acknowledged.load(Ordering::Relaxed) < VOTERS / 3 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    second.kill().await;
    let mut outcomes = Vec::new();
    for one in casting {
        outcomes.push(one.await.unwrap());
    }
    let sure = outcomes.iter().flatten().filter(|good| **good == Some(true)).count();
    assert!(outcomes.iter().flatten().all(|good| *good != Some(false)), "{outcomes:?}");
    assert!(sure < outcomes.len() * 2, "nothing was in its middle");
    // What was acknowledged is there; a phone that comes to the other replica sees so at once.
    for socket in &mut cut {
        while socket.next().await.is_ok() {}
    }
    for (voter, outcome) in voters.iter_mut().zip(&outcomes) {
        let seen = it(voter.ok(MINE, json!({"id": meeting})).await)["votes"].clone();
        for (vote, good) in votes.iter().zip(outcome) {
            let own = seen.as_array().unwrap().iter().find(|one| one["id"] == *vote).unwrap();
            assert!(own["hasVoted"] == true || *good != Some(true), "an acknowledged vote is lost: {own}");
        }
    }
    for voter in voters.iter().take(10) {
        let mut socket = follow(voter, &here, &meeting).await;
        shows(&mut socket, "again", |live| {
            live["state"] == "RUNNING" && live["votes"].as_array().is_some_and(|votes| votes.len() == 2)
        })
        .await;
        left.push(socket);
    }
    // Phones that do not know send it again, and the numbers come out.
    for (n, (voter, outcome)) in (0..).zip(voters.iter().zip(&outcomes)) {
        for (vote, good) in votes.iter().zip(outcome) {
            if good.is_none() {
                assert_eq!(cast(voter.clone(), vote.clone(), n % 3).await, Some(true));
            }
        }
    }
    let wanted: Vec<usize> = (0..3).map(|choice| (0..VOTERS).filter(|n| n % 3 == choice).count()).collect();
    for vote in &votes {
        let ended = it(admin.ok(&step("endVote"), json!({"id": vote})).await)["votes"].clone();
        let own = ended.as_array().unwrap().iter().find(|one| one["id"] == *vote).unwrap().clone();
        assert_eq!((&own["voted"], &own["counts"]), (&json!(VOTERS), &json!(wanted)));
    }
    for socket in &mut left {
        shows(socket, "ended", |live| live["votes"].as_array().unwrap().iter().all(|vote| vote["state"] == "ENDED"))
            .await;
    }
    let audited = format!("SELECT count(*) FROM {schema}.audit WHERE action = 'meeting.voted'");
    until("the audit has one row a vote", async || sql.one(&audited).await == (VOTERS * 2).to_string()).await;
    drop(sql);
    first.stop().await;
}
