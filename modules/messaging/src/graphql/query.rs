use std::collections::HashMap;

use async_graphql::{Context, Object};
use uuid::Uuid;
use zhibu_core::{AnnouncementId, Error, Page, PageArgs, Result, SELF};
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::messages::{self, MessageRow, words};
use zhibu_tenancy::{Conn, Cx, identity, push};

use super::input::{AnnouncementFilter, AnnouncementInput, AnnouncementReaderFilter};
use super::types::*;
use crate::model::{
    AnnouncementDeliveryState, AnnouncementOccasion, AnnouncementRung, DeliveryRow, RungRow, ScheduleWay,
};
use crate::store::{self, Found};
use crate::{READ, RULES, SEND, actions, rules};

/// What has been paid: not what waits or was called off.
fn paid(state: &str) -> bool {
    matches!(state, "sent" | "delivered" | "failed")
}

/// What notices have cost so far, in fen.
async fn costs(ladders: &[RungRow], conn: &mut Conn) -> Result<HashMap<Uuid, i64>> {
    let orders: HashMap<Uuid, Uuid> =
        ladders.iter().filter_map(|rung| Some((rung.campaign_id?, rung.announcement_id))).collect();
    let ids: Vec<Uuid> = orders.keys().copied().collect();
    let mut sums: HashMap<Uuid, i64> = HashMap::new();
    for (order, state, _, fen) in messages::tallies(&ids, None, conn).await? {
        if let Some(id) = orders.get(&order).filter(|_| paid(&state)) {
            *sums.entry(*id).or_default() += fen.unwrap_or_default();
        }
    }
    Ok(sums)
}

async fn shown(page: Page<Found>, conn: &mut Conn) -> Result<Page<Announcement>> {
    let ids: Vec<Uuid> = page.nodes.iter().map(|found| found.row.id).collect();
    let read = store::read_counts(&ids, &mut *conn).await?;
    let ladders = store::ladders(&ids, &mut *conn).await?;
    let costs = costs(&ladders, conn).await?;
    let of = |map: &HashMap<Uuid, i64>, id: &Uuid| map.get(id).copied().unwrap_or_default();
    let node = |found: Found| {
        let (read, fen) = (of(&read, &found.row.id), of(&costs, &found.row.id));
        Announcement::of(found, read, fen)
    };
    Ok(Page { nodes: page.nodes.into_iter().map(node).collect(), info: page.info })
}

/// A notice that the caller may see; what people remind themselves of is nobody else's.
async fn seen(cx: &Cx, id: AnnouncementId, conn: &mut Conn) -> Result<(Found, bool)> {
    let found = store::one(id, &mut *conn).await?;
    let reads = Reach::held(cx, READ, &mut *conn).await?.covers(&found.path);
    let manages = Reach::held(cx, SEND, conn).await?.covers(&found.path);
    let private = found.row.occasion().is_private();
    if (reads || manages) && !private { Ok((found, manages)) } else { Err(Error::missing()) }
}

/// One notice whole.
pub(super) async fn whole(cx: &Cx, id: AnnouncementId) -> Result<AnnouncementWhole> {
    let mut read = cx.read(READ).await?;
    let conn = read.conn()?;
    let (found, manages) = seen(cx, id, &mut *conn).await?;
    let ladder = store::ladders(&[id.0], &mut *conn).await?;
    let orders: Vec<Uuid> = ladder.iter().filter_map(|rung| rung.campaign_id).collect();
    let tallies = messages::tallies(&orders, None, &mut *conn).await?;
    let own = store::delivery_counts(id.0, &mut *conn).await?;
    let has_read = store::read_counts(&[id.0], conn).await?.into_values().next().unwrap_or_default();
    let mut whole_fen = 0;
    let mut rungs = Vec::with_capacity(ladder.len());
    for rung in ladder {
        let mut counts: HashMap<AnnouncementDeliveryState, i64> = HashMap::new();
        let mut count = |state: &str, many: i64| {
            if let Some(state) = AnnouncementDeliveryState::from_code(state) {
                *counts.entry(state).or_default() += many;
            }
        };
        let mut fen = 0;
        for (order, state, many, sum) in &tallies {
            if Some(*order) == rung.campaign_id {
                count(state, *many);
                fen += sum.filter(|_| paid(state)).unwrap_or_default();
            }
        }
        for (_, state, many) in own.iter().filter(|(of, ..)| *of == rung.rung) {
            count(state, *many);
        }
        let told = |state: &AnnouncementDeliveryState| {
            Some(AnnouncementCount { state: *state, count: counts.get(state).copied()? })
        };
        let counts = AnnouncementDeliveryState::ALL.iter().filter_map(told).collect();
        whole_fen += fen;
        rungs.push(AnnouncementRungState::of(rung, counts, fen));
    }
    Ok(AnnouncementWhole {
        text: found.row.text.clone(),
        withdrawn_at: found.row.withdrawn_at,
        withdrawn_by: found.row.withdrawn_by.clone(),
        withdrawn_reason: found.row.withdrawn_reason.clone(),
        announcement: Announcement::of(found, has_read, whole_fen),
        rungs,
        manages,
    })
}

