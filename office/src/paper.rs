//! Forms on paper (纸质表格) as PDF: a title, text and tables on A4, with Chinese fonts of this machine.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use fontdb::{Database, Family, Query, Source};
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};
use qrcode::QrCode;
use ttf_parser::Face;
use unicode_linebreak::{BreakOpportunity, linebreaks};
use zhibu_core::{Error, Result};

/// Width and height of A4 in points, and what stays empty at the edges.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 51.0;
const INSIDE: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = PAGE.1 - MARGIN;
/// Sizes of letters in points: 二号, 三号, 小四, 五号, and the small print.
const TITLE: f32 = 20.0;
const PART: f32 = 16.0;
const BODY: f32 = 12.0;
const CELL: f32 = 10.5;
const SMALL: f32 = 8.0;
/// A line is so many times as high as its letters.
const LEADING: f32 = 1.5;
const PADDING: f32 = 4.0;
/// How wide and high a QR code is: 3 cm, enough for any telephone.
const CODE: f32 = 85.0;

/// Fonts with all characters of names and forms, the best first.
const FAMILIES: [&str; 8] = [
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "FangSong",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
];

/// One document. It begins on a page of its own.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Above everything, in the middle.
    pub title: String,
    /// From top to bottom.
    pub blocks: Vec<Block>,
    /// Small, at the foot of each page: who made it, when, what for.
    pub foot: String,
}

/// A part of a paper.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph, its first line set in by two characters.
    Text(String),
    /// A table with all its lines.
    Table(Table),
    /// Beside each other over the whole width, as places for signatures and seals.
    Signatures(Vec<String>),
    /// A QR code, with lines beside it.
    Code {
        /// What it says, such as an address.
        text: String,
        /// From top to bottom.
        beside: Vec<String>,
    },
    /// A further part of the same paper, under a line where it is cut, with its own title.
    Part(String),
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// How wide the columns are beside each other.
    pub widths: Vec<u16>,
    /// So many of the first rows stand again on each further page.
    pub heads: usize,
    /// From top to bottom.
    pub rows: Vec<Vec<Field>>,
}

/// A field of a table.
#[derive(Debug, Clone)]
pub struct Field {
    /// What stands in it; may have several lines.
    pub text: String,
    /// Over so many columns.
    pub span: usize,
    /// A name of fields, not a value.
    pub label: bool,
}

impl Field {
    /// A value.
    pub fn value(text: impl Into<String>) -> Self {
        Self { text: text.into(), span: 1, label: false }
    }

    /// The name of a value.
    pub fn label(text: impl Into<String>) -> Self {
        Self { label: true, ..Self::value(text) }
    }

    /// Over so many columns.
    #[must_use]
    pub fn over(mut self, columns: usize) -> Self {
        self.span = columns;
        self
    }
}

/// The Chinese font of this machine: its family and file. Refused with `FONT` when there is none.
pub fn chinese_font() -> Result<(String, PathBuf)> {
    let (family, _, path) = find()?;
    Ok((family, path))
}

fn find() -> Result<(String, u32, PathBuf)> {
    let mut all = Database::new();
    all.load_system_fonts();
    let found = FAMILIES.iter().find_map(|name| {
        let id = all.query(&Query { families: &[Family::Name(name)], ..Query::default() })?;
        let face = all.face(id)?;
        let (Source::File(path) | Source::SharedFile(path, _)) = &face.source else { return None };
        Some(((*name).to_owned(), face.index, path.clone()))
    });
    found.ok_or_else(|| {
        Error::refuse("FONT", "服务器没有安装中文字体，不能生成PDF；请安装 fonts-noto-cjk 或 fonts-wqy-microhei 后重试")
    })
}

/// Writes papers one after the other into a PDF. Blocking: it reads a font of some 20 MB.
pub fn pdf(papers: &[Paper]) -> Result<Vec<u8>> {
    let (_, index, path) = find()?;
    let data = Arc::new(std::fs::read(path).map_err(Error::unavailable)?);
    let type_face = Type {
        face: Face::parse(&data, index).map_err(Error::bug)?,
        font: Font::new(data.clone().into(), index).ok_or_else(|| Error::bug("the font cannot be read"))?,
    };
    let mut document = Document::new_with(SerializeSettings::default());
    if let Some(first) = papers.first() {
        document.set_metadata(Metadata::new().title(first.title.clone()).language("zh-CN".to_owned()));
    }
    for paper in papers {
        let pages = Setter::new(&type_face).set(paper)?;
        for (number, marks) in pages.iter().enumerate() {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Error::bug("A4"))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for mark in marks {
                mark.draw(&type_face, &mut surface);
            }
            let mut foot = paper.foot.clone();
            let _ = write!(foot, "{}第{}页 共{}页", if foot.is_empty() { "" } else { "　" }, number + 1, pages.len());
            let x = (PAGE.0 - type_face.width(&foot, SMALL)) / 2.0;
            Mark::Text { x, y: BOTTOM + 2.5 * SMALL, size: SMALL, text: foot }.draw(&type_face, &mut surface);
            surface.finish();
            page.finish();
        }
    }
    document.finish().map_err(|fault| Error::bug(format!("{fault:?}")))
}

