//! Sign-in at the tenant's own identity provider (统一身份认证, OpenID Connect): there and back, with one browser and once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, Permission, Result, Secret, SsoAppId, check};
use zhibu_providers::oidc::{Claims, Client, Registration, Returned, acceptable, challenge};

use super::apps::{self, Application, owner};
use super::schema::{sso_flows, sso_issuers, sso_links};
use super::tickets::{Entered, enter, ready};
use super::{links, rules};
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Space;
use crate::identity::throttle;
use crate::keys::hash;
use crate::schema::accounts;
use crate::tenants;

/// How long somebody may take at the identity provider.
const PATIENCE: Duration = Duration::minutes(10);

/// The identity provider of an application.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sso_issuers)]
pub struct Issuer {
    /// Its address, exactly as it calls itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    secret: Vec<u8>,
    /// People may sign in there.
    pub enabled: bool,
}

/// The identity provider as an administrator writes it.
#[derive(Debug, Clone)]
pub struct IssuerDraft {
    /// Its address.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none: as it is.
    pub secret: Option<Secret>,
    /// People may sign in there.
    pub enabled: bool,
}

/// Somebody on the way to the identity provider.
#[derive(Debug)]
pub struct Sent {
    /// Where the browser goes.
    pub url: String,
    /// What it keeps in a cookie until it is back.
    pub browser: Secret,
}

/// How somebody came back.
pub enum Back {
    /// Signed in.
    Entered(Entered),
    /// Their link waits for an administrator.
    Waiting,
}

/// The identity provider of one of the own tenant's applications.
pub async fn issuer(cx: &Cx, permission: Permission, app: SsoAppId) -> Result<Option<Issuer>> {
    apps::own(cx, permission, app).await?;
    let mut read = cx.read(permission).await?;
    Ok(sso_issuers::table.find(app.0).select(Issuer::as_select()).first(read.conn()?).await.optional()?)
}

/// Sets the identity provider of an application.
pub async fn set_issuer(cx: &Cx, permission: Permission, app: SsoAppId, draft: &IssuerDraft) -> Result<Issuer> {
    cx.allow(permission)?;
    let issuer = draft.issuer.trim();
    if issuer.len() > 300 || !acceptable(issuer) {
        return Err(Error::invalid("issuer", "签发方应为以 https:// 开头的公网域名网址，不带用户名、端口和参数"));
    }
    let client_id = check::text("clientId", "客户端标识", &draft.client_id, 1, 200)?;
    let row = apps::own(cx, permission, app).await?;
    let before = self::issuer(cx, permission, app).await?;
    let vault = tenants::vault(&cx.app, row.tenant()).await?;
    let secret = match (&draft.secret, &before) {
        (Some(secret), _) if (1..=500).contains(&secret.expose().len()) => {
            vault.seal_for(&owner(row.tenant(), app.0), secret.expose().as_bytes())?
        }
        (None, Some(before)) => before.secret.clone(),
        _ => return Err(Error::invalid("secret", "请填写客户端密钥")),
    };
    let mut write = cx.write(permission).await?;
    let values = (
        sso_issuers::app_id.eq(app.0),
        sso_issuers::issuer.eq(issuer),
        sso_issuers::client_id.eq(&client_id),
        sso_issuers::secret.eq(secret),
        sso_issuers::enabled.eq(draft.enabled),
    );
    let after = diesel::insert_into(sso_issuers::table)
        .values(values.clone())
        .on_conflict(sso_issuers::app_id)
        .do_update()
        .set(values)
        .returning(Issuer::as_returning())
        .get_result(write.conn()?)
        .await?;
    let was = |field: fn(&Issuer) -> String| before.as_ref().map(field);
    let entry = Entry::new("sso.issuer_changed", "sso_app", app.0)
        .note("application", row.name)
        .change("issuer", was(|issuer| issuer.issuer.clone()), issuer)
        .change("clientId", was(|issuer| issuer.client_id.clone()), client_id)
        .change("on", before.as_ref().map(|issuer| issuer.enabled), draft.enabled);
    write.audit(entry).await?;
    write.commit().await?;
    Ok(after)
}

fn off() -> Error {
    Error::refuse("OIDC_OFF", "该应用没有启用统一身份认证")
}

/// The application of a key with its identity provider, when people may sign in there now.
async fn open(cx: &Cx, key: &str) -> Result<(Application, Registration)> {
    let app = apps::by_key(&cx.app, key).await?.ok_or_else(off)?;
    if app.status != "approved" {
        return Err(rules::not_active());
    }
    ready(cx, app.tenant()).await?;
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    let found: Option<Issuer> =
        sso_issuers::table.find(app.id).select(Issuer::as_select()).first(write.conn()?).await.optional()?;
    write.commit_quietly().await?;
    let found = found.filter(|issuer| issuer.enabled).ok_or_else(off)?;
    let vault = tenants::vault(&cx.app, app.tenant()).await?;
    let secret = vault.open_for(&owner(app.tenant(), app.id), &found.secret)?;
    let secret = String::from_utf8(secret).map(Secret::new).map_err(Error::bug)?;
    Ok((app, Registration { issuer: found.issuer, client_id: found.client_id, secret }))
}

