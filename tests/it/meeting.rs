//! 组织生活 (PC-4.3, M-1.3, M-2.1, M-9.6): planning, signing in, leave, live votes, notes, media, minutes, statistics.

use chrono::{DateTime, Datelike, Duration, Utc};
use http::Method;
use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Socket, Town, Visitor, until};

use crate::members::{enrol, member};
use crate::organisations::{small_tree, with};

const WHOLE: &str = "meeting { id version state should attended late onLeave absent signOpen types { code name } me { attendance \
    leaveState part } } manages quorate quorum leaveWaiting noteCount note { version body } \
    votes { id version state title options secret should roll voted counts withheld quorum passed elected mayVote hasVoted chosen } \
    files { id kind fileName size library } minutes { number body should present late onLeave absent reason } \
    fence { latitude longitude gcjLatitude gcjLongitude radius }";

fn doc(text: &str) -> String {
    text.replace("$W", WHOLE)
}

pub(crate) fn save() -> String {
    doc(
        "mutation($id: ID, $v: Int, $i: MeetingInput!, $p: Boolean, $k: ID) { meeting { it: save(id: $id, version: $v, input: $i, publish: $p, key: $k) { $W } } }",
    )
}

fn one() -> String {
    doc("query($id: ID!) { meeting { it: meeting(id: $id) { $W } } }")
}

/// A mutation that needs the meeting's or vote's id only.
pub(crate) fn step(name: &str) -> String {
    doc("mutation($id: ID!) { meeting { it: $N(id: $id) { $W } } }").replace("$N", name)
}

fn sign() -> String {
    doc("mutation($id: ID!, $c: String!) { meeting { it: signIn(id: $id, code: $c) { $W } } }")
}

fn here() -> String {
    doc("mutation($id: ID!, $f: MeetingFixInput!) { meeting { it: signInHere(id: $id, fix: $f) { $W } } }")
}

fn record() -> String {
    doc(
        "mutation($id: ID!, $p: [ID!]!, $a: MeetingAttendance, $n: String) { meeting { it: recordAttendance(id: $id, people: $p, attendance: $a, note: $n) { $W } } }",
    )
}

fn prepare() -> String {
    doc(
        "mutation($m: ID!, $id: ID, $v: Int, $i: MeetingVoteInput!) { meeting { it: prepareVote(meeting: $m, id: $id, version: $v, input: $i) { $W } } }",
    )
}

fn vote() -> String {
    doc("mutation($id: ID!, $c: [Int!]!) { meeting { it: vote(id: $id, choices: $c) { $W } } }")
}

fn minute() -> String {
    doc(
        "mutation($id: ID!, $v: Int!, $i: MeetingMinutesInput!) { meeting { it: writeMinutes(id: $id, version: $v, input: $i) { $W } } }",
    )
}

const LIST: &str = "query($f: MeetingFilter, $n: Int, $a: String) { meeting { it: meetings(filter: $f, first: $n, after: $a) \
    { totalCount pageInfo { endCursor hasNextPage } nodes { id title state should } } } }";
const MINE: &str = "query($w: MyMeetings!) { meeting { it: mine(which: $w, first: 20) { totalCount nodes { id title \
    me { attendance } } } } }";
const PEOPLE: &str = "query($m: ID!, $f: MeetingPeopleFilter) { meeting { it: people(meeting: $m, first: 100, filter: $f) \
    { totalCount nodes { person name part partReason attendance way signedAt leaveState distance makeup votes } } } }";
const SCREEN: &str = "subscription($id: ID!) { meetingScreen(id: $id) { state signOpen code codeUntil should attended late \
    latest { person { name } late way } votes { id state voted counts } at } }";
const LIVE: &str =
    "subscription($id: ID!) { meetingLive(id: $id) { version state signOpen votes { id version state title } } }";

/// What comes next over a socket: data or errors.
async fn told(socket: &mut Socket) -> Value {
    socket.next().await.unwrap()["payload"].clone()
}

pub(crate) fn it(answer: Value) -> Value {
    answer["meeting"]["it"].clone()
}

/// A branch of four with a secretary, another branch with one member, and the administrator of all.
pub(crate) struct Hall {
    pub(crate) t: Town,
    pub(crate) admin: Visitor,
    pub(crate) secretary: Visitor,
    pub(crate) members: [Visitor; 4],
    pub(crate) li: Visitor,
    pub(crate) root: String,
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) people: Vec<String>,
}

impl Hall {
    async fn start() -> Self {
        Self::in_town(Town::start().await).await
    }

    pub(crate) async fn in_town(t: Town) -> Self {
        let mut admin = t.administrator().await;
        let (root, first, second) = small_tree(&t, &mut admin).await;
        let mut people = Vec::new();
        for (n, name) in (1..).zip(["张三", "王五", "赵六", "孙七"]) {
            people.push(enrol(&mut admin, member(&first, name, n)).await);
        }
        people.push(enrol(&mut admin, member(&second, "李四", 5)).await);
        t.person("shuji", "branch_secretary", &first).await;
        let secretary = t.signed_in("shuji", PASSWORD).await;
        let of = async |n: u32| {
            let mobile = format!("1370000000{n}");
            t.first_sign_in(&mobile, Some(&mobile)).await
        };
        let members = [of(1).await, of(2).await, of(3).await, of(4).await];
        let li = of(5).await;
        Self { t, admin, secretary, members, li, root, first, second, people }
    }

    pub(crate) fn form(&self) -> Value {
        let at = |minutes: i64| (self.t.now() + Duration::minutes(minutes)).to_rfc3339();
        json!({
            "organisation": self.first, "types": ["branch_assembly"], "title": "第四季度党员大会", "mode": "OFFLINE",
            "startsAt": at(0), "endsAt": at(120), "place": "一楼会议室", "agenda": "一、学习文件\n二、讨论决议",
            "attend": "MEMBERS", "lateMinutes": 10,
            "fence": {"latitude": 32.060255, "longitude": 118.796877, "frame": "WGS84", "radius": 200}
        })
    }

    /// Announces a meeting of the first branch; its id.
    pub(crate) async fn planned(&mut self, more: Value) -> String {
        let input = with(self.form(), more);
        let made = it(self.secretary.ok(&save(), json!({"i": input, "p": true})).await);
        made["meeting"]["id"].as_str().unwrap().to_owned()
    }

    /// The same, begun and with signing in open.
    async fn running(&mut self, more: Value) -> String {
        let id = self.planned(more).await;
        self.secretary.ok(&step("start"), json!({"id": id})).await;
        self.secretary.ok(&step("openSignIn"), json!({"id": id})).await;
        id
    }

    async fn screen(&self, id: &str) -> Socket {
        let mut socket = self.t.socket(&self.secretary).await;
        socket.subscribe(SCREEN, json!({"id": id})).await;
        socket
    }

    /// The code that stands now.
    async fn code(&self, id: &str) -> String {
        let mut socket = self.screen(id).await;
        loop {
            let shown = told(&mut socket).await["data"]["meetingScreen"].clone();
            // Those who come later are first shown what the others see: up to a second old.
            let until = shown["codeUntil"].as_str().map(|text| text.parse::<DateTime<Utc>>().unwrap());
            if until.is_some_and(|until| until > self.t.now()) {
                return shown["code"].as_str().unwrap().to_owned();
            }
        }
    }

    async fn all_sign_in(&mut self, id: &str) {
        let code = self.code(id).await;
        for member in &mut self.members {
            member.ok(&sign(), json!({"id": id, "c": code})).await;
        }
    }
}

/// The screen once so many are there.
async fn shown_when(screen: &mut Socket, attended: i32) -> Value {
    loop {
        let shown = told(screen).await["data"]["meetingScreen"].clone();
        if shown["attended"] == attended {
            return shown;
        }
    }
}

fn ballot(title: &str, secret: bool, rule: &str, options: &[&str], most: i32) -> Value {
    json!({"title": title, "secret": secret, "rule": rule, "options": options, "most": most})
}

/// The vote of this title in a meeting.
fn vote_of(whole: &Value, title: &str) -> Value {
    let all = whole["votes"].as_array().unwrap();
    all.iter().find(|vote| vote["title"] == title).unwrap_or_else(|| panic!("{whole}")).clone()
}

