//! Reading workbooks made by other programs (`fixtures/make.py`) and workbooks nobody should send.

use crate::common::{fixture, read, refusal, rewrite, told};
use chrono::NaiveDate;
use std::io::Write;
use zhibu_office::{Template, Value, Workbook};

fn organisation() -> &'static Template {
    Template::of("organisation").unwrap()
}

fn points() -> &'static Template {
    Template::of("xuexi_points").unwrap()
}

fn texts(rows: &[zhibu_office::Row<'static>], key: &str) -> Vec<String> {
    let cell = |row: &zhibu_office::Row<'static>| row.clone().text(key).unwrap_or_default();
    rows.iter().map(cell).collect()
}

#[test]
fn pc_3_1_1f_titles_blank_rows_and_columns_stand_before_the_table() {
    let rows = read(&fixture("titles"), organisation());
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [5, 8]);
    assert_eq!(texts(&rows, "full_name"), ["中共第1支部委员会", "中共第2支部委员会"]);
    assert_eq!(texts(&rows, "term_years"), ["3", "3"]);
    let place = Workbook::open(&fixture("titles")).unwrap().place(organisation()).unwrap();
    assert_eq!((place.header, place.columns[0]), (4, Some(1)));
}

#[test]
fn pc_3_1_1f_days_are_read_in_every_spelling() {
    for name in ["dates", "libreoffice_dates"] {
        let mut rows = read(&fixture(name), organisation());
        assert_eq!(rows.len(), 13, "{name}");
        let wrong = rows.split_off(11);
        for mut row in rows {
            assert_eq!(row.date("founded_on"), NaiveDate::from_ymd_opt(2019, 3, 1), "{name} {}", row.number);
        }
        for mut row in wrong {
            assert_eq!(row.date("founded_on"), None, "{name}");
            assert_eq!(told(&row), ["成立日期格式应为YYYY-MM-DD"], "{name}");
        }
    }
}

#[test]
fn pc_3_1_1f_days_may_count_from_1904() {
    for mut row in read(&fixture("dates_1904"), organisation()) {
        assert_eq!(row.date("founded_on"), NaiveDate::from_ymd_opt(2019, 3, 1), "{}", row.number);
    }
}

#[test]
fn pc_3_2_1b_numbers_and_texts_may_stand_for_each_other() {
    let mut rows = read(&fixture("numbers"), Template::of("member").unwrap());
    let ids: Vec<_> = rows.iter_mut().map(|row| row.text("id_number")).collect();
    assert_eq!(ids, [None, Some("320104199001010011".into()), None, Some("32010419900101001x".into())]);
    for at in [0, 2] {
        assert_eq!(told(&rows[at]), ["公民身份号码：号码末位已被Excel改为0，请把该列设为文本格式后重新填写"]);
    }
    let mobiles: Vec<_> = rows.iter_mut().map(|row| row.mobile("mobile").unwrap()).collect();
    assert_eq!(mobiles, ["13800000000", "13800000001", "13800000000", "13800000000"]);
    assert_eq!(rows[3].text("name").as_deref(), Some("1001"));
    assert_eq!(rows[0].choice("sex"), Some("1"));
    assert!(rows[0].choice("ethnicity").is_some());
    assert_eq!(rows[0].yes_no("is_lost"), Some(false));
}

#[test]
fn pc_3_1_1f_widths_and_invisible_characters_do_not_matter() {
    let mut row = read(&fixture("widths"), organisation()).remove(0);
    assert_eq!(row.text("full_name").as_deref(), Some("中共第1支部委员会"));
    assert_eq!(row.text("short_name").as_deref(), Some("第1支部"));
    assert_eq!(row.text("contact_name").as_deref(), Some("张 三"));
    assert_eq!(row.phone("contact_phone").as_deref(), Some("13800000000"));
    assert_eq!(row.text("unit_name").as_deref(), Some("示范公司\n(集团)"));
}

