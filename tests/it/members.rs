//! Members, their history and the history library (PC-3.2.1a, PC-3.2.5).

use futures_util::future::join_all;
use serde_json::{Value, json};
use zhibu_tests::roster::id_number;
use zhibu_tests::{PASSWORD, Town, Visitor, words};

use crate::organisations::{add, branch, small_tree, with};

pub(crate) const CREATE: &str = "mutation($input: MemberInput!) { directory { createMember(input: $input) { id version name idNumber \
    mobile landline homeAddress age partyAge memberType status branch { id shortName } group { id } editable } } }";
pub(crate) const UPDATE: &str = "mutation($id: ID!, $version: Int!, $input: MemberInput!) { directory { updateMember(id: $id, version: \
    $version, input: $input) { version mobile landline branch { id } } } }";
pub(crate) const DELETE: &str = "mutation($ids: [ID!]!, $note: String!) { directory { deleteMembers(ids: $ids, reason: DATA_ERROR, note: \
    $note) } }";
const RESTORE: &str =
    "mutation($id: ID!, $branch: ID) { directory { restoreMember(id: $id, branch: $branch) { branch { id } } } }";
const REVEAL: &str = "mutation($id: ID!, $reason: String!) { directory { revealMember(id: $id, reason: $reason) { idNumber \
    mobile landline homeAddress } } }";
const LIST: &str = "query($f: MemberFilter, $s: MemberSort! = NAME, $n: Int, $a: String) { directory { members(first: $n, \
    after: $a, filter: $f, sort: $s) { totalCount pageInfo { hasNextPage endCursor } nodes { id name } } } }";
const ONE: &str = "query($id: ID!) { directory { member(id: $id) { name mobile idNumber homeAddress } } }";
const FORMER: &str = "query($f: FormerFilter) { directory { formerMembers(filter: $f) { totalCount nodes { id name endReason \
    endNote branch { shortName } } } } }";
const TIMELINE: &str = "query($id: ID!) { directory { memberTimeline(id: $id) { episodes { branch { shortName } from to \
    endReason } } memberChanges(id: $id) { nodes { action fields { field before after } } } } }";

/// A member's form; `n` makes identity and mobile number its own.
pub(crate) fn member(branch: &str, name: &str, n: u32) -> Value {
    json!({
        "name": name, "idNumber": id_number("1990-01-01", 2 * n + 1), "sex": "1", "birthDate": "1990-01-01",
        "ethnicity": "01", "educationLevel": "21", "workPost": "121", "mobile": format!("1370000{n:04}"),
        "branch": branch, "memberType": "FORMAL", "joinDate": "2015-06-20", "conversionDate": "2016-06-20",
    })
}

pub(crate) async fn enrol(by: &mut Visitor, form: Value) -> String {
    by.ok(CREATE, json!({"input": form})).await["directory"]["createMember"]["id"].as_str().unwrap().to_owned()
}