#[tokio::test]
async fn pc_4_3c_m_1_3_a_meeting_is_planned_announced_and_seen_by_those_on_its_list() {
    let mut h = Hall::start().await;
    // Every fault is told, at its field.
    let wrong = with(h.form(), json!({"title": "会", "types": [], "place": null, "lateMinutes": 500}));
    let answer = h.secretary.ask(&save(), json!({"i": wrong})).await.body;
    let fields: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|e| e["extensions"]["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["title", "types", "place", "lateMinutes"]);
    // A draft is nobody's but those who hold it.
    let draft = it(h.secretary.ok(&save(), json!({"i": h.form()})).await);
    let id = draft["meeting"]["id"].clone();
    assert_eq!((&draft["meeting"]["state"], &draft["meeting"]["should"]), (&json!("DRAFT"), &json!(4)));
    assert_eq!(h.members[0].refused(&one(), json!({"id": id})).await.code, "NOT_FOUND");
    assert_eq!(it(h.members[0].ok(MINE, json!({"w": "UPCOMING"})).await)["totalCount"], 0);
    // Edited as it was; two at once do not overwrite each other.
    let edit = with(
        h.form(),
        json!({"title": "第四季度支部党员大会", "exempt": [{"person": h.people[3], "reason": "因病卧床"}]}),
    );
    let edited = it(h.secretary.ok(&save(), json!({"id": id, "v": 1, "i": edit, "p": true})).await);
    assert_eq!((&edited["meeting"]["state"], &edited["meeting"]["should"]), (&json!("PUBLISHED"), &json!(3)));
    assert_eq!(h.secretary.refused(&save(), json!({"id": id, "v": 1, "i": edit})).await.code, "CONFLICT");
    let mine = it(h.members[0].ok(MINE, json!({"w": "UPCOMING"})).await);
    assert_eq!(mine["nodes"][0]["title"], "第四季度支部党员大会");
    let seen = it(h.members[0].ok(&one(), json!({"id": id})).await);
    assert_eq!((&seen["manages"], &seen["meeting"]["me"]["part"]), (&json!(false), &json!("SHOULD")));
    let exempt = it(h.secretary.ok(PEOPLE, json!({"m": id, "f": {"part": "EXEMPT"}})).await);
    assert_eq!((&exempt["nodes"][0]["name"], &exempt["nodes"][0]["partReason"]), (&json!("孙七"), &json!("因病卧床")));
    // Neither another branch's member nor a plain member holds it; neither sees the list.
    assert_eq!(h.li.refused(&one(), json!({"id": id})).await.code, "NOT_FOUND");
    assert_eq!(h.members[0].refused(PEOPLE, json!({"m": id})).await.code, "DENIED");
    assert_eq!(h.members[0].refused(&step("start"), json!({"id": id})).await.code, "DENIED");
    let elsewhere = with(h.form(), json!({"organisation": h.second}));
    assert_eq!(h.secretary.refused(&save(), json!({"i": elsewhere})).await.field.as_deref(), Some("organisation"));
    let stranger = with(h.form(), json!({"named": [h.people[4]]}));
    assert_eq!(h.secretary.refused(&save(), json!({"i": stranger})).await.field.as_deref(), Some("named"));
    // The superior sees it, found by two letters of its title and by state.
    let filter = json!({"search": "季度", "states": ["PUBLISHED"], "kind": "branch_assembly", "under": h.first});
    assert_eq!(it(h.admin.ok(LIST, json!({"f": filter, "n": 10})).await)["totalCount"], 1);
    let none = json!({"f": {"search": "季度", "kind": "party_lecture"}, "n": 10});
    assert_eq!(it(h.admin.ok(LIST, none).await)["totalCount"], 0);
    // Called off before it begins, with the reason; those on the list see it among those that are over.
    let off = doc(
        "mutation($id: ID!, $v: Int!, $r: String!) { meeting { it: cancel(id: $id, version: $v, reason: $r) { $W } } }",
    );
    let version = edited["meeting"]["version"].clone();
    let version = json!(
        it(h.secretary.ok(&one(), json!({"id": id})).await)["meeting"]["version"]
            .as_i64()
            .unwrap_or_else(|| version.as_i64().unwrap())
    );
    h.secretary.ok(&off, json!({"id": id, "v": version, "r": "会议室漏水"})).await;
    assert_eq!(it(h.members[0].ok(MINE, json!({"w": "OVER"})).await)["totalCount"], 1);
    assert_eq!(h.secretary.refused(&step("start"), json!({"id": id})).await.code, "MEETING_STATE");
    let audit =
        h.t.sql()
            .await
            .column(&format!(
                "SELECT action FROM {}.audit WHERE action LIKE 'meeting.%' ORDER BY at, id",
                h.t.home.schema()
            ))
            .await;
    assert_eq!(audit, ["meeting.created", "meeting.edited", "meeting.published", "meeting.cancelled"]);
}

#[tokio::test]
async fn pc_4_3b_a_superior_decides_which_kinds_organisations_may_hold() {
    const LIMITS: &str = "query($o: ID!) { meeting { it: typeLimits(organisation: $o) { kind { code name every quorum } allowed \
        decided decidedBy { shortName } } } }";
    const LIMIT: &str = "mutation($o: ID!, $c: String!, $a: Boolean) { meeting { it: limitType(organisation: $o, code: $c, allowed: $a) } }";
    const SAVE: &str = "mutation($c: String, $v: Int, $i: MeetingTypeInput!) { meeting { it: saveType(code: $c, version: $v, input: $i) } }";
    let mut h = Hall::start().await;
    let of = |limits: &Value, code: &str| {
        limits.as_array().unwrap().iter().find(|one| one["kind"]["code"] == code).unwrap().clone()
    };
    let usual = it(h.secretary.ok(LIMITS, json!({"o": h.first})).await);
    assert_eq!(of(&usual, "branch_assembly")["allowed"], true);
    assert_eq!(of(&usual, "branch_assembly")["kind"]["every"], "QUARTER");
    assert_eq!(of(&usual, "democratic_life_meeting")["allowed"], false, "not for branches");
    // The superior forbids lectures to all below, and allows them to one branch.
    h.admin.ok(LIMIT, json!({"o": h.root, "c": "party_lecture", "a": false})).await;
    let lecture = with(h.form(), json!({"types": ["party_lecture"]}));
    let refused = h.secretary.refused(&save(), json!({"i": lecture})).await;
    assert_eq!(refused.field.as_deref(), Some("types"));
    let limit = of(&it(h.secretary.ok(LIMITS, json!({"o": h.first})).await), "party_lecture");
    assert!(limit["decidedBy"]["shortName"].is_string(), "{limit}");
    h.admin.ok(LIMIT, json!({"o": h.first, "c": "party_lecture", "a": true})).await;
    h.secretary.ok(&save(), json!({"i": lecture})).await;
    h.admin.ok(LIMIT, json!({"o": h.first, "c": "party_lecture", "a": null})).await;
    assert_eq!(h.secretary.refused(&save(), json!({"i": lecture})).await.field.as_deref(), Some("types"));
    // What the top forbade to all below, nobody in between allows again; what they forbade themselves, they do.
    let top = h.t.home.root.clone();
    h.t.person("fuze", "org_admin", &h.root).await;
    let mut between = h.t.signed_in("fuze", PASSWORD).await;
    h.admin.ok(LIMIT, json!({"o": h.root, "c": "party_lecture", "a": null})).await;
    h.admin.ok(LIMIT, json!({"o": top, "c": "party_lecture", "a": false})).await;
    let allow = |a: Value| json!({"o": h.first, "c": "party_lecture", "a": a});
    assert_eq!(between.refused(LIMIT, allow(json!(true))).await.code, "FORBIDDEN_ABOVE");
    assert_eq!(between.refused(LIMIT, json!({"o": h.root, "c": "theme_day", "a": false})).await.code, "NOT_FOUND");
    between.ok(LIMIT, json!({"o": h.first, "c": "theme_day", "a": false})).await;
    between.ok(LIMIT, json!({"o": h.first, "c": "theme_day", "a": true})).await;
    // What the top decided for one organisation is not for its own administrator to change, nor for those below to get around.
    h.admin.ok(LIMIT, json!({"o": top, "c": "party_lecture", "a": null})).await;
    for (decided, others) in [(false, [json!(true), json!(null)]), (true, [json!(false), json!(null)])] {
        h.admin.ok(LIMIT, json!({"o": h.first, "c": "party_lecture", "a": decided})).await;
        for other in others {
            assert_eq!(between.refused(LIMIT, allow(other)).await.code, "FORBIDDEN_ABOVE", "{decided}");
        }
    }
    h.admin.ok(LIMIT, json!({"o": h.first, "c": "party_lecture", "a": null})).await;
    between.ok(LIMIT, allow(json!(false))).await;
    h.admin.ok(LIMIT, allow(json!(null))).await;
    h.admin.ok(LIMIT, json!({"o": top, "c": "party_lecture", "a": false})).await;
    // A branch decides nothing, neither for itself nor for others.
    assert_eq!(h.secretary.refused(LIMIT, json!({"o": h.first, "c": "party_lecture", "a": true})).await.code, "DENIED");
    // A kind of the tenant's own.
    let own = json!({"name": "青年座谈", "attend": "NAMED", "quorum": "NONE", "heldBy": ["BRANCH"], "requiredOf": [], "active": true});
    let code = it(h.admin.ok(SAVE, json!({"i": own})).await);
    assert_eq!(h.admin.refused(SAVE, json!({"i": own})).await.field.as_deref(), Some("name"));
    let wrong = with(own.clone(), json!({"name": "另一种", "requiredOf": ["BRANCH"]}));
    assert_eq!(h.admin.refused(SAVE, json!({"i": wrong})).await.field.as_deref(), Some("every"));
    let talk = with(h.form(), json!({"types": [code], "attend": "NAMED", "named": [h.people[0]]}));
    h.secretary.ok(&save(), json!({"i": talk})).await;
    h.admin.ok(SAVE, json!({"c": code, "v": 1, "i": with(own.clone(), json!({"active": false}))})).await;
    assert_eq!(h.admin.refused(SAVE, json!({"c": code, "v": 1, "i": own})).await.code, "CONFLICT");
    assert_eq!(h.secretary.refused(&save(), json!({"i": talk})).await.field.as_deref(), Some("types"));
}

#[tokio::test]
async fn pc_4_3d_pc_4_3e_m_9_6_signing_in_by_the_code_on_the_screen() {
    let mut h = Hall::start().await;
    let id = h.planned(json!({"lateMinutes": 1})).await;
    let [zhang, ..] = &mut h.members;
    let early = json!({"id": id, "c": "1.00"});
    assert_eq!(zhang.refused(&sign(), early.clone()).await.code, "SIGN_IN_CLOSED");
    h.secretary.ok(&step("start"), json!({"id": id})).await;
    assert_eq!(h.members[0].refused(&sign(), early.clone()).await.code, "SIGN_IN_CLOSED");
    h.secretary.ok(&step("openSignIn"), json!({"id": id})).await;
    h.secretary.ok(&step("openSignIn"), json!({"id": id})).await;
    assert_eq!(h.members[0].refused(&sign(), early).await.code, "SIGN_CODE_EXPIRED");
    let code = h.code(&id).await;
    // Twice is once.
    let first = it(h.members[0].ok(&sign(), json!({"id": id, "c": code})).await);
    assert_eq!(first["meeting"]["me"]["attendance"], "PRESENT");
    h.members[0].ok(&sign(), json!({"id": id, "c": code})).await;
    // Whoever is not on the list stays outside, with the same code.
    assert_eq!(h.li.refused(&sign(), json!({"id": id, "c": code})).await.code, "NOT_INVITED");
    // A photo of the code is worth nothing half a minute later.
    h.t.pass(Duration::seconds(31));
    assert_eq!(h.members[1].refused(&sign(), json!({"id": id, "c": code})).await.code, "SIGN_CODE_EXPIRED");
    // A code of the time before signing in was closed and opened again is void too.
    let fresh = h.code(&id).await;
    assert_ne!(fresh, code);
    h.secretary.ok(&step("closeSignIn"), json!({"id": id})).await;
    assert_eq!(h.members[1].refused(&sign(), json!({"id": id, "c": fresh})).await.code, "SIGN_IN_CLOSED");
    h.secretary.ok(&step("openSignIn"), json!({"id": id})).await;
    assert_eq!(h.members[1].refused(&sign(), json!({"id": id, "c": fresh})).await.code, "SIGN_CODE_EXPIRED");
    // Late is late.
    h.t.pass(Duration::minutes(2));
    let code = h.code(&id).await;
    let late = it(h.members[1].ok(&sign(), json!({"id": id, "c": code})).await);
    assert_eq!(late["meeting"]["me"]["attendance"], "LATE");
    // The administrator's list needs a reason.
    let by_hand = json!({"id": id, "p": [h.people[2]], "a": "PRESENT"});
    assert_eq!(h.secretary.refused(&record(), by_hand.clone()).await.field.as_deref(), Some("note"));
    let listed = it(h.secretary.ok(&record(), with(by_hand, json!({"n": "手机没电"}))).await);
    assert_eq!((&listed["meeting"]["attended"], &listed["meeting"]["late"]), (&json!(3), &json!(1)));
    // The screen shows whoever comes, at once.
    let mut screen = h.screen(&id).await;
    let shown = shown_when(&mut screen, 3).await;
    assert_eq!((&shown["should"], &shown["latest"][0]["person"]["name"]), (&json!(4), &json!("赵六")));
    let code = shown["code"].as_str().unwrap().to_owned();
    h.members[3].ok(&sign(), json!({"id": id, "c": code})).await;
    let began = std::time::Instant::now();
    assert_eq!(shown_when(&mut screen, 4).await["latest"][0]["person"]["name"], "孙七");
    assert!(began.elapsed().as_secs() < 3, "{:?}", began.elapsed());
    // Only those who hold it see the screen.
    let mut other = h.t.socket(&h.members[0]).await;
    other.subscribe(SCREEN, json!({"id": id})).await;
    let refused = told(&mut other).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
    // One row of the audit for each who signed in, and none for who did it twice.
    let rows =
        h.t.sql()
            .await
            .one(&format!("SELECT count(*) FROM {}.audit WHERE action = 'meeting.signed_in'", h.t.home.schema()))
            .await;
    assert_eq!(rows, "3");
}

#[tokio::test]
async fn pc_4_3e_signing_in_twice_at_once_is_one_sign_in() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let code = h.code(&id).await;
    let all = (0..8).map(|_| {
        let (by, id, code) = (h.members[0].clone(), id.clone(), code.clone());
        async move { by.peek(&sign(), json!({"id": id, "c": code})).await.body }
    });
    for answer in futures_util::future::join_all(all).await {
        assert_eq!(answer["data"]["meeting"]["it"]["meeting"]["me"]["attendance"], "PRESENT", "{answer}");
    }
    let rows =
        h.t.sql()
            .await
            .one(&format!("SELECT count(*) FROM {}.audit WHERE action = 'meeting.signed_in'", h.t.home.schema()))
            .await;
    assert_eq!(rows, "1");
}

