//! Organisations, their tree and their administrators (PC-3.1.1a, e, g).

use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor, words};

const ONE: &str = "query($id: ID!) { directory { organisation(id: $id) { id version shortName contactPhone editable \
    childCount path { id } parent { id } administrators { account userName } parents { parent { id } from to } \
    } organisationChanges(id: $id) { nodes { action by fields { field label before after } } } } }";
const LIST: &str = "query($f: OrganisationFilter) { directory { organisations(first: 100, filter: $f) { totalCount nodes { \
    id shortName } } } }";
const REVEAL: &str =
    "mutation($id: ID!, $reason: String!) { directory { revealContactPhone(id: $id, reason: $reason) } }";
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// What a form for a branch gives.
pub(crate) fn branch(parent: &str, name: &str) -> Value {
    json!({
        "parent": parent, "fullName": format!("中共示例集团{name}支部委员会"), "shortName": format!("{name}党支部"),
        "type": "BRANCH", "foundedOn": "2020-03-01", "unitRelation": "SAME_AS_PARENT", "units": [],
        "divisionCode": "320100", "contactName": "张三", "contactPhone": "13912345678",
    })
}

/// A form with some fields changed.
pub(crate) fn with(mut form: Value, change: Value) -> Value {
    for (key, value) in change.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}

pub(crate) async fn add(by: &mut Visitor, form: Value) -> String {
    let made = by.ok(words::CREATE, json!({"input": form})).await;
    made["directory"]["createOrganisation"]["id"].as_str().unwrap().to_owned()
}

async fn names(by: &mut Visitor, filter: Value) -> Vec<String> {
    let found = by.ok(LIST, json!({"f": filter})).await;
    let nodes = found["directory"]["organisations"]["nodes"].as_array().unwrap().clone();
    assert_eq!(found["directory"]["organisations"]["totalCount"], nodes.len());
    nodes.iter().map(|n| n["shortName"].as_str().unwrap().to_owned()).collect()
}

/// A committee with two branches below the root; returns their ids.
pub(crate) async fn small_tree(t: &Town, admin: &mut Visitor) -> (String, String, String) {
    let form = with(branch(&t.home.root, "制造"), json!({"type": "PARTY_COMMITTEE", "shortName": "制造党委"}));
    let committee = add(admin, form).await;
    let first = add(admin, branch(&committee, "第一")).await;
    let second = add(admin, branch(&t.home.root, "第二")).await;
    (committee, first, second)
}

#[tokio::test]
async fn pc_3_1_1a_every_fault_names_its_field() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let unit = json!({"name": "示例公司", "nature": "6"});
    let legal = |unit: Value| json!({"unitRelation": "LEGAL_UNIT", "units": [unit]});
    for (change, field) in [
        (json!({"parent": null}), "parent"),
        (json!({"fullName": " "}), "fullName"),
        (json!({"fullName": "长".repeat(101)}), "fullName"),
        (json!({"shortName": "支"}), "shortName"),
        (json!({"externalCode": "1".repeat(41)}), "externalCode"),
        (json!({"approvalNo": "号".repeat(61)}), "approvalNo"),
        (json!({"contactName": ""}), "contactName"),
        (json!({"contactPhone": null}), "contactPhone"),
        (json!({"contactPhone": "12345"}), "contactPhone"),
        (json!({"foundedOn": "2199-01-01"}), "foundedOn"),
        (json!({"foundedOn": "1921-06-30"}), "foundedOn"),
        (json!({"divisionCode": "990000"}), "divisionCode"),
        (json!({"sort": 10_000}), "sort"),
        (json!({"termYears": 4}), "termYears"),
        (json!({"termStart": "2019-01-01"}), "termStart"),
        (json!({"termStart": "2199-01-01"}), "termStart"),
        (json!({"canApproveMembers": true}), "canApproveMembers"),
        (json!({"unitRelation": "JOINT"}), "unitRelation"),
        (json!({"unitRelation": "LEGAL_UNIT"}), "units"),
        (json!({"units": [unit]}), "units"),
        (legal(with(unit.clone(), json!({"name": ""}))), "units.0.name"),
        (legal(with(unit.clone(), json!({"uscc": "91350100M000100Y44"}))), "units.0.uscc"),
        (legal(with(unit.clone(), json!({"nature": "77"}))), "units.0.nature"),
        (legal(with(unit.clone(), json!({"partyPresence": "77"}))), "units.0.partyPresence"),
    ] {
        let refusal =
            admin.refused(words::CREATE, json!({"input": with(branch(&t.home.root, "第一"), change.clone())})).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    let good = with(branch(&t.home.root, "第一"), legal(with(unit, json!({"uscc": "91350100m000100y43"}))));
    add(&mut admin, good).await;
    assert_eq!(names(&mut admin, json!({})).await.len(), 2, "only the root and the good one");
}

