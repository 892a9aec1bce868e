//! The import of contributions (template `contribution`): members are found by their identity numbers.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result};
use zhibu_directory::member::{self, Meant, Named};
use zhibu_office::Row;
use zhibu_tenancy::exchange::import::{Importer, Run};
use zhibu_tenancy::{Write, tenants};

use crate::WRITE;
use crate::actions::{self, Newcomer};
use crate::rules::{self, Facts};
use crate::schema::{contribution_files as files, contributions};

/// Imports contributions.
pub(crate) struct Contributions;

#[async_trait]
impl Importer for Contributions {
    fn template(&self) -> &'static str {
        "contribution"
    }

    fn permission(&self) -> Permission {
        WRITE
    }

    async fn lists(&self, _: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        Ok(Vec::new())
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
        Ok(Box::new(ContributionRun {
            demo: tenant.demo,
            today: write.cx.app.world.today(),
            seen: HashMap::new(),
            ready: HashMap::new(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        &["contributions"]
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        let rows: Vec<(Uuid, i32, Uuid, String)> = contributions::table
            .filter(contributions::id.eq_any(objects))
            .select((contributions::id, contributions::version, contributions::person_id, contributions::kind))
            .for_update()
            .load(write.conn()?)
            .await?;
        let proven: Vec<Uuid> = files::table
            .filter(files::contribution_id.eq_any(objects))
            .select(files::contribution_id)
            .load(write.conn()?)
            .await?;
        let found: HashMap<Uuid, i32> = rows.iter().map(|(id, version, ..)| (*id, *version)).collect();
        let why = |id: &Uuid| match found.get(id) {
            Some(_) if proven.contains(id) => Some("该记录在导入后已添加证明材料".to_owned()),
            Some(1) => None,
            Some(_) => Some("该记录在导入后已被修改".to_owned()),
            None => Some("该记录已不存在".to_owned()),
        };
        let answers: Vec<Option<String>> = objects.iter().map(why).collect();
        let gone: Vec<Uuid> =
            objects.iter().zip(&answers).filter(|(_, kept)| kept.is_none()).map(|(id, _)| *id).collect();
        let people: Vec<Uuid> = rows.iter().map(|(_, _, person, _)| *person).collect();
        let names = crate::store::people(&people, write.conn()?).await?;
        diesel::delete(contributions::table.filter(contributions::id.eq_any(&gone))).execute(write.conn()?).await?;
        let told = rows.iter().filter(|(id, ..)| gone.contains(id)).map(|(id, _, person, kind)| {
            actions::entry("contribution.removed", *id, names.get(person).map_or("", String::as_str), kind)
        });
        write.audit_all(told.collect()).await?;
        Ok(answers)
    }
}

/// One run over a file of contributions.
struct ContributionRun {
    demo: bool,
    today: NaiveDate,
    /// What the good rows so far tell, by row.
    seen: HashMap<(String, NaiveDate, String), u32>,
    /// What the rows checked last will become, by row.
    ready: HashMap<u32, Newcomer>,
}

#[async_trait]
impl Run for ContributionRun {
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        let (mut named, mut told) = (HashMap::new(), HashMap::new());
        for row in rows.iter_mut() {
            let (who, facts) = (Named::read(row, self.today, self.demo), self.read(row));
            if let (Some(who), Some(facts)) = (who, facts) {
                named.insert(row.number, who);
                told.insert(row.number, facts);
            }
        }
        for (row, Meant { person, name, branch }) in member::meant(write, rows, &named).await? {
            let facts = told.remove(&row).ok_or_else(|| Error::bug("a row that says nothing"))?;
            self.ready.insert(row, Newcomer { person, name, branch, facts });
        }
        for row in rows {
            let Some(new) = self.ready.get(&row.number) else { continue };
            let key = (new.person.to_string(), new.facts.served_on, new.facts.body.clone());
            if let Some(before) = self.seen.get(&key) {
                row.fault("body", format!("与第{before}行重复"));
                self.ready.remove(&row.number);
            } else {
                self.seen.insert(key, row.number);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let new: Option<Vec<Newcomer>> = rows.iter().map(|row| self.ready.remove(&row.number)).collect();
        actions::add_all(write, new.ok_or_else(|| Error::bug("a row that was not checked"))?).await
    }
}

impl ContributionRun {
    /// What a row says besides of whom; what is wrong with it alone is noted.
    fn read(&self, row: &mut Row<'static>) -> Option<Facts> {
        let (kind, served_on) = (row.choice("contribution_kind"), row.date("served_on"));
        let (place, body) = (row.text("place"), row.text("body"));
        let mut minutes = None;
        if let Some(hours) = row.raw("hours") {
            minutes = rules::minutes(hours.trim());
            if minutes.is_none() {
                row.fault("hours", "时长应为小时数，最多两位小数，不超过1000，例如 2.5");
            }
        }
        let facts = Facts { kind: kind?.to_owned(), served_on: served_on?, place, minutes, body: body? };
        match rules::accept(&facts, self.today) {
            Ok(facts) if row.faults().is_empty() => Some(facts),
            Ok(_) => None,
            Err(faults) => {
                for fault in faults {
                    let key = match fault.field.as_deref().unwrap_or_default() {
                        "kind" => "contribution_kind",
                        "servedOn" => "served_on",
                        "minutes" => "hours",
                        "place" => "place",
                        _ => "body",
                    };
                    row.fault(key, fault.message);
                }
                None
            }
        }
    }
}
