//! The platforms' examples in `vectors/`.

use serde_json::Value;
use zhibu_core::Secret;

use super::alipay::{PhoneReply, content, der, form, open_phone, sign, signed_node};
use super::dingtalk::{Event, events, judge_new, judge_old, result, signed_query};
use super::wechat::{is_scene, is_template_value, judge, old_data, read_phone};
use super::{Envelope, text};
use crate::Fault;

const ALIPAY: &str = include_str!("../../vectors/alipay.json");
const DINGTALK: &str = include_str!("../../vectors/dingtalk.json");
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

fn key(owner: &str, half: &str) -> Vec<u8> {
    let keys: Value = serde_json::from_str(include_str!("../../vectors/keys.json")).unwrap();
    der(of(&keys[owner], half)).unwrap()
}

#[test]
fn mini_1_2_alipay_requests_are_signed_as_published() {
    for case in cases(ALIPAY, "sign_request", 7) {
        let (input, expect) = (&case["input"], &case["expect"]);
        let params: Vec<(&str, &str)> = input["params"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (&**name, value.as_str().unwrap()))
            .collect();
        assert_eq!(content(&params), of(expect, "sign_content"), "{}", case["id"]);
        let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(&key(of(input, "key"), "private")).unwrap();
        let signature = sign(&pair, &content(&params)).unwrap();
        assert_eq!(signature, of(expect, "sign"), "{}", case["id"]);
        let fields =
            |form: &str| -> std::collections::BTreeSet<String> { form.split('&').map(str::to_owned).collect() };
        assert_eq!(fields(&form(&params, &signature)), fields(of(expect, "form_body")), "{}", case["id"]);
    }
}

#[test]
fn mini_1_2_alipay_answers_are_verified_as_they_stand() {
    for case in cases(ALIPAY, "verify_response", 7) {
        let input = &case["input"];
        let key = key(of(input, "key"), "public");
        let (_, proven) = signed_node(of(input, "body").as_bytes(), of(input, "response_node"), &key).unwrap();
        assert_eq!(proven, case["expect"]["valid"], "{}", case["id"]);
    }
}

#[test]
fn mini_1_2_alipay_numbers_are_verified_then_decrypted() {
    for case in cases(ALIPAY, "phone", 3) {
        let input = &case["input"];
        let reply: PhoneReply = serde_json::from_str(of(input, "payload")).unwrap();
        let plain = open_phone(&reply, &key(of(input, "key"), "public"), &Secret::new(of(input, "aes_key")));
        let expected = case["expect"]["ok"].as_bool().unwrap().then(|| of(&case["expect"], "plaintext").as_bytes());
        assert_eq!(plain.as_deref(), expected, "{}", case["id"]);
    }
}

#[test]
fn mini_1_3_dingtalk_pushes_are_opened_and_answered() {
    opened(DINGTALK, 8);
    for case in cases(DINGTALK, "corp_reply", 1) {
        let input = &case["input"];
        let envelope =
            Envelope::new(Secret::new(of(input, "token")), &Secret::new(of(input, "aes_key")), of(input, "owner"));
        let random: [u8; 16] = of(input, "random16").as_bytes().try_into().unwrap();
        let sealed = envelope
            .unwrap()
            .sealed(of(input, "plaintext"), of(input, "timestamp"), of(input, "nonce"), random)
            .unwrap();
        assert_eq!(serde_json::to_value(sealed).unwrap(), case["expect"]["json"]);
    }
}

#[test]
fn mini_1_3_dingtalk_events_are_read() {
    let at = chrono::DateTime::from_timestamp(1_798_761_600, 0).unwrap();
    let corp = "dingcorp00000000000000000000000001".to_owned();
    for case in cases(DINGTALK, "corp_open", 8) {
        let Ok(message) = serde_json::from_str(of(&case["expect"], "plaintext")) else { continue };
        let expected = match of(&case, "id") {
            "cb.suite_ticket" => Event::SuiteTicket { ticket: Secret::new("VecSuiteTicket0001"), at },
            "cb.org_suite_auth" => Event::Authorised {
                corp: corp.clone(),
                name: "某某街道党工委".to_owned(),
                admin: "manager0001".to_owned(),
                agent: Some(2_574_800_001),
                at,
            },
            "cb.relieve" => Event::Relieved { corp: corp.clone(), at },
            "cb.tmp_auth_code" => Event::Other,
            _ => Event::Check,
        };
        assert_eq!(events(&message), [expected], "{}", case["id"]);
    }
}

#[test]
fn mini_1_3_dingtalk_answers_are_judged_and_old_calls_signed() {
    for case in cases(DINGTALK, "http_sample", 4) {
        let body = &case["expect"]["body"];
        match of(&case, "id") {
            "isv.corp_token.v1" => assert_eq!(judge_new(200, body).unwrap(), "VecCorpToken"),
            "user.getuserinfo" => {
                assert_eq!(of(result(&judge_old(200, body.clone()).unwrap()).unwrap(), "userid"), "user0001")
            }
            "user.getuserinfo.err" => assert_eq!(judge_old(200, body.clone()).unwrap_err().kind, Fault::Rejected),
            "token.err88" => {
                assert_eq!(judge_old(200, body.clone()).unwrap_err().provider_code.as_deref(), Some("40014"))
            }
            other => panic!("{other}"),
        }
    }
    for case in cases(DINGTALK, "isv_signature", 1) {
        let input = &case["input"];
        let at = chrono::DateTime::from_timestamp_millis(of(input, "timestamp_ms").parse().unwrap()).unwrap();
        let (secret, ticket) = (Secret::new(of(input, "suite_secret")), Secret::new(of(input, "suite_ticket")));
        assert_eq!(signed_query(of(input, "suite_key"), &secret, &ticket, at), of(&case["expect"], "query"));
    }
}
