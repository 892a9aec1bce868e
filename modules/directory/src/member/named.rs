//! Whom the rows of a file mean: members by their identity numbers, and by their names for certainty.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Result, check};
use zhibu_office::Row;
use zhibu_tenancy::{Write, tenants};

use crate::organisation::{self, Reach};
use crate::schema::{branch_assignments, memberships, people};

/// What the columns `name` and `id_number` of a row say.
#[derive(Debug, Clone)]
pub struct Named {
    /// 姓名
    pub name: String,
    /// 公民身份号码
    pub number: String,
}

/// A present member whom a row means.
#[derive(Debug, Clone)]
pub struct Meant {
    /// Who.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// Their branch.
    pub branch: Uuid,
}

impl Named {
    /// Reads a row; what is wrong is noted.
    pub fn read(row: &mut Row<'static>, today: NaiveDate, demo: bool) -> Option<Self> {
        let (name, number) = (row.text("name"), row.raw("id_number"));
        match check::id_number(&number?, today, demo) {
            Ok(number) => Some(Self { name: name?, number: number.text }),
            Err(words) => {
                row.fault("id_number", words);
                None
            }
        }
    }
}

/// Finds the members within the writer's reach, all rows at once; rows that mean nobody there get a fault.
pub async fn meant(
    write: &mut Write<'_>,
    rows: &mut [Row<'static>],
    named: &HashMap<u32, Named>,
) -> Result<HashMap<u32, Meant>> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let blinds: HashMap<u32, Vec<u8>> = named.iter().map(|(row, one)| (*row, vault.blind(&one.number))).collect();
    let wanted: Vec<Vec<u8>> = blinds.values().cloned().collect();
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let mut query = people::table
        .inner_join(memberships::table.inner_join(branch_assignments::table))
        .filter(people::left_at.is_null().and(people::id_index.eq_any(&wanted)))
        .filter(memberships::until.is_null().and(branch_assignments::until.is_null()))
        .select((people::id_index, people::id, people::name, branch_assignments::organisation_id))
        .into_boxed();
    if let Some(places) = organisation::part(&reach, None, write.conn()?).await? {
        query = query.filter(branch_assignments::organisation_id.eq_any(places));
    }
    let found: Vec<(Vec<u8>, Uuid, String, Uuid)> = query.load(write.conn()?).await?;
    let found: HashMap<Vec<u8>, Meant> =
        found.into_iter().map(|(blind, person, name, branch)| (blind, Meant { person, name, branch })).collect();
    let mut meant = HashMap::new();
    for row in rows {
        let Some((one, blind)) = named.get(&row.number).zip(blinds.get(&row.number)) else { continue };
        match found.get(blind) {
            None => row.fault("id_number", "没有该公民身份号码的党员，或不在您的管理范围"),
            Some(who) if who.name != one.name => row.fault("name", "姓名与公民身份号码不一致"),
            Some(who) => {
                meant.insert(row.number, who.clone());
            }
        }
    }
    Ok(meant)
}
