//! What of a file will be read, and how: settled for every sheet before the first row is.

use std::collections::BTreeSet;
use std::path::Path;

use model::{Areas, FactId, Kind, Label};

use super::error::ImportError;
use super::header::{self, Header, How, Vocabulary};
use super::mapping::{self, Bound, Column, Mapping, Sample};
use super::report::ColumnMatch;
use super::sheet::{Book, Row, limits};

/// A sheet that will be read.
pub struct SheetPlan<'a> {
    /// Its place in the book.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its header.
    pub header: Header,
    /// Its columns.
    pub columns: Vec<Bound<'a>>,
}

/// What of a file will be read.
pub struct Plan<'a> {
    /// The sheets.
    pub sheets: Vec<SheetPlan<'a>>,
    /// The mapping, given or suggested.
    pub mapping: Mapping,
    /// Which column is read as what.
    pub matches: Vec<ColumnMatch>,
    /// What is left out, and why.
    pub notices: Vec<Label>,
}

/// What a plan is made for.
pub struct City<'a> {
    /// The kind of the rows.
    pub kind: &'a Kind,
    /// All kinds.
    pub kinds: &'a [Kind],
    /// The areas.
    pub areas: &'a Areas,
    /// Facts of the kind that draws fill in: no sheet tells them.
    pub drawn: BTreeSet<&'a FactId>,
}

/// The first rows of a sheet.
struct Head {
    index: usize,
    name: String,
    rows: Vec<Row>,
    header: Option<Header>,
}

/// What a sheet would be read as, for a person to look at and mend.
pub struct Suggestion {
    /// The mapping.
    pub mapping: Mapping,
    /// Which column would be read as what.
    pub matches: Vec<ColumnMatch>,
    /// Facts of the kind that no column was found for.
    pub absent: Vec<String>,
    /// The first rows, headings among them.
    pub rows: Vec<Vec<String>>,
}

/// Settles what is read. Without a mapping, one is suggested and followed.
/// Errors: no header in any sheet, nothing to know a record by, two columns for one fact, an empty file.
pub fn plan<'a>(book: &mut Book, given: Option<Mapping>, city: &City<'a>) -> Result<Plan<'a>, ImportError> {
    let words = Vocabulary::of(city.kind, city.kinds, &city.drawn);
    let mut notices = Vec::new();
    if let Some(mapping) = given.as_ref().filter(|mapping| mapping.kind != city.kind.id) {
        return Err(ImportError::Mapping(Label::new(
            format!("对照文件写的是“{}”，导入的是“{}”", mapping.kind, city.kind.id),
            format!("it is for kind '{}', the import for '{}'", mapping.kind, city.kind.id),
        )));
    }
    let heads = heads(book, given.as_ref(), &words, &mut notices)?;
    let is_given = given.is_some();
    let mapping = given.unwrap_or_else(|| suggested(&heads, &words, city));
    let mut plan = Plan { sheets: Vec::new(), matches: Vec::new(), notices, mapping };
    for head in heads {
        let Some(header) = head.header else {
            plan.notices.push(Label::new(
                format!("工作表“{}”没有认得的表头，没有读取", head.name),
                format!("sheet '{}' has no header that is understood and was not read", head.name),
            ));
            continue;
        };
        let columns = mapping::bind(&plan.mapping, &words, city.areas, (&head.name, &header))?;
        plan.matches.extend(matches(&plan.mapping, &words, &head.name, &header, is_given));
        for column in
            plan.matches.iter().filter(|column| column.sheet == head.name && column.how == How::WrongUnit)
        {
            plan.notices.push(Label::new(
                format!("工作表“{}”的列“{}”单位不符或是外币，没有读取", head.name, column.heading),
                format!(
                    "column '{}' of sheet '{}' counts something else or is in foreign money, and was not read",
                    column.heading, head.name
                ),
            ));
        }
        for column in &plan.mapping.columns {
            if header
                .headings
                .iter()
                .all(|own| super::form::label(own) != super::form::label(&column.heading))
                && is_given
            {
                plan.notices.push(Label::new(
                    format!("工作表“{}”没有对照文件里的列“{}”", head.name, column.heading),
                    format!("sheet '{}' has no column '{}' of the mapping file", head.name, column.heading),
                ));
            }
        }
        plan.sheets.push(SheetPlan { index: head.index, name: head.name, header, columns });
    }
    Ok(plan)
}

