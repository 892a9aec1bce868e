//! A browser, as far as the API sees one: it keeps cookies and sends GraphQL over HTTP.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// Somebody with a browser.
#[derive(Clone)]
pub struct Visitor {
    client: Client<HttpConnector, Full<Bytes>>,
    origin: String,
    path: &'static str,
    cookies: BTreeMap<String, String>,
    bearer: Option<String>,
    device: String,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Bytes,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

/// An error with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `extensions.code`
    pub code: String,
    /// `extensions.field`
    pub field: Option<String>,
}

impl PartialEq<&str> for Refusal {
    fn eq(&self, other: &&str) -> bool {
        match other.split_once(' ') {
            Some((code, field)) => self.code == code && self.field.as_deref() == Some(field),
            None => self.code == *other,
        }
    }
}

impl Visitor {
    /// Somebody new at a door of a server.
    pub fn new(origin: String, path: &'static str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, origin, path, cookies: BTreeMap::new(), bearer: None, device: "tests".to_owned() }
    }

    /// The same browser under another name, with nothing in it.
    #[must_use]
    pub fn other_device(&self, name: &str) -> Self {
        Self { cookies: BTreeMap::new(), device: name.to_owned(), ..self.clone() }
    }

    /// The same cookies, sent to the other door.
    #[must_use]
    pub fn at(&self, path: &'static str) -> Self {
        Self { path, ..self.clone() }
    }

    /// The same browser at another server.
    #[must_use]
    pub fn to(&self, origin: String) -> Self {
        Self { origin, ..self.clone() }
    }

    /// The cookies as a header's value.
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie there.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Throws a cookie away.
    pub fn drop_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    /// Sends any request to the server's origin; a path, method, headers and body.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let uri = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) };
        let mut request = Request::builder().method(method).uri(uri).header(header::USER_AGENT, &self.device);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        // Who refuses a body before all of it is written may be gone before the answer is read.
        let mut tries = 0..3;
        let answer = loop {
            match self.client.request(request.clone()).await {
                Ok(answer) => break answer,
                Err(error) if tries.next().is_some() && format!("{error:?}").contains("BodyWrite") => {}
                Err(error) => panic!("no answer: {error:?}"),
            }
        };
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, body }
    }

    /// Sends this access token with every request, as a mini-program does.
    pub fn bear(&mut self, access: &str) {
        self.bearer = Some(format!("Bearer {access}"));
    }

    /// Asks the API and keeps the cookies it sets.
    pub async fn ask(&mut self, query: &str, variables: Value) -> Answer {
        let answer = self.peek(query, variables).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        answer
    }

    /// Asks the API and forgets the cookies it sets.
    pub async fn peek(&self, query: &str, variables: Value) -> Answer {
        self.post(json!({"query": query, "variables": variables})).await
    }

    /// Sends the parameters of a GraphQL request as they are.
    pub async fn post(&self, body: Value) -> Answer {
        let cookies = self.cookies();
        let mut headers = vec![("content-type", "application/json"), ("x-zhibu-csrf", "1")];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if let Some(bearer) = &self.bearer {
            headers.push(("authorization", bearer));
        }
        self.send(Method::POST, self.path, &headers, body.to_string()).await
    }

    fn keep(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').expect("a cookie");
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Asks what must be answered; returns `data`.
    pub async fn ok(&mut self, query: &str, variables: Value) -> Value {
        self.ask(query, variables).await.data()
    }

    /// Asks what must be refused.
    pub async fn refused(&mut self, query: &str, variables: Value) -> Refusal {
        self.ask(query, variables).await.refusal()
    }
}

impl Answer {
    /// The data; panics when there are errors.
    #[track_caller]
    pub fn data(&self) -> Value {
        assert!(self.body["errors"].is_null(), "{:#}", self.body);
        assert!(!self.body["data"].is_null(), "{} {}", self.status, String::from_utf8_lossy(&self.bytes));
        self.body["data"].clone()
    }

    /// The code and field of the first error; panics when there is none.
    #[track_caller]
    pub fn refusal(&self) -> Refusal {
        self.refusal_opt().unwrap_or_else(|| panic!("not refused: {:#}", self.body))
    }

    /// The code and field of the first error.
    pub fn refusal_opt(&self) -> Option<Refusal> {
        let error = self.body["errors"].get(0)?;
        let word = |name: &str| error["extensions"][name].as_str().map(str::to_owned);
        let code = word("code").unwrap_or_else(|| format!("no code: {}", error["message"]));
        Some(Refusal { code, field: word("field") })
    }
}
