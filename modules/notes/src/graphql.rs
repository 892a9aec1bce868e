//! Pledges and study notes in GraphQL: two namespaces over the same types.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use zhibu_core::{Error, OrganisationId, Page, PageArgs, PersonId, Result, WritingId, check};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::{Conn, Cx};

use crate::actions::{self, Which};
use crate::model::{NOTES, PLEDGES, PledgeType, Row, Shelf, WritingState};
use crate::rules::Form;
use crate::store::{self, Filter, List, Viewer};

/// Similar texts that are shown.
const SHOWN: usize = 5;

/// Who wrote a text.
#[derive(SimpleObject)]
pub struct WritingAuthor {
    id: PersonId,
    name: String,
}

/// A pledge (党员承诺) or a study note (学习心得).
#[derive(SimpleObject)]
pub struct Writing {
    id: WritingId,
    /// Counts edits; give it back when editing.
    version: i32,
    person: WritingAuthor,
    /// The branch the member was in when it was written.
    branch: OrganisationRef,
    /// 承诺类型, of pledges
    kind: Option<PledgeType>,
    /// 承诺年度, of pledges
    year: Option<i32>,
    title: String,
    /// The beginning of the text.
    excerpt: String,
    /// Characters of the text, blanks not counted.
    length: i32,
    /// 学习内容, of study notes
    source: Option<String>,
    state: WritingState,
    recommended_at: Option<DateTime<Utc>>,
    /// Per cent that the most similar published text had in common when this one was published, from 50 on; shown to
    /// administrators.
    likeness: Option<i32>,
    published_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The caller wrote it.
    mine: bool,
    /// The caller may edit, publish, withdraw and remove it.
    editable: bool,
    /// The caller may recommend it.
    recommendable: bool,
}

/// A published text that has much in common with another one.
#[derive(SimpleObject)]
pub struct SimilarWriting {
    /// Nothing when it lies outside of what the caller may see.
    id: Option<WritingId>,
    /// Nothing when it lies outside of what the caller may see.
    title: Option<String>,
    /// Nothing when it lies outside of what the caller may see.
    name: Option<String>,
    branch: String,
    published_at: Option<DateTime<Utc>>,
    /// 相似度, per cent
    likeness: i32,
}

/// A text whole.
#[derive(SimpleObject)]
pub struct WritingText {
    writing: Writing,
    /// Paragraphs separated by blank lines.
    body: String,
    /// For administrators: published texts that have much in common with it.
    similar: Vec<SimilarWriting>,
}

/// What was published in one month.
#[derive(SimpleObject)]
pub struct WritingMonth {
    /// 1 to 12
    month: i32,
    count: i64,
}

/// What one branch published in a year.
#[derive(SimpleObject)]
pub struct WritingBranch {
    branch: OrganisationRef,
    /// Its members today.
    members: i32,
    /// Its members who wrote.
    people: i64,
    count: i64,
    recommended: i64,
}

/// What was published in a year.
#[derive(SimpleObject)]
pub struct WritingStatistics {
    count: i64,
    /// Members who wrote.
    people: i64,
    /// Members there are.
    members: i64,
    recommended: i64,
    /// Branches with members that have published nothing.
    silent: i64,
    /// All twelve.
    months: Vec<WritingMonth>,
    /// Branches with members, those with the most texts first.
    branches: Vec<WritingBranch>,
}

/// Which texts are looked for.
#[derive(InputObject, Default)]
pub struct WritingFilter {
    /// Part of the name or its pinyin, or of the title.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    /// Of this member.
    person: Option<PersonId>,
    /// Only the caller's own.
    mine: Option<bool>,
    /// 承诺类型, of pledges
    kind: Option<PledgeType>,
    /// 承诺年度, of pledges
    year: Option<i32>,
    state: Option<WritingState>,
    recommended: Option<bool>,
    /// Only those much like another one; for administrators.
    similar: Option<bool>,
    /// Published on this day or later.
    from: Option<NaiveDate>,
    /// Published on this day or earlier.
    to: Option<NaiveDate>,
}

#[derive(InputObject)]
struct WritingInput {
    /// 承诺类型, of pledges
    kind: Option<PledgeType>,
    /// 承诺年度, of pledges
    year: Option<i32>,
    title: String,
    /// Paragraphs on lines of their own.
    body: String,
    /// 学习内容, of study notes
    source: Option<String>,
}

