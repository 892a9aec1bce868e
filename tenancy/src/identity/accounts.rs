//! Accounts (账号) and the roles they hold.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Page, PageArgs, Result, SELF, Secret, TenantId, check, mask};

use super::session::Client;
use super::sms::{SmsPurpose, spend};
use super::{index, security};
use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Space};
use crate::schema::{accounts, bindings, favourites, logins, role_assignments, sessions};
use crate::sso::schema::{sso_links, sso_tickets};
use crate::tenants;

/// State of an account (账号状态): a password that must be changed counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// 正常
    Active,
    /// 锁定
    Locked,
    /// 停用
    Disabled,
    /// 待改密
    MustChange,
}

/// An account as its list shows it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Sign-in name.
    pub user_name: String,
    /// Name for people.
    pub display_name: String,
    /// Masked mobile number.
    pub mobile: Option<String>,
    /// Its state.
    pub state: AccountState,
    /// Locked since.
    pub locked_at: Option<DateTime<Utc>>,
    /// Last successful sign-in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// Last change of the password.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Made on.
    pub created_at: DateTime<Utc>,
    /// It has a password that the person chose.
    pub has_password: bool,
    /// It asks for one-time passwords beside it.
    pub has_totp: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: Uuid,
    user_name: String,
    display_name: String,
    mobile: Option<Vec<u8>>,
    password_state: String,
    state: String,
    locked_at: Option<DateTime<Utc>>,
    last_sign_in_at: Option<DateTime<Utc>>,
    password_changed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    totp_step: Option<i64>,
}

/// A role held on an organisation.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Who.
    pub account: Uuid,
    /// Which role: key of a built-in one, or id of one the tenant has made.
    pub role: String,
    /// Its name for people.
    pub label: String,
    /// Where.
    pub organisation: Uuid,
    /// Since when.
    pub since: DateTime<Utc>,
    /// It follows from a post and ends with it.
    pub by_post: bool,
}

impl Assignment {
    /// True for a role that the tenant has made: it may reach further than the place where it is held.
    pub fn is_own(&self) -> bool {
        self.role.parse::<Uuid>().is_ok()
    }
}

/// Which accounts are looked for.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of the names, or a whole mobile number.
    pub search: Option<String>,
    /// One state.
    pub state: Option<AccountState>,
    /// Only accounts with a role on one of these organisations.
    pub organisations: Option<Vec<Uuid>>,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountSort {
    /// By sign-in name.
    UserName,
    /// Most recent sign-in first.
    LastSignIn,
}

/// Another mobile number for the own account.
#[derive(Debug, Clone)]
pub struct NewMobile {
    /// The number.
    pub mobile: Secret,
    /// The code that was sent to it.
    pub code: Option<Secret>,
    /// The account's password, where it has one of its own.
    pub password: Option<Secret>,
}

/// What a new account is made of: a user name, a mobile number, or both.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name for people.
    pub display_name: String,
    /// Sign-in name; without one the mobile number serves.
    pub user_name: Option<String>,
    /// Mobile number.
    pub mobile: Option<Secret>,
}

/// The accounts that match, one page.
pub async fn list_accounts(
    cx: &Cx,
    filter: &AccountFilter,
    sort: AccountSort,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Account>> {
    let mut query =
        matching(cx, filter).await?.select(AccountRow::as_select()).limit(page.limit()).offset(page.offset());
    query = match sort {
        AccountSort::UserName => {
            if let Some(after) = page.after::<String>()? {
                query = query.filter(accounts::user_name.gt(after));
            }
            query.order(accounts::user_name)
        }
        AccountSort::LastSignIn => {
            if let Some((last, id)) = page.after::<(Option<DateTime<Utc>>, Uuid)>()? {
                query = query.filter(signed_in_before(last, id));
            }
            query.order((accounts::last_sign_in_at.desc().nulls_last(), accounts::id))
        }
    };
    let rows: Vec<AccountRow> = query.load(conn).await?;
    let page = match sort {
        AccountSort::UserName => page.page(rows, |row| row.user_name.clone()),
        AccountSort::LastSignIn => page.page(rows, |row| (row.last_sign_in_at, row.id)),
    };
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let nodes = page.nodes.into_iter().map(|row| row.show(&vault)).collect::<Result<_>>()?;
    Ok(Page { nodes, info: page.info })
}

/// What comes after an account in the order "most recent sign-in first, then those who never did".
fn signed_in_before(
    last: Option<DateTime<Utc>>,
    id: Uuid,
) -> Box<dyn BoxableExpression<accounts::table, diesel::pg::Pg, SqlType = Nullable<Bool>>> {
    let at = accounts::last_sign_in_at;
    match last {
        None => Box::new(at.is_null().and(accounts::id.gt(id)).nullable()),
        Some(last) => Box::new(at.lt(last).or(at.eq(last).and(accounts::id.gt(id))).or(at.is_null())),
    }
}

/// How many match.
pub async fn count_accounts(cx: &Cx, filter: &AccountFilter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(cx, filter).await?.count().get_result(conn).await?)
}

