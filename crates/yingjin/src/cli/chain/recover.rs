//! `yingjin chain recover`: whom to help first.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use chain::Scratch;
use chain::recovery::{Order, Work, plan};
use model::Lang;

use super::StoppedArgs;
use crate::cli::sheet::csv_writer;

/// A recovery plan: the order of help that loses least output, beside the orders by size and by ESRI and a proven bound.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    given: StoppedArgs,
    /// How much help there is a day, in the unit of the column help (1 a firm unless said).
    #[arg(long)]
    help_per_day: f64,
    /// Where to write the three orders.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

/// Plans and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    if !(args.help_per_day > 0.0 && args.help_per_day.is_finite()) {
        bail!(match lang {
            Lang::Zh => "--help-per-day 应大于 0",
            Lang::En => "--help-per-day must be above 0",
        });
    }
    let (network, stopped) = args.given.read(lang)?;
    let mut scratch = Scratch::new(&network);
    let work = Work { help_per_day: args.help_per_day, settings: args.given.settings() };
    let plan = plan(&network, &stopped, work, &mut scratch);
    let mut writer = csv_writer(
        &args.out,
        &["plan", "turn", "firm", "day", "help", "loss_after", "regained_alone", "regained_per_help"],
    )?;
    let orders: [(&str, &Order); 3] =
        [("best", &plan.best), ("size", &plan.by_size), ("esri", &plan.by_esri)];
    for (name, order) in orders {
        for (at, turn) in order.turns.iter().enumerate() {
            let alone = &plan.bottlenecks[turn.stopped];
            writer.write_record([
                name.to_owned(),
                (at + 1).to_string(),
                network.firms()[stopped[turn.stopped].firm].id.clone(),
                turn.day.to_string(),
                stopped[turn.stopped].help.to_string(),
                turn.loss_after.to_string(),
                alone.regained.to_string(),
                alone.regained_per_help.to_string(),
            ])?;
        }
    }
    writer.flush()?;
    let [best, size, esri] = orders.map(|(_, order)| order.lost_days);
    let bound = plan.bound_days;
    println!(
        "{}",
        match lang {
            Lang::Zh => format!(
                "损失（折合全网产出的天数）：本方案 {best:.4}，按规模 {size:.4}，按 ESRI {esri:.4}；任何次序都不低于 {bound:.4}"
            ),
            Lang::En => format!(
                "lost, in days of the whole network's output: this plan {best:.4}, by size {size:.4}, by ESRI {esri:.4}; \
             no order loses less than {bound:.4}"
            ),
        }
    );
    Ok(ExitCode::SUCCESS)
}
