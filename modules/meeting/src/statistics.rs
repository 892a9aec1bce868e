//! 开展情况: how much was held of what had to be, who came, which kinds, and what is late (domain §6.3, §6.4).

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Result};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::Conn;

use crate::model::{MeetingAttend, MeetingEvery, TypeRow};
use crate::rules::periods::{self, Life, MeetingAlert, Period, Score};
use crate::store;

/// Organisations that are named.
const NAMED: usize = 500;

/// How a kind stands over all organisations.
#[derive(Debug, Clone)]
pub struct OfKind {
    /// The kind.
    pub kind: TypeRow,
    /// 应开, 实开
    pub score: Score,
}

/// How an organisation stands over all kinds.
#[derive(Debug, Clone)]
pub struct OfPlace {
    /// Which.
    pub id: Uuid,
    /// 组织简称
    pub name: String,
    /// 应开, 实开
    pub score: Score,
    /// 应到人次
    pub should: i64,
    /// 实到人次
    pub attended: i64,
}

/// What is late at an organisation.
#[derive(Debug, Clone)]
pub struct Late {
    /// Which.
    pub id: Uuid,
    /// 组织简称
    pub name: String,
    /// What has not been held.
    pub kind: String,
    /// How urgent.
    pub level: MeetingAlert,
    /// Since when it is due.
    pub period: Period,
}

