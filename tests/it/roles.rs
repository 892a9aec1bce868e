//! Roles and permissions (角色权限): those a tenant makes, and those that follow from posts.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::members::{DELETE, UPDATE, enrol, member};
use crate::organisations::{small_tree, with};

const ROLES: &str = "{ system { roles { key name own version reach holders rights { key reach } } } }";
const MAKE: &str =
    "mutation($i: RoleInput!) { system { createRole(input: $i) { key name own version reach holders } } }";
const CHANGE: &str =
    "mutation($r: ID!, $v: Int!, $i: RoleInput!) { system { changeRole(role: $r, version: $v, input: $i) { key } } }";
const REMOVE: &str = "mutation($r: ID!) { system { deleteRole(role: $r) { key } } }";
const GIVE: &str =
    "mutation($r: ID!, $a: ID!, $o: ID!) { system { giveRole(role: $r, account: $a, organisation: $o) } }";
const TAKE: &str =
    "mutation($r: ID!, $a: ID!, $o: ID!) { system { takeRole(role: $r, account: $a, organisation: $o) } }";
const HOLDERS: &str =
    "query($r: ID!) { system { roleHolders(role: $r) { nodes { userName organisation { shortName } } } } }";
const MEMBERS: &str = "{ directory { members(first: 50) { nodes { name editable } } } }";
const USERS: &str =
    "{ system { users(first: 50) { nodes { displayName roles { label byPost organisation { shortName } } } } } }";
const UNLOCK: &str = "mutation($id: ID!) { system { unlockUser(id: $id) { state } } }";
const LOG: &str = "{ system { auditEntries(first: 20) { nodes { action fields { label before after } } } } }";

/// What a session may do is remembered for a second.
async fn remembered() {
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
}

fn draft(name: &str, reach: &str, permissions: &[&str]) -> Value {
    json!({"name": name, "reach": reach, "permissions": permissions})
}

async fn made(by: &mut Visitor, draft: Value) -> String {
    let name = draft["name"].clone();
    let all = by.ok(MAKE, json!({"i": draft})).await["system"]["createRole"].clone();
    let role = all.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap();
    role["key"].as_str().unwrap().to_owned()
}

