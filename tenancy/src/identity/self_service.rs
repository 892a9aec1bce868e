//! Which fields of their own record a tenant leaves to its people (个人基础信息, PC-2.1).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use zhibu_core::{Permission, Result};

use crate::audit::{Entry, Row, undo};
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::schema::self_service as table;

/// The names of the fields.
pub async fn self_service(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(table::table.find(1).select(table::fields).first(conn).await?)
}

/// The same until the end of the transaction: whoever decides anew waits for those who are writing.
pub async fn hold_self_service(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(table::table.find(1).select(table::fields).for_share().first(conn).await?)
}

/// Decides anew; the module that has the record says which fields there are.
pub async fn set_self_service(cx: &Cx, permission: Permission, fields: Vec<String>) -> Result<()> {
    let mut write = cx.write(permission).await?;
    if choose(&mut write, fields).await? { write.commit().await } else { Ok(()) }
}

/// The same in a transaction; false when it stands so already.
async fn choose(write: &mut Write<'_>, fields: Vec<String>) -> Result<bool> {
    let before = held(write).await?;
    if before == fields {
        return Ok(false);
    }
    diesel::update(table::table.find(1)).set(table::fields.eq(&fields)).execute(write.conn()?).await?;
    let entry = Entry::new("self_service.changed", "self_service", None);
    write.audit(entry.change("fields", before, fields)).await?;
    Ok(true)
}

async fn held(write: &mut Write<'_>) -> Result<Vec<String>> {
    Ok(table::table.find(1).select(table::fields).for_update().first(write.conn()?).await?)
}

/// Takes a choice back.
pub async fn undo_self_service(write: &mut Write<'_>, row: &Row) -> Result<()> {
    #[derive(Serialize, Deserialize)]
    struct Choice {
        fields: Vec<String>,
    }
    let now = Choice { fields: held(write).await? };
    let before = undo::restored(&now, row, &[])?;
    choose(write, before.fields).await.map(drop)
}
