//! Data beside the checkout, and small networks written in a line.

use std::path::PathBuf;

use chain::{Builder, Essential, FirmRow, LinkRow, Market, Network};

/// A file of `../shared/data`. None, with a word about it, on a machine that does not have it; CI has to.
pub fn data(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{}: {error}", file.display()),
        Err(_) => {
            eprintln!("skipped: {} is not here", file.display());
            None
        }
    }
}

/// The rows of a csv text, the first one the headings.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The published network of 1,000 firms.
pub fn net1000() -> Option<Network> {
    let essential = rows(&data("chain/ess_mat_n4_ihs.csv")?);
    let sectors = essential[0][1..].to_vec();
    let cells: Vec<Vec<u8>> = essential[1..]
        .iter()
        .map(|row| row[1..].iter().map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let mut builder = Builder::new(Essential::new(sectors, &cells).unwrap(), Market::Sector);
    for (at, row) in rows(&data("chain/net1000_firms.csv")?).iter().enumerate().skip(1) {
        builder.firm(at as u64, &FirmRow { firm: &row[0], sector: &row[1], ..FirmRow::default() });
    }
    for (at, row) in rows(&data("chain/net1000_edges.csv")?).iter().enumerate().skip(1) {
        let value = row[2].parse().unwrap();
        let link = LinkRow { supplier: &row[0], buyer: &row[1], value, ..LinkRow::default() };
        builder.link(at as u64, &link);
    }
    Some(builder.finish().unwrap())
}

/// A network of links `supplier>buyer=value`. A firm's sector is the first letter of its name; of the sectors, `a` to `m` are
/// essential to all, `n` to `x` non-essential, `y` and `z` of no matter.
pub fn small(links: &str) -> Network {
    builder(links).finish().unwrap()
}

/// The rows of such a network.
pub fn builder(links: &str) -> Builder {
    let sectors: Vec<String> = ('a'..='z').map(String::from).collect();
    let cells: Vec<Vec<u8>> = ('a'..='z')
        .map(|sector| vec![if sector <= 'm' { 2 } else { u8::from(sector <= 'x') }; sectors.len()])
        .collect();
    let mut builder = Builder::new(Essential::new(sectors, &cells).unwrap(), Market::Sector);
    let parsed: Vec<(&str, &str, f64)> = links
        .split_whitespace()
        .map(|link| {
            let (ends, value) = link.split_once('=').unwrap();
            let (supplier, buyer) = ends.split_once('>').unwrap();
            (supplier, buyer, value.parse().unwrap())
        })
        .collect();
    let mut firms: Vec<&str> = parsed.iter().flat_map(|link| [link.0, link.1]).collect();
    firms.sort_unstable();
    firms.dedup();
    for (row, firm) in firms.iter().enumerate() {
        builder.firm(row as u64, &FirmRow { firm, sector: &firm[..1], ..FirmRow::default() });
    }
    for (row, (supplier, buyer, value)) in parsed.into_iter().enumerate() {
        builder.link(row as u64, &LinkRow { supplier, buyer, value, ..LinkRow::default() });
    }
    builder
}
