//! Which column of a sheet tells which fact: suggested from the headings, kept as a file beside the sheet, mended by
//! people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use model::{Areas, FactType, KindId, Label};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::error::ImportError;
use super::header::{Header, How, Vocabulary, known_by};
use super::sheet::Row;
use super::value::{self, Manner, Reader, Reading};

/// How the columns of a sheet are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The kind of the rows.
    pub kind: KindId,
    /// The sheets that are read; all that have a header where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheets: Option<Vec<String>>,
    /// The row of the headings, from 1, where it is not found by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// The columns. One may be read twice: as an address, and as the area that the address names.
    #[serde(default, rename = "column")]
    pub columns: Vec<Column>,
}

/// How one column is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its heading. Two header rows are joined as 承租方/名称; a repeated heading has its number, 金额 (2).
    pub heading: String,
    /// The fact it tells, or for a reference the fact by which its record is known: `tenant.uscc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// Left out on purpose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore: bool,
    /// What its numbers are multiplied by where a cell has no unit of its own: `"10000"` for 万元.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Decimal>,
    /// `area`: the text names the area; `month`: a month, its first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Manner>,
    /// An empty cell means what the cell above it says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fill_down: bool,
    /// How the suggestion came about; not kept in the file.
    #[serde(skip)]
    pub how: Option<How>,
}

/// The file beside a sheet that keeps its mapping: `<file>.mapping.toml`.
pub fn beside(sheet: &Path) -> PathBuf {
    let mut name = sheet.as_os_str().to_owned();
    name.push(".mapping.toml");
    name.into()
}

impl Mapping {
    /// Reads a mapping as a person may have edited it.
    /// Errors: no TOML, or keys that a mapping does not have; the message has line and column.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        toml::from_str(text).map_err(|error| {
            let place = error.span().map_or((1, 1), |span| {
                let before = text.get(..span.start).unwrap_or_default();
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
            });
            let why = error.message();
            ImportError::Mapping(Label::new(
                format!("第 {} 行第 {} 列：{why}", place.0, place.1),
                format!("line {}, column {}: {why}", place.0, place.1),
            ))
        })
    }

    /// The mapping as a file that explains itself.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# 每一列怎么读。fact：对应的事实；引用别的记录时写成“承租方事实.其事实”，如 tenant.uscc。\n\
             # factor：数字要乘几（表头写万元就是 \"10000\"）；read = \"area\"：从文字里认区划；read = \"month\"：只有月份；\n\
             # fill_down = true：空格表示同上；ignore = true：不读。\n\
             # How each column is read. fact: what it tells; for a reference, by what its record is known: tenant.uscc.\n\
             # factor: what its numbers are multiplied by; read = \"area\": the text names the area; read = \"month\": a\n\
             # month; fill_down = true: an empty cell means the one above it; ignore = true: not read.\n\n",
        );
        // Only plain types: it can always be written.
        text.push_str(&toml::to_string(self).unwrap_or_default());
        let known: Vec<&Column> =
            self.columns.iter().filter(|column| column.fact.is_none() && !column.ignore).collect();
        if !known.is_empty() {
            let _ = write!(text, "\n# 没有对上的列 / columns not understood: ");
            let names: Vec<&str> = known.iter().map(|column| column.heading.as_str()).collect();
            let _ = writeln!(text, "{}", names.join(", ").replace(['\n', '\r'], " "));
        }
        text
    }
}

/// What a mapping is suggested from.
pub struct Sample<'a> {
    /// The header.
    pub header: &'a Header,
    /// The first rows of data.
    pub rows: &'a [Row],
    /// The areas of the city.
    pub areas: &'a Areas,
}

/// A share of the sample, one row in so many, that must name an area for a text to be read as naming one.
const AREA_ROWS: usize = 5;

