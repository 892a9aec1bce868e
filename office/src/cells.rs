//! The cells of one sheet, row by row.

use crate::package::Part;
use crate::parts::Strings;
use crate::value::Raw;
use crate::xml::{Xml, attribute, damaged, unescape};
use quick_xml::events::{BytesStart, Event};
use zhibu_core::Result;

/// The last row of a spreadsheet.
const LAST_ROW: u32 = 1_048_576;
/// The last column of a spreadsheet, counted from 0.
const LAST_COLUMN: u32 = 16_383;

/// A cell as it stands in the sheet; `column` counts from 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawCell {
    pub(crate) column: u32,
    pub(crate) raw: Raw,
}

/// Streams the rows of a sheet.
pub(crate) struct Cells<'a> {
    xml: Xml<Part<'a>>,
    strings: &'a Strings,
    days: &'a [bool],
    row: u32,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(xml: Xml<Part<'a>>, strings: &'a Strings, days: &'a [bool]) -> Self {
        Self { xml, strings, days, row: 0 }
    }

    /// Reads the next row that has an element into `cells`; its number counts from 1. Empty cells are left out.
    pub(crate) fn row(&mut self, cells: &mut Vec<RawCell>) -> Result<Option<u32>> {
        cells.clear();
        loop {
            let filled = match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row = row_number(&tag, self.row)?;
                    true
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row = row_number(&tag, self.row)?;
                    false
                }
                Event::End(tag) if tag.local_name().as_ref() == b"sheetData" => return Ok(None),
                Event::Eof => return Ok(None),
                _ => continue,
            };
            if filled {
                self.cells(cells)?;
                return Ok(Some(self.row));
            }
        }
    }

    fn cells(&mut self, cells: &mut Vec<RawCell>) -> Result<()> {
        let mut next = 0;
        loop {
            let (head, filled) = match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"c" => (Head::of(&tag, next)?, true),
                Event::Empty(tag) if tag.local_name().as_ref() == b"c" => (Head::of(&tag, next)?, false),
                Event::End(tag) if tag.local_name().as_ref() == b"row" => return Ok(()),
                Event::Eof => return Err(damaged("the sheet ends within a row")),
                _ => continue,
            };
            next = head.column + 1;
            if filled && let Some(raw) = self.value(&head)? {
                cells.push(RawCell { column: head.column, raw });
            }
        }
    }

    fn value(&mut self, head: &Head) -> Result<Option<Raw>> {
        let (mut text, mut formula, mut stored) = (String::new(), false, false);
        loop {
            let part = match self.xml.next()? {
                Event::Start(tag) => Child::of(&tag),
                Event::Empty(tag) => {
                    formula |= tag.local_name().as_ref() == b"f";
                    continue;
                }
                Event::End(tag) if tag.local_name().as_ref() == b"c" => break,
                Event::Eof => return Err(damaged("the sheet ends within a cell")),
                _ => continue,
            };
            match part {
                Child::Value => {
                    self.xml.text(&mut text)?;
                    stored = !text.is_empty();
                }
                Child::Inline => self.xml.runs(&mut text)?,
                Child::Formula => {
                    formula = true;
                    self.xml.text(&mut String::new())?;
                }
                Child::Other => {}
            }
        }
        if formula && !stored && head.kind != Kind::Text {
            return Ok(Some(Raw::Unknown));
        }
        Ok(if text.is_empty() { None } else { self.meant(head, text)? })
    }

    fn meant(&self, head: &Head, text: String) -> Result<Option<Raw>> {
        let raw = match head.kind {
            Kind::Shared => {
                let at: usize = text.trim().parse().map_err(damaged)?;
                Raw::Text(self.strings.get(at).ok_or_else(|| damaged("a shared string is missing"))?.to_owned())
            }
            Kind::Text => Raw::Text(unescape(text)),
            Kind::Bool => Raw::Bool(matches!(text.trim(), "1" | "true")),
            Kind::Error => Raw::Error,
            Kind::Number => match text.trim().parse::<f64>() {
                Ok(number) if !number.is_finite() => Raw::Error,
                Ok(number) if self.days.get(head.style).copied().unwrap_or_default() => Raw::Day(number),
                Ok(number) => Raw::Number(number),
                Err(_) => Raw::Text(text),
            },
        };
        Ok(Some(raw).filter(|raw| *raw != Raw::Text(String::new())))
    }
}

/// What stands in a cell's tag.
struct Head {
    column: u32,
    style: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shared,
    Text,
    Bool,
    Error,
    Number,
}

impl Head {
    fn of(tag: &BytesStart<'_>, next: u32) -> Result<Head> {
        let mut head = Head { column: next, style: 0, kind: Kind::Number };
        for at in tag.attributes().with_checks(false).flatten() {
            match at.key.as_ref() {
                b"r" => head.column = column(&at.value).ok_or_else(|| damaged("a cell's reference"))?,
                b"s" => head.style = str::from_utf8(&at.value).map_err(damaged)?.parse().unwrap_or_default(),
                b"t" => {
                    head.kind = match &*at.value {
                        b"s" => Kind::Shared,
                        b"str" | b"inlineStr" | b"d" => Kind::Text,
                        b"b" => Kind::Bool,
                        b"e" => Kind::Error,
                        _ => Kind::Number,
                    }
                }
                _ => {}
            }
        }
        if head.column > LAST_COLUMN { Err(damaged("too many columns")) } else { Ok(head) }
    }
}

enum Child {
    Value,
    Inline,
    Formula,
    Other,
}

impl Child {
    fn of(tag: &BytesStart<'_>) -> Self {
        match tag.local_name().as_ref() {
            b"v" => Self::Value,
            b"is" => Self::Inline,
            b"f" => Self::Formula,
            _ => Self::Other,
        }
    }
}

/// A row's number: what it says, or one more than the row before; never backwards.
pub(crate) fn row_number(tag: &BytesStart<'_>, before: u32) -> Result<u32> {
    let number = match attribute(tag, b"r") {
        Some(text) => text.trim().parse().map_err(damaged)?,
        None => before + 1,
    };
    if number <= before || number > LAST_ROW { Err(damaged("the rows are out of order")) } else { Ok(number) }
}

/// The column of a reference as `AB12`, counted from 0.
pub(crate) fn column(reference: &[u8]) -> Option<u32> {
    let letters = reference.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let mut number = 0u32;
    for letter in letters {
        number = number.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    number.checked_sub(1)
}

/// The letters of a column counted from 0.
pub(crate) fn letters(column: u32) -> String {
    let mut text = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        text.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (number, text) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(column(format!("{text}7").as_bytes()), Some(number));
            assert_eq!(letters(number), text);
        }
        assert_eq!(column(b"12"), None);
        assert_eq!(column("Z".repeat(40).as_bytes()), None);
    }
}
