//! 发挥作用情况 (PC-3.2.8): who records, sees, proves, counts, imports and exports what members did.

use http::Method;
use serde_json::{Value, json};
use zhibu_tests::roster::{CONFIRM, Line, id_number, rest, upload, workbook};
use zhibu_tests::{PASSWORD, Town, Visitor, until};

use crate::members::{enrol, member};
use crate::organisations::{small_tree, with};
use crate::surface::NOBODY;

const ROW: &str = "id version person { id name } branch { shortName } kind servedOn place minutes body recordedBy editable \
    proofs { id fileName size by }";

fn on(query: &str) -> String {
    query.replace("$R", ROW)
}

pub(crate) fn record() -> String {
    on("mutation($p: ID!, $i: ContributionInput!) { contribution { record(person: $p, input: $i) { $R } } }")
}

fn edit() -> String {
    on(
        "mutation($id: ID!, $v: Int!, $i: ContributionInput!) { contribution { edit(id: $id, version: $v, input: $i) { $R } } }",
    )
}

const REMOVE: &str = "mutation($id: ID!, $v: Int!) { contribution { remove(id: $id, version: $v) } }";
const REQUEST: &str = "mutation($id: ID!, $f: String!, $n: Int!) { contribution { requestProof(id: $id, fileName: $f, size: $n) { id \
    url contentType } } }";
const OPEN: &str = "mutation($id: ID!) { contribution { openProof(id: $id) { url fileName } } }";
const STATISTICS: &str = "query($u: ID, $from: NaiveDate, $to: NaiveDate) { contribution { statistics(under: $u, from: $from, to: $to) { \
    count people members minutes silent kinds { kind count people minutes } branches { branch { shortName } count people \
    members minutes } } } }";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nproof";

fn keep() -> String {
    on("mutation($id: ID!) { contribution { keepProof(id: $id) { $R } } }")
}

fn drop_proof() -> String {
    on("mutation($id: ID!) { contribution { removeProof(id: $id) { $R } } }")
}

fn one() -> String {
    on("query($id: ID!) { contribution { contribution(id: $id) { $R } } }")
}

fn list() -> String {
    on(
        "query($f: ContributionFilter, $n: Int, $a: String) { contribution { contributions(first: $n, after: $a, filter: $f) { \
        totalCount pageInfo { hasNextPage endCursor } nodes { $R } } } }",
    )
}

/// The only thing in an answer: what the namespace's field gave.
fn got(answer: Value) -> Value {
    answer["contribution"].as_object().unwrap().values().next().unwrap().clone()
}

pub(crate) fn form(body: &str) -> Value {
    json!({"kind": "volunteer", "servedOn": "2026-03-05", "place": "幸福社区", "minutes": 150, "body": body})
}

/// Uploads a proof and keeps it; the contribution with it.
pub(crate) async fn prove(by: &mut Visitor, of: &Value, name: &str, bytes: &'static [u8]) -> Value {
    let ticket = got(by.ok(REQUEST, json!({"id": of, "f": name, "n": bytes.len()})).await);
    let kind = [("content-type", ticket["contentType"].as_str().unwrap())];
    assert_eq!(by.send(Method::PUT, ticket["url"].as_str().unwrap(), &kind, bytes).await.status, 200);
    got(by.ok(&keep(), json!({"id": ticket["id"]})).await)
}

/// Two branches with a member each, a secretary of the first, the administrator of all.
struct Branches {
    t: Town,
    admin: Visitor,
    secretary: Visitor,
    zhang: Visitor,
    second: String,
    people: [String; 2],
}

impl Branches {
    async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let (_, first, second) = small_tree(&t, &mut admin).await;
        let people =
            [enrol(&mut admin, member(&first, "张三", 1)).await, enrol(&mut admin, member(&second, "李四", 2)).await];
        t.person("shuji", "branch_secretary", &first).await;
        let secretary = t.signed_in("shuji", PASSWORD).await;
        let zhang = t.first_sign_in("13700000001", Some("13700000001")).await;
        Self { t, admin, secretary, zhang, second, people }
    }

    async fn put(&mut self, person: usize, body: &str) -> Value {
        let vars = json!({"p": self.people[person], "i": form(body)});
        got(self.admin.ok(&record(), vars).await)
    }
}

