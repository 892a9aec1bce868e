//! Text messages of a tenant to its members (PC-3.2.1c): signature and templates, quiet hours, the queue, receipts.

use chrono::Duration;
use serde_json::{Value, json};
use zhibu_core::{CampaignId, World};
use zhibu_emulator::{Double, Fault, Part, Receipts, rule};
use zhibu_tests::{PASSWORD, Town, Visitor, until, words};

use crate::members::{DELETE, enrol, member};
use crate::organisations::small_tree;
use crate::surface::NOBODY;

const MOBILE: &str = "13900000001";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SIGNATURE: &str =
    "mutation($i: SmsSignatureInput!) { system { applyForSmsSignature(input: $i) { id state name reason } } }";
const TEMPLATE: &str =
    "mutation($i: SmsTemplateInput!) { system { applyForSmsTemplate(input: $i) { id state variables reason } } }";
const WORDS: &str = "{ system { smsWords { id kind name state reason } } }";
const CASES: &str =
    "query($s: SmsWordState) { system { smsCases(state: $s) { totalCount nodes { id name state tenant { name } } } } }";
const APPROVE: &str = "mutation($i: ApproveSmsInput!) { system { approveSms(input: $i) { state carrierCode } } }";
const REFUSE: &str = "mutation($id: ID!, $r: String!) { system { refuseSms(id: $id, reason: $r) { state reason } } }";
const QUIET: &str =
    "mutation($f: Int!, $u: Int!) { system { setQuietHours(quietFrom: $f, quietUntil: $u) { quietFrom } } }";
const PLAN: &str = "query($i: MessageInput!) { system { messagePlan(input: $i) { preview reachable unreachableCount \
    unreachable { name reason } parts fen left waitsUntil } } }";
const SEND: &str = "mutation($k: ID!, $i: MessageInput!) { system { sendMessages(key: $k, input: $i) { id count } } }";
const CANCEL: &str = "mutation($id: ID!) { system { cancelMessages(id: $id) } }";
const CAMPAIGN: &str =
    "query($id: ID!) { system { campaign(id: $id) { waits waitsUntil fen tallies { state count } } } }";
const CAMPAIGNS: &str = "{ system { campaigns { totalCount nodes { id } } } }";
const MESSAGES: &str = "query($f: MessageFilter) { system { messages(filter: $f) { totalCount nodes { name mobile state parts fen \
    carrier environment detail branch { shortName } } } } }";
const QUOTA: &str = "mutation($i: TenantQuotasInput!) { system { setTenantQuotas(input: $i) } }";
const TEXT: &str = "{姓名}同志，请于今晚七点到会议室参加组织生活会。";

/// A server whose carrier is the emulator, at ten in the morning in China.
async fn emulated(part: Part, workers: usize) -> (Town, Double) {
    let double = Double::start().await.unwrap();
    double.advance(120);
    let sms = match part {
        Part::Aliyun => json!({
            "provider": "aliyun", "key_id": "VECTORAKID0000000001", "key_secret": "VectorAccessKeySecret0000000001",
            "templates": {"sign_in": "SMS_000000001", "password": "SMS_000000001", "mobile": "SMS_000000001"},
            "endpoint_override": format!("http://{}/", double.aliyun),
            "signature": "党建云", "callback_secret": SECRET, "per_second": 1000,
        }),
        Part::Tencent => json!({
            "provider": "tencent", "app_id": 1_400_000_001,
            "key_id": "VECTORTCID000000000000000000000001", "key_secret": "VectorTcSecretKey00000000000001",
            "templates": {"sign_in": 1_000_002, "password": 1_000_002, "mobile": 1_000_002},
            "endpoint_override": format!("http://{}/", double.tencent),
            "signature": "党建云", "callback_secret": SECRET, "per_second": 1000,
        }),
    };
    let sms = serde_json::from_value(sms).unwrap();
    let plan = Town::plan().set(move |config| {
        config.sms = sms;
        config.jobs.concurrency = workers;
    });
    let t = plan.start().await;
    let before = t.now();
    morning(&t);
    double.advance((t.now() - before).num_seconds());
    (t, double)
}

