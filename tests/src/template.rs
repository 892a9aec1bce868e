//! The template every test's database is copied from: control plane, queue, one operator and one tenant, made once
//! through the product's own API.

use std::fs::File;
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

/// Folders whose content decides what the template holds.
const SOURCES: &[&str] = &["migrations", "config", "core/src", "tenancy/src", "modules", "tests/src"];

/// Finds the template or makes it; one process at a time.
pub(crate) async fn template(cluster: &Cluster) -> Facts {
    let base = base();
    let lock = File::options().create(true).truncate(false).write(true).open(base.join("template.lock")).unwrap();
    lock.lock().unwrap();
    let database = format!("zhibu_template_{}", fingerprint());
    let noted = base.join("template.json");
    let known: Option<Facts> = std::fs::read(&noted).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let owner = Sql::owner(cluster, "postgres").await;
    let there = owner.column("SELECT datname FROM pg_database").await;
    if let Some(facts) = known.filter(|facts| facts.database == database && there.contains(&database)) {
        return facts;
    }
    sweep(&owner, &there).await;
    let building = "zhibu_building";
    owner.rows(&format!("CREATE DATABASE {building}")).await;
    let folder = base.join("building");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let facts = {
        let (cluster, folder, database) = (cluster.clone(), folder.clone(), database.clone());
        alone(move || make(cluster, building, folder, database)).await
    };
    std::fs::copy(folder.join("keys.json"), base.join("keys.json")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let others = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{building}'");
    owner.rows(&others).await;
    owner.rows(&format!("ALTER DATABASE {building} RENAME TO {database}")).await;
    std::fs::write(&noted, serde_json::to_vec(&facts).unwrap()).unwrap();
    facts
}

/// Throws away what earlier runs left: their databases and the roles of their tenants.
async fn sweep(owner: &Sql, databases: &[String]) {
    let old = databases.iter().filter(|name| name.starts_with("zhibu_template_") || *name == "zhibu_building");
    for name in old {
        owner.rows(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
    for role in owner.column("SELECT rolname FROM pg_roles WHERE rolname ~ '^t_[0-9a-f]{32}$'").await {
        // One that a running test still needs stays.
        let _ = owner.attempt(&format!("DROP ROLE {role}")).await;
    }
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
    let token = operator::invite(&cx, OPERATOR).await.unwrap();
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
    server.stop().await;
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
        "key": world.id::<zhibu_core::BatchId>(), "plan": "标准版", "modules": ["document"], "seats": 100,
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

/// A name for the sources a template was made with.
fn fingerprint() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut digest = sha2::Sha256::new();
    for folder in SOURCES {
        for file in files(&root.join(folder)) {
            digest.update(file.as_os_str().as_encoded_bytes());
            digest.update(std::fs::read(&file).unwrap());
        }
    }
    digest.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}
