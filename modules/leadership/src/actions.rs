//! What is done with elections and posts: load, decide, write, in one transaction.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;
use zhibu_core::{ElectionId, Error, OrganisationId, Permission, PersonId, PostId, Result, check, dictionary};
use zhibu_directory::member::{self, Appointment, Ending, HeldPost};
use zhibu_directory::organisation::{self, Reach, Row};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write, identity};

use crate::model::{ElectionExcuse, ElectionKind, ElectionPaper, ElectionState};
use crate::rules::{self, Act, Division, Figures, Standing};
use crate::schema::{
    leadership_candidates as candidates, leadership_elections as elections, leadership_endings as endings,
    leadership_excused as excused, leadership_seats as seats,
};
use crate::store::{self, Loaded};
use crate::{APPROVE, EDIT, READ};

/// Most seats, candidates and people that one election may name.
const MOST: usize = 100;

/// Faults of an input, or what was made of it.
pub type Checked<T> = std::result::Result<T, Vec<Error>>;

/// What the form of an election gives.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its kind.
    pub kind: ElectionKind,
    /// 事由
    pub reason: Option<String>,
    /// 拟召开大会日期
    pub planned_on: Option<NaiveDate>,
    /// 拟延期至
    pub postponed_to: Option<NaiveDate>,
    /// Delegates vote instead of all members.
    pub by_delegates: bool,
    /// Seats by post.
    pub seats: Vec<(String, i16)>,
    /// Who stands for which post.
    pub candidates: Vec<(PersonId, String)>,
    /// Posts that end with it, and why.
    pub endings: Vec<(PostId, String)>,
}

/// What a superior replies.
#[derive(Debug, Clone)]
pub struct Reply {
    /// 同意
    pub approved: bool,
    /// 批复日期
    pub on: NaiveDate,
    /// 批复文号
    pub number: Option<String>,
    /// 批复意见
    pub note: Option<String>,
}

/// What an assembly gave.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// 选举大会日期
    pub on: NaiveDate,
    /// The numbers of the assembly.
    pub figures: Figures,
    /// Votes by candidate: yes, no, abstain.
    pub votes: Vec<(Uuid, [i32; 3])>,
    /// Who is not counted, and why.
    pub excused: Vec<(PersonId, ElectionExcuse)>,
}

/// What is reported upwards.
#[derive(Debug, Clone)]
pub struct Report {
    /// 报告日期
    pub on: NaiveDate,
    /// The committee's vote on who does what.
    pub division: Option<Division>,
    /// What it gave to whom: candidate and post.
    pub duties: Vec<(Uuid, String)>,
}

/// An election as somebody with this permission holds it: the organisation first, then the election.
async fn open(write: &mut Write<'_>, id: ElectionId, version: i32) -> Result<Loaded> {
    let loaded = held(write, id).await?;
    if loaded.row.version != version {
        return Err(Error::conflict());
    }
    Ok(loaded)
}

/// The same whatever its version is.
pub(crate) async fn held(write: &mut Write<'_>, id: ElectionId) -> Result<Loaded> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let place = store::place(id, write.conn()?).await?;
    let at = organisation::hold(write, &reach, place).await?;
    store::load(at, id, true, write.conn()?).await
}

/// The same for whoever decides as the superior. Whoever may only see it is told who decides.
async fn superior(cx: &Cx, write: &mut Write<'_>, id: ElectionId, version: i32) -> Result<Loaded> {
    identity::must_be_account(cx)?;
    let own = held(write, id).await;
    let Err(error) = own else {
        return own.and_then(|loaded| if loaded.row.version == version { Ok(loaded) } else { Err(Error::conflict()) });
    };
    let scope = cx.allow(READ)?;
    let reach = Reach::of(&scope, write.conn()?).await?;
    let place = store::place(id, write.conn()?).await?;
    let seen = organisation::get(&reach, place, write.conn()?).await.is_ok();
    Err(if seen {
        Error::refuse("NOT_SUPERIOR", "由上级党组织的管理员批复，您不能代为批复")
    } else {
        error
    })
}

