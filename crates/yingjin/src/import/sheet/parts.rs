//! The parts of a workbook, looked at before its reader holds any of them in memory: a bomb says little of its size.
//!
//! Which part is the workbook and which are sheets is said by other parts, and may be any. So every part is held to
//! limits, whatever its name; a name only tells which it may go beyond: sheets, which are streamed, and shared texts.

use std::fs::File;
use std::io::{BufReader, Read};

use memchr::{memchr_iter, memmem};

use super::inspect::CHUNK_BYTES;
use super::limits;
use crate::import::error::ImportError;

/// The most that parts of a workbook may have.
#[derive(Clone)]
pub(super) struct Most {
    /// Bytes of a sheet.
    pub sheet: u64,
    /// Bytes of any other part.
    pub other: u64,
    /// Bytes between two tags.
    pub run: u64,
    /// Bytes between what would be two tags of a part that is no XML by its name.
    pub binary_run: u64,
    /// Tags of the shared texts.
    pub texts: u64,
    /// Tags of another part that is no sheet.
    pub tags: u64,
    /// Merged blocks.
    pub merges: u64,
}

impl Default for Most {
    fn default() -> Self {
        Self {
            sheet: limits::MAX_SHEET_BYTES,
            other: limits::MAX_PART_BYTES,
            run: limits::MAX_XML_RUN_BYTES,
            binary_run: limits::MAX_BINARY_RUN_BYTES,
            texts: limits::MAX_TEXT_TAGS,
            tags: limits::MAX_PART_TAGS,
            merges: limits::MAX_MERGES,
        }
    }
}

/// What the parts say they unpack to, what they do unpack to, and how much a reader would make of it.
pub(super) fn check(file: &mut File, most: &Most) -> Result<(), ImportError> {
    let broken = |error: zip::result::ZipError| ImportError::Broken(error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let named =
        |name: &str| archive.file_names().any(|file| file.is_ok_and(|file| file.eq_ignore_ascii_case(name)));
    if !named("xl/workbook.xml") {
        return Err(ImportError::NotASheet(if named("xl/workbook.bin") {
            "xlsb"
        } else if named("content.xml") {
            "OpenDocument"
        } else if named("word/document.xml") {
            "Word"
        } else {
            "zip"
        }));
    }
    if archive.len() > limits::MAX_PARTS {
        return Err(ImportError::Broken(format!("{} > {} parts", archive.len(), limits::MAX_PARTS)));
    }
    let mut chunk = vec![0; CHUNK_BYTES];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => {
                ImportError::Password
            }
            other => broken(other),
        })?;
        let mut look = Look::new(part.name().map_err(broken)?.into_owned(), most);
        if part.size() > look.bytes_max {
            return Err(look.unpacks(look.bytes_max));
        }
        loop {
            let length = part
                .read(&mut chunk)
                .map_err(|error| ImportError::Broken(format!("{}: {error}", look.name)))?;
            if length == 0 {
                break;
            }
            look.at(&chunk[..length])?;
        }
        look.end()?;
    }
    Ok(())
}

/// Bytes that are kept to be looked at again with those that follow: enough for a word and its number.
const KEPT_BYTES: usize = 128;

/// A part as it unpacks.
struct Look<'a> {
    name: String,
    most: &'a Most,
    is_package: bool,
    is_texts: bool,
    run_max: u64,
    bytes_max: u64,
    tags_max: Option<u64>,
    bytes: u64,
    /// Bytes since the last tag began.
    run: u64,
    tags: u64,
    merges: u64,
    window: Vec<u8>,
}

impl<'a> Look<'a> {
    fn new(name: String, most: &'a Most) -> Self {
        // The reader takes its fixed parts in any case, and from whichever folder the workbook lies in.
        let lower = name.to_ascii_lowercase().replace('\\', "/");
        let is_xml = lower.ends_with(".xml") || lower.ends_with(".rels");
        let is_package = lower == "_rels/.rels";
        let is_sheet = lower.starts_with("xl/worksheets/") && !lower.ends_with(".rels");
        let is_texts = lower.ends_with("sharedstrings.xml");
        let is_styles = lower.ends_with("styles.xml");
        let tags_max = match (is_texts, is_sheet && !is_styles) {
            (true, _) => Some(most.texts),
            // Its cells are streamed.
            (false, true) => None,
            (false, false) => Some(most.tags),
        };
        Self {
            is_package,
            is_texts,
            run_max: if is_xml { most.run } else { most.binary_run },
            bytes_max: match (is_sheet, is_package) {
                (true, _) => most.sheet,
                (false, true) => most.other.min(limits::MAX_PACKAGE_BYTES),
                (false, false) => most.other,
            },
            tags_max,
            bytes: 0,
            run: 0,
            tags: 0,
            merges: 0,
            window: Vec::new(),
            name,
            most,
        }
    }

