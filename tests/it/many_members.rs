//! Lists and numbers of many members agree however they are made: from one index, from joined tables, page by page.

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::organisations::small_tree;
use zhibu_tests::roster::id_number;
use zhibu_tests::roster::{rest, typed, upload, workbook};

const ALL: u32 = 230;
const LIST: &str = "query($after: String, $offset: Int, $filter: MemberFilter, $sort: MemberSort! = NAME) { directory { members(first: 50, \
    after: $after, offset: $offset, filter: $filter, sort: $sort) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }";
const OVERVIEW: &str = "{ directory { overview { organisations kinds { key count } members { total formal probationary women floating \
    ages { key count } branches { key count } growth { month added left total } } attention { kind count } } } }";

async fn import(by: &mut Visitor) {
    let lines: Vec<_> = (0..ALL)
        .map(|n| {
            let branch = if n % 4 == 0 { "第二党支部" } else { "第一党支部" };
            let mut line = typed(branch, if n % 5 == 0 { "王五" } else { "张三" }, n);
            if n % 3 == 0 {
                line.extend([("性别", "女".to_owned()), ("公民身份号码", id_number("1990-01-01", 2 * n))]);
            }
            if n % 7 == 0 {
                line.extend([("人员类别", "预备党员".to_owned()), ("转为正式党员日期", String::new())]);
            }
            if n % 10 == 0 {
                line.extend([("是否流动党员", "是".to_owned()), ("外出流向", "跨省(区、市)".to_owned())]);
            }
            if n % 11 == 0 {
                line.extend([("是否失联", "是".to_owned()), ("失去联系日期", "2024-03-01".to_owned())]);
            }
            line
        })
        .collect();
    let folder = std::env::temp_dir().join(format!("zhibu-many-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let id = upload(by, "member", workbook(&folder, "member", &lines)).await;
    assert_eq!(rest(by, &id).await["import"]["badRows"], 0);
    by.ok("mutation($id: ID!) { system { confirmImport(id: $id, partial: false) { state } } }", json!({"id": id}))
        .await;
    assert_eq!(rest(by, &id).await["import"]["doneRows"], ALL);
}

/// Everybody a filter finds, page by page, and how many there are said to be.
async fn walk(by: &mut Visitor, filter: &Value, sort: &str) -> (Vec<String>, usize) {
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let seen = by.ok(LIST, json!({"filter": filter, "sort": sort, "after": after})).await;
        let list = &seen["directory"]["members"];
        ids.extend(list["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if list["pageInfo"]["hasNextPage"] == false {
            return (ids, list["totalCount"].as_u64().unwrap().try_into().unwrap());
        }
        after = list["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn pc_3_2_1a_many_members_are_counted_and_paged_alike_however_it_is_done() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    small_tree(&t, &mut admin).await;
    t.sql().await.rows(&format!("UPDATE {}.policy SET seats = {ALL}", t.home.schema())).await;
    import(&mut admin).await;
    let (everybody, _) = walk(&mut admin, &json!({}), "NAME").await;
    let delete =
        "mutation($ids: [ID!]!) { directory { deleteMembers(ids: $ids, reason: DATA_ERROR, note: \"重复录入\") } }";
    admin.ok(delete, json!({"ids": everybody[..6]})).await;
    t.person("zhao", "org_admin", &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;

    let (left, total) = walk(&mut admin, &json!({}), "NAME").await;
    assert_eq!((left.len(), total), (224, 224));
    let filters = [
        json!({"sex": "2"}),
        json!({"search": "王"}),
        json!({"search": "zs"}),
        json!({"search": "13700000003"}),
        json!({"sex": "1", "ethnicities": ["01"], "educationLevels": ["21"], "bornFrom": "1980-01-01", "bornTo": "1999-01-01"}),
        json!({"memberType": "PROBATIONARY"}),
        json!({"memberType": "FORMAL", "status": "NORMAL"}),
        json!({"floating": true}),
        json!({"lost": true}),
        json!({"lost": false, "joinedFrom": "2015-01-01", "joinedTo": "2015-12-31"}),
        json!({"floating": true, "sex": "2"}),
        json!({"bornFrom": "2001-01-01"}),
    ];
    for filter in filters {
        let (found, total) = walk(&mut admin, &filter, "NAME").await;
        assert_eq!(found.len(), total, "{filter}");
        // Whose reach is a list of organisations is counted by joining.
        assert_eq!(walk(&mut zhao, &filter, "NAME").await, (found, total), "{filter}");
    }
    for sort in ["NAME", "BIRTH_DATE", "JOIN_DATE"] {
        let (found, _) = walk(&mut admin, &json!({}), sort).await;
        for filter in [json!({}), json!({"ethnicities": ["01"]}), json!({"status": "NORMAL"})] {
            let page = admin.ok(LIST, json!({"filter": filter, "sort": sort, "offset": 200})).await;
            let page = &page["directory"]["members"];
            let ids: Vec<&str> =
                page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
            assert_eq!(ids, found[200..], "{sort} {filter}");
            assert_eq!(page["pageInfo"]["hasNextPage"], false);
        }
    }
    assert_eq!(admin.ok(OVERVIEW, json!({})).await, zhao.ok(OVERVIEW, json!({})).await);
}
