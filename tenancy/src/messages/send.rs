//! The sending of what is queued: one message after the other, each claimed in the tenant's own table, handed to the outbox under
//! the same id, and only then to the carrier. Whatever is repeated after a crash finds the id there already.

use std::time::Duration as Pause;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result, TenantId};
use zhibu_providers::Purpose;

use super::{Channel, quiet, text, words};
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::identity::SendSms;
use crate::jobs::{self, Job};
use crate::schema::{campaigns, messages, outbox, sms_queues};
use crate::{quotas, tenants};

/// Messages of one run; the next run follows at once, so that other jobs of the tenant have their turn.
const STEP: usize = 200;
/// Attempts in a row without success after which the carrier is left alone for a while.
const OUTAGES: usize = 3;
/// What is tried again, and when.
const SOON: Duration = Duration::seconds(20);
const LATER: Duration = Duration::minutes(10);
/// So long an order is worth sending: it is written for the day and for the next.
const WORTH: Duration = Duration::hours(36);
/// Whether the quota has room again.
const ROOM: Duration = Duration::hours(1);

/// Sends what is queued in a tenant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendMessages {}

/// Id, template, number, values, parts, channel.
type Claimed = (Uuid, Uuid, Vec<u8>, Vec<u8>, i16, String);

/// What became of handing a message to the outbox.
enum Handed {
    Over,
    /// The month's messages are used up.
    NoRoom,
}

