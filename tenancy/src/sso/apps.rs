//! Applications (应用): a tenant applies, an operator reviews, the tenant gets a secret once and may exchange it.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Bool, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, Secret, SsoAppId, TenantId, check};

use super::rules::{self, Judged};
use super::schema::{sso_apps, sso_uses};
use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::schema::notices;
use crate::tenants;

/// Sign-ins that come with the approval (手册 2.6).
pub const FREE: i32 = 200;
/// How long an exchanged secret stays good, so that the integrator has time to put the new one in.
const OVERLAP: Duration = Duration::hours(24);
/// The most sign-ins that one grant gives.
const LARGEST_GRANT: i32 = 1_000_000;

/// An application.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sso_apps)]
pub struct Application {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Its public key (应用标识).
    pub app_key: String,
    /// 平台名称
    pub name: String,
    /// 用途
    pub purpose: String,
    /// 平台网址
    pub home_url: String,
    /// `applied`, `approved`, `rejected` or `disabled`.
    pub status: String,
    secret: Option<Vec<u8>>,
    previous_secret: Option<Vec<u8>>,
    /// Until when the secret before the present one is good.
    pub previous_until: Option<DateTime<Utc>>,
    /// Beginnings of local paths that people may be led to.
    pub targets: Vec<String>,
    /// Networks of the integrator's servers; empty: any.
    pub addresses: Vec<String>,
    /// Administrators may come in this way too.
    pub admit_administrators: bool,
    /// Sign-ins that are left.
    pub quota_left: i32,
    /// What was left after the last grant.
    pub quota_pack: i32,
    /// When it was applied for.
    pub applied_at: DateTime<Utc>,
    /// By whom.
    pub applied_by: String,
    /// When it was last decided about.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub reviewed_by: Option<String>,
    /// Why it was rejected or stopped.
    pub reason: Option<String>,
}

impl Application {
    /// A secret was made.
    pub fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// Whose it is.
    pub fn tenant(&self) -> TenantId {
        self.tenant_id.into()
    }

    /// What it is called where identities are linked.
    pub fn source(&self) -> String {
        format!("app:{}", self.app_key)
    }

    /// The application as requests are judged by it.
    pub(super) async fn judged(&self, app: &App, now: DateTime<Utc>) -> Result<Judged> {
        let vault = tenants::vault(app, self.tenant()).await?;
        let previous = self.previous_secret.as_ref().filter(|_| self.previous_until.is_some_and(|until| now < until));
        let open = |sealed: &Vec<u8>| {
            String::from_utf8(vault.open_for(&owner(self.tenant(), self.id), sealed)?)
                .map(Secret::new)
                .map_err(Error::bug)
        };
        Ok(Judged {
            secrets: self.secret.iter().chain(previous).map(open).collect::<Result<_>>()?,
            active: self.status == "approved",
            quota_left: self.quota_left,
            addresses: self.addresses.clone(),
            targets: self.targets.clone(),
        })
    }
}

/// What a secret is sealed for: it opens for no other application.
pub(super) fn owner(tenant: TenantId, app: Uuid) -> Vec<u8> {
    [tenant.0.as_bytes().as_slice(), app.as_bytes()].concat()
}

/// What a tenant applies with.
#[derive(Debug, Clone)]
pub struct Draft {
    /// 平台名称
    pub name: String,
    /// 用途
    pub purpose: String,
    /// 平台网址
    pub home_url: String,
}

/// What the tenant decides about an application.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Beginnings of local paths that people may be led to.
    pub targets: Vec<String>,
    /// Networks of the integrator's servers; empty: any.
    pub addresses: Vec<String>,
    /// Administrators may come in this way too.
    pub admit_administrators: bool,
}

