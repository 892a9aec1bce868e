//! Organisations are moved, merged, split, dissolved and deleted (PC-3.1.1b to d), and the past stays as it was.

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_tests::roster::id_number;
use zhibu_tests::{PASSWORD, Refusal, Town, Visitor, until, words};

use crate::members::{enrol, member};
use crate::organisations::{add, branch, small_tree, with};

const REQUEST: &str = "mutation($input: OrganisationCommandInput!) { directory { requestOrganisationCommand(input: $input) { id \
    version state effectiveOn obstacle organisation { id shortName } into { id } decidable withdrawable } } }";
const PREVIEW: &str = "query($input: OrganisationCommandInput!) { directory { previewOrganisationCommand(input: $input) { \
    needsConfirmation consequences { kind words count items { id name } } blockers { kind words count items { id name } } } } }";
const ONE: &str = "query($id: ID!) { directory { organisation(id: $id) { code status closedOn editable childCount parent { id } \
    mergedInto { id } splitFrom { id } parents { parent { id } from to } administrators { userName } } } }";
const COMMAND: &str = "query($id: ID!) { directory { organisationCommand(id: $id) { version state obstacle refusal decidable \
    withdrawable decidedBy doneAt } } }";
const COMMANDS: &str = "query($f: OrganisationCommandFilter) { directory { organisationCommands(first: 50, filter: $f) { totalCount \
    nodes { id kind state organisation { shortName } } } } }";
const CONFIRM: &str =
    "mutation($id: ID!, $v: Int!) { directory { confirmOrganisationCommand(id: $id, version: $v) { state } } }";
const REFUSE: &str = "mutation($id: ID!, $v: Int!, $r: String!) { directory { refuseOrganisationCommand(id: $id, version: $v, \
    reason: $r) { state refusal } } }";
const WITHDRAW: &str =
    "mutation($id: ID!, $v: Int!) { directory { withdrawOrganisationCommand(id: $id, version: $v) { state } } }";
const AS_OF: &str = "query($d: NaiveDate!) { directory { organisationsAsOf(date: $d, first: 100) { totalCount nodes { id shortName \
    code depth parent memberCount } } } }";
const MEMBER: &str = "query($id: ID!) { directory { member(id: $id) { branch { id } group { id } posts { post } } } }";
const TREE: &str = "query { directory { tree(depth: 9) { id shortName parentId depth } } }";
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";
const HOURLY: &str = "SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)";

fn today(t: &Town) -> String {
    (t.now() + chrono::Duration::hours(8)).date_naive().to_string()
}

/// What is asked for, today.
pub(crate) fn order(t: &Town, kind: &str, organisation: &str, more: Value) -> Value {
    let input = json!({"kind": kind, "organisation": organisation, "effectiveOn": today(t), "reason": "机构调整",
        "approvalNo": "示例〔2026〕1号"});
    json!({"input": with(input, more)})
}

pub(crate) async fn ask(by: &mut Visitor, order: Value) -> Value {
    by.ok(REQUEST, order).await["directory"]["requestOrganisationCommand"].clone()
}

async fn one(by: &mut Visitor, id: &str) -> Value {
    by.ok(ONE, json!({"id": id})).await["directory"]["organisation"].clone()
}

async fn preview(by: &mut Visitor, order: Value) -> Value {
    by.ok(PREVIEW, order).await["directory"]["previewOrganisationCommand"].clone()
}

