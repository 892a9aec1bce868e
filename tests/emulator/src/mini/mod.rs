//! The platforms of mini-programs: who exists there, which codes and tokens are good.

pub(crate) mod alipay;
pub(crate) mod dingtalk;
pub(crate) mod notice;
pub(crate) mod subscribe;
pub(crate) mod wechat;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crypto::{hex, sha256};
use crate::state::State;

/// A platform that is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mini {
    /// 微信
    Wechat,
    /// 支付宝
    Alipay,
    /// 钉钉
    Dingtalk,
}

/// What a code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Login,
    Phone,
}

#[derive(Debug)]
struct Given {
    platform: Mini,
    good_for: Use,
    app: String,
    mobile: String,
    at: DateTime<Utc>,
    spent: bool,
}

#[derive(Debug)]
struct Token {
    platform: Mini,
    text: String,
    /// At DingTalk, whose.
    corp: String,
    until: DateTime<Utc>,
    revoked: bool,
}

/// A notice that reached somebody.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Who delivered it.
    pub platform: Mini,
    /// The openid, the userid.
    pub to: String,
    /// The template.
    pub template: String,
    /// What it opens, at WeChat.
    pub page: String,
    /// Its values, as they were given.
    pub values: Value,
    /// `msgid`, `task_id`
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the platforms remember.
#[derive(Debug)]
pub(crate) struct Memory {
    codes: HashMap<String, Given>,
    tokens: Vec<Token>,
    /// `userid` at DingTalk by number.
    pub(crate) users: BTreeMap<String, String>,
    pub(crate) corps: HashSet<String>,
    /// Only the newest is good.
    pub(crate) ticket: String,
    /// Whether DingTalk tells numbers.
    pub(crate) tells_numbers: bool,
    /// Every call, as `wechat jscode2session`.
    pub(crate) calls: Vec<String>,
    /// Templates of subscribe messages with the keys of their values.
    pub(crate) templates: HashMap<String, Vec<String>>,
    /// Messages that somebody (openid) has agreed to get by a template.
    pub(crate) consents: HashMap<(String, String), u32>,
    pub(crate) told: Vec<Told>,
    tasks: Vec<notice::Task>,
    /// Those (userid) who read what DingTalk delivers.
    pub(crate) readers: HashSet<String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            codes: HashMap::new(),
            tokens: Vec::new(),
            users: BTreeMap::new(),
            corps: HashSet::from([dingtalk::CORP.to_owned()]),
            ticket: "EmulatedSuiteTicket-0".to_owned(),
            tells_numbers: true,
            calls: Vec::new(),
            templates: subscribe::TEMPLATES
                .iter()
                .map(|(id, keys)| ((*id).to_owned(), keys.iter().map(|key| (*key).to_owned()).collect()))
                .collect(),
            consents: HashMap::new(),
            told: Vec::new(),
            tasks: Vec::new(),
            readers: HashSet::new(),
        }
    }
}

/// Who somebody with this number is at a platform.
pub(crate) fn subject(platform: Mini, mobile: &str) -> String {
    let digest = hex(&sha256(mobile.as_bytes()));
    let short: String = digest.chars().take(20).collect();
    match platform {
        Mini::Wechat => format!("oEMU-{short}"),
        Mini::Alipay => format!("074emu-{short}"),
        Mini::Dingtalk => format!("user{short}"),
    }
}

fn app(platform: Mini) -> &'static str {
    match platform {
        Mini::Wechat => wechat::APPID,
        Mini::Alipay => alipay::APP,
        Mini::Dingtalk => dingtalk::CORP,
    }
}

/// A person with this number, known to all three platforms.
pub(crate) fn person(state: &mut State, mobile: &str) -> Value {
    let userid = subject(Mini::Dingtalk, mobile);
    state.mini.users.insert(mobile.to_owned(), userid.clone());
    json!({"wechat": {"openid": subject(Mini::Wechat, mobile)}, "alipay": {"open_id": subject(Mini::Alipay, mobile)},
        "dingtalk": {"corp": dingtalk::CORP, "userid": userid}})
}

/// A code for somebody, of the platform's own app or of another.
pub(crate) fn issue(state: &mut State, platform: Mini, good_for: Use, mobile: &str, other_app: Option<&str>) -> String {
    person(state, mobile);
    let code = format!("emu-{}-{:06}", if good_for == Use::Login { "login" } else { "phone" }, state.next());
    let app = other_app.unwrap_or(app(platform)).to_owned();
    let given = Given { platform, good_for, app, mobile: mobile.to_owned(), at: state.now(), spent: false };
    state.mini.codes.insert(code.clone(), given);
    code
}

/// Why a code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    Unknown,
    Spent,
    /// A login code where a phone code belongs, or the other way round: no correct client does that.
    OtherUse,
}

/// Spends a code: once, within five minutes, at its own app. Answers with the number of whose it is.
pub(crate) fn spend(state: &mut State, platform: Mini, good_for: Use, app: &str, code: &str) -> Result<String, Unfit> {
    let now = state.now();
    let given = state.mini.codes.get_mut(code).ok_or(Unfit::Unknown)?;
    if given.good_for != good_for {
        return Err(Unfit::OtherUse);
    }
    if given.platform != platform || given.app != app || now - given.at > Duration::minutes(5) {
        return Err(Unfit::Unknown);
    }
    if given.spent {
        return Err(Unfit::Spent);
    }
    given.spent = true;
    Ok(given.mobile.clone())
}

/// A token that lives two hours.
pub(crate) fn grant(state: &mut State, platform: Mini, corp: &str) -> String {
    let text = format!("emu-token-{:06}", state.next());
    let until = state.now() + Duration::hours(2);
    state.mini.tokens.push(Token { platform, text: text.clone(), corp: corp.to_owned(), until, revoked: false });
    text
}

/// The tokens of a platform are good no more, from one moment to the next.
pub(crate) fn revoke(state: &mut State, platform: Mini) {
    state.mini.tokens.iter_mut().filter(|token| token.platform == platform).for_each(|token| token.revoked = true);
}

/// The answer to one request.
pub(crate) fn answer(state: &mut State, platform: Mini, call: &Call<'_>) -> (http::StatusCode, Value) {
    state.mini.calls.push(format!("{} {}", name(platform), call.op));
    match platform {
        Mini::Wechat => (http::StatusCode::OK, wechat::answer(state, call)),
        Mini::Alipay => (http::StatusCode::OK, alipay::answer(state, call)),
        Mini::Dingtalk => dingtalk::answer(state, call),
    }
}

fn name(platform: Mini) -> &'static str {
    match platform {
        Mini::Wechat => "wechat",
        Mini::Alipay => "alipay",
        Mini::Dingtalk => "dingtalk",
    }
}

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a http::Method,
    pub(crate) headers: &'a http::HeaderMap,
    pub(crate) path: &'a str,
    pub(crate) op: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) body: &'a [u8],
}

impl<'a> Call<'a> {
    pub(crate) fn of(platform: Mini, head: &'a http::request::Parts, body: &'a [u8]) -> Self {
        let path = head.uri.path();
        let op = match platform {
            Mini::Alipay => {
                crate::oidc::fields(&String::from_utf8_lossy(body)).get("method").cloned().unwrap_or_default()
            }
            Mini::Wechat | Mini::Dingtalk => path.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        let query = crate::oidc::fields(head.uri.query().unwrap_or_default());
        Self { method: &head.method, headers: &head.headers, path, op, query, body }
    }

    fn asked(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }
}
