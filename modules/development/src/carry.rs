//! Cases of probationary members who were admitted elsewhere: what another installation of the module tells goes on here,
//! and who came without is taken up at the observation of probation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::tally::Ballot;
use zhibu_core::{DevelopmentCaseId, Error, OrganisationId, Page, PageArgs, PersonId, Result, check};
use zhibu_directory::member::{self, Entry as Member, MemberType};
use zhibu_directory::organisation::{self, Reach};
use zhibu_directory::schema::{branch_assignments, memberships, people};
use zhibu_tenancy::holdings::{Arrival, Parcel};
use zhibu_tenancy::{Cx, Write, tenants};

use crate::actions::{self, Opening};
use crate::model::{CaseRow, EventRow, RecordRow};
use crate::rules::plan::step_of;
use crate::rules::{Done, Event, File, Given};
use crate::schema::{development_cases as cases, development_events as events};
use crate::store::no;
use crate::{EDIT, READ};

/// The last step that is done when somebody is a probationary member: what follows is up to the new branch.
const ADMITTED: u8 = 20;
/// How many members a case may be opened for at once.
const MOST: usize = 100;
/// Letters of a note that goes along: the letter has to stay short enough to be pasted.
const SAID: usize = 150;
/// As many of the last observations go along.
const OBSERVED: usize = 16;
/// The form of a bundle that is understood.
const FORM: u8 = 1;

/// A case as it is sent to the same module elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bundle {
    form: u8,
    records: Vec<Sent>,
    observed: Vec<Observed>,
    extended: Option<u32>,
}

/// A step that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Sent {
    step: u8,
    on: NaiveDate,
    given: Given,
}

/// A record of the observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Observed {
    on: NaiveDate,
    note: String,
}

/// What is opened here for somebody who was admitted elsewhere.
#[derive(Debug, Clone, PartialEq)]
struct Taken {
    file: File,
    /// What happened beside the steps, oldest first.
    events: Vec<(Event, NaiveDate, String)>,
}

/// Puts a case into what goes along; people are named in words, since they are nobody where it goes.
pub(crate) fn pack(
    case: &CaseRow,
    records: &[RecordRow],
    events: &[EventRow],
    names: &HashMap<Uuid, String>,
) -> Result<Option<Parcel>> {
    if !case.outcome().is_open() || !records.iter().any(|record| record.step == 17) {
        return Ok(None);
    }
    // Whoever was named instead stands for the step.
    let replaced = |step: i16| {
        let valid = |event: &&EventRow| event.voided_at.is_none() && event.event == Event::Replace.code();
        events.iter().filter(valid).rfind(|event| event.step == Some(step)).and_then(|event| event.people.clone())
    };
    let sent = |record: &RecordRow| {
        let mut given: Given = serde_json::from_value(record.given.clone()).map_err(Error::bug)?;
        given.people = replaced(record.step).unwrap_or(given.people);
        let named: Vec<&str> = given.people.iter().filter_map(|id| names.get(id).map(String::as_str)).collect();
        let named = Some(named.join("、")).filter(|named| !named.is_empty());
        let note = [given.note.take(), named].into_iter().flatten().reduce(|note, named| format!("{note}（{named}）"));
        given.note = short(note.as_deref(), SAID);
        given.people.clear();
        Ok(Sent { step: no(record.step), on: record.happened_on, given })
    };
    let bundle = Bundle {
        form: FORM,
        records: records.iter().map(sent).collect::<Result<_>>()?,
        observed: events
            .iter()
            .rev()
            .filter(|event| event.voided_at.is_none() && event.event == Event::Observe.code())
            .take(OBSERVED)
            .map(|event| Observed { on: event.happened_on, note: short(Some(&event.note), SAID).unwrap_or_default() })
            .collect(),
        extended: case.extended.and_then(|months| u32::try_from(months).ok()),
    };
    Ok(Some(Parcel { module: "development".to_owned(), body: serde_json::to_value(bundle).map_err(Error::bug)? }))
}

/// What the 20 steps were for somebody who was admitted before there was a file here: their papers are in the person's
/// own file, which the branch looks through.
fn admitted(birth: NaiveDate, join: NaiveDate, note: &str) -> File {
    let mut file = File::new(birth);
    let given = Given { elsewhere: true, note: Some(note.to_owned()), ..Given::default() };
    let done = Done { on: join, given, documents: BTreeSet::new() };
    file.done = (1..=ADMITTED).map(|step| (step, done.clone())).collect();
    file
}

