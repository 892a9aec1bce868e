//! Rewriting one sheet's XML, event by event.

use super::palette::{Palette, prefix, without};
use crate::cells::{column, letters, row_number};
use crate::header::REMARKS;
use crate::read::Place;
use crate::xml::{Xml, attribute, damaged};
use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::iter::Peekable;
use zhibu_core::{Error, Result};

/// Characters of the sentences of one row; a cell holds 32,767.
const LONGEST: usize = 8000;

/// What is wrong in one row.
#[derive(Debug, Clone)]
pub(crate) struct Faulty {
    pub(crate) row: u32,
    /// Columns of the sheet, rising.
    pub(crate) columns: Vec<u32>,
    pub(crate) sentences: String,
}

pub(crate) struct Marker<'a, W: Write, I: Iterator<Item = Faulty>> {
    out: Writer<W>,
    palette: &'a mut Palette,
    place: &'a Place,
    remarks: u32,
    faults: Peekable<I>,
    row: u32,
    /// First and last column, style.
    styles: Vec<(u32, u32, usize)>,
    widened: bool,
}

/// A row being rewritten.
struct Open {
    prefix: String,
    style: Option<usize>,
    /// Columns to fill and the one for the sentences, rising.
    pending: VecDeque<u32>,
    words: Option<(String, Option<usize>)>,
    next: u32,
}

impl<'a, W: Write, I: Iterator<Item = Faulty>> Marker<'a, W, I> {
    pub(crate) fn new(out: W, palette: &'a mut Palette, place: &'a Place, remarks: u32, faults: I) -> Self {
        let (out, faults) = (Writer::new(out), faults.peekable());
        Self { out, palette, place, remarks, faults, row: 0, styles: Vec::new(), widened: false }
    }

