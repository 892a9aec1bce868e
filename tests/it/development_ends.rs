//! Cases whose member leaves, comes back or is not approved (PC-3.2.4).

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Visitor};

use crate::development::{DAYS, MEMBER, Party, REMINDERS, case, complete, event};
use crate::members::{UPDATE, member};
use crate::organisations::with;

const DELETE: &str =
    "mutation($ids: [ID!]!, $r: EndReason!) { directory { deleteMembers(ids: $ids, reason: $r, note: \"已核实\") } }";
const RESTORE: &str =
    "mutation($id: ID!, $b: ID) { directory { restoreMember(id: $id, branch: $b) { branch { shortName } } } }";

fn stands(file: &Value) -> (Value, Value, Value) {
    (file["case"]["outcome"].clone(), file["case"]["step"].clone(), file["events"].clone())
}

async fn audited(p: &Party, action: &str) -> String {
    let count = format!("SELECT count(*) FROM {}.audit WHERE action = '{action}'", p.t.home.schema());
    p.t.sql().await.one(&count).await
}

#[tokio::test]
async fn pc_3_2_4_a_case_ends_when_its_member_leaves_and_goes_on_when_they_come_back() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 19).await;
    let (id, person) = (file["case"]["id"].clone(), file["case"]["person"].clone());
    let leave = |reason: &str| json!({"ids": [person], "r": reason});
    p.admin.ok(DELETE, leave("DECEASED")).await;
    let ended = p.look(&id).await;
    assert_eq!(stands(&ended), (json!("ENDED"), Value::Null, json!([])));
    let newest = &ended["timeline"][0];
    assert_eq!((&newest["title"], &newest["words"]), (&json!("党员身份终止"), &json!(["去世：已核实"])));
    assert_eq!(audited(&p, "development.ended").await, "1");
    // What was recorded stays; nothing more is done.
    assert!(ended["steps"].as_array().unwrap().iter().all(|step| step["state"] != "OPEN"));

    // Whoever is taken back, to another branch, goes on with the same case there.
    p.admin.ok(RESTORE, json!({"id": person, "b": p.second})).await;
    let back = p.look(&id).await;
    assert_eq!(stands(&back).1, json!(20));
    assert_eq!(
        (&back["case"]["outcome"], &back["case"]["branch"]["shortName"]),
        (&json!("IN_PROGRESS"), &json!("第二党支部"))
    );
    assert_eq!(back["timeline"][0]["title"], "从党员历史库还原");
    assert_eq!(back["timeline"][1]["voided"], "已从党员历史库还原");
    assert_eq!(audited(&p, "development.reopened").await, "1");
    for (reason, outcome) in [("TRANSFER_OUT", "MOVED"), ("PROBATION_CANCELLED", "CANCELLED"), ("WITHDREW", "ENDED")] {
        p.admin.ok(DELETE, leave(reason)).await;
        assert_eq!(p.look(&id).await["case"]["outcome"], outcome, "{reason}");
        p.admin.ok(RESTORE, json!({"id": person})).await;
        assert_eq!(p.look(&id).await["case"]["step"], 20, "{reason}");
    }
}

#[tokio::test]
async fn pc_3_2_4_what_ended_by_a_decision_stays_so_and_says_it() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 19).await;
    let serious = json!({"id": file["case"]["id"], "v": file["case"]["version"], "e": "DISCIPLINE_SERIOUS", "on": "2024-01-10", "note": "严重违纪"});
    let over = p.above.ok(&event(), serious).await["development"]["recordEvent"].clone();
    // It is told once: by the decision, not by the leaving that follows from it.
    assert_eq!(
        (&over["case"]["outcome"], &over["timeline"][0]["title"]),
        (&json!("CANCELLED"), &json!("严重违纪取消预备党员资格"))
    );
    assert_eq!(audited(&p, "development.ended").await, "0");
    p.admin.ok(RESTORE, json!({"id": file["case"]["person"]})).await;
    let still = p.look(&file["case"]["id"]).await;
    assert_eq!(
        (&still["case"]["outcome"], &still["timeline"][0]["title"]),
        (&json!("CANCELLED"), &json!("从党员历史库还原"))
    );
    assert!(still["timeline"][0]["words"][0].as_str().unwrap().contains("取消预备党员资格"));
}

#[tokio::test]
async fn pc_3_2_4_a_full_member_who_dies_stays_one_in_the_numbers() {
    let mut p = Party::start().await;
    let file = p.up_to("赵明", 2, 24).await;
    p.admin.ok(DELETE, json!({"ids": [file["case"]["person"]], "r": "DECEASED"})).await;
    let ended = p.look(&file["case"]["id"]).await;
    assert_eq!((&ended["case"]["outcome"], &ended["case"]["step"]), (&json!("CONVERTED"), &Value::Null));
}

#[tokio::test]
async fn pc_3_2_4_whoever_applied_again_has_one_open_case() {
    let mut p = Party::start().await;
    let file = p.up_to("钱远", 3, 19).await;
    p.admin.ok(DELETE, json!({"ids": [file["case"]["person"]], "r": "WITHDREW"})).await;
    p.case("钱远", 3).await;
    p.admin.ok(RESTORE, json!({"id": file["case"]["person"]})).await;
    assert_eq!(p.look(&file["case"]["id"]).await["case"]["outcome"], "ENDED");
}

