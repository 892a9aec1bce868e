//! Platform operators (运营人员): password and TOTP, always both.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OperatorId, Permission, Result, SELF, Secret, SessionId};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Caller, Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::identity::token::{Audience, issue};
use crate::identity::{Exchange, Tokens, accept_password, throttle};
use crate::keys::{hash, hex};
use crate::policy::{Grants, Scope};
use crate::schema::{operator_sessions, operators};
use crate::totp;

/// Tries from one address within [`WAIT`].
const TRIES: i32 = 5;
/// Wrong tries in a row, from wherever, before an operator has to wait: so many that no single address gets there.
const MOST: i16 = 50;
/// How long then.
const WAIT: Duration = Duration::minutes(15);
/// An operator's session ends after this much disuse.
const IDLE: Duration = Duration::hours(12);
const INVITATION: Duration = Duration::days(3);

/// An operator with a verified session.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The operator.
    pub id: OperatorId,
    /// The session.
    pub session: SessionId,
    /// Sign-in name.
    pub user_name: String,
    /// What they may do.
    pub grants: Grants,
}

/// What an authenticator app needs.
#[derive(Clone)]
pub struct Enrolment {
    /// Sign-in name.
    pub user_name: String,
    /// Secret for typing, base32.
    pub secret: String,
    /// Secret for scanning.
    pub url: String,
}

/// Invites an operator; the result is the one-time token of the enrolment link. Inviting an invited one again
/// makes the former link void. With `again`, one who has enrolled already, and has lost the password or the
/// authenticator, starts anew: the sessions end, and nothing but the link lets them in.
pub async fn invite(cx: &Cx, user_name: &str, again: bool) -> Result<String> {
    let name = zhibu_core::check::user_name("userName", user_name)?;
    let token = hex(&cx.app.world.bytes::<32>());
    let secret: [u8; 20] = cx.app.world.bytes();
    let mut write = cx.beside(Space::Platform).await?;
    let id: Uuid = cx.app.world.id();
    let row = (
        operators::state.eq("invited"),
        operators::password_hash.eq(None::<String>),
        operators::invitation_hash.eq(hash(token.as_bytes())),
        operators::invitation_expires_at.eq(cx.now() + INVITATION),
        operators::totp.eq(cx.app.keys.platform.seal(&secret)?),
    );
    diesel::insert_into(operators::table)
        .values((
            operators::id.eq(id),
            operators::user_name.eq(&name),
            operators::state.eq("invited"),
            operators::created_at.eq(cx.now()),
        ))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    let invited: Option<Uuid> = diesel::update(operators::table.filter(operators::user_name.eq(&name)))
        .filter(operators::state.eq("invited").or(operators::state.eq("active").and(again.into_sql::<Bool>())))
        .set(row)
        .returning(operators::id)
        .get_result(write.conn()?)
        .await
        .optional()?;
    let invited = invited.ok_or_else(|| Error::invalid("userName", "该运营人员已启用；重新登记请加 --again"))?;
    let ended: Vec<Uuid> = diesel::update(operator_sessions::table)
        .filter(operator_sessions::operator_id.eq(invited).and(operator_sessions::ended_at.is_null()))
        .set(operator_sessions::ended_at.eq(cx.now()))
        .returning(operator_sessions::id)
        .get_results(write.conn()?)
        .await?;
    write.audit(Entry::new("operator.invited", "operator", invited).note("userName", name)).await?;
    write.commit().await?;
    for session in ended {
        forget(&cx.app, session.into()).await;
    }
    Ok(token)
}

/// True while nobody has ever enrolled.
pub async fn none_yet(cx: &Cx) -> Result<bool> {
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let some: i64 = operators::table.filter(operators::state.eq("active")).count().get_result(unit.conn()?).await?;
    unit.commit().await?;
    Ok(some == 0)
}

type Invited = (Uuid, String, Option<Vec<u8>>);

