//! `zhibu serve`: opens the installation, brings it up to date, serves until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use zhibu_core::{Error, Result};
use zhibu_endpoint::Stop;
use zhibu_tenancy::{App, Cx, Space, Worker, activation, jobs};

use crate::health::Health;
use crate::http;
use crate::installation::Installation;

/// A running server.
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves.
    pub installation: Installation,
    ready: Arc<AtomicBool>,
    stop: Stop,
    serving: JoinHandle<()>,
    worker: Option<(CancellationToken, JoinHandle<()>)>,
}

/// Starts serving an opened installation: schemas first, then what a crash cut off, then requests and jobs.
pub async fn serve(mut installation: Installation) -> Result<Served> {
    if let Some(cluster) = installation.cluster.clone() {
        tokio::spawn(async move { cluster.watch().await });
    }
    let listener = TcpListener::bind(installation.config.listen)
        .await
        .map_err(|fault| Error::refuse("LISTEN", format!("无法监听 {}: {fault}", installation.config.listen)))?;
    let address = listener.local_addr().map_err(Error::bug)?;
    installation.config.listen = address;
    let report = installation.migrate(|_, _| {}).await?;
    for (tenant, why) in &report.failed {
        tracing::error!(%tenant, why, "tenant in maintenance");
    }
    installation.app.store.ensure_bucket().await?;
    let worker = work(&installation).await?;
    let cx = Cx::system(installation.app.clone(), Space::Platform);
    tokio::spawn(async move {
        match activation::resume(&cx).await {
            Ok(0) => {}
            Ok(resumed) => tracing::info!(resumed, "activations taken up again"),
            Err(error) => tracing::error!(code = error.code, cause = ?error.cause, "activations were not taken up"),
        }
    });
    let ready = Arc::new(AtomicBool::new(true));
    let stop = Stop::new(CancellationToken::new());
    let health = Health { app: installation.app.clone(), ready: ready.clone(), metrics: None };
    let router = http::router(&installation, health, &stop)?;
    let limits = http::limits(&installation, "/graphql")?;
    let (running, done) = (stop.clone(), limits);
    let serving = tokio::spawn(async move { zhibu_endpoint::serve(listener, router, &done, running).await });
    Ok(Served { address, installation, ready, stop, serving, worker })
}

/// Starts the jobs of this process, if it has any.
async fn work(installation: &Installation) -> Result<Option<(CancellationToken, JoinHandle<()>)>> {
    let concurrency = installation.config.jobs.concurrency;
    let worker = jobs::worker(&installation.app, &installation.app.ddl_url, concurrency.max(1)).await?;
    if concurrency == 0 {
        return Ok(None);
    }
    let stop = CancellationToken::new();
    let task = tokio::spawn(keep_working(installation.app.clone(), worker, concurrency, stop.clone()));
    Ok(Some((stop, task)))
}

/// Runs the worker until told to stop. It ends by itself when the database fails it; another one follows then.
async fn keep_working(app: Arc<App>, mut worker: Worker, concurrency: usize, stop: CancellationToken) {
    loop {
        let ended = {
            let mut running = std::pin::pin!(worker.run());
            tokio::select! {
                ended = &mut running => ended,
                () = stop.cancelled() => {
                    worker.request_shutdown();
                    running.await
                }
            }
        };
        if let Err(fault) = ended {
            tracing::error!(%fault, "the job worker ended badly");
            metrics::counter!("zhibu_worker_failures").increment(1);
        }
        worker = loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
            if let Ok(next) = jobs::worker(&app, &app.ddl_url, concurrency).await {
                break next;
            }
        };
    }
}

impl Served {
    /// Where people reach it.
    pub fn url(&self) -> String {
        let public = self.installation.config.public().map(String::from).unwrap_or_default();
        public.trim_end_matches('/').to_owned()
    }

    /// Not ready any more, requests finish, sockets close, jobs end, then the store and the database.
    pub async fn stop(self) -> Result<()> {
        self.ready.store(false, Ordering::SeqCst);
        self.stop.now();
        if let Err(fault) = self.serving.await {
            tracing::error!(%fault, "serving ended badly");
        }
        if let Some((stop, mut task)) = self.worker {
            stop.cancel();
            if tokio::time::timeout(Duration::from_secs(20), &mut task).await.is_err() {
                task.abort();
            }
        }
        self.installation.close().await
    }
}
