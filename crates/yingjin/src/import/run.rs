//! An import from the first row to its event.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use chrono::NaiveDate;
use model::event::{Event, EventType};
use model::value::TextFormat;
use model::{Change, Fact, FactId, FactType, Kind, RecordId, Value};
use serde_json::{Map, Value as Json, json};
use store::{Aside, Conflict, HistoryEntry, Import, ImportRow, Store, StoredRecord, normalise};

use super::error::ImportError;
use super::form;
use super::mapping::Told;
use super::matching::{self, Clues, Finder, Found};
use super::plan::{City, SheetPlan};
use super::reason::Reason;
use super::rejects::Rejects;
use super::report::{Counts, MAX_PROBLEMS, Outcome, Problem, Remark};
use super::sheet::{Cell, Row};
use super::value::{self, Manner, Reading};

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
}

/// A run under way.
pub struct Run<'a> {
    setting: &'a Setting<'a>,
    import: Import,
    finder: Finder<'a>,
    rejects: Option<Rejects>,
    /// Records that rows of this file told of, and the first such row: sheet by its place, row.
    touched: HashMap<RecordId, (u32, u64)>,
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

/// What a row tells.
#[derive(Default)]
struct Telling {
    facts: BTreeMap<FactId, Value>,
    clues: Clues,
    remarks: Vec<Remark>,
    /// A key fact that could not be read, and why.
    broken_key: Option<Remark>,
}