/// Reads what was sent. Nothing of it is trusted: it counts when it leads, in order, to the admission on the day that the
/// membership tells.
fn unpack(parcel: &Parcel, birth: NaiveDate, join: NaiveDate, today: NaiveDate) -> Option<Taken> {
    let bundle: Bundle =
        serde_json::from_value(parcel.body.clone()).ok().filter(|bundle: &Bundle| bundle.form == FORM)?;
    let mut done = BTreeMap::new();
    for sent in &bundle.records {
        let step = step_of(sent.step).filter(|step| step.no < 24)?;
        let given = Given {
            elsewhere: true,
            ballot: sent.given.ballot.filter(plausible),
            days: sent.given.days.filter(|days| (0..=60).contains(days)),
            hours: sent.given.hours.filter(|hours| (0..=500).contains(hours)),
            form_no: short(sent.given.form_no.as_deref(), 40),
            place: short(sent.given.place.as_deref(), 60),
            notice_from: sent.given.notice_from,
            notice_to: sent.given.notice_to,
            note: short(sent.given.note.as_deref(), 500),
            ..Given::default()
        };
        // What the former branch's assembly has decided about conversion is not decided for the new one.
        if step.no <= 21 && done.insert(step.no, Done { on: sent.on, given, documents: BTreeSet::new() }).is_some() {
            return None;
        }
    }
    let before = |no: u8| step_of(no).into_iter().flat_map(|step| step.after_steps()).collect::<Vec<u8>>();
    let ordered = done.iter().all(|(no, one)| {
        check::day("on", one.on).is_ok()
            && one.on <= today
            && before(*no).iter().all(|earlier| done.get(earlier).is_some_and(|at| at.on <= one.on))
    });
    if !ordered || done.get(&15).map(|one| one.on) != Some(join) || !done.contains_key(&17) {
        return None;
    }
    let mut file = File::new(birth);
    file.done = done;
    file.extended = match bundle.extended {
        Some(months) if (6..=12).contains(&months) => Some(months),
        Some(_) => return None,
        None => None,
    };
    if file.extended.is_some() {
        file.outcome = crate::rules::Outcome::Extended;
    }
    let seen =
        bundle.observed.iter().rev().filter(|one| check::day("on", one.on).is_ok() && one.on <= today).take(OBSERVED);
    let events: Vec<_> =
        seen.map(|one| (Event::Observe, one.on, short(Some(&one.note), SAID).unwrap_or_default())).collect();
    file.observed = events.iter().map(|(_, on, _)| *on).collect();
    Some(Taken { file, events })
}

/// Numbers that a meeting may have.
fn plausible(ballot: &Ballot) -> bool {
    let Ballot { should, present, yes, written, no, abstain } = ballot;
    [should, present, yes, written, no, abstain].iter().all(|count| (0..=10_000).contains(*count))
}

