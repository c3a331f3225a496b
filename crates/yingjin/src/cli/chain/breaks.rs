//! `yingjin chain breaks`: which essential inputs are broken, and who could stand in.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use chain::Scratch;
use chain::breakpoint::breakpoints;
use chain::substitute::substitutes;
use model::Lang;

use super::{StoppedArgs, sheet};
use crate::cli::sheet::csv_writer;

/// Breakpoints: buyers of whose essential inputs too little is left after firms stopped, those first that give most back.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    given: StoppedArgs,
    /// An input is broken if its running suppliers cover less than this share of it.
    #[arg(long, default_value_t = 1.0)]
    share: f64,
    /// How much more than normally a substitute can make, as a share of its output.
    #[arg(long, default_value_t = 0.0)]
    headroom: f64,
    /// Where to write who could stand in.
    #[arg(long, value_name = "CSV")]
    substitutes: Option<PathBuf>,
    /// Where to write the breakpoints.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

/// Looks and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let (network, stopped) = args.given.read(lang)?;
    let shock = sheet::shock(&stopped);
    let mut scratch = Scratch::new(&network);
    let found = breakpoints(&network, &shock, args.share, args.given.settings(), &mut scratch);
    let id = |firm: usize| network.firms()[firm].id.clone();
    let mut writer = csv_writer(
        &args.out,
        &[
            "buyer",
            "product",
            "suppliers",
            "running",
            "largest_share",
            "covered",
            "remains",
            "need",
            "lost",
            "regained",
            "carried",
            "path",
        ],
    )?;
    for one in &found {
        let path = one.path.as_ref();
        writer.write_record([
            id(one.buyer),
            network.sector(one.product).to_owned(),
            one.suppliers.to_string(),
            one.running.to_string(),
            one.largest_share.to_string(),
            one.covered.to_string(),
            one.remains.to_string(),
            one.need.to_string(),
            one.lost.to_string(),
            one.regained.to_string(),
            path.map(|path| path.carried.to_string()).unwrap_or_default(),
            path.map(|path| sheet::joined(&network, &path.firms)).unwrap_or_default(),
        ])?;
    }
    writer.flush()?;
    println!(
        "{}",
        match lang {
            Lang::Zh => format!("断点 {} 处", found.len()),
            Lang::En => format!("{} breakpoints", found.len()),
        }
    );
    if let Some(file) = &args.substitutes {
        let headings = ["buyer", "product", "firm", "gives", "spare", "same_area", "distance_km"];
        let mut writer = csv_writer(file, &headings)?;
        for one in substitutes(&network, &found, args.headroom, &scratch) {
            let broken = &found[one.breakpoint];
            writer.write_record([
                id(broken.buyer),
                network.sector(broken.product).to_owned(),
                id(one.firm),
                one.gives.to_string(),
                one.spare.to_string(),
                one.same_area.map(|same| same.to_string()).unwrap_or_default(),
                one.distance_km.map(|far| far.to_string()).unwrap_or_default(),
            ])?;
        }
        writer.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}
