//! Notices of WeChat and DingTalk against the emulator.

use serde_json::Value;
use zhibu_core::World;
use zhibu_emulator::{CORP, Double, Fault as Wrong, Mini, rule};
use zhibu_providers::mini::{Notice, State, Subscribed};
use zhibu_providers::{Fault, ProviderError};

use crate::mini::{MOBILE, dingtalk, ticket, times, wechat};

const PAGE: &str = "pages/meeting/detail?id=42";
const VALUES: [(&str, &str); 3] =
    [("thing1", "一月组织生活会"), ("time2", "2027年1月1日 08:00"), ("thing3", "二楼会议室")];

fn template(double: &Double) -> String {
    double.accounts()["subscribe"][0]["id"].as_str().unwrap().to_owned()
}

/// One message, changed in one place.
async fn send(
    double: &Double,
    template: &str,
    page: &str,
    values: &[(&str, &str)],
) -> Result<Subscribed, ProviderError> {
    let openid = double.subject(Mini::Wechat, MOBILE);
    wechat(double, World::default()).send_subscribed(&openid, template, page, values, State::Formal).await
}

#[tokio::test]
async fn mini_a_consent_is_one_message() {
    let double = Double::start().await.unwrap();
    let template = template(&double);
    double.person(MOBILE);
    assert_eq!(send(&double, &template, PAGE, &VALUES).await.unwrap(), Subscribed::NoConsent);
    double.consent(MOBILE, &template, 2);
    for _ in 0..2 {
        let Subscribed::Sent(id) = send(&double, &template, PAGE, &VALUES).await.unwrap() else { panic!("consent") };
        let told = double.told();
        assert_eq!((told.last().unwrap().id.as_str(), told.last().unwrap().page.as_str()), (id.as_str(), PAGE));
        assert_eq!(told.last().unwrap().values["thing1"]["value"], "一月组织生活会");
    }
    assert_eq!(send(&double, &template, PAGE, &VALUES).await.unwrap(), Subscribed::NoConsent);
    assert_eq!((double.told().len(), double.report()), (2, Vec::<String>::new()));
}

#[tokio::test]
async fn mini_what_wechat_refuses_spends_no_consent() {
    let double = Double::start().await.unwrap();
    let template = template(&double);
    double.person(MOBILE);
    double.consent(MOBILE, &template, 1);
    let code = |outcome: Result<Subscribed, ProviderError>| {
        let error = outcome.unwrap_err();
        (error.kind, error.provider_code.unwrap())
    };
    let long = [("thing1", "字字字字字字字字字字字字字字字字字字字字字"), VALUES[1], VALUES[2]];
    assert_eq!(code(send(&double, &template, PAGE, &long).await), (Fault::Invalid, "VALUE".to_owned()));
    assert_eq!(times(&double, "send"), 0, "it never left");
    assert_eq!(code(send(&double, "another", PAGE, &VALUES).await), (Fault::AuthConfig, "40037".to_owned()));
    let wechat = wechat(&double, World::default());
    let nobody = wechat.send_subscribed("o-none", &template, PAGE, &VALUES, State::Trial).await;
    assert_eq!(code(nobody), (Fault::Rejected, "40003".to_owned()));
    assert_eq!(double.report(), Vec::<String>::new());
    assert_eq!(code(send(&double, &template, "/pages/a", &VALUES).await), (Fault::AuthConfig, "41030".to_owned()));
    assert_eq!(code(send(&double, &template, PAGE, &VALUES[..2]).await), (Fault::Invalid, "47003".to_owned()));
    assert_eq!(double.report().len(), 2, "a page and a value too few are ours to know");
    assert!(matches!(send(&double, &template, PAGE, &VALUES).await, Ok(Subscribed::Sent(_))));
}

#[tokio::test]
async fn mini_a_token_is_renewed_once_for_a_message() {
    let double = Double::start().await.unwrap();
    let (template, openid) = (template(&double), double.subject(Mini::Wechat, MOBILE));
    double.person(MOBILE);
    double.consent(MOBILE, &template, 9);
    let wechat = wechat(&double, World::default());
    let ask = async || wechat.send_subscribed(&openid, &template, PAGE, &VALUES, State::Formal).await;
    ask().await.unwrap();
    double.faults(vec![rule(Mini::Wechat, "send", Some(1), Wrong::Revoked)]);
    ask().await.unwrap();
    assert_eq!((times(&double, "stable_token"), double.told().len()), (2, 2));
    double.faults(vec![rule(Mini::Wechat, "send", None, Wrong::Revoked)]);
    assert_eq!(ask().await.unwrap_err().kind, Fault::AuthConfig);
    assert_eq!(times(&double, "stable_token"), 3, "renewed once, not for ever");
    double.faults(vec![rule(Mini::Wechat, "send", None, Wrong::Status { status: 502, after: true })]);
    let before = times(&double, "send");
    assert_eq!(ask().await.unwrap_err().kind, Fault::Unknown);
    assert_eq!(times(&double, "send"), before + 1, "what may have left is not sent again");
}

