//! Records of members: activity certificates (PC-3.2.1d, M-1.17), purges by two (PC-3.2.5), completeness and requests for
//! changes (PC-3.2.1a, PC-2.1).

use futures_util::future::join_all;

use serde_json::{Value, json};
use zhibu_tests::roster::id_number;
use zhibu_tests::{PASSWORD, Town, Visitor, until};

use crate::contribution::{form, prove, record};
use crate::development::pages;
use crate::members::{DELETE, UPDATE, enrol, member};
use crate::organisations::{small_tree, with};
use crate::surface::NOBODY;

const PROPOSAL: &str = "id name state reason by mine decidedBy refusal";
const CLOSED: &str = "mutation { system { setSelfService(fields: []) { editable } } }";
const PREVIEW: &str =
    "query($id: ID!) { directory { purgePreview(person: $id) { name remains { title count goes } } } }";
const CERTIFICATE: &str = "member { id name idNumber } sections { key available count words lines { on title detail } } issued { id number \
    path branch { shortName } } today";
const VERIFY: &str =
    "query($t: String!) { directory { verifyCertificate(token: $t) { state name organisation issuedOn } } }";
const REQUEST: &str =
    "id name state reason memberVersion decidable decidedBy refusal changes { field label before after stale now }";
const COMPLETENESS: &str = "query($u: ID) { directory { recordCompleteness(under: $u) { members incomplete percent required fields { field \
    count required } branches { branch { shortName } members incomplete percent most } } } }";

fn purges() -> String {
    format!("{{ directory {{ purges {{ totalCount nodes {{ {PROPOSAL} }} }} }} }}")
}

fn propose() -> String {
    format!(
        "mutation($id: ID!, $r: String!) {{ directory {{ proposePurge(person: $id, reason: $r) {{ {PROPOSAL} }} }} }}"
    )
}

/// `confirmPurge` or `withdrawPurge`.
fn decide(what: &str) -> String {
    format!("mutation($id: ID!) {{ directory {{ {what}(id: $id) {{ {PROPOSAL} }} }} }}")
}

fn refuse() -> String {
    format!("mutation($id: ID!, $r: String!) {{ directory {{ refusePurge(id: $id, reason: $r) {{ {PROPOSAL} }} }} }}")
}

fn certificate() -> String {
    format!("query($id: ID) {{ directory {{ certificate(person: $id) {{ {CERTIFICATE} }} }} }}")
}

fn issue() -> String {
    format!("mutation($id: ID!) {{ directory {{ issueCertificate(person: $id) {{ {CERTIFICATE} }} }} }}")
}

fn withdraw_certificate() -> String {
    format!(
        "mutation($id: ID!, $r: String!) {{ directory {{ withdrawCertificate(id: $id, reason: $r) {{ {CERTIFICATE} }} }} }}"
    )
}

fn ask() -> String {
    format!(
        "mutation($c: [RecordChangeInput!]!, $r: String!) {{ directory {{ requestChanges(changes: $c, reason: $r) {{ fields requests \
         {{ {REQUEST} }} }} }} }}"
    )
}

fn own_requests() -> String {
    format!("{{ directory {{ ownRequests {{ fields requests {{ {REQUEST} }} }} }} }}")
}

fn requests() -> String {
    format!(
        "query($s: RequestState) {{ directory {{ recordRequests(state: $s) {{ totalCount nodes {{ {REQUEST} }} }} }} }}"
    )
}

fn approve() -> String {
    format!("mutation($id: ID!, $v: Int!) {{ directory {{ approveRequest(id: $id, version: $v) {{ {REQUEST} }} }} }}")
}

fn refuse_request() -> String {
    format!("mutation($id: ID!, $r: String!) {{ directory {{ refuseRequest(id: $id, reason: $r) {{ {REQUEST} }} }} }}")
}

fn withdraw_request() -> String {
    format!("mutation($id: ID!) {{ directory {{ withdrawRequest(id: $id) {{ fields requests {{ {REQUEST} }} }} }} }}")
}

/// The only thing in an answer.
fn got(answer: Value) -> Value {
    let space = answer.as_object().unwrap().values().next().unwrap();
    space.as_object().unwrap().values().next().unwrap().clone()
}

/// A town with two branches, a member of the first, a second administrator, and a secretary of the first branch.
struct Records {
    t: Town,
    admin: Visitor,
    second: Visitor,
    secretary: Visitor,
    branch: String,
    other: String,
    zhang: String,
}

impl Records {
    async fn start() -> Self {
        Self::of("张三").await
    }

