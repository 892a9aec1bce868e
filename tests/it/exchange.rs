//! Imports and exports, from the workbook to the rows and back (PC-3.2.1b, PC-3.1.1f, PC-8.1.1, PC-8.2).

use std::path::{Path, PathBuf};

use http::Method;
use serde_json::{Value, json};
use zhibu_tests::roster::{CHECK, CONFIRM, IMPORT, Line, REQUEST, id_number, rest, typed, upload, workbook};
use zhibu_tests::{PASSWORD, Town, Visitor, until, words};

use crate::members::member;
use crate::organisations::{add, branch, small_tree, with};

const UNDO: &str = "mutation($id: ID!) { system { undoImport(id: $id) { state } } }";
const MARKED: &str = "mutation($id: ID!) { system { downloadMarkedImport(id: $id) { url } } }";
const MEMBERS: &str = "{ directory { members(first: 100) { totalCount nodes { id name version } } } }";
pub(crate) const EXPORT: &str = "mutation($kind: String!, $filter: JSON, $columns: [String!]!, $reason: String) { system { requestExport(input: \
    {kind: $kind, filter: $filter, columns: $columns, reason: $reason}) { id } } }";
const EXPORTED: &str =
    "query($kind: String) { system { exports(kind: $kind) { nodes { id state rowCount filterWords message } } } }";
pub(crate) const DOWNLOAD: &str = "mutation($id: ID!) { system { downloadExport(id: $id) { url } } }";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("zhibu-workbooks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn count(by: &mut Visitor) -> i64 {
    by.ok(MEMBERS, json!({})).await["directory"]["members"]["totalCount"].as_i64().unwrap()
}

/// Every text of a downloaded workbook, row by row.
async fn read(by: &Visitor, url: &str) -> Vec<Vec<String>> {
    use calamine::{Data, Reader};
    let file = by.send(Method::GET, url, &[], "").await;
    assert_eq!(file.status, 200);
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(file.bytes.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).unwrap();
    let text = |cell: &Data| match cell {
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[tokio::test]
async fn pc_3_2_1b_members_are_looked_through_imported_and_taken_back() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let lines: Vec<Line> = (0..5)
        .zip(["甲", "乙", "丙", "丁", "戊"])
        .map(|(n, last)| typed("第一党支部", &format!("张三{last}"), n))
        .collect();
    let bytes = workbook(&folder(), "member", &lines);
    let id = upload(&mut admin, "member", bytes.clone()).await;
    let seen = rest(&mut admin, &id).await["import"].clone();
    assert_eq!(
        (&seen["state"], &seen["rowCount"], &seen["badRows"]),
        (&json!("CHECKED"), &json!(5), &json!(0)),
        "{seen}"
    );
    assert_eq!(count(&mut admin).await, 0, "looking through writes nothing");
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(5)), "{done}");
    assert_eq!(count(&mut admin).await, 5);
    assert_eq!(admin.refused(CONFIRM, json!({"id": id, "partial": false})).await, "IMPORT_STATE");
    t.first_sign_in("13700000003", Some("13700000003")).await;

    // The same file again: everybody is there already.
    let again = upload(&mut admin, "member", bytes).await;
    let seen = rest(&mut admin, &again).await["import"].clone();
    assert_eq!((&seen["badRows"], &seen["faults"][0]["column"]), (&json!(5), &json!("公民身份号码")), "{seen}");
    assert_eq!(admin.refused(CONFIRM, json!({"id": again, "partial": false})).await, "IMPORT_FAULTS");

    // Taken back, but for the one that was edited since.
    let edited = admin.ok(MEMBERS, json!({})).await["directory"]["members"]["nodes"][0].clone();
    let committee = admin.ok("{ directory { organisations(first: 9) { nodes { id shortName } } } }", json!({})).await;
    let nodes = committee["directory"]["organisations"]["nodes"].as_array().unwrap().clone();
    let first = nodes.iter().find(|n| n["shortName"] == "第一党支部").unwrap()["id"].as_str().unwrap().to_owned();
    let form = with(
        member(&first, edited["name"].as_str().unwrap(), 0),
        json!({"idNumber": null, "mobile": null, "remark": "核对过"}),
    );
    let update = "mutation($id: ID!, $input: MemberInput!) { directory { updateMember(id: $id, version: 1, input: $input) { id } } }";
    admin.ok(update, json!({"id": edited["id"], "input": form})).await;
    admin.ok(UNDO, json!({"id": id})).await;
    let undone = rest(&mut admin, &id).await;
    assert_eq!(
        (&undone["import"]["state"], &undone["import"]["undoneRows"]),
        (&json!("UNDONE"), &json!(4)),
        "{undone}"
    );
    assert_eq!(undone["keptRows"][0]["reason"], "该党员在导入后已被修改");
    assert_eq!(count(&mut admin).await, 1);
    // Undone for good: once more does nothing.
    assert_eq!(admin.refused(UNDO, json!({"id": id})).await, "IMPORT_STATE");
}

