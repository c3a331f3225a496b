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
pub mod header;
pub mod mapping;
pub mod matching;
pub mod measure;
pub mod plan;
pub mod reason;
pub mod rejects;
pub mod report;
pub mod run;
pub mod sheet;
pub mod value;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use model::{Kind, Lang, exemption};
use rules::ruleset::RuleSet;
use serde_json::json;
use store::Store;

pub use self::error::ImportError;
pub use self::mapping::Mapping;
pub use self::plan::Suggestion;
use self::plan::{City, Plan};
use self::rejects::Rejects;
pub use self::report::{ColumnMatch, Counts, Outcome, Problem, Report};
use self::run::{Run, Setting};

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The kind of the rows.
    pub kind: String,
    /// The file.
    pub file: PathBuf,
    /// What people call the file, where it lies under another name; its own name where absent.
    pub name: Option<String>,
    /// The day its facts hold for.
    pub on: NaiveDate,
    /// Where it comes from; its name where absent. A file of the same source corrects what it said before of the same
    /// day; one of another source disagrees with it.
    pub source: Option<String>,
    /// Only look: nothing is written.
    pub dry_run: bool,
    /// How its columns are read; suggested where absent.
    pub mapping: Option<Mapping>,
    /// Who imports it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The language of the file of rows to mend.
    pub lang: Lang,
    /// Where to write the rows to mend, xlsx or csv by its name.
    pub rejects: Option<PathBuf>,
    /// Whether it is made up. A sheet whose first rows say so is, in any case.
    pub synthetic: bool,
    /// The area whose records alone are taken, for an importer who is limited to one. Rows of other records are
    /// rejected.
    pub area: Option<String>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The file is looked at: its format, its digest, its header.
    Reading,
    /// So many rows have been read and matched.
    Matching(u64),
    /// The event is being written. It can no longer be cancelled.
    Writing,
}

/// Imports a file: one event, all of it or nothing, also when the program is killed. A dry run does all the same and
/// leaves no trace; so does a file that has nothing new.
///
/// `progress` is called now and then; [`ControlFlow::Break`] cancels. Blocking; while it runs others cannot write.
/// Errors: the file as a whole cannot be read or matched, or the register refuses. Single rows never fail an import.
pub fn import_file(
    city: &RuleSet,
    store: &Store,
    request: &Request,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Report, ImportError> {
    let of_city = city_of(city, &request.kind)?;
    let name = request.file_name();
    if progress(Progress::Reading).is_break() {
        return Err(ImportError::Cancelled);
    }
    let (mut book, inspection) = plan::open(&request.file, &name)?;
    let mapping_suggested = request.mapping.is_none();
    let Plan { sheets, mapping, matches, notices } =
        plan::plan(&mut book, request.mapping.clone(), &of_city)?;
    let setting = Setting {
        city: of_city,
        store,
        on: request.on,
        source: request.source.clone().unwrap_or_else(|| name.clone()),
        synthetic: request.synthetic || sheets.iter().any(|sheet| sheet.header.synthetic),
        area: request.area.clone(),
    };
    if let Some(path) = request.rejects.as_ref().filter(|path| is_same_file(path, &request.file)) {
        return Err(ImportError::Rejects(format!("{}: {}", path.display(), request.file.display())));
    }
    let rejects = request.rejects.as_ref().map(|path| {
        let mut seen = BTreeSet::new();
        let headings = sheets.iter().flat_map(|sheet| &sheet.header.headings);
        let all = headings.filter(|heading| !heading.is_empty() && seen.insert((*heading).clone())).cloned();
        Rejects::new(path, all.collect(), request.lang)
    });
    let mut run = Run::begin(&setting, run::event(&setting, &request.actor, request.at), rejects)?;
    run.sheets(&mut book, &sheets, &mut |rows| progress(Progress::Matching(rows)))?;
    let summary = (!request.dry_run && run.is_news()).then(|| {
        let tally = run.tally();
        json!({
            "kind": request.kind, "file": name, "source": setting.source, "digest": inspection.digest,
            "bytes": inspection.bytes, "sheets": sheets.iter().map(|sheet| &sheet.name).collect::<Vec<_>>(),
            "read": tally.counts.read, "added": tally.counts.added, "changed": tally.counts.changed,
            "unchanged": tally.counts.unchanged, "put_aside": tally.counts.put_aside,
            "rejected": tally.counts.rejected, "doubtful": tally.doubtful, "conflicts": tally.conflicts,
        })
    });
    if progress(Progress::Writing).is_break() {
        return Err(ImportError::Cancelled);
    }
    let (seq, tally, rejects) = run.finish(summary)?;
    Ok(Report {
        counts: tally.counts,
        doubtful: tally.doubtful,
        conflicts: tally.conflicts,
        kind: request.kind.clone(),
        file: name,
        digest: inspection.digest,
        source: setting.source,
        on: request.on,
        dry_run: request.dry_run,
        synthetic: setting.synthetic,
        seq,
        columns: matches,
        mapping: mapping.text(),
        mapping_suggested,
        notices,
        problems: tally.problems,
        problems_total: tally.problems_total,
        rejects,
    })
}

/// Suggests how a file would be read as records of a kind, from its first rows.
pub fn suggest(
    city: &RuleSet,
    kind: &str,
    file: (&std::path::Path, &str),
) -> Result<Suggestion, ImportError> {
    let of_city = city_of(city, kind)?;
    let (mut book, _) = plan::open(file.0, file.1)?;
    plan::suggest(&mut book, &of_city)
}

fn city_of<'a>(city: &'a RuleSet, kind: &str) -> Result<City<'a>, ImportError> {
    // An exemption is given by an official with proof, never by a sheet.
    let takes = |kind: &&Kind| kind.id.as_str() != exemption::KIND;
    let found = city.kind(kind).map(|(_, found)| found).filter(takes);
    let found = found.ok_or_else(|| ImportError::UnknownKind {
        kind: kind.to_owned(),
        kinds: city.kinds.iter().filter(takes).map(|kind| kind.id.to_string()).collect(),
    })?;
    Ok(City { kind: found, kinds: &city.kinds, areas: &city.city.areas, drawn: city.filled_facts(kind) })
}

/// Whether two paths lead to one file: the rows to mend must not be written over the file that is being read.
fn is_same_file(one: &std::path::Path, other: &std::path::Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

impl Request {
    /// What people call the file.
    pub fn file_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests;