async fn names(by: &mut Visitor, vars: Value) -> Vec<String> {
    let found = by.ok(LIST, with(json!({"n": 100}), vars)).await["directory"]["members"].clone();
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len(), "{found}");
    nodes.iter().map(|n| n["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pc_3_2_1a_a_member_is_added_masked_and_signs_in() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let form =
        with(member(&first, "张三", 1), json!({"landline": "025-12345678", "homeAddress": "南京市玄武区中山路1号"}));
    let made = admin.ok(CREATE, json!({"input": form})).await["directory"]["createMember"].clone();
    assert_eq!(made["idNumber"], "110101********0038".replace("0038", &form["idNumber"].as_str().unwrap()[14..]));
    assert_eq!((&made["mobile"], &made["landline"]), (&json!("137****0001"), &json!("025-****78")));
    assert!(!made["homeAddress"].as_str().unwrap().contains("中山路"));
    assert_eq!((&made["branch"]["id"], &made["editable"]), (&json!(first), &json!(true)));
    // Nothing of it is stored readable.
    let row = t.sql().await.one(&format!("SELECT p::text FROM {}.people p", t.home.schema())).await;
    for secret in ["13700000001", form["idNumber"].as_str().unwrap(), "025-12345678", "中山路"] {
        assert!(!row.contains(secret), "{secret} in {row}");
    }
    // The account is the member's own: initial password, then a text message.
    t.first_sign_in("13700000001", Some("13700000001")).await;
}

#[tokio::test]
async fn pc_3_2_1a_every_fault_is_told_with_its_field() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, _) = small_tree(&t, &mut admin).await;
    let group =
        add(&mut admin, with(branch(&first, "一组"), json!({"type": "PARTY_GROUP", "shortName": "一组"}))).await;
    let other = add(&mut admin, branch(&committee, "第三")).await;
    enrol(&mut admin, member(&first, "张三", 1)).await;
    let (good, taken) = (member(&first, "李四", 2), member(&first, "李四", 1));
    for (change, field) in [
        (json!({"idNumber": taken["idNumber"]}), "idNumber"),
        (json!({"mobile": taken["mobile"]}), "mobile"),
        (json!({"idNumber": null}), "idNumber"),
        (json!({"mobile": null}), "mobile"),
        (json!({"idNumber": id_number("1990-01-01", 4)}), "sex"),
        (json!({"branch": committee}), "branch"),
        (json!({"branch": group}), "branch"),
        (json!({"branch": t.home.account}), "branch"),
        (json!({"branch": other, "group": group}), "group"),
        (json!({"joinDate": "2007-01-01"}), "joinDate"),
    ] {
        let refused = admin.refused(CREATE, json!({"input": with(good.clone(), change.clone())})).await;
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("INVALID", Some(field)), "{change}");
    }
    // Several at once are all told.
    let bad = with(good.clone(), json!({"name": "李", "ethnicity": "99", "workPost": "0"}));
    let errors = admin.ask(CREATE, json!({"input": bad})).await.body["errors"].clone();
    let mut fields: Vec<_> =
        errors.as_array().unwrap().iter().map(|e| e["extensions"]["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["ethnicity", "name", "workPost"]);
    enrol(&mut admin, with(good, json!({"group": group}))).await;
    assert_eq!(names(&mut admin, json!({})).await, ["李四", "张三"]);
}

#[tokio::test]
async fn pc_3_2_1a_seats_are_counted_also_when_several_add_at_once() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    t.sql().await.rows(&format!("UPDATE {}.policy SET seats = 3", t.home.schema())).await;
    let tries = join_all((0..8).map(|n| {
        let (mut admin, form) = (admin.clone(), member(&first, "张三", n));
        async move { admin.ask(CREATE, json!({"input": form})).await.refusal_opt() }
    }))
    .await;
    assert_eq!(tries.iter().filter(|refusal| refusal.is_none()).count(), 3, "{tries:?}");
    assert!(tries.iter().flatten().all(|refusal| *refusal == "SEATS" || *refusal == "UNAVAILABLE"), "{tries:?}");
    assert_eq!(names(&mut admin, json!({})).await.len(), 3);
}

