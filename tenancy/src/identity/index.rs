//! The sign-in index, from inside a tenant: through the doors of its database, or beside it when the tenant stands on
//! another placement than the index.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ANYONE, AccountId, Result, TenantId};

use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::schema::{accounts, logins};

diesel::define_sql_function! {
    /// Reserves a sign-in name for the tenant of the running transaction; false when another tenant has it.
    #[sql_name = "shared.claim_login"]
    fn claim_login(kind: Text, blind: Binary, account: Id) -> diesel::sql_types::Bool;
}
diesel::define_sql_function! {
    /// Gives a sign-in name of an account back.
    #[sql_name = "shared.release_login"]
    fn release_login(kind: Text, account: Id) -> diesel::sql_types::Bool;
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = BigInt)]
    lost: i64,
}

/// A name, as it is to be found, of an account.
pub(super) type Claim = (&'static str, Vec<u8>, Uuid);

/// Reserves a sign-in name; false when somebody else has it.
pub(super) async fn claim(write: &mut Write<'_>, kind: &str, blind: Vec<u8>, account: AccountId) -> Result<bool> {
    if let Some((tenant, conn)) = write.away().await? {
        return reserve(tenant, (kind, blind, account.0), conn).await;
    }
    Ok(diesel::select(claim_login(kind, blind, account.0)).get_result(write.conn()?).await?)
}

/// Reserves many; false when somebody else has one of them.
pub(super) async fn claim_all(write: &mut Write<'_>, claims: Vec<Claim>) -> Result<bool> {
    if let Some((tenant, conn)) = write.away().await? {
        // In one order, so that two imports do not wait for each other crosswise.
        let mut claims = claims;
        claims.sort();
        for claim in claims {
            if !reserve(tenant, claim, conn).await? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let (mut kinds, mut blinds, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, blind, id) in claims {
        kinds.push(kind);
        blinds.push(blind);
        ids.push(id);
    }
    let claimed: Claimed = diesel::sql_query("SELECT shared.claim_logins($1, $2, $3) AS lost")
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Binary>, _>(blinds)
        .bind::<Array<Id>, _>(ids)
        .get_result(write.conn()?)
        .await?;
    Ok(claimed.lost == 0)
}

/// Gives a sign-in name back.
pub(super) async fn release(write: &mut Write<'_>, kind: &str, account: AccountId) -> Result<()> {
    if let Some((tenant, conn)) = write.away().await? {
        let own = logins::tenant_id.eq(tenant.0).and(logins::account_id.eq(account.0));
        diesel::delete(logins::table.filter(own.and(logins::kind.eq(kind.to_owned())))).execute(conn).await?;
        return Ok(());
    }
    let _: bool = diesel::select(release_login(kind, account.0)).get_result(write.conn()?).await?;
    Ok(())
}

async fn reserve(tenant: TenantId, (kind, blind, account): (&str, Vec<u8>, Uuid), conn: &mut Conn) -> Result<bool> {
    let row = (
        logins::kind.eq(kind.to_owned()),
        logins::blind_index.eq(blind.clone()),
        logins::tenant_id.eq(tenant.0),
        logins::account_id.eq(account),
    );
    diesel::insert_into(logins::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    let own = logins::tenant_id.eq(tenant.0).and(logins::account_id.eq(account));
    let found: i64 = logins::table
        .filter(own.and(logins::kind.eq(kind.to_owned()).and(logins::blind_index.eq(blind))))
        .count()
        .get_result(conn)
        .await?;
    Ok(found > 0)
}

/// Ids younger than this may belong to a transaction that is still open.
const YOUNG: chrono::Duration = chrono::Duration::hours(1);

/// Gives names back that were reserved from another placement for accounts that never came to be: the process died between
/// the two commits. How many there were.
pub async fn mend_index(cx: &Cx) -> Result<usize> {
    let tenant = cx.tenant()?;
    if crate::placements::of(&cx.app, tenant).await?.is_home() {
        return Ok(0);
    }
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let named: Vec<Uuid> = logins::table
        .filter(logins::tenant_id.eq(tenant.0))
        .select(logins::account_id)
        .distinct()
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    let there: HashSet<Uuid> = {
        let mut read = cx.read(ANYONE).await?;
        accounts::table.select(accounts::id).load::<Uuid>(read.conn()?).await?.into_iter().collect()
    };
    cx.close().await;
    let before = (cx.now() - YOUNG).timestamp_millis();
    let old = |id: &Uuid| i64::try_from(id.as_u128() >> 80).is_ok_and(|made| made < before);
    let strays: Vec<Uuid> = named.into_iter().filter(|id| !there.contains(id) && old(id)).collect();
    let mut write = cx.beside(Space::Platform).await?;
    let own = logins::tenant_id.eq(tenant.0).and(logins::account_id.eq_any(strays));
    let freed = diesel::delete(logins::table.filter(own)).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    Ok(freed)
}
