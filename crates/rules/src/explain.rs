//! Why a verdict is what it is: clause by clause, with all that was read, what would have to differ, and what to ask.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use model::duty::{Basis, Clause, Mode};
use model::{
    AreaCode, ClauseId, DutyId, FactId, FactType, KindId, Label, ParameterId, RecordId, Standing, Truth,
    Unit, Value,
};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::evaluate::one::{Context, Keep, ParameterRead, Read, Trace, Walk, distinct};
use crate::evaluate::scalar::{Scalar, type_of};
use crate::evaluate::{Facts, Held, Judged, Missing, Setting, held, near_miss};
use crate::expr::{Const, Expr, FactIndex, KindIndex, Node, Type};
use crate::number;
use crate::parameter;
use crate::print;
use crate::ruleset::RuleSet;
use crate::words;

/// More ways than this to turn a no into a yes help nobody.
const MOST_WAYS: usize = 8;

/// One duty for one record, with reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The duty.
    pub duty: DutyId,
    /// 应免尽免
    pub verb: String,
    /// What people call it.
    pub title: Label,
    /// The document that makes it binding.
    pub basis: Basis,
    /// Who has to move first.
    pub mode: Mode,
    /// The version of the rules.
    pub version: String,
    /// The day it was judged on.
    pub on: NaiveDate,
    /// The kind of the record.
    pub kind: KindId,
    /// The record.
    pub record: RecordId,
    /// Whether it is owed.
    pub should: Truth,
    /// Whether it has been served.
    pub done: Truth,
    /// Whether it is released from.
    pub exempt: Truth,
    /// The set.
    pub standing: Standing,
    /// Whether exactly one clause is no and all others yes.
    pub near_miss: bool,
    /// What makes it owed, clause by clause.
    pub clauses: Vec<Reason>,
    /// What releases from it, clause by clause.
    pub exemptions: Vec<Reason>,
    /// What shows that it has been served.
    pub evidence: Reason,
    /// What is owed.
    pub amount: Option<Figure>,
    /// What has been paid.
    pub paid: Option<Figure>,
    /// The day it arose, where the duty tells it.
    pub arises: Option<NaiveDate>,
    /// The day it was served, where the duty tells it.
    pub done_on: Option<NaiveDate>,
    /// For an unknown: the missing facts it turns on, the one to ask for first at the head.
    pub ask: Vec<Ask>,
}

/// One condition and what it came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// Its clause; none for evidence.
    pub id: Option<ClauseId>,
    /// What the clause says.
    pub label: Option<Label>,
    /// The condition, in the rules language.
    pub when: String,
    /// What it came to.
    pub truth: Truth,
    /// The facts it read, in order.
    pub facts: Vec<FactRead>,
    /// The parameters it read.
    pub parameters: Vec<ParameterHeld>,
    /// For an unknown: the missing facts it turns on.
    pub missing: Vec<Missing>,
    /// For a no: each way in which it would be yes, the shortest first. In one way, all conditions have to change.
    /// Empty when no change of conditions makes it yes (a constant, a parameter).
    pub ways: Vec<Vec<Failing>>,
}

/// A number, and what it was computed from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The number; none if unknown.
    pub value: Option<Decimal>,
    /// Its unit, where the duty names one.
    pub unit: Option<String>,
    /// The expression, in the rules language.
    pub from: String,
    /// The facts it read.
    pub facts: Vec<FactRead>,
    /// The parameters it read.
    pub parameters: Vec<ParameterHeld>,
    /// The missing facts for which it is unknown.
    pub missing: Vec<Missing>,
}

/// A fact that was read. Kind, record and fact say whose it is, so that where and when it came from can be looked up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactRead {
    /// The way to it from the record judged: `tenant.staff`.
    pub path: String,
    /// The kind of the record it belongs to.
    pub kind: KindId,
    /// That record.
    pub record: RecordId,
    /// The fact.
    pub fact: FactId,
    /// What people call it.
    pub label: Label,
    /// Its unit, for numbers.
    pub unit: Option<Unit>,
    /// Its value; none if it is missing.
    pub value: Option<Value>,
    /// The label of its value, for codes.
    pub value_label: Option<Label>,
    /// Whether it is about a person.
    pub personal: bool,
    /// Whether it is computed.
    pub derived: bool,
    /// The derived facts it was read for, outermost first, as paths.
    pub via: Vec<String>,
}

