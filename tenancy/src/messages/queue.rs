//! Orders of messages to many people (群发), and the record of what became of them (短信记录).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{CampaignId, Error, Page, PageArgs, Permission, Result, Secret, SmsWordId, TenantId};

use super::send::SendMessages;
use super::words::{self, Word};
use super::{Channel, Quiet, quiet, text};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::schema::{campaigns, messages};
use crate::{quotas, tenants};

/// The most people of one order (PC-3.2.1c).
pub const MOST: usize = 5_000;
/// Rows written by one statement.
const CHUNK: usize = 500;

/// Somebody who can get a message.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// Who.
    pub person: Uuid,
    /// 姓名
    pub name: String,
    /// The branch.
    pub organisation: Uuid,
    /// Its short name (党支部).
    pub place: String,
    /// The number.
    pub mobile: Secret,
}

/// What is to be sent.
#[derive(Debug, Clone)]
pub struct Draft {
    /// As a text message or a call.
    pub channel: Channel,
    /// An approved template of the tenant.
    pub template: SmsWordId,
    /// The sender's values for its variables by name.
    pub values: Vec<(String, String)>,
}

/// What is to be sent, checked: a template that is approved, with a value for each variable that is not the member's own.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The template.
    pub word: Word,
    /// In whose name.
    pub signature: String,
    /// What is left of the month's messages; none: as many as one likes.
    pub left: Option<i64>,
    /// As text messages or calls.
    pub channel: Channel,
    values: HashMap<String, String>,
    tenant: TenantId,
}

/// What an order will be.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// One real message.
    pub preview: Option<String>,
    /// Parts of all together (计费条数).
    pub parts: i64,
    /// Their price in fen.
    pub fen: i64,
}

impl Draft {
    /// Looks the draft over. What the tenant has no template of is missing.
    pub async fn ready(&self, cx: &Cx, permission: Permission) -> Result<Ready> {
        self.channel.must_be_open(&cx.app)?;
        let word = words::own(cx, permission, self.template).await?;
        if word.kind != self.channel.kind() {
            return Err(Error::missing());
        }
        if word.state != "approved" {
            return Err(unapproved());
        }
        self.filled(cx, word).await
    }

    /// The same for what was decided on before: a template may have been withdrawn since.
    pub async fn ready_again(&self, cx: &Cx) -> Result<Ready> {
        self.channel.must_be_open(&cx.app)?;
        cx.close().await;
        let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
        let word = words::template(cx.tenant()?, self.template.0, unit.conn()?).await?;
        unit.commit().await?;
        let word = word.filter(|word| word.kind == self.channel.kind()).ok_or_else(unapproved)?;
        self.filled(cx, word).await
    }

    async fn filled(&self, cx: &Cx, word: Word) -> Result<Ready> {
        let given = word.variables.iter().filter(|name| !text::OWN.contains(&name.as_str()));
        let value = |name: &String| {
            let found = self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let value = text::value(&format!("values.{name}"), name, found.unwrap_or_default())?;
            Ok((name.clone(), value))
        };
        let values = given.map(value).collect::<Result<_>>()?;
        let tenant = cx.tenant()?;
        let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
        let signature = words::signature(tenant, unit.conn()?).await?;
        let limit = quotas::of(tenant, unit.conn()?).await?.sms_month;
        let used = quotas::messages(tenant, cx.now(), unit.conn()?).await?;
        unit.commit().await?;
        let signature = signature.unwrap_or_else(|| cx.app.sms.signature(Some(tenant)).to_owned());
        let left = limit.map(|limit| (i64::from(limit) - used).max(0));
        Ok(Ready { word, signature, left, channel: self.channel, values, tenant })
    }
}

fn unapproved() -> Error {
    Error::refuse("TEMPLATE_NOT_APPROVED", "该模板未通过审核，不能发送").at("template")
}

impl Ready {
    /// The values for one person, in the order of the variables.
    fn values(&self, to: &Addressee) -> Vec<String> {
        let value = |name: &String| match name.as_str() {
            "姓名" => to.name.clone(),
            "党支部" => to.place.clone(),
            name => self.values.get(name).cloned().unwrap_or_default(),
        };
        self.word.variables.iter().map(value).collect()
    }

