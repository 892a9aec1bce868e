//! The context of one request, job or command: who acts, and the only way to the database.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};
use uuid::Uuid;
use zhibu_core::{ANYONE, AccountId, CHANGE_PASSWORD, Error, Permission, Result, SELF, TenantId};

use crate::app::App;
use crate::audit::Entry;
use crate::db::{Conn, Mode, Space, Unit};
use crate::identity::{Identity, Operator, Purpose};
use crate::keys::Vault;
use crate::policy::Scope;
use crate::schema::{accounts, policy, sessions};

/// Where a request came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// One id for the log, the audit rows and the client.
    pub request: Uuid,
    /// Network address.
    pub address: String,
    /// Browser or app, as it says itself.
    pub device: String,
}

impl Origin {
    /// What limits count: the address, of version 6 the /64 that one customer of a provider has.
    pub(crate) fn network(&self) -> String {
        match self.address.parse::<std::net::Ipv6Addr>() {
            Ok(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Err(_) => self.address.clone(),
        }
    }
}

/// Who acts.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody is signed in.
    Stranger,
    /// An account of a tenant.
    Account(Arc<Identity>),
    /// A platform operator.
    Operator(Arc<Operator>),
    /// The system itself, in a tenant or on the platform: jobs, provisioning, commands.
    System(Space),
}

/// One request: no permission, no connection.
pub struct Cx {
    /// The application.
    pub app: Arc<App>,
    /// Where it came from.
    pub origin: Origin,
    caller: Caller,
    /// For whom the system acts, as the audit tells it.
    behalf: Option<(AccountId, String)>,
    now: DateTime<Utc>,
    read: Mutex<Option<Unit>>,
}

/// The request's one consistent picture, for as long as the guard is held.
pub struct Read<'a> {
    unit: MappedMutexGuard<'a, Unit>,
    /// The data the permission opens.
    pub scope: Scope,
}

/// One transaction of changes with its audit rows.
pub struct Write<'a> {
    unit: Unit,
    /// The request.
    pub cx: &'a Cx,
    /// The data the permission opens.
    pub scope: Scope,
    audited: bool,
    /// The change that is being taken back, and its word: the audit row that follows of the same kind refers to it.
    undoes: Option<(Uuid, String)>,
    /// What goes to the control plane with it, when the tenant stands on another placement.
    control: Option<Unit>,
}

impl Cx {
    /// The context of a request.
    pub fn new(app: Arc<App>, caller: Caller, origin: Origin) -> Self {
        let now = app.world.now();
        Self { app, origin, caller, behalf: None, now, read: Mutex::new(None) }
    }

    /// The same context, acting for somebody who started what it does: the audit names them.
    #[must_use]
    pub fn on_behalf(mut self, account: AccountId, name: String) -> Self {
        self.behalf = Some((account, name));
        self
    }

    /// Whose account acts: the caller's, or that of whoever started what the system does.
    pub fn account(&self) -> Option<AccountId> {
        self.identity()
            .map(|identity| identity.account)
            .ok()
            .or_else(|| self.behalf.as_ref().map(|(account, _)| *account))
    }

    /// For whom the system acts.
    pub(crate) fn behalf(&self) -> Option<&(AccountId, String)> {
        self.behalf.as_ref()
    }

    /// The context of a job or command.
    pub fn system(app: Arc<App>, space: Space) -> Self {
        let origin = Origin { request: app.world.id(), address: String::new(), device: String::new() };
        Self::new(app, Caller::System(space), origin)
    }

    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The one clock reading of this request.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The account that acts, with a full session or one that may only change its password.
    pub fn identity(&self) -> Result<&Arc<Identity>> {
        match &self.caller {
            Caller::Account(identity) => Ok(identity),
            Caller::Stranger => Err(Error::unauthenticated()),
            Caller::Operator(_) | Caller::System(_) => Err(Error::denied()),
        }
    }

    /// The name under which whatever the caller does is remembered: theirs, or 系统 for work that nobody asked for.
    pub fn actor(&self) -> String {
        self.identity().map_or_else(|_| "系统".to_owned(), |identity| identity.display_name.clone())
    }

    /// The operator that acts.
    pub fn operator(&self) -> Result<&Arc<Operator>> {
        match &self.caller {
            Caller::Operator(operator) => Ok(operator),
            Caller::Stranger => Err(Error::unauthenticated()),
            Caller::Account(_) | Caller::System(_) => Err(Error::denied()),
        }
    }

    /// The tenant that acts; its keys open its sealed columns.
    pub fn tenant(&self) -> Result<TenantId> {
        match self.space() {
            Space::Tenant(tenant) => Ok(tenant),
            Space::Platform => self.identity().map(|identity| identity.tenant.id),
        }
    }

