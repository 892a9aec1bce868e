//! How people of a tenant may come in: random initial passwords, named networks, one-time passwords (PC-2.3).

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor, totp, words};

use crate::members::{enrol, member};
use crate::organisations::small_tree;

const DECIDE: &str =
    "mutation($input: SecurityInput!) { system { setSecurity(input: $input) { networks randomPasswords } } }";
const UNLOCK: &str = "mutation($id: ID!) { system { unlockUser(id: $id) { state oneTimePassword } } }";
const RESET: &str = "mutation($t: ID!) { system { resetFirstAdministrator(tenant: $t) { oneTimePassword } } }";
const ADD: &str = "mutation($input: AdministratorInput!) { directory { addAdministrator(input: $input) { createdAccount \
    oneTimePassword } } }";
const SIGN_IN: &str = "mutation($name: String!, $password: String!, $totp: String) { system { signIn(input: {userName: $name, \
    password: $password, totp: $totp}) { __typename } } }";
const BEGIN: &str = "mutation($p: String!) { system { beginTotp(password: $p) { secret url } } }";
const CONFIRM: &str = "mutation($c: String!) { system { confirmTotp(code: $c) } }";
const REMOVE: &str = "mutation($p: String!) { system { removeTotp(password: $p) } }";

async fn enter(t: &Town, name: &str, password: &str) -> String {
    t.next_span(60);
    let answer = t.visitor().ask(SIGN_IN, json!({"name": name, "password": password})).await;
    match answer.body["data"]["system"]["signIn"]["__typename"].as_str() {
        Some(outcome) => outcome.to_owned(),
        None => answer.body["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned(),
    }
}

async fn newcomer(by: &mut Visitor, root: &str, name: &str) -> Value {
    let input = json!({"organisation": root, "displayName": "新来的", "userName": name});
    by.ok(ADD, json!({"input": input})).await["directory"]["addAdministrator"].clone()
}

#[tokio::test]
async fn pc_2_3_random_initial_passwords_are_told_once_and_replace_the_known_one() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    assert_eq!(newcomer(&mut admin, &t.home.root, "before").await["oneTimePassword"], Value::Null);
    assert_eq!(enter(&t, "before", "ABC#123").await, "PasswordChangeRequired");
    admin.ok(DECIDE, json!({"input": {"randomPasswords": true}})).await;
    assert_eq!(enter(&t, "before", "ABC#123").await, "WRONG_CREDENTIALS", "what everybody knows opens nothing");
    assert_eq!(enter(&t, "boss", "ABC#123").await, "PasswordChangeRequired", "another tenant decides for itself");

    let told = newcomer(&mut admin, &t.home.root, "after").await;
    let password = told["oneTimePassword"].as_str().unwrap().to_owned();
    assert_eq!(password.len(), 12);
    assert_eq!(enter(&t, "after", "ABC#123").await, "WRONG_CREDENTIALS");
    let mut after = t.visitor();
    let signed = after.ok(SIGN_IN, json!({"name": "after", "password": password})).await;
    assert_eq!(signed["system"]["signIn"]["__typename"], "PasswordChangeRequired");
    // The password that was handed over is not kept for good.
    let account = t.sql().await;
    let schema = t.home.schema();
    let odd = format!(
        "UPDATE {schema}.accounts SET password_hash = (SELECT password_hash FROM {schema}.accounts \
        WHERE id = '{}') WHERE user_name = 'after'",
        t.home.account
    );
    let kept = account.one(&format!("SELECT password_hash FROM {schema}.accounts WHERE user_name = 'after'")).await;
    account.rows(&odd).await;
    let same = json!({"new": PASSWORD, "code": null});
    assert_eq!(after.refused(words::CHANGE_INITIAL, same).await, "INVALID newPassword");
    account.rows(&format!("UPDATE {schema}.accounts SET password_hash = '{kept}' WHERE user_name = 'after'")).await;
    after.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": null})).await;
    assert_eq!(enter(&t, "after", &password).await, "WRONG_CREDENTIALS", "it worked once");
    assert_eq!(enter(&t, "after", PASSWORD).await, "SignedIn");

    // A reset hands over another one.
    let id = account.one(&format!("SELECT id FROM {schema}.accounts WHERE user_name = 'after'")).await;
    let reset = admin.ok(UNLOCK, json!({"id": id})).await["system"]["unlockUser"].clone();
    let again = reset["oneTimePassword"].as_str().unwrap();
    assert!(again != password && reset["state"] == "MUST_CHANGE");
    assert_eq!(enter(&t, "after", again).await, "PasswordChangeRequired");

    // Members come in by a text message, not by a password; wrong ones lock as ever.
    enrol(&mut admin, member(&first, "张三", 1)).await;
    for outcome in ["WRONG_CREDENTIALS", "WRONG_CREDENTIALS", "WRONG_CREDENTIALS", "LOCKED"] {
        assert_eq!(enter(&t, "13700000001", "ABC#123").await, outcome);
    }
    t.pass(chrono::Duration::minutes(2));
    let mut zhang = t.visitor();
    let ask = "mutation { system { requestSmsCode(input: {mobile: \"13700000001\"}) { resendAfterSeconds } } }";
    zhang.ok(ask, json!({})).await;
    let code = t.sms("13700000001").await;
    let by_sms =
        "mutation($c: String!) { system { signInBySms(input: {mobile: \"13700000001\", code: $c}) { __typename } } }";
    assert_eq!(zhang.ok(by_sms, json!({"c": code})).await["system"]["signInBySms"]["__typename"], "SignedIn");

    // Nothing of it is written down: not in the audit, not readable in the table.
    let trace = format!("SELECT count(*) FROM {schema}.audit WHERE changes::text LIKE '%{password}%'");
    assert_eq!(account.one(&trace).await, "0");
    let mut operator = t.operator().await;
    let told = operator.ok(RESET, json!({"t": t.home.id})).await["system"]["resetFirstAdministrator"].clone();
    assert_eq!(told["oneTimePassword"].as_str().unwrap().len(), 12);
    let told = operator.ok(RESET, json!({"t": other.id})).await["system"]["resetFirstAdministrator"].clone();
    assert_eq!(told["oneTimePassword"], Value::Null);
}

