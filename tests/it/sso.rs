//! Password-free sign-in (免密登录, PC-2.6, OP-2), from the application to the session. Signatures are made here anew.

use std::path::Path;
use std::process::Stdio;

use chrono::Duration;
use http::{Method, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zhibu_emulator::oidc::{CLIENT, CLIENT_SECRET, Op, Person};
use zhibu_tests::{Answer, PASSWORD, Tenant, Town, Visitor, until, words};

const APPLY: &str = "mutation($name: String!) { system { applyForSso(input: {name: $name, purpose: \"从办公平台进入\", \
    homeUrl: \"https://oa.example.org\"}) { id appKey status } } }";
const APPROVE: &str = "mutation($app: ID!) { system { approveSso(app: $app) { status quotaLeft tenant { name } } } }";
const SECRET: &str = "mutation($app: ID!, $end: Boolean! = false) { system { issueSsoSecret(app: $app, endPrevious: $end) { secret } } }";
const RULES: &str = "mutation($input: SsoRulesInput!) { system { setSsoRules(input: $input) { targets addresses admitAdministrators } } }";
const MINE: &str = "{ system { ssoApplications { id status quotaLeft quotaPack hasSecret reason } } }";
const USES: &str = "query($app: ID!) { system { ssoUses(app: $app) { day uses } } }";
const NOTICES: &str = "{ system { standing { notices { title text } } } }";

/// An approved application with its secret, and somebody called `li` who may come in by it.
struct Shop {
    id: String,
    key: String,
    secret: String,
    admin: Visitor,
}

async fn shop(t: &Town) -> Shop {
    t.person("li", "member", &t.home.root).await;
    let admin = t.administrator().await;
    shop_of(t, admin, "办公平台").await
}

async fn shop_of(t: &Town, mut admin: Visitor, name: &str) -> Shop {
    let applied = admin.ok(APPLY, json!({"name": name})).await["system"]["applyForSso"].clone();
    let (id, key) = (applied["id"].as_str().unwrap().to_owned(), applied["appKey"].as_str().unwrap().to_owned());
    t.operator().await.ok(APPROVE, json!({"app": id})).await;
    let issued = admin.ok(SECRET, json!({"app": id})).await;
    let secret = issued["system"]["issueSsoSecret"]["secret"].as_str().unwrap().to_owned();
    Shop { id, key, secret, admin }
}

/// HMAC (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> String {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::digest([&block.map(|byte| byte ^ 0x36)[..], text].concat());
    hex(&Sha256::digest([&block.map(|byte| byte ^ 0x5c)[..], &inner].concat()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn order(user: &str) -> Value {
    json!({"subject": {"type": "username", "value": user}, "client": "pc", "target": "/home"})
}

async fn send(t: &Town, shop: &Shop, order: &Value, nonce: &str) -> Answer {
    let body = order.to_string();
    let at = t.now().timestamp().to_string();
    let hash = hex(&Sha256::digest(body.as_bytes()));
    let text = format!("SSO1-HMAC-SHA256\nPOST\n/sso/v1/tickets\n\n{}\n{at}\n{nonce}\n{hash}", shop.key);
    let signature = hmac(shop.secret.as_bytes(), text.as_bytes());
    let headers = [
        ("content-type", "application/json"),
        ("x-sso-app", &shop.key),
        ("x-sso-timestamp", &at),
        ("x-sso-nonce", nonce),
        ("x-sso-algorithm", "SSO1-HMAC-SHA256"),
        ("x-sso-signature", &signature),
    ];
    t.visitor().send(Method::POST, "/sso/v1/tickets", &headers, body).await
}

fn nonce(t: &Town) -> String {
    zhibu_core::World::default().id::<zhibu_core::BatchId>().to_string() + &t.home.id[..8]
}

async fn mint(t: &Town, shop: &Shop, order: &Value) -> Answer {
    send(t, shop, order, &nonce(t)).await
}

#[track_caller]
fn said(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

async fn ticket(t: &Town, shop: &Shop, user: &str) -> String {
    let answer = mint(t, shop, &order(user)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["ticket"].as_str().unwrap().to_owned()
}

async fn redeem(t: &Town, key: &str, ticket: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")];
    t.visitor().send(Method::POST, "/sso/login", &headers, format!("ticket={ticket}&app={key}")).await
}

/// Whoever manages applications by a role of the tenant's own does not become its administrator by one.
#[tokio::test]
async fn pc_2_6_only_the_tenants_administrator_decides_about_an_application_that_admits_administrators() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    let made = "mutation($i: RoleInput!) { system { createRole(input: $i) { key own } } }";
    let role =
        json!({"i": {"name": "平台接入员", "reach": "ALL", "permissions": ["system.sso.read", "system.sso.manage"]}});
    let roles = shop.admin.ok(made, role).await["system"]["createRole"].clone();
    let role = roles.as_array().unwrap().iter().find(|role| role["own"] == true).unwrap()["key"].clone();
    let wang = t.person("wang", "member", &t.home.root).await;
    assert_eq!(mint(&t, &shop, &order("wang")).await.status, 200);
    let give = "mutation($r: ID!, $a: ID!, $o: ID!) { system { giveRole(role: $r, account: $a, organisation: $o) } }";
    shop.admin.ok(give, json!({"r": role, "a": wang, "o": t.home.root})).await;
    assert_eq!(
        said(&mint(&t, &shop, &order("wang")).await),
        (403, "ADMINISTRATOR_EXCLUDED"),
        "by a role of the tenant's own"
    );
    let mut wang = t.signed_in("wang", PASSWORD).await;
    let rules = |admit: bool| json!({"input": {"app": shop.id, "targets": ["/home"], "addresses": [], "admitAdministrators": admit}});
    wang.ok(RULES, rules(false)).await;
    wang.ok(SECRET, json!({"app": shop.id})).await;
    // A link to an administrator would open with the first application that lets administrators in.
    let link = "mutation($app: ID!, $subject: String!, $user: String!) { system { \
        linkSsoSubject(app: $app, subject: $subject, userName: $user) } }";
    let to = |user: &str| json!({"app": shop.id, "subject": format!("E-{user}"), "user": user});
    for user in [&*t.home.administrator, "wang"] {
        assert_eq!(wang.refused(link, to(user)).await, "ADMITS_ADMINISTRATORS", "{user}");
    }
    wang.ok(link, to("li")).await;
    shop.admin.ok(link, to("wang")).await;
    let sql = t.sql().await;
    sql.rows(&format!("UPDATE t_{}.sso_links SET approved_at = NULL", t.home.id.replace('-', ""))).await;
    let links = shop.admin.ok("{ system { ssoLinks { id userName } } }", json!({})).await["system"]["ssoLinks"].clone();
    let approve = "mutation($link: ID!) { system { approveSsoLink(id: $link) } }";
    for one in links.as_array().unwrap() {
        if one["userName"] == "wang" {
            assert_eq!(wang.refused(approve, json!({"link": one["id"]})).await, "ADMITS_ADMINISTRATORS");
            shop.admin.ok(approve, json!({"link": one["id"]})).await;
        } else {
            wang.ok(approve, json!({"link": one["id"]})).await;
        }
    }
    assert_eq!(wang.refused(RULES, rules(true)).await, "ADMITS_ADMINISTRATORS");
    shop.admin.ok(RULES, rules(true)).await;
    for (asked, vars) in [(SECRET, json!({"app": shop.id})), (RULES, rules(false))] {
        assert_eq!(wang.refused(asked, vars).await, "ADMITS_ADMINISTRATORS");
    }
}

/// Somebody with the cookies of an answer.
fn holding(t: &Town, answer: &Answer) -> Visitor {
    let mut visitor = t.visitor();
    for line in answer.headers.get_all(header::SET_COOKIE) {
        let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
        visitor.set_cookie(name, rest.split(';').next().unwrap());
    }
    visitor
}

async fn who(visitor: &mut Visitor) -> String {
    visitor.ok(words::SESSION, json!({})).await["system"]["session"]["account"]["userName"].as_str().unwrap().to_owned()
}

async fn left(t: &Town, shop: &Shop) -> String {
    t.sql().await.one(&format!("SELECT quota_left FROM platform.sso_apps WHERE id = '{}'", shop.id)).await
}

#[tokio::test]
async fn pc_2_6_from_the_application_to_the_session() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    let mine = shop.admin.ok(MINE, json!({})).await["system"]["ssoApplications"][0].clone();
    assert_eq!(
        (&mine["status"], &mine["quotaLeft"], &mine["hasSecret"]),
        (&json!("APPROVED"), &json!(200), &json!(true))
    );
    let told = shop.admin.ok(NOTICES, json!({})).await;
    assert_eq!(told["system"]["standing"]["notices"][0]["title"], "免密登录申请已通过");

    let mut wanted = order("li");
    wanted["state"] = json!("abc123");
    let minted = mint(&t, &shop, &wanted).await;
    assert_eq!((minted.status, &minted.body["expires_in"], &minted.body["state"]), (200, &json!(60), &json!("abc123")));
    let ticket = minted.body["ticket"].as_str().unwrap();
    assert_eq!(minted.body["login_url"], format!("{}/sso/login#t={ticket}&a={}", t.origin(), shop.key));

    let page = t.visitor().send(Method::GET, "/sso/login", &[], "").await;
    assert_eq!(
        (page.status, &page.headers["referrer-policy"], &page.headers["cache-control"]),
        (200, &"no-referrer".parse().unwrap(), &"no-store".parse().unwrap())
    );
    assert_eq!(left(&t, &shop).await, "200", "looking at the page costs nothing");

    let entered = redeem(&t, &shop.key, ticket).await;
    assert_eq!((entered.status, &entered.headers["location"]), (303, &"/home".parse().unwrap()));
    assert_eq!(entered.headers["referrer-policy"], "no-referrer");
    assert_eq!(who(&mut holding(&t, &entered)).await, "li");
    assert_eq!(left(&t, &shop).await, "199");
    let uses = shop.admin.ok(USES, json!({"app": shop.id})).await;
    assert_eq!(uses["system"]["ssoUses"].as_array().unwrap().len(), 1);
    assert_eq!(uses["system"]["ssoUses"][0]["uses"], 1);
    let meters = "query($t: ID!) { system { tenantMeters(tenant: $t) { ssoThisMonth ssoLeft } } }";
    let meters = t.operator().await.ok(meters, json!({"t": t.home.id})).await;
    assert_eq!(meters["system"]["tenantMeters"], json!({"ssoThisMonth": 1, "ssoLeft": 199}));

    // Neither secret nor ticket stands anywhere in plain text.
    let sql = t.sql().await;
    for table in ["audit", "sso_tickets"] {
        let rows = sql.column(&format!("SELECT r::text FROM {}.{table} r", t.home.schema())).await.join("\n");
        assert!(!rows.contains(ticket) && !rows.contains(&shop.secret), "{table}");
    }
    let sealed = sql.one("SELECT encode(secret, 'escape') FROM platform.sso_apps").await;
    assert!(!sealed.contains(&shop.secret));
    let kept =
        sql.one(&format!("SELECT count(*) FROM {}.audit WHERE action = 'sso.ticket_issued'", t.home.schema())).await;
    assert_eq!(kept, "1");
}

#[tokio::test]
async fn pc_2_6_another_page_spends_no_ticket() {
    let t = Town::start().await;
    let shop = shop(&t).await;
    let ticket = ticket(&t, &shop, "li").await;
    let post = async |site: &'static str| {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [form, ("accept", "application/json"), ("sec-fetch-site", site)];
        t.visitor().send(Method::POST, "/sso/login", &headers, format!("ticket={ticket}&app={}", shop.key)).await
    };
    for site in ["cross-site", "same-site"] {
        let refused = post(site).await;
        assert_eq!((said(&refused).1, refused.headers.contains_key(header::SET_COOKIE)), ("FOREIGN_PAGE", false));
    }
    assert_eq!(who(&mut holding(&t, &post("same-origin").await)).await, "li");
}

#[tokio::test]
async fn pc_2_6_a_nonce_serves_once() {
    let t = Town::start().await;
    let shop = shop(&t).await;
    let (order, nonce) = (order("li"), nonce(&t));
    let (one, other) = tokio::join!(send(&t, &shop, &order, &nonce), send(&t, &shop, &order, &nonce));
    let mut both = [said(&one), said(&other)];
    both.sort_unstable();
    assert_eq!(both, [(200, ""), (409, "NONCE_REUSED")]);
    assert_eq!(said(&send(&t, &shop, &order, &nonce).await), (409, "NONCE_REUSED"));
    // One of a request that was refused is spent too; one of a stranger's is not.
    let mut bad = order.clone();
    bad["target"] = json!("//evil");
    assert_eq!(said(&send(&t, &shop, &bad, "refused-refused-1").await), (400, "TARGET_NOT_ALLOWED"));
    assert_eq!(said(&send(&t, &shop, &order, "refused-refused-1").await), (409, "NONCE_REUSED"));
    let stranger = Shop { secret: "wrong".to_owned(), key: shop.key.clone(), id: String::new(), admin: t.visitor() };
    assert_eq!(said(&send(&t, &stranger, &order, "stranger-stranger").await), (401, "SIGNATURE_INVALID"));
    assert_eq!(send(&t, &shop, &order, "stranger-stranger").await.status, 200);
}

#[tokio::test]
async fn pc_2_6_one_of_two_redemptions_wins() {
    let t = Town::start().await;
    let shop = shop(&t).await;
    let ticket = ticket(&t, &shop, "li").await;
    let (one, other) = tokio::join!(redeem(&t, &shop.key, &ticket), redeem(&t, &shop.key, &ticket));
    let mut both = [said(&one), said(&other)];
    both.sort_unstable();
    assert_eq!(both, [(303, ""), (410, "TICKET_USED")]);
    assert_eq!(left(&t, &shop).await, "199");
    let opened = format!(
        "SELECT count(*) FROM {}.audit WHERE action = 'session.opened' AND changes::text LIKE '%\"sso\"%'",
        t.home.schema()
    );
    assert_eq!(t.sql().await.one(&opened).await, "1");
}

#[tokio::test]
async fn pc_2_6_a_ticket_lives_a_minute_and_in_its_tenant_alone() {
    let t = Town::start().await;
    let ours = shop(&t).await;
    let other: Tenant = t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let boss = t.first_sign_in("boss", None).await;
    let theirs = shop_of(&t, boss, "第二平台").await;
    // Their people are nobody here, and ours nobody there.
    assert_eq!(said(&mint(&t, &ours, &order("boss")).await), (404, "SUBJECT_UNKNOWN"));
    assert_eq!(said(&mint(&t, &theirs, &order("li")).await), (404, "SUBJECT_UNKNOWN"));
    let ticket = ticket(&t, &ours, "li").await;
    assert_eq!(said(&redeem(&t, &theirs.key, &ticket).await), (404, "TICKET_UNKNOWN"));
    assert_eq!(said(&redeem(&t, "ak_nobody", &ticket).await), (404, "TICKET_UNKNOWN"));
    let mut admin = theirs.admin;
    let foreign = json!({"input": {"app": ours.id, "targets": ["/"], "addresses": [], "admitAdministrators": true}});
    assert_eq!(admin.refused(RULES, foreign).await, "NOT_FOUND");
    assert_eq!(admin.refused(SECRET, json!({"app": ours.id})).await, "NOT_FOUND");
    assert_eq!(admin.refused(USES, json!({"app": ours.id})).await, "NOT_FOUND");
    // Not even by the doors.
    let stolen = format!(
        "BEGIN; SET LOCAL ROLE {}; SELECT shared.sso_stop('{}', now(), 'x', 'x'); COMMIT",
        other.schema(),
        ours.id
    );
    assert_eq!(t.sql_as_app().await.one(&stolen).await, "f");
    t.pass(Duration::seconds(61));
    assert_eq!(said(&redeem(&t, &ours.key, &ticket).await), (410, "TICKET_EXPIRED"));
    assert_eq!(left(&t, &ours).await, "200");
}

#[tokio::test]
async fn pc_2_6_a_ticket_leads_where_the_tenant_lets_it() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    for bad in ["//evil", "https://evil.test/", "/home/../admin", "/members", "/\\evil", "javascript:alert(1)"] {
        let mut order = order("li");
        order["target"] = json!(bad);
        assert_eq!(said(&mint(&t, &shop, &order).await), (400, "TARGET_NOT_ALLOWED"), "{bad}");
    }
    let mut input = json!({"app": shop.id, "targets": ["//evil"], "addresses": [], "admitAdministrators": false});
    assert_eq!(shop.admin.refused(RULES, json!({"input": input})).await, "INVALID targets");
    input["targets"] = json!(["/members/"]);
    input["addresses"] = json!(["203.0.113.300"]);
    assert_eq!(shop.admin.refused(RULES, json!({"input": input})).await, "INVALID addresses");
    input["addresses"] = json!(["203.0.113.0/24"]);
    shop.admin.ok(RULES, json!({"input": input})).await;
    let mut order = order("li");
    order["target"] = json!("/members/1?tab=2");
    assert_eq!(said(&mint(&t, &shop, &order).await), (403, "IP_NOT_ALLOWED"));
    input["addresses"] = json!(["127.0.0.0/8"]);
    shop.admin.ok(RULES, json!({"input": input})).await;
    let minted = mint(&t, &shop, &order).await;
    let entered = redeem(&t, &shop.key, minted.body["ticket"].as_str().unwrap()).await;
    assert_eq!(entered.headers["location"], "/members/1?tab=2");
}

#[tokio::test]
async fn pc_2_6_an_exchanged_secret_ends_after_a_day_or_at_once() {
    let t = Town::start().await;
    let mut old = shop(&t).await;
    let renewed = async |admin: &mut Visitor, end: bool| {
        let issued = admin.ok(SECRET, json!({"app": old.id, "end": end})).await;
        issued["system"]["issueSsoSecret"]["secret"].as_str().unwrap().to_owned()
    };
    let mut admin = old.admin.clone();
    let second = renewed(&mut admin, false).await;
    assert_eq!(mint(&t, &old, &order("li")).await.status, 200);
    t.pass(Duration::hours(24));
    assert_eq!(said(&mint(&t, &old, &order("li")).await), (401, "SIGNATURE_INVALID"));
    let mut admin = t.administrator().await;
    let third = renewed(&mut admin, true).await;
    old.secret = second;
    assert_eq!(said(&mint(&t, &old, &order("li")).await), (401, "SIGNATURE_INVALID"));
    old.secret = third;
    assert_eq!(mint(&t, &old, &order("li")).await.status, 200);
}

#[tokio::test]
async fn pc_2_6_the_last_sign_in_goes_to_one_of_two() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    t.person("wang", "member", &t.home.root).await;
    t.sql().await.rows("UPDATE platform.sso_apps SET quota_left = 1").await;
    let (a, b) = (ticket(&t, &shop, "li").await, ticket(&t, &shop, "wang").await);
    let (one, other) = tokio::join!(redeem(&t, &shop.key, &a), redeem(&t, &shop.key, &b));
    let mut both = [said(&one), said(&other)];
    both.sort_unstable();
    assert_eq!(both, [(303, ""), (403, "QUOTA_EXHAUSTED")]);
    assert_eq!(left(&t, &shop).await, "0");
    assert_eq!(said(&mint(&t, &shop, &order("li")).await), (403, "QUOTA_EXHAUSTED"));
    let told = async |admin: &mut Visitor| admin.ok(NOTICES, json!({})).await.to_string();
    until("the administrators are told", async || told(&mut shop.admin).await.contains("免密登录次数已用完")).await;
    // The loser's ticket was not spent: more sign-ins make it good again, while it lives.
    let grant = "mutation($app: ID!) { system { grantSso(app: $app, uses: 10) { quotaLeft } } }";
    t.operator().await.ok(grant, json!({"app": shop.id})).await;
    let loser = if one.status == 303 { b } else { a };
    assert_eq!(redeem(&t, &shop.key, &loser).await.status, 303);
}

