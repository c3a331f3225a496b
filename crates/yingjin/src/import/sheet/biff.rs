//! The records of a workbook of the old binary format, walked before its reader holds any of them in memory.
//!
//! The reader takes what the records say at their word: it reserves room for as many cells as a sheet says it has,
//! makes one block out of its outermost cells, and copies a shared text into every cell that names it. So the
//! workbook's stream is taken out of its file, counted, made harmless where nothing of it is needed, and packed into
//! a file of its own: the reader gets what was counted, and nothing else.
//!
//! Source: \[MS-XLS\], sections 2.3.1 (records), 2.4.28 (`BoundSheet8`), 2.4.90 (`Dimensions`), 2.4.127 (`Formula`),
//! 2.4.265 (`SST`), 2.5.293 (`XLUnicodeRichExtendedString`).

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Write};
use std::ops::Range;
use std::path::Path;

use model::Label;

use super::limits;
use crate::import::error::ImportError;

/// What a workbook may have the reader hold, all sheets together.
pub(super) struct Most {
    /// Cells: those with something in them, and those of the block around them.
    pub cells: u64,
    /// Characters of the texts in cells.
    pub characters: u64,
}

impl Default for Most {
    fn default() -> Self {
        Self { cells: limits::MAX_OLD_CELLS, characters: limits::MAX_OLD_CHARACTERS }
    }
}

/// The workbook at `path`, as a file that is safe to read.
/// Errors: a damaged file, one that would fill the memory.
pub(super) fn tamed(path: &Path, most: &Most) -> Result<Cursor<Vec<u8>>, ImportError> {
    let file = File::open(path).map_err(ImportError::Read)?;
    let mut stream = workbook_stream(file)?;
    tame(&mut stream, most)?;
    pack(&stream)
}

fn broken(error: impl ToString) -> ImportError {
    ImportError::Broken(error.to_string())
}

fn workbook_stream(file: File) -> Result<Vec<u8>, ImportError> {
    let mut container = cfb::CompoundFile::open(BufReader::new(file)).map_err(broken)?;
    let name = if container.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    container.open_stream(name).map_err(broken)?.read_to_end(&mut stream).map_err(broken)?;
    Ok(stream)
}

fn pack(stream: &[u8]) -> Result<Cursor<Vec<u8>>, ImportError> {
    let file = Cursor::new(Vec::with_capacity(stream.len() + stream.len() / 64 + (1 << 14)));
    let mut container = cfb::CompoundFile::create_with_version(cfb::Version::V3, file).map_err(broken)?;
    container.create_stream("/Workbook").and_then(|mut part| part.write_all(stream)).map_err(broken)?;
    container.flush().map_err(broken)?;
    let mut file = container.into_inner();
    file.set_position(0);
    Ok(file)
}

const EOF: u16 = 0x000A;
const BOF: u16 = 0x0809;
const CONTINUE: u16 = 0x003C;
const FORMULA: u16 = 0x0006;
const LABEL: u16 = 0x0204;
const RICH_LABEL: u16 = 0x00D6;
const SHARED_LABEL: u16 = 0x00FD;
const FORMULA_TEXT: u16 = 0x0207;
const MANY_NUMBERS: u16 = 0x00BD;
const NUMBER: u16 = 0x0203;
const SHORT_NUMBER: u16 = 0x027E;
const BOOL: u16 = 0x0205;
const MERGES: u16 = 0x00E5;
const DIMENSIONS: u16 = 0x0200;
const BOUND_SHEET: u16 = 0x0085;
const SHARED_TEXTS: u16 = 0x00FC;
const DEFINED_NAME: u16 = 0x0018;
const FORMAT: u16 = 0x041E;
const CELL_STYLE: u16 = 0x00E0;

/// One record: where its data are in the stream, and those of the records that continue it.
struct Record {
    kind: u16,
    data: Range<usize>,
    continued: Vec<Range<usize>>,
}

