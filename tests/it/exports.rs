//! What an export tells, keeps and leaves behind, and what it refuses (PC-8.1.1, PC-8.2, OP-1).

use std::os::unix::fs::PermissionsExt;

use http::Method;
use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor, until};

use crate::members::member;
use crate::organisations::{small_tree, with};

const EXPORT: &str = "mutation($kind: String!, $filter: JSON, $columns: [String!]!, $reason: String) { system { requestExport(input: \
    {kind: $kind, filter: $filter, columns: $columns, reason: $reason}) { id } } }";
const EXPORTS: &str = "{ system { exports { nodes { id state rowCount filterWords message } } } }";
pub(crate) const DOWNLOAD: &str = "mutation($id: ID!) { system { downloadExport(id: $id) { url } } }";
const CREATE: &str = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
/// One column of every kind that a tenant exports, and that operators export.
const OURS: [(&str, &str); 21] = [
    ("former_member", "name"),
    ("record_request", "name"),
    ("purge", "name"),
    ("completeness", "branch"),
    ("organisation_command", "organisation"),
    ("organisation_past", "shortName"),
    ("election", "organisation"),
    ("lost", "name"),
    ("flow_contact", "name"),
    ("leadership", "shortName"),
    ("member", "name"),
    ("organisation", "shortName"),
    ("user", "userName"),
    ("audit", "action"),
    ("development", "name"),
    ("flow", "name"),
    ("transfer", "name"),
    ("pledge", "name"),
    ("study_note", "name"),
    ("contribution", "name"),
    ("meeting", "title"),
];
/// Those in which no text is looked for.
const UNSOUGHT: [&str; 4] = ["record_request", "purge", "completeness", "organisation_past"];
const THEIRS: [(&str, &str); 2] = [("code", "tail"), ("platform_audit", "action")];

fn order(kind: &str, column: &str, filter: Value) -> Value {
    json!({"kind": kind, "filter": filter, "columns": [column]})
}

async fn newest(by: &mut Visitor) -> Value {
    by.ok(EXPORTS, json!({})).await["system"]["exports"]["nodes"][0].clone()
}

pub(crate) async fn exported(by: &mut Visitor, vars: Value) -> Value {
    by.ok(EXPORT, vars).await;
    let mut found = Value::Null;
    until("the export is made", async || {
        found = newest(by).await;
        found["state"] != "RUNNING"
    })
    .await;
    found
}

#[tokio::test]
async fn pc_8_2_a_number_that_was_looked_for_is_told_masked_however_it_was_written() {
    let t = Town::start().await;
    let (mut admin, mut operator) = (t.administrator().await, t.operator().await);
    let (_, first, _) = small_tree(&t, &mut admin).await;
    admin.ok(CREATE, json!({"input": member(&first, "张三", 1)})).await;
    let sought = [("+86 137 0000 0001", "137****0001"), ("110105 19900101", "110****"), ("１３７００００", "137****")];
    for (text, masked) in sought {
        for (kind, column) in OURS.into_iter().filter(|(kind, _)| !UNSOUGHT.contains(kind)) {
            let key = if kind == "audit" { "by" } else { "search" };
            let export = exported(&mut admin, order(kind, column, json!({key: text}))).await;
            assert_eq!(export["state"], "DONE", "{kind} {export}");
            let words = export["filterWords"].as_str().unwrap();
            assert_eq!(words.split('：').next_back(), Some(masked), "{kind} {text}");
            if kind == "member" && text.starts_with('+') {
                assert_eq!(export["rowCount"], 1, "it is found all the same: {export}");
                let url = admin.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"].clone();
                let file = admin.send(Method::GET, url["url"].as_str().unwrap(), &[], "").await;
                assert!(texts(&file.bytes).contains(&format!("搜索：{masked}")));
                assert!(!texts(&file.bytes).contains("137 0000 0001"));
            }
        }
        for (kind, column) in THEIRS {
            let key = if kind == "code" { "search" } else { "by" };
            let export = exported(&mut operator, order(kind, column, json!({key: text}))).await;
            let words = export["filterWords"].as_str().unwrap();
            assert_eq!(words.split('：').next_back(), Some(masked), "{kind} {text}");
        }
        for schema in [t.home.schema(), "platform".to_owned()] {
            for table in ["exports", "audit"] {
                let kept = format!("SELECT count(*) FROM {schema}.{table} r WHERE r::text LIKE '%{text}%'");
                assert_eq!(t.sql().await.one(&kept).await, "0", "{schema}.{table} {text}");
            }
        }
    }
}

