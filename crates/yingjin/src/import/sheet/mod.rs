//! A file as sheets, rows and cells, read as a stream.
//!
//! What a file is, is told by its first bytes: people rename files. Text may be UTF-8 (with or without a mark),
//! UTF-16 with a mark, or GB18030 (which has GBK and GB2312 within), its cells apart by comma, tab, semicolon or bar.
//! Workbooks are xlsx and xls.

mod biff;
pub mod inspect;
pub mod limits;
mod parts;
mod text;
mod workbook;

use std::path::Path;

use chrono::NaiveDate;

use self::inspect::Format;
use super::error::ImportError;

pub use inspect::{Inspection, inspect};

/// What a cell has.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as it stands, spaces and all.
    Text(String),
    /// A number of a workbook. Contract: finite.
    Number(f64),
    /// A day (the hour is left out) of a workbook's date cell.
    Date(NaiveDate),
    /// A ticked box of a workbook.
    Bool(bool),
    /// A formula that failed: `#REF!`.
    Failed(String),
}

impl Cell {
    /// Whether there is nothing in it but space.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// As a person reads it in the sheet; nothing for an empty cell.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Failed(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Date(day) => day.to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
        }
    }
}

/// A workbook's number as the decimal its author saw: Excel keeps and shows 15 significant digits, so what a
/// binary fraction has beyond them is noise of the format.
pub fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its number in the sheet, from 1, as a spreadsheet shows it.
    pub number: u64,
    /// Its cells; those after the last are empty.
    pub cells: Vec<Cell>,
    /// Columns whose cell is filled in from the first row of merged cells, in order.
    pub merged: Vec<usize>,
}

impl Row {
    /// The cell of that column.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Bytes of its texts.
    pub fn bytes(&self) -> usize {
        self.cells.iter().map(|cell| if let Cell::Text(text) = cell { text.len() } else { 0 }).sum()
    }

    /// Whether every cell is blank.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// A block of merged cells; rows and columns from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// First and last row.
    pub rows: (u32, u32),
    /// First and last column.
    pub columns: (u32, u32),
}

/// A sheet by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetName {
    /// As its tab says; the file's name for text.
    pub name: String,
    /// Whether its author hid it.
    pub hidden: bool,
}

/// An open file.
pub struct Book {
    sheets: Vec<SheetName>,
    origin: Origin,
}

enum Origin {
    Text(Box<text::TextFile>),
    Workbook(Box<workbook::Workbook>),
}

impl Book {
    /// Opens a file that was inspected. `name` is what people call it.
    /// Errors: a broken or locked workbook.
    pub fn open(path: &Path, name: &str, inspection: &Inspection) -> Result<Self, ImportError> {
        match &inspection.format {
            Format::Text { encoding, delimiter } => Ok(Self {
                sheets: vec![SheetName { name: name.to_owned(), hidden: false }],
                origin: Origin::Text(Box::new(text::TextFile {
                    path: path.to_owned(),
                    encoding,
                    delimiter: *delimiter,
                })),
            }),
            Format::Xlsx | Format::Xls => {
                let workbook = workbook::Workbook::open(path, &inspection.format)?;
                Ok(Self { sheets: workbook.sheets(), origin: Origin::Workbook(Box::new(workbook)) })
            }
        }
    }

    /// Its sheets in order.
    pub fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    /// The rows of the sheet at `index` of [`Book::sheets`].
    pub fn rows(&mut self, index: usize) -> Result<Rows<'_>, ImportError> {
        let sheet = self.sheets.get(index).map(|sheet| sheet.name.clone()).unwrap_or_default();
        let source = match &mut self.origin {
            Origin::Text(file) => Source::Text(Box::new(file.records()?)),
            Origin::Workbook(book) => Source::Workbook(Box::new(book.rows(&sheet)?)),
        };
        Ok(Rows { sheet, source, filled: 0, blank: 0 })
    }
}

enum Source<'a> {
    Text(Box<text::Records>),
    Workbook(Box<workbook::SheetRows<'a>>),
}

/// The rows of a sheet, in order, blank ones left out.
pub struct Rows<'a> {
    sheet: String,
    source: Source<'a>,
    filled: u64,
    blank: u64,
}

impl Rows<'_> {
    /// Reads the next row that is not blank into `row`; false after the last one.
    /// Errors: a row, a cell or a sheet beyond its limit, an unclosed quotation mark, a broken workbook.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, ImportError> {
        loop {
            row.cells.clear();
            row.merged.clear();
            let more = match &mut self.source {
                Source::Text(records) => records.read(row, &self.sheet)?,
                Source::Workbook(rows) => rows.read(row, &self.sheet)?,
            };
            if !more {
                return Ok(false);
            }
            if row.is_blank() {
                self.blank += 1;
                continue;
            }
            self.filled += 1;
            if self.filled > limits::MAX_ROWS {
                return Err(ImportError::TooManyRows { sheet: self.sheet.clone() });
            }
            return Ok(true);
        }
    }

    /// Blank rows so far.
    pub fn blank(&self) -> u64 {
        self.blank
            + match &self.source {
                Source::Text(records) => records.blank(),
                Source::Workbook(_) => 0,
            }
    }

    /// The blocks of merged cells that begin in that row (from 1), to join headings that span columns.
    pub fn merges_of_row(&self, number: u64) -> Vec<Merge> {
        match &self.source {
            Source::Text(_) => Vec::new(),
            Source::Workbook(rows) => rows.merges_of_row(number),
        }
    }
}