/// The font, and how wide its characters are.
struct Type<'f> {
    face: Face<'f>,
    font: Font,
}

impl Type<'_> {
    fn width(&self, text: &str, size: f32) -> f32 {
        let units: f32 = text.chars().map(|char| f32::from(self.advance(char))).sum();
        units / f32::from(self.face.units_per_em()) * size
    }

    fn advance(&self, char: char) -> u16 {
        let glyph = self.face.glyph_index(char).unwrap_or_default();
        self.face.glyph_hor_advance(glyph).unwrap_or_else(|| self.face.units_per_em())
    }

    /// The lines of a text so wide; what cannot be broken by the rules is broken anywhere.
    fn lines(&self, text: &str, size: f32, width: f32, first: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let (mut line, mut room) = (String::new(), width - first);
        let mut from = 0;
        for (to, kind) in linebreaks(text) {
            let piece = text.get(from..to).unwrap_or_default();
            from = to;
            let shown = piece.trim_end_matches(['\n', '\r']);
            if !line.is_empty() && self.width(line.as_str(), size) + self.width(shown.trim_end(), size) > room {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                room = width;
            }
            for char in shown.chars() {
                if !line.is_empty()
                    && self.width(&line, size) + self.width(char.encode_utf8(&mut [0; 4]), size) > room
                    && !char.is_whitespace()
                {
                    lines.push(std::mem::take(&mut line));
                    room = width;
                }
                line.push(char);
            }
            if kind == BreakOpportunity::Mandatory && to < text.len() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                room = width;
            }
        }
        lines.push(line.trim_end().to_owned());
        lines
    }
}

/// Something on a page. `y` is the base line of letters, the top of a box.
enum Mark {
    Text {
        x: f32,
        y: f32,
        size: f32,
        text: String,
    },
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        shaded: bool,
    },
    /// Dark squares of one size, which overlap a little so that no light shows between neighbours.
    Dots {
        size: f32,
        at: Vec<(f32, f32)>,
    },
}

impl Mark {
    fn draw(&self, type_face: &Type<'_>, surface: &mut Surface<'_>) {
        match self {
            Self::Text { x, y, size, text } => {
                surface.set_stroke(None);
                surface.set_fill(Some(grey(0)));
                let at = Point::from_xy(*x, *y);
                surface.draw_text(at, type_face.font.clone(), *size, text, false, TextDirection::LeftToRight);
            }
            Self::Box { x, y, width, height, shaded } => {
                let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
                let mut path = PathBuilder::new();
                path.push_rect(rect);
                let Some(path) = path.finish() else { return };
                surface.set_fill(shaded.then(|| grey(238)));
                surface.set_stroke(Some(Stroke {
                    paint: luma::Color::new(60).into(),
                    width: 0.5,
                    ..Stroke::default()
                }));
                surface.draw_path(&path);
            }
            Self::Dots { size, at } => {
                let mut path = PathBuilder::new();
                for rect in at.iter().filter_map(|(x, y)| Rect::from_xywh(*x, *y, size * 1.02, size * 1.02)) {
                    path.push_rect(rect);
                }
                let Some(path) = path.finish() else { return };
                surface.set_stroke(None);
                surface.set_fill(Some(grey(0)));
                surface.draw_path(&path);
            }
        }
    }
}

fn grey(level: u8) -> Fill {
    Fill {
        paint: luma::Color::new(level).into(),
        opacity: NormalizedF32::ONE,
        rule: krilla::paint::FillRule::default(),
    }
}

/// Sets a paper: what stands where on which page.
struct Setter<'t, 'f> {
    type_face: &'t Type<'f>,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

/// A row that is measured: per field its left edge, width, lines and whether it is a label.
struct Measured {
    fields: Vec<(f32, f32, Vec<String>, bool)>,
    height: f32,
}

impl<'t, 'f> Setter<'t, 'f> {
    fn new(type_face: &'t Type<'f>) -> Self {
        Self { type_face, pages: vec![Vec::new()], y: MARGIN }
    }

