use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{
    CampaignId, Error, NoticeMessageId, OrganisationId, Page, PageArgs, PersonId, Result, Secret, SmsWordId, check,
    mask,
};
use zhibu_directory::graphql::{MemberFilter, OrganisationRef};
use zhibu_directory::member::{self, Entry};
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::messages::{self, Addressee, Channel, Draft, MESSAGES_SEND, words};
use zhibu_tenancy::policy::Scope;
use zhibu_tenancy::{Conn, Cx, identity, tenants};

use crate::MESSAGES_READ;

/// People a plan names who cannot get a message.
const NAMED: usize = 100;

/// Where a message stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum MessageState {
    /// 等待发送
    Queued,
    /// 发送中
    Sending,
    /// 已发送
    Sent,
    /// 已送达
    Delivered,
    /// 发送失败
    Failed,
    /// 已取消
    Cancelled,
}

impl MessageState {
    const ALL: [Self; 6] = [Self::Queued, Self::Sending, Self::Sent, Self::Delivered, Self::Failed, Self::Cancelled];

    fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn of(code: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::bug("a message in an unknown state"))
    }
}

/// Why the rest of an order waits.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum MessageWait {
    /// 免打扰时段
    Quiet,
    /// 本月短信已用完
    Quota,
    /// 运营商暂时不可用
    Carrier,
}

/// Why somebody cannot get a message.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum NoMessage {
    /// 没有手机号
    NoMobile,
    /// 已移入历史库
    Departed,
}

/// Whether a message left this machine.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum MessageEnvironment {
    /// 正式
    Live,
    /// 演示
    Sandbox,
}

/// A template that may be sent (短信模板).
#[derive(SimpleObject)]
struct MessageTemplate {
    id: SmsWordId,
    name: String,
    text: String,
    /// What the sender fills in; the member's own name and branch come by themselves.
    variables: Vec<String>,
}

/// Somebody who cannot get a message.
#[derive(SimpleObject)]
struct Unreachable {
    name: String,
    reason: NoMessage,
}

/// What an order will be, before it is given.
#[derive(SimpleObject)]
struct MessagePlan {
    /// One real message.
    preview: Option<String>,
    /// How many get one.
    reachable: usize,
    /// How many do not.
    unreachable_count: usize,
    /// The first hundred of those.
    unreachable: Vec<Unreachable>,
    /// 计费条数
    parts: i64,
    /// 预计费用, in fen
    fen: i64,
    /// What is left of the month's messages; none: as many as one likes.
    left: Option<i64>,
    /// When it leaves, if not at once.
    waits_until: Option<DateTime<Utc>>,
}

/// How many messages of an order are in a state.
#[derive(SimpleObject)]
struct MessageTally {
    state: MessageState,
    count: i64,
}

/// Messages to many, ordered at once (群发).
#[derive(SimpleObject)]
struct Campaign {
    id: CampaignId,
    template_name: String,
    text: String,
    /// To so many, also outside the caller's organisations.
    count: i32,
    ordered_by: String,
    ordered_at: DateTime<Utc>,
    waits: Option<MessageWait>,
    waits_until: Option<DateTime<Utc>>,
    /// Of those inside the caller's organisations.
    tallies: Vec<MessageTally>,
    /// What those cost that were sent, in fen.
    fen: i64,
}

/// A message to a person.
#[derive(SimpleObject)]
struct NoticeMessage {
    id: NoticeMessageId,
    campaign: CampaignId,
    name: String,
    /// 所在党支部 at that time
    branch: OrganisationRef,
    /// Masked.
    mobile: String,
    state: MessageState,
    /// 计费条数
    parts: i16,
    fen: i64,
    carrier: Option<String>,
    environment: Option<MessageEnvironment>,
    /// What the carrier said.
    detail: Option<String>,
    ordered_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    reported_at: Option<DateTime<Utc>>,
}

/// The value of a variable.
#[derive(InputObject)]
struct MessageValue {
    name: String,
    value: String,
}

/// What is sent to whom: the members that are named, or all that the filter finds.
#[derive(InputObject)]
struct MessageInput {
    template: SmsWordId,
    #[graphql(default)]
    values: Vec<MessageValue>,
    /// At most 500.
    members: Option<Vec<PersonId>>,
    /// At most 5000 found.
    filter: Option<MemberFilter>,
}

/// Which messages a list shows.
#[derive(InputObject, Default)]
struct MessageFilter {
    campaign: Option<CampaignId>,
    state: Option<MessageState>,
    /// Part of the name.
    name: Option<String>,
}

/// Whom an order reaches, and whom not.
struct Gathered {
    to: Vec<Addressee>,
    not: Vec<Unreachable>,
}

enum Chosen {
    These(Vec<Uuid>),
    Found(Box<member::Filter>),
}