async fn seen(by: &mut Visitor) -> Vec<String> {
    let found = by.ok(MEMBERS, json!({})).await["directory"]["members"]["nodes"].clone();
    let mut names: Vec<String> =
        found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn s11_a_role_of_the_tenants_own_opens_what_it_names_as_far_as_it_reaches() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    for (n, (branch, name)) in (1..).zip([(&first, "甲一"), (&first, "乙二"), (&second, "丙三")]) {
        enrol(&mut admin, member(branch, name, n)).await;
    }
    let role = made(&mut admin, draft("党员信息员", "SUBTREE", &["member.info.read"])).await;
    let zhao = t.person("zhao", "member", &second).await;
    let mut by_zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(by_zhao.refused(MEMBERS, json!({})).await, "DENIED");
    let held = |at: &str| json!({"r": role, "a": zhao, "o": at});
    admin.ok(GIVE, held(&committee)).await;
    admin.ok(GIVE, held(&committee)).await;
    remembered().await;
    assert_eq!(seen(&mut by_zhao).await, ["乙二", "甲一"]);
    // The same role on another organisation as well reaches both.
    admin.ok(GIVE, held(&second)).await;
    remembered().await;
    assert_eq!(seen(&mut by_zhao).await, ["丙三", "乙二", "甲一"]);
    admin.ok(TAKE, held(&second)).await;
    remembered().await;
    // What it does not name stays closed.
    assert_eq!(by_zhao.refused(USERS, json!({})).await, "DENIED");
    let form = json!({"input": member(&first, "丁四", 9)});
    assert_eq!(by_zhao.refused(crate::members::CREATE, form.clone()).await, "DENIED");

    // Each permission reaches as far as the roles that allow it, never as far as the others.
    let editor = made(&mut admin, draft("录入员", "NODE", &["member.edit"])).await;
    admin.ok(GIVE, json!({"r": editor, "a": zhao, "o": first})).await;
    let elsewhere = json!({"input": member(&second, "丁四", 9)});
    assert_eq!(by_zhao.refused(crate::members::CREATE, elsewhere).await, "INVALID branch");
    enrol(&mut by_zhao, member(&first, "丁四", 9)).await;

    // Another reach holds for everybody at once; the other permission is gone with it.
    let other = draft("党员信息员", "NODE", &["member.info.read"]);
    admin.ok(CHANGE, json!({"r": role, "v": 1, "i": other})).await;
    remembered().await;
    assert!(seen(&mut by_zhao).await.is_empty(), "the committee itself has no members");
    assert_eq!(admin.refused(CHANGE, json!({"r": role, "v": 1, "i": other})).await, "CONFLICT");
    let whole = draft("党员信息员", "ALL", &["member.info.read"]);
    admin.ok(CHANGE, json!({"r": role, "v": 2, "i": whole})).await;
    remembered().await;
    assert_eq!(seen(&mut by_zhao).await.len(), 4);

    // Who holds it; held it cannot go; taken away it opens nothing, for a write at once.
    let holders = admin.ok(HOLDERS, json!({"r": role})).await["system"]["roleHolders"]["nodes"].clone();
    assert_eq!(holders, json!([{"userName": "zhao", "organisation": {"shortName": "制造党委"}}]));
    assert_eq!(admin.refused(REMOVE, json!({"r": role})).await, "ROLE_HELD");
    let roles = admin.ok(ROLES, json!({})).await["system"]["roles"].clone();
    let own = roles.as_array().unwrap().iter().find(|one| one["key"] == role.as_str()).unwrap();
    assert_eq!((&own["holders"], &own["reach"], &own["version"]), (&json!(1), &json!("ALL"), &json!(3)));
    admin.ok(TAKE, json!({"r": editor, "a": zhao, "o": first})).await;
    assert_eq!(by_zhao.refused(crate::members::CREATE, form).await, "DENIED");
    admin.ok(TAKE, held(&committee)).await;
    assert_eq!(admin.refused(TAKE, held(&committee)).await, "NOT_FOUND");
    remembered().await;
    assert_eq!(by_zhao.refused(MEMBERS, json!({})).await, "DENIED");
    admin.ok(REMOVE, json!({"r": role})).await;
    assert_eq!(admin.refused(GIVE, held(&committee)).await, "NOT_FOUND");

    let log = admin.ok(LOG, json!({})).await.to_string();
    for told in ["新增角色", "修改角色", "删除角色", "党员信息员", "仅该组织"] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

#[tokio::test]
async fn s11_only_the_tenants_administrator_makes_roles_and_only_of_what_a_tenant_has() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    for (draft, fault) in [
        (draft("审", "NODE", &["member.info.read"]), "INVALID name"),
        (draft("组织管理员", "NODE", &["member.info.read"]), "INVALID name"),
        (draft("信息员", "NODE", &[]), "INVALID permissions"),
        (draft("信息员", "NODE", &["role.manage"]), "INVALID permissions"),
        (draft("信息员", "NODE", &["system.support.manage"]), "INVALID permissions"),
        (draft("信息员", "NODE", &["plat.tenants.read"]), "INVALID permissions"),
        (draft("信息员", "NODE", &["nothing"]), "INVALID permissions"),
    ] {
        assert_eq!(admin.refused(MAKE, json!({"i": draft})).await, fault, "{draft}");
    }
    let role = made(&mut admin, draft("信息员", "NODE", &["member.info.read"])).await;
    let again = admin.refused(MAKE, json!({"i": draft("信息员", "ALL", &["member.info.read"])})).await;
    assert_eq!(again, "INVALID name");

    let zhao = t.person("zhao", "org_admin", &committee).await;
    let mut by_zhao = t.signed_in("zhao", PASSWORD).await;
    let held = json!({"r": role, "a": zhao, "o": committee});
    for (query, vars) in [
        (ROLES, json!({})),
        (HOLDERS, json!({"r": role})),
        (MAKE, json!({"i": draft("自己", "ALL", &["tenant.settings"])})),
        (CHANGE, json!({"r": role, "v": 1, "i": draft("信息员", "ALL", &["tenant.settings"])})),
        (GIVE, held.clone()),
        (TAKE, held.clone()),
        (REMOVE, json!({"r": role})),
    ] {
        assert_eq!(by_zhao.refused(query, vars).await, "DENIED", "{query}");
    }

    // Another tenant's role, account and organisation are not there.
    let other = t.tenant("邻居", "neighbour", None, &[]).await;
    let mut neighbour = t.first_sign_in("neighbour", None).await;
    let own = made(&mut neighbour, draft("信息员", "NODE", &["member.info.read"])).await;
    assert_eq!(neighbour.refused(GIVE, held.clone()).await, "NOT_FOUND");
    let change = json!({"r": role, "v": 1, "i": draft("信息员", "NODE", &["member.info.read"])});
    assert_eq!(neighbour.refused(CHANGE, change).await, "NOT_FOUND");
    assert_eq!(neighbour.refused(REMOVE, json!({"r": role})).await, "NOT_FOUND");
    let strange = json!({"r": own, "a": zhao, "o": other.root});
    assert_eq!(neighbour.refused(GIVE, strange).await, "NOT_FOUND account");
    let strange = json!({"r": own, "a": other.account, "o": first});
    assert_eq!(neighbour.refused(GIVE, strange).await, "NOT_FOUND organisation");
}

