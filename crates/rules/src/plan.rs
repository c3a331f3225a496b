//! All duties of a kind together: the distinct conditions, and AND/OR/NOT over them.
//!
//! Rules written by many hands ask the same questions. Each question is a condition here once, in a normal form
//! (`5 < x` is `x > 5` is not `x <= 5`), and everything else is logic on its answers.

use std::collections::HashMap;

use chrono::NaiveDate;
use model::Truth;

use crate::expr::{Comparison, Const, Expr, FactIndex, KindIndex, Node, Type};
use crate::ruleset::RuleSet;

/// A condition's place in [`Plan::conditions`].
pub type ConditionIndex = usize;

/// The duties in force for one kind, as conditions and logic.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The kind.
    pub kind: KindIndex,
    /// The distinct conditions, in normal form; none is a constant, a conjunction, a disjunction or a negation.
    pub conditions: Vec<Expr>,
    /// The duties, in the order of the rules.
    pub duties: Vec<PlannedDuty>,
}

/// One duty as logic over conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedDuty {
    /// Its place in [`RuleSet::duties`].
    pub index: usize,
    /// `should`, clause by clause; all of them.
    pub should: Vec<Formula>,
    /// `exempt`, clause by clause; any of them.
    pub exempt: Vec<Formula>,
    /// Whether it has been served.
    pub done: Formula,
}

/// Kleene's logic over conditions.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// The same for every record.
    Constant(Truth),
    /// A condition.
    Condition(ConditionIndex),
    /// A condition that must not hold.
    Not(ConditionIndex),
    /// All of these.
    All(Vec<Formula>),
    /// Any of these.
    Any(Vec<Formula>),
}

impl Plan {
    /// The duties in force on a day for a kind.
    pub fn new(rules: &RuleSet, kind: KindIndex, on: NaiveDate) -> Self {
        let mut planner = Planner::default();
        let duties = rules
            .duties
            .iter()
            .enumerate()
            .filter(|(_, duty)| duty.kind == kind && duty.duty.valid_on(on).is_some())
            .map(|(index, duty)| PlannedDuty {
                index,
                should: duty.should.iter().map(|clause| planner.formula(clause, true)).collect(),
                exempt: duty.exempt.iter().map(|clause| planner.formula(clause, true)).collect(),
                done: planner.formula(&duty.done, true),
            })
            .collect();
        Self { kind, conditions: planner.conditions, duties }
    }

    /// The conditions that read a fact, told or derived, of the kind itself or along a path.
    pub fn conditions_reading(
        &self,
        kind: KindIndex,
        fact: FactIndex,
    ) -> impl Iterator<Item = ConditionIndex> + '_ {
        let reads = move |condition: &Expr| {
            let mut found = false;
            each_fact(condition, &mut |place| found |= place == (kind, fact));
            found
        };
        self.conditions
            .iter()
            .enumerate()
            .filter(move |(_, condition)| reads(condition))
            .map(|(index, _)| index)
    }

    /// The duties whose verdict may change with any of these conditions.
    pub fn duties_on(&self, conditions: &[ConditionIndex]) -> impl Iterator<Item = &PlannedDuty> {
        self.duties.iter().filter(|duty| {
            duty.should
                .iter()
                .chain(&duty.exempt)
                .chain([&duty.done])
                .any(|formula| formula.conditions().any(|condition| conditions.contains(&condition)))
        })
    }
}

/// Visits every fact an expression reads itself, the references on the way among them: kind and fact.
pub(crate) fn each_fact(expr: &Expr, visit: &mut impl FnMut((KindIndex, FactIndex))) {
    match &expr.node {
        Node::Fact(path) => {
            let mut kind = path.kind;
            for (step, next) in &path.steps {
                visit((kind, *step));
                kind = *next;
            }
            visit((kind, path.fact));
        }
        Node::Aggregate { members, .. } => visit((members.kind, members.by)),
        _ => {}
    }
    expr.parts(|part| each_fact(part, visit));
}

/// A truth in two bits, 1 for known yes and 2 for known no: logic on it takes no branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair(u8);

impl Pair {
    pub fn new(yes: bool, no: bool) -> Self {
        Self(u8::from(yes) | u8::from(no) << 1)
    }

    pub fn truth(self) -> Truth {
        const TRUTHS: [Truth; 4] = [Truth::Unknown, Truth::Yes, Truth::No, Truth::No];
        TRUTHS[usize::from(self.0 & 3)]
    }

