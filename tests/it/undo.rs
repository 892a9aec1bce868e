//! Taking changes back (批量撤销): by the object's own action, with the rights of whoever does it, once.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor, words};

use crate::members::{UPDATE, enrol, member};
use crate::organisations::{branch, small_tree, with};

const LOG: &str = "query($f: AuditFilter) { system { auditEntries(first: 50, filter: $f) { nodes { id action undoable undone \
    undoes fields { label before after } } } } }";
const UNDO: &str = "mutation($ids: [ID!]!, $mode: UndoMode!) { system { undoChanges(ids: $ids, mode: $mode) { done steps { name \
    refusal entry { id } fields { label before after } } } } }";
const ORGANISATION: &str =
    "query($id: ID!) { directory { organisation(id: $id) { version shortName contactName sort } } }";
const MEMBER: &str =
    "query($id: ID!) { directory { member(id: $id) { version school remark idNumber branch { id } } } }";
const MENU: &str = "mutation($key: String!, $on: Boolean!) { system { setMenu(key: $key, on: $on) { key on } } }";
const MINI: &str = "mutation($key: String!, $label: String!, $on: Boolean!) { system { setMiniMenu(key: $key, label: $label, \
    on: $on) { key } } }";
const ORDER: &str = "mutation($keys: [String!]!) { system { orderMiniMenus(group: PERSONAL, keys: $keys) { key } } }";
const MINIS: &str = "{ system { miniMenuSettings { key group label on } } }";
const SECURITY: &str = "{ system { security { forgivenPasswords { chosen } networks } } }";
const DECIDE: &str = "mutation($i: SecurityInput!) { system { setSecurity(input: $i) { networks } } }";
const FIELDS: &str = "mutation($f: [ProfileField!]!) { system { setSelfService(fields: $f) { editable } } }";
const PROFILE: &str = "{ system { profile { editable } } }";
const MAKE: &str = "mutation($i: RoleInput!) { system { createRole(input: $i) { key name } } }";
const CHANGE: &str =
    "mutation($r: ID!, $i: RoleInput!) { system { changeRole(role: $r, version: 1, input: $i) { key } } }";
const ROLES: &str = "{ system { roles { own name note reach rights { key } } } }";

async fn log(by: &mut Visitor, action: &str) -> Vec<Value> {
    let found = by.ok(LOG, json!({"f": {"action": action}})).await["system"]["auditEntries"]["nodes"].clone();
    found.as_array().unwrap().clone()
}

/// The newest change of a word.
async fn newest(by: &mut Visitor, action: &str) -> String {
    log(by, action).await[0]["id"].as_str().unwrap().to_owned()
}

async fn undo(by: &mut Visitor, ids: &[&str], mode: &str) -> Value {
    by.ok(UNDO, json!({"ids": ids, "mode": mode})).await["system"]["undoChanges"].clone()
}

/// Takes one change back and says why not.
async fn refusal(by: &mut Visitor, id: &str) -> Option<String> {
    let told = undo(by, &[id], "ALL").await;
    assert_eq!(told["done"], told["steps"][0]["refusal"].is_null(), "{told}");
    told["steps"][0]["refusal"].as_str().map(str::to_owned)
}

async fn edit(by: &mut Visitor, id: &str, version: i32, form: Value) {
    by.ok(words::UPDATE, json!({"id": id, "version": version, "input": form})).await;
}

async fn organisation(by: &mut Visitor, id: &str) -> Value {
    by.ok(ORGANISATION, json!({"id": id})).await["directory"]["organisation"].clone()
}

