//! 启动页, 背景图, 小程序菜单, 个人基础信息: what a tenant shows of itself and what people complete themselves.

use std::io::Cursor;

use http::Method;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::members::{enrol, member};
use crate::organisations::{small_tree, with};

const REQUEST: &str = "mutation($slot: PictureSlot!, $name: String!, $size: Int!) { system { requestPicture(input: {slot: $slot, \
    fileName: $name, size: $size}) { id url contentType } } }";
const USE: &str = "mutation($slot: PictureSlot!, $id: ID!) { system { usePicture(slot: $slot, id: $id) { slot fileName width \
    height narrowUrl wideUrl by } } }";
const CLEAR: &str = "mutation($slot: PictureSlot!) { system { clearPicture(slot: $slot) } }";
const BACKGROUNDS: &str = "{ system { backgrounds { slot fileName } } }";
const APPEARANCE: &str = "{ system { appearance { slot wideUrl narrowUrl } } }";
const SETTINGS: &str = "{ system { miniMenuSettings { key group label usualLabel on available } } }";
const SHOWN: &str = "{ system { miniMenus { key label } } }";
const SET: &str = "mutation($key: String!, $label: String!, $on: Boolean!) { system { setMiniMenu(key: $key, label: $label, on: \
    $on) { key label on } } }";
const ORDER: &str = "mutation($group: MiniGroup!, $keys: [String!]!) { system { orderMiniMenus(group: $group, keys: $keys) { key \
    group } } }";
const PROFILE: &str =
    "{ system { profile { editable member { id version name idNumber school landline branch { shortName } } } } }";
const UPDATE: &str = "mutation($version: Int!, $changes: [ProfileChange!]!) { system { updateProfile(version: $version, changes: \
    $changes) { member { version school landline } } } }";