/// Goes on to the next ten o'clock in China.
fn morning(t: &Town) {
    t.next_span(86_400);
    t.pass(Duration::hours(2));
}

fn id(value: &Value, field: &str) -> String {
    value["system"][field]["id"].as_str().unwrap().to_owned()
}

async fn approve(t: &Town, word: &str, code: &str, variables: &[&str]) {
    t.operator().await.ok(APPROVE, json!({"i": {"id": word, "code": code, "variables": variables}})).await;
}

/// An approved template of the home tenant with one variable.
async fn template(t: &Town, admin: &mut Visitor) -> String {
    let input = json!({"name": "组织生活会", "text": TEXT, "note": "通知党员开会"});
    let word = id(&admin.ok(TEMPLATE, json!({"i": input})).await, "applyForSmsTemplate");
    approve(t, &word, "SMS_000000002", &["name"]).await;
    word
}

/// So many members of a branch.
async fn members(admin: &mut Visitor, branch: &str, count: u32) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 1..=count {
        ids.push(enrol(admin, member(branch, &format!("党员{n:02}"), n)).await);
    }
    ids
}

fn key() -> CampaignId {
    World::default().id()
}

async fn send(by: &mut Visitor, template: &str, members: &[String]) -> String {
    let input = json!({"template": template, "members": members});
    id(&by.ok(SEND, json!({"k": key(), "i": input})).await, "sendMessages")
}

/// How many messages of the home tenant are in a state, with the state, in the order of the alphabet.
async fn states(t: &Town) -> String {
    let query = format!(
        "SELECT coalesce(string_agg(state || ' ' || n, ', ' ORDER BY state), '') FROM (SELECT state, count(*) AS n FROM {}.messages \
         GROUP BY state) AS s",
        t.home.schema()
    );
    t.sql().await.one(&query).await
}

async fn becomes(t: &Town, wanted: &str) {
    until(wanted, async || states(t).await == wanted).await;
}

/// What the clock does every minute.
async fn minute(t: &Town) {
    t.sql().await.rows("SELECT jobs.add_job('messages_due', '{\"tenant\": null, \"job\": {}}'::json)").await;
    let left = "SELECT count(*) FROM jobs._private_jobs WHERE attempts < max_attempts";
    until("the jobs are done", async || t.sql().await.one(left).await == "0").await;
}

async fn campaign(by: &mut Visitor, id: &str) -> Value {
    by.ok(CAMPAIGN, json!({"id": id})).await["system"]["campaign"].clone()
}

