//! Which row is the header, and what its headings say.

use std::collections::{BTreeMap, BTreeSet};

use model::{Fact, FactId, FactType, Kind};
use rust_decimal::Decimal;

use super::form;
use super::measure::{self, Measure};
use super::sheet::{Merge, Row, limits};

/// How a heading was understood.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It is the fact's id or label.
    Label,
    /// It is one of the fact's other headings.
    Also,
    /// It names a fact by which a record of another kind is known.
    Reference,
    /// The text names the area.
    AreaWithin,
    /// The mapping file says so.
    Mapping,
    /// The fact is computed and never told.
    Computed,
    /// Draws fill it in, nobody else.
    Drawn,
    /// Its numbers count something else, or are money of another country.
    WrongUnit,
    /// The mapping file leaves it out.
    Ignored,
    /// Nothing in the kind is called so.
    Unknown,
}

/// What a heading says.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The fact, or for a reference the fact by which its record is known: `staff`, `tenant`, `tenant.uscc`. None if
    /// the column tells nothing.
    pub path: Option<String>,
    /// What numbers are multiplied by, where the heading says it.
    pub factor: Option<Decimal>,
    /// How it was understood.
    pub how: How,
}

/// What the headings of sheets of a kind may be.
pub struct Vocabulary<'a> {
    kind: &'a Kind,
    kinds: &'a [Kind],
    drawn: BTreeSet<&'a FactId>,
    /// By normal form.
    words: BTreeMap<String, (String, How)>,
}

/// Words that stand behind a reference for its record's name and for its key: 承租方名称, 承租方代码.
const NAME_WORDS: [&str; 4] = ["名称", "姓名", "全称", "name"];
const KEY_WORDS: [&str; 6] = ["代码", "编码", "编号", "号码", "code", "no"];

/// Everything a fact is called, its own words first.
fn names(fact: &Fact) -> impl Iterator<Item = (String, How)> {
    [fact.id.as_str(), &fact.label.zh, &fact.label.en]
        .into_iter()
        .map(|name| (form::label(name), How::Label))
        .chain(fact.also.iter().map(|name| (form::label(name), How::Also)))
        .filter(|(name, _)| !name.is_empty())
}

/// The facts by which a record of a kind can be known in a sheet: texts of its key, its other keys and its name.
pub fn known_by(kind: &Kind) -> impl Iterator<Item = &Fact> {
    let key = kind.key.iter().chain(&kind.also_key).chain(&kind.name);
    let mut seen = BTreeSet::new();
    key.filter_map(|id| kind.fact(id.as_str()))
        .filter(|fact| matches!(fact.fact_type, FactType::Text { .. }) && fact.derived.is_none())
        .filter(move |fact| seen.insert(fact.id.clone()))
}

impl<'a> Vocabulary<'a> {
    /// The words of a kind. `drawn`: its facts that only draws fill in.
    pub fn of(kind: &'a Kind, kinds: &'a [Kind], drawn: &BTreeSet<&'a FactId>) -> Self {
        let mut words = BTreeMap::new();
        let mut add = |word: String, path: String, how: How| {
            words.entry(word).or_insert((path, how));
        };
        let references: Vec<(&Fact, &Kind)> = kind
            .facts
            .iter()
            .filter(|fact| fact.derived.is_none())
            .filter_map(|fact| match &fact.fact_type {
                FactType::Ref { to } => Some((fact, kinds.iter().find(|kind| kind.id == *to)?)),
                _ => None,
            })
            .collect();
        // Own facts first; a reference is better understood by the very fact it is known by.
        for fact in kind.facts.iter().filter(|fact| !matches!(fact.fact_type, FactType::Ref { .. })) {
            for (word, how) in names(fact) {
                let how = match fact {
                    _ if fact.derived.is_some() => How::Computed,
                    _ if drawn.contains(&fact.id) => How::Drawn,
                    _ => how,
                };
                add(word, fact.id.to_string(), how);
            }
        }
        for (reference, target) in &references {
            for (prefix, _) in names(reference) {
                for fact in known_by(target) {
                    let path = format!("{}.{}", reference.id, fact.id);
                    for (word, _) in names(fact) {
                        add(format!("{prefix}{word}"), path.clone(), How::Reference);
                    }
                    let generic: &[&str] = if target.name.as_ref() == Some(&fact.id) {
                        &NAME_WORDS
                    } else if target.key.first() == Some(&fact.id) {
                        &KEY_WORDS
                    } else {
                        &[]
                    };
                    for word in generic {
                        add(format!("{prefix}{word}"), path.clone(), How::Reference);
                    }
                }
            }
        }
        // The target's own words (企业名称) are clear only where one reference can mean them. A reference that has
        // such a word among its own headings claims it.
        for (reference, target) in &references {
            for fact in known_by(target) {
                for (word, _) in names(fact) {
                    let claims = |other: &&(&Fact, &Kind)| names(other.0).any(|(own, _)| own == word);
                    let alike = |other: &&(&Fact, &Kind)| {
                        known_by(other.1).any(|fact| names(fact).any(|(own, _)| own == word))
                    };
                    let claimed: Vec<_> = references.iter().filter(claims).collect();
                    let mine = match claimed.as_slice() {
                        [one] => one.0.id == reference.id,
                        [] => references.iter().filter(alike).count() == 1,
                        _ => false,
                    };
                    if mine {
                        add(word, format!("{}.{}", reference.id, fact.id), How::Reference);
                    }
                }
            }
        }
        for (reference, _) in &references {
            for (word, how) in names(reference) {
                add(word, reference.id.to_string(), how);
            }
        }
        Self { kind, kinds, drawn: drawn.clone(), words }
    }

