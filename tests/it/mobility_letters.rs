//! Letters and receipts between two installations, each with a master key of its own (PC-3.2.3): what is altered, late,
//! repeated or about another letter is refused with its own code, and what nobody took in goes away.

use chrono::Duration;
use serde_json::{Value, json};
use zhibu_tests::{Abroad, PASSWORD, Tenant, Visitor, until};

use crate::development::pages;
use crate::exchange::EXPORT;
use crate::members::{enrol, member};
use crate::mobility::{
    APPROVE, ARRIVED, BACK, OUTBOUND, Party, REISSUE, SIGNED, TAKE, TEXT, act, approve, at, code, found, go, inbox,
    letter, look, no,
};
use crate::organisations::{add, branch, with};

/// A tenant of another installation, with its administrator, a branch and a receiving code.
struct Far {
    t: Abroad,
    tenant: Tenant,
    boss: Visitor,
    branch: String,
    code: String,
}

impl Far {
    async fn start() -> Self {
        let t = Abroad::installation().await;
        let (tenant, mut boss) = t.tenant("中共远方单位委员会", "yuanfang", &["mobility"]).await;
        let branch = add(&mut boss, branch(&tenant.root, "远方")).await;
        let code = code(&mut boss, &tenant.root).await["document"].as_str().unwrap().to_owned();
        Self { t, tenant, boss, branch, code }
    }

    /// Takes a letter in and accepts the member; the signed receipt. Between the two `meanwhile` is done to the tables.
    async fn accept(&mut self, text: &str, meanwhile: &str) -> String {
        let seen = go(&mut self.boss, "readLetter", TEXT, json!({"text": text})).await;
        let id = seen["letter"]["id"].clone();
        let taken = go(&mut self.boss, "takeLetter", TAKE, json!({"id": id, "branch": self.branch})).await;
        if !meanwhile.is_empty() {
            let schema = self.tenant.schema();
            let sql = meanwhile.replace("{s}", &schema).replace("{id}", id.as_str().unwrap());
            self.t.sql().await.rows(&sql).await;
        }
        let done = approve(&mut self.boss, &taken).await;
        assert_eq!(done["transfer"]["status"], "ACCEPTED");
        done["receipt"].as_str().unwrap().to_owned()
    }
}

/// Issues an electronic letter for a new member; the file and the letter's text.
async fn issued(p: &mut Party, name: &str, n: u32, code: &str) -> (Value, String) {
    let person = p.member(name, n).await;
    let file = p.outbound(&person, Some(code)).await;
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(10)}))).await;
    let text = file["letters"][0]["document"].as_str().unwrap().to_owned();
    (file, text)
}

async fn receipt(p: &mut Party, text: &str) -> String {
    no(&mut p.source, "readReceipt", SIGNED, json!({"text": text})).await
}