/// Suggests how the columns are read, in the order of the sheet.
pub fn suggest(words: &Vocabulary<'_>, sample: &Sample<'_>) -> Vec<Column> {
    let mut columns = Vec::new();
    for (index, heading) in sample.header.headings.iter().enumerate() {
        if heading.is_empty() {
            continue;
        }
        let found = words.understand(heading.split(" (").next().unwrap_or(heading));
        let fact = found.path.as_deref().and_then(|path| words.fact(path));
        let mut factor = found.factor.filter(|factor| *factor != Decimal::ONE);
        if found.factor.is_none()
            && let (Some(unit), Some(fact)) = (&sample.header.unit, fact)
            && unit.foreign.is_none()
            && unit.counts(fact.unit.as_ref())
        {
            factor = unit.factor_for(fact.unit.as_ref()).filter(|factor| *factor != Decimal::ONE);
        }
        let is_month = fact.is_some_and(|fact| {
            fact.fact_type == FactType::Date
                && are_months(
                    &Reader::new(fact, sample.areas, Decimal::ONE, Manner::Value),
                    index,
                    sample.rows,
                )
        });
        columns.push(Column {
            heading: heading.clone(),
            fact: found.path,
            factor,
            read: is_month.then_some(Manner::Month),
            how: Some(found.how),
            ..Column::default()
        });
    }
    if let Some(column) = suggest_area(words, sample, &columns) {
        columns.push(column);
    }
    columns
}

/// Whether every day told in a column is a month.
fn are_months(reader: &Reader<'_>, index: usize, rows: &[Row]) -> bool {
    let read: Vec<Reading> = rows
        .iter()
        .map(|row| reader.read(row.cell(index)))
        .filter(|read| *read != Reading::Missing)
        .collect();
    !read.is_empty() && read.iter().all(|read| *read == Reading::Refused(super::reason::Reason::MonthOnly))
}

/// The text column that names areas below the city, where no column of areas does. It is read as naming them, which
/// the mapping then says in so many words; nothing is inferred from codes or from names of firms.
fn suggest_area(words: &Vocabulary<'_>, sample: &Sample<'_>, columns: &[Column]) -> Option<Column> {
    let kind = words.kind();
    let area = kind.facts.iter().find(|fact| {
        matches!(fact.fact_type, FactType::Area { .. })
            && fact.derived.is_none()
            && kind.area.as_deref() == Some(fact.id.as_str())
    })?;
    let place = |heading: &str| sample.header.headings.iter().position(|own| own == heading);
    let is_inner = |code: &str| sample.areas.get(code).is_some_and(|area| area.parent.is_some());
    let told = columns.iter().filter(|column| column.fact.as_deref() == Some(area.id.as_str()));
    for index in told.filter_map(|column| place(&column.heading)) {
        let inner = sample.rows.iter().any(|row| {
            value::area(sample.areas, &row.cell(index).shown())
                .is_some_and(|area| is_inner(area.code.as_str()))
        });
        if inner {
            return None;
        }
    }
    let identifies: BTreeSet<&str> = known_by(kind).map(|fact| fact.id.as_str()).collect();
    let texts = columns.iter().filter(|column| {
        column.fact.as_deref().is_some_and(|path| {
            !identifies.contains(path)
                && words
                    .fact(path)
                    .is_some_and(|fact| matches!(fact.fact_type, FactType::Text { format: None }))
        })
    });
    let (column, rows) = texts
        .filter_map(|column| {
            let index = place(&column.heading)?;
            let rows = sample.rows.iter().filter(|row| {
                matches!(value::area_within(sample.areas, &row.cell(index).shown()), Ok(Some(area)) if area.parent.is_some())
            });
            Some((column, rows.count()))
        })
        .max_by_key(|(_, rows)| *rows)?;
    (rows > 0 && rows * AREA_ROWS >= sample.rows.len()).then(|| Column {
        heading: column.heading.clone(),
        fact: Some(area.id.to_string()),
        read: Some(Manner::Area),
        how: Some(How::AreaWithin),
        ..Column::default()
    })
}

/// A column of a sheet, ready to be read.
pub struct Bound<'a> {
    /// Its place in the sheet.
    pub index: usize,
    /// Its heading.
    pub heading: String,
    /// The fact, or the reference and the fact by which its record is known.
    pub path: Told,
    /// Reads its cells.
    pub reader: Reader<'a>,
    /// Whether an empty cell means the one above it.
    pub fill_down: bool,
}

/// What a column tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// A fact of the record.
    Own(String),
    /// A fact by which the record that a reference means is known; none if that is for the cell to show.
    Of(String, Option<String>),
}

