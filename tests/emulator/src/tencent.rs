//! Tencent Cloud SMS (腾讯云短信), strict: TC3 is checked as a whole, and every refusal is a 200.

use bytes::Bytes;
use chrono::{DateTime, Duration};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::crypto::{hex, hmac, sha256};
use crate::serve::with;
use crate::state::{Part, Sent, State};

/// The one account.
const KEY: (&str, &str) = ("VECTORTCID000000000000000000000001", "VectorTcSecretKey00000000000001");
const APP: &str = "1400000001";
const SIGNATURES: &[&str] = &["党建云", "南湖支部"];
/// Approved templates and how many values they take.
const TEMPLATES: &[(&str, usize)] = &[("1000001", 2), ("1000002", 1)];
const DAILY: usize = 10;

/// A refusal: code, and whether a correct client could have caused it.
type Refusal = (&'static str, bool);

const fn wrong(code: &'static str) -> Refusal {
    (code, true)
}

/// The answer to one request.
pub(crate) fn answer(state: &mut State, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
    let request_id = format!("double-{:08}", state.next());
    let outcome = check(state, head, body).and_then(|()| work(state, head, body));
    let response = outcome.unwrap_or_else(|(code, at_fault)| {
        if at_fault {
            state.report.push(format!("tencent: {code}"));
        }
        json!({"Error": {"Code": code, "Message": code}})
    });
    (StatusCode::OK, json!({"Response": with(response, &json!({"RequestId": request_id}))}))
}

fn header<'a>(head: &'a Parts, name: &str) -> Result<&'a str, Refusal> {
    let value = head.headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or(wrong("MissingParameter"))
}

fn check(state: &State, head: &Parts, body: &Bytes) -> Result<(), Refusal> {
    if head.method != http::Method::POST || head.uri.path() != "/" || head.uri.query().is_some() {
        return Err(wrong("UnsupportedProtocol"));
    }
    let failure = wrong("AuthFailure.SignatureFailure");
    let unsigned = wrong("AuthFailure.InvalidAuthorization");
    let fields = header(head, "authorization")?.strip_prefix("TC3-HMAC-SHA256 Credential=").ok_or(unsigned)?;
    let (credential, rest) = fields.split_once(", SignedHeaders=").ok_or(unsigned)?;
    let (names, signature) = rest.split_once(", Signature=").ok_or(unsigned)?;
    let (id, scope) = credential.split_once('/').ok_or(unsigned)?;
    let stamp: i64 = header(head, "x-tc-timestamp")?.parse().map_err(|_| wrong("InvalidParameter"))?;
    let at = DateTime::from_timestamp(stamp, 0).ok_or(wrong("InvalidParameter"))?;
    if (state.now().timestamp() - stamp).abs() > 300 {
        return Err(wrong("AuthFailure.SignatureExpire"));
    }
    if id != KEY.0 {
        return Err(wrong("AuthFailure.SecretIdNotFound"));
    }
    let day = at.date_naive().to_string();
    if scope != format!("{day}/sms/tc3_request") {
        return Err(failure);
    }
    if header(head, "content-type")? != "application/json; charset=utf-8" {
        return Err(failure);
    }
    let listed: Vec<&str> = names.split(';').collect();
    if !listed.is_sorted() || !["content-type", "host"].iter().all(|name| listed.contains(name)) {
        return Err(failure);
    }
    let mut text = String::from("POST\n/\n\n");
    for name in listed {
        text += &format!("{name}:{}\n", header(head, name)?.to_lowercase().trim());
    }
    text += &format!("\n{names}\n{}", hex(&sha256(body)));
    let to_sign = format!("TC3-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&sha256(text.as_bytes())));
    let chain = [day.as_str(), "sms", "tc3_request", &to_sign];
    let start = format!("TC3{}", KEY.1).into_bytes();
    let made = chain.iter().fold(start, |key, text| hmac(sha256, &key, text.as_bytes()).to_vec());
    if hex(&made) == signature { Ok(()) } else { Err(failure) }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Send {
    phone_number_set: Vec<String>,
    sms_sdk_app_id: String,
    template_id: String,
    sign_name: String,
    template_param_set: Vec<String>,
    #[serde(default)]
    session_context: String,
}

fn work(state: &mut State, head: &Parts, body: &Bytes) -> Result<Value, Refusal> {
    if header(head, "x-tc-version")? != "2021-01-11" {
        return Err(wrong("NoSuchVersion"));
    }
    if header(head, "x-tc-action")? != "SendSms" {
        return Err(wrong("InvalidAction"));
    }
    if !header(head, "x-tc-region")?.starts_with("ap-") {
        return Err(wrong("UnsupportedRegion"));
    }
    let send: Send = serde_json::from_slice(body).map_err(|_| wrong("InvalidParameter"))?;
    if send.phone_number_set.is_empty() || send.phone_number_set.len() > 200 || send.session_context.len() > 512 {
        return Err(wrong("InvalidParameterValue"));
    }
    if send.sms_sdk_app_id != APP {
        return Err(("UnauthorizedOperation.SmsSdkAppIdVerifyFail", false));
    }
    if !SIGNATURES.contains(&send.sign_name.as_str()) {
        return Err(("FailedOperation.SignatureIncorrectOrUnapproved", false));
    }
    let template = TEMPLATES.iter().find(|(id, _)| *id == send.template_id);
    let (_, count) = template.ok_or(("FailedOperation.TemplateIncorrectOrUnapproved", false))?;
    if send.template_param_set.len() != *count {
        return Err(wrong("FailedOperation.TemplateParamSetNotMatchApprovedTemplate"));
    }
    let statuses: Vec<Value> = send.phone_number_set.iter().map(|number| one(state, &send, number)).collect();
    Ok(json!({"SendStatusSet": statuses}))
}

/// Each number has a status of its own.
fn one(state: &mut State, send: &Send, number: &str) -> Value {
    let status = |id: &str, code: &str| {
        json!({"SerialNo": id, "PhoneNumber": number, "Fee": u8::from(code == "Ok"),
            "SessionContext": send.session_context, "Code": code, "Message": code, "IsoCode": "CN"})
    };
    let mobile = number.strip_prefix("+86").filter(|rest| rest.len() == 11 && rest.starts_with('1'));
    let Some(mobile) = mobile else { return status("", "InvalidParameterValue.IncorrectPhoneNumber") };
    if state.recent(Part::Tencent, mobile, 86_400) >= DAILY {
        return status("", "LimitExceeded.PhoneNumberDailyLimit");
    }
    let id = format!("5000:{:028}", state.next());
    state.sent.push(Sent {
        provider: Part::Tencent,
        mobile: mobile.to_owned(),
        signature: send.sign_name.clone(),
        template: send.template_id.clone(),
        params: json!(send.template_param_set),
        reference: send.session_context.clone(),
        id: id.clone(),
        at: state.now(),
    });
    status(&id, "Ok")
}

/// What the carrier pushes about a message.
pub(crate) fn receipt(sent: &Sent, delivered: bool) -> Value {
    let at = (sent.at + Duration::hours(8)).format("%Y-%m-%d %H:%M:%S").to_string();
    json!([{"user_receive_time": at, "nationcode": "86", "mobile": sent.mobile, "description": "",
        "report_status": if delivered { "SUCCESS" } else { "FAIL" },
        "errmsg": if delivered { "DELIVRD" } else { "UNDELIV" }, "sid": sent.id}])
}
