//! The styles a marked workbook needs besides its own.

use crate::xml::{Xml, attribute, damaged};
use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Write};
use zhibu_core::{Error, Result};

/// Excel keeps no more cell styles.
const MAX_STYLES: usize = 64_000;
/// One step beside the colour of Excel's own style 差, to tell ours from the user's.
const RED: &str = "FFFFC7CF";

/// Light red twins of the styles in use, and two of our own.
#[derive(Debug, Default)]
pub(crate) struct Palette {
    fonts: usize,
    fills: usize,
    styles: usize,
    twins: BTreeMap<usize, usize>,
    /// Twins of an earlier marking and what they were before.
    originals: BTreeMap<usize, usize>,
}

/// A style without its fill; twins have the same.
#[derive(Default)]
struct Traits {
    fill: usize,
    rest: Vec<u8>,
}

impl Palette {
    /// For a workbook without styles: it gets the sentences, but no colour.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Counts what the workbook has.
    pub(crate) fn read<R: Read>(mut xml: Xml<R>) -> Result<Self> {
        let mut palette = Self::default();
        let (mut within, mut reds, mut traits) = (Section::Other, BTreeSet::new(), Vec::new());
        loop {
            match xml.next()? {
                Event::Start(tag) if within == Section::Other => within = Section::of(tag.local_name().as_ref()),
                Event::Start(tag) | Event::Empty(tag) => match (within, tag.local_name().as_ref()) {
                    (Section::Fonts, b"font") => palette.fonts += 1,
                    (Section::Fills, b"fill") => palette.fills += 1,
                    (Section::Fills, b"fgColor") if attribute(&tag, b"rgb").as_deref() == Some(RED) => {
                        reds.insert(palette.fills);
                    }
                    (Section::Styles, b"xf") => traits.push(Traits::of(&tag)),
                    (Section::Styles, _) => {
                        traits.iter_mut().last().into_iter().for_each(|last| last.rest.extend_from_slice(&tag))
                    }
                    _ => {}
                },
                Event::End(tag) if Section::of(tag.local_name().as_ref()) == within => within = Section::Other,
                Event::Eof => break,
                _ => {}
            }
        }
        palette.styles = traits.len();
        palette.originals = originals(&traits, |style| reds.contains(&(style.fill + 1)));
        Ok(palette)
    }

    /// What a style was before an earlier marking made it red.
    pub(crate) fn original(&self, style: usize) -> Option<usize> {
        self.originals.get(&style).copied()
    }

    fn usable(&self) -> bool {
        self.fonts > 0 && self.fills > 0 && self.styles > 0 && self.styles + self.twins.len() + 3 < MAX_STYLES
    }

    /// The style of the header 错误说明.
    pub(crate) fn header(&self) -> Option<usize> {
        self.usable().then_some(self.styles)
    }

    /// The style of the sentences.
    pub(crate) fn note(&self) -> Option<usize> {
        self.usable().then_some(self.styles + 1)
    }

    /// The light red twin of a style.
    pub(crate) fn red(&mut self, style: usize) -> Option<usize> {
        let style = if style < self.styles { style } else { 0 };
        match self.twins.get(&style) {
            Some(twin) => Some(*twin),
            None if self.usable() => {
                let twin = self.styles + 2 + self.twins.len();
                self.twins.insert(style, twin);
                Some(twin)
            }
            None => None,
        }
    }

    /// Copies the styles and adds ours.
    pub(crate) fn write<R: Read, W: Write>(&self, mut xml: Xml<R>, out: W) -> Result<()> {
        let mut out = Writer::new(out);
        let mut copies: BTreeMap<usize, Vec<Event<'static>>> = BTreeMap::new();
        let (mut within, mut style, mut deep) = (Section::Other, None, 0usize);
        loop {
            let event = xml.next()?;
            match &event {
                Event::Start(tag) if within == Section::Other => {
                    within = Section::of(tag.local_name().as_ref());
                    let more = self.added(within);
                    if more > 0 {
                        let counted = recounted(tag, self.count(within) + more);
                        out.write_event(Event::Start(counted)).map_err(Error::bug)?;
                        continue;
                    }
                }
                Event::Start(_) => {
                    style = next_style(style, within, deep);
                    deep += 1;
                }
                Event::Empty(_) => style = next_style(style, within, deep),
                Event::End(tag) if deep == 0 && Section::of(tag.local_name().as_ref()) == within => {
                    let prefix = prefix(tag.name().as_ref());
                    self.add(within, &prefix, &copies, &mut out)?;
                    within = Section::Other;
                }
                Event::End(_) if within != Section::Other => deep = deep.saturating_sub(1),
                Event::Eof => return Ok(()),
                _ => {}
            }
            if let Some(at) = style.filter(|at| within == Section::Styles && self.twins.contains_key(at)) {
                copies.entry(at).or_default().push(event.borrow().into_owned());
            }
            out.write_event(event).map_err(Error::bug)?;
        }
    }

