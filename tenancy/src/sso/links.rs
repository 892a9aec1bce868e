//! Whom an outside identity stands for (外部身份绑定): made by an administrator, or asked for at an identity provider and
//! approved by one.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, Permission, Result, SsoAppId, SsoLinkId, check};

use super::apps;
use super::schema::sso_links;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::identity::beyond_member;
use crate::schema::accounts;

/// A link.
#[derive(Debug, Clone, Queryable)]
pub struct Link {
    /// Its id.
    pub id: Uuid,
    /// An application (`app:<key>`) or an issuer.
    pub source: String,
    /// The name there.
    pub subject: String,
    /// Sign-in name of the account.
    pub user_name: String,
    /// Name of the person.
    pub display_name: String,
    /// When an administrator approved it; until then it opens nothing.
    pub approved_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// The tenant's links, those that wait first.
pub async fn list(cx: &Cx, permission: Permission) -> Result<Vec<Link>> {
    let mut read = cx.read(permission).await?;
    let rows = sso_links::table
        .inner_join(accounts::table)
        .select((
            sso_links::id,
            sso_links::source,
            sso_links::subject,
            accounts::user_name,
            accounts::display_name,
            sso_links::approved_at,
            sso_links::created_at,
        ))
        .order((sso_links::approved_at.is_not_null(), sso_links::id.desc()))
        .limit(500)
        .load(read.conn()?)
        .await?;
    Ok(rows)
}

/// Links an integrator's own number of somebody to an account.
pub async fn link(cx: &Cx, permission: Permission, app: SsoAppId, subject: &str, user_name: &str) -> Result<()> {
    cx.allow(permission)?;
    let subject = check::text("subject", "外部编号", subject, 1, 128)?;
    let app = apps::own(cx, permission, app).await?;
    let mut write = cx.write(permission).await?;
    let account: Option<Uuid> = accounts::table
        .filter(accounts::user_name.eq(user_name.trim().to_lowercase()).and(accounts::state.ne("disabled")))
        .select(accounts::id)
        .first(write.conn()?)
        .await
        .optional()?;
    let account = account.ok_or_else(|| Error::invalid("userName", "没有这个用户名的在用账号"))?;
    decides(&mut write, account.into()).await?;
    if !insert(&mut write, &app.source(), &subject, account.into(), true).await? {
        return Err(Error::invalid("subject", "该外部编号已绑定，请先解除"));
    }
    write
        .audit(Entry::new("sso.linked", "account", account).note("application", app.name).note("subject", subject))
        .await?;
    write.commit().await
}

/// Whoever comes in by a link is that account. Of one that may do more than a member only the tenant's own administrator
/// makes or approves it, also while the application does not let it in yet.
async fn decides(write: &mut Write<'_>, account: AccountId) -> Result<()> {
    let cx = write.cx;
    let own = cx.identity()?.roles.iter().any(|(role, _)| role == "tenant_admin");
    if own || !beyond_member(&cx.app, account, write.conn()?).await? {
        return Ok(());
    }
    Err(Error::refuse("ADMITS_ADMINISTRATORS", "该账号是管理员，只有总管理员能为其绑定外部身份"))
}

/// Puts a link there; false when the subject has one.
pub(super) async fn insert(
    write: &mut Write<'_>,
    source: &str,
    subject: &str,
    account: AccountId,
    approved: bool,
) -> Result<bool> {
    let now = write.cx.now();
    let row = (
        sso_links::id.eq(write.cx.app.world.id::<Uuid>()),
        sso_links::source.eq(source),
        sso_links::subject.eq(subject),
        sso_links::account_id.eq(account.0),
        sso_links::approved_at.eq(approved.then_some(now)),
        sso_links::created_at.eq(now),
    );
    let made =
        diesel::insert_into(sso_links::table).values(row).on_conflict_do_nothing().execute(write.conn()?).await?;
    Ok(made == 1)
}

/// Approves a link that somebody has asked for.
pub async fn approve(cx: &Cx, permission: Permission, id: SsoLinkId) -> Result<()> {
    let mut write = cx.write(permission).await?;
    let (account, subject): (Uuid, String) =
        diesel::update(sso_links::table.find(id.0).filter(sso_links::approved_at.is_null()))
            .set(sso_links::approved_at.eq(cx.now()))
            .returning((sso_links::account_id, sso_links::subject))
            .get_result(write.conn()?)
            .await?;
    decides(&mut write, account.into()).await?;
    write.audit(Entry::new("sso.link_approved", "account", account).note("subject", subject)).await?;
    write.commit().await
}

/// Takes a link away, or refuses one that was asked for.
pub async fn remove(cx: &Cx, permission: Permission, id: SsoLinkId) -> Result<()> {
    let mut write = cx.write(permission).await?;
    let (account, subject): (Uuid, String) = diesel::delete(sso_links::table.find(id.0))
        .returning((sso_links::account_id, sso_links::subject))
        .get_result(write.conn()?)
        .await?;
    write.audit(Entry::new("sso.link_removed", "account", account).note("subject", subject)).await?;
    write.commit().await
}
