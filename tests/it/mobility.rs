//! Transfers of memberships with their letters (PC-3.2.3) and floating members (PC-3.2.2), through the outermost boundary.
//! The rules themselves have their tests beside them.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_tests::roster::{CONFIRM, IMPORT, Line, id_number, rest, upload, workbook};
use zhibu_tests::{PASSWORD, Tenant, Town, Visitor, until};

use crate::members::{enrol, member};
use crate::organisation_commands::{ask, order};
use crate::organisations::{add, branch, with};

pub(crate) const FILE: &str = "transfer { id version kind status side name fromName toName returns letterNo issuedOn validUntil \
    electronic alert mine waitsAt { shortName } person closedAt } acts warnings facts { label value } along { title lines } timeline { event \
    organisation note } letters { number document receiptNo } delivered receipt";
pub(crate) const ARRIVED: &str = "letter { id state name number fromName expired transfer } facts { label value } along { title lines } warnings \
    here open receipt note";
pub(crate) const FLOW: &str = "flow { id version kind status idNumber mobile branch { shortName } contactedOn alert overdue shouldTransfer \
    editable endedOn person } contacts { way words on }";
const LOST: &str = "case { id version state suggestion decidableOn suspendedOn editable } contacts { way words }";
const LIST: &str = "query($f: TransferFilter) { mobility { transfers(first: 50, filter: $f) { totalCount nodes { name status mine } } } }";
const FLOWS: &str =
    "query($f: FlowFilter) { mobility { flows(first: 50, filter: $f) { totalCount nodes { name alert } } } }";
const SUMMARY: &str = "{ mobility { transferSummary { waiting arrived expiring expired late veryLate } flowSummary { out comeIn silent \
    verySilent overdue lost } } }";
const MEMBER: &str =
    "query($id: ID!) { directory { member(id: $id) { branch { shortName } floating status lostOn memberType } } }";
const FORMER: &str = "{ directory { formerMembers { nodes { name endReason endNote } } } }";
pub(crate) const MEMBERS: &str = "{ directory { members(first: 50) { totalCount nodes { id name } } } }";
const SWEEP: &str = "SELECT jobs.add_job('housekeeping', '{\"tenant\": null, \"job\": {}}'::json)";
const PRINT: &str =
    "mutation($id: ID!) { mobility { printLetter(id: $id) { number idNumber name validDays address formal } } }";
const NEW_CODE: &str = "mutation($o: ID!, $d: Int! = 30) { mobility { makeReceivingCode(organisation: $o, days: $d) { id document open } } }";
const READ_CODE: &str =
    "query($t: String!) { mobility { readReceivingCode(text: $t) { organisationName tenantName here } } }";
const CLOSE_CODE: &str = "mutation($id: ID!) { mobility { closeReceivingCode(id: $id) } }";

pub(crate) fn act(name: &str, args: &str, given: &str, shown: &str) -> String {
    format!("mutation({args}) {{ mobility {{ {name}({given}) {{ {shown} }} }} }}")
}

/// Does something of the namespace and gives what it shows.
pub(crate) async fn go(by: &mut Visitor, name: &str, (args, given, shown): (&str, &str, &str), vars: Value) -> Value {
    by.ok(&act(name, args, given, shown), vars).await["mobility"][name].clone()
}

pub(crate) async fn no(by: &mut Visitor, name: &str, (args, given, shown): (&str, &str, &str), vars: Value) -> String {
    let refusal = by.refused(&act(name, args, given, shown), vars).await;
    refusal.field.map_or(refusal.code.clone(), |field| format!("{} {field}", refusal.code))
}

pub(crate) const INTERNAL: (&str, &str, &str) = ("$input: InternalTransferInput!", "input: $input", FILE);
pub(crate) const OUTBOUND: (&str, &str, &str) = ("$input: OutboundTransferInput!", "input: $input", FILE);
const INBOUND: (&str, &str, &str) = ("$input: InboundTransferInput!", "input: $input", FILE);
pub(crate) const APPROVE: (&str, &str, &str) =
    ("$id: ID!, $v: Int!, $letter: TransferLetterInput", "id: $id, version: $v, note: \"同意\", letter: $letter", FILE);
pub(crate) const BACK: (&str, &str, &str) =
    ("$id: ID!, $v: Int!, $r: String!", "id: $id, version: $v, reason: $r", FILE);
const RESUBMIT: (&str, &str, &str) =
    ("$id: ID!, $v: Int!, $to: ID", "id: $id, version: $v, input: {to: $to, note: \"已更正\"}", FILE);
pub(crate) const REISSUE: (&str, &str, &str) = (
    "$id: ID!, $v: Int!, $letter: TransferLetterInput!",
    "id: $id, version: $v, reason: \"途中遗失\", letter: $letter",
    FILE,
);
pub(crate) const RECEIPT: (&str, &str, &str) =
    ("$id: ID!, $v: Int!, $on: NaiveDate!", "id: $id, version: $v, receivedOn: $on, receiptNo: \"回-001\"", FILE);
pub(crate) const TEXT: (&str, &str, &str) = ("$text: String!", "text: $text", ARRIVED);
pub(crate) const SIGNED: (&str, &str, &str) = ("$text: String!", "text: $text", FILE);
pub(crate) const TAKE: (&str, &str, &str) = ("$id: ID!, $branch: ID!", "id: $id, branch: $branch", FILE);
const REFUSE: (&str, &str, &str) = ("$id: ID!, $r: String!", "id: $id, reason: $r", ARRIVED);

pub(crate) fn at(file: &Value) -> Value {
    json!({"id": file["transfer"]["id"], "v": file["transfer"]["version"]})
}

pub(crate) fn letter(days: i32) -> Value {
    json!({"validDays": days, "address": "南京市玄武区中山路1号", "phone": "025-12345678"})
}

pub(crate) async fn look(by: &mut Visitor, id: &Value) -> Value {
    let query = format!("query($id: ID!) {{ mobility {{ transfer(id: $id) {{ {FILE} }} }} }}");
    by.ok(&query, json!({"id": id})).await["mobility"]["transfer"].clone()
}

pub(crate) async fn approve(by: &mut Visitor, file: &Value) -> Value {
    go(by, "approve", APPROVE, at(file)).await
}

/// Two committees with branches below, and who acts for them.
pub(crate) struct Party {
    pub(crate) t: Town,
    pub(crate) admin: Visitor,
    pub(crate) secretary: Visitor,
    pub(crate) source: Visitor,
    pub(crate) target: Visitor,
    pub(crate) committee: String,
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) third: String,
}

impl Party {
    pub(crate) async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let committee = |name: &str| {
            with(branch(&t.home.root, name), json!({"type": "PARTY_COMMITTEE", "shortName": format!("{name}党委")}))
        };
        let (one, two) = (add(&mut admin, committee("制造")).await, add(&mut admin, committee("销售")).await);
        let first = add(&mut admin, branch(&one, "第一")).await;
        let second = add(&mut admin, branch(&one, "第二")).await;
        let third = add(&mut admin, branch(&two, "第三")).await;
        t.person("shuji", "branch_secretary", &first).await;
        t.person("zhizao", "org_admin", &one).await;
        t.person("xiaoshou", "org_admin", &two).await;
        let secretary = t.signed_in("shuji", PASSWORD).await;
        let source = t.signed_in("zhizao", PASSWORD).await;
        let target = t.signed_in("xiaoshou", PASSWORD).await;
        Self { t, admin, secretary, source, target, committee: one, first, second, third }
    }

    pub(crate) async fn again(&mut self) {
        self.admin = self.t.administrator().await;
        self.secretary = self.t.signed_in("shuji", PASSWORD).await;
        self.source = self.t.signed_in("zhizao", PASSWORD).await;
        self.target = self.t.signed_in("xiaoshou", PASSWORD).await;
    }

    pub(crate) async fn member(&mut self, name: &str, n: u32) -> String {
        let form = member(&self.first, name, n);
        enrol(&mut self.admin, form).await
    }

    pub(crate) fn internal(&self, person: &str, to: &str) -> Value {
        let paid = (self.t.now() - Duration::days(300)).format("%Y-%m").to_string();
        json!({"input": {"person": person, "to": to, "reason": "job", "duesPaidTo": paid}})
    }

    pub(crate) async fn outbound(&mut self, person: &str, receiver: Option<&str>) -> Value {
        let name = if receiver.is_none() { Some("中共某市某局机关委员会") } else { None };
        let input = json!({"input": {"person": person, "toName": name, "receiver": receiver, "reason": "job"}});
        go(&mut self.secretary, "startOutbound", OUTBOUND, input).await
    }

    pub(crate) async fn sweep(&self) {
        let sql = self.t.sql().await;
        sql.rows(SWEEP).await;
        let left = "SELECT count(*) FROM jobs._private_jobs j JOIN jobs._private_tasks t ON t.id = j.task_id WHERE \
            t.identifier = 'housekeeping'";
        until("housekeeping is over", async || sql.one(left).await == "0").await;
    }

    /// Another tenant of the installation with a committee and a branch; its administrator.
    pub(crate) async fn neighbours(&self) -> (Tenant, Visitor, String) {
        let tenant = self.t.tenant("中共邻居单位委员会", "linju", None, &["development", "mobility"]).await;
        let mut boss = self.t.first_sign_in("linju", None).await;
        let branch = add(&mut boss, branch(&tenant.root, "邻居")).await;
        (tenant, boss, branch)
    }
}

