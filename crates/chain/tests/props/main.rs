//! What holds for any network: the order of rows, the unit of money and the number of threads do not matter; cascades only
//! take, and take more from more; a plan lies between its bound and the other orders.

// What makes the tests' networks may fail like a test does.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use chain::breakpoint::breakpoints;
use chain::esri;
use chain::recovery::{Stopped, Work, plan};
use chain::substitute::substitutes;
use chain::whatif::{Edit, what_if};
use chain::{Builder, Essential, FirmRow, LinkRow, Loss, Market, Network, Scratch, Settings};
use proptest::prelude::*;

/// A network as rows.
#[derive(Clone, Debug)]
struct Rows {
    needs: Vec<Vec<u8>>,
    sectors: Vec<usize>,
    links: Vec<(usize, usize, f64)>,
}

fn config() -> ProptestConfig {
    match std::env::var("PROPTEST_CASES") {
        Ok(_) => ProptestConfig::default(),
        Err(_) => ProptestConfig::with_cases(60),
    }
}

fn rows() -> impl Strategy<Value = Rows> {
    (2usize..5, 4usize..24).prop_flat_map(|(sectors, firms)| {
        let needs = prop::collection::vec(prop::collection::vec(0u8..3, sectors), sectors);
        let of = prop::collection::vec(0..sectors, firms);
        let links = prop::collection::vec((0..firms, 0..firms, 0.5f64..100.0), firms..firms * 4);
        (needs, of, links).prop_map(|(needs, sectors, links)| {
            let mut seen = BTreeSet::new();
            let links = links.into_iter().filter(|link| link.0 != link.1 && seen.insert((link.0, link.1)));
            Rows { needs, sectors, links: links.collect() }
        })
    })
}

fn network(rows: &Rows, unit: f64, turned: bool) -> Network {
    let sectors = (0..rows.needs.len()).map(|sector| format!("s{sector}")).collect();
    let mut builder = Builder::new(Essential::new(sectors, &rows.needs).unwrap(), Market::Sector);
    let turn = |count: usize| (0..count).map(move |at| if turned { count - 1 - at } else { at });
    for firm in turn(rows.sectors.len()) {
        let (id, sector) = (format!("f{firm}"), format!("s{}", rows.sectors[firm]));
        builder.firm(firm as u64, &FirmRow { firm: &id, sector: &sector, ..FirmRow::default() });
    }
    for at in turn(rows.links.len()) {
        let (supplier, buyer, value) = rows.links[at];
        let (supplier, buyer) = (format!("f{supplier}"), format!("f{buyer}"));
        let value = value * unit;
        let link = LinkRow { supplier: &supplier, buyer: &buyer, value, ..LinkRow::default() };
        builder.link(at as u64, &link);
    }
    builder.finish().unwrap()
}

fn all(network: &Network, threads: usize) -> Vec<Loss> {
    esri::all(network, esri::Work { settings: Settings::CONVERGED, threads })
}

/// What is left of each firm after a shock.
fn left(network: &Network, shock: &[(usize, f64)]) -> Vec<f64> {
    let mut scratch = Scratch::new(network);
    scratch.run(network, shock, Settings::CONVERGED);
    (0..network.firms().len()).map(|firm| scratch.left(firm)).collect()
}

