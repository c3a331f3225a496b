//! Reads csv files whose columns are found by their names, and writes csv files. What is wrong with cells is gathered and told at once.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Error, Result, anyhow};
use csv::StringRecord;
use model::Lang;

/// A csv file that is read row by row, its columns found by their names.
pub struct Sheet<'a> {
    file: &'a Path,
    lang: Lang,
    reader: csv::Reader<File>,
    headings: Vec<String>,
    row: StringRecord,
    /// What is wrong with its cells.
    pub wrong: Vec<String>,
}

impl<'a> Sheet<'a> {
    /// Opens a file and reads its headings.
    pub fn open(file: &'a Path, lang: Lang) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_path(file)
            .with_context(|| file.display().to_string())?;
        let headings = reader.headers().with_context(|| file.display().to_string())?;
        let headings = headings.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_owned()).collect();
        Ok(Self { file, lang, reader, headings, row: StringRecord::new(), wrong: Vec::new() })
    }

    /// The place of a column that may be missing.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.headings.iter().position(|heading| heading == name)
    }

    /// The place of a column that must be there.
    pub fn must(&self, name: &str) -> Result<usize> {
        self.column(name).ok_or_else(|| no_column(self.file, name, self.lang))
    }

    /// The names of the columns.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The file.
    pub fn file(&self) -> &'a Path {
        self.file
    }

    /// The cells of the row.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.row.iter()
    }

    /// Goes to the next row: its line in the file, or None at the end.
    pub fn next(&mut self) -> Result<Option<u64>> {
        let more = self.reader.read_record(&mut self.row).with_context(|| self.file.display().to_string())?;
        Ok(more.then(|| self.row.position().map_or(0, csv::Position::line)))
    }

    /// A cell of the row; empty where it has none.
    pub fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.row.get(column)).unwrap_or_default()
    }

    /// A cell that may be empty.
    pub fn some_text(&self, column: Option<usize>) -> Option<&str> {
        Some(self.text(column)).filter(|cell| !cell.is_empty())
    }

    /// A number, or None where the cell is empty. What is no number is noted in `wrong`.
    pub fn number(&mut self, column: Option<usize>) -> Option<f64> {
        let cell = self.some_text(column)?;
        match cell.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                let place = at(self.file, self.row.position().map_or(0, csv::Position::line));
                let name = column.and_then(|at| self.headings.get(at)).map_or("", String::as_str);
                let line = no_number(&place, (name, cell), self.lang);
                self.wrong.push(line);
                None
            }
        }
    }
}

/// A csv file to write, with its headings.
pub fn csv_writer(file: &Path, headings: &[&str]) -> Result<csv::Writer<File>> {
    let mut writer = csv::Writer::from_path(file).with_context(|| file.display().to_string())?;
    writer.write_record(headings)?;
    Ok(writer)
}

/// How many mistakes are listed before the rest is only counted.
const LISTED: usize = 20;

/// A place in a file: `firms.csv:12`.
pub fn at(file: &Path, row: u64) -> String {
    format!("{}:{row}", file.display())
}

/// All mistakes as one error, a line each.
pub fn listed(mut lines: Vec<String>, lang: Lang) -> Error {
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    if more > 0 {
        lines.push(match lang {
            Lang::Zh => format!("…… 另有 {more} 处"),
            Lang::En => format!("… and {more} more"),
        });
    }
    anyhow!(lines.join("\n"))
}

/// A cell that is no number.
fn no_number(place: &str, (column, cell): (&str, &str), lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{place} {column}：“{cell}”不是数"),
        Lang::En => format!("{place} {column}: '{cell}' is not a number"),
    }
}

/// A column that must be there.
fn no_column(file: &Path, column: &str, lang: Lang) -> Error {
    match lang {
        Lang::Zh => anyhow!("{} 缺少 {column} 列", file.display()),
        Lang::En => anyhow!("{} has no column {column}", file.display()),
    }
}
