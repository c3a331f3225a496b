//! The files of a city folder, and where in them something stands.

use std::cell::RefCell;
use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::mistake;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::language::{Mistake, Sentences};

/// Largest file that is read.
const MAX_BYTES: u64 = 1024 * 1024;
/// Most files that are read.
const MAX_FILES: usize = 10_000;
/// Deepest folder below `parameters/` and `duties/` that is looked into.
const MAX_FOLDERS: usize = 4;

/// One file of the folder.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the folder, with `/`.
    pub path: PathBuf,
    pub text: String,
    lines: Vec<usize>,
}

/// Some bytes of a file.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub file: usize,
    pub span: Range<usize>,
}

/// Text as the file means it, and where it stands there.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub text: String,
    pub at: At,
}

impl Source {
    pub(super) fn new(path: PathBuf, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path, text, lines }
    }

    /// Whether it is read as TOML; the others are templates and tables.
    pub(super) fn is_toml(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "toml")
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Place { file: self.path.clone(), line, column: before.chars().count() + 1 }
    }

    /// The byte of the file at which the byte `offset` of a string's content stands.
    fn inside(&self, span: &Range<usize>, offset: usize) -> usize {
        let raw = self.text.get(span.clone()).unwrap_or_default();
        span.start + raw_offset(raw, offset)
    }
}

/// From an offset in a TOML string's content to one in its source, quotes and escapes included.
fn raw_offset(raw: &str, offset: usize) -> usize {
    let quote = match raw.chars().next() {
        Some(quote @ ('\'' | '"')) => quote,
        // A bare key is what it says.
        _ => return offset.min(raw.len()),
    };
    let triple = raw.len() >= 6 && raw.chars().take(3).all(|ch| ch == quote);
    let mut at = if triple { 3 } else { 1 };
    if triple {
        // The line break right after the opening quotes is no content.
        let rest = raw.get(at..).unwrap_or_default();
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    let mut content = 0;
    while content < offset {
        let rest = raw.get(at..).unwrap_or_default();
        let Some(ch) = rest.chars().next() else { break };
        if quote == '\'' || ch != '\\' {
            at += ch.len_utf8();
            content += ch.len_utf8();
            continue;
        }
        let digits = match rest.chars().nth(1) {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(ch) if ch.is_whitespace() => {
                // A line that goes on: its end and the blanks after it are no content.
                let blanks = rest.get(1..).unwrap_or_default();
                at += 1 + (blanks.len() - blanks.trim_start().len());
                continue;
            }
            _ => 0,
        };
        let decoded = rest
            .get(2..2 + digits)
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32)
            .map_or(1, char::len_utf8);
        at += 2 + digits;
        content += decoded;
    }
    at.min(raw.len())
}