#[tokio::test]
async fn pc_2_3_people_come_in_from_named_networks_only_and_nobody_shuts_themselves_out() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let decide = |networks: Value| json!({"input": {"networks": networks}});
    for bad in [json!(["somewhere"]), json!(["10.0.0.0/33"]), json!(["10.0.0.0/8"]), json!(vec!["10.0.0.1"; 51])] {
        assert_eq!(admin.refused(DECIDE, decide(bad.clone())).await, "INVALID networks", "{bad}");
    }
    let saved = admin.ok(DECIDE, decide(json!([" 127.0.0.9/8 ", "2001:db8::1", "127.0.0.0/8"]))).await;
    assert_eq!(saved["system"]["setSecurity"]["networks"], json!(["127.0.0.0/8", "2001:db8::1/128"]));
    assert_eq!(enter(&t, "chief", PASSWORD).await, "SignedIn");

    // From elsewhere: neither the password nor a refresh lets anybody in, and nobody is locked for trying.
    let sql = t.sql().await;
    let schema = t.home.schema();
    sql.rows(&format!("UPDATE {schema}.security SET networks = '{{203.0.113.0/24}}'")).await;
    for _ in 0..5 {
        assert_eq!(enter(&t, "chief", PASSWORD).await, "NETWORK");
    }
    assert_eq!(enter(&t, "chief", "Wrong#2027").await, "WRONG_CREDENTIALS", "the network is told to its people only");
    let refreshed = admin.refused("mutation { system { refresh } }", json!({})).await;
    assert_eq!(refreshed, "NETWORK");

    // The operator's reset opens it again.
    t.operator().await.ok(RESET, json!({"t": t.home.id})).await;
    assert_eq!(sql.one(&format!("SELECT networks FROM {schema}.security")).await, "{}");
    assert_eq!(enter(&t, "chief", "ABC#123").await, "PasswordChangeRequired");
}

#[tokio::test]
async fn pc_2_3_a_one_time_password_is_asked_for_beside_the_password_by_those_who_want_it() {
    let t = Town::start().await;
    t.person("zhao", "org_admin", &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(zhao.refused(CONFIRM, json!({"c": "123456"})).await, "TOTP_NONE");
    assert_eq!(zhao.refused(BEGIN, json!({"p": "Wrong#2027"})).await, "INVALID password");
    let key = zhao.ok(BEGIN, json!({"p": PASSWORD})).await["system"]["beginTotp"].clone();
    let secret = key["secret"].as_str().unwrap();
    assert!(key["url"].as_str().unwrap().starts_with("otpauth://totp/"));
    // Not in force before a first code was right.
    assert_eq!(enter(&t, "zhao", PASSWORD).await, "SignedIn");
    assert_eq!(zhao.refused(CONFIRM, json!({"c": "000000"})).await, "WRONG_CODE totp");
    zhao.ok(CONFIRM, json!({"c": totp(secret, t.now())})).await;
    assert_eq!(zhao.refused(BEGIN, json!({"p": PASSWORD})).await, "TOTP_ON");

    let with = |code: &str| json!({"name": "zhao", "password": PASSWORD, "totp": code});
    for _ in 0..6 {
        assert_eq!(enter(&t, "zhao", PASSWORD).await, "TOTP_REQUIRED", "asking locks nobody");
    }
    assert_eq!(enter(&t, "zhao", "Wrong#2027").await, "WRONG_CREDENTIALS", "only who knows the password is asked");
    t.next_span(60);
    let code = totp(secret, t.now());
    assert_eq!(t.visitor().ok(SIGN_IN, with(&code)).await["system"]["signIn"]["__typename"], "SignedIn");
    assert_eq!(t.visitor().refused(SIGN_IN, with(&code)).await, "WRONG_CODE totp", "a code works once");
    // Guessed codes lock like guessed passwords.
    t.next_span(60);
    for expected in ["WRONG_CODE totp", "WRONG_CODE totp", "LOCKED"] {
        assert_eq!(t.visitor().refused(SIGN_IN, with("000000")).await, expected);
    }
    // The reset takes it off; nothing of the secret stands open in the table.
    let sql = t.sql().await;
    let schema = t.home.schema();
    assert_eq!(sql.one(&format!("SELECT count(*) FROM {schema}.accounts WHERE length(totp) > 40")).await, "1");
    let id = sql.one(&format!("SELECT id FROM {schema}.accounts WHERE user_name = 'zhao'")).await;
    let mut admin = t.administrator().await;
    admin.ok(UNLOCK, json!({"id": id})).await;
    assert_eq!(enter(&t, "zhao", "ABC#123").await, "PasswordChangeRequired");

    // Off again by oneself, with the password.
    let key = admin.ok(BEGIN, json!({"p": PASSWORD})).await["system"]["beginTotp"]["secret"].clone();
    admin.ok(CONFIRM, json!({"c": totp(key.as_str().unwrap(), t.now())})).await;
    assert_eq!(enter(&t, "chief", PASSWORD).await, "TOTP_REQUIRED");
    assert_eq!(admin.refused(REMOVE, json!({"p": "Wrong#2027"})).await, "INVALID password");
    admin.ok(REMOVE, json!({"p": PASSWORD})).await;
    assert_eq!(enter(&t, "chief", PASSWORD).await, "SignedIn");
}
