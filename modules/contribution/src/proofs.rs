//! Proofs (证明材料): from a picture or file on somebody's disk to what stands by a contribution.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ContributionFileId, ContributionId, Error, Result, TenantId, check};
use zhibu_storage::Key;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::paper::{self, Papers};
use zhibu_tenancy::{Cx, quotas};

use crate::actions::{name, viewer};
use crate::model::{FileRow, Row};
use crate::schema::contribution_files as files;
use crate::store::{self, Viewer};
use crate::{READ, WRITE};

/// Proofs of one contribution.
const MOST: i64 = 9;

/// Which files they may be.
static PROOFS: Papers = Papers {
    endings: &[".jpg", ".jpeg", ".png", ".pdf", ".docx"],
    megabytes: 10,
    words: "请上传图片（jpg、png）、PDF 或 Word 文件",
    unsent: "PROOF_FILE",
    other: "PROOF_KIND",
};

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

/// Opens an upload and gives a ticket for its file.
pub async fn request(cx: &Cx, id: ContributionId, file_name: &str, size: i64) -> Result<Ticket> {
    if cx.allow(WRITE)?.is_own_only() {
        return Err(Error::denied());
    }
    let file_name = check::text("fileName", "文件名", file_name, 1, 120)?;
    let content_type = PROOFS.accept(&file_name, size)?;
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
    let url = paper::upload_link(cx, proof, content_type, size).await?;
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
    PROOFS.take(cx, file.id, &key(cx.tenant()?, file.id)?, (&file.file_name, file.file_size)).await?;
    let mut write = cx.write(WRITE).await?;
    let viewer = viewer(&mut write).await?;
    store::one(&viewer, row.id.into(), true, write.conn()?).await?;
    diesel::update(files::table.find(id.0)).set(files::state.eq("kept")).execute(write.conn()?).await?;
    let name = name(write.conn()?, &row).await?;
    write.audit(told("contribution.file_added", name, &file)).await?;
    write.commit().await?;
    paper::discard(cx, file.id).await?;
    Ok(row.id.into())
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
    let name = name(write.conn()?, &row).await?;
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
        paper::discard(cx, *id).await?;
    }
    Ok(())
}

/// A short link to a proof; who opened it is recorded.
pub async fn link(cx: &Cx, id: ContributionFileId) -> Result<(String, String)> {
    let (file, row) = readable(cx, id).await?;
    if file.state != "kept" {
        return Err(Error::missing());
    }
    let name = name(cx.read(READ).await?.conn()?, &row).await?;
    cx.note_reading(READ, told("contribution.file_opened", name, &file)).await?;
    let url = cx.app.store.link(&key(cx.tenant()?, id.0)?, &file.file_name, paper::LINK).await?;
    Ok((url, file.file_name))
}