/// Opens an election as a draft (新建换届).
pub async fn start(cx: &Cx, at: OrganisationId, draft: Draft) -> Result<Checked<ElectionId>> {
    let mut write = cx.write(EDIT).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let row = organisation::hold(&mut write, &reach, at).await?;
    if row.status != "active" {
        return Err(Error::invalid("organisation", "该组织已撤销、合并或未启用"));
    }
    let draft = match accept(&mut write, &reach, &row, draft).await? {
        Ok(draft) => draft,
        Err(faults) => return Ok(Err(faults)),
    };
    let id: ElectionId = cx.app.world.id();
    let new = (
        elections::id.eq(id.0),
        elections::organisation_id.eq(at.0),
        elections::kind.eq(draft.kind.code()),
        elections::state.eq(ElectionState::Draft.code()),
        elections::reason.eq(&draft.reason),
        elections::planned_on.eq(draft.planned_on),
        elections::postponed_to.eq(draft.postponed_to),
        elections::by_delegates.eq(draft.by_delegates),
        elections::created_by.eq(cx.actor()),
        elections::created_at.eq(cx.now()),
        elections::updated_at.eq(cx.now()),
    );
    diesel::insert_into(elections::table).values(new).execute(write.conn()?).await.map_err(taken)?;
    fill(&mut write, id, &draft).await?;
    let entry = Entry::new("election.started", "election", id.0)
        .note("organisation", row.short_name.clone())
        .note("kind", dictionary::words("election_type", draft.kind.code()));
    write.audit(entry).await?;
    write.commit().await?;
    Ok(Ok(id))
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("leadership_elections_open") => {
            Error::refuse("ELECTION_OPEN", "该组织已有办理中的换届记录").at("organisation")
        }
        _ => error,
    }
}

/// Writes who stands for what.
async fn fill(write: &mut Write<'_>, id: ElectionId, draft: &Draft) -> Result<()> {
    let app = write.cx.app.clone();
    diesel::delete(seats::table.filter(seats::election_id.eq(id.0))).execute(write.conn()?).await?;
    diesel::delete(candidates::table.filter(candidates::election_id.eq(id.0))).execute(write.conn()?).await?;
    diesel::delete(endings::table.filter(endings::election_id.eq(id.0))).execute(write.conn()?).await?;
    let rows: Vec<_> = draft
        .seats
        .iter()
        .zip(0i16..)
        .map(|((post, number), position)| {
            (seats::election_id.eq(id.0), seats::post.eq(post), seats::position.eq(position), seats::seats.eq(number))
        })
        .collect();
    diesel::insert_into(seats::table).values(rows).execute(write.conn()?).await?;
    let rows: Vec<_> = draft
        .candidates
        .iter()
        .zip(0i16..)
        .map(|((person, post), position)| {
            (
                candidates::id.eq(app.world.id::<Uuid>()),
                candidates::election_id.eq(id.0),
                candidates::person_id.eq(person.0),
                candidates::post.eq(post),
                candidates::position.eq(position),
            )
        })
        .collect();
    diesel::insert_into(candidates::table).values(rows).execute(write.conn()?).await?;
    let rows: Vec<_> = draft
        .endings
        .iter()
        .map(|(post, reason)| (endings::election_id.eq(id.0), endings::post_id.eq(post.0), endings::reason.eq(reason)))
        .collect();
    diesel::insert_into(endings::table).values(rows).execute(write.conn()?).await?;
    Ok(())
}

/// Checks what the form says; every fault is told.
async fn accept(write: &mut Write<'_>, reach: &Reach, at: &Row, mut draft: Draft) -> Result<Checked<Draft>> {
    let mut faults = Vec::new();
    match check::optional("reason", "事由", draft.reason.as_deref(), 500) {
        Ok(text) => draft.reason = text,
        Err(fault) => faults.push(fault),
    }
    let today = write.cx.app.world.today();
    let elected = organisation::rules::term_length(at.kind(), today).is_some();
    if draft.kind != ElectionKind::Appointment && !elected {
        faults.push(Error::invalid("kind", "该类别组织由上级任命产生，不进行选举"));
    }
    if let Some(day) = draft.planned_on {
        faults.extend(check::day("plannedOn", day).err());
        if draft.kind == ElectionKind::Early {
            faults.extend(rules::early(at.term_end(), day, "plannedOn").err());
        }
    }
    if draft.kind == ElectionKind::Postponed {
        match rules::postpone(store::own_end(at), at.term_end(), draft.postponed_to) {
            Ok(day) => draft.postponed_to = Some(day),
            Err(fault) => faults.push(fault),
        }
        draft.seats.clear();
        draft.candidates.clear();
    } else {
        draft.postponed_to = None;
        faults.extend(posts(at, &draft));
    }
    if !draft.kind.ends_posts() {
        draft.endings.clear();
    }
    faults.extend(leaving(write, at, &draft.endings).await?);
    faults.extend(people(write, reach, at, &draft).await?);
    Ok(if faults.is_empty() { Ok(draft) } else { Err(faults) })
}

