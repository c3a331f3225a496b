//! A supply network: which links are broken, who depends on them, who could stand in, whom to help first.
//!
//! Pure: no files, no clock, no logging. docs/chain.md has the equations, the symbols and the traps.

// Firms and links are counted in 32 bits: half the memory to go through in the loop that everything waits for.
#![allow(clippy::cast_possible_truncation)]

pub mod breakpoint;
pub mod cascade;
mod chance;
mod error;
pub mod esri;
mod essential;
pub mod fill;
mod network;
pub mod path;
pub mod rank;
pub mod recovery;
mod shares;
pub mod substitute;
pub mod whatif;

pub use cascade::{Loss, Scratch, Settings, Shock};
pub use error::{Mistake, Reason, Sheet};
pub use essential::{Essential, Need};
pub use network::{Builder, Firm, FirmRow, LinkRow, Market, Network};
