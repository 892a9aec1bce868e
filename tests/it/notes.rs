//! Pledges (党员承诺, PC-3.2.6) and study notes (学习心得, PC-3.2.7): who writes, sees, publishes, recommends and counts.

use chrono::Datelike;
use http::Method;
use serde_json::{Value, json};
use zhibu_core::World;
use zhibu_tests::roster::{CONFIRM, Line, REQUEST, id_number, rest, upload, workbook};
use zhibu_tests::{PASSWORD, Town, Visitor, until};

use crate::members::{enrol, member};
use crate::organisations::{small_tree, with};

const SHELVES: [&str; 2] = ["pledge", "studyNote"];
const TEXT: &str = "writing { id version title state person { name } branch { shortName } kind year source mine editable \
    recommendable recommendedAt likeness length } body similar { id title name branch likeness }";
const BODY: &str = "通过认真学习，我深刻认识到全心全意为人民服务不是一句口号，而是落实在每一天工作中的行动。\
    作为一名在港口调度岗位工作了十五年的党员，我见证了码头从人工作业走向自动化的全过程。\n今后我将把学习所得用到班组建设里，\
    带头钻研新设备，带好新徒弟，在急难险重任务面前站得出来、顶得上去，以实际行动为党旗增添光彩。";

/// A query on one of the two namespaces.
fn on(shelf: &str, query: &str) -> String {
    query.replace("$S", shelf).replace("$T", TEXT)
}

fn list(shelf: &str) -> String {
    on(
        shelf,
        "query($f: WritingFilter, $n: Int, $a: String) { $S { writings(first: $n, after: $a, filter: $f) { totalCount \
        pageInfo { hasNextPage endCursor } nodes { id title state excerpt likeness mine editable recommendable } } } }",
    )
}

fn one(shelf: &str) -> String {
    on(shelf, "query($id: ID!) { $S { writing(id: $id) { $T } } }")
}

fn write(shelf: &str) -> String {
    on(
        shelf,
        "mutation($p: ID, $i: WritingInput!, $now: Boolean) { $S { write(person: $p, input: $i, publish: $now) { $T } } }",
    )
}

fn edit(shelf: &str) -> String {
    on(
        shelf,
        "mutation($id: ID!, $v: Int!, $i: WritingInput!, $now: Boolean) { $S { edit(id: $id, version: $v, input: $i, \
        publish: $now) { $T } } }",
    )
}

/// `publish` or `withdraw`.
fn step(shelf: &str, what: &str) -> String {
    on(shelf, "mutation($id: ID!, $v: Int!) { $S { $W(id: $id, version: $v) { $T } } }").replace("$W", what)
}

fn recommend(shelf: &str) -> String {
    on(shelf, "mutation($id: ID!, $v: Int!, $on: Boolean!) { $S { recommend(id: $id, version: $v, on: $on) { $T } } }")
}

fn remove(shelf: &str) -> String {
    on(shelf, "mutation($id: ID!, $v: Int!) { $S { remove(id: $id, version: $v) } }")
}

fn statistics(shelf: &str) -> String {
    on(
        shelf,
        "query($u: ID, $y: Int) { $S { statistics(under: $u, year: $y) { count people members recommended silent \
        months { month count } branches { branch { shortName } members people count recommended } } } }",
    )
}

/// The only thing in an answer: what the namespace's field gave.
fn got(answer: Value) -> Value {
    let space = answer.as_object().unwrap().values().next().unwrap();
    space.as_object().unwrap().values().next().unwrap().clone()
}

fn words(shelf: &str, title: &str) -> Value {
    let more = if shelf == "pledge" { json!({"kind": "FULL", "year": year()}) } else { json!({"source": "党章"}) };
    with(json!({"title": title, "body": BODY}), more)
}

fn year() -> i32 {
    World::default().today().year()
}

/// Two branches, a member of each with an account, a secretary of the first, and the administrator of all.
struct Branches {
    t: Town,
    admin: Visitor,
    secretary: Visitor,
    zhang: Visitor,
    li: Visitor,
    first: String,
    second: String,
    people: [String; 3],
}

