//! Tenants beside each other: on few connections, with requests that are given up at random, through a pooler, and with
//! the ids of others in everything that takes one.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_core::{ANYONE, TenantId};
use zhibu_tenancy::{Cx, Space};
use zhibu_tests::{Bouncer, PASSWORD, Tenant, Town, Visitor, words};

use crate::surface::{CHOSEN_ID, ROLES, Surface, content, outcome};

const MINE: &str = "{ system { session { tenant { name } account { userName } roots { shortName } } } \
    directory { organisations(first: 5) { totalCount nodes { fullName } } } }";

const RENAME: &str = "mutation($n: String!) { system { updateMyAccount(input: {displayName: $n}) { id } } }";

/// One request of somebody, given up after a while. What is answered is the asker's own.
async fn one(tenant: &Tenant, visitor: &Visitor, n: u32, round: u32) -> Option<()> {
    // Some are given up before, in the middle of, and after their statements.
    let patience = if n.is_multiple_of(3) {
        Duration::from_micros(500) * ((n * 7 + round * 13) % 20)
    } else {
        Duration::from_secs(20)
    };
    let writes = n % 5 == 1;
    let (what, with) = if writes { (RENAME, json!({"n": tenant.administrator})) } else { (MINE, json!({})) };
    let asked = tokio::time::timeout(patience, visitor.peek(what, with)).await.ok()?;
    if asked.refusal_opt().is_some_and(|refusal| refusal == "UNAVAILABLE") {
        return None;
    }
    let data = asked.data();
    if writes {
        assert_eq!(data["system"]["updateMyAccount"]["id"], tenant.account);
    } else {
        assert_eq!(data["system"]["session"]["tenant"]["name"], tenant.name);
        assert_eq!(data["system"]["session"]["account"]["userName"], tenant.administrator);
        assert_eq!(data["directory"]["organisations"]["totalCount"], 1);
        assert_eq!(data["directory"]["organisations"]["nodes"][0]["fullName"], tenant.name);
    }
    Some(())
}

/// Everybody asks at once, again and again; afterwards each tenant holds only what its own people wrote, and nothing
/// hangs on a connection.
async fn bustle(t: &Town, people: &[(Tenant, Visitor)], rounds: u32) {
    let (mut asked, mut answered) = (0, 0);
    for round in 0..rounds {
        let requests = people.iter().cycle().take(people.len().max(20)).zip(0..);
        let requests = join_all(requests.map(|((tenant, visitor), n)| one(tenant, visitor, n, round))).await;
        asked += requests.len();
        answered += requests.iter().flatten().count();
    }
    assert!(answered * 2 > asked, "only {answered} of {asked} were answered");
    let sql = t.sql().await;
    for (tenant, visitor) in people {
        let mut visitor = visitor.clone();
        assert_eq!(visitor.ok(words::SESSION, json!({})).await["system"]["session"]["tenant"]["name"], tenant.name);
        let schema = tenant.schema();
        let strange = format!(
            "SELECT count(*) FROM {schema}.audit WHERE actor_id IS NOT NULL AND actor_id <> '{}'",
            tenant.account
        );
        assert_eq!(sql.one(&strange).await, "0", "{}", tenant.name);
        let name = sql.one(&format!("SELECT display_name FROM {schema}.accounts")).await;
        assert!([tenant.administrator.as_str(), "管理员"].contains(&name.as_str()), "{}: {name}", tenant.name);
    }
    let stuck = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'zhibu_app' AND datname = current_database() \
        AND state <> 'idle'";
    assert_eq!(sql.one(stuck).await, "0");
}

async fn home(t: &Town) -> (Tenant, Visitor) {
    (t.home.clone(), t.administrator().await)
}

/// One connection for both, with room for one statement, so that nearly everything is prepared anew between the other
/// tenant's transactions.
#[tokio::test]
async fn two_tenants_share_one_connection() {
    let plan = Town::plan().set(|config| {
        config.settings.connections = 1;
        config.settings.statements = 1;
    });
    let t = plan.start().await;
    let mut people = t.tenants(1).await;
    people.push(home(&t).await);
    bustle(&t, &people, 10).await;
}

