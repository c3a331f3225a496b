//! Workbooks as rows and cells. Sheets of an xlsx are streamed; an xls is small by its format and held whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, DataRef, ExcelDateTime, Range, Reader, SheetVisible, Xls, Xlsx, XlsxCellReader};

use super::inspect::Format;
use super::{Cell, Merge, Row, SheetName, biff, limits};
use crate::import::error::ImportError;

type Source = BufReader<File>;

/// An open workbook.
pub struct Workbook(Kind);

enum Kind {
    Xlsx(Box<Xlsx<Source>>),
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
}

/// Runs the reader of foreign bytes. A damaged file may make it panic; that is a broken file, not a broken program.
fn guarded<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, ImportError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            let text = error.to_string();
            // The reader has one variant each for xlsx and xls, and one text.
            if text.contains("password") {
                return Err(ImportError::Password);
            }
            Err(ImportError::Broken(text))
        }
        Err(_) => Err(ImportError::Broken("its records contradict each other".to_owned())),
    }
}

impl Workbook {
    /// Opens a workbook of that format.
    pub fn open(path: &Path, format: &Format) -> Result<Self, ImportError> {
        Ok(Self(if *format == Format::Xls {
            let source = biff::tamed(path, &biff::Most::default())?;
            Kind::Xls(Box::new(guarded(|| Xls::new(source))?))
        } else {
            let source = BufReader::new(File::open(path).map_err(ImportError::Read)?);
            Kind::Xlsx(Box::new(guarded(|| Xlsx::new(source))?))
        }))
    }

    /// Its sheets that have cells, in order.
    pub fn sheets(&self) -> Vec<SheetName> {
        let metadata = match &self.0 {
            Kind::Xlsx(book) => book.sheets_metadata(),
            Kind::Xls(book) => book.sheets_metadata(),
        };
        metadata
            .iter()
            .filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet)
            .map(|sheet| SheetName {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
            })
            .collect()
    }

    /// The rows of a sheet.
    pub fn rows(&mut self, name: &str) -> Result<SheetRows<'_>, ImportError> {
        match &mut self.0 {
            Kind::Xlsx(book) => {
                let merges = guarded(|| book.merge_cells_by_sheet_name(name))?;
                let reader = guarded(|| book.worksheet_cells_reader(name))?;
                Ok(SheetRows::new(
                    merges,
                    Cells::Streamed { reader: Box::new(reader), ahead: None, ended: false },
                ))
            }
            Kind::Xls(book) => {
                let merges = guarded(|| book.merge_cells_by_sheet_name(name))?;
                let range = guarded(|| book.worksheet_range(name))?;
                Ok(SheetRows::new(merges, Cells::Held { range, next: 0 }))
            }
        }
    }
}

enum Cells<'a> {
    /// The reader must not be asked again after its end.
    Streamed {
        reader: Box<XlsxCellReader<'a, Source>>,
        ahead: Option<(u32, u32, Cell)>,
        ended: bool,
    },
    Held {
        range: Range<Data>,
        next: usize,
    },
}

/// Rows of one sheet, merged cells filled down.
pub struct SheetRows<'a> {
    cells: Cells<'a>,
    /// By first row.
    merges: BTreeMap<u32, Vec<Merge>>,
    /// Blocks over several rows that reach the current row, each with what its first cell has.
    reaching: Vec<(Merge, Cell)>,
    last_row: Option<u32>,
}

impl<'a> SheetRows<'a> {
    fn new(merges: Vec<calamine::Dimensions>, cells: Cells<'a>) -> Self {
        let mut by_row: BTreeMap<u32, Vec<Merge>> = BTreeMap::new();
        for block in merges {
            let merge = Merge { rows: (block.start.0, block.end.0), columns: (block.start.1, block.end.1) };
            by_row.entry(merge.rows.0).or_default().push(merge);
        }
        Self { cells, merges: by_row, reaching: Vec::new(), last_row: None }
    }

    /// The blocks that begin in that row (from 1).
    pub fn merges_of_row(&self, number: u64) -> Vec<Merge> {
        let row = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
        self.merges.get(&row).cloned().unwrap_or_default()
    }

    /// Reads the next row that the file has into `row`, whose cells are empty before; false at the end.
    pub fn read(&mut self, row: &mut Row, sheet: &str) -> Result<bool, ImportError> {
        let Some(at) = self.read_cells(row, sheet)? else { return Ok(false) };
        if self.last_row.is_some_and(|last| last >= at) {
            return Err(ImportError::Broken(format!("row {} of sheet '{sheet}' comes twice", at + 1)));
        }
        row.number = u64::from(at) + 1;
        if row.bytes() > limits::MAX_ROW_BYTES {
            return Err(ImportError::RowTooLong { sheet: sheet.to_owned(), row: row.number });
        }
        // Blocks that begin in rows the file leaves out have nothing to fill down.
        let begun: Vec<Merge> = match self.last_row {
            Some(last) => self.merges.range(last + 1..=at),
            None => self.merges.range(0..=at),
        }
        .flat_map(|(_, merges)| merges.iter().copied())
        .filter(|merge| merge.rows.0 == at && merge.rows.1 > at)
        .collect();
        self.last_row = Some(at);
        if !row.is_blank() {
            self.fill_down(row, at, &begun);
        }
        Ok(true)
    }

