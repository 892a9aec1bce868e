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