impl MessageInput {
    fn split(self) -> Result<(Draft, Chosen)> {
        let values = self.values.into_iter().map(|one| (one.name, one.value)).collect();
        let chosen = match (self.members, self.filter) {
            (Some(members), None) => {
                let mut ids: Vec<Uuid> = members.into_iter().map(|id| id.0).collect();
                ids.sort_unstable();
                ids.dedup();
                if !(1..=500).contains(&ids.len()) {
                    return Err(Error::invalid("members", "请选择1至500名党员，更多请按筛选条件发送"));
                }
                Chosen::These(ids)
            }
            (None, Some(filter)) => Chosen::Found(Box::new(filter.try_into()?)),
            _ => return Err(Error::invalid("members", "请选择党员，或按筛选条件发送")),
        };
        Ok((Draft { channel: Channel::Sms, template: self.template, values }, chosen))
    }
}

async fn gather(cx: &Cx, scope: &Scope, chosen: &Chosen, conn: &mut Conn) -> Result<Gathered> {
    let reach = Reach::of(scope, conn).await?;
    let entries = match chosen {
        Chosen::These(ids) => member::addressees(&reach, ids, conn).await?,
        Chosen::Found(filter) => {
            let most = i64::try_from(messages::MOST).map_err(Error::bug)?;
            let found = member::everyone(cx, &reach, filter, most + 1, conn).await?;
            if found.len() > messages::MOST {
                return Err(Error::refuse("TOO_MANY_PEOPLE", "一次最多发送5000人，请缩小筛选范围"));
            }
            found
        }
    };
    let at: Vec<Uuid> = entries.iter().map(|entry| entry.assignment.organisation_id).collect();
    let names = organisation::names(&at, conn).await?;
    sort_out(cx, entries, &names).await
}

async fn sort_out(cx: &Cx, entries: Vec<Entry>, names: &HashMap<Uuid, String>) -> Result<Gathered> {
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let mut gathered = Gathered { to: Vec::with_capacity(entries.len()), not: Vec::new() };
    for Entry { person, assignment, .. } in entries {
        if person.left_at.is_some() {
            gathered.not.push(Unreachable { name: person.name, reason: NoMessage::Departed });
            continue;
        }
        let Some(mobile) = check::mobile(vault.open_text(&person.mobile)?.expose()) else {
            gathered.not.push(Unreachable { name: person.name, reason: NoMessage::NoMobile });
            continue;
        };
        gathered.to.push(Addressee {
            person: person.id,
            name: person.name,
            organisation: assignment.organisation_id,
            place: names.get(&assignment.organisation_id).cloned().unwrap_or_default(),
            mobile: Secret::new(mobile),
        });
    }
    Ok(gathered)
}

fn show(found: messages::Campaign) -> Result<Campaign> {
    let tally = |(state, count): (String, i64)| Ok(MessageTally { state: MessageState::of(&state)?, count });
    let row = found.row;
    Ok(Campaign {
        id: row.id.into(),
        template_name: row.template_name,
        text: row.text,
        count: row.count,
        ordered_by: row.account_name,
        ordered_at: row.created_at,
        waits: row.waits.map(|why| match why.as_str() {
            "quiet" => MessageWait::Quiet,
            "quota" => MessageWait::Quota,
            _ => MessageWait::Carrier,
        }),
        waits_until: row.waits_until,
        tallies: found.states.into_iter().map(tally).collect::<Result<_>>()?,
        fen: found.fen,
    })
}

/// The branches inside a scope; none: all.
async fn places(scope: &Scope, conn: &mut Conn) -> Result<Option<Vec<Uuid>>> {
    let reach = Reach::of(scope, conn).await?;
    organisation::part(&reach, None, conn).await
}

async fn one(cx: &Cx, id: CampaignId) -> Result<Campaign> {
    let mut read = cx.read(MESSAGES_READ).await?;
    let places = places(&read.scope.clone(), read.conn()?).await?;
    let args = PageArgs::new(Some(1), None, None)?;
    let page = messages::campaigns(places.as_deref(), Some(id), &args, read.conn()?).await?;
    page.nodes.into_iter().next().ok_or_else(Error::missing).and_then(show)
}

#[derive(Default)]
pub(super) struct MessageQuery;

#[Object]
impl MessageQuery {
    /// Approved templates of the own tenant.
    async fn message_templates(&self, ctx: &Context<'_>) -> Result<Vec<MessageTemplate>> {
        let rows = words::mine(ctx.cx()?, MESSAGES_SEND).await?.into_iter();
        let approved = rows.filter(|row| row.kind == "template" && row.state == "approved");
        let given = |name: &String| !messages::text::OWN.contains(&name.as_str());
        let shown = approved.map(|row| MessageTemplate {
            id: row.id.into(),
            name: row.name,
            text: row.text,
            variables: row.variables.into_iter().filter(given).collect(),
        });
        Ok(shown.collect())
    }

