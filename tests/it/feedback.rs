//! What people of tenants tell the operators (建议反馈, M-9.8, OP-10), and how the operators are reached (关于我们, M-9.9).

use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;
use zhibu_core::World;
use zhibu_tests::{PASSWORD, Town, Visitor};

const SEND: &str = "mutation($input: FeedbackInput!) { system { sendFeedback(input: $input) { id kind text contact state \
    createdAt answers { text at } } } }";
const MINE: &str = "query($n: Int, $a: String) { system { myFeedback(first: $n, after: $a) { totalCount pageInfo { hasNextPage \
    endCursor } nodes { id kind text contact state answers { text } } } } }";
const LIST: &str = "query($n: Int, $o: Int, $s: FeedbackState, $k: FeedbackKind, $t: ID) { system { feedback(first: $n, offset: $o, \
    filter: {state: $s, kind: $k, tenant: $t}) { totalCount nodes { id tenant { id name } kind text contact state version answers { text \
    by } } } } }";
const ONE: &str = "query($id: ID!) { system { feedbackCase(id: $id) { id text state version answers { text by } } } }";
const ANSWER: &str = "mutation($id: ID!, $v: Int!, $text: String!) { system { answerFeedback(id: $id, version: $v, text: $text) { \
    state version answers { text by } } } }";
const CLOSE: &str = "mutation($id: ID!, $v: Int!) { system { closeFeedback(id: $id, version: $v) { state version } } }";
const ABOUT: &str = "{ system { aboutUs { phone mail address hours text } } }";
const RECORD: &str = "{ system { aboutRecord { phone mail version changedBy } } }";
const EDIT: &str =
    "mutation($v: Int!, $input: AboutInput!) { system { editAbout(version: $v, input: $input) { version } } }";

fn fresh() -> String {
    World::default().id::<Uuid>().to_string()
}

fn letter(id: &str, text: &str) -> Value {
    json!({"input": {"id": id, "kind": "SUGGESTION", "text": text, "contact": "13700001111"}})
}

async fn send(by: &mut Visitor, text: &str) -> String {
    let id = fresh();
    by.ok(SEND, letter(&id, text)).await;
    id
}

