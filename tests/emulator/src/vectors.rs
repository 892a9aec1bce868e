//! What a strict counterpart must refuse, from the carriers' examples; and that it takes what is right.

use bytes::Bytes;
use chrono::DateTime;
use http::Request;
use http::request::Parts;
use serde_json::Value;

use crate::crypto::encode;
use crate::state::State;
use crate::{aliyun, tencent};

fn suite(text: &str, kind: &str) -> (State, Vec<Value>) {
    let suite: Value = serde_json::from_str(text).unwrap();
    let mut state = State::default();
    state.set_clock(DateTime::from_timestamp(suite["test_clock_unix"].as_i64().unwrap(), 0).unwrap());
    let all = suite["cases"].as_array().unwrap().iter();
    (state, all.filter(|case| case["kind"] == kind).cloned().collect())
}

const ALIYUN: &str = include_str!("../../../providers/vectors/aliyun.json");
const TENCENT: &str = include_str!("../../../providers/vectors/tencent.json");

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}"))
}

fn aliyun_request(case: &Value, authorization: &str) -> (Parts, Bytes) {
    let input = &case["input"];
    let query = input["query"].as_object().unwrap().iter();
    let query: Vec<String> = query.map(|(name, value)| format!("{name}={}", encode(value.as_str().unwrap()))).collect();
    let body = text(input, "body").to_owned();
    let mut request = Request::post(format!("{}?{}", text(input, "path"), query.join("&")));
    for (name, value) in input["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let hash = if text(input, "algorithm").ends_with("SM3") { crate::crypto::sm3 } else { crate::crypto::sha256 };
    let request = request
        .header("x-acs-content-sha256", crate::crypto::hex(&hash(body.as_bytes())))
        .header("authorization", authorization);
    (request.body(()).unwrap().into_parts().0, body.into())
}

#[test]
fn aliyun_refuses_what_is_forged() {
    let (_, cases) = suite(ALIYUN, "emulator_must_reject");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (mut state, _) = suite(ALIYUN, "");
        let (head, body) = aliyun_request(&case, text(&case["input"], "authorization"));
        let times = case["input"]["repeat"].as_u64().unwrap_or(1);
        for _ in 1..times {
            let (status, answer) = aliyun::answer(&mut state, &head, &body);
            assert_eq!((status.as_u16(), &answer["Code"]), (200, &"OK".into()), "{case}");
        }
        let (status, answer) = aliyun::answer(&mut state, &head, &body);
        assert_eq!(answer["Code"], case["expect"]["Code"], "{case}");
        assert_eq!(u64::from(status.as_u16()), case["expect"]["http"].as_u64().unwrap());
        assert_eq!(state.report.len(), 1, "it is reported");
    }
}

#[test]
fn aliyun_takes_every_right_signature() {
    let (_, cases) = suite(ALIYUN, "sign_request");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let (mut state, _) = suite(ALIYUN, "");
        let (head, body) = aliyun_request(&case, text(&case["expect"], "authorization"));
        let (_, answer) = aliyun::answer(&mut state, &head, &body);
        assert_ne!(answer["Code"], "SignatureDoesNotMatch", "{case}");
        assert_ne!(answer["Code"], "IncompleteSignature", "{case}");
        if case["id"] == "voice.tts" {
            assert_eq!((&answer["Code"], state.voice.rung.len()), (&"OK".into(), 1), "{answer}");
        }
    }
}

fn tencent_request(case: &Value, authorization: &str) -> (Parts, Bytes) {
    let input = &case["input"];
    let request = Request::post("/")
        .header("host", text(input, "host"))
        .header("content-type", "application/json; charset=utf-8")
        .header("x-tc-action", text(input, "action"))
        .header("x-tc-version", text(input, "version"))
        .header("x-tc-region", text(input, "region"))
        .header("x-tc-timestamp", input["timestamp"].to_string())
        .header("authorization", authorization);
    (request.body(()).unwrap().into_parts().0, text(input, "payload").to_owned().into())
}

#[test]
fn tencent_refuses_what_is_forged() {
    let (_, cases) = suite(TENCENT, "emulator_must_reject");
    assert_eq!(cases.len(), 2);
    for case in cases {
        let (mut state, _) = suite(TENCENT, "");
        let (head, body) = tencent_request(&case, text(&case["input"], "authorization"));
        let (status, answer) = tencent::answer(&mut state, &head, &body);
        assert_eq!(answer["Response"]["Error"]["Code"], case["expect"]["Code"], "{case}");
        assert_eq!(u64::from(status.as_u16()), case["expect"]["http"].as_u64().unwrap());
        assert_eq!(state.report.len(), 1, "it is reported");
    }
}

#[test]
fn tencent_takes_every_right_signature() {
    let (_, cases) = suite(TENCENT, "sign_request");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let (mut state, _) = suite(TENCENT, "");
        let (head, body) = tencent_request(&case, text(&case["expect"], "authorization"));
        let (_, answer) = tencent::answer(&mut state, &head, &body);
        assert_eq!(answer["Response"]["SendStatusSet"][0]["Code"], "Ok", "{case} {answer}");
    }
}