#[tokio::test]
async fn pc_2_6_administrators_are_warned_once_when_a_fifth_is_left() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    t.sql().await.rows("UPDATE platform.sso_apps SET quota_left = 41").await;
    for _ in 0..2 {
        let ticket = ticket(&t, &shop, "li").await;
        assert_eq!(redeem(&t, &shop.key, &ticket).await.status, 303);
    }
    let warned = async |admin: &mut Visitor| admin.ok(NOTICES, json!({})).await.to_string().matches("即将用完").count();
    until("the administrators are warned", async || warned(&mut shop.admin).await > 0).await;
    assert_eq!(warned(&mut shop.admin).await, 1);
    assert_eq!(t.sql().await.one("SELECT warned FROM platform.sso_apps").await, "1");
    let shown = shop.admin.ok(NOTICES, json!({})).await["system"]["standing"]["notices"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1, "what was told of it before shows no more: {shown}");
}

#[tokio::test]
async fn pc_2_6_no_lock_is_passed_by() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    let (sql, schema) = (t.sql().await, t.home.schema());
    let account = async |set: &str| {
        sql.rows(&format!("UPDATE {schema}.accounts SET {set} WHERE user_name = 'li'")).await;
    };
    let kept = ticket(&t, &shop, "li").await;
    account("state = 'locked'").await;
    assert_eq!(said(&redeem(&t, &shop.key, &kept).await), (403, "ACCOUNT_LOCKED"));
    assert_eq!(said(&mint(&t, &shop, &order("li")).await), (403, "ACCOUNT_LOCKED"));
    account("state = 'disabled'").await;
    assert_eq!(said(&redeem(&t, &shop.key, &kept).await), (403, "ACCOUNT_DISABLED"));
    assert_eq!(said(&mint(&t, &shop, &order("li")).await), (404, "SUBJECT_UNKNOWN"));
    account("state = 'active'").await;
    assert_eq!(left(&t, &shop).await, "200");
    assert_eq!(redeem(&t, &shop.key, &kept).await.status, 303, "what was refused was not spent");
    // An initial password is asked for where passwords are.
    account("password_state = 'initial', password_expires_at = now()").await;
    let first = ticket(&t, &shop, "li").await;
    let entered = redeem(&t, &shop.key, &first).await;
    assert_eq!(who(&mut holding(&t, &entered)).await, "li");
    let mut elsewhere = order("li");
    for client in ["h5", "mini"] {
        elsewhere["client"] = json!(client);
        assert_eq!(said(&mint(&t, &shop, &elsewhere).await), (400, "CLIENT_NOT_AVAILABLE"));
    }
    // Administrators only when the tenant wants it, nor anybody else who may do more than a member.
    for (name, role, status) in
        [("qian", "org_admin", 403), ("sun", "branch_secretary", 403), ("zhou", "applicant", 200)]
    {
        t.person(name, role, &t.home.root).await;
        assert_eq!(mint(&t, &shop, &order(name)).await.status, status, "{role}");
    }
    let last = ticket(&t, &shop, "zhou").await;
    sql.rows(&format!("UPDATE {schema}.role_assignments SET role = 'branch_secretary' WHERE role = 'applicant'")).await;
    assert_eq!(said(&redeem(&t, &shop.key, &last).await), (403, "ADMINISTRATOR_EXCLUDED"), "whoever became one since");
    assert_eq!(said(&mint(&t, &shop, &order(&t.home.administrator)).await), (403, "ADMINISTRATOR_EXCLUDED"));
    let input = json!({"app": shop.id, "targets": ["/home"], "addresses": [], "admitAdministrators": true});
    shop.admin.ok(RULES, json!({"input": input})).await;
    assert_eq!(mint(&t, &shop, &order(&t.home.administrator)).await.status, 200);

    let late = ticket(&t, &shop, "li").await;
    let stop = "mutation($t: ID!) { system { suspendTenant(tenant: $t, reason: \"欠费停用\") { id } } }";
    let mut operator = t.operator().await;
    operator.ok(stop, json!({"t": t.home.id})).await;
    assert_eq!(said(&redeem(&t, &shop.key, &late).await), (403, "TENANT_SUSPENDED"));
    assert_eq!(said(&mint(&t, &shop, &order("li")).await), (403, "TENANT_SUSPENDED"));
}

