//! `yingjin reach site`: where the next facilities of a kind should go.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use indicatif::ProgressBar;
use model::Lang;
use reach::siting::{Plan, Question, Ways, fewest, least_furthest, least_walking, most_covered};
use reach::{Index, Snapped, millimetres};

use super::places::{Placed, Places};
use super::streets::Streets;
use super::{PlaceArgs, StreetArgs, places, streets, words};
use crate::cli::sheet::csv_writer;

/// Where the next facilities of a kind should go, and how much better any other choice could be at most.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    streets: StreetArgs,
    #[command(flatten)]
    places: PlaceArgs,
    /// The kind.
    #[arg(long)]
    kind: String,
    /// How many new ones.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    p: u16,
    /// What counts.
    #[arg(long, value_enum)]
    objective: Objective,
    /// The walk that counts as covered, in minutes.
    #[arg(long, value_name = "MIN", default_value_t = 15.0)]
    limit: f64,
    /// Whether the facilities of the kind that there are stay.
    #[arg(long)]
    keep_existing: bool,
    /// Where a new one may go: id,lon,lat. Without it, at every origin.
    #[arg(long, value_name = "CSV")]
    candidates: Option<PathBuf>,
    /// How many rounds the bound is sharpened at most.
    #[arg(long, default_value_t = 500)]
    rounds: usize,
    /// Where to write site,lon,lat,places,people: who would go there.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Objective {
    /// Most people newly within the limit.
    Covered,
    /// Least walking in all.
    Walking,
    /// The shortest longest walk.
    Furthest,
    /// As few as leave nobody beyond the limit; --p does not count.
    Fewest,
}

/// Computes and writes; the value and the bound go to the standard output.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    if !(args.limit.is_finite() && args.limit > 0.0) {
        return Err(words::above_zero("--limit", lang));
    }
    let kinds = places::kinds(&args.places, lang)?;
    let streets = streets::read(&args.streets, &kinds, lang)?;
    let index = Index::new(&streets.network);
    let files = (&args.streets, &args.places, args.candidates.as_deref());
    let places = places::read(files, &streets, &index, lang)?;
    let Some(kind) = places.kinds.iter().find(|kind| kind.id == args.kind) else {
        return Err(words::no_kind(&args.kind, &places.kinds, lang));
    };
    let everywhere = || places.origins.iter().map(|origin| &origin.place).collect();
    let candidates: Vec<&Placed> =
        places.candidates.as_ref().map_or_else(everywhere, |all| all.iter().collect());
    let homes: Vec<Option<Snapped>> = places.origins.iter().map(|origin| origin.place.snapped).collect();
    let before = if args.keep_existing {
        let nearest = kind.nearest(&streets, 1);
        let walk =
            |home: &Option<Snapped>| Some(nearest.of(&home.as_ref().copied()?).first()?.door_to_door_mm);
        homes.iter().map(walk).collect()
    } else {
        vec![None; homes.len()]
    };
    let limit_mm = millimetres(args.limit, streets.speed_kmh);
    let farthest = match args.objective {
        Objective::Covered | Objective::Fewest => limit_mm,
        Objective::Walking | Objective::Furthest => u32::MAX - 1,
    };
    let bar = ProgressBar::new(candidates.len() as u64);
    let sites: Vec<Option<Snapped>> = candidates.iter().map(|site| site.snapped).collect();
    let ways = Ways::new(&streets.network, (&homes, before), &sites, farthest, &mut || {
        bar.inc(1);
        true
    });
    bar.finish_and_clear();
    let weights = weights(&places, lang);
    let question =
        Question { ways: &ways, weights: &weights, count: usize::from(args.p), rounds: args.rounds };
    let plan = match args.objective {
        Objective::Covered => most_covered(question, limit_mm),
        Objective::Walking => least_walking(question),
        Objective::Furthest => least_furthest(question),
        Objective::Fewest => fewest(question, limit_mm),
    };
    println!("{}", told(args, &plan, &streets, lang));
    write(args, &plan, (&candidates, &ways), &weights)?;
    Ok(ExitCode::SUCCESS)
}