impl Branches {
    async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let (_, first, second) = small_tree(&t, &mut admin).await;
        let people = [
            enrol(&mut admin, member(&first, "张三", 1)).await,
            enrol(&mut admin, member(&second, "李四", 2)).await,
            enrol(&mut admin, member(&first, "王五", 3)).await,
        ];
        t.person("shuji", "branch_secretary", &first).await;
        let secretary = t.signed_in("shuji", PASSWORD).await;
        let zhang = t.first_sign_in("13700000001", Some("13700000001")).await;
        let li = t.first_sign_in("13700000002", Some("13700000002")).await;
        Self { t, admin, secretary, zhang, li, first, second, people }
    }
}

async fn titles(by: &mut Visitor, shelf: &str, filter: Value) -> Vec<String> {
    let found = got(by.ok(&list(shelf), json!({"f": filter, "n": 100})).await);
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len(), "{found}");
    nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect()
}

fn at(text: &Value) -> Value {
    json!({"id": text["writing"]["id"], "v": text["writing"]["version"]})
}

#[tokio::test]
async fn pc_3_2_6a_pc_3_2_7a_a_member_writes_publishes_and_the_branch_sees_it() {
    let mut b = Branches::start().await;
    let mut wang = b.t.first_sign_in("13700000003", Some("13700000003")).await;
    for shelf in SHELVES {
        let draft = got(b.zhang.ok(&write(shelf), json!({"i": words(shelf, "我的第一篇")})).await);
        assert_eq!((&draft["writing"]["state"], &draft["writing"]["mine"]), (&json!("DRAFT"), &json!(true)));
        assert_eq!(draft["writing"]["branch"]["shortName"], "第一党支部");
        assert!(draft["body"].as_str().unwrap().contains("\n\n今后"));
        assert_eq!(draft["writing"]["recommendable"], false);
        // A draft is nobody else's, not even the administrator's.
        let id = json!({"id": draft["writing"]["id"]});
        for by in [&mut b.admin, &mut b.secretary, &mut b.li, &mut wang] {
            assert_eq!(by.refused(&one(shelf), id.clone()).await, "NOT_FOUND");
            assert_eq!(titles(by, shelf, json!({})).await, Vec::<String>::new());
            let refusal = by.refused(&step(shelf, "publish"), at(&draft)).await;
            assert_eq!(refusal, "NOT_FOUND", "{shelf}");
        }
        assert_eq!(titles(&mut b.zhang, shelf, json!({"mine": true})).await, ["我的第一篇"]);

        let shown = got(b.zhang.ok(&step(shelf, "publish"), at(&draft)).await);
        assert_eq!(shown["writing"]["state"], "PUBLISHED");
        assert_eq!(b.zhang.refused(&step(shelf, "publish"), at(&draft)).await, "CONFLICT");
        assert_eq!(b.zhang.refused(&step(shelf, "publish"), at(&shown)).await, "ALREADY_PUBLISHED");
        for by in [&mut b.admin, &mut b.secretary, &mut wang] {
            assert_eq!(titles(by, shelf, json!({})).await, ["我的第一篇"]);
        }
        // Another branch does not see it; a colleague sees it and cannot touch it.
        assert_eq!(titles(&mut b.li, shelf, json!({})).await, Vec::<String>::new());
        assert_eq!(b.li.refused(&one(shelf), id.clone()).await, "NOT_FOUND");
        let seen = got(wang.ok(&one(shelf), id.clone()).await);
        assert_eq!((&seen["writing"]["mine"], &seen["writing"]["editable"]), (&json!(false), &json!(false)));
        assert_eq!(titles(&mut wang, shelf, json!({"mine": true})).await, Vec::<String>::new());
        for what in ["publish", "withdraw"] {
            assert_eq!(wang.refused(&step(shelf, what), at(&shown)).await, "NOT_FOUND");
        }
        assert_eq!(wang.refused(&remove(shelf), at(&shown)).await, "NOT_FOUND");
        // A published text is withdrawn before it is removed.
        assert_eq!(b.zhang.refused(&remove(shelf), at(&shown)).await, "STILL_PUBLISHED");
        let back = got(b.zhang.ok(&step(shelf, "withdraw"), at(&shown)).await);
        assert_eq!(b.zhang.refused(&step(shelf, "withdraw"), at(&back)).await, "NOT_PUBLISHED");
        assert_eq!(titles(&mut wang, shelf, json!({})).await, Vec::<String>::new());
        assert_eq!(titles(&mut b.secretary, shelf, json!({"state": "WITHDRAWN"})).await, ["我的第一篇"]);
        b.zhang.ok(&remove(shelf), at(&back)).await;
        assert_eq!(b.zhang.refused(&one(shelf), id).await, "NOT_FOUND");
        let key = if shelf == "pledge" { "pledge" } else { "study_note" };
        let deeds = format!(
            "SELECT string_agg(split_part(action, '.', 2), ' ' ORDER BY id) FROM {}.audit WHERE object_kind = '{key}'",
            b.t.home.schema()
        );
        assert_eq!(b.t.sql().await.one(&deeds).await, "created published withdrawn removed");
    }
}

