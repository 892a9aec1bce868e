//! Tenants on other servers (OP-12): made there, moved there, and at work there as everywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use zhibu_core::{ANYONE, Error, Secret, TenantId};
use zhibu_tenancy::audit::seal;
use zhibu_tenancy::placements::{self, Kind, Registration};
use zhibu_tenancy::relocate::{self, Relocated};
use zhibu_tenancy::{Cx, Space, codes, identity, migrate};
use zhibu_tests::{Abroad, Town, Visitor, until, words};

use crate::members::member;
use crate::organisations::branch;

const FAR: &str = "far";

fn platform(t: &Town) -> Cx {
    Cx::system(t.app(), Space::Platform)
}

async fn add(t: &Town, id: &str, (query, ddl): (String, String)) -> Result<(), Error> {
    let cx = platform(t);
    let (query_url, ddl_url) = (Secret::new(query), Secret::new(ddl));
    let new = Registration { id: id.to_owned(), kind: Kind::Postgres, query_url, ddl_url };
    t.inside(async move { Box::pin(placements::add(&cx, ANYONE, &new)).await }).await
}

async fn relocated(t: &Town, to: &'static str) -> Result<Relocated, Error> {
    let (cx, id): (_, TenantId) = (platform(t), t.home.id.parse().unwrap());
    t.inside(async move { Box::pin(relocate::relocate(&cx, ANYONE, id, to)).await }).await
}

/// A town with another server beside its own.
async fn two() -> (Town, Abroad) {
    let (t, far) = (Town::start().await, Box::pin(Abroad::cluster()).await);
    Box::pin(add(&t, FAR, far.urls())).await.unwrap();
    (t, far)
}