#[tokio::test]
async fn m_2_1_signing_in_by_place_in_either_frame_and_where_people_were_is_forgotten() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let at = |latitude: f64, longitude: f64, frame: &str, accuracy: f64| json!({"id": id, "f": {"latitude": latitude, "longitude": longitude, "frame": frame, "accuracy": accuracy}});
    // The same room as WeChat's map says it: 540 metres away if it were taken for satellite coordinates.
    let gcj = (32.058179, 118.802061);
    let far = h.members[0].refused(&here(), at(gcj.0, gcj.1, "WGS84", 20.0)).await;
    assert_eq!(far.code, "TOO_FAR");
    h.members[0].ok(&here(), at(gcj.0, gcj.1, "GCJ02", 20.0)).await;
    h.members[1].ok(&here(), at(32.061154, 118.796877, "WGS84", 20.0)).await;
    assert_eq!(h.members[2].refused(&here(), at(32.060255, 118.796877, "WGS84", 300.0)).await.code, "PLACE_INEXACT");
    let mut made_up = at(32.060255, 118.796877, "WGS84", 5.0);
    made_up["f"]["mock"] = json!(true);
    assert_eq!(h.members[2].refused(&here(), made_up).await.code, "PLACE_MOCKED");
    assert_eq!(h.members[2].refused(&here(), at(95.0, 0.0, "WGS84", 5.0)).await.field.as_deref(), Some("latitude"));
    let people = it(h.secretary.ok(PEOPLE, json!({"m": id, "f": {"attendance": "PRESENT"}})).await);
    let distances: Vec<i64> =
        people["nodes"].as_array().unwrap().iter().map(|one| one["distance"].as_i64().unwrap()).collect();
    assert!(distances.iter().all(|metres| *metres < 120), "{people}");
    let kept = format!("SELECT count(*) FROM {}.meeting_people WHERE latitude IS NOT NULL", h.t.home.schema());
    assert_eq!(h.t.sql().await.one(&kept).await, "2");
    h.secretary.ok(&step("closeSignIn"), json!({"id": id})).await;
    assert_eq!(h.t.sql().await.one(&kept).await, "0");
}

