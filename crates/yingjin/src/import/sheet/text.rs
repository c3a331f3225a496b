//! Text as rows and cells.
//!
//! Cut here rather than by the `csv` crate, which hides blank rows (so that row numbers no longer match what a person
//! sees), swallows what follows an unclosed quotation mark, and lets one line grow without bound.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use encoding_rs::{Decoder, Encoding};

use super::inspect::decode;
use super::{Cell, Row, limits};
use crate::import::error::ImportError;

/// A text file that was inspected.
pub struct TextFile {
    pub path: PathBuf,
    pub encoding: &'static Encoding,
    pub delimiter: u8,
}

impl TextFile {
    /// Its records from the beginning.
    pub fn records(&self) -> Result<Records, ImportError> {
        let file = File::open(&self.path).map_err(ImportError::Read)?;
        Ok(Records::new(Box::new(file), self.encoding, self.delimiter))
    }
}

const CHUNK_BYTES: usize = 1 << 16;

/// Rows of a text, read as a stream.
///
/// Fields follow RFC 4180: a field that begins with a quotation mark ends at the next single one; two of them within
/// are one; a mark elsewhere is plain text. Rows end with LF, CR LF or CR.
pub struct Records {
    source: Box<dyn Read + Send>,
    decoder: Decoder,
    delimiter: u8,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    source_ended: bool,
    decoded_all: bool,
    text: Vec<u8>,
    at: usize,
    end: usize,
    row: u64,
    blank: u64,
}

