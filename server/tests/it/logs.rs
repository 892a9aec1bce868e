//! Nothing personal and nothing secret reaches a log, whatever people do and whatever goes wrong.

use http::Method;
use serde_json::{Value, json};
use zhibu_core::World;
use zhibu_tests::{PASSWORD, Visitor, words};

use crate::program::{House, tomorrow};

const MOBILE: &str = "13900000077";
const PHONE: &str = "13712345678";
const CONTACT: &str = "李无名";
const COLLEAGUE: &str = "18655550000";
const WRONG: &str = "Wrong-Guess-77";

/// The code in the newest text message to a number.
async fn sms(operator: &mut Visitor, mobile: &str) -> String {
    let outbox = "query($m: String) { system { smsOutbox(mobile: $m, first: 1) { nodes { text } } } }";
    let sent = operator.ok(outbox, json!({"m": mobile})).await;
    let text = sent["system"]["smsOutbox"]["nodes"][0]["text"].as_str().unwrap().to_owned();
    text.chars().filter(char::is_ascii_digit).take(6).collect()
}

fn organisation(root: &Value, name: &str) -> Value {
    json!({"input": {
        "parent": root, "fullName": format!("中共示例集团{name}支部委员会"), "shortName": format!("{name}党支部"),
        "type": "BRANCH", "foundedOn": "2020-03-01", "unitRelation": "SAME_AS_PARENT", "units": [],
        "divisionCode": "320100", "contactName": CONTACT, "contactPhone": PHONE,
    }})
}

/// The values of all cookies.
fn tokens(visitor: &Visitor) -> Vec<String> {
    visitor.cookies().split("; ").filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())).collect()
}

/// Whether a text holds a secret. Six digits are part of many a number: they must stand by themselves.
fn holds(text: &str, secret: &str) -> bool {
    let apart = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.');
    text.match_indices(secret).any(|(at, _)| {
        let around = (text[..at].chars().next_back(), text[at + secret.len()..].chars().next());
        secret.len() > 6 || (apart(around.0) && apart(around.1))
    })
}

#[tokio::test]
async fn logs_hold_nothing_personal_and_nothing_secret() {
    let house = House::new();
    let mut server = house.serve(&[("ZHIBU_LOG", "zhibu=trace,info"), ("ZHIBU__SETTINGS__SMS_INTERVAL", "0")]).await;
    let token = server.link().await;
    let mut operator = server.enrolled(&token).await;
    let order = json!({
        "key": World::default().id::<zhibu_core::BatchId>(), "plan": "标准版", "modules": [], "seats": 9, "count": 1,
        "expiresOn": tomorrow(),
    });
    let issued = operator.ok(words::ISSUE, json!({"input": order})).await;
    let code = issued["system"]["issueCodes"]["codes"][0].as_str().unwrap().to_owned();
    let ticket = server.activate(&code, "中共新单位委员会", Some(MOBILE)).await;
    server.ready(&ticket).await;
    let mut secrets = vec![token, code.replace('-', ""), code, ticket.as_str().unwrap().to_owned()];
    secrets.extend([MOBILE, PHONE, CONTACT, COLLEAGUE, WRONG, PASSWORD, "ABC#123"].map(str::to_owned));

    // First steps, a wrong guess, and the way in by a text message.
    let mut boss = server.visitor();
    boss.ok(words::SIGN_IN, json!({"name": MOBILE, "password": "ABC#123"})).await;
    secrets.extend(tokens(&boss));
    boss.ok(words::REQUEST_PASSWORD_CODE, json!({})).await;
    secrets.push(sms(&mut operator, MOBILE).await);
    boss.ok(words::CHANGE_INITIAL, json!({"new": PASSWORD, "code": secrets.last()})).await;
    secrets.extend(tokens(&boss));
    let guess = json!({"name": MOBILE, "password": WRONG});
    assert_eq!(server.visitor().refused(words::SIGN_IN, guess).await, "WRONG_CREDENTIALS");
    let mut by_code = server.visitor();
    by_code.ok(words::REQUEST_CODE, json!({"mobile": MOBILE})).await;
    secrets.push(sms(&mut operator, MOBILE).await);
    assert_eq!(
        by_code.refused(words::SMS_SIGN_IN, json!({"mobile": MOBILE, "code": "000000x"})).await.code,
        "WRONG_CODE"
    );
    by_code.ok(words::SMS_SIGN_IN, json!({"mobile": MOBILE, "code": secrets.last()})).await;
    boss.ok("mutation { system { refresh } }", json!({})).await;
    secrets.extend([&boss, &by_code, &operator].into_iter().flat_map(tokens));

    // Work, and faults of ours in the middle of it; PostgreSQL's words on them would show the rows.
    let session = boss.ok(words::SESSION, json!({})).await["system"]["session"].clone();
    let root = &session["roots"][0]["id"];
    boss.ok(words::CREATE, organisation(root, "第一")).await;
    let schema = format!("t_{}", session["tenant"]["id"].as_str().unwrap().replace('-', ""));
    let sql = house.sql().await;
    for table in ["organisations", "accounts"] {
        sql.rows(&format!("ALTER TABLE {schema}.{table} ADD CONSTRAINT closed CHECK (false) NOT VALID")).await;
    }
    assert_eq!(boss.refused(words::CREATE, organisation(root, "第二")).await, "INTERNAL");
    let colleague = json!({"input": {"organisation": root, "displayName": CONTACT, "mobile": COLLEAGUE}});
    assert_eq!(boss.refused(words::ADD_ADMINISTRATOR, colleague).await, "INTERNAL");
    let metrics = server.visitor().send(Method::GET, "/metrics", &[], "").await;
    drop(sql);
    server.stop().await;

    let lines = house.log();
    let lines = lines.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        line["timestamp"].take();
        line.to_string()
    });
    let log = lines.collect::<Vec<_>>().join("\n");
    assert!(log.contains("answered") && log.contains("request failed") && log.contains("closed"), "{log}");
    let database = house.database_logs();
    assert!(database.contains("closed"), "{database}");
    assert!(secrets.len() > 18 && secrets.iter().all(|secret| secret.len() > 5), "{secrets:?}");
    for (place, text) in [("log", &log), ("database's log", &database), ("metrics", &format!("{metrics:?}"))] {
        for secret in &secrets {
            assert!(
                !holds(text, secret),
                "{secret} is in the {place}: {:?}",
                text.lines().find(|l| l.contains(secret))
            );
        }
    }
}
