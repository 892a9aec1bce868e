//! Jobs: what has failed for good is seen and retried, and a worker that is killed or not alone loses and doubles
//! nothing.

use std::path::PathBuf;

use serde_json::{Value, json};
use zhibu_tests::{Sql, Town, Visitor, until};

const DEAD: &str = "{ system { deadJobs { totalCount nodes { id task tenant { name } attempts error } } } }";
const RETRY: &str = "mutation($id: ID!) { system { retryJob(id: $id) } }";
const SAVE: &str = "mutation($title: String!) { document { saveText(input: {kind: PLEDGE, title: $title, summary: \"摘要\", \
    body: \"正文的内容在这里，足够长。\"}) { id version } } }";
const PUBLISH: &str = "mutation($id: ID!) { document { publishText(id: $id, version: 1) { state } } }";
const FILE: &str = "query($id: ID!) { document { sample(id: $id) { downloadable } } }";

/// Publishes a text, for which a job makes the file.
async fn publish(operator: &mut Visitor, title: &str) -> Value {
    let saved = operator.ok(SAVE, json!({"title": title})).await;
    let id = saved["document"]["saveText"]["id"].clone();
    operator.ok(PUBLISH, json!({"id": id})).await;
    id
}

async fn has_file(visitor: &Visitor, id: &Value) -> bool {
    visitor.clone().ok(FILE, json!({"id": id})).await["document"]["sample"]["downloadable"] == true
}

async fn dead(operator: &mut Visitor) -> Value {
    operator.ok(DEAD, json!({})).await["system"]["deadJobs"].clone()
}

/// A plain file takes the place of the store's folder, or gives it back.
fn store(t: &Town, there: bool) {
    let (place, away): (PathBuf, PathBuf) = (t.folder().join("media/objects/media"), t.folder().join("away"));
    if there {
        std::fs::remove_file(&place).unwrap();
        std::fs::rename(away, place).unwrap();
    } else {
        std::fs::rename(&place, away).unwrap();
        std::fs::write(place, "").unwrap();
    }
}

#[tokio::test]
async fn op_a_dead_letter_is_seen_and_retried_by_operators_only() {
    let t = Town::start().await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    assert_eq!(dead(&mut operator).await, json!({"totalCount": 0, "nodes": []}));
    store(&t, false);
    let text = publish(&mut operator, "一句话承诺").await;
    let sql = t.sql().await;
    let failed = "SELECT count(*) FROM jobs._private_jobs WHERE last_error IS NOT NULL AND locked_at IS NULL";
    until("the job has failed", async || sql.one(failed).await == "1").await;
    assert_eq!(dead(&mut operator).await["totalCount"], 0, "while it has tries left it is no dead letter");
    // The other tries would take minutes.
    sql.rows("UPDATE jobs._private_jobs SET max_attempts = attempts").await;
    let list = dead(&mut operator).await;
    assert_eq!((&list["totalCount"], &list["nodes"][0]["task"]), (&json!(1), &json!("sample_render")));
    assert_ne!(list["nodes"][0]["error"], "");
    let id = &list["nodes"][0]["id"];

    assert_eq!(admin.refused(DEAD, json!({})).await, "DENIED");
    assert_eq!(admin.refused(RETRY, json!({"id": id})).await, "DENIED");
    assert_eq!(t.visitor().refused(RETRY, json!({"id": id})).await, "UNAUTHENTICATED");
    assert_eq!(operator.refused(RETRY, json!({"id": "999999999"})).await, "NOT_FOUND");

    // As long as the cause is there it fails again.
    operator.ok(RETRY, json!({"id": id})).await;
    until("it is dead again", async || dead(&mut operator).await["totalCount"] == 1).await;
    assert!(!has_file(&admin, &text).await);
    store(&t, true);
    operator.ok(RETRY, json!({"id": id})).await;
    until("the file is there", async || has_file(&admin, &text).await).await;
    until("the list is empty", async || dead(&mut operator).await["totalCount"] == 0).await;
    assert_eq!(operator.refused(RETRY, json!({"id": id})).await, "NOT_FOUND");
    let audited = "SELECT count(*) FROM platform.audit WHERE action = 'job.retried'";
    assert_eq!(sql.one(audited).await, "2");
}