/// Suggests how a file would be read, without reading all of it.
pub fn suggest(book: &mut Book, city: &City<'_>) -> Result<Suggestion, ImportError> {
    let words = Vocabulary::of(city.kind, city.kinds, &city.drawn);
    let mut notices = Vec::new();
    let heads = heads(book, None, &words, &mut notices)?;
    let mapping = suggested(&heads, &words, city);
    let mut columns = Vec::new();
    for head in &heads {
        if let Some(header) = &head.header {
            columns.extend(matches(&mapping, &words, &head.name, header, false));
        }
    }
    let told = |fact: &str| {
        mapping
            .columns
            .iter()
            .any(|column| column.fact.as_deref().is_some_and(|path| path.split('.').next() == Some(fact)))
    };
    let absent = city
        .kind
        .facts
        .iter()
        .filter(|fact| words.is_told(fact.id.as_str(), fact) && !told(fact.id.as_str()))
        .map(|fact| fact.id.to_string())
        .collect();
    let first = heads.iter().find(|head| head.header.is_some());
    let rows = first.map(|head| {
        let from = head.header.as_ref().map_or(0, |header| header.last_row);
        let headings = head.header.iter().map(|header| header.headings.clone());
        let data = head.rows.iter().filter(|row| row.number > from).take(SHOWN_ROWS);
        headings.chain(data.map(|row| row.cells.iter().map(super::sheet::Cell::shown).collect())).collect()
    });
    Ok(Suggestion { mapping, matches: columns, absent, rows: rows.unwrap_or_default() })
}

/// Rows of data that a suggestion shows.
const SHOWN_ROWS: usize = 10;

/// Reads the first rows of every sheet and finds their headers.
fn heads(
    book: &mut Book,
    given: Option<&Mapping>,
    words: &Vocabulary<'_>,
    notices: &mut Vec<Label>,
) -> Result<Vec<Head>, ImportError> {
    let mut heads = Vec::new();
    let (mut blank, mut any) = (0, false);
    let mut closest: Vec<String> = Vec::new();
    for (index, sheet) in book.sheets().to_vec().into_iter().enumerate() {
        let wanted = given.and_then(|mapping| mapping.sheets.as_ref());
        if wanted.is_some_and(|wanted| !wanted.contains(&sheet.name)) {
            continue;
        }
        if sheet.hidden && wanted.is_none() {
            notices.push(Label::new(
                format!("工作表“{}”是隐藏的，没有读取", sheet.name),
                format!("sheet '{}' is hidden and was not read", sheet.name),
            ));
            continue;
        }
        let mut rows = book.rows(index)?;
        let mut first = Vec::new();
        let mut row = Row::default();
        let mut bytes = 0;
        while first.len() < limits::SAMPLE_ROWS && bytes < limits::SAMPLE_BYTES && rows.read(&mut row)? {
            bytes += row.bytes();
            first.push(std::mem::take(&mut row));
        }
        blank += rows.blank();
        if first.is_empty() {
            continue;
        }
        any = true;
        let merges = |number: u64| rows.merges_of_row(number);
        let known = |heading: &str| match given {
            Some(mapping) => mapped(mapping, heading),
            None => words.understand(heading).path,
        };
        let header = match given.and_then(|mapping| mapping.header_row) {
            Some(at) => {
                let from = first.iter().position(|row| row.number >= at).unwrap_or(first.len());
                let only: Vec<Row> = first.iter().skip(from).take(1).cloned().collect();
                header::find(&only, &merges, &|heading| Some(heading.to_owned()))
            }
            None => header::find(&first, &merges, &known),
        };
        if header.is_none() {
            let widest =
                first.iter().take(limits::HEADER_ROWS).min_by_key(|row| std::cmp::Reverse(row.cells.len()));
            let texts: Vec<String> = widest
                .iter()
                .flat_map(|row| &row.cells)
                .map(super::sheet::Cell::shown)
                .filter(|text| !text.is_empty())
                .collect();
            if texts.len() > closest.len() {
                closest = texts;
            }
        }
        heads.push(Head { index, name: sheet.name, rows: first, header });
    }
    if !any {
        return Err(if blank > 0 { ImportError::Blank(blank) } else { ImportError::Empty });
    }
    // A page of instructions repeats a heading or two; the table has more of them.
    let understood = |head: &Head| head.header.as_ref().map_or(0, |header| header.understood);
    let most = heads.iter().map(understood).max().unwrap_or(0);
    for head in heads.iter_mut().filter(|head| given.is_none() && understood(head) * 2 < most) {
        head.header = None;
    }
    if heads.iter().all(|head| head.header.is_none()) {
        let kind = words.kind();
        let facts = kind.facts.iter().filter(|fact| fact.derived.is_none());
        closest.truncate(SHOWN_HEADINGS);
        let known = facts.map(|fact| fact.label.zh.clone()).take(SHOWN_HEADINGS).collect();
        return Err(ImportError::NoHeader { known, found: closest });
    }
    Ok(heads)
}

