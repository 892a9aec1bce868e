//! The server is killed, or its database is stopped or killed, and nothing is lost.

use std::path::Path;
use std::time::{Duration, Instant};

use http::Method;
use rustix::process::Signal;
use serde_json::json;
use zhibu_tests::roster::{CONFIRM, Line, rest, typed, upload, workbook};
use zhibu_tests::{PASSWORD, Sql, Visitor, until, words};

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
    forget_the_dead(&sql).await;
    drop(sql);
    server.stop().await;
    let server = house.serve(&[]).await;
    let sql = house.sql().await;
    until("the queue is empty", async || sql.one("SELECT count(*) FROM jobs._private_jobs").await == "0").await;
    server.stop().await;
}

/// Lets the half minute go by after which a worker that is not heard of counts as dead.
async fn forget_the_dead(sql: &Sql) {
    let dead = "UPDATE jobs._private_workers SET last_heartbeat_at = now() - interval '1 minute' WHERE id IN \
        (SELECT locked_by FROM jobs._private_jobs)";
    sql.rows(dead).await;
}

async fn boss(server: &Running) -> Visitor {
    let mut boss = server.visitor();
    boss.ok(words::SIGN_IN, json!({"name": "boss", "password": PASSWORD})).await;
    boss
}

#[tokio::test]
async fn pc_3_2_1b_a_server_killed_in_the_middle_of_an_import_leaves_nothing_or_goes_on() {
    let house = House::new();
    let mut server = house.serve(&[]).await;
    let code = issued(&house).await;
    let ticket = server.activate(&code, "中共新单位支部委员会", None).await;
    server.ready(&ticket).await;
    let mut admin = server.visitor();
    admin.ok(words::SIGN_IN, json!({"name": "boss", "password": "ABC#123"})).await;
    admin.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": null})).await;
    let root = admin.ok("{ directory { organisations(first: 1) { nodes { shortName } } } }", json!({})).await;
    let root = root["directory"]["organisations"]["nodes"][0]["shortName"].as_str().unwrap().to_owned();
    let schema = house.sql().await.one("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants").await;
    house.sql().await.rows(&format!("UPDATE {schema}.policy SET seats = 9000")).await;
    for (at, partial) in [(0, true), (3000, false)] {
        let lines: Vec<Line> = (at..at + 3000).map(|n| typed(&root, "张三", n)).collect();
        let id = upload(&mut admin, "member", workbook(house.folder(), "member", &lines)).await;
        let seen = rest(&mut admin, &id).await["import"].clone();
        assert_eq!((&seen["state"], &seen["badRows"]), (&json!("CHECKED"), &json!(0)), "{seen}");
        let sql = house.sql().await;
        let people = format!("SELECT count(*) FROM {schema}.people");
        admin.ok(CONFIRM, json!({"id": id, "partial": partial})).await;
        let percent = format!("SELECT percent FROM {schema}.imports WHERE id = '{id}'");
        until("it is in its middle", async || sql.one(&percent).await.parse::<i32>().unwrap() >= 30).await;
        server.kill().await;
        // Whether the database has outlived the server or not.
        let sql = house.sql().await;
        let there = sql.one(&people).await.parse::<u32>().unwrap();
        assert!(if partial { (500..3000).contains(&there) } else { there == 3000 }, "{there} after the kill");
        forget_the_dead(&sql).await;
        drop(sql);

        server = house.serve(&[]).await;
        admin = boss(&server).await;
        let done = rest(&mut admin, &id).await["import"].clone();
        assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(3000)), "{done}");
    }
    let sql = house.sql().await;
    let people = format!("SELECT count(*) || ' ' || count(DISTINCT id_index) FROM {schema}.people");
    assert_eq!(sql.one(&people).await, "6000 6000");
    let heads = format!("SELECT sum(member_count) FROM {schema}.organisations");
    assert_eq!(sql.one(&heads).await, "6000");
    let accounts = format!("SELECT count(*) FROM {schema}.accounts");
    assert_eq!(sql.one(&accounts).await, "6001");
    drop(sql);
    server.stop().await;
}

/// Two hundred tenants behind, and a migration that is killed fifty times: none is left half done. Takes minutes:
/// `script/full`.
#[tokio::test]
#[ignore = "slow"]
async fn a_migration_of_two_hundred_tenants_survives_fifty_kills() {
    let house = House::new();
    let server = house.serve(&[("ZHIBU__SETTINGS__ACTIVATIONS_PER_ADDRESS", "1000")]).await;
    let order = ["code", "issue", "--expires", &tomorrow(), "--module", "document", "--count", "200", "--json"];
    let codes: Vec<String> = serde_json::from_str(&house.run(&order).await.out).unwrap();
    for (n, code) in codes.iter().enumerate() {
        let input =
            json!({"code": code, "organisationName": format!("中共第{n}单位委员会"), "userName": format!("boss{n}")});
        let ticket = server.visitor().ok(words::ACTIVATE, json!({"input": input})).await;
        server.ready(&ticket["system"]["activate"]["ticket"]).await;
    }
    server.stop().await;
    let sql = house.sql().await;
    let module = zhibu_server::registry().unwrap().module("document").unwrap();
    let down: String = module.tenant.iter().rev().map(|step| step.down).collect::<Vec<_>>().join(";");
    let tenants = sql.column("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants").await;
    assert_eq!(tenants.len(), 200);
    let set_back = async |sql: &Sql, schema: &str| {
        sql.rows(&format!(
            "BEGIN; SET LOCAL search_path TO {schema}; {down}; DELETE FROM migration WHERE module = 'document'; \
             UPDATE platform.tenants SET schema_version = 'an older one' WHERE id = replace('{schema}', 't_', '')::uuid; COMMIT"
        ))
        .await;
    };
    let behind = "SELECT count(*) FROM platform.tenants WHERE schema_version = 'an older one'";
    for schema in &tenants {
        set_back(&sql, schema).await;
    }
    drop(sql);
    let mut cut = 0;
    for kill in 0..50u64 {
        let mut run = house.start(&["migrate"]);
        tokio::time::sleep(Duration::from_millis(40 + kill * 37 % 400)).await;
        run.kill().await.unwrap();
        let sql = house.sql().await;
        let left: i32 = sql.one(behind).await.parse().unwrap();
        cut += i32::from(left > 0);
        if left < 60 {
            for schema in &tenants {
                let done = format!(
                    "SELECT count(*) FROM platform.tenants WHERE schema_version <> 'an older one' AND id = replace('{schema}', 't_', '')::uuid"
                );
                if sql.one(&done).await == "1" {
                    set_back(&sql, schema).await;
                }
            }
        }
    }
    assert!(cut > 25, "only {cut} of fifty runs were cut off in their middle");
    let last = house.run(&["migrate"]).await;
    assert!(last.ok, "{last:?}");
    let sql = house.sql().await;
    assert_eq!(sql.one(behind).await, "0");
    assert_eq!(
        sql.one(
            "SELECT count(DISTINCT schema_version) || ' ' || count(*) FROM platform.tenants WHERE state = 'active'"
        )
        .await,
        "1 200"
    );
    for schema in &tenants {
        let whole = format!(
            "SELECT (SELECT count(*) FROM {schema}.migration WHERE module = 'document') || ' ' || \
             (SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema}' AND table_name = 'sample_uses')"
        );
        assert_eq!(sql.one(&whole).await, format!("{} 1", module.tenant.len()), "{schema}");
    }
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
