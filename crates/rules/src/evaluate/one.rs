//! The scalar walk: one record, every expression as it is written, everything that was read on record.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use model::{FactId, KindId, Record, RecordId, Standing, Truth, Value};
use rust_decimal::Decimal;

use super::scalar::{self, Pattern, Scalar, type_of};
use super::{Facts, Held, Index, Judged, Missing, Setting, differs_by_area, held};
use crate::expr::{Expr, FactIndex, Fold, KindIndex, Members, Node, Operator, ParameterIndex, Path, Type};
use crate::number;
use crate::parameter;
use crate::ruleset::{CompiledDuty, RuleSet};

/// Judges every duty in force for one record, in the order of [`RuleSet::duties`]. Empty if there is no such
/// record or no duty for its kind. Each fact is read and each derived fact computed once.
pub fn one(
    rules: &RuleSet,
    facts: &impl Facts,
    kind: &KindId,
    id: &RecordId,
    setting: &Setting,
) -> Vec<Judged> {
    let mut walk = Walk::new(rules, facts, setting);
    walk.keep(Keep::Missing);
    let Some(at) = walk.find(kind, id) else { return Vec::new() };
    let of_kind = |duty: &CompiledDuty| duty.duty.kind == *kind && duty.duty.valid_on(setting.on).is_some();
    let duties = rules.duties.iter().enumerate().filter(|(_, duty)| of_kind(duty));
    duties.map(|(index, _)| walk.judge(index, at)).collect()
}

/// Judges one version of a duty, by its place in [`RuleSet::duties`], whether in force or not. None if there is no
/// such record.
pub fn judge(
    rules: &RuleSet,
    facts: &impl Facts,
    duty: usize,
    id: &RecordId,
    setting: &Setting,
) -> Option<Judged> {
    let mut walk = Walk::new(rules, facts, setting);
    walk.keep(Keep::Missing);
    let at = walk.find(&rules.duties.get(duty)?.duty.kind, id)?;
    Some(walk.judge(duty, at))
}

/// The value of one fact of a record, told or derived, and the facts it lacks where it is unknown.
pub fn fact(
    rules: &RuleSet,
    facts: &impl Facts,
    (kind, id, fact): (&KindId, &RecordId, &FactId),
    setting: &Setting,
) -> (Option<Value>, Vec<Missing>) {
    let mut walk = Walk::new(rules, facts, setting);
    walk.keep(Keep::Missing);
    let Some(at) = walk.find(kind, id) else { return (None, Vec::new()) };
    let kind = walk.records[at].kind;
    let Some(place) = rules.kinds[kind].facts.iter().position(|known| known.id == *fact) else {
        return (None, Vec::new());
    };
    let value = walk.read(at, place, "");
    (
        value.and_then(|value| value.to_value(type_of(&rules.kinds[kind].facts[place].fact_type))),
        std::mem::take(&mut walk.trace.missing),
    )
}

/// The value of an expression for one record; none if it is unknown or there is no such record.
pub fn value(
    rules: &RuleSet,
    facts: &impl Facts,
    (kind, id, expr): (&KindId, &RecordId, &Expr),
    setting: &Setting,
) -> Option<Value> {
    let mut walk = Walk::new(rules, facts, setting);
    let at = walk.find(kind, id)?;
    walk.value(expr, &Context::root(at))?.to_value(expr.ty)
}

/// The truth of a condition for one record, and the facts it lacks where it is unknown. Unknown if there is no such
/// record.
pub fn truth(
    rules: &RuleSet,
    facts: &impl Facts,
    (kind, id, condition): (&KindId, &RecordId, &Expr),
    setting: &Setting,
) -> (Truth, Vec<Missing>) {
    let mut walk = Walk::new(rules, facts, setting);
    walk.keep(Keep::Missing);
    let Some(at) = walk.find(kind, id) else { return (Truth::Unknown, Vec::new()) };
    let truth = walk.truth(condition, &Context::root(at));
    (truth, std::mem::take(&mut walk.trace.missing))
}

/// What goes on the trace. What is not asked for is not written down: it takes most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Keep {
    /// Whose facts are missing, without the way to them.
    Answers,
    /// Missing facts.
    Missing,
    /// All.
    Reads,
}

