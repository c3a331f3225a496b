//! Which answers a condition can ever give.
//!
//! A search for facts under which it is yes, or no. It follows AND, OR and NOT; of each term compared with constants
//! it keeps a range and the texts left; of two terms compared with each other, which order is left. Anything else is
//! taken as a question that may have either answer, though the same one throughout. So "impossible" is always true,
//! and some impossible conditions are let pass. A search that grows too long says "possible".

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use model::{FactType, Kind};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::evaluate::scalar::Pattern;
use crate::expr::{Comparison, Const, Expr, Fold, Node, ParameterIndex, Type};
use crate::parameter::Setting;

/// Most steps of one search.
const MAX_STEPS: usize = 5_000;
/// Widest range whose every value is looked at, to see whether `<>` has taken all of them.
const MAX_POINTS: i64 = 64;

/// What is known when a condition is looked at.
pub struct Circumstances<'a> {
    /// All kinds: a code is one of its options.
    pub kinds: &'a [Kind],
    /// What a parameter holds; none if it differs, is unset or has no value.
    pub parameters: HashMap<ParameterIndex, &'a Setting>,
    /// The days `today` may be; no last one if there is no end.
    pub today: (NaiveDate, Option<NaiveDate>),
}

/// Whether facts exist for which all these conditions have these answers.
pub fn possible(wanted: &[(&Expr, bool)], circumstances: &Circumstances<'_>) -> bool {
    let mut search = Search { circumstances, steps: 0 };
    search.run(wanted.to_vec(), State::default())
}

struct Search<'a> {
    circumstances: &'a Circumstances<'a>,
    steps: usize,
}

/// What has been assumed of facts so far.
#[derive(Clone, Default)]
struct State {
    terms: HashMap<Expr, Term>,
    /// Answers of questions that are not looked into.
    answers: HashMap<Expr, bool>,
    /// Orders left between two terms: less, equal, greater.
    orders: HashMap<(Expr, Expr), [bool; 3]>,
}

#[derive(Clone)]
struct Term {
    known: Option<bool>,
    range: Range,
    /// The texts left; none for any.
    texts: Option<BTreeSet<String>>,
    not_texts: BTreeSet<String>,
}

/// Numbers, or days as numbers, on a grid of 10^-scale.
#[derive(Clone)]
struct Range {
    scale: u32,
    low: Option<Decimal>,
    high: Option<Decimal>,
    not: BTreeSet<Decimal>,
}