    /// Copies the sheet and marks it.
    pub(crate) fn run<R: Read>(mut self, mut xml: Xml<R>) -> Result<()> {
        loop {
            match xml.next()? {
                Event::Eof => return Ok(()),
                // The extent grows; every reader works it out when it is not told.
                Event::Empty(tag) if tag.local_name().as_ref() == b"dimension" => {}
                Event::Start(tag) if tag.local_name().as_ref() == b"dimension" => xml.text(&mut String::new())?,
                Event::Start(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row(tag.into_owned(), &mut xml, true)?
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row(tag.into_owned(), &mut xml, false)?
                }
                Event::Start(tag) if tag.local_name().as_ref() == b"sheetData" => {
                    self.widen_without_columns(&tag)?;
                    self.put(Event::Start(tag))?;
                }
                Event::Start(tag) if tag.local_name().as_ref() == b"col" => {
                    self.column(&tag)?;
                    self.put(Event::Start(tag))?;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"col" => {
                    self.column(&tag)?;
                    self.put(Event::Empty(tag))?;
                }
                Event::End(tag) if tag.local_name().as_ref() == b"cols" => {
                    self.widen(&prefix(tag.name().as_ref()))?;
                    self.put(Event::End(tag))?;
                }
                other => self.put(other)?,
            }
        }
    }

    fn put(&mut self, event: Event<'_>) -> Result<()> {
        self.out.write_event(event).map_err(Error::bug)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.out.get_mut().write_all(text.as_bytes()).map_err(Error::bug)
    }

    /// Notes a column's style, and makes room for ours before the first one to its right.
    fn column(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        let number = |name: &[u8]| attribute(tag, name).and_then(|text| text.parse::<u32>().ok());
        let (first, last) = (number(b"min").unwrap_or(0), number(b"max").unwrap_or(0));
        let style = attribute(tag, b"style").and_then(|text| text.parse().ok()).unwrap_or_default();
        self.styles.push((first, last, style));
        if (first..=last).contains(&(self.remarks + 1)) {
            self.widened = true;
        }
        if first > self.remarks + 1 { self.widen(&prefix(tag.name().as_ref())) } else { Ok(()) }
    }

    fn widen(&mut self, prefix: &str) -> Result<()> {
        if std::mem::replace(&mut self.widened, true) {
            return Ok(());
        }
        let at = self.remarks + 1;
        self.write(&format!("<{prefix}col min=\"{at}\" max=\"{at}\" width=\"60\" customWidth=\"1\"/>"))
    }

    fn widen_without_columns(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        if self.widened {
            return Ok(());
        }
        let prefix = prefix(tag.name().as_ref());
        self.write(&format!("<{prefix}cols>"))?;
        self.widen(&prefix)?;
        self.write(&format!("</{prefix}cols>"))
    }

    fn row<R: Read>(&mut self, tag: BytesStart<'static>, xml: &mut Xml<R>, filled: bool) -> Result<()> {
        self.row = row_number(&tag, self.row)?;
        while self.faults.next_if(|faulty| faulty.row < self.row).is_some() {}
        let faulty = self.faults.next_if(|faulty| faulty.row == self.row);
        let header = self.row == self.place.header;
        let again = self.place.remarks.is_some() && self.row > self.place.header;
        if !header && !again && faulty.is_none() {
            return self.put(if filled { Event::Start(tag) } else { Event::Empty(tag) });
        }
        let mut open = self.open(&tag, faulty, header);
        let mut start = without(&tag, &[b"spans", b"r"]);
        start.push_attribute(("r", self.row.to_string().as_str()));
        let name = format!("{}row", open.prefix);
        self.put(Event::Start(start))?;
        if filled {
            self.cells(&mut open, xml)?;
        }
        self.insert_before(&mut open, u32::MAX)?;
        self.write(&format!("</{name}>"))
    }

    fn open(&self, tag: &BytesStart<'_>, faulty: Option<Faulty>, header: bool) -> Open {
        let own = attribute(tag, b"customFormat").is_some_and(|text| matches!(text.as_str(), "1" | "true"));
        let style = attribute(tag, b"s").filter(|_| own).and_then(|text| text.parse().ok());
        let mut pending = VecDeque::new();
        let words = if header {
            Some((REMARKS.to_owned(), self.palette.header()))
        } else {
            faulty.map(|faulty| {
                pending.extend(faulty.columns.into_iter().filter(|column| *column != self.remarks));
                (faulty.sentences, self.palette.note())
            })
        };
        if words.is_some() {
            let at = pending.partition_point(|column| *column < self.remarks);
            pending.insert(at, self.remarks);
        }
        Open { prefix: prefix(tag.name().as_ref()), style, pending, words, next: 0 }
    }

    fn cells<R: Read>(&mut self, open: &mut Open, xml: &mut Xml<R>) -> Result<()> {
        loop {
            match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"c" => {
                    let tag = tag.into_owned();
                    match self.cell(open, &tag)? {
                        Some(tag) => self.put(Event::Start(tag))?,
                        None => skip(xml)?,
                    }
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"c" => {
                    if let Some(tag) = self.cell(open, &tag)? {
                        self.put(Event::Empty(tag))?;
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == b"row" => return Ok(()),
                Event::Eof => return Err(damaged("the sheet ends within a row")),
                other => self.put(other)?,
            }
        }
    }

    /// The tag of a cell as it is to be, or nothing when the sentences take its place.
    fn cell(&mut self, open: &mut Open, tag: &BytesStart<'_>) -> Result<Option<BytesStart<'static>>> {
        let at = match attribute(tag, b"r") {
            Some(text) => column(text.as_bytes()).ok_or_else(|| damaged("a cell's reference"))?,
            None => open.next,
        };
        open.next = at + 1;
        self.insert_before(open, at)?;
        let faulty = open.pending.front() == Some(&at) && at != self.remarks;
        if at == self.remarks {
            return Ok(None);
        }
        if faulty {
            open.pending.pop_front();
        }
        let style = attribute(tag, b"s").and_then(|text| text.parse().ok()).unwrap_or_default();
        let again = self.place.remarks.is_some() && self.row > self.place.header;
        let before = if again { self.palette.original(style) } else { None };
        let wanted = if faulty { self.palette.red(before.unwrap_or(style)) } else { before };
        let mut new = without(tag, if wanted.is_some() { &[b"r", b"s"] } else { &[b"r"] });
        if let Some(style) = wanted {
            new.push_attribute(("s", style.to_string().as_str()));
        }
        new.push_attribute(("r", format!("{}{}", letters(at), self.row).as_str()));
        Ok(Some(new))
    }

    /// Writes the cells that the row lacks to the left of a column.
    fn insert_before(&mut self, open: &mut Open, column: u32) -> Result<()> {
        while let Some(at) = open.pending.pop_front_if(|at| *at < column || *at == self.remarks && *at <= column) {
            let (p, place) = (&open.prefix, format!("{}{}", letters(at), self.row));
            let attribute = |style: Option<usize>| style.map(|style| format!(" s=\"{style}\"")).unwrap_or_default();
            let text = match open.words.take_if(|_| at == self.remarks) {
                Some((words, style)) => {
                    let words = clean(&words);
                    format!(
                        "<{p}c r=\"{place}\"{} t=\"inlineStr\"><{p}is><{p}t xml:space=\"preserve\">{}</{p}t></{p}is></{p}c>",
                        attribute(style),
                        escape(&words)
                    )
                }
                None => {
                    let style = open.style.unwrap_or_else(|| self.style_of(at));
                    format!("<{p}c r=\"{place}\"{}/>", attribute(self.palette.red(style)))
                }
            };
            self.write(&text)?;
        }
        Ok(())
    }

    fn style_of(&self, column: u32) -> usize {
        let column = column + 1;
        let found = self.styles.iter().find(|(first, last, _)| (*first..=*last).contains(&column));
        found.map(|(_, _, style)| *style).unwrap_or_default()
    }
}

/// Passes over the cell that was just opened.
fn skip<R: Read>(xml: &mut Xml<R>) -> Result<()> {
    xml.text(&mut String::new())
}

fn clean(words: &str) -> String {
    let kept = words.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    kept.take(LONGEST).collect()
}