    fn unpacks(&self, limit: u64) -> ImportError {
        ImportError::Unpacks { part: self.name.clone(), limit }
    }

    fn crowded(&self, limit: u64) -> ImportError {
        ImportError::Crowded { part: self.name.clone(), limit }
    }

    fn at(&mut self, read: &[u8]) -> Result<(), ImportError> {
        self.bytes += read.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(self.unpacks(self.bytes_max));
        }
        // The reader holds what lies between two tags in memory, so that must be short.
        let (mut last, mut tags) = (None, 0);
        for tag in memchr_iter(b'<', read) {
            if last.is_none() {
                self.run += tag as u64;
                if self.run > self.run_max {
                    return Err(self.unpacks(self.run_max));
                }
            }
            (last, tags) = (Some(tag), tags + 1);
        }
        self.run = match last {
            Some(last) => (read.len() - last) as u64,
            None => self.run + read.len() as u64,
        };
        if self.run > self.run_max {
            return Err(self.unpacks(self.run_max));
        }
        self.tags += tags;
        if let Some(most) = self.tags_max.filter(|most| self.tags > *most) {
            return Err(self.crowded(most));
        }
        self.window.extend_from_slice(read);
        let whole = self.window.len().saturating_sub(KEPT_BYTES);
        self.words(whole)?;
        self.window.drain(..whole);
        Ok(())
    }

    fn end(&mut self) -> Result<(), ImportError> {
        self.words(self.window.len())
    }

    /// Looks at the words that begin in the first `whole` bytes of the window.
    fn words(&mut self, whole: usize) -> Result<(), ImportError> {
        if self.is_texts {
            // The reader takes memory for as many texts as this says there are.
            for at in memmem::find_iter(&self.window, b"uniqueCount").take_while(|at| *at < whole) {
                let rest = &self.window[at + b"uniqueCount".len()..];
                if !is_count_within(rest, self.most.texts) {
                    return Err(self.crowded(self.most.texts));
                }
            }
        }
        if self.is_package {
            // A workbook among the sheets, or named as the shared texts, would have their limits and not its own.
            let lower = self.window.to_ascii_lowercase();
            for word in ["worksheets", "sharedstrings", "&#"] {
                if memmem::find(&lower, word.as_bytes()).is_some() {
                    return Err(ImportError::Broken(format!(
                        "{}: the workbook is not where it belongs",
                        self.name
                    )));
                }
            }
        }
        // Each block once; twice where it has an end tag of its own.
        let merges = memmem::find_iter(&self.window, b"mergeCell").take_while(|at| *at < whole).count();
        self.merges += merges as u64;
        if self.merges > self.most.merges {
            return Err(self.crowded(self.most.merges));
        }
        Ok(())
    }
}