fn u16_at(stream: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(stream.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(stream: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(stream.get(at..at + 4)?.try_into().ok()?))
}

/// The record at `at`, which moves behind it; none at the end.
fn next(stream: &[u8], at: &mut usize) -> Result<Option<Record>, ImportError> {
    if *at == stream.len() {
        return Ok(None);
    }
    let cut_off = || ImportError::Broken("a record is cut off".to_owned());
    let (kind, data) = header(stream, *at).ok_or_else(cut_off)?;
    *at = data.end;
    let mut continued = Vec::new();
    while stream.len() - *at > 4 && u16_at(stream, *at) == Some(CONTINUE) {
        let (_, more) = header(stream, *at).ok_or_else(cut_off)?;
        *at = more.end;
        continued.push(more);
        if continued.len() > limits::MAX_OLD_CONTINUED {
            return Err(too_much("记录的续段", "pieces of a record", limits::MAX_OLD_CONTINUED as u64));
        }
    }
    Ok(Some(Record { kind, data, continued }))
}

fn header(stream: &[u8], at: usize) -> Option<(u16, Range<usize>)> {
    let (kind, length) = (u16_at(stream, at)?, u16_at(stream, at + 2)?);
    let data = at + 4..at + 4 + usize::from(length);
    (data.end <= stream.len()).then_some((kind, data))
}

fn too_much(zh: &str, en: &str, limit: u64) -> ImportError {
    ImportError::Sprawls { what: Label::new(zh, en), limit }
}

/// Counts what the reader would hold of a workbook's stream, and takes out of it what would make it hold more.
fn tame(stream: &mut [u8], most: &Most) -> Result<(), ImportError> {
    let mut held = Held { most, cells: 0, characters: 0, merges: 0 };
    let (end, mut starts, texts) = globals(stream, &mut held)?;
    starts.sort_unstable();
    // What was changed in one sheet must not be what another was counted by.
    let mut last_end = end;
    for start in starts {
        if start < last_end {
            return Err(ImportError::Broken("its sheets overlap".to_owned()));
        }
        last_end = sheet(stream, start, &texts, &mut held)?;
    }
    Ok(())
}

/// The records about the whole workbook: where they end, where its sheets start, and how long its shared texts are.
fn globals(stream: &[u8], held: &mut Held<'_>) -> Result<(usize, Vec<usize>, Vec<u32>), ImportError> {
    let (mut at, mut definitions) = (0, 0);
    let (mut starts, mut texts) = (Vec::new(), Vec::new());
    while let Some(record) = next(stream, &mut at)? {
        match record.kind {
            EOF => break,
            BOUND_SHEET => {
                let start = u32_at(&stream[record.data.clone()], 0).map(|start| start as usize);
                starts.push(
                    start
                        .filter(|start| *start <= stream.len())
                        .ok_or_else(|| broken("a sheet is not where it should be"))?,
                );
            }
            SHARED_TEXTS => {
                let parts = std::iter::once(&record.data).chain(&record.continued);
                texts = lengths(parts.map(|part| &stream[part.clone()]))
                    .ok_or_else(|| broken("its shared texts are cut off"))?;
                held.cells(texts.len() as u64)?;
            }
            _ => (),
        }
        if [BOUND_SHEET, DEFINED_NAME, FORMAT, CELL_STYLE].contains(&record.kind) {
            definitions += 1;
            if definitions > limits::MAX_OLD_DEFINITIONS {
                return Err(too_much("名称和格式", "names and formats", limits::MAX_OLD_DEFINITIONS));
            }
        }
    }
    Ok((at, starts, texts))
}

/// What the reader would hold.
struct Held<'a> {
    most: &'a Most,
    cells: u64,
    characters: u64,
    merges: u64,
}

impl Held<'_> {
    fn cells(&mut self, more: u64) -> Result<(), ImportError> {
        self.cells += more;
        if self.cells > self.most.cells {
            return Err(too_much("单元格", "cells", self.most.cells));
        }
        Ok(())
    }

    fn characters(&mut self, more: u64) -> Result<(), ImportError> {
        self.characters += more;
        if self.characters > self.most.characters {
            return Err(too_much("字符", "characters", self.most.characters));
        }
        Ok(())
    }

    fn merges(&mut self, more: u64) -> Result<(), ImportError> {
        self.merges += more;
        if self.merges > limits::MAX_MERGES {
            return Err(too_much("合并单元格", "merged blocks", limits::MAX_MERGES));
        }
        Ok(())
    }
}

/// The outermost cells of a sheet.
#[derive(Default)]
struct Block(Option<(Range<u64>, Range<u64>)>);

impl Block {
    fn reach(&mut self, row: u64, columns: Range<u64>) {
        let (rows, wide) = self.0.get_or_insert_with(|| (row..row + 1, columns.clone()));
        *rows = rows.start.min(row)..rows.end.max(row + 1);
        *wide = wide.start.min(columns.start)..wide.end.max(columns.end);
    }

    fn cells(&self) -> u64 {
        self.0.as_ref().map_or(0, |(rows, columns)| (rows.end - rows.start) * (columns.end - columns.start))
    }
}

