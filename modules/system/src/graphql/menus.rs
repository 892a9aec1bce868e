use async_graphql::{Context, Object, SimpleObject};
use zhibu_core::Result;
use zhibu_graphql::Request;
use zhibu_tenancy::{Cx, identity};

use super::session::MenuKind;
use crate::{MENUS_READ, MENUS_SET};

/// A menu of the tenant's console with its switch (用户菜单).
#[derive(SimpleObject)]
pub(super) struct ConsoleMenu {
    key: String,
    parent_key: Option<String>,
    label: String,
    kind: MenuKind,
    /// Its own switch; a group above it may hide it all the same.
    on: bool,
    /// It cannot be switched off.
    fixed: bool,
}

impl From<identity::MenuState> for ConsoleMenu {
    fn from(state: identity::MenuState) -> Self {
        let kind = if state.menu.page { MenuKind::Page } else { MenuKind::Group };
        let menu = state.menu;
        Self { key: menu.key, parent_key: menu.parent, label: menu.label, kind, on: state.on, fixed: state.fixed }
    }
}

async fn all(cx: &Cx) -> Result<Vec<ConsoleMenu>> {
    let mut read = cx.read(MENUS_READ).await?;
    Ok(identity::menu_states(cx, read.conn()?).await?.into_iter().map(Into::into).collect())
}

#[derive(Default)]
pub(super) struct MenuQuery;

#[Object]
impl MenuQuery {
    /// Every menu of the tenant's modules, in display order (用户菜单).
    async fn console_menus(&self, ctx: &Context<'_>) -> Result<Vec<ConsoleMenu>> {
        all(ctx.cx()?).await
    }
}

#[derive(Default)]
pub(super) struct MenuMutation;

#[Object]
impl MenuMutation {
    /// Switches a page, or a group with all its pages, on or off for everybody of the tenant; gives all menus.
    async fn set_menu(&self, ctx: &Context<'_>, key: String, on: bool) -> Result<Vec<ConsoleMenu>> {
        let cx = ctx.cx()?;
        identity::set_menu(cx, MENUS_SET, &key, on).await?;
        all(cx).await
    }
}
