//! The application: what every request and job shares.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use zhibu_core::{Error, Result, SessionId, TenantId, World};
use zhibu_providers::Sms;
use zhibu_providers::video::Video;
use zhibu_providers::voice::Voice;
use zhibu_storage::Store;

use crate::db::{Lanes, Mode, Space, Unit};
use crate::identity::Hasher;
use crate::keys::{Keys, Vault};
use crate::live::Live;
use crate::mini::Platforms;
use crate::module::Registry;
use crate::operator::Operator;
use crate::placements;
use crate::policy::Policy;
use crate::remembered::Remembered;
use crate::tenants::{self, Tenant};

/// How long a replica may rely on what it last read about a tenant, and about a session of whose changes it may not have
/// heard. Writes look again.
pub(crate) const FRESH: Duration = Duration::from_secs(1);
/// How long a replica keeps a tenant's key, so that one which was destroyed or replaced elsewhere does not stay here.
const KEYS_KEPT: Duration = Duration::from_secs(5 * 60);
/// Connections that only look up tenants and placements, beside those for requests.
const LOOKUPS: usize = 2;

/// Limits and rules that an installation may set.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Wrong passwords in a row that are forgiven; the next one locks (手册 2.3: 超过三次).
    pub forgiven_passwords: i16,
    /// Days an initial password lives.
    pub initial_password_days: i64,
    /// The initial password (手册 1.2); it opens nothing but the change-password step.
    pub initial_password: String,
    /// Minutes an access token lives.
    pub access_minutes: i64,
    /// Days without use after which a session ends.
    pub session_days: i64,
    /// Sign-in attempts a minute from one address.
    pub sign_ins_per_address: i32,
    /// Activation attempts an hour from one address.
    pub activations_per_address: i32,
    /// Text messages an hour caused from one address.
    pub sms_per_address: i32,
    /// Text messages a day to one number.
    pub sms_per_number: i32,
    /// Seconds between two text messages to one number.
    pub sms_interval: i32,
    /// What one part of a text message costs, in fen; shown before sending.
    pub sms_fen: i64,
    /// What one call costs that reads a text aloud, in fen.
    pub voice_fen: i64,
    /// Templates of platforms for telling people something.
    #[serde(default)]
    pub push: crate::push::Templates,
    /// Cookies travel over TLS only.
    pub secure_cookies: bool,
    /// Days after the last day of use in which a tenant still works in full.
    pub grace_days: u16,
    /// Days after those in which it can be read.
    pub read_only_days: u16,
    /// Nothing here is real: the profile for trying out.
    #[serde(skip)]
    pub sandbox: bool,
    /// The address people reach the console under, told to other installations.
    #[serde(skip)]
    pub public_url: String,
    /// How the operator is reached, told to those who cannot come in.
    pub operator_contact: String,
    /// What a company gets that comes from DingTalk.
    pub dingtalk: crate::dingtalk::Offer,
    /// Connections for requests.
    pub connections: usize,
    /// Statements that the database keeps ready for each of them; none for a pooler in transaction mode.
    pub statements: usize,
}

/// The application's parts.
pub struct App {
    /// Time, ids, randomness.
    pub world: World,
    /// Limits and rules.
    pub settings: Settings,
    /// The modules of this build.
    pub registry: Registry,
    /// The compiled role matrix.
    pub policy: Policy,
    /// Keys.
    pub(crate) keys: Keys,
    /// Units of work of the control plane, and of the tenants that stand beside it.
    pub(crate) db: Arc<Lanes>,
    /// For what is remembered of tenants and placements: asked by those who hold a unit of work already, so it must
    /// never wait for one of those.
    pub(crate) lookups: Lanes,
    pub(crate) places: placements::Known,
    /// Where schemas are made: a login with the right to.
    pub ddl_url: String,
    /// Text messages.
    pub sms: Arc<dyn Sms>,
    /// Calls that read a text aloud.
    pub voice: Arc<dyn Voice>,
    /// Video meetings.
    pub video: Arc<dyn Video>,
    /// Platforms of mini-programs.
    pub mini: Platforms,
    /// Files.
    pub store: Store,
    /// Where jobs keep their files while they run.
    pub(crate) scratch: PathBuf,
    /// Live topics.
    pub live: Live,
    pub(crate) hasher: Hasher,
    /// Requests that are counted and not written down yet.
    pub requests: crate::quotas::Requests,
    pub(crate) tenants: Cache<TenantId, Arc<Tenant>>,
    /// Those that somebody has asked for of late, and whose turn it is to ask for them.
    pub(crate) asked: Cache<TenantId, ()>,
    pub(crate) asking: tokio::sync::Mutex<()>,
    /// Which operator acts on a support request now: each holds two connections, and many at once would wait for each other.
    pub(crate) supporting: tokio::sync::Mutex<()>,
    pub(crate) remembered: Remembered,
    pub(crate) operators: Cache<SessionId, Arc<Operator>>,
    pub(crate) vaults: Cache<TenantId, Arc<Vault>>,
    pub(crate) held: crate::fleet::Held,
}