#[tokio::test]
async fn pc_3_2_1b_faults_come_back_in_the_own_workbook_and_good_rows_may_go_in() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    add(&mut admin, with(branch(&first, "一组"), json!({"type": "PARTY_GROUP", "shortName": "一组"}))).await;
    let wrong = |n: u32, change: &[(&'static str, &str)]| {
        let mut line = typed("第一党支部", "李四", n);
        line.extend(change.iter().map(|(title, text)| (*title, (*text).to_owned())));
        line
    };
    let lines = [
        wrong(0, &[("党小组", "一组"), ("党内职务", "书记")]),
        wrong(1, &[("公民身份号码", "11010519491231002X")]),
        wrong(2, &[("所在党支部", "没有的支部"), ("民族", "火星族")]),
        wrong(0, &[("手机号", "12800000000")]),
        wrong(3, &[("党内职务", "书记")]),
        wrong(4, &[("姓名", "")]),
        wrong(5, &[("所在党支部", "制造党委")]),
        wrong(6, &[("是否流动党员", "是")]),
        wrong(7, &[("公民身份号码", "110101900101123")]),
    ];
    let id = upload(&mut admin, "member", workbook(&folder(), "member", &lines)).await;
    let seen = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&seen["rowCount"], &seen["badRows"]), (&json!(9), &json!(7)), "{seen}");
    let told: Vec<(i64, &str)> = seen["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["row"].as_i64().unwrap(), f["column"].as_str().unwrap()))
        .collect();
    let top = told[0].0 - 1;
    for (row, column) in [
        (1, "性别"),
        (1, "出生日期"),
        (2, "所在党支部"),
        (2, "民族"),
        (3, "手机号"),
        (4, "党内职务"),
        (5, "姓名"),
        (6, "所在党支部"),
        (7, "外出流向"),
    ] {
        assert!(told.contains(&(top + row, column)), "{row} {column} in {told:?}");
    }
    let url = admin.ok(MARKED, json!({"id": id})).await["system"]["downloadMarkedImport"]["url"].clone();
    let sheet = read(&admin, url.as_str().unwrap()).await;
    let text = format!("{sheet:?}");
    assert!(
        text.contains("错误说明") && text.contains("党支部不存在或无权限") && text.contains("没有的支部"),
        "{text}"
    );
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(2)), "{done}");
    assert_eq!(count(&mut admin).await, 2);
    let _ = committee;
}

#[tokio::test]
async fn pc_3_2_1b_an_import_is_its_importers_own_and_within_their_reach() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let lines = [typed("第一党支部", "张三", 1), typed("第二党支部", "李四", 2)];
    let id = upload(&mut zhao, "member", workbook(&folder(), "member", &lines)).await;
    let seen = rest(&mut zhao, &id).await["import"].clone();
    assert_eq!(seen["badRows"], 1, "{seen}");
    assert_eq!(seen["faults"][0]["sentence"], "党支部不存在或无权限");
    for query in [IMPORT, CHECK, UNDO, MARKED] {
        assert_eq!(admin.refused(query, json!({"id": id})).await, "NOT_FOUND", "{query}");
    }
    assert_eq!(admin.refused(CONFIRM, json!({"id": id, "partial": true})).await, "NOT_FOUND");
    // A right that is gone by the time of writing writes nothing.
    let end = format!(
        "UPDATE {0}.role_assignments SET until = now() WHERE organisation_id = '{committee}'; UPDATE {0}.policy SET \
        epoch = epoch + 1",
        t.home.schema()
    );
    zhao.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    rest(&mut zhao, &id).await;
    assert_eq!(count(&mut admin).await, 1);
    t.sql().await.rows(&end).await;
    // A reader may not import at all.
    t.person("sun", "branch_committee", &first).await;
    let mut sun = t.signed_in("sun", PASSWORD).await;
    assert_eq!(sun.refused(REQUEST, json!({"t": "member", "n": 10})).await, "DENIED");
    assert_eq!(
        sun.refused("mutation { system { importTemplate(template: \"member\") { url } } }", json!({})).await,
        "DENIED"
    );
}

