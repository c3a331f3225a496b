//! Measures supply networks.
mod network;
use chain::{Scratch, Settings, esri};
use std::time::Instant;
fn main() -> anyhow::Result<()> {
    let path = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or_default());
    for (n, digits) in [(10_000usize, 2usize), (100_000, 4)] {
        let ess = network::essential(&path, digits)?;
        let sheets = network::draw(&ess, n, 1);
        let t = Instant::now();
        let net = network::build(ess, &sheets)?;
        println!("{n} build {:?}", t.elapsed());
        let mut s = Scratch::new(&net);
        for (name, set) in [
            ("ref", Settings::REFERENCE),
            ("conv", Settings::CONVERGED),
            ("slow", Settings { leap: false, ..Settings::CONVERGED }),
        ] {
            let mut times = vec![];
            let mut touched = 0;
            let mut steps = 0;
            let mut sum = 0.0;
            let mut maxs = 0;
            let every = if name == "ref" && n == 10_000 {
                1
            } else {
                if n > 10_000 && name != "ref" { 20_000 } else { n / 100 }
            };
            for f in (0..n).step_by(every) {
                let t = Instant::now();
                let l = esri::of(&net, f, set, &mut s);
                times.push(t.elapsed());
                touched += s.touched().count();
                steps += l.steps;
                sum += l.both;
                maxs = maxs.max(l.steps);
            }
            let k = times.len();
            let total: std::time::Duration = times.iter().sum();
            times.sort();
            println!(
                "{n} {sum} {name} n={k} total {total:?} median {:?} p99 {:?} touched {} steps {} max {maxs} mean esri {:.5}",
                times[k / 2],
                times[k * 99 / 100],
                touched / k,
                steps as f64 / k as f64,
                sum / k as f64
            );
        }
    }
    Ok(())
}
