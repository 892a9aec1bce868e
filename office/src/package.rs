//! The archive a workbook is: what may be opened, and its parts by name.

use crate::xml::{Sips, Xml, damaged, too_large};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use zhibu_core::{Error, Result};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// Largest upload.
const MAX_FILE: u64 = 50 << 20;
/// Most parts of one workbook.
const MAX_PARTS: usize = 2000;
/// Largest sheet, unpacked: 100,000 rows of 25 columns take about 110 MiB.
const MAX_SHEET: u64 = 300 << 20;
/// Largest table of shared strings.
const MAX_STRINGS: u64 = 128 << 20;
/// Largest other part.
const MAX_OTHER: u64 = 16 << 20;
/// All parts together, as far as their headers say.
const MAX_TOTAL: u64 = 600 << 20;

const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

pub(crate) type Source = BufReader<File>;
pub(crate) type Part<'a> = ZipFile<'a, Source>;

/// An opened archive.
pub(crate) struct Package {
    pub(crate) zip: ZipArchive<Source>,
    names: HashMap<String, usize>,
}

impl Package {
    /// Opens a file, or says why it is not a workbook we read.
    pub(crate) fn open(path: &Path) -> Result<Package> {
        let mut file = File::open(path).map_err(Error::bug)?;
        examine(&mut file)?;
        let zip = ZipArchive::new(BufReader::new(file)).map_err(archive)?;
        let declared = (0..zip.len()).filter_map(|at| zip.name_for_index(at).and_then(Result::ok).map(|n| (n, at)));
        let names = declared.map(|(name, at)| (key(&name), at)).collect();
        let mut package = Package { zip, names };
        package.check()?;
        Ok(package)
    }

    fn check(&mut self) -> Result<()> {
        let mut total = 0u64;
        for at in 0..self.zip.len() {
            let part = self.zip.by_index_raw(at).map_err(archive)?;
            if part.encrypted() {
                return Err(encrypted());
            }
            total = total.saturating_add(part.size());
        }
        if self.zip.len() > MAX_PARTS || total > MAX_TOTAL {
            return Err(too_large());
        }
        if self.has("xl/vbaproject.bin") {
            return Err(Error::refuse("FILE_TYPE", "文件含有宏，请另存为不含宏的.xlsx后再上传"));
        }
        Ok(())
    }

    /// True when the archive has the part.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// The place of a part in the archive.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.names.get(&key(name)).copied()
    }

    /// The events of a part, within the limits of its kind.
    pub(crate) fn xml(&mut self, name: &str, kind: PartKind) -> Result<Xml<Part<'_>>> {
        let at = self.index(name).ok_or_else(|| damaged("a part is missing"))?;
        let part = self.zip.by_index(at).map_err(archive)?;
        let packed = part.compressed_size();
        let limit = match kind {
            PartKind::Sheet => MAX_SHEET,
            PartKind::Strings => MAX_STRINGS,
            PartKind::Other => MAX_OTHER,
        };
        if part.size() > limit { Err(too_large()) } else { Ok(Xml::new(Sips::new(part, packed, limit))) }
    }
}

/// Which limit applies to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    Sheet,
    Strings,
    Other,
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

/// Looks at the file's first bytes and, before the archive is opened, at the number of its entries.
fn examine(file: &mut File) -> Result<()> {
    let length = file.metadata().map_err(Error::bug)?.len();
    if length == 0 {
        return Err(Error::refuse("FILE_TYPE", "文件是空的，请重新选择"));
    }
    if length > MAX_FILE {
        return Err(Error::refuse("FILE_TOO_LARGE", "文件超过50MB，请拆分成几个文件后再上传"));
    }
    let mut head = Vec::new();
    file.take(8).read_to_end(&mut head).map_err(Error::bug)?;
    if head == OLE {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        return Err(if occurrences(file, &name)? > 0 { encrypted() } else { old_type() });
    }
    if !head.starts_with(b"PK\x03\x04") {
        return Err(other_type());
    }
    if occurrences(file, b"PK\x01\x02")? > MAX_PARTS {
        return Err(too_large());
    }
    file.rewind().map_err(Error::bug)
}

/// How often the bytes occur in the file.
fn occurrences(file: &mut File, needle: &[u8]) -> Result<usize> {
    file.seek(SeekFrom::Start(0)).map_err(Error::bug)?;
    let (mut window, mut count) = (Vec::new(), 0);
    loop {
        let read = file.by_ref().take(1 << 16).read_to_end(&mut window).map_err(Error::bug)?;
        count += window.windows(needle.len()).filter(|part| *part == needle).count();
        if read == 0 {
            return Ok(count);
        }
        let kept = window.len().saturating_sub(needle.len() - 1);
        window.drain(..kept);
    }
}

fn archive(error: ZipError) -> Error {
    match error {
        ZipError::InvalidPassword => encrypted(),
        other => damaged(other),
    }
}

fn encrypted() -> Error {
    Error::refuse("FILE_ENCRYPTED", "文件设有打开密码，请在Excel或WPS中取消密码后再上传")
}

fn old_type() -> Error {
    Error::refuse("FILE_TYPE", "不支持旧版.xls文件，请在Excel或WPS中另存为.xlsx后再上传")
}

/// The refusal of what is no workbook at all.
pub(crate) fn other_type() -> Error {
    Error::refuse("FILE_TYPE", "只支持.xlsx文件，请下载导入模板填写，或在Excel、WPS中另存为.xlsx后再上传")
}
