//! Sending a notice: whom it reaches and what it may cost, and the notice itself.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AnnouncementId, Error, Kind, OrganisationId, PersonId, Result, Secret, check, grams, moment};
use zhibu_directory::member::{self, Attender, Whom};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::messages::{self, Addressee, Draft, Ready};
use zhibu_tenancy::{Conn, Cx, Write, identity, push, tenants};

use super::Checked;
use crate::climb::Climb;
use crate::model::{AnnouncementOccasion, AnnouncementRung};
use crate::rules::{self, Step};
use crate::schema::{announcement_people as people, announcement_rungs as rungs, announcements};
use crate::{SEND, store};

/// The most people of one notice.
const MOST: usize = 5_000;
/// Rows written by one statement.
const CHUNK: usize = 500;

/// A notice as somebody writes it.
#[derive(Debug, Clone)]
pub struct Form {
    /// In whose name.
    pub organisation: OrganisationId,
    /// 标题
    pub title: String,
    /// 内容
    pub text: String,
    /// To the members of these organisations and of those below.
    pub organisations: Vec<OrganisationId>,
    /// To these members.
    pub people: Vec<PersonId>,
    /// After the message inside the system.
    pub ladder: Vec<Step>,
}

impl Form {
    fn checked(&self) -> Checked<Self> {
        let mut faults = rules::faults(&self.ladder);
        let mut keep = |outcome: Result<String>| {
            outcome.unwrap_or_else(|fault| {
                faults.push(fault);
                String::new()
            })
        };
        let title = keep(check::text("title", "标题", &self.title, 2, 60));
        let text = keep(check::lines("text", "内容", &self.text, 2, 2_000));
        if self.organisations.is_empty() && self.people.is_empty() {
            faults.push(Error::invalid("organisations", "请选择通知的组织或党员"));
        }
        if self.organisations.len() > 200 || self.people.len() > 500 {
            faults.push(Error::invalid("organisations", "一次最多选择200个组织、500名党员"));
        }
        if faults.is_empty() { Ok(Self { title, text, ..self.clone() }) } else { Err(faults) }
    }
}

/// The values of a rung's template: what the sender gave, else what is known.
pub(crate) fn values(given: &[(String, String)], facts: &[(String, String)]) -> Vec<(String, String)> {
    given.iter().cloned().chain(facts.iter().map(|(name, value)| (name.clone(), rules::fact(value)))).collect()
}

/// The draft of a rung that leads over the telephone.
pub(crate) fn draft(step: &Step, facts: &[(String, String)]) -> Option<Draft> {
    let (channel, template) = (step.rung.channel()?, step.template?);
    Some(Draft { channel, template: template.into(), values: values(&step.given, facts) })
}

