//! The way of a text message from the outbox to the carrier. Carriers notice no repetition, so an attempt is written down
//! before the call, and one without an answer is asked about before anything is sent again.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result, Secret, TenantId};
use zhibu_providers::voice::VoiceCall;
use zhibu_providers::{Fault, Found, Handed, Message, ProviderError, Purpose};

use super::sms::LIFE;
use crate::cx::{Cx, Write};
use crate::db::Space;
use crate::jobs::Job;
use crate::messages::{Channel, words};
use crate::schema::outbox;

/// A carrier's list of what it took may lag behind.
const SETTLE: Duration = Duration::seconds(15);

/// Puts a message into the outbox and a job that hands it to the carrier into the same transaction.
pub(super) async fn post(
    write: &mut Write<'_>,
    tenant: Option<TenantId>,
    mobile: &str,
    purpose: Purpose,
    text: &str,
    params: &[(String, Secret)],
) -> Result<()> {
    let keys = &write.cx.app.keys.platform;
    let id: Uuid = write.cx.app.world.id();
    let plain: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    let row = (
        outbox::id.eq(id),
        outbox::tenant_id.eq(tenant.map(|tenant| tenant.0)),
        outbox::mobile.eq(keys.seal(mobile.as_bytes())?),
        outbox::mobile_index.eq(keys.blind(mobile)),
        outbox::text.eq(keys.seal(text.as_bytes())?),
        outbox::params.eq(keys.seal(&serde_json::to_vec(&plain).map_err(Error::bug)?)?),
        outbox::purpose.eq(purpose.key()),
        outbox::created_at.eq(write.cx.now()),
    );
    diesel::insert_into(outbox::table).values(row).execute(write.conn()?).await?;
    write.enqueue(&SendSms { id }).await
}

/// Hands one message of the outbox to the carrier.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendSms {
    pub(crate) id: Uuid,
}

/// What to do with a message that nobody has settled.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Send,
    /// An earlier attempt has no known outcome: ask the carrier.
    Ask,
    /// Too early to ask.
    Wait,
    /// The code it carries means nothing any more.
    TooLate,
    /// Its template is approved no longer.
    NoTemplate,
}

/// So long a message is worth sending.
fn life(purpose: Purpose) -> Duration {
    match purpose {
        Purpose::SignIn | Purpose::Password | Purpose::Mobile => LIFE,
        Purpose::Notice => Duration::days(1),
    }
}

fn step(now: DateTime<Utc>, made: DateTime<Utc>, tried: Option<DateTime<Utc>>, life: Duration) -> Step {
    match tried {
        None if now >= made + life => Step::TooLate,
        None => Step::Send,
        Some(tried) if now < tried + SETTLE => Step::Wait,
        Some(_) => Step::Ask,
    }
}

/// Whether a message that the carrier never saw is worth sending: not when its reader may have asked for the next one.
fn worthwhile(now: DateTime<Utc>, made: DateTime<Utc>, span: Duration) -> bool {
    now < made + span
}

impl Job for SendSms {
    const NAME: &'static str = "sms_send";

    async fn run(self, cx: &Cx) -> Result<()> {
        let Some((message, channel, step)) = self.take(cx).await? else { return Ok(()) };
        match step {
            Step::Send => self.send(cx, &message, channel).await,
            Step::TooLate => self.settle(cx, "late", None).await,
            Step::NoTemplate => self.settle(cx, "refused", Some("template")).await,
            Step::Wait => Err(Error::unavailable("the last attempt is too fresh to ask about")),
            // No carrier of calls can be asked by our reference: only a receipt tells.
            Step::Ask if channel == Channel::Voice => self.settle(cx, "unknown", None).await,
            Step::Ask => self.ask(cx, &message).await,
        }
    }
}

/// How a carrier of calls knows one of ours: it takes fifteen characters.
pub(crate) fn reference(id: Uuid) -> String {
    id.simple().to_string().split_off(17)
}