    async fn of(name: &str) -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let (_, branch, other) = small_tree(&t, &mut admin).await;
        let more =
            json!({"landline": "025-12345678", "homeAddress": "南京市玄武区中山路1号", "employer": "示例集团调度员"});
        let zhang = enrol(&mut admin, with(member(&branch, name, 1), more)).await;
        t.person("fuzong", "tenant_admin", &t.home.root).await;
        t.person("shuji", "branch_secretary", &branch).await;
        let second = t.signed_in("fuzong", PASSWORD).await;
        let secretary = t.signed_in("shuji", PASSWORD).await;
        Self { t, admin, second, secretary, branch, other, zhang }
    }

    /// A case of development that the member came of, with a paper, and a text message.
    async fn developed(&self, name: &str) {
        let (schema, branch, person) = (self.t.home.schema(), &self.branch, &self.zhang);
        let ballot = json!({"should": 10, "present": 10, "yes": 9, "written": 0, "no": 1, "abstain": 0});
        let given = json!({"note": format!("{name}发言"), "place": name, "ballot": ballot});
        let case = "01900000-0000-7000-8000-000000000001";
        let sql = format!(
            "INSERT INTO {schema}.development_cases (id, organisation_id, person_id, name, pinyin, search, id_number, id_index, sex, \
             birth_date, ethnicity, education_level, work_post, mobile, mobile_index, outcome, stage, standing, due, created_at, \
             updated_at, closed_at) SELECT '{case}', '{branch}', id, name, pinyin, search, id_number, id_index, sex, birth_date, \
             ethnicity, education_level, work_post, mobile, mobile_index, 'converted', 5, 'formal', '9999-12-31', now(), now(), now() \
             FROM {schema}.people WHERE id = '{person}'; \
             INSERT INTO {schema}.development_records (id, case_id, step, happened_on, passed, counts, given, account_name, created_at) \
             VALUES (gen_random_uuid(), '{case}', 14, '2015-06-20', true, true, '{given}', 'shuji', now()); \
             INSERT INTO {schema}.development_events (id, case_id, event, happened_on, note, account_name, created_at) \
             VALUES (gen_random_uuid(), '{case}', 'observe', '2015-09-20', '{name}表现良好', 'shuji', now()); \
             INSERT INTO {schema}.development_documents (id, case_id, step, kind, state, file_name, file_size, content_type, \
             account_name, created_at) VALUES (gen_random_uuid(), '{case}', 1, 'application', 'kept', '{name}申请书.pdf', 10, \
             'application/pdf', 'shuji', now()); \
             INSERT INTO {schema}.campaigns (id, account_id, account_name, request_key, template_id, template_name, text, variables, count, \
             created_at) VALUES ('{case}', '{case}', 'shuji', '{case}', '{case}', '通知', '请参加会议', '{{}}', 1, now()); \
             INSERT INTO {schema}.messages (id, campaign_id, person_id, person_name, organisation_id, mobile, filled, state, parts, fen, \
             created_at) SELECT gen_random_uuid(), '{case}', id, name, '{branch}', mobile, mobile, 'sent', 1, 5, now() \
             FROM {schema}.people WHERE id = '{person}'"
        );
        self.t.sql().await.rows(&sql).await;
    }

    async fn gone(&mut self) {
        self.admin.ok(DELETE, json!({"ids": [self.zhang], "note": "重复录入"})).await;
    }

    async fn proposed(&mut self) -> Value {
        got(self.admin.ok(&propose(), json!({"id": self.zhang, "r": "本人申请清除资料"})).await)["id"].clone()
    }

    /// The tables of the tenant in which a text stands. Who did something stays in the audit by name; what was told goes.
    async fn found(&self, text: &str) -> Vec<String> {
        let (sql, schema) = (self.t.sql().await, self.t.home.schema());
        let tables =
            sql.column(&format!("SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' ORDER BY 1")).await;
        let mut found = Vec::new();
        for table in tables {
            let told = if table == "audit" { "r.changes::text" } else { "r::text" };
            if sql.one(&format!("SELECT count(*) FROM {schema}.{table} r WHERE {told} LIKE '%{text}%'")).await != "0" {
                found.push(table);
            }
        }
        found
    }
}

