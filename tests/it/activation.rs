//! From an activation code to a working tenant (PC-1.1a), and the operator's side of codes (OP-1).

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_tests::{Town, Visitor, until, words};

fn application(code: &str, user_name: &str) -> Value {
    json!({"input": {"code": code, "organisationName": "中共新单位委员会", "userName": user_name}})
}

async fn state(visitor: &mut Visitor, ticket: &Value) -> String {
    let progress = visitor.ok(words::PROGRESS, json!({"ticket": ticket})).await;
    progress["system"]["activationProgress"]["state"].as_str().unwrap().to_owned()
}

async fn code_id(operator: &mut Visitor, code: &str) -> String {
    let query = "query($s: String!) { system { codes(filter: {search: $s}) { nodes { id } } } }";
    let found = operator.ok(query, json!({"s": code})).await;
    found["system"]["codes"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

const REVOKE: &str = "mutation($id: ID!, $reason: String!) { system { revokeCode(id: $id, reason: $reason) { state \
    revokeReason } } }";

#[tokio::test]
async fn pc_1_1a_a_code_that_is_no_good_says_why() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let codes = t.codes(&mut operator, 3, &[]).await;
    let mut visitor = t.visitor();
    let unknown = visitor.refused(words::ACTIVATE, application("0000-0000-0000-0000", "first")).await;
    assert_eq!(unknown, "CODE_UNKNOWN code");

    // Typed in small letters without hyphens it is the same code.
    let typed = codes[0].to_lowercase().replace('-', " ");
    visitor.ok(words::ACTIVATE, application(&typed, "first")).await;
    assert_eq!(visitor.refused(words::ACTIVATE, application(&codes[0], "second")).await, "CODE_USED code");

    let id = code_id(&mut operator, &codes[1]).await;
    let revoked = operator.ok(REVOKE, json!({"id": id, "reason": "合同终止"})).await;
    assert_eq!(revoked["system"]["revokeCode"], json!({"state": "REVOKED", "revokeReason": "合同终止"}));
    assert_eq!(visitor.refused(words::ACTIVATE, application(&codes[1], "second")).await, "CODE_REVOKED code");

    t.pass(Duration::days(2));
    assert_eq!(visitor.refused(words::ACTIVATE, application(&codes[2], "second")).await, "CODE_EXPIRED code");
    let made = t.sql().await.one("SELECT count(*) FROM platform.tenants").await;
    assert_eq!(made, "2", "the one from the start and the one of the good code");
}

#[tokio::test]
async fn pc_1_1a_fifty_at_once_with_one_code_make_one_tenant() {
    let t = Town::start().await;
    let code = t.codes(&mut t.operator().await, 1, &[]).await.remove(0);
    let all = join_all((0..50).map(|n| {
        let (mut visitor, application) = (t.visitor(), application(&code, &format!("first{n}")));
        async move { visitor.ask(words::ACTIVATE, application).await }
    }))
    .await;
    let winners = all.iter().filter(|answer| answer.refusal_opt().is_none()).count();
    assert_eq!(winners, 1);
    for refusal in all.iter().filter_map(|answer| answer.refusal_opt()) {
        assert!(refusal == "CODE_USED code" || refusal == "UNAVAILABLE", "{refusal:?}");
    }
    let sql = t.sql().await;
    assert_eq!(sql.one("SELECT count(*) FROM platform.tenants").await, "2");
    assert_eq!(sql.one("SELECT count(*) FROM platform.logins WHERE kind = 'name'").await, "2");
}

#[tokio::test]
async fn pc_1_1a_a_taken_user_name_leaves_the_code_unspent() {
    let t = Town::start().await;
    let code = t.codes(&mut t.operator().await, 1, &[]).await.remove(0);
    let mut visitor = t.visitor();
    assert_eq!(visitor.refused(words::ACTIVATE, application(&code, "Chief")).await, "INVALID userName");
    visitor.ok(words::ACTIVATE, application(&code, "another")).await;
}

#[tokio::test]
async fn pc_1_1a_faults_name_their_field() {
    let t = Town::start().await;
    let mut visitor = t.visitor();
    for (change, field) in [
        (json!({"organisationName": " "}), "organisationName"),
        (json!({"organisationName": "长".repeat(101)}), "organisationName"),
        (json!({"mobile": "12345"}), "mobile"),
        (json!({"userName": null}), "mobile"),
        (json!({"userName": "a b"}), "userName"),
        (json!({"userName": "13800000000"}), "userName"),
    ] {
        let mut input = application("0000-0000-0000-0000", "first");
        for (key, value) in change.as_object().unwrap() {
            input["input"][key] = value.clone();
        }
        let refusal = visitor.refused(words::ACTIVATE, input).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
}

#[tokio::test]
async fn pc_1_1a_a_new_tenant_is_ready_with_its_root_and_administrator() {
    let t = Town::start().await;
    let tenant = t.tenant("中共新单位总支部委员会", "boss", None, &[]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let session = boss.ok(words::SESSION, json!({})).await["system"]["session"].clone();
    assert_eq!(session["tenant"]["name"], "中共新单位总支部委员会");
    assert_eq!(session["roots"][0]["id"], tenant.root);
    let root = "query($id: ID!) { directory { organisation(id: $id) { type status code parents { from to } } } }";
    let root = boss.ok(root, json!({"id": tenant.root})).await;
    assert_eq!(root["directory"]["organisation"]["type"], "GENERAL_BRANCH");
    assert_eq!(root["directory"]["organisation"]["code"], "001");
    // Without the module there is no table of it.
    let tables = format!(
        "SELECT count(*) FROM pg_tables WHERE schemaname = '{}' AND tablename = 'sample_uses'",
        tenant.schema()
    );
    assert_eq!(t.sql().await.one(&tables).await, "0");
}

#[tokio::test]
async fn pc_1_1a_a_provisioning_that_was_cut_off_is_taken_up_at_the_next_start() {
    let mut t = Town::plan().set(|config| config.jobs.concurrency = 0).start().await;
    let code = t.codes(&mut t.operator().await, 1, &["document"]).await.remove(0);
    let answer = t.visitor().ok(words::ACTIVATE, application(&code, "boss")).await;
    let ticket = answer["system"]["activate"]["ticket"].clone();
    assert_eq!(state(&mut t.visitor(), &ticket).await, "QUEUED");
    assert_eq!(
        t.visitor().refused(words::SIGN_IN, json!({"name": "boss", "password": "ABC#123"})).await.code,
        "UNAVAILABLE"
    );
    t.stop().await;
    t.resume(Town::plan().set(|config| config.jobs.concurrency = 0)).await;
    until("the tenant is ready", async || state(&mut t.visitor(), &ticket).await == "READY").await;
    t.first_sign_in("boss", None).await;
}

/// Wherever provisioning is cut, doing it again completes it and doubles nothing.
#[tokio::test]
async fn pc_1_1a_provisioning_again_doubles_nothing() {
    let mut t = Town::start().await;
    let tenant = t.tenant("中共新单位委员会", "boss", None, &["document"]).await;
    t.stop().await;
    let sql = t.sql().await;
    let again = format!("UPDATE platform.tenants SET state = 'provisioning', percent = 70 WHERE id = '{}'", tenant.id);
    sql.rows(&again).await;
    t.resume(Town::plan()).await;
    let state = format!("SELECT state FROM platform.tenants WHERE id = '{}'", tenant.id);
    until("the tenant is active again", async || sql.one(&state).await == "active").await;
    for table in ["accounts", "organisations", "role_assignments"] {
        assert_eq!(sql.one(&format!("SELECT count(*) FROM {}.{table}", tenant.schema())).await, "1", "{table}");
    }
}

#[tokio::test]
async fn pc_1_1a_progress_is_announced_over_a_socket() {
    let t = Town::start().await;
    let code = t.codes(&mut t.operator().await, 1, &[]).await.remove(0);
    let mut visitor = t.visitor();
    let mut socket = t.socket(&visitor).await;
    let answer = visitor.ok(words::ACTIVATE, application(&code, "boss")).await;
    let follow = "subscription($ticket: String!) { activationProgress(ticket: $ticket) { state percent userName } }";
    socket.subscribe(follow, json!({"ticket": answer["system"]["activate"]["ticket"]})).await;
    let mut percents = Vec::new();
    let last = loop {
        let message = socket.next().await.unwrap();
        if message["type"] == "complete" {
            break percents.last().cloned().unwrap();
        }
        percents.push(message["payload"]["data"]["activationProgress"].clone());
    };
    assert_eq!(last, json!({"state": "READY", "percent": 100, "userName": "boss"}));
    let numbers: Vec<i64> = percents.iter().map(|p| p["percent"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
}

#[tokio::test]
async fn pc_1_1a_a_ticket_is_needed_to_watch() {
    let t = Town::start().await;
    assert_eq!(t.visitor().refused(words::PROGRESS, json!({"ticket": "0".repeat(64)})).await, "NOT_FOUND");
    let mut socket = t.socket(&t.visitor()).await;
    socket.subscribe("subscription { activationProgress(ticket: \"x\") { state } }", json!({})).await;
    let message = socket.next().await.unwrap().to_string();
    assert!(message.contains("NOT_FOUND"), "{message}");
}

#[tokio::test]
async fn pc_1_1a_activations_are_limited_by_address() {
    let t = Town::plan().set(|config| config.settings.activations_per_address = 3).start().await;
    t.next_span(3_600);
    let mut visitor = t.visitor();
    for _ in 0..3 {
        let refusal = visitor.refused(words::ACTIVATE, application("0000-0000-0000-0000", "first")).await;
        assert_eq!(refusal, "CODE_UNKNOWN");
    }
    let refusal = visitor.refused(words::ACTIVATE, application("0000-0000-0000-0000", "first")).await;
    assert_eq!(refusal, "TOO_MANY");
    t.pass(Duration::hours(1));
    let refusal = visitor.refused(words::ACTIVATE, application("0000-0000-0000-0000", "first")).await;
    assert_eq!(refusal, "CODE_UNKNOWN");
}

#[tokio::test]
async fn op_1_the_same_key_gives_the_same_codes() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let order = t.order(5, &["document"]);
    let first = operator.ok(words::ISSUE, json!({"input": order})).await;
    assert_eq!(first["system"]["issueCodes"]["codes"].as_array().unwrap().len(), 5);
    assert_eq!(operator.ok(words::ISSUE, json!({"input": order})).await, first);
    for (field, value) in
        [("count", json!(6)), ("seats", json!(101)), ("plan", json!("专业版")), ("modules", json!([]))]
    {
        let mut other = order.clone();
        other[field] = value;
        assert_eq!(operator.refused(words::ISSUE, json!({"input": other})).await, "KEY_REUSED", "{field}");
    }
    let sql = t.sql().await;
    let key = order["key"].as_str().unwrap();
    assert_eq!(sql.one(&format!("SELECT count(*) FROM platform.codes WHERE batch_id = '{key}'")).await, "5");
    // Nothing that is stored lets anybody read a code.
    let code = first["system"]["issueCodes"]["codes"][0].as_str().unwrap().replace('-', "");
    let stored = sql.one("SELECT string_agg(c::text, '') FROM platform.codes c").await;
    assert!(!stored.contains(&code));
}

#[tokio::test]
async fn op_1_orders_are_checked() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    for (field, value) in [
        ("count", json!(0)),
        ("count", json!(201)),
        ("seats", json!(0)),
        ("plan", json!("")),
        ("expiresOn", json!("2020-01-01")),
        ("expiresOn", json!("2099-01-01")),
        ("modules", json!(["nonsense"])),
        ("modules", json!(["directory"])),
        ("note", json!("长".repeat(201))),
    ] {
        let mut order = t.order(1, &[]);
        order[field] = value.clone();
        let refusal = operator.refused(words::ISSUE, json!({"input": order})).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)), "{value}");
    }
}

