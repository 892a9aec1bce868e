//! 发展设置: what a tenant decides of what is practice, and its working days.

pub mod graphql;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;
use zhibu_core::{Error, Result, check};
use zhibu_directory::TENANT_SETTINGS;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx, Write};

use crate::READ;
use crate::rules::practice::{NOTICE_STEPS, Practice, Practices, QuotaRule, is_settable};
use crate::schema::{development_cases as cases, development_holidays as holidays, development_practices as practices};

/// The most days that are entered at once.
const AT_ONCE: i64 = 31;

/// What was decided, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = practices, treat_none_as_null = true)]
pub struct PracticeRow {
    /// From this day on.
    pub since: NaiveDate,
    wait_months: i16,
    notice_step: Option<i16>,
    notice_days: i16,
    review_months: i16,
    deadlines: Value,
    quota: String,
    /// Who has decided it.
    pub account_name: String,
    updated_at: chrono::DateTime<chrono::Utc>,
}

/// A day of the tenant.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = holidays)]
pub struct HolidayRow {
    /// Which.
    pub day: NaiveDate,
    /// It is worked.
    pub works: bool,
    /// Why.
    pub name: String,
}

fn small(number: i16) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

impl PracticeRow {
    /// For the rules.
    pub fn practice(&self) -> Practice {
        let months: BTreeMap<String, u32> = serde_json::from_value(self.deadlines.clone()).unwrap_or_default();
        Practice {
            wait: small(self.wait_months),
            notice: self.notice_step.and_then(|step| u8::try_from(step).ok()),
            notice_days: small(self.notice_days),
            review: small(self.review_months),
            deadlines: months.into_iter().filter_map(|(no, months)| Some((no.parse().ok()?, months))).collect(),
            quota: QuotaRule::from_code(&self.quota),
        }
    }
}

/// What the tenant has decided, the earliest first.
pub async fn rows(conn: &mut Conn) -> Result<Vec<PracticeRow>> {
    Ok(practices::table.order(practices::since).select(PracticeRow::as_select()).load(conn).await?)
}

/// The same with the tenant's days, for the rules.
pub async fn practices(conn: &mut Conn) -> Result<Arc<Practices>> {
    let rows = rows(conn).await?;
    let own: Vec<(NaiveDate, bool)> = holidays::table.select((holidays::day, holidays::works)).load(conn).await?;
    Ok(Arc::new(Practices::new(rows.iter().map(|row| (row.since, row.practice())).collect(), own)))
}

/// The tenant's own days of a year.
pub async fn days(year: i32, conn: &mut Conn) -> Result<Vec<HolidayRow>> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or_else(|| Error::invalid("year", "年份不正确"))?;
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(first);
    let query = holidays::table.filter(holidays::day.between(first, last)).order(holidays::day);
    Ok(query.select(HolidayRow::as_select()).load(conn).await?)
}

