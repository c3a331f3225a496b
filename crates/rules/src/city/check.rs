//! What the checks of [`crate::check`] find, said at its place.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use model::{FactType, Kind};

use super::compile::{Compiled, PlacedDuty};
use super::mistake::{self, Never};
use super::parameter_file::ValuePlaces;
use super::source::{At, Log};
use crate::check::cases::{self, Difference};
use crate::check::coverage;
use crate::check::possible::{Circumstances, possible};
use crate::expr::{Expr, Node, ParameterIndex};
use crate::parameter::Setting;
use crate::ruleset::{CompiledDuty, RuleSet};

/// Most combinations of day and area under which a condition is looked at.
const MAX_CIRCUMSTANCES: usize = 64;

pub(super) fn check(compiled: &Compiled, log: &Log) {
    unset(compiled, log);
    codes(compiled, log);
    uncovered(compiled, log);
    conditions(compiled, log);
    calendar(compiled, log);
    if compiled.sound {
        run_cases(compiled, log);
    }
}

fn unset(compiled: &Compiled, log: &Log) {
    for (parameter, places) in compiled.rules.parameters.iter().zip(&compiled.parameters) {
        for (value, ValuePlaces { at, .. }) in parameter.values.iter().zip(places) {
            if let Setting::Unset(reason) = &value.setting {
                log.notice(at, "unset", mistake::unset(parameter.id.as_str(), reason));
            }
        }
    }
}

/// Keys and list entries that no code has which the parameter is ever asked with.
fn codes(compiled: &Compiled, log: &Log) {
    let mut asked: BTreeMap<ParameterIndex, Asked<'_>> = BTreeMap::new();
    each_expression(&compiled.rules, &mut |expr| {
        if let Node::Lookup(index, code) | Node::InParameter(code, index) = &expr.node {
            asked.entry(*index).or_default().with(code, &compiled.rules.kinds);
        }
    });
    for (index, Asked { facts, options, is_known }) in asked {
        if !is_known {
            continue;
        }
        let options: Vec<&str> = options.into_iter().collect();
        let facts = facts.into_iter().collect::<Vec<_>>().join(", ");
        for written in compiled.parameters[index].iter().flat_map(|value| &value.codes) {
            if !options.contains(&written.text.as_str()) {
                log.error(
                    &written.at,
                    "not-an-option",
                    mistake::never_asked(&written.text, &facts, &options),
                );
            }
        }
    }
}

/// What a parameter is looked up by.
struct Asked<'a> {
    facts: BTreeSet<String>,
    options: BTreeSet<&'a str>,
    /// Whether all of it are codes, so that whatever else a key says is never asked for.
    is_known: bool,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self { facts: BTreeSet::new(), options: BTreeSet::new(), is_known: true }
    }
}

impl<'a> Asked<'a> {
    fn with(&mut self, code: &Expr, kinds: &'a [Kind]) {
        let fact = match &code.node {
            Node::Fact(path) => {
                let (kind, fact) = path.end();
                Some((&kinds[kind], &kinds[kind].facts[fact]))
            }
            _ => None,
        };
        match fact.map(|(kind, fact)| (kind, fact, &fact.fact_type)) {
            Some((kind, fact, FactType::Code { options })) => {
                self.facts.insert(format!("{}.{}", kind.id, fact.id));
                self.options.extend(options.iter().map(|option| option.id.as_str()));
            }
            _ => self.is_known = false,
        }
    }
}

/// Visits every expression of the rules with all its parts.
fn each_expression(rules: &RuleSet, visit: &mut impl FnMut(&Expr)) {
    rules.derived.iter().for_each(|fact| fact.expr.each(visit));
    for duty in &rules.duties {
        let clauses = duty.should.iter().chain(&duty.exempt).chain([&duty.done]);
        let single = [&duty.paid, &duty.done_on, &duty.amount, &duty.arises];
        clauses.chain(single.into_iter().flatten()).for_each(|expr| expr.each(visit));
    }
}

fn uncovered(compiled: &Compiled, log: &Log) {
    for gap in coverage::uncovered(&compiled.rules) {
        let parameter = &compiled.rules.parameters[gap.parameter].id;
        let area = gap.area.as_ref().map(|area| area.as_str());
        let at = compiled.duties[gap.duty].valid.get(gap.span).unwrap_or(&compiled.duties[gap.duty].at);
        let says = mistake::uncovered(parameter.as_str(), &gap.day.to_string(), area);
        log.error(at, "no-value", says);
    }
}

