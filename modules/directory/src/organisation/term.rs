//! The term of an organisation (任期): when it began, and to which day it was prolonged.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Result};
use zhibu_tenancy::Write;
use zhibu_tenancy::audit::{self, Entry};

use super::model::Row;
use super::scope::Reach;
use crate::schema::organisations;

/// An organisation within the reach, held for the transaction; outside looks like not there.
pub async fn hold(write: &mut Write<'_>, reach: &Reach, id: OrganisationId) -> Result<Row> {
    let row: Option<Row> = organisations::table
        .find(id.0)
        .select(Row::as_select())
        .for_no_key_update()
        .first(write.conn()?)
        .await
        .optional()?;
    row.filter(|row| reach.covers(&row.path)).ok_or_else(Error::missing)
}

/// A new term begins.
pub async fn begin_term(write: &mut Write<'_>, row: &Row, start: NaiveDate, years: i16) -> Result<()> {
    diesel::update(organisations::table.find(row.id))
        .set((
            organisations::term_start.eq(start),
            organisations::term_years.eq(years),
            organisations::term_extended_to.eq(None::<NaiveDate>),
            organisations::version.eq(organisations::version + 1),
        ))
        .execute(write.conn()?)
        .await?;
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let entry = Entry::new("organisation.term_began", "organisation", row.id)
        .change("termStart", day(row.term_start), start.to_string())
        .change("termYears", row.term_years, years)
        .change("termEnd", day(row.term_end()), day(super::rules::end_of_term(start, years)));
    write.audit(entry).await
}

/// Changes of an organisation that are looked through for what was before its term.
const LOOKED: i64 = 200;

/// Takes back that a term began on a day: the term that was before is the present one again. What it was stands in the audit;
/// a term that was changed since stays.
pub async fn take_back_term(write: &mut Write<'_>, id: Uuid, start: NaiveDate) -> Result<()> {
    let held = organisations::table.find(id).select(Row::as_select()).for_no_key_update();
    let row: Row = held.first(write.conn()?).await?;
    let told = audit::history("organisation", id, None, LOOKED, write.conn()?).await?;
    let side = |row: &audit::Row, field: &str, at: usize| row.changes.get(field).and_then(|pair| pair.get(at)).cloned();
    let day = |value: Option<serde_json::Value>| value.and_then(|value| value.as_str()?.parse::<NaiveDate>().ok());
    let began = told.iter().find(|row| row.action == "organisation.term_began");
    let Some(began) = began.filter(|began| day(side(began, "termStart", 1)) == Some(start)) else { return Ok(()) };
    if row.term_start != Some(start) {
        return Ok(());
    }
    let before = day(side(began, "termStart", 0));
    // What did not change is not told.
    let years = match side(began, "termYears", 0) {
        Some(years) => years.as_i64().and_then(|years| i16::try_from(years).ok()),
        None => row.term_years,
    };
    // Prolonged is what ended later than by itself.
    let own = before.zip(years).and_then(|(start, years)| super::rules::end_of_term(start, years));
    let extended = day(side(began, "termEnd", 0)).filter(|end| own.is_some_and(|own| *end > own));
    diesel::update(organisations::table.find(id))
        .set((
            organisations::term_start.eq(before),
            organisations::term_years.eq(years),
            organisations::term_extended_to.eq(extended),
            organisations::version.eq(organisations::version + 1),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("organisation.updated", "organisation", id)
        .change("termStart", start.to_string(), before.map(|day| day.to_string()))
        .change("termYears", row.term_years, years);
    write.audit(entry).await
}

/// The present term lasts longer.
pub async fn prolong_term(write: &mut Write<'_>, row: &Row, to: NaiveDate) -> Result<()> {
    diesel::update(organisations::table.find(row.id))
        .set((organisations::term_extended_to.eq(to), organisations::version.eq(organisations::version + 1)))
        .execute(write.conn()?)
        .await?;
    let before = row.term_end().map(|day| day.to_string());
    let entry =
        Entry::new("organisation.term_prolonged", "organisation", row.id).change("termEnd", before, to.to_string());
    write.audit(entry).await
}