#[tokio::test]
async fn pc_3_2_3_within_a_committee_the_receiving_branch_decides_and_the_member_moves() {
    let mut p = Party::start().await;
    let person = p.member("张三", 1).await;
    let start = "mutation($person: ID!, $input: FlowInput!) { mobility { startFlowOut(person: $person, input: $input) { flow { id } } } }";
    p.secretary.ok(start, json!({"person": person, "input": flow_form("2026-01-10")})).await;
    let (first, second) = (p.first.clone(), p.second.clone());
    let input = p.internal(&person, &second);
    for wrong in [p.internal(&person, &first), p.internal(&person, &p.committee)] {
        assert_eq!(no(&mut p.secretary, "startInternal", INTERNAL, wrong).await, "INVALID to");
    }
    assert_eq!(no(&mut p.target, "startInternal", INTERNAL, input.clone()).await, "NOT_FOUND person");
    let file = go(&mut p.secretary, "startInternal", INTERNAL, input.clone()).await;
    assert_eq!(file["transfer"]["status"], "TARGET_REVIEW");
    assert_eq!(file["transfer"]["waitsAt"]["shortName"], "第二党支部");
    assert_eq!(file["acts"], json!(["WITHDRAW"]));
    // One at a time; while it waits the member stays where they are.
    assert_eq!(no(&mut p.secretary, "startInternal", INTERNAL, input).await, "TRANSFER_OPEN person");
    let open = "query($p: [ID!]!) { mobility { transferring(people: $p) { person } } }";
    assert_eq!(p.admin.ok(open, json!({"p": [person]})).await["mobility"]["transferring"].as_array().unwrap().len(), 1);
    // The other committee has nothing to do with it.
    assert_eq!(no(&mut p.target, "approve", APPROVE, at(&file)).await, "NOT_FOUND");
    let file = look(&mut p.source, &file["transfer"]["id"]).await;
    assert_eq!(file["acts"], json!(["ACCEPT", "SEND_BACK", "WITHDRAW"]));
    assert!(file["warnings"][0].as_str().unwrap().contains("党费"), "{file}");
    let file = approve(&mut p.source, &file).await;
    assert_eq!((&file["transfer"]["status"], &file["acts"]), (&json!("ACCEPTED"), &json!([])));
    let moved = p.admin.ok(MEMBER, json!({"id": person})).await["directory"]["member"].clone();
    assert_eq!((&moved["branch"]["shortName"], &moved["floating"]), (&json!("第二党支部"), &json!(false)));
    // Again is too late, and what floated is over.
    assert_eq!(no(&mut p.source, "approve", APPROVE, at(&file)).await, "TRANSFER_CLOSED");
    let flows = p.admin.ok(FLOWS, json!({"f": {"closed": true, "status": "CONVERTED"}})).await;
    assert_eq!(flows["mobility"]["flows"]["totalCount"], 1);
    let sql = p.t.sql().await;
    let schema = p.t.home.schema();
    let counts = format!(
        "SELECT string_agg(member_count::text, ',' ORDER BY id) FROM {schema}.organisations WHERE id IN ('{first}', '{second}')"
    );
    assert_eq!(sql.one(&counts).await, "0,1");
    let held = format!(
        "SELECT string_agg(organisation_id::text, ',') FROM {schema}.role_assignments r JOIN {schema}.people p ON \
        p.account_id = r.account_id WHERE r.role = 'member' AND r.until IS NULL AND p.id = '{person}'"
    );
    assert_eq!(sql.one(&held).await, second);
}