/// Conditions that are never true or never false, and duties that nobody can be owed.
fn conditions(compiled: &Compiled, log: &Log) {
    let mut hopeless = BTreeSet::new();
    for condition in &compiled.conditions {
        let duty = &compiled.rules.duties[condition.duty];
        let expr = &condition.expr;
        if never(&compiled.rules, duty, &[(expr, true)]) {
            hopeless.insert(condition.duty);
            log.error(&condition.at, "never-true", mistake::never(Never::True));
        } else if never(&compiled.rules, duty, &[(expr, false)]) {
            log.error(&condition.at, "never-false", mistake::never(Never::False));
        }
    }
    for (index, (duty, PlacedDuty { at, .. })) in
        compiled.rules.duties.iter().zip(&compiled.duties).enumerate()
    {
        let all: Vec<(&Expr, bool)> = duty.should.iter().map(|clause| (clause, true)).collect();
        if !hopeless.contains(&index) && never(&compiled.rules, duty, &all) {
            log.error(at, "never-owed", mistake::never_owed());
        }
    }
}

/// Whether the conditions never have these answers together, on any day on which the duty holds, in any area.
fn never(rules: &RuleSet, duty: &CompiledDuty, wanted: &[(&Expr, bool)]) -> bool {
    let mut read: BTreeSet<ParameterIndex> = BTreeSet::new();
    for (expr, _) in wanted {
        expr.each(&mut |part| match &part.node {
            Node::Parameter(index) | Node::Lookup(index, _) | Node::InParameter(_, index) => {
                read.insert(*index);
            }
            _ => {}
        });
    }
    let circumstances = circumstances(rules, duty, &read);
    circumstances.len() <= MAX_CIRCUMSTANCES
        && circumstances.iter().all(|circumstances| !possible(wanted, circumstances))
}

/// Every combination of what the parameters hold while the duty does.
fn circumstances<'a>(
    rules: &'a RuleSet,
    duty: &CompiledDuty,
    read: &BTreeSet<ParameterIndex>,
) -> Vec<Circumstances<'a>> {
    let mut areas: BTreeSet<Option<&str>> = BTreeSet::from([None]);
    let mut all = Vec::new();
    for index in read {
        let values = &rules.parameters[*index].values;
        areas.extend(values.iter().filter_map(|value| value.area.as_ref()).map(|area| Some(area.as_str())));
    }
    for span in &duty.duty.valid {
        let mut days = BTreeSet::from([span.from]);
        for index in read {
            days.extend(coverage::days(&rules.parameters[*index], span.from, span.to));
        }
        let days: Vec<NaiveDate> = days.into_iter().collect();
        for (number, from) in days.iter().enumerate() {
            let to = days.get(number + 1).and_then(|next| next.pred_opt()).or(span.to);
            for area in &areas {
                let held = |index: &ParameterIndex| {
                    let dated = rules.parameters[*index].on(*from, *area, &rules.city.areas)?;
                    match &dated.setting {
                        Setting::Unset(_) => None,
                        setting => Some((*index, setting)),
                    }
                };
                let parameters: HashMap<_, _> = read.iter().filter_map(held).collect();
                all.push(Circumstances { kinds: &rules.kinds, parameters, today: (*from, to) });
            }
        }
    }
    all
}

/// Terms in working days that run through years without a calendar.
fn calendar(compiled: &Compiled, log: &Log) {
    let Some(last) = compiled.calendar_years.iter().max() else { return };
    for (duty, PlacedDuty { at, .. }) in compiled.rules.duties.iter().zip(&compiled.duties) {
        if duty.duty.days == 0 {
            continue;
        }
        let years = duty.duty.valid.iter().flat_map(|span| {
            // A duty without an end runs on past every calendar: that is no news.
            let first = span.from.year();
            first..=span.to.map_or(first.max(*last), |to| to.year())
        });
        let missing: BTreeSet<i32> = years.filter(|year| !compiled.calendar_years.contains(year)).collect();
        if !missing.is_empty() {
            let years: Vec<String> = missing.iter().map(i32::to_string).collect();
            log.notice(at, "no-calendar", mistake::no_calendar(&years.join(", ")));
        }
    }
}

fn run_cases(compiled: &Compiled, log: &Log) {
    let tell = |differences: Vec<Difference>, case: &super::case_file::PlacedCase| {
        for Difference { field, expected, got } in differences {
            let at: &At = case.expect_at.get(field).unwrap_or(&case.name_at);
            let says = mistake::differs((&case.case.name, field), &expected, &got);
            log.error(at, "case-differs", says);
        }
    };
    for (index, duty) in compiled.duties.iter().enumerate() {
        for case in &duty.cases {
            tell(cases::of_duty(&compiled.rules, index, &case.case), case);
        }
    }
    for (fact, case) in &compiled.facts {
        tell(cases::of_fact(&compiled.rules, *fact, &case.case), case);
    }
}
