//! Every duty of every kind at once, a chunk of rows at a time.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use model::{Standing, Truth};

use super::family::{Answers, Panel, panels};
use super::pass::{Dates, DutyPass, Numbers, Pass, RowAreas};
use super::program::{Binding, Needed, NodeId, Program, Values, bind_derived};
use super::rejudge::{Place, Readers, has_parameter};
use super::scalar::{Scalar, type_of};
use super::vector::{Rows, Source, Vector, full};
use super::{Index, Setting};
use crate::bits::Mask;
use crate::column::{CHUNK, Column, ColumnBuilder};
use crate::expr::{Expr, KindIndex, Node, Type};
use crate::number;
use crate::plan::{Answered, ConditionIndex, Formula, Layout, Pair, Plan, PlannedDuty, each_fact};
use crate::ruleset::RuleSet;
use crate::table::Tables;

/// Words of one bit a row in a chunk.
const WIDTH: usize = CHUNK / 64;

/// Judges every duty in force on the setting's day for every record.
/// Contract: for each record the same as [`super::one()`].
pub fn pass(rules: &RuleSet, tables: &Tables, setting: &Setting) -> Pass {
    let (derivations, derived) = derive_all(rules, tables, setting);
    let binding = Binding { rules, setting, source: Source { tables, derived: &derived } };
    let mut judges: Vec<Judge> = (0..rules.kinds.len()).map(|kind| Judge::new(&binding, kind)).collect();
    let mut duties: Vec<DutyPass> = Vec::new();
    let mut traces = Vec::new();
    let mut areas = Vec::new();
    for judge in &judges {
        let rows = tables.table(judge.plan.kind).len();
        let mut sheet = Sheet::new(rules, judge, rows);
        for start in (0..rows).step_by(CHUNK) {
            let len = CHUNK.min(rows - start);
            judge.run(&binding.source, (start, len), &mut sheet);
        }
        duties.extend(sheet.duties);
        traces.push(sheet.trace);
        areas.push(sheet.areas);
    }
    duties.sort_by_key(|duty| duty.index);
    for judge in &mut judges {
        let place =
            |planned: &PlannedDuty| duties.iter().position(|duty| duty.index == planned.index).unwrap_or(0);
        judge.places = judge.plan.duties.iter().map(place).collect();
    }
    let readers = Readers::new(rules, setting.on);
    Pass {
        on: setting.on,
        setting: setting.clone(),
        duties,
        areas,
        traces,
        judges,
        derivations,
        derived,
        readers,
        growth: tables.growth(),
    }
}

/// Which rows of a kind a condition holds for, and for which that is unknown.
pub fn condition(
    rules: &RuleSet,
    tables: &Tables,
    (kind, expr): (KindIndex, &Expr),
    setting: &Setting,
) -> Mask {
    let (_, derived) = derive_all(rules, tables, setting);
    let source = Source { tables, derived: &derived };
    let binding = Binding { rules, setting, source };
    let mut program = Program::new(&binding, kind);
    let root = program.bind(&binding, expr);
    program.refresh(&source);
    let needed = program.needed([root]);
    let rows = tables.table(kind).len();
    let mut mask = Mask::new(rows);
    for start in (0..rows).step_by(CHUNK) {
        let len = CHUNK.min(rows - start);
        let values = program.run(&source, Rows::Range { start, len }, &needed);
        let (yes, no) = values[root].truth(len);
        let words = start / 64..start / 64 + len.div_ceil(64);
        mask.yes.words_mut(words.clone()).copy_from_slice(&yes);
        mask.no.words_mut(words).copy_from_slice(&no);
    }
    mask
}

/// How one derived fact is computed.
#[derive(Clone, Debug)]
pub(crate) struct Derivation {
    pub program: Program,
    root: NodeId,
    needed: Needed,
}

impl Derivation {
    /// The fact of one row.
    pub fn row(&self, source: &Source<'_>, row: usize) -> Option<Scalar> {
        let values = self.program.run(source, Rows::Range { start: row, len: 1 }, &self.needed);
        values[self.root].scalar(0, self.program.lexicon(self.root, source)).and_then(Scalar::told)
    }
}

