//! What the calendar does with cases: what lists know of them stays right though nobody acts, and whoever has to act is
//! reminded (节点提醒), once for each rung of the ladder.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::{Conn, Cx, Write, identity};

use crate::actions::Summary;
use crate::model::CaseRow;
use crate::rules::ladder::{Level, Rule, Rung};
use crate::rules::plan::{Side, Span, step_of};
use crate::schema::{development_cases as cases, development_reminders as reminders};
use crate::store::{self, Filed};
use crate::{READ, helpers, rules};

/// So many cases are looked at in one transaction.
const CHUNK: i64 = 100;

/// Looks at the cases whose day has come.
pub async fn hourly(cx: &Cx) -> Result<()> {
    while turn(cx).await? {}
    gaps(cx).await
}

/// Tells of cases that have come to lack a mentor or sponsor.
async fn gaps(cx: &Cx) -> Result<()> {
    let today = cx.app.world.today();
    let mut write = cx.write(READ).await?;
    let changing = helpers::changing(write.conn()?).await?;
    let lacking = helpers::look(&changing, write.conn()?).await?;
    for some in lacking.chunks(500) {
        let rows = store::told_cases(some, write.conn()?).await?;
        let filed = store::with_files(rows, write.conn()?).await?;
        let of = |step| Rung { step, rule: Rule::Gap, level: Level::Red, day: today, about: today };
        let steps = filed.iter().filter_map(|one| Some((one, of(one.file.helpers()?.step.no))));
        let rungs = steps.collect();
        tell(&mut write, &filed, rungs).await?;
    }
    write.commit_quietly().await
}

/// The next cases whose day has come; false when there were none. Whoever is at one at this moment settles it. That a
/// day was dealt with is written with what was told on it.
async fn turn(cx: &Cx) -> Result<bool> {
    let today = cx.app.world.today();
    let mut write = cx.write(READ).await?;
    let rows: Vec<CaseRow> = cases::table
        .filter(cases::closed_at.is_null().and(cases::turns_on.le(today)))
        .order((cases::turns_on, cases::id))
        .limit(CHUNK)
        .select(CaseRow::as_select())
        .for_update()
        .skip_locked()
        .load(write.conn()?)
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    let filed = store::with_files(rows, write.conn()?).await?;
    store::summarise(filed.iter().map(|one| (one.row.id, Summary::on(&one.file, today))), write.conn()?).await?;
    let read: BTreeSet<Uuid> = filed.iter().map(|one| one.row.id).collect();
    let unread: Vec<Uuid> = ids.difference(&read).copied().collect();
    if !unread.is_empty() {
        // It is tried again tomorrow, and the rest goes on today.
        let tomorrow = Span::Days(1).after(today);
        diesel::update(cases::table.filter(cases::id.eq_any(unread)))
            .set(cases::turns_on.eq(tomorrow))
            .execute(write.conn()?)
            .await?;
    }
    remind(&mut write, &filed, today).await?;
    // Nothing was done: what is known of them is told by the same records as before.
    write.commit_quietly().await?;
    Ok(true)
}

/// Writes the rungs that have been come to.
async fn remind(write: &mut Write<'_>, filed: &[Filed], today: NaiveDate) -> Result<()> {
    let people: Vec<Uuid> = filed.iter().filter_map(|one| one.row.person_id).collect();
    let gone = store::gone(&people, write.conn()?).await?;
    let here = filed.iter().filter(|one| one.row.person_id.is_none_or(|person| !gone.contains(&person)));
    let rungs: Vec<(&Filed, Rung)> =
        here.flat_map(|one| one.file.rungs(today).into_iter().map(move |rung| (one, rung))).collect();
    tell(write, filed, rungs).await
}

/// Writes rungs, each for those whom it concerns.
async fn tell(write: &mut Write<'_>, filed: &[Filed], rungs: Vec<(&Filed, Rung)>) -> Result<()> {
    if rungs.is_empty() {
        return Ok(());
    }
    let offices = Offices::of(filed, write).await?;
    let (app, now) = (write.cx.app.clone(), write.cx.now());
    let rows: Vec<_> = rungs
        .into_iter()
        .map(|(one, rung)| {
            (
                reminders::id.eq(app.world.id::<Uuid>()),
                reminders::case_id.eq(one.row.id),
                reminders::step.eq(i16::from(rung.step)),
                reminders::rule.eq(rung.rule.code()),
                reminders::level.eq(rung.level.code()),
                reminders::day.eq(rung.day),
                reminders::about.eq(rung.about),
                reminders::recipients.eq(offices.concerned(one, &rung)),
                reminders::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(reminders::table).values(rows).on_conflict_do_nothing().execute(write.conn()?).await?;
    Ok(())
}

/// Tells a branch that the committee has refused somebody at a step (党委审批未通过), for them to tell the person.
pub(crate) async fn refused(write: &mut Write<'_>, one: Filed, step: u8) -> Result<()> {
    let today = write.cx.app.world.today();
    let rung = Rung { step, rule: Rule::Refused, level: Level::Yellow, day: today, about: today };
    let filed = [one];
    let rungs = filed.iter().map(|one| (one, rung)).collect();
    tell(write, &filed, rungs).await
}

/// Who holds which office at branches and the committees above them: account and role.
struct Offices(HashMap<Uuid, Vec<(Uuid, String)>>);

impl Offices {
    async fn of(filed: &[Filed], write: &mut Write<'_>) -> Result<Self> {
        let app = write.cx.app.clone();
        let conn: &mut Conn = write.conn()?;
        let above = |one: &Filed| [one.committees.nearest.clone(), one.committees.approving.clone()];
        let mut places: Vec<Uuid> = filed.iter().map(|one| one.row.organisation_id).collect();
        places.extend(filed.iter().flat_map(above).flatten().map(|above| above.id));
        places.sort_unstable();
        places.dedup();
        let mut held: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
        for one in identity::assignments(&app, None, Some(&places), conn).await? {
            held.entry(one.organisation).or_default().push((one.account, one.role));
        }
        Ok(Self(held))
    }

    fn at(&self, place: Uuid, roles: &'static [&'static str]) -> impl Iterator<Item = Uuid> {
        let held = self.0.get(&place).into_iter().flatten();
        held.filter(move |(_, role)| roles.contains(&role.as_str())).map(|(account, _)| *account)
    }

    /// Whom a rung concerns: who acts, the branch's administrator, and the committee above once it is late.
    fn concerned(&self, one: &Filed, rung: &Rung) -> Vec<Uuid> {
        let approves = step_of(rung.step).is_some_and(rules::plan::Step::approves);
        let above = if approves { &one.committees.approving } else { &one.committees.nearest };
        let committee = rung.side() == Side::Committee || rung.rule.is_late();
        let mut to: Vec<Uuid> =
            self.at(one.row.organisation_id, &["branch_secretary", "org_admin", "tenant_admin"]).collect();
        if let Some(above) = above.as_ref().filter(|_| committee) {
            to.extend(self.at(above.id, &["org_admin", "tenant_admin"]));
        }
        to.sort_unstable();
        to.dedup();
        to
    }
}