async fn matching(cx: &Cx, filter: &AccountFilter) -> Result<accounts::BoxedQuery<'static, diesel::pg::Pg>> {
    let mut query = accounts::table.into_boxed();
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        query = if let Some(mobile) = check::mobile(search) {
            let blind = tenants::vault(&cx.app, cx.tenant()?).await?.blind(&mobile);
            query.filter(accounts::mobile_index.eq(blind))
        } else {
            let like = tenants::contains(&search.to_lowercase());
            query.filter(accounts::user_name.like(like).or(accounts::display_name.like(tenants::contains(search))))
        };
    }
    query = match filter.state {
        None => query,
        Some(AccountState::Locked) => query.filter(accounts::state.eq("locked")),
        Some(AccountState::Disabled) => query.filter(accounts::state.eq("disabled")),
        Some(AccountState::MustChange) => {
            query.filter(accounts::state.eq("active").and(accounts::password_state.eq("initial")))
        }
        Some(AccountState::Active) => {
            query.filter(accounts::state.eq("active").and(accounts::password_state.ne("initial")))
        }
    };
    if let Some(organisations) = filter.organisations.clone() {
        let holders = role_assignments::table
            .filter(role_assignments::until.is_null().and(role_assignments::organisation_id.eq_any(organisations)))
            .select(role_assignments::account_id);
        query = query.filter(accounts::id.eq_any(holders));
    }
    Ok(query)
}

/// One account.
pub async fn account(cx: &Cx, id: AccountId, conn: &mut Conn) -> Result<Account> {
    let row: AccountRow = accounts::table.find(id.0).select(AccountRow::as_select()).first(conn).await?;
    row.show(&*tenants::vault(&cx.app, cx.tenant()?).await?)
}

/// Several accounts at once, for lists that name them.
pub async fn accounts_by_ids(cx: &Cx, ids: &[Uuid], conn: &mut Conn) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> =
        accounts::table.filter(accounts::id.eq_any(ids)).select(AccountRow::as_select()).load(conn).await?;
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    rows.into_iter().map(|row| row.show(&vault)).collect()
}

/// The present roles of these accounts, or on these organisations: given, or following from posts.
pub async fn assignments(
    app: &App,
    of: Option<&[Uuid]>,
    on: Option<&[Uuid]>,
    conn: &mut Conn,
) -> Result<Vec<Assignment>> {
    let mut query = role_assignments::table
        .filter(role_assignments::until.is_null())
        .select((
            role_assignments::account_id,
            role_assignments::role,
            role_assignments::organisation_id,
            role_assignments::since,
        ))
        .order((role_assignments::since, role_assignments::id))
        .into_boxed();
    if let Some(of) = of {
        query = query.filter(role_assignments::account_id.eq_any(of.to_vec()));
    }
    if let Some(on) = on {
        query = query.filter(role_assignments::organisation_id.eq_any(on.to_vec()));
    }
    let rows: Vec<(Uuid, String, Uuid, DateTime<Utc>)> = query.load(&mut *conn).await?;
    let given = |(account, role, organisation, since)| Assignment {
        account,
        label: String::new(),
        role,
        organisation,
        since,
        by_post: false,
    };
    let mut held: Vec<Assignment> = rows.into_iter().map(given).collect();
    held.extend(super::roles::derived(app, of, on, &mut *conn).await?);
    super::roles::labels(&mut held, conn).await?;
    Ok(held)
}

