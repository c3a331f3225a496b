//! An import from the first row to its event.
//!
//! ```text
//! ahead     rows cut and their cells read, on a thread of its own
//! telling   what a row tells: its cells, its references
//! bounds    whether its record is the importer's to tell of
//! weigh     what of that is new, a correction, or a dispute
//! touched   which records the file has told of
//! ```

mod ahead;
mod bounds;
mod telling;
mod touched;
mod weigh;

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use chrono::NaiveDate;
use model::event::{Event, EventType};
use model::{Change, Fact, FactId, FactType, Kind, RecordId, Value};
use serde_json::{Value as Json, json};
use store::{Aside, Expected, Import, ImportRow, Store, StoredRecord};

use self::ahead::{ReadRow, Wanted};
use self::telling::Telling;
use self::touched::Touched;
use self::weigh::is_same;
use super::error::ImportError;
use super::mapping::Told;
use super::matching::{self, Clues, Finder, Found};
use super::plan::{City, SheetPlan};
use super::reason::Reason;
use super::rejects::Rejects;
use super::report::{Counts, MAX_PROBLEMS, Outcome, Problem, Remark};
use super::sheet::{Book, Cell, Row};
use super::value::Reading;

/// Rows whose report the register keeps for one import.
const MAX_KEPT_ROWS: u64 = 100_000;

/// What a run needs beside the rows.
pub struct Setting<'a> {
    /// The kinds and areas.
    pub city: City<'a>,
    /// The register, as it was before.
    pub store: &'a Store,
    /// The day the facts hold for.
    pub on: NaiveDate,
    /// Where they come from.
    pub source: String,
    /// Whether they are made up.
    pub synthetic: bool,
    /// The area whose records alone are taken; none for those of the whole city.
    pub area: Option<String>,
}

/// A run under way.
pub struct Run<'a> {
    setting: &'a Setting<'a>,
    import: Import,
    finder: Finder<'a>,
    rejects: Option<Rejects>,
    /// Records that rows of this file told of, and the first such row: sheet by its place, row.
    touched: Touched,
    sheets: Vec<String>,
    /// References found in this run, by what the sheet says: sheets of payments name the same firms again and again.
    found: HashMap<(FactId, Clues), Found>,
    tally: Tally,
    /// The sheet that is being read, by its place in `sheets`.
    at: u32,
    /// Whether the names this import adds are known to the finder.
    has_learned: bool,
    /// Whether rows were left for the second and the third reading.
    later: [bool; 2],
}

/// Which rows a reading of the file takes. Rows that say surely what they are about come first, so that what becomes
/// of the others does not depend on their order in the file: a firm may be listed with its code further down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Rows with a whole key.
    Keyed,
    /// Rows without a code, which are known by their name.
    Named,
    /// Rows whose code is wrong.
    Wrong,
}

impl Turn {
    /// In their order.
    pub const ALL: [Self; 3] = [Self::Keyed, Self::Named, Self::Wrong];
}

/// What a run has counted.
#[derive(Default)]
pub struct Tally {
    /// What became of the rows.
    pub counts: Counts,
    /// Rows taken with a doubt.
    pub doubtful: u64,
    /// New conflicts.
    pub conflicts: u64,
    /// New rows on the list of those put aside.
    pub asides: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// How many there are.
    pub problems_total: u64,
    kept: u64,
}

/// What a row became.
enum Became {
    Added,
    Changed,
    Unchanged,
    PutAside,
    Rejected,
}

impl<'a> Run<'a> {
    /// Begins the event. Others cannot write until the run ends.
    pub fn begin(
        setting: &'a Setting<'a>,
        event: Event,
        rejects: Option<Rejects>,
    ) -> Result<Self, ImportError> {
        Ok(Self {
            setting,
            import: setting.store.import(event)?,
            finder: Finder::new(setting.store, setting.city.areas),
            rejects,
            touched: Touched::default(),
            sheets: Vec::new(),
            found: HashMap::new(),
            tally: Tally::default(),
            at: 0,
            has_learned: false,
            later: [false; 2],
        })
    }

    /// What has been counted so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether there is anything to write.
    pub fn is_news(&self) -> bool {
        let Tally { counts, conflicts, asides, .. } = &self.tally;
        counts.added + counts.changed + conflicts + asides > 0
    }