impl Search<'_> {
    fn run(&mut self, mut goals: Vec<(&Expr, bool)>, mut state: State) -> bool {
        while let Some((expr, wanted)) = goals.pop() {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return true;
            }
            match (&expr.node, wanted) {
                (Node::Const(Const::Bool(value)), _) => {
                    if *value != wanted {
                        return false;
                    }
                }
                (Node::Null, _) => return false,
                (Node::Not(inner), _) => goals.push((inner, !wanted)),
                (Node::And(parts), true) | (Node::Or(parts), false) => {
                    goals.extend(parts.iter().map(|part| (part, wanted)));
                }
                (Node::And(parts), false) | (Node::Or(parts), true) => {
                    return parts.iter().any(|part| {
                        let mut goals = goals.clone();
                        goals.push((part, wanted));
                        self.run(goals, state.clone())
                    });
                }
                _ => {
                    if !self.assume(expr, wanted, &mut state) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Assumes the answer of one question; false if that contradicts what has been assumed.
    fn assume(&self, expr: &Expr, wanted: bool, state: &mut State) -> bool {
        match &expr.node {
            Node::Compare(comparison, left, right) => {
                let comparison = if wanted { *comparison } else { comparison.opposite() };
                match (self.known(left), self.known(right)) {
                    (Some(left), Some(right)) => {
                        compare(&left, &right).is_none_or(|ordering| comparison.holds(ordering))
                    }
                    (None, Some(right)) => self.against(left, comparison, &right, state),
                    (Some(left), None) => self.against(right, comparison.turned(), &left, state),
                    (None, None) => self.between(left, comparison, right, state),
                }
            }
            Node::InList(value, list) => self.among(value, list, wanted, state),
            Node::InParameter(value, parameter) => match self.circumstances.parameters.get(parameter) {
                Some(Setting::List(list)) => self.among(value, list, wanted, state),
                _ => state.answer(expr, wanted),
            },
            Node::Like(value, pattern) => {
                let pattern = Pattern::new(pattern);
                let term = self.term(value, state);
                if !term.learn(true) {
                    return false;
                }
                if let Some(texts) = &mut term.texts {
                    texts.retain(|text| pattern.matches(text) == wanted);
                    return term.has_text();
                }
                state.answer(expr, wanted)
            }
            Node::IsNull(value) => {
                self.known(value).map_or_else(|| self.term(value, state).learn(!wanted), |_| !wanted)
            }
            Node::Fact(_) => self.term(expr, state).learn(true) && state.answer(expr, wanted),
            _ => state.answer(expr, wanted),
        }
    }

    /// The constant that an expression is.
    fn known(&self, expr: &Expr) -> Option<Const> {
        match &expr.node {
            Node::Const(value) => Some(value.clone()),
            Node::Parameter(index) => match self.circumstances.parameters.get(index)? {
                Setting::One(value) => Some(value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn against(&self, term: &Expr, comparison: Comparison, constant: &Const, state: &mut State) -> bool {
        match constant {
            Const::Bool(value) => {
                let wanted = (comparison == Comparison::Equal) == *value;
                self.run_part(term, wanted, state)
            }
            Const::Text(text) => {
                let term = self.term(term, state);
                if !term.learn(true) {
                    return false;
                }
                match comparison {
                    Comparison::Equal => term.only(std::iter::once(text.as_str())),
                    Comparison::NotEqual => term.not([text.as_str()]),
                    // The order of free text is not followed.
                    _ => true,
                }
            }
            _ => match number(constant) {
                Some(value) => {
                    let term = self.term(term, state);
                    term.learn(true) && term.range.narrow(comparison, value)
                }
                None => true,
            },
        }
    }

    /// A condition compared with yes or no.
    fn run_part(&self, expr: &Expr, wanted: bool, state: &mut State) -> bool {
        match &expr.node {
            Node::Not(inner) => self.run_part(inner, !wanted, state),
            Node::And(_) | Node::Or(_) => true,
            _ => self.assume(expr, wanted, state),
        }
    }

    fn between(&self, left: &Expr, comparison: Comparison, right: &Expr, state: &mut State) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        for side in [left, right] {
            if side.ty == Type::Bool {
                return true;
            }
            if !self.term(side, state).learn(true) {
                return false;
            }
        }
        if left == right {
            return comparison.holds(Equal);
        }
        let turned = (right.clone(), left.clone());
        let (key, comparison) = if state.orders.contains_key(&turned) {
            (turned, comparison.turned())
        } else {
            ((left.clone(), right.clone()), comparison)
        };
        let left = state.orders.entry(key).or_insert([true; 3]);
        for (left, ordering) in left.iter_mut().zip([Less, Equal, Greater]) {
            *left &= comparison.holds(ordering);
        }
        left.contains(&true)
    }

    fn among(&self, value: &Expr, list: &[Const], wanted: bool, state: &mut State) -> bool {
        if let Some(value) = self.known(value) {
            let listed = list.iter().any(|item| compare(&value, item) == Some(std::cmp::Ordering::Equal));
            return listed == wanted;
        }
        let term = self.term(value, state);
        if !term.learn(true) {
            return false;
        }
        let texts = || {
            list.iter().filter_map(|item| match item {
                Const::Text(text) => Some(text.as_str()),
                _ => None,
            })
        };
        if value.ty == Type::Text {
            return if wanted { term.only(texts()) } else { term.not(texts()) };
        }
        let numbers: Vec<Decimal> = list.iter().filter_map(number).collect();
        if !wanted {
            return numbers.iter().all(|value| term.range.narrow(Comparison::NotEqual, *value));
        }
        // One of several numbers: between the least and the greatest of those still possible.
        let left: Vec<Decimal> = numbers.into_iter().filter(|value| term.range.has(*value)).collect();
        match (left.iter().min(), left.iter().max()) {
            (Some(low), Some(high)) => {
                term.range.narrow(Comparison::GreaterOrEqual, *low)
                    && term.range.narrow(Comparison::LessOrEqual, *high)
            }
            _ => list.iter().any(|item| number(item).is_none()),
        }
    }

    fn term<'s>(&self, expr: &Expr, state: &'s mut State) -> &'s mut Term {
        state.terms.entry(expr.clone()).or_insert_with(|| self.new_term(expr))
    }

    fn new_term(&self, expr: &Expr) -> Term {
        let scale = match expr.ty {
            Type::Decimal { scale } => scale.into(),
            _ => 0,
        };
        let mut range = Range { scale, low: None, high: None, not: BTreeSet::new() };
        let mut texts = None;
        match &expr.node {
            Node::Today => {
                let (from, to) = self.circumstances.today;
                range.low = Some(day(from));
                range.high = to.map(day);
            }
            Node::Aggregate { fold: Fold::Count, .. } | Node::Abs(_) => range.low = Some(Decimal::ZERO),
            Node::Fact(path) => {
                let (kind, fact) = path.end();
                let fact = self.circumstances.kinds.get(kind).and_then(|kind| kind.facts.get(fact));
                if let Some(FactType::Code { options }) = fact.map(|fact| &fact.fact_type) {
                    texts = Some(options.iter().map(|option| option.id.clone()).collect());
                }
            }
            _ => {}
        }
        Term { known: None, range, texts, not_texts: BTreeSet::new() }
    }
}

impl State {
    fn answer(&mut self, question: &Expr, wanted: bool) -> bool {
        *self.answers.entry(question.clone()).or_insert(wanted) == wanted
    }
}

impl Term {
    /// Assumes that it is known, or that it is not.
    fn learn(&mut self, known: bool) -> bool {
        *self.known.get_or_insert(known) == known
    }

    fn only<'a>(&mut self, texts: impl Iterator<Item = &'a str>) -> bool {
        let kept = texts.filter(|text| self.texts.as_ref().is_none_or(|left| left.contains(*text)));
        self.texts = Some(kept.map(str::to_owned).collect());
        self.has_text()
    }

    fn not<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        self.not_texts.extend(texts.into_iter().map(str::to_owned));
        self.has_text()
    }

    fn has_text(&self) -> bool {
        self.texts.as_ref().is_none_or(|texts| texts.iter().any(|text| !self.not_texts.contains(text)))
    }
}

impl Range {
    fn step(&self) -> Decimal {
        Decimal::new(1, self.scale)
    }

    fn floor(&self, value: Decimal) -> Decimal {
        value.round_dp_with_strategy(self.scale, RoundingStrategy::ToNegativeInfinity)
    }

    fn has(&self, value: Decimal) -> bool {
        self.floor(value) == value
            && self.low.is_none_or(|low| low <= value)
            && self.high.is_none_or(|high| value <= high)
            && !self.not.contains(&value)
    }

    /// Keeps what compares so with a value; false if nothing is left.
    fn narrow(&mut self, comparison: Comparison, value: Decimal) -> bool {
        let floor = self.floor(value);
        let on_grid = floor == value;
        let next = floor.checked_add(self.step());
        let below = if on_grid { value.checked_sub(self.step()) } else { Some(floor) };
        match comparison {
            Comparison::Equal => {
                if !self.has(value) {
                    return false;
                }
                (self.low, self.high) = (Some(value), Some(value));
            }
            Comparison::NotEqual => {
                self.not.insert(value);
            }
            Comparison::Less => self.cap(below),
            Comparison::LessOrEqual => self.cap(Some(floor)),
            Comparison::Greater => self.raise(next),
            Comparison::GreaterOrEqual => self.raise(if on_grid { Some(value) } else { next }),
        }
        self.is_left()
    }

    fn cap(&mut self, high: Option<Decimal>) {
        self.high = match (self.high, high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn raise(&mut self, low: Option<Decimal>) {
        self.low = match (self.low, low) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
    }

    fn is_left(&self) -> bool {
        let (Some(low), Some(high)) = (self.low, self.high) else { return true };
        if low > high {
            return false;
        }
        let Some(points) = high.checked_sub(low).and_then(|width| width.checked_div(self.step())) else {
            return true;
        };
        if points > Decimal::from(MAX_POINTS) {
            return true;
        }
        let mut value = low;
        while value <= high {
            if !self.not.contains(&value) {
                return true;
            }
            value += self.step();
        }
        false
    }
}

fn number(constant: &Const) -> Option<Decimal> {
    match constant {
        Const::Int(value) => Some((*value).into()),
        Const::Decimal(value) => Some(*value),
        Const::Date(value) => Some(day(*value)),
        Const::Bool(_) | Const::Text(_) => None,
    }
}

fn day(day: NaiveDate) -> Decimal {
    use chrono::Datelike;
    day.num_days_from_ce().into()
}

fn compare(left: &Const, right: &Const) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Const::Text(left), Const::Text(right)) => Some(left.cmp(right)),
        (Const::Bool(left), Const::Bool(right)) => Some(left.cmp(right)),
        _ => Some(number(left)?.cmp(&number(right)?)),
    }
}

