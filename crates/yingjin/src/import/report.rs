//! What became of each row of an import.

use model::{FactId, Label};
use serde::Serialize;

use super::header::How;
use super::reason::Reason;

/// What became of the rows. Contract: `read` = the sum of the other five.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of data that are not blank.
    pub read: u64,
    /// They told of a record that was not known.
    pub added: u64,
    /// They told something new of a record that was known.
    pub changed: u64,
    /// They told nothing new.
    pub unchanged: u64,
    /// A person has to decide: about which record, or between two sources.
    pub put_aside: u64,
    /// They were not taken.
    pub rejected: u64,
}

/// What became of a row that has something to be said about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Taken, matched with its record otherwise than by its key.
    Matched,
    /// Taken, but for a cell or with a doubt.
    Doubtful,
    /// Left for a person to decide.
    PutAside,
    /// Not taken.
    Rejected,
}

impl Outcome {
    /// As it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Doubtful => "doubtful",
            Self::PutAside => "put-aside",
            Self::Rejected => "rejected",
        }
    }

    /// As people read it.
    pub fn label(self) -> Label {
        match self {
            Self::Matched => Label::new("已对上", "matched"),
            Self::Doubtful => Label::new("存疑", "doubtful"),
            Self::PutAside => Label::new("待人定", "put aside"),
            Self::Rejected => Label::new("未收", "rejected"),
        }
    }
}

/// Something to be said about a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// The sheet; the file's name for text.
    pub sheet: String,
    /// The row as the sheet counts it, from 1.
    pub row: u64,
    /// The heading of the column, where one cell is to blame.
    pub column: Option<String>,
    /// The fact that the column tells.
    pub fact: Option<FactId>,
    /// Whether the cell is about a person.
    pub personal: bool,
    /// What stands there.
    pub value: Option<String>,
    /// The kind of reason, for search.
    pub code: &'static str,
    /// Why, and how to mend it.
    pub reason: Label,
    /// What became of the row on account of it.
    pub outcome: Outcome,
}

/// A reason as it is found, before it is known what becomes of the row.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The heading.
    pub column: Option<String>,
    /// The fact.
    pub fact: Option<FactId>,
    /// Whether the cell is about a person.
    pub personal: bool,
    /// What stands there.
    pub value: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl Remark {
    /// A reason that is about the row as a whole.
    pub fn of_row(reason: Reason) -> Self {
        Self { column: None, fact: None, personal: false, value: None, reason }
    }

    /// The remark as a problem of a row.
    pub fn at(&self, sheet: &str, row: u64, outcome: Outcome) -> Problem {
        Problem {
            sheet: sheet.to_owned(),
            row,
            column: self.column.clone(),
            fact: self.fact.clone(),
            personal: self.personal,
            value: self.value.clone(),
            code: self.reason.code(),
            reason: self.reason.label(),
            outcome,
        }
    }
}

/// How a column was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnMatch {
    /// The sheet.
    pub sheet: String,
    /// Its heading.
    pub heading: String,
    /// The fact, or for a reference the fact by which its record is known; none if it is not read.
    pub fact: Option<String>,
    /// How that was found.
    pub how: How,
}

impl ColumnMatch {
    /// How that was found, as people read it.
    pub fn how_label(&self) -> Label {
        match self.how {
            How::Label => Label::new("按名称", "by its label"),
            How::Also => Label::new("按别名", "by another heading"),
            How::Reference => Label::new("说明引用的记录", "tells the record referred to"),
            How::AreaWithin => Label::new("文字里有区划", "its text names the area"),
            How::Mapping => Label::new("按对照文件", "by the mapping file"),
            How::Computed => Label::new("是算出来的，不读", "computed, so not read"),
            How::Drawn => Label::new("由抽签填写，不读", "filled in by draws, so not read"),
            How::WrongUnit => Label::new("单位不符，不读", "of another unit, so not read"),
            How::Ignored => Label::new("对照文件里不读", "left out by the mapping file"),
            How::Unknown => Label::new("没有对应的事实，不读", "no such fact, so not read"),
        }
    }
}

/// Problems that a report has itself; the register and the file of rows to mend have more.
pub const MAX_PROBLEMS: usize = 1_000;

/// What an import did, or with a dry run would do.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What became of the rows.
    #[serde(flatten)]
    pub counts: Counts,
    /// Rows that were taken with a doubt or but for a cell. They are among the added, changed and unchanged.
    pub doubtful: u64,
    /// Facts that two sources tell differently for the same day, as far as that is new.
    pub conflicts: u64,
    /// The kind.
    pub kind: String,
    /// The file's name.
    pub file: String,
    /// Its SHA-256.
    pub digest: String,
    /// Where it comes from.
    pub source: String,
    /// The day its facts hold for.
    pub on: chrono::NaiveDate,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether it is made up, by its own word or the caller's.
    pub synthetic: bool,
    /// The event it became; none for a dry run, or where nothing was new.
    pub seq: Option<i64>,
    /// Which column was read as what.
    pub columns: Vec<ColumnMatch>,
    /// The mapping it was read by, as a file.
    pub mapping: String,
    /// Whether that mapping was suggested here, not given.
    pub mapping_suggested: bool,
    /// What is worth knowing of the file as a whole.
    pub notices: Vec<Label>,
    /// The first problems, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many there are.
    pub problems_total: u64,
    /// The file with the rows to mend, if one was asked for and there are any.
    pub rejects: Option<std::path::PathBuf>,
}
