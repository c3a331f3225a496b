//! Lists as sheets that people take along: every number with its day and its denominator.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::problem::Problem;

/// The type of an xlsx file.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// An xlsx file to keep, named `name`.
pub fn xlsx(bytes: Vec<u8>, name: &str) -> Response {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}.xlsx\"");
    let headers = [(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

/// A list to be written as a sheet.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The sheet's name.
    pub title: String,
    /// Lines above the headings: what it is, of which day, of how many.
    pub notes: Vec<String>,
    /// The headings.
    pub headings: Vec<String>,
    /// One line a record, one text a heading.
    pub rows: Vec<Vec<String>>,
}

impl List {
    /// The list as an xlsx file to keep, named `name`.
    pub fn response(&self, name: &str) -> Result<Response, Problem> {
        let bytes = self.write().map_err(|error| Problem::internal(&error))?;
        Ok(xlsx(bytes, name))
    }

    /// Everything is written as text: ids keep their zeros, decimals their digits, and what begins with `=` is no
    /// formula.
    fn write(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(&self.title))?;
        let bold = Format::new().set_bold();
        let mut row = 0;
        for note in &self.notes {
            sheet.write_string(row, 0, note)?;
            row += 1;
        }
        for (column, heading) in (0..).zip(&self.headings) {
            sheet.write_string_with_format(row, column, heading, &bold)?;
        }
        for line in &self.rows {
            row += 1;
            for (column, cell) in (0..).zip(line).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column, cell)?;
            }
        }
        workbook.save_to_buffer()
    }
}

/// A name that Excel takes: at most 31 characters, none of `[]:*?/\`, not empty.
fn sheet_name(title: &str) -> String {
    let name: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if name.trim().is_empty() { "1".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_excel_takes() {
        assert_eq!(sheet_name("a/b:c"), "abc");
        assert_eq!(sheet_name("??"), "1");
        assert_eq!(sheet_name(&"许".repeat(40)).chars().count(), 31);
    }
}