    /// The keys of the space the caller acts in: the tenant's, or the installation's.
    pub(crate) async fn vault(&self) -> Result<Arc<Vault>> {
        match self.space() {
            Space::Tenant(tenant) => crate::tenants::vault(&self.app, tenant).await,
            Space::Platform => Ok(self.app.keys.platform.clone()),
        }
    }

    /// Where the caller acts.
    pub(crate) fn space(&self) -> Space {
        match &self.caller {
            Caller::Account(identity) => Space::Tenant(identity.tenant.id),
            Caller::Stranger | Caller::Operator(_) => Space::Platform,
            Caller::System(space) => *space,
        }
    }

    /// The data `permission` opens for the caller, or the refusal.
    pub fn allow(&self, permission: Permission) -> Result<Scope> {
        if permission == ANYONE {
            return Ok(Scope::all());
        }
        match &self.caller {
            Caller::Stranger => Err(Error::unauthenticated()),
            Caller::System(_) => Ok(Scope::all()),
            Caller::Operator(_) if permission == SELF => Ok(Scope { own: true, ..Scope::default() }),
            Caller::Operator(operator) => operator.grants.scope(permission).cloned().ok_or_else(Error::denied),
            Caller::Account(identity) => allow(identity, permission),
        }
    }

    /// Reads under `permission`: the request's one read unit of work, opened at the first read.
    pub async fn read(&self, permission: Permission) -> Result<Read<'_>> {
        let scope = self.allow(permission)?;
        let mut slot = self.read.lock().await;
        if slot.is_none() {
            *slot = Some(self.app.begin(self.space(), Mode::Read).await?);
        }
        let unit = MutexGuard::try_map(slot, Option::as_mut).map_err(|_| Error::bug("read unit"))?;
        Ok(Read { unit, scope })
    }

    /// Writes under `permission`: a transaction of its own. What the session may do is looked up again inside
    /// it, so an ended session or a withdrawn role changes nothing any more; nor does a tenant that may only be read.
    pub async fn write(&self, permission: Permission) -> Result<Write<'_>> {
        self.allow(permission)?;
        if let Caller::Account(identity) = &self.caller {
            crate::life::may_write(&self.app, identity.tenant.id, permission).await?;
        }
        self.close().await;
        let mut unit = self.begin(self.space()).await?;
        let scope = self.rechecked(permission, &mut unit).await?;
        Ok(Write::new(unit, self, scope))
    }

    /// Notes in the audit that somebody has read something: nothing else can be changed with it, so it is open where a
    /// tenant may only be read. What the session may do is looked up again as with a write.
    pub async fn note_reading(&self, permission: Permission, entry: Entry) -> Result<()> {
        self.allow(permission)?;
        if let Caller::Account(identity) = &self.caller {
            crate::life::may_read(&self.app, identity.tenant.id).await?;
        }
        self.close().await;
        let mut unit = self.begin(self.space()).await?;
        let scope = self.rechecked(permission, &mut unit).await?;
        let mut write = Write::new(unit, self, scope);
        write.audit(entry).await?;
        write.commit().await
    }

    /// What the permission opens by what the session may do now.
    async fn rechecked(&self, permission: Permission, unit: &mut Unit) -> Result<Scope> {
        match &self.caller {
            Caller::Account(identity) if identity.guest.is_some() => {
                crate::support::recheck(&self.app, identity, permission, unit.conn()?).await
            }
            Caller::Account(identity) => recheck(&self.app, identity, permission, unit).await,
            Caller::Operator(operator) => {
                crate::operator::still_open(operator, self.now, unit.conn()?).await?;
                self.allow(permission)
            }
            Caller::Stranger | Caller::System(_) => self.allow(permission),
        }
    }

    /// A transaction on the control plane beside the caller's own space. For this crate's use: sign-in, index
    /// and throttles.
    pub(crate) async fn beside(&self, space: Space) -> Result<Write<'_>> {
        self.close().await;
        let unit = self.begin(space).await?;
        Ok(Write::new(unit, self, Scope::all()))
    }

    /// A transaction. To a job a tenant that is being moved is away for a moment, no refusal to give up at.
    async fn begin(&self, space: Space) -> Result<Unit> {
        let begun = self.app.begin(space, Mode::Write).await;
        let job = matches!(self.caller, Caller::System(Space::Tenant(_)));
        begun.map_err(|error| if job && error.code == "READ_ONLY" { Error::unavailable(error) } else { error })
    }

    /// Ends the read unit of work; a later read opens a new picture.
    pub async fn close(&self) {
        if let Some(unit) = self.read.lock().await.take()
            && let Err(error) = unit.commit().await
        {
            tracing::debug!(%error, "read unit ended badly");
        }
    }
}

