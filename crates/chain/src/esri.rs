//! Economic systemic risk index: what the whole network loses if one firm closes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::cascade::{Loss, Scratch, Settings};
use crate::network::Network;

/// ESRI of one firm, closed alone while all others run.
pub fn of(network: &Network, firm: usize, settings: Settings, scratch: &mut Scratch) -> Loss {
    scratch.run(network, &[(firm, 0.0)], settings)
}

/// How to go through many firms.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// When a cascade counts as settled.
    pub settings: Settings,
    /// How many threads; at least one is used.
    pub threads: usize,
}

/// ESRI of some firms. `found(at, loss)` is called as each is known, from any thread and in any order; `at` is a place in
/// `firms`. The work ends early once it answers false. The figures do not depend on the number of threads.
pub fn each(network: &Network, firms: &[usize], work: Work, found: &(dyn Fn(usize, Loss) -> bool + Sync)) {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let run = || {
        let mut scratch = Scratch::new(network);
        while !stop.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(firm) = firms.get(at) else { break };
            if !found(at, of(network, *firm, work.settings, &mut scratch)) {
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..work.threads.min(firms.len()) {
            scope.spawn(run);
        }
        run();
    });
}

/// ESRI of every firm, in the network's order.
pub fn all(network: &Network, work: Work) -> Vec<Loss> {
    let firms: Vec<usize> = (0..network.firms.len()).collect();
    let losses = std::sync::Mutex::new(vec![Loss::default(); firms.len()]);
    each(network, &firms, work, &|at, loss| {
        if let Ok(mut losses) = losses.lock() {
            losses[at] = loss;
        }
        true
    });
    losses.into_inner().unwrap_or_default()
}
