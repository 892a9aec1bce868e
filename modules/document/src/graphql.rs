//! Sample texts in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{Page, PageArgs, Result, SampleId};
use zhibu_graphql::{Listed, Request};

use crate::model::{Row, SampleKind, SampleState};
use crate::rules::{self, Text};
use crate::store::Filter;
use crate::{LIBRARY_READ, SAMPLES_READ, actions, store};

/// A published sample text (范文).
#[derive(SimpleObject)]
pub struct Sample {
    id: SampleId,
    kind: SampleKind,
    title: String,
    summary: String,
    /// Paragraphs separated by blank lines.
    body: String,
    published_at: DateTime<Utc>,
    /// The caller has read it.
    read: bool,
    /// Its Word file is ready.
    downloadable: bool,
}

/// A sample text in the operator's library (范文库).
#[derive(SimpleObject)]
pub struct LibraryText {
    id: SampleId,
    version: i32,
    kind: SampleKind,
    title: String,
    summary: String,
    body: String,
    state: SampleState,
    published_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

/// A link to a file, for a few minutes.
#[derive(SimpleObject)]
pub struct Download {
    url: String,
    file_name: String,
    expires_at: DateTime<Utc>,
}

#[derive(InputObject)]
struct SampleFilter {
    kind: Option<SampleKind>,
    /// Part of title or summary.
    search: Option<String>,
    /// Only what the caller has not read.
    unread_only: Option<bool>,
}

#[derive(InputObject)]
struct LibraryFilter {
    kind: Option<SampleKind>,
    state: Option<SampleState>,
    /// Part of title or summary.
    search: Option<String>,
}

#[derive(InputObject)]
struct TextInput {
    kind: SampleKind,
    title: String,
    summary: String,
    /// Paragraphs on lines of their own.
    body: String,
}

fn sample((row, read): (Row, bool)) -> Sample {
    Sample {
        id: row.id.into(),
        kind: SampleKind::from_code(&row.kind).unwrap_or(SampleKind::Pledge),
        title: row.title,
        summary: row.summary,
        body: row.body,
        published_at: row.published_at.unwrap_or(row.updated_at),
        read,
        downloadable: row.file_key.is_some(),
    }
}

fn library_text(row: Row) -> LibraryText {
    LibraryText {
        id: row.id.into(),
        version: row.version,
        kind: SampleKind::from_code(&row.kind).unwrap_or(SampleKind::Pledge),
        title: row.title,
        summary: row.summary,
        body: row.body,
        state: SampleState::from_code(&row.state).unwrap_or(SampleState::Draft),
        published_at: row.published_at,
        updated_at: row.updated_at,
    }
}

/// 文档
#[derive(Default)]
pub struct DocumentQuery;

#[Object]
impl DocumentQuery {
    /// Published sample texts, newest first (PC-5.4.3).
    async fn samples(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<SampleFilter>,
    ) -> Result<Listed<Sample>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(SAMPLES_READ).await?;
        let account = cx.identity()?.account;
        let filter = filter.map(|f| Filter {
            kind: f.kind,
            search: f.search,
            unread_by: f.unread_only.unwrap_or_default().then_some(account),
            state: None,
        });
        let filter = filter.unwrap_or_default();
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count_published(account, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = store::published(account, &filter, &args, read.conn()?).await?;
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(sample).collect(), info: page.info }, total))
    }

    /// One published sample text.
    async fn sample(&self, ctx: &Context<'_>, id: SampleId) -> Result<Sample> {
        let cx = ctx.cx()?;
        let mut read = cx.read(SAMPLES_READ).await?;
        Ok(sample(store::published_one(cx.identity()?.account, id, read.conn()?).await?))
    }

    /// The operator's library (OP-6).
    async fn library(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<LibraryFilter>,
    ) -> Result<Listed<LibraryText>> {
        let args = PageArgs::new(first, after, offset)?;
        let filter = filter
            .map(|f| Filter { kind: f.kind, state: f.state, search: f.search, unread_by: None })
            .unwrap_or_default();
        let mut read = ctx.cx()?.read(LIBRARY_READ).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(store::count_library(&filter, read.conn()?).await?) } else { None };
        let page = store::library(&filter, &args, read.conn()?).await?;
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(library_text).collect(), info: page.info }, total))
    }

    /// One text of the library.
    async fn library_text(&self, ctx: &Context<'_>, id: SampleId) -> Result<LibraryText> {
        let mut read = ctx.cx()?.read(LIBRARY_READ).await?;
        Ok(library_text(store::one(id, read.conn()?).await?))
    }
}

/// 文档
#[derive(Default)]
pub struct DocumentMutation;

#[Object(serial)]
impl DocumentMutation {
    /// Marks a text as read by the caller.
    async fn mark_read(&self, ctx: &Context<'_>, id: SampleId) -> Result<bool> {
        actions::read(ctx.cx()?, id).await?;
        Ok(true)
    }

    /// A link to the Word file, for five minutes.
    async fn download_sample(&self, ctx: &Context<'_>, id: SampleId) -> Result<Download> {
        let link = actions::download(ctx.cx()?, id).await?;
        Ok(Download { url: link.url, file_name: link.file_name, expires_at: link.expires_at })
    }

    /// Writes a new draft, or edits a text as it was at `version`; an edited text is a draft until published.
    async fn save_text(
        &self,
        ctx: &Context<'_>,
        id: Option<SampleId>,
        version: Option<i32>,
        input: TextInput,
    ) -> Result<LibraryText> {
        let cx = ctx.cx()?;
        cx.allow(crate::LIBRARY_EDIT)?;
        let text =
            rules::accept(Text { kind: input.kind, title: input.title, summary: input.summary, body: input.body })?;
        Ok(library_text(actions::save(cx, id, version, &text).await?))
    }

    /// Shows a text to every tenant that has the module.
    async fn publish_text(&self, ctx: &Context<'_>, id: SampleId, version: i32) -> Result<LibraryText> {
        Ok(library_text(actions::publish(ctx.cx()?, id, version).await?))
    }

    /// Takes a text away from the tenants.
    async fn withdraw_text(&self, ctx: &Context<'_>, id: SampleId, version: i32) -> Result<LibraryText> {
        Ok(library_text(actions::withdraw(ctx.cx()?, id, version).await?))
    }
}
