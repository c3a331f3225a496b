//! For a list of unknowns: which missing facts each turns on, and how many of them each fact would settle.

use std::collections::BTreeMap;

use model::{FactId, KindId, Label, Standing};
use serde::Serialize;

use super::columns::Logic;
use super::one::{Keep, Walk};
use super::pass::{DutyPass, Pass};
use super::vector::{Rows, Source, full};
use super::{Index, Setting, differs_by_area};
use crate::bits::ones_of;
use crate::column::CHUNK;
use crate::expr::{Expr, Node, Path};
use crate::plan::{ConditionIndex, Formula};
use crate::ruleset::RuleSet;
use crate::table::Tables;

/// A told fact that is missing where it is unknown whether a duty is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingCount {
    /// The way to it from the records judged; of records that point there, their kind and the way from them.
    pub path: String,
    /// The kind of record it belongs to.
    pub kind: KindId,
    /// The fact.
    pub fact: FactId,
    /// What people call it.
    pub label: Label,
    /// The question to ask its owner, if it may be asked.
    pub question: Option<Label>,
    /// Records whose verdict turns on it, alone or with others.
    pub records: u64,
    /// Records for which it is the only one: told, it settles them.
    pub alone: u64,
}

/// The facts met, each by the way to it, in the order first met.
#[derive(Default)]
struct Met {
    places: BTreeMap<String, usize>,
    facts: Vec<(KindId, FactId)>,
}

/// How to tell what a condition lacks where it is unknown.
enum Reads {
    /// It is unknown for want of these, each with its place among those met.
    Told(Vec<(usize, Path)>),
    /// What it lacks hangs on what it finds: it has to be walked through, record by record.
    Walked,
}

/// One bit for each row of a chunk.
type Block = [u64; CHUNK / 64];

impl Pass {
    /// The missing facts of a duty's unknown records: the one that alone settles most first, then the one that most turn
    /// on.
    pub fn missing(&self, rules: &RuleSet, tables: &Tables, duty: &DutyPass) -> Vec<MissingCount> {
        let mut counts: Vec<(u64, u64)> = Vec::new();
        let met = self.each_missing(rules, tables, duty, |_, missing| {
            let (mut once, mut twice): (Block, Block) = ([0; _], [0; _]);
            for words in missing {
                for at in 0..words.len() {
                    twice[at] |= once[at] & words[at];
                    once[at] |= words[at];
                }
            }
            counts.resize(missing.len(), (0, 0));
            for (words, (records, alone)) in missing.iter().zip(&mut counts) {
                for (word, twice) in words.iter().zip(&twice).filter(|(word, _)| **word != 0) {
                    *records += u64::from(word.count_ones());
                    *alone += u64::from((word & !twice).count_ones());
                }
            }
        });
        let mut found: Vec<MissingCount> = met
            .places
            .into_iter()
            .filter_map(|(path, place)| {
                let (records, alone) = counts.get(place).copied().filter(|(records, _)| *records > 0)?;
                let (kind, fact) = &met.facts[place];
                let declared = rules.kind(kind.as_str())?.1.facts.iter().find(|one| one.id == *fact)?;
                Some(MissingCount {
                    path,
                    kind: kind.clone(),
                    fact: fact.clone(),
                    label: declared.label.clone(),
                    question: declared.question.clone(),
                    records,
                    alone,
                })
            })
            .collect();
        found.sort_by_key(|fact| std::cmp::Reverse((fact.alone, fact.records)));
        found
    }

    /// A duty's unknown rows, each with the ways to the missing facts that its verdict turns on, in order.
    pub fn missing_by_row(
        &self,
        rules: &RuleSet,
        tables: &Tables,
        duty: &DutyPass,
    ) -> BTreeMap<usize, Vec<String>> {
        let mut found: BTreeMap<usize, Vec<usize>> =
            duty.rows_in(Standing::Unknown).map(|row| (row, Vec::new())).collect();
        let met = self.each_missing(rules, tables, duty, |start, missing| {
            for (place, words) in missing.iter().enumerate() {
                for (at, word) in words.iter().enumerate() {
                    ones_of(*word)
                        .for_each(|bit| found.entry(start + at * 64 + bit).or_default().push(place));
                }
            }
        });
        let mut names = vec![""; met.places.len()];
        met.places.iter().for_each(|(path, place)| names[*place] = path);
        let named = |places: Vec<usize>| {
            let mut paths: Vec<String> = places.into_iter().map(|place| names[place].to_owned()).collect();
            paths.sort_unstable();
            paths
        };
        found.into_iter().map(|(row, places)| (row, named(places))).collect()
    }

