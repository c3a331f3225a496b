//! Measures supply networks on made-up firms. Prints one JSON line a measurement, in seconds of one thread.
//!
//! ```text
//! bench-chain ESSENTIAL.csv [MEASUREMENT]
//! ```

mod network;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use chain::esri::{self, Work};
use chain::recovery::{self, Stopped};
use chain::{Network, Scratch, Settings};
use serde_json::json;

const SEED: u64 = 1;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let matrix: PathBuf =
        arguments.next().context("usage: bench-chain ESSENTIAL.csv [load|every|one|plan|converged]")?.into();
    let only = arguments.next();
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("every") {
        every(&made_up(&matrix, 10_000, 2)?, Settings::REFERENCE, "every");
    }
    if wanted("converged") {
        some(&made_up(&matrix, 10_000, 2)?, 100, Settings::CONVERGED, "converged");
    }
    if wanted("plan") {
        plan(&made_up(&matrix, 10_000, 2)?);
    }
    if wanted("load") {
        load(&matrix)?;
    }
    if wanted("one") {
        some(&made_up(&matrix, 100_000, 4)?, 1_000, Settings::REFERENCE, "one");
    }
    Ok(())
}

fn made_up(matrix: &Path, firms: usize, digits: usize) -> Result<Network> {
    let essential = network::essential(matrix, digits)?;
    let sheets = network::draw(&essential, firms, SEED);
    network::build(essential, &sheets)
}

/// Seconds that `work` takes: the median of three.
fn median_of_three(mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..3)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[1]
}

fn every(network: &Network, settings: Settings, name: &str) {
    let mut losses = Vec::new();
    let seconds = median_of_three(|| losses = esri::all(network, Work { settings, threads: 1 }));
    let steps: u32 = losses.iter().map(|loss| loss.steps).sum();
    let sum: f64 = losses.iter().map(|loss| loss.both).sum();
    let links = network.links();
    println!(
        "{}",
        json!({"work": name, "firms": losses.len(), "links": links, "s": seconds, "steps": steps, "sum": sum})
    );
}

fn some(network: &Network, count: usize, settings: Settings, name: &str) {
    let firms = network.firms().len();
    let mut scratch = Scratch::new(network);
    let (mut seconds, mut touched, mut steps) = (Vec::new(), 0, 0);
    for firm in (0..firms).step_by(firms / count) {
        let start = Instant::now();
        steps += esri::of(network, firm, settings, &mut scratch).steps;
        seconds.push(start.elapsed().as_secs_f64());
        touched += scratch.touched().count();
    }
    seconds.sort_by(f64::total_cmp);
    let count = seconds.len();
    println!(
        "{}",
        json!({
            "work": name, "firms": firms, "closures": count, "p50_s": seconds[count / 2],
            "p99_s": seconds[count * 99 / 100], "touched": touched / count, "steps": f64::from(steps) / count as f64,
        })
    );
}

/// A hundred firms stopped, every hundredth of the network's order; a day helps one.
fn plan(network: &Network) {
    let stopped: Vec<Stopped> = (0..network.firms().len())
        .step_by(100)
        .map(|firm| Stopped { firm, running: 0.0, help: 1.0 })
        .collect();
    let mut scratch = Scratch::new(network);
    let work = recovery::Work { help_per_day: 1.0, settings: Settings::CONVERGED };
    let start = Instant::now();
    let plan = recovery::plan(network, &stopped, work, &mut scratch);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({
            "work": "plan", "s": seconds, "best": plan.best.lost_days, "by_size": plan.by_size.lost_days,
            "by_esri": plan.by_esri.lost_days, "bound": plan.bound_days,
        })
    );
}

fn load(matrix: &Path) -> Result<()> {
    let essential = network::essential(matrix, 4)?;
    let sheets = network::draw(&essential, 100_000, SEED);
    let mut built = Ok(0);
    let seconds =
        median_of_three(|| built = network::build(essential.clone(), &sheets).map(|network| network.links()));
    println!("{}", json!({"work": "load", "firms": 100_000, "links": built?, "s": seconds}));
    Ok(())
}