#[tokio::test]
async fn op_2_an_application_is_decided_about() {
    let t = Town::start().await;
    let (mut admin, mut operator) = (t.administrator().await, t.operator().await);
    let applied = admin.ok(APPLY, json!({"name": "办公平台"})).await["system"]["applyForSso"].clone();
    let app = json!({"app": applied["id"]});
    assert_eq!(admin.refused(SECRET, app.clone()).await, "APP_NOT_APPROVED");
    let reject = "mutation($app: ID!) { system { rejectSso(app: $app, reason: \"请补充用途\") { status reason } } }";
    operator.ok(reject, app.clone()).await;
    assert_eq!(operator.refused(APPROVE, app.clone()).await, "WRONG_STATE");
    let mine = admin.ok(MINE, json!({})).await["system"]["ssoApplications"][0].clone();
    assert_eq!((&mine["status"], &mine["reason"]), (&json!("REJECTED"), &json!("请补充用途")));
    assert!(admin.ok(NOTICES, json!({})).await.to_string().contains("请补充用途"));

    let shop = {
        t.person("li", "member", &t.home.root).await;
        shop_of(&t, admin.clone(), "第二次申请").await
    };
    let cases =
        "query($s: SsoStatus) { system { ssoCases(status: $s) { totalCount nodes { name tenant { name } } } } }";
    let list = operator.ok(cases, json!({"s": "APPROVED"})).await["system"]["ssoCases"].clone();
    assert_eq!((&list["totalCount"], &list["nodes"][0]["tenant"]["name"]), (&json!(1), &json!(t.home.name)));
    let stop = "mutation($app: ID!) { system { stopSso(app: $app, reason: \"停用平台\") { status } } }";
    admin.ok(stop, json!({"app": shop.id})).await;
    assert_eq!(said(&mint(&t, &shop, &order("li")).await), (403, "APP_NOT_ACTIVE"));
    operator.ok(APPROVE, json!({"app": shop.id})).await;
    assert_eq!(mint(&t, &shop, &order("li")).await.status, 200);
    assert_eq!(left(&t, &shop).await, "200", "approving again gives nothing more");
    for n in 0..4 {
        admin.ok(APPLY, json!({"name": format!("平台{n}")})).await;
    }
    assert_eq!(admin.refused(APPLY, json!({"name": "太多了"})).await, "TOO_MANY_APPS");
}