    fn whole(&self, to: &Addressee) -> String {
        let text = text::fill(&self.word.text, &self.word.variables, &self.values(to));
        match self.channel {
            Channel::Sms => text::whole(&self.signature, &text),
            Channel::Voice => text,
        }
    }

    /// What it is paid as: the parts of a text message; a call is one.
    fn parts(&self, to: &Addressee) -> i16 {
        match self.channel {
            Channel::Sms => text::parts(&self.whole(to)),
            Channel::Voice => 1,
        }
    }
}

/// What it will be to send something to these.
pub fn estimate(cx: &Cx, ready: &Ready, to: &[Addressee]) -> Estimate {
    let parts = to.iter().map(|one| i64::from(ready.parts(one))).sum();
    Estimate { preview: to.first().map(|one| ready.whole(one)), parts, fen: parts * ready.channel.fen(&cx.app) }
}

/// When a message that is ordered now leaves: at once, or when the quiet hours end.
pub async fn leaves_at(cx: &Cx, conn: &mut Conn) -> Result<Option<DateTime<Utc>>> {
    Ok(quiet(conn).await?.ends(cx.now()))
}

/// Orders messages (短信提醒), once for a key: the repetition of an order is the order, and false.
pub async fn order(write: &mut Write<'_>, key: Uuid, ready: &Ready, to: &[Addressee]) -> Result<(CampaignId, bool)> {
    if to.is_empty() {
        return Err(Error::refuse("NOBODY_TO_SEND", "所选党员都不能接收短信"));
    }
    let identity = write.cx.identity()?.clone();
    let order = Order { key, account: identity.account.0, name: identity.display_name.clone(), own: false };
    let (id, fresh) = open(write, &order, ready, to.len()).await?;
    if !fresh {
        let template: Uuid = campaigns::table.find(id).select(campaigns::template_id).first(write.conn()?).await?;
        if template != ready.word.id {
            return Err(Error::refuse("KEY_USED", "这次提交已用于另一批短信，请重新打开页面"));
        }
        return Ok((id.into(), false));
    }
    put(write, (id, false), ready, to).await?;
    let parts: i64 = to.iter().map(|one| i64::from(ready.parts(one))).sum();
    let entry = Entry::new("sms.ordered", "campaign", id)
        .note("word", ready.word.name.clone())
        .note("people", to.len())
        .note("parts", parts);
    write.audit(entry).await?;
    write.enqueue(&SendMessages {}).await?;
    Ok((id.into(), true))
}

/// An order that grows: of those who are sent a notice by and by.
#[derive(Debug, Clone)]
pub struct Order {
    /// By which it is known again.
    pub key: Uuid,
    /// Whose order it is.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// Asked for by whom it goes to: quiet hours do not hold it back.
    pub own: bool,
}

/// Adds people to an order; who is in it already is sent nothing more. What began it has its audit row.
pub async fn add(write: &mut Write<'_>, order: &Order, ready: &Ready, to: &[Addressee]) -> Result<CampaignId> {
    let (id, fresh) = open(write, order, ready, to.len()).await?;
    let new = put(write, (id, order.own), ready, to).await?;
    if !fresh && new > 0 {
        let new = i32::try_from(new).map_err(Error::bug)?;
        diesel::update(campaigns::table.find(id))
            .set(campaigns::count.eq(campaigns::count + new))
            .execute(write.conn()?)
            .await?;
    }
    write.enqueue(&SendMessages {}).await?;
    Ok(id.into())
}

