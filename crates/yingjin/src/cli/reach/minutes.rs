//! `yingjin reach minutes`: how long the walk from every place to the nearest facilities of every kind is.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use model::Lang;
use reach::{Index, minutes};

use super::{PlaceArgs, StreetArgs, places, streets, words};
use crate::cli::sheet::csv_writer;

/// Minutes from every place to the nearest facilities of every kind.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    streets: StreetArgs,
    #[command(flatten)]
    places: PlaceArgs,
    /// How many of every kind.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    nearest: u16,
    /// Where to write id,kind,rank,facility,network_min,door_to_door_min.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

/// Computes and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let kinds = places::kinds(&args.places, lang)?;
    let streets = streets::read(&args.streets, &kinds, lang)?;
    let index = Index::new(&streets.network);
    let places = places::read((&args.streets, &args.places, None), &streets, &index, lang)?;
    let mut writer =
        csv_writer(&args.out, &["id", "kind", "rank", "facility", "network_min", "door_to_door_min"])?;
    for kind in &places.kinds {
        if kind.facilities.is_empty() {
            eprintln!("{}", words::no_facility(&kind.id, lang));
        }
        let nearest = kind.nearest(&streets, usize::from(args.nearest));
        for origin in &places.origins {
            let found = origin.place.snapped.map(|place| nearest.of(&place)).unwrap_or_default();
            if found.is_empty() {
                // Not known, or nowhere to go: a row all the same, so that nobody is lost in silence.
                writer.write_record([&origin.place.id, &kind.id, "1", "", "", ""])?;
            }
            for (near, rank) in found.iter().zip(1..) {
                let [network, door] =
                    [near.network_mm, near.door_to_door_mm].map(|cost| minutes(cost, streets.speed_kmh));
                writer.write_record([
                    origin.place.id.clone(),
                    kind.id.clone(),
                    rank.to_string(),
                    kind.facilities[near.facility as usize].id.clone(),
                    format!("{network:.4}"),
                    format!("{door:.4}"),
                ])?;
            }
        }
    }
    writer.flush()?;
    Ok(ExitCode::SUCCESS)
}