    /// Visits the chunks that have unknown rows: the first row, and for each fact met so far the rows that lack it.
    /// Contract: the same facts as [`super::one::judge`] names.
    fn each_missing(
        &self,
        rules: &RuleSet,
        tables: &Tables,
        duty: &DutyPass,
        mut visit: impl FnMut(usize, &[Block]),
    ) -> Met {
        let mut met = Met::default();
        let Some(planned) = self.planned(duty) else { return met };
        let conditions = &self.judges[duty.kind].plan.conditions;
        let index = Index::new(rules);
        let mut reads: BTreeMap<ConditionIndex, Reads> = BTreeMap::new();
        for condition in planned.should.iter().flat_map(Formula::conditions) {
            reads.entry(condition).or_insert_with(|| {
                let mut told = Vec::new();
                match is_plain(rules, &self.setting, &index, &conditions[condition]) {
                    true => {
                        conditions[condition].each(&mut |part| met.way(rules, part, &mut told));
                        Reads::Told(told)
                    }
                    false => Reads::Walked,
                }
            });
        }
        let source = Source { tables, derived: &self.derived };
        let ids = tables.table(duty.kind).ids();
        let mut missing: Vec<Block> = Vec::new();
        for start in (0..duty.rows()).step_by(CHUNK) {
            let all = full(CHUNK.min(duty.rows() - start));
            let words = start / 64..start / 64 + all.len();
            let known = duty.should.yes.words()[words.clone()].iter().zip(&duty.should.no.words()[words]);
            let mut open: Block = [0; _];
            for ((open, all), (yes, no)) in open.iter_mut().zip(&all).zip(known) {
                *open = all & !(yes | no);
            }
            if open == [0; _] {
                continue;
            }
            missing.clear();
            missing.resize(met.facts.len(), [0; _]);
            let logic = Logic { answers: self.traces[duty.kind].chunk_words(start / CHUNK), all: &all };
            let mut walk = Walk::new(rules, tables, &self.setting);
            walk.keep(Keep::Missing);
            let here = Rows::Range { start, len: CHUNK.min(duty.rows() - start) };
            let mut turns = |condition: ConditionIndex, rows: &Block| match &reads[&condition] {
                Reads::Told(told) => {
                    for (place, path) in told {
                        lack(&source, path, (here, rows), &mut missing[*place]);
                    }
                }
                Reads::Walked => {
                    for (at, bit) in each_bit(rows) {
                        let id = &ids[start + at * 64 + bit];
                        for fact in walk.missing(duty.kind, id, &conditions[condition]) {
                            let place = met.place(fact.path, fact.kind, fact.fact);
                            missing.resize(missing.len().max(place + 1), [0; _]);
                            missing[place][at] |= 1 << bit;
                        }
                    }
                }
            };
            planned.should.iter().for_each(|clause| descend(&logic, clause, &open, &mut turns));
            visit(start, &missing);
        }
        met
    }
}

impl Met {
    fn place(&mut self, path: String, kind: KindId, fact: FactId) -> usize {
        *self.places.entry(path).or_insert_with(|| {
            self.facts.push((kind, fact));
            self.facts.len() - 1
        })
    }

    /// The fact an expression reads, and the references on the way to it.
    fn way(&mut self, rules: &RuleSet, expr: &Expr, told: &mut Vec<(usize, Path)>) {
        let Node::Fact(path) = &expr.node else { return };
        let mut text = String::new();
        for (step, (kind, fact)) in path.facts().enumerate() {
            let (kind, id) = (&rules.kinds[kind].id, &rules.kinds[kind].facts[fact].id);
            text.push_str(id.as_str());
            let place = self.place(text.clone(), kind.clone(), id.clone());
            told.push((place, Path { steps: path.steps[..step].to_vec(), fact, ..path.clone() }));
            text.push('.');
        }
    }
}

