//! The folders of the cluster, their owners and modes.

use std::fs::{DirBuilder, File, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::Account;

/// A socket's path must fit into 107 bytes together with its file name.
const LONGEST_SOCKET_FOLDER: usize = 90;

/// The folders of one cluster, made and checked.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// The folder of everything.
    pub(crate) path: PathBuf,
    /// The folder of the data.
    pub(crate) data: PathBuf,
    /// The folder of the socket.
    pub(crate) socket: PathBuf,
    /// The account that runs the server.
    pub(crate) account: Account,
}

impl Home {
    /// Makes the folder and takes the lock on its starters; blocks while another one starts.
    pub(crate) fn lock(home: &Path) -> Result<(PathBuf, File), Error> {
        let home = std::path::absolute(home).map_err(Error::at(home))?;
        let root = rustix::process::geteuid().is_root();
        create(&home, if root { 0o711 } else { 0o700 })?;
        let home = home.canonicalize().map_err(Error::at(&home))?;
        let lock = open_lock(&home.join("start.lock"))?;
        lock.lock().map_err(Error::at(&home))?;
        Ok((home, lock))
    }

    /// Finds the server's account, and makes the socket's folder. Only under the lock.
    pub(crate) fn prepare(path: &Path) -> Result<Self, Error> {
        let data = path.join("cluster");
        let account = Account::of_server(&data)?;
        reachable(path, &account)?;
        let socket = socket_folder(path);
        private(&socket, &account)?;
        Ok(Self { path: path.to_owned(), data, socket, account })
    }

    /// The lock that every user of the cluster shares.
    pub(crate) fn users(path: &Path) -> Result<File, Error> {
        open_lock(&path.join("users.lock"))
    }
}

fn open_lock(path: &Path) -> Result<File, Error> {
    File::options().create(true).truncate(false).write(true).open(path).map_err(Error::at(path))
}

/// Like `mkdir -p`, but the mode of what is made does not depend on the umask.
fn create(folder: &Path, mode: u32) -> Result<(), Error> {
    let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        match DirBuilder::new().mode(mode).create(folder) {
            Ok(()) => std::fs::set_permissions(folder, Permissions::from_mode(mode)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(Error::at(folder))?;
    }
    Ok(())
}

/// A folder that only `account` can enter.
pub(crate) fn private(folder: &Path, account: &Account) -> Result<(), Error> {
    create(folder, 0o700)?;
    let found = std::fs::symlink_metadata(folder).map_err(Error::at(folder))?;
    let ours = found.uid() == account.uid || found.uid() == rustix::process::geteuid().as_raw();
    if !ours || !found.is_dir() {
        return Err(Error::Foreign { path: folder.to_owned(), owner: found.uid() });
    }
    if found.uid() != account.uid {
        std::os::unix::fs::chown(folder, Some(account.uid), Some(account.gid)).map_err(Error::at(folder))?;
    }
    std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(Error::at(folder))
}

fn reachable(home: &Path, account: &Account) -> Result<(), Error> {
    for folder in home.ancestors() {
        let found = std::fs::metadata(folder).map_err(Error::at(folder))?;
        if !account.may_enter(&found) {
            return Err(Error::Closed { folder: folder.to_owned(), account: account.name.clone() });
        }
    }
    Ok(())
}

fn socket_folder(home: &Path) -> PathBuf {
    let near = home.join("run");
    if near.as_os_str().as_bytes().len() < LONGEST_SOCKET_FOLDER {
        return near;
    }
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    let name = format!("zhibu-{:016x}", hasher.finish());
    let uid = rustix::process::geteuid();
    let own = if uid.is_root() { PathBuf::from("/run") } else { PathBuf::from(format!("/run/user/{}", uid.as_raw())) };
    if own.is_dir() { own.join(name) } else { Path::new("/tmp").join(name) }
}