#[tokio::test]
async fn pc_3_2_3_a_receipt_is_for_one_letter_as_it_was_and_of_its_receiver() {
    let mut p = Party::start().await;
    let mut far = Far::start().await;
    let key = |document: &str| document.split('.').nth(1).unwrap().to_owned();
    let own = code(&mut p.admin, &p.committee).await["document"].as_str().unwrap().to_owned();
    assert_ne!(key(&own), key(&far.code), "two installations sign with two keys");
    let (_, right) = issued(&mut p, "甲甲", 41, &far.code).await;
    let (_, other) = issued(&mut p, "乙乙", 42, &far.code).await;
    let (_, coded) = issued(&mut p, "丙丙", 43, &far.code).await;
    let (_, late) = issued(&mut p, "丁丁", 44, &far.code).await;
    let (strange_file, strange) = issued(&mut p, "戊戊", 45, &far.code).await;
    let right = far.accept(&right, "").await;
    // Signed by the receiver, and about something else than the letter that was issued.
    let swap = "UPDATE {s}.transfer_inbox SET digest = (SELECT digest FROM {s}.transfer_inbox WHERE name = '甲甲') WHERE id = '{id}'";
    let other = far.accept(&other, swap).await;
    assert_eq!(receipt(&mut p, &other).await, "RECEIPT_INVALID text");
    let second = code(&mut far.boss, &far.tenant.root).await["id"].as_str().unwrap().to_owned();
    let recode = format!("UPDATE {{s}}.transfer_inbox SET code_id = '{second}' WHERE id = '{{id}}'");
    let coded = far.accept(&coded, &recode).await;
    assert_eq!(receipt(&mut p, &coded).await, "RECEIPT_INVALID text");
    // Of an installation for which the letter was not sealed.
    let strange = far.accept(&strange, "").await;
    let (sql, schema) = (p.t.sql().await, p.t.home.schema());
    let id = strange_file["transfer"]["id"].as_str().unwrap();
    sql.rows(&format!("UPDATE {schema}.transfers SET receiver = '{own}' WHERE id = '{id}'")).await;
    assert_eq!(receipt(&mut p, &strange).await, "RECEIPT_INVALID text");
    // Altered anywhere.
    let parts: Vec<&str> = right.split('.').collect();
    for at in [3, parts[0].len() + 5, parts[0].len() + parts[1].len() + 30, right.len() - 5] {
        let mut bytes = right.clone().into_bytes();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        assert_eq!(receipt(&mut p, &String::from_utf8(bytes).unwrap()).await, "RECEIPT_INVALID text", "{at}");
    }
    // The letter is no receipt.
    assert_eq!(receipt(&mut p, &late).await, "RECEIPT_INVALID text");
    let done = go(&mut p.source, "readReceipt", SIGNED, json!({"text": right})).await;
    assert_eq!(done["transfer"]["status"], "RECEIPT_FILED");
    assert_eq!(receipt(&mut p, &right).await, "RECEIPT_REPLAYED text");
    // Accepted when the letter had run out.
    let seen = go(&mut far.boss, "readLetter", TEXT, json!({"text": late})).await;
    let take = json!({"id": seen["letter"]["id"], "branch": far.branch});
    let taken = go(&mut far.boss, "takeLetter", TAKE, take).await;
    let longer =
        "UPDATE {s}.transfers SET valid_until = '2030-01-01' WHERE name = '丁丁'".replace("{s}", &far.tenant.schema());
    far.t.sql().await.rows(&longer).await;
    far.t.pass(Duration::days(11));
    far.boss = far.t.signed_in("yuanfang").await;
    let taken = look(&mut far.boss, &taken["transfer"]["id"]).await;
    let late = approve(&mut far.boss, &taken).await["receipt"].as_str().unwrap().to_owned();
    assert_eq!(receipt(&mut p, &late).await, "LETTER_EXPIRED text");
    let left = p.admin.ok(crate::mobility::MEMBERS, json!({})).await["directory"]["members"]["totalCount"].clone();
    assert_eq!(left, 4, "nobody has left by a receipt that was refused");
}

#[tokio::test]
async fn pc_3_2_3_a_receipt_for_a_letter_that_is_no_longer_in_force_says_what_became_of_it() {
    let mut p = Party::start().await;
    let mut far = Far::start().await;
    let (_, withdrawn) = issued(&mut p, "己己", 46, &far.code).await;
    let (again, reissued) = issued(&mut p, "庚庚", 47, &far.code).await;
    let withdrawn = (far.accept(&withdrawn, "").await, withdrawn);
    let reissued = (far.accept(&reissued, "").await, reissued);
    p.t.pass(Duration::days(11));
    p.again().await;
    let over = json!({"f": {"search": "己己"}});
    let list = "query($f: TransferFilter) { mobility { transfers(first: 1, filter: $f) { nodes { id version } } } }";
    let one = p.secretary.ok(list, over).await["mobility"]["transfers"]["nodes"][0].clone();
    let vars = json!({"id": one["id"], "v": one["version"], "r": "本人不再调动"});
    assert_eq!(go(&mut p.secretary, "withdraw", BACK, vars).await["transfer"]["status"], "WITHDRAWN");
    assert_eq!(receipt(&mut p, &withdrawn.0).await, "RECEIPT_WITHDRAWN text");
    let file = look(&mut p.source, &again["transfer"]["id"]).await;
    let file = go(&mut p.source, "reissue", REISSUE, with(at(&file), json!({"letter": letter(10)}))).await;
    let query = act("readReceipt", SIGNED.0, SIGNED.1, SIGNED.2);
    let answer = p.source.ask(&query, json!({"text": reissued.0})).await;
    assert_eq!(answer.refusal(), "RECEIPT_OUTDATED text");
    assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("-0003代替"), "{}", answer.body);
    // The letter itself does not arrive twice, neither the old one nor as the new one for somebody who is there.
    assert_eq!(no(&mut far.boss, "readLetter", TEXT, json!({"text": reissued.1})).await, "LETTER_REPLAYED text");
    assert_eq!(no(&mut far.boss, "readLetter", TEXT, json!({"text": withdrawn.1})).await, "LETTER_REPLAYED text");
    // People settle it: on paper, with the reason.
    let today = (p.t.now() + Duration::hours(8)).date_naive();
    let paper = (
        "$id: ID!, $v: Int!, $on: NaiveDate!",
        "id: $id, version: $v, receivedOn: $on, receiptNo: \"回-9\", note: \"对方已按原介绍信接收\"",
        "transfer { status }",
    );
    let done = go(&mut p.source, "fileReceipt", paper, with(at(&file), json!({"on": today}))).await;
    assert_eq!(done["transfer"]["status"], "RECEIPT_FILED");
}

