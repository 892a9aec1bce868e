//! Papers of an election (换届材料): from a file on somebody's disk to a paper that a step has.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ElectionDocumentId, ElectionId, Error, Result, TenantId, check, dictionary};
use zhibu_directory::organisation::{self, Reach};
use zhibu_storage::Key;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::paper::{self, PAPERS};
use zhibu_tenancy::{Cx, quotas};

use crate::actions::{held, paper_permission};
use crate::model::{DocumentRow, ElectionPaper};
use crate::schema::leadership_documents as documents;
use crate::store::{self, Loaded};
use crate::{APPROVE, EDIT, READ};

/// Files that one election may have.
const MOST: i64 = 100;

/// Where a browser puts the file.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The paper to be.
    pub id: ElectionDocumentId,
    /// Signed link for one PUT of just this length and type.
    pub url: String,
    /// The type to name.
    pub content_type: &'static str,
}

/// What somebody wants to upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Which paper.
    pub kind: ElectionPaper,
    /// With its ending.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
}

fn key(tenant: TenantId, id: Uuid) -> Result<Key> {
    Key::tenant(tenant, ["leadership", &id.simple().to_string()])
}

fn kind(row: &DocumentRow) -> ElectionPaper {
    ElectionPaper::from_code(&row.kind).unwrap_or(ElectionPaper::Other)
}

fn told(action: &'static str, loaded: &Loaded, row: &DocumentRow) -> Entry {
    let kind = dictionary::label("election_doc", &row.kind).unwrap_or(&row.kind);
    Entry::new(action, "election", row.election_id)
        .note("organisation", loaded.at.short_name.clone())
        .note("file", format!("{kind} {}", row.file_name))
}

/// Opens an upload and gives a ticket for its file.
pub async fn request(cx: &Cx, id: ElectionId, upload: Upload) -> Result<Ticket> {
    let permission = paper_permission(upload.kind);
    cx.allow(permission)?;
    let file_name = check::text("fileName", "文件名", &upload.file_name, 1, 120)?;
    let content_type = PAPERS.accept(&file_name, upload.size)?;
    quotas::room(cx, upload.size).await?;
    let mut write = cx.write(permission).await?;
    let loaded = held(&mut write, id).await?;
    if loaded.row.state().is_over() {
        return Err(Error::refuse("ELECTION_OVER", "该换届已办结，不能再添加材料"));
    }
    let own: i64 = documents::table.filter(documents::election_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if own >= MOST {
        return Err(Error::refuse("DOCUMENTS_MANY", "该换届记录的材料过多，请合并后上传"));
    }
    let new: Uuid = cx.app.world.id();
    diesel::insert_into(documents::table)
        .values((
            documents::id.eq(new),
            documents::election_id.eq(id.0),
            documents::kind.eq(upload.kind.code()),
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
    let url = paper::upload_link(cx, new, content_type, upload.size).await?;
    Ok(Ticket { id: new.into(), url, content_type })
}

/// The paper, for whoever may see its election.
async fn readable(cx: &Cx, id: ElectionDocumentId) -> Result<DocumentRow> {
    let mut read = cx.read(READ).await?;
    let row = store::document(id, read.conn()?).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let place = store::place(row.election_id.into(), read.conn()?).await?;
    organisation::get(&reach, place, read.conn()?).await?;
    Ok(row)
}

/// Looks an uploaded file through and keeps it.
pub async fn keep(cx: &Cx, id: ElectionDocumentId) -> Result<ElectionId> {
    let row = readable(cx, id).await?;
    if row.state == "kept" {
        return Ok(row.election_id.into());
    }
    let permission = paper_permission(kind(&row));
    cx.allow(permission)?;
    // The store takes its time: nobody waits for this connection meanwhile.
    cx.close().await;
    PAPERS.take(cx, row.id, &key(cx.tenant()?, row.id)?, (&row.file_name, row.file_size)).await?;
    let mut write = cx.write(permission).await?;
    let loaded = held(&mut write, row.election_id.into()).await?;
    diesel::update(documents::table.find(id.0).filter(documents::state.eq("uploading")))
        .set(documents::state.eq("kept"))
        .execute(write.conn()?)
        .await?;
    write.audit(told("election.document_added", &loaded, &row)).await?;
    write.commit().await?;
    paper::discard(cx, row.id).await?;
    Ok(row.election_id.into())
}

/// Takes away a paper of an election that is under way.
pub async fn remove(cx: &Cx, id: ElectionDocumentId) -> Result<ElectionId> {
    let row = readable(cx, id).await?;
    let mut write = cx.write(paper_permission(kind(&row))).await?;
    let loaded = held(&mut write, row.election_id.into()).await?;
    if !loaded.removable(&row) {
        return Err(Error::refuse("DOCUMENT_USED", "材料所属的环节已完成，不能删除"));
    }
    diesel::update(documents::table.find(id.0)).set(documents::state.eq("removed")).execute(write.conn()?).await?;
    write.audit(told("election.document_removed", &loaded, &row)).await?;
    write.commit().await?;
    // A file that stays is removed with the tenant at the latest.
    if let Err(error) = cx.app.store.delete(&key(cx.tenant()?, id.0)?).await {
        tracing::warn!(code = error.code, cause = ?error.cause, "a removed paper was not deleted");
    }
    paper::discard(cx, row.id).await?;
    Ok(row.election_id.into())
}

/// A short link to a paper, for whoever works with the election; who opened it is recorded.
pub async fn link(cx: &Cx, id: ElectionDocumentId) -> Result<(String, String)> {
    let row = readable(cx, id).await?;
    if row.state != "kept" {
        return Err(Error::missing());
    }
    let permission = if cx.allow(EDIT).is_ok() { EDIT } else { APPROVE };
    let mut read = cx.read(permission).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let place = store::place(row.election_id.into(), read.conn()?).await?;
    let at = organisation::get(&reach, place, read.conn()?).await?;
    let loaded = store::load(at, row.election_id.into(), false, read.conn()?).await?;
    drop(read);
    cx.note_reading(permission, told("election.document_opened", &loaded, &row)).await?;
    let url = cx.app.store.link(&key(cx.tenant()?, id.0)?, &row.file_name, paper::LINK).await?;
    Ok((url, row.file_name))
}

impl Loaded {
    /// A paper may go as long as its step is not done.
    pub fn removable(&self, row: &DocumentRow) -> bool {
        use {crate::model::ElectionState as S, ElectionPaper as P};
        let state = self.row.state();
        match kind(row) {
            P::Request => state == S::Draft,
            P::Reply => state == S::Requested,
            P::Ballot => matches!(state, S::Replied | S::Held),
            P::Report => matches!(state, S::Replied | S::Held),
            P::ResultReply => state == S::Reported,
            P::Other => !state.is_over(),
        }
    }
}
