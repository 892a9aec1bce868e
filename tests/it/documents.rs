//! Sample texts: the operator publishes, tenants with the module read and download (OP-6, PC-5.4.3); modules that
//! are switched off (OP-8).

use http::Method;
use serde_json::{Value, json};
use zhibu_tests::{Tenant, Town, Visitor, until, words};

const SAVE: &str = "mutation($id: ID, $version: Int, $input: TextInput!) { document { saveText(id: $id, version: $version, \
    input: $input) { id version state } } }";
const PUBLISH: &str =
    "mutation($id: ID!, $version: Int!) { document { publishText(id: $id, version: $version) { state } } }";
const WITHDRAW: &str =
    "mutation($id: ID!, $version: Int!) { document { withdrawText(id: $id, version: $version) { state } } }";
const SAMPLES: &str = "query($f: SampleFilter) { document { samples(first: 100, filter: $f) { totalCount nodes { id title \
    body read downloadable } } } }";
const SAMPLE: &str = "query($id: ID!) { document { sample(id: $id) { title read downloadable } } }";
const DOWNLOAD: &str = "mutation($id: ID!) { document { downloadSample(id: $id) { url fileName expiresAt } } }";
const READ: &str = "mutation($id: ID!) { document { markRead(id: $id) } }";

fn text(title: &str) -> Value {
    json!({"kind": "PLEDGE", "title": title, "summary": "供参考的样式", "body": "第一段的内容在这里。\n\n\n第二段的内容在这里。"})
}

async fn draft(operator: &mut Visitor, title: &str) -> String {
    let saved = operator.ok(SAVE, json!({"input": text(title)})).await["document"]["saveText"].clone();
    assert_eq!((&saved["state"], &saved["version"]), (&json!("DRAFT"), &json!(1)));
    saved["id"].as_str().unwrap().to_owned()
}

async fn published(operator: &mut Visitor, title: &str) -> String {
    let id = draft(operator, title).await;
    operator.ok(PUBLISH, json!({"id": id, "version": 1})).await;
    id
}

async fn total(visitor: &mut Visitor, filter: Value) -> i64 {
    let found = visitor.ok(SAMPLES, json!({"f": filter})).await["document"]["samples"].clone();
    assert_eq!(found["totalCount"], found["nodes"].as_array().unwrap().len());
    found["totalCount"].as_i64().unwrap()
}

async fn ready(visitor: &mut Visitor, id: &str) {
    let file = async || visitor.ok(SAMPLE, json!({"id": id})).await["document"]["sample"]["downloadable"] == true;
    until("the file is ready", file).await;
}

async fn switch(t: &Town, operator: &mut Visitor, tenant: &Tenant, on: bool) {
    let job = operator.ok(words::SET_MODULE, json!({"tenant": tenant.id, "on": on})).await;
    t.job(operator, &job["system"]["setTenantModule"]["id"]).await;
}

#[tokio::test]
async fn op_6_a_draft_is_nobody_elses_and_a_published_text_is_everybodys() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let id = draft(&mut operator, "一句话承诺").await;
    assert_eq!(total(&mut admin, json!({})).await, 0);
    for query in [SAMPLE, READ, DOWNLOAD] {
        assert_eq!(admin.refused(query, json!({"id": id})).await, "NOT_FOUND");
    }
    operator.ok(PUBLISH, json!({"id": id, "version": 1})).await;
    assert_eq!(operator.refused(PUBLISH, json!({"id": id, "version": 1})).await, "ALREADY_PUBLISHED");
    let found = admin.ok(SAMPLES, json!({})).await["document"]["samples"]["nodes"][0].clone();
    assert_eq!((&found["title"], &found["read"]), (&json!("一句话承诺"), &json!(false)));
    assert_eq!(found["body"], "第一段的内容在这里。\n\n第二段的内容在这里。");

    // An edit takes it back until it is published again.
    let edit = json!({"id": id, "version": 1, "input": text("两句话承诺")});
    assert_eq!(operator.ok(SAVE, edit.clone()).await["document"]["saveText"]["state"], "DRAFT");
    assert_eq!(operator.refused(SAVE, edit).await, "CONFLICT");
    assert_eq!(total(&mut admin, json!({})).await, 0);
    assert_eq!(operator.refused(PUBLISH, json!({"id": id, "version": 1})).await, "CONFLICT");
    operator.ok(PUBLISH, json!({"id": id, "version": 2})).await;
    assert_eq!(total(&mut admin, json!({"search": "两句"})).await, 1);

    operator.ok(WITHDRAW, json!({"id": id, "version": 2})).await;
    assert_eq!(operator.refused(WITHDRAW, json!({"id": id, "version": 2})).await, "NOT_PUBLISHED");
    assert_eq!(total(&mut admin, json!({})).await, 0);
    assert_eq!(admin.refused(DOWNLOAD, json!({"id": id})).await, "NOT_FOUND");
}

