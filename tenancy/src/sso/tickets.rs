//! One-time tickets: an integrator's server asks for one, the person's browser spends it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, Kind, Result, Secret, TenantId, check};

use super::apps::{self, Application};
use super::rules::{self, Asked, Client, Judged, Kept, Order, SubjectKind};
use super::schema::{sso_links, sso_nonces, sso_tickets};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::Space;
use crate::identity::{Purpose, Tokens, beyond_member, open_session, throttle};
use crate::keys::{hash, hex};
use crate::schema::accounts;
use crate::{life, tenants};

/// Requests a minute of one application.
const PER_APP: i32 = 600;

/// A new ticket.
#[derive(Debug)]
pub struct Minted {
    /// The ticket, told this once.
    pub ticket: Secret,
    /// Seconds it lives.
    pub expires_in: i64,
    /// The application's key, by which its tenant is found again.
    pub app: String,
    /// The integrator's own mark.
    pub state: Option<String>,
}

/// Somebody who came in.
#[derive(Debug)]
pub struct Entered {
    /// The session's tokens.
    pub tokens: Tokens,
    /// Where they are led to.
    pub target: String,
}

/// Makes a ticket for somebody of the application's tenant. The signature is judged before the nonce is kept, so that
/// strangers spend none; the nonce is kept before all else, so that a refused request cannot be sent again.
pub async fn mint(cx: &Cx, asked: &Asked) -> Result<Minted> {
    let formed = rules::formed(asked)?;
    let app = apps::by_key(&cx.app, &asked.app).await?;
    let judged = match &app {
        Some(app) => Some(app.judged(&cx.app, cx.now()).await?),
        None => None,
    };
    rules::authentic(asked, &formed, judged.as_ref(), cx.now())?;
    let (Some(app), Some(judged)) = (app, judged) else {
        return Err(Error::bug("an unknown application signs nothing"));
    };
    throttle(cx, &format!("sso:{}", app.id), 60, PER_APP, "请求过于频繁，请稍后再试").await?;
    keep_nonce(cx, &app, &asked.nonce).await?;
    let made = admit(cx, &app, &judged, &formed.order).await;
    if let Err(refused) = &made
        && refused.kind == Kind::Refused
    {
        note_refusal(cx, &app, refused.code, Some(&formed.order)).await?;
    }
    made
}

/// Keeps a nonce; refused when it is there already.
async fn keep_nonce(cx: &Cx, app: &Application, nonce: &str) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    diesel::delete(sso_nonces::table)
        .filter(sso_nonces::app_id.eq(app.id).and(sso_nonces::at.lt(cx.now() - rules::NONCE_LIFE)))
        .execute(write.conn()?)
        .await?;
    let kept = diesel::insert_into(sso_nonces::table)
        .values((sso_nonces::app_id.eq(app.id), sso_nonces::nonce.eq(nonce), sso_nonces::at.eq(cx.now())))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    if kept == 0 { Err(rules::reused()) } else { Ok(()) }
}

