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
use zhibu_tenancy::{App, Cx, Space, Worker, activation, jobs, outbox, placements};

use crate::config::Profile;
use crate::health::Health;
use crate::http;
use crate::installation::Installation;

/// How often other placements are looked after.
const ATTEND: Duration = Duration::from_secs(10);

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
    for (tenant, name) in &report.shut {
        tracing::error!(%tenant, name, "tenant up to date and yet in maintenance: a restoration was cut off");
    }
    if !report.held.is_empty() {
        tracing::error!(
            held = report.held.len(),
            "tenants wait for the canary ring and are not served by this version"
        );
    }
    let production = installation.config.profile == Profile::Production;
    outbox::unmixed(&Cx::system(installation.app.clone(), Space::Platform)).await?;
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
    let health = Health { app: installation.app.clone(), ready: ready.clone(), metrics: None, production };
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
    let stopping = stop.clone();
    let app = installation.app.clone();
    let task = tokio::spawn(async move {
        let home = keep_working(app.clone(), worker, app.ddl_url.clone(), concurrency, stop.clone());
        tokio::join!(home, attend(app.clone(), concurrency, stop.clone()));
    });
    Ok(Some((stopping, task)))
}

/// Looks after the other placements: a worker for each one's queue, the catalogues in each as they are here.
async fn attend(app: Arc<App>, concurrency: usize, stop: CancellationToken) {
    let mut workers = std::collections::HashMap::new();
    loop {
        for place in placements::all(&app).await.unwrap_or_default() {
            let queue = place.queue().to_owned();
            if place.is_home() || workers.contains_key(&place.id) {
                continue;
            }
            // One that is down is tried again the next time.
            if let Ok(worker) = jobs::worker(&app, &queue, concurrency).await {
                let working = keep_working(app.clone(), worker, queue, concurrency, stop.clone());
                workers.insert(place.id.clone(), tokio::spawn(working));
            }
        }
        if let Err(error) = placements::spread_catalogues(&app).await {
            tracing::warn!(code = error.code, cause = ?error.cause, "catalogues not looked at");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(ATTEND) => {}
        }
    }
    for (_, worker) in workers {
        let _ = worker.await;
    }
}

/// Runs the worker until told to stop. It ends by itself when the database fails it; another one follows then.
async fn keep_working(app: Arc<App>, mut worker: Worker, queue: String, concurrency: usize, stop: CancellationToken) {
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
            if let Ok(next) = jobs::worker(&app, &queue, concurrency).await {
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
        let app = &self.installation.app;
        if let Err(error) = app.requests.flush(app, app.world.now()).await {
            tracing::warn!(code = error.code, cause = ?error.cause, "the last requests are not counted");
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
