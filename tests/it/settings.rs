//! What people and tenants set for themselves: shortcuts on the home page, rules of signing in.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Tenant, Town, Visitor, words};

const FAVOURITES: &str = "{ system { favourites } }";
const CHOOSE: &str = "mutation($keys: [String!]!) { system { setFavourites(keys: $keys) } }";
const SECURITY: &str = "{ system { security { forgivenPasswords { chosen usual least most } sessionDays { chosen usual } \
    sessionsEach { chosen usual } initialPasswords } } }";
const DECIDE: &str = "mutation($input: SecurityInput!) { system { setSecurity(input: $input) { initialPasswords } } }";
const DEVICES: &str = "{ system { sessions { device current } } }";

async fn favourites(of: &mut Visitor) -> Value {
    of.ok(FAVOURITES, json!({})).await["system"]["favourites"].clone()
}

#[tokio::test]
async fn pc_10_people_choose_the_pages_on_their_home_page() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    assert_eq!(favourites(&mut admin).await, json!([]));
    let keys = json!(["member.info", "system.users", "org.info"]);
    assert_eq!(admin.ok(CHOOSE, json!({"keys": keys})).await["system"]["setFavourites"], keys);
    let keys = json!(["org.info", "member.info", "system.users"]);
    admin.ok(CHOOSE, json!({"keys": keys})).await;
    assert_eq!(favourites(&mut admin).await, keys);

    // Each person has their own, of the pages they may open.
    t.person("qian", "branch_secretary", &t.home.root).await;
    let mut qian = t.signed_in("qian", PASSWORD).await;
    assert_eq!(favourites(&mut qian).await, json!([]));
    for bad in [json!(["system.users"]), json!(["nothing"]), json!(["org"]), json!(["org.info", "org.info"])] {
        assert_eq!(qian.refused(CHOOSE, json!({"keys": bad})).await, "INVALID keys", "{bad}");
    }
    assert_eq!(qian.refused(CHOOSE, json!({"keys": vec!["org.info"; 13]})).await, "INVALID keys");

    // What may not be opened for a while is not shown, is not lost, and does not stand in the way of choosing anew.
    let hide = format!("INSERT INTO {0}.menus VALUES ('tenant', 'member.info', false)", t.home.schema());
    t.sql().await.rows(&hide).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(favourites(&mut admin).await, json!(["org.info", "system.users"]));
    admin.ok(CHOOSE, json!({"keys": ["system.users"]})).await;
    t.sql().await.rows(&format!("DELETE FROM {}.menus", t.home.schema())).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(favourites(&mut admin).await, json!(["system.users", "member.info"]));
    admin.ok(CHOOSE, json!({"keys": []})).await;
    assert_eq!(favourites(&mut admin).await, json!([]));
}

#[tokio::test]
async fn pc_10_at_most_twelve_shortcuts() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let pages = admin.ok(words::SESSION, json!({})).await["system"]["session"]["menus"].clone();
    let words = |keys: &Value| admin_words(keys);
    let too_many = (0..13).map(|n| pages[n % 2]["key"].clone()).collect::<Vec<_>>();
    let answer = admin.ask(CHOOSE, json!({"keys": too_many})).await;
    assert!(words(&answer.body).contains("最多选择12个"), "{}", answer.body);
    let answer = admin.ask(CHOOSE, json!({"keys": too_many[..12]})).await;
    assert!(!words(&answer.body).contains("最多选择12个"), "{}", answer.body);
}

fn admin_words(body: &Value) -> String {
    body["errors"][0]["message"].to_string()
}

/// A second tenant with its administrator, who must be untouched by what the first decides.
async fn neighbour(t: &Town) -> (Tenant, Visitor) {
    let tenant = t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let boss = t.first_sign_in("boss", None).await;
    (tenant, boss)
}

async fn decide(by: &mut Visitor, input: Value) {
    by.ok(DECIDE, json!({"input": input})).await;
}

