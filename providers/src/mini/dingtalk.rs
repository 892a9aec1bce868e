//! DingTalk (钉钉), as an app of many organisations (第三方企业应用). Two hosts: the old one takes its token in the query and
//! refuses with HTTP 200, the new one refuses with a status. Events are pushed (SyncHTTP).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use zhibu_core::{Error, Secret, World};

use super::envelope::Envelope;
use super::token::Tokens;
use super::{Person, mainland, text};
use crate::wire::{Wire, written};
use crate::{Fault, ProviderError};

const OLD: &str = "https://oapi.dingtalk.com/";
const NEW: &str = "https://api.dingtalk.com/";

/// A suite's account at DingTalk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DingtalkAccount {
    /// suiteKey
    #[serde(deserialize_with = "written")]
    pub suite_key: String,
    /// suiteSecret
    pub suite_secret: Secret,
    /// Token of the pushes.
    pub token: Secret,
    /// Key of the pushes, 43 characters.
    pub aes_key: Secret,
    /// Another address for both hosts; the caller decides whether that is legal.
    #[serde(default)]
    pub endpoint: Option<Url>,
}

/// What DingTalk tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Our address is checked; nothing to do but to answer.
    Check,
    /// The newest ticket, every five hours; older ones are good no more.
    SuiteTicket {
        /// The ticket.
        ticket: Secret,
        /// When it was made.
        at: DateTime<Utc>,
    },
    /// An administrator has scanned the authorisation code.
    Authorised {
        /// corpId
        corp: String,
        /// What the organisation is called.
        name: String,
        /// The administrator's userid.
        admin: String,
        /// The app's number there (agentId), which notices name.
        agent: Option<i64>,
        /// When.
        at: DateTime<Utc>,
    },
    /// The organisation has taken the app away.
    Relieved {
        /// corpId
        corp: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// Something that we do nothing about.
    Other,
}

/// A push that is not DingTalk's, or not for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a push that DingTalk did not seal")]
pub struct Unproven;

/// Asks DingTalk, and reads what it pushes.
#[derive(Debug)]
pub struct Dingtalk {
    account: DingtalkAccount,
    old: Url,
    new: Url,
    envelope: Envelope,
    wire: Wire,
    tokens: Tokens,
    world: World,
}

impl Dingtalk {
    /// A client for one suite.
    pub fn new(account: DingtalkAccount, world: World) -> Result<Self, Error> {
        Self::over(account, world, Wire::brief()?)
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: DingtalkAccount, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Self::over(account, world, Wire::patient(whole)?)
    }

    fn over(account: DingtalkAccount, world: World, wire: Wire) -> Result<Self, Error> {
        let host = |built_in: &str| account.endpoint.clone().map_or_else(|| Url::parse(built_in), Ok);
        let (old, new) = (host(OLD).map_err(Error::bug)?, host(NEW).map_err(Error::bug)?);
        let envelope = Envelope::new(account.token.clone(), &account.aes_key, account.suite_key.as_str())?;
        Ok(Self { account, old, new, envelope, wire, tokens: Tokens::default(), world })
    }

    /// Who made a login code with `dd.getAuthCode` in an organisation; `ticket` is the newest that was pushed. The number
    /// comes along when the organisation permits it.
    pub async fn sign_in(&self, corp: &str, code: &Secret, ticket: &Secret) -> Result<Person, ProviderError> {
        let asked = json!({"code": code.expose()});
        let body = self.with_token("topapi/v2/user/getuserinfo", corp, ticket, &asked).await?;
        let result = result(&body)?;
        let subject = text(result, "userid").ok_or_else(|| ProviderError::new(Fault::Unknown))?;
        let mobile = self.mobile(&self.token(corp, ticket).await?, subject).await;
        Ok(Person { app: corp.to_owned(), subject: Secret::new(subject), mobile })
    }

    /// The number of somebody in an organisation, when it permits that.
    pub async fn number(&self, corp: &str, userid: &str, ticket: &Secret) -> Result<Option<String>, ProviderError> {
        Ok(self.mobile(&self.token(corp, ticket).await?, userid).await)
    }