#[tokio::test]
async fn pc_3_2_5_a_record_goes_for_ever_when_two_want_it() {
    let mut r = Records::of("章远航").await;
    let mut zhang = r.t.first_sign_in("13700000001", Some("13700000001")).await;
    let pledge = "mutation($i: WritingInput!) { pledge { write(input: $i, publish: true) { writing { id } } } }";
    let words = json!({"kind": "ONE_LINE", "year": chrono::Datelike::year(&r.t.now()), "title": "章远航的承诺", "body": "章远航立足岗位服务职工"});
    zhang.ok(pledge, json!({"i": words})).await;
    let made = got(r.admin.ok(&record(), json!({"p": r.zhang, "i": form("章远航参加抗洪抢险")})).await);
    prove(&mut r.admin, &made["id"], "章远航现场.png", b"\x89PNG\r\n\x1a\nproof").await;
    let issued = got(r.admin.ok(&issue(), json!({"id": r.zhang})).await);
    let token = issued["issued"]["path"].as_str().unwrap().trim_start_matches("/verify/").to_owned();
    let version = json!({"id": r.zhang, "version": 1, "input": with(member(&r.branch, "章远航", 1), json!({"employer": "章远航的新单位"}))});
    r.admin.ok(UPDATE, version).await;
    assert_eq!(r.admin.refused(&propose(), json!({"id": r.zhang, "r": "还没有离开"})).await.code, "NOT_LEFT");
    r.developed("章远航").await;
    r.gone().await;

    // What goes and what stays is told by name before.
    let preview = got(r.second.ok(PREVIEW, json!({"id": r.zhang})).await);
    assert_eq!(preview["name"], "章远航");
    let told = |title: &str| preview["remains"].as_array().unwrap().iter().find(|one| one["title"] == title).cloned();
    for (title, count, goes) in [
        ("个人信息", Value::Null, true),
        ("党员承诺", json!(1), true),
        ("发挥作用情况", json!(1), true),
        ("发挥作用证明材料", json!(1), true),
        ("发展材料", json!(1), true),
        ("发展档案", json!(1), false),
        ("短信记录", json!(1), false),
        ("党籍起止记录", json!(1), false),
        ("审计记录", Value::Null, false),
    ] {
        assert_eq!(told(title), Some(json!({"title": title, "count": count, "goes": goes})), "{title}");
    }
    let id = r.proposed().await;
    assert_eq!(r.admin.refused(&propose(), json!({"id": r.zhang, "r": "再来一次"})).await.code, "PURGE_PROPOSED");
    // Never the same person, from no session.
    assert_eq!(r.admin.refused(&decide("confirmPurge"), json!({"id": id})).await.code, "SAME_PERSON");
    let mut elsewhere = r.t.signed_in(&r.t.home.administrator, PASSWORD).await;
    assert_eq!(elsewhere.refused(&decide("confirmPurge"), json!({"id": id})).await.code, "SAME_PERSON");
    // Nor somebody without the right.
    assert_eq!(r.secretary.refused(&decide("confirmPurge"), json!({"id": id})).await.code, "DENIED");
    assert_eq!(r.second.refused(&decide("confirmPurge"), json!({"id": NOBODY})).await.code, "NOT_FOUND");
    assert!(!r.found("章远航").await.is_empty());
    let done = got(r.second.ok(&decide("confirmPurge"), json!({"id": id})).await);
    assert_eq!(
        (&done["state"], &done["name"], &done["decidedBy"]),
        (&json!("DONE"), &json!("已清除"), &json!("fuzong"))
    );

    // Nothing of the person is left anywhere in the tenant, but for nobody's numbers.
    for text in ["章远航", "zhang yuan hang", "新单位", "抗洪抢险", "立足岗位"] {
        assert_eq!(r.found(text).await, Vec::<String>::new(), "{text}");
    }
    let former = "{ directory { formerMembers { totalCount } } }";
    assert_eq!(r.admin.ok(former, json!({})).await["directory"]["formerMembers"]["totalCount"], 0);
    let reveal = "mutation($id: ID!) { directory { revealMember(id: $id, reason: \"再看一眼\") { mobile } } }";
    let restore = "mutation($id: ID!) { directory { restoreMember(id: $id) { id } } }";
    for query in [reveal, restore, PREVIEW] {
        assert_eq!(r.admin.refused(query, json!({"id": r.zhang})).await.code, "NOT_FOUND", "{query}");
    }
    let (sql, schema) = (r.t.sql().await, r.t.home.schema());
    let kept = sql
        .one(&format!(
            "SELECT count(*) FROM {schema}.memberships WHERE person_id = '{}' AND end_reason = 'data_error'",
            r.zhang
        ))
        .await;
    assert_eq!(kept, "1", "statutory numbers stay");
    let blind = sql
        .one(&format!(
            "SELECT id_index = mobile_index AND length(id_index) = 16 FROM {schema}.people WHERE id = '{}'",
            r.zhang
        ))
        .await;
    assert_eq!(blind, "t", "no blind index of a number is left");
    let ballot = sql
        .one(&format!(
            "SELECT given ->> 'note' IS NULL AND given -> 'ballot' ->> 'yes' = '9' FROM {schema}.development_records"
        ))
        .await;
    assert_eq!(ballot, "t", "the count of a ballot stays, its words do not");
    let cases = "{ development { cases(filter: {closed: true}) { nodes { name mobile idNumber } } } }";
    assert_eq!(r.admin.ok(cases, json!({})).await["development"]["cases"]["nodes"][0]["name"], "已清除");
    // The number is free, the code on the paper does not hold, the files are gone, the audit's chain holds.
    let mut stranger = r.t.visitor();
    let verdict = got(stranger.ok(VERIFY, json!({"t": token})).await);
    assert_eq!((&verdict["state"], &verdict["name"]), (&json!("WITHDRAWN"), &Value::Null));
    enrol(&mut r.admin, member(&r.branch, "李四", 1)).await;
    let folder = r.t.folder().to_path_buf();
    until("the files are gone", async || !anywhere(&folder, "contribution")).await;
    let rows = sql.one(&format!("SELECT count(*) FROM {schema}.audit WHERE changes ? 'purged'")).await;
    assert!(rows.parse::<i64>().unwrap() >= 4, "{rows} rows of the audit tell nothing any more");
    let left = sql
        .one(&format!("SELECT string_agg(action, ',' ORDER BY id) FROM {schema}.audit WHERE object_kind = 'purge'"))
        .await;
    assert_eq!(left, "purge.proposed,purge.confirmed");
}

/// True when a file lies below a folder of this name.
fn anywhere(at: &std::path::Path, folder: &str) -> bool {
    std::fs::read_dir(at).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        path.is_dir()
            && (path.ends_with(folder) && std::fs::read_dir(&path).unwrap().flatten().next().is_some()
                || anywhere(&path, folder))
    })
}

