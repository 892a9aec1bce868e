//! A listener that keeps what is posted to it and answers as it is told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What was posted: the head as it came, and the body.
pub(crate) type Posted = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Listens until the test ends.
pub(crate) async fn listen(answer: &'static str) -> (String, Posted) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    let posted = Posted::default();
    let kept = posted.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            let whole = loop {
                let read = stream.read(&mut part).await.unwrap();
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
                let length = header(head, "content-length").unwrap().parse::<usize>().unwrap();
                if bytes.len() >= head.len() + 4 + length {
                    break (head.to_owned(), bytes[head.len() + 4..].to_vec());
                }
            };
            kept.lock().unwrap().push(whole);
            let length = answer.len();
            let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    });
    (url, posted)
}

/// A header's value.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let pairs = head.lines().filter_map(|line| line.split_once(": "));
    pairs.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
