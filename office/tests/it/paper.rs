//! Forms as PDF: what they say can be read out again.

use zhibu_office::paper::{Block, Field, Paper, Table, chinese_font, pdf};

fn read(bytes: &[u8]) -> Vec<String> {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let page = |number: &u32| document.extract_text(&[*number]).unwrap().replace('\n', "");
    document.get_pages().keys().map(page).collect()
}

fn form(rows: usize) -> Paper {
    let head = vec![Field::label("步骤"), Field::label("办理日期"), Field::label("办理情况")];
    let row = |n: usize| {
        vec![Field::value(format!("{n}. 递交入党申请书")), Field::value("2025-03-01"), Field::value("已谈话")]
    };
    let table = Table { widths: vec![2, 1, 3], heads: 1, rows: [vec![head], (1..=rows).map(row).collect()].concat() };
    Paper {
        title: "发展党员工作全程纪实表".to_owned(),
        blocks: vec![
            Block::Text("中共示例集团有限公司委员会：张三同志自愿申请加入中国共产党。".repeat(4)),
            Block::Table(table),
            Block::Signatures(vec!["党支部（盖章）：".to_owned(), "上级党委（盖章）：".to_owned()]),
        ],
        foot: "李四 2026-11-26 14:00 归档".to_owned(),
    }
}

#[test]
fn pc_3_2_4_a_form_is_readable_chinese_text() {
    assert!(chinese_font().unwrap().1.exists());
    let pages = read(&pdf(&[form(3)]).unwrap());
    assert_eq!(pages.len(), 1);
    let first = &pages[0];
    for words in [
        "发展党员工作全程纪实表",
        "3. 递交入党申请书",
        "上级党委（盖章）：",
        "李四 2026-11-26 14:00 归档",
        "第1页 共1页",
    ] {
        assert!(first.contains(words), "{words}: {first}");
    }
}

#[test]
fn pc_3_2_4_a_long_table_goes_on_under_its_head() {
    let pages = read(&pdf(&[form(60), form(1)]).unwrap());
    assert_eq!(pages.len(), 4, "three and one");
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains("办理日期"), "page {at}: {page}");
    }
    assert!(pages[2].contains("60. 递交入党申请书") && pages[2].contains("第3页 共3页"));
    assert!(pages[3].contains("第1页 共1页"));
}

#[test]
fn pc_3_2_4_a_field_higher_than_a_page_loses_nothing() {
    let mut long = form(1);
    let text = (1..=400).map(|n| format!("第{n}条意见")).collect::<Vec<_>>().join("\n");
    if let Block::Table(table) = &mut long.blocks[1] {
        table.rows.push(vec![Field::label("意见"), Field::value(text).over(2)]);
    }
    let all = read(&pdf(&[long]).unwrap()).concat();
    for n in 1..=400 {
        assert!(all.contains(&format!("第{n}条意见")), "{n}");
    }
}

#[test]
fn pc_3_2_1d_a_code_stands_beside_its_words() {
    let code =
        |text: &str| Block::Code { text: text.to_owned(), beside: vec!["扫码可核验是否有效".to_owned()] };
    let squares = |block: Block| {
        let paper = Paper { title: "党员活动证".to_owned(), blocks: vec![block], foot: String::new() };
        let bytes = pdf(&[paper]).unwrap();
        assert!(read(&bytes)[0].contains("扫码可核验是否有效"));
        let document = lopdf::Document::load_mem(&bytes).unwrap();
        let (_, page) = document.get_pages().into_iter().next().unwrap();
        let content = document.get_and_decode_page_content(page).unwrap();
        content.operations.iter().filter(|one| ["re", "h"].contains(&one.operator.as_str())).count()
    };
    let dark = |text: &str| {
        qrcode::QrCode::new(text).unwrap().to_colors().iter().filter(|one| **one == qrcode::Color::Dark).count()
    };
    for text in ["http://127.0.0.1:8080/verify/0", &format!("http://127.0.0.1:8080/verify/{}", "a".repeat(96))] {
        assert_eq!(squares(code(text)), dark(text));
    }
}