/// Seats and what the candidates stand for.
fn posts(at: &Row, draft: &Draft) -> Vec<Error> {
    let mut faults = Vec::new();
    let mut known: HashSet<&str> = HashSet::new();
    for (n, (post, number)) in draft.seats.iter().enumerate() {
        let field = |name: &str| format!("seats.{n}.{name}");
        if !dictionary::has("post", post) || !rules::fits(at.kind(), post) {
            faults.push(Error::invalid(field("post"), "该类别组织不设此职务"));
        } else if !known.insert(post) {
            faults.push(Error::invalid(field("post"), "同一职务只能填写一次"));
        } else if !(1..=99).contains(number) || (rules::is_single(post) && *number > 1) {
            faults.push(Error::invalid(
                field("seats"),
                if rules::is_single(post) { "该职务只能有1人" } else { "名额应为1至99" },
            ));
        }
    }
    if draft.seats.is_empty() || draft.seats.len() > MOST {
        faults.push(Error::invalid("seats", "请填写应选职务和名额"));
    }
    if draft.candidates.len() > MOST {
        faults.push(Error::invalid("candidates", "候选人过多"));
    }
    let mut seen = HashSet::new();
    for (n, (person, post)) in draft.candidates.iter().enumerate() {
        if !known.contains(post.as_str()) {
            faults.push(Error::invalid(format!("candidates.{n}.post"), "该职务没有应选名额"));
        }
        if !seen.insert((person.0, post)) {
            faults.push(Error::invalid(format!("candidates.{n}.person"), "同一候选人同一职务只能填写一次"));
        }
    }
    if draft.kind == ElectionKind::Appointment {
        for (post, number) in &draft.seats {
            let named = draft.candidates.iter().filter(|(_, other)| other == post).count();
            if named != usize::try_from(*number).unwrap_or_default() {
                faults
                    .push(Error::invalid("candidates", format!("{}应任命{number}人", dictionary::words("post", post))));
            }
        }
    }
    faults
}

/// Who stands must be a full member with all rights: of the organisation, or whoever the caller may appoint.
async fn people(write: &mut Write<'_>, reach: &Reach, at: &Row, draft: &Draft) -> Result<Vec<Error>> {
    let ids: Vec<Uuid> = draft.candidates.iter().map(|(person, _)| person.0).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (appointed, path) = (draft.kind == ElectionKind::Appointment, at.path.clone());
    let mut good: HashSet<Uuid> = store::eligible(&path, &ids, write.conn()?).await?.into_iter().collect();
    if appointed && good.len() < ids.len() {
        for top in organisation::roots(reach, write.conn()?).await? {
            good.extend(store::eligible(&top.path, &ids, write.conn()?).await?);
        }
    }
    let words = if appointed {
        "应为权利不受限制的正式党员"
    } else {
        "候选人应为本组织权利不受限制的正式党员"
    };
    let bad = ids.iter().enumerate().filter(|(_, id)| !good.contains(id));
    Ok(bad.map(|(n, _)| Error::invalid(format!("candidates.{n}.person"), words)).collect())
}

/// Posts that end must be held there.
async fn leaving(write: &mut Write<'_>, at: &Row, endings: &[(PostId, String)]) -> Result<Vec<Error>> {
    if endings.is_empty() {
        return Ok(Vec::new());
    }
    let held = member::held_on(&[at.id], write.conn()?).await?;
    let mut faults = Vec::new();
    for (n, (post, reason)) in endings.iter().enumerate() {
        if !held.iter().any(|one| one.id == post.0) {
            faults.push(Error::invalid(format!("endings.{n}.post"), "该职务已结束"));
        }
        if !dictionary::has("post_end_reason", reason) {
            faults.push(Error::invalid(format!("endings.{n}.reason"), "请选择结束原因"));
        }
    }
    Ok(faults)
}

