//! Limits of what a tenant may use: files, text messages, requests (OP-8).

use chrono::Duration;
use serde_json::{Value, json};
use zhibu_tests::{Town, Visitor, until, words};

use crate::surface::NOBODY;

const SET: &str = "mutation($i: TenantQuotasInput!) { system { setTenantQuotas(input: $i) } }";
const METERS: &str = "query($id: ID!) { system { tenantMeters(tenant: $id) { storageBytes storageQuota smsThisMonth smsQuota \
    requestsToday requestsQuota } } }";
const WARNINGS: &str = "{ system { quotaWarnings { kind used limit full } } }";
const IMPORT: &str = "mutation($n: Int!) { system { requestImport(input: {template: \"member\", fileName: \"a.xlsx\", size: $n}) \
    { id } } }";
const MOBILE: &str = "13900000001";
const BIND: &str = "mutation { system { requestMobileChangeCode(mobile: \"13800138000\") { resendAfterSeconds } } }";

async fn set(t: &Town, quotas: Value) {
    let mut input = quotas;
    input["tenant"] = json!(t.home.id);
    input["reason"] = json!("合同约定");
    t.operator().await.ok(SET, json!({"i": input})).await;
}

async fn meters(t: &Town) -> Value {
    t.operator().await.ok(METERS, json!({"id": t.home.id})).await["system"]["tenantMeters"].clone()
}

async fn warnings(by: &mut Visitor) -> Value {
    by.ok(WARNINGS, json!({})).await["system"]["quotaWarnings"].clone()
}

#[tokio::test]
async fn op_8_operators_set_limits_for_a_reason_and_nobody_else() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let input = |more: Value| {
        let mut input = json!({"tenant": t.home.id, "reason": "合同约定"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"i": input})
    };
    assert_eq!(admin.refused(SET, input(json!({"smsMonth": 9}))).await, "DENIED");
    assert_eq!(operator.refused(SET, input(json!({"smsMonth": 0}))).await, "INVALID smsMonth");
    assert_eq!(operator.refused(SET, input(json!({"storageBytes": -1}))).await, "INVALID storageBytes");
    assert_eq!(operator.refused(SET, input(json!({"reason": " "}))).await, "INVALID reason");
    assert_eq!(operator.refused(SET, input(json!({"tenant": NOBODY}))).await, "NOT_FOUND");
    operator.ok(SET, input(json!({"smsMonth": 9, "storageBytes": 5000, "requestsDay": 70}))).await;
    let told = meters(&t).await;
    assert_eq!(
        (&told["smsQuota"], &told["storageQuota"], &told["requestsQuota"]),
        (&json!(9), &json!(5000), &json!(70))
    );
    operator.ok(SET, input(json!({"smsMonth": null}))).await;
    let told = meters(&t).await;
    assert_eq!((&told["smsQuota"], &told["storageQuota"]), (&Value::Null, &json!(5000)), "what is left out stays");
    operator.ok(SET, input(json!({}))).await;
    assert_eq!(meters(&t).await["requestsQuota"], 70);
    let log = "SELECT count(*) FROM platform.audit WHERE action = 'tenant.quotas_changed'";
    assert_eq!(t.sql().await.one(log).await, "2");
}