#[tokio::test]
async fn pc_3_2_3_between_committees_everybody_decides_in_order() {
    let mut p = Party::start().await;
    let person = p.member("李四", 2).await;
    let input = p.internal(&person, &p.third);
    let file = go(&mut p.secretary, "startInternal", INTERNAL, input).await;
    assert_eq!((&file["transfer"]["status"], &file["transfer"]["side"]), (&json!("SOURCE_REVIEW"), &json!("SOURCE")));
    assert_eq!(no(&mut p.target, "approve", APPROVE, at(&file)).await, "NOT_YOUR_TURN");
    let mut file = approve(&mut p.source, &file).await;
    assert_eq!(file["transfer"]["waitsAt"]["shortName"], "销售党委");
    assert_eq!(no(&mut p.source, "approve", APPROVE, at(&file)).await, "NOT_YOUR_TURN");
    let waiting = p.target.ok(LIST, json!({"f": {"waiting": true}})).await["mobility"]["transfers"].clone();
    assert_eq!((&waiting["totalCount"], &waiting["nodes"][0]["mine"]), (&json!(1), &json!(true)));
    let waiting = p.source.ok(LIST, json!({"f": {"waiting": true}})).await["mobility"]["transfers"].clone();
    assert_eq!(waiting["totalCount"], 0);
    // It may be returned three times, each with a reason.
    for turn in 1..=3 {
        let vars = with(at(&file), json!({"r": "x"}));
        assert_eq!(no(&mut p.target, "sendBack", BACK, vars).await, "INVALID reason");
        file = go(&mut p.target, "sendBack", BACK, with(at(&file), json!({"r": "党费月份有误"}))).await;
        assert_eq!((&file["transfer"]["status"], &file["transfer"]["returns"]), (&json!("RETURNED"), &json!(turn)));
        assert_eq!(look(&mut p.secretary, &file["transfer"]["id"]).await["acts"], json!(["RESUBMIT", "WITHDRAW"]));
        file = go(&mut p.secretary, "resubmit", RESUBMIT, at(&file)).await;
        assert_eq!(file["transfer"]["status"], "SOURCE_REVIEW");
        file = approve(&mut p.source, &file).await;
    }
    let vars = with(at(&file), json!({"r": "还是不行"}));
    assert_eq!(no(&mut p.target, "sendBack", BACK, vars).await, "RETURNS_SPENT");
    let file = approve(&mut p.target, &file).await;
    assert_eq!(file["transfer"]["waitsAt"]["shortName"], "第三党支部");
    let file = approve(&mut p.target, &file).await;
    assert_eq!(file["transfer"]["status"], "ACCEPTED");
    let moved = p.admin.ok(MEMBER, json!({"id": person})).await;
    assert_eq!(moved["directory"]["member"]["branch"]["shortName"], "第三党支部");
    let events: Vec<&str> = file["timeline"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert_eq!((events[0], events[events.len() - 1], events.len()), ("started", "accepted", 13));
}

#[tokio::test]
async fn pc_3_2_3_of_two_who_accept_at_once_one_does() {
    let mut p = Party::start().await;
    let person = p.member("王五", 3).await;
    let input = p.internal(&person, &p.second);
    let file = go(&mut p.secretary, "startInternal", INTERNAL, input).await;
    let query = act("approve", APPROVE.0, APPROVE.1, FILE);
    let answers = join_all([&p.source, &p.admin].map(|by| by.peek(&query, at(&file)))).await;
    let codes: Vec<String> = answers.iter().map(|a| a.refusal_opt().map_or("ok".into(), |r| r.code)).collect();
    assert!(codes.contains(&"ok".to_owned()) && codes.contains(&"CONFLICT".to_owned()), "{codes:?}");
    // A member who is gone is not moved any more.
    let person = p.member("赵六", 4).await;
    let input = p.internal(&person, &p.second);
    let file = go(&mut p.secretary, "startInternal", INTERNAL, input).await;
    p.admin.ok(crate::members::DELETE, json!({"ids": [person], "note": "重复录入"})).await;
    assert_eq!(no(&mut p.source, "approve", APPROVE, at(&file)).await, "MEMBER_GONE");
    let withdraw = go(&mut p.secretary, "withdraw", BACK, with(at(&file), json!({"r": "人员已离开"}))).await;
    assert_eq!(withdraw["transfer"]["status"], "WITHDRAWN");
}

#[tokio::test]
async fn pc_3_2_3_a_letter_on_paper_runs_out_is_issued_again_and_its_receipt_ends_the_membership() {
    let mut p = Party::start().await;
    let person = p.member("孙七", 5).await;
    let file = p.outbound(&person, None).await;
    for (days, field) in [(0, "validDays"), (91, "validDays")] {
        let vars = with(at(&file), json!({"letter": letter(days)}));
        assert_eq!(no(&mut p.source, "approve", APPROVE, vars).await, format!("INVALID {field}"));
    }
    assert_eq!(no(&mut p.source, "approve", APPROVE, at(&file)).await, "INVALID validDays");
    let bad = with(letter(30), json!({"phone": "12"}));
    let vars = with(at(&file), json!({"letter": bad}));
    assert_eq!(no(&mut p.source, "approve", APPROVE, vars).await, "INVALID phone");
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(30)}))).await;
    let year = p.t.now().format("%Y").to_string();
    assert_eq!(file["transfer"]["status"], "LETTER_ISSUED");
    assert_eq!(file["transfer"]["letterNo"], format!("{year}-0001"));
    // Numbers go on by committee and year.
    let next = p.member("周八", 6).await;
    let other = p.outbound(&next, None).await;
    let other = go(&mut p.source, "approve", APPROVE, with(at(&other), json!({"letter": letter(90)}))).await;
    assert_eq!(other["transfer"]["letterNo"], format!("{year}-0002"));
    // The member stays ours; who prints the letter is recorded.
    let found = p.admin.ok(MEMBERS, json!({})).await["directory"]["members"].clone();
    assert_eq!(found["totalCount"], 2);
    let id = file["transfer"]["id"].clone();
    let printed = p.source.ok(PRINT, json!({"id": id})).await["mobility"]["printLetter"].clone();
    assert_eq!((&printed["validDays"], &printed["idNumber"]), (&json!(30), &member(&p.first, "孙七", 5)["idNumber"]));
    assert_eq!(p.target.refused(PRINT, json!({"id": id})).await, "NOT_FOUND");
    assert_eq!(p.secretary.refused(PRINT, json!({"id": id})).await, "DENIED");
    // In force through its last day; then it is expired by the calendar, and written down by the job.
    assert_eq!(
        no(&mut p.source, "reissue", REISSUE, with(at(&file), json!({"letter": letter(30)}))).await,
        "LETTER_VALID"
    );
    p.t.pass(Duration::days(30));
    p.again().await;
    assert_eq!(look(&mut p.source, &id).await["transfer"]["status"], "LETTER_ISSUED");
    let summary = p.source.ok(SUMMARY, json!({})).await["mobility"]["transferSummary"].clone();
    assert_eq!((&summary["expiring"], &summary["late"]), (&json!(1), &json!(2)));
    p.t.pass(Duration::days(1));
    p.again().await;
    let file = look(&mut p.source, &id).await;
    assert_eq!((&file["transfer"]["status"], &file["transfer"]["alert"]), (&json!("EXPIRED"), &json!("YELLOW")));
    p.sweep().await;
    let file = look(&mut p.source, &id).await;
    let events = file["timeline"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["event"], "expired");
    assert_eq!(p.source.ok(LIST, json!({"f": {"status": "EXPIRED"}})).await["mobility"]["transfers"]["totalCount"], 1);
    let file = go(&mut p.source, "reissue", REISSUE, with(at(&file), json!({"letter": letter(30)}))).await;
    assert_eq!((&file["transfer"]["status"], file["letters"].as_array().unwrap().len()), (&json!("LETTER_ISSUED"), 2));
    // The receipt.
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let late = with(at(&file), json!({"on": today + Duration::days(1)}));
    assert_eq!(no(&mut p.source, "fileReceipt", RECEIPT, late).await, "INVALID receivedOn");
    assert_eq!(no(&mut p.secretary, "fileReceipt", RECEIPT, with(at(&file), json!({"on": today}))).await, "DENIED");
    let file = go(&mut p.source, "fileReceipt", RECEIPT, with(at(&file), json!({"on": today}))).await;
    assert_eq!(file["transfer"]["status"], "RECEIPT_FILED");
    let former = p.admin.ok(FORMER, json!({})).await["directory"]["formerMembers"]["nodes"].clone();
    assert_eq!((&former[0]["name"], &former[0]["endReason"]), (&json!("孙七"), &json!("TRANSFER_OUT")));
    // After ninety days without a receipt it is red.
    p.t.pass(Duration::days(60));
    p.again().await;
    let summary = p.source.ok(SUMMARY, json!({})).await["mobility"]["transferSummary"].clone();
    assert_eq!((&summary["veryLate"], &summary["expired"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn pc_3_2_3_from_outside_the_committee_checks_and_the_branch_takes_the_member_in() {
    let mut p = Party::start().await;
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let member = with(
        member(&p.first, "吴九", 9),
        json!({"memberType": "PROBATIONARY", "conversionDate": null, "joinDate": today - Duration::days(200)}),
    );
    let form = |change: Value| {
        let input = json!({"member": member, "fromName": "中共外地某局委员会", "letterNo": "第12号", "issuedOn": today - Duration::days(20),
            "validDays": 30, "reason": "job", "duesPaidTo": (today - Duration::days(300)).format("%Y-%m").to_string()});
        json!({"input": with(input, change)})
    };
    for (change, refusal) in [
        (json!({"issuedOn": today - Duration::days(31)}), "LETTER_EXPIRED issuedOn"),
        (json!({"issuedOn": today + Duration::days(1)}), "INVALID issuedOn"),
        (json!({"validDays": 91}), "INVALID validDays"),
        (json!({"letterNo": " "}), "INVALID letterNo"),
        (json!({"duesPaidTo": "2026"}), "INVALID duesPaidTo"),
        (json!({"reason": "none"}), "INVALID reason"),
        (json!({"member": with(member.clone(), json!({"branch": p.third}))}), "INVALID branch"),
    ] {
        assert_eq!(no(&mut p.secretary, "startInbound", INBOUND, form(change)).await, refusal);
    }
    let file = go(&mut p.secretary, "startInbound", INBOUND, form(json!({}))).await;
    assert_eq!(file["transfer"]["waitsAt"]["shortName"], "制造党委");
    assert_eq!(file["warnings"].as_array().unwrap().len(), 2, "{}", file["warnings"]);
    // Nothing of it is stored readable, and nobody is a member yet.
    let sql = p.t.sql().await;
    let stored = sql.one(&format!("SELECT t::text FROM {}.transfers t", p.t.home.schema())).await;
    assert!(!stored.contains(member["idNumber"].as_str().unwrap()) && !stored.contains("13700000009"));
    assert_eq!(p.admin.ok(MEMBERS, json!({})).await["directory"]["members"]["totalCount"], 0);
    let file = approve(&mut p.source, &file).await;
    assert_eq!(file["transfer"]["waitsAt"]["shortName"], "第一党支部");
    let file = approve(&mut p.source, &file).await;
    assert_eq!(file["transfer"]["status"], "ACCEPTED");
    let person = file["transfer"]["person"].clone();
    let found = p.admin.ok(MEMBER, json!({"id": person})).await["directory"]["member"].clone();
    assert_eq!((&found["branch"]["shortName"], &found["memberType"]), (&json!("第一党支部"), &json!("PROBATIONARY")));
    // Somebody who is here cannot come again; a letter that runs out meanwhile is not accepted.
    assert_eq!(no(&mut p.secretary, "startInbound", INBOUND, form(json!({}))).await, "INVALID idNumber");
    let other = with(crate::members::member(&p.first, "郑十", 10), json!({}));
    let file = go(&mut p.secretary, "startInbound", INBOUND, form(json!({"member": other}))).await;
    p.t.pass(Duration::days(11));
    p.again().await;
    assert_eq!(no(&mut p.source, "approve", APPROVE, at(&file)).await, "LETTER_EXPIRED");
}

pub(crate) async fn code(by: &mut Visitor, organisation: &str) -> Value {
    by.ok(NEW_CODE, json!({"o": organisation})).await["mobility"]["makeReceivingCode"].clone()
}

pub(crate) async fn inbox(by: &mut Visitor) -> Vec<Value> {
    let query = "{ mobility { arrivedLetters(first: 20) { nodes { id name state expired } } } }";
    by.ok(query, json!({})).await["mobility"]["arrivedLetters"]["nodes"].as_array().unwrap().clone()
}

/// Two tenants of one installation: the letter arrives complete in the other, and the receipt comes back.
#[tokio::test]
async fn pc_3_2_3_a_letter_arrives_in_the_other_tenant_and_its_receipt_comes_back() {
    let mut p = Party::start().await;
    let (tenant, mut boss, there) = p.neighbours().await;
    let person = p.member("钱十一", 11).await;
    let text = code(&mut boss, &tenant.root).await["document"].as_str().unwrap().to_owned();
    let read = p.secretary.ok(READ_CODE, json!({"t": format!("{}\n{}", &text[..40], &text[40..])})).await;
    assert_eq!(read["mobility"]["readReceivingCode"]["tenantName"], "中共邻居单位委员会");
    assert_eq!(read["mobility"]["readReceivingCode"]["here"], true);
    // Nobody sends a letter to themselves.
    let own = code(&mut p.admin, &p.t.home.root.clone()).await["document"].clone();
    let input = json!({"input": {"person": person, "receiver": own, "reason": "job"}});
    assert_eq!(no(&mut p.secretary, "startOutbound", OUTBOUND, input).await, "CODE_OWN receiver");
    let file = p.outbound(&person, Some(&text)).await;
    assert_eq!((&file["transfer"]["electronic"], &file["delivered"]), (&json!(true), &json!(true)));
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(30)}))).await;
    assert_eq!(no(&mut p.secretary, "withdraw", BACK, with(at(&file), json!({"r": "不想调了"}))).await, "LETTER_OUT");
    let mut arrived = Vec::new();
    until("the letter has arrived", async || {
        arrived = inbox(&mut boss).await;
        !arrived.is_empty()
    })
    .await;
    assert_eq!((&arrived[0]["name"], &arrived[0]["state"]), (&json!("钱十一"), &json!("WAITING")));
    // What lay on the platform could not be read there, and is gone.
    let sql = p.t.sql().await;
    until("the letter box is empty", async || sql.one("SELECT count(*) FROM platform.letters").await == "0").await;
    let document = file["letters"][0]["document"].as_str().unwrap().to_owned();
    assert!(!document.contains("钱"));
    // The receiver sees the whole record; strangers, and other committees, see nothing.
    let query = format!("query($id: ID!) {{ mobility {{ arrivedLetter(id: $id) {{ {ARRIVED} }} }} }}");
    let id = json!({"id": arrived[0]["id"]});
    let seen = boss.ok(&query, id.clone()).await["mobility"]["arrivedLetter"].clone();
    let said: Vec<&str> = seen["facts"].as_array().unwrap().iter().map(|f| f["label"].as_str().unwrap()).collect();
    for label in ["公民身份号码", "手机号", "加入党组织日期", "学历", "原党支部", "转出党委电话"]
    {
        assert!(said.contains(&label), "{said:?}");
    }
    assert_eq!(seen["here"], true);
    assert_eq!(p.admin.refused(&query, id.clone()).await, "NOT_FOUND");
    assert_eq!(no(&mut p.admin, "takeLetter", TAKE, with(id.clone(), json!({"branch": p.first}))).await, "NOT_FOUND");
    // A branch of the other tenant is none of theirs.
    assert_eq!(no(&mut boss, "takeLetter", TAKE, with(id.clone(), json!({"branch": p.first}))).await, "INVALID branch");
    let taken = go(&mut boss, "takeLetter", TAKE, with(id.clone(), json!({"branch": there}))).await;
    assert_eq!(taken["transfer"]["waitsAt"]["shortName"], "邻居党支部");
    assert_eq!(no(&mut boss, "takeLetter", TAKE, with(id, json!({"branch": there}))).await, "LETTER_DONE");
    let taken = approve(&mut boss, &taken).await;
    assert_eq!(taken["transfer"]["status"], "ACCEPTED");
    let receipt = taken["receipt"].as_str().unwrap().to_owned();
    let id = file["transfer"]["id"].clone();
    until("the receipt has come back", async || {
        look(&mut p.source, &id).await["transfer"]["status"] == "RECEIPT_FILED"
    })
    .await;
    let former = p.admin.ok(FORMER, json!({})).await["directory"]["formerMembers"]["nodes"].clone();
    assert_eq!(former[0]["endReason"], "TRANSFER_OUT");
    let here = boss.ok(MEMBERS, json!({})).await["directory"]["members"].clone();
    assert_eq!((&here["totalCount"], &here["nodes"][0]["name"]), (&json!(1), &json!("钱十一")));
    // The same again is refused, on both sides.
    assert_eq!(no(&mut boss, "readLetter", TEXT, json!({"text": document})).await, "LETTER_REPLAYED text");
    assert_eq!(no(&mut p.source, "readReceipt", SIGNED, json!({"text": receipt})).await, "RECEIPT_REPLAYED text");
    assert_eq!(no(&mut boss, "readReceipt", SIGNED, json!({"text": receipt})).await, "RECEIPT_NOT_YOURS text");
}

