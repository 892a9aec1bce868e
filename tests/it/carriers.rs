//! Text messages through a real carrier's client, against the emulator.

use http::Method;
use serde_json::{Value, json};
use zhibu_emulator::{Double, Fault, Part, Receipts, rule};
use zhibu_tenancy::{Cx, Space, outbox};
use zhibu_tests::{Town, until, words};

const MOBILE: &str = "13900000001";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A server that sends through the emulated carrier.
async fn town(part: Part, double: &Double) -> Town {
    // Servers of tests are two minutes ahead.
    double.advance(120);
    let sms = match part {
        Part::Aliyun => json!({
            "provider": "aliyun", "key_id": "VECTORAKID0000000001", "key_secret": "VectorAccessKeySecret0000000001",
            "templates": {"sign_in": "SMS_000000001", "password": "SMS_000000001", "mobile": "SMS_000000001"},
            "endpoint_override": format!("http://{}/", double.aliyun),
            "signature": "党建云", "callback_secret": SECRET,
        }),
        Part::Tencent => json!({
            "provider": "tencent", "app_id": 1_400_000_001,
            "key_id": "VECTORTCID000000000000000000000001", "key_secret": "VectorTcSecretKey00000000000001",
            "templates": {"sign_in": 1_000_002, "password": 1_000_002, "mobile": 1_000_002},
            "endpoint_override": format!("http://{}/", double.tencent),
            "signature": "党建云", "callback_secret": SECRET,
        }),
    };
    let sms = serde_json::from_value(sms).unwrap();
    Town::plan().set(|config| config.sms = sms).start().await
}

async fn state(t: &Town) -> String {
    t.sql().await.one("SELECT coalesce(state, 'open') FROM platform.outbox").await
}

async fn becomes(t: &Town, wanted: &str) {
    until(wanted, async || state(t).await == wanted).await;
}

async fn request(t: &Town) {
    t.visitor().ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
}

