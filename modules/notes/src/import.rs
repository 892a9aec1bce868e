//! The imports of pledges and study notes (templates `pledge`, `study_note`): what was published on paper before. Members are
//! found by their identity numbers.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result};
use zhibu_directory::member::{self, Meant, Named};
use zhibu_office::Row;
use zhibu_tenancy::exchange::import::{Importer, Run};
use zhibu_tenancy::{Write, tenants};

use crate::actions::{self, Newcomer};
use crate::likeness;
use crate::model::{PledgeType, Shelf};
use crate::rules::{self, Facts, Form};
use crate::store::{self, Written};

/// Imports the texts of a module.
pub(crate) struct Texts(pub(crate) &'static Shelf);

#[async_trait]
impl Importer for Texts {
    fn template(&self) -> &'static str {
        self.0.key
    }

    fn permission(&self) -> Permission {
        self.0.write
    }

    async fn lists(&self, _: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        Ok(Vec::new())
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
        Ok(Box::new(TextRun {
            shelf: self.0,
            demo: tenant.demo,
            today: write.cx.app.world.today(),
            seen: HashMap::new(),
            sketches: HashMap::new(),
            ready: HashMap::new(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        if self.0.yearly() { &["pledges"] } else { &["study_notes"] }
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        let rows = store::several(self.0, objects, write.conn()?).await?;
        let found: HashMap<Uuid, &crate::model::Row> = rows.iter().map(|row| (row.id, row)).collect();
        let why = |id: &Uuid| match found.get(id) {
            Some(row) if row.recommended_at.is_some() => Some(format!("该{}在导入后已被推荐", self.0.noun)),
            Some(row) if row.version != actions::BROUGHT => Some(format!("该{}在导入后已被修改", self.0.noun)),
            Some(_) => None,
            None => Some(format!("该{}已不存在", self.0.noun)),
        };
        let answers: Vec<Option<String>> = objects.iter().map(why).collect();
        let gone: Vec<&crate::model::Row> = objects
            .iter()
            .zip(&answers)
            .filter(|(_, kept)| kept.is_none())
            .filter_map(|(id, _)| found.get(id).copied())
            .collect();
        actions::take_back(self.0, write, &gone).await?;
        Ok(answers)
    }
}

/// A sketch of a long text of the file: the row it is in, and its shingles.
type Sketch = (u32, HashSet<u64>);

/// One run over a file of texts.
struct TextRun {
    shelf: &'static Shelf,
    demo: bool,
    today: NaiveDate,
    /// What the good rows so far are, by row.
    seen: HashMap<String, u32>,
    /// Long texts of the good rows so far, by the numbers of their sketches.
    sketches: HashMap<i64, Vec<std::sync::Arc<Sketch>>>,
    /// What the rows checked last will become, by row.
    ready: HashMap<u32, Newcomer>,
}

#[async_trait]
impl Run for TextRun {
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        let (mut named, mut texts) = (HashMap::new(), HashMap::new());
        for row in rows.iter_mut() {
            let (who, text) = (Named::read(row, self.today, self.demo), self.read(row));
            if let (Some(who), Some(text)) = (who, text) {
                named.insert(row.number, who);
                texts.insert(row.number, text);
            }
        }
        let meant = member::meant(write, rows, &named).await?;
        let people: Vec<Uuid> = meant.values().map(|who| who.person).collect();
        let written = store::written(self.shelf, &people, write.conn()?).await?;
        for row in rows {
            let Some((who, (facts, on))) = meant.get(&row.number).zip(texts.remove(&row.number)) else { continue };
            if let Some((column, sentence)) = self.in_the_way(row.number, who, &facts, &written) {
                row.fault(column, sentence);
                continue;
            }
            if let Some(sentence) = self.alike(row.number, &facts, write).await? {
                row.hint("body", sentence);
            }
            self.ready.insert(row.number, Newcomer { who: who.clone(), facts, published_on: on });
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let mut made = Vec::new();
        for row in rows {
            let new = self.ready.remove(&row.number).ok_or_else(|| Error::bug("a row that was not checked"))?;
            made.push(actions::bring_in(self.shelf, write, &new).await?);
        }
        Ok(made)
    }
}

impl TextRun {
    /// What a row says besides of whom; what is wrong with it is noted.
    fn read(&self, row: &mut Row<'static>) -> Option<(Facts, NaiveDate)> {
        let yearly = self.shelf.yearly();
        // What cannot be read is noted by the reading itself; the form must not complain of it a second time.
        let kind = if yearly { row.choice("pledge_type").and_then(PledgeType::from_code) } else { None };
        let year = if yearly { row.integer("pledge_year").and_then(|year| i32::try_from(year).ok()) } else { None };
        let source = if yearly { None } else { row.raw("source") };
        let (title, body, on) = (row.raw("title"), row.raw("body"), row.date("published_on"));
        let on = on.filter(|on| {
            let past = *on <= self.today;
            if !past {
                row.fault("published_on", "发布日期不能晚于今天");
            }
            past
        });
        let form = Form {
            kind,
            year,
            title: title.clone().unwrap_or_default(),
            body: body.clone().unwrap_or_default(),
            source,
        };
        let told = [
            ("kind", "pledge_type", kind.is_some()),
            ("year", "pledge_year", year.is_some()),
            ("title", "title", title.is_some()),
            ("body", "body", body.is_some()),
            ("source", "source", true),
        ];
        match rules::accept(self.shelf, &form, self.today) {
            Ok(facts) => Some((facts, on?)),
            Err(faults) => {
                for fault in faults {
                    let of = |(field, ..): &&(&str, &str, bool)| Some(*field) == fault.field.as_deref();
                    if let Some((_, column, true)) = told.iter().find(of) {
                        row.fault(column, fault.message);
                    }
                }
                None
            }
        }
    }

    /// Why a text cannot come in: it is there already, or another one of its kind is.
    fn in_the_way(
        &mut self,
        number: u32,
        who: &Meant,
        facts: &Facts,
        written: &[Written],
    ) -> Option<(&'static str, String)> {
        let (title, kind) = (&facts.title, facts.kind.map(PledgeType::code));
        let theirs = |one: &&Written| one.person_id == who.person;
        let same = |one: &Written| one.title == *title && one.year == facts.year && one.kind.as_deref() == kind;
        if written.iter().filter(theirs).any(same) {
            return Some(("title", format!("系统中已有该党员的这份{}，不会重复导入", self.shelf.noun)));
        }
        let pledged = |one: &Written| one.published && one.year == facts.year && one.kind.as_deref() == kind;
        if self.shelf.yearly() && written.iter().filter(theirs).any(pledged) {
            return Some(("pledge_type", "该党员该年度已发布同类承诺".to_owned()));
        }
        // Of pledges one of a kind and a year, whatever its title.
        let (key, column) = match self.shelf.yearly() {
            true => (format!("{} {kind:?} {:?}", who.person, facts.year), "pledge_type"),
            false => (format!("{} {title}", who.person), "title"),
        };
        match self.seen.get(&key) {
            Some(before) => Some((column, format!("与第{before}行重复"))),
            None => {
                self.seen.insert(key, number);
                None
            }
        }
    }

    /// That a text is much like another one, of the file or published.
    async fn alike(&mut self, number: u32, facts: &Facts, write: &mut Write<'_>) -> Result<Option<String>> {
        let bands = likeness::bands(&facts.body);
        if self.shelf.yearly() || bands.is_empty() {
            return Ok(None);
        }
        let own = std::sync::Arc::new((number, likeness::shingles(&facts.body)));
        let near = bands.iter().filter_map(|band| self.sketches.get(band)).flatten();
        let near = near.map(|other| (other.0, likeness::common(&own.1, &other.1)));
        let near = near.filter(|(_, common)| *common >= likeness::TOLD).max_by_key(|(row, common)| (*common, *row));
        for band in bands {
            self.sketches.entry(band).or_default().push(own.clone());
        }
        if let Some((row, common)) = near {
            return Ok(Some(format!("与第{row}行相似{common}%，请核对")));
        }
        let stored = store::similar(self.shelf, Uuid::nil(), &facts.body, write.conn()?).await?;
        Ok(stored.first().map(|(other, common)| format!("与{}已发布的学习心得相似{common}%，请核对", other.branch)))
    }
}
