//! Templates and exports: what we write is read by others and by ourselves.

use crate::common::{fixture, part, read, told};
use calamine::{Data, Reader};
use chrono::NaiveDate;
use proptest::prelude::*;
use std::path::Path;
use std::sync::{Arc, Mutex};
use zhibu_office::{Cell, Fault, Heading, Layout, Sheet, Template, Value, Watermark, Workbook, harmless, mark};

fn open(path: &Path) -> calamine::Xlsx<std::io::BufReader<std::fs::File>> {
    calamine::open_workbook(path).unwrap()
}

fn layout(titles: &[&str]) -> Layout {
    let columns = titles.iter().map(|title| Heading { title: (*title).to_owned(), width: 16 }).collect();
    Layout { name: "名册".to_owned(), columns, ..Layout::default() }
}

#[test]
fn pc_3_1_1f_every_template_is_read_back_without_its_sample() {
    let folder = tempfile::tempdir().unwrap();
    for template in Template::all() {
        let path = folder.path().join("template.xlsx");
        std::fs::write(&path, template.workbook(&[]).unwrap()).unwrap();
        assert!(read(&path, template).is_empty(), "{}", template.key);
        let place = Workbook::open(&path).unwrap().place(template).unwrap();
        assert_eq!(place.header, 2);
        assert!(place.columns.iter().all(Option::is_some), "{}", template.key);
    }
}

#[test]
fn pc_3_1_1f_the_template_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.xlsx");
    let template = Template::of("organisation").unwrap();
    let lists = [("parent_short_name", vec!["集团党委".to_owned(), "机关党委".to_owned()])];
    std::fs::write(&path, template.workbook(&lists).unwrap()).unwrap();
    let mut book = open(&path);
    assert_eq!(book.sheet_names(), ["党组织信息", "说明", "代码"]);
    assert_eq!(book.sheets_metadata()[2].visible, calamine::SheetVisible::Hidden);
    let data = book.worksheet_range("党组织信息").unwrap();
    assert_eq!(data.get_value((1, 0)).unwrap().to_string(), "*组织全称");
    assert_eq!(data.get_value((1, 2)).unwrap().to_string(), "上级组织简称");
    assert!(data.get_value((2, 0)).unwrap().to_string().starts_with("【示例】"));
    let words = book.worksheet_range("说明").unwrap();
    let line: Vec<String> = words.rows().nth(6).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(line, ["成立日期", "必填", "日期，如2023-06-01", "成立日期格式应为YYYY-MM-DD"]);
    assert_eq!(words.height(), template.columns.len() + 1);
    let codes = book.worksheet_range("代码").unwrap();
    assert_eq!(codes.get_value((1, 0)).unwrap().to_string(), "集团党委");
    let sheet = part(&path, "xl/worksheets/sheet1.xml");
    for expected in
        ["'代码'!$A$2:$A$3", "sqref=\"C3:C100002\"", "sqref=\"D3:D100002\"", "ySplit=\"2\"", "mergeCell ref=\"A1:Q1\""]
    {
        assert!(sheet.contains(expected), "{expected}");
    }
}

#[test]
fn pc_8_2_an_export_says_who_took_what_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.xlsx");
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let layout = Layout {
        title: Some("党员名册".to_owned()),
        filters: "支部=第一支部；状态=正常".to_owned(),
        watermark: Some(Watermark {
            by: "张三&李四".into(), at: "2026-01-02 08:00".into(), purpose: "年报".into()
        }),
        ..layout(&["姓名", "人数", "日期", "金额"])
    };
    let mut sheet = Sheet::create(&path, layout, move |count| heard.lock().unwrap().push(count)).unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    for at in 0..2500 {
        sheet
            .row(&[Cell::Text("=cmd|' /C calc'!A0"), Cell::Integer(at), Cell::Date(day), Cell::Money(123_456)])
            .unwrap();
    }
    assert_eq!(sheet.finish().unwrap(), 2500);
    assert_eq!(*told.lock().unwrap(), [1000, 2000]);
    let mut book = open(&path);
    let range = book.worksheet_range("名册").unwrap();
    let first = |row: u32| range.get_value((row, 0)).unwrap().to_string();
    assert_eq!(first(0), "导出人：张三&李四　导出时间：2026-01-02 08:00　用途：年报");
    assert_eq!(
        (first(1), first(2), first(3)),
        ("党员名册".into(), "筛选条件：支部=第一支部；状态=正常".into(), "姓名".into())
    );
    assert_eq!(first(4), "'=cmd|' /C calc'!A0");
    assert_eq!(range.get_value((4, 3)), Some(&Data::Float(1234.56)));
    assert_eq!(range.height(), 2504);
    let xml = part(&path, "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("<f>"));
    for expected in
        ["autoFilter ref=\"A4:D2504\"", "ySplit=\"4\"", "导出人：张三&amp;&amp;李四", "<oddHeader>", "<oddFooter>"]
    {
        assert!(xml.contains(expected), "{expected}");
    }
}

