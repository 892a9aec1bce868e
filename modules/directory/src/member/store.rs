//! Queries on members.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Page, PageArgs, PersonId, Result, check};
use zhibu_tenancy::{Conn, Cx, tenants};

use super::completeness::{self, Optional};
use super::model::{AssignmentRow, EndReason, Entry, MemberType, MembershipRow, MembershipStatus, PersonRow, PostRow};
use super::rules;
use crate::organisation::{self, Reach};
use crate::schema::{branch_assignments, memberships, organisations, people, posts};

/// From so many skipped rows on a page is found before it is joined.
const FAR: i64 = 200;

/// Which members are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name, pinyin, a whole mobile or identity number.
    pub search: Option<String>,
    /// Members of this organisation and everything below.
    pub under: Option<OrganisationId>,
    /// 人员类别
    pub member_type: Option<MemberType>,
    /// 党籍状态
    pub status: Option<MembershipStatus>,
    /// 性别
    pub sex: Option<String>,
    /// 民族
    pub ethnicities: Vec<String>,
    /// 学历
    pub education_levels: Vec<String>,
    /// 工作岗位
    pub work_posts: Vec<String>,
    /// Born on this day or later.
    pub born_from: Option<NaiveDate>,
    /// Born on this day or earlier.
    pub born_to: Option<NaiveDate>,
    /// Joined on this day or later.
    pub joined_from: Option<NaiveDate>,
    /// Joined on this day or earlier.
    pub joined_to: Option<NaiveDate>,
    /// 是否流动党员
    pub floating: Option<bool>,
    /// 是否失联
    pub lost: Option<bool>,
    /// 资料是否不完整
    pub incomplete: Option<bool>,
    /// A field that is not filled.
    pub missing: Option<Optional>,
}

impl Filter {
    /// True when a condition concerns the person, not only the place and the membership.
    fn asks_of_person(&self) -> bool {
        let Self { search, sex, ethnicities, education_levels, work_posts, born_from, born_to, .. } = self;
        let Self { incomplete, missing, .. } = self;
        search.as_deref().is_some_and(|text| !text.trim().is_empty())
            || sex.is_some()
            || [ethnicities, education_levels, work_posts].iter().any(|chosen| !chosen.is_empty())
            || born_from.is_some()
            || born_to.is_some()
            || incomplete.is_some()
            || missing.is_some()
    }

    /// True when a condition concerns the membership.
    fn asks_of_membership(&self) -> bool {
        let Self { member_type, status, joined_from, joined_to, floating, lost, .. } = self;
        member_type.is_some()
            || status.is_some()
            || joined_from.is_some()
            || joined_to.is_some()
            || floating.is_some()
            || lost.is_some()
    }
}

/// Order of the list; persons of equal rank stand by their id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By pinyin.
    Name,
    /// Oldest first.
    BirthDate,
    /// Longest in the Party first.
    JoinDate,
    /// 资料完整度, the least complete first.
    Completeness,
}

type Joined =
    diesel::dsl::InnerJoin<people::table, diesel::dsl::InnerJoin<memberships::table, branch_assignments::table>>;
type Boxed<'a> = diesel::dsl::IntoBoxed<'a, Joined, Pg>;
type Found = (PersonRow, MembershipRow, AssignmentRow);

fn joined() -> Boxed<'static> {
    people::table.inner_join(memberships::table.inner_join(branch_assignments::table)).into_boxed()
}

fn current() -> Boxed<'static> {
    joined()
        .filter(people::left_at.is_null())
        .filter(memberships::until.is_null())
        .filter(branch_assignments::until.is_null())
}

/// What a search text means.
enum Sought {
    /// The blind index of a whole mobile number.
    Mobile(Vec<u8>),
    /// The blind index of a whole identity number.
    Number(Vec<u8>),
    /// Part of a name.
    Part(String),
}

async fn sought(cx: &Cx, search: Option<&str>) -> Result<Option<Sought>> {
    let Some(search) = search.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let number = check::id_number(search, cx.app.world.today(), true).ok();
    Ok(Some(match (check::mobile(search), number) {
        (Some(mobile), _) => Sought::Mobile(vault.blind(&mobile)),
        (None, Some(number)) => Sought::Number(vault.blind(&number.text)),
        (None, None) => Sought::Part(rules::search_key(search)),
    }))
}

