//! The parts of a workbook besides its sheets: the list of sheets, shared strings, which styles show days.

use crate::package::{Package, PartKind, other_type};
use crate::xml::{attribute, damaged, too_large, unescape};
use quick_xml::events::Event;
use std::collections::HashMap;
use zhibu_core::Result;

/// Most shared strings: 100,000 rows of 25 different ones, twice.
const MAX_STRINGS: usize = 5_000_000;

/// What the workbook's own part says.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Name and part of each sheet, in the order of the tabs.
    pub(crate) sheets: Vec<(String, String)>,
    pub(crate) from_1904: bool,
    pub(crate) strings: Option<String>,
    pub(crate) styles: Option<String>,
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Book {
    pub(crate) fn read(package: &mut Package) -> Result<Book> {
        let root = relations(package, "")?;
        let main = root.into_iter().find(|relation| relation.kind == "officeDocument").ok_or_else(other_type)?;
        if !package.has(&main.target) || !main.target.ends_with(".xml") {
            return Err(other_type());
        }
        let related = relations(package, &main.target)?;
        let first = |kind: &str| related.iter().find(|relation| relation.kind == kind).map(|r| r.target.clone());
        let mut book = Book { strings: first("sharedStrings"), styles: first("styles"), ..Book::default() };
        let sheets = related.iter().filter(|relation| relation.kind == "worksheet");
        let sheets: HashMap<&str, &str> = sheets.map(|one| (one.id.as_str(), one.target.as_str())).collect();
        book.list(package, &main.target, &sheets)?;
        if book.sheets.is_empty() { Err(other_type()) } else { Ok(book) }
    }

    fn list(&mut self, package: &mut Package, main: &str, sheets: &HashMap<&str, &str>) -> Result<()> {
        let mut xml = package.xml(main, PartKind::Other)?;
        loop {
            match xml.next()? {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"workbookPr" => {
                        self.from_1904 = matches!(attribute(&tag, b"date1904").as_deref(), Some("1" | "true"));
                    }
                    b"sheet" => {
                        let part = attribute(&tag, b"id").and_then(|id| sheets.get(id.as_str()).copied());
                        if let (Some(name), Some(part)) = (attribute(&tag, b"name"), part) {
                            self.sheets.push((name, part.to_owned()));
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }
}

/// The relations of a part, their targets as names in the archive.
fn relations(package: &mut Package, part: &str) -> Result<Vec<Relation>> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = format!("{folder}/_rels/{file}.rels");
    if !package.has(&name) {
        return Ok(Vec::new());
    }
    let mut xml = package.xml(&name, PartKind::Other)?;
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"Relationship" => {
                let cell = |name: &[u8]| attribute(&tag, name).unwrap_or_default();
                let kind = cell(b"Type").rsplit('/').next().unwrap_or_default().to_owned();
                found.push(Relation { id: cell(b"Id"), kind, target: resolve(folder, &cell(b"Target")) });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn resolve(folder: &str, target: &str) -> String {
    let whole = if target.starts_with('/') { target.to_owned() } else { format!("{folder}/{target}") };
    let mut parts = Vec::new();
    for part in whole.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The table of shared strings: one text and the ends of its pieces.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(crate) fn read(package: &mut Package, part: Option<&str>) -> Result<Strings> {
        let mut strings = Strings::default();
        let Some(part) = part.filter(|part| package.has(part)) else { return Ok(strings) };
        let mut xml = package.xml(part, PartKind::Strings)?;
        loop {
            let filled = match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"si" => true,
                Event::Empty(tag) if tag.local_name().as_ref() == b"si" => false,
                Event::Eof => return Ok(strings),
                _ => continue,
            };
            let mut one = String::new();
            if filled {
                xml.runs(&mut one)?;
            }
            strings.push(&unescape(one))?;
        }
    }

    fn push(&mut self, text: &str) -> Result<()> {
        self.text.push_str(text);
        if self.ends.len() >= MAX_STRINGS {
            return Err(too_large());
        }
        self.ends.push(u32::try_from(self.text.len()).map_err(damaged)?);
        Ok(())
    }

    pub(crate) fn get(&self, at: usize) -> Option<&str> {
        let end = |at: usize| self.ends.get(at).and_then(|end| usize::try_from(*end).ok());
        let start = if at == 0 { 0 } else { end(at - 1)? };
        self.text.get(start..end(at)?)
    }
}

/// For each cell style, whether it shows numbers as days.
pub(crate) fn day_styles(package: &mut Package, part: Option<&str>) -> Result<Vec<bool>> {
    let Some(part) = part.filter(|part| package.has(part)) else { return Ok(Vec::new()) };
    let mut xml = package.xml(part, PartKind::Other)?;
    let (mut own, mut styles, mut within) = (HashMap::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"numFmt" => {
                    if let (Some(id), Some(code)) = (attribute(&tag, b"numFmtId"), attribute(&tag, b"formatCode")) {
                        own.insert(id, shows_days(&code));
                    }
                }
                b"cellXfs" => within = true,
                b"xf" if within => {
                    let id = attribute(&tag, b"numFmtId").unwrap_or_default();
                    styles.push(own.get(&id).copied().unwrap_or_else(|| built_in(&id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => within = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

/// The built-in formats of days; 27 to 36 and 50 to 58 are those of Chinese editions.
fn built_in(id: &str) -> bool {
    matches!(id.parse::<u32>(), Ok(14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58))
}

/// True when a format code shows a year, a month with a day, or a day.
fn shows_days(code: &str) -> bool {
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    for c in code.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' if !quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' => bracket = true,
            ']' => bracket = false,
            _ if bracket => {}
            'y' | 'Y' | 'd' | 'D' | 'e' if c != 'e' || code.contains(['m', 'M']) => return true,
            ';' => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_days() {
        for code in
            ["yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\";@", "[$-804]yyyy/m/d", "d-mmm", "e\\年m\\月", "m/d/yy h:mm"]
        {
            assert!(shows_days(code), "{code}");
        }
        for code in ["0.00", "General", "[Red]0", "0\"day\"", "h:mm:ss", "@", "0.00E+00", "[h]:mm", "\\d0", "_d0"] {
            assert!(!shows_days(code), "{code}");
        }
    }

    #[test]
    fn targets_are_resolved() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("xl/a", "../b.xml"), "xl/b.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
    }
}