#[tokio::test]
async fn pc_3_2_1c_a_tenant_applies_and_an_operator_decides() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let draft = |name: &str| json!({"i": {"name": name, "note": "用于通知党员"}});
    for bad in ["党", "【党建】", "123456", "一二三四五六七八九十一二三"] {
        assert_eq!(admin.refused(SIGNATURE, draft(bad)).await, "INVALID name");
    }
    let word = id(&admin.ok(SIGNATURE, draft("南湖支步")).await, "applyForSmsSignature");
    assert_eq!(admin.refused(SIGNATURE, draft("南湖支部")).await, "SIGNATURE_PENDING");
    let text = |text: &str| json!({"i": {"name": "开会", "text": text, "note": "通知党员"}});
    assert_eq!(admin.refused(TEMPLATE, text("{姓名同志，请开会")).await, "INVALID text");
    let made = admin.ok(TEMPLATE, text("{姓名}同志，请于{时间}到{地点}开会。")).await;
    assert_eq!(made["system"]["applyForSmsTemplate"]["variables"], json!(["姓名", "时间", "地点"]));
    let template = id(&made, "applyForSmsTemplate");

    let mut operator = t.operator().await;
    let waiting = operator.ok(CASES, json!({"s": "APPLIED"})).await["system"]["smsCases"].clone();
    assert_eq!((&waiting["totalCount"], &waiting["nodes"][0]["tenant"]["name"]), (&json!(2), &json!(t.home.name)));
    assert_eq!(admin.refused(CASES, json!({})).await, "DENIED");
    assert_eq!(admin.refused(REFUSE, json!({"id": word, "r": "字写错了"})).await, "DENIED");
    assert_eq!(operator.refused(REFUSE, json!({"id": word, "r": " "})).await, "INVALID reason");
    assert_eq!(operator.refused(REFUSE, json!({"id": NOBODY, "r": "字写错了"})).await, "NOT_FOUND");
    operator.ok(REFUSE, json!({"id": word, "r": "字写错了"})).await;
    let code = |variables: &[&str]| json!({"i": {"id": template, "code": "SMS_1", "variables": variables}});
    for bad in [&["a", "b"][..], &["a", "b", "b"], &["a", "b", "时"]] {
        assert_eq!(operator.refused(APPROVE, code(bad)).await, "INVALID variables", "{bad:?}");
    }
    operator.ok(APPROVE, code(&["a", "b", "c"])).await;
    assert_eq!(operator.refused(APPROVE, code(&["a", "b", "c"])).await, "WRONG_STATE");

    // What was sent back is corrected and comes again; what has passed is not changed by the tenant.
    let again = |word: &str, name: &str| json!({"i": {"name": name, "note": "用于通知党员", "again": word}});
    let shown = admin.ok(WORDS, json!({})).await["system"]["smsWords"][1].clone();
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("REFUSED"), &json!("字写错了")));
    admin.ok(SIGNATURE, again(&word, "南湖支部")).await;
    assert_eq!(admin.refused(SIGNATURE, again(&word, "南湖支部")).await, "WRONG_STATE");
    assert_eq!(admin.refused(SIGNATURE, again(&template, "南湖支部")).await, "NOT_FOUND");
    operator.ok(APPROVE, json!({"i": {"id": word, "code": "南湖支部"}})).await;
    let notices = t.sql().await.column("SELECT title FROM platform.notices ORDER BY id").await;
    assert_eq!(notices, ["短信签名已退回", "短信模板已通过", "短信签名已通过"]);
    let log = |schema: &str| format!("SELECT count(*) FROM {schema}.audit WHERE action LIKE 'sms.%'");
    assert_eq!(t.sql().await.one(&log(&t.home.schema())).await, "3");
    assert_eq!(t.sql().await.one(&log("platform")).await, "3");

    // In force at once, for codes too.
    t.visitor().ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    let outbox = "query { system { smsOutbox(first: 1) { nodes { text } } } }";
    let read = operator.ok(outbox, json!({})).await["system"]["smsOutbox"]["nodes"][0]["text"].clone();
    assert!(read.as_str().unwrap().starts_with("【南湖支部】您的登录验证码为"), "{read}");
}

#[tokio::test]
async fn pc_3_2_1c_an_approved_signature_is_the_carriers_at_once() {
    for part in [Part::Aliyun, Part::Tencent] {
        let (t, double) = emulated(part, 2).await;
        let mut admin = t.administrator().await;
        let ask = async |wanted: usize| {
            t.visitor().ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
            until("the code has left", async || double.sent().len() == wanted).await;
        };
        ask(1).await;
        let input = json!({"i": {"name": "南湖支部", "note": "本单位简称"}});
        let word = id(&admin.ok(SIGNATURE, input).await, "applyForSmsSignature");
        approve(&t, &word, "南湖支部", &[]).await;
        t.pass(Duration::seconds(61));
        double.advance(91);
        ask(2).await;
        let signatures: Vec<String> = double.sent().into_iter().map(|sent| sent.signature).collect();
        assert_eq!(signatures, ["党建云", "南湖支部"]);
        assert_eq!(double.sent()[0].template, double.sent()[1].template, "codes keep the platform's template");
    }
}

