//! What a tenant decides about signing in (安全设置), within the bounds of the product.

use std::ops::RangeInclusive;

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Permission, Result};

use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Conn;
use crate::schema::{security as table, sessions};

/// Wrong passwords in a row that may be forgiven.
pub const FORGIVEN: RangeInclusive<i16> = 1..=10;
/// Days a session may live without use.
pub const SESSION_DAYS: RangeInclusive<i16> = 1..=30;
/// Sessions a person may be limited to.
pub const SESSIONS_EACH: RangeInclusive<i16> = 1..=20;

/// A tenant's choices; what is not chosen is as the installation has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = table, treat_none_as_null = true)]
pub struct Security {
    /// Wrong passwords in a row that are forgiven; the next one locks.
    pub forgiven_passwords: Option<i16>,
    /// Days without use after which a session ends.
    pub session_days: Option<i16>,
    /// Sessions a person may have at once; otherwise any number.
    pub sessions_each: Option<i16>,
}

/// What holds for a tenant.
pub(super) struct InForce {
    pub(super) forgiven_passwords: i16,
    pub(super) session_days: i64,
    pub(super) sessions_each: Option<i64>,
}

/// The choices of the tenant whose transaction this is.
pub async fn security(conn: &mut Conn) -> Result<Security> {
    Ok(table::table.find(1).select(Security::as_select()).first(conn).await?)
}

/// What holds in the tenant whose transaction this is.
pub(super) async fn in_force(app: &App, conn: &mut Conn) -> Result<InForce> {
    let chosen = security(conn).await?;
    Ok(InForce {
        forgiven_passwords: chosen.forgiven_passwords.unwrap_or(app.settings.forgiven_passwords),
        session_days: chosen.session_days.map_or(app.settings.session_days, i64::from),
        sessions_each: chosen.sessions_each.map(i64::from),
    })
}

/// Chooses anew. A shorter life also holds for the sessions that are open.
pub async fn set_security(cx: &Cx, permission: Permission, chosen: Security) -> Result<()> {
    within("forgivenPasswords", "允许连续输错密码的次数", chosen.forgiven_passwords, FORGIVEN)?;
    within("sessionDays", "登录有效期", chosen.session_days, SESSION_DAYS)?;
    within("sessionsEach", "每人同时登录的设备数", chosen.sessions_each, SESSIONS_EACH)?;
    let mut write = cx.write(permission).await?;
    cx.identity()?;
    let before: Security = table::table.find(1).select(Security::as_select()).for_update().first(write.conn()?).await?;
    if before == chosen {
        return Ok(());
    }
    diesel::update(table::table.find(1)).set(chosen).execute(write.conn()?).await?;
    let latest = cx.now() + Duration::days(in_force(&cx.app, write.conn()?).await?.session_days);
    diesel::update(sessions::table)
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(latest)))
        .set(sessions::expires_at.eq(latest))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("security.changed", "security", None)
        .change("forgivenPasswords", before.forgiven_passwords, chosen.forgiven_passwords)
        .change("sessionDays", before.session_days, chosen.session_days)
        .change("sessionsEach", before.sessions_each, chosen.sessions_each);
    write.audit(entry).await?;
    write.commit().await
}

fn within(field: &str, name: &str, value: Option<i16>, bounds: RangeInclusive<i16>) -> Result<()> {
    match value {
        Some(value) if !bounds.contains(&value) => {
            Err(Error::invalid(field, format!("{name}应为{}至{}", bounds.start(), bounds.end())))
        }
        _ => Ok(()),
    }
}