diesel::define_sql_function! {
    /// Applies in the acting tenant's name; false when it has too many.
    #[sql_name = "shared.sso_apply"]
    fn sso_apply(app: diesel::sql_types::Uuid, key: Text, name: Text, purpose: Text, home: Text, at: Timestamptz, by_name: Text) -> Bool;
}
diesel::define_sql_function! {
    /// Puts a new secret in the first place and the present one in the second; false when the application is not approved.
    #[sql_name = "shared.sso_new_secret"]
    fn sso_new_secret(app: diesel::sql_types::Uuid, sealed: Binary, previous_good_until: Timestamptz) -> Bool;
}
diesel::define_sql_function! {
    /// Sets what the tenant decides about an application; false when it has ended.
    #[sql_name = "shared.sso_rules"]
    fn sso_rules(app: diesel::sql_types::Uuid, targets: Array<Text>, addresses: Array<Text>, administrators: Bool) -> Bool;
}
diesel::define_sql_function! {
    /// Stops an approved application.
    #[sql_name = "shared.sso_stop"]
    fn sso_stop(app: diesel::sql_types::Uuid, at: Timestamptz, by_name: Text, why: Text) -> Bool;
}
diesel::define_sql_function! {
    /// Pays one sign-in: how many are left, and of how many.
    #[sql_name = "shared.sso_spend"]
    fn sso_spend(app: diesel::sql_types::Uuid, today: diesel::sql_types::Date) -> Nullable<Array<Integer>>;
}

/// Finds an application by its public key, whoever's it is.
pub(super) async fn by_key(app: &App, key: &str) -> Result<Option<Application>> {
    let mut unit = app.begin(Space::Platform, Mode::Read).await?;
    let found = sso_apps::table
        .filter(sso_apps::app_key.eq(key))
        .select(Application::as_select())
        .first(unit.conn()?)
        .await
        .optional()?;
    unit.commit().await?;
    Ok(found)
}

/// The own tenant's applications, newest first.
pub async fn mine(cx: &Cx, permission: Permission) -> Result<Vec<Application>> {
    let tenant = reader(cx, permission).await?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let found = sso_apps::table
        .filter(sso_apps::tenant_id.eq(tenant.0))
        .select(Application::as_select())
        .order(sso_apps::id.desc())
        .limit(100)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(found)
}

/// The tenant of somebody who may read; they stand on the control plane, out of the tenant's own reach.
async fn reader(cx: &Cx, permission: Permission) -> Result<TenantId> {
    let tenant = cx.identity()?.tenant.id;
    cx.allow(permission)?;
    cx.close().await;
    Ok(tenant)
}