const FIELDS: &str = "mutation($fields: [ProfileField!]!) { system { setSelfService(fields: $fields) { editable } } }";

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let at = |x: u32, y: u32| u8::try_from((x * 7 + y * 13) % 251).unwrap();
    let pixels = RgbImage::from_fn(width, height, |x, y| Rgb([at(x, y), at(y, x), 90]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn ticket(by: &mut Visitor, slot: &str, name: &str, size: usize) -> Value {
    by.ok(REQUEST, json!({"slot": slot, "name": name, "size": size})).await["system"]["requestPicture"].clone()
}

/// Uploads a file for a slot; the id of what may be used.
async fn upload(by: &mut Visitor, slot: &str, name: &str, bytes: &[u8]) -> Value {
    let ticket = ticket(by, slot, name, bytes.len()).await;
    let kind = [("content-type", ticket["contentType"].as_str().unwrap())];
    let put = by.send(Method::PUT, ticket["url"].as_str().unwrap(), &kind, bytes.to_vec()).await;
    assert_eq!(put.status, 200);
    ticket["id"].clone()
}

async fn show(by: &mut Visitor, slot: &str, bytes: &[u8]) -> Value {
    let id = upload(by, slot, "图片.png", bytes).await;
    by.ok(USE, json!({"slot": slot, "id": id})).await["system"]["usePicture"].clone()
}

async fn read(by: &Visitor, url: &Value) -> (u16, Vec<u8>) {
    let answer = by.send(Method::GET, url.as_str().unwrap(), &[], "").await;
    (answer.status, answer.bytes.to_vec())
}

/// A PNG that says that it has 30,000 by 30,000 pixels.
fn bomb() -> Vec<u8> {
    let mut bytes = picture(1, 1, ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut crc = u32::MAX;
    for byte in &bytes[12..29] {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 });
    }
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    bytes
}

#[tokio::test]
async fn pc_2_2_a_picture_is_uploaded_looked_through_shown_and_taken_back() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let file = picture(1800, 3600, ImageFormat::Png);
    let shown = show(&mut admin, "SPLASH", &file).await;
    assert_eq!((&shown["width"], &shown["height"]), (&json!(1800), &json!(3600)));
    let (status, jpeg) = read(&admin, &shown["narrowUrl"]).await;
    let seen = image::load_from_memory(&jpeg).unwrap();
    assert_eq!((status, seen.width(), seen.height()), (200, 750, 1500));
    let (_, wide) = read(&admin, &shown["wideUrl"]).await;
    assert_eq!(image::load_from_memory(&wide).unwrap().width(), 1600);

    // Everybody of the tenant gets it for the phone; the file itself is gone, and so is the ticket.
    t.person("zhao", "branch_secretary", &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    let all = zhao.ok(APPEARANCE, json!({})).await["system"]["appearance"].clone();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["slot"]), (1, &json!("SPLASH")));
    assert_eq!(read(&zhao, &all[0]["narrowUrl"]).await.1, jpeg);
    let sql = t.sql().await;
    let id = sql.one(&format!("SELECT id FROM {}.pictures WHERE state = 'used'", t.home.schema())).await;
    assert_eq!(admin.refused(USE, json!({"slot": "SPLASH", "id": id})).await, "NOT_FOUND");
    let (tenant, raw) = (&t.home.id, id.replace('-', ""));
    let app = t.app();
    let key = zhibu_storage::Key::tenant(tenant.parse().unwrap(), ["pictures", &raw, "upload"]).unwrap();
    assert_eq!(t.inside(async move { app.store.head(&key).await.unwrap_err().code }).await, "NOT_FOUND");

    // Only who decides about the tenant changes it.
    assert_eq!(zhao.refused(REQUEST, json!({"slot": "SPLASH", "name": "a.png", "size": 9})).await, "DENIED");
    assert_eq!(zhao.refused(USE, json!({"slot": "SPLASH", "id": id})).await, "DENIED");
    assert_eq!(zhao.refused(CLEAR, json!({"slot": "SPLASH"})).await, "DENIED");
    assert_eq!(zhao.refused(BACKGROUNDS, json!({})).await, "DENIED");

    // A page that is switched off changes nothing; the other one is not touched.
    let switch = "mutation($on: Boolean!) { system { setMenu(key: \"system.splash\", on: $on) { key } } }";
    admin.ok(switch, json!({"on": false})).await;
    assert_eq!(admin.refused(CLEAR, json!({"slot": "SPLASH"})).await, "DENIED");
    admin.ok(CLEAR, json!({"slot": "NEWS"})).await;
    admin.ok(switch, json!({"on": true})).await;

    admin.ok(CLEAR, json!({"slot": "SPLASH"})).await;
    assert_eq!(zhao.ok(APPEARANCE, json!({})).await["system"]["appearance"], json!([]));
    let log = "{ system { auditEntries(first: 9) { nodes { action } } } }";
    let log = admin.ok(log, json!({})).await.to_string();
    assert!(["上传图片", "更换图片", "恢复默认图片"].iter().all(|deed| log.contains(deed)), "{log}");
}

#[tokio::test]
async fn pc_2_2_what_lies_about_itself_is_refused() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    for (name, size, field) in [
        ("a.png", 200 * 1024 * 1024 + 1, "INVALID size"),
        ("a.png", 201 * 1024 * 1024, "INVALID size"),
        ("a.png", 0, "INVALID size"),
        ("a.gif", 9, "INVALID fileName"),
        ("a.svg", 9, "INVALID fileName"),
        ("a.png.exe", 9, "INVALID fileName"),
    ] {
        let asked = json!({"slot": "PC_HOME", "name": name, "size": size});
        assert_eq!(admin.refused(REQUEST, asked).await, field, "{name} {size}");
    }
    assert!(ticket(&mut admin, "PC_HOME", "a.JPEG", 200 * 1024 * 1024).await["url"].is_string());

    let png = picture(400, 400, ImageFormat::Png);
    let program = [b"MZ\x90\0".as_slice(), &[0; 600]].concat();
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
    for (bytes, refusal) in [
        (program, "PICTURE_TYPE file"),
        (drawing, "PICTURE_TYPE file"),
        (bomb(), "PICTURE_PIXELS file"),
        (png[..png.len() / 2].to_vec(), "PICTURE_BROKEN file"),
    ] {
        let id = upload(&mut admin, "PC_HOME", "背景.png", &bytes).await;
        assert_eq!(admin.refused(USE, json!({"slot": "PC_HOME", "id": id})).await, refusal);
    }
    // Nothing came, another length came than was said, or it came for another slot.
    let id = ticket(&mut admin, "PC_HOME", "a.png", 10).await["id"].clone();
    assert_eq!(admin.refused(USE, json!({"slot": "PC_HOME", "id": id})).await, "PICTURE_FILE file");
    let short = ticket(&mut admin, "PC_HOME", "a.png", 10).await;
    let put = admin.send(Method::PUT, short["url"].as_str().unwrap(), &[("content-type", "image/png")], "abc").await;
    assert_eq!(put.status, 403);
    let id = upload(&mut admin, "PC_HOME", "a.png", &png).await;
    assert_eq!(admin.refused(USE, json!({"slot": "SPLASH", "id": id})).await, "NOT_FOUND");

    // Another tenant's upload is not there.
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    assert_eq!(boss.refused(USE, json!({"slot": "PC_HOME", "id": id})).await, "NOT_FOUND");
    assert_eq!(boss.ok(APPEARANCE, json!({})).await["system"]["appearance"], json!([]));
    admin.ok(USE, json!({"slot": "PC_HOME", "id": id})).await;

    // What nobody finished is thrown away after a day, with its file.
    let sql = t.sql().await;
    let count = format!("SELECT count(*) FROM {}.pictures", t.home.schema());
    assert_eq!(sql.one(&count).await, "8");
}

