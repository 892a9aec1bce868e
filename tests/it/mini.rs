//! Signing in by a mini-program and by the web page (M-0.1 to M-0.4, M-9.1b).

use chrono::Duration;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zhibu_emulator::{CORP, Double, Mini, Push};
use zhibu_tests::{Town, Visitor, words};

const MOBILE: &str = "13900000001";
const START: &str = "{ system { miniStart { privacy { version title effectiveOn sections { title text } } smsOpen sandbox \
    platforms } } }";
const BIND: &str = "mutation($input: MiniBindInput!) { system { miniBind(input: $input) { __typename \
    ... on MiniSigned { tokens { access refresh } session { account { userName } tenant { id } } } \
    ... on TenantChoice { ticket tenants { id name } } } } }";
const SIGN_IN: &str = "mutation($input: MiniSignInInput!) { system { miniSignIn(input: $input) { __typename \
    ... on MiniSigned { tokens { access refresh } session { account { userName } tenant { id } } } \
    ... on MiniBindingNeeded { ticket mobile bound privacy { version } } } } }";
const REFRESH: &str = "mutation($token: String!) { system { miniRefresh(token: $token) { access refresh } } }";
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

/// A server whose platforms are all played by the emulator.
async fn played() -> (Town, Double) {
    let double = Double::start().await.unwrap();
    let accounts = double.accounts();
    let at = |address: std::net::SocketAddr, path: &str| json!(format!("http://{address}/{path}"));
    fn account<T: DeserializeOwned>(accounts: &Value, name: &str, endpoint: Value) -> Option<T> {
        let mut account = accounts[name].clone();
        account["endpoint"] = endpoint;
        Some(serde_json::from_value(account).unwrap())
    }
    let wechat = account(&accounts, "wechat", at(double.wechat, ""));
    let alipay = account(&accounts, "alipay", at(double.alipay, "gateway.do"));
    let dingtalk = account(&accounts, "dingtalk", at(double.dingtalk, ""));
    let plan = Town::plan().set(move |config| {
        config.mini.wechat = wechat;
        config.mini.alipay = alipay;
        config.mini.dingtalk = dingtalk;
    });
    let t = plan.start().await;
    // As far ahead as a town's clock at its start.
    double.advance(120);
    (t, double)
}

fn name(platform: Mini) -> &'static str {
    match platform {
        Mini::Wechat => "WECHAT",
        Mini::Alipay => "ALIPAY",
        Mini::Dingtalk => "DINGTALK",
    }
}

/// What a mini-program sends when it is opened.
fn opened(double: &Double, platform: Mini, mobile: &str, again: bool) -> Value {
    let corp = (platform == Mini::Dingtalk).then(|| double.accounts()["corp"].clone());
    json!({"input": {"platform": name(platform), "code": double.login_code(platform, mobile, None), "corp": corp,
        "again": again}})
}

/// What it sends to bind, with the platform's own proof of the number.
fn bound(double: &Double, platform: Mini, ticket: &Value, consent: &str, mobile: &str) -> Value {
    let phone = match platform {
        Mini::Wechat => json!({"wechat": double.phone(platform, mobile)["code"]}),
        Mini::Alipay => {
            let reply = double.phone(platform, mobile);
            json!({"alipay": {"response": reply["response"], "sign": reply["sign"]}})
        }
        // The platform has told it.
        Mini::Dingtalk => Value::Null,
    };
    json!({"input": {"platform": name(platform), "ticket": ticket, "consent": consent, "phone": phone}})
}

/// DingTalk's company has authorised the app.
pub(crate) async fn authorised(t: &Town, double: &Double, mobile: &str) {
    let callback = format!("{}/callbacks/dingtalk", t.origin());
    assert!(double.push(&callback, &Push::Check).await);
    assert!(double.push(&callback, &Push::Ticket).await);
    // Known there from now on.
    double.login_code(Mini::Dingtalk, mobile, None);
    let event = Push::Authorise {
        corp: CORP.to_owned(),
        name: "中共钉钉单位委员会".to_owned(),
        admin: double.subject(Mini::Dingtalk, mobile),
    };
    assert!(double.push(&callback, &event).await);
}

