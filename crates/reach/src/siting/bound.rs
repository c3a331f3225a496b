//! What no choice can go below. If every place pays a price `λ` to be served instead of having to be, then for any prices
//! `L(λ) = Σ_i λ_i + (the p smallest of ρ_j)`, `ρ_j = Σ_i min(0, c_ij − λ_i)`, with `λ_i` at most what the place costs without any site, is at most
//! what the best choice costs (Lagrange). Prices are raised for places that nobody serves and lowered for those served twice.

use super::choice::{Choice, Problem};

/// The best bound found in some rounds; also tries the choices that come up on the way, and keeps what is better in `best`.
/// Ends early when bound and choice meet.
pub fn bound(problem: &Problem, best: &mut Choice, count: usize, rounds: usize) -> f64 {
    // Between the cheapest and the second cheapest is where prices end up.
    let mut prices = problem.seconds(best);
    let mut highest = f64::NEG_INFINITY;
    let mut highest_prices = prices.clone();
    let (mut pace, mut idle) = (1.0, 0);
    let mut served = vec![0u32; prices.len()];
    for _ in 0..rounds.max(1) {
        let mut rows: Vec<(f64, usize)> = problem
            .sites
            .iter()
            .enumerate()
            .map(|(site, row)| {
                let sum: f64 =
                    row.iter().map(|(place, cost)| (cost - prices[*place as usize]).min(0.0)).sum();
                (sum, site)
            })
            .collect();
        rows.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        rows.truncate(count);
        let value = prices.iter().sum::<f64>() + rows.iter().map(|row| row.0).sum::<f64>();
        if value > highest + highest.abs() * 1e-6 {
            idle = 0;
        } else {
            idle += 1;
        }
        if value > highest {
            highest = value;
            highest_prices.clone_from(&prices);
            let tried = problem.choice(rows.iter().map(|row| row.1).collect());
            // Not far from the best: worth the work of improving it.
            if tried.cost < best.cost * 1.02 && tried.sites != best.sites {
                let better = problem.interchange(tried);
                if better.cost < best.cost {
                    *best = better;
                }
            }
        }
        if best.cost - highest <= best.cost.abs() * 1e-9 {
            break;
        }
        if idle >= 12 {
            pace /= 2.0;
            idle = 0;
            prices.clone_from(&highest_prices);
            if pace < 1e-4 {
                break;
            }
            continue;
        }
        served.fill(0);
        for (_, site) in &rows {
            for (place, cost) in &problem.sites[*site] {
                if *cost < prices[*place as usize] {
                    served[*place as usize] += 1;
                }
            }
        }
        // A price at its highest need not rise further.
        let wants = |place: usize| {
            let want = 1.0 - f64::from(served[place]);
            if want > 0.0 && prices[place] >= problem.outside[place] { 0.0 } else { want }
        };
        let square: f64 = (0..prices.len()).map(|place| wants(place).powi(2)).sum();
        if square == 0.0 {
            break;
        }
        let step = pace * (best.cost - value).max(best.cost.abs() * 1e-7) / square;
        let wanted: Vec<f64> = (0..prices.len()).map(wants).collect();
        for ((price, want), outside) in prices.iter_mut().zip(wanted).zip(&problem.outside) {
            *price = (*price + step * want).clamp(0.0, *outside);
        }
    }
    highest
}