#[tokio::test]
async fn pc_3_2_5_the_chain_of_the_audit_holds_after_a_purge_and_tells_what_was_altered() {
    let mut r = Records::start().await;
    r.gone().await;
    let (app, tenant) = (r.t.app(), r.t.home.id.parse::<zhibu_core::TenantId>().unwrap());
    let cx = |app: &std::sync::Arc<zhibu_tenancy::App>| {
        zhibu_tenancy::Cx::system(app.clone(), zhibu_tenancy::Space::Tenant(tenant))
    };
    let sealing = cx(&app);
    r.t.inside(async move { zhibu_tenancy::audit::seal::seal(&sealing).await.unwrap() }).await;
    let id = r.proposed().await;
    r.second.ok(&decide("confirmPurge"), json!({"id": id})).await;
    let looking = cx(&app);
    let verdict = r.t.inside(async move { zhibu_tenancy::audit::seal::verify(&looking).await.unwrap() }).await;
    assert_eq!(verdict.faults, []);
    // An emptied row that was altered besides is told all the same.
    let schema = r.t.home.schema();
    let forged = format!(
        "UPDATE {schema}.audit SET actor_name = '别人' WHERE id = (SELECT id FROM {schema}.audit WHERE changes ? 'purged' AND seal IS NOT NULL LIMIT 1)"
    );
    r.t.sql().await.rows(&forged).await;
    let looking = cx(&app);
    let verdict = r.t.inside(async move { zhibu_tenancy::audit::seal::verify(&looking).await.unwrap() }).await;
    assert_eq!(verdict.faults.len(), 1, "{:?}", verdict.faults);
}

#[tokio::test]
async fn pc_3_2_5_of_two_who_confirm_at_once_one_does_and_a_proposal_grows_old() {
    let mut r = Records::start().await;
    r.t.person("zongzhang", "tenant_admin", &r.t.home.root).await;
    let third = r.t.signed_in("zongzhang", PASSWORD).await;
    r.gone().await;
    // Withdrawn by whoever proposed it, refused by another; both end it.
    let id = r.proposed().await;
    assert_eq!(r.second.refused(&decide("withdrawPurge"), json!({"id": id})).await.code, "NOT_YOURS");
    r.admin.ok(&decide("withdrawPurge"), json!({"id": id})).await;
    let id = r.proposed().await;
    let refused = got(r.second.ok(&refuse(), json!({"id": id, "r": "资料还需要保留"})).await);
    assert_eq!((&refused["state"], &refused["refusal"]), (&json!("REFUSED"), &json!("资料还需要保留")));
    assert_eq!(r.second.refused(&decide("confirmPurge"), json!({"id": id})).await.code, "ALREADY_DECIDED");
    // Who is taken back meanwhile stays.
    let id = r.proposed().await;
    let restore = "mutation($id: ID!) { directory { restoreMember(id: $id) { id } } }";
    r.second.ok(restore, json!({"id": r.zhang})).await;
    assert_eq!(r.second.refused(&decide("confirmPurge"), json!({"id": id})).await.code, "NOT_LEFT");
    r.admin.ok(&decide("withdrawPurge"), json!({"id": id})).await;
    r.gone().await;
    // After seven days it is void, and another one can be made.
    let id = r.proposed().await;
    r.t.pass(chrono::Duration::days(8));
    let mut admin = r.t.signed_in(&r.t.home.administrator, PASSWORD).await;
    let mut second = r.t.signed_in("fuzong", PASSWORD).await;
    let mut third_again = r.t.signed_in("zongzhang", PASSWORD).await;
    drop(third);
    assert_eq!(second.refused(&decide("confirmPurge"), json!({"id": id})).await.code, "PURGE_EXPIRED");
    assert_eq!(got(admin.ok(&purges(), json!({})).await)["nodes"][0]["state"], "EXPIRED");
    let id = got(admin.ok(&propose(), json!({"id": r.zhang, "r": "本人申请清除资料"})).await)["id"].clone();
    let query = decide("confirmPurge");
    let tries = join_all([&mut second, &mut third_again].map(|by| by.ask(&query, json!({"id": id})))).await;
    let refusals: Vec<_> = tries.iter().map(|answer| answer.refusal_opt()).collect();
    assert_eq!(refusals.iter().filter(|refusal| refusal.is_none()).count(), 1, "{refusals:?}");
    let code = refusals.iter().flatten().next().map(|refusal| refusal.code.clone());
    assert!(["ALREADY_DECIDED", "NOT_FOUND", "UNAVAILABLE"].contains(&code.as_deref().unwrap()), "{code:?}");
    assert_eq!(second.refused(&propose(), json!({"id": r.zhang, "r": "再删一次"})).await.code, "NOT_FOUND");
}

