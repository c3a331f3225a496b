//! A drawn network adds up to the sector table it was drawn from.

use chain::fill::{Drawing, SectorTable, Sized, fill};

use crate::shared;

const DRAWING: Drawing = Drawing { seed: 7, suppliers: 1.5 };

#[test]
fn every_buyer_gets_what_the_table_says_and_known_links_are_kept() {
    let table = SectorTable {
        sectors: vec!["a".into(), "b".into()],
        flows: vec![vec![10.0, 40.0], vec![0.0, 0.0]],
        inputs: vec![100.0, 200.0],
    };
    // b1 makes 50: it needs 40/200 · 50 = 10 of `a`, of which 6 are known.
    let firms: Vec<Sized> =
        [(0, 30.0), (0, 70.0), (1, 50.0)].iter().map(|&(sector, output)| Sized { sector, output }).collect();
    let filled = fill(&table, &firms, &[(0, 2, 6.0)], DRAWING);
    let bought = |buyer: usize| -> f64 {
        filled.links.iter().filter(|link| link.buyer == buyer).map(|link| link.value).sum()
    };
    assert!(
        (bought(2) - 10.0).abs() < 1e-9 && (bought(0) - 3.0).abs() < 1e-9 && (bought(1) - 7.0).abs() < 1e-9
    );
    assert!(
        filled
            .links
            .iter()
            .any(|link| (link.supplier, link.buyer, link.value, link.known) == (0, 2, 6.0, true))
    );
    assert_eq!(filled, fill(&table, &firms, &[(0, 2, 6.0)], DRAWING));
    assert!((filled.needed - 20.0).abs() < 1e-9 && filled.outside == 0.0);
}

#[test]
fn chinas_table_of_2020_is_met_by_sector() {
    let Some(flows) = shared::data("chain/china2020_153_Z.csv") else { return };
    let Some(totals) = shared::data("chain/china2020_153_GO_TI.csv") else { return };
    let flows = shared::rows(&flows);
    let totals = shared::rows(&totals);
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let table = SectorTable {
        sectors: flows[0].clone(),
        flows: flows[1..].iter().map(|row| row.iter().map(number).collect()).collect(),
        inputs: totals[1..].iter().map(|row| number(&row[2])).collect(),
    };
    // Four firms a sector, a ten-thousandth of the country.
    let firms: Vec<Sized> = (0..153 * 4)
        .map(|at| Sized {
            sector: at / 4,
            output: number(&totals[1 + at / 4][1]) * 1e-4 * [0.1, 0.2, 0.3, 0.4][at % 4],
        })
        .collect();
    let filled = fill(&table, &firms, &[], DRAWING);
    assert_eq!(filled.outside, 0.0);
    let mut sums = vec![vec![0.0; 153]; 153];
    for link in &filled.links {
        sums[link.supplier / 4][link.buyer / 4] += link.value;
    }
    for (row, told) in sums.iter().zip(&table.flows) {
        for (sum, told) in row.iter().zip(told) {
            assert!((sum - told * 1e-4).abs() <= 1e-6 * told * 1e-4 + 1e-9, "{sum} for {told}");
        }
    }
}
