//! `yingjin evaluate`: judges every duty for every record, records what turned, and shows the five sets.

use std::process::ExitCode;

use anyhow::anyhow;
use chrono::NaiveDate;
use model::verdict::share;
use model::{Duty, Lang};
use rust_decimal::Decimal;
use serde::Serialize;

use super::RegisterArgs;
use super::table::{Align, table};
use crate::clock;
use crate::pipeline::{AreaFigures, Origin, Pipeline, PipelineError, Reconciled, Snapshot};

/// Judges every duty for every record as of a day. Verdicts that turned since the last pass become events; running
/// it again changes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    register: RegisterArgs,
    /// The day; today in Asia/Shanghai unless said.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// Shows only this duty.
    #[arg(long)]
    duty: Option<String>,
    /// Shows only what lies in this area, by its code.
    #[arg(long)]
    area: Option<String>,
    /// Leaves the register as it is: no verdict is recorded.
    #[arg(long)]
    dry_run: bool,
    /// Writes JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Writes csv.
    #[arg(long)]
    csv: bool,
    /// Shows nothing.
    #[arg(long)]
    quiet: bool,
}

/// What is shown.
#[derive(Serialize)]
struct Report {
    on: NaiveDate,
    area: Option<String>,
    rules: String,
    synthetic: bool,
    /// How many verdicts turned and were recorded; none where nothing was to be recorded.
    recorded: Option<u64>,
    /// How many gaps became cases.
    cases_opened: Option<u64>,
    /// How many cases ended with their gaps.
    cases_ended: Option<u64>,
    /// How many cases went to another office: with their record to its area, or up after too long a wait.
    cases_moved: Option<u64>,
    duties: Vec<Line>,
}

/// One duty.
#[derive(Serialize)]
struct Line {
    duty: String,
    title: String,
    verb: String,
    kind: String,
    records: u64,
    should: u64,
    done: u64,
    exempt: u64,
    gap: u64,
    leak: u64,
    unknown: u64,
    /// done ÷ should.
    rate: Option<f64>,
    /// (done + exempt) ÷ should.
    rate_with_exempt: Option<f64>,
    owed: Option<Decimal>,
    amount_unknown: u64,
    paid: Option<Decimal>,
    /// What went to those it is not owed to, as far as it is known.
    leaked: Option<Decimal>,
    unit: Option<String>,
    days_median: Option<i64>,
    overdue: u64,
}

/// Judges, records, shows.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let pipeline =
        Pipeline::open(&args.register.city, &args.register.db).map_err(|e| anyhow!(e.message(lang)))?;
    let on = args.on.unwrap_or_else(clock::today);
    check(&pipeline, args, lang)?;
    let mut snapshot = pipeline.judge(on).map_err(|e| anyhow!(e.message(lang)))?;
    if !args.dry_run && follow_supplies(&pipeline, &snapshot).map_err(|e| anyhow!(e.message(lang)))? {
        snapshot = pipeline.judge(on).map_err(|e| anyhow!(e.message(lang)))?;
    }
    let recorded = if args.dry_run { None } else { record(&pipeline, &snapshot, args, lang)? };
    if args.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    let report =
        report(&pipeline, &snapshot, args, (recorded, lang)).map_err(|e| anyhow!(e.message(lang)))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else if args.csv {
        let mut writer = csv::Writer::from_writer(std::io::stdout());
        report.duties.iter().try_for_each(|line| writer.serialize(line))?;
        writer.flush()?;
    } else {
        print!("{}", page(&report, lang));
    }
    Ok(ExitCode::SUCCESS)
}