#[tokio::test]
async fn sms_a_code_leaves_through_the_carrier_and_signs_in() {
    for (part, params) in [(Part::Aliyun, "/code"), (Part::Tencent, "/0")] {
        let double = Double::start().await.unwrap();
        let t = town(part, &double).await;
        request(&t).await;
        becomes(&t, "sent").await;
        let sent = double.sent();
        assert_eq!((sent.len(), sent[0].mobile.as_str()), (1, MOBILE));
        let code = sent[0].params.pointer(params).and_then(Value::as_str).unwrap();
        let answer = t.visitor().ok(words::SMS_SIGN_IN, json!({"mobile": MOBILE, "code": code})).await;
        assert_eq!(answer["system"]["signInBySms"]["__typename"], "SignedIn");
        assert_eq!(t.sql().await.one("SELECT carrier_id FROM platform.outbox").await, sent[0].id);
        let outbox = "query { system { smsOutbox(first: 1) { nodes { text } } } }";
        assert_eq!(t.operator().await.refused(outbox, json!({})).await, "DENIED", "real codes are nobody's to read");
        assert_eq!(double.report(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn sms_an_attempt_without_an_answer_is_asked_about_and_not_repeated() {
    let double = Double::start().await.unwrap();
    let t = town(Part::Aliyun, &double).await;
    double.faults(vec![rule(Part::Aliyun, "SendSms", Some(1), Fault::Status { status: 500, after: true })]);
    request(&t).await;
    until("an attempt", async || double.sent().len() == 1).await;
    t.pass(chrono::Duration::seconds(20));
    becomes(&t, "sent").await;
    assert_eq!(double.sent().len(), 1, "one code, one message");
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn sms_what_the_carrier_never_saw_is_sent_again() {
    let double = Double::start().await.unwrap();
    let t = town(Part::Aliyun, &double).await;
    double.faults(vec![rule(Part::Aliyun, "SendSms", Some(1), Fault::Reset { after: false })]);
    request(&t).await;
    let tried = async || t.sql().await.one("SELECT (tried_at IS NOT NULL)::text FROM platform.outbox").await == "true";
    until("an attempt", tried).await;
    t.pass(chrono::Duration::seconds(20));
    becomes(&t, "sent").await;
    assert_eq!(double.sent().len(), 1);
}

#[tokio::test]
async fn sms_a_carrier_that_cannot_be_asked_gets_no_second_copy() {
    let double = Double::start().await.unwrap();
    let t = town(Part::Tencent, &double).await;
    double.faults(vec![rule(Part::Tencent, "SendSms", Some(1), Fault::Reset { after: true })]);
    request(&t).await;
    until("an attempt", async || double.sent().len() == 1).await;
    t.pass(chrono::Duration::seconds(20));
    becomes(&t, "unknown").await;
    assert_eq!(double.sent().len(), 1);
}

#[tokio::test]
async fn sms_receipts_say_what_became_of_a_message() {
    for (part, fault, failing) in [
        (Part::Aliyun, Fault::DoubleReceipt, false),
        (Part::Aliyun, Fault::EarlyReceipt, true),
        (Part::Tencent, Fault::DoubleReceipt, true),
    ] {
        let double = Double::start().await.unwrap();
        let t = town(part, &double).await;
        let carrier = if part == Part::Aliyun { "aliyun" } else { "tencent" };
        let to = Some(format!("{}/callbacks/sms/{carrier}/{SECRET}", t.origin()));
        double.receipts(Receipts { aliyun: to.clone(), tencent: to, failing });
        double.faults(vec![rule(part, "SendSms", None, fault)]);
        request(&t).await;
        becomes(&t, if failing { "undelivered" } else { "delivered" }).await;
        assert_eq!(double.report(), Vec::<String>::new(), "each was acknowledged");
    }
}

#[tokio::test]
async fn sms_a_forged_receipt_changes_nothing() {
    let double = Double::start().await.unwrap();
    let t = town(Part::Aliyun, &double).await;
    request(&t).await;
    becomes(&t, "sent").await;
    let id = double.sent()[0].id.clone();
    let receipt = |id: &str, mobile: &str| {
        json!([{"phone_number": mobile, "success": false, "biz_id": id, "err_code": "X", "out_id": ""}]).to_string()
    };
    let push = async |path: &str, body: String| {
        t.visitor().send(Method::POST, &format!("/callbacks/sms/{path}"), &[], body).await.status
    };
    let ours = format!("aliyun/{SECRET}");
    assert_eq!(push("aliyun/0123456789abcdef0123456789abcdeX", receipt(&id, MOBILE)).await, 404);
    assert_eq!(push(&format!("tencent/{SECRET}"), receipt(&id, MOBILE)).await, 404);
    assert_eq!(push(&ours, "{}".to_owned()).await, 400);
    assert_eq!(push(&ours, receipt(&id, "13900000002")).await, 200, "another number");
    assert_eq!(push(&ours, receipt("9^0", MOBILE)).await, 200, "another message");
    assert_eq!(state(&t).await, "sent");
    assert_eq!(push(&ours, receipt(&id, MOBILE)).await, 200);
    assert_eq!(state(&t).await, "undelivered");
}

/// Messages of a demonstration and real ones never stand in one database.
#[tokio::test]
async fn providers_10_2_a_start_refuses_a_database_of_the_other_kind() {
    let t = Town::start().await;
    let sql = t.sql().await;
    sql.rows("DELETE FROM platform.outbox").await;
    let refused = async || {
        let app = t.app();
        let asked = async move { outbox::unmixed(&Cx::system(app, Space::Platform)).await.err() };
        t.inside(asked).await.map(|error| error.code)
    };
    assert_eq!(refused().await, None);
    let message = "INSERT INTO platform.outbox (id, mobile, mobile_index, text, purpose, created_at, carrier) \
        VALUES (gen_random_uuid(), '', '', '', 'sign_in', now(), ";
    sql.rows(&format!("{message}'sandbox')")).await;
    assert_eq!(refused().await, None);
    assert!(sql.attempt(&format!("{message}'aliyun')")).await.unwrap_err().contains("outbox_environment"));
    sql.rows("DELETE FROM platform.outbox; UPDATE platform.environment SET name = 'real'").await;
    sql.rows(&format!("{message}'aliyun')")).await;
    assert_eq!(refused().await, Some("SANDBOX"), "the carrier is the sandbox");
    assert!(sql.attempt(&format!("{message}'sandbox')")).await.unwrap_err().contains("outbox_environment"));
    // And so the server does not come up again.
    let again = tokio::spawn(async move {
        let mut t = t;
        t.stop().await;
        t.resume(Town::plan()).await;
    });
    assert!(again.await.is_err());
}
