//! Developer commands: `cargo xtask demo`, `cargo xtask test`.

mod demo;
mod postgres;
mod run;
mod test;
mod tools;
mod web_packages;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Yingjin")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds everything, makes the sample city in an SQLite file and serves it.
    Demo(demo::Args),
    /// Runs every check and every test: format, lints, Rust, web, browser, both databases.
    Test(test::Args),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With its causes, without the stack that RUST_BACKTRACE would add: the reader wants the step that failed.
            eprintln!("\nError: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    std::env::set_current_dir(run::workspace_root())?;
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
    }
}
