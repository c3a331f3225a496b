//! What a duty would cost over a whole range of one parameter.
//!
//! Where the parameter only draws a line through a number (`staff < :limit`), each record is on one side up to its own
//! number and on the other from there. Everything else is judged twice, once for each side, and the line is moved over
//! the records by counting how many stand between two values. Where a duty uses the parameter otherwise, it is judged
//! again for every value, and says so.

use std::cmp::Ordering;

use model::{AreaCode, DutyId, Label, ParameterId};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use crate::bits::ones_of;
use crate::column::CHUNK;
use crate::evaluate::columns::{Judge, Logic, derive_all};
use crate::evaluate::pass::RowAreas;
use crate::evaluate::program::Binding;
use crate::evaluate::scalar::Scalar;
use crate::evaluate::vector::{Source, full};
use crate::evaluate::{Counts, Setting, pass};
use crate::expr::{Comparison, Const, Expr, KindIndex, Node, ParameterIndex, Type};
use crate::number;
use crate::parameter::Shape;
use crate::plan::{ConditionIndex, PlannedDuty};
use crate::ruleset::RuleSet;
use crate::table::Tables;

/// The duties that turn on a parameter, at each of its values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    /// The duties in force that turn on it, in the order of the rules.
    pub duties: Vec<SweptDuty>,
}

/// One duty at each value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweptDuty {
    /// The duty.
    pub duty: DutyId,
    /// What people call it.
    pub title: Label,
    /// Whether it took a full pass for each value.
    pub by_passes: bool,
    /// As many points as values, in their order.
    pub points: Vec<Point>,
}

/// A duty at one value of the parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Records it is owed to.
    pub should: u64,
    /// Records for which that is unknown.
    pub unknown: u64,
    /// What is owed in all, as far as it is known.
    pub owed: Decimal,
    /// Records owed whose amount is unknown; of a duty that names no amount, none.
    pub amount_unknown: u64,
}

/// What is swept.
#[derive(Clone, Copy, Debug)]
pub struct Range<'a> {
    /// The parameter. It is held at each value in every area.
    pub parameter: &'a ParameterId,
    /// Its values, in any order.
    pub values: &'a [Const],
    /// Counts only what lies in this area; everything without one.
    pub area: Option<&'a str>,
}

/// The most values of one sweep: where a duty has to be judged again for each, that is so many passes.
pub const VALUES_MAX: usize = 60;

/// The values of a parameter of type `ty` from `from` up to `to`, both included, `step` apart.
/// Errors: a type that is no number, a value that is none of the type, a range without values or with too many.
pub fn values_between(ty: Type, (from, to, step): (Decimal, Decimal, Decimal)) -> Result<Vec<Const>, Label> {
    let scale = match ty {
        Type::Int => 0,
        Type::Decimal { scale } => u32::from(scale),
        _ => {
            return Err(Label::new(
                "只有数值参数可以连续试算",
                "only a parameter that is a number can be swept",
            ));
        }
    };
    if [from, to, step].iter().any(|number| number.normalize().scale() > scale) {
        return Err(Label::new(
            format!("小数位数不能超过 {scale}"),
            format!("at most {scale} digits after the point"),
        ));
    }
    if step <= Decimal::ZERO || to < from {
        return Err(Label::new(
            "起点不能大于终点，步长须大于零",
            "the first value must not be above the last, and the step must be above zero",
        ));
    }
    let count = to.checked_sub(from).and_then(|span| span.checked_div(step)).map(|count| count.floor());
    if count.is_none_or(|count| count >= Decimal::from(VALUES_MAX)) {
        return Err(Label::new(
            format!("一次最多试 {VALUES_MAX} 个数值，请加大步长或缩小范围"),
            format!("at most {VALUES_MAX} values at once: take a larger step or a narrower range"),
        ));
    }
    let steps = std::iter::successors(Some(from), |value| value.checked_add(step));
    let value = |value: Decimal| match ty {
        Type::Int => value.to_i64().map(Const::Int),
        _ => Some(Const::Decimal(value)),
    };
    let all: Option<Vec<Const>> = steps.take_while(|value| *value <= to).map(value).collect();
    all.ok_or_else(|| Label::new("数值过大", "a value is too large"))
}

impl Point {
    /// What is owed; none where something is and no amount of it is known: that is not zero.
    pub fn known_owed(&self) -> Option<Decimal> {
        (self.should == 0 || self.amount_unknown < self.should).then_some(self.owed)
    }
}

impl From<&Counts> for Point {
    fn from(counts: &Counts) -> Self {
        Self {
            should: counts.should,
            unknown: counts.unknown,
            owed: counts.owed,
            amount_unknown: counts.amount_unknown,
        }
    }
}

