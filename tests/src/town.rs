//! One test's world: a database, a server on it, a clock, and the people who use it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use zhibu_core::{Clock, PageArgs, World};
use zhibu_embedded::Cluster;
use zhibu_server::Config;
use zhibu_tenancy::keys::{Keys, hex};
use zhibu_tenancy::{App, Cx, Space, operator, outbox};

use crate::cluster::{Sql, base, cluster};
use crate::server::{Server, config};
use crate::socket::Socket;
use crate::template::{Facts, OPERATOR, PASSWORD, activate, copy};
use crate::visitor::Visitor;
use crate::words;

/// A tenant and its first administrator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// 入驻党组织名称
    pub name: String,
    /// Sign-in name of the first administrator.
    pub administrator: String,
    /// Their mobile number.
    pub mobile: Option<String>,
    /// The root organisation.
    pub root: String,
    /// The administrator's account.
    pub account: String,
}

type Edit = Box<dyn FnOnce(&mut Config) + Send>;

/// A server to be started otherwise than usual.
#[derive(Default)]
pub struct Plan {
    edits: Vec<Edit>,
}

/// A running server with its database.
pub struct Town {
    /// The tenant that is there from the start.
    pub home: Tenant,
    facts: Facts,
    clock: Clock,
    database: String,
    folder: PathBuf,
    cluster: Option<Cluster>,
    server: Option<Server>,
    beside: Vec<Server>,
    runtime: Option<Runtime>,
}

impl Tenant {
    pub(crate) fn planned(name: &str, administrator: &str, mobile: Option<&str>) -> Self {
        Self {
            id: String::new(),
            name: name.to_owned(),
            administrator: administrator.to_owned(),
            mobile: mobile.map(str::to_owned),
            root: String::new(),
            account: String::new(),
        }
    }

    /// The name of its schema and role.
    pub fn schema(&self) -> String {
        format!("t_{}", self.id.replace('-', ""))
    }
}

impl Plan {
    /// Changes the configuration.
    #[must_use]
    pub fn set(mut self, edit: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.edits.push(Box::new(edit));
        self
    }

    /// Starts the server.
    pub async fn start(self) -> Town {
        Box::pin(Town::open(self)).await
    }
}

impl Town {
    /// A server with the tenant and operator of the template.
    pub async fn start() -> Self {
        Plan::default().start().await
    }

    /// A server that is configured otherwise.
    pub fn plan() -> Plan {
        Plan::default()
    }

    async fn open(plan: Plan) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let cluster = cluster().await;
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let facts = copy(&cluster, &name).await;
        let folder = base().join(&name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(base().join("keys.json"), folder.join("keys.json")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        // Ahead of the template, whose one-time passwords and limits are over then.
        let clock = Clock::movable();
        clock.advance(chrono::Duration::minutes(2));
        let mut town = Self {
            home: facts.home.clone(),
            facts,
            clock,
            database: name,
            folder,
            cluster: Some(cluster),
            server: None,
            beside: Vec::new(),
            runtime: Some(runtime),
        };
        town.resume(plan).await;
        town
    }

    /// Starts the server again, possibly otherwise.
    pub async fn resume(&mut self, plan: Plan) {
        self.server = Some(self.another(plan, &self.folder).await);
    }

    /// Starts a further server on the same database, with a store of its own; visitors go to the first.
    pub async fn join(&mut self, plan: Plan) {
        let folder = self.folder.join(format!("beside{}", self.beside.len()));
        std::fs::create_dir(&folder).unwrap();
        std::fs::copy(self.folder.join("keys.json"), folder.join("keys.json")).unwrap();
        let server = self.another(plan, &folder).await;
        self.beside.push(server);
    }

    /// The same person at the last server that joined.
    pub fn there(&self, visitor: &Visitor) -> Visitor {
        let server = self.beside.last().expect("a further server");
        visitor.to(format!("http://{}", server.address))
    }

    async fn another(&self, plan: Plan, folder: &Path) -> Server {
        let mut config = config(self.cluster.as_ref().unwrap(), &self.database, folder);
        plan.edits.into_iter().for_each(|edit| edit(&mut config));
        if config.sms.provider.is_some() {
            // Not those that were made up for the template.
            self.sql().await.rows("DELETE FROM platform.outbox WHERE carrier = 'sandbox'").await;
        }
        let clock = self.clock.clone();
        self.inside(async move { Server::start(config, &clock).await }).await
    }

    /// Stops the server as SIGTERM does.
    pub async fn stop(&mut self) {
        let server = self.server.take().expect("a running server");
        self.inside(Box::pin(server.stop())).await;
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs something where the server runs.
    pub async fn inside<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match self.runtime.as_ref().unwrap().spawn(work).await {
            Ok(done) => done,
            Err(fault) => std::panic::resume_unwind(fault.into_panic()),
        }
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("a running server")
    }

    /// The application inside the server.
    pub fn app(&self) -> Arc<App> {
        self.server().app.clone()
    }

    /// Where the server listens.
    pub fn origin(&self) -> String {
        format!("http://{}", self.server().address)
    }

    /// Lets time go by.
    pub fn pass(&self, time: chrono::Duration) {
        self.clock.advance(time);
    }

    /// Goes to the start of the next span of so many seconds, where counts by span begin anew.
    pub fn next_span(&self, seconds: i64) {
        self.pass(chrono::Duration::seconds(seconds - self.now().timestamp().rem_euclid(seconds)));
    }

    /// The present moment by the server's clock.
    pub fn now(&self) -> DateTime<Utc> {
        World { clock: self.clock.clone() }.now()
    }

    /// A connection of the test's own to the test's database, as its owner.
    pub async fn sql(&self) -> Sql {
        Sql::owner(self.cluster.as_ref().unwrap(), &self.database).await
    }

    /// The same as the login of the server's requests.
    pub async fn sql_as_app(&self) -> Sql {
        Sql::app(self.cluster.as_ref().unwrap(), &self.database).await
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.origin(), "/graphql")
    }

