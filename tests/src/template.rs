//! The template every test's database is copied from: control plane, queue, one operator and one tenant, made once
//! through the product's own API.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Digest;
use zhibu_core::{Clock, World};
use zhibu_embedded::Cluster;
use zhibu_tenancy::{Cx, Space, operator};

use crate::cluster::{Sql, base};
use crate::server::{Server, config};
use crate::town::{Tenant, last_message, totp, until};
use crate::visitor::Visitor;
use crate::words;

/// The password of everybody whom the template knows.
pub const PASSWORD: &str = "Red-Flag-1921";
/// The name of the operator.
pub(crate) const OPERATOR: &str = "operator";
const TEMPLATE: &str = "zhibu_template_";

/// What a test may know of the template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The template's database.
    pub(crate) database: String,
    /// Base-32 secret of the operator's authenticator app.
    pub(crate) secret: String,
    /// The tenant and its administrator.
    pub(crate) home: Tenant,
}

/// Templates that stay: programs of different builds may be running at once.
const KEPT: usize = 3;

/// Makes a database of this name as a copy of the template, which is made first when there is none yet. One process
/// at a time, so that nobody throws away what another is about to copy.
pub(crate) async fn copy(cluster: &Cluster, name: &str) -> Facts {
    let base = base();
    let lock = File::options().create(true).truncate(false).write(true).open(base.join("template.lock")).unwrap();
    lock.lock().unwrap();
    let owner = Sql::owner(cluster, "postgres").await;
    let facts = template(cluster, &owner).await;
    // A killed test of the same number may have left its own.
    owner.rows(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    owner.rows(&format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY wal_log", facts.database)).await;
    facts
}

async fn template(cluster: &Cluster, owner: &Sql) -> Facts {
    let base = base();
    let database = format!("{TEMPLATE}{}", fingerprint());
    let noted = base.join(format!("{database}.json"));
    let known: Option<Facts> = std::fs::read(&noted).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let there = owner.column("SELECT datname FROM pg_database").await;
    if let Some(facts) = known.filter(|_| there.contains(&database)) {
        return facts;
    }
    sweep(owner, &there).await;
    let building = "zhibu_building";
    owner.rows(&format!("CREATE DATABASE {building}")).await;
    let (folder, keys) = (base.join("building"), base.join("keys.json"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    if keys.exists() {
        std::fs::copy(&keys, folder.join("keys.json")).unwrap();
    }
    let facts = {
        let (cluster, folder, database) = (cluster.clone(), folder.clone(), database.clone());
        alone(move || make(cluster, building, folder, database)).await
    };
    std::fs::rename(folder.join("keys.json"), &keys).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let others = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{building}'");
    owner.rows(&others).await;
    owner.rows(&format!("ALTER DATABASE {building} RENAME TO {database}")).await;
    std::fs::write(&noted, serde_json::to_vec(&facts).unwrap()).unwrap();
    facts
}

/// Throws away what earlier runs left: old templates, the databases of killed tests, roles nobody needs.
async fn sweep(owner: &Sql, databases: &[String]) {
    let age = |name: &&String| {
        let noted = base().join(format!("{name}.json"));
        std::fs::metadata(noted).and_then(|file| file.modified()).ok()
    };
    let mut templates: Vec<&String> = databases.iter().filter(|name| name.starts_with(TEMPLATE)).collect();
    templates.sort_by_key(age);
    let old = templates.len().saturating_sub(KEPT - 1);
    let killed = databases.iter().filter(|name| *name == "zhibu_building" || is_left(name));
    for name in templates.into_iter().take(old).chain(killed) {
        owner.rows(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        let _ = std::fs::remove_file(base().join(format!("{name}.json")));
        let _ = std::fs::remove_dir_all(base().join(name));
    }
    for role in owner.column("SELECT rolname FROM pg_roles WHERE rolname ~ '^t_[0-9a-f]{32}$'").await {
        // One that owns something stays.
        let _ = owner.attempt(&format!("DROP ROLE {role}")).await;
    }
}

/// `test_<process>_<number>` of a process that is no more.
fn is_left(database: &str) -> bool {
    let process = database.strip_prefix("test_").and_then(|rest| rest.split('_').next());
    process.is_some_and(|process| !Path::new("/proc").join(process).exists())
}

/// Runs something on a runtime that ends with it, and with everything it has started.
async fn alone<F: Future>(work: impl FnOnce() -> F + Send + 'static) -> F::Output
where
    F::Output: Send + 'static,
{
    let thread = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let done = runtime.block_on(work());
        runtime.shutdown_background();
        done
    });
    thread.await.expect("the template is made")
}

async fn make(cluster: Cluster, database: &'static str, folder: PathBuf, name: String) -> Facts {
    let server = Server::start(config(&cluster, database, &folder), &Clock::default()).await;
    let origin = format!("http://{}", server.address);
    let cx = Cx::system(server.app.clone(), Space::Platform);
    let token = operator::invite(&cx, OPERATOR, false).await.unwrap();
    let mut op = Visitor::new(origin.clone(), "/operator/graphql");
    let enrolment = op.ok(words::ENROLMENT, json!({"token": token})).await;
    let secret = enrolment["system"]["operatorEnrolment"]["secret"].as_str().unwrap().to_owned();
    let code = totp(&secret, World::default().now());
    op.ok(words::ENROL, json!({"token": token, "password": PASSWORD, "totp": code})).await;
    let home = tenant(&mut op, &mut Visitor::new(origin.clone(), "/graphql")).await;
    let mut chief = Visitor::new(origin, "/graphql");
    chief.ok(words::SIGN_IN, json!({"name": home.administrator, "password": "ABC#123"})).await;
    chief.ok(words::REQUEST_PASSWORD_CODE, json!({})).await;
    let code = last_message(&server.app, home.mobile.as_deref().unwrap()).await;
    chief.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": code})).await;
    chief.ok("mutation { system { signOut } }", json!({})).await;
    Box::pin(server.stop()).await;
    let sql = Sql::owner(&cluster, database).await;
    sql.rows("TRUNCATE platform.throttles, platform.outbox, platform.sms_codes").await;
    let root = sql.one(&format!("SELECT id FROM {}.organisations", home.schema())).await;
    let account = sql.one(&format!("SELECT id FROM {}.accounts", home.schema())).await;
    Facts { database: name, secret, home: Tenant { root, account, ..home } }
}

/// A tenant by the way every customer takes: code, activation, provisioning.
async fn tenant(op: &mut Visitor, visitor: &mut Visitor) -> Tenant {
    let tenant = Tenant::planned("中共示例集团有限公司委员会", "chief", Some("13900000001"));
    let world = World::default();
    let tomorrow = world.today() + chrono::Duration::days(1);
    let input = json!({
        "key": world.id::<zhibu_core::BatchId>(), "plan": "标准版", "modules": ["contribution", "development", "document", "leadership", "meeting", "messaging", "mobility", "pledge", "study_note"], "seats": 100,
        "expiresOn": tomorrow, "count": 1,
    });
    let issued = op.ok(words::ISSUE, json!({"input": input})).await;
    activate(visitor, &tenant, issued["system"]["issueCodes"]["codes"][0].as_str().unwrap()).await;
    let found = op.ok("{ system { tenants { nodes { id } } } }", json!({})).await;
    Tenant { id: found["system"]["tenants"]["nodes"][0]["id"].as_str().unwrap().to_owned(), ..tenant }
}

/// Spends a code and waits until the tenant is ready.
pub(crate) async fn activate(visitor: &mut Visitor, tenant: &Tenant, code: &str) {
    let input = json!({
        "code": code, "organisationName": tenant.name, "userName": tenant.administrator, "mobile": tenant.mobile,
    });
    let answer = visitor.ok(words::ACTIVATE, json!({"input": input})).await;
    let ticket = json!({"ticket": answer["system"]["activate"]["ticket"]});
    until("the tenant is ready", async || {
        let progress = visitor.clone().ok(words::PROGRESS, ticket.clone()).await;
        progress["system"]["activationProgress"]["state"] == "READY"
    })
    .await;
}

/// A name for the program a template was made by: its migrations and everything else that decides what is in one.
fn fingerprint() -> String {
    let program = std::fs::metadata(std::env::current_exe().unwrap()).unwrap();
    let stamp = format!("{} {} {}", program.len(), program.mtime(), program.mtime_nsec());
    sha2::Sha256::digest(stamp.as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect()
}
