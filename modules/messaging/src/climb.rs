//! Up the ladder (通知方式): whoever has not read a notice when the next rung's time has come is sent that. One job a tenant does
//! what is due, and names the time of what comes next.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Kind, Result, moment};
use zhibu_directory::member::{self, Whom};
use zhibu_tenancy::messages::{self, Addressee, Order, Ready};
use zhibu_tenancy::{Cx, Job, Write, identity, push as platforms, wakes};

use crate::actions::{self, Announcement, publish};
use crate::model::{AnnouncementOccasion, AnnouncementRow, RungRow, ScheduleRow};
use crate::rules::{self, Step};
use crate::schema::{
    announcement_people as people, announcement_rungs as rungs, announcements, deliveries, message_budget, schedules,
};
use crate::{MODULE, SEND, hear, push, store};

/// People of one transaction.
const CHUNK: i64 = 500;
/// Turns of one run; the next follows at once, so that other jobs of the tenant have theirs.
const TURNS: usize = 400;
/// So long after its time a rung is worth climbing: a tenant may have been read-only for weeks.
const WORTH: Duration = Duration::hours(36);
/// When a service that does not answer is tried again.
const LATER: Duration = Duration::minutes(2);

/// Does what is due in a tenant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Climb {}

impl Job for Climb {
    const NAME: &'static str = "messaging_climb";

    async fn run(self, cx: &Cx) -> Result<()> {
        climb(cx).await
    }

    async fn give_up(self, cx: &Cx) -> Result<()> {
        wakes::wake_at(cx, MODULE.key, cx.app.world.now() + Duration::minutes(10)).await
    }
}

/// The same when the time has come that was named.
pub(crate) async fn climb(cx: &Cx) -> Result<()> {
    for _ in 0..TURNS {
        if !(remind(cx).await? || rung(cx).await? || push::turn(cx).await?) {
            return ahead(cx).await;
        }
    }
    let mut write = cx.write(SEND).await?;
    write.enqueue(&Climb {}).await?;
    write.commit_quietly().await
}

/// Names the time of what comes next.
async fn ahead(cx: &Cx) -> Result<()> {
    let due: [Option<DateTime<Utc>>; 3] = {
        let mut read = cx.read(SEND).await?;
        let conn = read.conn()?;
        [
            schedules::table.select(diesel::dsl::min(schedules::next_at)).first(&mut *conn).await?,
            people::table.select(diesel::dsl::min(people::due_at)).first(&mut *conn).await?,
            deliveries::table.select(diesel::dsl::min(deliveries::due_at)).first(&mut *conn).await?,
        ]
    };
    cx.close().await;
    match due.into_iter().flatten().min() {
        Some(due) => wakes::wake_at(cx, MODULE.key, due).await,
        None => Ok(()),
    }
}

/// Tells somebody of one reminder that is due (M-1.11); false when none is.
async fn remind(cx: &Cx) -> Result<bool> {
    let now = cx.app.world.now();
    let mut write = cx.write(SEND).await?;
    let due: Option<ScheduleRow> = schedules::table
        .filter(schedules::next_at.le(now))
        .order(schedules::next_at)
        .select(ScheduleRow::as_select())
        .for_update()
        .skip_locked()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(row) = due else { return Ok(false) };
    let about = row.next_for.unwrap_or(row.at);
    let whom = member::attenders(&Whom::People(vec![row.person_id]), 1, write.conn()?).await?;
    if let [person, ..] = whom.as_slice() {
        let rule = store::rule(AnnouncementOccasion::Schedule, write.conn()?).await?;
        let known = actions::steps(&rule);
        let ladder = row.way().rung().map(|rung| {
            let told = known.iter().find(|(step, _)| step.rung == rung);
            let (template, name) = told.map(|(step, name)| (step.template, name.clone())).unwrap_or_default();
            (Step { rung, after_minutes: 0, template, given: Vec::new() }, name)
        });
        let text = if row.note.is_empty() { row.title.clone() } else { row.note.clone() };
        let one = Announcement {
            key: hear::key(&["schedule", &row.id.to_string(), &format!("{about} {:?}", row.next_at)]),
            organisation: person.organisation,
            occasion: AnnouncementOccasion::Schedule,
            title: row.title.clone(),
            text: format!("{}\n{text}", moment(about)),
            subject: Some(row.id),
            facts: vec![
                ("标题".to_owned(), row.title.clone()),
                ("时间".to_owned(), moment(about)),
                ("地点".to_owned(), row.note.clone()),
                ("单位".to_owned(), String::new()),
            ],
            account: row.account_id,
            author: person.name.clone(),
            ladder: ladder.into_iter().collect(),
        };
        publish(&mut write, &one, &whom).await?;
    }
    let ahead = Duration::minutes(row.ahead_minutes.into());
    // Of a series that nobody could be told of for a while, what is over is told once.
    let next = if whom.is_empty() { None } else { rules::next(row.at, row.repeats(), about.max(now + ahead)) };
    diesel::update(schedules::table.find(row.id))
        .set((schedules::next_for.eq(next), schedules::next_at.eq(next.map(|at| at - ahead))))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(true)
}