/// What was read since the trace was last taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Facts, told and derived, in the order they were read.
    pub reads: Vec<Read>,
    /// Parameters, each with what held.
    pub parameters: Vec<ParameterRead>,
    /// Facts that are missing and for which what was computed is unknown.
    pub missing: Vec<Missing>,
}

/// A fact that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    pub path: String,
    pub kind: KindIndex,
    pub record: RecordId,
    pub fact: FactIndex,
    pub value: Option<Value>,
    /// The derived facts it was read for, outermost first.
    pub via: Vec<String>,
}

/// A parameter that was read, and in which area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParameterRead {
    pub parameter: ParameterIndex,
    pub area: Option<String>,
    /// The key looked up, for a parameter by code.
    pub key: Option<String>,
}

/// Whose facts are read, and whose area sets the parameters. In an aggregate's argument the facts are the
/// member's; the parameters stay those of the record that owns the expression.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    at: usize,
    owner: usize,
    prefix: String,
}

impl Context {
    pub fn root(at: usize) -> Self {
        Self { at, owner: at, prefix: String::new() }
    }
}

struct Loaded {
    kind: KindIndex,
    id: RecordId,
    told: Vec<Option<Value>>,
    derived: HashMap<FactIndex, Memo>,
}

/// A derived fact once computed, with what it read, as seen from its own record.
#[derive(Clone)]
struct Memo {
    value: Option<Scalar>,
    trace: Trace,
}

/// A walk over one record and what it refers to.
pub(crate) struct Walk<'a, F> {
    rules: &'a RuleSet,
    facts: &'a F,
    setting: &'a Setting,
    index: Index,
    records: Vec<Loaded>,
    places: HashMap<(KindIndex, RecordId), usize>,
    members: HashMap<(usize, Members), Vec<usize>>,
    /// By parameter, whether areas differ in it, once that was asked.
    differ: Vec<Option<bool>>,
    keep: Keep,
    pub trace: Trace,
}

impl<'a, F: Facts> Walk<'a, F> {
    pub fn new(rules: &'a RuleSet, facts: &'a F, setting: &'a Setting) -> Self {
        Self {
            rules,
            facts,
            setting,
            index: Index::new(rules),
            records: Vec::new(),
            places: HashMap::new(),
            members: HashMap::new(),
            differ: vec![None; rules.parameters.len()],
            keep: Keep::Reads,
            trace: Trace::default(),
        }
    }

    /// Says what is asked for from now on; returns what was until now.
    pub fn keep(&mut self, keep: Keep) -> Keep {
        if keep > self.keep {
            // What was computed has less on record than is asked for.
            self.forget();
        }
        std::mem::replace(&mut self.keep, keep)
    }

    fn forget(&mut self) {
        self.records.iter_mut().for_each(|record| record.derived.clear());
    }

    /// Loads a record; none if there is none.
    pub fn find(&mut self, kind: &KindId, id: &RecordId) -> Option<usize> {
        let (kind, _) = self.rules.kind(kind.as_str())?;
        self.load(kind, id)
    }

    /// The place of a record that has been loaded.
    pub fn place(&self, kind: KindIndex, id: &RecordId) -> Option<usize> {
        self.places.get(&(kind, id.clone())).copied()
    }

    /// The place of a record that has been loaded, or of one that only a reference names: all of it is missing, and
    /// any of it may be tried.
    pub fn place_or_empty(&mut self, kind: KindIndex, id: &RecordId) -> usize {
        let record =
            Record { kind: self.rules.kinds[kind].id.clone(), id: id.clone(), facts: BTreeMap::new() };
        self.place(kind, id).unwrap_or_else(|| self.hold(kind, record))
    }

    /// Tries another value of a fact, or none. Whatever was computed is computed again.
    pub fn put(&mut self, (record, fact): (usize, FactIndex), value: Option<Value>) {
        self.records[record].told[fact] = value;
        self.forget();
    }

    fn load(&mut self, kind: KindIndex, id: &RecordId) -> Option<usize> {
        if let Some(at) = self.places.get(&(kind, id.clone())) {
            return Some(*at);
        }
        let record = self.facts.record(&self.rules.kinds[kind].id, id)?;
        Some(self.hold(kind, record))
    }

    fn hold(&mut self, kind: KindIndex, mut record: Record) -> usize {
        if let Some(at) = self.places.get(&(kind, record.id.clone())) {
            return *at;
        }
        let told = self.rules.kinds[kind].facts.iter().map(|fact| record.facts.remove(&fact.id)).collect();
        let at = self.records.len();
        self.places.insert((kind, record.id.clone()), at);
        self.records.push(Loaded { kind, id: record.id, told, derived: HashMap::new() });
        at
    }

