//! The real server in this process, on a runtime of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use zhibu_core::{Clock, Secret, World};
use zhibu_embedded::{APP, Cluster, OWNER};
use zhibu_server::config::Flags;
use zhibu_server::{Config, Installation, Profile, Served, serve};
use zhibu_tenancy::App;

/// A running server.
pub(crate) struct Server {
    served: Option<Served>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The application inside.
    pub(crate) app: Arc<App>,
}

/// The configuration of a test's server: its database, its folder, and limits that do not meet a test by accident.
pub(crate) fn config(cluster: &Cluster, database: &str, folder: &Path) -> Config {
    let listen = "127.0.0.1:0".parse().unwrap();
    let flags = Flags { profile: Some(Profile::Embedded), data: Some(folder.to_owned()), listen: Some(listen) };
    let mut config = Config::load(&flags, None, None).unwrap();
    config.database.url = Some(Secret::new(cluster.url(APP, database)));
    config.database.ddl_url = Some(Secret::new(cluster.url(OWNER, database)));
    config.jobs.concurrency = 2;
    config.settings.connections = 4;
    config.settings.sign_ins_per_address = 100_000;
    config.settings.activations_per_address = 100_000;
    config.settings.sms_per_address = 100_000;
    config
}

impl Server {
    /// Opens the installation and serves it.
    pub(crate) async fn start(config: Config, clock: &Clock) -> Self {
        let world = World { clock: clock.clone() };
        let installation = Box::pin(Installation::open(config, world, true)).await.expect("an installation");
        let app = installation.app.clone();
        let served = Box::pin(serve(installation)).await.expect("a server");
        Self { address: served.address, app, served: Some(served) }
    }

    /// Stops it as SIGTERM does.
    pub(crate) async fn stop(mut self) {
        self.served.take().unwrap().stop().await.expect("a clean stop");
    }
}
