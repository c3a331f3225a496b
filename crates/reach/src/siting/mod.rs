//! Where the next facilities of a kind should go, those that exist kept: so that most people are newly within a limit (MCLP), people walk
//! least in all (p-median), nobody walks too far (p-centre), or as few as possible leave nobody beyond a limit (LSCP). Always with a
//! bound: how much better the best possible choice could be at most.
//!
//! docs/reach.md#siting has the equations.

mod bound;
mod choice;

use crate::network::Network;
use crate::search::{Field, Search, Source};
use crate::snap::Snapped;

use bound::bound;
use choice::{Choice, Problem};

/// How far every place is from every site that could be chosen, as far as that matters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ways {
    /// From every place to the nearest facility that stays; None if there is none to reach.
    pub before_mm: Vec<Option<u32>>,
    /// For every site: the places for which it is nearer than that, and how far; places ascending.
    pub sites: Vec<Vec<(u32, u32)>>,
}

impl Ways {
    /// Searches from every site, from door to door, as far as `limit_mm`. `before_mm`: see [`Ways::before_mm`]. A place or site that meets no street has no ways.
    /// `done` is called after every site; false ends the work early, and the sites that are left have no ways.
    pub fn new(
        network: &Network,
        (places, before_mm): (&[Option<Snapped>], Vec<Option<u32>>),
        sites: &[Option<Snapped>],
        limit_mm: u32,
        done: &mut dyn FnMut() -> bool,
    ) -> Self {
        let mut ways = Self { before_mm, sites: vec![Vec::new(); sites.len()] };
        for (site, found) in sites.iter().zip(0..) {
            if let Some(site) = site {
                let source = Source { spot: site.spot, leg_mm: site.leg_mm, owner: 0 };
                let field = Field::new(network, &[source], Search { limit_mm, ..Search::NEAREST });
                let own: &mut Vec<(u32, u32)> = &mut ways.sites[found];
                for (place, number) in places.iter().zip(0u32..) {
                    let Some(place) = place else { continue };
                    let Some(hit) = field.at(place.spot) else { continue };
                    let cost_mm = hit.cost_mm.saturating_add(place.leg_mm);
                    let nearer = ways.before_mm[number as usize].is_none_or(|before| cost_mm < before);
                    if cost_mm <= limit_mm && nearer {
                        own.push((number, cost_mm));
                    }
                }
            }
            if !done() {
                break;
            }
        }
        ways
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The ways.
    pub ways: &'a Ways,
    /// What every place weighs: its people. 0 leaves it out.
    pub weights: &'a [f64],
    /// How many sites to choose.
    pub count: usize,
    /// How many rounds the bound is sharpened at most.
    pub rounds: usize,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The sites, ascending.
    pub sites: Vec<usize>,
    /// What it comes to, in the unit of the objective.
    pub value: f64,
    /// No choice of as many sites comes to better than this.
    pub bound: f64,
}

impl Plan {
    /// By how much the best possible could be better at most, as a share of what was found.
    pub fn gap(&self) -> f64 {
        match (self.value - self.bound).abs() {
            0.0 => 0.0,
            gap => gap / self.value.abs().max(f64::MIN_POSITIVE),
        }
    }
}

/// Most people newly within the limit. Value and bound: how many of the weights are newly within.
pub fn most_covered(question: Question<'_>, limit_mm: u32) -> Plan {
    let Question { ways, weights, .. } = question;
    let beyond = |place: usize| ways.before_mm[place].is_none_or(|before| before > limit_mm);
    let outside: Vec<f64> =
        weights.iter().enumerate().map(|(place, weight)| if beyond(place) { *weight } else { 0.0 }).collect();
    let total: f64 = outside.iter().sum();
    let problem =
        Problem::new(outside, ways, |_, way_mm| if way_mm <= limit_mm { 0.0 } else { f64::INFINITY });
    let (choice, bound) = solve(&problem, question);
    Plan { sites: choice.sites, value: total - choice.cost, bound: total - bound }
}

/// Least walking in all. Value and bound: weight times metres, over all places that have a way to a site or a facility.
pub fn least_walking(question: Question<'_>) -> Plan {
    let Question { ways, weights, .. } = question;
    // A place without any facility is as badly off as with the farthest of all sites: any choice is better.
    let farthest = ways.sites.iter().flatten().map(|way| way.1).max().unwrap_or(0);
    let mut reached = vec![false; weights.len()];
    ways.sites.iter().flatten().for_each(|way| reached[way.0 as usize] = true);
    let metres = |way_mm: u32| f64::from(way_mm) / 1000.0;
    let outside = weights.iter().enumerate().map(|(place, weight)| match ways.before_mm[place] {
        Some(before) => weight * metres(before),
        None if reached[place] => weight * metres(farthest),
        None => 0.0,
    });
    let problem = Problem::new(outside.collect(), ways, |place, way_mm| weights[place] * metres(way_mm));
    let (choice, bound) = solve(&problem, question);
    Plan { sites: choice.sites, value: choice.cost, bound }
}

/// The shortest longest way. Value and bound: metres; places of weight 0 and such as no site or facility reaches are left out.
pub fn least_furthest(question: Question<'_>) -> Plan {
    let Question { ways, weights, .. } = question;
    let mut reached: Vec<bool> = ways.before_mm.iter().map(Option::is_some).collect();
    ways.sites.iter().flatten().for_each(|way| reached[way.0 as usize] = true);
    let asked: Vec<f64> = weights
        .iter()
        .zip(&reached)
        .map(|(weight, reached)| f64::from(u8::from(*weight > 0.0 && *reached)))
        .collect();
    let counts = |place: &usize| asked[*place] > 0.0;
    let mut limits: Vec<u32> = (0..asked.len())
        .filter(counts)
        .filter_map(|place| ways.before_mm[place])
        .chain(ways.sites.iter().flatten().filter(|way| counts(&(way.0 as usize))).map(|way| way.1))
        .collect();
    limits.sort_unstable();
    limits.dedup();
    let Some(&last) = limits.last() else { return Plan { sites: Vec::new(), value: 0.0, bound: 0.0 } };
    let asked = Question { weights: &asked, ..question };
    let attempt = |limit_mm: u32| {
        let problem = cover(asked, limit_mm);
        let (choice, bound) = solve(&problem, asked);
        (choice, bound > 1e-6)
    };
    let mut best = attempt(last).0;
    // Limits below `proven` cannot be met; `met` can.
    let (mut low, mut met, mut proven) = (0, limits.len() - 1, 0);
    while low < met {
        let middle = (low + met) / 2;
        let (choice, impossible) = attempt(limits[middle]);
        if choice.cost == 0.0 {
            (met, best) = (middle, choice);
        } else {
            low = middle + 1;
            if impossible {
                proven = middle + 1;
            }
        }
    }
    let mut open = met;
    while proven < open {
        let middle = (proven + open) / 2;
        if attempt(limits[middle]).1 { proven = middle + 1 } else { open = middle }
    }
    let metres = |at: usize| f64::from(limits[at]) / 1000.0;
    // Without a choice that reaches every place, the longest way is not known to be any of the limits.
    let value = if best.cost == 0.0 { metres(met) } else { f64::INFINITY };
    Plan { sites: best.sites, value, bound: metres(proven.min(met)) }
}

/// The fewest sites with which every place that can be within the limit is. Value and bound: how many sites.
pub fn fewest(question: Question<'_>, limit_mm: u32) -> Plan {
    let Question { ways, weights, .. } = question;
    let mut can = vec![false; weights.len()];
    let near = ways.sites.iter().flatten().filter(|way| way.1 <= limit_mm);
    near.for_each(|way| can[way.0 as usize] = true);
    let asked: Vec<f64> =
        weights.iter().zip(&can).map(|(weight, can)| f64::from(u8::from(*weight > 0.0 && *can))).collect();
    let problem = cover(Question { weights: &asked, ..question }, limit_mm);
    let mut best = problem.greedy(ways.sites.len());
    let proves = |count: usize| {
        let question = Question { weights: &asked, count, ..question };
        let (choice, bound) = solve(&problem, question);
        (choice, bound > 1e-6)
    };
    let mut proven = 0;
    while !best.sites.is_empty() {
        let (choice, impossible) = proves(best.sites.len() - 1);
        if choice.cost > 0.0 {
            proven = if impossible { best.sites.len() } else { 0 };
            break;
        }
        best = choice;
    }
    let mut open = best.sites.len();
    while proven < open {
        let middle = (proven + open) / 2;
        if proves(middle).1 { proven = middle + 1 } else { open = middle }
    }
    Plan { value: best.sites.len() as f64, bound: proven as f64, sites: best.sites }
}

/// How many places are beyond a limit.
fn cover(question: Question<'_>, limit_mm: u32) -> Problem {
    let Question { ways, weights, .. } = question;
    let beyond = |place: usize| ways.before_mm[place].is_none_or(|before| before > limit_mm);
    let outside = weights.iter().enumerate().map(|(place, weight)| if beyond(place) { *weight } else { 0.0 });
    Problem::new(outside.collect(), ways, |_, way_mm| if way_mm <= limit_mm { 0.0 } else { f64::INFINITY })
}

/// A good choice, and what no choice can go below.
fn solve(problem: &Problem, question: Question<'_>) -> (Choice, f64) {
    let count = question.count.min(question.ways.sites.len());
    let mut best = problem.interchange(problem.greedy(count));
    let found = bound(problem, &mut best, count, question.rounds);
    // Rounding must not put the bound above what was found.
    (best.clone(), found.min(best.cost))
}
