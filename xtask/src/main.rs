//! Developer commands: `cargo xtask demo`, `cargo xtask test`.

mod demo;
mod postgres;
mod run;
mod test;
mod tools;

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

fn main() -> anyhow::Result<()> {
    std::env::set_current_dir(run::workspace_root())?;
    match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
    }
}