/// The names that findings of a kind list.
fn named(findings: &Value, kind: &str) -> Vec<String> {
    let of = findings.as_array().unwrap().iter().filter(|finding| finding["kind"] == kind);
    of.flat_map(|finding| finding["items"].as_array().unwrap().clone())
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn shown(by: &mut Visitor, day: &str) -> Vec<(String, String, i64)> {
    let found = by.ok(AS_OF, json!({"d": day})).await["directory"]["organisationsAsOf"].clone();
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    nodes.iter().map(|n| (text(&n["shortName"]), text(&n["parent"]), n["memberCount"].as_i64().unwrap())).collect()
}

fn row(name: &str, parent: &str, members: i64) -> (String, String, i64) {
    (name.to_owned(), parent.to_owned(), members)
}

async fn post(t: &Town, person: &str, organisation: &str, post: &str) {
    let sql = format!(
        "INSERT INTO {}.posts (id, person_id, organisation_id, post, since) VALUES (gen_random_uuid(), '{person}', \
         '{organisation}', '{post}', '2020-01-01')",
        t.home.schema()
    );
    t.sql().await.rows(&sql).await;
}

/// The sums that the tables must always agree on.
async fn consistent(t: &Town) {
    let (sql, s) = (t.sql().await, t.home.schema());
    let heads = format!(
        "SELECT count(*) FROM {s}.organisations o WHERE member_count <> (SELECT count(*) FROM {s}.branch_assignments b \
         WHERE b.organisation_id = o.id AND b.until IS NULL)"
    );
    assert_eq!(sql.one(&heads).await, "0", "members are counted right");
    let children = format!(
        "SELECT count(*) FROM {s}.organisations o WHERE child_count <> (SELECT count(*) FROM {s}.organisations c \
         WHERE c.parent_id = o.id AND c.closed_on IS NULL)"
    );
    assert_eq!(sql.one(&children).await, "0", "subordinates are counted right");
    let paths = format!(
        "SELECT count(*) FROM {s}.organisations c JOIN {s}.organisations p ON p.id = c.parent_id WHERE c.path NOT LIKE \
         p.path || '.___' OR c.depth <> p.depth + 1 OR c.code <> replace(c.path, '.', '')"
    );
    assert_eq!(sql.one(&paths).await, "0", "paths follow the superiors");
    let states = format!(
        "SELECT count(*) FROM {s}.organisations o LEFT JOIN {s}.organisation_states x ON x.organisation_id = o.id AND \
         x.until IS NULL WHERE (x.path, x.code, x.full_name, x.short_name, x.status) IS DISTINCT FROM \
         (o.path, o.code, o.full_name, o.short_name, o.status)"
    );
    assert_eq!(sql.one(&states).await, "0", "the history ends with the present");
    let roles = format!(
        "SELECT count(*) FROM {s}.people p JOIN {s}.memberships m ON m.person_id = p.id AND m.until IS NULL JOIN \
         {s}.branch_assignments b ON b.membership_id = m.id AND b.until IS NULL WHERE NOT EXISTS (SELECT FROM \
         {s}.role_assignments r WHERE r.account_id = p.account_id AND r.role = 'member' AND r.until IS NULL AND \
         r.organisation_id = b.organisation_id)"
    );
    assert_eq!(sql.one(&roles).await, "0", "everybody is a member where they belong");
}

#[tokio::test]
async fn pc_3_1_1b_a_subtree_moves_and_the_past_stays() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    enrol(&mut admin, member(&first, "张三", 1)).await;
    let before = today(&t);
    t.pass(chrono::Duration::days(3));
    let mut admin = t.administrator().await;
    let other = with(branch(&t.home.root, "销售"), json!({"type": "PARTY_COMMITTEE", "shortName": "销售党委"}));
    let other = add(&mut admin, other).await;
    let plan = order(&t, "MIGRATE", &committee, json!({"into": other, "approvalNo": null}));
    let look = preview(&mut admin, plan.clone()).await;
    assert_eq!(look["blockers"], json!([]));
    assert_eq!(named(&look["consequences"], "organisation"), ["制造党委", "第一党支部"]);
    assert!(
        look["consequences"].as_array().unwrap().iter().any(|f| f["kind"] == "member" && f["count"] == 1),
        "{look}"
    );
    assert_eq!(one(&mut admin, &committee).await["code"], "001001", "a preview changes nothing");
    let done = ask(&mut admin, plan).await;
    assert_eq!((&done["state"], &done["withdrawable"]), (&json!("DONE"), &json!(false)));
    let moved = one(&mut admin, &committee).await;
    assert_eq!((&moved["code"], &moved["parent"]["id"]), (&json!("001003001"), &json!(other)));
    let spans = moved["parents"].as_array().unwrap();
    assert_eq!((spans.len(), &spans[0]["from"], &spans[1]["to"]), (2, &json!(today(&t)), &json!(today(&t))));
    assert_eq!(one(&mut admin, &first).await["code"], "001003001001");
    consistent(&t).await;
    let root = t.home.name.chars().take(30).collect::<String>();
    assert_eq!(
        shown(&mut admin, &before).await,
        [row(&root, "", 0), row("制造党委", &root, 0), row("第一党支部", "制造党委", 1), row("第二党支部", &root, 0)]
    );
    assert_eq!(
        shown(&mut admin, &today(&t)).await,
        [
            row(&root, "", 0),
            row("第二党支部", &root, 0),
            row("销售党委", &root, 0),
            row("制造党委", "销售党委", 0),
            row("第一党支部", "制造党委", 1)
        ]
    );
    assert!(shown(&mut admin, "2020-01-01").await.is_empty());
    let ahead = admin.refused(AS_OF, json!({"d": "2199-01-01"})).await;
    assert_eq!(ahead, "INVALID date");
    // Whoever administers the new superior reaches what has come, and sees of the past what was below then.
    t.person("xiaoshou", "org_admin", &other).await;
    t.person("zhizao", "org_admin", &committee).await;
    let mut sales = t.signed_in("xiaoshou", PASSWORD).await;
    one(&mut sales, &first).await;
    assert!(shown(&mut sales, &before).await.is_empty());
    let mut made = t.signed_in("zhizao", PASSWORD).await;
    assert_eq!(shown(&mut made, &before).await.len(), 2);
    assert_eq!(admin.refused(ONE, json!({"id": NOBODY})).await, "NOT_FOUND");
    assert_eq!(made.refused(ONE, json!({"id": second})).await, "NOT_FOUND");
}

