//! What follows from who supplies whom: the register's supplies become a network, and facts of firms are computed from it.
//!
//! ```text
//! rows     what the register says on a day: firms, supplies, who runs; what has no place in a network is counted
//! network  rows -> products and sectors -> chain::Network
//! facts    network -> what each firm lacks, loses, blocks; what differs from the register is one event
//! ```

mod facts;
mod network;
mod rows;
#[cfg(test)]
mod tests;

pub use facts::FirmFigures;
pub use network::SupplyNetwork;
pub use rows::{FirmRow, LeftOut, SupplyRow, SupplyRows};