/// Whether what follows an attribute's name is no value at all, or a number up to `most`.
fn is_count_within(rest: &[u8], most: u64) -> bool {
    let rest = rest.trim_ascii_start();
    let Some(value) = rest.strip_prefix(b"=") else {
        // Only blanks as far as we look: not as anybody writes it.
        return !rest.is_empty();
    };
    let value = value.trim_ascii_start();
    let Some((quote @ (b'"' | b'\''), value)) = value.split_first() else { return !value.is_empty() };
    let Some(end) = value.iter().position(|byte| byte == quote) else { return false };
    let digits = std::str::from_utf8(&value[..end]).unwrap_or_default();
    digits.trim().trim_start_matches('+').parse::<u64>().map_or(digits.len() < 20, |count| count <= most)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    /// A workbook with one part of so many bytes of `filler`, which lies about its size if it is told to.
    fn workbook(part: &str, filler: &str, lies: Option<u32>) -> File {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("xl/workbook.xml", options).unwrap();
        zip.start_file(part, options).unwrap();
        zip.write_all(filler.repeat(1000).as_bytes()).unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        for (name_at, size_at) in [(30, 22), (46, 24)] {
            if let Some(size) = lies {
                let found = (name_at..bytes.len()).filter(|at| bytes[*at..].starts_with(part.as_bytes()));
                let signature = if name_at == 30 { b"PK\x03\x04" } else { b"PK\x01\x02" };
                for at in found.filter(|at| bytes[at - name_at..].starts_with(signature)).collect::<Vec<_>>()
                {
                    let at = at - name_at + size_at;
                    bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
                }
            }
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file
    }

    fn check(part: &str, filler: &str, lies: Option<u32>, expected: Result<(), &str>) {
        let most = Most {
            sheet: 100_000,
            other: 7_000,
            run: 2_000,
            binary_run: 6_000,
            texts: 1_500,
            tags: 900,
            merges: 700,
        };
        let result = super::check(&mut workbook(part, filler, lies), &most);
        assert_eq!(result.map_err(|error| error.code()), expected, "{part}");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_whatever_it_says() {
        check("xl/worksheets/sheet1.xml", "<c/>", None, Ok(()));
        check("xl/sharedStrings.xml", "<c/>", None, Ok(()));
        check("xl/sharedStrings.xml", "<si/>...", None, Err("unpacks"));
        check("xl/sharedStrings.xml", "<si/>...", Some(u32::MAX), Err("unpacks"));
        // One that says less than it has is cut off where it said it ends, and is broken.
        check("xl/sharedStrings.xml", "<si/>...", Some(1), Err("broken"));
        check("xl/worksheets/sheet1.xml", "...", None, Err("unpacks"));
        check("xl/media/image.png", "...", None, Ok(()));
        check("xl/media/image.png", "......", None, Ok(()));
        check("xl/media/image.png", ".......", None, Err("unpacks"));
    }

    #[test]
    fn what_a_reader_would_make_much_of_is_refused() {
        check("xl/styles.xml", "<xf/>", None, Err("crowded"));
        check("xl/Styles.xml", "<xf/>", None, Err("crowded"));
        check("xl/worksheets/styles.xml", "<xf/>", None, Err("crowded"));
        check("xl/sharedStrings.xml", "<si/>", None, Ok(()));
        check("xl/sharedStrings.xml", "<b><i>", None, Err("crowded"));
        check("xl/worksheets/sheet1.xml", "<c/>", None, Ok(()));
        check("xl/worksheets/sheet1.xml", "<x:mergeCell\tref='A1:B2'/>", None, Err("crowded"));
        // Wherever chunks end.
        let long = format!("<a b='{}'/>", " ".repeat(CHUNK_BYTES - 16));
        for blanks in 0..12 {
            let part = format!("{}{long}<mergeCell/>", " ".repeat(blanks));
            let most = Most { run: 1 << 20, sheet: 1 << 30, merges: 999, ..Most::default() };
            let result = super::check(&mut workbook("xl/worksheets/a.xml", &part, None), &most);
            assert_eq!(result.map_err(|error| error.code()), Err("crowded"), "{blanks}");
        }
    }

    /// Any part may be read as the workbook or as a sheet, if the parts before it say so.
    #[test]
    fn what_a_part_is_called_frees_it_of_nothing() {
        check("xl/media/image.png", "<c/>", None, Err("crowded"));
        check("docProps/app", "<c/>", None, Err("crowded"));
        check("xl/worksheets/_rels/a.rels", "<r/>", None, Err("crowded"));
        check("XL\\worksheets\\a.xml", "<c/>", None, Ok(()));
        for (target, expected) in [
            ("xl/workbook.xml", Ok(())),
            ("/xl/workbook2.xml", Ok(())),
            ("xl/WorkSheets/a.xml", Err("broken")),
            ("xl/work&#115;heets/a.xml", Err("broken")),
            ("a/sharedStrings.xml", Err("broken")),
        ] {
            let part = format!("<Relationship Target='{target}'/>");
            for name in ["_rels/.rels", "_Rels\\.RELS"] {
                let result = super::check(&mut workbook(name, &part, None), &Most::default());
                assert_eq!(result.map_err(|error| error.code()), expected, "{target}");
            }
        }
    }

    #[test]
    fn a_count_that_reserves_too_much_is_refused() {
        let check =
            |text: &str, expected| assert_eq!(is_count_within(text.as_bytes(), 100), expected, "{text}");
        check("=\"100\"", true);
        check(" = '7' x", true);
        check("=\"101\"", false);
        check("=\"18446744073709551615\"", false);
        check("=\"99999999999999999999999\"", false);
        check("=\"000000000000000000000000000005\"", true);
        check("=\"00000", false);
        check("   ", false);
        check(" is said to be many", true);
    }
}