/// Changes a draft.
pub async fn edit(cx: &Cx, id: ElectionId, version: i32, draft: Draft) -> Result<Checked<()>> {
    let mut write = cx.write(EDIT).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let loaded = open(&mut write, id, version).await?;
    rules::next(loaded.row.kind(), loaded.row.state(), Act::Edit)?;
    let draft = match accept(&mut write, &reach, &loaded.at, draft).await? {
        Ok(draft) => draft,
        Err(faults) => return Ok(Err(faults)),
    };
    fill(&mut write, id, &draft).await?;
    let now = write.cx.now();
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::kind.eq(draft.kind.code()),
            elections::reason.eq(&draft.reason),
            elections::planned_on.eq(draft.planned_on),
            elections::postponed_to.eq(draft.postponed_to),
            elections::by_delegates.eq(draft.by_delegates),
            elections::updated_at.eq(now),
        ))
        .execute(write.conn()?)
        .await?;
    let told = told("election.edited", &loaded).note("candidates", draft.candidates.len());
    write.audit(told.note("kind", dictionary::words("election_type", draft.kind.code()))).await?;
    write.commit().await?;
    Ok(Ok(()))
}

fn told(action: &'static str, loaded: &Loaded) -> Entry {
    Entry::new(action, "election", loaded.row.id).note("organisation", loaded.at.short_name.clone())
}

/// A day of the way: not ahead, not before the one before it.
fn in_order(field: &str, on: NaiveDate, today: NaiveDate, before: Option<(NaiveDate, &str)>) -> Result<()> {
    check::day(field, on)?;
    if on > today {
        return Err(Error::invalid(field, "日期不能晚于今天"));
    }
    match before {
        Some((day, name)) if on < day => Err(Error::invalid(field, format!("日期不能早于{name}{day}"))),
        _ => Ok(()),
    }
}

/// A step needs its paper.
fn has_paper(loaded: &Loaded, kind: ElectionPaper) -> Result<()> {
    if loaded.documents.iter().any(|paper| paper.kind == kind.code()) {
        return Ok(());
    }
    let words = format!("请先上传{}", dictionary::words("election_doc", kind.code()));
    Err(Error::refuse("ELECTION_DOCUMENT", words).at(format!("documents.{}", kind.code())))
}

/// Sends the request to the superior (上报请示).
pub async fn request(cx: &Cx, id: ElectionId, version: i32, on: NaiveDate, number: Option<String>) -> Result<()> {
    let number = check::optional("number", "请示文号", number.as_deref(), 60)?;
    let mut write = cx.write(EDIT).await?;
    let loaded = open(&mut write, id, version).await?;
    let state = rules::next(loaded.row.kind(), loaded.row.state(), Act::Request)?;
    in_order("on", on, cx.app.world.today(), None)?;
    has_paper(&loaded, ElectionPaper::Request)?;
    if loaded.row.kind() != ElectionKind::Postponed && loaded.candidates.is_empty() {
        return Err(Error::invalid("candidates", "请填写候选人预备人选"));
    }
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::state.eq(state.code()),
            elections::requested_on.eq(on),
            elections::request_no.eq(&number),
            elections::updated_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    write
        .audit(told("election.requested", &loaded).note("happenedOn", on.to_string()).note("documentNo", number))
        .await?;
    write.commit().await
}

/// The superior replies to the request (批复). A postponement and an appointment are done with it.
pub async fn reply(cx: &Cx, id: ElectionId, version: i32, reply: Reply) -> Result<()> {
    let mut write = cx.write(APPROVE).await?;
    let loaded = superior(cx, &mut write, id, version).await?;
    let kind = loaded.row.kind();
    let act = if reply.approved { Act::Approve } else { Act::Refuse };
    if loaded.row.state() != ElectionState::Requested {
        rules::next(kind, loaded.row.state(), Act::Approve)?;
    }
    let state = rules::next(kind, loaded.row.state(), act)?;
    let number = check::optional("number", "批复文号", reply.number.as_deref(), 60)?;
    let note = check::optional("note", "批复意见", reply.note.as_deref(), 500)?;
    in_order("on", reply.on, cx.app.world.today(), loaded.row.requested_on.map(|day| (day, "请示日期")))?;
    if reply.approved {
        has_paper(&loaded, ElectionPaper::Reply)?;
    } else if note.is_none() {
        return Err(Error::invalid("note", "请填写不予批准的原因"));
    }
    let end = if state == ElectionState::Confirmed { settle(&mut write, &loaded, reply.on).await? } else { None };
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::state.eq(state.code()),
            elections::replied_on.eq(reply.on),
            elections::reply_no.eq(&number),
            elections::reply_note.eq(&note),
            elections::confirmed_on.eq((state == ElectionState::Confirmed).then_some(reply.on)),
            elections::term_end.eq(end),
            elections::updated_at.eq(cx.now()),
            elections::closed_at.eq(state.is_over().then(|| cx.now())),
        ))
        .execute(write.conn()?)
        .await?;
    let action = if reply.approved { told("election.approved", &loaded) } else { told("election.refused", &loaded) };
    write.audit(action.note("happenedOn", reply.on.to_string()).note("documentNo", number).note("note", note)).await?;
    write.commit().await
}

