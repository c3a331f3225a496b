//! One record changed: it, and every record whose derived facts or dotted paths read it, are judged again.
//!
//! For every fact it is known who reads it, and along which references. Going back along them from the record that
//! changed gives the rows to compute again; nothing else is looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use model::{DutyId, FactId, KindId, RecordId, Standing, Value};
use rust_decimal::Decimal;

use super::Index;
use super::columns::pass;
use super::pass::Pass;
use super::vector::Source;
use crate::expr::{Expr, FactIndex, KindIndex, Node};
use crate::ruleset::RuleSet;
use crate::table::{TableError, Tables};

/// All that is told of one record from now on.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    /// Its kind.
    pub kind: &'a KindId,
    /// The record.
    pub id: &'a RecordId,
    /// What is known. A fact that is not here is not known.
    pub facts: &'a BTreeMap<FactId, Value>,
}

/// A verdict that changed: whether the duty is owed, served or released from, the money, or a day. The set may be the
/// same as before, as when evidence that was incomplete is now known to fall short.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejudged {
    /// The duty.
    pub duty: DutyId,
    /// The kind of the record.
    pub kind: KindIndex,
    /// The record.
    pub record: RecordId,
    /// Where it stood; none for a record that is new.
    pub from: Option<Standing>,
    /// Where it stands.
    pub to: Standing,
    /// What is owed now.
    pub amount: Option<Decimal>,
    /// What has been paid now.
    pub paid: Option<Decimal>,
    /// The day it arose, where the duty tells it.
    pub arises: Option<NaiveDate>,
    /// The day it was served, where the duty tells it.
    pub done_on: Option<NaiveDate>,
}

/// One step back towards whoever reads a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Hop {
    /// To the rows of `kind` whose reference leads here.
    PointingHere { kind: KindIndex, fact: FactIndex },
    /// From a member of `kind` to the row its reference leads to.
    Owner { kind: KindIndex, by: FactIndex },
}

/// Who reads a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Reader {
    /// A derived fact, by its place in [`RuleSet::derived`].
    Derived(usize),
    /// The duties of a kind.
    Duties(KindIndex),
}

/// A reader, and the way back to its rows.
type Way = (Reader, Vec<Hop>);

/// For every fact who reads it, and the way back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readers {
    of: HashMap<(KindIndex, FactIndex), Vec<Way>>,
    /// Whether a way leads through a derived reference, which cannot be gone back.
    blocked: bool,
}

/// A kind and one of its facts.
pub(crate) type Place = (KindIndex, FactIndex);
/// A row of a reader, and the fact for which; none for a new row.
type Target = (Reader, usize, Option<Place>);

impl Readers {
    pub fn new(rules: &RuleSet, on: NaiveDate) -> Self {
        let mut readers = Self::default();
        let index = Index::new(rules);
        let area = |kind: KindIndex| {
            index.areas[kind].clone().map(|path| Expr { node: Node::Fact(path), ty: crate::expr::Type::Text })
        };
        for (place, derived) in rules.derived.iter().enumerate() {
            readers.add(rules, Reader::Derived(place), &derived.expr, &mut Vec::new());
            if has_parameter(&derived.expr)
                && let Some(area) = area(derived.kind)
            {
                readers.add(rules, Reader::Derived(place), &area, &mut Vec::new());
            }
        }
        for duty in rules.in_force(on) {
            let told = [&duty.paid, &duty.done_on, &duty.amount, &duty.arises];
            let area = area(duty.kind);
            let all = duty.should.iter().chain(&duty.exempt).chain([&duty.done]);
            for expr in all.chain(told.into_iter().flatten()).chain(&area) {
                readers.add(rules, Reader::Duties(duty.kind), expr, &mut Vec::new());
            }
        }
        readers
    }

    fn add(&mut self, rules: &RuleSet, reader: Reader, expr: &Expr, way: &mut Vec<Hop>) {
        match &expr.node {
            Node::Fact(path) => {
                let depth = way.len();
                let mut kind = path.kind;
                for (step, next) in &path.steps {
                    self.reads((kind, *step), reader, way);
                    self.blocked |= rules.kinds[kind].facts[*step].derived.is_some();
                    way.push(Hop::PointingHere { kind, fact: *step });
                    kind = *next;
                }
                self.reads((kind, path.fact), reader, way);
                way.truncate(depth);
            }
            Node::Aggregate { members, .. } => {
                way.push(Hop::Owner { kind: members.kind, by: members.by });
                self.reads((members.kind, members.by), reader, way);
                expr.parts(|part| self.add(rules, reader, part, way));
                way.pop();
            }
            _ => expr.parts(|part| self.add(rules, reader, part, way)),
        }
    }