#[tokio::test]
async fn pc_3_1_1b_what_does_not_fit_is_told() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let inner = with(branch(&committee, "下级"), json!({"type": "PARTY_COMMITTEE", "shortName": "下级党委"}));
    let inner = add(&mut admin, inner).await;
    let twin = with(branch(&t.home.root, "第一"), json!({"shortName": "另一党支部"}));
    let twin = add(&mut admin, twin).await;
    let group = with(branch(&first, "一组"), json!({"type": "PARTY_GROUP", "shortName": "一组"}));
    let group = add(&mut admin, group).await;
    enrol(&mut admin, with(member(&first, "张三", 1), json!({"group": group}))).await;
    for (what, into, words) in [
        (&committee, &inner, "自己的下级"),
        (&second, &first, "不能设置党支部为下级"),
        (&second, &t.home.root, "已经是"),
        (&t.home.root, &committee, "根组织"),
        (&twin, &committee, "同名"),
        (&group, &second, "张三"),
    ] {
        let plan = order(&t, "MIGRATE", what, json!({"into": into}));
        let refused = admin.ask(REQUEST, plan).await;
        assert_eq!(refused.refusal(), "BLOCKED", "{words}");
        assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains(words), "{words}: {:?}", refused.body);
    }
    for (change, field) in [
        (json!({"into": null}), "into"),
        (json!({"into": first}), "into"),
        (json!({"effectiveOn": "2020-01-01"}), "effectiveOn"),
        (json!({"reason": ""}), "reason"),
    ] {
        let plan = order(&t, "MIGRATE", &first, with(json!({"into": t.home.root}), change.clone()));
        let refused = admin.refused(REQUEST, plan).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    for (what, into) in [(NOBODY, committee.as_str()), (second.as_str(), NOBODY)] {
        assert_eq!(admin.refused(REQUEST, order(&t, "MIGRATE", what, json!({"into": into}))).await.code, "NOT_FOUND");
    }
    consistent(&t).await;
}

