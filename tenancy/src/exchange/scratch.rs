//! Folders for the files of jobs under way. The files hold in the open what is sealed in the database, so nobody else
//! may look in, and a killed process leaves them only until a server starts.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Result;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The lock of a job's folder: the system lets it go when its process dies.
const HELD: &str = "held";

/// A folder for one job's files, gone with the value.
pub(crate) struct Scratch {
    folder: PathBuf,
    _held: File,
}

impl Scratch {
    /// Makes a folder below `root` that was not there before.
    pub(super) fn make(root: &Path, name: &str) -> Result<Self> {
        let _door = door(root)?;
        let folder = root.join(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        let held = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(HELD))?;
        held.lock()?;
        Ok(Self { folder, _held: held })
    }

    /// Where a file of the job stands.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "a job's folder was not removed");
        }
    }
}

/// The root, there for its owner only, and a lock on it: who makes a folder is not met by who clears away.
fn door(root: &Path) -> Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(root)?;
    std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o700))?;
    let file = root.join("door");
    let door = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file)?;
    door.lock()?;
    Ok(door)
}

/// Removes the folders whose process is gone; the result is their number.
pub(super) fn clear(root: &Path) -> Result<usize> {
    let _door = door(root)?;
    let mut count = 0;
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || is_held(&entry.path())? {
            continue;
        }
        std::fs::remove_dir_all(entry.path())?;
        count += 1;
    }
    Ok(count)
}

fn is_held(folder: &Path) -> Result<bool> {
    let lock = match File::open(folder.join(HELD)) {
        Ok(file) => file.try_lock(),
        // Its process died in between.
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(fault) => return Err(fault),
    };
    match lock {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(fault)) => Err(fault),
    }
}