/// What a reply alone brings about: the term ends later, or posts are given.
async fn settle(write: &mut Write<'_>, loaded: &Loaded, on: NaiveDate) -> Result<Option<NaiveDate>> {
    if loaded.row.kind() == ElectionKind::Postponed {
        let to = rules::postpone(store::own_end(&loaded.at), loaded.at.term_end(), loaded.row.postponed_to)?;
        organisation::prolong_term(write, &loaded.at, to).await?;
        return Ok(Some(to));
    }
    let new: Vec<Appointment> = loaded.candidates.iter().map(|one| appointment(loaded, one)).collect();
    hand_over(write, loaded, new, on).await?;
    Ok(None)
}

fn appointment(loaded: &Loaded, one: &crate::model::CandidateRow) -> Appointment {
    Appointment { person: one.person_id, name: loaded.name(one.person_id), post: one.office().to_owned() }
}

/// Posts of the old team end and those of the new one begin, on one day. With a new term all that are held end, within a
/// term those that were named.
async fn hand_over(write: &mut Write<'_>, loaded: &Loaded, new: Vec<Appointment>, on: NaiveDate) -> Result<()> {
    let ids: Vec<Uuid> = new.iter().map(|one| one.person).collect();
    store::hold_people(&ids, write.conn()?).await?;
    let path = loaded.at.path.clone();
    let appointed = loaded.row.kind() == ElectionKind::Appointment;
    let present = if appointed {
        member::present(&ids, write.conn()?).await?
    } else {
        store::eligible(&path, &ids, write.conn()?).await?
    };
    if let Some(gone) = new.iter().find(|one| !present.contains(&one.person)) {
        let words = format!("{}已不是本组织权利不受限制的正式党员，不能任职", gone.name);
        return Err(Error::refuse("ELECTION_PERSON", words));
    }
    let held = member::held_on(&[loaded.at.id], write.conn()?).await?;
    let whole = loaded.row.kind().begins_term();
    let ending = |post: HeldPost| {
        let again = whole && new.iter().any(|one| one.person == post.person && one.post == post.post);
        let reason = match loaded.endings.iter().find(|(id, _)| *id == post.id) {
            Some((_, reason)) => reason.clone(),
            None if again => "re_elected".to_owned(),
            None => "term_expired".to_owned(),
        };
        Ending { post, reason }
    };
    let named = |post: &HeldPost| whole || loaded.endings.iter().any(|(id, _)| *id == post.id);
    let old: Vec<Ending> = held.into_iter().filter(named).map(ending).collect();
    if !whole && old.len() != loaded.endings.len() {
        return Err(Error::refuse("ELECTION_POST", "要结束的职务已经结束，请撤回后重新办理"));
    }
    member::end_held_posts(write, &old, on).await?;
    member::appoint(write, (loaded.at.id, &loaded.at.short_name), &new, on, appointed).await
}

