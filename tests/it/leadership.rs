//! Terms and elections of leaderships (班子换届, PC-3.1.2), through the outermost boundary. The rules themselves have their
//! tests beside them.

use chrono::{Days, NaiveDate};
use http::Method;
use serde_json::{Value, json};
use zhibu_modules::leadership::reminders;
use zhibu_tenancy::{Cx, Space};
use zhibu_tests::roster::{CONFIRM, Line, rest, upload as upload_roster, workbook};
use zhibu_tests::{PASSWORD, Town, Visitor, words};

use crate::members::{enrol, member};
use crate::organisations::{add, branch, with};

const ELECTION: &str = "id version state kind acts warnings termStart termEnd oldEnd candidates { id name post elected tied duty } \
    documents { id kind removable } uncounted { name reason } division { yes } staying { name post }";
const BOARD: &str = "query($o: ID!) { leadership { leadership(organisation: $o) { mayEdit mayApprove rule { years source } \
    term { end start years daysLeft level extended secretary posts vacancy election { state } } \
    members { id name post since appointed role } past { name post until endReason } elections { kind state } } } }";
const TERMS: &str = "query($f: TermFilter, $n: Int) { leadership { terms(first: $n, filter: $f) { totalCount nodes { organisation { \
    shortName } end daysLeft level vacancy } } } }";
const SUMMARY: &str = "{ leadership { summary { elected ending soon over vacant electing unset } } }";
const REMINDERS: &str = "{ leadership { reminders { level words organisation { shortName } } } }";
const ELECTORATE: &str = "query($o: ID!) { leadership { electorate(organisation: $o) { eligible probationary limited voteless { \
    name reason } } } }";
const END_POST: &str = "mutation($id: ID!, $on: NaiveDate!, $r: String!) { leadership { endPost(id: $id, on: $on, reason: $r) { \
    members { name } past { name endReason } } } }";
const UPLOAD: &str = "mutation($id: ID!, $input: ElectionUpload!) { leadership { requestDocument(id: $id, input: $input) { id url \
    contentType } } }";
const OPEN: &str = "mutation($id: ID!) { leadership { openDocument(id: $id) { url fileName } } }";

fn start() -> String {
    format!(
        "mutation($o: ID!, $input: ElectionInput!) {{ leadership {{ it: startElection(organisation: $o, input: $input) {{ {ELECTION} }} }} }}"
    )
}

fn edit() -> String {
    step("editElection", "$input: ElectionInput!", "input: $input")
}

fn step(name: &str, takes: &str, gives: &str) -> String {
    format!(
        "mutation($id: ID!, $v: Int!, {takes}) {{ leadership {{ it: {name}(id: $id, version: $v, {gives}) {{ {ELECTION} }} }} }}"
    )
}

fn request() -> String {
    step("requestElection", "$on: NaiveDate!", "on: $on, number: \"支委〔2026〕1号\"")
}

fn reply() -> String {
    step("replyElection", "$input: ElectionReplyInput!", "input: $input")
}

fn hold() -> String {
    step("holdElection", "$input: ElectionResultInput!", "input: $input")
}

fn report() -> String {
    step("reportElection", "$input: ElectionReportInput!", "input: $input")
}

fn confirm() -> String {
    step("confirmElection", "$input: ElectionReplyInput!", "input: $input")
}

fn withdraw() -> String {
    step("withdrawElection", "$r: String!", "reason: $r")
}

fn keep() -> String {
    document("keepDocument")
}

fn document(name: &str) -> String {
    format!("mutation($id: ID!) {{ leadership {{ it: {name}(id: $id) {{ {ELECTION} }} }} }}")
}

/// A committee, two branches below it with eight members in the first, and who acts for each.
struct Party {
    t: Town,
    admin: Visitor,
    /// Administers the first branch.
    own: Visitor,
    /// Administers the committee.
    above: Visitor,
    committee: String,
    first: String,
    second: String,
    members: Vec<String>,
}