impl AccountRow {
    fn show(self, vault: &crate::keys::Vault) -> Result<Account> {
        let mobile = self.mobile.map(|sealed| vault.open_text(&sealed)).transpose()?;
        let state = match (self.state.as_str(), self.password_state.as_str()) {
            ("locked", _) => AccountState::Locked,
            ("disabled", _) => AccountState::Disabled,
            (_, "initial") => AccountState::MustChange,
            _ => AccountState::Active,
        };
        Ok(Account {
            id: self.id.into(),
            user_name: self.user_name,
            display_name: self.display_name,
            mobile: mobile.map(|m| mask::phone(m.expose())),
            state,
            locked_at: self.locked_at,
            last_sign_in_at: self.last_sign_in_at,
            password_changed_at: self.password_changed_at,
            created_at: self.created_at,
            has_password: self.password_state == "set",
            has_totp: self.totp_step.is_some(),
        })
    }
}

/// Letters and digits that nobody takes for each other.
const LETTERS: &[u8; 55] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789";

/// An initial password: the hash, and the password when it is random and must be handed over.
async fn first_password(write: &mut Write<'_>) -> Result<(String, Option<Secret>)> {
    let app = write.cx.app.clone();
    if !security::in_force(&app, write.conn()?).await?.random_passwords {
        return Ok((app.hasher.initial(&app.settings.initial_password).await?, None));
    }
    let mut made = String::new();
    while made.len() < 12 {
        // Even shares: what is left over of a byte is thrown away.
        let even = app.world.bytes::<32>().into_iter().map(usize::from).filter(|byte| *byte < 4 * LETTERS.len());
        let letters = even.filter_map(|byte| LETTERS.get(byte % LETTERS.len()).copied().map(char::from));
        made.extend(letters.take(12 - made.len()));
    }
    let made = Secret::new(made);
    Ok((app.hasher.hash(&made).await?, Some(made)))
}

/// Makes an account with an initial password, which is told when it is random. Names are unique in the installation,
/// mobiles in the tenant.
pub async fn create(write: &mut Write<'_>, new: &NewAccount) -> Result<(AccountId, Option<Secret>)> {
    let id: AccountId = write.cx.app.world.id();
    let password = create_as(write, id, new).await?;
    Ok((id, password))
}

/// Makes an account whose id is known already.
pub(crate) async fn create_as(write: &mut Write<'_>, id: AccountId, new: &NewAccount) -> Result<Option<Secret>> {
    crate::support::no_guest(write.cx)?;
    let display_name = check::text("displayName", "姓名", &new.display_name, 2, 50)?;
    let mobile = new
        .mobile
        .as_ref()
        .map(|m| check::mobile(m.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确")))
        .transpose()?;
    let named = new.user_name.as_deref().map(|n| check::user_name("userName", n)).transpose()?;
    if named.is_none() && mobile.is_none() {
        return Err(Error::invalid("userName", "请填写用户名或手机号"));
    }
    let user_name = named.unwrap_or_else(|| made_up(id));
    let app = write.cx.app.clone();
    let (hash, password) = first_password(write).await?;
    let vault = tenants::vault(&app, write.cx.tenant()?).await?;
    let expires = write.cx.now() + Duration::days(app.settings.initial_password_days);
    let sealed = mobile.as_deref().map(|m| vault.seal(m.as_bytes())).transpose()?;
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id.0),
            accounts::user_name.eq(&user_name),
            accounts::display_name.eq(&display_name),
            accounts::mobile.eq(sealed),
            accounts::mobile_index.eq(mobile.as_deref().map(|m| vault.blind(m))),
            accounts::password_hash.eq(hash),
            accounts::password_state.eq("initial"),
            accounts::password_expires_at.eq(expires),
            accounts::state.eq("active"),
            accounts::created_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    claim(write, "name", &user_name, id).await?;
    if let Some(mobile) = &mobile {
        claim(write, "mobile", mobile, id).await?;
    }
    let entry = Entry::new("account.created", "account", id.0)
        .note("displayName", display_name)
        .note("userName", user_name)
        .note("mobile", mobile.as_deref().map(mask::phone));
    write.audit(entry).await?;
    Ok(password)
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("accounts_user_name") => Error::invalid("userName", "用户名已被使用"),
        Some("accounts_mobile") => Error::invalid("mobile", "手机号已被使用"),
        _ => error,
    }
}

