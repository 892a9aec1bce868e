//! Sessions (登录会话): a short access token and a rotating refresh token per device.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, Result, SELF, Secret, SessionId, TenantId};

use super::token::{Audience, issue};
use super::{Purpose, forget};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::Space;
use crate::keys::hash;
use crate::schema::sessions;

/// A repetition of the last refresh within this time is a lost answer, not a thief.
pub(crate) const GRACE: Duration = Duration::seconds(20);

/// The two tokens of a session.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Short-lived, sent with every request.
    pub access: Secret,
    /// Exchanged for new tokens, once.
    pub refresh: Secret,
}

/// A signed-in device (登录设备).
#[derive(Debug, Clone, Queryable)]
pub struct Device {
    /// The session.
    pub id: Uuid,
    /// Browser or app, as it says itself.
    pub device: String,
    /// Network address at sign-in.
    pub address: String,
    /// Signed in.
    pub created_at: DateTime<Utc>,
    /// Last use, to within the life of an access token.
    pub seen_at: DateTime<Utc>,
}

/// Opens a session.
pub(super) async fn open(
    write: &mut Write<'_>,
    tenant: TenantId,
    account: AccountId,
    purpose: Purpose,
) -> Result<(SessionId, Tokens)> {
    let cx = write.cx;
    let id: SessionId = cx.app.world.id();
    let (refresh, digest) = fresh(cx, Some(tenant), id);
    let days = if purpose == Purpose::Full { cx.app.settings.session_days } else { 1 };
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id.0),
            sessions::account_id.eq(account.0),
            sessions::purpose.eq(if purpose == Purpose::Full { "full" } else { "password" }),
            sessions::refresh_hash.eq(digest),
            sessions::created_at.eq(cx.now()),
            sessions::refreshed_at.eq(cx.now()),
            sessions::expires_at.eq(cx.now() + Duration::days(days)),
            sessions::device.eq(cx.origin.device.chars().take(200).collect::<String>()),
            sessions::address.eq(&cx.origin.address),
        ))
        .execute(write.conn()?)
        .await?;
    let access = Secret::new(issue(&cx.app, Audience::Console, Some(tenant), id)?);
    Ok((id, Tokens { access, refresh }))
}

/// A new refresh token and its hash: tenant, session and 32 random bytes.
pub(crate) fn fresh(cx: &Cx, tenant: Option<TenantId>, session: SessionId) -> (Secret, Vec<u8>) {
    let secret = URL_SAFE_NO_PAD.encode(cx.app.world.bytes::<32>());
    let tenant = tenant.map(|t| t.0.simple().to_string()).unwrap_or_default();
    let token = format!("{tenant}.{}.{secret}", session.0.simple());
    let digest = hash(token.as_bytes());
    (Secret::new(token), digest)
}

/// The tenant and session a refresh token names; its proof is the stored hash.
pub(crate) fn named(token: &Secret) -> Option<(Option<TenantId>, SessionId)> {
    let mut parts = token.expose().split('.');
    let tenant = parts.next()?;
    let tenant = if tenant.is_empty() { None } else { Some(tenant.parse().ok()?) };
    let session = parts.next()?.parse().ok()?;
    Some((tenant, session))
}

/// Present and previous refresh hash, and when they changed.
pub(crate) type Refreshable = (Vec<u8>, Option<Vec<u8>>, DateTime<Utc>);

/// Exchanges a refresh token. The same one twice means it was stolen: the session ends.
pub async fn refresh(cx: &Cx, token: &Secret) -> Result<Tokens> {
    let Some((Some(tenant), id)) = named(token) else { return Err(Error::unauthenticated()) };
    let info = crate::tenants::info(&cx.app, tenant).await.map_err(|_| Error::unauthenticated())?;
    if !info.active {
        return Err(Error::unavailable("tenant in maintenance"));
    }
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let row: Option<Refreshable> = sessions::table
        .find(id.0)
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(cx.now())))
        .select((sessions::refresh_hash, sessions::previous_hash, sessions::refreshed_at))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let (current, previous, refreshed_at) = row.ok_or_else(Error::unauthenticated)?;
    let given = hash(token.expose().as_bytes());
    let repeated = previous.as_deref() == Some(&given) && cx.now() - refreshed_at < GRACE;
    if given != current && !repeated {
        // Only a token we once issued ends the session; a made-up one is just refused.
        if previous.as_deref() == Some(&given) {
            diesel::update(sessions::table.find(id.0))
                .set(sessions::ended_at.eq(cx.now()))
                .execute(write.conn()?)
                .await?;
            write.audit(Entry::new("session.reused", "session", id.0)).await?;
            write.commit().await?;
            forget(&cx.app, tenant, id).await;
        }
        return Err(Error::unauthenticated());
    }
    let (refresh, digest) = fresh(cx, Some(tenant), id);
    // A session that may only change the password is not prolonged.
    let renewed = cx.now() + Duration::days(cx.app.settings.session_days);
    diesel::update(sessions::table.find(id.0))
        .set((
            sessions::refresh_hash.eq(digest),
            sessions::previous_hash.eq(Some(given)),
            sessions::refreshed_at.eq(cx.now()),
            sessions::expires_at.eq(case_when(sessions::purpose.eq("full"), renewed.into_sql::<Timestamptz>())
                .otherwise(sessions::expires_at)),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(Tokens { access: Secret::new(issue(&cx.app, Audience::Console, Some(tenant), id)?), refresh })
}

/// The own signed-in devices, newest first.
pub async fn devices(cx: &Cx) -> Result<Vec<Device>> {
    let account = cx.identity()?.account;
    let mut read = cx.read(SELF).await?;
    Ok(sessions::table
        .filter(sessions::account_id.eq(account.0).and(sessions::ended_at.is_null()))
        .filter(sessions::expires_at.gt(cx.now()).and(sessions::purpose.eq("full")))
        .order(sessions::id.desc())
        .limit(100)
        .select((sessions::id, sessions::device, sessions::address, sessions::created_at, sessions::refreshed_at))
        .load(read.conn()?)
        .await?)
}

/// Ends one of the own sessions.
pub async fn end(cx: &Cx, id: SessionId) -> Result<()> {
    let account = cx.identity()?.account;
    let mut write = cx.write(SELF).await?;
    close(&mut write, account, id).await?;
    write.commit().await?;
    forget(&cx.app, cx.tenant()?, id).await;
    Ok(())
}

/// Ends the session that asks, whatever it is for.
pub async fn sign_out(cx: &Cx) -> Result<()> {
    let Ok(identity) = cx.identity() else { return Ok(()) };
    let mut write = cx.write(zhibu_core::CHANGE_PASSWORD).await?;
    close(&mut write, identity.account, identity.session).await?;
    write.commit().await?;
    forget(&cx.app, identity.tenant.id, identity.session).await;
    Ok(())
}

async fn close(write: &mut Write<'_>, account: AccountId, id: SessionId) -> Result<()> {
    let now = write.cx.now();
    let ended = diesel::update(sessions::table.find(id.0))
        .filter(sessions::account_id.eq(account.0).and(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(now))
        .execute(write.conn()?)
        .await?;
    if ended == 0 {
        return Err(Error::missing());
    }
    write.audit(Entry::new("session.ended", "session", id.0)).await
}
