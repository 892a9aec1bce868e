//! Development of Party members (党员发展, PC-3.2.4): from the application to the full member, through the outermost
//! boundary. The rules themselves have their tests beside them.

use chrono::{Months, NaiveDate};
use http::Method;
use serde_json::{Value, json};
use zhibu_modules::development::{calendar, papers};
use zhibu_tenancy::{Cx, Space};
use zhibu_tests::roster::{CONFIRM, Line, id_number, rest, upload as upload_roster, workbook};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::exchange::{DOWNLOAD, EXPORT, exported};
use crate::members::{UPDATE, enrol, member};
use crate::organisations::{add, branch, with};

const FILE: &str = "case { id version name stage step outcome standing latest overdue person branch { shortName } idNumber mobile } \
    steps { no state on earliest missing closed mine given } events movable lapse undoable probationEnd \
    timeline { title step failed voided words } documents { id step kind removable past } helpers { name gap } helperStep replaceable";
const CASES: &str = "query($f: DevelopmentFilter, $n: Int, $a: String) { development { cases(first: $n, after: $a, filter: $f) { \
    totalCount pageInfo { hasNextPage endCursor } nodes { name stage step side overdue } } } }";
const STAGES: &str = "query($u: ID) { development { stages(under: $u) { stage count overdue remind } } }";
pub(crate) const REMINDERS: &str = "{ development { reminders { case name level words branch { shortName } } } }";
const KEEP: &str = "mutation($id: ID!) { development { keepDocument(id: $id) { case { id } } } }";
const REMOVE: &str = "mutation($id: ID!) { development { removeDocument(id: $id) { case { id } } } }";
const OPEN: &str = "mutation($id: ID!) { development { openDocument(id: $id) { url fileName } } }";
const REQUEST: &str = "mutation($id: ID!, $input: DevelopmentUpload!) { development { requestDocument(id: $id, input: $input) { id url \
    contentType } } }";
pub(crate) const MEMBER: &str = "query($id: ID!) { directory { member(id: $id) { name memberType joinDate conversionDate branch { shortName } } } }";

fn start() -> String {
    format!("mutation($input: ApplicantInput!) {{ development {{ start(input: $input) {{ {FILE} }} }} }}")
}

pub(crate) fn case() -> String {
    format!("query($id: ID!) {{ development {{ case(id: $id) {{ {FILE} }} }} }}")
}

pub(crate) fn complete() -> String {
    format!(
        "mutation($id: ID!, $v: Int!, $s: Int!, $input: DevelopmentActInput!) {{ development {{ complete(id: $id, version: $v, \
         step: $s, input: $input) {{ {FILE} }} }} }}"
    )
}

pub(crate) fn event() -> String {
    format!(
        "mutation($id: ID!, $v: Int!, $e: DevelopmentEvent!, $on: NaiveDate!, $note: String! = \"\") {{ development {{ \
         recordEvent(id: $id, version: $v, event: $e, on: $on, note: $note) {{ {FILE} }} }} }}"
    )
}

fn undo() -> String {
    format!(
        "mutation($id: ID!, $v: Int!, $s: Int!, $r: String!) {{ development {{ undo(id: $id, version: $v, step: $s, reason: $r) \
         {{ {FILE} }} }} }}"
    )
}

fn applicant(branch: &str, name: &str, n: u32) -> Value {
    json!({
        "branch": branch, "name": name, "idNumber": id_number("1995-05-05", 2 * n + 1), "ethnicity": "01",
        "educationLevel": "21", "workPost": "121", "mobile": format!("1380000{n:04}"),
    })
}

/// The people and places of these tests: a committee that may approve, two branches below, and who acts for them.
pub(crate) struct Party {
    pub(crate) t: Town,
    pub(crate) admin: Visitor,
    pub(crate) branch: Visitor,
    pub(crate) above: Visitor,
    pub(crate) committee: String,
    pub(crate) first: String,
    pub(crate) second: String,
    members: Vec<String>,
}

