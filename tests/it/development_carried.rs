//! Probationary members who were admitted elsewhere (PC-3.2.4): their case comes with the electronic letter, or is opened
//! here at the observation of probation.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Tenant, Visitor, until};

use crate::development::{Party, case};
use crate::members::{enrol, member};
use crate::mobility::{APPROVE, OUTBOUND, TAKE, at, code, go, inbox, letter};
use crate::organisations::{add, branch, with};

const CASES: &str = "{ development { cases(first: 20) { totalCount nodes { id name step outcome person } } } }";
const UNFILED: &str = "query($u: ID) { development { unfiled(under: $u, first: 20) { totalCount nodes { person name \
    joinDate branch { shortName } } } } }";
const OPEN_FOR: &str = "mutation($p: [ID!]!) { development { openFor(people: $p) } }";
const INBOUND: (&str, &str, &str) =
    ("$input: InboundTransferInput!", "input: $input", "transfer { id version status person }");

async fn cases(by: &mut Visitor) -> Vec<Value> {
    by.ok(CASES, json!({})).await["development"]["cases"]["nodes"].as_array().unwrap().clone()
}

async fn look(by: &mut Visitor, id: &Value) -> Value {
    by.ok(&case(), json!({"id": id})).await["development"]["case"].clone()
}

async fn unfiled(by: &mut Visitor, under: Value) -> Vec<Value> {
    let found = by.ok(UNFILED, json!({"u": under})).await["development"]["unfiled"].clone();
    let nodes = found["nodes"].as_array().unwrap().clone();
    assert_eq!(found["totalCount"], nodes.len(), "{found}");
    nodes
}

/// Another tenant of the installation with a branch; its administrator.
async fn neighbours(p: &Party) -> (Tenant, Visitor, String) {
    let tenant = p.t.tenant("中共邻居单位委员会", "linju", None, &["development", "mobility"]).await;
    let mut boss = p.t.first_sign_in("linju", None).await;
    let branch = add(&mut boss, branch(&tenant.root, "邻居")).await;
    (tenant, boss, branch)
}

#[tokio::test]
async fn pc_3_2_4_the_case_of_a_probationary_member_goes_along_with_the_letter_and_goes_on() {
    let mut p = Party::start().await;
    let months = p.months_since("2023-10-20") - 6;
    let file = p.up_to_later("李新", 1, 20, months).await;
    let file = p.note(&file, "OBSERVE", file["steps"][19]["on"].as_str().unwrap()).await;
    let person = file["case"]["person"].clone();
    let (tenant, mut boss, there) = neighbours(&p).await;
    let receiver = code(&mut boss, &tenant.root).await["document"].clone();
    let input = json!({"input": {"person": person, "receiver": receiver, "reason": "job"}});
    let out = go(&mut p.branch, "startOutbound", OUTBOUND, input).await;
    go(&mut p.admin, "approve", APPROVE, with(at(&out), json!({"letter": letter(30)}))).await;
    let mut arrived = Vec::new();
    until("the letter has arrived", async || {
        arrived = inbox(&mut boss).await;
        !arrived.is_empty()
    })
    .await;
    assert!(cases(&mut boss).await.is_empty(), "nothing is opened before the member is taken in");
    let taken = go(&mut boss, "takeLetter", TAKE, json!({"id": arrived[0]["id"], "branch": there})).await;
    let taken = go(&mut boss, "approve", APPROVE, at(&taken)).await;
    let mine = cases(&mut boss).await;
    assert_eq!(mine.len(), 1, "{mine:?}");
    assert_eq!((&mine[0]["step"], &mine[0]["person"]), (&json!(21), &taken["transfer"]["person"]));
    let here = look(&mut boss, &mine[0]["id"]).await;
    // The same days, no paper asked for again, and the end of probation is what it was.
    for step in 0..20 {
        assert_eq!(here["steps"][step]["on"], file["steps"][step]["on"], "step {}", step + 1);
        assert_eq!(here["steps"][step]["missing"], json!([]), "step {}", step + 1);
    }
    assert_eq!(
        (&here["probationEnd"], here["case"]["branch"]["shortName"].as_str()),
        (&file["probationEnd"], Some("邻居党支部"))
    );
    // Whoever sponsored is named in words, and is nobody's link here.
    let given = here["steps"][8]["given"].to_string();
    assert!(given.contains("王老党员"), "{given}");
    assert_eq!(here["helpers"], json!([]));
    let moments: Vec<&str> =
        here["timeline"].as_array().unwrap().iter().map(|m| m["title"].as_str().unwrap()).collect();
    assert!(moments.contains(&"考察记录") && moments.contains(&"预备期内转移组织关系"), "{moments:?}");
    // Who brought one is not among those who have none.
    assert!(unfiled(&mut boss, Value::Null).await.is_empty());
}

