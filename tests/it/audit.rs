//! The audit log: who sees what of it, and that nothing can be taken out of it unseen.

use serde_json::{Value, json};
use zhibu_tenancy::audit::seal::{self, Fault, Verdict};
use zhibu_tenancy::{Cx, Space};
use zhibu_tests::{PASSWORD, Tenant, Town, Visitor};

use crate::organisations::small_tree;

const LIST: &str = "query($f: AuditFilter, $n: Int, $a: String) { system { auditEntries(first: $n, after: $a, filter: $f) { \
    totalCount pageInfo { hasNextPage endCursor } nodes { id by action kind kindLabel address sealed fields { label before \
    after } } } } }";

async fn entries(by: &mut Visitor, filter: Value) -> Vec<Value> {
    let page = by.ok(LIST, json!({"f": filter, "n": 100})).await["system"]["auditEntries"].clone();
    let nodes = page["nodes"].as_array().unwrap().clone();
    assert_eq!(page["totalCount"], nodes.len(), "{page}");
    nodes
}

#[tokio::test]
async fn audit_view_administrators_see_who_did_what_in_their_tenant() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    let all = entries(&mut admin, json!({})).await;
    assert!(all.iter().any(|row| row["kind"] == "session") && all.len() > 3, "{all:?}");
    let made = entries(&mut admin, json!({"kind": "organisation", "action": "organisation.created"})).await;
    let told: Vec<(&str, &str)> =
        made.iter().map(|row| (row["action"].as_str().unwrap(), row["kindLabel"].as_str().unwrap())).collect();
    assert_eq!(told, [("新增", "组织"); 4], "the root and three below");
    assert_eq!(made[0]["address"], "127.0.0.1");
    assert_eq!(entries(&mut admin, json!({"object": committee})).await.len(), 1);

    // By name, whole; by day, of the calendar in China.
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let by_zhao = entries(&mut admin, json!({"by": "zhao"})).await;
    assert_eq!(by_zhao.iter().map(|row| &row["action"]).collect::<Vec<_>>(), ["登录"]);
    assert!(entries(&mut admin, json!({"by": "zha"})).await.is_empty());
    let today = (t.now() + chrono::Duration::hours(8)).date_naive();
    let (before, after) = (today - chrono::Days::new(1), today + chrono::Days::new(1));
    assert_eq!(entries(&mut admin, json!({"by": "zhao", "since": today, "until": today})).await.len(), 1);
    assert!(entries(&mut admin, json!({"by": "zhao", "until": before})).await.is_empty());
    assert!(entries(&mut admin, json!({"by": "zhao", "since": after})).await.is_empty());
    assert_eq!(admin.refused(LIST, json!({"f": {"since": after, "until": before}})).await, "INVALID until");

    // A page at a time.
    let first = admin.ok(LIST, json!({"n": 2})).await["system"]["auditEntries"].clone();
    let next = json!({"n": 2, "a": first["pageInfo"]["endCursor"]});
    let next = admin.ok(LIST, next).await["system"]["auditEntries"]["nodes"].clone();
    let ids = |nodes: &Value| nodes.as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap().to_owned()).collect();
    let (first, next): (Vec<String>, Vec<String>) = (ids(&first["nodes"]), ids(&next));
    assert!(first[1] > next[0] && first[0] > first[1], "{first:?} {next:?}");

    // Nobody else; operators see their own side.
    assert_eq!(zhao.refused(LIST, json!({})).await, "DENIED");
    assert_eq!(t.visitor().refused(LIST, json!({})).await, "UNAUTHENTICATED");
    let mut operator = t.operator().await;
    let side = entries(&mut operator, json!({})).await;
    assert!(side.iter().any(|row| row["kind"] == "operator") && side.iter().all(|row| row["kind"] != "organisation"));
}

async fn sealed(t: &Town, tenant: Option<&Tenant>) {
    let (app, space) = (t.app(), tenant.map_or(Space::Platform, |one| Space::Tenant(one.id.parse().unwrap())));
    t.inside(async move { seal::seal(&Cx::system(app, space)).await.unwrap() }).await;
}

async fn verdict(t: &Town, tenant: Option<&Tenant>) -> Verdict {
    let (app, space) = (t.app(), tenant.map_or(Space::Platform, |one| Space::Tenant(one.id.parse().unwrap())));
    t.inside(async move {
        let cx = Cx::system(app, space);
        let verdict = seal::verify(&cx).await.unwrap();
        cx.close().await;
        verdict
    })
    .await
}