/// What messages may cost, and have cost.
pub(super) async fn budget(cx: &Cx, conn: &mut Conn) -> Result<MessageBudget> {
    let month_fen = store::budget(&mut *conn).await?;
    Ok(MessageBudget { month_fen, spent_fen: messages::spent(cx.now(), conn).await? })
}

/// WeChat's templates with how often the caller has agreed.
pub(super) async fn consents(cx: &Cx) -> Result<Vec<MessageConsent>> {
    let account = cx.identity()?.account.0;
    let Some(template) = push::consented_template(&cx.app) else { return Ok(Vec::new()) };
    let mut read = cx.read(SELF).await?;
    let left = store::consents(template, &[account], read.conn()?).await?;
    let left = left.get(&account).copied().unwrap_or_default();
    Ok(vec![MessageConsent { template: template.to_owned(), left }])
}

async fn own(rows: Vec<store::Mine>, conn: &mut Conn) -> Result<Vec<MyMessage>> {
    let places: Vec<Uuid> = rows.iter().map(|(row, _)| row.organisation_id).collect();
    let names = organisation::names(&places, conn).await?;
    Ok(rows.into_iter().map(|row| MyMessage::of(row, &names)).collect())
}

/// 通知公告、消息和日程
#[derive(Default)]
pub struct MessagingQuery;

