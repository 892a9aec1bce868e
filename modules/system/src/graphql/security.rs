use std::ops::RangeInclusive;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use zhibu_core::Result;
use zhibu_graphql::Request;
use zhibu_tenancy::Cx;
use zhibu_tenancy::identity::{self, FORGIVEN, SESSION_DAYS, SESSIONS_EACH, Security};

use crate::{SECURITY_READ, TENANT_SETTINGS};

/// What the tenant has decided about signing in (安全设置).
#[derive(SimpleObject)]
pub(super) struct SecuritySettings {
    /// Wrong passwords in a row that are forgiven; the next one locks.
    forgiven_passwords: Choice,
    /// Days without use after which a session ends.
    session_days: Choice,
    /// Sessions a person may have at once; the oldest ends.
    sessions_each: Choice,
    /// Initial passwords are random and shown once, instead of the one everybody knows.
    random_passwords: bool,
    /// Networks from which people may sign in, as CIDR; none is from anywhere.
    networks: Vec<String>,
    /// The address the question came from.
    own_address: String,
    /// Users who still have the initial password.
    initial_passwords: i64,
}

/// A number that the tenant may choose.
#[derive(SimpleObject)]
pub(super) struct Choice {
    /// What the tenant has chosen.
    chosen: Option<i16>,
    /// What holds otherwise; nothing is any number.
    usual: Option<i64>,
    least: i16,
    most: i16,
}

/// Choices of the tenant; what is left out is as the installation has it.
#[derive(InputObject)]
pub(super) struct SecurityInput {
    forgiven_passwords: Option<i32>,
    session_days: Option<i32>,
    sessions_each: Option<i32>,
    #[graphql(default)]
    random_passwords: bool,
    /// Addresses or CIDR; none is from anywhere.
    #[graphql(default)]
    networks: Vec<String>,
}

impl Choice {
    fn new(chosen: Option<i16>, usual: Option<i64>, bounds: RangeInclusive<i16>) -> Self {
        Self { chosen, usual, least: *bounds.start(), most: *bounds.end() }
    }
}

impl From<SecurityInput> for Security {
    fn from(input: SecurityInput) -> Self {
        // What no column holds is out of bounds all the same.
        let number = |given: Option<i32>| given.map(|number| i16::try_from(number).unwrap_or(i16::MAX));
        Self {
            forgiven_passwords: number(input.forgiven_passwords),
            session_days: number(input.session_days),
            sessions_each: number(input.sessions_each),
            random_passwords: input.random_passwords,
            networks: input.networks,
        }
    }
}

async fn shown(cx: &Cx) -> Result<SecuritySettings> {
    let mut read = cx.read(SECURITY_READ).await?;
    cx.identity()?;
    let chosen = identity::security(read.conn()?).await?;
    let filter = identity::AccountFilter {
        state: Some(identity::AccountState::MustChange),
        ..identity::AccountFilter::default()
    };
    let settings = &cx.app.settings;
    Ok(SecuritySettings {
        forgiven_passwords: Choice::new(chosen.forgiven_passwords, Some(settings.forgiven_passwords.into()), FORGIVEN),
        session_days: Choice::new(chosen.session_days, Some(settings.session_days), SESSION_DAYS),
        sessions_each: Choice::new(chosen.sessions_each, None, SESSIONS_EACH),
        random_passwords: chosen.random_passwords,
        networks: chosen.networks,
        own_address: cx.origin.address.clone(),
        initial_passwords: identity::count_accounts(cx, &filter, read.conn()?).await?,
    })
}

#[derive(Default)]
pub(super) struct SecurityQuery;

#[Object]
impl SecurityQuery {
    /// What the tenant has decided about signing in, and what it may decide (安全设置).
    async fn security(&self, ctx: &Context<'_>) -> Result<SecuritySettings> {
        shown(ctx.cx()?).await
    }
}

#[derive(Default)]
pub(super) struct SecurityMutation;

#[Object]
impl SecurityMutation {
    /// Decides anew.
    async fn set_security(&self, ctx: &Context<'_>, input: SecurityInput) -> Result<SecuritySettings> {
        let cx = ctx.cx()?;
        cx.allow(TENANT_SETTINGS)?;
        // Behind the page's own permission, so that a page that is switched off changes nothing any more.
        identity::set_security(cx, SECURITY_READ, input.into()).await?;
        shown(cx).await
    }
}
