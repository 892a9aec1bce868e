//! The clients of mini-program platforms against the emulator.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zhibu_core::{Clock, Secret, World};
use zhibu_emulator::{CORP, Double, Fault as Wrong, Mini, Push, rule};
use zhibu_providers::mini::{Alipay, Dingtalk, Event, Person, PhoneReply, Unproven, Wechat};
use zhibu_providers::{Fault, ProviderError};

const PATIENCE: Duration = Duration::from_secs(6);
pub(crate) const MOBILE: &str = "13800000001";
const ALL: [Mini; 3] = [Mini::Wechat, Mini::Alipay, Mini::Dingtalk];

/// The account of a platform, pointed at the emulator.
fn account<T: serde::de::DeserializeOwned>(double: &Double, name: &str, endpoint: String) -> T {
    let mut account = double.accounts()[name].clone();
    account["endpoint"] = endpoint.into();
    serde_json::from_value(account).unwrap()
}

pub(crate) fn wechat(double: &Double, world: World) -> Wechat {
    Wechat::patient(account(double, "wechat", format!("http://{}/", double.wechat)), world, PATIENCE).unwrap()
}

fn alipay(double: &Double) -> Alipay {
    let account = account(double, "alipay", format!("http://{}/gateway.do", double.alipay));
    Alipay::patient(account, World::default(), PATIENCE).unwrap()
}

pub(crate) fn dingtalk(double: &Double) -> Dingtalk {
    let account = account(double, "dingtalk", format!("http://{}/", double.dingtalk));
    Dingtalk::patient(account, World::default(), PATIENCE).unwrap()
}

pub(crate) fn ticket(double: &Double) -> Secret {
    Secret::new(double.accounts()["suite_ticket"].as_str().unwrap())
}

async fn sign_in(platform: Mini, double: &Double, code: &str) -> Result<Person, ProviderError> {
    let code = Secret::new(code);
    match platform {
        Mini::Wechat => wechat(double, World::default()).sign_in(&code).await,
        Mini::Alipay => alipay(double).sign_in(&code).await,
        Mini::Dingtalk => dingtalk(double).sign_in(CORP, &code, &ticket(double)).await,
    }
}

fn op(platform: Mini) -> &'static str {
    match platform {
        Mini::Wechat => "jscode2session",
        Mini::Alipay => "alipay.system.oauth.token",
        Mini::Dingtalk => "getuserinfo",
    }
}

/// How often a call came.
pub(crate) fn times(double: &Double, op: &str) -> usize {
    double.calls().iter().filter(|call| call.ends_with(&format!(" {op}"))).count()
}

fn code(given: &Value) -> Secret {
    Secret::new(given["code"].as_str().unwrap())
}

