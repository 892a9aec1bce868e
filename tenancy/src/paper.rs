//! Papers that people upload (材料): which files they may be, and whether one that came is what it was said to be.

use std::time::Duration;

use zhibu_core::{Error, Result};
use zhibu_storage::Key;

use crate::cx::Cx;

/// Largest file in bytes.
pub const LARGEST: i64 = 20 * 1024 * 1024;
/// The link to upload by lives so long.
pub const UPLOAD: Duration = Duration::from_secs(1800);
/// A link to read by lives so long.
pub const LINK: Duration = Duration::from_secs(300);

/// Endings, their types, and how such a file begins.
const KINDS: &[(&str, &str, &[u8])] = &[
    (".pdf", "application/pdf", b"%PDF-"),
    (".jpg", "image/jpeg", b"\xff\xd8\xff"),
    (".jpeg", "image/jpeg", b"\xff\xd8\xff"),
    (".png", "image/png", b"\x89PNG\r\n\x1a\n"),
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
    (".doc", "application/msword", b"\xd0\xcf\x11\xe0"),
];

fn kind_of(file_name: &str) -> Result<(&'static str, &'static [u8])> {
    let name = file_name.to_lowercase();
    let found = KINDS.iter().find(|(ending, ..)| name.ends_with(ending));
    found
        .map(|(_, kind, start)| (*kind, *start))
        .ok_or_else(|| Error::invalid("fileName", "请上传 PDF、图片（jpg、png）、Word 或 Excel 文件"))
}

/// The type of a file that may be uploaded, by its name and size.
pub fn accept(file_name: &str, size: i64) -> Result<&'static str> {
    let (content_type, _) = kind_of(file_name)?;
    if !(1..=LARGEST).contains(&size) {
        return Err(Error::invalid("size", "文件大小应在20MB以内"));
    }
    Ok(content_type)
}

/// Looks an uploaded file through: it is there, as long as it was said to be, and what its name says.
pub async fn look(cx: &Cx, key: &Key, file_name: &str, size: i32) -> Result<()> {
    let unsent = || Error::refuse("DOCUMENT_FILE", "文件没有上传完整，请重新选择").at("file");
    let there = match cx.app.store.head(key).await {
        Err(error) if error.code == Error::missing().code => return Err(unsent()),
        there => there?,
    };
    if i64::try_from(there.length).map_err(Error::bug)? != i64::from(size) {
        return Err(unsent());
    }
    let (_, start) = kind_of(file_name)?;
    if !cx.app.store.get(key).await?.starts_with(start) {
        return Err(Error::refuse("DOCUMENT_KIND", "文件内容与扩展名不符，请检查后重新上传").at("file"));
    }
    Ok(())
}
