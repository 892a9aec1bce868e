//! What the tests of this crate share.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zhibu_office::{Row, Template, Workbook};

/// A file of `fixtures/`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.xlsx"))
}

/// All rows of a workbook.
pub(crate) fn read(path: &Path, template: &'static Template) -> Vec<Row<'static>> {
    let mut workbook = Workbook::open(path).unwrap();
    workbook.rows(template).unwrap().map(Result::unwrap).collect()
}

/// The code and the sentence a workbook is refused with.
pub(crate) fn refusal(path: &Path, template: &'static Template) -> (&'static str, String) {
    let error = match Workbook::open(path) {
        Err(error) => error,
        Ok(mut workbook) => match workbook.rows(template) {
            Err(error) => error,
            Ok(mut rows) => rows.find_map(Result::err).expect("a refusal"),
        },
    };
    (error.code, error.message.into_owned())
}

/// The sentences of a row.
pub(crate) fn told(row: &Row<'_>) -> Vec<String> {
    row.faults().iter().map(|fault| fault.sentence.clone()).collect()
}

/// A copy of a workbook with its parts changed and others added.
pub(crate) fn rewrite(
    source: &Path,
    folder: &Path,
    change: impl Fn(&str, Vec<u8>) -> Vec<u8>,
    more: &[(&str, &[u8])],
) -> PathBuf {
    let path = folder.join("rewritten.xlsx");
    let mut old = zip::ZipArchive::new(std::fs::File::open(source).unwrap()).unwrap();
    let mut new = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(9));
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let name = part.name().unwrap().to_string();
        let mut data = Vec::new();
        part.read_to_end(&mut data).unwrap();
        new.start_file(&name, options).unwrap();
        new.write_all(&change(&name, data)).unwrap();
    }
    for (name, data) in more {
        new.start_file(*name, options).unwrap();
        new.write_all(data).unwrap();
    }
    new.finish().unwrap();
    path
}

/// A part of a workbook as text.
pub(crate) fn part(path: &Path, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}