/// What is refused comes back with its reason; nothing else than the receiver's own answer counts.
#[tokio::test]
async fn pc_3_2_3_a_refused_letter_comes_back_with_the_reason() {
    let mut p = Party::start().await;
    let (tenant, mut boss, there) = p.neighbours().await;
    let person = p.member("冯十二", 12).await;
    let text = code(&mut boss, &tenant.root).await["document"].as_str().unwrap().to_owned();
    let file = p.outbound(&person, Some(&text)).await;
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(30)}))).await;
    until("the letter has arrived", async || !inbox(&mut boss).await.is_empty()).await;
    let id = inbox(&mut boss).await[0]["id"].clone();
    go(&mut boss, "takeLetter", TAKE, json!({"id": id, "branch": there})).await;
    assert_eq!(no(&mut boss, "refuseLetter", REFUSE, json!({"id": id, "r": "x"})).await, "INVALID reason");
    let refused = go(&mut boss, "refuseLetter", REFUSE, json!({"id": id, "r": "本单位没有此人"})).await;
    assert_eq!((&refused["letter"]["state"], &refused["note"]), (&json!("REFUSED"), &json!("本单位没有此人")));
    let id = file["transfer"]["id"].clone();
    until("the refusal has come back", async || look(&mut p.source, &id).await["transfer"]["status"] == "RETURNED")
        .await;
    let back = look(&mut p.secretary, &id).await;
    assert_eq!(back["timeline"].as_array().unwrap().last().unwrap()["note"], "本单位没有此人");
    let found = p.admin.ok(MEMBERS, json!({})).await["directory"]["members"].clone();
    assert_eq!(found["totalCount"], 1, "the member stays");
    // Corrected and sent again it is another letter.
    let file = go(&mut p.secretary, "resubmit", RESUBMIT, at(&back)).await;
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(30)}))).await;
    assert!(file["transfer"]["letterNo"].as_str().unwrap().ends_with("-0002"));
    until("the second letter has arrived", async || inbox(&mut boss).await.len() == 2).await;
}