impl Party {
    async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let form = json!({"type": "PARTY_COMMITTEE", "shortName": "制造党委", "foundedOn": "2010-07-01"});
        let committee = add(&mut admin, with(branch(&t.home.root, "制造"), form)).await;
        let old = json!({"foundedOn": "2010-07-01", "termYears": 3, "termStart": day(&t, -3 * 365 - 10).to_string()});
        let first = add(&mut admin, with(branch(&committee, "第一"), old)).await;
        let second = add(&mut admin, branch(&committee, "第二")).await;
        let mut members = Vec::new();
        for n in 1..=8 {
            members.push(enrol(&mut admin, member(&first, &format!("党员{n}"), n)).await);
        }
        t.person("zhibu", "org_admin", &first).await;
        t.person("dangwei", "org_admin", &committee).await;
        let (own, above) = (t.signed_in("zhibu", PASSWORD).await, t.signed_in("dangwei", PASSWORD).await);
        Self { t, admin, own, above, committee, first, second, members }
    }

    fn draft(&self, kind: &str) -> Value {
        let m = &self.members;
        json!({"kind": kind, "plannedOn": day(&self.t, 0), "reason": "本届任期届满",
            "seats": [{"post": "committee_member", "seats": 3}],
            "candidates": (0..4).map(|n| json!({"person": m[n], "post": "committee_member"})).collect::<Vec<_>>()})
    }

    async fn begin(&mut self, input: Value) -> Value {
        it(&self.own.ok(&start(), json!({"o": self.first, "input": input})).await)
    }

    async fn paper(&mut self, election: &Value, kind: &str) -> Value {
        let by = if ["REPLY", "RESULT_REPLY"].contains(&kind) { &mut self.above } else { &mut self.own };
        let id = upload(by, &election["id"], kind, "文件.pdf", b"%PDF-1.7 x").await;
        it(&by.ok(&keep(), json!({"id": id})).await)
    }

    /// From the draft to the superior's reply.
    async fn replied(&mut self, input: Value) -> Value {
        let made = self.begin(input).await;
        self.paper(&made, "REQUEST").await;
        let made = it(&self.own.ok(&request(), of(&made, json!({"on": day(&self.t, 0)}))).await);
        self.paper(&made, "REPLY").await;
        it(&self.above.ok(&reply(), of(&made, json!({"input": agreed(&self.t)}))).await)
    }

    /// What an assembly of all eight gives: yes by candidate.
    fn result(&self, election: &Value, yes: &[i32]) -> Value {
        let votes = election["candidates"].as_array().unwrap().iter().zip(yes);
        let votes = votes.map(|(one, yes)| json!({"candidate": one["id"], "yes": yes, "no": 8 - yes, "abstain": 0}));
        json!({"on": day(&self.t, 0), "should": 8, "present": 8, "issued": 8, "returned": 8, "valid": 8,
            "votes": votes.collect::<Vec<_>>()})
    }

    async fn board(&mut self) -> Value {
        self.admin.ok(BOARD, json!({"o": self.first})).await["leadership"]["leadership"].clone()
    }

    /// Up to the report, with the first member as secretary.
    async fn reported(&mut self) -> Value {
        let made = self.replied(self.draft("GENERAL")).await;
        let result = self.result(&made, &[8, 7, 6, 3]);
        let made = it(&self.own.ok(&hold(), of(&made, json!({"input": result}))).await);
        self.paper(&made, "REPORT").await;
        let duties: Vec<Value> = [(0, "secretary"), (1, "organisation_member"), (2, "publicity_member")]
            .iter()
            .map(|(n, post)| json!({"candidate": made["candidates"][n]["id"], "post": post}))
            .collect();
        let today = day(&self.t, 0);
        let input = json!({"on": today, "duties": duties,
            "division": {"on": today, "present": 3, "yes": 3, "no": 0, "abstain": 0}});
        it(&self.own.ok(&report(), of(&made, json!({"input": input}))).await)
    }

    async fn remind(&self) {
        let (app, tenant) = (self.t.app(), self.t.home.id.parse().unwrap());
        let work = async move { reminders::hourly(&Cx::system(app, Space::Tenant(tenant))).await.unwrap() };
        self.t.inside(work).await;
    }

    async fn told(&self, rule: &str) -> Vec<String> {
        let (schema, first) = (self.t.home.schema(), &self.first);
        let rows = format!(
            "SELECT (day - about)::text FROM {schema}.leadership_reminders WHERE organisation_id = '{first}' \
             AND rule LIKE '{rule}' ORDER BY day"
        );
        self.t.sql().await.column(&rows).await
    }
}

fn it(answer: &Value) -> Value {
    answer["leadership"]["it"].clone()
}

fn of(election: &Value, more: Value) -> Value {
    with(json!({"id": election["id"], "v": election["version"]}), more)
}

/// So many days from today by the server's clock.
fn day(t: &Town, days: i64) -> NaiveDate {
    (t.now() + chrono::Duration::hours(8)).date_naive() + chrono::Duration::days(days)
}

fn agreed(t: &Town) -> Value {
    json!({"approved": true, "on": day(t, 0), "number": "党委〔2026〕2号"})
}

async fn upload(by: &mut Visitor, election: &Value, kind: &str, name: &str, bytes: &[u8]) -> Value {
    let input = json!({"kind": kind, "fileName": name, "size": bytes.len()});
    let ticket = by.ok(UPLOAD, json!({"id": election, "input": input})).await["leadership"]["requestDocument"].clone();
    let kind = [("content-type", ticket["contentType"].as_str().unwrap())];
    let put = by.send(Method::PUT, ticket["url"].as_str().unwrap(), &kind, bytes.to_vec()).await;
    assert_eq!(put.status, 200);
    ticket["id"].clone()
}

fn names(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}

async fn may(by: &mut Visitor, permission: &str) -> bool {
    // Rights are remembered for a second.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    by.ok(words::SESSION, json!({})).await.to_string().contains(&format!("\"{permission}\""))
}

