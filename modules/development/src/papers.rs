//! Papers of a case: from a file on somebody's disk to a paper that a step has.

use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{DevelopmentCaseId, DevelopmentDocumentId, Error, Result, TenantId, check, dictionary};
use zhibu_directory::organisation::Reach;
use zhibu_storage::Key;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::paper::{self, PAPERS};
use zhibu_tenancy::{Cx, Write, quotas};

use crate::READ;
use crate::actions::{self, permission};
use crate::model::DocumentRow;
use crate::rules::plan::{Step, step_of};
use crate::rules::practice::NOTICE_STEPS;
use crate::schema::development_documents as documents;
use crate::store::{self, Loaded};

/// Files that one case may have.
const MOST: i64 = 300;

/// Where a browser puts the file.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The paper to be.
    pub id: DevelopmentDocumentId,
    /// Signed link for one PUT of just this length and type.
    pub url: String,
    /// The type to name.
    pub content_type: &'static str,
}

/// What somebody wants to upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// For which step.
    pub step: u8,
    /// Dictionary `development_doc`.
    pub kind: String,
    /// With its ending.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
}

/// The folder of papers in the store.
pub(crate) const FOLDER: &str = "development";

fn key(tenant: TenantId, id: Uuid) -> Result<Key> {
    Key::tenant(tenant, [FOLDER, &id.simple().to_string()])
}

/// A case as somebody who may record this step of it holds it.
async fn held(write: &mut Write<'_>, id: DevelopmentCaseId) -> Result<Loaded> {
    Ok(actions::held(write, id).await?.0)
}

fn step(no: u8) -> Result<&'static Step> {
    step_of(no).ok_or_else(|| Error::invalid("step", "步骤应为1至25"))
}

