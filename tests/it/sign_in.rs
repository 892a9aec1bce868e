//! Signing in by password and by text message, locks, sessions (PC-1.2, PC-2.3).

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Refusal, Town, Visitor, words};

const MOBILE: &str = "13900000001";
const UNLOCK: &str = "mutation($id: ID!) { system { unlockUser(id: $id) { state } } }";
const REFRESH: &str = "mutation { system { refresh } }";
const SESSIONS: &str = "{ system { sessions { id current device } } }";
const END: &str = "mutation($id: ID!) { system { endSession(id: $id) } }";

async fn guess(t: &Town, name: &str, password: &str) -> Refusal {
    t.visitor().refused(words::SIGN_IN, json!({"name": name, "password": password})).await
}

async fn request(visitor: &mut Visitor, mobile: &str) -> Value {
    visitor.ok(words::REQUEST_CODE, json!({"mobile": mobile})).await
}

fn by_code(code: &str) -> Value {
    json!({"mobile": MOBILE, "code": code})
}

/// Six digits that are not `code`.
fn not(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}

async fn account_state(t: &Town) -> String {
    let state = format!("SELECT state FROM {}.accounts WHERE id = '{}'", t.home.schema(), t.home.account);
    t.sql().await.one(&state).await
}

#[tokio::test]
async fn pc_1_2c_user_name_and_password_open_a_session() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let session = admin.ok(words::SESSION, json!({})).await;
    assert_eq!(session["system"]["session"]["account"]["userName"], "chief");
    assert_eq!(session["system"]["session"]["tenant"]["id"], t.home.id);
    assert_eq!(t.visitor().ok(words::SESSION, json!({})).await["system"]["session"], json!(null));
    t.signed_in(" CHIEF ", PASSWORD).await;
    t.signed_in("139 0000 0001", PASSWORD).await;
}