    fn of(truth: Truth) -> Self {
        Self::new(truth == Truth::Yes, truth == Truth::No)
    }

    pub fn and(self, other: Self) -> Self {
        Self((self.0 & other.0 & 1) | ((self.0 | other.0) & 2))
    }

    fn or(self, other: Self) -> Self {
        Self(((self.0 | other.0) & 1) | (self.0 & other.0 & 2))
    }

    fn not(self) -> Self {
        Self(self.0 >> 1 | (self.0 & 1) << 1)
    }
}

/// The answers to all conditions, and to the negation of each: `2 i` and `2 i + 1` for condition `i`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answered(Vec<Pair>);

impl Answered {
    pub fn new(answers: impl ExactSizeIterator<Item = Pair>) -> Self {
        let mut list = Vec::with_capacity(answers.len() * 2);
        answers.for_each(|answer| list.extend([answer, answer.not()]));
        Self(list)
    }

    pub fn get(&self, condition: ConditionIndex) -> Pair {
        self.0[condition * 2]
    }
}

/// Formulas laid out for one row after the other: nearly all are a condition or any of a few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Places in [`Answered`].
    literals: Vec<u32>,
    formulas: Vec<Laid>,
}

#[derive(Clone, Debug)]
enum Laid {
    /// Any of the literals from one to before the other.
    Any(u32, u32),
    Other(Formula),
}

impl Layout {
    /// Lays out some formulas and says where they stand.
    pub fn add(&mut self, formulas: &[Formula]) -> std::ops::Range<usize> {
        let first = self.formulas.len();
        for formula in formulas {
            let start = self.literals.len();
            let alone = std::slice::from_ref(formula);
            let parts = if let Formula::Any(parts) = formula { parts.as_slice() } else { alone };
            let places: Option<Vec<u32>> = parts.iter().map(Formula::literal).collect();
            self.formulas.push(match places {
                Some(places) => {
                    self.literals.extend(places);
                    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                    Laid::Any(place(start), place(self.literals.len()))
                }
                None => Laid::Other(formula.clone()),
            });
        }
        first..self.formulas.len()
    }

    /// What some of the formulas come to.
    pub fn pairs<'a>(
        &'a self,
        formulas: &std::ops::Range<usize>,
        answers: &'a Answered,
    ) -> impl Iterator<Item = Pair> + 'a {
        self.formulas[formulas.clone()].iter().map(move |formula| match formula {
            Laid::Any(first, last) => {
                let literals = &self.literals[*first as usize..*last as usize];
                let answer = |literal: &u32| answers.0[*literal as usize];
                literals.iter().map(answer).fold(Pair::of(Truth::No), Pair::or)
            }
            Laid::Other(formula) => formula.pair(answers),
        })
    }
}

impl PlannedDuty {
    /// Whether it is owed, given the answer to each condition.
    pub(crate) fn should_of(&self, answers: &Answered) -> Truth {
        self.should.iter().fold(Pair::of(Truth::Yes), |all, clause| all.and(clause.pair(answers))).truth()
    }

    /// Whether it is released from, given the answer to each condition.
    pub(crate) fn exempt_of(&self, answers: &Answered) -> Truth {
        self.exempt.iter().fold(Pair::of(Truth::No), |any, clause| any.or(clause.pair(answers))).truth()
    }
}

impl Formula {
    /// Every condition in it, as often as it stands there.
    pub fn conditions(&self) -> Box<dyn Iterator<Item = ConditionIndex> + '_> {
        match self {
            Self::Constant(_) => Box::new(std::iter::empty()),
            Self::Condition(index) | Self::Not(index) => Box::new(std::iter::once(*index)),
            Self::All(parts) | Self::Any(parts) => Box::new(parts.iter().flat_map(Self::conditions)),
        }
    }

    /// Its place in [`Answered`], if it is a condition or the negation of one.
    fn literal(&self) -> Option<u32> {
        match self {
            Self::Condition(index) => u32::try_from(index * 2).ok(),
            Self::Not(index) => u32::try_from(index * 2 + 1).ok(),
            _ => None,
        }
    }

    /// Its truth, given the answer to each condition.
    pub(crate) fn pair(&self, answers: &Answered) -> Pair {
        match self {
            Self::Constant(truth) => Pair::of(*truth),
            Self::Condition(index) => answers.get(*index),
            Self::Not(index) => answers.get(*index).not(),
            Self::All(parts) => {
                parts.iter().fold(Pair::of(Truth::Yes), |all, part| all.and(part.pair(answers)))
            }
            Self::Any(parts) => {
                parts.iter().fold(Pair::of(Truth::No), |any, part| any.or(part.pair(answers)))
            }
        }
    }

    /// Its truth, given that of each condition.
    pub fn truth(&self, condition: &impl Fn(ConditionIndex) -> Truth) -> Truth {
        match self {
            Self::Constant(truth) => *truth,
            Self::Condition(index) => condition(*index),
            Self::Not(index) => !condition(*index),
            Self::All(parts) => parts.iter().fold(Truth::Yes, |all, part| all & part.truth(condition)),
            Self::Any(parts) => parts.iter().fold(Truth::No, |any, part| any | part.truth(condition)),
        }
    }
}