#[tokio::test]
async fn pc_3_2_1b_what_is_no_workbook_is_refused_with_advice() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    assert_eq!(admin.refused(REQUEST, json!({"t": "member", "f": "名册.xls", "n": 10})).await, "INVALID fileName");
    assert_eq!(admin.refused(REQUEST, json!({"t": "member", "f": "名册.csv", "n": 10})).await, "INVALID fileName");
    assert_eq!(admin.refused(REQUEST, json!({"t": "member", "n": 40_000_000})).await, "INVALID size");
    assert_eq!(admin.refused(REQUEST, json!({"t": "nothing", "n": 10})).await, "INVALID template");
    let ticket = admin.ok(REQUEST, json!({"t": "member", "n": 5})).await["system"]["requestImport"].clone();
    let (id, url) = (ticket["id"].as_str().unwrap(), ticket["url"].as_str().unwrap());
    assert_eq!(admin.refused(CHECK, json!({"id": id})).await, "IMPORT_FILE");
    // The ticket is for one place, one size and one type.
    for (at, kind, body) in [
        (url.to_owned(), SHEET, "longer than told"),
        (url.to_owned(), "text/html", "12345"),
        (url.replace("upload.xlsx", "source.xlsx"), SHEET, "12345"),
        (url.split('?').next().unwrap().to_owned(), SHEET, "12345"),
    ] {
        let put = admin.send(Method::PUT, &at, &[("content-type", kind)], body).await;
        assert_eq!(put.status, 403, "{at} {kind} {body}");
    }
    let put = admin.send(Method::PUT, url, &[("content-type", SHEET)], "12345").await;
    assert_eq!(put.status, 200);
    admin.ok(CHECK, json!({"id": id})).await;
    let refused = rest(&mut admin, id).await["import"].clone();
    assert_eq!(refused["state"], "REFUSED", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("xlsx"), "{refused}");
    // An honest workbook without rows.
    let empty = upload(&mut admin, "member", workbook(&folder(), "member", &[])).await;
    let refused = rest(&mut admin, &empty).await["import"].clone();
    assert_eq!(
        (&refused["state"], refused["message"].as_str().unwrap().contains("没有数据行")),
        (&json!("REFUSED"), true),
        "{refused}"
    );
}

/// A worker that dies while writing: what it wrote is there once, the rest follows.
#[tokio::test]
async fn pc_3_2_1b_an_import_that_is_cut_off_goes_on_without_doubles() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    t.sql().await.rows(&format!("UPDATE {}.policy SET seats = 5000", t.home.schema())).await;
    let lines: Vec<Line> = (0..450).map(|n| typed("第一党支部", "张三", n)).collect();
    let id = upload(&mut admin, "member", workbook(&folder(), "member", &lines)).await;
    let seen = rest(&mut admin, &id).await["import"].clone();
    assert_eq!(seen["badRows"], 0, "{seen}");
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    rest(&mut admin, &id).await;
    // As if it had been cut off after two hundred rows.
    let schema = t.home.schema();
    let rewind = format!(
        "CREATE TEMP TABLE late AS SELECT object_id FROM {schema}.import_items ORDER BY row_number DESC LIMIT 250; \
         DELETE FROM {schema}.import_items WHERE object_id IN (SELECT object_id FROM late); \
         DELETE FROM {schema}.branch_assignments WHERE membership_id IN (SELECT id FROM {schema}.memberships WHERE person_id IN \
         (SELECT object_id FROM late)); DELETE FROM {schema}.memberships WHERE person_id IN (SELECT object_id FROM late); \
         DELETE FROM {schema}.people WHERE id IN (SELECT object_id FROM late); \
         UPDATE {schema}.organisations SET member_count = member_count - 250 WHERE member_count > 0; \
         UPDATE {schema}.imports SET state = 'checked'"
    );
    t.sql().await.rows(&rewind).await;
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(450)), "{done}");
    assert_eq!(count(&mut admin).await, 450);
    let people = format!("SELECT count(*) || ' ' || count(DISTINCT id_index) FROM {schema}.people");
    assert_eq!(t.sql().await.one(&people).await, "450 450");
}

/// Two people, or one with two windows, import the same file at once: everybody is there once.
#[tokio::test]
async fn pc_3_2_1b_two_imports_of_one_file_at_once_make_no_doubles() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let schema = t.home.schema();
    t.sql().await.rows(&format!("UPDATE {schema}.policy SET seats = 5000")).await;
    for (at, partial) in [(0, false), (1200, true)] {
        let lines: Vec<Line> = (at..at + 1200).map(|n| typed("第一党支部", "张三", n)).collect();
        let bytes = workbook(&folder(), "member", &lines);
        let one = upload(&mut admin, "member", bytes.clone()).await;
        let other = upload(&mut zhao, "member", bytes).await;
        for (by, id) in [(&mut admin, &one), (&mut zhao, &other)] {
            let seen = rest(by, id).await["import"].clone();
            assert_eq!((&seen["state"], &seen["badRows"]), (&json!("CHECKED"), &json!(0)), "{seen}");
        }
        let confirm = |id: &str| json!({"id": id, "partial": partial});
        futures_util::join!(admin.ok(CONFIRM, confirm(&one)), zhao.ok(CONFIRM, confirm(&other)));
        let ends = [rest(&mut admin, &one).await["import"].clone(), rest(&mut zhao, &other).await["import"].clone()];
        let written: i64 = ends.iter().map(|end| end["doneRows"].as_i64().unwrap()).sum();
        assert_eq!(written, 1200, "{ends:?}");
        // All or nothing: one of them; the good rows: what the other had not.
        let states: Vec<&str> = ends.iter().map(|end| end["state"].as_str().unwrap()).collect();
        let wanted = if partial { vec!["DONE", "DONE"] } else { vec!["DONE", "FAILED"] };
        assert!(states == wanted || states.iter().rev().copied().eq(wanted), "{ends:?}");
    }
    let sql = t.sql().await;
    let people = format!("SELECT count(*) || ' ' || count(DISTINCT id_index) FROM {schema}.people");
    assert_eq!(sql.one(&people).await, "2400 2400");
    let heads = format!("SELECT sum(member_count) FROM {schema}.organisations");
    assert_eq!(sql.one(&heads).await, "2400");
}

