//! Signing in by a mini-program and by the web page (M-0.1 to M-0.4, M-9.1b).

use chrono::Duration;
use serde_json::{Value, json};
use zhibu_tests::{Town, Visitor, words};

const MOBILE: &str = "13900000001";
const START: &str = "{ system { miniStart { privacy { version title effectiveOn sections { title text } } smsOpen sandbox \
    platforms } } }";
const BIND: &str = "mutation($input: MiniBindInput!) { system { miniBind(input: $input) { __typename \
    ... on MiniSigned { tokens { access refresh } session { account { userName } tenant { id } } } \
    ... on TenantChoice { ticket tenants { id name } } } } }";
const CHOOSE: &str = "mutation($ticket: String!, $tenant: ID!) { system { miniChoose(input: {ticket: $ticket, tenant: \
    $tenant}) { __typename ... on MiniSigned { tokens { access } session { tenant { id } } } } } }";
const BINDINGS: &str = "{ system { miniBindings { platform boundAt consentVersion consentedAt current } } }";
const UNBIND: &str = "mutation($platform: MiniPlatform!) { system { unbindMini(platform: $platform) } }";

/// The version of the policy in force.
async fn version(t: &Town) -> String {
    let start = t.visitor().ok(START, json!({})).await["system"]["miniStart"].clone();
    start["privacy"]["version"].as_str().unwrap().to_owned()
}

/// What the web page sends with a code.
fn page(consent: &str, code: &str) -> Value {
    json!({"input": {"platform": "H5", "consent": consent, "phone": {"sms": {"mobile": MOBILE, "code": code}}}})
}

async fn code(t: &Town, visitor: &mut Visitor) -> String {
    visitor.ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    t.sms(MOBILE).await
}

/// Somebody on the web page, signed in.
async fn reader(t: &Town) -> Visitor {
    let mut visitor = t.visitor();
    let code = code(t, &mut visitor).await;
    let answer = visitor.ok(BIND, page(&version(t).await, &code)).await;
    assert_eq!(answer["system"]["miniBind"]["__typename"], "MiniSigned");
    visitor
}

async fn session(visitor: &mut Visitor) -> Value {
    visitor.ok(words::SESSION, json!({})).await["system"]["session"].clone()
}

#[tokio::test]
async fn m_0_4_nobody_comes_in_without_agreeing_to_the_policy_in_force() {
    let t = Town::start().await;
    let start = t.visitor().ok(START, json!({})).await["system"]["miniStart"].clone();
    assert_eq!(start["privacy"]["title"], "个人信息保护政策");
    assert_eq!(start["platforms"], json!(["H5"]), "no platform is configured");
    assert_eq!((&start["smsOpen"], &start["sandbox"]), (&json!(true), &json!(true)));
    let mut visitor = t.visitor();
    let code = code(&t, &mut visitor).await;
    for wrong in ["", "2020-01"] {
        assert_eq!(visitor.refused(BIND, page(wrong, &code)).await, "CONSENT_REQUIRED consent");
    }
    assert_eq!(session(&mut visitor).await, json!(null));
    // The code was not spent meanwhile.
    visitor.ok(BIND, page(&version(&t).await, &code)).await;
    assert_eq!(session(&mut visitor).await["account"]["userName"], "chief");
}

#[tokio::test]
async fn m_0_4_the_consent_is_on_record_with_version_and_time() {
    let t = Town::start().await;
    let before = t.now();
    let mut visitor = reader(&t).await;
    let bound = visitor.ok(BINDINGS, json!({})).await["system"]["miniBindings"].clone();
    assert_eq!(bound.as_array().unwrap().len(), 1);
    assert_eq!((&bound[0]["platform"], &bound[0]["current"]), (&json!("H5"), &json!(true)));
    assert_eq!(bound[0]["consentVersion"], version(&t).await);
    let at: chrono::DateTime<chrono::Utc> = bound[0]["consentedAt"].as_str().unwrap().parse().unwrap();
    assert!((before - Duration::seconds(1)..=t.now()).contains(&at));
    let row = format!(
        "SELECT changes -> 'consent' ->> 1 FROM {}.audit WHERE action = 'mini.bound' AND object_id = '{}'",
        t.home.schema(),
        t.home.account
    );
    assert_eq!(t.sql().await.one(&row).await, version(&t).await);
}