#[derive(Default)]
struct Planner {
    conditions: Vec<Expr>,
    places: HashMap<Expr, ConditionIndex>,
}

impl Planner {
    /// The expression, or its negation where `positive` is no, as logic over conditions.
    fn formula(&mut self, expr: &Expr, positive: bool) -> Formula {
        let parts = |planner: &mut Self, parts: &[Expr], all: bool| {
            let mut list = Vec::new();
            for part in parts {
                match (planner.formula(part, positive), all) {
                    (Formula::All(inner), true) | (Formula::Any(inner), false) => list.extend(inner),
                    (other, _) => list.push(other),
                }
            }
            if all { Formula::All(list) } else { Formula::Any(list) }
        };
        match &expr.node {
            Node::Const(Const::Bool(value)) => Formula::Constant(Truth::from(*value == positive)),
            Node::Null => Formula::Constant(Truth::Unknown),
            Node::Not(inner) => self.formula(inner, !positive),
            Node::And(list) => parts(self, list, positive),
            Node::Or(list) => parts(self, list, !positive),
            _ => {
                let (condition, same) = normal(expr);
                if let Node::Not(_) | Node::And(_) | Node::Or(_) | Node::Const(_) = condition.node {
                    return self.formula(&condition, positive == same);
                }
                let place = self.place(condition);
                if positive == same { Formula::Condition(place) } else { Formula::Not(place) }
            }
        }
    }

    fn place(&mut self, condition: Expr) -> ConditionIndex {
        if let Some(place) = self.places.get(&condition) {
            return *place;
        }
        let place = self.conditions.len();
        self.conditions.push(condition.clone());
        self.places.insert(condition, place);
        place
    }
}

/// A condition in normal form: what it is, and whether it is that or its negation. Comparisons are `<`, `<=` or `=`
/// with a constant on the right or else the lesser expression on the left; lists are sorted.
fn normal(expr: &Expr) -> (Expr, bool) {
    let condition = |node| Expr { node, ty: Type::Bool };
    match &expr.node {
        Node::Compare(comparison, a, b) => {
            let turn = if is_constant(a) != is_constant(b) { is_constant(a) } else { a > b };
            let (comparison, a, b) = if turn { (comparison.turned(), b, a) } else { (*comparison, a, b) };
            if let (Node::Const(Const::Bool(value)), true) = (&b.node, a.ty == Type::Bool) {
                return ((**a).clone(), *value == (comparison == Comparison::Equal));
            }
            let (comparison, same) = match comparison {
                Comparison::NotEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                    (comparison.opposite(), false)
                }
                kept => (kept, true),
            };
            (condition(Node::Compare(comparison, a.clone(), b.clone())), same)
        }
        Node::InList(inner, list) => {
            let mut list = list.clone();
            list.sort();
            list.dedup();
            match list.as_slice() {
                [only] => {
                    let constant = Expr { node: Node::Const(only.clone()), ty: type_of(only) };
                    normal(&condition(Node::Compare(Comparison::Equal, inner.clone(), Box::new(constant))))
                }
                _ => (condition(Node::InList(inner.clone(), list)), true),
            }
        }
        _ => (expr.clone(), true),
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.node, Node::Const(_))
}

fn type_of(constant: &Const) -> Type {
    match constant {
        Const::Bool(_) => Type::Bool,
        Const::Int(_) => Type::Int,
        Const::Decimal(value) => Type::Decimal { scale: u8::try_from(value.scale()).unwrap_or(0) },
        Const::Text(_) => Type::Text,
        Const::Date(_) => Type::Date,
    }
}
