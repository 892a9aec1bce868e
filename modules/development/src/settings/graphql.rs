//! 发展设置 in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{Datelike, NaiveDate};
use zhibu_core::{Error, Result};
use zhibu_graphql::{Request, all_faults};
use zhibu_tenancy::Cx;

use super::PracticeRow;
use crate::READ;
use crate::rules::plan::Span;
use crate::rules::practice::{Practice, QuotaRule, announced, settable};

/// The time of a step that is practice.
#[derive(SimpleObject)]
struct DevelopmentDeadline {
    step: i32,
    title: String,
    /// So many months as usual.
    usual: u32,
    months: u32,
}

/// What holds from a day on (发展设置).
#[derive(SimpleObject)]
struct DevelopmentPractice {
    /// None: as usual, until something is decided.
    since: Option<NaiveDate>,
    /// Months between the application and the activist.
    wait_months: u32,
    /// The step that asks for a public notice.
    notice_step: Option<i32>,
    notice_days: u32,
    /// Months for which a political review holds.
    review_months: u32,
    deadlines: Vec<DevelopmentDeadline>,
    quota: QuotaRule,
    by: Option<String>,
    /// It holds today.
    current: bool,
    /// It may be taken back.
    removable: bool,
}

/// A day that is off, or worked in exchange.
#[derive(SimpleObject)]
struct DevelopmentDay {
    day: NaiveDate,
    works: bool,
    name: String,
    /// Entered by the tenant; otherwise as announced.
    own: bool,
}

#[derive(InputObject)]
struct DevelopmentDeadlineInput {
    step: i32,
    months: i32,
}

#[derive(InputObject)]
struct DevelopmentPracticeInput {
    since: NaiveDate,
    wait_months: i32,
    notice_step: Option<i32>,
    notice_days: i32,
    review_months: i32,
    #[graphql(default)]
    deadlines: Vec<DevelopmentDeadlineInput>,
    quota: QuotaRule,
}

fn usual_months(span: Span) -> u32 {
    match span {
        Span::Months(months) => months,
        Span::Days(_) => 1,
    }
}

fn shown(since: Option<NaiveDate>, practice: &Practice, by: Option<String>) -> DevelopmentPractice {
    let deadline = |step: &crate::rules::plan::Step| {
        let usual = step.deadline.map(|deadline| usual_months(deadline.span)).unwrap_or_default();
        let months = practice.deadlines.get(&step.no).copied().unwrap_or(usual);
        DevelopmentDeadline { step: step.no.into(), title: step.title.clone(), usual, months }
    };
    DevelopmentPractice {
        since,
        wait_months: practice.wait,
        notice_step: practice.notice.map(i32::from),
        notice_days: practice.notice_days,
        review_months: practice.review,
        deadlines: settable().map(deadline).collect(),
        quota: practice.quota,
        by,
        current: false,
        removable: false,
    }
}

/// The latest first; below them what was before the first.
async fn all(cx: &Cx) -> Result<Vec<DevelopmentPractice>> {
    let today = cx.app.world.today();
    let mut read = cx.read(READ).await?;
    let rows = super::rows(read.conn()?).await?;
    let of = |row: &PracticeRow| shown(Some(row.since), &row.practice(), Some(row.account_name.clone()));
    let mut all: Vec<DevelopmentPractice> = std::iter::once(shown(None, &Practice::default(), None)).collect();
    all.extend(rows.iter().map(of));
    for one in &mut all {
        one.removable = one.since.is_some_and(|day| day > today);
    }
    if let Some(current) = all.iter_mut().rfind(|one| !one.removable) {
        current.current = true;
    }
    all.reverse();
    Ok(all)
}

async fn days(cx: &Cx, year: i32) -> Result<Vec<DevelopmentDay>> {
    let mut read = cx.read(READ).await?;
    let own = super::days(year, read.conn()?).await?;
    let known = announced().iter().filter(|one| one.day.year() == year && !own.iter().any(|row| row.day == one.day));
    let mut all: Vec<DevelopmentDay> = known
        .map(|one| DevelopmentDay { day: one.day, works: one.works, name: one.name.clone(), own: false })
        .collect();
    all.extend(own.iter().map(|row| DevelopmentDay {
        day: row.day,
        works: row.works,
        name: row.name.clone(),
        own: true,
    }));
    all.sort_by_key(|one| one.day);
    Ok(all)
}

fn whole(field: &str, number: i32) -> Result<u32> {
    u32::try_from(number).map_err(|_| Error::invalid(field, "请填写正整数"))
}

impl DevelopmentPracticeInput {
    fn read(&self) -> Result<Practice> {
        let no = |no: i32| u8::try_from(no).map_err(|_| Error::invalid("deadlines", "步骤应为1至25"));
        let usual = |step: u8| {
            settable().find(|one| one.no == step).and_then(|one| one.deadline).map(|one| usual_months(one.span))
        };
        let mut practice = Practice {
            wait: whole("waitMonths", self.wait_months)?,
            notice: self.notice_step.map(no).transpose()?,
            notice_days: whole("noticeDays", self.notice_days)?,
            review: whole("reviewMonths", self.review_months)?,
            quota: self.quota,
            ..Practice::default()
        };
        for one in &self.deadlines {
            let (step, months) = (no(one.step)?, whole("deadlines", one.months)?);
            if usual(step) != Some(months) {
                practice.deadlines.insert(step, months);
            }
        }
        Ok(practice)
    }
}

#[derive(Default)]
pub(crate) struct PracticeQuery;

#[Object]
impl PracticeQuery {
    /// What holds from which day on, the latest first (发展设置).
    async fn practices(&self, ctx: &Context<'_>) -> Result<Vec<DevelopmentPractice>> {
        all(ctx.cx()?).await
    }

    /// Holidays of a year, and days that are worked in exchange (节假日).
    async fn holidays(&self, ctx: &Context<'_>, year: i32) -> Result<Vec<DevelopmentDay>> {
        days(ctx.cx()?, year).await
    }
}

#[derive(Default)]
pub(crate) struct PracticeMutation;

#[Object(serial)]
impl PracticeMutation {
    /// Decides what holds from a day on.
    async fn set_practice(
        &self,
        ctx: &Context<'_>,
        input: DevelopmentPracticeInput,
    ) -> Result<Vec<DevelopmentPractice>> {
        let cx = ctx.cx()?;
        match super::decide(cx, input.since, &input.read()?).await? {
            Ok(()) => all(cx).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Takes back what was to hold from a later day on.
    async fn withdraw_practice(&self, ctx: &Context<'_>, since: NaiveDate) -> Result<Vec<DevelopmentPractice>> {
        super::withdraw(ctx.cx()?, since).await?;
        all(ctx.cx()?).await
    }

    /// Enters days that are off, or worked in exchange; without either the tenant's own entries go.
    async fn set_holidays(
        &self,
        ctx: &Context<'_>,
        from: NaiveDate,
        to: NaiveDate,
        works: Option<bool>,
        #[graphql(default)] name: String,
    ) -> Result<Vec<DevelopmentDay>> {
        super::set_days(ctx.cx()?, (from, to), works, &name).await?;
        days(ctx.cx()?, from.year()).await
    }
}