impl Party {
    pub(crate) async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let form = json!({"type": "PARTY_COMMITTEE", "shortName": "制造党委", "canApproveMembers": true});
        let committee = add(&mut admin, with(branch(&t.home.root, "制造"), form)).await;
        let first = add(&mut admin, branch(&committee, "第一")).await;
        let second = add(&mut admin, branch(&committee, "第二")).await;
        let mut members = Vec::new();
        for n in 1..=2 {
            members.push(enrol(&mut admin, member(&first, "王老党员", n)).await);
        }
        t.person("shuji", "branch_secretary", &first).await;
        t.person("dangwei", "org_admin", &committee).await;
        let branch = t.signed_in("shuji", PASSWORD).await;
        let above = t.signed_in("dangwei", PASSWORD).await;
        Self { t, admin, branch, above, committee, first, second, members }
    }

    pub(crate) async fn case(&mut self, name: &str, n: u32) -> Value {
        let made = self.branch.ok(&start(), json!({"input": applicant(&self.first, name, n)})).await;
        made["development"]["start"].clone()
    }

    /// Everything a step may ask for, on a day.
    pub(crate) fn given(&self, on: &str) -> Value {
        let confirmed = [
            "recommended",
            "opinions_heard",
            "staying",
            "applicant_present",
            "sponsor_present",
            "talker_authorised",
            "group_opinion",
            "committee_reviewed",
        ];
        json!({
            "on": on, "people": self.members, "confirmed": confirmed, "days": 3, "formNo": "苏委001", "place": "档案室",
            "ballot": {"should": 20, "present": 18, "yes": 16, "no": 1, "abstain": 1}, "decision": "CONVERT",
            "noticeFrom": "2023-09-01", "noticeTo": "2023-09-15",
        })
    }

    pub(crate) fn side(&mut self, step: u64) -> &mut Visitor {
        if [4, 8, 11, 13, 16, 17, 18, 24].contains(&step) { &mut self.above } else { &mut self.branch }
    }

    pub(crate) async fn look(&mut self, id: &Value) -> Value {
        self.admin.ok(&case(), json!({"id": id})).await["development"]["case"].clone()
    }

    pub(crate) async fn papers(&mut self, file: &Value, step: u64) {
        // How papers are uploaded has a test of its own; here they are just there.
        let (id, tenant) = (file["case"]["id"].as_str().unwrap().parse().unwrap(), self.t.home.id.parse().unwrap());
        let app = self.t.app();
        self.t
            .inside(async move {
                let cx = Cx::system(app, Space::Tenant(tenant));
                papers::file(&cx, id, u8::try_from(step).unwrap(), b"%PDF-1.7 x").await.unwrap();
            })
            .await;
    }

    /// Does a step with all it needs; the case afterwards.
    pub(crate) async fn go(&mut self, file: &Value, step: u64, on: &str) -> Value {
        self.papers(file, step).await;
        let input = self.given(on);
        self.act(file, step, input).await
    }

    pub(crate) async fn act(&mut self, file: &Value, step: u64, input: Value) -> Value {
        let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": step, "input": input});
        self.side(step).ok(&complete(), vars).await["development"]["complete"].clone()
    }

    pub(crate) async fn note(&mut self, file: &Value, what: &str, on: &str) -> Value {
        let vars =
            json!({"id": file["case"]["id"], "v": file["case"]["version"], "e": what, "on": on, "note": "按规定办理"});
        self.branch.ok(&event(), vars).await["development"]["recordEvent"].clone()
    }

    /// From the beginning up to a step, each on its usual day.
    pub(crate) async fn up_to(&mut self, name: &str, n: u32, last: u64) -> Value {
        self.up_to_later(name, n, last, 0).await
    }

    /// The same so many months later.
    pub(crate) async fn up_to_later(&mut self, name: &str, n: u32, last: u64, months: u32) -> Value {
        let mut file = self.case(name, n).await;
        for (step, on) in (1..=last).zip(DAYS) {
            if step == 6 {
                file = self.note(&file, "OBSERVE", &later("2023-01-31", months)).await;
                file = self.note(&file, "OBSERVE", &later("2023-07-31", months)).await;
            }
            let on = later(on, months);
            if step == 17 || step == 24 {
                file = self.note(&file, "SUBMIT", &on).await;
            }
            file = self.go(&file, step, &on).await;
            let done = file["steps"][usize::try_from(step).unwrap() - 1]["on"].as_str().unwrap_or(&on);
            assert_eq!(done, on, "step {step}");
        }
        file
    }

    /// What the clock does every hour.
    pub(crate) async fn hour(&self) {
        let (app, tenant) = (self.t.app(), self.t.home.id.parse().unwrap());
        let work = async move { calendar::hourly(&Cx::system(app, Space::Tenant(tenant))).await.unwrap() };
        self.t.inside(work).await;
    }

    /// Whole months since a day.
    pub(crate) fn months_since(&self, day: &str) -> u32 {
        let (today, day) = (self.t.now().date_naive(), day.parse::<NaiveDate>().unwrap());
        (1..).find(|months| day + Months::new(*months) > today).unwrap() - 1
    }
}

/// A day so many months later.
pub(crate) fn later(day: &str, months: u32) -> String {
    (day.parse::<NaiveDate>().unwrap() + Months::new(months)).to_string()
}

/// The days of the 25 steps.
pub(crate) const DAYS: &[&str] = &[
    "2022-01-31",
    "2022-02-10",
    "2022-07-31",
    "2022-08-10",
    "2022-08-20",
    "2023-07-31",
    "2023-08-01",
    "2023-08-10",
    "2023-08-15",
    "2023-09-01",
    "2023-09-10",
    "2023-09-20",
    "2023-10-01",
    "2023-10-05",
    "2023-10-20",
    "2023-11-01",
    "2023-11-20",
    "2023-12-01",
    "2023-12-01",
    "2023-12-10",
    "2024-10-20",
    "2024-10-20",
    "2024-11-01",
    "2024-11-20",
    "2024-12-01",
];

/// Uploads a file for a step; the id of what may be kept.
async fn upload(by: &mut Visitor, case: &Value, step: u64, kind: &str, name: &str, bytes: &[u8]) -> Value {
    let input = json!({"step": step, "kind": kind, "fileName": name, "size": bytes.len()});
    let ticket = by.ok(REQUEST, json!({"id": case, "input": input})).await["development"]["requestDocument"].clone();
    let kind = [("content-type", ticket["contentType"].as_str().unwrap())];
    let put = by.send(Method::PUT, ticket["url"].as_str().unwrap(), &kind, bytes.to_vec()).await;
    assert_eq!(put.status, 200);
    ticket["id"].clone()
}

#[tokio::test]
async fn pc_3_2_4_a_case_goes_from_the_application_to_the_full_member() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 16).await;
    assert_eq!((&file["case"]["standing"], &file["case"]["person"]), (&json!("CANDIDATE"), &Value::Null));
    let file = p.note(&file, "SUBMIT", "2023-11-10").await;
    let file = p.go(&file, 17, DAYS[16]).await;
    // A probationary member from the day of the assembly, with an account and all that belongs to it.
    let person = file["case"]["person"].clone();
    let shown = p.admin.ok(MEMBER, json!({"id": person})).await["directory"]["member"].clone();
    assert_eq!(
        shown,
        json!({"name": "李新", "memberType": "PROBATIONARY", "joinDate": "2023-10-20", "conversionDate": null,
            "branch": {"shortName": "第一党支部"}})
    );
    p.t.first_sign_in("13800000001", Some("13800000001")).await;
    let mut file = file;
    for step in 18..=25 {
        if step == 24 {
            file = p.note(&file, "SUBMIT", "2024-11-05").await;
        }
        file = p.go(&file, step, DAYS[usize::try_from(step).unwrap() - 1]).await;
    }
    assert_eq!((&file["case"]["outcome"], &file["case"]["step"]), (&json!("CONVERTED"), &Value::Null));
    let shown = p.admin.ok(MEMBER, json!({"id": person})).await["directory"]["member"].clone();
    // The day of conversion is that on which probation ended, though the assembly met later.
    assert_eq!((&shown["memberType"], &shown["conversionDate"]), (&json!("FORMAL"), &json!("2024-10-20")));
    let told = p.t.sql().await;
    let count = format!("SELECT count(*) FROM {}.audit WHERE action = 'development.step_done'", p.t.home.schema());
    assert_eq!(told.one(&count).await, "25");
    let (open, closed) = (json!({"f": {}}), json!({"f": {"closed": true}}));
    assert_eq!(p.admin.ok(CASES, open).await["development"]["cases"]["totalCount"], 0);
    assert_eq!(p.admin.ok(CASES, closed).await["development"]["cases"]["nodes"][0]["name"], "李新");
}