#[tokio::test]
async fn pc_3_2_1c_a_plan_shows_what_will_be_sent_and_an_order_is_given_once() {
    let t = Town::start().await;
    morning(&t);
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let ids = members(&mut admin, &first, 3).await;
    admin.ok(DELETE, json!({"ids": [ids[2]], "note": "重复录入"})).await;
    let text = format!("{{姓名}}同志（{{党支部}}），请于{{时间}}开会。{}", "请准时参加。".repeat(9));
    let draft = json!({"i": {"name": "开会", "text": text, "note": "通知党员"}});
    let template = id(&admin.ok(TEMPLATE, draft).await, "applyForSmsTemplate");
    let input = |values: Value| json!({"i": {"template": template, "members": ids, "values": values}});
    let time = json!([{"name": "时间", "value": "今晚七点"}]);
    assert_eq!(admin.refused(PLAN, input(time.clone())).await, "TEMPLATE_NOT_APPROVED template");
    approve(&t, &template, "SMS_1", &["name", "branch", "time"]).await;
    let quota = json!({"i": {"tenant": t.home.id, "smsMonth": 50, "reason": "合同约定"}});
    t.operator().await.ok(QUOTA, quota).await;
    assert_eq!(admin.refused(PLAN, input(json!([]))).await, "INVALID values.时间");
    let plan = admin.ok(PLAN, input(time.clone())).await["system"]["messagePlan"].clone();
    let preview = plan["preview"].as_str().unwrap();
    assert!(preview.starts_with("【支部】党员01同志（") && preview.contains("请于今晚七点开会。"), "{preview}");
    assert_eq!(
        (&plan["reachable"], &plan["parts"], &plan["fen"], &plan["left"]),
        (&json!(2), &json!(4), &json!(20), &json!(50))
    );
    assert_eq!(plan["unreachable"], json!([{"name": "党员03", "reason": "DEPARTED"}]));
    assert_eq!(plan["waitsUntil"], Value::Null);

    let order = json!({"k": key(), "i": input(time)["i"]});
    let made = id(&admin.ok(SEND, order.clone()).await, "sendMessages");
    assert_eq!(id(&admin.ok(SEND, order).await, "sendMessages"), made, "the same key is the same order");
    becomes(&t, "sent 2").await;
    let shown = campaign(&mut admin, &made).await;
    assert_eq!(shown["fen"], 20);
    let list =
        admin.ok(MESSAGES, json!({"f": {"campaign": made, "name": "党员02"}})).await["system"]["messages"].clone();
    let row = &list["nodes"][0];
    assert_eq!((&list["totalCount"], &row["mobile"], &row["parts"]), (&json!(1), &json!("137****0002"), &json!(2)));
    assert_eq!((&row["carrier"], &row["environment"]), (&json!("sandbox"), &json!("SANDBOX")));
    // Nothing of the number or the values is stored readable.
    let stored = format!(
        "SELECT count(*) FROM {}.messages m WHERE m::text LIKE '%1370000%' OR m::text LIKE '%今晚%'",
        t.home.schema()
    );
    assert_eq!(t.sql().await.one(&stored).await, "0");
    let audited = format!("SELECT changes ->> 'people' FROM {}.audit WHERE action = 'sms.ordered'", t.home.schema());
    assert_eq!(t.sql().await.column(&audited).await, ["[null, 2]"]);
    // All that a filter finds.
    let found =
        json!({"i": {"template": template, "filter": {"under": first}, "values": [{"name": "时间", "value": "八点"}]}});
    assert_eq!(admin.ok(PLAN, found).await["system"]["messagePlan"]["reachable"], 2);
    let neither = json!({"i": {"template": template}});
    assert_eq!(admin.refused(PLAN, neither).await, "INVALID members");
}