/// What is remembered of a tenant runs out while somebody holds a connection; asking again takes none of those for
/// requests, or all who hold one would wait for each other.
#[tokio::test]
async fn who_holds_the_only_connection_may_look_up_a_tenant() {
    let t = Town::plan().set(|config| config.settings.connections = 1).start().await;
    let (app, id) = (t.app(), t.home.id.parse::<TenantId>().unwrap());
    t.inside(async move {
        let cx = Cx::system(app.clone(), Space::Tenant(id));
        let write = cx.write(ANYONE).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1100)).await;
        assert!(zhibu_tenancy::tenants::info(&app, id).await.unwrap().active);
        drop(write);
    })
    .await;
}

#[tokio::test]
async fn many_tenants_share_two_connections() {
    let t = Town::plan().set(|config| config.settings.connections = 2).start().await;
    let people = t.tenants(64).await;
    bustle(&t, &people, 6).await;
}

#[tokio::test]
async fn tenants_share_a_pooler_in_transaction_mode() {
    let (tell, told) = mpsc::channel();
    let plan = Town::plan().set(move |config| {
        config.settings.connections = 8;
        tell.send(Bouncer::between(config)).unwrap();
    });
    let t = plan.start().await;
    let _bouncer = told.recv().unwrap();
    let mut people = t.tenants(15).await;
    people.push(home(&t).await);
    bustle(&t, &people, 10).await;
    // Through the pooler they went, and left nothing there for the next.
    let sql = t.sql().await;
    let backends = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'zhibu_app' AND datname = current_database()";
    let backends: i32 = sql.one(backends).await.parse().unwrap();
    assert!((1..=3).contains(&backends), "{backends}");
    for _ in 0..4 {
        assert_eq!(prepared(&t, &t.home).await, 0);
    }
}

/// What the server has ready for the connection that a tenant's unit of work gets.
async fn prepared(t: &Town, tenant: &Tenant) -> usize {
    let (app, id) = (t.app(), tenant.id.parse::<TenantId>().unwrap());
    t.inside(async move {
        use diesel_async::SimpleAsyncConnection;
        let cx = Cx::system(app, Space::Tenant(id));
        let mut write = cx.write(ANYONE).await.unwrap();
        let count =
            "DO $$ BEGIN RAISE EXCEPTION 'there are % ready', (SELECT count(*) FROM pg_prepared_statements); END $$";
        let said = write.conn().unwrap().batch_execute(count).await.unwrap_err().to_string();
        said.split(' ').nth(2).unwrap().parse().unwrap()
    })
    .await
}

/// However many statements and tenants there are, the server keeps so many ready, and closes the others.
#[tokio::test]
async fn statements_make_room_for_each_other() {
    const ROOM: usize = 12;
    let plan = Town::plan().set(|config| {
        config.settings.connections = 1;
        config.settings.statements = ROOM;
    });
    let t = plan.start().await;
    let mut people = t.tenants(4).await;
    people.push(home(&t).await);
    bustle(&t, &people, 4).await;
    // A connection that was left in the middle of preparing is a new one, and may have room left.
    let ready = prepared(&t, &t.home).await;
    assert!((1..=ROOM).contains(&ready), "{ready}");
}