/// Every text of a workbook.
pub(crate) fn texts(file: &[u8]) -> String {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(file.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    format!("{:?}", book.worksheet_range(&name).unwrap().rows().collect::<Vec<_>>())
}

/// The job's last try has failed: whoever waits is told. Until then what is looked for stands sealed.
#[tokio::test]
async fn pc_8_2_an_export_whose_last_try_fails_says_so() {
    let t = Town::start().await;
    let (mut admin, mut operator) = (t.administrator().await, t.operator().await);
    let schema = t.home.schema();
    let sql = t.sql().await;
    // A fault of ours.
    let fault =
        format!("ALTER TABLE {schema}.memberships RENAME TO hidden; ALTER TABLE platform.codes RENAME TO hidden");
    sql.rows(&fault).await;
    admin.ok(EXPORT, order("member", "name", json!({"search": "13700000001"}))).await;
    operator.ok(EXPORT, order("code", "tail", json!({"search": "13700000001"}))).await;
    let failed = "SELECT count(*) FROM jobs._private_jobs WHERE last_error IS NOT NULL AND locked_at IS NULL";
    until("both jobs have failed", async || sql.one(failed).await == "2").await;
    for (schema, by) in [(schema.as_str(), &mut admin), ("platform", &mut operator)] {
        let waiting = newest(by).await;
        assert_eq!(waiting["state"], "RUNNING", "it is tried again: {waiting}");
        let kept = format!("SELECT filter::text FROM {schema}.exports");
        let kept = sql.one(&kept).await;
        assert!(kept.len() > 20 && !kept.contains("search") && !kept.contains("1370000"), "{kept}");
    }
    sql.rows("UPDATE jobs._private_jobs SET max_attempts = attempts + 1, run_at = now()").await;
    for (schema, by) in [(schema.as_str(), &mut admin), ("platform", &mut operator)] {
        let mut told = Value::Null;
        until("the export is given up", async || {
            told = newest(by).await;
            told["state"] != "RUNNING"
        })
        .await;
        assert_eq!(told["state"], "FAILED", "{told}");
        assert!(told["message"].as_str().unwrap().contains("请重新导出"), "{told}");
        assert_eq!(sql.one(&format!("SELECT filter::text FROM {schema}.exports")).await, "{}");
    }
}

#[tokio::test]
async fn pc_8_2_a_filter_that_an_export_does_not_know_is_refused() {
    let t = Town::start().await;
    let (mut admin, mut operator) = (t.administrator().await, t.operator().await);
    let kinds = OURS.map(|kind| (kind, true)).into_iter().chain(THEIRS.map(|kind| (kind, false)));
    for ((kind, column), ours) in kinds {
        let by = if ours { &mut admin } else { &mut operator };
        for wrong in [json!({"zz": 1}), json!({"searchh": "张三"}), json!([])] {
            let refused = by.refused(EXPORT, order(kind, column, wrong.clone())).await;
            assert_eq!(refused, "INVALID filter", "{kind} {wrong}");
        }
        by.ok(EXPORT, order(kind, column, json!({}))).await;
        exported_all(by).await;
    }
}

async fn exported_all(by: &mut Visitor) {
    until("nothing is under way", async || !by.ok(EXPORTS, json!({})).await.to_string().contains("RUNNING")).await;
}

#[tokio::test]
async fn pc_8_2_dates_that_are_none_are_refused_at_their_field() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let list = "query($f: MemberFilter) { directory { members(filter: $f) { totalCount } } }";
    let log = "query($f: AuditFilter) { system { auditEntries(filter: $f) { totalCount } } }";
    for day in ["-200000-01-01", "1849-12-31", "2201-01-01", "+200000-01-01"] {
        for field in ["bornFrom", "bornTo", "joinedFrom", "joinedTo"] {
            let (refusal, filter) = (format!("INVALID {field}"), json!({field: day}));
            assert_eq!(admin.refused(list, json!({"f": filter})).await, refusal.as_str(), "{day}");
            assert_eq!(admin.refused(EXPORT, order("member", "name", filter)).await, refusal.as_str(), "{day}");
        }
        for field in ["since", "until"] {
            let (refusal, filter) = (format!("INVALID {field}"), json!({field: day}));
            assert_eq!(admin.refused(log, json!({"f": filter})).await, refusal.as_str(), "{day}");
            assert_eq!(admin.refused(EXPORT, order("audit", "action", filter)).await, refusal.as_str(), "{day}");
        }
    }
    admin.ok(list, json!({"f": {"bornFrom": "1850-01-01", "bornTo": "2200-12-31"}})).await;
    for day in ["-200000-01-01", "1849-12-31"] {
        let form = with(member(&first, "张三", 1), json!({"archiveBirthDate": day, "archiveBirthReason": "档案如此"}));
        assert_eq!(admin.refused(CREATE, json!({"input": form})).await, "INVALID archiveBirthDate", "{day}");
    }
}