/// References found in a run that are kept at most.
const MAX_FOUND: usize = 100_000;

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
            touched: HashMap::new(),
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
        book: &mut super::sheet::Book,
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
    fn learn_names(
        &mut self,
        book: &mut super::sheet::Book,
        plans: &[SheetPlan<'a>],
    ) -> Result<(), ImportError> {
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

    /// In which reading a row is taken.
    fn reading_of(&self, plan: &SheetPlan<'a>, row: &Row) -> Turn {
        let kind = self.setting.city.kind;
        let Some(key) = matching::single_key(kind).filter(|_| matching::has_registered_names(kind)) else {
            return Turn::Keyed;
        };
        let column = plan
            .columns
            .iter()
            .find(|column| matches!(&column.path, Told::Own(own) if own == key.id.as_str()));
        let Some(column) = column else { return Turn::Named };
        match column.reader.read(row.cell(column.index)) {
            Reading::Known(_) | Reading::Doubtful(..) => Turn::Keyed,
            Reading::Missing => Turn::Named,
            Reading::Refused(_) if matching::is_old_number(&shown(row.cell(column.index))) => Turn::Named,
            Reading::Refused(_) => Turn::Wrong,
        }
    }

    fn sheet(
        &mut self,
        book: &mut super::sheet::Book,
        (plan, reading): (&SheetPlan<'a>, Turn),
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        let mut rows = book.rows(plan.index)?;
        let mut row = Row::default();
        // What stood last in the columns where an empty cell means the one above.
        let mut above: HashMap<usize, Cell> = HashMap::new();
        while rows.read(&mut row)? {
            if row.number <= plan.header.last_row {
                continue;
            }
            for column in plan.columns.iter().filter(|column| column.fill_down) {
                if row.cell(column.index).is_blank() {
                    if let Some(cell) = above.get(&column.index) {
                        if row.cells.len() <= column.index {
                            row.cells.resize(column.index + 1, Cell::Empty);
                        }
                        row.cells[column.index] = cell.clone();
                    }
                } else {
                    above.insert(column.index, row.cell(column.index).clone());
                }
            }
            match self.reading_of(plan, &row) {
                own if own == reading => self.row(plan, &row)?,
                Turn::Keyed => continue,
                Turn::Named => self.later[0] = true,
                Turn::Wrong => self.later[1] = true,
            }
            if self.tally.counts.read.is_multiple_of(PROGRESS_ROWS)
                && progress(self.tally.counts.read).is_break()
            {
                return Err(ImportError::Cancelled);
            }
        }
        if progress(self.tally.counts.read).is_break() { Err(ImportError::Cancelled) } else { Ok(()) }
    }

    fn row(&mut self, plan: &SheetPlan<'a>, row: &Row) -> Result<(), ImportError> {
        self.tally.counts.read += 1;
        let mut remarks = Vec::new();
        let became = if is_total(plan, row) {
            remarks.push(Remark::of_row(Reason::Total));
            Became::Rejected
        } else if is_header_again(plan, row) {
            remarks.push(Remark::of_row(Reason::HeaderAgain));
            Became::Rejected
        } else {
            self.take(plan, row, &mut remarks)?
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
        self.report(plan, row, (&remarks, outcome))
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
        row: &Row,
        remarks: &mut Vec<Remark>,
    ) -> Result<Became, ImportError> {
        let kind = self.setting.city.kind;
        let mut told = self.read(plan, row)?;
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
        self.touched.insert(id.clone(), self.place(row));
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
        // A record may have come under another id; it is known by the same key all the same. References narrow the
        // search most.
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

    /// Reads the cells of a row and finds what its references mean.
    fn read(&mut self, plan: &SheetPlan<'a>, row: &Row) -> Result<Telling, ImportError> {
        let kind = self.setting.city.kind;
        let mut told = Telling::default();
        let mut references: BTreeMap<&str, (Clues, Remark)> = BTreeMap::new();
        let mut areas: Vec<(usize, String)> = Vec::new();
        for (place, column) in plan.columns.iter().enumerate() {
            let cell = row.cell(column.index);
            let fact = column.reader.fact();
            let remark = |reason: Reason| Remark {
                column: Some(column.heading.clone()),
                fact: Some(fact.id.clone()),
                personal: fact.personal,
                value: Some(shown(cell)),
                reason,
            };
            let is_number = matches!(fact.fact_type, FactType::Int | FactType::Decimal { .. });
            let reading = if is_number && row.merged.contains(&column.index) {
                Reading::Refused(Reason::MergedNumber)
            } else {
                column.reader.read(cell)
            };
            let value = match reading {
                Reading::Missing => continue,
                Reading::Known(value) => value,
                Reading::Doubtful(value, reason) => {
                    told.remarks.push(remark(reason));
                    value
                }
                Reading::Refused(Reason::BadCode(why)) if is_key_code(kind, &column.path) => {
                    told.clues.bad_code = Some((shown(cell), why));
                    continue;
                }
                Reading::Refused(reason) => {
                    match &column.path {
                        Told::Of(reference, Some(_)) => {
                            let (clues, _) = references
                                .entry(reference)
                                .or_insert_with(|| (Clues::default(), remark(reason.clone())));
                            if let Reason::BadCode(why) = &reason {
                                clues.bad_code = Some((shown(cell), why.clone()));
                            }
                            told.remarks.push(remark(reason));
                        }
                        Told::Own(own) if kind.key.iter().any(|key| key.as_str() == own) => {
                            told.broken_key = Some(remark(reason));
                        }
                        _ => told.remarks.push(remark(reason)),
                    }
                    continue;
                }
            };
            match &column.path {
                Told::Own(_) if matches!(fact.fact_type, FactType::Area { .. }) => {
                    areas.push((place, value.to_string()));
                }
                Told::Own(_) => {
                    let knows = kind.key.contains(&fact.id)
                        || kind.also_key.contains(&fact.id)
                        || kind.name.as_ref() == Some(&fact.id);
                    if knows && let Value::Text(text) = &value {
                        told.clues.texts.insert(fact.id.clone(), text.clone());
                    }
                    told.facts.insert(fact.id.clone(), value);
                }
                Told::Of(reference, known_by) => {
                    let target = kind.fact(reference).and_then(|fact| fact.fact_type.target());
                    let target =
                        target.and_then(|to| self.setting.city.kinds.iter().find(|kind| kind.id == *to));
                    let (clues, _) = references
                        .entry(reference)
                        .or_insert_with(|| (Clues::default(), remark(Reason::NotANumber)));
                    let text = value.to_string();
                    match (known_by, target) {
                        (Some(known_by), _) => {
                            clues.texts.insert(known_by.as_str().into(), text);
                        }
                        (None, Some(target)) => clues_of(target, &text, clues),
                        (None, None) => (),
                    }
                }
            }
        }
        self.areas(plan, row, (areas, &mut told))?;
        for (reference, (clues, remark)) in references {
            self.reference(reference, clues, (remark, &mut told))?;
        }
        Ok(told)
    }

    /// Settles on the area of each fact: that of the column, or the one within it that a text names.
    fn areas(
        &mut self,
        plan: &SheetPlan<'a>,
        row: &Row,
        (areas, told): (Vec<(usize, String)>, &mut Telling),
    ) -> Result<(), ImportError> {
        let all = self.setting.city.areas;
        for (place, code) in areas {
            let column = &plan.columns[place];
            let fact = &column.reader.fact().id;
            let other = told.facts.get(fact).map(Value::to_string);
            match other {
                None => {
                    told.facts.insert(fact.clone(), Value::Text(code));
                }
                Some(other) if all.within(&code, &other) => {
                    told.facts.insert(fact.clone(), Value::Text(code));
                }
                Some(other) if all.within(&other, &code) => (),
                Some(other) => {
                    told.facts.remove(fact);
                    let name = all.get(&other).map_or(other.clone(), |area| area.name.zh.clone());
                    told.remarks.push(Remark {
                        column: Some(column.heading.clone()),
                        fact: Some(fact.clone()),
                        personal: false,
                        value: Some(shown(row.cell(column.index))),
                        reason: Reason::AreasDisagree(name),
                    });
                }
            }
        }
        Ok(())
    }

    /// Finds the record that a reference means.
    fn reference(
        &mut self,
        reference: &str,
        clues: Clues,
        (mut remark, told): (Remark, &mut Telling),
    ) -> Result<(), ImportError> {
        let kind = self.setting.city.kind;
        let Some(fact) = kind.fact(reference) else { return Ok(()) };
        let Some(target) = fact.fact_type.target() else { return Ok(()) };
        let Some(target) = self.setting.city.kinds.iter().find(|kind| kind.id == *target) else {
            return Ok(());
        };
        let memory = (fact.id.clone(), clues);
        let found = match self.found.get(&memory) {
            Some(found) => found.clone(),
            None => {
                // A record that refers to its own kind may mean one that this file adds further down.
                let found = self.finder.reference(&mut self.import, target, &memory.1)?;
                if target.id != kind.id && self.found.len() < MAX_FOUND {
                    self.found.insert(memory.clone(), found.clone());
                }
                found
            }
        };
        let (_, clues) = memory;
        let reason = match found {
            Found::One(id, reason) => {
                told.facts.insert(fact.id.clone(), Value::Text(id.to_string()));
                if let Some(reason) = reason {
                    remark.reason = reason;
                    told.remarks.push(remark);
                }
                return Ok(());
            }
            Found::None(_) => match clues.bad_code {
                Some((_, why)) => Reason::BadCode(why),
                None => Reason::NoSuchRecord(target.label.clone()),
            },
            Found::Unsure(reason, _) => reason,
        };
        remark.fact = Some(fact.id.clone());
        if kind.key.contains(&fact.id) {
            remark.reason = Reason::KeyUnresolved(Box::new(reason));
            told.broken_key = Some(remark);
        } else {
            remark.reason = reason;
            told.remarks.push(remark);
        }
        Ok(())
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

    /// What a row tells of a record that the register has.
    fn known_record(
        &mut self,
        id: &RecordId,
        mut facts: BTreeMap<FactId, Value>,
        (plan, row): (&SheetPlan<'a>, &Row),
        remarks: &mut Vec<Remark>,
    ) -> Result<Became, ImportError> {
        let kind = self.setting.city.kind;
        let Some(record) = self.import.record(&kind.id, id)? else { return Ok(Became::Unchanged) };
        let earlier = self.touched.get(id).copied();
        self.keep_current_code(kind, &record, &mut facts);
        let now = record.last_on <= self.setting.on;
        let differs = |(fact, value): &(&FactId, &Value)| {
            let own = kind.fact(fact.as_str()).and_then(|fact| own_value(fact, &record));
            !own.is_some_and(|own| is_same(&own, value))
        };
        // For a day before the last, the current value says nothing of what was known for that day.
        let open: Vec<FactId> =
            facts.iter().filter(|told| !now || differs(told)).map(|(fact, _)| fact.clone()).collect();
        if open.is_empty() {
            let place = self.place(row);
            self.touched.entry(id.clone()).or_insert(place);
            return Ok(Became::Unchanged);
        }
        let history = self.history(kind, id, earlier.is_some())?;
        let mut writes: BTreeMap<FactId, Option<Value>> = BTreeMap::new();
        let mut disputes: Vec<(FactId, Value, Standing)> = Vec::new();
        for fact in open {
            let (Some(value), Some(declared)) = (facts.remove(&fact), kind.fact(fact.as_str())) else {
                continue;
            };
            match self.weigh(declared, &value, &history) {
                Weight::Known => (),
                Weight::New => {
                    writes.insert(fact, Some(value));
                }
                Weight::Correction(standing) if earlier.is_some() => {
                    let (sheet, first) = earlier.unwrap_or_default();
                    let reason = Reason::RowsDisagree {
                        sheet: self.sheets.get(sheet as usize).cloned().unwrap_or_default(),
                        row: first,
                        has: standing.value.to_string(),
                    };
                    let heading = self.heading_of(plan, &fact);
                    remarks.push(Remark {
                        column: heading,
                        personal: declared.personal,
                        fact: Some(fact.clone()),
                        value: Some(value.to_string()),
                        reason: reason.clone(),
                    });
                    facts.extend(writes.into_iter().filter_map(|(fact, value)| Some((fact, value?))));
                    facts.insert(fact, value);
                    self.aside(facts, (plan, row), (reason, vec![id.clone()]))?;
                    return Ok(Became::PutAside);
                }
                Weight::Correction(_) => {
                    writes.insert(fact, Some(value));
                }
                Weight::Dispute(standing) => disputes.push((fact, value, standing)),
            }
        }
        let place = self.place(row);
        self.touched.entry(id.clone()).or_insert(place);
        let mut is_new_dispute = false;
        for (fact, value, standing) in disputes {
            is_new_dispute |= self.dispute((id, &fact, &value), (plan, row), (standing, remarks))?;
        }
        if !writes.is_empty() {
            let change = Change { kind: kind.id.clone(), id: id.clone(), on: self.setting.on, facts: writes };
            self.import.change(&change)?;
            return Ok(Became::Changed);
        }
        Ok(if is_new_dispute { Became::PutAside } else { Became::Unchanged })
    }

    /// Notes a conflict. Returns whether it is new.
    fn dispute(
        &mut self,
        (id, fact, value): (&RecordId, &FactId, &Value),
        (plan, row): (&SheetPlan<'a>, &Row),
        (standing, remarks): (Standing, &mut Vec<Remark>),
    ) -> Result<bool, ImportError> {
        let kind = self.setting.city.kind;
        let source = standing.source.clone().unwrap_or_default();
        let new = self.import.conflict(&Conflict {
            kind: kind.id.clone(),
            id: id.clone(),
            fact: fact.clone(),
            on: self.setting.on,
            first: store::Told {
                value: json!(standing.value),
                source: standing.source,
                place: None,
                seq: Some(standing.seq),
            },
            second: store::Told {
                value: json!(value),
                source: Some(self.setting.source.clone()),
                place: Some(place_text(&plan.name, row.number)),
                seq: Some(self.import.seq()),
            },
        })?;
        self.tally.conflicts += u64::from(new);
        remarks.push(Remark {
            column: self.heading_of(plan, fact),
            personal: kind.fact(fact.as_str()).is_some_and(|fact| fact.personal),
            fact: Some(fact.clone()),
            value: Some(value.to_string()),
            reason: Reason::Conflict { has: standing.value.to_string(), source },
        });
        Ok(new)
    }

    fn heading_of(&self, plan: &SheetPlan<'_>, fact: &FactId) -> Option<String> {
        let column = plan.columns.iter().find(|column| match &column.path {
            Told::Own(own) | Told::Of(own, _) => own == fact.as_str(),
        })?;
        Some(column.heading.clone())
    }

    /// A code that the record has had before, or that its area no longer bears, does not replace the one it has.
    fn keep_current_code(&self, kind: &Kind, record: &StoredRecord, facts: &mut BTreeMap<FactId, Value>) {
        let Some(key) = matching::single_key(kind) else { return };
        let (Some(has), Some(Value::Text(tells))) = (own_value(key, record), facts.get(&key.id)) else {
            return;
        };
        let has = has.to_string();
        if normalise(&has) == normalise(tells) {
            return;
        }
        let is_code = matches!(key.fact_type, FactType::Text { format: Some(TextFormat::Uscc) });
        let is_newer = is_code && self.finder.is_current(tells) && !self.finder.is_current(&has);
        if !is_newer {
            facts.remove(&key.id);
        }
    }

    /// Everything that was told of a record, this file's earlier rows last.
    fn history(
        &mut self,
        kind: &Kind,
        id: &RecordId,
        in_file: bool,
    ) -> Result<Vec<HistoryEntry>, ImportError> {
        let mut history = self.setting.store.history(kind.id.as_str(), id.as_str())?;
        if in_file {
            let seq = self.import.seq();
            let record = self.import.record(&kind.id, id)?;
            for (fact, from) in self.import.provenance(&kind.id, id)? {
                let value = record.as_ref().and_then(|record| record.facts.get(fact.as_str()));
                if let Some(value) = value.filter(|_| from.seq == seq) {
                    history.push(HistoryEntry {
                        seq,
                        at: from.at,
                        on: from.on,
                        actor: from.actor,
                        source: Some(self.setting.source.clone()),
                        synthetic: from.synthetic,
                        facts: Map::from_iter([(fact.to_string(), value.clone())]),
                    });
                }
            }
        }
        history.sort_by_key(|entry| (entry.on, entry.seq));
        Ok(history)
    }

    /// What a value that a row tells is beside what is known for that day.
    fn weigh(&self, fact: &Fact, value: &Value, history: &[HistoryEntry]) -> Weight {
        let (on, source) = (self.setting.on, Some(self.setting.source.as_str()));
        let told = |entry: &&HistoryEntry| entry.on <= on && entry.facts.contains_key(fact.id.as_str());
        let Some(last) = history.iter().rfind(told) else { return Weight::New };
        let Some(known) = last.facts.get(fact.id.as_str()).and_then(|json| fact.fact_type.read_json(json))
        else {
            return Weight::New;
        };
        if is_same(&known, value) {
            return Weight::Known;
        }
        if last.on < on {
            return Weight::New;
        }
        let standing = Standing { value: known, source: last.source.clone(), seq: last.seq };
        if last.source.as_deref() == source {
            return Weight::Correction(standing);
        }
        // Our source said so already and was overruled, by a person.
        let own = history.iter().rfind(|entry| {
            entry.on == on && entry.source.as_deref() == source && entry.facts.contains_key(fact.id.as_str())
        });
        let said = own.and_then(|entry| fact.fact_type.read_json(entry.facts.get(fact.id.as_str())?));
        if said.is_some_and(|said| is_same(&said, value)) { Weight::Known } else { Weight::Dispute(standing) }
    }
}

/// Rows between two questions whether to go on.
const PROGRESS_ROWS: u64 = 1_000;

/// What is known for a day, and by whom.
struct Standing {
    value: Value,
    source: Option<String>,
    seq: i64,
}

/// What a value is beside what is known for its day.
enum Weight {
    /// It says the same, or what its source was overruled in.
    Known,
    /// Nothing was known, or only for days before.
    New,
    /// The same source said otherwise for the same day.
    Correction(Standing),
    /// Another source says otherwise for the same day.
    Dispute(Standing),
}

/// What a cell of a reference gives to know its record by, where the heading does not say.
fn clues_of(target: &Kind, text: &str, clues: &mut Clues) {
    let key = matching::single_key(target);
    let is_code =
        key.is_some_and(|key| matches!(key.fact_type, FactType::Text { format: Some(TextFormat::Uscc) }));
    let Some(key) = key.filter(|_| is_code) else {
        // Without a form to tell a code by, a text may be either.
        for fact in super::header::known_by(target) {
            clues.texts.insert(fact.id.clone(), text.to_owned());
        }
        return;
    };
    match model::uscc::parse(text) {
        Ok(code) => {
            clues.texts.insert(key.id.clone(), code);
        }
        Err(why) => {
            let normal = normalise(text);
            let looks_like_code = normal.len() >= matching::OLD_NUMBER_DIGITS
                && normal.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if looks_like_code {
                clues.bad_code = Some((text.to_owned(), why));
            } else if let Some(name) = &target.name {
                clues.texts.insert(name.clone(), text.to_owned());
            }
        }
    }
}

fn is_key_code(kind: &Kind, told: &Told) -> bool {
    matches!(told, Told::Own(own) if matching::single_key(kind).is_some_and(|key| key.id.as_str() == own))
}

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

/// Whether two values say the same. Texts that differ in width, case or space alone do.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one == other || normalise(one) == normalise(other),
        (one, other) => one == other,
    }
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

/// What lines of totals begin with.
const TOTALS: [&str; 7] = ["合计", "总计", "小计", "共计", "累计", "total", "subtotal"];

/// Whether a row is a line of totals: its first cell with something in it says so.
fn is_total(plan: &SheetPlan<'_>, row: &Row) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_blank());
    let Some(Cell::Text(text)) = first else { return false };
    let text = form::label(text);
    let is_named = TOTALS.iter().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "(),:家户人条笔".contains(c)))
    });
    // A code beside it makes it a record that is merely called so.
    is_named
        && plan.columns.iter().all(|column| {
            !matches!(column.reader.fact().fact_type, FactType::Text { format: Some(TextFormat::Uscc) })
                || column.reader.manner() != Manner::Value
                || value::is_missing(&row.cell(column.index).shown())
        })
}

/// Whether a row repeats the header, as on every printed page.
fn is_header_again(plan: &SheetPlan<'_>, row: &Row) -> bool {
    let mut told = plan.columns.iter().filter(|column| !row.cell(column.index).is_blank()).peekable();
    told.peek().is_some()
        && told.all(|column| {
            let last = column.heading.rsplit('/').next().unwrap_or_default();
            form::label(&row.cell(column.index).shown()) == form::label(last)
        })
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
