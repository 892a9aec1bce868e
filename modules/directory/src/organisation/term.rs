//! The term of an organisation (任期): when it began, and to which day it was prolonged.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, OrganisationId, Result};
use zhibu_tenancy::Write;
use zhibu_tenancy::audit::Entry;

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
