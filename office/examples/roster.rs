//! A workbook of made-up members, as people fill in the template: `roster FILE ROWS BRANCHES [FIRST]`. Members go round
//! the branches `第1党支部` … in turn; FIRST is the first member's number, so that several workbooks share none.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for measurements prints, and may stop")]

use chrono::{Days, NaiveDate};
use std::path::Path;
use zhibu_office::{Cell, Heading, Layout, Sheet, Template};

const SURNAMES: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱"];
const GIVEN: &[&str] =
    &["安", "柏", "晨", "达", "枫", "光", "海", "佳", "凯", "兰", "明", "宁", "平", "清", "荣", "思", "文", "雪", "一"];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, other: u32| words.get(at).map_or(other, |text| text.parse().unwrap());
    let (rows, branches, first) = (number(1, 100_000), number(2, 2_000), number(3, 0));
    let member = Template::of("member").unwrap();
    let columns = member.columns.iter().map(|column| Heading { title: column.title.clone(), width: 16 }).collect();
    let layout = Layout { name: "党员".to_owned(), columns, ..Layout::default() };
    let mut sheet = Sheet::create(Path::new(words.first().unwrap()), layout, |_| ()).unwrap();
    for at in 0..rows {
        let line = typed(first + at, at % branches + 1);
        let cells: Vec<Cell<'_>> = member.columns.iter().map(|column| cell(&line, &column.key)).collect();
        sheet.row(&cells).unwrap();
    }
    sheet.finish().unwrap();
    println!("{rows} members in {branches} branches");
}

type Line = Vec<(&'static str, String)>;

fn cell<'a>(line: &'a Line, key: &str) -> Cell<'a> {
    line.iter().find(|(known, _)| *known == key).map_or(Cell::Blank, |(_, text)| Cell::Text(text))
}

/// The n-th member, as typed.
fn typed(n: u32, branch: u32) -> Line {
    let birth = NaiveDate::from_ymd_opt(1960, 1, 1).unwrap() + Days::new(u64::from(n * 11 % 14_000));
    let join = birth.format("%Y").to_string().parse::<i32>().unwrap() + 20 + i32::try_from(n % 5).unwrap();
    let pick = |from: &[&'static str], at: u32| *from.get(usize::try_from(at).unwrap() % from.len()).unwrap();
    let name = [pick(SURNAMES, n), pick(GIVEN, n / 14), pick(GIVEN, n / 266)].concat();
    let floating = n.is_multiple_of(25);
    let mut line = vec![
        ("name", name),
        ("id_number", id_number(n, birth)),
        ("sex", if n.is_multiple_of(3) { "女" } else { "男" }.to_owned()),
        ("birth_date", birth.to_string()),
        ("ethnicity", pick(&["汉族", "汉族", "汉族", "回族", "满族"], n).to_owned()),
        ("native_place", "江苏省南京市".to_owned()),
        ("education_level", pick(&["大学本科毕业", "大学专科毕业", "硕士研究生毕业"], n / 2).to_owned()),
        ("school", "示例大学".to_owned()),
        ("branch_short_name", format!("第{branch}党支部")),
        ("member_type", "正式党员".to_owned()),
        ("join_date", format!("{join}-06-20")),
        ("conversion_date", format!("{}-06-20", join + 1)),
        ("work_post", "公有制企业管理人员".to_owned()),
        ("mobile", format!("13{n:09}")),
        ("home_address", format!("江苏省南京市示例路{}号", n % 900 + 1)),
        ("membership_status", "正常".to_owned()),
        ("is_lost", "否".to_owned()),
        ("is_floating", if floating { "是" } else { "否" }.to_owned()),
    ];
    if floating {
        line.push(("flow_direction", "跨省(区、市)".to_owned()));
    }
    line
}

/// A number of Nanjing with the right check character: 14,000 days of birth, then the next three digits.
fn id_number(n: u32, birth: NaiveDate) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let order = n / 14_000 % 499 * 2 + u32::from(!n.is_multiple_of(3));
    let body = format!("320102{}{order:03}", birth.format("%Y%m%d"));
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let last = "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap();
    format!("{body}{last}")
}
