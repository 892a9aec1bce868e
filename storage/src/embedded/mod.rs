//! The embedded store: the S3 protocol over a folder, in this process, for one machine.

mod guard;
mod public;

use std::fs::{DirBuilder, File};
use std::net::Ipv4Addr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;
use zhibu_core::{Error, Result, Secret};

use guard::Guarded;

/// A request that is still running when the store stops gets this long.
const DRAIN: Duration = Duration::from_secs(10);

/// A running embedded store. It listens on a random port of the loopback interface.
#[derive(Debug)]
#[must_use]
pub struct Embedded {
    endpoint: Url,
    service: S3Service,
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
    /// One process at a time: the temporary files of two would get the same names.
    _lock: File,
}

impl Embedded {
    /// Opens the store in `folder`; whoever has the two keys may use it.
    pub async fn start(folder: &Path, access_key: &Secret, secret_key: &Secret) -> Result<Self> {
        let objects = folder.join("objects");
        DirBuilder::new().recursive(true).mode(0o700).create(&objects).map_err(Error::unavailable)?;
        let lock = File::create(folder.join("lock")).map_err(Error::unavailable)?;
        lock.try_lock().map_err(|error| {
            Error::unavailable(format!("the store in {} is in use by another process: {error}", folder.display()))
        })?;

        let mut service = S3ServiceBuilder::new(Guarded::open(&objects)?);
        service.set_auth(SimpleAuth::from_single(access_key.expose(), secret_key.expose()));
        let service = service.build();

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(Error::unavailable)?;
        let address = listener.local_addr().map_err(Error::unavailable)?;
        let endpoint = format!("http://{address}").parse().map_err(Error::bug)?;
        let (stopping, stopped) = watch::channel(false);
        let task = tokio::spawn(serve(listener, service.clone(), stopped));
        Ok(Self { endpoint, service, stopping, task, _lock: lock })
    }

    /// The store as this process reaches it.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The readable side of the store for our own origin: signed links of `bucket` at `/<bucket>/…`.
    ///
    /// `public` is the origin the links are signed for.
    pub fn router(&self, public: &Url, bucket: &str) -> Result<axum::Router> {
        public::router(self.service.clone(), public, bucket)
    }

    /// Lets running requests end, then closes the store.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the embedded store ended badly");
        }
    }
}

async fn serve(listener: TcpListener, service: S3Service, mut stopping: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            // An error: the store was dropped without a stop.
            _ = stopping.wait_for(|stopping| *stopping) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => connection(stream, &service, &graceful),
            Err(error) => {
                // Out of file descriptors, most likely: give others the time to close theirs.
                tracing::warn!(%error, "the embedded store could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("the embedded store closes with requests still running");
    }
}

fn connection(stream: TcpStream, service: &S3Service, graceful: &GracefulShutdown) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(30));
    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service.clone()));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the embedded store has ended");
        }
    });
}