/// All or nothing is one long transaction; nobody waits for it.
#[tokio::test]
async fn pc_3_2_1b_others_add_members_while_an_import_is_under_way() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let schema = t.home.schema();
    t.sql().await.rows(&format!("UPDATE {schema}.policy SET seats = 12")).await;
    let lines: Vec<Line> = (0..10).map(|n| typed("第一党支部", "张三", n)).collect();
    let id = upload(&mut admin, "member", workbook(&folder(), "member", &lines)).await;
    rest(&mut admin, &id).await;
    let sql = t.sql().await;
    sql.rows(&format!("BEGIN; LOCK TABLE {schema}.import_items IN SHARE MODE")).await;
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let watch = t.sql().await;
    until("the rows are written and wait", async || watch.one(waits).await == "1").await;
    let create = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
    admin.ok(create, json!({"input": member(&first, "李四", 50)})).await;
    assert_eq!(watch.one(waits).await, "1", "the import still holds what it holds");
    admin.ok(create, json!({"input": member(&first, "王五", 51)})).await;
    // The last two places are taken meanwhile by more than were left: the import is the one that finds none.
    admin.ok(create, json!({"input": member(&first, "赵六", 52)})).await;
    sql.rows("COMMIT").await;
    let end = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&end["state"], &end["doneRows"]), (&json!("FAILED"), &json!(0)), "{end}");
    assert!(end["message"].as_str().unwrap().contains("席位"), "{end}");
    assert_eq!(count(&mut admin).await, 3);
    let heads = format!("SELECT sum(member_count) FROM {schema}.organisations");
    assert_eq!(t.sql().await.one(&heads).await, "3");
}

/// The job's last try has failed: whoever waits is told, and what was written can be taken back.
#[tokio::test]
async fn pc_3_2_1b_an_import_whose_last_try_fails_says_so() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let schema = t.home.schema();
    let sql = t.sql().await;
    sql.rows(&format!("UPDATE {schema}.policy SET seats = 5000")).await;
    let lines: Vec<Line> = (0..600).map(|n| typed("第一党支部", "张三", n)).collect();
    let id = upload(&mut admin, "member", workbook(&folder(), "member", &lines)).await;
    rest(&mut admin, &id).await;
    // A fault of ours in the second chunk.
    sql.rows(&format!("ALTER TABLE {schema}.import_items ADD CONSTRAINT no_more CHECK (row_number < 550)")).await;
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    let failed = "SELECT count(*) FROM jobs._private_jobs WHERE last_error IS NOT NULL AND locked_at IS NULL";
    until("the job has failed", async || sql.one(failed).await == "1").await;
    let standing = admin.ok(IMPORT, json!({"id": id})).await["system"]["import"].clone();
    assert_eq!(standing["state"], "APPLYING", "it is tried again: {standing}");
    sql.rows("UPDATE jobs._private_jobs SET max_attempts = attempts + 1, run_at = now()").await;
    let told = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&told["state"], &told["doneRows"]), (&json!("FAILED"), &json!(500)), "{told}");
    assert!(told["message"].as_str().unwrap().contains("联系服务商"), "{told}");
    assert_eq!(count(&mut admin).await, 500);
    sql.rows(&format!("ALTER TABLE {schema}.import_items DROP CONSTRAINT no_more")).await;
    admin.ok(UNDO, json!({"id": id})).await;
    let undone = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&undone["state"], &undone["undoneRows"]), (&json!("UNDONE"), &json!(500)), "{undone}");
    assert_eq!(count(&mut admin).await, 0);
}

#[tokio::test]
async fn pc_3_2_1b_the_template_is_one_that_can_be_filled_in() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    let link = admin.ok("mutation { system { importTemplate(template: \"member\") { url } } }", json!({})).await;
    let sheet = read(&admin, link["system"]["importTemplate"]["url"].as_str().unwrap()).await;
    let text = format!("{sheet:?}");
    assert!(text.contains("公民身份号码") && text.contains("【示例】"), "{text}");
}