type Row = (Option<Uuid>, Vec<u8>, Option<Vec<u8>>, String, DateTime<Utc>, Option<DateTime<Utc>>, Option<Uuid>, String);

impl SendSms {
    /// The message and what to do with it, with the attempt already written down.
    async fn take(&self, cx: &Cx) -> Result<Option<(Message, Channel, Step)>> {
        let mut write = cx.beside(Space::Platform).await?;
        let row: Option<Row> = outbox::table
            .find(self.id)
            .filter(outbox::state.is_null().and(outbox::sent_at.is_null()))
            .select((
                outbox::tenant_id,
                outbox::mobile,
                outbox::params,
                outbox::purpose,
                outbox::created_at,
                outbox::tried_at,
                outbox::word_id,
                outbox::channel,
            ))
            .for_update()
            .first(write.conn()?)
            .await
            .optional()?;
        let Some((tenant, mobile, params, purpose, made_at, tried, word, channel)) = row else { return Ok(None) };
        let channel = if channel == Channel::Voice.key() { Channel::Voice } else { Channel::Sms };
        let keys = &cx.app.keys.platform;
        let params: Vec<(String, Secret)> = match params {
            Some(sealed) => serde_json::from_slice(&keys.open(&sealed)?).map_err(Error::bug)?,
            None => Vec::new(),
        };
        let tenant = tenant.map(TenantId);
        let purpose = Purpose::of(&purpose).ok_or_else(|| Error::bug("a message of unknown purpose"))?;
        // As it is approved now: what an operator has decided since the order counts.
        let wording = words::wording(tenant, word, write.conn()?).await?;
        let approved = wording.is_some();
        let message = Message {
            reference: self.id,
            tenant,
            wording: wording.unwrap_or_default(),
            mobile: keys.open_text(&mobile)?,
            purpose,
            params,
            made_at,
        };
        let step = match step(cx.now(), made_at, tried, life(purpose)) {
            Step::Send if !approved => Step::NoTemplate,
            step => step,
        };
        if step == Step::Send {
            let carrier = carrier(cx, channel);
            diesel::update(outbox::table.find(self.id))
                .set((outbox::tried_at.eq(cx.now()), outbox::carrier.eq(carrier)))
                .execute(write.conn()?)
                .await?;
        }
        write.commit_quietly().await?;
        Ok(Some((message, channel, step)))
    }

    async fn send(&self, cx: &Cx, message: &Message, channel: Channel) -> Result<()> {
        let handed = match channel {
            Channel::Sms => cx.app.sms.send(message).await,
            Channel::Voice => {
                let template = message.wording.templates.get(&message.purpose).map(|one| one.id.clone());
                let call = VoiceCall {
                    reference: reference(self.id),
                    mobile: message.mobile.clone(),
                    template: template.unwrap_or_default(),
                    params: message.params.clone(),
                    made_at: message.made_at,
                };
                cx.app.voice.call(&call).await.map(|called| Handed { id: Some(called.id) })
            }
        };
        match handed {
            Ok(handed) => self.sent(cx, handed).await,
            Err(fault) if fault.kind == Fault::Rejected || is_hopeless(message, &fault) => {
                self.settle(cx, "refused", fault.provider_code.as_deref()).await
            }
            Err(fault) if fault.outcome_known() => {
                self.release(cx, channel, &fault).await?;
                Err(Error::unavailable(fault))
            }
            Err(fault) => Err(Error::unavailable(fault)),
        }
    }

    async fn ask(&self, cx: &Cx, message: &Message) -> Result<()> {
        let (now, life) = (cx.now(), life(message.purpose));
        // Nobody asks for another notice.
        let span = match message.purpose {
            Purpose::Notice => life,
            Purpose::SignIn | Purpose::Password | Purpose::Mobile => {
                Duration::seconds(cx.app.settings.sms_interval.into())
            }
        };
        match cx.app.sms.find(message).await {
            Ok(Found::Taken(handed)) => self.sent(cx, handed).await,
            Ok(Found::Absent) if worthwhile(now, message.made_at, span) => {
                let set = outbox::tried_at.eq(now);
                let mut write = cx.beside(Space::Platform).await?;
                diesel::update(outbox::table.find(self.id)).set(set).execute(write.conn()?).await?;
                write.commit_quietly().await?;
                self.send(cx, message, Channel::Sms).await
            }
            Ok(Found::Absent) => self.settle(cx, "late", None).await,
            Ok(Found::NotAskable) => self.settle(cx, "unknown", None).await,
            Err(_) if now >= message.made_at + life => self.settle(cx, "unknown", None).await,
            Err(fault) => Err(Error::unavailable(fault)),
        }
    }