/// The equations of docs/chain.md, step by step over all firms and links, with nothing clever.
fn plainly(rows: &Rows, shock: &[(usize, f64)], epsilon: f64) -> (Vec<(f64, f64)>, u32) {
    let firms = rows.sectors.len();
    let mut running = vec![1.0; firms];
    for (firm, at) in shock {
        running[*firm] = f64::min(running[*firm], *at);
    }
    let sum = |keep: &dyn Fn(usize, usize) -> bool| -> f64 {
        rows.links.iter().filter(|link| keep(link.0, link.1)).map(|link| link.2).sum()
    };
    let sales: Vec<f64> = (0..firms).map(|firm| sum(&|supplier, _| supplier == firm)).collect();
    let (mut down, mut up) = (running.clone(), running.clone());
    for step in 1.. {
        let sigma = |firm: usize| {
            let market = (0..firms).filter(|other| rows.sectors[*other] == rows.sectors[firm]);
            let offered: f64 = market.map(|other| down[other] * sales[other]).sum();
            if offered > 0.0 { f64::min(1.0, sales[firm] / offered) } else { 1.0 }
        };
        let mut next = (vec![0.0; firms], vec![0.0; firms]);
        for firm in 0..firms {
            let (mut worst, mut others, mut unsold) = (0.0f64, 0.0, 0.0);
            for product in 0..rows.needs.len() {
                let of = |link: &&(usize, usize, f64)| link.1 == firm && rows.sectors[link.0] == product;
                let need = rows.needs[product][rows.sectors[firm]];
                let all = match need {
                    2 => sum(&|supplier, buyer| buyer == firm && rows.sectors[supplier] == product),
                    _ => sum(&|_, buyer| buyer == firm),
                };
                let lacking: f64 = rows
                    .links
                    .iter()
                    .filter(of)
                    .map(|link| link.2 / all * sigma(link.0) * (1.0 - down[link.0]))
                    .sum();
                match need {
                    2 => worst = worst.max(lacking),
                    1 => others += lacking,
                    _ => {}
                }
            }
            for link in rows.links.iter().filter(|link| link.0 == firm) {
                unsold += link.2 / sales[firm] * (1.0 - up[link.1]);
            }
            next.0[firm] = f64::max(0.0, f64::min(1.0 - worst.max(others), running[firm]));
            next.1[firm] = f64::max(0.0, f64::min(1.0 - unsold, running[firm]));
        }
        let changes = down.iter().zip(&next.0).chain(up.iter().zip(&next.1)).map(|(a, b)| (a - b).abs());
        let largest = changes.fold(0.0, f64::max);
        (down, up) = next;
        if largest <= epsilon {
            return (down.into_iter().zip(up).collect(), step);
        }
    }
    unreachable!()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_rows_and_the_number_of_threads_are_irrelevant(rows in rows()) {
        let (straight, turned) = (network(&rows, 1.0, false), network(&rows, 1.0, true));
        // To the last bit.
        prop_assert_eq!(all(&straight, 1), all(&turned, 3));
    }

    #[test]
    fn the_unit_of_money_is_irrelevant(rows in rows(), unit in 1e-6f64..1e6) {
        for (a, b) in all(&network(&rows, 1.0, false), 1).into_iter().zip(all(&network(&rows, unit, false), 1)) {
            for (a, b) in [(a.both, b.both), (a.down, b.down), (a.up, b.up)] {
                prop_assert!((a - b).abs() < 1e-6, "{} {}", a, b);
            }
        }
    }

    #[test]
    fn a_frontier_gives_what_going_through_everything_gives(
        rows in rows(), shocked in prop::collection::vec((0usize..4, 0.0f64..1.0), 1..4)
    ) {
        let network = network(&rows, 1.0, false);
        let at = |firm: usize| network.find(&format!("f{firm}")).unwrap();
        let settings = Settings { failed_market: 0.0, ..Settings::REFERENCE };
        let mut scratch = Scratch::new(&network);
        let shock: Vec<(usize, f64)> = shocked.iter().map(|(firm, running)| (at(*firm), *running)).collect();
        // Twice, as the room is used again.
        scratch.run(&network, &[(at(0), 0.0)], settings);
        let loss = scratch.run(&network, &shock, settings);
        let (worked, steps) = plainly(&rows, &shocked, settings.epsilon);
        for (firm, (down, up)) in worked.into_iter().enumerate() {
            prop_assert!((scratch.down(at(firm)) - down).abs() < 1e-12);
            prop_assert!((scratch.up(at(firm)) - up).abs() < 1e-12);
        }
        prop_assert_eq!(loss.steps, steps);
    }

    #[test]
    fn converged_ends_where_walking_on_ends(rows in rows(), firm in 0usize..4, running in 0.0f64..0.9) {
        let network = network(&rows, 1.0, false);
        let walking = Settings { epsilon: 1e-13, negligible: 1e-16, ..Settings::CONVERGED };
        let mut scratch = Scratch::new(&network);
        let ended = scratch.run(&network, &[(firm, running)], Settings::CONVERGED);
        let walked = scratch.run(&network, &[(firm, running)], walking);
        prop_assert!((ended.both - walked.both).abs() < 1e-6, "{:?} {:?}", ended, walked);
    }

    #[test]
    fn a_cascade_only_takes_and_takes_more_from_more(
        rows in rows(), firm in 0usize..4, other in 0usize..4, running in 0.0f64..1.0
    ) {
        let network = network(&rows, 1.0, false);
        let one = left(&network, &[(firm, running)]);
        prop_assert!(one[firm] <= running);
        let two = left(&network, &[(firm, running / 2.0), (other, 0.3)]);
        for (one, two) in one.iter().zip(two) {
            prop_assert!((0.0..=1.0).contains(one) && two <= one + 1e-6);
        }
    }

    #[test]
    fn no_order_loses_less_than_the_bound(rows in rows(), per_day in 0.5f64..3.0) {
        let network = network(&rows, 1.0, false);
        prop_assume!(network.total() > 0.0);
        let stopped = [(0, 0.0, 1.0), (1, 0.4, 2.0), (2, 0.0, 0.5)]
            .map(|(firm, running, help)| Stopped { firm, running, help });
        let mut scratch = Scratch::new(&network);
        let work = Work { help_per_day: per_day, settings: Settings::CONVERGED };
        let plan = plan(&network, &stopped, work, &mut scratch);
        prop_assert!(plan.best.lost_days <= plan.by_size.lost_days.min(plan.by_esri.lost_days));
        // Every order there is.
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let (mut lost, mut day, mut helped) = (0.0, 0.0, 0.0);
            let mut out: Vec<usize> = order.to_vec();
            for place in order {
                let shock: Vec<(usize, f64)> =
                    out.iter().map(|place| (stopped[*place].firm, stopped[*place].running)).collect();
                let loss = scratch.run(&network, &shock, Settings::CONVERGED).both;
                helped += stopped[place].help;
                let back = f64::ceil(helped / per_day - 1e-9).max(1.0);
                lost += loss * (back - day);
                day = back;
                out.retain(|other| *other != place);
            }
            prop_assert!(plan.bound_days <= lost + 1e-5, "{} {}", plan.bound_days, lost);
        }
    }

    #[test]
    fn capacity_is_not_given_twice(rows in rows(), headroom in 0.0f64..0.5) {
        let network = network(&rows, 1.0, false);
        let mut scratch = Scratch::new(&network);
        let found = breakpoints(&network, &[(0, 0.0), (1, 0.0)], 0.9, Settings::CONVERGED, &mut scratch);
        let stand_ins = substitutes(&network, &found, headroom, &scratch);
        for firm in 0..network.firms().len() {
            let given: Vec<_> = stand_ins.iter().filter(|one| one.firm == firm).collect();
            if let Some(first) = given.first() {
                prop_assert!(given.iter().map(|one| one.gives).sum::<f64>() <= first.spare + 1e-9);
            }
        }
        for broken in &found {
            prop_assert!(broken.covered < 0.9 && broken.regained >= 0.0 && broken.lost >= 0.0);
        }
    }

    #[test]
    fn cutting_every_link_of_a_supplier_is_closing_it_for_its_buyers(rows in rows()) {
        let network = network(&rows, 1.0, false);
        let at = |firm: usize| network.find(&format!("f{firm}")).unwrap();
        let edits: Vec<Edit> = rows
            .links
            .iter()
            .filter(|link| link.0 == 0)
            .map(|link| Edit::Cut { supplier: at(0), buyer: at(link.1) })
            .collect();
        prop_assume!(!edits.is_empty());
        let shock = [(at(0), 0.0)];
        // A firm that is closed delivers nothing anyway: cutting its links as well changes nothing.
        let what = what_if(&network, &shock, &edits, Settings::CONVERGED).unwrap();
        prop_assert!((what.before.down - what.after.down).abs() < 1e-6, "{:?} {:?}", what.before, what.after);
    }
}
