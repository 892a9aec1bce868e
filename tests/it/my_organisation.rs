//! The organisation that a member belongs to (我的组织, M-9.3).

use serde_json::{Value, json};
use zhibu_tests::{Town, Visitor};

use crate::members::{enrol, member};
use crate::organisations::small_tree;

const MINE: &str = "{ directory { myOrganisation { id name shortName kind memberCount posts { post name } chain { id shortName } \
    below { id shortName memberCount } } } }";

async fn mine(by: &mut Visitor) -> Value {
    by.ok(MINE, json!({})).await["directory"]["myOrganisation"].clone()
}

async fn post(t: &Town, person: &str, organisation: &str, post: &str, until: &str) {
    let sql = format!(
        "INSERT INTO {}.posts (id, person_id, organisation_id, post, since, until) VALUES (gen_random_uuid(), '{person}', \
         '{organisation}', '{post}', '2020-01-01', {until})",
        t.home.schema()
    );
    t.sql().await.rows(&sql).await;
}

fn below(found: &Value) -> Vec<(&str, i64)> {
    let each = found["below"].as_array().unwrap().iter();
    each.map(|one| (one["shortName"].as_str().unwrap(), one["memberCount"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn m_9_3_a_plain_member_sees_branch_committee_and_chain_and_nothing_below() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    enrol(&mut admin, member(&first, "张三", 1)).await;
    let li = enrol(&mut admin, member(&first, "李四", 2)).await;
    let wang = enrol(&mut admin, member(&first, "王五", 3)).await;
    let zhao = enrol(&mut admin, member(&second, "赵六", 4)).await;
    post(&t, &wang, &first, "committee_member", "NULL").await;
    post(&t, &li, &first, "secretary", "NULL").await;
    post(&t, &wang, &first, "secretary", "'2021-01-01'").await;
    post(&t, &zhao, &second, "secretary", "NULL").await;
    let mut zhang = t.first_sign_in("13700000001", Some("13700000001")).await;
    let found = mine(&mut zhang).await;
    assert_eq!((&found["id"], &found["kind"], &found["memberCount"]), (&json!(first), &json!("BRANCH"), &json!(3)));
    assert_eq!(
        found["posts"],
        json!([{"post": "secretary", "name": "李四"}, {"post": "committee_member", "name": "王五"}])
    );
    let chain: Vec<_> = found["chain"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(chain, [&*t.home.root, &*committee]);
    assert_eq!(below(&found), []);
    // Nothing of it is a number by which somebody could be reached or known.
    let text = found.to_string();
    assert!(!text.contains("1370000") && !text.contains("1990"), "{text}");
    assert_eq!(zhang.refused("{ directory { members { nodes { id } } } }", json!({})).await, "DENIED");
    // Who is no member, and who is not signed in.
    assert_eq!(mine(&mut admin).await, Value::Null);
    assert_eq!(t.visitor().refused(MINE, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn m_9_3_a_committee_sees_what_is_below_it_with_all_members() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let li = enrol(&mut admin, member(&first, "李四", 1)).await;
    enrol(&mut admin, member(&first, "王五", 2)).await;
    enrol(&mut admin, member(&second, "赵六", 3)).await;
    let mut secretary = t.first_sign_in("13700000001", Some("13700000001")).await;
    assert_eq!(below(&mine(&mut secretary).await), []);
    // A post of the committee above shows its branches; a post of the top committee its committees, with their branches' members.
    post(&t, &li, &committee, "committee_member", "NULL").await;
    assert_eq!(below(&mine(&mut secretary).await), [("第一党支部", 2)]);
    post(&t, &li, &t.home.root, "committee_member", "NULL").await;
    let found = mine(&mut secretary).await;
    assert_eq!(below(&found), [("制造党委", 2), ("第一党支部", 2), ("第二党支部", 1)]);
    // Other tenants are no part of it.
    t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    assert_eq!(mine(&mut boss).await, Value::Null);
    let ended = format!("UPDATE {}.posts SET until = '2024-01-01'", t.home.schema());
    t.sql().await.rows(&ended).await;
    assert_eq!(below(&mine(&mut secretary).await), []);
}
