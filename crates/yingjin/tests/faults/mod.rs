//! What must hold when the program is killed or starved, and when files are broken: nothing lost, nothing half done,
//! nothing without bound.
//!
//! `YINGJIN_FAULT_ROUNDS` raises how often it is killed; by default that is quick.

#[cfg(target_os = "linux")]
mod clock;
mod filed;
mod files;
mod import;
mod killed;
mod letters;
mod server;
mod starved;

/// How many rounds: those of the environment, or else so many.
fn rounds(default: u64) -> u64 {
    std::env::var("YINGJIN_FAULT_ROUNDS").map_or(default, |text| text.parse().unwrap())
}

/// The same moments in every run, in no order: part `number` of a row that fills 0..1 evenly.
fn scattered(number: u64) -> f64 {
    let golden = 0.618_033_988_749_895;
    (u32::try_from(number).map(f64::from).unwrap() * golden).fract()
}
