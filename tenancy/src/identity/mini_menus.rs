//! The menus of a tenant's mini-program (小程序菜单, PC-2.5): what they are called, in which order, and whether at all.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Permission, Result, check};

use crate::audit::{Entry, Row, undo};
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::schema::{mini_menus as table, policy};

const CATALOGUE: &str = include_str!("../../../config/menus_mini.csv");
/// The groups a tenant arranges: 个人工作, 管理工作.
const GROUPS: [&str; 2] = ["personal", "manage"];
/// As many characters as fit below an icon.
const LONGEST: usize = 8;

/// A menu of the catalogue.
struct Seed {
    group: &'static str,
    key: &'static str,
    label: &'static str,
    module: &'static str,
}

/// In their usual order.
static SEEDS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    let lines = CATALOGUE.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (group, key, _sort, label, _english, module) =
            (cells.next()?, cells.next()?, cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        Some(Seed { group, key, label, module })
    });
    lines.filter(|seed| GROUPS.contains(&seed.group)).collect()
});

/// A menu of the mini-program as the tenant has it.
#[derive(Debug, Clone)]
pub struct MiniMenu {
    /// Stable key.
    pub key: &'static str,
    /// `personal` or `manage`.
    pub group: &'static str,
    /// What the tenant calls it.
    pub label: String,
    /// What it is called otherwise.
    pub usual: &'static str,
    /// The tenant shows it.
    pub on: bool,
    /// The tenant has the module it belongs to; without it nobody sees it, whatever the switch says.
    pub there: bool,
}

/// What the tenant has decided about a menu.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = table)]
struct Choice {
    key: String,
    label: Option<String>,
    sort: Option<i16>,
    enabled: bool,
}

/// All menus of both groups, each group in its order.
pub async fn mini_menus(cx: &Cx, conn: &mut Conn) -> Result<Vec<MiniMenu>> {
    let modules: HashSet<&str> = cx.app.registry.of(&cx.identity()?.tenant.modules).map(|module| module.key).collect();
    let choices: Vec<Choice> = table::table.select(Choice::as_select()).load(conn).await?;
    let choices: HashMap<String, Choice> = choices.into_iter().map(|one| (one.key.clone(), one)).collect();
    let mut menus: Vec<_> = (0i16..)
        .zip(SEEDS.iter())
        .map(|(usual, seed)| {
            let choice = choices.get(seed.key);
            let label = choice.and_then(|one| one.label.clone()).unwrap_or_else(|| seed.label.to_owned());
            let on = choice.is_none_or(|one| one.enabled);
            let there = modules.contains(seed.module);
            let group = GROUPS.iter().position(|group| *group == seed.group);
            let menu = MiniMenu { key: seed.key, group: seed.group, label, usual: seed.label, on, there };
            // A menu that came into the catalogue after the tenant arranged the others stands behind them.
            ((group, choice.and_then(|one| one.sort).unwrap_or(i16::MAX), usual), menu)
        })
        .collect();
    menus.sort_by_key(|(place, _)| *place);
    Ok(menus.into_iter().map(|(_, menu)| menu).collect())
}

/// Names a menu and switches it on or off. The usual name, or none, is no name of the tenant's own.
pub async fn set_mini_menu(cx: &Cx, permission: Permission, key: &str, label: &str, on: bool) -> Result<()> {
    cx.allow(permission)?;
    let choice = named(key, label)?;
    let mut write = cx.write(permission).await?;
    if name_mini_menu(&mut write, choice, on).await? { write.commit().await } else { Ok(()) }
}

/// The menu of a key, with what it is to be called.
fn named(key: &str, label: &str) -> Result<(&'static Seed, String)> {
    let seed = SEEDS.iter().find(|seed| seed.key == key).ok_or_else(Error::missing)?;
    let label = if label.trim().is_empty() { seed.label.to_owned() } else { label.to_owned() };
    Ok((seed, check::text("label", "菜单名称", &label, 2, LONGEST)?))
}