#[tokio::test]
async fn pc_1_2c_wrong_name_and_wrong_password_look_the_same() {
    let t = Town::start().await;
    let nobody = t.visitor().ask(words::SIGN_IN, json!({"name": "nobody", "password": "x"})).await;
    let wrong = t.visitor().ask(words::SIGN_IN, json!({"name": "chief", "password": "x"})).await;
    assert_eq!(nobody.refusal(), "WRONG_CREDENTIALS");
    assert_eq!(nobody.body["errors"], wrong.body["errors"]);
    assert!(wrong.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn pc_1_2b_a_code_signs_in_once() {
    let t = Town::start().await;
    let mut visitor = t.visitor();
    assert_eq!(request(&mut visitor, MOBILE).await["system"]["requestSmsCode"]["resendAfterSeconds"], 60);
    let code = t.sms(MOBILE).await;
    let answer = visitor.ok(words::SMS_SIGN_IN, by_code(&code)).await;
    assert_eq!(answer["system"]["signInBySms"]["__typename"], "SignedIn");
    assert_eq!(visitor.ok(words::SESSION, json!({})).await["system"]["session"]["account"]["userName"], "chief");
    assert_eq!(t.visitor().refused(words::SMS_SIGN_IN, by_code(&code)).await, "WRONG_CODE code");
}

#[tokio::test]
async fn pc_1_2b_a_code_is_judged_five_times() {
    let t = Town::start().await;
    let mut visitor = t.visitor();
    request(&mut visitor, MOBILE).await;
    let code = t.sms(MOBILE).await;
    for _ in 0..4 {
        assert_eq!(visitor.refused(words::SMS_SIGN_IN, by_code(&not(&code))).await, "WRONG_CODE code");
    }
    visitor.ok(words::SMS_SIGN_IN, by_code(&code)).await;

    t.pass(Duration::minutes(2));
    request(&mut visitor, MOBILE).await;
    let code = t.sms(MOBILE).await;
    // At once, so that only an atomic count helps.
    let guesses = join_all((0..20).map(|_| {
        let mut visitor = t.visitor();
        let wrong = by_code(&not(&code));
        async move { visitor.refused(words::SMS_SIGN_IN, wrong).await }
    }));
    assert!(guesses.await.iter().all(|refusal| *refusal == "WRONG_CODE code"));
    assert_eq!(visitor.refused(words::SMS_SIGN_IN, by_code(&code)).await, "WRONG_CODE code");
}

#[tokio::test]
async fn pc_1_2b_a_code_lives_five_minutes_and_the_newest_counts() {
    let t = Town::start().await;
    let mut visitor = t.visitor();
    request(&mut visitor, MOBILE).await;
    let old = t.sms(MOBILE).await;
    t.pass(Duration::seconds(61));
    request(&mut visitor, MOBILE).await;
    let new = t.sms(MOBILE).await;
    if old != new {
        assert_eq!(visitor.refused(words::SMS_SIGN_IN, by_code(&old)).await, "WRONG_CODE code");
    }
    t.pass(Duration::minutes(5));
    assert_eq!(visitor.refused(words::SMS_SIGN_IN, by_code(&new)).await, "WRONG_CODE code");
}

#[tokio::test]
async fn pc_1_2b_codes_are_rare() {
    let t = Town::start().await;
    // Away from the end of a day, whose change would start the count anew.
    t.next_span(86_400);
    let mut visitor = t.visitor();
    request(&mut visitor, MOBILE).await;
    assert_eq!(visitor.refused(words::REQUEST_CODE, json!({"mobile": MOBILE})).await, "TOO_MANY");
    for _ in 0..9 {
        t.pass(Duration::seconds(61));
        request(&mut visitor, MOBILE).await;
    }
    t.pass(Duration::seconds(61));
    assert_eq!(visitor.refused(words::REQUEST_CODE, json!({"mobile": MOBILE})).await, "TOO_MANY");
    assert_eq!(t.messages(MOBILE).await, 10);
    t.pass(Duration::days(1));
    request(&mut visitor, MOBILE).await;
}

#[tokio::test]
async fn pc_1_2b_the_pace_does_not_depend_on_the_minute() {
    let t = Town::start().await;
    // Two seconds before the next minute.
    t.pass(Duration::seconds(118 - t.now().timestamp().rem_euclid(60)));
    request(&mut t.visitor(), MOBILE).await;
    t.pass(Duration::seconds(5));
    assert_eq!(t.visitor().refused(words::REQUEST_CODE, json!({"mobile": MOBILE})).await, "TOO_MANY");
}

#[tokio::test]
async fn pc_1_2b_codes_are_limited_by_address() {
    let t = Town::plan().set(|config| config.settings.sms_per_address = 2).start().await;
    t.next_span(3_600);
    let mut visitor = t.visitor();
    request(&mut visitor, "13800000001").await;
    request(&mut visitor, "13800000002").await;
    assert_eq!(visitor.refused(words::REQUEST_CODE, json!({"mobile": "13800000003"})).await, "TOO_MANY");
}

#[tokio::test]
async fn pc_1_2b_an_unknown_number_gets_the_same_answer() {
    let t = Town::start().await;
    let known = t.visitor().ask(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    let unknown = t.visitor().ask(words::REQUEST_CODE, json!({"mobile": "13800138000"})).await;
    assert_eq!(known.body, unknown.body);
    assert_eq!(t.messages("13800138000").await, 0, "nothing is sent");
    let guess = json!({"mobile": "13800138000", "code": "123456"});
    assert_eq!(t.visitor().refused(words::SMS_SIGN_IN, guess).await, "WRONG_CODE code");
    for bad in ["", "1380013800", "23800138000", "1380013800a"] {
        let refusal = t.visitor().refused(words::REQUEST_CODE, json!({"mobile": bad})).await;
        assert_eq!(refusal, "INVALID mobile", "{bad}");
    }
}

#[tokio::test]
async fn pc_1_2b_one_number_in_two_tenants_chooses() {
    const CHOOSE: &str = "mutation($ticket: String!, $tenant: ID!) { system { chooseTenant(input: {ticket: $ticket, \
        tenant: $tenant}) { __typename } } }";
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", Some(MOBILE), &[]).await;
    let third = t.tenant("中共第三单位委员会", "lord", None, &[]).await;
    let choice = async || {
        let mut visitor = t.visitor();
        t.pass(Duration::seconds(61));
        request(&mut visitor, MOBILE).await;
        let code = t.sms(MOBILE).await;
        let answer = visitor.ok(words::SMS_SIGN_IN, by_code(&code)).await;
        let choice = answer["system"]["signInBySms"].clone();
        assert_eq!(choice["__typename"], "TenantChoice");
        assert_eq!(choice["tenants"].as_array().unwrap().len(), 2);
        assert_eq!(visitor.ok(words::SESSION, json!({})).await["system"]["session"], json!(null));
        (visitor, choice["ticket"].clone())
    };
    let (mut visitor, ticket) = choice().await;
    visitor.ok(CHOOSE, json!({"ticket": ticket, "tenant": other.id})).await;
    assert_eq!(visitor.ok(words::SESSION, json!({})).await["system"]["session"]["tenant"]["id"], other.id);
    let again = t.visitor().refused(CHOOSE, json!({"ticket": ticket, "tenant": t.home.id})).await;
    assert_eq!(again, "WRONG_CODE", "a ticket is for once");
    let (mut visitor, ticket) = choice().await;
    assert_eq!(visitor.refused(CHOOSE, json!({"ticket": ticket, "tenant": third.id})).await, "NOT_FOUND");
    let (mut visitor, ticket) = choice().await;
    t.pass(Duration::minutes(5));
    assert_eq!(visitor.refused(CHOOSE, json!({"ticket": ticket, "tenant": other.id})).await, "WRONG_CODE");
    // A password cannot tell which of the two is meant.
    assert_eq!(guess(&t, MOBILE, PASSWORD).await, "WRONG_CREDENTIALS");
}

#[tokio::test]
async fn pc_1_2d_replacing_the_initial_password_needs_a_code_sent_to_the_mobile() {
    let t = Town::start().await;
    t.tenant("中共第二单位委员会", "boss", Some("13900000002"), &[]).await;
    let mut boss = t.visitor();
    let answer = boss.ok(words::SIGN_IN, json!({"name": "boss", "password": "ABC#123"})).await;
    assert_eq!(
        answer["system"]["signIn"],
        json!({"__typename": "PasswordChangeRequired", "needsSmsCode": true, "maskedMobile": "139****0002"})
    );
    assert_eq!(boss.refused(words::CHANGE_INITIAL, json!({"new": PASSWORD})).await, "INVALID smsCode");
    let wrong = json!({"new": PASSWORD, "code": "000000"});
    assert_eq!(boss.refused(words::CHANGE_INITIAL, wrong).await, "WRONG_CODE smsCode");
    // A sign-in code is another purpose.
    request(&mut t.visitor(), "13900000002").await;
    let code = t.sms("13900000002").await;
    let other_purpose = json!({"new": PASSWORD, "code": code});
    assert_eq!(boss.refused(words::CHANGE_INITIAL, other_purpose).await, "WRONG_CODE smsCode");
    t.pass(Duration::seconds(61));
    boss.ok(words::REQUEST_PASSWORD_CODE, json!({})).await;
    let code = t.sms("13900000002").await;
    boss.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": code})).await;
    t.signed_in("boss", PASSWORD).await;
    assert_eq!(guess(&t, "boss", "ABC#123").await, "WRONG_CREDENTIALS");
    assert_eq!(boss.refused(words::CHANGE_INITIAL, json!({"new": "Other-Flag-1921"})).await, "DENIED");
}

#[tokio::test]
async fn pc_1_2d_new_passwords_are_checked() {
    let t = Town::start().await;
    t.tenant("中共第二单位委员会", "boss2026", None, &[]).await;
    let mut boss = t.visitor();
    boss.ok(words::SIGN_IN, json!({"name": "boss2026", "password": "ABC#123"})).await;
    for bad in ["Aa1!aaa", "aaaaaaaa1", "AAAAAAAA1", "ABC#123", "Boss2026!", "Passw0rd", &"Aa1!".repeat(17)] {
        let refusal = boss.refused(words::CHANGE_INITIAL, json!({"new": bad})).await;
        assert_eq!(refusal, "INVALID newPassword", "{bad}");
    }
    boss.ok(words::CHANGE_INITIAL, json!({"new": "Aa1!aaaa"})).await;
}

#[tokio::test]
async fn pc_1_2d_an_initial_password_expires() {
    let t = Town::start().await;
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    t.pass(Duration::days(7));
    // The right one, so no attempt is lost by it.
    for _ in 0..5 {
        assert_eq!(guess(&t, "boss", "ABC#123").await, "PASSWORD_EXPIRED");
    }
}

#[tokio::test]
async fn op_the_first_administrator_is_reset_by_the_operator() {
    const RESET: &str =
        "mutation($tenant: ID!) { system { resetFirstAdministrator(tenant: $tenant) { oneTimePassword } } }";
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    for _ in 0..4 {
        guess(&t, "chief", "wrong").await;
    }
    t.operator().await.ok(RESET, json!({"tenant": t.home.id})).await;
    assert_eq!(admin.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(guess(&t, "chief", PASSWORD).await, "WRONG_CREDENTIALS");
    t.first_sign_in("chief", Some(MOBILE)).await;
}

#[tokio::test]
async fn pc_1_2e_changing_the_password_ends_the_other_sessions() {
    let t = Town::start().await;
    let (mut here, mut there) = (t.administrator().await, t.administrator().await);
    assert_eq!(there.ok(SESSIONS, json!({})).await["system"]["sessions"].as_array().unwrap().len(), 2);
    let wrong = json!({"old": "wrong", "new": "Other-Flag-1921"});
    assert_eq!(here.refused(words::CHANGE_PASSWORD, wrong).await, "INVALID oldPassword");
    let same = json!({"old": PASSWORD, "new": PASSWORD});
    assert_eq!(here.refused(words::CHANGE_PASSWORD, same).await, "INVALID newPassword");
    let weak = json!({"old": PASSWORD, "new": "weak"});
    assert_eq!(here.refused(words::CHANGE_PASSWORD, weak).await, "INVALID newPassword");
    here.ok(words::CHANGE_PASSWORD, json!({"old": PASSWORD, "new": "Other-Flag-1921"})).await;
    assert_eq!(there.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(there.refused(REFRESH, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(here.ok(SESSIONS, json!({})).await["system"]["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(guess(&t, "chief", PASSWORD).await, "WRONG_CREDENTIALS");
    t.signed_in("chief", "Other-Flag-1921").await;
}

#[tokio::test]
async fn pc_1_2e_old_passwords_are_guessed_five_times() {
    let t = Town::start().await;
    t.next_span(600);
    let mut admin = t.administrator().await;
    let wrong = json!({"old": "wrong", "new": "Other-Flag-1921"});
    for _ in 0..5 {
        assert_eq!(admin.refused(words::CHANGE_PASSWORD, wrong.clone()).await, "INVALID oldPassword");
    }
    let right = json!({"old": PASSWORD, "new": "Other-Flag-1921"});
    assert_eq!(admin.refused(words::CHANGE_PASSWORD, right).await, "TOO_MANY");
}

#[tokio::test]
async fn pc_2_3b_the_fourth_wrong_password_locks_and_the_third_does_not() {
    let t = Town::start().await;
    for _ in 0..3 {
        assert_eq!(guess(&t, "chief", "wrong").await, "WRONG_CREDENTIALS");
    }
    t.administrator().await;
    // A success forgives.
    for _ in 0..3 {
        assert_eq!(guess(&t, "chief", "wrong").await, "WRONG_CREDENTIALS");
    }
    assert_eq!(account_state(&t).await, "active");
    assert_eq!(guess(&t, "chief", "wrong").await, "LOCKED");
    assert_eq!(account_state(&t).await, "locked");
    assert_eq!(guess(&t, "chief", PASSWORD).await, "LOCKED", "now the right one is no use either");
    let rows = |action: &str| format!("SELECT count(*) FROM {}.audit WHERE action = '{action}'", t.home.schema());
    assert_eq!(t.sql().await.one(&rows("account.locked")).await, "1");
    assert_eq!(t.sql().await.one(&rows("session.refused")).await, "7", "each wrong one is told, no further one");
}

#[tokio::test]
async fn pc_2_3b_of_thirty_guesses_at_once_at_most_four_are_judged() {
    let t = Town::start().await;
    let guesses = join_all((0..30).map(|_| guess(&t, "chief", "wrong"))).await;
    let judged = guesses.iter().filter(|refusal| **refusal == "WRONG_CREDENTIALS").count();
    assert!(judged <= 4, "{guesses:?}");
    assert!(guesses.iter().all(|r| ["WRONG_CREDENTIALS", "LOCKED", "TOO_MANY", "UNAVAILABLE"].contains(&&*r.code)));
    assert_eq!(account_state(&t).await, "locked");
    assert_eq!(guess(&t, "chief", PASSWORD).await, "LOCKED");
}

#[tokio::test]
async fn pc_2_3c_another_administrator_unlocks_and_resets() {
    let t = Town::start().await;
    let second = t.person("second", "tenant_admin", &t.home.root).await;
    let mut old_session = t.signed_in("second", PASSWORD).await;
    for _ in 0..4 {
        guess(&t, "second", "wrong").await;
    }
    let mut admin = t.administrator().await;
    let users = "{ system { users(filter: {state: LOCKED}) { totalCount nodes { id userName lockedAt } } } }";
    let locked = admin.ok(users, json!({})).await["system"]["users"].clone();
    assert_eq!((&locked["totalCount"], &locked["nodes"][0]["id"]), (&json!(1), &json!(second)));
    let unlocked = admin.ok(UNLOCK, json!({"id": second})).await;
    assert_eq!(unlocked["system"]["unlockUser"]["state"], "MUST_CHANGE");
    assert_eq!(old_session.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(guess(&t, "second", PASSWORD).await, "WRONG_CREDENTIALS");
    t.first_sign_in("second", None).await;
    let own = json!({"id": t.home.account});
    assert_eq!(admin.refused(UNLOCK, own).await, "OWN_ACCOUNT");
}

#[tokio::test]
async fn pc_2_3c_the_owner_unlocks_by_code() {
    let t = Town::start().await;
    for _ in 0..4 {
        guess(&t, "chief", "wrong").await;
    }
    request(&mut t.visitor(), MOBILE).await;
    let code = t.sms(MOBILE).await;
    t.visitor().ok(words::SMS_SIGN_IN, by_code(&code)).await;
    assert_eq!(account_state(&t).await, "active");
    t.administrator().await;
}

#[tokio::test]
async fn pc_2_3c_the_owner_who_came_by_code_sets_a_new_password() {
    const BY_CODE: &str = "mutation($old: String, $code: String, $new: String!) { system { changePassword(input: \
        {oldPassword: $old, smsCode: $code, newPassword: $new}) } }";
    let t = Town::start().await;
    for _ in 0..4 {
        guess(&t, "chief", "wrong").await;
    }
    request(&mut t.visitor(), MOBILE).await;
    let (mut owner, mut other) = (t.visitor(), t.visitor());
    let code = t.sms(MOBILE).await;
    owner.ok(words::SMS_SIGN_IN, by_code(&code)).await;
    let new = |code: &str| json!({"code": code, "new": "Other-Flag-1921"});
    assert_eq!(owner.refused(BY_CODE, new(&code)).await, "WRONG_CODE smsCode", "a code to sign in is none to change");
    t.pass(Duration::minutes(1));
    owner.ok(words::REQUEST_PASSWORD_CODE, json!({})).await;
    let code = t.sms(MOBILE).await;
    assert_eq!(owner.refused(BY_CODE, json!({"new": "Other-Flag-1921"})).await, "INVALID oldPassword");
    let both = json!({"old": PASSWORD, "code": code, "new": "Other-Flag-1921"});
    assert_eq!(owner.refused(BY_CODE, both).await, "INVALID oldPassword");
    assert_eq!(owner.refused(BY_CODE, new(&not(&code))).await, "WRONG_CODE smsCode");
    assert_eq!(other.refused(BY_CODE, new(&code)).await, "UNAUTHENTICATED");
    owner.ok(BY_CODE, new(&code)).await;
    assert_eq!(owner.refused(BY_CODE, json!({"code": code, "new": "Third-Flag-1921"})).await, "WRONG_CODE smsCode");
    t.signed_in("chief", "Other-Flag-1921").await;
    assert_eq!(guess(&t, "chief", PASSWORD).await, "WRONG_CREDENTIALS");
}

/// Whoever takes the last attempt and is cut off leaves the account refusing passwords; it must also say so.
#[tokio::test]
async fn pc_2_3b_attempts_that_were_cut_off_lock_as_well() {
    let t = Town::start().await;
    let schema = t.home.schema();
    let now = t.now();
    t.sql().await.rows(&format!("UPDATE {schema}.accounts SET failed = 4, failed_at = '{now}'")).await;
    assert_eq!(guess(&t, "chief", PASSWORD).await, "LOCKED");
    assert_eq!(account_state(&t).await, "active", "the last attempt may still be judged");
    t.pass(Duration::minutes(2));
    assert_eq!(guess(&t, "chief", PASSWORD).await, "LOCKED");
    assert_eq!(account_state(&t).await, "locked");
}

/// The signing key changes every thirty days; what the last one signed stays good for its short life.
#[tokio::test]
async fn pc_1_2_signing_keys_rotate() {
    // An access token that outlives its key, so that only the key can be at fault.
    let t = Town::plan().set(|config| config.settings.access_minutes = 60 * 24 * 100).start().await;
    t.next_span(30 * 86_400);
    let mut admin = t.administrator().await;
    let old = admin.clone();
    let mut headers = Vec::new();
    for day in 0..6 {
        let token = admin.cookie("zhibu_access").unwrap();
        headers.push(token.split('.').next().unwrap().to_owned());
        if day == 3 {
            old.clone().ok(SESSIONS, json!({})).await;
        }
        t.pass(Duration::days(12));
        admin.ok(REFRESH, json!({})).await;
    }
    assert_eq!(
        headers.iter().collect::<std::collections::HashSet<_>>().len(),
        3,
        "days 0 to 24, 36 and 48, 60: {headers:?}"
    );
    assert_eq!(old.clone().refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
    admin.ok(SESSIONS, json!({})).await;
}

#[tokio::test]
async fn pc_1_2_sign_ins_are_limited_by_address() {
    let t = Town::plan().set(|config| config.settings.sign_ins_per_address = 3).start().await;
    // Away from the end of a minute.
    t.next_span(60);
    for _ in 0..3 {
        assert_eq!(guess(&t, "nobody", "wrong").await, "WRONG_CREDENTIALS");
    }
    assert_eq!(guess(&t, "chief", PASSWORD).await, "TOO_MANY");
    t.pass(Duration::minutes(1));
    t.administrator().await;
}

#[tokio::test]
async fn pc_1_2_a_session_is_listed_and_ended_from_another_device() {
    let t = Town::start().await;
    let mut here = t.administrator().await;
    let mut there = here.other_device("lost phone");
    there.ok(words::SIGN_IN, json!({"name": "chief", "password": PASSWORD})).await;
    let list = here.ok(SESSIONS, json!({})).await["system"]["sessions"].clone();
    let lost = list.as_array().unwrap().iter().find(|s| s["device"] == "lost phone").unwrap();
    assert_eq!(lost["current"], false);
    let mut socket = t.socket(&there).await;
    // So that this replica remembers the session.
    there.ok(words::SESSION, json!({})).await;
    here.ok(END, json!({"id": lost["id"]})).await;
    let write = "mutation { system { updateMyAccount(input: {displayName: \"小偷\"}) { id } } }";
    assert_eq!(there.refused(write, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(socket.next().await.unwrap_err(), 4401);
    assert_eq!(there.ok(words::SESSION, json!({})).await["system"]["session"], json!(null));
    assert_eq!(here.refused(END, json!({"id": lost["id"]})).await, "NOT_FOUND");
    let list = here.ok(SESSIONS, json!({})).await;
    assert_eq!(list["system"]["sessions"].as_array().unwrap().len(), 1);
}

/// What another replica ends: writes are refused at once, reads within two seconds.
#[tokio::test]
async fn pc_1_2_a_session_that_another_replica_has_ended_writes_nothing() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    admin.ok(words::SESSION, json!({})).await;
    t.sql().await.rows(&format!("UPDATE {}.sessions SET ended_at = now()", t.home.schema())).await;
    let write = "mutation { system { updateMyAccount(input: {displayName: \"小偷\"}) { id } } }";
    assert_eq!(admin.refused(write, json!({})).await, "UNAUTHENTICATED");
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(admin.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn pc_1_2_signing_out_ends_both_tokens() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let kept = admin.clone();
    admin.ok("mutation { system { signOut } }", json!({})).await;
    assert_eq!(admin.cookies(), "");
    let mut thief = kept;
    assert_eq!(thief.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(thief.refused(REFRESH, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn pc_1_2_refreshing_rotates_and_an_old_token_ends_the_session() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let mut thief = admin.clone();
    t.pass(Duration::minutes(10));
    assert_eq!(admin.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED", "an access token lives ten minutes");
    let before = admin.cookie("zhibu_refresh").unwrap().to_owned();
    admin.ok(REFRESH, json!({})).await;
    assert_ne!(admin.cookie("zhibu_refresh").unwrap(), before);
    admin.ok(SESSIONS, json!({})).await;
    // Within seconds a repetition is a lost answer.
    thief.clone().ok(REFRESH, json!({})).await;
    t.pass(Duration::seconds(60));
    assert_eq!(thief.refused(REFRESH, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(admin.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED", "the whole session is over");
}

#[tokio::test]
async fn pc_1_2_a_made_up_refresh_token_ends_nothing() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let token = admin.cookie("zhibu_refresh").unwrap().to_owned();
    let mut forger = t.visitor();
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    for bad in [forged.as_str(), "", "..", "x.y.z"] {
        forger.set_cookie("zhibu_refresh", bad);
        assert_eq!(forger.refused(REFRESH, json!({})).await, "UNAUTHENTICATED", "{bad}");
    }
    admin.ok(REFRESH, json!({})).await;
}

#[tokio::test]
async fn pc_1_2_a_session_ends_when_it_is_not_used() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    for _ in 0..3 {
        t.pass(Duration::days(13));
        admin.ok(REFRESH, json!({})).await;
    }
    t.pass(Duration::days(14));
    assert_eq!(admin.refused(REFRESH, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn pc_1_1b_the_own_account_is_changed() {
    const UPDATE: &str = "mutation($input: UpdateMyAccountInput!) { system { updateMyAccount(input: $input) { userName \
        displayName mobile } } }";
    let t = Town::start().await;
    t.person("second", "org_admin", &t.home.root).await;
    let mut admin = t.administrator().await;
    let taken = json!({"input": {"userName": "second"}});
    assert_eq!(admin.refused(UPDATE, taken).await, "INVALID userName");
    let changed = admin.ok(UPDATE, json!({"input": {"userName": "Leader", "displayName": "李书记"}})).await;
    assert_eq!(changed["system"]["updateMyAccount"]["userName"], "leader");
    t.signed_in("leader", PASSWORD).await;
    assert_eq!(guess(&t, "chief", PASSWORD).await, "WRONG_CREDENTIALS");

    let without = json!({"input": {"mobile": "13900000009"}});
    assert_eq!(admin.refused(UPDATE, without).await, "INVALID password");
    let wrong = json!({"input": {"mobile": "13900000009", "password": "wrong"}});
    assert_eq!(admin.refused(UPDATE, wrong).await, "INVALID password");
    let without = json!({"input": {"mobile": "13900000009", "password": PASSWORD}});
    assert_eq!(admin.refused(UPDATE, without).await, "INVALID smsCode");
    let ask = "mutation { system { requestMobileChangeCode(mobile: \"13900000009\") { resendAfterSeconds } } }";
    admin.ok(ask, json!({})).await;
    let code = t.sms("13900000009").await;
    let with = json!({"input": {"mobile": "13900000009", "smsCode": code, "password": PASSWORD}});
    assert_eq!(admin.ok(UPDATE, with).await["system"]["updateMyAccount"]["mobile"], "139****0009");
    t.signed_in("13900000009", PASSWORD).await;
    assert_eq!(guess(&t, MOBILE, PASSWORD).await, "WRONG_CREDENTIALS");
}

#[tokio::test]
async fn pc_1_1b_the_name_of_the_tenant_is_changed() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let rename = "mutation($name: String!) { system { updateTenant(input: {name: $name}) { name } } }";
    assert_eq!(admin.refused(rename, json!({"name": " "})).await, "INVALID name");
    admin.ok(rename, json!({"name": "中共新名称委员会"})).await;
    let names = t.sql().await.column("SELECT name FROM platform.tenants").await;
    assert_eq!(names, ["中共新名称委员会"]);
}

/// No table holds a password, a code or a mobile number that can be read.
#[tokio::test]
async fn pc_1_2_nothing_secret_is_stored_readable() {
    let t = Town::start().await;
    request(&mut t.visitor(), MOBILE).await;
    let code = t.sms(MOBILE).await;
    let admin = t.administrator().await;
    let sql = t.sql().await;
    let schemas = format!("'platform', 'jobs', '{}'", t.home.schema());
    let tables = format!(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname IN ({schemas})"
    );
    let refresh = admin.cookie("zhibu_refresh").unwrap().rsplit('.').next().unwrap();
    for table in sql.column(&tables).await {
        let all = sql.one(&format!("SELECT coalesce(string_agg(r::text, ' '), '') FROM {table} r")).await;
        for secret in [MOBILE, PASSWORD, refresh, &format!("验证码为{code}")] {
            assert!(!all.contains(secret), "{secret} in {table}");
        }
    }
}

#[tokio::test]
async fn pc_1_2_any_old_refresh_token_ends_the_session() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let mut thief = admin.clone();
    for _ in 0..3 {
        t.pass(Duration::minutes(1));
        admin.ok(REFRESH, json!({})).await;
    }
    assert_eq!(thief.refused(REFRESH, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(admin.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn pc_1_2_who_comes_by_mobile_number_is_stored_sealed() {
    let t = Town::start().await;
    let mobile = "13711112222";
    let input = json!({"input": {"organisation": t.home.root, "displayName": "赵六", "mobile": mobile}});
    t.administrator().await.ok(words::ADD_ADMINISTRATOR, input).await;
    let all = format!("SELECT string_agg(a::text, ' ') FROM {}.accounts a", t.home.schema());
    assert!(!t.sql().await.one(&all).await.contains(mobile));
    t.first_sign_in(mobile, Some(mobile)).await;
}