/// Every duty in force that turns on a parameter, at each of some values of it. Empty if there is no such parameter or
/// it is no single value.
pub fn sweep(rules: &RuleSet, tables: &Tables, setting: &Setting, range: Range<'_>) -> Sweep {
    let place = rules.parameters.iter().position(|known| known.id == *range.parameter);
    let Some(place) = place.filter(|place| rules.parameters[*place].shape == Shape::One) else {
        return Sweep { duties: Vec::new() };
    };
    let Range { values, area, .. } = range;
    let sweeper = Sweeper { rules, tables, setting, place, values, area };
    let mut duties = sweeper.by_counting();
    if let Some(left) = sweeper.left_over(&duties) {
        duties.extend(sweeper.by_passes(&left));
    }
    duties.sort_by_key(|(index, _)| *index);
    Sweep { duties: duties.into_iter().map(|(_, duty)| duty).collect() }
}

struct Sweeper<'a> {
    rules: &'a RuleSet,
    tables: &'a Tables,
    setting: &'a Setting,
    place: ParameterIndex,
    values: &'a [Const],
    area: Option<&'a str>,
}

/// A duty by its place in the rules.
type Swept = (usize, SweptDuty);

/// A comparison of something with the parameter.
struct Line<'e> {
    condition: ConditionIndex,
    comparison: Comparison,
    value: &'e Expr,
}

/// Counts and money as they change from one value to the next.
#[derive(Clone, Copy, Default)]
struct Step {
    should: i64,
    unknown: i64,
    owed: i128,
    amount_unknown: i64,
}

