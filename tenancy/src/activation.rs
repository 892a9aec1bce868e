//! From an activation code to a working tenant (PC-1.1a).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{ANYONE, AccountId, Error, OrganisationId, Permission, Result, Secret, TenantId, check, mask};

use crate::app::App;
use crate::audit::Entry;
use crate::codes;
use crate::cx::{Cx, Write};
use crate::db::{Mode, Space};
use crate::identity::{self, NewAccount, throttle};
use crate::jobs::Job;
use crate::keys::{hash, hex};
use crate::migrate;
use crate::module::Start;
use crate::placements;
use crate::schema::{accounts, logins, policy, tenants};
use crate::terms;

/// What a customer gives to activate.
#[derive(Debug, Clone)]
pub struct Application {
    /// 激活码
    pub code: Secret,
    /// 入驻党组织名称
    pub organisation_name: String,
    /// Administrator's mobile number, or
    pub mobile: Option<Secret>,
    /// their user name.
    pub user_name: Option<String>,
}

/// How far activation is.
#[derive(Debug, Clone)]
pub struct Activation {
    /// `provisioning`, `active`, `failed` …
    pub state: String,
    /// 0 to 100.
    pub percent: i16,
    /// What is being done.
    pub step: String,
    /// How the administrator signs in, once ready; masked when a mobile number.
    pub administrator: Option<String>,
}

/// What provisioning needs to know, kept in the tenant's row; a reset of the first administrator reads it too.
#[derive(Serialize, Deserialize)]
struct Request {
    root: OrganisationId,
    account: AccountId,
    user_name: Option<String>,
    /// Sealed under the platform's key, hexadecimal.
    mobile: Option<String>,
}

/// Takes the code and starts the making of the tenant; the result is a ticket to watch it with. The code, the
/// tenant's row, its administrator's name and the job are one transaction.
pub async fn activate(cx: &Cx, application: &Application) -> Result<String> {
    cx.allow(ANYONE)?;
    let key = format!("activate:{}", cx.origin.network());
    throttle(cx, &key, 3600, cx.app.settings.activations_per_address, "尝试次数过多，请稍后再试").await?;
    let newcomer = Newcomer::accept(cx, application)?;
    if newcomer.user_name.is_none() && !cx.app.sms.is_open() {
        return Err(Error::invalid("mobile", "短信服务未开通，请填写管理员用户名"));
    }
    let id: TenantId = cx.app.world.id();
    let mut write = cx.beside(Space::Platform).await?;
    let ticket = found(&mut write, id, &newcomer).await?;
    let won = codes::take(cx, &application.code, id.0, write.conn()?).await?;
    start(&mut write, id, &newcomer, won).await?;
    write.commit().await?;
    Ok(ticket)
}

/// Starts the making of a tenant for somebody who needs no code, in a transaction of the control plane (M-0.3).
pub(crate) async fn activate_for(
    write: &mut Write<'_>,
    organisation_name: &str,
    mobile: &str,
    won: codes::Won,
) -> Result<TenantId> {
    let application = Application {
        code: Secret::new(""),
        organisation_name: organisation_name.to_owned(),
        mobile: Some(Secret::new(mobile)),
        user_name: None,
    };
    let newcomer = Newcomer::accept(write.cx, &application)?;
    let id: TenantId = write.cx.app.world.id();
    found(write, id, &newcomer).await?;
    start(write, id, &newcomer, won).await?;
    Ok(id)
}

/// An application that was looked through.
struct Newcomer {
    name: String,
    mobile: Option<String>,
    user_name: Option<String>,
    root: OrganisationId,
    account: AccountId,
}