/// Headings that an error lists.
const SHOWN_HEADINGS: usize = 20;

fn mapped(mapping: &Mapping, heading: &str) -> Option<String> {
    let heading = super::form::label(heading);
    let column = mapping.columns.iter().find(|column| super::form::label(&column.heading) == heading)?;
    Some(column.heading.clone())
}

/// One mapping for all sheets: the first sheet that has a heading decides how it is read.
fn suggested(heads: &[Head], words: &Vocabulary<'_>, city: &City<'_>) -> Mapping {
    let mut columns: Vec<Column> = Vec::new();
    for head in heads {
        let Some(header) = &head.header else { continue };
        let from = head.rows.iter().position(|row| row.number > header.last_row).unwrap_or(head.rows.len());
        let sample = Sample { header, rows: &head.rows[from..], areas: city.areas };
        for column in mapping::suggest(words, &sample) {
            if !columns.iter().any(|own| own.heading == column.heading && own.fact == column.fact) {
                columns.push(column);
            }
        }
    }
    Mapping { kind: city.kind.id.clone(), sheets: None, header_row: None, columns }
}

/// Which column of a sheet is read as what.
fn matches(
    mapping: &Mapping,
    words: &Vocabulary<'_>,
    sheet: &str,
    header: &Header,
    is_given: bool,
) -> Vec<ColumnMatch> {
    let mut matches = Vec::new();
    for heading in header.headings.iter().filter(|heading| !heading.is_empty()) {
        let label = super::form::label(heading);
        let own: Vec<&Column> =
            mapping.columns.iter().filter(|column| super::form::label(&column.heading) == label).collect();
        for column in &own {
            let how = match &column.how {
                Some(how) => how.clone(),
                None if column.ignore => How::Ignored,
                None if column.fact.is_some() => How::Mapping,
                None => words.understand(heading).how,
            };
            let fact = column.fact.clone().filter(|_| !column.ignore);
            matches.push(ColumnMatch { sheet: sheet.to_owned(), heading: heading.clone(), fact, how });
        }
        if own.is_empty() && is_given {
            matches.push(ColumnMatch {
                sheet: sheet.to_owned(),
                heading: heading.clone(),
                fact: None,
                how: How::Unknown,
            });
        }
    }
    matches
}

/// Opens a file for a plan.
pub fn open(path: &Path, name: &str) -> Result<(Book, super::sheet::Inspection), ImportError> {
    let inspection = super::sheet::inspect(path)?;
    Ok((Book::open(path, name, &inspection)?, inspection))
}