#[tokio::test]
async fn pc_2_7_the_sign_in_background_shows_through_the_own_link_only() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let slug = t.sql().await.one(&format!("SELECT slug FROM platform.tenants WHERE id = '{}'", t.home.id)).await;
    let stranger = t.visitor();
    let look = async |path: String| {
        let answer = stranger.send(Method::GET, &path, &[], "").await;
        (answer.status, answer.bytes.to_vec(), answer.headers.get("cache-control").cloned())
    };
    let own = format!("/t/{slug}/picture");
    let before = look(own.clone()).await;
    assert_eq!((before.0, before.1.len()), (404, 0));
    assert_eq!(look("/t/nobody/picture".into()).await, before, "no tenant looks like a tenant without a picture");
    for odd in ["/t/..%2f..%2fetc/picture", "/t/%00/picture", "/t/'/picture"] {
        assert_eq!(look(odd.into()).await, before, "{odd}");
    }
    // Other slots are for its people only.
    show(&mut admin, "PC_HOME", &picture(300, 200, ImageFormat::Png)).await;
    assert_eq!(look(own.clone()).await, before);

    show(&mut admin, "PC_LOGIN", &picture(320, 200, ImageFormat::Jpeg)).await;
    let (status, jpeg, _) = look(own.clone()).await;
    assert_eq!((status, image::load_from_memory(&jpeg).unwrap().width()), (200, 320));
    let page = stranger.send(Method::GET, &format!("/t/{slug}/login"), &[], "").await;
    assert_eq!(page.status, 200);
    let slots: Vec<Value> = admin.ok(BACKGROUNDS, json!({})).await["system"]["backgrounds"].as_array().unwrap().clone();
    assert_eq!(slots.iter().map(|one| one["slot"].as_str().unwrap()).collect::<Vec<_>>(), ["PC_LOGIN", "PC_HOME"]);

    // A newer one takes its place; a tenant whose people may not come in shows nothing.
    show(&mut admin, "PC_LOGIN", &picture(640, 200, ImageFormat::Png)).await;
    assert_eq!(image::load_from_memory(&look(own.clone()).await.1).unwrap().width(), 640);
    let mark =
        format!("UPDATE platform.tenants SET suspended_at = now(), suspend_reason = '欠费' WHERE id = '{}'", t.home.id);
    t.sql().await.rows(&mark).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(look(own).await, before);
}