impl WritingFilter {
    /// What the list's query takes.
    pub(crate) fn read(self) -> Result<Filter> {
        for (field, day) in [("from", self.from), ("to", self.to)] {
            if let Some(day) = day {
                check::day(field, day)?;
            }
        }
        let year = self.year.map(i16::try_from).transpose().map_err(|_| Error::invalid("year", "年度不正确"))?;
        Ok(Filter {
            search: self.search,
            under: self.under,
            person: self.person,
            mine: self.mine.unwrap_or_default(),
            kind: self.kind,
            year,
            state: self.state,
            recommended: self.recommended,
            similar: self.similar.unwrap_or_default(),
            from: self.from,
            to: self.to,
        })
    }
}

impl From<WritingInput> for Form {
    fn from(input: WritingInput) -> Self {
        Self { kind: input.kind, year: input.year, title: input.title, body: input.body, source: input.source }
    }
}

/// What the caller may do with texts.
struct Rights {
    read: Viewer,
    write: Viewer,
    recommend: Option<Reach>,
}

impl Rights {
    async fn of(shelf: &Shelf, cx: &Cx, read: Viewer, conn: &mut Conn) -> Result<Self> {
        let write = match cx.allow(shelf.write) {
            Ok(scope) => Viewer::of(cx, &scope, conn).await?,
            Err(_) => Viewer::nobody(),
        };
        let recommend = match cx.allow(shelf.recommend) {
            Ok(scope) if !scope.is_own_only() => Some(Reach::of(&scope, conn).await?),
            Ok(_) | Err(_) => None,
        };
        Ok(Self { read, write, recommend })
    }

    fn recommends(&self, row: &Row) -> bool {
        self.recommend.as_ref().is_some_and(|reach| reach.covers(&row.path))
    }

