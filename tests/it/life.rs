//! The life of a tenant (OP-8, OP-12): its terms after activation, and what a day or an operator's hand makes of it.

use std::time::Duration;

use chrono::{Days, NaiveDate};
use http::Method;
use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor, until, words};

use crate::members::member;
use crate::organisations::{branch, small_tree, with};
use crate::surface::{NOBODY, Surface, outcome};

const TENANT: &str = "query($id: ID!) { system { tenant(id: $id) { state life plan seats expiresOn graceUntil readableUntil \
    suspendReason closeReason } } }";
const CHANGE: &str =
    "mutation($i: TenantTermsInput!) { system { changeTenantTerms(input: $i) { life plan seats expiresOn } } }";
const SUSPEND: &str =
    "mutation($id: ID!, $why: String!) { system { suspendTenant(tenant: $id, reason: $why) { life suspendReason } } }";
const RESUME: &str =
    "mutation($id: ID!, $why: String!) { system { resumeTenant(tenant: $id, reason: $why) { life suspendReason } } }";
const CLOSE: &str = "mutation($id: ID!, $name: String!, $why: String!) { system { closeTenant(tenant: $id, name: $name, \
    reason: $why) { life closeReason } } }";
const LIST: &str = "query($f: TenantFilter) { system { tenants(filter: $f) { totalCount nodes { id life } } } }";
const CREATE_MEMBER: &str = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
const LIVES: [&str; 5] = ["ACTIVE", "GRACE", "READ_ONLY", "SUSPENDED", "CLOSED"];

fn today(t: &Town) -> NaiveDate {
    (t.now() + chrono::Duration::hours(8)).date_naive()
}

/// Sets the last day of the home tenant so many days back.
async fn expired(t: &Town, operator: &mut Visitor, days: u64) -> Value {
    let day = today(t) - Days::new(days);
    let input = json!({"tenant": t.home.id, "expiresOn": day, "reason": "合同到期"});
    operator.ok(CHANGE, json!({"i": input})).await["system"]["changeTenantTerms"].clone()
}

async fn tenant(t: &Town, operator: &mut Visitor) -> Value {
    operator.ok(TENANT, json!({"id": t.home.id})).await["system"]["tenant"].clone()
}

async fn alive(visitor: &mut Visitor) -> bool {
    !visitor.ok(words::SESSION, json!({})).await["system"]["session"].is_null()
}

fn password(name: &str) -> Value {
    json!({"name": name, "password": PASSWORD})
}

#[tokio::test]
async fn op_12_a_tenant_goes_by_its_day() {
    let t = Town::plan().set(|config| config.settings.operator_contact = "客服 400-000-0000".to_owned()).start().await;
    let mut operator = t.operator().await;
    assert_eq!(tenant(&t, &mut operator).await["life"], "ACTIVE", "without a last day there is no end");
    for (n, (days, life)) in [
        (0, "ACTIVE"),
        (1, "GRACE"),
        (15, "GRACE"),
        (16, "READ_ONLY"),
        (45, "READ_ONLY"),
        (46, "SUSPENDED"),
        (15, "GRACE"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(expired(&t, &mut operator, days).await["life"], life, "{days} days after the last one");
        for other in LIVES {
            let found = operator.ok(LIST, json!({"f": {"life": other}})).await["system"]["tenants"].clone();
            assert_eq!(found["totalCount"], i64::from(other == life), "{other} is found among {life}");
        }
        let mut visitor = t.visitor();
        if life == "SUSPENDED" {
            let answer = visitor.ask(words::SIGN_IN, password(&t.home.administrator)).await;
            assert_eq!(answer.refusal(), "TENANT_SUSPENDED");
            assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("400-000-0000"), "{}", answer.body);
            continue;
        }
        visitor.ok(words::SIGN_IN, password(&t.home.administrator)).await;
        let made = visitor.ask(words::CREATE, json!({"input": branch(&t.home.root, &format!("第{n}"))})).await;
        let code = made.refusal_opt().map(|refusal| refusal.code);
        assert_eq!(code.as_deref(), (life == "READ_ONLY").then_some("TENANT_READ_ONLY"), "{life}");
        assert!(alive(&mut visitor).await);
    }
    let dates = tenant(&t, &mut operator).await;
    assert_eq!(dates["graceUntil"], json!(today(&t)));
    assert_eq!(dates["readableUntil"], json!(today(&t) + Days::new(30)));
    let endless = json!({"tenant": t.home.id, "expiresOn": null, "reason": "长期合同"});
    assert_eq!(
        operator.ok(CHANGE, json!({"i": endless})).await["system"]["changeTenantTerms"]["expiresOn"],
        json!(null)
    );
}

