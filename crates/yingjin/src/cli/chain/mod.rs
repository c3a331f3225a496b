//! `yingjin chain`: supply networks from plain csv files to plain csv files. docs/chain.md lists the columns.

use std::path::PathBuf;
use std::process::ExitCode;

use chain::Network;
use chain::recovery::Stopped;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use model::Lang;

mod breaks;
mod esri;
mod fill;
mod interrupt;
mod recover;
mod sheet;
mod whatif;
mod words;

/// Supply networks: what is lost if a firm closes, which links are broken, whom to help first.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Esri(esri::Args),
    Breaks(breaks::Args),
    Recover(recover::Args),
    Whatif(whatif::Args),
    Fill(fill::Args),
}

/// The files of a network, and how to compute.
#[derive(Debug, ClapArgs)]
struct NetworkArgs {
    /// Firms: firm,sector[,output][,revenue][,area][,running][,lon,lat].
    #[arg(long, value_name = "CSV")]
    firms: PathBuf,
    /// Links: supplier,buyer,weight[,product][,stated_error].
    #[arg(long, value_name = "CSV")]
    links: PathBuf,
    /// Which product is essential (2), non-essential (1) or of no matter (0) to whom: square, the first column the supplying sector.
    #[arg(long, value_name = "CSV")]
    essential: PathBuf,
    /// Who steps in for a firm that fails.
    #[arg(long, value_enum, default_value_t = MarketArg::Sector)]
    market: MarketArg,
    /// Stop as published figures do, at a change of 0.01.
    #[arg(long, conflicts_with = "converged")]
    reference: bool,
    /// Go on until nothing changes (the default).
    #[arg(long)]
    converged: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MarketArg {
    /// All firms of its sector.
    Sector,
    /// The firms of its sector in its area.
    Area,
    /// Nobody.
    None,
}

impl NetworkArgs {
    fn settings(&self) -> chain::Settings {
        if self.reference { chain::Settings::REFERENCE } else { chain::Settings::CONVERGED }
    }
}

/// A network of which some firms stopped.
#[derive(Debug, ClapArgs)]
struct StoppedArgs {
    #[command(flatten)]
    network: NetworkArgs,
    /// The firms that stopped: firm[,running][,help]. Firms whose own sheet has running below 1 count too.
    #[arg(long, value_name = "CSV")]
    stopped: Option<PathBuf>,
}

impl StoppedArgs {
    fn read(&self, lang: Lang) -> anyhow::Result<(Network, Vec<Stopped>)> {
        let network = sheet::network(&self.network, lang)?;
        let stopped = sheet::stopped(&network, self.stopped.as_deref(), lang)?;
        Ok((network, stopped))
    }

    fn settings(&self) -> chain::Settings {
        self.network.settings()
    }
}

/// Runs the command.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Esri(args) => esri::run(args, lang),
        Command::Breaks(args) => breaks::run(args, lang),
        Command::Recover(args) => recover::run(args, lang),
        Command::Whatif(args) => whatif::run(args, lang),
        Command::Fill(args) => fill::run(args, lang),
    }
}
