//! 用户菜单: a tenant switches pages of its console on and off.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor, words};

use crate::organisations::small_tree;

const MENUS: &str = "{ system { consoleMenus { key parentKey label kind on fixed } } }";
const SET: &str = "mutation($key: String!, $on: Boolean!) { system { setMenu(key: $key, on: $on) { key on } } }";
const MEMBERS: &str = "{ directory { members(first: 1) { nodes { id } } } }";
const CREATE: &str = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";

async fn set(by: &mut Visitor, key: &str, on: bool) {
    let all = by.ok(SET, json!({"key": key, "on": on})).await["system"]["setMenu"].clone();
    let told = all.as_array().unwrap().iter().find(|menu| menu["key"] == key).unwrap();
    assert_eq!(told["on"], on);
}

async fn left_bar(of: &mut Visitor) -> String {
    of.ok(words::SESSION, json!({})).await["system"]["session"]["menus"].to_string()
}

/// What a replica remembers of a session may be a second old.
async fn forgotten() {
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
}

#[tokio::test]
async fn pc_2_4_a_page_that_is_switched_off_is_gone_for_everybody_of_the_tenant() {
    let t = Town::start().await;
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let mut admin = t.administrator().await;
    let (committee, branch, _) = small_tree(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    t.person("qian", "branch_secretary", &branch).await;
    let (mut zhao, mut qian) = (t.signed_in("zhao", PASSWORD).await, t.signed_in("qian", PASSWORD).await);
    let member = json!({"input": crate::members::member(&branch, "张三", 1)});
    for person in [&mut admin, &mut zhao, &mut qian] {
        assert!(left_bar(person).await.contains("member.info"));
        person.ok(MEMBERS, json!({})).await;
    }

    // The group hides the pages in it, for whoever holds the permission by whatever role: writes at once, reads
    // within two seconds.
    set(&mut admin, "org.members", false).await;
    for person in [&mut admin, &mut zhao, &mut qian] {
        assert_eq!(person.refused(CREATE, member.clone()).await, "DENIED");
    }
    forgotten().await;
    for person in [&mut admin, &mut zhao, &mut qian] {
        let bar = left_bar(person).await;
        assert!(!bar.contains("member.info") && !bar.contains("org.members") && bar.contains("org.info"), "{bar}");
        assert_eq!(person.refused(MEMBERS, json!({})).await, "DENIED");
    }
    assert!(left_bar(&mut boss).await.contains("member.info"));
    boss.ok(MEMBERS, json!({})).await;

    // A page by itself, while its group is on again.
    set(&mut admin, "member.info", false).await;
    set(&mut admin, "org.members", true).await;
    forgotten().await;
    assert_eq!(zhao.refused(MEMBERS, json!({})).await, "DENIED");
    assert!(left_bar(&mut zhao).await.contains("member.history"));
    set(&mut admin, "member.info", true).await;
    qian.ok(CREATE, member).await;

    // Each switch is in the log, once; a switch that changes nothing is not.
    set(&mut admin, "member.info", true).await;
    let log = "{ system { auditEntries(filter: {action: \"menu.switched\"}) { nodes { by action kindLabel fields { label \
        before after } } } } }";
    let rows = admin.ok(log, json!({})).await["system"]["auditEntries"]["nodes"].clone();
    let told = |row: &Value| {
        let field =
            |label: &str| row["fields"].as_array().unwrap().iter().find(|f| f["label"] == label).unwrap().clone();
        (field("菜单")["after"].clone(), field("开启")["before"].clone(), field("开启")["after"].clone())
    };
    let told: Vec<_> = rows.as_array().unwrap().iter().map(told).collect();
    let row = |menu: &str, before: &str, after: &str| (json!(menu), json!(before), json!(after));
    let expected = [
        row("党员信息", "否", "是"),
        row("党员队伍", "否", "是"),
        row("党员信息", "是", "否"),
        row("党员队伍", "是", "否"),
    ];
    assert_eq!(told, expected);
    assert_eq!((&rows[0]["action"], &rows[0]["kindLabel"]), (&json!("开关菜单"), &json!("菜单")));
}

#[tokio::test]
async fn pc_2_4_only_the_tenant_administrator_switches_and_never_the_switches_away() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    t.person("zhao", "org_admin", &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(zhao.refused(MENUS, json!({})).await, "DENIED");
    assert_eq!(zhao.refused(SET, json!({"key": "member.info", "on": false})).await, "DENIED");
    assert!(!left_bar(&mut zhao).await.contains("system.pc_menus"));
    for (key, refusal) in [
        ("system.pc_menus", "MENU_FIXED key"),
        ("system", "MENU_FIXED key"),
        ("home", "NOT_FOUND"),
        ("plat.codes", "NOT_FOUND"),
        ("nothing", "NOT_FOUND"),
    ] {
        assert_eq!(admin.refused(SET, json!({"key": key, "on": false})).await, refusal, "{key}");
    }
    let all = admin.ok(MENUS, json!({})).await["system"]["consoleMenus"].clone();
    let keys = |yes: &dyn Fn(&Value) -> bool| -> Vec<String> {
        let chosen = all.as_array().unwrap().iter().filter(|menu| yes(menu));
        chosen.map(|menu| menu["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&|menu| menu["fixed"] == true), ["system", "system.pc_menus"]);
    assert!(keys(&|menu| menu["on"] == false).is_empty());
    assert!(keys(&|menu| menu["kind"] == "GROUP").contains(&"org.members".to_owned()));

    // Only menus of modules the tenant has.
    assert!(keys(&|_| true).contains(&"document.samples".to_owned()));
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    assert!(!boss.ok(MENUS, json!({})).await.to_string().contains("document"));
    assert_eq!(boss.refused(SET, json!({"key": "document.samples", "on": false})).await, "NOT_FOUND");
}
