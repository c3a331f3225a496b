//! The rules crate from the outside.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test fails by panicking

mod chains;
mod conditions;
mod print;
mod shared;
mod words;