    /// Who somebody is must not be lost because the number is not told.
    async fn mobile(&self, token: &Secret, userid: &str) -> Option<String> {
        let answer = self.ask("topapi/v2/user/get", token, &json!({"userid": userid})).await;
        match answer.as_ref().map_err(ProviderError::clone).and_then(result) {
            // The number of an account that the company itself runs (专属账号) is whatever the company says.
            Ok(result) if result.get("exclusive_account").and_then(Value::as_bool) == Some(true) => None,
            Ok(result) if text(result, "state_code").is_none_or(|country| country == "86") => {
                text(result, "mobile").and_then(mainland)
            }
            Ok(_) => None,
            Err(error) => {
                tracing::info!(%error, "DingTalk does not tell a number");
                None
            }
        }
    }

    /// Asks with an organisation's token, and once more with a new one when DingTalk does not take the old one any more.
    pub(super) async fn with_token(
        &self,
        path: &str,
        corp: &str,
        ticket: &Secret,
        asked: &Value,
    ) -> Result<Value, ProviderError> {
        let token = self.token(corp, ticket).await?;
        let outcome = self.ask(path, &token, asked).await;
        // DingTalk looks at the token first: nothing was done yet, no code is spent.
        if outcome.as_ref().is_err_and(is_stale) {
            self.tokens.drop(corp, &token);
            return self.ask(path, &self.token(corp, ticket).await?, asked).await;
        }
        outcome
    }

    async fn ask(&self, path: &str, token: &Secret, asked: &Value) -> Result<Value, ProviderError> {
        let mut url = self.old.join(path).map_err(|_| ProviderError::new(Fault::Invalid))?;
        url.query_pairs_mut().append_pair("access_token", token.expose());
        let (http, body) = self.post(url, asked).await?;
        judge_old(http, body)
    }

    async fn token(&self, corp: &str, ticket: &Secret) -> Result<Secret, ProviderError> {
        let now = self.world.now();
        if let Some(token) = self.tokens.of(corp, now) {
            return Ok(token);
        }
        let asked = json!({"suiteKey": self.account.suite_key, "suiteSecret": self.account.suite_secret.expose(),
            "authCorpId": corp, "suiteTicket": ticket.expose()});
        let url = self.new.join("v1.0/oauth2/corpAccessToken").map_err(|_| ProviderError::new(Fault::Invalid))?;
        let (http, body) = self.post(url, &asked).await?;
        let token = Secret::new(judge_new(http, &body)?);
        let seconds = body.get("expireIn").and_then(Value::as_i64).unwrap_or(0);
        self.tokens.keep(corp, &token, now, seconds);
        Ok(token)
    }

    async fn post(&self, url: Url, asked: &Value) -> Result<(u16, Value), ProviderError> {
        let request = self.wire.post(url).header("content-type", "application/json").body(asked.to_string());
        self.wire.json(request).await
    }

    /// Reads a push: its query as it stands in the address, and its body.
    pub fn push(&self, query: &str, body: &[u8]) -> Result<Vec<Event>, Unproven> {
        let message = self.message(query, body).ok_or(Unproven)?;
        let message: Value = serde_json::from_slice(&message).map_err(|_| Unproven)?;
        Ok(events(&message))
    }

    fn message(&self, query: &str, body: &[u8]) -> Option<Vec<u8>> {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        // DingTalk's own pages do not agree on the names.
        let of = |names: [&str; 2]| pairs.iter().find(|(name, _)| names.contains(&&**name)).map(|(_, value)| &**value);
        let body: Value = serde_json::from_slice(body).ok()?;
        let (signature, at) = (of(["msg_signature", "signature"])?, of(["timestamp", "timeStamp"])?);
        self.envelope.open(signature, at, of(["nonce"; 2])?, text(&body, "encrypt")?)
    }

    /// The answer to every push that was taken: the sealed word `success`, as JSON. DingTalk waits a second and a half.
    pub fn reply(&self) -> Result<String, Error> {
        let at = self.world.now().timestamp_millis().to_string();
        serde_json::to_string(&self.envelope.seal("success", &at)?).map_err(Error::bug)
    }
}

/// 88 is the old host's word for whatever is wrong with the token or its rights; the reason stands beside it.
fn is_stale(error: &ProviderError) -> bool {
    matches!(error.provider_code.as_deref(), Some("40014" | "42001" | "40001"))
}

