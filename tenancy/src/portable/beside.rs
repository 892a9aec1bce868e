//! What the platform keeps for a tenant beside its row: applications of password-free sign-in travel with it, since their
//! keys and secrets stand in other people's systems; limits and counts are this installation's, and so is what its carrier has
//! approved of text messages, and what its operators were told.

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Uuid as Id};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Result, TenantId};

use crate::app::App;
use crate::db::{Conn, Mode, Space};
use crate::schema::{dingtalk_corps, feedback, letters, quotas, sms_queues, sms_words, support_requests, usage, wakes};
use crate::sso::schema::{sso_apps, sso_nonces, sso_uses};

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Jsonb)]
    row: Value,
}

/// The applications of a tenant, the same text wherever they are asked for.
pub(super) async fn applications(app: &App, id: TenantId) -> Result<Vec<Value>> {
    let mut unit = app.begin(Space::Platform, Mode::Read).await?;
    diesel::sql_query("SELECT set_config('timezone', 'UTC', true)").execute(unit.conn()?).await?;
    let rows: Vec<One> =
        diesel::sql_query("SELECT to_jsonb(a) AS row FROM own.sso_apps a WHERE tenant_id = $1 ORDER BY id")
            .bind::<Id, _>(id.0)
            .load(unit.conn()?)
            .await?;
    unit.commit().await?;
    Ok(rows.into_iter().map(|one| one.row).collect())
}

/// Puts the applications of a file in, as this tenant's whatever the file says.
pub(super) async fn take_in(id: TenantId, rows: &[Value], conn: &mut Conn) -> Result<()> {
    let put = "INSERT INTO own.sso_apps \
        SELECT * FROM jsonb_populate_record(NULL::own.sso_apps, $1 || jsonb_build_object('tenant_id', $2))";
    for row in rows {
        diesel::sql_query(put).bind::<Jsonb, _>(row).bind::<Id, _>(id.0).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Removes all of it.
pub(super) async fn forget(id: TenantId, conn: &mut Conn) -> Result<()> {
    let apps: Vec<Uuid> =
        sso_apps::table.filter(sso_apps::tenant_id.eq(id.0)).select(sso_apps::id).load(&mut *conn).await?;
    diesel::delete(sso_uses::table.filter(sso_uses::app_id.eq_any(&apps))).execute(&mut *conn).await?;
    diesel::delete(sso_nonces::table.filter(sso_nonces::app_id.eq_any(&apps))).execute(&mut *conn).await?;
    diesel::delete(sso_apps::table.filter(sso_apps::id.eq_any(&apps))).execute(&mut *conn).await?;
    diesel::delete(support_requests::table.filter(support_requests::tenant_id.eq(id.0))).execute(&mut *conn).await?;
    // The company may open another one.
    diesel::update(dingtalk_corps::table.filter(dingtalk_corps::tenant_id.eq(id.0)))
        .set(dingtalk_corps::tenant_id.eq(None::<Uuid>))
        .execute(&mut *conn)
        .await?;
    diesel::delete(letters::table.filter(letters::tenant_id.eq(id.0))).execute(&mut *conn).await?;
    diesel::delete(feedback::table.filter(feedback::tenant_id.eq(id.0))).execute(&mut *conn).await?;
    diesel::delete(sms_words::table.filter(sms_words::tenant_id.eq(id.0))).execute(&mut *conn).await?;
    diesel::delete(sms_queues::table.find(id.0)).execute(&mut *conn).await?;
    diesel::delete(wakes::table.filter(wakes::tenant_id.eq(id.0))).execute(&mut *conn).await?;
    diesel::delete(usage::table.filter(usage::tenant_id.eq(id.0))).execute(&mut *conn).await?;
    diesel::delete(quotas::table.find(id.0)).execute(conn).await?;
    Ok(())
}
