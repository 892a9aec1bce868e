//! Notices, messages and schedules (PC-4.5, M-1.11, M-1.15, M-9.7): the ladder over platforms, text messages and calls, who has
//! read what, and what meetings tell.

use chrono::Duration;
use serde_json::{Value, json};
use zhibu_core::{CampaignId, World};
use zhibu_emulator::{Double, Fault, Mini, Part, rule};
use zhibu_tests::{PASSWORD, Town, Visitor, until};

use crate::members::{enrol, member};
use crate::mini;
use crate::organisations::{small_tree, with};
use crate::surface::NOBODY;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const WECHAT: &str = "EmulatedMeetingTemplate00000000000000000001";
const WHOLE: &str = "announcement { id title occasion state people read fen author organisation { name } } text manages withdrawnReason \
    rungs { rung afterMinutes templateName fen counts { state count } }";
const LIST: &str = "query($f: AnnouncementFilter, $n: Int, $a: String) { messaging { it: announcements(filter: $f, first: $n, after: $a) \
    { totalCount pageInfo { endCursor hasNextPage } nodes { id title occasion state people read fen } } } }";
const READERS: &str = "query($id: ID!, $f: AnnouncementReaderFilter) { messaging { it: readers(announcement: $id, first: 100, filter: $f) \
    { totalCount nodes { name place readAt deliveries { rung state via detail fen seconds } } } } }";
const PLAN: &str = "query($i: AnnouncementInput!) { messaging { it: plan(input: $i) { people withoutAccount withoutMobile mostFen leftFen \
    waitsUntil rungs { rung reach parts fen preview } } } }";
const MINE: &str = "query($u: Boolean) { messaging { it: mine(first: 20, unread: $u) { totalCount nodes { id title text occasion \
    organisation readAt withdrawn subject } } unread } }";
const READ: &str = "mutation($ids: [ID!]!) { messaging { it: read(ids: $ids) } }";
const REMIND: &str = "mutation($id: ID!) { messaging { it: remind(id: $id) } }";
const REMOVE: &str = "mutation($id: ID!) { messaging { it: remove(id: $id) } }";
const RULE: &str = "mutation($o: AnnouncementOccasion!, $i: AnnouncementRuleInput!) { messaging { it: saveRule(occasion: $o, input: $i) \
    { occasion on ladder { rung afterMinutes templateName } } } }";
const BUDGET: &str = "mutation($f: Int) { messaging { it: saveBudget(monthFen: $f) { monthFen spentFen } } }";
const SCHEDULE: &str = "mutation($id: ID, $i: ScheduleInput!) { messaging { it: saveSchedule(id: $id, input: $i) { id title way repeat \
    nextAt } } }";
const SCHEDULES: &str = "query($o: Boolean) { messaging { it: schedules(first: 20, over: $o) { totalCount nodes { id title nextAt } } ways } }";
const CONSENT: &str = "mutation($t: [String!]!) { messaging { it: consent(templates: $t) { template left } } }";

fn send() -> String {
    format!(
        "mutation($k: ID!, $i: AnnouncementInput!) {{ messaging {{ it: send(key: $k, input: $i) {{ {WHOLE} }} }} }}"
    )
}

fn one() -> String {
    format!("query($id: ID!) {{ messaging {{ it: announcement(id: $id) {{ {WHOLE} }} }} }}")
}

fn withdraw() -> String {
    format!("mutation($id: ID!, $r: String!) {{ messaging {{ it: withdraw(id: $id, reason: $r) {{ {WHOLE} }} }} }}")
}

fn it(answer: Value) -> Value {
    answer["messaging"]["it"].clone()
}

fn key() -> CampaignId {
    World::default().id()
}

/// A branch of three and a branch of one below a root; the first three have accounts.
struct Hall {
    t: Town,
    admin: Visitor,
    root: String,
    first: String,
    second: String,
    people: Vec<String>,
}

impl Hall {
    async fn start(t: Town) -> Self {
        let mut admin = t.administrator().await;
        let (root, first, second) = small_tree(&t, &mut admin).await;
        let mut people = Vec::new();
        for (n, name) in (1..).zip(["张三", "王五", "赵六"]) {
            people.push(enrol(&mut admin, member(&first, name, n)).await);
        }
        people.push(enrol(&mut admin, member(&second, "李四", 4)).await);
        t.person("shuji", "branch_secretary", &first).await;
        Self { t, admin, root, first, second, people }
    }

    async fn secretary(&self) -> Visitor {
        self.t.signed_in("shuji", PASSWORD).await
    }

    /// The administrator again, after time has passed.
    async fn again(&mut self) {
        self.admin = self.t.administrator().await;
    }

    async fn of(&self, n: u32) -> Visitor {
        let mobile = format!("1370000{n:04}");
        self.t.first_sign_in(&mobile, Some(&mobile)).await
    }

    fn notice(&self, ladder: Value) -> Value {
        json!({"organisation": self.first, "title": "关于交纳党费的通知", "text": "请各位党员按时交纳党费。\n谢谢配合。",
            "organisations": [self.first], "ladder": ladder})
    }

    async fn sent(&self, by: &mut Visitor, ladder: Value) -> String {
        let made = it(by.ok(&send(), json!({"k": key(), "i": self.notice(ladder)})).await);
        made["announcement"]["id"].as_str().unwrap().to_owned()
    }

    async fn calm(&self) {
        let left = "SELECT count(*) FROM jobs._private_jobs WHERE attempts < max_attempts";
        let sql = self.t.sql().await;
        until("the jobs are done", async || sql.one(left).await == "0").await;
    }

    /// What the clock does every minute, with all that follows.
    async fn minute(&self) {
        self.t.sql().await.rows("SELECT jobs.add_job('messages_due', '{\"tenant\": null, \"job\": {}}'::json)").await;
        self.calm().await;
    }

    /// Time passes, and what has become due is done.
    async fn later(&mut self, minutes: i64) {
        self.t.pass(Duration::minutes(minutes));
        self.minute().await;
    }

    async fn hourly(&self) {
        self.t.sql().await.rows("SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)").await;
        self.calm().await;
    }

    /// An approved template of text messages or calls.
    async fn template(&mut self, voice: bool, text: &str, code: &str, variables: &[&str]) -> String {
        let apply = "mutation($i: SmsTemplateInput!) { system { it: applyForSmsTemplate(input: $i) { id } } }";
        let input = json!({"name": if voice { "语音通知" } else { "短信通知" }, "text": text, "note": "通知党员", "voice": voice});
        let made = self.admin.ok(apply, json!({"i": input})).await;
        let id = made["system"]["it"]["id"].as_str().unwrap().to_owned();
        let approve = "mutation($i: ApproveSmsInput!) { system { approveSms(input: $i) { state } } }";
        let mut operator = self.t.operator().await;
        operator.ok(approve, json!({"i": {"id": id, "code": code, "variables": variables}})).await;
        id
    }
}