    fn writing(&self, row: Row) -> Writing {
        let recommends = self.recommends(&row);
        Writing {
            id: row.id.into(),
            version: row.version,
            mine: self.read.is(row.person_id),
            editable: self.write.governs(&row),
            recommendable: recommends && row.state() == WritingState::Published,
            state: row.state(),
            person: WritingAuthor { id: row.person_id.into(), name: row.name },
            branch: (row.organisation_id.into(), row.branch).into(),
            kind: row.kind.as_deref().and_then(PledgeType::from_code),
            year: row.year.map(i32::from),
            title: row.title,
            excerpt: row.body.chars().take(120).collect(),
            length: row.length,
            source: row.source,
            recommended_at: row.recommended_at,
            likeness: row.likeness.map(i32::from).filter(|_| recommends),
            published_at: row.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

async fn list(
    shelf: &Shelf,
    ctx: &Context<'_>,
    args: PageArgs,
    filter: Option<WritingFilter>,
) -> Result<Listed<Writing>> {
    let cx = ctx.cx()?;
    let filter = filter.unwrap_or_default().read()?;
    let mut read = cx.read(shelf.read).await?;
    let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
    let rights = Rights::of(shelf, cx, viewer, read.conn()?).await?;
    if filter.similar && rights.recommend.is_none() {
        return Err(Error::denied());
    }
    let list = List { shelf, viewer: &rights.read, filter: &filter, whole: false };
    let total = if ctx.shows(&["totalCount"]) { Some(store::count(&list, read.conn()?).await?) } else { None };
    let page = store::list(&list, &args, read.conn()?).await?;
    let nodes = page.nodes.into_iter().map(|row| rights.writing(row)).collect();
    Ok(Listed::new(Page { nodes, info: page.info }, total))
}

async fn text(shelf: &Shelf, cx: &Cx, id: WritingId) -> Result<WritingText> {
    let mut read = cx.read(shelf.read).await?;
    let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
    let row = store::one(shelf, &viewer, id, read.conn()?).await?;
    let rights = Rights::of(shelf, cx, viewer, read.conn()?).await?;
    let mut similar = Vec::new();
    if rights.recommends(&row) {
        let found = store::similar(shelf, row.id, &row.body, read.conn()?).await?;
        similar.extend(found.into_iter().take(SHOWN).map(|(other, common)| {
            let seen = rights.recommends(&other);
            SimilarWriting {
                id: seen.then(|| other.id.into()),
                title: seen.then_some(other.title),
                name: seen.then_some(other.name),
                branch: other.branch,
                published_at: other.published_at,
                likeness: common.into(),
            }
        }));
    }
    Ok(WritingText { body: row.body.clone(), writing: rights.writing(row), similar })
}

async fn statistics(
    shelf: &Shelf,
    cx: &Cx,
    under: Option<OrganisationId>,
    year: Option<i32>,
) -> Result<WritingStatistics> {
    let year = year.unwrap_or_else(|| cx.app.world.today().year());
    if !(2000..=2200).contains(&year) {
        return Err(Error::invalid("year", "年度不正确"));
    }
    let mut read = cx.read(shelf.read).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let members = organisation::members(&reach, under, read.conn()?).await?;
    let found = store::statistics(shelf, &reach, under, year, read.conn()?).await?;
    let month = |month: i32| {
        let count = found.months.iter().find(|one| one.month == month).map_or(0, |one| one.count);
        WritingMonth { month, count }
    };
    Ok(WritingStatistics {
        count: found.sum.count,
        people: found.sum.people,
        members,
        recommended: found.sum.recommended,
        silent: found.silent,
        months: (1..=12).map(month).collect(),
        branches: found
            .branches
            .into_iter()
            .map(|one| WritingBranch {
                branch: (one.id.into(), one.name).into(),
                members: one.members,
                people: one.people,
                count: one.count,
                recommended: one.recommended,
            })
            .collect(),
    })
}

async fn save(
    shelf: &Shelf,
    ctx: &Context<'_>,
    which: Which,
    input: WritingInput,
    publish: bool,
) -> Result<WritingText> {
    let cx = ctx.cx()?;
    cx.allow(shelf.write)?;
    match actions::save(shelf, cx, which, &input.into(), publish).await? {
        Ok(id) => text(shelf, cx, id).await,
        Err(faults) => Err(all_faults(ctx, faults)),
    }
}

macro_rules! namespace {
    ($query:ident, $mutation:ident, $shelf:expr, $doc:literal) => {
        #[doc = $doc]
        #[derive(Default)]
        pub struct $query;

        #[Object]
        impl $query {
            /// What the caller may see, the newest first: of members what they wrote themselves and what their branch has
            /// published, of administrators all in their organisations but others' drafts.
            async fn writings(
                &self,
                ctx: &Context<'_>,
                first: Option<i32>,
                after: Option<String>,
                offset: Option<i32>,
                filter: Option<WritingFilter>,
            ) -> Result<Listed<Writing>> {
                list(&$shelf, ctx, PageArgs::new(first, after, offset)?, filter).await
            }

            /// One text whole.
            async fn writing(&self, ctx: &Context<'_>, id: WritingId) -> Result<WritingText> {
                text(&$shelf, ctx.cx()?, id).await
            }

            /// What was published in a year; this year unless another one is named.
            async fn statistics(
                &self,
                ctx: &Context<'_>,
                under: Option<OrganisationId>,
                year: Option<i32>,
            ) -> Result<WritingStatistics> {
                statistics(&$shelf, ctx.cx()?, under, year).await
            }
        }

        #[doc = $doc]
        #[derive(Default)]
        pub struct $mutation;

        #[Object(serial)]
        impl $mutation {
            /// Writes a text for a member, or for the caller when nobody is named: a draft, unless it is published too.
            async fn write(
                &self,
                ctx: &Context<'_>,
                person: Option<PersonId>,
                input: WritingInput,
                publish: Option<bool>,
            ) -> Result<WritingText> {
                save(&$shelf, ctx, Which::New(person), input, publish.unwrap_or_default()).await
            }

            /// Edits a text as it was at `version`. A recommendation ends when the words have changed.
            async fn edit(
                &self,
                ctx: &Context<'_>,
                id: WritingId,
                version: i32,
                input: WritingInput,
                publish: Option<bool>,
            ) -> Result<WritingText> {
                save(&$shelf, ctx, Which::Old(id, version), input, publish.unwrap_or_default()).await
            }

            /// Shows a text to the branch and its administrators.
            async fn publish(&self, ctx: &Context<'_>, id: WritingId, version: i32) -> Result<WritingText> {
                actions::publish(&$shelf, ctx.cx()?, id, version).await?;
                text(&$shelf, ctx.cx()?, id).await
            }

            /// Takes a published text back; a recommendation ends with it.
            async fn withdraw(&self, ctx: &Context<'_>, id: WritingId, version: i32) -> Result<WritingText> {
                actions::withdraw(&$shelf, ctx.cx()?, id, version).await?;
                text(&$shelf, ctx.cx()?, id).await
            }

            /// Recommends a published text to the portal, or takes that back.
            async fn recommend(&self, ctx: &Context<'_>, id: WritingId, version: i32, on: bool) -> Result<WritingText> {
                actions::recommend(&$shelf, ctx.cx()?, id, version, on).await?;
                text(&$shelf, ctx.cx()?, id).await
            }

            /// Removes a text that is not published.
            async fn remove(&self, ctx: &Context<'_>, id: WritingId, version: i32) -> Result<bool> {
                actions::remove(&$shelf, ctx.cx()?, id, version).await?;
                Ok(true)
            }
        }
    };
}

namespace!(PledgeQuery, PledgeMutation, PLEDGES, "党员承诺");
namespace!(StudyNoteQuery, StudyNoteMutation, NOTES, "学习心得");
