//! The bars of `docs/security.md` that no other file shows, each as somebody outside would try it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use zhibu_server::Profile;
use zhibu_tests::{PASSWORD, Sql, Town, Visitor, until, words};

use crate::members::{CREATE, DELETE, enrol, member};
use crate::organisations::{small_tree, with};
use crate::surface::{NOBODY, Surface};

const RENAME: &str = "mutation { system { updateMyAccount(input: {displayName: \"另一名\"}) { id } } }";
const SESSIONS: &str = "{ system { sessions { id } } }";
const SUSPEND: &str = "mutation($id: ID!) { system { suspendTenant(tenant: $id, reason: \"欠费\") { life } } }";
const MOBILE_CODE: &str =
    "mutation($m: String!) { system { requestMobileChangeCode(mobile: $m) { resendAfterSeconds } } }";

/// Every statement on tables that a role has had run, and how often: the end of a transaction comes when it likes.
async fn statements(sql: &Sql, role: &str) -> BTreeMap<String, i64> {
    let all = format!(
        "SELECT queryid || ' ' || left(query, 120), calls::text FROM pg_stat_statements WHERE userid = '{role}'::regrole \
         AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND query ~* '^\\s*(select|insert|update|delete|with)'"
    );
    let rows = sql.rows(&all).await.into_iter();
    rows.map(|row| (row[0].clone().unwrap(), row[1].as_ref().unwrap().parse().unwrap())).collect()
}

/// What was answered to a request with one id everywhere, and the statements it took.
async fn asked(sql: &Sql, role: &str, by: &Visitor, id: &str, surface: &Surface, n: usize) -> (Value, Vec<String>) {
    let operations = surface.operations(&|_| id.to_owned());
    let before = statements(sql, role).await;
    let (_, body) = crate::surface::outcome(by, &operations[n]).await;
    // The last statement counts when its transaction ends, which nobody waits for.
    let open = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'zhibu_app' AND datname = current_database() \
        AND state <> 'idle'";
    until("the transaction has ended", async || sql.one(open).await == "0").await;
    let after = statements(sql, role).await;
    let mut ran: Vec<String> = Vec::new();
    for (query, calls) in after {
        let more = calls - before.get(&query).copied().unwrap_or(0);
        ran.extend((0..more).map(|_| query.clone()));
    }
    (body, ran)
}

/// Bar 7: of what lies outside somebody's reach the answer is, to the letter, that of what does not exist, and it takes the
/// same statements. What takes the same statements takes the same time but for what a row costs.
/// Method, path, headers and body of a request.
type Kind<'a> = (Method, String, &'a [(&'a str, &'a str)], String);

#[tokio::test]
async fn bar_7_what_is_out_of_reach_is_answered_like_what_is_not_there_by_the_same_statements() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, _, second) = small_tree(&t, &mut admin).await;
    let hidden = [second.clone(), enrol(&mut admin, member(&second, "李四", 2)).await];
    t.person("zhao", "org_admin", &committee).await;
    let zhao = t.signed_in("zhao", PASSWORD).await;
    let sql = t.sql().await;
    sql.rows("CREATE EXTENSION pg_stat_statements").await;
    let (surface, schema) = (Surface::of(&t).await, t.home.schema());
    let operations = surface.operations(&|_| NOBODY.to_owned());
    let (mut compared, mut telling) = (0, Vec::new());
    for (n, operation) in operations.iter().enumerate().filter(|(_, operation)| operation.takes_id) {
        for id in &hidden {
            let mut tries = Vec::new();
            // What a session may do is read again every second, and that is a statement too.
            for _ in 0..6 {
                let there = asked(&sql, &schema, &zhao, id, &surface, n).await;
                let nowhere = asked(&sql, &schema, &zhao, NOBODY, &surface, n).await;
                assert_eq!(there.0, nowhere.0, "{}", operation.name);
                tries.push((there.1, nowhere.1));
                if tries.last().is_some_and(|(there, nowhere)| there == nowhere) {
                    break;
                }
            }
            let same = tries.last().is_some_and(|(there, nowhere)| there == nowhere);
            if !same {
                telling.push((&operation.name, tries.pop()));
            }
            compared += usize::from(tries.last().is_some_and(|(there, _)| !there.is_empty()));
        }
    }
    assert!(telling.is_empty(), "these tell by their statements: {telling:#?}");
    assert!(compared > 15, "only {compared} requests reached the database");
}