/// What became of the rungs for each reader: `张三 SMS DELIVERED`.
async fn fates(by: &mut Visitor, id: &str) -> Vec<String> {
    let readers = it(by.ok(READERS, json!({"id": id})).await);
    let mut all = Vec::new();
    for reader in readers["nodes"].as_array().unwrap() {
        for one in reader["deliveries"].as_array().unwrap() {
            let plain = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let detail = plain(&one["detail"]);
            let line = format!("{} {} {} {detail}", plain(&reader["name"]), plain(&one["rung"]), plain(&one["state"]));
            all.push(line.trim_end().to_owned());
        }
    }
    all.sort();
    all
}

/// A server with WeChat, text messages and calls of the emulator, at ten in the morning in China.
async fn emulated() -> (Hall, Double) {
    let double = Double::start().await.unwrap();
    double.advance(120);
    let carrier = |more: Value| {
        with(
            json!({"provider": "aliyun", "key_id": "VECTORAKID0000000001", "key_secret": "VectorAccessKeySecret0000000001",
                "endpoint_override": format!("http://{}/", double.aliyun), "callback_secret": SECRET, "per_second": 1000}),
            more,
        )
    };
    let codes = json!({"sign_in": "SMS_000000001", "password": "SMS_000000001", "mobile": "SMS_000000001"});
    let sms = serde_json::from_value(carrier(json!({"templates": codes, "signature": "党建云"}))).unwrap();
    let voice = serde_json::from_value(carrier(json!({}))).unwrap();
    let mut wechat = double.accounts()["wechat"].clone();
    wechat["endpoint"] = json!(format!("http://{}/", double.wechat));
    let wechat = serde_json::from_value(wechat).unwrap();
    let mut dingtalk = double.accounts()["dingtalk"].clone();
    dingtalk["endpoint"] = json!(format!("http://{}/", double.dingtalk));
    let dingtalk = serde_json::from_value(dingtalk).unwrap();
    let push = json!({
        "wechat": {"template": WECHAT, "page": "pkg-message/message/index?id=", "title": "thing1", "time": "time2", "organisation": "thing3"},
        "dingtalk": {"template": "emulatednoticetemplate0000000001", "title": "title", "time": "time", "organisation": "text"},
    });
    let push = serde_json::from_value(push).unwrap();
    let plan = Town::plan().set(move |config| {
        config.sms = sms;
        config.voice = voice;
        config.mini.wechat = Some(wechat);
        config.mini.dingtalk = Some(dingtalk);
        config.settings.push = push;
    });
    let t = plan.start().await;
    let before = t.now();
    t.next_span(86_400);
    t.pass(Duration::hours(2));
    double.advance((t.now() - before).num_seconds());
    (Hall::start(t).await, double)
}

