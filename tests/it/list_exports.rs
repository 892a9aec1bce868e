//! Exports of the lists of organisation work: the rows of the list, and nobody's from out of reach (PC-8.2).

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::exports::{DOWNLOAD, exported, texts};
use crate::members::{DELETE, enrol, member};
use crate::organisation_commands::{ask, order};
use crate::organisations::{small_tree, with};

/// A committee with a branch and another branch beside it, a member in each, and who administers the committee.
struct Lists {
    t: Town,
    admin: Visitor,
    zhao: Visitor,
    first: String,
    second: String,
    inside: String,
    outside: String,
}

impl Lists {
    async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let (committee, first, second) = small_tree(&t, &mut admin).await;
        let inside = enrol(&mut admin, member(&first, "张三", 1)).await;
        let outside = enrol(&mut admin, member(&second, "李四", 2)).await;
        t.person("zhao", "org_admin", &committee).await;
        let zhao = t.signed_in("zhao", PASSWORD).await;
        Self { t, admin, zhao, first, second, inside, outside }
    }

    async fn sql(&self, statement: &str) {
        self.t.sql().await.rows(&statement.replace("own.", &format!("{}.", self.t.home.schema()))).await;
    }

    /// What the committee's administrator gets, and the whole tenant's: the rows' number and the workbook's texts.
    async fn both(&mut self, kind: &str, filter: Value) -> [(i64, String); 2] {
        [taken(&mut self.zhao, kind, filter.clone(), false).await, taken(&mut self.admin, kind, filter, false).await]
    }
}

const COLUMNS: &str = "query($k: String!) { system { exportColumns(kind: $k) { key title sensitive } } }";

/// An export with every column; of sensitive ones only when they are wanted.
async fn taken(by: &mut Visitor, kind: &str, filter: Value, secret: bool) -> (i64, String) {
    let columns = by.ok(COLUMNS, json!({"k": kind})).await["system"]["exportColumns"].clone();
    let columns = columns.as_array().unwrap().iter().filter(|column| secret || column["sensitive"] == false);
    let keys: Vec<Value> = columns.map(|column| column["key"].clone()).collect();
    let reason = secret.then_some("年度统计需要");
    let export = exported(by, json!({"kind": kind, "filter": filter, "columns": keys, "reason": reason})).await;
    assert_eq!(export["state"], "DONE", "{kind} {export}");
    let url = by.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let file = by.send(http::Method::GET, url.as_str().unwrap(), &[], "").await;
    (export["rowCount"].as_i64().unwrap(), texts(&file.bytes))
}

/// A day as a workbook keeps it.
fn cell(day: &str) -> String {
    let day: chrono::NaiveDate = day.parse().unwrap();
    let since = day - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    format!("value: {}.0", since.num_days())
}

/// Each of these texts is there, none of the others.
fn holds(kind: &str, text: &str, there: &[&str], not: &[&str]) {
    for one in there {
        assert!(text.contains(one), "{kind} has no {one}: {text}");
    }
    for one in not {
        assert!(!text.contains(one), "{kind} has {one}: {text}");
    }
}

#[tokio::test]
async fn pc_3_2_5_pc_8_2_the_history_library_is_exported_and_numbers_only_with_a_reason() {
    let mut l = Lists::start().await;
    let gone = json!({"ids": [l.inside, l.outside], "note": "重复登记"});
    l.admin.ok(DELETE, gone).await;
    let [(few, mine), (all, whole)] = l.both("former_member", json!({})).await;
    assert_eq!((few, all), (1, 2));
    let number = zhibu_tests::roster::id_number("1990-01-01", 3);
    holds(
        "former_member",
        &mine,
        &["张三", "第一党支部", "重复登记", "减少原因", &cell("2015-06-20")],
        &["李四", &number],
    );
    holds("former_member", &whole, &["张三", "李四"], &[]);
    let (_, secret) = taken(&mut l.zhao, "former_member", json!({"search": "张三"}), true).await;
    holds("former_member", &secret, &[&number, "13700000001"], &["李四"]);
    let (none, _) = taken(&mut l.zhao, "former_member", json!({"reason": "DECEASED"}), false).await;
    assert_eq!(none, 0);
}