#[tokio::test]
async fn m_1_3_leave_is_asked_for_before_the_meeting_and_answered() {
    let ask = doc(
        "mutation($id: ID!, $k: MeetingLeaveKind!, $r: String!) { meeting { it: askLeave(id: $id, kind: $k, reason: $r) { $W } } }",
    );
    let answer = doc(
        "mutation($id: ID!, $p: ID!, $g: Boolean!, $a: String) { meeting { it: answerLeave(id: $id, person: $p, granted: $g, answer: $a) { $W } } }",
    );
    let back = step("takeBackLeave");
    let mut h = Hall::start().await;
    let id = h.planned(json!({"exempt": [{"person": h.people[3], "reason": "因病"}]})).await;
    let sick = json!({"id": id, "k": "SICK", "r": "感冒发烧"});
    assert_eq!(
        h.members[0].refused(&ask, json!({"id": id, "k": "SICK", "r": ""})).await.field.as_deref(),
        Some("reason")
    );
    assert_eq!(h.members[3].refused(&ask, sick.clone()).await.code, "LEAVE_NOT_NEEDED");
    for at in 0..3 {
        h.members[at].ok(&ask, sick.clone()).await;
    }
    assert_eq!(it(h.secretary.ok(&one(), json!({"id": id})).await)["leaveWaiting"], 3);
    h.members[2].ok(&back, json!({"id": id})).await;
    assert_eq!(h.members[2].refused(&back, json!({"id": id})).await.code, "NO_LEAVE");
    let given = it(h.secretary.ok(&answer, json!({"id": id, "p": h.people[0], "g": true})).await);
    assert_eq!((&given["meeting"]["onLeave"], &given["leaveWaiting"]), (&json!(1), &json!(1)));
    h.secretary.ok(&answer, json!({"id": id, "p": h.people[1], "g": false, "a": "请线上参加"})).await;
    assert_eq!(h.members[0].refused(&ask, sick.clone()).await.code, "LEAVE_GRANTED");
    assert_eq!(h.members[0].refused(&answer, json!({"id": id, "p": h.people[1], "g": true})).await.code, "DENIED");
    h.secretary.ok(&step("start"), json!({"id": id})).await;
    assert_eq!(h.members[2].refused(&ask, sick).await.code, "MEETING_STATE");
    // Whoever comes although leave was granted was there.
    h.secretary.ok(&step("openSignIn"), json!({"id": id})).await;
    let code = h.code(&id).await;
    let came = it(h.members[0].ok(&sign(), json!({"id": id, "c": code})).await);
    assert_eq!(came["meeting"]["me"]["attendance"], "PRESENT");
}

#[tokio::test]
async fn pc_4_3f_a_vote_reaches_participants_at_once_and_is_ended_by_hand() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let code = h.code(&id).await;
    for at in 0..3 {
        h.members[at].ok(&sign(), json!({"id": id, "c": code})).await;
    }
    let mut phone = h.t.socket(&h.members[0]).await;
    phone.subscribe(LIVE, json!({"id": id})).await;
    let now = told(&mut phone).await["data"]["meetingLive"].clone();
    assert_eq!((&now["state"], &now["votes"]), (&json!("RUNNING"), &json!([])));
    let title = "通过年度工作总结";
    let made = it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot(title, false, "RESOLUTION", &[], 1)})).await);
    let prepared = vote_of(&made, title);
    assert_eq!(prepared["options"], json!(["赞成", "反对", "弃权"]));
    // Nobody sees it before it begins.
    assert_eq!(it(h.members[0].ok(&one(), json!({"id": id})).await)["votes"], json!([]));
    let v = json!({"id": prepared["id"]});
    assert_eq!(h.members[0].refused(&vote(), with(v.clone(), json!({"c": [0]}))).await.code, "NOT_FOUND");
    assert_eq!(h.members[0].refused(&step("startVote"), v.clone()).await.code, "DENIED");
    h.secretary.ok(&step("startVote"), v.clone()).await;
    let began = std::time::Instant::now();
    let told = told(&mut phone).await["data"]["meetingLive"]["votes"][0].clone();
    assert!(began.elapsed().as_millis() < 1500, "{:?}", began.elapsed());
    assert_eq!((&told["state"], &told["title"]), (&json!("OPEN"), &json!(title)));
    // The roll is those who were there: who comes later may not.
    let code = h.code(&id).await;
    h.members[3].ok(&sign(), json!({"id": id, "c": code})).await;
    assert_eq!(h.members[3].refused(&vote(), with(v.clone(), json!({"c": [0]}))).await.code, "NOT_ON_ROLL");
    assert_eq!(h.li.refused(&vote(), with(v.clone(), json!({"c": [0]}))).await.code, "NOT_FOUND");
    for wrong in [json!([]), json!([3]), json!([0, 1]), json!([0, 0])] {
        let refused = h.members[0].refused(&vote(), with(v.clone(), json!({"c": wrong}))).await;
        assert_eq!(refused.field.as_deref(), Some("choices"));
    }
    let cast = it(h.members[0].ok(&vote(), with(v.clone(), json!({"c": [0]}))).await);
    assert_eq!((&cast["votes"][0]["hasVoted"], &cast["votes"][0]["chosen"]), (&json!(true), &json!([0])));
    // The same again, as a phone repeats it, is the same; another one is refused.
    h.members[0].ok(&vote(), with(v.clone(), json!({"c": [0]}))).await;
    assert_eq!(h.members[0].refused(&vote(), with(v.clone(), json!({"c": [1]}))).await.code, "ALREADY_VOTED");
    h.members[1].ok(&vote(), with(v.clone(), json!({"c": [0]}))).await;
    // No result before the end, and no end by itself: neither the meeting nor its minutes pass over an open vote.
    let open = vote_of(&it(h.secretary.ok(&one(), json!({"id": id})).await), title);
    assert_eq!(
        (&open["counts"], &open["voted"], &open["roll"], &open["should"]),
        (&json!(null), &json!(2), &json!(3), &json!(4))
    );
    assert_eq!(h.secretary.refused(&step("end"), json!({"id": id})).await.code, "VOTES_OPEN");
    let ended = vote_of(&it(h.secretary.ok(&step("endVote"), v.clone()).await), title);
    // Two of four agree: half is not more than half.
    assert_eq!(
        (&ended["counts"], &ended["quorum"], &ended["passed"]),
        (&json!([2, 0, 0]), &json!(true), &json!(false))
    );
    assert_eq!(h.members[2].refused(&vote(), with(v.clone(), json!({"c": [0]}))).await.code, "VOTE_ENDED");
    const ROLL: &str =
        "query($v: ID!) { meeting { it: voters(vote: $v, first: 50) { nodes { person { name } voted chosen } } } }";
    let roll = it(h.secretary.ok(ROLL, json!({"v": v["id"]})).await);
    assert_eq!(roll["nodes"].as_array().unwrap().iter().filter(|one| one["chosen"] == json!([0])).count(), 2);
    assert_eq!(h.members[0].refused(ROLL, json!({"v": v["id"]})).await.code, "DENIED");
}

