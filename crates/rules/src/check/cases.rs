//! Runs the cases of a city folder: given these facts, is the answer what the case expects?

use std::collections::BTreeMap;

use model::{FactId, FactType, KindId, Record, RecordId, Standing, Truth, Value};
use rust_decimal::Decimal;

use crate::evaluate::{self, Facts, Judged, Missing, Setting};
use crate::expr::{FactIndex, KindIndex, Node};
use crate::ruleset::{Case, RuleSet};

/// A field of a case whose answer is not the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `should`, `amount`, `ask`, …; `value` for a derived fact.
    pub field: &'static str,
    /// As the case has it.
    pub expected: String,
    /// As it came out.
    pub got: String,
}

/// Runs a case of a duty, by its place in [`RuleSet::duties`]. Empty if all is as expected.
pub fn of_duty(rules: &RuleSet, duty: usize, case: &Case) -> Vec<Difference> {
    let books = Books::of(rules, rules.duties[duty].kind, case);
    let setting = Setting::on(case.on);
    let Some(judged) = evaluate::judge(rules, &books, duty, &books.subject, &setting) else {
        return Vec::new();
    };
    let expect = &case.expect;
    let mut differences = Vec::new();
    let mut compare = |field, expected: Option<String>, got: String| {
        if let Some(expected) = expected.filter(|expected| *expected != got) {
            differences.push(Difference { field, expected, got });
        }
    };
    compare("should", expect.should.map(truth), truth(judged.should));
    compare("done", expect.done.map(truth), truth(judged.done));
    compare("exempt", expect.exempt.map(truth), truth(judged.exempt));
    compare("standing", expect.standing.map(standing), standing(judged.standing));
    compare("amount", expect.amount.clone(), amount(&judged));
    if let Some(ask) = &expect.ask {
        let may_be_asked = |missing: &Missing| {
            let kind = rules.kind(missing.kind.as_str()).map(|(_, kind)| kind);
            kind.and_then(|kind| kind.fact(missing.fact.as_str())).is_some_and(|fact| fact.question.is_some())
        };
        let named = |missing: &Missing, path: &String| missing.path == *path || missing.via.contains(path);
        let all_meant = judged
            .missing
            .iter()
            .all(|missing| ask.iter().any(|path| named(missing, path)) || !may_be_asked(missing));
        let all_found = ask.iter().all(|path| judged.missing.iter().any(|missing| named(missing, path)));
        if !(all_meant && all_found) {
            let mut got: Vec<&str> = judged.missing.iter().map(|missing| missing.path.as_str()).collect();
            got.sort_unstable();
            got.dedup();
            differences.push(Difference { field: "ask", expected: ask.join(", "), got: got.join(", ") });
        }
    }
    differences
}

/// Runs a case of a derived fact. Empty if all is as expected.
pub fn of_fact(rules: &RuleSet, (kind, fact): (KindIndex, FactIndex), case: &Case) -> Vec<Difference> {
    let books = Books::of(rules, kind, case);
    let declared = &rules.kinds[kind].facts[fact];
    let asked = (&rules.kinds[kind].id, &books.subject, &declared.id);
    let (value, _) = evaluate::fact(rules, &books, asked, &Setting::on(case.on));
    let got = value.map_or("unknown".to_owned(), |value| value.to_string());
    let Some(expected) = &case.expect.value else { return Vec::new() };
    let number = |text: &str| text.parse::<Decimal>().ok();
    let same = match declared.fact_type {
        FactType::Decimal { .. } if number(expected).is_some() => number(expected) == number(&got),
        _ => *expected == got,
    };
    if same { Vec::new() } else { vec![Difference { field: "value", expected: expected.clone(), got }] }
}

fn truth(truth: Truth) -> String {
    match truth {
        Truth::Yes => "true",
        Truth::No => "false",
        Truth::Unknown => "unknown",
    }
    .to_owned()
}

fn standing(standing: Standing) -> String {
    match standing {
        Standing::Done => "done",
        Standing::Exempt => "exempt",
        Standing::Gap => "gap",
        Standing::Leak => "leak",
        Standing::Unknown => "unknown",
        Standing::Out => "out",
    }
    .to_owned()
}

fn amount(judged: &Judged) -> String {
    judged.amount.map_or("unknown".to_owned(), |amount| amount.normalize().to_string())
}

/// The records of one case.
struct Books {
    subject: RecordId,
    records: BTreeMap<(KindId, RecordId), Record>,
}

impl Facts for Books {
    fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record> {
        self.records.get(&(kind.clone(), id.clone())).cloned()
    }

    fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record> {
        let points =
            |record: &Record| matches!(record.facts.get(by), Some(Value::Text(text)) if text == id.as_str());
        self.records.values().filter(|record| record.kind == *kind && points(record)).cloned().collect()
    }
}

