//! The platforms' examples in `vectors/`.

use serde_json::Value;
use zhibu_core::Secret;

use super::wechat::{is_scene, is_template_value, judge, old_data, read_phone};
use super::{Envelope, text};
use crate::Fault;

const WECHAT: &str = include_str!("../../vectors/wechat_mini.json");

fn cases(suite: &str, kind: &str, count: usize) -> Vec<Value> {
    let suite: Value = serde_json::from_str(suite).unwrap();
    let all = suite["cases"].as_array().unwrap().iter();
    let cases: Vec<Value> = all.filter(|case| case["kind"] == kind).cloned().collect();
    assert_eq!(cases.len(), count, "{kind}");
    cases
}

fn of<'a>(value: &'a Value, name: &str) -> &'a str {
    text(value, name).unwrap_or_else(|| panic!("{name}"))
}

/// Every sealed push of a suite.
fn opened(suite: &str, count: usize) {
    for case in cases(suite, "corp_open", count) {
        let input = &case["input"];
        let envelope =
            Envelope::new(Secret::new(of(input, "token")), &Secret::new(of(input, "aes_key")), of(input, "owner"));
        let message = envelope.unwrap().open(
            of(input, "msg_signature"),
            of(input, "timestamp"),
            of(input, "nonce"),
            of(input, "encrypt"),
        );
        let expected = case["expect"]["ok"].as_bool().unwrap().then(|| of(&case["expect"], "plaintext").as_bytes());
        assert_eq!(message.as_deref(), expected, "{}", case["id"]);
    }
}

#[test]
fn mini_1_1_wechat_answers_are_judged() {
    for case in cases(WECHAT, "http_sample", 8) {
        let (id, body) = (of(&case, "id"), case["expect"]["body"].clone());
        let outcome = judge(200, body);
        let kind = outcome.as_ref().err().map(|error| error.kind);
        let expected = match id.rsplit('.').next().unwrap() {
            "ok" | "new" => None,
            "40029" | "40163" | "40226" => Some(Fault::Rejected),
            "45011" => Some(Fault::RateLimited { retry_after: None }),
            "-1" => Some(Fault::Unavailable),
            "40125" => Some(Fault::AuthConfig),
            other => panic!("{other}"),
        };
        assert_eq!(kind, expected, "{id}");
        match outcome {
            Ok(body) if id == "phone.new" => {
                let info = &body["phone_info"];
                assert_eq!(read_phone(info, "wxvector000000001").unwrap(), "13800000001");
                assert_eq!(read_phone(info, "wxother").unwrap_err().kind, Fault::Invalid);
                let mut abroad = info.clone();
                abroad["countryCode"] = "852".into();
                assert_eq!(read_phone(&abroad, "wxvector000000001").unwrap_err().kind, Fault::Rejected);
            }
            Ok(body) => assert_eq!(of(&body, "openid"), "oVEC-user_0001"),
            Err(error) => assert_eq!(error.provider_code.as_deref(), id.rsplit('.').next()),
        }
    }
}

#[test]
fn mini_1_1_wechat_data_of_old_clients_is_opened() {
    for case in cases(WECHAT, "encrypted_data", 3) {
        let input = &case["input"];
        let key = Secret::new(of(input, "session_key"));
        let data = old_data(&key, of(input, "iv"), of(input, "encryptedData"), of(input, "appid"));
        let expected: Option<Value> =
            case["expect"]["plaintext"].as_str().map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(data.is_some(), case["expect"]["ok"].as_bool().unwrap(), "{}", case["id"]);
        assert_eq!(data, expected, "{}", case["id"]);
    }
}

#[test]
fn mini_1_1_wechat_pushes_are_opened() {
    opened(WECHAT, 2);
    for case in cases(WECHAT, "push_url_check", 1) {
        let input = &case["input"];
        let suite: Value = serde_json::from_str(WECHAT).unwrap();
        let key = Secret::new(of(&suite["config"], "push_aes_key"));
        let envelope = Envelope::new(Secret::new(of(input, "token")), &key, "").unwrap();
        let signed = |nonce| envelope.is_signed(of(input, "signature"), of(input, "timestamp"), nonce);
        assert!(signed(of(input, "nonce")) && !signed("another"));
    }
}

#[test]
fn mini_1_1_wechat_rules_of_scenes_and_templates() {
    for case in cases(WECHAT, "scene", 7) {
        assert_eq!(is_scene(case["input"]["scene"].as_str().unwrap()), case["expect"]["ok"], "{}", case["id"]);
    }
    for case in cases(WECHAT, "subscribe_value", 12) {
        let input = &case["input"];
        assert_eq!(is_template_value(of(input, "key"), of(input, "value")), case["expect"]["ok"], "{}", case["id"]);
    }
}
