//! Which row of which sheet is the header, and where each column of the template is.

use crate::cells::RawCell;
use crate::template::{Need, Template};
use crate::value::{Raw, tidy};
use zhibu_core::{Error, Result};

/// The header is looked for in so many rows.
pub(crate) const WITHIN: u32 = 20;
/// The column that [`crate::mark()`] adds.
pub(crate) const REMARKS: &str = "错误说明";

/// How well one row serves as the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Match {
    /// Per column of the template, the column of the sheet.
    pub(crate) columns: Vec<Option<u32>>,
    /// A column from an earlier marking.
    pub(crate) remarks: Option<u32>,
    twice: Option<String>,
}

impl Match {
    /// Compares a row with the template's titles.
    pub(crate) fn of(cells: &[RawCell], template: &Template) -> Match {
        let titles: Vec<(u32, String)> = cells.iter().filter_map(|cell| Some((cell.column, title(cell)?))).collect();
        let mut found = Match {
            columns: vec![None; template.columns.len()],
            remarks: titles.iter().find(|(_, title)| title == REMARKS).map(|(at, _)| *at),
            twice: None,
        };
        for (slot, column) in found.columns.iter_mut().zip(&template.columns) {
            let wanted = fold(&column.title);
            let mut exact = titles.iter().filter(|(_, title)| *title == wanted);
            let mut loose = titles.iter().filter(|(_, title)| bare(title) == bare(&wanted));
            let first = exact.next().or_else(|| loose.next());
            *slot = first.map(|(at, _)| *at);
            if exact.next().is_some() {
                found.twice = Some(column.title.clone());
            }
        }
        found
    }

    /// The number of columns found.
    pub(crate) fn count(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// Refuses a header that cannot be worked with, naming the columns.
    pub(crate) fn check(&self, template: &Template) -> Result<()> {
        if self.count() < 2.min(template.columns.len()) {
            return Err(absent());
        }
        if let Some(title) = &self.twice {
            return Err(Error::refuse("FILE_HEADERS", format!("表头“{title}”出现了两次，请只保留一列后再上传")));
        }
        let columns = template.columns.iter().zip(&self.columns);
        let missing = columns.filter(|(column, at)| column.need == Need::Always && at.is_none());
        let missing: Vec<&str> = missing.map(|(column, _)| column.title.as_str()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!("缺少必填列：{}，请对照导入模板补上后再上传", missing.join("、"));
        Err(Error::refuse("FILE_HEADERS", message))
    }
}

/// The refusal of a workbook without a header.
pub(crate) fn absent() -> Error {
    Error::refuse("FILE_HEADERS", format!("前{WITHIN}行中未找到表头，请使用导入模板填写后再上传"))
}

fn title(cell: &RawCell) -> Option<String> {
    match &cell.raw {
        Raw::Text(text) => Some(fold(text)).filter(|text| !text.is_empty()),
        Raw::Number(_) | Raw::Day(_) | Raw::Bool(_) | Raw::Error | Raw::Unknown => None,
    }
}

/// A title without what people add to it: spaces, line breaks, stars, colons, another width.
pub(crate) fn fold(text: &str) -> String {
    let kept = tidy(text).to_lowercase();
    kept.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':' | '﹡' | '∗' | '★')).collect()
}

/// A title without its brackets: 成立日期(YYYY-MM-DD) is 成立日期.
fn bare(title: &str) -> &str {
    let cut = title.find(['(', '[', '【']).filter(|at| *at > 0);
    cut.and_then(|at| title.get(..at)).unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(titles: &[&str]) -> Vec<RawCell> {
        let cell = |(at, title): (usize, &&str)| RawCell {
            column: u32::try_from(at).unwrap(),
            raw: Raw::Text((*title).to_owned()),
        };
        titles.iter().enumerate().map(cell).collect()
    }

    #[test]
    fn titles_are_recognised_however_written() {
        let template = Template::of("organisation").unwrap();
        let found = Match::of(
            &row(&["序号", "＊组织 全称", "组织简称*\n（必填）", "届期（年）", "成立日期:", "备注"]),
            template,
        );
        let at = |key: &str| {
            let place = template.columns.iter().position(|column| column.key == key).unwrap();
            found.columns[place]
        };
        assert_eq!(at("full_name"), Some(1));
        assert_eq!(at("short_name"), Some(2));
        assert_eq!(at("term_years"), Some(3));
        assert_eq!(at("founded_on"), Some(4));
        assert_eq!(at("sort"), None);
        assert_eq!(found.count(), 4);
    }

    #[test]
    fn refusals_name_the_columns() {
        let template = Template::of("xuexi_points").unwrap();
        let say =
            |titles: &[&str]| Match::of(&row(titles), template).check(template).map_err(|e| e.message.into_owned());
        assert_eq!(say(&["姓名", "手机号", "统计月份", "当月积分"]), Ok(()));
        assert!(say(&["姓名", "手机号", "当月积分"]).unwrap_err().contains("缺少必填列：统计月份，"));
        assert!(say(&["姓名", "姓名", "手机号", "统计月份", "当月积分"]).unwrap_err().contains("“姓名”出现了两次"));
        assert!(say(&["甲", "乙"]).unwrap_err().contains("未找到表头"));
    }
}