#[tokio::test]
async fn pc_3_2_1a_members_are_found_sorted_and_paged() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let people = [
        ("张小明", "1990-01-01", &first),
        ("李四", "1980-05-05", &first),
        ("阿依·买买提", "1970-03-03", &second),
        ("章三", "1985-01-01", &second),
    ];
    for (n, (name, birth, at)) in (0u32..).zip(people) {
        let change = json!({"birthDate": birth, "idNumber": id_number(birth, 2 * n + 1), "joinDate": format!("20{}-06-20", 10 + n),
            "conversionDate": format!("20{}-06-20", 11 + n)});
        enrol(&mut admin, with(member(at, name, n), change)).await;
    }
    assert_eq!(names(&mut admin, json!({})).await, ["阿依·买买提", "李四", "章三", "张小明"]);
    assert_eq!(names(&mut admin, json!({"s": "BIRTH_DATE"})).await, ["阿依·买买提", "李四", "章三", "张小明"]);
    assert_eq!(names(&mut admin, json!({"s": "JOIN_DATE"})).await, ["张小明", "李四", "阿依·买买提", "章三"]);
    for (search, found) in [
        ("小明", vec!["张小明"]),
        ("zh", vec!["章三", "张小明"]),
        ("zxm", vec!["张小明"]),
        ("买买提", vec!["阿依·买买提"]),
        ("13700000001", vec!["李四"]),
        ("明小", vec![]),
        ("%", vec![]),
    ] {
        assert_eq!(names(&mut admin, json!({"f": {"search": search}})).await, found, "{search}");
    }
    let number = id_number("1985-01-01", 7);
    assert_eq!(names(&mut admin, json!({"f": {"search": number}})).await, ["章三"]);
    assert_eq!(names(&mut admin, json!({"f": {"under": committee}})).await, ["李四", "张小明"]);
    assert_eq!(
        names(&mut admin, json!({"f": {"bornFrom": "1980-01-01", "bornTo": "1985-12-31"}})).await,
        ["李四", "章三"]
    );
    assert_eq!(names(&mut admin, json!({"f": {"joinedFrom": "2012-01-01", "memberType": "FORMAL"}})).await.len(), 2);
    // By cursor, two at a time, every order meets everybody once.
    for sort in ["NAME", "BIRTH_DATE", "JOIN_DATE"] {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = admin.ok(LIST, json!({"n": 1, "a": after, "s": sort})).await["directory"]["members"].clone();
            seen.push(page["nodes"][0]["name"].as_str().unwrap().to_owned());
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen, names(&mut admin, json!({"s": sort})).await, "{sort}");
    }
}

#[tokio::test]
async fn pc_3_2_1a_an_edit_keeps_what_was_left_out_and_leaves_history() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, second) = small_tree(&t, &mut admin).await;
    let id = enrol(&mut admin, with(member(&first, "张三", 1), json!({"landline": "025-12345678"}))).await;
    let edit = with(member(&second, "张三丰", 1), json!({"idNumber": null, "mobile": null, "remark": "已核对"}));
    let vars = |version: i32, input: &Value| json!({"id": id, "version": version, "input": input});
    let done = admin.ok(UPDATE, vars(1, &edit)).await["directory"]["updateMember"].clone();
    assert_eq!(
        done,
        json!({"version": 2, "mobile": "137****0001", "landline": "025-****78", "branch": {"id": second}})
    );
    assert_eq!(admin.refused(UPDATE, vars(1, &edit)).await, "CONFLICT");
    assert_eq!(admin.ok(UPDATE, vars(2, &edit)).await["directory"]["updateMember"]["version"], 2, "nothing changed");
    let wrong = with(edit.clone(), json!({"birthDate": "1990-01-02"}));
    assert_eq!(admin.refused(UPDATE, vars(2, &wrong)).await, "INVALID birthDate");
    let moved = with(edit.clone(), json!({"mobile": "13700009999", "landline": ""}));
    let done = admin.ok(UPDATE, vars(2, &moved)).await["directory"]["updateMember"].clone();
    assert_eq!((&done["mobile"], &done["landline"]), (&json!("137****9999"), &Value::Null));
    t.first_sign_in("13700009999", Some("13700009999")).await;

    let told = admin.ok(TIMELINE, json!({"id": id})).await["directory"].clone();
    let episodes = told["memberTimeline"]["episodes"].as_array().unwrap();
    assert_eq!(
        (&episodes[0]["branch"]["shortName"], &episodes[1]["branch"]["shortName"]),
        (&json!("第二党支部"), &json!("第一党支部"))
    );
    assert!(episodes[0]["to"].is_null() && episodes[1]["to"].is_string());
    let changes = told["memberChanges"]["nodes"].to_string();
    for text in ["修改", "新增", "张三丰", "第二党支部", "137****9999（已更换）"] {
        assert!(changes.contains(text), "{text} in {changes}");
    }
    assert!(!changes.contains("13700009999"), "{changes}");
    // The heads were counted along.
    let heads =
        format!("SELECT string_agg(member_count::text, ',' ORDER BY path) FROM {}.organisations", t.home.schema());
    assert_eq!(t.sql().await.one(&heads).await, "0,0,0,1");
}

