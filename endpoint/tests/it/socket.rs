//! GraphQL over WebSocket.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::server::Server;

pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn open(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(server.address).await?;
        client_async(request, stream).await.map(|(socket, _)| Self(socket))
    }

    async fn start(server: &Server) -> Self {
        Self::open(server, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    async fn ready_with(server: &Server, payload: Value) -> Self {
        let mut client = Self::start(server).await;
        client.send(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(client.next().await["type"], "connection_ack");
        client
    }

    pub(crate) async fn ready(server: &Server) -> Self {
        Self::ready_with(server, json!({})).await
    }

    async fn send(&mut self, message: Value) {
        self.say(&message.to_string()).await;
    }

    async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"id": id, "type": "subscribe", "payload": {"query": query}})).await;
    }

    async fn message(&mut self) -> Message {
        let message = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        message.expect("in time").expect("open").expect("readable")
    }

    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) async fn close_code(&mut self) -> u16 {
        let closing = tokio::time::timeout(Duration::from_secs(5), self.closing());
        closing.await.expect("in time")
    }

    async fn closing(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                let _ = self.0.close(None).await;
                return frame.expect("a code").code.into();
            }
        }
    }
}

async fn eventually(what: impl Fn() -> bool) {
    for _ in 0..200 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never");
}

#[tokio::test]
async fn subscriptions_queries_and_mutations_run() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("s", "subscription { count(to: 2) }").await;
    for n in 1..=2 {
        assert_eq!(client.next().await, json!({"id": "s", "type": "next", "payload": {"data": {"count": n}}}));
    }
    assert_eq!(client.next().await, json!({"id": "s", "type": "complete"}));
    client.subscribe("q", "{ hello }").await;
    assert_eq!(client.next().await["payload"]["data"]["hello"], "你好 ");
    assert_eq!(client.next().await, json!({"id": "q", "type": "complete"}));
    // An id is free again after its completion.
    client.subscribe("q", "mutation { bump }").await;
    assert_eq!(client.next().await["payload"]["data"]["bump"], 2);
    assert_eq!(client.next().await["type"], "complete");
}