/// A parameter that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterHeld {
    /// The parameter.
    pub id: ParameterId,
    /// What people call it.
    pub label: Label,
    /// Its unit, for numbers.
    pub unit: Option<Unit>,
    /// The code it was looked up by.
    pub key: Option<String>,
    /// Its value or, for a list, its values; empty if nothing is set.
    pub values: Vec<Value>,
    /// The area whose own value it is; none for the value of all areas.
    pub area: Option<AreaCode>,
    /// The day the value holds from; none where it is tried or not set.
    pub from: Option<NaiveDate>,
    /// The document that set it.
    pub basis: Option<Basis>,
    /// Why no figure is in hand, where it is marked as unset.
    pub unset: Option<Label>,
    /// Whether it is held at another value than the law's.
    pub tried: bool,
}

/// A condition that stands in the way of a yes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failing {
    /// The condition in the rules language, as it would have to be: `staff < 300`, `not (blacklisted)`.
    pub needs: String,
    /// The same in words, and what it comes to now, with the labels of facts and codes.
    pub says: Label,
    /// What stands on its left side now, for a comparison: `412`.
    pub now: Option<Value>,
    /// What stands on its right side now, for a comparison.
    pub limit: Option<Value>,
    /// The smallest change of one told fact that is enough, for each fact that can do it alone. Empty where none can:
    /// it takes several facts, records that point here, or a text that only its owner can know.
    pub changes: Vec<Change>,
}

/// A change of one told fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The way to it.
    pub path: String,
    /// The kind of the record it belongs to.
    pub kind: KindId,
    /// That record.
    pub record: RecordId,
    /// The fact.
    pub fact: FactId,
    /// What people call it.
    pub label: Label,
    /// What it is.
    pub now: Option<Value>,
    /// What would do: for numbers and days the nearest value on either side, for codes every code that does.
    pub to: Vec<Value>,
}

/// A missing fact, and what knowing it would settle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ask {
    /// The way to it from the record judged.
    pub path: String,
    /// The kind of the record it belongs to.
    pub kind: KindId,
    /// That record.
    pub record: RecordId,
    /// The fact.
    pub fact: FactId,
    /// What people call it.
    pub label: Label,
    /// The question to ask its owner; none if it is not for them to say, and an office has to find out.
    pub question: Option<Label>,
    /// The derived facts that wait for it, outermost first, as paths.
    pub via: Vec<String>,
    /// How many duties it is expected to settle: for each, the share of possible answers after which it is known.
    pub settles: f64,
    /// The duties that turn on it.
    pub duties: Vec<DutyId>,
}

/// Explains one duty for one record: the version in force on the day, else the last one. None if there is no such
/// duty or record.
pub fn explain(
    rules: &RuleSet,
    facts: &impl Facts,
    (duty, id): (&DutyId, &RecordId),
    setting: &Setting,
) -> Option<Explanation> {
    let versions = || rules.duties.iter().enumerate().filter(|(_, version)| version.duty.id == *duty);
    let in_force = versions().find(|(_, version)| version.duty.valid_on(setting.on).is_some());
    let (index, version) = in_force.or_else(|| versions().next_back())?;
    let mut explainer = Explainer { rules, setting, walk: Walk::new(rules, facts, setting) };
    let at = explainer.walk.find(&version.duty.kind, id)?;
    let judged = explainer.walk.judge(index, at);
    let words = &version.duty;
    let clauses = explainer.clauses(&words.should, &version.should, at);
    let exemptions = explainer.clauses(&words.exempt, &version.exempt, at);
    let evidence = explainer.reason(&version.done, None, at);
    let unit = words.amount.as_ref().map(|amount| amount.unit.clone());
    let amount = version.amount.as_ref().map(|expr| explainer.figure(expr, unit.clone(), at));
    let paid = version.paid.as_ref().map(|expr| explainer.figure(expr, unit, at));
    let ask = explainer.ask(&[&judged], at);
    Some(Explanation {
        duty: words.id.clone(),
        verb: words.verb.clone(),
        title: words.title.clone(),
        basis: words.basis.clone(),
        mode: words.mode,
        version: rules.version.clone(),
        on: setting.on,
        kind: words.kind.clone(),
        record: id.clone(),
        should: judged.should,
        done: judged.done,
        exempt: judged.exempt,
        standing: judged.standing,
        near_miss: near_miss(&judged.clauses),
        clauses,
        exemptions,
        evidence,
        amount,
        paid,
        arises: judged.arises,
        done_on: judged.done_on,
        ask,
    })
}