#[tokio::test]
async fn audit_view_whatever_is_taken_out_altered_or_slipped_in_is_named() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let home = Some(&t.home);
    sealed(&t, home).await;
    let (committee, ..) = small_tree(&t, &mut admin).await;
    sealed(&t, home).await;
    t.person("zhao", "org_admin", &committee).await;
    t.signed_in("zhao", PASSWORD).await;
    let good = verdict(&t, home).await;
    assert_eq!((good.seals, good.waiting, good.faults.is_empty()), (2, 1, true), "{good:?}");
    assert!(entries(&mut admin, json!({"kind": "organisation"})).await.iter().all(|row| row["sealed"] == true));
    sealed(&t, home).await;
    let good = verdict(&t, home).await;
    assert_eq!((good.seals, good.waiting, good.faults.is_empty()), (3, 0, true), "{good:?}");

    let (sql, schema) = (t.sql().await, t.home.schema());
    let row = sql.one(&format!("SELECT id FROM {schema}.audit WHERE seal = 2 ORDER BY id LIMIT 1")).await;
    let row: uuid::Uuid = row.parse().unwrap();
    let keep = format!(
        "CREATE TABLE kept AS SELECT * FROM {schema}.audit; CREATE TABLE seals AS SELECT * FROM {schema}.audit_seals"
    );
    sql.rows(&keep).await;
    let back = format!(
        "TRUNCATE {schema}.audit, {schema}.audit_seals; INSERT INTO {schema}.audit SELECT * FROM kept; \
         INSERT INTO {schema}.audit_seals SELECT * FROM seals"
    );
    let id: zhibu_core::ChangeId = zhibu_core::World::default().id();
    let slipped: uuid::Uuid = id.to_string().parse().unwrap();
    let cases = [
        (format!("UPDATE {schema}.audit SET actor_name = '别人' WHERE id = '{row}'"), Fault::Altered { seal: 2, row }),
        (
            format!("UPDATE {schema}.audit SET changes = changes || '{{\"name\": [null, \"乙\"]}}' WHERE id = '{row}'"),
            Fault::Altered { seal: 2, row },
        ),
        (
            format!(
                "INSERT INTO {schema}.audit SELECT '{slipped}', at, actor_kind, actor_id, actor_name, address, request_id, \
                 action, object_kind, object_id, changes, seal FROM {schema}.audit WHERE id = '{row}'"
            ),
            Fault::Added { seal: 2, row: slipped },
        ),
        (
            format!("UPDATE {schema}.audit_seals SET at = at + interval '1 s' WHERE number = 2"),
            Fault::SealAltered { seal: 2 },
        ),
        (
            format!("UPDATE {schema}.audit_seals SET mark = mark || '' , rows = '' WHERE number = 3"),
            Fault::SealAltered { seal: 3 },
        ),
        // With all its rows, as if it had never been: the middle, and the end of which the platform knows.
        (
            format!("DELETE FROM {schema}.audit WHERE seal = 2; DELETE FROM {schema}.audit_seals WHERE number = 2"),
            Fault::SealRemoved { seal: 2 },
        ),
        (
            format!("DELETE FROM {schema}.audit WHERE seal = 3; DELETE FROM {schema}.audit_seals WHERE number = 3"),
            Fault::SealRemoved { seal: 3 },
        ),
    ];
    for (tampering, fault) in cases {
        sql.rows(&tampering).await;
        let found = verdict(&t, home).await.faults;
        assert!(found.contains(&fault), "{tampering}: {found:?}");
        sql.rows(&back).await;
        assert!(verdict(&t, home).await.faults.is_empty());
    }
    sql.rows(&format!("DELETE FROM {schema}.audit WHERE id = '{row}'")).await;
    let found = verdict(&t, home).await.faults;
    assert!(matches!(found[..], [Fault::Removed { seal: 2, row: gone, at: Some(_) }] if gone == row), "{found:?}");
    assert!(found[0].to_string().contains(&row.to_string()));

    // The platform's own.
    sealed(&t, None).await;
    assert!(verdict(&t, None).await.faults.is_empty());
    sql.rows(
        "UPDATE platform.audit SET action = 'nothing' WHERE id = (SELECT min(id::text)::uuid FROM platform.audit)",
    )
    .await;
    assert!(matches!(verdict(&t, None).await.faults[..], [Fault::Altered { seal: 1, .. }]));
}

/// Two servers seal at the same hour: each row once.
#[tokio::test]
async fn audit_view_two_that_seal_at_once_make_one_chain() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    for round in 0..5 {
        crate::organisations::add(&mut admin, crate::organisations::branch(&t.home.root, &format!("第{round}"))).await;
        let (app, space) = (t.app(), Space::Tenant(t.home.id.parse().unwrap()));
        t.inside(async move {
            let one = Cx::system(app.clone(), space);
            let other = Cx::system(app, space);
            let ends = futures_util::join!(Box::pin(seal::seal(&one)), Box::pin(seal::seal(&other)));
            assert!(ends.0.is_ok() || ends.1.is_ok(), "{ends:?}");
        })
        .await;
    }
    let end = verdict(&t, Some(&t.home)).await;
    assert!(end.faults.is_empty() && end.waiting == 0, "{end:?}");
}