impl Sweeper<'_> {
    fn lies_within(&self, code: Option<&str>) -> bool {
        let areas = &self.rules.city.areas;
        self.area.is_none_or(|area| code.is_some_and(|code| areas.within(code, area)))
    }

    fn at(&self, value: &Const) -> Setting {
        self.setting.clone().with(self.rules.parameters[self.place].id.clone(), value.clone())
    }

    /// Whether an expression turns on the parameter, itself or through derived facts.
    fn turns_on(&self, expr: &Expr) -> bool {
        let mut found = match &expr.node {
            Node::Parameter(index) => *index == self.place,
            Node::Fact(path) => {
                let kind = path.steps.last().map_or(path.kind, |(_, kind)| *kind);
                let place =
                    |derived: &&crate::expr::DerivedFact| derived.kind == kind && derived.fact == path.fact;
                let mut derived = self.rules.derived.iter().filter(place);
                let through = path.steps.iter().scan(path.kind, |kind, (fact, next)| {
                    let step = (*kind, *fact);
                    *kind = *next;
                    Some(step)
                });
                let steps: Vec<(KindIndex, usize)> = through.collect();
                let mut on_the_way =
                    self.rules.derived.iter().filter(|derived| steps.contains(&(derived.kind, derived.fact)));
                derived.any(|derived| self.turns_on(&derived.expr))
                    || on_the_way.any(|derived| self.turns_on(&derived.expr))
            }
            _ => false,
        };
        expr.parts(|part| found = found || self.turns_on(part));
        found
    }

    /// The duties in force that turn on the parameter.
    fn duties(&self) -> impl Iterator<Item = usize> + '_ {
        self.rules.duties.iter().enumerate().filter_map(|(index, duty)| {
            let mut all = duty.should.iter().chain(&duty.amount);
            let in_force = duty.duty.valid_on(self.setting.on).is_some();
            (in_force && all.any(|expr| self.turns_on(expr))).then_some(index)
        })
    }

    fn left_over(&self, done: &[Swept]) -> Option<Vec<usize>> {
        let left: Vec<usize> =
            self.duties().filter(|index| !done.iter().any(|(known, _)| known == index)).collect();
        (!left.is_empty()).then_some(left)
    }

    fn swept(&self, index: usize, by_passes: bool, points: Vec<Point>) -> Swept {
        let duty = &self.rules.duties[index].duty;
        (index, SweptDuty { duty: duty.id.clone(), title: duty.title.clone(), by_passes, points })
    }

    fn by_passes(&self, duties: &[usize]) -> Vec<Swept> {
        let mut points: Vec<Vec<Point>> = vec![Vec::with_capacity(self.values.len()); duties.len()];
        for value in self.values {
            let found = pass(self.rules, self.tables, &self.at(value));
            for (index, points) in duties.iter().zip(&mut points) {
                let Some(duty) = found.duties.iter().find(|duty| duty.index == *index) else { continue };
                let mut counts = Counts::default();
                for (code, part) in found.counts_by_area(duty) {
                    if self.lies_within(code.as_ref().map(AreaCode::as_str)) {
                        counts += &part;
                    }
                }
                points.push(Point::from(&counts));
            }
        }
        duties.iter().zip(points).map(|(index, points)| self.swept(*index, true, points)).collect()
    }

    fn by_counting(&self) -> Vec<Swept> {
        let Some(first) = self.values.first() else { return Vec::new() };
        // Conditions on the parameter are not read from this pass, so any value will do.
        let setting = self.at(first);
        let (_, derived) = derive_all(self.rules, self.tables, &setting);
        let source = Source { tables: self.tables, derived: &derived };
        let binding = Binding { rules: self.rules, setting: &setting, source };
        let wanted: Vec<usize> = self.duties().collect();
        let mut kinds: Vec<KindIndex> = wanted.iter().map(|index| self.rules.duties[*index].kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.into_iter().flat_map(|kind| self.kind_by_counting(&binding, kind)).collect()
    }

    /// The line the parameter draws in a duty, if it draws one and does nothing else.
    fn line<'e>(&self, conditions: &'e [Expr], duty: &PlannedDuty) -> Option<Line<'e>> {
        let amount = self.rules.duties[duty.index].amount.as_ref();
        if amount.is_some_and(|amount| self.turns_on(amount)) {
            return None;
        }
        let mut found: Vec<ConditionIndex> =
            duty.should.iter().flat_map(|formula| formula.conditions()).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|condition| self.turns_on(&conditions[*condition]));
        let [condition] = found.as_slice() else { return None };
        let Node::Compare(comparison, a, b) = &conditions[*condition].node else { return None };
        let is_parameter = |expr: &Expr| expr.node == Node::Parameter(self.place);
        let (comparison, value) = match (is_parameter(a), is_parameter(b)) {
            (false, true) => (*comparison, a),
            (true, false) => (comparison.turned(), b),
            _ => return None,
        };
        (!self.turns_on(value)).then_some(Line { condition: *condition, comparison, value })
    }

    fn kind_by_counting(&self, binding: &Binding<'_>, kind: KindIndex) -> Vec<Swept> {
        let mut judge = Judge::new(binding, kind);
        let plan = judge.plan.clone();
        let lines: Vec<(usize, Line<'_>)> = plan
            .duties
            .iter()
            .enumerate()
            .filter_map(|(place, duty)| Some((place, self.line(&plan.conditions, duty)?)))
            .collect();
        let nodes: Vec<_> = lines.iter().map(|(_, line)| judge.also(binding, line.value)).collect();
        judge.refresh(&binding.source);
        let ty = self.rules.parameters[self.place].ty;
        let mut order: Vec<(usize, Scalar)> = self
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, value)| Some((at, Scalar::of_const(value, ty)?)))
            .collect();
        order.sort_by(|a, b| a.1.cmp(&b.1));
        let mut steps = vec![vec![Step::default(); order.len() + 1]; lines.len()];
        let rows = self.tables.table(kind).len();
        let mut areas = RowAreas::new();
        for start in (0..rows).step_by(CHUNK) {
            let len = CHUNK.min(rows - start);
            let (mut answers, values) = judge.chunk(&binding.source, (start, len));
            let all = full(len);
            let keys = judge.area_keys(&binding.source, &values, len, &mut areas);
            let seen: Vec<bool> = areas.codes.iter().map(|code| self.lies_within(code.as_deref())).collect();
            for (((place, line), node), steps) in lines.iter().zip(&nodes).zip(&mut steps) {
                let planned = &plan.duties[*place];
                let side = |answers: &mut [u64], yes: bool| {
                    judge.answer_all(answers, line.condition, (yes, &values[*node].known(len)));
                    Logic { answers, all: &all }.all(&planned.should)
                };
                let (holds, fails) = (side(&mut answers, true), side(&mut answers, false));
                let amount = judge.amount_node(*place);
                let dictionary = judge.program.lexicon(*node, &binding.source);
                for at in 0..all.len() {
                    // Rows that are yes or unknown on one side at least: the others add nothing anywhere.
                    for bit in ones_of(all[at] & !(holds.1[at] & fails.1[at])) {
                        let row = at * 64 + bit;
                        if !seen[keys[row] as usize] {
                            continue;
                        }
                        let on = |truths: &(Vec<u64>, Vec<u64>)| {
                            let has = |words: &[u64]| words[at] >> bit & 1 == 1;
                            let should = has(&truths.0);
                            let node = amount.filter(|_| should);
                            let known = node.filter(|node| values[*node].is_known(row));
                            let amount = known.and_then(|node| values[node].number(row));
                            Step {
                                should: i64::from(should),
                                unknown: i64::from(!should && !has(&truths.1)),
                                owed: amount.unwrap_or(0),
                                amount_unknown: i64::from(node.is_some() && amount.is_none()),
                            }
                        };
                        let (yes, no) = (on(&holds), on(&fails));
                        // A number that is unknown is so for every value, and both sides are the same.
                        let range = values[*node].scalar(row, dictionary).map(|value| {
                            within(&order, |other| {
                                value.compare(line.value.ty, other, ty).unwrap_or(Ordering::Equal)
                            })
                        });
                        steps[0].add(no, 1);
                        let ranges = range.map(|range| ranges(line.comparison, range, order.len()));
                        for (from, to) in ranges.into_iter().flatten() {
                            steps[from].add(yes, 1);
                            steps[from].add(no, -1);
                            steps[to].add(yes, -1);
                            steps[to].add(no, 1);
                        }
                    }
                }
            }
        }
        let scale = |place: usize| {
            let duty = &self.rules.duties[plan.duties[place].index];
            duty.amount.as_ref().map_or(0, |amount| number::scale_of(amount.ty))
        };
        lines
            .iter()
            .zip(steps)
            .map(|((place, _), steps)| {
                let mut points = vec![Point::default(); self.values.len()];
                let mut sum = Step::default();
                for ((at, _), step) in order.iter().zip(steps) {
                    sum.add(step, 1);
                    points[*at] = Point {
                        should: u64::try_from(sum.should).unwrap_or(0),
                        unknown: u64::try_from(sum.unknown).unwrap_or(0),
                        owed: number::to_decimal(sum.owed, scale(*place)).unwrap_or(Decimal::MAX),
                        amount_unknown: u64::try_from(sum.amount_unknown).unwrap_or(0),
                    };
                }
                self.swept(plan.duties[*place].index, false, points)
            })
            .collect()
    }
}