#[tokio::test]
async fn pc_3_1_1a_kinds_fit_below_each_other() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let general = with(branch(&t.home.root, "机关"), json!({"type": "GENERAL_BRANCH", "shortName": "机关总支"}));
    let general = add(&mut admin, general).await;
    let allowed = "query($id: ID!) { directory { allowedTypes(parent: $id) } }";
    let types = admin.ok(allowed, json!({"id": general})).await["directory"]["allowedTypes"].clone();
    assert_eq!(types, json!(["BRANCH", "JOINT_BRANCH", "PROVISIONAL_BRANCH", "MOBILE_BRANCH"]));
    let committee = with(branch(&general, "第一"), json!({"type": "PARTY_COMMITTEE"}));
    assert_eq!(admin.refused(words::CREATE, json!({"input": committee})).await, "INVALID type");
    let child = add(&mut admin, branch(&general, "第一")).await;
    // What stands below must still fit after an edit, and so must the thing itself.
    let form = |kind: &str, name: &str| with(branch(&t.home.root, name), json!({"type": kind}));
    let edit = json!({"id": general, "version": 1, "input": form("BRANCH", "机关")});
    assert_eq!(admin.refused(words::UPDATE, edit).await, "INVALID type");
    let edit = json!({"id": child, "version": 1, "input": form("PARTY_COMMITTEE", "第一")});
    assert_eq!(admin.refused(words::UPDATE, edit).await, "INVALID type");
}

#[tokio::test]
async fn pc_3_1_1a_names_are_taken_once() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    let same_short = with(branch(&t.home.root, "第三"), json!({"shortName": "第一党支部"}));
    assert_eq!(admin.refused(words::CREATE, json!({"input": same_short})).await, "INVALID shortName");
    let same_full = with(branch(&committee, "第一"), json!({"shortName": "另一党支部"}));
    assert_eq!(admin.refused(words::CREATE, json!({"input": same_full})).await, "INVALID fullName");
    // Elsewhere in the tree the full name is free.
    add(&mut admin, with(branch(&t.home.root, "第一"), json!({"shortName": "另一党支部"}))).await;
}

#[tokio::test]
async fn pc_3_1_1a_additions_at_once_get_places_of_their_own() {
    let t = Town::start().await;
    let admin = t.administrator().await;
    let made = join_all((0..8).map(|n| {
        let (mut admin, form) = (admin.clone(), branch(&t.home.root, &format!("第{n}")));
        async move {
            admin.ok(words::CREATE, json!({"input": form})).await["directory"]["createOrganisation"]["code"].clone()
        }
    }))
    .await;
    let mut codes: Vec<&str> = made.iter().map(|code| code.as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["001001", "001002", "001003", "001004", "001005", "001006", "001007", "001008"]);
    let one = admin.clone().ok(ONE, json!({"id": t.home.root})).await;
    assert_eq!(one["directory"]["organisation"]["childCount"], 8);
}