async fn admit(cx: &Cx, app: &Application, judged: &Judged, order: &Order) -> Result<Minted> {
    rules::admissible(judged, apps::address(cx))?;
    ready(cx, app.tenant()).await?;
    if order.client != Client::Pc {
        return Err(Error::refuse("CLIENT_NOT_AVAILABLE", "目前只支持 client 为 pc 的免密登录").at("client"));
    }
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    let account = subject(app, order, &mut write).await?;
    admits(app, account, &mut write).await?;
    rules::targeted(judged, &order.target)?;
    let ticket = URL_SAFE_NO_PAD.encode(cx.app.world.bytes::<32>());
    let life = order.life();
    diesel::insert_into(sso_tickets::table)
        .values((
            sso_tickets::hash.eq(hash(ticket.as_bytes())),
            sso_tickets::app_id.eq(app.id),
            sso_tickets::account_id.eq(account.0),
            sso_tickets::target.eq(&order.target),
            sso_tickets::expires_at.eq(cx.now() + life),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("sso.ticket_issued", "account", account.0).note("application", app.name.clone())).await?;
    write.commit().await?;
    Ok(Minted {
        ticket: Secret::new(ticket),
        expires_in: life.num_seconds(),
        app: app.app_key.clone(),
        state: order.state.clone(),
    })
}

/// A tenant that is there and lets people in.
pub(super) async fn ready(cx: &Cx, tenant: TenantId) -> Result<()> {
    if !tenants::info(&cx.app, tenant).await?.active {
        return Err(Error::unavailable("tenant in maintenance"));
    }
    life::may_enter(&cx.app, tenant).await
}

/// The one account of this tenant that the subject names. One that is closed is nobody.
async fn subject(app: &Application, order: &Order, write: &mut Write<'_>) -> Result<AccountId> {
    let unknown = || Error::refuse("SUBJECT_UNKNOWN", "未找到对应的用户").at("subject");
    let value = order.subject.value.trim();
    let query = accounts::table.select((accounts::id, accounts::state));
    let found: Option<(Uuid, String)> = match order.subject.kind {
        SubjectKind::Mobile => {
            let mobile = check::mobile(value).ok_or_else(unknown)?;
            let index = tenants::vault(&write.cx.app, app.tenant()).await?.blind(&mobile);
            query.filter(accounts::mobile_index.eq(index)).first(write.conn()?).await.optional()?
        }
        SubjectKind::Username => {
            query.filter(accounts::user_name.eq(value.to_lowercase())).first(write.conn()?).await.optional()?
        }
        SubjectKind::ExternalId => {
            let linked = sso_links::table
                .inner_join(accounts::table)
                .filter(sso_links::source.eq(app.source()).and(sso_links::subject.eq(value)))
                .filter(sso_links::approved_at.is_not_null())
                .select((accounts::id, accounts::state));
            linked.first(write.conn()?).await.optional()?
        }
    };
    let (id, state) = found.filter(|(_, state)| state != "disabled").ok_or_else(unknown)?;
    rules::enterable(&state)?;
    Ok(id.into())
}

/// Whether an application signs this account in, or leaves those who may do more than a member to their passwords.
pub(super) async fn admits(app: &Application, account: AccountId, write: &mut Write<'_>) -> Result<()> {
    if app.admit_administrators {
        return Ok(());
    }
    if beyond_member(&write.cx.app, account, write.conn()?).await? {
        return Err(Error::refuse("ADMINISTRATOR_EXCLUDED", "管理员不能通过该应用免密登录"));
    }
    Ok(())
}

/// Writes down that an application was refused: who was meant only as a digest, the signature never.
async fn note_refusal(cx: &Cx, app: &Application, code: &str, order: Option<&Order>) -> Result<()> {
    let mut entry =
        Entry::new("sso.refused", "sso_app", app.id).note("application", app.name.clone()).note("result", code);
    if let Some(order) = order {
        let digest = cx.app.keys.mac("sso subject", order.subject.value.as_bytes());
        entry = entry.note("subject", hex(digest.get(..8).unwrap_or_default()));
    }
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    write.audit(entry).await?;
    write.commit().await
}

/// Spends a ticket: session and payment are one transaction, so that one of several winners exists and nobody pays for
/// nothing.
pub async fn redeem(cx: &Cx, key: &str, ticket: &Secret) -> Result<Entered> {
    let limit = cx.app.settings.sign_ins_per_address;
    throttle(cx, &format!("sso:{}", cx.origin.network()), 60, limit, "登录过于频繁，请稍后再试").await?;
    let app = apps::by_key(&cx.app, key).await?.ok_or_else(rules::unknown_ticket)?;
    let done = spend(cx, &app, ticket).await;
    // What strangers can cause at will leaves nothing.
    if let Err(refused) = &done
        && refused.kind == Kind::Refused
        && !["TICKET_UNKNOWN", "TENANT_SUSPENDED"].contains(&refused.code)
    {
        note_refusal(cx, &app, refused.code, None).await?;
    }
    done
}

async fn spend(cx: &Cx, app: &Application, ticket: &Secret) -> Result<Entered> {
    ready(cx, app.tenant()).await?;
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    let digest = hash(ticket.expose().as_bytes());
    let this = sso_tickets::table.filter(sso_tickets::hash.eq(digest.clone()).and(sso_tickets::app_id.eq(app.id)));
    let won: Option<(Uuid, String)> = diesel::update(this)
        .filter(sso_tickets::used_at.is_null().and(sso_tickets::expires_at.gt(cx.now())))
        .set(sso_tickets::used_at.eq(cx.now()))
        .returning((sso_tickets::account_id, sso_tickets::target))
        .get_result(write.conn()?)
        .await
        .optional()?;
    let Some((account, target)) = won else {
        let kept: Option<(DateTime<Utc>, Option<DateTime<Utc>>)> = sso_tickets::table
            .filter(sso_tickets::hash.eq(digest).and(sso_tickets::app_id.eq(app.id)))
            .select((sso_tickets::expires_at, sso_tickets::used_at))
            .first(write.conn()?)
            .await
            .optional()?;
        rules::redeemable(kept.map(|(expires_at, used_at)| Kept { expires_at, used_at }), cx.now())?;
        return Err(rules::used_ticket());
    };
    let tokens = enter(app, account.into(), "sso", write).await?;
    Ok(Entered { tokens, target })
}

/// Signs somebody in through an application and pays for it, in the transaction that found out who it is.
pub(super) async fn enter(
    app: &Application,
    account: AccountId,
    by: &'static str,
    mut write: Write<'_>,
) -> Result<Tokens> {
    let cx = write.cx;
    // Whoever opens a session holds the row of the account.
    let name: Option<String> = diesel::update(accounts::table.find(account.0))
        .filter(accounts::state.eq("active"))
        .set(accounts::last_sign_in_at.eq(cx.now()))
        .returning(accounts::display_name)
        .get_result(write.conn()?)
        .await
        .optional()?;
    let Some(name) = name else {
        let state: String = accounts::table.find(account.0).select(accounts::state).first(write.conn()?).await?;
        rules::enterable(&state)?;
        return Err(Error::unavailable("the account was opened just now"));
    };
    admits(app, account, &mut write).await?;
    if !apps::spend(&mut write, app).await? {
        drop(write);
        let now = apps::by_key(&cx.app, &app.app_key).await?;
        let stopped = now.is_none_or(|app| app.status != "approved");
        return Err(if stopped { rules::not_active() } else { rules::exhausted() });
    }
    let (id, tokens) =
        open_session(&mut write, app.tenant(), account, Purpose::Full, crate::identity::Client::Console).await?;
    let entry = Entry::new("session.opened", "session", id.0).by(account, name).note("by", by);
    write.audit(entry.note("application", app.name.clone())).await?;
    write.commit().await?;
    Ok(tokens)
}