#[tokio::test]
async fn pc_3_2_1d_m_1_17_a_certificate_reads_what_modules_know_and_says_what_is_not_there() {
    let mut r = Records::start().await;
    r.admin.ok(&record(), json!({"p": r.zhang, "i": form("参加社区环境整治")})).await;
    let found = got(r.secretary.ok(&certificate(), json!({"id": r.zhang})).await);
    assert_eq!((&found["member"]["name"], &found["issued"]), (&json!("张三"), &Value::Null));
    let part = |found: &Value, key: &str| {
        found["sections"].as_array().unwrap().iter().find(|one| one["key"] == key).cloned().unwrap()
    };
    let served = part(&found, "contribution");
    assert_eq!(
        (&served["available"], &served["count"], &served["words"]),
        (&json!(true), &json!(1), &json!("累计2.5小时"))
    );
    assert_eq!(
        served["lines"][0],
        json!({"on": "2026-03-05", "title": "志愿服务：参加社区环境整治", "detail": "幸福社区，2.5小时"})
    );
    assert_eq!(part(&found, "pledge")["count"], 0, "there is the module, and nothing in it");
    let dues = part(&found, "dues");
    assert_eq!((&dues["available"], &dues["count"]), (&json!(false), &Value::Null), "what is not there is no 0");
    // The own one, for the member; somebody else's is not there.
    let mut zhang = r.t.first_sign_in("13700000001", Some("13700000001")).await;
    assert_eq!(got(zhang.ok(&certificate(), json!({})).await)["member"]["id"], json!(r.zhang));
    assert_eq!(zhang.refused(&certificate(), json!({"id": r.zhang})).await.code, "DENIED");
    let li = enrol(&mut r.admin, member(&r.other, "李四", 2)).await;
    for query in [certificate(), issue()] {
        assert_eq!(r.secretary.refused(&query, json!({"id": li})).await.code, "NOT_FOUND");
        assert_eq!(r.secretary.refused(&query, json!({"id": NOBODY})).await.code, "NOT_FOUND");
    }
    assert_eq!(zhang.refused(&issue(), json!({"id": r.zhang})).await.code, "DENIED");
    assert_eq!(r.admin.refused(&certificate(), json!({})).await.code, "NOT_FOUND", "who is no member has none");
}