#[tokio::test]
async fn op_1_a_used_or_revoked_code_cannot_be_revoked() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let codes = t.codes(&mut operator, 2, &[]).await;
    t.visitor().ok(words::ACTIVATE, application(&codes[0], "boss")).await;
    let used = code_id(&mut operator, &codes[0]).await;
    assert_eq!(operator.refused(REVOKE, json!({"id": used, "reason": "测试"})).await, "CODE_USED");
    let open = code_id(&mut operator, &codes[1]).await;
    assert_eq!(operator.refused(REVOKE, json!({"id": open, "reason": " "})).await, "INVALID reason");
    operator.ok(REVOKE, json!({"id": open, "reason": "测试"})).await;
    assert_eq!(operator.refused(REVOKE, json!({"id": open, "reason": "测试"})).await, "CODE_REVOKED");
    let nobody = json!({"id": "00000000-0000-7000-8000-000000000000", "reason": "测试"});
    assert_eq!(operator.refused(REVOKE, nobody).await, "NOT_FOUND");
}

#[tokio::test]
async fn op_1_the_list_of_codes_is_filtered_and_paged() {
    const LIST: &str = "query($f: CodeFilter, $n: Int, $a: String) { system { codes(filter: $f, first: $n, after: $a) { \
        totalCount pageInfo { hasNextPage endCursor } nodes { tail state tenant { name } note issuedBy } } } }";
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let mut order = t.order(3, &[]);
    order["note"] = json!("华东区_试点");
    let issued = operator.ok(words::ISSUE, json!({"input": order})).await;
    let codes: Vec<&str> =
        issued["system"]["issueCodes"]["codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    t.visitor().ok(words::ACTIVATE, application(codes[0], "boss")).await;
    let id = code_id(&mut operator, codes[1]).await;
    operator.ok(REVOKE, json!({"id": id, "reason": "测试"})).await;
    let mut total = async |filter: Value| {
        let found = operator.ok(LIST, json!({"f": filter})).await;
        let list = &found["system"]["codes"];
        assert_eq!(list["totalCount"], list["nodes"].as_array().unwrap().len());
        list["totalCount"].as_i64().unwrap()
    };
    // One more was used for the tenant that is there from the start.
    assert_eq!(total(json!({})).await, 4);
    assert_eq!(total(json!({"batch": order["key"]})).await, 3);
    assert_eq!(total(json!({"state": "USED"})).await, 2);
    assert_eq!(total(json!({"state": "REVOKED"})).await, 1);
    assert_eq!(total(json!({"state": "ISSUED"})).await, 1);
    assert_eq!(total(json!({"state": "EXPIRED"})).await, 0);
    assert_eq!(total(json!({"search": codes[2]})).await, 1);
    assert_eq!(total(json!({"search": codes[2].to_lowercase()})).await, 1);
    assert!(total(json!({"search": codes[2].rsplit('-').next()})).await >= 1);
    assert_eq!(total(json!({"search": "东区_试"})).await, 3);
    assert_eq!(total(json!({"search": "%"})).await, 0, "a wildcard is a letter like any other");
    assert_eq!(total(json!({"search": "东区x试"})).await, 0);

    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = operator.ok(LIST, json!({"n": 3, "a": after})).await["system"]["codes"].clone();
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|n| n["tail"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen.len(), 4);
    t.pass(Duration::days(2));
    let expired = t.operator().await.ok(LIST, json!({"f": {"state": "EXPIRED"}})).await;
    assert_eq!(expired["system"]["codes"]["totalCount"], 1);
}

#[tokio::test]
async fn op_1_tenants_are_listed_without_their_data() {
    let t = Town::start().await;
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut operator = t.operator().await;
    let list = "query($f: TenantFilter) { system { tenants(filter: $f) { totalCount nodes { name state modules percent } } } }";
    let all = operator.ok(list, json!({})).await;
    assert_eq!(all["system"]["tenants"]["nodes"][0]["name"], "中共第二单位委员会", "newest first");
    assert_eq!(all["system"]["tenants"]["nodes"][0]["modules"], json!([]));
    assert!(all["system"]["tenants"]["nodes"][1]["modules"].as_array().unwrap().contains(&json!("document")));
    let found = operator.ok(list, json!({"f": {"search": "第二", "state": "ACTIVE"}})).await;
    assert_eq!(found["system"]["tenants"]["totalCount"], 1);
    let none = operator.ok(list, json!({"f": {"state": "FAILED"}})).await;
    assert_eq!(none["system"]["tenants"]["totalCount"], 0);
    let waiting = async || t.sql().await.one("SELECT count(*) FROM jobs.jobs").await == "0";
    until("the queue is empty", waiting).await;
}
