//! Sheets that people have become records of the register.
//!
//! ```text
//! sheet     a file -> sheets, rows, cells          as a stream, within limits
//! header    rows -> the headings, and where data begins
//! mapping   headings -> facts                      suggested, kept beside the sheet, mended by people
//! value     a cell -> a value, or why not
//! matching  a row -> the record it is about, or why nobody can tell
//! report    what each row became; rows to mend     an import is one event, all or nothing
//! ```

pub mod error;
pub mod form;
pub mod measure;
pub mod reason;
pub mod sheet;
pub mod value;