#[tokio::test]
async fn pc_3_2_6a_pc_3_2_7a_administrators_write_for_members_inside_their_reach() {
    let mut b = Branches::start().await;
    let [zhang, li, _] = b.people.clone();
    for shelf in SHELVES {
        let vars = |person: &str| json!({"p": person, "i": words(shelf, "代为填写"), "now": true});
        let made = got(b.secretary.ok(&write(shelf), vars(&zhang)).await);
        assert_eq!(
            (&made["writing"]["person"]["name"], &made["writing"]["state"]),
            (&json!("张三"), &json!("PUBLISHED"))
        );
        assert_eq!((&made["writing"]["mine"], &made["writing"]["editable"]), (&json!(false), &json!(true)));
        assert_eq!(b.secretary.refused(&write(shelf), vars(&li)).await, "INVALID person");
        assert_eq!(b.zhang.refused(&write(shelf), vars(&li)).await, "INVALID person");
        // Who is no member has to name one.
        assert_eq!(b.admin.refused(&write(shelf), json!({"i": words(shelf, "无名")})).await, "INVALID person");
        // It is the member's own, too.
        let own = got(b.zhang.ok(&one(shelf), json!({"id": made["writing"]["id"]})).await);
        assert_eq!((&own["writing"]["mine"], &own["writing"]["editable"]), (&json!(true), &json!(true)));
        let changed = with(at(&made), json!({"i": words(shelf, "本人改过")}));
        let edited = got(b.zhang.ok(&edit(shelf), changed.clone()).await);
        assert_eq!(
            (&edited["writing"]["title"], &edited["writing"]["state"]),
            (&json!("本人改过"), &json!("PUBLISHED"))
        );
        assert_eq!(b.secretary.refused(&edit(shelf), changed).await, "CONFLICT");
        assert_eq!(
            b.li.refused(&edit(shelf), with(at(&edited), json!({"i": words(shelf, "别人的")}))).await,
            "NOT_FOUND"
        );
    }
    // Every fault of a form is told with its field.
    for (shelf, input, field) in [
        ("pledge", json!({"kind": null}), "INVALID kind"),
        ("pledge", json!({"year": 2020}), "INVALID year"),
        ("pledge", json!({"kind": "ONE_LINE"}), "INVALID body"),
        ("studyNote", json!({"title": "短"}), "INVALID title"),
        ("studyNote", json!({"kind": "FULL"}), "INVALID kind"),
        ("studyNote", json!({"body": "字".repeat(20_001)}), "INVALID body"),
    ] {
        let vars = json!({"i": with(words(shelf, "填写有误"), input)});
        assert_eq!(b.zhang.refused(&write(shelf), vars).await, field);
    }
}