#[tokio::test]
async fn pc_3_1_1c_a_merger_takes_members_groups_posts_and_cases_along() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let group = with(branch(&first, "一组"), json!({"type": "PARTY_GROUP", "shortName": "一组"}));
    let group = add(&mut admin, group).await;
    let zhang = enrol(&mut admin, with(member(&first, "张三", 1), json!({"group": group}))).await;
    let li = enrol(&mut admin, member(&first, "李四", 2)).await;
    let wang = enrol(&mut admin, member(&second, "王五", 3)).await;
    post(&t, &li, &first, "secretary").await;
    post(&t, &wang, &second, "secretary").await;
    t.person("guanli", "org_admin", &first).await;
    let applicant = json!({"branch": first, "name": "赵六", "idNumber": id_number("1995-05-05", 9), "ethnicity": "01",
        "educationLevel": "21", "workPost": "121", "mobile": "13800000009"});
    let start = "mutation($input: ApplicantInput!) { development { start(input: $input) { case { id } } } }";
    t.person("shuji", "branch_secretary", &first).await;
    let mut secretary = t.signed_in("shuji", PASSWORD).await;
    let case = secretary.ok(start, json!({"input": applicant})).await["development"]["start"]["case"]["id"].clone();
    t.pass(chrono::Duration::days(1));
    let mut admin = t.administrator().await;

    let plan = order(&t, "MERGE", &first, json!({"into": second}));
    let look = preview(&mut admin, plan.clone()).await;
    assert_eq!((&look["blockers"], &look["needsConfirmation"]), (&json!([]), &json!(false)));
    let mut members = named(&look["consequences"], "member");
    members.sort();
    assert_eq!(members, ["张三", "李四"]);
    assert_eq!(named(&look["consequences"], "organisation"), ["一组"]);
    assert_eq!(named(&look["consequences"], "post"), ["李四（书记）"]);
    let mut administrators = named(&look["consequences"], "administrator");
    administrators.sort();
    assert_eq!(administrators, ["guanli", "shuji"]);
    assert_eq!(named(&look["consequences"], "development"), ["赵六"]);

    assert_eq!(ask(&mut admin, plan).await["state"], "DONE");
    consistent(&t).await;
    let merged = one(&mut admin, &first).await;
    assert_eq!((&merged["status"], &merged["mergedInto"]["id"]), (&json!("MERGED"), &json!(second)));
    assert_eq!((&merged["editable"], &merged["closedOn"]), (&json!(false), &json!(today(&t))));
    assert_eq!(merged["administrators"], json!([]));
    let zhang = admin.ok(MEMBER, json!({"id": zhang})).await["directory"]["member"].clone();
    assert_eq!((&zhang["branch"]["id"], &zhang["group"]["id"]), (&json!(second), &json!(group)));
    let li = admin.ok(MEMBER, json!({"id": li})).await["directory"]["member"].clone();
    assert_eq!((&li["branch"]["id"], &li["posts"]), (&json!(second), &json!([])));
    let wang = admin.ok(MEMBER, json!({"id": wang})).await["directory"]["member"].clone();
    assert_eq!(wang["posts"][0]["post"], "secretary", "the posts of the receiver stay");
    assert_eq!(one(&mut admin, &group).await["parent"]["id"], json!(second));
    let found = admin
        .ok("query($id: ID!) { development { case(id: $id) { case { branch { shortName } } } } }", json!({"id": case}))
        .await;
    assert_eq!(found["development"]["case"]["case"]["branch"]["shortName"], "第二党支部");
    // It is hidden where one chooses, and takes nobody any more.
    let tree = admin.ok(TREE, json!({})).await["directory"]["tree"].clone();
    assert!(tree.as_array().unwrap().iter().all(|node| node["id"] != json!(first)), "{tree}");
    let form = json!({"input": member(&first, "钱七", 7)});
    assert_eq!(admin.refused(crate::members::CREATE, form).await, "INVALID branch");
    let again = order(&t, "MERGE", &committee, json!({"into": first}));
    assert_eq!(admin.refused(REQUEST, again).await, "BLOCKED");
    let edit = json!({"id": first, "version": 2, "input": branch(&committee, "第一")});
    assert_eq!(admin.refused(words::UPDATE, edit).await, "CLOSED");
    // Yesterday is as it was.
    let day = (t.now() + chrono::Duration::hours(8) - chrono::Duration::days(1)).date_naive().to_string();
    let then = shown(&mut admin, &day).await;
    assert!(then.contains(&row("第一党支部", "制造党委", 2)), "{then:?}");
    let audit = format!(
        "SELECT string_agg(DISTINCT action, ',' ORDER BY action) FROM {}.audit WHERE action ~ 'merged|received|handed|moved|asked'",
        t.home.schema()
    );
    assert_eq!(
        t.sql().await.one(&audit).await,
        "development.handed_over,organisation.command_asked,organisation.merged,organisation.moved,organisation.received"
    );
}

