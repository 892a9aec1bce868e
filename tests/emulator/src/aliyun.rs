//! Aliyun Dysms (阿里云短信), strict: ACS3 is checked as a whole before anything is looked at.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{Duration, NaiveDate, NaiveDateTime};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};

use crate::crypto::{self, decode, encode, hex, hmac};
use crate::serve::with;
use crate::state::{Part, Sent, State};
use crate::voice;

/// The one account.
pub(crate) const KEY: (&str, &str) = ("VECTORAKID0000000001", "VectorAccessKeySecret0000000001");
const SIGNATURES: &[&str] = &["党建云", "A*B~C", "南湖支部"];
/// Approved templates and their variables.
const TEMPLATES: &[(&str, &[&str])] =
    &[("SMS_000000001", &["code"]), ("SMS_000000002", &["name"]), ("SMS_000000003", &["code", "minutes"])];
/// Seconds and messages: what one number may get.
const LIMITS: &[(i64, usize)] = &[(60, 1), (3600, 5), (86_400, 10)];

/// A refusal: status, code, and whether a correct client could have caused it.
pub(crate) type Refusal = (StatusCode, &'static str, bool);

pub(crate) const fn wrong(code: &'static str) -> Refusal {
    (StatusCode::BAD_REQUEST, code, true)
}

pub(crate) const fn business(code: &'static str) -> Refusal {
    (StatusCode::OK, code, false)
}

pub(crate) type Query = BTreeMap<String, String>;

/// The answer to one request.
pub(crate) fn answer(state: &mut State, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
    let request_id = format!("DOUBLE-{:08}", state.next());
    let outcome = check(state, head, body).and_then(|query| work(state, head, &query));
    match outcome {
        Ok(answer) => (StatusCode::OK, with(answer, &json!({"Code": "OK", "Message": "OK", "RequestId": request_id}))),
        Err((status, code, at_fault)) => {
            if at_fault {
                state.report.push(format!("aliyun: {code}"));
            }
            (status, json!({"Code": code, "Message": code, "RequestId": request_id}))
        }
    }
}

fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    let mut all = head.headers.get_all(name).iter();
    let value = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(value)
}

/// The signature, its time and its nonce; gives the parameters.
fn check(state: &mut State, head: &Parts, body: &Bytes) -> Result<Query, Refusal> {
    if head.method != http::Method::POST || head.uri.path() != "/" {
        return Err(wrong("UnsupportedHTTPMethod"));
    }
    let unsigned = || wrong("IncompleteSignature");
    let authorization = header(head, "authorization").ok_or_else(unsigned)?;
    let (algorithm, fields) = authorization.split_once(' ').ok_or_else(unsigned)?;
    let hash: crypto::Hash = match algorithm {
        "ACS3-HMAC-SHA256" => crypto::sha256,
        "ACS3-HMAC-SM3" => crypto::sm3,
        _ => return Err(unsigned()),
    };
    let fields: Vec<&str> = fields.split(',').collect();
    let [credential, names, signature] = fields.as_slice() else { return Err(unsigned()) };
    let credential = credential.strip_prefix("Credential=").ok_or_else(unsigned)?;
    let names = names.strip_prefix("SignedHeaders=").ok_or_else(unsigned)?;
    let signature = signature.strip_prefix("Signature=").ok_or_else(unsigned)?;
    if credential != KEY.0 {
        return Err((StatusCode::NOT_FOUND, "InvalidAccessKeyId.NotFound", true));
    }
    in_time(state, head)?;
    let query = parameters(head.uri.query().unwrap_or_default()).ok_or_else(|| wrong("InvalidParameter"))?;
    if !matches(hash, head, body, (names, &query, signature)) {
        return Err(wrong("SignatureDoesNotMatch"));
    }
    let nonce = header(head, "x-acs-signature-nonce").filter(|nonce| nonce.len() >= 16);
    let nonce = nonce.ok_or_else(|| wrong("MissingSignatureNonce"))?;
    if !state.nonces.insert(nonce.to_owned()) {
        return Err(wrong("SignatureNonceUsed"));
    }
    if header(head, "x-acs-version") != Some("2017-05-25") {
        return Err(wrong("InvalidVersion"));
    }
    Ok(query)
}

fn in_time(state: &State, head: &Parts) -> Result<(), Refusal> {
    let date = header(head, "x-acs-date").ok_or_else(|| wrong("MissingTimeStamp"))?;
    let date = NaiveDateTime::parse_from_str(date, "%Y-%m-%dT%H:%M:%SZ");
    let date = date.map_err(|_| wrong("InvalidTimeStamp.Format"))?.and_utc();
    if (state.now() - date).abs() > Duration::minutes(15) { Err(wrong("InvalidTimeStamp.Expired")) } else { Ok(()) }
}

fn parameters(query: &str) -> Option<Query> {
    let mut all = Query::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        if all.insert(decode(name)?, decode(value)?).is_some() {
            return None;
        }
    }
    Some(all)
}