/// Locks a waiting job as a worker does that was last heard of so many seconds ago.
async fn taken(sql: &Sql, text: &Value, worker: &str, seconds: i32) {
    let text = text.as_str().unwrap();
    sql.rows(&format!(
        "INSERT INTO jobs._private_workers (id, last_heartbeat_at) VALUES ('{worker}', now() - interval '{seconds} s'); \
         UPDATE jobs._private_jobs SET locked_by = '{worker}', locked_at = now() - interval '{seconds} s', attempts = 1 \
         WHERE payload::text LIKE '%{text}%'"
    ))
    .await;
}

#[tokio::test]
async fn a_killed_workers_job_is_taken_over_and_a_living_ones_is_not() {
    let mut t = Town::plan().set(|config| config.jobs.concurrency = 0).start().await;
    let mut operator = t.operator().await;
    let (orphan, held) = (publish(&mut operator, "一句话承诺").await, publish(&mut operator, "两句话承诺").await);
    let sql = t.sql().await;
    taken(&sql, &orphan, "killed", 40).await;
    taken(&sql, &held, "living", 0).await;
    t.stop().await;
    t.resume(Town::plan()).await;
    let admin = t.administrator().await;
    until("the killed worker's job is done", async || has_file(&admin, &orphan).await).await;
    assert!(!has_file(&admin, &held).await);
    // Others come by the clock, each minute.
    let left = "SELECT locked_by FROM jobs._private_jobs j JOIN jobs._private_tasks t ON t.id = j.task_id \
        WHERE t.identifier = 'sample_render'";
    assert_eq!(sql.column(left).await, ["living"]);
    assert_eq!(sql.one("SELECT count(*) FROM jobs._private_workers WHERE id = 'killed'").await, "0");
}

#[tokio::test]
async fn two_servers_do_every_job_once() {
    let mut t = Town::start().await;
    t.join(Town::plan()).await;
    let mut operator = t.operator().await;
    for n in 0..20 {
        publish(&mut operator, &format!("第{n}种承诺")).await;
    }
    let sql = t.sql().await;
    until("the queue is empty", async || sql.one("SELECT count(*) FROM jobs._private_jobs").await == "0").await;
    let done =
        "SELECT count(*) || ' ' || count(DISTINCT object_id) FROM platform.audit WHERE action = 'sample.rendered'";
    assert_eq!(sql.one(done).await, "20 20");
}

/// Servers that were away at the time of an hourly job catch up on it, one of them.
#[tokio::test]
async fn an_hourly_slot_is_neither_missed_nor_taken_twice() {
    let mut t = Town::start().await;
    t.stop().await;
    let sql = t.sql().await;
    // The queue forgets what is done; this remembers.
    sql.rows(
        "CREATE TABLE seen (task text, slot timestamptz); \
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen \
         SELECT identifier, new.run_at FROM jobs._private_tasks WHERE id = new.task_id; RETURN new; END $$; \
         CREATE TRIGGER see BEFORE INSERT ON jobs._private_jobs FOR EACH ROW EXECUTE FUNCTION see(); \
         UPDATE jobs._private_known_crontabs SET known_since = now() - interval '2 hours', last_execution = NULL",
    )
    .await;
    t.resume(Town::plan()).await;
    t.join(Town::plan()).await;
    let taken = "SELECT count(*) FROM jobs._private_known_crontabs WHERE last_execution IS NOT NULL \
        AND identifier = 'housekeeping'";
    until("the slot is taken", async || sql.one(taken).await == "1").await;
    // And one that looks when it is taken for certain.
    t.stop().await;
    t.resume(Town::plan()).await;
    t.stop().await;
    // Should the hour come round in the middle of this, there are two slots.
    let twice = "SELECT count(*) - count(DISTINCT slot) FROM seen WHERE task = 'housekeeping'";
    assert_eq!(sql.one(twice).await, "0");
    assert_ne!(sql.one("SELECT count(*) FROM seen WHERE task = 'housekeeping'").await, "0");
}