    fn reads(&mut self, fact: (KindIndex, FactIndex), reader: Reader, way: &[Hop]) {
        let back = (reader, way.iter().rev().copied().collect());
        let readers = self.of.entry(fact).or_default();
        if !readers.contains(&back) {
            readers.push(back);
        }
    }

    /// The rows of readers that a fact of a row reaches.
    fn reach(&self, tables: &Tables, place: Place, row: usize, found: &mut BTreeSet<Target>) {
        for (reader, way) in self.of.get(&place).into_iter().flatten() {
            let mut rows = vec![row];
            for hop in way {
                rows = match *hop {
                    Hop::PointingHere { kind, fact } => {
                        rows.into_iter().flat_map(|row| tables.members(kind, fact, row)).collect()
                    }
                    Hop::Owner { kind, by } => {
                        rows.into_iter().filter_map(|row| tables.follow(kind, by, row)).collect()
                    }
                };
            }
            // A derived fact is computed whole, for whichever reason.
            let cause = matches!(reader, Reader::Duties(_)).then_some(place);
            found.extend(rows.into_iter().map(|row| (*reader, row, cause)));
        }
    }
}

/// Whether an expression reads a parameter itself.
pub(crate) fn has_parameter(expr: &Expr) -> bool {
    let mut found = matches!(expr.node, Node::Parameter(_) | Node::Lookup(..) | Node::InParameter(..));
    expr.parts(|part| found = found || has_parameter(part));
    found
}

/// Writes a record that changed, or is new, into the tables and judges again what reads it. Returns the verdicts that
/// changed, record by record, in the order of the rules (of the records, where everything had to be judged again).
///
/// Contract: `pass` was made from `rules` and `tables`, and afterwards equals a full pass over them.
/// Errors: those of [`Tables::update`]; nothing has changed then.
pub fn rejudge(
    rules: &RuleSet,
    tables: &mut Tables,
    pass: &mut Pass,
    changed: Changed<'_>,
) -> Result<Vec<Rejudged>, TableError> {
    rejudge_all(rules, tables, pass, &[changed])
}

/// The same for several records at once: what reads more than one of them is judged once, after all are written, and
/// its verdict is compared with the one before the first.
///
/// Errors: as for one; the records before the one that has no place are written then and nothing is judged, so that
/// `pass` has to be made anew.
pub fn rejudge_all(
    rules: &RuleSet,
    tables: &mut Tables,
    pass: &mut Pass,
    changes: &[Changed<'_>],
) -> Result<Vec<Rejudged>, TableError> {
    let (mut targets, mut new) = (BTreeSet::new(), BTreeSet::new());
    let mut is_changed = false;
    for changed in changes {
        let kind = tables.kind(changed.kind).ok_or_else(|| TableError::NoKind(changed.kind.clone()))?;
        let before = tables.row(kind, changed.id);
        let facts = tables.changes(kind, before, changed.facts);
        if before.is_some() && facts.is_empty() {
            continue;
        }
        is_changed = true;
        if let Some(row) = before {
            facts.iter().for_each(|fact| pass.readers.reach(tables, (kind, *fact), row, &mut targets));
        }
        let row = tables.write((kind, before), changed.id, changed.facts, &facts)?;
        facts.iter().for_each(|fact| pass.readers.reach(tables, (kind, *fact), row, &mut targets));
        if before.is_none() {
            new.insert((kind, row));
            pass.grow(kind, row + 1);
            let own = rules.derived.iter().enumerate().filter(|(_, derived)| derived.kind == kind);
            targets.extend(own.map(|(place, _)| (Reader::Derived(place), row, None)));
            targets.insert((Reader::Duties(kind), row, None));
        }
    }
    Ok(if is_changed { judge_targets(rules, (tables, pass), targets, &new) } else { Vec::new() })
}

/// Judges what was reached again; rows that are new have no verdict to compare with.
fn judge_targets(
    rules: &RuleSet,
    (tables, pass): (&Tables, &mut Pass),
    mut targets: BTreeSet<Target>,
    new: &BTreeSet<(KindIndex, usize)>,
) -> Vec<Rejudged> {
    if pass.readers.blocked {
        return everything(rules, tables, pass, new);
    }
    if pass.growth != tables.growth() {
        pass.growth = tables.growth();
        if pass.refresh(tables) {
            return everything(rules, tables, pass, new);
        }
    }
    // By row whose duties are judged again, the facts for which.
    let mut rows: BTreeMap<(KindIndex, usize), BTreeSet<Place>> = BTreeMap::new();
    // Derived facts come in the order in which they read each other, and all before the duties.
    while let Some((reader, row, fact)) = targets.pop_first() {
        match reader {
            Reader::Duties(kind) => {
                rows.entry((kind, row)).or_default().extend(fact);
            }
            Reader::Derived(place) => match pass.derive(rules, tables, place, row) {
                None => return everything(rules, tables, pass, new),
                Some(false) => {}
                Some(true) => {
                    let derived = &rules.derived[place];
                    pass.readers.reach(tables, (derived.kind, derived.fact), row, &mut targets);
                }
            },
        }
    }
    let mut found = Vec::new();
    for ((kind, row), facts) in rows {
        let fresh = new.contains(&(kind, row));
        let record = &tables.table(kind).ids()[row];
        for (place, from) in pass.judge_row(tables, (kind, row), (!fresh).then_some(&facts)) {
            let verdict = Verdict::of(&pass.duties[place], row);
            found.push(verdict.changed(record, kind, (!fresh).then_some(from)));
        }
    }
    found
}

/// A full pass instead, where going back is not possible or numbers outgrew what was bound.
fn everything(
    rules: &RuleSet,
    tables: &Tables,
    before: &mut Pass,
    is_new: &BTreeSet<(KindIndex, usize)>,
) -> Vec<Rejudged> {
    let after = pass(rules, tables, &before.setting);
    let mut found = Vec::new();
    for (old, new) in before.duties.iter().zip(&after.duties) {
        for row in 0..new.rows {
            let fresh = is_new.contains(&(new.kind, row));
            let (old, verdict) = (Verdict::of(old, row), Verdict::of(new, row));
            if fresh || old != verdict {
                let record = &tables.table(new.kind).ids()[row];
                found.push(verdict.changed(record, new.kind, (!fresh).then_some(old.standing)));
            }
        }
    }
    *before = after;
    found
}

/// What a pass says of one duty and record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    duty: DutyId,
    standing: Standing,
    amount: Option<Decimal>,
    paid: Option<Decimal>,
    arises: Option<NaiveDate>,
    done_on: Option<NaiveDate>,
}