/// A rung of a notice that is due for somebody.
struct Due {
    notice: AnnouncementRow,
    rung: RungRow,
    /// The rung after it: its number, and minutes until then.
    next: Option<(i16, i32)>,
}

async fn due(cx: &Cx, now: DateTime<Utc>) -> Result<Option<Due>> {
    let found = {
        let mut read = cx.read(SEND).await?;
        let conn = read.conn()?;
        let first: Option<(Uuid, Option<i16>)> = people::table
            .filter(people::due_at.le(now))
            .order(people::due_at)
            .select((people::announcement_id, people::next_number))
            .first(&mut *conn)
            .await
            .optional()?;
        match first {
            Some((id, Some(number))) => {
                let notice = announcements::table.find(id).select(AnnouncementRow::as_select());
                let notice: AnnouncementRow = notice.first(&mut *conn).await?;
                let ladder = store::ladders(&[id], conn).await?;
                let next =
                    ladder.iter().find(|rung| rung.number > number).map(|rung| (rung.number, rung.after_minutes));
                let rung = ladder.into_iter().find(|rung| rung.number == number);
                rung.map(|rung| Due { notice, rung, next })
            }
            Some((_, None)) | None => None,
        }
    };
    cx.close().await;
    Ok(found)
}

/// Takes some people up one rung of one notice; false when nobody is due.
async fn rung(cx: &Cx) -> Result<bool> {
    // A clock reading of its own for each turn: a run may last.
    let now = cx.app.world.now();
    let Some(due) = due(cx, now).await? else { return Ok(false) };
    let step = Step {
        rung: due.rung.rung(),
        after_minutes: due.rung.after_minutes,
        template: due.rung.template_id,
        given: due.rung.given(),
    };
    // Asked before the transaction: templates stand on the control plane.
    let ready = match actions::draft(&step, &due.notice.facts()) {
        Some(draft) => match draft.ready_again(cx).await {
            Ok(ready) => Some(Ok(ready)),
            Err(fault) if fault.kind == Kind::Refused => Some(Err(fault.message.into_owned())),
            Err(error) => return Err(error),
        },
        None if step.rung.channel().is_some() => Some(Err("未设置模板".to_owned())),
        None => None,
    };
    let mut write = cx.write(SEND).await?;
    let here = people::announcement_id.eq(due.notice.id).and(people::next_number.eq(due.rung.number));
    let rows: Vec<(Uuid, Option<DateTime<Utc>>)> = people::table
        .filter(here.and(people::due_at.le(now)))
        .order(people::person_id)
        .limit(CHUNK)
        .select((people::person_id, people::due_at))
        .for_update()
        .skip_locked()
        .load(write.conn()?)
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let (late, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, at)| at.is_some_and(|at| at < now - WORTH));
    let (late, rows) = (
        late.into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
        rows.into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
    );
    let of = people::announcement_id.eq(due.notice.id);
    // The next rung waits for those who can read in the morning.
    let morning = match due.notice.occasion().is_private() {
        true => None,
        false => messages::quiet(write.conn()?).await?.ends(now),
    };
    let rows = match morning {
        Some(morning) => {
            let waiting = people::table.filter(of.and(people::person_id.eq_any(&rows)));
            diesel::update(waiting).set(people::due_at.eq(morning)).execute(write.conn()?).await?;
            Vec::new()
        }
        None => rows,
    };
    skip(&mut write, &due, &late, "等待过久，未发送", now).await?;
    let all: Vec<Uuid> = late.iter().chain(&rows).copied().collect();
    match ready {
        _ if rows.is_empty() => {}
        None => platform(&mut write, &due, &rows, now).await?,
        Some(Ok(ready)) => telephone(&mut write, &due, &ready, &rows, now).await?,
        Some(Err(why)) => skip(&mut write, &due, &rows, &why, now).await?,
    }
    let next = due.next.map(|(number, after)| (number, now + Duration::minutes(after.into()))).unzip();
    diesel::update(people::table.filter(of.and(people::person_id.eq_any(&all))))
        .set((people::next_number.eq(next.0), people::due_at.eq(next.1)))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(true)
}

/// What becomes of a rung for one person: the platform, the state, and why.
type Fate = (Uuid, Option<&'static str>, &'static str, Option<String>);

