//! A data folder, and the program running on it.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use zhibu_core::World;
use zhibu_embedded::{Cluster, OWNER};
use zhibu_tests::{PASSWORD, Sql, Visitor, totp, until, words};

/// A data folder of one test, with a private cluster of its own; removed at the end.
pub(crate) struct House(PathBuf);

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A server.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) origin: String,
}

impl House {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("zhibu-program-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        // The database's account passes through.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhibu"));
        command.args(args).arg("--data").arg(self.data()).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts a command.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, args: &[&str]) -> Done {
        self.run_with(args, &[]).await
    }

    /// Runs a command to its end, with settings from the environment.
    pub(crate) async fn run_with(&self, args: &[&str], settings: &[(&str, &str)]) -> Done {
        let output = self.command(args).envs(settings.iter().copied()).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Starts the server and waits until it says where.
    pub(crate) async fn serve(&self, settings: &[(&str, &str)]) -> Running {
        let log = File::options().create(true).append(true).open(self.0.join("log")).unwrap();
        let mut command = self.command(&["serve", "--profile", "embedded", "--listen", "127.0.0.1:0"]);
        let mut child = command.envs(settings.iter().copied()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let origin = loop {
            let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("it did not start: {}", self.log()));
            if let Some(origin) = line.trim().strip_prefix("租户入口").and_then(|url| url.strip_suffix("/portal/login"))
            {
                break origin.trim().to_owned();
            }
        };
        Running { child, lines, origin }
    }

    /// What servers have written to standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.0.join("log")).unwrap_or_default()
    }

    /// What PostgreSQL has written.
    pub(crate) fn database_logs(&self) -> String {
        let home = self.data().join("postgres");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(home.join("cluster/log")).unwrap().map(|file| file.unwrap().path()).collect();
        files.push(home.join("start.log"));
        files.iter().map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()).collect()
    }

    /// A connection to the running database, as its owner.
    pub(crate) async fn sql(&self) -> Sql {
        let cluster = Cluster::options(&self.data().join("postgres")).leave_running(true).start().await.unwrap();
        Sql::open(&cluster.url(OWNER, "zhibu")).await
    }

    pub(crate) fn postmaster(&self) -> Option<i32> {
        let text = std::fs::read_to_string(self.data().join("postgres/cluster/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok().filter(|pid| Path::new(&format!("/proc/{pid}")).exists())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster() {
            send(pid, Signal::CONT);
            send(pid, Signal::QUIT);
            while self.postmaster() == Some(pid) {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        if std::thread::panicking() {
            eprintln!("The server said:\n{}", self.log());
        }
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The last day of codes: tomorrow, as commands take it.
pub(crate) fn tomorrow() -> String {
    (World::default().today() + chrono::Duration::days(1)).to_string()
}

/// Sends a signal to a process, if it is there.
pub(crate) fn send(pid: i32, signal: Signal) {
    let _ = kill_process(Pid::from_raw(pid).unwrap(), signal);
}

impl Running {
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.origin.clone(), "/graphql")
    }

    pub(crate) fn operator_visitor(&self) -> Visitor {
        Visitor::new(self.origin.clone(), "/operator/graphql")
    }

    /// The token of the link that the first server of an installation prints.
    pub(crate) async fn link(&mut self) -> String {
        loop {
            let line = self.lines.next_line().await.unwrap().unwrap();
            if let Some((_, token)) = line.split_once("/operator/enrol#token=") {
                return token.to_owned();
            }
        }
    }

    /// Follows an enrolment link to its end.
    pub(crate) async fn enrolled(&self, token: &str) -> Visitor {
        let mut operator = self.operator_visitor();
        let enrolment = operator.ok(words::ENROLMENT, json!({"token": token})).await;
        let secret = enrolment["system"]["operatorEnrolment"]["secret"].as_str().unwrap();
        let code = totp(secret, World::default().now());
        operator.ok(words::ENROL, json!({"token": token, "password": PASSWORD, "totp": code})).await;
        operator
    }

    /// Spends a code; returns the ticket.
    pub(crate) async fn activate(&self, code: &str, name: &str, mobile: Option<&str>) -> Value {
        let user_name = mobile.is_none().then_some("boss");
        let input = json!({"code": code, "organisationName": name, "userName": user_name, "mobile": mobile});
        self.visitor().ok(words::ACTIVATE, json!({"input": input})).await["system"]["activate"]["ticket"].clone()
    }

    pub(crate) async fn progress(&self, ticket: &Value) -> Value {
        let progress = self.visitor().ok(words::PROGRESS, json!({"ticket": ticket})).await;
        progress["system"]["activationProgress"].clone()
    }

    pub(crate) async fn ready(&self, ticket: &Value) {
        until("the tenant is ready", async || self.progress(ticket).await["state"] == "READY").await;
    }

    /// `kill -9`
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Ends it as `kill` does and waits for it.
    pub(crate) async fn stop(mut self) {
        send(self.child.id().unwrap().try_into().unwrap(), Signal::TERM);
        let status = tokio::time::timeout(Duration::from_secs(200), self.child.wait()).await;
        assert!(status.unwrap().unwrap().success());
    }
}