/// Derived facts by kind and fact.
pub(crate) type Derived = Vec<Vec<Option<Column>>>;

/// Computes every derived fact, each after what it reads.
pub(crate) fn derive_all(rules: &RuleSet, tables: &Tables, setting: &Setting) -> (Vec<Derivation>, Derived) {
    let mut derived: Derived = rules.kinds.iter().map(|kind| vec![None; kind.facts.len()]).collect();
    let mut derivations = Vec::with_capacity(rules.derived.len());
    for (place, fact) in rules.derived.iter().enumerate() {
        let source = Source { tables, derived: &derived };
        let binding = Binding { rules, setting, source };
        let mut program = Program::new(&binding, fact.kind);
        let root = bind_derived(&mut program, &binding, place);
        program.refresh(&source);
        let needed = program.needed([root]);
        let ty = type_of(&rules.kinds[fact.kind].facts[fact.fact].fact_type);
        let mut builder = ColumnBuilder::new(ty);
        let mut keys = Vec::new();
        let rows = tables.table(fact.kind).len();
        for start in (0..rows).step_by(CHUNK) {
            let len = CHUNK.min(rows - start);
            let values = program.run(&source, Rows::Range { start, len }, &needed);
            let dictionary = program.lexicon(root, &source);
            for row in 0..len {
                match (&values[root], dictionary) {
                    (Vector::Text(found, _), Some(dictionary)) if values[root].is_known(row) => {
                        builder.push_key(found[row], dictionary, &mut keys);
                    }
                    (value, _) => {
                        builder.push_scalar(value.scalar(row, dictionary).and_then(Scalar::told).as_ref())
                    }
                }
            }
        }
        derived[fact.kind][fact.fact] = Some(builder.finish());
        derivations.push(Derivation { program, root, needed });
    }
    (derivations, derived)
}

/// All duties of one kind, bound to a day and a register.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    pub plan: Plan,
    pub program: Program,
    panels: Vec<Panel>,
    /// Conditions that no panel answers, and their nodes.
    others: Vec<(ConditionIndex, NodeId)>,
    numbers: Vec<DutyNodes>,
    area: Option<NodeId>,
    needed: Needed,
    reach: Reach,
    layout: Layout,
    /// By duty of the plan, where its clauses are laid out.
    laid: Vec<Range<usize>>,
    /// By duty of the plan, its place in [`Pass::duties`].
    pub places: Vec<usize>,
}

/// What a duty tells beside its conditions.
#[derive(Clone, Debug)]
struct DutyNodes {
    amount: Option<NodeId>,
    paid: Option<NodeId>,
    arises: Option<NodeId>,
    done_on: Option<NodeId>,
}

/// What is written about the records of one kind.
struct Sheet {
    duties: Vec<DutyPass>,
    trace: Trace,
    areas: RowAreas,
}

/// The answer to every condition for every record: chunk by chunk, condition by condition, the words of yes and then
/// those of no.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    conditions: usize,
    words: Vec<u64>,
}

impl Trace {
    fn new(conditions: usize, rows: usize) -> Self {
        let mut trace = Self { conditions, words: Vec::new() };
        trace.grow(rows);
        trace
    }

    /// Makes room for more rows, all unknown.
    pub fn grow(&mut self, rows: usize) {
        let words = rows.div_ceil(CHUNK) * self.conditions * 2 * WIDTH;
        if self.words.is_empty() {
            // Zeroed by the system as it is touched, not by us.
            self.words = vec![0; words];
        } else {
            self.words.resize(words.max(self.words.len()), 0);
        }
    }

    fn chunk(&mut self, chunk: usize) -> &mut [u64] {
        let size = self.conditions * 2 * WIDTH;
        &mut self.words[chunk * size..(chunk + 1) * size]
    }

    /// The answers of one chunk.
    pub fn chunk_words(&self, chunk: usize) -> &[u64] {
        let size = self.conditions * 2 * WIDTH;
        &self.words[chunk * size..(chunk + 1) * size]
    }

    fn place(&self, condition: ConditionIndex, row: usize) -> usize {
        ((row / CHUNK * self.conditions + condition) * 2) * WIDTH + row % CHUNK / 64
    }