#[tokio::test]
async fn pc_3_2_6a_one_pledge_of_a_kind_is_published_in_a_year() {
    let mut b = Branches::start().await;
    let pledge = |change: Value| json!({"i": with(words("pledge", "承诺"), change), "now": true});
    let first = got(b.zhang.ok(&write("pledge"), pledge(json!({}))).await);
    let again = b.zhang.refused(&write("pledge"), pledge(json!({}))).await;
    assert_eq!(again, "ALREADY_PLEDGED kind");
    let short = json!({"kind": "ONE_LINE", "body": "立足岗位，服务职工。"});
    b.zhang.ok(&write("pledge"), pledge(short)).await;
    b.zhang.ok(&write("pledge"), pledge(json!({"year": year() + 1}))).await;
    b.li.ok(&write("pledge"), pledge(json!({}))).await;
    // A draft may wait; it is published when the other one is withdrawn.
    let draft = got(b.zhang.ok(&write("pledge"), with(pledge(json!({})), json!({"now": false}))).await);
    assert_eq!(b.zhang.refused(&step("pledge", "publish"), at(&draft)).await, "ALREADY_PLEDGED kind");
    b.zhang.ok(&step("pledge", "withdraw"), at(&first)).await;
    b.zhang.ok(&step("pledge", "publish"), at(&draft)).await;
    assert_eq!(titles(&mut b.zhang, "pledge", json!({"kind": "ONE_LINE", "mine": true})).await.len(), 1);
    assert_eq!(titles(&mut b.zhang, "pledge", json!({"year": year() + 1})).await.len(), 1);
    assert_eq!(titles(&mut b.admin, "pledge", json!({"year": year(), "state": "PUBLISHED"})).await.len(), 3);
}

#[tokio::test]
async fn pc_3_2_6b_pc_3_2_7a_a_recommendation_is_told_and_ends_with_the_words() {
    let mut b = Branches::start().await;
    for shelf in SHELVES {
        let draft = got(b.zhang.ok(&write(shelf), json!({"i": words(shelf, "值得推荐")})).await);
        let shown = got(b.zhang.ok(&step(shelf, "publish"), at(&draft)).await);
        let set = |text: &Value, on: bool| with(at(text), json!({"on": on}));
        assert_eq!(b.zhang.refused(&recommend(shelf), set(&shown, true)).await, "DENIED");
        assert_eq!(b.secretary.refused(&recommend(shelf), set(&shown, false)).await, "ALREADY_SO");
        let told = got(b.secretary.ok(&recommend(shelf), set(&shown, true)).await);
        assert!(told["writing"]["recommendedAt"].is_string());
        assert_eq!(b.secretary.refused(&recommend(shelf), set(&told, true)).await, "ALREADY_SO");
        assert_eq!(titles(&mut b.admin, shelf, json!({"recommended": true})).await, ["值得推荐"]);
        assert_eq!(titles(&mut b.admin, shelf, json!({"recommended": false})).await, Vec::<String>::new());
        // The same words stay recommended; other words do not.
        let same = with(at(&told), json!({"i": words(shelf, "值得推荐")}));
        let same = got(b.zhang.ok(&edit(shelf), same).await);
        assert!(same["writing"]["recommendedAt"].is_string());
        let other = got(b.zhang.ok(&edit(shelf), with(at(&same), json!({"i": words(shelf, "改了标题")}))).await);
        assert_eq!(other["writing"]["recommendedAt"], Value::Null);
        let again = got(b.admin.ok(&recommend(shelf), set(&other, true)).await);
        let back = got(b.zhang.ok(&step(shelf, "withdraw"), at(&again)).await);
        assert_eq!(back["writing"]["recommendedAt"], Value::Null);
        assert_eq!(b.admin.refused(&recommend(shelf), set(&back, true)).await, "NOT_PUBLISHED");
        let table = if shelf == "pledge" { "pledge_events" } else { "study_note_events" };
        let events = format!(
            "SELECT string_agg(event, ' ' ORDER BY id) FROM {}.{table} WHERE person_id = '{}'",
            b.t.home.schema(),
            b.people[0]
        );
        assert_eq!(
            b.t.sql().await.one(&events).await,
            "published recommended unrecommended recommended unrecommended withdrawn"
        );
    }
    // Another branch's are not the secretary's to recommend.
    let far = got(b.li.ok(&write("studyNote"), json!({"i": words("studyNote", "别处的"), "now": true})).await);
    assert_eq!(b.secretary.refused(&recommend("studyNote"), with(at(&far), json!({"on": true}))).await, "NOT_FOUND");
}

