//! Long jobs, followed over a socket.

use serde_json::{Value, json};
use zhibu_tests::{Socket, Town, words};

const FOLLOW: &str = "subscription($id: ID!) { jobProgress(id: $id) { id state percent message } }";

/// The code of the error that answers a subscription.
async fn refusal(socket: &mut Socket, job: &Value) -> Value {
    socket.subscribe(FOLLOW, json!({"id": job})).await;
    let message = socket.next().await.unwrap();
    let errors = if message["type"] == "error" { &message["payload"] } else { &message["payload"]["errors"] };
    errors[0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn op_8_a_long_job_is_followed_to_its_end_by_operators_only() {
    let t = Town::start().await;
    let (mut operator, admin) = (t.operator().await, t.administrator().await);
    // Whoever holds the tenant's tables keeps the job from ending before it is watched.
    let (sql, key) = (t.sql().await, format!("hashtextextended('{}', 0)", t.home.schema()));
    sql.rows(&format!("SELECT pg_advisory_lock({key})")).await;
    let started = operator.ok(words::SET_MODULE, json!({"tenant": t.home.id, "on": false})).await;
    let job = &started["system"]["setTenantModule"]["id"];

    assert_eq!(refusal(&mut t.socket(&admin).await, job).await, "DENIED");
    assert_eq!(refusal(&mut t.socket(&t.visitor()).await, job).await, "UNAUTHENTICATED");
    let nobody = json!(crate::surface::NOBODY);
    assert_eq!(refusal(&mut t.operator_socket(&operator).await, &nobody).await, "NOT_FOUND");

    let mut socket = t.operator_socket(&operator).await;
    socket.subscribe(FOLLOW, json!({"id": job})).await;
    let first = socket.next().await.unwrap()["payload"]["data"]["jobProgress"].clone();
    assert!(first["state"] == "QUEUED" || first["state"] == "RUNNING", "{first}");
    sql.rows(&format!("SELECT pg_advisory_unlock({key})")).await;
    let mut events = vec![first];
    loop {
        let message = socket.next().await.unwrap();
        if message["type"] == "complete" {
            break;
        }
        events.push(message["payload"]["data"]["jobProgress"].clone());
    }
    assert!(events.iter().all(|event| event["id"] == *job), "{events:?}");
    let percents: Vec<i64> = events.iter().map(|event| event["percent"].as_i64().unwrap()).collect();
    assert!(percents.is_sorted(), "{events:?}");
    let ended: Vec<usize> = (0..events.len()).filter(|n| events[*n]["state"] == "DONE").collect();
    assert_eq!((ended, percents.last()), (vec![events.len() - 1], Some(&100)), "{events:?}");
}