    fn set(mut self, paper: &Paper) -> Result<Vec<Vec<Mark>>> {
        for line in self.type_face.lines(&paper.title, TITLE, INSIDE, 0.0) {
            let x = (PAGE.0 - self.type_face.width(&line, TITLE)) / 2.0;
            self.line(x, line, TITLE);
        }
        self.y += BODY;
        for block in &paper.blocks {
            match block {
                Block::Text(text) => {
                    let lines = self.type_face.lines(text, BODY, INSIDE, 2.0 * BODY);
                    for (at, line) in lines.into_iter().enumerate() {
                        self.line(if at == 0 { MARGIN + 2.0 * BODY } else { MARGIN }, line, BODY);
                    }
                }
                Block::Table(table) => self.table(table),
                Block::Signatures(places) => self.signatures(places),
                Block::Code { text, beside } => self.code(text, beside)?,
                Block::Part(title) => self.part(title),
            }
            self.y += BODY / 2.0;
        }
        Ok(self.pages)
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// True when this begins a new page.
    fn make_room(&mut self, height: f32) -> bool {
        let full = self.y + height > BOTTOM && self.y > MARGIN;
        if full {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        full
    }

    fn line(&mut self, x: f32, text: String, size: f32) {
        self.make_room(size * LEADING);
        let y = self.y + size * 1.15;
        self.put(Mark::Text { x, y, size, text });
        self.y += size * LEADING;
    }

    fn signatures(&mut self, places: &[String]) {
        self.y += BODY;
        self.make_room(BODY * LEADING);
        let part = INSIDE / f32::from(u16::try_from(places.len().max(1)).unwrap_or(1));
        let mut x = MARGIN;
        for place in places {
            self.put(Mark::Text { x, y: self.y + BODY * 1.15, size: BODY, text: place.clone() });
            x += part;
        }
        self.y += BODY * LEADING;
    }

    fn code(&mut self, text: &str, beside: &[String]) -> Result<()> {
        let code = QrCode::new(text).map_err(Error::bug)?;
        let lines = f32::from(u16::try_from(beside.len()).unwrap_or(u16::MAX)) * CELL * LEADING;
        self.make_room(CODE.max(lines));
        let size = CODE / f32::from(u16::try_from(code.width()).map_err(Error::bug)?);
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
        let place = |at: usize| -> Result<f32> { Ok(f32::from(u16::try_from(at).map_err(Error::bug)?) * size) };
        let mut at = Vec::new();
        for (index, _) in dark {
            at.push((MARGIN + place(index % code.width())?, self.y + place(index / code.width())?));
        }
        self.put(Mark::Dots { size, at });
        let mut y = self.y + CELL * 1.15;
        for line in beside {
            self.put(Mark::Text { x: MARGIN + CODE + BODY, y, size: CELL, text: line.clone() });
            y += CELL * LEADING;
        }
        self.y += CODE.max(lines);
        Ok(())
    }

    fn part(&mut self, title: &str) {
        self.y += BODY;
        self.make_room(BODY + PART * LEADING + 4.0 * BODY * LEADING);
        self.put(Mark::Box { x: MARGIN, y: self.y, width: INSIDE, height: 0.1, shaded: false });
        self.y += 2.0 * BODY;
        for line in self.type_face.lines(title, PART, INSIDE, 0.0) {
            let x = (PAGE.0 - self.type_face.width(&line, PART)) / 2.0;
            self.line(x, line, PART);
        }
    }

    fn measure(&self, table: &Table, row: &[Field]) -> Measured {
        let whole: f32 = table.widths.iter().copied().map(f32::from).sum();
        let mut widths = table.widths.iter().map(|width| f32::from(*width) / whole * INSIDE);
        let (mut x, mut fields, mut most) = (MARGIN, Vec::new(), 1_u16);
        for field in row {
            let width: f32 = widths.by_ref().take(field.span).sum();
            let lines = self.type_face.lines(&field.text, CELL, width - 2.0 * PADDING, 0.0);
            most = most.max(u16::try_from(lines.len()).unwrap_or(u16::MAX));
            fields.push((x, width, lines, field.label));
            x += width;
        }
        Measured { fields, height: f32::from(most) * CELL * LEADING + 2.0 * PADDING }
    }

    fn table(&mut self, table: &Table) {
        let rows: Vec<Measured> = table.rows.iter().map(|row| self.measure(table, row)).collect();
        let (heads, body) = rows.split_at(table.heads.min(rows.len()));
        let first = body.first().map_or(0.0, |row| row.height);
        self.make_room(heads.iter().map(|row| row.height).sum::<f32>() + first);
        for row in heads {
            self.row(row);
        }
        for row in body {
            if self.make_room(row.height) {
                for head in heads {
                    self.row(head);
                }
            }
            self.row(row);
        }
    }

    /// A row; one that is higher than a page goes on in further boxes.
    fn row(&mut self, row: &Measured) {
        let mut from = 0;
        loop {
            let left = row.fields.iter().map(|field| field.2.len().saturating_sub(from)).max().unwrap_or_default();
            let (mut fits, mut height) = (1, CELL * LEADING + 2.0 * PADDING);
            while fits < left && self.y + height + CELL * LEADING <= BOTTOM {
                fits += 1;
                height += CELL * LEADING;
            }
            for (x, width, lines, label) in &row.fields {
                self.put(Mark::Box { x: *x, y: self.y, width: *width, height, shaded: *label });
                let mut y = self.y + PADDING + CELL * 1.15;
                for line in lines.iter().skip(from).take(fits) {
                    self.put(Mark::Text { x: x + PADDING, y, size: CELL, text: line.clone() });
                    y += CELL * LEADING;
                }
            }
            self.y += height;
            from += fits;
            if fits >= left {
                return;
            }
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }
}