async fn name_mini_menu(write: &mut Write<'_>, (seed, label): (&Seed, String), on: bool) -> Result<bool> {
    let key = seed.key;
    let before = present(write, key).await?;
    if before.label == label && before.on == on {
        return Ok(false);
    }
    let own = Some(label.as_str()).filter(|label| *label != seed.label);
    diesel::insert_into(table::table)
        .values((table::key.eq(key), table::label.eq(own), table::enabled.eq(on)))
        .on_conflict(table::key)
        .do_update()
        .set((table::label.eq(own), table::enabled.eq(on)))
        .execute(write.conn()?)
        .await?;
    // Menus of the two groups may be called alike.
    let entry = Entry::new("mini_menu.changed", "mini_menu", None).note("menu", seed.label).note("key", key);
    write.audit(entry.change("label", before.label, label).change("on", before.on, on)).await?;
    Ok(true)
}

/// A menu as it is, until the end of the transaction.
async fn present(write: &mut Write<'_>, key: &str) -> Result<MiniMenu> {
    hold(write.conn()?).await?;
    let menus = mini_menus(write.cx, write.conn()?).await?;
    menus.into_iter().find(|menu| menu.key == key).ok_or_else(Error::missing)
}

/// Takes back how a menu was named and switched.
pub async fn undo_mini_menu(write: &mut Write<'_>, row: &Row) -> Result<()> {
    #[derive(Serialize, Deserialize)]
    struct Choice {
        label: String,
        on: bool,
    }
    let key = undo::field(row, "key").and_then(|(_, key)| key.as_str()).ok_or_else(Error::missing)?;
    let menu = present(write, key).await?;
    let before = undo::restored(&Choice { label: menu.label, on: menu.on }, row, &["menu", "key"])?;
    name_mini_menu(write, named(key, &before.label)?, before.on).await.map(drop)
}

/// Takes an order back.
pub async fn undo_mini_order(write: &mut Write<'_>, row: &Row) -> Result<()> {
    #[derive(Serialize, Deserialize)]
    struct Order {
        order: Vec<String>,
    }
    let of = undo::field(row, "order").and_then(|(_, after)| after.get(0)?.as_str()).ok_or_else(Error::missing)?;
    let group = present(write, of).await?.group;
    let menus = mini_menus(write.cx, write.conn()?).await?.into_iter().filter(|menu| menu.group == group);
    let now = Order { order: menus.map(|menu| menu.key.to_owned()).collect() };
    let before = undo::restored(&now, row, &[])?;
    arrange(write, group, &before.order).await.map(drop)
}

/// What a menu is usually called.
pub fn usual_label(key: &str) -> Option<&'static str> {
    SEEDS.iter().find(|seed| seed.key == key).map(|seed| seed.label)
}

/// Puts the menus of a group into an order; every menu of it is to be named once.
pub async fn order_mini_menus(cx: &Cx, permission: Permission, group: &str, keys: &[String]) -> Result<()> {
    let mut write = cx.write(permission).await?;
    if arrange(&mut write, group, keys).await? { write.commit().await } else { Ok(()) }
}

async fn arrange(write: &mut Write<'_>, group: &str, keys: &[String]) -> Result<bool> {
    hold(write.conn()?).await?;
    let menus = mini_menus(write.cx, write.conn()?).await?;
    let before: Vec<&MiniMenu> = menus.iter().filter(|menu| menu.group == group).collect();
    let after: Vec<&MiniMenu> =
        keys.iter().filter_map(|key| before.iter().copied().find(|menu| menu.key == key)).collect();
    let named: HashSet<&str> = after.iter().map(|menu| menu.key).collect();
    if before.is_empty() || keys.len() != before.len() || named.len() != before.len() {
        return Err(Error::invalid("keys", "菜单列表已变化，请刷新后重新排序"));
    }
    if before.iter().map(|menu| menu.key).eq(after.iter().map(|menu| menu.key)) {
        return Ok(false);
    }
    for (sort, menu) in (0i16..).zip(&after) {
        diesel::insert_into(table::table)
            .values((table::key.eq(menu.key), table::sort.eq(sort), table::enabled.eq(true)))
            .on_conflict(table::key)
            .do_update()
            .set(table::sort.eq(sort))
            .execute(write.conn()?)
            .await?;
    }
    let order = |menus: &[&MiniMenu]| menus.iter().map(|menu| menu.key).collect::<Vec<_>>();
    let entry = Entry::new("mini_menu.ordered", "mini_menu", None);
    write.audit(entry.change("order", order(&before), order(&after))).await?;
    Ok(true)
}

/// Two who change menus at once come one after the other.
async fn hold(conn: &mut Conn) -> Result<()> {
    let _: i16 = policy::table.find(1i16).select(policy::id).for_no_key_update().first(conn).await?;
    Ok(())
}
