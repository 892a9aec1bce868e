//! The user's own workbook with its faults marked (错误标注): nothing else changes.

mod palette;
mod sheet;

use crate::package::PartKind;
use crate::read::{Place, Workbook};
use crate::row::Fault;
use crate::template::Template;
use palette::Palette;
use sheet::Marker;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use zhibu_core::{Error, Result};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Writes a copy of `source` to `out` with faulty cells in light red and a last column 错误说明 with what is wrong in
/// each row. `faults` are by row number and come in rising order, as [`crate::Rows`] gives them. The column of an
/// earlier marking is used again. Rows stream through, so the size of the file does not matter.
pub fn mark(
    source: &Path,
    template: &Template,
    faults: impl IntoIterator<Item = (u32, Vec<Fault>)>,
    out: &Path,
) -> Result<()> {
    let mut workbook = Workbook::open(source)?;
    let place = workbook.place(template)?;
    let remarks = match place.remarks {
        Some(column) => column,
        None => workbook.free_column(&place)?,
    };
    let styles = workbook.book.styles.clone().and_then(|part| workbook.package.index(&part).map(|at| (at, part)));
    let mut palette = match &styles {
        Some((_, part)) => Palette::read(workbook.package.xml(part, PartKind::Other)?)?,
        None => Palette::none(),
    };
    let mut zip = ZipWriter::new(BufWriter::new(File::create(out).map_err(Error::bug)?));
    let sheet = workbook.package.index(&place.part).ok_or_else(|| Error::bug("the data sheet is gone"))?;
    for at in 0..sheet {
        copy(&mut zip, &mut workbook, at, &styles)?;
    }
    start(&mut zip, &mut workbook, sheet)?;
    let mut wanted = rows(template, &place, faults.into_iter());
    let xml = workbook.package.xml(&place.part, PartKind::Sheet)?;
    Marker::new(&mut zip, &mut palette, &place, remarks, &mut wanted).run(xml)?;
    for at in sheet + 1..workbook.package.zip.len() {
        copy(&mut zip, &mut workbook, at, &styles)?;
    }
    // The styles come last, when it is known which are needed.
    if let Some((at, part)) = styles {
        start(&mut zip, &mut workbook, at)?;
        palette.write(workbook.package.xml(&part, PartKind::Other)?, &mut zip)?;
    }
    zip.finish().map_err(Error::bug)?.flush().map_err(Error::bug)
}

type Out = ZipWriter<BufWriter<File>>;
type Styles = Option<(usize, String)>;

fn start(zip: &mut Out, workbook: &mut Workbook, at: usize) -> Result<()> {
    let name = workbook.package.zip.name_for_index(at).and_then(Result::ok).map(|name| name.into_owned());
    zip.start_file(name.unwrap_or_default(), SimpleFileOptions::default().compression_level(Some(3)))
        .map_err(Error::bug)
}

fn copy(zip: &mut Out, workbook: &mut Workbook, at: usize, styles: &Styles) -> Result<()> {
    if styles.as_ref().is_some_and(|(styles, _)| *styles == at) {
        return Ok(());
    }
    let part = workbook.package.zip.by_index_raw(at).map_err(Error::bug)?;
    zip.raw_copy_file(part).map_err(crate::xml::damaged)
}

/// Per row the sheet's columns at fault, in order, and the sentences.
fn rows(
    template: &Template,
    place: &Place,
    faults: impl Iterator<Item = (u32, Vec<Fault>)>,
) -> impl Iterator<Item = sheet::Faulty> {
    let at = |key: &str| {
        let index = template.columns.iter().position(|column| column.key == key)?;
        place.columns.get(index).copied().flatten()
    };
    faults.filter(|(_, faults)| !faults.is_empty()).map(move |(row, faults)| {
        let mut columns: Vec<u32> = faults.iter().filter_map(|fault| at(&fault.column)).collect();
        columns.sort_unstable();
        columns.dedup();
        let sentences: Vec<String> = faults.into_iter().map(|fault| fault.sentence).collect();
        sheet::Faulty { row, columns, sentences: sentences.join("；") }
    })
}
