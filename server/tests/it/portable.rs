//! Tenants as files and on their way to another server, when the program that carries them is killed.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Child;
use zhibu_embedded::{APP, Cluster, OWNER};
use zhibu_tests::{Sql, until};

use crate::program::House;

const PASSPHRASE: &str = "a long passphrase\n";

/// A house with the demo tenant; its id.
async fn lived_in(house: &House) -> String {
    house.run(&["demo"]).await.text();
    let tenants: Value = serde_json::from_str(house.run(&["tenant", "list", "--json"]).await.text()).unwrap();
    tenants[0]["id"].as_str().unwrap().to_owned()
}

/// Exports the tenant; the content hash.
async fn exported(house: &House, tenant: &str, to: &Path, passphrase: &str) -> String {
    let to = to.to_str().unwrap();
    let args = ["tenant", "export", tenant, "--out", to, "--passphrase-file", passphrase, "--json"];
    let told: Value = serde_json::from_str(house.run(&args).await.text()).unwrap();
    told[0]["content_hash"].as_str().unwrap().to_owned()
}

/// `kill -9`, in the middle of it.
async fn killed(mut child: Child) {
    child.kill().await.unwrap();
    assert!(!child.wait().await.unwrap().success(), "it was still at work");
}

fn passphrase(house: &House) -> String {
    let file = house.folder().join("passphrase");
    std::fs::write(&file, PASSPHRASE).unwrap();
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn op_12_an_import_that_is_killed_is_taken_over_by_the_next() {
    let (house, other) = (House::new(), House::new());
    let tenant = lived_in(&house).await;
    let (passphrase, file) = (passphrase(&house), house.folder().join("tenant.zhibu"));
    let hash = exported(&house, &tenant, &file, &passphrase).await;
    let file = file.to_str().unwrap();

    let server = other.serve(&[]).await;
    let sql = other.sql().await;
    let import = ["tenant", "import", file, "--passphrase-file", &passphrase, "--json"];
    let begun = "SELECT count(*) FROM platform.audit WHERE action = 'tenant.import_started'";
    for (times, delay) in [(1, 0), (2, 15), (3, 40)] {
        let child = other.start(&import);
        until("it has begun", async || sql.one(begun).await == times.to_string()).await;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        killed(child).await;
        assert_eq!(sql.one("SELECT state FROM platform.tenants").await, "importing", "after {delay} ms");
        // Scratch files of the killed are nobody's; a server's start takes them away.
    }
    let told: Value = serde_json::from_str(other.run(&import).await.text()).unwrap();
    assert_eq!(told[0]["content_hash"].as_str(), Some(&*hash));
    assert_eq!(exported(&other, &tenant, &other.folder().join("again"), &passphrase).await, hash);
    other.run(&import).await.refused("TENANT_EXISTS");
    server.stop().await;
}

#[tokio::test]
async fn op_12_a_restoration_that_is_killed_is_taken_back() {
    let house = House::new();
    let server = house.serve(&[]).await;
    let tenant = lived_in(&house).await;
    let passphrase = passphrase(&house);
    let file = house.folder().join("before");
    let before = exported(&house, &tenant, &file, &passphrase).await;
    let abort = ["tenant", "restore", &tenant, "--abort"];
    house.run(&abort).await.refused("NOT_RESTORING");
    let child = house.start(&["tenant", "restore", &tenant, file.to_str().unwrap(), "--passphrase-file", &passphrase]);
    let sql = house.sql().await;
    let beside = format!("SELECT count(*) FROM pg_namespace WHERE nspname = 'r_{}'", tenant.replace('-', ""));
    until("it has begun", async || sql.one(&beside).await == "1").await;
    killed(child).await;
    house.run(&abort).await.text();
    assert_eq!(sql.one(&beside).await, "0");
    assert_eq!(sql.one("SELECT state FROM platform.tenants").await, "active");
    assert_eq!(exported(&house, &tenant, &house.folder().join("after"), &passphrase).await, before);
    house.run(&abort).await.refused("NOT_RESTORING");
    drop(sql);
    server.stop().await;
}

#[tokio::test]
async fn op_12_a_move_that_is_killed_goes_on_where_it_was() {
    let house = House::new();
    let server = house.serve(&[]).await;
    let tenant = lived_in(&house).await;
    let passphrase = passphrase(&house);
    let before = exported(&house, &tenant, &house.folder().join("before"), &passphrase).await;
    let far = Cluster::options(&house.folder().join("far")).durable(false).start().await.unwrap();
    far.ensure_database("far").await.unwrap();
    let (query, ddl) = (far.url(APP, "far"), far.url(OWNER, "far"));
    house.run(&["placement", "add", "far", "--query-url", &query, "--ddl-url", &ddl]).await.text();
    let (here, there) = (house.sql().await, Sql::open(&ddl).await);
    let schema = format!("t_{}", tenant.replace('-', ""));
    let schemas = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'");
    let step = "SELECT coalesce(max(step), 'none') FROM platform.moves";

    let go = ["tenant", "move", &tenant, "--to", "far"];
    let child = house.start(&go);
    until("it has begun", async || here.one(step).await == "copying").await;
    killed(child).await;
    assert_eq!(here.one(step).await, "copying");
    house.run(&["tenant", "move", &tenant, "--abort"]).await.text();
    assert_eq!((here.one(step).await, there.one(&schemas).await), ("none".to_owned(), "0".to_owned()));
    house.run(&["tenant", "move", &tenant, "--abort"]).await.refused("NOT_MOVING");

    // Again, killed while copying and once more after the switch.
    let child = house.start(&go);
    let locked = format!(
        "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND granted AND relation = '{schema}.accounts'::regclass"
    );
    until("it copies", async || here.one(&locked).await != "0").await;
    killed(child).await;
    assert_eq!(here.one(&schemas).await, "1");
    house.run(&["tenant", "move", &tenant, "--to", "default"]).await.refused("TENANT_MOVING");
    let child = house.start(&go);
    until("it has switched", async || here.one(step).await == "switched").await;
    killed(child).await;
    assert_eq!((here.one(&schemas).await, there.one(&schemas).await), ("1".to_owned(), "1".to_owned()));
    house.run(&["tenant", "move", &tenant, "--abort"]).await.refused("MOVE_SWITCHED");
    house.run(&go).await.text();
    assert_eq!((here.one(&schemas).await, there.one(&schemas).await), ("0".to_owned(), "1".to_owned()));
    assert_eq!(here.one(step).await, "none");
    house.run(&["placement", "check"]).await.text();
    assert_eq!(exported(&house, &tenant, &house.folder().join("after"), &passphrase).await, before);
    drop((here, there));
    server.stop().await;
    far.stop().await.unwrap();
}

#[tokio::test]
async fn op_12_a_certificate_is_verified_without_an_installation() {
    let (house, nowhere) = (House::new(), House::new());
    let tenant = lived_in(&house).await;
    let found: Value = serde_json::from_str(house.run(&["tenant", "list", "--json"]).await.text()).unwrap();
    assert_eq!(found[0]["id"], *tenant);
    house.run(&["tenant", "suspend", &tenant, "--reason", "合同终止"]).await.text();
    let slug: String = tenant.replace('-', "").chars().skip(20).collect();
    let (file, key) = (house.folder().join("erased.json"), house.run(&["certificate", "key"]).await.text().to_owned());
    let path = file.to_str().unwrap();
    house.run(&["tenant", "erase", &slug, "--confirm", "another"]).await.refused("INVALID");
    house.run(&["tenant", "erase", &slug, "--confirm", &slug, "--certificate", path]).await.text();
    assert_eq!(house.run(&["tenant", "list", "--json"]).await.text(), "[]");
    let verified = nowhere.run(&["certificate", "verify", path, "--key", &key]).await;
    assert!(verified.text().contains(&tenant) && verified.text().contains(&key), "{verified:?}");
    assert!(!nowhere.data().exists(), "nothing was opened for this");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"objects\": 0", "\"objects\": 1", 1)).unwrap();
    nowhere.run(&["certificate", "verify", path]).await.refused("CERTIFICATE");
}
