//! Reads the streets, and says what was left out of them.

use std::fs::{File, read_to_string};
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use model::Lang;
use reach::circle::Circle;
use reach::osm::Service;
use reach::{Mode, Network, osm};

use super::{StreetArgs, words};

/// The streets of a mode.
pub struct Streets {
    pub network: Network,
    pub services: Vec<Service>,
    pub speed_kmh: f64,
}

/// Reads an extract, with the services of the kinds that are asked for.
pub fn read(args: &StreetArgs, kinds: &[Circle], lang: Lang) -> Result<Streets> {
    let mode = mode(args, lang)?;
    let speed_kmh = args.speed_kmh.unwrap_or(mode.speed_kmh);
    if !(speed_kmh.is_finite() && speed_kmh > 0.0) {
        return Err(words::above_zero("--speed-kmh", lang));
    }
    if args.leg_m.is_nan() || args.leg_m < 0.0 {
        return Err(words::above_zero("--leg-m", lang));
    }
    let bar = waiting(match lang {
        Lang::Zh => "读取道路",
        Lang::En => "reading the streets",
    });
    let name = args.streets.display();
    let file = File::open(&args.streets).with_context(|| name.to_string())?;
    let extract = osm::read(BufReader::new(file), &mode, kinds)
        .map_err(|error| words::file(&args.streets, &error, lang))?;
    let network = extract.streets.finish().map_err(|error| words::file(&args.streets, &error, lang))?;
    bar.finish_and_clear();
    eprintln!("{}", words::streets(&network, lang));
    Ok(Streets { network, services: extract.services, speed_kmh })
}

fn mode(args: &StreetArgs, lang: Lang) -> Result<Mode> {
    let modes = match &args.street_rules {
        None => reach::modes(reach::STREETS)?,
        Some(file) => reach::modes(&text(file)?).map_err(|error| words::file(file, &error, lang))?,
    };
    let names: Vec<String> = modes.keys().cloned().collect();
    modes.into_iter().find(|(name, _)| *name == args.mode).map(|(_, mode)| mode).ok_or_else(|| {
        let known = names.join(", ");
        match lang {
            Lang::Zh => anyhow::anyhow!("没有出行方式 {}；可用：{known}", args.mode),
            Lang::En => anyhow::anyhow!("there is no mode {}; known are: {known}", args.mode),
        }
    })
}

/// The text of a file of rules.
pub fn text(file: &Path) -> Result<String> {
    read_to_string(file).with_context(|| file.display().to_string())
}

/// A sign of life on the terminal; nothing where there is none.
pub fn waiting(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