/// Every kind of id a tenant's people deal with: for another tenant it is nobody's, for its own the same request is
/// answered. So a refusal tells whose an id is, and not that the request was no good.
#[tokio::test]
async fn the_same_ids_are_found_by_their_own_tenant_only() {
    const COLLEAGUE: &str = "mutation($o: ID!, $n: String!) { directory { addAdministrator(input: {organisation: $o, \
        displayName: $n, userName: $n}) { organisation { administrators { account userName } } } } }";
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let mut stranger = t.administrator().await;
    let form = crate::organisations::branch(&other.root, "第一");
    let made = boss.ok(words::CREATE, json!({"input": form})).await;
    let branch = made["directory"]["createOrganisation"]["id"].clone();
    let added = boss.ok(COLLEAGUE, json!({"o": branch, "n": "colleague"})).await;
    let colleague = &added["directory"]["addAdministrator"]["organisation"]["administrators"][0]["account"];
    let second = t.signed_in("boss", zhibu_tests::PASSWORD).await.ok(words::SESSION, json!({})).await;
    let session = &second["system"]["session"]["id"];
    let mut changed = crate::organisations::branch(&other.root, "第一");
    changed["contactName"] = json!("李四");
    let below = crate::organisations::branch(&other.root, "第二");
    let of = |field: &str| format!("query($id: ID!) {{ directory {{ {field} }} }}");
    let requests = [
        (of("organisation(id: $id) { fullName }"), json!({"id": branch})),
        (of("organisationChanges(id: $id) { nodes { __typename } }"), json!({"id": branch})),
        (of("tree(root: $id) { id }"), json!({"id": branch})),
        (of("allowedTypes(parent: $id)"), json!({"id": other.root})),
        (words::CREATE.to_owned(), json!({"input": below})),
        (words::UPDATE.to_owned(), json!({"id": branch, "version": 1, "input": changed})),
        (
            "mutation($id: ID!) { directory { revealContactPhone(id: $id, reason: \"核对联系方式\") } }".to_owned(),
            json!({"id": branch}),
        ),
        (COLLEAGUE.to_owned(), json!({"o": other.root, "n": "another"})),
        ("mutation($id: ID!) { system { unlockUser(id: $id) { id } } }".to_owned(), json!({"id": colleague})),
        (words::REMOVE_ADMINISTRATOR.to_owned(), json!({"organisation": branch, "account": colleague})),
        ("mutation($id: ID!) { system { endSession(id: $id) } }".to_owned(), json!({"id": session})),
    ];
    for (request, variables) in &requests {
        assert_eq!(stranger.refused(request, variables.clone()).await, "NOT_FOUND", "{request}");
    }
    for (request, variables) in requests {
        assert_eq!(boss.ask(&request, variables).await.refusal_opt(), None, "{request}");
    }
}

/// Ids of one tenant by what they are of.
async fn ids(t: &Town, tenant: &Tenant) -> BTreeSet<String> {
    let (sql, schema) = (t.sql().await, tenant.schema());
    let columns = format!(
        "SELECT format('SELECT %I::text FROM %I.%I WHERE %I IS NOT NULL', column_name, table_schema, table_name, column_name) \
         FROM information_schema.columns WHERE table_schema = '{schema}' AND udt_name = 'uuid'"
    );
    let mut ids = BTreeSet::new();
    for column in sql.column(&columns).await {
        ids.extend(sql.column(&column).await);
    }
    // Nobody's: what the system says of itself.
    ids.remove("00000000-0000-0000-0000-000000000000");
    ids
}

/// One id of every kind there is.
async fn kinds(t: &Town, tenant: &Tenant) -> Vec<String> {
    let (sql, schema) = (t.sql().await, tenant.schema());
    let mut kinds = vec![tenant.id.clone()];
    let tables = format!(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = '{schema}' AND column_name = 'id' AND udt_name = 'uuid'"
    );
    for table in sql.column(&tables).await {
        kinds.extend(sql.column(&format!("SELECT id FROM {schema}.{table} ORDER BY id DESC LIMIT 1")).await);
    }
    kinds
}

/// A tenant with something of everything: a branch, a member, another session, an export, an import.
async fn furnished(t: &Town, tenant: &Tenant, by: &mut Visitor, n: u32) {
    let form = crate::organisations::branch(&tenant.root, "第一");
    let made = by.ok(words::CREATE, json!({"input": form})).await;
    let branch = made["directory"]["createOrganisation"]["id"].as_str().unwrap().to_owned();
    let create = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id } } }";
    by.ok(create, json!({"input": crate::members::member(&branch, "张三", n)})).await;
    let meeting = serde_json::json!({"organisation": branch, "types": ["branch_assembly"], "title": "党员大会", "mode": "OFFLINE",
        "startsAt": "2026-12-31T01:00:00Z", "endsAt": "2026-12-31T03:00:00Z", "place": "会议室", "agenda": "学习文件", "attend": "MEMBERS"});
    let plan = "mutation($i: MeetingInput!) { meeting { save(input: $i, publish: true) { meeting { id } } } }";
    let made = by.ask(plan, json!({"i": meeting})).await;
    // Those who have the module.
    assert!(
        made.refusal_opt().is_none_or(|refusal| refusal.code == "NOT_FOUND" || refusal.code == "DENIED"),
        "{}",
        made.body
    );
    t.signed_in(&tenant.administrator, PASSWORD).await;
    let schema = tenant.schema();
    let rows = format!(
        "INSERT INTO {schema}.imports (id, template, file_name, file_size, state, account_id, account_name, created_at) \
         SELECT gen_random_uuid(), 'member', 'a.xlsx', 1, 'checked', id, 'a', now() FROM {schema}.accounts LIMIT 1; \
         INSERT INTO {schema}.exports (id, kind, state, filter, filter_words, chosen, sensitive, account_id, account_name, \
         created_at, expires_at) SELECT gen_random_uuid(), 'member', 'done', '{{}}', '', '{{}}', false, id, 'a', now(), \
         now() + interval '1 day' FROM {schema}.accounts LIMIT 1"
    );
    t.sql().await.rows(&rows).await;
}

