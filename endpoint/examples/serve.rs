//! Serves the schema of the tests: `cargo run -p zhibu-endpoint --example serve [address]`.
#![expect(clippy::print_stdout, reason = "tells the address to whoever started it")]

#[path = "../tests/it/schema.rs"]
mod schema;

use tokio_util::sync::CancellationToken;
use zhibu_endpoint::{Limits, Stop, router, serve};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".into());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/graphql", listener.local_addr()?);
    let limits = Limits::default();
    let token = CancellationToken::new();
    let stop = Stop::new(token.clone());
    let app = schema::TestApp::new(&limits);
    let router = router(app, limits.clone(), stop.clone());
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        token.cancel();
    });
    serve(listener, router, &limits, stop).await;
    Ok(())
}
