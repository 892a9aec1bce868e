//! Queries on sample texts.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Page, PageArgs, Result, SampleId};
use zhibu_tenancy::{Conn, tenants};

use crate::model::{Row, SampleKind, SampleState};
use crate::schema::{sample_texts, sample_uses};

/// Which texts are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One purpose.
    pub kind: Option<SampleKind>,
    /// One state.
    pub state: Option<SampleState>,
    /// Part of title or summary.
    pub search: Option<String>,
    /// Only what this account has not read.
    pub unread_by: Option<AccountId>,
}

/// Place in the list of published texts: newest first.
type Place = (DateTime<Utc>, Uuid);

fn matching(filter: &Filter) -> sample_texts::BoxedQuery<'static, Pg> {
    let mut query = sample_texts::table.into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(sample_texts::kind.eq(kind.code()));
    }
    if let Some(state) = filter.state {
        query = query.filter(sample_texts::state.eq(state.code()));
    }
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        let like = tenants::contains(search);
        query = query.filter(sample_texts::title.like(like.clone()).or(sample_texts::summary.like(like)));
    }
    query
}

/// Published texts with whether `account` has read them.
pub async fn published(
    account: AccountId,
    filter: &Filter,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<(Row, bool)>> {
    let mut query = matching(&Filter { state: Some(SampleState::Published), ..filter.clone() })
        .select(Row::as_select())
        .order((sample_texts::published_at.desc(), sample_texts::id.desc()))
        .limit(page.limit())
        .offset(page.offset());
    if filter.unread_by.is_some() {
        query = query.filter(sample_texts::id.ne_all(read_ids(account)));
    }
    if let Some((at, id)) = page.after::<Place>()? {
        let later = sample_texts::published_at.lt(at);
        query = query.filter(later.or(sample_texts::published_at.eq(at).and(sample_texts::id.lt(id))));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let page = page.page(rows, |row| (row.published_at.unwrap_or_default(), row.id));
    let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.id).collect();
    let read: Vec<Uuid> = sample_uses::table
        .filter(sample_uses::account_id.eq(account.0).and(sample_uses::sample_id.eq_any(ids)))
        .select(sample_uses::sample_id)
        .load(conn)
        .await?;
    let nodes =
        page.nodes.into_iter().map(|row| (read.contains(&row.id), row)).map(|(read, row)| (row, read)).collect();
    Ok(Page { nodes, info: page.info })
}

type ReadIds = diesel::dsl::Select<
    diesel::dsl::Filter<sample_uses::table, diesel::dsl::Eq<sample_uses::account_id, Uuid>>,
    sample_uses::sample_id,
>;

fn read_ids(account: AccountId) -> ReadIds {
    sample_uses::table.filter(sample_uses::account_id.eq(account.0)).select(sample_uses::sample_id)
}

/// How many published texts match.
pub async fn count_published(account: AccountId, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    let mut query = matching(&Filter { state: Some(SampleState::Published), ..filter.clone() });
    if filter.unread_by.is_some() {
        query = query.filter(sample_texts::id.ne_all(read_ids(account)));
    }
    Ok(query.count().get_result(conn).await?)
}

/// One published text with whether `account` has read it.
pub async fn published_one(account: AccountId, id: SampleId, conn: &mut Conn) -> Result<(Row, bool)> {
    let row = sample_texts::table
        .find(id.0)
        .filter(sample_texts::state.eq("published"))
        .select(Row::as_select())
        .first(conn)
        .await?;
    let read: i64 = sample_uses::table.find((account.0, id.0)).count().get_result(conn).await?;
    Ok((row, read > 0))
}

/// The operator's library, newest first.
pub async fn library(filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let mut query = matching(filter)
        .select(Row::as_select())
        .order(sample_texts::id.desc())
        .limit(page.limit())
        .offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(sample_texts::id.lt(after));
    }
    Ok(page.page(query.load(conn).await?, |row| row.id))
}

/// How many of the library match.
pub async fn count_library(filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(filter).count().get_result(conn).await?)
}

/// One text of the library.
pub async fn one(id: SampleId, conn: &mut Conn) -> Result<Row> {
    Ok(sample_texts::table.find(id.0).select(Row::as_select()).first(conn).await?)
}

/// Marks a text as read, and as downloaded when it was.
pub async fn mark(
    account: AccountId,
    id: SampleId,
    at: DateTime<Utc>,
    downloaded: bool,
    conn: &mut Conn,
) -> Result<()> {
    let when = downloaded.then_some(at);
    let row = (
        sample_uses::account_id.eq(account.0),
        sample_uses::sample_id.eq(id.0),
        sample_uses::read_at.eq(at),
        sample_uses::downloaded_at.eq(when),
    );
    let insert = diesel::insert_into(sample_uses::table)
        .values(row)
        .on_conflict((sample_uses::account_id, sample_uses::sample_id));
    if downloaded {
        insert.do_update().set(sample_uses::downloaded_at.eq(when)).execute(conn).await?;
    } else {
        insert.do_nothing().execute(conn).await?;
    }
    Ok(())
}