async fn claim(write: &mut Write<'_>, kind: &str, value: &str, id: AccountId) -> Result<()> {
    let blind = write.cx.app.keys.platform.blind(value);
    let free = index::claim(write, kind, blind, id).await?;
    match (free, kind) {
        (true, _) => Ok(()),
        (false, "name") => Err(Error::invalid("userName", "用户名已被使用")),
        (false, _) => Err(Error::invalid("mobile", "手机号已被使用")),
    }
}

/// Changes the caller's own names and mobile number (PC-1.1b); the number was proven before.
pub async fn change_mine(
    write: &mut Write<'_>,
    display_name: Option<String>,
    user_name: Option<String>,
    mobile: Option<&Secret>,
) -> Result<Account> {
    let cx = write.cx;
    let id = cx.identity()?.account;
    let before = account(cx, id, write.conn()?).await?;
    let mut entry = Entry::new("account.changed", "account", id.0);
    if let Some(name) = display_name {
        let name = check::text("displayName", "姓名", &name, 2, 50)?;
        diesel::update(accounts::table.find(id.0)).set(accounts::display_name.eq(&name)).execute(write.conn()?).await?;
        entry = entry.change("displayName", before.display_name.clone(), name);
    }
    if let Some(name) = user_name {
        let name = check::user_name("userName", &name)?;
        diesel::update(accounts::table.find(id.0))
            .set(accounts::user_name.eq(&name))
            .execute(write.conn()?)
            .await
            .map_err(taken)?;
        index::release(write, "name", id).await?;
        claim(write, "name", &name, id).await?;
        entry = entry.change("userName", before.user_name.clone(), name);
    }
    if let Some(mobile) = mobile {
        entry = entry.change("mobile", before.mobile.clone(), mask::phone(mobile.expose()));
        set_mobile(write, id, mobile.expose()).await?;
    }
    write.audit(entry).await?;
    account(cx, id, write.conn()?).await
}

/// Accepts a number that is shown to be the caller's own, from whoever knows the account's password: a number lets
/// people in, so an open session must not be enough to put another in its place.
pub async fn prove_mobile(cx: &Cx, new: NewMobile) -> Result<Secret> {
    let mobile = check::mobile(new.mobile.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
    let state: String = {
        let mut read = cx.read(SELF).await?;
        accounts::table.find(cx.identity()?.account.0).select(accounts::password_state).first(read.conn()?).await?
    };
    if state == "set" {
        let password = new.password.ok_or_else(|| Error::invalid("password", "请输入登录密码"))?;
        super::password::prove(cx, &password).await?;
    }
    let code = new.code.ok_or_else(|| Error::invalid("smsCode", "请输入短信验证码"))?;
    spend(cx, &mobile, SmsPurpose::Mobile, &code).await.map_err(|e| e.at("smsCode"))?;
    Ok(Secret::new(mobile))
}

async fn set_mobile(write: &mut Write<'_>, id: AccountId, mobile: &str) -> Result<()> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    diesel::update(accounts::table.find(id.0))
        .set((accounts::mobile.eq(vault.seal(mobile.as_bytes())?), accounts::mobile_index.eq(vault.blind(mobile))))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    // What was bound by the number before says nothing about this one.
    unbind_all(write, id).await?;
    index::release(write, "mobile", id).await?;
    claim(write, "mobile", mobile, id).await
}

/// Nobody comes into an account by a platform any more without proving its number again.
async fn unbind_all(write: &mut Write<'_>, id: AccountId) -> Result<()> {
    let bound: Vec<String> = diesel::delete(bindings::table.filter(bindings::account_id.eq(id.0)))
        .returning(bindings::client)
        .get_results(write.conn()?)
        .await?;
    for client in bound {
        index::release(write, &client, id).await?;
    }
    Ok(())
}

/// Somebody who is to have an account: name and mobile number.
pub type Newcomer<'a> = (&'a str, &'a Secret);

/// The account a person signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    /// The account.
    pub account: AccountId,
    /// It was there already, with this mobile number: whoever enrols must be somebody who may decide about it.
    pub known: bool,
}

/// The account a person signs in with: the one that has the mobile number already, else a new one with the initial
/// password.
pub async fn enrol(write: &mut Write<'_>, name: &str, mobile: &Secret) -> Result<Enrolled> {
    enrol_all(write, &[(name, mobile)]).await?.pop().ok_or_else(|| Error::bug("no account"))
}