#[tokio::test]
async fn pc_8_2_an_export_names_no_organisation_out_of_reach() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    for (kind, column, key) in
        [("member", "name", "under"), ("organisation", "shortName", "under"), ("user", "userName", "organisation")]
    {
        for out in [&second, &t.home.root, &committee.replace(|c: char| c.is_ascii_digit(), "7")] {
            let refused = zhao.refused(EXPORT, order(kind, column, json!({key: out}))).await;
            assert_eq!(refused, "NOT_FOUND", "{kind} {out}");
        }
        for (inside, name) in [(&committee, "制造党委"), (&first, "第一党支部")] {
            let export = exported(&mut zhao, order(kind, column, json!({key: inside}))).await;
            assert_eq!(export["filterWords"], format!("组织：{name}及下级"), "{kind}");
        }
    }
}

#[tokio::test]
async fn pc_8_2_a_sensitive_file_is_for_those_who_may_still_see_it() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    admin.ok(CREATE, json!({"input": member(&first, "张三", 1)})).await;
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let plain = exported(&mut zhao, order("member", "name", json!({}))).await;
    let secret = json!({"kind": "member", "columns": ["name", "mobile"], "reason": "换届选举资格审查"});
    let secret = exported(&mut zhao, secret).await;
    zhao.ok(DOWNLOAD, json!({"id": secret["id"]})).await;
    // The page and its rights are switched off; the right to export stays.
    let schema = t.home.schema();
    let change = format!(
        "INSERT INTO {schema}.menus (console, key, enabled) VALUES ('tenant', 'org.members', false); \
         UPDATE {schema}.policy SET epoch = epoch + 1"
    );
    t.sql().await.rows(&change).await;
    assert_eq!(zhao.refused(DOWNLOAD, json!({"id": secret["id"]})).await, "DENIED");
    zhao.ok(DOWNLOAD, json!({"id": plain["id"]})).await;
}

#[tokio::test]
async fn what_a_killed_job_left_is_removed_at_the_start_and_what_is_under_way_stays() {
    let mut t = Town::start().await;
    let mut admin = t.administrator().await;
    let scratch = t.folder().join("scratch");
    let folders = || -> Vec<String> {
        let entries = std::fs::read_dir(&scratch).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    // While a job runs nobody else looks into its folder.
    let sql = t.sql().await;
    sql.rows(&format!("BEGIN; LOCK TABLE {}.memberships", t.home.schema())).await;
    admin.ok(EXPORT, order("member", "name", json!({}))).await;
    until("the job has its folder", async || !folders().is_empty()).await;
    let under_way = scratch.join(&folders()[0]);
    assert_eq!((mode(&scratch), mode(&under_way)), (0o700, 0o700));
    zhibu_tenancy::exchange::clear_scratch(&t.app()).unwrap();
    assert!(under_way.exists(), "it is under way");
    sql.rows("COMMIT").await;
    until("the folder is gone", async || folders().is_empty()).await;

    for name in ["killed", "killed-early", "other"] {
        std::fs::create_dir_all(scratch.join(name)).unwrap();
        std::fs::write(scratch.join(name).join("source.xlsx"), "110105199001010001").unwrap();
    }
    std::fs::write(scratch.join("killed/held"), "").unwrap();
    // Another process over the same folder.
    let held = std::fs::File::create(scratch.join("other/held")).unwrap();
    held.lock().unwrap();
    t.stop().await;
    t.resume(Town::plan()).await;
    assert_eq!(folders(), ["other"]);
    drop(held);
}