    /// What an order will be: one real message, who cannot get it, what it costs and when it leaves (PC-3.2.1c).
    async fn message_plan(&self, ctx: &Context<'_>, input: MessageInput) -> Result<MessagePlan> {
        let cx = ctx.cx()?;
        cx.allow(MESSAGES_SEND)?;
        identity::must_be_account(cx)?;
        let (draft, chosen) = input.split()?;
        let ready = draft.ready(cx, MESSAGES_SEND).await?;
        let mut read = cx.read(MESSAGES_SEND).await?;
        let mut gathered = gather(cx, &read.scope.clone(), &chosen, read.conn()?).await?;
        let waits_until = messages::leaves_at(cx, read.conn()?).await?;
        let estimate = messages::estimate(cx, &ready, &gathered.to);
        let unreachable_count = gathered.not.len();
        gathered.not.truncate(NAMED);
        Ok(MessagePlan {
            preview: estimate.preview,
            reachable: gathered.to.len(),
            unreachable_count,
            unreachable: gathered.not,
            parts: estimate.parts,
            fen: estimate.fen,
            left: ready.left,
            waits_until,
        })
    }

    /// Orders to members inside the caller's organisations, newest first (短信记录).
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<Campaign>> {
        let args = PageArgs::new(first, after, offset)?;
        let cx = ctx.cx()?;
        cx.identity()?;
        let mut read = cx.read(MESSAGES_READ).await?;
        let places = places(&read.scope.clone(), read.conn()?).await?;
        let total = match ctx.shows(&["totalCount"]) {
            true => Some(messages::count_campaigns(places.as_deref(), read.conn()?).await?),
            false => None,
        };
        let page = messages::campaigns(places.as_deref(), None, &args, read.conn()?).await?;
        let nodes = page.nodes.into_iter().map(show).collect::<Result<_>>()?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One order.
    async fn campaign(&self, ctx: &Context<'_>, id: CampaignId) -> Result<Campaign> {
        let cx = ctx.cx()?;
        cx.identity()?;
        one(cx, id).await
    }

    /// Messages to members inside the caller's organisations, newest first.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<MessageFilter>,
    ) -> Result<Listed<NoticeMessage>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let filter = filter.unwrap_or_default();
        let vault = tenants::vault(&cx.app, cx.identity()?.tenant.id).await?;
        let mut read = cx.read(MESSAGES_READ).await?;
        let filter = messages::Filter {
            places: places(&read.scope.clone(), read.conn()?).await?,
            campaign: filter.campaign.map(|id| id.0),
            state: filter.state.map(MessageState::code),
            name: filter.name,
        };
        let total = if ctx.shows(&["totalCount"]) { Some(messages::count(&filter, read.conn()?).await?) } else { None };
        let page = messages::list(&filter, &args, read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let node = |row: messages::MessageRow| {
            Ok(NoticeMessage {
                id: row.id.into(),
                campaign: row.campaign_id.into(),
                branch: (
                    OrganisationId(row.organisation_id),
                    names.get(&row.organisation_id).cloned().unwrap_or_default(),
                )
                    .into(),
                mobile: mask::phone(vault.open_text(&row.mobile)?.expose()),
                state: MessageState::of(&row.state)?,
                name: row.person_name,
                parts: row.parts,
                fen: row.fen,
                carrier: row.carrier,
                environment: row.environment.map(|kind| match kind.as_str() {
                    "sandbox" => MessageEnvironment::Sandbox,
                    _ => MessageEnvironment::Live,
                }),
                detail: row.detail,
                ordered_at: row.created_at,
                sent_at: row.sent_at,
                reported_at: row.reported_at,
            })
        };
        let nodes = page.nodes.into_iter().map(node).collect::<Result<_>>()?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct MessageMutation;

#[Object]
impl MessageMutation {
    /// Sends a template to members (短信提醒, PC-3.2.1c). The same key again is the same order.
    async fn send_messages(&self, ctx: &Context<'_>, key: CampaignId, input: MessageInput) -> Result<Campaign> {
        let cx = ctx.cx()?;
        cx.allow(MESSAGES_SEND)?;
        identity::must_be_account(cx)?;
        let (draft, chosen) = input.split()?;
        let ready = draft.ready(cx, MESSAGES_SEND).await?;
        let mut write = cx.write(MESSAGES_SEND).await?;
        let gathered = gather(cx, &write.scope.clone(), &chosen, write.conn()?).await?;
        let (id, fresh) = messages::order(&mut write, key.0, &ready, &gathered.to).await?;
        if fresh {
            write.commit().await?
        } else {
            write.commit_quietly().await?
        }
        one(cx, id).await
    }

    /// Cancels what is still queued of an order; the result is how many messages (取消未发送).
    async fn cancel_messages(&self, ctx: &Context<'_>, id: CampaignId) -> Result<usize> {
        let cx = ctx.cx()?;
        cx.identity()?;
        let mut write = cx.write(MESSAGES_SEND).await?;
        let places = places(&write.scope.clone(), write.conn()?).await?;
        let cancelled = messages::cancel(&mut write, id, places).await?;
        write.commit().await?;
        Ok(cancelled)
    }
}
