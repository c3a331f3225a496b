//! The program: what the command line, the HTTP API and the tests share.

pub mod account;
pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
pub mod file;
pub mod import;
pub mod job;
pub mod letter;
pub mod pipeline;
pub mod sample;
pub mod sending;
pub mod throttle;
pub mod whereabouts;