#[tokio::test]
async fn pc_3_2_1d_certificates_are_made_as_pdf() {
    let mut r = Records::start().await;
    r.admin.ok(&record(), json!({"p": r.zhang, "i": form("参加社区环境整治")})).await;
    let issued = got(r.secretary.ok(&issue(), json!({"id": r.zhang})).await)["issued"].clone();
    let wanted = |filter: Value| json!({"kind": "certificate", "filter": filter, "columns": ["form"]});
    let paper = pages(&mut r.secretary, wanted(json!({"person": r.zhang}))).await.concat();
    for words in [
        "党员活动证",
        "张三",
        "本单位未启用此项记录",
        "志愿服务：参加社区环境整治（幸福社区，2.5小时）",
        issued["number"].as_str().unwrap(),
    ] {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    assert!(
        paper.contains("********") && !paper.contains(&id_number("1990-01-01", 1)),
        "the number is masked: {paper}"
    );

    // Those of a list; who has none that holds is told so on the paper.
    enrol(&mut r.admin, member(&r.branch, "李四", 2)).await;
    let all = pages(&mut r.secretary, wanted(json!({}))).await;
    assert_eq!(all.iter().filter(|page| page.contains("第1页")).count(), 2, "{all:?}");
    assert_eq!(all.iter().filter(|page| page.contains("尚未签发")).count(), 1, "{all:?}");

    // Who may not see what a module recorded does not get it on paper either.
    let role = "mutation { system { createRole(input: {name: \"名册员\", reach: NODE, permissions: [\"member.info.read\", \"data.export\"]}) { key name } } }";
    let made = r.admin.ok(role, json!({})).await["system"]["createRole"].clone();
    let key = made.as_array().unwrap().iter().find(|one| one["name"] == "名册员").unwrap()["key"].clone();
    r.t.person("mingce", key.as_str().unwrap(), &r.branch).await;
    let mut clerk = r.t.signed_in("mingce", PASSWORD).await;
    let paper = pages(&mut clerk, wanted(json!({"person": r.zhang}))).await.concat();
    assert!(paper.contains("张三") && !paper.contains("环境整治"), "{paper}");

    // Not of another's branch.
    r.t.person("other", "org_admin", &r.other).await;
    let mut other = r.t.signed_in("other", PASSWORD).await;
    let order = "mutation($kind: String!, $filter: JSON, $columns: [String!]!) { system { requestExport(input: {kind: $kind, filter: $filter, columns: $columns}) { id } } }";
    assert_eq!(other.refused(order, wanted(json!({"person": r.zhang}))).await.code, "NOT_FOUND");
}

#[tokio::test]
async fn pc_3_2_1d_a_code_tells_anybody_whether_the_paper_holds_and_no_more() {
    let mut r = Records::start().await;
    let issued = got(r.secretary.ok(&issue(), json!({"id": r.zhang})).await)["issued"].clone();
    let token = |issued: &Value| issued["path"].as_str().unwrap().strip_prefix("/verify/").unwrap().to_owned();
    let (first, mut stranger) = (token(&issued), r.t.visitor());
    let verdict = got(stranger.ok(VERIFY, json!({"t": first})).await);
    let organisation = "中共示例集团第一支部委员会";
    let today = r.t.now() + chrono::Duration::hours(8);
    let told = json!({"state": "VALID", "name": "张*", "organisation": organisation, "issuedOn": today.format("%Y-%m-%d").to_string()});
    assert_eq!(verdict, told);
    // A letter changed anywhere, a token of another installation, no token at all.
    let altered = |at: usize| {
        let mut letters: Vec<char> = first.chars().collect();
        letters[at] = if letters[at] == '0' { '1' } else { '0' };
        letters.into_iter().collect::<String>()
    };
    for text in [
        altered(0),
        altered(40),
        altered(95),
        first[..94].to_owned(),
        format!("{first}00"),
        "zz".repeat(48),
        String::new(),
    ] {
        let verdict = got(stranger.ok(VERIFY, json!({"t": text})).await);
        assert_eq!(
            verdict,
            json!({"state": "ALTERED", "name": null, "organisation": null, "issuedOn": null}),
            "{text}"
        );
    }
    // A new one takes the place of the old one; withdrawn is withdrawn.
    let again = got(r.secretary.ok(&issue(), json!({"id": r.zhang})).await)["issued"].clone();
    assert_eq!(got(stranger.ok(VERIFY, json!({"t": first})).await)["state"], "WITHDRAWN");
    assert_eq!(got(stranger.ok(VERIFY, json!({"t": token(&again)})).await)["state"], "VALID");
    let end = json!({"id": again["id"], "r": "遗失作废"});
    let mut li = r.t.visitor();
    assert_eq!(li.refused(&withdraw_certificate(), end.clone()).await.code, "UNAUTHENTICATED");
    assert_eq!(got(r.secretary.ok(&withdraw_certificate(), end.clone()).await)["issued"], Value::Null);
    assert_eq!(r.secretary.refused(&withdraw_certificate(), end).await.code, "ALREADY_WITHDRAWN");
    assert_eq!(
        r.secretary.refused(&withdraw_certificate(), json!({"id": NOBODY, "r": "没有的"})).await.code,
        "NOT_FOUND"
    );
    assert_eq!(got(stranger.ok(VERIFY, json!({"t": token(&again)})).await)["state"], "WITHDRAWN");
    // Whoever has left has none that holds.
    let last = got(r.secretary.ok(&issue(), json!({"id": r.zhang})).await)["issued"].clone();
    r.gone().await;
    assert_eq!(got(stranger.ok(VERIFY, json!({"t": token(&last)})).await)["state"], "WITHDRAWN");
    // So often from one network.
    let mut limited = 0;
    for _ in 0..35 {
        limited += usize::from(
            stranger.ask(VERIFY, json!({"t": "0"})).await.refusal_opt().is_some_and(|one| one.code == "TOO_MANY"),
        );
    }
    assert!(limited > 0, "a network may not try as often as it likes");
}

#[tokio::test]
async fn pc_3_2_1a_pc_2_1_a_member_asks_and_an_administrator_approves() {
    let mut r = Records::start().await;
    let mut zhang = r.t.first_sign_in("13700000001", Some("13700000001")).await;
    r.admin.ok(CLOSED, json!({})).await;
    let mine = got(zhang.ok(&own_requests(), json!({})).await);
    assert!(mine["fields"].as_array().unwrap().contains(&json!("NAME")), "{mine}");
    for (changes, reason, code, field) in [
        (json!([]), "没有变化", "NOTHING_CHANGED", None),
        (json!([{"field": "NAME", "value": "张三"}]), "没有变化", "NOTHING_CHANGED", None),
        (json!([{"field": "NAME", "value": "张"}]), "名字太短", "INVALID", Some("name")),
        (json!([{"field": "JOIN_DATE", "value": "明天"}]), "日期不对", "INVALID", Some("joinDate")),
        (json!([{"field": "ID_NUMBER", "value": "110101199001010000"}]), "号码不对", "INVALID", Some("idNumber")),
        (json!([{"field": "NAME", "value": "张叁"}]), "", "INVALID", Some("reason")),
    ] {
        let refused = zhang.refused(&ask(), json!({"c": changes, "r": reason})).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), (code, field), "{changes}");
    }
    let number = id_number("1990-02-02", 21);
    let wanted = json!([{"field": "NAME", "value": "张叁"}, {"field": "ID_NUMBER", "value": number}, {"field": "DEGREE", "value": "4"}]);
    let mine = got(zhang.ok(&ask(), json!({"c": wanted, "r": "派出所更正户籍信息"})).await);
    assert_eq!(mine["requests"][0]["state"], "WAITING");
    assert_eq!(zhang.refused(&ask(), json!({"c": wanted, "r": "再来一次"})).await.code, "REQUEST_WAITING");
    assert_eq!(r.found(&number).await, Vec::<String>::new(), "it is stored sealed");
    let seen = got(r.secretary.ok(&requests(), json!({"s": "WAITING"})).await);
    let one = &seen["nodes"][0];
    assert_eq!((&seen["totalCount"], &one["name"], &one["decidable"]), (&json!(1), &json!("张三"), &json!(true)));
    let change = |field: &str| {
        one["changes"].as_array().unwrap().iter().find(|change| change["field"] == field).cloned().unwrap()
    };
    assert_eq!((&change("NAME")["before"], &change("NAME")["after"]), (&json!("张三"), &json!("张叁")));
    assert!(!change("ID_NUMBER")["after"].as_str().unwrap().contains("19900202"), "masked: {one}");
    assert_eq!(change("DEGREE")["after"], "学士");
    let reveal = "mutation($id: ID!) { directory { revealRequest(id: $id, reason: \"核对证件\") { field after } } }";
    let plain = got(r.secretary.ok(reveal, json!({"id": one["id"]})).await);
    assert!(plain.as_array().unwrap().contains(&json!({"field": "ID_NUMBER", "after": number})), "{plain}");
    // Somebody of another branch has nothing of it; members decide nothing.
    r.t.person("other", "branch_secretary", &r.other).await;
    let mut other = r.t.signed_in("other", PASSWORD).await;
    let at = json!({"id": one["id"], "v": one["memberVersion"]});
    assert_eq!(other.refused(&approve(), at.clone()).await.code, "NOT_FOUND");
    assert_eq!(got(other.ok(&requests(), json!({})).await)["totalCount"], 0);
    assert_eq!(zhang.refused(&approve(), at.clone()).await.code, "DENIED");
    let done = got(r.secretary.ok(&approve(), at.clone()).await);
    assert_eq!((&done["state"], &done["decidedBy"]), (&json!("APPROVED"), &json!("shuji")));
    assert_eq!(r.secretary.refused(&approve(), at).await.code, "ALREADY_DECIDED");
    let record = "query($id: ID!) { directory { member(id: $id) { name birthDate degree version } memberChanges(id: $id) { nodes { action } } } }";
    let after = r.admin.ok(record, json!({"id": r.zhang})).await["directory"].clone();
    assert_eq!(after["member"], json!({"name": "张叁", "birthDate": "1990-02-02", "degree": "4", "version": 2}));
    assert_eq!(got(zhang.ok(&own_requests(), json!({})).await)["requests"][0]["state"], "APPROVED");
}

