//! Choosing sites: each place goes where it is cheapest, to a chosen site or to what there is already. First greedily, then by interchange:
//! one site in, one out, as long as that helps, with every place's nearest and second nearest kept at hand (Resende and Werneck 2007).

use super::Ways;

/// What places cost without any new site, and with each.
pub struct Problem {
    /// The cost of every place if no site is chosen.
    pub outside: Vec<f64>,
    /// For every site, the places for which it is cheaper, with their cost; places ascending.
    pub sites: Vec<Vec<(u32, f64)>>,
}

/// Sites that are chosen, and what all places cost then.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Ascending.
    pub sites: Vec<usize>,
    /// The sum over all places.
    pub cost: f64,
}

/// Not a chosen site.
const NONE: u32 = u32::MAX;

/// The cheapest and the second cheapest of a place, what there is already being one of them.
#[derive(Clone, Copy)]
struct Two {
    first: f64,
    /// The chosen site's position in the choice.
    by: u32,
    second: f64,
}

/// What is not worth a change: rounding.
const LEAST: f64 = 1e-9;

impl Problem {
    /// `cost(place, way_mm)`: what a place costs at a site that is so far.
    pub fn new(outside: Vec<f64>, ways: &Ways, cost: impl Fn(usize, u32) -> f64) -> Self {
        let cheaper = |site: &Vec<(u32, u32)>| {
            let all = site.iter().map(|(place, way_mm)| (*place, cost(*place as usize, *way_mm)));
            all.filter(|(place, cost)| *cost < outside[*place as usize]).collect()
        };
        let sites = ways.sites.iter().map(cheaper).collect();
        Self { outside, sites }
    }

    /// One site after the other, each the one that helps most; fewer if none helps any more.
    pub fn greedy(&self, count: usize) -> Choice {
        let mut now = self.outside.clone();
        let mut sites = Vec::with_capacity(count);
        while sites.len() < count {
            let gain = |site: &Vec<(u32, f64)>| -> f64 {
                site.iter().map(|(place, cost)| (now[*place as usize] - cost).max(0.0)).sum()
            };
            let best = self
                .sites
                .iter()
                .map(gain)
                .enumerate()
                .fold((0, 0.0), |best, one| if one.1 > best.1 { one } else { best });
            if best.1 <= LEAST {
                break;
            }
            for (place, cost) in &self.sites[best.0] {
                let known = &mut now[*place as usize];
                *known = known.min(*cost);
            }
            sites.push(best.0);
        }
        self.choice(sites)
    }

    /// What a choice costs.
    pub fn choice(&self, mut sites: Vec<usize>) -> Choice {
        sites.sort_unstable();
        sites.dedup();
        let mut now = self.outside.clone();
        for (place, cost) in sites.iter().flat_map(|site| &self.sites[*site]) {
            let known = &mut now[*place as usize];
            *known = known.min(*cost);
        }
        Choice { sites, cost: now.iter().sum() }
    }

    /// The cheapest and second cheapest of every place under a choice.
    pub fn seconds(&self, choice: &Choice) -> Vec<f64> {
        self.two(&choice.sites).iter().map(|two| two.second).collect()
    }

    fn two(&self, chosen: &[usize]) -> Vec<Two> {
        let mut all: Vec<Two> =
            self.outside.iter().map(|cost| Two { first: *cost, by: NONE, second: *cost }).collect();
        for (site, position) in chosen.iter().zip(0..) {
            for (place, cost) in &self.sites[*site] {
                let two = &mut all[*place as usize];
                if *cost < two.first {
                    *two = Two { first: *cost, by: position, second: two.first };
                } else if *cost < two.second {
                    two.second = *cost;
                }
            }
        }
        all
    }

    /// The best exchange again and again, until none helps.
    pub fn interchange(&self, start: Choice) -> Choice {
        let mut chosen = start.sites;
        if chosen.is_empty() {
            return self.choice(chosen);
        }
        loop {
            let two = self.two(&chosen);
            // What is lost with each chosen site if nothing takes its place.
            let mut loss = vec![0.0; chosen.len()];
            for two in two.iter().filter(|two| two.by != NONE) {
                loss[two.by as usize] += two.second - two.first;
            }
            let mut best = (LEAST, None);
            for (site, row) in self.sites.iter().enumerate() {
                let mut gain = 0.0;
                // What of the loss the new site makes good.
                let mut spared = vec![0.0; chosen.len()];
                for (place, cost) in row {
                    let two = two[*place as usize];
                    gain += (two.first - cost).max(0.0);
                    if two.by != NONE && *cost < two.second {
                        spared[two.by as usize] += two.second - cost.max(two.first);
                    }
                }
                for (position, (loss, spared)) in loss.iter().zip(&spared).enumerate() {
                    let profit = gain - loss + spared;
                    if profit > best.0 && !chosen.contains(&site) {
                        best = (profit, Some((site, position)));
                    }
                }
            }
            let (Some((site, position)), profit) = (best.1, best.0) else { return self.choice(chosen) };
            let before = self.choice(chosen.clone()).cost;
            let left = std::mem::replace(&mut chosen[position], site);
            // The sums were added up in another order: only what truly falls is kept, or it could go round for ever.
            if self.choice(chosen.clone()).cost >= before - profit * 1e-6 {
                chosen[position] = left;
                return self.choice(chosen);
            }
        }
    }
}