#[tokio::test]
async fn pc_3_2_1c_what_is_no_code_waits_through_the_night() {
    let t = Town::start().await;
    morning(&t);
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 2).await, template(&t, &mut admin).await);
    assert_eq!(admin.refused(QUIET, json!({"f": 22, "u": 8})).await, "INVALID quietFrom");
    assert_eq!(admin.refused(QUIET, json!({"f": 21, "u": 7})).await, "INVALID quietUntil");
    // To half past nine in the evening.
    t.pass(Duration::minutes(11 * 60 + 30));
    let mut admin = t.administrator().await;
    let plan = json!({"i": {"template": template, "members": ids}});
    let until = admin.ok(PLAN, plan).await["system"]["messagePlan"]["waitsUntil"].clone();
    let order = send(&mut admin, &template, &ids).await;
    let waits = async || campaign(&mut t.administrator().await, &order).await["waits"] == "QUIET";
    zhibu_tests::until("the order waits", waits).await;
    assert_eq!(campaign(&mut admin, &order).await["waitsUntil"], until);
    // A code goes at once.
    t.visitor().ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    let codes = "SELECT count(*) FROM platform.outbox WHERE state = 'sent'";
    zhibu_tests::until("the code is sent", async || t.sql().await.one(codes).await == "1").await;
    // Before midnight, after midnight, just before eight.
    for minutes in [120, 60, 448] {
        t.pass(Duration::minutes(minutes));
        minute(&t).await;
        assert_eq!(states(&t).await, "queued 2", "{}", t.now());
    }
    t.pass(Duration::minutes(3));
    minute(&t).await;
    becomes(&t, "sent 2").await;
    let mut admin = t.administrator().await;
    assert_eq!(campaign(&mut admin, &order).await["waits"], Value::Null);
    // The tenant may wait longer.
    admin.ok(QUIET, json!({"f": 18, "u": 10})).await;
    let order = send(&mut admin, &template, &ids).await;
    let waits = async || campaign(&mut t.administrator().await, &order).await["waits"] == "QUIET";
    zhibu_tests::until("the order waits", waits).await;
}

#[tokio::test]
async fn pc_3_2_1c_two_servers_on_one_queue_send_each_message_once() {
    let (mut t, double) = emulated(Part::Aliyun, 2).await;
    let endpoint = format!("http://{}/", double.aliyun);
    let second = Town::plan().set(move |config| {
        let sms = json!({
            "provider": "aliyun", "key_id": "VECTORAKID0000000001", "key_secret": "VectorAccessKeySecret0000000001",
            "templates": {"sign_in": "SMS_000000001", "password": "SMS_000000001", "mobile": "SMS_000000001"},
            "endpoint_override": endpoint, "signature": "党建云", "callback_secret": SECRET, "per_second": 1000,
        });
        config.sms = serde_json::from_value(sms).unwrap();
    });
    t.join(second).await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 12).await, template(&t, &mut admin).await);
    // Many jobs for one queue, and past the rule that a tenant's jobs stand in one line.
    send(&mut admin, &template, &ids).await;
    let more = format!(
        "SELECT jobs.add_job('messages_send', '{{\"tenant\": \"{}\", \"job\": {{}}}}'::json) FROM generate_series(1, 6)",
        t.home.id
    );
    t.sql().await.rows(&more).await;
    // One that met the other's message leaves it for a while.
    until("all have left", async || double.sent().len() == 12).await;
    t.pass(Duration::seconds(30));
    minute(&t).await;
    becomes(&t, "sent 12").await;
    let mut mobiles: Vec<String> = double.sent().into_iter().map(|sent| sent.mobile).collect();
    mobiles.sort();
    mobiles.dedup();
    assert_eq!((mobiles.len(), double.sent().len()), (12, 12));
    assert_eq!(double.sent()[0].params["name"].as_str().map(|name| name.starts_with("党员")), Some(true));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_3_2_1c_a_server_that_dies_in_the_middle_sends_nobody_a_second_copy() {
    let (mut t, double) = emulated(Part::Aliyun, 0).await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 3).await, template(&t, &mut admin).await);
    let order = send(&mut admin, &template, &ids).await;
    // The carrier takes the first, then the answer is lost and the server is gone: nothing was noted but the attempt.
    double.faults(vec![rule(Part::Aliyun, "SendSms", Some(1), Fault::Reset { after: true })]);
    let endpoint = format!("http://{}/", double.aliyun);
    let plan = |workers: usize| {
        let endpoint = endpoint.clone();
        Town::plan().set(move |config| {
            let sms = json!({
                "provider": "aliyun", "key_id": "VECTORAKID0000000001", "key_secret": "VectorAccessKeySecret0000000001",
                "templates": {"sign_in": "SMS_000000001", "password": "SMS_000000001", "mobile": "SMS_000000001"},
                "endpoint_override": endpoint, "signature": "党建云", "callback_secret": SECRET, "per_second": 1000,
            });
            config.sms = serde_json::from_value(sms).unwrap();
            config.jobs.concurrency = workers;
        })
    };
    t.stop().await;
    t.resume(plan(1)).await;
    until("the others have left", async || double.sent().len() == 3).await;
    t.stop().await;
    let sql = t.sql().await;
    let open =
        "SELECT count(*) FROM platform.outbox WHERE purpose = 'notice' AND state IS NULL AND tried_at IS NOT NULL";
    assert_eq!(sql.one(open).await, "1");
    // Of another the server was gone just after the carrier had it: the outbox knows, the tenant does not.
    let schema = t.home.schema();
    let sent = sql.one("SELECT id FROM platform.outbox WHERE state = 'sent' AND purpose = 'notice' LIMIT 1").await;
    sql.rows(&format!("UPDATE {schema}.messages SET state = 'queued', sent_at = NULL WHERE id = '{sent}'")).await;
    sql.rows(&format!("INSERT INTO platform.sms_queues VALUES ('{}', now()) ON CONFLICT DO NOTHING", t.home.id)).await;
    t.resume(plan(2)).await;
    t.pass(Duration::seconds(30));
    minute(&t).await;
    becomes(&t, "sent 3").await;
    assert_eq!(double.sent().len(), 3, "one message a person");
    let mut admin = t.administrator().await;
    assert_eq!(campaign(&mut admin, &order).await["waits"], Value::Null);
}