#[tokio::test]
async fn pc_4_3f_a_secret_ballot_cannot_be_linked_to_its_voter() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let title = "推荐优秀党员";
    let options = ["甲同志", "乙同志", "丙同志"];
    let made = it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot(title, true, "NONE", &options, 2)})).await);
    let v = json!({"id": vote_of(&made, title)["id"]});
    assert_eq!(h.secretary.refused(&step("startVote"), v.clone()).await.code, "NOBODY_THERE");
    let code = h.code(&id).await;
    h.members[0].ok(&sign(), json!({"id": id, "c": code})).await;
    h.members[1].ok(&sign(), json!({"id": id, "c": code})).await;
    assert_eq!(h.secretary.refused(&step("startVote"), v.clone()).await.code, "SECRET_TOO_FEW");
    h.members[2].ok(&sign(), json!({"id": id, "c": code})).await;
    h.members[3].ok(&sign(), json!({"id": id, "c": code})).await;
    h.secretary.ok(&step("startVote"), v.clone()).await;
    // Eight times at once by one person is one ballot.
    let all = (0..8).map(|n| {
        let (by, v) = (h.members[0].clone(), with(v.clone(), json!({"c": [n % 3]})));
        async move { by.peek(&vote(), v).await.body }
    });
    let answers = futures_util::future::join_all(all).await;
    let good = answers.iter().filter(|answer| answer["errors"].is_null()).count();
    assert_eq!(good, 1, "{answers:?}");
    h.members[1].ok(&vote(), with(v.clone(), json!({"c": [0, 1]}))).await;
    h.members[2].ok(&vote(), with(v.clone(), json!({"c": [2]}))).await;
    assert_eq!(h.members[1].refused(&vote(), with(v.clone(), json!({"c": [0, 1]}))).await.code, "ALREADY_VOTED");
    // What the database holds meanwhile: sealed texts of one length without person or time, ids without a time, and a roll
    // without choices.
    let (schema, sql) = (h.t.home.schema(), h.t.sql().await);
    let columns = |table: &str| {
        format!(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{table}' ORDER BY 1"
        )
    };
    assert_eq!(sql.column(&columns("meeting_ballots")).await, ["id", "sealed", "vote_id"]);
    assert_eq!(sql.column(&columns("meeting_voters")).await, ["choices", "name", "person_id", "vote_id", "voted"]);
    assert_eq!(sql.one(&format!("SELECT count(DISTINCT length(sealed)) FROM {schema}.meeting_ballots")).await, "1");
    assert_eq!(sql.one(&format!("SELECT count(DISTINCT sealed) FROM {schema}.meeting_ballots")).await, "3");
    assert_eq!(
        sql.one(&format!("SELECT count(*) FROM {schema}.meeting_ballots WHERE substr(id::text, 15, 1) <> '4'")).await,
        "0"
    );
    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.meeting_voters WHERE choices IS NOT NULL")).await, "0");
    // The audit says who voted, not for what.
    let told = sql.column(&format!("SELECT r::text FROM {schema}.audit r WHERE action = 'meeting.voted'")).await;
    assert!(told.len() == 3 && told.iter().all(|row| !row.contains("甲同志") && !row.contains("choice")), "{told:?}");
    let ended = vote_of(&it(h.secretary.ok(&step("endVote"), v.clone()).await), title);
    let sum: i64 = ended["counts"].as_array().unwrap().iter().map(|count| count.as_i64().unwrap()).sum();
    assert_eq!((sum, &ended["voted"], &ended["roll"]), (4, &json!(3), &json!(4)), "{ended}");
    assert_eq!(
        sql.one(&format!("SELECT count(*) FROM {schema}.meeting_ballots")).await,
        "0",
        "nothing is left of them"
    );
    h.secretary.ok(&step("endVote"), v).await;
}

#[tokio::test]
async fn pc_4_3g_notes_are_ones_own_and_seen_by_whoever_holds_the_meeting() {
    let write = doc(
        "mutation($id: ID!, $v: Int, $b: String!) { meeting { it: writeNote(id: $id, version: $v, body: $b) { $W } } }",
    );
    const NOTES: &str = "query($m: ID!) { meeting { it: notes(meeting: $m, first: 10) { totalCount nodes { person { name } body version } } } }";
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let first = it(h.members[0].ok(&write, json!({"id": id, "b": "要点一\n要点二"})).await);
    assert_eq!(first["note"]["version"], 1);
    // Two phones of one person do not overwrite each other.
    assert_eq!(h.members[0].refused(&write, json!({"id": id, "b": "另一台手机"})).await.code, "CONFLICT");
    h.members[0].ok(&write, json!({"id": id, "v": 1, "b": "要点一\n要点二\n要点三"})).await;
    assert_eq!(h.members[0].refused(&write, json!({"id": id, "v": 1, "b": "旧的"})).await.code, "CONFLICT");
    h.members[1].ok(&write, json!({"id": id, "b": "我的笔记"})).await;
    assert_eq!(it(h.members[1].ok(&one(), json!({"id": id})).await)["note"]["body"], "我的笔记");
    assert_eq!(h.li.refused(&write, json!({"id": id, "b": "外人"})).await.code, "NOT_INVITED");
    let all = it(h.secretary.ok(NOTES, json!({"m": id})).await);
    assert_eq!(
        (&all["totalCount"], it(h.secretary.ok(&one(), json!({"id": id})).await)["noteCount"].clone()),
        (&json!(2), json!(2))
    );
    assert_eq!(h.members[0].refused(NOTES, json!({"m": id})).await.code, "DENIED");
    let gone = it(h.members[1].ok(&write, json!({"id": id, "v": 1, "b": "  "})).await);
    assert_eq!(gone["note"], json!(null));
}

#[tokio::test]
async fn pc_4_3i_minutes_end_the_meeting_settle_attendance_and_are_corrected_by_versions() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let code = h.code(&id).await;
    h.members[0].ok(&sign(), json!({"id": id, "c": code})).await;
    h.secretary.ok(&record(), json!({"id": id, "p": [h.people[1]], "a": "LEAVE"})).await;
    let version = |whole: &Value| whole["meeting"]["version"].clone();
    let now = it(h.secretary.ok(&one(), json!({"id": id})).await);
    let text = json!({"body": "会议学习了有关文件，讨论并通过了年度工作总结。", "resolutions": "同意年度工作总结。"});
    let short = json!({"id": id, "v": version(&now), "i": {"body": "短"}});
    assert_eq!(h.secretary.refused(&minute(), short).await.field.as_deref(), Some("body"));
    assert_eq!(h.members[0].refused(&minute(), json!({"id": id, "v": 1, "i": text})).await.code, "DENIED");
    let done = it(h.secretary.ok(&minute(), json!({"id": id, "v": version(&now), "i": text})).await);
    let minutes = &done["minutes"][0];
    assert_eq!((&done["meeting"]["state"], &done["meeting"]["signOpen"]), (&json!("FINISHED"), &json!(false)));
    let sum: Vec<i64> =
        ["should", "present", "late", "onLeave", "absent"].iter().map(|key| minutes[*key].as_i64().unwrap()).collect();
    assert_eq!(sum, [4, 1, 0, 1, 2], "numbers add up");
    // Nothing moves any more but by a correction with its reason.
    assert_eq!(
        h.secretary.refused(&record(), json!({"id": id, "p": [h.people[2]], "a": "ABSENT"})).await.code,
        "MEETING_STATE"
    );
    assert_eq!(h.members[2].refused(&sign(), json!({"id": id, "c": code})).await.code, "SIGN_IN_CLOSED");
    let again =
        |reason: Value| json!({"id": id, "v": version(&done), "i": with(text.clone(), json!({"reason": reason}))});
    assert_eq!(h.secretary.refused(&minute(), again(json!(null))).await.field.as_deref(), Some("reason"));
    let corrected = it(h.secretary.ok(&minute(), again(json!("漏写决议"))).await);
    assert_eq!((&corrected["minutes"][0]["number"], &corrected["minutes"][1]["number"]), (&json!(2), &json!(1)));
    assert_eq!(h.secretary.refused(&minute(), again(json!("又一次"))).await.code, "CONFLICT");
    // Who missed it may catch up; who was there need not.
    let makeup = doc(
        "mutation($id: ID!, $p: [ID!]!, $on: Boolean!) { meeting { it: recordMakeup(id: $id, people: $p, on: $on) { $W } } }",
    );
    h.secretary.ok(&makeup, json!({"id": id, "p": [h.people[2]], "on": true})).await;
    assert_eq!(
        h.secretary.refused(&makeup, json!({"id": id, "p": [h.people[0]], "on": true})).await.field.as_deref(),
        Some("people")
    );
    // The member reads them.
    let seen = it(h.members[0].ok(&one(), json!({"id": id})).await);
    assert_eq!(seen["minutes"][0]["reason"], "漏写决议");
    assert_eq!(it(h.members[0].ok(MINE, json!({"w": "OVER"})).await)["nodes"][0]["me"]["attendance"], "PRESENT");
    // On paper: who was there and who was not, what was decided, and that it was corrected.
    let order = json!({"kind": "meeting_minutes", "filter": {"meeting": id}, "columns": ["form"]});
    let paper = crate::development::pages(&mut h.secretary, order).await.concat();
    for words in [
        "会议纪要",
        "第四季度党员大会",
        "应到4人，实到1人（其中迟到0人），请假1人，缺席2人",
        "出席人员张三",
        "请假人员王五",
        "同意年度工作总结。",
        "（第2版，更正原因：漏写决议）",
    ] {
        assert!(paper.contains(words), "{words}: {paper}");
    }
}