/// No clock but the day decides: nothing runs in between, and nobody touches the tenant.
#[tokio::test]
async fn op_12_the_day_alone_makes_a_tenant_read_only() {
    let t = Town::start().await;
    expired(&t, &mut t.operator().await, 15).await;
    let mut admin = t.administrator().await;
    admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第一")})).await;
    t.pass(chrono::Duration::days(1));
    // The access token is over; the session is not.
    admin.ok("mutation { system { refresh } }", json!({})).await;
    let refused = admin.refused(words::CREATE, json!({"input": branch(&t.home.root, "第二")})).await;
    assert_eq!(refused, "TENANT_READ_ONLY");
    t.pass(chrono::Duration::days(30));
    assert_eq!(admin.refused("mutation { system { refresh } }", json!({})).await, "UNAUTHENTICATED");
    assert_eq!(t.visitor().refused(words::SIGN_IN, password(&t.home.administrator)).await, "TENANT_SUSPENDED");
}

#[tokio::test]
async fn op_12_who_may_only_read_can_still_leave_take_data_along_and_change_the_password() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let mut other = t.administrator().await;
    let mine = other.ok(words::SESSION, json!({})).await["system"]["session"]["id"].clone();
    expired(&t, &mut t.operator().await, 16).await;
    let export =
        "mutation { system { requestExport(input: {kind: \"organisation\", columns: [\"shortName\"]}) { id } } }";
    let ordered = admin.ok(export, json!({})).await["system"]["requestExport"]["id"].clone();
    // The job's own writes go on.
    let download = "mutation($id: ID!) { system { downloadExport(id: $id) { url } } }";
    until("the file is made", async || admin.ask(download, json!({"id": ordered})).await.refusal_opt().is_none()).await;
    let url = admin.ok(download, json!({"id": ordered})).await["system"]["downloadExport"]["url"].clone();
    assert_eq!(admin.send(Method::GET, url.as_str().unwrap(), &[], "").await.status, 200);
    admin.ok("mutation($id: ID!) { system { endSession(id: $id) } }", json!({"id": mine})).await;
    admin.ok(words::CHANGE_PASSWORD, json!({"old": PASSWORD, "new": "Other-Flag-1921"})).await;
    admin.ok("mutation { system { refresh } }", json!({})).await;
    // Whatever else the API offers changes nothing.
    let mut done = Vec::new();
    for operation in Surface::of(&t).await.operations(&|_| NOBODY.to_owned()) {
        if operation.name.starts_with("mutation") && outcome(&admin, &operation).await.0 == "ok" {
            done.push(operation.name);
        }
    }
    let harmless = [
        "importTemplate",
        "requestSmsCode",
        "requestPasswordChangeCode",
        "requestMobileChangeCode",
        "refresh",
        "signOut",
        "operatorSignOut",
    ];
    done.retain(|name| !harmless.iter().any(|known| name.ends_with(known)));
    assert_eq!(done, Vec::<String>::new());
}