/// Some records, each read once, however many duties are judged for it and questions weighed.
pub struct Reading<'a, F>(Explainer<'a, F>);

impl<'a, F: Facts> Reading<'a, F> {
    /// Nothing read yet.
    pub fn new(rules: &'a RuleSet, facts: &'a F, setting: &'a Setting) -> Self {
        let mut walk = Walk::new(rules, facts, setting);
        walk.keep(Keep::Missing);
        Self(Explainer { rules, setting, walk })
    }

    /// Judges one version of a duty, by its place in [`RuleSet::duties`], whether in force or not. None if there is no
    /// such record.
    pub fn judge(&mut self, duty: usize, id: &RecordId) -> Option<Judged> {
        let at = self.0.walk.find(&self.0.rules.duties.get(duty)?.duty.kind, id)?;
        Some(self.0.walk.judge(duty, at))
    }

    /// The missing facts that verdicts of one record turn on, all of them together: the fact that is expected to settle
    /// most comes first.
    pub fn ask_order(&mut self, (kind, id): (&KindId, &RecordId), judged: &[&Judged]) -> Vec<Ask> {
        self.0.walk.find(kind, id).map(|at| self.0.ask(judged, at)).unwrap_or_default()
    }
}

struct Explainer<'a, F> {
    rules: &'a RuleSet,
    setting: &'a Setting,
    walk: Walk<'a, F>,
}