/// The same for many at once, whose numbers differ. New ones share the hash of the initial password, which is no
/// secret; where initial passwords are random they have none, and come in by a text message.
pub async fn enrol_all(write: &mut Write<'_>, people: &[Newcomer<'_>]) -> Result<Vec<Enrolled>> {
    crate::support::no_guest(write.cx)?;
    let app = write.cx.app.clone();
    let vault = tenants::vault(&app, write.cx.tenant()?).await?;
    let blinds: Vec<Vec<u8>> = people.iter().map(|(_, mobile)| vault.blind(mobile.expose())).collect();
    let known: Vec<(Uuid, Option<Vec<u8>>)> = accounts::table
        .filter(accounts::mobile_index.eq_any(&blinds))
        .select((accounts::id, accounts::mobile_index))
        .load(write.conn()?)
        .await?;
    let known: HashMap<Vec<u8>, Uuid> = known.into_iter().filter_map(|(id, blind)| Some((blind?, id))).collect();
    let random = security::in_force(&app, write.conn()?).await?.random_passwords;
    let hash = if random { None } else { Some(app.hasher.initial(&app.settings.initial_password).await?) };
    let expires = write.cx.now() + Duration::days(app.settings.initial_password_days);
    let (mut ids, mut rows, mut entries, mut claims) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((name, mobile), blind) in people.iter().zip(blinds) {
        if let Some(id) = known.get(&blind) {
            ids.push(Enrolled { account: AccountId::from(*id), known: true });
            continue;
        }
        let id: AccountId = app.world.id();
        let user_name = made_up(id);
        claims.push(("name", app.keys.platform.blind(&user_name), id.0));
        claims.push(("mobile", app.keys.platform.blind(mobile.expose()), id.0));
        entries.push(
            Entry::new("account.created", "account", id.0)
                .note("displayName", *name)
                .note("userName", user_name.clone())
                .note("mobile", mask::phone(mobile.expose())),
        );
        rows.push((
            accounts::id.eq(id.0),
            accounts::user_name.eq(user_name),
            accounts::display_name.eq(*name),
            accounts::mobile.eq(vault.seal(mobile.expose().as_bytes())?),
            accounts::mobile_index.eq(blind),
            accounts::password_hash.eq(&hash),
            accounts::password_state.eq(if random { "none" } else { "initial" }),
            accounts::password_expires_at.eq(Some(expires).filter(|_| !random)),
            accounts::state.eq("active"),
            accounts::created_at.eq(write.cx.now()),
        ));
        ids.push(Enrolled { account: id, known: false });
    }
    if rows.is_empty() {
        return Ok(ids);
    }
    diesel::insert_into(accounts::table).values(rows).execute(write.conn()?).await.map_err(taken)?;
    claim_all(write, claims).await?;
    write.audit_all(entries).await?;
    Ok(ids)
}

/// Who comes by mobile number gets a made-up name: the number itself is stored sealed only.
fn made_up(id: AccountId) -> String {
    format!("u{}", id.0.simple().to_string().split_off(20))
}

/// Reserves many sign-in names at once.
async fn claim_all(write: &mut Write<'_>, claims: Vec<(&'static str, Vec<u8>, Uuid)>) -> Result<()> {
    if index::claim_all(write, claims).await? { Ok(()) } else { Err(Error::invalid("mobile", "手机号已被使用")) }
}

/// Keeps name and number of an account in step with the person's record, for somebody who may decide about the
/// account. Another number lets others in: whoever is signed in must do so again.
pub async fn rename(write: &mut Write<'_>, id: AccountId, name: &str, mobile: Option<&Secret>) -> Result<()> {
    if mobile.is_some() {
        crate::support::no_guest(write.cx)?;
    }
    let before: (String, Option<Vec<u8>>) = accounts::table
        .find(id.0)
        .select((accounts::display_name, accounts::mobile_index))
        .for_update()
        .first(write.conn()?)
        .await?;
    if before.0 != name {
        diesel::update(accounts::table.find(id.0)).set(accounts::display_name.eq(name)).execute(write.conn()?).await?;
    }
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    if let Some(mobile) = mobile.filter(|mobile| before.1 != Some(vault.blind(mobile.expose()))) {
        set_mobile(write, id, mobile.expose()).await?;
        end_all(write, id, None).await?;
        let entry = Entry::new("account.changed", "account", id.0).note("mobile", mask::phone(mobile.expose()));
        write.audit(entry).await?;
    }
    Ok(())
}