    /// A socket of somebody's at the tenants' door.
    pub async fn socket(&self, visitor: &Visitor) -> Socket {
        Socket::open(self.server().address, "/graphql", &visitor.cookies()).await
    }

    /// The same at the last server that joined.
    pub async fn socket_there(&self, visitor: &Visitor) -> Socket {
        let server = self.beside.last().expect("a further server");
        Socket::open(server.address, "/graphql", &visitor.cookies()).await
    }

    /// A socket of an operator's.
    pub async fn operator_socket(&self, operator: &Visitor) -> Socket {
        Socket::open(self.server().address, "/operator/graphql", &operator.cookies()).await
    }

    /// The home tenant's administrator, signed in.
    pub async fn administrator(&self) -> Visitor {
        self.signed_in(&self.home.administrator, PASSWORD).await
    }

    /// Somebody by name and password, signed in.
    pub async fn signed_in(&self, name: &str, password: &str) -> Visitor {
        let mut visitor = self.visitor();
        let answer = visitor.ok(words::SIGN_IN, json!({"name": name, "password": password})).await;
        assert_eq!(answer["system"]["signIn"]["__typename"], "SignedIn");
        visitor
    }

    /// Somebody by name whose password is the initial one: it is replaced on the way.
    pub async fn first_sign_in(&self, name: &str, mobile: Option<&str>) -> Visitor {
        let mut visitor = self.visitor();
        let answer = visitor.ok(words::SIGN_IN, json!({"name": name, "password": "ABC#123"})).await;
        assert_eq!(answer["system"]["signIn"]["__typename"], "PasswordChangeRequired");
        let mut code = None;
        if let Some(mobile) = mobile {
            visitor.ok(words::REQUEST_PASSWORD_CODE, json!({})).await;
            code = Some(self.sms(mobile).await);
        }
        visitor.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": code})).await;
        visitor
    }

    /// An operator who is not signed in.
    pub fn operator_visitor(&self) -> Visitor {
        Visitor::new(self.origin(), "/operator/graphql")
    }

    /// The operator, signed in. Half a minute goes by, since a one-time password works once.
    pub async fn operator(&self) -> Visitor {
        let mut visitor = self.operator_visitor();
        self.pass(chrono::Duration::seconds(30));
        let input = json!({"name": OPERATOR, "password": PASSWORD, "totp": self.totp()});
        visitor.ok(words::OPERATOR_SIGN_IN, input).await;
        visitor
    }

    /// The operator's present one-time password.
    pub fn totp(&self) -> String {
        totp(&self.facts.secret, self.now())
    }

