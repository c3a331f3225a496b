//! Lists as sheets that people take along: every number with its day and its denominator.
//!
//! Rows go to the disk as they come, so that a list of a million takes little memory.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use model::Lang;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::Query;
use super::problem::Problem;
use super::shield::lang_of;
use super::words::Words;

/// The type of an xlsx file.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Rows of one sheet of a workbook, by its format.
const ROWS_MAX: u32 = 1_048_576;
/// Characters of one cell, by its format.
const CELL_CHARS_MAX: usize = 32_767;

/// An xlsx file to keep, named `name`.
pub fn xlsx(bytes: Vec<u8>, name: &str) -> Response {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}.xlsx\"");
    let headers = [(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

/// The language of a sheet. A link that the browser follows itself cannot set Accept-Language.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SheetLang {
    /// `zh` or `en`; what Accept-Language asks for unless said.
    pub lang: Option<String>,
}

/// The language in which a sheet is written: what [`SheetLang`] says, else what the browser asks for.
pub struct In(pub Lang);

impl<S: Send + Sync> FromRequestParts<S> for In {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(asked) = Query::<SheetLang>::from_request_parts(parts, state).await?;
        let asked = asked.lang.and_then(|tag| tag.parse().ok());
        Ok(Self(asked.unwrap_or_else(|| lang_of(&parts.headers))))
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text stays text: ids keep their zeros, and what begins with `=` is no formula.
    Text(String),
    /// A number that can be summed. What a double does not hold exactly is written as text, to the last digit.
    Number(Decimal),
    /// Not known.
    Empty,
}

impl Cell {
    /// A text, a number or a day that may not be known.
    pub fn maybe<T: Into<Self>>(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Number(count.into())
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Number(count.into())
    }
}

impl From<Decimal> for Cell {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}

/// The head of a sheet.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The sheet's name.
    pub title: String,
    /// Lines above the headings: what it is, of which day, of how many.
    pub notes: Vec<String>,
    /// The headings.
    pub headings: Vec<String>,
}

impl Head {
    /// What a sheet is and of which day, with headings in one language.
    pub fn new(lang: Lang, (title, notes): (&Words, &[Words]), headings: &[(&str, &str)]) -> Self {
        Self {
            title: title.get(lang).to_owned(),
            notes: std::iter::once(title).chain(notes).map(|note| note.get(lang).to_owned()).collect(),
            headings: headings.iter().map(|(zh, en)| say(lang, zh, en).to_owned()).collect(),
        }
    }
}

/// One of two texts, by language.
pub fn say<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    if lang == Lang::Zh { zh } else { en }
}

/// A unit of money as people write it; others as they are.
pub fn unit_word(unit: &str, lang: Lang) -> &str {
    if unit == "CNY" { say(lang, "元", "yuan") } else { unit }
}

/// A unit as people read it, `CNY/month` as 元/月; one that is not known here stays as it is.
pub fn unit_words(unit: &str, lang: Lang) -> String {
    let word = |part: &str| match part {
        "person" => say(lang, "人", "people").to_owned(),
        "day" => say(lang, "天", "days").to_owned(),
        "month" => say(lang, "个月", "months").to_owned(),
        "year" => say(lang, "年", "years").to_owned(),
        "kWh" => say(lang, "千瓦时", "kWh").to_owned(),
        other => unit_word(other, lang).to_owned(),
    };
    let per = |part: &str| match (lang, part) {
        (Lang::En, "person" | "day" | "month" | "year") => part.to_owned(),
        (Lang::Zh, "month") => "月".to_owned(),
        _ => word(part),
    };
    match unit.split_once('/') {
        Some((of, by)) => format!("{}/{}", word(of), per(by)),
        None => word(unit),
    }
}

/// A workbook that is being written.
pub struct Book {
    workbook: Workbook,
    bold: Format,
    head: Head,
    /// The next row of the last sheet.
    row: u32,
    /// Sheets begun for the last head: a list that is longer than a sheet goes on in another.
    parts: u32,
}

impl Book {
    /// A workbook whose first sheet begins.
    pub fn begin(head: Head) -> Result<Self, Problem> {
        let workbook = Workbook::new();
        let mut book =
            Self { workbook, bold: Format::new().set_bold(), head: Head::default(), row: 0, parts: 0 };
        book.sheet(head)?;
        Ok(book)
    }

    /// Begins another sheet.
    pub fn sheet(&mut self, head: Head) -> Result<(), Problem> {
        self.head = head;
        self.parts = 0;
        self.part().map_err(|error| Problem::internal(&error))
    }

    fn part(&mut self) -> Result<(), XlsxError> {
        self.parts += 1;
        self.row = 0;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(&self.head.title, self.parts))?;
        for note in &self.head.notes {
            sheet.write_string(self.row, 0, clipped(note))?;
            self.row += 1;
        }
        for (column, heading) in (0..).zip(&self.head.headings) {
            sheet.write_string_with_format(self.row, column, heading, &self.bold)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Writes a line of the last sheet.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), Problem> {
        self.write(cells).map_err(|error| Problem::internal(&error))
    }

    fn write(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), XlsxError> {
        if self.row >= ROWS_MAX {
            self.part()?;
        }
        let last = self.workbook.worksheets().len() - 1;
        let sheet = self.workbook.worksheet_from_index(last)?;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) if text.is_empty() => {}
                Cell::Text(text) => drop(sheet.write_string(self.row, column, clipped(&text))?),
                Cell::Number(number) => match as_double(number) {
                    Some((double, format)) => {
                        sheet.write_number_with_format(self.row, column, double, &format)?;
                    }
                    None => drop(sheet.write_string(self.row, column, number.to_string())?),
                },
            }
        }
        self.row += 1;
        Ok(())
    }

    /// The workbook as a file to keep, named `name`.
    pub fn response(mut self, name: &str) -> Result<Response, Problem> {
        let bytes = self.workbook.save_to_buffer().map_err(|error| Problem::internal(&error))?;
        Ok(xlsx(bytes, name))
    }
}

/// A number as a sheet holds it, shown with as many digits after the point as it has; none where a double would change it.
fn as_double(number: Decimal) -> Option<(f64, Format)> {
    const DIGITS_MAX: usize = 15;
    let digits = number.mantissa().unsigned_abs().to_string().len();
    let double = number.to_f64().filter(|_| digits <= DIGITS_MAX)?;
    let places = "0".repeat(number.scale() as usize);
    let format = if places.is_empty() { "0".to_owned() } else { format!("0.{places}") };
    Some((double, Format::new().set_num_format(format)))
}

/// A text as long as a cell may be.
fn clipped(text: &str) -> String {
    text.chars().take(CELL_CHARS_MAX).collect()
}

/// A name that Excel takes: at most 31 characters, none of `[]:*?/\`, not empty, each once.
fn sheet_name(title: &str, part: u32) -> String {
    let name: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(27).collect();
    let name = if name.trim().is_empty() { "1".to_owned() } else { name };
    if part == 1 { name } else { format!("{name} {part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_excel_takes() {
        assert_eq!(sheet_name("a/b:c", 1), "abc");
        assert_eq!(sheet_name("??", 1), "1");
        assert_eq!(sheet_name(&"许".repeat(40), 2), format!("{} 2", "许".repeat(27)));
    }

    #[test]
    fn numbers_are_exact_or_text() {
        let double = |text: &str| as_double(text.parse().unwrap()).map(|(double, _)| double);
        assert_eq!(double("3000.10"), Some(3000.1));
        assert_eq!(double("12345678901234567.89"), None);
        assert_eq!(double("-0.5"), Some(-0.5));
    }
}