/// Records what the assembly voted (登记选举结果); the result follows from the numbers.
pub async fn hold(cx: &Cx, id: ElectionId, version: i32, given: Outcome) -> Result<Checked<()>> {
    let mut write = cx.write(EDIT).await?;
    let loaded = open(&mut write, id, version).await?;
    let state = rules::next(loaded.row.kind(), loaded.row.state(), Act::Hold)?;
    let replied = loaded.row.replied_on.map(|day| (day, "批复日期"));
    let mut faults: Vec<Error> = in_order("on", given.on, cx.app.world.today(), replied).err().into_iter().collect();
    if loaded.row.kind() == ElectionKind::Early {
        faults.extend(rules::early(loaded.at.term_end(), given.on, "on").err());
    }
    faults.extend(uncounted(&mut write, &loaded, &given.excused).await?);
    let standing: Vec<Standing> = loaded
        .candidates
        .iter()
        .map(|one| {
            let [yes, no, abstain] =
                given.votes.iter().find(|(id, _)| *id == one.id).map_or([-1; 3], |(_, votes)| *votes);
            Standing { post: one.post.clone(), yes, no, abstain }
        })
        .collect();
    let verdicts = match rules::count(&given.figures, &loaded.seats(), &standing) {
        Ok(verdicts) if faults.is_empty() => verdicts,
        Ok(_) => return Ok(Err(faults)),
        Err(more) => {
            faults.extend(more);
            return Ok(Err(faults));
        }
    };
    for ((row, votes), verdict) in loaded.candidates.iter().zip(&standing).zip(&verdicts) {
        diesel::update(candidates::table.find(row.id))
            .set((
                candidates::yes.eq(votes.yes),
                candidates::no.eq(votes.no),
                candidates::abstain.eq(votes.abstain),
                candidates::elected.eq(verdict.elected),
            ))
            .execute(write.conn()?)
            .await?;
    }
    let Figures { should, present, issued, returned, valid } = given.figures;
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::state.eq(state.code()),
            elections::assembly_on.eq(given.on),
            elections::should.eq(should),
            elections::present.eq(present),
            elections::issued.eq(issued),
            elections::returned.eq(returned),
            elections::valid.eq(valid),
            elections::updated_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let chosen = loaded.candidates.iter().zip(&verdicts).filter(|(_, verdict)| verdict.elected);
    let chosen: Vec<String> = chosen.map(|(one, _)| loaded.name(one.person_id)).collect();
    let entry = told("election.held", &loaded)
        .note("happenedOn", given.on.to_string())
        .note("should", should)
        .note("present", present)
        .note("elected", chosen.join("、"));
    write.audit(entry).await?;
    write.commit().await?;
    Ok(Ok(()))
}

/// Writes who is not counted; each must be somebody who may vote.
async fn uncounted(write: &mut Write<'_>, loaded: &Loaded, given: &[(PersonId, ElectionExcuse)]) -> Result<Vec<Error>> {
    let ids: Vec<Uuid> = given.iter().map(|(person, _)| person.0).collect();
    if ids.len() > 1000 || ids.iter().collect::<HashSet<_>>().len() != ids.len() {
        return Ok(vec![Error::invalid("excused", "不计入应到会人数的党员填写重复或过多")]);
    }
    let path = loaded.at.path.clone();
    let voters = store::eligible(&path, &ids, write.conn()?).await?;
    let wrong = ids.iter().enumerate().filter(|(_, id)| !voters.contains(id));
    let faults: Vec<Error> = wrong
        .map(|(n, _)| {
            Error::invalid(format!("excused.{n}.person"), "该党员没有选举权或不在本组织，本就不计入应到会人数")
        })
        .collect();
    if !faults.is_empty() {
        return Ok(faults);
    }
    let id = loaded.row.id;
    diesel::delete(excused::table.filter(excused::election_id.eq(id))).execute(write.conn()?).await?;
    let rows: Vec<_> = given
        .iter()
        .map(|(person, reason)| {
            (excused::election_id.eq(id), excused::person_id.eq(person.0), excused::reason.eq(reason.code()))
        })
        .collect();
    diesel::insert_into(excused::table).values(rows).execute(write.conn()?).await?;
    Ok(faults)
}

/// Reports the result upwards, with who does what (报告选举结果).
pub async fn report(cx: &Cx, id: ElectionId, version: i32, given: Report) -> Result<()> {
    let mut write = cx.write(EDIT).await?;
    let loaded = open(&mut write, id, version).await?;
    let state = rules::next(loaded.row.kind(), loaded.row.state(), Act::Report)?;
    let held_on = loaded.row.assembly_on.map(|day| (day, "选举大会日期"));
    in_order("on", given.on, cx.app.world.today(), held_on)?;
    has_paper(&loaded, ElectionPaper::Report)?;
    let chosen: Vec<&crate::model::CandidateRow> =
        loaded.candidates.iter().filter(|one| one.elected == Some(true)).collect();
    if chosen.is_empty() {
        return Err(Error::refuse("ELECTION_NOBODY", "没有候选人当选，请重新选举后登记结果，或撤回"));
    }
    divide(&mut write, &loaded, &chosen, &given).await?;
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::state.eq(state.code()),
            elections::reported_on.eq(given.on),
            elections::division.eq(given.division.map(|division| json!(division))),
            elections::updated_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(told("election.reported", &loaded).note("happenedOn", given.on.to_string())).await?;
    write.commit().await
}