    /// What a condition came to for a row.
    pub fn get(&self, condition: ConditionIndex, row: usize) -> Truth {
        let place = self.place(condition, row);
        let bit = |place: usize| self.words.get(place).is_some_and(|word| word >> (row % 64) & 1 == 1);
        match (bit(place), bit(place + WIDTH)) {
            (true, _) => Truth::Yes,
            (_, true) => Truth::No,
            _ => Truth::Unknown,
        }
    }

    fn set(&mut self, condition: ConditionIndex, row: usize, truth: Truth) {
        let place = self.place(condition, row);
        let bit = 1 << (row % 64);
        for (place, holds) in [(place, truth == Truth::Yes), (place + WIDTH, truth == Truth::No)] {
            if holds {
                self.words[place] |= bit;
            } else {
                self.words[place] &= !bit;
            }
        }
    }
}

impl Judge {
    pub fn new(binding: &Binding<'_>, kind: KindIndex) -> Self {
        let rules = binding.rules;
        let plan = Plan::new(rules, kind, binding.setting.on);
        let mut program = Program::new(binding, kind);
        let conditions: Vec<NodeId> =
            plan.conditions.iter().map(|condition| program.bind(binding, condition)).collect();
        let mut bind = |expr: &Option<Expr>| expr.as_ref().map(|expr| program.bind(binding, expr));
        let numbers: Vec<DutyNodes> = plan
            .duties
            .iter()
            .map(|duty| {
                let duty = &rules.duties[duty.index];
                DutyNodes {
                    amount: bind(&duty.amount),
                    paid: bind(&duty.paid),
                    arises: bind(&duty.arises),
                    done_on: bind(&duty.done_on),
                }
            })
            .collect();
        let path = Index::new(rules).areas[kind].clone();
        let area = path.map(|path| Expr { node: Node::Fact(path), ty: Type::Text });
        let reach = Reach::new(rules, &plan, area.as_ref());
        let area = bind(&area);
        program.refresh(&binding.source);
        let (panels, others) = panels(&program, &conditions);
        let roots = others.iter().map(|(_, node)| *node).chain(panels.iter().flat_map(Panel::children));
        let told = numbers.iter().flat_map(|duty| [duty.amount, duty.paid, duty.arises, duty.done_on]);
        let needed = program.needed(roots.chain(told.flatten()).chain(area));
        let mut layout = Layout::default();
        let laid = plan.duties.iter().map(|duty| layout.add(&duty.should)).collect();
        Self { plan, program, panels, others, numbers, area, needed, reach, layout, laid, places: Vec::new() }
    }

    /// Computes one more expression with the rest.
    pub fn also(&mut self, binding: &Binding<'_>, expr: &Expr) -> NodeId {
        let node = self.program.bind(binding, expr);
        self.needed = self.program.needed(self.needed.order().iter().copied().chain([node]));
        node
    }

    /// The node of a duty's amount.
    pub fn amount_node(&self, place: usize) -> Option<NodeId> {
        self.numbers[place].amount
    }

