//! The rows that a person has to look at, in the sheet's own columns with the reason behind them: mend it and import it
//! again. The columns of reasons are not read then, since no kind has facts of their names.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use model::Lang;
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::error::ImportError;
use super::report::Problem;
use super::sheet::{Cell, Row};

/// Rows of a sheet of a workbook, by its format.
const MAX_WORKBOOK_ROWS: u32 = 1_048_576;

/// Where rows to mend are written.
pub struct Rejects {
    path: PathBuf,
    lang: Lang,
    headings: Vec<String>,
    rows: u64,
    sink: Sink,
}

enum Sink {
    /// Nothing has been written: a file without rows is not made.
    Idle,
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx {
        book: Box<Workbook>,
        row: u32,
    },
}

impl Rejects {
    /// Rows will be written to `path`, as xlsx or, by its name, csv. `headings` are those of all sheets together.
    pub fn new(path: &Path, headings: Vec<String>, lang: Lang) -> Self {
        Self { path: path.to_owned(), lang, headings, rows: 0, sink: Sink::Idle }
    }

    /// Rows written.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes a row and what is said of it. `headings` are those of its sheet.
    pub fn write(&mut self, headings: &[String], row: &Row, problems: &[Problem]) -> Result<(), ImportError> {
        let mut cells: Vec<Cell> = vec![Cell::Empty; self.headings.len()];
        for (heading, cell) in headings.iter().zip(&row.cells) {
            if let Some(place) =
                self.headings.iter().position(|own| own == heading).filter(|_| !heading.is_empty())
            {
                cells[place] = cell.clone();
            }
        }
        let outcome = problems.iter().map(|problem| problem.outcome).max();
        let reasons: Vec<String> = problems.iter().map(|problem| self.sentence(problem)).collect();
        let place = problems.first().map(|problem| format!("{}!{}", problem.sheet, problem.row));
        let last = [
            outcome.map(|outcome| outcome.label().get(self.lang).to_owned()).unwrap_or_default(),
            reasons.join(if self.lang == Lang::Zh { "；" } else { "; " }),
            place.unwrap_or_default(),
        ];
        if matches!(self.sink, Sink::Idle) {
            self.begin()?;
        }
        self.rows += 1;
        match &mut self.sink {
            Sink::Idle => Ok(()),
            Sink::Csv(writer) => {
                let record = cells.iter().map(Cell::shown).chain(last);
                writer.write_record(record).map_err(|error| ImportError::Rejects(error.to_string()))
            }
            Sink::Xlsx { book, row } => {
                if *row >= MAX_WORKBOOK_ROWS {
                    return Ok(());
                }
                let sheet = book.worksheet_from_index(0).map_err(broken)?;
                for (column, cell) in (0_u16..).zip(cells.into_iter().chain(last.map(Cell::Text))) {
                    put(sheet, (*row, column), &cell)?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    fn sentence(&self, problem: &Problem) -> String {
        let reason = problem.reason.get(self.lang);
        match (&problem.column, self.lang) {
            (Some(column), Lang::Zh) => format!("“{column}”：{reason}"),
            (Some(column), Lang::En) => format!("'{column}': {reason}"),
            (None, _) => reason.to_owned(),
        }
    }

    fn begin(&mut self) -> Result<(), ImportError> {
        let last = match self.lang {
            Lang::Zh => ["导入结果", "导入原因", "原位置"],
            Lang::En => ["import outcome", "import reason", "import place"],
        };
        let headings = self.headings.iter().map(String::as_str).chain(last);
        let is_csv = self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_csv {
            let file = File::create(&self.path).map_err(|error| ImportError::Rejects(error.to_string()))?;
            let mut file = BufWriter::new(file);
            // Excel takes a csv for UTF-8 only by this mark.
            std::io::Write::write_all(&mut file, b"\xEF\xBB\xBF")
                .map_err(|error| ImportError::Rejects(error.to_string()))?;
            let mut writer = csv::Writer::from_writer(file);
            writer.write_record(headings).map_err(|error| ImportError::Rejects(error.to_string()))?;
            self.sink = Sink::Csv(Box::new(writer));
        } else {
            let mut book = Box::new(Workbook::new());
            let sheet = book.add_worksheet_with_constant_memory().map_err(broken)?;
            let bold = Format::new().set_bold();
            for (column, heading) in (0_u16..).zip(headings) {
                sheet.write_string_with_format(0, column, heading, &bold).map_err(broken)?;
            }
            self.sink = Sink::Xlsx { book, row: 1 };
        }
        Ok(())
    }

    /// Ends the file. Returns where it is, if there was anything to write.
    pub fn finish(self) -> Result<Option<PathBuf>, ImportError> {
        match self.sink {
            Sink::Idle => Ok(None),
            Sink::Csv(mut writer) => {
                writer.flush().map_err(|error| ImportError::Rejects(error.to_string()))?;
                Ok(Some(self.path))
            }
            Sink::Xlsx { mut book, .. } => {
                book.save(&self.path).map_err(broken)?;
                Ok(Some(self.path))
            }
        }
    }
}

fn put(sheet: &mut Worksheet, place: (u32, u16), cell: &Cell) -> Result<(), ImportError> {
    let (row, column) = place;
    match cell {
        Cell::Empty => Ok(()),
        Cell::Number(number) => sheet.write_number(row, column, *number).map(|_| ()).map_err(broken),
        Cell::Bool(value) => sheet.write_boolean(row, column, *value).map(|_| ()).map_err(broken),
        // Text, days among it, stays text: nothing is turned into a formula or another day.
        other => sheet.write_string(row, column, clipped(&other.shown())).map(|_| ()).map_err(broken),
    }
}

/// A text as long as a cell of a workbook may be.
fn clipped(text: &str) -> String {
    const MAX_CELL_CHARS: usize = 32_767;
    text.chars().take(MAX_CELL_CHARS).collect()
}

fn broken(error: rust_xlsxwriter::XlsxError) -> ImportError {
    ImportError::Rejects(error.to_string())
}
