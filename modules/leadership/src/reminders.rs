//! The ladder of reminders (到期提醒): what a term or an empty post has come to is written once, for those whom it concerns.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_directory::member;
use zhibu_tenancy::{Cx, identity};

use crate::rules::{self, Rung};
use crate::schema::leadership_reminders as reminders;
use crate::{READ, store};

/// So many rows are written by one statement.
const CHUNK: usize = 500;

/// Writes the rungs that have been come to since the last time.
pub async fn hourly(cx: &Cx) -> Result<()> {
    let today = cx.app.world.today();
    let mut read = cx.read(READ).await?;
    let conn = read.conn()?;
    let horizon = u64::try_from(rules::AHEAD).map_err(Error::bug)?;
    let ending = store::ending(today.checked_add_days(Days::new(horizon)).unwrap_or(today), conn).await?;
    let vacant = member::vacant_since(None, conn).await?;
    let mut due: Vec<(Uuid, Rung, NaiveDate)> = Vec::new();
    due.extend(ending.iter().filter_map(|(id, _, end)| Some((*id, rules::rung(*end, today)?, *end))));
    due.extend(vacant.iter().filter_map(|(id, since)| Some((*id, rules::vacant_rung(*since, today)?, *since))));
    let ids: Vec<Uuid> = due.iter().map(|(id, ..)| *id).collect();
    let days: Vec<NaiveDate> = due.iter().map(|(_, rung, _)| rung.day).collect();
    let known: Vec<(Uuid, String, NaiveDate)> = reminders::table
        .filter(reminders::organisation_id.eq_any(&ids).and(reminders::day.eq_any(&days)))
        .select((reminders::organisation_id, reminders::rule, reminders::day))
        .load(conn)
        .await?;
    let known: HashSet<(Uuid, String, NaiveDate)> = known.into_iter().collect();
    due.retain(|(id, rung, _)| !known.contains(&(*id, rung.rule.to_owned(), rung.day)));
    let late: Vec<Uuid> = due.iter().map(|(id, ..)| *id).collect();
    let to = if late.is_empty() { HashMap::new() } else { recipients(cx, &late, conn).await? };
    drop(read);
    cx.close().await;
    if late.is_empty() {
        return Ok(());
    }
    let mut write = cx.write(READ).await?;
    let (app, now) = (cx.app.clone(), cx.now());
    for chunk in due.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(id, rung, about)| {
                (
                    reminders::id.eq(app.world.id::<Uuid>()),
                    reminders::organisation_id.eq(*id),
                    reminders::rule.eq(rung.rule),
                    reminders::level.eq(rung.level.code()),
                    reminders::day.eq(rung.day),
                    reminders::about.eq(*about),
                    reminders::recipients.eq(to.get(id).cloned().unwrap_or_default()),
                    reminders::created_at.eq(now),
                )
            })
            .collect();
        // Another server may be at it too.
        diesel::insert_into(reminders::table).values(rows).on_conflict_do_nothing().execute(write.conn()?).await?;
    }
    // Reminders are no change to anybody's business.
    write.commit_quietly().await
}

/// Whom it concerns: administrators and secretary of the organisation, administrators of its superior.
async fn recipients(cx: &Cx, ids: &[Uuid], conn: &mut zhibu_tenancy::Conn) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let above = store::superiors(ids, conn).await?;
    let mut all: Vec<Uuid> = above.iter().flat_map(|(id, parent)| [Some(*id), *parent]).flatten().collect();
    all.sort_unstable();
    all.dedup();
    let held = identity::assignments(&cx.app, None, Some(&all), conn).await?;
    let mut by_place: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
    for one in held {
        by_place.entry(one.organisation).or_default().push((one.account, one.role));
    }
    let with = |at: Uuid, secretary: bool| {
        let wanted =
            move |role: &str| matches!(role, "org_admin" | "tenant_admin") || (secretary && role == "branch_secretary");
        let held = by_place.get(&at).into_iter().flatten();
        held.filter(move |(_, role)| wanted(role)).map(|(account, _)| *account)
    };
    let of = |(id, parent): (&Uuid, &Option<Uuid>)| {
        let mut to: Vec<Uuid> = with(*id, true).chain(parent.iter().flat_map(|parent| with(*parent, false))).collect();
        to.sort_unstable();
        to.dedup();
        (*id, to)
    };
    Ok(above.iter().map(of).collect())
}