/// One of the own tenant's applications.
pub async fn own(cx: &Cx, permission: Permission, id: SsoAppId) -> Result<Application> {
    let tenant = reader(cx, permission).await?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let found = sso_apps::table
        .find(id.0)
        .filter(sso_apps::tenant_id.eq(tenant.0))
        .select(Application::as_select())
        .first(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(found)
}

/// Paid sign-ins of one of the own tenant's applications by day, newest first.
pub async fn uses(cx: &Cx, permission: Permission, id: SsoAppId) -> Result<Vec<(NaiveDate, i32)>> {
    own(cx, permission, id).await?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let rows = sso_uses::table
        .filter(sso_uses::app_id.eq(id.0))
        .select((sso_uses::day, sso_uses::uses))
        .order(sso_uses::day.desc())
        .limit(90)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(rows)
}

/// Applies for an application (新建).
pub async fn apply(cx: &Cx, permission: Permission, draft: &Draft) -> Result<Application> {
    cx.allow(permission)?;
    let name = check::text("name", "平台名称", &draft.name, 2, 40)?;
    let purpose = check::lines("purpose", "用途", &draft.purpose, 2, 300)?;
    let home = check::text("homeUrl", "平台网址", &draft.home_url, 8, 200)?;
    if !(home.starts_with("https://") || home.starts_with("http://")) {
        return Err(Error::invalid("homeUrl", "平台网址应以 http:// 或 https:// 开头"));
    }
    let mut write = cx.write(permission).await?;
    let by = cx.identity()?.display_name.clone();
    let (id, now): (Uuid, _) = (cx.app.world.id(), cx.now());
    let key = format!("ak_{}", crate::keys::hex(&cx.app.world.bytes::<10>()));
    let made: bool =
        diesel::select(sso_apply(id, key, &name, purpose, home, now, by)).get_result(write.conn()?).await?;
    if !made {
        return Err(Error::refuse("TOO_MANY_APPS", "最多同时有5个应用，请先停用或等待审核结果"));
    }
    write.audit(Entry::new("sso.applied", "sso_app", id).note("application", name)).await?;
    write.commit().await?;
    own(cx, permission, id.into()).await
}

/// Makes the secret of an approved application, or exchanges it. It is returned this once; the one before stays good for
/// a day, or ends at once.
pub async fn issue_secret(cx: &Cx, permission: Permission, id: SsoAppId, end_previous: bool) -> Result<Secret> {
    let before = own(cx, permission, id).await?;
    let tenant = cx.identity()?.tenant.id;
    // The beginning keeps it from looking like an option to programs.
    let secret = format!("sk_{}", URL_SAFE_NO_PAD.encode(cx.app.world.bytes::<32>()));
    let sealed = tenants::vault(&cx.app, tenant).await?.seal_for(&owner(tenant, id.0), secret.as_bytes())?;
    let until = if end_previous { cx.now() } else { cx.now() + OVERLAP };
    let mut write = cx.write(permission).await?;
    let done: bool = diesel::select(sso_new_secret(id.0, sealed, until)).get_result(write.conn()?).await?;
    if !done {
        return Err(Error::refuse("APP_NOT_APPROVED", "审核通过后才能获取密钥"));
    }
    let kind = if before.has_secret() { "exchanged" } else { "first" };
    write
        .audit(Entry::new("sso.secret_issued", "sso_app", id.0).note("application", before.name).note("by", kind))
        .await?;
    write.commit().await?;
    Ok(Secret::new(secret))
}

/// Decides where people may be led, from where may be asked, and whether administrators come in.
pub async fn set_rules(cx: &Cx, permission: Permission, id: SsoAppId, rules: &Rules) -> Result<Application> {
    cx.allow(permission)?;
    let targets = tidy(&rules.targets);
    if targets.is_empty()
        || targets.len() > 20
        || !targets.iter().all(|path| rules::is_local(path) && !path.contains('?'))
    {
        return Err(Error::invalid("targets", "请填写1至20个以 / 开头的本系统路径，如 /home"));
    }
    let addresses = tidy(&rules.addresses);
    if addresses.len() > 20 || !addresses.iter().all(|text| rules::is_network(text)) {
        return Err(Error::invalid("addresses", "IP白名单应为地址或网段，如 203.0.113.0/24，最多20个"));
    }
    let before = own(cx, permission, id).await?;
    let mut write = cx.write(permission).await?;
    let done: bool = diesel::select(sso_rules(id.0, &targets, &addresses, rules.admit_administrators))
        .get_result(write.conn()?)
        .await?;
    if !done {
        return Err(Error::refuse("APP_NOT_ACTIVE", "该应用已驳回或停用，不能修改"));
    }
    let entry = Entry::new("sso.rules_changed", "sso_app", id.0)
        .note("application", before.name)
        .change("targets", before.targets, targets)
        .change("addresses", before.addresses, addresses)
        .change("administrators", before.admit_administrators, rules.admit_administrators);
    write.audit(entry).await?;
    write.commit().await?;
    own(cx, permission, id).await
}

fn tidy(list: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = list.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    kept.sort();
    kept.dedup();
    kept
}

/// Stops an approved application at once; only an operator starts it again.
pub async fn stop(cx: &Cx, permission: Permission, id: SsoAppId, reason: &str) -> Result<Application> {
    cx.allow(permission)?;
    let reason = check::text("reason", "停用原因", reason, 2, 200)?;
    let before = own(cx, permission, id).await?;
    let mut write = cx.write(permission).await?;
    let by = cx.identity()?.display_name.clone();
    let done: bool = diesel::select(sso_stop(id.0, cx.now(), by, &reason)).get_result(write.conn()?).await?;
    if !done {
        return Err(Error::refuse("APP_NOT_ACTIVE", "该应用未在使用"));
    }
    write
        .audit(Entry::new("sso.stopped", "sso_app", id.0).note("application", before.name).note("reason", reason))
        .await?;
    write.commit().await?;
    own(cx, permission, id).await
}

/// All tenants' applications, newest first.
pub async fn list(cx: &Cx, permission: Permission, status: Option<&str>, page: &PageArgs) -> Result<Page<Application>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let query = sso_apps::table.select(Application::as_select()).order(sso_apps::id.desc());
    let mut query = query.limit(page.limit()).offset(page.offset()).into_boxed();
    if let Some(status) = status {
        query = query.filter(sso_apps::status.eq(status));
    }
    if let Some(after) = after {
        query = query.filter(sso_apps::id.lt(after));
    }
    Ok(page.page(query.load(read.conn()?).await?, |row| row.id))
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission, status: Option<&str>) -> Result<i64> {
    let mut read = cx.read(permission).await?;
    let mut query = sso_apps::table.count().into_boxed();
    if let Some(status) = status {
        query = query.filter(sso_apps::status.eq(status));
    }
    Ok(query.get_result(read.conn()?).await?)
}