#[tokio::test]
async fn pc_2_5_menus_of_the_mini_program_are_named_ordered_and_hidden() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let all = admin.ok(SETTINGS, json!({})).await["system"]["miniMenuSettings"].clone();
    let all = all.as_array().unwrap();
    let of = |group: &str| -> Vec<String> {
        let menus = all.iter().filter(|menu| menu["group"] == group);
        menus.map(|menu| menu["key"].as_str().unwrap().to_owned()).collect()
    };
    let (personal, manage) = (of("PERSONAL"), of("MANAGE"));
    assert_eq!((personal.len(), manage.len()), (19, 9));
    assert!(all.iter().all(|menu| menu["on"] == true && menu["label"] == menu["usualLabel"]));
    let shown = async |by: &mut Visitor| -> Vec<String> {
        let menus = by.ok(SHOWN, json!({})).await["system"]["miniMenus"].clone();
        let told = |menu: &Value| format!("{} {}", menu["key"].as_str().unwrap(), menu["label"].as_str().unwrap());
        // The mall is a module that is not there.
        let some = ["personal.document", "personal.certificate", "personal.mall"];
        let looked_at = menus.as_array().unwrap().iter().filter(|menu| some.iter().any(|key| menu["key"] == *key));
        looked_at.map(told).collect()
    };
    let usual = ["personal.document 文档管理", "personal.certificate 党员活动证"];
    assert_eq!(shown(&mut admin).await, usual, "only menus of modules that are there");

    admin.ok(SET, json!({"key": "personal.document", "label": " 学习资料 ", "on": true})).await;
    let mut turned = personal.clone();
    turned.reverse();
    admin.ok(ORDER, json!({"group": "PERSONAL", "keys": turned})).await;
    assert_eq!(shown(&mut admin).await, ["personal.certificate 党员活动证", "personal.document 学习资料"]);
    admin.ok(SET, json!({"key": "personal.certificate", "label": "党员活动证", "on": false})).await;
    assert_eq!(shown(&mut admin).await, ["personal.document 学习资料"]);
    // Taken back by the same ways.
    admin.ok(SET, json!({"key": "personal.certificate", "label": "", "on": true})).await;
    admin.ok(SET, json!({"key": "personal.document", "label": "", "on": true})).await;
    admin.ok(ORDER, json!({"group": "PERSONAL", "keys": personal})).await;
    assert_eq!(shown(&mut admin).await, usual);

    for (keys, group) in [
        (personal[1..].to_vec(), "PERSONAL"),
        (manage.clone(), "PERSONAL"),
        ([&personal[1..], &personal[1..2]].concat(), "PERSONAL"),
    ] {
        assert_eq!(admin.refused(ORDER, json!({"group": group, "keys": keys})).await, "INVALID keys");
    }
    for (key, label, refusal) in [
        ("me.scan", "扫码", "NOT_FOUND"),
        ("nothing", "扫码", "NOT_FOUND"),
        ("personal.mall", "积分商城和兑换中心", "INVALID label"),
        ("personal.mall", "店", "INVALID label"),
    ] {
        assert_eq!(admin.refused(SET, json!({"key": key, "label": label, "on": true})).await, refusal, "{key} {label}");
    }
    t.person("zhao", "org_admin", &t.home.root).await;
    let mut zhao = t.signed_in("zhao", PASSWORD).await;
    assert_eq!(shown(&mut zhao).await, usual);
    assert_eq!(zhao.refused(SETTINGS, json!({})).await, "DENIED");
    assert_eq!(zhao.refused(SET, json!({"key": "personal.mall", "label": "商城", "on": false})).await, "DENIED");
    assert_eq!(zhao.refused(ORDER, json!({"group": "PERSONAL", "keys": personal})).await, "DENIED");

    // Each change is in the log once, and what changes nothing is not.
    admin.ok(SET, json!({"key": "personal.document", "label": "", "on": true})).await;
    let sql = t.sql().await;
    let count = format!(
        "SELECT string_agg(action, ' ' ORDER BY id) FROM {}.audit WHERE action LIKE 'mini_menu%'",
        t.home.schema()
    );
    let expected =
        "mini_menu.changed mini_menu.ordered mini_menu.changed mini_menu.changed mini_menu.changed mini_menu.ordered";
    assert_eq!(sql.one(&count).await, expected);

    // Without the module its menu is not there.
    t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    assert_eq!(shown(&mut boss).await, ["personal.certificate 党员活动证"]);
}

