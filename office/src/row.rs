//! One row of an upload, and what is wrong with it.

use crate::header::fold;
use crate::template::{Column, Format, Need, Template};
use crate::value::{self, Value};
use chrono::NaiveDate;
use zhibu_core::{check, dictionary};

/// Something wrong in one cell (错误).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column's key.
    pub column: String,
    /// One Chinese sentence.
    pub sentence: String,
}

/// A row of data. Its readers give what the cell means, or nothing; what is wrong is collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'t> {
    /// The row's number in the sheet, counted from 1 as spreadsheets do.
    pub number: u32,
    template: &'t Template,
    values: Vec<Value>,
    faults: Vec<Fault>,
    hints: Vec<Fault>,
}

impl<'t> Row<'t> {
    /// A row with one value per column of the template.
    pub fn new(number: u32, template: &'t Template, values: Vec<Value>) -> Self {
        Self { number, template, values, faults: Vec::new(), hints: Vec::new() }
    }

    /// The values in the order of the template's columns.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// What is wrong so far, in the order it was found.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Notes a fault; the same one is noted once.
    pub fn fault(&mut self, key: &str, sentence: impl Into<String>) {
        let fault = Fault { column: key.to_owned(), sentence: sentence.into() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// What the user should look at, although it blocks nothing (提示).
    pub fn hints(&self) -> &[Fault] {
        &self.hints
    }

    /// Notes a hint; the same one is noted once.
    pub fn hint(&mut self, key: &str, sentence: impl Into<String>) {
        let hint = Fault { column: key.to_owned(), sentence: sentence.into() };
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }

    /// True when the cell holds something, readable or not.
    pub fn has(&self, key: &str) -> bool {
        self.at(key).is_some_and(|(_, value)| *value != Value::Blank)
    }

    /// Demands a value that the row's other cells make necessary.
    pub fn required(&mut self, key: &str) -> bool {
        let absent = self.at(key).filter(|(_, value)| **value == Value::Blank).map(|(column, _)| column.absent());
        if let Some(sentence) = absent {
            self.fault(key, sentence);
            return false;
        }
        self.has(key)
    }

    /// A text, of the length the template says.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let (column, text) = self.filled(key)?;
        let count = text.chars().count();
        let told = match column.format {
            Format::Digits(low, high) => {
                let right = (low..=high).contains(&count) && text.bytes().all(|b| b.is_ascii_digit());
                (!right).then(|| column.malformed())
            }
            Format::Code(length) => (count != length).then(|| format!("{}应为{length}位", column.title)),
            Format::Text(low, high) => {
                check::lines(key, &column.title, &text, low, high).err().map(|error| error.message.into_owned())
            }
            _ => None,
        };
        match told {
            None => Some(text),
            Some(sentence) => {
                self.fault(key, sentence);
                None
            }
        }
    }

    /// The cell's text whatever its form, for what the module checks itself.
    pub fn raw(&mut self, key: &str) -> Option<String> {
        self.filled(key).map(|(_, text)| text)
    }

    /// A day.
    pub fn date(&mut self, key: &str) -> Option<NaiveDate> {
        self.parsed(key, |_, text| value::day(text))
    }

    /// A month, as its first day.
    pub fn month(&mut self, key: &str) -> Option<NaiveDate> {
        self.parsed(key, |_, text| value::month(text))
    }

    /// The code of a dictionary's value, written as label or as code; of a list of words, the word.
    pub fn choice(&mut self, key: &str) -> Option<&'t str> {
        self.parsed(key, chosen)
    }

    /// 是 or 否.
    pub fn yes_no(&mut self, key: &str) -> Option<bool> {
        self.parsed(key, |_, text| match text {
            "是" => Some(true),
            "否" => Some(false),
            _ => None,
        })
    }

    /// A whole number between the template's bounds.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        self.parsed(key, |column, text| {
            let number: i64 = text.strip_suffix(".0").unwrap_or(text).parse().ok()?;
            match column.format {
                Format::Integer(low, high) => (low..=high).contains(&number).then_some(number),
                _ => Some(number),
            }
        })
    }

    /// An amount in yuan, as fen, between the template's bounds.
    pub fn money(&mut self, key: &str) -> Option<i64> {
        self.parsed(key, |column, text| {
            let fen = value::fen(text)?;
            match column.format {
                Format::Money(low, high) => (low..=high).contains(&fen).then_some(fen),
                _ => Some(fen),
            }
        })
    }

    /// A mobile number.
    pub fn mobile(&mut self, key: &str) -> Option<String> {
        self.parsed(key, |_, text| check::mobile(text))
    }

    /// A mobile or landline number.
    pub fn phone(&mut self, key: &str) -> Option<String> {
        self.parsed(key, |_, text| check::phone(text))
    }

    fn at(&self, key: &str) -> Option<(&'t Column, &Value)> {
        let columns = self.template.columns.iter().zip(&self.values);
        columns.into_iter().find(|(column, _)| column.key == key)
    }

    fn parsed<T>(&mut self, key: &str, parse: impl FnOnce(&'t Column, &str) -> Option<T>) -> Option<T> {
        let (column, text) = self.filled(key)?;
        let parsed = parse(column, &text);
        if parsed.is_none() {
            self.fault(key, column.malformed());
        }
        parsed
    }

    /// The cell's text; an unreadable cell and a required one left empty are faults.
    fn filled(&mut self, key: &str) -> Option<(&'t Column, String)> {
        let Some((column, value)) = self.at(key) else {
            // A slip of the caller's; it must not pass for an empty cell.
            self.fault(key, format!("导入模板没有“{key}”一列"));
            return None;
        };
        let sentence = match value {
            Value::Bad(sentence) => format!("{}：{sentence}", column.title),
            Value::Blank if column.need == Need::Always => column.absent(),
            Value::Blank => return None,
            Value::Text(_) | Value::Date(_) => return value.text().map(|text| (column, text)),
        };
        self.fault(key, sentence);
        None
    }
}