async fn wrong(t: &Town, name: &str) -> String {
    t.next_span(60);
    t.visitor().refused(words::SIGN_IN, json!({"name": name, "password": "Wrong#2027"})).await.code
}

#[tokio::test]
async fn security_settings_stay_within_bounds_and_are_recorded() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, mut boss) = neighbour(&t).await;
    let shown = admin.ok(SECURITY, json!({})).await["system"]["security"].clone();
    assert_eq!(shown["forgivenPasswords"], json!({"chosen": null, "usual": 3, "least": 1, "most": 10}));
    assert_eq!(shown["sessionsEach"], json!({"chosen": null, "usual": null}));
    for (field, least, most) in [("forgivenPasswords", 1, 10), ("sessionDays", 1, 30), ("sessionsEach", 1, 20)] {
        for good in [least, most] {
            decide(&mut admin, json!({field: good})).await;
            assert_eq!(admin.ok(SECURITY, json!({})).await["system"]["security"][field]["chosen"], good);
        }
        for bad in [least - 1, most + 1, -5, 70_000] {
            let refusal = admin.refused(DECIDE, json!({"input": {field: bad}})).await;
            assert_eq!(refusal, format!("INVALID {field}").as_str(), "{bad}");
        }
        assert_eq!(boss.ok(SECURITY, json!({})).await["system"]["security"][field]["chosen"], Value::Null);
    }
    let log = "{ system { auditEntries(filter: {action: \"security.changed\"}) { nodes { kindLabel fields { label before \
        after } } } } }";
    let rows = admin.ok(log, json!({})).await["system"]["auditEntries"]["nodes"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 6);
    assert_eq!(rows[0]["fields"], json!([{"label": "每人同时登录的设备数", "before": "1", "after": "20"}]));
    // The same again is no change.
    decide(&mut admin, json!({"sessionsEach": 20})).await;
    assert_eq!(admin.ok(log, json!({})).await["system"]["auditEntries"]["nodes"], rows);

    // Who has not replaced the initial password is counted.
    assert_eq!(shown["initialPasswords"], 0);
    let input = json!({"organisation": t.home.root, "displayName": "新来的", "userName": "newcomer"});
    admin.ok(words::ADD_ADMINISTRATOR, json!({"input": input})).await;
    assert_eq!(admin.ok(SECURITY, json!({})).await["system"]["security"]["initialPasswords"], 1);

    // Only for the tenant's administrator, and only while the page is on.
    t.person("zhao", "org_admin", &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(zhao.refused(SECURITY, json!({})).await, "DENIED");
    assert_eq!(zhao.refused(DECIDE, json!({"input": {"sessionDays": 3}})).await, "DENIED");
    let set = "mutation { system { setMenu(key: \"system.security\", on: false) { key } } }";
    admin.ok(set, json!({})).await;
    assert_eq!(admin.refused(DECIDE, json!({"input": {"sessionDays": 3}})).await, "DENIED");
}

#[tokio::test]
async fn security_settings_say_how_many_wrong_passwords_are_forgiven() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let _ = neighbour(&t).await;
    decide(&mut admin, json!({"forgivenPasswords": 1})).await;
    for name in ["zhao", "qian"] {
        t.person(name, "org_admin", &t.home.root).await;
    }
    assert_eq!(wrong(&t, "zhao").await, "WRONG_CREDENTIALS");
    t.signed_in("zhao", PASSWORD).await;
    assert_eq!(wrong(&t, "zhao").await, "WRONG_CREDENTIALS");
    assert_eq!(wrong(&t, "zhao").await, "LOCKED");

    // The neighbour's rule is that of the installation.
    for _ in 0..3 {
        assert_eq!(wrong(&t, "boss").await, "WRONG_CREDENTIALS");
    }
    assert_eq!(wrong(&t, "boss").await, "LOCKED");

    decide(&mut admin, json!({"forgivenPasswords": 10})).await;
    for _ in 0..10 {
        assert_eq!(wrong(&t, "qian").await, "WRONG_CREDENTIALS");
    }
    assert_eq!(wrong(&t, "qian").await, "LOCKED");
}

