//! Sign-in by a mini-program (小程序登录, M-0.1 to M-0.4): who somebody is says the platform; whose account that is says a
//! proven mobile number, once, together with the consent to the privacy policy. From then on nobody signs in again.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, Result, SELF, Secret, TenantId, check, mask};
use zhibu_providers::mini::{Person, PhoneReply};

use super::accounts::end_client;
use super::session::{Client, Tokens};
use super::sign_in::{Admission, active, admit, per_address};
use super::sms::{SmsPurpose, spend};
use super::{find_login, index, must_be_account};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Mode, Space};
use crate::keys::{hash, hex};
use crate::schema::{bindings as table, logins, mini_tickets as tickets};
use crate::tenants::{self, Tenant};

/// How long the steps of a first sign-in may take together.
const STEPS: Duration = Duration::minutes(15);
/// Numbers that may be tried with one ticket.
const TRIES: i16 = 10;

const POLICY: &str = include_str!("../../../config/privacy.md");

/// What somebody agrees to before an account is bound (个人信息保护政策).
#[derive(Debug, Clone)]
pub struct Privacy {
    /// Told in the record of the consent.
    pub version: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Since when it holds.
    pub effective_on: NaiveDate,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of the policy.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Its paragraphs, one a line.
    pub text: &'static str,
}

static PRIVACY: LazyLock<Option<Privacy>> = LazyLock::new(|| {
    let mut parts = POLICY.split("\n## ");
    let head = parts.next()?;
    let said = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let sections = parts.filter_map(|part| part.split_once('\n'));
    Some(Privacy {
        version: said("version:")?,
        title: said("#")?,
        effective_on: said("effective:")?.parse().ok()?,
        sections: sections.map(|(title, text)| Section { title, text: text.trim() }).collect(),
    })
});

/// The policy in force.
pub fn policy() -> Result<&'static Privacy> {
    PRIVACY.as_ref().ok_or_else(|| Error::bug("privacy policy"))
}

/// What shows whose a number is.
pub enum Phone {
    /// The code of WeChat's button.
    Wechat(Secret),
    /// Alipay's sealed answer.
    Alipay(PhoneReply),
    /// A text message.
    Sms {
        /// The number.
        mobile: Secret,
        /// The code it got.
        code: Secret,
    },
}

/// Where a step led.
pub enum MiniSignIn {
    /// Signed in.
    Signed(Entered),
    /// The account is to be bound first.
    Bind {
        /// Who the platform says it is, for a quarter of an hour.
        ticket: Secret,
        /// Masked number that the platform told.
        mobile: Option<String>,
        /// It is bound; the consent to a newer policy is missing.
        bound: bool,
    },
    /// The number belongs to several tenants; one must be chosen.
    Choose {
        /// The same ticket.
        ticket: Secret,
        /// The tenants.
        tenants: Vec<Arc<Tenant>>,
    },
}

/// A session that was opened.
pub struct Entered {
    /// Its tokens.
    pub tokens: Tokens,
    /// Where it is used.
    pub client: Client,
}

/// A bound account of a platform (账号绑定).
#[derive(Debug, Clone)]
pub struct Binding {
    /// The platform.
    pub client: Client,
    /// When it was bound.
    pub bound_at: DateTime<Utc>,
    /// Version of the policy that was agreed to,
    pub consent: String,
    /// and when.
    pub consented_at: DateTime<Utc>,
    /// The session that asks is one of it.
    pub current: bool,
}

/// What is to be bound while somebody comes in.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) app: String,
    pub(super) subject: Option<Secret>,
    pub(super) consent: String,
    pub(super) consented_at: DateTime<Utc>,
}

/// How somebody is found in the index of sign-ins: an id means nothing without the app it was given for.
pub(crate) fn person(app: &str, subject: &Secret) -> String {
    format!("{app}\n{}", subject.expose())
}