#[tokio::test]
async fn op_6_texts_are_checked() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    for (field, value) in [("title", ""), ("summary", " "), ("body", "短"), ("body", &"长".repeat(20_001))] {
        let mut input = text("一句话承诺");
        input[field] = json!(value);
        let refusal = operator.refused(SAVE, json!({"input": input})).await;
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("INVALID", Some(field)));
    }
}

#[tokio::test]
async fn pc_5_4_3_the_file_is_made_and_downloaded() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let id = published(&mut operator, "一句话承诺").await;
    ready(&mut admin, &id).await;
    let link = admin.ok(DOWNLOAD, json!({"id": id})).await["document"]["downloadSample"].clone();
    assert_eq!(link["fileName"], "一句话承诺.docx");
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with('/'), "on our own origin: {url}");
    // Nobody needs to be signed in: the link is the proof.
    let stranger = t.visitor();
    let file = stranger.send(Method::GET, url, &[], "").await;
    assert_eq!(file.status, 200);
    assert!(file.bytes.starts_with(b"PK\x03\x04") && file.bytes.windows(17).any(|w| w == b"word/document.xml"));
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    let disposition = file.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    assert!(file.headers["content-type"].to_str().unwrap().contains("wordprocessingml"));

    // Every part of the link counts.
    let (path, query) = url.split_once('?').unwrap();
    for tampered in [
        path.to_owned(),
        format!("{}?{query}", path.replace(&id, "00000000-0000-7000-8000-000000000000")),
        url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        url.replace("attachment", "inline"),
    ] {
        assert_ne!(tampered, url);
        let answer = stranger.send(Method::GET, &tampered, &[], "").await;
        assert!(matches!(answer.status, 400 | 403..=405), "{} for {tampered}", answer.status);
    }
    // What is no link is a page of the console, never a list of files.
    for path in ["/media", "/media/", "/media/?list-type=2", "/?list-type=2"] {
        let answer = stranger.send(Method::GET, path, &[], "").await;
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("ListBucketResult"), "{path}");
    }
    for method in [Method::PUT, Method::POST, Method::DELETE] {
        let answer = stranger.send(method.clone(), url, &[], "x").await;
        assert!(matches!(answer.status, 403..=405), "{} for {method}", answer.status);
    }
}

#[tokio::test]
async fn pc_5_4_3_reading_is_remembered_by_person() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let first = published(&mut operator, "一句话承诺").await;
    published(&mut operator, "学习心得样式").await;
    admin.ok(READ, json!({"id": first})).await;
    admin.ok(READ, json!({"id": first})).await;
    assert_eq!(total(&mut admin, json!({"unreadOnly": true})).await, 1);
    assert_eq!(admin.ok(SAMPLE, json!({"id": first})).await["document"]["sample"]["read"], true);
    t.person("second", "tenant_admin", &t.home.root).await;
    let mut second = t.signed_in("second", zhibu_tests::PASSWORD).await;
    assert_eq!(total(&mut second, json!({"unreadOnly": true})).await, 2);
}