#[tokio::test]
async fn pc_3_2_5_who_is_deleted_stands_in_the_history_library_and_comes_back() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, second) = small_tree(&t, &mut admin).await;
    let (zhang, li) =
        (enrol(&mut admin, member(&first, "张三", 1)).await, enrol(&mut admin, member(&first, "李四", 2)).await);
    let mut own = t.first_sign_in("13700000001", Some("13700000001")).await;
    assert_eq!(admin.refused(DELETE, json!({"ids": [zhang], "note": " "})).await, "INVALID note");
    assert_eq!(admin.refused(DELETE, json!({"ids": [zhang, t.home.root], "note": "重复录入"})).await, "NOT_FOUND");
    assert_eq!(names(&mut admin, json!({})).await.len(), 2, "all or none");
    admin.ok(DELETE, json!({"ids": [zhang, li], "note": "重复录入"})).await;
    assert_eq!(names(&mut admin, json!({})).await, Vec::<String>::new());
    assert_eq!(admin.refused(ONE, json!({"id": zhang})).await, "NOT_FOUND");
    assert_eq!(own.ok(words::SESSION, json!({})).await["system"]["session"], Value::Null, "the account is closed");
    let former = admin.ok(FORMER, json!({})).await["directory"]["formerMembers"].clone();
    assert_eq!(former["totalCount"], 2);
    let row = former["nodes"].as_array().unwrap().iter().find(|n| n["id"] == zhang.as_str()).unwrap().clone();
    assert_eq!(
        row,
        json!({"id": zhang, "name": "张三", "endReason": "DATA_ERROR", "endNote": "重复录入",
        "branch": {"shortName": "第一党支部"}})
    );
    assert_eq!(admin.ok(FORMER, json!({"f": {"search": "ls"}})).await["directory"]["formerMembers"]["totalCount"], 1);

    // The number is free for somebody else, so the first one cannot simply come back with it.
    let other = enrol(&mut admin, with(member(&second, "王五", 3), json!({"mobile": "13700000001"}))).await;
    assert_eq!(admin.refused(RESTORE, json!({"id": zhang})).await, "INVALID mobile");
    admin.ok(DELETE, json!({"ids": [other], "note": "转出系统"})).await;
    assert_eq!(admin.ok(RESTORE, json!({"id": zhang})).await["directory"]["restoreMember"]["branch"]["id"], first);
    assert_eq!(admin.refused(RESTORE, json!({"id": zhang})).await, "NOT_LEFT");
    t.signed_in("13700000001", PASSWORD).await;
    // A branch that is gone has to be named anew.
    let gone = format!("UPDATE {}.organisations SET status = 'dissolved' WHERE id = '{first}'", t.home.schema());
    t.sql().await.rows(&gone).await;
    assert_eq!(admin.refused(RESTORE, json!({"id": li})).await, "BRANCH_GONE branch");
    admin.ok(RESTORE, json!({"id": li, "branch": second})).await;
    assert_eq!(names(&mut admin, json!({"f": {"under": second}})).await, ["李四"]);
}

#[tokio::test]
async fn pc_3_2_1a_administrators_reach_only_the_members_below_them() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let (inside, outside) =
        (enrol(&mut admin, member(&first, "张三", 1)).await, enrol(&mut admin, member(&second, "李四", 2)).await);
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(names(&mut zhao, json!({})).await, ["张三"]);
    zhao.ok(ONE, json!({"id": inside})).await;
    let edit = member(&first, "李四", 2);
    for (query, vars) in [
        (ONE, json!({})),
        (TIMELINE, json!({})),
        (UPDATE, json!({"version": 1, "input": edit})),
        (REVEAL, json!({"reason": "核对信息"})),
        (DELETE, json!({"ids": [outside], "note": "重复录入"})),
        (RESTORE, json!({})),
    ] {
        let there = zhao.peek(query, with(vars.clone(), json!({"id": outside}))).await.body["errors"].clone();
        assert_eq!(there[0]["extensions"]["code"], "NOT_FOUND", "{query}");
        let nobody = zhao.peek(query, with(vars, json!({"id": t.home.account, "ids": [t.home.account]}))).await;
        assert_eq!(there, nobody.body["errors"], "{query}");
    }
    let to_second = with(member(&second, "张三", 1), json!({}));
    assert_eq!(zhao.refused(UPDATE, json!({"id": inside, "version": 1, "input": to_second})).await, "INVALID branch");
    assert_eq!(zhao.refused(CREATE, json!({"input": member(&second, "王五", 3)})).await, "INVALID branch");
    // Who may read only does not change.
    t.person("sun", "branch_committee", &first).await;
    let mut sun = t.signed_in("sun", PASSWORD).await;
    assert_eq!(names(&mut sun, json!({})).await, ["张三"]);
    assert_eq!(sun.refused(CREATE, json!({"input": member(&first, "王五", 3)})).await, "DENIED");
    assert_eq!(sun.refused(REVEAL, json!({"id": inside, "reason": "核对信息"})).await, "DENIED");
}

