//! Marking: the user's workbook comes back with its faults and nothing else changed.

use crate::common::{fixture, part, read, rewrite};
use calamine::Reader;
use std::path::{Path, PathBuf};
use zhibu_office::{Fault, Template, Workbook, mark};

type Faults = Vec<(u32, Vec<Fault>)>;

fn fault(column: &str, sentence: &str) -> Fault {
    Fault { column: column.to_owned(), sentence: sentence.to_owned() }
}

/// Opened by a library that is not ours.
fn cells(path: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let (height, width) = range.end().unwrap();
    let text = |row, column| range.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    (0..=height).map(|row| (0..=width).map(|column| text(row, column)).collect()).collect()
}

fn marked(source: &Path, template: &str, faults: Faults) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("marked.xlsx");
    mark(source, Template::of(template).unwrap(), faults, &out).unwrap();
    (folder, out)
}

fn between(text: &str, from: &str, to: &str) -> Option<String> {
    Some(text.split_once(from)?.1.split_once(to)?.0.to_owned())
}

/// The format of a cell as it stands in the styles.
fn style(path: &Path, cell: &str) -> Option<String> {
    let xml = part(path, "xl/worksheets/sheet1.xml");
    let mut tags = xml.split("<c ").filter_map(|tag| tag.split('>').next());
    let tag = tags.find(|tag| tag.contains(&format!("r=\"{cell}\"")))?;
    let at: usize = between(&format!(" {tag}"), " s=\"", "\"")?.parse().ok()?;
    let formats = between(&part(path, "xl/styles.xml"), "<cellXfs", "</cellXfs>")?;
    formats.split("<xf ").nth(at + 1).map(str::to_owned)
}

/// The colour of a cell's fill.
fn colour(path: &Path, cell: &str) -> Option<String> {
    let fill: usize = between(&style(path, cell)?, "fillId=\"", "\"")?.parse().ok()?;
    let fills = between(&part(path, "xl/styles.xml"), "<fills", "</fills>")?;
    between(fills.split("<fill>").nth(fill + 1)?, "rgb=\"", "\"")
}

fn some() -> Faults {
    vec![
        (3, vec![fault("full_name", "组织全称已存在")]),
        (4, vec![fault("short_name", "组织简称不能为空"), fault("sort", "排序号 <1> & 更多")]),
    ]
}

#[test]
fn pc_3_1_1f_faulty_cells_are_red_and_the_last_column_says_why() {
    for name in ["dressed", "libreoffice_dressed"] {
        let (_folder, out) = marked(&fixture(name), "organisation", some());
        let rows = cells(&out, "数据");
        let last: Vec<&str> = rows.iter().map(|row| row.get(17).map_or("", String::as_str)).collect();
        assert_eq!(last, ["", "错误说明", "组织全称已存在", "组织简称不能为空；排序号 <1> & 更多", ""], "{name}");
        let red = |cell: &str| colour(&out, cell).as_deref() == Some("FFFFC7CF");
        for cell in ["A3", "B4", "Q4", "R2"] {
            assert!(red(cell), "{name} {cell}");
        }
        for cell in ["A4", "A5", "Q3", "A2", "A1"] {
            assert!(!red(cell), "{name} {cell}");
        }
    }
}

#[test]
fn everything_else_stays_as_it_was() {
    let source = fixture("dressed");
    let (_folder, out) = marked(&source, "organisation", some());
    for name in ["xl/worksheets/sheet2.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/theme/theme1.xml"] {
        assert_eq!(part(&out, name), part(&source, name), "{name}");
    }
    let (before, after) = (part(&source, "xl/worksheets/sheet1.xml"), part(&out, "xl/worksheets/sheet1.xml"));
    let row = |xml: &str, number: u32| {
        let from = xml.find(&format!("<row r=\"{number}\"")).unwrap();
        xml[from..].split_once("</row>").unwrap().0.to_owned()
    };
    for untouched in [1, 5] {
        assert_eq!(row(&after, untouched), row(&before, untouched));
    }
    for kept in ["<f>1+2</f>", "<mergeCell ref=\"A1:Q1\"", "autoFilter ref=\"A2:Q5\"", "width=\"41\"", "ySplit=\"2\""] {
        assert!(after.contains(kept), "{kept}");
    }
    let whole: Vec<Vec<String>> = cells(&out, "数据").into_iter().map(|row| row[..17].to_vec()).collect();
    assert_eq!(whole, cells(&source, "数据"));
    // A cell's red twin keeps its font and number format.
    let source = fixture("libreoffice_dressed");
    let (_other, out) =
        marked(&source, "organisation", vec![(3, vec![fault("full_name", "甲"), fault("founded_on", "乙")])]);
    for cell in ["A3", "F3"] {
        for kept in ["fontId=\"", "numFmtId=\""] {
            let value = |path: &Path| between(&style(path, cell).unwrap(), kept, "\"");
            assert_eq!(value(&out), value(&source), "{cell} {kept}");
        }
        assert_eq!(colour(&out, cell).as_deref(), Some("FFFFC7CF"));
    }
    assert!(part(&out, "xl/worksheets/sheet1.xml").contains("outlineLevel=\"0\" collapsed=\"false\" r=\"3\""));
    assert_eq!(part(&out, "xl/worksheets/sheet1.xml").matches(" ht=\"").count(), 5);
}