/// Of the rows of a chunk that are in question, adds those that lack the told fact at the end of a path.
fn lack(source: &Source<'_>, path: &Path, (here, rows): (Rows<'_>, &Block), missing: &mut Block) {
    if path.steps.is_empty() {
        // A fact of the record itself: 64 rows at a time.
        let known = source.read(path, here);
        for ((missing, rows), known) in missing.iter_mut().zip(rows).zip(known.known(here.len()).iter()) {
            *missing |= rows & !known;
        }
        return;
    }
    for (at, bit) in each_bit(rows) {
        if source.lacks(path, here.row(at * 64 + bit) as usize) {
            missing[at] |= 1 << bit;
        }
    }
}

/// The rows of a block: word and bit.
fn each_bit(rows: &Block) -> impl Iterator<Item = (usize, usize)> {
    let words = rows.iter().enumerate().filter(|(_, word)| **word != 0);
    words.flat_map(|(at, word)| ones_of(*word).map(move |bit| (at, bit)))
}

/// Whether an expression is unknown wherever a fact it reads is missing, and reads no fact that is computed.
fn is_plain(rules: &RuleSet, setting: &Setting, index: &Index, expr: &Expr) -> bool {
    let mut plain = match &expr.node {
        Node::Fact(path) => path.facts().all(|(kind, fact)| index.derived[kind][fact].is_none()),
        Node::Parameter(parameter) | Node::Lookup(parameter, _) | Node::InParameter(_, parameter) => {
            !differs_by_area(rules, setting, *parameter)
        }
        Node::And(_)
        | Node::Or(_)
        | Node::IsNull(_)
        | Node::Case { .. }
        | Node::Coalesce(_)
        | Node::Aggregate { .. } => false,
        _ => true,
    };
    expr.parts(|part| plain = plain && is_plain(rules, setting, index, part));
    plain
}

/// Goes down to the conditions that are unknown in rows where all above them is.
fn descend(
    logic: &Logic<'_>,
    formula: &Formula,
    open: &Block,
    turns: &mut impl FnMut(ConditionIndex, &Block),
) {
    let left = |yes: &[u64], no: &[u64]| {
        let mut left: Block = [0; _];
        for (left, (open, (yes, no))) in left.iter_mut().zip(open.iter().zip(yes.iter().zip(no))) {
            *left = open & !(yes | no);
        }
        left
    };
    match formula {
        Formula::Constant(_) => {}
        Formula::Condition(condition) | Formula::Not(condition) => {
            let (yes, no) = logic.condition(*condition);
            turns(*condition, &left(yes, no));
        }
        Formula::All(parts) | Formula::Any(parts) => {
            let (yes, no) = logic.truth(formula);
            let left = left(&yes, &no);
            parts.iter().for_each(|part| descend(logic, part, &left, turns));
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Value;

    use crate::evaluate::{Setting, pass};
    use crate::sample;
    use crate::table::Tables;

    #[test]
    fn counts_what_would_settle() {
        let rules = sample::rules();
        let mut builder = Tables::builder(&rules);
        let text = |text: &str| Value::Text(text.to_owned());
        for (kind, id, facts) in [
            ("firm", "f1", vec![]),
            ("firm", "f2", vec![("staff", Value::Int(2))]),
            ("lease", "l1", vec![("tenant", text("f1"))]),
            ("lease", "l2", vec![("tenant", text("f1"))]),
            ("lease", "l3", vec![("tenant", text("f2"))]),
            ("lease", "l4", vec![]),
        ] {
            builder.push(&kind.into(), id.into(), &sample::record(kind, id, &facts).facts).unwrap();
        }
        let tables = builder.finish();
        let found = pass(&rules, &tables, &Setting::on("2020-03-01".parse().unwrap()));
        let missing = found.missing(&rules, &tables, &found.duties[0]);
        let counts: Vec<_> = missing.iter().map(|m| (m.path.as_str(), m.records, m.alone)).collect();
        assert_eq!(counts, [("tenant.staff", 2, 2), ("tenant", 1, 1)]);
    }
}
