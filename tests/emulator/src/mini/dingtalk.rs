//! DingTalk, strict: both hosts on one port, told apart by path; and its pushes, sealed.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::alipay::padded;
use super::{Call, Mini, Use, grant, notice, spend, subject};
use crate::crypto::{base64, hex, unbase64};
use crate::openssl::{cbc, sha1};
use crate::serve::with;
use crate::state::State;

/// The one suite.
pub(crate) const SUITE_KEY: &str = "suiteemulated00000001";
/// Its secret.
pub(crate) const SUITE_SECRET: &str = "EmulatedSuiteSecret-00000000000000000000000001";
/// The token of its pushes.
pub(crate) const TOKEN: &str = "EmulatedPushToken";
/// The key of its pushes: the last character holds spare bits.
pub(crate) const AES_KEY: &str = "emulatedemulatedemulatedemulatedemulated123";
/// An organisation that has the suite from the beginning.
pub const CORP: &str = "dingemulated000000000000000000001";

/// What DingTalk tells a suite.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Push {
    /// The address is checked.
    Check,
    /// A new suite ticket; the one before is good no more.
    Ticket,
    /// An administrator has scanned the authorisation code.
    Authorise {
        /// corpId
        corp: String,
        /// What the organisation is called.
        name: String,
        /// The administrator's userid.
        admin: String,
    },
    /// The organisation has taken the suite away.
    Relieve {
        /// corpId
        corp: String,
    },
    /// Something else.
    Other,
}

