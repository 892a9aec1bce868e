//! Support access (服务商支持): with the tenant's consent, for a time, read-only unless more is granted.

use chrono::Duration;
use serde_json::json;
use zhibu_tests::{Town, Visitor, until, words};

use crate::surface::{Surface, content, outcome, reviewed};

const ASK: &str = "mutation($input: SupportInput!) { system { askSupport(input: $input) { id support { state } } } }";
const GRANT: &str = "mutation($id: ID!, $hours: Int!, $write: Boolean!) { system { grantSupport(id: $id, hours: $hours, write: $write) { state } } }";
const REFUSE: &str = "mutation($id: ID!) { system { refuseSupport(id: $id, reason: \"不需要\") { state } } }";
const END: &str = "mutation($id: ID!) { system { endSupport(id: $id) { state } } }";
const WITHDRAW: &str = "mutation($id: ID!) { system { withdrawSupport(id: $id) { support { state } } } }";
const ENTER: &str = "mutation($id: ID!) { system { enterSupport(id: $id) { ticket } } }";
const OPEN: &str = "mutation($ticket: String!) { system { openSupport(ticket: $ticket) { account { displayName } } } }";
const STANDING: &str = "{ system { supportStanding { guest { operator write } open { operator state } } } }";
const USERS: &str = "{ system { users { totalCount } } }";
const MENU: &str = "mutation { system { setMenu(key: \"document.samples\", on: false) { key } } }";

async fn ask(operator: &mut Visitor, tenant: &str, write: bool, hours: i32) -> String {
    let input = json!({"tenant": tenant, "reason": "排查党员名册显示问题", "write": write, "hours": hours});
    let asked = operator.ok(ASK, json!({"input": input})).await["system"]["askSupport"].clone();
    assert_eq!(asked["support"]["state"], "ASKED");
    asked["id"].as_str().unwrap().to_owned()
}

async fn grant(admin: &mut Visitor, id: &str, write: bool, hours: i32) {
    admin.ok(GRANT, json!({"id": id, "hours": hours, "write": write})).await;
}

async fn enter(t: &Town, operator: &mut Visitor, id: &str) -> Visitor {
    let ticket = operator.ok(ENTER, json!({"id": id})).await["system"]["enterSupport"]["ticket"].clone();
    let mut guest = t.visitor();
    guest.ok(OPEN, json!({"ticket": ticket})).await;
    guest
}

async fn audited(t: &Town) -> Vec<String> {
    let schema = t.home.schema();
    let sql =
        format!("SELECT actor_kind || ' ' || action FROM {schema}.audit WHERE object_kind = 'support' ORDER BY id");
    t.sql().await.column(&sql).await
}

#[tokio::test]
async fn support_nobody_comes_in_before_the_tenant_agrees() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let other = t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let id = ask(&mut operator, &t.home.id, false, 24).await;
    assert_eq!(operator.refused(ENTER, json!({"id": id})).await, "SUPPORT_NOT_GRANTED");
    // Another tenant neither sees it nor can agree to it.
    assert_eq!(boss.refused(GRANT, json!({"id": id, "hours": 1, "write": false})).await, "NOT_FOUND");
    assert_eq!(boss.ok(STANDING, json!({})).await["system"]["supportStanding"]["open"], json!([]));
    let theirs = ask(&mut operator, &other.id, false, 1).await;
    grant(&mut boss, &theirs, false, 1).await;
    assert_eq!(operator.refused(ENTER, json!({"id": id})).await, "SUPPORT_NOT_GRANTED");
    // More than was asked for cannot be granted.
    assert_eq!(admin.refused(GRANT, json!({"id": id, "hours": 25, "write": false})).await, "INVALID hours");
    assert_eq!(admin.refused(GRANT, json!({"id": id, "hours": 24, "write": true})).await, "INVALID write");
    assert_eq!(admin.ok(STANDING, json!({})).await["system"]["supportStanding"]["open"][0]["state"], "ASKED");
    t.person("somebody", "member", &t.home.root).await;
    let mut member = t.signed_in("somebody", zhibu_tests::PASSWORD).await;
    assert_eq!(member.ok(STANDING, json!({})).await["system"]["supportStanding"]["open"], json!([]));
    assert_eq!(member.refused(GRANT, json!({"id": id, "hours": 1, "write": false})).await, "DENIED");
    admin.ok(REFUSE, json!({"id": id})).await;
    assert_eq!(operator.refused(ENTER, json!({"id": id})).await, "SUPPORT_NOT_GRANTED");
    assert_eq!(admin.refused(GRANT, json!({"id": id, "hours": 1, "write": false})).await, "SUPPORT_DECIDED");
    // What is granted is open in that tenant only, and to the one who has asked.
    let mut guest = enter(&t, &mut operator, &theirs).await;
    assert_eq!(guest.ok(words::SESSION, json!({})).await["system"]["session"]["tenant"]["id"], other.id.as_str());
    assert_eq!(audited(&t).await, ["operator support.asked", "account support.refused"]);
}