#[tokio::test]
async fn pc_3_1_1c_a_split_founds_a_branch_with_the_chosen_members() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let zhang = enrol(&mut admin, member(&first, "张三", 1)).await;
    let li = enrol(&mut admin, member(&first, "李四", 2)).await;
    let foreign = enrol(&mut admin, member(&second, "王五", 3)).await;
    post(&t, &zhang, &first, "secretary").await;
    let group =
        add(&mut admin, with(branch(&first, "一组"), json!({"type": "PARTY_GROUP", "shortName": "一组"}))).await;
    post(&t, &zhang, &group, "group_leader").await;
    let plan = |members: Value| {
        let split = json!({"fullName": "中共示例集团第三支部委员会", "shortName": "第三党支部", "members": members});
        order(&t, "SPLIT", &first, json!({"split": split}))
    };
    assert_eq!(admin.refused(REQUEST, plan(json!([foreign]))).await, "NOT_FOUND split.members");
    assert_eq!(admin.refused(REQUEST, plan(json!([zhang, li]))).await, "BLOCKED");
    assert_eq!(admin.refused(REQUEST, plan(json!([]))).await, "INVALID split.members");
    let mut same = plan(json!([zhang]));
    same["input"]["split"]["shortName"] = json!("第二党支部");
    assert_eq!(admin.refused(REQUEST, same).await, "BLOCKED");
    let look = preview(&mut admin, plan(json!([zhang]))).await;
    assert_eq!(named(&look["consequences"], "member"), ["张三"]);
    assert_eq!(named(&look["consequences"], "post"), ["张三（书记）"]);
    assert_eq!(ask(&mut admin, plan(json!([zhang]))).await["state"], "DONE");
    consistent(&t).await;
    let zhang = admin.ok(MEMBER, json!({"id": zhang})).await["directory"]["member"].clone();
    let made = zhang["branch"]["id"].as_str().unwrap().to_owned();
    let new = one(&mut admin, &made).await;
    assert_eq!((&new["parent"]["id"], &new["splitFrom"]["id"]), (&json!(committee), &json!(first)));
    assert_eq!((&new["status"], &zhang["posts"]), (&json!("ACTIVE"), &json!([])));
    let li = admin.ok(MEMBER, json!({"id": li})).await["directory"]["member"]["branch"]["id"].clone();
    assert_eq!(li, json!(first));
}

#[tokio::test]
async fn pc_3_1_1d_dissolving_waits_for_members_children_and_cases() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let zhang = enrol(&mut admin, member(&first, "张三", 1)).await;
    let look = preview(&mut admin, order(&t, "DISSOLVE", &committee, json!({}))).await;
    assert_eq!(named(&look["blockers"], "organisation"), ["第一党支部"]);
    let look = preview(&mut admin, order(&t, "DISSOLVE", &first, json!({}))).await;
    assert_eq!(named(&look["blockers"], "member"), ["张三"]);
    assert_eq!(look["blockers"][0]["items"][0]["id"], json!(zhang));
    assert_eq!(admin.refused(REQUEST, order(&t, "DISSOLVE", &first, json!({}))).await, "BLOCKED");
    assert_eq!(
        admin.refused(REQUEST, order(&t, "DISSOLVE", &first, json!({"approvalNo": null}))).await,
        "INVALID approvalNo"
    );
    let applicant = json!({"branch": first, "name": "赵六", "idNumber": id_number("1995-05-05", 9), "ethnicity": "01",
        "educationLevel": "21", "workPost": "121", "mobile": "13800000009"});
    let start = "mutation($input: ApplicantInput!) { development { start(input: $input) { case { id version } } } }";
    t.person("shuji", "branch_secretary", &first).await;
    let mut secretary = t.signed_in("shuji", PASSWORD).await;
    secretary.ok(start, json!({"input": applicant})).await;
    let moved = json!({"id": zhang, "version": 1, "input": with(member(&second, "张三", 1), json!({}))});
    admin.ok(crate::members::UPDATE, moved).await;
    let look = preview(&mut admin, order(&t, "DISSOLVE", &first, json!({}))).await;
    assert_eq!(named(&look["blockers"], "development"), ["赵六"]);
    t.sql()
        .await
        .rows(&format!("UPDATE {}.development_cases SET outcome = 'withdrawn', closed_at = now()", t.home.schema()))
        .await;
    // It had a member once: it can be dissolved, not deleted.
    let look = preview(&mut admin, order(&t, "DELETE", &first, json!({}))).await;
    assert_eq!(look["blockers"].as_array().unwrap().len(), 2, "{look}");
    assert_eq!(ask(&mut admin, order(&t, "DISSOLVE", &first, json!({}))).await["state"], "DONE");
    assert_eq!(one(&mut admin, &first).await["status"], "DISSOLVED");
    assert_eq!(ask(&mut admin, order(&t, "DISSOLVE", &committee, json!({}))).await["state"], "DONE");
    consistent(&t).await;
    let closed = "query { directory { organisations(filter: {closed: true}) { nodes { shortName } } } }";
    let closed = admin.ok(closed, json!({})).await["directory"]["organisations"]["nodes"].clone();
    assert_eq!(closed, json!([{"shortName": "制造党委"}, {"shortName": "第一党支部"}]));
}