fn chosen<'t>(column: &'t Column, text: &str) -> Option<&'t str> {
    match &column.format {
        Format::Enum(kind) => {
            let exact = dictionary::of(kind).find(|entry| entry.label == text || entry.code == text);
            let loose = || {
                let wanted = fold(text);
                dictionary::of(kind).find(|entry| fold(&entry.label) == wanted)
            };
            exact.or_else(loose).map(|entry| entry.code.as_str())
        }
        Format::OneOf(words) => words.iter().find(|word| *word == text).map(String::as_str),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(template: &'static str, cells: &[(&str, &str)]) -> Row<'static> {
        let template = Template::of(template).unwrap();
        let value = |column: &Column| {
            let cell = cells.iter().find(|(key, _)| *key == column.key);
            cell.map_or(Value::Blank, |(_, text)| Value::Text((*text).to_owned()))
        };
        Row::new(4, template, template.columns.iter().map(value).collect())
    }

    fn told(row: &Row<'_>) -> Vec<String> {
        row.faults().iter().map(|fault| fault.sentence.clone()).collect()
    }

    #[test]
    fn pc_3_1_1f_all_faults_of_a_row_are_collected() {
        let mut row = row(
            "organisation",
            &[
                ("short_name", "甲"),
                ("org_type", "党伟"),
                ("founded_on", "2019-02-30"),
                ("contact_phone", "12"),
                ("sort", "-1"),
            ],
        );
        assert_eq!(row.text("full_name"), None);
        assert_eq!(row.text("short_name"), None);
        assert_eq!(row.choice("org_type"), None);
        assert_eq!(row.date("founded_on"), None);
        assert_eq!(row.phone("contact_phone"), None);
        assert_eq!(row.integer("sort"), None);
        assert!(!row.required("unit_name"));
        assert!(!row.required("full_name"));
        assert_eq!(row.text("approval_no"), None);
        assert_eq!(
            told(&row),
            [
                "组织全称不能为空",
                "组织简称应为2至30个字",
                "组织类别不正确",
                "成立日期格式应为YYYY-MM-DD",
                "联系电话格式不正确",
                "排序号应为0至9999的整数",
                "单位名称不能为空",
            ]
        );
    }

    #[test]
    fn pc_3_2_1b_values_are_understood() {
        let mut row = row(
            "member",
            &[
                ("sex", "1"),
                ("ethnicity", "汉族"),
                ("join_date", "2015年6月20日"),
                ("mobile", "138 0000 0000"),
                ("is_lost", "否"),
                ("flow_direction", "跨省（区、市）"),
            ],
        );
        assert_eq!(row.choice("sex"), Some("1"));
        assert!(row.choice("ethnicity").is_some());
        assert_eq!(row.date("join_date"), NaiveDate::from_ymd_opt(2015, 6, 20));
        assert_eq!(row.mobile("mobile").as_deref(), Some("13800000000"));
        assert_eq!(row.yes_no("is_lost"), Some(false));
        assert!(row.choice("flow_direction").is_some());
        assert_eq!(told(&row), [""; 0]);
        assert_eq!(row.text("nothing"), None);
        assert_eq!(told(&row), ["导入模板没有“nothing”一列"]);
    }

    #[test]
    fn money_and_months() {
        let mut row = row(
            "dues_standard",
            &[("base_yuan", "5,020.5"), ("effective_month", "2026年1月"), ("amount_yuan", "1.234")],
        );
        assert_eq!(row.money("base_yuan"), Some(502_050));
        assert_eq!(row.month("effective_month"), NaiveDate::from_ymd_opt(2026, 1, 1));
        assert_eq!(row.money("amount_yuan"), None);
        assert_eq!(told(&row), ["月交纳金额(元)应为0.00至99999.99元，最多两位小数"]);
    }
}
