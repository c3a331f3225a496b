//! Every mistake is named with its row.

use chain::{Essential, FirmRow, LinkRow, Reason, Sheet};

use crate::shared::builder;

#[test]
fn every_mistake_is_named_with_its_row() {
    let mut rows = builder("a1>b1=10");
    let firm = |firm, sector| FirmRow { firm, sector, ..FirmRow::default() };
    rows.firm(12, &firm("a1", "a"));
    rows.firm(13, &firm("c1", "no such"));
    rows.firm(14, &FirmRow { output: Some(-1.0), running: Some(1.5), ..firm("c2", "c") });
    rows.firm(15, &FirmRow { revenue: Some(3.0), ..firm("d1", "d") });
    let link = |supplier, buyer, value| LinkRow { supplier, buyer, value, ..LinkRow::default() };
    rows.link(21, &link("a1", "nobody", 1.0));
    rows.link(22, &link("a1", "a1", 1.0));
    rows.link(23, &link("a1", "b1", 2.0));
    rows.link(24, &link("b1", "a1", -2.0));
    rows.link(25, &link("b1", "a1", f64::NAN));
    rows.link(26, &LinkRow { product: Some("?"), ..link("b1", "a1", 1.0) });
    rows.link(27, &link("d1", "a1", 4.0));
    let found = rows.finish().unwrap_err();
    let found: Vec<(Sheet, u64, Reason)> =
        found.into_iter().map(|mistake| (mistake.sheet, mistake.row, mistake.reason)).collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        format!("{:?}", found),
        format!(
            "{:?}",
            [
                (Sheet::Firms, 12, Reason::RepeatedFirm { firm: text("a1"), first_row: 0 }),
                (Sheet::Firms, 13, Reason::UnknownSector { sector: text("no such") }),
                (Sheet::Firms, 14, Reason::Negative { column: "output", value: -1.0 }),
                (Sheet::Firms, 14, Reason::OutOfRange { column: "running", value: 1.5, low: 0.0, high: 1.0 }),
                (Sheet::Firms, 15, Reason::RevenueBelowSales { firm: text("d1"), revenue: 3.0, sales: 4.0 }),
                (Sheet::Links, 21, Reason::UnknownFirm { firm: text("nobody") }),
                (Sheet::Links, 22, Reason::SelfSupply { firm: text("a1") }),
                (Sheet::Links, 23, Reason::RepeatedLink { first_row: 0 }),
                (Sheet::Links, 24, Reason::Negative { column: "weight", value: -2.0 }),
                (Sheet::Links, 25, Reason::NotFinite { column: "weight" }),
                (Sheet::Links, 26, Reason::UnknownSector { sector: text("?") }),
            ]
        )
    );
}

#[test]
fn a_matrix_is_square_and_holds_0_1_2() {
    let found = Essential::new(vec!["a".into(), "a".into()], &[vec![0, 3], vec![1]]).unwrap_err();
    let reasons: Vec<Reason> = found.into_iter().map(|mistake| mistake.reason).collect();
    assert_eq!(
        reasons,
        [
            Reason::RepeatedSector { sector: "a".into() },
            Reason::UnknownNeed { sector: "a".into(), value: 3 },
            Reason::NotSquare { cells: 1, sectors: 2 },
        ]
    );
}
