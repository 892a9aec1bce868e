//! Edits of organisations are taken back by another edit.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Result, dictionary};
use zhibu_tenancy::audit::{Row as Change, undo};
use zhibu_tenancy::{Conn, Write};

use super::model::{Row, Unit, UnitRelation};
use super::rules::{self, Facts};
use super::scope::Reach;
use super::{actions, store};
use crate::schema::organisations;

/// Makes an organisation what it was before an edit.
pub(crate) async fn back(write: &mut Write<'_>, change: &Change) -> Result<()> {
    let id = change.object_id.ok_or_else(Error::missing)?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let row = store::get(&reach, id.into(), write.conn()?).await?;
    let units = store::units(id, write.conn()?).await?;
    let version = row.version;
    let now = facts(row, units).ok_or_else(|| undo::changed("type"))?;
    let mut before = undo::restored(&now, change, &[])?;
    before.units = now.units;
    let today = write.cx.app.world.today();
    let before = rules::accept(before, today, &dictionary::has).map_err(|mut faults| faults.swap_remove(0))?;
    actions::update(write, id.into(), version, &before).await.map(drop)
}

/// What the organisation is called.
pub(crate) async fn name(conn: &mut Conn, id: Uuid) -> Result<Option<String>> {
    Ok(organisations::table.find(id).select(organisations::short_name).first(conn).await.optional()?)
}

/// An organisation as the form gives it, without the telephone number, which stays; none before the form was filled.
fn facts(row: Row, units: Vec<Unit>) -> Option<Facts> {
    Some(Facts {
        org_type: row.kind(),
        full_name: row.full_name,
        short_name: row.short_name,
        external_code: row.external_code,
        founded_on: row.founded_on?,
        approval_no: row.approval_no,
        unit_relation: UnitRelation::from_code(&row.unit_relation?)?,
        units,
        division_code: row.division_code?,
        contact_name: row.contact_name?,
        contact_phone: None,
        term_years: row.term_years,
        term_start: row.term_start,
        sort: row.sort,
        can_approve_members: row.can_approve_members,
        village_or_community: row.village_or_community,
    })
}