async fn invited(cx: &Cx, token: &Secret, conn: &mut Conn) -> Result<Invited> {
    operators::table
        .filter(operators::invitation_hash.eq(hash(token.expose().as_bytes())))
        .filter(operators::invitation_expires_at.gt(cx.now()).and(operators::state.eq("invited")))
        .select((operators::id, operators::user_name, operators::totp))
        .first(conn)
        .await
        .optional()?
        .ok_or_else(|| Error::refuse("LINK_INVALID", "链接无效或已过期，请重新生成"))
}

/// The secret behind an enrolment link, for the authenticator app.
pub async fn enrolment(cx: &Cx, token: &Secret) -> Result<Enrolment> {
    by_address(cx).await?;
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let (_, user_name, sealed) = invited(cx, token, unit.conn()?).await?;
    unit.commit().await?;
    let key = totp::key(&opened(cx, sealed.as_deref())?, &user_name)?;
    Ok(Enrolment { user_name, secret: key.secret, url: key.url })
}

/// Completes enrolment: the link, a password and a code from the app. The link is then spent.
pub async fn enrol(cx: &Cx, token: &Secret, password: &Secret, code: &Secret) -> Result<Tokens> {
    by_address(cx).await?;
    let (id, user_name, sealed) = {
        let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
        let found = invited(cx, token, unit.conn()?).await?;
        unit.commit().await?;
        found
    };
    accept_password(password, "", &[&user_name]).map_err(|e| e.at("password"))?;
    let step = matched(cx, sealed.as_deref(), &user_name, code)?.ok_or_else(totp::wrong)?;
    let digest = cx.app.hasher.hash(password).await?;
    let mut write = cx.beside(Space::Platform).await?;
    let enrolled = diesel::update(operators::table.find(id))
        .filter(operators::state.eq("invited"))
        .filter(operators::invitation_hash.eq(hash(token.expose().as_bytes())))
        .set((
            operators::password_hash.eq(digest),
            operators::state.eq("active"),
            operators::totp_step.eq(step),
            operators::invitation_hash.eq(None::<Vec<u8>>),
        ))
        .execute(write.conn()?)
        .await?;
    if enrolled == 0 {
        return Err(Error::refuse("LINK_INVALID", "链接无效或已过期，请重新生成"));
    }
    let tokens = open(cx, id, &mut write).await?;
    write.audit(Entry::new("operator.enrolled", "operator", id)).await?;
    write.commit().await?;
    Ok(tokens)
}

fn opened(cx: &Cx, sealed: Option<&[u8]>) -> Result<Vec<u8>> {
    cx.app.keys.platform.open(sealed.ok_or_else(|| Error::bug("operator without secret"))?)
}

fn matched(cx: &Cx, sealed: Option<&[u8]>, user_name: &str, code: &Secret) -> Result<Option<i64>> {
    totp::step(&opened(cx, sealed)?, user_name, code, cx.now())
}

async fn by_address(cx: &Cx) -> Result<()> {
    let key = format!("operator:{}", cx.origin.network());
    throttle(cx, &key, 60, cx.app.settings.sign_ins_per_address, "操作过于频繁，请稍后再试").await
}

type Known = (Uuid, Option<String>, Option<Vec<u8>>, i64);

