//! What people write down in a meeting (笔记): their own, and seen by whoever holds it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, MeetingId, Result, check};
use zhibu_tenancy::Cx;

use super::{entry, me, must};
use crate::ATTEND;
use crate::model::MeetingState;
use crate::schema::meeting_people as people;
use crate::store;

/// Writes the caller's note, as it was at `version` when there was one already. An empty text removes it.
pub async fn write(cx: &Cx, id: MeetingId, version: Option<i32>, body: &str) -> Result<()> {
    cx.allow(ATTEND)?;
    let body = if body.trim().is_empty() { String::new() } else { check::lines("body", "笔记", body, 1, 20_000)? };
    let mut write = cx.write(ATTEND).await?;
    let place = me(&mut write, id).await?;
    let found = store::one(id, write.conn()?).await?;
    let begun = [MeetingState::Published, MeetingState::Running, MeetingState::MinutesPending, MeetingState::Finished];
    must(&found, &begun)?;
    let before = store::note(id, place.person_id, write.conn()?).await?;
    if before.as_ref().map(|note| note.note_version) != version {
        return Err(Error::conflict());
    }
    if body.is_empty() && before.is_none() {
        return Ok(());
    }
    let text = Some(body).filter(|body| !body.is_empty());
    let at = text.as_ref().map(|_| cx.now());
    let columns = (people::note.eq(text), people::noted_at.eq(at), people::note_version.eq(people::note_version + 1));
    let update = diesel::update(people::table.find((id.0, place.person_id))).set(columns).into_boxed();
    let unchanged = match &before {
        Some(before) => update.filter(people::note_version.eq(before.note_version)),
        None => update.filter(people::note.is_null()),
    };
    let changed = unchanged.execute(write.conn()?).await?;
    if changed == 0 {
        return Err(Error::conflict());
    }
    write.audit(entry("meeting.note_written", &found).note("name", place.name)).await?;
    write.commit().await
}