/// Bar 11: an unknown name, a wrong password and a locked account each cost one hash. A missing one would make its answer
/// many times as fast.
#[tokio::test]
async fn bar_11_unknown_wrong_and_locked_take_about_as_long() {
    let t = Town::start().await;
    for name in ["wrong", "locked"] {
        t.person(name, "org_admin", &t.home.root).await;
    }
    let guess = async |name: &str| {
        let started = Instant::now();
        let refusal = t.visitor().refused(words::SIGN_IN, json!({"name": name, "password": "Not-This-1"})).await;
        (started.elapsed(), refusal.code)
    };
    for _ in 0..4 {
        guess("locked").await;
    }
    let schema = t.home.schema();
    let mut took: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for _ in 0..7 {
        t.sql().await.rows(&format!("UPDATE {schema}.accounts SET failed = 0 WHERE user_name = 'wrong'")).await;
        for (name, code) in [("wrong", "WRONG_CREDENTIALS"), ("nobody", "WRONG_CREDENTIALS"), ("locked", "LOCKED")] {
            let (time, said) = guess(name).await;
            assert_eq!(said, code);
            took.entry(name).or_default().push(time);
        }
    }
    let middle = |name: &str| {
        let mut times = took[name].clone();
        times.sort_unstable();
        times[times.len() / 2]
    };
    for other in ["nobody", "locked"] {
        assert!(middle(other) * 2 > middle("wrong") && middle("wrong") * 3 > middle(other), "{took:?}");
    }
}

/// Bar 11: of thirty guesses at once at an operator's door at most five are judged, and no more count.
#[tokio::test]
async fn bar_11_of_thirty_guesses_at_once_at_an_operator_at_most_five_are_judged() {
    let t = Town::start().await;
    t.next_span(900);
    let guess = json!({"name": "operator", "password": "wrong", "totp": "000000"});
    let guesses = join_all((0..30).map(|_| {
        let (mut visitor, guess) = (t.operator_visitor(), guess.clone());
        async move { visitor.refused(words::OPERATOR_SIGN_IN, guess).await.code }
    }));
    let codes = guesses.await;
    let judged = codes.iter().filter(|code| *code == "WRONG_CREDENTIALS").count();
    assert!((1..=5).contains(&judged), "{codes:?}");
    assert!(codes.iter().all(|c| ["WRONG_CREDENTIALS", "TOO_MANY", "UNAVAILABLE"].contains(&c.as_str())), "{codes:?}");
    let failed = t.sql().await.one("SELECT failed FROM platform.operators WHERE user_name = 'operator'").await;
    assert!(failed.parse::<usize>().unwrap() <= 5, "{failed}");
}

/// Somebody's session on two replicas, both of which remember it, is ended by `end`: nothing is written any more from the
/// answer on, nothing read after two seconds, and no old token brings it back.
async fn ended_everywhere(t: &Town, person: &Visitor, what: &str, end: impl AsyncFnOnce()) {
    let (mut here, mut there) = (person.clone(), t.there(person));
    for by in [&mut here, &mut there] {
        by.ok(SESSIONS, json!({})).await;
    }
    end().await;
    assert_eq!(there.refused(RENAME, json!({})).await, "UNAUTHENTICATED", "{what}: written there");
    assert_eq!(here.refused(RENAME, json!({})).await, "UNAUTHENTICATED", "{what}: written here");
    tokio::time::sleep(Duration::from_secs(2)).await;
    for by in [&mut here, &mut there] {
        assert_eq!(by.refused(SESSIONS, json!({})).await, "UNAUTHENTICATED", "{what}: read");
        assert_eq!(
            by.refused("mutation { system { refresh } }", json!({})).await,
            "UNAUTHENTICATED",
            "{what}: renewed"
        );
    }
}

