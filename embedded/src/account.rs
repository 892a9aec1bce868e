//! The operating system accounts: ours, and the one that runs the server.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// An account of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account this process runs as.
    pub(crate) fn current() -> Result<Self, Error> {
        Self::get(&rustix::process::geteuid().as_raw().to_string())
    }

    /// The account that runs the server over `data`: ours, or an unprivileged one if we are root.
    pub(crate) fn of_server(data: &Path) -> Result<Self, Error> {
        let owner = std::fs::metadata(data).ok().map(|data| data.uid());
        let us = Self::current()?;
        match owner {
            Some(owner) if us.uid != 0 && owner != us.uid => Err(Error::Foreign { path: data.to_owned(), owner }),
            Some(owner) if us.uid == 0 && owner != 0 => Self::get(&owner.to_string()),
            _ if us.uid == 0 => Self::get("postgres").or_else(|_| Self::get("nobody")),
            _ => Ok(us),
        }
    }

    /// Looks an account up by name or number, through whatever the system keeps its accounts in.
    fn get(key: &str) -> Result<Self, Error> {
        let program = Path::new("getent");
        let answer = clean(program).args(["passwd", key]).stderr(Stdio::null()).output().map_err(Error::at(program))?;
        parse(&String::from_utf8_lossy(&answer.stdout)).ok_or_else(|| Error::NoAccount(key.to_owned()))
    }

    /// A command that runs as this account, with nothing of our environment.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = clean(program);
        if rustix::process::geteuid().as_raw() != self.uid {
            // Also drops the supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether the account may pass through a folder with this owner and mode.
    pub(crate) fn may_enter(&self, folder: &std::fs::Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }
}

/// An inherited `HOME` has made libpq inside the server read root's files, so nothing is inherited.
fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

fn parse(line: &str) -> Option<Account> {
    let mut fields = line.lines().next()?.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_account_list_is_read() {
        let account = parse("postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n");
        assert_eq!(account, Some(Account { name: "postgres".into(), uid: 101, gid: 104 }));
        assert_eq!(parse(""), None);
        assert_eq!(parse("half:x:1"), None);
    }
}