impl Step {
    fn add(&mut self, other: Self, sign: i64) {
        self.should += sign * other.should;
        self.unknown += sign * other.unknown;
        self.owed += i128::from(sign) * other.owed;
        self.amount_unknown += sign * other.amount_unknown;
    }
}

/// Of the values in order, the first and the one after the last that equal a number, or where it would stand:
/// `compare` says how the number compares with a value.
fn within(order: &[(usize, Scalar)], compare: impl Fn(&Scalar) -> Ordering) -> (usize, usize) {
    let from = order.partition_point(|(_, value)| compare(value) == Ordering::Greater);
    let to = order.partition_point(|(_, value)| compare(value) != Ordering::Less);
    (from, to)
}

/// The stretches of values for which `number comparison value` holds.
fn ranges(comparison: Comparison, (from, to): (usize, usize), end: usize) -> Vec<(usize, usize)> {
    match comparison {
        Comparison::Less => vec![(to, end)],
        Comparison::LessOrEqual => vec![(from, end)],
        Comparison::Greater => vec![(0, from)],
        Comparison::GreaterOrEqual => vec![(0, to)],
        Comparison::Equal => vec![(from, to)],
        Comparison::NotEqual => vec![(0, from), (to, end)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(ty: Type, from: &str, to: &str, step: &str) -> Result<Vec<Const>, String> {
        let number = |text: &str| text.parse().unwrap();
        values_between(ty, (number(from), number(to), number(step))).map_err(|why| why.en)
    }

    #[test]
    fn ranges_have_both_ends_and_bounds() {
        assert_eq!(between(Type::Int, "10", "30", "10").unwrap(), [10, 20, 30].map(Const::Int));
        let money = between(Type::Decimal { scale: 2 }, "0.50", "1", "0.25").unwrap();
        assert_eq!(money, ["0.50", "0.75", "1.00"].map(|text| Const::Decimal(text.parse().unwrap())));
        assert_eq!(between(Type::Int, "5", "5", "1").unwrap().len(), 1);
        assert_eq!(between(Type::Int, "1", "60", "1").unwrap().len(), VALUES_MAX);
        for (ty, from, to, step) in [
            (Type::Int, "1", "61", "1"),
            (Type::Int, "1", "2", "0.5"),
            (Type::Int, "2", "1", "1"),
            (Type::Int, "1", "2", "0"),
            (Type::Text, "1", "2", "1"),
            (Type::Int, "0", "79228162514264337593543950335", "79228162514264337593543950335"),
            (Type::Int, "-79228162514264337593543950335", "79228162514264337593543950335", "1"),
        ] {
            assert!(between(ty, from, to, step).is_err(), "{from}..{to}..{step}");
        }
    }
}