/// Another one-time password is another session, and all four are there before the first asks.
#[tokio::test]
async fn support_of_four_requests_at_once_one_is_made() {
    let t = Town::start().await;
    let (mut a, mut b, mut c, mut d) = (t.operator().await, t.operator().await, t.operator().await, t.operator().await);
    let input = json!({"input": {"tenant": t.home.id, "reason": "排查党员名册显示问题", "write": false, "hours": 1}});
    let ask = async |operator: &mut Visitor| {
        let answer = operator.ask(ASK, input.clone()).await;
        answer.refusal_opt().map_or_else(|| "made".to_owned(), |refusal| refusal.code)
    };
    let (a, b, c, d) = tokio::join!(ask(&mut a), ask(&mut b), ask(&mut c), ask(&mut d));
    let mut said = [a, b, c, d];
    said.sort();
    assert_eq!(said, ["SUPPORT_OPEN", "SUPPORT_OPEN", "SUPPORT_OPEN", "made"]);
    let made = format!("SELECT count(*) FROM {}.support", t.home.schema());
    assert_eq!(t.sql().await.one(&made).await, "1");
}

#[tokio::test]
async fn support_is_seen_by_both_sides_and_a_ticket_works_once() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    for hours in [0, 73] {
        let input = json!({"tenant": t.home.id, "reason": "排查党员名册", "write": false, "hours": hours});
        assert_eq!(operator.refused(ASK, json!({"input": input})).await, "INVALID hours");
    }
    let id = ask(&mut operator, &t.home.id, true, 72).await;
    let again = json!({"tenant": t.home.id, "reason": "排查党员名册", "write": false, "hours": 1});
    assert_eq!(operator.refused(ASK, json!({"input": again})).await, "SUPPORT_OPEN");
    grant(&mut admin, &id, false, 2).await;
    let ticket = operator.ok(ENTER, json!({"id": id})).await["system"]["enterSupport"]["ticket"].clone();
    let mut guest = t.visitor();
    guest.ok(OPEN, json!({"ticket": ticket})).await;
    assert_eq!(t.visitor().refused(OPEN, json!({"ticket": ticket})).await, "LINK_INVALID");
    let late = operator.ok(ENTER, json!({"id": id})).await["system"]["enterSupport"]["ticket"].clone();
    t.pass(Duration::minutes(1));
    assert_eq!(t.visitor().refused(OPEN, json!({"ticket": late})).await, "LINK_INVALID");
    let own = guest.ok(STANDING, json!({})).await["system"]["supportStanding"].clone();
    assert_eq!(own["guest"], json!({"operator": "operator", "write": false}));
    let theirs = admin.ok(STANDING, json!({})).await["system"]["supportStanding"].clone();
    assert_eq!(theirs, json!({"guest": null, "open": [{"operator": "operator", "state": "GRANTED"}]}));
    // A session goes on by its refresh token, and leaving ends it but not the grant.
    guest.ok("mutation { system { refresh } }", json!({})).await;
    let thief = guest.clone();
    guest.ok("mutation { system { signOut } }", json!({})).await;
    assert_eq!(thief.peek(USERS, json!({})).await.refusal(), "UNAUTHENTICATED");
    let mut guest = enter(&t, &mut operator, &id).await;
    guest.ok(USERS, json!({})).await;
    assert_eq!(
        audited(&t).await,
        [
            "operator support.asked",
            "account support.granted",
            "operator support.entered",
            "operator support.left",
            "operator support.entered",
        ]
    );
}

