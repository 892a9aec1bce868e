//! The file itself: a tar of the tables, logins and objects, compressed and sealed; its last entry is the manifest.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use zhibu_core::{Error, Result, Secret, World};

use super::manifest::{FORMAT, Manifest};
use super::sealed::{Opener, Sealer};
use crate::exchange::scratch::Scratch;
use crate::keys::hex;

const MANIFEST: &str = "manifest.json";
/// The name of the file of logins.
pub(super) const LOGINS: &str = "logins.jsonl";

/// The name of a table's file.
pub(super) fn table(name: &str) -> String {
    format!("tables/{name}")
}

/// The name of the n-th object's file.
pub(super) fn object(n: usize) -> String {
    format!("objects/{n}")
}

type Packed = GzEncoder<Sealer<BufWriter<File>>>;

/// An export that is being written, under another name until it is whole.
pub(super) struct Parcel {
    tar: Option<tar::Builder<Packed>>,
    part: PathBuf,
    to: PathBuf,
}

/// A refusal that names the file.
fn refused(path: &Path, fault: &std::io::Error) -> Error {
    Error::refuse("EXPORT_FILE", format!("{}: {fault}", path.display()))
}

impl Parcel {
    /// Begins a file, which must not be there yet.
    pub(super) async fn begin(to: &Path, passphrase: Secret, world: World) -> Result<Self> {
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let (to, part) = (to.to_owned(), PathBuf::from(part));
        blocking(move || {
            if to.exists() {
                return Err(Error::refuse("EXPORT_FILE", format!("{} 已存在", to.display())));
            }
            let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
            let file = BufWriter::new(file.map_err(|fault| refused(&part, &fault))?);
            let sealer = Sealer::new(file, &passphrase, &world).map_err(|fault| refused(&part, &fault))?;
            Ok(Self { tar: Some(tar::Builder::new(GzEncoder::new(sealer, Compression::default()))), part, to })
        })
        .await
    }

    /// Adds a file of the disk.
    pub(super) async fn add(&mut self, name: String, from: PathBuf) -> Result<()> {
        let mut tar = self.tar.take().ok_or_else(|| Error::bug("the parcel is closed"))?;
        let part = self.part.clone();
        let tar = blocking(move || {
            let mut file = File::open(&from).map_err(Error::bug)?;
            let length = file.metadata().map_err(Error::bug)?.len();
            entry(&mut tar, &name, length, &mut file).map_err(|fault| refused(&part, &fault))?;
            Ok(tar)
        })
        .await?;
        self.tar = Some(tar);
        Ok(())
    }

    /// Adds the manifest, makes the file durable and gives it its name.
    pub(super) async fn finish(mut self, manifest: &Manifest) -> Result<()> {
        let text = serde_json::to_vec_pretty(manifest).map_err(Error::bug)?;
        let mut tar = self.tar.take().ok_or_else(|| Error::bug("the parcel is closed"))?;
        let (part, to) = (self.part.clone(), self.to.clone());
        blocking(move || {
            let done = || -> std::io::Result<()> {
                let length = u64::try_from(text.len()).map_err(std::io::Error::other)?;
                entry(&mut tar, MANIFEST, length, &mut text.as_slice())?;
                let file = tar.into_inner()?.finish()?.finish()?.into_inner()?;
                file.sync_all()?;
                std::fs::rename(&part, &to)
            };
            done().map_err(|fault| refused(&to, &fault))
        })
        .await
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        // Renamed when it is whole.
        let _ = std::fs::remove_file(&self.part);
    }
}

fn entry(tar: &mut tar::Builder<Packed>, name: &str, length: u64, from: &mut dyn Read) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, from)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::bug)?
}

/// An export that was opened: its files lie in a folder of their own and are what the manifest says.
pub(super) struct Unpacked {
    pub(super) manifest: Manifest,
    files: HashMap<String, PathBuf>,
    _scratch: Scratch,
}

