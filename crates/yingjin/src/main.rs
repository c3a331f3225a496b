//! Yingjin on the command line.

use std::process::ExitCode;

use clap::Parser;
use yingjin::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