/// A text of somebody else's, on one line and not longer than here.
fn short(text: Option<&str>, most: usize) -> Option<String> {
    let text: String = text?.chars().filter(|letter| !letter.is_control()).take(most).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Goes on with the case of a probationary member who has just been taken in.
pub(crate) async fn arrives(write: &mut Write<'_>, arrival: &Arrival, parcel: Option<&Parcel>) -> Result<()> {
    let member = member::hold(write, PersonId(arrival.person)).await?;
    if member.membership.kind() != MemberType::Probationary {
        return Ok(());
    }
    let (birth, join) = (member.person.birth_date, member.membership.join_date);
    let today = write.cx.app.world.today();
    let note = format!("由{}办理", arrival.from);
    let brought = parcel.and_then(|parcel| unpack(parcel, birth, join, today));
    let mut taken = brought.unwrap_or_else(|| Taken { file: admitted(birth, join, &note), events: Vec::new() });
    taken.file.transferred = true;
    taken.events.push((Event::Transfer, today, format!("由{}转入", arrival.from)));
    match open(write, &member, &taken).await {
        // What is open here about the same person from before is for people to settle; it keeps nobody from being taken in.
        Err(error) if error.code == "CASE_OPEN" => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Opens cases for probationary members who have none (为预备党员建档), of those inside the reach.
pub async fn open_for(cx: &Cx, ids: &[PersonId]) -> Result<usize> {
    let mut write = cx.write(EDIT).await?;
    organisation::keep_tree(&mut write).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let ids: BTreeSet<Uuid> = ids.iter().map(|id| id.0).collect();
    if ids.is_empty() || ids.len() > MOST {
        return Err(Error::invalid("people", format!("请选择1至{MOST}名预备党员")));
    }
    let mut made = 0_usize;
    for id in ids {
        member::locked(&mut write, id.into()).await?;
        let member = member::get(&reach, id.into(), write.conn()?).await.map_err(|error| error.at("people"))?;
        if member.membership.kind() != MemberType::Probationary {
            return Err(Error::invalid("people", format!("{}不是预备党员", member.person.name)));
        }
        let file = admitted(member.person.birth_date, member.membership.join_date, "建档前已办理");
        let opened = open(&mut write, &member, &Taken { file, events: Vec::new() }).await?;
        made += usize::from(opened.is_some());
    }
    // Whoever has a case already is left as they are.
    if made == 0 {
        write.commit_quietly().await?
    } else {
        write.commit().await?
    }
    Ok(made)
}

/// Puts the case down; nothing when the member has one that goes on. Refuses while there is one of the same number from before.
async fn open(write: &mut Write<'_>, member: &Member, taken: &Taken) -> Result<Option<DevelopmentCaseId>> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let facts = member::in_the_open(member, &vault)?;
    let number = facts.id_number.unwrap_or_default();
    let known: Option<Option<Uuid>> = cases::table
        .filter(cases::closed_at.is_null().and(cases::id_index.eq(vault.blind(&number))))
        .select(cases::person_id)
        .first(write.conn()?)
        .await
        .optional()?;
    match known {
        Some(person) if person == Some(member.person.id) => return Ok(None),
        Some(_) => {
            let words = format!("{}另有一份进行中的发展档案，请先终止该档案再建档", member.person.name);
            return Err(Error::refuse("CASE_OPEN", words).at("people"));
        }
        None => {}
    }
    let branch = member.assignment.organisation_id;
    let names = organisation::names(&[branch], write.conn()?).await?;
    let opening = Opening {
        branch: branch.into(),
        branch_name: names.get(&branch).cloned().unwrap_or_default(),
        person: Some(member.person.id),
        name: facts.name,
        id_number: number,
        sex: facts.sex,
        birth: facts.birth_date,
        ethnicity: facts.ethnicity,
        education_level: facts.education_level,
        work_post: facts.work_post,
        employer: facts.employer,
        mobile: facts.mobile.unwrap_or_default(),
    };
    let id = actions::put(write, opening, &taken.file).await?;
    actions::keep_records(write, id, &taken.file).await?;
    let (app, actor, now) = (write.cx.app.clone(), write.cx.actor(), write.cx.now());
    let rows: Vec<_> = taken
        .events
        .iter()
        .map(|(event, on, note)| {
            (
                events::id.eq(app.world.id::<Uuid>()),
                events::case_id.eq(id.0),
                events::event.eq(event.code()),
                events::happened_on.eq(on),
                events::note.eq(note),
                events::account_name.eq(&actor),
                events::created_at.eq(now),
            )
        })
        .collect();
    if !rows.is_empty() {
        diesel::insert_into(events::table).values(rows).execute(write.conn()?).await?;
    }
    Ok(Some(id))
}

/// A probationary member without a case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Unfiled {
    /// Who.
    pub person: Uuid,
    /// 姓名
    pub name: String,
    /// 所在党支部
    pub branch: Uuid,
    /// 入党日期
    pub join_date: NaiveDate,
}

type Unfileds = Page<Unfiled>;

/// Probationary members without a case that goes on, the earliest to be converted first; how many there are.
pub async fn unfiled(cx: &Cx, under: Option<OrganisationId>, page: &PageArgs) -> Result<(Unfileds, i64)> {
    let mut read = cx.read(READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let places = organisation::part(&reach, under, read.conn()?).await?;
    let all = || {
        let none = "NOT EXISTS (SELECT FROM own.development_cases c WHERE c.person_id = own.people.id AND c.closed_at IS NULL)";
        let mut query = people::table
            .inner_join(memberships::table.inner_join(branch_assignments::table))
            .filter(people::left_at.is_null().and(memberships::until.is_null()))
            .filter(branch_assignments::until.is_null())
            .filter(memberships::member_type.eq("probationary"))
            .filter(sql::<Bool>(none))
            .into_boxed::<Pg>();
        if let Some(places) = &places {
            query = query.filter(branch_assignments::organisation_id.eq_any(places.clone()));
        }
        query
    };
    let total: i64 = all().count().get_result(read.conn()?).await?;
    let mut query = all().limit(page.limit()).offset(page.offset());
    if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
        let later = memberships::join_date.gt(day).or(memberships::person_id.gt(id));
        query = query.filter(memberships::join_date.ge(day)).filter(later);
    }
    let rows: Vec<Unfiled> = query
        .order((memberships::join_date, memberships::person_id))
        .select((people::id, people::name, branch_assignments::organisation_id, memberships::join_date))
        .load(read.conn()?)
        .await?;
    Ok((page.page(rows, |row: &Unfiled| (row.join_date, row.person)), total))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A whole case up to the swearing in, a step a month.
    fn bundle() -> Bundle {
        let on = |step: u8| day("2024-01-10") + chrono::Months::new(u32::from(step));
        let records = (1..=20).map(|step| Sent { step, on: on(step), given: Given::default() }).collect();
        Bundle { form: FORM, records, observed: Vec::new(), extended: None }
    }

    fn read(bundle: &Bundle, join: &str) -> Option<Taken> {
        let parcel = Parcel { module: "development".to_owned(), body: serde_json::to_value(bundle).unwrap() };
        unpack(&parcel, day("1995-05-05"), day(join), day("2026-11-26"))
    }

    /// What comes from elsewhere makes nobody more than the membership tells.
    #[test]
    fn pc_3_2_4_what_is_sent_counts_only_when_it_leads_to_the_admission() {
        let whole = read(&bundle(), "2025-04-10").unwrap();
        assert_eq!(whole.file.done.keys().copied().collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
        assert_eq!(whole.file.probation_end(), Some(day("2026-04-10")));
        assert!(read(&bundle(), "2025-04-11").is_none(), "another day than the membership's");
        let change = |change: &dyn Fn(&mut Bundle)| {
            let mut bundle = bundle();
            change(&mut bundle);
            read(&bundle, "2025-04-10")
        };
        assert!(change(&|one| one.records.retain(|sent| sent.step != 12)).is_none(), "a step is missing");
        assert!(change(&|one| one.records[6].on = day("2024-01-01")).is_none(), "before the step it follows");
        assert!(change(&|one| one.records[19].on = day("2026-11-27")).is_none(), "tomorrow");
        assert!(change(&|one| one.records.push(one.records[3].clone())).is_none(), "twice");
        assert!(change(&|one| one.records[3].step = 24).is_none(), "already converted");
        assert!(change(&|one| one.records[3].step = 99).is_none());
        assert!(change(&|one| one.form = 2).is_none(), "of a form that is not known");
        assert!(change(&|one| one.extended = Some(60)).is_none(), "longer than allowed");
        assert!(
            unpack(
                &Parcel { module: String::new(), body: json!(["no"]) },
                day("1995-05-05"),
                day("2025-04-10"),
                day("2026-11-26")
            )
            .is_none()
        );
        let longer = change(&|one| one.extended = Some(6)).unwrap();
        assert_eq!(longer.file.probation_end(), Some(day("2026-10-10")));
        // What the former branch decided about conversion is for the new one to decide; its people are nobody here.
        let kept = change(&|one| {
            let given = Given { people: vec![Uuid::nil()], note: Some("一\n二".to_owned()), ..Given::default() };
            one.records.push(Sent { step: 22, on: day("2026-04-01"), given: given.clone() });
            one.records[8].given = given;
            one.observed.push(Observed { on: day("2025-10-10"), note: "好".to_owned() });
            one.observed.push(Observed { on: day("2027-10-10"), note: "好".to_owned() });
        });
        let kept = kept.unwrap();
        assert_eq!((kept.file.done.get(&22), kept.events.len()), (None, 1));
        let ninth = &kept.file.done[&9].given;
        assert_eq!((ninth.people.len(), ninth.note.as_deref(), ninth.elsewhere), (0, Some("一二"), true));
    }
}