#[tokio::test]
async fn pc_3_1_2_an_election_goes_from_the_request_to_the_new_term() {
    let mut p = Party::start().await;
    let (schema, first) = (p.t.home.schema(), p.first.clone());
    let old = format!(
        "INSERT INTO {schema}.posts (id, person_id, organisation_id, post, since) VALUES \
         (gen_random_uuid(), '{}', '{first}', 'secretary', '2020-01-01'), (gen_random_uuid(), '{}', '{first}', 'publicity_member', '2020-01-01')",
        p.members[7], p.members[2]
    );
    p.t.sql().await.rows(&old).await;
    let before = p.board().await;
    assert_eq!((&before["term"]["secretary"], &before["term"]["level"]), (&json!("党员8"), &json!("RED")));
    assert_eq!((&before["rule"]["years"], &before["mayEdit"]), (&json!(3), &json!(true)));
    let mut eight = p.t.first_sign_in("13700000008", Some("13700000008")).await;
    let mut one = p.t.first_sign_in("13700000001", Some("13700000001")).await;
    assert_eq!((may(&mut eight, "development.edit").await, may(&mut one, "development.edit").await), (true, false));

    let made = p.begin(p.draft("GENERAL")).await;
    assert_eq!((&made["state"], &made["acts"]), (&json!("DRAFT"), &json!(["EDIT", "REQUEST", "WITHDRAW"])));
    let again = p.own.refused(&start(), json!({"o": p.first, "input": p.draft("GENERAL")})).await;
    assert_eq!(again, "ELECTION_OPEN organisation");
    let today = json!({"on": day(&p.t, 0)});
    let early = p.own.refused(&request(), of(&made, today.clone())).await;
    assert_eq!(early, "ELECTION_DOCUMENT documents.request");
    p.paper(&made, "REQUEST").await;
    let made = it(&p.own.ok(&request(), of(&made, today)).await);
    assert_eq!((&made["state"], &made["acts"]), (&json!("REQUESTED"), &json!(["WITHDRAW"])));
    assert_eq!(made["documents"][0]["removable"], false);
    // Nobody replies to the own request.
    let agreed = json!({"input": agreed(&p.t)});
    assert_eq!(p.own.refused(&reply(), of(&made, agreed.clone())).await, "NOT_SUPERIOR");
    assert_eq!(p.above.refused(&reply(), of(&made, agreed.clone())).await, "ELECTION_DOCUMENT documents.reply");
    p.paper(&made, "REPLY").await;
    let made = it(&p.above.ok(&reply(), of(&made, agreed.clone())).await);
    assert_eq!(made["state"], "REPLIED");

    // Six of eight are less than four fifths; each fault is told with its field.
    let few = with(p.result(&made, &[5, 5, 4, 2]), json!({"present": 6, "issued": 6, "returned": 6, "valid": 6}));
    let votes: Vec<Value> = [0, 1, 2, 4]
        .iter()
        .zip(few["votes"].as_array().unwrap())
        .map(|(no, vote)| with(vote.clone(), json!({"no": no})))
        .collect();
    let few = with(few, json!({"votes": votes}));
    let answer = p.own.ask(&hold(), of(&made, json!({"input": few}))).await;
    for field in ["\"present\"", "\"candidates.0.yes\""] {
        assert!(answer.body.to_string().contains(field), "{field} {}", answer.body);
    }
    let late = with(p.result(&made, &[8, 7, 6, 3]), json!({"on": day(&p.t, 1)}));
    assert_eq!(p.own.refused(&hold(), of(&made, json!({"input": late}))).await, "INVALID on");
    // One who is not counted makes seven who should be there.
    let excused = json!({"should": 7, "uncounted": [{"person": p.members[6], "reason": "BEDRIDDEN"}]});
    let seven = with(
        p.result(&made, &[7, 6, 5, 3]),
        with(excused, json!({"present": 7, "issued": 7, "returned": 7, "valid": 7})),
    );
    let votes: Vec<Value> = seven["votes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| with(v.clone(), json!({"no": 7 - v["yes"].as_i64().unwrap()})))
        .collect();
    let made = it(&p.own.ok(&hold(), of(&made, json!({"input": with(seven, json!({"votes": votes}))}))).await);
    assert_eq!(made["warnings"], json!([]));
    assert_eq!(made["uncounted"], json!([{"name": "党员7", "reason": "BEDRIDDEN"}]));
    // What was recorded wrongly is recorded again.
    let whole = json!({"input": p.result(&made, &[8, 7, 6, 3])});
    let made = it(&p.own.ok(&hold(), of(&made, whole)).await);
    let elected: Vec<&Value> = made["candidates"].as_array().unwrap().iter().map(|one| &one["elected"]).collect();
    assert_eq!(elected, [&json!(true), &json!(true), &json!(true), &json!(false)]);
    assert_eq!(made["uncounted"], json!([]));

    p.paper(&made, "REPORT").await;
    let duty = |n: usize, post: &str| json!({"candidate": made["candidates"][n]["id"], "post": post});
    let division = json!({"on": day(&p.t, 0), "present": 3, "yes": 2, "no": 1, "abstain": 0});
    let duties = json!([duty(0, "secretary"), duty(1, "organisation_member"), duty(2, "publicity_member")]);
    let told = |duties: Value, division: Value| {
        of(&made, json!({"input": {"on": day(&p.t, 0), "duties": duties, "division": division}}))
    };
    let twice = json!([duty(0, "secretary"), duty(1, "secretary")]);
    assert_eq!(p.own.refused(&report(), told(twice, division.clone())).await, "INVALID duties");
    let loser = json!([duty(3, "secretary")]);
    assert_eq!(p.own.refused(&report(), told(loser, division.clone())).await, "INVALID duties.0.candidate");
    let lost = with(division.clone(), json!({"yes": 1, "no": 2}));
    assert_eq!(p.own.refused(&report(), told(duties.clone(), lost)).await, "INVALID division.yes");
    let made = it(&p.own.ok(&report(), told(duties, division)).await);
    assert_eq!((&made["state"], &made["acts"]), (&json!("REPORTED"), &json!([])));
    assert_eq!(p.own.refused(&confirm(), of(&made, agreed.clone())).await, "NOT_SUPERIOR");
    p.paper(&made, "RESULT_REPLY").await;
    let made = it(&p.above.ok(&confirm(), of(&made, agreed)).await);
    let today = day(&p.t, 0);
    let end = today.checked_add_months(chrono::Months::new(36)).unwrap();
    assert_eq!(
        (&made["state"], &made["termStart"], &made["termEnd"]),
        (&json!("CONFIRMED"), &json!(today), &json!(end))
    );

    let after = p.board().await;
    assert_eq!((&after["term"]["end"], &after["term"]["secretary"]), (&json!(end), &json!("党员1")));
    assert_eq!(names(&after["members"], "name"), ["党员1", "党员2", "党员3"]);
    assert_eq!(after["members"][0]["role"], "支部书记");
    let past: Vec<(String, String)> = after["past"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["endReason"].as_str().unwrap().to_owned()))
        .collect();
    assert!(
        past.contains(&("党员8".into(), "term_expired".into()))
            && past.contains(&("党员3".into(), "re_elected".into())),
        "{past:?}"
    );
    // What the post lets its holder do goes with it.
    assert_eq!((may(&mut eight, "development.edit").await, may(&mut one, "development.edit").await), (false, true));
    let told = format!(
        "SELECT string_agg(action, ' ' ORDER BY action) FROM (SELECT DISTINCT action FROM {schema}.audit WHERE action LIKE 'election.%' \
         OR action LIKE '%.term_%' OR action LIKE '%.post_%') a"
    );
    assert_eq!(
        p.t.sql().await.one(&told).await,
        "election.approved election.confirmed election.document_added election.held election.reported election.requested \
         election.started member.post_began member.post_ended organisation.term_began"
    );
}

