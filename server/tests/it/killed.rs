//! The server is killed, or its database is stopped or killed, and nothing is lost.

use std::path::Path;
use std::time::{Duration, Instant};

use http::Method;
use rustix::process::Signal;
use serde_json::json;
use zhibu_tests::{PASSWORD, until, words};

use crate::program::{House, Running, send, tomorrow};

async fn issued(house: &House) -> String {
    let issued = house.run(&["code", "issue", "--expires", &tomorrow(), "--module", "document", "--json"]).await;
    assert!(issued.ok, "{issued:?}");
    serde_json::from_str::<Vec<String>>(&issued.out).unwrap().remove(0)
}

#[tokio::test]
async fn pc_1_1a_a_server_killed_while_it_activates_ends_the_work_when_it_is_back() {
    let house = House::new();
    let server = house.serve(&[]).await;
    let code = issued(&house).await;
    let sql = house.sql().await;
    // No role can be made while this is held: the work stands still in its middle.
    sql.rows("BEGIN; LOCK TABLE pg_authid IN SHARE MODE").await;
    let ticket = server.activate(&code, "中共新单位委员会", None).await;
    until("the work has begun", async || server.progress(&ticket).await["percent"] == 20).await;
    server.kill().await;
    // Whether the database has outlived the server or not.
    drop(sql);

    let server = house.serve(&[]).await;
    server.ready(&ticket).await;
    let mut boss = server.visitor();
    boss.ok(words::SIGN_IN, json!({"name": "boss", "password": "ABC#123"})).await;
    boss.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": null})).await;
    let roots = boss.ok(words::SESSION, json!({})).await["system"]["session"]["roots"].clone();
    assert_eq!(roots.as_array().unwrap().len(), 1);
    let sql = house.sql().await;
    assert_eq!(sql.one("SELECT count(*) FROM platform.tenants").await, "1");
    // The killed worker's job is looked at again once the worker counts as dead, and finds the work done.
    let dead = "UPDATE jobs._private_workers SET last_heartbeat_at = now() - interval '1 minute' WHERE id IN \
        (SELECT locked_by FROM jobs._private_jobs)";
    sql.rows(dead).await;
    drop(sql);
    server.stop().await;
    let server = house.serve(&[]).await;
    let sql = house.sql().await;
    until("the queue is empty", async || sql.one("SELECT count(*) FROM jobs._private_jobs").await == "0").await;
    server.stop().await;
}

async fn probe(server: &Running, path: &str) -> u16 {
    server.visitor().send(Method::GET, path, &[], "").await.status
}

/// PostgreSQL's processes.
fn database(house: &House) -> Vec<i32> {
    let postmaster = house.postmaster().unwrap();
    let parent = |pid: &i32| {
        let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<i32>().ok()
    };
    let all =
        std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    [postmaster].into_iter().chain(all.filter(|pid| parent(pid) == Some(postmaster))).collect()
}

#[tokio::test]
async fn a_server_is_alive_but_not_ready_while_its_database_is_away() {
    let house = House::new();
    let server = house.serve(&[]).await;
    assert_eq!((probe(&server, "/healthz").await, probe(&server, "/readyz").await), (200, 200));

    // It hangs: no answer, no end of the connection.
    let postmaster = house.postmaster();
    let processes = database(&house);
    processes.iter().for_each(|pid| send(*pid, Signal::STOP));
    let asked = Instant::now();
    assert_eq!((probe(&server, "/healthz").await, probe(&server, "/readyz").await), (200, 503));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    processes.iter().rev().for_each(|pid| send(*pid, Signal::CONT));
    until("it is ready again", async || probe(&server, "/readyz").await == 200).await;

    // It dies: the server starts it again.
    send(postmaster.unwrap(), Signal::KILL);
    until("it is not ready", async || probe(&server, "/readyz").await == 503).await;
    assert_eq!(probe(&server, "/healthz").await, 200);
    until("it is ready again", async || probe(&server, "/readyz").await == 200).await;
    assert_ne!(house.postmaster(), postmaster);
    let answer = server.visitor().ask(words::SIGN_IN, json!({"name": "boss", "password": "x"})).await;
    assert_eq!(answer.refusal(), "WRONG_CREDENTIALS");
    // And so do the jobs.
    let code = issued(&house).await;
    let ticket = server.activate(&code, "中共新单位委员会", None).await;
    server.ready(&ticket).await;
    server.stop().await;
}
