//! Stopping.

use std::time::{Duration, Instant};

use crate::{server::Server, socket::Client};

#[tokio::test]
async fn requests_finish_and_sockets_close() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { count(to: 1000, everyMs: 20) }").await;
    assert_eq!(client.next().await["type"], "next");
    let running = tokio::spawn({
        let address = server.address;
        async move {
            let body = r#"{"query":"{ slow(ms: 500) }"}"#;
            let request = http::Request::post(format!("http://{address}/graphql"))
                .header("content-type", "application/json")
                .body(body.to_owned())
                .unwrap();
            let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
            client.request(request).await.map(|response| response.status())
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.stop.now();
    let started = Instant::now();
    assert_eq!(client.close_code().await, 1001);
    assert_eq!(running.await.unwrap().unwrap(), 200);
    server.task.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn waiting_ends() {
    let server = Server::with(|limits| limits.stop_time = Duration::from_millis(100)).await;
    let _pending = tokio::spawn({
        let address = server.address;
        async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let body = r#"{"query":"{ slow(ms: 20000) }"}"#;
            let head = format!(
                "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.now();
    tokio::time::timeout(Duration::from_secs(2), server.task).await.unwrap().unwrap();
}
