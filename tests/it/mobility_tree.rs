//! Transfers and floating members while the tree changes around them (PC-3.2.2, PC-3.2.3, PC-3.1.1b and c).

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Visitor, until, words};

use crate::mobility::{APPROVE, INTERNAL, Party, approve, at, code, go, letter, look, no};
use crate::organisation_commands::{ask, order};
use crate::organisations::{add, branch, with};

const PREVIEW: &str = "query($input: OrganisationCommandInput!) { directory { previewOrganisationCommand(input: $input) { \
    consequences { kind words items { name } } blockers { words } } } }";

/// A third committee of the tenant, with its administrator.
async fn third_committee(p: &mut Party) -> (String, Visitor) {
    let form = json!({"type": "PARTY_COMMITTEE", "shortName": "综合党委"});
    let id = add(&mut p.admin, with(branch(&p.t.home.root, "综合"), form)).await;
    p.t.person("zonghe", "org_admin", &id).await;
    (id, p.t.signed_in("zonghe", PASSWORD).await)
}

/// What a command would do with transfers: words, and whom they name.
async fn told(p: &mut Party, plan: Value) -> Vec<String> {
    let seen = p.admin.ok(PREVIEW, plan).await["directory"]["previewOrganisationCommand"].clone();
    assert_eq!(seen["blockers"], json!([]));
    let found = seen["consequences"].as_array().unwrap().iter().filter(|one| one["kind"] == "transfer");
    let names = |one: &Value| {
        let items = one["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned());
        items.collect::<Vec<_>>().join("、")
    };
    found.map(|one| format!("{}：{}", one["words"].as_str().unwrap(), names(one))).collect()
}

/// How a transfer stands: status, side, and where it waits.
async fn stands(p: &mut Party, file: &Value) -> String {
    let one = look(&mut p.admin, &file["transfer"]["id"]).await["transfer"].clone();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    format!("{} {} {}", text(&one["status"]), text(&one["side"]), text(&one["waitsAt"]["shortName"]))
}

async fn start(p: &mut Party, name: &str, n: u32, to: &str) -> Value {
    let person = p.member(name, n).await;
    let input = p.internal(&person, to);
    go(&mut p.secretary, "startInternal", INTERNAL, input).await
}

#[tokio::test]
async fn pc_3_2_3_when_a_branch_moves_its_transfers_go_to_whoever_decides_then() {
    let mut p = Party::start().await;
    let (other, mut zonghe) = third_committee(&mut p).await;
    let (second, third) = (p.second.clone(), p.third.clone());
    let asked = start(&mut p, "一号", 31, &third).await;
    let agreed = start(&mut p, "二号", 32, &third).await;
    let agreed = approve(&mut p.source, &agreed).await;
    let both = start(&mut p, "三号", 33, &third).await;
    let both = approve(&mut p.source, &both).await;
    let both = approve(&mut p.target, &both).await;
    let within = start(&mut p, "四号", 34, &second).await;
    let person = p.member("五号", 35).await;
    let out = p.outbound(&person, None).await;
    let out = go(&mut p.source, "approve", APPROVE, with(at(&out), json!({"letter": letter(30)}))).await;
    let person = p.member("六号", 36).await;
    let asked_out = p.outbound(&person, None).await;
    // The committee changes on the side that gives.
    let plan = order(&p.t, "MIGRATE", &p.first, json!({"into": other}));
    assert_eq!(
        told(&mut p, plan.clone()).await,
        [
            "党员调动改由综合党委审核转出：一号、四号、六号",
            "党员调动仍由销售党委办理：二号",
            "党员调动仍由第三党支部办理：三号",
            "介绍信已经开出，回执改由综合党委登记，请告知接收方：五号",
        ]
    );
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    for (file, expected) in [
        (&asked, "SOURCE_REVIEW SOURCE 综合党委"),
        (&agreed, "TARGET_REVIEW TARGET_COMMITTEE 销售党委"),
        (&both, "TARGET_REVIEW TARGET_BRANCH 第三党支部"),
        (&within, "SOURCE_REVIEW SOURCE 综合党委"),
        (&out, "LETTER_ISSUED RECEIPT 综合党委"),
        (&asked_out, "SOURCE_REVIEW SOURCE 综合党委"),
    ] {
        assert_eq!(stands(&mut p, file).await, expected, "{}", file["transfer"]["name"]);
    }
    let told_of = look(&mut p.admin, &asked["transfer"]["id"]).await["timeline"].as_array().unwrap().last().cloned();
    let told_of = told_of.unwrap();
    assert_eq!(
        (&told_of["event"], &told_of["organisation"], &told_of["note"]),
        (&json!("rerouted"), &json!("综合党委"), &json!("组织变更，原由制造党委办理"))
    );
    // Whoever decided before does so no longer, also with the page that they still have open.
    assert_eq!(no(&mut p.source, "approve", APPROVE, at(&asked)).await, "NOT_FOUND");
    assert_eq!(no(&mut zonghe, "approve", APPROVE, at(&asked)).await, "CONFLICT");
    // Both sides meet: what two committees had to agree about is nobody's any more.
    let plan = order(&p.t, "MIGRATE", &third, json!({"into": other}));
    assert_eq!(
        told(&mut p, plan.clone()).await,
        ["党员调动改由第三党支部接收：一号、二号", "党员调动仍由第三党支部办理：三号"]
    );
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    for file in [&asked, &agreed, &both] {
        assert_eq!(stands(&mut p, file).await, "TARGET_REVIEW TARGET_BRANCH 第三党支部");
    }
    // And part again: who has agreed is not asked twice, who has not is not left out.
    let plan = order(&p.t, "MIGRATE", &third, json!({"into": p.committee}));
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    for (file, expected) in [
        (&asked, "SOURCE_REVIEW SOURCE 综合党委"),
        (&agreed, "TARGET_REVIEW TARGET_COMMITTEE 制造党委"),
        (&both, "TARGET_REVIEW TARGET_BRANCH 第三党支部"),
    ] {
        assert_eq!(stands(&mut p, file).await, expected, "{}", file["transfer"]["name"]);
    }
    let (mut zonghe, mut source) = (p.t.signed_in("zonghe", PASSWORD).await, p.t.signed_in("zhizao", PASSWORD).await);
    let file = look(&mut p.admin, &asked["transfer"]["id"]).await;
    let file = approve(&mut zonghe, &file).await;
    let file = approve(&mut source, &file).await;
    assert_eq!(approve(&mut source, &file).await["transfer"]["status"], "ACCEPTED");
    let file = look(&mut p.admin, &agreed["transfer"]["id"]).await;
    let file = approve(&mut source, &file).await;
    assert_eq!(approve(&mut source, &file).await["transfer"]["status"], "ACCEPTED");
    let told = "SELECT count(*) FROM {}.audit WHERE action = 'transfer.rerouted'".replace("{}", &p.t.home.schema());
    // Of the first command all six have another committee, of the others three each.
    assert_eq!(p.t.sql().await.one(&told).await, "12");
}

/// A committee that is merged leaves nothing behind that only it could have decided.
#[tokio::test]
async fn pc_3_2_3_when_a_committee_is_merged_its_transfers_codes_and_letters_go_along() {
    let mut p = Party::start().await;
    let (other, mut zonghe) = third_committee(&mut p).await;
    let third = p.third.clone();
    let asked = start(&mut p, "七号", 37, &third).await;
    let returned = start(&mut p, "八号", 38, &third).await;
    let back = ("$id: ID!, $v: Int!", "id: $id, version: $v, reason: \"党费月份有误\"", "transfer { id version }");
    go(&mut p.source, "sendBack", back, at(&returned)).await;
    let given = code(&mut p.source, &p.committee).await;
    let plan = order(&p.t, "MERGE", &p.committee, json!({"into": other}));
    assert_eq!(
        told(&mut p, plan.clone()).await,
        ["党员调动改由综合党委审核转出：七号", "党员调动仍由第一党支部办理：八号"]
    );
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    assert_eq!(stands(&mut p, &asked).await, "SOURCE_REVIEW SOURCE 综合党委");
    assert_eq!(stands(&mut p, &returned).await, "RETURNED STARTER 第一党支部");
    let codes = "{ mobility { receivingCodes { id open organisation { shortName } } } }";
    let seen = zonghe.ok(codes, json!({})).await["mobility"]["receivingCodes"].clone();
    assert_eq!(seen, json!([{"id": given["id"], "open": true, "organisation": {"shortName": "综合党委"}}]));
    let file = look(&mut p.admin, &asked["transfer"]["id"]).await;
    assert_eq!(approve(&mut zonghe, &file).await["transfer"]["side"], "TARGET_COMMITTEE");
}

/// Whoever goes with the branch has that among their transfers, as somebody who went alone.
#[tokio::test]
async fn pc_3_2_3_members_of_a_branch_that_is_split_or_merged_each_have_a_transfer() {
    let mut p = Party::start().await;
    let (one, two) = (p.member("十一号", 53).await, p.member("十二号", 54).await);
    let name = |short: &str| json!({"fullName": format!("中共{short}支部委员会"), "shortName": short});
    let split = json!({"split": with(name("第五党支部"), json!({"members": [one]}))});
    let plan = order(&p.t, "SPLIT", &p.first, split);
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    let plan = order(&p.t, "MERGE", &p.first, json!({"into": p.second}));
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    let list = "{ mobility { transfers(first: 10, filter: {kind: BATCH, open: false}) { nodes { person status fromName toName side } } } }";
    let seen = p.admin.ok(list, json!({})).await["mobility"]["transfers"]["nodes"].clone();
    let moved = |person: &str, to: &str| json!({"person": person, "status": "ACCEPTED", "fromName": "第一党支部", "toName": to, "side": null});
    assert_eq!(seen, json!([moved(&two, "第二党支部"), moved(&one, "第五党支部")]));
    let search = "{ mobility { transfers(first: 10, filter: {search: \"shierhao\"}) { totalCount } } }";
    assert_eq!(p.admin.ok(search, json!({})).await["mobility"]["transfers"]["totalCount"], 1);
}

/// A committee that becomes a general branch decides no longer.
#[tokio::test]
async fn pc_3_2_3_when_a_committee_becomes_something_else_what_stands_above_decides() {
    let mut p = Party::start().await;
    let third = p.third.clone();
    let asked = start(&mut p, "九号", 39, &third).await;
    let form = json!({"type": "GENERAL_BRANCH", "shortName": "制造党总支", "contactPhone": null});
    let edit = json!({"id": p.committee, "version": 1, "input": with(branch(&p.t.home.root, "制造"), form)});
    p.admin.ok(words::UPDATE, edit).await;
    let root = p.t.home.name.chars().take(30).collect::<String>();
    assert_eq!(stands(&mut p, &asked).await, format!("SOURCE_REVIEW SOURCE {root}"));
}

/// Whoever decides on a transfer while its branch is merged waits for that, and is told that things have changed: the two do
/// not wait for each other for ever.
#[tokio::test]
async fn pc_3_2_3_who_decides_during_a_merger_waits_for_it() {
    let mut p = Party::start().await;
    let second = p.second.clone();
    let person = p.member("十号", 40).await;
    let input = p.internal(&person, &second);
    let file = go(&mut p.secretary, "startInternal", INTERNAL, input).await;
    let flow = "mutation($p: ID!) { mobility { startFlowOut(person: $p, input: {direction: \"1\", reason: \"work\", startedOn: \
        \"2026-01-10\"}) { flow { id version } } } }";
    let flow = p.secretary.ok(flow, json!({"p": person})).await["mobility"]["startFlowOut"]["flow"].clone();
    // Somebody else has the member just now, so that both of the others are on their way when they meet.
    let sql = p.t.sql().await;
    sql.rows(&format!("BEGIN; SELECT id FROM {}.people WHERE id = '{person}' FOR UPDATE", p.t.home.schema())).await;
    let third = add(&mut p.admin, branch(&p.committee, "第四")).await;
    let plan = order(&p.t, "MERGE", &p.first, json!({"into": third}));
    let approve = "mutation($id: ID!, $v: Int!) { mobility { approve(id: $id, version: $v) { transfer { status } } } }";
    let close = "mutation($id: ID!, $v: Int!) { mobility { closeFlow(id: $id, version: $v, on: \"2026-03-01\") { flow { id } } } }";
    let merge = "mutation($input: OrganisationCommandInput!) { directory { requestOrganisationCommand(input: $input) { state } } }";
    let vars = json!({"id": flow["id"], "v": flow["version"]});
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let watch = p.t.sql().await;
    let queued = async |many: usize| {
        until("others wait for a lock", async || watch.one(waits).await.parse::<usize>().unwrap() >= many).await;
    };
    // The two come once the merger waits, and all are let go once the two wait for it.
    let later = async |many: usize, by: &Visitor, query: &str, vars: Value| {
        queued(many).await;
        by.peek(query, vars).await
    };
    let let_go = async {
        queued(3).await;
        sql.rows("COMMIT").await;
    };
    let (merged, approved, closed, ()) = tokio::join!(
        later(0, &p.admin, merge, plan),
        later(1, &p.source, approve, at(&file)),
        later(1, &p.secretary, close, vars),
        let_go,
    );
    let codes = [merged, approved, closed].map(|answer| answer.refusal_opt().map_or("ok".to_owned(), |one| one.code));
    assert_eq!(codes, ["ok", "CONFLICT", "NOT_FOUND"]);
}
