//! `yingjin reach`: walks along streets, from an OpenStreetMap extract and plain csv files. docs/reach.md lists the columns.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use model::Lang;
use reach::Snap;
use reach::coordinates::System;

mod coverage;
mod isochrone;
mod minutes;
mod places;
mod site;
mod streets;
mod words;

/// Streets: who can walk where in how long, who cannot, and where the next facility does most good.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Minutes(minutes::Args),
    Coverage(coverage::Args),
    Isochrone(isochrone::Args),
    Site(site::Args),
}

/// The streets, and how one moves along them.
#[derive(Debug, ClapArgs)]
struct StreetArgs {
    /// Streets: an OpenStreetMap extract.
    #[arg(long, value_name = "OSM.PBF")]
    streets: PathBuf,
    /// Which ways carry whom: a file like the one that comes with the program.
    #[arg(long, value_name = "TOML")]
    street_rules: Option<PathBuf>,
    /// How one moves: walk, slow, wheelchair, cycle, or another mode of the street rules.
    #[arg(long, default_value = "walk")]
    mode: String,
    /// The speed, unless the mode's own.
    #[arg(long, value_name = "KMH")]
    speed_kmh: Option<f64>,
    /// Where a place meets the streets.
    #[arg(long, value_enum, default_value_t = SnapArg::Edge)]
    snap: SnapArg,
    /// A place that is farther from every street, in metres, is not judged but listed.
    #[arg(long, value_name = "M", default_value_t = 500.0)]
    leg_m: f64,
    /// In what the csv files and arguments give longitude and latitude.
    #[arg(long, value_enum, default_value_t = SystemArg::Wgs84)]
    coordinates: SystemArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SnapArg {
    /// The nearest point of a street.
    Edge,
    /// The nearest node of a street, for comparison with libraries that do so.
    Node,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SystemArg {
    /// GPS, OpenStreetMap.
    Wgs84,
    /// Maps made in China.
    Gcj02,
    /// Baidu.
    Bd09,
}

impl StreetArgs {
    fn rule(&self) -> Snap {
        match self.snap {
            SnapArg::Edge => Snap::Edge,
            SnapArg::Node => Snap::Node,
        }
    }

    fn system(&self) -> System {
        match self.coordinates {
            SystemArg::Wgs84 => System::Wgs84,
            SystemArg::Gcj02 => System::Gcj02,
            SystemArg::Bd09 => System::Bd09,
        }
    }
}

/// Where people are, and what serves them.
#[derive(Debug, ClapArgs)]
struct PlaceArgs {
    /// Places where people are: id,lon,lat[,people][,area][,dwellings][,people_…].
    #[arg(long, value_name = "CSV")]
    origins: PathBuf,
    /// Facilities: id,lon,lat,kind. Without it they are those that the map knows by the tags of the kinds.
    #[arg(long, value_name = "CSV")]
    facilities: Option<PathBuf>,
    /// The kinds of service: a file like the one that comes with the program.
    #[arg(long, value_name = "TOML")]
    kinds: Option<PathBuf>,
    /// Where to write places, facilities and candidates that no street is near: what,id,distance_m.
    #[arg(long, value_name = "CSV")]
    unsnapped: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Minutes(args) => minutes::run(args, lang),
        Command::Coverage(args) => coverage::run(args, lang),
        Command::Isochrone(args) => isochrone::run(args, lang),
        Command::Site(args) => site::run(args, lang),
    }
}