    /// Whether sheets may tell the fact of a path: it is not computed, and no draw fills it in.
    pub fn is_told(&self, path: &str, fact: &Fact) -> bool {
        fact.derived.is_none() && !self.drawn.iter().any(|drawn| drawn.as_str() == path)
    }

    /// The kind.
    pub fn kind(&self) -> &'a Kind {
        self.kind
    }

    /// The fact at the end of a path: the reference itself for `tenant`, the tenant's for `tenant.uscc`.
    pub fn fact(&self, path: &str) -> Option<&'a Fact> {
        match path.split_once('.') {
            None => self.kind.fact(path),
            Some((reference, rest)) => {
                let target = self.kind.fact(reference)?.fact_type.target()?;
                self.kinds.iter().find(|kind| kind.id == *target)?.fact(rest)
            }
        }
    }

    /// Understands a heading.
    pub fn understand(&self, heading: &str) -> Match {
        // Joined headings are tried as one, then the lower one alone: 2019年/营业收入 is 营业收入.
        let whole = form::label(&heading.replace('/', ""));
        let last = heading.rsplit('/').next().map(form::label).unwrap_or_default();
        let mut found = self.look_up(&form::label(heading)).or_else(|| self.look_up(&whole));
        if found.is_none() && last != whole {
            found = self.look_up(&last);
        }
        found.unwrap_or(Match { path: None, factor: None, how: How::Unknown })
    }

    fn look_up(&self, label: &str) -> Option<Match> {
        let label = label.trim_start_matches(|c: char| c.is_ascii_digit());
        let label = label.strip_prefix(['.', '、', ')']).unwrap_or(label);
        if let Some((path, how)) = self.words.get(label) {
            // 租金(元/月) may itself be a heading of the fact; its unit still holds.
            let unit = label.find('(').map(|at| &label[at..]).and_then(measure::parse);
            return Some(self.with_unit(path, how, unit));
        }
        // The longest word that the heading begins with, what is left being a unit or a remark in brackets.
        let (word, (path, how)) = self
            .words
            .iter()
            .filter(|(word, _)| label.starts_with(word.as_str()))
            .max_by_key(|(word, _)| word.len())?;
        let rest = label[word.len()..].trim_start_matches([',', '，', '/', '-', '_', '、']);
        let unit = measure::parse(rest);
        let is_remark = rest.starts_with('(') && rest.ends_with(')');
        (unit.is_some() || is_remark).then(|| self.with_unit(path, how, unit))
    }

    fn with_unit(&self, path: &str, how: &How, unit: Option<Measure>) -> Match {
        if matches!(how, How::Computed | How::Drawn) {
            return Match { path: None, factor: None, how: how.clone() };
        }
        let fact = self.fact(path);
        let counts =
            fact.is_some_and(|fact| matches!(fact.fact_type, FactType::Int | FactType::Decimal { .. }));
        let Some(unit) = unit.filter(|_| counts) else {
            return Match { path: Some(path.to_owned()), factor: None, how: how.clone() };
        };
        let factor = unit.factor_for(fact.and_then(|fact| fact.unit.as_ref()));
        match factor.filter(|_| unit.foreign.is_none()) {
            Some(factor) => Match { path: Some(path.to_owned()), factor: Some(factor), how: how.clone() },
            None => Match { path: None, factor: None, how: How::WrongUnit },
        }
    }
}