impl<F: Facts> Explainer<'_, F> {
    fn clauses(&mut self, words: &[Clause], conditions: &[Expr], at: usize) -> Vec<Reason> {
        words
            .iter()
            .zip(conditions)
            .map(|(clause, condition)| self.reason(condition, Some(clause), at))
            .collect()
    }

    fn reason(&mut self, condition: &Expr, clause: Option<&Clause>, at: usize) -> Reason {
        let here = Context::root(at);
        self.walk.trace = Trace::default();
        let truth = self.walk.truth(condition, &here);
        let trace = std::mem::take(&mut self.walk.trace);
        let ways = if truth == Truth::No { self.ways(condition, true, &here) } else { Vec::new() };
        let failing =
            ways.into_iter().map(|way| way.iter().map(|part| self.failing(part, at)).collect()).collect();
        Reason {
            id: clause.map(|clause| clause.id.clone()),
            label: clause.map(|clause| clause.label.clone()),
            when: print::text(self.rules, condition),
            truth,
            ways: failing,
            facts: self.facts(trace.reads),
            parameters: self.parameters(&trace.parameters),
            missing: distinct(trace.missing),
        }
    }

    fn figure(&mut self, expr: &Expr, unit: Option<String>, at: usize) -> Figure {
        self.walk.trace = Trace::default();
        let value = self.walk.decimal(Some(expr), &Context::root(at));
        let trace = std::mem::take(&mut self.walk.trace);
        Figure {
            value,
            unit,
            from: print::text(self.rules, expr),
            facts: self.facts(trace.reads),
            parameters: self.parameters(&trace.parameters),
            missing: distinct(trace.missing),
        }
    }

    fn facts(&self, reads: Vec<Read>) -> Vec<FactRead> {
        reads
            .into_iter()
            .map(|read| {
                let kind = &self.rules.kinds[read.kind];
                let fact = &kind.facts[read.fact];
                let value_label = match (&fact.fact_type, &read.value) {
                    (FactType::Code { options }, Some(Value::Text(code))) => {
                        options.iter().find(|option| option.id == *code).map(|option| option.label.clone())
                    }
                    (FactType::Area { .. }, Some(Value::Text(code))) => {
                        self.rules.city.areas.get(code).map(|area| area.name.clone())
                    }
                    _ => None,
                };
                FactRead {
                    path: read.path,
                    kind: kind.id.clone(),
                    record: read.record,
                    fact: fact.id.clone(),
                    label: fact.label.clone(),
                    unit: fact.unit.clone(),
                    value: read.value,
                    value_label,
                    personal: fact.personal,
                    derived: fact.derived.is_some(),
                    via: read.via,
                }
            })
            .collect()
    }

    fn parameters(&self, reads: &[ParameterRead]) -> Vec<ParameterHeld> {
        reads.iter().map(|read| parameter_held(self.rules, self.setting, read)).collect()
    }

    /// The sets of conditions that would have to change for an expression to be `wanted`, the smallest first.
    fn ways<'e>(&mut self, expr: &'e Expr, wanted: bool, here: &Context) -> Vec<Vec<Part<'e>>> {
        if self.walk.truth(expr, here) == Truth::from(wanted) {
            return vec![Vec::new()];
        }
        let mut ways = match &expr.node {
            Node::Not(inner) => return self.ways(inner, !wanted, here),
            Node::And(parts) if wanted => self.together(parts, wanted, here),
            Node::Or(parts) if !wanted => self.together(parts, wanted, here),
            Node::And(parts) | Node::Or(parts) => {
                parts.iter().flat_map(|part| self.ways(part, wanted, here)).collect()
            }
            Node::Const(_) | Node::Null | Node::Today => Vec::new(),
            _ => vec![vec![Part { condition: expr, wanted }]],
        };
        ways.sort_by_key(Vec::len);
        ways.truncate(MOST_WAYS);
        ways
    }

    /// Every part has to come out as wanted: one way of each.
    fn together<'e>(&mut self, parts: &'e [Expr], wanted: bool, here: &Context) -> Vec<Vec<Part<'e>>> {
        let mut ways = vec![Vec::new()];
        for part in parts {
            let more = self.ways(part, wanted, here);
            ways = ways
                .iter()
                .flat_map(|way| more.iter().map(move |rest| way.iter().chain(rest).copied().collect()))
                .collect();
            ways.sort_by_key(Vec::len);
            ways.truncate(MOST_WAYS);
        }
        ways
    }

    fn failing(&mut self, part: &Part<'_>, at: usize) -> Failing {
        let here = Context::root(at);
        let now = left_side(part.condition).and_then(|left| self.side(left, &here));
        let limit = match &part.condition.node {
            Node::Compare(_, _, right) => self.side(right, &here),
            _ => None,
        };
        self.walk.trace = Trace::default();
        let before = self.walk.truth(part.condition, &here);
        let reads = std::mem::take(&mut self.walk.trace).reads;
        let mut changes = Vec::new();
        for read in reads.iter().filter(|read| read.value.is_some()) {
            if self.rules.kinds[read.kind].facts[read.fact].derived.is_some() {
                continue;
            }
            let to = self.quietly(|quiet| quiet.nearest(part, read, at));
            if to.is_empty() || before == Truth::from(part.wanted) {
                continue;
            }
            let kind = &self.rules.kinds[read.kind];
            let fact = &kind.facts[read.fact];
            changes.push(Change {
                path: read.path.clone(),
                kind: kind.id.clone(),
                record: read.record.clone(),
                fact: fact.id.clone(),
                label: fact.label.clone(),
                now: read.value.clone(),
                to,
            });
        }
        let text = print::text(self.rules, part.condition);
        let needs = match (&part.condition.node, part.wanted) {
            (_, true) => text,
            (Node::Fact(_), false) => format!("not {text}"),
            (Node::Compare(comparison, a, b), false) => {
                let opposite = Node::Compare(comparison.opposite(), a.clone(), b.clone());
                print::text(self.rules, &Expr { node: opposite, ty: Type::Bool })
            }
            (_, false) => format!("not ({text})"),
        };
        let mut says = words::condition(self.rules, part.condition, part.wanted, limit.as_ref());
        if let Some((now, of)) = now.as_ref().zip(left_side(part.condition)) {
            let now = words::value(self.rules, of, now);
            says = Label::new(format!("{}，现为{}", says.zh, now.zh), format!("{}, now {}", says.en, now.en));
        }
        Failing { needs, says, now, limit, changes }
    }

    fn side(&mut self, expr: &Expr, here: &Context) -> Option<Value> {
        self.walk.value(expr, here)?.to_value(expr.ty)
    }

    /// The values of one fact, nearest to what it is, with which a condition comes out as wanted.
    fn nearest(&mut self, part: &Part<'_>, read: &Read, at: usize) -> Vec<Value> {
        let Some(record) = self.walk.place(read.kind, &read.record) else { return Vec::new() };
        let trial = Trial { part: *part, slot: (record, read.fact), at };
        let ty = type_of(&self.rules.kinds[read.kind].facts[read.fact].fact_type);
        let now = read.value.as_ref().and_then(|value| Scalar::of_value(value, ty));
        let found = match (ty, now) {
            (Type::Int | Type::Decimal { .. }, Some(Scalar::Number(now))) => {
                let number = |value: i128| Scalar::Number(value).to_value(ty);
                // What is no negative number now stays none: a staff of -1 is no advice.
                let low = if now < 0 { -LARGEST } else { 0 };
                let limits = [low, LARGEST].into_iter();
                limits
                    .filter_map(|limit| self.search(&trial, (now, limit), number).and_then(number))
                    .collect()
            }
            (Type::Date, Some(Scalar::Date(now))) => {
                let now = i128::from(now);
                let day = |value: i128| {
                    i32::try_from(value).ok().and_then(NaiveDate::from_epoch_days).map(Value::Date)
                };
                let limits = [now - CENTURY, now + CENTURY].into_iter();
                limits.filter_map(|limit| self.search(&trial, (now, limit), day).and_then(day)).collect()
            }
            _ => {
                let mut answers = self.answers(&[part.condition], read.kind, read.fact);
                answers.retain(|answer| {
                    Some(answer) != read.value.as_ref() && self.holds(&trial, Some(answer.clone()))
                });
                answers
            }
        };
        self.walk.put(trial.slot, read.value.clone());
        found
    }

    /// The value nearest to `now`, on the way to `limit`, with which the condition comes out as wanted. Looks at
    /// distances 1, 2, 4, ... and closes in on the first that does, so it is the nearest for a condition that
    /// changes once on the way; the value found always does.
    fn search(
        &mut self,
        trial: &Trial<'_>,
        (now, limit): (i128, i128),
        value: impl Fn(i128) -> Option<Value>,
    ) -> Option<i128> {
        let sign = (limit - now).signum();
        let whole = (limit - now).abs();
        let (mut fails, mut does) = (0, 1.min(whole));
        while !self.holds(trial, value(now + sign * does)) {
            if does == whole {
                return None;
            }
            fails = does;
            does = (does * 2).min(whole);
        }
        while does - fails > 1 {
            let middle = fails + (does - fails) / 2;
            if self.holds(trial, value(now + sign * middle)) {
                does = middle;
            } else {
                fails = middle;
            }
        }
        Some(now + sign * does)
    }

    fn holds(&mut self, trial: &Trial<'_>, value: Option<Value>) -> bool {
        self.walk.put(trial.slot, value);
        let truth = self.walk.truth(trial.part.condition, &Context::root(trial.at));
        truth == Truth::from(trial.part.wanted)
    }

    /// The answers worth trying for a fact: every one for yes-or-no, codes and areas; for numbers, days and text the
    /// constants that the conditions know, and for what is ordered the values on both sides of each.
    fn answers(&self, conditions: &[&Expr], kind: KindIndex, fact: FactIndex) -> Vec<Value> {
        let fact_type = &self.rules.kinds[kind].facts[fact].fact_type;
        let ty = type_of(fact_type);
        match fact_type {
            FactType::Bool => return vec![Value::Bool(true), Value::Bool(false)],
            FactType::Code { options } => {
                return options.iter().map(|option| Value::Text(option.id.clone())).collect();
            }
            FactType::Area { .. } => {
                let areas = self.rules.city.areas.iter();
                return areas.map(|area| Value::Text(area.code.to_string())).collect();
            }
            _ => {}
        }
        let mut constants = Vec::new();
        for condition in conditions {
            self.constants(condition, &mut constants);
        }
        let mut answers = BTreeSet::new();
        for constant in constants {
            match (&constant, ty) {
                (Const::Int(_) | Const::Decimal(_), Type::Int | Type::Decimal { .. }) => {
                    let middle = number::from_const(&constant, number::scale_of(ty)).unwrap_or(0);
                    answers.extend((-1..=1).map(|step| Scalar::Number(middle + step)));
                }
                (Const::Date(day), Type::Date) => {
                    let day = day.to_epoch_days();
                    answers.extend((-1..=1).map(|step| Scalar::Date(day + step)));
                }
                (Const::Text(text), Type::Text) => {
                    answers.insert(Scalar::Text(text.as_str().into()));
                }
                _ => {}
            }
        }
        match ty {
            // A number or a text that no condition names is an answer too.
            Type::Int | Type::Decimal { .. } => answers.extend([Scalar::Number(0), Scalar::Number(1)]),
            Type::Date => answers.extend([Scalar::Date(self.setting.on.to_epoch_days())]),
            Type::Text => answers.extend([Scalar::Text("?".into())]),
            Type::Bool | Type::Point => {}
        }
        let told = answers.into_iter().filter_map(Scalar::told);
        let known = told.filter_map(|answer| answer.to_value(ty));
        match fact_type {
            FactType::Point => vec![Value::Point(model::Point { lon: 0.0, lat: 0.0 })],
            _ => known.collect(),
        }
    }

    /// The constants an expression compares with, those of parameters and derived facts among them.
    fn constants(&self, expr: &Expr, found: &mut Vec<Const>) {
        match &expr.node {
            Node::Const(value) => found.push(value.clone()),
            Node::InList(_, list) => found.extend(list.iter().cloned()),
            Node::Today => found.push(Const::Date(self.setting.on)),
            Node::Parameter(index) | Node::InParameter(_, index) | Node::Lookup(index, _) => {
                match held(self.rules, self.setting, *index, None) {
                    Held::Override(value) => found.push(value.clone()),
                    Held::Dated(dated) => match &dated.setting {
                        parameter::Setting::One(value) => found.push(value.clone()),
                        parameter::Setting::List(list) => found.extend(list.iter().cloned()),
                        parameter::Setting::Keyed(values) => found.extend(values.values().cloned()),
                        parameter::Setting::Unset(_) => {}
                    },
                    Held::Nothing => {}
                }
            }
            Node::Fact(path) => {
                let kind = path.steps.last().map_or(path.kind, |(_, kind)| *kind);
                let derived = self
                    .rules
                    .derived
                    .iter()
                    .find(|derived| derived.kind == kind && derived.fact == path.fact);
                if let Some(derived) = derived {
                    self.constants(&derived.expr, found);
                }
            }
            _ => {}
        }
        expr.parts(|part| self.constants(part, found));
    }

    /// The missing facts of unknown verdicts, what is expected to settle most first.
    fn ask(&mut self, judged: &[&Judged], at: usize) -> Vec<Ask> {
        let unknown = judged.iter().copied().filter(|judged| judged.should == Truth::Unknown);
        let unknown: Vec<&Judged> = unknown.collect();
        let all = distinct(unknown.iter().flat_map(|judged| judged.missing.iter().cloned()).collect());
        let mut asks: Vec<Ask> = all
            .into_iter()
            .filter_map(|missing| {
                let (kind, declared) = self.rules.kind(missing.kind.as_str())?;
                let fact = declared.facts.iter().position(|fact| fact.id == missing.fact)?;
                let turn_on = |judged: &&&Judged| {
                    judged
                        .missing
                        .iter()
                        .any(|other| other.path == missing.path && other.record == missing.record)
                };
                let duties: Vec<&Judged> = unknown.iter().filter(turn_on).copied().collect();
                let settles = self.quietly(|quiet| {
                    duties.iter().map(|judged| quiet.settles(judged, (kind, fact), &missing, at)).sum()
                });
                let fact = &declared.facts[fact];
                Some(Ask {
                    path: missing.path,
                    kind: missing.kind,
                    record: missing.record,
                    fact: missing.fact,
                    label: fact.label.clone(),
                    question: fact.question.clone(),
                    via: missing.via,
                    settles,
                    duties: duties.iter().map(|judged| judged.duty.clone()).collect(),
                })
            })
            .collect();
        // Stable: facts that settle as much stay in the order of the duties.
        asks.sort_by(|a, b| b.settles.total_cmp(&a.settles).then(b.duties.len().cmp(&a.duties.len())));
        asks
    }

    /// Tries answers: only what comes out is asked for.
    fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let kept = self.walk.keep(Keep::Answers);
        let done = work(self);
        self.walk.keep(kept);
        done
    }

    /// The share of possible answers after which it is known whether the duty is owed.
    fn settles(
        &mut self,
        judged: &Judged,
        (kind, fact): (KindIndex, FactIndex),
        missing: &Missing,
        at: usize,
    ) -> f64 {
        let rules = self.rules;
        let clauses = &rules.duties[judged.index].should;
        let open: Vec<&Expr> = clauses
            .iter()
            .zip(&judged.clauses)
            .filter(|(_, truth)| **truth == Truth::Unknown)
            .map(|(clause, _)| clause)
            .collect();
        let record = self.walk.place_or_empty(kind, &missing.record);
        let answers = self.answers(&open, kind, fact);
        let here = Context::root(at);
        let mut known = 0u32;
        for answer in &answers {
            self.walk.put((record, fact), Some(answer.clone()));
            self.walk.trace = Trace::default();
            // The clauses that are known are yes, or the duty would be known.
            let truths = open.iter().map(|clause| self.walk.truth(clause, &here));
            known += u32::from(truths.fold(Truth::Yes, |all, clause| all & clause) != Truth::Unknown);
        }
        self.walk.put((record, fact), None);
        f64::from(known) / f64::from(u32::try_from(answers.len().max(1)).unwrap_or(u32::MAX))
    }
}