#[tokio::test]
async fn pc_3_2_4_what_remained_is_closed_by_hand_above_the_branch() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 9).await;
    let vars = |file: &Value, note: &str| json!({"id": file["case"]["id"], "v": file["case"]["version"], "e": "CLOSE", "on": "2023-09-01", "note": note});
    assert_eq!(p.branch.refused(&event(), vars(&file, "本人因病去世")).await, "DENIED");
    assert_eq!(p.above.refused(&event(), vars(&file, " ")).await.field.as_deref(), Some("note"));
    let closed = p.above.ok(&event(), vars(&file, "本人因病去世")).await["development"]["recordEvent"].clone();
    assert_eq!(stands(&closed), (json!("ENDED"), Value::Null, json!([])));
    assert_eq!(closed["timeline"][0]["words"], json!(["本人因病去世"]));
    // Nothing about a present member is closed by hand, and it is not offered.
    let member = p.up_to("赵明", 2, 17).await;
    assert_eq!(p.above.refused(&event(), vars(&member, "不再发展")).await, "MEMBER_PRESENT");
    let seen = p.above.ok(&case(), json!({"id": member["case"]["id"]})).await["development"]["case"].clone();
    assert!(!seen["events"].as_array().unwrap().contains(&json!("CLOSE")), "{}", seen["events"]);
}

#[tokio::test]
async fn pc_3_2_4_whoever_came_during_probation_may_not_be_recognised() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 19).await;
    let refuse = |file: &Value| json!({"id": file["case"]["id"], "v": file["case"]["version"], "e": "NOT_RECOGNISED", "on": "2024-02-01", "note": "缺少志愿书，县委组织部批复〔2024〕3号"});
    assert_eq!(p.above.refused(&event(), refuse(&file)).await, "EVENT_NOT_NOW");
    let person = file["case"]["person"].clone();
    let probation = json!({"memberType": "PROBATIONARY", "joinDate": "2023-10-20", "conversionDate": null});
    let moved = json!({"id": person, "version": 1, "input": with(member(&p.second, "李新", 9), probation)});
    p.admin.ok(UPDATE, moved).await;
    let transfer = json!({"id": file["case"]["id"], "v": file["case"]["version"], "e": "TRANSFER", "on": "2024-01-20", "note": "转入"});
    let file = p.above.ok(&event(), transfer).await["development"]["recordEvent"].clone();
    assert_eq!(p.branch.refused(&event(), refuse(&file)).await, "DENIED");
    let ended = p.above.ok(&event(), refuse(&file)).await["development"]["recordEvent"].clone();
    assert_eq!(stands(&ended), (json!("ENDED"), Value::Null, json!([])));
    assert_eq!(p.admin.refused(MEMBER, json!({"id": person})).await, "NOT_FOUND");
    let former = p.admin.ok("{ directory { formerMembers { nodes { name endReason } } } }", json!({})).await;
    assert_eq!(former["directory"]["formerMembers"]["nodes"], json!([{"name": "李新", "endReason": "NOT_RECOGNISED"}]));
}

#[tokio::test]
async fn pc_3_2_4_a_branch_is_told_that_the_committee_has_refused() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 16).await;
    let file = p.note(&file, "SUBMIT", DAYS[16]).await;
    p.papers(&file, 17).await;
    let input = with(p.given(DAYS[16]), json!({"ballot": {"should": 20, "present": 18, "yes": 8, "no": 10}}));
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 17, "input": input});
    let over = p.above.ok(&complete(), vars).await["development"]["complete"].clone();
    assert_eq!((&over["case"]["outcome"], &over["case"]["standing"]), (&json!("REJECTED"), &json!("ACTIVIST")));
    let told = async |by: &mut Visitor| by.ok(REMINDERS, json!({})).await["development"]["reminders"].clone();
    let words = told(&mut p.branch).await;
    assert!(words[0]["words"].as_str().unwrap().contains("未通过"), "{words}");
    assert_eq!(told(&mut p.above).await, json!([]), "who has decided knows it");
    let mut other = p.t.signed_in("shuji", PASSWORD).await;
    assert_eq!(told(&mut other).await[0]["name"], "李新");
}

#[tokio::test]
async fn pc_3_2_4_a_case_that_cannot_be_read_does_not_stop_the_others() {
    let mut p = Party::start().await;
    let bad = p.up_to("李新", 1, 1).await;
    let good = p.up_to("赵明", 2, 1).await;
    let (schema, sql) = (p.t.home.schema(), p.t.sql().await);
    let id = |file: &Value| file["case"]["id"].as_str().unwrap().to_owned();
    sql.rows(&format!(
        "UPDATE {schema}.development_records SET given = '{{\"people\": 7}}' WHERE case_id = '{}'",
        id(&bad)
    ))
    .await;
    sql.rows(&format!("UPDATE {schema}.development_cases SET turns_on = '1970-01-01', stage = 5")).await;
    p.hour().await;
    let stage = async |file: &Value| {
        sql.one(&format!("SELECT stage FROM {schema}.development_cases WHERE id = '{}'", id(file))).await
    };
    assert_eq!((stage(&bad).await.as_str(), stage(&good).await.as_str()), ("5", "1"));
}
