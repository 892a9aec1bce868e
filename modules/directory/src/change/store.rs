//! Queries on commands and on what they concern.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{OrganisationCommandId, OrganisationId, Page, PageArgs, Result};
use zhibu_tenancy::{Conn, tenants};

use super::model::{CommandRow, CommandState, Item, OrganisationCommandKind};
use crate::organisation::{self, Reach, Row};
use crate::schema::{branch_assignments, memberships, organisation_commands as commands, organisations, people, posts};

/// Organisations one search for a receiver brings.
const FOUND: i64 = 20;

/// Which commands are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// How far they are.
    pub state: Option<CommandState>,
    /// What is done.
    pub kind: Option<OrganisationCommandKind>,
    /// About this organisation.
    pub organisation: Option<OrganisationId>,
    /// Part of a name.
    pub search: Option<String>,
}

/// A member of an organisation that changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(super) struct Mover {
    pub(super) person: Uuid,
    pub(super) name: String,
    pub(super) account: Option<Uuid>,
    pub(super) membership: Uuid,
    pub(super) member_type: String,
    pub(super) group: Option<Uuid>,
}

impl From<&Mover> for Item {
    fn from(one: &Mover) -> Self {
        Self { id: one.person.to_string(), name: one.name.clone() }
    }
}

/// The present members of an organisation, by name.
pub(super) async fn movers(id: Uuid, conn: &mut Conn) -> Result<Vec<Mover>> {
    Ok(people::table
        .inner_join(memberships::table.inner_join(branch_assignments::table))
        .filter(people::left_at.is_null().and(memberships::until.is_null()))
        .filter(branch_assignments::organisation_id.eq(id).and(branch_assignments::until.is_null()))
        .order((people::pinyin, people::id))
        .select((
            people::id,
            people::name,
            people::account_id,
            memberships::id,
            memberships::member_type,
            branch_assignments::group_id,
        ))
        .load(conn)
        .await?)
}

/// The present posts of an organisation: who, and which.
pub(super) async fn held_posts(id: Uuid, today: NaiveDate, conn: &mut Conn) -> Result<Vec<(Uuid, String, String)>> {
    Ok(posts::table
        .inner_join(people::table)
        .filter(posts::organisation_id.eq(id).and(posts::until.is_null().or(posts::until.gt(today))))
        .order((people::pinyin, posts::id))
        .select((people::id, people::name, posts::post))
        .load(conn)
        .await?)
}

/// The subordinates that work, or all there ever were.
pub(super) async fn children(id: Uuid, all: bool, conn: &mut Conn) -> Result<Vec<Row>> {
    let mut query = organisations::table
        .filter(organisations::parent_id.eq(id))
        .order(organisations::path)
        .select(Row::as_select())
        .into_boxed();
    if !all {
        query = query.filter(organisations::closed_on.is_null());
    }
    Ok(query.load(conn).await?)
}

/// Everything at and below a path.
pub(super) async fn subtree(path: &str, conn: &mut Conn) -> Result<Vec<(Uuid, String, i16, i32)>> {
    Ok(organisations::table
        .filter(organisations::path.eq(path).or(organisations::path.like(format!("{path}.%"))))
        .order(organisations::path)
        .select((organisations::id, organisations::short_name, organisations::depth, organisations::member_count))
        .load(conn)
        .await?)
}

/// An organisation wherever it stands.
pub(super) async fn anywhere(id: OrganisationId, conn: &mut Conn) -> Result<Row> {
    Ok(organisations::table.find(id.0).select(Row::as_select()).first(conn).await?)
}

/// Everybody who was ever assigned to an organisation or a group, or held a post there.
pub(super) async fn ever(id: Uuid, conn: &mut Conn) -> Result<i64> {
    let members: i64 = branch_assignments::table
        .filter(branch_assignments::organisation_id.eq(id).or(branch_assignments::group_id.eq(id)))
        .count()
        .get_result(&mut *conn)
        .await?;
    let held: i64 = posts::table.filter(posts::organisation_id.eq(id)).count().get_result(conn).await?;
    Ok(members + held)
}

/// How many members are assigned to a group.
pub(super) async fn grouped(id: Uuid, conn: &mut Conn) -> Result<Vec<Item>> {
    let rows: Vec<(Uuid, String)> = people::table
        .inner_join(memberships::table.inner_join(branch_assignments::table))
        .filter(branch_assignments::group_id.eq(id).and(branch_assignments::until.is_null()))
        .order((people::pinyin, people::id))
        .select((people::id, people::name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| Item { id: id.to_string(), name }).collect())
}

