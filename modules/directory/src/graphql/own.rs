use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use zhibu_core::{OrganisationId, Page, PageArgs, Result, SELF};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::footprint;

use super::OrganisationRef;
use crate::member;
use crate::organisation::{self, OrgType, Reach};
use crate::{ORG_READ, own_organisation as mine};

/// A day of the own way in the Party (党建足迹).
#[derive(SimpleObject)]
pub struct Footprint {
    /// When.
    on: NaiveDate,
    /// `joined`, `full_member`, `branch`, `post`, `post_end`, or what a module has: `development`, `transfer`, `flow`,
    /// `flow_end`, `pledge`, `pledge_recommended`, `study_note`, `study_note_recommended`, `contribution`.
    kind: String,
    /// What.
    title: String,
    /// More about it.
    text: Option<String>,
}

/// Who holds a post of the committee.
#[derive(SimpleObject)]
pub struct OwnPost {
    /// Dictionary `post`.
    post: String,
    name: String,
}

/// An organisation below.
#[derive(SimpleObject)]
pub struct OrganisationBelow {
    id: OrganisationId,
    short_name: String,
    /// With everything below it.
    member_count: i64,
}

/// The organisation that the caller is a member of (我的组织).
#[derive(SimpleObject)]
pub struct MyOrganisation {
    id: OrganisationId,
    name: String,
    short_name: String,
    kind: OrgType,
    member_count: i64,
    /// The committee, the secretary first.
    posts: Vec<OwnPost>,
    /// From the top down to the superior.
    chain: Vec<OrganisationRef>,
    /// Directly below what the caller works for or may see, at most 200.
    below: Vec<OrganisationBelow>,
}

/// What members see of themselves and where they belong.
#[derive(Default)]
pub struct OwnQuery;

#[Object]
impl OwnQuery {
    /// The organisation that the caller is a member of; none for who is no member.
    async fn my_organisation(&self, ctx: &Context<'_>) -> Result<Option<MyOrganisation>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(SELF).await?;
        let conn = read.conn()?;
        let Some(entry) = member::own(cx.identity()?.account, conn).await? else { return Ok(None) };
        let branch = entry.assignment.organisation_id;
        let row = organisation::get(&Reach::everything(), branch.into(), conn).await?;
        let members = organisation::members(&Reach::everything(), Some(branch.into()), conn).await?;
        let seen = Reach::held(cx, ORG_READ, conn).await?;
        let below = mine::below(entry.person.id, &row, &seen, conn).await?;
        let posts = mine::committee(branch, conn).await?;
        Ok(Some(MyOrganisation {
            chain: mine::chain(&row.path, conn).await?.into_iter().map(Into::into).collect(),
            posts: posts.into_iter().map(|held| OwnPost { post: held.post, name: held.name }).collect(),
            below: below
                .into_iter()
                .map(|one| OrganisationBelow {
                    id: one.id.into(),
                    short_name: one.short_name,
                    member_count: one.members,
                })
                .collect(),
            kind: row.kind(),
            id: branch.into(),
            name: row.full_name,
            short_name: row.short_name,
            member_count: members,
        }))
    }

    /// What the caller took part in, by its days, newest first (党建足迹).
    async fn footprint(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Listed<Footprint>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, None)?;
        let mut read = cx.read(SELF).await?;
        let account = cx.identity()?.account;
        let Some(entry) = member::own(account, read.conn()?).await? else {
            return Ok(Listed::new(Page { nodes: Vec::new(), info: zhibu_core::PageInfo::default() }, None));
        };
        let id = entry.person.id;
        let counted = ctx.shows(&["totalCount"]);
        let total = if counted { Some(footprint::count(cx, id, read.conn()?).await?) } else { None };
        let page = footprint::of(cx, id, &args, read.conn()?).await?;
        let node =
            |step: footprint::Step| Footprint { on: step.on, kind: step.kind, title: step.title, text: step.text };
        Ok(Listed::new(page.map(node), total))
    }
}