#[tokio::test]
async fn mini_1_everybody_is_known_by_app_and_subject() {
    let double = Double::start().await.unwrap();
    for platform in ALL {
        double.faults(vec![rule(platform, op(platform), None, Wrong::ExtraFields)]);
        let code = double.login_code(platform, MOBILE, None);
        let person = sign_in(platform, &double, &code).await.unwrap();
        assert_eq!(person.subject.expose(), double.subject(platform, MOBILE));
        assert_eq!(person.mobile.as_deref(), (platform == Mini::Dingtalk).then_some(MOBILE));
        let accounts = double.accounts();
        let app = match platform {
            Mini::Wechat => &accounts["wechat"]["appid"],
            Mini::Alipay => &accounts["alipay"]["app_id"],
            Mini::Dingtalk => &accounts["corp"],
        };
        assert_eq!(&person.app, app);
        let again = sign_in(platform, &double, &code).await.unwrap_err();
        assert_eq!(again.kind, Fault::Rejected, "{platform:?}: a code is good once");
        assert!(again.provider_code.is_some());
        let other = double.login_code(platform, MOBILE, Some("another-app"));
        assert_eq!(sign_in(platform, &double, &other).await.unwrap_err().kind, Fault::Rejected, "{platform:?}");
        assert_eq!(sign_in(platform, &double, "invented").await.unwrap_err().kind, Fault::Rejected, "{platform:?}");
        assert_eq!(double.report(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn mini_1_a_code_is_never_sent_twice() {
    for platform in ALL {
        for (fault, kind) in [
            (Wrong::Hang { after: false }, Fault::Unknown),
            (Wrong::Hang { after: true }, Fault::Unknown),
            (Wrong::Reset { after: true }, Fault::Unknown),
            (Wrong::Truncate, Fault::Unknown),
            (Wrong::Drip, Fault::Unknown),
            (Wrong::Status { status: 500, after: false }, Fault::Unknown),
            (Wrong::Status { status: 502, after: true }, Fault::Unknown),
            (Wrong::Html, Fault::Unknown),
            (Wrong::OtherJson, Fault::Unknown),
            (Wrong::TooMany { seconds: 7 }, Fault::RateLimited { retry_after: Some(7) }),
        ] {
            let double = Double::start().await.unwrap();
            double.faults(vec![rule(platform, op(platform), None, fault.clone())]);
            let (start, code) = (Instant::now(), double.login_code(platform, MOBILE, None));
            let error = sign_in(platform, &double, &code).await.expect_err("a fault");
            assert_eq!(error.kind, kind, "{platform:?} {fault:?}");
            assert!(start.elapsed() < PATIENCE * 4, "{platform:?} {fault:?}");
            assert!(times(&double, op(platform)) <= 1, "{platform:?} {fault:?}");
            assert_eq!(double.report(), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn mini_1_1_wechat_tells_the_number_and_its_token_is_renewed_once() {
    let double = Double::start().await.unwrap();
    let world = World { clock: Clock::movable() };
    let wechat = wechat(&double, world.clone());
    let ask = async || wechat.phone(&code(&double.phone(Mini::Wechat, MOBILE))).await;
    assert_eq!(ask().await.unwrap(), MOBILE);
    assert_eq!(ask().await.unwrap(), MOBILE);
    assert_eq!(times(&double, "stable_token"), 1, "kept");
    double.faults(vec![rule(Mini::Wechat, "getuserphonenumber", Some(1), Wrong::Revoked)]);
    assert_eq!(ask().await.unwrap(), MOBILE);
    assert_eq!(times(&double, "stable_token"), 2, "renewed");
    double.faults(vec![rule(Mini::Wechat, "getuserphonenumber", None, Wrong::Revoked)]);
    let error = ask().await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::AuthConfig, Some("40001")));
    assert_eq!(times(&double, "stable_token"), 3, "renewed once, not for ever");
    double.faults(Vec::new());
    double.advance(7000);
    world.clock.advance(chrono::Duration::seconds(7000));
    assert_eq!(ask().await.unwrap(), MOBILE);
    let abroad = wechat.phone(&code(&double.phone(Mini::Wechat, "91234567"))).await.unwrap_err();
    assert_eq!(abroad.kind, Fault::Rejected);
    let used = code(&double.phone(Mini::Wechat, MOBILE));
    wechat.phone(&used).await.unwrap();
    assert_eq!(wechat.phone(&used).await.unwrap_err().provider_code.as_deref(), Some("40163"));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn mini_1_2_alipay_tells_the_number_only_in_its_own_words() {
    let double = Double::start().await.unwrap();
    let alipay = alipay(&double);
    let reply = |value: Value| serde_json::from_value::<PhoneReply>(value).unwrap();
    let good = double.phone(Mini::Alipay, MOBILE);
    assert_eq!(alipay.phone(&reply(good.clone())).await.unwrap(), MOBILE);
    let mut mixed = good;
    mixed["response"] = double.phone(Mini::Alipay, "13800000002")["response"].clone();
    assert_eq!(alipay.phone(&reply(mixed)).await.unwrap_err().provider_code.as_deref(), Some("SIGNATURE"));
    let refused = alipay.phone(&reply(double.no_phone())).await.unwrap_err();
    assert_eq!(refused.kind, Fault::Rejected);
    assert_eq!(refused.provider_code.as_deref(), Some("isv.invalid-auth-relations"));
}

#[tokio::test]
async fn mini_1_3_dingtalk_wants_the_newest_ticket_and_renews_its_token_once() {
    let double = Double::start().await.unwrap();
    let dingtalk = dingtalk(&double);
    let ask = async |ticket: &Secret| {
        dingtalk.sign_in(CORP, &Secret::new(double.login_code(Mini::Dingtalk, MOBILE, None)), ticket).await
    };
    let first = ticket(&double);
    double.tells_numbers(false);
    assert_eq!(ask(&first).await.unwrap().mobile, None, "who somebody is stands without the number");
    double.tells_numbers(true);
    double.faults(vec![rule(Mini::Dingtalk, "getuserinfo", Some(1), Wrong::Revoked)]);
    assert_eq!(ask(&first).await.unwrap().mobile.as_deref(), Some(MOBILE));
    assert_eq!(times(&double, "corpAccessToken"), 2);
    let (query, body) = double.sealed(&Push::Ticket);
    let [Event::SuiteTicket { ticket: newest, .. }] = &dingtalk.push(&query, body.to_string().as_bytes()).unwrap()[..]
    else {
        panic!("one ticket")
    };
    double.faults(vec![rule(Mini::Dingtalk, "getuserinfo", Some(1), Wrong::Revoked)]);
    let error = ask(&first).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::AuthConfig, Some("invalidSuiteTicket")));
    assert_eq!(ask(newest).await.unwrap().mobile.as_deref(), Some(MOBILE));
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn mini_1_3_dingtalk_pushes_are_proven_and_acknowledged() {
    let double = Double::start().await.unwrap();
    let dingtalk = dingtalk(&double);
    let told = |push: &Push| {
        let (query, body) = double.sealed(push);
        dingtalk.push(&query, body.to_string().as_bytes()).unwrap()
    };
    let (corp, name, admin) = ("dingcorp1".to_owned(), "某某街道党工委".to_owned(), "manager1".to_owned());
    let scanned = told(&Push::Authorise { corp: corp.clone(), name: name.clone(), admin: admin.clone() });
    let [Event::Authorised { at, .. }] = &scanned[..] else { panic!("{scanned:?}") };
    assert_eq!(scanned, [Event::Authorised { corp: corp.clone(), name, admin, agent: Some(948_060_598), at: *at }]);
    assert!(matches!(&told(&Push::Relieve { corp })[..], [Event::Relieved { corp, .. }] if corp == "dingcorp1"));
    assert_eq!(told(&Push::Check), [Event::Check]);
    assert_eq!(told(&Push::Other), [Event::Other]);
    let (query, _) = double.sealed(&Push::Check);
    let (_, other) = double.sealed(&Push::Other);
    assert_eq!(dingtalk.push(&query, other.to_string().as_bytes()), Err(Unproven));
    assert_eq!(dingtalk.push("", json!({}).to_string().as_bytes()), Err(Unproven));
    assert_eq!(double.opened(&dingtalk.reply().unwrap()).as_deref(), Some("success"));
}
