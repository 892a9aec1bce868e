//! Papers that people upload (材料): which files they may be, and whether one that came is what it was said to be.
//!
//! The link to upload by leads to a place of its own. Whoever has it may put something else there as long as it lives; what is
//! kept is a copy of the very bytes that were looked through.

use std::time::Duration;

use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_storage::Key;

use crate::cx::Cx;

/// The link to upload by lives so long.
pub const UPLOAD: Duration = Duration::from_secs(1800);
/// A link to read by lives so long.
pub const LINK: Duration = Duration::from_secs(300);
/// Where files wait until they are looked through.
const WAITING: &str = "tmp";

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

/// Which files are taken, and what is said of others.
#[derive(Debug)]
pub struct Papers {
    /// Some of the endings above.
    pub endings: &'static [&'static str],
    /// Largest file in megabytes.
    pub megabytes: i64,
    /// What may be uploaded, in words.
    pub words: &'static str,
    /// The code of a file that did not come whole.
    pub unsent: &'static str,
    /// The code of a file that is not what its name says.
    pub other: &'static str,
}

/// Papers of a case or an election.
pub static PAPERS: Papers = Papers {
    endings: &[".pdf", ".jpg", ".jpeg", ".png", ".docx", ".xlsx", ".doc"],
    megabytes: 20,
    words: "请上传 PDF、图片（jpg、png）、Word 或 Excel 文件",
    unsent: "DOCUMENT_FILE",
    other: "DOCUMENT_KIND",
};

impl Papers {
    fn kind_of(&self, file_name: &str) -> Result<(&'static str, &'static [u8])> {
        let name = file_name.to_lowercase();
        let taken = |ending: &str| self.endings.contains(&ending) && name.ends_with(ending);
        let found = KINDS.iter().find(|(ending, ..)| taken(ending));
        found.map(|(_, kind, start)| (*kind, *start)).ok_or_else(|| Error::invalid("fileName", self.words))
    }

    /// The type of a file that may be uploaded, by its name and size.
    pub fn accept(&self, file_name: &str, size: i64) -> Result<&'static str> {
        let (content_type, _) = self.kind_of(file_name)?;
        if !(1..=self.megabytes << 20).contains(&size) {
            return Err(Error::invalid("size", format!("文件大小应在{}MB以内", self.megabytes)));
        }
        Ok(content_type)
    }

    /// Looks an uploaded file through: it is there, as long as it was said to be, and what its name says. What was looked
    /// through is kept under `to`.
    pub async fn take(&self, cx: &Cx, id: Uuid, to: &Key, (file_name, size): (&str, i32)) -> Result<()> {
        let unsent = || Error::refuse(self.unsent, "文件没有上传完整，请重新选择").at("file");
        let from = waiting(cx, id)?;
        let there = match cx.app.store.head(&from).await {
            Err(error) if error.code == Error::missing().code => return Err(unsent()),
            there => there?,
        };
        if i64::try_from(there.length).map_err(Error::bug)? != i64::from(size) {
            return Err(unsent());
        }
        let (content_type, start) = self.kind_of(file_name)?;
        let bytes = cx.app.store.get(&from).await?;
        // It may have been replaced meanwhile.
        if i64::try_from(bytes.len()).map_err(Error::bug)? != i64::from(size) {
            return Err(unsent());
        }
        if !bytes.starts_with(start) {
            return Err(Error::refuse(self.other, "文件内容与扩展名不符，请检查后重新上传").at("file"));
        }
        cx.app.store.put(to, bytes, content_type).await
    }
}

fn waiting(cx: &Cx, id: Uuid) -> Result<Key> {
    Key::tenant(cx.tenant()?, [WAITING, &id.simple().to_string()])
}

/// A signed link for one PUT of just this length and type.
pub async fn upload_link(cx: &Cx, id: Uuid, content_type: &str, size: i64) -> Result<String> {
    let size = u64::try_from(size).map_err(Error::bug)?;
    cx.app.store.upload_link(&waiting(cx, id)?, content_type, size, UPLOAD).await
}

/// Removes what waits of an upload; a file that stays is removed with the tenant at the latest.
pub async fn discard(cx: &Cx, id: Uuid) -> Result<()> {
    if let Err(error) = cx.app.store.delete(&waiting(cx, id)?).await {
        tracing::warn!(code = error.code, cause = ?error.cause, "an uploaded file was not deleted");
    }
    Ok(())
}
