//! `yingjin compare`: two days, or the law beside a what-if. The register is read and never written.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use chrono::NaiveDate;
use model::{Areas, Lang, ParameterId};
use rules::compare::{Comparison, Side, compare_rules};
use rules::evaluate::{Counts, Setting, pass};
use rules::expr::{Const, Type};
use rules::parameter::Shape;
use rules::ruleset::RuleSet;
use rules::sweep::{Point, Range, sweep, values_between};
use rust_decimal::Decimal;
use serde_json::json;

use super::RegisterArgs;
use super::table::{Align, table};
use crate::api::rules::const_text;
use crate::clock;
use crate::pipeline::Pipeline;

/// Compares two days, two versions of the city folder, or the law with other values of parameters: who is newly owed,
/// who no longer, and the money, by area.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    register: RegisterArgs,
    /// The first day; today in Asia/Shanghai unless said.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// The second day; the first unless said.
    #[arg(long)]
    and: Option<NaiveDate>,
    /// A parameter held at another value on the second side, `name=value`; may be given more than once.
    #[arg(long = "set", value_name = "PARAMETER=VALUE")]
    set: Vec<String>,
    /// Another city folder for the second side: the same city after an edit.
    #[arg(long)]
    with: Option<PathBuf>,
    /// Shows only this duty.
    #[arg(long)]
    duty: Option<String>,
    /// Instead of two sides: every value of a number over a range, both ends included, at most 60 values.
    #[arg(long, value_name = "PARAMETER=FROM..TO..STEP", conflicts_with_all = ["and", "with"])]
    sweep: Option<String>,
    /// How many records to name on each side.
    #[arg(long, default_value_t = 5)]
    examples: usize,
    /// Writes JSON, with every record.
    #[arg(long)]
    json: bool,
}

