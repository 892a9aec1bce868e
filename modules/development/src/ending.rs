//! What becomes of a case whose member leaves or comes back (去世、出党、转出，历史库还原).

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Result, dictionary};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::Write;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::Left;

use crate::actions;
use crate::rules::{Event, Outcome};
use crate::schema::{development_cases as cases, development_events as events};
use crate::store::{self, Loaded};

/// The outcome that says best how a membership ended.
fn outcome(reason: &str) -> Outcome {
    match reason {
        "transfer_out" => Outcome::Moved,
        "probation_cancelled" => Outcome::Cancelled,
        _ => Outcome::Ended,
    }
}

/// Ends the open cases of members who have left, in the transaction in which they left.
pub(crate) async fn left(write: &mut Write<'_>, left: &Left) -> Result<()> {
    let today = write.cx.app.world.today();
    let open: Vec<Uuid> = cases::table
        .filter(cases::person_id.eq_any(&left.people).and(cases::closed_at.is_null()))
        .order(cases::id)
        .select(cases::id)
        .load(write.conn()?)
        .await?;
    let reason = dictionary::words("membership_end_reason", left.reason);
    for id in open {
        let mut loaded = store::load(&Reach::everything(), id.into(), true, write.conn()?).await?;
        loaded.file.end(outcome(left.reason));
        note(write, &loaded, Event::Ended, (today, &format!("{reason}：{}", left.note))).await?;
        actions::settle(write, id, loaded.row.version, &loaded.file).await?;
        let entry = Entry::new("development.ended", "development", id)
            .note("name", loaded.row.name.clone())
            .note("reason", reason.clone())
            .change("outcome", words(loaded.row.outcome()), words(loaded.file.outcome));
        write.audit(entry).await?;
    }
    Ok(())
}

fn words(outcome: Outcome) -> String {
    dictionary::words("development_outcome", outcome.code())
}

async fn note(write: &mut Write<'_>, loaded: &Loaded, event: Event, (on, text): (NaiveDate, &str)) -> Result<()> {
    actions::insert_event(write, loaded, event, (on, None, text), None).await
}

/// Goes on with the case that ended when a member left who was taken back, at the branch where the member is now. What was
/// ended by a decision stays so and says it.
pub(crate) async fn returned(write: &mut Write<'_>, person: Uuid) -> Result<()> {
    let today = write.cx.app.world.today();
    let latest: Option<Uuid> = cases::table
        .filter(cases::person_id.eq(person))
        .order((cases::created_at.desc(), cases::id.desc()))
        .select(cases::id)
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(id) = latest else { return Ok(()) };
    let mut loaded = store::load(&Reach::everything(), id.into(), true, write.conn()?).await?;
    if loaded.row.closed_at.is_none() {
        return Ok(());
    }
    let ended = loaded.events.iter().rfind(|event| event.voided_at.is_none() && event.event == Event::Ended.code());
    let Some(ended) = ended.map(|event| event.id) else { return stays(write, &loaded, today).await };
    if another(write, &loaded).await? {
        return stays(write, &loaded, today).await;
    }
    let now = write.cx.now();
    diesel::update(events::table.find(ended)).set(events::voided_at.eq(now)).execute(write.conn()?).await?;
    loaded.file.revive();
    let at = store::branch_of(person, write.conn()?).await?.ok_or_else(Error::missing)?;
    let mut told = "发展档案恢复办理".to_owned();
    if at != loaded.row.organisation_id {
        let name = organisation::names(&[at], write.conn()?).await?.remove(&at).unwrap_or_default();
        told = format!("发展档案恢复办理，{} → {name}", loaded.branch);
        diesel::update(cases::table.find(id)).set(cases::organisation_id.eq(at)).execute(write.conn()?).await?;
    }
    note(write, &loaded, Event::Restored, (today, &told)).await?;
    actions::settle(write, id, loaded.row.version, &loaded.file).await?;
    let entry = Entry::new("development.reopened", "development", id)
        .note("name", loaded.row.name.clone())
        .note("note", told)
        .change("outcome", words(loaded.row.outcome()), words(loaded.file.outcome));
    write.audit(entry).await
}

/// Somebody who has applied again has another open case by now.
async fn another(write: &mut Write<'_>, loaded: &Loaded) -> Result<bool> {
    let index: Vec<u8> = cases::table.find(loaded.row.id).select(cases::id_index).first(write.conn()?).await?;
    let open: i64 = cases::table
        .filter(cases::closed_at.is_null().and(cases::id_index.eq(index)))
        .count()
        .get_result(write.conn()?)
        .await?;
    Ok(open > 0)
}

/// Says in a case that ended by a decision that its person is a member again.
async fn stays(write: &mut Write<'_>, loaded: &Loaded, today: NaiveDate) -> Result<()> {
    if loaded.file.done.contains_key(&24) {
        return Ok(());
    }
    let told = format!("该同志已还原为党员；本档案的办理结果仍为“{}”，请核对党员类别", words(loaded.row.outcome()));
    note(write, loaded, Event::Restored, (today, &told)).await?;
    let entry = Entry::new("development.noted", "development", loaded.row.id)
        .note("name", loaded.row.name.clone())
        .note("event", Event::Restored.words())
        .note("note", told);
    write.audit(entry).await
}