/// Creates organisations until told to stop; how many were made, and what was refused when.
async fn busy(mut admin: Visitor, root: String, stop: Arc<AtomicBool>) -> (u32, Vec<(String, Instant)>) {
    let (mut made, mut refused) = (0, Vec::new());
    for n in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let answer = admin.ask(words::CREATE, json!({"input": branch(&root, &format!("第{n}"))})).await;
        match answer.refusal_opt() {
            None => made += 1,
            Some(refusal) => {
                refused.push((refusal.code, Instant::now()));
                let words = answer.body["errors"][0]["message"].as_str().unwrap().to_owned();
                assert!(words.contains("正在迁移"), "{words}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let seen = admin.ok("{ directory { organisations { totalCount } } }", json!({})).await;
        assert!(seen["directory"]["organisations"]["totalCount"].as_i64().unwrap() > 0, "it can be read all the time");
    }
    (made, refused)
}

#[tokio::test]
async fn op_12_a_tenant_moves_while_its_people_work() {
    let (t, far) = two().await;
    let schema = t.home.schema();
    let stop = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn(busy(t.administrator().await, t.home.root.clone(), stop.clone()));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let moved = relocated(&t, FAR).await.unwrap();
    assert!(moved.rows.unwrap() > 10 && moved.read_only_ms < 15_000, "{moved:?}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::SeqCst);
    let (made, refused) = working.await.unwrap();
    assert!(!refused.is_empty() && refused.iter().all(|(code, _)| code == "READ_ONLY"), "{refused:?}");
    let still = refused.last().unwrap().1 - refused[0].1;
    assert!(still < Duration::from_secs(15), "{still:?}");

    // Every write that was acknowledged is there, and nothing is left behind.
    let (here, there) = (t.sql().await, far.sql().await);
    let count = format!("SELECT count(*) FROM {schema}.organisations");
    assert_eq!(there.one(&count).await, (made + 1).to_string());
    let schemas = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'");
    assert_eq!((here.one(&schemas).await, there.one(&schemas).await), ("0".to_owned(), "1".to_owned()));
    assert_eq!(here.one("SELECT count(*) FROM platform.moves").await, "0");
    assert_eq!(relocated(&t, FAR).await.unwrap_err().code, "ALREADY_THERE");

    // There the second fence holds as well.
    let outside = Abroad::urls(&far).0;
    let app = zhibu_tests::Sql::open(&outside).await;
    let denied = app.attempt(&format!("SELECT * FROM {schema}.accounts")).await.unwrap_err();
    assert!(denied.contains("permission denied"), "{denied}");
}

#[tokio::test]
async fn op_12_a_tenant_elsewhere_does_all_that_one_at_home_does() {
    let (t, far) = two().await;
    relocated(&t, FAR).await.unwrap();
    // A name is reserved in the index at home, in the same breath.
    let mut admin = t.administrator().await;
    let made = admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第一")})).await;
    let first = made["directory"]["createOrganisation"]["id"].as_str().unwrap().to_owned();
    let create = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
    admin.ok(create, json!({"input": member(&first, "张三丰", 1)})).await;
    let logins = format!("SELECT count(*) FROM platform.logins WHERE tenant_id = '{}'", t.home.id);
    let here = t.sql().await;
    assert_eq!(here.one(&logins).await, "4");
    t.first_sign_in("13700000001", Some("13700000001")).await;
    // What is refused leaves no name behind.
    let twice = admin.refused(create, json!({"input": member(&first, "张三丰", 1)})).await;
    assert_ne!(twice.code, "INTERNAL");
    assert_eq!(here.one(&logins).await, "4");
    // A tenant at home does not get a name that somebody elsewhere has.
    let mut operator = t.operator().await;
    let code = t.codes(&mut operator, 1, &[]).await.remove(0);
    let taken =
        json!({"input": {"code": code, "organisationName": "中共另一单位委员会", "userName": t.home.administrator}});
    assert_eq!(t.visitor().refused(words::ACTIVATE, taken).await, "INVALID userName");

    // A name that was reserved for nobody is free again after an hour; the others stay.
    let stray = "0190a000-0000-7000-8000-000000000000";
    here.rows(&format!("INSERT INTO platform.logins VALUES ('name', '\\x00', '{}', '{stray}')", t.home.id)).await;
    let (app, id): (_, TenantId) = (t.app(), t.home.id.parse().unwrap());
    let mended = async move { identity::mend_index(&Cx::system(app, Space::Tenant(id))).await.unwrap() };
    assert_eq!(t.inside(mended).await, 1);
    assert_eq!(here.one(&logins).await, "4");

    // Its jobs run from its own placement's queue.
    let export =
        "mutation { system { requestExport(input: {kind: \"organisation\", columns: [\"shortName\"]}) { id } } }";
    let ordered = admin.ok(export, json!({})).await["system"]["requestExport"]["id"].clone();
    let download = "mutation($id: ID!) { system { downloadExport(id: $id) { url } } }";
    until("the file is made", async || admin.ask(download, json!({"id": ordered})).await.refusal_opt().is_none()).await;
    let there = far.sql().await;
    assert_ne!(there.one("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('jobs._private_jobs', 'id')::regclass), 0)").await, "0");

    // The audit's chain, the tenant's name, and new versions of the schema.
    let (cx, id): (_, TenantId) = (platform(&t), t.home.id.parse().unwrap());
    let app = t.app();
    t.inside(async move {
        let inside = Cx::system(app.clone(), Space::Tenant(id));
        seal::seal(&inside).await.unwrap();
        assert!(seal::verify(&inside).await.unwrap().faults.is_empty());
        inside.close().await;
        let mut standing = placements::standing(&cx, ANYONE).await.unwrap();
        assert!(standing.iter().all(|place| place.faults.is_empty()), "{standing:?}");
        let far = standing.pop().unwrap();
        assert_eq!((far.id.as_str(), far.tenants, far.schemas, far.dead_jobs), (FAR, 1, Some(1), Some(0)));
    })
    .await;
    let old = "UPDATE platform.tenants SET schema_version = 'old'";
    here.rows(old).await;
    let step = format!("DELETE FROM {0}.migration WHERE version = '0003_counting'", t.home.schema());
    let down = include_str!("../../migrations/tenant/directory/0003_counting/down.sql");
    there.rows(&format!("SET search_path TO {}; {down}; {step}; RESET search_path", t.home.schema())).await;
    let app = t.app();
    let report = t.inside(async move { migrate::tenants(&app, |_, _| {}).await.unwrap() }).await;
    assert_eq!((report.migrated.len(), report.failed.len()), (1, 0), "{report:?}");
    let known = format!("SELECT count(*) FROM {}.migration WHERE version = '0003_counting'", t.home.schema());
    assert_eq!(there.one(&known).await, "1");

    // And home again, with all of it.
    relocated(&t, placements::DEFAULT).await.unwrap();
    assert_eq!(here.one(&format!("SELECT count(*) FROM {}.accounts", t.home.schema())).await, "2");
    admin.ok(create, json!({"input": member(&first, "李四光", 2)})).await;
}

#[tokio::test]
async fn op_1_a_code_says_where_its_tenant_stands() {
    let (t, far) = two().await;
    let (cx, key) = (platform(&t), t.order(1, &[])["key"].as_str().unwrap().parse().unwrap());
    let order = codes::Order {
        key,
        plan: "标准版".to_owned(),
        modules: vec!["document".to_owned()],
        seats: 10,
        expires_on: (t.now() + chrono::Duration::days(2)).date_naive(),
        months: None,
        count: 1,
        note: None,
        placement: Some(FAR.to_owned()),
    };
    let code = t.inside(async move {
        let nowhere = codes::Order { placement: Some("nowhere".to_owned()), ..order.clone() };
        assert_eq!(codes::issue(&cx, ANYONE, &nowhere).await.unwrap_err().code, "NO_PLACEMENT");
        codes::issue(&cx, ANYONE, &order).await.unwrap().remove(0)
    });
    let input = json!({"code": code.await, "organisationName": "中共远方委员会", "userName": "farboss"});
    let answer = t.visitor().ok(words::ACTIVATE, json!({"input": input})).await;
    let ticket = json!({"ticket": answer["system"]["activate"]["ticket"]});
    until("the tenant is ready", async || {
        let progress = t.visitor().ok(words::PROGRESS, ticket.clone()).await;
        progress["system"]["activationProgress"]["state"] == "READY"
    })
    .await;
    t.first_sign_in("farboss", None).await;
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^t_[0-9a-f]{32}$'";
    assert_eq!((t.sql().await.one(schemas).await, far.sql().await.one(schemas).await), ("1".into(), "1".into()));
}

#[tokio::test]
async fn what_every_tenant_reads_is_on_every_placement() {
    let (t, far) = two().await;
    let row = "INSERT INTO shared.sample_texts (id, kind, title, summary, body, state, updated_at) \
        VALUES (gen_random_uuid(), 'lecture', '党课', '', E'一\\t二\\n', 'draft', now())";
    t.sql().await.rows(row).await;
    let there = far.sql().await;
    until("the text is there", async || there.one("SELECT count(*) FROM shared.sample_texts").await == "1").await;
    t.sql().await.rows("UPDATE shared.sample_texts SET body = '改'").await;
    until("the change is there", async || there.one("SELECT body FROM shared.sample_texts").await == "改").await;
}

#[tokio::test]
async fn op_12_a_placement_or_move_that_does_not_fit_is_refused_and_changes_nothing() {
    let (t, far) = two().await;
    let (query, ddl) = far.urls();
    assert_eq!(add(&t, FAR, far.urls()).await.unwrap_err().field.as_deref(), Some("id"));
    assert_eq!(add(&t, "Far!", far.urls()).await.unwrap_err().field.as_deref(), Some("id"));
    assert_eq!(add(&t, "owner", (ddl.clone(), ddl.clone())).await.unwrap_err().code, "QUERY_LOGIN");
    assert_eq!(add(&t, "two", (query.replace("elsewhere", "postgres"), ddl)).await.unwrap_err().code, "OTHER_DATABASE");
    assert_eq!(add(&t, "home", (query, t.app().ddl_url.clone())).await.unwrap_err().code, "PLACEMENT_IN_USE");
    assert_eq!(relocated(&t, "nowhere").await.unwrap_err().code, "NO_PLACEMENT");
    assert_eq!(relocated(&t, placements::DEFAULT).await.unwrap_err().code, "ALREADY_THERE");

    // A table that no step has made is not carried along silently.
    let strange = format!("CREATE TABLE {}.strange (id integer PRIMARY KEY)", t.home.schema());
    t.sql().await.rows(&strange).await;
    // The lock of the last attempt goes with its connection, a moment after the answer.
    until("the tenant is free", async || relocated(&t, FAR).await.unwrap_err().code != "TENANT_BUSY").await;
    assert_eq!(relocated(&t, FAR).await.unwrap_err().code, "NOT_THE_SAME");
    let sql = t.sql().await;
    assert_eq!(sql.one("SELECT count(*) FROM platform.moves").await, "0");
    assert_eq!(sql.one("SELECT placement FROM platform.tenants").await, placements::DEFAULT);
    let mut admin = t.administrator().await;
    admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第一")})).await;
    sql.rows(&format!("DROP TABLE {}.strange", t.home.schema())).await;
    // Nor does a copy stay there when the switch fails.
    sql.rows(
        "CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$; CREATE TRIGGER stop \
         BEFORE UPDATE OF placement ON platform.tenants FOR EACH ROW EXECUTE FUNCTION public.stop()",
    )
    .await;
    assert!(relocated(&t, FAR).await.is_err());
    let copies = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", t.home.schema());
    assert_eq!(far.sql().await.one(&copies).await, "0");
    assert_eq!(sql.one("SELECT count(*) FROM platform.moves").await, "0");
    sql.rows("DROP FUNCTION public.stop CASCADE").await;
    relocated(&t, FAR).await.unwrap();
}

/// Whatever writes without having heard of the move waits at the source and comes too late.
#[tokio::test]
async fn op_12_a_write_that_did_not_hear_of_the_move_does_not_get_lost() {
    let (t, far) = two().await;
    let (here, schema) = (t.sql().await, t.home.schema());
    let late = format!(
        "BEGIN; SET LOCAL ROLE {schema}; SET LOCAL lock_timeout = '30s'; \
         UPDATE {schema}.organisations SET external_code = 'late'; COMMIT"
    );
    let moving = relocated(&t, FAR);
    let writing = async {
        let under = format!(
            "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND granted AND relation = '{schema}.organisations'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        until("the tables are locked", async || here.one(&under).await != "0").await;
        t.sql_as_app().await.attempt(&late).await
    };
    let (moved, written) = tokio::join!(moving, writing);
    moved.unwrap();
    let there = format!("SELECT count(*) FROM {schema}.organisations WHERE external_code = 'late'");
    assert_eq!(far.sql().await.one(&there).await, "0");
    // It waited until nobody asked there any more, and was told so.
    let refused = written.unwrap_err();
    assert!(refused.contains("permission denied"), "{refused}");
}
