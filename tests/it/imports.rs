//! Imports that meet something in their way: housekeeping, too few places, numbers in use, rows that block others.

use std::path::PathBuf;

use serde_json::{Value, json};
use zhibu_tests::roster::{CHECK, CONFIRM, IMPORT, Line, REQUEST, rest, typed, upload, workbook};
use zhibu_tests::{PASSWORD, Town, Visitor, until};

use crate::members::member;
use crate::organisations::small_tree;

const UNDO: &str = "mutation($id: ID!) { system { undoImport(id: $id) { state } } }";
const MARKED: &str = "mutation($id: ID!) { system { downloadMarkedImport(id: $id) { url } } }";
const HINTS: &str = "query($id: ID!) { system { import(id: $id) { badRows hintRows hints { row column sentence } } } }";
const CREATE: &str = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
const MEMBERS: &str = "{ directory { members(first: 100) { totalCount nodes { name } } } }";
const SWEEP: &str = "SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)";
const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
const JOBS: &str = "SELECT count(*) FROM jobs._private_jobs WHERE attempts < max_attempts";

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("zhibu-rosters-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn roster(lines: &[Line]) -> Vec<u8> {
    workbook(&folder(), "member", lines)
}

fn people(range: std::ops::Range<u32>) -> Vec<Line> {
    range.map(|n| typed("第一党支部", "张三", n)).collect()
}

fn changed(n: u32, change: &[(&'static str, &str)]) -> Line {
    let mut line = typed("第一党支部", "李四", n);
    line.extend(change.iter().map(|(title, text)| (*title, (*text).to_owned())));
    line
}

async fn looked_through(by: &mut Visitor, lines: &[Line]) -> (String, Value) {
    let id = upload(by, "member", roster(lines)).await;
    let seen = rest(by, &id).await["import"].clone();
    assert_eq!(seen["state"], "CHECKED", "{seen}");
    (id, seen)
}

async fn state(by: &mut Visitor, id: &str) -> Value {
    by.ok(IMPORT, json!({"id": id})).await["system"]["import"]["state"].clone()
}

async fn count(by: &mut Visitor) -> i64 {
    by.ok(MEMBERS, json!({})).await["directory"]["members"]["totalCount"].as_i64().unwrap()
}

/// Uploaded the other day and confirmed now: housekeeping takes neither the import nor its files for left behind.
#[tokio::test]
async fn pc_3_2_1b_housekeeping_leaves_an_import_alone_that_is_under_way() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let schema = t.home.schema();
    let (id, _) = looked_through(&mut admin, &people(0..3)).await;
    let (sql, watch) = (t.sql().await, t.sql().await);
    sql.rows(&format!("UPDATE {schema}.imports SET created_at = now() - interval '8 days'")).await;
    sql.rows(&format!("BEGIN; LOCK TABLE {schema}.import_items IN SHARE MODE")).await;
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    until("the rows are written and wait", async || watch.one(WAITING).await == "1").await;
    watch.rows(SWEEP).await;
    let swept = "SELECT count(*) FROM jobs._private_jobs j JOIN jobs._private_tasks t ON t.id = j.task_id \
        WHERE t.identifier = 'housekeeping'";
    until("housekeeping is over", async || watch.one(swept).await == "0").await;
    let kept = format!("SELECT state || ' ' || files_gone FROM {schema}.imports");
    assert_eq!(watch.one(&kept).await, "applying false");
    assert_eq!(admin.refused(UNDO, json!({"id": id})).await, "IMPORT_STATE");
    sql.rows("COMMIT").await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(3)), "{done}");
    // One whose job is lost is ended, a day after its step began.
    watch.rows(&format!("UPDATE {schema}.imports SET state = 'applying', step_at = now() - interval '25 hours'")).await;
    watch.rows(SWEEP).await;
    until("it is ended", async || watch.one(&format!("SELECT state FROM {schema}.imports")).await == "failed").await;
}

/// An import that was ended under the job's hands stays ended; what the job had not committed is not written.
#[tokio::test]
async fn pc_3_2_1b_a_step_that_was_ended_meanwhile_writes_nothing_more() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let schema = t.home.schema();
    let (sql, watch) = (t.sql().await, t.sql().await);
    for (at, partial) in [(0, false), (10, true)] {
        let (id, _) = looked_through(&mut admin, &people(at..at + 3)).await;
        sql.rows(&format!("BEGIN; LOCK TABLE {schema}.import_items IN SHARE MODE")).await;
        admin.ok(CONFIRM, json!({"id": id, "partial": partial})).await;
        until("the rows are written and wait", async || watch.one(WAITING).await == "1").await;
        watch.rows(&format!("UPDATE {schema}.imports SET state = 'failed' WHERE id = '{id}'")).await;
        sql.rows("COMMIT").await;
        until("the job is over", async || watch.one(JOBS).await == "0").await;
        assert_eq!(state(&mut admin, &id).await, "FAILED", "partial {partial}");
        assert_eq!(count(&mut admin).await, 0, "partial {partial}");
    }
}