#[tokio::test]
async fn op_8_a_module_that_is_off_is_not_there() {
    const NAMES: &str =
        "{ __schema { queryType { fields { name } } mutationType { fields { name } } types { name } } }";
    let t = Town::start().await;
    let mut operator = t.operator().await;
    published(&mut operator, "一句话承诺").await;
    let tenant = t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let seen = async |visitor: &mut Visitor| visitor.ok(NAMES, json!({})).await.to_string();
    let without = seen(&mut boss).await;
    assert!(without.contains("\"directory\""));
    for name in ["\"document\"", "SampleConnection", "DocumentQuery", "LibraryText", "SampleKind"] {
        assert!(!without.contains(name), "{name} shows");
    }
    assert_eq!(boss.refused(SAMPLES, json!({})).await, "NOT_FOUND");
    assert_eq!(boss.refused(READ, json!({"id": tenant.id})).await, "NOT_FOUND");
    let session = boss.ok(words::SESSION, json!({})).await.to_string();
    assert!(!session.contains("document.samples"));
    let tables = format!(
        "SELECT count(*) FROM pg_tables WHERE schemaname = '{}' AND tablename = 'sample_uses'",
        tenant.schema()
    );
    assert_eq!(t.sql().await.one(&tables).await, "0");

    switch(&t, &mut operator, &tenant, true).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert!(seen(&mut boss).await.contains("SampleConnection"));
    assert_eq!(total(&mut boss, json!({})).await, 1);
    let session = boss.ok(words::SESSION, json!({})).await["system"]["session"].to_string();
    assert!(session.contains("document.samples.read") && session.contains("\"document.samples\""));

    switch(&t, &mut operator, &tenant, false).await;
    assert_eq!(t.sql().await.one(&tables).await, "0");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(boss.refused(SAMPLES, json!({})).await, "NOT_FOUND");
    // The others keep it.
    assert_eq!(total(&mut t.administrator().await, json!({})).await, 1);

    switch(&t, &mut operator, &tenant, true).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(total(&mut boss, json!({})).await, 1);
}

#[tokio::test]
async fn op_8_switching_twice_changes_nothing_and_nonsense_is_refused() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    switch(&t, &mut operator, &t.home, true).await;
    assert_eq!(total(&mut t.administrator().await, json!({})).await, 0);
    let set = "mutation($t: ID!, $m: String!) { system { setTenantModule(tenant: $t, module: $m, on: false) { id } } }";
    for module in ["directory", "nonsense", ""] {
        assert_eq!(operator.refused(set, json!({"t": t.home.id, "m": module})).await, "INVALID module");
    }
    let nobody = json!({"t": "00000000-0000-7000-8000-000000000000", "m": "document"});
    assert_eq!(operator.refused(set, nobody).await, "NOT_FOUND");
}

#[tokio::test]
async fn pc_5_4_3_a_text_is_read_and_downloaded_where_nothing_may_be_changed() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let id = published(&mut operator, "一句话承诺").await;
    ready(&mut admin, &id).await;
    let day = t.now().date_naive() - chrono::Days::new(20);
    let terms = json!({"i": {"tenant": t.home.id, "expiresOn": day, "reason": "合同到期"}});
    let change = "mutation($i: TenantTermsInput!) { system { changeTenantTerms(input: $i) { life } } }";
    let life = operator.ok(change, terms).await["system"]["changeTenantTerms"]["life"].clone();
    assert_eq!(life, "READ_ONLY");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let link = admin.ok(DOWNLOAD, json!({"id": id})).await["document"]["downloadSample"]["url"].clone();
    assert_eq!(admin.send(Method::GET, link.as_str().unwrap(), &[], "").await.status, 200);
    admin.ok(READ, json!({"id": id})).await;
    // Nothing was written for it.
    let schema = t.home.schema();
    assert_eq!(t.sql().await.one(&format!("SELECT count(*) FROM {schema}.sample_uses")).await, "0");
}