#[tokio::test]
async fn pc_3_2_1c_an_answer_of_500_after_the_work_is_no_second_message_and_a_receipt_is_told() {
    let (t, double) = emulated(Part::Aliyun, 2).await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 2).await, template(&t, &mut admin).await);
    double.faults(vec![rule(Part::Aliyun, "SendSms", Some(1), Fault::Status { status: 500, after: true })]);
    send(&mut admin, &template, &ids).await;
    becomes(&t, "sending 1, sent 1").await;
    t.pass(Duration::seconds(30));
    minute(&t).await;
    becomes(&t, "sent 2").await;
    assert_eq!(double.sent().len(), 2);
    // Receipts may be forged: only the carrier's number together with the telephone's is believed.
    let push = async |mobile: &str, success: bool, sent: &zhibu_emulator::Sent| {
        let body =
            json!([{"phone_number": mobile, "success": success, "biz_id": sent.id, "err_code": "X", "out_id": ""}]);
        let path = format!("/callbacks/sms/aliyun/{SECRET}");
        t.visitor().send(http::Method::POST, &path, &[], body.to_string()).await.status
    };
    let sent = double.sent();
    assert_eq!(push(&sent[0].mobile, true, &sent[1]).await, 200);
    assert_eq!(push(&sent[1].mobile, false, &sent[1]).await, 200);
    becomes(&t, "failed 1, sent 1").await;
    let failed = admin.ok(MESSAGES, json!({"f": {"state": "FAILED"}})).await["system"]["messages"]["nodes"][0].clone();
    assert_eq!((&failed["detail"], &failed["environment"]), (&json!("X"), &json!("LIVE")));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn pc_3_2_1c_receipts_of_the_carrier_reach_the_record() {
    let (t, double) = emulated(Part::Aliyun, 2).await;
    let to = Some(format!("{}/callbacks/sms/aliyun/{SECRET}", t.origin()));
    double.receipts(Receipts { aliyun: to, tencent: None, failing: false });
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 2).await, template(&t, &mut admin).await);
    double.faults(vec![rule(Part::Aliyun, "SendSms", None, Fault::DoubleReceipt)]);
    send(&mut admin, &template, &ids).await;
    becomes(&t, "delivered 2").await;
}

