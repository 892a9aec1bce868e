use std::collections::HashMap;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{Page, PageArgs, PersonId, PurgeId, Result};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::Cx;

use crate::organisation::Reach;
use crate::purge::{self, Proposal, ProposalState};
use crate::{MEMBER_PURGE, member};

/// A proposal to remove a former member's record for ever (彻底删除申请).
#[derive(SimpleObject)]
pub struct PurgeProposal {
    id: PurgeId,
    person: PersonId,
    /// 姓名; once it is done, that it is gone
    name: String,
    state: ProposalState,
    reason: String,
    /// Who proposed it.
    by: String,
    at: DateTime<Utc>,
    /// Until then it can be confirmed.
    expires_at: DateTime<Utc>,
    /// Who decided.
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    refusal: Option<String>,
    /// The caller proposed it, and so cannot confirm it.
    mine: bool,
}

/// Something of a person, and what becomes of it.
#[derive(SimpleObject)]
pub struct PurgeRemains {
    title: String,
    /// How many; none where there is nothing to count.
    count: Option<i64>,
    /// It is removed; otherwise it stays without saying whose it was.
    goes: bool,
    note: String,
}

/// What a purge would do.
#[derive(SimpleObject)]
pub struct PurgePreview {
    name: String,
    remains: Vec<PurgeRemains>,
}

fn shown(cx: &Cx, row: Proposal, names: &HashMap<Uuid, String>) -> PurgeProposal {
    let me = cx.identity().map(|identity| identity.account.0).unwrap_or_default();
    PurgeProposal {
        id: row.id.into(),
        person: row.person_id.into(),
        name: names.get(&row.person_id).cloned().unwrap_or_default(),
        state: row.state(cx.now()),
        mine: row.proposed_by == me,
        reason: row.reason,
        by: row.proposed_name,
        at: row.proposed_at,
        expires_at: row.expires_at,
        decided_by: row.decided_name,
        decided_at: row.decided_at,
        refusal: row.refusal,
    }
}

async fn one(cx: &Cx, id: PurgeId) -> Result<PurgeProposal> {
    let mut read = cx.read(MEMBER_PURGE).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = purge::one(&reach, id, false, read.conn()?).await?;
    let names = Proposal::names(std::slice::from_ref(&row), read.conn()?).await?;
    Ok(shown(cx, row, &names))
}

/// 彻底删除
#[derive(Default)]
pub struct PurgeQuery;

#[Object]
impl PurgeQuery {
    /// Proposals to remove records for ever, the latest first (PC-3.2.5).
    async fn purges(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        waiting: Option<bool>,
    ) -> Result<Listed<PurgeProposal>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let waiting = waiting.unwrap_or_default().then(|| cx.now());
        let mut read = cx.read(MEMBER_PURGE).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(purge::count(&reach, waiting, read.conn()?).await?) } else { None };
        let page = purge::list(&reach, waiting, &args, read.conn()?).await?;
        let names = Proposal::names(&page.nodes, read.conn()?).await?;
        let nodes = page.nodes.into_iter().map(|row| shown(cx, row, &names)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// What goes and what stays of a former member.
    async fn purge_preview(&self, ctx: &Context<'_>, person: PersonId) -> Result<PurgePreview> {
        let cx = ctx.cx()?;
        let mut read = cx.read(MEMBER_PURGE).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let entry = member::latest(&reach, person, read.conn()?).await?;
        let remains = purge::remains(cx, person, read.conn()?).await?;
        let told = remains.into_iter().map(|one| PurgeRemains {
            title: one.title.to_owned(),
            count: one.count,
            goes: one.goes,
            note: one.note.to_owned(),
        });
        Ok(PurgePreview { name: entry.person.name, remains: told.collect() })
    }
}

/// 彻底删除
#[derive(Default)]
pub struct PurgeMutation;

#[Object]
impl PurgeMutation {
    /// Proposes that a former member's record is removed for ever (删除, PC-3.2.5).
    async fn propose_purge(&self, ctx: &Context<'_>, person: PersonId, reason: String) -> Result<PurgeProposal> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_PURGE).await?;
        let id = purge::propose(&mut write, person, &reason).await?;
        write.commit().await?;
        one(cx, id).await
    }

    /// Confirms a proposal of somebody else; what goes cannot be brought back.
    async fn confirm_purge(&self, ctx: &Context<'_>, id: PurgeId) -> Result<PurgeProposal> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_PURGE).await?;
        purge::confirm(&mut write, id).await?;
        write.commit().await?;
        one(cx, id).await
    }

    /// Refuses a proposal.
    async fn refuse_purge(&self, ctx: &Context<'_>, id: PurgeId, reason: String) -> Result<PurgeProposal> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_PURGE).await?;
        purge::refuse(&mut write, id, &reason).await?;
        write.commit().await?;
        one(cx, id).await
    }

    /// Takes the own proposal back.
    async fn withdraw_purge(&self, ctx: &Context<'_>, id: PurgeId) -> Result<PurgeProposal> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_PURGE).await?;
        purge::withdraw(&mut write, id).await?;
        write.commit().await?;
        one(cx, id).await
    }
}