#[test]
fn amounts_are_exact_to_the_fen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.xlsx");
    let amounts = [0, 1, -1, 10, 99, 12_345_678_901, 99_999_999_999_999, i64::MIN, i64::MAX];
    let mut sheet = Sheet::create(&path, layout(&["金额"]), |_| ()).unwrap();
    amounts.iter().for_each(|fen| sheet.row(&[Cell::Money(*fen)]).unwrap());
    sheet.finish().unwrap();
    let range = open(&path).worksheet_range("名册").unwrap();
    let read: Vec<String> = (2..11).map(|row| range.get_value((row, 0)).unwrap().to_string()).collect();
    let right = ["0", "0.01", "-0.01", "0.1", "0.99", "123456789.01", "999999999999.99"];
    assert_eq!(read[..7], right);
    assert_eq!(read[7..], ["-92233720368547758.08", "92233720368547758.07"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pc_8_2_neutralisation_has_no_gap(text in "[\\x00-\\x20='+@\\-＝＋－＠\u{3000}\u{a0}\u{200b}\u{feff}a1]{0,6}") {
        let safe = harmless(&text);
        let seen = safe.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || "\u{200b}\u{feff}".contains(c));
        prop_assert!(!seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{text:?} → {safe:?}");
        prop_assert!(!safe.starts_with(['\t', '\r', '\n']));
    }

    #[test]
    fn what_is_written_is_read_back(
        rows in prop::collection::vec(("[=+@'a-c\\-\u{4e00}-\u{4e10}<&\"_x ]{0,12}", 0i64..9999, 1_000i32..60_000), 1..20)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        let mut sheet = Sheet::create(&path, layout(&["学校", "批准成立文号", "排序号", "成立日期", "组织全称"]), |_| ()).unwrap();
        let day = |number: i32| NaiveDate::from_num_days_from_ce_opt(694_000 + number).unwrap();
        for (text, number, date) in &rows {
            sheet.row(&[Cell::Text("x"), Cell::Text(text), Cell::Integer(*number), Cell::Date(day(*date)), Cell::Text("甲乙")]).unwrap();
        }
        sheet.finish().unwrap();
        let csv = "t,s,z,f,r,o,v,e,x\na,1,组织全称,full_name,yes,text,,,\na,2,批准成立文号,no,no,text,,,\na,3,排序号,sort,no,integer,,,\na,4,成立日期,on,no,YYYY-MM-DD,,,\n";
        let template = Template::parse("a", "甲", csv);
        let mut book = Workbook::open(&path).unwrap();
        let read: Vec<_> = book.rows(&template).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read.len(), rows.len());
        for (mut row, (text, number, date)) in read.into_iter().zip(rows) {
            let text = text.trim();
            let expected = if text.is_empty() { Value::Blank } else { Value::Text(text.to_owned()) };
            prop_assert_eq!(&row.values()[1], &expected);
            prop_assert_eq!(row.integer("sort"), Some(number));
            prop_assert_eq!(row.date("on"), Some(day(date)));
            prop_assert_eq!(told(&row), Vec::<String>::new());
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..600), archive in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let head: &[u8] = if archive { b"PK\x03\x04" } else { b"" };
        try_all(folder.path(), &[head, &bytes].concat());
    }

    #[test]
    fn damaged_workbooks_do_no_harm(
        name in prop::sample::select(vec!["shared", "dressed", "libreoffice_dressed", "inline", "formulas"]),
        part in prop::sample::select(vec!["sheet1.xml", "styles.xml", "workbook.xml", "sharedStrings.xml", "workbook.xml.rels"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0usize..40), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let change = |item: &str, mut data: Vec<u8>| {
            if item.ends_with(part) {
                for (at, byte, cut) in &changes {
                    let at = at.index(data.len());
                    data[at] = *byte;
                    let end = (at + cut).min(data.len());
                    data.drain(at + 1..end.max(at + 1));
                }
            }
            data
        };
        let path = crate::common::rewrite(&fixture(name), folder.path(), change, &[]);
        try_all(folder.path(), &std::fs::read(path).unwrap());
    }
}

/// Opens, reads and marks whatever it is.
fn try_all(folder: &Path, bytes: &[u8]) {
    let path = folder.join("any.xlsx");
    std::fs::write(&path, bytes).unwrap();
    for template in ["organisation", "xuexi_points"].map(|key| Template::of(key).unwrap()) {
        if let Ok(mut workbook) = Workbook::open(&path)
            && let Ok(rows) = workbook.rows(template)
        {
            let _ = rows.count();
        }
        let fault = Fault { column: template.columns[0].key.clone(), sentence: "错".to_owned() };
        let faults = (1..6).map(|row| (row, vec![fault.clone()]));
        let _ = mark(&path, template, faults, &folder.join("out.xlsx"));
    }
}