/// Within one installation nobody sees the refusal happen: the timeline tells it.
#[tokio::test]
async fn pc_3_2_3_a_receipt_that_a_job_carried_in_vain_is_told_in_the_timeline() {
    let mut p = Party::start().await;
    let (tenant, mut boss, there) = p.neighbours().await;
    let text = code(&mut boss, &tenant.root).await["document"].as_str().unwrap().to_owned();
    let (file, _) = issued(&mut p, "辛辛", 48, &text).await;
    until("the letter has arrived", async || !inbox(&mut boss).await.is_empty()).await;
    let id = inbox(&mut boss).await[0]["id"].clone();
    let taken = go(&mut boss, "takeLetter", TAKE, json!({"id": id, "branch": there})).await;
    let (sql, schema) = (p.t.sql().await, p.t.home.schema());
    let withdrawn = format!(
        "UPDATE {schema}.transfers SET status = 'withdrawn', side = NULL, waits_at = NULL, closed_at = now() WHERE id = {}",
        file["transfer"]["id"].to_string().replace('"', "'")
    );
    sql.rows(&withdrawn).await;
    approve(&mut boss, &taken).await;
    let id = file["transfer"]["id"].clone();
    let mut last = Value::Null;
    until("the refusal is told", async || {
        last = look(&mut p.source, &id).await["timeline"].as_array().unwrap().last().cloned().unwrap();
        last["event"] == "receipt_refused"
    })
    .await;
    assert!(last["note"].as_str().unwrap().starts_with("该调动已经撤回"), "{last}");
    let told = format!("SELECT count(*) FROM {schema}.audit WHERE action = 'transfer.receipt_refused'");
    assert_eq!(sql.one(&told).await, "1");
    until("the letter box is empty", async || sql.one("SELECT count(*) FROM platform.letters").await == "0").await;
}

