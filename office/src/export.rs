//! Exports (导出): one large sheet written row by row in constant memory.

use crate::template::yuan;
use crate::value::invisible;
use chrono::NaiveDate;
use rust_xlsxwriter::{Color, Format as Look, FormatAlign, Workbook, Worksheet, XlsxError};
use std::path::{Path, PathBuf};
use zhibu_core::{Error, Result};

/// Rows of one sheet; what comes after goes to another.
const LAST_ROW: u32 = 1_048_576;
/// Characters of one cell.
const LONGEST: usize = 32_767;
/// Characters of a page's header or footer.
const LONGEST_FOOTER: usize = 200;
/// From here on a spreadsheet rounds integers.
const LARGEST_INTEGER: u64 = 1_000_000_000_000_000;
/// The progress is told every so many rows.
const STEP: u64 = 1000;

/// What one cell of an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Blank,
    /// Text, made harmless.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A day.
    Date(NaiveDate),
    /// Fen, shown as yuan with two decimals.
    Money(i64),
}

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The header.
    pub title: String,
    /// The width in characters.
    pub width: u16,
}

/// Who took the data out (水印).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// 导出人.
    pub by: String,
    /// 导出时间, in the tenant's zone.
    pub at: String,
    /// 用途.
    pub purpose: String,
}

/// What stands above the rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The sheet's name.
    pub name: String,
    /// A title row, if any.
    pub title: Option<String>,
    /// 筛选条件: the filters in words; empty says that there were none.
    pub filters: String,
    /// Repeated on every page, and the first line.
    pub watermark: Option<Watermark>,
    /// The columns.
    pub columns: Vec<Heading>,
}

struct Looks {
    title: Look,
    note: Look,
    header: Look,
    date: Look,
    money: Look,
}

/// An export being written.
pub struct Sheet {
    workbook: Workbook,
    path: PathBuf,
    layout: Layout,
    looks: Looks,
    progress: Box<dyn FnMut(u64) + Send>,
    sheets: usize,
    header: u32,
    next: u32,
    count: u64,
    last: u32,
}

impl Sheet {
    /// Begins a file at `path`, which is there after [`Sheet::finish`]; `progress` is told every 1,000 rows.
    pub fn create(path: &Path, layout: Layout, progress: impl FnMut(u64) + Send + 'static) -> Result<Sheet> {
        Sheet::with_last_row(path, layout, Box::new(progress), LAST_ROW)
    }

    fn with_last_row(path: &Path, layout: Layout, progress: Box<dyn FnMut(u64) + Send>, last: u32) -> Result<Sheet> {
        let bold = Look::new().set_bold();
        let looks = Looks {
            title: bold.clone().set_font_size(14),
            note: Look::new().set_font_color(Color::RGB(0x60_60_60)),
            header: bold.set_background_color(Color::RGB(0xD9_E1_F2)).set_align(FormatAlign::Center),
            date: Look::new().set_num_format("yyyy-mm-dd"),
            money: Look::new().set_num_format("#,##0.00"),
        };
        let mut workbook = Workbook::new();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            workbook.set_tempdir(folder).map_err(Error::bug)?;
        }
        let path = path.to_owned();
        let mut sheet =
            Sheet { workbook, path, layout, looks, progress, sheets: 0, header: 0, next: 0, count: 0, last };
        sheet.begin().map_err(Error::bug)?;
        Ok(sheet)
    }

    /// Writes the next row; missing cells stay empty, those beyond the last column are a bug.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if cells.len() > self.layout.columns.len() {
            return Err(Error::bug("more cells than columns"));
        }
        if self.next >= self.last {
            self.end_sheet().and_then(|()| self.begin()).map_err(Error::bug)?;
        }
        let page = self.workbook.worksheet_from_index(self.sheets - 1).map_err(Error::bug)?;
        for (at, cell) in (0u16..).zip(cells) {
            write(page, self.next, at, *cell, &self.looks).map_err(Error::bug)?;
        }
        self.next += 1;
        self.count += 1;
        if self.count.is_multiple_of(STEP) {
            (self.progress)(self.count);
        }
        Ok(())
    }

    /// Completes the file; says how many rows it has.
    pub fn finish(mut self) -> Result<u64> {
        self.end_sheet().map_err(Error::bug)?;
        self.workbook.save(&self.path).map_err(Error::bug)?;
        Ok(self.count)
    }

    fn begin(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        let page = self.workbook.add_worksheet_with_constant_memory()?;
        page.set_name(sheet_name(&self.layout.name, self.sheets))?;
        for (at, column) in (0u16..).zip(&self.layout.columns) {
            page.set_column_width(at, column.width)?;
        }
        let mut lines = Vec::new();
        if let Some(mark) = self.layout.watermark.as_ref().map(Watermark::words) {
            let footer: String = mark.chars().take(LONGEST_FOOTER).collect::<String>().replace('&', "&&");
            page.set_header(format!("&C{footer}")).set_footer(format!("&C{footer}　第&P页"));
            lines.push((mark, &self.looks.note));
        }
        if let Some(title) = &self.layout.title {
            lines.push((harmless(title), &self.looks.title));
        }
        let filters = if self.layout.filters.is_empty() { "无" } else { &self.layout.filters };
        lines.push((harmless(&format!("筛选条件：{filters}")), &self.looks.note));
        self.header = 0;
        for (text, look) in lines {
            page.write_string_with_format(self.header, 0, text, look)?;
            self.header += 1;
        }
        for (at, column) in (0u16..).zip(&self.layout.columns) {
            page.write_string_with_format(self.header, at, harmless(&column.title), &self.looks.header)?;
        }
        page.set_freeze_panes(self.header + 1, 0)?.set_repeat_rows(self.header, self.header)?;
        self.next = self.header + 1;
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), XlsxError> {
        let columns = u16::try_from(self.layout.columns.len()).unwrap_or(u16::MAX);
        let (first, last) = (self.header, self.next.saturating_sub(1));
        let page = self.workbook.worksheet_from_index(self.sheets - 1)?;
        if columns > 0 {
            page.autofilter(first, 0, last, columns - 1)?;
        }
        Ok(())
    }
}