#[tokio::test]
async fn pc_3_1_2_of_two_who_confirm_at_once_one_does() {
    let mut p = Party::start().await;
    let made = p.reported().await;
    p.paper(&made, "RESULT_REPLY").await;
    let vars = of(&made, json!({"input": agreed(&p.t)}));
    let (mut a, mut b) = (p.above.clone(), p.admin.clone());
    let text = confirm();
    let (first, second) = futures_util::future::join(a.ask(&text, vars.clone()), b.ask(&text, vars)).await;
    let mut codes: Vec<String> = [first, second]
        .iter()
        .map(|answer| answer.refusal_opt().map_or("ok".to_owned(), |refusal| refusal.code))
        .collect();
    codes.sort();
    assert_eq!(codes, ["CONFLICT", "ok"]);
    let posts = format!("SELECT count(*) FROM {}.posts WHERE until IS NULL", p.t.home.schema());
    assert_eq!(p.t.sql().await.one(&posts).await, "3");
}

#[tokio::test]
async fn pc_3_1_2_who_stands_must_be_a_full_member_of_the_organisation() {
    let mut p = Party::start().await;
    let stranger = enrol(&mut p.admin, member(&p.second, "别处党员", 20)).await;
    let newcomer = with(
        member(&p.first, "预备党员", 21),
        json!({"memberType": "PROBATIONARY", "joinDate": day(&p.t, -30), "conversionDate": null}),
    );
    let newcomer = enrol(&mut p.admin, newcomer).await;
    let suspended = format!(
        "UPDATE {}.memberships SET right_limit = 'rights_suspended' WHERE person_id = '{}'",
        p.t.home.schema(),
        p.members[7]
    );
    p.t.sql().await.rows(&suspended).await;
    for person in [&stranger, &newcomer, &p.members[7].clone()] {
        let input = with(p.draft("GENERAL"), json!({"candidates": [{"person": person, "post": "committee_member"}]}));
        let refused = p.own.refused(&start(), json!({"o": p.first, "input": input})).await;
        assert_eq!(refused, "INVALID candidates.0.person");
    }
    for (change, field) in [
        (json!({"seats": []}), "seats"),
        (
            json!({"seats": [{"post": "secretary", "seats": 2}, {"post": "committee_member", "seats": 3}]}),
            "seats.0.seats",
        ),
        (json!({"seats": [{"post": "standing_member", "seats": 2}]}), "seats.0.post"),
        (json!({"candidates": [{"person": p.members[0], "post": "secretary"}]}), "candidates.0.post"),
        (json!({"kind": "EARLY", "plannedOn": day(&p.t, -3000)}), "plannedOn"),
        (json!({"kind": "POSTPONED", "postponedTo": day(&p.t, 366)}), "postponedTo"),
    ] {
        let refused =
            p.own.ask(&start(), json!({"o": p.first, "input": with(p.draft("GENERAL"), change.clone())})).await;
        assert!(refused.body["errors"].to_string().contains(&format!("\"{field}\"")), "{change} {}", refused.body);
    }
    let group =
        add(&mut p.admin, with(branch(&p.first, "一组"), json!({"type": "PARTY_GROUP", "shortName": "一组"}))).await;
    let input = with(p.draft("GENERAL"), json!({"seats": [{"post": "group_leader", "seats": 1}], "candidates": []}));
    assert_eq!(p.admin.refused(&start(), json!({"o": group, "input": input})).await, "INVALID kind");
    let who = p.own.ok(ELECTORATE, json!({"o": p.first})).await["leadership"]["electorate"].clone();
    assert_eq!((&who["eligible"], &who["probationary"], &who["limited"]), (&json!(7), &json!(1), &json!(1)));
    let told = names(&who["voteless"], "reason");
    assert!(told.contains(&"预备党员".to_owned()) && told.contains(&"中止党员权利".to_owned()), "{told:?}");
}