#[cfg(test)]
mod tests {
    use model::value::CodeOption;
    use model::{Areas, Fact, Label};
    use proptest::prelude::*;

    use super::*;
    use crate::language::{Scope, compile};

    fn fact(id: &str, fact_type: FactType) -> Fact {
        let unit = matches!(fact_type, FactType::Int | FactType::Decimal { .. }).then(Default::default);
        let label = Label::new(id, id);
        let (also, personal, question, derived) = (vec![], false, None, None);
        Fact { id: id.into(), label, also, fact_type, unit, personal, question, derived }
    }

    fn kinds() -> Vec<Kind> {
        let option = |id: &str| CodeOption { id: id.into(), label: Label::new(id, id), also: vec![] };
        let facts = vec![
            fact("staff", FactType::Int),
            fact("before", FactType::Int),
            fact("rent", FactType::Decimal { scale: 2 }),
            fact("size", FactType::Code { options: ["micro", "small", "large"].map(option).to_vec() }),
            fact("name", FactType::Text { format: None }),
            fact("stopped", FactType::Bool),
            fact("founded", FactType::Date),
        ];
        let (label, key, also_key) = (Label::new("x", "x"), vec![], vec![]);
        vec![Kind { id: "firm".into(), label, key, also_key, name: None, area: None, facts }]
    }

