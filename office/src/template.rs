//! An import described by data: `config/import_templates.csv`.

use std::sync::LazyLock;
use zhibu_core::{Error, Result, dictionary};

/// The files' titles, by the key of their rows in `config/import_templates.csv`.
const TITLES: [(&str, &str); 12] = [
    ("organisation", "党组织信息"),
    ("member", "党员信息"),
    ("flow_out", "流出党员"),
    ("flow_in", "流入党员"),
    ("dues_standard", "党费标准"),
    ("exam_question", "试题"),
    ("xuexi_points", "学习积分"),
    ("development", "党员发展"),
    ("contribution", "发挥作用情况"),
    ("leadership", "班子届次"),
    ("pledge", "党员承诺"),
    ("study_note", "学习心得"),
];

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let text = include_str!("../../config/import_templates.csv");
    TITLES.iter().map(|(key, title)| Template::parse(key, title, text)).collect()
});

/// What one import expects (导入模板).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Stable key, as `member`.
    pub key: String,
    /// What users call it, as 党员信息.
    pub title: String,
    /// The columns in the order of the file we offer; uploads may have another order.
    pub columns: Vec<Column>,
}

/// One column of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The header, as 组织全称.
    pub title: String,
    /// The field's key, as `full_name`.
    pub key: String,
    /// Whether it must be filled in.
    pub need: Need,
    /// What may be written.
    pub format: Format,
    /// What users are told when it is wrong; alternatives are separated by `/`.
    pub error: String,
    /// A value for the sample row.
    pub example: String,
}

/// Whether a column must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// In every row; the file must have the column.
    Always,
    /// Depending on other columns; the module decides.
    Conditional,
    /// Never.
    Optional,
}

/// What a column may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Text of so many characters.
    Text(usize, usize),
    /// So many digits.
    Digits(usize, usize),
    /// A code of exactly so many characters, as an identity number.
    Code(usize),
    /// A value of a dictionary, by label or by code.
    Enum(String),
    /// One of these words.
    OneOf(Vec<String>),
    /// A day.
    Date,
    /// A month.
    Month,
    /// A whole number.
    Integer(i64, i64),
    /// An amount of money in yuan; the bounds are in fen.
    Money(i64, i64),
    /// 是 or 否.
    YesNo,
    /// A mobile number.
    Mobile,
    /// A mobile or landline number.
    Phone,
}

impl Template {
    /// The template of an import.
    pub fn of(key: &str) -> Result<&'static Template> {
        TEMPLATES.iter().find(|template| template.key == key).ok_or_else(Error::missing)
    }

    /// All templates.
    pub fn all() -> &'static [Template] {
        &TEMPLATES
    }

    /// The columns of `key` in a text like `config/import_templates.csv`.
    pub fn parse(key: &str, title: &str, csv: &str) -> Template {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let rows = reader.records().filter_map(Result::ok).filter(|row| row.get(0) == Some(key));
        Template { key: key.to_owned(), title: title.to_owned(), columns: rows.map(|row| Column::of(&row)).collect() }
    }

    /// The column of a field.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.key == key)
    }
}

impl Column {
    fn of(row: &csv::StringRecord) -> Column {
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let need = match cell(4).as_str() {
            "yes" => Need::Always,
            "cond" => Need::Conditional,
            _ => Need::Optional,
        };
        let format = Format::parse(&cell(5));
        Column { title: cell(2), key: cell(3), need, format, error: cell(7), example: cell(8) }
    }

    /// The words a drop-down offers.
    pub fn choices(&self) -> Vec<String> {
        match &self.format {
            Format::Enum(kind) => dictionary::of(kind).map(|entry| entry.label.clone()).collect(),
            Format::OneOf(words) => words.clone(),
            Format::YesNo => vec!["是".to_owned(), "否".to_owned()],
            Format::Text(..)
            | Format::Digits(..)
            | Format::Code(_)
            | Format::Date
            | Format::Month
            | Format::Integer(..)
            | Format::Money(..)
            | Format::Mobile
            | Format::Phone => Vec::new(),
        }
    }

    /// What users are told when the value is absent.
    pub fn absent(&self) -> String {
        self.phrase(&["不能为空", "需填写", "请填写"]).unwrap_or_else(|| format!("{}不能为空", self.title))
    }

    /// What users are told when the value has another form than `format`.
    pub fn malformed(&self) -> String {
        let told = self.phrase(&["格式", "不正确", "不在", "只能", "应为", "校验位"]);
        told.unwrap_or_else(|| format!("{}应为{}", self.title, self.format.words()))
    }

    fn phrase(&self, marks: &[&str]) -> Option<String> {
        let fits = |phrase: &&str| marks.iter().any(|mark| phrase.contains(mark));
        self.error.split('/').find(fits).map(|phrase| match phrase.chars().next() {
            // 只能填写是或否: the column is named by the cell only in the workbook, not in a list of faults.
            Some('只' | '不' | '已' | '请') => format!("{}{phrase}", self.title),
            _ => phrase.to_owned(),
        })
    }
}