#[tokio::test]
async fn pc_3_1_1a_an_edit_of_an_old_version_is_refused_and_a_good_one_leaves_history() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let edit = with(branch(&t.home.root, "第一"), json!({"contactName": "李四", "contactPhone": null, "sort": 7}));
    let edited = admin.ok(words::UPDATE, json!({"id": first, "version": 1, "input": edit})).await;
    assert_eq!(edited["directory"]["updateOrganisation"]["version"], 2);
    let again = json!({"id": first, "version": 1, "input": with(edit.clone(), json!({"contactName": "王五"}))});
    assert_eq!(admin.refused(words::UPDATE, again).await, "CONFLICT");
    // Nothing changed: no new version, no history.
    let same = admin.ok(words::UPDATE, json!({"id": first, "version": 2, "input": edit})).await;
    assert_eq!(same["directory"]["updateOrganisation"]["version"], 2);

    let one = admin.ok(ONE, json!({"id": first})).await["directory"].clone();
    assert_eq!(one["organisation"]["contactPhone"], "139****5678", "left out, so unchanged");
    let history = one["organisationChanges"]["nodes"].as_array().unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!((&history[0]["action"], &history[1]["action"]), (&json!("修改"), &json!("新增")));
    let fields = history[0]["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|f| f["field"] == name).unwrap();
    assert_eq!(fields.len(), 2);
    assert_eq!((&field("contactName")["before"], &field("contactName")["after"]), (&json!("张三"), &json!("李四")));
    assert_eq!((&field("sort")["before"], &field("sort")["after"]), (&json!("0"), &json!("7")));
}

#[tokio::test]
async fn pc_3_1_1a_edits_at_once_have_one_winner() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let first = add(&mut admin, branch(&t.home.root, "第一")).await;
    let edits = join_all((0..8).map(|n| {
        let mut admin = admin.clone();
        let form = with(branch(&t.home.root, "第一"), json!({"contactName": format!("张三{n}")}));
        let edit = json!({"id": first, "version": 1, "input": form});
        async move { admin.ask(words::UPDATE, edit).await.refusal_opt() }
    }))
    .await;
    assert_eq!(edits.iter().filter(|refusal| refusal.is_none()).count(), 1);
    assert!(edits.iter().flatten().all(|refusal| *refusal == "CONFLICT" || *refusal == "UNAVAILABLE"), "{edits:?}");
}

#[tokio::test]
async fn pc_3_1_1a_superiors_are_dated() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    let one = admin.ok(ONE, json!({"id": first})).await["directory"]["organisation"].clone();
    let spans = one["parents"].as_array().unwrap();
    assert_eq!(spans.len(), 1);
    assert_eq!((&spans[0]["parent"]["id"], &spans[0]["to"]), (&json!(committee), &Value::Null));
    let path: Vec<&Value> = one["path"].as_array().unwrap().iter().map(|p| &p["id"]).collect();
    assert_eq!(path, [&json!(t.home.root), &json!(committee)]);
}