/// Takes a platform's login code (M-0.1, M-0.2, M-0.3): who is bound comes in, others get a ticket for binding. With `again`
/// an existing binding is left aside, so that another tenant may be chosen.
pub async fn sign_in(cx: &Cx, client: Client, code: &Secret, corp: Option<&str>, again: bool) -> Result<MiniSignIn> {
    per_address(cx).await?;
    let who = cx.app.mini.sign_in(cx, client, code, corp).await?;
    let bound = match find_login(cx, client.key(), &person(&who.app, &who.subject)).await?.as_slice() {
        [(tenant, account)] if !again => {
            held(cx, (*tenant, *account), client, (&who.app, &who.subject)).await?.map(|held| (*tenant, *account, held))
        }
        _ => None,
    };
    match bound {
        Some((tenant, account, held)) if held == policy()?.version => {
            match admit(cx, tenant, account, Admission::Known(client)).await {
                Ok(tokens) => Ok(MiniSignIn::Signed(Entered { tokens, client })),
                // Closed here; the number may be registered elsewhere by now.
                Err(shut) if ["DISABLED", "TENANT_SUSPENDED"].contains(&shut.code) => {
                    ticket(cx, client, &who, true, false).await
                }
                Err(refused) => Err(refused),
            }
        }
        bound => ticket(cx, client, &who, again, bound.is_some()).await,
    }
}

/// The version of the policy that a person's binding rests on; none when this very person is not bound there (any more).
async fn held(
    cx: &Cx,
    (tenant, account): (TenantId, AccountId),
    client: Client,
    (app, subject): (&str, &Secret),
) -> Result<Option<String>> {
    active(cx, tenant).await?;
    let mut unit = cx.app.begin(Space::Tenant(tenant), Mode::Read).await?;
    let row: Option<(String, Option<Vec<u8>>, String)> = table::table
        .find((account.0, client.key()))
        .select((table::app, table::subject, table::consent))
        .first(unit.conn()?)
        .await
        .optional()?;
    unit.commit().await?;
    let Some((bound_app, Some(sealed), consent)) = row else { return Ok(None) };
    let bound = tenants::vault(&cx.app, tenant).await?.open_text(&sealed)?;
    Ok((bound_app == app && bound.expose() == subject.expose()).then_some(consent))
}