fn allow(identity: &Identity, permission: Permission) -> Result<Scope> {
    if permission == CHANGE_PASSWORD && identity.guest.is_some() {
        return Err(Error::denied());
    }
    if permission == CHANGE_PASSWORD {
        return Ok(Scope { own: true, ..Scope::default() });
    }
    if identity.purpose == Purpose::Password {
        return Err(Error::refuse("PASSWORD_CHANGE_REQUIRED", "请先修改初始密码"));
    }
    if permission == SELF {
        return Ok(Scope { own: true, ..Scope::default() });
    }
    identity.grants.scope(permission).cloned().ok_or_else(Error::denied)
}

async fn recheck(app: &Arc<App>, identity: &Arc<Identity>, permission: Permission, unit: &mut Unit) -> Result<Scope> {
    let epoch: Option<i64> = sessions::table
        .inner_join(accounts::table)
        .inner_join(policy::table.on(policy::id.eq(1)))
        .filter(sessions::id.eq(identity.session.0))
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(app.world.now())))
        .filter(accounts::state.ne("disabled"))
        .select(policy::epoch)
        .first(unit.conn()?)
        .await
        .optional()?;
    match epoch {
        None => Err(Error::unauthenticated()),
        Some(epoch) if epoch == identity.epoch => allow(identity, permission),
        Some(_) => {
            let fresh = crate::identity::load(app, &identity.tenant, identity.session, unit.conn()?).await?;
            allow(&fresh.ok_or_else(Error::unauthenticated)?, permission)
        }
    }
}

impl Read<'_> {
    /// The connection.
    pub fn conn(&mut self) -> Result<&mut Conn> {
        self.unit.conn()
    }
}

impl<'a> Write<'a> {
    fn new(unit: Unit, cx: &'a Cx, scope: Scope) -> Self {
        Self { unit, cx, scope, audited: false, undoes: None, control: None }
    }
}

impl Write<'_> {
    /// The connection.
    pub fn conn(&mut self) -> Result<&mut Conn> {
        self.unit.conn()
    }

    /// Goes on under another permission, which is looked up as when the transaction began.
    pub(crate) async fn under(&mut self, permission: Permission) -> Result<()> {
        if let Caller::Account(identity) = &self.cx.caller {
            crate::life::may_write(&self.cx.app, identity.tenant.id, permission).await?;
        }
        self.scope = self.cx.rechecked(permission, &mut self.unit).await?;
        Ok(())
    }

    /// Says which change is taken back by what follows.
    pub(crate) fn undoing(&mut self, change: Option<(Uuid, String)>) {
        self.undoes = change;
    }

    /// True while no audit row refers to the change that is to be taken back.
    pub(crate) fn still_undoing(&self) -> bool {
        self.undoes.is_some()
    }

    /// Writes an audit row into this transaction.
    pub async fn audit(&mut self, entry: Entry) -> Result<()> {
        self.audit_all(vec![entry]).await
    }

    /// Writes audit rows of many things that happen together.
    pub async fn audit_all(&mut self, mut entries: Vec<Entry>) -> Result<()> {
        let cx = self.cx;
        for entry in &mut entries {
            if let Some((id, _)) = self.undoes.take_if(|(_, action)| action == entry.action()) {
                entry.undoes(id);
            }
        }
        self.audited = true;
        crate::audit::insert(cx, entries, self.conn()?).await
    }

    /// Puts a job into this transaction.
    pub async fn enqueue<J: crate::jobs::Job>(&mut self, job: &J) -> Result<()> {
        crate::jobs::enqueue(job, None, self.conn()?).await
    }

    /// A transaction of the control plane that goes with this one, when the tenant stands on another placement; none
    /// when the doors of its own database lead there.
    pub(crate) async fn away(&mut self) -> Result<Option<(TenantId, &mut Conn)>> {
        let tenant = self.cx.tenant()?;
        if crate::placements::of(&self.cx.app, tenant).await?.is_home() {
            return Ok(None);
        }
        let control = match self.control.take() {
            Some(control) => control,
            None => self.cx.app.db.begin(Space::Platform, Mode::Write).await?,
        };
        Ok(Some((tenant, self.control.insert(control).conn()?)))
    }

    /// Makes the changes durable. Refused without an audit row.
    pub async fn commit(self) -> Result<()> {
        if !self.audited {
            return Err(Error::bug("a change without an audit row"));
        }
        self.finish().await
    }

    /// The control plane first: a name that is reserved for nobody harms less than somebody who is not found.
    async fn finish(self) -> Result<()> {
        if let Some(control) = self.control {
            control.commit().await?;
        }
        self.unit.commit().await
    }

    /// Makes changes durable that are no business facts: counters, codes sent, marks of reading, own shortcuts.
    pub async fn commit_quietly(self) -> Result<()> {
        self.finish().await
    }
}