#[tokio::test]
async fn pc_3_2_4_a_step_is_done_by_whom_it_is_up_to() {
    let mut p = Party::start().await;
    p.t.person("erzhi", "branch_secretary", &p.second).await;
    p.t.person("yiban", "member", &p.first).await;
    let mut other = p.t.signed_in("erzhi", PASSWORD).await;
    let mut plain = p.t.signed_in("yiban", PASSWORD).await;
    let file = p.up_to("李新", 1, 3).await;
    let id = json!({"id": file["case"]["id"]});
    assert_eq!(other.refused(&case(), id.clone()).await, "NOT_FOUND");
    assert_eq!(plain.refused(&case(), id.clone()).await, "DENIED");
    assert_eq!(plain.refused(CASES, json!({})).await, "DENIED");
    assert_eq!(other.ok(CASES, json!({})).await["development"]["cases"]["totalCount"], 0);
    // Filing is the committee's: the branch may see it and not do it.
    let mine = |file: &Value, step: usize| file["steps"][step - 1]["mine"].clone();
    let theirs = p.branch.ok(&case(), id.clone()).await["development"]["case"].clone();
    assert_eq!((mine(&theirs, 4), mine(&theirs, 5)), (json!(false), json!(true)));
    let input = p.given("2022-08-10");
    let vars = json!({"id": id["id"], "v": file["case"]["version"], "s": 4, "input": input});
    assert_eq!(p.branch.refused(&complete(), vars.clone()).await, "DENIED");
    // An administrator of the branch alone is none of the committee's.
    p.t.person("zhibuguanli", "org_admin", &p.first).await;
    let mut own = p.t.signed_in("zhibuguanli", PASSWORD).await;
    assert_eq!(own.refused(&complete(), vars.clone()).await, "NOT_YOUR_COMMITTEE");
    let file = p.go(&file, 4, "2022-08-10").await;
    assert_eq!(file["case"]["step"], 5);
    // Told twice it is done once.
    let again = p.above.refused(&complete(), vars).await;
    assert_eq!(again, "CONFLICT");
    // The administrator of the whole sees everything, approves, and does not do the branch's work.
    let seen = p.look(&id["id"]).await;
    assert_eq!((mine(&seen, 5), mine(&seen, 17)), (json!(false), json!(true)));
    let input = json!({"input": applicant(&p.first, "王二", 2)});
    assert_eq!(p.admin.refused(&start(), input).await, "DENIED");
}

#[tokio::test]
async fn pc_3_2_4_the_form_of_a_new_case_is_checked() {
    let mut p = Party::start().await;
    p.case("李新", 1).await;
    let (good, first) = (applicant(&p.first, "张三", 2), p.first.clone());
    let known = member(&first, "王老党员", 1);
    for (change, field) in [
        (json!({"name": "李"}), "name"),
        (json!({"idNumber": "110101199001010000"}), "idNumber"),
        (json!({"idNumber": known["idNumber"]}), "idNumber"),
        (json!({"idNumber": applicant(&first, "李新", 1)["idNumber"]}), "idNumber"),
        (json!({"mobile": "1380"}), "mobile"),
        (json!({"workPost": "9"}), "workPost"),
        (json!({"branch": p.second}), "branch"),
        (json!({"branch": p.t.home.root}), "branch"),
    ] {
        let refused = p.branch.refused(&start(), json!({"input": with(good.clone(), change.clone())})).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    let made = p.case("张三", 2).await;
    assert_eq!((&made["case"]["mobile"], &made["case"]["step"]), (&json!("138****0002"), &json!(1)));
    let row = format!("SELECT c::text FROM {}.development_cases c WHERE name = '张三'", p.t.home.schema());
    let row = p.t.sql().await.one(&row).await;
    for secret in ["13800000002", good["idNumber"].as_str().unwrap()] {
        assert!(!row.contains(secret), "{secret} in {row}");
    }
}

#[tokio::test]
async fn pc_3_2_4_a_step_that_cannot_be_done_says_why() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 2).await;
    let third = &file["steps"][2];
    assert_eq!((&third["state"], &third["earliest"]), (&json!("OPEN"), &json!("2022-07-31")));
    let fourth = file["steps"][3]["closed"][0].as_str().unwrap();
    assert!(fourth.contains("第3步“推荐和确定入党积极分子”"), "{fourth}");
    let act = |input: Value| json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 3, "input": input});
    let good = p.given("2022-07-31");
    let early = p.branch.ask(&complete(), act(with(good.clone(), json!({"on": "2022-07-30"})))).await.body;
    let codes: Vec<&Value> = early["errors"].as_array().unwrap().iter().map(|e| &e["extensions"]["code"]).collect();
    // Several at once are all told: too early, and three papers that are missing.
    assert_eq!(codes, ["TOO_EARLY", "DOCUMENT_MISSING", "DOCUMENT_MISSING", "DOCUMENT_MISSING"]);
    p.papers(&file, 3).await;
    for (change, code, field) in [
        (json!({"on": "2999-01-01"}), "INVALID", "on"),
        (json!({"ballot": null}), "INVALID", "ballot"),
        (json!({"ballot": {"should": 20, "present": 10, "yes": 11}}), "INVALID", "yes"),
        (json!({"ballot": {"should": 20, "present": 9, "yes": 9}}), "NO_QUORUM", "present"),
        (json!({"confirmed": []}), "INVALID", "confirmed"),
    ] {
        let refused = p.branch.refused(&complete(), act(with(good.clone(), change.clone()))).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), (code, Some(field)), "{change}");
    }
    // Who is named has to be a full member.
    let young = member(&p.first, "赵预备", 9);
    let young = with(young, json!({"memberType": "PROBATIONARY", "joinDate": "2026-06-20", "conversionDate": null}));
    let young = enrol(&mut p.admin, young).await;
    let file = p.go(&file, 3, "2022-07-31").await;
    let file = p.go(&file, 4, "2022-08-10").await;
    let named = with(p.given("2022-08-20"), json!({"people": [young]}));
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 5, "input": named});
    assert_eq!(p.branch.refused(&complete(), vars).await.field.as_deref(), Some("people"));
}