/// What an operator decides about an application.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// 通过, also one that was stopped.
    Approve,
    /// 驳回
    Reject(String),
    /// 停用
    Disable(String),
    /// 增加次数
    Grant(i32),
}

/// Decides about an application (OP-2), and tells its tenant's administrators.
pub async fn review(cx: &Cx, permission: Permission, id: SsoAppId, verdict: &Verdict) -> Result<Application> {
    cx.allow(permission)?;
    let why = match verdict {
        Verdict::Reject(reason) | Verdict::Disable(reason) => Some(check::text("reason", "原因", reason, 2, 200)?),
        Verdict::Approve => None,
        Verdict::Grant(uses) if (1..=LARGEST_GRANT).contains(uses) => None,
        Verdict::Grant(_) => return Err(Error::invalid("uses", "增加的次数应为1至1000000")),
    };
    let mut write = cx.write(permission).await?;
    let before: Application =
        sso_apps::table.find(id.0).select(Application::as_select()).for_no_key_update().first(write.conn()?).await?;
    let after = decide(&before, verdict)?;
    let by = cx.operator().map_or_else(|_| "命令行".to_owned(), |operator| operator.user_name.clone());
    // More sign-ins are no decision about the application.
    let (at, by, reason) = match verdict {
        Verdict::Grant(_) => (before.reviewed_at, before.reviewed_by.clone(), before.reason.clone()),
        _ => (Some(cx.now()), Some(by), why.clone()),
    };
    let row: Application = diesel::update(sso_apps::table.find(id.0))
        .set((
            sso_apps::status.eq(after.status),
            sso_apps::quota_left.eq(after.left),
            sso_apps::quota_pack.eq(after.pack),
            sso_apps::warned.eq(0),
            sso_apps::reviewed_at.eq(at),
            sso_apps::reviewed_by.eq(by),
            sso_apps::reason.eq(reason),
        ))
        .returning(Application::as_returning())
        .get_result(write.conn()?)
        .await?;
    tell_of(cx, &row, after.title, &after.text(why.as_deref()), write.conn()?).await?;
    let entry = Entry::new("sso.reviewed", "sso_app", id.0)
        .note("application", row.name.clone())
        .note("tenant", row.tenant_id.to_string())
        .change("state", before.status, row.status.clone())
        .change("uses", before.quota_left, row.quota_left)
        .note("reason", why);
    write.audit(entry).await?;
    write.commit().await?;
    Ok(row)
}

