//! Materials, photos and videos of a meeting (会议材料、影像). Small files come whole; videos come in parts, so that a broken
//! connection goes on where it stopped.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, MeetingFileId, MeetingId, Result, TenantId, check};
use zhibu_storage::Key;
use zhibu_tenancy::paper::{self, Papers};
use zhibu_tenancy::{Cx, quotas};

use super::{entry, managed, must, reading, see, touch};
use crate::model::{FileRow, MeetingFileKind, MeetingState};
use crate::schema::meeting_files as files;
use crate::{MANAGE, store};

/// Files of one meeting.
const MOST: i64 = 200;
/// Bytes of a part of a video; the last one may be smaller.
const PART: i64 = 8 << 20;
/// Bytes of the longest video.
const LONGEST: i64 = 500 << 20;
/// Links for parts that are given at once.
const AT_ONCE: usize = 20;
/// The folder of these files in the store.
const FOLDER: &str = "meeting";

static MATERIALS: Papers = Papers {
    endings: &[".pdf", ".jpg", ".jpeg", ".png", ".docx", ".xlsx", ".doc"],
    megabytes: 20,
    words: "请上传 PDF、图片（jpg、png）、Word 或 Excel 文件",
    unsent: "MEETING_FILE",
    other: "MEETING_FILE_KIND",
};
static PHOTOS: Papers = Papers {
    endings: &[".jpg", ".jpeg", ".png"],
    megabytes: 20,
    words: "请上传 jpg 或 png 图片",
    unsent: "MEETING_FILE",
    other: "MEETING_FILE_KIND",
};

/// What somebody wants to upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What it is to the meeting.
    pub kind: MeetingFileKind,
    /// With its ending.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
}

/// Where a client puts the file.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The file to be.
    pub id: MeetingFileId,
    /// Signed link for one PUT of just this length and type; nothing when it comes in parts.
    pub url: Option<String>,
    /// The type to name.
    pub content_type: String,
    /// Bytes of a part, when it comes in parts.
    pub part: Option<i64>,
}

/// A part that is there.
#[derive(Debug, Clone)]
pub struct Part {
    /// From 1.
    pub number: i32,
    /// Bytes.
    pub size: i64,
}

/// A link for a part that is not there.
#[derive(Debug, Clone)]
pub struct PartLink {
    /// From 1.
    pub number: i32,
    /// Bytes it has to have.
    pub size: i64,
    /// Signed link for one PUT.
    pub url: String,
}

/// A short link to a file.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where.
    pub url: String,
    /// Under which name it is saved.
    pub file_name: String,
}

pub(super) fn key(tenant: TenantId, id: Uuid) -> Result<Key> {
    Key::tenant(tenant, [FOLDER, &id.simple().to_string()])
}

fn papers(kind: MeetingFileKind) -> Option<&'static Papers> {
    match kind {
        MeetingFileKind::Material => Some(&MATERIALS),
        MeetingFileKind::Photo => Some(&PHOTOS),
        MeetingFileKind::Video | MeetingFileKind::Recording => None,
    }
}

fn kind(row: &FileRow) -> MeetingFileKind {
    MeetingFileKind::from_code(&row.kind).unwrap_or(MeetingFileKind::Material)
}

/// The type of a video by its name.
fn video(file_name: &str, size: i64) -> Result<&'static str> {
    let name = file_name.to_lowercase();
    let known = [(".mp4", "video/mp4"), (".m4v", "video/mp4"), (".mov", "video/quicktime")];
    let found = known.iter().find(|(ending, _)| name.ends_with(ending));
    let (_, content_type) = found.ok_or_else(|| Error::invalid("fileName", "请上传 mp4 或 mov 视频"))?;
    if !(1..=LONGEST).contains(&size) {
        return Err(Error::invalid("size", "视频大小应在500MB以内"));
    }
    Ok(content_type)
}

