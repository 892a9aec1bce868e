//! The import of running cases (template `development`): people who were on the way before there was a file here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Permission, Result};
use zhibu_directory::member::rules as member_rules;
use zhibu_directory::organisation::{OrgType, Reach};
use zhibu_directory::schema::{organisations, people};
use zhibu_office::Row;
use zhibu_tenancy::exchange::import::{Importer, Run};
use zhibu_tenancy::{Write, tenants};

use crate::EDIT;
use crate::actions::{self, Applicant};
use crate::rules::practice::Practices;
use crate::rules::{ADOPTED, File};
use crate::schema::{
    development_cases as cases, development_documents, development_events, development_records, development_reminders,
};
use crate::settings;

/// Imports running cases.
pub(crate) struct Cases;

#[async_trait]
impl Importer for Cases {
    fn template(&self) -> &'static str {
        "development"
    }

    fn permission(&self) -> Permission {
        EDIT
    }

    async fn lists(&self, write: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        let mut names: Vec<String> = branches(write).await?.into_keys().collect();
        names.sort();
        Ok(vec![("branch_short_name", names)])
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
        Ok(Box::new(CaseRun {
            branches: branches(write).await?,
            demo: tenant.demo,
            today: write.cx.app.world.today(),
            practices: settings::practices(write.conn()?).await?,
            numbers: HashSet::new(),
            ready: HashMap::new(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        &["development_cases", "development_records"]
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        let rows: Vec<(Uuid, i32, String)> = cases::table
            .filter(cases::id.eq_any(objects))
            .select((cases::id, cases::version, cases::name))
            .for_update()
            .load(write.conn()?)
            .await?;
        let used: Vec<Uuid> = development_documents::table
            .filter(development_documents::case_id.eq_any(objects))
            .select(development_documents::case_id)
            .load(write.conn()?)
            .await?;
        let found: HashMap<Uuid, i32> = rows.iter().map(|(id, version, _)| (*id, *version)).collect();
        let why = |id: &Uuid| match found.get(id) {
            Some(_) if used.contains(id) => Some("该档案已上传材料".to_owned()),
            Some(1) => None,
            Some(_) => Some("该档案在导入后已登记新的步骤".to_owned()),
            None => Some("该档案已不存在".to_owned()),
        };
        let answers: Vec<Option<String>> = objects.iter().map(why).collect();
        let gone: Vec<Uuid> =
            objects.iter().zip(&answers).filter(|(_, kept)| kept.is_none()).map(|(id, _)| *id).collect();
        diesel::delete(development_reminders::table.filter(development_reminders::case_id.eq_any(&gone)))
            .execute(write.conn()?)
            .await?;
        diesel::delete(development_events::table.filter(development_events::case_id.eq_any(&gone)))
            .execute(write.conn()?)
            .await?;
        diesel::delete(development_records::table.filter(development_records::case_id.eq_any(&gone)))
            .execute(write.conn()?)
            .await?;
        diesel::delete(cases::table.filter(cases::id.eq_any(&gone))).execute(write.conn()?).await?;
        let told = rows.into_iter().filter(|(id, ..)| gone.contains(id)).map(|(id, _, name)| {
            zhibu_tenancy::audit::Entry::new("development.removed", "development", id).note("name", name)
        });
        write.audit_all(told.collect()).await?;
        Ok(answers)
    }
}

/// The branches within the importer's reach, by short name.
async fn branches(write: &mut Write<'_>) -> Result<HashMap<String, OrganisationId>> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let rows: Vec<(Uuid, String, String)> = organisations::table
        .filter(reach.condition())
        .filter(organisations::status.eq("active"))
        .select((organisations::id, organisations::short_name, organisations::org_type))
        .load(write.conn()?)
        .await?;
    let own = rows.into_iter().filter(|(_, _, kind)| OrgType::from_code(kind).is_some_and(member_rules::has_members));
    Ok(own.map(|(id, name, _)| (name, id.into())).collect())
}

/// What a good row becomes.
struct Newcomer {
    form: Applicant,
    birth: NaiveDate,
    steps: Vec<(u8, NaiveDate)>,
}

/// One run over a file of cases.
struct CaseRun {
    branches: HashMap<String, OrganisationId>,
    demo: bool,
    today: NaiveDate,
    practices: Arc<Practices>,
    /// Taken by the good rows so far.
    numbers: HashSet<String>,
    ready: HashMap<u32, Newcomer>,
}

#[async_trait]
impl Run for CaseRun {
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        for row in rows.iter_mut() {
            if let Some(newcomer) = self.read(row) {
                self.ready.insert(row.number, newcomer);
            }
        }
        self.compare(write, rows).await?;
        for row in rows {
            let Some(newcomer) = self.ready.get(&row.number) else { continue };
            let number = newcomer.form.id_number.clone();
            if !self.numbers.insert(number) {
                row.fault("id_number", "与文件中前面的行公民身份号码重复");
                self.ready.remove(&row.number);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let mut made = Vec::new();
        for row in rows {
            let newcomer = self.ready.remove(&row.number).ok_or_else(|| Error::bug("a row that was not checked"))?;
            let first = |faults: Vec<Error>| faults.into_iter().next().unwrap_or_else(|| Error::bug("no fault"));
            let id = actions::begin(write, newcomer.form).await?.map_err(first)?;
            let mut file = self.file(newcomer.birth);
            file.adopt(&newcomer.steps, self.today);
            actions::adopt(write, id, &file).await?;
            made.push(id.0);
        }
        Ok(made)
    }
}

impl CaseRun {
    fn file(&self, birth: NaiveDate) -> File {
        File { practices: Arc::clone(&self.practices), ..File::new(birth) }
    }

    /// What a row says; what is wrong with it alone is noted.
    fn read(&self, row: &mut Row<'static>) -> Option<Newcomer> {
        let branch = row.text("branch_short_name").and_then(|name| match self.branches.get(&name) {
            Some(branch) => Some(*branch),
            None => {
                row.fault("branch_short_name", "党支部不存在或无权限");
                None
            }
        });
        let (name, id_number, mobile) = (row.text("name"), row.raw("id_number"), row.mobile("mobile"));
        let (ethnicity, education) = (row.choice("ethnicity"), row.choice("education_level"));
        let (work_post, employer) = (row.choice("work_post"), row.text("employer"));
        let mut steps = Vec::new();
        for no in 1..=ADOPTED {
            steps.extend(row.date(&format!("step_{no}")).map(|on| (no, on)));
        }
        let form = Applicant {
            branch: branch?,
            name: name?,
            id_number: id_number?,
            ethnicity: ethnicity?.to_owned(),
            education_level: education?.to_owned(),
            work_post: work_post?.to_owned(),
            employer,
            mobile: mobile?,
        };
        let (form, number) = match actions::accept(form, self.today, self.demo) {
            Ok(accepted) => accepted,
            Err(faults) => {
                for fault in faults {
                    let field = fault.field.as_deref().unwrap_or_default();
                    let key = match field {
                        "idNumber" => "id_number",
                        "workPost" => "work_post",
                        "educationLevel" => "education_level",
                        other => other,
                    };
                    row.fault(key, fault.message);
                }
                return None;
            }
        };
        let faults = self.file(number.birth).adopt(&steps, self.today);
        for (no, words) in &faults {
            row.fault(&format!("step_{no}"), words.clone());
        }
        let form = Applicant { id_number: number.text, ..form };
        (faults.is_empty() && row.faults().is_empty()).then_some(Newcomer { form, birth: number.birth, steps })
    }

    /// Compares with what is stored, a chunk at a time.
    async fn compare(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
        let blinds: HashMap<u32, Vec<u8>> =
            self.ready.iter().map(|(row, newcomer)| (*row, vault.blind(&newcomer.form.id_number))).collect();
        let wanted: Vec<Vec<u8>> = blinds.values().cloned().collect();
        let open: Vec<Vec<u8>> = cases::table
            .filter(cases::closed_at.is_null().and(cases::id_index.eq_any(&wanted)))
            .select(cases::id_index)
            .load(write.conn()?)
            .await?;
        let members: Vec<Vec<u8>> = people::table
            .filter(people::left_at.is_null().and(people::id_index.eq_any(&wanted)))
            .select(people::id_index)
            .load(write.conn()?)
            .await?;
        let (open, members): (HashSet<_>, HashSet<_>) = (open.into_iter().collect(), members.into_iter().collect());
        for row in rows {
            let Some(blind) = blinds.get(&row.number) else { continue };
            if members.contains(blind) {
                row.fault("id_number", "该公民身份号码的人员已是党员");
            } else if open.contains(blind) {
                row.fault("id_number", "该人员已有进行中的发展档案");
            } else {
                continue;
            }
            self.ready.remove(&row.number);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pc_3_2_4_running_cases_keep_the_order_and_the_waits() {
        let today = day("2026-11-26");
        let tried = |steps: &[(u8, &str)]| {
            let steps: Vec<(u8, NaiveDate)> = steps.iter().map(|(no, on)| (*no, day(on))).collect();
            let mut file = File::new(day("1995-05-05"));
            let faults = file.adopt(&steps, today);
            (faults.iter().map(|(no, _)| *no).collect::<Vec<_>>(), file.look(today).next)
        };
        assert_eq!(tried(&[(1, "2024-01-10"), (2, "2024-02-01"), (3, "2024-07-15")]), (vec![], Some(4)));
        assert_eq!(tried(&[(1, "2024-01-10"), (3, "2024-07-15")]).0, [3], "step 2 is missing");
        assert_eq!(tried(&[(1, "2024-01-10"), (2, "2024-02-01"), (3, "2024-04-09")]).0, [3], "less than three months");
        assert_eq!(tried(&[(1, "2024-01-10"), (2, "2024-01-09")]).0, [2], "before the application");
        assert_eq!(tried(&[(1, "2012-05-04")]).0, [1], "not eighteen");
        assert_eq!(tried(&[(1, "2026-11-27")]).0, [1], "tomorrow");
        let five = [(1, "2024-01-10"), (2, "2024-02-01"), (3, "2024-07-15"), (4, "2024-08-01"), (5, "2024-08-10")];
        assert_eq!(tried(&[&five[..], &[(6, "2025-07-14")]].concat()).0, [6], "less than a year");
        assert_eq!(tried(&[&five[..], &[(6, "2025-07-15"), (7, "2025-07-20")]].concat()), (vec![], Some(8)));
        // Admission is never taken over: who was admitted elsewhere is a member already.
        let mut file = File::new(day("1995-05-05"));
        file.adopt(&(1..=25).map(|no| (no, today)).collect::<Vec<_>>(), today);
        assert!(file.done.keys().all(|no| *no <= ADOPTED));
    }
}