    /// The answers and the values for the rows of one chunk.
    pub fn chunk<'a>(&'a self, source: &Source<'a>, (start, len): (usize, usize)) -> (Vec<u64>, Values<'a>) {
        let mut words = vec![0; self.plan.conditions.len() * 2 * WIDTH];
        let mut answers = Answers { words: &mut words, width: WIDTH };
        let values = self.answer(source, Rows::Range { start, len }, &mut answers);
        (words, values)
    }

    /// Answers one condition with yes, or no, for some rows of a chunk, and leaves it unknown for the others.
    pub fn answer_all(&self, answers: &mut [u64], condition: ConditionIndex, (yes, rows): (bool, &[u64])) {
        let place = condition * 2 * WIDTH;
        let (to, other) = if yes { (place, place + WIDTH) } else { (place + WIDTH, place) };
        answers[to..to + rows.len()].copy_from_slice(rows);
        answers[other..other + rows.len()].fill(0);
    }

    /// Takes in what dictionaries have gained; says whether everything has to be bound again.
    pub fn refresh(&mut self, source: &Source<'_>) -> bool {
        let outgrown = self.program.refresh(source);
        self.panels.iter_mut().for_each(|panel| panel.refresh(&self.program));
        outgrown
    }

    /// Answers every condition for some rows.
    fn answer<'a>(&'a self, source: &Source<'a>, rows: Rows<'_>, answers: &mut Answers<'_>) -> Values<'a> {
        let values = self.program.run(source, rows, &self.needed);
        for panel in &self.panels {
            panel.run(&values, rows.len(), answers);
        }
        for (condition, node) in &self.others {
            let (yes, no) = values[*node].truth(rows.len());
            let place = condition * 2 * answers.width;
            answers.words[place..place + yes.len()].copy_from_slice(&yes);
            let place = place + answers.width;
            answers.words[place..place + no.len()].copy_from_slice(&no);
        }
        values
    }

    /// The answers and the values for one row.
    fn row<'a>(&'a self, source: &Source<'a>, row: usize) -> (Answered, Values<'a>) {
        let mut words = vec![0; self.plan.conditions.len() * 2];
        let rows = Rows::Range { start: row, len: 1 };
        let values = self.answer(source, rows, &mut Answers { words: &mut words, width: 1 });
        let pairs = words.chunks_exact(2).map(|answer| Pair::new(answer[0] == 1, answer[1] == 1));
        (Answered::new(pairs), values)
    }

    /// Judges the rows of one chunk.
    fn run(&self, source: &Source<'_>, (start, len): (usize, usize), sheet: &mut Sheet) {
        let answers = sheet.trace.chunk(start / CHUNK);
        let values =
            self.answer(source, Rows::Range { start, len }, &mut Answers { words: answers, width: WIDTH });
        let logic = Logic { answers, all: &full(len) };
        let words = start / 64..start / 64 + len.div_ceil(64);
        for ((planned, nodes), duty) in self.plan.duties.iter().zip(&self.numbers).zip(&mut sheet.duties) {
            for (mask, truth) in [
                (&mut duty.should, logic.all(&planned.should)),
                (&mut duty.exempt, logic.any(&planned.exempt)),
                (&mut duty.done, logic.truth(&planned.done)),
            ] {
                mask.yes.words_mut(words.clone()).copy_from_slice(&truth.0);
                mask.no.words_mut(words.clone()).copy_from_slice(&truth.1);
            }
            nodes.write(&values, (start, len), duty);
        }
        let areas = self.area_keys(source, &values, len, &mut sheet.areas);
        sheet.areas.keys.extend(areas);
    }

    /// The key of each row's area.
    pub fn area_keys<'a>(
        &'a self,
        source: &Source<'a>,
        values: &Values<'a>,
        len: usize,
        areas: &mut RowAreas,
    ) -> Vec<u32> {
        let found = self.area.map(|node| (&values[node], self.program.lexicon(node, source)));
        let mut known: Vec<Option<u32>> = Vec::new();
        let key = |row: usize| match found {
            Some((vector @ Vector::Text(keys, _), Some(dictionary))) if vector.is_known(row) => {
                let key = keys[row];
                known.resize(known.len().max(key as usize + 1), None);
                *known[key as usize].get_or_insert_with(|| areas.key_of(Some(dictionary.get(key))))
            }
            _ => 0,
        };
        (0..len).map(key).collect()
    }
}

