//! A second PostgreSQL cluster beside the one all tests share: another server for placements, or another installation
//! with a master key of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use tokio::runtime::Runtime;
use zhibu_core::{ANYONE, Clock};
use zhibu_embedded::{APP, Cluster, OWNER};
use zhibu_tenancy::{App, Cx, Space, codes};

use crate::cluster::Sql;
use crate::server::{Server, config};
use crate::template::{PASSWORD, activate};
use crate::town::Tenant;
use crate::visitor::Visitor;
use crate::words;

const DATABASE: &str = "elsewhere";

/// A cluster of one test's own, gone with the value.
pub struct Abroad {
    cluster: Option<Cluster>,
    folder: PathBuf,
    server: Option<Server>,
    clock: Clock,
    runtime: Option<Runtime>,
}

impl Abroad {
    /// A running cluster with an empty database.
    pub async fn cluster() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("zhibu-abroad-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = crate::cluster::base().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let cluster = Cluster::options(&folder.join("postgres")).durable(false).start().await.expect("another cluster");
        cluster.ensure_database(DATABASE).await.unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { cluster: Some(cluster), folder, server: None, clock: Clock::movable(), runtime: Some(runtime) }
    }

    /// Another installation with keys of its own, and nobody in it.
    pub async fn installation() -> Self {
        let mut abroad = Self::cluster().await;
        let config = config(abroad.cluster.as_ref().unwrap(), DATABASE, &abroad.folder);
        let clock = abroad.clock.clone();
        abroad.server = Some(abroad.inside(async move { Server::start(config, &clock).await }).await);
        abroad
    }

    /// A tenant of the installation, ready, with its administrator signed in.
    pub async fn tenant(&self, name: &str, administrator: &str, modules: &[&str]) -> (Tenant, Visitor) {
        let app = self.app();
        let modules = modules.iter().map(|module| (*module).to_owned()).collect();
        let order = codes::Order {
            months: None,
            placement: None,
            key: app.world.id(),
            plan: "标准版".into(),
            modules,
            seats: 100,
            expires_on: app.world.today() + chrono::Duration::days(1),
            count: 1,
            note: None,
        };
        let issue = async move { codes::issue(&Cx::system(app, Space::Platform), ANYONE, &order).await };
        let code = self.inside(issue).await.unwrap().remove(0);
        let planned = Tenant::planned(name, administrator, None);
        activate(&mut self.visitor(), &planned, &code).await;
        let sql = self.sql().await;
        let id = sql.one("SELECT id FROM platform.tenants").await;
        let tenant = Tenant { id, ..planned };
        let root = sql.one(&format!("SELECT id FROM {}.organisations", tenant.schema())).await;
        let account = sql.one(&format!("SELECT id FROM {}.accounts", tenant.schema())).await;
        let mut visitor = self.visitor();
        let first = json!({"name": administrator, "password": "ABC#123"});
        visitor.ok(words::SIGN_IN, first).await;
        visitor.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": null})).await;
        (Tenant { root, account, ..tenant }, visitor)
    }

    /// Somebody by name, signed in.
    pub async fn signed_in(&self, name: &str) -> Visitor {
        let mut visitor = self.visitor();
        visitor.ok(words::SIGN_IN, json!({"name": name, "password": PASSWORD})).await;
        visitor
    }

    /// Lets time pass on the server's clock.
    pub fn pass(&self, time: chrono::Duration) {
        self.clock.advance(time);
    }

    /// Its addresses, for queries and for DDL.
    pub fn urls(&self) -> (String, String) {
        let cluster = self.cluster.as_ref().unwrap();
        (cluster.url(APP, DATABASE), cluster.url(OWNER, DATABASE))
    }

    /// A connection as the owner.
    pub async fn sql(&self) -> Sql {
        Sql::owner(self.cluster.as_ref().unwrap(), DATABASE).await
    }

    /// The folder of its own.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The application of the installation.
    pub fn app(&self) -> Arc<App> {
        self.server.as_ref().expect("an installation").app.clone()
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(format!("http://{}", self.server.as_ref().expect("an installation").address), "/graphql")
    }

    /// Runs something where the server runs.
    pub async fn inside<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        self.runtime.as_ref().unwrap().spawn(work).await.expect("no panic")
    }
}

impl Drop for Abroad {
    fn drop(&mut self) {
        let (runtime, server, cluster) = (self.runtime.take(), self.server.take(), self.cluster.take());
        let cleaning = std::thread::spawn(move || {
            if let Some(runtime) = runtime {
                runtime.shutdown_background();
            }
            drop(server);
            let own = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            own.block_on(async { cluster.unwrap().stop().await }).expect("the cluster stops");
        });
        let _ = cleaning.join();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
