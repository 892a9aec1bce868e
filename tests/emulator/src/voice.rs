//! Aliyun Dyvms (阿里云语音服务), strict: what comes here is signed already.

use chrono::{DateTime, Duration, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aliyun::{Query, Refusal, business, is_mobile, only, wrong};
use crate::state::State;

/// Numbers that the account has bought.
const NUMBERS: &[&str] = &["02500000000", "4001110000"];
/// Approved templates and their variables.
const TEMPLATES: &[(&str, &[&str])] = &[("TTS_000000001", &["text"]), ("TTS_000000002", &["name", "text"])];
/// Seconds and calls: what one number may get.
const LIMITS: &[(i64, usize)] = &[(60, 1), (3600, 5), (86_400, 20)];
/// 语音通知
const NOTICE: &str = "11000000300006";

/// How calls end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum End {
    /// Somebody listens.
    Answered {
        /// So long.
        seconds: u32,
    },
    /// 占线
    Busy,
    /// 无人接听
    NoAnswer,
    /// 拒接
    Refused,
    /// 关机
    Unreachable,
    /// 空号
    Failed,
    /// It goes on: no receipt, no record.
    Ringing,
}

impl End {
    /// The codes of the network and of the carrier.
    fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::Answered { .. } => ("200000", "ANSWERED"),
            Self::Busy => ("200002", "USER_BUSY"),
            Self::NoAnswer => ("200003", "NO_ANSWER"),
            Self::Refused => ("200005", "CALL_REJECTED"),
            Self::Unreachable => ("200010", "POWERED_OFF"),
            Self::Failed => ("200004", "INVALID_NUMBER"),
            Self::Ringing => ("200", ""),
        }
    }

    fn seconds(self) -> u32 {
        if let Self::Answered { seconds } = self { seconds } else { 0 }
    }
}

/// A call that was made.
#[derive(Debug, Clone, Serialize)]
pub struct Rung {
    /// The number, eleven digits.
    pub mobile: String,
    /// The number that it showed; empty when the carrier chose.
    pub show_number: String,
    /// The template.
    pub template: String,
    /// Its values.
    pub params: Value,
    /// `OutId`
    pub reference: String,
    /// `CallId`
    pub id: String,
    /// How it ended.
    pub end: End,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the telephones remember.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) rung: Vec<Rung>,
    pub(crate) order: Order,
}

impl Default for Memory {
    fn default() -> Self {
        Self { rung: Vec::new(), order: Order { end: End::Answered { seconds: 17 }, receipts: None } }
    }
}

/// How calls end from now on, and where their receipts go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) end: End,
    #[serde(default)]
    pub(crate) receipts: Option<String>,
}

/// What a configuration needs to know.
pub(crate) fn account() -> Value {
    json!({"key_id": crate::aliyun::KEY.0, "key_secret": crate::aliyun::KEY.1, "show_numbers": NUMBERS,
        "templates": TEMPLATES.iter().map(|(code, names)| json!({"id": code, "keys": names})).collect::<Vec<_>>()})
}

