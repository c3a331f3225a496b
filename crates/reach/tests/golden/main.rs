//! Figures of other implementations, analytic grids, and what is worked by hand.

// What makes the tests' networks may fail like a test does.
#![allow(clippy::unwrap_used)]

mod grid;
mod isochrone;
mod osm;
mod reference;
mod shared;