/// Somebody's phone, bound with a platform's own proof of the number, or bound before.
pub(crate) async fn bind(t: &Town, double: &Double, platform: Mini, mobile: &str) -> Visitor {
    let mut phone = t.visitor();
    let asked = phone.ok(SIGN_IN, opened(double, platform, mobile, false)).await["system"]["miniSignIn"].clone();
    if asked["__typename"] == "MiniSigned" {
        phone.bear(asked["tokens"]["access"].as_str().unwrap());
        return phone;
    }
    let consent = asked["privacy"]["version"].as_str().unwrap();
    let signed = phone.ok(BIND, bound(double, platform, &asked["ticket"], consent, mobile)).await;
    phone.bear(signed["system"]["miniBind"]["tokens"]["access"].as_str().unwrap());
    phone
}

/// Opens, agrees, binds: what somebody does the first time.
async fn first_time(t: &Town, double: &Double, platform: Mini) -> (Visitor, Value) {
    let mut phone = t.visitor();
    let asked = phone.ok(SIGN_IN, opened(double, platform, MOBILE, false)).await["system"]["miniSignIn"].clone();
    assert_eq!((&asked["__typename"], &asked["bound"]), (&json!("MiniBindingNeeded"), &json!(false)));
    let refused = phone.refused(BIND, bound(double, platform, &asked["ticket"], "no", MOBILE)).await;
    assert_eq!(refused, "CONSENT_REQUIRED consent");
    let consent = asked["privacy"]["version"].as_str().unwrap();
    let input = bound(double, platform, &asked["ticket"], consent, MOBILE);
    let signed = phone.ok(BIND, input).await["system"]["miniBind"].clone();
    assert_eq!(signed["__typename"], "MiniSigned");
    assert!(phone.cookies().is_empty(), "a mini-program has no cookies");
    phone.bear(signed["tokens"]["access"].as_str().unwrap());
    (phone, signed["tokens"].clone())
}