#[tokio::test]
async fn pc_3_2_4_a_vote_that_fails_leads_back_and_stays_in_the_timeline() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 14).await;
    p.papers(&file, 15).await;
    let lost = json!({"ballot": {"should": 20, "present": 18, "yes": 10, "no": 8}});
    let input = with(p.given("2023-10-20"), lost);
    let file = p.act(&file, 15, input).await;
    assert_eq!((&file["case"]["step"], &file["case"]["standing"]), (&json!(6), &json!("ACTIVIST")));
    let newest = &file["timeline"][0];
    assert_eq!((&newest["step"], &newest["failed"]), (&json!(15), &json!(true)));
    assert!(newest["words"].to_string().contains("赞成10票"), "{newest}");
    let voided = file["timeline"].as_array().unwrap().iter().filter(|one| !one["voided"].is_null()).count();
    assert_eq!(voided, 9, "steps 6 to 14");
    // The papers of those steps are there for the next time, those of the failed vote are not.
    assert_eq!(file["steps"][11]["missing"], json!([]));
    assert_eq!(file["steps"][14]["missing"].as_array().unwrap().len(), 3);
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 15, "r": "登记有误"});
    assert_eq!(p.branch.refused(&undo(), vars).await, "UNDO_DECISION");
}

#[tokio::test]
async fn pc_3_2_4_the_last_step_is_taken_back_with_a_reason() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 5).await;
    let vars = |step: u32, reason: &str| json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": step, "r": reason});
    assert_eq!(p.branch.refused(&undo(), vars(5, " ")).await.field.as_deref(), Some("reason"));
    assert_eq!(p.branch.refused(&undo(), vars(3, "登记有误")).await, "NOT_LAST");
    assert_eq!(file["undoable"], 5);
    let back = p.branch.ok(&undo(), vars(5, "登记有误")).await["development"]["undo"].clone();
    assert_eq!((&back["case"]["step"], &back["steps"][4]["on"]), (&json!(5), &Value::Null));
    assert_eq!(back["timeline"][0]["voided"], "登记有误");
    let file = p.go(&back, 5, "2022-08-21").await;
    let file = p.note(&file, "OBSERVE", "2022-09-01").await;
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 5, "r": "登记有误"});
    assert_eq!(p.branch.refused(&undo(), vars).await, "NOT_LAST");
}

#[tokio::test]
async fn pc_3_2_4_probation_is_extended_once_or_cancelled() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 22).await;
    p.papers(&file, 23).await;
    let longer = with(p.given("2024-11-01"), json!({"decision": "EXTEND", "months": 6}));
    let file = p.act(&file, 23, longer).await;
    let file = p.note(&file, "SUBMIT", "2024-11-02").await;
    let file = p.go(&file, 24, "2024-11-20").await;
    assert_eq!((&file["case"]["outcome"], &file["probationEnd"]), (&json!("EXTENDED"), &json!("2025-04-20")));
    assert_eq!((&file["case"]["step"], &file["steps"][20]["earliest"]), (&json!(21), &json!("2025-04-20")));
    let file = p.go(&file, 21, "2025-04-20").await;
    let file = p.go(&file, 22, "2025-04-20").await;
    p.papers(&file, 23).await;
    let again = with(p.given("2025-05-01"), json!({"decision": "EXTEND", "months": 6}));
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 23, "input": again});
    assert_eq!(p.branch.refused(&complete(), vars).await.field.as_deref(), Some("decision"));
    let input = with(p.given("2025-05-01"), json!({"decision": "CANCEL"}));
    let file = p.act(&file, 23, input).await;
    let file = p.note(&file, "SUBMIT", "2025-05-02").await;
    let file = p.go(&file, 24, "2025-05-20").await;
    assert_eq!((&file["case"]["outcome"], &file["case"]["step"]), (&json!("CANCELLED"), &Value::Null));
    assert_eq!(p.admin.refused(MEMBER, json!({"id": file["case"]["person"]})).await, "NOT_FOUND");
    let former = "{ directory { formerMembers { nodes { name endReason } } } }";
    let former = p.admin.ok(former, json!({})).await["directory"]["formerMembers"]["nodes"].clone();
    assert_eq!(former, json!([{"name": "李新", "endReason": "PROBATION_CANCELLED"}]));
}

#[tokio::test]
async fn pc_3_2_4_a_case_is_held_moved_and_withdrawn() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 5).await;
    assert_eq!(file["events"], json!(["OBSERVE", "HOLD", "WITHDRAW", "UNIT_CHANGE"]));
    let file = p.note(&file, "HOLD", "2022-09-01").await;
    assert_eq!((&file["case"]["outcome"], &file["case"]["overdue"]), (&json!("SUSPENDED"), &json!(false)));
    assert_eq!(file["steps"][5]["closed"][0], "发展工作已暂缓，恢复后才能继续办理");
    let file = p.note(&file, "RESUME", "2022-09-11").await;
    assert_eq!(file["steps"][5]["earliest"], "2023-08-10", "ten days later than without the hold");
    let relocate = format!(
        "mutation($id: ID!, $v: Int!, $b: ID!) {{ development {{ relocate(id: $id, version: $v, branch: $b, on: \"2022-10-01\", note: \
         \"岗位调整\") {{ {FILE} }} }} }}"
    );
    let vars = json!({"id": file["case"]["id"], "v": file["case"]["version"], "b": p.second});
    // The secretary of one branch does not put people into another.
    assert_eq!(p.branch.refused(&relocate, vars.clone()).await.field.as_deref(), Some("branch"));
    let moved = p.above.ok(&relocate, vars).await["development"]["relocate"].clone();
    assert_eq!((&moved["case"]["branch"]["shortName"], &moved["case"]["step"]), (&json!("第二党支部"), &json!(6)));
    assert_eq!(p.branch.refused(&case(), json!({"id": file["case"]["id"]})).await, "NOT_FOUND");
    let vars = json!({"id": moved["case"]["id"], "v": moved["case"]["version"], "e": "WITHDRAW", "on": "2022-11-01", "note": "本人书面申请"});
    let ended = p.above.ok(&event(), vars.clone()).await["development"]["recordEvent"].clone();
    assert_eq!((&ended["case"]["outcome"], &ended["case"]["standing"]), (&json!("WITHDRAWN"), &json!("MASS")));
    assert_eq!((&ended["events"], &ended["movable"]), (&json!([]), &json!(false)));
    // Whoever has withdrawn may apply again.
    p.case("李新", 1).await;
}