#[tokio::test]
async fn audit_view_an_edit_is_taken_back_once_by_an_edit_that_refers_to_it() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    let form = branch(&committee, "第一");
    let before = organisation(&mut admin, &first).await;
    edit(&mut admin, &first, 1, with(form, json!({"contactName": "李四", "sort": 9}))).await;
    let row = log(&mut admin, "organisation.updated").await[0].clone();
    assert_eq!((&row["undoable"], &row["undone"]), (&json!(true), &json!(false)));
    assert_eq!(log(&mut admin, "organisation.created").await[0]["undoable"], false);

    // What would become what; nothing changes by asking.
    let id = row["id"].as_str().unwrap();
    let told = undo(&mut admin, &[id], "PREVIEW").await;
    assert_eq!(told["done"], false);
    assert_eq!(told["steps"][0]["name"], before["shortName"]);
    assert_eq!(
        told["steps"][0]["fields"],
        json!([
            {"label": "联系人", "before": "李四", "after": before["contactName"]},
            {"label": "排序号", "before": "9", "after": before["sort"].to_string()},
        ])
    );
    assert_eq!(organisation(&mut admin, &first).await["contactName"], "李四");

    assert_eq!(refusal(&mut admin, id).await, None);
    let now = organisation(&mut admin, &first).await;
    assert_eq!(now, with(before, json!({"version": 3})));
    let rows = log(&mut admin, "organisation.updated").await;
    assert_eq!((&rows[0]["undoes"], &rows[0]["undoable"]), (&json!(id), &json!(true)), "{rows:?}");
    assert_eq!(rows[0]["fields"][0], json!({"label": "联系人", "before": "李四", "after": now["contactName"]}));
    assert_eq!((&rows[1]["undone"], &rows[1]["undoable"]), (&json!(true), &json!(false)));

    // Not twice, even when the object is what the change made of it.
    assert_eq!(refusal(&mut admin, id).await.as_deref(), Some("这次变更已经撤销"));
    // The taking back is a change like others.
    let again = rows[0]["id"].as_str().unwrap();
    assert_eq!(refusal(&mut admin, again).await, None);
    assert_eq!(organisation(&mut admin, &first).await["contactName"], "李四");
    assert_eq!(refusal(&mut admin, id).await.as_deref(), Some("这次变更已经撤销"));
    let sql = t.sql().await;
    let twice = format!(
        "INSERT INTO {0}.audit SELECT gen_random_uuid(), at, actor_kind, actor_id, actor_name, address, request_id, action, \
         object_kind, object_id, changes FROM {0}.audit WHERE changes ? 'undoes'",
        t.home.schema()
    );
    assert!(sql.attempt(&twice).await.unwrap_err().contains("audit_undoes"));
}

#[tokio::test]
async fn audit_view_what_cannot_be_taken_back_says_why_and_stays() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let form = branch(&committee, "第一");
    edit(&mut admin, &first, 1, with(form.clone(), json!({"contactName": "李四"}))).await;
    let renamed = newest(&mut admin, "organisation.updated").await;
    edit(&mut admin, &first, 2, with(form.clone(), json!({"contactName": "王五"}))).await;
    let later = newest(&mut admin, "organisation.updated").await;
    edit(&mut admin, &first, 3, with(form.clone(), json!({"contactName": "王五", "contactPhone": "13900000000"})))
        .await;
    let number = log(&mut admin, "organisation.updated").await[0].clone();
    assert_eq!(number["undoable"], false);
    let other = with(branch(&t.home.root, "第二"), json!({"sort": 5}));
    edit(&mut admin, &second, 1, other).await;
    let sorted = newest(&mut admin, "organisation.updated").await;

    // Changed again; sealed; a kind that has no way back.
    assert_eq!(refusal(&mut admin, &renamed).await.as_deref(), Some("“联系人”之后又被修改过"));
    let sealed = refusal(&mut admin, number["id"].as_str().unwrap()).await.unwrap();
    assert!(sealed.contains("“联系电话”的原值") && sealed.contains("只记掩码"), "{sealed}");
    let made = newest(&mut admin, "organisation.created").await;
    assert_eq!(refusal(&mut admin, &made).await.as_deref(), Some("这类操作不能撤销"));
    // Everything or nothing: one that cannot be keeps the other.
    let told = undo(&mut admin, &[&sorted, &renamed], "ALL").await;
    assert_eq!((&told["done"], &told["steps"][0]["refusal"]), (&json!(false), &Value::Null), "{told}");
    assert_eq!(organisation(&mut admin, &second).await["sort"], 5);
    let told = undo(&mut admin, &[&renamed, &sorted], "POSSIBLE").await;
    assert_eq!((&told["done"], &told["steps"][0]["entry"]["id"]), (&json!(true), &json!(sorted)), "{told}");
    assert_eq!(organisation(&mut admin, &second).await["sort"], 0);
    assert_eq!(organisation(&mut admin, &first).await["contactName"], "王五");
    // Several of one object, the newest first.
    let told = undo(&mut admin, &[&renamed, &later], "ALL").await;
    assert_eq!(told["done"], true, "{told}");
    assert_eq!(organisation(&mut admin, &first).await["contactName"], form["contactName"]);

    // The rules hold: a name that somebody else has taken meanwhile is not to be had.
    let version = |now: &Value| i32::try_from(now["version"].as_i64().unwrap()).unwrap();
    let now = organisation(&mut admin, &first).await;
    edit(&mut admin, &first, version(&now), with(form.clone(), json!({"shortName": "甲支部", "contactPhone": null})))
        .await;
    let named = newest(&mut admin, "organisation.updated").await;
    let taken = json!({"shortName": form["shortName"], "fullName": "另一个党支部"});
    admin.ok(words::CREATE, json!({"input": with(branch(&t.home.root, "第三"), taken)})).await;
    let told = undo(&mut admin, &[&named], "PREVIEW").await;
    assert_eq!(told["steps"][0]["refusal"], "组织简称重复");
    assert_eq!(refusal(&mut admin, &named).await.as_deref(), Some("组织简称重复"));
    assert_eq!(admin.refused(UNDO, json!({"ids": [committee], "mode": "ALL"})).await, "NOT_FOUND ids");
    assert_eq!(admin.refused(UNDO, json!({"ids": [], "mode": "ALL"})).await, "INVALID ids");
}

