//! Measures the rules on made-up firms. Prints one JSON line a measurement, in seconds of CPU on one core.
//!
//! ```text
//! bench-rules RULES.txt [--firms 1000000] [--runs 7] [--rows 20000] [--csv FILE]
//! ```

mod firms;

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use firms::{COLUMNS, Random};
use model::duty::{Basis, Clause, Done, Mode, Validity};
use model::{Areas, Calendar, Duty, Label, RecordId, Truth};
use rules::evaluate::{Changed, Setting, pass, rejudge};
use rules::expr::{Const, Expr, Node, Type};
use rules::language::{Scope, compile};
use rules::parameter::{Dated, Parameter, Setting as Held, Shape};
use rules::ruleset::{City, CompiledDuty, RuleSet};
use rules::sweep::{Range, sweep};
use rules::table::Tables;

const SEED: u64 = 2020;
const DAY: &str = "2020-12-01";

struct Options {
    rules: PathBuf,
    firms: u64,
    runs: usize,
    rows: usize,
    csv: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut arguments = std::env::args().skip(1);
    let rules = arguments
        .next()
        .context("usage: bench-rules RULES.txt [--firms N] [--runs N] [--rows N] [--csv FILE]")?;
    let mut options = Options { rules: rules.into(), firms: 1_000_000, runs: 7, rows: 20_000, csv: None };
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--firms" => options.firms = value.parse()?,
            "--runs" => options.runs = value.parse()?,
            "--rows" => options.rows = value.parse()?,
            "--csv" => options.csv = Some(value.into()),
            _ => bail!("{name} is not an option"),
        }
    }
    Ok(options)
}

fn main() -> Result<()> {
    let options = options()?;
    let (rules, budget_rules) = rule_sets(&std::fs::read_to_string(&options.rules)?)?;
    let tables = tables(&rules, &options)?;
    let setting = Setting::on(DAY.parse()?);

    let mut found = None;
    measure("all rules, traced", options.runs, || {
        found = Some(pass(&rules, &tables, &setting));
        Ok(())
    })?;
    let mut found = found.context("a run")?;
    let yes: usize = found.duties.iter().map(|duty| duty.should.yes.count()).sum();
    let unknown: usize = found.duties.iter().map(|duty| duty.rows_in(model::Standing::Unknown).count()).sum();
    let plan = rules::plan::Plan::new(&rules, 0, setting.on);
    let written = plan.duties.iter().flat_map(|duty| &duty.should).map(|clause| clause.conditions().count());
    let written: usize = written.sum();
    println!(
        "{}",
        serde_json::json!({"check": "conditions", "written": written, "distinct": plan.conditions.len()})
    );
    println!("{}", serde_json::json!({"check": "owed and unknown", "yes": yes, "unknown": unknown}));
    let mut missing = 0;
    measure("missing facts of all rules, counted", options.runs.min(3), || {
        missing = found.duties.iter().map(|duty| found.missing(&rules, &tables, duty).len()).sum();
        Ok(())
    })?;
    println!("{}", serde_json::json!({"check": "missing facts", "count": missing}));

    let mut random = Random::new(SEED + 2);
    let mut times = Vec::new();
    let mut owed = 0;
    for _ in 0..options.rows {
        let row = usize::try_from(random.below(options.firms))?;
        let start = std::time::Instant::now();
        let traced = found.row(&tables, 0, row);
        times.push(start.elapsed().as_secs_f64());
        owed += traced.duties.iter().filter(|verdict| verdict.should == Truth::Yes).count();
    }
    report("one firm, all rules, traced", &mut times);
    println!("{}", serde_json::json!({"check": "owed by one", "count": owed}));

    let values: Vec<Const> = (0..1000).map(|step| Const::Int(step * 2)).collect();
    let mut budget = None;
    measure("one threshold at 1,000 values", options.runs.min(3), || {
        let range = Range { parameter: &"limit".into(), values: &values, area: None };
        budget = Some(sweep(&budget_rules, &tables, &setting, range));
        Ok(())
    })?;
    let budget = budget.context("a sweep")?;
    let point = &budget.duties[0].points[150];
    println!(
        "{}",
        serde_json::json!({"check": "owed below 300", "count": point.should, "money": point.owed})
    );

    let mut tables = tables;
    let mut random = Random::new(SEED + 1);
    let mut times = Vec::new();
    let mut changes = 0;
    for _ in 0..options.rows / 4 {
        let number = random.below(options.firms);
        let id = RecordId::from(format!("f{number}"));
        let mut facts = tables.record(0, tables.row(0, &id).context("a row")?).facts;
        let other = firms::firm(&mut random, number);
        let fact = &rules.kinds[0].facts[usize::try_from(random.below(20))? + 2].id;
        match other.get(fact) {
            Some(value) => facts.insert(fact.clone(), value.clone()),
            None => facts.remove(fact),
        };
        let start = std::time::Instant::now();
        let changed = Changed { kind: &rules.kinds[0].id, id: &id, facts: &facts };
        changes += rejudge(&rules, &mut tables, &mut found, changed)?.len();
        times.push(start.elapsed().as_secs_f64());
    }
    report("one fact changed", &mut times);
    println!("{}", serde_json::json!({"check": "verdicts changed", "count": changes}));
    Ok(())
}

