//! The carriers' examples in `vectors/`: every case that a client or a receipt answers for.

use serde_json::Value;
use zhibu_core::Secret;

use crate::sign::{AccessKey, Acs, Hash, Signed, Tc, acs3, hex, meeting, tc3, tc3_key};
use crate::sms::receipt;

fn cases(suite: &str, kind: &str) -> Vec<Value> {
    let suite: Value = serde_json::from_str(suite).unwrap();
    let all = suite["cases"].as_array().unwrap().iter();
    all.filter(|case| case["kind"] == kind).cloned().collect()
}

const ALIYUN: &str = include_str!("../vectors/aliyun.json");
const TENCENT: &str = include_str!("../vectors/tencent.json");

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}"))
}

fn same(case: &Value, signed: &Signed) {
    let (id, expect) = (&case["id"], &case["expect"]);
    assert_eq!(signed.canonical, text(expect, "canonical_request"), "{id}");
    assert_eq!(signed.string_to_sign, text(expect, "string_to_sign"), "{id}");
    assert_eq!(signed.authorization, text(expect, "authorization"), "{id}");
}

#[test]
fn aliyun_requests_are_signed_as_published() {
    let cases = cases(ALIYUN, "sign_request");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let input = &case["input"];
        let key = AccessKey {
            id: text(input, "access_key_id").to_owned(),
            secret: Secret::new(text(input, "access_key_secret")),
        };
        let hash = match text(input, "algorithm") {
            "ACS3-HMAC-SHA256" => Hash::Sha256,
            "ACS3-HMAC-SM3" => Hash::Sm3,
            other => panic!("{other}"),
        };
        let pairs = |name: &str| -> Vec<(String, String)> {
            let all = input[name].as_object().unwrap().iter();
            all.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
        };
        let query = pairs("query");
        let headers = pairs("headers");
        let request = Acs {
            method: text(input, "method"),
            path: text(input, "path"),
            query: query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect(),
            headers: headers.into_iter().map(|(name, value)| (&*name.leak(), value)).collect(),
            body: text(input, "body").as_bytes(),
        };
        let signed = acs3(hash, &key, &request);
        same(&case, &signed);
        assert_eq!(signed.canonical_query, text(&case["expect"], "canonical_query"));
        assert_eq!(signed.body_hash, text(&case["expect"], "x-acs-content-sha256"));
    }
}

fn tencent_key(input: &Value) -> AccessKey {
    AccessKey { id: text(input, "secret_id").to_owned(), secret: Secret::new(text(input, "secret_key")) }
}

#[test]
fn tencent_requests_are_signed_as_published() {
    let cases = cases(TENCENT, "sign_request");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let input = &case["input"];
        let key = tencent_key(input);
        let at = chrono::DateTime::from_timestamp(input["timestamp"].as_i64().unwrap(), 0).unwrap();
        let request = Tc {
            host: text(input, "host"),
            service: text(input, "service"),
            action: input["sign_action"].as_bool().unwrap().then(|| text(input, "action")),
            payload: text(input, "payload"),
            at,
        };
        same(&case, &tc3(&key, &request));
        let day = at.format("%Y-%m-%d").to_string();
        assert_eq!(hex(&tc3_key(&key, &day, "sms")), text(&case["expect"], "signing_key_hex"));
    }
}

#[test]
fn tencent_meetings_are_signed_as_published() {
    let cases = cases(TENCENT, "meeting_sign");
    assert_eq!(cases.len(), 1);
    for case in cases {
        let input = &case["input"];
        let head = format!(
            "X-TC-Key={}&X-TC-Nonce={}&X-TC-Timestamp={}",
            text(input, "secret_id"),
            text(input, "nonce"),
            input["timestamp"]
        );
        let key = tencent_key(input);
        let signature = meeting(&key.secret, text(input, "method"), &head, text(input, "uri"), text(input, "body"));
        assert_eq!(signature, text(&case["expect"], "signature"));
    }
}