/// Whoever may reset the password of a branch's people gets nothing by it that reaches beyond the branch.
#[tokio::test]
async fn s11_a_holder_of_an_own_role_is_reset_by_the_tenants_administrator_only() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let zhao = t.person("zhao", "org_admin", &first).await;
    t.person("qian", "org_admin", &first).await;
    let mut by_qian = t.signed_in("qian", PASSWORD).await;
    by_qian.ok(UNLOCK, json!({"id": zhao})).await;
    let role = made(&mut admin, draft("总审计", "ALL", &["system.audit.read"])).await;
    admin.ok(GIVE, json!({"r": role, "a": zhao, "o": first})).await;
    assert_eq!(by_qian.refused(UNLOCK, json!({"id": zhao})).await, "NOT_FOUND");
    // However far the right to reset reaches, it does not bring what somebody else's role allows.
    let resets = made(&mut admin, draft("账号管理员", "ALL", &["user.unlock_reset"])).await;
    let sun = t.person("sun", "member", &first).await;
    admin.ok(GIVE, json!({"r": resets, "a": sun, "o": first})).await;
    let mut by_sun = t.signed_in("sun", PASSWORD).await;
    assert_eq!(by_sun.refused(UNLOCK, json!({"id": zhao})).await, "NOT_FOUND");
    // Nor by writing another number into the record.
    let person = enrol(&mut admin, member(&first, "赵一", 1)).await;
    let sql = t.sql().await;
    let account = format!("SELECT account_id FROM {}.people WHERE id = '{person}'", t.home.schema());
    let account = sql.one(&account).await;
    let number = with(member(&first, "赵一", 1), json!({"mobile": "13811113333", "idNumber": null}));
    let edit = |version: i32| json!({"id": person, "version": version, "input": number});
    admin.ok(GIVE, json!({"r": role, "a": account, "o": first})).await;
    assert_eq!(by_qian.refused(UPDATE, edit(1)).await, "INVALID mobile");
    admin.ok(TAKE, json!({"r": role, "a": account, "o": first})).await;
    by_qian.ok(UPDATE, edit(1)).await;
    admin.ok(UNLOCK, json!({"id": zhao})).await;
}

#[tokio::test]
async fn s11_roles_follow_from_posts_and_end_with_them() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let person = enrol(&mut admin, member(&first, "赵一", 1)).await;
    enrol(&mut admin, member(&second, "钱二", 2)).await;
    t.pass(chrono::Duration::minutes(2));
    let mut zhao = t.first_sign_in("13700000001", Some("13700000001")).await;
    assert_eq!(zhao.refused(MEMBERS, json!({})).await, "DENIED");
    let (sql, schema, today) = (t.sql().await, t.home.schema(), t.now().date_naive());
    let post = async |at: &str, post: &str, since: i64, until: Option<i64>| {
        let day = |days: i64| (today + chrono::Duration::days(days)).to_string();
        let until = until.map_or("NULL".to_owned(), |days| format!("'{}'", day(days)));
        sql.rows(&format!(
            "INSERT INTO {schema}.posts VALUES (gen_random_uuid(), '{person}', '{at}', '{post}', '{}', {until})",
            day(since)
        ))
        .await;
        remembered().await;
    };
    // Before its first day and from its last one, a post brings nothing.
    post(&first, "committee_member", -9, Some(0)).await;
    post(&first, "deputy_secretary", 2, None).await;
    post(&first, "organiser", -1, None).await;
    assert_eq!(zhao.refused(MEMBERS, json!({})).await, "DENIED");
    post(&first, "publicity_member", -1, None).await;
    assert_eq!(seen(&mut zhao).await, ["赵一"]);
    let form = member(&first, "孙三", 3);
    assert_eq!(zhao.refused(crate::members::CREATE, json!({"input": form})).await, "DENIED", "a committee reads");
    post(&first, "secretary", 0, None).await;
    enrol(&mut zhao, form).await;

    // The users' list and the explanation tell of it.
    let users = admin.ok(USERS, json!({})).await["system"]["users"]["nodes"].clone();
    let own = users.as_array().unwrap().iter().find(|user| user["displayName"] == "赵一");
    let own = own.unwrap_or_else(|| panic!("{users}"))["roles"].clone();
    let secretary = json!({"label": "支部书记", "byPost": true, "organisation": {"shortName": "第一党支部"}});
    assert!(own.as_array().unwrap().contains(&secretary), "{own}");

    // A secretary of a committee is not reset by who administers the branch.
    let account = sql.one(&format!("SELECT account_id FROM {schema}.people WHERE id = '{person}'")).await;
    t.person("li", "org_admin", &first).await;
    let mut li = t.signed_in("li", PASSWORD).await;
    post(&committee, "secretary", 0, None).await;
    assert_eq!(li.refused(UNLOCK, json!({"id": account})).await, "NOT_FOUND");
    assert_eq!(seen(&mut zhao).await, ["孙三", "赵一"]);

    // Whoever leaves leaves the posts, and what they opened.
    admin.ok(DELETE, json!({"ids": [person], "note": "重复录入"})).await;
    remembered().await;
    assert_eq!(zhao.refused(MEMBERS, json!({})).await, "UNAUTHENTICATED");
}