#[test]
fn the_new_column_is_widened_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let wide = |name: &str, data: Vec<u8>| match name {
        "xl/worksheets/sheet1.xml" => {
            let text = String::from_utf8(data).unwrap();
            text.replace("</cols>", "<col min=\"30\" max=\"40\" width=\"9\"/></cols>").into_bytes()
        }
        _ => data,
    };
    let source = rewrite(&fixture("dressed"), folder.path(), wide, &[]);
    let (_other, out) = marked(&source, "organisation", some());
    let columns = between(&part(&out, "xl/worksheets/sheet1.xml"), "<cols>", "</cols>").unwrap();
    let firsts: Vec<u32> =
        columns.split("min=\"").skip(1).map(|col| col.split('"').next().unwrap().parse().unwrap()).collect();
    assert_eq!(firsts, [1, 2, 18, 30]);
}

#[test]
fn a_marked_workbook_is_read_and_marked_again() {
    let (_folder, first) = marked(&fixture("dressed"), "organisation", some());
    assert_eq!(read(&first, Template::of("organisation").unwrap()).len(), 3);
    let (_other, second) = marked(&first, "organisation", vec![(5, vec![fault("full_name", "组织全称已存在")])]);
    let rows = cells(&second, "数据");
    let last: Vec<&str> = rows.iter().map(|row| row.get(17).map_or("", String::as_str)).collect();
    assert_eq!(last, ["", "错误说明", "", "", "组织全称已存在"]);
    assert!(rows.iter().all(|row| row.len() == 18));
    // What was put right is no longer red.
    for (cell, red) in [("A3", false), ("B4", false), ("Q4", false), ("A5", true)] {
        assert_eq!(colour(&second, cell).as_deref() == Some("FFFFC7CF"), red, "{cell}");
    }
    assert_eq!(between(&style(&second, "A3").unwrap(), "fontId=\"", "\""), Some("2".to_owned()));
}

#[test]
fn cells_without_references_and_with_prefixes_are_marked() {
    let faults = vec![(2, vec![fault("month", "统计月份格式不正确"), fault("total_points", "累计积分小于上次导入")])];
    let (_folder, out) = marked(&fixture("inline"), "xuexi_points", faults);
    let rows = cells(&out, "Sheet1");
    assert_eq!(rows[0][4], "错误说明");
    assert_eq!(rows[1][4], "统计月份格式不正确；累计积分小于上次导入");
    assert_eq!(rows[1][..4], ["党员1", "13800000001", "2026-03", "101"]);
    assert!(part(&out, "xl/worksheets/sheet1.xml").contains("<x:c r=\"E2\""));
}

#[test]
fn a_workbook_without_styles_gets_the_sentences() {
    let folder = tempfile::tempdir().unwrap();
    let bare = |name: &str, data: Vec<u8>| match name {
        "xl/styles.xml" => b"<styleSheet><fonts/><fills><fill/></fills><cellXfs><xf/></cellXfs></styleSheet>".to_vec(),
        _ => data,
    };
    let source = rewrite(&fixture("hidden"), folder.path(), bare, &[]);
    let (_other, out) = marked(&source, "xuexi_points", vec![(3, vec![fault("name", "找不到该党员")])]);
    assert_eq!(cells(&out, "Sheet1")[2][4], "找不到该党员");
    assert!(!part(&out, "xl/worksheets/sheet1.xml").contains(" s=\""));
}

#[test]
fn a_missing_cell_takes_its_column_s_format() {
    let source = fixture("libreoffice_dressed");
    assert!(!part(&source, "xl/worksheets/sheet1.xml").contains("r=\"B4\""));
    let (_other, out) = marked(&source, "organisation", some());
    assert_eq!(colour(&out, "B4").as_deref(), Some("FFFFC7CF"));
    let style = part(&out, "xl/worksheets/sheet1.xml");
    let cell = style.split("<c r=\"B4\" s=\"").nth(1).unwrap().split('"').next().unwrap().parse::<usize>().unwrap();
    let styles = part(&out, "xl/styles.xml");
    assert!(styles.contains("numFmtId=\"165\" formatCode=\"@\""));
    let formats = styles.split_once("<cellXfs").unwrap().1.split_once("</cellXfs>").unwrap().0;
    assert!(formats.split("<xf ").nth(cell + 1).unwrap().contains("numFmtId=\"165\""));
    assert_eq!(Workbook::open(&out).unwrap().rows(Template::of("organisation").unwrap()).unwrap().count(), 3);
}

#[test]
fn the_sentences_stand_beside_the_table_and_over_nothing() {
    let faults = vec![(2, vec![fault("sort", "排序号重复")])];
    let (_folder, out) = marked(&fixture("columns"), "organisation", faults);
    let rows = cells(&out, "Sheet1");
    assert_eq!((rows[0][19].as_str(), rows[0][21].as_str()), ("审核意见", "错误说明"));
    assert_eq!((rows[1][21].as_str(), rows[1][77].as_str()), ("排序号重复", "随手写的"));
}