impl Pass {
    /// Judges one row again where some facts changed; `None` is for a new row, of which all is judged. Returns the places
    /// of the duties whose verdict changed, and where the row stood for each.
    pub(crate) fn judge_row(
        &mut self,
        tables: &Tables,
        (kind, row): (KindIndex, usize),
        facts: Option<&BTreeSet<Place>>,
    ) -> Vec<(usize, Standing)> {
        let judge = &self.judges[kind];
        let source = Source { tables, derived: &self.derived };
        let (answers, values) = judge.row(&source, row);
        let reach = facts.map_or(Cow::Borrowed(&judge.reach.all), |facts| judge.reach.of(facts));
        for condition in &reach.conditions {
            self.traces[kind].set(*condition, row, answers.get(*condition).truth());
        }
        let mut changed = Vec::new();
        for (place, parts) in &reach.duties {
            let (planned, nodes) = (&judge.plan.duties[*place], &judge.numbers[*place]);
            let duty = &mut self.duties[judge.places[*place]];
            let has = |part: u8| parts & part != 0;
            let should =
                has(SHOULD).then(|| planned.should_of(&answers)).filter(|now| *now != duty.should.get(row));
            let exempt =
                has(EXEMPT).then(|| planned.exempt_of(&answers)).filter(|now| *now != duty.exempt.get(row));
            let done = has(DONE)
                .then(|| planned.done.pair(&answers).truth())
                .filter(|now| *now != duty.done.get(row));
            let numbers = has(NUMBERS) && nodes.differ(&values, row, duty);
            if facts.is_some() && should.or(exempt).or(done).is_none() && !numbers {
                continue;
            }
            changed.push((judge.places[*place], duty.standing(row)));
            for (mask, now) in
                [(&mut duty.should, should), (&mut duty.exempt, exempt), (&mut duty.done, done)]
            {
                now.into_iter().for_each(|now| mask.set(row, now));
            }
            nodes.write(&values, (row, 1), duty);
        }
        let areas = &mut self.areas[kind];
        areas.keys[row] = judge.area_keys(&source, &values, 1, areas).first().copied().unwrap_or(0);
        changed
    }
}

/// Every duty of a kind, judged for one row and traced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowTrace {
    /// The duties, in the order of the rules.
    pub duties: Vec<RowVerdict>,
    /// `should` of all of them, clause by clause.
    clauses: Vec<Truth>,
}

/// One duty judged for one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowVerdict {
    /// Its place in [`RuleSet::duties`].
    pub index: usize,
    /// Whether it is owed.
    pub should: Truth,
    /// Whether it has been served.
    pub done: Truth,
    /// Whether it is released from.
    pub exempt: Truth,
    first: usize,
    last: usize,
}

impl RowTrace {
    /// `should` of a duty, clause by clause.
    pub fn clauses(&self, verdict: &RowVerdict) -> &[Truth] {
        self.clauses.get(verdict.first..verdict.last).unwrap_or_default()
    }
}

impl Pass {
    /// Judges every duty for one row from its facts as they are now, each condition once. Nothing is kept.
    /// Contract: the tables' dictionaries have not grown since the pass, but by [`super::rejudge`].
    pub fn row(&self, tables: &Tables, kind: KindIndex, row: usize) -> RowTrace {
        let judge = &self.judges[kind];
        let source = Source { tables, derived: &self.derived };
        let (answers, _) = judge.row(&source, row);
        let mut trace = RowTrace {
            duties: Vec::with_capacity(judge.plan.duties.len()),
            clauses: Vec::with_capacity(judge.plan.duties.len() * 4),
        };
        for (planned, laid) in judge.plan.duties.iter().zip(&judge.laid) {
            let first = trace.clauses.len();
            let mut should = Pair::new(true, false);
            for clause in judge.layout.pairs(laid, &answers) {
                should = should.and(clause);
                trace.clauses.push(clause.truth());
            }
            trace.duties.push(RowVerdict {
                index: planned.index,
                should: should.truth(),
                done: planned.done.pair(&answers).truth(),
                exempt: planned.exempt_of(&answers),
                first,
                last: trace.clauses.len(),
            });
        }
        trace
    }
}

/// Parts of a duty that facts reach.
const SHOULD: u8 = 1;
const EXEMPT: u8 = 2;
const DONE: u8 = 4;
const NUMBERS: u8 = 8;

/// From facts to conditions to duties: what has to be looked at again when a fact changes.
#[derive(Clone, Debug, Default)]
struct Reach {
    by_fact: HashMap<Place, Reached>,
    all: Reached,
}

/// Conditions, and duties by their place in the plan with the parts that are reached; both in order.
#[derive(Clone, Debug, Default)]
struct Reached {
    conditions: Vec<ConditionIndex>,
    duties: Vec<(usize, u8)>,
}

