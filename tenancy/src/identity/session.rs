//! Sessions (登录会话): a short access token and a rotating refresh token per device.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, CHANGE_PASSWORD, Error, Result, SELF, Secret, SessionId, TenantId};

use super::token::{Audience, issue};
use super::{Purpose, forget, security};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Space};
use crate::keys::hash;
use crate::schema::sessions;

/// A repetition of the last refresh within this time is a lost answer, not a thief.
const GRACE: Duration = Duration::seconds(20);

/// The two tokens of a session.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Short-lived, sent with every request.
    pub access: Secret,
    /// Exchanged for new tokens, once.
    pub refresh: Secret,
    /// Days without use after which the session ends.
    pub days: i64,
}

/// Where a session is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// The console, in a browser.
    Console,
    /// 微信小程序
    Wechat,
    /// 支付宝小程序
    Alipay,
    /// 钉钉小程序
    Dingtalk,
    /// The mini-program as a web page (H5).
    H5,
}

impl Client {
    const ALL: [Self; 5] = [Self::Console, Self::Wechat, Self::Alipay, Self::Dingtalk, Self::H5];

    /// As it is stored; for platforms also the kind of their people in the sign-in index.
    pub fn key(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::Dingtalk => "dingtalk",
            Self::H5 => "h5",
        }
    }

    /// The one that is stored under a key.
    pub(super) fn named(key: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|one| one.key() == key).ok_or_else(|| Error::bug("client"))
    }

    /// A browser keeps its tokens as cookies, which no script reads; a mini-program has none.
    pub fn audience(self) -> Audience {
        match self {
            Self::Console | Self::H5 => Audience::Console,
            Self::Wechat | Self::Alipay | Self::Dingtalk => Audience::Mini,
        }
    }
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
pub(crate) async fn open(
    write: &mut Write<'_>,
    tenant: TenantId,
    account: AccountId,
    purpose: Purpose,
    client: Client,
) -> Result<(SessionId, Tokens)> {
    let cx = write.cx;
    let id: SessionId = cx.app.world.id();
    let (refresh, digest) = fresh(cx, Some(tenant), id, None);
    let rules = security::in_force(&cx.app, write.conn()?).await?;
    rules.admits(cx)?;
    let days = if purpose == Purpose::Full { rules.session_days } else { 1 };
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
            sessions::client.eq(client.key()),
        ))
        .execute(write.conn()?)
        .await?;
    if let Some(most) = rules.sessions_each.filter(|_| purpose == Purpose::Full) {
        end_oldest(write, tenant, account, most).await?;
    }
    let access = Secret::new(issue(&cx.app, client.audience(), Some(tenant), id)?);
    Ok((id, Tokens { access, refresh, days }))
}

/// Ends what somebody has open beyond the newest so many sessions. Whoever opens one holds the row of the account, so
/// that two at once count each other.
async fn end_oldest(write: &mut Write<'_>, tenant: TenantId, account: AccountId, most: i64) -> Result<()> {
    let now = write.cx.now();
    let beyond: Vec<Uuid> = sessions::table
        .filter(sessions::account_id.eq(account.0).and(sessions::ended_at.is_null()))
        .filter(sessions::expires_at.gt(now).and(sessions::purpose.eq("full")))
        .order(sessions::id.desc())
        .offset(most)
        .select(sessions::id)
        .load(write.conn()?)
        .await?;
    if beyond.is_empty() {
        return Ok(());
    }
    diesel::update(sessions::table.filter(sessions::id.eq_any(&beyond)))
        .set(sessions::ended_at.eq(now))
        .execute(write.conn()?)
        .await?;
    let ended = |id: &Uuid| Entry::new("session.ended", "session", *id).note("by", "limit");
    write.audit_all(beyond.iter().map(ended).collect()).await?;
    for id in beyond {
        forget(&write.cx.app, tenant, id.into()).await;
    }
    Ok(())
}

/// A refresh token and its hash: tenant, session, a secret, and a mark that it came from us. The first secret is
/// random; each further one follows from the one before, so that a repeated exchange gives the same answer.
pub(crate) fn fresh(
    cx: &Cx,
    tenant: Option<TenantId>,
    session: SessionId,
    after: Option<&Secret>,
) -> (Secret, Vec<u8>) {
    let keys = &cx.app.keys;
    let secret = match after {
        None => cx.app.world.bytes::<32>().to_vec(),
        Some(token) => keys.mac("refresh-next", token.expose().as_bytes()),
    };
    let tenant = tenant.map(|t| t.0.simple().to_string()).unwrap_or_default();
    let body = format!("{tenant}.{}.{}", session.0.simple(), URL_SAFE_NO_PAD.encode(secret));
    let token = format!("{body}.{}", URL_SAFE_NO_PAD.encode(keys.mac("refresh-mark", body.as_bytes())));
    let digest = hash(token.as_bytes());
    (Secret::new(token), digest)
}

