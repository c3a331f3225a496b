//! Streets: who can walk where in how long, who cannot, and where the next facility does most good.
//!
//! Pure: bytes and rows in, figures out; no files, no clock, no logging. docs/reach.md has the rules, the units and the traps.

// Junctions, edges and millimetres are counted in 32 bits: half the memory to go through in the loop that everything waits for.
#![allow(clippy::cast_possible_truncation)]

pub mod circle;
pub mod coordinates;
pub mod coverage;
mod error;
pub mod isochrone;
mod mode;
mod nearest;
mod network;
pub mod osm;
mod parts;
mod point;
pub mod search;
pub mod siting;
mod snap;
mod way;
pub mod whatif;

pub use error::Error;
pub use mode::{Mode, Pass, STREETS, modes};
pub use nearest::{Near, Nearest, millimetres, minutes};
pub use network::{Builder, Edge, Heading, LeftOut, Network, Spot};
pub use point::{EARTH_RADIUS_M, Frame, Point, distance_m};
pub use snap::{Index, Snap, Snapped};
pub use way::{Step, Way};