#[tokio::test]
async fn pc_3_1_2_terms_and_elections_stay_within_their_reach() {
    let mut p = Party::start().await;
    let made = p.begin(p.draft("GENERAL")).await;
    let paper = p.paper(&made, "REQUEST").await["documents"][0]["id"].clone();
    p.t.person("erzhi", "org_admin", &p.second).await;
    let mut other = p.t.signed_in("erzhi", PASSWORD).await;
    assert_eq!(names_of(&mut other, json!({})).await, ["第二党支部"]);
    assert_eq!(other.refused(BOARD, json!({"o": p.first})).await, "NOT_FOUND");
    assert_eq!(other.refused(&start(), json!({"o": p.first, "input": p.draft("GENERAL")})).await, "NOT_FOUND");
    assert_eq!(other.refused(TERMS, json!({"f": {"under": p.first}})).await, "NOT_FOUND");
    let calls = [
        (edit(), json!({"input": p.draft("GENERAL")})),
        (request(), json!({"on": day(&p.t, 0)})),
        (reply(), json!({"input": agreed(&p.t)})),
        (hold(), json!({"input": p.result(&made, &[8, 7, 6, 1])})),
        (report(), json!({"input": {"on": day(&p.t, 0)}})),
        (confirm(), json!({"input": agreed(&p.t)})),
        (withdraw(), json!({"r": "不再需要"})),
    ];
    for (call, vars) in &calls {
        assert_eq!(other.refused(call, of(&made, vars.clone())).await, "NOT_FOUND", "{call}");
    }
    assert_eq!(other.refused(OPEN, json!({"id": paper})).await, "NOT_FOUND");
    assert_eq!(other.refused(&document("removeDocument"), json!({"id": paper})).await, "NOT_FOUND");
    // Another tenant's administrator finds none of it either.
    p.t.tenant("中共第二单位委员会", "boss", None, &["leadership"]).await;
    let mut boss = p.t.first_sign_in("boss", None).await;
    for (call, vars) in &calls {
        assert_eq!(boss.refused(call, of(&made, vars.clone())).await, "NOT_FOUND", "{call}");
    }
    assert_eq!(boss.refused(BOARD, json!({"o": p.first})).await, "NOT_FOUND");
    assert_eq!(boss.refused(OPEN, json!({"id": paper})).await, "NOT_FOUND");
    // Who leads the branch sees it and its elections, and changes nothing of it.
    p.t.person("shuji", "branch_secretary", &p.first).await;
    let mut secretary = p.t.signed_in("shuji", PASSWORD).await;
    let seen = secretary.ok(BOARD, json!({"o": p.first})).await["leadership"]["leadership"].clone();
    assert_eq!((&seen["mayEdit"], &seen["elections"][0]["state"]), (&json!(false), &json!("DRAFT")));
    assert_eq!(names_of(&mut secretary, json!({})).await, ["第一党支部"]);
    assert_eq!(secretary.refused(&withdraw(), of(&made, json!({"r": "不再需要"}))).await, "DENIED");
    assert_eq!(secretary.refused(OPEN, json!({"id": paper})).await, "DENIED");
    // Papers: what is no PDF is no paper; those of the superior are the superior's.
    let wrong = upload(&mut p.own, &made["id"], "OTHER", "a.pdf", b"MZ not a pdf").await;
    assert_eq!(p.own.refused(&keep(), json!({"id": wrong})).await, "DOCUMENT_KIND file");
    let input = json!({"kind": "REPLY", "fileName": "a.pdf", "size": 10});
    assert_eq!(p.own.refused(UPLOAD, json!({"id": made["id"], "input": input})).await, "NOT_FOUND");
    let left = it(&p.own.ok(&document("removeDocument"), json!({"id": paper})).await);
    assert_eq!(left["documents"], json!([]));
    let gone = it(&p.own.ok(&withdraw(), of(&made, json!({"r": "不再需要"}))).await);
    assert_eq!((&gone["state"], &gone["acts"]), (&json!("WITHDRAWN"), &json!([])));
}