/// The tenant and session of a refresh token that we issued once; a made-up one names nothing.
pub(crate) fn named(cx: &Cx, token: &Secret) -> Option<(Option<TenantId>, SessionId)> {
    let (body, mark) = token.expose().rsplit_once('.')?;
    let expected = URL_SAFE_NO_PAD.encode(cx.app.keys.mac("refresh-mark", body.as_bytes()));
    if aws_lc_rs::constant_time::verify_slices_are_equal(mark.as_bytes(), expected.as_bytes()).is_err() {
        return None;
    }
    let mut parts = body.split('.');
    let tenant = parts.next()?;
    let tenant = if tenant.is_empty() { None } else { Some(tenant.parse().ok()?) };
    let session = parts.next()?.parse().ok()?;
    Some((tenant, session))
}

/// What is to be done with a refresh token that is ours.
pub(crate) enum Exchange {
    /// The present one: a new one takes its place.
    Rotate,
    /// The last one again, within seconds: its answer was lost, and is given again.
    Repeat,
    /// An older one: somebody has a copy, so the session ends.
    End,
}

impl Exchange {
    /// Decides by the stored hashes and when they last changed.
    pub(crate) fn decide(given: &[u8], stored: &Refreshable, now: DateTime<Utc>) -> Self {
        let (current, previous, changed_at) = stored;
        if given == current.as_slice() {
            Self::Rotate
        } else if previous.as_deref() == Some(given) && now - *changed_at < GRACE {
            Self::Repeat
        } else {
            Self::End
        }
    }
}

/// Present and previous refresh hash, and when they changed.
pub(crate) type Refreshable = (Vec<u8>, Option<Vec<u8>>, DateTime<Utc>);

/// Exchanges a refresh token, in the way its session was opened: a token of a mini-program is worth nothing as a cookie. An
/// old one that comes back was stolen, or its successor was: the session ends.
pub async fn refresh(cx: &Cx, token: &Secret, audience: Audience) -> Result<Tokens> {
    let Some((Some(tenant), id)) = named(cx, token) else { return Err(Error::unauthenticated()) };
    // An outage is none of the session's fault.
    let gone = |error: Error| if error.code == "NOT_FOUND" { Error::unauthenticated() } else { error };
    let info = crate::tenants::info(&cx.app, tenant).await.map_err(gone)?;
    if !info.active {
        return Err(Error::unavailable("tenant in maintenance"));
    }
    if !info.life(&cx.app).is_open() {
        return Err(Error::unauthenticated());
    }
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let row: Option<(Refreshable, String)> = sessions::table
        .find(id.0)
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(cx.now())))
        .select(((sessions::refresh_hash, sessions::previous_hash, sessions::refreshed_at), sessions::client))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let (row, client) = match row {
        Some((row, client)) => (row, Client::named(&client)?),
        None if audience == Audience::Console => return crate::support::refresh(write, tenant, id, token).await,
        None => return Err(Error::unauthenticated()),
    };
    if client.audience() != audience {
        return Err(Error::unauthenticated());
    }
    let given = hash(token.expose().as_bytes());
    let (refresh, digest) = fresh(cx, Some(tenant), id, Some(token));
    let rules = security::in_force(&cx.app, write.conn()?).await?;
    rules.admits(cx)?;
    let days = rules.session_days;
    let tokens = Tokens { access: Secret::new(issue(&cx.app, audience, Some(tenant), id)?), refresh, days };
    match Exchange::decide(&given, &row, cx.now()) {
        Exchange::Rotate => {}
        Exchange::Repeat => return Ok(tokens),
        Exchange::End => {
            diesel::update(sessions::table.find(id.0))
                .set(sessions::ended_at.eq(cx.now()))
                .execute(write.conn()?)
                .await?;
            write.audit(Entry::new("session.reused", "session", id.0)).await?;
            write.commit().await?;
            forget(&cx.app, tenant, id).await;
            return Err(Error::unauthenticated());
        }
    }
    // A session that may only change the password is not prolonged.
    let renewed = cx.now() + Duration::days(days);
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
    Ok(tokens)
}

/// Where a session is used.
pub(super) async fn client_of(id: SessionId, conn: &mut Conn) -> Result<Client> {
    let client: String = sessions::table.find(id.0).select(sessions::client).first(conn).await?;
    Client::named(&client)
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
    cx.allow(SELF)?;
    let mut write = cx.write(CHANGE_PASSWORD).await?;
    close(&mut write, account, id).await?;
    write.commit().await?;
    forget(&cx.app, cx.tenant()?, id).await;
    Ok(())
}

/// Ends the session that asks, whatever it is for.
pub async fn sign_out(cx: &Cx) -> Result<()> {
    let Ok(identity) = cx.identity() else { return Ok(()) };
    if let Some(guest) = &identity.guest {
        return crate::support::leave(cx, identity, guest).await;
    }
    let mut write = cx.write(CHANGE_PASSWORD).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_1_2_only_the_last_token_may_be_repeated_and_only_for_seconds() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let stored = (b"new".to_vec(), Some(b"old".to_vec()), now);
        let decide = |given: &[u8], seconds| Exchange::decide(given, &stored, now + Duration::seconds(seconds));
        assert!(matches!(decide(b"new", 500), Exchange::Rotate));
        assert!(matches!(decide(b"old", 19), Exchange::Repeat));
        assert!(matches!(decide(b"old", 20), Exchange::End));
        assert!(matches!(decide(b"older", 1), Exchange::End));
    }
}