    fn fill_down(&mut self, row: &mut Row, at: u32, begun: &[Merge]) {
        self.reaching.retain(|(merge, _)| merge.rows.1 >= at);
        for merge in begun {
            let column = merge.columns.0 as usize;
            if column < limits::MAX_COLUMNS && !row.cell(column).is_blank() {
                self.reaching.push((*merge, row.cell(column).clone()));
                row.merged.push(column);
            }
        }
        for (merge, cell) in &self.reaching {
            let column = merge.columns.0 as usize;
            if merge.rows.0 < at && row.cell(column).is_blank() {
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, Cell::Empty);
                }
                row.cells[column] = cell.clone();
                row.merged.push(column);
            }
        }
        row.merged.sort_unstable();
    }

    /// The cells of the next row, and which row that is, from 0.
    fn read_cells(&mut self, row: &mut Row, sheet: &str) -> Result<Option<u32>, ImportError> {
        match &mut self.cells {
            Cells::Streamed { reader, ahead, ended } => {
                let mut number = None;
                loop {
                    let next = match ahead.take() {
                        Some(cell) => Some(cell),
                        None if *ended => None,
                        None => guarded(|| reader.next_cell())?.map(|cell| {
                            let (row, column) = cell.get_position();
                            (row, column, streamed(cell.get_value()))
                        }),
                    };
                    let Some((at, column, cell)) = next else {
                        *ended = true;
                        return Ok(number);
                    };
                    if number.is_some_and(|number| number != at) {
                        *ahead = Some((at, column, cell));
                        return Ok(number);
                    }
                    number = Some(at);
                    put(row, Place { sheet, row: at, column: column as usize }, cell)?;
                }
            }
            Cells::Held { range, next } => {
                if *next >= range.height() {
                    return Ok(None);
                }
                let (first_row, first_column) = range.start().unwrap_or_default();
                let at = first_row + u32::try_from(*next).unwrap_or(u32::MAX);
                for offset in 0..range.width() {
                    let place = Place { sheet, row: at, column: first_column as usize + offset };
                    put(row, place, range.get((*next, offset)).map(held).unwrap_or_default())?;
                }
                *next += 1;
                Ok(Some(at))
            }
        }
    }
}

struct Place<'a> {
    sheet: &'a str,
    row: u32,
    column: usize,
}

/// Puts a cell in its place. Empty cells that only carry a style take no room.
fn put(row: &mut Row, place: Place<'_>, cell: Cell) -> Result<(), ImportError> {
    if cell.is_blank() {
        return Ok(());
    }
    let at = || (place.sheet.to_owned(), u64::from(place.row) + 1);
    if place.column >= limits::MAX_COLUMNS {
        let (sheet, row) = at();
        return Err(ImportError::TooManyColumns { sheet, row });
    }
    if let Cell::Text(text) = &cell
        && text.len() > limits::MAX_CELL_BYTES
    {
        let (sheet, row) = at();
        return Err(ImportError::CellTooLong { sheet, row });
    }
    if row.cells.len() <= place.column {
        row.cells.resize(place.column + 1, Cell::Empty);
    }
    row.cells[place.column] = cell;
    Ok(())
}

fn streamed(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => whole(*number),
        DataRef::Float(number) => float(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(instant) => day(instant),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => iso(text),
        DataRef::Error(error) => Cell::Failed(error.to_string()),
    }
}

fn held(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::Int(number) => whole(*number),
        Data::Float(number) => float(*number),
        Data::String(text) => Cell::Text(text.clone()),
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(instant) => day(instant),
        Data::DateTimeIso(text) | Data::DurationIso(text) => iso(text),
        Data::Error(error) => Cell::Failed(error.to_string()),
    }
}

/// Whole numbers up to 2^53 are exact in a double; larger ones are kept as text.
fn whole(number: i64) -> Cell {
    let float = number as f64;
    if number.unsigned_abs() < 1 << 53 { Cell::Number(float) } else { Cell::Text(number.to_string()) }
}

fn float(number: f64) -> Cell {
    if number.is_finite() { Cell::Number(number) } else { Cell::Failed(number.to_string()) }
}

/// The last day Excel can write: 9999-12-31.
const LAST_SERIAL: f64 = 2_958_466.0;

/// A date cell as a day. A time of day or a span of hours is a number with a format, not a day.
fn day(instant: &ExcelDateTime) -> Cell {
    let serial = instant.as_f64();
    if !instant.is_datetime() || !(1.0..LAST_SERIAL).contains(&serial) {
        return float(serial);
    }
    match instant.as_datetime() {
        Some(instant) => Cell::Date(instant.date()),
        None => float(serial),
    }
}

fn iso(text: &str) -> Cell {
    match text.get(..10).and_then(|day| day.parse().ok()) {
        Some(day) => Cell::Date(day),
        None => Cell::Text(text.to_owned()),
    }
}