/// The people of every place; 1 each where people are not told at all. A place of which they are not known is told, and weighs nothing.
fn weights(places: &Places, lang: Lang) -> Vec<f64> {
    let Some(people) = places.groups.iter().position(|group| group == "people") else {
        eprintln!("{}", words::places_weigh_one(lang));
        return vec![1.0; places.origins.len()];
    };
    let counts: Vec<Option<f64>> = places.origins.iter().map(|origin| origin.counts[people]).collect();
    let unknown = counts.iter().filter(|count| count.is_none()).count();
    if unknown > 0 {
        eprintln!("{}", words::places_without_people(unknown, lang));
    }
    counts.into_iter().map(Option::unwrap_or_default).collect()
}

/// What was found and how good it is, in a line.
fn told(args: &Args, plan: &Plan, streets: &Streets, lang: Lang) -> String {
    let minutes = |metres: f64| metres * 60.0 / (streets.speed_kmh * 1000.0);
    let (value, bound, gap) = (plan.value, plan.bound, plan.gap() * 100.0);
    let (count, limit) = (plan.sites.len(), args.limit);
    match (lang, args.objective) {
        (Lang::Zh, Objective::Covered) => {
            format!(
                "选址 {count} 处：新增 {value:.0} 人在 {limit} 分钟内；任何同样多的选址至多 {bound:.0} 人（差距不超过 {gap:.2}%）"
            )
        }
        (Lang::En, Objective::Covered) => format!(
            "{count} sites: {value:.0} people newly within {limit} minutes; no choice of as many reaches more than {bound:.0} ({gap:.2} %)"
        ),
        (Lang::Zh, Objective::Walking) => format!(
            "选址 {count} 处：步行合计 {:.1} 万人·分钟；任何同样多的选址不低于 {:.1}（差距不超过 {gap:.2}%）",
            minutes(value) / 1e4,
            minutes(bound) / 1e4
        ),
        (Lang::En, Objective::Walking) => format!(
            "{count} sites: people walk {:.0} minutes in all; no choice of as many comes below {:.0} ({gap:.2} %)",
            minutes(value),
            minutes(bound)
        ),
        (Lang::Zh, Objective::Furthest) => format!(
            "选址 {count} 处：最远步行 {:.1} 分钟；任何同样多的选址不低于 {:.1} 分钟",
            minutes(value),
            minutes(bound)
        ),
        (Lang::En, Objective::Furthest) => format!(
            "{count} sites: the longest walk is {:.1} minutes; no choice of as many comes below {:.1}",
            minutes(value),
            minutes(bound)
        ),
        (Lang::Zh, Objective::Fewest) => {
            format!("选址 {count} 处，能到的都在 {limit} 分钟内；少于 {bound:.0} 处不可能")
        }
        (Lang::En, Objective::Fewest) => {
            format!(
                "{count} sites bring everyone who can be within {limit} minutes; fewer than {bound:.0} cannot"
            )
        }
    }
}

fn write(args: &Args, plan: &Plan, (candidates, ways): (&[&Placed], &Ways), weights: &[f64]) -> Result<()> {
    // Every place goes to the nearest of the new sites, if that is nearer than what there is.
    let mut best: Vec<Option<(u32, usize)>> = vec![None; weights.len()];
    for site in &plan.sites {
        for (place, way_mm) in &ways.sites[*site] {
            let known = &mut best[*place as usize];
            if known.is_none_or(|known| (*way_mm, *site) < known) {
                *known = Some((*way_mm, *site));
            }
        }
    }
    let mut writer = csv_writer(&args.out, &["site", "lon", "lat", "places", "people"])?;
    for site in &plan.sites {
        let theirs: Vec<f64> = best
            .iter()
            .zip(weights)
            .filter(|(best, _)| best.is_some_and(|best| best.1 == *site))
            .map(|(_, weight)| *weight)
            .collect();
        let place = candidates[*site];
        writer.write_record([
            place.id.clone(),
            format!("{:.7}", place.at.lon),
            format!("{:.7}", place.at.lat),
            theirs.len().to_string(),
            theirs.iter().sum::<f64>().to_string(),
        ])?;
    }
    writer.flush()?;
    Ok(())
}