/// Counts and tames one sheet. Gives where it ends.
fn sheet(stream: &mut [u8], start: usize, texts: &[u32], held: &mut Held<'_>) -> Result<usize, ImportError> {
    let (mut at, mut is_begun, mut depth) = (start, false, 0_usize);
    let (mut values, mut formulas) = (Block::default(), Block::default());
    let mut formula_at = (0, 0);
    while let Some(record) = next(stream, &mut at)? {
        // A chart within the sheet has records like a sheet's; the reader passes over them.
        if depth > 0 || record.kind == BOF && is_begun {
            match record.kind {
                BOF => depth += 1,
                EOF => depth -= 1,
                _ => (),
            }
            continue;
        }
        let data = &mut stream[record.data];
        let place = || Some((u64::from(u16_at(data, 0)?), u64::from(u16_at(data, 2)?)));
        match record.kind {
            BOF => is_begun = true,
            EOF => break,
            // It would reserve room for them all. It finds out by itself how many there are.
            DIMENSIONS => data.fill(0),
            MERGES => held.merges(u64::from(u16_at(data, 0).unwrap_or(0)))?,
            NUMBER | SHORT_NUMBER | BOOL | LABEL | RICH_LABEL | SHARED_LABEL | FORMULA | MANY_NUMBERS => {
                // Too short for a cell is no cell to the reader either.
                let Some((row, column)) = place() else { continue };
                let many =
                    if record.kind == MANY_NUMBERS { (data.len() as u64).saturating_sub(6) / 6 } else { 1 };
                held.cells(many)?;
                values.reach(row, column..column + many.max(1));
                match record.kind {
                    LABEL | RICH_LABEL => held.characters(u64::from(u16_at(data, 6).unwrap_or(0)))?,
                    SHARED_LABEL => {
                        let index = u32_at(data, 6).unwrap_or(u32::MAX) as usize;
                        held.characters(u64::from(texts.get(index).copied().unwrap_or(0)))?;
                    }
                    FORMULA => {
                        formula_at = (row, column);
                        held.cells(1)?;
                        formulas.reach(row, column..column + 1);
                        // What it was computed from would be written out at length; its value is all we read.
                        if let Some(expression) = data.get_mut(20..23) {
                            expression.copy_from_slice(&NO_EXPRESSION);
                        }
                    }
                    _ => (),
                }
            }
            FORMULA_TEXT => {
                let (row, column) = formula_at;
                held.cells(1)?;
                values.reach(row, column..column + 1);
                held.characters(u64::from(u16_at(data, 0).unwrap_or(0)))?;
            }
            _ => (),
        }
    }
    held.cells(values.cells() + formulas.cells())?;
    Ok(at)
}

/// One byte of expression: a missing argument.
const NO_EXPRESSION: [u8; 3] = [1, 0, 0x16];