#[tokio::test]
async fn pc_3_2_4_papers_are_looked_through_kept_and_read() {
    let mut p = Party::start().await;
    let file = p.case("李新", 1).await;
    let id = file["case"]["id"].clone();
    let wrong = json!({"step": 1, "kind": "vote_sheet", "fileName": "a.pdf", "size": 10});
    assert_eq!(p.branch.refused(REQUEST, json!({"id": id, "input": wrong})).await.field.as_deref(), Some("kind"));
    for (name, size, field) in [("a.exe", 10, "fileName"), ("a.pdf", 0, "size"), ("a.pdf", 21 << 20, "size")] {
        let input = json!({"step": 1, "kind": "application_form", "fileName": name, "size": size});
        assert_eq!(p.branch.refused(REQUEST, json!({"id": id, "input": input})).await.field.as_deref(), Some(field));
    }
    let false_one = upload(&mut p.branch, &id, 1, "application_form", "申请书.pdf", b"MZ not a pdf").await;
    assert_eq!(p.branch.refused(KEEP, json!({"id": false_one})).await, "DOCUMENT_KIND");
    let good = upload(&mut p.branch, &id, 1, "application_form", "申请书.pdf", b"%PDF-1.7 words").await;
    assert_eq!(p.branch.refused(OPEN, json!({"id": good})).await, "NOT_FOUND");
    p.branch.ok(KEEP, json!({"id": good})).await;
    p.branch.ok(KEEP, json!({"id": good})).await;
    let link = p.above.ok(OPEN, json!({"id": good})).await["development"]["openDocument"].clone();
    let read = p.above.send(Method::GET, link["url"].as_str().unwrap(), &[], "").await;
    assert_eq!((read.status, read.bytes.as_ref()), (200, &b"%PDF-1.7 words"[..]));
    p.branch.ok(REMOVE, json!({"id": good})).await;
    assert_eq!(p.look(&id).await["steps"][0]["missing"], json!(["application_form"]));
    let file = p.look(&id).await;
    let file = p.go(&file, 1, "2022-01-31").await;
    let used = file["documents"][0].clone();
    assert_eq!(used["removable"], false);
    assert_eq!(p.branch.refused(REMOVE, json!({"id": used["id"]})).await, "DOCUMENT_USED");
    p.t.person("erzhi", "branch_secretary", &p.second).await;
    let mut other = p.t.signed_in("erzhi", PASSWORD).await;
    assert_eq!(other.refused(OPEN, json!({"id": used["id"]})).await, "NOT_FOUND");
    let opened =
        format!("SELECT count(*) FROM {}.audit WHERE action = 'development.document_opened'", p.t.home.schema());
    assert_eq!(p.t.sql().await.one(&opened).await, "1");
}

#[tokio::test]
async fn pc_3_2_4_what_was_looked_through_is_what_is_read_also_where_nothing_may_be_changed() {
    const REQUIRE: &str = "mutation { directory { setRequiredFields(fields: []) { members } } }";
    let mut p = Party::start().await;
    let id = p.case("李新", 1).await["case"]["id"].clone();
    let (good, other) = (&b"%PDF-1.7 as it was"[..], &b"%PDF-1.7 as it is "[..]);
    let input = json!({"step": 1, "kind": "application_form", "fileName": "申请书.pdf", "size": good.len()});
    let ticket =
        p.branch.ok(REQUEST, json!({"id": id, "input": input})).await["development"]["requestDocument"].clone();
    let (url, kind) = (ticket["url"].as_str().unwrap(), [("content-type", "application/pdf")]);
    assert_eq!(p.branch.send(Method::PUT, url, &kind, good.to_vec()).await.status, 200);
    p.branch.ok(KEEP, json!({"id": ticket["id"]})).await;
    // The link still lives, and leads nowhere that anybody reads.
    assert_eq!(p.branch.send(Method::PUT, url, &kind, other.to_vec()).await.status, 200);
    p.branch.ok(KEEP, json!({"id": ticket["id"]})).await;
    let read = async |by: &mut Visitor| {
        let link = by.ok(OPEN, json!({"id": ticket["id"]})).await["development"]["openDocument"]["url"].clone();
        by.send(Method::GET, link.as_str().unwrap(), &[], "").await.bytes
    };
    assert_eq!(read(&mut p.above).await.as_ref(), good);
    // A tenant that may only be read can be read.
    let day = p.t.now().date_naive() - chrono::Days::new(20);
    let terms = json!({"i": {"tenant": p.t.home.id, "expiresOn": day, "reason": "合同到期"}});
    let change = "mutation($i: TenantTermsInput!) { system { changeTenantTerms(input: $i) { life } } }";
    let life = p.t.operator().await.ok(change, terms).await["system"]["changeTenantTerms"]["life"].clone();
    assert_eq!(life, "READ_ONLY");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(read(&mut p.branch).await.as_ref(), good);
    assert_eq!(p.branch.refused(REMOVE, json!({"id": ticket["id"]})).await, "TENANT_READ_ONLY");
    assert_eq!(p.admin.refused(REQUIRE, json!({})).await, "TENANT_READ_ONLY");
    let opened =
        format!("SELECT count(*) FROM {}.audit WHERE action = 'development.document_opened'", p.t.home.schema());
    assert_eq!(p.t.sql().await.one(&opened).await, "2");
}