/// Narrows a boxed query to the people that a search text means.
macro_rules! found_by {
    ($query:ident, $sought:expr) => {
        $query = match $sought {
            None => $query,
            Some(Sought::Mobile(blind)) => $query.filter(people::mobile_index.eq(blind)),
            Some(Sought::Number(blind)) => $query.filter(people::id_index.eq(blind)),
            Some(Sought::Part(part)) => $query.filter(people::search.contains(vec![part])),
        };
    };
}

/// Narrows a boxed query in which people appear by what a filter says of the person.
macro_rules! of_person {
    ($query:ident, $filter:ident, $sought:expr, $lacking:expr) => {
        found_by!($query, $sought);
        if let Some(lacking) = $lacking {
            $query = $query.filter(people::filled.eq_any(lacking));
        }
        if let Some(sex) = $filter.sex.clone() {
            $query = $query.filter(people::sex.eq(sex));
        }
        if !$filter.ethnicities.is_empty() {
            $query = $query.filter(people::ethnicity.eq_any($filter.ethnicities.clone()));
        }
        if !$filter.education_levels.is_empty() {
            $query = $query.filter(people::education_level.eq_any($filter.education_levels.clone()));
        }
        if !$filter.work_posts.is_empty() {
            $query = $query.filter(people::work_post.eq_any($filter.work_posts.clone()));
        }
        if let Some(day) = $filter.born_from {
            $query = $query.filter(people::birth_date.ge(day));
        }
        if let Some(day) = $filter.born_to {
            $query = $query.filter(people::birth_date.le(day));
        }
    };
}

/// The same for what it says of the membership.
macro_rules! of_membership {
    ($query:ident, $filter:ident) => {
        if let Some(kind) = $filter.member_type {
            $query = $query.filter(memberships::member_type.eq(kind.code()));
        }
        if let Some(status) = $filter.status {
            $query = $query.filter(memberships::status.eq(status.code()));
        }
        if let Some(day) = $filter.joined_from {
            $query = $query.filter(memberships::join_date.ge(day));
        }
        if let Some(day) = $filter.joined_to {
            $query = $query.filter(memberships::join_date.le(day));
        }
        if let Some(floating) = $filter.floating {
            $query = $query.filter(memberships::floating.eq(floating));
        }
        match $filter.lost {
            Some(true) => $query = $query.filter(memberships::lost_on.is_not_null()),
            Some(false) => $query = $query.filter(memberships::lost_on.is_null()),
            None => {}
        }
    };
}

async fn matching(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed<'static>> {
    let mut query = current();
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(branch_assignments::organisation_id.eq_any(places));
    }
    of_person!(query, filter, sought(cx, filter.search.as_deref()).await?, completeness::lacking(filter, conn).await?);
    of_membership!(query, filter);
    Ok(query)
}

/// The present people that match, as far as that can be told from the person alone. Whoever is present has one current
/// membership with one assignment, so nobody is counted who would not be listed.
async fn persons(cx: &Cx, filter: &Filter, conn: &mut Conn) -> Result<people::BoxedQuery<'static, Pg>> {
    let mut query = people::table.filter(people::left_at.is_null()).into_boxed();
    of_person!(query, filter, sought(cx, filter.search.as_deref()).await?, completeness::lacking(filter, conn).await?);
    Ok(query)
}

/// The current memberships that match, as far as that can be told from the membership alone.
fn terms(filter: &Filter) -> memberships::BoxedQuery<'static, Pg> {
    let mut query = memberships::table.filter(memberships::until.is_null()).into_boxed();
    of_membership!(query, filter);
    query
}

type Selection = (
    diesel::dsl::AsSelect<PersonRow, Pg>,
    diesel::dsl::AsSelect<MembershipRow, Pg>,
    diesel::dsl::AsSelect<AssignmentRow, Pg>,
);

fn selection() -> Selection {
    (PersonRow::as_select(), MembershipRow::as_select(), AssignmentRow::as_select())
}

fn entry((person, membership, assignment): Found) -> Entry {
    Entry { person, membership, assignment }
}

