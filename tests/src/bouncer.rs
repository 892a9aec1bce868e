//! PgBouncer in transaction mode between a server and its database.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use zhibu_core::Secret;
use zhibu_server::Config;

/// A running PgBouncer; ends when it is dropped.
pub struct Bouncer {
    child: Child,
    folder: PathBuf,
}

impl Bouncer {
    /// Starts one in front of the database of a configuration, with fewer connections than the server has, and leads
    /// the server's requests through it.
    pub fn between(config: &mut Config) -> Self {
        let url = config.database.url.as_ref().expect("the tests' database").expose().to_owned();
        let (before, socket) = url.split_once("?host=").expect("a socket");
        let database = before.rsplit('/').next().expect("a database");
        let socket = socket.replace("%2F", "/");
        let folder = PathBuf::from(format!("{}-bouncer", config.data.display()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n{database} = host={socket} user=zhibu_app\n[pgbouncer]\nauth_type = any\n\
             unix_socket_dir = {folder}\nlisten_port = 6432\npool_mode = transaction\ndefault_pool_size = 3\n",
            folder = folder.display()
        );
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(program());
        command.arg("-q").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // It refuses to be root; the cluster's account may enter as anybody.
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            let owner = std::fs::metadata(&socket).unwrap();
            chown(&folder, Some(owner.uid()), Some(owner.gid())).unwrap();
            command.arg("-u").arg(account(owner.uid()));
        }
        let child = command.spawn().expect("PgBouncer (Debian: pgbouncer)");
        let started = Instant::now();
        while !folder.join(".s.PGSQL.6432").exists() {
            assert!(started.elapsed() < Duration::from_secs(10), "PgBouncer does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        let host = folder.to_str().unwrap().replace('/', "%2F");
        config.database.url = Some(Secret::new(format!("{before}?host={host}&port=6432")));
        config.settings.statements = 0;
        Self { child, folder }
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Debian puts it where only root looks.
fn program() -> &'static Path {
    let known = Path::new("/usr/sbin/pgbouncer");
    if known.exists() { known } else { Path::new("pgbouncer") }
}

fn account(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let mut fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let line = fields.find(|fields| fields.get(2) == Some(&uid.to_string().as_str())).expect("the cluster's account");
    line[0].to_owned()
}