    /// Judges one version of a duty for a loaded record.
    pub fn judge(&mut self, index: usize, at: usize) -> Judged {
        let rules = self.rules;
        let duty = &rules.duties[index];
        let here = Context::root(at);
        self.trace = Trace::default();
        let clauses: Vec<Truth> = duty.should.iter().map(|clause| self.truth(clause, &here)).collect();
        let should = clauses.iter().fold(Truth::Yes, |all, clause| all & *clause);
        let missing = std::mem::take(&mut self.trace.missing);
        let exemptions: Vec<Truth> = duty.exempt.iter().map(|clause| self.truth(clause, &here)).collect();
        let exempt = exemptions.iter().fold(Truth::No, |any, clause| any | *clause);
        let done = self.truth(&duty.done, &here);
        Judged {
            index,
            duty: duty.duty.id.clone(),
            should,
            done,
            exempt,
            standing: Standing::of(should, done, exempt),
            clauses,
            exemptions,
            amount: self.decimal(duty.amount.as_ref(), &here),
            paid: self.decimal(duty.paid.as_ref(), &here),
            arises: self.day(duty.arises.as_ref(), &here),
            done_on: self.day(duty.done_on.as_ref(), &here),
            missing: if should == Truth::Unknown { distinct(missing) } else { Vec::new() },
        }
    }

    /// The truth of a condition.
    pub fn truth(&mut self, condition: &Expr, context: &Context) -> Truth {
        match self.value(condition, context) {
            Some(Scalar::Bool(value)) => value.into(),
            _ => Truth::Unknown,
        }
    }

    /// The facts that a condition lacks for one record; none if it is known.
    pub fn missing(&mut self, kind: KindIndex, id: &RecordId, condition: &Expr) -> Vec<Missing> {
        let Some(at) = self.load(kind, id) else { return Vec::new() };
        self.truth(condition, &Context::root(at));
        std::mem::take(&mut self.trace).missing
    }

    /// The value of a number.
    pub fn decimal(&mut self, expr: Option<&Expr>, context: &Context) -> Option<Decimal> {
        let expr = expr?;
        match self.value(expr, context)? {
            Scalar::Number(value) => number::to_decimal(value, number::scale_of(expr.ty)),
            _ => None,
        }
    }

    /// The value of a day.
    pub fn day(&mut self, expr: Option<&Expr>, context: &Context) -> Option<NaiveDate> {
        match self.value(expr?, context)? {
            Scalar::Date(day) => NaiveDate::from_epoch_days(day),
            _ => None,
        }
    }

    /// The value of an expression. What is missing stays on the trace only if the value is unknown for it.
    pub fn value(&mut self, expr: &Expr, context: &Context) -> Option<Scalar> {
        let mark = self.trace.missing.len();
        let value = self.node(expr, context);
        if value.is_some() {
            self.trace.missing.truncate(mark);
        }
        value
    }

