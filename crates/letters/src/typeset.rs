//! A template and its data to PDF.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::Datelike;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::layout::{Abs, Frame, FrameItem};
use typst::syntax::{DiagSpan, FileId, LinkedNode, Source, SyntaxKind};
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use crate::fault::Place;
use crate::fonts::Fonts;
use crate::sandbox::{Desk, Sandbox};
use crate::{Fault, Job, Pdf};

/// What templates may not name: running text as source, foreign code, other files.
const FORBIDDEN: [&str; 3] = ["eval", "plugin", "read"];
/// What a typesetter of Chinese puts where a character is missing from the case.
const GETA: char = '〓';
/// The sides of an A4 page in millimetres.
const A4_MM: (f64, f64) = (210.0, 297.0);
/// Results of earlier letters are kept for so many more.
const REMEMBERED: usize = 8;
/// The most faults that are told of one letter.
const FAULTS_MAX: usize = 20;

/// Typesets letters; made once.
pub struct Typesetter {
    desk: Desk,
}

impl Typesetter {
    /// A typesetter with the fonts of a folder, or those of the machine. Errors: no font for Chinese.
    pub fn new(fonts: Option<&Path>) -> Result<Self, Fault> {
        Ok(Self { desk: Desk::new(Fonts::find(fonts)?) })
    }

    /// Typesets a letter. The same job gives the same bytes.
    ///
    /// Errors: every fault that was found.
    pub fn typeset(&self, job: &Job) -> Result<Pdf, Vec<Fault>> {
        let day = |day: u32| u8::try_from(day).ok();
        let today = day(job.on.month()).zip(day(job.on.day()));
        let today = today.and_then(|(month, day)| Datetime::from_ymd(job.on.year(), month, day));
        let data = self.printable(&job.data).to_string();
        let sandbox = Sandbox::new(&self.desk, (&job.main, &job.templates), data, today);
        let sandbox = sandbox.ok_or_else(|| vec![no_template(&job.main)])?;
        let forbidden: Vec<Fault> = sandbox.sources().flat_map(forbidden).collect();
        if !forbidden.is_empty() {
            return Err(forbidden);
        }
        let compiled = typst::compile::<PagedDocument>(&sandbox);
        typst::comemo::evict(REMEMBERED);
        let told = |diagnostics: &[SourceDiagnostic]| faults(&sandbox, diagnostics);
        let document = compiled.output.map_err(|errors| told(&errors))?;
        // An unknown font is a warning to the typesetter; here it would be boxes.
        if !compiled.warnings.is_empty() {
            return Err(told(&compiled.warnings));
        }
        let every_page: Vec<String> = job.every_page.iter().map(|text| self.printable_text(text)).collect();
        let wrong = look_over(&document, &every_page, job.pages_max);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let midnight = today.and_then(|day| {
            let (year, month, day) = (day.year()?, day.month()?, day.day()?);
            Timestamp::new_local(Datetime::from_ymd_hms(year, month, day, 0, 0, 0)?, 8 * 60)
        });
        let options = PdfOptions {
            creator: Smart::Custom(Some("Yingjin".to_owned())),
            timestamp: midnight,
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| told(&errors))?;
        Ok(Pdf { bytes, pages: document.pages().len() })
    }

    /// The data with what cannot be printed left out: controls, marks that turn the direction of writing; and 〓 for a
    /// character that no font has.
    fn printable(&self, data: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match data {
            Value::String(text) => Value::String(self.printable_text(text)),
            Value::Array(values) => values.iter().map(|value| self.printable(value)).collect(),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(key, value)| (key.clone(), self.printable(value))).collect())
            }
            other => other.clone(),
        }
    }

    fn printable_text(&self, text: &str) -> String {
        let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let kept = text.chars().filter(|c| *c == '\n' || !(c.is_control() || turns(*c)));
        kept.map(|c| if c.is_whitespace() || self.desk.fonts.has(c) { c } else { GETA }).collect()
    }
}

fn no_template(name: &str) -> Fault {
    Fault::Template { place: None, says: format!("there is no {name}") }
}

/// Every use of what templates may not name, and every import of a package.
fn forbidden(source: &Source) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut nodes = vec![LinkedNode::new(source.root())];
    while let Some(node) = nodes.pop() {
        let word = node.leaf_text();
        let is_name = matches!(node.kind(), SyntaxKind::Ident | SyntaxKind::MathIdent);
        let is_package = node.kind() == SyntaxKind::Str && word.starts_with("\"@");
        if (is_name && FORBIDDEN.contains(&word.as_str())) || is_package {
            found.push(Fault::Forbidden { place: place(source, node.offset()), word: word.to_string() });
        }
        nodes.extend(node.children());
    }
    found.reverse();
    found
}

fn place(source: &Source, offset: usize) -> Place {
    let (line, column) = source.lines().byte_to_line_column(offset).unwrap_or_default();
    Place { file: name(source.id()), line: line + 1, column: column + 1 }
}

fn name(file: FileId) -> String {
    file.vpath().get_without_slash().to_owned()
}

fn faults(sandbox: &Sandbox, diagnostics: &[SourceDiagnostic]) -> Vec<Fault> {
    let faults = diagnostics.iter().take(FAULTS_MAX).map(|diagnostic| {
        let hints = diagnostic.hints.iter().map(|hint| hint.v.as_str());
        let says: Vec<&str> = std::iter::once(diagnostic.message.as_str()).chain(hints).collect();
        Fault::Template { place: place_of(sandbox, diagnostic.span), says: says.join("; ") }
    });
    faults.collect()
}

fn place_of(sandbox: &Sandbox, span: DiagSpan) -> Option<Place> {
    let source = sandbox.source(span.id()?).ok()?;
    Some(place(&source, sandbox.range(span)?.start))
}

/// What has to hold of every letter: its length, its paper, its characters, and what every page says.
fn look_over(document: &PagedDocument, every_page: &[String], most: u32) -> Vec<Fault> {
    let pages = document.pages();
    if pages.len() > most as usize {
        return vec![Fault::Pages { pages: pages.len(), most }];
    }
    let mut faults = Vec::new();
    let wanted: Vec<(&String, String)> = every_page.iter().map(|text| (text, without_blanks(text))).collect();
    for (page, number) in pages.iter().zip(1..) {
        if !is_a4(page.frame.width(), page.frame.height()) {
            faults.push(Fault::Paper { page: number });
        }
        let mut seen = Seen::default();
        seen.read(&page.frame);
        faults.extend(seen.without_glyph.into_iter().map(|text| Fault::Glyph { page: number, text }));
        let text = without_blanks(&seen.text);
        let absent = wanted.iter().filter(|(_, wanted)| !text.contains(wanted.as_str()));
        faults.extend(absent.map(|(wanted, _)| Fault::Absent { page: number, text: (*wanted).clone() }));
    }
    faults.truncate(FAULTS_MAX);
    faults
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn is_a4(width: Abs, height: Abs) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 1.0;
    let (width, height) = (width.to_mm(), height.to_mm());
    let (short, long) = A4_MM;
    (near(width, short) && near(height, long)) || (near(width, long) && near(height, short))
}

/// What stands on a page.
#[derive(Default)]
struct Seen {
    text: String,
    without_glyph: BTreeSet<String>,
}

impl Seen {
    fn read(&mut self, frame: &Frame) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => self.read(&group.frame),
                FrameItem::Text(text) => {
                    self.text.push_str(&text.text);
                    if text.glyphs.iter().any(|glyph| glyph.id == 0) {
                        self.without_glyph.insert(text.text.to_string());
                    }
                }
                _ => {}
            }
        }
    }
}
