//! From a file on somebody's disk to a picture in use.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::sync::Semaphore;
use uuid::Uuid;
use zhibu_core::{Error, Permission, PictureId, Result, check};
use zhibu_storage::picture::{self, Copies};

use super::{COPIES, Slot, key, retire};
use crate::audit::Entry;
use crate::cx::Cx;
use crate::exchange::scratch;
use crate::schema::pictures;

/// Largest upload in bytes (手册 2.2: 单张不超过200M).
pub const LARGEST: i64 = 200 * 1024 * 1024;
/// What was uploaded, until it is looked through.
pub(super) const FILE: &str = "upload";
/// The link to upload by lives so long: a large file over a slow line.
const LINK: Duration = Duration::from_secs(1800);
/// Uploads of one tenant that wait to be looked through.
const WAITING: i64 = 20;

/// One at a time: a picture may take hundreds of megabytes while it is unpacked.
static UNPACKING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// Where a browser puts the file.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The picture to be.
    pub id: PictureId,
    /// Signed link for one PUT of just this length and type.
    pub url: String,
    /// The type to name.
    pub content_type: &'static str,
}

/// Opens an upload and gives a ticket for its file.
pub async fn request(cx: &Cx, permission: Permission, slot: Slot, file_name: &str, size: i64) -> Result<Ticket> {
    let who = cx.identity()?.display_name.clone();
    let file_name = check::text("fileName", "文件名", file_name, 1, 120)?;
    let content_type = content_type(&file_name)?;
    if !(1..=LARGEST).contains(&size) {
        return Err(Error::invalid("size", "图片大小应在200MB以内"));
    }
    cx.allow(permission)?;
    crate::quotas::room(cx, size).await?;
    let mut write = cx.write(permission).await?;
    let waiting: i64 =
        pictures::table.filter(pictures::state.eq("uploading")).count().get_result(write.conn()?).await?;
    if waiting >= WAITING {
        return Err(Error::refuse("PICTURE_WAITING", "没有完成的上传过多，请明天再试"));
    }
    let id: Uuid = cx.app.world.id();
    diesel::insert_into(pictures::table)
        .values((
            pictures::id.eq(id),
            pictures::slot.eq(slot.code()),
            pictures::state.eq("uploading"),
            pictures::file_name.eq(&file_name),
            pictures::file_size.eq(i32::try_from(size).map_err(Error::bug)?),
            pictures::account_name.eq(who),
            pictures::created_at.eq(cx.now()),
            pictures::changed_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("picture.requested", "picture", id).note("slot", slot.label()).note("file", file_name);
    write.audit(entry).await?;
    write.commit().await?;
    let (upload, size) = (key(cx.tenant()?, id, FILE)?, u64::try_from(size).map_err(Error::bug)?);
    Ok(Ticket { id: id.into(), url: cx.app.store.upload_link(&upload, content_type, size, LINK).await?, content_type })
}

fn content_type(file_name: &str) -> Result<&'static str> {
    let name = file_name.to_lowercase();
    if name.ends_with(".png") {
        Ok("image/png")
    } else if name.ends_with(".jpg") || name.ends_with(".jpeg") {
        Ok("image/jpeg")
    } else {
        Err(Error::invalid("fileName", "请上传 .jpg、.jpeg 或 .png 格式的图片"))
    }
}

/// Looks an uploaded file through, makes its copies and shows them in the slot the ticket was for.
pub async fn take(cx: &Cx, permission: Permission, slot: Slot, id: PictureId) -> Result<()> {
    let id = id.0;
    cx.identity()?;
    let waiting = pictures::table.find(id).filter(pictures::slot.eq(slot.code()).and(pictures::state.eq("uploading")));
    let size: i32 = {
        let mut read = cx.read(permission).await?;
        waiting.select(pictures::file_size).first(read.conn()?).await?
    };
    // Unpacking takes its time: nobody waits for this connection meanwhile.
    cx.close().await;
    let upload = key(cx.tenant()?, id, FILE)?;
    let copies = look(cx, id, size).await?;
    let (width, height) = (copies.width, copies.height);
    for ((file, _), jpeg) in COPIES.iter().zip(copies.jpegs) {
        cx.app.store.put(&key(cx.tenant()?, id, file)?, jpeg.into(), "image/jpeg").await?;
    }
    let mut write = cx.write(permission).await?;
    let name: String = waiting.select(pictures::file_name).for_update().first(write.conn()?).await?;
    let before = retire(cx.now(), slot, write.conn()?).await?.map(|(_, name)| name);
    let pixels = |side: u32| i32::try_from(side).map_err(Error::bug);
    diesel::update(pictures::table.find(id))
        .set((
            pictures::state.eq("used"),
            pictures::width.eq(pixels(width)?),
            pictures::height.eq(pixels(height)?),
            pictures::changed_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("picture.used", "picture", id).note("slot", slot.label()).change("file", before, name);
    write.audit(entry).await?;
    write.commit().await?;
    if let Err(error) = cx.app.store.delete(&upload).await {
        tracing::warn!(code = error.code, cause = ?error.cause, "an uploaded picture was not removed");
    }
    Ok(())
}

/// What a picture has come to, before it is looked at by anybody.
async fn look(cx: &Cx, id: Uuid, size: i32) -> Result<Copies> {
    let busy = || Error::refuse("PICTURE_BUSY", "正在处理其他图片，请稍后再试");
    let turn = tokio::time::timeout(Duration::from_secs(10), UNPACKING.acquire()).await.map_err(|_| busy())?;
    let turn = turn.map_err(Error::bug)?;
    let upload = key(cx.tenant()?, id, FILE)?;
    let unsent = || Error::refuse("PICTURE_FILE", "图片没有上传完整，请重新选择").at("file");
    let there = match cx.app.store.head(&upload).await {
        Err(error) if error.code == Error::missing().code => return Err(unsent()),
        there => there?,
    };
    if i64::try_from(there.length).map_err(Error::bug)? != i64::from(size) {
        return Err(unsent());
    }
    let scratch = scratch(cx, id)?;
    let file: PathBuf = scratch.file(FILE);
    cx.app.store.get_file(&upload, &file).await?;
    let work = move || {
        // A request that is given up lets neither its turn nor its folder go before the work has ended.
        let _held = (turn, scratch);
        picture::copies(&file, &COPIES.map(|(_, within)| within))
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::bug)?
}