pub(crate) fn judge_old(http: u16, body: Value) -> Result<Value, ProviderError> {
    let at = |kind| ProviderError { http: Some(http), ..ProviderError::new(kind) };
    let code = body.get("errcode").and_then(Value::as_i64).ok_or_else(|| at(Fault::Unknown))?;
    let code = match (code, text(&body, "sub_code")) {
        (0, _) => return Ok(body),
        (88, Some(reason)) => reason.to_owned(),
        _ => code.to_string(),
    };
    let kind = match code.as_str() {
        "-1" => Fault::Unavailable,
        "40078" => Fault::Rejected,
        "90002" | "90018" => Fault::RateLimited { retry_after: None },
        "88" | "40001" | "40014" | "42001" | "60011" | "60020" => Fault::AuthConfig,
        _ => Fault::Invalid,
    };
    let request_id = text(&body, "request_id").map(str::to_owned);
    Err(ProviderError { request_id, ..at(kind) }.with_code(code))
}

/// What most answers of the old host are about.
pub(crate) fn result(body: &Value) -> Result<&Value, ProviderError> {
    body.get("result").ok_or_else(|| ProviderError::new(Fault::Unknown))
}

pub(crate) fn judge_new(http: u16, body: &Value) -> Result<String, ProviderError> {
    if let (true, Some(token)) = (http < 400, text(body, "accessToken")) {
        return Ok(token.to_owned());
    }
    // Ticket, secret, authorisation: somebody has to put that right, or the next ticket does.
    let kind = if http < 400 { Fault::Unknown } else { Fault::AuthConfig };
    let request_id = text(body, "requestid").map(str::to_owned);
    let error = ProviderError { http: Some(http), request_id, ..ProviderError::new(kind) };
    Err(match text(body, "code") {
        Some(code) => error.with_code(code),
        None => error,
    })
}

/// One push may tell several things; what cannot be read is passed over, so that it is not pushed for ever.
pub(crate) fn events(message: &Value) -> Vec<Event> {
    match text(message, "EventType") {
        Some("check_create_suite_url" | "check_update_suite_url" | "check_url") => vec![Event::Check],
        Some("SYNC_HTTP_PUSH_HIGH" | "SYNC_HTTP_PUSH_MEDIUM") => {
            let items = message.get("bizData").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().map(|item| event(item).unwrap_or(Event::Other)).collect()
        }
        _ => vec![Event::Other],
    }
}

fn event(item: &Value) -> Option<Event> {
    let data: Value = serde_json::from_str(text(item, "biz_data")?).ok()?;
    let at = DateTime::from_timestamp_millis(item.get("gmt_modified")?.as_i64()?)?;
    let kind = item.get("biz_type").and_then(Value::as_i64)?;
    match (kind, text(&data, "syncAction")?) {
        (2, "suite_ticket") => Some(Event::SuiteTicket { ticket: Secret::new(text(&data, "suiteTicket")?), at }),
        (4, "org_suite_auth") => {
            let corp = data.get("auth_corp_info")?;
            let admin = data.get("auth_user_info").and_then(|user| text(user, "userId")).unwrap_or_default();
            Some(Event::Authorised {
                corp: text(corp, "corpid").or_else(|| text(item, "corp_id"))?.to_owned(),
                name: text(corp, "corp_name").unwrap_or_default().to_owned(),
                admin: admin.to_owned(),
                agent: data.pointer("/auth_info/agent/0/agentid").and_then(Value::as_i64),
                at,
            })
        }
        (4, "org_suite_relieve") => Some(Event::Relieved { corp: text(item, "corp_id")?.to_owned(), at }),
        _ => None,
    }
}

/// The query of the old calls that are signed with the suite's secret (`get_corp_token`, `get_permanent_code`, …).
pub fn signed_query(suite_key: &str, suite_secret: &Secret, ticket: &Secret, at: DateTime<Utc>) -> String {
    let at = at.timestamp_millis().to_string();
    let signature = crate::sign::mac64(suite_secret.expose().as_bytes(), &format!("{at}\n{}", ticket.expose()));
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("accessKey", suite_key)
        .append_pair("timestamp", &at)
        .append_pair("suiteTicket", ticket.expose())
        .append_pair("signature", &signature)
        .finish()
}