/// Orders an export and waits for it.
pub(crate) async fn exported(by: &mut Visitor, vars: Value) -> Value {
    by.ok(EXPORT, vars).await;
    let mut found = Value::Null;
    until("the export is made", async || {
        found = by.ok(EXPORTED, json!({})).await["system"]["exports"]["nodes"][0].clone();
        found["state"] != "RUNNING"
    })
    .await;
    found
}

#[tokio::test]
async fn pc_8_2_members_are_exported_with_filter_columns_and_trace() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let create = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
    for (n, at, name) in [(1, &first, "张三"), (2, &first, "李四"), (3, &second, "王五")] {
        let form = with(member(at, name, n), json!({"remark": "=HYPERLINK(\"http://x\")"}));
        admin.ok(create, json!({"input": form})).await;
    }
    let plain =
        json!({"kind": "member", "filter": {"under": committee}, "columns": ["name", "branch", "joinDate", "remark"]});
    let export = exported(&mut admin, plain).await;
    assert_eq!((&export["state"], &export["rowCount"]), (&json!("DONE"), &json!(2)), "{export}");
    assert_eq!(export["filterWords"], "组织：制造党委及下级");
    let url = admin.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let sheet = read(&admin, url.as_str().unwrap()).await;
    let text = format!("{sheet:?}");
    assert!(text.contains("制造党委及下级") && text.contains("张三") && !text.contains("王五"), "{text}");
    assert!(text.contains("2015-06-20") && text.contains("'=HYPERLINK"), "{text}");
    assert!(!text.contains("1370000"), "{text}");

    // What is masked elsewhere needs a reason, and names who took it.
    let secret = |reason: Value| json!({"kind": "member", "columns": ["name", "idNumber", "mobile"], "reason": reason});
    assert_eq!(admin.refused(EXPORT, secret(Value::Null)).await, "INVALID reason");
    let export = exported(&mut admin, secret(json!("换届选举资格审查"))).await;
    let url = admin.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let text = format!("{:?}", read(&admin, url.as_str().unwrap()).await);
    assert!(text.contains("13700000001") && text.contains(&id_number("1990-01-01", 3)), "{text}");
    assert!(text.contains("换届选举资格审查") && text.contains("管理员"), "{text}");
    let rows = format!(
        "SELECT string_agg(action, ',' ORDER BY id) FROM {}.audit WHERE action LIKE 'export.%'",
        t.home.schema()
    );
    let trail = t.sql().await.one(&rows).await;
    assert!(trail.ends_with("export.ordered,export.finished,export.downloaded"), "{trail}");

    // A whole number that was looked for stays nowhere.
    exported(&mut admin, json!({"kind": "member", "filter": {"search": "13700000001"}, "columns": ["name"]})).await;
    let schema = t.home.schema();
    for table in ["exports", "audit"] {
        let kept = format!("SELECT count(*) FROM {schema}.{table} r WHERE r::text LIKE '%13700000001%'");
        assert_eq!(t.sql().await.one(&kept).await, "0", "{table}");
    }
    assert_eq!(admin.refused(EXPORT, json!({"kind": "member", "columns": []})).await, "INVALID columns");
    assert_eq!(
        admin.refused(EXPORT, json!({"kind": "member", "columns": ["name", "nothing"]})).await,
        "INVALID columns"
    );
    assert_eq!(
        admin.refused(EXPORT, json!({"kind": "member", "filter": {"sex": 1}, "columns": ["name"]})).await,
        "INVALID filter"
    );
    // Nobody else's, and not for ever.
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(zhao.refused(DOWNLOAD, json!({"id": export["id"]})).await, "NOT_FOUND");
    let own = exported(&mut zhao, json!({"kind": "member", "columns": ["name"]})).await;
    assert_eq!(own["rowCount"], 2, "only what is below: {own}");
    t.person("sun", "branch_committee", &first).await;
    let mut sun = t.signed_in("sun", PASSWORD).await;
    assert_eq!(sun.refused(EXPORT, json!({"kind": "member", "columns": ["name"]})).await, "DENIED");
    t.pass(chrono::Duration::days(8));
    let mut admin = t.administrator().await;
    assert_eq!(admin.refused(DOWNLOAD, json!({"id": export["id"]})).await, "EXPORT_GONE");
    assert!(
        admin.ok(words::SESSION, json!({})).await["system"]["session"]["permissions"]
            .to_string()
            .contains("data.export")
    );
}

fn unit(full: &str, short: &str, above: &str, kind: &str) -> Line {
    [
        ("组织全称", full.to_owned()),
        ("组织简称", short.to_owned()),
        ("上级组织简称", above.to_owned()),
        ("组织类别", kind.to_owned()),
        ("成立日期", "2019-03-01".into()),
        ("所在单位情况", "与上级党组织相同".into()),
        ("单位性质类别", "国有经济控制".into()),
        ("行政区划", "江苏省".into()),
        ("联系人", "王示例".into()),
        ("联系电话", "025-12345678".into()),
    ]
    .into()
}

