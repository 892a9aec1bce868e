//! The server as HTTP sees it.

use http::Method;
use serde_json::json;
use zhibu_tests::{Town, words};

const JSON: (&str, &str) = ("content-type", "application/json");
const QUERY: &str = "{\"query\":\"{ system { server { name sandbox } } }\"}";

#[tokio::test]
async fn pages_carry_a_fresh_nonce_and_fences() {
    let t = Town::start().await;
    let visitor = t.visitor();
    let mut nonces = Vec::new();
    for path in ["/", "/portal/login", "/operator/login", "/index.html"] {
        let page = visitor.send(Method::GET, path, &[], "").await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        let rules: Vec<&str> = policy.split(';').map(str::trim).collect();
        assert!(rules.contains(&"frame-ancestors 'none'") && rules.contains(&"object-src 'none'"), "{policy}");
        let scripts = rules.iter().filter(|r| r.starts_with("script-src") || r.starts_with("style-src-elem"));
        assert!(scripts.clone().count() == 2 && scripts.clone().all(|r| !r.contains("unsafe")), "{policy}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["x-frame-options"], "DENY");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
        assert_eq!(page.headers["cross-origin-opener-policy"], "same-origin");
        assert!(!String::from_utf8_lossy(&page.bytes).contains("__CSP_NONCE__"));
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
    for path in ["/assets/nothing.js", "/../Cargo.toml", "/assets/../../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        let file = visitor.send(Method::GET, path, &[], "").await;
        assert!(!String::from_utf8_lossy(&file.bytes).contains("[workspace]"), "{path}");
    }
    assert_eq!(visitor.send(Method::POST, "/", &[], "").await.status, 405);
}

/// The console sends the hash of what it asks; the server knows the text.
#[tokio::test]
async fn our_own_documents_are_known_by_their_hash() {
    let t = Town::start().await;
    let known: std::collections::BTreeMap<String, String> =
        serde_json::from_str(include_str!("../../web/api/persisted.json")).unwrap();
    let (hash, _) = known.iter().find(|(_, text)| text.contains("query CurrentSession")).unwrap();
    let admin = t.administrator().await;
    let ask = async |id: String| admin.post(json!({"documentId": id, "operationName": "CurrentSession"})).await.body;
    assert_eq!(ask(format!("sha256:{hash}")).await["data"]["system"]["session"]["account"]["userName"], "chief");
    for unknown in [hash.clone(), format!("sha256:{}", "0".repeat(64)), String::new()] {
        assert_eq!(ask(unknown).await["errors"][0]["extensions"]["code"], "UNKNOWN_DOCUMENT");
    }
}

#[tokio::test]
async fn probes_answer() {
    let t = Town::start().await;
    let visitor = t.visitor();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(visitor.send(Method::GET, path, &[], "").await.status, 200, "{path}");
    }
    t.visitor().ok(words::SESSION, json!({})).await;
    let metrics = visitor.send(Method::GET, "/metrics", &[], "").await;
    let text = String::from_utf8_lossy(&metrics.bytes);
    assert!(metrics.status == 200 && text.contains("zhibu_pool_wait_seconds"), "{text}");
    assert!(!text.contains(&t.home.id), "no tenant is a label");
}

#[tokio::test]
async fn providers_are_shown_to_the_monitor_on_this_machine_only() {
    let t = Town::start().await;
    let visitor = t.visitor();
    let shown = visitor.send(Method::GET, "/healthz/providers", &[], "").await;
    let shown: serde_json::Value = serde_json::from_slice(&shown.bytes).unwrap();
    let sms = json!({"capability": "sms", "provider": "sandbox", "environment": "sandbox", "fingerprint": null,
        "last_good": null});
    let video = json!({"capability": "video", "provider": "link", "environment": "sandbox", "fingerprint": null,
        "last_good": null});
    assert_eq!(shown, json!([sms, video]));
    for proxied in ["x-forwarded-for", "forwarded"] {
        let answer = visitor.send(Method::GET, "/healthz/providers", &[(proxied, "203.0.113.7")], "").await;
        assert_eq!(answer.status, 404, "{proxied}");
    }
}

#[tokio::test]
async fn not_ready_without_a_database() {
    let t = Town::start().await;
    // Nobody gets in any more, and those inside are thrown out.
    let sql = t.sql().await;
    let database = sql.one("SELECT current_database()").await;
    sql.rows(&format!("ALTER DATABASE {database} CONNECTION LIMIT 0")).await;
    let app = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'zhibu_app'";
    sql.rows(app).await;
    let visitor = t.visitor();
    assert_eq!(visitor.send(Method::GET, "/healthz", &[], "").await.status, 200, "alive all the same");
    assert_eq!(visitor.send(Method::GET, "/readyz", &[], "").await.status, 503);
    let refused = t.visitor().ask(words::SIGN_IN, json!({"name": "chief", "password": "x"})).await;
    assert_eq!(refused.refusal(), "UNAVAILABLE");
    assert_eq!(refused.status, 503);
    sql.rows(&format!("ALTER DATABASE {database} CONNECTION LIMIT -1")).await;
    assert_eq!(visitor.send(Method::GET, "/readyz", &[], "").await.status, 200);
    t.administrator().await;
}

#[tokio::test]
async fn a_body_has_an_end() {
    let t = Town::start().await;
    let visitor = t.visitor();
    let long = format!("{{\"query\":\"{}\"}}", " ".repeat(2 << 20));
    assert_eq!(visitor.send(Method::POST, "/graphql", &[JSON], long).await.status, 413);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(visitor.send(Method::POST, "/graphql", &form, QUERY).await.status, 415);
    assert_eq!(visitor.send(Method::POST, "/graphql", &[], QUERY).await.status, 415);
    assert_eq!(visitor.send(Method::POST, "/graphql", &[JSON], "{").await.status, 400);
    let fields = "a:__typename ".repeat(200);
    let many = json!({"query": format!("{{ {fields} }}")}).to_string();
    assert!(visitor.send(Method::POST, "/graphql", &[JSON], many).await.body["data"].is_null());
    let deep = format!("{}{}", "{ system ".repeat(60), "}".repeat(60));
    let deep = json!({"query": deep}).to_string();
    assert!(visitor.send(Method::POST, "/graphql", &[JSON], deep).await.body["data"].is_null());
}

#[tokio::test]
async fn cookies_work_only_from_our_own_pages() {
    let t = Town::start().await;
    let admin = t.administrator().await;
    let cookies = admin.cookies();
    let body = json!({"query": words::SESSION}).to_string();
    let cookie = ("cookie", cookies.as_str());
    let ours = t.origin();
    for (headers, status) in [
        (vec![JSON, cookie, ("x-zhibu-csrf", "1")], 200),
        (vec![JSON, cookie, ("x-zhibu-csrf", "1"), ("origin", &ours)], 200),
        (vec![JSON, cookie], 403),
        (vec![JSON, cookie, ("x-zhibu-csrf", "0")], 403),
        (vec![JSON, cookie, ("x-zhibu-csrf", "1"), ("origin", "https://evil.example")], 403),
        (vec![JSON, cookie, ("x-zhibu-csrf", "1"), ("origin", "null")], 403),
    ] {
        let answer = admin.send(Method::POST, "/graphql", &headers, body.clone()).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert!(answer.headers.get("access-control-allow-origin").is_none());
    }
}

#[tokio::test]
async fn a_mutation_is_never_a_get() {
    let t = Town::start().await;
    let headers = [("x-zhibu-csrf", "1"), ("accept", "application/json")];
    let read = "/graphql?query=%7B%20system%20%7B%20server%20%7B%20name%20%7D%20%7D%20%7D";
    assert_eq!(
        t.visitor().send(Method::GET, read, &headers, "").await.body["data"]["system"]["server"]["name"],
        "支部"
    );
    let write = "/graphql?query=mutation%20%7B%20system%20%7B%20signOut%20%7D%20%7D";
    assert_eq!(t.visitor().send(Method::GET, write, &headers, "").await.status, 405);
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_paths() {
    let t = Town::plan().set(|config| config.settings.secure_cookies = true).start().await;
    let answer = t.visitor().ask(words::SIGN_IN, json!({"name": "chief", "password": zhibu_tests::PASSWORD})).await;
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        for wanted in ["HttpOnly", "SameSite=", "Secure", "Path=/graphql"] {
            assert!(cookie.split("; ").any(|part| part.starts_with(wanted)), "{wanted} in {cookie}");
        }
    }
}

#[tokio::test]
async fn odd_text_is_an_input_error_and_never_a_fault_of_ours() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let create = |name: &str| {
        let mut form = crate::organisations::branch(&t.home.root, "第一");
        form["fullName"] = json!(name);
        json!({"input": form})
    };
    for odd in ["含\u{0}零", "\u{7}\u{8}", "\u{1b}[31m"] {
        assert_eq!(admin.refused(words::CREATE, create(odd)).await, "BAD_INPUT");
    }
    assert_eq!(admin.refused(words::CREATE, create(&"长".repeat(10_000))).await, "INVALID fullName");
    for query in [
        "{ system { users(filter: {search: \"\\u0000\"}) { totalCount } } }",
        "{ directory { organisations(filter: {search: \"\\u0000\"}) { totalCount } } }",
        "{ document { samples(filter: {search: \"\\u0000\"}) { totalCount } } }",
        "{ directory { organisations(first: 99999999999) { totalCount } } }",
        "{ directory { organisations(first: 0) { totalCount } } }",
        "{ directory { organisations(first: 101) { totalCount } } }",
        "{ directory { organisations(offset: -1) { totalCount } } }",
        "{ directory { organisations(after: \"%%%\") { totalCount } } }",
        "{ directory { organisation(id: \"1\") { id } } }",
        "{ directory { tree(depth: 99999) { id } } }",
    ] {
        let answer = admin.ask(query, json!({})).await;
        let code = answer.refusal_opt().map(|refusal| refusal.code).unwrap_or_default();
        assert_ne!(code, "INTERNAL", "{query}");
        assert!(answer.status < 500, "{query}: {}", answer.status);
    }
}

#[tokio::test]
async fn stopping_lets_requests_end_and_closes_sockets() {
    let mut t = Town::start().await;
    let admin = t.administrator().await;
    let mut socket = t.socket(&admin).await;
    let waiting = tokio::spawn({
        let visitor = t.visitor();
        // Hashing a password takes a while.
        let guess = json!({"name": "chief", "password": "wrong"});
        async move { visitor.peek(words::SIGN_IN, guess).await.refusal() }
    });
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let started = std::time::Instant::now();
    t.stop().await;
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(waiting.await.unwrap(), "WRONG_CREDENTIALS");
    assert!(matches!(socket.next().await, Err(1001 | 1012 | 1000)));
    t.resume(Town::plan()).await;
    t.administrator().await;
}
