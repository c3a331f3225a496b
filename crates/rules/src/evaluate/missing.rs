//! For a list of unknowns: which missing fact would settle how many of them.

use std::collections::BTreeMap;

use model::{FactId, KindId, Label};
use serde::Serialize;

use super::Index;
use super::columns::Logic;
use super::pass::{DutyPass, Pass};
use super::vector::{Rows, Source, full};
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

/// A told fact that a condition reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    text: String,
    /// Where it stands: its kind and place.
    place: (usize, usize),
    /// The way to it; none for facts of records that point here.
    path: Option<Path>,
}

impl Pass {
    /// The missing facts of a duty's unknown records: the one that alone settles most first, then the one that most turn
    /// on. A condition over several facts counts each of them that is missing, also where one would be enough.
    pub fn missing(&self, rules: &RuleSet, tables: &Tables, duty: &DutyPass) -> Vec<MissingCount> {
        let Some(planned) = self.planned(duty) else { return Vec::new() };
        let judge = &self.judges[duty.kind];
        let index = Index::new(rules);
        let mut conditions: Vec<ConditionIndex> =
            planned.should.iter().flat_map(Formula::conditions).collect();
        conditions.sort_unstable();
        conditions.dedup();
        let reads: BTreeMap<ConditionIndex, Vec<Told>> = conditions
            .iter()
            .map(|condition| {
                let mut told = Vec::new();
                told_facts(rules, &index, &judge.plan.conditions[*condition], &mut Way::default(), &mut told);
                told.sort();
                told.dedup();
                (*condition, told)
            })
            .collect();
        let mut all: Vec<&Told> = reads.values().flatten().collect();
        all.sort_unstable();
        all.dedup();
        let source = Source { tables, derived: &self.derived };
        let mut counts = vec![(0u64, 0u64); all.len()];
        for start in (0..duty.rows()).step_by(CHUNK) {
            let rows = Rows::Range { start, len: CHUNK.min(duty.rows() - start) };
            let width = rows.len().div_ceil(64);
            let answers = self.traces[duty.kind].chunk_words(start / CHUNK);
            let logic = Logic { answers, all: &full(rows.len()) };
            // For each condition the rows in which the verdict turns on it.
            let mut turns: BTreeMap<ConditionIndex, Vec<u64>> = BTreeMap::new();
            let (yes, no) = logic.all(&planned.should);
            let open: Vec<u64> =
                logic.all.iter().zip(yes.iter().zip(&no)).map(|(all, (yes, no))| all & !(yes | no)).collect();
            if open.iter().all(|word| *word == 0) {
                continue;
            }
            for clause in &planned.should {
                descend(&logic, clause, &open, &mut turns);
            }
            let mut missing = vec![vec![0u64; width]; all.len()];
            for (condition, rows_of) in &turns {
                let mut explained = vec![0u64; width];
                for told in &reads[condition] {
                    let (Ok(place), Some(path)) = (all.binary_search(&told), &told.path) else { continue };
                    let known = source.read(path, rows);
                    // What lies behind a reference that is missing is not missing itself.
                    let behind = path.steps.split_last().map(|((step, _), before)| Path {
                        kind: path.kind,
                        steps: before.to_vec(),
                        fact: *step,
                        text: String::new(),
                    });
                    let behind = behind.map(|path| source.read(&path, rows));
                    let known = known.known(rows.len());
                    for at in 0..width {
                        let reached = behind.as_ref().map_or(u64::MAX, |behind| behind.known(rows.len())[at]);
                        let word = rows_of[at] & !known[at] & reached;
                        missing[place][at] |= word;
                        explained[at] |= word;
                    }
                }
                for told in reads[condition].iter().filter(|told| told.path.is_none()) {
                    let Ok(place) = all.binary_search(&told) else { continue };
                    for at in 0..width {
                        missing[place][at] |= rows_of[at] & !explained[at];
                    }
                }
            }
            for at in 0..width {
                let (mut once, mut twice) = (0u64, 0u64);
                for words in &missing {
                    twice |= once & words[at];
                    once |= words[at];
                }
                for (words, (records, alone)) in missing.iter().zip(&mut counts) {
                    *records += u64::from(words[at].count_ones());
                    *alone += ones_of(words[at] & !twice).count() as u64;
                }
            }
        }
        let mut found: Vec<MissingCount> = all
            .into_iter()
            .zip(counts)
            .filter(|(_, (records, _))| *records > 0)
            .map(|(told, (records, alone))| {
                let kind = &rules.kinds[told.place.0];
                let fact = &kind.facts[told.place.1];
                MissingCount {
                    path: told.text.clone(),
                    kind: kind.id.clone(),
                    fact: fact.id.clone(),
                    label: fact.label.clone(),
                    question: fact.question.clone(),
                    records,
                    alone,
                }
            })
            .collect();
        found.sort_by_key(|fact| std::cmp::Reverse((fact.alone, fact.records)));
        found
    }
}

/// Goes down to the conditions that are unknown in rows where all above them is.
fn descend(
    logic: &Logic<'_>,
    formula: &Formula,
    open: &[u64],
    turns: &mut BTreeMap<ConditionIndex, Vec<u64>>,
) {
    let (yes, no) = logic.truth(formula);
    let open: Vec<u64> =
        open.iter().zip(yes.iter().zip(&no)).map(|(open, (yes, no))| open & !(yes | no)).collect();
    match formula {
        Formula::Constant(_) => {}
        Formula::Condition(condition) | Formula::Not(condition) => {
            let words = turns.entry(*condition).or_insert_with(|| vec![0; open.len()]);
            words.iter_mut().zip(&open).for_each(|(word, open)| *word |= open);
        }
        Formula::All(parts) | Formula::Any(parts) => {
            parts.iter().for_each(|part| descend(logic, part, &open, turns));
        }
    }
}

/// The way from the records judged to those whose expression is read.
#[derive(Clone, Debug, Default)]
struct Way {
    start: Option<usize>,
    steps: Vec<(usize, usize)>,
    text: String,
    /// Whether it led over records that point here.
    members: bool,
}

fn told_facts(rules: &RuleSet, index: &Index, expr: &Expr, way: &mut Way, told: &mut Vec<Told>) {
    match &expr.node {
        Node::Fact(path) => {
            let mut here = way.clone();
            here.start.get_or_insert(path.kind);
            let mut kind = path.kind;
            let last = (path.fact, usize::MAX);
            for (fact, next) in path.steps.iter().copied().chain([last]) {
                let declared = &rules.kinds[kind].facts[fact];
                let text = format!("{}{}", here.text, declared.id);
                match index.derived[kind][fact] {
                    Some(place) => {
                        told_facts(rules, index, &rules.derived[place].expr, &mut here.clone(), told)
                    }
                    None => told.push(Told {
                        path: (!here.members).then(|| Path {
                            kind: here.start.unwrap_or(path.kind),
                            steps: here.steps.clone(),
                            fact,
                            text: text.clone(),
                        }),
                        text: text.clone(),
                        place: (kind, fact),
                    }),
                }
                here.steps.push((fact, next));
                here.text = format!("{text}.");
                kind = next;
            }
        }
        Node::Aggregate { members, .. } => {
            let text = format!("{}{}.", way.text, rules.kinds[members.kind].id);
            let mut inner = Way { start: way.start, steps: Vec::new(), text, members: true };
            expr.parts(|part| told_facts(rules, index, part, &mut inner, told));
        }
        _ => expr.parts(|part| told_facts(rules, index, part, way, told)),
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