/// The files, and what has been found wrong in them so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub sources: Vec<Source>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl Log {
    pub(super) fn error(&self, at: &At, code: &'static str, says: Sentences) {
        self.add(at, (Severity::Error, code), says);
    }

    pub(super) fn notice(&self, at: &At, code: &'static str, says: Sentences) {
        self.add(at, (Severity::Notice, code), says);
    }

    /// Its file, line and column.
    pub(super) fn place(&self, at: &At) -> Place {
        match self.sources.get(at.file) {
            Some(source) => source.place(at.span.start),
            None => Place { file: PathBuf::new(), line: 1, column: 1 },
        }
    }

    fn add(&self, at: &At, (severity, code): (Severity, &'static str), says: Sentences) {
        self.add_at(self.place(at), (severity, code), says);
    }

    fn add_at(&self, place: Place, (severity, code): (Severity, &'static str), says: Sentences) {
        let Sentences { what, why, mend } = says;
        self.diagnostics.borrow_mut().push(Diagnostic { place, severity, code, what, why, mend });
    }

    /// Mistakes in an expression, each at its own line and column.
    pub(super) fn expression(&self, written: &Written, mistakes: Vec<Mistake>) {
        for mistake in mistakes {
            let start = match self.sources.get(written.at.file) {
                Some(source) => source.inside(&written.at.span, mistake.at.start),
                None => written.at.span.start,
            };
            let at = At { file: written.at.file, span: start..start };
            self.error(&at, mistake.code, *mistake.says);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.diagnostics.borrow().iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Takes back what was told under these codes.
    pub(super) fn forget(&self, codes: &[&str]) {
        self.diagnostics.borrow_mut().retain(|diagnostic| !codes.contains(&diagnostic.code));
    }

    /// What was found, in the order of the files.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.into_inner();
        diagnostics.sort();
        diagnostics.dedup();
        diagnostics
    }

    /// Reads every file of the folder that this program knows, in the order of their names.
    pub(super) fn read(folder: &Path) -> Self {
        let mut log = Self::default();
        let mut paths = vec![PathBuf::from("city.toml")];
        let maybe = ["cases.toml", "chains.toml", "notices.toml", "outlines.geojson", "pairings.toml"];
        let maybe = maybe.map(PathBuf::from);
        paths.extend(maybe.into_iter().filter(|path| folder.join(path).exists()));
        for (part, depth) in [
            ("kinds", 0),
            ("parameters", MAX_FOLDERS),
            ("duties", MAX_FOLDERS),
            ("forms", 0),
            ("letters", 0),
            ("chains", 0),
        ] {
            log.walk(folder, Path::new(part), depth, &mut paths);
        }
        if let Some(path) = paths.get(MAX_FILES) {
            log.unreadable(path, mistake::too_many_files(MAX_FILES));
            paths.truncate(MAX_FILES);
        }
        for path in paths {
            match read_text(&folder.join(&path)) {
                Ok(text) => log.sources.push(Source::new(path, text)),
                Err(says) => log.unreadable(&path, *says),
            }
        }
        log
    }

    fn unreadable(&self, path: &Path, says: Sentences) {
        let place = Place { file: path.to_owned(), line: 1, column: 1 };
        self.add_at(place, (Severity::Error, "unreadable"), says);
    }

    fn walk(&self, folder: &Path, part: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder.join(part)) else { return };
        let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = part.join(entry.file_name());
            // Links to folders are not followed: they may lead round in a circle.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth > 0 {
                self.walk(folder, &path, depth - 1, paths);
            } else if is_folder {
                self.unreadable(&path, mistake::folder_too_deep());
            } else if path.extension().is_some_and(|extension| {
                extension == "toml"
                    || (extension == "typ" && part == Path::new("letters"))
                    || (extension == "csv" && part == Path::new("chains"))
            }) {
                paths.push(path);
            }
            if paths.len() > MAX_FILES {
                return;
            }
        }
    }

    /// A digest of all names and bytes, in hexadecimal. How a letter looks, and who is told of what, and
    /// where an area lies on the ground, changes no verdict and no version.
    pub(super) fn version(&self) -> String {
        let mut sources: Vec<&Source> =
            self.sources.iter().filter(|source| !is_for_people(&source.path)).collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let mut digest = Sha256::new();
        for source in sources {
            // Lengths first: no two folders give the same row of bytes.
            let name = source.path.to_string_lossy().replace('\\', "/");
            for part in [name.as_bytes(), source.text.as_bytes()] {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part);
            }
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether a file only says what people are told, or where they are.
fn is_for_people(path: &Path) -> bool {
    path.starts_with("letters") || path == Path::new("notices.toml") || path == Path::new("outlines.geojson")
}

fn read_text(path: &Path) -> Result<String, Box<Sentences>> {
    let unreadable = |error: std::io::Error| Box::new(mistake::unreadable(&error.to_string()));
    let file = fs::File::open(path).map_err(unreadable)?;
    // One byte more than allowed tells a file that is too large, whatever its size is said to be.
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Box::new(mistake::file_too_large(MAX_BYTES / 1024)));
    }
    String::from_utf8(bytes).map_err(|_| Box::new(mistake::not_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `mark` in the content stands at `mark` in the source.
    fn check(raw: &str, content: &str) {
        let expected = raw.find('#').unwrap();
        assert_eq!(raw_offset(raw, content.find('#').unwrap()), expected, "{raw}");
    }

    #[test]
    fn finds_its_way_into_strings() {
        check("'许昌 #'", "许昌 #");
        check("\"a\\\"b#\"", "a\"b#");
        check("\"\\u8bb8\\n#\"", "许\n#");
        check("'''\nstaff\n  # '''", "staff\n  # ");
        check("\"\"\"\r\na \\\n   b #\"\"\"", "a b #");
        check("\"\"\"a#\"\"\"", "a#");
        check("a#", "a#");
    }
}
