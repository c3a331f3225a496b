//! How sure a rank is, where links are known badly.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cascade::Scratch;
use crate::chance::Chance;
use crate::esri::{self, Work};
use crate::network::Network;
use crate::shares::Shares;

/// The interval of a firm's rank and of its ESRI.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankInterval {
    /// The firm.
    pub firm: usize,
    /// Its rank with the links as told, from 1.
    pub rank: usize,
    /// The lowest rank of the middle draws.
    pub rank_low: usize,
    /// The highest.
    pub rank_high: usize,
    /// Its ESRI with the links as told.
    pub esri: f64,
    /// The lowest of the middle draws.
    pub esri_low: f64,
    /// The highest.
    pub esri_high: f64,
}

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// How often the links are drawn; at least one.
    pub draws: usize,
    /// The same seed draws the same links.
    pub seed: u64,
    /// The error of a link that states none, as a share of its value.
    pub error: f64,
    /// The part of the draws that the interval holds, 0..=1: 0.9 leaves 5 in a hundred out on either side.
    pub level: f64,
}

/// Intervals of the ranks of `firms` among themselves.
///
/// Each value is multiplied by a lognormal number with mean 1 and the stated error as its coefficient of variation. Draws do
/// not depend on the number of threads.
pub fn rank_intervals(network: &Network, firms: &[usize], draws: Draws, work: Work) -> Vec<RankInterval> {
    let told = losses(network, firms, work, &mut Scratch::new(network));
    let next = AtomicUsize::new(0);
    let drawn = Mutex::new(vec![Vec::new(); draws.draws]);
    let run = || {
        let mut mine = network.clone();
        loop {
            let draw = next.fetch_add(1, Ordering::Relaxed);
            if draw >= draws.draws {
                break;
            }
            redraw(&mut mine, network, draws, draw as u64);
            let losses = losses(&mine, firms, work, &mut Scratch::new(&mine));
            if let Ok(mut drawn) = drawn.lock() {
                drawn[draw] = losses;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..work.threads.min(draws.draws) {
            scope.spawn(run);
        }
        run();
    });
    let drawn = drawn.into_inner().unwrap_or_default();
    let ranks: Vec<Vec<usize>> = drawn.iter().map(|losses| ranks(losses)).collect();
    let rank = self::ranks(&told);
    let out = ((1.0 - draws.level.clamp(0.0, 1.0)) / 2.0 * drawn.len() as f64) as usize;
    let middle = |count: usize| (out.min(count - 1), (count - 1).saturating_sub(out).max(out.min(count - 1)));
    firms
        .iter()
        .enumerate()
        .map(|(at, firm)| {
            let mut of_rank: Vec<usize> = ranks.iter().map(|ranks| ranks[at]).collect();
            let mut of_loss: Vec<f64> = drawn.iter().map(|losses| losses[at]).collect();
            of_rank.push(rank[at]);
            of_loss.push(told[at]);
            of_rank.sort_unstable();
            of_loss.sort_by(f64::total_cmp);
            let (low, high) = middle(of_rank.len());
            RankInterval {
                firm: *firm,
                rank: rank[at],
                rank_low: of_rank[low],
                rank_high: of_rank[high],
                esri: told[at],
                esri_low: of_loss[low],
                esri_high: of_loss[high],
            }
        })
        .collect()
}

fn losses(network: &Network, firms: &[usize], work: Work, scratch: &mut Scratch) -> Vec<f64> {
    firms.iter().map(|firm| esri::of(network, *firm, work.settings, scratch).both).collect()
}

/// The rank of each, from 1; of equals, the one that stands first.
fn ranks(losses: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..losses.len()).collect();
    order.sort_by(|a, b| losses[*b].total_cmp(&losses[*a]).then(a.cmp(b)));
    let mut ranks = vec![0; losses.len()];
    for (rank, at) in order.into_iter().enumerate() {
        ranks[at] = rank + 1;
    }
    ranks
}

fn redraw(mine: &mut Network, told: &Network, draws: Draws, draw: u64) {
    let mut chance = Chance::at(draws.seed, draw);
    for (tie, (told, error)) in mine.ties.iter_mut().zip(told.ties.iter().zip(&told.errors)) {
        let error = error.unwrap_or(draws.error);
        let spread = (1.0 + error * error).ln().sqrt();
        tie.value = told.value * (spread * chance.normal() - spread * spread / 2.0).exp();
    }
    // A revenue that the drawn sales exceed gives way to them (Shares takes the larger).
    let revenues: Vec<Option<f64>> = told.firms.iter().map(|firm| firm.revenue).collect();
    mine.shares = Shares::new(&mine.ties, &revenues, &told.markets);
    for (firm, sales) in mine.firms.iter_mut().zip(&mine.shares.sales) {
        firm.weight = firm.weighs(*sales);
    }
    mine.total = mine.firms.iter().map(|firm| firm.weight).sum();
}
