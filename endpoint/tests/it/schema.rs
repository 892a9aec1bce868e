//! A small application to try the endpoint with; `examples/serve.rs` uses it too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::{Context, Error, ErrorExtensions, Object, Request, Response, Schema, Subscription};
use async_trait::async_trait;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use tokio_util::sync::CancellationToken;
use zhibu_endpoint::{App, Connection, Limits, Refused, SocketSession, guarded};

/// What tests look at from outside.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// Resolvers that ran.
    pub(crate) executed: Arc<AtomicUsize>,
    /// Subscriptions that have not been dropped.
    pub(crate) live: Arc<AtomicUsize>,
    /// Ends the sessions of all sockets.
    pub(crate) ended: CancellationToken,
}

pub(crate) struct Query;
pub(crate) struct Mutation;
pub(crate) struct Live;
pub(crate) struct Node;

fn explode() -> i32 {
    panic!("secret")
}

fn coded(code: &str) -> Error {
    Error::new("refused").extend_with(|_, extensions| {
        extensions.set("code", code);
        if code == "TOO_MANY" {
            extensions.set("retryAfter", 7);
        }
    })
}

#[Object]
impl Node {
    async fn value(&self) -> i32 {
        1
    }
    async fn node(&self) -> Node {
        Node
    }
}

#[Object]
impl Query {
    async fn hello(&self, ctx: &Context<'_>, name: Option<String>) -> String {
        ctx.data_unchecked::<Seen>().executed.fetch_add(1, Ordering::SeqCst);
        format!("你好 {}", name.unwrap_or_default())
    }
    async fn add(&self, a: i32, b: i32) -> Option<i32> {
        a.checked_add(b)
    }
    async fn length(&self, list: Vec<Vec<i32>>) -> usize {
        list.len()
    }
    async fn node(&self) -> Node {
        Node
    }
    #[graphql(complexity = "9_000")]
    async fn dear(&self) -> i32 {
        1
    }
    async fn slow(&self, ms: u64) -> i32 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        1
    }
    async fn internal(&self) -> Result<i32, Error> {
        Err("secret of the database\nDETAIL: 13800000000".into())
    }
    async fn panics(&self) -> i32 {
        explode()
    }
    async fn refuse(&self, code: String) -> Option<Result<i32, Error>> {
        Some(Err(coded(&code)))
    }
    async fn must(&self, code: String) -> Result<i32, Error> {
        Err(coded(&code))
    }
    async fn cookies(&self, ctx: &Context<'_>) -> i32 {
        ctx.append_http_header("set-cookie", "a=1");
        ctx.append_http_header("set-cookie", "b=2");
        ctx.append_http_header("content-type", "text/html");
        2
    }
}

#[Object]
impl Mutation {
    async fn bump(&self, ctx: &Context<'_>) -> usize {
        ctx.data_unchecked::<Seen>().executed.fetch_add(1, Ordering::SeqCst) + 1
    }
}

struct Alive(Arc<AtomicUsize>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[Subscription]
impl Live {
    async fn count(
        &self,
        ctx: &Context<'_>,
        to: u32,
        #[graphql(default = 1)] every_ms: u64,
    ) -> impl Stream<Item = u32> + use<> {
        let live = ctx.data_unchecked::<Seen>().live.clone();
        live.fetch_add(1, Ordering::SeqCst);
        let alive = Alive(live);
        futures_util::stream::iter(1..=to).then(move |n| {
            let _ = &alive;
            async move {
                if every_ms > 0 {
                    tokio::time::sleep(Duration::from_millis(every_ms)).await;
                }
                n
            }
        })
    }
    async fn bursts(&self) -> impl Stream<Item = u32> + use<> {
        futures_util::stream::iter(1..=2).map(|n| if n == 2 { panic!("secret") } else { n })
    }
}

pub(crate) struct TestApp {
    schema: Schema<Query, Mutation, Live>,
    pub(crate) seen: Seen,
}

impl TestApp {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        let seen = Seen::default();
        let builder = Schema::build(Query, Mutation, Live).data(seen.clone());
        Arc::new(Self { schema: guarded(builder, limits).finish(), seen })
    }
}

#[async_trait]
impl App for TestApp {
    async fn execute(&self, conn: &Connection, mut request: Request) -> Response {
        if conn.headers.contains_key("x-stranger") {
            request = request.disable_introspection();
        }
        if conn.headers.contains_key("x-expired") {
            let error = coded("UNAUTHENTICATED").into_server_error(Default::default());
            return Response::from_errors(vec![error]);
        }
        if conn.headers.contains_key("x-app-panics") {
            panic!("secret");
        }
        self.schema.execute(request).await
    }

    fn subscribe(self: Arc<Self>, _: Arc<Connection>, request: Request) -> BoxStream<'static, Response> {
        self.schema.execute_stream(request).boxed()
    }

    async fn connect(&self, _: &mut Connection, init: serde_json::Value) -> Result<SocketSession, Refused> {
        let asked = |name: &str| init.get(name).cloned().unwrap_or_default();
        let wait = |name: &str| asked(name).as_u64().map(Duration::from_millis);
        if let Some(wait) = wait("slowMs") {
            tokio::time::sleep(wait).await;
        }
        if asked("deny") == true {
            return Err(Refused::forbidden("不允许"));
        }
        if asked("panic") == true {
            explode();
        }
        Ok(SocketSession {
            key: asked("key").as_str().map(str::to_owned),
            expires: wait("expiresMs").map(|wait| Instant::now() + wait),
            ended: self.seen.ended.clone(),
            payload: Some(serde_json::json!({"hello": asked("key")})),
        })
    }

    fn document(&self, id: &str) -> Option<Arc<str>> {
        (id == "hello").then(|| "query Hello { hello(name: \"known\") }".into())
    }
}