#[tokio::test]
async fn pc_2_1_people_complete_their_own_record_as_far_as_the_tenant_lets_them() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let (_, first, _) = small_tree(&t, &mut admin).await;
    let form = with(member(&first, "张三", 1), json!({"landline": "025-12345678", "homeAddress": "南京市中山路1号"}));
    let id = enrol(&mut admin, form).await;
    enrol(&mut admin, member(&first, "李四", 2)).await;
    let mut zhang = t.first_sign_in("13700000001", Some("13700000001")).await;
    let own = zhang.ok(PROFILE, json!({})).await["system"]["profile"].clone();
    assert_eq!((&own["member"]["id"], &own["member"]["name"]), (&json!(id), &json!("张三")));
    assert!(own["member"]["idNumber"].as_str().unwrap().contains('*') && own["member"]["landline"] == "025-****78");
    assert!(own["editable"].as_array().unwrap().contains(&json!("SCHOOL")));
    let version = own["member"]["version"].clone();

    let change = |version: &Value, field: &str, value: Value| json!({"version": version, "changes": [{"field": field, "value": value}]});
    let now =
        zhang.ok(UPDATE, change(&version, "SCHOOL", json!("南京大学"))).await["system"]["updateProfile"]["member"]
            .clone();
    assert_eq!(now["school"], "南京大学");
    // It is the same row that the administrator sees, with the edit in its history.
    let seen = "query($id: ID!) { directory { member(id: $id) { school version } memberChanges(id: $id, first: 1) { nodes { action \
        by fields { field before after } } } } }";
    let seen = admin.ok(seen, json!({"id": id})).await["directory"].clone();
    assert_eq!((&seen["member"]["school"], &seen["member"]["version"]), (&json!("南京大学"), &now["version"]));
    let told = &seen["memberChanges"]["nodes"][0];
    assert_eq!((&told["by"], &told["fields"][0]["field"]), (&json!("张三"), &json!("school")), "{told}");
    assert_eq!(told["fields"].as_array().unwrap().len(), 1, "nothing else has changed: {told}");

    assert_eq!(zhang.refused(UPDATE, change(&version, "SCHOOL", json!("别处"))).await, "CONFLICT");
    let version = now["version"].clone();
    for (field, value, refusal) in [
        ("ETHNICITY", json!("02"), "FIELD_CLOSED ethnicity"),
        ("LANDLINE", json!("12"), "INVALID landline"),
        ("EDUCATION_LEVEL", json!("20"), "INVALID educationLevel"),
        ("WORK_POST", Value::Null, "INVALID workPost"),
        ("EMPLOYER", json!("长".repeat(101)), "INVALID employer"),
    ] {
        assert_eq!(zhang.refused(UPDATE, change(&version, field, value)).await, refusal, "{field}");
    }
    // Never on offer, whatever a tenant would like to leave to people.
    assert_eq!(admin.refused(FIELDS, json!({"fields": ["ID_NUMBER"]})).await, "VALIDATION_ERROR");
    let emptied = zhang.ok(UPDATE, change(&version, "LANDLINE", Value::Null)).await["system"]["updateProfile"].clone();
    assert_eq!(emptied["member"]["landline"], Value::Null);

    // The tenant decides otherwise, at once.
    assert_eq!(zhang.refused(FIELDS, json!({"fields": []})).await, "DENIED");
    let chosen =
        admin.ok(FIELDS, json!({"fields": ["FIRST_WORK_DATE", "ETHNICITY"]})).await["system"]["setSelfService"].clone();
    assert_eq!(chosen["editable"], json!(["ETHNICITY", "FIRST_WORK_DATE"]));
    let version = emptied["member"]["version"].clone();
    assert_eq!(zhang.refused(UPDATE, change(&version, "SCHOOL", json!("某校"))).await, "FIELD_CLOSED school");
    assert_eq!(
        zhang.refused(UPDATE, change(&version, "FIRST_WORK_DATE", json!("去年"))).await,
        "INVALID firstWorkDate"
    );
    zhang.ok(UPDATE, change(&version, "FIRST_WORK_DATE", json!("2014-07-01"))).await;

    // Who is no member has an account and nothing to change.
    let none = admin.ok(PROFILE, json!({})).await["system"]["profile"].clone();
    assert_eq!(none["member"], Value::Null);
    assert_eq!(admin.refused(UPDATE, change(&json!(1), "ETHNICITY", json!("02"))).await, "NOT_FOUND");
}