#[tokio::test]
async fn op_8_requests_of_a_day_are_counted_in_memory_and_refused_beyond_the_limit() {
    let t = Town::start().await;
    // Away from midnight in China.
    t.next_span(86_400);
    set(&t, json!({"requestsDay": 40})).await;
    let mut admin = t.administrator().await;
    let sql = t.sql().await;
    sql.rows("TRUNCATE platform.usage").await;
    for _ in 0..25 {
        admin.ok(words::SESSION, json!({})).await;
    }
    // The first one was written down at once, the others wait for the next time.
    let written = "SELECT coalesce(sum(requests), 0) FROM platform.usage";
    let early: i64 = sql.one(written).await.parse().unwrap();
    assert!(early < 10, "each request writes: {early}");
    t.pass(Duration::seconds(6));
    admin.ok(words::SESSION, json!({})).await;
    until("they are written down beside the request", async || sql.one(written).await == "26").await;
    assert_eq!(warnings(&mut admin).await, json!([]));
    for _ in 0..4 {
        admin.ok(words::SESSION, json!({})).await;
    }
    assert_eq!(warnings(&mut admin).await[0]["kind"], "REQUESTS", "four fifths are told");
    assert_eq!(meters(&t).await["requestsToday"], 32);
    let mut refused = None;
    for n in 0..10 {
        let answer = admin.ask(words::SESSION, json!({})).await;
        if answer.refusal_opt().is_some() {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("a refusal");
    assert_eq!((n, answer.refusal().code.as_str(), answer.status), (8, "TOO_MANY", 429));
    assert!(answer.headers.contains_key("retry-after"));
    // Operators are none of the tenant, and the next day begins anew.
    assert_eq!(meters(&t).await["requestsToday"], 40);
    t.pass(Duration::days(1));
    let mut admin = t.administrator().await;
    admin.ok(words::SESSION, json!({})).await;
}

#[tokio::test]
async fn op_8_codes_to_sign_in_go_beyond_the_months_messages_and_others_do_not() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    set(&t, json!({"smsMonth": 2})).await;
    let ask = async || {
        t.pass(Duration::seconds(61));
        t.visitor().ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    };
    ask().await;
    assert_eq!(warnings(&mut admin).await, json!([]));
    ask().await;
    assert_eq!(warnings(&mut admin).await, json!([{"kind": "SMS", "used": 2, "limit": 2, "full": true}]));
    assert_eq!(admin.refused(BIND, json!({})).await, "SMS_QUOTA");
    ask().await;
    assert_eq!(t.messages(MOBILE).await, 3, "a code to sign in has its reserve");
    // Beyond the reserve a stranger is told nothing, and nothing is sent.
    let now = t.now().to_rfc3339();
    let many = format!(
        "INSERT INTO platform.outbox (id, mobile, mobile_index, text, purpose, created_at, tenant_id) \
         SELECT gen_random_uuid(), '', '', '', 'sign_in', '{now}', '{}' FROM generate_series(1, 19)",
        t.home.id
    );
    t.sql().await.rows(&many).await;
    ask().await;
    assert_eq!(t.messages(MOBILE).await, 3);
    assert_eq!(meters(&t).await["smsThisMonth"], 22);
    set(&t, json!({"smsMonth": null})).await;
    ask().await;
    assert_eq!(t.messages(MOBILE).await, 4);
}

#[tokio::test]
async fn op_8_a_full_store_takes_no_more_files_and_is_not_walked_each_time() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let tenant: zhibu_core::TenantId = t.home.id.parse().unwrap();
    let put = async |name: &'static str, bytes: usize| {
        let app = t.app();
        t.inside(async move {
            let key = zhibu_storage::Key::tenant(tenant, ["quotas", name]).unwrap();
            app.store.put(&key, vec![7; bytes].into(), "text/plain").await.unwrap();
        })
        .await;
    };
    put("a", 700).await;
    set(&t, json!({"storageBytes": 1000})).await;
    assert_eq!(meters(&t).await["storageBytes"], 700);
    put("b", 10).await;
    assert_eq!(meters(&t).await["storageBytes"], 700, "remembered");
    assert_eq!(admin.refused(IMPORT, json!({"n": 301})).await, "STORAGE_QUOTA");
    admin.ok(IMPORT, json!({"n": 100})).await;
    assert_eq!(warnings(&mut admin).await, json!([{"kind": "STORAGE", "used": 800, "limit": 1000, "full": false}]));
    admin.ok(IMPORT, json!({"n": 200})).await;
    assert_eq!(admin.refused(IMPORT, json!({"n": 1})).await, "STORAGE_QUOTA");
    assert_eq!(warnings(&mut admin).await[0]["full"], true);
    // What was never uploaded is found out.
    t.pass(Duration::minutes(6));
    assert_eq!(meters(&t).await["storageBytes"], 710);
}

#[tokio::test]
async fn op_8_requests_are_written_down_before_the_end_and_forgotten_after_a_year() {
    let mut t = Town::start().await;
    let mut admin = t.administrator().await;
    t.sql().await.rows("TRUNCATE platform.usage").await;
    for _ in 0..7 {
        admin.ok(words::SESSION, json!({})).await;
    }
    let home = t.home.id.clone();
    t.stop().await;
    t.resume(Town::plan()).await;
    let sql = t.sql().await;
    assert_eq!(sql.one("SELECT sum(requests) FROM platform.usage").await, "7");
    sql.rows(&format!(
        "INSERT INTO platform.usage VALUES ('{home}', current_date - 402, 1), ('{home}', current_date - 390, 1)"
    ))
    .await;
    sql.rows("SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)").await;
    let old = "SELECT count(*) FROM platform.usage WHERE day < current_date - 300";
    until("the old day is forgotten", async || sql.one(old).await == "1").await;
}
