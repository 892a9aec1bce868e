//! The letter of introduction on paper with its three parts (介绍信: 存根、介绍信、回执联), as the page that is printed.

use chrono::{Datelike, NaiveDate};
use zhibu_core::{dictionary, mask};
use zhibu_directory::member::MemberType;
use zhibu_office::paper::{Block, Paper};

use super::model::{LetterRow, Record, Row};

const NAME: &str = "中国共产党党员组织关系介绍信";

/// The paper; numbers in full, or masked.
pub(super) fn letter(row: &Row, letter: &LetterRow, record: &Record, whole: bool) -> Paper {
    let facts = &record.facts;
    let number = if whole { record.id_number.clone() } else { mask::id_number(&record.id_number) };
    let mobile = if whole { record.mobile.clone() } else { mask::phone(&record.mobile) };
    let age = letter.issued_on.years_since(facts.birth_date).map_or_else(|| "—".to_owned(), |age| age.to_string());
    let formal = if facts.member_type == MemberType::Formal { "正式" } else { "预备" };
    let who = format!(
        "{}同志（{}，{age}岁，{}，系{formal}党员，公民身份号码{number}）",
        facts.name,
        dictionary::words("sex", &facts.sex),
        dictionary::words("ethnicity", &facts.ethnicity)
    );
    let (name, to, from, committee) = (&facts.name, &row.to_name, &row.from_name, &letter.committee_name);
    let paid = record.dues_paid_to.as_deref().map_or_else(|| "　　年　月".to_owned(), month);
    let days = (letter.valid_until - letter.issued_on).num_days();
    let (issued, until) = (day(letter.issued_on), day(letter.valid_until));
    let no = || Block::Signatures(vec![String::new(), String::new(), format!("第 {} 号", letter.number)]);
    let foot = |left: String, right: String| Block::Signatures(vec![left, right]);
    let blocks = vec![
        no(),
        Block::Text(format!("{who}，由{from}去{to}。")),
        Block::Text(format!("党费交至{paid}。有效期{days}天。")),
        foot(format!("经办人：{}", letter.issuer), issued.clone()),
        Block::Part(NAME.to_owned()),
        no(),
        Block::Text(format!("{to}：")),
        Block::Text(format!("{who}，组织关系由{from}转到你处，请接转组织关系。该同志党费已交到{paid}。")),
        Block::Text(format!("（有效期{days}天，至{until}）")),
        foot(format!("{committee}（盖章）"), issued),
        Block::Text(format!("党员联系电话：{mobile}")),
        Block::Text(format!("党员原所在基层党委通讯地址：{}　联系电话：{}", letter.address, letter.phone)),
        Block::Part(format!("{NAME}回执联")),
        no(),
        Block::Text(format!("{committee}：")),
        Block::Text(format!("{name}同志的党员组织关系已转到我处，特此回复。")),
        foot("（盖章）".to_owned(), "　　　　年　　月　　日".to_owned()),
        Block::Text(format!("经办人：　　　　　　联系电话：　　　　　　（由接收党委填写后寄回：{}）", letter.address)),
    ];
    Paper { title: format!("{NAME}存根"), blocks, foot: String::new() }
}

fn day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A year and month as people write it.
fn month(text: &str) -> String {
    let (year, month) = text.split_once('-').unwrap_or((text, ""));
    format!("{year}年{}月", month.trim_start_matches('0'))
}
