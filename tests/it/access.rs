//! "Why can they, why can't they?": the explanation says what the server does.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::organisations::small_tree;

const ACCESS: &str = "query($a: ID!, $p: String!, $o: ID) { system { access(account: $a, permission: $p, organisation: $o) { \
    allowed sentence roles { label organisation { shortName } reach } } } }";

async fn access(by: &mut Visitor, account: &str, permission: &str, at: Option<&str>) -> Value {
    by.ok(ACCESS, json!({"a": account, "p": permission, "o": at})).await["system"]["access"].clone()
}

#[tokio::test]
async fn pc_2_3a_a_decision_is_explained_with_role_reach_menu_module_and_account() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let zhao = t.person("zhao", "org_admin", &committee).await;
    let qian = t.person("qian", "branch_committee", &first).await;
    let told = access(&mut admin, &zhao, "org.tree_edit", None).await;
    assert_eq!(
        told,
        json!({"allowed": true, "sentence": "可以，范围见下表", "roles": [{"label": "组织管理员",
            "organisation": {"shortName": "制造党委"}, "reach": "该组织的下级，不含本级"}]})
    );
    // With one organisation: what is below, not itself, not another's.
    for (at, allowed) in [(&first, true), (&committee, false), (&second, false)] {
        let told = access(&mut admin, &zhao, "org.tree_edit", Some(at)).await;
        assert_eq!(told["allowed"], allowed, "{told}");
        assert!(told["sentence"].as_str().unwrap().contains(if allowed { "包括" } else { "不在其范围内" }), "{told}");
    }
    // A role that does not allow it; what there is not.
    let told = access(&mut admin, &qian, "member.edit", None).await;
    assert_eq!((&told["allowed"], &told["roles"][0]["reach"]), (&json!(false), &Value::Null), "{told}");
    assert!(told["sentence"].as_str().unwrap().contains("角色都没有"), "{told}");
    assert_eq!(admin.refused(ACCESS, json!({"a": zhao, "p": "nothing"})).await, "INVALID permission");
    assert_eq!(admin.refused(ACCESS, json!({"a": committee, "p": "member.edit"})).await, "NOT_FOUND");

    // Somebody's own part, and nobody outside of it.
    let mut by_zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(access(&mut by_zhao, &qian, "member.info.read", Some(&first)).await["allowed"], true);
    let outside = t.person("sun", "branch_secretary", &second).await;
    assert_eq!(by_zhao.refused(ACCESS, json!({"a": outside, "p": "member.edit"})).await, "NOT_FOUND");
    assert_eq!(by_zhao.refused(ACCESS, json!({"a": qian, "p": "member.info.read", "o": second})).await, "NOT_FOUND");
    let mut by_qian = t.signed_in("qian", PASSWORD).await;
    assert_eq!(by_qian.refused(ACCESS, json!({"a": zhao, "p": "member.edit"})).await, "DENIED");

    // A menu that is switched off, a module that is not there, an account that is locked.
    let schema = t.home.schema();
    let sql = t.sql().await;
    let off = format!(
        "INSERT INTO {schema}.menus (console, key, enabled) VALUES ('tenant', 'org.members', false); UPDATE {schema}.policy SET epoch = epoch + 1"
    );
    sql.rows(&off).await;
    let told = access(&mut admin, &zhao, "member.edit", None).await;
    assert!(
        !told["allowed"].as_bool().unwrap() && told["sentence"].as_str().unwrap().contains("“党员队伍”已停用"),
        "{told}"
    );
    sql.rows(&format!("UPDATE {schema}.policy SET modules = '{{}}', epoch = epoch + 1")).await;
    let told = access(&mut admin, &zhao, "document.samples.read", None).await;
    assert!(told["sentence"].as_str().unwrap().contains("没有开通"), "{told}");
    sql.rows(&format!("UPDATE {schema}.accounts SET state = 'locked' WHERE id = '{zhao}'")).await;
    let told = access(&mut admin, &zhao, "org.tree_edit", None).await;
    assert!(told["sentence"].as_str().unwrap().contains("已锁定"), "{told}");
}

#[tokio::test]
async fn pc_2_3a_every_permission_of_a_tenant_has_its_words() {
    let t = Town::start().await;
    let abilities = t.administrator().await.ok("{ system { abilities { key label module } } }", json!({})).await;
    let told: Vec<&str> =
        abilities["system"]["abilities"].as_array().unwrap().iter().map(|a| a["key"].as_str().unwrap()).collect();
    let registry = zhibu_server::registry().unwrap();
    for permission in registry.permissions().into_iter().filter(|one| !one.key.starts_with("plat.")) {
        assert!(told.contains(&permission.key), "{} has no words", permission.key);
    }
}
