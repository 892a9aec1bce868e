//! A tenant as a file (OP-12): out, away, in again elsewhere, and never by a file that somebody has touched.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use zhibu_core::{ANYONE, Error, Secret, TenantId};
use zhibu_storage::Key;
use zhibu_tenancy::audit::seal;
use zhibu_tenancy::portable::certificate::{Certificate, public_key};
use zhibu_tenancy::portable::import::Arrival;
use zhibu_tenancy::portable::{Moved, erase, export, import, restore};
use zhibu_tenancy::{App, Cx, Space, migrate, terms};
use zhibu_tests::{Abroad, PASSWORD, Town, words};

use crate::organisations::branch;

const PASSPHRASE: &str = "a long passphrase";

fn secret() -> Secret {
    Secret::new(PASSPHRASE)
}

fn platform(app: Arc<App>) -> Cx {
    Cx::system(app, Space::Platform)
}

/// Bytes that do not get much smaller.
fn picture() -> Bytes {
    (0..300_000u32).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(n % 31).to_be_bytes()[1]).collect()
}

/// The home tenant with something in it: an organisation, a picture, a sealed piece of audit.
async fn furnished(t: &Town) -> TenantId {
    let id: TenantId = t.home.id.parse().unwrap();
    let mut admin = t.administrator().await;
    admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第一")})).await;
    let awkward = format!("UPDATE {}.organisations SET external_code = E'\\t\\\\ \\n\\\\.'", t.home.schema());
    t.sql().await.rows(&awkward).await;
    let beside = format!(
        "INSERT INTO platform.sso_apps (id, tenant_id, app_key, name, purpose, home_url, status, secret, targets, addresses, \
         admit_administrators, quota_left, quota_pack, applied_at, applied_by) VALUES (gen_random_uuid(), '{0}', 'app-of-ours', \
         '办公平台', '进入', 'https://oa.example.com', 'approved', '\\x0102', '{{/}}', '{{}}', false, 150, 200, now(), '管理员'); \
         INSERT INTO platform.sso_uses SELECT id, current_date, 50 FROM platform.sso_apps; \
         INSERT INTO platform.sso_nonces SELECT id, 'a-nonce-of-sixteen', now() FROM platform.sso_apps; \
         INSERT INTO platform.quotas (tenant_id, sms_month) VALUES ('{0}', 100); \
         INSERT INTO platform.usage VALUES ('{0}', current_date - 1, 7)",
        t.home.id
    );
    t.sql().await.rows(&beside).await;
    let app = t.app();
    t.inside(async move {
        let key = Key::tenant(id, ["pictures", "旗 帜.png"]).unwrap();
        app.store.put(&key, picture(), "image/png").await.unwrap();
        let key = Key::tenant(id, ["pictures", "empty"]).unwrap();
        app.store.put(&key, Bytes::new(), "text/plain").await.unwrap();
        seal::seal(&Cx::system(app, Space::Tenant(id))).await.unwrap();
    })
    .await;
    id
}

async fn exported(t: &Town, id: TenantId, to: &Path) -> Moved {
    let (app, to) = (t.app(), to.to_owned());
    t.inside(async move { export::export(&platform(app), ANYONE, id, &to, &secret()).await.unwrap() }).await
}

async fn taken_in(t: &Town, from: &Path, arrival: Arrival) -> Result<Moved, Error> {
    let (app, from) = (t.app(), from.to_owned());
    t.inside(async move { import::import(&platform(app), ANYONE, &from, &secret(), &arrival).await }).await
}

async fn erased(t: &Town, id: TenantId, confirm: &str) -> Result<Certificate, Error> {
    let (app, confirm) = (t.app(), confirm.to_owned());
    t.inside(async move { erase::erase(&platform(app), ANYONE, id, &confirm).await }).await
}

async fn suspend(t: &Town, id: TenantId) {
    let app = t.app();
    t.inside(async move { Box::pin(terms::suspend(&platform(app), ANYONE, id, "合同结束")).await.unwrap() }).await;
}

