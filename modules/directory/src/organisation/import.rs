//! The import of organisations (PC-3.1.1f, template `organisation`).

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Permission, Result, dictionary};
use zhibu_office::Row;
use zhibu_tenancy::Write;
use zhibu_tenancy::exchange::import::{Importer, Run};

use super::actions::{create, remove, update};
use super::model::{OrgType, Unit, UnitRelation};
use super::rules::{self, Facts};
use super::scope::Reach;
use crate::ORG_EDIT;
use crate::exchange::note;
use crate::schema::organisations;

/// Imports organisations.
pub(crate) struct Organisations;

#[async_trait]
impl Importer for Organisations {
    fn template(&self) -> &'static str {
        "organisation"
    }

    fn permission(&self) -> Permission {
        ORG_EDIT
    }

    async fn lists(&self, write: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        let known = Known::load(write).await?;
        let mut above: Vec<String> =
            known.places.into_iter().filter(|(_, place)| place.open).map(|(name, _)| name).collect();
        above.sort();
        Ok(vec![("parent_short_name", above)])
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(OrganisationRun {
            known: Known::load(write).await?,
            today: write.cx.app.world.today(),
            ready: HashMap::new(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        &["organisations", "organisation_parents", "organisation_units"]
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        let mut answers = Vec::new();
        for object in objects {
            answers.push(remove(write, (*object).into()).await?);
        }
        Ok(answers)
    }
}

/// An organisation a row may stand below: stored, or made by a row before.
struct Above {
    /// None while it is only in the file.
    id: Option<OrganisationId>,
    kind: OrgType,
    depth: i16,
    /// The importer may add below it.
    open: bool,
    /// Full names directly below.
    children: HashSet<String>,
}

/// The tree as stored and as the rows so far will make it.
struct Known {
    places: HashMap<String, Above>,
    /// Short name, full name, id and version of the root; whether nothing was ever done with it.
    root: Option<(String, String, OrganisationId, i32, bool)>,
}

type Stored = (Uuid, Option<Uuid>, String, String, String, String, i16, i32, Option<String>);

impl Known {
    async fn load(write: &mut Write<'_>) -> Result<Self> {
        let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
        let rows: Vec<Stored> = organisations::table
            .filter(organisations::status.eq_any(["active", "preparing"]))
            .select((
                organisations::id,
                organisations::parent_id,
                organisations::short_name,
                organisations::full_name,
                organisations::org_type,
                organisations::path,
                organisations::depth,
                organisations::version,
                organisations::contact_name,
            ))
            .load(write.conn()?)
            .await?;
        let names: HashMap<Uuid, String> = rows.iter().map(|row| (row.0, row.2.clone())).collect();
        let mut below: HashMap<String, HashSet<String>> = HashMap::new();
        for row in &rows {
            if let Some(above) = row.1.and_then(|parent| names.get(&parent)) {
                below.entry(above.clone()).or_default().insert(row.3.clone());
            }
        }
        let root = rows.iter().find(|row| row.1.is_none()).filter(|row| reach.covers(&row.5));
        let untouched = |row: &Stored| row.8.is_none() && !below.contains_key(&row.2);
        let root = root.map(|row| (row.2.clone(), row.3.clone(), row.0.into(), row.7, untouched(row)));
        let place = |row: Stored| {
            let above = Above {
                id: Some(row.0.into()),
                kind: OrgType::from_code(&row.4)?,
                depth: row.6,
                open: reach.covers_below(&row.5),
                children: below.remove(&row.2).unwrap_or_default(),
            };
            Some((row.2, above))
        };
        Ok(Self { places: rows.into_iter().filter_map(place).collect(), root })
    }
}

/// What a checked row becomes.
enum Ready {
    /// A subordinate of the organisation with this short name.
    Below(String, Box<Facts>),
    /// The root's own record, at this version.
    Root(OrganisationId, i32, Box<Facts>),
}

/// One run over a file of organisations.
struct OrganisationRun {
    known: Known,
    today: NaiveDate,
    ready: HashMap<u32, Ready>,
}

#[async_trait]
impl Run for OrganisationRun {
    async fn check(&mut self, _: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        for row in rows.iter_mut() {
            if let Some(ready) = self.read(row)
                && row.faults().is_empty()
            {
                self.ready.insert(row.number, ready);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let mut ids = Vec::new();
        for row in rows {
            match self.ready.remove(&row.number) {
                Some(Ready::Below(above, facts)) => {
                    let parent = self.known.places.get(&above).and_then(|above| above.id);
                    let parent = parent.ok_or_else(|| {
                        Error::refuse("IMPORT_FAULTS", format!("第{}行的上级组织没有导入", row.number))
                    })?;
                    let made = create(write, parent, &facts).await?;
                    if let Some(place) = self.known.places.get_mut(&facts.short_name) {
                        place.id = Some(made.id.into());
                    }
                    ids.push(made.id);
                }
                Some(Ready::Root(id, version, facts)) => {
                    ids.push(update(write, id, version, &facts).await?.id);
                }
                None => return Err(Error::bug("a row that was not checked")),
            }
        }
        Ok(ids)
    }
}

impl OrganisationRun {
    fn read(&mut self, row: &mut Row<'static>) -> Option<Ready> {
        let facts = facts(row);
        let above = row.text("parent_short_name");
        let facts = match rules::accept(facts?, self.today, &dictionary::has) {
            Ok(facts) => facts,
            Err(faults) => {
                note(row, faults);
                return None;
            }
        };
        match above {
            Some(above) => self.below(row, above, facts),
            None => self.root(row, facts),
        }
    }

    fn below(&mut self, row: &mut Row<'static>, above: String, facts: Facts) -> Option<Ready> {
        if self.known.places.contains_key(&facts.short_name) {
            row.fault("short_name", "组织简称重复");
        }
        let Some(place) = self.known.places.get_mut(&above).filter(|place| place.open) else {
            row.fault("parent_short_name", "上级组织不存在，或不在您的管理范围");
            return None;
        };
        if !rules::children(place.kind).contains(&facts.org_type) {
            row.fault("org_type", "该类别不能设置在所选上级之下");
        }
        if place.depth >= rules::DEEPEST {
            row.fault("parent_short_name", "组织层级最多9级");
        }
        if place.children.contains(&facts.full_name) {
            row.fault("full_name", "同级已存在相同的组织全称");
        }
        if !row.faults().is_empty() {
            return None;
        }
        place.children.insert(facts.full_name.clone());
        let own =
            Above { id: None, kind: facts.org_type, depth: place.depth + 1, open: true, children: HashSet::new() };
        self.known.places.insert(facts.short_name.clone(), own);
        Some(Ready::Below(above, Box::new(facts)))
    }

    /// A row without a superior is the root's own record, once.
    fn root(&mut self, row: &mut Row<'static>, facts: Facts) -> Option<Ready> {
        let Some((short, full, id, version, fresh)) = self.known.root.take() else {
            row.fault("parent_short_name", "上级组织简称不能为空，只有根组织可以不填");
            return None;
        };
        if !(fresh || facts.short_name == short || facts.full_name == full) {
            self.known.root = Some((short, full, id, version, fresh));
            row.fault("parent_short_name", "上级组织简称不能为空，只有根组织可以不填");
            return None;
        }
        if !rules::ROOTS.contains(&facts.org_type) {
            row.fault("org_type", "该类别不能作为根组织");
            return None;
        }
        if facts.short_name != short && self.known.places.contains_key(&facts.short_name) {
            row.fault("short_name", "组织简称重复");
            return None;
        }
        // Rows below may name the root by its new name.
        if let Some(mut place) = self.known.places.remove(&short) {
            place.kind = facts.org_type;
            self.known.places.insert(facts.short_name.clone(), place);
        }
        Some(Ready::Root(id, version, Box::new(facts)))
    }
}

/// The facts of a row as far as its cells can be read; every cell that cannot is noted.
fn facts(row: &mut Row<'static>) -> Option<Facts> {
    let (full_name, short_name) = (row.text("full_name"), row.text("short_name"));
    let org_type = row.choice("org_type").and_then(OrgType::from_code);
    let (external_code, founded_on, approval_no) = (row.text("code"), row.date("founded_on"), row.text("approval_no"));
    let relation = row.choice("unit_relation").and_then(UnitRelation::from_code);
    let (names, uscc, nature) = (row.text("unit_name"), row.text("uscc"), row.choice("unit_nature"));
    let (division, contact_name, contact_phone) = (division(row), row.text("contact_name"), row.phone("contact_phone"));
    let (years, start, sort) = (row.integer("term_years"), row.date("term_start"), row.integer("sort"));
    let names: Vec<String> = names
        .iter()
        .flat_map(|names| names.split([';', '；']))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    if names.len() > 1 && uscc.is_some() {
        row.fault("uscc", "多个单位时不填统一社会信用代码，导入后在页面中逐个填写");
    }
    let nature = nature?.to_owned();
    let same = relation == Some(UnitRelation::SameAsParent);
    let unit = |name: String| Unit { name, uscc: uscc.clone(), nature: nature.clone(), party_presence: None };
    let short = |number: Option<i64>| number.and_then(|number| i16::try_from(number).ok());
    Some(Facts {
        full_name: full_name?,
        short_name: short_name?,
        org_type: org_type?,
        external_code,
        founded_on: founded_on?,
        approval_no,
        unit_relation: relation?,
        // The unit is the superior's then, whatever the row repeats of it.
        units: if same { Vec::new() } else { names.into_iter().map(unit).collect() },
        division_code: division?,
        contact_name: contact_name?,
        contact_phone: Some(contact_phone?),
        term_years: short(years),
        term_start: start,
        sort: short(sort).unwrap_or_default(),
        can_approve_members: false,
        village_or_community: false,
    })
}

/// Six digits, or the name of a province.
fn division(row: &mut Row<'static>) -> Option<String> {
    let text = row.raw("division_code")?;
    let named = dictionary::of("province").find(|entry| entry.label == text);
    Some(named.map_or(text, |entry| entry.code.clone()))
}