/// Characters of each shared text, its record being in so many parts; none if it ends too early.
fn lengths<'a>(mut parts: impl Iterator<Item = &'a [u8]>) -> Option<Vec<u32>> {
    let mut data = parts.next()?.get(8..)?;
    let mut lengths = Vec::new();
    loop {
        if data.is_empty() {
            match parts.next() {
                Some(part) => data = part,
                None => return Some(lengths),
            }
        }
        if data.is_empty() {
            lengths.push(0);
            continue;
        }
        let (length, flags) = (u16_at(data, 0)?, *data.get(2)?);
        lengths.push(u32::from(length));
        data = &data[3..];
        let mut behind = 0;
        if flags & 0x08 != 0 {
            behind += 4 * usize::from(u16_at(data, 0)?);
            data = &data[2..];
        }
        if flags & 0x04 != 0 {
            behind += u32_at(data, 0)? as usize;
            data = &data[4..];
        }
        let (mut left, mut is_wide) = (usize::from(length), flags & 1 != 0);
        while left > 0 {
            let taken = left.min(data.len() / if is_wide { 2 } else { 1 });
            data = &data[if is_wide { 2 * taken } else { taken }..];
            left -= taken;
            if left > 0 {
                let (flags, rest) = parts.next()?.split_first()?;
                (is_wide, data) = (flags & 1 != 0, rest);
            }
        }
        while behind > 0 {
            if data.is_empty() {
                data = parts.next()?;
            }
            let passed = behind.min(data.len());
            (data, behind) = (&data[passed..], behind - passed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes(), &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    }

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// A workbook with some shared texts and sheets of such records; the sheets lie where `overlap` puts them.
    fn workbook(texts: &[u8], sheets: &[Vec<u8>], overlap: bool) -> Vec<u8> {
        let texts = record(SHARED_TEXTS, &[&[0; 8], texts].concat());
        let globals_length = 8 + texts.len() + sheets.len() * 12 + 4;
        let (mut stream, mut start) = ([record(BOF, &words(&[0x600, 5])), texts].concat(), globals_length);
        for (index, sheet) in sheets.iter().enumerate() {
            let name = [1, 0, b'a' + u8::try_from(index).unwrap()];
            let place = u32::try_from(if overlap { globals_length } else { start }).unwrap().to_le_bytes();
            stream.extend(record(BOUND_SHEET, &[&place[..], &[0, 0], &name[..2]].concat()));
            start += 8 + sheet.len() + 4;
        }
        stream.extend(record(EOF, &[]));
        for sheet in sheets {
            stream.extend(record(BOF, &words(&[0x600, 0x10])));
            stream.extend_from_slice(sheet);
            stream.extend(record(EOF, &[]));
        }
        stream
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        record(NUMBER, &words(&[row, column, 0, 0, 0, 0, 0]))
    }

    fn shared(row: u16, text: u16) -> Vec<u8> {
        record(SHARED_LABEL, &words(&[row, 0, 0, text, 0]))
    }

    /// Ten characters, then three of two bytes, cut by nothing.
    const TEXTS: &[u8] = b"\x0a\x00\x00abcdefghij\x03\x00\x01a\0b\0c\0";

    fn check(stream: &[u8], cells: u64, characters: u64) {
        let allowed = |cells, characters| tame(&mut stream.to_vec(), &Most { cells, characters });
        allowed(cells, characters).unwrap();
        assert_eq!(allowed(cells - 1, characters).unwrap_err().code(), "sprawls");
        if characters > 0 {
            assert_eq!(allowed(cells, characters - 1).unwrap_err().code(), "sprawls");
        }
    }

    #[test]
    fn counts_what_a_reader_would_hold() {
        // Two shared texts, two cells, a block of 3 by 4.
        check(&workbook(TEXTS, &[[number(1, 1), number(3, 4)].concat()], false), 2 + 2 + 12, 0);
        // A shared text as often as it is named.
        let sheet = [shared(0, 0), shared(1, 0), shared(2, 1), shared(3, 9)].concat();
        check(&workbook(TEXTS, &[sheet], false), 2 + 4 + 4, 23);
        // Every sheet.
        check(&workbook(TEXTS, &[number(9, 9), number(0, 0)], false), 2 + 2 + 2, 0);
        // Many numbers in a row, and a text that says to be long.
        let many = record(MANY_NUMBERS, &words(&[0, 5, 0, 0, 0, 0, 0, 0, 6]));
        check(&workbook(&[], &[many], false), 2 + 2, 0);
        check(&workbook(&[], &[record(LABEL, &words(&[0, 0, 0, 7]))], false), 1 + 1, 7);
        // A formula and its text.
        let formula = [record(FORMULA, &[0; 40]), record(FORMULA_TEXT, &words(&[5, 0]))].concat();
        check(&workbook(&[], &[formula], false), 2 + 1 + 2, 5);
        // What is in a chart is nothing.
        let chart =
            [number(0, 0), record(BOF, &[0; 4]), number(99, 99), record(EOF, &[]), number(1, 0)].concat();
        check(&workbook(&[], &[chart], false), 2 + 2, 0);
    }

    #[test]
    fn takes_out_what_says_too_much() {
        let sheet = [record(DIMENSIONS, &[0xff; 14]), record(FORMULA, &[0xff; 30])].concat();
        let mut stream = workbook(&[], &[sheet], false);
        tame(&mut stream, &Most::default()).unwrap();
        let end = stream.len() - 4;
        assert_eq!(stream[end - 30 - 4 - 14..end - 30 - 4], [0; 14]);
        assert_eq!(stream[end - 10..end - 7], NO_EXPRESSION);
        let mut stream = workbook(&[], &[number(0, 0), number(1, 1)], true);
        assert_eq!(tame(&mut stream, &Most::default()).unwrap_err().code(), "broken");
    }

    #[test]
    fn shared_texts_go_on_where_their_record_does() {
        let check = |parts: &[&[u8]], expected: Option<&[u32]>| {
            let first = [&[0; 8], parts[0]].concat();
            let parts = std::iter::once(&first[..]).chain(parts[1..].iter().copied());
            assert_eq!(lengths(parts).as_deref(), expected);
        };
        check(&[TEXTS], Some(&[10, 3]));
        // Cut in the middle of a text, which goes on in two bytes a character; runs and a rest behind it.
        check(&[b"\x04\x00\x00ab", b"\x01c\0d\0\x01\x00\x00x"], Some(&[4, 1]));
        check(&[b"\x01\x00\x08\x02\x00x12345678\x01\x00\x00y"], Some(&[1, 1]));
        check(&[b"\x01\x00\x04\x03\x00\x00\x00x1", b"23\x00\x00\x00"], Some(&[1, 0]));
        check(&[b"", b"", b"\x01\x00\x00x"], Some(&[0, 1]));
        check(&[b"\x04\x00\x00ab"], None);
        check(&[b"\x04\x00"], None);
    }
}
