//! Yingjin on the command line.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use yingjin::cli::Cli;

/// Many threads answer, and what one of them allocates another often frees.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
