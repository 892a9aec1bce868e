//! GraphQL over HTTP.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;

use crate::server::{GRAPHQL, JSON, Server};

#[tokio::test]
async fn answers_carry_type_status_and_no_store() {
    let server = Server::start().await;
    let reply = server.ask("{ hello(name: \"世界\") }").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body, json!({"data": {"hello": "你好 世界"}}));
    assert_eq!(reply.header("content-type"), "application/graphql-response+json; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(!reply.header("x-request-id").is_empty());
    let reply = server.ask_legacy("{ hello }").await;
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn request_ids_are_kept_when_well_formed() {
    let server = Server::start().await;
    let body = r#"{"query":"{ hello }"}"#;
    let reply = server.post(&[("x-request-id", "abc-1")], body).await;
    assert_eq!(reply.header("x-request-id"), "abc-1");
    let reply = server.post(&[("x-request-id", "a b{}")], body).await;
    assert_ne!(reply.header("x-request-id"), "a b{}");
}

#[tokio::test]
async fn media_types_are_refused() {
    let server = Server::start().await;
    let body = br#"{"query":"{ hello }"}"#;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"] {
        let reply = server.send("POST", "", &[("content-type", kind)], body).await;
        assert_eq!(reply.told(), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind}");
    }
    assert_eq!(server.send("POST", "", &[], body).await.status, 415);
    let gzip = [("content-type", JSON), ("content-encoding", "gzip")];
    assert_eq!(server.send("POST", "", &gzip, body).await.status, 415);
    let html = [("content-type", JSON), ("accept", "text/html")];
    assert_eq!(server.send("POST", "", &html, body).await.told(), (406, "NOT_ACCEPTABLE"));
    assert_eq!(server.app.seen.executed.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn get_is_for_queries() {
    let server = Server::start().await;
    for accept in [GRAPHQL, JSON] {
        let headers = [("accept", accept)];
        let get = async |query: &str| server.send("GET", query, &headers, b"").await;
        let reply = get("?query=query(%24n:String){hello(name:%24n)}&variables=%7B%22n%22:%22x%22%7D").await;
        assert_eq!(reply.body["data"]["hello"], "你好 x");
        let reply = get("?query=mutation{bump}").await;
        assert_eq!((reply.told(), reply.header("allow")), ((405, "METHOD_NOT_ALLOWED"), "POST"));
        assert_eq!(get("").await.told(), (400, "BAD_REQUEST"));
        assert_eq!(get("?query={hello}&query={hello}").await.told(), (400, "BAD_REQUEST"));
        assert_eq!(get("?query={hello}&variables=[1]").await.told(), (400, "BAD_REQUEST"));
    }
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let reply = server.send(method, "", &[], b"").await;
        assert_eq!((reply.told(), reply.header("allow")), ((405, "METHOD_NOT_ALLOWED"), "GET, POST"));
    }
    assert_eq!(server.send("HEAD", "?query={hello}", &[], b"").await.status, 405);
}

#[tokio::test]
async fn malformed_bodies_are_400_for_everyone() {
    let server = Server::start().await;
    for accept in [GRAPHQL, JSON] {
        for body in [
            "",
            "{",
            "null",
            "1",
            "\"{ hello }\"",
            "{}",
            r#"[{"query":"{ hello }"}]"#,
            r#"["{ hello }", null, null]"#,
            r#"{"query":{}}"#,
            r#"{"query":1}"#,
            r#"{"query":null}"#,
            r#"{"query":"{ hello }","variables":"{}"}"#,
            r#"{"query":"{ hello }","variables":[]}"#,
            r#"{"query":"{ hello }","extensions":1}"#,
            r#"{"query":"{ hello }","operationName":1}"#,
            r#"{"query":"{ hello }","query":"{ hello }"}"#,
            r#"{"query":"query($a:Int){add(a:$a,b:1)}","variables":{"a":1e999}}"#,
        ] {
            let reply = server.post(&[("accept", accept)], body).await;
            assert_eq!(reply.told(), (400, "BAD_REQUEST"), "{body}");
            assert!(reply.body.get("data").is_none());
        }
    }
    let headers = [("content-type", JSON)];
    let reply = server.send("POST", "", &headers, b"{\"query\":\"\xff\"}").await;
    assert_eq!(reply.told(), (400, "BAD_REQUEST"));
    let deep = format!(r#"{{"query":"{{ hello }}","variables":{{"a":{}}}}}"#, "[".repeat(100_000));
    assert_eq!(server.post(&[], &deep).await.told(), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn request_errors_have_no_data_and_a_code() {
    let server = Server::start().await;
    for (query, code) in [
        ("{", "PARSE_ERROR"),
        ("{ hallo }", "VALIDATION_ERROR"),
        ("{ hello(name: 1) }", "VALIDATION_ERROR"),
        ("query A { hello } query B { hello }", "VALIDATION_ERROR"),
        ("query($a: Int!) { add(a: $a, b: 1) }", "BAD_INPUT"),
    ] {
        let reply = server.ask(query).await;
        assert_eq!(reply.told(), (400, code), "{query}");
        assert!(reply.body.get("data").is_none());
        let reply = server.ask_legacy(query).await;
        assert_eq!(reply.told(), (200, code), "{query}");
        assert!(reply.body.get("data").is_none());
    }
    let message = server.ask("{ hallo }").await.body["errors"][0]["message"].to_string();
    assert!(!message.contains("Did you mean"), "{message}");
}

#[tokio::test]
async fn inputs_no_one_can_mean_are_input_errors() {
    let server = Server::start().await;
    for value in [json!("a\0b"), json!("\u{1b}"), json!("\u{7f}")] {
        let reply = server.ask_with("query($n: String) { hello(name: $n) }", json!({"n": value})).await;
        assert_eq!(reply.told(), (400, "BAD_INPUT"));
    }
    let nested = json!({"n": [{"x": ["\0"]}]});
    assert_eq!(server.ask_with("{ hello }", nested).await.told(), (400, "BAD_INPUT"));
    assert_eq!(server.ask(r#"{ hello(name: "\u0000") }"#).await.told(), (400, "BAD_INPUT"));
    assert_eq!(server.ask(r#"{ hello(name: "\ud800") }"#).await.told(), (400, "BAD_INPUT"));
    let lone = r#"{"query":"query($n: String) { hello(name: $n) }","variables":{"n":"\ud800"}}"#;
    assert_eq!(server.post(&[], lone).await.told(), (400, "BAD_INPUT"));
    let name = r#"{"query":"query A { hello }","operationName":"A\u0000"}"#;
    assert_eq!(server.post(&[("accept", GRAPHQL)], name).await.told(), (400, "BAD_INPUT"));
    assert_eq!(server.app.seen.executed.load(Ordering::SeqCst), 0);
    let lines = server.ask_with("query($n: String) { hello(name: $n) }", json!({"n": "a\n\tb😀"})).await;
    assert_eq!(lines.status, 200);
}

#[tokio::test]
async fn huge_integers_are_input_errors() {
    let server = Server::start().await;
    for number in ["2147483648", "9223372036854775808", "99999999999999999999999", "1e30"] {
        let reply = server.ask(&format!("{{ add(a: {number}, b: 1) }}")).await;
        assert!(["BAD_INPUT", "VALIDATION_ERROR"].contains(&reply.code()), "{number} {reply:?}");
        let body = format!(r#"{{"query":"query($a: Int!) {{ add(a: $a, b: 1) }}","variables":{{"a":{number}}}}}"#);
        let reply = server.post(&[("accept", GRAPHQL)], &body).await;
        assert!(["BAD_INPUT", "VALIDATION_ERROR"].contains(&reply.code()), "{number} {reply:?}");
    }
    assert_eq!(server.ask("{ add(a: 1e999, b: 1) }").await.code(), "PARSE_ERROR");
}

#[tokio::test]
async fn bodies_have_a_size() {
    let server = Server::with(|limits| limits.body = 1_000).await;
    let body = |length: usize| {
        let empty = r#"{"query":"{ hello }","x":""}"#.len();
        format!(r#"{{"query":"{{ hello }}","x":"{}"}}"#, "a".repeat(length - empty))
    };
    assert_eq!(server.post(&[], &body(1_000)).await.status, 200);
    let reply = server.post(&[], &body(1_001)).await;
    assert_eq!(reply.told(), (413, "TOO_LARGE"));
    // Without a length, too.
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{head}7d0\r\n{}\r\n", "a".repeat(2_000));
    let text = server.raw(chunk.as_bytes(), Duration::from_secs(5)).await;
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
}

#[tokio::test]
async fn slow_senders_are_cut_off() {
    let server = Server::with(|limits| {
        limits.body_time = Duration::from_millis(100);
        limits.header_time = Duration::from_millis(100);
    })
    .await;
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{";
    let text = server.raw(head.as_bytes(), Duration::from_secs(3)).await;
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("TIMEOUT"), "{text}");
    assert!(!text.ends_with("<open>"), "{text}");
    let text = server.raw(b"POST /graphql HTTP/1.1\r\nhost: ", Duration::from_secs(3)).await;
    assert!(!text.ends_with("<open>"), "{text}");
}

#[tokio::test]
async fn slow_answers_are_503() {
    let server = Server::with(|limits| limits.request_time = Duration::from_millis(50)).await;
    for reply in [server.ask("{ slow(ms: 5000) }").await, server.ask_legacy("{ slow(ms: 5000) }").await] {
        assert_eq!(reply.told(), (503, "TIMEOUT"));
        assert_eq!(reply.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn cookies_need_the_header_and_a_known_origin() {
    let server = Server::with(|limits| limits.origins = vec!["https://console.example".into()]).await;
    let own = format!("http://{}", server.address);
    let body = br#"{"query":"mutation { bump }"}"#;
    let json = ("content-type", JSON);
    let (cookie, csrf) = (("cookie", "session=1"), ("x-zhibu-csrf", "1"));
    for (headers, status) in [
        (vec![json], 200),
        (vec![json, ("origin", "https://evil.example")], 200),
        (vec![json, cookie], 403),
        (vec![json, cookie, ("x-zhibu-csrf", "2")], 403),
        (vec![json, cookie, csrf], 200),
        (vec![json, cookie, csrf, ("origin", "https://evil.example")], 403),
        (vec![json, cookie, csrf, ("origin", "null")], 403),
        (vec![json, cookie, csrf, ("origin", "https://console.example")], 200),
        (vec![json, cookie, csrf, ("origin", &own)], 200),
        (vec![json, cookie, ("origin", &own)], 403),
    ] {
        let reply = server.send("POST", "", &headers, body).await;
        assert_eq!(reply.status, status, "{headers:?}");
        if status == 403 {
            assert_eq!(reply.code(), "FORBIDDEN_ORIGIN");
        }
    }
    assert_eq!(server.send("GET", "?query={hello}", &[cookie], b"").await.status, 403);
    assert_eq!(server.send("GET", "?query={hello}", &[cookie, csrf], b"").await.status, 200);
}

#[tokio::test]
async fn resolvers_set_headers_but_not_those_of_the_body() {
    let server = Server::start().await;
    let reply = server.ask("{ cookies }").await;
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(reply.headers.get_all("content-type").iter().count(), 1);
    assert!(reply.header("content-type").starts_with(GRAPHQL));
}

#[tokio::test]
async fn outages_and_throttling_show_in_the_status() {
    let server = Server::start().await;
    for query in [r#"{ refuse(code: "UNAVAILABLE") }"#, r#"{ must(code: "UNAVAILABLE") }"#] {
        for reply in [server.ask(query).await, server.ask_legacy(query).await] {
            let (status, data) = if query.contains("must") { (503, "null") } else { (200, "{\"refuse\":null}") };
            assert_eq!(reply.status, status, "{query}");
            assert_eq!(reply.body["data"].to_string(), data);
            assert_eq!(reply.header("retry-after"), if status == 503 { "1" } else { "" });
        }
    }
    for reply in
        [server.ask(r#"{ must(code: "TOO_MANY") }"#).await, server.ask_legacy(r#"{ must(code: "TOO_MANY") }"#).await]
    {
        assert_eq!((reply.told(), reply.header("retry-after")), ((429, "TOO_MANY"), "7"));
    }
    assert_eq!(server.ask(r#"{ must(code: "DUES_PAID") }"#).await.told(), (200, "DUES_PAID"));
    let body = r#"{"query":"{ hello }"}"#;
    let expired = ("x-expired", "1");
    assert_eq!(server.post(&[expired, ("accept", GRAPHQL)], body).await.told(), (401, "UNAUTHENTICATED"));
    assert_eq!(server.post(&[expired, ("accept", JSON)], body).await.told(), (200, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn faults_show_an_id_and_nothing_else() {
    let server = Server::start().await;
    let body = r#"{"query":"{ hello }"}"#;
    let panics = [server.ask("{ panics }").await, server.post(&[("x-app-panics", "1")], body).await];
    for reply in panics {
        assert_eq!(reply.told(), (500, "INTERNAL"));
        assert_eq!(reply.body["errors"][0]["extensions"]["id"].as_str().map(str::len), Some(36));
        assert!(!reply.body.to_string().contains("secret"));
    }
    let reply = server.ask("{ internal }").await;
    assert_eq!(reply.code(), "INTERNAL");
    assert!(!reply.body.to_string().contains("secret"), "{reply:?}");
    assert!(!reply.body.to_string().contains("13800000000"), "{reply:?}");
    assert_eq!(server.ask("{ hello }").await.status, 200);
}

#[tokio::test]
async fn the_application_hides_the_schema() {
    let server = Server::start().await;
    let body = r#"{"query":"{ __schema { queryType { name } } }"}"#;
    assert_eq!(server.post(&[], body).await.body["data"]["__schema"]["queryType"]["name"], "Query");
    assert!(server.post(&[("x-stranger", "1")], body).await.body["data"]["__schema"].is_null());
}

#[tokio::test]
async fn persisted_documents_run_by_id() {
    let server = Server::start().await;
    let reply = server.post(&[("accept", GRAPHQL)], r#"{"documentId":"hello"}"#).await;
    assert_eq!(reply.body["data"]["hello"], "你好 known");
    let reply = server.post(&[("accept", GRAPHQL)], r#"{"documentId":"nope"}"#).await;
    assert_eq!(reply.told(), (400, "UNKNOWN_DOCUMENT"));
}

#[tokio::test]
async fn subscriptions_need_a_socket() {
    let server = Server::start().await;
    assert_eq!(server.ask("subscription { count(to: 1) }").await.told(), (400, "BAD_REQUEST"));
    assert_eq!(server.app.seen.live.load(Ordering::SeqCst), 0);
}