const TREE: &str = "{ directory { organisations(first: 100) { nodes { shortName parent { shortName } version } } } }";

async fn tree(by: &mut Visitor) -> Vec<String> {
    let found = by.ok(TREE, json!({})).await["directory"]["organisations"]["nodes"].clone();
    let show = |n: &Value| {
        format!("{}<{}", n["shortName"].as_str().unwrap(), n["parent"]["shortName"].as_str().unwrap_or("-"))
    };
    found.as_array().unwrap().iter().map(show).collect()
}

#[tokio::test]
async fn pc_3_1_1f_a_whole_tree_is_imported_and_taken_back() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let mut lines = vec![
        unit("中共示例集团有限公司委员会", "示例集团党委", "", "党委"),
        unit("中共制造分公司委员会", "制造党委", "示例集团党委", "党委"),
        unit("中共装配车间支部委员会", "装配支部", "制造党委", "党支部"),
        unit("装配一组", "装配一组", "装配支部", "党小组"),
    ];
    let mut joint = unit("中共物流联合支部委员会", "物流联合支部", "制造党委", "联合党支部");
    joint.extend([("所在单位情况", "联合党支部".to_owned()), ("单位名称", "物流公司；仓储公司".to_owned())]);
    lines.push(joint);
    let id = upload(&mut admin, "organisation", workbook(&folder(), "organisation", &lines)).await;
    let seen = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&seen["rowCount"], &seen["badRows"]), (&json!(5), &json!(0)), "{seen}");
    admin.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    let done = rest(&mut admin, &id).await["import"].clone();
    assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(5)), "{done}");
    let all =
        ["示例集团党委<-", "制造党委<示例集团党委", "装配支部<制造党委", "装配一组<装配支部", "物流联合支部<制造党委"];
    assert_eq!(tree(&mut admin).await, all);

    // Something was done with one branch since; it stays, and so does what it stands in.
    let id_of = format!("SELECT id FROM {}.organisations WHERE short_name = '物流联合支部'", t.home.schema());
    let used = t.sql().await.one(&id_of).await;
    t.person("zhao", "org_admin", &used).await;
    admin.ok(UNDO, json!({"id": id})).await;
    let undone = rest(&mut admin, &id).await;
    assert_eq!(
        (&undone["import"]["state"], &undone["import"]["undoneRows"]),
        (&json!("UNDONE"), &json!(2)),
        "{undone}"
    );
    let reasons: Vec<&str> =
        undone["keptRows"].as_array().unwrap().iter().map(|k| k["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["根组织的信息已更新，不能撤销", "该组织下已有下级组织", "该组织已设置管理员"]);
    assert_eq!(tree(&mut admin).await, ["示例集团党委<-", "制造党委<示例集团党委", "物流联合支部<制造党委"]);
}

#[tokio::test]
async fn pc_3_1_1f_every_fault_of_an_organisation_stands_at_its_column() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    let lines = [
        unit("中共甲支部委员会", "甲支部", "制造党委", "党支部"),
        unit("中共乙支部委员会", "第一党支部", "制造党委", "党支部"),
        unit("中共甲支部委员会", "丙支部", "制造党委", "党支部"),
        unit("丁组", "丁组", "制造党委", "党小组"),
        unit("中共戊支部委员会", "戊支部", "没有", "党支部"),
        unit("中共己支部委员会", "己支部", "", "党支部"),
        unit("庚", "庚支部", "甲支部", "党支部"),
    ];
    let mut bad = unit("中共辛支部委员会", "辛支部", "制造党委", "党支部");
    bad.extend([
        ("行政区划", "990101".to_owned()),
        ("联系电话", "1".to_owned()),
        ("成立日期", "2999-01-01".to_owned()),
    ]);
    let lines: Vec<Line> = lines.into_iter().chain([bad]).collect();
    let id = upload(&mut admin, "organisation", workbook(&folder(), "organisation", &lines)).await;
    let seen = rest(&mut admin, &id).await["import"].clone();
    assert_eq!(seen["badRows"], 7, "{seen}");
    let told: Vec<(i64, &str)> = seen["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["row"].as_i64().unwrap(), f["column"].as_str().unwrap()))
        .collect();
    let top = told[0].0 - 1;
    for (row, column) in [
        (1, "组织简称"),
        (2, "组织全称"),
        (3, "组织类别"),
        (4, "上级组织简称"),
        (5, "上级组织简称"),
        (6, "组织全称"),
        (7, "联系电话"),
    ] {
        assert!(told.contains(&(top + row, column)), "{row} {column} in {told:?}");
    }
    admin.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    assert_eq!(rest(&mut admin, &id).await["import"]["doneRows"], 1);
    // Whoever administers a part imports below that part only.
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let lines = [
        unit("中共壬支部委员会", "壬支部", "制造党委", "党支部"),
        unit("中共癸支部委员会", "癸支部", &t.home.name, "党支部"),
    ];
    let id = upload(&mut zhao, "organisation", workbook(&folder(), "organisation", &lines)).await;
    let seen = rest(&mut zhao, &id).await["import"].clone();
    assert_eq!((&seen["badRows"], &seen["faults"][0]["column"]), (&json!(1), &json!("上级组织简称")), "{seen}");
}

#[tokio::test]
async fn pc_8_1_1_organisations_and_users_are_exported() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    let vars = json!({"kind": "organisation", "filter": {"under": committee}, "columns": ["shortName", "type", "parent", "administrators"]});
    let export = exported(&mut admin, vars).await;
    assert_eq!((&export["state"], &export["rowCount"]), (&json!("DONE"), &json!(2)), "{export}");
    let url = admin.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let text = format!("{:?}", read(&admin, url.as_str().unwrap()).await);
    assert!(
        text.contains("第一党支部") && text.contains("党支部") && text.contains("zhao") && !text.contains("第二党支部"),
        "{text}"
    );
    let export = exported(&mut admin, json!({"kind": "user", "columns": ["userName", "state", "roles"]})).await;
    let url = admin.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let text = format!("{:?}", read(&admin, url.as_str().unwrap()).await);
    assert!(text.contains("chief") && text.contains("制造党委 组织管理员"), "{text}");
}