    /// Ends the run: writes the event with `summary`, or, where that is none, leaves no trace.
    pub fn finish(
        self,
        summary: Option<Json>,
    ) -> Result<(Option<i64>, Tally, Option<std::path::PathBuf>), ImportError> {
        let rejects = self.rejects.map(Rejects::finish).transpose()?.flatten();
        let seq = summary.map(|summary| self.import.commit(summary)).transpose()?;
        Ok((seq, self.tally, rejects))
    }

    /// Reads the rows of all sheets. `progress` is asked now and then whether to go on.
    pub fn sheets(
        &mut self,
        book: &mut Book,
        plans: &[SheetPlan<'a>],
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        self.sheets = plans.iter().map(|plan| plan.name.clone()).collect();
        for reading in Turn::ALL {
            let wanted = match reading {
                Turn::Keyed => true,
                Turn::Named => self.later[0],
                Turn::Wrong => self.later[1],
            };
            if !wanted {
                continue;
            }
            if reading != Turn::Keyed {
                self.learn_names(book, plans)?;
            }
            for (place, plan) in plans.iter().enumerate() {
                self.at = u32::try_from(place).unwrap_or(u32::MAX);
                self.sheet(book, (plan, reading), progress)?;
            }
        }
        self.tally
            .problems
            .sort_by_key(|problem| (plans.iter().position(|plan| plan.name == problem.sheet), problem.row));
        Ok(())
    }

    /// Learns the names that this import has added: the register does not show them to others yet.
    fn learn_names(&mut self, book: &mut Book, plans: &[SheetPlan<'a>]) -> Result<(), ImportError> {
        let kind = self.setting.city.kind;
        if self.has_learned || !matching::has_registered_names(kind) {
            return Ok(());
        }
        self.has_learned = true;
        self.finder.learn_names(kind)?;
        let (Some(key), Some(name)) = (matching::single_key(kind), &kind.name) else { return Ok(()) };
        for plan in plans {
            let column = |fact: &FactId| {
                plan.columns
                    .iter()
                    .find(|column| matches!(&column.path, Told::Own(own) if own == fact.as_str()))
            };
            let (Some(key_column), Some(name_column)) = (column(&key.id), column(name)) else { continue };
            let mut rows = book.rows(plan.index)?;
            let mut row = Row::default();
            while rows.read(&mut row)? {
                if row.number <= plan.header.last_row {
                    continue;
                }
                if let Reading::Known(code) = key_column.reader.read(row.cell(key_column.index))
                    && let Reading::Known(text) = name_column.reader.read(row.cell(name_column.index))
                {
                    for id in self.import.find(&kind.id, &key.id, &code.to_string())? {
                        self.finder.added(kind, &id, Some(&text.to_string()));
                    }
                }
            }
        }
        Ok(())
    }

    fn sheet(
        &mut self,
        book: &mut Book,
        (plan, turn): (&SheetPlan<'a>, Turn),
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        let rows = book.rows(plan.index)?;
        let wanted = Wanted { kind: self.setting.city.kind, plan, turn };
        std::thread::scope(|scope| {
            for batch in ahead::read(scope, rows, wanted)? {
                let batch = batch?;
                for (later, passed) in self.later.iter_mut().zip(batch.later) {
                    *later |= passed > 0;
                }
                self.expect(plan, &batch.rows)?;
                // A batch of rows passed over alone is no sign of progress, but a time to ask.
                let mut due = batch.rows.is_empty();
                for read in batch.rows {
                    self.row(plan, read)?;
                    due |= self.tally.counts.read.is_multiple_of(PROGRESS_ROWS);
                    if std::mem::take(&mut due) && progress(self.tally.counts.read).is_break() {
                        return Err(ImportError::Cancelled);
                    }
                }
                if due && progress(self.tally.counts.read).is_break() {
                    return Err(ImportError::Cancelled);
                }
            }
            Ok(())
        })?;
        if progress(self.tally.counts.read).is_break() { Err(ImportError::Cancelled) } else { Ok(()) }
    }

    /// Lets the register read ahead the records that rows will be matched to by their codes, or else by their names.
    fn expect(&mut self, plan: &SheetPlan<'a>, rows: &[ReadRow]) -> Result<(), ImportError> {
        let kind = self.setting.city.kind;
        let Some(key) = matching::single_key(kind).filter(|_| self.import.reads_ahead()) else {
            return Ok(());
        };
        let place = |fact: &FactId| {
            plan.columns
                .iter()
                .position(|column| matches!(&column.path, Told::Own(own) if own == fact.as_str()))
        };
        let names = kind.name.as_ref().filter(|_| matching::has_registered_names(kind));
        let columns: Vec<(&FactId, usize)> = std::iter::once(&key.id)
            .chain(names)
            .filter_map(|fact| place(fact).map(|place| (fact, place)))
            .collect();
        let mut expected = Expected { kind: kind.id.clone(), ids: Vec::new(), texts: Vec::new() };
        for read in rows {
            let known = |(fact, place): &(&FactId, usize)| match read.readings.get(*place) {
                Some(Reading::Known(value) | Reading::Doubtful(value, _)) => {
                    Some(((*fact).clone(), value.to_string()))
                }
                _ => None,
            };
            if let Some((fact, text)) = columns.iter().find_map(known) {
                if fact == key.id {
                    expected.ids.push(RecordId::from(text.as_str()));
                }
                expected.texts.push((fact, text));
            }
        }
        Ok(self.import.expect(&expected)?)
    }

    fn row(&mut self, plan: &SheetPlan<'a>, read: ReadRow) -> Result<(), ImportError> {
        self.tally.counts.read += 1;
        let ReadRow { row, no_data, readings } = read;
        let mut remarks = Vec::new();
        let became = if let Some(reason) = no_data {
            remarks.push(Remark::of_row(reason));
            Became::Rejected
        } else {
            self.take(plan, (&row, readings), &mut remarks)?
        };
        let counts = &mut self.tally.counts;
        let outcome = match became {
            Became::Added => {
                counts.added += 1;
                Outcome::Doubtful
            }
            Became::Changed => {
                counts.changed += 1;
                Outcome::Doubtful
            }
            Became::Unchanged => {
                counts.unchanged += 1;
                Outcome::Doubtful
            }
            Became::PutAside => {
                counts.put_aside += 1;
                Outcome::PutAside
            }
            Became::Rejected => {
                counts.rejected += 1;
                Outcome::Rejected
            }
        };
        if remarks.is_empty() {
            return Ok(());
        }
        self.report(plan, &row, (&remarks, outcome))
    }

    /// Tells of a row that has something to be said about.
    fn report(
        &mut self,
        plan: &SheetPlan<'_>,
        row: &Row,
        (remarks, outcome): (&[Remark], Outcome),
    ) -> Result<(), ImportError> {
        let problems: Vec<Problem> = remarks
            .iter()
            .map(|remark| {
                let is_match = matches!(
                    remark.reason,
                    Reason::ByName(_)
                        | Reason::ByFact(..)
                        | Reason::ByFormerArea(_)
                        | Reason::CodeAttached(_)
                );
                let outcome =
                    if is_match && outcome == Outcome::Doubtful { Outcome::Matched } else { outcome };
                remark.at(&plan.name, row.number, outcome)
            })
            .collect();
        let worst = problems.iter().map(|problem| problem.outcome).max().unwrap_or(outcome);
        self.tally.doubtful += u64::from(worst == Outcome::Doubtful);
        self.tally.problems_total += problems.len() as u64;
        if self.tally.kept < MAX_KEPT_ROWS {
            self.tally.kept += 1;
            let cells: BTreeMap<String, String> = plan
                .header
                .headings
                .iter()
                .zip(&row.cells)
                .filter(|(heading, cell)| !heading.is_empty() && !cell.is_blank())
                .map(|(heading, cell)| (heading.clone(), cell.shown()))
                .collect();
            for problem in &problems {
                self.import.row(&ImportRow {
                    sheet: problem.sheet.clone(),
                    row: problem.row,
                    column: problem.column.clone(),
                    value: problem.value.clone(),
                    outcome: problem.outcome.as_str().to_owned(),
                    reason: problem.reason.clone(),
                    cells: cells.clone(),
                })?;
            }
        }
        if worst > Outcome::Matched
            && let Some(rejects) = &mut self.rejects
        {
            rejects.write(&plan.header.headings, row, &problems)?;
        }
        let room = MAX_PROBLEMS.saturating_sub(self.tally.problems.len());
        self.tally.problems.extend(problems.into_iter().take(room));
        Ok(())
    }

    /// Takes a row: what it tells, which record it is about, what of it is new.
    fn take(
        &mut self,
        plan: &SheetPlan<'a>,
        (row, readings): (&Row, Vec<Reading>),
        remarks: &mut Vec<Remark>,
    ) -> Result<Became, ImportError> {
        let kind = self.setting.city.kind;
        let mut told = self.read(plan, row, readings)?;
        remarks.append(&mut told.remarks);
        if let Some(broken) = told.broken_key {
            remarks.push(broken);
            return Ok(Became::Rejected);
        }
        let whole_key = kind.key.iter().all(|fact| told.facts.contains_key(fact)) && !kind.key.is_empty();
        let found = if whole_key && matching::single_key(kind).is_none() {
            self.by_whole_key(kind, &told.facts)?
        } else if !self.is_known_by(kind, &told.clues) {
            let facts = kind.key.iter().filter_map(|fact| kind.fact(fact.as_str()));
            let needed = facts.chain(matching::other_keys(kind)).map(|fact| fact.label.zh.clone()).collect();
            remarks.push(Remark::of_row(Reason::NoKey(needed)));
            return Ok(Became::Rejected);
        } else {
            self.finder.record(&mut self.import, kind, &told.clues)?
        };
        if let Some(outside) = self.outside(plan, &found, &told.facts)? {
            remarks.push(outside);
            return Ok(Became::Rejected);
        }
        match found {
            Found::One(id, reason) => {
                remarks.extend(reason.clone().map(Remark::of_row));
                self.note_bad_code(kind, &told.clues, remarks);
                self.known_record(&id, told.facts, (plan, row), remarks)
            }
            Found::Unsure(reason, candidates) => {
                remarks.push(Remark::of_row(reason.clone()));
                self.aside(told.facts, (plan, row), (reason, candidates))?;
                Ok(Became::PutAside)
            }
            Found::None(remark) => self.new_record(told, (plan, row), (remark, remarks)),
        }
    }

    /// A record that the register does not have.
    fn new_record(
        &mut self,
        told: Telling,
        (plan, row): (&SheetPlan<'a>, &Row),
        (remark, remarks): (Option<Reason>, &mut Vec<Remark>),
    ) -> Result<Became, ImportError> {
        let kind = self.setting.city.kind;
        let name = kind.name.as_ref().and_then(|name| told.clues.texts.get(name));
        let id = match (kind.id_of(&told.facts).filter(|_| !kind.key.is_empty()), name) {
            (Some(id), _) => id,
            (None, Some(name)) if matching::has_registered_names(kind) => {
                if let Some((text, why)) = &told.clues.bad_code
                    && !matching::is_old_number(text)
                {
                    let reason = Reason::UncheckedCode(text.clone(), why.clone());
                    remarks.push(code_remark(kind, text, reason.clone()));
                    self.aside(told.facts, (plan, row), (reason, Vec::new()))?;
                    return Ok(Became::PutAside);
                }
                matching::id_of_name(kind, name)
            }
            _ => {
                // A wrong code or an earlier one, and no name: a person may know whose it is.
                let reason = match &told.clues.bad_code {
                    Some((text, why)) => {
                        remarks.push(code_remark(
                            kind,
                            text,
                            Reason::UncheckedCode(text.clone(), why.clone()),
                        ));
                        Reason::UncheckedCode(text.clone(), why.clone())
                    }
                    None => {
                        remarks.push(Remark::of_row(Reason::OnlyOtherKey));
                        Reason::OnlyOtherKey
                    }
                };
                self.aside(told.facts, (plan, row), (reason, Vec::new()))?;
                return Ok(Became::PutAside);
            }
        };
        remarks.extend(remark.map(Remark::of_row));
        self.note_bad_code(kind, &told.clues, remarks);
        let known_name = name.cloned();
        self.touched.first(&id, self.place(row));
        self.finder.writes(kind, told.facts.keys());
        let facts = told.facts.into_iter().map(|(fact, value)| (fact, Some(value))).collect();
        self.import.change(&Change { kind: kind.id.clone(), id: id.clone(), on: self.setting.on, facts })?;
        self.finder.added(kind, &id, known_name.as_deref());
        Ok(Became::Added)
    }

    /// A code that failed its check is said, and not taken.
    fn note_bad_code(&self, kind: &Kind, clues: &Clues, remarks: &mut Vec<Remark>) {
        if let Some((text, why)) = &clues.bad_code {
            let reason =
                if matching::is_old_number(text) { Reason::OldNumber } else { Reason::BadCode(why.clone()) };
            remarks.push(code_remark(kind, text, reason));
        }
    }

    /// Whether there is anything to know a record by.
    fn is_known_by(&self, kind: &Kind, clues: &Clues) -> bool {
        clues.bad_code.is_some()
            || matching::single_key(kind)
                .into_iter()
                .chain(matching::other_keys(kind))
                .any(|fact| clues.texts.contains_key(&fact.id))
    }

    fn place(&self, row: &Row) -> (u32, u64) {
        (self.at, row.number)
    }

    /// A record with several key facts, or one that is no text.
    fn by_whole_key(&mut self, kind: &Kind, facts: &BTreeMap<FactId, Value>) -> Result<Found, ImportError> {
        let Some(id) = kind.id_of(facts) else { return Ok(Found::None(None)) };
        if self.import.record(&kind.id, &id)?.is_some() {
            return Ok(Found::One(id, None));
        }
        // A record may have come under another id; it is known by the same key all the same. Texts narrow the search
        // most, then references.
        let Some(first) = kind.key.iter().min_by_key(|fact| {
            let is_reference =
                kind.fact(fact.as_str()).is_some_and(|fact| matches!(fact.fact_type, FactType::Ref { .. }));
            let is_text =
                kind.fact(fact.as_str()).is_some_and(|fact| matches!(fact.fact_type, FactType::Text { .. }));
            (!is_text, !is_reference)
        }) else {
            return Ok(Found::None(None));
        };
        let text = facts.get(first).map(Value::to_string).unwrap_or_default();
        for id in self.import.find(&kind.id, first, &text)? {
            let Some(record) = self.import.record(&kind.id, &id)? else { continue };
            let same = kind.key.iter().all(|fact| {
                let own = kind.fact(fact.as_str()).and_then(|fact| own_value(fact, &record));
                own.is_some_and(|own| facts.get(fact).is_some_and(|told| is_same(&own, told)))
            });
            if same {
                return Ok(Found::One(id, None));
            }
        }
        Ok(Found::None(None))
    }

    /// Puts a row aside for a person to decide.
    fn aside(
        &mut self,
        facts: BTreeMap<FactId, Value>,
        (plan, row): (&SheetPlan<'a>, &Row),
        (reason, candidates): (Reason, Vec<RecordId>),
    ) -> Result<(), ImportError> {
        let new = self.import.aside(&Aside {
            kind: self.setting.city.kind.id.clone(),
            on: self.setting.on,
            facts: facts.iter().map(|(fact, value)| (fact.to_string(), json!(value))).collect(),
            candidates,
            reason: reason.label(),
            source: Some(self.setting.source.clone()),
            place: Some(place_text(&plan.name, row.number)),
        })?;
        self.tally.asides += u64::from(new);
        Ok(())
    }
}

/// Rows between two questions whether to go on.
const PROGRESS_ROWS: u64 = 1_000;

fn code_remark(kind: &Kind, text: &str, reason: Reason) -> Remark {
    let key = matching::single_key(kind);
    Remark {
        column: key.map(|key| key.label.zh.clone()),
        fact: key.map(|key| key.id.clone()),
        personal: key.is_some_and(|key| key.personal),
        value: Some(text.to_owned()),
        reason,
    }
}

fn own_value(fact: &Fact, record: &StoredRecord) -> Option<Value> {
    fact.fact_type.read_json(record.facts.get(fact.id.as_str())?)
}

/// A cell in a report: enough to find it by.
fn shown(cell: &Cell) -> String {
    const MAX_SHOWN_CHARS: usize = 200;
    cell.shown().chars().take(MAX_SHOWN_CHARS).collect()
}

/// Where a row stands.
fn place_text(sheet: &str, row: u64) -> String {
    format!("{sheet}!{row}")
}

/// The event of an import before its counts are known.
pub fn event(setting: &Setting<'_>, actor: &str, at: chrono::DateTime<chrono::Utc>) -> Event {
    Event {
        event_type: EventType::Import,
        at,
        on: setting.on,
        actor: actor.to_owned(),
        synthetic: setting.synthetic,
        summary: json!({ "source": setting.source }),
    }
}