/// Signs in with password and TOTP; both are judged before either is blamed, and a code works once.
pub async fn sign_in(cx: &Cx, user_name: &str, password: &Secret, code: &Secret) -> Result<Tokens> {
    by_address(cx).await?;
    let wrong = || Error::refuse("WRONG_CREDENTIALS", "用户名、密码或动态口令错误");
    let name = user_name.trim().to_lowercase();
    let from = format!("operator:{}:{}", crate::keys::hex(&cx.app.keys.platform.blind(&name)), cx.origin.network());
    throttle(cx, &from, WAIT.num_seconds(), TRIES, "尝试次数过多，请15分钟后再试").await?;
    let mut write = cx.beside(Space::Platform).await?;
    // A try is taken before anything is judged; after the last one the operator waits.
    let open_again = operators::failed_at.is_null().or(operators::failed_at.lt(cx.now() - WAIT));
    let known: Option<Known> = diesel::update(operators::table.filter(operators::user_name.eq(&name)))
        .filter(operators::state.eq("active"))
        .filter(operators::failed.lt(MOST).or(open_again))
        .set((
            operators::failed
                .eq(diesel::dsl::case_when(operators::failed.lt(MOST), operators::failed + 1).otherwise(1i16)),
            operators::failed_at.eq(cx.now()),
        ))
        .returning((operators::id, operators::password_hash, operators::totp, operators::totp_step))
        .get_result(write.conn()?)
        .await
        .optional()?;
    write.commit_quietly().await?;
    let Some((id, digest, sealed, last)) = known else {
        cx.app.hasher.verify(password, None).await?;
        return Err(wrong());
    };
    let step = matched(cx, sealed.as_deref(), &name, code)?;
    let right = match cx.app.hasher.verify(password, digest).await {
        Ok(right) => right,
        Err(busy) => {
            give_back(cx, id).await?;
            return Err(busy);
        }
    };
    let Some(step) = step.filter(|step| right && *step > last) else { return Err(wrong()) };
    let mut write = cx.beside(Space::Platform).await?;
    let first = diesel::update(operators::table.find(id))
        .filter(operators::totp_step.lt(step))
        .set((operators::totp_step.eq(step), operators::failed.eq(0), operators::failed_at.eq(None::<DateTime<Utc>>)))
        .execute(write.conn()?)
        .await?;
    if first == 0 {
        return Err(wrong());
    }
    let tokens = open(cx, id, &mut write).await?;
    write.audit(Entry::new("operator.signed_in", "operator", id)).await?;
    write.commit().await?;
    Ok(tokens)
}

/// Gives back a try that was not judged.
async fn give_back(cx: &Cx, id: Uuid) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    diesel::update(operators::table.find(id).filter(operators::failed.gt(0)))
        .set(operators::failed.eq(operators::failed - 1))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await
}