impl Reach {
    fn new(rules: &RuleSet, plan: &Plan, area: Option<&Expr>) -> Self {
        // Whatever reads a parameter may read the record's area.
        let facts_of = |expr: &Expr| {
            let mut facts = BTreeSet::new();
            each_fact(expr, &mut |place| {
                facts.insert(place);
            });
            if let (true, Some(area)) = (has_parameter(expr), area) {
                each_fact(area, &mut |place| {
                    facts.insert(place);
                });
            }
            facts
        };
        let conditions: Vec<BTreeSet<Place>> = plan.conditions.iter().map(facts_of).collect();
        let mut duties: BTreeMap<Place, BTreeMap<usize, u8>> = BTreeMap::new();
        for (place, planned) in plan.duties.iter().enumerate() {
            let mut reach = |fact: &Place, part: u8| {
                *duties.entry(*fact).or_default().entry(place).or_default() |= part;
            };
            let formulas = [
                (SHOULD, planned.should.as_slice()),
                (EXEMPT, planned.exempt.as_slice()),
                (DONE, std::slice::from_ref(&planned.done)),
            ];
            for (part, formulas) in formulas {
                for condition in formulas.iter().flat_map(Formula::conditions) {
                    conditions[condition].iter().for_each(|fact| reach(fact, part));
                }
            }
            let duty = &rules.duties[planned.index];
            for expr in [&duty.amount, &duty.paid, &duty.arises, &duty.done_on].into_iter().flatten() {
                facts_of(expr).iter().for_each(|fact| reach(fact, NUMBERS));
            }
        }
        let by_fact = duties.into_iter().map(|(fact, duties)| {
            let reads = |condition: &ConditionIndex| conditions[*condition].contains(&fact);
            let conditions = (0..conditions.len()).filter(reads).collect();
            (fact, Reached { conditions, duties: duties.into_iter().collect() })
        });
        let everything = (0..plan.duties.len()).map(|place| (place, SHOULD | EXEMPT | DONE | NUMBERS));
        let all = Reached { conditions: (0..conditions.len()).collect(), duties: everything.collect() };
        Self { by_fact: by_fact.collect(), all }
    }

    fn of(&self, facts: &BTreeSet<Place>) -> Cow<'_, Reached> {
        let mut found = facts.iter().filter_map(|fact| self.by_fact.get(fact));
        match (found.next(), found.next()) {
            (None, _) => Cow::Owned(Reached::default()),
            (Some(one), None) => Cow::Borrowed(one),
            (Some(first), Some(second)) => {
                let (mut conditions, mut duties) = (BTreeSet::new(), BTreeMap::<usize, u8>::new());
                for reached in [first, second].into_iter().chain(found) {
                    conditions.extend(reached.conditions.iter().copied());
                    for (duty, parts) in &reached.duties {
                        *duties.entry(*duty).or_default() |= parts;
                    }
                }
                Cow::Owned(Reached {
                    conditions: conditions.into_iter().collect(),
                    duties: duties.into_iter().collect(),
                })
            }
        }
    }
}

impl DutyNodes {
    /// Whether a number or a day of a row, computed as the first, is another than before.
    fn differ(&self, values: &Values<'_>, row: usize, duty: &DutyPass) -> bool {
        let number = |node: Option<NodeId>, numbers: &Option<Numbers>| {
            let (Some(node), Some(numbers)) = (node, numbers) else { return false };
            let now = if values[node].is_known(0) { values[node].number(0) } else { None };
            now.and_then(number::fit) != numbers.unscaled(row)
        };
        let day = |node: Option<NodeId>, dates: &Option<Dates>| {
            let (Some(node), Some(dates)) = (node, dates) else { return false };
            let now = values[node].scalar(0, None).and_then(|value| value.as_date());
            now != dates.get(row).map(|day| day.to_epoch_days())
        };
        number(self.amount, &duty.amount)
            || number(self.paid, &duty.paid)
            || day(self.arises, &duty.arises)
            || day(self.done_on, &duty.done_on)
    }

    fn write(&self, values: &Values<'_>, (start, len): (usize, usize), duty: &mut DutyPass) {
        for (node, numbers) in [(self.amount, &mut duty.amount), (self.paid, &mut duty.paid)] {
            let (Some(node), Some(numbers)) = (node, numbers) else { continue };
            for row in 0..len {
                let known = values[node].is_known(row);
                numbers.set(start + row, if known { values[node].number(row) } else { None });
            }
        }
        for (node, dates) in [(self.arises, &mut duty.arises), (self.done_on, &mut duty.done_on)] {
            let (Some(node), Some(dates)) = (node, dates) else { continue };
            for row in 0..len {
                dates.set(start + row, values[node].scalar(row, None).and_then(|value| value.as_date()));
            }
        }
    }
}