/// Closes the account of somebody who has left, unless it holds another role: it opens nothing any more, and its
/// number is free for whoever gets it next.
pub async fn retire(write: &mut Write<'_>, id: AccountId) -> Result<()> {
    let busy: i64 = role_assignments::table
        .filter(role_assignments::account_id.eq(id.0).and(role_assignments::until.is_null()))
        .count()
        .get_result(write.conn()?)
        .await?;
    if busy > 0 {
        return Ok(());
    }
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::state.eq("disabled"),
            accounts::mobile.eq(None::<Vec<u8>>),
            accounts::mobile_index.eq(None::<Vec<u8>>),
        ))
        .execute(write.conn()?)
        .await?;
    index::release(write, "mobile", id).await?;
    unbind_all(write, id).await?;
    end_all(write, id, None).await?;
    write.audit(Entry::new("account.closed", "account", id.0)).await
}

/// Takes name, number, password and sessions of a closed account away for ever; false when it holds another role and stays.
pub async fn forget_person(write: &mut Write<'_>, id: AccountId) -> Result<bool> {
    crate::support::no_guest(write.cx)?;
    let held = role_assignments::account_id.eq(id.0).and(role_assignments::until.is_null());
    let busy: i64 = role_assignments::table.filter(held).count().get_result(write.conn()?).await?;
    if busy > 0 {
        return Ok(false);
    }
    let emptied = diesel::update(accounts::table.find(id.0).filter(accounts::state.eq("disabled")))
        .set((
            accounts::user_name.eq(format!("purged-{}", id.0.simple())),
            accounts::display_name.eq(crate::purge::NAMELESS),
            (accounts::mobile.eq(None::<Vec<u8>>), accounts::mobile_index.eq(None::<Vec<u8>>)),
            (accounts::password_hash.eq(None::<String>), accounts::password_state.eq("none")),
            (accounts::totp.eq(None::<Vec<u8>>), accounts::totp_step.eq(None::<i64>)),
        ))
        .execute(write.conn()?)
        .await?;
    if emptied == 0 {
        return Ok(false);
    }
    index::release(write, "mobile", id).await?;
    index::release(write, "name", id).await?;
    end_all(write, id, None).await?;
    let own = sessions::table.filter(sessions::account_id.eq(id.0));
    diesel::update(own).set((sessions::device.eq(""), sessions::address.eq(""))).execute(write.conn()?).await?;
    diesel::delete(favourites::table.filter(favourites::account_id.eq(id.0))).execute(write.conn()?).await?;
    diesel::delete(sso_links::table.filter(sso_links::account_id.eq(id.0))).execute(write.conn()?).await?;
    unbind_all(write, id).await?;
    diesel::delete(sso_tickets::table.filter(sso_tickets::account_id.eq(id.0))).execute(write.conn()?).await?;
    Ok(true)
}

/// Opens the account of somebody who comes back, or makes one.
pub async fn revive(write: &mut Write<'_>, id: Option<AccountId>, name: &str, mobile: &Secret) -> Result<Enrolled> {
    crate::support::no_guest(write.cx)?;
    let closed: Option<Uuid> = accounts::table
        .find(id.map(|id| id.0).unwrap_or_default())
        .filter(accounts::state.eq("disabled"))
        .select(accounts::id)
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(closed) = closed.map(AccountId::from) else { return enrol(write, name, mobile).await };
    diesel::update(accounts::table.find(closed.0))
        .set((accounts::state.eq("active"), accounts::failed.eq(0)))
        .execute(write.conn()?)
        .await?;
    set_mobile(write, closed, mobile.expose()).await?;
    write.audit(Entry::new("account.opened", "account", closed.0)).await?;
    Ok(Enrolled { account: closed, known: false })
}