#[tokio::test]
async fn support_ends_by_the_tenant_the_operator_the_clock_and_a_suspension() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    for way in ["tenant", "operator", "clock", "suspension"] {
        let id = ask(&mut operator, &t.home.id, true, 1).await;
        grant(&mut admin, &id, true, 1).await;
        let mut guest = enter(&t, &mut operator, &id).await;
        guest.ok(USERS, json!({})).await;
        assert_eq!(guest.peek(MENU, json!({})).await.refusal_opt().map(|r| r.code), None, "{way}");
        match way {
            "tenant" => {
                admin.ok(END, json!({"id": id})).await;
            }
            "operator" => {
                operator.ok(WITHDRAW, json!({"id": id})).await;
            }
            "clock" => {
                t.pass(Duration::minutes(59));
                guest.ok("mutation { system { refresh } }", json!({})).await;
                guest.ok(USERS, json!({})).await;
                operator = t.operator().await;
                admin = t.administrator().await;
                t.pass(Duration::seconds(30));
            }
            _ => {
                let suspend = "mutation($t: ID!) { system { suspendTenant(tenant: $t, reason: \"核实情况\") { id } } }";
                operator.ok(suspend, json!({"t": t.home.id})).await;
            }
        }
        // Writes at once, reads within a second.
        assert_eq!(guest.peek(MENU, json!({})).await.refusal(), "UNAUTHENTICATED", "{way}");
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        assert_eq!(guest.peek(USERS, json!({})).await.refusal(), "UNAUTHENTICATED", "{way}");
        assert_eq!(guest.refused("mutation { system { refresh } }", json!({})).await, "UNAUTHENTICATED", "{way}");
        let refusal = operator.refused(ENTER, json!({"id": id})).await;
        assert!(["SUPPORT_NOT_GRANTED", "TENANT_SUSPENDED"].contains(&refusal.code.as_str()), "{way} {refusal:?}");
    }
    let schema = t.home.schema();
    let sql = t.sql().await;
    until("the grant to be ended with the suspension", async || {
        sql.one(&format!("SELECT count(*) FROM {schema}.support WHERE ended_by = '系统'")).await == "1"
    })
    .await;
}

#[tokio::test]
async fn support_to_look_changes_nothing_whatever_is_tried() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let account = t.person("somebody", "member", &t.home.root).await;
    let id = ask(&mut operator, &t.home.id, false, 1).await;
    grant(&mut admin, &id, false, 1).await;
    let guest = enter(&t, &mut operator, &id).await;
    let before = content(&t, &t.home).await;
    let mut tried = 0;
    let operations = Surface::of(&t).await.operations(&|_| account.clone());
    // What anybody may try without a session at all says nothing about this one.
    let anyone = include_str!("snapshots/anyone.txt");
    for operation in operations.iter().filter(|one| one.name.starts_with("mutation")) {
        let public = anyone.lines().any(|line| line.split_whitespace().nth(1) == operation.name.split(' ').nth(1));
        if public || operation.name.contains("ignOut") || operation.name.ends_with(".refresh") {
            continue;
        }
        let (code, body) = outcome(&guest, operation).await;
        assert_ne!(code, "ok", "{}: {body}", operation.name);
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
    assert_eq!(content(&t, &t.home).await, before);
}

#[tokio::test]
async fn support_holds_what_was_reviewed_and_the_audit_names_the_operator() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let form = crate::organisations::branch(&t.home.root, "第一");
    let made = admin.ok(words::CREATE, json!({"input": form})).await;
    let branch = made["directory"]["createOrganisation"]["id"].as_str().unwrap().to_owned();
    let mut held = String::new();
    for write in [false, true] {
        let id = ask(&mut operator, &t.home.id, true, 1).await;
        grant(&mut admin, &id, write, 1).await;
        let mut guest = enter(&t, &mut operator, &id).await;
        let session = guest.ok(words::SESSION, json!({})).await["system"]["session"].clone();
        for permission in session["permissions"].as_array().unwrap() {
            held.push_str(&format!("{} {}\n", if write { "write" } else { "read " }, permission.as_str().unwrap()));
        }
        if write {
            guest.ok(MENU, json!({})).await;
            let own = "mutation { system { setFavourites(keys: []) } }";
            assert_eq!(guest.refused(own, json!({})).await, "DENIED");
            // Nor does a guest make an account to stay with.
            let create = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
            let newcomer = json!({"input": crate::members::member(&branch, "吕建业", 7)});
            assert_eq!(guest.refused(create, newcomer).await, "SUPPORT_ACCOUNTS");
        } else {
            assert_eq!(guest.refused(MENU, json!({})).await, "DENIED");
        }
        admin.ok(END, json!({"id": id})).await;
    }
    reviewed("support.txt", &held);
    let schema = t.home.schema();
    let named = format!("SELECT actor_kind || ' ' || actor_name FROM {schema}.audit WHERE action LIKE 'menu%'");
    assert_eq!(t.sql().await.column(&named).await, ["operator operator"]);
}