const COLUMNS: &str = "query($kind: String!) { system { exportColumns(kind: $kind) { key sensitive } } }";

/// Another operator, enrolled and signed in.
async fn colleague(t: &Town, name: &'static str) -> Visitor {
    let token = t.invite(name).await;
    let mut visitor = t.operator_visitor();
    let enrolment = visitor.ok(words::ENROLMENT, json!({"token": token})).await["system"]["operatorEnrolment"].clone();
    let totp = zhibu_tests::totp(enrolment["secret"].as_str().unwrap(), t.now());
    visitor.ok(words::ENROL, json!({"token": token, "password": PASSWORD, "totp": totp})).await;
    visitor
}

/// Puts the job of an export into the queue once more, as a worker that was killed leaves it.
async fn run_again(t: &Town, id: &Value) {
    let job = json!({"tenant": null, "job": {"id": id}});
    let queued =
        format!("SELECT count(*) FROM jobs._private_jobs WHERE payload::text LIKE '%{}%'", id.as_str().unwrap());
    let sql = t.sql().await;
    sql.rows(&format!("SELECT jobs.add_job('export_make', '{job}'::json)")).await;
    until("the job has run", async || sql.one(&queued).await == "0").await;
}

#[tokio::test]
async fn op_1_activation_codes_are_exported_with_the_filter_and_a_trace() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    t.tenant("中共海州区委员会", "haizhou", None, &["document"]).await;
    let codes = t.codes(&mut operator, 2, &[]).await;
    let first = operator.ok("{ system { codes(first: 1) { nodes { id tail batch } } } }", json!({})).await;
    let revoke = "mutation($id: ID!) { system { revokeCode(id: $id, reason: \"=客户退订\") { id } } }";
    let revoked = first["system"]["codes"]["nodes"][0].clone();
    operator.ok(revoke, json!({"id": revoked["id"]})).await;
    let offered = operator.ok(COLUMNS, json!({"kind": "code"})).await["system"]["exportColumns"].clone();
    let all: Vec<&str> = offered.as_array().unwrap().iter().map(|c| c["key"].as_str().unwrap()).collect();
    assert_eq!((all.len(), offered.to_string().contains("true")), (14, false), "{offered}");

    // The home tenant has used one too.
    let export = exported(&mut operator, json!({"kind": "code", "filter": {"state": "USED"}, "columns": all})).await;
    assert_eq!((&export["state"], &export["rowCount"]), (&json!("DONE"), &json!(2)), "{export}");
    let url = operator.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    assert!(url.as_str().unwrap().contains("platform/exports/"), "{url}");
    let text = format!("{:?}", read(&operator, url.as_str().unwrap()).await);
    for words in ["状态：已使用", "中共海州区委员会", "标准版", "文档", "激活码末四位", "operator"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(!text.contains("已作废"), "{text}");
    let batch =
        json!({"kind": "code", "filter": {"batch": revoked["batch"]}, "columns": ["state", "revokeReason", "modules"]});
    let export = exported(&mut operator, batch).await;
    assert_eq!(export["rowCount"], 2, "{export}");
    let url = operator.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let text = format!("{:?}", read(&operator, url.as_str().unwrap()).await);
    for words in ["已作废", "未使用", "'=客户退订", "仅基础模块"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let trail = "SELECT string_agg(action || ' ' || actor_name, ',' ORDER BY id) FROM platform.audit WHERE object_kind = 'export'";
    let one = "export.ordered operator,export.finished 系统,export.downloaded operator";
    assert_eq!(t.sql().await.one(trail).await, format!("{one},{one}"));

    // A whole code that was looked for stays nowhere.
    let export =
        exported(&mut operator, json!({"kind": "code", "filter": {"search": codes[1]}, "columns": ["tail"]})).await;
    let tail = &codes[1][codes[1].len() - 4..];
    assert_eq!((&export["rowCount"], &export["filterWords"]), (&json!(1), &json!(format!("关键字：激活码····{tail}"))));
    for table in ["exports", "audit"] {
        let kept = format!("SELECT count(*) FROM platform.{table} r WHERE r::text LIKE '%{}%'", codes[1]);
        assert_eq!(t.sql().await.one(&kept).await, "0", "{table}");
    }
    assert_eq!(
        operator.refused(EXPORT, json!({"kind": "code", "filter": {"state": 1}, "columns": ["tail"]})).await,
        "INVALID filter"
    );
}

#[tokio::test]
async fn op_1_an_export_of_codes_is_its_operators_own_and_not_for_ever() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    t.codes(&mut operator, 1, &[]).await;
    let order = json!({"kind": "code", "columns": ["tail"]});
    let export = exported(&mut operator, order.clone()).await;
    let id = json!({"id": export["id"]});
    // Neither side takes what is the other's.
    assert_eq!(admin.refused(EXPORT, order.clone()).await, "DENIED");
    assert_eq!(admin.refused(COLUMNS, json!({"kind": "code"})).await, "DENIED");
    assert_eq!(admin.refused(DOWNLOAD, id.clone()).await, "NOT_FOUND");
    assert_eq!(admin.ok(EXPORTED, json!({})).await["system"]["exports"]["nodes"], json!([]));
    assert_eq!(operator.refused(EXPORT, json!({"kind": "member", "columns": ["name"]})).await, "DENIED");
    assert_eq!(t.operator_visitor().refused(EXPORT, order.clone()).await, "UNAUTHENTICATED");
    // Nor does another operator.
    let mut other = colleague(&t, "second").await;
    assert_eq!(other.refused(DOWNLOAD, id.clone()).await, "NOT_FOUND");
    assert_eq!(other.ok(EXPORTED, json!({"kind": "code"})).await["system"]["exports"]["nodes"], json!([]));
    for (by, answer) in [(&operator, "DONE"), (&other, "NOT_FOUND")] {
        let mut socket = t.operator_socket(by).await;
        socket.subscribe("subscription($id: ID!) { exportProgress(id: $id) { state } }", id.clone()).await;
        let told = socket.next().await.unwrap().to_string();
        assert!(told.contains(answer), "{told}");
    }
    operator.ok(DOWNLOAD, id.clone()).await;

    t.pass(chrono::Duration::days(8));
    let mut operator = t.operator().await;
    assert_eq!(operator.refused(DOWNLOAD, id).await, "EXPORT_GONE");
    let key = export["id"].as_str().unwrap().replace('-', "");
    let files = || walk(&t.folder().join("media")).into_iter().filter(|path| path.contains(&key)).count();
    assert!(files() > 0);
    let sql = t.sql().await;
    sql.rows("SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)").await;
    until("the file is cleared away", async || sql.one("SELECT state FROM platform.exports").await == "expired").await;
    assert_eq!(files(), 0);
}

