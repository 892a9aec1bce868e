//! Contributions in GraphQL.

use std::collections::HashMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{ContributionFileId, ContributionId, Error, OrganisationId, Page, PageArgs, PersonId, Result, check};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::{Conn, Cx};

use crate::actions::{self, Which};
use crate::model::{FileRow, Row};
use crate::proofs;
use crate::rules::Facts;
use crate::store::{self, Filter, Viewer};
use crate::{READ, WRITE};

/// Whose a contribution is.
#[derive(SimpleObject)]
pub struct ContributionMember {
    id: PersonId,
    name: String,
}

/// A proof (证明材料).
#[derive(SimpleObject)]
pub struct ContributionProof {
    id: ContributionFileId,
    file_name: String,
    size: i32,
    content_type: String,
    /// Who brought it.
    by: String,
    at: DateTime<Utc>,
}

/// What a member did for others (发挥作用情况).
#[derive(SimpleObject)]
pub struct Contribution {
    id: ContributionId,
    /// Counts edits; give it back when editing.
    version: i32,
    person: ContributionMember,
    /// The branch the member was in when it was recorded.
    branch: OrganisationRef,
    /// Dictionary `contribution_kind`
    kind: String,
    served_on: NaiveDate,
    place: Option<String>,
    /// 时长, in minutes
    minutes: Option<i32>,
    body: String,
    proofs: Vec<ContributionProof>,
    /// Who recorded it.
    recorded_by: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The caller may edit and remove it.
    editable: bool,
}

/// One kind in a span of days.
#[derive(SimpleObject)]
pub struct ContributionKindCount {
    /// Dictionary `contribution_kind`
    kind: String,
    count: i64,
    people: i64,
    minutes: i64,
}

/// One branch in a span of days.
#[derive(SimpleObject)]
pub struct ContributionBranchCount {
    branch: OrganisationRef,
    /// Its members today.
    members: i32,
    people: i64,
    count: i64,
    minutes: i64,
}

/// What was done in a span of days.
#[derive(SimpleObject)]
pub struct ContributionStatistics {
    from: NaiveDate,
    to: NaiveDate,
    count: i64,
    /// Members who did something.
    people: i64,
    /// Members there are.
    members: i64,
    minutes: i64,
    /// Branches with members and nothing.
    silent: i64,
    kinds: Vec<ContributionKindCount>,
    /// Branches with members, those with the most first.
    branches: Vec<ContributionBranchCount>,
}

/// Where a browser puts the file.
#[derive(SimpleObject)]
pub struct ContributionTicket {
    id: ContributionFileId,
    /// Signed link for one PUT of just this length and type.
    url: String,
    content_type: &'static str,
}

/// A link to a proof, for a few minutes.
#[derive(SimpleObject)]
pub struct ContributionLink {
    url: String,
    file_name: String,
}

/// Which contributions are looked for.
#[derive(InputObject, Default)]
pub struct ContributionFilter {
    /// Part of the name or its pinyin.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    /// Of this member.
    person: Option<PersonId>,
    /// Dictionary `contribution_kind`
    kinds: Option<Vec<String>>,
    /// On this day or later.
    from: Option<NaiveDate>,
    /// On this day or earlier.
    to: Option<NaiveDate>,
}

#[derive(InputObject)]
struct ContributionInput {
    /// Dictionary `contribution_kind`
    kind: String,
    served_on: NaiveDate,
    place: Option<String>,
    /// 时长, in minutes
    minutes: Option<i32>,
    /// Paragraphs on lines of their own.
    body: String,
}

impl ContributionFilter {
    /// What the list's query takes.
    pub(crate) fn read(self) -> Result<Filter> {
        for (field, day) in [("from", self.from), ("to", self.to)] {
            day.map_or(Ok(()), |day| check::day(field, day))?;
        }
        Ok(Filter {
            search: self.search,
            under: self.under,
            person: self.person,
            kinds: self.kinds.unwrap_or_default(),
            from: self.from,
            to: self.to,
        })
    }
}

impl From<ContributionInput> for Facts {
    fn from(input: ContributionInput) -> Self {
        let ContributionInput { kind, served_on, place, minutes, body } = input;
        Self { kind, served_on, place, minutes, body }
    }
}

/// Contributions with everything a reply shows, each relation in one statement.
async fn show(cx: &Cx, rows: Vec<Row>, with_proofs: bool, conn: &mut Conn) -> Result<Vec<Contribution>> {
    let editable = match cx.allow(WRITE) {
        Ok(scope) if !scope.is_own_only() => Reach::of(&scope, conn).await?,
        Ok(_) | Err(_) => Reach::default(),
    };
    let ids = |of: fn(&Row) -> Uuid| rows.iter().map(of).collect::<Vec<Uuid>>();
    let people = store::people(&ids(|row| row.person_id), conn).await?;
    let places = organisation::places(&ids(|row| row.organisation_id), conn).await?;
    let mut proofs = if with_proofs { store::proofs(&ids(|row| row.id), conn).await? } else { HashMap::default() };
    let shown = rows.into_iter().map(|row| {
        let (branch, path) = places.get(&row.organisation_id).cloned().unwrap_or_default();
        Contribution {
            proofs: proofs.remove(&row.id).unwrap_or_default().into_iter().map(proof).collect(),
            id: row.id.into(),
            version: row.version,
            person: ContributionMember {
                id: row.person_id.into(),
                name: people.get(&row.person_id).cloned().unwrap_or_default(),
            },
            branch: (row.organisation_id.into(), branch).into(),
            kind: row.kind,
            served_on: row.served_on,
            place: row.place,
            minutes: row.minutes,
            body: row.body,
            recorded_by: row.account_name,
            created_at: row.created_at,
            updated_at: row.updated_at,
            editable: editable.covers(&path),
        }
    });
    Ok(shown.collect())
}