/// True when others came from this organisation or went into it.
pub(super) async fn has_kin(id: Uuid, conn: &mut Conn) -> Result<bool> {
    let kin = organisations::table.filter(organisations::merged_into.eq(id).or(organisations::split_from.eq(id)));
    Ok(diesel::select(diesel::dsl::exists(kin)).get_result(conn).await?)
}

/// Other commands under way that change one of these organisations or lead into one.
pub(super) async fn under_way(ids: &[Uuid], but: Option<Uuid>, conn: &mut Conn) -> Result<Vec<CommandRow>> {
    Ok(commands::table
        .filter(commands::state.eq_any([CommandState::Waiting.code(), CommandState::Confirmed.code()]))
        .filter(commands::organisation_id.eq_any(ids.to_vec()))
        .filter(commands::id.ne(but.unwrap_or_default()))
        .order(commands::id)
        .select(CommandRow::as_select())
        .load(conn)
        .await?)
}

type Boxed = commands::BoxedQuery<'static, Pg>;

/// Inside the reach is what changes an organisation in it, or leads into one.
async fn matching(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<Boxed> {
    let mut query = commands::table.into_boxed();
    if let Some(inside) = organisation::part(reach, None, conn).await? {
        let into = commands::into_id.is_not_null().and(commands::into_id.assume_not_null().eq_any(inside.clone()));
        query = query.filter(commands::organisation_id.eq_any(inside).or(into));
    }
    if let Some(state) = filter.state {
        query = query.filter(commands::state.eq(state.code()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(commands::kind.eq(kind.code()));
    }
    if let Some(id) = filter.organisation {
        query = query.filter(
            commands::organisation_id
                .eq(id.0)
                .or(commands::into_id.is_not_null().and(commands::into_id.assume_not_null().eq(id.0))),
        );
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = tenants::contains(text);
        let into = commands::into_name.is_not_null().and(commands::into_name.assume_not_null().like(like.clone()));
        query = query.filter(commands::organisation_name.like(like).or(into));
    }
    Ok(query)
}

/// One page of commands, the latest first.
pub async fn list(reach: &Reach, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<CommandRow>> {
    let mut query = matching(reach, filter, conn)
        .await?
        .select(CommandRow::as_select())
        .order((commands::asked_at.desc(), commands::id))
        .limit(page.limit())
        .offset(page.offset());
    if let Some((at, id)) = page.after::<(DateTime<Utc>, Uuid)>()? {
        query = query.filter(commands::asked_at.le(at)).filter(commands::asked_at.lt(at).or(commands::id.gt(id)));
    }
    Ok(page.page(query.load(conn).await?, |row| (row.asked_at, row.id)))
}

/// How many match.
pub async fn count(reach: &Reach, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(reach, filter, conn).await?.count().get_result(conn).await?)
}

/// One command inside the reach; outside looks like not there.
pub async fn get(reach: &Reach, id: OrganisationCommandId, conn: &mut Conn) -> Result<CommandRow> {
    Ok(matching(reach, &Filter::default(), conn)
        .await?
        .filter(commands::id.eq(id.0))
        .select(CommandRow::as_select())
        .first(conn)
        .await?)
}

/// Commands whose day has come, the earliest first.
pub(super) async fn due(today: NaiveDate, conn: &mut Conn) -> Result<Vec<CommandRow>> {
    Ok(commands::table
        .filter(commands::state.eq(CommandState::Confirmed.code()).and(commands::effective_on.le(today)))
        .order((commands::effective_on, commands::id))
        .select(CommandRow::as_select())
        .load(conn)
        .await?)
}

/// Organisations of the whole tenant by name, for a receiver outside the own range: the name is on the seal.
pub async fn receivers(search: &str, conn: &mut Conn) -> Result<Vec<(OrganisationId, String, String)>> {
    let like = tenants::contains(search);
    let rows: Vec<(Uuid, String, String)> = organisations::table
        .filter(organisations::closed_on.is_null())
        .filter(organisations::full_name.like(like.clone()).or(organisations::short_name.like(like)))
        .order(organisations::path)
        .limit(FOUND)
        .select((organisations::id, organisations::short_name, organisations::full_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, short, full)| (id.into(), short, full)).collect())
}