/// Letters that nobody took in: they lapse with their last day, or go with the person.
#[tokio::test]
async fn pc_3_2_5_what_a_letter_says_goes_when_nobody_took_it_in() {
    let mut p = Party::start().await;
    let (_, mut boss, there) = p.neighbours().await;
    let text = code(&mut p.admin, &p.t.home.root.clone()).await["document"].as_str().unwrap().to_owned();
    let send = async |boss: &mut Visitor, name: &str, n: u32| {
        let person = enrol(boss, member(&there, name, n)).await;
        let input = json!({"input": {"person": person, "receiver": text, "reason": "job"}});
        let file = go(boss, "startOutbound", OUTBOUND, input).await;
        go(boss, "approve", APPROVE, with(at(&file), json!({"letter": letter(10)}))).await;
    };
    // Somebody who was a member here comes again, and wants to be forgotten instead.
    let gone = p.member("段青松", 49).await;
    p.admin.ok(crate::members::DELETE, json!({"ids": [gone], "note": "重复录入"})).await;
    send(&mut boss, "段青松", 49).await;
    send(&mut boss, "雷鸣远", 50).await;
    send(&mut boss, "万里云", 51).await;
    until("the letters have arrived", async || inbox(&mut p.admin).await.len() == 3).await;
    p.t.person("fuzong", "tenant_admin", &p.t.home.root).await;
    let mut second = p.t.signed_in("fuzong", PASSWORD).await;
    let preview = "query($id: ID!) { directory { purgePreview(person: $id) { remains { title count } } } }";
    let seen = second.ok(preview, json!({"id": gone})).await["directory"]["purgePreview"]["remains"].clone();
    assert!(seen.as_array().unwrap().contains(&json!({"title": "组织关系介绍信", "count": 1})), "{seen}");
    let propose = "mutation($id: ID!) { directory { proposePurge(person: $id, reason: \"本人申请清除资料\") { id } } }";
    let purge = p.admin.ok(propose, json!({"id": gone})).await["directory"]["proposePurge"]["id"].clone();
    second.ok("mutation($id: ID!) { directory { confirmPurge(id: $id) { state } } }", json!({"id": purge})).await;
    assert_eq!(found(&p.t, "段青松").await, Vec::<String>::new());
    // One is refused, one is left lying.
    let lying = |all: Vec<Value>, name: &str| all.into_iter().find(|one| one["name"] == name).unwrap();
    let refused = lying(inbox(&mut p.admin).await, "万里云");
    let refuse = ("$id: ID!", "id: $id, reason: \"与本单位无关\"", ARRIVED);
    go(&mut p.admin, "refuseLetter", refuse, json!({"id": refused["id"]})).await;
    let left = lying(inbox(&mut p.admin).await, "雷鸣远");
    p.t.pass(Duration::days(10));
    p.again().await;
    p.sweep().await;
    assert_eq!(lying(inbox(&mut p.admin).await, "雷鸣远")["state"], "WAITING", "through its last day");
    p.t.pass(Duration::days(1));
    p.again().await;
    p.sweep().await;
    let query = format!("query($id: ID!) {{ mobility {{ arrivedLetter(id: $id) {{ {ARRIVED} }} }} }}");
    for (id, state) in [(&left["id"], "LAPSED"), (&refused["id"], "REFUSED")] {
        let one = p.admin.ok(&query, json!({"id": id})).await["mobility"]["arrivedLetter"].clone();
        assert_eq!((&one["letter"]["state"], &one["letter"]["name"]), (&json!(state), &json!("已清除")));
        assert_eq!((&one["facts"], &one["open"]), (&json!([]), &json!(false)));
    }
    let tables = found(&p.t, "雷鸣远").await;
    assert!(tables.iter().all(|table| table == "audit"), "{tables:?}");
    let (sql, schema) = (p.t.sql().await, p.t.home.schema());
    let kept = format!("SELECT count(*) FROM {schema}.transfer_inbox WHERE length(record) > 0");
    assert_eq!(sql.one(&kept).await, "0");
    let told = format!("SELECT count(*) FROM {schema}.audit WHERE action = 'transfer.letter_lapsed'");
    assert_eq!(sql.one(&told).await, "2");
    assert_eq!(no(&mut p.admin, "takeLetter", TAKE, json!({"id": left["id"], "branch": p.first})).await, "LETTER_DONE");
}

/// The letter as PDF: its three parts, numbers in full with the right and a reason, of whose committee issued it.
#[tokio::test]
async fn pc_3_2_3_the_letter_of_introduction_is_made_as_pdf_with_its_three_parts() {
    let mut p = Party::start().await;
    let person = p.member("曲高歌", 52).await;
    let file = p.outbound(&person, None).await;
    let id = file["transfer"]["id"].clone();
    let order = |columns: Value, reason: Value| json!({"kind": "transfer_letter", "filter": {"transfer": id}, "columns": columns, "reason": reason});
    let refused = p.admin.refused(EXPORT, order(json!(["form"]), Value::Null)).await;
    assert_eq!(refused, "NO_LETTER");
    let file = go(&mut p.source, "approve", APPROVE, with(at(&file), json!({"letter": letter(30)}))).await;
    let number = file["transfer"]["letterNo"].as_str().unwrap().to_owned();
    let whole = member(&p.first, "曲高歌", 52)["idNumber"].as_str().unwrap().to_owned();
    let sensitive = json!(["form", "idNumber"]);
    assert_eq!(p.admin.refused(EXPORT, order(sensitive.clone(), Value::Null)).await, "INVALID reason");
    for (columns, reason, shows) in [(json!(["form"]), Value::Null, false), (sensitive, json!("寄送接收党委"), true)]
    {
        let text = pages(&mut p.admin, order(columns, reason)).await.concat();
        for part in [
            "中国共产党党员组织关系介绍信存根",
            "中国共产党党员组织关系介绍信回执联",
            "请接转组织关系",
            "曲高歌",
            &number,
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.contains(&whole), shows, "{text}");
    }
    // The other committee has nothing of it, and no member prints their own.
    let other = p.target.refused(EXPORT, order(json!(["form"]), Value::Null)).await;
    assert_eq!(other, "NOT_FOUND");
    let own = p.secretary.refused(EXPORT, order(json!(["form"]), Value::Null)).await;
    assert_eq!(own, "DENIED");
}