/// Binds the columns of a mapping to those of a sheet. What the sheet does not have is left out.
/// Errors: a fact the kind does not have or that no sheet tells, two columns for one fact, nothing to know a record by.
pub fn bind<'a>(
    mapping: &Mapping,
    words: &Vocabulary<'a>,
    areas: &'a Areas,
    sheet: (&str, &Header),
) -> Result<Vec<Bound<'a>>, ImportError> {
    let (sheet, header) = sheet;
    let mut bound = Vec::new();
    let mut claims: BTreeMap<(Told, bool), Vec<String>> = BTreeMap::new();
    for column in mapping.columns.iter().filter(|column| !column.ignore) {
        let Some(path) = &column.fact else { continue };
        let fact =
            words.fact(path).filter(|fact| words.is_told(path, fact)).ok_or_else(|| no_fact(words, path))?;
        let heading = super::form::label(&column.heading);
        let Some(index) = header.headings.iter().position(|own| super::form::label(own) == heading) else {
            continue;
        };
        let is_reference = words
            .kind()
            .fact(path.split('.').next().unwrap_or(path))
            .is_some_and(|fact| matches!(fact.fact_type, FactType::Ref { .. }));
        let (first, rest) =
            path.split_once('.').map_or((path.as_str(), None), |(first, rest)| (first, Some(rest)));
        let path = if is_reference {
            Told::Of(first.to_owned(), rest.map(str::to_owned))
        } else {
            Told::Own(first.to_owned())
        };
        let manner = column.read.unwrap_or_default();
        claims.entry((path.clone(), manner == Manner::Area)).or_default().push(column.heading.clone());
        bound.push(Bound {
            index,
            heading: header.headings[index].clone(),
            path,
            reader: Reader::new(fact, areas, column.factor.unwrap_or(Decimal::ONE), manner),
            fill_down: column.fill_down,
        });
    }
    if let Some(((path, _), headings)) = claims.into_iter().find(|(_, headings)| headings.len() > 1) {
        let fact = match path {
            Told::Own(fact) | Told::Of(fact, None) => fact,
            Told::Of(fact, Some(rest)) => format!("{fact}.{rest}"),
        };
        return Err(ImportError::TwoColumns { sheet: sheet.to_owned(), fact, headings });
    }
    if !identifies(words, &bound) {
        return Err(ImportError::NoKey { sheet: sheet.to_owned(), needed: needed(words) });
    }
    Ok(bound)
}

/// Whether the columns say which record a row is about: all of the key, or a text by which records are also known.
fn identifies(words: &Vocabulary<'_>, bound: &[Bound<'_>]) -> bool {
    let kind = words.kind();
    let told = |fact: &str| {
        bound.iter().any(|column| match &column.path {
            Told::Own(own) | Told::Of(own, _) => own == fact,
        })
    };
    let whole_key = !kind.key.is_empty() && kind.key.iter().all(|fact| told(fact.as_str()));
    whole_key || super::matching::other_keys(kind).any(|fact| told(fact.id.as_str()))
}

/// Headings that would say which record a row is about.
pub fn needed(words: &Vocabulary<'_>) -> Vec<String> {
    let kind = words.kind();
    let facts = kind.key.iter().filter_map(|id| kind.fact(id.as_str()));
    let mut needed: Vec<String> = Vec::new();
    for fact in facts.chain(super::matching::other_keys(kind)) {
        if !needed.contains(&fact.label.zh) {
            needed.push(fact.label.zh.clone());
        }
    }
    needed
}

fn no_fact(words: &Vocabulary<'_>, path: &str) -> ImportError {
    let kind = words.kind();
    if words.fact(path).is_some() {
        return ImportError::Mapping(Label::new(
            format!("“{path}”是算出来的，不能导入。请删去这一列或写 ignore = true"),
            format!(
                "'{path}' is computed and cannot be imported: take the column out or give it ignore = true"
            ),
        ));
    }
    let near = kind
        .facts
        .iter()
        .map(|fact| fact.id.as_str())
        .max_by(|a, b| strsim::jaro_winkler(a, path).total_cmp(&strsim::jaro_winkler(b, path)))
        .unwrap_or_default();
    ImportError::Mapping(Label::new(
        format!("“{}”没有“{path}”这个事实，是不是“{near}”？", kind.label.zh),
        format!("kind '{}' has no fact '{path}'; did you mean '{near}'?", kind.id),
    ))
}