#[tokio::test]
async fn pc_3_2_6a_pc_3_2_7a_lists_are_searched_narrowed_and_paged() {
    let mut b = Branches::start().await;
    for shelf in SHELVES {
        for title in ["学习党章有感", "Party 学习计划", "港口参观记"] {
            let by = if title.starts_with('港') { &mut b.li } else { &mut b.zhang };
            let later = shelf == "pledge" && title.starts_with('P');
            let other = if later { json!({"year": year() + 1}) } else { json!({}) };
            by.ok(&write(shelf), json!({"i": with(words(shelf, title), other), "now": true})).await;
        }
        for (filter, wanted) in [
            (json!({}), vec!["港口参观记", "Party 学习计划", "学习党章有感"]),
            (json!({"search": "学习"}), vec!["Party 学习计划", "学习党章有感"]),
            (json!({"search": "张三"}), vec!["Party 学习计划", "学习党章有感"]),
            (json!({"search": "ls"}), vec!["港口参观记"]),
            (json!({"search": "PARTY 学"}), vec!["Party 学习计划"]),
            (json!({"search": "章"}), vec!["学习党章有感"]),
            (json!({"search": "习学"}), vec![]),
            (json!({"search": "%"}), vec![]),
            (json!({"under": b.second}), vec!["港口参观记"]),
            (json!({"person": b.people[0]}), vec!["Party 学习计划", "学习党章有感"]),
            (json!({"from": "2000-01-01", "to": "2001-01-01"}), vec![]),
            (json!({"from": "2000-01-01", "to": "2200-01-01", "search": "港口"}), vec!["港口参观记"]),
        ] {
            assert_eq!(titles(&mut b.admin, shelf, filter.clone()).await, wanted, "{shelf} {filter}");
        }
        // What lies around the own branch is not there for a member.
        assert_eq!(titles(&mut b.zhang, shelf, json!({"under": b.first})).await.len(), 2);
        assert_eq!(b.zhang.refused(&list(shelf), json!({"f": {"under": b.second}})).await, "NOT_FOUND");
        assert_eq!(b.secretary.refused(&list(shelf), json!({"f": {"under": b.second}})).await, "NOT_FOUND");
        let page = got(b.admin.ok(&list(shelf), json!({"n": 2})).await);
        assert_eq!(page["pageInfo"]["hasNextPage"], true);
        let next = got(b.admin.ok(&list(shelf), json!({"n": 2, "a": page["pageInfo"]["endCursor"]})).await);
        assert_eq!((next["nodes"].as_array().unwrap().len(), &next["nodes"][0]["title"]), (1, &json!("学习党章有感")));
    }
}

#[tokio::test]
async fn pc_3_2_7a_a_year_is_counted_by_month_and_branch() {
    let mut b = Branches::start().await;
    for shelf in SHELVES {
        for by in [&mut b.zhang, &mut b.li] {
            by.ok(&write(shelf), json!({"i": words(shelf, "甲篇"), "now": true})).await;
        }
        let kind = if shelf == "pledge" { json!({"year": year() + 1}) } else { json!({}) };
        let more = json!({"i": with(words(shelf, "乙篇"), kind), "now": true});
        let more = got(b.zhang.ok(&write(shelf), more).await);
        b.admin.ok(&recommend(shelf), with(at(&more), json!({"on": true}))).await;
        let other = if shelf == "pledge" { json!({"year": year() - 1}) } else { json!({}) };
        b.zhang.ok(&write(shelf), json!({"i": with(words(shelf, "草稿"), other)})).await;
        let all = got(b.admin.ok(&statistics(shelf), json!({})).await);
        for (field, count) in [("count", 3), ("people", 2), ("members", 3), ("recommended", 1), ("silent", 0)] {
            assert_eq!(all[field], count, "{shelf} {field} {all}");
        }
        let months: Vec<i64> = all["months"].as_array().unwrap().iter().map(|m| m["count"].as_i64().unwrap()).collect();
        assert_eq!((months.len(), months.iter().sum::<i64>()), (12, 3));
        assert_eq!(
            all["branches"][0],
            json!({"branch": {"shortName": "第一党支部"}, "members": 2, "people": 1, "count": 2, "recommended": 1})
        );
        let own = got(b.secretary.ok(&statistics(shelf), json!({"y": year()})).await);
        assert_eq!(
            (&own["count"], &own["members"], own["branches"].as_array().unwrap().len()),
            (&json!(2), &json!(2), 1)
        );
        let past = got(b.admin.ok(&statistics(shelf), json!({"y": 2020})).await);
        assert_eq!((&past["count"], &past["silent"]), (&json!(0), &json!(2)));
        let part = got(b.admin.ok(&statistics(shelf), json!({"u": b.second})).await);
        assert_eq!((&part["count"], &part["people"]), (&json!(1), &json!(1)));
        assert_eq!(b.secretary.refused(&statistics(shelf), json!({"u": b.second})).await, "NOT_FOUND");
        assert_eq!(b.zhang.refused(&statistics(shelf), json!({})).await, "DENIED");
    }
}