#[test]
fn pc_3_1_1f_the_data_sheet_is_found_by_its_header() {
    let path = fixture("second_sheet");
    assert_eq!(read(&path, organisation()).len(), 2);
    assert_eq!(Workbook::open(&path).unwrap().place(organisation()).unwrap().sheet, "数据 <1>");
}

#[test]
fn hidden_rows_are_read_too() {
    assert_eq!(texts(&read(&fixture("hidden"), points()), "name"), ["党员1", "党员2", "党员3"]);
}

#[test]
fn pc_3_1_1f_columns_may_have_any_order_and_company() {
    let mut rows = read(&fixture("columns"), organisation());
    assert_eq!(texts(&rows, "short_name"), ["第1支部", "第2支部"]);
    assert_eq!(rows[1].integer("sort"), Some(2));
    assert_eq!(rows[1].choice("org_type"), Some("branch"));
}

#[test]
fn pc_3_1_1f_missing_required_columns_are_named() {
    assert_eq!(
        refusal(&fixture("missing"), organisation()),
        ("FILE_HEADERS", "缺少必填列：组织简称、联系人，请对照导入模板补上后再上传".to_owned())
    );
    assert_eq!(refusal(&fixture("twice"), points()).0, "FILE_HEADERS");
    assert_eq!(refusal(&fixture("twice"), organisation()).0, "FILE_HEADERS");
}

#[test]
fn formulas_give_their_stored_results_and_errors_are_faults() {
    let mut rows = read(&fixture("formulas"), points());
    assert_eq!(rows[0].integer("month_points"), Some(101));
    assert_eq!(*rows[1].values().first().unwrap(), Value::Blank);
    assert_eq!(rows[1].integer("month_points"), Some(102));
    assert_eq!(rows[2].integer("month_points"), None);
    assert_eq!(told(&rows[2]), ["当月积分：公式没有计算结果，请用Excel打开并保存后再上传"]);
    for at in [3, 4] {
        assert_eq!(rows[at].integer("month_points"), None);
        assert_eq!(told(&rows[at]), ["当月积分：单元格是公式错误值，请改为正确的内容"]);
    }
    assert_eq!(rows[5].text("name").as_deref(), Some("A"));
}

#[test]
fn rich_phonetic_and_inline_texts_are_read() {
    assert_eq!(texts(&read(&fixture("rich"), points()), "name"), ["张三 丰", "党员2"]);
    assert_eq!(texts(&read(&fixture("shared"), points()), "name"), ["张三", "重庆\n李A"]);
    assert_eq!(texts(&read(&fixture("inline"), points()), "name"), ["党员1", "党员2"]);
    assert_eq!(read(&fixture("inline"), points())[1].integer("month_points"), Some(102));
}

#[test]
fn libreoffice_s_files_are_read() {
    let rows = read(&fixture("libreoffice_dressed"), organisation());
    assert_eq!(texts(&rows, "full_name"), ["中共第1支部委员会", "中共第2支部委员会", "中共第3支部委员会"]);
}

#[test]
fn other_files_are_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let file = |bytes: &[u8]| {
        let path = folder.path().join("a.xlsx");
        std::fs::write(&path, bytes).unwrap();
        refusal(&path, points())
    };
    let ole = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    let old = file(&[&ole[..], &[0; 4096]].concat());
    assert!(old.0 == "FILE_TYPE" && old.1.contains("另存为.xlsx"), "{old:?}");
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let locked = file(&[&ole[..], &[0; 65_520], &name, &[0; 500]].concat());
    assert!(locked.0 == "FILE_ENCRYPTED" && locked.1.contains("取消密码"), "{locked:?}");
    assert_eq!(file(b""), ("FILE_TYPE", "文件是空的，请重新选择".to_owned()));
    assert_eq!(file("姓名,手机号\n张三,138\n".as_bytes()).0, "FILE_TYPE");
    assert_eq!(file(b"PK\x03\x04 and no more").0, "FILE_DAMAGED");
    let good = std::fs::read(fixture("inline")).unwrap();
    assert_eq!(file(&good[..good.len() - 30]).0, "FILE_DAMAGED");
}

