use async_graphql::{Context, Enum, Object, SimpleObject};
use zhibu_core::{Result, SELF};
use zhibu_graphql::Request;
use zhibu_tenancy::{Cx, identity};

use crate::{MINI_MENUS_READ, TENANT_SETTINGS};

/// A group of the mini-program's menus that a tenant arranges.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum MiniGroup {
    /// 个人工作
    Personal,
    /// 管理工作
    Manage,
}

impl MiniGroup {
    fn code(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Manage => "manage",
        }
    }
}

/// A menu of the tenant's mini-program (小程序菜单).
#[derive(SimpleObject)]
pub(super) struct MiniMenu {
    key: &'static str,
    group: MiniGroup,
    /// What the tenant calls it.
    label: String,
    /// What it is called otherwise.
    usual_label: &'static str,
    /// The tenant shows it.
    on: bool,
    /// The tenant has the module it belongs to; without it nobody sees it.
    available: bool,
}

impl From<identity::MiniMenu> for MiniMenu {
    fn from(menu: identity::MiniMenu) -> Self {
        let group = if menu.group == MiniGroup::Manage.code() { MiniGroup::Manage } else { MiniGroup::Personal };
        Self { key: menu.key, group, label: menu.label, usual_label: menu.usual, on: menu.on, available: menu.there }
    }
}

async fn all(cx: &Cx) -> Result<Vec<MiniMenu>> {
    let mut read = cx.read(MINI_MENUS_READ).await?;
    Ok(identity::mini_menus(cx, read.conn()?).await?.into_iter().map(Into::into).collect())
}

#[derive(Default)]
pub(super) struct MiniMenuQuery;

#[Object]
impl MiniMenuQuery {
    /// The menus that the tenant's mini-program shows, each group in its order.
    async fn mini_menus(&self, ctx: &Context<'_>) -> Result<Vec<MiniMenu>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(SELF).await?;
        let menus = identity::mini_menus(cx, read.conn()?).await?.into_iter();
        Ok(menus.filter(|menu| menu.on && menu.there).map(Into::into).collect())
    }

    /// Every menu that the tenant may name, arrange and switch, shown or not.
    async fn mini_menu_settings(&self, ctx: &Context<'_>) -> Result<Vec<MiniMenu>> {
        all(ctx.cx()?).await
    }
}

#[derive(Default)]
pub(super) struct MiniMenuMutation;

#[Object]
impl MiniMenuMutation {
    /// Names a menu of the mini-program and switches it on or off; an empty name is the usual one. Gives all menus.
    async fn set_mini_menu(&self, ctx: &Context<'_>, key: String, label: String, on: bool) -> Result<Vec<MiniMenu>> {
        let cx = ctx.cx()?;
        cx.allow(TENANT_SETTINGS)?;
        identity::set_mini_menu(cx, MINI_MENUS_READ, &key, &label, on).await?;
        all(cx).await
    }

    /// Puts the menus of a group into an order; every one of it is to be named. Gives all menus.
    async fn order_mini_menus(&self, ctx: &Context<'_>, group: MiniGroup, keys: Vec<String>) -> Result<Vec<MiniMenu>> {
        let cx = ctx.cx()?;
        cx.allow(TENANT_SETTINGS)?;
        identity::order_mini_menus(cx, MINI_MENUS_READ, group.code(), &keys).await?;
        all(cx).await
    }
}