impl Newcomer {
    fn accept(cx: &Cx, application: &Application) -> Result<Self> {
        let name = check::text("organisationName", "入驻党组织名称", &application.organisation_name, 2, 100)?;
        let mobile = application
            .mobile
            .as_ref()
            .map(|m| check::mobile(m.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确")))
            .transpose()?;
        let user_name = application.user_name.as_deref().map(|n| check::user_name("userName", n)).transpose()?;
        if mobile.is_none() && user_name.is_none() {
            return Err(Error::invalid("mobile", "请填写管理员手机号或用户名"));
        }
        Ok(Self { name, mobile, user_name, root: cx.app.world.id(), account: cx.app.world.id() })
    }
}

/// The tenant's row; the result is the ticket to watch it with.
async fn found(write: &mut Write<'_>, id: TenantId, newcomer: &Newcomer) -> Result<String> {
    let app = &write.cx.app;
    let ticket = hex(&app.world.bytes::<32>());
    let sealed = newcomer.mobile.as_deref().map(|m| app.keys.platform.seal(m.as_bytes())).transpose()?;
    let request = Request {
        root: newcomer.root,
        account: newcomer.account,
        user_name: newcomer.user_name.clone(),
        mobile: sealed.map(|s| hex(&s)),
    };
    let administrator = newcomer.user_name.clone().or_else(|| newcomer.mobile.as_deref().map(mask::phone));
    insert(write, id, &newcomer.name, &request, &ticket, administrator).await?;
    Ok(ticket)
}

/// What the tenant has bought, its administrator's names, and the work.
async fn start(write: &mut Write<'_>, id: TenantId, newcomer: &Newcomer, won: codes::Won) -> Result<()> {
    diesel::update(tenants::table.find(id.0))
        .set((
            tenants::expires_on.eq(won.last_day(write.cx.app.world.today())),
            tenants::plan.eq(won.plan),
            tenants::modules.eq(won.modules),
            tenants::seats.eq(won.seats),
            tenants::placement.eq(won.placement.unwrap_or_else(|| placements::DEFAULT.to_owned())),
        ))
        .execute(write.conn()?)
        .await?;
    for (kind, value) in [("name", &newcomer.user_name), ("mobile", &newcomer.mobile)] {
        if let Some(value) = value {
            reserve(write, kind, value, id, newcomer.account).await?;
        }
    }
    let entry = Entry::new("tenant.activated", "tenant", id.0);
    write.audit(entry.note("name", newcomer.name.as_str())).await?;
    write.enqueue(&Provision { tenant: id }).await
}

async fn insert(
    write: &mut Write<'_>,
    id: TenantId,
    name: &str,
    request: &Request,
    ticket: &str,
    administrator: Option<String>,
) -> Result<()> {
    let app = &write.cx.app;
    let row = (
        tenants::id.eq(id.0),
        tenants::slug.eq(id.0.simple().to_string().chars().skip(20).collect::<String>()),
        tenants::name.eq(name.to_owned()),
        tenants::state.eq("provisioning"),
        tenants::plan.eq(""),
        tenants::modules.eq(Vec::<String>::new()),
        tenants::seats.eq(1),
        tenants::wrapped_key.eq(app.keys.new_tenant_key()?),
        tenants::request.eq(serde_json::to_value(request).map_err(Error::bug)?),
        tenants::ticket_hash.eq(hash(ticket.as_bytes())),
        tenants::step.eq("排队中"),
        tenants::administrator.eq(administrator),
        tenants::created_at.eq(write.cx.now()),
    );
    diesel::insert_into(tenants::table).values(row).execute(write.conn()?).await?;
    Ok(())
}

async fn reserve(write: &mut Write<'_>, kind: &str, value: &str, tenant: TenantId, account: AccountId) -> Result<()> {
    let blind = write.cx.app.keys.platform.blind(value);
    let row = (
        logins::kind.eq(kind.to_owned()),
        logins::blind_index.eq(blind),
        logins::tenant_id.eq(tenant.0),
        logins::account_id.eq(account.0),
    );
    let new = diesel::insert_into(logins::table).values(row).on_conflict_do_nothing().execute(write.conn()?).await?;
    if new == 0 { Err(Error::invalid("userName", "用户名已被使用，请换一个")) } else { Ok(()) }
}

/// What activation was asked for, with the mobile number in the open, for taking it along.
pub(crate) fn opened(app: &App, request: &serde_json::Value) -> Result<serde_json::Value> {
    let mut request: Request = serde_json::from_value(request.clone()).map_err(Error::bug)?;
    if let Some(sealed) = &request.mobile {
        request.mobile = Some(app.keys.platform.open_text(&unhex(sealed)?)?.expose().to_owned());
    }
    serde_json::to_value(request).map_err(Error::bug)
}

/// The same brought along, sealed under this installation's key.
pub(crate) fn sealed(app: &App, request: &serde_json::Value) -> Result<serde_json::Value> {
    let mut request: Request = serde_json::from_value(request.clone()).map_err(Error::bug)?;
    if let Some(mobile) = &request.mobile {
        request.mobile = Some(hex(&app.keys.platform.seal(mobile.as_bytes())?));
    }
    serde_json::to_value(request).map_err(Error::bug)
}

/// Unlocks a tenant's first administrator and resets the password to an initial one, told when it is random, and lets
/// people sign in from anywhere again: the operator's help when nobody in the tenant can get in any more.
pub async fn reset_administrator(cx: &Cx, permission: Permission, tenant: TenantId) -> Result<Option<Secret>> {
    let mut write = cx.write(permission).await?;
    if terms::locked(tenant, &mut write).await?.state != "active" {
        return Err(Error::refuse("NOT_ACTIVE", "租户尚未就绪"));
    }
    let request: serde_json::Value =
        tenants::table.find(tenant.0).select(tenants::request).first(write.conn()?).await?;
    let request: Request = serde_json::from_value(request).map_err(Error::bug)?;
    // The order first: what the operator wanted is on record, whatever becomes of it. The deed has its own row there.
    write.audit(Entry::new("tenant.administrator_reset", "tenant", tenant.0)).await?;
    write.commit().await?;
    let inside = Cx::system(cx.app.clone(), Space::Tenant(tenant));
    let mut there = inside.write(ANYONE).await?;
    let password = identity::unlock(&mut there, request.account).await?;
    identity::from_anywhere(&mut there).await?;
    there.commit().await?;
    Ok(password)
}

/// How far the activation behind a ticket is.
pub async fn progress(cx: &Cx, ticket: &Secret) -> Result<Activation> {
    cx.allow(ANYONE)?;
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let row: Option<(String, i16, String, Option<String>)> = tenants::table
        .filter(tenants::ticket_hash.eq(hash(ticket.expose().as_bytes())))
        .select((tenants::state, tenants::percent, tenants::step, tenants::administrator))
        .first(unit.conn()?)
        .await
        .optional()?;
    unit.commit().await?;
    let (state, percent, step, administrator) = row.ok_or_else(Error::missing)?;
    Ok(Activation { state, percent, step, administrator })
}

/// The topic on which the progress of a ticket is announced.
pub fn topic(ticket: &Secret) -> String {
    hex(&hash(ticket.expose().as_bytes()))
}

/// Makes a tenant: role, schema, tables, first rows. May run again at any point.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Provision {
    tenant: TenantId,
}

impl Job for Provision {
    const NAME: &'static str = "provision";

