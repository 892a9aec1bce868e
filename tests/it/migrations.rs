//! Tenants whose tables are behind: each is brought up to date by itself, and one that fails stops nobody.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;
use zhibu_tenancy::migrate::{self, Report};
use zhibu_tests::{PASSWORD, Sql, Tenant, Town, Visitor, until, words};

const TENANTS: &str = "{ system { tenants { nodes { id state error } } } }";

/// The town's tenant and two more, all with the module `document`.
async fn three(t: &Town) -> [Tenant; 3] {
    let second = t.tenant("中共第二单位委员会", "second", None, &["document"]).await;
    let third = t.tenant("中共第三单位委员会", "third", None, &["document"]).await;
    [t.home.clone(), second, third]
}

/// Takes a tenant back to before the newest steps of `document`, as an older program has left it.
pub(crate) async fn set_back(sql: &Sql, tenant: &Tenant) {
    let module = zhibu_server::registry().unwrap().module("document").unwrap();
    let down: String = module.tenant.iter().rev().map(|step| step.down).collect::<Vec<_>>().join(";");
    let (schema, id) = (tenant.schema(), &tenant.id);
    sql.rows(&format!(
        "BEGIN; SET LOCAL search_path TO {schema}; {down}; DELETE FROM migration WHERE module = 'document'; \
         UPDATE platform.tenants SET schema_version = 'an older one' WHERE id = '{id}'; COMMIT"
    ))
    .await;
}

async fn run(t: &Town) -> Report {
    let app = t.app();
    t.inside(async move { migrate::tenants(&app, |_, _| {}).await.unwrap() }).await
}

/// Migrated, failed, current.
fn counts(report: &Report) -> (usize, usize, usize) {
    (report.migrated.len(), report.failed.len(), report.current)
}

/// The tenants with the table of `document`.
async fn complete(sql: &Sql, tenants: &[Tenant]) -> Vec<bool> {
    let mut complete = Vec::new();
    for tenant in tenants {
        let columns = format!(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'sample_uses' \
             AND column_name = 'downloaded_at' AND table_schema = '{}'",
            tenant.schema()
        );
        complete.push(sql.one(&columns).await == "1");
    }
    complete
}

async fn as_operator(operator: &mut Visitor, tenant: &Tenant) -> Value {
    let all = operator.ok(TENANTS, json!({})).await;
    let mut all = all["system"]["tenants"]["nodes"].as_array().unwrap().iter();
    all.find(|node| node["id"] == tenant.id).unwrap().clone()
}

#[tokio::test]
async fn a_tenant_that_fails_waits_in_maintenance_and_stops_nobody() {
    let t = Town::start().await;
    let tenants = three(&t).await;
    let [_, second, third] = &tenants;
    let (sql, mut operator) = (t.sql().await, t.operator().await);
    assert_eq!(counts(&run(&t).await), (0, 0, 3), "what is up to date needs nothing");

    for tenant in &tenants {
        set_back(&sql, tenant).await;
    }
    sql.rows(&format!("CREATE TABLE {}.sample_uses (id int)", second.schema())).await;
    let report = run(&t).await;
    assert_eq!(counts(&report), (2, 1, 0), "{report:?}");
    assert_eq!(report.failed[0].0.to_string(), second.id);
    assert!(report.failed[0].1.contains("sample_uses"), "{report:?}");
    assert_eq!(complete(&sql, &tenants).await, [true, false, true]);
    let shown = as_operator(&mut operator, second).await;
    assert_eq!(shown["state"], "MAINTENANCE");
    assert!(shown["error"].as_str().unwrap().contains("sample_uses"), "{shown}");
    assert_eq!(as_operator(&mut operator, third).await["state"], "ACTIVE");
    let knock = async |name: &str, password: &str| {
        let answer = t.visitor().ask(words::SIGN_IN, json!({"name": name, "password": password})).await;
        answer.refusal_opt().map(|refusal| refusal.code).unwrap_or_default()
    };
    until("the second tenant's door is closed", async || knock("second", "ABC#123").await == "UNAVAILABLE").await;
    assert_eq!((knock("third", "ABC#123").await, knock("chief", PASSWORD).await), (String::new(), String::new()));
    assert_eq!(counts(&run(&t).await), (0, 1, 2), "it stays so until somebody has repaired it");

    sql.rows(&format!("DROP TABLE {}.sample_uses", second.schema())).await;
    let report = run(&t).await;
    assert_eq!((counts(&report), report.migrated[0].to_string()), ((1, 0, 2), second.id.clone()));
    assert_eq!(complete(&sql, &tenants).await, [true; 3]);
    assert_eq!(as_operator(&mut operator, second).await, json!({"id": second.id, "state": "ACTIVE", "error": null}));
    until("the second tenant's door is open", async || knock("second", "ABC#123").await.is_empty()).await;
    assert_eq!(counts(&run(&t).await), (0, 0, 3));
}

#[tokio::test]
async fn a_step_that_was_changed_after_it_was_applied_stops_its_tenant() {
    let t = Town::start().await;
    let (sql, schema) = (t.sql().await, t.home.schema());
    let known = sql.one(&format!("SELECT hash FROM {schema}.migration WHERE module = 'document'")).await;
    let noted = async |hash: &str| {
        sql.rows(&format!(
            "UPDATE {schema}.migration SET hash = '{hash}' WHERE module = 'document'; \
             UPDATE platform.tenants SET schema_version = 'an older one'"
        ))
        .await;
    };
    noted("another").await;
    let report = run(&t).await;
    assert_eq!(counts(&report), (0, 1, 0));
    assert!(report.failed[0].1.contains("document/0001_init was changed after it was applied"), "{report:?}");
    noted(&known).await;
    assert_eq!(counts(&run(&t).await), (1, 0, 0));
}

#[tokio::test]
async fn a_run_that_is_cut_off_is_taken_up_by_the_next() {
    let t = Town::start().await;
    let tenants = three(&t).await;
    let sql = t.sql().await;
    for tenant in &tenants {
        set_back(&sql, tenant).await;
    }
    // Somebody holds the third tenant, so that the run cannot be through with it before it is cut off.
    let key = format!("hashtextextended('{}', 0)", tenants[2].schema());
    sql.rows(&format!("SELECT pg_advisory_lock({key})")).await;
    let app = t.app();
    t.inside(async move {
        let two_done = Arc::new(Notify::new());
        let tell = |done, due| {
            assert_eq!(due, 3);
            if done == 2 {
                two_done.notify_one();
            }
        };
        tokio::select! {
            report = migrate::tenants(&app, tell) => panic!("not cut off: {report:?}"),
            () = two_done.notified() => {}
        }
    })
    .await;
    assert_eq!(complete(&sql, &tenants).await, [true, true, false]);
    sql.rows(&format!("SELECT pg_advisory_unlock({key})")).await;
    let report = run(&t).await;
    assert_eq!((counts(&report), report.migrated[0].to_string()), ((1, 0, 2), tenants[2].id.clone()));
    assert_eq!(complete(&sql, &tenants).await, [true; 3]);
}