/// The rungs with their templates, or what is wrong with those; a service that does not answer is nobody's fault.
async fn readies(cx: &Cx, ladder: &[Step], facts: &[(String, String)]) -> Result<Checked<Vec<Option<Ready>>>> {
    let (mut found, mut faults) = (Vec::with_capacity(ladder.len()), Vec::new());
    for (at, step) in ladder.iter().enumerate() {
        let Some(draft) = draft(step, facts) else {
            found.push(None);
            continue;
        };
        match draft.ready(cx, SEND).await {
            Ok(ready) => found.push(Some(ready)),
            Err(fault) if fault.kind == Kind::Refused => {
                let field = fault.field.clone().unwrap_or_else(|| "template".to_owned());
                faults.push(fault.at(format!("ladder.{at}.{field}")));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(if faults.is_empty() { Ok(found) } else { Err(faults) })
}

/// Whom the form names, each once; what is not inside the reach is missing.
async fn audience(reach: &Reach, form: &Form, conn: &mut Conn) -> Result<Vec<Attender>> {
    let places: Vec<Uuid> = form.organisations.iter().map(|id| id.0).chain([form.organisation.0]).collect();
    let known = organisation::places(&places, &mut *conn).await?;
    if !places.iter().all(|id| known.get(id).is_some_and(|(_, path)| reach.covers(path))) {
        return Err(Error::missing());
    }
    let most = i64::try_from(MOST + 1).map_err(Error::bug)?;
    let mut found = Vec::new();
    for place in &form.organisations {
        found.extend(member::attenders(&Whom::Members(place.0), most, &mut *conn).await?);
    }
    if !form.people.is_empty() {
        let ids: Vec<Uuid> = form.people.iter().map(|id| id.0).collect();
        // Looked up inside the reach: nobody else's member is named.
        member::addressees(reach, &unique(ids.clone()), &mut *conn).await?;
        found.extend(member::attenders(&Whom::People(ids), most, &mut *conn).await?);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|one| seen.insert(one.person));
    if found.len() > MOST {
        return Err(Error::refuse("TOO_MANY_PEOPLE", "一次最多通知5000人，请缩小范围").at("organisations"));
    }
    if found.is_empty() {
        return Err(Error::refuse("NOBODY_TO_TELL", "所选范围内没有党员").at("organisations"));
    }
    Ok(found)
}

fn unique(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

async fn facts(cx: &Cx, form: &Form, conn: &mut Conn) -> Result<Vec<(String, String)>> {
    let named = organisation::names(&[form.organisation.0], conn).await?;
    let organisation = named.into_values().next().ok_or_else(Error::missing)?;
    let known =
        [("标题", form.title.clone()), ("时间", moment(cx.now())), ("地点", String::new()), ("单位", organisation)];
    Ok(known.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What a notice will be before it is sent.
#[derive(Debug, Clone)]
pub struct Plan {
    /// To so many.
    pub people: usize,
    /// Who cannot read it inside the system.
    pub without_account: usize,
    /// Whom no text message and no call reaches.
    pub without_mobile: usize,
    /// Rung by rung.
    pub rungs: Vec<RungPlan>,
    /// Fen left of the month's budget; none: no limit.
    pub left_fen: Option<i64>,
    /// What follows the message inside the system waits until then.
    pub waits_until: Option<chrono::DateTime<chrono::Utc>>,
}

/// What a rung will be.
#[derive(Debug, Clone)]
pub struct RungPlan {
    /// Which.
    pub rung: AnnouncementRung,
    /// How many it can reach.
    pub reach: usize,
    /// Parts of text messages, or calls.
    pub parts: i64,
    /// Fen when everybody needs it.
    pub fen: i64,
    /// One real message.
    pub preview: Option<String>,
}

/// Looks a notice over without sending it.
pub async fn plan(cx: &Cx, form: &Form) -> Result<Checked<Plan>> {
    cx.allow(SEND)?;
    let form = match form.checked() {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    let facts = facts(cx, &form, cx.read(SEND).await?.conn()?).await?;
    let readies = match readies(cx, &form.ladder, &facts).await? {
        Ok(readies) => readies,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut read = cx.read(SEND).await?;
    let scope = read.scope.clone();
    let conn = read.conn()?;
    let reach = Reach::of(&scope, &mut *conn).await?;
    let audience = audience(&reach, &form, &mut *conn).await?;
    let (to, without_mobile) = addressees(cx, &audience, &mut *conn).await?;
    let accounts: Vec<Uuid> = audience.iter().filter_map(|one| one.account).collect();
    let mut planned = Vec::with_capacity(readies.len());
    for (step, ready) in form.ladder.iter().zip(&readies) {
        planned.push(match ready {
            None => {
                let reach = reachable(cx, &accounts, &mut *conn).await?;
                RungPlan { rung: step.rung, reach, parts: 0, fen: 0, preview: None }
            }
            Some(ready) => {
                let sum = messages::estimate(cx, ready, &to);
                RungPlan { rung: step.rung, reach: to.len(), parts: sum.parts, fen: sum.fen, preview: sum.preview }
            }
        });
    }
    let left_fen = match store::budget(&mut *conn).await? {
        Some(limit) => Some((limit - messages::spent(cx.now(), &mut *conn).await?).max(0)),
        None => None,
    };
    let waits_until = if !planned.is_empty() { messages::leaves_at(cx, conn).await? } else { None };
    let without_account = audience.len() - accounts.len();
    Ok(Ok(Plan { people: audience.len(), without_account, without_mobile, rungs: planned, left_fen, waits_until }))
}

/// How many of these accounts a platform reaches now: those of WeChat have to have agreed.
async fn reachable(cx: &Cx, accounts: &[Uuid], conn: &mut Conn) -> Result<usize> {
    let routes = push::routes(cx, accounts, &mut *conn).await?;
    let agreed = match push::consented_template(&cx.app) {
        Some(template) => store::consents(template, accounts, conn).await?,
        None => std::collections::HashMap::new(),
    };
    let open = |account: &Uuid, ways: &[push::Route]| {
        ways.iter().any(|way| way.via != identity::Client::Wechat || agreed.get(account).is_some_and(|left| *left > 0))
    };
    Ok(routes.iter().filter(|(account, ways)| open(account, ways)).count())
}

/// Those of an audience whom a telephone reaches, and how many it does not.
pub(crate) async fn addressees(cx: &Cx, whom: &[Attender], conn: &mut Conn) -> Result<(Vec<Addressee>, usize)> {
    let ids: Vec<Uuid> = whom.iter().map(|one| one.person).collect();
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let places: Vec<Uuid> = whom.iter().map(|one| one.organisation).collect();
    let names = organisation::names(&unique(places), &mut *conn).await?;
    let mut to = Vec::with_capacity(whom.len());
    for entry in member::those(&ids, conn).await? {
        let Some(mobile) = check::mobile(vault.open_text(&entry.person.mobile)?.expose()) else { continue };
        let organisation = entry.assignment.organisation_id;
        to.push(Addressee {
            person: entry.person.id,
            name: entry.person.name,
            organisation,
            place: names.get(&organisation).cloned().unwrap_or_default(),
            mobile: Secret::new(mobile),
        });
    }
    let without = whom.len() - to.len();
    Ok((to, without))
}

/// A notice ready to be written, whoever it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Announcement {
    pub(crate) key: Uuid,
    pub(crate) organisation: Uuid,
    pub(crate) occasion: AnnouncementOccasion,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) subject: Option<Uuid>,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) account: Uuid,
    pub(crate) author: String,
    pub(crate) ladder: Vec<(Step, Option<String>)>,
}

/// Writes a notice down, once for its key; its id, and whether it is new.
pub(crate) async fn publish(write: &mut Write<'_>, one: &Announcement, to: &[Attender]) -> Result<(Uuid, bool)> {
    let (id, now): (Uuid, _) = (write.cx.app.world.id(), write.cx.now());
    let row = (
        announcements::id.eq(id),
        announcements::request_key.eq(one.key),
        announcements::organisation_id.eq(one.organisation),
        announcements::occasion.eq(one.occasion.code()),
        announcements::title.eq(&one.title),
        announcements::text.eq(&one.text),
        announcements::grams.eq(grams(&format!("{}\n{}", one.title, one.text))),
        announcements::subject_id.eq(one.subject),
        announcements::facts.eq(serde_json::to_value(&one.facts).map_err(Error::bug)?),
        announcements::account_id.eq(one.account),
        announcements::account_name.eq(&one.author),
        announcements::people.eq(i32::try_from(to.len()).map_err(Error::bug)?),
        announcements::created_at.eq(now),
    );
    let made = diesel::insert_into(announcements::table)
        .values(row)
        .on_conflict(announcements::request_key)
        .do_nothing()
        .execute(write.conn()?)
        .await?;
    if made == 0 {
        let known = announcements::table.filter(announcements::request_key.eq(one.key));
        return Ok((known.select(announcements::id).first(write.conn()?).await?, false));
    }
    for (number, (step, template)) in (1i16..).zip(&one.ladder) {
        let row = (
            rungs::announcement_id.eq(id),
            rungs::number.eq(number),
            rungs::rung.eq(step.rung.code()),
            rungs::after_minutes.eq(step.after_minutes),
            rungs::template_id.eq(step.template),
            rungs::template_name.eq(template),
            rungs::given.eq(serde_json::to_value(&step.given).map_err(Error::bug)?),
        );
        diesel::insert_into(rungs::table).values(row).execute(write.conn()?).await?;
    }
    let first = one
        .ladder
        .as_slice()
        .split_first()
        .map(|((step, _), _)| now + chrono::Duration::minutes(step.after_minutes.into()));
    for chunk in to.chunks(CHUNK) {
        let row = |person: &Attender| {
            (
                people::announcement_id.eq(id),
                people::person_id.eq(person.person),
                people::name.eq(person.name.clone()),
                people::pinyin.eq(person.pinyin.clone()),
                people::organisation_id.eq(person.organisation),
                people::next_number.eq(first.map(|_| 1i16)),
                people::due_at.eq(first),
            )
        };
        let rows: Vec<_> = chunk.iter().map(row).collect();
        diesel::insert_into(people::table).values(rows).execute(write.conn()?).await?;
    }
    let ladder: Vec<&str> = one.ladder.iter().map(|(step, _)| step.rung.words()).collect();
    // What people remind themselves of stays out of the log.
    let title = if one.occasion.is_private() { String::new() } else { one.title.clone() };
    let entry = Entry::new("announcement.sent", "announcement", id)
        .note("title", Some(title).filter(|title| !title.is_empty()))
        .note("occasion", one.occasion.words())
        .note("people", to.len())
        .note("ladder", Some(ladder.join("、")).filter(|ladder| !ladder.is_empty()));
    write.audit(entry).await?;
    write.enqueue(&Climb {}).await?;
    Ok((id, true))
}

/// Sends a notice (PC-4.5), once for a key.
pub async fn send(cx: &Cx, key: Uuid, form: &Form) -> Result<Checked<AnnouncementId>> {
    cx.allow(SEND)?;
    identity::must_be_account(cx)?;
    let form = match form.checked() {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    let facts = facts(cx, &form, cx.read(SEND).await?.conn()?).await?;
    let readies = match readies(cx, &form.ladder, &facts).await? {
        Ok(readies) => readies,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut write = cx.write(SEND).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let audience = audience(&reach, &form, write.conn()?).await?;
    let paid = form.ladder.iter().any(|step| step.rung.channel().is_some());
    if paid && let Some(limit) = store::budget(write.conn()?).await? {
        let spent = messages::spent(cx.now(), write.conn()?).await?;
        if spent >= limit {
            return Err(Error::refuse("BUDGET_SPENT", "本月的消息预算已用完，请联系管理员调整预算，或去掉短信和电话")
                .at("ladder"));
        }
    }
    let identity = cx.identity()?.clone();
    let names = readies.into_iter().map(|ready| ready.map(|ready| ready.word.name));
    let one = Announcement {
        key,
        organisation: form.organisation.0,
        occasion: AnnouncementOccasion::Announcement,
        title: form.title.clone(),
        text: form.text.clone(),
        subject: None,
        facts,
        account: identity.account.0,
        author: identity.display_name.clone(),
        ladder: form.ladder.iter().cloned().zip(names).collect(),
    };
    let (id, fresh) = publish(&mut write, &one, &audience).await?;
    if !fresh {
        let found = store::one(id.into(), write.conn()?).await?;
        if found.row.account_id != one.account || found.row.title != one.title {
            return Err(Error::refuse("KEY_USED", "这次提交已用于另一条通知，请重新打开页面"));
        }
        return Ok(Ok(id.into()));
    }
    write.commit().await?;
    Ok(Ok(id.into()))
}