#[tokio::test]
async fn pc_4_3a_what_was_held_counts_by_period_and_what_is_late_is_warned_about() {
    const YEAR: &str = "query($u: ID, $y: Int) { meeting { it: statistics(under: $u, year: $y) { held open required fulfilled should \
        attended taught members kinds { kind { code } required fulfilled held } organisations { organisation { id } required \
        fulfilled held should attended } warnings { organisation { id } kind level from to } months { month held } } } }";
    const PLAN: &str = "mutation($i: MeetingPlanInput!, $id: ID, $v: Int) { meeting { it: savePlan(input: $i, id: $id, version: $v) } }";
    const PLANS: &str = "query($o: ID!, $y: Int!) { meeting { it: plans(organisation: $o, year: $y) { id version month topic kind { code } held } } }";
    let mut h = Hall::start().await;
    let today: DateTime<Utc> = h.t.now() + Duration::hours(8);
    let (year, month) = (today.year(), today.month());
    let before = it(h.admin.ok(YEAR, json!({})).await);
    assert_eq!(before["held"], 0);
    let late: Vec<&Value> = before["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "支部党员大会" && one["level"] == "RED")
        .collect();
    assert_eq!(late.len(), 2, "two branches without their assembly: {before}");
    let plan = json!({"organisation": h.first, "year": year, "month": month, "kind": "branch_assembly", "topic": "季度党员大会"});
    h.secretary.ok(PLAN, json!({"i": plan})).await;
    assert_eq!(
        h.secretary.refused(PLAN, json!({"i": with(plan.clone(), json!({"month": 13}))})).await.field.as_deref(),
        Some("month")
    );
    assert_eq!(
        h.secretary.refused(PLAN, json!({"i": with(plan.clone(), json!({"organisation": h.second}))})).await.code,
        "NOT_FOUND"
    );
    assert_eq!(it(h.secretary.ok(PLANS, json!({"o": h.first, "y": year})).await)[0]["held"], false);
    let id = h.running(json!({"types": ["branch_assembly", "theme_day"]})).await;
    h.all_sign_in(&id).await;
    let now = it(h.secretary.ok(&one(), json!({"id": id})).await);
    let text = json!({"body": "会议学习了有关文件，讨论并通过了年度工作总结。"});
    h.secretary.ok(&minute(), json!({"id": id, "v": now["meeting"]["version"], "i": text})).await;
    let after = it(h.admin.ok(YEAR, json!({"u": h.first})).await);
    assert_eq!(
        (&after["held"], &after["should"], &after["attended"], &after["taught"]),
        (&json!(1), &json!(4), &json!(4), &json!(4))
    );
    let of =
        |code: &str| after["kinds"].as_array().unwrap().iter().find(|one| one["kind"]["code"] == code).unwrap().clone();
    // Once in the total, once for each of its kinds.
    assert_eq!((&of("branch_assembly")["held"], &of("theme_day")["held"]), (&json!(1), &json!(1)));
    assert_eq!(after["months"][usize::try_from(month).unwrap() - 1]["held"], 1);
    assert_eq!(it(h.secretary.ok(PLANS, json!({"o": h.first, "y": year})).await)[0]["held"], true);
    assert_eq!(h.members[0].refused(YEAR, json!({})).await.code, "DENIED");
    assert_eq!(h.secretary.refused(YEAR, json!({"u": h.second})).await.code, "NOT_FOUND");
    assert_eq!(h.admin.refused(YEAR, json!({"y": 1999})).await.field.as_deref(), Some("year"));
}

#[tokio::test]
async fn pc_4_3h_photos_come_whole_and_videos_in_parts_that_go_on_after_a_break() {
    let request = "mutation($m: ID!, $i: MeetingUploadInput!) { meeting { it: requestFile(meeting: $m, input: $i) { id url contentType part } } }";
    let parts = "mutation($id: ID!) { meeting { it: fileParts(id: $id) { there missing { number size url } } } }";
    let open = "mutation($id: ID!) { meeting { it: openFile(id: $id) { url fileName } } }";
    let keep = step("keepFile");
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let upload =
        |kind: &str, name: &str, size: usize| json!({"m": id, "i": {"kind": kind, "fileName": name, "size": size}});
    for (kind, name, size, field) in [
        ("PHOTO", "a.gif", 10, "fileName"),
        ("PHOTO", "a.jpg", 30 << 20, "size"),
        ("VIDEO", "a.avi", 10, "fileName"),
        ("VIDEO", "a.mp4", 600 << 20, "size"),
        ("RECORDING", "a.mp4", 10, "kind"),
    ] {
        assert_eq!(
            h.secretary.refused(request, upload(kind, name, size)).await.field.as_deref(),
            Some(field),
            "{name}"
        );
    }
    assert_eq!(h.members[0].refused(request, upload("PHOTO", "a.jpg", 10)).await.code, "DENIED");
    // A photo.
    let photo = [b"\xff\xd8\xff".as_slice(), &[0; 97]].concat();
    let ticket = it(h.secretary.ok(request, upload("PHOTO", "合影.jpg", photo.len())).await);
    let put = async |by: &Visitor, url: &Value, content_type: Option<&str>, bytes: Vec<u8>| {
        let headers: Vec<(&str, &str)> = content_type.iter().map(|kind| ("content-type", *kind)).collect();
        by.send(Method::PUT, url.as_str().unwrap(), &headers, bytes).await.status
    };
    assert_eq!(h.secretary.refused(&keep, json!({"id": ticket["id"]})).await.code, "MEETING_FILE");
    assert_eq!(put(&h.secretary, &ticket["url"], Some("image/jpeg"), photo).await, 200);
    let kept = it(h.secretary.ok(&keep, json!({"id": ticket["id"]})).await);
    assert_eq!(kept["files"][0]["fileName"], "合影.jpg");
    // A video of two parts and a bit; the second one is lost on the way.
    let part = 8usize << 20;
    let mut video = vec![7u8; part * 2 + 1000];
    video[..12].copy_from_slice(b"\0\0\0\x18ftypmp42");
    let ticket = it(h.secretary.ok(request, upload("VIDEO", "现场.mp4", video.len())).await);
    assert_eq!((&ticket["url"], &ticket["part"]), (&json!(null), &json!(part)));
    let file = json!({"id": ticket["id"]});
    let told = it(h.secretary.ok(parts, file.clone()).await);
    assert_eq!(told["missing"].as_array().unwrap().len(), 3);
    let piece = |number: usize| video[(number - 1) * part..(number * part).min(video.len())].to_vec();
    assert_eq!(put(&h.secretary, &told["missing"][0]["url"], None, piece(1)).await, 200);
    assert_eq!(put(&h.secretary, &told["missing"][2]["url"], None, piece(3)).await, 200);
    // A part of another length than was signed is refused.
    assert_eq!(put(&h.secretary, &told["missing"][1]["url"], None, piece(3)).await, 403);
    assert_eq!(h.secretary.refused(&keep, file.clone()).await.code, "MEETING_FILE");
    let told = it(h.secretary.ok(parts, file.clone()).await);
    assert_eq!((&told["there"], &told["missing"][0]["number"]), (&json!(part + 1000), &json!(2)));
    assert_eq!(put(&h.secretary, &told["missing"][0]["url"], None, piece(2)).await, 200);
    h.secretary.ok(&keep, file.clone()).await;
    h.secretary.ok(&keep, file.clone()).await;
    let link = it(h.members[0].ok(open, file.clone()).await);
    let read = h.members[0].send(Method::GET, link["url"].as_str().unwrap(), &[], "").await;
    assert_eq!(read.bytes.len(), video.len());
    assert!(read.bytes[..] == video[..]);
    assert_eq!(h.li.refused(open, file.clone()).await.code, "NOT_FOUND");
    // What is no video is not kept, whatever it is called.
    let fake = it(h.secretary.ok(request, upload("VIDEO", "假.mp4", 100)).await);
    let told = it(h.secretary.ok(parts, json!({"id": fake["id"]})).await);
    assert_eq!(put(&h.secretary, &told["missing"][0]["url"], None, vec![1; 100]).await, 200);
    assert_eq!(h.secretary.refused(&keep, json!({"id": fake["id"]})).await.code, "MEETING_FILE_KIND");
    let library = doc("mutation($id: ID!, $on: Boolean!) { meeting { it: fileToLibrary(id: $id, on: $on) { $W } } }");
    let marked = it(h.secretary.ok(&library, with(file.clone(), json!({"on": true}))).await);
    assert_eq!(
        marked["files"].as_array().unwrap().iter().find(|one| one["id"] == file["id"]).unwrap()["library"],
        true
    );
    let left = it(h.secretary.ok(&step("removeFile"), file.clone()).await);
    assert_eq!(left["files"].as_array().unwrap().len(), 1);
    assert_eq!(h.members[0].refused(open, file).await.code, "NOT_FOUND");
}

#[tokio::test]
async fn pc_4_3e_pc_4_3f_when_a_replica_dies_no_vote_is_lost_and_no_screen_is_stale() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    h.all_sign_in(&id).await;
    let title = "两个副本";
    let made =
        it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot(title, false, "NONE", &["甲", "乙"], 1)})).await);
    let v = json!({"id": vote_of(&made, title)["id"]});
    h.secretary.ok(&step("startVote"), v.clone()).await;
    h.t.join(Town::plan()).await;
    let mut there = h.t.there(&h.members[1]);
    // A vote cast at one replica is on the screen of the other within three seconds.
    let mut screen = h.screen(&id).await;
    told(&mut screen).await;
    there.ok(&vote(), with(v.clone(), json!({"c": [0]}))).await;
    let began = std::time::Instant::now();
    while told(&mut screen).await["data"]["meetingScreen"]["votes"][0]["voted"] != 1 {
        assert!(began.elapsed().as_secs() < 3);
    }
    // The first one dies in the middle of a vote.
    let lost = h.members[0].clone();
    let (lost_vote, id_vote) = (vote(), with(v.clone(), json!({"c": [1]})));
    lost.peek(&lost_vote, id_vote.clone()).await;
    let visitors: Vec<Visitor> = [&h.secretary, &h.members[0], &h.members[2]].map(|by| h.t.there(by)).into();
    h.t.stop().await;
    let [mut secretary, mut zhang, mut zhao] = <[Visitor; 3]>::try_from(visitors).ok().unwrap();
    // The screen goes on where a replica is left, and shows what has happened meanwhile.
    let mut screen = h.t.socket_there(&secretary).await;
    screen.subscribe(SCREEN, json!({"id": id})).await;
    let began = std::time::Instant::now();
    while told(&mut screen).await["data"]["meetingScreen"]["votes"][0]["voted"] != 2 {
        assert!(began.elapsed().as_secs() < 3);
    }
    // The phone does not know whether its vote arrived and sends it again elsewhere.
    zhang.ok(&vote(), id_vote).await;
    zhao.ok(&vote(), with(v.clone(), json!({"c": [1]}))).await;
    let ended = vote_of(&it(secretary.ok(&step("endVote"), v).await), title);
    assert_eq!((&ended["counts"], &ended["voted"]), (&json!([1, 2]), &json!(3)));
    until("the audit has one row a vote", async || {
        h.t.sql()
            .await
            .one(&format!("SELECT count(*) FROM {}.audit WHERE action = 'meeting.voted'", h.t.home.schema()))
            .await
            == "3"
    })
    .await;
}