/// Compares.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let pipeline =
        Pipeline::inspect(&args.register.city, &args.register.db).map_err(|e| anyhow!(e.message(lang)))?;
    let edited = match &args.with {
        None => None,
        Some(folder) => {
            Some(Pipeline::inspect(folder, &args.register.db).map_err(|e| anyhow!(e.message(lang)))?)
        }
    };
    let second = edited.as_ref().unwrap_or(&pipeline);
    let day_a = args.on.unwrap_or_else(clock::today);
    let day_b = args.and.unwrap_or(day_a);
    let mut setting_b = Setting::on(day_b);
    for text in &args.set {
        let (name, value) = override_of(&second.rules, text, lang)?;
        setting_b = setting_b.with(name, value);
    }
    if let Some(text) = &args.sweep {
        return swept(&pipeline, text, (&setting_b, args), lang);
    }
    let read = |pipeline: &Pipeline, day| {
        pipeline.tables(day).map(|tables| tables.0).map_err(|e| anyhow!(e.message(lang)))
    };
    let tables_a = read(&pipeline, day_a)?;
    // The same tables serve both sides where nothing that shapes them differs.
    let tables_b = if edited.is_some() || day_a != day_b { Some(read(second, day_b)?) } else { None };
    let mut comparison = compare_rules(
        Side { rules: &pipeline.rules, tables: &tables_a, setting: &Setting::on(day_a) },
        Side { rules: &second.rules, tables: tables_b.as_ref().unwrap_or(&tables_a), setting: &setting_b },
    );
    if let Some(duty) = &args.duty {
        comparison.duties.retain(|compared| compared.duty.as_str() == duty);
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&comparison)?);
    } else {
        print!("{}", page(&comparison, &pipeline.rules.city.areas, args.examples, lang));
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what each duty would cost at every value of a range, beside the law as it is.
fn swept(
    pipeline: &Pipeline,
    text: &str,
    (setting, args): (&Setting, &Args),
    lang: Lang,
) -> anyhow::Result<ExitCode> {
    let rules = &pipeline.rules;
    let (parameter, values) = range_of(rules, text, lang)?;
    let (tables, _) = pipeline.tables(setting.on).map_err(|error| anyhow!(error.message(lang)))?;
    let range = Range { parameter: &parameter, values: &values, area: None };
    let mut found = sweep(rules, &tables, setting, range);
    found.duties.retain(|duty| args.duty.as_ref().is_none_or(|wanted| wanted == duty.duty.as_str()));
    if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(
                &json!({"values": values.iter().map(const_text).collect::<Vec<_>>(), "duties": found.duties})
            )?
        );
        return Ok(ExitCode::SUCCESS);
    }
    let law = pass(rules, &tables, setting);
    let headings = match lang {
        Lang::Zh => ["取值", "应尽", "比现在", "应付", "金额未知", "未知"],
        Lang::En => ["value", "owed to", "from now", "owed", "amount unknown", "unknown"],
    };
    let columns = headings.map(|heading| (heading, Align::Right));
    for duty in &found.duties {
        let Some(now) = law.duty(&duty.duty).map(|duty| Point::from(&law.counts(duty))) else { continue };
        let row = |name: String, point: &Point| {
            let change = i128::from(point.should) - i128::from(now.should);
            vec![
                name,
                point.should.to_string(),
                format!("{change:+}"),
                point.known_owed().map_or_else(|| "–".to_owned(), |owed| owed.to_string()),
                point.amount_unknown.to_string(),
                point.unknown.to_string(),
            ]
        };
        let word = if lang == Lang::Zh { "现行" } else { "now" };
        let mut rows = vec![row(word.to_owned(), &now)];
        rows.extend(values.iter().zip(&duty.points).map(|(value, point)| row(const_text(value), point)));
        println!("{} {}\n{}", duty.duty, duty.title.get(lang), table(&columns, &rows));
    }
    if found.duties.is_empty() {
        println!("{}", if lang == Lang::Zh { "没有责任用到这个参数" } else { "No duty turns on it" });
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads `name=from..to..step`.
fn range_of(rules: &RuleSet, text: &str, lang: Lang) -> anyhow::Result<(ParameterId, Vec<Const>)> {
    let parts = text.split_once('=').map(|(name, range)| (name, range.split("..").collect::<Vec<_>>()));
    let Some((name, [from, to, step])) = parts
        .as_ref()
        .map(|(name, range)| (*name, range.as_slice()))
        .and_then(|(name, range)| <[&str; 3]>::try_from(range).ok().map(|range| (name, range)))
    else {
        bail!(match lang {
            Lang::Zh => format!("“{text}”应写成 参数=起点..终点..步长"),
            Lang::En => format!("'{text}' should read parameter=from..to..step"),
        });
    };
    // The first value is read as any that is tried, for the same refusals.
    override_of(rules, &format!("{name}={from}"), lang)?;
    let number = |text: &str| {
        text.trim().parse::<Decimal>().map_err(|_| {
            anyhow!(match lang {
                Lang::Zh => format!("“{text}”不是数字"),
                Lang::En => format!("'{text}' is no number"),
            })
        })
    };
    let parameter = rules.parameters.iter().find(|parameter| parameter.id.as_str() == name);
    let ty = parameter.map_or(Type::Text, |parameter| parameter.ty);
    let values = values_between(ty, (number(from)?, number(to)?, number(step)?));
    Ok((name.into(), values.map_err(|why| anyhow!(why.get(lang).to_owned()))?))
}

/// Reads `name=value` by the parameter's type.
pub fn override_of(rules: &RuleSet, text: &str, lang: Lang) -> anyhow::Result<(String, Const)> {
    let Some((name, value)) = text.split_once('=') else {
        bail!(match lang {
            Lang::Zh => format!("“{text}”应写成 参数=值"),
            Lang::En => format!("'{text}' should read parameter=value"),
        });
    };
    let Some(parameter) = rules.parameters.iter().find(|parameter| parameter.id.as_str() == name) else {
        bail!(match lang {
            Lang::Zh => format!("没有名为 {name} 的参数"),
            Lang::En => format!("there is no parameter named {name}"),
        });
    };
    if parameter.shape != Shape::One {
        bail!(match lang {
            Lang::Zh => format!("参数 {name} 是列表或对照表，只能试改单个数值的参数"),
            Lang::En => format!("{name} is a list or a table; only a parameter of one value can be tried"),
        });
    }
    let constant = match parameter.ty {
        Type::Bool => value.parse().ok().map(Const::Bool),
        Type::Int => value.parse().ok().map(Const::Int),
        Type::Decimal { .. } => value.parse().ok().map(Const::Decimal),
        Type::Text => Some(Const::Text(value.to_owned())),
        Type::Date => value.parse().ok().map(Const::Date),
        Type::Point => None,
    };
    match constant {
        Some(constant) => Ok((name.to_owned(), constant)),
        None => bail!(match lang {
            Lang::Zh => format!("“{value}”不是参数 {name} 的取值"),
            Lang::En => format!("'{value}' is no value of {name}"),
        }),
    }
}

/// What is owed before and after, and the difference. A sum of which no amount is known is unknown; where some are, how
/// many are not stands behind it.
fn money((a, b): (&Counts, &Counts), lang: Lang) -> [String; 3] {
    let known = [a, b].map(Counts::known_owed);
    let shown = |counts: &Counts, known: Option<Decimal>| {
        let sum = known.map_or_else(|| "–".to_owned(), |sum| sum.to_string());
        match (counts.amount_unknown, lang) {
            (0, _) => sum,
            (count, Lang::Zh) => format!("{sum}（另 {count} 项未知）"),
            (count, Lang::En) => format!("{sum} (+ {count} unknown)"),
        }
    };
    let difference = known[0].zip(known[1]).map_or_else(|| "–".to_owned(), |(a, b)| (b - a).to_string());
    [shown(a, known[0]), shown(b, known[1]), difference]
}

fn page(comparison: &Comparison, areas: &Areas, examples: usize, lang: Lang) -> String {
    use Align::{Left, Right};
    let headings = match lang {
        Lang::Zh => ["事项", "新增应尽", "不再应尽", "应付（前）", "应付（后）", "差额"],
        Lang::En => ["duty", "newly owed", "no longer owed", "owed before", "owed after", "difference"],
    };
    let columns: Vec<(&str, Align)> = headings
        .iter()
        .enumerate()
        .map(|(at, heading)| (*heading, if at == 0 { Left } else { Right }))
        .collect();
    let changed: Vec<_> = comparison
        .duties
        .iter()
        .filter(|duty| {
            !duty.newly_owed.is_empty() || !duty.no_longer_owed.is_empty() || duty.a.owed != duty.b.owed
        })
        .collect();
    if changed.is_empty() {
        return match lang {
            Lang::Zh => "两边没有差别\n".to_owned(),
            Lang::En => "The two sides do not differ\n".to_owned(),
        };
    }
    let mut rows = Vec::new();
    let mut row = |name: String, (new, gone): (u64, u64), sides: (&Counts, &Counts)| {
        let mut row = vec![name, new.to_string(), gone.to_string()];
        row.extend(money(sides, lang));
        rows.push(row);
    };
    for duty in &changed {
        let moved = (duty.newly_owed.len() as u64, duty.no_longer_owed.len() as u64);
        row(format!("{} {}", duty.duty, duty.title.get(lang)), moved, (&duty.a, &duty.b));
        for area in duty.by_area.iter().filter(|area| area.differs()) {
            let name = area.area.as_ref().map_or("–", |code| {
                areas.get(code.as_str()).map_or(code.as_str(), |area| area.name.get(lang))
            });
            row(format!("  {name}"), (area.newly_owed, area.no_longer_owed), (&area.a, &area.b));
        }
    }
    let mut text = table(&columns, &rows);
    for duty in changed {
        for (ids, zh, en) in [
            (&duty.newly_owed, "新增应尽", "newly owed"),
            (&duty.no_longer_owed, "不再应尽", "no longer owed"),
        ] {
            if ids.is_empty() || examples == 0 {
                continue;
            }
            let words = match lang {
                Lang::Zh => zh,
                Lang::En => en,
            };
            let named: Vec<&str> = ids.iter().take(examples).map(|id| id.as_str()).collect();
            let more = if ids.len() > named.len() { " …" } else { "" };
            text.push_str(&format!("{} {words}: {}{more}\n", duty.duty, named.join(", ")));
        }
    }
    text
}
