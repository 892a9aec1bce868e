//! The ways in (登录): user name and password, or a text-message code.

use chrono::{DateTime, Duration, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{AccountId, Error, Result, Secret, TenantId, check, mask};

use super::mini::{self, Bound};
use super::one_time::{Second, second};
use super::session::{self, Client, Tokens};
use super::sms::{SmsPurpose, spend};
use super::{Purpose, find_login, security, throttle};
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Space;
use crate::keys::hash;
use crate::schema::{accounts, logins, tenant_choices};
use crate::tenants::{self, Tenant};

/// Where an attempt to sign in led.
pub enum Outcome {
    /// Signed in.
    Signed(Tokens),
    /// The initial password must be replaced first; the session opens nothing else.
    ChangePassword {
        /// Tokens of the restricted session.
        tokens: Tokens,
        /// Masked number a code must be sent to, if the account has one.
        mobile: Option<String>,
    },
    /// The number belongs to several tenants; one must be chosen.
    Choose {
        /// Proof of the number, for five minutes.
        ticket: Secret,
        /// The tenants.
        tenants: Vec<std::sync::Arc<Tenant>>,
    },
}

/// An attempt is judged within this time, or never.
const JUDGED: Duration = Duration::minutes(1);

fn wrong() -> Error {
    Error::refuse("WRONG_CREDENTIALS", "用户名或密码错误")
}

fn locked() -> Error {
    Error::refuse("LOCKED", "密码错误次数过多，账号已锁定。请用短信验证码登录，或联系管理员解锁")
}

pub(super) async fn per_address(cx: &Cx) -> Result<()> {
    let key = format!("sign_in:{}", cx.origin.network());
    throttle(cx, &key, 60, cx.app.settings.sign_ins_per_address, "登录过于频繁，请稍后再试").await
}

/// Signs in by user name (or mobile number) and password (PC-1.2c), and a one-time password where the account asks
/// for one.
pub async fn by_password(cx: &Cx, name: &str, password: &Secret, code: Option<&Secret>) -> Result<Outcome> {
    per_address(cx).await?;
    let name = name.trim().to_lowercase();
    let found = match check::mobile(&name) {
        Some(mobile) => find_login(cx, "mobile", &mobile).await?,
        None => find_login(cx, "name", &name).await?,
    };
    // A mobile number in several tenants cannot be told apart by a password: the code sign-in chooses.
    let [(tenant, account)] = found.as_slice() else {
        cx.app.hasher.verify(password, None).await?;
        return Err(wrong());
    };
    active(cx, *tenant).await?;
    let Some(attempt) = reserve(cx, *tenant, *account).await? else {
        cx.app.hasher.verify(password, None).await?;
        lock(cx, *tenant, *account, Failure::CutOff).await?;
        return Err(locked());
    };
    let right = match cx.app.hasher.verify(password, attempt.hash).await {
        Ok(right) => right,
        Err(busy) => {
            give_back(cx, *tenant, *account, 1).await?;
            return Err(busy);
        }
    };
    if !right {
        let locks = lock(cx, *tenant, *account, Failure::Told("password")).await?;
        return Err(if locks { locked() } else { wrong() });
    }
    let judged = if attempt.second { second(cx, *tenant, *account, code).await? } else { Second::Right };
    match judged {
        Second::Right => enter(cx, *tenant, *account, attempt.initial, attempt.expires_at).await,
        Second::Missing => {
            give_back(cx, *tenant, *account, 1).await?;
            Err(Error::refuse("TOTP_REQUIRED", "请输入动态口令").at("totp"))
        }
        // A guess like any other.
        Second::Wrong => {
            Err(if lock(cx, *tenant, *account, Failure::Told("totp")).await? { locked() } else { crate::totp::wrong() })
        }
    }
}

struct Attempt {
    /// Nothing when no password opens it: it is judged like a wrong one.
    hash: Option<String>,
    initial: bool,
    expires_at: Option<DateTime<Utc>>,
    /// It asks for a one-time password too.
    second: bool,
}

/// Hash, state and end of a password, and whether a one-time password is asked for.
type Tried = (Option<String>, String, Option<DateTime<Utc>>, bool);

/// Takes one of the attempts an account has before the password is looked at, so that many guesses at once get
/// no more than that number judged.
async fn reserve(cx: &Cx, tenant: TenantId, account: AccountId) -> Result<Option<Attempt>> {
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let forgiven = security::in_force(&cx.app, write.conn()?).await?.forgiven_passwords;
    let row: Option<Tried> = diesel::update(accounts::table.find(account.0))
        .filter(accounts::state.eq("active").and(accounts::failed.le(forgiven)))
        .set((accounts::failed.eq(accounts::failed + 1), accounts::failed_at.eq(cx.now())))
        .returning((
            accounts::password_hash,
            accounts::password_state,
            accounts::password_expires_at,
            accounts::totp_step.is_not_null(),
        ))
        .get_result(write.conn()?)
        .await
        .optional()?;
    write.commit_quietly().await?;
    Ok(row.map(|(hash, state, expires_at, second)| Attempt { hash, initial: state == "initial", expires_at, second }))
}

/// Gives attempts back that were not wrong.
async fn give_back(cx: &Cx, tenant: TenantId, account: AccountId, attempts: i16) -> Result<()> {
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let left = case_when(accounts::failed.gt(attempts), accounts::failed - attempts).otherwise(0i16);
    diesel::update(accounts::table.find(account.0))
        .filter(accounts::state.eq("active"))
        .set(accounts::failed.eq(left))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await
}

/// How an attempt went wrong.
#[derive(Clone, Copy)]
enum Failure {
    /// By what was wrong: it stands in the tenant's log.
    Told(&'static str),
    /// Whoever took the last attempt was cut off and will not tell how it ended, once that is long enough ago.
    CutOff,
}

/// Writes down that an attempt went wrong, and locks an account whose attempts are used up: the one after the forgiven ones
/// locks (PC-2.3b).
async fn lock(cx: &Cx, tenant: TenantId, account: AccountId, failure: Failure) -> Result<bool> {
    let before = match failure {
        Failure::Told(_) => cx.now() + JUDGED,
        Failure::CutOff => cx.now() - JUDGED,
    };
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let forgiven = security::in_force(&cx.app, write.conn()?).await?.forgiven_passwords;
    let row = diesel::update(accounts::table.find(account.0))
        .filter(accounts::state.eq("active").and(accounts::failed.gt(forgiven)))
        .filter(accounts::failed_at.lt(before))
        .set((accounts::state.eq("locked"), accounts::locked_at.eq(cx.now())));
    let locks = row.execute(write.conn()?).await? > 0;
    match failure {
        Failure::Told(by) => {
            write.audit(Entry::new("session.refused", "account", account.0).note("by", by)).await?;
        }
        Failure::CutOff if locks => {}
        Failure::CutOff => return Ok(false),
    }
    if locks {
        write.audit(Entry::new("account.locked", "account", account.0)).await?;
    }
    write.commit().await?;
    if !locks {
        return Ok(false);
    }
    metrics::counter!("zhibu_accounts_locked").increment(1);
    Ok(true)
}

async fn enter(
    cx: &Cx,
    tenant: TenantId,
    account: AccountId,
    initial: bool,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Outcome> {
    if let Err(refused) = crate::life::may_enter(&cx.app, tenant).await {
        give_back(cx, tenant, account, 1).await?;
        return Err(refused);
    }
    if initial && expires_at.is_some_and(|at| at <= cx.now()) {
        give_back(cx, tenant, account, i16::MAX).await?;
        return Err(super::password::expired());
    }
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let known: Option<(Option<Vec<u8>>, String)> = diesel::update(accounts::table.find(account.0))
        .filter(accounts::state.eq("active"))
        .set((accounts::failed.eq(0), accounts::last_sign_in_at.eq(cx.now())))
        .returning((accounts::mobile, accounts::display_name))
        .get_result(write.conn()?)
        .await
        .optional()?;
    let (mobile, name) = known.ok_or_else(locked)?;
    let purpose = if initial { Purpose::Password } else { Purpose::Full };
    let (id, tokens) = match session::open(&mut write, tenant, account, purpose, Client::Console).await {
        Ok(opened) => opened,
        Err(refused) => {
            drop(write);
            if refused.code == "NETWORK" {
                // The password was right, the place was not: no guess.
                give_back(cx, tenant, account, 1).await?;
            }
            return Err(refused);
        }
    };
    write.audit(Entry::new("session.opened", "session", id.0).by(account, name).note("by", "password")).await?;
    write.commit().await?;
    if !initial {
        return Ok(Outcome::Signed(tokens));
    }
    let vault = tenants::vault(&cx.app, tenant).await?;
    let mobile = mobile.map(|sealed| vault.open_text(&sealed)).transpose()?;
    Ok(Outcome::ChangePassword { tokens, mobile: mobile.map(|m| mask::phone(m.expose())) })
}

/// Signs in by mobile number and code (PC-1.2b). It also unlocks: the code proves the owner.
pub async fn by_sms(cx: &Cx, mobile: &Secret, code: &Secret) -> Result<Outcome> {
    per_address(cx).await?;
    let mobile = check::mobile(mobile.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
    spend(cx, &mobile, SmsPurpose::SignIn, code).await?;
    let found = find_login(cx, "mobile", &mobile).await?;
    match found.as_slice() {
        [] => Err(Error::refuse("WRONG_CODE", "验证码错误或已失效").at("code")),
        [(tenant, account)] => admit(cx, *tenant, *account, Admission::Code).await.map(Outcome::Signed),
        several => offer(cx, &mobile, several).await,
    }
}

async fn offer(cx: &Cx, mobile: &str, several: &[(TenantId, AccountId)]) -> Result<Outcome> {
    let mut tenants = Vec::new();
    for (tenant, _) in several {
        let info = tenants::info(&cx.app, *tenant).await?;
        if info.active {
            tenants.push(info);
        }
    }
    let ticket = crate::keys::hex(&cx.app.world.bytes::<32>());
    let mut write = cx.beside(Space::Platform).await?;
    diesel::insert_into(tenant_choices::table)
        .values((
            tenant_choices::ticket_hash.eq(hash(ticket.as_bytes())),
            tenant_choices::mobile_index.eq(cx.app.keys.platform.blind(mobile)),
            tenant_choices::expires_at.eq(cx.now() + Duration::minutes(5)),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(Outcome::Choose { ticket: Secret::new(ticket), tenants })
}

/// Chooses one of the tenants a proven number belongs to.
pub async fn choose(cx: &Cx, ticket: &Secret, tenant: TenantId) -> Result<Outcome> {
    per_address(cx).await?;
    let mut write = cx.beside(Space::Platform).await?;
    let index: Option<Vec<u8>> = diesel::delete(tenant_choices::table.find(hash(ticket.expose().as_bytes())))
        .filter(tenant_choices::expires_at.gt(cx.now()))
        .returning(tenant_choices::mobile_index)
        .get_result(write.conn()?)
        .await
        .optional()?;
    let index = index.ok_or_else(|| Error::refuse("WRONG_CODE", "选择已失效，请重新登录"))?;
    let account: Option<uuid::Uuid> = logins::table
        .filter(logins::kind.eq("mobile").and(logins::blind_index.eq(index)).and(logins::tenant_id.eq(tenant.0)))
        .select(logins::account_id)
        .first(write.conn()?)
        .await
        .optional()?;
    write.commit_quietly().await?;
    let account = account.ok_or_else(Error::missing)?;
    admit(cx, tenant, account.into(), Admission::Code).await.map(Outcome::Signed)
}

/// Refuses whoever comes while a tenant is worked on.
pub(super) async fn active(cx: &Cx, tenant: TenantId) -> Result<()> {
    let info = tenants::info(&cx.app, tenant).await?;
    if info.active { Ok(()) } else { Err(Error::unavailable("tenant in maintenance")) }
}

/// How somebody without a password comes in.
#[derive(Clone, Copy)]
pub(super) enum Admission<'a> {
    /// By a code sent to the number, at the console.
    Code,
    /// By a proven number, which is bound to this person of a platform.
    Bind(Client, &'a Bound),
    /// As who is bound.
    Known(Client),
}

/// Opens a session for the owner of an account. A proven number also unlocks.
pub(super) async fn admit(cx: &Cx, tenant: TenantId, account: AccountId, how: Admission<'_>) -> Result<Tokens> {
    active(cx, tenant).await?;
    crate::life::may_enter(&cx.app, tenant).await?;
    let (client, by) = match how {
        Admission::Code => (Client::Console, "sms"),
        Admission::Bind(client, _) | Admission::Known(client) => (client, client.key()),
    };
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let before: Option<(String, String)> = accounts::table
        .find(account.0)
        .filter(accounts::state.ne("disabled"))
        .select((accounts::state, accounts::display_name))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let (before, name) = before.ok_or_else(|| Error::refuse("DISABLED", "账号已停用，请联系管理员"))?;
    let row = accounts::table.find(account.0);
    if matches!(how, Admission::Known(_)) {
        // Passwords that somebody guesses wrong elsewhere stay counted.
        diesel::update(row).set(accounts::last_sign_in_at.eq(cx.now())).execute(write.conn()?).await?;
    } else {
        diesel::update(row)
            .set((
                accounts::state.eq("active"),
                accounts::failed.eq(0),
                accounts::locked_at.eq(None::<DateTime<Utc>>),
                accounts::last_sign_in_at.eq(cx.now()),
            ))
            .execute(write.conn()?)
            .await?;
        if before == "locked" {
            let entry = Entry::new("account.unlocked", "account", account.0);
            write.audit(entry.change("state", before, "active").note("by", by)).await?;
        }
    }
    if let Admission::Bind(client, bound) = how {
        mini::keep(&mut write, (tenant, account), client, bound).await?;
        write.audit(mini::told(account, client, bound).by(account, name.clone())).await?;
    }
    let (id, tokens) = session::open(&mut write, tenant, account, Purpose::Full, client).await?;
    write.audit(Entry::new("session.opened", "session", id.0).by(account, name).note("by", by)).await?;
    write.commit().await?;
    Ok(tokens)
}
