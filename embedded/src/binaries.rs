//! The server programs of the host.

use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::{Error, Options};

/// Where distributions put the programs: a folder per major version below these.
const VERSIONED: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds the programs for the cluster in `data`: the version that wrote it, else the newest.
    pub(crate) fn find(options: &Options, account: &Account, data: &Path) -> Result<Self, Error> {
        let written = written(data)?;
        let candidates = candidates(options, written);
        let Some(folder) = candidates.iter().find(|folder| complete(folder)) else {
            let looked: Vec<_> = candidates.iter().map(|folder| folder.display().to_string()).collect();
            return Err(Error::NoPrograms(match looked.as_slice() {
                [] => "/usr/lib/postgresql and PATH".to_owned(),
                _ => looked.join(", "),
            }));
        };
        let found = Self { folder: folder.clone(), major: installed(folder, account)? };
        match written {
            Some(written) if written != found.major => {
                Err(Error::Major { data: data.to_owned(), written, programs: found.folder, installed: found.major })
            }
            _ => Ok(found),
        }
    }

    /// The path of one program.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn complete(folder: &Path) -> bool {
    folder.join("postgres").is_file() && folder.join("initdb").is_file()
}

fn candidates(options: &Options, written: Option<u32>) -> Vec<PathBuf> {
    if let Some(configured) = &options.bin_dir {
        return vec![configured.clone()];
    }
    let mut versions: Vec<(u32, PathBuf)> = VERSIONED
        .iter()
        .flat_map(|(parent, prefix)| {
            let folders = std::fs::read_dir(parent).into_iter().flatten().flatten();
            folders.filter_map(move |folder| {
                let major = folder.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
                Some((major, folder.path().join("bin")))
            })
        })
        .collect();
    versions.sort_by_key(|(major, _)| (Some(*major) == written, *major));
    let path = options.search_path.iter().flat_map(std::env::split_paths);
    versions.into_iter().rev().map(|(_, folder)| folder).chain(path).collect()
}

/// The major version that wrote the data, if there is data.
fn written(data: &Path) -> Result<Option<u32>, Error> {
    let file = data.join("PG_VERSION");
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(major(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::at(&file)(error)),
    }
}

fn installed(folder: &Path, account: &Account) -> Result<u32, Error> {
    let program = folder.join("postgres");
    let answer = account.command(&program).arg("--version").output().map_err(Error::at(&program))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    text.split_once(") ")
        .and_then(|(_, version)| major(version))
        .ok_or_else(|| Error::Program { program, output: format!("{text}{}", String::from_utf8_lossy(&answer.stderr)) })
}

fn major(version: &str) -> Option<u32> {
    let end = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_the_leading_number() {
        for (text, expected) in
            [("15\n", Some(15)), ("15.14 (Debian 15.14-0+deb12u1)", Some(15)), ("18beta1", Some(18)), ("x", None)]
        {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