async fn settle(write: &mut Write<'_>, due: &Due, fates: Vec<Fate>, now: DateTime<Utc>) -> Result<()> {
    let row = |(person, via, state, detail): Fate| {
        let queued = state == "queued";
        (
            deliveries::announcement_id.eq(due.notice.id),
            deliveries::person_id.eq(person),
            deliveries::rung.eq(due.rung.rung.clone()),
            deliveries::via.eq(via),
            deliveries::state.eq(state),
            deliveries::detail.eq(detail),
            deliveries::due_at.eq(queued.then_some(now)),
            deliveries::created_at.eq(now),
            deliveries::settled_at.eq((!queued).then_some(now)),
        )
    };
    let rows: Vec<_> = fates.into_iter().map(row).collect();
    // Nobody gets the same rung of a notice twice.
    diesel::insert_into(deliveries::table).values(rows).on_conflict_do_nothing().execute(write.conn()?).await?;
    Ok(())
}

async fn skip(write: &mut Write<'_>, due: &Due, rows: &[Uuid], why: &str, now: DateTime<Utc>) -> Result<()> {
    let fates = rows.iter().map(|person| (*person, None, "skipped", Some(why.to_owned()))).collect();
    settle(write, due, fates, now).await
}

async fn platform(write: &mut Write<'_>, due: &Due, rows: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    let cx = write.cx;
    let whom = member::attenders(&Whom::People(rows.to_vec()), CHUNK, write.conn()?).await?;
    let accounts: HashMap<Uuid, Uuid> = whom.iter().filter_map(|one| Some((one.person, one.account?))).collect();
    let all: Vec<Uuid> = accounts.values().copied().collect();
    let routes = platforms::routes(cx, &all, write.conn()?).await?;
    let agreed = match platforms::consented_template(&cx.app) {
        Some(template) => store::consents(template, &all, write.conn()?).await?,
        None => HashMap::new(),
    };
    let fate = |person: &Uuid| {
        let no = |why: &str| (*person, None, "skipped", Some(why.to_owned()));
        let Some(account) = accounts.get(person) else { return no("未开通账号") };
        let Some(ways) = routes.get(account) else { return no("未绑定微信或钉钉") };
        let open = ways
            .iter()
            .find(|way| way.via != identity::Client::Wechat || agreed.get(account).is_some_and(|left| *left > 0));
        match open {
            Some(way) => (*person, Some(way.via.key()), "queued", None),
            None => no("未同意接收微信提醒"),
        }
    };
    let fates = rows.iter().map(fate).collect();
    settle(write, due, fates, now).await
}

/// Orders text messages or calls, as far as the month's money goes.
async fn telephone(write: &mut Write<'_>, due: &Due, ready: &Ready, rows: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    let cx = write.cx;
    let whom = member::attenders(&Whom::People(rows.to_vec()), CHUNK, write.conn()?).await?;
    let (reached, _) = actions::addressees(cx, &whom, write.conn()?).await?;
    let mut fates = Vec::with_capacity(rows.len());
    let to = afford(write, ready, reached, now).await?;
    for person in rows {
        if to.0.iter().any(|one| one.person == *person) {
            fates.push((*person, None, store::HANDED, None));
        } else {
            let why = if to.1.contains(person) { "本月消息预算已用完" } else { "没有可用的手机号" };
            fates.push((*person, None, "skipped", Some(why.to_owned())));
        }
    }
    if !to.0.is_empty() {
        let order = Order {
            key: hear::key(&["rung", &due.notice.id.to_string(), &due.rung.rung]),
            account: due.notice.account_id,
            name: due.notice.account_name.clone(),
            own: due.notice.occasion().is_private(),
        };
        let campaign = messages::add(write, &order, ready, &to.0).await?;
        diesel::update(rungs::table.find((due.notice.id, due.rung.number)))
            .set(rungs::campaign_id.eq(campaign.0))
            .execute(write.conn()?)
            .await?;
    }
    settle(write, due, fates, now).await
}

/// Those for whom the month's money lasts, and those for whom it does not. Who counts holds the budget.
async fn afford(
    write: &mut Write<'_>,
    ready: &Ready,
    reached: Vec<Addressee>,
    now: DateTime<Utc>,
) -> Result<(Vec<Addressee>, Vec<Uuid>)> {
    let limit: Option<Option<i64>> = message_budget::table
        .find(1i16)
        .select(message_budget::month_fen)
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(limit) = limit.flatten() else { return Ok((reached, Vec::new())) };
    let mut left = limit - messages::spent(now, write.conn()?).await?;
    let (mut to, mut not) = (Vec::new(), Vec::new());
    for one in reached {
        let fen = messages::estimate(write.cx, ready, std::slice::from_ref(&one)).fen;
        if fen <= left {
            left -= fen;
            to.push(one);
        } else {
            not.push(one.person);
        }
    }
    Ok((to, not))
}

/// When a platform that did not answer is asked again.
pub(crate) fn later(now: DateTime<Utc>, attempts: i16) -> DateTime<Utc> {
    now + LATER * i32::from(attempts.max(1))
}