#[tokio::test]
async fn op_12_suspension_sends_everybody_out_of_every_replica_and_can_be_taken_back() {
    let mut t = Town::start().await;
    t.join(Town::plan()).await;
    let mut operator = t.operator().await;
    let mut admin = t.administrator().await;
    let mut there = t.there(&admin);
    let mut socket = t.socket(&admin).await;
    assert!(alive(&mut there).await && alive(&mut admin).await);
    let why = |words: &str| json!({"id": t.home.id, "why": words});
    assert_eq!(operator.refused(SUSPEND, why(" ")).await, "INVALID reason");
    let suspended = operator.ok(SUSPEND, why("欠费")).await["system"]["suspendTenant"].clone();
    assert_eq!(suspended, json!({"life": "SUSPENDED", "suspendReason": "欠费"}));
    assert!(!alive(&mut admin).await, "here at once");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!alive(&mut there).await, "elsewhere within two seconds");
    assert_eq!(socket.next().await, Err(4401));
    assert_eq!(operator.refused(SUSPEND, why("欠费")).await, "ALREADY_SUSPENDED");
    let name = &t.home.administrator;
    assert_eq!(t.visitor().refused(words::SIGN_IN, password(name)).await, "TENANT_SUSPENDED");
    let wrong = json!({"name": name, "password": "wrong"});
    assert_eq!(
        t.visitor().refused(words::SIGN_IN, wrong).await,
        "WRONG_CREDENTIALS",
        "only who knows the password is told"
    );

    // The sessions' rows are ended too: nobody comes back with an old one.
    let sql = t.sql().await;
    let open = format!("SELECT count(*) FROM {}.sessions WHERE ended_at IS NULL", t.home.schema());
    until("the sessions are ended", async || sql.one(&open).await == "0").await;
    assert_eq!(
        operator.ok(RESUME, why("已缴费")).await["system"]["resumeTenant"],
        json!({"life": "ACTIVE", "suspendReason": null})
    );
    assert_eq!(operator.refused(RESUME, why("已缴费")).await, "NOT_SUSPENDED");
    assert!(!alive(&mut admin).await);
    assert!(alive(&mut t.administrator().await).await);
    let failed = format!("SELECT failed FROM {}.accounts WHERE user_name = '{name}'", t.home.schema());
    assert_eq!(sql.one(&failed).await, "0", "being refused is no wrong password");
}

#[tokio::test]
async fn op_12_the_end_needs_the_name_and_is_for_good() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let mut admin = t.administrator().await;
    let close = |name: &str| json!({"id": t.home.id, "name": name, "why": "客户终止合同"});
    assert_eq!(operator.refused(CLOSE, close("中共")).await, "INVALID name");
    assert!(alive(&mut admin).await);
    let closed = operator.ok(CLOSE, close(&t.home.name)).await["system"]["closeTenant"].clone();
    assert_eq!(closed, json!({"life": "CLOSED", "closeReason": "客户终止合同"}));
    assert!(!alive(&mut admin).await);
    assert_eq!(t.visitor().refused(words::SIGN_IN, password(&t.home.administrator)).await, "TENANT_SUSPENDED");
    let why = json!({"id": t.home.id, "why": "误操作"});
    for operation in [SUSPEND, RESUME] {
        assert_eq!(operator.refused(operation, why.clone()).await, "TENANT_CLOSED");
    }
    let input = json!({"tenant": t.home.id, "seats": 500, "reason": "增购"});
    assert_eq!(operator.refused(CHANGE, json!({"i": input})).await, "TENANT_CLOSED");
    assert_eq!(operator.refused(CLOSE, close(&t.home.name)).await, "TENANT_CLOSED");
    let switch = json!({"tenant": t.home.id, "on": false});
    assert_eq!(operator.refused(words::SET_MODULE, switch).await, "TENANT_CLOSED");
    assert_eq!(operator.ok(LIST, json!({"f": {"life": "CLOSED"}})).await["system"]["tenants"]["totalCount"], 1);
}

