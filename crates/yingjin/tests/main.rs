//! The program from outside: its HTTP API, its commands, and what it does when it is killed or starved.
//!
//! One binary, because each takes as long to link as the program itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod api;
mod cli;
mod faults;