#[tokio::test]
async fn pc_3_1_1d_only_what_was_never_used_is_deleted() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    t.person("guanli", "org_admin", &committee).await;
    let mut below = t.signed_in("guanli", PASSWORD).await;
    assert_eq!(below.refused(REQUEST, order(&t, "DELETE", &committee, json!({}))).await, "NOT_FOUND");
    assert_eq!(below.refused(REQUEST, order(&t, "DISSOLVE", &first, json!({}))).await, "DENIED");
    assert_eq!(admin.refused(REQUEST, order(&t, "DELETE", &committee, json!({}))).await, "BLOCKED");
    let gone = ask(&mut below, order(&t, "DELETE", &first, json!({"approvalNo": null}))).await;
    assert_eq!((&gone["state"], &gone["organisation"]["shortName"]), (&json!("DONE"), &json!("第一党支部")));
    assert_eq!(admin.refused(ONE, json!({"id": first})).await, "NOT_FOUND");
    consistent(&t).await;
    // The name is free again.
    add(&mut admin, branch(&committee, "第一")).await;
}

#[tokio::test]
async fn pc_3_1_1b_the_receiving_administrator_confirms_or_refuses() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    let other = with(branch(&t.home.root, "销售"), json!({"type": "PARTY_COMMITTEE", "shortName": "销售党委"}));
    let other = add(&mut admin, other).await;
    t.person("zhizao", "org_admin", &committee).await;
    t.person("xiaoshou", "org_admin", &other).await;
    let (mut giver, mut taker) = (t.signed_in("zhizao", PASSWORD).await, t.signed_in("xiaoshou", PASSWORD).await);
    let found = giver.ok("query { directory { receivers(search: \"销售\") { id } } }", json!({})).await;
    assert_eq!(found["directory"]["receivers"], json!([{"id": other}]));
    let plan = order(&t, "MIGRATE", &first, json!({"into": other}));
    assert_eq!(preview(&mut giver, plan.clone()).await["needsConfirmation"], json!(true));
    let asked = ask(&mut giver, plan.clone()).await;
    assert_eq!((&asked["state"], &asked["decidable"]), (&json!("WAITING"), &json!(false)));
    assert_eq!(giver.refused(REQUEST, plan.clone()).await, "BLOCKED", "one at a time");
    let id = asked["id"].as_str().unwrap().to_owned();
    let of = |v: i32| json!({"id": id, "v": v, "r": "编制已满"});
    assert_eq!(giver.refused(CONFIRM, of(1)).await, "NOT_RECEIVER");
    assert_eq!(taker.refused(WITHDRAW, of(1)).await, "NOT_ASKER");
    assert_eq!(taker.refused(CONFIRM, of(7)).await, "CONFLICT");
    assert_eq!(taker.refused(CONFIRM, json!({"id": NOBODY, "v": 1})).await, "NOT_FOUND");
    let look = "query($id: ID!) { directory { organisationCommandPreview(id: $id) { consequences { kind } blockers { kind } } } }";
    let look = taker.ok(look, json!({"id": id})).await["directory"]["organisationCommandPreview"].clone();
    assert_eq!(look["blockers"], json!([]), "the command is not in its own way");
    assert_eq!(taker.refused(REFUSE, json!({"id": id, "v": 1, "r": ""})).await, "INVALID reason");
    let refused = taker.ok(REFUSE, of(1)).await["directory"]["refuseOrganisationCommand"].clone();
    assert_eq!((&refused["state"], &refused["refusal"]), (&json!("REFUSED"), &json!("编制已满")));
    assert_eq!(taker.refused(CONFIRM, of(2)).await, "DECIDED");
    assert_eq!(one(&mut admin, &first).await["parent"]["id"], json!(committee));

    let asked = ask(&mut giver, plan.clone()).await;
    let of = json!({"id": asked["id"], "v": 1});
    assert_eq!(giver.ok(WITHDRAW, of.clone()).await["directory"]["withdrawOrganisationCommand"]["state"], "WITHDRAWN");
    let asked = ask(&mut giver, plan).await;
    let of = json!({"id": asked["id"], "v": 1});
    // Two confirm at once: one does.
    let twice = join_all((0..2).map(|_| {
        let (mut taker, of) = (taker.clone(), of.clone());
        async move { taker.ask(CONFIRM, of).await.refusal_opt() }
    }))
    .await;
    assert_eq!(twice.iter().filter(|refusal| refusal.is_none()).count(), 1, "{twice:?}");
    assert_eq!(one(&mut admin, &first).await["parent"]["id"], json!(other));
    let states = giver.ok(COMMANDS, json!({"f": {}})).await["directory"]["organisationCommands"].clone();
    assert_eq!(states["totalCount"], 0, "what has left the own range is no longer listed");
    let states = taker.ok(COMMANDS, json!({"f": {"state": "DONE"}})).await["directory"]["organisationCommands"].clone();
    assert_eq!(states["totalCount"], 1);
    // A stranger to both sees nothing of it.
    let stranger = with(branch(&t.home.root, "后勤"), json!({"type": "PARTY_COMMITTEE", "shortName": "后勤党委"}));
    let stranger = add(&mut admin, stranger).await;
    t.person("houqin", "org_admin", &stranger).await;
    let mut stranger = t.signed_in("houqin", PASSWORD).await;
    assert_eq!(stranger.refused(COMMAND, json!({"id": asked["id"]})).await, "NOT_FOUND");
    assert_eq!(stranger.refused(CONFIRM, of).await, "NOT_FOUND");
    consistent(&t).await;
}