#[tokio::test]
async fn pc_3_1_1g_the_tree_is_in_order() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    add(&mut admin, with(branch(&committee, "第三"), json!({"sort": 1}))).await;
    add(&mut admin, with(branch(&committee, "第四"), json!({"sort": 0}))).await;
    let tree = "query($root: ID, $depth: Int) { directory { tree(root: $root, depth: $depth) { shortName depth } } }";
    let mut look = async |root: Value, depth: i32| {
        let found = admin.ok(tree, json!({"root": root, "depth": depth})).await;
        let nodes = found["directory"]["tree"].as_array().unwrap().clone();
        nodes.iter().map(|n| n["shortName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = look(Value::Null, 2).await;
    assert_eq!(all[1..], ["制造党委", "第一党支部", "第四党支部", "第三党支部", "第二党支部"]);
    assert_eq!(look(Value::Null, 1).await[1..], ["制造党委", "第二党支部"]);
    assert_eq!(look(json!(committee), 0).await, ["制造党委"]);
}

#[tokio::test]
async fn pc_3_1_1a_the_list_is_searched() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    assert_eq!(names(&mut admin, json!({"search": "第一"})).await, ["第一党支部"]);
    assert_eq!(names(&mut admin, json!({"search": "001002"})).await, ["第二党支部"]);
    assert_eq!(names(&mut admin, json!({"under": committee})).await, ["制造党委", "第一党支部"]);
    assert_eq!(names(&mut admin, json!({"types": ["BRANCH"]})).await, ["第一党支部", "第二党支部"]);
    assert!(names(&mut admin, json!({"search": "%"})).await.is_empty(), "a wildcard is a letter like any other");
    assert!(names(&mut admin, json!({"search": "第_"})).await.is_empty());
}

#[tokio::test]
async fn pc_3_1_1e_an_administrator_sees_and_edits_only_what_is_below() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let input = json!({"organisation": committee, "displayName": "赵六", "userName": "zhao"});
    let set =
        admin.ok(words::ADD_ADMINISTRATOR, json!({"input": input})).await["directory"]["addAdministrator"].clone();
    assert_eq!(
        (&set["createdAccount"], &set["organisation"]["administrators"][0]["userName"]),
        (&json!(true), &json!("zhao"))
    );

    let mut zhao = t.first_sign_in("zhao", None).await;
    assert_eq!(names(&mut zhao, json!({})).await, ["制造党委", "第一党支部"]);
    assert_eq!(zhao.ok(words::SESSION, json!({})).await["system"]["session"]["roots"][0]["id"], committee);
    zhao.ok(ONE, json!({"id": first})).await;
    // Outside looks like not there: the same words as for an id that nobody has.
    let words_of = async |query: &str, id: &str| {
        let vars = json!({"id": id, "version": 1, "input": branch(&committee, "第一"), "f": {"under": id}, "reason": "核对联系方式"});
        zhao.peek(query, vars).await.body["errors"].clone()
    };
    for query in [ONE, LIST, words::UPDATE, REVEAL] {
        for outside in [&second, &t.home.root] {
            let refused = words_of(query, outside).await;
            assert_eq!(refused[0]["extensions"]["code"], "NOT_FOUND", "{query}");
            assert_eq!(refused, words_of(query, NOBODY).await, "{query}");
        }
    }
    let outside = branch(&second, "第五");
    assert_eq!(zhao.refused(words::CREATE, json!({"input": outside})).await, "NOT_FOUND parent");
    assert_eq!(zhao.refused(words::CREATE, json!({"input": branch(NOBODY, "第五")})).await, "NOT_FOUND parent");

    // S1: what is below, not the own node, though it may get subordinates.
    let own = zhao.ok(ONE, json!({"id": committee})).await["directory"]["organisation"].clone();
    assert_eq!(own["editable"], false);
    let edit = with(branch(&t.home.root, "制造"), json!({"type": "PARTY_COMMITTEE", "shortName": "制造党委"}));
    let edit = json!({"id": committee, "version": 1, "input": edit});
    assert_eq!(zhao.refused(words::UPDATE, edit).await, "NOT_FOUND");
    let me = json!({"organisation": committee, "displayName": "钱七", "userName": "qian"});
    assert_eq!(zhao.refused(words::ADD_ADMINISTRATOR, json!({"input": me})).await, "NOT_FOUND");
    let added = add(&mut zhao, branch(&committee, "第五")).await;
    let edit = with(branch(&committee, "第五"), json!({"contactName": "李四"}));
    zhao.ok(words::UPDATE, json!({"id": added, "version": 1, "input": edit})).await;
    let below = json!({"organisation": added, "displayName": "钱七", "userName": "qian"});
    zhao.ok(words::ADD_ADMINISTRATOR, json!({"input": below})).await;
}

#[tokio::test]
async fn pc_3_1_1e_a_removed_administrator_changes_nothing_any_more() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    let account = t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    // So that this replica remembers what the session may do.
    assert_eq!(names(&mut zhao, json!({})).await.len(), 2);
    admin.ok(words::REMOVE_ADMINISTRATOR, json!({"organisation": committee, "account": account})).await;
    let edit = with(branch(&committee, "第一"), json!({"contactName": "李四"}));
    assert_eq!(zhao.refused(words::UPDATE, json!({"id": first, "version": 1, "input": edit})).await, "DENIED");
    assert_eq!(zhao.refused(REVEAL, json!({"id": first, "reason": "核对联系方式"})).await, "DENIED");
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(zhao.refused(LIST, json!({})).await, "DENIED");
    let again = json!({"organisation": committee, "account": account});
    assert_eq!(admin.refused(words::REMOVE_ADMINISTRATOR, again).await, "NOT_FOUND");
}

