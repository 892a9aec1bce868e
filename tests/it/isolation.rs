//! Two tenants on two connections, with requests that are given up at random.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use zhibu_tests::{Town, words};

const MINE: &str = "{ system { session { tenant { name } account { userName } roots { shortName } } } \
    directory { organisations(first: 5) { totalCount nodes { fullName } } } }";

#[tokio::test]
async fn given_up_requests_leave_nothing_to_the_next() {
    let t = Town::plan().set(|config| config.settings.connections = 2).start().await;
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let people = [
        (t.administrator().await, "中共示例集团有限公司委员会", "chief"),
        (t.first_sign_in("boss", None).await, "中共第二单位委员会", "boss"),
    ];
    let mut answered = 0;
    for round in 0..10 {
        let requests = join_all((0..20u32).map(|n| {
            let (visitor, name, account) = people[usize::from(n % 2 == 1)].clone();
            // Some are given up before, in the middle of, and after their statements.
            let patience = if n % 3 == 0 {
                Duration::from_micros(500) * ((n * 7 + round * 13) % 20)
            } else {
                Duration::from_secs(20)
            };
            async move {
                let asked = tokio::time::timeout(patience, visitor.peek(MINE, json!({}))).await.ok()?;
                if asked.refusal_opt().is_some_and(|refusal| refusal == "UNAVAILABLE") {
                    return None;
                }
                let data = asked.data();
                assert_eq!(data["system"]["session"]["tenant"]["name"], name);
                assert_eq!(data["system"]["session"]["account"]["userName"], account);
                assert_eq!(data["directory"]["organisations"]["totalCount"], 1);
                assert_eq!(data["directory"]["organisations"]["nodes"][0]["fullName"], name);
                Some(())
            }
        }))
        .await;
        answered += requests.iter().flatten().count();
    }
    assert!(answered > 100, "only {answered} were answered");
    // Nothing hangs on a connection afterwards.
    for (mut visitor, name, _) in people {
        assert_eq!(visitor.ok(words::SESSION, json!({})).await["system"]["session"]["tenant"]["name"], name);
    }
    let stuck = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'zhibu_app' AND datname = current_database() \
        AND state <> 'idle'";
    assert_eq!(t.sql().await.one(stuck).await, "0");
}

/// Every kind of id a tenant's people deal with: for another tenant it is nobody's, for its own the same request is
/// answered. So a refusal tells whose an id is, and not that the request was no good.
#[tokio::test]
async fn the_same_ids_are_found_by_their_own_tenant_only() {
    const COLLEAGUE: &str = "mutation($o: ID!, $n: String!) { directory { addAdministrator(input: {organisation: $o, \
        displayName: $n, userName: $n}) { organisation { administrators { account userName } } } } }";
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let mut stranger = t.administrator().await;
    let form = crate::organisations::branch(&other.root, "第一");
    let made = boss.ok(words::CREATE, json!({"input": form})).await;
    let branch = made["directory"]["createOrganisation"]["id"].clone();
    let added = boss.ok(COLLEAGUE, json!({"o": branch, "n": "colleague"})).await;
    let colleague = &added["directory"]["addAdministrator"]["organisation"]["administrators"][0]["account"];
    let second = t.signed_in("boss", zhibu_tests::PASSWORD).await.ok(words::SESSION, json!({})).await;
    let session = &second["system"]["session"]["id"];
    let mut changed = crate::organisations::branch(&other.root, "第一");
    changed["contactName"] = json!("李四");
    let below = crate::organisations::branch(&other.root, "第二");
    let of = |field: &str| format!("query($id: ID!) {{ directory {{ {field} }} }}");
    let requests = [
        (of("organisation(id: $id) { fullName }"), json!({"id": branch})),
        (of("organisationChanges(id: $id) { nodes { __typename } }"), json!({"id": branch})),
        (of("tree(root: $id) { id }"), json!({"id": branch})),
        (of("allowedTypes(parent: $id)"), json!({"id": other.root})),
        (words::CREATE.to_owned(), json!({"input": below})),
        (words::UPDATE.to_owned(), json!({"id": branch, "version": 1, "input": changed})),
        (
            "mutation($id: ID!) { directory { revealContactPhone(id: $id, reason: \"核对联系方式\") } }".to_owned(),
            json!({"id": branch}),
        ),
        (COLLEAGUE.to_owned(), json!({"o": other.root, "n": "another"})),
        ("mutation($id: ID!) { system { unlockUser(id: $id) { id } } }".to_owned(), json!({"id": colleague})),
        (words::REMOVE_ADMINISTRATOR.to_owned(), json!({"organisation": branch, "account": colleague})),
        ("mutation($id: ID!) { system { endSession(id: $id) } }".to_owned(), json!({"id": session})),
    ];
    for (request, variables) in &requests {
        assert_eq!(stranger.refused(request, variables.clone()).await, "NOT_FOUND", "{request}");
    }
    for (request, variables) in requests {
        assert_eq!(boss.ask(&request, variables).await.refusal_opt(), None, "{request}");
    }
}
