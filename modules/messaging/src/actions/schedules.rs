//! Reminders of one's own (日程管理, M-1.11).

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Result, SELF, ScheduleId, check};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx, identity, push};

use super::{Checked, me};
use crate::climb::Climb;
use crate::model::{AnnouncementOccasion, ScheduleRepeat, ScheduleRow, ScheduleWay};
use crate::schema::schedules;
use crate::{rules, store};

/// Reminders that somebody may have.
const MOST: i64 = 200;
/// As far ahead as anybody plans.
const FARTHEST: Duration = Duration::days(5 * 366);

/// A reminder as somebody writes it.
#[derive(Debug, Clone)]
pub struct ScheduleForm {
    /// 标题
    pub title: String,
    /// 备注
    pub note: String,
    /// The first time.
    pub at: DateTime<Utc>,
    /// How often.
    pub repeats: ScheduleRepeat,
    /// Minutes before.
    pub ahead_minutes: i32,
    /// How.
    pub way: ScheduleWay,
}

/// How people can be reminded in this tenant: what is configured, and what the tenant has a template for.
pub async fn ways(cx: &Cx, conn: &mut Conn) -> Result<Vec<ScheduleWay>> {
    let rule = store::rule(AnnouncementOccasion::Schedule, conn).await?;
    let open = |way: &ScheduleWay| match way.rung() {
        None => true,
        Some(rung) => match rung.channel() {
            None => !push::open(&cx.app).is_empty(),
            Some(channel) => {
                channel.must_be_open(&cx.app).is_ok()
                    && rule.ladder.iter().any(|one| one.rung == rung && one.template_id.is_some())
            }
        },
    };
    Ok(ScheduleWay::ALL.iter().copied().filter(open).collect())
}

fn checked(cx: &Cx, form: &ScheduleForm) -> Checked<ScheduleForm> {
    let mut faults = Vec::new();
    let mut keep = |outcome: Result<String>| {
        outcome.unwrap_or_else(|fault| {
            faults.push(fault);
            String::new()
        })
    };
    let title = keep(check::text("title", "标题", &form.title, 1, 40));
    let note = keep(check::lines("note", "备注", &form.note, 0, 200));
    if !(0..=rules::LONGEST).contains(&form.ahead_minutes) {
        faults.push(Error::invalid("aheadMinutes", "提前时间应为0至10080分钟（7天）"));
    }
    if form.at > cx.now() + FARTHEST {
        faults.push(Error::invalid("at", "时间不能晚于五年后"));
    }
    if faults.is_empty() && upcoming(form, cx.now()).is_none() {
        faults.push(Error::invalid("at", "提醒时间已过，请选择以后的时间，或缩短提前时间"));
    }
    if faults.is_empty() { Ok(ScheduleForm { title, note, ..form.clone() }) } else { Err(faults) }
}

/// The next time whose reminder is not over, and when that comes.
fn upcoming(form: &ScheduleForm, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let ahead = Duration::minutes(form.ahead_minutes.into());
    let at = rules::next(form.at, form.repeats, now + ahead - Duration::seconds(1))?;
    Some((at, at - ahead))
}

/// Makes a reminder, or changes one.
pub async fn save(cx: &Cx, id: Option<ScheduleId>, form: &ScheduleForm) -> Result<Checked<ScheduleRow>> {
    let account = identity::must_be_account(cx)?.account;
    let form = match checked(cx, form) {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut write = cx.write(SELF).await?;
    let person = me(cx, write.conn()?).await?;
    let person = person.ok_or_else(|| match id {
        // Nobody learns whether there is one of this id.
        Some(_) => Error::missing(),
        None => Error::refuse("NOT_A_MEMBER", "只有在册党员可以设置日程"),
    })?;
    if !ways(cx, write.conn()?).await?.contains(&form.way) {
        return Ok(Err(vec![Error::refuse("WAY_NOT_OPEN", "贵单位未开通这种提醒方式，请选择其他方式").at("way")]));
    }
    let (next_for, next_at) = upcoming(&form, cx.now()).unzip();
    let set = (
        schedules::title.eq(&form.title),
        schedules::note.eq(&form.note),
        schedules::at.eq(form.at),
        schedules::repeats.eq(form.repeats.code()),
        schedules::ahead_minutes.eq(form.ahead_minutes),
        schedules::way.eq(form.way.code()),
        schedules::next_for.eq(next_for),
        schedules::next_at.eq(next_at),
    );
    let row: ScheduleRow = match id {
        Some(id) => {
            let own = schedules::table.find(id.0).filter(schedules::person_id.eq(person));
            diesel::update(own).set(set).returning(ScheduleRow::as_returning()).get_result(write.conn()?).await?
        }
        None => {
            let mine = schedules::table.filter(schedules::person_id.eq(person));
            let have: i64 = mine.count().get_result(write.conn()?).await?;
            if have >= MOST {
                return Err(Error::refuse("TOO_MANY_SCHEDULES", "最多保存200个日程，请先删除已过的日程"));
            }
            let id: Uuid = cx.app.world.id();
            let own = (
                schedules::id.eq(id),
                schedules::person_id.eq(person),
                schedules::account_id.eq(account.0),
                schedules::created_at.eq(cx.now()),
            );
            diesel::insert_into(schedules::table)
                .values((own, set))
                .returning(ScheduleRow::as_returning())
                .get_result(write.conn()?)
                .await?
        }
    };
    // What it is about is the member's own affair.
    write.audit(Entry::new("schedule.saved", "schedule", row.id)).await?;
    write.enqueue(&Climb {}).await?;
    write.commit().await?;
    Ok(Ok(row))
}

/// Removes a reminder.
pub async fn remove(cx: &Cx, id: ScheduleId) -> Result<()> {
    let mut write = cx.write(SELF).await?;
    let person = me(cx, write.conn()?).await?.ok_or_else(Error::missing)?;
    let own = schedules::table.find(id.0).filter(schedules::person_id.eq(person));
    let gone = diesel::delete(own).execute(write.conn()?).await?;
    if gone == 0 {
        return Err(Error::missing());
    }
    write.audit(Entry::new("schedule.removed", "schedule", id.0)).await?;
    write.commit().await
}
