//! Reading XML that a stranger wrote: no document types, bounded size, depth, and length of one piece.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::sync::Arc;
use zhibu_core::{Error, Result};

/// Longest tag, text or comment.
const MAX_PIECE: usize = 1 << 20;
/// Deepest nesting; workbooks need about ten.
const MAX_DEPTH: usize = 64;
/// A part may unpack to this many times its packed size (sheets of empty cells reach about 60)…
const MAX_RATIO: u64 = 150;
/// …once it is larger than this.
const RATIO_FROM: u64 = 16 << 20;

/// The refusal of a file that breaks the format.
pub(crate) fn damaged(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let mut error = Error::refuse("FILE_DAMAGED", "文件已损坏，无法读取，请用Excel或WPS打开后另存为.xlsx再上传");
    error.cause = Some(Arc::from(cause.into()));
    error
}

/// The refusal of a file that unpacks to too much.
pub(crate) fn too_large() -> Error {
    Error::refuse("FILE_TOO_LARGE", "文件解压后过大，请删除多余的行列、图片和格式，或拆分成几个文件后再上传")
}

/// Hands on a part's bytes and stops at its limits.
pub(crate) struct Sips<R> {
    inner: BufReader<R>,
    piece: usize,
    total: u64,
    limit: u64,
}

impl<R: Read> Sips<R> {
    /// `packed` is the size in the archive; the ratio to it counts, not what the archive's header claims.
    pub(crate) fn new(inner: R, packed: u64, limit: u64) -> Self {
        let limit = limit.min(packed.saturating_mul(MAX_RATIO).max(RATIO_FROM));
        Self { inner: BufReader::with_capacity(64 << 10, inner), piece: 0, total: 0, limit }
    }
}

impl<R: Read> Read for Sips<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Sips<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.total > self.limit || self.piece > MAX_PIECE {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.piece = self.piece.saturating_add(count);
        self.total = self.total.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.inner.consume(count);
    }
}

/// The events of one part.
pub(crate) struct Xml<R> {
    reader: quick_xml::Reader<Sips<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(sips: Sips<R>) -> Self {
        let mut reader = quick_xml::Reader::from_reader(sips);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// The next event; the end of the part only where nothing is open.
    pub(crate) fn next(&mut self) -> Result<Event<'_>> {
        self.buffer.clear();
        self.reader.get_mut().piece = 0;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(refusal)?;
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(damaged("a document type")),
            Event::Eof if self.depth > 0 => return Err(damaged("the part ends within an element")),
            _ => {}
        }
        if self.depth > MAX_DEPTH { Err(damaged("nested too deeply")) } else { Ok(event) }
    }

    /// Adds the text up to the end of the element that was just opened.
    pub(crate) fn text(&mut self, into: &mut String) -> Result<()> {
        let outside = self.depth.saturating_sub(1);
        loop {
            match self.next()? {
                Event::Text(text) => into.push_str(&text.xml10_content().map_err(damaged)?),
                Event::CData(text) => into.push_str(&text.xml10_content().map_err(damaged)?),
                Event::GeneralRef(name) => into.push(character(&name)?),
                Event::Eof => return Err(damaged("the part ends within a text")),
                _ => {}
            }
            if into.len() > MAX_PIECE {
                return Err(too_large());
            }
            if self.depth <= outside {
                return Ok(());
            }
        }
    }

    /// Adds a text that may be in runs (`si`, `is`), without the phonetic ones.
    pub(crate) fn runs(&mut self, into: &mut String) -> Result<()> {
        let outside = self.depth.saturating_sub(1);
        let mut aside = String::new();
        loop {
            let (text, phonetic) = match self.next()? {
                Event::Start(start) => (start.local_name().as_ref() == b"t", start.local_name().as_ref() == b"rPh"),
                Event::Eof => return Err(damaged("the part ends within a text")),
                _ => (false, false),
            };
            match (text, phonetic) {
                (true, _) => self.text(into)?,
                (_, true) => self.text(&mut aside)?,
                _ => {}
            }
            if self.depth <= outside {
                return Ok(());
            }
        }
    }
}

fn refusal(error: quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(ref io) if io.kind() == ErrorKind::FileTooLarge => too_large(),
        other => damaged(other),
    }
}

/// A character reference or one of the five entities; others do not exist without a document type.
fn character(name: &BytesRef<'_>) -> Result<char> {
    if let Some(c) = name.resolve_char_ref().map_err(damaged)? {
        return Ok(c);
    }
    match &**name {
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"amp" => Ok('&'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        _ => Err(damaged("an unknown entity")),
    }
}

/// An attribute's value by its local name.
pub(crate) fn attribute(start: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = start.attributes().with_checks(false).flatten().find(|at| at.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// Resolves `_x000D_`, the way spreadsheets write characters XML cannot hold.
pub(crate) fn unescape(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((head, tail)) = rest.split_once("_x") {
        out.push_str(head);
        let hex = tail.get(..4).filter(|_| tail.get(4..5) == Some("_"));
        match hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = tail.get(5..).unwrap_or_default();
            }
            None => {
                out.push_str("_x");
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(xml: &str, limit: u64) -> Result<()> {
        let mut xml = Xml::new(Sips::new(xml.as_bytes(), u64::MAX, limit));
        while !matches!(xml.next()?, Event::Eof) {}
        Ok(())
    }

    #[test]
    fn bounds_hold() {
        assert!(drain("<a>b</a>", 100).is_ok());
        let code = |xml: &str| drain(xml, 3 << 20).unwrap_err().code;
        assert_eq!(code("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "FILE_DAMAGED");
        assert_eq!(code(&"<a>".repeat(MAX_DEPTH + 1)), "FILE_DAMAGED");
        assert_eq!(code("<a><b></b>"), "FILE_DAMAGED");
        assert_eq!(code(&format!("<a>{}</a>", "x".repeat(MAX_PIECE + (128 << 10)))), "FILE_TOO_LARGE");
        assert_eq!(code(&format!("<!--{}-->", "<>".repeat(MAX_PIECE))), "FILE_TOO_LARGE");
        assert_eq!(code(&format!("<a>{}</a>", "<b/>".repeat(1 << 20))), "FILE_TOO_LARGE");
    }

    #[test]
    fn texts_are_put_together() {
        let text = |xml: &str| {
            let mut xml = Xml::new(Sips::new(xml.as_bytes(), u64::MAX, 1 << 20));
            let mut out = String::new();
            xml.next().unwrap();
            xml.runs(&mut out).map(|()| unescape(out))
        };
        assert_eq!(text("<si><r><t>张</t></r><r><t xml:space='preserve'> 三</t></r></si>").unwrap(), "张 三");
        assert_eq!(text("<si><t>重</t><rPh><t>chong</t></rPh><t>庆</t></si>").unwrap(), "重庆");
        assert_eq!(text("<si><t>&lt;&#20013;&amp;_x0041__x00_</t></si>").unwrap(), "<中&A_x00_");
        assert_eq!(text("<is><t><![CDATA[a<b]]></t></is>").unwrap(), "a<b");
        assert!(text("<si><t>&lol;</t></si>").is_err());
        assert!(text("<si><t>x").is_err());
    }
}