#[tokio::test]
async fn pc_3_2_7a_copies_are_told_to_administrators_only_and_block_nothing() {
    let mut b = Branches::start().await;
    let note = |title: &str, body: &str| json!({"i": {"title": title, "body": body}, "now": true});
    let first = got(b.zhang.ok(&write("studyNote"), note("原文", BODY)).await);
    assert_eq!(first["writing"]["likeness"], Value::Null);
    let copied = BODY.replace("港口调度", "货运装卸");
    let copy = got(b.li.ok(&write("studyNote"), note("照抄", &copied)).await);
    assert_eq!((&copy["writing"]["state"], &copy["writing"]["likeness"]), (&json!("PUBLISHED"), &Value::Null));
    assert_eq!(copy["similar"], json!([]), "not told to whoever wrote it");
    let id = json!({"id": copy["writing"]["id"]});
    let seen = got(b.admin.ok(&one("studyNote"), id.clone()).await);
    assert!(seen["writing"]["likeness"].as_i64().unwrap() >= 80, "{seen}");
    assert_eq!((&seen["similar"][0]["title"], &seen["similar"][0]["name"]), (&json!("原文"), &json!("张三")));
    assert_eq!(titles(&mut b.admin, "studyNote", json!({"similar": true})).await, ["照抄"]);
    assert_eq!(b.zhang.refused(&list("studyNote"), json!({"f": {"similar": true}})).await, "DENIED");
    // Of what lies outside of one's reach only the branch is told.
    let own = got(b.secretary.ok(&one("studyNote"), json!({"id": first["writing"]["id"]})).await);
    let other = own["similar"][0].clone();
    assert_eq!((&other["id"], &other["title"], &other["name"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(other["branch"], "第二党支部");
    // Other words are no copy any more.
    let fresh = "读完这本书，最让我感动的是老一辈科研人员隐姓埋名几十年的故事。他们住过窑洞，吃过野菜，却从来没有抱怨。\
        和他们相比，我们今天在实验室里遇到的困难实在算不了什么。我想，传承就是把手头的数据做准、把每一份报告写实。";
    let changed = with(at(&copy), json!({"i": {"title": "重写", "body": fresh}}));
    b.li.ok(&edit("studyNote"), changed).await;
    let seen = got(b.admin.ok(&one("studyNote"), id).await);
    assert_eq!((&seen["writing"]["likeness"], &seen["similar"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn pc_3_2_7a_study_notes_are_exported_as_they_are_listed() {
    let mut b = Branches::start().await;
    b.zhang.ok(&write("studyNote"), json!({"i": words("studyNote", "导出的一篇"), "now": true})).await;
    b.zhang.ok(&write("studyNote"), json!({"i": words("studyNote", "别人的草稿")})).await;
    b.li.ok(&write("studyNote"), json!({"i": words("studyNote", "第二支部的"), "now": true})).await;
    let export = "mutation($filter: JSON) { system { requestExport(input: {kind: \"study_note\", filter: $filter, columns: \
        [\"name\", \"title\", \"source\", \"body\", \"length\", \"state\", \"publishedOn\"]}) { id } } }";
    assert_eq!(b.zhang.refused(export, json!({"filter": {}})).await, "DENIED");
    b.secretary.ok(export, json!({"filter": {"under": b.first, "state": "PUBLISHED"}})).await;
    let mut made = Value::Null;
    until("the export is made", async || {
        let all = "{ system { exports { nodes { id state rowCount filterWords } } } }";
        made = b.secretary.ok(all, json!({})).await["system"]["exports"]["nodes"][0].clone();
        made["state"] != "RUNNING"
    })
    .await;
    assert_eq!((&made["state"], &made["rowCount"]), (&json!("DONE"), &json!(1)), "{made}");
    assert_eq!(made["filterWords"], "组织：第一党支部及下级；状态：已发布");
    let link = "mutation($id: ID!) { system { downloadExport(id: $id) { url } } }";
    let link = b.secretary.ok(link, json!({"id": made["id"]})).await["system"]["downloadExport"]["url"].clone();
    let file = b.secretary.send(Method::GET, link.as_str().unwrap(), &[], "").await;
    let texts = crate::exports::texts(&file.bytes);
    for text in ["导出的一篇", "张三", "党章", "为党旗增添光彩", "已发布"] {
        assert!(texts.contains(text), "{text} in {texts}");
    }
    for text in ["别人的草稿", "第二支部的"] {
        assert!(!texts.contains(text), "{text}");
    }
}

/// A row of the template, of the person with this number.
fn told(shelf: &str, name: &str, n: u32, change: &[(&'static str, &str)]) -> Line {
    let mut line: Line = [
        ("姓名", name.to_owned()),
        ("公民身份号码", id_number("1990-01-01", 2 * n + 1)),
        ("标题", "学习党章有感".to_owned()),
        ("正文", BODY.to_owned()),
        ("发布日期", "2026-03-05".to_owned()),
    ]
    .into();
    if shelf == "pledge" {
        line.extend([("承诺类型", "全方位承诺".to_owned()), ("承诺年度", year().to_string())]);
    } else {
        line.insert("学习内容", "党章".to_owned());
    }
    line.extend(change.iter().map(|(key, text)| (*key, (*text).to_owned())));
    line
}

/// The import of these rows, looked through: its id, and row and column of its faults.
async fn looked_through(b: &mut Branches, template: &str, lines: &[Line]) -> (String, Vec<String>) {
    let id = upload(&mut b.secretary, template, workbook(b.t.folder(), template, lines)).await;
    let found = rest(&mut b.secretary, &id).await["import"].clone();
    assert_eq!(found["state"], "CHECKED", "{found}");
    let faults = found["faults"].as_array().unwrap().iter();
    (id, faults.map(|fault| format!("{} {}", fault["row"], fault["column"].as_str().unwrap())).collect())
}

#[tokio::test]
async fn pc_3_2_6a_pc_3_2_7a_texts_are_imported_once_and_taken_back() {
    let undo = "mutation($id: ID!) { system { undoImport(id: $id) { state } } }";
    for (shelf, template) in [("pledge", "pledge"), ("studyNote", "study_note")] {
        let mut b = Branches::start().await;
        let (first, second) = (told(shelf, "张三", 1, &[]), told(shelf, "王五", 3, &[("标题", "我的体会")]));
        let own = if shelf == "pledge" { "承诺类型" } else { "标题" };
        let mut wrong = vec![
            told(
                shelf,
                "张三",
                1,
                &[("公民身份号码", "110101199001010000"), ("发布日期", "2199-01-01"), ("正文", "短")],
            ),
            told(shelf, "李四", 2, &[]),
            told(shelf, "王五五", 3, &[]),
            first.clone(),
            first.clone(),
            second.clone(),
        ];
        if shelf == "pledge" {
            wrong.push(told(shelf, "王五", 3, &[("承诺年度", "2001"), ("承诺类型", "没有的")]));
        }
        let (id, faults) = looked_through(&mut b, template, &wrong).await;
        let mut expected = ["3 公民身份号码", "3 正文", "3 发布日期", "4 公民身份号码", "5 姓名", &format!("7 {own}")]
            .map(str::to_owned)
            .to_vec();
        if shelf == "pledge" {
            expected.extend(["9 承诺类型", "9 承诺年度"].map(str::to_owned));
        }
        let (mut faults, mut expected) = (faults, expected);
        faults.sort();
        expected.sort();
        assert_eq!(faults, expected, "{shelf}");
        b.secretary.ok(CONFIRM, json!({"id": id, "partial": true})).await;
        let done = rest(&mut b.secretary, &id).await["import"].clone();
        assert_eq!((&done["state"], &done["doneRows"]), (&json!("DONE"), &json!(2)), "{done}");
        // The branch sees them as published on their days; whoever else the file named got nothing.
        let mut seen = titles(&mut b.zhang, shelf, json!({"from": "2026-03-05", "to": "2026-03-05"})).await;
        seen.sort();
        assert_eq!(seen, ["学习党章有感", "我的体会"], "{shelf}");
        assert!(titles(&mut b.li, shelf, json!({})).await.is_empty());
        // The same file once more: nothing is written twice.
        let (_, again) = looked_through(&mut b, template, &[first.clone(), second.clone()]).await;
        assert_eq!(again, ["3 标题", "4 标题"], "{shelf}");
        b.secretary.ok(undo, json!({"id": id})).await;
        let undone = rest(&mut b.secretary, &id).await["import"].clone();
        assert_eq!((&undone["state"], &undone["undoneRows"]), (&json!("UNDONE"), &json!(2)), "{undone}");
        assert!(titles(&mut b.admin, shelf, json!({})).await.is_empty());
    }
}

#[tokio::test]
async fn pc_3_2_7a_an_import_points_out_copies_and_keeps_what_was_recommended() {
    const HINTS: &str = "query($id: ID!) { system { import(id: $id) { hints { row column sentence } } } }";
    let mut b = Branches::start().await;
    let copy = format!("{BODY}以上是我的学习体会，请支部同志批评指正。");
    let lines = [told("studyNote", "张三", 1, &[]), told("studyNote", "王五", 3, &[("正文", &copy)])];
    let (id, faults) = looked_through(&mut b, "study_note", &lines).await;
    assert!(faults.is_empty(), "{faults:?}");
    let hints = b.secretary.ok(HINTS, json!({"id": id})).await["system"]["import"]["hints"].clone();
    assert_eq!((&hints[0]["row"], &hints[0]["column"]), (&json!(4), &json!("正文")), "{hints}");
    assert_eq!(hints[0]["sentence"], "与第3行相似100%，请核对");
    b.secretary.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    rest(&mut b.secretary, &id).await;
    // Of another file the published ones are compared.
    let third = told("studyNote", "张三", 1, &[("标题", "再学党章"), ("正文", &copy)]);
    let (other, _) = looked_through(&mut b, "study_note", &[third]).await;
    let hints = b.secretary.ok(HINTS, json!({"id": other})).await["system"]["import"]["hints"].clone();
    assert_eq!(hints[0]["sentence"], "与第一党支部已发布的学习心得相似100%，请核对");
    let nodes = got(b.admin.ok(&list("studyNote"), json!({"n": 10})).await)["nodes"].clone();
    let text = got(b.admin.ok(&one("studyNote"), json!({"id": nodes[0]["id"]})).await);
    b.admin.ok(&recommend("studyNote"), with(at(&text), json!({"on": true}))).await;
    b.secretary.ok("mutation($id: ID!) { system { undoImport(id: $id) { state } } }", json!({"id": id})).await;
    let undone = rest(&mut b.secretary, &id).await;
    assert_eq!(undone["import"]["undoneRows"], 1, "{undone}");
    assert_eq!(undone["keptRows"][0]["reason"], "该学习心得在导入后已被推荐", "{undone}");
    // A member imports nothing, not even for themselves.
    let refused = b.zhang.refused(REQUEST, json!({"t": "study_note", "n": 100})).await;
    assert_eq!(refused, "DENIED");
}