/// By hand between installations: altered, strange, late and repeated documents are refused, each with its own code.
#[tokio::test]
async fn pc_3_2_3_only_a_whole_letter_in_time_for_us_and_once_is_taken() {
    let mut p = Party::start().await;
    // The receiver lives in another installation; what goes between is text.
    let far = Town::start().await;
    let tenant = far.tenant("中共远方单位委员会", "yuanfang", None, &["mobility"]).await;
    let mut boss = far.first_sign_in("yuanfang", None).await;
    let there = add(&mut boss, branch(&tenant.root, "远方")).await;
    let code_of = async |boss: &mut Visitor| code(boss, &tenant.root).await;
    let first = code_of(&mut boss).await;
    let text = first["document"].as_str().unwrap().to_owned();
    for bad in ["", "zhibu-receiving-1.aa.bb.cc", &text[..text.len() - 3], &text.replacen('a', "b", 1)] {
        assert_eq!(p.secretary.refused(READ_CODE, json!({"t": bad})).await, "CODE_INVALID receiver", "{bad}");
    }
    let person = p.member("陈十三", 13).await;
    let file = p.outbound(&person, Some(&text)).await;
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(10)}))).await;
    let letter_text = file["letters"][0]["document"].as_str().unwrap().to_owned();
    // Altered anywhere.
    let parts: Vec<&str> = letter_text.split('.').collect();
    let mut altered = vec![letter_text[..letter_text.len() - 2].to_owned(), String::new(), text.clone()];
    for at in [parts[0].len() + 5, parts[0].len() + parts[1].len() + 20, letter_text.len() - 5] {
        let mut bytes = letter_text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        altered.push(String::from_utf8(bytes).unwrap());
    }
    for bad in altered {
        assert_eq!(no(&mut boss, "readLetter", TEXT, json!({"text": bad})).await, "LETTER_ALTERED text", "{bad}");
    }
    // For somebody else.
    assert_eq!(no(&mut p.admin, "readLetter", TEXT, json!({"text": letter_text})).await, "LETTER_NOT_YOURS text");
    let mut stranger = far.administrator().await;
    assert_eq!(no(&mut stranger, "readLetter", TEXT, json!({"text": letter_text})).await, "LETTER_NOT_YOURS text");
    // Copied with line breaks it is the same letter; once.
    let broken: String =
        letter_text.as_bytes().chunks(60).map(|c| format!("{}\r\n", String::from_utf8_lossy(c))).collect();
    let seen = go(&mut boss, "readLetter", TEXT, json!({"text": broken})).await;
    assert_eq!((&seen["letter"]["name"], &seen["open"]), (&json!("陈十三"), &json!(true)));
    assert_eq!(no(&mut boss, "readLetter", TEXT, json!({"text": letter_text})).await, "LETTER_REPLAYED text");
    // Out of date while it lay there.
    far.pass(Duration::days(11));
    let mut boss = far.signed_in("yuanfang", PASSWORD).await;
    let take = json!({"id": seen["letter"]["id"], "branch": there});
    assert_eq!(no(&mut boss, "takeLetter", TAKE, take).await, "LETTER_EXPIRED");
    // Sent again: expired before it arrived, and sealed for a code that was closed.
    p.t.pass(Duration::days(11));
    p.again().await;
    let file = look(&mut p.source, &file["transfer"]["id"]).await;
    assert_eq!(file["transfer"]["status"], "EXPIRED");
    let file = go(&mut p.source, "reissue", REISSUE, with(at(&file), json!({"letter": letter(10)}))).await;
    let letter_text = file["letters"][0]["document"].as_str().unwrap().to_owned();
    far.pass(Duration::days(11));
    let mut boss = far.signed_in("yuanfang", PASSWORD).await;
    assert_eq!(no(&mut boss, "readLetter", TEXT, json!({"text": letter_text})).await, "LETTER_EXPIRED text");
    p.t.pass(Duration::days(11));
    p.again().await;
    let file = look(&mut p.source, &file["transfer"]["id"]).await;
    let file = go(&mut p.source, "reissue", REISSUE, with(at(&file), json!({"letter": letter(5)}))).await;
    let letter_text = file["letters"][0]["document"].as_str().unwrap().to_owned();
    far.pass(Duration::days(11));
    let mut boss = far.signed_in("yuanfang", PASSWORD).await;
    p.t.pass(Duration::days(11));
    p.again().await;
    // The code itself has run out by now, for whoever seals and for whoever opens.
    assert_eq!(p.secretary.refused(READ_CODE, json!({"t": text})).await, "CODE_EXPIRED receiver");
    assert_eq!(no(&mut boss, "readLetter", TEXT, json!({"text": letter_text})).await, "LETTER_EXPIRED text");
    let next = code_of(&mut boss).await;
    let file = look(&mut p.source, &file["transfer"]["id"]).await;
    let vars = with(at(&file), json!({"letter": letter(10), "code": next["document"]}));
    let again = (
        "$id: ID!, $v: Int!, $letter: TransferLetterInput!, $code: String",
        "id: $id, version: $v, reason: \"接收码过期\", receiver: $code, letter: $letter",
        FILE,
    );
    assert_eq!(
        no(&mut p.source, "reissue", again, with(vars.clone(), json!({"code": null}))).await,
        "CODE_EXPIRED receiver"
    );
    let file = go(&mut p.source, "reissue", again, vars).await;
    let letter_text = file["letters"][0]["document"].as_str().unwrap().to_owned();
    let seen = go(&mut boss, "readLetter", TEXT, json!({"text": letter_text})).await;
    let taken = go(&mut boss, "takeLetter", TAKE, json!({"id": seen["letter"]["id"], "branch": there})).await;
    let taken = approve(&mut boss, &taken).await;
    let receipt = taken["receipt"].as_str().unwrap().to_owned();
    // The receipt by hand: whole, and the receiver's.
    let mut bad = receipt.clone().into_bytes();
    let at_body = receipt.len() - 120;
    bad[at_body] = if bad[at_body] == b'a' { b'b' } else { b'a' };
    let bad = String::from_utf8(bad).unwrap();
    assert_eq!(no(&mut p.source, "readReceipt", SIGNED, json!({"text": bad})).await, "RECEIPT_INVALID text");
    assert_eq!(no(&mut p.target, "readReceipt", SIGNED, json!({"text": receipt})).await, "RECEIPT_NOT_YOURS text");
    let done = go(&mut p.source, "readReceipt", SIGNED, json!({"text": receipt})).await;
    assert_eq!(done["transfer"]["status"], "RECEIPT_FILED");
    // A code that was closed opens nothing.
    boss.ok(CLOSE_CODE, json!({"id": next["id"]})).await;
    let other = p.member("褚十四", 14).await;
    let file = p.outbound(&other, Some(next["document"].as_str().unwrap())).await;
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(10)}))).await;
    let letter_text = file["letters"][0]["document"].as_str().unwrap().to_owned();
    assert_eq!(no(&mut boss, "readLetter", TEXT, json!({"text": letter_text})).await, "CODE_EXPIRED text");
}

pub(crate) fn flow_form(started: &str) -> Value {
    json!({"otherName": "中共上海某街道工作委员会", "otherContact": "刘主任 021-12345678", "direction": "1", "reason": "work", "startedOn": started,
        "certificateNo": null})
}

pub(crate) const START_OUT: (&str, &str, &str) =
    ("$person: ID!, $input: FlowInput!", "person: $person, input: $input", FLOW);
const START_IN: (&str, &str, &str) =
    ("$person: FlowInPersonInput!, $input: FlowInput!", "person: $person, input: $input", FLOW);
const CONTACT: (&str, &str, &str) = (
    "$id: ID!, $v: Int!, $on: NaiveDate!, $way: String! = \"phone\"",
    "id: $id, version: $v, on: $on, way: $way, words: \"通了电话，一切正常\"",
    FLOW,
);
const CLOSE: (&str, &str, &str) =
    ("$id: ID!, $v: Int!, $on: NaiveDate!", "id: $id, version: $v, on: $on, note: \"已回来\"", FLOW);

#[tokio::test]
async fn pc_3_2_2_who_flows_out_is_kept_in_contact_with_and_who_flows_in_is_counted_apart() {
    let mut p = Party::start().await;
    let person = p.member("卫十五", 15).await;
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let form = with(
        flow_form(&today.to_string()),
        json!({"expectedOn": today + Duration::days(100), "certificateNo": "沪001"}),
    );
    for (change, field) in [
        (json!({"direction": "9"}), "direction"),
        (json!({"reason": "x"}), "reason"),
        (json!({"startedOn": today + Duration::days(1)}), "startedOn"),
        (json!({"startedOn": "2010-01-01", "expectedOn": null}), "startedOn"),
        (json!({"expectedOn": today}), "expectedOn"),
    ] {
        let vars = json!({"person": person, "input": with(form.clone(), change)});
        assert_eq!(no(&mut p.secretary, "startFlowOut", START_OUT, vars).await, format!("INVALID {field}"));
    }
    let vars = json!({"person": person, "input": form.clone()});
    assert_eq!(no(&mut p.target, "startFlowOut", START_OUT, vars.clone()).await, "NOT_FOUND person");
    let file = go(&mut p.secretary, "startFlowOut", START_OUT, vars.clone()).await;
    assert_eq!(file["flow"]["alert"], Value::Null);
    assert_eq!(no(&mut p.secretary, "startFlowOut", START_OUT, vars).await, "FLOW_OPEN person");
    let found = p.admin.ok(MEMBER, json!({"id": person})).await["directory"]["member"].clone();
    assert_eq!(found["floating"], true);
    // Corrected, within what may be.
    let edit = ("$id: ID!, $v: Int!, $input: FlowInput!", "id: $id, version: $v, input: $input", FLOW);
    let change = |change: Value| json!({"id": file["flow"]["id"], "v": 1, "input": with(form.clone(), change)});
    let early = change(json!({"startedOn": "2010-01-01", "expectedOn": null}));
    assert_eq!(no(&mut p.secretary, "editFlow", edit, early).await, "INVALID startedOn");
    assert_eq!(no(&mut p.target, "editFlow", edit, change(json!({}))).await, "NOT_FOUND");
    let file = go(&mut p.secretary, "editFlow", edit, change(json!({"note": "常回家"}))).await;
    assert_eq!(file["flow"]["version"], 2);
    // Somebody else's member: counted apart, in no branch's total.
    let guest =
        json!({"branch": p.first, "name": "蒋十六", "idNumber": id_number("1991-02-02", 3), "mobile": "13711110016"});
    let input = with(flow_form(&today.to_string()), json!({"otherName": null}));
    assert_eq!(
        no(&mut p.secretary, "startFlowIn", START_IN, json!({"person": guest, "input": input})).await,
        "INVALID otherName"
    );
    let input = flow_form(&today.to_string());
    let guest_file = go(&mut p.secretary, "startFlowIn", START_IN, json!({"person": guest, "input": input})).await;
    assert_eq!(guest_file["flow"]["mobile"], "137****0016");
    let summary = p.admin.ok(SUMMARY, json!({})).await["mobility"]["flowSummary"].clone();
    assert_eq!((&summary["out"], &summary["comeIn"]), (&json!(1), &json!(1)));
    assert_eq!(p.admin.ok(MEMBERS, json!({})).await["directory"]["members"]["totalCount"], 1);
    let stored = p.t.sql().await.column(&format!("SELECT f::text FROM {}.flows f", p.t.home.schema())).await.join("\n");
    assert!(!stored.contains(guest["idNumber"].as_str().unwrap()) && !stored.contains("13711110016"));
    // Yellow after 90 days, red after 180; a contact puts it right.
    p.t.pass(Duration::days(91));
    p.again().await;
    let query = format!("query($id: ID!) {{ mobility {{ flow(id: $id) {{ {FLOW} }} }} }}");
    let id = json!({"id": file["flow"]["id"]});
    assert_eq!(p.secretary.ok(&query, id.clone()).await["mobility"]["flow"]["flow"]["alert"], "YELLOW");
    assert_eq!(p.target.refused(&query, id.clone()).await, "NOT_FOUND");
    p.t.pass(Duration::days(90));
    p.again().await;
    let file = p.secretary.ok(&query, id).await["mobility"]["flow"].clone();
    let flow = &file["flow"];
    assert_eq!(
        (&flow["alert"], &flow["overdue"], &flow["shouldTransfer"]),
        (&json!("RED"), &json!(true), &json!(true))
    );
    assert_eq!(p.secretary.ok(FLOWS, json!({"f": {"silentDays": 180}})).await["mobility"]["flows"]["totalCount"], 2);
    let summary = p.admin.ok(SUMMARY, json!({})).await["mobility"]["flowSummary"].clone();
    assert_eq!((&summary["verySilent"], &summary["overdue"], &summary["silent"]), (&json!(2), &json!(1), &json!(0)));
    let now = today + Duration::days(181);
    let vars = json!({"id": flow["id"], "v": flow["version"], "on": now});
    assert_eq!(
        no(&mut p.secretary, "recordContact", CONTACT, with(vars.clone(), json!({"way": "x"}))).await,
        "INVALID way"
    );
    let early = with(vars.clone(), json!({"on": today - Duration::days(1)}));
    assert_eq!(no(&mut p.secretary, "recordContact", CONTACT, early).await, "INVALID on");
    let file = go(&mut p.secretary, "recordContact", CONTACT, vars.clone()).await;
    assert_eq!((&file["flow"]["alert"], &file["contacts"][0]["way"]), (&Value::Null, &json!("phone")));
    assert_eq!(no(&mut p.secretary, "recordContact", CONTACT, vars).await, "CONFLICT");
    // Back again.
    let vars = json!({"id": file["flow"]["id"], "v": file["flow"]["version"], "on": now});
    let file = go(&mut p.secretary, "closeFlow", CLOSE, vars.clone()).await;
    assert_eq!((&file["flow"]["status"], &file["flow"]["editable"]), (&json!("RETURNED"), &json!(false)));
    let again = with(vars, json!({"v": file["flow"]["version"]}));
    assert_eq!(no(&mut p.secretary, "closeFlow", CLOSE, again).await, "FLOW_CLOSED");
    let found = p.admin.ok(MEMBER, json!({"id": person})).await["directory"]["member"].clone();
    assert_eq!(found["floating"], false);
}

