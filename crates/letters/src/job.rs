//! What is to be typeset, and what becomes of it.

use chrono::NaiveDate;
use model::Lang;
use model::letter::Template;
use serde::{Deserialize, Serialize};

/// The file name under which a template finds its data: `json("data.json")`.
pub const DATA: &str = "data.json";

/// A template, its data, and what has to hold of every page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The sources that may be imported.
    pub templates: Vec<Template>,
    /// The one that is typeset.
    pub main: String,
    /// What it is about, as values.
    pub data: serde_json::Value,
    /// The language, for line breaking.
    pub lang: Lang,
    /// The day that stands for today, and in the PDF for the day it was made.
    pub on: NaiveDate,
    /// The most pages.
    pub pages_max: u32,
    /// Texts that have to stand on every page, whatever blanks are in between: the day, the denominator.
    pub every_page: Vec<String>,
}

/// A letter that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: usize,
}
