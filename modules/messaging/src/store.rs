//! Queries, one function each; no decisions.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AnnouncementId, Error, OrganisationId, Page, PageArgs, Result, grams};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::{Conn, messages, tenants};

use crate::model::{
    AnnouncementDeliveryState, AnnouncementOccasion, AnnouncementRow, AnnouncementState, DeliveryRow, ReaderRow, Rule,
    RuleRung, RungRow, ScheduleRow,
};
use crate::schema::{
    announcement_people as people, announcement_rules, announcement_rungs as rungs, announcements, deliveries,
    message_budget, message_consents, schedules,
};

/// Where a delivery stands whose message the table of messages knows.
pub(crate) const HANDED: &str = "handed";

/// A notice with the organisation in whose name it is.
#[derive(Debug, Clone)]
pub struct Found {
    /// The notice.
    pub row: AnnouncementRow,
    /// 组织简称
    pub organisation: String,
    /// Where that stands in the tree.
    pub path: String,
}

/// Which notices are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this organisation or below.
    pub under: Option<OrganisationId>,
    /// Part of title or text.
    pub search: Option<String>,
    /// Why people were told.
    pub occasion: Option<AnnouncementOccasion>,
    /// Where it stands.
    pub state: Option<AnnouncementState>,
}

type Boxed = announcements::BoxedQuery<'static, Pg>;

async fn matching(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let schedule = AnnouncementOccasion::Schedule.code();
    // Reminders of people's own are nobody else's business.
    let mut query = announcements::table
        .filter(announcements::removed_at.is_null().and(announcements::occasion.ne(schedule)))
        .into_boxed();
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(announcements::organisation_id.eq_any(places));
    }
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = tenants::contains(search);
        let found = announcements::title.ilike(like.clone()).or(announcements::text.ilike(like));
        query = query.filter(announcements::grams.contains(grams(search)).and(found));
    }
    if let Some(occasion) = filter.occasion {
        query = query.filter(announcements::occasion.eq(occasion.code()));
    }
    query = match filter.state {
        Some(AnnouncementState::Sent) => query.filter(announcements::withdrawn_at.is_null()),
        Some(AnnouncementState::Withdrawn) => query.filter(announcements::withdrawn_at.is_not_null()),
        None => query,
    };
    Ok(query)
}

async fn placed(rows: Vec<AnnouncementRow>, conn: &mut Conn) -> Result<Vec<Found>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let places = organisation::places(&ids, conn).await?;
    let found = |row: AnnouncementRow| {
        let (organisation, path) = places.get(&row.organisation_id).cloned().unwrap_or_default();
        Found { row, organisation, path }
    };
    Ok(rows.into_iter().map(found).collect())
}

/// Notices, newest first.
pub async fn list(reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Found>> {
    let query = matching(reach, filter, &mut *conn).await?;
    let mut query = query.select(AnnouncementRow::as_select()).order(announcements::id.desc());
    query = query.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(announcements::id.lt(after));
    }
    let page = page.page(query.load(&mut *conn).await?, |row| row.id);
    Ok(Page { nodes: placed(page.nodes, conn).await?, info: page.info })
}

/// How many match.
pub async fn count(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(reach, filter, conn).await?.count().get_result(conn).await?)
}

/// One notice that is not removed.
pub async fn one(id: AnnouncementId, conn: &mut Conn) -> Result<Found> {
    let row = announcements::table.find(id.0).filter(announcements::removed_at.is_null());
    let row: AnnouncementRow = row.select(AnnouncementRow::as_select()).first(&mut *conn).await?;
    placed(vec![row], conn).await?.pop().ok_or_else(Error::missing)
}

/// The same, held for the transaction.
pub(crate) async fn held(id: AnnouncementId, conn: &mut Conn) -> Result<Found> {
    let row = announcements::table.find(id.0).filter(announcements::removed_at.is_null());
    let row: AnnouncementRow = row.select(AnnouncementRow::as_select()).for_update().first(&mut *conn).await?;
    placed(vec![row], conn).await?.pop().ok_or_else(Error::missing)
}

