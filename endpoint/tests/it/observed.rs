//! What operators see of requests, and what they must not see.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock},
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use crate::{server::Server, socket::Client};

fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap())
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn metrics_know_operations_by_bounded_names() {
    let metrics = metrics();
    let server = Server::start().await;
    server.ask("query MembersSeen { hello }").await;
    server.ask("query MembersSeen { hello }").await;
    server.ask("query JunkName { nope }").await;
    server.ask(&format!("query L{} {{ hello }}", "o".repeat(60))).await;
    server.ask("query HurtSeen { must(code: \"UNAVAILABLE\") }").await;
    server.ask("{").await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription CountSeen { count(to: 1) }").await;
    while client.next().await["type"] != "complete" {}
    let text = metrics.render();
    for line in [
        r#"graphql_requests_total{operation="MembersSeen",type="query",transport="http",outcome="ok"} 2"#,
        r#"operation="HurtSeen",type="query",transport="http",outcome="unavailable"} 1"#,
        r#"operation="CountSeen",type="subscription",transport="websocket",outcome="ok"} 1"#,
        r#"operation="other",type="query",transport="http",outcome="request_error"}"#,
        r#"graphql_refusals_total{code="PARSE_ERROR",transport="http"}"#,
        r#"graphql_request_seconds"#,
        r#"graphql_sockets "#,
    ] {
        assert!(text.contains(line), "{line} not in\n{text}");
    }
    assert!(!text.contains("JunkName") && !text.contains("Loooo"), "{text}");
}

#[tokio::test]
async fn faults_are_logged_once_and_inputs_never() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // The test runtime has one thread, so the server logs here too.
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::start().await;
    let query = "query($n: String) { hello(name: $n) internal }";
    let reply = server.ask_with(query, json!({"n": "variable-13800000000"})).await;
    let id = reply.body["errors"][0]["extensions"]["id"].as_str().unwrap().to_owned();
    let panic = server.ask(r#"{ hello(name: "literal-110101") panics }"#).await;
    let panic = panic.body["errors"][0]["extensions"]["id"].as_str().unwrap().to_owned();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for id in [id, panic] {
        assert_eq!(text.matches(&id).count(), 1, "{text}");
    }
    assert!(text.contains("request_id="), "{text}");
    for private in ["variable-", "literal-", "hello(", "13800000000", "110101"] {
        assert!(!text.contains(private), "{private} in\n{text}");
    }
}
