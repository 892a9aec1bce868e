//! What a tenant decides about signing in (安全设置), within the bounds of the product.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Permission, Result};

use crate::app::App;
use crate::audit::{Entry, Row, undo};
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::schema::{accounts, security as table, sessions};

/// Wrong passwords in a row that may be forgiven.
pub const FORGIVEN: RangeInclusive<i16> = 1..=10;
/// Days a session may live without use.
pub const SESSION_DAYS: RangeInclusive<i16> = 1..=30;
/// Sessions a person may be limited to.
pub const SESSIONS_EACH: RangeInclusive<i16> = 1..=20;

/// Networks a tenant may name.
pub const NETWORKS: usize = 50;

/// A tenant's choices; what is not chosen is as the installation has it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = table, treat_none_as_null = true)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// Wrong passwords in a row that are forgiven; the next one locks.
    pub forgiven_passwords: Option<i16>,
    /// Days without use after which a session ends.
    pub session_days: Option<i16>,
    /// Sessions a person may have at once; otherwise any number.
    pub sessions_each: Option<i16>,
    /// Initial passwords are random and shown once, instead of the one everybody knows.
    pub random_passwords: bool,
    /// Networks from which people may sign in, as CIDR; none is from anywhere.
    pub networks: Vec<String>,
}

/// What holds for a tenant.
pub(super) struct InForce {
    pub(super) forgiven_passwords: i16,
    pub(super) session_days: i64,
    pub(super) sessions_each: Option<i64>,
    pub(super) random_passwords: bool,
    networks: Vec<String>,
}

impl InForce {
    /// Refuses to let anybody in from a network that the tenant has not named.
    pub(super) fn admits(&self, cx: &Cx) -> Result<()> {
        if inside(&self.networks, &cx.origin.address) {
            return Ok(());
        }
        Err(Error::refuse("NETWORK", "本单位只允许在指定网络登录，请在单位网络中登录或联系管理员"))
    }
}

/// True when no networks are named or the address is in one.
fn inside(networks: &[String], address: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return networks.is_empty() };
    let networks = networks.iter().filter_map(|one| one.parse::<IpNet>().ok());
    networks.clone().next().is_none() || networks.clone().any(|one| one.contains(&address.to_canonical()))
}

/// A network as it is typed: an address or CIDR; written back without host bits.
fn network(text: &str) -> Option<String> {
    let text = text.trim();
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(net.trunc().to_string())
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
        random_passwords: chosen.random_passwords,
        networks: chosen.networks,
    })
}

/// Chooses anew. A shorter life also holds for the sessions that are open.
pub async fn set_security(cx: &Cx, permission: Permission, chosen: Security) -> Result<()> {
    let chosen = checked(cx, chosen)?;
    let mut write = cx.write(permission).await?;
    cx.identity()?;
    if decide(&mut write, chosen).await? { write.commit().await } else { Ok(()) }
}

/// Within the bounds, and not so that the caller is shut out.
fn checked(cx: &Cx, mut chosen: Security) -> Result<Security> {
    within("forgivenPasswords", "允许连续输错密码的次数", chosen.forgiven_passwords, FORGIVEN)?;
    within("sessionDays", "登录有效期", chosen.session_days, SESSION_DAYS)?;
    within("sessionsEach", "每人同时登录的设备数", chosen.sessions_each, SESSIONS_EACH)?;
    let typed = std::mem::take(&mut chosen.networks);
    if typed.len() > NETWORKS {
        return Err(Error::invalid("networks", format!("最多{NETWORKS}个网络地址")));
    }
    for text in &typed {
        let known = network(text).ok_or_else(|| {
            Error::invalid("networks", format!("“{text}”不是网络地址，应如 203.0.113.7 或 203.0.113.0/24"))
        })?;
        if !chosen.networks.contains(&known) {
            chosen.networks.push(known);
        }
    }
    if !inside(&chosen.networks, &cx.origin.address) {
        let own = &cx.origin.address;
        return Err(Error::invalid("networks", format!("您现在的地址 {own} 不在其中，保存后您也不能再登录")));
    }
    Ok(chosen)
}

async fn held(write: &mut Write<'_>) -> Result<Security> {
    Ok(table::table.find(1).select(Security::as_select()).for_update().first(write.conn()?).await?)
}

/// The same in a transaction; false when it stands so already.
async fn decide(write: &mut Write<'_>, chosen: Security) -> Result<bool> {
    let cx = write.cx;
    let before = held(write).await?;
    if before == chosen {
        return Ok(false);
    }
    diesel::update(table::table.find(1)).set(&chosen).execute(write.conn()?).await?;
    let latest = cx.now() + Duration::days(in_force(&cx.app, write.conn()?).await?.session_days);
    diesel::update(sessions::table)
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(latest)))
        .set(sessions::expires_at.eq(latest))
        .execute(write.conn()?)
        .await?;
    if chosen.random_passwords && !before.random_passwords {
        // What everybody knows opens nothing any more, not even the step in which it is replaced.
        diesel::update(accounts::table.filter(accounts::password_state.eq("initial")))
            .set((accounts::password_hash.eq(None::<String>), accounts::password_state.eq("none")))
            .execute(write.conn()?)
            .await?;
    }
    let entry = Entry::new("security.changed", "security", None)
        .change("forgivenPasswords", before.forgiven_passwords, chosen.forgiven_passwords)
        .change("sessionDays", before.session_days, chosen.session_days)
        .change("sessionsEach", before.sessions_each, chosen.sessions_each)
        .change("randomPasswords", before.random_passwords, chosen.random_passwords)
        .change("networks", before.networks, chosen.networks);
    write.audit(entry).await?;
    Ok(true)
}

/// Takes choices back.
pub async fn undo_security(write: &mut Write<'_>, row: &Row) -> Result<()> {
    let before = undo::restored(&held(write).await?, row, &[])?;
    let before = checked(write.cx, before)?;
    decide(write, before).await.map(drop)
}

/// Lets people sign in from anywhere again, when the networks that were named shut everybody out.
pub(crate) async fn from_anywhere(write: &mut Write<'_>) -> Result<()> {
    let before: Vec<String> = table::table.find(1).select(table::networks).for_update().first(write.conn()?).await?;
    if before.is_empty() {
        return Ok(());
    }
    diesel::update(table::table.find(1)).set(table::networks.eq(Vec::<String>::new())).execute(write.conn()?).await?;
    let entry = Entry::new("security.changed", "security", None);
    write.audit(entry.change("networks", before, Vec::<String>::new())).await
}

fn within(field: &str, name: &str, value: Option<i16>, bounds: RangeInclusive<i16>) -> Result<()> {
    match value {
        Some(value) if !bounds.contains(&value) => {
            Err(Error::invalid(field, format!("{name}应为{}至{}", bounds.start(), bounds.end())))
        }
        _ => Ok(()),
    }
}