#[tokio::test]
async fn pc_3_2_1a_a_request_goes_along_with_the_member() {
    let mut r = Records::start().await;
    let mut zhang = r.t.first_sign_in("13700000001", Some("13700000001")).await;
    r.admin.ok(CLOSED, json!({})).await;
    let wanted = json!([{"field": "NAME", "value": "张叁"}]);
    got(zhang.ok(&ask(), json!({"c": wanted, "r": "派出所更正"})).await);
    let waiting = json!({"s": "WAITING"});
    assert_eq!(got(r.secretary.ok(&requests(), waiting.clone()).await)["totalCount"], 1);
    r.admin.ok(UPDATE, json!({"id": r.zhang, "version": 1, "input": member(&r.other, "张三", 1)})).await;
    assert_eq!(got(r.secretary.ok(&requests(), waiting.clone()).await)["totalCount"], 0, "the old branch sees nothing");
    r.t.person("other", "branch_secretary", &r.other).await;
    let mut other = r.t.signed_in("other", PASSWORD).await;
    let seen = got(other.ok(&requests(), waiting).await);
    assert_eq!((&seen["totalCount"], &seen["nodes"][0]["decidable"]), (&json!(1), &json!(true)));
    let at = json!({"id": seen["nodes"][0]["id"], "v": seen["nodes"][0]["memberVersion"]});
    assert_eq!(r.secretary.refused(&approve(), at.clone()).await.code, "NOT_FOUND");
    assert_eq!(got(other.ok(&approve(), at).await)["state"], "APPROVED");
}

#[tokio::test]
async fn pc_3_2_1a_pc_2_1_a_record_that_changed_meanwhile_is_looked_at_again() {
    let mut r = Records::start().await;
    let mut zhang = r.t.first_sign_in("13700000001", Some("13700000001")).await;
    r.admin.ok(CLOSED, json!({})).await;
    let wanted = json!([{"field": "SCHOOL", "value": "南京大学"}]);
    zhang.ok(&ask(), json!({"c": wanted, "r": "补充毕业院校"})).await;
    let seen = got(r.secretary.ok(&requests(), json!({})).await)["nodes"][0].clone();
    let form = with(member(&r.branch, "张三", 1), json!({"school": "东南大学"}));
    r.admin.ok(UPDATE, json!({"id": r.zhang, "version": 1, "input": form})).await;
    let at = json!({"id": seen["id"], "v": seen["memberVersion"]});
    assert_eq!(r.secretary.refused(&approve(), at).await.code, "CONFLICT");
    let again = got(r.secretary.ok(&requests(), json!({})).await)["nodes"][0].clone();
    assert_eq!(
        again["changes"][0],
        json!({"field": "SCHOOL", "label": "毕业院校", "before": null, "after": "南京大学", "stale": true, "now": "东南大学"})
    );
    let refused = got(r.secretary.ok(&refuse_request(), json!({"id": seen["id"], "r": "以学历证书为准"})).await);
    assert_eq!((&refused["state"], &refused["refusal"]), (&json!("REFUSED"), &json!("以学历证书为准")));
    // What was refused may be asked for again, and taken back; what the tenant leaves to people needs no request.
    let mine = got(zhang.ok(&ask(), json!({"c": wanted, "r": "已核对证书"})).await);
    let id = mine["requests"][0]["id"].clone();
    let back = got(zhang.ok(&withdraw_request(), json!({"id": id})).await);
    assert_eq!(back["requests"][0]["state"], "WITHDRAWN");
    assert_eq!(zhang.refused(&withdraw_request(), json!({"id": NOBODY})).await.code, "NOT_FOUND");
    r.admin.ok("mutation { system { setSelfService(fields: [SCHOOL]) { editable } } }", json!({})).await;
    let open = zhang.refused(&ask(), json!({"c": wanted, "r": "可以自行修改"})).await;
    assert_eq!((open.code.as_str(), open.field.as_deref()), ("FIELD_OPEN", Some("school")));
    assert!(!got(zhang.ok(&own_requests(), json!({})).await)["fields"].as_array().unwrap().contains(&json!("SCHOOL")));
}

