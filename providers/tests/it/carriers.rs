use std::time::{Duration, Instant};

use uuid::Uuid;
use zhibu_core::{Clock, Secret, TenantId, World};
use zhibu_emulator::{Double, Fault as Wrong, Part, Receipts, rule};
use zhibu_providers::sms::Wording;
use zhibu_providers::sms::{Aliyun, Guarded, Settings, Tencent};
use zhibu_providers::{Fault, Found, Message, ProviderError, Purpose, Sms};

const TENANT: &str = "01900000-0000-7000-8000-000000000001";

fn settings(part: Part, double: &Double) -> Settings {
    let (provider, address, ids) = match part {
        Part::Aliyun => ("aliyun", double.aliyun, ("VECTORAKID0000000001", "VectorAccessKeySecret0000000001")),
        Part::Tencent => {
            ("tencent", double.tencent, ("VECTORTCID000000000000000000000001", "VectorTcSecretKey00000000000001"))
        }
    };
    let templates = match part {
        Part::Aliyun => serde_json::json!({"sign_in": "SMS_000000001", "mobile": "SMS_9",
            "password": {"id": "SMS_000000003", "params": ["code", "minutes"]}}),
        Part::Tencent => serde_json::json!({
            "sign_in": {"id": 1_000_001, "params": ["code", "minutes"]}, "password": 1_000_002, "mobile": "9"
        }),
    };
    serde_json::from_value(serde_json::json!({
        "provider": provider, "key_id": ids.0, "key_secret": ids.1, "app_id": 1_400_000_001,
        "endpoint_override": format!("http://{address}/"), "signature": "党建云", "templates": templates,
        "tenants": {TENANT: {"signature": "南湖支部"}},
    }))
    .unwrap()
}

const PATIENCE: Duration = Duration::from_millis(700);

fn client(part: Part, double: &Double) -> Box<dyn Sms> {
    let (settings, world) = (settings(part, double), World::default());
    let account = settings.account(false).unwrap();
    match part {
        Part::Aliyun => Box::new(Aliyun::patient(account, world, PATIENCE).unwrap()),
        Part::Tencent => Box::new(Tencent::patient(account, world, PATIENCE).unwrap()),
    }
}

fn message(purpose: Purpose) -> Message {
    let world = World::default();
    Message {
        reference: world.id::<Uuid>(),
        tenant: None,
        mobile: Secret::new("13800000001"),
        purpose,
        wording: Wording::default(),
        params: vec![("code".to_owned(), Secret::new("384916")), ("minutes".to_owned(), Secret::new("5"))],
        made_at: world.now(),
    }
}

fn op(part: Part) -> &'static str {
    match part {
        Part::Aliyun | Part::Tencent => "SendSms",
    }
}

/// One call under a fault: what the client thinks, and how many messages left.
async fn under(part: Part, fault: Wrong) -> (ProviderError, usize, Double) {
    let double = Double::start().await.unwrap();
    double.faults(vec![rule(part, op(part), Some(1), fault)]);
    let outcome = client(part, &double).send(&message(Purpose::SignIn)).await;
    (outcome.expect_err("a fault"), double.sent().len(), double)
}