#[tokio::test]
async fn pc_3_2_2_floating_members_are_imported_and_the_import_is_taken_back() {
    let mut p = Party::start().await;
    p.member("沈十七", 17).await;
    let line = |name: &str, number: &str, mobile: &str| -> Line {
        [
            ("姓名", name.to_owned()),
            ("公民身份号码", number.to_owned()),
            ("手机号", mobile.to_owned()),
            ("本系统党支部", "第一党支部".into()),
            ("外出流向", "跨省(区、市)".into()),
            ("流动原因", "外出学习".into()),
            ("流动日期", "2026-03-01".into()),
        ]
        .into()
    };
    let number = member("x", "沈十七", 17)["idNumber"].as_str().unwrap().to_owned();
    let lines = [line("沈十七", &number, "13700000017"), line("没有人", &id_number("1992-03-03", 5), "13700000099")];
    let book = workbook(p.t.folder(), "flow_out", &lines);
    let id = upload(&mut p.secretary, "flow_out", book).await;
    let found = rest(&mut p.secretary, &id).await;
    assert_eq!((&found["import"]["rowCount"], &found["import"]["badRows"]), (&json!(2), &json!(1)), "{found}");
    assert_eq!(found["import"]["faults"][0]["column"], "姓名");
    p.secretary.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    assert_eq!(rest(&mut p.secretary, &id).await["import"]["doneRows"], 1);
    assert_eq!(p.admin.ok(SUMMARY, json!({})).await["mobility"]["flowSummary"]["out"], 1);
    p.secretary.ok("mutation($id: ID!) { system { undoImport(id: $id) { state } } }", json!({"id": id})).await;
    let gone = rest(&mut p.secretary, &id).await;
    assert_eq!(gone["import"]["undoneRows"], 1, "{gone}");
    assert_eq!(p.admin.ok(SUMMARY, json!({})).await["mobility"]["flowSummary"]["out"], 0);
    // Those who flow in have a template of their own.
    let mut guest = line("韩十八", &id_number("1993-04-04", 7), "13700000018");
    guest.remove("外出流向");
    guest.extend([("流入来源", "省内跨市(地)".to_owned()), ("对方党组织名称", "中共苏州某局支部".to_owned())]);
    let book = workbook(p.t.folder(), "flow_in", &[guest]);
    let id = upload(&mut p.secretary, "flow_in", book).await;
    let found = rest(&mut p.secretary, &id).await;
    assert_eq!(found["import"]["badRows"], 0, "{found}");
    p.secretary.ok(CONFIRM, json!({"id": id, "partial": false})).await;
    rest(&mut p.secretary, &id).await;
    assert!(p.secretary.ok(IMPORT, json!({"id": id})).await["system"]["import"]["doneRows"] == 1);
    assert_eq!(p.admin.ok(SUMMARY, json!({})).await["mobility"]["flowSummary"]["comeIn"], 1);
}

const OPEN_LOST: (&str, &str, &str) =
    ("$person: ID!, $on: NaiveDate!", "person: $person, lostOn: $on, reason: \"3\", note: \"毕业后没有消息\"", LOST);
const DECIDE: (&str, &str, &str) = (
    "$id: ID!, $v: Int!, $d: LostDecision!, $on: NaiveDate!",
    "id: $id, version: $v, decision: $d, on: $on, note: \"支部大会讨论并报上级批准\"",
    LOST,
);
const FIND: (&str, &str, &str) =
    ("$id: ID!, $v: Int!, $on: NaiveDate!", "id: $id, version: $v, on: $on, note: \"本人来电\"", LOST);

#[tokio::test]
async fn pc_3_2_2_about_lost_members_people_decide_when_the_time_has_come() {
    let mut p = Party::start().await;
    let (one, two) = (p.member("杨十九", 19).await, p.member("朱二十", 20).await);
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let future = json!({"person": one, "on": today + Duration::days(1)});
    assert_eq!(no(&mut p.secretary, "openLost", OPEN_LOST, future).await, "INVALID lostOn");
    let file = go(&mut p.secretary, "openLost", OPEN_LOST, json!({"person": one, "on": today})).await;
    let other = go(&mut p.secretary, "openLost", OPEN_LOST, json!({"person": two, "on": today})).await;
    assert_eq!(
        no(&mut p.secretary, "openLost", OPEN_LOST, json!({"person": two, "on": today})).await,
        "LOST_OPEN person"
    );
    let found = p.admin.ok(MEMBER, json!({"id": one})).await["directory"]["member"].clone();
    assert_eq!(found["lostOn"], json!(today));
    let vars = |file: &Value, d: &str, on: chrono::NaiveDate| json!({"id": file["case"]["id"], "v": file["case"]["version"], "d": d, "on": on});
    assert_eq!(no(&mut p.source, "decideLost", DECIDE, vars(&file, "SUSPEND", today)).await, "LOST_EARLY on");
    assert_eq!(no(&mut p.source, "decideLost", DECIDE, vars(&file, "STRIKE", today)).await, "LOST_ORDER");
    p.t.pass(Duration::days(200));
    p.sweep().await;
    p.again().await;
    // It is suggested and nothing more: no job decides.
    let query = format!("query($id: ID!) {{ mobility {{ lostCase(id: $id) {{ {LOST} }} }} }}");
    let file = p.secretary.ok(&query, json!({"id": file["case"]["id"]})).await["mobility"]["lostCase"].clone();
    assert_eq!((&file["case"]["state"], &file["case"]["suggestion"]), (&json!("OPEN"), &json!("SUSPEND")));
    assert_eq!(p.admin.ok(SUMMARY, json!({})).await["mobility"]["flowSummary"]["lost"], 2);
    let now = today + Duration::days(200);
    // The branch looks for them; that a membership is suspended is not its to decide, nor that it is taken up again.
    p.t.person("zhibu", "branch_committee", &p.first).await;
    let mut branch = p.t.signed_in("zhibu", PASSWORD).await;
    for by in [&mut branch, &mut p.secretary] {
        assert_eq!(no(by, "decideLost", DECIDE, vars(&file, "SUSPEND", now)).await, "DENIED");
    }
    assert_eq!(no(&mut p.target, "decideLost", DECIDE, vars(&file, "SUSPEND", now)).await, "NOT_FOUND");
    let file = go(&mut p.source, "decideLost", DECIDE, vars(&file, "SUSPEND", now)).await;
    assert_eq!(file["case"]["state"], "SUSPENDED");
    let find = json!({"id": file["case"]["id"], "v": file["case"]["version"], "on": now});
    assert_eq!(no(&mut branch, "findLost", FIND, find).await, "DENIED");
    let found = p.admin.ok(MEMBER, json!({"id": one})).await["directory"]["member"].clone();
    assert_eq!(found["status"], "SUSPENDED");
    // Who is suspended is not transferred.
    let input = p.internal(&one, &p.second);
    assert_eq!(no(&mut p.secretary, "startInternal", INTERNAL, input).await, "MEMBER_SUSPENDED person");
    let at =
        |file: &Value, on: chrono::NaiveDate| json!({"id": file["case"]["id"], "v": file["case"]["version"], "on": on});
    let found = go(&mut p.secretary, "findLost", FIND, at(&other, now)).await;
    assert_eq!((&found["case"]["state"], &found["case"]["editable"]), (&json!("FOUND"), &json!(false)));
    let found = p.admin.ok(MEMBER, json!({"id": two})).await["directory"]["member"].clone();
    assert_eq!(found["lostOn"], Value::Null);
    p.t.pass(Duration::days(740));
    p.again().await;
    let later = now + Duration::days(740);
    let file = go(&mut p.source, "decideLost", DECIDE, vars(&file, "STRIKE", later)).await;
    assert_eq!(file["case"]["state"], "STRUCK");
    let former = p.admin.ok(FORMER, json!({})).await["directory"]["formerMembers"]["nodes"].clone();
    assert_eq!((&former[0]["name"], &former[0]["endReason"]), (&json!("杨十九"), &json!("SELF_LEFT")));
}