    /// Whether it can be yes, and no.
    fn answers(text: &str) -> (bool, bool) {
        let (kinds, areas) = (kinds(), Areas::default());
        let expr = compile(text, &Scope::new(&kinds, &[], &areas, 0)).unwrap();
        let day = |text: &str| text.parse().unwrap();
        let circumstances = Circumstances {
            kinds: &kinds,
            parameters: HashMap::new(),
            today: (day("2020-01-01"), Some(day("2020-12-31"))),
        };
        (possible(&[(&expr, true)], &circumstances), possible(&[(&expr, false)], &circumstances))
    }

    #[test]
    fn finds_what_is_never_true() {
        for text in [
            "false",
            "staff < 10 and staff > 20",
            "staff < 10 and (staff > 20 or staff = 15)",
            "staff > 3 and staff < 4",
            "rent > 3.11 and rent < 3.12",
            "staff = 2.5",
            "staff in (1, 2) and staff > 5",
            "staff between 9 and 3",
            "size = 'micro' and size = 'small'",
            "size not in ('micro', 'small', 'large')",
            "size like 'x%'",
            "name = 'a' and name in ('b', 'c')",
            "stopped and not stopped",
            "stopped is null and stopped",
            "staff is null and staff > 3",
            "staff < before and before < staff",
            "staff < staff",
            "staff * 2 > 7 and staff * 2 < 7",
            "today > date '2021-01-01'",
            "founded > today and founded < today",
            "staff between 1 and 2 and staff <> 1 and staff <> 2",
            "1 > 2",
        ] {
            assert!(!answers(text).0, "{text}");
        }
    }