async fn names_of(by: &mut Visitor, filter: Value) -> Vec<String> {
    let found = by.ok(TERMS, json!({"f": filter, "n": 50})).await["leadership"]["terms"].clone();
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|one| one["organisation"]["shortName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pc_3_1_2_an_approved_postponement_moves_the_end_of_the_term() {
    let mut p = Party::start().await;
    let end: NaiveDate = p.board().await["term"]["end"].as_str().unwrap().parse().unwrap();
    assert_eq!(names_of(&mut p.admin, json!({"attention": "OVER"})).await, ["第一党支部"]);
    let to = end.checked_add_days(Days::new(365)).unwrap();
    let input = json!({"kind": "POSTPONED", "postponedTo": to, "reason": "改制中"});
    let made = p.replied(input).await;
    assert_eq!((&made["state"], &made["termEnd"]), (&json!("CONFIRMED"), &json!(to)));
    let after = p.board().await["term"].clone();
    assert_eq!((&after["end"], &after["extended"], &after["level"]), (&json!(to), &json!(true), &Value::Null));
    assert_eq!(names_of(&mut p.admin, json!({"attention": "OVER"})).await, Vec::<String>::new());
    let home = "{ directory { overview { attention { kind count } } } }";
    assert!(!p.admin.ok(home, json!({})).await.to_string().contains("TERM_OVER"));
    // A second time there is nothing left of the year.
    let again = json!({"kind": "POSTPONED", "postponedTo": to.succ_opt().unwrap()});
    assert_eq!(p.own.refused(&start(), json!({"o": p.first, "input": again})).await, "INVALID postponedTo");
}

#[tokio::test]
async fn pc_3_1_2_a_by_election_is_divided_by_the_whole_committee() {
    let mut p = Party::start().await;
    let made = p.reported().await;
    p.paper(&made, "RESULT_REPLY").await;
    let made = it(&p.above.ok(&confirm(), of(&made, json!({"input": agreed(&p.t)}))).await);
    assert_eq!((&made["state"], &made["staying"]), (&json!("CONFIRMED"), &json!([])));
    let board = p.board().await;
    let publicity = board["members"].as_array().unwrap().iter().find(|one| one["post"] == "publicity_member").unwrap();
    let standing = [3, 4].map(|n: usize| json!({"person": p.members[n], "post": "committee_member"}));
    let input = json!({"kind": "BY_ELECTION", "plannedOn": day(&p.t, 0), "reason": "委员调离",
        "seats": [{"post": "committee_member", "seats": 1}],
        "candidates": standing,
        "endings": [{"post": publicity["id"], "reason": "transferred"}]});
    let made = p.replied(input).await;
    assert_eq!(names(&made["staying"], "name"), ["党员1", "党员2"], "whoever is to go is not counted");
    let result = p.result(&made, &[7, 1]);
    let made = it(&p.own.ok(&hold(), of(&made, json!({"input": result}))).await);
    p.paper(&made, "REPORT").await;
    let today = day(&p.t, 0);
    let told = |post: &str, present: i32, yes: i32| {
        let division = json!({"on": today, "present": present, "yes": yes, "no": present - yes, "abstain": 0});
        let duties = json!([{"candidate": made["candidates"][0]["id"], "post": post}]);
        of(&made, json!({"input": {"on": today, "division": division, "duties": duties}}))
    };
    // Three are the committee: the new one alone is no meeting, and one of three is no majority.
    let refused =
        async |p: &mut Party, post, present, yes| p.own.refused(&report(), told(post, present, yes)).await.field;
    assert_eq!(refused(&mut p, "publicity_member", 1, 1).await.as_deref(), Some("division.present"));
    assert_eq!(refused(&mut p, "publicity_member", 3, 1).await.as_deref(), Some("division.yes"));
    assert_eq!(refused(&mut p, "secretary", 3, 3).await.as_deref(), Some("duties"), "there is one");
    let made = it(&p.own.ok(&report(), told("publicity_member", 3, 2)).await);
    p.paper(&made, "RESULT_REPLY").await;
    p.above.ok(&confirm(), of(&made, json!({"input": agreed(&p.t)}))).await;
    let mut team = names(&p.board().await["members"], "name");
    team.sort();
    assert_eq!(team, ["党员1", "党员2", "党员4"]);
}

#[tokio::test]
async fn pc_3_1_2_terms_are_imported_and_taken_back() {
    const UNDO: &str = "mutation($id: ID!) { system { undoImport(id: $id) { state } } }";
    let mut p = Party::start().await;
    let start = day(&p.t, -3 * 365 - 10);
    let (old, end) = (start - chrono::Months::new(36), start + chrono::Months::new(36));
    let row = |no: u32, from: NaiveDate, to: NaiveDate, who: usize, post: &str, now: &str| -> Line {
        [
            ("组织简称", "第一党支部".to_owned()),
            ("届次", no.to_string()),
            ("产生方式", "换届选举".to_owned()),
            ("任期开始日期", from.to_string()),
            ("任期结束日期", to.to_string()),
            ("姓名", format!("党员{who}")),
            ("手机号", format!("1370000{who:04}")),
            ("职务", post.to_owned()),
            ("是否在任", now.to_owned()),
        ]
        .into()
    };
    let good = [
        row(1, old, start, 1, "书记", "否"),
        row(1, old, start, 2, "组织委员", "否"),
        row(2, start, end, 3, "书记", "是"),
        row(2, start, end, 4, "宣传委员", "是"),
    ];
    let with_cell = |mut line: Line, key: &'static str, text: &str| {
        line.insert(key, text.to_owned());
        line
    };
    let bad = [
        (row(2, start, end, 5, "书记", "是"), "该职务只能有1人在任"),
        (row(2, start, end + chrono::Days::new(30), 5, "青年委员", "是"), "同一届次"),
        (row(3, end - chrono::Months::new(40), end, 5, "青年委员", "否"), "任期重叠或先后不符"),
        (row(1, old, start, 6, "常委", "否"), "不设此职务"),
        (with_cell(row(1, old, start, 6, "青年委员", "否"), "姓名", "无此人"), "找不到该党员"),
        (with_cell(row(1, old, start, 6, "青年委员", "否"), "产生方式", "补选"), "填写在所属届次"),
        (with_cell(row(1, old, start, 6, "青年委员", "否"), "组织简称", "第二党支部"), "组织不存在或无权限"),
        (row(1, old, start, 6, "青年委员", "是"), "更晚开始的任期"),
        (row(1, old, start, 1, "书记", "否"), "重复"),
    ];
    let folder = std::env::temp_dir().join(format!("zhibu-terms-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let lines: Vec<Line> = good.iter().cloned().chain(bad.iter().map(|(line, _)| line.clone())).collect();
    // The term that is registered began before the one of the file, and was prolonged.
    let before = start - chrono::Months::new(2);
    let set = format!(
        "UPDATE {}.organisations SET term_start = '{before}', term_extended_to = '{}' WHERE id = '{}'",
        p.t.home.schema(),
        before + chrono::Months::new(40),
        p.first
    );
    p.t.sql().await.rows(&set).await;
    let id = upload_roster(&mut p.own, "leadership", workbook(&folder, "leadership", &lines)).await;
    let seen = rest(&mut p.own, &id).await["import"].clone();
    assert_eq!((&seen["state"], &seen["badRows"]), (&json!("CHECKED"), &json!(bad.len())), "{seen}");
    for (n, (_, words)) in bad.iter().enumerate() {
        let at = n + good.len() + 3;
        let said: Vec<String> =
            seen["faults"].as_array().unwrap().iter().filter(|one| one["row"] == at).map(Value::to_string).collect();
        assert!(said.iter().any(|one| one.contains(words)), "{words} in row {at}: {}", seen["faults"]);
    }
    p.own.ok(CONFIRM, json!({"id": id, "partial": true})).await;
    assert_eq!(rest(&mut p.own, &id).await["import"]["state"], "DONE");
    let board = p.board().await;
    assert_eq!((&board["term"]["secretary"], &board["term"]["start"]), (&json!("党员3"), &json!(start)));
    let mut team = names(&board["members"], "post");
    team.sort();
    assert_eq!(team, ["publicity_member", "secretary"]);
    assert_eq!(board["past"].as_array().unwrap().len(), 2);
    assert_eq!((&board["past"][0]["until"], &board["past"][0]["endReason"]), (&json!(start), &json!("term_expired")));
    assert_eq!(board["elections"].as_array().unwrap().len(), 2);
    // Whoever is in office has the role that follows from it, and no second one fits in.
    let mut three = p.t.first_sign_in("13700000003", Some("13700000003")).await;
    assert!(may(&mut three, "development.edit").await);
    let again = upload_roster(&mut p.own, "leadership", workbook(&folder, "leadership", &good[..3])).await;
    let seen = rest(&mut p.own, &again).await["import"].clone();
    assert_eq!(seen["badRows"], 3, "all of them are there already: {seen}");
    for words in ["已担任此职务", "在此届次已登记此职务"] {
        assert!(seen["faults"].to_string().contains(words), "{seen}");
    }
    p.own.ok(UNDO, json!({"id": id})).await;
    assert_eq!(rest(&mut p.own, &id).await["import"]["undoneRows"], 4);
    let board = p.board().await;
    assert_eq!((&board["members"], &board["past"], &board["elections"]), (&json!([]), &json!([]), &json!([])));
    let term = &board["term"];
    let extended = before + chrono::Months::new(40);
    assert_eq!((&term["start"], &term["end"]), (&json!(before), &json!(extended)), "as it was before: {term}");
}

#[tokio::test]
async fn pc_3_1_2_posts_that_are_given_or_end_give_and_take_roles() {
    let mut p = Party::start().await;
    let mut three = p.t.first_sign_in("13700000003", Some("13700000003")).await;
    let input = json!({"kind": "APPOINTMENT", "seats": [{"post": "secretary", "seats": 1}],
        "candidates": [{"person": p.members[2], "post": "secretary"}]});
    let none = with(input.clone(), json!({"candidates": []}));
    assert_eq!(p.own.refused(&start(), json!({"o": p.first, "input": none})).await, "INVALID candidates");
    assert!(!may(&mut three, "development.edit").await);
    assert_eq!(p.replied(input.clone()).await["state"], "CONFIRMED");
    assert!(may(&mut three, "development.edit").await);
    let board = p.board().await;
    assert_eq!((&board["members"][0]["appointed"], &board["members"][0]["role"]), (&json!(true), &json!("支部书记")));
    assert_eq!(board["term"]["start"], json!(day(&p.t, -3 * 365 - 10)), "an appointment begins no term");
    // Another secretary only when the post is free, or made free with it.
    let four = with(input, json!({"candidates": [{"person": p.members[3], "post": "secretary"}]}));
    let made = p.begin(four.clone()).await;
    p.paper(&made, "REQUEST").await;
    let made = it(&p.own.ok(&request(), of(&made, json!({"on": day(&p.t, 0)}))).await);
    p.paper(&made, "REPLY").await;
    assert_eq!(p.above.refused(&reply(), of(&made, json!({"input": agreed(&p.t)}))).await, "INVALID post");
    let no = json!({"input": {"approved": false, "on": day(&p.t, 0)}});
    assert_eq!(p.above.refused(&reply(), of(&made, no)).await, "INVALID note");
    let no = json!({"input": {"approved": false, "on": day(&p.t, 0), "note": "书记在任"}});
    assert_eq!(it(&p.above.ok(&reply(), of(&made, no)).await)["state"], "REFUSED");
    let ending = json!([{"post": board["members"][0]["id"], "reason": "transferred"}]);
    assert_eq!(p.replied(with(four, json!({"endings": ending}))).await["state"], "CONFIRMED");
    assert!(!may(&mut three, "development.edit").await);
    let board = p.board().await;
    assert_eq!((&board["term"]["secretary"], &board["past"][0]["endReason"]), (&json!("党员4"), &json!("transferred")));
    // Given by hand, a role stays whatever becomes of posts.
    let id = board["members"][0]["id"].clone();
    let (today, later) = (day(&p.t, 0), day(&p.t, 1));
    assert_eq!(p.own.refused(END_POST, json!({"id": id, "on": later, "r": "resigned"})).await, "INVALID on");
    assert_eq!(p.own.refused(END_POST, json!({"id": id, "on": today, "r": "term_expired"})).await, "INVALID reason");
    let ended =
        p.own.ok(END_POST, json!({"id": id, "on": today, "r": "resigned"})).await["leadership"]["endPost"].clone();
    assert_eq!((&ended["members"], &ended["past"][0]["endReason"]), (&json!([]), &json!("resigned")));
    assert_eq!(p.own.refused(END_POST, json!({"id": id, "on": today, "r": "resigned"})).await, "POST_ENDED");
    assert!(may(&mut p.own, "leadership.edit").await);
}

#[tokio::test]
async fn pc_3_1_2_the_ladder_is_climbed_as_time_goes_by() {
    let mut p = Party::start().await;
    let schema = p.t.home.schema();
    // The term ends in 181 days; a secretary is there until today.
    let start = day(&p.t, 181).checked_sub_months(chrono::Months::new(36)).unwrap();
    let first = p.first.clone();
    p.t.sql()
        .await
        .rows(&format!("UPDATE {schema}.organisations SET term_start = '{start}' WHERE id = '{first}'"))
        .await;
    let about: NaiveDate = p.board().await["term"]["end"].as_str().unwrap().parse().unwrap();
    let left = (about - day(&p.t, 0)).num_days();
    p.remind().await;
    assert_eq!(p.told("term%").await, Vec::<String>::new());
    p.t.pass(chrono::Duration::days(left - 180));
    p.remind().await;
    p.remind().await;
    assert_eq!(p.told("term%").await, ["-180"], "once, however often it is looked");
    let mut above = p.t.signed_in("dangwei", PASSWORD).await;
    let told = above.ok(REMINDERS, json!({})).await["leadership"]["reminders"].clone();
    assert_eq!(
        (told.as_array().unwrap().len(), &told[0]["level"]),
        (2, &json!("RED")),
        "the empty post and the term: {told}"
    );
    assert!(told.to_string().contains("还有180天"), "{told}");
    // The neighbour's administrator is not told.
    p.t.person("erzhi", "org_admin", &p.second).await;
    let mut other = p.t.signed_in("erzhi", PASSWORD).await;
    assert!(!other.ok(REMINDERS, json!({})).await.to_string().contains("第一党支部"));
    let mut at = -180;
    for next in [-91, -90, -31, -30, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 20, 21, 22] {
        p.t.pass(chrono::Duration::days(next - at));
        at = next;
        p.remind().await;
    }
    let rungs = ["-180", "-90", "-30", "0", "1", "2", "3", "4", "5", "6", "7", "14", "21"];
    assert_eq!(p.told("term%").await, rungs);
    // Its post of secretary has been empty for long: yellow once and red once, or red alone.
    assert!(p.told("secretary_vacant").await.contains(&"91".to_owned()));
    let mut own = p.t.signed_in("zhibu", PASSWORD).await;
    let told = own.ok(REMINDERS, json!({})).await["leadership"]["reminders"].clone();
    assert!(told.to_string().contains("超期22天"), "{told}");
    // What is settled is told no longer.
    let put = format!(
        "UPDATE {schema}.organisations SET term_extended_to = '{}' WHERE id = '{first}'",
        about + chrono::Duration::days(300)
    );
    p.t.sql().await.rows(&put).await;
    assert!(!own.ok(REMINDERS, json!({})).await.to_string().contains("超期"));
}

#[tokio::test]
async fn pc_3_1_2_the_list_finds_what_the_summary_counts() {
    let mut p = Party::start().await;
    p.begin(p.draft("GENERAL")).await;
    let made: Vec<(i64, &str)> =
        vec![(0, "当日"), (30, "一月"), (31, "一月多"), (180, "半年"), (181, "半年多"), (-1, "昨日")];
    let schema = p.t.home.schema();
    for (days, name) in &made {
        let id = add(&mut p.admin, with(branch(&p.committee, name), json!({"foundedOn": "2010-07-01"}))).await;
        let end = day(&p.t, *days);
        p.t.sql()
            .await
            .rows(&format!("UPDATE {schema}.organisations SET term_extended_to = '{end}' WHERE id = '{id}'"))
            .await;
    }
    let counted = p.admin.ok(SUMMARY, json!({})).await["leadership"]["summary"].clone();
    assert_eq!(
        (&counted["ending"], &counted["soon"], &counted["over"], &counted["electing"]),
        (&json!(4), &json!(2), &json!(2), &json!(1))
    );
    for (attention, key) in [
        ("ENDING", "ending"),
        ("SOON", "soon"),
        ("OVER", "over"),
        ("VACANT", "vacant"),
        ("ELECTING", "electing"),
        ("UNSET", "unset"),
    ] {
        let found = names_of(&mut p.admin, json!({"attention": attention})).await;
        assert_eq!(counted[key], found.len(), "{attention} {found:?}");
    }
    assert_eq!(
        names_of(&mut p.admin, json!({"attention": "SOON"})).await,
        ["当日党支部", "一月党支部"],
        "the nearest first"
    );
    assert_eq!(names_of(&mut p.admin, json!({"search": "半年多"})).await, ["半年多党支部"]);
    // Pages follow on each other.
    let page = "query($a: String) { leadership { terms(first: 3, after: $a) { pageInfo { hasNextPage endCursor } nodes { organisation { shortName } } } } }";
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let found = p.admin.ok(page, json!({"a": after})).await["leadership"]["terms"].clone();
        seen.extend(found["nodes"].as_array().unwrap().iter().map(|one| one["organisation"]["shortName"].to_string()));
        if found["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = found["pageInfo"]["endCursor"].clone();
    }
    let all = names_of(&mut p.admin, json!({})).await;
    assert_eq!(seen.len(), all.len());
    assert_eq!(seen, all.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn pc_3_1_2_an_election_under_way_is_told_when_its_organisation_goes() {
    const PREVIEW: &str = "query($input: OrganisationCommandInput!) { directory { previewOrganisationCommand(input: $input) { \
        consequences { kind } blockers { kind } } } }";
    const ASK: &str = "mutation($input: OrganisationCommandInput!) { directory { requestOrganisationCommand(input: $input) { state } } }";
    let mut p = Party::start().await;
    let made = p.begin(p.draft("GENERAL")).await;
    let plan = json!({"organisation": p.first, "effectiveOn": day(&p.t, 0), "approvalNo": "党委〔2026〕3号", "reason": "机构调整"});
    let dissolve = with(plan.clone(), json!({"kind": "DISSOLVE"}));
    let look = p.admin.ok(PREVIEW, json!({"input": dissolve})).await["directory"]["previewOrganisationCommand"].clone();
    assert!(names(&look["blockers"], "kind").contains(&"leadership".to_owned()), "{look}");
    let merge = with(plan, json!({"kind": "MERGE", "into": p.second}));
    let look = p.admin.ok(PREVIEW, json!({"input": merge})).await["directory"]["previewOrganisationCommand"].clone();
    assert!(names(&look["consequences"], "kind").contains(&"leadership".to_owned()), "{look}");
    assert_eq!(
        p.admin.ok(ASK, json!({"input": merge})).await["directory"]["requestOrganisationCommand"]["state"],
        "DONE"
    );
    let one = "query($id: ID!) { leadership { election(id: $id) { state replyNote } } }";
    let left = p.admin.ok(one, json!({"id": made["id"]})).await["leadership"]["election"].clone();
    assert_eq!(left, json!({"state": "WITHDRAWN", "replyNote": "组织已合并到第二党支部"}));
}