#[tokio::test]
async fn pc_3_1_1c_on_its_day_the_job_carries_it_out_and_says_what_is_in_the_way() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, second) = small_tree(&t, &mut admin).await;
    let day = (t.now() + chrono::Duration::hours(8) + chrono::Duration::days(3)).date_naive().to_string();
    let asked = ask(&mut admin, order(&t, "DISSOLVE", &first, json!({"effectiveOn": day}))).await;
    let merge = order(&t, "MERGE", &second, json!({"into": first, "effectiveOn": day}));
    assert_eq!(admin.refused(REQUEST, merge).await, "BLOCKED", "what is to be dissolved receives nothing");
    assert_eq!((&asked["state"], &asked["withdrawable"]), (&json!("CONFIRMED"), &json!(true)));
    // Somebody comes in the meantime: this is in the way when the day has come.
    let zhang = enrol(&mut admin, member(&first, "张三", 1)).await;
    let sql = t.sql().await;
    let state = format!("SELECT state || coalesce(' ' || obstacle, '') FROM {}.organisation_commands", t.home.schema());
    let ran = "SELECT count(*) FROM jobs._private_jobs j JOIN jobs._private_tasks t ON t.id = j.task_id WHERE \
        t.identifier = 'housekeeping'";
    let hour = async || {
        sql.rows(HOURLY).await;
        until("housekeeping is over", async || sql.one(ran).await == "0").await;
    };
    hour().await;
    assert_eq!(sql.one(&state).await, "confirmed", "not before its day");
    t.pass(chrono::Duration::days(3));
    hour().await;
    let told = sql.one(&state).await;
    assert!(told.starts_with("confirmed 还有党员") && told.contains("张三"), "{told}");
    let mut admin = t.administrator().await;
    let moved = json!({"id": zhang, "version": 1, "input": member(&second, "张三", 1)});
    admin.ok(crate::members::UPDATE, moved).await;
    // Nor while nobody may change anything, nor for somebody who may no longer.
    let mut operator = t.operator().await;
    let tenant = json!({"id": t.home.id});
    operator
        .ok("mutation($id: ID!) { system { suspendTenant(tenant: $id, reason: \"欠费\") { life } } }", tenant.clone())
        .await;
    sql.rows(&format!("UPDATE {}.organisation_commands SET obstacle = NULL", t.home.schema())).await;
    hour().await;
    assert_eq!(sql.one(&state).await, "confirmed");
    operator
        .ok("mutation($id: ID!) { system { resumeTenant(tenant: $id, reason: \"已缴费\") { life } } }", tenant)
        .await;
    let asker = format!("UPDATE {}.accounts SET state = $s WHERE id = '{}'", t.home.schema(), t.home.account);
    sql.rows(&asker.replace("$s", "'disabled'")).await;
    hour().await;
    assert!(sql.one(&state).await.contains("申请人已没有该权限"));
    sql.rows(&asker.replace("$s", "'active'")).await;
    let mut admin = t.administrator().await;
    hour().await;
    assert_eq!(sql.one(&state).await, "done");
    let gone = one(&mut admin, &first).await;
    assert_eq!((&gone["status"], &gone["closedOn"]), (&json!("DISSOLVED"), &json!(day)));
    consistent(&t).await;
    let who = format!(
        "SELECT actor_kind || ' ' || actor_id FROM {}.audit WHERE action = 'organisation.dissolved'",
        t.home.schema()
    );
    assert_eq!(sql.one(&who).await, format!("account {}", t.home.account), "in the name of whoever asked");
}

