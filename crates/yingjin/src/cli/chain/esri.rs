//! `yingjin chain esri`: what the network loses if a firm closes.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use anyhow::Result;
use chain::esri::{self, Work};
use chain::path::{Channel, Paths};
use chain::rank::{Draws, rank_intervals};
use chain::{Loss, Network, Scratch};
use indicatif::{ProgressBar, ProgressStyle};
use model::Lang;

use super::{NetworkArgs, interrupt, sheet, words};
use crate::cli::sheet::csv_writer;

/// Systemic importance (ESRI): the part of all output that is lost if a firm closes; of every firm, of some, or of a shock.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    network: NetworkArgs,
    /// Only these firms.
    #[arg(long, value_name = "FIRM,…", value_delimiter = ',')]
    only: Vec<String>,
    /// One shock instead of each firm closed: what is left running of firms, `FIRM=0.3,OTHER=0`.
    #[arg(long, value_name = "FIRM=RUNNING,…", value_delimiter = ',', conflicts_with = "only")]
    shock: Vec<String>,
    /// Where to write the loss of every firm in the shock and the way it came.
    #[arg(long, value_name = "CSV", requires = "shock")]
    losses: Option<PathBuf>,
    /// Where to write how sure the ranks are, the links being drawn anew.
    #[arg(long, value_name = "CSV", conflicts_with = "shock")]
    ranks: Option<PathBuf>,
    /// How often to draw the links.
    #[arg(long, default_value_t = 100, requires = "ranks")]
    draws: usize,
    /// The error of links that state none, as a share of their value.
    #[arg(long, default_value_t = 0.2, requires = "ranks")]
    error: f64,
    /// The seed of the draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads; as many as the machine has unless said.
    #[arg(long)]
    threads: Option<usize>,
    /// Where to write firm,esri,esri_down,esri_up,steps.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

/// Computes and writes. Exit code 1 if Ctrl-C ended it early.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let network = sheet::network(&args.network, lang)?;
    if !args.shock.is_empty() {
        return shocked(args, &network, lang);
    }
    let firms: Vec<usize> = if args.only.is_empty() {
        network.as_given().collect()
    } else {
        args.only.iter().map(|id| sheet::firm(&network, id, lang)).collect::<Result<_>>()?
    };
    let work = Work { settings: args.network.settings(), threads: sheet::threads(args.threads) };
    let stop = interrupt::watch();
    let bar = progress(firms.len());
    let found: Mutex<Vec<Option<Loss>>> = Mutex::new(vec![None; firms.len()]);
    esri::each(&network, &firms, work, &|at, loss| {
        if let Ok(mut found) = found.lock() {
            found[at] = Some(loss);
        }
        bar.inc(1);
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    let found = found.into_inner().unwrap_or_default();
    let mut writer = csv_writer(&args.out, &COLUMNS)?;
    let mut done = 0;
    for (firm, loss) in firms.iter().zip(&found) {
        if let Some(loss) = loss {
            done += 1;
            writer.write_record(record(&network.firms()[*firm].id, loss))?;
        }
    }
    writer.flush()?;
    if done < firms.len() {
        eprintln!(
            "{}",
            match lang {
                Lang::Zh => format!("已中断：{} 家企业中已写出 {done} 家", firms.len()),
                Lang::En => format!("interrupted: {done} of {} firms are written", firms.len()),
            }
        );
        return Ok(ExitCode::from(1));
    }
    if let Some(file) = &args.ranks {
        let draws = Draws { draws: args.draws, seed: args.seed, error: args.error, level: 0.9 };
        let headings = ["firm", "rank", "rank_low", "rank_high", "esri", "esri_low", "esri_high"];
        let mut writer = csv_writer(file, &headings)?;
        for one in rank_intervals(&network, &firms, draws, work) {
            writer.write_record([
                network.firms()[one.firm].id.clone(),
                one.rank.to_string(),
                one.rank_low.to_string(),
                one.rank_high.to_string(),
                one.esri.to_string(),
                one.esri_low.to_string(),
                one.esri_high.to_string(),
            ])?;
        }
        writer.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

const COLUMNS: [&str; 5] = ["firm", "esri", "esri_down", "esri_up", "steps"];

fn record(name: &str, loss: &Loss) -> [String; 5] {
    [
        name.to_owned(),
        loss.both.to_string(),
        loss.down.to_string(),
        loss.up.to_string(),
        loss.steps.to_string(),
    ]
}

fn shocked(args: &Args, network: &Network, lang: Lang) -> Result<ExitCode> {
    let mut shock = Vec::new();
    for text in &args.shock {
        let like = "FIRM=0.3";
        let Some((id, running)) = text.rsplit_once('=') else {
            return Err(words::not_like(text, like, lang));
        };
        let running = sheet::number(running, (text, like), lang)?;
        if !(0.0..=1.0).contains(&running) {
            return Err(words::not_like(text, like, lang));
        }
        shock.push((sheet::firm(network, id, lang)?, running));
    }
    let mut scratch = Scratch::new(network);
    let loss = scratch.run(network, &shock, args.network.settings());
    let mut writer = csv_writer(&args.out, &COLUMNS)?;
    writer.write_record(record(&args.shock.join(","), &loss))?;
    writer.flush()?;
    if let Some(file) = &args.losses {
        let headings = ["firm", "loss", "loss_down", "loss_up", "channel", "carried", "path"];
        let mut writer = csv_writer(file, &headings)?;
        let paths = Paths::new(network);
        for firm in network.as_given() {
            let path = paths.to(firm, &scratch);
            let channel = path.as_ref().map_or("", |path| match path.channel {
                Channel::Down => "down",
                Channel::Up => "up",
            });
            writer.write_record([
                network.firms()[firm].id.clone(),
                (1.0 - scratch.left(firm)).to_string(),
                (1.0 - scratch.down(firm)).to_string(),
                (1.0 - scratch.up(firm)).to_string(),
                channel.to_owned(),
                path.as_ref().map(|path| path.carried.to_string()).unwrap_or_default(),
                path.map(|path| sheet::joined(network, &path.firms)).unwrap_or_default(),
            ])?;
        }
        writer.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A bar on the terminal; nothing where there is none.
fn progress(steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}