#[tokio::test]
async fn pc_4_5_m_1_15_a_notice_is_told_and_shows_who_has_read_it() {
    let mut h = Hall::start(Town::start().await).await;
    let mut secretary = h.secretary().await;
    // Every fault is told, at its field.
    let wrong = with(h.notice(json!([{"rung": "SMS", "afterMinutes": -1}])), json!({"title": "关", "text": " "}));
    let answer = secretary.ask(&send(), json!({"k": key(), "i": wrong})).await.body;
    let fields: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().filter_map(|e| e["extensions"]["field"].as_str()).collect();
    assert_eq!(fields, ["ladder.0.afterMinutes", "ladder.0.template", "title", "text"]);
    let nobody = with(h.notice(json!([])), json!({"organisations": []}));
    assert_eq!(secretary.refused(&send(), json!({"k": key(), "i": nobody})).await, "INVALID organisations");
    // Nobody tells another branch, or somebody of it.
    let elsewhere = with(h.notice(json!([])), json!({"organisations": [h.second]}));
    assert_eq!(secretary.refused(&send(), json!({"k": key(), "i": elsewhere})).await, "NOT_FOUND");
    let somebody = with(h.notice(json!([])), json!({"organisations": [], "people": [h.people[3]]}));
    assert_eq!(secretary.refused(&send(), json!({"k": key(), "i": somebody})).await, "NOT_FOUND");
    let name = with(h.notice(json!([])), json!({"organisation": h.root}));
    assert_eq!(secretary.refused(&send(), json!({"k": key(), "i": name})).await, "NOT_FOUND");

    let plan = it(secretary.ok(PLAN, json!({"i": h.notice(json!([{"rung": "PUSH", "afterMinutes": 0}]))})).await);
    assert_eq!((&plan["people"], &plan["withoutMobile"], &plan["mostFen"]), (&json!(3), &json!(0), &json!(0)));
    assert_eq!(plan["rungs"][0], json!({"rung": "PUSH", "reach": 0, "parts": 0, "fen": 0, "preview": null}));

    let (once, input) = (key(), h.notice(json!([])));
    let made = it(secretary.ok(&send(), json!({"k": once, "i": input})).await);
    let again = it(secretary.ok(&send(), json!({"k": once, "i": input})).await);
    assert_eq!(made, again, "the same key is the same notice");
    let other = with(input.clone(), json!({"title": "另一条通知"}));
    assert_eq!(secretary.refused(&send(), json!({"k": once, "i": other})).await, "KEY_USED");
    assert_eq!((&made["announcement"]["people"], &made["manages"]), (&json!(3), &json!(true)));
    let id = made["announcement"]["id"].as_str().unwrap().to_owned();

    // Read by one of three; told twice, read once.
    let mut zhang = h.of(1).await;
    let mine = zhang.ok(MINE, json!({})).await["messaging"].clone();
    assert_eq!((&mine["unread"], &mine["it"]["totalCount"]), (&json!(1), &json!(1)));
    let told = mine["it"]["nodes"][0].clone();
    assert_eq!(
        (&told["id"], &told["text"], &told["readAt"]),
        (&json!(id), &json!("请各位党员按时交纳党费。\n谢谢配合。"), &json!(null))
    );
    assert_eq!(it(zhang.ok(READ, json!({"ids": [id, NOBODY]})).await), json!(0));
    let first = zhang.ok(MINE, json!({})).await["messaging"]["it"]["nodes"][0]["readAt"].clone();
    h.t.pass(Duration::seconds(5));
    zhang.ok(READ, json!({"ids": [id]})).await;
    assert_eq!(zhang.ok(MINE, json!({})).await["messaging"]["it"]["nodes"][0]["readAt"], first);
    assert_eq!(zhang.ok(MINE, json!({"u": true})).await["messaging"]["it"]["totalCount"], json!(0));
    let mut li = h.of(4).await;
    assert_eq!(li.ok(MINE, json!({})).await["messaging"]["it"]["totalCount"], json!(0), "not for the other branch");
    let message = "query($id: ID!) { messaging { message(id: $id) { title } } }";
    assert_eq!(li.refused(message, json!({"id": id})).await, "NOT_FOUND");

    let names = async |by: &mut Visitor, filter: Value| {
        let found = it(by.ok(READERS, json!({"id": id, "f": filter})).await);
        let nodes = found["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut secretary, json!({"read": true})).await, ["张三"]);
    assert_eq!(names(&mut secretary, json!({"read": false})).await, ["王五", "赵六"]);
    assert_eq!(names(&mut secretary, json!({"name": "赵"})).await, ["赵六"]);
    let list = it(secretary.ok(LIST, json!({"n": 10, "f": {"search": "党费"}})).await);
    assert_eq!((&list["totalCount"], &list["nodes"][0]["read"]), (&json!(1), &json!(1)));
    assert_eq!(it(secretary.ok(LIST, json!({"f": {"search": "没有的"}})).await)["totalCount"], json!(0));
    assert_eq!(secretary.refused(REMIND, json!({"id": id})).await, "NOBODY_TO_REMIND");
    // Members see nobody's list, and the other branch's secretary not this one's.
    assert_eq!(zhang.refused(READERS, json!({"id": id})).await, "DENIED");
    h.t.person("other", "branch_secretary", &h.second).await;
    let mut other = h.t.signed_in("other", PASSWORD).await;
    for document in [&one(), REMIND, REMOVE] {
        assert_eq!(other.refused(document, json!({"id": id})).await, "NOT_FOUND");
    }
    assert_eq!(it(other.ok(LIST, json!({})).await)["totalCount"], json!(0));

    // Withdrawn: who was told sees only that.
    assert_eq!(secretary.refused(&withdraw(), json!({"id": id, "r": ""})).await, "INVALID reason");
    let gone = it(secretary.ok(&withdraw(), json!({"id": id, "r": "内容有误"})).await);
    assert_eq!((&gone["announcement"]["state"], &gone["withdrawnReason"]), (&json!("WITHDRAWN"), &json!("内容有误")));
    assert_eq!(secretary.refused(&withdraw(), json!({"id": id, "r": "内容有误"})).await, "WITHDRAWN");
    let told = zhang.ok(MINE, json!({})).await["messaging"]["it"]["nodes"][0].clone();
    assert_eq!((&told["withdrawn"], &told["title"], &told["text"]), (&json!(true), &json!(""), &json!("")));
    assert_eq!(h.of(2).await.ok(MINE, json!({})).await["messaging"]["unread"], json!(0));
    secretary.ok(REMOVE, json!({"id": id})).await;
    assert_eq!(zhang.ok(MINE, json!({})).await["messaging"]["it"]["totalCount"], json!(0));
    assert_eq!(secretary.refused(&one(), json!({"id": id})).await, "NOT_FOUND");
    h.again().await;
    let log = format!("SELECT action FROM {}.audit WHERE action LIKE 'announcement.%' ORDER BY id", h.t.home.schema());
    let words = ["announcement.sent", "announcement.withdrawn", "announcement.removed"];
    assert_eq!(h.t.sql().await.column(&log).await, words);
}

#[tokio::test]
async fn pc_4_5_m_1_15_the_ladder_goes_up_for_those_who_have_not_read() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    let call = h.template(true, "{姓名}同志，请查看通知：{标题}", "TTS_000000002", &["name", "text"]).await;
    // One of WeChat who agrees to a message, one of WeChat who does not, one without.
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    assert_eq!(zhang.refused(CONSENT, json!({"t": ["nothing"]})).await, "INVALID templates");
    assert_eq!(it(zhang.ok(CONSENT, json!({"t": [WECHAT]})).await), json!([{"template": WECHAT, "left": 1}]));
    double.consent("13700000001", WECHAT, 1);
    mini::bind(&h.t, &double, Mini::Wechat, "13700000002").await;
    h.calm().await;
    let before = double.sent().len();
    let mut secretary = h.secretary().await;
    let ladder = json!([{"rung": "PUSH", "afterMinutes": 0}, {"rung": "SMS", "afterMinutes": 3, "template": sms},
        {"rung": "VOICE", "afterMinutes": 3, "template": call}]);
    let plan = it(secretary.ok(PLAN, json!({"i": h.notice(ladder.clone())})).await);
    assert_eq!(
        (&plan["rungs"][0]["reach"], &plan["rungs"][1]["reach"], &plan["rungs"][2]["fen"]),
        (&json!(1), &json!(3), &json!(36))
    );
    assert_eq!(plan["rungs"][2]["preview"], "张三同志，请查看通知：关于交纳党费的通知");
    assert_eq!(plan["mostFen"], json!(3 * 5 + 36));
    let id = h.sent(&mut secretary, ladder).await;
    h.calm().await;
    let told = double.told();
    assert_eq!((told.len(), told[0].page.as_str()), (1, format!("pkg-message/message/index?id={id}").as_str()));
    assert_eq!(told[0].values["thing1"]["value"], "关于交纳党费的通知");
    let first = ["张三 PUSH SENT", "王五 PUSH SKIPPED 未同意接收微信提醒", "赵六 PUSH SKIPPED 未绑定微信或钉钉"];
    assert_eq!(fates(&mut secretary, &id).await, first);
    assert_eq!(
        zhang.ok("{ messaging { it: consents { left } } }", json!({})).await["messaging"]["it"][0]["left"],
        json!(0)
    );
    assert_eq!(double.sent().len(), before, "nobody has waited long enough for a text message");

    // The first reads, the others get a text message, once, though two jobs climb at the same time.
    zhang.ok(READ, json!({"ids": [id]})).await;
    h.t.pass(Duration::minutes(4));
    double.advance(240);
    let climb = format!(
        "SELECT jobs.add_job('messaging_climb', '{{\"tenant\": \"{0}\", \"job\": {{}}}}'::json) FROM generate_series(1, 3)",
        h.t.home.id
    );
    h.t.sql().await.rows(&climb).await;
    h.minute().await;
    let sent: Vec<_> = double.sent().split_off(before);
    let mut numbers: Vec<&str> = sent.iter().map(|one| one.mobile.as_str()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["13700000002", "13700000003"]);
    assert!(sent.iter().any(|one| one.params["name"] == "赵六"));

    // Then a call, whose end is told by a receipt.
    let receipts = format!("{}/callbacks/voice/aliyun/{SECRET}", h.t.origin());
    double.calls_end(zhibu_emulator::End::Answered { seconds: 17 }, Some(receipts));
    double.advance(240);
    h.later(4).await;
    until("both telephones rang", async || double.rung().len() == 2).await;
    assert!(double.rung().iter().all(|call| call.template == "TTS_000000002" && call.reference.len() == 15));
    let mut admin = h.t.administrator().await;
    let heard = async || fates(&mut admin.clone(), &id).await.contains(&"赵六 VOICE DELIVERED".to_owned());
    until("the receipts are carried over", heard).await;
    let whole = it(admin.ok(&one(), json!({"id": id})).await);
    assert_eq!(whole["rungs"][2]["counts"], json!([{"state": "DELIVERED", "count": 2}]));
    assert_eq!(whole["announcement"]["fen"], json!(2 * 5 + 2 * 12));
    let answered = it(admin.ok(READERS, json!({"id": id, "f": {"state": "DELIVERED"}})).await);
    assert_eq!(answered["totalCount"], json!(2));
    let seconds = answered["nodes"][0]["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["rung"] == "VOICE")
        .unwrap()
        .clone();
    assert_eq!(seconds["seconds"], json!(17));
    // A forged receipt, or one without the secret, changes nothing.
    let forged = h.t.visitor().send(http::Method::POST, "/callbacks/voice/aliyun/wrong", &[], "[]").await;
    assert_eq!(forged.status, 404);
    admin.ok(&withdraw(), json!({"id": id, "r": "已经办完"})).await;
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_4_5_quiet_hours_budget_and_withdrawal_hold_messages_back() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    let ladder = json!([{"rung": "SMS", "afterMinutes": 0, "template": sms}]);
    h.calm().await;
    let before = double.sent().len();
    let now = async |h: &Hall| {
        format!("{} {}", double.sent().len() - before, {
            let sql =
                format!("SELECT coalesce(string_agg(DISTINCT state, ','), '') FROM {}.messages", h.t.home.schema());
            h.t.sql().await.one(&sql).await
        })
    };
    // At night nothing leaves; withdrawn before morning, it never does.
    h.t.pass(Duration::hours(12));
    double.advance(12 * 3600);
    h.again().await;
    let mut secretary = h.secretary().await;
    let plan = it(secretary.ok(PLAN, json!({"i": h.notice(ladder.clone())})).await);
    assert!(plan["waitsUntil"].is_string(), "{plan}");
    let id = h.sent(&mut secretary, ladder.clone()).await;
    h.minute().await;
    assert_eq!(now(&h).await, "0 ", "not even ordered: who reads before morning needs none");
    secretary.ok(&withdraw(), json!({"id": id, "r": "时间改了"})).await;
    assert_eq!(now(&h).await, "0 ");
    // Money for two of three.
    assert_eq!(secretary.refused(BUDGET, json!({"f": 10})).await, "DENIED");
    assert_eq!(h.admin.refused(BUDGET, json!({"f": -1})).await, "INVALID monthFen");
    assert_eq!(it(h.admin.ok(BUDGET, json!({"f": 10})).await), json!({"monthFen": 10, "spentFen": 0}));
    h.t.pass(Duration::hours(12));
    double.advance(12 * 3600);
    let mut secretary = h.secretary().await;
    let plan = it(secretary.ok(PLAN, json!({"i": h.notice(ladder.clone())})).await);
    assert_eq!((&plan["mostFen"], &plan["leftFen"]), (&json!(15), &json!(10)));
    let id = h.sent(&mut secretary, ladder.clone()).await;
    h.minute().await;
    assert_eq!(now(&h).await, "2 sent");
    let skipped =
        fates(&mut secretary, &id).await.into_iter().filter(|line| line.contains("SKIPPED")).collect::<Vec<_>>();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].ends_with("SMS SKIPPED 本月消息预算已用完"), "{skipped:?}");
    let refused = secretary.refused(&send(), json!({"k": key(), "i": h.notice(ladder)})).await;
    assert_eq!(refused, "BUDGET_SPENT ladder");
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn m_1_15_dingtalk_tells_its_people_and_says_what_became_of_it() {
    let (mut h, double) = emulated().await;
    let mobile = "13700000001";
    mini::authorised(&h.t, &double, "13912340001").await;
    h.calm().await;
    mini::bind(&h.t, &double, Mini::Dingtalk, mobile).await;
    let mut secretary = h.secretary().await;
    let id = h.sent(&mut secretary, json!([{"rung": "PUSH", "afterMinutes": 0}])).await;
    h.calm().await;
    let told = double.told();
    assert_eq!((told.len(), told[0].to.as_str()), (1, double.subject(Mini::Dingtalk, mobile).as_str()));
    assert!(fates(&mut secretary, &id).await.contains(&"张三 PUSH SENT".to_owned()));
    double.reads(mobile);
    double.advance(120);
    h.later(2).await;
    h.again().await;
    let mut admin = h.admin.clone();
    assert!(
        fates(&mut admin, &id).await.contains(&"张三 PUSH DELIVERED".to_owned()),
        "{:?}",
        fates(&mut admin, &id).await
    );
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn m_1_11_reminders_come_when_they_are_due_by_the_way_that_was_chosen() {
    let (mut h, double) = emulated().await;
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    let at = |h: &Hall, minutes: i64| (h.t.now() + Duration::minutes(minutes)).to_rfc3339();
    let form = |h: &Hall, minutes: i64, way: &str, repeat: &str| json!({"title": "交党费", "note": "带上党员证", "at": at(h, minutes), "repeat": repeat, "aheadMinutes": 0, "way": way});
    // Only what the tenant has a template for is offered.
    assert_eq!(zhang.ok(SCHEDULES, json!({})).await["messaging"]["ways"], json!(["APP", "PUSH"]));
    assert_eq!(zhang.refused(SCHEDULE, json!({"i": form(&h, 5, "SMS", "NEVER")})).await, "WAY_NOT_OPEN way");
    assert_eq!(zhang.refused(SCHEDULE, json!({"i": form(&h, -5, "APP", "NEVER")})).await, "INVALID at");
    let blank = with(form(&h, 5, "APP", "NEVER"), json!({"title": " "}));
    assert_eq!(zhang.refused(SCHEDULE, json!({"i": blank})).await, "INVALID title");
    assert_eq!(h.admin.refused(SCHEDULE, json!({"i": form(&h, 5, "APP", "NEVER")})).await, "NOT_A_MEMBER");
    let strange = h.template(false, "{姓名}同志，您有{金额}元待办", "SMS_000000009", &["name", "sum"]).await;
    let rule = |template: &str| json!({"o": "SCHEDULE", "i": {"on": true, "ladder": [{"rung": "SMS", "afterMinutes": 0, "template": template}]}});
    assert_eq!(h.admin.refused(RULE, rule(&strange)).await, "TEMPLATE_VARIABLES ladder.0.template");
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    h.admin.ok(RULE, rule(&sms)).await;
    assert_eq!(zhang.ok(SCHEDULES, json!({})).await["messaging"]["ways"], json!(["APP", "PUSH", "SMS"]));
    h.calm().await;
    let before = double.sent().len();

    // At ten in the evening, in the quiet hours: it is the member who wants it.
    h.t.pass(Duration::hours(12));
    double.advance(12 * 3600);
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    h.calm().await;
    let before = before + (double.sent().len() - before);
    let made = it(zhang.ok(SCHEDULE, json!({"i": form(&h, 3, "SMS", "DAILY")})).await);
    let id = made["id"].as_str().unwrap().to_owned();
    h.minute().await;
    assert_eq!(double.sent().len(), before, "not before its time");
    double.advance(240);
    h.later(4).await;
    until("the text message", async || double.sent().len() == before + 1).await;
    assert_eq!(double.sent()[before].params["name"], "张三");
    let told = zhang.ok(MINE, json!({})).await["messaging"]["it"].clone();
    assert_eq!((&told["totalCount"], &told["nodes"][0]["occasion"]), (&json!(1), &json!("SCHEDULE")));
    let next = zhang.ok(SCHEDULES, json!({})).await["messaging"]["it"]["nodes"][0]["nextAt"].clone();
    let next: chrono::DateTime<chrono::Utc> = next.as_str().unwrap().parse().unwrap();
    assert!(next > h.t.now() + Duration::hours(23), "again tomorrow");
    // What people remind themselves of is nobody else's: not in the list, not in the log.
    h.again().await;
    assert_eq!(it(h.admin.ok(LIST, json!({})).await)["totalCount"], json!(0));
    let own = told["nodes"][0]["id"].clone();
    assert_eq!(h.admin.refused(&one(), json!({"id": own})).await, "NOT_FOUND");
    assert_eq!(h.admin.refused(REMOVE, json!({"id": own})).await, "NOT_FOUND");
    let log = format!("SELECT count(*) FROM {}.audit WHERE changes::text LIKE '%交党费%'", h.t.home.schema());
    assert_eq!(h.t.sql().await.one(&log).await, "0");
    // Nobody else's can be changed or removed.
    let mut wang = mini::bind(&h.t, &double, Mini::Wechat, "13700000002").await;
    let drop = "mutation($id: ID!) { messaging { removeSchedule(id: $id) } }";
    assert_eq!(wang.refused(drop, json!({"id": id})).await, "NOT_FOUND");
    assert_eq!(wang.refused(SCHEDULE, json!({"id": id, "i": form(&h, 5, "APP", "NEVER")})).await, "NOT_FOUND");
    let once = with(form(&h, 2, "APP", "NEVER"), json!({"title": "只提醒一次"}));
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    zhang.ok(SCHEDULE, json!({"id": id, "i": once})).await;
    double.advance(180);
    h.later(3).await;
    let over = zhang.ok(SCHEDULES, json!({"o": true})).await["messaging"]["it"].clone();
    assert_eq!((&over["totalCount"], &over["nodes"][0]["title"]), (&json!(1), &json!("只提醒一次")));
    zhang.ok(drop, json!({"id": id})).await;
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_4_3_m_1_15_meetings_tell_those_on_their_list() {
    let mut h = Hall::start(Town::start().await).await;
    let mut secretary = h.secretary().await;
    let mut zhang = h.of(1).await;
    let titles = async |by: &mut Visitor| {
        let told = by.ok(MINE, json!({})).await["messaging"]["it"]["nodes"].clone();
        told.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let save = "mutation($id: ID, $v: Int, $i: MeetingInput!) { meeting { it: save(id: $id, version: $v, input: $i, publish: true) \
        { meeting { id version } } } }";
    let at = |minutes: i64| (h.t.now() + Duration::minutes(minutes)).to_rfc3339();
    let form = json!({"organisation": h.first, "types": ["branch_assembly"], "title": "党员大会", "mode": "OFFLINE",
        "startsAt": at(6 * 60), "endsAt": at(8 * 60), "place": "一楼会议室", "agenda": "学习", "attend": "MEMBERS", "lateMinutes": 10});
    let made = secretary.ok(save, json!({"i": form})).await["meeting"]["it"]["meeting"].clone();
    h.calm().await;
    assert_eq!(titles(&mut zhang).await, ["会议通知：党员大会"]);
    let told = zhang.ok(MINE, json!({})).await["messaging"]["it"]["nodes"][0].clone();
    assert_eq!((&told["subject"], &told["occasion"]), (&made["id"], &json!("MEETING_PUBLISHED")));
    assert!(told["text"].as_str().unwrap().contains("地点：一楼会议室"), "{told}");
    // An event that is heard again is not told again.
    let again = format!(
        "SELECT jobs.add_job('event_heard', '{{\"tenant\": \"{}\", \"job\": {{\"module\": \"messaging\", \"event\": \
         \"meeting.published\", \"id\": \"{}\", \"about\": null}}}}'::json) FROM generate_series(1, 2)",
        h.t.home.id,
        made["id"].as_str().unwrap()
    );
    h.t.sql().await.rows(&again).await;
    h.calm().await;
    assert_eq!(titles(&mut zhang).await.len(), 1);
    // Another place is told to all, another agenda to nobody; leave is answered to who asked.
    let edit = json!({"id": made["id"], "v": made["version"], "i": with(form.clone(), json!({"agenda": "学习文件"}))});
    let made = secretary.ok(save, edit).await["meeting"]["it"]["meeting"].clone();
    h.calm().await;
    assert_eq!(titles(&mut zhang).await.len(), 1);
    let edit = json!({"id": made["id"], "v": made["version"], "i": with(form, json!({"place": "二楼会议室"}))});
    let made = secretary.ok(save, edit).await["meeting"]["it"]["meeting"].clone();
    h.calm().await;
    assert_eq!(titles(&mut zhang).await, ["会议变更：党员大会", "会议通知：党员大会"]);
    let ask = "mutation($id: ID!) { meeting { askLeave(id: $id, kind: SICK, reason: \"发烧\") { manages } } }";
    zhang.ok(ask, json!({"id": made["id"]})).await;
    let answer = "mutation($id: ID!, $p: ID!) { meeting { answerLeave(id: $id, person: $p, granted: true, answer: \"好好休息\") { manages } } }";
    secretary.ok(answer, json!({"id": made["id"], "p": h.people[0]})).await;
    h.calm().await;
    assert_eq!(titles(&mut zhang).await[0], "请假已同意：党员大会");
    // Asked again and refused: told again. Who is invited later is told, and nobody else once more.
    zhang.ok("mutation($id: ID!) { meeting { takeBackLeave(id: $id) { manages } } }", json!({"id": made["id"]})).await;
    h.t.pass(Duration::seconds(2));
    zhang.ok(ask, json!({"id": made["id"]})).await;
    secretary.ok(&answer.replace("true", "false"), json!({"id": made["id"], "p": h.people[0]})).await;
    h.calm().await;
    assert_eq!(titles(&mut zhang).await[0], "请假未同意：党员大会");
    let (before, mut li) = (titles(&mut zhang).await.len(), h.of(4).await);
    let add =
        "mutation($id: ID!, $p: [ID!]!) { meeting { addPeople(id: $id, people: $p, part: OBSERVER) { manages } } }";
    h.admin.ok(add, json!({"id": made["id"], "p": [h.people[3]]})).await;
    h.calm().await;
    assert_eq!(titles(&mut li).await, ["会议通知：党员大会"]);
    assert_eq!(titles(&mut zhang).await.len(), before);
    // What the tenant has switched off is not told; a day before, people are reminded once.
    let rule = json!({"o": "MEETING_CANCELLED", "i": {"on": false, "ladder": []}});
    assert_eq!(
        h.admin.refused(RULE, json!({"o": "ANNOUNCEMENT", "i": {"on": false, "ladder": []}})).await,
        "INVALID on"
    );
    h.admin.ok(RULE, rule).await;
    h.t.pass(Duration::hours(2));
    h.hourly().await;
    h.hourly().await;
    let mut wang = h.of(2).await;
    let expected = ["会议提醒：党员大会", "会议变更：党员大会", "会议通知：党员大会"];
    assert_eq!(titles(&mut wang).await, expected);
    let mut secretary = h.secretary().await;
    let cancel =
        "mutation($id: ID!, $v: Int!) { meeting { cancel(id: $id, version: $v, reason: \"停电\") { manages } } }";
    secretary.ok(cancel, json!({"id": made["id"], "v": made["version"]})).await;
    h.calm().await;
    assert_eq!(titles(&mut wang).await.len(), 3);
}

#[tokio::test]
async fn m_1_15_a_platform_that_does_not_answer_is_asked_again_and_never_tells_twice() {
    let (mut h, double) = emulated().await;
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    zhang.ok(CONSENT, json!({"t": [WECHAT]})).await;
    double.consent("13700000001", WECHAT, 1);
    let mut wang = mini::bind(&h.t, &double, Mini::Wechat, "13700000002").await;
    wang.ok(CONSENT, json!({"t": [WECHAT]})).await;
    double.consent("13700000002", WECHAT, 1);
    mini::authorised(&h.t, &double, "13912340001").await;
    h.calm().await;
    mini::bind(&h.t, &double, Mini::Dingtalk, "13700000003").await;
    // WeChat is busy for the first; the answer to the second is lost on the way, but the message is not.
    double.faults(vec![
        rule(Mini::Wechat, "send", Some(1), Fault::TooMany { seconds: 5 }),
        rule(Mini::Wechat, "send", Some(2), Fault::Reset { after: true }),
        rule(Mini::Dingtalk, "getsendresult", Some(1), Fault::TooMany { seconds: 5 }),
    ]);
    let mut secretary = h.secretary().await;
    let id = h.sent(&mut secretary, json!([{"rung": "PUSH", "afterMinutes": 0}])).await;
    h.calm().await;
    let by = |told: &[zhibu_emulator::Told], platform: Mini| told.iter().filter(|one| one.platform == platform).count();
    assert_eq!((by(&double.told(), Mini::Wechat), by(&double.told(), Mini::Dingtalk)), (1, 1));
    let now = fates(&mut secretary, &id).await;
    let ends = |words: &str| now.iter().filter(|line| line.ends_with(words)).count();
    assert_eq!(
        (ends("PUSH QUEUED"), ends("PUSH FAILED 结果不明，为免重复未再发送"), ends("PUSH SENT")),
        (1, 1, 1),
        "{now:?}"
    );

    // While our own side cannot ask what became of DingTalk's, it is not sent again.
    let (sql, platform) = (h.t.sql().await, "platform.pushed");
    sql.rows(&format!("CREATE TABLE public.away AS TABLE {platform}; DELETE FROM {platform}")).await;
    for _ in 0..2 {
        double.advance(600);
        h.later(10).await;
    }
    assert_eq!((by(&double.told(), Mini::Wechat), by(&double.told(), Mini::Dingtalk)), (2, 1));
    sql.rows(&format!("INSERT INTO {platform} SELECT * FROM public.away; DROP TABLE public.away")).await;
    // DingTalk is busy at first.
    for _ in 0..2 {
        double.advance(900);
        h.later(15).await;
    }
    h.again().await;
    let mut admin = h.admin.clone();
    let now = fates(&mut admin, &id).await;
    assert!(now.contains(&"赵六 PUSH DELIVERED".to_owned()), "{now:?}");
    assert_eq!((by(&double.told(), Mini::Wechat), by(&double.told(), Mini::Dingtalk)), (2, 1));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn m_1_15_who_has_had_dingtalks_share_of_a_day_is_said_not_to_be_told() {
    let (mut h, double) = emulated().await;
    mini::authorised(&h.t, &double, "13912340001").await;
    h.calm().await;
    mini::bind(&h.t, &double, Mini::Dingtalk, "13700000001").await;
    double.fill("13700000001");
    let before = double.told().len();
    let mut secretary = h.secretary().await;
    let id = h.sent(&mut secretary, json!([{"rung": "PUSH", "afterMinutes": 0}])).await;
    h.calm().await;
    double.advance(120);
    h.later(2).await;
    h.again().await;
    let mut admin = h.admin.clone();
    let now = fates(&mut admin, &id).await;
    assert!(now.contains(&"张三 PUSH FAILED 超过钉钉每日上限".to_owned()), "{now:?}");
    assert_eq!(double.told().len(), before);
}

#[tokio::test]
async fn pc_4_5_a_lost_wake_up_is_found_by_the_hour_and_what_waited_too_long_stays() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    h.calm().await;
    let before = double.sent().len();
    let ladder = json!([{"rung": "SMS", "afterMinutes": 5, "template": sms}]);
    let mut secretary = h.secretary().await;
    h.sent(&mut secretary, ladder.clone()).await;
    h.calm().await;
    h.t.sql().await.rows("DELETE FROM platform.wakes").await;
    double.advance(600);
    h.later(10).await;
    assert_eq!(double.sent().len(), before, "nobody was woken");
    h.hourly().await;
    h.minute().await;
    assert_eq!(double.sent().len(), before + 3);

    // At night: who has waited for two days is sent nothing any more, the others wait for morning.
    h.t.pass(Duration::hours(12));
    double.advance(12 * 3600);
    let mut secretary = h.secretary().await;
    let id = h.sent(&mut secretary, ladder).await;
    let late = format!(
        "UPDATE {}.announcement_people SET due_at = due_at - interval '2 days' WHERE announcement_id = '{id}' AND name = '王五'",
        h.t.home.schema()
    );
    h.t.sql().await.rows(&late).await;
    double.advance(600);
    h.later(10).await;
    assert_eq!(double.sent().len(), before + 3, "not at night");
    h.t.pass(Duration::hours(12));
    double.advance(12 * 3600);
    h.minute().await;
    assert_eq!(double.sent().len(), before + 5);
    h.again().await;
    let mut admin = h.admin.clone();
    assert!(fates(&mut admin, &id).await.contains(&"王五 SMS SKIPPED 等待过久，未发送".to_owned()));
}

#[tokio::test]
async fn pc_4_3_m_1_15_a_change_ends_what_was_still_to_be_sent_of_before_and_nothing_else() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    // The carrier refuses two messages to a number in one minute.
    for (occasion, minutes) in [("MEETING_PUBLISHED", 10), ("MEETING_CHANGED", 10), ("MEETING_LEAVE", 20)] {
        let ladder = json!([{"rung": "SMS", "afterMinutes": minutes, "template": sms}]);
        h.admin.ok(RULE, json!({"o": occasion, "i": {"on": true, "ladder": ladder}})).await;
    }
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    h.calm().await;
    let before = double.sent().len();
    let mut secretary = h.secretary().await;
    let save = "mutation($id: ID, $v: Int, $i: MeetingInput!) { meeting { it: save(id: $id, version: $v, input: $i, publish: true) \
        { meeting { id version } } } }";
    let at = |minutes: i64| (h.t.now() + Duration::minutes(minutes)).to_rfc3339();
    let form = json!({"organisation": h.first, "types": ["branch_assembly"], "title": "党员大会", "mode": "OFFLINE",
        "startsAt": at(6 * 60), "endsAt": at(8 * 60), "place": "一楼会议室", "agenda": "学习", "attend": "MEMBERS", "lateMinutes": 10});
    let made = secretary.ok(save, json!({"i": form})).await["meeting"]["it"]["meeting"].clone();
    h.calm().await;
    let ask = "mutation($id: ID!) { meeting { askLeave(id: $id, kind: SICK, reason: \"发烧\") { manages } } }";
    zhang.ok(ask, json!({"id": made["id"]})).await;
    let answer = "mutation($id: ID!, $p: ID!) { meeting { answerLeave(id: $id, person: $p, granted: true, answer: \"好\") { manages } } }";
    secretary.ok(answer, json!({"id": made["id"], "p": h.people[0]})).await;
    h.calm().await;
    let edit = json!({"id": made["id"], "v": made["version"], "i": with(form.clone(), json!({"place": "二楼会议室"}))});
    secretary.ok(save, edit).await;
    h.calm().await;
    // Heard again, the change ends nothing of its own.
    let again = format!(
        "SELECT jobs.add_job('event_heard', '{{\"tenant\": \"{}\", \"job\": {{\"module\": \"messaging\", \"event\": \
         \"meeting.changed\", \"id\": \"{}\", \"about\": null}}}}'::json) FROM generate_series(1, 2)",
        h.t.home.id,
        made["id"].as_str().unwrap()
    );
    h.t.sql().await.rows(&again).await;
    h.calm().await;
    assert_eq!(double.sent().len(), before);
    double.advance(660);
    h.later(11).await;
    double.advance(600);
    h.later(10).await;
    let mut names: Vec<String> =
        double.sent().split_off(before).iter().map(|one| one.params["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    // The answer to his leave, and the change once to each; of the first notice nothing.
    assert_eq!(names, ["张三", "张三", "王五", "赵六"]);
    // Nobody is called to a meeting that goes on already.
    let (before, mut secretary) = (double.sent().len(), h.secretary().await);
    let at = |minutes: i64| (h.t.now() + Duration::minutes(minutes)).to_rfc3339();
    let next = with(form, json!({"title": "支委会", "startsAt": at(5), "endsAt": at(60)}));
    let made = secretary.ok(save, json!({"i": next})).await["meeting"]["it"]["meeting"].clone();
    h.calm().await;
    let begin = "mutation($id: ID!) { meeting { start(id: $id) { manages } } }";
    secretary.ok(begin, json!({"id": made["id"]})).await;
    h.calm().await;
    double.advance(900);
    h.later(15).await;
    assert_eq!(double.sent().len(), before);
}

#[tokio::test]
async fn pc_3_2_5_of_somebody_removed_for_ever_no_notice_keeps_the_name_and_nothing_is_sent() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    zhang.ok(CONSENT, json!({"t": [WECHAT]})).await;
    let at = (h.t.now() + Duration::days(3)).to_rfc3339();
    let own =
        json!({"title": "张三体检", "note": "带上证件", "at": at, "repeat": "NEVER", "aheadMinutes": 0, "way": "APP"});
    zhang.ok(SCHEDULE, json!({"i": own})).await;
    h.calm().await;
    let before = double.sent().len();
    let mut secretary = h.secretary().await;
    let id = h.sent(&mut secretary, json!([{"rung": "SMS", "afterMinutes": 30, "template": sms}])).await;
    h.calm().await;
    let person = h.people[0].clone();
    h.admin.ok(crate::members::DELETE, json!({"ids": [person], "note": "重复录入"})).await;
    h.t.person("fuzong", "tenant_admin", &h.t.home.root).await;
    let mut second = h.t.signed_in("fuzong", PASSWORD).await;
    let preview = "query($id: ID!) { directory { purgePreview(person: $id) { remains { title count goes } } } }";
    let seen = second.ok(preview, json!({"id": person})).await["directory"]["purgePreview"]["remains"].clone();
    for (title, count, goes) in [("收到的通知", 1, false), ("日程", 1, true)] {
        assert!(seen.as_array().unwrap().contains(&json!({"title": title, "count": count, "goes": goes})), "{seen}");
    }
    let propose = "mutation($id: ID!) { directory { proposePurge(person: $id, reason: \"本人申请清除资料\") { id } } }";
    let purge = h.admin.ok(propose, json!({"id": person})).await["directory"]["proposePurge"]["id"].clone();
    second.ok("mutation($id: ID!) { directory { confirmPurge(id: $id) { state } } }", json!({"id": purge})).await;
    let schema = h.t.home.schema();
    for table in ["announcement_people", "announcements", "schedules", "deliveries", "messages", "message_consents"] {
        let named = format!(
            "SELECT count(*) FROM {schema}.{table} x WHERE x::text LIKE '%张三%' OR x::text LIKE '%zhang san%'"
        );
        assert_eq!(h.t.sql().await.one(&named).await, "0", "{table}");
    }
    assert_eq!(h.t.sql().await.one(&format!("SELECT count(*) FROM {schema}.message_consents")).await, "0");
    double.advance(1_860);
    h.later(31).await;
    let mut names: Vec<String> =
        double.sent().split_off(before).iter().map(|one| one.params["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["王五", "赵六"]);
    // How many were told stays.
    h.again().await;
    assert_eq!(it(h.admin.clone().ok(&one(), json!({"id": id})).await)["announcement"]["people"], json!(3));
}

#[tokio::test]
async fn pc_4_5_of_a_call_whose_receipt_is_lost_the_carrier_is_asked() {
    let (mut h, double) = emulated().await;
    let call = h.template(true, "{姓名}同志，请查看通知：{标题}", "TTS_000000002", &["name", "text"]).await;
    double.calls_end(zhibu_emulator::End::Answered { seconds: 9 }, None);
    let mut secretary = h.secretary().await;
    let id = h.sent(&mut secretary, json!([{"rung": "VOICE", "afterMinutes": 0, "template": call}])).await;
    h.minute().await;
    until("the telephones rang", async || double.rung().len() == 3).await;
    h.calm().await;
    assert!(fates(&mut secretary, &id).await.contains(&"张三 VOICE SENT".to_owned()));
    h.hourly().await;
    assert!(fates(&mut secretary, &id).await.contains(&"张三 VOICE SENT".to_owned()), "a receipt may still come");
    double.advance(660);
    h.t.pass(Duration::minutes(11));
    h.hourly().await;
    let mut secretary = h.secretary().await;
    let whole = it(secretary.ok(&one(), json!({"id": id})).await);
    assert_eq!(whole["rungs"][0]["counts"], json!([{"state": "DELIVERED", "count": 3}]));
    let readers = it(secretary.ok(READERS, json!({"id": id})).await);
    assert_eq!(readers["nodes"][0]["deliveries"][0]["seconds"], json!(9));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_4_5_whom_a_notice_is_for_is_settled_when_it_is_sent_each_once() {
    let mut h = Hall::start(Town::start().await).await;
    let twice = with(
        h.notice(json!([])),
        json!({"organisations": [h.first, h.second, h.first], "organisation": h.root, "people": [h.people[0], h.people[0]]}),
    );
    let made = it(h.admin.ok(&send(), json!({"k": key(), "i": twice})).await);
    let id = made["announcement"]["id"].clone();
    assert_eq!(made["announcement"]["people"], 4);
    // Who comes later was not told, who goes still was.
    let new = enrol(&mut h.admin, member(&h.first, "周八", 5)).await;
    let mut zhou = h.of(5).await;
    assert_eq!(zhou.ok(MINE, json!({})).await["messaging"]["it"]["totalCount"], 0, "{new}");
    h.admin.ok(crate::members::DELETE, json!({"ids": [h.people[3]], "note": "重复录入"})).await;
    let readers = it(h.admin.ok(READERS, json!({"id": id})).await);
    let names: Vec<&str> =
        readers["nodes"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names.contains(&"李四"), names.contains(&"周八")), (4, true, false), "{names:?}");
}

#[tokio::test]
async fn pc_4_5_what_is_withdrawn_or_read_while_the_carrier_is_busy_never_leaves() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    let call = h.template(true, "{姓名}同志，请查看通知：{标题}", "TTS_000000002", &["name", "text"]).await;
    h.calm().await;
    let before = double.sent().len();
    double.faults(vec![rule(Part::Aliyun, "SendSms", None, Fault::TooMany { seconds: 5 })]);
    let mut secretary = h.secretary().await;
    let ladder = json!([{"rung": "SMS", "afterMinutes": 0, "template": sms}, {"rung": "VOICE", "afterMinutes": 60, "template": call}]);
    let id = h.sent(&mut secretary, ladder).await;
    h.minute().await;
    assert_eq!(double.sent().len(), before);
    secretary.ok(&withdraw(), json!({"id": id, "r": "内容有误"})).await;
    double.faults(Vec::new());
    double.advance(1_800);
    h.later(30).await;
    double.advance(3_600);
    h.later(60).await;
    assert_eq!((double.sent().len(), double.rung().len()), (before, 0));
    h.again().await;
    let mut admin = h.admin.clone();
    let now = fates(&mut admin, &id).await;
    assert_eq!(now.iter().filter(|line| line.contains("SMS CANCELLED")).count(), 3, "{now:?}");
}

#[tokio::test]
async fn pc_4_5_a_reminder_that_is_asked_for_twice_is_paid_once() {
    let (mut h, double) = emulated().await;
    let sms = h.template(false, "{姓名}同志，您有新的通知，请登录查看。", "SMS_000000002", &["name"]).await;
    let call = h.template(true, "{姓名}同志，请查看通知：{标题}", "TTS_000000002", &["name", "text"]).await;
    h.calm().await;
    let before = double.sent().len();
    let mut secretary = h.secretary().await;
    let ladder = json!([{"rung": "SMS", "afterMinutes": 600, "template": sms}, {"rung": "VOICE", "afterMinutes": 600, "template": call}]);
    let id = h.sent(&mut secretary, ladder).await;
    h.calm().await;
    assert_eq!(it(secretary.ok(REMIND, json!({"id": id})).await), 3);
    h.calm().await;
    // The answer was lost on the way; the request comes again.
    assert_eq!(secretary.refused(REMIND, json!({"id": id})).await, "JUST_REMINDED");
    h.minute().await;
    assert_eq!((double.sent().len(), double.rung().len()), (before + 3, 0));
    h.t.pass(Duration::minutes(11));
    double.advance(660);
    let mut secretary = h.secretary().await;
    assert_eq!(it(secretary.ok(REMIND, json!({"id": id})).await), 3);
    h.minute().await;
    until("the telephones rang", async || double.rung().len() == 3).await;
}

#[tokio::test]
async fn m_1_11_a_reminder_comes_by_the_platform_or_by_a_call() {
    let (mut h, double) = emulated().await;
    let call = h.template(true, "{姓名}同志，请查看通知：{标题}", "TTS_000000002", &["name", "text"]).await;
    let rule =
        json!({"o": "SCHEDULE", "i": {"on": true, "ladder": [{"rung": "VOICE", "afterMinutes": 0, "template": call}]}});
    h.admin.ok(RULE, rule).await;
    let mut zhang = mini::bind(&h.t, &double, Mini::Wechat, "13700000001").await;
    assert_eq!(zhang.ok(SCHEDULES, json!({})).await["messaging"]["ways"], json!(["APP", "PUSH", "VOICE"]));
    zhang.ok(CONSENT, json!({"t": [WECHAT]})).await;
    double.consent("13700000001", WECHAT, 1);
    let form = |h: &Hall, title: &str, minutes: i64, way: &str| {
        json!({"i": {"title": title, "note": "带上党员证", "repeat": "NEVER", "aheadMinutes": 0, "way": way,
        "at": (h.t.now() + Duration::minutes(minutes)).to_rfc3339()}})
    };
    zhang.ok(SCHEDULE, form(&h, "参加主题党日", 3, "PUSH")).await;
    zhang.ok(SCHEDULE, form(&h, "给王书记回电话", 10, "VOICE")).await;
    double.advance(240);
    h.later(4).await;
    assert_eq!((double.told().len(), double.rung().len()), (1, 0));
    assert_eq!(double.told()[0].values["thing1"]["value"], "参加主题党日");
    double.advance(420);
    h.later(7).await;
    until("the telephone rang", async || double.rung().len() == 1).await;
    assert_eq!(double.rung()[0].mobile, "13700000001");
    assert_eq!(double.told().len(), 1);
    assert_eq!(double.report(), Vec::<String>::new());
}