/// A year.
#[derive(Debug, Clone, Default)]
pub struct Year {
    /// Meetings that were held.
    pub held: i64,
    /// Meetings that are announced or go on.
    pub open: i64,
    /// 应到人次
    pub should: i64,
    /// 实到人次
    pub attended: i64,
    /// Members who came at least once, and members there are.
    pub taught: i64,
    /// Members there are.
    pub members: i64,
    /// By month, twelve.
    pub months: [i64; 12],
    /// By kind; those that nobody had to hold and nobody held are left out.
    pub kinds: Vec<OfKind>,
    /// By organisation, those with the lowest rate first.
    pub places: Vec<OfPlace>,
    /// What is late today, the most urgent first.
    pub late: Vec<Late>,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    org_type: String,
    #[diesel(sql_type = Nullable<Date>)]
    founded_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    closed_on: Option<NaiveDate>,
    #[diesel(sql_type = Bool)]
    has_team: bool,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Integer)]
    month: i32,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Monthly {
    #[diesel(sql_type = Integer)]
    month: i32,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

#[derive(QueryableByName)]
struct Came {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    should: i64,
    #[diesel(sql_type = BigInt)]
    attended: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Organisations that were there in the year, with whether they have a team (班子).
const PLACES: &str = "SELECT o.id, o.short_name AS name, o.org_type, o.founded_on, o.closed_on, \
    (SELECT count(*) FROM own.posts p WHERE p.organisation_id = o.id AND p.until IS NULL \
     AND p.post NOT IN ('organiser', 'group_leader')) >= 3 AS has_team \
    FROM own.organisations o WHERE o.status IN ('active', 'merged', 'dissolved') \
    AND ($1::uuid[] IS NULL OR o.id = ANY ($1)) ORDER BY o.path";

const HELD: &str = "SELECT m.organisation_id AS id, t.kind, extract(year FROM m.day)::int AS year, \
    extract(month FROM m.day)::int AS month, count(*) AS count FROM (SELECT organisation_id, types, \
    (starts_at AT TIME ZONE 'UTC') + interval '8 hours' AS day FROM own.meetings WHERE state = 'finished' \
    AND starts_at >= $2 AND starts_at < $3 AND ($1::uuid[] IS NULL OR organisation_id = ANY ($1))) m, \
    unnest(m.types) AS t(kind) GROUP BY 1, 2, 3, 4";

const MONTHS: &str = "SELECT extract(month FROM (starts_at AT TIME ZONE 'UTC') + interval '8 hours')::int AS month, \
    count(*) FILTER (WHERE state = 'finished') AS held, \
    count(*) FILTER (WHERE state IN ('published', 'running', 'minutes_pending')) AS open \
    FROM own.meetings WHERE starts_at >= $2 AND starts_at < $3 AND ($1::uuid[] IS NULL OR organisation_id = ANY ($1)) \
    GROUP BY 1";

const CAME: &str = "SELECT m.organisation_id AS id, count(*) AS held, coalesce(sum(n.should), 0)::bigint AS should, \
    coalesce(sum(n.present + n.late), 0)::bigint AS attended FROM own.meetings m \
    JOIN LATERAL (SELECT should, present, late FROM own.meeting_minutes x WHERE x.meeting_id = m.id \
    ORDER BY number DESC LIMIT 1) n ON true WHERE m.state = 'finished' AND m.starts_at >= $2 AND m.starts_at < $3 \
    AND ($1::uuid[] IS NULL OR m.organisation_id = ANY ($1)) GROUP BY 1";

const TAUGHT: &str = "SELECT count(DISTINCT p.person_id) AS count FROM own.meetings m \
    JOIN own.meeting_people p ON p.meeting_id = m.id AND p.part = 'should' AND p.attendance IN ('present', 'late') \
    WHERE m.state = 'finished' AND m.starts_at >= $2 AND m.starts_at < $3 \
    AND ($1::uuid[] IS NULL OR m.organisation_id = ANY ($1))";

/// Counts a year in a part of the tree.
pub async fn year(
    reach: &Reach,
    under: Option<OrganisationId>,
    year: i32,
    today: NaiveDate,
    conn: &mut Conn,
) -> Result<Year> {
    let part = organisation::part(reach, under, &mut *conn).await?;
    let first = |year: i32| {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).ok_or_else(|| Error::invalid("year", "年度不正确"))?;
        zhibu_core::midnight(day).ok_or_else(|| Error::bug("midnight"))
    };
    let (from, to) = (first(year)?, first(year + 1)?);
    let places: Vec<Place> = diesel::sql_query(PLACES).bind::<Nullable<Array<Id>>, _>(&part).load(&mut *conn).await?;
    // Warnings look back over the period before this one.
    let since = if year == today.year() { first(year - 1)? } else { from };
    let held: Vec<Held> = diesel::sql_query(HELD)
        .bind::<Nullable<Array<Id>>, _>(&part)
        .bind::<Timestamptz, _>(since)
        .bind::<Timestamptz, _>(to)
        .load(&mut *conn)
        .await?;
    let months: Vec<Monthly> = diesel::sql_query(MONTHS)
        .bind::<Nullable<Array<Id>>, _>(&part)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .load(&mut *conn)
        .await?;
    let came: Vec<Came> = diesel::sql_query(CAME)
        .bind::<Nullable<Array<Id>>, _>(&part)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .load(&mut *conn)
        .await?;
    let taught: Counted = diesel::sql_query(TAUGHT)
        .bind::<Nullable<Array<Id>>, _>(&part)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .get_result(&mut *conn)
        .await?;
    let kinds = store::types(&mut *conn).await?;
    let members = organisation::members(reach, under, conn).await?;
    let mut told = Year { taught: taught.count, members, ..Year::default() };
    for one in months {
        told.held += one.held;
        told.open += one.open;
        if let Some(month) = usize::try_from(one.month - 1).ok().and_then(|at| told.months.get_mut(at)) {
            *month = one.held;
        }
    }
    told.should = came.iter().map(|one| one.should).sum();
    told.attended = came.iter().map(|one| one.attended).sum();
    score(&mut told, &places, &kinds, &held, (year, today))?;
    let came: HashMap<Uuid, &Came> = came.iter().map(|one| (one.id, one)).collect();
    for place in &mut told.places {
        if let Some(came) = came.get(&place.id) {
            (place.should, place.attended) = (came.should, came.attended);
            // A meeting of several kinds is one meeting.
            place.score.held = i32::try_from(came.held).map_err(Error::bug)?;
        }
    }
    told.places.retain(|place| place.score.required > 0 || place.score.held > 0);
    // Cross-multiplied: fulfilled / required, those that had to hold nothing last.
    let rate = |place: &OfPlace| (i64::from(place.score.fulfilled), i64::from(place.score.required));
    told.places.sort_by(|a, b| {
        let ((done, of), (other, other_of)) = (rate(a), rate(b));
        (of == 0).cmp(&(other_of == 0)).then((done * other_of.max(1)).cmp(&(other * of.max(1))))
    });
    told.places.truncate(NAMED);
    told.late.sort_by(|a, b| b.level.cmp(&a.level).then(a.period.to.cmp(&b.period.to)));
    told.late.truncate(NAMED);
    Ok(told)
}

/// Meetings by year and month.
type ByMonth = HashMap<(i32, u32), i32>;

fn score(
    told: &mut Year,
    places: &[Place],
    kinds: &[TypeRow],
    held: &[Held],
    (year, today): (i32, NaiveDate),
) -> Result<()> {
    let mut by: HashMap<(Uuid, &str), ByMonth> = HashMap::new();
    for one in held {
        let month = u32::try_from(one.month).map_err(Error::bug)?;
        let count = i32::try_from(one.count).map_err(Error::bug)?;
        *by.entry((one.id, one.kind.as_str())).or_default().entry((one.year, month)).or_default() += count;
    }
    let mut sums: Vec<OfKind> =
        kinds.iter().map(|kind| OfKind { kind: kind.clone(), score: Score::default() }).collect();
    for place in places {
        let life = Life { from: place.founded_on, to: place.closed_on };
        let mut of_place = Score::default();
        for sum in &mut sums {
            let nothing = HashMap::new();
            let all = by.get(&(place.id, sum.kind.code.as_str())).unwrap_or(&nothing);
            let in_year: HashMap<u32, i32> =
                all.iter().filter(|((of, _), _)| *of == year).map(|((_, month), count)| (*month, *count)).collect();
            let every = sum.kind.every.as_deref().and_then(MeetingEvery::from_code);
            // Who has no team holds no meeting of it.
            let of_team = sum.kind.attend == MeetingAttend::Committee.code();
            let must = sum.kind.required_of.contains(&place.org_type) && (place.has_team || !of_team);
            let mut one = Score { held: in_year.values().sum(), ..Score::default() };
            if let Some(every) = every.filter(|_| must) {
                one = periods::score(every, year, life, today, &in_year);
                if year == today.year()
                    && let Some(warning) = periods::warning(every, life, today, all)
                {
                    told.late.push(Late {
                        id: place.id,
                        name: place.name.clone(),
                        kind: sum.kind.name.clone(),
                        level: warning.level,
                        period: warning.period,
                    });
                }
            }
            for score in [&mut sum.score, &mut of_place] {
                score.required += one.required;
                score.fulfilled += one.fulfilled;
                score.held += one.held;
            }
        }
        told.places.push(OfPlace { id: place.id, name: place.name.clone(), score: of_place, should: 0, attended: 0 });
    }
    sums.retain(|sum| sum.score.required > 0 || sum.score.held > 0);
    told.kinds = sums;
    Ok(())
}
