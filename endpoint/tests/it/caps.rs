//! What is refused before a schema sees it, and fast.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::server::Server;

#[track_caller]
fn quick(started: Instant) {
    let took = started.elapsed();
    assert!(took < Duration::from_millis(500), "took {took:?}");
}

#[tokio::test]
async fn junk_is_refused_at_once() {
    let server = Server::with(|limits| limits.document = 10 << 20).await;
    for junk in [
        format!("{{ {} }}", "a ".repeat(200_000)),
        "{".repeat(200_000),
        "!".repeat(200_000),
        format!("{{ hello {} }}", "@a ".repeat(200_000)),
        "[".repeat(200_000),
    ] {
        let started = Instant::now();
        let reply = server.ask(&junk).await;
        assert!(matches!(reply.code(), "TOO_LARGE" | "TOO_COMPLEX"), "{reply:?}");
        quick(started);
    }
}

#[tokio::test]
async fn each_cap_holds() {
    let server = Server::start().await;
    let list = |n: usize, item: fn(usize) -> String| (0..n).map(item).collect::<String>();
    let nested = |n: usize| format!("{{ {} value {} }}", "node {".repeat(n), "}".repeat(n));
    let many = |n: usize, item| format!("{{ node {{ {} }} }}", list(n, item));
    for (fine, refused, code) in [
        (format!("{{ hello }} #{}", "x".repeat(19_000)), format!("{{ hello }} #{}", "x".repeat(20_000)), "TOO_LARGE"),
        (many(990, |_| " value".into()), many(2_000, |_| " value".into()), "TOO_LARGE"),
        (many(100, |n| format!(" a{n}: value")), many(101, |n| format!(" a{n}: value")), "TOO_COMPLEX"),
        (
            format!("{{ {} }}", list(20, |n| format!(" a{n}: hello"))),
            format!("{{ {} }}", list(21, |n| format!(" a{n}: hello"))),
            "TOO_COMPLEX",
        ),
        (
            format!("{{ {} }}", list(20, |n| format!(" a{n}: hello @include(if: true)"))),
            format!("{{ hello {} }}", "@include(if: true) ".repeat(21)),
            "TOO_COMPLEX",
        ),
        (nested(14), nested(15), "TOO_COMPLEX"),
        ("{ dear }".into(), "{ a: dear b: dear }".into(), "TOO_COMPLEX"),
    ] {
        let reply = server.ask(&fine).await;
        assert_eq!(reply.status, 200, "{} {reply:?}", &fine[..80.min(fine.len())]);
        assert_eq!(server.ask(&refused).await.told(), (400, code), "{}", &refused[..80.min(refused.len())]);
        assert_eq!(server.ask_legacy(&refused).await.told(), (200, code));
    }
    let operations = |n| list(n, |n| format!("query Q{n} {{ hello }} "));
    let named = |query: String| json!({"query": query, "operationName": "Q0"}).to_string();
    assert_eq!(server.post(&[], &named(operations(10))).await.code(), "none");
    assert_eq!(server.post(&[], &named(operations(11))).await.code(), "TOO_COMPLEX");
}

#[tokio::test]
async fn fragments_do_not_multiply() {
    let server = Server::start().await;
    let mut bomb = String::from("{ node { ...F0 } }");
    for n in 0..30 {
        write!(bomb, " fragment F{n} on Node {{ ...F{} ...F{} }}", n + 1, n + 1).unwrap();
    }
    bomb.push_str(" fragment F30 on Node { value }");
    let started = Instant::now();
    assert_eq!(server.ask(&bomb).await.told(), (400, "TOO_COMPLEX"));
    quick(started);

    let roots =
        "{ ...F ...F ...F } fragment F on Query { a: hello b: hello c: hello d: hello e: hello f: hello g: hello }";
    assert_eq!(server.ask(roots).await.told(), (400, "TOO_COMPLEX"));
    let cycle = "{ node { ...A } } fragment A on Node { ...B ...B } fragment B on Node { ...A ...A }";
    assert_eq!(server.ask(cycle).await.told(), (400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn one_variable_is_not_copied_without_end() {
    let server = Server::start().await;
    let big = vec![1; 200_000];
    let once = "query($v: [Int!]!) { length(list: [$v]) }";
    let reply = server.ask_with(once, json!({"v": big})).await;
    assert_eq!(reply.body["data"]["length"], 1);
    let query = format!("query($v: [Int!]!) {{ length(list: [{}]) }}", "$v ".repeat(600));
    let started = Instant::now();
    let reply = server.ask_with(&query, json!({"v": big})).await;
    assert_eq!(reply.told(), (400, "TOO_COMPLEX"));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