#[tokio::test]
async fn pc_3_2_1c_a_template_that_is_withdrawn_sends_nothing_more() {
    let (t, double) = emulated(Part::Aliyun, 0).await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 1).await, template(&t, &mut admin).await);
    send(&mut admin, &template, &ids).await;
    t.operator().await.ok(REFUSE, json!({"id": template, "r": "运营商已停用"})).await;
    let mut t = t;
    let endpoint = format!("http://{}/", double.aliyun);
    t.join(Town::plan().set(move |config| {
        let sms = json!({
            "provider": "aliyun", "key_id": "VECTORAKID0000000001", "key_secret": "VectorAccessKeySecret0000000001",
            "templates": {"sign_in": "SMS_000000001", "password": "SMS_000000001", "mobile": "SMS_000000001"},
            "endpoint_override": endpoint, "signature": "党建云", "callback_secret": SECRET,
        });
        config.sms = serde_json::from_value(sms).unwrap();
    }))
    .await;
    becomes(&t, "failed 1").await;
    let row = admin.ok(MESSAGES, json!({})).await["system"]["messages"]["nodes"][0].clone();
    assert_eq!((&row["detail"], &row["fen"]), (&json!("模板已不能使用"), &json!(0)));
    assert!(double.sent().is_empty());
    let order = json!({"k": key(), "i": {"template": template, "members": ids}});
    assert_eq!(admin.refused(SEND, order).await, "TEMPLATE_NOT_APPROVED template");
}

#[tokio::test]
async fn pc_3_2_1c_what_meets_the_quota_waits_and_says_so() {
    let t = Town::start().await;
    morning(&t);
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 5).await, template(&t, &mut admin).await);
    let quota = async |most: i32| {
        let input = json!({"tenant": t.home.id, "smsMonth": most, "reason": "合同约定"});
        t.operator().await.ok(QUOTA, json!({"i": input})).await;
    };
    quota(3).await;
    let order = send(&mut admin, &template, &ids).await;
    becomes(&t, "queued 2, sent 3").await;
    let waits = async || campaign(&mut t.administrator().await, &order).await["waits"] == "QUOTA";
    until("the order waits", waits).await;
    let plan = json!({"i": {"template": template, "members": ids}});
    assert_eq!(admin.ok(PLAN, plan).await["system"]["messagePlan"]["left"], 0);
    // A code has its reserve.
    t.visitor().ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    assert_eq!(t.messages(MOBILE).await, 1);
    minute(&t).await;
    assert_eq!(states(&t).await, "queued 2, sent 3");
    quota(10).await;
    t.pass(Duration::minutes(61));
    minute(&t).await;
    becomes(&t, "sent 5").await;
}

#[tokio::test]
async fn pc_3_2_1c_what_has_waited_too_long_for_room_is_not_sent() {
    let t = Town::start().await;
    morning(&t);
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 3).await, template(&t, &mut admin).await);
    let quota = async |most: i32| {
        let input = json!({"tenant": t.home.id, "smsMonth": most, "reason": "合同约定"});
        t.operator().await.ok(QUOTA, json!({"i": input})).await;
    };
    quota(1).await;
    send(&mut admin, &template, &ids).await;
    becomes(&t, "queued 2, sent 1").await;
    t.pass(Duration::hours(25));
    minute(&t).await;
    assert_eq!(states(&t).await, "queued 2, sent 1", "the next day is not too late");
    t.pass(Duration::hours(12));
    quota(10).await;
    minute(&t).await;
    becomes(&t, "failed 2, sent 1").await;
    let schema = t.home.schema();
    let told = format!("SELECT DISTINCT detail || ' ' || fen FROM {schema}.messages WHERE state = 'failed'");
    assert_eq!(t.sql().await.one(&told).await, "等待过久，未发送 0");
    assert_eq!(t.sql().await.one("SELECT count(*) FROM platform.outbox WHERE purpose = 'notice'").await, "1");
}

#[tokio::test]
async fn pc_3_2_1c_what_is_queued_is_cancelled_and_never_leaves() {
    let t = Town::start().await;
    morning(&t);
    t.pass(Duration::hours(12));
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, template) = (members(&mut admin, &first, 2).await, template(&t, &mut admin).await);
    let order = send(&mut admin, &template, &ids).await;
    assert_eq!(admin.refused(CANCEL, json!({"id": NOBODY})).await, "NOT_FOUND");
    assert_eq!(admin.ok(CANCEL, json!({"id": order})).await["system"]["cancelMessages"], 2);
    assert_eq!(admin.refused(CANCEL, json!({"id": order})).await, "NOTHING_QUEUED");
    t.pass(Duration::hours(12));
    minute(&t).await;
    assert_eq!(states(&t).await, "cancelled 2");
    assert_eq!(t.sql().await.one("SELECT count(*) FROM platform.outbox WHERE purpose = 'notice'").await, "0");
}