/// Every header that matters must be signed, in order, and everything together must give the signature.
fn matches(hash: crypto::Hash, head: &Parts, body: &Bytes, signed: (&str, &Query, &str)) -> bool {
    let (names, query, signature) = signed;
    let must = |name: &str| name == "host" || name == "content-type" || name.starts_with("x-acs-");
    let mut expected: Vec<&str> = head.headers.keys().map(http::HeaderName::as_str).filter(|name| must(name)).collect();
    expected.sort_unstable();
    let body_hash = hex(&hash(body));
    if names != expected.join(";") || header(head, "x-acs-content-sha256") != Some(&body_hash) {
        return false;
    }
    let mut text = String::from("POST\n/\n");
    let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    text += &pairs.join("&");
    text += "\n";
    for name in expected {
        let Some(value) = header(head, name) else { return false };
        text += &format!("{name}:{}\n", value.trim());
    }
    text += &format!("\n{names}\n{body_hash}");
    let algorithm = header(head, "authorization").and_then(|text| text.split(' ').next()).unwrap_or_default();
    let to_sign = format!("{algorithm}\n{}", hex(&hash(text.as_bytes())));
    hex(&hmac(hash, KEY.1.as_bytes(), to_sign.as_bytes())) == signature
}

fn work(state: &mut State, head: &Parts, query: &Query) -> Result<Value, Refusal> {
    match header(head, "x-acs-action") {
        Some("SendSms") => send(state, query),
        Some("QuerySendDetails") => details(state, query),
        Some("SingleCallByTts") => voice::call(state, query),
        Some("QueryCallDetailByCallId") => voice::detail(state, query),
        _ => Err((StatusCode::NOT_FOUND, "InvalidAction.NotFound", true)),
    }
}

pub(crate) fn only(query: &Query, known: &[&str]) -> Result<(), Refusal> {
    if query.keys().all(|name| known.contains(&name.as_str())) { Ok(()) } else { Err(wrong("UnknownParameter")) }
}

pub(crate) fn is_mobile(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn send(state: &mut State, query: &Query) -> Result<Value, Refusal> {
    only(query, &["PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId"])?;
    let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let mobiles: Vec<&str> = given("PhoneNumbers").split(',').collect();
    if mobiles.len() > 1000 || !mobiles.iter().all(|mobile| is_mobile(mobile)) {
        return Err(business("isv.MOBILE_NUMBER_ILLEGAL"));
    }
    if !SIGNATURES.contains(&given("SignName")) {
        return Err(business("isv.SMS_SIGNATURE_ILLEGAL"));
    }
    let template = TEMPLATES.iter().find(|(code, _)| *code == given("TemplateCode"));
    let (_, variables) = template.ok_or_else(|| business("isv.SMS_TEMPLATE_ILLEGAL"))?;
    let params: Value = serde_json::from_str(given("TemplateParam")).unwrap_or_default();
    let object = params.as_object().ok_or_else(|| wrong("isv.INVALID_JSON_PARAM"))?;
    if !object.values().all(Value::is_string) {
        return Err(wrong("isv.INVALID_JSON_PARAM"));
    }
    if !variables.iter().all(|name| object.contains_key(*name)) {
        return Err(wrong("isv.TEMPLATE_MISSING_PARAMETERS"));
    }
    let full = |mobile: &&str| LIMITS.iter().any(|(span, most)| state.recent(Part::Aliyun, mobile, *span) >= *most);
    if mobiles.iter().any(full) {
        return Err(business("isv.BUSINESS_LIMIT_CONTROL"));
    }
    let id = format!("9006197469364{:05}^0", state.next());
    for mobile in mobiles {
        state.sent.push(Sent {
            provider: Part::Aliyun,
            mobile: mobile.to_owned(),
            signature: given("SignName").to_owned(),
            template: given("TemplateCode").to_owned(),
            params: params.clone(),
            reference: given("OutId").to_owned(),
            id: id.clone(),
            at: state.now(),
        });
    }
    Ok(json!({"BizId": id}))
}

fn details(state: &State, query: &Query) -> Result<Value, Refusal> {
    only(query, &["PhoneNumber", "SendDate", "BizId", "PageSize", "CurrentPage"])?;
    let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let number = |name: &str| given(name).parse::<usize>().ok().filter(|number| *number > 0);
    let missing = || wrong("MissingParameter");
    let size = number("PageSize").filter(|size| *size <= 50).ok_or_else(missing)?;
    let page = number("CurrentPage").ok_or_else(missing)?;
    let day = NaiveDate::parse_from_str(given("SendDate"), "%Y%m%d").map_err(|_| missing())?;
    let fits = |sent: &&Sent| {
        sent.provider == Part::Aliyun
            && sent.mobile == given("PhoneNumber")
            && (sent.at + Duration::hours(8)).date_naive() == day
            && query.get("BizId").is_none_or(|id| *id == sent.id)
    };
    let all: Vec<&Sent> = state.sent.iter().filter(fits).collect();
    let show = |sent: &&Sent| {
        json!({"PhoneNum": sent.mobile, "SendStatus": 3, "ErrCode": "DELIVERED", "TemplateCode": sent.template,
            "OutId": sent.reference, "SendDate": sent.at.format("%Y-%m-%d %H:%M:%S").to_string()})
    };
    let rows: Vec<Value> = all.iter().skip((page - 1) * size).take(size).map(show).collect();
    Ok(json!({"TotalCount": all.len().to_string(), "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}}))
}

/// What the carrier pushes about a message.
pub(crate) fn receipt(sent: &Sent, delivered: bool) -> Value {
    let at = (sent.at + Duration::hours(8)).format("%Y-%m-%d %H:%M:%S").to_string();
    json!([{"phone_number": sent.mobile, "send_time": at, "report_time": at, "success": delivered,
        "err_code": if delivered { "DELIVERED" } else { "MOBILE_NOT_ON_SERVICE" }, "err_msg": "", "sms_size": "1",
        "biz_id": sent.id, "out_id": sent.reference}])
}