impl Format {
    /// Reads the `format` cell of a template's row; what it does not know is text without bounds.
    fn parse(text: &str) -> Format {
        let text = text.split(';').next().unwrap_or_default().trim();
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match (word, rest) {
            ("text", _) => span(rest).map_or(Format::Text(0, 500), |(low, high)| Format::Text(low, high)),
            ("digits", _) => span(rest).map_or(Format::Digits(1, 32), |(low, high)| Format::Digits(low, high)),
            ("enum", _) => Format::Enum(rest.to_owned()),
            ("integer", _) => span(rest).map_or(Format::Integer(0, i64::MAX), |(low, high)| Format::Integer(low, high)),
            ("mobile", "or landline") => Format::Phone,
            ("11", "digits") => Format::Mobile,
            (count, "chars") => count.parse().map_or(Format::Text(0, 500), Format::Code),
            ("YYYY-MM-DD", _) => Format::Date,
            ("YYYY-MM", _) => Format::Month,
            ("是/否", _) => Format::YesNo,
            _ => Format::amount(text).or_else(|| Format::words_of(text)).unwrap_or(Format::Text(0, 500)),
        }
    }

    fn amount(text: &str) -> Option<Format> {
        let (low, high) = text.split_once('-')?;
        Some(Format::Money(crate::value::fen(low)?, crate::value::fen(high)?))
    }

    fn words_of(text: &str) -> Option<Format> {
        let chinese = |word: &str| !word.is_empty() && word.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let words: Vec<&str> = text.split('/').collect();
        (words.len() > 1 && words.iter().all(|word| chinese(word)))
            .then(|| Format::OneOf(words.into_iter().map(str::to_owned).collect()))
    }

    /// The format in words, for the page 说明 and for faults.
    pub fn words(&self) -> String {
        match self {
            Format::Text(low, high) => format!("{low}至{high}个字的文字"),
            Format::Digits(low, high) => format!("{low}至{high}位数字"),
            Format::Code(count) => format!("{count}位代码"),
            Format::Enum(_) | Format::OneOf(_) => "下拉列表中的选项".to_owned(),
            Format::Date => "日期，如2023-06-01".to_owned(),
            Format::Month => "月份，如2023-06".to_owned(),
            Format::Integer(low, i64::MAX) => format!("不小于{low}的整数"),
            Format::Integer(low, high) => format!("{low}至{high}的整数"),
            Format::Money(low, high) => format!("{}至{}元，最多两位小数", yuan(*low), yuan(*high)),
            Format::YesNo => "是或否".to_owned(),
            Format::Mobile => "11位手机号".to_owned(),
            Format::Phone => "手机号或带区号的固定电话".to_owned(),
        }
    }
}

/// Fen as yuan with two decimals.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

fn span<T: std::str::FromStr>(text: &str) -> Option<(T, T)> {
    let (low, high) = text.split_once('-')?;
    Some((low.trim().parse().ok()?, high.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_its_columns() {
        let counts: Vec<usize> = Template::all().iter().map(|template| template.columns.len()).collect();
        assert_eq!(counts, [17, 25, 11, 11, 8, 13, 6, 19, 7, 11, 7, 6]);
        assert!(Template::of("nothing").is_err());
    }

    #[test]
    fn formats_are_understood() {
        let format = |template: &str, key: &str| Template::of(template).unwrap().column(key).unwrap().format.clone();
        assert_eq!(format("organisation", "full_name"), Format::Text(2, 100));
        assert_eq!(format("organisation", "org_type"), Format::Enum("org_type".into()));
        assert_eq!(format("organisation", "code"), Format::Digits(3, 12));
        assert_eq!(format("organisation", "founded_on"), Format::Date);
        assert_eq!(format("organisation", "contact_phone"), Format::Phone);
        assert_eq!(format("organisation", "term_years"), Format::Integer(0, i64::MAX));
        assert_eq!(format("organisation", "sort"), Format::Integer(0, 9999));
        assert_eq!(format("member", "id_number"), Format::Code(18));
        assert_eq!(format("member", "mobile"), Format::Mobile);
        assert_eq!(format("member", "is_lost"), Format::YesNo);
        assert_eq!(format("dues_standard", "base_yuan"), Format::Money(0, 999_999_999));
        assert_eq!(format("dues_standard", "effective_month"), Format::Month);
        assert_eq!(
            format("exam_question", "difficulty"),
            Format::OneOf(vec!["容易".into(), "中等".into(), "困难".into()])
        );
    }

    #[test]
    fn every_dictionary_named_exists() {
        for column in Template::all().iter().flat_map(|template| &template.columns) {
            let listed = matches!(column.format, Format::Enum(_) | Format::OneOf(_) | Format::YesNo);
            assert_eq!(listed, !column.choices().is_empty(), "{}", column.key);
        }
    }

    #[test]
    fn faults_use_the_template_s_words() {
        let column = |key: &str| Template::of("organisation").unwrap().column(key).unwrap();
        assert_eq!(column("full_name").absent(), "组织全称不能为空");
        assert_eq!(column("founded_on").malformed(), "成立日期格式应为YYYY-MM-DD");
        assert_eq!(column("founded_on").absent(), "成立日期不能为空");
        assert_eq!(column("sort").malformed(), "排序号应为0至9999的整数");
        let member = Template::of("member").unwrap();
        assert_eq!(member.column("is_lost").unwrap().malformed(), "是否失联只能填写是或否");
        assert_eq!(member.column("lost_on").unwrap().absent(), "失联党员需填写失去联系日期");
        assert_eq!(member.column("join_date").unwrap().malformed(), "加入党组织日期应为日期，如2023-06-01");
    }
}