pub(crate) fn call(state: &mut State, query: &Query) -> Result<Value, Refusal> {
    only(query, &["CalledNumber", "CalledShowNumber", "TtsCode", "TtsParam", "PlayTimes", "Volume", "Speed", "OutId"])?;
    let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let mobile = given("CalledNumber");
    if !is_mobile(mobile) {
        return Err(business("isv.MOBILE_NUMBER_ILLEGAL"));
    }
    if query.get("CalledShowNumber").is_some_and(|number| !NUMBERS.contains(&number.as_str())) {
        return Err(business("isv.DISPLAY_NUMBER_ILLEGAL"));
    }
    let template = TEMPLATES.iter().find(|(code, _)| *code == given("TtsCode"));
    let (_, variables) = template.ok_or_else(|| business("isv.TTS_TEMPLATE_ILLEGAL"))?;
    if given("TtsParam").chars().count() >= 250 {
        return Err(wrong("isv.PARAM_LENGTH_LIMIT"));
    }
    let params: Value = serde_json::from_str(given("TtsParam")).unwrap_or_default();
    let object = params.as_object().filter(|all| all.values().all(Value::is_string));
    let object = object.ok_or_else(|| wrong("isv.INVALID_PARAMETERS"))?;
    if !variables.iter().all(|name| object.contains_key(*name)) {
        return Err(wrong("isv.TEMPLATE_MISSING_PARAMETERS"));
    }
    if query.get("PlayTimes").is_some_and(|times| !["1", "2", "3"].contains(&times.as_str())) {
        return Err(wrong("isv.INVALID_PARAMETERS"));
    }
    if given("OutId").len() > 15 {
        return Err(wrong("isv.PARAM_LENGTH_LIMIT"));
    }
    let now = state.now();
    let recent = |span: i64| {
        let these = |one: &&Rung| one.mobile == mobile && one.at > now - Duration::seconds(span);
        state.voice.rung.iter().filter(these).count()
    };
    if LIMITS.iter().any(|(span, most)| recent(*span) >= *most) {
        return Err(business("isv.BUSINESS_LIMIT_CONTROL"));
    }
    let id = format!("1160123{:05}^1028137{0:05}", state.next());
    let rung = Rung {
        mobile: mobile.to_owned(),
        show_number: given("CalledShowNumber").to_owned(),
        template: given("TtsCode").to_owned(),
        params: params.clone(),
        reference: given("OutId").to_owned(),
        id: id.clone(),
        end: state.voice.order.end,
        at: now,
    };
    state.voice.rung.push(rung);
    Ok(json!({"CallId": id}))
}

pub(crate) fn detail(state: &State, query: &Query) -> Result<Value, Refusal> {
    only(query, &["CallId", "ProdId", "QueryDate"])?;
    let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    // Thirteen digits: seconds are a mistake that finds nothing.
    let at = given("QueryDate").parse().ok().filter(|_| given("QueryDate").len() == 13);
    let at = at.and_then(DateTime::from_timestamp_millis).ok_or_else(|| wrong("isv.INVALID_PARAMETERS"))?;
    if given("ProdId") != NOTICE {
        return Err((StatusCode::BAD_REQUEST, "MissingProdId", true));
    }
    let day = |at: DateTime<Utc>| (at + Duration::hours(8)).date_naive();
    let found = state.voice.rung.iter().find(|one| one.id == given("CallId") && day(one.at) == day(at));
    let record = found.map(|one| {
        let (code, _) = one.end.codes();
        json!({"caller": "", "callee": one.mobile, "calleeShowNumber": one.show_number, "state": code, "stateDesc": code,
            "duration": one.end.seconds(), "gmtCreate": one.at.to_string(), "startDate": "", "endDate": ""})
    });
    // JSON inside the JSON; nothing at all for another day.
    Ok(json!({"Data": record.map_or_else(String::new, |record| record.to_string())}))
}

/// What the carrier pushes about a call.
pub(crate) fn receipt(rung: &Rung) -> Value {
    let (code, word) = rung.end.codes();
    let seconds = rung.end.seconds();
    let written = |at: DateTime<Utc>| (at + Duration::hours(8)).format("%Y-%m-%d %H:%M:%S").to_string();
    // Now text, now number, as the carrier does it.
    json!([{"call_id": rung.id, "callee": rung.mobile, "caller": rung.show_number, "status_code": code,
        "smart_status_code": word, "status_msg": "执行完成", "duration": seconds.to_string(), "b_duration": seconds,
        "start_time": written(rung.at), "end_time": written(rung.at + Duration::seconds(seconds.into())),
        "originate_time": written(rung.at), "hangup_direction": "用户", "voice_type": "voice",
        "out_id": rung.reference}])
}