#[tokio::test]
async fn pc_3_2_4_who_comes_with_a_letter_on_paper_gets_a_case_at_the_observation() {
    let mut p = Party::start().await;
    let today = (p.t.now() + chrono::Duration::hours(8)).date_naive();
    let joined = today - chrono::Duration::days(200);
    let mut come = async |form: Value| {
        let input = json!({"member": form, "fromName": "中共外地某局委员会", "letterNo": "第12号",
            "issuedOn": today, "validDays": 30, "reason": "job", "duesPaidTo": null});
        let file = go(&mut p.branch, "startInbound", INBOUND, json!({"input": input})).await;
        let mut file = file;
        for _ in 0..2 {
            file = go(&mut p.admin, "approve", APPROVE, at(&file)).await;
        }
        assert_eq!(file["transfer"]["status"], "ACCEPTED");
        file
    };
    let form = with(
        member(&p.first, "吴九", 9),
        json!({"memberType": "PROBATIONARY", "conversionDate": null, "joinDate": joined}),
    );
    let file = come(form).await;
    come(member(&p.first, "郑十", 10)).await;
    let mine = cases(&mut p.admin).await;
    assert_eq!(mine.len(), 1, "a full member has no case: {mine:?}");
    assert_eq!((&mine[0]["name"], &mine[0]["step"]), (&json!("吴九"), &json!(21)));
    assert_eq!(mine[0]["person"], file["transfer"]["person"]);
    let here = look(&mut p.admin, &mine[0]["id"]).await;
    assert_eq!(here["steps"][14]["on"], json!(joined));
    assert!(here["steps"][14]["given"].to_string().contains("由中共外地某局委员会办理"), "{}", here["steps"][14]);
    // What is still to be done is as strict as for anybody.
    let closed = here["steps"][22]["closed"].to_string();
    assert!(closed.contains("须先完成"), "{closed}");
}

#[tokio::test]
async fn pc_3_2_4_probationary_members_without_a_case_are_found_and_given_one() {
    let mut p = Party::start().await;
    let today = (p.t.now() + chrono::Duration::hours(8)).date_naive();
    let young = |branch: &str, name: &str, n: u32, days: i64| {
        let change = json!({"memberType": "PROBATIONARY", "conversionDate": null, "joinDate": today - chrono::Duration::days(days)});
        with(member(branch, name, n), change)
    };
    let one = enrol(&mut p.admin, young(&p.first, "周一", 11, 100)).await;
    let two = enrol(&mut p.admin, young(&p.first, "钱二", 12, 300)).await;
    let other = enrol(&mut p.admin, young(&p.second, "孙三", 13, 200)).await;
    let full = enrol(&mut p.admin, member(&p.first, "李四", 14)).await;
    let names =
        |found: Vec<Value>| found.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(unfiled(&mut p.admin, Value::Null).await), ["钱二", "孙三", "周一"]);
    assert_eq!(names(unfiled(&mut p.admin, json!(p.second)).await), ["孙三"]);
    assert_eq!(names(unfiled(&mut p.branch, Value::Null).await), ["钱二", "周一"]);
    // All or none: another branch's member and a full member are refused.
    assert_eq!(p.branch.refused(OPEN_FOR, json!({"p": [one, other]})).await, "NOT_FOUND people");
    assert_eq!(p.branch.refused(OPEN_FOR, json!({"p": [one, full]})).await, "INVALID people");
    assert_eq!(p.branch.refused(OPEN_FOR, json!({"p": []})).await, "INVALID people");
    assert!(cases(&mut p.admin).await.is_empty());
    p.t.person("putong", "member", &p.first).await;
    let mut nobody = p.t.signed_in("putong", PASSWORD).await;
    assert_eq!(nobody.refused(OPEN_FOR, json!({"p": [one]})).await, "DENIED");
    assert_eq!(p.branch.ok(OPEN_FOR, json!({"p": [one, two, one]})).await["development"]["openFor"], 2);
    assert_eq!(p.branch.ok(OPEN_FOR, json!({"p": [one, two]})).await["development"]["openFor"], 0, "once only");
    assert_eq!(names(unfiled(&mut p.admin, Value::Null).await), ["孙三"]);
    let mine = cases(&mut p.branch).await;
    assert_eq!(mine.iter().map(|one| &one["step"]).collect::<Vec<_>>(), [21, 21]);
    // They were reviewed elsewhere: nobody's plan is used up by them.
    let year = (today - chrono::Duration::days(100)).format("%Y").to_string().parse::<i32>().unwrap();
    let query = "query($y: Int!) { development { quotas(year: $y) { nodes { used } } } }";
    let plan = p.admin.ok(query, json!({"y": year})).await["development"]["quotas"]["nodes"].clone();
    assert!(plan.as_array().unwrap().iter().all(|one| one["used"] == 0), "{plan}");
    // Somebody of whom there is a case from before is not given a second one; it says why.
    let twice = with(young(&p.first, "吴五", 15, 90), json!({}));
    let number = twice["idNumber"].as_str().unwrap().to_owned();
    let before = json!({"branch": p.first, "name": "吴五", "idNumber": number, "ethnicity": "01", "educationLevel": "21",
        "workPost": "121", "mobile": "13800000099"});
    let begin = "mutation($input: ApplicantInput!) { development { start(input: $input) { case { id } } } }";
    p.branch.ok(begin, json!({"input": before})).await;
    let twice = enrol(&mut p.admin, twice).await;
    assert_eq!(p.branch.refused(OPEN_FOR, json!({"p": [twice]})).await, "CASE_OPEN people");
}
