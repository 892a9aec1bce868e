//! What a replica remembers of sessions. While it hears of every change of somebody's rights (triggers tell them at the
//! commit) it relies on what it read for a minute; while it does not, for a second. Writes look again in any case.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use moka::sync::Cache;
use tokio_postgres::{AsyncMessage, NoTls};
use uuid::Uuid;
use zhibu_core::{SessionId, TenantId};

use crate::app::{App, FRESH};
use crate::identity::Identity;
use crate::placements;
use crate::tenants::Tenant;

/// The channel on which a schema is named whose rights have changed.
pub(crate) const RIGHTS: &str = "zhibu_rights";
/// How long anything is remembered at most.
const LONG: Duration = Duration::from_secs(60);
/// How often a listener makes sure that it still hears, and for how long after that it believes so.
const BEAT: Duration = Duration::from_millis(500);
const DEAF: Duration = Duration::from_millis(1_500);

/// When something was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    at: Instant,
    // Roles follow from posts, which begin and end with a day.
    day: NaiveDate,
}

impl Read {
    /// About to be read.
    pub(crate) fn now(app: &App) -> Self {
        Self { at: Instant::now(), day: app.world.today() }
    }
}

#[derive(Clone)]
struct Memory {
    read: Read,
    tenant: Arc<Tenant>,
    identity: Arc<Identity>,
}

/// Sessions as they were read, and the tenants whose rights have changed since.
pub(crate) struct Remembered {
    sessions: Cache<(TenantId, SessionId), Memory>,
    changed: Cache<TenantId, Instant>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            sessions: Cache::builder().max_capacity(100_000).time_to_live(LONG).build(),
            changed: Cache::builder().max_capacity(100_000).time_to_live(2 * LONG).build(),
        }
    }
}

impl Remembered {
    /// A session of this tenant, if what is remembered of it still holds.
    pub(crate) fn get(&self, app: &App, tenant: &Arc<Tenant>, session: SessionId) -> Option<Arc<Identity>> {
        let known = self.sessions.get(&(tenant.id, session))?;
        let recent = known.read.at.elapsed() < FRESH;
        let told = || {
            known.identity.guest.is_none()
                && known.read.day == app.world.today()
                && self.changed.get(&tenant.id).is_none_or(|changed| changed < known.read.at)
                && placements::met(app, &tenant.placement).is_some_and(|place| place.ears.hear_since(known.read.at))
        };
        let holds = (recent || told())
            && known.identity.expires_at > app.world.now()
            && (Arc::ptr_eq(&known.tenant, tenant) || known.tenant == *tenant);
        holds.then_some(known.identity)
    }

    /// Remembers a session.
    pub(crate) fn keep(&self, tenant: Arc<Tenant>, read: Read, identity: Arc<Identity>) {
        self.sessions.insert((tenant.id, identity.session), Memory { read, tenant, identity });
    }

    /// Forgets a session.
    pub(crate) fn forget(&self, tenant: TenantId, session: SessionId) {
        self.sessions.invalidate(&(tenant, session));
    }

    /// Listens at `url`, a session connection, for as long as anybody has the ears.
    pub(crate) fn listen(&self, url: &str) -> Arc<Ears> {
        let ears = Arc::new(Ears::default());
        tokio::spawn(listen(url.to_owned(), Arc::downgrade(&ears), self.changed.clone()));
        ears
    }
}

/// Whether a placement's changes are heard: since when, and when that was last sure.
#[derive(Default)]
pub(crate) struct Ears(Mutex<Option<(Instant, Instant)>>);

impl Ears {
    /// Nothing has been missed since then.
    fn hear_since(&self, then: Instant) -> bool {
        let sure = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sure.is_some_and(|(since, last)| since <= then && last.elapsed() < DEAF)
    }

    fn are(&self, sure: Option<(Instant, Instant)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = sure;
    }
}

async fn listen(url: String, ears: Weak<Ears>, changed: Cache<TenantId, Instant>) {
    while ears.strong_count() > 0 {
        if let Err(error) = hear(&url, &ears, &changed).await {
            tracing::debug!(%error, "changes of rights are not heard");
        }
        if let Some(ears) = ears.upgrade() {
            ears.are(None);
        }
        tokio::time::sleep(BEAT).await;
    }
}

async fn hear(url: &str, ears: &Weak<Ears>, changed: &Cache<TenantId, Instant>) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    let heard = changed.clone();
    // Answers and notices come in the order of the server, so whatever was committed before a question that has been
    // answered is known.
    tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notice) = message
                && let Some(tenant) = named(notice.payload())
            {
                heard.insert(tenant, Instant::now());
            }
        }
    });
    client.batch_execute(&format!("LISTEN {RIGHTS}")).await?;
    let since = Instant::now();
    loop {
        let asked = Instant::now();
        let Ok(answer) = tokio::time::timeout(DEAF, client.batch_execute("SELECT")).await else { return Ok(()) };
        answer?;
        let Some(ears) = ears.upgrade() else { return Ok(()) };
        ears.are(Some((since, asked)));
        drop(ears);
        tokio::time::sleep(BEAT).await;
    }
}

/// The tenant of a schema; schemas beside it, which a restore prepares, are nobody's yet.
fn named(schema: &str) -> Option<TenantId> {
    Uuid::try_parse(schema.strip_prefix("t_")?).ok().map(TenantId::from)
}