fn accept(practice: &Practice) -> Result<(), Vec<Error>> {
    let mut faults = Vec::new();
    let mut must = |good: bool, field: &'static str, words: &'static str| {
        if !good {
            faults.push(Error::invalid(field, words));
        }
    };
    must((3..=6).contains(&practice.wait), "waitMonths", "应为3至6个月");
    must(practice.notice.is_none_or(|no| NOTICE_STEPS.contains(&no)), "noticeStep", "请选择列表中的步骤");
    must((5..=15).contains(&practice.notice_days), "noticeDays", "应为5至15个工作日");
    must((6..=12).contains(&practice.review), "reviewMonths", "应为6至12个月");
    for (no, months) in &practice.deadlines {
        must(is_settable(*no), "deadlines", "该步骤的期限由规定确定，不能设置");
        must((1..=12).contains(months), "deadlines", "期限应为1至12个月");
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Operators hold the right as well, and no tenant.
fn may(cx: &Cx) -> Result<()> {
    cx.allow(READ)?;
    cx.allow(TENANT_SETTINGS).map(drop)
}

/// Decides what holds from a day on: today or later, since what was done is judged by what held then.
pub async fn decide(cx: &Cx, since: NaiveDate, practice: &Practice) -> Result<Result<(), Vec<Error>>> {
    may(cx)?;
    check::day("since", since)?;
    if let Err(faults) = accept(practice) {
        return Ok(Err(faults));
    }
    if since < cx.app.world.today() {
        return Err(Error::invalid("since", "生效日期不能早于今天"));
    }
    let mut write = cx.write(TENANT_SETTINGS).await?;
    let short = |number: u32| i16::try_from(number).map_err(Error::bug);
    let row = PracticeRow {
        since,
        wait_months: short(practice.wait)?,
        notice_step: practice.notice.map(i16::from),
        notice_days: short(practice.notice_days)?,
        review_months: short(practice.review)?,
        deadlines: json!(
            practice.deadlines.iter().map(|(no, months)| (no.to_string(), *months)).collect::<BTreeMap<_, _>>()
        ),
        quota: practice.quota.code().to_owned(),
        account_name: cx.actor(),
        updated_at: cx.now(),
    };
    let before: Option<PracticeRow> = practices::table
        .filter(practices::since.le(since))
        .order(practices::since.desc())
        .select(PracticeRow::as_select())
        .first(write.conn()?)
        .await
        .optional()?;
    let before = before.map(|row| row.practice()).unwrap_or_default();
    diesel::insert_into(practices::table)
        .values(&row)
        .on_conflict(practices::since)
        .do_update()
        .set(&row)
        .execute(write.conn()?)
        .await?;
    let told =
        |one: &Practice| json!(one.deadlines.iter().map(|(no, months)| format!("{no}：{months}")).collect::<Vec<_>>());
    let entry = Entry::new("development_settings.changed", "development_settings", None)
        .note("since", json!(since))
        .change("waitMonths", before.wait, practice.wait)
        .change("noticeStep", json!(before.notice), json!(practice.notice))
        .change("noticeDays", before.notice_days, practice.notice_days)
        .change("reviewMonths", before.review, practice.review)
        .change("deadlines", told(&before), told(practice))
        .change("quota", before.quota.code(), practice.quota.code());
    write.audit(entry).await?;
    look_again(&mut write).await?;
    write.commit().await?;
    Ok(Ok(()))
}

/// Takes back what was to hold from a later day on.
pub async fn withdraw(cx: &Cx, since: NaiveDate) -> Result<()> {
    may(cx)?;
    let mut write = cx.write(TENANT_SETTINGS).await?;
    if since <= cx.app.world.today() {
        return Err(Error::refuse("IN_FORCE", "已生效的设置不能删除，请新增一条自今天起生效的设置"));
    }
    let gone = diesel::delete(practices::table.find(since)).execute(write.conn()?).await?;
    if gone == 0 {
        return Err(Error::missing());
    }
    let entry = Entry::new("development_settings.withdrawn", "development_settings", None).note("since", json!(since));
    write.audit(entry).await?;
    look_again(&mut write).await?;
    write.commit().await
}

/// Lets the calendar look at every open case: its days may be others now.
async fn look_again(write: &mut Write<'_>) -> Result<()> {
    let today = write.cx.app.world.today();
    // In the order in which others hold several; whoever is at one at this moment has it looked at again in any case.
    let later: Vec<Uuid> = cases::table
        .filter(cases::closed_at.is_null().and(cases::turns_on.gt(today)))
        .order(cases::id)
        .select(cases::id)
        .for_update()
        .skip_locked()
        .load(write.conn()?)
        .await?;
    diesel::update(cases::table.filter(cases::id.eq_any(later)))
        .set(cases::turns_on.eq(today))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Enters days that are off, or worked in exchange; none takes the tenant's own entry back.
pub async fn set_days(cx: &Cx, (from, to): (NaiveDate, NaiveDate), works: Option<bool>, name: &str) -> Result<()> {
    may(cx)?;
    let name = check::text("name", "名称", name, if works.is_some() { 1 } else { 0 }, 20)?;
    check::day("from", from)?;
    check::day("to", to)?;
    if to < from || (to - from).num_days() >= AT_ONCE || to.year() != from.year() {
        return Err(Error::invalid("to", "请选择同一年内不超过31天的起止日期"));
    }
    let mut write = cx.write(TENANT_SETTINGS).await?;
    let range = holidays::table.filter(holidays::day.between(from, to));
    let before: Vec<NaiveDate> = diesel::delete(range).returning(holidays::day).get_results(write.conn()?).await?;
    let entry = Entry::new("development_settings.days", "development_settings", None)
        .note("from", json!(from))
        .note("to", json!(to));
    let entry = match works {
        Some(works) => {
            let days: BTreeSet<NaiveDate> = from.iter_days().take_while(|day| *day <= to).collect();
            let row = |day: &NaiveDate| {
                (
                    holidays::day.eq(*day),
                    holidays::works.eq(works),
                    holidays::name.eq(&name),
                    holidays::account_name.eq(cx.actor()),
                    holidays::updated_at.eq(cx.now()),
                )
            };
            let rows: Vec<_> = days.iter().map(row).collect();
            // Somebody else may have entered one of them at this moment: the later entry stands.
            diesel::insert_into(holidays::table)
                .values(rows)
                .on_conflict(holidays::day)
                .do_update()
                .set((
                    holidays::works.eq(excluded(holidays::works)),
                    holidays::name.eq(excluded(holidays::name)),
                    holidays::account_name.eq(excluded(holidays::account_name)),
                    holidays::updated_at.eq(excluded(holidays::updated_at)),
                ))
                .execute(write.conn()?)
                .await?;
            entry.note("works", works).note("name", name)
        }
        None if before.is_empty() => return Err(Error::missing()),
        None => entry.note("removed", before.len()),
    };
    write.audit(entry).await?;
    write.commit().await
}