fn notice(double: &Double, people: &[String], time: &str) -> Notice {
    let accounts = double.accounts();
    let texts = [("title", "组织生活会"), ("time", time), ("text", "请准时参加")];
    Notice {
        agent: accounts["notice"]["agent"].as_i64().unwrap(),
        template: accounts["notice"]["templates"][0]["id"].as_str().unwrap().to_owned(),
        userids: people.to_vec(),
        values: texts.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}

#[tokio::test]
async fn mini_a_notice_that_was_taken_may_not_arrive() {
    let double = Double::start().await.unwrap();
    let (other, client, ticket) = ("13800000002", dingtalk(&double), ticket(&double));
    double.person(MOBILE);
    double.person(other);
    let [one, two] = [MOBILE, other].map(|mobile| double.subject(Mini::Dingtalk, mobile));
    let send = async |people: &[String], time: &str| {
        let notice = notice(&double, people, time);
        let task = client.send_notice(CORP, &ticket, &notice).await.unwrap();
        client.notice_result(CORP, &ticket, notice.agent, task).await.unwrap()
    };
    let first = send(std::slice::from_ref(&one), "08:00").await;
    assert_eq!((first.unread, first.forbidden), (vec![one.clone()], vec![]));
    double.reads(MOBILE);
    let again = send(&[one.clone(), two.clone(), "nobody".to_owned()], "08:00").await;
    assert_eq!(again.forbidden, [(one.clone(), "143106".to_owned())], "the same words to the same person");
    assert_eq!((again.unread, again.invalid), (vec![two], vec!["nobody".to_owned()]));
    let other_words = send(std::slice::from_ref(&one), "09:00").await;
    assert_eq!((other_words.read, other_words.forbidden), (vec![one.clone()], vec![]));
    double.advance(86_400);
    let tomorrow = send(std::slice::from_ref(&one), "08:00").await;
    assert_eq!(tomorrow.forbidden, [], "a new day");
    for time in 0..99 {
        send(std::slice::from_ref(&one), &format!("{time}")).await;
    }
    let many = send(std::slice::from_ref(&one), "once more").await;
    assert_eq!(many.forbidden, [(one, "143105".to_owned())], "a hundred a day");
}

#[tokio::test]
async fn mini_a_notice_renews_its_token_once_and_names_people_plainly() {
    let double = Double::start().await.unwrap();
    let (client, ticket) = (dingtalk(&double), ticket(&double));
    double.person(MOBILE);
    let one = double.subject(Mini::Dingtalk, MOBILE);
    let order = notice(&double, &[one], "08:00");
    double.faults(vec![rule(Mini::Dingtalk, "sendbytemplate", Some(1), Wrong::Revoked)]);
    client.send_notice(CORP, &ticket, &order).await.unwrap();
    assert_eq!((times(&double, "corpAccessToken"), double.told().len()), (2, 1));
    double.faults(vec![rule(Mini::Dingtalk, "sendbytemplate", None, Wrong::Revoked)]);
    let error = client.send_notice(CORP, &ticket, &order).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::AuthConfig, Some("40014")));
    double.faults(Vec::new());
    for people in [vec![], vec!["a,b".to_owned()], vec![String::new()], vec!["u".to_owned(); 1001]] {
        let refused = Notice { userids: people, ..order.clone() };
        assert_eq!(client.send_notice(CORP, &ticket, &refused).await.unwrap_err().kind, Fault::Invalid);
    }
    let unknown = client.notice_result(CORP, &ticket, order.agent, 0).await.unwrap_err();
    assert_eq!(unknown.kind, Fault::Invalid, "no such task");
    assert_eq!(double.report(), Vec::<String>::new());
    let calls: Value = double.calls().into();
    assert!(calls.to_string().contains("getsendresult"));
}