async fn open(cx: &Cx, operator: Uuid, write: &mut Write<'_>) -> Result<Tokens> {
    let id: SessionId = cx.app.world.id();
    let (refresh, digest) = crate::identity::fresh_session(cx, None, id, None);
    diesel::insert_into(operator_sessions::table)
        .values((
            operator_sessions::id.eq(id.0),
            operator_sessions::operator_id.eq(operator),
            operator_sessions::refresh_hash.eq(digest),
            operator_sessions::created_at.eq(cx.now()),
            operator_sessions::refreshed_at.eq(cx.now()),
            operator_sessions::expires_at.eq(cx.now() + IDLE),
            operator_sessions::device.eq(cx.origin.device.chars().take(200).collect::<String>()),
            operator_sessions::address.eq(&cx.origin.address),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(Tokens {
        access: Secret::new(issue(&cx.app, Audience::Operator, None, id)?),
        refresh,
        days: cx.app.settings.session_days,
    })
}

/// Exchanges an operator's refresh token; a reused one ends the session.
pub async fn refresh(cx: &Cx, token: &Secret) -> Result<Tokens> {
    let Some((None, id)) = crate::identity::named_refresh(cx, token) else { return Err(Error::unauthenticated()) };
    let mut write = cx.beside(Space::Platform).await?;
    let row: Option<crate::identity::Refreshable> = operator_sessions::table
        .find(id.0)
        .filter(operator_sessions::ended_at.is_null().and(operator_sessions::expires_at.gt(cx.now())))
        .select((operator_sessions::refresh_hash, operator_sessions::previous_hash, operator_sessions::refreshed_at))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let given = hash(token.expose().as_bytes());
    let (refresh, digest) = crate::identity::fresh_session(cx, None, id, Some(token));
    let tokens = Tokens {
        access: Secret::new(issue(&cx.app, Audience::Operator, None, id)?),
        refresh,
        days: cx.app.settings.session_days,
    };
    match Exchange::decide(&given, &row.ok_or_else(Error::unauthenticated)?, cx.now()) {
        Exchange::Rotate => {}
        Exchange::Repeat => return Ok(tokens),
        Exchange::End => {
            diesel::update(operator_sessions::table.find(id.0))
                .set(operator_sessions::ended_at.eq(cx.now()))
                .execute(write.conn()?)
                .await?;
            write.audit(Entry::new("session.reused", "session", id.0)).await?;
            write.commit().await?;
            forget(&cx.app, id).await;
            return Err(Error::unauthenticated());
        }
    }
    diesel::update(operator_sessions::table.find(id.0))
        .set((
            operator_sessions::refresh_hash.eq(digest),
            operator_sessions::previous_hash.eq(Some(given)),
            operator_sessions::refreshed_at.eq(cx.now()),
            operator_sessions::expires_at.eq(cx.now() + IDLE),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(tokens)
}

/// Ends the operator's session.
pub async fn sign_out(cx: &Cx) -> Result<()> {
    let Ok(operator) = cx.operator() else { return Ok(()) };
    let mut write = cx.write(SELF).await?;
    let now = cx.now();
    diesel::update(operator_sessions::table.find(operator.session.0))
        .set(operator_sessions::ended_at.eq(now))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("session.ended", "session", operator.session.0)).await?;
    write.commit().await?;
    forget(&cx.app, operator.session).await;
    Ok(())
}

/// Forgets what this replica remembers of a session and ends the sockets that hang on it.
async fn forget(app: &App, session: SessionId) {
    app.operators.invalidate(&session).await;
    app.live.touch(&crate::identity::topic(session));
}

/// Finds the operator of a session.
pub(crate) async fn caller(app: &Arc<App>, session: SessionId) -> Result<Caller> {
    if let Some(operator) = app.operators.get(&session).await {
        return Ok(Caller::Operator(operator));
    }
    let mut unit = app.db.begin(Space::Platform, Mode::Read).await?;
    let row: Option<(Uuid, String)> = operator_sessions::table
        .inner_join(operators::table)
        .filter(operator_sessions::id.eq(session.0).and(operator_sessions::ended_at.is_null()))
        .filter(operator_sessions::expires_at.gt(app.world.now()).and(operators::state.eq("active")))
        .select((operators::id, operators::user_name))
        .first(unit.conn()?)
        .await
        .optional()?;
    unit.commit().await?;
    let Some((id, user_name)) = row else { return Ok(Caller::Stranger) };
    let operator = Arc::new(Operator { id: id.into(), session, user_name, grants: grants(app) });
    app.operators.insert(session, operator.clone()).await;
    Ok(Caller::Operator(operator))
}

/// What an operator may reach with a permission now, for work that goes on without them.
pub(crate) async fn scope_of(
    cx: &Cx,
    operator: OperatorId,
    permission: Permission,
    conn: &mut Conn,
) -> Result<Option<Scope>> {
    let active = operators::table.find(operator.0).filter(operators::state.eq("active"));
    let active: i64 = active.count().get_result(conn).await?;
    Ok(grants(&cx.app).scope(permission).filter(|_| active > 0).cloned())
}

fn grants(app: &App) -> Grants {
    app.policy.grants([("platform_operator", None)], |_| true)
}

/// Refuses a change when the session has ended meanwhile.
pub(crate) async fn still_open(operator: &Operator, now: DateTime<Utc>, conn: &mut Conn) -> Result<()> {
    let open: i64 = operator_sessions::table
        .inner_join(operators::table)
        .filter(operator_sessions::id.eq(operator.session.0).and(operator_sessions::ended_at.is_null()))
        .filter(operator_sessions::expires_at.gt(now).and(operators::state.eq("active")))
        .count()
        .get_result(conn)
        .await?;
    if open == 0 { Err(Error::unauthenticated()) } else { Ok(()) }
}