#[tokio::test]
async fn a_message_leaves_in_the_words_of_its_tenant() {
    for part in [Part::Aliyun, Part::Tencent] {
        let double = Double::start().await.unwrap();
        let sms = client(part, &double);
        let ours = message(Purpose::SignIn);
        let handed = sms.send(&ours).await.unwrap();
        double.advance(90);
        let theirs = Message { tenant: Some(TENANT.parse::<TenantId>().unwrap()), ..message(Purpose::SignIn) };
        sms.send(&theirs).await.unwrap();
        let sent = double.sent();
        assert_eq!(sent[0].signature, "党建云");
        assert_eq!(sent[1].signature, "南湖支部");
        assert_eq!(handed.id.as_ref(), Some(&sent[0].id));
        assert_eq!(sent[0].reference, ours.reference.to_string());
        let params = match part {
            Part::Aliyun => serde_json::json!({"code": "384916"}),
            Part::Tencent => serde_json::json!(["384916", "5"]),
        };
        assert_eq!(sent[0].params, params);
        assert_eq!(double.report(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn aliyun_is_signed_with_sm3_when_wanted() {
    let double = Double::start().await.unwrap();
    let settings = Settings { sm3: true, ..settings(Part::Aliyun, &double) };
    let sms = Aliyun::new(settings.account(false).unwrap(), World::default()).unwrap();
    sms.send(&message(Purpose::Password)).await.unwrap();
    assert_eq!(double.sent()[0].params, serde_json::json!({"code": "384916", "minutes": "5"}));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn answers_that_tell_nothing_leave_the_outcome_unknown() {
    for part in [Part::Aliyun, Part::Tencent] {
        for (fault, taken) in [
            (Wrong::Hang { after: false }, 0),
            (Wrong::Hang { after: true }, 1),
            (Wrong::Reset { after: true }, 1),
            (Wrong::Truncate, 1),
            (Wrong::Drip, 1),
            (Wrong::Status { status: 500, after: false }, 0),
            (Wrong::Status { status: 500, after: true }, 1),
            (Wrong::Status { status: 502, after: true }, 1),
            (Wrong::Status { status: 503, after: true }, 1),
            (Wrong::Html, 1),
            (Wrong::OtherJson, 1),
        ] {
            let start = Instant::now();
            let (error, sent, double) = under(part, fault.clone()).await;
            assert_eq!(error.kind, Fault::Unknown, "{part:?} {fault:?}");
            assert!(!error.outcome_known() && !error.safe_to_retry());
            assert_eq!(sent, taken, "{part:?} {fault:?}");
            assert!(start.elapsed() < PATIENCE * 3, "{fault:?} took {:?}", start.elapsed());
            assert_eq!(double.report(), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn too_many_is_known_and_names_the_wait() {
    for part in [Part::Aliyun, Part::Tencent] {
        let (error, sent, _) = under(part, Wrong::TooMany { seconds: 7 }).await;
        assert_eq!(error.kind, Fault::RateLimited { retry_after: Some(7) });
        assert!(error.outcome_known() && error.safe_to_retry());
        assert_eq!(sent, 0);
    }
}

#[tokio::test]
async fn nobody_there_is_known_and_may_be_repeated() {
    let double = Double::start().await.unwrap();
    let sms = client(Part::Aliyun, &double);
    drop(double);
    // The listener is gone with its runtime task a moment later.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = sms.send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.kind, Fault::Unavailable);
    assert!(error.safe_to_retry());
}

#[tokio::test]
async fn fields_nobody_announced_do_no_harm() {
    for part in [Part::Aliyun, Part::Tencent] {
        let double = Double::start().await.unwrap();
        double.faults(vec![rule(part, op(part), None, Wrong::ExtraFields)]);
        client(part, &double).send(&message(Purpose::SignIn)).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_repeated_on_its_way_is_not_taken_for_refused() {
    let (error, sent, double) = under(Part::Aliyun, Wrong::Repeated).await;
    assert_eq!(error.provider_code.as_deref(), Some("SignatureNonceUsed"));
    assert_eq!(error.kind, Fault::Unknown, "the first copy was obeyed");
    assert_eq!(sent, 1);
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn aliyun_finds_what_it_took_and_nothing_else() {
    let double = Double::start().await.unwrap();
    let sms = client(Part::Aliyun, &double);
    let (taken, lost) = (message(Purpose::SignIn), message(Purpose::SignIn));
    double.faults(vec![
        rule(Part::Aliyun, "SendSms", Some(1), Wrong::Hang { after: true }),
        rule(Part::Aliyun, "SendSms", Some(2), Wrong::Hang { after: false }),
    ]);
    for message in [&taken, &lost] {
        assert!(!sms.send(message).await.unwrap_err().outcome_known());
    }
    assert!(matches!(sms.find(&taken).await.unwrap(), Found::Taken(_)));
    assert_eq!(sms.find(&lost).await.unwrap(), Found::Absent);
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn tencent_cannot_be_asked() {
    let double = Double::start().await.unwrap();
    let found = client(Part::Tencent, &double).find(&message(Purpose::SignIn)).await;
    assert_eq!(found.unwrap(), Found::NotAskable);
}

#[tokio::test]
async fn refusals_say_whose_matter_they_are() {
    let double = Double::start().await.unwrap();
    let sms = client(Part::Aliyun, &double);
    sms.send(&message(Purpose::SignIn)).await.unwrap();
    let error = sms.send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.kind, Fault::Rejected, "a second one within the minute");
    assert_eq!(error.provider_code.as_deref(), Some("isv.BUSINESS_LIMIT_CONTROL"));
    let error = sms.send(&message(Purpose::Mobile)).await.unwrap_err();
    assert_eq!(error.kind, Fault::AuthConfig, "no such template");

    let tencent = client(Part::Tencent, &double);
    for _ in 0..10 {
        tencent.send(&message(Purpose::SignIn)).await.unwrap();
    }
    let error = tencent.send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.kind, Fault::Rejected, "ten a day, told for the number inside a good answer");
    assert_eq!(error.provider_code.as_deref(), Some("LimitExceeded.PhoneNumberDailyLimit"));
    assert_eq!(tencent.send(&message(Purpose::Mobile)).await.unwrap_err().kind, Fault::AuthConfig);
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn a_wrong_key_or_clock_is_for_the_operator() {
    let double = Double::start().await.unwrap();
    let wrong = Settings { key_secret: Some(Secret::new("another")), ..settings(Part::Aliyun, &double) };
    let sms = Aliyun::new(wrong.account(false).unwrap(), World::default()).unwrap();
    let error = sms.send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.provider_code.as_deref(), Some("SignatureDoesNotMatch"));
    assert_eq!((error.kind, error.http), (Fault::AuthConfig, Some(400)));
    assert!(error.request_id.is_some_and(|id| id.starts_with("DOUBLE-")));
    double.advance(16 * 60);
    let error = client(Part::Aliyun, &double).send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.provider_code.as_deref(), Some("InvalidTimeStamp.Expired"));
    let error = client(Part::Tencent, &double).send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.provider_code.as_deref(), Some("AuthFailure.SignatureExpire"));
    assert_eq!(double.report().len(), 3, "all three are reported");
}

#[tokio::test]
async fn a_failing_carrier_is_left_alone() {
    let double = Double::start().await.unwrap();
    double.faults(vec![rule(Part::Aliyun, "SendSms", None, Wrong::Status { status: 503, after: false })]);
    let world = World { clock: Clock::movable() };
    let inner = Aliyun::new(settings(Part::Aliyun, &double).account(false).unwrap(), world.clone()).unwrap();
    let sms = Guarded::new(inner, std::num::NonZeroU32::new(100), world.clone());
    for _ in 0..5 {
        assert_eq!(sms.send(&message(Purpose::SignIn)).await.unwrap_err().kind, Fault::Unknown);
    }
    let error = sms.send(&message(Purpose::SignIn)).await.unwrap_err();
    assert_eq!(error.provider_code.as_deref(), Some("breaker"));
    assert!(error.safe_to_retry(), "it was never sent");
    double.faults(Vec::new());
    world.clock.advance(chrono::Duration::seconds(31));
    sms.send(&message(Purpose::SignIn)).await.unwrap();
}

#[tokio::test]
async fn an_account_sends_no_faster_than_it_may() {
    let double = Double::start().await.unwrap();
    let inner = Tencent::new(settings(Part::Tencent, &double).account(false).unwrap(), World::default()).unwrap();
    let sms = Guarded::new(inner, std::num::NonZeroU32::new(2), World::default());
    let mut held = 0;
    for _ in 0..4 {
        match sms.send(&message(Purpose::SignIn)).await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.provider_code.as_deref(), Some("limiter"));
                assert!(error.safe_to_retry());
                held += 1;
            }
        }
    }
    assert!(held >= 1, "four at once, two a second");
}

#[tokio::test]
async fn a_receipt_that_nobody_acknowledges_is_reported() {
    let double = Double::start().await.unwrap();
    let nobody = format!("http://{}/_ctl/nowhere", double.control);
    double.receipts(Receipts { aliyun: Some(nobody), ..Receipts::default() });
    client(Part::Aliyun, &double).send(&message(Purpose::SignIn)).await.unwrap();
    let start = Instant::now();
    while double.report().is_empty() && start.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(double.report()[0].contains("was not acknowledged"), "{:?}", double.report());
}