#[test]
fn archives_that_are_no_workbooks_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    assert_eq!(refusal(&path, points()).0, "FILE_TYPE");
    let macros = rewrite(&fixture("inline"), folder.path(), |_, data| data, &[("xl/vbaProject.bin", b"x")]);
    assert!(refusal(&macros, points()).1.contains("宏"));
}

#[test]
fn bombs_are_refused_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = |data: Vec<u8>| {
        let change = move |name: &str, old: Vec<u8>| if name.ends_with("sheet1.xml") { data.clone() } else { old };
        refusal(&rewrite(&fixture("hidden"), folder.path(), change, &[]), points())
    };
    let begun = std::time::Instant::now();
    let mut zeros = b"<worksheet><sheetData><row><c><v>".to_vec();
    zeros.resize(400 << 20, b'0');
    assert_eq!(sheet(zeros).0, "FILE_TOO_LARGE");
    let pieces = [&b"<x>"[..], &[b'0'; 1 << 19], b"</x>"].concat().repeat(200);
    assert_eq!(sheet([&b"<worksheet><sheetData>"[..], &pieces].concat()).0, "FILE_TOO_LARGE");
    let lol = b"<!DOCTYPE w [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><worksheet><sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>";
    assert_eq!(sheet(lol.to_vec()).0, "FILE_DAMAGED");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn an_archive_whose_header_lies_about_sizes_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let pieces = [&b"<x>"[..], &[b'0'; 1 << 19], b"</x>"].concat().repeat(100);
    let sheet = [&b"<worksheet><sheetData>"[..], &pieces, b"</sheetData></worksheet>"].concat();
    let size = u32::try_from(sheet.len()).unwrap().to_le_bytes();
    let change = move |name: &str, old: Vec<u8>| if name.ends_with("sheet1.xml") { sheet.clone() } else { old };
    let mut bytes = std::fs::read(rewrite(&fixture("hidden"), folder.path(), change, &[])).unwrap();
    let places: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, w)| *w == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(refusal(&path, points()).0, "FILE_DAMAGED");
}

#[test]
fn too_many_parts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for at in 0..2100 {
        zip.start_file(format!("xl/{at}.xml"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"<a/>").unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(refusal(&path, points()).0, "FILE_TOO_LARGE");
}

#[test]
fn rows_and_columns_have_limits() {
    let folder = tempfile::tempdir().unwrap();
    let table = |count: u32| {
        let head = "<row><c t='str'><v>姓名</v></c><c t='str'><v>手机号</v></c><c t='str'><v>统计月份</v></c><c t='str'><v>当月积分</v></c></row>";
        let row = "<row><c><v>1</v></c></row><row><c><v></v></c></row>";
        let body = row.repeat(usize::try_from(count).unwrap());
        let sheet = format!("<worksheet><sheetData>{head}{body}</sheetData></worksheet>").into_bytes();
        let change = move |name: &str, old: Vec<u8>| if name.ends_with("sheet1.xml") { sheet.clone() } else { old };
        rewrite(&fixture("hidden"), folder.path(), change, &[])
    };
    assert_eq!(read(&table(100_000), points()).len(), 100_000);
    let (code, words) = refusal(&table(100_001), points());
    assert!(code == "FILE_TOO_LARGE" && words.contains("10万行"), "{words}");
    let wide = |xml: Vec<u8>| String::from_utf8(xml).unwrap().replace("r=\"D3\"", "r=\"CW3\"").into_bytes();
    let change = move |name: &str, old: Vec<u8>| if name.ends_with("sheet1.xml") { wide(old) } else { old };
    let (code, words) = refusal(&rewrite(&fixture("hidden"), folder.path(), change, &[]), points());
    assert!(code == "FILE_TOO_LARGE" && words.contains("第3行超过100列"), "{words}");
}