    /// The token of an enrolment link for a new operator.
    pub async fn invite(&self, name: &'static str) -> String {
        self.invite_again(name, false).await
    }

    /// The same; `again` also for one who has enrolled already.
    pub async fn invite_again(&self, name: &'static str, again: bool) -> String {
        let app = self.app();
        self.inside(async move { operator::invite(&Cx::system(app, Space::Platform), name, again).await.unwrap() })
            .await
    }

    /// The code in the newest text message to a number.
    pub async fn sms(&self, mobile: &str) -> String {
        let (app, mobile) = (self.app(), mobile.to_owned());
        self.inside(async move { last_message(&app, &mobile).await }).await
    }

    /// How many text messages went to a number.
    pub async fn messages(&self, mobile: &str) -> i64 {
        let (app, mobile) = (self.app(), mobile.to_owned());
        self.inside(async move {
            let cx = Cx::system(app, Space::Platform);
            let count = outbox::count(&cx, zhibu_system::OUTBOX_READ, Some(&mobile)).await.unwrap();
            cx.close().await;
            count
        })
        .await
    }

    /// Issues codes.
    pub async fn codes(&self, operator: &mut Visitor, count: i32, modules: &[&str]) -> Vec<String> {
        let input = self.order(count, modules);
        let issued = operator.ok(words::ISSUE, json!({"input": input})).await;
        let codes = issued["system"]["issueCodes"]["codes"].as_array().unwrap().iter();
        codes.map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    /// What an operator types to issue codes.
    pub fn order(&self, count: i32, modules: &[&str]) -> Value {
        let world = World { clock: self.clock.clone() };
        let tomorrow = world.today() + chrono::Duration::days(1);
        let key: zhibu_core::BatchId = world.id();
        json!({"key": key, "plan": "标准版", "modules": modules, "seats": 100, "expiresOn": tomorrow, "count": count})
    }

    /// Another tenant, ready; its administrator has the initial password.
    pub async fn tenant(&self, name: &str, administrator: &str, mobile: Option<&str>, modules: &[&str]) -> Tenant {
        let mut operator = self.operator().await;
        let code = self.codes(&mut operator, 1, modules).await.remove(0);
        let planned = Tenant::planned(name, administrator, mobile);
        activate(&mut self.visitor(), &planned, &code).await;
        let sql = self.sql().await;
        let id = sql.one(&format!("SELECT id FROM platform.tenants WHERE name = '{name}'")).await;
        let tenant = Tenant { id, ..planned };
        let root = sql.one(&format!("SELECT id FROM {}.organisations", tenant.schema())).await;
        let account = sql.one(&format!("SELECT id FROM {}.accounts", tenant.schema())).await;
        Tenant { root, account, ..tenant }
    }

    /// So many more tenants with every module, each with its administrator signed in.
    pub async fn tenants(&self, count: i32) -> Vec<(Tenant, Visitor)> {
        let codes = self
            .codes(
                &mut self.operator().await,
                count,
                &[
                    "contribution",
                    "development",
                    "document",
                    "leadership",
                    "meeting",
                    "messaging",
                    "mobility",
                    "pledge",
                    "study_note",
                ],
            )
            .await;
        let mut made = Vec::new();
        for (part, codes) in codes.chunks(3).enumerate() {
            let some = codes.iter().enumerate().map(|(n, code)| async move {
                let (name, boss) = (format!("中共第{part}之{n}单位委员会"), format!("boss{part}x{n}"));
                let planned = Tenant::planned(&name, &boss, None);
                activate(&mut self.visitor(), &planned, code).await;
                (planned, self.first_sign_in(&boss, None).await)
            });
            made.extend(futures_util::future::join_all(some).await);
        }
        let sql = self.sql().await;
        for (tenant, _) in &mut made {
            let name = &tenant.name;
            tenant.id = sql.one(&format!("SELECT id FROM platform.tenants WHERE name = '{name}'")).await;
            tenant.root = sql.one(&format!("SELECT id FROM {}.organisations", tenant.schema())).await;
            tenant.account = sql.one(&format!("SELECT id FROM {}.accounts", tenant.schema())).await;
        }
        made
    }

    /// The keys of the installation.
    fn keys(&self) -> Keys {
        let file: Value = serde_json::from_slice(&std::fs::read(self.folder.join("keys.json")).unwrap()).unwrap();
        let master = file["master"].as_str().unwrap();
        let bytes = (0..32).map(|i| u8::from_str_radix(&master[2 * i..2 * i + 2], 16).unwrap()).collect::<Vec<_>>();
        Keys::new(&bytes.try_into().unwrap(), &World::default()).unwrap()
    }

    /// Somebody of the home tenant with a role on an organisation and [`PASSWORD`], put straight into the database;
    /// returns the account.
    pub async fn person(&self, name: &str, role: &str, organisation: &str) -> String {
        let blind = self.keys().platform.blind(name);
        let (schema, home) = (self.home.schema(), &self.home);
        let account: zhibu_core::AccountId = World::default().id();
        let sql = format!(
            "INSERT INTO {schema}.accounts (id, user_name, display_name, password_hash, password_state, state, \
             created_at) SELECT '{account}', '{name}', '{name}', password_hash, 'set', 'active', now() \
             FROM {schema}.accounts WHERE id = '{0}'; \
             INSERT INTO platform.logins VALUES ('name', '\\x{1}', '{2}', '{account}'); \
             INSERT INTO {schema}.role_assignments VALUES (gen_random_uuid(), '{account}', '{role}', \
             '{organisation}', now(), NULL); UPDATE {schema}.policy SET epoch = epoch + 1",
            home.account,
            hex(&blind),
            home.id,
        );
        self.sql().await.rows(&sql).await;
        account.to_string()
    }

    /// Waits for a long job that an operator started.
    pub async fn job(&self, operator: &mut Visitor, job: &Value) {
        let query = "query($id: ID!) { system { jobProgress(id: $id) { state message } } }";
        until("the job is done", async || {
            let progress = operator.ok(query, json!({"id": job})).await;
            assert_ne!(progress["system"]["jobProgress"]["state"], "FAILED", "{progress}");
            progress["system"]["jobProgress"]["state"] == "DONE"
        })
        .await;
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let (runtime, servers) = (self.runtime.take(), (self.server.take(), std::mem::take(&mut self.beside)));
        let (cluster, database) = (self.cluster.take(), std::mem::take(&mut self.database));
        let (home, folder) = (self.home.schema(), self.folder.clone());
        // The test's own runtime is busy with this very call.
        let cleaning = std::thread::spawn(move || {
            if let Some(runtime) = runtime {
                runtime.shutdown_background();
            }
            drop(servers);
            let own = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            own.block_on(clean(cluster.unwrap(), &database, &home));
            let _ = std::fs::remove_dir_all(folder);
        });
        let cleaned = cleaning.join();
        assert!(cleaned.is_ok() || std::thread::panicking(), "the test's database could not be removed");
    }
}

async fn clean(cluster: Cluster, database: &str, home: &str) {
    let schemas = Sql::owner(&cluster, database).await.column("SELECT nspname FROM pg_namespace").await;
    let owner = Sql::owner(&cluster, "postgres").await;
    owner.rows(&format!("DROP DATABASE {database} WITH (FORCE)")).await;
    for role in schemas.iter().filter(|name| name.starts_with("t_") && *name != home) {
        owner.rows(&format!("DROP ROLE {role}")).await;
    }
    drop(owner);
    cluster.stop().await.expect("the cluster is left to the others, or stopped");
}

/// The one-time password of a base-32 secret at a moment.
pub fn totp(secret: &str, at: DateTime<Utc>) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("tests").build().unwrap();
    totp.generate(u64::try_from(at.timestamp()).unwrap()).to_string()
}

/// The code in the newest text message to a number.
pub(crate) async fn last_message(app: &Arc<App>, mobile: &str) -> String {
    let cx = Cx::system(app.clone(), Space::Platform);
    let page = PageArgs::new(Some(1), None, None).unwrap();
    let found = outbox::list(&cx, zhibu_system::OUTBOX_READ, Some(mobile), &page).await.unwrap();
    cx.close().await;
    let text = &found.nodes.first().expect("a text message").text;
    let digits: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(digits.len(), 6, "{text}");
    digits
}

/// Waits until something is so.
pub async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    while !done().await {
        assert!(started.elapsed() < Duration::from_secs(30), "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
