//! `yingjin try`: an expression of the rules language on any sheet.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use chrono::NaiveDate;
use model::duty::{Basis, Done, Mode, Validity};
use model::value::{MAX_SCALE, MAX_UNSCALED};
use model::{Areas, Calendar, Duty, Fact, FactId, FactType, Kind, Label, Lang, Truth, Unit, Value};
use rules::diagnostic::{Diagnostic, Place, Severity};
use rules::evaluate::{self, DutyPass, Setting};
use rules::expr::{Const, Expr, Node, Type};
use rules::language::{Mistake, Scope, Wanted, compile_as};
use rules::ruleset::{City, CompiledDuty, RuleSet};
use rules::table::Tables;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use crate::clock;
use crate::import::sheet::{Book, Cell, Row, inspect};

/// Try conditions on a sheet. For each, one JSON line with the rows for which it is yes, and unknown.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The sheet: csv or xlsx, its first row the names of the columns.
    #[arg(long)]
    table: PathBuf,
    /// The type of each column: int, decimal, text, bool or date.
    #[arg(long, value_delimiter = ',', required = true)]
    types: Vec<ColumnType>,
    /// The column that names a row.
    #[arg(long)]
    id: String,
    /// The condition.
    #[arg(long = "where", value_name = "EXPR", required_unless_present = "where_file")]
    condition: Option<String>,
    /// A file of conditions, one a line.
    #[arg(long, conflicts_with = "condition")]
    where_file: Option<PathBuf>,
    /// What `today` is; the day of the computer's clock unless said.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// Mistakes as JSON lines too, in the place of the answer; else as text on standard error.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ColumnType {
    Int,
    Decimal,
    Text,
    Bool,
    Date,
}

/// Prints a line for each condition. Exit code 1 if one of them cannot be read.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let (conditions, file) = match (&args.condition, &args.where_file) {
        (_, Some(path)) => {
            let read = fs::read_to_string(path);
            let text = read.with_context(|| say(lang, "读不了条件文件", "cannot read the conditions"))?;
            (text, path.clone())
        }
        (condition, None) => (condition.clone().unwrap_or_default(), PathBuf::from("--where")),
    };
    let lines: Vec<(usize, &str)> = match args.where_file {
        Some(_) => conditions.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect(),
        None => vec![(0, conditions.as_str())],
    };
    let mut sheet = Sheet::read(args, lang)?;
    let conditions: Vec<Result<usize, Vec<Mistake>>> =
        lines.iter().map(|(_, line)| sheet.add(line)).collect();
    let answers = sheet.answers(args.on.unwrap_or_else(clock::today));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut well = true;
    for (condition, line) in conditions.into_iter().zip(lines) {
        match condition {
            Ok(index) => writeln!(out, "{}", serde_json::to_string(&answers[index])?)?,
            Err(mistakes) => {
                well = false;
                let diagnostics: Vec<Diagnostic> =
                    mistakes.into_iter().map(|mistake| diagnostic(mistake, line, &file)).collect();
                if args.json {
                    writeln!(out, "{}", json!({ "mistakes": diagnostics }))?;
                } else {
                    for diagnostic in diagnostics {
                        eprintln!("{}", diagnostic.display(lang));
                    }
                }
            }
        }
    }
    out.flush()?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// A mistake at its line and column: of the file, and of the text where that has several lines.
fn diagnostic(mistake: Mistake, (number, text): (usize, &str), file: &Path) -> Diagnostic {
    let before = text.get(..mistake.at.start).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let line = number + before.matches('\n').count() + 1;
    Diagnostic {
        place: Place { file: file.to_owned(), line, column },
        severity: Severity::Error,
        code: mistake.code,
        what: mistake.says.what,
        why: mistake.says.why,
        mend: mistake.says.mend,
    }
}

/// The rows for which a condition is yes, and unknown, as the sheet names them.
#[derive(Debug, Serialize)]
struct Answer {
    yes: Vec<String>,
    unknown: Vec<String>,
}

