//! The cluster from outside: every case starts real servers, most of them through other processes.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and its child takes orders by environment"
)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, NoTls};
use zhibu_embedded::{APP, Cluster, Error, OWNER, Options};

const NOBODY: u32 = 65534;

/// A folder of one test, reachable by every account, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("zhibu-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn home(&self) -> PathBuf {
        self.0.join("postgres")
    }

    fn postmaster(&self) -> Option<i32> {
        let text = std::fs::read_to_string(self.home().join("cluster/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster().filter(|pid| is_postgres(*pid)) {
            kill(pid, Signal::QUIT);
            until("the server of a failed test ends", || !is_postgres(pid));
        }
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

fn is_postgres(pid: i32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe.ends_with("postgres"))
}

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn ask(client: &Client, sql: &str) -> String {
    client.query_one(&format!("select ({sql})::text"), &[]).await.unwrap().get(0)
}

/// Makes the table and a row; returns the number of rows.
async fn write_row(cluster: &Cluster) -> i64 {
    cluster.ensure_database("zhibu").await.unwrap();
    let client = connect(&cluster.url(OWNER, "zhibu")).await.unwrap();
    client
        .batch_execute(
            "begin; select pg_advisory_xact_lock(1); create table if not exists seen(at timestamptz); commit",
        )
        .await
        .unwrap();
    client.batch_execute("insert into seen values (now())").await.unwrap();
    rows(&client).await
}

async fn rows(client: &Client) -> i64 {
    ask(client, "select count(*) from seen").await.parse().unwrap()
}

fn fast(home: &Path) -> Options {
    Cluster::options(home).durable(false)
}

/// This test binary again, doing `order` as a process of its own (as user `uid` if given).
fn child(order: &str, home: &Path, uid: Option<u32>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_of_another_test", "--ignored", "--nocapture"]);
    command.env("ZHIBU_TEST_ORDER", order).env("ZHIBU_TEST_HOME", home).current_dir("/");
    command.stdout(Stdio::piped());
    if let Some(uid) = uid {
        command.uid(uid).gid(uid);
    }
    command.spawn().unwrap()
}

/// Waits for a line of the child that starts with `word`; returns the rest of it.
fn line(child: &mut Child, word: &str) -> String {
    let output = BufReader::new(child.stdout.as_mut().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    lines.find_map(|line| line.split_once(word).map(|(_, rest)| rest.trim().to_owned())).unwrap()
}

fn finish(mut child: Child) -> String {
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(child.wait().unwrap().success(), "{output}");
    output
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is run by the other tests as their child"]
async fn child_of_another_test() {
    let home = PathBuf::from(std::env::var("ZHIBU_TEST_HOME").unwrap());
    let options = Cluster::options(&home);
    match std::env::var("ZHIBU_TEST_ORDER").unwrap().as_str() {
        "row" => {
            let cluster = options.start().await.unwrap();
            println!("rows {}", write_row(&cluster).await);
            cluster.stop().await.unwrap();
        }
        "leave" => {
            let cluster = options.leave_running(true).start().await.unwrap();
            println!("rows {}", write_row(&cluster).await);
        }
        "write until killed" => {
            let cluster = options.start().await.unwrap();
            write_row(&cluster).await;
            let client = connect(&cluster.url(OWNER, "zhibu")).await.unwrap();
            for row in 1.. {
                client.batch_execute("insert into seen values (now())").await.unwrap();
                println!("acknowledged {row}");
            }
        }
        url => {
            let answer = connect(url).await;
            println!("answer {:?}", answer.map(|_| ()).map_err(|error| error.to_string()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_start_makes_a_durable_private_cluster_and_a_restart_keeps_the_rows() {
    let folder = Folder::new();
    let cluster = Cluster::options(&folder.home()).start().await.unwrap();
    assert_eq!(write_row(&cluster).await, 1);

    let client = connect(&cluster.url(APP, "zhibu")).await.unwrap();
    for (setting, expected) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("max_connections", "200"),
        ("max_locks_per_transaction", "512"),
        ("recovery_init_sync_method", "syncfs"),
        ("lc_collate", "C.UTF-8"),
        ("server_encoding", "UTF8"),
    ] {
        assert_eq!(ask(&client, &format!("select current_setting('{setting}')")).await, expected, "{setting}");
    }
    assert_eq!(ask(&client, "select current_user").await, APP);
    let powers =
        "select rolsuper or rolinherit or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user";
    assert_eq!(ask(&client, powers).await, "false");
    assert!(client.query("select * from seen", &[]).await.is_err(), "the login role reads a table");

    let run = std::fs::metadata(folder.home().join("run")).unwrap();
    assert_eq!(run.mode() & 0o777, 0o700);
    let server = std::fs::metadata(format!("/proc/{}", folder.postmaster().unwrap())).unwrap();
    assert_ne!(server.uid(), 0, "the server runs as root");
    assert_eq!(server.uid(), run.uid());
    let environment = std::fs::read(format!("/proc/{}/environ", folder.postmaster().unwrap())).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("HOME="));

    cluster.stop().await.unwrap();
    assert_eq!(folder.postmaster(), None, "a clean stop leaves no pid file");
    let cluster = Cluster::options(&folder.home()).start().await.unwrap();
    assert_eq!(write_row(&cluster).await, 2);
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn diesel_async_accepts_the_address() {
    use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
    let folder = Folder::new();
    let cluster = fast(&folder.home()).start().await.unwrap();
    cluster.ensure_database("支部 1").await.unwrap();
    cluster.ensure_database("支部 1").await.unwrap();
    let mut connection = AsyncPgConnection::establish(&cluster.url(APP, "支部 1")).await.unwrap();
    diesel::sql_query("select 1").execute(&mut connection).await.unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_postmaster_killed_under_us_comes_back_with_every_committed_row() {
    let folder = Folder::new();
    let cluster = Cluster::options(&folder.home()).start().await.unwrap();
    let watch = tokio::spawn({
        let cluster = cluster.clone();
        async move { cluster.watch().await }
    });
    for round in 1..=3 {
        assert_eq!(write_row(&cluster).await, round);
        let busy = connect(&cluster.url(OWNER, "zhibu")).await.unwrap();
        let old = folder.postmaster().unwrap();
        kill(old, Signal::KILL);
        assert!(busy.batch_execute("select pg_sleep(60)").await.is_err());
        until("another postmaster is there", || folder.postmaster().is_some_and(|pid| pid != old));
        until("it has its socket", || folder.home().join("run/.s.PGSQL.5432").exists());
        while connect(&cluster.url(OWNER, "zhibu")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    cluster.stop().await.unwrap();
    watch.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_killed_takes_the_server_down_in_order_and_no_acknowledged_row_is_lost() {
    let folder = Folder::new();
    let mut owner = child("write until killed", &folder.home(), None);
    while line(&mut owner, "acknowledged").parse::<i64>().unwrap() < 50 {}
    let postmaster = folder.postmaster().unwrap();
    owner.kill().unwrap();
    let rest = finish_killed(owner);
    let tied = Path::new("/usr/bin/setpriv").exists();
    if tied {
        until("the server has followed its owner", || !is_postgres(postmaster));
        assert_eq!(folder.postmaster(), None, "it did not shut down in order");
    }
    let cluster = Cluster::options(&folder.home()).start().await.unwrap();
    assert_eq!(folder.postmaster() == Some(postmaster), !tied, "a survivor is adopted");
    let client = connect(&cluster.url(OWNER, "zhibu")).await.unwrap();
    let acknowledged =
        rest.lines().filter_map(|line| line.strip_prefix("acknowledged ")).filter_map(|row| row.parse().ok()).max();
    assert!(rows(&client).await > acknowledged.unwrap_or(50));
    cluster.stop().await.unwrap();
}

fn finish_killed(mut child: Child) -> String {
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    child.wait().unwrap();
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_adopts_the_running_server_and_leaves_it() {
    let folder = Folder::new();
    let cluster = Cluster::options(&folder.home()).start().await.unwrap();
    write_row(&cluster).await;
    let postmaster = folder.postmaster();
    let output = finish(child("row", &folder.home(), None));
    assert!(output.contains("rows 2"), "{output}");
    assert_eq!(folder.postmaster(), postmaster);
    assert_eq!(write_row(&cluster).await, 3);
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn four_starters_at_once_end_with_one_server_and_four_rows() {
    let folder = Folder::new();
    let starters: Vec<_> = (0..4).map(|_| child("leave", &folder.home(), None)).collect();
    let outputs: Vec<_> = starters.into_iter().map(finish).collect();
    let most =
        outputs.iter().filter_map(|output| output.split_once("rows ")?.1.lines().next()?.parse::<u32>().ok()).max();
    assert_eq!(most, Some(4), "{outputs:?}");
    let postmaster = folder.postmaster().unwrap();
    assert!(is_postgres(postmaster), "it was asked to stay");

    let cluster = Cluster::options(&folder.home()).start().await.unwrap();
    assert_eq!(folder.postmaster(), Some(postmaster), "the next one adopts it");
    assert_eq!(write_row(&cluster).await, 5);
    cluster.stop().await.unwrap();
    assert!(!is_postgres(postmaster), "the last user stops it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_pid_of_a_dead_or_unrelated_process_does_not_stop_a_start() {
    let folder = Folder::new();
    let cluster = fast(&folder.home()).start().await.unwrap();
    let uid = std::fs::metadata(folder.home().join("cluster")).unwrap().uid();
    write_row(&cluster).await;
    let file = folder.home().join("cluster/postmaster.pid");
    let text = std::fs::read_to_string(&file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    let rest = rest.to_owned();
    cluster.stop().await.unwrap();

    let mut same_user = Command::new("sleep");
    same_user.arg("600").process_group(0);
    if root() {
        same_user.uid(uid);
    }
    let mut same_user = same_user.spawn().unwrap();
    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    for (rows, pid) in [(2, same_user.id()), (3, dead.id()), (4, 1), (5, std::process::id())] {
        std::fs::write(&file, format!("{pid}\n{rest}")).unwrap();
        std::os::unix::fs::chown(&file, Some(uid), None).unwrap();
        std::fs::write(folder.home().join("run/.s.PGSQL.5432.lock"), format!("{pid}\n{rest}")).unwrap();
        let cluster = fast(&folder.home()).start().await.unwrap();
        assert_eq!(write_row(&cluster).await, rows, "pid {pid}");
        cluster.stop().await.unwrap();
    }
    std::fs::write(&file, "").unwrap();
    fast(&folder.home()).start().await.unwrap().stop().await.unwrap();
    assert_eq!(same_user.try_wait().unwrap(), None, "the unrelated process was hurt");
    same_user.kill().unwrap();
    same_user.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_os_user_is_refused_even_with_the_folder_open() {
    if !root() {
        return; // Nobody else to be.
    }
    let folder = Folder::new();
    let cluster = fast(&folder.home()).setting("unix_socket_permissions", "0777").start().await.unwrap();
    for role in [OWNER, APP] {
        let url = cluster.url(role, "postgres");
        let output = finish(child(&url, &folder.home(), Some(NOBODY)));
        assert!(output.contains("answer Err(\"error connecting"), "{output}");
        let run = folder.home().join("run");
        std::fs::set_permissions(&run, std::fs::Permissions::from_mode(0o777)).unwrap();
        let output = finish(child(&url, &folder.home(), Some(NOBODY)));
        assert!(output.contains("answer Err(\"db error"), "{output}");
        std::fs::set_permissions(&run, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_user_starts_stops_and_starts_again() {
    if !root() {
        return; // Then every other case is this one.
    }
    let folder = Folder::new();
    std::os::unix::fs::chown(&folder.0, Some(NOBODY), None).unwrap();
    for rows in ["rows 1", "rows 2"] {
        let output = finish(child("row", &folder.home(), Some(NOBODY)));
        assert!(output.contains(rows), "{output}");
    }
    // Root takes a user's cluster over as that user.
    let cluster = fast(&folder.home()).start().await.unwrap();
    assert_eq!(write_row(&cluster).await, 3);
    cluster.stop().await.unwrap();
    let output = finish(child("row", &folder.home(), Some(NOBODY)));
    assert!(output.contains("rows 4"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_another_major_version_is_refused_with_both_versions_named() {
    let folder = Folder::new();
    let data = folder.home().join("cluster");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    let error = fast(&folder.home()).start().await.unwrap_err();
    assert!(matches!(&error, Error::Major { written: 9, .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_closed_to_the_servers_account_is_refused_by_name() {
    if !root() {
        return; // Our own folders are open to us.
    }
    let folder = Folder::new();
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o700)).unwrap();
    let error = fast(&folder.home()).start().await.unwrap_err();
    assert!(matches!(&error, Error::Closed { folder: closed, .. } if *closed == folder.0), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_path_gets_a_short_socket() {
    let folder = Folder::new();
    let home = folder.0.join("数据".repeat(20)).join("postgres");
    let cluster = fast(&home).start().await.unwrap();
    assert_eq!(write_row(&cluster).await, 1);
    let socket = cluster.url(OWNER, "zhibu").split_once("host=").unwrap().1.replace("%2F", "/");
    assert!(socket.len() < 90, "{socket}");
    cluster.stop().await.unwrap();
    std::fs::remove_dir_all(socket).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_written_and_programs_that_are_not_there_are_refused() {
    let folder = Folder::new();
    let error = fast(&folder.home()).bin_dir(Some(folder.0.clone())).start().await.unwrap_err();
    assert!(matches!(error, Error::NoPrograms(_)), "{error}");
    let error = fast(&folder.home()).setting("work_mem", "4MB'\nfsync = 'off").start().await.unwrap_err();
    assert!(matches!(error, Error::Setting(_)), "{error}");
    let error = fast(&folder.home()).setting("work_mem", "a lot").start().await.unwrap_err();
    assert!(matches!(&error, Error::Start { words, .. } if words.contains("work_mem")), "{error}");
}
