//! The order in which tenants are brought up to date (升级进度): the canary ring first.

use serde_json::{Value, json};
use zhibu_tenancy::fleet::Ring;
use zhibu_tenancy::migrate::{self, Chosen, Report};
use zhibu_tests::{Sql, Tenant, Town, Visitor, until, words};

use crate::migrations::set_back;

const FLEET: &str = "query($f: FleetFilter) { system { fleet(filter: $f) { current behind failed totalCount nodes { id ring standing \
    failedStep error modules { key version missing } } } } }";
const SET_RING: &str = "mutation($t: ID!, $r: FleetRing!) { system { setFleetRing(tenant: $t, ring: $r) } }";
const BRING_UP: &str = "mutation($t: ID) { system { bringUpFleet(tenant: $t) } }";

async fn run(t: &Town, chosen: Chosen) -> Report {
    let app = t.app();
    t.inside(async move { migrate::over(&app, chosen, |_, _| {}).await.unwrap() }).await
}

/// Migrated, failed, held.
fn counts(report: &Report) -> (usize, usize, usize) {
    (report.migrated.len(), report.failed.len(), report.held.len())
}

async fn fleet(operator: &mut Visitor, filter: Value) -> Value {
    operator.ok(FLEET, json!({"f": filter})).await["system"]["fleet"].clone()
}

/// The home tenant, and one of the canary ring; both behind, and the one of the ring about to fail.
async fn stuck(t: &Town, operator: &mut Visitor, sql: &Sql) -> Tenant {
    let canary = t.tenant("中共第二单位委员会", "second", None, &["document"]).await;
    operator.ok(SET_RING, json!({"t": canary.id, "r": "CANARY"})).await;
    for tenant in [&t.home, &canary] {
        set_back(sql, tenant).await;
    }
    sql.rows(&format!("CREATE TABLE {}.sample_uses (id int)", canary.schema())).await;
    canary
}

#[tokio::test]
async fn fleet_a_failing_canary_stops_the_others_and_a_retry_heals() {
    let t = Town::start().await;
    let (mut operator, sql) = (t.operator().await, t.sql().await);
    let canary = stuck(&t, &mut operator, &sql).await;
    let home = json!(t.home.id);
    let table = format!(
        "SELECT count(*) FROM pg_tables WHERE schemaname = '{}' AND tablename = 'sample_uses'",
        t.home.schema()
    );

    let report = run(&t, Chosen::All).await;
    assert_eq!(counts(&report), (0, 1, 1), "{report:?}");
    assert_eq!(sql.one(&table).await, "0", "the stable ring is not touched");
    for chosen in [Chosen::Ring(Ring::Stable), Chosen::One(t.home.id.parse().unwrap())] {
        assert_eq!(counts(&run(&t, chosen).await), (0, 0, 1), "nor on its own");
    }
    let state = format!("SELECT state FROM platform.tenants WHERE id = '{}'", t.home.id);
    assert_eq!(sql.one(&state).await, "active", "an older program serves it");
    let knock = async || {
        let known = json!({"name": t.home.administrator, "password": zhibu_tests::PASSWORD});
        t.visitor().ask(words::SIGN_IN, known).await.refusal_opt().map(|refusal| refusal.code).unwrap_or_default()
    };
    until("this program does not serve it", async || knock().await == "UNAVAILABLE").await;

    let shown = fleet(&mut operator, json!({})).await;
    assert_eq!((&shown["behind"], &shown["failed"], &shown["current"]), (&json!(1), &json!(1), &json!(0)));
    let failed = fleet(&mut operator, json!({"standing": "FAILED"})).await["nodes"][0].clone();
    assert_eq!((&failed["id"], &failed["ring"]), (&json!(canary.id), &json!("CANARY")));
    assert_eq!(failed["failedStep"], "document/0001_init");
    assert!(failed["error"].as_str().unwrap().contains("sample_uses"), "{failed}");
    let behind = fleet(&mut operator, json!({"ring": "STABLE"})).await["nodes"][0].clone();
    assert_eq!((&behind["id"], &behind["standing"]), (&home, &json!("BEHIND")));
    let document = behind["modules"].as_array().unwrap().iter().find(|one| one["key"] == "document").unwrap();
    assert_eq!(document, &json!({"key": "document", "version": null, "missing": ["0001_init"]}));

    sql.rows(&format!("DROP TABLE {}.sample_uses", canary.schema())).await;
    operator.ok(BRING_UP, json!({"t": canary.id})).await;
    until("the canary is healed", async || fleet(&mut operator, json!({})).await["current"] == 1).await;
    assert_eq!(sql.one(&table).await, "0", "one that is tried again brings up nobody else");
    operator.ok(BRING_UP, json!({})).await;
    until("all are at the newest version", async || fleet(&mut operator, json!({})).await["current"] == 2).await;
    until("the door is open again", async || knock().await.is_empty()).await;
}

#[tokio::test]
async fn fleet_looking_changes_nothing_and_is_for_operators() {
    let t = Town::start().await;
    let (mut operator, mut admin, sql) = (t.operator().await, t.administrator().await, t.sql().await);
    set_back(&sql, &t.home).await;
    let state = "SELECT string_agg(row_to_json(t)::text, '|' ORDER BY id) FROM platform.tenants t";
    let steps = format!("SELECT count(*) FROM {}.migration", t.home.schema());
    let before = (sql.one(state).await, sql.one(&steps).await);
    assert_eq!(fleet(&mut operator, json!({})).await["behind"], 1);
    assert_eq!((sql.one(state).await, sql.one(&steps).await), before);
    assert_eq!(admin.refused(FLEET, json!({})).await, "DENIED");
    assert_eq!(admin.refused(BRING_UP, json!({})).await, "DENIED");
    assert_eq!(admin.refused(SET_RING, json!({"t": t.home.id, "r": "CANARY"})).await, "DENIED");
    let nobody = "00000000-0000-7000-8000-000000000000";
    assert_eq!(operator.refused(SET_RING, json!({"t": nobody, "r": "CANARY"})).await, "NOT_FOUND");
    assert_eq!(operator.refused(BRING_UP, json!({"t": nobody})).await, "NOT_FOUND");
}