#[tokio::test]
async fn op_8_plan_and_places_change_with_their_copy_and_are_on_record() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    for n in 0..3 {
        admin.ok(CREATE_MEMBER, json!({"input": member(&first, "张三", n)})).await;
    }
    let input = |change: Value| json!({"i": with(json!({"tenant": t.home.id, "reason": "客户增购"}), change)});
    for (change, field) in [
        (json!({"seats": 2}), "seats"),
        (json!({"seats": 0}), "seats"),
        (json!({"plan": " "}), "plan"),
        (json!({"reason": "无"}), "reason"),
        (json!({"expiresOn": "2099-01-01"}), "expiresOn"),
        (json!({"expiresOn": "1999-01-01"}), "expiresOn"),
    ] {
        let refusal = operator.refused(CHANGE, input(change.clone())).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    let sql = t.sql().await;
    let copy = format!("SELECT seats FROM {}.policy", t.home.schema());
    let ours = format!("SELECT seats FROM platform.tenants WHERE id = '{}'", t.home.id);
    assert_eq!((sql.one(&copy).await, sql.one(&ours).await), ("100".to_owned(), "100".to_owned()));

    let changed = operator.ok(CHANGE, input(json!({"seats": 3, "plan": "专业版"}))).await;
    assert_eq!(changed["system"]["changeTenantTerms"]["seats"], 3);
    assert_eq!((sql.one(&copy).await, sql.one(&ours).await), ("3".to_owned(), "3".to_owned()));
    let more = json!({"input": member(&first, "李四", 7)});
    assert_eq!(admin.refused(CREATE_MEMBER, more.clone()).await, "SEATS");
    operator.ok(CHANGE, input(json!({"seats": 4}))).await;
    admin.ok(CREATE_MEMBER, more).await;
    // What is so already is no change.
    operator.ok(CHANGE, input(json!({"seats": 4}))).await;

    let told = "SELECT changes FROM platform.audit WHERE action = 'tenant.terms_changed' ORDER BY id";
    let told: Vec<Value> = sql.column(told).await.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(
        told,
        [
            json!({"plan": ["标准版", "专业版"], "seats": [100, 3], "reason": [null, "客户增购"]}),
            json!({"seats": [3, 4], "reason": [null, "客户增购"]}),
        ]
    );
    let nobody = json!({"i": {"tenant": NOBODY, "seats": 5, "reason": "客户增购"}});
    assert_eq!(operator.refused(CHANGE, nobody.clone()).await, "NOT_FOUND");
    assert_eq!(admin.refused(CHANGE, nobody).await, "DENIED");
}

/// Of many that add and one that takes places away, nobody ends up without one.
#[tokio::test]
async fn op_8_places_never_fall_below_those_who_come_at_the_same_time() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let adding = futures_util::future::join_all((0..6).map(|n| {
        let (mut admin, form) = (admin.clone(), member(&first, "张三", n));
        async move { admin.ask(CREATE_MEMBER, json!({"input": form})).await.refusal_opt() }
    }));
    let input = json!({"i": {"tenant": t.home.id, "seats": 3, "reason": "客户减购"}});
    let taking = operator.ask(CHANGE, input);
    let (added, taken) = futures_util::future::join(adding, taking).await;
    let members = added.iter().filter(|refusal| refusal.is_none()).count();
    let sql = t.sql().await;
    let copy: usize = sql.one(&format!("SELECT seats FROM {}.policy", t.home.schema())).await.parse().unwrap();
    let ours = sql.one(&format!("SELECT seats FROM platform.tenants WHERE id = '{}'", t.home.id)).await;
    assert_eq!(copy.to_string(), ours);
    assert!(members <= copy, "{members} members on {copy} places");
    match taken.refusal_opt() {
        None => assert_eq!(copy, 3),
        Some(refusal) => assert!(refusal == "INVALID seats" || refusal == "UNAVAILABLE", "{refusal:?}"),
    }
}

/// Cut off after the platform's row was durable, the copy follows by the job.
#[tokio::test]
async fn op_8_a_change_that_was_cut_off_is_carried_over() {
    let t = Town::start().await;
    let sql = t.sql().await;
    let id = &t.home.id;
    let cut = format!(
        "UPDATE platform.tenants SET seats = 77 WHERE id = '{id}'; \
         SELECT jobs.add_job('carry_terms', json_build_object('tenant', NULL, 'job', json_build_object('tenant', '{id}')))"
    );
    let copy = format!("SELECT seats FROM {}.policy", t.home.schema());
    for _ in 0..2 {
        sql.rows(&cut).await;
        until("the copy follows", async || sql.one(&copy).await == "77").await;
        until("the job is done", async || sql.one("SELECT count(*) FROM jobs._private_jobs").await == "0").await;
    }
    let told = format!("SELECT count(*) FROM {}.audit WHERE action = 'tenant.terms_changed'", t.home.schema());
    assert_eq!(sql.one(&told).await, "1", "the second time there was nothing to do");
}

