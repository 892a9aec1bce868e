//! The server's process: found through its pid file, or spawned and kept.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;

use rustix::process::{Pid, Signal};

use crate::Error;
use crate::binaries::Binaries;
use crate::home::Home;
use crate::settings::Files;

/// A running postmaster of our cluster.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pid: Pid,
    data: PathBuf,
    /// Whether the kernel ends it together with us.
    pub(crate) tied: bool,
}

impl Server {
    /// The running server, if the pid file names one, and the folder of its socket.
    pub(crate) fn running(home: &Home) -> Option<(Self, PathBuf)> {
        let text = std::fs::read_to_string(pid_file(home)).ok()?;
        let mut lines = text.lines();
        let server = Self { pid: pid(lines.next()?)?, data: home.data.clone(), tied: false };
        let socket = lines.nth(3).map(PathBuf::from).filter(|folder| folder.is_absolute());
        server.alive().then(|| (server, socket.unwrap_or_else(|| home.socket.clone())))
    }

    /// Starts the server. It may still end at once: the caller waits for its first answer.
    pub(crate) fn spawn(home: &Home, binaries: &Binaries, files: &Files, tie: bool) -> Result<Self, Error> {
        forget_stale(home)?;
        let log = start_log(home);
        let output = File::create(&log).map_err(Error::at(&log))?;
        let errors = output.try_clone().map_err(Error::at(&log))?;
        let postgres = binaries.program("postgres");
        let setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].into_iter().map(Path::new).find(|path| tie && path.exists());
        let mut command = match setpriv {
            Some(setpriv) => {
                let mut command = home.account.command(setpriv);
                command.args(["--pdeathsig", "INT", "--"]).arg(&postgres);
                command
            }
            None => home.account.command(&postgres),
        };
        command.arg("-D").arg(&home.data);
        for (name, file) in [("config_file", &files.config), ("hba_file", &files.hba), ("ident_file", &files.ident)] {
            command.arg("-c").arg(format!("{name}={}", file.display()));
        }
        // A group of its own: Ctrl-C is for us, and we stop it in order.
        command.stdout(output).stderr(errors).process_group(0);
        let pid = keep(command, &postgres)?;
        Ok(Self { pid, data: home.data.clone(), tied: setpriv.is_some() })
    }

    /// Whether the process is there and works in our data folder: a number alone may have been given away again.
    pub(crate) fn alive(&self) -> bool {
        std::fs::read_link(format!("/proc/{}/cwd", self.pid.as_raw_pid())).is_ok_and(|folder| folder == self.data)
    }

    /// Whether the process is there at all: while it starts it has not yet entered the data folder. A dead one that
    /// nobody has waited for has no folder any more.
    pub(crate) fn exists(&self) -> bool {
        std::fs::read_link(format!("/proc/{}/cwd", self.pid.as_raw_pid())).is_ok()
    }

    /// Asks the server to end: `INT` is the fast shutdown, `QUIT` the immediate one.
    pub(crate) fn signal(&self, signal: Signal) {
        // A server that has just gone needs no signal.
        let _ = rustix::process::kill_process(self.pid, signal);
    }
}

/// What the server said before its own log opened.
pub(crate) fn start_log(home: &Home) -> PathBuf {
    home.path.join("start.log")
}

fn pid_file(home: &Home) -> PathBuf {
    home.data.join("postmaster.pid")
}

fn pid(text: &str) -> Option<Pid> {
    Pid::from_raw(text.trim().parse().ok()?)
}

/// Spawns and waits in one thread that lives as long as the child: the death signal is tied to the thread that
/// spawned, and a thread of the runtime may end earlier.
fn keep(mut command: Command, program: &Path) -> Result<Pid, Error> {
    let (send, receive) = mpsc::channel();
    let thread = std::thread::Builder::new().name("postgres".to_owned()).spawn(move || match command.spawn() {
        Ok(mut child) => {
            let _ = send.send(Ok(child.id()));
            if let Ok(status) = child.wait() {
                tracing::info!(%status, "PostgreSQL has ended");
            }
        }
        Err(error) => {
            let _ = send.send(Err(error));
        }
    });
    thread.map_err(Error::at(program))?;
    let id = receive.recv().unwrap_or_else(|gone| Err(std::io::Error::other(gone))).map_err(Error::at(program))?;
    i32::try_from(id).ok().and_then(Pid::from_raw).ok_or_else(|| Error::NoAccount(id.to_string()))
}

/// After a crash the pid file stays. PostgreSQL sees through it when the pid is dead or another user's, and refuses
/// when an unrelated process of the same user has the number now, which is usual in containers. Only under the
/// starters' lock, and only when [`Server::running`] has found nothing.
///
/// Our own number takes its place: PostgreSQL ignores its parent's, and still uses the rest of the file to see
/// whether orphans of the dead server hold the shared memory.
fn forget_stale(home: &Home) -> Result<(), Error> {
    let socket_lock = home.socket.join(".s.PGSQL.5432.lock");
    if socket_lock.exists() {
        std::fs::remove_file(&socket_lock).map_err(Error::at(&socket_lock))?;
    }
    let file = pid_file(home);
    if !std::fs::symlink_metadata(&file).is_ok_and(|found| found.is_file()) {
        return Ok(());
    }
    let text = std::fs::read_to_string(&file).map_err(Error::at(&file))?;
    let Some((first, rest)) = text.split_once('\n') else {
        // Cut short by a power loss: PostgreSQL refuses an empty file.
        return std::fs::remove_file(&file).map_err(Error::at(&file));
    };
    if pid(first).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok()) {
        tracing::warn!(pid = first, "a stale pid file names a process that is not PostgreSQL");
        std::fs::write(&file, format!("{}\n{rest}", std::process::id())).map_err(Error::at(&file))?;
    }
    Ok(())
}
