use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{Page, PageArgs, Result, Secret, SupportId, TenantId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::Cx;
use zhibu_tenancy::support::{self, SUPPORT_ASK, SUPPORT_ASKED, SUPPORT_MANAGE, SUPPORT_READ};

use super::session::{Session, TenantBrief};

/// Where a request for support stands (服务商支持).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "zhibu_tenancy::support::State")]
pub(super) enum SupportState {
    /// 待处理
    Asked,
    /// 无人答复
    Lapsed,
    /// 支持中
    Granted,
    /// 已拒绝
    Refused,
    /// 已到时
    Expired,
    /// 已结束
    Ended,
}

/// A request for support and what became of it.
#[derive(SimpleObject)]
pub(super) struct Support {
    id: SupportId,
    /// Who asks.
    operator: String,
    reason: String,
    asked_at: DateTime<Utc>,
    /// With changes: as asked for, then as granted.
    write: bool,
    /// For how long: as asked for, then as granted.
    hours: i16,
    state: SupportState,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    /// When it ends by itself.
    until: Option<DateTime<Utc>>,
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
}

/// A request as operators see it.
#[derive(SimpleObject)]
pub(super) struct SupportRequest {
    id: SupportId,
    tenant: TenantBrief,
    /// None when the tenant cannot be reached at present.
    support: Option<Support>,
    /// The operator who looks has asked.
    mine: bool,
}

/// What is open in the own tenant.
#[derive(SimpleObject)]
pub(super) struct SupportStanding {
    /// This session is the operator's.
    guest: Option<Guest>,
    /// Who is in, and for those who can answer also who asks.
    open: Vec<Support>,
}

/// The own session of an operator in a tenant.
#[derive(SimpleObject)]
pub(super) struct Guest {
    operator: String,
    /// May change things.
    write: bool,
    until: DateTime<Utc>,
}

#[derive(InputObject)]
pub(super) struct SupportInput {
    tenant: TenantId,
    /// The tenant reads it.
    reason: String,
    /// With changes.
    write: bool,
    /// 1 to 72.
    hours: i32,
}

/// The way into a tenant's console.
#[derive(SimpleObject)]
pub(super) struct SupportTicket {
    /// Opens it once, within a minute.
    ticket: String,
}

fn shown(cx: &Cx, row: support::Row) -> Support {
    Support {
        state: row.state(cx.now()).into(),
        id: row.id.into(),
        operator: row.operator_name,
        reason: row.reason,
        asked_at: row.asked_at,
        write: row.write,
        hours: row.hours,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        until: row.until,
        ended_by: row.ended_by,
        ended_at: row.ended_at,
    }
}

fn asked(cx: &Cx, asked: support::Asked) -> SupportRequest {
    let own = cx.operator().map(|operator| operator.id.0);
    SupportRequest {
        id: asked.id.into(),
        tenant: asked.tenant.into(),
        mine: asked.row.as_ref().is_some_and(|row| own.as_ref().ok() == Some(&row.operator_id)),
        support: asked.row.map(|row| shown(cx, row)),
    }
}

#[derive(Default)]
pub(super) struct SupportQuery;

#[Object]
impl SupportQuery {
    /// What operators have asked the own tenant for, newest first (服务商支持).
    async fn supports(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<Support>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let (page, total) = support::history(cx, SUPPORT_READ, &args).await?;
        let nodes = page.nodes.into_iter().map(|row| shown(cx, row)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, Some(total)))
    }

    /// Who is in the own tenant to support it, and who asks to.
    async fn support_standing(&self, ctx: &Context<'_>) -> Result<SupportStanding> {
        let cx = ctx.cx()?;
        let open = support::standing(cx).await?.into_iter().map(|row| shown(cx, row)).collect();
        let guest = cx.identity()?.guest.as_ref();
        let guest = guest.map(|one| Guest { operator: one.name.clone(), write: one.write, until: one.until });
        Ok(SupportStanding { guest, open })
    }

    /// Which tenants operators have asked, newest first.
    async fn support_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        tenant: Option<TenantId>,
    ) -> Result<Listed<SupportRequest>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let shows = ctx.shows(&["totalCount"]);
        let total = if shows { Some(support::count(cx, SUPPORT_ASKED, tenant).await?) } else { None };
        let page = support::list(cx, SUPPORT_ASKED, tenant, &args).await?;
        let nodes = page.nodes.into_iter().map(|one| asked(cx, one)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct SupportMutation;

#[Object]
impl SupportMutation {
    /// Lets an operator in, for as long as was asked or shorter, with changes only if they were asked for.
    async fn grant_support(&self, ctx: &Context<'_>, id: SupportId, hours: i32, write: bool) -> Result<Support> {
        let cx = ctx.cx()?;
        Ok(shown(cx, support::grant(cx, SUPPORT_MANAGE, id.0, hours, write).await?))
    }

    /// Does not let an operator in.
    async fn refuse_support(&self, ctx: &Context<'_>, id: SupportId, reason: String) -> Result<Support> {
        let cx = ctx.cx()?;
        Ok(shown(cx, support::refuse(cx, SUPPORT_MANAGE, id.0, &reason).await?))
    }

    /// Sends an operator out, at once.
    async fn end_support(&self, ctx: &Context<'_>, id: SupportId) -> Result<Support> {
        let cx = ctx.cx()?;
        Ok(shown(cx, support::end(cx, SUPPORT_MANAGE, id.0).await?))
    }

    /// Asks a tenant's administrators to be let in.
    async fn ask_support(&self, ctx: &Context<'_>, input: SupportInput) -> Result<SupportRequest> {
        let cx = ctx.cx()?;
        let ask = support::Ask { tenant: input.tenant, reason: input.reason, write: input.write, hours: input.hours };
        Ok(asked(cx, Box::pin(support::ask(cx, SUPPORT_ASK, &ask)).await?))
    }

    /// Takes a request back, or ends what was granted.
    async fn withdraw_support(&self, ctx: &Context<'_>, id: SupportId) -> Result<SupportRequest> {
        let cx = ctx.cx()?;
        Ok(asked(cx, Box::pin(support::withdraw(cx, SUPPORT_ASK, id.0)).await?))
    }

    /// The way into the console of a tenant that has agreed.
    async fn enter_support(&self, ctx: &Context<'_>, id: SupportId) -> Result<SupportTicket> {
        let ticket = Box::pin(support::enter(ctx.cx()?, SUPPORT_ASK, id.0)).await?;
        Ok(SupportTicket { ticket: ticket.expose().to_owned() })
    }

    /// Opens the session behind an operator's ticket.
    async fn open_support(&self, ctx: &Context<'_>, ticket: String) -> Result<Session> {
        let tokens = support::open(ctx.cx()?, &Secret::new(ticket)).await?;
        Session::enter(ctx, &tokens).await
    }
}
