use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{ANYONE, Error, Result, dictionary};
use zhibu_graphql::Request;

/// What anybody may know of the server.
#[derive(SimpleObject)]
pub(super) struct ServerInfo {
    /// 产品名称
    name: &'static str,
    /// Text messages and the like go nowhere: 演示环境.
    sandbox: bool,
    version: &'static str,
    now: DateTime<Utc>,
}

/// A value of a dictionary (字典).
#[derive(SimpleObject)]
pub(super) struct DictionaryEntry {
    kind: &'static str,
    code: &'static str,
    label: &'static str,
}

/// A module that can be sold.
#[derive(SimpleObject)]
pub(super) struct ModuleInfo {
    key: &'static str,
    title: &'static str,
    /// Every tenant has it.
    base: bool,
}

#[derive(Default)]
pub(super) struct CommonQuery;

#[Object]
impl CommonQuery {
    /// What the sign-in page shows.
    async fn server(&self, ctx: &Context<'_>) -> Result<ServerInfo> {
        let cx = ctx.cx()?;
        cx.allow(ANYONE)?;
        Ok(ServerInfo {
            name: "支部",
            sandbox: cx.app.sms.is_sandbox(),
            version: env!("CARGO_PKG_VERSION"),
            now: cx.now(),
        })
    }

    /// Values of dictionaries, in display order.
    async fn dictionary(&self, ctx: &Context<'_>, kinds: Vec<String>) -> Result<Vec<DictionaryEntry>> {
        ctx.cx()?.allow(ANYONE)?;
        if kinds.len() > 20 {
            return Err(Error::invalid("kinds", "一次最多20类"));
        }
        let entries = kinds.iter().flat_map(|kind| dictionary::of(kind).collect::<Vec<_>>());
        Ok(entries.map(|e| DictionaryEntry { kind: &e.kind, code: &e.code, label: &e.label }).collect())
    }

    /// The modules of this build.
    async fn modules(&self, ctx: &Context<'_>) -> Result<Vec<ModuleInfo>> {
        ctx.cx()?.allow(crate::CODES_READ)?;
        let modules = ctx.registry()?.modules.iter();
        Ok(modules.map(|m| ModuleInfo { key: m.key, title: m.title, base: m.base }).collect())
    }
}