/// A sheet as the only kind of a city without rules.
struct Sheet {
    rules: RuleSet,
    tables: Tables,
    /// As the sheet names its rows.
    ids: Vec<String>,
}

const KIND: &str = "row";

impl Sheet {
    fn read(args: &Args, lang: Lang) -> anyhow::Result<Self> {
        let (headings, rows) = cells(&args.table, lang)?;
        if headings.len() != args.types.len() {
            bail!(match lang {
                Lang::Zh => format!("表有 {} 列，--types 有 {} 个类型", headings.len(), args.types.len()),
                Lang::En => {
                    format!(
                        "the sheet has {} columns, --types has {} types",
                        headings.len(),
                        args.types.len()
                    )
                }
            });
        }
        let id = headings.iter().position(|heading| *heading == args.id).ok_or_else(|| match lang {
            Lang::Zh => anyhow!("没有 {} 这一列；有：{}", args.id, headings.join(", ")),
            Lang::En => anyhow!("there is no column {}; there are: {}", args.id, headings.join(", ")),
        })?;
        let mut columns = Vec::new();
        for (index, ty) in args.types.iter().enumerate() {
            let scale = rows.iter().map(|row| places(&row[index])).max().unwrap_or(0);
            columns.push(fact_type(*ty, scale.min(MAX_SCALE.into())));
        }
        let facts = headings.iter().zip(&columns).map(|(heading, ty)| fact(heading, ty)).collect();
        let rules = without_duties(facts);
        let mut builder = Tables::builder(&rules);
        let mut ids = Vec::with_capacity(rows.len());
        for (number, row) in rows.into_iter().enumerate() {
            let mut known: BTreeMap<FactId, Value> = BTreeMap::new();
            for ((cell, ty), heading) in row.iter().zip(&columns).zip(&headings) {
                if cell.is_empty() {
                    continue;
                }
                // The heading is row 1.
                let value = value(cell, ty).ok_or_else(|| match lang {
                    Lang::Zh => anyhow!("第 {} 行 {heading}：“{cell}”不是所说的类型", number + 2),
                    Lang::En => anyhow!("row {}, {heading}: '{cell}' is not of its type", number + 2),
                })?;
                known.insert(heading.as_str().into(), value);
            }
            ids.push(row[id].clone());
            // Rows may share a name; records may not share an id.
            builder.push(&KIND.into(), number.to_string().into(), &known)?;
        }
        Ok(Self { tables: builder.finish(), rules, ids })
    }

    /// Adds a condition, as a duty that is owed where it is yes. Gives its place among the answers.
    fn add(&mut self, text: &str) -> Result<usize, Vec<Mistake>> {
        let scope = Scope::new(&self.rules.kinds, &[], &self.rules.city.areas, 0);
        let condition = compile_as(text, &scope, Wanted::Condition)?;
        self.rules.duties.push(duty(condition));
        Ok(self.rules.duties.len() - 1)
    }

    /// For each condition, the rows for which it is yes and those for which it is unknown.
    fn answers(&self, on: NaiveDate) -> Vec<Answer> {
        let pass = evaluate::pass(&self.rules, &self.tables, &Setting::on(on));
        let rows = |duty: &DutyPass, truth: Truth| -> Vec<String> {
            let all = self.ids.iter().enumerate();
            all.filter(|(row, _)| duty.should.get(*row) == truth).map(|(_, id)| id.clone()).collect()
        };
        pass.duties
            .iter()
            .map(|duty| Answer { yes: rows(duty, Truth::Yes), unknown: rows(duty, Truth::Unknown) })
            .collect()
    }
}

/// The headings of a sheet, and its rows as text.
fn cells(path: &Path, lang: Lang) -> anyhow::Result<(Vec<String>, Vec<Vec<String>>)> {
    let wrong = |error: crate::import::error::ImportError| anyhow!("{}", error.label().get(lang));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let inspection = inspect(path).map_err(wrong)?;
    let mut book = Book::open(path, &name, &inspection).map_err(wrong)?;
    let mut rows = book.rows(0).map_err(wrong)?;
    let mut row = Row::default();
    rows.read(&mut row).map_err(wrong)?;
    let headings: Vec<String> = row.cells.iter().map(|cell| cell.shown().trim().to_owned()).collect();
    let mut all = Vec::new();
    while rows.read(&mut row).map_err(wrong)? {
        all.push((0..headings.len()).map(|column| row.cell(column)).map(Cell::shown).collect());
    }
    Ok((headings, all))
}