/// When organisations merge, what is open goes along.
#[tokio::test]
async fn pc_3_2_3_what_is_open_goes_along_when_branches_merge() {
    let mut p = Party::start().await;
    let (moving, floating) = (p.member("秦廿一", 21).await, p.member("尤廿二", 22).await);
    // With the merger itself some are where they wanted to be, and some where they were.
    let into = p.member("许廿三", 23).await;
    let into = p.internal(&into, &p.second);
    let into = go(&mut p.secretary, "startInternal", INTERNAL, into).await;
    let from = enrol(&mut p.admin, member(&p.second, "何廿四", 24)).await;
    let from = p.internal(&from, &p.first);
    let from = go(&mut p.admin, "startInternal", INTERNAL, from).await;
    let input = p.internal(&moving, &p.third);
    let file = go(&mut p.secretary, "startInternal", INTERNAL, input).await;
    let flow =
        go(&mut p.secretary, "startFlowOut", START_OUT, json!({"person": floating, "input": flow_form("2026-01-10")}))
            .await;
    let plan = order(&p.t, "MERGE", &p.first, json!({"into": p.second}));
    assert_eq!(ask(&mut p.admin, plan).await["state"], "DONE");
    let file = look(&mut p.admin, &file["transfer"]["id"]).await;
    assert_eq!(
        (&file["transfer"]["fromName"], &file["transfer"]["status"]),
        (&json!("第二党支部"), &json!("SOURCE_REVIEW"))
    );
    let query = format!("query($id: ID!) {{ mobility {{ flow(id: $id) {{ {FLOW} }} }} }}");
    let flow = p.admin.ok(&query, json!({"id": flow["flow"]["id"]})).await["mobility"]["flow"].clone();
    assert_eq!(flow["flow"]["branch"]["shortName"], "第二党支部");
    for (one, status) in [(into, "ACCEPTED"), (from, "WITHDRAWN")] {
        let one = look(&mut p.admin, &one["transfer"]["id"]).await;
        assert_eq!((&one["transfer"]["status"], &one["transfer"]["waitsAt"]), (&json!(status), &Value::Null));
        assert_eq!(one["timeline"].as_array().unwrap().last().unwrap()["note"], "两个党支部已合并");
    }
    // And it can be ended from there.
    for turn in 0..3 {
        let file = look(&mut p.admin, &file["transfer"]["id"]).await;
        let next = approve(&mut p.admin, &file).await;
        assert_eq!(next["transfer"]["status"] == "ACCEPTED", turn == 2, "{next}");
    }
    let moved = p.admin.ok(MEMBER, json!({"id": moving})).await;
    assert_eq!(moved["directory"]["member"]["branch"]["shortName"], "第三党支部");
}

/// A letter is issued for who is still there and in good standing; it ends with the code it is sealed for.
#[tokio::test]
async fn pc_3_2_3_no_letter_for_who_has_moved_or_is_suspended_nor_longer_than_its_code() {
    let mut p = Party::start().await;
    let (tenant, mut boss, _) = p.neighbours().await;
    let person = p.member("吕廿五", 25).await;
    let text = code(&mut boss, &tenant.root).await["document"].as_str().unwrap().to_owned();
    let file = p.outbound(&person, Some(&text)).await;
    let (sql, schema) = (p.t.sql().await, p.t.home.schema());
    let here = async |branch: &str| {
        let of = format!("SELECT id FROM {schema}.memberships WHERE person_id = '{person}'");
        let move_to = format!("UPDATE {schema}.branch_assignments SET organisation_id = '{branch}'");
        sql.rows(&format!("{move_to} WHERE membership_id IN ({of})")).await;
    };
    let standing = async |status: &str| {
        let set = format!("UPDATE {schema}.memberships SET status = '{status}' WHERE person_id = '{person}'");
        sql.rows(&set).await;
    };
    let issue = with(at(&file), json!({"letter": letter(90)}));
    here(&p.second).await;
    assert_eq!(no(&mut p.source, "approve", APPROVE, issue.clone()).await, "MEMBER_MOVED");
    here(&p.first).await;
    standing("suspended").await;
    assert_eq!(no(&mut p.source, "approve", APPROVE, issue.clone()).await, "MEMBER_SUSPENDED");
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let lost = json!({"person": person, "on": today});
    assert_eq!(no(&mut p.secretary, "openLost", OPEN_LOST, lost).await, "MEMBER_SUSPENDED person");
    standing("normal").await;
    let file = go(&mut p.source, "approve", APPROVE, issue).await;
    assert_eq!(file["transfer"]["validUntil"], json!(today + Duration::days(30)), "the code's last day");
    // Paper in the place of the signed receipt needs a reason, and a day while the letter was in force.
    p.t.pass(Duration::days(40));
    p.again().await;
    let file = look(&mut p.source, &file["transfer"]["id"]).await;
    let receipt = |days: i64, note: &str| with(at(&file), json!({"on": today + Duration::days(days), "note": note}));
    let paper = (
        "$id: ID!, $v: Int!, $on: NaiveDate!, $note: String!",
        "id: $id, version: $v, receivedOn: $on, receiptNo: \"回-002\", note: $note",
        FILE,
    );
    assert_eq!(no(&mut p.source, "fileReceipt", paper, receipt(31, "对方寄来纸质回执")).await, "INVALID receivedOn");
    assert_eq!(no(&mut p.source, "fileReceipt", paper, receipt(30, "")).await, "INVALID note");
    let file = go(&mut p.source, "fileReceipt", paper, receipt(30, "对方寄来纸质回执")).await;
    assert_eq!(file["transfer"]["status"], "RECEIPT_FILED");
    assert_eq!(file["timeline"].as_array().unwrap().last().unwrap()["note"], "回-002；对方寄来纸质回执");
}

/// A committee that gave out a code is told to stay, with what is in the way.
#[tokio::test]
async fn pc_3_2_3_a_committee_with_codes_is_not_deleted_and_says_why() {
    let mut p = Party::start().await;
    let empty = add(&mut p.admin, with(branch(&p.t.home.root, "空"), json!({"type": "PARTY_COMMITTEE"}))).await;
    code(&mut p.admin, &empty).await;
    let query = "query($input: OrganisationCommandInput!) { directory { previewOrganisationCommand(input: $input) { blockers { \
        kind items { name } } } } }";
    let plan = order(&p.t, "DELETE", &empty, json!({}));
    let seen = p.admin.ok(query, plan).await["directory"]["previewOrganisationCommand"]["blockers"].clone();
    let found = seen.as_array().unwrap().iter().find(|one| one["kind"] == "transfer_code");
    assert!(found.unwrap()["items"][0]["name"].as_str().unwrap().starts_with("有效期至"), "{seen}");
}