impl Verdict {
    pub fn of(duty: &super::pass::DutyPass, row: usize) -> Self {
        Self {
            duty: duty.duty.clone(),
            standing: duty.standing(row),
            amount: duty.amount.as_ref().and_then(|numbers| numbers.get(row)),
            paid: duty.paid.as_ref().and_then(|numbers| numbers.get(row)),
            arises: duty.arises.as_ref().and_then(|dates| dates.get(row)),
            done_on: duty.done_on.as_ref().and_then(|dates| dates.get(row)),
        }
    }

    fn changed(self, record: &RecordId, kind: KindIndex, from: Option<Standing>) -> Rejudged {
        Rejudged {
            duty: self.duty,
            kind,
            record: record.clone(),
            from,
            to: self.standing,
            amount: self.amount,
            paid: self.paid,
            arises: self.arises,
            done_on: self.done_on,
        }
    }
}

impl Pass {
    /// Computes one derived fact of one row again; says whether it changed, none if numbers outgrew what was bound.
    fn derive(&mut self, rules: &RuleSet, tables: &Tables, place: usize, row: usize) -> Option<bool> {
        let source = Source { tables, derived: &self.derived };
        let value = self.derivations[place].row(&source, row);
        let Some(column) = &mut self.derived[rules.derived[place].kind][rules.derived[place].fact] else {
            return Some(false);
        };
        if column.scalar(row) == value {
            return Some(false);
        }
        let extent = column.extent();
        column.set_scalar(row, value);
        if column.extent() != extent && self.refresh(tables) {
            return None;
        }
        Some(true)
    }

    /// Makes room for a new row of which nothing is known yet.
    fn grow(&mut self, kind: KindIndex, rows: usize) {
        for column in self.derived[kind].iter_mut().flatten() {
            column.set_scalar(rows - 1, None);
        }
        self.traces[kind].grow(rows);
        self.areas[kind].keys.resize(rows, 0);
        for duty in self.duties.iter_mut().filter(|duty| duty.kind == kind) {
            duty.grow(rows);
        }
    }

    /// Takes in what dictionaries have gained; says whether numbers outgrew what was bound.
    fn refresh(&mut self, tables: &Tables) -> bool {
        let source = Source { tables, derived: &self.derived };
        let mut outgrown = false;
        for derivation in &mut self.derivations {
            outgrown |= derivation.program.refresh(&source);
        }
        for judge in &mut self.judges {
            outgrown |= judge.refresh(&source);
        }
        outgrown
    }
}
