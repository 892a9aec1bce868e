//! Spreadsheets and forms on paper: the templates of imports (导入模板), reading what users upload, giving it back with its faults
//! marked (错误说明), and exports (导出). A pure library: files and bytes, no database, no network.
//!
//! - [`Template`] describes one import; [`Template::workbook`] is the file users download.
//! - [`Workbook::open`] refuses what is not a sound `.xlsx`; [`Workbook::rows`] streams its data as [`Row`]s,
//!   whose readers collect every [`Fault`].
//! - [`mark()`] returns the user's own workbook with the faults in it.
//! - [`Sheet`] writes an export row by row.
//! - [`paper::pdf`] writes forms as PDF.
//!
//! Reading, marking and writing hold one row at a time, besides the table of shared strings. The parser is our own
//! because marking needs the sheet's XML anyway, and because a reader of uploads must bound every allocation and
//! keep going at cells a general library gives up on (`#SPILL!`).

mod blank;
mod cells;
mod export;
mod header;
mod mark;
mod package;
pub mod paper;
mod parts;
mod read;
mod row;
mod template;
mod value;
mod xml;

pub use export::{Cell, Heading, Layout, Sheet, Watermark, harmless};
pub use mark::mark;
pub use read::{MAX_COLUMNS, MAX_ROWS, Place, Rows, Workbook};
pub use row::{Fault, Row};
pub use template::{Column, Format, Need, Template};
pub use value::Value;