/// An integrator's own numbers of people.
#[tokio::test]
async fn pc_2_6_an_outside_number_is_linked_by_an_administrator() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    let wanted = json!({"subject": {"type": "external_id", "value": "E-0001"}, "client": "pc", "target": "/home"});
    assert_eq!(said(&mint(&t, &shop, &wanted).await), (404, "SUBJECT_UNKNOWN"));
    let link = "mutation($app: ID!, $user: String!) { system { linkSsoSubject(app: $app, subject: \"E-0001\", userName: $user) } }";
    assert_eq!(shop.admin.refused(link, json!({"app": shop.id, "user": "nobody"})).await, "INVALID userName");
    shop.admin.ok(link, json!({"app": shop.id, "user": "li"})).await;
    assert_eq!(shop.admin.refused(link, json!({"app": shop.id, "user": "li"})).await, "INVALID subject");
    let minted = mint(&t, &shop, &wanted).await;
    let entered = redeem(&t, &shop.key, minted.body["ticket"].as_str().unwrap()).await;
    assert_eq!(who(&mut holding(&t, &entered)).await, "li");
}

/// Gives `li` a mobile number, as far as sign-in by it from outside goes.
async fn number(t: &Town, mobile: &'static str) {
    let (app, home) = (t.app(), t.home.id.parse::<zhibu_core::TenantId>().unwrap());
    let (sealed, index) = t
        .inside(async move {
            let vault = zhibu_tenancy::tenants::vault(&app, home).await.unwrap();
            (vault.seal(mobile.as_bytes()).unwrap(), vault.blind(mobile))
        })
        .await;
    let set = format!(
        "UPDATE {}.accounts SET mobile = '\\x{}', mobile_index = '\\x{}' WHERE user_name = 'li'",
        t.home.schema(),
        hex(&sealed),
        hex(&index)
    );
    t.sql().await.rows(&set).await;
}