    async fn sent(&self, cx: &Cx, handed: Handed) -> Result<()> {
        let set = (outbox::state.eq("sent"), outbox::sent_at.eq(cx.now()), outbox::carrier_id.eq(handed.id));
        let mut write = cx.beside(Space::Platform).await?;
        // A receipt may have been faster than the answer.
        let row = diesel::update(outbox::table.find(self.id)).filter(outbox::state.is_null());
        row.set(set).execute(write.conn()?).await?;
        count(cx, "sent");
        write.commit_quietly().await
    }

    /// Ends the matter without the carrier having taken the message.
    async fn settle(&self, cx: &Cx, state: &'static str, detail: Option<&str>) -> Result<()> {
        let mut write = cx.beside(Space::Platform).await?;
        let row = diesel::update(outbox::table.find(self.id)).filter(outbox::state.is_null());
        match detail {
            Some(detail) => {
                row.set((outbox::state.eq(state), outbox::detail.eq(detail))).execute(write.conn()?).await?
            }
            None => row.set(outbox::state.eq(state)).execute(write.conn()?).await?,
        };
        count(cx, state);
        write.commit_quietly().await
    }

    /// The carrier did nothing for sure, so the next attempt need not ask.
    async fn release(&self, cx: &Cx, channel: Channel, fault: &ProviderError) -> Result<()> {
        if matches!(fault.kind, Fault::AuthConfig | Fault::Invalid) {
            tracing::error!(carrier = carrier(cx, channel), %fault, "the carrier refuses our account or template");
        }
        let set = (outbox::tried_at.eq(None::<DateTime<Utc>>), outbox::detail.eq(fault.to_string()));
        let mut write = cx.beside(Space::Platform).await?;
        diesel::update(outbox::table.find(self.id)).set(set).execute(write.conn()?).await?;
        write.commit_quietly().await
    }
}

fn carrier(cx: &Cx, channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => cx.app.sms.carrier().key(),
        Channel::Voice => cx.app.voice.carrier().key(),
    }
}

/// Of a notice that its template does not fit no later attempt will fit.
fn is_hopeless(message: &Message, fault: &ProviderError) -> bool {
    message.purpose == Purpose::Notice && fault.kind == Fault::Invalid
}

fn count(cx: &Cx, state: &'static str) {
    metrics::counter!("zhibu_sms", "carrier" => cx.app.sms.carrier().key(), "outcome" => state).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_without_an_answer_is_asked_about_before_anything_is_sent_again() {
        let made = DateTime::UNIX_EPOCH;
        let at = |seconds| made + Duration::seconds(seconds);
        assert_eq!(step(at(299), made, None, LIFE), Step::Send);
        assert_eq!(step(at(300), made, None, LIFE), Step::TooLate);
        assert_eq!(step(at(16), made, Some(at(2)), LIFE), Step::Wait);
        assert_eq!(step(at(17), made, Some(at(2)), LIFE), Step::Ask);
        assert_eq!(step(at(900), made, Some(at(2)), LIFE), Step::Ask);
        assert_eq!(step(at(86_399), made, None, life(Purpose::Notice)), Step::Send);
        assert_eq!(step(at(86_400), made, None, life(Purpose::Notice)), Step::TooLate);
        assert!(worthwhile(at(59), made, Duration::minutes(1)));
        assert!(!worthwhile(at(60), made, Duration::minutes(1)));
    }
}
