//! Small networks, worked by hand.

use chain::breakpoint::breakpoints;
use chain::path::{Channel, Paths};
use chain::rank::{Draws, rank_intervals};
use chain::recovery::{Stopped, Work, plan};
use chain::substitute::substitutes;
use chain::whatif::{Edit, EditError, what_if};
use chain::{Network, Scratch, Settings};

use crate::shared::small;

const SETTLED: Settings = Settings::CONVERGED;

#[track_caller]
fn near(found: f64, worked: f64) {
    assert!((found - worked).abs() < 1e-7, "{found} for {worked}");
}

fn left(network: &Network, scratch: &Scratch, firm: &str) -> (f64, f64) {
    let at = network.find(firm).unwrap();
    (scratch.down(at), scratch.up(at))
}

/// a1 is alone in its market, so nobody steps in: b1 stops, then c1. Sales: a1 10, b1 20, c1 0 (it sells outside).
#[test]
fn a_chain_without_stand_ins_stops() {
    let network = small("a1>b1=10 b1>c1=20");
    let mut scratch = Scratch::new(&network);
    let loss = scratch.run(&network, &[(network.find("a1").unwrap(), 0.0)], SETTLED);
    near(loss.down, 1.0);
    near(loss.up, 10.0 / 30.0);
    near(loss.both, 1.0);
    assert_eq!(left(&network, &scratch, "c1"), (0.0, 1.0));
    assert_eq!(loss.steps, 3, "a step each to b1 and c1, and one in which nothing changes");
    let path = Paths::new(&network).to(network.find("c1").unwrap(), &scratch).unwrap();
    let names: Vec<&str> = path.firms.iter().map(|firm| network.firms()[*firm].id.as_str()).collect();
    assert_eq!((names, path.channel, path.carried), (vec!["a1", "b1", "c1"], Channel::Down, 1.0));
}

/// a1 sells 10 of 40 in its market. Closed, 30 are left, so σ = 1/3; b1 had 10 of its 20 `a` from it and loses 1/6.
#[test]
fn a_market_steps_in() {
    let network = small("a1>b1=10 a2>b1=10 a2>b2=20 b1>d1=5");
    let mut scratch = Scratch::new(&network);
    scratch.run(&network, &[(network.find("a1").unwrap(), 0.0)], SETTLED);
    near(left(&network, &scratch, "b1").0, 1.0 - 0.5 / 3.0);
    near(left(&network, &scratch, "b2").0, 1.0);
    // d1 has b from b1 alone, of a market that sells 5: b2 sells nothing. σ = min(1, 5 / (5 · 5/6)) = 1.
    near(left(&network, &scratch, "d1").0, 1.0 - 0.5 / 3.0);
}

/// Non-essential inputs add up over all that is bought: n1 has 2 of 10, o1 3 of 10; a1 has the rest. Half of n1 and all of o1
/// gone: 1 − (0.1 + 0.3), both being markets of their own; y1 is of no matter.
#[test]
fn non_essential_inputs_add_up() {
    let network = small("n1>b1=2 o1>b1=3 a1>b1=5 y1>c1=9");
    let mut scratch = Scratch::new(&network);
    let at = |firm: &str| network.find(firm).unwrap();
    scratch.run(&network, &[(at("n1"), 0.5), (at("o1"), 0.0), (at("y1"), 0.0)], SETTLED);
    // o1 is closed: σ = 1. n1 at half: the market sells 2 · 0.5, σ = min(1, 2) = 1.
    near(left(&network, &scratch, "b1").0, 0.6);
    near(left(&network, &scratch, "c1").0, 1.0);
}

/// Sales missing run up the chain: b1 buys a quarter of what a1 sells, a1 half of what d1 sells.
#[test]
fn missing_sales_go_up() {
    let network = small("a1>b1=1 a1>b2=3 d1>a1=2 d1>c1=2");
    let mut scratch = Scratch::new(&network);
    scratch.run(&network, &[(network.find("b1").unwrap(), 0.0)], SETTLED);
    near(left(&network, &scratch, "a1").1, 0.75);
    near(left(&network, &scratch, "d1").1, 0.875);
}

/// b1 has 6 of 10 `a` from a1, which sells all of its own; a3 has nothing to do with b1 and lost a third of its sales, as g1
/// closed too: it can give 3 of the 6 that are missing.
#[test]
fn a_breakpoint_its_path_and_who_could_stand_in() {
    let network = small("a1>b1=6 a2>b1=4 a3>g1=3 a3>c1=6 b1>c1=20");
    let mut scratch = Scratch::new(&network);
    let at = |firm: &str| network.find(firm).unwrap();
    let shock = [(at("a1"), 0.0), (at("g1"), 0.0)];
    let found = breakpoints(&network, &shock, 0.5, SETTLED, &mut scratch);
    assert_eq!(found.len(), 1);
    let broken = &found[0];
    assert_eq!((broken.buyer, broken.suppliers, broken.running), (at("b1"), 2, 1));
    near(broken.largest_share, 0.6);
    near(broken.covered, 0.4);
    // The market of `a` sold 19; a2 4 and a3 9 are left. σ of a1 = 6/13.
    near(broken.remains, 1.0 - 0.6 * 6.0 / 13.0);
    near(broken.lost, 20.0 * 0.6 * 6.0 / 13.0);
    // c1 sells nothing in the network; b1's own output is all that comes back.
    near(broken.regained, broken.lost);
    assert_eq!(broken.path.as_ref().unwrap().firms, vec![at("a1"), at("b1")]);
    assert!(breakpoints(&network, &shock, 0.4, SETTLED, &mut scratch).is_empty());
    let stand_ins = substitutes(&network, &found, 0.0, &scratch);
    assert_eq!(stand_ins.len(), 1);
    assert_eq!(stand_ins[0].firm, at("a3"));
    near(stand_ins[0].spare, 3.0);
    near(stand_ins[0].gives, f64::min(3.0, 10.0 * 0.6 * 6.0 / 13.0));
}