fn proof(row: FileRow) -> ContributionProof {
    ContributionProof {
        id: row.id.into(),
        file_name: row.file_name,
        size: row.file_size,
        content_type: row.content_type,
        by: row.account_name,
        at: row.created_at,
    }
}

async fn one(cx: &Cx, id: ContributionId) -> Result<Contribution> {
    let mut read = cx.read(READ).await?;
    let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
    let (row, _) = store::one(&viewer, id, false, read.conn()?).await?;
    show(cx, vec![row], true, read.conn()?).await?.pop().ok_or_else(Error::missing)
}

/// 发挥作用情况
#[derive(Default)]
pub struct ContributionQuery;

#[Object]
impl ContributionQuery {
    /// Contributions inside the caller's scope, the latest first (PC-3.2.8); a member sees what is their own.
    async fn contributions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<ContributionFilter>,
    ) -> Result<Listed<Contribution>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let filter = filter.unwrap_or_default().read()?;
        let mut read = cx.read(READ).await?;
        let viewer = Viewer::of(cx, &read.scope.clone(), read.conn()?).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(store::count(&viewer, &filter, read.conn()?).await?) } else { None };
        let page = store::list(&viewer, &filter, &args, read.conn()?).await?;
        let nodes = show(cx, page.nodes, ctx.shows(&["nodes", "proofs"]), read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One contribution.
    async fn contribution(&self, ctx: &Context<'_>, id: ContributionId) -> Result<Contribution> {
        one(ctx.cx()?, id).await
    }

    /// What was done in a span of days, by kind and branch; this year unless another one is named.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        under: Option<OrganisationId>,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<ContributionStatistics> {
        let cx = ctx.cx()?;
        let today = cx.app.world.today();
        let (from, to) = (from.unwrap_or(today.with_ordinal(1).unwrap_or(today)), to.unwrap_or(today));
        check::day("from", from)?;
        check::day("to", to)?;
        if from > to {
            return Err(Error::invalid("to", "结束日期不能早于开始日期"));
        }
        let mut read = cx.read(READ).await?;
        if read.scope.is_own_only() {
            return Err(Error::denied());
        }
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let members = organisation::members(&reach, under, read.conn()?).await?;
        let found = store::statistics(&reach, under, (from, to), read.conn()?).await?;
        let kind = |one: crate::model::Kind| ContributionKindCount {
            kind: one.kind,
            count: one.count,
            people: one.people,
            minutes: one.minutes,
        };
        let branch = |one: crate::model::Branch| ContributionBranchCount {
            branch: (one.id.into(), one.name).into(),
            members: one.members,
            people: one.people,
            count: one.count,
            minutes: one.minutes,
        };
        Ok(ContributionStatistics {
            from,
            to,
            count: found.sum.count,
            people: found.sum.people,
            members,
            minutes: found.sum.minutes,
            silent: found.silent,
            kinds: found.kinds.into_iter().map(kind).collect(),
            branches: found.branches.into_iter().map(branch).collect(),
        })
    }
}

async fn save(ctx: &Context<'_>, which: Which, input: ContributionInput) -> Result<Contribution> {
    let cx = ctx.cx()?;
    cx.allow(WRITE)?;
    match actions::save(cx, which, &input.into()).await? {
        Ok(id) => one(cx, id).await,
        Err(faults) => Err(all_faults(ctx, faults)),
    }
}

/// 发挥作用情况
#[derive(Default)]
pub struct ContributionMutation;

#[Object(serial)]
impl ContributionMutation {
    /// Records what a member did.
    async fn record(&self, ctx: &Context<'_>, person: PersonId, input: ContributionInput) -> Result<Contribution> {
        save(ctx, Which::New(person), input).await
    }

    /// Edits a contribution as it was at `version`.
    async fn edit(
        &self,
        ctx: &Context<'_>,
        id: ContributionId,
        version: i32,
        input: ContributionInput,
    ) -> Result<Contribution> {
        save(ctx, Which::Old(id, version), input).await
    }

    /// Removes a contribution with its proofs.
    async fn remove(&self, ctx: &Context<'_>, id: ContributionId, version: i32) -> Result<bool> {
        actions::remove(ctx.cx()?, id, version).await?;
        Ok(true)
    }

    /// Opens the upload of a proof.
    async fn request_proof(
        &self,
        ctx: &Context<'_>,
        id: ContributionId,
        file_name: String,
        size: i64,
    ) -> Result<ContributionTicket> {
        let ticket = proofs::request(ctx.cx()?, id, &file_name, size).await?;
        Ok(ContributionTicket { id: ticket.id, url: ticket.url, content_type: ticket.content_type })
    }

    /// Looks an uploaded file through and keeps it.
    async fn keep_proof(&self, ctx: &Context<'_>, id: ContributionFileId) -> Result<Contribution> {
        let of = proofs::keep(ctx.cx()?, id).await?;
        one(ctx.cx()?, of).await
    }

    /// Takes a proof away.
    async fn remove_proof(&self, ctx: &Context<'_>, id: ContributionFileId) -> Result<Contribution> {
        let of = proofs::remove(ctx.cx()?, id).await?;
        one(ctx.cx()?, of).await
    }

    /// A short link to a proof; who opened it is recorded.
    async fn open_proof(&self, ctx: &Context<'_>, id: ContributionFileId) -> Result<ContributionLink> {
        let (url, file_name) = proofs::link(ctx.cx()?, id).await?;
        Ok(ContributionLink { url, file_name })
    }
}