#[tokio::test]
async fn pc_3_2_1c_administrators_reach_the_members_of_their_organisations_only() {
    let t = Town::start().await;
    morning(&t);
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let inside = enrol(&mut admin, member(&first, "张三", 1)).await;
    let outside = enrol(&mut admin, member(&second, "李四", 2)).await;
    let template = template(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    t.person("sun", "branch_committee", &first).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let to = |ids: &[&String]| json!({"k": key(), "i": {"template": template, "members": ids}});
    assert_eq!(zhao.refused(SEND, to(&[&inside, &outside])).await, "NOT_FOUND");
    assert_eq!(zhao.refused(PLAN, to(&[&outside])).await, "NOT_FOUND");
    assert_eq!(zhao.refused(SIGNATURE, json!({"i": {"name": "南湖支部", "note": "本单位"}})).await, "DENIED");
    assert_eq!(t.signed_in("sun", PASSWORD).await.refused(SEND, to(&[&inside])).await, "DENIED");
    let both = send(&mut admin, &template, &[inside.clone(), outside.clone()]).await;
    let theirs = send(&mut admin, &template, &[outside]).await;
    becomes(&t, "sent 3").await;
    let list = zhao.ok(MESSAGES, json!({})).await["system"]["messages"].clone();
    assert_eq!((&list["totalCount"], &list["nodes"][0]["name"]), (&json!(1), &json!("张三")));
    let orders = zhao.ok(CAMPAIGNS, json!({})).await["system"]["campaigns"].clone();
    assert_eq!((&orders["totalCount"], &orders["nodes"][0]["id"]), (&json!(1), &json!(both)));
    assert_eq!(campaign(&mut zhao, &both).await["tallies"], json!([{"state": "SENT", "count": 1}]));
    assert_eq!(zhao.refused(CAMPAIGN, json!({"id": theirs})).await, "NOT_FOUND");
    assert_eq!(zhao.refused(CANCEL, json!({"id": theirs})).await, "NOT_FOUND");
    // All that the filter finds is all inside.
    let all = json!({"k": key(), "i": {"template": template, "filter": {}}});
    assert_eq!(zhao.ok(SEND, all).await["system"]["sendMessages"]["count"], 1);
}

#[tokio::test]
async fn pc_3_2_1c_another_tenants_templates_members_and_orders_look_like_not_there() {
    let t = Town::start().await;
    morning(&t);
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let (ids, ours) = (members(&mut admin, &first, 1).await, template(&t, &mut admin).await);
    let order = send(&mut admin, &ours, &ids).await;
    let (_, mut boss) = t.tenants(1).await.remove(0);
    let draft = json!({"i": {"name": "开会", "text": TEXT, "note": "通知党员"}});
    let theirs = id(&boss.ok(TEMPLATE, draft).await, "applyForSmsTemplate");
    approve(&t, &theirs, "SMS_000000002", &["name"]).await;
    let give = |template: &str| json!({"k": key(), "i": {"template": template, "members": ids}});
    for template in [&ours, &theirs, &NOBODY.to_owned()] {
        assert_eq!(boss.refused(SEND, give(template)).await, "NOT_FOUND", "{template}");
        assert_eq!(boss.refused(PLAN, give(template)).await, "NOT_FOUND", "{template}");
    }
    let again = json!({"i": {"name": "开会", "text": TEXT, "note": "通知党员", "again": ours}});
    assert_eq!(boss.refused(TEMPLATE, again).await, "NOT_FOUND");
    for query in [CAMPAIGN, CANCEL] {
        assert_eq!(boss.refused(query, json!({"id": order})).await, "NOT_FOUND");
    }
    assert_eq!(boss.ok(MESSAGES, json!({})).await["system"]["messages"]["totalCount"], 0);
    assert_eq!(boss.ok(WORDS, json!({})).await["system"]["smsWords"].as_array().unwrap().len(), 1);
}