#[tokio::test]
async fn pc_3_2_4_lists_and_the_board_show_what_waits() {
    let mut p = Party::start().await;
    p.up_to("李新", 1, 1).await;
    p.up_to("赵明", 2, 4).await;
    p.case("钱远", 3).await;
    let vars = json!({"input": applicant(&p.second, "孙近", 4)});
    p.above.ok(&start(), vars).await;
    let mut names = async |filter: Value| {
        let found = p.admin.ok(CASES, json!({"f": filter})).await["development"]["cases"].clone();
        let names: Vec<String> =
            found["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found["totalCount"], names.len());
        names.join(" ")
    };
    // The nearest deadline first; what has none comes last, the oldest first.
    assert_eq!(names(json!({})).await, "李新 赵明 钱远 孙近");
    assert_eq!(names(json!({"stage": 1})).await, "李新 钱远 孙近");
    assert_eq!(names(json!({"step": 5})).await, "赵明");
    assert_eq!(names(json!({"overdue": true})).await, "李新 赵明");
    assert_eq!(names(json!({"remind": true, "stage": 1})).await, "李新");
    assert_eq!(names(json!({"side": "PERSON"})).await, "钱远 孙近");
    assert_eq!(names(json!({"search": "zhao"})).await, "赵明");
    assert_eq!(names(json!({"search": "13800000003"})).await, "钱远");
    assert_eq!(names(json!({"under": p.second})).await, "孙近");
    let stages = p.admin.ok(STAGES, json!({})).await["development"]["stages"].clone();
    let count = |stage: usize| (stages[stage - 1]["count"].clone(), stages[stage - 1]["overdue"].clone());
    assert_eq!((count(1), count(2), count(3)), ((json!(3), json!(1)), (json!(1), json!(1)), (json!(0), json!(0))));
    let page = p.admin.ok(CASES, json!({"n": 2})).await["development"]["cases"].clone();
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let next = p.admin.ok(CASES, json!({"n": 2, "a": page["pageInfo"]["endCursor"]})).await;
    assert_eq!(next["development"]["cases"]["nodes"][0]["name"], "钱远");
    // A day later what was due today is overdue without anybody doing anything.
    let due = p.case("吴今", 5).await;
    let today = p.t.now().date_naive().to_string();
    let file = p.go(&due, 1, &today).await;
    assert_eq!(file["case"]["overdue"], false);
    p.t.pass(chrono::Duration::days(40));
    let mut admin = p.t.administrator().await;
    let late = admin.ok(CASES, json!({"f": {"overdue": true, "search": "吴今"}})).await;
    assert_eq!(late["development"]["cases"]["nodes"][0]["overdue"], true);
}

#[tokio::test]
async fn pc_3_2_4_lists_and_the_board_stay_right_with_the_calendar() {
    let mut p = Party::start().await;
    let months = p.months_since("2023-10-20");
    let file = p.up_to_later("李新", 1, 15, months).await;
    let assembly: NaiveDate = later("2023-10-20", months).parse().unwrap();
    let shown = async |p: &mut Party| {
        let mut admin = p.t.administrator().await;
        let stages = admin.ok(STAGES, json!({})).await["development"]["stages"].clone();
        let case = admin.ok(CASES, json!({"f": {}})).await["development"]["cases"]["nodes"][0].clone();
        (stages[3]["count"].clone(), case["step"].clone(), case["side"].clone())
    };
    assert_eq!(shown(&mut p).await, (json!(1), json!(16), json!("COMMITTEE")));
    let goes_to = async |p: &Party, day: NaiveDate| p.t.pass(day.and_hms_opt(3, 0, 0).unwrap().and_utc() - p.t.now());
    goes_to(&p, assembly + Months::new(3)).await;
    p.hour().await;
    assert_eq!(shown(&mut p).await, (json!(1), json!(16), json!("COMMITTEE")), "the last day is a day");
    p.t.pass(chrono::Duration::days(1));
    p.hour().await;
    assert_eq!(shown(&mut p).await, (json!(1), json!(15), json!("BRANCH")), "to be voted on again");
    goes_to(&p, assembly + Months::new(6) + chrono::Days::new(1)).await;
    p.hour().await;
    assert_eq!(shown(&mut p).await, (json!(1), json!(12), json!("BRANCH")), "to be reviewed again");
    // Whoever has the case open goes on where they are: nobody has changed it.
    let schema = p.t.home.schema();
    let version = p.t.sql().await.one(&format!("SELECT version FROM {schema}.development_cases")).await;
    assert_eq!(version, file["case"]["version"].to_string());
    // The political review has been too old by then, so that is the next.
    goes_to(&p, later("2023-09-01", months + 12).parse::<NaiveDate>().unwrap() + chrono::Days::new(1)).await;
    p.hour().await;
    assert_eq!(shown(&mut p).await, (json!(0), json!(10), json!("BRANCH")));
}

#[tokio::test]
async fn pc_3_2_4_whoever_has_to_act_is_reminded_once_for_each_rung() {
    let mut p = Party::start().await;
    p.t.person("erzhi", "branch_secretary", &p.second).await;
    let file = p.case("李新", 1).await;
    let today = p.t.now().date_naive();
    let file = p.go(&file, 1, &today.to_string()).await;
    let due = today + Months::new(1);
    let rows = async |p: &Party| {
        let schema = p.t.home.schema();
        let told = format!(
            "SELECT rule || ' ' || ('{due}'::date - day) FROM {schema}.development_reminders ORDER BY day, created_at"
        );
        p.t.sql().await.column(&told).await
    };
    let goes_to = async |p: &Party, day: NaiveDate| {
        p.t.pass(day.and_hms_opt(3, 0, 0).unwrap().and_utc() - p.t.now());
        p.hour().await;
        p.hour().await;
    };
    let read = async |p: &Party, who: &str| {
        let mut by = p.t.signed_in(who, PASSWORD).await;
        by.ok(REMINDERS, json!({})).await["development"]["reminders"].clone()
    };
    p.hour().await;
    assert_eq!(rows(&p).await, Vec::<String>::new(), "nothing is due yet");
    goes_to(&p, due - chrono::Days::new(10)).await;
    assert_eq!(rows(&p).await, ["due 10"], "once, however often it is looked");
    let told = read(&p, "shuji").await;
    assert_eq!((&told[0]["level"], &told[0]["name"]), (&json!("BLUE"), &json!("李新")));
    assert!(told.to_string().contains("还有10天"), "{told}");
    // The superior is told when it is late, the neighbour never.
    assert_eq!(read(&p, "dangwei").await, json!([]));
    goes_to(&p, due - chrono::Days::new(3)).await;
    goes_to(&p, due + chrono::Days::new(1)).await;
    goes_to(&p, due + chrono::Days::new(2)).await;
    assert_eq!(rows(&p).await, ["due 10", "due 3", "over -1", "over -2"]);
    let told = read(&p, "dangwei").await;
    assert_eq!((told.as_array().unwrap().len(), &told[0]["level"]), (1, &json!("RED")), "{told}");
    assert_eq!(read(&p, "erzhi").await, json!([]));
    // What is done is told no longer, and a case that has ended reminds of nothing.
    p.branch = p.t.signed_in("shuji", PASSWORD).await;
    let file = p.go(&file, 2, &due.to_string()).await;
    assert_eq!(read(&p, "shuji").await, json!([]));
    p.note(&file, "WITHDRAW", &due.to_string()).await;
    goes_to(&p, due + Months::new(12)).await;
    assert_eq!(rows(&p).await.len(), 4);
}

#[tokio::test]
async fn pc_3_2_4_a_number_of_an_admission_form_is_given_once() {
    let mut p = Party::start().await;
    let file = p.up_to("李新", 1, 14).await;
    let other = p.up_to("赵明", 2, 13).await;
    p.papers(&other, 14).await;
    let vars = |number: &str, p: &Party| {
        json!({"id": other["case"]["id"], "v": other["case"]["version"], "s": 14,
        "input": with(p.given("2023-10-05"), json!({"formNo": number}))})
    };
    for number in ["苏委001", " 苏委 ００１"] {
        let input = vars(number, &p);
        let refused = p.branch.refused(&complete(), input).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("FORM_NO_TAKEN", Some("formNo")), "{number}");
    }
    // A number that was entered by mistake is free again.
    let back = json!({"id": file["case"]["id"], "v": file["case"]["version"], "s": 14, "r": "编号登记有误"});
    p.branch.ok(&undo(), back).await;
    let input = vars("苏委001", &p);
    let done = p.branch.ok(&complete(), input).await["development"]["complete"].clone();
    assert!(done["steps"][13]["given"].to_string().contains("入党志愿书编号：苏委001"), "{done}");
}