/// Digits after the point of a number as written.
fn places(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, places)| places.trim_end_matches('0').len())
}

fn fact_type(ty: ColumnType, scale: usize) -> FactType {
    match ty {
        ColumnType::Int => FactType::Int,
        ColumnType::Decimal => FactType::Decimal { scale: u8::try_from(scale).unwrap_or(MAX_SCALE) },
        ColumnType::Text => FactType::Text { format: None },
        ColumnType::Bool => FactType::Bool,
        ColumnType::Date => FactType::Date,
    }
}

fn value(cell: &str, ty: &FactType) -> Option<Value> {
    match ty {
        FactType::Int => {
            let value: i64 = cell.parse().ok()?;
            (value.unsigned_abs() < MAX_UNSCALED.unsigned_abs()).then_some(Value::Int(value))
        }
        FactType::Decimal { scale } => {
            let mut value: Decimal = cell.parse().ok()?;
            let fits = value.normalize().scale() <= u32::from(*scale);
            value.rescale(u32::from(*scale));
            let fits = fits && value.mantissa().abs() < i128::from(MAX_UNSCALED);
            fits.then_some(Value::Decimal(value))
        }
        FactType::Bool => match cell.to_ascii_lowercase().as_str() {
            "true" | "1" | "是" => Some(Value::Bool(true)),
            "false" | "0" | "否" => Some(Value::Bool(false)),
            _ => None,
        },
        FactType::Date => cell.parse().ok().map(Value::Date),
        _ => Some(Value::Text(cell.to_owned())),
    }
}

fn fact(heading: &str, ty: &FactType) -> Fact {
    let number = matches!(ty, FactType::Int | FactType::Decimal { .. });
    Fact {
        id: heading.into(),
        label: Label::new(heading, heading),
        also: vec![],
        fact_type: ty.clone(),
        unit: number.then(Unit::one),
        personal: false,
        question: None,
        derived: None,
    }
}

fn duty(condition: Expr) -> CompiledDuty {
    let never = Expr { node: Node::Const(Const::Bool(false)), ty: Type::Bool };
    CompiledDuty {
        duty: Duty {
            id: KIND.into(),
            verb: String::new(),
            title: Label::default(),
            summary: None,
            basis: Basis { doc: String::new(), clause: None, title: None, confidence: None },
            kind: KIND.into(),
            valid: vec![Validity { from: NaiveDate::MIN, to: None, doc: None }],
            mode: Mode::Automatic,
            owner: KIND.into(),
            bearer: None,
            beneficiary: None,
            days: 0,
            should: vec![],
            exempt: vec![],
            done: Done::default(),
            amount: None,
            arises: None,
        },
        kind: 0,
        should: vec![condition],
        exempt: vec![],
        done: never,
        paid: None,
        done_on: None,
        amount: None,
        arises: None,
        cases: vec![],
    }
}

fn without_duties(facts: Vec<Fact>) -> RuleSet {
    let label = Label::new(KIND, KIND);
    let (key, also_key) = (vec![], vec![]);
    let kind = Kind { id: KIND.into(), label: label.clone(), key, also_key, name: None, area: None, facts };
    let (departments, calendar) = (vec![], Calendar::default());
    RuleSet {
        city: City {
            id: KIND.to_owned(),
            name: label,
            areas: Areas::default(),
            departments,
            calendar,
            outlines: vec![],
        },
        kinds: vec![kind],
        parameters: vec![],
        derived: vec![],
        duties: vec![],
        casework: None,
        forms: vec![],
        pairings: None,
        chains: None,
        notices: None,
        letters: Default::default(),
        version: String::new(),
    }
}
