//! Measures the streets. Prints one JSON line a measurement, in seconds of one thread, medians of several runs.
//!
//! ```text
//! bench-reach [--csv FOLDER] [--extract OSM.PBF ORIGINS.CSV] [--only WORK]
//! ```

mod city;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reach::search::{Field, Search, Source};
use reach::siting::{Question, Ways, least_walking};
use reach::whatif::{Changed, StreetChange};
use reach::{Index, Mode, Nearest, Network, Point, Snap, Snapped, distance_m, osm};
use serde_json::json;

use city::City;

const SEED: u64 = 1;
/// Crossings on a side of the city: some 300,000 nodes.
const SIDE: usize = 300;
const RUNS: usize = 7;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str, more: usize| {
        arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + more))
    };
    let only = after("--only", 1);
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    if let Some(extract) = after("--extract", 1) {
        let origins = after("--extract", 2).context("--extract OSM.PBF ORIGINS.CSV")?;
        first_answer(Path::new(extract), Path::new(origins))?;
    }
    let city = city::draw(SIDE, SEED);
    let mut network = city.builder().finish()?;
    if wanted("build") {
        let mut built = Vec::new();
        for _ in 0..3 {
            let builder = city.builder();
            let start = Instant::now();
            network = builder.finish()?;
            built.push(start.elapsed().as_secs_f64());
        }
        print("build", built, &network, json!({}));
        let index = timed(3, || Index::new(&network));
        print("index", index, &network, json!({}));
    }
    let index = Index::new(&network);
    let places: Vec<Option<Snapped>> =
        city.nodes.iter().map(|at| index.snap(*at, Snap::Node, 0.01)).collect();
    let kinds: Vec<Vec<Source>> = city.facilities.iter().map(|nodes| sources(&places, nodes)).collect();
    if wanted("nearest") {
        nearest(&network, &kinds, &places);
    }
    if wanted("whatif") {
        what_if(&network, &kinds, &places);
    }
    if wanted("median") {
        median(&network, &places);
    }
    if let Some(folder) = after("--csv", 1) {
        write(&city, (&network, &kinds, &places), &PathBuf::from(folder))?;
    }
    Ok(())
}

fn sources(places: &[Option<Snapped>], nodes: &[usize]) -> Vec<Source> {
    let found = nodes.iter().filter_map(|node| places[*node]).zip(0..);
    found.map(|(place, owner)| Source { spot: place.spot, leg_mm: 0, owner }).collect()
}

fn timed<T>(runs: usize, mut work: impl FnMut() -> T) -> Vec<f64> {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect()
}

fn print(work: &str, mut seconds: Vec<f64>, network: &Network, more: serde_json::Value) {
    seconds.sort_by(f64::total_cmp);
    let (count, nodes, junctions) = (seconds.len(), network.street_nodes(), network.junctions());
    println!(
        "{}",
        json!({
            "work": work, "p50_s": seconds[count / 2], "p99_s": seconds[count * 99 / 100], "runs": count,
            "nodes": nodes, "junctions": junctions, "edges": network.edges().len(), "more": more,
        })
    );
}

/// Five kinds: a label for every junction, and then the cost read for every node.
fn nearest(network: &Network, kinds: &[Vec<Source>], places: &[Option<Snapped>]) {
    let search =
        || -> Vec<Field> { kinds.iter().map(|kind| Field::new(network, kind, Search::NEAREST)).collect() };
    let all = timed(RUNS, || {
        let fields = search();
        let cost = |field: &Field| -> Vec<u32> {
            let cost = |place: &Option<Snapped>| {
                place.and_then(|place| field.at(place.spot)).map_or(0, |hit| hit.cost_mm)
            };
            places.iter().map(cost).collect()
        };
        fields.iter().map(cost).collect::<Vec<_>>()
    });
    print("nearest of 5 kinds, labels of junctions", timed(RUNS, search), network, json!({}));
    print("nearest of 5 kinds, read for every node", all, network, json!({}));
}