    fn count(&self, section: Section) -> usize {
        match section {
            Section::Fonts => self.fonts,
            Section::Fills => self.fills,
            Section::Styles => self.styles,
            Section::Other => 0,
        }
    }

    fn added(&self, section: Section) -> usize {
        match section {
            Section::Fonts | Section::Fills if self.usable() => 1,
            Section::Styles if self.usable() => 2 + self.twins.len(),
            _ => 0,
        }
    }

    fn add<W: Write>(
        &self,
        section: Section,
        prefix: &str,
        copies: &BTreeMap<usize, Vec<Event<'static>>>,
        out: &mut Writer<W>,
    ) -> Result<()> {
        if self.added(section) == 0 {
            return Ok(());
        }
        let p = prefix;
        let (font, fill) = (self.fonts, self.fills);
        let text = match section {
            Section::Fonts => {
                format!(
                    "<{p}font><{p}b/><{p}sz val=\"11\"/><{p}color rgb=\"FFC00000\"/><{p}name val=\"宋体\"/></{p}font>"
                )
            }
            Section::Fills => format!(
                "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{RED}\"/><{p}bgColor \
                 indexed=\"64\"/></{p}patternFill></{p}fill>"
            ),
            Section::Styles => format!(
                "<{p}xf numFmtId=\"49\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" \
                 applyFill=\"1\" applyAlignment=\"1\"><{p}alignment horizontal=\"center\" \
                 vertical=\"center\"/></{p}xf><{p}xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" \
                 xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\"><{p}alignment vertical=\"center\" \
                 wrapText=\"1\"/></{p}xf>"
            ),
            Section::Other => return Ok(()),
        };
        out.get_mut().write_all(text.as_bytes()).map_err(Error::bug)?;
        if section == Section::Styles { self.add_twins(copies, out) } else { Ok(()) }
    }

    /// In the order of their numbers.
    fn add_twins<W: Write>(&self, copies: &BTreeMap<usize, Vec<Event<'static>>>, out: &mut Writer<W>) -> Result<()> {
        let mut twins: Vec<(usize, usize)> = self.twins.iter().map(|(style, twin)| (*twin, *style)).collect();
        twins.sort_unstable();
        for (_, style) in twins {
            let events = copies.get(&style).ok_or_else(|| damaged("a style is missing"))?;
            for (at, event) in events.iter().enumerate() {
                let event = match event {
                    Event::Start(tag) if at == 0 => Event::Start(filled(tag, self.fills)),
                    Event::Empty(tag) if at == 0 => Event::Empty(filled(tag, self.fills)),
                    other => other.borrow(),
                };
                out.write_event(event).map_err(Error::bug)?;
            }
        }
        Ok(())
    }
}

impl Traits {
    fn of(tag: &BytesStart<'_>) -> Self {
        let fill = attribute(tag, b"fillId").and_then(|text| text.parse().ok()).unwrap_or_default();
        Self { fill, rest: without(tag, &[b"fillId", b"applyFill"]).to_vec() }
    }
}

/// For each red style the first one that differs in nothing but the colour.
fn originals(traits: &[Traits], red: impl Fn(&Traits) -> bool) -> BTreeMap<usize, usize> {
    let mut first = HashMap::new();
    for (at, style) in traits.iter().enumerate().filter(|(_, style)| !red(style)) {
        first.entry(&style.rest).or_insert(at);
    }
    let reds = traits.iter().enumerate().filter(|(_, style)| red(style));
    reds.filter_map(|(at, style)| Some((at, *first.get(&style.rest)?))).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Fonts,
    Fills,
    Styles,
    Other,
}

impl Section {
    fn of(name: &[u8]) -> Self {
        match name {
            b"fonts" => Self::Fonts,
            b"fills" => Self::Fills,
            b"cellXfs" => Self::Styles,
            _ => Self::Other,
        }
    }
}

fn next_style(style: Option<usize>, within: Section, deep: usize) -> Option<usize> {
    match (within, deep) {
        (Section::Styles, 0) => Some(style.map_or(0, |at| at + 1)),
        _ => style,
    }
}

fn recounted(tag: &BytesStart<'_>, count: usize) -> BytesStart<'static> {
    let mut new = without(tag, &[b"count"]);
    new.push_attribute(("count", count.to_string().as_str()));
    new
}

fn filled(tag: &BytesStart<'_>, fill: usize) -> BytesStart<'static> {
    let mut new = without(tag, &[b"fillId", b"applyFill"]);
    new.push_attribute(("fillId", fill.to_string().as_str()));
    new.push_attribute(("applyFill", "1"));
    new
}

/// A tag without some of its attributes.
pub(super) fn without(tag: &BytesStart<'_>, names: &[&[u8]]) -> BytesStart<'static> {
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let mut new = BytesStart::new(name);
    let kept = |at: &Attribute<'_>| !names.contains(&at.key.as_ref());
    for at in tag.attributes().with_checks(false).flatten().filter(kept) {
        new.push_attribute(at);
    }
    new
}

/// The prefix of a name with its colon.
pub(super) fn prefix(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.split_once(':').map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default()
}