/// Checks and writes what the committee gives the elected to do. It is the whole committee as it is after the election:
/// within a term those who stay are of it.
async fn divide(
    write: &mut Write<'_>,
    loaded: &Loaded,
    chosen: &[&crate::model::CandidateRow],
    given: &Report,
) -> Result<()> {
    let staying = store::staying(loaded, write.conn()?).await?;
    if given.duties.is_empty() {
        if given.division.is_some() {
            return Err(Error::invalid("duties", "请填写委员的分工"));
        }
    } else {
        let division = given.division.ok_or_else(|| Error::invalid("division", "请填写分工会议的情况"))?;
        let since = loaded.row.assembly_on.map(|day| (day, "选举大会日期"));
        in_order("division.on", division.on, given.on, since)?;
        let all = chosen.iter().map(|one| one.person_id).chain(staying.iter().map(|post| post.person));
        division.count(all.collect::<HashSet<Uuid>>().len())?;
    }
    let mut offices: BTreeMap<String, usize> = BTreeMap::new();
    for (n, (candidate, post)) in given.duties.iter().enumerate() {
        if !chosen.iter().any(|one| one.id == *candidate) {
            return Err(Error::invalid(format!("duties.{n}.candidate"), "只能给当选的委员分工"));
        }
        if !dictionary::has("post", post) || !rules::fits(loaded.at.kind(), post) {
            return Err(Error::invalid(format!("duties.{n}.post"), "该类别组织不设此职务"));
        }
    }
    let duty = |id: Uuid| given.duties.iter().find(|(candidate, _)| *candidate == id).map(|(_, post)| post.clone());
    let mut once: HashSet<(Uuid, String)> = HashSet::new();
    for post in &staying {
        *offices.entry(post.post.clone()).or_default() += 1;
        once.insert((post.person, post.post.clone()));
    }
    for one in chosen {
        let office = duty(one.id).unwrap_or_else(|| one.post.clone());
        *offices.entry(office.clone()).or_default() += 1;
        if !once.insert((one.person_id, office)) {
            return Err(Error::invalid("duties", format!("{}的职务重复", loaded.name(one.person_id))));
        }
    }
    if let Some((post, _)) = offices.iter().find(|(post, number)| rules::is_single(post) && **number > 1) {
        let held = staying.iter().find(|one| one.post == *post).map(|one| format!("，{}仍在任", one.name));
        let words = format!("{}只能有1人{}", dictionary::words("post", post), held.unwrap_or_default());
        return Err(Error::invalid("duties", words));
    }
    for one in &loaded.candidates {
        diesel::update(candidates::table.find(one.id))
            .set(candidates::duty.eq(duty(one.id)))
            .execute(write.conn()?)
            .await?;
    }
    Ok(())
}

/// The superior confirms the result: posts of the old team end, those of the new one and its term begin, in one
/// transaction (批准选举结果).
pub async fn confirm(cx: &Cx, id: ElectionId, version: i32, reply: Reply) -> Result<()> {
    let mut write = cx.write(APPROVE).await?;
    let loaded = superior(cx, &mut write, id, version).await?;
    let (kind, act) = (loaded.row.kind(), if reply.approved { Act::Confirm } else { Act::Refuse });
    if loaded.row.state() != ElectionState::Reported {
        rules::next(kind, loaded.row.state(), Act::Confirm)?;
    }
    let state = rules::next(kind, loaded.row.state(), act)?;
    let number = check::optional("number", "批准文号", reply.number.as_deref(), 60)?;
    let note = check::optional("note", "批复意见", reply.note.as_deref(), 500)?;
    in_order("on", reply.on, cx.app.world.today(), loaded.row.reported_on.map(|day| (day, "报告日期")))?;
    let mut term = None;
    if reply.approved {
        has_paper(&loaded, ElectionPaper::ResultReply)?;
        let on = loaded.row.assembly_on.ok_or_else(|| Error::bug("reported without an assembly"))?;
        let chosen = loaded.candidates.iter().filter(|one| one.elected == Some(true));
        let new: Vec<Appointment> = chosen.map(|one| appointment(&loaded, one)).collect();
        hand_over(&mut write, &loaded, new, on).await?;
        if kind.begins_term() {
            let years = organisation::rules::term_years_on(loaded.at.kind(), loaded.at.village_or_community, on)
                .ok_or_else(|| Error::invalid("kind", "该类别组织不设届期"))?;
            organisation::begin_term(&mut write, &loaded.at, on, years).await?;
            term = Some((on, organisation::rules::end_of_term(on, years)));
        }
    } else if note.is_none() {
        return Err(Error::invalid("note", "请填写不予批准的原因"));
    }
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::state.eq(state.code()),
            elections::confirmed_on.eq(reply.on),
            elections::confirm_no.eq(&number),
            elections::reply_note.eq(note.clone().or_else(|| loaded.row.reply_note.clone())),
            elections::term_start.eq(term.map(|(start, _)| start)),
            elections::term_end.eq(term.and_then(|(_, end)| end)),
            elections::updated_at.eq(cx.now()),
            elections::closed_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let action = if reply.approved { told("election.confirmed", &loaded) } else { told("election.refused", &loaded) };
    write.audit(action.note("happenedOn", reply.on.to_string()).note("documentNo", number).note("note", note)).await?;
    write.commit().await
}