#[tokio::test]
async fn pc_3_2_5_pc_8_2_proposals_to_purge_are_exported_to_those_who_purge() {
    let mut l = Lists::start().await;
    l.admin.ok(DELETE, json!({"ids": [l.inside], "note": "重复登记"})).await;
    let propose = "mutation($id: ID!) { directory { proposePurge(person: $id, reason: \"本人申请清除资料\") { id } } }";
    l.admin.ok(propose, json!({"id": l.inside})).await;
    let (all, text) = taken(&mut l.admin, "purge", json!({"waiting": true}), false).await;
    assert_eq!(all, 1);
    holds("purge", &text, &["张三", "待确认", "本人申请清除资料", "状态：待确认"], &[]);
    assert_eq!(l.zhao.refused(COLUMNS, json!({"k": "purge"})).await, "DENIED");
}

#[tokio::test]
async fn pc_3_2_1a_pc_8_2_requests_for_changes_are_exported_masked_or_whole() {
    let mut l = Lists::start().await;
    l.admin.ok("mutation { system { setSelfService(fields: []) { editable } } }", json!({})).await;
    let request = "mutation($c: [RecordChangeInput!]!) { directory { requestChanges(changes: $c, reason: \"搬了家\") { fields } } }";
    for (mobile, name) in [("13700000001", "张三"), ("13700000002", "李四")] {
        let mut own = l.t.first_sign_in(mobile, Some(mobile)).await;
        let address = format!("南京市玄武区{name}路1号");
        own.ok(request, json!({"c": [{"field": "HOME_ADDRESS", "value": address}]})).await;
    }
    let [(few, mine), (all, whole)] = l.both("record_request", json!({"state": "WAITING"})).await;
    assert_eq!((few, all), (1, 2));
    holds("record_request", &mine, &["张三", "第一党支部", "待审核", "家庭住址", "搬了家"], &["李四", "张三路1号"]);
    holds("record_request", &whole, &["李四"], &["李四路1号"]);
    let (_, secret) = taken(&mut l.zhao, "record_request", json!({}), true).await;
    holds("record_request", &secret, &["南京市玄武区张三路1号"], &["李四"]);
}

#[tokio::test]
async fn pc_3_2_1a_pc_8_2_completeness_is_exported_by_branch_and_by_member() {
    let mut l = Lists::start().await;
    l.admin.ok("mutation { directory { setRequiredFields(fields: [EMPLOYER]) { members } } }", json!({})).await;
    let [(few, mine), (all, _)] = l.both("completeness", json!({})).await;
    assert_eq!((few, all), (1, 2));
    holds("completeness", &mine, &["第一党支部", "93%", "工作单位及职务 1"], &["第二党支部"]);
    let (members, text) = taken(&mut l.zhao, "member", json!({"incomplete": true}), false).await;
    assert_eq!(members, 1);
    holds("member", &text, &["张三", "未填写的必填项", "93%", "工作单位及职务"], &["李四"]);
}

#[tokio::test]
async fn pc_3_1_1b_pc_8_2_commands_and_the_organisations_of_a_day_are_exported() {
    let mut l = Lists::start().await;
    let day = (l.t.now() + chrono::Duration::hours(8)).date_naive();
    let (merge, gone) = (json!({"into": l.first}), l.second.clone());
    assert_eq!(ask(&mut l.admin, order(&l.t, "MERGE", &gone, merge)).await["state"], "DONE");
    let [(few, mine), (all, _)] = l.both("organisation_command", json!({})).await;
    assert_eq!((few, all), (1, 1), "it leads into the own range");
    holds(
        "organisation_command",
        &mine,
        &["第二党支部", "第一党支部", "合并", "已完成", "机构调整", "示例〔2026〕1号"],
        &[],
    );
    let (none, _) = taken(&mut l.admin, "organisation_command", json!({"kind": "SPLIT"}), false).await;
    assert_eq!(none, 0);
    let (closed, text) = taken(&mut l.admin, "organisation", json!({"closed": true}), false).await;
    assert_eq!(closed, 1);
    holds("organisation", &text, &["第二党支部", &cell(&day.to_string()), "第一党支部", "已合并或撤销"], &[]);
    let [(few, mine), (all, whole)] = l.both("organisation_past", json!({"date": day})).await;
    assert_eq!((few, all), (2, 3));
    holds("organisation_past", &mine, &["制造党委", "第一党支部", &day.to_string()], &["第二党支部"]);
    holds("organisation_past", &whole, &["第一党支部"], &["第二党支部"]);
    let later =
        json!({"kind": "organisation_past", "filter": {"date": day + chrono::Days::new(1)}, "columns": ["code"]});
    let failed = exported(&mut l.admin, later).await;
    assert_eq!(failed["state"], "FAILED", "{failed}");
}

