//! An uploaded workbook and the rows of its data sheet.

use crate::blank::SAMPLE;
use crate::cells::{Cells, RawCell};
use crate::header::{Match, WITHIN, absent};
use crate::package::{Package, PartKind};
use crate::parts::{Book, Strings, day_styles};
use crate::row::Row;
use crate::template::Template;
use crate::value::{Raw, Value, tidy};
use std::collections::BTreeSet;
use std::path::Path;
use zhibu_core::{Error, Result};

/// Most rows of data in one file.
pub const MAX_ROWS: u32 = 100_000;
/// Most columns in use.
pub const MAX_COLUMNS: u32 = 100;

/// A workbook somebody uploaded (上传的工作簿).
pub struct Workbook {
    pub(crate) package: Package,
    pub(crate) book: Book,
    strings: Strings,
    days: Vec<bool>,
}

/// Where a workbook has its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The sheet's name.
    pub sheet: String,
    /// The header's row, counted from 1 as spreadsheets do.
    pub header: u32,
    /// Per column of the template, the sheet's column counted from 0.
    pub columns: Vec<Option<u32>>,
    /// The sheet's column 错误说明 from an earlier marking.
    pub(crate) remarks: Option<u32>,
    pub(crate) part: String,
}

impl Workbook {
    /// Opens a file, or refuses it: `FILE_TYPE`, `FILE_TOO_LARGE`, `FILE_DAMAGED`, `FILE_ENCRYPTED`.
    pub fn open(path: &Path) -> Result<Workbook> {
        let mut package = Package::open(path)?;
        let book = Book::read(&mut package)?;
        let strings = Strings::read(&mut package, book.strings.as_deref())?;
        let days = day_styles(&mut package, book.styles.as_deref())?;
        Ok(Workbook { package, book, strings, days })
    }

    /// Finds the sheet and the row whose titles fit the template best; refuses with `FILE_HEADERS`.
    pub fn place(&mut self, template: &Template) -> Result<Place> {
        let mut best: Option<(Match, Place)> = None;
        for (sheet, part) in self.book.sheets.clone() {
            let mut cells = self.cells(&part)?;
            let mut row = Vec::new();
            while let Some(header) = cells.row(&mut row)?.filter(|number| *number <= WITHIN) {
                let found = Match::of(&row, template);
                if found.count() > best.as_ref().map_or(0, |(best, _)| best.count()) {
                    let (columns, remarks) = (found.columns.clone(), found.remarks);
                    let place = Place { sheet: sheet.clone(), header, columns, remarks, part: part.clone() };
                    best = Some((found, place));
                }
            }
        }
        let (found, place) = best.ok_or_else(absent)?;
        found.check(template)?;
        Ok(place)
    }

    /// The rows of data, one after another.
    pub fn rows<'t>(&mut self, template: &'t Template) -> Result<Rows<'_, 't>> {
        let place = self.place(template)?;
        let from_1904 = self.book.from_1904;
        let cells = self.cells(&place.part)?;
        Ok(Rows { cells, template, place, from_1904, count: 0, row: Vec::new(), ended: false })
    }

    /// The first unused column to the right of a header.
    pub(crate) fn free_column(&mut self, place: &Place) -> Result<u32> {
        let mut cells = self.cells(&place.part)?;
        let (mut row, mut taken, mut free) = (Vec::new(), BTreeSet::new(), 0);
        while let Some(number) = cells.row(&mut row)? {
            taken.extend(row.iter().filter(|cell| used(cell)).map(|cell| cell.column));
            if number == place.header {
                free = row.iter().filter(|cell| used(cell)).map(|cell| cell.column + 1).fold(0, u32::max);
            }
        }
        Ok((free..).find(|column| !taken.contains(column)).unwrap_or(free))
    }

    fn cells(&mut self, part: &str) -> Result<Cells<'_>> {
        Ok(Cells::new(self.package.xml(part, PartKind::Sheet)?, &self.strings, &self.days))
    }
}

/// The rows of an upload: blank ones and the sample are left out, hidden ones are not.
pub struct Rows<'a, 't> {
    cells: Cells<'a>,
    template: &'t Template,
    place: Place,
    from_1904: bool,
    count: u32,
    row: Vec<RawCell>,
    ended: bool,
}

impl<'t> Rows<'_, 't> {
    /// Where the rows come from.
    pub fn place(&self) -> &Place {
        &self.place
    }

    fn advance(&mut self) -> Result<Option<Row<'t>>> {
        while let Some(number) = self.cells.row(&mut self.row)? {
            if number <= self.place.header {
                continue;
            }
            if self.row.iter().any(|cell| cell.column >= MAX_COLUMNS && used(cell)) {
                let message = format!("第{number}行超过{MAX_COLUMNS}列，请删除多余的列后再上传");
                return Err(Error::refuse("FILE_TOO_LARGE", message));
            }
            let values = self.values();
            if values.iter().all(|value| *value == Value::Blank) || values.iter().any(sample) {
                continue;
            }
            self.count += 1;
            if self.count > MAX_ROWS {
                let message = "数据超过10万行，请拆分成几个文件后再上传";
                return Err(Error::refuse("FILE_TOO_LARGE", message));
            }
            return Ok(Some(Row::new(number, self.template, values)));
        }
        Ok(None)
    }

    fn values(&self) -> Vec<Value> {
        let columns = self.template.columns.iter().zip(&self.place.columns);
        let value = |(column, at): (_, &Option<u32>)| {
            let cell = at.and_then(|at| self.row.iter().rfind(|cell| cell.column == at));
            cell.map_or(Value::Blank, |cell| Value::of(&cell.raw, column, self.from_1904))
        };
        columns.map(value).collect()
    }
}

impl<'t> Iterator for Rows<'_, 't> {
    type Item = Result<Row<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.advance().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

fn used(cell: &RawCell) -> bool {
    !matches!(&cell.raw, Raw::Text(text) if tidy(text).is_empty())
}

fn sample(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.starts_with(SAMPLE))
}