/// Runs and reports the seconds of CPU each took.
fn measure(name: &str, runs: usize, mut run: impl FnMut() -> Result<()>) -> Result<()> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = cpu_seconds()?;
        run()?;
        times.push(cpu_seconds()? - start);
    }
    report(name, &mut times);
    Ok(())
}

fn report(name: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get((times.len() - 1) * share / 100).copied().unwrap_or(0.0);
    println!("{}", serde_json::json!({"measure": name, "min": at(0), "p50": at(50), "p99": at(99)}));
}

/// Seconds this thread has run on a core.
fn cpu_seconds() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split_whitespace().next().context("schedstat")?.parse()?;
    Ok(std::time::Duration::from_nanos(nanoseconds).as_secs_f64())
}

fn tables(rules: &RuleSet, options: &Options) -> Result<Tables> {
    let mut builder = Tables::builder(rules);
    let mut random = Random::new(SEED);
    let mut csv = options.csv.as_ref().map(std::fs::File::create).transpose()?.map(BufWriter::new);
    if let Some(csv) = &mut csv {
        let names: Vec<&str> = COLUMNS.iter().map(|(id, _)| *id).collect();
        writeln!(csv, "{}", names.join(","))?;
    }
    for number in 0..options.firms {
        let facts = firms::firm(&mut random, number);
        if let Some(csv) = &mut csv {
            let mut line = String::new();
            for (id, _) in COLUMNS {
                if let Some(value) = facts.get(id) {
                    write!(line, "{value}")?;
                }
                line.push(',');
            }
            line.pop();
            writeln!(csv, "{line}")?;
        }
        builder.push(&rules.kinds[0].id, format!("f{number}").into(), &facts)?;
    }
    if let Some(mut csv) = csv {
        csv.flush()?;
    }
    Ok(builder.finish())
}

/// The rules of the file; and one whose threshold is a parameter, with what it costs.
fn rule_sets(text: &str) -> Result<(RuleSet, RuleSet)> {
    let kinds = vec![firms::kind()];
    let areas = Areas::default();
    let scope = Scope::new(&kinds, &[], &areas, 0);
    let mut duties = Vec::new();
    for (number, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let condition = compile(line, &scope).map_err(|mistakes| anyhow::anyhow!("{line}: {mistakes:?}"))?;
        duties.push(duty(number, condition));
    }
    let limit = Parameter {
        id: "limit".into(),
        label: label("limit"),
        ty: Type::Int,
        unit: Some(model::Unit::one()),
        shape: Shape::One,
        values: vec![Dated {
            from: chrono::NaiveDate::MIN,
            to: None,
            area: None,
            basis: Basis { doc: "made up".into(), clause: None, title: None, confidence: None },
            setting: Held::One(Const::Int(300)),
        }],
    };
    let parameters = vec![limit];
    let scope = Scope::new(&kinds, &parameters, &areas, 0);
    let read = |text: &str| compile(text, &scope).map_err(|mistakes| anyhow::anyhow!("{text}: {mistakes:?}"));
    let mut swept = duty(duties.len(), read("employees < :limit and not blacklisted")?);
    swept.amount = Some(read("monthly_rent * 3")?);
    let rules = |duties: Vec<CompiledDuty>, parameters: Vec<Parameter>| RuleSet {
        city: City {
            id: "bench".into(),
            name: label("bench"),
            areas: areas.clone(),
            departments: vec![],
            calendar: Calendar::default(),
            outlines: vec![],
        },
        kinds: kinds.clone(),
        parameters,
        derived: vec![],
        duties,
        casework: None,
        forms: vec![],
        letters: Default::default(),
        pairings: None,
        chains: None,
        notices: None,
        version: "bench".into(),
    };
    Ok((rules(duties, vec![]), rules(vec![swept], parameters.clone())))
}

fn label(text: &str) -> Label {
    Label::new(text, text)
}

/// A rule as a duty, each part of its conjunction a clause.
fn duty(number: usize, condition: Expr) -> CompiledDuty {
    let should = match condition.node {
        Node::And(parts) => parts,
        node => vec![Expr { node, ty: Type::Bool }],
    };
    let clause =
        |place: usize| Clause { id: format!("c{place}").into(), label: label("clause"), when: String::new() };
    CompiledDuty {
        duty: Duty {
            id: format!("rule-{number}").into(),
            verb: "应享尽享".into(),
            title: label("rule"),
            summary: None,
            basis: Basis { doc: "made up".into(), clause: None, title: None, confidence: None },
            kind: "firm".into(),
            valid: vec![Validity { from: chrono::NaiveDate::MIN, to: None, doc: None }],
            mode: Mode::Automatic,
            owner: "office".into(),
            bearer: None,
            beneficiary: None,
            days: 5,
            should: (0..should.len()).map(clause).collect(),
            exempt: vec![],
            done: Done::default(),
            amount: None,
            arises: None,
        },
        kind: 0,
        should,
        exempt: vec![],
        done: Expr { node: Node::Const(Const::Bool(false)), ty: Type::Bool },
        paid: None,
        done_on: None,
        amount: None,
        arises: None,
        cases: vec![],
    }
}
