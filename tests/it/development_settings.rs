//! What a tenant decides about the development of members: practice, working days and the plan of a year (PC-3.2.4).

use chrono::Datelike;
use serde_json::{Value, json};
use zhibu_tests::PASSWORD;

use crate::development::{Party, case, complete};
use crate::organisations::with;

const PRACTICE: &str =
    "{ since waitMonths noticeStep noticeDays reviewMonths quota current removable deadlines { step months } }";
const QUOTAS: &str = "query($y: Int!) { development { quotas(year: $y) { totalCount nodes { organisation { id } places used mine } } } }";
const SET_QUOTA: &str =
    "mutation($o: ID!, $y: Int!, $n: Int) { development { setQuota(organisation: $o, year: $y, places: $n) } }";

fn set() -> String {
    format!("mutation($i: DevelopmentPracticeInput!) {{ development {{ setPractice(input: $i) {PRACTICE} }} }}")
}

fn practices() -> String {
    format!("{{ development {{ practices {PRACTICE} }} }}")
}

/// The day it is in Beijing.
fn today(p: &Party) -> chrono::NaiveDate {
    (p.t.now() + chrono::Duration::hours(8)).date_naive()
}

#[tokio::test]
async fn pc_3_2_4_what_is_practice_is_decided_from_a_day_on() {
    let mut p = Party::start().await;
    let today = today(&p);
    let good = json!({"since": today, "waitMonths": 3, "noticeStep": 15, "noticeDays": 7, "reviewMonths": 6, "quota": "BLOCK",
        "deadlines": [{"step": 4, "months": 2}, {"step": 5, "months": 1}]});
    assert_eq!(p.branch.refused(&set(), json!({"i": good})).await, "DENIED");
    for (change, field) in [
        (json!({"since": "2020-01-01"}), "since"),
        (json!({"waitMonths": 2}), "waitMonths"),
        (json!({"noticeStep": 14}), "noticeStep"),
        (json!({"noticeDays": 4}), "noticeDays"),
        (json!({"reviewMonths": 13}), "reviewMonths"),
        (json!({"deadlines": [{"step": 2, "months": 2}]}), "deadlines"),
    ] {
        let refused = p.admin.refused(&set(), json!({"i": with(good.clone(), change.clone())})).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    let file = p.up_to("李新", 1, 2).await;
    assert_eq!(file["steps"][2]["earliest"], "2022-07-31");
    let all = p.admin.ok(&set(), json!({"i": good})).await["development"]["setPractice"].clone();
    assert_eq!(
        (all.as_array().unwrap().len(), &all[0]["current"], &all[1]["current"]),
        (2, &json!(true), &json!(false))
    );
    let months: Vec<&Value> = all[0]["deadlines"].as_array().unwrap().iter().map(|one| &one["months"]).collect();
    assert_eq!(months[..2], [&json!(2), &json!(1)]);
    // The case under way is judged by it from that day on.
    let seen = p.branch.ok(&case(), json!({"id": file["case"]["id"]})).await["development"]["case"].clone();
    assert_eq!(seen["steps"][2]["earliest"], "2022-04-30");
    // What is to hold later may be taken back, what holds may not.
    let later = today + chrono::Days::new(30);
    p.admin.ok(&set(), json!({"i": with(good.clone(), json!({"since": later, "waitMonths": 6}))})).await;
    let gone = "mutation($d: NaiveDate!) { development { withdrawPractice(since: $d) { since } } }";
    assert_eq!(p.admin.refused(gone, json!({"d": today})).await, "IN_FORCE");
    p.admin.ok(gone, json!({"d": later})).await;
    assert_eq!(p.branch.ok(&practices(), json!({})).await["development"]["practices"][0]["waitMonths"], 3);
    let count = format!("SELECT count(*) FROM {}.audit WHERE action LIKE 'development_settings.%'", p.t.home.schema());
    assert_eq!(p.t.sql().await.one(&count).await, "3");
}

#[tokio::test]
async fn pc_3_2_4_the_tenant_has_its_own_holidays() {
    const DAYS: &str = "query($y: Int!) { development { holidays(year: $y) { day works name own } } }";
    const SET: &str = "mutation($f: NaiveDate!, $t: NaiveDate!, $w: Boolean, $n: String! = \"\") { development { \
        setHolidays(from: $f, to: $t, works: $w, name: $n) { day works name own } } }";
    let mut p = Party::start().await;
    let found = async |p: &mut Party, day: &str| {
        let year: i32 = day[..4].parse().unwrap();
        let all = p.branch.ok(DAYS, json!({"y": year})).await["development"]["holidays"].clone();
        all.as_array().unwrap().iter().find(|one| one["day"] == day).cloned().unwrap_or_default()
    };
    assert_eq!(found(&mut p, "2026-10-01").await["own"], false);
    let vars = json!({"f": "2023-09-04", "t": "2023-09-08", "w": false, "n": "企业放假"});
    assert_eq!(p.branch.refused(SET, vars.clone()).await, "DENIED");
    // From the 1st to the 13th there are nine working days; without one week of holidays four.
    let file = p.up_to("李新", 1, 11).await;
    p.papers(&file, 12).await;
    let notice = |from: &str, to: &str| json!({"noticeFrom": from, "noticeTo": to});
    p.admin.ok(SET, vars).await;
    assert_eq!(found(&mut p, "2023-09-06").await["name"], "企业放假");
    let short = with(p.given("2023-09-20"), notice("2023-09-01", "2023-09-13"));
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 12, "input": short});
    assert_eq!(p.branch.refused(&complete(), vars.clone()).await.field.as_deref(), Some("noticeFrom"));
    p.admin.ok(SET, json!({"f": "2023-09-08", "t": "2023-09-08"})).await;
    assert_eq!(found(&mut p, "2023-09-08").await, Value::Null);
    p.branch.ok(&complete(), vars).await;
    let long = json!({"f": "2026-01-01", "t": "2026-03-01", "w": false, "n": "假"});
    assert_eq!(p.admin.refused(SET, long).await.field.as_deref(), Some("to"));
}