/// Opens an upload and gives a ticket for its file.
pub async fn request(cx: &Cx, id: DevelopmentCaseId, upload: Upload) -> Result<Ticket> {
    let step = step(upload.step)?;
    if cx.allow(permission(step))?.is_own_only() {
        return Err(Error::denied());
    }
    let notice = upload.kind == "public_notice" && NOTICE_STEPS.contains(&step.no);
    if !notice && !step.documents.contains(&upload.kind) {
        return Err(Error::invalid("kind", "该步骤没有这种材料"));
    }
    let file_name = check::text("fileName", "文件名", &upload.file_name, 1, 120)?;
    let content_type = PAPERS.accept(&file_name, upload.size)?;
    quotas::room(cx, upload.size).await?;
    let mut write = cx.write(permission(step)).await?;
    let loaded = held(&mut write, id).await?;
    if loaded.row.closed_at.is_some() {
        return Err(Error::refuse("CASE_CLOSED", "发展工作已结束，不能再添加材料"));
    }
    let own: i64 = documents::table.filter(documents::case_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if own >= MOST {
        return Err(Error::refuse("DOCUMENTS_MANY", "该档案的材料过多，请合并后上传"));
    }
    let paper: Uuid = cx.app.world.id();
    diesel::insert_into(documents::table)
        .values((
            documents::id.eq(paper),
            documents::case_id.eq(id.0),
            documents::step.eq(i16::from(step.no)),
            documents::kind.eq(&upload.kind),
            documents::state.eq("uploading"),
            documents::file_name.eq(&file_name),
            documents::file_size.eq(i32::try_from(upload.size).map_err(Error::bug)?),
            documents::content_type.eq(content_type),
            documents::account_name.eq(cx.actor()),
            documents::created_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    // Told in the audit once the file is there.
    write.commit_quietly().await?;
    let url = paper::upload_link(cx, paper, content_type, upload.size).await?;
    Ok(Ticket { id: paper.into(), url, content_type })
}

/// The paper, its step and its case, for whoever may read them.
async fn readable(cx: &Cx, id: DevelopmentDocumentId) -> Result<(DocumentRow, &'static Step, Loaded)> {
    let mut read = cx.read(READ).await?;
    let row = store::document(id, read.conn()?).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let loaded = store::load(&reach, row.case_id.into(), false, read.conn()?).await?;
    let step = step(store::no(row.step))?;
    Ok((row, step, loaded))
}

/// Looks an uploaded file through and keeps it as a paper of its step.
pub async fn keep(cx: &Cx, id: DevelopmentDocumentId) -> Result<DevelopmentCaseId> {
    let (row, step, _) = readable(cx, id).await?;
    if row.state == "kept" {
        return Ok(row.case_id.into());
    }
    cx.allow(permission(step))?;
    // The store takes its time: nobody waits for this connection meanwhile.
    cx.close().await;
    PAPERS.take(cx, row.id, &key(cx.tenant()?, row.id)?, (&row.file_name, row.file_size)).await?;
    let mut write = cx.write(permission(step)).await?;
    let loaded = held(&mut write, row.case_id.into()).await?;
    let done = loaded.records.iter().find(|r| r.step == row.step && r.counts && r.voided_at.is_none());
    // A paper that comes after its step joins what was recorded then.
    let record = done.map(|record| record.id);
    diesel::update(documents::table.find(id.0).filter(documents::state.eq("uploading")))
        .set((documents::state.eq("kept"), documents::record_id.eq(record)))
        .execute(write.conn()?)
        .await?;
    write.audit(told(Entry::new("development.document_added", "development", row.case_id), &loaded, &row)).await?;
    write.commit().await?;
    paper::discard(cx, row.id).await?;
    Ok(row.case_id.into())
}

/// Takes away a paper whose step is not done yet.
pub async fn remove(cx: &Cx, id: DevelopmentDocumentId) -> Result<DevelopmentCaseId> {
    let (row, step, _) = readable(cx, id).await?;
    let mut write = cx.write(permission(step)).await?;
    let loaded = held(&mut write, row.case_id.into()).await?;
    let free = documents::record_id.is_null().and(documents::state.ne("removed"));
    let removed = diesel::update(documents::table.find(id.0).filter(free))
        .set(documents::state.eq("removed"))
        .execute(write.conn()?)
        .await?;
    if removed == 0 {
        return Err(Error::refuse("DOCUMENT_USED", "材料已归入完成的步骤，不能删除"));
    }
    write.audit(told(Entry::new("development.document_removed", "development", row.case_id), &loaded, &row)).await?;
    write.commit().await?;
    // A file that stays is removed with the tenant at the latest.
    if let Err(error) = cx.app.store.delete(&key(cx.tenant()?, id.0)?).await {
        tracing::warn!(code = error.code, cause = ?error.cause, "a removed paper was not deleted");
    }
    paper::discard(cx, row.id).await?;
    Ok(row.case_id.into())
}

/// A short link to a paper; who opened it is recorded.
pub async fn link(cx: &Cx, id: DevelopmentDocumentId) -> Result<(String, String)> {
    let (row, _, loaded) = readable(cx, id).await?;
    if row.state != "kept" {
        return Err(Error::missing());
    }
    let entry = told(Entry::new("development.document_opened", "development", row.case_id), &loaded, &row);
    cx.note_reading(READ, entry).await?;
    let url = cx.app.store.link(&key(cx.tenant()?, id.0)?, &row.file_name, paper::LINK).await?;
    Ok((url, row.file_name))
}

fn told(entry: Entry, loaded: &Loaded, row: &DocumentRow) -> Entry {
    let kind = dictionary::label("development_doc", &row.kind).unwrap_or(&row.kind);
    entry.note("name", loaded.row.name.clone()).note("file", format!("{kind} {}", row.file_name))
}

/// Files one paper of every kind that a step needs, without an upload: for programs that bring their own.
pub async fn file(cx: &Cx, id: DevelopmentCaseId, no: u8, bytes: &'static [u8]) -> Result<()> {
    let step = step(no)?;
    let mut write = cx.write(permission(step)).await?;
    let loaded = held(&mut write, id).await?;
    for kind in loaded.file.missing(step, write.cx.app.world.today()) {
        let paper: Uuid = cx.app.world.id();
        cx.app.store.put(&key(cx.tenant()?, paper)?, Bytes::from_static(bytes), "application/pdf").await?;
        let label = dictionary::label("development_doc", &kind).unwrap_or(&kind);
        diesel::insert_into(documents::table)
            .values((
                documents::id.eq(paper),
                documents::case_id.eq(id.0),
                documents::step.eq(i16::from(no)),
                documents::kind.eq(&kind),
                documents::state.eq("kept"),
                documents::file_name.eq(format!("{label}（示例）.pdf")),
                documents::file_size.eq(i32::try_from(bytes.len()).map_err(Error::bug)?),
                documents::content_type.eq("application/pdf"),
                documents::account_name.eq(cx.actor()),
                documents::created_at.eq(cx.now()),
            ))
            .execute(write.conn()?)
            .await?;
    }
    write
        .audit(Entry::new("development.document_added", "development", id.0).note("name", loaded.row.name.clone()))
        .await?;
    write.commit().await
}
