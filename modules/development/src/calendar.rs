//! What the calendar does with cases: what lists know of them stays right, though nobody acts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::Result;
use zhibu_tenancy::Cx;

use crate::actions::Summary;
use crate::model::CaseRow;
use crate::schema::development_cases as cases;
use crate::{READ, store};

/// So many cases are looked at in one transaction.
const CHUNK: i64 = 100;

/// Looks at the cases whose day has come.
pub async fn hourly(cx: &Cx) -> Result<()> {
    while turn(cx).await? {}
    Ok(())
}

/// The next cases whose day has come; false when there were none. Whoever is at one at this moment settles it.
async fn turn(cx: &Cx) -> Result<bool> {
    let today = cx.app.world.today();
    let mut write = cx.write(READ).await?;
    let rows: Vec<CaseRow> = cases::table
        .filter(cases::closed_at.is_null().and(cases::turns_on.le(today)))
        .order((cases::turns_on, cases::id))
        .limit(CHUNK)
        .select(CaseRow::as_select())
        .for_update()
        .skip_locked()
        .load(write.conn()?)
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    for one in store::with_files(rows, write.conn()?).await? {
        diesel::update(cases::table.find(one.row.id))
            .set(Summary::on(&one.file, today))
            .execute(write.conn()?)
            .await?;
    }
    // Nothing was done: what is known of them is told by the same records as before.
    write.commit_quietly().await?;
    Ok(true)
}