/// The order of a key, and whether it is new.
async fn open(write: &mut Write<'_>, order: &Order, ready: &Ready, count: usize) -> Result<(Uuid, bool)> {
    let id: Uuid = write.cx.app.world.id();
    let row = (
        campaigns::id.eq(id),
        campaigns::account_id.eq(order.account),
        campaigns::account_name.eq(&order.name),
        campaigns::request_key.eq(order.key),
        campaigns::template_id.eq(ready.word.id),
        campaigns::template_name.eq(&ready.word.name),
        campaigns::text.eq(&ready.word.text),
        campaigns::variables.eq(&ready.word.variables),
        campaigns::count.eq(i32::try_from(count).map_err(Error::bug)?),
        campaigns::created_at.eq(write.cx.now()),
        campaigns::channel.eq(ready.channel.key()),
    );
    let made = diesel::insert_into(campaigns::table)
        .values(row)
        .on_conflict((campaigns::account_id, campaigns::request_key))
        .do_nothing()
        .execute(write.conn()?)
        .await?;
    if made > 0 {
        return Ok((id, true));
    }
    let known = campaigns::account_id.eq(order.account).and(campaigns::request_key.eq(order.key));
    let id = campaigns::table.filter(known).select(campaigns::id).first(write.conn()?).await?;
    Ok((id, false))
}

async fn put(write: &mut Write<'_>, (campaign, own): (Uuid, bool), ready: &Ready, to: &[Addressee]) -> Result<usize> {
    let (now, vault) = (write.cx.now(), tenants::vault(&write.cx.app, ready.tenant).await?);
    let fen = ready.channel.fen(&write.cx.app);
    let mut new = 0;
    for chunk in to.chunks(CHUNK) {
        let mut rows = Vec::with_capacity(chunk.len());
        for one in chunk {
            let filled = serde_json::to_vec(&ready.values(one)).map_err(Error::bug)?;
            let parts = ready.parts(one);
            rows.push((
                messages::id.eq(write.cx.app.world.id::<Uuid>()),
                messages::campaign_id.eq(campaign),
                messages::person_id.eq(one.person),
                messages::person_name.eq(one.name.clone()),
                messages::organisation_id.eq(one.organisation),
                messages::mobile.eq(vault.seal(one.mobile.expose().as_bytes())?),
                messages::filled.eq(vault.seal(&filled)?),
                messages::state.eq("queued"),
                messages::parts.eq(parts),
                messages::fen.eq(i64::from(parts) * fen),
                messages::created_at.eq(now),
                messages::channel.eq(ready.channel.key()),
                messages::own.eq(own),
            ));
        }
        let put =
            diesel::insert_into(messages::table).values(rows).on_conflict((messages::campaign_id, messages::person_id));
        new += put.do_nothing().execute(write.conn()?).await?;
    }
    Ok(new)
}

/// What the month's messages of the tenant cost so far, in fen, with those that are still to go.
pub async fn spent(now: DateTime<Utc>, conn: &mut Conn) -> Result<i64> {
    let since = messages::created_at.ge(crate::meters::month(now)).and(messages::state.ne("cancelled"));
    let fen = diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::BigInt>>("sum(fen)::bigint");
    let fen: Option<i64> = messages::table.filter(since).select(fen).get_result(conn).await?;
    Ok(fen.unwrap_or_default())
}

/// The messages of these orders to these people.
pub async fn to_people(orders: &[Uuid], people: &[Uuid], conn: &mut Conn) -> Result<Vec<MessageRow>> {
    let those = messages::campaign_id.eq_any(orders).and(messages::person_id.eq_any(people));
    Ok(messages::table.filter(those).select(MessageRow::as_select()).load(conn).await?)
}

/// Takes the names off orders of somebody whose record goes.
pub async fn unname(orders: &[Uuid], conn: &mut Conn) -> Result<()> {
    diesel::update(campaigns::table.filter(campaigns::id.eq_any(orders)))
        .set(campaigns::account_name.eq(crate::purge::NAMELESS))
        .execute(conn)
        .await?;
    Ok(())
}

/// To whom messages of these orders are in a state.
pub async fn in_state(orders: &[Uuid], state: &str, conn: &mut Conn) -> Result<Vec<Uuid>> {
    let those = messages::campaign_id.eq_any(orders).and(messages::state.eq(state.to_owned()));
    Ok(messages::table.filter(those).select(messages::person_id).load(conn).await?)
}