/// Opens an upload and gives a ticket for its file.
pub async fn request(cx: &Cx, id: MeetingId, upload: &Upload) -> Result<Ticket> {
    cx.allow(MANAGE)?;
    let file_name = check::text("fileName", "文件名", &upload.file_name, 1, 120)?;
    if upload.kind == MeetingFileKind::Recording {
        return Err(Error::invalid("kind", "会议录像由视频会议自动生成"));
    }
    let content_type = match papers(upload.kind) {
        Some(papers) => papers.accept(&file_name, upload.size)?,
        None => video(&file_name, upload.size)?,
    };
    quotas::room(cx, upload.size).await?;
    let new: MeetingFileId = cx.app.world.id();
    let in_parts = papers(upload.kind).is_none();
    let tenant = cx.tenant()?;
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    if found.row.state() == MeetingState::Cancelled {
        must(&found, &[])?;
    }
    // An upload that nobody finished makes room after a day.
    let old = files::state.eq("uploading").and(files::created_at.lt(cx.now() - chrono::Duration::days(1)));
    let given_up: Vec<(Uuid, Option<String>)> =
        diesel::delete(files::table.filter(files::meeting_id.eq(id.0).and(old)))
            .returning((files::id, files::upload))
            .get_results(write.conn()?)
            .await?;
    let own: i64 = files::table.filter(files::meeting_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if own >= MOST {
        return Err(Error::refuse("FILES_MANY", "一次会议最多200个文件"));
    }
    diesel::insert_into(files::table)
        .values((
            files::id.eq(new.0),
            files::meeting_id.eq(id.0),
            files::kind.eq(upload.kind.code()),
            files::state.eq("uploading"),
            files::file_name.eq(&file_name),
            files::file_size.eq(upload.size),
            files::content_type.eq(content_type),
            files::account_name.eq(cx.actor()),
            files::created_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    // Told in the audit once the file is there.
    write.commit_quietly().await?;
    discard(cx, &given_up).await?;
    let content_type = content_type.to_owned();
    if !in_parts {
        let url = paper::upload_link(cx, new.0, &content_type, upload.size).await?;
        return Ok(Ticket { id: new, url: Some(url), content_type, part: None });
    }
    let begun = cx.app.store.begin_parts(&key(tenant, new.0)?, &content_type).await?;
    let mut write = cx.write(MANAGE).await?;
    diesel::update(files::table.find(new.0)).set(files::upload.eq(begun)).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    Ok(Ticket { id: new, url: None, content_type, part: Some(PART) })
}

/// The file, for whoever may see its meeting.
async fn readable(cx: &Cx, id: MeetingFileId) -> Result<(FileRow, super::Seen)> {
    let mut read = reading(cx).await?;
    let row = store::file(id, read.conn()?).await?;
    let seen = see(cx, row.meeting_id.into(), &mut read).await?;
    Ok((row, seen))
}

/// The same for whoever administers it.
async fn writable(cx: &Cx, id: MeetingFileId) -> Result<FileRow> {
    let (row, seen) = readable(cx, id).await?;
    if seen.manages { Ok(row) } else { Err(Error::missing()) }
}

/// Bytes that a part has to have.
fn size_of(row: &FileRow, number: i32) -> i64 {
    (row.file_size - i64::from(number - 1) * PART).min(PART)
}

/// Which parts of an upload are there, and links for the next ones that are not.
pub async fn parts(cx: &Cx, id: MeetingFileId) -> Result<(Vec<Part>, Vec<PartLink>)> {
    let row = writable(cx, id).await?;
    cx.close().await;
    let Some(upload) = row.upload.as_deref().filter(|_| row.state == "uploading") else {
        return Err(Error::refuse("UPLOAD_OVER", "该文件已上传完成"));
    };
    let key = key(cx.tenant()?, id.0)?;
    let there = cx.app.store.parts(&key, upload).await?;
    let whole = |number: i32| {
        there.iter().any(|part| part.number == number && i64::try_from(part.size) == Ok(size_of(&row, number)))
    };
    let count = i32::try_from((row.file_size + PART - 1) / PART).map_err(Error::bug)?;
    let mut links = Vec::new();
    for number in (1..=count).filter(|number| !whole(*number)).take(AT_ONCE) {
        let size = size_of(&row, number);
        let length = u64::try_from(size).map_err(Error::bug)?;
        let url = cx.app.store.part_link(&key, upload, number, length, paper::UPLOAD).await?;
        links.push(PartLink { number, size, url });
    }
    let there = (1..=count).filter(|number| whole(*number)).map(|number| Part { number, size: size_of(&row, number) });
    Ok((there.collect(), links))
}

/// Makes a file of the parts that came.
pub async fn finish(cx: &Cx, id: MeetingFileId) -> Result<MeetingId> {
    let row = writable(cx, id).await?;
    cx.close().await;
    if row.state == "kept" {
        return Ok(row.meeting_id.into());
    }
    let unsent = || Error::refuse("MEETING_FILE", "文件没有上传完整，请继续上传").at("file");
    let Some(upload) = row.upload.as_deref().filter(|_| row.state == "uploading") else { return Err(unsent()) };
    let key = key(cx.tenant()?, id.0)?;
    match cx.app.store.parts(&key, upload).await {
        Ok(parts) => {
            let sum: u64 = parts.iter().map(|part| part.size).sum();
            if i64::try_from(sum) != Ok(row.file_size) {
                return Err(unsent());
            }
            cx.app.store.join_parts(&key, upload, &parts).await?;
        }
        // It was joined before, and the answer was lost.
        Err(error) if error.code == Error::missing().code => {}
        Err(error) => return Err(error),
    }
    let there = cx.app.store.head(&key).await.map_err(|_| unsent())?;
    let start = cx.app.store.start_of(&key, 12).await?;
    if i64::try_from(there.length) != Ok(row.file_size) || start.get(4..8) != Some(&b"ftyp"[..]) {
        cx.app.store.delete(&key).await?;
        return Err(Error::refuse("MEETING_FILE_KIND", "文件内容与扩展名不符，请检查后重新上传").at("file"));
    }
    kept(cx, &row).await
}

/// Looks an uploaded file through and keeps it.
pub async fn keep(cx: &Cx, id: MeetingFileId) -> Result<MeetingId> {
    let row = writable(cx, id).await?;
    if row.state == "kept" {
        return Ok(row.meeting_id.into());
    }
    // The store takes its time: nobody waits for this connection meanwhile.
    cx.close().await;
    let Some(papers) = papers(kind(&row)) else { return finish(cx, id).await };
    let size = i32::try_from(row.file_size).map_err(Error::bug)?;
    papers.take(cx, row.id, &key(cx.tenant()?, row.id)?, (&row.file_name, size)).await?;
    let meeting = kept(cx, &row).await?;
    paper::discard(cx, row.id).await?;
    Ok(meeting)
}

async fn kept(cx: &Cx, row: &FileRow) -> Result<MeetingId> {
    let id: MeetingId = row.meeting_id.into();
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    diesel::update(files::table.find(row.id))
        .set((files::state.eq("kept"), files::upload.eq(None::<String>)))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.file_added", &found).note("file", row.file_name.clone())).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(id)
}

/// Takes a file away.
pub async fn remove(cx: &Cx, id: MeetingFileId) -> Result<MeetingId> {
    let row = writable(cx, id).await?;
    let meeting: MeetingId = row.meeting_id.into();
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, meeting).await?;
    // A recording under way is ended first, else its file would come to nobody.
    let here = files::table.find(id.0).filter(files::state.eq_any(["uploading", "kept"]));
    if diesel::delete(here).execute(write.conn()?).await? == 0 {
        return Err(Error::missing());
    }
    write.audit(entry("meeting.file_removed", &found).note("file", row.file_name.clone())).await?;
    write.commit().await?;
    discard(cx, &[(id.0, row.upload)]).await?;
    touch(cx, meeting);
    Ok(meeting)
}

/// Removes files whose rows are gone, with the parts of uploads under way; what stays is removed with the tenant at the latest.
pub(crate) async fn discard(cx: &Cx, gone: &[(Uuid, Option<String>)]) -> Result<()> {
    for (id, upload) in gone {
        let key = key(cx.tenant()?, *id)?;
        let parts = match upload {
            Some(upload) => cx.app.store.drop_parts(&key, upload).await,
            None => Ok(()),
        };
        for outcome in [parts, cx.app.store.delete(&key).await] {
            if let Err(error) = outcome {
                tracing::warn!(code = error.code, cause = ?error.cause, "a removed file of a meeting was not deleted");
            }
        }
        paper::discard(cx, *id).await?;
    }
    Ok(())
}

/// Marks a photo or video for the library (同步到资料库), or takes that back.
pub async fn to_library(cx: &Cx, id: MeetingFileId, on: bool) -> Result<MeetingId> {
    let row = writable(cx, id).await?;
    let meeting: MeetingId = row.meeting_id.into();
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, meeting).await?;
    if row.state != "kept" {
        return Err(Error::missing());
    }
    diesel::update(files::table.find(id.0)).set(files::library.eq(on)).execute(write.conn()?).await?;
    let action = if on { "meeting.file_to_library" } else { "meeting.file_from_library" };
    write.audit(entry(action, &found).note("file", row.file_name)).await?;
    write.commit().await?;
    Ok(meeting)
}

/// A short link to a file; who opened it is recorded.
pub async fn link(cx: &Cx, id: MeetingFileId) -> Result<Link> {
    let (row, seen) = readable(cx, id).await?;
    if row.state != "kept" {
        return Err(Error::missing());
    }
    let permission = if seen.reads { crate::LIST_READ } else { crate::ATTEND };
    let told = entry("meeting.file_opened", &seen.found).note("file", row.file_name.clone());
    cx.note_reading(permission, told).await?;
    let url = cx.app.store.link(&key(cx.tenant()?, id.0)?, &row.file_name, paper::LINK).await?;
    Ok(Link { url, file_name: row.file_name })
}
