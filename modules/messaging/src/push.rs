//! Handing messages to platforms (平台消息). Neither WeChat nor DingTalk notices a repetition: an attempt is written down before
//! the call, and one whose outcome nobody knows is not made again.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_directory::member::{self, Whom};
use zhibu_directory::organisation;
use zhibu_providers::mini::{NoticeResult, Subscribed};
use zhibu_providers::{Fault, ProviderError};
use zhibu_tenancy::Cx;
use zhibu_tenancy::identity::Client;
use zhibu_tenancy::push::{self as platforms, Route, Words};

use crate::SEND;
use crate::climb::later;
use crate::model::{AnnouncementRow, DeliveryRow};
use crate::schema::{announcement_people as people, announcements, deliveries, message_consents};

/// So long an attempt may take; then whoever made it is gone.
const LEASE: Duration = Duration::minutes(2);
/// When DingTalk is asked what became of a notice.
const ASK: Duration = Duration::minutes(1);
/// Attempts, and questions, before it is left at that.
const TRIES: i16 = 5;

/// Nobody says what became of it.
const LEFT: Onward = ("sent", None, None, None);

/// Where a delivery goes on to: the state, why, the platform's number, and when it is looked at again.
type Onward = (&'static str, Option<String>, Option<String>, Option<DateTime<Utc>>);

/// Takes one delivery a step further; false when none is due.
pub(crate) async fn turn(cx: &Cx) -> Result<bool> {
    let now = cx.app.world.now();
    let Some(row) = claim(cx, now).await? else { return Ok(false) };
    let onward = match row.state.as_str() {
        "queued" => send(cx, &row, now).await,
        "sent" => ask(cx, &row, now).await,
        // Whoever sent it has died on the way.
        _ => Ok(("failed", Some("结果不明，为免重复未再发送".to_owned()), None, None)),
    };
    let onward = onward.unwrap_or_else(|error| {
        tracing::warn!(code = error.code, cause = ?error.cause, "a platform could not be asked");
        match row.state.as_str() {
            // It has left: what became of it is asked again, and it is not sent again.
            "sent" => unanswered(&row, now),
            _ => refused(&row, &ProviderError::new(Fault::Unavailable), now),
        }
    });
    let mut write = cx.write(SEND).await?;
    let (state, detail, reference, due) = onward;
    let mine = deliveries::table.find((row.announcement_id, row.person_id, &row.rung));
    diesel::update(mine)
        .set((
            deliveries::state.eq(state),
            deliveries::detail.eq(detail),
            deliveries::reference.eq(reference.or(row.reference)),
            deliveries::due_at.eq(due),
            deliveries::settled_at.eq((state != "queued").then_some(now)),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(true)
}

/// The next delivery, as it stood before it was claimed.
async fn claim(cx: &Cx, now: DateTime<Utc>) -> Result<Option<DeliveryRow>> {
    let mut write = cx.write(SEND).await?;
    let due: Option<DeliveryRow> = deliveries::table
        .filter(deliveries::due_at.le(now))
        .order(deliveries::due_at)
        .select(DeliveryRow::as_select())
        .for_update()
        .skip_locked()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(row) = due else { return Ok(None) };
    let mine = deliveries::table.find((row.announcement_id, row.person_id, &row.rung));
    let state = if row.state == "queued" { "sending" } else { row.state.as_str() };
    diesel::update(mine)
        .set((
            deliveries::state.eq(state),
            deliveries::attempts.eq(row.attempts + 1),
            deliveries::due_at.eq(now + LEASE),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(Some(row))
}

/// How somebody is written to.
struct Way {
    account: Uuid,
    route: Route,
    words: Words,
    /// Not read, withdrawn or removed meanwhile.
    open: bool,
}

async fn way(cx: &Cx, row: &DeliveryRow) -> Result<Option<Way>> {
    let found = {
        let mut read = cx.read(SEND).await?;
        let conn = read.conn()?;
        let whom = member::attenders(&Whom::People(vec![row.person_id]), 1, &mut *conn).await?;
        let account = whom.into_iter().next().and_then(|one| one.account);
        match account {
            Some(account) => {
                let notice = announcements::table.find(row.announcement_id).select(AnnouncementRow::as_select());
                let notice: AnnouncementRow = notice.first(&mut *conn).await?;
                let names = organisation::names(&[notice.organisation_id], &mut *conn).await?;
                let routes = platforms::routes(cx, &[account], &mut *conn).await?;
                let ways = routes.into_values().flatten();
                let route = ways.into_iter().find(|way| row.via.as_deref() == Some(way.via.key()));
                let words = Words {
                    id: notice.id,
                    title: notice.title,
                    organisation: names.into_values().next().unwrap_or_default(),
                    at: notice.created_at,
                };
                let mine = people::announcement_id.eq(row.announcement_id).and(people::person_id.eq(row.person_id));
                let stands = announcements::withdrawn_at.is_null().and(announcements::removed_at.is_null());
                let open = people::table.inner_join(announcements::table);
                let open = open.filter(mine.and(people::read_at.is_null()).and(stands));
                let open = open.count().get_result::<i64>(conn).await? > 0;
                route.map(|route| Way { account, route, words, open })
            }
            None => None,
        }
    };
    cx.close().await;
    Ok(found)
}

async fn send(cx: &Cx, row: &DeliveryRow, now: DateTime<Utc>) -> Result<Onward> {
    let Some(Way { account, route, words, open }) = way(cx, row).await? else {
        return Ok(("skipped", Some("已解除绑定".to_owned()), None, None));
    };
    if !open {
        return Ok(("cancelled", None, None, None));
    }
    if route.via == Client::Wechat {
        return Ok(match platforms::wechat(cx, &route.subject, &words).await {
            Ok(Subscribed::Sent(id)) => {
                spend(cx, account, false).await;
                ("sent", None, Some(id), None)
            }
            Ok(Subscribed::NoConsent) => {
                spend(cx, account, true).await;
                ("skipped", Some("未同意接收微信提醒".to_owned()), None, None)
            }
            Err(fault) => refused(row, &fault, now),
        });
    }
    let users = vec![route.subject.expose().to_owned()];
    Ok(match platforms::dingtalk(cx, &route.app, users, &words).await? {
        // That it was taken does not say that it arrives.
        Ok(task) => ("sent", None, Some(format!("{}/{task}", route.app)), Some(now + ASK)),
        Err(fault) => refused(row, &fault, now),
    })
}

/// One message less that somebody has agreed to; or none at all, when WeChat says so. The message has left whatever comes of it.
async fn spend(cx: &Cx, account: Uuid, all: bool) {
    if let Err(error) = spent(cx, account, all).await {
        tracing::warn!(code = error.code, cause = ?error.cause, "an agreement was not counted off");
    }
}

async fn spent(cx: &Cx, account: Uuid, all: bool) -> Result<()> {
    let Some(template) = platforms::consented_template(&cx.app) else { return Ok(()) };
    let mut write = cx.write(SEND).await?;
    let left = message_consents::table.find((account, template)).filter(message_consents::remaining.gt(0));
    match all {
        true => diesel::update(left).set(message_consents::remaining.eq(0)).execute(write.conn()?).await?,
        false => {
            let less = message_consents::remaining.eq(message_consents::remaining - 1);
            diesel::update(left).set(less).execute(write.conn()?).await?
        }
    };
    write.commit_quietly().await
}

fn refused(row: &DeliveryRow, fault: &ProviderError, now: DateTime<Utc>) -> Onward {
    let failed = |why: &str| ("failed", Some(why.to_owned()), None, None);
    match fault.kind {
        Fault::RateLimited { .. } | Fault::Unavailable if row.attempts < TRIES => {
            ("queued", None, None, Some(later(now, row.attempts + 1)))
        }
        Fault::RateLimited { .. } | Fault::Unavailable => failed("平台没有应答"),
        Fault::Unknown => failed("结果不明，为免重复未再发送"),
        Fault::Rejected => failed("对方不可达"),
        Fault::AuthConfig | Fault::Invalid => {
            tracing::error!(%fault, "a platform refuses our template or app");
            failed("平台模板未配置好，请联系服务商")
        }
    }
}

/// Asks DingTalk what became of a notice.
async fn ask(cx: &Cx, row: &DeliveryRow, now: DateTime<Utc>) -> Result<Onward> {
    let reference = row.reference.clone().unwrap_or_default();
    let Some((corp, task)) = reference.rsplit_once('/') else { return Ok(LEFT) };
    let Ok(task) = task.parse() else { return Ok(LEFT) };
    let Some(Way { route, .. }) = way(cx, row).await? else { return Ok(LEFT) };
    let said = platforms::dingtalk_result(cx, corp, task).await?;
    let told = said.ok().and_then(|result| told(&result, route.subject.expose()));
    Ok(match told {
        Some((state, why)) => (state, why.map(str::to_owned), None, None),
        None => unanswered(row, now),
    })
}

/// It is asked once more, so many times.
fn unanswered(row: &DeliveryRow, now: DateTime<Utc>) -> Onward {
    let again = (row.attempts < TRIES + 1).then(|| later(now, row.attempts));
    ("sent", None, None, again)
}

fn told(result: &NoticeResult, userid: &str) -> Option<(&'static str, Option<&'static str>)> {
    let among = |ids: &[String]| ids.iter().any(|id| id == userid);
    if among(&result.read) || among(&result.unread) {
        return Some(("delivered", None));
    }
    if let Some((_, code)) = result.forbidden.iter().find(|(id, _)| id == userid) {
        let why = if code == "143106" { "当天已有相同内容" } else { "超过钉钉每日上限" };
        return Some(("failed", Some(why)));
    }
    (among(&result.invalid) || among(&result.failed)).then_some(("failed", Some("钉钉未送达")))
}