#[tokio::test]
async fn pc_3_2_4_who_helps_and_has_left_is_told_and_replaced() {
    const LEAVE: &str =
        "mutation($ids: [ID!]!) { directory { deleteMembers(ids: $ids, reason: DECEASED, note: \"因病去世\") } }";
    let replace = format!(
        "mutation($id: ID!, $v: Int!, $p: [ID!]!, $on: NaiveDate!) {{ development {{ replaceHelpers(id: $id, version: $v, people: $p, \
         on: $on, note: \"原联系人不能继续履职\") {{ {FILE} }} }} }}"
    );
    let mut p = Party::start().await;
    let third = enrol(&mut p.admin, member(&p.first, "周接任", 3)).await;
    let file = p.up_to("李新", 1, 5).await;
    assert_eq!((&file["helperStep"], &file["replaceable"]), (&json!(5), &json!(true)));
    assert_eq!(p.look(&file["case"]["id"]).await["replaceable"], false, "it is the branch that names them");
    assert_eq!(file["helpers"], json!([{"name": "王老党员", "gap": null}, {"name": "王老党员", "gap": null}]));
    let gaps = async |p: &mut Party| {
        let mut admin = p.t.administrator().await;
        let stages = admin.ok("{ development { stages { gaps } } }", json!({})).await["development"]["stages"].clone();
        let list = admin.ok(CASES, json!({"f": {"gap": true}})).await["development"]["cases"]["totalCount"].clone();
        (stages[1]["gaps"].clone(), list)
    };
    p.hour().await;
    assert_eq!(gaps(&mut p).await, (json!(0), json!(0)));
    p.admin.ok(LEAVE, json!({"ids": [p.members[0]]})).await;
    p.hour().await;
    p.hour().await;
    assert_eq!(gaps(&mut p).await, (json!(1), json!(1)));
    let told = p.branch.ok(REMINDERS, json!({})).await["development"]["reminders"].clone();
    assert!(told.to_string().contains("请更换"), "{told}");
    let lacking = p.branch.ok(&case(), json!({"id": file["case"]["id"]})).await["development"]["case"].clone();
    assert_eq!(
        (&lacking["helpers"][0]["gap"], &lacking["replaceable"]),
        (&json!("已离开本组织（去世）"), &json!(true))
    );
    let vars = |people: Value| json!({"id": lacking["case"]["id"], "v": lacking["case"]["version"], "p": people, "on": p.t.now().date_naive()});
    let (gone, unknown) = (vars(json!([p.members[0]])), vars(json!([])));
    assert_eq!(p.branch.refused(&replace, gone).await.field.as_deref(), Some("people"));
    assert_eq!(p.branch.refused(&replace, unknown).await.field.as_deref(), Some("people"));
    let both = vars(json!([p.members[1], third]));
    let whole = p.branch.ok(&replace, both).await["development"]["replaceHelpers"].clone();
    assert_eq!(whole["helpers"], json!([{"name": "王老党员", "gap": null}, {"name": "周接任", "gap": null}]));
    assert_eq!((&whole["timeline"][0]["title"], &whole["timeline"][0]["step"]), (&json!("更换培养联系人"), &json!(5)));
    assert_eq!(gaps(&mut p).await, (json!(0), json!(0)), "without waiting for the hour");
    assert!(!p.branch.ok(REMINDERS, json!({})).await.to_string().contains("请更换"));
    // Whoever is in another branch by now lacks too.
    p.t.pass(chrono::Duration::days(1));
    p.admin = p.t.administrator().await;
    let moved = json!({"id": third, "version": 1, "input": member(&p.second, "周接任", 3)});
    p.admin.ok(UPDATE, moved).await;
    p.hour().await;
    let lacking = p.look(&whole["case"]["id"]).await;
    assert_eq!(lacking["helpers"][1], json!({"name": "周接任", "gap": "已调到第二党支部"}));
    assert_eq!(gaps(&mut p).await, (json!(1), json!(1)));
    p.branch = p.t.signed_in("shuji", PASSWORD).await;
    // Taken back, the step is to be done again with whoever is there then.
    let vars = json!({"id": whole["case"]["id"], "v": whole["case"]["version"], "s": 5, "r": "重新指定"});
    let back = p.branch.ok(&undo(), vars).await["development"]["undo"].clone();
    assert_eq!((&back["helpers"], &back["timeline"][0]["voided"].is_string()), (&json!([]), &true));
}

/// A row of a running case as people type it.
fn line(branch: &str, name: &str, n: u32, days: &[&str]) -> Line {
    let mut line: Line = [
        ("所在党支部", branch.to_owned()),
        ("姓名", name.to_owned()),
        ("公民身份号码", id_number("1995-05-05", 2 * n + 1)),
        ("手机号", format!("1380000{n:04}")),
        ("民族", "汉族".into()),
        ("学历", "大学本科毕业".into()),
        ("工作岗位", "公有制企业管理人员".into()),
    ]
    .into();
    let titles =
        ["递交入党申请书日期", "组织谈话日期", "确定为入党积极分子日期", "积极分子备案日期", "指定培养联系人日期"];
    line.extend(titles.into_iter().zip(days).map(|(title, day)| (title, (*day).to_owned())));
    line
}