#[tokio::test]
async fn pc_3_1_3_pc_8_2_elections_are_exported_with_who_was_elected() {
    let mut l = Lists::start().await;
    for (at, person, day) in [(&l.first, &l.inside, "2021-05-04"), (&l.second, &l.outside, "2022-05-04")] {
        l.sql(&format!(
            "WITH e AS (INSERT INTO own.leadership_elections (id, organisation_id, kind, state, assembly_on, term_start, term_end, \
             created_by, created_at, updated_at, closed_at) VALUES (gen_random_uuid(), '{at}', 'general', 'confirmed', '{day}', \
             '{day}', '2027-01-01', '登记人', now(), now(), now()) RETURNING id) \
             INSERT INTO own.leadership_candidates (id, election_id, person_id, post, position, elected) \
             SELECT gen_random_uuid(), id, '{person}', 'secretary', 0, true FROM e"
        ))
        .await;
    }
    let [(few, mine), (all, whole)] = l.both("election", json!({})).await;
    assert_eq!((few, all), (1, 2));
    holds(
        "election",
        &mine,
        &["第一党支部", &cell("2021-05-04"), "书记 张三", "换届选举", "党员大会"],
        &["李四", "第二党支部"],
    );
    holds("election", &whole, &["书记 李四"], &[]);
}

#[tokio::test]
async fn pc_3_2_2_pc_8_2_lost_members_and_contacts_are_exported() {
    let mut l = Lists::start().await;
    let day = (l.t.now() + chrono::Duration::hours(8)).date_naive();
    let lose = "mutation($p: ID!, $on: NaiveDate!) { mobility { openLost(person: $p, lostOn: $on, reason: \"3\", \
        note: \"毕业后没有消息\") { case { id } } } }";
    for person in [&l.inside, &l.outside] {
        l.admin.ok(lose, json!({"p": person, "on": day})).await;
    }
    let [(few, mine), (all, _)] = l.both("lost", json!({})).await;
    assert_eq!((few, all), (1, 2));
    holds("lost", &mine, &["张三", "第一党支部", "毕业后去向不明", "查找中", &cell(&day.to_string())], &["李四"]);
    let (none, _) = taken(&mut l.zhao, "lost", json!({"closed": true}), false).await;
    assert_eq!(none, 0);
    let start = "mutation($p: FlowInPersonInput!, $i: FlowInput!) { mobility { startFlowIn(person: $p, input: $i) { flow { id version } } } }";
    let contact = "mutation($id: ID!, $v: Int!, $on: NaiveDate!) { mobility { recordContact(id: $id, version: $v, on: $on, \
        way: \"phone\", words: \"通了电话\") { flow { id } } } }";
    for (n, branch, name) in [(7, &l.first, "王五"), (8, &l.second, "赵六")] {
        let form = member(branch, name, n);
        let person = json!({"branch": branch, "name": name, "idNumber": form["idNumber"], "mobile": form["mobile"]});
        let input = crate::mobility::flow_form(&day.to_string());
        let made = l.admin.ok(start, json!({"p": person, "i": with(input, json!({}))})).await;
        let flow = made["mobility"].as_object().unwrap().values().next().unwrap()["flow"].clone();
        l.admin.ok(contact, json!({"id": flow["id"], "v": flow["version"], "on": day})).await;
    }
    let [(few, mine), (all, _)] = l.both("flow_contact", json!({"kind": "IN"})).await;
    assert_eq!((few, all), (1, 2));
    holds("flow_contact", &mine, &["王五", "第一党支部", "通了电话", "电话"], &["赵六", "李四"]);
}