#[tokio::test]
async fn m_0_1_a_number_of_several_tenants_chooses_one_and_a_proof_is_good_for_its_own_only() {
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "second", Some(MOBILE), &[]).await;
    let foreign = t.tenant("中共第三单位委员会", "third", None, &[]).await;
    let mut visitor = t.visitor();
    let code = code(&t, &mut visitor).await;
    let answer = visitor.ok(BIND, page(&version(&t).await, &code)).await["system"]["miniBind"].clone();
    assert_eq!(answer["__typename"], "TenantChoice");
    assert_eq!(answer["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(session(&mut visitor).await, json!(null), "nobody is signed in before the choice");
    let ticket = &answer["ticket"];
    assert_eq!(visitor.refused(CHOOSE, json!({"ticket": ticket, "tenant": foreign.id})).await, "NOT_FOUND");
    let signed =
        visitor.ok(CHOOSE, json!({"ticket": ticket, "tenant": other.id})).await["system"]["miniChoose"].clone();
    assert_eq!((&signed["session"]["tenant"]["id"], &signed["tokens"]), (&json!(other.id), &json!(null)));
    // The ticket is spent, and another would be over after a quarter of an hour.
    assert_eq!(visitor.refused(CHOOSE, json!({"ticket": ticket, "tenant": t.home.id})).await, "MINI_TICKET");
    let mut late = t.visitor();
    t.pass(Duration::minutes(2));
    let code = self::code(&t, &mut late).await;
    let answer = late.ok(BIND, page(&version(&t).await, &code)).await["system"]["miniBind"].clone();
    t.pass(Duration::minutes(16));
    let late = late.refused(CHOOSE, json!({"ticket": answer["ticket"], "tenant": t.home.id})).await;
    assert_eq!(late, "MINI_TICKET");
}

#[tokio::test]
async fn m_9_1b_unbinding_ends_the_sessions_of_that_platform_and_no_others() {
    let t = Town::start().await;
    let mut console = t.administrator().await;
    let mut phone = reader(&t).await;
    assert_eq!(session(&mut phone).await["account"]["userName"], "chief");
    assert_eq!(phone.refused(UNBIND, json!({"platform": "WECHAT"})).await, "NOT_FOUND");
    console.ok(UNBIND, json!({"platform": "H5"})).await;
    t.pass(Duration::seconds(2));
    assert_eq!(session(&mut phone).await, json!(null));
    assert_eq!(session(&mut console).await["account"]["userName"], "chief");
    assert_eq!(console.ok(BINDINGS, json!({})).await["system"]["miniBindings"], json!([]));
    assert_eq!(console.refused(UNBIND, json!({"platform": "H5"})).await, "NOT_FOUND");
}

#[tokio::test]
async fn m_0_1_tokens_are_good_for_their_own_way_only() {
    let t = Town::start().await;
    let console = t.administrator().await;
    let access = console.cookie("zhibu_access").unwrap().to_owned();
    let line = format!("Bearer {access}");
    let headers = [("content-type", "application/json"), ("authorization", line.as_str())];
    let body = json!({"query": words::SESSION}).to_string();
    let answer = t.visitor().send(http::Method::POST, "/graphql", &headers, body).await;
    assert_eq!(answer.data()["system"]["session"], json!(null), "a cookie's token is no bearer token");
    let refresh = console.cookie("zhibu_refresh").unwrap();
    let renew = "mutation($token: String!) { system { miniRefresh(token: $token) { access } } }";
    assert_eq!(t.visitor().refused(renew, json!({"token": refresh})).await, "UNAUTHENTICATED");
    assert_eq!(session(&mut console.clone()).await["account"]["userName"], "chief", "and nothing ended for it");
}