    fn node(&mut self, expr: &Expr, context: &Context) -> Option<Scalar> {
        match &expr.node {
            Node::Const(value) => Scalar::of_const(value, expr.ty),
            Node::Null => None,
            Node::Today => Some(Scalar::Date(self.setting.on.to_epoch_days())),
            Node::Fact(path) => self.follow(path, context),
            Node::Parameter(index) => {
                let ty = self.rules.parameters[*index].ty;
                let value = match self.parameter(*index, context, None)? {
                    Held::Override(value) => Scalar::of_const(value, ty),
                    Held::Dated(dated) => match &dated.setting {
                        parameter::Setting::One(value) => Scalar::of_const(value, ty),
                        _ => None,
                    },
                    Held::Nothing => None,
                };
                value?.rescaled(ty, expr.ty)
            }
            Node::Lookup(index, key) => {
                let Scalar::Text(key) = self.value(key, context)? else { return None };
                let ty = self.rules.parameters[*index].ty;
                let Held::Dated(dated) = self.parameter(*index, context, Some(&key))? else { return None };
                let parameter::Setting::Keyed(values) = &dated.setting else { return None };
                Scalar::of_const(values.get(&*key)?, ty)?.rescaled(ty, expr.ty)
            }
            Node::Not(inner) => Some(Scalar::Bool(!self.boolean(inner, context)?)),
            Node::And(parts) => {
                let all = parts.iter().fold(Truth::Yes, |all, part| all & self.truth(part, context));
                known(all)
            }
            Node::Or(parts) => {
                let any = parts.iter().fold(Truth::No, |any, part| any | self.truth(part, context));
                known(any)
            }
            Node::Compare(comparison, a, b) => {
                let (left, right) = (self.value(a, context), self.value(b, context));
                let ordering = left?.compare(a.ty, &right?, b.ty)?;
                Some(Scalar::Bool(comparison.holds(ordering)))
            }
            Node::InList(inner, list) => {
                let value = self.value(inner, context)?;
                Some(Scalar::Bool(list.iter().any(|constant| value.is(inner.ty, constant))))
            }
            Node::InParameter(inner, index) => {
                let value = self.value(inner, context);
                let Held::Dated(dated) = self.parameter(*index, context, None)? else { return None };
                let parameter::Setting::List(list) = &dated.setting else { return None };
                let value = value?;
                Some(Scalar::Bool(list.iter().any(|constant| value.is(inner.ty, constant))))
            }
            Node::Like(inner, pattern) => match self.value(inner, context)? {
                Scalar::Text(text) => Some(Scalar::Bool(Pattern::new(pattern).matches(&text))),
                _ => None,
            },
            Node::IsNull(inner) => {
                let mark = self.trace.missing.len();
                let is_null = self.value(inner, context).is_none();
                let missing = self.trace.missing.get(mark..).unwrap_or_default();
                let may_be_told = missing.iter().any(|one| self.facts.is_open(&one.kind, &one.record));
                (!is_null || !may_be_told).then_some(Scalar::Bool(is_null))
            }
            Node::Case { arms, otherwise } => {
                for (condition, value) in arms {
                    if self.boolean(condition, context)? {
                        return self.value(value, context)?.rescaled(value.ty, expr.ty);
                    }
                }
                self.value(otherwise, context)?.rescaled(otherwise.ty, expr.ty)
            }
            Node::Coalesce(parts) => {
                for part in parts {
                    if let Some(value) = self.value(part, context) {
                        return value.rescaled(part.ty, expr.ty);
                    }
                }
                None
            }
            Node::NullIf(a, b) => {
                let (left, right) = (self.value(a, context), self.value(b, context));
                let left = left?;
                let ordering = left.compare(a.ty, &right?, b.ty)?;
                if ordering.is_eq() { None } else { left.rescaled(a.ty, expr.ty) }
            }
            Node::Least(parts) => self.extreme(expr.ty, parts, context, Ordering::Less),
            Node::Greatest(parts) => self.extreme(expr.ty, parts, context, Ordering::Greater),
            Node::Aggregate { fold, members, argument, filter } => {
                let aggregate =
                    Aggregate { fold: *fold, argument: argument.as_deref(), filter: filter.as_deref() };
                self.aggregate(expr.ty, members, &aggregate, context)
            }
            _ => self.arithmetic(expr, context),
        }
    }

