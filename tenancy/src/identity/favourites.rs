//! Pages that somebody has put on the home page (我的常用功能, PC-10).

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Result, SELF};

use crate::cx::Cx;
use crate::db::Conn;
use crate::schema::{accounts, favourites as table};

/// As many as the home page has room for.
const MOST: usize = 12;

/// The chosen pages that the caller may open now, in their order.
pub async fn favourites(cx: &Cx) -> Result<Vec<String>> {
    let open = open(cx)?;
    let mut read = cx.read(SELF).await?;
    let mut keys = chosen(cx, read.conn()?).await?;
    keys.retain(|key| open.contains(key));
    keys.truncate(MOST);
    Ok(keys)
}

/// Chooses pages anew. What was chosen before and may not be opened at present is kept behind them.
pub async fn set_favourites(cx: &Cx, keys: Vec<String>) -> Result<()> {
    if keys.len() > MOST {
        return Err(Error::invalid("keys", format!("最多选择{MOST}个页面")));
    }
    let open = open(cx)?;
    if keys.iter().any(|key| !open.contains(key)) {
        return Err(Error::invalid("keys", "所选页面不存在或您无权使用"));
    }
    if keys.iter().collect::<HashSet<_>>().len() < keys.len() {
        return Err(Error::invalid("keys", "同一页面只能选择一次"));
    }
    let account = cx.identity()?.account.0;
    let mut write = cx.write(SELF).await?;
    // Two windows that save at once come one after the other.
    let _: uuid::Uuid = accounts::table.find(account).select(accounts::id).for_update().first(write.conn()?).await?;
    let mut kept = chosen(cx, write.conn()?).await?;
    kept.retain(|key| !open.contains(key));
    diesel::delete(table::table.filter(table::account_id.eq(account))).execute(write.conn()?).await?;
    let row = |(sort, key): (i16, String)| (table::account_id.eq(account), table::key.eq(key), table::sort.eq(sort));
    let rows: Vec<_> = (0..).zip(keys.into_iter().chain(kept)).map(row).collect();
    diesel::insert_into(table::table).values(rows).execute(write.conn()?).await?;
    write.commit_quietly().await
}

async fn chosen(cx: &Cx, conn: &mut Conn) -> Result<Vec<String>> {
    let own = table::table.filter(table::account_id.eq(cx.identity()?.account.0));
    Ok(own.order(table::sort).select(table::key).load(conn).await?)
}

/// The pages the caller may open.
fn open(cx: &Cx) -> Result<HashSet<String>> {
    let grants = &cx.identity()?.grants;
    let menus = cx.app.registry.visible("tenant", |key| grants.holds(key));
    Ok(menus.into_iter().filter(|menu| menu.page).map(|menu| menu.key).collect())
}
