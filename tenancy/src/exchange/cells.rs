//! What an export is written with: its columns, and the cells of its rows.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use zhibu_core::{Page, Result, dictionary};

/// A column an export may have.
#[derive(Debug, Clone, Copy)]
pub struct ExportColumn {
    /// Stable key.
    pub key: &'static str,
    /// The header.
    pub title: &'static str,
    /// The width in characters.
    pub width: u16,
    /// Personal data that is masked elsewhere: needs a permission of its own and a reason.
    pub sensitive: bool,
}

/// A column of an export.
pub const fn column(key: &'static str, title: &'static str, width: u16) -> ExportColumn {
    ExportColumn { key, title, width, sensitive: false }
}

/// A column of an export that shows what is masked elsewhere.
pub const fn sensitive(key: &'static str, title: &'static str, width: u16) -> ExportColumn {
    ExportColumn { key, title, width, sensitive: true }
}

/// One cell of an export.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A day.
    Date(NaiveDate),
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Blank, Self::Text)
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Blank, Self::Date)
    }
}

/// The day of a moment, where the tenants are.
impl From<Option<DateTime<Utc>>> for Cell {
    fn from(at: Option<DateTime<Utc>>) -> Self {
        at.map(|at| (at + CHINA).date_naive()).into()
    }
}

const CHINA: Duration = Duration::hours(8);

impl Cell {
    /// A code in the words of its dictionary.
    pub fn words(kind: &str, code: &str) -> Self {
        Self::Text(dictionary::words(kind, code))
    }

    /// Several texts in one cell.
    pub fn joined(texts: impl IntoIterator<Item = String>, by: &str) -> Self {
        Some(texts.into_iter().collect::<Vec<_>>().join(by)).filter(|text| !text.is_empty()).into()
    }

    /// A moment to the minute, where the tenants are.
    pub fn moment(at: DateTime<Utc>) -> Self {
        Self::Text((at + CHINA).format("%Y-%m-%d %H:%M").to_string())
    }
}

/// Rows of an export, and the position after which the next are; none at the end.
pub type Batch = (Vec<Vec<Cell>>, Option<String>);

/// The rows of a page of a list, each with the cells of the columns.
pub fn batch<T>(
    page: &Page<T>,
    columns: &[&'static ExportColumn],
    mut cell: impl FnMut(&str, &T) -> Result<Cell>,
) -> Result<Batch> {
    let rows = page.nodes.iter().map(|row| columns.iter().map(|column| cell(column.key, row)).collect());
    Ok((rows.collect::<Result<Vec<_>>>()?, next(page)))
}

/// The position after a page; none at the end.
pub(crate) fn next<T>(page: &Page<T>) -> Option<String> {
    page.info.end_cursor.clone().filter(|_| page.info.has_next_page)
}
