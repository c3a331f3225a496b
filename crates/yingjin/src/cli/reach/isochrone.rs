//! `yingjin reach isochrone`: where one gets within some minutes, as polygons.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use model::Lang;
use reach::isochrone::{Drawing, Polygon, Reachable};
use reach::{Index, Point, Snap, millimetres, minutes};
use serde_json::{Value, json};

use super::places::Reader;
use super::{StreetArgs, streets, words};

/// Where one gets from a place within some minutes, as polygons, and how one gets to a spot.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    streets: StreetArgs,
    /// The place.
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    from: String,
    /// The limits.
    #[arg(long, value_name = "MIN,…", value_delimiter = ',', default_value = "5,10,15")]
    minutes: Vec<f64>,
    /// A spot, to which the way is written too.
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    to: Option<String>,
    /// Between the points that are asked, in metres.
    #[arg(long, value_name = "M", default_value_t = Drawing::USUAL.spacing_m)]
    spacing_m: f64,
    /// Where to write the polygons, the largest first, in WGS-84.
    #[arg(long, value_name = "GEOJSON")]
    out: PathBuf,
}

/// Computes and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let reader = Reader { args: &args.streets, lang };
    let from = reader.point(&args.from)?;
    let to = args.to.as_deref().map(|text| reader.point(text)).transpose()?;
    if args.minutes.iter().any(|limit| !(limit.is_finite() && *limit > 0.0)) {
        return Err(words::above_zero("--minutes", lang));
    }
    if !(args.spacing_m.is_finite() && args.spacing_m >= 1.0) {
        return Err(words::above_zero("--spacing-m", lang));
    }
    let streets = streets::read(&args.streets, &[], lang)?;
    let index = Index::new(&streets.network);
    let leg_m = args.streets.leg_m;
    let origin = index
        .snap(from, args.streets.rule(), leg_m)
        .ok_or_else(|| words::too_far(&args.from, leg_m, lang))?;
    let mut limits = args.minutes.clone();
    limits.sort_by(|one, other| other.total_cmp(one));
    let limits_mm: Vec<u32> = limits.iter().map(|limit| millimetres(*limit, streets.speed_kmh)).collect();
    // The way to a spot may be longer than the polygons are wide.
    let farthest = if to.is_some() { u32::MAX - 1 } else { limits_mm[0] };
    let reachable = Reachable::new(&index, origin, farthest);
    let drawing = Drawing { spacing_m: args.spacing_m, leg_m: Drawing::USUAL.leg_m.min(leg_m) };
    let polygons = reachable.polygons(&limits_mm, drawing);
    let mut features: Vec<Value> = limits
        .iter()
        .zip(&polygons)
        .map(|(limit, polygons)| {
            let coordinates: Vec<Vec<Value>> = polygons.iter().map(rings).collect();
            json!({
                "type": "Feature",
                "properties": { "minutes": limit, "speed_kmh": streets.speed_kmh },
                "geometry": { "type": "MultiPolygon", "coordinates": coordinates },
            })
        })
        .collect();
    if let (Some(to), Some(text)) = (to, &args.to) {
        let spot = index.snap(to, Snap::Edge, leg_m).ok_or_else(|| words::too_far(text, leg_m, lang))?;
        if let Some((way, _)) = reachable.way(to, leg_m) {
            let line = [from].into_iter().chain(streets.network.line(&way)).chain([to]);
            let cost = way.hit.cost_mm.saturating_add(spot.leg_mm);
            features.push(json!({
                "type": "Feature",
                "properties": { "way": true, "door_to_door_min": minutes(cost, streets.speed_kmh), "speed_kmh": streets.speed_kmh },
                "geometry": { "type": "LineString", "coordinates": line.map(position).collect::<Vec<_>>() },
            }));
        }
    }
    let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
    std::fs::write(&args.out, text).with_context(|| args.out.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn rings(polygon: &Polygon) -> Vec<Value> {
    polygon.iter().map(|ring| ring.iter().copied().map(position).collect::<Vec<_>>().into()).collect()
}

/// Longitude and latitude to the seventh decimal, a centimetre.
fn position(at: Point) -> Value {
    let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
    json!([rounded(at.lon), rounded(at.lat)])
}