    #[test]
    fn finds_what_is_never_false() {
        for text in [
            "true",
            "staff = 1 or staff <> 1",
            "staff < 10 or staff > 5",
            "size in ('micro', 'small', 'large')",
            "today >= date '2020-01-01'",
            "not (stopped and not stopped)",
            "abs(staff) >= 0",
        ] {
            assert_eq!(answers(text), (true, false), "{text}");
        }
    }

    #[test]
    fn lets_everything_else_pass() {
        for text in [
            "staff < 10 or staff > 20",
            "staff > 3 and staff < 5",
            "rent > 3.11 and rent < 3.13",
            "staff is null or staff > 3",
            "size <> 'micro'",
            "size like 'm%'",
            "name <> 'a' and name <> 'b'",
            "staff < before or before < staff",
            "today > date '2020-06-30'",
            "staff / 7 > 3 and staff < 50",
            "case when stopped then staff else 3 end > 5",
            "coalesce(staff, 0) = 0 and staff is null",
            "staff is null",
        ] {
            assert_eq!(answers(text), (true, true), "{text}");
        }
    }

    /// A random condition over two whole numbers and a code, in words.
    fn condition() -> impl Strategy<Value = String> {
        let comparison = proptest::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
        let atom = prop_oneof![
            (proptest::sample::select(vec!["staff", "before"]), comparison.clone(), 0..4i64)
                .prop_map(|(fact, comparison, value)| format!("{fact} {comparison} {value}")),
            comparison.prop_map(|comparison| format!("staff {comparison} before")),
            proptest::sample::select(vec!["size = 'micro'", "size <> 'small'", "size in ('small', 'large')"])
                .prop_map(str::to_owned),
            Just("staff is null".to_owned()),
            Just("stopped".to_owned()),
        ];
        atom.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
                inner.prop_map(|a| format!("(not {a})")),
            ]
        })
    }

    proptest! {
        /// Never a false alarm: an answer that some facts give is possible.
        #[test]
        fn what_happens_is_possible(
            text in condition(),
            (staff, before) in (proptest::option::of(-1..5i64), proptest::option::of(-1..5i64)),
            size in proptest::option::of(0..3usize),
            stopped in proptest::option::of(any::<bool>()),
        ) {
            use crate::evaluate;
            use crate::ruleset::{City, RuleSet};
            use model::{Record, Truth, Value};
            let kinds = kinds();
            let city = City {
                id: "x".into(), name: Label::new("x", "x"), areas: Areas::default(), departments: vec![],
                calendar: model::Calendar::default(), outlines: vec![],
            };
            let expr = compile(&text, &Scope::new(&kinds, &[], &city.areas, 0)).unwrap();
            let mut facts = std::collections::BTreeMap::new();
            facts.extend(staff.map(|value| ("staff".into(), Value::Int(value))));
            facts.extend(before.map(|value| ("before".into(), Value::Int(value))));
            facts.extend(size.map(|at| ("size".into(), Value::Text(["micro", "small", "large"][at].into()))));
            facts.extend(stopped.map(|value| ("stopped".into(), Value::Bool(value))));
            let record = Record { kind: "firm".into(), id: "1".into(), facts };
            let books = crate::sample::Books(vec![record]);
            let rules = RuleSet {
                city, kinds, parameters: vec![], derived: vec![], duties: vec![], casework: None, forms: vec![], letters: Default::default(), pairings: None, chains: None, notices: None, version: String::new(),
            };
            let setting = evaluate::Setting::on("2020-03-01".parse().unwrap());
            let (truth, _) =
                evaluate::truth(&rules, &books, (&"firm".into(), &"1".into(), &expr), &setting);
            let (yes, no) = answers(&text);
            prop_assert!(truth != Truth::Yes || yes, "{text} is yes");
            prop_assert!(truth != Truth::No || no, "{text} is no");
        }
    }
}
