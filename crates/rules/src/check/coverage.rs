//! Days on which a duty holds and a parameter it reads has no value.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::AreaCode;

use crate::expr::{Expr, FactIndex, KindIndex, Node, ParameterIndex};
use crate::parameter::Parameter;
use crate::ruleset::{CompiledDuty, RuleSet};

/// A parameter without a value where a duty needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Its place in [`RuleSet::duties`].
    pub duty: usize,
    /// Which of the duty's spans.
    pub span: usize,
    /// Its place in [`RuleSet::parameters`].
    pub parameter: ParameterIndex,
    /// The first such day of the span.
    pub day: NaiveDate,
    /// The first such area; none if it is so everywhere.
    pub area: Option<AreaCode>,
}

/// Every parameter without a value on some day of a duty's validity, in some area where it could apply.
/// A value that is marked as unset counts as one: it is known that it is not known.
pub fn uncovered(rules: &RuleSet) -> Vec<Uncovered> {
    let derived: BTreeMap<(KindIndex, FactIndex), &Expr> =
        rules.derived.iter().map(|fact| ((fact.kind, fact.fact), &fact.expr)).collect();
    let mut found = Vec::new();
    for (index, duty) in rules.duties.iter().enumerate() {
        let read = parameters(duty, &derived);
        for (span, validity) in duty.duty.valid.iter().enumerate() {
            for (parameter, kind) in &read {
                let days = days(&rules.parameters[*parameter], validity.from, validity.to);
                let gap = days.into_iter().find_map(|day| Some((day, gap(rules, *parameter, *kind, day)?)));
                if let Some((day, area)) = gap {
                    found.push(Uncovered { duty: index, span, parameter: *parameter, day, area });
                }
            }
        }
    }
    found
}

/// The first area without a value on a day: `Some(None)` if there is none anywhere.
fn gap(
    rules: &RuleSet,
    parameter: ParameterIndex,
    kind: KindIndex,
    day: NaiveDate,
) -> Option<Option<AreaCode>> {
    let parameter = &rules.parameters[parameter];
    let areas = &rules.city.areas;
    let has = |area: Option<&str>| parameter.on(day, area, areas).is_some();
    if rules.kinds[kind].area.is_none() {
        return (!has(None)).then_some(None);
    }
    let codes: Vec<&AreaCode> = areas.iter().map(|area| &area.code).collect();
    let without: Vec<&&AreaCode> = codes.iter().filter(|code| !has(Some(code.as_str()))).collect();
    match without.first() {
        _ if codes.is_empty() => (!has(None)).then_some(None),
        None => None,
        Some(_) if without.len() == codes.len() => Some(None),
        Some(code) => Some(Some((**code).clone())),
    }
}

/// The first day of a span, and those in it on which what holds may change.
pub fn days(parameter: &Parameter, from: NaiveDate, to: Option<NaiveDate>) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::from([from]);
    for value in &parameter.values {
        let after = value.to.and_then(|to| to.succ_opt());
        days.extend([Some(value.from), after].into_iter().flatten());
    }
    days.into_iter().filter(|day| *day >= from && to.is_none_or(|to| *day <= to)).collect()
}

/// The parameters a duty reads, itself and through derived facts, each with the kind whose area sets it.
fn parameters(
    duty: &CompiledDuty,
    derived: &BTreeMap<(KindIndex, FactIndex), &Expr>,
) -> BTreeSet<(ParameterIndex, KindIndex)> {
    let own = duty.should.iter().chain(&duty.exempt).chain([&duty.done]);
    let more = duty.paid.iter().chain(&duty.done_on).chain(&duty.amount).chain(&duty.arises);
    let mut open: Vec<(KindIndex, &Expr)> = own.chain(more).map(|expr| (duty.kind, expr)).collect();
    let mut read = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some((kind, expr)) = open.pop() {
        let mut facts = Vec::new();
        expr.each(&mut |part| match &part.node {
            Node::Parameter(index) | Node::Lookup(index, _) | Node::InParameter(_, index) => {
                read.insert((*index, kind));
            }
            Node::Fact(path) => facts.extend(path.facts()),
            _ => {}
        });
        for fact in facts {
            if let Some(expr) = derived.get(&fact)
                && seen.insert(fact)
            {
                open.push((fact.0, expr));
            }
        }
    }
    read
}
