//! What is done with sample texts, each in one transaction.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Result, SampleId};
use zhibu_storage::Key;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write};

use crate::model::Row;
use crate::render::Render;
use crate::rules::Text;
use crate::schema::sample_texts;
use crate::{LIBRARY_EDIT, SAMPLES_READ, store};

/// How long a download link works.
const LINK: Duration = Duration::from_secs(300);

/// A link to a file, for a few minutes.
pub struct Link {
    /// Where.
    pub url: String,
    /// Under which name it is saved.
    pub file_name: String,
    /// Until when.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// Writes a new draft, or edits a text as it was at `version`, which makes it a draft again.
pub async fn save(cx: &Cx, id: Option<SampleId>, version: Option<i32>, text: &Text) -> Result<Row> {
    let mut write = cx.write(LIBRARY_EDIT).await?;
    let words = (
        sample_texts::kind.eq(text.kind.code()),
        sample_texts::title.eq(&text.title),
        sample_texts::summary.eq(&text.summary),
        sample_texts::body.eq(&text.body),
        sample_texts::updated_at.eq(cx.now()),
    );
    let mut entry = None;
    let id = match id {
        None => {
            let id: SampleId = cx.app.world.id();
            diesel::insert_into(sample_texts::table)
                .values((sample_texts::id.eq(id.0), sample_texts::state.eq("draft"), words))
                .execute(write.conn()?)
                .await?;
            id
        }
        Some(id) => {
            let before = at_version(&mut write, id, version).await?;
            let changed = Entry::new("sample.saved", "sample", id.0)
                .change("kind", before.kind.clone(), text.kind.code())
                .change("title", before.title.clone(), text.title.clone())
                .change("summary", before.summary.clone(), text.summary.clone())
                .change("body", before.body.clone(), text.body.clone());
            entry = Some(changed);
            // What tenants read never changes under them: an edit takes it back to a draft.
            diesel::update(sample_texts::table.find(id.0))
                .set((
                    words,
                    sample_texts::version.eq(before.version + 1),
                    sample_texts::state.eq("draft"),
                    sample_texts::file_key.eq(None::<String>),
                ))
                .execute(write.conn()?)
                .await?;
            id
        }
    };
    let created = || Entry::new("sample.created", "sample", id.0).note("title", text.title.clone());
    write.audit(entry.unwrap_or_else(created)).await?;
    let row = store::one(id, write.conn()?).await?;
    write.commit().await?;
    Ok(row)
}

async fn at_version(write: &mut Write<'_>, id: SampleId, version: Option<i32>) -> Result<Row> {
    let row: Row = sample_texts::table.find(id.0).select(Row::as_select()).for_update().first(write.conn()?).await?;
    if Some(row.version) == version { Ok(row) } else { Err(Error::conflict()) }
}

/// Shows a text to every tenant and has its Word file made.
pub async fn publish(cx: &Cx, id: SampleId, version: i32) -> Result<Row> {
    let mut write = cx.write(LIBRARY_EDIT).await?;
    let before = at_version(&mut write, id, Some(version)).await?;
    if before.state == "published" {
        return Err(Error::refuse("ALREADY_PUBLISHED", "该范文已发布"));
    }
    diesel::update(sample_texts::table.find(id.0))
        .set((
            sample_texts::state.eq("published"),
            sample_texts::published_at.eq(cx.now()),
            sample_texts::updated_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    if before.file_key.is_none() {
        write.enqueue(&Render { id, version }).await?;
    }
    write.audit(Entry::new("sample.published", "sample", id.0).change("state", before.state, "published")).await?;
    let row = store::one(id, write.conn()?).await?;
    write.commit().await?;
    Ok(row)
}

/// Takes a text away from the tenants.
pub async fn withdraw(cx: &Cx, id: SampleId, version: i32) -> Result<Row> {
    let mut write = cx.write(LIBRARY_EDIT).await?;
    let before = at_version(&mut write, id, Some(version)).await?;
    if before.state != "published" {
        return Err(Error::refuse("NOT_PUBLISHED", "该范文未发布"));
    }
    diesel::update(sample_texts::table.find(id.0))
        .set((sample_texts::state.eq("withdrawn"), sample_texts::updated_at.eq(cx.now())))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("sample.withdrawn", "sample", id.0).change("state", before.state, "withdrawn")).await?;
    let row = store::one(id, write.conn()?).await?;
    write.commit().await?;
    Ok(row)
}

/// Marks a text as read by the caller.
pub async fn read(cx: &Cx, id: SampleId) -> Result<()> {
    store::published_one(cx.identity()?.account, id, cx.read(SAMPLES_READ).await?.conn()?).await?;
    remember(cx, id, false).await
}

/// Notes that the caller has read or downloaded a text; where a tenant may only be read, it is read without.
async fn remember(cx: &Cx, id: SampleId, downloaded: bool) -> Result<()> {
    let account = cx.identity()?.account;
    let mut write = match cx.write(SAMPLES_READ).await {
        Err(error) if error.code == "TENANT_READ_ONLY" => return Ok(()),
        write => write?,
    };
    store::mark(account, id, cx.now(), downloaded, write.conn()?).await?;
    write.commit_quietly().await
}

/// A short-lived link to the Word file; remembered as downloaded.
pub async fn download(cx: &Cx, id: SampleId) -> Result<Link> {
    let account = cx.identity()?.account;
    let (row, _) = store::published_one(account, id, cx.read(SAMPLES_READ).await?.conn()?).await?;
    if row.file_key.is_none() {
        return Err(Error::refuse("NOT_READY", "文件正在生成，请稍后再试"));
    }
    let key = Key::shared(["samples", &id.to_string(), &format!("{}.docx", row.version)])?;
    let file_name = format!("{}.docx", row.title);
    let url = cx.app.store.link(&key, &file_name, LINK).await?;
    remember(cx, id, true).await?;
    Ok(Link { url, file_name, expires_at: cx.now() + LINK })
}