/// A file of the tar: its size and SHA-256.
type Found = (u64, String);

impl Unpacked {
    /// Where a file stands.
    pub(super) fn file(&self, name: &str) -> Result<&Path> {
        self.files.get(name).map(PathBuf::as_path).ok_or_else(|| altered(name))
    }

    /// Opens a file and proves it whole.
    pub(super) async fn open(from: &Path, passphrase: Secret, scratch: Scratch) -> Result<Self> {
        let from = from.to_owned();
        blocking(move || {
            let file = File::open(&from).map_err(|fault| refused(&from, &fault))?;
            let read = |fault: std::io::Error| refused(&from, &fault);
            let opener = Opener::new(file, &passphrase).map_err(read)?;
            let mut tar = tar::Archive::new(GzDecoder::new(opener));
            let (mut files, mut found) = (HashMap::new(), HashMap::new());
            for part in tar.entries().map_err(read)? {
                let mut part = part.map_err(read)?;
                let name = part.path().map_err(read)?.to_string_lossy().into_owned();
                let path = scratch.file(&format!("{}", files.len()));
                let told = unpack(&mut part, &path).map_err(read)?;
                if files.insert(name.clone(), path).is_some() {
                    return Err(altered(&name));
                }
                found.insert(name, told);
            }
            // The end is sealed too: without it the file was cut.
            let mut rest = tar.into_inner();
            std::io::copy(&mut rest, &mut std::io::sink()).map_err(read)?;
            std::io::copy(&mut rest.into_inner(), &mut std::io::sink()).map_err(read)?;
            let text = files.remove(MANIFEST).ok_or_else(|| altered(MANIFEST))?;
            found.remove(MANIFEST);
            let manifest = manifest(&std::fs::read(text).map_err(read)?)?;
            check(&manifest, found)?;
            Ok(Self { manifest, files, _scratch: scratch })
        })
        .await
    }
}

fn unpack(from: &mut dyn Read, to: &Path) -> std::io::Result<Found> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let (mut digest, mut size, mut piece) = (Sha256::new(), 0, vec![0; 256 * 1024]);
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            return Ok((size, hex(&digest.finalize())));
        }
        let bytes = piece.get(..count).unwrap_or_default();
        digest.update(bytes);
        file.write_all(bytes)?;
        size += u64::try_from(count).map_err(std::io::Error::other)?;
    }
}

fn altered(name: &str) -> Error {
    Error::refuse("EXPORT_ALTERED", format!("导出文件已被改动: {name}"))
}

fn manifest(text: &[u8]) -> Result<Manifest> {
    /// What every form says.
    #[derive(serde::Deserialize)]
    struct Any {
        format: u32,
    }
    let any: Any = serde_json::from_slice(text).map_err(|_| altered(MANIFEST))?;
    if any.format > FORMAT {
        return Err(Error::refuse("EXPORT_NEWER", "导出文件来自更新的版本，请先升级本系统"));
    }
    serde_json::from_slice(text).map_err(|_| altered(MANIFEST))
}

/// Compares the files with what the manifest says of them.
fn check(manifest: &Manifest, mut found: HashMap<String, Found>) -> Result<()> {
    let contents = &manifest.contents;
    if contents.hash()? != manifest.content_hash {
        return Err(altered(MANIFEST));
    }
    for held in &contents.tables {
        let name = table(&held.name);
        if found.remove(&name).is_none_or(|(_, sha256)| sha256 != held.sha256) {
            return Err(altered(&name));
        }
    }
    let objects = contents.objects.iter().enumerate().map(|(n, item)| (object(n), item));
    for (name, item) in objects.chain([(LOGINS.to_owned(), &contents.logins)]) {
        if found.remove(&name) != Some((item.size, item.sha256.clone())) {
            return Err(altered(&name));
        }
    }
    found.keys().next().map_or(Ok(()), |name| Err(altered(name)))
}