/// One page of the present members.
pub async fn list(
    cx: &Cx,
    reach: &Reach,
    filter: &Filter,
    sort: Sort,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Entry>> {
    let missing = completeness::missing(sort, conn).await?;
    let mut query = match far(cx, reach, filter, sort, page, conn).await? {
        Some(ids) => current().filter(people::id.eq_any(ids)),
        None => matching(cx, reach, filter, conn).await?.limit(page.limit()).offset(page.offset()),
    };
    // After a cursor: the first condition leads into the index, the second tells equals apart.
    query = match sort {
        Sort::Name => {
            if let Some((name, id)) = page.after::<(String, Uuid)>()? {
                let later = people::pinyin.gt(name.clone()).or(people::id.gt(id));
                query = query.filter(people::pinyin.ge(name)).filter(later);
            }
            query.order((people::pinyin, people::id))
        }
        Sort::BirthDate => {
            if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
                query =
                    query.filter(people::birth_date.ge(day)).filter(people::birth_date.gt(day).or(people::id.gt(id)));
            }
            query.order((people::birth_date, people::id))
        }
        Sort::JoinDate => {
            if let Some((day, id)) = page.after::<(NaiveDate, Uuid)>()? {
                let later = memberships::join_date.gt(day).or(memberships::person_id.gt(id));
                query = query.filter(memberships::join_date.ge(day)).filter(later);
            }
            query.order((memberships::join_date, memberships::person_id))
        }
        Sort::Completeness => {
            if let Some((gaps, name, id)) = page.after::<(i32, String, Uuid)>()? {
                let later = people::pinyin.gt(name.clone()).or(people::pinyin.eq(name).and(people::id.gt(id)));
                query = query.filter(missing.sql().lt(gaps).or(missing.sql().eq(gaps).and(later)));
            }
            query.order((missing.sql().desc(), people::pinyin, people::id))
        }
    };
    let rows: Vec<Found> = query.select(selection()).load(conn).await?;
    let page = match sort {
        Sort::Name => page.page(rows, |row| (row.0.pinyin.clone(), row.0.id)),
        Sort::BirthDate => page.page(rows, |row| (row.0.birth_date, row.0.id)),
        Sort::JoinDate => page.page(rows, |row| (row.1.join_date, row.0.id)),
        Sort::Completeness => page.page(rows, |row| (missing.of(row.0.filled), row.0.pinyin.clone(), row.0.id)),
    };
    Ok(Page { nodes: page.nodes.into_iter().map(entry).collect(), info: page.info })
}

