//! The export of users (PC-2.3a).

use async_trait::async_trait;
use serde_json::Value;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, mask};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Rows, batch, column};
use zhibu_tenancy::identity::{self, AccountFilter, AccountSort, AccountState};
use zhibu_tenancy::{Cx, Read};

use crate::USERS_READ;
use crate::graphql::{User, UserFilter, with_roles};

/// Exports users.
pub(crate) struct Users;

const COLUMNS: &[ExportColumn] = &[
    column("userName", "用户名", 18),
    column("displayName", "姓名", 14),
    column("mobile", "手机号", 14),
    column("state", "账号状态", 10),
    column("roles", "角色", 40),
    column("lastSignInAt", "最近登录", 18),
    column("createdAt", "创建时间", 18),
];

async fn filter(value: &Value, read: &mut Read<'_>) -> Result<AccountFilter> {
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    zhibu_graphql::filter::<UserFilter>(value)?.within(&reach, read.scope.all, read.conn()?).await
}

fn state(state: AccountState) -> &'static str {
    match state {
        AccountState::Active => "正常",
        AccountState::Locked => "锁定",
        AccountState::Disabled => "停用",
        AccountState::MustChange => "待改密",
    }
}

#[async_trait]
impl Exporter for Users {
    fn kind(&self) -> &'static str {
        "user"
    }

    fn title(&self) -> &'static str {
        "用户列表"
    }

    fn permission(&self) -> Permission {
        USERS_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let filter = zhibu_graphql::filter::<UserFilter>(value)?;
        let mut words = Vec::new();
        if let Some(under) = filter.organisation {
            words.push(organisation::words_under(under, read).await?);
        }
        words.extend(filter.search.map(|text| format!("搜索：{}", mask::searched(&text))));
        words.extend(filter.state.map(|one| format!("账号状态：{}", state(one.into()))));
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let filter = filter(value, read).await?;
        identity::count_accounts(cx, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Users {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let filter = filter(value, read).await?;
        let args = PageArgs::batch(after);
        let page = identity::list_accounts(cx, &filter, AccountSort::UserName, &args, read.conn()?).await?;
        let users = with_roles(&cx.app, page.nodes, filter.organisations.as_deref(), read.conn()?).await?;
        batch(&Page { nodes: users, info: page.info }, columns, cell)
    }
}

fn cell(key: &str, user: &User) -> Result<Cell> {
    Ok(match key {
        "userName" => Cell::Text(user.user_name.clone()),
        "displayName" => Cell::Text(user.display_name.clone()),
        "mobile" => user.mobile.clone().into(),
        "state" => Cell::Text(state(user.state.into()).to_owned()),
        "roles" => {
            let held = user.roles.iter().map(|role| format!("{} {}", role.organisation.short_name, role.label));
            Cell::Text(held.collect::<Vec<_>>().join("；"))
        }
        "lastSignInAt" => user.last_sign_in_at.map_or(Cell::Blank, Cell::moment),
        "createdAt" => Cell::moment(user.created_at),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}
