//! A list of fifty rows needs as many statements as one of five.

use serde_json::{Value, json};
use zhibu_tests::{Sql, Town, Visitor, words};

/// Statements under a role so far.
async fn count(sql: &Sql, role: &str) -> i64 {
    let calls = format!(
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE userid = '{role}'::regrole \
         AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    sql.one(&calls).await.parse().unwrap()
}

/// The least of three tries: what the session may do is read again every second, and jobs have statements too.
async fn cost(sql: &Sql, role: &str, by: &mut Visitor, query: &str, rows: i32) -> i64 {
    let mut least = i64::MAX;
    for _ in 0..3 {
        let before = count(sql, role).await;
        let data = by.ok(query, json!({"n": rows})).await;
        least = least.min(count(sql, role).await - before);
        assert_eq!(nodes(&data), Some(usize::try_from(rows).unwrap()), "{data}");
    }
    assert!(least > 0);
    least
}

fn nodes(data: &Value) -> Option<usize> {
    let (_, space) = data.as_object()?.iter().next()?;
    let (_, list) = space.as_object()?.iter().next()?;
    Some(list["nodes"].as_array()?.len())
}

#[tokio::test]
async fn lists_need_the_same_number_of_statements_however_long() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let mut operator = t.operator().await;
    let sql = t.sql().await;
    sql.rows("CREATE EXTENSION pg_stat_statements").await;
    for n in 0..50 {
        let form = crate::organisations::branch(&t.home.root, &format!("第{n}"));
        let made = admin.ok(words::CREATE, json!({"input": form})).await;
        let id = made["directory"]["createOrganisation"]["id"].as_str().unwrap();
        t.person(&format!("person{n}"), "org_admin", id).await;
    }
    t.codes(&mut operator, 50, &[]).await;
    let branch = admin.ok("{ directory { organisations(first: 2) { nodes { id } } } }", json!({})).await;
    let branch = branch["directory"]["organisations"]["nodes"][1]["id"].as_str().unwrap().to_owned();
    for n in 0..50 {
        let create = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
        admin.ok(create, json!({"input": crate::members::member(&branch, "张三", n)})).await;
    }
    let texts = "INSERT INTO shared.sample_texts (id, kind, title, summary, body, state, published_at, updated_at) \
        SELECT gen_random_uuid(), 'pledge', 'title', 'summary', 'body', 'published', now(), now() FROM generate_series(1, 60)";
    sql.rows(texts).await;
    let tenant = t.home.schema();
    let notes = format!(
        "INSERT INTO {tenant}.study_notes (id, person_id, organisation_id, account_id, title, grams, body, length, bands, state, \
         published_at, created_at, updated_at) SELECT gen_random_uuid(), id, '{branch}', id, 'title', '{{}}', 'body', 4, '{{}}', \
         'published', now(), now(), now() FROM {tenant}.people"
    );
    sql.rows(&notes).await;
    let lists = [
        (
            &tenant[..],
            "query($n: Int) { directory { organisations(first: $n) { totalCount nodes { id path { id } units { name } \
            administrators { displayName } parents { from parent { shortName } } isDirect hints editable } } } }",
        ),
        (
            &tenant,
            "query($n: Int) { system { users(first: $n) { totalCount nodes { id roles { role organisation { shortName } } } } } }",
        ),
        (
            &tenant,
            "query($n: Int) { directory { members(first: $n) { totalCount nodes { id mobile idNumber branch { shortName } \
            posts { post organisation { shortName } } editable partyAge } } } }",
        ),
        (
            &tenant,
            "query($n: Int) { studyNote { writings(first: $n) { totalCount nodes { id person { name } branch { shortName } \
            editable recommendable } } } }",
        ),
        (
            &tenant,
            "query($n: Int) { leadership { terms(first: $n) { totalCount nodes { organisation { shortName } end level secretary \
            posts vacantSince election { state } } } } }",
        ),
        (&tenant, "query($n: Int) { document { samples(first: $n) { totalCount nodes { id read downloadable } } } }"),
        (
            "zhibu_platform",
            "query($n: Int) { system { codes(first: $n) { totalCount nodes { id issuedBy tenant { name } } } } }",
        ),
        ("zhibu_platform", "query($n: Int) { document { library(first: $n) { totalCount nodes { id title } } } }"),
    ];
    for (role, query) in lists {
        let by = if role == tenant { &mut admin } else { &mut operator };
        let few = cost(&sql, role, by, query, 5).await;
        let many = cost(&sql, role, by, query, 50).await;
        assert_eq!(few, many, "{query}");
    }
}