/// Bar 9: closing an account, changing a password and suspending a tenant end sessions on every replica.
#[tokio::test]
async fn bar_9_a_session_ends_on_every_replica_at_once_for_writes_and_soon_for_reads() {
    let mut t = Town::start().await;
    t.join(Town::plan()).await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let zhang = enrol(&mut admin, member(&first, "张三", 1)).await;
    t.pass(chrono::Duration::minutes(2));
    let member = t.first_sign_in("13700000001", Some("13700000001")).await;
    ended_everywhere(&t, &member, "a closed account", async || {
        admin.ok(DELETE, json!({"ids": [zhang], "note": "重复录入"})).await;
    })
    .await;
    let (other, mut here) = (t.administrator().await, t.administrator().await);
    ended_everywhere(&t, &other, "a changed password", async || {
        here.ok(words::CHANGE_PASSWORD, json!({"old": PASSWORD, "new": "Other-Flag-1921"})).await;
    })
    .await;
    // No job is needed for it.
    t.sql()
        .await
        .rows(
            "CREATE FUNCTION public.later() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN NEW.run_at := now() + interval '1 day'; RETURN NEW; END $$; \
             CREATE TRIGGER later BEFORE INSERT ON jobs._private_jobs FOR EACH ROW EXECUTE FUNCTION public.later()",
        )
        .await;
    let mut operator = t.operator().await;
    ended_everywhere(&t, &here.clone(), "a suspended tenant", async || {
        operator.ok(SUSPEND, json!({"id": t.home.id})).await;
    })
    .await;
}

/// Bar 13: one account causes at most twenty messages an hour, one tenant's people together a thousand.
#[tokio::test]
async fn bar_13_messages_are_limited_by_account_and_by_tenant() {
    let t = Town::start().await;
    t.next_span(3_600);
    t.person("zhao", "org_admin", &t.home.root).await;
    let (mut admin, mut zhao) = (t.administrator().await, t.signed_in("zhao", PASSWORD).await);
    let to = |n: u32| json!({"m": format!("1380000{n:04}")});
    for n in 0..20 {
        admin.ok(MOBILE_CODE, to(n)).await;
    }
    assert_eq!(admin.refused(MOBILE_CODE, to(20)).await, "TOO_MANY", "the account's");
    zhao.ok(MOBILE_CODE, to(21)).await;
    let sql = t.sql().await;
    let key = format!("sms:tenant:{}", t.home.id);
    let counted = sql.one(&format!("SELECT count FROM platform.throttles WHERE key = '{key}'")).await;
    assert_eq!(counted, "21", "who is refused counts for nobody else");
    sql.rows(&format!("UPDATE platform.throttles SET count = 999 WHERE key = '{key}'")).await;
    zhao.ok(MOBILE_CODE, to(22)).await;
    assert_eq!(zhao.refused(MOBILE_CODE, to(23)).await, "TOO_MANY", "the tenant's");
    t.pass(chrono::Duration::hours(1));
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    zhao.ok(MOBILE_CODE, to(24)).await;
}

