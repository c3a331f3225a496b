//! In which order to help stopped firms, so that least output is lost until all are back.

use std::collections::BinaryHeap;

use crate::cascade::{Scratch, Settings};
use crate::network::Network;

/// A stopped firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopped {
    /// Which firm.
    pub firm: usize,
    /// What it still runs at, 0..=1.
    pub running: f64,
    /// The help it needs, in any unit; above 0.
    pub help: f64,
}

/// 堵点: what the network regains if this firm alone returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bottleneck {
    /// Its place in the list of stopped firms.
    pub stopped: usize,
    /// Output regained a day, as a share of the network's.
    pub regained: f64,
    /// The same for a unit of help.
    pub regained_per_help: f64,
}

/// A firm's turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Its place in the list of stopped firms.
    pub stopped: usize,
    /// The day, from 1, at whose end it is back.
    pub day: u32,
    /// What the network loses a day once it is back, as a share of its output.
    pub loss_after: f64,
}

/// An order of help and what it loses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Who is helped when.
    pub turns: Vec<Turn>,
    /// Output lost until all are back, in days of the whole network's output.
    pub lost_days: f64,
}

/// A plan with what it is to be measured by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The best order found.
    pub best: Order,
    /// The largest firms first.
    pub by_size: Order,
    /// The firms with the highest ESRI first.
    pub by_esri: Order,
    /// No order loses less. Proven in docs/chain.md#bound.
    pub bound_days: f64,
    /// What each firm would give back alone, in the order of `stopped`.
    pub bottlenecks: Vec<Bottleneck>,
}

/// How to plan.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Help there is a day, in the unit of the firms' needs; above 0.
    pub help_per_day: f64,
    /// When a cascade counts as settled.
    pub settings: Settings,
}

/// What each stopped firm gives back if it alone returns. One cascade a firm.
pub fn bottlenecks(
    network: &Network,
    stopped: &[Stopped],
    settings: Settings,
    scratch: &mut Scratch,
) -> Vec<Bottleneck> {
    let mut out = vec![true; stopped.len()];
    let all = loss(network, stopped, &out, (settings, scratch));
    let mut found = Vec::new();
    for (place, firm) in stopped.iter().enumerate() {
        out[place] = false;
        let regained = (all - loss(network, stopped, &out, (settings, scratch))).max(0.0);
        out[place] = true;
        found.push(Bottleneck { stopped: place, regained, regained_per_help: regained / firm.help });
    }
    found
}

/// Plans: greedy by what is regained for a unit of help, evaluated lazily, the orders by size and by ESRI beside it, and a
/// bound below which no order can go.
pub fn plan(network: &Network, stopped: &[Stopped], work: Work, scratch: &mut Scratch) -> Plan {
    let settings = work.settings;
    let bottlenecks = bottlenecks(network, stopped, settings, scratch);
    let alone = alone(network, stopped, (settings, scratch));
    let greedy = greedy(network, stopped, &bottlenecks, (settings, scratch));
    let falling = |key: &dyn Fn(usize) -> f64| {
        let mut order: Vec<usize> = (0..stopped.len()).collect();
        order.sort_by(|a, b| key(*b).total_cmp(&key(*a)).then(stopped[*a].firm.cmp(&stopped[*b].firm)));
        order
    };
    let by_size = falling(&|place| network.firms[stopped[place].firm].weight);
    let by_esri = falling(&|place| alone.losses[place]);
    let by_share = falling(&|place| alone.parts[place] / stopped[place].help);
    let [greedy, by_size, by_esri, by_share] =
        [greedy, by_size, by_esri, by_share].map(|order| follow(network, stopped, &order, (work, scratch)));
    let best = [&greedy, &by_share, &by_size, &by_esri]
        .into_iter()
        .min_by(|a, b| a.lost_days.total_cmp(&b.lost_days))
        .cloned()
        .unwrap_or_default();
    let days = best.turns.last().map_or(0, |turn| turn.day);
    let all = loss(network, stopped, &vec![true; stopped.len()], (settings, scratch));
    let bound_days = bound(stopped, &alone, (&bottlenecks, all), (days, work.help_per_day));
    Plan { best, by_size, by_esri, bound_days, bottlenecks }
}

/// The loss a day while those of `stopped` that are `out` are out.
fn loss(
    network: &Network,
    stopped: &[Stopped],
    out: &[bool],
    (settings, scratch): (Settings, &mut Scratch),
) -> f64 {
    let shock: Vec<(usize, f64)> =
        stopped.iter().zip(out).filter(|(_, out)| **out).map(|(firm, _)| (firm.firm, firm.running)).collect();
    scratch.run(network, &shock, settings).both
}

/// A gain as it was last known, and how many had been chosen then.
#[derive(PartialEq)]
struct Known {
    gain: f64,
    place: usize,
    round: usize,
}

impl Eq for Known {}

impl PartialOrd for Known {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Known {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.gain.total_cmp(&other.gain).then(other.place.cmp(&self.place))
    }
}

