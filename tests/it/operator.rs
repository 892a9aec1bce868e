//! The operators' door: password and one-time password, always both.

use chrono::Duration;
use serde_json::json;
use zhibu_tests::{PASSWORD, Town, totp, words};

#[tokio::test]
async fn op_an_enrolment_link_works_once() {
    let t = Town::start().await;
    let token = t.invite("second").await;
    let mut visitor = t.operator_visitor();
    let enrolment = visitor.ok(words::ENROLMENT, json!({"token": token})).await["system"]["operatorEnrolment"].clone();
    let secret = enrolment["secret"].as_str().unwrap();
    assert!(enrolment["otpauthUrl"].as_str().unwrap().starts_with("otpauth://totp/"));
    let enrol = |password: &str, code: &str| json!({"token": token, "password": password, "totp": code});
    let right = totp(secret, t.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(visitor.refused(words::ENROL, enrol(PASSWORD, wrong)).await, "WRONG_CODE totp");
    assert_eq!(visitor.refused(words::ENROL, enrol("weak", &right)).await, "INVALID password");
    visitor.ok(words::ENROL, enrol(PASSWORD, &totp(secret, t.now()))).await;
    assert_eq!(visitor.ok(words::OPERATOR, json!({})).await["system"]["operatorSession"]["userName"], "second");
    t.pass(Duration::minutes(1));
    let again = enrol(PASSWORD, &totp(secret, t.now()));
    assert_eq!(t.operator_visitor().refused(words::ENROL, again).await, "LINK_INVALID");
    assert_eq!(t.operator_visitor().refused(words::ENROLMENT, json!({"token": token})).await, "LINK_INVALID");
}

#[tokio::test]
async fn op_an_enrolment_link_expires_and_a_newer_one_replaces_it() {
    let t = Town::start().await;
    let old = t.invite("second").await;
    let new = t.invite("second").await;
    let mut visitor = t.operator_visitor();
    assert_eq!(visitor.refused(words::ENROLMENT, json!({"token": old})).await, "LINK_INVALID");
    visitor.ok(words::ENROLMENT, json!({"token": new})).await;
    t.pass(Duration::days(3));
    assert_eq!(visitor.refused(words::ENROLMENT, json!({"token": new})).await, "LINK_INVALID");
}

#[tokio::test]
async fn op_an_operator_who_lost_the_authenticator_starts_anew() {
    let t = Town::start().await;
    let mut before = t.operator().await;
    let token = t.invite_again("operator", true).await;
    assert!(before.ok(words::OPERATOR, json!({})).await["system"]["operatorSession"].is_null());
    t.pass(Duration::minutes(1));
    let known = json!({"name": "operator", "password": PASSWORD, "totp": t.totp()});
    assert_eq!(t.operator_visitor().refused(words::OPERATOR_SIGN_IN, known.clone()).await, "WRONG_CREDENTIALS");
    let mut visitor = t.operator_visitor();
    let enrolment = visitor.ok(words::ENROLMENT, json!({"token": token})).await;
    let secret = enrolment["system"]["operatorEnrolment"]["secret"].as_str().unwrap().to_owned();
    let enrol = json!({"token": token, "password": "Other-Flag-1921", "totp": totp(&secret, t.now())});
    visitor.ok(words::ENROL, enrol).await;
    assert_eq!(t.operator_visitor().refused(words::OPERATOR_SIGN_IN, known).await, "WRONG_CREDENTIALS");
    t.pass(Duration::minutes(1));
    let new = json!({"name": "operator", "password": "Other-Flag-1921", "totp": totp(&secret, t.now())});
    t.operator_visitor().ok(words::OPERATOR_SIGN_IN, new).await;
}

#[tokio::test]
async fn op_a_one_time_password_is_for_once_and_needed_always() {
    let t = Town::start().await;
    let mut visitor = t.operator_visitor();
    let input = |password: &str, code: &str| json!({"name": "operator", "password": password, "totp": code});
    let code = t.totp();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(visitor.refused(words::OPERATOR_SIGN_IN, input(PASSWORD, wrong)).await, "WRONG_CREDENTIALS");
    assert_eq!(visitor.refused(words::OPERATOR_SIGN_IN, input("wrong", &code)).await, "WRONG_CREDENTIALS");
    visitor.ok(words::OPERATOR_SIGN_IN, input(PASSWORD, &code)).await;
    assert_eq!(
        t.operator_visitor().refused(words::OPERATOR_SIGN_IN, input(PASSWORD, &code)).await,
        "WRONG_CREDENTIALS"
    );
    t.pass(Duration::seconds(30));
    t.operator_visitor().ok(words::OPERATOR_SIGN_IN, input(PASSWORD, &t.totp())).await;
}

#[tokio::test]
async fn op_after_five_wrong_tries_an_operator_waits() {
    let t = Town::start().await;
    let mut visitor = t.operator_visitor();
    let guess = json!({"name": "operator", "password": "wrong", "totp": "000000"});
    for _ in 0..5 {
        assert_eq!(visitor.refused(words::OPERATOR_SIGN_IN, guess.clone()).await, "WRONG_CREDENTIALS");
    }
    let right = json!({"name": "operator", "password": PASSWORD, "totp": t.totp()});
    assert_eq!(visitor.refused(words::OPERATOR_SIGN_IN, right).await, "TOO_MANY");
    // Whoever guesses from one place keeps nobody out who comes from another.
    let failed = t.sql().await.one("SELECT failed FROM platform.operators WHERE user_name = 'operator'").await;
    assert_eq!(failed, "5");
    t.pass(Duration::minutes(16));
    t.operator().await;
}

#[tokio::test]
async fn op_the_two_doors_have_nothing_in_common() {
    let t = Town::start().await;
    let (admin, operator) = (t.administrator().await, t.operator().await);
    // Each one's cookies, also under the other door's names.
    let mut admin_there = admin.at("/operator/graphql");
    let mut operator_here = operator.at("/graphql");
    for (from, to) in [("zhibu_access", "zhibu_operator_access"), ("zhibu_refresh", "zhibu_operator_refresh")] {
        let (own, foreign) = (admin.cookie(from).unwrap().to_owned(), operator.cookie(to).unwrap().to_owned());
        admin_there.set_cookie(to, &own);
        operator_here.set_cookie(from, &foreign);
    }
    assert_eq!(admin_there.ok(words::OPERATOR, json!({})).await["system"]["operatorSession"], json!(null));
    assert_eq!(admin_there.ok(words::SESSION, json!({})).await["system"]["session"], json!(null));
    assert_eq!(admin_there.peek("mutation { system { refresh } }", json!({})).await.refusal(), "UNAUTHENTICATED");
    assert_eq!(operator_here.ok(words::SESSION, json!({})).await["system"]["session"], json!(null));
    assert_eq!(operator_here.ok(words::OPERATOR, json!({})).await["system"]["operatorSession"], json!(null));
    assert_eq!(operator_here.peek("mutation { system { refresh } }", json!({})).await.refusal(), "UNAUTHENTICATED");
    // And nobody does the other's work with the right ones.
    let (mut admin, mut operator) = (admin, operator);
    assert_eq!(admin.refused("{ system { codes { totalCount } } }", json!({})).await, "DENIED");
    assert_eq!(operator.refused("{ directory { organisations { totalCount } } }", json!({})).await, "DENIED");
    assert_eq!(operator.refused("{ system { users { totalCount } } }", json!({})).await, "DENIED");
}

#[tokio::test]
async fn op_signing_out_ends_the_session() {
    let t = Town::start().await;
    let mut operator = t.operator().await;
    let mut thief = operator.clone();
    operator.ok("mutation { system { operatorSignOut } }", json!({})).await;
    assert_eq!(thief.ok(words::OPERATOR, json!({})).await["system"]["operatorSession"], json!(null));
    assert_eq!(thief.refused("mutation { system { refresh } }", json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn op_the_outbox_shows_what_the_sandbox_would_send() {
    let t = Town::start().await;
    t.visitor().ok(words::REQUEST_CODE, json!({"mobile": "13900000001"})).await;
    let mut operator = t.operator().await;
    let outbox = "query($m: String) { system { smsOutbox(mobile: $m) { totalCount nodes { mobile text purpose } } } }";
    let sent = operator.ok(outbox, json!({"m": "139 0000 0001"})).await["system"]["smsOutbox"].clone();
    assert_eq!(sent["totalCount"], 1);
    assert_eq!(sent["nodes"][0]["mobile"], "13900000001");
    assert_eq!(operator.ok(outbox, json!({"m": "13900000002"})).await["system"]["smsOutbox"]["totalCount"], 0);
}