async fn texts(by: &mut Visitor) -> Vec<String> {
    let found = by.ok(MINE, json!({"n": 50})).await["system"]["myFeedback"].clone();
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

async fn listed(operator: &mut Visitor, filter: Value) -> Vec<String> {
    let found = operator.ok(LIST, filter).await["system"]["feedback"].clone();
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

async fn member(t: &Town, name: &str) -> Visitor {
    t.person(name, "member", &t.home.root).await;
    t.signed_in(name, PASSWORD).await
}

#[tokio::test]
async fn m_9_8_a_member_tells_the_operators_and_reads_their_answers() {
    let t = Town::start().await;
    let (mut wang, mut operator) = (member(&t, "wang").await, t.operator().await);
    let id = fresh();
    let sent = wang.ok(SEND, letter(&id, "  希望党费\n可以按季度交纳 ")).await["system"]["sendFeedback"].clone();
    assert_eq!((&sent["state"], &sent["text"]), (&json!("OPEN"), &json!("希望党费\n可以按季度交纳")));
    assert_eq!((&sent["kind"], &sent["contact"]), (&json!("SUGGESTION"), &json!("13700001111")));
    // Neither words nor contact can be read in the database.
    let sql = t.sql().await;
    let plain = "SELECT count(*) FROM platform.feedback WHERE position('党费'::bytea IN text) > 0 OR position('1370000'::bytea IN contact) > 0";
    assert_eq!(sql.one("SELECT count(*) FROM platform.feedback").await, "1");
    assert_eq!(sql.one(&plain.replace("'党费'::bytea", "convert_to('党费', 'UTF8')")).await, "0");

    let found = operator.ok(LIST, json!({"s": "OPEN"})).await["system"]["feedback"]["nodes"][0].clone();
    assert_eq!((&found["tenant"]["name"], &found["contact"]), (&json!(t.home.name), &json!("13700001111")));
    let said =
        operator.ok(ANSWER, json!({"id": id, "v": 1, "text": "已列入计划"})).await["system"]["answerFeedback"].clone();
    assert_eq!(said, json!({"state": "ANSWERED", "version": 2, "answers": [{"text": "已列入计划", "by": "operator"}]}));
    operator.ok(ANSWER, json!({"id": id, "v": 2, "text": "下月上线"})).await;
    let own = wang.ok(MINE, json!({})).await["system"]["myFeedback"]["nodes"][0].clone();
    assert_eq!(own["state"], "ANSWERED");
    assert_eq!(own["answers"], json!([{"text": "已列入计划"}, {"text": "下月上线"}]));
    operator.ok(CLOSE, json!({"id": id, "v": 3})).await;
    assert_eq!(operator.refused(ANSWER, json!({"id": id, "v": 4, "text": "再说一句"})).await, "WRONG_STATE");
    assert_eq!(operator.refused(CLOSE, json!({"id": id, "v": 4})).await, "WRONG_STATE");
    assert_eq!(wang.ok(MINE, json!({})).await["system"]["myFeedback"]["nodes"][0]["state"], "CLOSED");

    // Both sides have it in writing.
    let home = format!("SELECT action FROM {}.audit WHERE object_kind = 'feedback'", t.home.schema());
    assert_eq!(sql.column(&home).await, ["feedback.sent"]);
    let desk = "SELECT action FROM platform.audit WHERE object_kind = 'feedback' ORDER BY id";
    assert_eq!(sql.column(desk).await, ["feedback.answered", "feedback.answered", "feedback.closed"]);
}

#[tokio::test]
async fn m_9_8_what_was_told_is_nobody_elses() {
    let t = Town::start().await;
    let (mut wang, mut li, mut admin) = (member(&t, "wang").await, member(&t, "li").await, t.administrator().await);
    t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let id = send(&mut wang, "王的建议内容").await;
    send(&mut boss, "另一单位的建议").await;
    assert_eq!(texts(&mut wang).await, ["王的建议内容"]);
    assert_eq!(texts(&mut boss).await, ["另一单位的建议"]);
    for other in [&mut li, &mut admin] {
        assert_eq!(texts(other).await, Vec::<String>::new());
        assert_eq!(other.refused(LIST, json!({})).await, "DENIED");
        assert_eq!(other.refused(ONE, json!({"id": id})).await, "DENIED");
        assert_eq!(other.refused(ANSWER, json!({"id": id, "v": 1, "text": "冒充答复"})).await, "DENIED");
    }
    // An id that somebody else has used tells nothing of what it stands for, and changes nothing.
    for other in [&mut li, &mut boss] {
        assert_eq!(other.refused(SEND, letter(&id, "占用别人的编号")).await, "INVALID id");
    }
    assert_eq!(texts(&mut wang).await, ["王的建议内容"]);
    assert_eq!(t.visitor().refused(MINE, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(t.visitor().refused(SEND, letter(&fresh(), "没有登录的人")).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn m_9_8_a_repetition_is_the_same_and_faults_name_their_field() {
    let t = Town::start().await;
    let mut wang = member(&t, "wang").await;
    let id = fresh();
    let first = wang.ok(SEND, letter(&id, "第一次的内容")).await;
    assert_eq!(wang.ok(SEND, letter(&id, "第二次的内容")).await, first);
    let (mut a, mut b, again) = (wang.clone(), wang.clone(), fresh());
    let (one, two) =
        tokio::join!(a.ok(SEND, letter(&again, "同时发出两次")), b.ok(SEND, letter(&again, "同时发出两次")));
    assert_eq!(one, two);
    assert_eq!(texts(&mut wang).await, ["同时发出两次", "第一次的内容"]);
    let sent = format!("SELECT count(*) FROM {}.audit WHERE action = 'feedback.sent'", t.home.schema());
    assert_eq!(t.sql().await.one(&sent).await, "2");
    for text in ["   ", "四个字呀", &"长".repeat(2001)] {
        assert_eq!(wang.refused(SEND, letter(&fresh(), text)).await, "INVALID text", "{text}");
    }
    let long = json!({"input": {"id": fresh(), "kind": "OTHER", "text": "联系方式太长", "contact": "1".repeat(101)}});
    assert_eq!(wang.refused(SEND, long).await, "INVALID contact");
}

#[tokio::test]
async fn m_9_8_ten_a_day_are_enough() {
    let t = Town::start().await;
    let (mut wang, mut li) = (member(&t, "wang").await, member(&t, "li").await);
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(send(&mut wang, &format!("第{n}条建议内容")).await);
    }
    assert_eq!(wang.refused(SEND, letter(&fresh(), "第十一条建议")).await, "FEEDBACK_LIMIT");
    // What was sent before may still be repeated, and others may still send.
    wang.ok(SEND, letter(&ids[0], "第0条建议内容")).await;
    send(&mut li, "李四的一条建议").await;
    let page = wang.ok(MINE, json!({"n": 6})).await["system"]["myFeedback"].clone();
    let rest = wang.ok(MINE, json!({"n": 6, "a": page["pageInfo"]["endCursor"]})).await["system"]["myFeedback"].clone();
    let ids_of = |page: &Value| -> Vec<String> {
        page["nodes"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut shown = [ids_of(&page), ids_of(&rest)].concat();
    assert_eq!((shown.len(), &rest["pageInfo"]["hasNextPage"]), (10, &json!(false)));
    shown.reverse();
    assert_eq!(shown, ids);
    // A tenant has a limit too.
    let fill = format!(
        "INSERT INTO platform.feedback (id, tenant_id, account_id, kind, text, created_at, changed_at) SELECT gen_random_uuid(), \
         '{}', gen_random_uuid(), 'other', '', now(), now() FROM generate_series(1, 200)",
        t.home.id
    );
    t.sql().await.rows(&fill).await;
    assert_eq!(li.refused(SEND, letter(&fresh(), "单位的上限到了")).await, "FEEDBACK_LIMIT");
    t.pass(Duration::days(1) + Duration::minutes(1));
    let mut wang = t.signed_in("wang", PASSWORD).await;
    send(&mut wang, "第二天的建议内容").await;
}

#[tokio::test]
async fn op_10_two_operators_answer_at_once_and_one_is_told() {
    let t = Town::start().await;
    let mut wang = member(&t, "wang").await;
    let (mut a, mut b) = (t.operator().await, t.operator().await);
    let id = send(&mut wang, "页面打开很慢").await;
    let say = |text: &str| json!({"id": id, "v": 1, "text": text});
    let (first, second) = (say("甲的答复"), say("乙的答复"));
    let (one, two) = tokio::join!(a.ask(ANSWER, first), b.ask(ANSWER, second));
    let mut said: Vec<_> = [one, two].iter().map(|it| it.refusal_opt().map(|refusal| refusal.code)).collect();
    said.sort();
    assert_eq!(said, [None, Some("CONFLICT".to_owned())]);
    let case = a.ok(ONE, json!({"id": id})).await["system"]["feedbackCase"].clone();
    assert_eq!((case["answers"].as_array().unwrap().len(), &case["version"]), (1, &json!(2)));
    assert_eq!(a.refused(CLOSE, json!({"id": id, "v": 1})).await, "CONFLICT");
    assert_eq!(a.refused(ANSWER, json!({"id": id, "v": 2, "text": " "})).await, "INVALID text");
    assert_eq!(a.refused(ONE, json!({"id": fresh()})).await, "NOT_FOUND");
    assert_eq!(a.refused(ANSWER, json!({"id": fresh(), "v": 1, "text": "没有此条"})).await, "NOT_FOUND");
}

#[tokio::test]
async fn op_10_the_desk_lists_by_state_kind_and_tenant() {
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let (mut boss, mut wang) = (t.first_sign_in("boss", None).await, member(&t, "wang").await);
    let mut operator = t.operator().await;
    let first = send(&mut wang, "第一条：建议").await;
    let complaint = json!({"input": {"id": fresh(), "kind": "COMPLAINT", "text": "第二条：投诉"}});
    boss.ok(SEND, complaint).await;
    send(&mut boss, "第三条：建议").await;
    operator.ok(ANSWER, json!({"id": first, "v": 1, "text": "谢谢"})).await;
    for (filter, wanted) in [
        (json!({}), vec!["第三条：建议", "第二条：投诉", "第一条：建议"]),
        (json!({"s": "OPEN"}), vec!["第三条：建议", "第二条：投诉"]),
        (json!({"s": "ANSWERED"}), vec!["第一条：建议"]),
        (json!({"s": "CLOSED"}), vec![]),
        (json!({"k": "COMPLAINT"}), vec!["第二条：投诉"]),
        (json!({"t": t.home.id}), vec!["第一条：建议"]),
        (json!({"t": other.id, "s": "OPEN", "k": "SUGGESTION"}), vec!["第三条：建议"]),
    ] {
        assert_eq!(listed(&mut operator, filter.clone()).await, wanted, "{filter}");
    }
    let second = operator.ok(LIST, json!({"n": 1, "o": 1})).await["system"]["feedback"].clone();
    assert_eq!((&second["totalCount"], &second["nodes"][0]["text"]), (&json!(3), &json!("第二条：投诉")));
}

#[tokio::test]
async fn m_9_9_op_10_operators_say_how_they_are_reached_and_anybody_reads_it() {
    let t = Town::start().await;
    let (mut one, mut two, mut wang) = (t.operator().await, t.operator().await, member(&t, "wang").await);
    let empty = json!({"phone": "", "mail": "", "address": "", "hours": "", "text": ""});
    assert_eq!(t.visitor().ok(ABOUT, json!({})).await["system"]["aboutUs"], empty);
    let about = json!({"phone": "025-12345678", "mail": "help@zhibu.example", "address": "南京市玄武区", "hours": "工作日 9:00-18:00",
        "text": "为基层党组织服务。"});
    assert_eq!(wang.refused(EDIT, json!({"v": 1, "input": about})).await, "DENIED");
    assert_eq!(wang.refused(RECORD, json!({})).await, "DENIED");
    assert_eq!(t.visitor().refused(RECORD, json!({})).await, "UNAUTHENTICATED");
    one.ok(EDIT, json!({"v": 1, "input": about})).await;
    assert_eq!(two.refused(EDIT, json!({"v": 1, "input": empty})).await, "CONFLICT");
    for by in [&mut wang, &mut t.visitor()] {
        assert_eq!(by.ok(ABOUT, json!({})).await["system"]["aboutUs"], about);
    }
    let record = two.ok(RECORD, json!({})).await["system"]["aboutRecord"].clone();
    assert_eq!((&record["version"], &record["changedBy"]), (&json!(2), &json!("operator")));
    for (field, bad) in
        [("phone", "12"), ("mail", "help"), ("address", &*"长".repeat(101)), ("hours", &*"长".repeat(61))]
    {
        let mut wrong = about.clone();
        wrong[field] = json!(bad);
        assert_eq!(two.refused(EDIT, json!({"v": 2, "input": wrong})).await, format!("INVALID {field}").as_str());
    }
    let audited = "SELECT action FROM platform.audit WHERE object_kind = 'about'";
    assert_eq!(t.sql().await.column(audited).await, ["about.changed"]);
}

/// Whoever may only look at the desk's surroundings does not read what people have written.
#[tokio::test]
async fn op_10_the_desk_is_the_operators_alone() {
    let t = Town::start().await;
    let mut wang = member(&t, "wang").await;
    let id = send(&mut wang, "只给运营人员看的内容").await;
    let mut operator = t.operator().await;
    operator.ok(ONE, json!({"id": id})).await;
    // A tenant's own role reaches none of the tables, not even its own rows.
    let role = t.home.schema();
    let rights = format!(
        "SELECT count(*) FROM unnest(ARRAY['feedback', 'feedback_answers', 'about']) AS name, unnest(ARRAY['SELECT', 'INSERT', \
         'UPDATE', 'DELETE']) AS right_of WHERE has_table_privilege('{role}', 'platform.' || name, right_of)"
    );
    assert_eq!(t.sql().await.one(&rights).await, "0");
}