impl Records {
    /// Reads from the beginning of `source`.
    pub fn new(source: Box<dyn Read + Send>, encoding: &'static Encoding, delimiter: u8) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            delimiter,
            raw: vec![0; CHUNK_BYTES],
            raw_at: 0,
            raw_end: 0,
            source_ended: false,
            decoded_all: false,
            text: vec![0; CHUNK_BYTES * 3],
            at: 0,
            end: 0,
            row: 0,
            blank: 0,
        }
    }

    /// Rows so far that had nothing in them, not even a delimiter.
    pub fn blank(&self) -> u64 {
        self.blank
    }

    /// Makes sure that there is decoded text to look at; false at the end.
    fn fill(&mut self) -> Result<bool, ImportError> {
        while self.at == self.end {
            if self.decoded_all {
                return Ok(false);
            }
            if self.raw_at == self.raw_end && !self.source_ended {
                self.raw_at = 0;
                self.raw_end = self.source.read(&mut self.raw).map_err(ImportError::Read)?;
                self.source_ended = self.raw_end == 0;
            }
            let (read, written, empty) = decode(
                &mut self.decoder,
                &self.raw[self.raw_at..self.raw_end],
                &mut self.text,
                self.source_ended,
            );
            self.raw_at += read;
            self.at = 0;
            self.end = written;
            self.decoded_all = self.source_ended && empty;
        }
        Ok(true)
    }

    /// The next byte, without taking it.
    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        Ok(self.fill()?.then(|| self.text[self.at]))
    }

    /// Takes a line end if one is next.
    fn take_line_end(&mut self) -> Result<bool, ImportError> {
        match self.peek()? {
            Some(b'\n') => self.at += 1,
            Some(b'\r') => {
                self.at += 1;
                if self.peek()? == Some(b'\n') {
                    self.at += 1;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the next row that has something in it into `row`, whose cells are empty before; false at the end.
    pub fn read(&mut self, row: &mut Row, sheet: &str) -> Result<bool, ImportError> {
        while self.take_line_end()? {
            self.row += 1;
            self.blank += 1;
        }
        if self.peek()?.is_none() {
            return Ok(false);
        }
        self.row += 1;
        row.number = self.row;
        let mut bytes = 0;
        loop {
            let field = self.field(sheet)?;
            bytes += field.len();
            if bytes > limits::MAX_ROW_BYTES {
                return Err(ImportError::RowTooLong { sheet: sheet.to_owned(), row: self.row });
            }
            let text = String::from_utf8(field)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            row.cells.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text) });
            if row.cells.len() > limits::MAX_COLUMNS {
                if self.rest_is_blank(sheet)? {
                    row.cells.truncate(limits::MAX_COLUMNS);
                    return Ok(true);
                }
                return Err(ImportError::TooManyColumns { sheet: sheet.to_owned(), row: self.row });
            }
            if self.peek()? == Some(self.delimiter) {
                self.at += 1;
            } else {
                self.take_line_end()?;
                return Ok(true);
            }
        }
    }

    /// Whether nothing but delimiters and space is left of the row; takes it.
    fn rest_is_blank(&mut self, sheet: &str) -> Result<bool, ImportError> {
        while self.peek()? == Some(self.delimiter) {
            self.at += 1;
            if !self.field(sheet)?.trim_ascii().is_empty() {
                return Ok(false);
            }
        }
        self.take_line_end()?;
        Ok(true)
    }

    /// One field, up to its delimiter, its line end or the end.
    fn field(&mut self, sheet: &str) -> Result<Vec<u8>, ImportError> {
        let mut field = Vec::new();
        if self.peek()? == Some(b'"') {
            self.at += 1;
            self.quoted(&mut field, sheet)?;
        }
        let delimiter = self.delimiter;
        while self.fill()? {
            let ahead = &self.text[self.at..self.end];
            let stop = ahead.iter().position(|b| *b == delimiter || *b == b'\n' || *b == b'\r');
            field.extend_from_slice(&ahead[..stop.unwrap_or(ahead.len())]);
            self.at += stop.unwrap_or(ahead.len());
            self.bounded(&field, sheet)?;
            if stop.is_some() {
                break;
            }
        }
        Ok(field)
    }

    /// What stands between quotation marks, the first of which is taken.
    fn quoted(&mut self, field: &mut Vec<u8>, sheet: &str) -> Result<(), ImportError> {
        loop {
            if !self.fill()? {
                return Err(ImportError::OpenQuote { row: self.row });
            }
            let ahead = &self.text[self.at..self.end];
            let stop = ahead.iter().position(|byte| *byte == b'"');
            field.extend_from_slice(&ahead[..stop.unwrap_or(ahead.len())]);
            self.at += stop.unwrap_or(ahead.len());
            self.bounded(field, sheet)?;
            if stop.is_some() {
                self.at += 1;
                if self.peek()? != Some(b'"') {
                    return Ok(());
                }
                self.at += 1;
                field.push(b'"');
            }
        }
    }

    fn bounded(&self, field: &[u8], sheet: &str) -> Result<(), ImportError> {
        if field.len() > limits::MAX_CELL_BYTES {
            return Err(ImportError::CellTooLong { sheet: sheet.to_owned(), row: self.row });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use encoding_rs::{GB18030, UTF_8};

    use super::*;

    fn rows(bytes: &[u8], encoding: &'static Encoding) -> Result<Vec<(u64, Vec<String>)>, ImportError> {
        let mut records = Records::new(Box::new(Cursor::new(bytes.to_vec())), encoding, b',');
        let mut rows = Vec::new();
        loop {
            let mut row = Row::default();
            if !records.read(&mut row, "t")? {
                return Ok(rows);
            }
            rows.push((row.number, row.cells.iter().map(Cell::shown).collect()));
        }
    }

    fn check(text: &str, expected: &[(u64, &[&str])]) {
        let expected: Vec<(u64, Vec<String>)> = expected
            .iter()
            .map(|(row, cells)| (*row, cells.iter().map(|cell| (*cell).to_owned()).collect()))
            .collect();
        assert_eq!(rows(text.as_bytes(), UTF_8).unwrap(), expected, "{text:?}");
    }

    #[test]
    fn cuts_rows_and_fields() {
        check("a,b\n1,2\n", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check("a,b\r\n\r\n1,2", &[(1, &["a", "b"]), (3, &["1", "2"])]);
        check("a\rb", &[(1, &["a"]), (2, &["b"])]);
        check("\"a,\"\"b\"\"\nc\",d\ne,", &[(1, &["a,\"b\"\nc", "d"]), (2, &["e", ""])]);
        check("5\"管,x", &[(1, &["5\"管", "x"])]);
        check("\"\",x", &[(1, &["", "x"])]);
        check("\u{feff}名称,b", &[(1, &["名称", "b"])]);
        check("", &[]);
        check("\n\n\n", &[]);
    }

    #[test]
    fn reads_gbk() {
        let (bytes, _, _) = GB18030.encode("企业,住址\n许昌𠮷,㐀");
        assert_eq!(
            rows(&bytes, GB18030).unwrap(),
            [
                (1, vec!["企业".to_owned(), "住址".to_owned()]),
                (2, vec!["许昌𠮷".to_owned(), "㐀".to_owned()])
            ]
        );
    }

    #[test]
    fn refuses_what_swallows_rows() {
        assert!(matches!(rows(b"a,b\nc,\"d\ne,f\n", UTF_8), Err(ImportError::OpenQuote { row: 2 })));
    }

    /// A line of two gigabytes that is never held.
    #[test]
    fn an_endless_line_is_refused_early() {
        let mut records = Records::new(Box::new(std::io::repeat(b'x').take(2 << 30)), UTF_8, b',');
        let error = records.read(&mut Row::default(), "t").unwrap_err();
        assert!(matches!(error, ImportError::CellTooLong { row: 1, .. }));
        let mut records = Records::new(Box::new(std::io::repeat(b'x').take(1 << 22)), UTF_8, b'x');
        let mut row = Row::default();
        assert!(records.read(&mut row, "t").unwrap());
        assert_eq!(row.cells.len(), limits::MAX_COLUMNS);
    }

    proptest::proptest! {
        /// What the csv crate writes is read back, whatever is in the cells.
        #[test]
        fn reads_what_csv_writes(table in proptest::collection::vec(
            proptest::collection::vec("[a-c许\",\n\r ;]{0,6}", 3), 1..6)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let read: Vec<Vec<String>> = rows(&bytes, UTF_8).unwrap().into_iter().map(|(_, cells)| cells).collect();
            proptest::prop_assert_eq!(read, table);
        }
    }
}
