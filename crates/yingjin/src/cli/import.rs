//! `yingjin import`: a sheet becomes records of the register.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use chrono::NaiveDate;
use model::Lang;
use store::{Schema, Store};

use super::RegisterArgs;
use crate::clock;
use crate::import::{Mapping, Outcome, Progress, Report, Request, import_file, mapping};

/// Read a sheet (csv, xlsx, xls) into the register. All of it becomes one event, or nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    register: RegisterArgs,
    /// The kind of its rows: firm, lease, …
    kind: String,
    /// The file.
    file: PathBuf,
    /// The day its facts hold for; today in Asia/Shanghai unless said.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// Where it comes from; the file's name unless said. The same source corrects itself, another disagrees.
    #[arg(long)]
    source: Option<String>,
    /// Which column is which fact; `<FILE>.mapping.toml` unless said. Suggested and written if it is not there.
    #[arg(long, value_name = "TOML")]
    mapping: Option<PathBuf>,
    /// Only look: nothing is written to the register.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// Where to write the rows to mend, in the sheet's own columns: xlsx, or csv by its name.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// What the sheet says is made up. A sheet whose first rows say so is, in any case.
    #[arg(long)]
    synthetic: bool,
}

/// Imports and says what became of every row. Exit code 0 once that is done, whatever became of single rows.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let city = rules::city::load(&args.register.city)
        .map_err(|diagnostics| broken_city(&diagnostics, lang))?
        .ruleset;
    let store = Store::open(&args.register.db, &Schema::of(&city.kinds))
        .map_err(|error| anyhow!(error.message(lang)))?;
    let mapping_path = args.mapping.clone().unwrap_or_else(|| mapping::beside(&args.file));
    let request = Request {
        kind: args.kind.clone(),
        file: args.file.clone(),
        name: None,
        on: args.on.unwrap_or_else(clock::today),
        source: args.source.clone(),
        dry_run: args.dry_run,
        mapping: read_mapping(&mapping_path, lang)?,
        actor: "command-line".to_owned(),
        at: clock::now(),
        lang,
        rejects: args.rejects.clone(),
        synthetic: args.synthetic,
        area: None,
    };
    let report = import_file(&city, &store, &request, &mut |progress| show(progress, lang))
        .map_err(|error| anyhow!(error.say(lang)))?;
    // It is kept so that a person can mend it; a folder that may not be written only loses that.
    let kept = report.mapping_suggested && keep(&mapping_path, &report.mapping).is_ok();
    let text = if args.json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        as_text(&report, kept.then_some(mapping_path.as_path()), lang)
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// What is wrong in a city folder, as one error.
pub(super) fn broken_city(diagnostics: &[rules::diagnostic::Diagnostic], lang: Lang) -> anyhow::Error {
    let lines: Vec<String> =
        diagnostics.iter().map(|diagnostic| diagnostic.display(lang).to_string()).collect();
    anyhow!(lines.join("\n\n"))
}

fn read_mapping(path: &Path, lang: Lang) -> anyhow::Result<Option<Mapping>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(
            Mapping::parse(&text).map_err(|error| anyhow!("{}: {}", path.display(), error.say(lang)))?,
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(anyhow!("{}: {error}", path.display())),
    }
}

/// Writes a mapping beside its sheet, whole or not at all: half of one would be read by the next import. One that
/// somebody wrote meanwhile stays.
fn keep(path: &Path, mapping: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // As any other file: a person is to mend it, and not this account alone. The mask of the process still counts.
        use std::os::unix::fs::PermissionsExt;
        file.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = file.prefix(".mapping").tempfile_in(folder)?;
    file.write_all(mapping.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// Rows between two lines of progress.
const SHOWN_ROWS: u64 = 10_000;

fn show(progress: Progress, lang: Lang) -> ControlFlow<()> {
    if let Progress::Matching(rows) = progress
        && rows > 0
        && rows % SHOWN_ROWS == 0
        && io::stderr().is_terminal()
    {
        match lang {
            Lang::Zh => eprint!("\r已读 {rows} 行"),
            Lang::En => eprint!("\rrows read: {rows}"),
        }
    }
    ControlFlow::Continue(())
}

/// Problems that are listed on the command line.
const SHOWN_PROBLEMS: usize = 20;

fn as_text(report: &Report, mapping: Option<&Path>, lang: Lang) -> String {
    let mut lines = Vec::new();
    let zh = lang == Lang::Zh;
    let counts = &report.counts;
    lines.push(if zh {
        format!(
            "{}（{}）：读 {} 行 = 新增 {} + 变更 {} + 不变 {} + 待人定 {} + 未收 {}；另有存疑 {} 行、新冲突 {} 处",
            report.file, report.on, counts.read, counts.added, counts.changed, counts.unchanged, counts.put_aside,
            counts.rejected, report.doubtful, report.conflicts
        )
    } else {
        format!(
            "{} ({}): {} rows = {} added + {} changed + {} unchanged + {} put aside + {} rejected; doubtful: {}, new \
             conflicts: {}",
            report.file, report.on, counts.read, counts.added, counts.changed, counts.unchanged, counts.put_aside,
            counts.rejected, report.doubtful, report.conflicts
        )
    });
    lines.push(match (report.seq, report.dry_run, zh) {
        (_, true, true) => "试导入，登记簿没有改动".to_owned(),
        (_, true, false) => "a dry run: the register is as it was".to_owned(),
        (Some(seq), _, true) => format!("已写入登记簿，第 {seq} 号事件"),
        (Some(seq), _, false) => format!("written as event {seq}"),
        (None, _, true) => "没有新内容，登记簿没有改动".to_owned(),
        (None, _, false) => "nothing new: the register is as it was".to_owned(),
    });
    lines.push(if zh { "列：".to_owned() } else { "columns:".to_owned() });
    for column in &report.columns {
        let fact = column.fact.as_deref().unwrap_or("—");
        lines.push(format!("  {} → {fact}（{}）", column.heading, column.how_label().get(lang)));
    }
    lines.extend(report.notices.iter().map(|notice| notice.get(lang).to_owned()));
    for problem in
        report.problems.iter().filter(|problem| problem.outcome > Outcome::Matched).take(SHOWN_PROBLEMS)
    {
        let column = problem.column.as_deref().map(|column| format!(" {column}")).unwrap_or_default();
        // What is about a person does not belong on a screen or in a log.
        let value = problem.value.as_deref().filter(|_| !problem.personal).map(|value| format!(" “{value}”"));
        lines.push(format!(
            "  {}!{}{column}{} [{}] {}",
            problem.sheet,
            problem.row,
            value.unwrap_or_default(),
            problem.outcome.label().get(lang),
            problem.reason.get(lang)
        ));
    }
    if report.problems_total > SHOWN_PROBLEMS as u64 {
        lines.push(if zh {
            format!("  …… 共 {} 条，用 --rejects 或 --json 看全部", report.problems_total)
        } else {
            format!("  … {} in all: see them with --rejects or --json", report.problems_total)
        });
    }
    if let Some(path) = &report.rejects {
        lines.push(if zh {
            format!("待修改的行：{}（改好后用同一个 --source 再导入）", path.display())
        } else {
            format!("rows to mend: {} (mend, and import it again with the same --source)", path.display())
        });
    }
    if let Some(path) = mapping {
        lines.push(if zh {
            format!("对照文件：{}", path.display())
        } else {
            format!("mapping file: {}", path.display())
        });
    }
    lines.join("\n") + "\n"
}