#[tokio::test]
async fn pc_4_3_another_tenants_meetings_look_like_none() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let made = it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot("表决", false, "RESOLUTION", &[], 1)})).await);
    let v = vote_of(&made, "表决")["id"].clone();
    h.t.tenant("中共外单位委员会", "outsider", None, &["meeting"]).await;
    let mut other = h.t.first_sign_in("outsider", None).await;
    for (query, variables) in [
        (one(), json!({"id": id})),
        (step("start"), json!({"id": id})),
        (step("openSignIn"), json!({"id": id})),
        (step("end"), json!({"id": id})),
        (step("startVote"), json!({"id": v})),
        (step("endVote"), json!({"id": v})),
        (step("removeVote"), json!({"id": v})),
        (minute(), json!({"id": id, "v": 1, "i": {"body": "外单位的人写的会议纪要内容"}})),
        (record(), json!({"id": id, "p": [h.people[0]], "a": "ABSENT"})),
    ] {
        assert_eq!(other.refused(&query, variables).await.code, "NOT_FOUND", "{query}");
    }
    let mut socket = h.t.socket(&other).await;
    socket.subscribe(LIVE, json!({"id": id})).await;
    assert_eq!(told(&mut socket).await["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn pc_4_3c_lists_cost_the_same_statements_however_long_and_page_without_gaps() {
    let mut h = Hall::start().await;
    for n in 0..7 {
        let at = |minutes: i64| (h.t.now() + Duration::minutes(minutes)).to_rfc3339();
        // Three begin at the same minute.
        let starts = if n < 3 { 600 } else { 600 + n };
        let form =
            with(h.form(), json!({"title": format!("第{n}次会议"), "startsAt": at(starts), "endsAt": at(starts + 60)}));
        h.secretary.ok(&save(), json!({"i": form})).await;
    }
    let (mut seen, mut after) = (Vec::new(), json!(null));
    loop {
        let page = it(h.admin.ok(LIST, json!({"n": 2, "a": after})).await);
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["title"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn pc_4_3f_of_a_secret_vote_that_one_or_two_have_cast_in_nothing_is_counted() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    h.all_sign_in(&id).await;
    for (title, cast) in [("没有人投的", 0), ("一人投的", 1), ("两人投的", 2), ("三人投的", 3)] {
        let made =
            it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot(title, true, "RESOLUTION", &[], 1)})).await);
        let v = json!({"id": vote_of(&made, title)["id"]});
        h.secretary.ok(&step("startVote"), v.clone()).await;
        for member in &mut h.members[..cast] {
            member.ok(&vote(), with(v.clone(), json!({"c": [0]}))).await;
        }
        let ended = vote_of(&it(h.secretary.ok(&step("endVote"), v).await), title);
        assert_eq!(ended["voted"], cast, "{title}");
        let few = (1..3).contains(&cast);
        let counts = if few { json!(null) } else { json!([cast, 0, 0]) };
        assert_eq!((&ended["withheld"], &ended["counts"]), (&json!(few), &counts), "{title}");
        assert_eq!(ended["passed"].is_null(), few, "{title}");
    }
    // Nor is there anything left that could be counted.
    let (schema, sql) = (h.t.home.schema(), h.t.sql().await);
    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.meeting_ballots")).await, "0");
    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.meeting_voters WHERE choices IS NOT NULL")).await, "0");
}

#[tokio::test]
async fn pc_4_3f_the_roll_is_those_who_may_vote_when_the_vote_begins() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    h.all_sign_in(&id).await;
    let title = "通过年度工作总结";
    let made = it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot(title, false, "RESOLUTION", &[], 1)})).await);
    let v = json!({"id": vote_of(&made, title)["id"]});
    // Since the list was made one has lost the right to vote, one has gone, and one belongs to another branch.
    let moved = format!(
        "UPDATE {0}.branch_assignments SET organisation_id = '{1}', group_id = NULL WHERE membership_id IN \
         (SELECT id FROM {0}.memberships WHERE person_id = '{2}')",
        h.t.home.schema(),
        h.second,
        h.people[2]
    );
    h.t.sql().await.rows(&moved).await;
    let limit = format!(
        "UPDATE {}.memberships SET right_limit = 'on_probation_in_party' WHERE person_id = '{}'",
        h.t.home.schema(),
        h.people[1]
    );
    h.t.sql().await.rows(&limit).await;
    h.admin.ok(crate::members::DELETE, json!({"ids": [h.people[3]], "note": "重复录入"})).await;
    let begun = vote_of(&it(h.secretary.ok(&step("startVote"), v.clone()).await), title);
    assert_eq!((&begun["should"], &begun["roll"]), (&json!(1), &json!(1)));
    assert_eq!(h.members[2].refused(&vote(), with(v.clone(), json!({"c": [0]}))).await.code, "NOT_ON_ROLL");
    assert_eq!(h.members[1].refused(&vote(), with(v.clone(), json!({"c": [0]}))).await.code, "NOT_ON_ROLL");
    h.members[0].ok(&vote(), with(v.clone(), json!({"c": [0]}))).await;
    const ROLL: &str = "query($v: ID!, $d: Boolean) { meeting { it: voters(vote: $v, first: 1, voted: $d) { totalCount nodes { person { name } } } } }";
    for (done, count) in [(json!(null), 1), (json!(true), 1), (json!(false), 0)] {
        assert_eq!(it(h.secretary.ok(ROLL, json!({"v": v["id"], "d": done})).await)["totalCount"], count, "{done}");
    }
}