/// Values that no text may be, as they stand in the JSON of a request; the last may be cut, found nowhere or refused.
const TEXTS: [(&str, bool); 5] = [
    (r#""含\u0000零""#, true),
    (r#""半\ud800个""#, true),
    (r#""响\u0007铃\u001b[31m""#, true),
    (r#""半\udfff个""#, true),
    ("LONG", false),
];
/// Numbers at and beyond every end.
const NUMBERS: [&str; 7] =
    ["2147483647", "-2147483648", "2147483648", "9223372036854775807", "-99999999999999999999999", "1e400", "0.5"];

/// Bar 18: whatever stands in any text or number that the schema takes, the answer is an input error or an ordinary one, and
/// never a fault of ours.
#[tokio::test]
async fn bar_18_no_text_or_number_anywhere_makes_a_fault() {
    let t = Town::start().await;
    let places = Surface::of(&t).await.places();
    assert!(places.iter().filter(|place| place.number).count() > 20, "few numbers");
    assert!(places.iter().filter(|place| !place.number).count() > 150, "few texts");
    let long = format!("\"{}\"", "长".repeat(20_000));
    let (admin, operator) = (t.administrator().await, t.operator().await);
    let sql = t.sql().await;
    let mut tried = 0;
    for place in &places {
        // Who signs out asks nothing more.
        if place.name.contains("ignOut") || place.name.contains(".refresh") {
            continue;
        }
        let odd: Vec<(&str, bool)> =
            if place.number { NUMBERS.iter().map(|n| (*n, false)).collect() } else { TEXTS.to_vec() };
        for (value, refused) in odd {
            let mut variables = place.variables.clone();
            *variables.pointer_mut(&place.pointer).unwrap() = json!("ODD-HERE");
            let body = json!({"query": place.document, "variables": variables}).to_string();
            let body = body.replace("\"ODD-HERE\"", if value == "LONG" { &long } else { value });
            for by in [&admin, &operator] {
                let path = if std::ptr::eq(by, &admin) { "/graphql" } else { "/operator/graphql" };
                let cookies = by.cookies();
                let headers = [("content-type", "application/json"), ("x-zhibu-csrf", "1"), ("cookie", &cookies)];
                let answer = by.send(Method::POST, path, &headers, body.clone()).await;
                let shown: String = value.chars().take(30).collect();
                let what = format!("{} := {shown}", place.name);
                let code = answer.refusal_opt().map(|refusal| refusal.code);
                assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
                assert!(answer.body.is_object(), "{what}: {} is no answer of ours", answer.status);
                assert!(!matches!(code.as_deref(), Some("INTERNAL" | "UNAVAILABLE")), "{what}: {}", answer.body);
                assert!(code.as_deref().is_none_or(|code| !code.starts_with("no code")), "{what}: {}", answer.body);
                assert!(code.is_some() || !refused, "{what} was taken: {}", answer.body);
                tried += 1;
            }
        }
        sql.rows("TRUNCATE platform.throttles").await;
    }
    assert!(tried > 2_000, "only {tried}");
    // Nothing of it was kept, and the server works.
    let schema = t.home.schema();
    for table in sql.column(&format!("SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")).await {
        let odd = format!(
            "SELECT count(*) FROM {schema}.{table} r WHERE r::text ~ '[\\u0007\\u001b]' OR r::text LIKE '%' || repeat('长', 1000) || '%'"
        );
        assert_eq!(sql.one(&odd).await, "0", "{table}");
    }
    t.administrator().await;
}

/// What is logged while a test runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Starts keeping what is logged, down to what only developers switch on.
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        // The libraries' own talk is kept at what production shows.
        let filter = "info,zhibu_tenancy=trace,zhibu_graphql=trace,zhibu_endpoint=trace,zhibu_server=trace,\
            zhibu_system=trace,zhibu_directory=trace,zhibu_providers=trace,zhibu_office=trace,zhibu_storage=trace,\
            s3s=warn,s3s_fs=warn,graphile_worker=info,tokio_postgres=info,hyper=debug";
        tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// Bar 21: a day's work with made-up persons leaves nothing of them, and no secret, in logs, metrics, addresses, queue
/// payloads, refusals, or PostgreSQL's log, also when the database itself complains about a row.
#[tokio::test]
async fn bar_21_nothing_personal_is_logged_queued_counted_or_put_into_an_address() {
    const ADDRESS: &str = "隐私路一百二十三号";
    const NAME: &str = "甄隐私";
    const PHONE: &str = "13987651234";
    let log = Log::start();
    let t = Town::start().await;
    let sql = t.sql().await;
    // Jobs that are done are gone: whatever is ever queued is copied.
    sql.rows(
        "CREATE TABLE public.queued (row text); \
         CREATE FUNCTION public.copy_job() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \
         $$ BEGIN INSERT INTO public.queued VALUES (NEW::text); RETURN NEW; END $$; \
         CREATE TRIGGER copy_job AFTER INSERT OR UPDATE ON jobs._private_jobs FOR EACH ROW EXECUTE FUNCTION public.copy_job()",
    )
    .await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let form = with(member(&first, NAME, 333), json!({"mobile": PHONE, "homeAddress": ADDRESS}));
    let id_number = form["idNumber"].as_str().unwrap().to_owned();
    let made = enrol(&mut admin, form.clone()).await;
    let mut refusals = String::new();
    // The same person again, whom the unique index refuses.
    refusals += &admin.ask(CREATE, json!({"input": form})).await.body.to_string();
    let mut visitor = t.visitor();
    for (name, password) in [(PHONE, "Wrong-Secret-77"), ("nobody-known", "Wrong-Secret-77")] {
        refusals += &visitor.ask(words::SIGN_IN, json!({"name": name, "password": password})).await.body.to_string();
    }
    visitor.ok(words::REQUEST_CODE, json!({"mobile": PHONE})).await;
    let code = t.sms(PHONE).await;
    refusals += &visitor.ask(words::SMS_SIGN_IN, json!({"mobile": PHONE, "code": "000000"})).await.body.to_string();
    visitor.ok(words::SMS_SIGN_IN, json!({"mobile": PHONE, "code": code})).await;
    let search = "query($s: String!) { directory { members(filter: {search: $s}) { totalCount } } }";
    for what in [NAME, PHONE, id_number.as_str()] {
        admin.ok(search, json!({"s": what})).await;
    }
    let reveal = "mutation($id: ID!) { directory { revealMember(id: $id, reason: \"核对联系方式\") { mobile } } }";
    admin.ok(reveal, json!({"id": made})).await;
    // An export of everything, and where it is fetched from.
    let export = "mutation { system { requestExport(input: {kind: \"member\", columns: [\"name\", \"mobile\"], \
        reason: \"换届选举资格审查\"}) { id } } }";
    let export = admin.ok(export, json!({})).await["system"]["requestExport"]["id"].clone();
    until("the export is made", async || {
        let all = admin.ok("{ system { exports { nodes { state } } } }", json!({})).await;
        all["system"]["exports"]["nodes"][0]["state"] == "DONE"
    })
    .await;
    let download = "mutation($id: ID!) { system { downloadExport(id: $id) { url } } }";
    let link = admin.ok(download, json!({"id": export})).await["system"]["downloadExport"]["url"].to_string();
    // A row that the database refuses with all that is in it.
    let schema = t.home.schema();
    sql.rows(&format!("ALTER TABLE {schema}.people ADD CONSTRAINT never CHECK (name <> '{NAME}二')")).await;
    let worse =
        with(member(&first, &format!("{NAME}二"), 334), json!({"homeAddress": ADDRESS, "mobile": "13987651235"}));
    let broken = admin.ask(CREATE, json!({"input": worse})).await;
    assert_eq!(broken.refusal(), "INTERNAL");
    refusals += &broken.body.to_string();
    refusals +=
        &admin.ask("{ directory { member(id: \"甄隐私13987651234\") { id } } }", json!({})).await.body.to_string();

    let metrics = admin.send(Method::GET, "/metrics", &[], "").await;
    let logged = log.text();
    assert!(logged.contains("request failed"), "the fault itself is logged: {logged}");
    let folder = sql.one("SELECT current_setting('data_directory') || '/log'").await;
    let mut database = String::new();
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        database += &String::from_utf8_lossy(&std::fs::read(file.path()).unwrap());
    }
    assert!(!database.is_empty(), "PostgreSQL's log was not found");
    let queued = sql.column("SELECT row FROM public.queued").await.join("\n");
    assert!(queued.lines().count() >= 2 && queued.contains(&t.home.id), "{queued}");
    let places = [
        ("the log", logged),
        ("metrics", String::from_utf8_lossy(&metrics.bytes).into_owned()),
        ("PostgreSQL's log", database),
        ("the queue", queued),
        ("an address", link),
    ];
    let tokens = ["zhibu_access", "zhibu_refresh"].map(|cookie| admin.cookie(cookie).unwrap().to_owned());
    let secrets =
        [NAME, PHONE, "13987651235", &id_number, ADDRESS, PASSWORD, "Wrong-Secret-77", &tokens[0], &tokens[1]];
    for (place, text) in &places {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {place}");
        }
        // Six digits may be part of something longer.
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '.' && c != ':' && c != '_');
        assert!(!words.into_iter().any(|word| word == code), "the code in {place}");
    }
    for secret in [PHONE, &id_number, ADDRESS, PASSWORD, "Wrong-Secret-77", &code] {
        // What somebody typed as an id may come back to them.
        let told = refusals.replace("甄隐私13987651234", "");
        assert!(!told.contains(secret), "{secret} in a refusal: {told}");
    }
}

/// Bar 22: whatever is answered, pages, files, data, refusals and errors of HTTP, carries the fences, and none opens the
/// door to other origins.
#[tokio::test]
async fn bar_22_every_kind_of_answer_carries_the_fences() {
    for production in [false, true] {
        let plan = Town::plan().set(move |config| {
            if production {
                config.profile = Profile::Production;
                config.public_url = Some("https://zhibu.example".parse().unwrap());
                config.settings.secure_cookies = true;
            }
        });
        let mut t = Town::start().await;
        // Nothing of a demonstration may be where people are real.
        t.sql().await.rows("DELETE FROM platform.outbox").await;
        t.stop().await;
        t.resume(plan).await;
        let visitor = t.visitor();
        let json = [("content-type", "application/json"), ("x-zhibu-csrf", "1")];
        let evil =
            [("content-type", "application/json"), ("origin", "https://evil.example"), ("cookie", "zhibu_access=x")];
        let preflight = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
        let query = "{\"query\":\"{ system { server { name } } }\"}";
        let page = String::from_utf8_lossy(&visitor.send(Method::GET, "/", &[], "").await.bytes).into_owned();
        let asset =
            page.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js")).map(str::to_owned);
        let mut kinds: Vec<Kind<'_>> = Vec::new();
        for path in [
            "/",
            "/portal/login",
            "/operator/login",
            "/index.html",
            "/assets/nothing.js",
            "/favicon.ico",
            "/healthz",
            "/readyz",
            "/metrics",
            "/graphql",
            "/operator/graphql",
            "/media/nothing",
            "/sso/nothing",
            "/%00",
            "/../x",
        ] {
            kinds.push((Method::GET, path.to_owned(), &[], String::new()));
        }
        kinds.extend(asset.map(|path| (Method::GET, path, &[][..], String::new())));
        for (method, headers, body) in [
            (Method::POST, &json[..], query.to_owned()),
            (Method::POST, &json[..], "{".to_owned()),
            (Method::POST, &json[..], "{\"query\":\"{ nothing }\"}".to_owned()),
            (Method::POST, &json[..], format!("{{\"query\":\"{}\"}}", " ".repeat(1 << 20))),
            (Method::POST, &[][..], query.to_owned()),
            (Method::POST, &evil[..], query.to_owned()),
            (Method::OPTIONS, &preflight[..], String::new()),
            (Method::DELETE, &[][..], String::new()),
        ] {
            kinds.push((method, "/graphql".to_owned(), headers, body));
        }
        kinds.push((Method::POST, "/".to_owned(), &[], String::new()));
        kinds.push((Method::POST, "/callbacks/sms/aliyun/wrong".to_owned(), &[], "[]".to_owned()));
        kinds.push((Method::OPTIONS, "/media/nothing".to_owned(), &preflight, String::new()));
        let mut statuses = std::collections::BTreeSet::new();
        for (method, path, headers, body) in kinds {
            let answer = visitor.send(method.clone(), &path, headers, body).await;
            let what = format!("{method} {path}: {}", answer.status);
            statuses.insert(answer.status);
            let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{what}");
            assert_eq!(header("x-frame-options").as_deref(), Some("DENY"), "{what}");
            assert!(header("referrer-policy").is_some(), "{what}");
            assert_eq!(header("strict-transport-security").is_some(), production, "{what}");
            assert_eq!(header("x-sandbox").is_some(), !production, "{what}");
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{what}");
            assert!(header("server").is_none() && header("x-powered-by").is_none(), "{what}");
            if header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                let policy = header("content-security-policy").unwrap_or_else(|| panic!("{what}: no policy"));
                assert!(policy.contains("'nonce-") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
                assert!(!policy.replace("style-src-attr 'unsafe-inline'", "").contains("unsafe"), "{what}: {policy}");
            }
        }
        for wanted in [200, 400, 403, 404, 405, 413, 415] {
            assert!(statuses.contains(&wanted), "no answer was {wanted}: {statuses:?}");
        }
    }
}

/// Bar 22: what is downloaded is an attachment in a sandbox of its own.
#[tokio::test]
async fn bar_22_a_file_is_an_attachment_without_rights() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let link = "mutation { system { importTemplate(template: \"member\") { url } } }";
    let link = admin.ok(link, json!({})).await["system"]["importTemplate"]["url"].as_str().unwrap().to_owned();
    let file = t.visitor().send(Method::GET, &link, &[], "").await;
    assert_eq!(file.status, 200);
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"), "{:?}", file.headers);
    assert!(file.headers["content-security-policy"].to_str().unwrap().contains("sandbox"), "{:?}", file.headers);
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
}