#[tokio::test]
async fn op_12_a_code_may_say_for_how_many_months() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    for months in [0, 121, 70_000] {
        let order = with(t.order(1, &[]), json!({"months": months}));
        assert_eq!(operator.refused(words::ISSUE, json!({"input": order})).await, "INVALID months", "{months}");
    }
    let order = with(t.order(1, &[]), json!({"months": 12}));
    let issued = operator.ok(words::ISSUE, json!({"input": order})).await;
    let code = issued["system"]["issueCodes"]["codes"][0].clone();
    let other = with(order, json!({"months": 13}));
    assert_eq!(operator.refused(words::ISSUE, json!({"input": other})).await, "KEY_REUSED");
    let shown = "query($s: String!) { system { codes(filter: {search: $s}) { nodes { months } } } }";
    let shown = operator.ok(shown, json!({"s": code})).await;
    assert_eq!(shown["system"]["codes"]["nodes"], json!([{"months": 12}]));
    let application = json!({"input": {"code": code, "organisationName": "中共新单位委员会", "userName": "boss"}});
    t.visitor().ok(words::ACTIVATE, application).await;
    let sql = t.sql().await;
    let day = sql.one("SELECT expires_on FROM platform.tenants WHERE name = '中共新单位委员会'").await;
    assert_eq!(day, (today(&t) + chrono::Months::new(12)).to_string());
    let endless = "SELECT count(*) FROM platform.tenants WHERE expires_on IS NULL";
    assert_eq!(sql.one(endless).await, "1", "whose code says nothing have no last day");
}

#[tokio::test]
async fn op_8_meters_tell_what_a_tenant_uses() {
    const METERS: &str = "query($id: ID!) { system { tenantMeters(tenant: $id) { members seats accounts databaseBytes placement storageBytes smsThisMonth \
        lastSignInAt } } }";
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let before = operator.ok(METERS, json!({"id": t.home.id})).await["system"]["tenantMeters"].clone();
    assert_eq!((&before["members"], &before["accounts"], &before["seats"]), (&json!(0), &json!(1), &json!(100)));
    assert!(before["databaseBytes"].as_i64().unwrap() > 100_000 && before["placement"] == "default", "{before}");
    assert_eq!((&before["storageBytes"], &before["smsThisMonth"]), (&json!(0), &json!(0)), "{before}");
    admin.ok(CREATE_MEMBER, json!({"input": member(&first, "张三", 1)})).await;
    // Of another tenant nothing is counted, of last month neither.
    let message = |tenant: &str, at: &str| {
        format!(
            "INSERT INTO platform.outbox (id, mobile, mobile_index, text, purpose, created_at, tenant_id) \
             VALUES (gen_random_uuid(), '', '', '', 'password', {at}, '{tenant}')"
        )
    };
    let sql = t.sql().await;
    let now = format!("'{}'::timestamptz", t.now().to_rfc3339());
    for (tenant, at) in
        [(&t.home.id[..], now.clone()), (NOBODY, now.clone()), (&t.home.id, format!("{now} - interval '32 days'"))]
    {
        sql.rows(&message(tenant, &at)).await;
    }
    let (id, other) = (t.home.id.parse().unwrap(), NOBODY.parse().unwrap());
    let app = t.app();
    t.inside(async move {
        for (tenant, name) in [(id, "a"), (id, "b"), (other, "a")] {
            let key = zhibu_storage::Key::tenant(tenant, ["meters", name]).unwrap();
            app.store.put(&key, vec![7; 100].into(), "text/plain").await.unwrap();
        }
    })
    .await;
    // The bytes are remembered for a while.
    t.pass(chrono::Duration::minutes(6));
    let after = operator.ok(METERS, json!({"id": t.home.id})).await["system"]["tenantMeters"].clone();
    assert_eq!((&after["members"], &after["accounts"]), (&json!(1), &json!(2)), "a member has an account");
    assert_eq!((&after["storageBytes"], &after["smsThisMonth"]), (&json!(200), &json!(1)), "{after}");
    assert!(after["lastSignInAt"].is_string(), "{after}");
    assert_eq!(operator.refused(METERS, json!({"id": NOBODY})).await, "NOT_FOUND");
    assert_eq!(admin.refused(METERS, json!({"id": t.home.id})).await, "DENIED");
}