#[tokio::test]
async fn pc_4_3c_a_meeting_whose_answer_was_lost_is_not_made_twice() {
    let mut h = Hall::start().await;
    let key = zhibu_core::World::default().id::<zhibu_core::MeetingId>();
    let form = json!({"i": h.form(), "p": true, "k": key});
    // Both at once, and once more.
    let (one_by, other_by) = (h.secretary.clone(), h.secretary.clone());
    let save = save();
    let (first, second) = tokio::join!(one_by.peek(&save, form.clone()), other_by.peek(&save, form.clone()));
    let id = |body: &Value| body["data"]["meeting"]["it"]["meeting"]["id"].clone();
    assert!(id(&first.body).is_string() && id(&first.body) == id(&second.body), "{:?} {:?}", first.body, second.body);
    let third = it(h.secretary.ok(&save, form.clone()).await);
    assert_eq!(third["meeting"]["id"], id(&first.body));
    assert_eq!(it(h.admin.ok(LIST, json!({})).await)["totalCount"], 1);
    let told = format!("SELECT count(*) FROM {}.audit WHERE action = 'meeting.published'", h.t.home.schema());
    assert_eq!(h.t.sql().await.one(&told).await, "1");
    // Somebody else's key leads nowhere.
    h.t.person("other", "branch_secretary", &h.second).await;
    let mut other = h.t.signed_in("other", PASSWORD).await;
    let theirs = with(form.clone(), json!({"i": with(h.form(), json!({"organisation": h.second}))}));
    assert_eq!(other.refused(&save, theirs).await.code, "KEY_USED");
    // A draft whose answer was lost, then announced by the same form, is announced.
    let other_key = zhibu_core::World::default().id::<zhibu_core::MeetingId>();
    let kept = it(h.secretary.ok(&save, json!({"i": h.form(), "k": other_key})).await)["meeting"].clone();
    assert_eq!(kept["state"], "DRAFT");
    let announced =
        it(h.secretary.ok(&save, json!({"i": h.form(), "k": other_key, "p": true})).await)["meeting"].clone();
    assert_eq!((&announced["id"], &announced["state"]), (&kept["id"], &json!("PUBLISHED")));
    assert_eq!(h.t.sql().await.one(&told).await, "2");
    // A draft is announced once, however often it is asked for; what was edited meanwhile is not.
    let publish = doc("mutation($id: ID!, $v: Int!) { meeting { it: publish(id: $id, version: $v) { $W } } }");
    let draft = it(h.secretary.ok(&save, json!({"i": h.form()})).await)["meeting"].clone();
    let at = json!({"id": draft["id"], "v": draft["version"]});
    h.secretary.ok(&publish, at.clone()).await;
    let again = it(h.secretary.ok(&publish, at.clone()).await);
    assert_eq!(again["meeting"]["state"], "PUBLISHED");
    h.secretary.ok(&save, json!({"id": draft["id"], "v": again["meeting"]["version"], "i": h.form()})).await;
    assert_eq!(h.secretary.refused(&publish, at).await.code, "CONFLICT");
}

#[tokio::test]
async fn pc_4_3e_whoever_loses_the_right_sees_the_screen_no_more() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    let mut screen = h.screen(&id).await;
    told(&mut screen).await;
    let mut phone = h.t.socket(&h.members[0]).await;
    phone.subscribe(LIVE, json!({"id": id})).await;
    told(&mut phone).await;
    let lost = format!(
        "UPDATE {0}.role_assignments SET until = now() WHERE role = 'branch_secretary'; UPDATE {0}.policy SET epoch = epoch + 1",
        h.t.home.schema()
    );
    h.t.sql().await.rows(&lost).await;
    // Asked every minute.
    let began = std::time::Instant::now();
    let last = loop {
        h.t.pass(Duration::seconds(21));
        let next = told(&mut screen).await;
        if next["data"].is_null() || !next["errors"].is_null() {
            break next;
        }
        assert!(began.elapsed().as_secs() < 20, "{next}");
    };
    assert_eq!(last["errors"][0]["extensions"]["code"], "DENIED");
    // Who is on the list goes on.
    h.admin.ok(&step("closeSignIn"), json!({"id": id})).await;
    let now = told(&mut phone).await["data"]["meetingLive"].clone();
    assert_eq!(now["signOpen"], false, "{now}");
}

#[tokio::test]
async fn pc_4_3e_where_people_were_is_gone_with_the_minutes_and_when_a_meeting_was_forgotten() {
    let mut h = Hall::start().await;
    let kept = format!("SELECT count(*) FROM {}.meeting_people WHERE latitude IS NOT NULL", h.t.home.schema());
    let fix = json!({"latitude": 32.060255, "longitude": 118.796877, "frame": "WGS84", "accuracy": 15.0});
    let sql = h.t.sql().await;
    let id = h.running(json!({})).await;
    let at = json!({"id": id, "f": fix});
    h.members[0].ok(&here(), at).await;
    assert_eq!(sql.one(&kept).await, "1");
    let now = it(h.secretary.ok(&one(), json!({"id": id})).await);
    let text = json!({"body": "会议学习了有关文件，讨论并通过了年度工作总结。"});
    h.secretary.ok(&minute(), json!({"id": id, "v": now["meeting"]["version"], "i": text})).await;
    assert_eq!(sql.one(&kept).await, "0");
    // Nobody has ended this one.
    let id = h.running(json!({})).await;
    let at = json!({"id": id, "f": fix});
    h.members[0].ok(&here(), at).await;
    assert_eq!(sql.one(&kept).await, "1");
    h.t.pass(Duration::hours(15));
    sql.rows("SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)").await;
    until("the hour has closed it", async || sql.one(&kept).await == "0").await;
    let open = format!("SELECT sign_open FROM {}.meetings WHERE id = '{id}'", h.t.home.schema());
    assert_eq!(sql.one(&open).await, "f");
}

#[tokio::test]
async fn pc_4_3f_nobody_votes_twice_however_many_phones_and_replicas_they_use() {
    let mut h = Hall::start().await;
    let id = h.running(json!({})).await;
    h.all_sign_in(&id).await;
    h.t.join(Town::plan()).await;
    let both = [h.members[0].clone(), h.t.there(&h.members[0])];
    for round in 0..10 {
        let title = format!("第{round}轮");
        let made =
            it(h.secretary.ok(&prepare(), json!({"m": id, "i": ballot(&title, true, "NONE", &["甲", "乙"], 1)})).await);
        let v = json!({"id": vote_of(&made, &title)["id"]});
        h.secretary.ok(&step("startVote"), v.clone()).await;
        let all = (0..20).map(|n| {
            let (by, v) = (both[n % 2].clone(), with(v.clone(), json!({"c": [n % 2]})));
            async move { by.peek(&vote(), v).await.body }
        });
        let answers = futures_util::future::join_all(all).await;
        let good = answers.iter().filter(|answer| answer["errors"].is_null()).count();
        let refused =
            answers.iter().filter(|answer| answer["errors"][0]["extensions"]["code"] == "ALREADY_VOTED").count();
        assert_eq!((good, refused), (1, 19), "{answers:?}");
        let held = format!(
            "SELECT count(*) FROM {}.meeting_ballots WHERE vote_id = '{}'",
            h.t.home.schema(),
            v["id"].as_str().unwrap()
        );
        assert_eq!(h.t.sql().await.one(&held).await, "1");
        assert_eq!(vote_of(&it(h.secretary.ok(&step("endVote"), v).await), &title)["voted"], 1);
    }
}