async fn bodies(by: &mut Visitor, filter: Value) -> Vec<String> {
    let found = got(by.ok(&list(), json!({"f": filter, "n": 100})).await);
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len(), "{found}");
    nodes.iter().map(|node| node["body"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pc_3_2_8_recorded_for_a_member_and_seen_by_those_it_concerns() {
    let mut b = Branches::start().await;
    let vars = json!({"p": b.people[0], "i": form("参加社区环境整治")});
    let made = got(b.secretary.ok(&record(), vars).await);
    assert_eq!((&made["person"]["name"], &made["branch"]["shortName"]), (&json!("张三"), &json!("第一党支部")));
    assert_eq!((&made["minutes"], &made["recordedBy"]), (&json!(150), &json!("shuji")));
    b.put(1, "结对帮扶困难户").await;
    assert_eq!(bodies(&mut b.admin, json!({})).await.len(), 2);
    assert_eq!(bodies(&mut b.secretary, json!({})).await, ["参加社区环境整治"]);
    // A member sees what is their own, and changes nothing of it.
    assert_eq!(bodies(&mut b.zhang, json!({})).await, ["参加社区环境整治"]);
    assert_eq!(got(b.zhang.ok(&one(), json!({"id": made["id"]})).await)["editable"], false);
    let own = json!({"p": b.people[0], "i": form("自己登记")});
    assert_eq!(b.zhang.refused(&record(), own).await.code, "DENIED");
    assert_eq!(b.zhang.refused(STATISTICS, json!({})).await.code, "DENIED");
    // Filters: name, kind, days, organisation.
    for (filter, count) in [
        (json!({"search": "zhang"}), 1),
        (json!({"search": "王"}), 0),
        (json!({"kinds": ["volunteer", "help_pair"]}), 2),
        (json!({"kinds": ["help_pair"]}), 0),
        (json!({"from": "2026-03-05", "to": "2026-03-05"}), 2),
        (json!({"to": "2026-03-04"}), 0),
        (json!({"under": b.second}), 1),
        (json!({"person": b.people[0]}), 1),
    ] {
        assert_eq!(bodies(&mut b.admin, filter.clone()).await.len(), count, "{filter}");
    }
    let audit = format!(
        "SELECT count(*) FROM {}.audit WHERE action = 'contribution.created' AND object_id = '{}'",
        b.t.home.schema(),
        made["id"].as_str().unwrap()
    );
    assert_eq!(b.t.sql().await.one(&audit).await, "1");
}

#[tokio::test]
async fn pc_3_2_8_every_fault_is_told_and_what_is_elsewhere_is_not_there() {
    let mut b = Branches::start().await;
    let there = b.put(1, "别的支部的记录").await;
    for (change, field) in [
        (json!({"kind": "nothing"}), "kind"),
        (json!({"servedOn": "2199-01-01"}), "servedOn"),
        (json!({"place": "地".repeat(61)}), "place"),
        (json!({"minutes": 0}), "minutes"),
        (json!({"body": "好"}), "body"),
    ] {
        let vars = json!({"p": b.people[0], "i": with(form("参加活动"), change.clone())});
        let refused = b.admin.refused(&record(), vars).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    // A member of another branch, nobody, and a record of another branch.
    for person in [b.people[1].as_str(), NOBODY] {
        let refused = b.secretary.refused(&record(), json!({"p": person, "i": form("参加活动")})).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("INVALID", Some("person")));
    }
    let at = json!({"id": there["id"], "v": 1, "i": form("改成别的"), "f": "a.png", "n": 10});
    for query in [&edit(), REMOVE, REQUEST, &one()] {
        assert_eq!(b.secretary.refused(query, at.clone()).await.code, "NOT_FOUND", "{query}");
    }
    assert_eq!(b.zhang.refused(&one(), json!({"id": there["id"]})).await.code, "NOT_FOUND");
    // Of two who edit the same version one is told.
    let mine = b.put(0, "第一稿").await;
    let change = json!({"id": mine["id"], "v": 1, "i": form("第二稿")});
    assert_eq!(got(b.secretary.ok(&edit(), change.clone()).await)["version"], 2);
    assert_eq!(b.admin.refused(&edit(), change).await.code, "CONFLICT");
    b.admin.ok(REMOVE, json!({"id": mine["id"], "v": 2})).await;
    assert_eq!(b.admin.refused(&one(), json!({"id": mine["id"]})).await.code, "NOT_FOUND");
}

#[tokio::test]
async fn pc_3_2_8_proofs_are_looked_through_opened_and_go_with_the_record() {
    let mut b = Branches::start().await;
    let made = b.put(0, "参加抗洪抢险").await;
    for (name, size, field) in
        [("a.exe", 10, "fileName"), ("a.png", 0, "size"), ("a.png", 10 * 1024 * 1024 + 1, "size")]
    {
        let refused = b.secretary.refused(REQUEST, json!({"id": made["id"], "f": name, "n": size})).await;
        assert_eq!(refused.field.as_deref(), Some(field), "{name} {size}");
    }
    // What is not what it says is not kept; what never came neither.
    let ticket = got(b.secretary.ok(REQUEST, json!({"id": made["id"], "f": "a.png", "n": 5})).await);
    assert_eq!(b.secretary.refused(&keep(), json!({"id": ticket["id"]})).await.code, "PROOF_FILE");
    let kind = [("content-type", "image/png")];
    b.secretary.send(Method::PUT, ticket["url"].as_str().unwrap(), &kind, "hello").await;
    assert_eq!(b.secretary.refused(&keep(), json!({"id": ticket["id"]})).await.code, "PROOF_KIND");
    let proven = prove(&mut b.secretary, &made["id"], "现场.png", PNG).await;
    assert_eq!(
        (proven["proofs"][0]["fileName"].as_str(), &proven["proofs"][0]["by"]),
        (Some("现场.png"), &json!("shuji"))
    );
    let proof = json!({"id": proven["proofs"][0]["id"]});
    // The member opens the own proof; somebody of another branch has nothing of it.
    let link = got(b.zhang.ok(OPEN, proof.clone()).await);
    let file = b.zhang.send(Method::GET, link["url"].as_str().unwrap(), &[], "").await;
    assert_eq!((file.status, &file.bytes[..]), (200, PNG));
    let mut li = b.t.first_sign_in("13700000002", Some("13700000002")).await;
    assert_eq!(li.refused(OPEN, proof.clone()).await.code, "NOT_FOUND");
    assert_eq!(b.zhang.refused(&drop_proof(), proof.clone()).await.code, "DENIED");
    let opened = format!("SELECT count(*) FROM {}.audit WHERE action = 'contribution.file_opened'", b.t.home.schema());
    assert_eq!(b.t.sql().await.one(&opened).await, "1");
    assert_eq!(got(b.secretary.ok(&drop_proof(), proof).await)["proofs"], json!([]));
    let again = prove(&mut b.secretary, &made["id"], "再次.png", PNG).await;
    let link = got(b.admin.ok(OPEN, json!({"id": again["proofs"][0]["id"]})).await);
    b.admin.ok(REMOVE, json!({"id": made["id"], "v": 1})).await;
    assert_eq!(b.admin.send(Method::GET, link["url"].as_str().unwrap(), &[], "").await.status, 404);
}

#[tokio::test]
async fn pc_3_2_8_counted_by_kind_and_branch() {
    let mut b = Branches::start().await;
    b.put(0, "第一次").await;
    b.put(0, "第二次").await;
    let other = with(form("建言"), json!({"kind": "suggestion", "minutes": null}));
    b.admin.ok(&record(), json!({"p": b.people[1], "i": other})).await;
    let span = json!({"from": "2026-01-01", "to": "2026-12-31"});
    let found = got(b.admin.ok(STATISTICS, span.clone()).await);
    assert_eq!(
        [&found["count"], &found["people"], &found["members"], &found["minutes"], &found["silent"]],
        [&json!(3), &json!(2), &json!(2), &json!(300), &json!(0)]
    );
    assert_eq!(found["kinds"][0], json!({"kind": "volunteer", "count": 2, "people": 1, "minutes": 300}));
    assert_eq!(found["branches"][0]["branch"]["shortName"], "第一党支部");
    let own = got(b.secretary.ok(STATISTICS, span).await);
    assert_eq!((&own["count"], own["branches"].as_array().unwrap().len()), (&json!(2), 1));
    let before = got(b.admin.ok(STATISTICS, json!({"from": "2025-01-01", "to": "2025-12-31"})).await);
    assert_eq!((&before["count"], &before["silent"]), (&json!(0), &json!(2)));
    let under = json!({"u": b.second});
    assert_eq!(b.secretary.refused(STATISTICS, under).await.code, "NOT_FOUND");
    let wrong = json!({"from": "2026-02-01", "to": "2026-01-01"});
    assert_eq!(b.admin.refused(STATISTICS, wrong).await.field.as_deref(), Some("to"));
}

fn line(name: &str, n: u32, change: &[(&'static str, &str)]) -> Line {
    let mut line: Line = [
        ("姓名", name.to_owned()),
        ("公民身份号码", id_number("1990-01-01", 2 * n + 1)),
        ("类型", "志愿服务".into()),
        ("日期", "2026-03-05".into()),
        ("时长（小时）", "2.5".into()),
        ("内容", "参加社区环境整治".into()),
    ]
    .into();
    line.extend(change.iter().map(|(key, text)| (*key, (*text).to_owned())));
    line
}

#[tokio::test]
async fn pc_3_2_8_a_workbook_of_them_is_imported_and_taken_back() {
    let mut b = Branches::start().await;
    let lines = [
        line("张三", 1, &[]),
        line("张三", 1, &[("类型", "没有的")]),
        line("张三", 1, &[("时长（小时）", "两小时")]),
        line("张三", 1, &[("日期", "2199-01-01")]),
        line("张三丰", 1, &[("内容", "名字不对")]),
        line("李四", 2, &[]),
        line("王五", 9, &[]),
        line("张三", 1, &[]),
    ];
    let id = upload(&mut b.secretary, "contribution", workbook(b.t.folder(), "contribution", &lines)).await;
    let found = rest(&mut b.secretary, &id).await;
    assert_eq!((&found["import"]["state"], &found["import"]["badRows"]), (&json!("CHECKED"), &json!(7)), "{found}");
    let faults: Vec<String> = found["import"]["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| format!("{} {}", fault["row"], fault["column"].as_str().unwrap()))
        .collect();
    let rows: Vec<u64> =
        found["import"]["faults"].as_array().unwrap().iter().map(|f| f["row"].as_u64().unwrap()).collect();
    assert_eq!(rows.windows(2).filter(|pair| pair[0] == pair[1]).count(), 0, "one fault a row: {faults:?}");
    let columns: Vec<&str> =
        faults.iter().filter_map(|fault| fault.split_once(' ')).map(|(_, column)| column).collect();
    assert_eq!(columns, ["类型", "时长（小时）", "日期", "姓名", "公民身份号码", "公民身份号码", "内容"]);
    // The good row alone is written, and taken back again.
    b.secretary.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let done = rest(&mut b.secretary, &id).await;
    assert_eq!((&done["import"]["state"], &done["import"]["doneRows"]), (&json!("DONE"), &json!(1)), "{done}");
    assert_eq!(bodies(&mut b.secretary, json!({})).await, ["参加社区环境整治"]);
    let undo = "mutation($id: ID!) { system { undoImport(id: $id) { state } } }";
    b.secretary.ok(undo, json!({"id": id})).await;
    let undone = rest(&mut b.secretary, &id).await;
    assert_eq!(
        (&undone["import"]["state"], &undone["import"]["undoneRows"]),
        (&json!("UNDONE"), &json!(1)),
        "{undone}"
    );
    assert!(bodies(&mut b.secretary, json!({})).await.is_empty());
}

#[tokio::test]
async fn pc_3_2_8_an_export_has_what_the_list_has() {
    let mut b = Branches::start().await;
    b.put(0, "参加社区环境整治").await;
    b.put(1, "结对帮扶").await;
    let order = "mutation($c: [String!]!) { system { requestExport(input: {kind: \"contribution\", filter: {kinds: [\"volunteer\"]}, \
        columns: $c}) { id } } }";
    b.secretary.ok(order, json!({"c": ["name", "kind", "servedOn", "hours", "body"]})).await;
    let mut found = Value::Null;
    until("the export is made", async || {
        let query = "{ system { exports { nodes { state rowCount filterWords } } } }";
        found = b.secretary.ok(query, json!({})).await["system"]["exports"]["nodes"][0].clone();
        found["state"] != "RUNNING"
    })
    .await;
    assert_eq!(found, json!({"state": "DONE", "rowCount": 1, "filterWords": "类型：志愿服务"}));
}

#[tokio::test]
async fn pc_3_2_8_pages_are_walked_without_losing_or_doubling() {
    let mut b = Branches::start().await;
    for n in 0..5 {
        b.put(n % 2, &format!("第{n}条")).await;
    }
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = got(b.admin.ok(&list(), json!({"n": 2, "a": after})).await);
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let mut once = seen.clone();
    once.sort_by_key(Value::to_string);
    once.dedup();
    assert_eq!((seen.len(), once.len()), (5, 5));
}
