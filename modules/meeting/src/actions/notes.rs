//! What people write down in a meeting (笔记): their own, and seen by whoever holds it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, MeetingId, Result, check};
use zhibu_tenancy::Cx;

use super::{entry, me, must};
use crate::ATTEND;
use crate::model::MeetingState;
use crate::schema::meeting_notes as notes;
use crate::store;

/// Writes the caller's note, as it was at `version` when there was one already. An empty text removes it.
pub async fn write(cx: &Cx, id: MeetingId, version: Option<i32>, body: &str) -> Result<()> {
    cx.allow(ATTEND)?;
    let body = if body.trim().is_empty() { String::new() } else { check::lines("body", "笔记", body, 1, 20_000)? };
    let mut write = cx.write(ATTEND).await?;
    let place = me(&mut write, id).await?;
    let found = store::one(id, write.conn()?).await?;
    let begun =
        [MeetingState::Published, MeetingState::Running, MeetingState::MinutesPending, MeetingState::Finished];
    must(&found, &begun)?;
    let before = store::note(id, place.person_id, write.conn()?).await?;
    if before.as_ref().map(|note| note.version) != version {
        return Err(Error::conflict());
    }
    let key = (id.0, place.person_id);
    if body.is_empty() {
        if diesel::delete(notes::table.find(key)).execute(write.conn()?).await? == 0 {
            return Ok(());
        }
    } else if let Some(before) = &before {
        let changed = diesel::update(notes::table.find(key).filter(notes::version.eq(before.version)))
            .set((notes::version.eq(before.version + 1), notes::body.eq(&body), notes::updated_at.eq(cx.now())))
            .execute(write.conn()?)
            .await?;
        if changed == 0 {
            return Err(Error::conflict());
        }
    } else {
        let made = diesel::insert_into(notes::table)
            .values((
                notes::meeting_id.eq(id.0),
                notes::person_id.eq(place.person_id),
                notes::name.eq(&place.name),
                notes::body.eq(&body),
                notes::updated_at.eq(cx.now()),
            ))
            .on_conflict_do_nothing()
            .execute(write.conn()?)
            .await?;
        if made == 0 {
            return Err(Error::conflict());
        }
    }
    write.audit(entry("meeting.note_written", &found).note("name", place.name)).await?;
    write.commit().await
}