#[tokio::test]
async fn pc_3_1_1e_an_account_becomes_administrator_of_a_second_organisation() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, _, second) = small_tree(&t, &mut admin).await;
    let account = t.person("zhao", "org_admin", &committee).await;
    let input = json!({"input": {"organisation": second, "account": account}});
    let set = admin.ok(words::ADD_ADMINISTRATOR, input.clone()).await;
    assert_eq!(set["directory"]["addAdministrator"]["createdAccount"], false);
    admin.ok(words::ADD_ADMINISTRATOR, input).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(names(&mut zhao, json!({})).await, ["制造党委", "第一党支部", "第二党支部"]);
    let nobody = json!({"input": {"organisation": second, "account": NOBODY}});
    assert_eq!(admin.refused(words::ADD_ADMINISTRATOR, nobody).await, "NOT_FOUND account");
    for (who, field) in [
        (json!({"displayName": "钱七"}), "userName"),
        (json!({"displayName": "钱七", "userName": "chief"}), "userName"),
        (json!({"displayName": "钱七", "mobile": "13900000001"}), "mobile"),
        (json!({"displayName": "钱七", "mobile": "123"}), "mobile"),
        (json!({}), "displayName"),
    ] {
        let input = with(who.clone(), json!({"organisation": second}));
        let refusal = admin.refused(words::ADD_ADMINISTRATOR, json!({"input": input})).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)), "{who}");
    }
}

#[tokio::test]
async fn pc_3_1_1a_a_revealed_number_leaves_a_trace() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let first = add(&mut admin, branch(&t.home.root, "第一")).await;
    let one = admin.ok(ONE, json!({"id": first})).await["directory"]["organisation"].clone();
    assert_eq!(one["contactPhone"], "139****5678");
    let reveal = |reason: &str| json!({"id": first, "reason": reason});
    assert_eq!(admin.refused(REVEAL, reveal(" ")).await, "INVALID reason");
    let revealed = admin.ok(REVEAL, reveal("核对联系方式")).await;
    assert_eq!(revealed["directory"]["revealContactPhone"], "13912345678");
    let change = admin.ok(ONE, json!({"id": first})).await["directory"]["organisationChanges"]["nodes"][0].clone();
    assert_eq!(change["action"], "查看联系电话");
    assert_eq!(change["fields"][0]["after"], "核对联系方式");
    // A reader of the branch may not.
    t.person("zhao", "branch_secretary", &first).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    zhao.ok(ONE, json!({"id": first})).await;
    assert_eq!(zhao.refused(REVEAL, reveal("核对联系方式")).await, "DENIED");
}

