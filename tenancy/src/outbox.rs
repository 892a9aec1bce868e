//! The outbox of text messages and calls as the operator of a sandbox reads it.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Fault};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, check, day};
use zhibu_providers::sms::receipt::Receipt;
use zhibu_providers::voice::{VoiceOutcome, VoiceReceipt};
use zhibu_providers::{Fault as Throttle, Purpose};

use crate::cx::Cx;
use crate::db::Space;
use crate::identity::reference;
use crate::messages::{CarryOutcomes, Channel};
use crate::schema::{environment, outbox};

/// A message nobody was sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// A call that reads it aloud.
    pub call: bool,
    /// The number.
    pub mobile: String,
    /// The text.
    pub text: String,
    /// `sign_in`, `password`, `mobile` or `notice`.
    pub purpose: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

type Row = (Uuid, Vec<u8>, Vec<u8>, String, DateTime<Utc>, String);

fn matching(cx: &Cx, mobile: Option<&str>) -> Result<outbox::BoxedQuery<'static, diesel::pg::Pg>> {
    if !cx.app.sms.is_sandbox() {
        // Real codes are nobody's to read.
        return Err(Error::denied());
    }
    let query = outbox::table.into_boxed();
    Ok(match mobile.map(str::trim).filter(|m| !m.is_empty()) {
        None => query,
        Some(mobile) => {
            let mobile = check::mobile(mobile).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
            query.filter(outbox::mobile_index.eq(cx.app.keys.platform.blind(&mobile)))
        }
    })
}

/// The messages, newest first.
pub async fn list(cx: &Cx, permission: Permission, mobile: Option<&str>, page: &PageArgs) -> Result<Page<Message>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let mut query = matching(cx, mobile)?
        .select((outbox::id, outbox::mobile, outbox::text, outbox::purpose, outbox::created_at, outbox::channel))
        .order(outbox::id.desc())
        .limit(page.limit())
        .offset(page.offset());
    if let Some(after) = after {
        query = query.filter(outbox::id.lt(after));
    }
    let rows: Vec<Row> = query.load(read.conn()?).await?;
    let page = page.page(rows, |row| row.0);
    let nodes = page.nodes.into_iter().map(|row| open(cx, row)).collect::<Result<_>>()?;
    Ok(Page { nodes, info: page.info })
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission, mobile: Option<&str>) -> Result<i64> {
    Ok(matching(cx, mobile)?.count().get_result(cx.read(permission).await?.conn()?).await?)
}

fn open(cx: &Cx, (id, mobile, text, purpose, created_at, channel): Row) -> Result<Message> {
    let keys = &cx.app.keys.platform;
    let (mobile, text) = (keys.open_text(&mobile)?, keys.open_text(&text)?);
    let call = channel == Channel::Voice.key();
    Ok(Message { id, call, mobile: mobile.expose().to_owned(), text: text.expose().to_owned(), purpose, created_at })
}

/// Notes what the carrier says became of messages. Nobody has signed that: it must name the carrier's number (or our own,
/// before that one is known) and the telephone number of a message on its way, and says it once.
pub async fn report(cx: &Cx, receipts: &[Receipt]) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    let mut notices = Vec::new();
    for receipt in receipts {
        let Some(mobile) = check::mobile(&receipt.mobile) else { continue };
        let ours: Option<Uuid> = receipt.reference.as_deref().and_then(|reference| reference.parse().ok());
        let unnamed = outbox::carrier_id.is_null().and(outbox::tried_at.is_not_null());
        let named = outbox::carrier_id.is_not_distinct_from(Some(&receipt.id));
        let told: Vec<(Uuid, String)> = diesel::update(outbox::table)
            .filter(named.or(unnamed.and(outbox::id.eq(ours.unwrap_or_default()))))
            .filter(outbox::mobile_index.eq(cx.app.keys.platform.blind(&mobile)))
            .filter(outbox::carrier.is_not_distinct_from(Some(cx.app.sms.carrier().key())))
            .filter(outbox::state.is_null().or(outbox::state.eq_any(["sent", "unknown"])))
            .set((
                outbox::state.eq(if receipt.delivered { "delivered" } else { "undelivered" }),
                outbox::carrier_id.eq(&receipt.id),
                outbox::detail.eq(&receipt.code),
                outbox::reported_at.eq(cx.now()),
            ))
            .returning((outbox::id, outbox::purpose))
            .get_results(write.conn()?)
            .await?;
        notices.extend(told.into_iter().filter(|(_, purpose)| purpose == Purpose::Notice.key()).map(|(id, _)| id));
    }
    if !notices.is_empty() {
        write.enqueue(&CarryOutcomes { ids: notices }).await?;
    }
    write.commit_quietly().await
}

