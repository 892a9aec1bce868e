//! Rosters: workbooks of members as people type them, and the steps of importing one.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use http::Method;
use serde_json::{Value, json};
use zhibu_core::{ImportId, World};
use zhibu_office::{Cell, Heading, Layout, Sheet, Template};

use crate::town::until;
use crate::visitor::Visitor;

/// Opens an import; gives the ticket for its file.
pub const REQUEST: &str = "mutation($t: String!, $f: String! = \"名册.xlsx\", $n: Int!) { system { requestImport(input: {template: $t, \
    fileName: $f, size: $n}) { id url contentType } } }";
/// Has the uploaded file looked through.
pub const CHECK: &str = "mutation($id: ID!) { system { checkImport(id: $id) { state } } }";
/// Has what was looked through written.
pub const CONFIRM: &str =
    "mutation($id: ID!, $partial: Boolean!) { system { confirmImport(id: $id, partial: $partial) { state } } }";
/// How an import stands.
pub const IMPORT: &str = "query($id: ID!) { system { import(id: $id) { state rowCount badRows doneRows undoneRows message marked \
    faults { row column sentence } } keptRows(id: $id) { row reason } } }";

/// A valid identity number of a made-up man (odd) or woman (even).
pub fn id_number(birth: &str, n: u32) -> String {
    let body = format!("110101{}{n:03}", birth.replace('-', ""));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap())
}

/// A row, by the titles of the columns.
pub type Line = BTreeMap<&'static str, String>;

/// A row of a member as people type it, for ten thousand different men.
pub fn typed(branch: &str, name: &str, n: u32) -> Line {
    let birth = "1990-01-01".parse::<NaiveDate>().unwrap() + chrono::Duration::days(i64::from(n / 450));
    [
        ("姓名", name.to_owned()),
        ("公民身份号码", id_number(&birth.to_string(), 2 * (n % 450) + 1)),
        ("性别", "男".into()),
        ("民族", "汉族".into()),
        ("出生日期", birth.to_string()),
        ("学历", "大学本科毕业".into()),
        ("所在党支部", branch.into()),
        ("人员类别", "正式党员".into()),
        ("加入党组织日期", "2015/6/20".into()),
        ("转为正式党员日期", "20160620".into()),
        ("工作岗位", "公有制企业管理人员".into()),
        ("手机号", format!("1370000{n:04}")),
        ("党籍状态", "正常".into()),
        ("是否失联", "否".into()),
        ("是否流动党员", "否".into()),
    ]
    .into()
}

/// A workbook with these rows below the headers of a template.
pub fn workbook(folder: &Path, template: &str, lines: &[Line]) -> Vec<u8> {
    let template = Template::of(template).unwrap();
    let columns = template.columns.iter().map(|c| Heading { title: c.title.clone(), width: 12 }).collect();
    let id: ImportId = World::default().id();
    let path = folder.join(format!("{id}.xlsx"));
    let mut sheet = Sheet::create(&path, Layout { name: "名册".into(), columns, ..Layout::default() }, |_| {}).unwrap();
    for line in lines {
        let cell = |title: &str| line.get(title).map_or(Cell::Blank, |text| Cell::Text(text));
        sheet.row(&template.columns.iter().map(|c| cell(&c.title)).collect::<Vec<_>>()).unwrap();
    }
    sheet.finish().unwrap();
    std::fs::read(path).unwrap()
}

/// Uploads a workbook and has it looked through; the import.
pub async fn upload(by: &mut Visitor, template: &str, bytes: Vec<u8>) -> String {
    let ticket = by.ok(REQUEST, json!({"t": template, "n": bytes.len()})).await["system"]["requestImport"].clone();
    let kind = [("content-type", ticket["contentType"].as_str().unwrap())];
    let put = by.send(Method::PUT, ticket["url"].as_str().unwrap(), &kind, bytes).await;
    assert_eq!(put.status, 200, "{}", String::from_utf8_lossy(&put.bytes));
    let id = ticket["id"].as_str().unwrap().to_owned();
    by.ok(CHECK, json!({"id": id})).await;
    id
}

/// Waits until an import has come to rest.
pub async fn rest(by: &mut Visitor, id: &str) -> Value {
    let mut found = Value::Null;
    until("the import has come to rest", async || {
        found = by.ok(IMPORT, json!({"id": id})).await["system"].clone();
        !["CHECKING", "APPLYING", "UNDOING"].contains(&found["import"]["state"].as_str().unwrap())
    })
    .await;
    found
}