/// Cancels what is still queued of these orders, to these people or to all; how many.
pub async fn call_off(orders: &[Uuid], people: Option<&[Uuid]>, conn: &mut Conn) -> Result<usize> {
    let mut query = diesel::update(messages::table)
        .filter(messages::campaign_id.eq_any(orders).and(messages::state.eq("queued")))
        .set(messages::state.eq("cancelled"))
        .into_boxed();
    if let Some(people) = people {
        query = query.filter(messages::person_id.eq_any(people));
    }
    Ok(query.execute(conn).await?)
}

/// An order with what became of its messages inside the caller's reach.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its facts.
    pub row: CampaignRow,
    /// How many are in each state.
    pub states: Vec<(String, i64)>,
    /// What those cost that were sent.
    pub fen: i64,
}

/// A stored order.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = campaigns)]
pub struct CampaignRow {
    /// Its id.
    pub id: Uuid,
    /// Who ordered.
    pub account_name: String,
    /// The template's name at that time.
    pub template_name: String,
    /// Its text.
    pub text: String,
    /// To so many.
    pub count: i32,
    /// Why the rest waits: `quiet`, `quota` or `carrier`.
    pub waits: Option<String>,
    /// Until then.
    pub waits_until: Option<DateTime<Utc>>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A stored message.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct MessageRow {
    /// Its id.
    pub id: Uuid,
    /// Of which order.
    pub campaign_id: Uuid,
    /// To whom.
    pub person_id: Uuid,
    /// Their name.
    pub person_name: String,
    /// Their branch at that time.
    pub organisation_id: Uuid,
    /// The number, sealed.
    pub mobile: Vec<u8>,
    /// `queued`, `sending`, `sent`, `delivered`, `failed` or `cancelled`.
    pub state: String,
    /// Parts it is paid for.
    pub parts: i16,
    /// What they cost.
    pub fen: i64,
    /// Who carried it.
    pub carrier: Option<String>,
    /// `live` or `sandbox`.
    pub environment: Option<String>,
    /// What the carrier said.
    pub detail: Option<String>,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// When the carrier took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the carrier told what became of it.
    pub reported_at: Option<DateTime<Utc>>,
    /// `sms` or `voice`.
    pub channel: String,
    /// How long a call was listened to.
    pub seconds: Option<i32>,
}

/// Which messages a list shows. `places`: of people in these branches; none: of all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Inside these branches.
    pub places: Option<Vec<Uuid>>,
    /// Of this order.
    pub campaign: Option<Uuid>,
    /// In this state.
    pub state: Option<&'static str>,
    /// Part of the person's name.
    pub name: Option<String>,
}

fn matching(filter: &Filter) -> messages::BoxedQuery<'static, Pg> {
    // What people remind themselves of is nobody else's.
    let mut query = messages::table.filter(messages::own.eq(false)).into_boxed();
    if let Some(places) = filter.places.clone() {
        query = query.filter(messages::organisation_id.eq_any(places));
    }
    if let Some(campaign) = filter.campaign {
        query = query.filter(messages::campaign_id.eq(campaign));
    }
    if let Some(state) = filter.state {
        query = query.filter(messages::state.eq(state));
    }
    if let Some(name) = filter.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        query = query.filter(messages::person_name.like(tenants::contains(name)));
    }
    query
}

/// Messages, newest first.
pub async fn list(filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<MessageRow>> {
    let mut query = matching(filter).select(MessageRow::as_select()).order(messages::id.desc());
    query = query.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(messages::id.lt(after));
    }
    Ok(page.page(query.load(conn).await?, |row| row.id))
}

/// How many there are.
pub async fn count(filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(filter).count().get_result(conn).await?)
}