/// Every file below a folder.
fn walk(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { walk(&path) } else { vec![path.to_string_lossy().into_owned()] };
    entries.flat_map(below).collect()
}

#[tokio::test]
async fn op_1_an_export_of_codes_that_was_cut_off_is_made_once() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    t.codes(&mut operator, 3, &[]).await;
    let export = exported(&mut operator, json!({"kind": "code", "columns": ["tail", "state"]})).await;
    let sql = t.sql().await;
    let finished = "SELECT count(*) FROM platform.audit WHERE action = 'export.finished'";
    run_again(&t, &export["id"]).await;
    assert_eq!(sql.one(finished).await, "1", "what is done is not made again");
    sql.rows("UPDATE platform.exports SET state = 'running', percent = 40, row_count = 1").await;
    run_again(&t, &export["id"]).await;
    let again = operator.ok(EXPORTED, json!({})).await["system"]["exports"]["nodes"].clone();
    assert_eq!((&again[0]["state"], &again[0]["rowCount"]), (&json!("DONE"), &json!(4)), "{again}");
    let url = operator.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    assert_eq!(format!("{:?}", read(&operator, url.as_str().unwrap()).await).matches("未使用").count(), 3);
    // An operator who is none any more gets nothing.
    sql.rows("UPDATE platform.exports SET state = 'running'; UPDATE platform.operators SET state = 'disabled'").await;
    run_again(&t, &export["id"]).await;
    let told = sql.one("SELECT state || ' ' || message FROM platform.exports").await;
    assert_eq!(told, "failed 导出人已没有此项操作的权限");
}
