//! Creating the cluster, and the three files the server reads at every start.
//!
//! The files live beside the data, in our folder: root never writes into a folder that the server's account owns.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::home::{Home, private};
use crate::{APP, Error, OWNER, Options};

/// Runs `initdb` unless there is data already. A half-made cluster never gets the final name.
pub(crate) fn create(home: &Home, binaries: &Binaries, durable: bool) -> Result<(), Error> {
    if home.data.exists() {
        return Ok(());
    }
    sweep(&home.path)?;
    let unfinished = home.path.join(format!("cluster.{}.new", std::process::id()));
    private(&unfinished, &home.account)?;
    let initdb = binaries.program("initdb");
    let mut command = home.account.command(&initdb);
    command.args(["-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer", "--data-checksums"]);
    if !durable {
        command.arg("--no-sync");
    }
    let answer = command.arg("-D").arg(&unfinished).output().map_err(Error::at(&initdb))?;
    if !answer.status.success() {
        let output = String::from_utf8_lossy(&answer.stderr).into_owned();
        return Err(Error::Program { program: initdb, output });
    }
    std::fs::rename(&unfinished, &home.data).map_err(Error::at(&home.data))
}

/// Removes what interrupted creations left.
fn sweep(home: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(home).map_err(Error::at(home))?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("cluster.") && name.ends_with(".new") {
            std::fs::remove_dir_all(entry.path()).map_err(Error::at(&entry.path()))?;
        }
    }
    Ok(())
}

/// The three files.
pub(crate) struct Files {
    /// `postgresql.conf`
    pub(crate) config: PathBuf,
    /// `pg_hba.conf`
    pub(crate) hba: PathBuf,
    /// `pg_ident.conf`
    pub(crate) ident: PathBuf,
}

impl Files {
    /// Writes them for this start.
    pub(crate) fn write(home: &Home, options: &Options) -> Result<Self, Error> {
        let files = Self {
            config: home.path.join("postgresql.conf"),
            hba: home.path.join("hba.conf"),
            ident: home.path.join("ident.conf"),
        };
        write(&files.config, &config(home, options)?)?;
        write(&files.hba, "local all all peer map=zhibu\n")?;
        write(&files.ident, &ident(&[&Account::current()?, &home.account]))?;
        Ok(files)
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(Error::at(path))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).map_err(Error::at(path))
}

fn ident(accounts: &[&Account]) -> String {
    let mut lines = String::new();
    for account in accounts {
        for role in [OWNER, APP] {
            lines.push_str(&format!("zhibu \"{}\" {role}\n", account.name));
        }
    }
    lines
}

fn config(home: &Home, options: &Options) -> Result<String, Error> {
    let socket = home.socket.display().to_string();
    // Statements and the details of errors carry personal data, so the log has neither.
    let mut lines = vec![
        ("listen_addresses", ""),
        ("unix_socket_directories", &socket),
        ("unix_socket_permissions", "0700"),
        ("max_connections", "200"),
        ("max_locks_per_transaction", "512"),
        ("shared_buffers", "128MB"),
        // A thousand tenants are 170,000 files: flushing each after a crash takes longer than a start may.
        ("recovery_init_sync_method", "syncfs"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("logging_collector", "on"),
        ("log_directory", "log"),
        ("log_filename", "%a.log"),
        ("log_rotation_age", "1d"),
        ("log_truncate_on_rotation", "on"),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
    ];
    if !options.durable {
        lines.extend([("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off")]);
    }
    lines.extend(options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())));

    // First what initdb found out about this machine (kinds of shared memory, for one), then what we want.
    let found = home.data.join("postgresql.conf").display().to_string();
    let mut text = format!("# Written at every start.\ninclude {}\n", quote(&found));
    for (name, value) in lines {
        let known =
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._".contains(letter));
        if !known || value.contains(char::is_control) {
            return Err(Error::Setting(name.to_owned()));
        }
        text.push_str(&format!("{name} = {}\n", quote(value)));
    }
    Ok(text)
}

fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}
