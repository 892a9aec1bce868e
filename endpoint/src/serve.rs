//! An HTTP/1.1 server with the limits that belong to connections: time to send headers,
//! number at once, and a stop that lets requests finish.

use std::{net::SocketAddr, pin::pin, sync::Arc};

use axum::{Router, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Duration, timeout},
};
use tower::ServiceExt;

use crate::{Limits, Stop};

/// Serves `router` until `stop`, then waits for requests and sockets to end, at most
/// `limits.stop_time`.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: Stop) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let header_time = limits.header_time;
    loop {
        let place = tokio::select! {
            () = stop.token.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.token.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(stream, peer, router.clone(), header_time, stop.clone());
                stop.tasks.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // Out of file descriptors, or the peer is gone: neither ends the server.
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if timeout(limits.stop_time, stop.done()).await.is_err() {
        tracing::warn!(left = stop.tasks.len(), "connections did not end in time");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, header_time: Duration, stop: Stop) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.token.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("connection ended: {error}");
    }
}