const STANDING: &str = "{ system { standing { life expiresOn readableUntil contact notices { title text } } } }";

#[tokio::test]
async fn op_12_administrators_see_where_they_stand_and_what_operators_tell() {
    const PUBLISH: &str = "mutation($i: NoticeInput!) { system { publishNotice(input: $i) { id tenants { id } } } }";
    let t = Town::plan().set(|config| config.settings.operator_contact = "客服 400-000-0000".to_owned()).start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut operator = t.operator().await;
    let mut admin = t.administrator().await;
    let mut boss = t.first_sign_in("boss", None).await;
    t.person("reader", "org_admin", &t.home.root).await;
    let mut reader = t.signed_in("reader", PASSWORD).await;
    let day = |days: i64| today(&t) + chrono::Duration::days(days);
    let notice = |title: &str, change: Value| {
        let draft =
            json!({"title": title, "text": "周六22点至24点升级，\n期间不能登录。", "since": day(0), "until": day(0)});
        json!({"i": with(draft, change)})
    };
    for (change, field) in [
        (json!({"title": " "}), "title"),
        (json!({"text": ""}), "text"),
        (json!({"until": day(-1)}), "until"),
        (json!({"until": day(400)}), "until"),
        (json!({"tenants": []}), "tenants"),
        (json!({"tenants": [NOBODY]}), "tenants"),
    ] {
        let refusal = operator.refused(PUBLISH, notice("系统升级", change.clone())).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    operator.ok(PUBLISH, notice("给全部", json!({}))).await;
    let one = operator.ok(PUBLISH, notice("给一家", json!({"tenants": [t.home.id]}))).await;
    operator.ok(PUBLISH, notice("还没到", json!({"since": day(1), "until": day(1)}))).await;
    operator.ok(PUBLISH, notice("给别家", json!({"tenants": [other.id]}))).await;
    let titles = async |visitor: &mut Visitor| {
        let seen = visitor.ok(STANDING, json!({})).await["system"]["standing"]["notices"].clone();
        let titles = seen.as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    assert_eq!(titles(&mut admin).await, ["给一家", "给全部"]);
    assert_eq!(titles(&mut boss).await, ["给别家", "给全部"]);
    assert!(titles(&mut reader).await.is_empty(), "only the tenant's administrators");
    assert_eq!(t.visitor().refused(STANDING, json!({})).await, "UNAUTHENTICATED");

    let withdraw = "mutation($id: ID!) { system { withdrawNotice(id: $id) { withdrawnAt } } }";
    let id = json!({"id": one["system"]["publishNotice"]["id"]});
    operator.ok(withdraw, id.clone()).await;
    assert_eq!(operator.refused(withdraw, id).await, "NOT_FOUND");
    assert_eq!(titles(&mut admin).await, ["给全部"]);
    let all = operator.ok("{ system { notices { totalCount nodes { title createdBy } } } }", json!({})).await;
    assert_eq!(all["system"]["notices"]["totalCount"], 4);
    assert_eq!(admin.refused("{ system { notices { totalCount } } }", json!({})).await, "DENIED");
    assert_eq!(admin.refused(PUBLISH, notice("给全部", json!({}))).await, "DENIED");

    expired(&t, &mut operator, 3).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let standing = admin.ok(STANDING, json!({})).await["system"]["standing"].clone();
    assert_eq!(standing["life"], "GRACE");
    assert_eq!((&standing["expiresOn"], &standing["readableUntil"]), (&json!(day(-3)), &json!(day(42))));
    assert_eq!(standing["contact"], "客服 400-000-0000");
}