#[tokio::test]
async fn pc_2_3a_users_are_those_inside_the_scope() {
    const USERS: &str = "query($f: UserFilter) { system { users(first: 100, filter: $f) { totalCount nodes { userName roles { \
        role organisation { id } } } } } }";
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    t.person("qian", "org_admin", &first).await;
    let sun = t.person("sun", "org_admin", &second).await;
    let users = async |by: &mut Visitor, filter: Value| {
        let found = by.ok(USERS, json!({"f": filter})).await["system"]["users"].clone();
        let nodes = found["nodes"].as_array().unwrap();
        assert_eq!(found["totalCount"], nodes.len());
        nodes.iter().map(|n| n["userName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(users(&mut admin, json!({})).await, ["chief", "qian", "sun", "zhao"]);
    assert_eq!(users(&mut admin, json!({"search": "13900000001"})).await, ["chief"]);
    assert_eq!(users(&mut admin, json!({"organisation": committee})).await, ["qian", "zhao"]);
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(users(&mut zhao, json!({})).await, ["qian", "zhao"]);
    assert_eq!(zhao.refused(USERS, json!({"f": {"organisation": second}})).await, "NOT_FOUND");
    let unlock = "mutation($id: ID!) { system { unlockUser(id: $id) { id } } }";
    for outside in [&sun, &t.home.account, NOBODY] {
        assert_eq!(zhao.refused(unlock, json!({"id": outside})).await, "NOT_FOUND");
    }
}

/// Nobody draws a stranger into the own scope to reset the password then.
#[tokio::test]
async fn pc_3_1_1e_an_account_outside_the_scope_is_not_to_be_had() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let elsewhere = t.person("sun", "org_admin", &second).await;
    let nowhere = t.person("li", "org_admin", &second).await;
    let end = format!("UPDATE {}.role_assignments SET until = now() WHERE account_id = '{nowhere}'", t.home.schema());
    t.sql().await.rows(&end).await;
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    for account in [elsewhere.as_str(), &nowhere, &t.home.account, NOBODY] {
        let input = json!({"input": {"organisation": first, "account": account}});
        assert_eq!(zhao.refused(words::ADD_ADMINISTRATOR, input).await, "NOT_FOUND account");
    }
}

#[tokio::test]
async fn pc_2_3a_users_by_last_sign_in_are_paged_by_number() {
    const USERS: &str =
        "query($o: Int) { system { users(first: 2, offset: $o, sort: LAST_SIGN_IN) { nodes { userName } } } }";
    let t = Town::start().await;
    for name in ["zhao", "qian", "sun"] {
        t.person(name, "org_admin", &t.home.root).await;
    }
    t.signed_in("sun", PASSWORD).await;
    let mut admin = t.administrator().await;
    let mut seen = Vec::new();
    for offset in [0, 2] {
        let page = admin.ok(USERS, json!({"o": offset})).await["system"]["users"]["nodes"].clone();
        seen.extend(page.as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, ["chief", "sun", "zhao", "qian"]);
}

/// What the home page counts, its list shows: the same organisations, the bounds of the days included.
#[tokio::test]
async fn pc_3_1_1f_the_list_shows_what_the_home_page_reminds_of() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    let today = zhibu_core::World::default().today();
    let three_years_before = |day: chrono::NaiveDate| day.checked_sub_months(chrono::Months::new(36)).unwrap();
    let soon = today.checked_add_months(chrono::Months::new(6)).unwrap();
    for (name, end) in
        [("届满", today.pred_opt().unwrap()), ("当日", today), ("将满", soon.pred_opt().unwrap()), ("未到", soon)]
    {
        let start = three_years_before(end);
        add(
            &mut admin,
            with(branch(&committee, name), json!({"foundedOn": "2010-07-01", "termYears": 3, "termStart": start})),
        )
        .await;
    }
    let counted = |under: Option<&str>| json!({"under": under});
    let overview = "query($under: ID) { directory { overview(under: $under) { attention { kind count } } } }";
    for under in [None, Some(committee.as_str())] {
        let told = admin.ok(overview, counted(under)).await["directory"]["overview"]["attention"].clone();
        for (kind, waits, shown) in [
            ("TERM_OVER", "TERM_OVER", vec!["届满党支部"]),
            ("TERM_ENDING", "TERM_ENDING", vec!["当日党支部", "将满党支部"]),
            (
                "ORGANISATION_UNFINISHED",
                "UNFINISHED",
                if under.is_some() { vec![] } else { vec![t.home.name.as_str()] },
            ),
        ] {
            let count = told
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["kind"] == kind)
                .map_or(json!(0), |one| one["count"].clone());
            assert_eq!(count, shown.len(), "{kind} {told}");
            assert_eq!(names(&mut admin, json!({"under": under, "attention": waits})).await, shown, "{kind} {under:?}");
        }
    }
    assert_eq!(names(&mut admin, json!({"search": "当日", "attention": "TERM_OVER"})).await, Vec::<String>::new());
}