fn ordered(places: Option<&[Uuid]>, id: Option<Uuid>) -> campaigns::BoxedQuery<'static, Pg> {
    let own = messages::table.filter(messages::campaign_id.eq(campaigns::id)).filter(messages::own.eq(true));
    let mut query = campaigns::table.filter(diesel::dsl::not(diesel::dsl::exists(own))).into_boxed();
    if let Some(places) = places {
        let here = messages::table
            .filter(messages::campaign_id.eq(campaigns::id))
            .filter(messages::organisation_id.eq_any(places.to_vec()));
        query = query.filter(diesel::dsl::exists(here));
    }
    if let Some(id) = id {
        query = query.filter(campaigns::id.eq(id));
    }
    query
}

/// Orders to people inside these branches, newest first; or just one of them.
pub async fn campaigns(
    places: Option<&[Uuid]>,
    id: Option<CampaignId>,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Campaign>> {
    let mut query = ordered(places, id.map(|id| id.0)).select(CampaignRow::as_select()).order(campaigns::id.desc());
    query = query.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(campaigns::id.lt(after));
    }
    let page = page.page(query.load(conn).await?, |row: &CampaignRow| row.id);
    let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.id).collect();
    let rows = tallies(&ids, places, conn).await?;
    let mut states: HashMap<Uuid, Vec<(String, i64, i64)>> = HashMap::new();
    for (campaign, state, count, fen) in rows {
        states.entry(campaign).or_default().push((state, count, fen.unwrap_or_default()));
    }
    let nodes = page.nodes.into_iter().map(|row| {
        let found = states.remove(&row.id).unwrap_or_default();
        let paid = |state: &str| matches!(state, "sent" | "delivered" | "failed");
        let fen = found.iter().filter(|(state, ..)| paid(state)).map(|(_, _, fen)| fen).sum();
        Campaign { row, states: found.into_iter().map(|(state, count, _)| (state, count)).collect(), fen }
    });
    Ok(Page { nodes: nodes.collect(), info: page.info })
}

/// Of an order: its id, a state, how many messages are in it, what they cost in fen.
pub type Tally = (Uuid, String, i64, Option<i64>);

/// How many messages of each order are in each state, to people inside these branches or to all.
pub async fn tallies(orders: &[Uuid], places: Option<&[Uuid]>, conn: &mut Conn) -> Result<Vec<Tally>> {
    let mut tallies = messages::table
        .group_by((messages::campaign_id, messages::state))
        .select((
            messages::campaign_id,
            messages::state,
            diesel::dsl::count_star(),
            diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::BigInt>>("sum(fen)::bigint"),
        ))
        .filter(messages::campaign_id.eq_any(orders))
        .into_boxed();
    if let Some(places) = places {
        tallies = tallies.filter(messages::organisation_id.eq_any(places.to_vec()));
    }
    Ok(tallies.load(conn).await?)
}

/// How many orders there are.
pub async fn count_campaigns(places: Option<&[Uuid]>, conn: &mut Conn) -> Result<i64> {
    Ok(ordered(places, None).count().get_result(conn).await?)
}

/// Cancels what is still queued of an order, to people inside these branches (取消未发送).
pub async fn cancel(write: &mut Write<'_>, id: CampaignId, places: Option<Vec<Uuid>>) -> Result<usize> {
    let found: i64 = ordered(places.as_deref(), Some(id.0)).count().get_result(write.conn()?).await?;
    if found == 0 {
        return Err(Error::missing());
    }
    let mut query = diesel::update(messages::table)
        .filter(messages::campaign_id.eq(id.0).and(messages::state.eq("queued")))
        .set(messages::state.eq("cancelled"))
        .into_boxed();
    if let Some(places) = places {
        query = query.filter(messages::organisation_id.eq_any(places));
    }
    let cancelled = query.execute(write.conn()?).await?;
    if cancelled == 0 {
        return Err(Error::refuse("NOTHING_QUEUED", "没有等待发送的短信"));
    }
    write.audit(Entry::new("sms.cancelled", "campaign", id.0).note("people", cancelled)).await?;
    Ok(cancelled)
}

/// The quiet hours of the caller's tenant, for showing.
pub async fn quiet_hours(cx: &Cx, permission: Permission) -> Result<Quiet> {
    quiet(cx.read(permission).await?.conn()?).await
}