pub(crate) fn answer(state: &mut State, call: &Call<'_>) -> (StatusCode, Value) {
    if call.method != http::Method::POST {
        state.report.push("dingtalk: every call is a POST".to_owned());
        return (StatusCode::METHOD_NOT_ALLOWED, json!({"code": "MethodNotAllowed"}));
    }
    match call.path {
        "/v1.0/oauth2/corpAccessToken" => corp_token(state, call),
        "/topapi/v2/user/getuserinfo" => (StatusCode::OK, old(state, call, user_info)),
        "/topapi/v2/user/get" => (StatusCode::OK, old(state, call, user)),
        "/topapi/message/corpconversation/sendbytemplate" => (StatusCode::OK, old(state, call, notice::send)),
        "/topapi/message/corpconversation/getsendresult" => (StatusCode::OK, old(state, call, notice::result)),
        _ => (StatusCode::NOT_FOUND, json!({"code": "NotFound", "message": "no such api", "requestid": "emu"})),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    suite_key: String,
    suite_secret: String,
    auth_corp_id: String,
    suite_ticket: String,
}

fn corp_token(state: &mut State, call: &Call<'_>) -> (StatusCode, Value) {
    let refuse = |code: &str| (StatusCode::BAD_REQUEST, json!({"code": code, "message": code, "requestid": "emu"}));
    let json_body =
        call.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let asked = serde_json::from_slice::<Asked>(call.body).ok().filter(|_| json_body && call.query.is_empty());
    let Some(asked) = asked else {
        state.report.push("dingtalk: corpAccessToken takes its four fields as JSON".to_owned());
        return refuse("invalidParameter");
    };
    if asked.suite_key != SUITE_KEY || asked.suite_secret != SUITE_SECRET {
        state.report.push("dingtalk: the suite is not authentic".to_owned());
        return refuse("invalidSuiteSecret");
    }
    if asked.suite_ticket != state.mini.ticket {
        return refuse("invalidSuiteTicket");
    }
    if !state.mini.corps.contains(&asked.auth_corp_id) {
        return refuse("invalidAuthCorp");
    }
    (StatusCode::OK, json!({"accessToken": grant(state, Mini::Dingtalk, &asked.auth_corp_id), "expireIn": 7200}))
}

type Work = fn(&mut State, &str, &Value) -> Result<Value, i64>;

/// The old family: the token is in the query, and every refusal is a 200.
fn old(state: &mut State, call: &Call<'_>, work: Work) -> Value {
    let now = state.now();
    let given = call.asked("access_token");
    let token = state.mini.tokens.iter().find(|token| token.platform == Mini::Dingtalk && token.text == given);
    if token.is_none() {
        state.report.push("dingtalk: no such token in the query".to_owned());
    }
    let corp = token.filter(|token| !token.revoked && token.until > now).map(|token| token.corp.clone());
    let Some(corp) = corp else {
        return json!({"errcode": 88, "sub_code": "40014", "sub_msg": "不合法的access_token", "errmsg": "ding talk error"});
    };
    match serde_json::from_slice(call.body).map_err(|_| 40_035).and_then(|body| work(state, &corp, &body)) {
        Ok(answer) => with(answer, &json!({"errcode": 0, "errmsg": "ok", "request_id": "emu"})),
        Err(88) => {
            json!({"errcode": 88, "sub_code": "60011", "sub_msg": "应用尚未开通所需的权限", "errmsg": "ding talk error"})
        }
        Err(code) => json!({"errcode": code, "errmsg": "refused", "request_id": "emu"}),
    }
}

fn user_info(state: &mut State, corp: &str, body: &Value) -> Result<Value, i64> {
    let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
    let mobile = spend(state, Mini::Dingtalk, Use::Login, corp, code).map_err(|_| 40_078)?;
    Ok(json!({"result": {"userid": subject(Mini::Dingtalk, &mobile), "unionid": "unionEmu", "sys": false,
        "sys_level": 0, "name": "某某", "associated_unionid": "assocEmu"}}))
}

fn user(state: &mut State, _: &str, body: &Value) -> Result<Value, i64> {
    if !state.mini.tells_numbers {
        return Err(88);
    }
    let userid = body.get("userid").and_then(Value::as_str).unwrap_or_default();
    let (mobile, _) = state.mini.users.iter().find(|(_, user)| *user == userid).ok_or(60_121)?;
    Ok(json!({"result": {"userid": userid, "name": "某某", "mobile": mobile, "state_code": "86"}}))
}

/// The message of a push; what it announces is so from now on.
pub(crate) fn message(state: &mut State, push: &Push) -> Value {
    let at = state.now().timestamp_millis();
    let id = state.next();
    let (kind, corp, data) = match push {
        Push::Check => {
            return json!({"EventType": "check_create_suite_url", "Random": "LPIdSnlF", "TestSuiteKey": SUITE_KEY});
        }
        Push::Ticket => {
            state.mini.ticket = format!("EmulatedSuiteTicket-{id}");
            let data =
                json!({"syncAction": "suite_ticket", "suiteTicket": state.mini.ticket, "syncSeq": id.to_string()});
            (2, CORP, data)
        }
        Push::Authorise { corp, name, admin } => {
            state.mini.corps.insert(corp.clone());
            let data = json!({"syncAction": "org_suite_auth", "syncSeq": id.to_string(),
                "auth_user_info": {"userId": admin}, "permanent_code": "EmulatedPermanentCode",
                "auth_info": {"agent": [{"agentid": super::notice::AGENT, "agent_name": "支部"}]},
                "auth_corp_info": {"corpid": corp, "corp_name": name, "is_authenticated": true}});
            (4, corp.as_str(), data)
        }
        Push::Relieve { corp } => {
            state.mini.corps.remove(corp);
            (4, corp.as_str(), json!({"syncAction": "org_suite_relieve", "syncSeq": id.to_string()}))
        }
        Push::Other => (13, CORP, json!({"syncAction": "user_add_org", "syncSeq": id.to_string()})),
    };
    json!({"EventType": "SYNC_HTTP_PUSH_HIGH", "bizData": [{"gmt_create": at, "gmt_modified": at, "biz_type": kind,
        "open_cursor": 0, "subscribe_id": "1000001_0", "id": id, "biz_id": "1000001", "biz_data": data.to_string(),
        "corp_id": corp, "status": 0}]})
}

fn signature(texts: &[&str]) -> String {
    let mut all = [&[TOKEN], texts].concat();
    all.sort_unstable();
    hex(&sha1(all.concat().as_bytes()).unwrap_or_default())
}

fn key() -> (Vec<u8>, Vec<u8>) {
    let key = unbase64(&format!("{AES_KEY}=")).unwrap_or_default();
    let iv = key.iter().take(16).copied().collect();
    (key, iv)
}

/// Query and body of a push.
pub(crate) fn sealed(message: &Value, at: i64, nonce: &str) -> (String, Value) {
    let text = message.to_string();
    let length = u32::try_from(text.len()).unwrap_or(0).to_be_bytes();
    let plain = [b"emulatorrandom16", &length[..], text.as_bytes(), SUITE_KEY.as_bytes()].concat();
    let (key, iv) = key();
    let encrypt = base64(&cbc(true, &key, &iv, &padded(plain, 32)).unwrap_or_default());
    let signature = signature(&[&at.to_string(), nonce, &encrypt]);
    (format!("signature={signature}&timestamp={at}&nonce={nonce}"), json!({"encrypt": encrypt}))
}

/// What a sealed answer says.
pub(crate) fn opened(answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let of = |name: &str| answer.get(name).and_then(Value::as_str);
    let (at, nonce, encrypt) = (of("timeStamp")?, of("nonce")?, of("encrypt")?);
    if signature(&[at, nonce, encrypt]) != of("msg_signature")? {
        return None;
    }
    let (key, iv) = key();
    let plain = cbc(false, &key, &iv, &unbase64(encrypt)?).ok()?;
    let pad = usize::from(*plain.last()?);
    let length = u32::from_be_bytes(plain.get(16..20)?.try_into().ok()?);
    let end = 20 + usize::try_from(length).ok()?;
    let owner = plain.get(end..plain.len().checked_sub(pad)?)?;
    (owner == SUITE_KEY.as_bytes() && (1..=32).contains(&pad) && plain.len() % 32 == 0)
        .then(|| String::from_utf8_lossy(plain.get(20..end).unwrap_or_default()).into_owned())
}
