//! Recordings of video meetings (会议录像): ordered from the video server, which lays them beside the tenants' files; a job
//! takes them over from there. So the server's key to the storage need not reach what is kept.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, MeetingFileId, MeetingId, Result, TenantId};
use zhibu_providers::video::{Egress, EgressId};
use zhibu_storage::Key;
use zhibu_tenancy::{Conn, Cx, Job, Write, quotas};

use super::files::key;
use super::{entry, managed, must, see, touch, video};
use crate::model::{FileRow, MeetingFileKind, MeetingState};
use crate::schema::meeting_files as files;
use crate::store::Found;
use crate::{MANAGE, store};

/// Bytes of the longest recording: what a store copies in one go.
const LONGEST: u64 = 5 << 30;
/// Where the server lays recordings.
const FOLDER: &str = "recordings";

/// Where the server lays a recording.
fn ordered(tenant: TenantId, id: Uuid) -> Result<Key> {
    Key::platform([FOLDER, &tenant.to_string(), &format!("{}.mp4", id.simple())])
}

/// Which recording was laid there.
fn of_key(key: &str) -> Option<Uuid> {
    key.rsplit('/').next()?.strip_suffix(".mp4")?.parse().ok()
}

/// Begins to record the room. Beginning twice is beginning once.
pub async fn start_recording(cx: &Cx, id: MeetingId) -> Result<()> {
    cx.allow(MANAGE)?;
    // Nobody is to find the storage full at the end of a meeting.
    quotas::room(cx, 0).await?;
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    must(&found, &[MeetingState::Running])?;
    if !video::has_room(cx, &found.row) || !cx.app.video.records() {
        return Err(Error::refuse(
            "RECORDING_NOT_OPEN",
            "该会议不能录制：未开通会议录制，或不是在本系统召开的视频会议",
        ));
    }
    if under_way(id, write.conn()?).await?.is_some() {
        return Ok(());
    }
    let new: MeetingFileId = cx.app.world.id();
    let at = (cx.now() + Duration::hours(8)).format("%Y%m%d-%H%M");
    diesel::insert_into(files::table)
        .values((
            files::id.eq(new.0),
            files::meeting_id.eq(id.0),
            files::kind.eq(MeetingFileKind::Recording.code()),
            files::state.eq("recording"),
            files::file_name.eq(format!("会议录像{at}.mp4")),
            files::file_size.eq(0),
            files::content_type.eq("video/mp4"),
            files::account_name.eq(cx.actor()),
            files::created_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.recording_started", &found)).await?;
    write.commit().await?;
    touch(cx, id);
    let tenant = cx.tenant()?;
    let begun = cx.app.video.start_recording(&video::room(tenant, id.0), ordered(tenant, new.0)?.as_str()).await;
    match begun {
        Ok(EgressId(egress)) => {
            let mut write = cx.write(MANAGE).await?;
            diesel::update(files::table.find(new.0)).set(files::egress.eq(egress)).execute(write.conn()?).await?;
            write.commit_quietly().await
        }
        Err(error) => {
            tracing::warn!(kind = ?error.kind, code = error.provider_code, "a recording did not begin");
            if !error.outcome_known() {
                // It may go on: then its file is known by its name, and the end of the meeting ends it.
                return Err(Error::refuse("RECORDING_UNSURE", "视频服务没有回应，录制可能已经开始，请稍后查看"));
            }
            let refusal = match error.provider_code.as_deref() {
                Some("not_found") => Error::refuse("ROOM_EMPTY", "视频会议中还没有人，请先进入视频会议再开始录制"),
                _ => Error::refuse("RECORDING_FAILED", "视频服务未能开始录制，请稍后重试"),
            };
            lost(cx, new, &refusal.message).await?;
            Err(refusal)
        }
    }
}

/// Ends the recording of the room; the file comes when the server has it.
pub async fn stop_recording(cx: &Cx, id: MeetingId) -> Result<()> {
    let mut read = cx.read(MANAGE).await?;
    if !see(cx, id, &mut read).await?.manages {
        return Err(Error::missing());
    }
    let row = under_way(id, read.conn()?).await?;
    drop(read);
    cx.close().await;
    let Some(row) = row else { return Ok(()) };
    match row.egress {
        Some(egress) => {
            if let Err(error) = cx.app.video.stop_recording(&EgressId(egress)).await {
                tracing::warn!(kind = ?error.kind, code = error.provider_code, "a recording did not end");
                return Err(Error::refuse("RECORDING_FAILED", "视频服务未能停止录制，请稍后重试"));
            }
        }
        None if row.created_at > cx.now() - Duration::minutes(1) => {
            return Err(Error::refuse("RECORDING_STARTS", "录制正在开始，请稍后再停止"));
        }
        None => {}
    }
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    saving(&mut write, id).await?;
    write.audit(entry("meeting.recording_stopped", &found).note("file", row.file_name)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}

/// Recordings under way wait for their files.
pub(super) async fn saving(write: &mut Write<'_>, id: MeetingId) -> Result<()> {
    diesel::update(files::table.filter(files::meeting_id.eq(id.0).and(files::state.eq("recording"))))
        .set(files::state.eq("saving"))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// The recording of a meeting that goes on.
async fn under_way(id: MeetingId, conn: &mut Conn) -> Result<Option<FileRow>> {
    Ok(files::table
        .filter(files::meeting_id.eq(id.0).and(files::state.eq("recording")))
        .select(FileRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// The server says that a recording is over. The job is the same however often it says so.
pub(super) async fn ended(cx: &Cx, id: MeetingId, egress: &Egress) -> Result<()> {
    let laid = egress.file.as_ref().and_then(|file| of_key(&file.key));
    let mut write = cx.write(MANAGE).await?;
    let row: Option<FileRow> = files::table
        .filter(files::meeting_id.eq(id.0).and(files::kind.eq(MeetingFileKind::Recording.code())))
        .filter(files::state.eq_any(["recording", "saving"]))
        .filter(files::egress.eq(&egress.id.0).or(files::id.nullable().eq(laid)))
        .select(FileRow::as_select())
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(()) };
    if !egress.complete {
        tracing::warn!(error = egress.error, "a recording came to nothing");
        drop(write);
        return lost(cx, row.id.into(), "视频服务未能生成录像").await;
    }
    diesel::update(files::table.find(row.id)).set(files::state.eq("saving")).execute(write.conn()?).await?;
    write.enqueue(&KeepRecording { id: row.id.into() }).await?;
    write.commit_quietly().await?;
    touch(cx, id);
    Ok(())
}

/// Takes a recording over into the files of its meeting.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeepRecording {
    id: MeetingFileId,
}

impl Job for KeepRecording {
    const NAME: &'static str = "meeting_keep_recording";

    async fn run(self, cx: &Cx) -> Result<()> {
        let tenant = cx.tenant()?;
        let row: Option<FileRow> = {
            let mut read = cx.read(MANAGE).await?;
            files::table.find(self.id.0).select(FileRow::as_select()).first(read.conn()?).await.optional()?
        };
        cx.close().await;
        let Some(row) = row.filter(|row| row.state == "saving") else { return Ok(()) };
        let (from, to) = (ordered(tenant, self.id.0)?, key(tenant, self.id.0)?);
        let there = cx.app.store.head(&from).await?;
        let start = cx.app.store.start_of(&from, 12).await?;
        if !(1..=LONGEST).contains(&there.length) || start.get(4..8) != Some(&b"ftyp"[..]) {
            return lost(cx, self.id, "录像不是有效的视频文件，或超过5GB").await;
        }
        let size = i64::try_from(there.length).map_err(Error::bug)?;
        match quotas::room(cx, size).await {
            Err(error) if error.code == "STORAGE_QUOTA" => return lost(cx, self.id, "存储空间已用完").await,
            other => other?,
        }
        cx.app.store.copy(&from, &to).await?;
        let id: MeetingId = row.meeting_id.into();
        let mut write = cx.write(MANAGE).await?;
        let found = managed(&mut write, id).await?;
        let kept = diesel::update(files::table.find(row.id).filter(files::state.eq("saving")))
            .set((files::state.eq("kept"), files::file_size.eq(size)))
            .execute(write.conn()?)
            .await?;
        if kept == 0 {
            // Another job was faster.
            return Ok(());
        }
        write.audit(entry("meeting.recording_kept", &found).note("file", row.file_name)).await?;
        write.commit().await?;
        touch(cx, id);
        cx.app.store.delete(&from).await
    }

    async fn give_up(self, cx: &Cx) -> Result<()> {
        lost(cx, self.id, "没有从存储中取到录像").await
    }
}

/// A recording comes to nothing: whoever reads the audit learns why.
async fn lost(cx: &Cx, id: MeetingFileId, why: &str) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let gone: Option<FileRow> = diesel::delete(files::table.find(id.0).filter(files::state.ne("kept")))
        .returning(FileRow::as_returning())
        .get_result(write.conn()?)
        .await
        .optional()?;
    let Some(gone) = gone else { return Ok(()) };
    let found: Found = store::one(gone.meeting_id.into(), write.conn()?).await?;
    let told = entry("meeting.recording_lost", &found).note("file", gone.file_name).note("reason", why.to_owned());
    write.audit(told).await?;
    write.commit().await?;
    touch(cx, gone.meeting_id.into());
    cx.app.store.delete(&ordered(cx.tenant()?, id.0)?).await
}

/// Looks after recordings of whose end nobody told: the files of meetings that are over are looked for.
pub(crate) async fn hourly(cx: &Cx) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let since = cx.now() - Duration::hours(1);
    let waiting: Vec<Uuid> = files::table
        .filter(files::state.eq("saving").and(files::created_at.lt(since)))
        .select(files::id)
        .load(write.conn()?)
        .await?;
    for id in waiting {
        write.enqueue(&KeepRecording { id: id.into() }).await?;
    }
    write.commit_quietly().await
}
