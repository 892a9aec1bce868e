//! The import of terms (届次导入, template `leadership`): who led an organisation in which term, a row for each post. Former
//! terms become part of the history, those who are in office hold their posts from then on.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Permission, Result};
use zhibu_directory::member::{self, Recorded};
use zhibu_directory::organisation::{self, OrgType, Reach};
use zhibu_directory::schema::{organisations, people};
use zhibu_office::Row;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::exchange::import::{Importer, Run};
use zhibu_tenancy::{Write, tenants};

use crate::EDIT;
use crate::model::{ElectionKind, ElectionState};
use crate::rules::{self, YEAR};
use crate::schema::{
    leadership_candidates as candidates, leadership_elections as elections, leadership_endings as endings,
};
use crate::store;

/// Imports terms.
pub(crate) struct Terms;

#[async_trait]
impl Importer for Terms {
    fn template(&self) -> &'static str {
        "leadership"
    }

    fn permission(&self) -> Permission {
        EDIT
    }

    async fn lists(&self, write: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        let mut names: Vec<String> = places(write).await?.into_keys().collect();
        names.sort();
        Ok(vec![("org_short_name", names)])
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(TermRun {
            places: places(write).await?,
            today: write.cx.app.world.today(),
            terms: HashMap::new(),
            current: HashMap::new(),
            taken: HashSet::new(),
            ready: HashMap::new(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        &["posts", "leadership_elections", "leadership_candidates"]
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        // A post has the id of whoever stands in the term's record for it.
        let kept: Vec<(Uuid, Uuid)> = candidates::table
            .filter(candidates::id.eq_any(objects))
            .select((candidates::id, candidates::election_id))
            .load(write.conn()?)
            .await?;
        let named: Vec<Uuid> = endings::table
            .filter(endings::post_id.eq_any(objects))
            .select(endings::post_id)
            .load(write.conn()?)
            .await?;
        let found = member::recorded_posts(objects, write.conn()?).await?;
        let why = |id: &Uuid| match found.iter().find(|post| post.id == *id) {
            None => Some("该任职记录已不存在".to_owned()),
            Some(_) if named.contains(id) => Some("该职务已写入后来的换届记录".to_owned()),
            Some(post) if post.end_reason.as_deref().is_some_and(|reason| reason != "term_expired") => {
                Some("该职务在导入后已结束".to_owned())
            }
            Some(_) => None,
        };
        let answers: Vec<Option<String>> = objects.iter().map(why).collect();
        let gone: Vec<Uuid> =
            objects.iter().zip(&answers).filter(|(_, kept)| kept.is_none()).map(|(id, _)| *id).collect();
        let posts: Vec<_> = found.into_iter().filter(|post| gone.contains(&post.id)).collect();
        diesel::delete(candidates::table.filter(candidates::id.eq_any(&gone))).execute(write.conn()?).await?;
        member::forget_posts(write, &posts).await?;
        let terms: HashSet<Uuid> = kept.into_iter().map(|(_, election)| election).collect();
        let left: Vec<Uuid> = candidates::table
            .filter(candidates::election_id.eq_any(&terms))
            .select(candidates::election_id)
            .distinct()
            .load(write.conn()?)
            .await?;
        let empty: Vec<Uuid> = terms.into_iter().filter(|id| !left.contains(id)).collect();
        let imported = elections::id.eq_any(&empty).and(elections::term_no.is_not_null());
        let mut removed: Vec<(Uuid, Uuid, Option<NaiveDate>)> = diesel::delete(elections::table.filter(imported))
            .returning((elections::id, elections::organisation_id, elections::term_start))
            .get_results(write.conn()?)
            .await?;
        let told =
            removed.iter().map(|(id, ..)| Entry::new("election.removed", "election", *id).note("reason", "撤销导入"));
        write.audit_all(told.collect()).await?;
        // The present term first, in an order of organisations, so that two of these wait for each other in turn.
        removed.sort_by_key(|(_, at, start)| (*at, std::cmp::Reverse(*start)));
        for (_, at, start) in removed {
            if let Some(start) = start {
                organisation::take_back_term(write, at, start).await?;
            }
        }
        Ok(answers)
    }
}

/// An organisation to which terms belong.
#[derive(Debug, Clone)]
struct Place {
    id: Uuid,
    kind: OrgType,
    path: String,
    village: bool,
    founded_on: Option<NaiveDate>,
    term_start: Option<NaiveDate>,
}

/// Active organisations within the importer's reach, by short name.
async fn places(write: &mut Write<'_>) -> Result<HashMap<String, Place>> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let rows: Vec<organisation::Row> = organisations::table
        .filter(reach.condition())
        .filter(organisations::status.eq("active").and(organisations::org_type.ne("party_group")))
        .select(organisation::Row::as_select())
        .load(write.conn()?)
        .await?;
    let place = |row: organisation::Row| {
        let kind = row.kind();
        let place = Place {
            id: row.id,
            kind,
            path: row.path,
            village: row.village_or_community,
            founded_on: row.founded_on,
            term_start: row.term_start,
        };
        (row.short_name, place)
    };
    Ok(rows.into_iter().map(place).collect())
}

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    no: i16,
    kind: ElectionKind,
    start: NaiveDate,
    end: NaiveDate,
}

/// A term that is stored: its organisation, number, kind, first and last day.
type Stored = (Uuid, Option<i16>, String, NaiveDate, Option<NaiveDate>);

/// What a good row becomes.
#[derive(Debug, Clone)]
struct Office {
    name: String,
    place: Place,
    term: Term,
    mobile: String,
    person: Option<Uuid>,
    post: String,
    since: NaiveDate,
    until: Option<NaiveDate>,
}

/// One run over a file of terms.
struct TermRun {
    places: HashMap<String, Place>,
    today: NaiveDate,
    /// Terms of the rows so far, by organisation.
    terms: HashMap<Uuid, Vec<Term>>,
    /// The terms in which somebody is in office, by organisation.
    current: HashMap<Uuid, i16>,
    /// Posts that good rows have taken: whoever holds it, and of those that are one for an organisation also the post.
    taken: HashSet<(Uuid, String, Option<Uuid>, NaiveDate)>,
    ready: HashMap<u32, Office>,
}

#[async_trait]
impl Run for TermRun {
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        for row in rows.iter_mut() {
            if let Some(office) = self.read(row) {
                self.ready.insert(row.number, office);
            }
        }
        self.compare(write, rows).await?;
        for row in rows {
            let Some(office) = self.ready.get(&row.number).cloned() else { continue };
            if let Err((key, words)) = self.fit(&office) {
                row.fault(key, words);
                self.ready.remove(&row.number);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let mut made = Vec::new();
        for row in rows {
            let office = self.ready.remove(&row.number).ok_or_else(|| Error::bug("a row that was not checked"))?;
            made.push(take(write, office).await?);
        }
        Ok(made)
    }
}

impl TermRun {
    /// What a row says; what is wrong with it alone is noted.
    fn read(&self, row: &mut Row<'static>) -> Option<Office> {
        let place = row.text("org_short_name").and_then(|name| {
            let place = self.places.get(&name).cloned();
            if place.is_none() {
                row.fault("org_short_name", "组织不存在或无权限");
            }
            place
        });
        let no = row.integer("term_no").and_then(|no| i16::try_from(no).ok());
        let kind = row.choice("election_type").and_then(ElectionKind::from_code);
        let (start, end) = (row.date("term_start"), row.date("term_end"));
        let (name, mobile) = (row.text("name"), row.mobile("mobile"));
        let (post, in_office) = (row.choice("post"), row.yes_no("in_office"));
        let (since, until) = (row.date("since"), row.date("until"));
        let (place, in_office) = (place?, in_office?);
        let term = Term { no: no?, kind: kind?, start: start?, end: end? };
        for (key, words) in self.faults(&place, &term) {
            row.fault(key, words);
        }
        let post = post?;
        if !rules::fits(place.kind, post) {
            row.fault("post", "该类别组织不设此职务");
        }
        let since = since.unwrap_or(term.start);
        if since < term.start || since > term.end || since > self.today {
            row.fault("since", "任职日期应在任期之内，不晚于今天");
        }
        let until = match (in_office, until) {
            (true, Some(_)) => {
                row.fault("until", "在任的不填写离任日期");
                None
            }
            (true, None) => None,
            (false, until) => Some(until.unwrap_or(term.end)),
        };
        if until.is_some_and(|day| day < since || day > self.today) {
            row.fault("until", "离任日期不能早于任职日期，不能晚于今天；仍在任的请填写“是”");
        }
        let office =
            Office { name: name?, place, term, mobile: mobile?, person: None, post: post.to_owned(), since, until };
        row.faults().is_empty().then_some(office)
    }

    /// What cannot be about a term alone.
    fn faults(&self, place: &Place, term: &Term) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if matches!(term.kind, ElectionKind::ByElection | ElectionKind::MidTerm | ElectionKind::Postponed) {
            let words = "产生方式应为换届选举、提前换届或上级任命；补选的成员填写在所属届次中，并填写任职日期";
            faults.push(("election_type", words.to_owned()));
        }
        let rule = organisation::rules::term_years_on(place.kind, place.village, term.start)
            .or_else(|| organisation::rules::term_years(place.kind, place.village));
        if term.kind != ElectionKind::Appointment && rule.is_none() {
            faults.push(("election_type", "该类别组织由上级任命产生，不进行选举".to_owned()));
        }
        if term.start > self.today {
            faults.push(("term_start", "任期开始日期不能晚于今天".to_owned()));
        }
        if place.founded_on.is_some_and(|founded| term.start < founded) {
            faults.push(("term_start", "任期开始日期早于组织成立日期".to_owned()));
        }
        let own = rule.and_then(|years| organisation::rules::end_of_term(term.start, years));
        if term.end <= term.start {
            faults.push(("term_end", "任期结束日期应晚于开始日期".to_owned()));
        } else if let Some(own) = own.filter(|own| (term.end - *own).num_days() > YEAR) {
            faults.push(("term_end", format!("本届按规定于{own}届满，延期不得超过一年")));
        }
        faults
    }

    /// Compares with what is stored, a chunk at a time.
    async fn compare(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
        let blinds: HashMap<u32, Vec<u8>> =
            self.ready.iter().map(|(row, office)| (*row, vault.blind(&office.mobile))).collect();
        let at: Vec<Uuid> = self.ready.values().map(|office| office.place.id).collect();
        // Who led once may have left since.
        let known: Vec<(Vec<u8>, Uuid, String, bool)> = people::table
            .filter(people::mobile_index.eq_any(blinds.values().cloned().collect::<Vec<_>>()))
            .select((people::mobile_index, people::id, people::name, people::left_at.is_null()))
            .load(write.conn()?)
            .await?;
        let terms: Vec<Stored> = elections::table
            .filter(elections::organisation_id.eq_any(&at).and(elections::state.eq(ElectionState::Confirmed.code())))
            .filter(elections::term_start.is_not_null())
            .select((
                elections::organisation_id,
                elections::term_no,
                elections::kind,
                elections::term_start.assume_not_null(),
                elections::term_end,
            ))
            .load(write.conn()?)
            .await?;
        let recorded: HashSet<(Uuid, Option<i16>, Uuid, String)> = candidates::table
            .inner_join(elections::table.on(candidates::election_id.eq(elections::id)))
            .filter(elections::organisation_id.eq_any(&at).and(elections::state.eq(ElectionState::Confirmed.code())))
            .filter(candidates::elected)
            .select((elections::organisation_id, elections::term_no, candidates::person_id, candidates::post))
            .load(write.conn()?)
            .await?
            .into_iter()
            .collect();
        let held = member::held_on(&at, write.conn()?).await?;
        let mut eligible: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        let ids: Vec<Uuid> = known.iter().map(|(_, id, ..)| *id).collect();
        let present = member::present(&ids, write.conn()?).await?;
        let paths: HashMap<Uuid, String> =
            self.ready.values().map(|office| (office.place.id, office.place.path.clone())).collect();
        for (place, path) in paths {
            eligible.insert(place, store::eligible(&path, &ids, write.conn()?).await?);
        }
        for row in rows {
            let (Some(blind), Some(office)) = (blinds.get(&row.number), self.ready.get_mut(&row.number)) else {
                continue;
            };
            let mut same: Vec<_> =
                known.iter().filter(|(index, _, name, _)| index == blind && *name == office.name).collect();
            same.sort_by_key(|(.., here)| !here);
            match same.as_slice().first() {
                None => row.fault("name", "找不到该党员，请核对姓名和手机号"),
                Some((_, id, ..)) => office.person = Some(*id),
            }
            let told = (office.place.id, Some(office.term.no), office.person.unwrap_or_default(), office.post.clone());
            if recorded.contains(&told) {
                row.fault("post", "该党员在此届次已登记此职务");
            }
            for (_, no, kind, start, end) in terms.iter().filter(|(at, ..)| *at == office.place.id) {
                let stored = (kind.as_str(), *start, *end);
                let told = (office.term.kind.code(), office.term.start, Some(office.term.end));
                if *no == Some(office.term.no) {
                    if stored != told {
                        row.fault("term_no", "与系统中该届次的产生方式或起止日期不一致");
                    }
                } else if office.term.start < end.unwrap_or(NaiveDate::MAX) && *start < office.term.end {
                    row.fault("term_start", format!("与系统中{start}开始的任期重叠"));
                }
            }
            if office.until.is_none() {
                let person = office.person.unwrap_or_default();
                let may = if office.term.kind == ElectionKind::Appointment {
                    Some(&present)
                } else {
                    eligible.get(&office.place.id)
                };
                if !may.is_some_and(|may| may.contains(&person)) {
                    row.fault("in_office", "在任的应为本组织权利不受限制的正式党员");
                }
                if office.place.term_start.is_some_and(|start| office.term.start < start) {
                    row.fault("in_office", "该组织已登记更晚开始的任期，此届成员不能填写在任");
                }
                let here =
                    || held.iter().filter(|post| post.organisation == office.place.id && post.post == office.post);
                if here().any(|post| post.person == person) {
                    row.fault("post", "该党员已担任此职务");
                } else if rules::is_single(&office.post) && here().next().is_some() {
                    row.fault("post", "该职务已有人担任，请先结束其职务");
                }
            }
            if !row.faults().is_empty() {
                self.ready.remove(&row.number);
            }
        }
        Ok(())
    }

    /// Whether a row goes with the good rows before it, which then includes it.
    fn fit(&mut self, office: &Office) -> std::result::Result<(), (&'static str, String)> {
        let at = office.place.id;
        let terms = self.terms.entry(at).or_default();
        for other in terms.iter() {
            if other.no == office.term.no && *other != office.term {
                return Err(("term_no", "与文件中前面的行同一届次的产生方式或起止日期不一致".to_owned()));
            }
            let later = other.no < office.term.no;
            let apart = if later { other.end <= office.term.start } else { office.term.end <= other.start };
            if other.no != office.term.no && !apart {
                return Err(("term_start", format!("与文件中第{}届的任期重叠或先后不符", other.no)));
            }
        }
        if office.until.is_none() && *self.current.entry(at).or_insert(office.term.no) != office.term.no {
            return Err(("in_office", "一个组织只有一届成员在任".to_owned()));
        }
        if terms.iter().any(|other| office.until.is_none() && other.no > office.term.no)
            || self.current.get(&at).is_some_and(|no| *no < office.term.no)
        {
            return Err(("in_office", "在任的应为文件中该组织最近的一届".to_owned()));
        }
        let own = (at, office.post.clone(), office.person, office.term.start);
        let single = (at, office.post.clone(), None, NaiveDate::MAX);
        if self.taken.contains(&own) {
            return Err(("name", "与文件中前面的行重复：同一届次同一职务只填一行".to_owned()));
        }
        if office.until.is_none() && rules::is_single(&office.post) && !self.taken.insert(single) {
            return Err(("post", "该职务只能有1人在任".to_owned()));
        }
        self.taken.insert(own);
        if !terms.contains(&office.term) {
            terms.push(office.term.clone());
        }
        Ok(())
    }
}

/// Writes a post with its term; the first row of a term makes its record.
async fn take(write: &mut Write<'_>, office: Office) -> Result<Uuid> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let at = organisation::hold(write, &reach, OrganisationId::from(office.place.id)).await?;
    let person = office.person.ok_or_else(|| Error::bug("a row without a member"))?;
    let term = &office.term;
    let known: Option<Uuid> = elections::table
        .filter(elections::organisation_id.eq(at.id).and(elections::term_no.eq(term.no)))
        .select(elections::id)
        .first(write.conn()?)
        .await
        .optional()?;
    let election = match known {
        Some(id) => id,
        None => record(write, &at, term).await?,
    };
    // Whoever is in office makes it the present term.
    if office.until.is_none() && at.term_start.is_none_or(|start| start < term.start) {
        let years = organisation::rules::term_years_on(at.kind(), at.village_or_community, term.start)
            .or_else(|| organisation::rules::term_years(at.kind(), at.village_or_community));
        if let Some(years) = years {
            organisation::begin_term(write, &at, term.start, years).await?;
            let at = organisation::hold(write, &reach, OrganisationId::from(at.id)).await?;
            if at.term_end().is_some_and(|end| end < term.end) {
                organisation::prolong_term(write, &at, term.end).await?;
            }
        }
    }
    let id: Uuid = write.cx.app.world.id();
    let position: i64 =
        candidates::table.filter(candidates::election_id.eq(election)).count().get_result(write.conn()?).await?;
    diesel::insert_into(candidates::table)
        .values((
            candidates::id.eq(id),
            candidates::election_id.eq(election),
            candidates::person_id.eq(person),
            candidates::post.eq(&office.post),
            candidates::position.eq(i16::try_from(position).map_err(Error::bug)?),
            candidates::elected.eq(true),
        ))
        .execute(write.conn()?)
        .await?;
    let appointed = term.kind == ElectionKind::Appointment;
    let Office { name, post, since, until, .. } = office;
    let recorded = Recorded { id, person, name, post, since, until, appointed };
    member::record_posts(write, (at.id, &at.short_name), &[recorded]).await?;
    Ok(id)
}

/// The record of a term that was before.
async fn record(write: &mut Write<'_>, at: &organisation::Row, term: &Term) -> Result<Uuid> {
    let (id, now): (Uuid, _) = (write.cx.app.world.id(), write.cx.now());
    diesel::insert_into(elections::table)
        .values((
            elections::id.eq(id),
            elections::organisation_id.eq(at.id),
            elections::kind.eq(term.kind.code()),
            elections::state.eq(ElectionState::Confirmed.code()),
            elections::reason.eq("导入的历史届次"),
            elections::assembly_on.eq(term.start),
            elections::confirmed_on.eq(term.start),
            elections::term_start.eq(term.start),
            elections::term_end.eq(term.end),
            elections::term_no.eq(term.no),
            elections::created_by.eq(write.cx.actor()),
            elections::created_at.eq(now),
            elections::updated_at.eq(now),
            elections::closed_at.eq(now),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("election.imported", "election", id)
        .note("organisation", at.short_name.clone())
        .note("termNo", term.no)
        .note("termStart", term.start.to_string())
        .note("termEnd", term.end.to_string());
    write.audit(entry).await?;
    Ok(id)
}
