//! The guest's session.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{CHANGE_PASSWORD, Error, Permission, Result, SELF, Secret, SessionId, TenantId};

use super::{Guest, forget, open_to_guests, reads};
use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Space};
use crate::identity::token::{Audience, issue};
use crate::identity::{
    Exchange, Identity, Purpose, Refreshable, Tokens, fresh_session, named_refresh, open_to, throttle,
};
use crate::keys::hash;
use crate::policy::Scope;
use crate::schema::{policy, support};
use crate::tenants::{self, Tenant};

/// The longest a grant lasts; the cookie need not know better.
const DAYS: i64 = 3;

/// Exchanges an operator's ticket for a session in the tenant's console. The one before ends.
pub async fn open(cx: &Cx, ticket: &Secret) -> Result<Tokens> {
    let key = format!("support:{}", cx.origin.network());
    throttle(cx, &key, 60, cx.app.settings.sign_ins_per_address, "操作过于频繁，请稍后再试").await?;
    let invalid = || Error::refuse("LINK_INVALID", "链接无效或已过期，请在运营台重新进入");
    let Some((Some(tenant), id)) = named_refresh(cx, ticket) else { return Err(invalid()) };
    crate::life::may_enter(&cx.app, tenant).await?;
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let now = cx.now();
    let known: Option<(Uuid, String, Option<Uuid>)> = support::table
        .filter(support::id.eq(id.0).and(support::ticket_hash.eq(hash(ticket.expose().as_bytes()))))
        .filter(support::ticket_expires_at.gt(now).and(support::until.gt(now)))
        .filter(support::state.eq("granted"))
        .select((support::operator_id, support::operator_name, support::session_id))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let (operator, name, before) = known.ok_or_else(invalid)?;
    let session: SessionId = cx.app.world.id();
    let (refresh, digest) = fresh_session(cx, Some(tenant), session, None);
    diesel::update(support::table.find(id.0))
        .set((
            support::ticket_hash.eq(None::<Vec<u8>>),
            support::session_id.eq(session.0),
            support::refresh_hash.eq(digest),
            support::previous_hash.eq(None::<Vec<u8>>),
            support::refreshed_at.eq(now),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("support.entered", "support", id.0).by_operator(operator.into(), name)).await?;
    write.commit().await?;
    forget(&cx.app, tenant, before.map(Into::into)).await;
    Ok(Tokens { access: Secret::new(issue(&cx.app, Audience::Console, Some(tenant), session)?), refresh, days: DAYS })
}

/// Exchanges a guest's refresh token, in the transaction that found no account's session of this id.
pub(crate) async fn refresh(mut write: Write<'_>, tenant: TenantId, id: SessionId, token: &Secret) -> Result<Tokens> {
    let cx = write.cx;
    type Held = (Uuid, Option<Vec<u8>>, Option<Vec<u8>>, Option<DateTime<Utc>>);
    let row: Option<Held> = support::table
        .filter(support::session_id.eq(id.0).and(support::state.eq("granted")).and(support::until.gt(cx.now())))
        .select((support::id, support::refresh_hash, support::previous_hash, support::refreshed_at))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some((grant, Some(current), previous, Some(at))) = row else { return Err(Error::unauthenticated()) };
    let given = hash(token.expose().as_bytes());
    let (refresh, digest) = fresh_session(cx, Some(tenant), id, Some(token));
    let access = Secret::new(issue(&cx.app, Audience::Console, Some(tenant), id)?);
    let tokens = Tokens { access, refresh, days: DAYS };
    let stored: Refreshable = (current, previous, at);
    match Exchange::decide(&given, &stored, cx.now()) {
        Exchange::Repeat => return Ok(tokens),
        Exchange::Rotate => {
            diesel::update(support::table.find(grant))
                .set((
                    support::refresh_hash.eq(digest),
                    support::previous_hash.eq(given),
                    support::refreshed_at.eq(cx.now()),
                ))
                .execute(write.conn()?)
                .await?;
            write.commit_quietly().await?;
        }
        Exchange::End => {
            diesel::update(support::table.find(grant))
                .set(support::session_id.eq(None::<Uuid>))
                .execute(write.conn()?)
                .await?;
            write.audit(Entry::new("session.reused", "session", id.0)).await?;
            write.commit().await?;
            forget(&cx.app, tenant, Some(id)).await;
            return Err(Error::unauthenticated());
        }
    }
    Ok(tokens)
}

/// Leaves the tenant's console; until the grant ends the operator may come again.
pub(crate) async fn leave(cx: &Cx, identity: &Identity, guest: &Guest) -> Result<()> {
    let tenant = identity.tenant.id;
    let mut write = cx.beside(Space::Tenant(tenant)).await?;
    let left = diesel::update(support::table.find(guest.grant))
        .filter(support::session_id.eq(identity.session.0))
        .set(support::session_id.eq(None::<Uuid>))
        .execute(write.conn()?)
        .await?;
    if left > 0 {
        write.audit(Entry::new("support.left", "support", guest.grant)).await?;
        write.commit().await?;
    }
    forget(&cx.app, tenant, Some(identity.session)).await;
    Ok(())
}

type Found = (Uuid, Uuid, String, bool, Option<DateTime<Utc>>, i64, Vec<String>);

/// Who a session is that no account has, with what is open to it.
pub(crate) async fn caller(
    app: &App,
    tenant: &Arc<Tenant>,
    session: SessionId,
    conn: &mut Conn,
) -> Result<Option<Identity>> {
    let row: Option<Found> = support::table
        .inner_join(policy::table.on(policy::id.eq(1)))
        .filter(support::session_id.eq(session.0).and(support::state.eq("granted")))
        .filter(support::until.gt(app.world.now()))
        .select((
            support::id,
            support::operator_id,
            support::operator_name,
            support::write,
            support::until,
            policy::epoch,
            policy::modules,
        ))
        .first(&mut *conn)
        .await
        .optional()?;
    let Some((grant, operator, name, write, Some(until), epoch, modules)) = row else { return Ok(None) };
    let on = open_to(app, &modules, conn).await?;
    let grants = app.policy.grants([("tenant_admin", None)], |one| open_to_guests(one, write) && on(one));
    let tenant = Arc::new(Tenant { modules: modules.clone(), ..(**tenant).clone() });
    let guest = Guest { grant, operator: operator.into(), name: name.clone(), write, until };
    Ok(Some(Identity {
        tenant,
        // Nobody's account: what is kept by account is empty.
        account: operator.into(),
        session,
        purpose: Purpose::Full,
        display_name: format!("服务商支持 {name}"),
        user_name: name,
        mobile: None,
        grants,
        roles: Vec::new(),
        epoch,
        expires_at: until,
        guest: Some(guest),
    }))
}

/// What a guest may write, looked up in the transaction of the change.
pub(crate) async fn recheck(
    app: &Arc<App>,
    identity: &Identity,
    permission: Permission,
    conn: &mut Conn,
) -> Result<Scope> {
    let tenant = tenants::info(app, identity.tenant.id).await?;
    let fresh = caller(app, &tenant, identity.session, conn).await?.ok_or_else(Error::unauthenticated)?;
    if !fresh.guest.is_some_and(|guest| guest.write) {
        return Err(Error::refuse("SUPPORT_READ_ONLY", "租户只同意了查看，不能修改"));
    }
    // What is somebody's own, or noted about who has read what, is no guest's.
    if permission == SELF || permission == CHANGE_PASSWORD || reads(permission) {
        return Err(Error::denied());
    }
    fresh.grants.scope(permission).cloned().ok_or_else(Error::denied)
}