/// Takes an election back before its result is reported, with a reason.
pub async fn withdraw(cx: &Cx, id: ElectionId, version: i32, reason: &str) -> Result<()> {
    let reason = check::text("reason", "撤回原因", reason, 2, 200)?;
    let mut write = cx.write(EDIT).await?;
    let loaded = open(&mut write, id, version).await?;
    let state = rules::next(loaded.row.kind(), loaded.row.state(), Act::Withdraw)?;
    diesel::update(elections::table.find(id.0))
        .set((
            elections::version.eq(version + 1),
            elections::state.eq(state.code()),
            elections::reply_note.eq(&reason),
            elections::updated_at.eq(cx.now()),
            elections::closed_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(told("election.withdrawn", &loaded).note("reason", reason)).await?;
    write.commit().await
}

/// Ends a post within a term (免职、辞职): the role that followed from it ends in the same transaction.
pub async fn end_post(cx: &Cx, id: PostId, on: NaiveDate, reason: &str) -> Result<OrganisationId> {
    let known = ["resigned", "transferred", "removed", "dismissed_by_discipline", "deceased"];
    let mut write = cx.write(EDIT).await?;
    if !known.contains(&reason) {
        return Err(Error::invalid("reason", "请选择结束原因"));
    }
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let place = member::place_of_post(id, write.conn()?).await?;
    let at = organisation::hold(&mut write, &reach, place).await?;
    let held = member::held_on(&[at.id], write.conn()?).await?;
    let post = held.into_iter().find(|post| post.id == id.0);
    let post = post.ok_or_else(|| Error::refuse("POST_ENDED", "该职务已经结束"))?;
    in_order("on", on, cx.app.world.today(), Some((post.since, "任职日期")))?;
    member::end_held_posts(&mut write, &[Ending { post, reason: reason.to_owned() }], on).await?;
    write.commit().await?;
    Ok(at.id.into())
}

/// Who may do what with an election that stands where it stands.
pub fn acts(edit: &Reach, approve: &Reach, loaded: &Loaded) -> Vec<Act> {
    let (kind, state, path) = (loaded.row.kind(), loaded.row.state(), &loaded.at.path);
    let may = |act: &Act| match act {
        Act::Approve | Act::Refuse | Act::Confirm => approve.covers(path),
        Act::Edit | Act::Request | Act::Hold | Act::Report | Act::Withdraw => edit.covers(path),
    };
    let all = [Act::Edit, Act::Request, Act::Approve, Act::Refuse, Act::Hold, Act::Report, Act::Confirm, Act::Withdraw];
    all.into_iter().filter(|act| rules::next(kind, state, *act).is_ok()).filter(may).collect()
}

/// The permission by which papers of a kind are added: those of the superior are the superior's.
pub(crate) fn paper_permission(kind: ElectionPaper) -> Permission {
    match kind {
        ElectionPaper::Reply | ElectionPaper::ResultReply => APPROVE,
        ElectionPaper::Request | ElectionPaper::Ballot | ElectionPaper::Report | ElectionPaper::Other => EDIT,
    }
}
