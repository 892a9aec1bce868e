//! Which fields of their own record a tenant leaves to its people (个人基础信息, PC-2.1).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Permission, Result, dictionary};

use crate::audit::Entry;
use crate::cx::Cx;
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
    let before: Vec<String> = table::table.find(1).select(table::fields).for_update().first(write.conn()?).await?;
    if before == fields {
        return Ok(());
    }
    diesel::update(table::table.find(1)).set(table::fields.eq(&fields)).execute(write.conn()?).await?;
    let words = |keys: &[String]| {
        let label = |key: &String| dictionary::label("audit_field", key).unwrap_or(key).to_owned();
        keys.iter().map(label).collect::<Vec<_>>().join("、")
    };
    let entry = Entry::new("self_service.changed", "self_service", None);
    write.audit(entry.change("fields", words(&before), words(&fields))).await?;
    write.commit().await
}
