//! Proofs (证明材料): from a picture or file on somebody's disk to what stands by a contribution.

use std::time::Duration;

use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ContributionFileId, ContributionId, Error, Result, TenantId, check};
use zhibu_storage::Key;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, quotas};

use crate::actions::{name, viewer};
use crate::model::{FileRow, Row};
use crate::schema::contribution_files as files;
use crate::store::{self, Viewer};
use crate::{READ, WRITE};

/// Largest file in bytes.
pub const LARGEST: i64 = 10 * 1024 * 1024;
/// Proofs of one contribution.
const MOST: i64 = 9;
/// The link to upload by lives so long.
const UPLOAD: Duration = Duration::from_secs(1800);
/// A link to read by lives so long.
const LINK: Duration = Duration::from_secs(300);

/// Endings, their types, and how such a file begins.
const KINDS: &[(&str, &str, &[u8])] = &[
    (".jpg", "image/jpeg", b"\xff\xd8\xff"),
    (".jpeg", "image/jpeg", b"\xff\xd8\xff"),
    (".png", "image/png", b"\x89PNG\r\n\x1a\n"),
    (".pdf", "application/pdf", b"%PDF-"),
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
];

/// Where a browser puts the file.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The proof to be.
    pub id: ContributionFileId,
    /// Signed link for one PUT of just this length and type.
    pub url: String,
    /// The type to name.
    pub content_type: &'static str,
}

/// The folder of proofs in the store.
pub(crate) const FOLDER: &str = "contribution";

/// Where a proof lies in the store.
fn key(tenant: TenantId, id: Uuid) -> Result<Key> {
    Key::tenant(tenant, [FOLDER, &id.simple().to_string()])
}

fn kind_of(file_name: &str) -> Result<(&'static str, &'static [u8])> {
    let name = file_name.to_lowercase();
    let found = KINDS.iter().find(|(ending, ..)| name.ends_with(ending));
    found
        .map(|(_, kind, start)| (*kind, *start))
        .ok_or_else(|| Error::invalid("fileName", "请上传图片（jpg、png）、PDF 或 Word 文件"))
}