/// Notes what the carrier says became of calls, under the same conditions.
pub async fn report_calls(cx: &Cx, receipts: &[VoiceReceipt]) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    let mut told = Vec::new();
    for receipt in receipts {
        let Some(mobile) = check::mobile(&receipt.mobile) else { continue };
        let open: Vec<(Uuid, Option<String>)> = outbox::table
            .filter(outbox::mobile_index.eq(cx.app.keys.platform.blind(&mobile)))
            .filter(outbox::channel.eq(Channel::Voice.key()).and(outbox::tried_at.is_not_null()))
            .filter(outbox::carrier.is_not_distinct_from(Some(cx.app.voice.carrier().key())))
            .filter(outbox::state.is_null().or(outbox::state.eq_any(["sent", "unknown"])))
            .select((outbox::id, outbox::carrier_id))
            .for_update()
            .load(write.conn()?)
            .await?;
        let ours = open.into_iter().find(|(id, known)| match known {
            Some(known) => *known == receipt.id,
            None => receipt.reference.as_deref() == Some(reference(*id).as_str()),
        });
        let Some((id, _)) = ours else { continue };
        let answered = matches!(receipt.outcome, VoiceOutcome::Answered { .. });
        diesel::update(outbox::table.find(id))
            .set((
                outbox::state.eq(if answered { "delivered" } else { "undelivered" }),
                outbox::carrier_id.eq(&receipt.id),
                outbox::detail.eq(receipt.outcome.key()),
                outbox::seconds.eq(i32::try_from(receipt.outcome.seconds()).unwrap_or(i32::MAX)),
                outbox::reported_at.eq(cx.now()),
            ))
            .execute(write.conn()?)
            .await?;
        told.push(id);
    }
    if !told.is_empty() {
        write.enqueue(&CarryOutcomes { ids: told }).await?;
    }
    write.commit_quietly().await
}

/// A receipt of a call may be lost: after so long the carrier is asked, for a day.
const LOST: Duration = Duration::minutes(10);
/// Calls that are asked about in an hour, those of the last first, and how long between two.
const ASKED: i64 = 500;
const PACE: std::time::Duration = std::time::Duration::from_millis(250);

/// Asks the carrier about calls whose receipt has not come.
pub(crate) async fn ask_about_calls(cx: &Cx) -> Result<()> {
    let now = cx.app.world.now();
    let open: Vec<(Vec<u8>, Option<String>, DateTime<Utc>)> = {
        let mut write = cx.beside(Space::Platform).await?;
        let called = outbox::channel.eq(Channel::Voice.key()).and(outbox::state.eq("sent"));
        let rows = outbox::table
            .filter(called.and(outbox::sent_at.le(now - LOST)).and(outbox::sent_at.gt(now - Duration::days(1))))
            .filter(outbox::carrier.is_not_distinct_from(Some(cx.app.voice.carrier().key())))
            .order(outbox::sent_at.desc())
            .limit(ASKED)
            .select((outbox::mobile, outbox::carrier_id, outbox::sent_at.assume_not_null()))
            .load(write.conn()?)
            .await?;
        write.commit_quietly().await?;
        rows
    };
    let mut found = Vec::new();
    for (mobile, id, sent_at) in open {
        let (Some(id), Ok(mobile)) = (id, cx.app.keys.platform.open_text(&mobile)) else { continue };
        // Half of the account's calls a second belong to those who ask.
        tokio::time::sleep(PACE).await;
        let mut told = cx.app.voice.find(&id, day(sent_at)).await;
        if told.as_ref().is_err_and(|fault| matches!(fault.kind, Throttle::RateLimited { .. })) {
            tokio::time::sleep(PACE * 5).await;
            told = cx.app.voice.find(&id, day(sent_at)).await;
        }
        match told {
            Ok(Some(outcome)) => {
                let mobile = mobile.expose().to_owned();
                found.push(VoiceReceipt { id, mobile, outcome, code: String::new(), reference: None });
            }
            Ok(None) => {}
            Err(fault) => {
                tracing::warn!(%fault, "the carrier was not asked about further calls");
                break;
            }
        }
    }
    if found.is_empty() { Ok(()) } else { report_calls(cx, &found).await }
}

/// Settles whether messages of this database are made up or real, and refuses one that holds the other kind: made-up ones
/// where people are real, or real ones where every operator may read them.
pub async fn unmixed(cx: &Cx) -> Result<()> {
    let (ours, words) = if cx.app.sms.is_sandbox() {
        ("sandbox", "数据库中有正式环境的短信，不能用于演示环境")
    } else {
        ("real", "数据库中有演示环境的短信，不能用于正式环境，请使用新的数据库")
    };
    let mut write = cx.beside(Space::Platform).await?;
    let settled = diesel::insert_into(environment::table)
        .values(environment::name.eq(ours))
        .on_conflict(environment::one)
        .do_update()
        .set(environment::name.eq(ours))
        .execute(write.conn()?)
        .await;
    match settled {
        Err(Fault::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Err(Error::refuse("SANDBOX", words)),
        Err(fault) => Err(fault.into()),
        Ok(_) => write.commit_quietly().await,
    }
}