/// Whatever the schema offers, asked by everybody of one tenant with the ids of two others in every argument that takes
/// one: nothing of theirs comes back, and nothing of theirs changes.
#[tokio::test]
async fn no_role_finds_anything_by_the_ids_of_others() {
    const FINE: [&str; 9] = [
        "NOT_FOUND",
        "DENIED",
        "WRONG_CODE",
        "MINI_TICKET",
        "INVALID",
        "LINK_INVALID",
        "PASSWORD_CHANGE_REQUIRED",
        "CONFLICT",
        // Said of every meeting whose list one is not on, whether or not there is such a meeting.
        "NOT_INVITED",
    ];
    let t = Town::start().await;
    let mut others = t.tenants(2).await;
    for (n, (tenant, boss)) in others.iter_mut().enumerate() {
        furnished(&t, tenant, boss, u32::try_from(n).unwrap()).await;
    }
    furnished(&t, &t.home, &mut t.administrator().await, 7).await;
    let (mut foreign, mut wanted, mut before) = (BTreeSet::new(), Vec::new(), Vec::new());
    for (tenant, _) in &others {
        foreign.extend(ids(&t, tenant).await);
        wanted.extend(kinds(&t, tenant).await);
        before.push(content(&t, tenant).await);
    }
    let ours = ids(&t, &t.home).await;
    assert!(foreign.len() > 40 && foreign.is_disjoint(&ours), "{foreign:?}");
    assert!(wanted.len() > 20, "{wanted:?}");
    let surface = Surface::of(&t).await;
    let (mut tried, mut shown) = (0, 0);
    for (n, role) in ROLES.iter().enumerate() {
        t.person(role, role, &t.home.root).await;
        let person = t.signed_in(role, PASSWORD).await;
        // The administrator tries every id everywhere; who may do less tries some of them.
        let some = wanted.iter().skip(if n == 0 { 0 } else { n }).step_by(if n == 0 { 1 } else { ROLES.len() });
        for id in some {
            let operations = surface.operations(&|_| id.clone());
            for operation in operations.iter().filter(|one| one.takes_id && one.name != CHOSEN_ID) {
                let (code, body) = outcome(&person, operation).await;
                assert!(FINE.contains(&code.as_str()), "{role} {}: {code} {body}", operation.name);
                clean(&body, &foreign, &format!("{role} {}", operation.name));
                tried += 1;
            }
        }
        for operation in surface.queries() {
            let (code, body) = outcome(&person, &operation).await;
            // A text that is no receiving code is told to be none.
            assert!(
                ["ok", "DENIED", "NOT_FOUND", "CODE_INVALID"].contains(&code.as_str()),
                "{role} {}: {code} {body}",
                operation.name
            );
            clean(&body, &foreign, &format!("{role} {}", operation.name));
            shown += usize::from(ours.iter().any(|id| body.to_string().contains(id)));
        }
    }
    assert!(tried > 1_000, "only {tried} were tried");
    assert!(shown > 10, "only {shown} answers showed anything at all");
    for ((tenant, _), before) in others.iter().zip(before) {
        assert_eq!(content(&t, tenant).await, before);
    }
}

/// No id of others stands in an answer.
fn clean(body: &Value, foreign: &BTreeSet<String>, what: &str) {
    let text = body.to_string();
    for word in text.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(|word| word.len() == 36) {
        assert!(!foreign.contains(word), "{what}: {word} in {text}");
    }
}