/// The tables of the home tenant in which a text stands; of the audit, what it told.
pub(crate) async fn found(t: &Town, text: &str) -> Vec<String> {
    let (sql, schema) = (t.sql().await, t.home.schema());
    let tables = sql.column(&format!("SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' ORDER BY 1")).await;
    let mut found = Vec::new();
    for table in tables {
        let told = if table == "audit" { "r.changes::text" } else { "r::text" };
        if sql.one(&format!("SELECT count(*) FROM {schema}.{table} r WHERE {told} LIKE '%{text}%'")).await != "0" {
            found.push(table);
        }
    }
    found
}

#[tokio::test]
async fn pc_3_2_5_what_was_known_of_moves_goes_with_the_person() {
    let mut p = Party::start().await;
    let person = p.member("章远航", 26).await;
    // A transfer that came to nothing, one that is open with its letter, a flow, a case, an arrived letter, an election.
    let input = with(p.internal(&person, &p.second)["input"].clone(), json!({"note": "章远航随迁"}));
    let over = go(&mut p.secretary, "startInternal", INTERNAL, json!({"input": input})).await;
    go(&mut p.secretary, "withdraw", BACK, with(at(&over), json!({"r": "章远航改了主意"}))).await;
    let form = with(
        flow_form("2026-01-10"),
        json!({"otherContact": "章远航之兄 13800000000", "certificateNo": "章远航-1", "note": "章远航外出"}),
    );
    let flow = go(&mut p.secretary, "startFlowOut", START_OUT, json!({"person": person, "input": form})).await;
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let heard = json!({"id": flow["flow"]["id"], "v": flow["flow"]["version"], "on": today});
    go(&mut p.secretary, "recordContact", CONTACT, heard).await;
    let lost = go(&mut p.secretary, "openLost", OPEN_LOST, json!({"person": person, "on": today})).await;
    let file = p.outbound(&person, None).await;
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(30)}))).await;
    let (sql, schema) = (p.t.sql().await, p.t.home.schema());
    let (one, id) = ("01900000-0000-7000-8000-000000000001", over["transfer"]["id"].as_str().unwrap());
    let rows = format!(
        "INSERT INTO {schema}.transfer_codes VALUES ('{one}', '{org}', NULL, 'x', '2030-01-01', 'shuji', now(), now()); \
         INSERT INTO {schema}.transfer_inbox VALUES ('{one}', '{one}', '{org}', 'refused', '章远航', '1', '{one}', '某局党委', 'x', \
         false, '2026-01-01', '2026-02-01', '\\x01', now(), '{id}', '章远航', '章远航不符', now()); \
         INSERT INTO {schema}.leadership_elections (id, organisation_id, kind, state, created_by, created_at, updated_at) \
         VALUES ('{one}', '{org}', 'general', 'draft', 'shuji', now(), now()); \
         INSERT INTO {schema}.leadership_excused VALUES ('{one}', '{person}', '章远航住院'); \
         INSERT INTO {schema}.leadership_candidates VALUES ('{one}', '{one}', '{person}', '1', 1, 9, 1, 0, true, '章远航分管组织')",
        org = p.first
    );
    sql.rows(&rows).await;
    p.admin.ok(crate::members::DELETE, json!({"ids": [person], "note": "重复录入"})).await;
    p.t.person("fuzong", "tenant_admin", &p.t.home.root).await;
    let mut second = p.t.signed_in("fuzong", PASSWORD).await;
    let preview = "query($id: ID!) { directory { purgePreview(person: $id) { remains { title count goes } } } }";
    let seen = second.ok(preview, json!({"id": person})).await["directory"]["purgePreview"]["remains"].clone();
    for (title, count, goes) in [
        ("组织关系介绍信", 2, true),
        ("联系和查找情况", 2, true),
        ("党员调动记录", 2, false),
        ("党员流动记录", 1, false),
        ("失联记录", 1, false),
        ("选举缺席说明", 1, true),
        ("候选人记录", 1, false),
    ] {
        let told = json!({"title": title, "count": count, "goes": goes});
        assert!(seen.as_array().unwrap().contains(&told), "{title}: {seen}");
    }
    assert!(found(&p.t, "章远航").await.len() > 8);
    let propose = "mutation($id: ID!) { directory { proposePurge(person: $id, reason: \"本人申请清除资料\") { id } } }";
    let purge = p.admin.ok(propose, json!({"id": person})).await["directory"]["proposePurge"]["id"].clone();
    second.ok("mutation($id: ID!) { directory { confirmPurge(id: $id) { state } } }", json!({"id": purge})).await;
    for text in ["章远航", "zhang yuan hang", "13800000000", "一切正常", "毕业后没有消息", "中山路"] {
        assert_eq!(found(&p.t, text).await, Vec::<String>::new(), "{text}");
    }
    let bare = format!(
        "SELECT count(*) FROM {schema}.transfers t JOIN {schema}.transfer_letters l ON l.transfer_id = t.id WHERE \
         length(l.record) = 0 AND t.id_index = t.mobile_index AND length(t.id_index) = 16"
    );
    assert_eq!(sql.one(&bare).await, "1");
    assert_eq!(sql.one(&format!("SELECT yes FROM {schema}.leadership_candidates")).await, "9");
    // What was open has ended, and is still shown for what it was.
    let file = look(&mut p.source, &file["transfer"]["id"]).await;
    assert_eq!((&file["transfer"]["status"], &file["transfer"]["name"]), (&json!("WITHDRAWN"), &json!("已清除")));
    assert_eq!(file["acts"], json!([]));
    assert_eq!(p.source.refused(PRINT, json!({"id": file["transfer"]["id"]})).await, "LETTER_ERASED");
    let query = format!("query($id: ID!) {{ mobility {{ arrivedLetter(id: $id) {{ {ARRIVED} }} }} }}");
    let arrived = p.source.ok(&query, json!({"id": one})).await["mobility"]["arrivedLetter"].clone();
    assert_eq!((&arrived["letter"]["name"], &arrived["facts"]), (&json!("已清除"), &json!([])));
    let query = format!("query($id: ID!) {{ mobility {{ flow(id: $id) {{ {FLOW} }} }} }}");
    let flow = p.admin.ok(&query, json!({"id": flow["flow"]["id"]})).await["mobility"]["flow"].clone();
    assert_eq!((&flow["flow"]["status"], &flow["flow"]["editable"]), (&json!("RETURNED"), &json!(false)));
    let query = format!("query($id: ID!) {{ mobility {{ lostCase(id: $id) {{ {LOST} }} }} }}");
    let lost = p.admin.ok(&query, json!({"id": lost["case"]["id"]})).await["mobility"]["lostCase"].clone();
    assert_eq!(lost["case"]["editable"], false);
}

/// Who of a page of members has a transfer under way is found by the same few statements, however many there are.
#[tokio::test]
async fn pc_3_2_3_who_has_a_transfer_under_way_is_told_of_a_page_at_once() {
    let mut p = Party::start().await;
    let (second, third) = (p.second.clone(), p.third.clone());
    let mut people = Vec::new();
    for (n, to) in [(61, &second), (62, &third), (63, &second)] {
        let person = p.member(&format!("转接{n}"), n).await;
        let input = p.internal(&person, to);
        let file = go(&mut p.secretary, "startInternal", INTERNAL, input).await;
        people.push((person, file["transfer"]["id"].clone()));
    }
    let (stays, guest) = (p.member("不动", 64).await, enrol(&mut p.admin, member(&third, "外人", 65)).await);
    let ids: Vec<&str> =
        people.iter().map(|(person, _)| person.as_str()).chain([stays.as_str(), guest.as_str()]).collect();
    let open = "query($p: [ID!]!) { mobility { transferring(people: $p) { person transfer } } }";
    let told = |answer: Value| answer["mobility"]["transferring"].as_array().unwrap().clone();
    let seen = told(p.secretary.ok(open, json!({"p": ids})).await);
    assert_eq!(seen.len(), 3, "{seen:?}");
    for (person, transfer) in &people {
        assert!(seen.contains(&json!({"person": person, "transfer": transfer})), "{seen:?}");
    }
    // The receiving committee is concerned by one of them.
    let seen = told(p.target.ok(open, json!({"p": ids})).await);
    assert_eq!(seen, [json!({"person": people[1].0, "transfer": people[1].1})]);
    let sql = p.t.sql().await;
    sql.rows("CREATE EXTENSION pg_stat_statements").await;
    let calls = format!(
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE userid = '{}'::regrole \
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* '^\\s*select'",
        p.t.home.schema()
    );
    // The fewest of several times: now and then a session is looked at anew.
    let mut count = async |ids: &[&str]| {
        let mut fewest = i64::MAX;
        for _ in 0..4 {
            let before: i64 = sql.one(&calls).await.parse().unwrap();
            p.secretary.ok(open, json!({"p": ids})).await;
            fewest = fewest.min(sql.one(&calls).await.parse::<i64>().unwrap() - before);
        }
        fewest
    };
    let (one, all) = (count(&ids[..1]).await, count(&ids).await);
    assert!(one > 0 && one == all, "{one} {all}");
}
