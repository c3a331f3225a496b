//! The HTTP API on a small made-up city: the real router over a real register, on SQLite and, where
//! `YINGJIN_TEST_POSTGRES` names a server, on PostgreSQL too.

pub mod server;

mod accounts;
mod cases;
mod chains;
mod city;
mod claims;
mod draws;
mod duties;
mod exemptions;
mod files;
mod filings;
mod fuzzed;
mod imports;
mod letters;
mod notices;
mod open311;
mod openapi;
mod owed;
mod pairings;
mod plan;
mod records;
mod rights;
mod rules;
mod sending;
mod session;
mod sweep;
