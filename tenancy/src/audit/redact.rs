//! What the audit told about somebody whose record has gone for ever (彻底删除) is taken out of it: that something was done,
//! when and by whom stays. A keyed mark in the row says that it was done here, so that the chain of seals still holds.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;
use zhibu_core::Result;

use super::seal::{Whole, digest};
use crate::cx::Write;
use crate::keys::{Vault, hex};
use crate::schema::audit;

/// The field of a row that says so: mark and purge.
pub const PURGED: &str = "purged";

fn emptied(purge: &str) -> Value {
    json!({PURGED: [Value::Null, purge]})
}

/// The mark of a row that tells nothing any more.
fn mark(row: &mut Whole, purge: &str, vault: &Vault) -> Result<String> {
    row.changes = emptied(purge);
    Ok(hex(&vault.blind(&format!("audit redaction {}", hex(&digest(row)?)))))
}

/// Takes out what was told about these things; how many rows there were.
pub async fn redact(write: &mut Write<'_>, things: &[(&'static str, Uuid)], purge: Uuid) -> Result<usize> {
    let (vault, purge) = (write.cx.vault().await?, purge.to_string());
    let mut count = 0;
    for (kind, id) in things {
        let about = audit::table.filter(audit::object_kind.eq(*kind).and(audit::object_id.eq(*id)));
        let rows: Vec<Whole> = about.select(Whole::as_select()).load(write.conn()?).await?;
        for mut row in rows {
            let mark = mark(&mut row, &purge, &vault)?;
            diesel::update(audit::table.find(row.id))
                .set(audit::changes.eq(json!({PURGED: [mark, purge]})))
                .execute(write.conn()?)
                .await?;
            count += 1;
        }
    }
    Ok(count)
}

/// True for a row that was emptied here.
pub(super) fn redacted(row: &Whole, vault: &Vault) -> Result<bool> {
    let pair = row.changes.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get(PURGED));
    let side = |at: usize| pair.and_then(|pair| pair.get(at)).and_then(Value::as_str);
    let (Some(noted), Some(purge)) = (side(0), side(1)) else { return Ok(false) };
    let mut before = row.clone();
    Ok(mark(&mut before, purge, vault)? == noted)
}