/// Opens an upload and gives a ticket for its file.
pub async fn request(cx: &Cx, id: ContributionId, file_name: &str, size: i64) -> Result<Ticket> {
    if cx.allow(WRITE)?.is_own_only() {
        return Err(Error::denied());
    }
    let file_name = check::text("fileName", "文件名", file_name, 1, 120)?;
    let (content_type, _) = kind_of(&file_name)?;
    if !(1..=LARGEST).contains(&size) {
        return Err(Error::invalid("size", "文件大小应在10MB以内"));
    }
    quotas::room(cx, size).await?;
    let mut write = cx.write(WRITE).await?;
    let viewer = viewer(&mut write).await?;
    store::one(&viewer, id, true, write.conn()?).await?;
    // An upload that nobody finished makes room for the next one after a day.
    let old = files::state.eq("uploading").and(files::created_at.lt(cx.now() - chrono::Duration::days(1)));
    let given_up: Vec<Uuid> = diesel::delete(files::table.filter(files::contribution_id.eq(id.0).and(old)))
        .returning(files::id)
        .get_results(write.conn()?)
        .await?;
    let own: i64 = files::table.filter(files::contribution_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if own >= MOST {
        return Err(Error::refuse("PROOFS_MANY", "每条记录最多9份证明材料"));
    }
    let proof: Uuid = cx.app.world.id();
    diesel::insert_into(files::table)
        .values((
            files::id.eq(proof),
            files::contribution_id.eq(id.0),
            files::state.eq("uploading"),
            files::file_name.eq(&file_name),
            files::file_size.eq(i32::try_from(size).map_err(Error::bug)?),
            files::content_type.eq(content_type),
            files::account_name.eq(cx.actor()),
            files::created_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    // Told in the audit once the file is there.
    write.commit_quietly().await?;
    discard(cx, &given_up).await?;
    let size = u64::try_from(size).map_err(Error::bug)?;
    let url = cx.app.store.upload_link(&key(cx.tenant()?, proof)?, content_type, size, UPLOAD).await?;
    Ok(Ticket { id: proof.into(), url, content_type })
}

/// A proof with its contribution, for whoever may read it.
async fn readable(cx: &Cx, id: ContributionFileId) -> Result<(FileRow, Row)> {
    let mut read = cx.read(READ).await?;
    let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
    let file: Option<FileRow> =
        files::table.find(id.0).select(FileRow::as_select()).first(read.conn()?).await.optional()?;
    let of = file.as_ref().map(|file| file.contribution_id).unwrap_or_default();
    let (row, _) = store::one(&viewer, of.into(), false, read.conn()?).await?;
    Ok((file.ok_or_else(Error::missing)?, row))
}

fn told(action: &'static str, name: String, file: &FileRow) -> Entry {
    Entry::new(action, "contribution", file.contribution_id).note("name", name).note("file", file.file_name.clone())
}

/// Looks an uploaded file through and keeps it.
pub async fn keep(cx: &Cx, id: ContributionFileId) -> Result<ContributionId> {
    cx.allow(WRITE)?;
    let (file, row) = readable(cx, id).await?;
    if file.state == "kept" {
        return Ok(row.id.into());
    }
    // The store takes its time: nobody waits for this connection meanwhile.
    cx.close().await;
    look(cx, &file).await?;
    let mut write = cx.write(WRITE).await?;
    let viewer = viewer(&mut write).await?;
    store::one(&viewer, row.id.into(), true, write.conn()?).await?;
    diesel::update(files::table.find(id.0)).set(files::state.eq("kept")).execute(write.conn()?).await?;
    let name = name(&mut write, &row).await?;
    write.audit(told("contribution.file_added", name, &file)).await?;
    write.commit().await?;
    Ok(row.id.into())
}

async fn look(cx: &Cx, row: &FileRow) -> Result<()> {
    let unsent = || Error::refuse("PROOF_FILE", "文件没有上传完整，请重新选择").at("file");
    let key = key(cx.tenant()?, row.id)?;
    let there = match cx.app.store.head(&key).await {
        Err(error) if error.code == Error::missing().code => return Err(unsent()),
        there => there?,
    };
    if i64::try_from(there.length).map_err(Error::bug)? != i64::from(row.file_size) {
        return Err(unsent());
    }
    let (_, start) = kind_of(&row.file_name)?;
    let bytes: Bytes = cx.app.store.get(&key).await?;
    if !bytes.starts_with(start) {
        return Err(Error::refuse("PROOF_KIND", "文件内容与扩展名不符，请检查后重新上传").at("file"));
    }
    Ok(())
}

/// Takes a proof away.
pub async fn remove(cx: &Cx, id: ContributionFileId) -> Result<ContributionId> {
    cx.allow(WRITE)?;
    let (file, row) = readable(cx, id).await?;
    let mut write = cx.write(WRITE).await?;
    let viewer = viewer(&mut write).await?;
    store::one(&viewer, row.id.into(), true, write.conn()?).await?;
    let gone = diesel::delete(files::table.find(id.0)).execute(write.conn()?).await?;
    if gone == 0 {
        return Err(Error::missing());
    }
    let name = name(&mut write, &row).await?;
    write.audit(told("contribution.file_removed", name, &file)).await?;
    write.commit().await?;
    discard(cx, &[id.0]).await?;
    Ok(row.id.into())
}

/// Removes the files of proofs whose rows are gone; one that stays is removed with the tenant at the latest.
pub(crate) async fn discard(cx: &Cx, ids: &[Uuid]) -> Result<()> {
    for id in ids {
        if let Err(error) = cx.app.store.delete(&key(cx.tenant()?, *id)?).await {
            tracing::warn!(code = error.code, cause = ?error.cause, "a removed proof was not deleted");
        }
    }
    Ok(())
}

/// A short link to a proof; who opened it is recorded.
pub async fn link(cx: &Cx, id: ContributionFileId) -> Result<(String, String)> {
    let (file, row) = readable(cx, id).await?;
    if file.state != "kept" {
        return Err(Error::missing());
    }
    let mut write = cx.write(READ).await?;
    let name = name(&mut write, &row).await?;
    write.audit(told("contribution.file_opened", name, &file)).await?;
    write.commit().await?;
    let url = cx.app.store.link(&key(cx.tenant()?, id.0)?, &file.file_name, LINK).await?;
    Ok((url, file.file_name))
}