    /// Numbers and days.
    fn arithmetic(&mut self, expr: &Expr, context: &Context) -> Option<Scalar> {
        let scale = number::scale_of(expr.ty);
        match &expr.node {
            Node::Arithmetic(operator, a, b) => {
                let (left, right) = (self.number(a, context), self.number(b, context));
                let ((left, a_scale), (right, b_scale)) = (left?, right?);
                let result = match operator {
                    Operator::Multiply => {
                        number::rescale(left.checked_mul(right)?, a_scale.saturating_add(b_scale), scale)?
                    }
                    Operator::Add => {
                        number::rescale(left, a_scale, scale)? + number::rescale(right, b_scale, scale)?
                    }
                    Operator::Subtract => {
                        number::rescale(left, a_scale, scale)? - number::rescale(right, b_scale, scale)?
                    }
                };
                number::fit(result).map(Scalar::Number)
            }
            Node::Divide(a, b) => {
                let (left, right) = (self.number(a, context), self.number(b, context));
                number::divide(left?, right?, scale).map(Scalar::Number)
            }
            Node::Abs(inner) => {
                let (value, from) = self.number(inner, context)?;
                number::rescale(value.abs(), from, scale).map(Scalar::Number)
            }
            Node::Round(inner) => {
                let (value, from) = self.number(inner, context)?;
                number::rescale(value, from, scale).map(Scalar::Number)
            }
            Node::AddDays(day, count) | Node::AddMonths(day, count) => {
                let (left, right) = (self.value(day, context), self.number(count, context));
                let (Scalar::Date(left), (count, count_scale)) = (left?, right?) else { return None };
                let count = number::rescale(count, count_scale, 0)?;
                let later = match expr.node {
                    Node::AddDays(..) => scalar::add_days(left, count),
                    _ => scalar::add_months(left, count),
                };
                later.map(Scalar::Date)
            }
            Node::DaysBetween(a, b) => {
                let (left, right) = (self.value(a, context), self.value(b, context));
                match (left?, right?) {
                    (Scalar::Date(left), Scalar::Date(right)) => {
                        Some(Scalar::Number(i128::from(left) - i128::from(right)))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn boolean(&mut self, condition: &Expr, context: &Context) -> Option<bool> {
        match self.value(condition, context)? {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn number(&mut self, expr: &Expr, context: &Context) -> Option<(i128, u8)> {
        match self.value(expr, context)? {
            Scalar::Number(value) => Some((value, number::scale_of(expr.ty))),
            _ => None,
        }
    }

    fn extreme(&mut self, ty: Type, parts: &[Expr], context: &Context, keep: Ordering) -> Option<Scalar> {
        let values: Vec<_> = parts.iter().map(|part| (self.value(part, context), part.ty)).collect();
        let mut best: Option<Scalar> = None;
        for (value, from) in values {
            let value = value?.rescaled(from, ty)?;
            if best.as_ref().is_none_or(|best| value.cmp(best) == keep) {
                best = Some(value);
            }
        }
        best
    }

    /// What a parameter is for the record that owns the expression; none if that turns on an area that is missing.
    fn parameter(
        &mut self,
        parameter: ParameterIndex,
        context: &Context,
        key: Option<&str>,
    ) -> Option<Held<'a>> {
        let mut area = None;
        let (rules, setting) = (self.rules, self.setting);
        if *self.differ[parameter].get_or_insert_with(|| differs_by_area(rules, setting, parameter)) {
            let owner = Context::root(context.owner);
            if let Some(path) = self.index.areas[self.records[context.owner].kind].clone() {
                match self.follow(&path, &owner)? {
                    Scalar::Text(code) => area = Some(code.to_string()),
                    _ => return None,
                }
            }
        }
        let held = held(self.rules, self.setting, parameter, area.as_deref());
        if self.keep < Keep::Reads {
            return Some(held);
        }
        let read = ParameterRead { parameter, area, key: key.map(str::to_owned) };
        if !self.trace.parameters.contains(&read) {
            self.trace.parameters.push(read);
        }
        Some(held)
    }

    /// The fact at the end of a path.
    pub fn follow(&mut self, path: &Path, context: &Context) -> Option<Scalar> {
        let mut at = context.at;
        let mut way = if self.keep == Keep::Answers { String::new() } else { context.prefix.clone() };
        for (position, (step, kind)) in path.steps.iter().enumerate() {
            let Scalar::Text(id) = self.read(at, *step, &way)? else { return None };
            let id = RecordId::new(id);
            if self.keep > Keep::Answers {
                way.push_str(self.rules.kinds[self.records[at].kind].facts[*step].id.as_str());
                way.push('.');
            }
            match self.load(*kind, &id) {
                Some(next) => at = next,
                None => {
                    // The reference is told, the record is not in the register: all of it is missing.
                    let (fact, owner) = match path.steps.get(position + 1) {
                        Some((next, _)) => (*next, *kind),
                        None => (path.fact, *kind),
                    };
                    self.miss(&way, owner, id, fact);
                    return None;
                }
            }
        }
        self.read(at, path.fact, &way)
    }

    /// One fact of one record; `way` leads to the record and ends with a dot unless it is empty.
    fn read(&mut self, at: usize, fact: FactIndex, way: &str) -> Option<Scalar> {
        let record = &self.records[at];
        let kind = record.kind;
        let declared = &self.rules.kinds[kind].facts[fact];
        let ty = type_of(&declared.fact_type);
        let told = record.told[fact].as_ref().and_then(|value| Scalar::of_value(value, ty));
        let place = self.index.derived[kind][fact];
        let (None, Some(place)) = (&told, place) else {
            if told.is_none() {
                self.miss(way, kind, record.id.clone(), fact);
            }
            if self.keep == Keep::Reads {
                let record = &self.records[at];
                let value = told.as_ref().and(record.told[fact].clone());
                let (path, record) = (format!("{way}{}", declared.id), record.id.clone());
                self.seen(Read { path, kind, record, fact, value, via: Vec::new() });
            }
            return told;
        };
        let memo = self.derive(at, fact, place);
        if self.keep == Keep::Answers {
            self.trace.missing.extend(memo.trace.missing);
            return memo.value;
        }
        let path = format!("{way}{}", declared.id);
        let via = |inner: Vec<String>| {
            std::iter::once(path.clone()).chain(inner.iter().map(|via| format!("{way}{via}"))).collect()
        };
        for missing in memo.trace.missing {
            let path = format!("{way}{}", missing.path);
            self.trace.missing.push(Missing { path, via: via(missing.via), ..missing });
        }
        if self.keep == Keep::Missing {
            return memo.value;
        }
        let value = memo.value.as_ref().and_then(|value| value.to_value(ty));
        let id = self.records[at].id.clone();
        self.seen(Read { path: path.clone(), kind, record: id, fact, value, via: Vec::new() });
        for read in memo.trace.reads {
            self.seen(Read { path: format!("{way}{}", read.path), via: via(read.via), ..read });
        }
        for parameter in memo.trace.parameters {
            if !self.trace.parameters.contains(&parameter) {
                self.trace.parameters.push(parameter);
            }
        }
        memo.value
    }

    /// A derived fact, computed once, in the context of its own record.
    fn derive(&mut self, at: usize, fact: FactIndex, place: usize) -> Memo {
        if let Some(memo) = self.records[at].derived.get(&fact) {
            return memo.clone();
        }
        let outer = std::mem::take(&mut self.trace);
        let rules = self.rules;
        let derived = &rules.derived[place];
        let ty = type_of(&rules.kinds[derived.kind].facts[fact].fact_type);
        let value = self.value(&derived.expr, &Context::root(at));
        let value = value.and_then(|value| value.rescaled(derived.expr.ty, ty)?.told());
        let trace = std::mem::replace(&mut self.trace, outer);
        let memo = Memo { value, trace };
        self.records[at].derived.insert(fact, memo.clone());
        memo
    }

    fn seen(&mut self, read: Read) {
        if !self.trace.reads.contains(&read) {
            self.trace.reads.push(read);
        }
    }

    fn miss(&mut self, way: &str, kind: KindIndex, record: RecordId, fact: FactIndex) {
        let kind = &self.rules.kinds[kind];
        let fact = kind.facts[fact].id.clone();
        let path = if self.keep == Keep::Answers { String::new() } else { format!("{way}{fact}") };
        self.trace.missing.push(Missing { path, kind: kind.id.clone(), record, fact, via: Vec::new() });
    }

    fn members(&mut self, at: usize, members: &Members) -> Vec<usize> {
        if let Some(known) = self.members.get(&(at, members.clone())) {
            return known.clone();
        }
        let kind = &self.rules.kinds[members.kind];
        let records = self.facts.members(&kind.id, &kind.facts[members.by].id, &self.records[at].id);
        let places: Vec<usize> = records.into_iter().map(|record| self.hold(members.kind, record)).collect();
        self.members.insert((at, members.clone()), places.clone());
        places
    }

    fn aggregate(
        &mut self,
        ty: Type,
        members: &Members,
        aggregate: &Aggregate<'_>,
        context: &Context,
    ) -> Option<Scalar> {
        let owner = &self.records[context.at];
        if self.facts.is_open(&self.rules.kinds[owner.kind].id, &owner.id) {
            return None;
        }
        let prefix = match self.keep {
            Keep::Answers => String::new(),
            Keep::Missing | Keep::Reads => {
                format!("{}{}.", context.prefix, self.rules.kinds[members.kind].id)
            }
        };
        let mut tally = Tally::new(aggregate.fold);
        for member in self.members(context.at, members) {
            let inner = Context { at: member, owner: context.owner, prefix: prefix.clone() };
            let mark = self.trace.missing.len();
            let chosen = aggregate.filter.map_or(Truth::Yes, |filter| self.truth(filter, &inner));
            let value = match aggregate.argument {
                None => Some(Scalar::Bool(true)),
                Some(_) if chosen == Truth::No => None,
                Some(argument) => {
                    self.value(argument, &inner).and_then(|value| value.rescaled(argument.ty, ty))
                }
            };
            if !tally.add(chosen, value) {
                self.trace.missing.truncate(mark);
            }
        }
        tally.finish()
    }
}

struct Aggregate<'a> {
    fold: Fold,
    argument: Option<&'a Expr>,
    filter: Option<&'a Expr>,
}

/// An aggregate as its members come in.
pub(crate) struct Tally {
    fold: Fold,
    unknown: bool,
    sum: i128,
    best: Option<Scalar>,
    truth: Truth,
}

impl Tally {
    pub fn new(fold: Fold) -> Self {
        let truth = Truth::from(fold == Fold::All);
        Self { fold, unknown: false, sum: 0, best: None, truth }
    }

    /// Takes one member: whether the filter chose it, and its argument's value. Says whether it leaves unknown what
    /// the member adds.
    pub fn add(&mut self, chosen: Truth, value: Option<Scalar>) -> bool {
        let condition = match &value {
            Some(Scalar::Bool(value)) => Truth::from(*value),
            _ => Truth::Unknown,
        };
        let open = match self.fold {
            Fold::Any => {
                let holds = chosen & condition;
                self.truth = self.truth | holds;
                holds == Truth::Unknown
            }
            Fold::All => {
                let holds = !chosen | condition;
                self.truth = self.truth & holds;
                holds == Truth::Unknown
            }
            _ if chosen == Truth::No => false,
            _ if chosen == Truth::Unknown || value.is_none() => true,
            _ => {
                match (self.fold, value) {
                    (Fold::Count, Some(Scalar::Bool(false))) => {}
                    (Fold::Count, _) => self.sum += 1,
                    (Fold::Sum, Some(Scalar::Number(value))) => self.sum += value,
                    (Fold::Min, Some(value)) => {
                        self.best = Some(self.best.take().map_or(value.clone(), |best| best.min(value)));
                    }
                    (Fold::Max, Some(value)) => {
                        self.best = Some(self.best.take().map_or(value.clone(), |best| best.max(value)));
                    }
                    _ => {}
                }
                false
            }
        };
        self.unknown |= open;
        open
    }

    /// The aggregate over all that came in.
    pub fn finish(self) -> Option<Scalar> {
        match self.fold {
            Fold::Any | Fold::All => known(self.truth),
            _ if self.unknown => None,
            Fold::Sum | Fold::Count => number::fit(self.sum).map(Scalar::Number),
            Fold::Min | Fold::Max => self.best,
        }
    }
}

fn known(truth: Truth) -> Option<Scalar> {
    match truth {
        Truth::Yes => Some(Scalar::Bool(true)),
        Truth::No => Some(Scalar::Bool(false)),
        Truth::Unknown => None,
    }
}

/// Each fact once, in the order first met.
pub(crate) fn distinct(missing: Vec<Missing>) -> Vec<Missing> {
    let mut seen = Vec::<Missing>::new();
    for fact in missing {
        if !seen.iter().any(|known| known.path == fact.path && known.record == fact.record) {
            seen.push(fact);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Comparison;
    use crate::sample::{self, record};

    fn judged(records: Vec<Record>) -> Judged {
        let rules = sample::rules();
        let books = sample::Books(records);
        let setting = Setting::on("2020-03-01".parse().unwrap());
        one(&rules, &books, &"lease".into(), &"l1".into(), &setting).remove(0)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn owed_and_paid_in_part() {
        let lease = [("tenant", text("f1")), ("rent", Value::Decimal("4000.00".parse().unwrap()))];
        let judged = judged(vec![
            record("lease", "l1", &lease),
            record("firm", "f1", &[("staff", Value::Int(12)), ("area", text("411002"))]),
            record("waiver", "w1", &[("lease", text("l1")), ("months", Value::Int(2))]),
            record("waiver", "w2", &[("lease", text("l1")), ("months", Value::Int(3))]),
        ]);
        assert_eq!((judged.should, judged.done, judged.standing), (Truth::Yes, Truth::No, Standing::Gap));
        // Six months in Weidu, three elsewhere.
        assert_eq!(judged.amount, Some("24000.00".parse().unwrap()));
    }

    #[test]
    fn missing_is_unknown_and_named_through_the_derived_fact() {
        let judged = judged(vec![
            record("lease", "l1", &[("tenant", text("f1"))]),
            record("firm", "f1", &[("area", text("411000"))]),
        ]);
        assert_eq!((judged.should, judged.standing), (Truth::Unknown, Standing::Unknown));
        let [missing] = judged.missing.as_slice() else { panic!("{:?}", judged.missing) };
        assert_eq!((missing.path.as_str(), missing.kind.as_str()), ("tenant.staff", "firm"));
        assert_eq!(missing.via, ["tenant.size_class"]);
        assert_eq!(judged.amount, None);
    }

    /// Somebody who answers questions about a lease.
    struct Open(sample::Books);

    impl Facts for Open {
        fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record> {
            self.0.record(kind, id)
        }

        fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record> {
            self.0.members(kind, by, id)
        }

        fn is_open(&self, kind: &KindId, _id: &RecordId) -> bool {
            kind.as_str() == "lease"
        }
    }

    #[test]
    fn what_may_yet_be_told_is_unknown() {
        let rules = sample::rules();
        let setting = Setting::on("2020-03-01".parse().unwrap());
        let lease = || {
            let firm = record("firm", "f1", &[("area", text("411002"))]);
            sample::Books(vec![record("lease", "l1", &[("tenant", text("f1"))]), firm])
        };
        let (kind, declared) = rules.kind("lease").unwrap();
        let fact = declared.facts.iter().position(|fact| fact.id.as_str() == "rent").unwrap();
        let rent = Path { kind, steps: vec![], fact, text: "rent".to_owned() };
        let rent = Expr { node: Node::Fact(rent), ty: Type::Decimal { scale: 2 } };
        let is_null = Expr { node: Node::IsNull(Box::new(rent)), ty: Type::Bool };
        let key = (&KindId::from("lease"), &RecordId::from("l1"), &is_null);
        assert_eq!(truth(&rules, &lease(), key, &setting).0, Truth::Yes);
        let (open, missing) = truth(&rules, &Open(lease()), key, &setting);
        assert_eq!((open, missing[0].path.as_str()), (Truth::Unknown, "rent"));
        let done = |facts: &dyn Fn() -> Vec<Judged>| facts().remove(0).done;
        let of = (&KindId::from("lease"), &RecordId::from("l1"));
        assert_eq!(
            done(&|| one(&rules, &lease(), of.0, of.1, &setting)),
            Truth::No,
            "no waiver points to it"
        );
        assert_eq!(done(&|| one(&rules, &Open(lease()), of.0, of.1, &setting)), Truth::Unknown);
    }

    #[test]
    fn a_derived_fact_that_is_given_is_not_computed() {
        let judged = judged(vec![
            record("lease", "l1", &[("tenant", text("f1"))]),
            record("firm", "f1", &[("size_class", text("micro"))]),
        ]);
        assert_eq!(judged.should, Truth::Yes);
        // Its area is missing, and areas differ in the months waived.
        assert_eq!(judged.done, Truth::Unknown);
    }

    #[test]
    fn a_reference_to_nobody_lacks_the_fact_itself() {
        let judged = judged(vec![record("lease", "l1", &[("tenant", text("f9"))])]);
        assert_eq!(judged.missing[0].path, "tenant.size_class");
        assert_eq!(judged.missing[0].record, "f9".into());
    }

    #[test]
    fn kleene_hides_what_does_not_matter() {
        let rules = sample::rules();
        let books = sample::Books(vec![record("firm", "f1", &[("staff", Value::Int(1))])]);
        let setting = Setting::on("2020-03-01".parse().unwrap());
        let staff =
            |comparison, limit| sample::compare(comparison, sample::fact(&rules, "firm", "staff"), limit);
        let area = sample::equals(sample::fact(&rules, "firm", "area"), "411002");
        let check = |condition: Expr, expected: Truth, missing: usize| {
            let found = truth(&rules, &books, (&"firm".into(), &"f1".into(), &condition), &setting);
            assert_eq!((found.0, found.1.len()), (expected, missing));
        };
        let and = |parts| Expr { node: Node::And(parts), ty: Type::Bool };
        check(and(vec![staff(Comparison::Less, 5), area.clone()]), Truth::Unknown, 1);
        check(and(vec![staff(Comparison::Greater, 5), area]), Truth::No, 0);
    }
}