/// A header that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// The headings by column; empty where there is none. Repeated ones are numbered: 金额, 金额 (2).
    pub headings: Vec<String>,
    /// The row after which data begins.
    pub last_row: u64,
    /// A unit written above the table, which holds for its numbers.
    pub unit: Option<Measure>,
    /// Whether the rows above the table say that what is in it is made up.
    pub synthetic: bool,
    /// Headings that were understood.
    pub understood: usize,
}

/// Words above a table that say that it is made up.
const SYNTHETIC: [&str; 4] = ["合成数据", "虚构", "synthetic", "made-up"];

/// Finds the header among the first rows of a sheet: the row, or the two rows joined, whose headings are understood
/// most often by `known`. None if none is. `merges` are blocks that begin in a row.
pub fn find(
    rows: &[Row],
    merges: &dyn Fn(u64) -> Vec<Merge>,
    known: &dyn Fn(&str) -> Option<String>,
) -> Option<Header> {
    let score = |headings: &[String]| {
        headings
            .iter()
            .filter(|text| !text.is_empty())
            .filter_map(|text| known(text))
            .collect::<BTreeSet<_>>()
            .len()
    };
    let first = || rows.iter().enumerate().take(limits::HEADER_ROWS);
    let single = first().map(|(at, row)| (at, headings(row)));
    let pairs = first().filter_map(|(at, row)| {
        let below = rows.get(at + 1).filter(|below| below.number == row.number + 1)?;
        Some((at + 1, joined(row, below, &merges(row.number))))
    });
    // Two rows are one header only where that says more than one row does: a title above says nothing.
    let mut best: Option<(usize, usize, Vec<String>)> = None;
    for (last, headings) in single.chain(pairs) {
        let score = score(&headings);
        if score > best.as_ref().map_or(0, |(best, ..)| *best) {
            best = Some((score, last, headings));
        }
    }
    let (understood, last, headings) = best?;
    let above: Vec<String> = rows[..last]
        .iter()
        .flat_map(|row| &row.cells)
        .filter(|cell| !cell.is_blank())
        .map(|cell| cell.shown())
        .collect();
    let synthetic = above.iter().any(|text| {
        let text = text.to_lowercase();
        SYNTHETIC.iter().any(|word| text.contains(word))
    });
    let unit = above.iter().find_map(|text| {
        let text = form::narrow(text);
        let (_, unit) = text.split_once("单位:").or_else(|| text.split_once("金额单位:"))?;
        measure::parse(unit.trim().trim_end_matches(')'))
    });
    Some(Header { headings: numbered(headings), last_row: rows[last].number, unit, synthetic, understood })
}

fn headings(row: &Row) -> Vec<String> {
    row.cells.iter().map(|cell| tidy(&cell.shown())).collect()
}

/// A heading on one line.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("").replace('／', "/")
}

/// Two header rows as one: what spans several columns above is said of each below it.
fn joined(above: &Row, below: &Row, merges: &[Merge]) -> Vec<String> {
    let mut upper = headings(above);
    let lower = headings(below);
    let width = upper.len().max(lower.len());
    upper.resize(width, String::new());
    for merge in merges {
        let (first, last) = (merge.columns.0 as usize, merge.columns.1 as usize);
        let text = upper.get(first).cloned().unwrap_or_default();
        for spanned in upper.iter_mut().take(last + 1).skip(first) {
            spanned.clone_from(&text);
        }
    }
    if merges.is_empty() {
        // Text has no merged cells: a blank upper heading over a lower one continues what stands to its left.
        for column in 1..width {
            if upper[column].is_empty() && lower.get(column).is_some_and(|text| !text.is_empty()) {
                upper[column] = upper[column - 1].clone();
            }
        }
    }
    let nothing = String::new();
    (0..width)
        .map(|column| {
            // A cell merged over both rows is filled down: it is one heading, not two.
            let (upper, lower) = (&upper[column], lower.get(column).unwrap_or(&nothing));
            match (upper.is_empty(), lower.is_empty() || upper == lower) {
                (_, true) => upper.clone(),
                (true, false) => lower.clone(),
                (false, false) => format!("{upper}/{lower}"),
            }
        })
        .collect()
}

fn numbered(headings: Vec<String>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    headings
        .into_iter()
        .map(|heading| {
            let times = seen.entry(heading.clone()).or_default();
            *times += 1;
            if *times > 1 && !heading.is_empty() { format!("{heading} ({times})") } else { heading }
        })
        .collect()
}