/// Unlocks an account and resets its password to an initial one, which is told when it is random (PC-2.3c). All its
/// sessions end, and it asks for no one-time password any more.
pub async fn unlock(write: &mut Write<'_>, id: AccountId) -> Result<Option<Secret>> {
    crate::support::no_guest(write.cx)?;
    let app = write.cx.app.clone();
    let (hash, password) = first_password(write).await?;
    let now = write.cx.now();
    let before: String = accounts::table.find(id.0).select(accounts::state).for_update().first(write.conn()?).await?;
    if before == "disabled" {
        return Err(Error::refuse("DISABLED", "账号已停用，不能解锁"));
    }
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::state.eq("active"),
            accounts::failed.eq(0),
            accounts::locked_at.eq(None::<DateTime<Utc>>),
            accounts::password_hash.eq(hash),
            accounts::password_state.eq("initial"),
            accounts::totp.eq(None::<Vec<u8>>),
            accounts::totp_step.eq(None::<i64>),
            accounts::password_expires_at.eq(now + Duration::days(app.settings.initial_password_days)),
        ))
        .execute(write.conn()?)
        .await?;
    unbind_all(write, id).await?;
    end_all(write, id, None).await?;
    write
        .audit(
            Entry::new("account.unlocked", "account", id.0)
                .change("state", before, "active")
                .note("password", "initial"),
        )
        .await?;
    Ok(password)
}

/// Ends every session of an account but one.
pub(crate) async fn end_all(write: &mut Write<'_>, id: AccountId, but: Option<Uuid>) -> Result<()> {
    let now = write.cx.now();
    let ended = diesel::update(sessions::table)
        .filter(sessions::account_id.eq(id.0).and(sessions::ended_at.is_null()))
        .filter(sessions::id.ne(but.unwrap_or_default()))
        .set(sessions::ended_at.eq(now))
        .returning(sessions::id)
        .get_results(write.conn()?)
        .await?;
    let tenant = write.cx.tenant()?;
    forget_all(write, tenant, ended).await
}

/// Ends the sessions of an account in one kind of client.
pub(super) async fn end_client(
    write: &mut Write<'_>,
    (tenant, id): (TenantId, AccountId),
    client: Client,
) -> Result<()> {
    let now = write.cx.now();
    let ended = diesel::update(sessions::table)
        .filter(sessions::account_id.eq(id.0).and(sessions::ended_at.is_null()))
        .filter(sessions::client.eq(client.key()))
        .set(sessions::ended_at.eq(now))
        .returning(sessions::id)
        .get_results(write.conn()?)
        .await?;
    forget_all(write, tenant, ended).await
}

async fn forget_all(write: &Write<'_>, tenant: TenantId, ended: Vec<Uuid>) -> Result<()> {
    for session in ended {
        super::forget(&write.cx.app, tenant, session.into()).await;
    }
    Ok(())
}

/// Gives an account a role on an organisation; false when it holds it already.
pub async fn assign(write: &mut Write<'_>, account: AccountId, role: &str, at: OrganisationId) -> Result<bool> {
    crate::support::no_guest(write.cx)?;
    let new = diesel::insert_into(role_assignments::table)
        .values((
            role_assignments::id.eq(write.cx.app.world.id::<Uuid>()),
            role_assignments::account_id.eq(account.0),
            role_assignments::role.eq(role),
            role_assignments::organisation_id.eq(at.0),
            role_assignments::since.eq(write.cx.now()),
        ))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    if new > 0 {
        super::bump(write.conn()?).await?;
        let name = super::roles::told(role, write.conn()?).await?;
        write
            .audit(
                Entry::new("role.assigned", "account", account.0)
                    .note("role", name)
                    .note("organisation", at.to_string()),
            )
            .await?;
    }
    Ok(new > 0)
}

/// Gives many accounts a role each, on an organisation each; what goes with it says the audit of its cause.
pub async fn assign_all(write: &mut Write<'_>, role: &str, held: &[(AccountId, OrganisationId)]) -> Result<()> {
    crate::support::no_guest(write.cx)?;
    let app = write.cx.app.clone();
    let rows: Vec<_> = held
        .iter()
        .map(|(account, at)| {
            (
                role_assignments::id.eq(app.world.id::<Uuid>()),
                role_assignments::account_id.eq(account.0),
                role_assignments::role.eq(role),
                role_assignments::organisation_id.eq(at.0),
                role_assignments::since.eq(write.cx.now()),
            )
        })
        .collect();
    diesel::insert_into(role_assignments::table).values(rows).on_conflict_do_nothing().execute(write.conn()?).await?;
    // Nothing changes for anybody while none of them is signed in, and whoever bumps makes others wait.
    let accounts: Vec<Uuid> = held.iter().map(|(account, _)| account.0).collect();
    let open = sessions::table.filter(sessions::account_id.eq_any(accounts).and(sessions::ended_at.is_null()));
    if diesel::select(diesel::dsl::exists(open)).get_result(write.conn()?).await? {
        super::bump(write.conn()?).await?;
    }
    Ok(())
}

