//! Data beside the checkout, and made-up streets.

use std::path::PathBuf;

use reach::{Builder, Network, Pass, Point};

/// A file of `../shared/data`. None, with a word about it, on a machine that does not have it; CI has to.
pub fn data(path: &str) -> Option<Vec<u8>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{}: {error}", file.display()),
        Err(_) => {
            eprintln!("skipped: {} is not here", file.display());
            None
        }
    }
}

/// The rows of a csv, by heading.
pub fn rows(bytes: &[u8]) -> Vec<std::collections::BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(|row| row.unwrap()).collect()
}

/// A block of the made-up grid, in degrees of longitude and latitude: 100 m at the equator, where the earth is as good as flat.
pub const BLOCK: f64 = 100.0 / (reach::EARTH_RADIUS_M * std::f64::consts::PI / 180.0);

/// Crossing `(column, row)` of the grid.
pub fn crossing(column: f64, row: f64) -> Point {
    Point { lon: column * BLOCK, lat: row * BLOCK }
}

/// A grid of streets with `side` blocks of 100 m each way.
pub fn grid(side: i64) -> Network {
    let mut builder = Builder::default();
    let id = |column: i64, row: i64| row * (side + 1) + column;
    for row in 0..=side {
        for column in 0..=side {
            builder.node(id(column, row), crossing(column as f64, row as f64));
        }
        builder.street((0..=side).map(|column| id(column, row)), Pass::BOTH);
        builder.street((0..=side).map(|other| id(row, other)), Pass::BOTH);
    }
    builder.finish().unwrap()
}
