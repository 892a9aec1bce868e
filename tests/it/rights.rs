//! What a replica remembers of sessions, and how it hears that this is old.

use std::time::Duration;

use serde_json::json;
use zhibu_tests::Town;

const SESSIONS: &str = "{ system { sessions { id } } }";

/// A replica that hears of changes relies on what it read for longer than a second; one that has gone deaf does not.
#[tokio::test]
async fn pc_2_3_what_is_remembered_of_a_session_holds_only_while_changes_are_heard() {
    let t = Town::start().await;
    let (sql, schema) = (t.sql().await, t.home.schema());
    let mut admin = t.administrator().await;
    admin.ok(SESSIONS, json!({})).await;
    // It listens by now, so that what it reads from here on may be relied on.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    admin.ok(SESSIONS, json!({})).await;
    sql.rows(&format!(
        "ALTER TABLE {schema}.sessions DISABLE TRIGGER sessions_rights; UPDATE {schema}.sessions SET ended_at = now(); \
         ALTER TABLE {schema}.sessions ENABLE TRIGGER sessions_rights"
    ))
    .await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    admin.ok(SESSIONS, json!({})).await;

    let deaf = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE query = 'SELECT' AND datname = current_database()";
    assert_eq!(sql.one(deaf).await, "1", "one connection listens");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(admin.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
}

/// A change that is told counts for reads at once, long before anything remembered runs out.
#[tokio::test]
async fn pc_2_3_a_session_ended_elsewhere_reads_nothing_a_moment_later() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    admin.ok(SESSIONS, json!({})).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    admin.ok(SESSIONS, json!({})).await;
    t.sql().await.rows(&format!("UPDATE {}.sessions SET ended_at = now()", t.home.schema())).await;
    zhibu_tests::until("the notice", async || admin.peek(SESSIONS, json!({})).await.refusal_opt().is_some()).await;
}

/// Everything a session's rights are read from tells of its changes; what changes all the time without touching them does
/// not.
#[tokio::test]
async fn pc_2_3_every_change_of_rights_is_told() {
    let t = Town::start().await;
    let (sql, schema) = (t.sql().await, t.home.schema());
    sql.rows(
        "CREATE TABLE public.told (schema text); CREATE OR REPLACE FUNCTION shared.rights_changed() RETURNS trigger \
         LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.told VALUES (TG_TABLE_SCHEMA); RETURN NULL; END $$",
    )
    .await;
    let told = async |change: &str| {
        let change = format!("SET search_path TO {schema}; {change}; SET search_path TO ''; SELECT 1");
        sql.rows(&change).await;
        sql.one("WITH gone AS (DELETE FROM public.told RETURNING schema) SELECT count(*) FROM gone").await != "0"
    };
    for change in [
        "UPDATE sessions SET ended_at = now()",
        "UPDATE sessions SET purpose = 'password'",
        "DELETE FROM sessions",
        "UPDATE accounts SET state = 'disabled'",
        "UPDATE accounts SET display_name = 'x'",
        "UPDATE accounts SET mobile = NULL",
        "UPDATE policy SET epoch = epoch + 1",
        "UPDATE policy SET modules = '{}'",
        "INSERT INTO menus VALUES ('pc', 'x', false)",
        "DELETE FROM menus",
        "UPDATE role_assignments SET until = now()",
        "DELETE FROM role_assignments",
        "UPDATE roles SET permissions = '{}'",
        "DELETE FROM roles",
        "UPDATE people SET account_id = NULL",
        "UPDATE people SET left_at = NULL",
        "UPDATE posts SET until = since",
        "DELETE FROM posts",
    ] {
        assert!(told(change).await, "{change}");
    }
    for change in [
        "UPDATE sessions SET refreshed_at = now(), refresh_hash = refresh_hash, expires_at = expires_at",
        "UPDATE accounts SET last_sign_in_at = now(), failed = 0",
    ] {
        assert!(!told(change).await, "{change}");
    }
}