struct After {
    status: &'static str,
    left: i32,
    pack: i32,
    title: &'static str,
}

impl After {
    fn text(&self, why: Option<&str>) -> String {
        why.map_or_else(|| format!("：可用次数 {} 次。", self.left), |why| format!("：{why}。"))
    }
}

fn decide(before: &Application, verdict: &Verdict) -> Result<After> {
    let wrong = |message| Err(Error::refuse("WRONG_STATE", message));
    let left = before.quota_left;
    let (status, left, title) = match (verdict, before.status.as_str()) {
        (Verdict::Approve, "applied") => ("approved", FREE, "免密登录申请已通过"),
        (Verdict::Approve, "disabled") => ("approved", left, "免密登录应用已恢复"),
        (Verdict::Approve, _) => return wrong("只有待审核或已停用的应用可以通过"),
        (Verdict::Reject(_), "applied") => ("rejected", 0, "免密登录申请被驳回"),
        (Verdict::Reject(_), _) => return wrong("只有待审核的应用可以驳回"),
        (Verdict::Disable(_), "approved") => ("disabled", left, "免密登录应用已停用"),
        (Verdict::Disable(_), _) => return wrong("只有已通过的应用可以停用"),
        (Verdict::Grant(uses), "approved") => ("approved", left.saturating_add(*uses), "免密登录次数已增加"),
        (Verdict::Grant(_), _) => return wrong("只有已通过的应用可以增加次数"),
    };
    // A pack is as large as what is left once it was given.
    let pack = if left == before.quota_left { before.quota_pack } else { left };
    Ok(After { status, left, pack, title })
}

/// Tells a tenant's administrators something, for a month.
pub(crate) async fn tell(cx: &Cx, tenant: TenantId, title: &str, text: &str, conn: &mut Conn) -> Result<()> {
    let today = cx.app.world.today();
    let row = (
        notices::id.eq(cx.app.world.id::<Uuid>()),
        notices::title.eq(title),
        notices::text.eq(text),
        notices::since.eq(today),
        notices::until.eq(today + Duration::days(30)),
        notices::tenants.eq(Some(vec![tenant.0])),
        notices::created_at.eq(cx.now()),
        notices::created_by.eq("系统"),
    );
    diesel::insert_into(notices::table).values(row).execute(conn).await?;
    Ok(())
}

/// The same about an application: what was told of it before shows no more.
pub(super) async fn tell_of(cx: &Cx, app: &Application, title: &str, text: &str, conn: &mut Conn) -> Result<()> {
    let about = format!("应用“{}”", app.name);
    let older = notices::table
        .filter(notices::withdrawn_at.is_null().and(notices::created_by.eq("系统")))
        .filter(notices::tenants.eq(Some(vec![app.tenant().0])))
        .filter(notices::text.like(about.replace(['%', '_', '\\'], "_") + "%"));
    diesel::update(older).set(notices::withdrawn_at.eq(cx.now())).execute(&mut *conn).await?;
    tell(cx, app.tenant(), title, &format!("{about}{text}"), conn).await
}

/// Pays one sign-in inside the transaction that opens the session, and has administrators warned when few are left.
pub(super) async fn spend(write: &mut Write<'_>, app: &Application) -> Result<bool> {
    let today = write.cx.app.world.today();
    let counts: Option<Vec<i32>> = diesel::select(sso_spend(app.id, today)).get_result(write.conn()?).await?;
    let Some([left, pack]) = counts.as_deref() else { return Ok(false) };
    if *left == 0 || *left == pack / 5 {
        write.enqueue(&super::warn::WarnOfQuota { app: app.id }).await?;
    }
    Ok(true)
}

/// The network address of a request, when it is one.
pub(super) fn address(cx: &Cx) -> Option<IpAddr> {
    cx.origin.address.parse().ok()
}
