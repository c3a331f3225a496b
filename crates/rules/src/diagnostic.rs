//! What is wrong in a city folder, said so that its author can mend it.

use std::fmt;
use std::path::PathBuf;

use model::{Label, Lang};
use serde::Serialize;

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, relative to the city folder.
    pub file: PathBuf,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Whether a city can be used in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The city cannot be used.
    Error,
    /// Worth a look: a parameter marked as unset.
    Notice,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// Where.
    pub place: Place,
    /// How bad.
    pub severity: Severity,
    /// Its kind, for tests and for search: `unknown-fact`.
    pub code: &'static str,
    /// What is wrong.
    pub what: Message,
    /// Why it matters.
    pub why: Message,
    /// How to mend it.
    pub mend: Message,
}

/// A sentence in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Message {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Message {
    /// Both languages at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl From<Label> for Message {
    fn from(label: Label) -> Self {
        Self { zh: label.zh, en: label.en }
    }
}

impl Diagnostic {
    /// The diagnostic as lines of text in one language.
    pub fn display(&self, lang: Lang) -> impl fmt::Display + '_ {
        Display { diagnostic: self, lang }
    }
}

struct Display<'a> {
    diagnostic: &'a Diagnostic,
    lang: Lang,
}

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { place, severity, code, what, why, mend } = self.diagnostic;
        let (severity, why_word, mend_word) = match (self.lang, severity) {
            (Lang::Zh, Severity::Error) => ("错误", "原因", "改法"),
            (Lang::Zh, Severity::Notice) => ("提示", "原因", "改法"),
            (Lang::En, Severity::Error) => ("error", "why", "mend"),
            (Lang::En, Severity::Notice) => ("notice", "why", "mend"),
        };
        writeln!(
            f,
            "{}:{}:{}: {severity}[{code}]: {}",
            place.file.display(),
            place.line,
            place.column,
            what.get(self.lang)
        )?;
        writeln!(f, "  {why_word}: {}", why.get(self.lang))?;
        write!(f, "  {mend_word}: {}", mend.get(self.lang))
    }
}
