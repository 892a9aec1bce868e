//! Which pages of its console a tenant has switched off (用户菜单, PC-2.4).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Permission, Result};

use crate::audit::{Entry, Row, undo};
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::module::{Menu, Registry};
use crate::schema::menus;

/// The console whose menus a tenant may switch.
const CONSOLE: &str = "tenant";
/// Without it nothing could be switched on again.
const KEPT: &str = "system.pc_menus";

/// A menu of the tenant's console with its switch.
#[derive(Debug, Clone)]
pub struct MenuState {
    /// The menu.
    pub menu: Menu,
    /// Its own switch; a group above it may hide it all the same.
    pub on: bool,
    /// It cannot be switched off.
    pub fixed: bool,
}

/// The menus of the caller's console: those of its modules, whoever may open them.
pub async fn menu_states(cx: &Cx, conn: &mut Conn) -> Result<Vec<MenuState>> {
    let hidden = hidden(conn).await?;
    let registry = &cx.app.registry;
    let all = registry.entitled(CONSOLE, &cx.identity()?.tenant.modules).into_iter();
    Ok(all.map(|menu| MenuState { on: !hidden.contains(&menu.key), fixed: fixed(registry, &menu.key), menu }).collect())
}

/// Switches a page or a group of pages on or off for the whole tenant, at once for whatever is written.
pub async fn set_menu(cx: &Cx, permission: Permission, key: &str, on: bool) -> Result<()> {
    let mut write = cx.write(permission).await?;
    if switch_menu(&mut write, key, on).await? {
        write.commit().await?;
        super::forget_mine(cx).await?;
    }
    Ok(())
}

/// The same in a transaction; false when it stands so already.
async fn switch_menu(write: &mut Write<'_>, key: &str, on: bool) -> Result<bool> {
    let cx = write.cx;
    let entitled = cx.app.registry.entitled(CONSOLE, &cx.identity()?.tenant.modules);
    let menu = entitled.into_iter().find(|menu| menu.key == key).ok_or_else(Error::missing)?;
    if fixed(&cx.app.registry, key) {
        return Err(Error::refuse("MENU_FIXED", "此菜单不能关闭，否则无法再打开其他菜单").at("key"));
    }
    // Locks the tenant's policy, so that what was before is what the audit says.
    super::bump(write.conn()?).await?;
    let before = !hidden(write.conn()?).await?.contains(&menu.key);
    if before == on {
        return Ok(false);
    }
    diesel::insert_into(menus::table)
        .values((menus::console.eq(CONSOLE), menus::key.eq(key), menus::enabled.eq(on)))
        .on_conflict((menus::console, menus::key))
        .do_update()
        .set(menus::enabled.eq(on))
        .execute(write.conn()?)
        .await?;
    // Several menus may be called alike.
    let entry = Entry::new("menu.switched", "menu", None).note("menu", menu.label).note("key", key);
    write.audit(entry.change("on", before, on)).await?;
    Ok(true)
}

/// Takes a switch back.
pub async fn undo_menu(write: &mut Write<'_>, row: &Row) -> Result<()> {
    let key = undo::field(row, "key").and_then(|(_, key)| key.as_str()).ok_or_else(Error::missing)?;
    let (before, after) = undo::field(row, "on").ok_or_else(Error::missing)?;
    let (Some(before), Some(after)) = (before.as_bool(), after.as_bool()) else { return Err(Error::missing()) };
    let on = !hidden(write.conn()?).await?.iter().any(|hidden| hidden == key);
    if on != after {
        return Err(undo::changed("on"));
    }
    switch_menu(write, key, before).await.map(drop)
}

/// The page of the switches and the groups that lead to it.
fn fixed(registry: &Registry, key: &str) -> bool {
    registry.way_to(KEPT).any(|menu| menu.key == key)
}

/// The menus that are switched off.
pub(super) async fn hidden(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(hidden_keys().load(conn).await?)
}

/// The same, as part of another statement.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn hidden_keys() -> _ {
    let console: &'static str = CONSOLE;
    let off: bool = false;
    menus::table.filter(menus::console.eq(console).and(menus::enabled.eq(off))).select(menus::key)
}