/// Kleene's logic on the answers for the rows of one chunk.
pub(crate) struct Logic<'a> {
    pub answers: &'a [u64],
    /// Every row there is.
    pub all: &'a [u64],
}

type Truths = (Vec<u64>, Vec<u64>);

impl Logic<'_> {
    /// What a condition came to: yes, and no.
    pub fn condition(&self, condition: ConditionIndex) -> (&[u64], &[u64]) {
        let place = condition * 2 * WIDTH;
        let len = self.all.len();
        (&self.answers[place..place + len], &self.answers[place + WIDTH..place + WIDTH + len])
    }

    /// One formula.
    pub fn truth(&self, formula: &Formula) -> Truths {
        let none = || vec![0; self.all.len()];
        match formula {
            Formula::Constant(Truth::Yes) => (self.all.to_vec(), none()),
            Formula::Constant(Truth::No) => (none(), self.all.to_vec()),
            Formula::Constant(Truth::Unknown) => (none(), none()),
            Formula::Condition(condition) => {
                let (yes, no) = self.condition(*condition);
                (yes.to_vec(), no.to_vec())
            }
            Formula::Not(condition) => {
                let (yes, no) = self.condition(*condition);
                (no.to_vec(), yes.to_vec())
            }
            Formula::All(parts) => self.all(parts),
            Formula::Any(parts) => self.any(parts),
        }
    }

    /// All of some formulas.
    pub fn all(&self, parts: &[Formula]) -> Truths {
        let (mut yes, mut no) = (self.all.to_vec(), vec![0; self.all.len()]);
        for part in parts {
            self.join(part, &mut yes, &mut no);
        }
        (yes, no)
    }

    fn any(&self, parts: &[Formula]) -> Truths {
        let (mut yes, mut no) = (vec![0; self.all.len()], self.all.to_vec());
        for part in parts {
            self.join_opposite(part, &mut yes, &mut no);
        }
        (yes, no)
    }

    /// `narrow` keeps what the part has, `wide` takes it in.
    fn join(&self, part: &Formula, narrow: &mut [u64], wide: &mut [u64]) {
        let apply = |narrow: &mut [u64], wide: &mut [u64], yes: &[u64], no: &[u64]| {
            narrow.iter_mut().zip(yes).for_each(|(word, part)| *word &= part);
            wide.iter_mut().zip(no).for_each(|(word, part)| *word |= part);
        };
        match part {
            Formula::Condition(condition) => {
                let (yes, no) = self.condition(*condition);
                apply(narrow, wide, yes, no);
            }
            Formula::Not(condition) => {
                let (yes, no) = self.condition(*condition);
                apply(narrow, wide, no, yes);
            }
            other => {
                let (yes, no) = self.truth(other);
                apply(narrow, wide, &yes, &no);
            }
        }
    }

    fn join_opposite(&self, part: &Formula, wide: &mut [u64], narrow: &mut [u64]) {
        match part {
            Formula::Condition(condition) => self.join(&Formula::Not(*condition), narrow, wide),
            Formula::Not(condition) => self.join(&Formula::Condition(*condition), narrow, wide),
            other => {
                let (yes, no) = self.truth(other);
                narrow.iter_mut().zip(&no).for_each(|(word, part)| *word &= part);
                wide.iter_mut().zip(&yes).for_each(|(word, part)| *word |= part);
            }
        }
    }
}