impl Books {
    fn of(rules: &RuleSet, kind: KindIndex, case: &Case) -> Self {
        let subject = RecordId::from("case");
        let mut books = Self { subject: subject.clone(), records: BTreeMap::new() };
        books.add(rules, kind, &subject, &case.given);
        let area_path = rules.kinds[kind].area.as_ref();
        if let (Some(path), Some(area)) = (area_path, &case.area)
            && !case.given.contains_key(path)
        {
            let area = BTreeMap::from([(path.clone(), Value::Text(area.clone()))]);
            books.add(rules, kind, &subject, &area);
        }
        // To ask for a fact of the tenant is to know that there is one.
        for path in case.expect.ask.iter().flatten() {
            books.walk(rules, (kind, subject.clone()), path);
        }
        for (members, records) in &case.members {
            let Some((member_kind, _)) = rules.kind(members) else { continue };
            let pointing = references(rules, member_kind, kind);
            for (number, facts) in records.iter().enumerate() {
                let id = RecordId::from(format!("{members}/{number}"));
                let mut facts = facts.clone();
                for by in &pointing {
                    let given = facts.keys().any(|path| path == by.as_str());
                    if !given {
                        facts.insert(by.to_string(), Value::Text(subject.to_string()));
                    }
                }
                books.add(rules, member_kind, &id, &facts);
            }
        }
        books
    }

    /// Adds facts by dotted path. A path through a reference makes the record it leads to, if the case does not name
    /// that record itself.
    fn add(&mut self, rules: &RuleSet, kind: KindIndex, id: &RecordId, facts: &BTreeMap<String, Value>) {
        self.open(rules, kind, id);
        // Short paths first: a reference that is given by its id comes before what goes through it.
        let mut paths: Vec<&String> = facts.keys().collect();
        paths.sort_by_key(|path| path.matches('.').count());
        for path in paths {
            let ((kind, id), fact) = self.walk(rules, (kind, id.clone()), path);
            self.open(rules, kind, &id).facts.insert(fact.into(), facts[path].clone());
        }
    }

    /// The record at the end of a path, and the fact it ends with. Records on the way are made.
    fn walk<'a>(
        &mut self,
        rules: &RuleSet,
        mut at: (KindIndex, RecordId),
        path: &'a str,
    ) -> ((KindIndex, RecordId), &'a str) {
        let mut rest = path;
        while let Some((reference, after)) = rest.split_once('.') {
            let Some(next) = self.step(rules, (at.0, &at.1), reference) else { break };
            at = next;
            rest = after;
        }
        (at, rest)
    }

    fn open(&mut self, rules: &RuleSet, kind: KindIndex, id: &RecordId) -> &mut Record {
        let kind = &rules.kinds[kind].id;
        let new = || Record { kind: kind.clone(), id: id.clone(), facts: BTreeMap::new() };
        self.records.entry((kind.clone(), id.clone())).or_insert_with(new)
    }

    /// The record that a reference of a record leads to.
    fn step(
        &mut self,
        rules: &RuleSet,
        (kind, id): (KindIndex, &RecordId),
        reference: &str,
    ) -> Option<(KindIndex, RecordId)> {
        let target = rules.kinds[kind].fact(reference)?.fact_type.target()?;
        let (next, _) = rules.kind(target.as_str())?;
        let record = self.open(rules, kind, id);
        let made = Value::Text(format!("{id}.{reference}"));
        let there = record.facts.entry(reference.into()).or_insert(made).to_string();
        let there = RecordId::from(there);
        self.open(rules, next, &there);
        Some((next, there))
    }
}

/// The references of a kind to another by which rules find members; all of them if no rule does.
fn references(rules: &RuleSet, from: KindIndex, to: KindIndex) -> Vec<FactId> {
    let mut used: Vec<FactIndex> = Vec::new();
    let mut look = |expr: &crate::expr::Expr| {
        expr.each(&mut |part| {
            if let Node::Aggregate { members, .. } = &part.node
                && members.kind == from
            {
                used.push(members.by);
            }
        });
    };
    for duty in rules.duties.iter().filter(|duty| duty.kind == to) {
        look(&duty.done);
        duty.paid.iter().chain(&duty.done_on).for_each(&mut look);
    }
    rules.derived.iter().filter(|derived| derived.kind == to).for_each(|derived| look(&derived.expr));
    let target = &rules.kinds[to].id;
    let facts = rules.kinds[from].facts.iter().enumerate();
    let pointing = facts.filter(|(_, fact)| fact.fact_type.target() == Some(target));
    pointing
        .filter(|(index, _)| used.is_empty() || used.contains(index))
        .map(|(_, fact)| fact.id.clone())
        .collect()
}