fn check(pipeline: &Pipeline, args: &Args, lang: Lang) -> anyhow::Result<()> {
    if let Some(duty) = &args.duty
        && !pipeline.rules.duties.iter().any(|version| version.duty.id.as_str() == duty)
    {
        return Err(anyhow!(match lang {
            Lang::Zh => format!("没有名为 {duty} 的承诺事项"),
            Lang::En => format!("there is no duty named {duty}"),
        }));
    }
    if let Some(area) = &args.area
        && pipeline.rules.city.areas.get(area).is_none()
    {
        return Err(anyhow!(match lang {
            Lang::Zh => format!("没有代码为 {area} 的区域，city.toml 列有全部区域"),
            Lang::En => format!("there is no area with the code {area}; city.toml lists them"),
        }));
    }
    Ok(())
}

/// Computes what follows from who supplies whom. Whether anything differs from before.
fn follow_supplies(pipeline: &Pipeline, snapshot: &Snapshot) -> Result<bool, PipelineError> {
    let Some(rows) = pipeline.supply_rows(snapshot) else { return Ok(false) };
    let origin = Origin { actor: "command-line".to_owned(), at: clock::now() };
    Ok(pipeline.follow_supplies(rows, &origin)?.is_some())
}

/// Records the pass. A day before the last one on record is shown and not recorded.
fn record(
    pipeline: &Pipeline,
    snapshot: &Snapshot,
    args: &Args,
    lang: Lang,
) -> anyhow::Result<Option<(u64, Reconciled)>> {
    let origin = Origin { actor: "command-line".to_owned(), at: clock::now() };
    match pipeline.record_pass(snapshot, &origin, |_, _| true) {
        Ok(recorded) => {
            // Cases count their time on the day that is judged.
            let origin = Origin { at: args.on.map_or_else(clock::now, clock::now_on), ..origin };
            let cases =
                pipeline.reconcile(snapshot, &origin).map_err(|error| anyhow!(error.message(lang)))?;
            Ok(Some((recorded.tally.values().sum(), cases)))
        }
        Err(error @ PipelineError::Backwards { .. }) => {
            eprintln!("{}", error.message(lang));
            Ok(None)
        }
        Err(error) => Err(anyhow!(error.message(lang))),
    }
}

fn report(
    pipeline: &Pipeline,
    snapshot: &Snapshot,
    args: &Args,
    (recorded, lang): (Option<(u64, Reconciled)>, Lang),
) -> Result<Report, PipelineError> {
    let areas = &pipeline.rules.city.areas;
    let mut duties = Vec::new();
    for judged in &snapshot.pass.duties {
        if args.duty.as_ref().is_some_and(|id| judged.duty.as_str() != id) {
            continue;
        }
        let figures = pipeline.figures(snapshot, judged)?;
        let mut sum = AreaFigures::default();
        for (code, figures) in &figures.by_area {
            let lies_within =
                |area: &String| code.as_ref().is_some_and(|code| areas.within(code.as_str(), area));
            if args.area.as_ref().is_none_or(lies_within) {
                sum.add(figures);
            }
        }
        duties.push(line(&pipeline.rules.duties[judged.index].duty, &sum, lang));
    }
    Ok(Report {
        on: snapshot.on,
        area: args.area.clone(),
        rules: pipeline.rules.version.clone(),
        synthetic: snapshot.has_synthetic(),
        recorded: recorded.map(|(turned, _)| turned),
        cases_opened: recorded.map(|(_, cases)| cases.opened),
        cases_ended: recorded.map(|(_, cases)| cases.met + cases.exempt + cases.granted + cases.lapsed),
        cases_moved: recorded.map(|(_, cases)| cases.moved + cases.went_up),
        duties,
    })
}