#[tokio::test]
async fn pc_3_2_1b_too_few_places_are_told_before_and_the_good_rows_fill_those_there_are() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let schema = t.home.schema();
    t.sql().await.rows(&format!("UPDATE {schema}.policy SET seats = 10")).await;
    admin.ok(CREATE, json!({"input": member(&first, "赵六", 90)})).await;
    let (id, seen) = looked_through(&mut admin, &people(0..30)).await;
    assert_eq!((&seen["badRows"], &seen["faults"]), (&json!(0), &json!([])), "{seen}");
    assert!(seen["message"].as_str().is_some_and(|text| text.contains("剩余9个席位，文件有30行")), "{seen}");
    assert_eq!(admin.refused(CONFIRM, json!({"id": id, "partial": false})).await, "SEATS");
    assert_eq!(state(&mut admin, &id).await, "CHECKED");
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(9)), "{done}");
    assert!(done["message"].as_str().is_some_and(|text| text.contains("21行没有导入")), "{done}");
    assert_eq!(count(&mut admin).await, 10);
    // None left: there is nothing to choose.
    let (id, seen) = looked_through(&mut admin, &people(40..42)).await;
    assert!(seen["message"].as_str().is_some_and(|text| text.contains("剩余0个席位")), "{seen}");
    assert_eq!(admin.refused(CONFIRM, json!({"id": id, "partial": true})).await, "SEATS");
    // More places, and the same import goes in.
    t.sql().await.rows(&format!("UPDATE {schema}.policy SET seats = 12")).await;
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["message"]), (&json!("DONE"), &Value::Null), "{done}");
}

/// A number by which somebody signs in who is no member: found when looking through, not when writing.
#[tokio::test]
async fn pc_3_2_1b_a_number_that_an_account_holds_is_a_fault() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second_branch) = small_tree(&t, &mut admin).await;
    t.person("wang", "org_admin", &committee).await;
    let schema = t.home.schema();
    let sql = t.sql().await;
    // The numbers stand with the accounts only: a member's, one with a password of its own, one with a role elsewhere, and
    // one that nobody has used.
    for (n, name) in [(1, "赵一"), (2, "钱二"), (6, "孙三"), (8, "周四")] {
        admin.ok(CREATE, json!({"input": member(&first, name, n)})).await;
    }
    let account = |name: &str| format!("(SELECT account_id FROM {schema}.people WHERE name = '{name}')");
    let (second, third) = (account("钱二"), account("孙三"));
    sql.rows(&format!(
        "UPDATE {schema}.people SET mobile_index = convert_to(name, 'UTF8'); \
         UPDATE {schema}.accounts SET password_state = 'set' WHERE id = {second}; \
         INSERT INTO {schema}.role_assignments VALUES (gen_random_uuid(), {third}, 'branch_committee', '{second_branch}', now(), NULL); \
         UPDATE {schema}.people SET account_id = NULL WHERE name <> '赵一'"
    ))
    .await;
    let other = |n: u32, mobile: &str| {
        let number = zhibu_tests::roster::id_number("1991-02-03", n);
        changed(n, &[("公民身份号码", &number), ("出生日期", "1991-02-03"), ("手机号", mobile)])
    };
    let lines: Vec<Line> = [(1, "13700000001"), (3, "13700000002"), (5, "13700000006"), (7, "13700000008")]
        .into_iter()
        .map(|(n, mobile)| other(n, mobile))
        .collect();
    // The same as in the form: a member's for everybody, one with work elsewhere for whoever does not decide about that.
    let mut wang = t.signed_in("wang", PASSWORD).await;
    let (_, seen) = looked_through(&mut wang, &lines).await;
    assert_eq!(seen["badRows"], 2, "{seen}");
    let elsewhere = member(&first, "孙三", 90);
    let elsewhere = crate::organisations::with(elsewhere, json!({"mobile": "13700000006"}));
    assert_eq!(wang.refused(CREATE, json!({"input": elsewhere})).await, "INVALID mobile");
    let (id, seen) = looked_through(&mut admin, &lines).await;
    assert_eq!(
        (&seen["badRows"], &seen["faults"][0]["column"], &seen["faults"][0]["sentence"]),
        (&json!(1), &json!("手机号"), &json!("手机号已被账号使用")),
        "{seen}"
    );
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(3)), "{done}");
    // Taken back and imported once more: accounts of those who left hold no number.
    admin.ok(UNDO, json!({"id": id})).await;
    rest(&mut admin, &id).await;
    let (_, seen) = looked_through(&mut admin, &lines[3..]).await;
    assert_eq!(seen["badRows"], 0, "{seen}");
}