#[tokio::test]
async fn pc_3_2_1a_nobody_approves_the_own_request() {
    let mut r = Records::start().await;
    let zhang = r.t.first_sign_in("13700000001", Some("13700000001")).await;
    drop(zhang);
    r.admin.ok(CLOSED, json!({})).await;
    // The member is the secretary too.
    let account =
        r.t.sql()
            .await
            .one(&format!("SELECT account_id FROM {}.people WHERE id = '{}'", r.t.home.schema(), r.zhang))
            .await;
    let role = format!(
        "INSERT INTO {0}.role_assignments VALUES (gen_random_uuid(), '{account}', 'org_admin', '{1}', now(), NULL); \
         UPDATE {0}.policy SET epoch = epoch + 1",
        r.t.home.schema(),
        r.branch
    );
    r.t.sql().await.rows(&role).await;
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    let mut zhang = r.t.signed_in("13700000001", PASSWORD).await;
    zhang.ok(&ask(), json!({"c": [{"field": "SCHOOL", "value": "南京大学"}], "r": "补充毕业院校"})).await;
    let seen = got(zhang.ok(&requests(), json!({})).await)["nodes"][0].clone();
    assert_eq!(seen["decidable"], false);
    assert_eq!(zhang.refused(&approve(), json!({"id": seen["id"], "v": 1})).await.code, "OWN_REQUEST");
    assert_eq!(zhang.refused(&refuse_request(), json!({"id": seen["id"], "r": "自己拒绝"})).await.code, "OWN_REQUEST");
    assert_eq!(got(r.admin.ok(&approve(), json!({"id": seen["id"], "v": 1})).await)["state"], "APPROVED");
}

#[tokio::test]
async fn pc_3_2_1a_incomplete_records_are_found_sorted_and_counted() {
    let mut r = Records::start().await;
    enrol(&mut r.admin, member(&r.branch, "李四", 2)).await;
    enrol(&mut r.admin, with(member(&r.other, "王五", 3), json!({"homeAddress": "南京市", "school": "南京大学"})))
        .await;
    let list = "query($f: MemberFilter, $s: MemberSort! = NAME, $n: Int! = 100, $a: String) { directory { members(first: $n, after: $a, \
        filter: $f, sort: $s) { totalCount pageInfo { hasNextPage endCursor } nodes { name completeness gaps } } } }";
    let names = |found: &Value| {
        let nodes = found["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = got(r.admin.ok(list, json!({})).await);
    let li = &all["nodes"][0];
    assert_eq!((&li["name"], &li["completeness"], &li["gaps"]), (&json!("李四"), &json!(93), &json!(["HOME_ADDRESS"])));
    for (filter, expected) in [
        (json!({"incomplete": true}), vec!["李四"]),
        (json!({"incomplete": false}), vec!["王五", "张三"]),
        (json!({"missing": "SCHOOL"}), vec!["李四", "张三"]),
        (json!({"missing": "SCHOOL", "incomplete": false}), vec!["张三"]),
        (json!({"incomplete": true, "under": r.other}), vec![]),
    ] {
        let found = got(r.admin.ok(list, json!({"f": filter})).await);
        assert_eq!(
            (names(&found), &found["totalCount"]),
            (expected.iter().map(|n| (*n).to_owned()).collect(), &json!(expected.len())),
            "{filter}"
        );
    }
    // The tenant's own required fields count too; pages by completeness are walked whole.
    let set = "mutation($f: [OptionalField!]!) { directory { setRequiredFields(fields: $f) { required } } }";
    assert_eq!(r.secretary.refused(set, json!({"f": ["SCHOOL"]})).await.code, "DENIED");
    r.admin.ok(set, json!({"f": ["SCHOOL", "HOME_ADDRESS", "LANDLINE"]})).await;
    let (mut after, mut walked) = (Value::Null, Vec::new());
    loop {
        let page = got(r.admin.ok(list, json!({"s": "COMPLETENESS", "n": 1, "a": after})).await);
        walked.extend(names(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(walked, ["李四", "王五", "张三"], "three gaps, then one each by name");
    let found = got(r.admin.ok(COMPLETENESS, json!({})).await);
    assert_eq!((&found["members"], &found["incomplete"], &found["percent"]), (&json!(3), &json!(3), &json!(90)));
    assert_eq!(found["fields"][0], json!({"field": "SCHOOL", "count": 2, "required": true}));
    assert_eq!(
        found["branches"][0],
        json!({"branch": {"shortName": "第一党支部"}, "members": 2, "incomplete": 2, "percent": 88, "most": "SCHOOL"})
    );
    let own = got(r.secretary.ok(COMPLETENESS, json!({})).await);
    assert_eq!((&own["members"], own["branches"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(r.secretary.refused(COMPLETENESS, json!({"u": r.other})).await.code, "NOT_FOUND");
}