#[tokio::test]
async fn audit_view_a_member_is_edited_and_moved_back_but_sealed_values_stay() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, second) = small_tree(&t, &mut admin).await;
    let form = member(&first, "张三", 1);
    let id = enrol(&mut admin, form.clone()).await;
    let change = json!({"school": "南京大学", "branch": second});
    admin.ok(UPDATE, json!({"id": id, "version": 1, "input": with(form.clone(), change)})).await;
    let moved = newest(&mut admin, "member.updated").await;
    let told = undo(&mut admin, &[&moved], "ALL").await;
    assert_eq!((&told["done"], &told["steps"][0]["name"]), (&json!(true), &json!("张三")), "{told}");
    let now = admin.ok(MEMBER, json!({"id": id})).await["directory"]["member"].clone();
    assert_eq!((&now["school"], &now["branch"]["id"], &now["version"]), (&Value::Null, &json!(first), &json!(3)));
    let held = "SELECT count(*) FROM {}.branch_assignments".replace("{}", &t.home.schema());
    assert_eq!(t.sql().await.one(&held).await, "3", "a new assignment, no history rewritten");

    let number = with(form, json!({"mobile": "13700000077", "remark": "新号码"}));
    admin.ok(UPDATE, json!({"id": id, "version": 3, "input": number})).await;
    let sealed = newest(&mut admin, "member.updated").await;
    assert!(refusal(&mut admin, &sealed).await.unwrap().contains("“手机号”的原值"));

    // Whoever sees the log and may not edit the member does not come by it this way; nor one of another part.
    let role = json!({"name": "审计员", "reach": "ALL", "permissions": ["system.audit.read", "member.info.read"]});
    let made = admin.ok(MAKE, json!({"i": role})).await["system"]["createRole"].clone();
    let key = made.as_array().unwrap().iter().find(|one| one["name"] == "审计员").unwrap()["key"].clone();
    t.person("zhao", key.as_str().unwrap(), &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(log(&mut zhao, "member.updated").await[1]["undoable"], false);
    let back = log(&mut admin, "member.updated").await[1]["id"].as_str().unwrap().to_owned();
    let told = undo(&mut zhao, &[&back], "POSSIBLE").await;
    assert_eq!(told["done"], false);
    assert!(told["steps"][0]["refusal"].as_str().unwrap().contains("没有"), "{told}");
    t.person("qian", "branch_secretary", &first).await;
    let mut qian = t.signed_in("qian", PASSWORD).await;
    assert_eq!(qian.refused(UNDO, json!({"ids": [back], "mode": "ALL"})).await, "DENIED");

    // Gone.
    admin.ok(crate::members::DELETE, json!({"ids": [id], "note": "测试"})).await;
    let told = undo(&mut admin, &[&back], "ALL").await;
    assert_eq!((&told["done"], &told["steps"][0]["name"]), (&json!(false), &Value::Null), "{told}");
}

