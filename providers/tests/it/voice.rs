//! Calls against the emulator.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use zhibu_core::{Secret, World};
use zhibu_emulator::{Double, End, Fault as Wrong, Part, rule};
use zhibu_providers::voice::{AliyunVoice, Called, Settings, VoiceCall, VoiceOutcome, receipt};
use zhibu_providers::{Fault, ProviderError, Voice};

use crate::post::listen;

const PATIENCE: Duration = Duration::from_millis(700);

fn settings(double: &Double) -> Settings {
    let account = &double.accounts()["voice"];
    serde_json::from_value(serde_json::json!({
        "provider": "aliyun", "key_id": account["key_id"], "key_secret": account["key_secret"],
        "show_number": account["show_numbers"][0],
        "endpoint_override": format!("http://{}/", double.aliyun),
    }))
    .unwrap()
}

fn client(double: &Double) -> AliyunVoice {
    AliyunVoice::patient(settings(double).account(false).unwrap(), World::default(), PATIENCE).unwrap()
}

fn greeting(double: &Double, text: &str) -> VoiceCall {
    VoiceCall {
        reference: "pb0007000001".to_owned(),
        mobile: Secret::new("13800000001"),
        template: double.accounts()["voice"]["templates"][0]["id"].as_str().unwrap().to_owned(),
        params: vec![("text".to_owned(), Secret::new(text))],
        made_at: World::default().now(),
    }
}

/// China's, as the carrier counts.
fn today() -> NaiveDate {
    (World::default().now() + chrono::Duration::hours(8)).date_naive()
}

async fn call(double: &Double) -> Result<Called, ProviderError> {
    client(double).call(&greeting(double, "祝您政治生日快乐")).await
}

#[tokio::test]
async fn a_greeting_is_read_and_its_end_is_told() {
    for (end, found) in [
        (End::Answered { seconds: 17 }, Some(VoiceOutcome::Answered { seconds: 17 })),
        (End::Busy, Some(VoiceOutcome::Busy)),
        (End::NoAnswer, Some(VoiceOutcome::NoAnswer)),
        // The record does not tell a refusal apart; the receipt does.
        (End::Refused, Some(VoiceOutcome::Unreachable)),
        (End::Unreachable, Some(VoiceOutcome::Unreachable)),
        (End::Failed, Some(VoiceOutcome::Failed)),
        (End::Ringing, None),
    ] {
        let double = Double::start().await.unwrap();
        double.calls_end(end, None);
        let called = call(&double).await.unwrap();
        let rung = double.rung();
        assert_eq!((&rung[0].id, rung[0].show_number.as_str()), (&called.id, "02500000000"));
        assert_eq!((rung[0].reference.as_str(), &rung[0].params["text"]), ("pb0007000001", &"祝您政治生日快乐".into()));
        let voice = client(&double);
        assert_eq!(voice.find(&called.id, today()).await.unwrap(), found, "{end:?}");
        assert_eq!(voice.find(&called.id, today().pred_opt().unwrap()).await.unwrap(), None, "another day");
        assert_eq!(double.report(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn receipts_of_calls_are_read_as_they_come() {
    let double = Double::start().await.unwrap();
    let (url, posted) = listen(r#"{"code":0,"msg":"接收成功"}"#).await;
    double.calls_end(End::Refused, Some(url));
    double.faults(vec![rule(Part::Aliyun, "SingleCallByTts", None, Wrong::DoubleReceipt)]);
    let called = call(&double).await.unwrap();
    let start = Instant::now();
    while posted.lock().unwrap().len() < 2 && start.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let posted = posted.lock().unwrap();
    assert_eq!(posted.len(), 2, "it comes twice");
    for (_, body) in posted.iter() {
        let [receipt] = &receipt::aliyun(body).unwrap()[..] else { panic!("one") };
        assert_eq!((&receipt.id, receipt.mobile.as_str()), (&called.id, "13800000001"));
        assert_eq!((receipt.outcome, receipt.reference.as_deref()), (VoiceOutcome::Refused, Some("pb0007000001")));
    }
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn what_no_call_can_carry_never_leaves() {
    let double = Double::start().await.unwrap();
    let voice = client(&double);
    let long = VoiceCall { reference: "0123456789abcdef".to_owned(), ..greeting(&double, "好") };
    let error = voice.call(&long).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::Invalid, Some("reference")));
    // With its name and quotes a value may have 238 characters.
    let error = voice.call(&greeting(&double, &"字".repeat(239))).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::Invalid, Some("params")));
    assert_eq!(double.rung().len(), 0);
    voice.call(&greeting(&double, &"字".repeat(238))).await.unwrap();
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn refusals_say_whose_matter_they_are() {
    let double = Double::start().await.unwrap();
    call(&double).await.unwrap();
    let error = call(&double).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::Rejected, Some("isv.BUSINESS_LIMIT_CONTROL")));
    let voice = client(&double);
    let other = VoiceCall { template: "TTS_9".to_owned(), ..greeting(&double, "好") };
    let error = voice.call(&other).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::AuthConfig, Some("isv.TTS_TEMPLATE_ILLEGAL")));
    let strange = Settings { show_number: "01000000000".to_owned(), ..settings(&double) };
    let strange = AliyunVoice::new(strange.account(false).unwrap(), World::default()).unwrap();
    assert_eq!(strange.call(&greeting(&double, "好")).await.unwrap_err().kind, Fault::AuthConfig);
    assert_eq!(double.report(), Vec::<String>::new());
    let wrong = Settings { key_secret: Some(Secret::new("another")), ..settings(&double) };
    let wrong = AliyunVoice::new(wrong.account(false).unwrap(), World::default()).unwrap();
    let error = wrong.call(&greeting(&double, "好")).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::AuthConfig, Some("SignatureDoesNotMatch")));
    assert_eq!(double.report().len(), 1, "a wrong secret is reported");
}

#[tokio::test]
async fn an_answer_that_tells_nothing_leaves_the_call_unknown() {
    for (fault, made) in [
        (Wrong::Hang { after: false }, 0),
        (Wrong::Hang { after: true }, 1),
        (Wrong::Status { status: 502, after: true }, 1),
        (Wrong::Html, 1),
        (Wrong::OtherJson, 1),
    ] {
        let double = Double::start().await.unwrap();
        double.faults(vec![rule(Part::Aliyun, "SingleCallByTts", Some(1), fault.clone())]);
        let error = call(&double).await.unwrap_err();
        assert_eq!((error.kind, double.rung().len()), (Fault::Unknown, made), "{fault:?}");
    }
}

#[tokio::test]
async fn an_opened_carrier_stands_behind_its_guards() {
    let double = Double::start().await.unwrap();
    let voice = settings(&double).open(false, &World::default()).unwrap();
    assert!(voice.is_open() && !voice.is_sandbox());
    assert_eq!(voice.carrier().key(), "aliyun");
    assert_eq!((voice.fingerprint().unwrap().len(), voice.last_good()), (16, None));
    voice.call(&greeting(&double, "好")).await.unwrap();
    assert!(voice.last_good().is_some());
}