fn line(duty: &Duty, figures: &AreaFigures, lang: Lang) -> Line {
    let counts = &figures.counts;
    Line {
        duty: duty.id.to_string(),
        title: duty.title.get(lang).to_owned(),
        verb: duty.verb.clone(),
        kind: duty.kind.to_string(),
        records: counts.records,
        should: counts.should,
        done: counts.done,
        exempt: counts.exempt,
        gap: counts.gap,
        leak: counts.leak,
        unknown: counts.unknown,
        rate: share(counts.done, counts.should),
        rate_with_exempt: share(counts.done + counts.exempt, counts.should),
        owed: duty.amount.as_ref().and_then(|_| counts.known_owed()),
        amount_unknown: counts.amount_unknown,
        paid: duty.done.paid.as_ref().map(|_| counts.paid),
        leaked: duty.done.paid.as_ref().and_then(|_| counts.known_leaked()),
        unit: duty.amount.as_ref().map(|amount| amount.unit.clone()),
        days_median: figures.days_percentile(50),
        overdue: figures.overdue,
    }
}

fn page(report: &Report, lang: Lang) -> String {
    use Align::{Left, Right};
    let headings = match lang {
        Lang::Zh => [
            "事项",
            "承诺",
            "总数",
            "应尽",
            "已尽",
            "免尽",
            "未尽",
            "错享",
            "未知",
            "落实率",
            "含免尽",
            "应付",
            "已付",
            "错付",
            "天数中位",
            "逾期",
        ],
        Lang::En => [
            "duty",
            "promise",
            "records",
            "should",
            "done",
            "exempt",
            "gap",
            "leak",
            "unknown",
            "rate",
            "with exempt",
            "owed",
            "paid",
            "leaked",
            "median days",
            "overdue",
        ],
    };
    let columns: Vec<(&str, Align)> = headings
        .iter()
        .enumerate()
        .map(|(at, heading)| (*heading, if at < 2 { Left } else { Right }))
        .collect();
    let percent =
        |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.2}%", rate * 100.0));
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> = report
        .duties
        .iter()
        .map(|line| {
            let counts =
                [line.records, line.should, line.done, line.exempt, line.gap, line.leak, line.unknown];
            let mut row = vec![line.duty.clone(), format!("{} {}", line.verb, line.title)];
            row.extend(counts.iter().map(u64::to_string));
            row.extend([percent(line.rate), percent(line.rate_with_exempt)]);
            row.extend(
                [line.owed, line.paid, line.leaked]
                    .map(|money| or_dash(money.map(|money| money.to_string()))),
            );
            row.extend([or_dash(line.days_median.map(|days| days.to_string())), line.overdue.to_string()]);
            row
        })
        .collect();
    let mut text = match lang {
        Lang::Zh => format!("{} 的判定，共 {} 项\n", report.on, report.duties.len()),
        Lang::En => format!("Judged as of {}, {} duties\n", report.on, report.duties.len()),
    };
    if report.synthetic {
        text.push_str(match lang {
            Lang::Zh => "登记数据含虚构内容\n",
            Lang::En => "The register holds made-up records\n",
        });
    }
    text.push_str(&table(&columns, &rows));
    match (report.recorded, lang) {
        (None, _) => {}
        (Some(0), Lang::Zh) => text.push_str("与上次相比没有变化\n"),
        (Some(0), Lang::En) => text.push_str("Nothing turned since the last pass\n"),
        (Some(changes), Lang::Zh) => text.push_str(&format!("记录了 {changes} 处变化\n")),
        (Some(changes), Lang::En) => text.push_str(&format!("{changes} verdicts turned and were recorded\n")),
    }
    if let (Some(opened), Some(ended)) = (report.cases_opened, report.cases_ended)
        && opened + ended > 0
    {
        text.push_str(&match lang {
            Lang::Zh => format!("新立事项 {opened} 件，随未尽消除办结 {ended} 件\n"),
            Lang::En => format!("{opened} gaps became cases, {ended} cases ended with their gaps\n"),
        });
    }
    if let Some(moved) = report.cases_moved.filter(|moved| *moved > 0) {
        text.push_str(&match lang {
            Lang::Zh => format!("转到其他单位 {moved} 件（登记的区域已变更，或等待过久自动上报）\n"),
            Lang::En => format!(
                "{moved} cases went to another office (their record lies elsewhere, or nobody did what was due)\n"
            ),
        });
    }
    text
}
