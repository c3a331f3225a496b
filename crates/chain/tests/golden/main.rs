//! Figures of published implementations and figures worked by hand.

// What makes the tests' networks may fail like a test does.
#![allow(clippy::unwrap_used)]

mod by_hand;
mod fill;
mod mistakes;
mod published;
mod shared;