/// Sends a browser to the identity provider of an application.
pub async fn start(cx: &Cx, client: &Client, key: &str, redirect_uri: &str) -> Result<Sent> {
    let limit = cx.app.settings.sign_ins_per_address;
    throttle(cx, &format!("sso:{}", cx.origin.network()), 60, limit, "登录过于频繁，请稍后再试").await?;
    let (app, ours) = open(cx, key).await?;
    let provider = client.provider(&ours.issuer, cx.now()).await?;
    let random = || URL_SAFE_NO_PAD.encode(cx.app.world.bytes::<32>());
    // The key in front says whose tables know the rest.
    let state = format!("{}.{}", app.app_key, random());
    let (nonce, verifier, browser) = (random(), random(), random());
    let sealed =
        tenants::vault(&cx.app, app.tenant()).await?.seal_for(&owner(app.tenant(), app.id), verifier.as_bytes())?;
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    diesel::insert_into(sso_flows::table)
        .values((
            sso_flows::state_hash.eq(hash(state.as_bytes())),
            sso_flows::app_id.eq(app.id),
            sso_flows::browser_hash.eq(hash(browser.as_bytes())),
            sso_flows::nonce.eq(&nonce),
            sso_flows::verifier.eq(sealed),
            sso_flows::expires_at.eq(cx.now() + PATIENCE),
        ))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    let url = client.way(
        &provider,
        &[
            ("response_type", "code"),
            ("scope", "openid phone"),
            ("client_id", &ours.client_id),
            ("redirect_uri", redirect_uri),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ],
    )?;
    Ok(Sent { url, browser: Secret::new(browser) })
}

/// What came back with a browser.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The state.
    pub state: String,
    /// The code.
    pub code: Secret,
    /// What the browser kept.
    pub browser: Secret,
}

/// Takes a browser back from the identity provider.
pub async fn finish(cx: &Cx, client: &Client, redirect_uri: &str, answer: &Answer) -> Result<Back> {
    let lost = || Error::refuse("OIDC_STATE", "登录已失效，请回到原系统重新进入");
    let key = answer.state.split_once('.').map(|(key, _)| key).ok_or_else(lost)?;
    let (app, ours) = open(cx, key).await?;
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    let flow: Option<(String, Vec<u8>)> = diesel::delete(sso_flows::table.find(hash(answer.state.as_bytes())))
        .filter(sso_flows::app_id.eq(app.id).and(sso_flows::expires_at.gt(cx.now())))
        .filter(sso_flows::browser_hash.eq(hash(answer.browser.expose().as_bytes())))
        .returning((sso_flows::nonce, sso_flows::verifier))
        .get_result(write.conn()?)
        .await
        .optional()?;
    write.commit_quietly().await?;
    let (nonce, sealed) = flow.ok_or_else(lost)?;
    let vault = tenants::vault(&cx.app, app.tenant()).await?;
    let verifier = vault.open_for(&owner(app.tenant(), app.id), &sealed)?;
    let back = Returned {
        code: answer.code.clone(),
        verifier: String::from_utf8(verifier).map(Secret::new).map_err(Error::bug)?,
        redirect_uri: redirect_uri.to_owned(),
        nonce,
    };
    let claims = client.identify(&ours, &back, cx.now()).await?;
    admit(cx, &app, &ours.issuer, &claims).await
}

/// Signs in whom a link names. Without one, a proved telephone number may ask for it; an administrator decides.
async fn admit(cx: &Cx, app: &Application, issuer: &str, claims: &Claims) -> Result<Back> {
    let mut write = cx.beside(Space::Tenant(app.tenant())).await?;
    let link: Option<(Uuid, Option<DateTime<Utc>>)> = sso_links::table
        .filter(sso_links::source.eq(issuer).and(sso_links::subject.eq(&claims.sub)))
        .select((sso_links::account_id, sso_links::approved_at))
        .first(write.conn()?)
        .await
        .optional()?;
    match link {
        Some((account, Some(_))) => {
            let tokens = enter(app, account.into(), "oidc", write).await?;
            let target = app.targets.as_slice().first().cloned().unwrap_or_else(|| "/home".to_owned());
            return Ok(Back::Entered(Entered { tokens, target }));
        }
        Some((_, None)) => return Ok(Back::Waiting),
        None => {}
    }
    let nobody = || Error::refuse("OIDC_NOT_LINKED", "未找到与该身份对应的用户，请联系管理员");
    let mobile = claims.verified_phone().and_then(check::mobile).ok_or_else(nobody)?;
    let index = tenants::vault(&cx.app, app.tenant()).await?.blind(&mobile);
    let found: Option<(Uuid, String)> = accounts::table
        .filter(accounts::mobile_index.eq(index).and(accounts::state.ne("disabled")))
        .select((accounts::id, accounts::display_name))
        .first(write.conn()?)
        .await
        .optional()?;
    let (account, name) = found.ok_or_else(nobody)?;
    let account = AccountId::from(account);
    links::insert(&mut write, issuer, &claims.sub, account, false).await?;
    let entry = Entry::new("sso.link_asked", "account", account.0).by(account, name);
    write.audit(entry.note("issuer", issuer).note("subject", claims.sub.clone())).await?;
    write.commit().await?;
    Ok(Back::Waiting)
}