impl Watermark {
    fn words(&self) -> String {
        harmless(&format!("导出人：{}　导出时间：{}　用途：{}", self.by, self.at, self.purpose))
    }
}

fn write(page: &mut Worksheet, row: u32, at: u16, cell: Cell<'_>, looks: &Looks) -> Result<(), XlsxError> {
    match cell {
        Cell::Blank | Cell::Text("") => {}
        Cell::Text(text) => {
            page.write_string(row, at, harmless(text))?;
        }
        Cell::Integer(number) if number.unsigned_abs() >= LARGEST_INTEGER => {
            page.write_string(row, at, number.to_string())?;
        }
        Cell::Integer(number) => {
            page.write_number(row, at, float(&number.to_string()))?;
        }
        Cell::Date(day) => {
            page.write_with_format(row, at, &day, &looks.date)?;
        }
        Cell::Money(fen) if fen.unsigned_abs() >= LARGEST_INTEGER => {
            page.write_string(row, at, yuan(fen))?;
        }
        Cell::Money(fen) => {
            page.write_number_with_format(row, at, float(&yuan(fen)), &looks.money)?;
        }
    }
    Ok(())
}

fn float(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula (公式注入防护): control characters go, and an apostrophe stands
/// before what begins, after anything invisible, with `=`, `+`, `-`, `@`, a tab or a line break. Reading takes the
/// apostrophe away again.
pub fn harmless(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    let kept: String = kept.filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).take(LONGEST - 1).collect();
    let seen = kept.trim_start_matches(|c: char| matches!(c, ' ' | '\u{a0}' | '\u{3000}' | '\'') || invisible(c));
    let risky = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '﹦', '﹢', '﹣', '﹫', '−'];
    if seen.starts_with(risky) { format!("'{kept}") } else { kept }
}

/// A sheet's name without the characters spreadsheets refuse, numbered from the second on.
fn sheet_name(name: &str, number: usize) -> String {
    let kept = name.chars().filter(|c| !c.is_control() && !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\'));
    let kept: String = kept.take(24).collect();
    let kept = kept.trim_matches('\'');
    match (kept, number) {
        ("", 1) => "数据".to_owned(),
        (_, 1) => kept.to_owned(),
        _ => format!("{kept}({number})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_8_2_formulas_are_neutralised() {
        for text in [
            "=1+1",
            "+86",
            "-1",
            "@x",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "\u{3000}=1",
            "\u{feff}=1",
            "\u{200b}=1",
            "＝1",
            "'=1",
            "\u{1}=1",
            "\u{a0}@",
            "－2",
        ] {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        for text in ["", "张三", "a=b", "13800000000", "'张三", "(1-2)", "1-2"] {
            assert_eq!(harmless(text), text);
        }
        assert_eq!(harmless("a\u{0}\u{1b}b"), "ab");
        assert_eq!(harmless(&"长".repeat(40_000)).chars().count(), 32_766);
    }

    #[test]
    fn pc_8_2_more_rows_than_a_sheet_holds_go_to_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        let layout = Layout {
            name: "党员/名册".into(),
            columns: vec![Heading { title: "姓名".into(), width: 12 }],
            ..Layout::default()
        };
        let mut sheet = Sheet::with_last_row(&path, layout, Box::new(|_| ()), 10).unwrap();
        for at in 0..17 {
            sheet.row(&[Cell::Text(&format!("人{at}"))]).unwrap();
        }
        assert!(sheet.row(&[Cell::Blank, Cell::Blank]).is_err());
        assert_eq!(sheet.finish().unwrap(), 17);
        let mut read: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
        use calamine::Reader;
        assert_eq!(read.sheet_names(), ["党员名册", "党员名册(2)", "党员名册(3)"]);
        let last = read.worksheet_range("党员名册(3)").unwrap();
        assert_eq!(last.rows().map(|row| row[0].to_string()).collect::<Vec<_>>(), ["筛选条件：无", "姓名", "人16"]);
    }
}
