//! A server for one test, and plain clients for it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use zhibu_endpoint::{Limits, Stop, router, serve};

use crate::schema::TestApp;

pub(crate) const GRAPHQL: &str = "application/graphql-response+json";
pub(crate) const JSON: &str = "application/json";

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<TestApp>,
    pub(crate) stop: Stop,
    pub(crate) task: JoinHandle<()>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
    }
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    /// Status and code: what most tests look at.
    pub(crate) fn told(&self) -> (u16, &str) {
        (self.status.as_u16(), self.code())
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        change(&mut limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = TestApp::new(&limits);
        let stop = Stop::default();
        let router = router(app.clone(), limits.clone(), stop.clone());
        let serving = stop.clone();
        let task = tokio::spawn(async move { serve(listener, router, &limits, serving).await });
        Self { address, app, stop, task }
    }

    pub(crate) async fn send(&self, method: &str, query: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request =
            http::Request::builder().method(method).uri(format!("http://{}/graphql{query}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(bytes::Bytes::copy_from_slice(body))).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("content-type", JSON)];
        all.extend_from_slice(headers);
        self.send("POST", "", &all, body.as_bytes()).await
    }

    /// A query as a modern client sends it.
    pub(crate) async fn ask(&self, query: &str) -> Reply {
        self.ask_with(query, json!({})).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Reply {
        let body = json!({"query": query, "variables": variables}).to_string();
        self.post(&[("accept", GRAPHQL)], &body).await
    }

    /// A query as a legacy client sends it.
    pub(crate) async fn ask_legacy(&self, query: &str) -> Reply {
        self.post(&[("accept", JSON)], &json!({"query": query}).to_string()).await
    }

    /// Writes bytes as they are and reads until the server closes or `patience` is over.
    pub(crate) async fn raw(&self, bytes: &[u8], patience: Duration) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut read = Vec::new();
        let closed = tokio::time::timeout(patience, stream.read_to_end(&mut read)).await;
        let text = String::from_utf8_lossy(&read).into_owned();
        if closed.is_err() { format!("{text}<open>") } else { text }
    }
}