/// A facility of the third kind opens and closes; a street is cut, and all five kinds searched anew.
fn what_if(network: &Network, kinds: &[Vec<Source>], places: &[Option<Snapped>]) {
    let mut rng = StdRng::seed_from_u64(SEED);
    let known: Vec<Snapped> = places.iter().flatten().copied().collect();
    let mut field = Field::new(network, &kinds[2], Search::NEAREST);
    let owner = kinds[2].len() as u32;
    let (mut opened, mut closed, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..200 {
        let source = Source { spot: known[rng.random_range(0..known.len())].spot, leg_mm: 0, owner };
        opened.extend(timed(1, || field.open(source)));
        closed.extend(timed(1, || field.close(owner)));
    }
    for _ in 0..50 {
        let at = network.between(rng.random_range(0..network.edges().len() as u32), 0, 0.5);
        cut.extend(timed(1, || {
            let changed = Changed::new(network, &[StreetChange::Cut(at)]);
            let moved = |source: &Source| Source { spot: changed.spot(source.spot), ..*source };
            let search = |kind: &Vec<Source>| {
                let kind: Vec<Source> = kind.iter().map(moved).collect();
                let field = Field::new(&changed.network, &kind, Search::NEAREST);
                field.at_junction(0)
            };
            kinds.iter().map(search).collect::<Vec<_>>()
        }));
    }
    print("a facility opens", opened, network, json!({}));
    print("a facility closes", closed, network, json!({}));
    print("a street is cut, 5 kinds anew", cut, network, json!({}));
}

/// 1,000 places, 300 sites, 10 to choose; the ways are not counted.
fn median(network: &Network, places: &[Option<Snapped>]) {
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut draw = |count: usize| -> Vec<Option<Snapped>> {
        (0..count).map(|_| places[rng.random_range(0..places.len())]).collect()
    };
    let (homes, sites) = (draw(1000), draw(300));
    let weights: Vec<f64> = (0..1000).map(|_| f64::from(rng.random_range(1..500))).collect();
    let before = vec![None; homes.len()];
    let start = Instant::now();
    let ways = Ways::new(network, (&homes, before), &sites, u32::MAX - 1, &mut || true);
    let ways_s = start.elapsed().as_secs_f64();
    let question = Question { ways: &ways, weights: &weights, count: 10, rounds: 500 };
    let plan = least_walking(question);
    let seconds = timed(3, || least_walking(question));
    let more = json!({ "ways_s": ways_s, "value": plan.value, "bound": plan.bound, "gap_percent": plan.gap() * 100.0 });
    print("p-median, 1,000 x 300, p = 10", seconds, network, more);
}

/// From the bytes of an extract to the minutes of every place to the nearest of those with health care.
fn first_answer(extract: &Path, origins: &Path) -> Result<()> {
    let bytes = std::fs::read(extract)?;
    let mode = Mode::shipped("walk").context("walk")?;
    let mut homes = Vec::new();
    for row in csv::Reader::from_path(origins)?.deserialize::<std::collections::BTreeMap<String, String>>() {
        let row = row?;
        let at = Point { lon: row["lon"].parse()?, lat: row["lat"].parse()? };
        homes.push((at, row.get("healthcare").is_some_and(|count| !["", "0"].contains(&count.as_str()))));
    }
    let mut seconds = Vec::new();
    let mut streets = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        let network = osm::read(bytes.as_slice(), &mode, &[])?.streets.finish()?;
        let index = Index::new(&network);
        let places: Vec<Option<Snapped>> =
            homes.iter().map(|home| index.snap(home.0, Snap::Edge, f64::INFINITY)).collect();
        let facilities: Vec<Option<Snapped>> =
            places.iter().zip(&homes).map(|(place, home)| place.filter(|_| home.1)).collect();
        let nearest = Nearest::new(&network, &facilities, 1);
        std::hint::black_box(places.iter().flatten().map(|place| nearest.of(place)).collect::<Vec<_>>());
        seconds.push(start.elapsed().as_secs_f64());
        streets = Some(network);
    }
    if let Some(network) = streets {
        print(
            "extract to first answer",
            seconds,
            &network,
            json!({ "bytes": bytes.len(), "places": homes.len() }),
        );
    }
    Ok(())
}

/// The city for other libraries, and our costs of every node to hold theirs against.
fn write(
    city: &City,
    (network, kinds, places): (&Network, &[Vec<Source>], &[Option<Snapped>]),
    folder: &Path,
) -> Result<()> {
    let mut nodes = csv::Writer::from_path(folder.join("nodes.csv"))?;
    nodes.write_record(["id", "x", "y"])?;
    for (at, id) in city.nodes.iter().zip(0..) {
        if places[id].is_some() {
            nodes.write_record([id.to_string(), at.lon.to_string(), at.lat.to_string()])?;
        }
    }
    let mut edges = csv::Writer::from_path(folder.join("edges.csv"))?;
    edges.write_record(["from", "to", "m"])?;
    for pair in city.streets.iter().flat_map(|street| street.windows(2)) {
        let [from, to] = [pair[0], pair[1]].map(|node| node as usize);
        if places[from].is_some() && places[to].is_some() {
            let length_m = distance_m(city.nodes[from], city.nodes[to]);
            edges.write_record([from.to_string(), to.to_string(), length_m.to_string()])?;
        }
    }
    let mut facilities = csv::Writer::from_path(folder.join("facilities.csv"))?;
    facilities.write_record(["kind", "node"])?;
    for (kind, found) in city.facilities.iter().enumerate() {
        for node in found.iter().filter(|node| places[**node].is_some()) {
            facilities.write_record([kind.to_string(), node.to_string()])?;
        }
    }
    let fields: Vec<Field> = kinds.iter().map(|kind| Field::new(network, kind, Search::NEAREST)).collect();
    let mut ours = csv::Writer::from_path(folder.join("ours.csv"))?;
    ours.write_record(["id", "kind", "m"])?;
    for (kind, field) in fields.iter().enumerate() {
        for (id, place) in places.iter().enumerate() {
            let Some(hit) = place.and_then(|place| field.at(place.spot)) else { continue };
            ours.write_record([
                id.to_string(),
                kind.to_string(),
                (f64::from(hit.cost_mm) / 1000.0).to_string(),
            ])?;
        }
    }
    for writer in [&mut nodes, &mut edges, &mut facilities, &mut ours] {
        writer.flush()?;
    }
    Ok(())
}