#[tokio::test]
async fn pc_3_2_4_the_plan_of_a_year_is_set_by_the_superior_and_kept() {
    let mut p = Party::start().await;
    let set_quota = |to: &str, places: Value| json!({"o": to, "y": 2023, "n": places});
    // The branch sees its plan and does not set it; the committee sets those below, not its own.
    assert_eq!(p.branch.refused(SET_QUOTA, set_quota(&p.first, json!(1))).await, "DENIED");
    assert_eq!(p.above.refused(SET_QUOTA, set_quota(&p.committee, json!(9))).await, "NOT_SUPERIOR");
    assert_eq!(p.above.refused(SET_QUOTA, set_quota(&p.first, json!(-1))).await.field.as_deref(), Some("places"));
    p.above.ok(SET_QUOTA, set_quota(&p.first, json!(1))).await;
    p.admin.ok(SET_QUOTA, set_quota(&p.committee, json!(5))).await;
    let of = async |p: &mut Party, id: &str| {
        let all = p.above.ok(QUOTAS, json!({"y": 2023})).await["development"]["quotas"]["nodes"].clone();
        all.as_array().unwrap().iter().find(|one| one["organisation"]["id"] == id).cloned().unwrap_or_default()
    };
    let (first, committee) = (p.first.clone(), p.committee.clone());
    assert_eq!(of(&mut p, &first).await["mine"], true);
    p.up_to("李新", 1, 13).await;
    assert_eq!(of(&mut p, &first).await["used"], 1);
    assert_eq!(
        (&of(&mut p, &committee).await["used"], &of(&mut p, &committee).await["places"]),
        (&json!(1), &json!(5))
    );
    // One more is beyond the plan: told, but not refused, until the tenant says so.
    let months = p.months_since("2023-09-20");
    let file = p.up_to_later("赵明", 2, 12, months).await;
    let today = today(&p);
    p.above.ok(SET_QUOTA, json!({"o": p.first, "y": today.year(), "n": 0})).await;
    let left =
        "query($id: ID!) { development { case(id: $id) { quota { organisation { shortName } places used rule } } } }";
    let seen = p.branch.ok(left, json!({"id": file["case"]["id"]})).await["development"]["case"]["quota"].clone();
    assert_eq!(seen, json!({"organisation": {"shortName": "第一党支部"}, "places": 0, "used": 0, "rule": "WARN"}));
    let block = json!({"since": today, "waitMonths": 6, "noticeStep": 12, "noticeDays": 5, "reviewMonths": 12, "quota": "BLOCK"});
    p.admin.ok(&set(), json!({"i": block})).await;
    p.papers(&file, 13).await;
    let input = p.given(&today.to_string());
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 13, "input": input});
    assert_eq!(p.above.refused(&complete(), vars.clone()).await, "QUOTA_USED_UP");
    p.above.ok(SET_QUOTA, json!({"o": p.first, "y": today.year(), "n": 1})).await;
    p.above.ok(&complete(), vars).await;
    p.t.person("erzhi", "branch_secretary", &p.second).await;
    let mut other = p.t.signed_in("erzhi", PASSWORD).await;
    let all = other.ok(QUOTAS, json!({"y": 2023})).await["development"]["quotas"].clone();
    assert_eq!((&all["totalCount"], &all["nodes"][0]["organisation"]["id"]), (&json!(1), &json!(p.second)));
}