#[tokio::test]
async fn the_acknowledgement_carries_a_payload_and_pings_are_answered() {
    let server = Server::start().await;
    let mut client = Client::start(&server).await;
    client.send(json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(client.next().await, json!({"type": "pong", "payload": {"a": 1}}));
    client.send(json!({"type": "connection_init", "payload": {"key": "k"}})).await;
    assert_eq!(client.next().await, json!({"type": "connection_ack", "payload": {"hello": "k"}}));
    client.send(json!({"type": "pong"})).await;
    client.send(json!({"type": "ping"})).await;
    assert_eq!(client.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn malformed_messages_close_with_4400() {
    let server = Server::start().await;
    for text in [
        "",
        "{",
        "[]",
        "null",
        "\"ping\"",
        "{}",
        r#"{"type":1}"#,
        r#"{"type":"nope"}"#,
        r#"{"type":"ping","payload":1}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":["{ hello }"]}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":1}}"#,
        r#"{"type":"connection_init","payload":"x"}"#,
    ] {
        let mut client =
            if text.contains("init") { Client::start(&server).await } else { Client::ready(&server).await };
        client.say(text).await;
        assert_eq!(client.close_code().await, 4400, "{text}");
    }
    let mut client = Client::ready(&server).await;
    client.0.send(Message::binary(&b"{}"[..])).await.unwrap();
    assert_eq!(client.close_code().await, 4400);
}

#[tokio::test]
async fn the_handshake_has_an_order() {
    let server = Server::with(|limits| limits.init_time = Duration::from_millis(200)).await;
    let mut client = Client::start(&server).await;
    client.subscribe("1", "{ hello }").await;
    assert_eq!(client.close_code().await, 4401);

    let mut client = Client::start(&server).await;
    client.send(json!({"type": "connection_init", "payload": {"slowMs": 1000}})).await;
    client.subscribe("1", "{ hello }").await;
    assert_eq!(client.close_code().await, 4401);

    let mut client = Client::start(&server).await;
    client.send(json!({"type": "connection_init", "payload": {"slowMs": 1000}})).await;
    client.send(json!({"type": "connection_init"})).await;
    assert_eq!(client.close_code().await, 4429);

    let mut client = Client::ready(&server).await;
    client.send(json!({"type": "connection_init"})).await;
    assert_eq!(client.close_code().await, 4429);

    let mut client = Client::start(&server).await;
    assert_eq!(client.close_code().await, 4408);
    // The clock stops at connection_init, and does not run on after it.
    let mut client = Client::start(&server).await;
    client.send(json!({"type": "connection_init", "payload": {"slowMs": 400}})).await;
    assert_eq!(client.next().await["type"], "connection_ack");
    assert_eq!(server.app.seen.executed.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn refusals_close_the_socket() {
    let server = Server::start().await;
    let mut client = Client::start(&server).await;
    client.send(json!({"type": "connection_init", "payload": {"deny": true}})).await;
    assert_eq!(client.close_code().await, 4403);
    let mut client = Client::start(&server).await;
    client.send(json!({"type": "connection_init", "payload": {"panic": true}})).await;
    assert_eq!(client.close_code().await, 1011);
}

#[tokio::test]
async fn other_subprotocols_close_with_4406() {
    let server = Server::start().await;
    for headers in [&[][..], &[("sec-websocket-protocol", "graphql-ws")]] {
        let mut client = Client::open(&server, headers).await.unwrap();
        assert_eq!(client.close_code().await, 4406);
    }
}

#[tokio::test]
async fn foreign_origins_do_not_get_a_socket() {
    let server = Server::with(|limits| limits.origins = vec!["https://console.example".into()]).await;
    let own = format!("http://{}", server.address);
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let cookie = ("cookie", "session=1");
    for (headers, fine) in [
        (vec![protocol], true),
        (vec![protocol, ("origin", "https://evil.example")], false),
        (vec![protocol, ("origin", "null")], false),
        (vec![protocol, cookie, ("origin", "https://evil.example")], false),
        (vec![protocol, cookie], false),
        (vec![protocol, cookie, ("x-zhibu-csrf", "1")], true),
        (vec![protocol, cookie, ("origin", "https://console.example")], true),
        (vec![protocol, cookie, ("origin", &own)], true),
    ] {
        match Client::open(&server, &headers).await {
            Ok(_) => assert!(fine, "{headers:?}"),
            Err(Error::Http(response)) => {
                assert!(!fine && response.status() == 403, "{headers:?}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn ids_are_unique_while_they_run() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { count(to: 1000, everyMs: 50) }").await;
    client.subscribe("1", "{ hello }").await;
    assert_eq!(client.close_code().await, 4409);
    let long = "ü".repeat(64);
    let mut client = Client::ready(&server).await;
    client.subscribe(&long, "subscription { count(to: 1000, everyMs: 50) }").await;
    client.subscribe(&long, "{ hello }").await;
    assert_eq!(client.close_code().await, 4409);
}

#[tokio::test]
async fn complete_cancels() {
    let server = Server::start().await;
    let live = || server.app.seen.live.load(Ordering::SeqCst);
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { count(to: 100000, everyMs: 1) }").await;
    assert_eq!(client.next().await["type"], "next");
    assert_eq!(live(), 1);
    client.send(json!({"id": "1", "type": "complete"})).await;
    eventually(|| live() == 0).await;
    // Nothing of it comes after the answer to a later ping.
    client.send(json!({"type": "ping"})).await;
    while client.next().await["type"] != "pong" {}
    client.subscribe("1", "{ hello }").await;
    assert_eq!(client.next().await["payload"]["data"]["hello"], "你好 ");
}

#[tokio::test]
async fn a_reused_id_hears_nothing_of_its_predecessor() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { count(to: 100000, everyMs: 0) }").await;
    assert_eq!(client.next().await["type"], "next");
    client.send(json!({"id": "1", "type": "complete"})).await;
    client.send(json!({"type": "ping"})).await;
    client.subscribe("1", "{ hello }").await;
    while client.next().await["type"] != "pong" {}
    assert_eq!(client.next().await["payload"]["data"]["hello"], "你好 ");
}

#[tokio::test]
async fn a_vanished_client_ends_its_subscriptions() {
    let server = Server::start().await;
    let live = || server.app.seen.live.load(Ordering::SeqCst);
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { count(to: 100000, everyMs: 10) }").await;
    assert_eq!(client.next().await["type"], "next");
    drop(client);
    eventually(|| live() == 0).await;
}

#[tokio::test]
async fn a_polite_client_gets_its_close_back() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.0.close(None).await.unwrap();
    let mut clean = false;
    while let Some(message) = client.0.next().await {
        clean |= matches!(message, Ok(Message::Close(_)));
    }
    assert!(clean);
}

#[tokio::test]
async fn caps_hold_on_the_socket() {
    let server = Server::with(|limits| limits.subscriptions = 2).await;
    let mut client = Client::ready(&server).await;
    let aliases: String = (0..101).map(|n| format!(" a{n}: value")).collect();
    for (query, code) in [
        ("{".to_owned(), "PARSE_ERROR"),
        ("{ hallo }".to_owned(), "VALIDATION_ERROR"),
        ("subscription { hallo }".to_owned(), "VALIDATION_ERROR"),
        (format!("{{ node {{ {aliases} }} }}"), "TOO_COMPLEX"),
        ("subscription { a: count(to: 1) b: count(to: 1) }".to_owned(), "TOO_COMPLEX"),
        ("a ".repeat(15_000), "TOO_LARGE"),
        (r#"{ hello(name: "\u0000") }"#.to_owned(), "BAD_INPUT"),
    ] {
        client.subscribe("x", &query).await;
        let message = client.next().await;
        assert_eq!(
            (&message["type"], &message["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!(code)),
            "{message}"
        );
    }
    for id in ["1", "2", "3"] {
        client.subscribe(id, "subscription { count(to: 1000, everyMs: 60000) }").await;
    }
    let message = client.next().await;
    assert_eq!((&message["id"], &message["payload"][0]["extensions"]["code"]), (&json!("3"), &json!("TOO_MANY")));
}

#[tokio::test]
async fn panics_end_the_operation_only() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { bursts }").await;
    assert_eq!(client.next().await["payload"]["data"]["bursts"], 1);
    let message = client.next().await;
    assert_eq!((&message["type"], &message["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("INTERNAL")));
    assert!(!message.to_string().contains("secret"));
    client.subscribe("2", "{ panics }").await;
    assert_eq!(client.next().await["type"], "error");
    client.subscribe("3", "{ hello }").await;
    assert_eq!(client.next().await["type"], "next");
}

#[tokio::test]
async fn big_messages_close_the_socket() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.say(&format!(r#"{{"type":"ping","payload":{{"a":"{}"}}}}"#, "x".repeat(64 << 10))).await;
    assert_eq!(client.close_code().await, 1009);
}

#[tokio::test]
async fn one_key_has_so_many_sockets() {
    let server = Server::with(|limits| limits.sockets_per_key = 2).await;
    let first = Client::ready_with(&server, json!({"key": "a"})).await;
    let _second = Client::ready_with(&server, json!({"key": "a"})).await;
    let mut third = Client::start(&server).await;
    third.send(json!({"type": "connection_init", "payload": {"key": "a"}})).await;
    assert_eq!(third.close_code().await, 4429);
    let _other = Client::ready_with(&server, json!({"key": "b"})).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let _again = Client::ready_with(&server, json!({"key": "a"})).await;
}

#[tokio::test]
async fn sockets_are_counted_in_all() {
    let server = Server::with(|limits| limits.sockets = 1).await;
    let _first = Client::ready(&server).await;
    match Client::open(&server, &[("sec-websocket-protocol", "graphql-transport-ws")]).await {
        Err(Error::Http(response)) => {
            assert_eq!(response.status(), 503);
            assert!(response.headers().contains_key("retry-after"));
        }
        _ => panic!("a second socket"),
    }
}

#[tokio::test]
async fn the_end_of_the_session_ends_the_socket() {
    let server = Server::start().await;
    let mut client = Client::ready_with(&server, json!({"expiresMs": 100})).await;
    client.subscribe("1", "subscription { count(to: 100000, everyMs: 10) }").await;
    assert_eq!(client.close_code().await, 4401);
    let mut client = Client::ready(&server).await;
    server.app.seen.ended.cancel();
    assert_eq!(client.close_code().await, 4401);
    eventually(|| server.app.seen.live.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn silent_sockets_are_dropped() {
    let server = Server::with(|limits| limits.keepalive = Duration::from_millis(50)).await;
    let mut alive = Client::ready(&server).await;
    let mut silent = Client::ready(&server).await;
    silent.subscribe("1", "subscription { count(to: 100, everyMs: 60000) }").await;
    // The client answers pings only while it reads.
    let reading = tokio::spawn(async move {
        alive.subscribe("1", "{ slow(ms: 600) }").await;
        alive.next().await
    });
    eventually(|| server.app.seen.live.load(Ordering::SeqCst) == 1).await;
    eventually(|| server.app.seen.live.load(Ordering::SeqCst) == 0).await;
    assert_eq!(reading.await.unwrap()["payload"]["data"]["slow"], 1);
}