    async fn run(self, cx: &Cx) -> Result<()> {
        provision(cx, self.tenant).await
    }
}

/// Takes up every activation that was cut off, for the start of the server.
pub async fn resume(cx: &Cx) -> Result<usize> {
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let cut: Vec<Uuid> = tenants::table
        .filter(tenants::state.eq("provisioning"))
        .select(tenants::id)
        .order(tenants::id)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    for id in &cut {
        if let Err(error) = provision(cx, (*id).into()).await {
            tracing::error!(tenant = %id, code = error.code, cause = ?error.cause, "activation could not be resumed");
        }
    }
    Ok(cut.len())
}

type Pending = (String, Sold, serde_json::Value, String, Option<Vec<u8>>);

/// What a tenant has bought: modules and places.
type Sold = (Vec<String>, i32);

async fn provision(cx: &Cx, id: TenantId) -> Result<()> {
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let row: Pending = tenants::table
        .find(id.0)
        .select((
            tenants::name,
            (tenants::modules, tenants::seats),
            tenants::request,
            tenants::state,
            tenants::ticket_hash,
        ))
        .first(unit.conn()?)
        .await?;
    unit.commit().await?;
    let (name, sold, request, state, ticket) = row;
    if state != "provisioning" && state != "failed" {
        return Ok(());
    }
    let topic = ticket.map(|t| hex(&t)).unwrap_or_default();
    match make(cx, id, &name, &sold, request, &topic).await {
        Ok(()) => Ok(()),
        Err(error) => {
            let why = error.cause.as_ref().map_or_else(|| error.to_string(), ToString::to_string);
            note(cx, id, &topic, ("failed", 0, "开通遇到问题，正在重试"), Some(&why)).await?;
            Err(error)
        }
    }
}

async fn make(cx: &Cx, id: TenantId, name: &str, sold: &Sold, request: serde_json::Value, topic: &str) -> Result<()> {
    let request: Request = serde_json::from_value(request).map_err(Error::bug)?;
    note(cx, id, topic, ("provisioning", 20, "正在创建数据空间"), None).await?;
    let built: Vec<_> = cx.app.registry.of(&sold.0).collect();
    migrate::tenant(&cx.app, id, &built).await?;
    note(cx, id, topic, ("provisioning", 70, "正在写入初始数据"), None).await?;
    let start = Start { root: request.root, organisation_name: name.to_owned() };
    let inside = Cx::system(cx.app.clone(), Space::Tenant(id));
    first_rows(&inside, &request, &start, sold).await?;
    let mut write = cx.beside(Space::Platform).await?;
    let made = diesel::update(tenants::table.find(id.0))
        .filter(tenants::state.ne("active"))
        .set((
            tenants::state.eq("active"),
            tenants::percent.eq(100),
            tenants::step.eq("已完成"),
            tenants::error.eq(None::<String>),
            tenants::schema_version.eq(migrate::version(&cx.app.registry, &sold.0)),
            tenants::activated_at.eq(Some::<DateTime<Utc>>(cx.app.world.now())),
        ))
        .execute(write.conn()?)
        .await?;
    // Of two that made it, one says so.
    if made > 0 {
        write.audit(Entry::new("tenant.ready", "tenant", id.0)).await?;
        write.commit().await?;
    }
    cx.app.tenants.invalidate(&id).await;
    cx.app.live.touch(topic);
    Ok(())
}

/// Seeds, root organisation and administrator in one transaction; done before, nothing happens.
async fn first_rows(cx: &Cx, request: &Request, start: &Start, sold: &Sold) -> Result<()> {
    let mut write = cx.write(ANYONE).await?;
    // One at a time: the policy row is the lock, the account the sign that it is done.
    diesel::update(policy::table)
        .set((policy::modules.eq(&sold.0), policy::seats.eq(sold.1)))
        .execute(write.conn()?)
        .await?;
    let done: i64 = accounts::table.find(request.account.0).count().get_result(write.conn()?).await?;
    if done > 0 {
        return Ok(());
    }
    let built: Vec<_> = cx.app.registry.of(&sold.0).collect();
    for module in built {
        if let Some(seed) = module.seed {
            seed(&mut write, start).await?;
        }
    }
    let mobile = match &request.mobile {
        Some(sealed) => Some(cx.app.keys.platform.open_text(&unhex(sealed)?)?),
        None => None,
    };
    let new = NewAccount { display_name: "管理员".to_owned(), user_name: request.user_name.clone(), mobile };
    identity::create_as(&mut write, request.account, &new).await?;
    identity::assign(&mut write, request.account, "tenant_admin", request.root).await?;
    write.commit().await
}

pub(crate) fn unhex(text: &str) -> Result<Vec<u8>> {
    (0..text.len() / 2)
        .map(|i| text.get(i * 2..i * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect::<Option<_>>()
        .ok_or_else(|| Error::bug("hexadecimal"))
}

async fn note(
    cx: &Cx,
    id: TenantId,
    topic: &str,
    (state, percent, step): (&str, i16, &str),
    error: Option<&str>,
) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    // Never over a tenant that another provisioner has finished meanwhile.
    diesel::update(tenants::table.find(id.0))
        .filter(tenants::state.eq_any(["provisioning", "failed"]))
        .set((tenants::state.eq(state), tenants::percent.eq(percent), tenants::step.eq(step), tenants::error.eq(error)))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    cx.app.live.touch(topic);
    Ok(())
}
