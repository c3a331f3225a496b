//! The program: what the command line, the HTTP API and the tests share.

pub mod api;
pub mod cli;
pub mod clock;
pub mod import;
pub mod sample;