fn at(answer: &Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Goes to the identity provider and back; whether the browser that comes back is the one that began.
async fn round(t: &Town, shop: &Shop, same: bool) -> Answer {
    let visitor = t.visitor();
    let sent = visitor.send(Method::GET, &format!("/sso/oidc/{}", shop.key), &[], "").await;
    assert_eq!(sent.status, 303, "{}", String::from_utf8_lossy(&sent.bytes));
    let cookie = sent.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let there = visitor.send(Method::GET, &at(&sent), &[], "").await;
    assert_eq!(there.status, 302);
    let cookies = if same { cookie } else { "zhibu_sso=other".to_owned() };
    visitor.send(Method::GET, &at(&there), &[("cookie", &cookies)], "").await
}

#[tokio::test]
async fn pc_2_6_an_identity_provider_signs_in_whom_an_administrator_approved() {
    let op = Op::start().await.unwrap();
    let t = Town::plan().set(|config| config.oidc.allow_loopback = true).start().await;
    let mut shop = shop(&t).await;
    number(&t, "13800000011").await;
    let set = "mutation($input: SsoIssuerInput!) { system { setSsoIssuer(input: $input) { issuer enabled } } }";
    let input =
        json!({"app": shop.id, "issuer": op.issuer(), "clientId": CLIENT, "secret": CLIENT_SECRET, "enabled": true});
    let off = t.visitor().send(Method::GET, &format!("/sso/oidc/{}", shop.key), &[], "").await;
    assert_eq!(off.status, 403);
    shop.admin.ok(set, json!({"input": input})).await;

    // A number nobody has proved asks for nothing.
    op.person(Person { sub: "u-1".to_owned(), phone: "+8613800000011".to_owned(), verified: false });
    let back = round(&t, &shop, true).await;
    assert_eq!(back.status, 403, "{}", String::from_utf8_lossy(&back.bytes));
    op.person(Person { sub: "u-1".to_owned(), phone: "+8613800000011".to_owned(), verified: true });
    assert!(String::from_utf8_lossy(&round(&t, &shop, true).await.bytes).contains("已申请绑定"));
    assert!(String::from_utf8_lossy(&round(&t, &shop, true).await.bytes).contains("已申请绑定"));
    assert_eq!(left(&t, &shop).await, "200");
    let links = shop.admin.ok("{ system { ssoLinks { id source subject userName approvedAt } } }", json!({})).await;
    let link = &links["system"]["ssoLinks"][0];
    assert_eq!((&link["subject"], &link["userName"], &link["approvedAt"]), (&json!("u-1"), &json!("li"), &Value::Null));
    shop.admin.ok("mutation($id: ID!) { system { approveSsoLink(id: $id) } }", json!({"id": link["id"]})).await;

    let entered = round(&t, &shop, true).await;
    assert_eq!((entered.status, at(&entered).as_str()), (303, "/home"));
    assert_eq!(who(&mut holding(&t, &entered)).await, "li");
    assert_eq!(left(&t, &shop).await, "199");
    // A browser that did not begin, and an address that comes back twice.
    assert_eq!(round(&t, &shop, false).await.status, 403);
    // New keys are found, but not looked for at every wrong token.
    op.rotate().unwrap();
    t.pass(Duration::minutes(2));
    assert_eq!(round(&t, &shop, true).await.status, 303);
    let lock = format!("UPDATE {}.accounts SET state = 'locked' WHERE user_name = 'li'", t.home.schema());
    t.sql().await.rows(&lock).await;
    let locked = round(&t, &shop, true).await;
    assert!(String::from_utf8_lossy(&locked.bytes).contains("ACCOUNT_LOCKED"));
    assert_eq!(left(&t, &shop).await, "198");
    assert_eq!(op.report(), Vec::<String>::new());
}

/// Without the setting for tries, an issuer on this machine is not spoken to.
#[tokio::test]
async fn pc_2_6_an_issuer_inside_is_refused() {
    let op = Op::start().await.unwrap();
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    let set = "mutation($input: SsoIssuerInput!) { system { setSsoIssuer(input: $input) { issuer } } }";
    for issuer in [op.issuer(), format!("https://localhost:{}", op.address.port())] {
        let input =
            json!({"app": shop.id, "issuer": issuer, "clientId": CLIENT, "secret": CLIENT_SECRET, "enabled": true});
        shop.admin.ok(set, json!({"input": input})).await;
        let sent = t.visitor().send(Method::GET, &format!("/sso/oidc/{}", shop.key), &[], "").await;
        assert!(String::from_utf8_lossy(&sent.bytes).contains("OIDC_UNAVAILABLE"), "{issuer}");
    }
    for bad in ["http://op.example.org", "http://localhost.evil.com", "https://a:b@op.example.org", "https://10.0.0.8"]
    {
        let bad = json!({"app": shop.id, "issuer": bad, "clientId": CLIENT, "secret": CLIENT_SECRET, "enabled": true});
        assert_eq!(shop.admin.refused(set, json!({"input": bad})).await, "INVALID issuer", "{bad}");
    }
}

fn samples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/samples/sso")
}