#[tokio::test]
async fn pc_3_2_1a_a_revealed_record_leaves_a_trace() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let form = member(&first, "张三", 1);
    let id = enrol(&mut admin, form.clone()).await;
    assert_eq!(admin.refused(REVEAL, json!({"id": id, "reason": ""})).await, "INVALID reason");
    let seen = admin.ok(REVEAL, json!({"id": id, "reason": "办理组织关系"})).await["directory"]["revealMember"].clone();
    assert_eq!((&seen["idNumber"], &seen["mobile"]), (&form["idNumber"], &form["mobile"]));
    let told = admin.ok(TIMELINE, json!({"id": id})).await["directory"]["memberChanges"]["nodes"][0].clone();
    assert_eq!((&told["action"], &told["fields"][0]["after"]), (&json!("查看敏感信息"), &json!("办理组织关系")));
}

/// Whoever administers something keeps the account, also after having left the Party.
#[tokio::test]
async fn pc_3_2_5_an_administrator_who_leaves_keeps_the_office() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let own = json!({"mobile": t.home.mobile});
    let id = enrol(&mut admin, with(member(&first, "张三", 1), own)).await;
    let accounts = format!("SELECT count(*) FROM {}.accounts", t.home.schema());
    assert_eq!(t.sql().await.one(&accounts).await, "1", "the number names an account that is there already");
    admin.ok(DELETE, json!({"ids": [id], "note": "录入错误"})).await;
    t.administrator().await;
}

#[tokio::test]
async fn pc_10_the_home_page_counts_what_is_inside_the_reach() {
    const OVERVIEW: &str = "query($u: ID) { directory { overview(under: $u) { organisations kinds { key count } members { total \
        formal probationary women ages { key count } branches { id key count } growth { month added left total } } \
        attention { kind count } } } }";
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let born = |n: u32, birth: &str| {
        with(member(&first, "张三", n), json!({"birthDate": birth, "idNumber": id_number(birth, 2 * n + 1)}))
    };
    let today = zhibu_core::World::default().today();
    let years = |n: u32| today.checked_sub_months(chrono::Months::new(12 * n)).unwrap();
    // Thirty on the day before the thirty-first birthday, thirty-one on it.
    let (young, old) = (years(31).succ_opt().unwrap().to_string(), years(31).to_string());
    enrol(&mut admin, born(1, &young)).await;
    enrol(&mut admin, born(2, &old)).await;
    let woman = json!({"sex": "2", "idNumber": id_number("1990-01-01", 6), "memberType": "PROBATIONARY", "conversionDate": null,
        "joinDate": years(1).pred_opt().unwrap().to_string()});
    let gone = enrol(&mut admin, with(member(&second, "李四", 3), woman)).await;
    let seen = admin.ok(OVERVIEW, json!({})).await["directory"]["overview"].clone();
    let members = &seen["members"];
    assert_eq!(
        (&seen["organisations"], &members["total"], &members["women"]),
        (&json!(4), &json!(3), &json!(1)),
        "{seen}"
    );
    assert_eq!(
        (&members["ages"][0], &members["ages"][1]),
        (&json!({"key": "≤30", "count": 1}), &json!({"key": "31-40", "count": 2}))
    );
    assert_eq!(
        members["branches"],
        json!([{"id": committee, "key": "制造党委", "count": 2}, {"id": second, "key": "第二党支部", "count": 1}])
    );
    let waits = seen["attention"].to_string();
    assert!(waits.contains("PROBATION_OVER") && waits.contains("ORGANISATION_UNFINISHED"), "{waits}");
    admin.ok(DELETE, json!({"ids": [gone], "note": "重复录入"})).await;
    let seen = admin.ok(OVERVIEW, json!({"u": committee})).await["directory"]["overview"].clone();
    assert_eq!((&seen["organisations"], &seen["members"]["total"]), (&json!(2), &json!(2)), "{seen}");
    let seen = admin.ok(OVERVIEW, json!({})).await["directory"]["overview"]["members"]["growth"].clone();
    let months = seen.as_array().unwrap();
    assert_eq!(months.len(), 12);
    assert_eq!((&months[11]["added"], &months[11]["left"], &months[11]["total"]), (&json!(3), &json!(1), &json!(2)));
    assert_eq!(months[10]["total"], 0);
    // Only what is below.
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(zhao.ok(OVERVIEW, json!({})).await["directory"]["overview"]["members"]["total"], 2);
    assert_eq!(zhao.refused(OVERVIEW, json!({"u": second})).await, "NOT_FOUND");
}