/// What is compared, or looked for in a list.
fn left_side(condition: &Expr) -> Option<&Expr> {
    match &condition.node {
        Node::Compare(_, inner, _)
        | Node::InList(inner, _)
        | Node::InParameter(inner, _)
        | Node::Like(inner, _) => Some(inner),
        _ => None,
    }
}

/// Numbers in the register stay below this, see [`model::value::MAX_UNSCALED`].
const LARGEST: i128 = model::value::MAX_UNSCALED as i128 - 1;
/// Days of a hundred years: advice beyond is none.
const CENTURY: i128 = 36_525;

/// A condition, and what it would have to be.
#[derive(Clone, Copy)]
struct Part<'e> {
    condition: &'e Expr,
    wanted: bool,
}

/// A condition tried with other values of one fact, the record's and the fact's place.
struct Trial<'e> {
    part: Part<'e>,
    slot: (usize, FactIndex),
    at: usize,
}

/// What a parameter was, with its document.
fn parameter_held(rules: &RuleSet, setting: &Setting, read: &ParameterRead) -> ParameterHeld {
    let parameter = &rules.parameters[read.parameter];
    let value = |value: &Const| Scalar::of_const(value, parameter.ty)?.to_value(parameter.ty);
    let mut shown = ParameterHeld {
        id: parameter.id.clone(),
        label: parameter.label.clone(),
        unit: parameter.unit.clone(),
        key: read.key.clone(),
        values: Vec::new(),
        area: None,
        from: None,
        basis: None,
        unset: None,
        tried: false,
    };
    match held(rules, setting, read.parameter, read.area.as_deref()) {
        Held::Nothing => {}
        Held::Override(tried) => {
            shown.tried = true;
            shown.values.extend(value(tried));
        }
        Held::Dated(dated) => {
            shown.area = dated.area.clone();
            shown.from = Some(dated.from);
            shown.basis = Some(dated.basis.clone());
            match &dated.setting {
                parameter::Setting::One(one) => shown.values.extend(value(one)),
                parameter::Setting::List(list) => shown.values.extend(list.iter().filter_map(value)),
                parameter::Setting::Keyed(values) => {
                    let found = read.key.as_ref().and_then(|key| values.get(key));
                    shown.values.extend(found.and_then(value));
                }
                parameter::Setting::Unset(reason) => shown.unset = Some(reason.clone()),
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, Books};

    fn explained(facts: &[(&str, Value)]) -> Explanation {
        let rules = sample::rules();
        let lease = sample::record("lease", "l1", &[("tenant", Value::Text("f1".into()))]);
        let books = Books(vec![lease, sample::record("firm", "f1", facts)]);
        let setting = Setting::on("2020-03-01".parse().unwrap());
        explain(&rules, &books, (&"rent-waiver".into(), &"l1".into()), &setting).unwrap()
    }

    #[test]
    fn a_no_says_what_would_have_to_differ_down_to_the_told_fact() {
        let explained = explained(&[("staff", Value::Int(412)), ("area", Value::Text("411000".into()))]);
        assert!(explained.near_miss);
        let clause = &explained.clauses[0];
        assert_eq!(clause.when, "tenant.size_class in ('micro', 'small')");
        let paths: Vec<_> = clause.facts.iter().map(|read| (read.path.as_str(), read.derived)).collect();
        assert_eq!(paths, [("tenant", false), ("tenant.size_class", true), ("tenant.staff", false)]);
        let [way] = clause.ways.as_slice() else { panic!("{:?}", clause.ways) };
        assert_eq!(
            (way[0].needs.as_str(), &way[0].now),
            ("tenant.size_class in ('micro', 'small')", &Some(Value::Text("large".into())))
        );
        assert_eq!(
            way[0].says.zh, "tenant的size_class是“micro”、“small”其中之一，现为“large”",
            "the labels of this city are its ids"
        );
        let [change] = way[0].changes.as_slice() else { panic!("{:?}", way[0].changes) };
        assert_eq!(
            (change.path.as_str(), change.to.as_slice()),
            ("tenant.staff", [Value::Int(299)].as_slice())
        );
    }

    #[test]
    fn parameters_come_with_their_document_and_area() {
        let explained = explained(&[("staff", Value::Int(4)), ("area", Value::Text("411002".into()))]);
        let months = &explained.evidence.parameters[0];
        assert_eq!(
            (months.values.as_slice(), &months.area),
            ([Value::Int(6)].as_slice(), &Some("411002".into()))
        );
        assert_eq!(months.basis.as_ref().unwrap().doc, "许政〔2020〕1号");
    }

    #[test]
    fn an_unknown_asks_for_the_told_fact() {
        let explained = explained(&[]);
        assert_eq!(explained.standing, Standing::Unknown);
        let [ask] = explained.ask.as_slice() else { panic!("{:?}", explained.ask) };
        assert_eq!(
            (ask.path.as_str(), ask.via.as_slice()),
            ("tenant.staff", ["tenant.size_class".to_owned()].as_slice())
        );
        assert!(ask.question.is_some());
        assert!((ask.settles - 1.0).abs() < 1e-9);
    }
}