/// Why the rest waits, and until when.
type Wait = (&'static str, DateTime<Utc>);

impl Job for SendMessages {
    const NAME: &'static str = "messages_send";

    async fn run(self, cx: &Cx) -> Result<()> {
        let tenant = cx.tenant()?;
        let (mut sent, mut left, mut outages) = (0, Vec::new(), 0);
        let wait = loop {
            // A clock reading of its own for each: a run may last into the evening.
            let now = cx.app.world.now();
            let Some(message) = claim(cx, &left, now).await? else {
                break (!left.is_empty()).then_some(("carrier", now + SOON));
            };
            let message = match message {
                Next::Message(message) => message,
                Next::Stale => continue,
                // What somebody has asked for themselves and the carrier did not take does not wait for morning.
                Next::Quiet(_) if !left.is_empty() => break Some(("carrier", now + SOON)),
                Next::Quiet(morning) => break Some(("quiet", morning)),
            };
            if sent >= STEP {
                let mut write = cx.beside(cx.space()).await?;
                write.enqueue(&Self {}).await?;
                return write.commit_quietly().await;
            }
            let id = message.0;
            if let Handed::NoRoom = hand(cx, tenant, message).await? {
                unclaim(cx, id).await?;
                break Some(("quota", now + ROOM));
            }
            let platform = Cx::system(cx.app.clone(), Space::Platform);
            let done = SendSms { id }.run(&platform).await;
            platform.close().await;
            sent += 1;
            if carry(cx, tenant, &[id]).await? == 0 || done.is_err() {
                // What the carrier did not take for sure can still be called off.
                if untaken(cx, id).await? {
                    unclaim(cx, id).await?;
                }
                left.push(id);
                outages += 1;
                if outages >= OUTAGES {
                    break Some(("carrier", now + Duration::minutes(1)));
                }
                tokio::time::sleep(Pause::from_millis(500)).await;
            } else {
                outages = 0;
            }
        };
        note(cx, tenant, wait).await
    }

    async fn give_up(self, cx: &Cx) -> Result<()> {
        note(cx, cx.tenant()?, Some(("carrier", cx.app.world.now() + LATER))).await
    }
}

enum Next {
    Message(Claimed),
    /// Some had waited too long: what is next is looked for again.
    Stale,
    Quiet(DateTime<Utc>),
}

/// The next message, claimed: one that an earlier run has left unsettled, or the first of the queue.
async fn claim(cx: &Cx, left: &[Uuid], now: DateTime<Utc>) -> Result<Option<Next>> {
    let mut write = cx.beside(cx.space()).await?;
    let Some(mut found) = first(left, false, write.conn()?).await? else { return Ok(None) };
    // The first has waited longest.
    let since: DateTime<Utc> = messages::table.find(found.0).select(messages::created_at).first(write.conn()?).await?;
    if since < now - WORTH && stale(now, write.conn()?).await? > 0 {
        write.commit_quietly().await?;
        return Ok(Some(Next::Stale));
    }
    if let Some(morning) = quiet(write.conn()?).await?.ends(now) {
        match first(left, true, write.conn()?).await? {
            Some(own) => found = own,
            None => return Ok(Some(Next::Quiet(morning))),
        }
    }
    found.1 = campaigns::table.find(found.1).select(campaigns::template_id).first(write.conn()?).await?;
    diesel::update(messages::table.find(found.0)).set(messages::state.eq("sending")).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    Ok(Some(Next::Message(found)))
}

/// The first that waits, of all or of those that people have asked for themselves.
async fn first(left: &[Uuid], own: bool, conn: &mut Conn) -> Result<Option<Claimed>> {
    for state in ["sending", "queued"] {
        let waits = messages::id.ne_all(left.to_vec()).and(messages::state.eq(state));
        let found = messages::table
            .filter(waits.and(messages::own.eq(true).or(messages::own.eq(own))))
            .order(messages::id)
            .select((
                messages::id,
                messages::campaign_id,
                messages::mobile,
                messages::filled,
                messages::parts,
                messages::channel,
            ))
            .for_update()
            .skip_locked()
            .first(&mut *conn)
            .await
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Gives up what has waited too long, for morning or for room in the quota: it says what is true no longer. How many
/// there were; they cost nothing.
async fn stale(now: DateTime<Utc>, conn: &mut Conn) -> Result<usize> {
    let waited = messages::state.eq("queued").and(messages::created_at.lt(now - WORTH));
    Ok(diesel::update(messages::table.filter(waited))
        .set((messages::state.eq("failed"), messages::detail.eq("等待过久，未发送"), messages::fen.eq(0)))
        .execute(conn)
        .await?)
}

/// Puts a message into the outbox under its own id, unless it is there, and counts it.
async fn hand(cx: &Cx, tenant: TenantId, (id, template, mobile, filled, parts, channel): Claimed) -> Result<Handed> {
    let vault = tenants::vault(&cx.app, tenant).await?;
    let mobile = vault.open_text(&mobile)?;
    let values: Vec<String> = serde_json::from_slice(&vault.open(&filled)?).map_err(Error::bug)?;
    let mut write = cx.beside(Space::Platform).await?;
    let there: i64 = outbox::table.find(id).count().get_result(write.conn()?).await?;
    if there > 0 {
        return Ok(Handed::Over);
    }
    if !quotas::may_send(&mut write, tenant, Purpose::Notice, parts).await? {
        return Ok(Handed::NoRoom);
    }
    let (body, params) = compose(&mut write, tenant, (template, channel == Channel::Voice.key()), &values).await?;
    let keys = &cx.app.keys.platform;
    let row = (
        outbox::id.eq(id),
        outbox::tenant_id.eq(tenant.0),
        outbox::mobile.eq(keys.seal(mobile.expose().as_bytes())?),
        outbox::mobile_index.eq(keys.blind(mobile.expose())),
        outbox::text.eq(keys.seal(body.as_bytes())?),
        outbox::params.eq(keys.seal(&params)?),
        outbox::purpose.eq(Purpose::Notice.key()),
        outbox::created_at.eq(cx.app.world.now()),
        outbox::parts.eq(parts),
        outbox::word_id.eq(template),
        outbox::channel.eq(channel),
    );
    diesel::insert_into(outbox::table).values(row).on_conflict_do_nothing().execute(write.conn()?).await?;
    write.commit_quietly().await?;
    Ok(Handed::Over)
}

/// The whole text, and the values under the carrier's names. Of a template that is approved no longer nothing is composed:
/// the message will be refused.
async fn compose(
    write: &mut Write<'_>,
    tenant: TenantId,
    (template, call): (Uuid, bool),
    values: &[String],
) -> Result<(String, Vec<u8>)> {
    let signature = words::signature(tenant, write.conn()?).await?;
    let signature = signature.unwrap_or_else(|| write.cx.app.sms.signature(Some(tenant)).to_owned());
    let found = words::template(tenant, template, write.conn()?).await?;
    let (body, names) = match found {
        Some(word) => (text::fill(&word.text, &word.variables, values), word.carrier_variables),
        None => (String::new(), Vec::new()),
    };
    let params: Vec<(&String, &String)> = names.iter().zip(values).collect();
    let whole = if call { body } else { text::whole(&signature, &body) };
    Ok((whole, serde_json::to_vec(&params).map_err(Error::bug)?))
}

/// Whether the carrier has done nothing for sure about a message of the outbox.
async fn untaken(cx: &Cx, id: Uuid) -> Result<bool> {
    cx.close().await;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let open = outbox::table.find(id).filter(outbox::state.is_null().and(outbox::tried_at.is_null()));
    let open: i64 = open.count().get_result(unit.conn()?).await?;
    unit.commit().await?;
    Ok(open > 0)
}

/// Puts a message back that could not be handed over.
async fn unclaim(cx: &Cx, id: Uuid) -> Result<()> {
    let mut write = cx.beside(cx.space()).await?;
    diesel::update(messages::table.find(id))
        .filter(messages::state.eq("sending"))
        .set(messages::state.eq("queued"))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await
}

type Outcome = (
    Uuid,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    (String, Option<i32>),
);

/// Copies what the outbox knows into the tenant's own table; how many messages are settled.
async fn carry(cx: &Cx, tenant: TenantId, ids: &[Uuid]) -> Result<usize> {
    cx.close().await;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let rows: Vec<Outcome> = outbox::table
        .filter(outbox::id.eq_any(ids).and(outbox::tenant_id.eq(tenant.0)).and(outbox::state.is_not_null()))
        .select((
            outbox::id,
            outbox::state,
            outbox::carrier,
            outbox::detail,
            outbox::sent_at,
            outbox::reported_at,
            (outbox::channel, outbox::seconds),
        ))
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    for (id, told, carrier, detail, sent_at, reported_at, (channel, seconds)) in &rows {
        let call = channel == Channel::Voice.key();
        let sandbox = if call { cx.app.voice.is_sandbox() } else { cx.app.sms.is_sandbox() };
        let environment = if sandbox { "sandbox" } else { "live" };
        let (state, words) = match told.as_deref() {
            Some("sent") => ("sent", None),
            // How long it was listened to says enough.
            Some("delivered") if call => ("delivered", None),
            Some("delivered") => ("delivered", detail.clone()),
            Some("undelivered") if call => ("failed", Some(ended(detail.as_deref()).to_owned())),
            Some("unknown") => ("failed", Some("运营商没有答复，为免重复未再发送".to_owned())),
            Some("late") => ("failed", Some("等待过久，未发送".to_owned())),
            Some("refused") if detail.as_deref() == Some("template") => ("failed", Some("模板已不能使用".to_owned())),
            _ => ("failed", detail.clone()),
        };
        let was = messages::state.eq_any(["sending", "sent", "delivered", "failed"]);
        diesel::update(messages::table.find(id))
            .filter(was)
            .set((
                messages::state.eq(state),
                messages::carrier.eq(carrier),
                messages::environment.eq(environment),
                messages::detail.eq(words),
                messages::sent_at.eq(sent_at),
                messages::reported_at.eq(reported_at),
                messages::seconds.eq(seconds),
            ))
            .execute(write.conn()?)
            .await?;
        // What the carrier has refused costs nothing; what it did not answer about may.
        if matches!(told.as_deref(), Some("refused" | "late")) {
            diesel::update(messages::table.find(id)).set(messages::fen.eq(0)).execute(write.conn()?).await?;
        }
    }
    write.commit_quietly().await?;
    Ok(rows.len())
}

/// How a call ended that nobody listened to.
fn ended(outcome: Option<&str>) -> &'static str {
    match outcome {
        Some("busy") => "占线",
        Some("no_answer") => "无人接听",
        Some("refused") => "拒接",
        Some("unreachable") => "无法接通",
        _ => "呼叫失败",
    }
}

/// Notes in the orders why the rest waits, and on the control plane when it is looked at again.
async fn note(cx: &Cx, tenant: TenantId, wait: Option<Wait>) -> Result<()> {
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let none: (Option<&str>, Option<DateTime<Utc>>) = (None, None);
    diesel::update(campaigns::table.filter(campaigns::waits.is_not_null()))
        .set((campaigns::waits.eq(none.0), campaigns::waits_until.eq(none.1)))
        .execute(write.conn()?)
        .await?;
    let open = messages::table
        .filter(messages::state.eq_any(["queued", "sending"]))
        .select(messages::campaign_id)
        .distinct()
        .load::<Uuid>(write.conn()?)
        .await?;
    if let Some((why, until)) = wait {
        diesel::update(campaigns::table.filter(campaigns::id.eq_any(&open)))
            .set((campaigns::waits.eq(why), campaigns::waits_until.eq(until)))
            .execute(write.conn()?)
            .await?;
    }
    write.commit_quietly().await?;
    let Some((_, until)) = wait.filter(|_| !open.is_empty()) else { return Ok(()) };
    let mut write = cx.beside(Space::Platform).await?;
    diesel::insert_into(sms_queues::table)
        .values((sms_queues::tenant_id.eq(tenant.0), sms_queues::due_at.eq(until)))
        .on_conflict(sms_queues::tenant_id)
        .do_update()
        .set(sms_queues::due_at.eq(until))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await
}

/// Wakes the tenants whose messages have waited long enough; the clock starts it every minute.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendDue {}

impl Job for SendDue {
    const NAME: &'static str = "messages_due";

    async fn run(self, cx: &Cx) -> Result<()> {
        let due = sms_queues::due_at.le(cx.now());
        let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
        let tenants: Vec<Uuid> =
            sms_queues::table.filter(due).select(sms_queues::tenant_id).limit(1_000).load(unit.conn()?).await?;
        unit.commit().await?;
        for id in tenants {
            if let Err(error) = wake(cx, id.into()).await {
                // One tenant's trouble is not the others'.
                tracing::warn!(tenant = %id, code = error.code, cause = ?error.cause, "a tenant's messages wait on");
                continue;
            }
            let mut write = cx.beside(Space::Platform).await?;
            diesel::delete(sms_queues::table.find(id).filter(due)).execute(write.conn()?).await?;
            write.commit_quietly().await?;
        }
        crate::wakes::wake_all(cx).await
    }
}

async fn wake(cx: &Cx, tenant: TenantId) -> Result<()> {
    let mut unit = cx.app.begin(Space::Tenant(tenant), Mode::Write).await?;
    jobs::enqueue(&SendMessages {}, Some(&format!("messages:{tenant}")), unit.conn()?).await?;
    unit.commit().await
}

/// Tells tenants what carriers have reported about their messages.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CarryOutcomes {
    pub(crate) ids: Vec<Uuid>,
}

impl Job for CarryOutcomes {
    const NAME: &'static str = "messages_outcomes";

    async fn run(self, cx: &Cx) -> Result<()> {
        let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
        let mut tenants: Vec<Option<Uuid>> = outbox::table
            .filter(outbox::id.eq_any(&self.ids))
            .select(outbox::tenant_id)
            .distinct()
            .load(unit.conn()?)
            .await?;
        unit.commit().await?;
        tenants.sort_unstable();
        for tenant in tenants.into_iter().flatten() {
            carry(cx, tenant.into(), &self.ids).await?;
        }
        Ok(())
    }
}