/// The people of a page far back, where one table's index tells them: what is skipped is not joined.
async fn far(
    cx: &Cx,
    reach: &Reach,
    filter: &Filter,
    sort: Sort,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Option<Vec<Uuid>>> {
    if page.offset() < FAR
        || page.after::<Value>()?.is_some()
        || organisation::part(reach, filter.under, conn).await?.is_some()
    {
        return Ok(None);
    }
    let ids = match sort {
        Sort::Name | Sort::BirthDate if !filter.asks_of_membership() => {
            let query = persons(cx, filter, conn).await?.select(people::id).limit(page.limit()).offset(page.offset());
            match sort {
                Sort::Name => query.order((people::pinyin, people::id)).load(conn).await?,
                _ => query.order((people::birth_date, people::id)).load(conn).await?,
            }
        }
        Sort::JoinDate if !filter.asks_of_person() => {
            let query = terms(filter).select(memberships::person_id).limit(page.limit()).offset(page.offset());
            query.order((memberships::join_date, memberships::person_id)).load(conn).await?
        }
        Sort::Name | Sort::BirthDate | Sort::JoinDate | Sort::Completeness => return Ok(None),
    };
    Ok(Some(ids))
}

/// How many match. Without conditions on the persons themselves the organisations know; in the whole tenant one narrow
/// index does where the conditions concern one table.
pub async fn count(cx: &Cx, reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    let (person, membership) = (filter.asks_of_person(), filter.asks_of_membership());
    if !person && !membership {
        return organisation::members(reach, filter.under, conn).await;
    }
    if person && membership || organisation::part(reach, filter.under, conn).await?.is_some() {
        return Ok(matching(cx, reach, filter, conn).await?.count().get_result(conn).await?);
    }
    if person {
        return Ok(persons(cx, filter, conn).await?.count().get_result(conn).await?);
    }
    // Naming every value of the index's first columns lets it lead to the later ones.
    let (kinds, states) = (MemberType::ALL.iter(), MembershipStatus::ALL.iter());
    let query = terms(filter)
        .filter(memberships::member_type.eq_any(kinds.map(|kind| kind.code())))
        .filter(memberships::status.eq_any(states.map(|state| state.code())));
    Ok(query.count().get_result(conn).await?)
}

/// One present member inside the reach; outside looks like not there.
pub async fn get(reach: &Reach, id: PersonId, conn: &mut Conn) -> Result<Entry> {
    let found = current().filter(people::id.eq(id.0)).select(selection()).first(conn).await.optional()?;
    within(reach, found, conn).await
}

/// One member or former member, with the latest membership and assignment.
pub async fn latest(reach: &Reach, id: PersonId, conn: &mut Conn) -> Result<Entry> {
    let found = joined()
        .filter(people::id.eq(id.0).and(people::purged_at.is_null()))
        .order((memberships::since.desc(), memberships::id.desc(), branch_assignments::id.desc()))
        .select(selection())
        .first(conn)
        .await
        .optional()?;
    within(reach, found, conn).await
}

/// What was found, if it lies inside the reach. Of somebody who is not there the organisation of nobody is looked for, so
/// that no answer comes faster than that of somebody out of reach.
async fn within(reach: &Reach, found: Option<Found>, conn: &mut Conn) -> Result<Entry> {
    if !reach.is_all() {
        let at = found.as_ref().map(|found| found.2.organisation_id).unwrap_or_default();
        organisation::get(reach, at.into(), conn).await?;
    }
    found.map(entry).ok_or_else(Error::missing)
}

/// Several present members by id, for batch actions; those outside the reach are not among them.
pub(super) async fn several(reach: &Reach, ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Entry>> {
    let mut query = current().filter(people::id.eq_any(ids.to_vec()));
    if let Some(places) = organisation::part(reach, None, conn).await? {
        query = query.filter(branch_assignments::organisation_id.eq_any(places));
    }
    let rows: Vec<Found> = query.order(people::id).select(selection()).load(conn).await?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Present and former members by id, each with the latest membership and assignment; one that is not inside the reach is
/// missing.
pub async fn addressees(reach: &Reach, ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Entry>> {
    let rows: Vec<Found> = joined()
        .filter(people::id.eq_any(ids.to_vec()).and(people::purged_at.is_null()))
        .order((people::id, memberships::since.desc(), memberships::id.desc(), branch_assignments::id.desc()))
        .select(selection())
        .load(conn)
        .await?;
    let mut found: Vec<Entry> = rows.into_iter().map(entry).collect();
    found.dedup_by_key(|entry| entry.person.id);
    let places = organisation::part(reach, None, conn).await?;
    let inside =
        |entry: &Entry| places.as_ref().is_none_or(|places| places.contains(&entry.assignment.organisation_id));
    if found.len() == ids.len() && found.iter().all(inside) { Ok(found) } else { Err(Error::missing()) }
}

/// Present and former members by id, whoever may see them, each with the latest membership and assignment.
pub async fn those(ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Entry>> {
    let rows: Vec<Found> = joined()
        .filter(people::id.eq_any(ids.to_vec()).and(people::purged_at.is_null()))
        .order((people::id, memberships::since.desc(), memberships::id.desc(), branch_assignments::id.desc()))
        .select(selection())
        .load(conn)
        .await?;
    let mut found: Vec<Entry> = rows.into_iter().map(entry).collect();
    found.dedup_by_key(|entry| entry.person.id);
    Ok(found)
}

/// All present members that match, up to a number.
pub async fn everyone(cx: &Cx, reach: &Reach, filter: &Filter, most: i64, conn: &mut Conn) -> Result<Vec<Entry>> {
    let query = matching(cx, reach, filter, conn).await?.order(people::id).limit(most);
    let rows: Vec<Found> = query.select(selection()).load(conn).await?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Which former members are looked for.
#[derive(Debug, Clone, Default)]
pub struct FormerFilter {
    /// Part of the name, pinyin, a whole mobile or identity number.
    pub search: Option<String>,
    /// Last in this organisation or below.
    pub under: Option<OrganisationId>,
    /// 减少原因
    pub reason: Option<EndReason>,
}

async fn former_matching(cx: &Cx, reach: &Reach, filter: &FormerFilter, conn: &mut Conn) -> Result<Boxed<'static>> {
    // The last of the episodes and assignments: the ones that ended when the person left.
    let last_membership = diesel::dsl::sql::<diesel::sql_types::Bool>(
        "memberships.id = (SELECT m.id FROM own.memberships m WHERE m.person_id = people.id ORDER BY m.since DESC, m.id DESC LIMIT 1) \
         AND branch_assignments.id = (SELECT b.id FROM own.branch_assignments b WHERE b.membership_id = memberships.id \
         ORDER BY b.since DESC, b.id DESC LIMIT 1)",
    );
    let mut query =
        joined().filter(people::left_at.is_not_null().and(people::purged_at.is_null())).filter(last_membership);
    if let Some(places) = organisation::part(reach, filter.under, conn).await? {
        query = query.filter(branch_assignments::organisation_id.eq_any(places));
    }
    found_by!(query, sought(cx, filter.search.as_deref()).await?);
    if let Some(reason) = filter.reason {
        query = query.filter(memberships::end_reason.eq(reason.code()));
    }
    Ok(query)
}

/// One page of the history library (党员历史库), latest departure first.
pub async fn former(
    cx: &Cx,
    reach: &Reach,
    filter: &FormerFilter,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Entry>> {
    let mut query = former_matching(cx, reach, filter, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some((at, id)) = page.after::<(DateTime<Utc>, Uuid)>()? {
        query = query.filter(people::left_at.le(at)).filter(people::left_at.lt(at).or(people::id.gt(id)));
    }
    let rows: Vec<Found> = query.order((people::left_at.desc(), people::id)).select(selection()).load(conn).await?;
    let page = page.page(rows, |row| (row.0.left_at.unwrap_or_default(), row.0.id));
    Ok(Page { nodes: page.nodes.into_iter().map(entry).collect(), info: page.info })
}

/// How many former members match.
pub async fn count_former(cx: &Cx, reach: &Reach, filter: &FormerFilter, conn: &mut Conn) -> Result<i64> {
    Ok(former_matching(cx, reach, filter, conn).await?.count().get_result(conn).await?)
}

/// All episodes of a person with their assignments, newest first.
pub async fn episodes(id: Uuid, conn: &mut Conn) -> Result<Vec<(MembershipRow, AssignmentRow)>> {
    Ok(memberships::table
        .inner_join(branch_assignments::table)
        .filter(memberships::person_id.eq(id))
        .order((memberships::since.desc(), memberships::id.desc(), branch_assignments::id.desc()))
        .select((MembershipRow::as_select(), AssignmentRow::as_select()))
        .load(conn)
        .await?)
}

/// Posts of these people, newest first; only the present ones when `open`.
pub async fn posts_of(ids: &[Uuid], open: bool, conn: &mut Conn) -> Result<HashMap<Uuid, Vec<PostRow>>> {
    let mut query = posts::table
        .filter(posts::person_id.eq_any(ids.to_vec()))
        .select((posts::person_id, posts::organisation_id, posts::post, posts::since, posts::until))
        .order((posts::since.desc(), posts::id.desc()))
        .into_boxed();
    if open {
        query = query.filter(posts::until.is_null());
    }
    let rows: Vec<PostRow> = query.load(conn).await?;
    let mut found: HashMap<Uuid, Vec<PostRow>> = HashMap::new();
    for row in rows {
        found.entry(row.person).or_default().push(row);
    }
    Ok(found)
}

/// A branch that takes members, inside the reach, and a group of it.
pub(super) async fn branch(
    reach: &Reach,
    id: OrganisationId,
    group: Option<OrganisationId>,
    conn: &mut Conn,
) -> Result<organisation::Row> {
    let row = organisation::get(reach, id, conn).await.map_err(|_| Error::invalid("branch", "党支部不存在或无权限"))?;
    if !rules::has_members(row.kind()) {
        return Err(Error::invalid("branch", "请选择党支部，党委、总支、党小组不直接管理党员"));
    }
    if row.status != "active" {
        return Err(Error::invalid("branch", "该党支部已撤销、合并或未启用"));
    }
    if let Some(group) = group {
        let inside: i64 = organisations::table
            .filter(organisations::id.eq(group.0))
            .filter(organisations::parent_id.eq(id.0).and(organisations::org_type.eq("party_group")))
            .count()
            .get_result(conn)
            .await?;
        if inside == 0 {
            return Err(Error::invalid("group", "党小组不存在或不属于所选党支部"));
        }
    }
    Ok(row)
}
