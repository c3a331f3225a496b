//! `yingjin reach coverage`: who has every kind of service within a walk, and who has not.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use model::Lang;
use reach::coverage::{Count, Home, Tally, Walk, Within, coverage};
use reach::{Index, millimetres, minutes};

use super::places::{Kind, Places};
use super::streets::Streets;
use super::{PlaceArgs, StreetArgs, places, streets, words};
use crate::cli::sheet::csv_writer;

/// Who has every kind of service within a walk, and who has not: by kind and for all kinds at once.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    streets: StreetArgs,
    #[command(flatten)]
    places: PlaceArgs,
    /// The walks, in minutes.
    #[arg(
        long,
        value_name = "MIN,…",
        value_delimiter = ',',
        default_value = "5,10,15",
        conflicts_with = "limits_m"
    )]
    limits: Vec<f64>,
    /// The walks in metres instead, as the planning standard has them: 800,1000.
    #[arg(long, value_name = "M,…", value_delimiter = ',')]
    limits_m: Vec<f64>,
    /// Rows for every area too, by the column `area` of the origins.
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Whether the way along the streets counts, or that from door to door.
    #[arg(long, value_enum, default_value_t = Measure::Door)]
    measure: Measure,
    /// Where to write who is left out: id,area,kind,limit,min,people.
    #[arg(long, value_name = "CSV")]
    left_out: Option<PathBuf>,
    /// Where to write area,kind,limit,group,within,beyond,unknown,uncounted,share.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    /// The column `area`.
    Area,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Measure {
    /// From door to door.
    Door,
    /// Along the streets alone.
    Network,
}

/// What all kinds at once are called.
const ALL: &str = "all";

/// Computes and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let kinds = places::kinds(&args.places, lang)?;
    let streets = streets::read(&args.streets, &kinds, lang)?;
    let index = Index::new(&streets.network);
    let places = places::read((&args.streets, &args.places, None), &streets, &index, lang)?;
    for kind in places.kinds.iter().filter(|kind| kind.facilities.is_empty()) {
        eprintln!("{}", words::no_facility(&kind.id, lang));
    }
    let limits = if args.limits_m.is_empty() { &args.limits } else { &args.limits_m };
    if limits.iter().any(|limit| !(limit.is_finite() && *limit > 0.0)) {
        return Err(words::above_zero("--limits", lang));
    }
    let limits_mm: Vec<u32> = limits
        .iter()
        .map(|limit| match args.limits_m.is_empty() {
            true => millimetres(*limit, streets.speed_kmh),
            false => (limit * 1000.0).round() as u32,
        })
        .collect();
    let homes = homes(args, &streets, &places);
    let count = Count {
        kinds: places.kinds.len(),
        groups: places.groups.len(),
        limits_mm: &limits_mm,
        by_area: args.by.is_some(),
    };
    let headings = ["area", "kind", "limit", "group", "within", "beyond", "unknown", "uncounted", "share"];
    let mut writer = csv_writer(&args.out, &headings)?;
    for row in coverage(&homes, count) {
        let kind = row.kind.map_or(ALL, |kind| &places.kinds[kind].id);
        let groups = places.groups.iter().zip(row.groups.iter().zip(&row.uncounted));
        let all = groups.map(|(name, (tally, uncounted))| (name.as_str(), tally, *uncounted));
        for (name, tally, uncounted) in [("places", &row.places, 0)].into_iter().chain(all) {
            let start = [row.area.as_deref().unwrap_or_default(), kind, &limits[row.limit].to_string(), name]
                .map(str::to_owned);
            writer.write_record(start.into_iter().chain(figures(tally, uncounted)))?;
        }
    }
    writer.flush()?;
    if let Some(file) = &args.left_out {
        left_out(file, (&places, &homes), limits.iter().copied().zip(limits_mm).collect(), &streets)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn figures(tally: &Tally, uncounted: usize) -> [String; 5] {
    [
        tally.within.to_string(),
        tally.beyond.to_string(),
        tally.unknown.to_string(),
        uncounted.to_string(),
        tally.share().map(|share| format!("{share:.4}")).unwrap_or_default(),
    ]
}

fn homes(args: &Args, streets: &Streets, places: &Places) -> Vec<Home> {
    let mut homes: Vec<Home> = places
        .origins
        .iter()
        .map(|origin| Home { area: origin.area.clone(), counts: origin.counts.clone(), walks: Vec::new() })
        .collect();
    for kind in &places.kinds {
        for (home, walk) in homes.iter_mut().zip(walks(kind, args.measure, streets, places)) {
            home.walks.push(walk);
        }
    }
    homes
}

fn walks(kind: &Kind, measure: Measure, streets: &Streets, places: &Places) -> Vec<Walk> {
    let nearest = kind.nearest(streets, 1);
    let walk = |place: Option<reach::Snapped>| {
        let Some(place) = place else { return Walk::Unknown };
        nearest.of(&place).first().map_or(Walk::Nowhere, |near| {
            Walk::Reached(match measure {
                Measure::Door => near.door_to_door_mm,
                Measure::Network => near.network_mm,
            })
        })
    };
    places.origins.iter().map(|origin| walk(origin.place.snapped)).collect()
}

/// Every place that is beyond a limit, and every one of which that is not known.
fn left_out(
    file: &std::path::Path,
    (places, homes): (&Places, &[Home]),
    limits: Vec<(f64, u32)>,
    streets: &Streets,
) -> Result<()> {
    let mut writer = csv_writer(file, &["id", "area", "kind", "limit", "known", "min", "people"])?;
    let people = places.groups.iter().position(|group| group == "people");
    for (limit, limit_mm) in limits {
        for (at, kind) in places.kinds.iter().enumerate() {
            for (origin, home) in places.origins.iter().zip(homes) {
                let known = match home.walks[at].within(limit_mm) {
                    Within::Yes => continue,
                    Within::No => "beyond",
                    Within::Unknown => "unknown",
                };
                let walked = match home.walks[at] {
                    Walk::Reached(cost) => format!("{:.4}", minutes(cost, streets.speed_kmh)),
                    Walk::Nowhere | Walk::Unknown => String::new(),
                };
                let people = people.and_then(|column| home.counts[column]);
                writer.write_record([
                    origin.place.id.as_str(),
                    home.area.as_deref().unwrap_or_default(),
                    &kind.id,
                    &limit.to_string(),
                    known,
                    &walked,
                    &people.map(|people| people.to_string()).unwrap_or_default(),
                ])?;
            }
        }
    }
    writer.flush()?;
    Ok(())
}