/// What an application is made of.
pub struct Parts {
    /// Time, ids, randomness.
    pub world: World,
    /// Limits and rules.
    pub settings: Settings,
    /// The modules of this build.
    pub registry: Registry,
    /// The master key.
    pub master: [u8; 32],
    /// Login of requests: no right but the tenants' roles.
    pub app_url: String,
    /// Login that makes schemas.
    pub ddl_url: String,
    /// Text messages.
    pub sms: Arc<dyn Sms>,
    /// Calls that read a text aloud.
    pub voice: Arc<dyn Voice>,
    /// Video meetings.
    pub video: Arc<dyn Video>,
    /// Platforms of mini-programs.
    pub mini: Platforms,
    /// Files.
    pub store: Store,
    /// A folder for the files of jobs under way, for nobody else's eyes.
    pub scratch: PathBuf,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// Puts the parts together; nothing is connected yet.
    pub async fn new(parts: Parts) -> Result<Arc<Self>> {
        let policy = Policy::load(&parts.registry.permissions()).await?;
        let keys = Keys::new(&parts.master, &parts.world)?;
        Ok(Arc::new(Self {
            db: Arc::new(Lanes::new(&parts.app_url, parts.settings.connections, parts.settings.statements)?),
            lookups: Lanes::new(&parts.app_url, LOOKUPS, parts.settings.statements)?,
            places: placements::Known::default(),
            live: Live::start(&parts.ddl_url),
            hasher: Hasher::new()?,
            requests: crate::quotas::Requests::default(),
            tenants: fresh(10_000),
            asked: Cache::builder().max_capacity(2_000).time_to_live(FRESH * 10).build(),
            asking: tokio::sync::Mutex::default(),
            supporting: tokio::sync::Mutex::default(),
            remembered: Remembered::default(),
            operators: fresh(1_000),
            vaults: kept(10_000, KEYS_KEPT),
            held: crate::fleet::Held::default(),
            world: parts.world,
            settings: parts.settings,
            registry: parts.registry,
            ddl_url: parts.ddl_url,
            sms: parts.sms,
            voice: parts.voice,
            video: parts.video,
            mini: parts.mini,
            store: parts.store,
            scratch: parts.scratch,
            policy,
            keys,
        }))
    }
}

impl App {
    /// Starts a unit of work. A tenant's key is fetched first, so that nobody waits for it while holding a connection.
    pub(crate) async fn begin(&self, space: Space, mode: Mode) -> Result<Unit> {
        if let Space::Tenant(tenant) = space {
            let lanes = Box::pin(self.lanes(tenant, mode)).await?;
            return lanes.begin(space, mode).await;
        }
        self.db.begin(space, mode).await
    }

    /// The connections to where a tenant stands. On its way to another placement it is not written to.
    async fn lanes(&self, tenant: TenantId, mode: Mode) -> Result<Arc<Lanes>> {
        tenants::vault(self, tenant).await?;
        let info = tenants::info(self, tenant).await?;
        if mode == Mode::Write && info.moving {
            return Err(Error::refuse("READ_ONLY", "数据正在迁移，只能查看，请几秒后再修改"));
        }
        Ok(placements::get(self, &info.placement).await?.lanes.clone())
    }
}

fn fresh<K, V>(capacity: u64) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    kept(capacity, FRESH)
}

fn kept<K, V>(capacity: u64, life: Duration) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(capacity).time_to_live(life).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_for_a_time_is_gone_after_it() {
        let keys: Cache<u8, u8> = kept(10, Duration::from_millis(40));
        keys.insert(1, 1).await;
        assert_eq!(keys.get(&1).await, Some(1));
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(keys.get(&1).await, None);
    }
}