/// The next firm is one that gives most back for a unit of help. A gain is computed again only when it comes to the top with
/// an old value: gains mostly shrink, as the same output cannot be regained twice.
fn greedy(
    network: &Network,
    stopped: &[Stopped],
    first: &[Bottleneck],
    (settings, scratch): (Settings, &mut Scratch),
) -> Vec<usize> {
    let mut out = vec![true; stopped.len()];
    let mut now = loss(network, stopped, &out, (settings, scratch));
    let mut heap: BinaryHeap<Known> =
        first.iter().map(|one| Known { gain: one.regained_per_help, place: one.stopped, round: 0 }).collect();
    let mut order = Vec::with_capacity(stopped.len());
    while let Some(top) = heap.pop() {
        if top.round == order.len() {
            out[top.place] = false;
            now -= top.gain * stopped[top.place].help;
            order.push(top.place);
            continue;
        }
        out[top.place] = false;
        let then = loss(network, stopped, &out, (settings, scratch));
        out[top.place] = true;
        let gain = (now - then) / stopped[top.place].help;
        heap.push(Known { gain, round: order.len(), ..top });
    }
    order
}

/// What an order loses: `loss` a day, for as many days as it takes until the next is back.
fn follow(
    network: &Network,
    stopped: &[Stopped],
    order: &[usize],
    (work, scratch): (Work, &mut Scratch),
) -> Order {
    let mut out = vec![true; stopped.len()];
    let mut now = loss(network, stopped, &out, (work.settings, scratch));
    let (mut day, mut helped) = (0, 0.0);
    let mut found = Order::default();
    for &place in order {
        helped += stopped[place].help;
        let back = back_on(helped, work.help_per_day);
        found.lost_days += now * f64::from(back - day);
        day = back;
        out[place] = false;
        now = loss(network, stopped, &out, (work.settings, scratch));
        found.turns.push(Turn { stopped: place, day, loss_after: now });
    }
    found
}

/// The day at whose end so much help has been given.
fn back_on(helped: f64, per_day: f64) -> u32 {
    // A sum of tenths may stand a little above a whole number of days.
    ((helped / per_day) - 1e-9).ceil().max(1.0) as u32
}

/// What the stopped firms cost, each closed alone.
struct Alone {
    losses: Vec<f64>,
    /// c: each firm of the network counted once, with the stopped firm that alone costs it most.
    parts: Vec<f64>,
}

fn alone(network: &Network, stopped: &[Stopped], (settings, scratch): (Settings, &mut Scratch)) -> Alone {
    let mut worst: Vec<(f64, usize)> = vec![(0.0, 0); network.firms.len()];
    let mut losses = Vec::new();
    for (place, firm) in stopped.iter().enumerate() {
        losses.push(scratch.run(network, &[(firm.firm, firm.running)], settings).both);
        for touched in scratch.touched() {
            let lost = 1.0 - scratch.left(touched);
            if lost > worst[touched].0 {
                worst[touched] = (lost, place);
            }
        }
    }
    let mut parts = vec![0.0; stopped.len()];
    for (firm, (lost, place)) in network.firms.iter().zip(worst) {
        if lost > 0.0 {
            parts[place] += firm.weight * lost / network.total;
        }
    }
    Alone { losses, parts }
}

/// A day's loss is bounded from below in three ways, of which the highest counts; docs/chain.md#bound proves each.
fn bound(
    stopped: &[Stopped],
    alone: &Alone,
    (bottlenecks, all): (&[Bottleneck], f64),
    (days, help_per_day): (u32, f64),
) -> f64 {
    let falling = |key: &dyn Fn(usize) -> f64| {
        let mut order: Vec<usize> = (0..stopped.len()).collect();
        order.sort_by(|a, b| key(*b).total_cmp(&key(*a)));
        order
    };
    let by_ratio = falling(&|place| alone.parts[place] / stopped[place].help);
    let by_loss = falling(&|place| alone.losses[place]);
    let mut needs: Vec<f64> = stopped.iter().map(|firm| firm.help).collect();
    needs.sort_by(f64::total_cmp);
    let two = needs.iter().take(2).sum::<f64>();
    let mut bound = 0.0;
    for day in 0..days {
        // A sum of tenths may stand a little above a whole number of days.
        let helped = f64::from(day) * help_per_day * (1.0 + 1e-9);
        // The parts of those still out, if the help so far went where it takes most parts away, a firm by halves if need be.
        let (mut left, mut parts) = (helped, 0.0);
        for place in &by_ratio {
            let taken = (left / stopped[*place].help).min(1.0);
            left -= taken * stopped[*place].help;
            parts += alone.parts[*place] * (1.0 - taken);
        }
        // All but the costliest could be back only if the help sufficed for every costlier one.
        let mut left = helped;
        let costliest = by_loss.iter().find(|place| {
            left -= stopped[**place].help;
            left < 0.0
        });
        let mut least = f64::max(parts, costliest.map_or(0.0, |place| alone.losses[*place]));
        // As long as the help is not enough for two, all that can be back is known exactly.
        if helped < two || stopped.len() == 1 {
            let fits = bottlenecks.iter().filter(|one| stopped[one.stopped].help <= helped);
            least = least.max(all - fits.map(|one| one.regained).fold(0.0, f64::max));
        }
        bound += least;
    }
    bound
}
