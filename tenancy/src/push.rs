//! What people are told through the platform of their mini-program (平台消息): subscribe messages of WeChat, work notices of
//! DingTalk.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use uuid::Uuid;
use zhibu_core::{Result, Secret};
use zhibu_providers::mini::{Notice, NoticeResult, State, Subscribed};
use zhibu_providers::{Fault, ProviderError};

use crate::app::App;
use crate::cx::Cx;
use crate::db::{Conn, Mode, Space};
use crate::identity::Client;
use crate::schema::{bindings, dingtalk_corps as corps};
use crate::tenants;

/// Characters of a short value (`thing`).
const THING: usize = 20;

/// Templates of platforms, one for all occasions; without one the platform is not written to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Templates {
    /// 微信订阅消息
    pub wechat: Option<WechatTemplate>,
    /// 钉钉工作通知
    pub dingtalk: Option<DingtalkTemplate>,
}

/// A template of WeChat and what we call its fields there, such as `thing1`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatTemplate {
    /// 模板ID
    pub template: String,
    /// The page it opens; the id of the message follows.
    pub page: String,
    /// 标题: a `thing`.
    pub title: String,
    /// 单位: a `thing`.
    pub organisation: String,
    /// 时间: a `time`.
    pub time: String,
}

/// A template of DingTalk and the names of its variables.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DingtalkTemplate {
    /// 消息模板ID
    pub template: String,
    /// 标题
    pub title: String,
    /// 单位
    pub organisation: String,
    /// 时间和编号: DingTalk drops the same words to the same person on the same day.
    pub time: String,
}

/// What is said.
#[derive(Debug, Clone)]
pub struct Words {
    /// Of the message, for the page it opens.
    pub id: Uuid,
    /// 标题
    pub title: String,
    /// In whose name.
    pub organisation: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Words {
    fn time(&self) -> String {
        (self.at + Duration::hours(8)).format("%Y年%m月%d日 %H:%M").to_string()
    }
}

/// A way to somebody.
#[derive(Debug, Clone)]
pub struct Route {
    /// WeChat or DingTalk.
    pub via: Client,
    /// The app, or the organisation of DingTalk.
    pub app: String,
    /// Who they are there.
    pub subject: Secret,
}

/// The platforms that this installation may write to.
pub fn open(app: &App) -> Vec<Client> {
    let templates = &app.settings.push;
    let wechat = app.mini.wechat.is_some() && templates.wechat.is_some();
    let dingtalk = app.mini.dingtalk.is_some() && templates.dingtalk.is_some();
    [(Client::Wechat, wechat), (Client::Dingtalk, dingtalk)]
        .into_iter()
        .filter_map(|(one, open)| open.then_some(one))
        .collect()
}

/// WeChat's template that people may agree to.
pub fn consented_template(app: &App) -> Option<&str> {
    app.mini.wechat.as_ref()?;
    app.settings.push.wechat.as_ref().map(|one| one.template.as_str())
}

/// The ways to people by account. In the tenant of the running transaction.
pub async fn routes(cx: &Cx, accounts: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Vec<Route>>> {
    let open = open(&cx.app);
    let keys: Vec<&str> = open.iter().map(|one| one.key()).collect();
    let rows: Vec<(Uuid, String, String, Option<Vec<u8>>)> = bindings::table
        .filter(bindings::account_id.eq_any(accounts).and(bindings::client.eq_any(keys)))
        .order((bindings::account_id, bindings::bound_at.desc()))
        .select((bindings::account_id, bindings::client, bindings::app, bindings::subject))
        .load(conn)
        .await?;
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let mut found: HashMap<Uuid, Vec<Route>> = HashMap::new();
    for (account, client, app, subject) in rows {
        let Some(via) = open.iter().copied().find(|one| one.key() == client) else { continue };
        let Some(subject) = subject else { continue };
        found.entry(account).or_default().push(Route { via, app, subject: vault.open_text(&subject)? });
    }
    Ok(found)
}

fn closed() -> ProviderError {
    ProviderError::new(Fault::AuthConfig)
}

/// Sends one message to somebody of WeChat.
pub async fn wechat(cx: &Cx, subject: &Secret, words: &Words) -> std::result::Result<Subscribed, ProviderError> {
    let client = cx.app.mini.wechat.as_ref().ok_or_else(closed)?;
    let template = cx.app.settings.push.wechat.as_ref().ok_or_else(closed)?;
    let short = |text: &str| text.chars().take(THING).collect::<String>();
    let (title, organisation, time) = (short(&words.title), short(&words.organisation), words.time());
    let values = [
        (template.title.as_str(), title.as_str()),
        (template.organisation.as_str(), organisation.as_str()),
        (template.time.as_str(), time.as_str()),
    ];
    let state = if cx.app.settings.sandbox { State::Trial } else { State::Formal };
    let page = format!("{}{}", template.page, words.id);
    client.send_subscribed(subject.expose(), &template.template, &page, &values, state).await
}

/// The number of our app in an organisation of DingTalk, and the newest ticket.
async fn pass(cx: &Cx, corp: &str) -> Result<Option<(i64, Secret)>> {
    cx.close().await;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let ours = corps::table.find(corp).filter(corps::relieved_at.is_null());
    let agent: Option<Option<i64>> = ours.select(corps::agent).first(unit.conn()?).await.optional()?;
    unit.commit().await?;
    match agent.flatten() {
        Some(agent) => Ok(Some((agent, crate::dingtalk::ticket(cx).await?))),
        None => Ok(None),
    }
}

/// What a platform said, or why it could not be asked.
pub type Said<T> = Result<std::result::Result<T, ProviderError>>;

/// Hands a notice to people of one organisation over to DingTalk; the number of the task.
pub async fn dingtalk(cx: &Cx, corp: &str, userids: Vec<String>, words: &Words) -> Said<i64> {
    let (Some(client), Some(template)) = (&cx.app.mini.dingtalk, &cx.app.settings.push.dingtalk) else {
        return Ok(Err(closed()));
    };
    let Some((agent, ticket)) = pass(cx, corp).await? else { return Ok(Err(closed())) };
    let id = words.id.simple().to_string();
    let number = id.get(24..).unwrap_or_default();
    let values = BTreeMap::from([
        (template.title.clone(), words.title.clone()),
        (template.organisation.clone(), words.organisation.clone()),
        (template.time.clone(), format!("{} #{number}", words.time())),
    ]);
    let notice = Notice { agent, template: template.template.clone(), userids, values };
    Ok(client.send_notice(corp, &ticket, &notice).await)
}

/// What became of the notice of a task at DingTalk.
pub async fn dingtalk_result(cx: &Cx, corp: &str, task: i64) -> Said<NoticeResult> {
    let Some(client) = &cx.app.mini.dingtalk else { return Ok(Err(closed())) };
    let Some((agent, ticket)) = pass(cx, corp).await? else { return Ok(Err(closed())) };
    Ok(client.notice_result(corp, &ticket, agent, task).await)
}