#[tokio::test]
async fn security_settings_say_how_long_a_session_lives() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (other, _) = neighbour(&t).await;
    let sql = t.sql().await;
    let days = async |schema: &str| {
        let left = format!(
            "SELECT array_agg(round(extract(epoch FROM expires_at - refreshed_at) / 86400) ORDER BY id) \
             FROM {schema}.sessions WHERE ended_at IS NULL AND purpose = 'full'"
        );
        sql.one(&left).await
    };
    t.person("zhao", "org_admin", &t.home.root).await;
    let mut before = t.signed_in("zhao", PASSWORD).await;
    decide(&mut admin, json!({"sessionDays": 30})).await;
    let long = t.visitor().ask(words::SIGN_IN, json!({"name": "zhao", "password": PASSWORD})).await;
    let cookies: Vec<&str> = long.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    assert!(
        cookies.iter().any(|line| line.starts_with("zhibu_refresh") && line.contains("Max-Age=2592000")),
        "{cookies:?}"
    );
    assert_eq!(days(&t.home.schema()).await, "{14,14,30}");
    before.ok("mutation { system { refresh } }", json!({})).await;
    assert_eq!(days(&t.home.schema()).await, "{14,30,30}");

    // A shorter life holds for what is open at once: a day and a bit later nobody is in.
    decide(&mut admin, json!({"sessionDays": 1})).await;
    assert_eq!(days(&t.home.schema()).await, "{1,1,1}");
    assert_eq!(days(&other.schema()).await, "{14}");
    t.pass(chrono::Duration::hours(25));
    assert_eq!(before.refused("mutation { system { refresh } }", json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn security_settings_say_on_how_many_devices_somebody_is_signed_in() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, _) = neighbour(&t).await;
    t.person("zhao", "org_admin", &t.home.root).await;
    let sign_in = async |name: &str, device: &str| {
        let mut visitor = t.visitor().other_device(device);
        visitor.ok(words::SIGN_IN, json!({"name": name, "password": PASSWORD})).await;
        visitor
    };
    let devices = async |of: &mut Visitor| {
        let all = of.ok(DEVICES, json!({})).await["system"]["sessions"].clone();
        all.as_array().unwrap().iter().map(|one| one["device"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut first = sign_in("zhao", "first").await;
    let mut second = sign_in("zhao", "second").await;
    decide(&mut admin, json!({"sessionsEach": 2})).await;
    assert_eq!(devices(&mut first).await, ["second", "first"]);
    let mut third = sign_in("zhao", "third").await;
    assert_eq!(devices(&mut third).await, ["third", "second"]);
    assert_eq!(first.refused(DEVICES, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(devices(&mut second).await, ["third", "second"]);
    let log = "{ system { auditEntries(filter: {action: \"session.ended\"}) { nodes { fields { label after } } } } }";
    let rows = admin.ok(log, json!({})).await["system"]["auditEntries"]["nodes"].clone();
    let by_rule = rows.as_array().unwrap().iter().filter(|row| row["fields"] != json!([])).collect::<Vec<_>>();
    assert_eq!(by_rule, [&json!({"fields": [{"label": "方式", "after": "超出同时登录的设备数"}]})]);

    // The neighbour signs in wherever it likes.
    for device in ["a", "b", "c"] {
        sign_in("boss", device).await;
    }
    assert_eq!(devices(&mut sign_in("boss", "d").await).await.len(), 5);
    // The rule goes as it came.
    decide(&mut admin, json!({})).await;
    sign_in("zhao", "fourth").await;
    assert_eq!(devices(&mut third).await, ["fourth", "third", "second"]);
}