#[tokio::test]
async fn m_0_1_wechat_binds_once_and_signs_in_by_itself_from_then_on() {
    let (t, double) = played().await;
    let (mut phone, tokens) = first_time(&t, &double, Mini::Wechat).await;
    assert_eq!(session(&mut phone).await["account"]["userName"], "chief");
    // The next time nothing is asked.
    let signed = t.visitor().ok(SIGN_IN, opened(&double, Mini::Wechat, MOBILE, false)).await;
    assert_eq!(signed["system"]["miniSignIn"]["session"]["tenant"]["id"], t.home.id);
    // A code is good once, and somebody else is a stranger.
    let input = opened(&double, Mini::Wechat, MOBILE, false);
    t.visitor().ok(SIGN_IN, input.clone()).await;
    assert_eq!(t.visitor().refused(SIGN_IN, input).await, "MINI_CODE code");
    let other = t.visitor().ok(SIGN_IN, opened(&double, Mini::Wechat, "13912345678", false)).await;
    assert_eq!(other["system"]["miniSignIn"]["__typename"], "MiniBindingNeeded");
    // Tokens are renewed, once each.
    let renewed = t.visitor().ok(REFRESH, json!({"token": tokens["refresh"]})).await["system"]["miniRefresh"].clone();
    t.pass(Duration::minutes(1));
    assert_eq!(t.visitor().refused(REFRESH, json!({"token": tokens["refresh"]})).await, "UNAUTHENTICATED");
    assert_eq!(t.visitor().refused(REFRESH, json!({"token": renewed["refresh"]})).await, "UNAUTHENTICATED");
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn m_0_2_alipay_binds_by_its_sealed_answer_which_opens_no_further_tenant() {
    let (t, double) = played().await;
    first_time(&t, &double, Mini::Alipay).await;
    let mut phone = t.visitor();
    let again = phone.ok(SIGN_IN, opened(&double, Mini::Alipay, MOBILE, true)).await["system"]["miniSignIn"].clone();
    assert_eq!(again["__typename"], "MiniBindingNeeded", "bound, and asked anew");
    let consent = again["privacy"]["version"].as_str().unwrap();
    let input = bound(&double, Mini::Alipay, &again["ticket"], consent, MOBILE);
    assert_eq!(phone.refused(BIND, input).await, "INVALID phone");
    // One that nobody signed.
    let mut input = bound(&double, Mini::Alipay, &again["ticket"], consent, MOBILE);
    input["input"]["phone"]["alipay"]["sign"] = json!("AAAA");
    assert!(phone.ask(BIND, input).await.refusal_opt().is_some());
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn m_0_3_a_company_is_opened_from_dingtalk_and_its_people_come_in_by_the_number_it_tells() {
    let (t, double) = played().await;
    let unknown = t.visitor().refused(SIGN_IN, opened(&double, Mini::Dingtalk, MOBILE, false)).await;
    assert_eq!(unknown, "CORP_UNKNOWN", "nobody has authorised the app there");
    let boss = "13912340001";
    authorised(&t, &double, boss).await;
    authorised(&t, &double, boss).await;
    let sql = t.sql().await;
    let tenants = "SELECT count(*) FROM platform.tenants WHERE name = '中共钉钉单位委员会' AND state = 'active'";
    for _ in 0..300 {
        if sql.one(tenants).await == "1" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(sql.one(tenants).await, "1", "pushed twice, opened once");
    let mut phone = t.visitor();
    let asked = phone.ok(SIGN_IN, opened(&double, Mini::Dingtalk, boss, false)).await["system"]["miniSignIn"].clone();
    assert_eq!(asked["mobile"], "139****0001");
    let consent = asked["privacy"]["version"].as_str().unwrap();
    let input = bound(&double, Mini::Dingtalk, &asked["ticket"], consent, boss);
    let signed = phone.ok(BIND, input).await["system"]["miniBind"].clone();
    assert_eq!(signed["__typename"], "MiniSigned");
    // The same person at WeChat: the tenant is open to all four.
    let asked = phone.ok(SIGN_IN, opened(&double, Mini::Wechat, boss, false)).await["system"]["miniSignIn"].clone();
    let input = bound(&double, Mini::Wechat, &asked["ticket"], consent, boss);
    let there = phone.ok(BIND, input).await["system"]["miniBind"].clone();
    assert_eq!(there["session"]["tenant"], signed["session"]["tenant"]);
    // A push that nobody sealed is refused.
    let forged = t.visitor().send(http::Method::POST, "/callbacks/dingtalk?signature=x", &[], "{}").await;
    assert_eq!(forged.status, 400);
    assert_eq!(double.report(), Vec::<String>::new());
}

#[tokio::test]
async fn m_0_4_a_newer_policy_is_agreed_to_before_anybody_goes_on() {
    let (t, double) = played().await;
    first_time(&t, &double, Mini::Wechat).await;
    let old = format!("UPDATE {}.bindings SET consent = 'older'", t.home.schema());
    t.sql().await.rows(&old).await;
    let mut phone = t.visitor();
    let asked = phone.ok(SIGN_IN, opened(&double, Mini::Wechat, MOBILE, false)).await["system"]["miniSignIn"].clone();
    assert_eq!((&asked["__typename"], &asked["bound"]), (&json!("MiniBindingNeeded"), &json!(true)));
    let consent = json!({"input": {"platform": "WECHAT", "ticket": asked["ticket"], "consent": version(&t).await}});
    let signed = phone.ok(BIND, consent.clone()).await["system"]["miniBind"].clone();
    assert_eq!(signed["__typename"], "MiniSigned", "the number is not asked again");
    assert_eq!(phone.refused(BIND, consent).await, "MINI_TICKET", "a ticket is good once");
}

#[tokio::test]
async fn m_9_1b_after_unbinding_the_number_is_asked_again_and_a_stolen_ticket_is_no_use_elsewhere() {
    let (t, double) = played().await;
    let (mut phone, tokens) = first_time(&t, &double, Mini::Wechat).await;
    phone.ok(UNBIND, json!({"platform": "WECHAT"})).await;
    assert_eq!(t.visitor().refused(REFRESH, json!({"token": tokens["refresh"]})).await, "UNAUTHENTICATED");
    t.pass(Duration::seconds(2));
    assert_eq!(session(&mut phone).await, json!(null));
    let asked =
        t.visitor().ok(SIGN_IN, opened(&double, Mini::Wechat, MOBILE, false)).await["system"]["miniSignIn"].clone();
    assert_eq!((&asked["__typename"], &asked["bound"]), (&json!("MiniBindingNeeded"), &json!(false)));
    // A ticket of one platform is none of another's, and without proof of a number it opens nothing.
    let consent = version(&t).await;
    let other = json!({"input": {"platform": "ALIPAY", "ticket": asked["ticket"], "consent": consent}});
    assert_eq!(t.visitor().refused(BIND, other).await, "MINI_TICKET");
    let bare = json!({"input": {"platform": "WECHAT", "ticket": asked["ticket"], "consent": consent}});
    assert_eq!(t.visitor().refused(BIND, bare).await, "INVALID phone");
}

#[tokio::test]
async fn m_0_1_a_new_number_or_another_person_ends_what_was_bound_before() {
    let (t, double) = played().await;
    let (mut phone, tokens) = first_time(&t, &double, Mini::Wechat).await;
    // Somebody else proves the same number: the person before is out, and asked anew.
    let other = "13912345678";
    let asked =
        t.visitor().ok(SIGN_IN, opened(&double, Mini::Wechat, other, false)).await["system"]["miniSignIn"].clone();
    let consent = version(&t).await;
    let mut input = bound(&double, Mini::Wechat, &asked["ticket"], &consent, MOBILE);
    t.visitor().ok(BIND, input.take()).await;
    t.pass(Duration::seconds(2));
    assert_eq!(session(&mut phone).await, json!(null));
    assert_eq!(t.visitor().refused(REFRESH, json!({"token": tokens["refresh"]})).await, "UNAUTHENTICATED");
    let asked = t.visitor().ok(SIGN_IN, opened(&double, Mini::Wechat, MOBILE, false)).await;
    assert_eq!(asked["system"]["miniSignIn"]["__typename"], "MiniBindingNeeded");
    // The index alone opens nothing: the binding has to be this person's.
    let sql = t.sql().await;
    sql.rows(&format!("DELETE FROM {}.bindings", t.home.schema())).await;
    let asked =
        t.visitor().ok(SIGN_IN, opened(&double, Mini::Wechat, other, false)).await["system"]["miniSignIn"].clone();
    assert_eq!((&asked["__typename"], &asked["bound"]), (&json!("MiniBindingNeeded"), &json!(false)));
    let bare = json!({"input": {"platform": "WECHAT", "ticket": asked["ticket"], "consent": consent}});
    assert_eq!(t.visitor().refused(BIND, bare).await, "INVALID phone");
}

#[tokio::test]
async fn m_0_1_the_web_page_shows_its_own_folder_and_nothing_else() {
    let t = Town::start().await;
    for path in ["/m/", "/m/Cargo.toml", "/m/src/lib.rs", "/m/../Cargo.toml", "/m/%2e%2e/Cargo.toml"] {
        let answer = t.visitor().send(http::Method::GET, path, &[], "").await;
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(!text.contains("[package]") && !text.contains("pub mod"), "{path}: {text}");
    }
    let page = t.visitor().send(http::Method::GET, "/m/Cargo.toml", &[], "").await;
    assert!(String::from_utf8_lossy(&page.bytes).contains("尚未构建"));
    let folder = t.folder().join("h5");
    std::fs::create_dir_all(folder.join("static")).unwrap();
    std::fs::write(folder.join("index.html"), "<title>built</title>").unwrap();
    std::fs::write(folder.join("static/app.js"), "1").unwrap();
    let t = Town::plan().set(move |config| config.miniapp = Some(folder)).start().await;
    let get = async |path: &str| t.visitor().send(http::Method::GET, path, &[], "").await;
    assert_eq!(get("/m").await.headers["location"], "/m/");
    let page = get("/m/pages/home/index").await;
    assert!(String::from_utf8_lossy(&page.bytes).contains("built"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    assert_eq!(get("/m/static/app.js").await.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(get("/m/../keys.json").await.headers["content-type"], "text/html; charset=utf-8");
}