#[tokio::test]
async fn audit_view_what_a_tenant_has_decided_is_taken_back() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let minis = admin.ok(MINIS, json!({})).await;
    let personal: Vec<String> = minis["system"]["miniMenuSettings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|menu| menu["group"] == "PERSONAL")
        .map(|menu| menu["key"].as_str().unwrap().to_owned())
        .collect();
    let profile = admin.ok(PROFILE, json!({})).await;
    let security = admin.ok(SECURITY, json!({})).await;
    admin.ok(DECIDE, json!({"i": {"forgivenPasswords": 3, "networks": ["127.0.0.0/8", "203.0.113.7"]}})).await;
    admin.ok(FIELDS, json!({"f": ["SCHOOL", "SPECIAL_GROUP"]})).await;
    admin.ok(MENU, json!({"key": "org.info", "on": false})).await;
    admin.ok(MINI, json!({"key": personal[0], "label": "我的事", "on": false})).await;
    let turned: Vec<&String> = personal.iter().rev().collect();
    admin.ok(ORDER, json!({"keys": turned})).await;
    let role = json!({"name": "统计员", "reach": "ALL", "permissions": ["member.info.read", "org.info.read"]});
    let made = admin.ok(MAKE, json!({"i": role})).await["system"]["createRole"].clone();
    let key = made.as_array().unwrap().iter().find(|one| one["name"] == "统计员").unwrap()["key"].clone();
    let roles = admin.ok(ROLES, json!({})).await;
    let other = json!({"name": "信息员", "note": "改过", "reach": "NODE", "permissions": ["member.info.read"]});
    admin.ok(CHANGE, json!({"r": key, "i": other})).await;

    // As people read it.
    let shown = |rows: &[Value], at: usize| rows[0]["fields"][at]["after"].clone();
    assert_eq!(shown(&log(&mut admin, "self_service.changed").await, 0), "困难、退役等情况、毕业院校");
    assert_eq!(shown(&log(&mut admin, "security.changed").await, 1), "127.0.0.0/8、203.0.113.7/32");
    let told = log(&mut admin, "role.changed").await[0]["fields"].clone();
    let permissions = told.as_array().unwrap().iter().find(|field| field["label"] == "权限").unwrap();
    assert!(permissions["before"].as_str().unwrap().contains("、"), "{permissions}");
    assert!(!permissions.to_string().contains("info.read"), "{permissions}");

    let mut ids = Vec::new();
    for action in [
        "security.changed",
        "self_service.changed",
        "menu.switched",
        "mini_menu.changed",
        "mini_menu.ordered",
        "role.changed",
    ] {
        let row = log(&mut admin, action).await[0].clone();
        assert_eq!(row["undoable"], true, "{row}");
        ids.push(row["id"].as_str().unwrap().to_owned());
    }
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let preview = undo(&mut admin, &all, "PREVIEW").await;
    assert!(preview["steps"].as_array().unwrap().iter().all(|step| step["refusal"].is_null()), "{preview}");
    let told = undo(&mut admin, &all, "ALL").await;
    assert_eq!(told["done"], true, "{told}");
    assert_eq!(admin.ok(SECURITY, json!({})).await, security);
    assert_eq!(admin.ok(PROFILE, json!({})).await, profile);
    assert_eq!(admin.ok(MINIS, json!({})).await, minis);
    assert_eq!(admin.ok(ROLES, json!({})).await, roles);
    assert!(admin.ok(words::SESSION, json!({})).await["system"]["session"]["menus"].to_string().contains("org.info"));

    // Each of them once.
    let told = undo(&mut admin, &all, "POSSIBLE").await;
    assert_eq!(told["done"], false, "{told}");
    let reasons: Vec<&Value> = told["steps"].as_array().unwrap().iter().map(|step| &step["refusal"]).collect();
    assert!(reasons.iter().all(|reason| **reason == "这次变更已经撤销"), "{reasons:?}");
    // A choice that would shut out whoever takes it back is refused as in the form.
    admin.ok(DECIDE, json!({"i": {"networks": ["127.0.0.1"]}})).await;
    admin.ok(DECIDE, json!({"i": {}})).await;
    let sql = t.sql().await;
    let elsewhere = format!(
        "UPDATE {}.audit SET changes = '{{\"networks\": [[\"203.0.113.7/32\"], []]}}' WHERE action = 'security.changed' \
         AND changes ->> 'networks' = '[[\"127.0.0.1/32\"], []]'",
        t.home.schema()
    );
    sql.rows(&elsewhere).await;
    let row = newest(&mut admin, "security.changed").await;
    assert!(refusal(&mut admin, &row).await.unwrap().contains("不在其中"));
    // Operators' own log has no way back.
    let mut operator = t.operator().await;
    assert_eq!(operator.refused(UNDO, json!({"ids": [row], "mode": "PREVIEW"})).await, "DENIED");
    assert!(operator.ok(LOG, json!({})).await.to_string().contains("\"undoable\":false"));
}