impl Sheet {
    fn new(rules: &RuleSet, judge: &Judge, rows: usize) -> Self {
        let numbers =
            |expr: &Option<Expr>| expr.as_ref().map(|expr| Numbers::new(number::scale_of(expr.ty), rows));
        let duty = |index: usize| {
            let duty = &rules.duties[index];
            DutyPass {
                index,
                duty: duty.duty.id.clone(),
                kind: duty.kind,
                should: Mask::new(rows),
                done: Mask::new(rows),
                exempt: Mask::new(rows),
                amount: numbers(&duty.amount),
                paid: numbers(&duty.paid),
                arises: duty.arises.as_ref().map(|_| Dates::new(rows)),
                done_on: duty.done_on.as_ref().map(|_| Dates::new(rows)),
                rows,
            }
        };
        Self {
            duties: judge.plan.duties.iter().map(|planned| duty(planned.index)).collect(),
            trace: Trace::new(judge.plan.conditions.len(), rows),
            areas: RowAreas::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Value;

    use super::*;
    use crate::sample;

    #[test]
    fn sets_add_up() {
        let rules = sample::rules();
        let mut builder = Tables::builder(&rules);
        let text = |text: &str| Value::Text(text.to_owned());
        let mut push = |kind: &str, id: &str, facts: &[(&str, Value)]| {
            builder.push(&kind.into(), id.into(), &sample::record(kind, id, facts).facts).unwrap();
        };
        push("firm", "f1", &[("staff", Value::Int(3)), ("area", text("411002"))]);
        push("firm", "f2", &[("staff", Value::Int(999)), ("area", text("411000"))]);
        for (id, tenant) in [("l1", "f1"), ("l2", "f2"), ("l3", "f3"), ("l4", "f1")] {
            let rent = Value::Decimal("100".parse().unwrap());
            push("lease", id, &[("tenant", text(tenant)), ("rent", rent)]);
        }
        push("waiver", "w", &[("lease", text("l4")), ("months", Value::Int(6))]);
        let tables = builder.finish();
        let found = pass(&rules, &tables, &Setting::on("2020-03-01".parse().unwrap()));
        let duty = &found.duties[0];
        let counts = found.counts(duty);
        assert_eq!((counts.should, counts.done, counts.gap, counts.unknown, counts.out), (2, 1, 1, 1, 1));
        assert_eq!(counts.owed, "1200.00".parse().unwrap());
        assert_eq!(duty.rows_in(Standing::Gap).collect::<Vec<_>>(), [0]);
        assert_eq!(duty.rows_in(Standing::Unknown).collect::<Vec<_>>(), [2]);
        assert_eq!(duty.should.get(2), Truth::Unknown);
        let by_area = found.counts_by_area(duty);
        assert_eq!(super::super::counts_within(&by_area, &rules.city.areas, "411000").should, 2);
        assert_eq!(by_area[&Some("411000".into())].out, 1);
    }

    #[test]
    fn rows_beyond_a_chunk() {
        let rules = sample::rules();
        let mut builder = Tables::builder(&rules);
        let text = |text: String| Value::Text(text);
        for firm in 0..10 {
            let facts = sample::record("firm", "", &[("staff", Value::Int(firm * 50))]).facts;
            builder.push(&"firm".into(), format!("f{firm}").into(), &facts).unwrap();
        }
        let lease =
            |tenant: usize| sample::record("lease", "", &[("tenant", text(format!("f{tenant}")))]).facts;
        let rows = 2 * CHUNK - 3;
        for row in 0..rows {
            builder.push(&"lease".into(), format!("l{row}").into(), &lease(row % 10)).unwrap();
        }
        let mut tables = builder.finish();
        let mut found = pass(&rules, &tables, &Setting::on("2020-03-01".parse().unwrap()));
        let owed = |found: &Pass, row: usize| found.duties[0].should.get(row) == Truth::Yes;
        assert!((0..rows).all(|row| owed(&found, row) == (row % 10 < 6)));
        // New rows over the end of the second chunk, and one in the middle of the first.
        for (row, tenant) in (rows..rows + 6).map(|row| (row, row % 2 * 9)).chain([(70, 9)]) {
            let (kind, id, facts) = ("lease".into(), format!("l{row}").into(), lease(tenant));
            let changed = super::super::Changed { kind: &kind, id: &id, facts: &facts };
            super::super::rejudge(&rules, &mut tables, &mut found, changed).unwrap();
        }
        let expected =
            |row: usize| if row >= rows { row.is_multiple_of(2) } else { row % 10 < 6 && row != 70 };
        assert!((0..rows + 6).all(|row| owed(&found, row) == expected(row)));
    }
}