async fn run(t: &Town, shop: &Shop, program: &str, file: &str, mobile: &str) -> String {
    let output = tokio::process::Command::new(program)
        .args([file, mobile])
        .current_dir(samples())
        .envs([
            ("ZHIBU_URL", t.origin()),
            ("ZHIBU_SSO_APP", shop.key.clone()),
            ("ZHIBU_SSO_SECRET", shop.secret.clone()),
        ])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The ticket and key in a login address.
fn parts(url: &str) -> (String, String) {
    let fragment = url.split_once("#t=").unwrap_or_else(|| panic!("{url}")).1;
    let (ticket, key) = fragment.split_once("&a=").unwrap();
    (ticket.to_owned(), key.to_owned())
}

/// Every sample of the integration document signs somebody in as it stands.
#[tokio::test]
async fn pc_2_6_the_samples_of_the_document_work() {
    let t = Town::start().await;
    let mut shop = shop(&t).await;
    number(&t, "13800000011").await;
    for (program, file) in [("sh", "ticket.sh"), ("python3", "ticket.py"), ("java", "Ticket.java")] {
        let url = run(&t, &shop, program, file, "13800000011").await;
        let (ticket, key) = parts(&url);
        assert_eq!(redeem(&t, &key, &ticket).await.status, 303, "{file}");
    }
    assert_eq!(left(&t, &shop).await, "197");
    let guide = "query($app: ID!, $origin: String!) { system { ssoGuide(app: $app, origin: $origin) { text fileName samples { title text } } } }";
    let guide =
        shop.admin.ok(guide, json!({"app": shop.id, "origin": "https://dj.test:8443"})).await["system"]["ssoGuide"]
            .clone();
    let text = guide["text"].as_str().unwrap();
    assert!(
        text.contains("https://dj.test:8443/sso/v1/tickets") && text.contains(&shop.key) && text.contains("```java")
    );
    assert!(!text.contains("dj.example.org") && !text.contains("ak_0123456789abcdef0123"));
    assert_eq!(guide["samples"].as_array().unwrap().len(), 3);
}

/// The sample site signs a person of its own in.
#[tokio::test]
async fn pc_2_6_the_sample_site_works() {
    let t = Town::start().await;
    let shop = shop(&t).await;
    number(&t, "13800000011").await;
    let mut site = tokio::process::Command::new("python3")
        .args(["site.py", "0"])
        .current_dir(samples())
        .envs([
            ("ZHIBU_URL", t.origin()),
            ("ZHIBU_SSO_APP", shop.key.clone()),
            ("ZHIBU_SSO_SECRET", shop.secret.clone()),
        ])
        .env("SITE_USERS", "zhang=13800000011,nobody=13900000099")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut lines = tokio::io::BufReader::new(site.stdout.take().unwrap());
    tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut first).await.unwrap();
    let origin = first.trim().trim_end_matches('/').to_owned();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let visitor = t.visitor();
    assert!(
        String::from_utf8_lossy(&visitor.send(Method::GET, &format!("{origin}/"), &[], "").await.bytes)
            .contains("zhang")
    );
    let led = visitor.send(Method::POST, &format!("{origin}/dangjian"), &form, "user=zhang").await;
    assert_eq!(led.status, 303);
    let (ticket, key) = parts(&at(&led));
    let entered = redeem(&t, &key, &ticket).await;
    assert_eq!(who(&mut holding(&t, &entered)).await, "li");
    assert_eq!(visitor.send(Method::POST, &format!("{origin}/dangjian"), &form, "user=nobody").await.status, 502);
    // A password still opens the same account: nothing was changed by all this.
    t.signed_in("li", PASSWORD).await;
    site.kill().await.unwrap();
}
