//! What other modules say has happened, told to those whom it concerns.

use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_core::event::{self, Event};
use zhibu_directory::member::{self, Whom};
use zhibu_directory::organisation;
use zhibu_tenancy::events::{self, Happening};
use zhibu_tenancy::{Cx, Write};

use crate::actions::{self, Announcement, publish};
use crate::model::AnnouncementOccasion;
use crate::{SEND, store};

/// The most people that one event is told to.
const MOST: i64 = 5_000;

/// The key of what is told once: the same parts make the same key.
pub(crate) fn key(parts: &[&str]) -> Uuid {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    let bytes = digest.first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// After these nobody is sent anything more of what was said before.
const OVER: [Event; 2] = [event::MEETING_STARTED, event::MEETING_ATTENDED];

/// Tells people of an event, as the tenant has decided; once, however often it is heard.
pub(crate) async fn hear(cx: &Cx, what: Happening) -> Result<()> {
    if OVER.contains(&what.event) {
        let mut write = cx.write(SEND).await?;
        outdate(&mut write, what.id, None).await?;
        return write.commit_quietly().await;
    }
    let told = {
        let mut read = cx.read(SEND).await?;
        events::tidings(cx, what, read.conn()?).await?
    };
    let Some(told) = told else { return Ok(()) };
    let Some(occasion) = AnnouncementOccasion::from_code(told.occasion) else { return Ok(()) };
    let mut write = cx.write(SEND).await?;
    // One at a time about one thing: who was told a moment ago is not told again.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('told:' || $1::text, 0))")
        .bind::<diesel::sql_types::Uuid, _>(what.id)
        .execute(write.conn()?)
        .await?;
    let outdates = matches!(occasion, AnnouncementOccasion::MeetingChanged | AnnouncementOccasion::MeetingCancelled);
    let rule = store::rule(occasion, write.conn()?).await?;
    if !rule.enabled {
        if outdates {
            outdate(&mut write, what.id, None).await?;
        }
        return write.commit_quietly().await;
    }
    let mut whom = member::attenders(&Whom::People(told.people), MOST, write.conn()?).await?;
    let mut moment = told.moment;
    if told.once_each {
        let already = store::told(occasion, what.id, write.conn()?).await?;
        whom.retain(|one| !already.contains(&one.person));
        let mut ids: Vec<String> = whom.iter().map(|one| one.person.to_string()).collect();
        ids.sort_unstable();
        moment = ids.join(" ");
    }
    if whom.is_empty() {
        return Ok(());
    }
    let named = organisation::names(&[told.organisation], write.conn()?).await?;
    let own = [("标题", told.title.clone()), ("单位", named.into_values().next().unwrap_or_default())];
    let facts = own.into_iter().chain(told.facts).map(|(name, value)| (name.to_owned(), value)).collect();
    let about = what.about.map(|id| id.to_string()).unwrap_or_default();
    let one = Announcement {
        key: key(&[what.event.0, &what.id.to_string(), &about, &moment]),
        organisation: told.organisation,
        occasion,
        title: told.title,
        text: told.text,
        subject: Some(what.id),
        facts,
        account: Uuid::nil(),
        author: cx.actor(),
        ladder: actions::steps(&rule),
    };
    // Heard again, what was said the first time goes on.
    let (id, fresh) = publish(&mut write, &one, &whom).await?;
    if !fresh {
        return Ok(());
    }
    if outdates {
        outdate(&mut write, what.id, Some(id)).await?;
    }
    write.commit().await
}

/// Nobody is sent or called any more about what is not so.
async fn outdate(write: &mut Write<'_>, subject: Uuid, but: Option<Uuid>) -> Result<()> {
    for id in store::about(subject, write.conn()?).await? {
        if Some(id) != but {
            actions::stop(write, id).await?;
        }
    }
    Ok(())
}
