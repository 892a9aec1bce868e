//! The command line: results on standard output, everything else on standard error.

use serde_json::{Value, json};
use zhibu_tests::words;

use crate::program::{Done, House, tomorrow};

impl Done {
    /// What a command that went well has printed.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        assert!(self.ok, "{self:?}");
        self.out.trim_end()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|fault| panic!("{fault}: {self:?}"))
    }

    /// That a command failed, printed nothing, and said this.
    #[track_caller]
    pub(crate) fn refused(&self, words: &str) {
        assert!(!self.ok && self.out.is_empty() && self.err.contains(words), "{words}: {self:?}");
    }
}

/// `zhibu sdl | head -1`
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_zhibu"))
        .arg("sdl")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test]
async fn what_needs_no_database_does_without() {
    let house = House::new();
    let sdl = house.run(&["sdl"]).await;
    assert_eq!(
        sdl.text(),
        include_str!("../../../graphql/schema.graphql").trim_end(),
        "zhibu sdl > graphql/schema.graphql"
    );

    let secrets = [
        ("ZHIBU__DATABASE__URL", "postgres://app:hidden-one@db/zhibu"),
        ("ZHIBU__DATABASE__DDL_URL", "postgres://owner:hidden-two@db/zhibu"),
        (
            "ZHIBU__STORAGE",
            "{endpoint=\"https://s3.example\", public_endpoint=\"https://s3.example\", region=\"r\", \
            bucket=\"b\", access_key=\"hidden-three\", secret_key=\"hidden-four\", path_style=true}",
        ),
        ("ZHIBU__SETTINGS__SESSION_DAYS", "9"),
    ];
    let shown = house.run_with(&["config", "show"], &secrets).await;
    assert!(shown.text().contains("session_days: 9") && shown.text().contains("s3.example"), "{shown:?}");
    assert!(shown.text().contains("[secret]"), "{shown:?}");
    assert!(!shown.out.contains("hidden-") && !shown.err.contains("hidden-"), "{shown:?}");

    house.run(&["nonsense"]).await.refused("nonsense");
    house.run(&["tenant", "list", "--nonsense"]).await.refused("--nonsense");
    house.run(&["tenant", "list"]).await.refused("NO_INSTALLATION");
    house.run(&["config", "show", "--config", "/nowhere.toml"]).await.refused("/nowhere.toml");
    house.run_with(&["config", "show"], &[("ZHIBU__SETTINGS__CONNECTIONS", "0")]).await.refused("connections");
    house.run(&["serve", "--profile", "production"]).await.refused("public_url");
    house.run(&["tenant", "show", "1"]).await.refused("'1'");
    house.run(&["code", "issue"]).await.refused("--expires");
    house.run(&["serve"]).await.refused("profile");
    house.run_with(&["config", "show"], &[("ZHIBU__NONSENSE", "1")]).await.refused("nonsense");
    assert!(!house.data().exists(), "nothing was opened for this");
}

#[tokio::test]
async fn commands_work_alone_and_beside_a_server() {
    let house = House::new();
    // Alone they bring the database up and take it down again.
    let found = house.run(&["doctor", "--json"]).await.json();
    let well: Vec<&Value> = found.as_array().unwrap().iter().filter(|finding| finding["ok"] == true).collect();
    assert_eq!(well.len(), 7, "{found}");
    assert_eq!(house.postmaster(), None);

    let mut server = house.serve(&[]).await;
    assert!(house.run(&["doctor"]).await.text().lines().all(|line| line.starts_with('✓')));
    assert_eq!(house.run(&["tenant", "list", "--json"]).await.json(), json!([]));
    let demo = house.run(&["demo"]).await;
    assert!(demo.text().lines().count() == 1 && demo.text().contains("demo"), "{demo:?}");
    house.run(&["demo"]).await.refused("DEMO_EXISTS");
    let mut visitor = server.visitor();
    let answer = visitor.ok(words::SIGN_IN, json!({"name": "demo", "password": "ABC#123"})).await;
    assert_eq!(answer["system"]["signIn"]["__typename"], "PasswordChangeRequired");

    let tenants = house.run(&["tenant", "list", "--json"]).await.json();
    assert_eq!((tenants.as_array().unwrap().len(), &tenants[0]["state"]), (1, &json!("active")));
    let id = tenants[0]["id"].as_str().unwrap();
    let shown = house.run(&["tenant", "show", id]).await;
    assert!(shown.text().contains(id) && shown.text().contains("中共示例集团有限公司委员会"), "{shown:?}");
    house.run(&["tenant", "show", "00000000-0000-7000-8000-000000000000"]).await.refused("NOT_FOUND");
    let run = house.run(&["migrate", "--json"]).await.json();
    assert_eq!(run, json!([{"migrated": [], "failed": [], "held": [], "shut": [], "current": 1}]));

    let expires = tomorrow();
    let issue = ["code", "issue", "--expires", &expires, "--json"];
    let codes = house.run(&[&issue[..], &["--count", "2", "--module", "document"]].concat()).await.json();
    assert_eq!(codes.as_array().unwrap().len(), 2);
    let ticket = server.activate(codes[1].as_str().unwrap(), "中共新单位委员会", None).await;
    server.ready(&ticket).await;
    house.run(&[&issue[..], &["--module", "nonsense"]].concat()).await.refused("INVALID");

    server.link().await;
    let link = house.run(&["operator", "invite", "second"]).await;
    let (origin, token) = link.text().split_once("/operator/enrol#token=").unwrap();
    assert_eq!(origin, server.origin);
    let mut second = server.enrolled(token).await;
    assert_eq!(second.ok(words::OPERATOR, json!({})).await["system"]["operatorSession"]["userName"], "second");

    // One tenant cannot be brought up to date: said in words, and by the status.
    let sql = house.sql().await;
    sql.rows(&format!(
        "UPDATE t_{}.migration SET hash = 'another' WHERE module = 'document'; \
         UPDATE platform.tenants SET schema_version = 'an older one'",
        id.replace('-', "")
    ))
    .await;
    let run = house.run(&["migrate", "--json"]).await;
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert!(!run.ok && run.err.contains("MIGRATION") && run.err.contains(id), "{run:?}");
    assert_eq!((&report[0]["failed"][0][0], report[0]["migrated"].as_array().unwrap().len()), (&json!(id), 1));
    drop(sql);
    server.stop().await;
    assert_eq!(house.postmaster(), None, "nobody uses it any more");
}