/// The ladders of notices, in order.
pub async fn ladders(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<RungRow>> {
    let of = rungs::table.filter(rungs::announcement_id.eq_any(ids)).order((rungs::announcement_id, rungs::number));
    Ok(of.select(RungRow::as_select()).load(conn).await?)
}

/// How many have read each notice.
pub async fn read_counts(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = people::table
        .filter(people::announcement_id.eq_any(ids).and(people::read_at.is_not_null()))
        .group_by(people::announcement_id)
        .select((people::announcement_id, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// How many of a notice's deliveries are in each state by rung, those aside that the table of messages knows.
pub async fn delivery_counts(id: Uuid, conn: &mut Conn) -> Result<Vec<(String, String, i64)>> {
    let of = deliveries::table.filter(deliveries::announcement_id.eq(id).and(deliveries::state.ne(HANDED)));
    let by = of.group_by((deliveries::rung, deliveries::state));
    Ok(by.select((deliveries::rung, deliveries::state, diesel::dsl::count_star())).load(conn).await?)
}

/// Which readers are looked for.
#[derive(Debug, Clone, Default)]
pub struct ReaderFilter {
    /// Those who have read it, or have not.
    pub read: Option<bool>,
    /// Part of the name.
    pub name: Option<String>,
    /// This became of some rung.
    pub state: Option<AnnouncementDeliveryState>,
}

type BoxedPeople = people::BoxedQuery<'static, Pg>;

async fn readers_of(id: Uuid, filter: &ReaderFilter, orders: &[Uuid], conn: &mut Conn) -> Result<BoxedPeople> {
    let mut query = people::table.filter(people::announcement_id.eq(id)).into_boxed();
    query = match filter.read {
        Some(true) => query.filter(people::read_at.is_not_null()),
        Some(false) => query.filter(people::read_at.is_null()),
        None => query,
    };
    if let Some(name) = filter.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        query = query.filter(people::name.like(tenants::contains(name)));
    }
    if let Some(state) = filter.state {
        let own = deliveries::table
            .filter(deliveries::announcement_id.eq(id).and(deliveries::state.eq(state.code())))
            .select(deliveries::person_id);
        let handed = messages::in_state(orders, state.code(), conn).await?;
        query = query.filter(people::person_id.eq_any(own).or(people::person_id.eq_any(handed)));
    }
    Ok(query)
}

/// Whom a notice is for, by name.
pub async fn readers(
    id: Uuid,
    filter: &ReaderFilter,
    orders: &[Uuid],
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<ReaderRow>> {
    let query = readers_of(id, filter, orders, &mut *conn).await?;
    let mut query = query.select(ReaderRow::as_select()).order((people::pinyin, people::person_id));
    query = query.limit(page.limit()).offset(page.offset());
    if let Some((pinyin, person)) = page.after::<(String, Uuid)>()? {
        let later = people::pinyin.gt(pinyin.clone()).or(people::pinyin.eq(pinyin).and(people::person_id.gt(person)));
        query = query.filter(later);
    }
    Ok(page.page(query.load(conn).await?, |row| (row.pinyin.clone(), row.person_id)))
}

/// How many there are.
pub async fn count_readers(id: Uuid, filter: &ReaderFilter, orders: &[Uuid], conn: &mut Conn) -> Result<i64> {
    Ok(readers_of(id, filter, orders, &mut *conn).await?.count().get_result(conn).await?)
}

/// What became of a notice's rungs for these people.
pub async fn deliveries_to(id: Uuid, persons: &[Uuid], conn: &mut Conn) -> Result<Vec<DeliveryRow>> {
    let of = deliveries::announcement_id.eq(id).and(deliveries::person_id.eq_any(persons));
    let of = deliveries::table.filter(of).order((deliveries::person_id, deliveries::created_at));
    Ok(of.select(DeliveryRow::as_select()).load(conn).await?)
}

/// The notices about an object that somebody may still be sent something of; what was answered to somebody stays answered.
pub(crate) async fn about(subject: Uuid, conn: &mut Conn) -> Result<Vec<Uuid>> {
    let open = people::table.filter(people::due_at.is_not_null()).select(people::announcement_id);
    let queued = deliveries::table.filter(deliveries::due_at.is_not_null()).select(deliveries::announcement_id);
    let answer = AnnouncementOccasion::MeetingLeave.code();
    let about =
        announcements::table.filter(announcements::subject_id.eq(subject).and(announcements::occasion.ne(answer)));
    let handed = rungs::table.filter(rungs::campaign_id.is_not_null()).select(rungs::announcement_id);
    let any = announcements::id.eq_any(open).or(announcements::id.eq_any(queued)).or(announcements::id.eq_any(handed));
    Ok(about.filter(any).select(announcements::id).load(conn).await?)
}

/// Who was told on this occasion of this object.
pub(crate) async fn told(occasion: AnnouncementOccasion, subject: Uuid, conn: &mut Conn) -> Result<HashSet<Uuid>> {
    let about = announcements::subject_id.eq(subject).and(announcements::occasion.eq(occasion.code()));
    let those = people::table.inner_join(announcements::table).filter(about).select(people::person_id);
    Ok(those.load(conn).await?.into_iter().collect())
}

/// A message of somebody's own: the notice, when they read it.
pub type Mine = (AnnouncementRow, Option<DateTime<Utc>>);

/// What somebody was told, newest first.
pub async fn mine(person: Uuid, unread: bool, page: &PageArgs, conn: &mut Conn) -> Result<Page<Mine>> {
    let mut query = people::table
        .inner_join(announcements::table)
        .filter(people::person_id.eq(person).and(announcements::removed_at.is_null()))
        .select((AnnouncementRow::as_select(), people::read_at))
        .order(people::announcement_id.desc())
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if unread {
        query = query.filter(people::read_at.is_null().and(announcements::withdrawn_at.is_null()));
    }
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(people::announcement_id.lt(after));
    }
    Ok(page.page(query.load(conn).await?, |(row, _): &Mine| row.id))
}

/// How many there are.
pub async fn count_mine(person: Uuid, unread: bool, conn: &mut Conn) -> Result<i64> {
    let mut query = people::table
        .inner_join(announcements::table)
        .filter(people::person_id.eq(person).and(announcements::removed_at.is_null()))
        .into_boxed();
    if unread {
        query = query.filter(people::read_at.is_null().and(announcements::withdrawn_at.is_null()));
    }
    Ok(query.count().get_result(conn).await?)
}

/// One message of somebody's.
pub async fn my_one(person: Uuid, id: AnnouncementId, conn: &mut Conn) -> Result<Mine> {
    let found = people::table
        .inner_join(announcements::table)
        .filter(people::person_id.eq(person).and(people::announcement_id.eq(id.0)))
        .filter(announcements::removed_at.is_null())
        .select((AnnouncementRow::as_select(), people::read_at));
    Ok(found.first(conn).await?)
}

/// What the tenant has decided about an occasion, or what is usual.
pub async fn rule(occasion: AnnouncementOccasion, conn: &mut Conn) -> Result<Rule> {
    let row: Option<(bool, serde_json::Value)> = announcement_rules::table
        .find(occasion.code())
        .select((announcement_rules::enabled, announcement_rules::ladder))
        .first(conn)
        .await
        .optional()?;
    let Some((enabled, ladder)) = row else { return Ok(Rule::usual()) };
    let ladder: Vec<RuleRung> = serde_json::from_value(ladder).map_err(Error::bug)?;
    Ok(Rule { enabled, ladder })
}

/// What messages may cost a month, in fen; none: no limit.
pub async fn budget(conn: &mut Conn) -> Result<Option<i64>> {
    let row: Option<Option<i64>> =
        message_budget::table.find(1i16).select(message_budget::month_fen).first(conn).await.optional()?;
    Ok(row.flatten())
}

/// How many messages of a template each of these accounts has agreed to.
pub async fn consents(template: &str, accounts: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, i32>> {
    let of = message_consents::template.eq(template).and(message_consents::account_id.eq_any(accounts));
    let rows: Vec<(Uuid, i32)> = message_consents::table
        .filter(of)
        .select((message_consents::account_id, message_consents::remaining))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Place in a list of reminders.
type Spot = (DateTime<Utc>, Uuid);

/// Reminders of somebody's that come, the next first; or those that are over, the last first.
pub async fn schedules(person: Uuid, over: bool, page: &PageArgs, conn: &mut Conn) -> Result<Page<ScheduleRow>> {
    let mine = schedules::table.filter(schedules::person_id.eq(person)).select(ScheduleRow::as_select());
    let after = page.after::<Spot>()?;
    if over {
        let mut query = mine
            .filter(schedules::next_at.is_null())
            .order((schedules::at.desc(), schedules::id.desc()))
            .limit(page.limit())
            .offset(page.offset())
            .into_boxed();
        if let Some((at, id)) = after {
            query = query.filter(schedules::at.lt(at).or(schedules::at.eq(at).and(schedules::id.lt(id))));
        }
        return Ok(page.page(query.load(conn).await?, |row: &ScheduleRow| (row.at, row.id)));
    }
    let mut query = mine
        .filter(schedules::next_at.is_not_null())
        .order((schedules::next_at, schedules::id))
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(schedules::next_at.gt(at).or(schedules::next_at.eq(at).and(schedules::id.gt(id))));
    }
    Ok(page.page(query.load(conn).await?, |row: &ScheduleRow| (row.next_at.unwrap_or(row.at), row.id)))
}

/// How many there are.
pub async fn count_schedules(person: Uuid, over: bool, conn: &mut Conn) -> Result<i64> {
    let mine = schedules::table.filter(schedules::person_id.eq(person));
    Ok(match over {
        true => mine.filter(schedules::next_at.is_null()).count().get_result(conn).await?,
        false => mine.filter(schedules::next_at.is_not_null()).count().get_result(conn).await?,
    })
}