/// What a wrong row would have taken is free for the right ones.
#[tokio::test]
async fn pc_3_2_1b_a_faulty_row_blocks_no_good_one() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let same = typed("第一党支部", "王五", 2);
    let (number, mobile) = (same["公民身份号码"].clone(), same["手机号"].clone());
    let lines = [
        changed(0, &[("手机号", "12800000000"), ("党内职务", "书记")]),
        changed(1, &[("党内职务", "书记")]),
        // The number and the mobile of the next one, in a branch that does not exist.
        changed(2, &[("所在党支部", "没有的支部")]),
        same,
        // And these do come after a good one.
        changed(3, &[("手机号", &mobile)]),
        changed(2, &[("手机号", "13700000004")]),
        changed(5, &[("党内职务", "书记"), ("手机号", "12800000000")]),
    ];
    let (id, seen) = looked_through(&mut admin, &lines).await;
    let told: Vec<(i64, String)> = seen["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (
                f["row"].as_i64().unwrap(),
                format!("{} {}", f["column"].as_str().unwrap(), f["sentence"].as_str().unwrap()),
            )
        })
        .collect();
    let rows: Vec<i64> = told.iter().map(|(row, _)| row - told[0].0).collect();
    assert_eq!(rows, [0, 2, 4, 5, 6, 6], "{told:?}");
    assert!(told[2].1.starts_with("手机号 与文件中前面的行"), "{told:?}");
    assert!(told[3].1.starts_with("公民身份号码 与文件中前面的行") && number.len() == 18, "{told:?}");
    assert!(told[4..].iter().any(|(_, text)| text == "党内职务 该组织已有书记"), "{told:?}");
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(2)), "{done}");
}

/// What is read otherwise than written is told, and blocks nothing.
#[tokio::test]
async fn pc_3_2_1b_hints_are_told_and_block_nothing() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let full = zhibu_tests::roster::id_number("1960-05-06", 11);
    let old = format!("{}{}", &full[..6], &full[8..17]);
    let lines = [changed(0, &[("公民身份号码", &old), ("出生日期", "1960-05-06")]), changed(1, &[])];
    let (id, seen) = looked_through(&mut admin, &lines).await;
    let hints = admin.ok(HINTS, json!({"id": id})).await["system"]["import"].clone();
    assert_eq!((&hints["badRows"], &hints["hintRows"]), (&json!(0), &json!(1)), "{hints} {seen}");
    assert_eq!(hints["hints"].as_array().unwrap().len(), 1, "{hints}");
    assert_eq!(hints["hints"][0]["column"], "公民身份号码");
    let sentence = hints["hints"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("15位") && !sentence.contains(&old) && !sentence.contains(&full), "{sentence}");
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(2)), "{done}");
}

#[tokio::test]
async fn pc_3_2_1b_three_imports_at_a_time_are_enough_for_one_person() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let schema = t.home.schema();
    let (last, _) = looked_through(&mut admin, &people(0..1)).await;
    for n in 0..3 {
        let ticket = admin.ok(REQUEST, json!({"t": "member", "n": n + 1})).await["system"]["requestImport"].clone();
        assert!(ticket["id"].is_string(), "{ticket}");
    }
    let sql = t.sql().await;
    // As if their jobs waited.
    sql.rows(&format!("UPDATE {schema}.imports SET state = 'checking' WHERE state = 'uploading'")).await;
    assert_eq!(admin.refused(CONFIRM, json!({"id": last, "partial": false})).await, "IMPORT_BUSY");
    let other =
        "UPDATE %.imports SET state = 'refused' WHERE id = (SELECT id FROM %.imports WHERE state = 'checking' LIMIT 1)";
    sql.rows(&other.replace('%', &schema)).await;
    admin.ok(CONFIRM, json!({"id": last, "partial": false})).await;
    assert_eq!(rest(&mut admin, &last).await["import"]["state"], "DONE");
    assert_eq!(admin.refused(CHECK, json!({"id": last})).await, "IMPORT_STATE");
}

/// The name of the marked workbook, also of a file whose ending is in capitals.
#[tokio::test]
async fn pc_3_2_1b_the_marked_workbook_has_one_ending() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let (id, seen) = looked_through(&mut admin, &[changed(0, &[("手机号", "12800000000")])]).await;
    assert_eq!(seen["badRows"], 1, "{seen}");
    t.sql().await.rows(&format!("UPDATE {}.imports SET file_name = 'ROSTER.XLSX'", t.home.schema())).await;
    let url = admin.ok(MARKED, json!({"id": id})).await["system"]["downloadMarkedImport"]["url"].clone();
    let url = url.as_str().unwrap();
    assert!(url.contains("ROSTER-") && !url.contains("ROSTER.XLSX"), "{url}");
}