#[tokio::test]
async fn pc_3_1_1b_crosswise_at_once_leaves_a_whole_tree() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let kind = |name: &str| json!({"type": "PARTY_COMMITTEE", "shortName": name});
    let a = add(&mut admin, with(branch(&t.home.root, "甲"), kind("甲党委"))).await;
    let b = add(&mut admin, with(branch(&t.home.root, "乙"), kind("乙党委"))).await;
    let (a1, b1) = (add(&mut admin, branch(&a, "甲一")).await, add(&mut admin, branch(&b, "乙一")).await);
    for n in 1..=4 {
        enrol(&mut admin, member(&a1, "张三", n)).await;
        enrol(&mut admin, member(&b1, "李四", n + 10)).await;
    }
    let plans = [
        order(&t, "MIGRATE", &a, json!({"into": b})),
        order(&t, "MIGRATE", &b, json!({"into": a})),
        order(&t, "MERGE", &a1, json!({"into": b1})),
        order(&t, "MERGE", &b1, json!({"into": a1})),
    ];
    let commands = plans.into_iter().map(|plan| {
        let mut admin = admin.clone();
        async move { admin.ask(REQUEST, plan).await.refusal_opt() }.boxed()
    });
    let more = (20..26).map(|n| {
        let (mut admin, form) = (admin.clone(), member(if n % 2 == 0 { &a1 } else { &b1 }, "王五", n));
        async move { admin.ask(crate::members::CREATE, json!({"input": form})).await.refusal_opt() }.boxed()
    });
    let told: Vec<Option<Refusal>> = join_all(commands.chain(more)).await;
    let known = ["BLOCKED", "CONFLICT", "INVALID branch", "BRANCH_GONE branch", "UNAVAILABLE"];
    for refusal in told.iter().flatten() {
        assert!(known.iter().any(|known| *refusal == *known), "{refusal:?}");
    }
    assert!(told.iter().take(2).filter(|refusal| refusal.is_none()).count() <= 1, "no circle: {told:?}");
    consistent(&t).await;
    let closed = format!(
        "SELECT count(*) FROM {0}.branch_assignments b JOIN {0}.organisations o ON o.id = b.organisation_id \
         WHERE b.until IS NULL AND o.closed_on IS NOT NULL",
        t.home.schema()
    );
    assert_eq!(t.sql().await.one(&closed).await, "0", "nobody is left in what was merged");
}