#[Object]
impl MessagingQuery {
    /// Notices in the name of the caller's organisations, newest first (PC-4.5).
    async fn announcements(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<AnnouncementFilter>,
    ) -> Result<Listed<Announcement>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let filter = filter.unwrap_or_default().into();
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(store::count(&reach, &filter, read.conn()?).await?) } else { None };
        let page = store::list(&reach, &filter, &args, read.conn()?).await?;
        Ok(Listed::new(shown(page, read.conn()?).await?, total))
    }

    /// One notice whole.
    async fn announcement(&self, ctx: &Context<'_>, id: AnnouncementId) -> Result<AnnouncementWhole> {
        whole(ctx.cx()?, id).await
    }

    /// Whom a notice is for: who has read it, and what became of what was sent to them.
    async fn readers(
        &self,
        ctx: &Context<'_>,
        announcement: AnnouncementId,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<AnnouncementReaderFilter>,
    ) -> Result<Listed<AnnouncementReader>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let filter = filter.unwrap_or_default().into();
        let mut read = cx.read(READ).await?;
        let conn = read.conn()?;
        seen(cx, announcement, &mut *conn).await?;
        let id = announcement.0;
        let ladder = store::ladders(&[id], &mut *conn).await?;
        let rungs: HashMap<Uuid, String> =
            ladder.iter().filter_map(|rung| Some((rung.campaign_id?, rung.rung.clone()))).collect();
        let orders: Vec<Uuid> = rungs.keys().copied().collect();
        let total = match ctx.shows(&["totalCount"]) {
            true => Some(store::count_readers(id, &filter, &orders, &mut *conn).await?),
            false => None,
        };
        let page = store::readers(id, &filter, &orders, &args, &mut *conn).await?;
        let persons: Vec<Uuid> = page.nodes.iter().map(|row| row.person_id).collect();
        let places: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&places, &mut *conn).await?;
        let mut deliveries: HashMap<Uuid, Vec<DeliveryRow>> = HashMap::new();
        for row in store::deliveries_to(id, &persons, &mut *conn).await? {
            deliveries.entry(row.person_id).or_default().push(row);
        }
        let of = |row: MessageRow| Some(((row.person_id, rungs.get(&row.campaign_id)?.clone()), row));
        let told: HashMap<(Uuid, String), MessageRow> =
            messages::to_people(&orders, &persons, conn).await?.into_iter().filter_map(of).collect();
        let nodes = page.nodes.into_iter().map(|row| {
            let sent = deliveries.remove(&row.person_id).unwrap_or_default();
            AnnouncementReader::of(row, &names, sent, &told)
        });
        Ok(Listed::new(Page { nodes: nodes.collect(), info: page.info }, total))
    }

    /// What a notice will be before it is sent: whom it reaches how, and what it may cost.
    async fn plan(&self, ctx: &Context<'_>, input: AnnouncementInput) -> Result<AnnouncementPlan> {
        let cx = ctx.cx()?;
        cx.allow(SEND)?;
        identity::must_be_account(cx)?;
        match actions::plan(cx, &input.into()).await? {
            Ok(plan) => Ok(plan.into()),
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Approved templates that a rung of text messages or calls may use.
    async fn templates(&self, ctx: &Context<'_>, rung: AnnouncementRung) -> Result<Vec<AnnouncementTemplate>> {
        let cx = ctx.cx()?;
        let permission = if cx.allow(RULES).is_ok() { RULES } else { SEND };
        let rows = words::mine(cx, permission).await?;
        let Some(channel) = rung.channel() else { return Ok(Vec::new()) };
        let approved = rows.into_iter().filter(|row| row.kind == channel.kind() && row.state == "approved");
        let shown = approved.map(|row| AnnouncementTemplate {
            id: row.id.into(),
            name: row.name,
            text: row.text,
            variables: row.variables.iter().filter(|name| !rules::known(name)).cloned().collect(),
            all: row.variables,
        });
        Ok(shown.collect())
    }

    /// What the tenant has decided for each occasion (通知规则), for those who send notices.
    async fn rules(&self, ctx: &Context<'_>) -> Result<Vec<AnnouncementRule>> {
        let mut read = ctx.cx()?.read(SEND).await?;
        let mut all = Vec::with_capacity(AnnouncementOccasion::ALL.len());
        for occasion in AnnouncementOccasion::ALL {
            all.push(AnnouncementRule::of(*occasion, store::rule(*occasion, read.conn()?).await?));
        }
        Ok(all)
    }

    /// What messages may cost a month, and have cost.
    async fn budget(&self, ctx: &Context<'_>) -> Result<MessageBudget> {
        let cx = ctx.cx()?;
        let mut read = cx.read(RULES).await?;
        budget(cx, read.conn()?).await
    }

    /// What the caller was told, newest first (M-1.15, M-9.7).
    async fn mine(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        unread: Option<bool>,
    ) -> Result<Listed<MyMessage>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let unread = unread.unwrap_or_default();
        let mut read = cx.read(SELF).await?;
        let me = actions::me(cx, read.conn()?).await?.unwrap_or_default();
        let total = match ctx.shows(&["totalCount"]) {
            true => Some(store::count_mine(me, unread, read.conn()?).await?),
            false => None,
        };
        let page = store::mine(me, unread, &args, read.conn()?).await?;
        let nodes = own(page.nodes, read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One message of the caller's; this alone does not count as reading it.
    async fn message(&self, ctx: &Context<'_>, id: AnnouncementId) -> Result<MyMessage> {
        let cx = ctx.cx()?;
        let mut read = cx.read(SELF).await?;
        let me = actions::me(cx, read.conn()?).await?.ok_or_else(Error::missing)?;
        let found = store::my_one(me, id, read.conn()?).await?;
        own(vec![found], read.conn()?).await?.pop().ok_or_else(Error::missing)
    }

    /// How many messages of the caller's are unread.
    async fn unread(&self, ctx: &Context<'_>) -> Result<i64> {
        let cx = ctx.cx()?;
        let mut read = cx.read(SELF).await?;
        match actions::me(cx, read.conn()?).await? {
            Some(me) => store::count_mine(me, true, read.conn()?).await,
            None => Ok(0),
        }
    }

    /// The caller's reminders that come, by time; or those that are over, last first (M-1.11).
    async fn schedules(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        over: Option<bool>,
    ) -> Result<Listed<Schedule>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let over = over.unwrap_or_default();
        let mut read = cx.read(SELF).await?;
        let me = actions::me(cx, read.conn()?).await?.unwrap_or_default();
        let total = match ctx.shows(&["totalCount"]) {
            true => Some(store::count_schedules(me, over, read.conn()?).await?),
            false => None,
        };
        let page = store::schedules(me, over, &args, read.conn()?).await?;
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(Into::into).collect(), info: page.info }, total))
    }

    /// How the caller can be reminded in this tenant today.
    async fn ways(&self, ctx: &Context<'_>) -> Result<Vec<ScheduleWay>> {
        let cx = ctx.cx()?;
        cx.identity()?;
        let mut read = cx.read(SELF).await?;
        actions::ways(cx, read.conn()?).await
    }

    /// WeChat templates to ask the caller's consent for, and how many messages they have agreed to.
    async fn consents(&self, ctx: &Context<'_>) -> Result<Vec<MessageConsent>> {
        consents(ctx.cx()?).await
    }
}