#[tokio::test]
async fn pc_3_2_4_running_cases_are_imported_and_taken_back() {
    let mut p = Party::start().await;
    p.case("李新", 1).await;
    let days = ["2025-01-10", "2025/2/1", "20250801", "2025-08-10", "2025-08-20"];
    let lines = [
        line("第一党支部", "张三", 2, &days),
        line("第一党支部", "李新", 1, &days[..1]),
        line("第一党支部", "王五", 3, &["2025-01-10", "2025-02-01", "2025-03-01"]),
        line("第二党支部", "赵六", 4, &days[..1]),
        line("第一党支部", "钱七", 5, &days[..2]),
    ];
    let folder = std::env::temp_dir().join(format!("zhibu-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let id = upload_roster(&mut p.branch, "development", workbook(&folder, "development", &lines)).await;
    let seen = rest(&mut p.branch, &id).await["import"].clone();
    assert_eq!((&seen["state"], &seen["badRows"]), (&json!("CHECKED"), &json!(3)), "{seen}");
    let faults = seen["faults"].to_string();
    for words in ["该人员已有进行中的发展档案", "最早2025年4月10日可以办理", "党支部不存在或无权限"]
    {
        assert!(faults.contains(words), "{words} in {faults}");
    }
    p.branch.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    assert_eq!(rest(&mut p.branch, &id).await["import"]["state"], "DONE");
    let found = p.admin.ok(CASES, json!({"f": {"search": "张三"}})).await["development"]["cases"]["nodes"][0].clone();
    assert_eq!((&found["step"], &found["stage"]), (&json!(6), &json!(2)));
    // What came with the file goes on like any other, and its papers may be added later.
    let all = "{ development { cases { nodes { id name } } } }";
    let nodes = p.admin.ok(all, json!({})).await["development"]["cases"]["nodes"].clone();
    let known = nodes.as_array().unwrap().iter().find(|one| one["name"] == "张三").unwrap()["id"].clone();
    let file = p.look(&known).await;
    assert_eq!((&file["steps"][2]["on"], &file["steps"][2]["state"]), (&json!("2025-08-01"), &json!("DONE")));
    assert_eq!(file["timeline"].as_array().unwrap().len(), 5);
    p.papers(&file, 3).await;
    assert_eq!(p.look(&known).await["steps"][2]["missing"], json!([]));
    p.branch.ok("mutation($id: ID!) { system { undoImport(id: $id) { state } } }", json!({"id": id})).await;
    let undone = rest(&mut p.branch, &id).await;
    assert_eq!(
        (&undone["import"]["undoneRows"], &undone["keptRows"][0]["reason"]),
        (&json!(1), &json!("该档案已上传材料"))
    );
}

/// The pages of an exported PDF as text without blanks: a line of a field ends in one.
pub(crate) async fn pages(by: &mut Visitor, vars: Value) -> Vec<String> {
    let export = exported(by, vars).await;
    assert_eq!(export["state"], "DONE", "{export}");
    let url = by.ok(DOWNLOAD, json!({"id": export["id"]})).await["system"]["downloadExport"]["url"].clone();
    let file = by.send(Method::GET, url.as_str().unwrap(), &[], "").await;
    let name = file.headers["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.contains(".pdf"), "{name}");
    let document = lopdf::Document::load_mem(&file.bytes).unwrap();
    let numbers: Vec<u32> = document.get_pages().keys().copied().collect();
    numbers.iter().map(|number| document.extract_text(&[*number]).unwrap().split_whitespace().collect()).collect()
}

#[tokio::test]
async fn pc_3_2_4_the_form_of_a_case_is_made_as_pdf() {
    let mut p = Party::start().await;
    let file = p.up_to("陈积极", 1, 8).await;
    let id = file["case"]["id"].clone();
    let form = |columns: Value, reason: Value| json!({"kind": "development_form", "filter": {"case": id}, "columns": columns, "reason": reason});
    let one = pages(&mut p.admin, form(json!(["form"]), Value::Null)).await.concat();
    let number = id_number("1995-05-05", 3);
    for words in [
        "发展党员工作全程纪实表",
        "陈积极",
        "发展对象",
        "1.递交入党申请书",
        "2022-01-31",
        "应到20人，实到18人，赞成16票",
        "入党申请书",
        "上级党委（盖章）：",
    ] {
        assert!(one.contains(words), "{words}: {one}");
    }
    assert!(!one.contains(&number) && one.contains("********"), "the number is masked: {one}");
    // What is masked elsewhere needs a reason, which stands on the paper.
    assert_eq!(p.admin.refused(EXPORT, form(json!(["form", "idNumber"]), Value::Null)).await, "INVALID reason");
    let whole = pages(&mut p.admin, form(json!(["form", "idNumber"]), json!("报上级备案"))).await.concat();
    assert!(whole.contains(&number) && whole.contains("报上级备案"), "{whole}");

    // Those of a list, each on a page of its own; a workbook of the same list.
    p.case("林申请", 2).await;
    let list = json!({"kind": "development_form", "filter": {"under": p.first}, "columns": ["form"]});
    let all = pages(&mut p.admin, list).await;
    assert_eq!(all.iter().filter(|page| page.contains("第1页")).count(), 2, "{all:?}");
    let rows = json!({"kind": "development", "filter": {"under": p.first}, "columns": ["name", "step", "standing"]});
    let export = exported(&mut p.admin, rows).await;
    assert_eq!((&export["state"], &export["rowCount"]), (&json!("DONE"), &json!(2)), "{export}");

    // Not of another's branch, and not of a case that is none.
    p.t.person("other", "org_admin", &p.second).await;
    let mut other = p.t.signed_in("other", PASSWORD).await;
    assert_eq!(other.refused(EXPORT, form(json!(["form"]), Value::Null)).await, "NOT_FOUND");
    let none = json!({"kind": "development_form", "filter": {"case": p.first}, "columns": ["form"]});
    assert_eq!(p.admin.refused(EXPORT, none).await, "NOT_FOUND");
}