#[test]
fn tencent_answers_are_judged_number_by_number() {
    use crate::sms::tencent::{judge, statuses};
    let cases = cases(TENCENT, "http_sample");
    assert_eq!(cases.len(), 2);
    let response = |case: &Value| case["expect"]["body"]["Response"].clone();
    let partial = judge(200, response(&cases[0])).unwrap();
    let numbers = |good: bool| -> Vec<Value> {
        statuses(&partial).filter(|(_, outcome)| outcome.is_ok() == good).map(|(number, _)| number.into()).collect()
    };
    assert_eq!(Value::from(numbers(true)), cases[0]["expect"]["sent"]);
    assert_eq!(Value::from(numbers(false)), cases[0]["expect"]["failed"]);
    let refused = judge(200, response(&cases[1])).unwrap_err();
    assert_eq!(refused.kind, crate::Fault::AuthConfig);
    assert_eq!(refused.provider_code.as_deref(), Some("AuthFailure.SignatureFailure"));
    assert_eq!(refused.request_id.as_deref(), Some("vec"));
}

#[test]
fn receipts_are_read() {
    let body = |case: &Value| serde_json::to_vec(&case["input"]["body"]).unwrap();
    let cases_aliyun = cases(ALIYUN, "receipt");
    assert_eq!(cases_aliyun.len(), 2);
    let [sms, voice] = cases_aliyun.as_slice() else { panic!("two") };
    let receipts = receipt::aliyun(&body(sms)).unwrap();
    let references = |delivered: bool| -> Vec<Value> {
        let these = receipts.iter().filter(|receipt| receipt.delivered == delivered);
        these.map(|receipt| receipt.reference.clone().unwrap().into()).collect()
    };
    assert_eq!(Value::from(references(true)), sms["expect"]["delivered"]);
    assert_eq!(Value::from(references(false)), sms["expect"]["failed"]);
    assert_eq!(receipts[1].id, "900619746936498441^0");
    assert_eq!(receipts[1].mobile, "13800000002");
    assert_eq!(receipts[1].code, "MOBILE_NOT_ON_SERVICE");
    assert_eq!(receipt::aliyun_thanks(), sms["expect"]["reply"]);

    let calls = crate::voice::receipt::aliyun(&body(voice)).unwrap();
    let answered: Vec<Value> = calls.iter().map(|call| call.reference.clone().unwrap().into()).collect();
    assert_eq!(Value::from(answered), voice["expect"]["answered"]);
    assert_eq!(calls[0].outcome, crate::voice::VoiceOutcome::Answered { seconds: 17 });
    assert_eq!((calls[0].id.as_str(), calls[0].mobile.as_str()), ("116012354148^102813780001", "13800000001"));
    assert_eq!(crate::voice::receipt::aliyun_thanks(), voice["expect"]["reply"]);

    let cases_tencent = cases(TENCENT, "receipt");
    assert_eq!(cases_tencent.len(), 1);
    let receipts = receipt::tencent(&body(&cases_tencent[0])).unwrap();
    assert_eq!(receipts.len(), 1);
    assert!(receipts[0].delivered);
    assert_eq!(receipts[0].id, "5000:1045710669157053657849499619");
    assert_eq!(receipt::tencent_thanks(), cases_tencent[0]["expect"]["reply"]);
}

#[test]
fn pc_2_6_requests_for_tickets_are_signed_as_described() {
    use crate::sso::{Algorithm, Call};
    let suite: Value = serde_json::from_str(include_str!("../vectors/sso.json")).unwrap();
    let cases = cases(include_str!("../vectors/sso.json"), "mint");
    assert_eq!(cases.len(), 23);
    for case in cases {
        let (input, headers) = (&case["input"], &case["input"]["headers"]);
        let call = Call {
            algorithm: Algorithm::named(text(headers, "X-Sso-Algorithm")).unwrap(),
            method: text(input, "method"),
            path: text(input, "path"),
            app: text(headers, "X-Sso-App"),
            timestamp: text(headers, "X-Sso-Timestamp"),
            nonce: text(headers, "X-Sso-Nonce"),
            body: text(input, "body").as_bytes(),
        };
        // One body was changed after it was signed.
        let changed = case["id"] == "mint.bad.body";
        assert_eq!(call.string_to_sign() == text(&case["expect"], "string_to_sign"), !changed, "{}", case["id"]);
        let secret = Secret::new(text(&suite["config"]["apps"][call.app], "secret"));
        assert_eq!(call.signature(&secret) == text(&case["expect"], "signature"), !changed, "{}", case["id"]);
        let refused = case["expect"]["code"] == "SIGNATURE_INVALID";
        assert_eq!(call.is_signed(&secret, text(headers, "X-Sso-Signature")), !refused, "{}", case["id"]);
    }
}
