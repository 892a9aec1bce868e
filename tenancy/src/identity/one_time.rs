//! One's own one-time passwords (动态口令): asked for beside the password by those who want it so.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{AccountId, Error, Result, SELF, Secret, TenantId};

use super::password::prove;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Space;
use crate::schema::accounts;
use crate::totp::{self, Key};
use crate::{identity, tenants};

/// Makes a secret for the caller's app. Nothing is asked for before a first code was right.
pub async fn begin_totp(cx: &Cx, password: &Secret) -> Result<Key> {
    let identity = identity::must_be_account(cx)?;
    prove(cx, password).await.map_err(|error| error.at("password"))?;
    let secret = cx.app.world.bytes::<20>();
    let sealed = tenants::vault(&cx.app, identity.tenant.id).await?.seal(&secret)?;
    let mut write = cx.write(SELF).await?;
    let set = diesel::update(accounts::table.find(identity.account.0))
        .filter(accounts::totp_step.is_null())
        .set(accounts::totp.eq(sealed))
        .execute(write.conn()?)
        .await?;
    if set == 0 {
        return Err(Error::refuse("TOTP_ON", "已启用动态口令，请先停用"));
    }
    write.commit_quietly().await?;
    totp::key(&secret, &identity.user_name)
}

/// Asks for codes from now on; the first one shows that the app has the secret.
pub async fn confirm_totp(cx: &Cx, code: &Secret) -> Result<()> {
    let identity = identity::must_be_account(cx)?;
    let key = format!("totp:{}", identity.account);
    super::throttle(cx, &key, 600, 10, "尝试次数过多，请稍后再试").await?;
    let mut write = cx.write(SELF).await?;
    let sealed: Option<Vec<u8>> = accounts::table
        .find(identity.account.0)
        .filter(accounts::totp_step.is_null())
        .select(accounts::totp)
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?
        .flatten();
    let sealed = sealed.ok_or_else(|| Error::refuse("TOTP_NONE", "请重新开始设置动态口令"))?;
    let secret = tenants::vault(&cx.app, identity.tenant.id).await?.open(&sealed)?;
    let step = totp::step(&secret, &identity.user_name, code, cx.now())?.ok_or_else(totp::wrong)?;
    diesel::update(accounts::table.find(identity.account.0))
        .set(accounts::totp_step.eq(step))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("account.totp_on", "account", identity.account.0)).await?;
    write.commit().await
}

/// Asks for no codes any more.
pub async fn remove_totp(cx: &Cx, password: &Secret) -> Result<()> {
    let identity = identity::must_be_account(cx)?;
    prove(cx, password).await.map_err(|error| error.at("password"))?;
    let mut write = cx.write(SELF).await?;
    let was = diesel::update(accounts::table.find(identity.account.0))
        .filter(accounts::totp.is_not_null())
        .set((accounts::totp.eq(None::<Vec<u8>>), accounts::totp_step.eq(None::<i64>)))
        .execute(write.conn()?)
        .await?;
    if was > 0 {
        write.audit(Entry::new("account.totp_off", "account", identity.account.0)).await?;
        write.commit().await?;
    }
    Ok(())
}

/// How the one-time password of somebody who knows the password was.
pub(super) enum Second {
    /// None is asked for, or it was right.
    Right,
    /// None was given.
    Missing,
    /// It was wrong or had been used.
    Wrong,
}

/// Looks at the one-time password beside a right password.
pub(super) async fn second(cx: &Cx, tenant: TenantId, account: AccountId, code: Option<&Secret>) -> Result<Second> {
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let known: (String, Option<Vec<u8>>, Option<i64>) = accounts::table
        .find(account.0)
        .select((accounts::user_name, accounts::totp, accounts::totp_step))
        .first(write.conn()?)
        .await?;
    let (name, Some(sealed), Some(last)) = known else { return Ok(Second::Right) };
    let Some(code) = code.filter(|code| !code.expose().trim().is_empty()) else { return Ok(Second::Missing) };
    let secret = tenants::vault(&cx.app, tenant).await?.open(&sealed)?;
    let step = totp::step(&secret, &name, code, cx.now())?.filter(|step| *step > last);
    let Some(step) = step else { return Ok(Second::Wrong) };
    let first = diesel::update(accounts::table.find(account.0))
        .filter(accounts::totp_step.lt(step))
        .set(accounts::totp_step.eq(step))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(if first == 1 { Second::Right } else { Second::Wrong })
}
