//! `yingjin sample`: fills an empty register with a made-up city.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use chrono::NaiveDate;
use model::Lang;
use store::{Counts, Schema, Store};

use super::import::broken_city;
use crate::sample::{self, Recipe, Sheet, Wish};

/// Fill an empty register with a made-up city, after the recipe in its folder (sample.toml). All of it is marked as made
/// up. The same seed makes the same city.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The city folder.
    #[arg(env = "YINGJIN_CITY", default_value = "cities/xuchang")]
    folder: PathBuf,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many firms; as many as the recipe says unless said.
    #[arg(long)]
    firms: Option<u64>,
    /// How many households; as many as the recipe says unless said.
    #[arg(long)]
    households: Option<u64>,
    /// The last day of which anything is known; all that the recipe has unless said.
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// The register: sqlite://path or postgres://user@host/name.
    #[arg(long, env = "YINGJIN_DB", default_value = "sqlite://yingjin.db")]
    db: String,
    /// Say nothing when all is well.
    #[arg(long)]
    quiet: bool,
}

/// Makes up a city and says how much of what it has.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let city =
        rules::city::load(&args.folder).map_err(|diagnostics| broken_city(&diagnostics, lang))?.ruleset;
    let say = |error: sample::SampleError| anyhow!(error.message(lang));
    let recipe = Recipe::read(&args.folder).map_err(say)?;
    let asked = [("firms", args.firms), ("households", args.households)];
    let sizes = asked.into_iter().filter_map(|(name, size)| Some((name.to_owned(), size?)));
    let wish = Wish { seed: args.seed, sizes: sizes.collect(), until: args.until };
    // The register is looked at first: nobody should wait for a city that has no place.
    let store = Store::open(&args.db, &Schema::of(&city.kinds)).map_err(|error| say(error.into()))?;
    sample::check_empty(&store).map_err(say)?;
    let mut days = Vec::new();
    let mut take = |sheet: Sheet| {
        days.push(sheet.event.on);
        sample::write(&store, sheet)
    };
    sample::follow(&city, &recipe, &wish, &mut take).map_err(say)?;
    if !args.quiet {
        let counts = store.counts().map_err(|error| say(error.into()))?;
        let text = as_text(&city.kinds, &counts, &days, lang);
        writeln!(io::stdout(), "{}\n{text}", recipe.note.get(lang))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_text(
    kinds: &[model::Kind],
    counts: &BTreeMap<model::KindId, Counts>,
    days: &[NaiveDate],
    lang: Lang,
) -> String {
    let mut lines = Vec::new();
    for kind in kinds {
        if let Some(counts) = counts.get(&kind.id) {
            lines.push(format!("{:>8}  {}", counts.records, kind.label.get(lang)));
        }
    }
    let records: u64 = counts.values().map(|counts| counts.records).sum();
    let span =
        days.first().zip(days.last()).map(|(first, last)| format!("{first} – {last}")).unwrap_or_default();
    lines.push(match lang {
        Lang::Zh => format!("虚构记录共 {records} 条，{} 份报表，{span}", days.len()),
        Lang::En => format!("{records} made-up records in {} sheets, {span}", days.len()),
    });
    lines.join("\n")
}