/// Whoever has the number of an account has what it may do: nobody gets hold of one that is above them by writing
/// its number into a member's record.
#[tokio::test]
async fn pc_3_2_1a_no_account_above_ones_own_is_taken_over_by_a_members_record() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (committee, first, second) = small_tree(&t, &mut admin).await;
    let boss = t.home.mobile.clone().expect("the first administrator has a number");
    let with_number = |n: u32, mobile: &str| with(member(&first, "张三", n), json!({"mobile": mobile}));
    t.person("zhao", "org_admin", &committee).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(zhao.refused(CREATE, json!({"input": with_number(1, &boss)})).await, "INVALID mobile");
    // The first administrator's own record is made by themselves; it keeps its number whoever edits it.
    let id = enrol(&mut admin, with_number(1, &boss)).await;
    let other = with(member(&first, "张三丰", 1), json!({"mobile": "13811112222"}));
    let edit = |version: i32, input: &Value| json!({"id": id, "version": version, "input": input});
    assert_eq!(zhao.refused(UPDATE, edit(1, &other)).await, "INVALID mobile");
    assert_eq!(admin.refused(UPDATE, edit(1, &other)).await, "INVALID mobile", "one's own needs a proof");
    let remark = with(member(&first, "张三丰", 1), json!({"mobile": null, "idNumber": null, "remark": "核对过"}));
    zhao.ok(UPDATE, edit(1, &remark)).await;
    let account = format!("SELECT display_name FROM {}.accounts WHERE id = '{}'", t.home.schema(), t.home.account);
    assert_ne!(t.sql().await.one(&account).await, "张三丰", "the account's name is theirs");

    // Work for the same branch puts nobody above each other: who only works there decides about no administrator.
    let qian = enrol(&mut admin, with(member(&first, "钱四", 2), json!({"mobile": "13700000002"}))).await;
    let made = format!("SELECT account_id FROM {}.people WHERE id = '{qian}'", t.home.schema());
    let made = t.sql().await.one(&made).await;
    let role = format!(
        "INSERT INTO {0}.role_assignments VALUES (gen_random_uuid(), '{made}', 'org_admin', '{first}', now(), NULL)",
        t.home.schema()
    );
    t.sql().await.rows(&role).await;
    t.person("sun", "branch_secretary", &first).await;
    let mut sun = t.signed_in("sun", PASSWORD).await;
    let number = with(member(&first, "钱四", 2), json!({"mobile": "13811113333", "idNumber": null}));
    assert_eq!(sun.refused(UPDATE, json!({"id": qian, "version": 1, "input": number})).await, "INVALID mobile");
    // Who administers what it belongs to does.
    zhao.ok(UPDATE, json!({"id": qian, "version": 1, "input": number})).await;
    let _ = second;
}