/// Lets accounts hold a role on another organisation from now on; what goes with it says the audit of its cause.
pub async fn carry_role(
    write: &mut Write<'_>,
    role: &str,
    accounts: &[AccountId],
    from: OrganisationId,
    to: OrganisationId,
) -> Result<()> {
    let held = ended(write, from, Some((role, accounts))).await?;
    let held: Vec<_> = held.into_iter().map(|(account, _)| (AccountId::from(account), to)).collect();
    if !held.is_empty() {
        assign_all(write, role, &held).await?;
    }
    super::bump(write.conn()?).await
}

/// Takes away whatever was given on an organisation that closes, each with its audit row.
pub async fn end_roles(write: &mut Write<'_>, at: OrganisationId) -> Result<()> {
    let held = ended(write, at, None).await?;
    super::bump(write.conn()?).await?;
    if held.is_empty() {
        return Ok(());
    }
    let mut entries = Vec::with_capacity(held.len());
    for (account, role) in held {
        let name = super::roles::told(&role, write.conn()?).await?;
        let entry = Entry::new("role.ended", "account", account).change("role", name, None::<String>);
        entries.push(entry.change("organisation", at.to_string(), None::<String>));
    }
    write.audit_all(entries).await
}

/// Ends what was given on an organisation: everything, or one role of some accounts.
async fn ended(
    write: &mut Write<'_>,
    at: OrganisationId,
    only: Option<(&str, &[AccountId])>,
) -> Result<Vec<(Uuid, String)>> {
    crate::support::no_guest(write.cx)?;
    let now = write.cx.now();
    let here = role_assignments::organisation_id.eq(at.0).and(role_assignments::until.is_null());
    let set = role_assignments::until.eq(now);
    let told = (role_assignments::account_id, role_assignments::role);
    Ok(match only {
        None => {
            diesel::update(role_assignments::table.filter(here)).set(set).returning(told).load(write.conn()?).await?
        }
        Some((role, accounts)) => {
            let accounts: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
            let some = role_assignments::role.eq(role).and(role_assignments::account_id.eq_any(accounts));
            diesel::update(role_assignments::table.filter(here.and(some)))
                .set(set)
                .returning(told)
                .load(write.conn()?)
                .await?
        }
    })
}

/// Takes a role away; missing counts as not found.
pub async fn unassign(write: &mut Write<'_>, account: AccountId, role: &str, at: OrganisationId) -> Result<()> {
    let now = write.cx.now();
    let ended = diesel::update(role_assignments::table)
        .filter(role_assignments::account_id.eq(account.0).and(role_assignments::role.eq(role)))
        .filter(role_assignments::organisation_id.eq(at.0).and(role_assignments::until.is_null()))
        .set(role_assignments::until.eq(now))
        .execute(write.conn()?)
        .await?;
    if ended == 0 {
        return Err(Error::missing());
    }
    super::bump(write.conn()?).await?;
    let name = super::roles::told(role, write.conn()?).await?;
    write
        .audit(Entry::new("role.ended", "account", account.0).change("role", name, None::<String>).change(
            "organisation",
            at.to_string(),
            None::<String>,
        ))
        .await
}

/// The tenants and accounts behind a user name or mobile number.
pub async fn find_login(cx: &Cx, kind: &str, value: &str) -> Result<Vec<(TenantId, AccountId)>> {
    let blind = cx.app.keys.platform.blind(value);
    let mut unit = cx.app.db.begin(Space::Platform, crate::db::Mode::Read).await?;
    let rows: Vec<(Uuid, Uuid)> = logins::table
        .filter(logins::kind.eq(kind).and(logins::blind_index.eq(blind)))
        .select((logins::tenant_id, logins::account_id))
        .limit(50)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(rows.into_iter().map(|(tenant, account)| (tenant.into(), account.into())).collect())
}