async fn ticket(cx: &Cx, client: Client, who: &Person, again: bool, bound: bool) -> Result<MiniSignIn> {
    let ticket = Secret::new(hex(&cx.app.world.bytes::<32>()));
    let seal = |text: &str| cx.app.keys.platform.seal(text.as_bytes());
    let mut write = cx.beside(Space::Platform).await?;
    diesel::insert_into(tickets::table)
        .values((
            tickets::ticket_hash.eq(hash(ticket.expose().as_bytes())),
            tickets::client.eq(client.key()),
            tickets::app.eq(&who.app),
            tickets::subject.eq(Some(seal(who.subject.expose())?)),
            tickets::mobile.eq(who.mobile.as_deref().map(seal).transpose()?),
            tickets::again.eq(again),
            tickets::expires_at.eq(cx.now() + STEPS),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    let mobile = who.mobile.as_deref().map(mask::phone);
    Ok(MiniSignIn::Bind { ticket, mobile, bound })
}

/// A ticket that was given out: app, the person's id, the number that the platform told, whether another tenant is wanted.
#[derive(Debug, Queryable)]
struct Ticket {
    app: String,
    subject: Option<Vec<u8>>,
    mobile: Option<Vec<u8>>,
    again: bool,
}

fn over() -> Error {
    Error::refuse("MINI_TICKET", "操作已超时，请重新打开小程序登录")
}

/// Binds the platform's account to whose number it is (M-0.4: not without consent), or opens the web page to them.
pub async fn bind(
    cx: &Cx,
    client: Client,
    ticket: Option<&Secret>,
    consent: &str,
    phone: Option<Phone>,
) -> Result<MiniSignIn> {
    per_address(cx).await?;
    // The web page has none.
    let ticket = ticket.filter(|_| client != Client::H5);
    if consent != policy()?.version {
        return Err(Error::refuse("CONSENT_REQUIRED", "请先阅读并同意个人信息保护政策").at("consent"));
    }
    let known = match (client, ticket) {
        (Client::Console, _) => return Err(Error::invalid("platform", "请选择登录平台")),
        (Client::H5, _) => Ticket { app: String::new(), subject: None, mobile: None, again: false },
        (_, Some(ticket)) => taken(cx, client, ticket).await?,
        (_, None) => return Err(over()),
    };
    let open = |sealed: &Vec<u8>| cx.app.keys.platform.open_text(sealed);
    let subject = known.subject.as_ref().map(open).transpose()?;
    let bound = Bound { app: known.app, subject, consent: consent.to_owned(), consented_at: cx.now() };
    let mobile = match phone {
        Some(phone) => proven(cx, client, phone, known.again).await?,
        None => {
            if let Some(subject) = &bound.subject
                && !known.again
                && let [(tenant, account)] =
                    find_login(cx, client.key(), &person(&bound.app, subject)).await?.as_slice()
                && held(cx, (*tenant, *account), client, (&bound.app, subject)).await?.is_some()
            {
                return enter(cx, (*tenant, *account), client, &bound, ticket).await;
            }
            let told = known.mobile.as_ref().map(open).transpose()?;
            told.ok_or_else(|| Error::invalid("phone", "请验证手机号"))?.expose().to_owned()
        }
    };
    match find_login(cx, "mobile", &mobile).await?.as_slice() {
        [] => Err(Error::refuse("NOBODY", "该手机号没有在党组织登记，请联系所在党支部").at("phone")),
        [one] => enter(cx, *one, client, &bound, ticket).await,
        several => offer(cx, client, &bound, &mobile, several, ticket).await,
    }
}

/// Looks at a ticket, which stays good for another try.
async fn taken(cx: &Cx, client: Client, ticket: &Secret) -> Result<Ticket> {
    let mut write = cx.beside(Space::Platform).await?;
    let known = diesel::update(tickets::table.find(hash(ticket.expose().as_bytes())))
        .filter(tickets::client.eq(client.key()).and(tickets::expires_at.gt(cx.now())).and(tickets::tries.lt(TRIES)))
        .set(tickets::tries.eq(tickets::tries + 1))
        .returning((tickets::app, tickets::subject, tickets::mobile, tickets::again))
        .get_result(write.conn()?)
        .await
        .optional()?;
    write.commit_quietly().await?;
    known.ok_or_else(over)
}

/// The number that was proven. Alipay's answer does not say when it was made: it opens no further tenant.
async fn proven(cx: &Cx, client: Client, phone: Phone, again: bool) -> Result<String> {
    let mobile = match phone {
        Phone::Sms { mobile, code } => {
            let number = check::mobile(mobile.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
            spend(cx, &number, SmsPurpose::SignIn, &code).await?;
            number
        }
        Phone::Wechat(code) if client == Client::Wechat => cx.app.mini.wechat_phone(&code).await?,
        Phone::Alipay(_) if again => return Err(Error::invalid("phone", "切换党组织请用短信验证码验证手机号")),
        Phone::Alipay(reply) if client == Client::Alipay => cx.app.mini.alipay_phone(&reply).await?,
        Phone::Wechat(_) | Phone::Alipay(_) => return Err(Error::invalid("phone", "请用本平台的方式验证手机号")),
    };
    check::mobile(&mobile).ok_or_else(|| Error::invalid("phone", "只支持中国大陆手机号"))
}

/// Keeps the proof until a tenant is chosen.
async fn offer(
    cx: &Cx,
    client: Client,
    bound: &Bound,
    mobile: &str,
    several: &[(TenantId, AccountId)],
    ticket: Option<&Secret>,
) -> Result<MiniSignIn> {
    let mut open = Vec::new();
    for (tenant, _) in several {
        let info = tenants::info(&cx.app, *tenant).await?;
        if info.active {
            open.push(info);
        }
    }
    let ticket = ticket.cloned().unwrap_or_else(|| Secret::new(hex(&cx.app.world.bytes::<32>())));
    let proof = (
        tickets::mobile_index.eq(Some(cx.app.keys.platform.blind(mobile))),
        tickets::consent.eq(Some(bound.consent.clone())),
        tickets::consented_at.eq(Some(bound.consented_at)),
        tickets::expires_at.eq(cx.now() + STEPS),
    );
    let mut write = cx.beside(Space::Platform).await?;
    // A ticket of the web page begins here.
    diesel::insert_into(tickets::table)
        .values((
            tickets::ticket_hash.eq(hash(ticket.expose().as_bytes())),
            tickets::client.eq(client.key()),
            tickets::app.eq(&bound.app),
            tickets::again.eq(false),
            proof.clone(),
        ))
        .on_conflict(tickets::ticket_hash)
        .do_update()
        .set(proof)
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(MiniSignIn::Choose { ticket, tenants: open })
}

/// Chooses one of the tenants that a proven number belongs to.
pub async fn choose(cx: &Cx, ticket: &Secret, tenant: TenantId) -> Result<MiniSignIn> {
    type Row = (String, String, Option<Vec<u8>>, Option<Vec<u8>>, Option<String>, Option<DateTime<Utc>>);
    per_address(cx).await?;
    let mut write = cx.beside(Space::Platform).await?;
    let row: Option<Row> = tickets::table
        .find(hash(ticket.expose().as_bytes()))
        .filter(tickets::expires_at.gt(cx.now()))
        .select((
            tickets::client,
            tickets::app,
            tickets::subject,
            tickets::mobile_index,
            tickets::consent,
            tickets::consented_at,
        ))
        .first(write.conn()?)
        .await
        .optional()?;
    let Some((client, app, subject, Some(mobile), Some(consent), Some(consented_at))) = row else { return Err(over()) };
    let account: Option<Uuid> = logins::table
        .filter(logins::kind.eq("mobile").and(logins::blind_index.eq(mobile)).and(logins::tenant_id.eq(tenant.0)))
        .select(logins::account_id)
        .first(write.conn()?)
        .await
        .optional()?;
    write.commit_quietly().await?;
    let account = account.ok_or_else(Error::missing)?;
    let subject = subject.map(|sealed| cx.app.keys.platform.open_text(&sealed)).transpose()?;
    let bound = Bound { app, subject, consent, consented_at };
    enter(cx, (tenant, account.into()), Client::named(&client)?, &bound, Some(ticket)).await
}

/// Binds and opens the session in the tenant, then has the index lead there: cut off in between, the person binds again.
async fn enter(
    cx: &Cx,
    (tenant, account): (TenantId, AccountId),
    client: Client,
    bound: &Bound,
    ticket: Option<&Secret>,
) -> Result<MiniSignIn> {
    let tokens = admit(cx, tenant, account, Admission::Bind(client, bound)).await?;
    let mut write = cx.beside(Space::Platform).await?;
    if let Some(subject) = &bound.subject {
        let blind = cx.app.keys.platform.blind(&person(&bound.app, subject));
        let here = (logins::tenant_id.eq(tenant.0), logins::account_id.eq(account.0));
        // Another person of the platform that was bound to this account is so no more.
        let former = logins::kind.eq(client.key()).and(logins::tenant_id.eq(tenant.0));
        let former = former
            .and(logins::account_id.eq(account.0))
            .or(logins::kind.eq(client.key()).and(logins::blind_index.eq(&blind)));
        diesel::delete(logins::table.filter(former)).execute(write.conn()?).await?;
        diesel::insert_into(logins::table)
            .values((logins::kind.eq(client.key()), logins::blind_index.eq(&blind), here.0, here.1))
            .on_conflict_do_nothing()
            .execute(write.conn()?)
            .await?;
    }
    if let Some(ticket) = ticket {
        diesel::delete(tickets::table.find(hash(ticket.expose().as_bytes()))).execute(write.conn()?).await?;
    }
    write.commit_quietly().await?;
    Ok(MiniSignIn::Signed(Entered { tokens, client }))
}

/// Writes a binding down, with its consent, in the transaction that lets the person in.
pub(super) async fn keep(
    write: &mut Write<'_>,
    (tenant, account): (TenantId, AccountId),
    client: Client,
    bound: &Bound,
) -> Result<()> {
    let (app, now) = (&write.cx.app, write.cx.now());
    let vault = tenants::vault(app, tenant).await?;
    let former: Option<(String, Option<Vec<u8>>)> = table::table
        .find((account.0, client.key()))
        .select((table::app, table::subject))
        .first(write.conn()?)
        .await
        .optional()?;
    if let Some((before, sealed)) = former {
        let was = sealed.map(|sealed| vault.open_text(&sealed)).transpose()?;
        let same = was.as_ref().map(Secret::expose) == bound.subject.as_ref().map(Secret::expose);
        if before != bound.app || !same {
            // Whoever was bound before is so no more.
            end_client(write, (tenant, account), client).await?;
        }
    }
    let subject = bound.subject.as_ref().map(|subject| vault.seal(subject.expose().as_bytes())).transpose()?;
    let values = (
        table::app.eq(&bound.app),
        table::subject.eq(subject),
        table::consent.eq(&bound.consent),
        table::consented_at.eq(bound.consented_at),
        table::bound_at.eq(now),
    );
    diesel::insert_into(table::table)
        .values((table::account_id.eq(account.0), table::client.eq(client.key()), values.clone()))
        .on_conflict((table::account_id, table::client))
        .do_update()
        .set(values)
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// What is said of a binding in the log: the consent with its version and time.
pub(super) fn told(account: AccountId, client: Client, bound: &Bound) -> Entry {
    Entry::new("mini.bound", "account", account.0)
        .note("by", client.key())
        .note("consent", bound.consent.as_str())
        .note("consentedAt", bound.consented_at.to_rfc3339())
}

/// The own bound accounts.
pub async fn bindings(cx: &Cx) -> Result<Vec<Binding>> {
    let identity = must_be_account(cx)?;
    let mut read = cx.read(SELF).await?;
    let here = super::session::client_of(identity.session, read.conn()?).await?;
    let rows: Vec<(String, DateTime<Utc>, String, DateTime<Utc>)> = table::table
        .filter(table::account_id.eq(identity.account.0))
        .order(table::client)
        .select((table::client, table::bound_at, table::consent, table::consented_at))
        .load(read.conn()?)
        .await?;
    rows.into_iter()
        .map(|(client, bound_at, consent, consented_at)| {
            let client = Client::named(&client)?;
            Ok(Binding { client, bound_at, consent, consented_at, current: here == client })
        })
        .collect()
}

/// Unbinds an own account of a platform (账号解绑, M-9.1b): its sessions end, and it is asked for number and consent again.
pub async fn unbind(cx: &Cx, client: Client) -> Result<()> {
    let identity = must_be_account(cx)?;
    let mut write = cx.write(SELF).await?;
    let gone = diesel::delete(table::table.find((identity.account.0, client.key()))).execute(write.conn()?).await?;
    if gone == 0 {
        return Err(Error::missing());
    }
    index::release(&mut write, client.key(), identity.account).await?;
    end_client(&mut write, (identity.tenant.id, identity.account), client).await?;
    write.audit(Entry::new("mini.unbound", "account", identity.account.0).note("by", client.key())).await?;
    write.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_0_4_the_policy_has_a_version_a_date_and_its_parts() {
        let policy = policy().unwrap();
        assert_eq!(policy.title, "个人信息保护政策");
        assert!(!policy.version.is_empty());
        assert_eq!(policy.sections.len(), 7);
        assert!(policy.sections.iter().all(|part| !part.title.starts_with('#') && !part.text.is_empty()));
    }

    #[test]
    fn m_0_2_an_id_of_one_app_is_nobody_in_another() {
        let id = Secret::new("2088");
        assert_ne!(person("a", &id), person("b", &id));
    }
}
