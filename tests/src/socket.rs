//! A graphql-transport-ws socket.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
use tokio_tungstenite::{WebSocketStream, client_async};

/// An open socket of the API.
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a socket with these cookies and gets it acknowledged.
    pub async fn open(address: SocketAddr, path: &str, cookies: &str) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        let mut put = |name: &'static str, value: &str| request.headers_mut().insert(name, value.parse().unwrap());
        put("sec-websocket-protocol", "graphql-transport-ws");
        put("x-zhibu-csrf", "1");
        if !cookies.is_empty() {
            put("cookie", cookies);
        }
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = client_async(request, stream).await.expect("a socket");
        let mut socket = Self(socket);
        socket.send(&json!({"type": "connection_init"})).await;
        assert_eq!(socket.next().await.unwrap()["type"], "connection_ack");
        socket
    }

    async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.send(&json!({"id": "1", "type": "subscribe", "payload": payload})).await;
    }

    /// The next message, or the code the socket was closed with.
    pub async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(15), self.0.next()).await.expect("in time");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }
}