/// Two stopped firms, one a day. a1 holds up 1 + 10 (b1), d1 only its own 5: by size d1 comes first and costs 11 a day more.
#[test]
fn the_plan_helps_first_who_holds_up_most() {
    let network = small("a1>b1=1 b1>z1=10 d1>z2=5");
    let mut scratch = Scratch::new(&network);
    let stopped =
        ["a1", "d1"].map(|firm| Stopped { firm: network.find(firm).unwrap(), running: 0.0, help: 1.0 });
    let plan = plan(&network, &stopped, Work { help_per_day: 1.0, settings: SETTLED }, &mut scratch);
    // Day 1: all of 16 is lost. Day 2: 5 of it, or 11.
    near(plan.best.lost_days, 21.0 / 16.0);
    near(plan.by_size.lost_days, 27.0 / 16.0);
    near(plan.by_esri.lost_days, 21.0 / 16.0);
    near(plan.bound_days, 21.0 / 16.0);
    assert_eq!(
        plan.best.turns.iter().map(|turn| (turn.stopped, turn.day)).collect::<Vec<_>>(),
        [(0, 1), (1, 2)]
    );
    near(plan.bottlenecks[0].regained, 11.0 / 16.0);
}

/// b1 has 6 and 4 of `a`; the market of `a` is a1 6, a2 4, a3 10.
#[test]
fn cutting_adding_closing_and_opening() {
    let network = small("a1>b1=6 a2>b1=4 a3>c1=10 b1>c1=20");
    let at = |firm: &str| network.find(firm).unwrap();
    let what = |shock: &[(usize, f64)], edits: &[Edit]| what_if(&network, shock, edits, SETTLED).unwrap();
    let of = |what: &chain::whatif::WhatIf, firm: &str| {
        what.differences.iter().find(|one| one.firm == at(firm)).map_or(1.0, |one| one.after)
    };
    // Cut off from a1, b1 lacks 0.6 of `a`, of which the market replaces all but a1's share of it, 6/20. a1 sells nothing.
    let cut = what(&[], &[Edit::Cut { supplier: at("a1"), buyer: at("b1") }]);
    near(of(&cut, "b1"), 1.0 - 0.6 * 0.3);
    near(of(&cut, "a1"), 0.0);
    // a1 is closed: b1 lacks 0.6 · 6/14. a3 gives 2 of the 10 that b1 needs.
    let relieved = what(&[(at("a1"), 0.0)], &[Edit::Add { supplier: at("a3"), buyer: at("b1"), value: 2.0 }]);
    near(relieved.before.down, (6.0 + 20.0 * 0.6 * 6.0 / 14.0) / 40.0);
    near(of(&relieved, "b1"), 1.0 - (0.6 * 6.0 / 14.0 - 0.2));
    let opened = what(&[(at("a1"), 0.0)], &[Edit::Open(at("a1"))]);
    near(opened.after.both, 0.0);
    let closed = what(&[], &[Edit::Close(at("a1"))]);
    near(closed.after.both, opened.before.both);
    let wrong = what_if(&network, &[], &[Edit::Cut { supplier: at("a3"), buyer: at("b1") }], SETTLED);
    assert_eq!(wrong, Err(EditError::NoLink { supplier: at("a3"), buyer: at("b1") }));
}

/// a1 and a2 differ by half a part in a hundred; with links off by a third either may come first. Without error neither moves.
#[test]
fn ranks_are_as_sure_as_the_links() {
    let network = small("a1>b1=100 d1>c1=99.5 e1>f1=1");
    let firms: Vec<usize> = ["a1", "d1", "e1"].iter().map(|firm| network.find(firm).unwrap()).collect();
    let work = |threads| chain::esri::Work { settings: SETTLED, threads };
    let draws = |error| Draws { draws: 60, seed: 1, error, level: 0.9 };
    let vague = rank_intervals(&network, &firms, draws(0.33), work(1));
    assert_eq!(
        vague.iter().map(|one| (one.rank, one.rank_low, one.rank_high)).collect::<Vec<_>>(),
        [(1, 1, 2), (2, 1, 2), (3, 3, 3)]
    );
    assert_eq!(vague, rank_intervals(&network, &firms, draws(0.33), work(3)));
    let sure = rank_intervals(&network, &firms, draws(0.0), work(1));
    assert!(sure.iter().all(|one| one.rank_low == one.rank_high && one.rank == one.rank_low));
}