/// People change their own number; the record follows, and an edit of something else leaves it alone.
#[tokio::test]
async fn pc_2_1_the_record_follows_the_own_account_and_edits_do_not_put_an_old_number_back() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let id = enrol(&mut admin, member(&first, "张三", 1)).await;
    t.pass(chrono::Duration::minutes(2));
    let mut own = t.first_sign_in("13700000001", Some("13700000001")).await;
    own.ok(
        "mutation { system { requestMobileChangeCode(mobile: \"13822220000\") { resendAfterSeconds } } }",
        json!({}),
    )
    .await;
    let code = t.sms("13822220000").await;
    let change = "mutation($c: String!, $p: String!) { system { updateMyAccount(input: {mobile: \"13822220000\", smsCode: $c, \
        password: $p}) { mobile } } }";
    own.ok(change, json!({"c": code, "p": PASSWORD})).await;
    let seen = admin.ok(REVEAL, json!({"id": id, "reason": "核对信息"})).await;
    assert_eq!(seen["directory"]["revealMember"]["mobile"], "13822220000");
    let remark = with(member(&first, "张三", 1), json!({"mobile": null, "idNumber": null, "remark": "核对过"}));
    assert_eq!(
        admin.refused(UPDATE, json!({"id": id, "version": 1, "input": remark})).await,
        "CONFLICT",
        "an old form"
    );
    admin.ok(UPDATE, json!({"id": id, "version": 2, "input": remark})).await;
    t.signed_in("13822220000", PASSWORD).await;
    // Another number by somebody else's hand ends what is open.
    let number = with(member(&first, "张三", 1), json!({"mobile": "13833330000", "idNumber": null}));
    admin.ok(UPDATE, json!({"id": id, "version": 3, "input": number})).await;
    t.pass(chrono::Duration::seconds(2));
    assert_eq!(own.ok(words::SESSION, json!({})).await["system"]["session"], Value::Null);
}

/// Many move between two branches in both directions at once, others come and go: all of it happens, and the numbers
/// are right.
#[tokio::test]
async fn pc_3_2_1a_members_who_move_crosswise_stop_nobody() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, second) = small_tree(&t, &mut admin).await;
    let mut people = Vec::new();
    for n in 0..16 {
        let at = if n % 2 == 0 { &first } else { &second };
        people.push((n, enrol(&mut admin, member(at, "张三", n)).await));
    }
    let moves = people.iter().map(|(n, id)| {
        let (mut by, to) = (admin.clone(), if n % 2 == 0 { &second } else { &first });
        let input = with(member(to, "张三", *n), json!({"mobile": null, "idNumber": null}));
        async move {
            if n % 8 == 7 {
                by.ok(DELETE, json!({"ids": [id], "note": "重复录入"})).await;
            } else {
                by.ok(UPDATE, json!({"id": id, "version": 1, "input": input})).await;
            }
        }
    });
    join_all(moves).await;
    let heads = format!(
        "SELECT string_agg(member_count::text, ' ' ORDER BY member_count) FROM {}.organisations WHERE id IN ('{first}', '{second}')",
        t.home.schema()
    );
    assert_eq!(t.sql().await.one(&heads).await, "6 8");
}

#[tokio::test]
async fn pc_3_2_1a_a_post_ends_with_the_branch_and_a_return_is_a_change() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, second) = small_tree(&t, &mut admin).await;
    let id = enrol(&mut admin, member(&first, "张三", 1)).await;
    let schema = t.home.schema();
    let post = format!(
        "INSERT INTO {schema}.posts (id, person_id, organisation_id, post, since) VALUES (gen_random_uuid(), '{id}', '{first}', 'secretary', now())"
    );
    t.sql().await.rows(&post).await;
    let input = with(member(&second, "张三", 1), json!({"mobile": null, "idNumber": null}));
    admin.ok(UPDATE, json!({"id": id, "version": 1, "input": input})).await;
    let open = format!("SELECT count(*) FROM {schema}.posts WHERE until IS NULL");
    assert_eq!(t.sql().await.one(&open).await, "0");
    // Whoever had the form open before a departure and a return does not write over it.
    admin.ok(DELETE, json!({"ids": [id], "note": "重复录入"})).await;
    admin.ok(RESTORE, json!({"id": id, "branch": first})).await;
    assert_eq!(admin.refused(UPDATE, json!({"id": id, "version": 2, "input": input})).await, "CONFLICT");
}