async fn slug(t: &Town) -> String {
    t.sql().await.one(&format!("SELECT slug FROM platform.tenants WHERE id = '{}'", t.home.id)).await
}

fn file(t: &Town, name: &str) -> PathBuf {
    t.folder().join(name)
}

#[tokio::test]
async fn op_12_a_tenant_is_the_same_after_export_erasure_and_import() {
    let t = Town::start().await;
    let id = furnished(&t).await;
    suspend(&t, id).await;
    let first = exported(&t, id, &file(&t, "first")).await;
    assert_eq!((first.objects, first.bytes), (2, 300_000));
    assert!(first.tables > 10 && first.rows > 10, "{first:?}");
    let again = exported(&t, id, &file(&t, "again")).await;
    assert_eq!(again.content_hash, first.content_hash, "nothing has changed");

    let slug = slug(&t).await;
    assert_eq!(erased(&t, id, "another").await.unwrap_err().field.as_deref(), Some("confirm"));
    let certificate = erased(&t, id, &slug).await.unwrap();
    let sql = t.sql().await;
    let schema = t.home.schema();
    assert_eq!(sql.one(&format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'")).await, "0");
    let about = "SELECT table_name FROM information_schema.columns WHERE table_schema = 'platform' AND column_name = \
        'tenant_id' AND table_name <> 'erasures'";
    let about = sql.column(about).await;
    assert!(about.len() > 8 && about.iter().any(|table| table == "sso_apps"), "{about:?}");
    for table in about {
        let left = format!("SELECT count(*) FROM platform.{table} WHERE tenant_id = '{}'", t.home.id);
        assert_eq!(sql.one(&left).await, "0", "{table}");
    }
    assert_eq!(sql.one("SELECT count(*) FROM platform.tenants").await, "0");
    let app = t.app();
    assert!(t.inside(async move { app.store.list(id).await.unwrap() }).await.is_empty());
    let proof = sql.one("SELECT certificate FROM platform.erasures").await;
    assert_eq!(serde_json::from_str::<Certificate>(&proof).unwrap(), certificate);
    for person in [&t.home.name, &t.home.administrator] {
        assert!(!proof.contains(person.as_str()), "{person} is in {proof}");
    }
    let password = json!({"name": t.home.administrator, "password": PASSWORD});
    assert_eq!(t.visitor().refused(words::SIGN_IN, password.clone()).await, "WRONG_CREDENTIALS");

    let back = taken_in(&t, &file(&t, "first"), Arrival::default()).await.unwrap();
    assert_eq!(back.content_hash, first.content_hash);
    assert_eq!(sql.one("SELECT quota_left || app_key FROM platform.sso_apps").await, "150app-of-ours");
    let second = exported(&t, id, &file(&t, "second")).await;
    assert_eq!(second.content_hash, first.content_hash);
    let app = t.app();
    t.inside(async move { terms::resume(&platform(app), ANYONE, id, "再次签约").await.unwrap() }).await;
    let mut admin = t.administrator().await;
    admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第二")})).await;
    let found = taken_in(&t, &file(&t, "first"), Arrival::default()).await.unwrap_err();
    assert_eq!(found.code, "TENANT_EXISTS");
}

#[tokio::test]
async fn op_12_a_tenant_works_in_an_installation_with_other_keys() {
    let (t, there) = (Town::start().await, Abroad::installation().await);
    let id = furnished(&t).await;
    let out = exported(&t, id, &file(&t, "out")).await;
    let (app, from) = (there.app(), file(&t, "out"));
    let moved = there.inside(async move {
        let arrival = Arrival { slug: Some("moved-here".to_owned()), placement: None };
        let cx = platform(app.clone());
        let wrong = import::import(&cx, ANYONE, &from, &Secret::new("another passphrase"), &arrival).await.unwrap_err();
        assert_eq!((wrong.code, wrong.message.contains("口令不对")), ("EXPORT_FILE", true), "{wrong}");
        let moved = import::import(&cx, ANYONE, &from, &secret(), &arrival).await.unwrap();
        let verdict = seal::verify(&Cx::system(app.clone(), Space::Tenant(id))).await.unwrap();
        // The hourly work may have sealed what the import itself wrote.
        let whole = (1..=2).contains(&verdict.seals) && verdict.faults.is_empty();
        assert!(whole, "the audit's chain came along: {verdict:?}");
        let key = Key::tenant(id, ["pictures", "旗 帜.png"]).unwrap();
        assert_eq!(app.store.get(&key).await.unwrap(), picture());
        assert_eq!(app.store.head(&key).await.unwrap().content_type.as_deref(), Some("image/png"));
        moved
    });
    let moved = moved.await;
    assert_eq!((moved.content_hash, moved.slug), (out.content_hash, "moved-here".to_owned()));
    // Found by name and by mobile number, under the other key; sealed columns open.
    for name in [t.home.administrator.as_str(), t.home.mobile.as_deref().unwrap()] {
        let mut admin = there.visitor();
        let answer = admin.ok(words::SIGN_IN, json!({"name": name, "password": PASSWORD})).await;
        assert_eq!(answer["system"]["signIn"]["__typename"], "SignedIn", "{name}");
        let me = admin.ok("{ system { session { account { mobile } } } }", json!({})).await;
        assert_eq!(me["system"]["session"]["account"]["mobile"], "139****0001");
        admin.ok(words::CREATE, json!({"input": branch(&t.home.root, &format!("新{}", name.len()))})).await;
    }
    // A session of the first installation is none of the second.
    assert_eq!(there.sql().await.one(&format!("SELECT count(*) FROM {}.sessions", t.home.schema())).await, "2");
    // The operator's help for the first administrator needs the number that activation was asked for.
    let app = there.app();
    there
        .inside(async move {
            zhibu_tenancy::activation::reset_administrator(&platform(app), ANYONE, id).await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn op_12_a_file_that_was_touched_or_does_not_fit_changes_nothing() {
    let (t, there) = (Town::start().await, Abroad::installation().await);
    let id = furnished(&t).await;
    exported(&t, id, &file(&t, "out")).await;
    let whole = std::fs::read(file(&t, "out")).unwrap();
    let bad = file(&t, "bad");
    let refused = async |app: Arc<App>, from: &Path| {
        let from = from.to_owned();
        let work = async move { import::import(&platform(app), ANYONE, &from, &secret(), &Arrival::default()).await };
        there.inside(work).await.unwrap_err()
    };
    for at in [0, 20, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&bad, bytes).unwrap();
        assert_eq!(refused(there.app(), &bad).await.code, "EXPORT_FILE", "byte {at}");
    }
    std::fs::write(&bad, &whole[..whole.len() - 70_000]).unwrap();
    assert_eq!(refused(there.app(), &bad).await.code, "EXPORT_FILE", "cut");
    assert_eq!(there.sql().await.one("SELECT count(*) FROM platform.tenants").await, "0");

    // Somebody there has the name already.
    let sql = there.sql().await;
    let app = there.app();
    let blind = zhibu_tenancy::portable::import::blind(&app, &t.home.administrator);
    sql.rows(&format!(
        "INSERT INTO platform.tenants (id, slug, name, state, plan, modules, seats, wrapped_key, request, created_at) \
         VALUES (gen_random_uuid(), 'other', 'other', 'active', '', '{{}}', 1, '', '{{}}', now()); \
         INSERT INTO platform.logins SELECT 'name', '\\x{blind}', id, id FROM platform.tenants"
    ))
    .await;
    let taken = refused(there.app(), &file(&t, "out")).await;
    assert_eq!((taken.code, taken.message.contains(&t.home.administrator)), ("NAMES_TAKEN", true), "{taken}");
    let slug = slug(&t).await;
    sql.rows(&format!("DELETE FROM platform.logins; UPDATE platform.tenants SET slug = '{slug}'")).await;
    assert_eq!(refused(there.app(), &file(&t, "out")).await.code, "SLUG_TAKEN");
    assert_eq!(sql.one("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'").await, "0");

    // A newer program's steps are not known here.
    let newer = format!("INSERT INTO {}.migration VALUES ('system', '9999_later', 'x', now())", t.home.schema());
    t.sql().await.rows(&newer).await;
    exported(&t, id, &file(&t, "newer")).await;
    assert_eq!(refused(there.app(), &file(&t, "newer")).await.code, "EXPORT_NEWER");
    let other = format!(
        "DELETE FROM {0}.migration WHERE version = '9999_later'; \
        UPDATE {0}.migration SET hash = 'x' WHERE module = 'directory'",
        t.home.schema()
    );
    t.sql().await.rows(&other).await;
    exported(&t, id, &file(&t, "other")).await;
    assert_eq!(refused(there.app(), &file(&t, "other")).await.code, "EXPORT_OTHER");
}

#[tokio::test]
async fn op_12_only_a_tenant_nobody_uses_is_erased_and_the_proof_cannot_be_altered() {
    let t = Town::start().await;
    let id = furnished(&t).await;
    let slug = slug(&t).await;
    assert_eq!(erased(&t, id, &slug).await.unwrap_err().code, "TENANT_IN_USE");
    suspend(&t, id).await;
    let certificate = erased(&t, id, &slug).await.unwrap();
    assert_eq!(certificate.statement.objects, 2);
    let key = public_key(&t.app()).unwrap();
    let text = serde_json::to_string(&certificate).unwrap();
    assert_eq!(Certificate::verify(&text, Some(&key)).unwrap(), certificate.statement);
    assert_eq!(Certificate::verify(&text, None).unwrap(), certificate.statement);
    let other = "00".repeat(32);
    assert_eq!(Certificate::verify(&text, Some(&other)).unwrap_err().code, "CERTIFICATE");
    // Every value counts, and a key put in its place proves nothing.
    let value: Value = serde_json::from_str(&text).unwrap();
    for (name, found) in value["statement"].as_object().unwrap() {
        let mut altered = value.clone();
        altered["statement"][name] = match found {
            Value::Number(n) => json!(n.as_u64().unwrap() + 1),
            _ if name == "public_key" => json!(other),
            _ if name == "erased_at" => json!("2020-01-01T00:00:00Z"),
            _ => json!(found.as_str().unwrap().replacen(['0', '1', '2', '3', '4', 'z'], "5", 1)),
        };
        assert_ne!(altered, value, "{name}");
        assert!(Certificate::verify(&altered.to_string(), None).is_err(), "{name}");
    }
}

/// An erasure that is cut off can only be completed, and leaves nothing that lay beside the schema.
#[tokio::test]
async fn op_12_an_erasure_that_was_cut_off_is_completed_and_proves_all_there_was() {
    let t = Town::start().await;
    let id = furnished(&t).await;
    let (slug, sql) = (slug(&t).await, t.sql().await);
    exported(&t, id, &file(&t, "before")).await;
    suspend(&t, id).await;
    let beside = t.home.schema().replacen("t_", "o_", 1);
    sql.rows(&format!("CREATE SCHEMA {beside}; CREATE TABLE {beside}.people AS SELECT '张三' AS name")).await;
    sql.rows(
        "CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut off'; END $$; \
         CREATE TRIGGER stop BEFORE DELETE ON platform.tenants FOR EACH ROW EXECUTE FUNCTION public.stop()",
    )
    .await;
    assert!(erased(&t, id, &slug).await.is_err());
    let app = t.app();
    let resumed = t.inside(async move { terms::resume(&platform(app), ANYONE, id, "再次签约").await }).await;
    assert_eq!(resumed.unwrap_err().code, "TENANT_ERASING");
    assert_eq!(restored(&t, id, &file(&t, "before")).await.unwrap_err().code, "TENANT_ERASING");
    let app = t.app();
    let run = t.inside(async move { zhibu_tenancy::migrate::tenants(&app, |_, _| {}).await.unwrap() }).await;
    assert_eq!((run.migrated.len(), run.current), (0, 0), "it gets no new schema");
    sql.rows("DROP FUNCTION public.stop CASCADE").await;
    let certificate = erased(&t, id, &slug).await.unwrap();
    assert_eq!(certificate.statement.objects, 2, "those that went the first time count");
    assert!(certificate.statement.rows > 10);
    let left = format!("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%{}'", id.0.simple());
    assert_eq!(sql.one(&left).await, "0");
}

#[tokio::test]
async fn op_12_an_export_waits_its_turn_beside_a_command_that_changes_the_tenant() {
    let t = Town::start().await;
    let id = furnished(&t).await;
    let (sql, key) = (t.sql().await, format!("hashtextextended('tenant {id}', 1)"));
    sql.rows(&format!("SELECT pg_advisory_lock({key})")).await;
    let (app, to) = (t.app(), file(&t, "busy"));
    let tried = t.inside(async move { export::export(&platform(app), ANYONE, id, &to, &secret()).await }).await;
    assert_eq!(tried.unwrap_err().code, "TENANT_BUSY");
    sql.rows(&format!("SELECT pg_advisory_unlock({key}), pg_advisory_lock_shared({key})")).await;
    exported(&t, id, &file(&t, "beside another")).await;
}

async fn restored(t: &Town, id: TenantId, from: &Path) -> Result<Moved, Error> {
    let (app, from) = (t.app(), from.to_owned());
    t.inside(async move { Box::pin(restore::restore(&platform(app), ANYONE, id, &from, &secret())).await }).await
}

#[tokio::test]
async fn op_12_one_tenant_goes_back_while_another_works_on() {
    let t = Town::start().await;
    let id = furnished(&t).await;
    let neighbour = t.tenant("中共邻居单位委员会", "neighbour", None, &[]).await;
    let before = exported(&t, id, &file(&t, "before")).await;

    // Since then: another organisation, another picture, another name, more places.
    let mut admin = t.administrator().await;
    admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第二")})).await;
    let rename = "mutation { system { updateMyAccount(input: {userName: \"renamed\"}) { userName } } }";
    admin.ok(rename, json!({})).await;
    let app = t.app();
    t.inside(async move {
        app.store.put(&Key::tenant(id, ["later"]).unwrap(), Bytes::from("x"), "text/plain").await.unwrap();
        let more = terms::Terms { seats: Some(150), ..terms::Terms::default() };
        Box::pin(terms::change(&platform(app), ANYONE, id, &more, "加购席位")).await.unwrap();
    })
    .await;
    let sql = t.sql().await;
    let schema = t.home.schema();
    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.organisations")).await, "3");

    let mut other = t.first_sign_in("neighbour", None).await;
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (halt, root) = (stop.clone(), neighbour.root.clone());
    let working = tokio::spawn(async move {
        let mut made = 0;
        while !halt.load(std::sync::atomic::Ordering::SeqCst) {
            other.ok(words::CREATE, json!({"input": branch(&root, &format!("第{made}"))})).await;
            made += 1;
        }
        made
    });
    let back = restored(&t, id, &file(&t, "before")).await.unwrap();
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    let made: i32 = working.await.unwrap();
    assert!(made > 3, "the neighbour worked on: {made}");
    assert_eq!(back.content_hash, before.content_hash);

    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.organisations")).await, "2");
    assert_eq!(sql.one(&format!("SELECT seats FROM {schema}.policy")).await, "150", "terms are today's");
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^[ro]_[0-9a-f]{32}$'";
    assert_eq!(sql.one(left).await, "0");
    let app = t.app();
    let there = t.inside(async move { app.store.list(id).await.unwrap() }).await;
    assert_eq!(there.iter().map(|o| o.below.as_str()).collect::<Vec<_>>(), ["pictures/empty", "pictures/旗 帜.png"]);
    assert_eq!(admin.refused("mutation { system { refresh } }", json!({})).await, "UNAUTHENTICATED");
    let mut again = t.administrator().await;
    again.ok(words::CREATE, json!({"input": branch(&t.home.root, "第三")})).await;
    let gone = json!({"name": "renamed", "password": PASSWORD});
    assert_eq!(t.visitor().refused(words::SIGN_IN, gone).await, "WRONG_CREDENTIALS");
    let told = format!("SELECT count(*) FROM {schema}.audit WHERE action = 'tenant.restored'");
    assert_eq!(sql.one(&told).await, "1");

    // Another tenant's file, or one that does not open, changes nothing.
    let elsewhere: TenantId = neighbour.id.parse().unwrap();
    assert_eq!(restored(&t, elsewhere, &file(&t, "before")).await.unwrap_err().code, "OTHER_TENANT");
    // A name that somebody has taken since.
    sql.rows(&format!(
        "UPDATE platform.logins SET tenant_id = '{}' WHERE tenant_id = '{}' AND kind = 'name'",
        neighbour.id, t.home.id
    ))
    .await;
    assert_eq!(restored(&t, id, &file(&t, "before")).await.unwrap_err().code, "NAMES_TAKEN");
    assert_eq!(sql.one(&format!("SELECT state FROM platform.tenants WHERE id = '{}'", t.home.id)).await, "active");
    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.organisations")).await, "3");
    assert_eq!(sql.one(left).await, "0");
}

#[tokio::test]
async fn op_12_a_restoration_that_was_cut_off_before_the_swap_is_taken_back() {
    let t = Town::start().await;
    let id = furnished(&t).await;
    let (sql, beside) = (t.sql().await, |letter: char| format!("{letter}_{}", id.0.simple()));
    let abort = async || {
        let app = t.app();
        let tried = t.inside(async move { restore::abort(&platform(app), ANYONE, id).await }).await;
        tried.map_err(|error| error.code)
    };
    let state = format!("SELECT state FROM platform.tenants WHERE id = '{id}'");
    let shut = format!("UPDATE platform.tenants SET state = 'maintenance' WHERE id = '{id}'");
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^[ro]_[0-9a-f]{32}$'";
    assert_eq!(abort().await, Err("NOT_RESTORING"));

    // Killed while the new schema stood beside the old one and nobody was let in.
    sql.rows(&shut).await;
    sql.rows(&format!("CREATE SCHEMA {0}; CREATE TABLE {0}.accounts (id int)", beside('r'))).await;
    let app = t.app();
    let run = async move { migrate::over(&app, migrate::Chosen::One(id), |_, _| {}).await.unwrap() };
    let report = t.inside(run).await;
    assert_eq!((report.current, report.failed.len(), report.shut.len()), (0, 0, 1), "{report:?}");
    let key = format!("hashtextextended('tenant {id}', 1)");
    sql.rows(&format!("SELECT pg_advisory_lock({key})")).await;
    assert_eq!(abort().await, Err("TENANT_BUSY"));
    sql.rows(&format!("SELECT pg_advisory_unlock({key})")).await;
    abort().await.unwrap();
    assert_eq!((sql.one(&state).await.as_str(), sql.one(left).await.as_str()), ("active", "0"));
    let mut admin = t.administrator().await;
    admin.ok(words::CREATE, json!({"input": branch(&t.home.root, "第二")})).await;

    // After the swap only the restoration itself goes on.
    sql.rows(&shut).await;
    sql.rows(&format!("CREATE SCHEMA {}", beside('o'))).await;
    assert_eq!(abort().await, Err("RESTORE_SWAPPED"));
    assert_eq!(sql.one(&state).await, "maintenance");
    // Whoever could not be brought up to date is not let in by this.
    sql.rows(&format!("DROP SCHEMA {}; CREATE SCHEMA {}", beside('o'), beside('r'))).await;
    sql.rows(&format!("UPDATE platform.tenants SET error = 'a step failed' WHERE id = '{id}'")).await;
    abort().await.unwrap();
    assert_eq!((sql.one(&state).await.as_str(), sql.one(left).await.as_str()), ("maintenance", "0"));
}
